package authority

import (
	"math"
	"strconv"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
)

// The rules that ask for measures: where, how near, how high, how finely, how long kept, when shown.

// area asks whether what is entered and looked at lies in the areas of the agreement with the state.
func (d *decider) area() {
	said := len(d.results)
	for i := range d.q.Crossings {
		if r, asked := d.areaOf(i); asked {
			d.results = append(d.results, r)
		}
	}
	for i := range d.q.LookIns {
		if r, asked := d.groundAreaOf(&d.q.LookIns[i]); asked {
			d.results = append(d.results, r)
		}
	}
	if d.silent(said) {
		d.say(RuleArea, Pass, CodeAreaNotRequired, nil)
	}
}

func (d *decider) areaOf(crossing int) (Result, bool) {
	c := &d.q.Crossings[crossing]
	return d.inAreas(c.State, c.entry(), c.sure(d.q.Flown), len(c.Samples), func(areas []Area) int {
		for i := range areas {
			if d.span(crossing).within(&areas[i], c.Samples) < 0 {
				return -1
			}
		}
		for i := range c.Samples {
			if !anyHolds(areas, c.Samples[i].Position) {
				return i
			}
		}
		return -1
	}, func(i int) geodesy.Position { return c.Samples[i].Position })
}

func (d *decider) groundAreaOf(l *LookIn) (Result, bool) {
	return d.inAreas(l.State, l.entry(), l.sure(d.q.Flown), len(l.Ground), func(areas []Area) int {
		for i := range l.Ground {
			if !anyHolds(areas, l.Ground[i]) {
				return i
			}
		}
		return -1
	}, func(i int) geodesy.Position { return l.Ground[i] })
}

func (d *decider) inAreas(s airspace.State, entry string, sure bool, places int, outside func([]Area) int, at func(int) geodesy.Position) (Result, bool) {
	a := d.of(s).agreement
	if a.entry == nil || len(a.entry.Act.Terms.Areas) == 0 {
		return Result{}, false
	}
	out := Result{Rule: RuleArea, State: s, Entry: entry, Facts: a.facts, Args: d.list(a.entry.Act.ID)}
	if places == 0 {
		out.Outcome, out.Code = Unknown, CodeAreaNoPlaces
		return out, true
	}
	switch i := outside(a.entry.Act.Terms.Areas); {
	case i < 0:
		out.Outcome, out.Code = Pass, CodeAreaWithin
	case sure:
		out.Outcome, out.Code, out.Args = Fail, CodeAreaOutside, append(out.Args, degrees(at(i)))
	default:
		out.Outcome, out.Code, out.Args = Unknown, CodeAreaUnresolved, append(out.Args, degrees(at(i)))
	}
	return out, true
}

func anyHolds(areas []Area, p geodesy.Position) bool {
	for i := range areas {
		if areas[i].Holds(p) {
			return true
		}
	}
	return false
}

// boundary asks whether the line by which an entry, a look or a distance was told is the one by which the state tells its
// airspace. By another line the answer is another's.
func (d *decider) boundary() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		if s.asks.BoundaryLine == "" {
			continue
		}
		other, same := "", true
		for c := range d.q.Crossings {
			if x := &d.q.Crossings[c]; same && x.State == s.state && x.Line != s.asks.BoundaryLine {
				other, same = x.Line, false
			}
		}
		for l := range d.q.LookIns {
			if x := &d.q.LookIns[l]; same && x.State == s.state && x.Line != s.asks.BoundaryLine {
				other, same = x.Line, false
			}
		}
		d.line(s, other, same)
	}
	for i := range d.q.Approaches {
		x := &d.q.Approaches[i]
		if s := d.of(x.State); s.asks.BoundaryLine != "" && s.asks.StandOff > 0 {
			d.line(s, x.Line, x.Line == s.asks.BoundaryLine)
		}
	}
	if d.silent(said) {
		d.say(RuleBoundary, Pass, CodeBoundaryNotRequired, nil)
	}
}

func (d *decider) line(s *stateAsks, other string, same bool) {
	switch {
	case same:
		d.sayOf(s.state, RuleBoundary, Pass, CodeBoundarySame, s.facts, string(s.state), s.asks.BoundaryLine)
	case other == "":
		d.sayOf(s.state, RuleBoundary, Unknown, CodeBoundaryUnknown, s.facts, string(s.state), s.asks.BoundaryLine)
	default:
		d.sayOf(s.state, RuleBoundary, Unknown, CodeBoundaryOther, s.facts, string(s.state), s.asks.BoundaryLine, other)
	}
}

func (d *decider) standOff() {
	said := len(d.results)
	for i := range d.q.Approaches {
		a := &d.q.Approaches[i]
		s := d.of(a.State)
		if s.asks.StandOff == 0 || a.State == d.own || d.enters(a.State) {
			continue
		}
		least := geodesy.Length(s.asks.StandOff)
		switch {
		case a.Nearest >= least:
			d.sayOf(a.State, RuleStandOff, Pass, CodeStandOffKept, s.facts, string(a.State), metres(a.Nearest), metres(least))
		case a.Nearest < least:
			d.sayOf(a.State, RuleStandOff, Fail, CodeStandOffNearer, s.facts, string(a.State), metres(a.Nearest), metres(least), stamp(a.At))
		default: // no number
			d.sayOf(a.State, RuleStandOff, Unknown, CodeStandOffUnknown, s.facts, string(a.State), metres(least))
		}
	}
	if d.silent(said) {
		d.say(RuleStandOff, Pass, CodeStandOffNotRequired, nil)
	}
}

func (d *decider) enters(s airspace.State) bool {
	for i := range d.q.Crossings {
		if d.q.Crossings[i].State == s {
			return true
		}
	}
	return false
}

func (d *decider) altitude() {
	said := len(d.results)
	for i := range d.q.Crossings {
		if r, asked := d.altitudeOf(i); asked {
			d.results = append(d.results, r)
		}
	}
	if d.silent(said) {
		d.say(RuleAltitude, Pass, CodeAltitudeNotRequired, nil)
	}
}

func (d *decider) altitudeOf(crossing int) (Result, bool) {
	c := &d.q.Crossings[crossing]
	s := d.of(c.State)
	if s.asks.Altitude.IsZero() {
		return Result{}, false
	}
	out := Result{Rule: RuleAltitude, State: c.State, Entry: c.entry(), Facts: s.facts, Args: d.list(string(c.State))}
	o, at := d.span(crossing).band(&s.asks.Altitude, c.Samples)
	switch {
	case o == Pass:
		out.Outcome, out.Code = Pass, CodeAltitudeKept
	case o == Fail && c.sure(d.q.Flown):
		x := &c.Samples[at]
		out.Outcome, out.Code = Fail, CodeAltitudeOutside
		out.Args = append(out.Args, metres(x.Altitude.Value), x.Altitude.Datum.String(), stamp(x.At))
	case o == Fail:
		out.Outcome, out.Code, out.Args = Unknown, CodeAltitudeUnresolved, append(out.Args, c.Verdict.String())
	default:
		out.Outcome, out.Code, out.Args = Unknown, CodeAltitudeUnknown, append(out.Args, s.asks.Altitude.Datum)
	}
	return out, true
}

func (d *decider) ground() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		floor := s.asks.FinestGround
		if floor == 0 {
			continue
		}
		before := len(d.results)
		for k := range d.q.Plan.Sensors {
			u := &d.q.Plan.Sensors[k]
			switch {
			case u.FinestGround == 0:
				d.sayOf(s.state, RuleGround, Unknown, CodeGroundUnknown, s.facts, u.Name, number(floor), string(s.state))
			case u.FinestGround < floor:
				d.sayOf(s.state, RuleGround, Fail, CodeGroundFiner, s.facts, u.Name, number(u.FinestGround), number(floor), string(s.state))
			}
		}
		switch {
		case len(d.q.Plan.Sensors) == 0 && d.q.Plan.Purpose == Ferry && len(d.q.Plan.Looks) == 0 && len(d.q.LookIns) == 0:
			d.sayOf(s.state, RuleGround, Pass, CodeGroundStowed, s.facts, string(s.state))
		case len(d.q.Plan.Sensors) == 0:
			d.sayOf(s.state, RuleGround, Unknown, CodeGroundNoSensor, s.facts, number(floor), string(s.state))
		case d.silent(before):
			d.sayOf(s.state, RuleGround, Pass, CodeGroundKept, s.facts, number(floor), string(s.state))
		}
	}
	if d.silent(said) {
		d.say(RuleGround, Pass, CodeGroundNotRequired, nil)
	}
}

func (d *decider) retention() {
	most := d.rules.Rules.Retention
	var facts []Fact
	for i := range d.states {
		if s := &d.states[i]; s.asks.Retention > 0 && s.asks.Retention < most {
			most, facts = s.asks.Retention, s.facts
		}
	}
	has := d.q.Plan.Retention
	switch {
	case has == 0:
		d.say(RuleRetention, Unknown, CodeRetentionUnknown, facts, days(most))
	case has > most:
		d.say(RuleRetention, Fail, CodeRetentionLonger, facts, days(has), days(most))
	default:
		d.say(RuleRetention, Pass, CodeRetentionKept, facts, days(has), days(most))
	}
}

// release asks whether what is seen of a state is shown to it no earlier, and no more finely, than it has asked for.
func (d *decider) release() {
	said := len(d.results)
	p := d.q.Plan
	for i := range d.states {
		s := &d.states[i]
		is := func(o Outcome, code evidence.Code, args ...string) {
			d.sayOf(s.state, RuleRelease, o, code, s.facts, append(d.list(string(s.state)), args...)...)
		}
		if delay := s.asks.ReleaseDelay; delay > 0 {
			switch {
			case p.ReleaseDelay == 0:
				is(Unknown, CodeReleaseDelayUnknown, time.Duration(delay).String())
			case p.ReleaseDelay < delay:
				is(Fail, CodeReleaseSooner, time.Duration(p.ReleaseDelay).String(), time.Duration(delay).String())
			default:
				is(Pass, CodeReleaseDelayKept, time.Duration(p.ReleaseDelay).String(), time.Duration(delay).String())
			}
		}
		if place := s.asks.ReleasePlace; place > 0 {
			switch {
			case p.ReleasePlace == 0:
				is(Unknown, CodeReleasePlaceUnknown, number(place))
			case p.ReleasePlace < place:
				is(Fail, CodeReleaseFiner, number(p.ReleasePlace), number(place))
			default:
				is(Pass, CodeReleasePlaceKept, number(p.ReleasePlace), number(place))
			}
		}
	}
	if d.silent(said) {
		d.say(RuleRelease, Pass, CodeReleaseNotRequired, nil)
	}
}

func days(v Duration) string {
	return strconv.FormatFloat(time.Duration(v).Hours()/24, 'f', -1, 64)
}

func metres(l geodesy.Length) string {
	return strconv.FormatFloat(math.Round(float64(l)), 'f', 0, 64)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func count(n int) string { return strconv.Itoa(n) }
