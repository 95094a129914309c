package authority

import (
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
	s := d.of(c.State)
	out, asked := d.inAreas(s, c.entry())
	if !asked || len(c.Samples) == 0 {
		return out, asked
	}
	i := d.outsideAreas(crossing, s.agreement.entry)
	if i < 0 {
		return d.held(out, true, geodesy.Position{}, true), true
	}
	return d.held(out, false, c.Samples[i].Position, c.sure(d.q.Flown)), true
}

func (d *decider) groundAreaOf(l *LookIn) (Result, bool) {
	s := d.of(l.State)
	out, asked := d.inAreas(s, l.entry())
	if !asked || len(l.Ground) == 0 {
		return out, asked
	}
	for i := range l.Ground {
		if !anyHolds(s.agreement.entry.Act.Terms.Areas, l.Ground[i]) {
			return d.held(out, false, l.Ground[i], l.sure(d.q.Flown)), true
		}
	}
	return d.held(out, true, geodesy.Position{}, true), true
}

// inAreas is what is said where no places are known; false where no agreement confines the flight to areas.
func (d *decider) inAreas(s *stateAsks, entry string) (Result, bool) {
	e := s.agreement.entry
	if e == nil || len(e.Act.Terms.Areas) == 0 {
		return Result{}, false
	}
	return Result{Rule: RuleArea, State: s.state, Entry: entry, Outcome: Unknown, Code: CodeAreaNoPlaces, Facts: s.agreed, Args: d.list(e.Act.ID)}, true
}

// held says whether all places are in the areas, and which is not.
func (d *decider) held(out Result, within bool, at geodesy.Position, sure bool) Result {
	switch {
	case within:
		out.Outcome, out.Code = Pass, CodeAreaWithin
	case sure:
		out.Outcome, out.Code, out.Args = Fail, CodeAreaOutside, d.more(out.Args, degrees(at))
	default:
		out.Code, out.Args = CodeAreaUnresolved, d.more(out.Args, degrees(at))
	}
	return out
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
			d.sayOf(a.State, RuleStandOff, Pass, CodeStandOffKept, s.facts, string(a.State), d.metres(a.Nearest), d.metres(least))
		case a.Nearest < least:
			d.sayOf(a.State, RuleStandOff, Fail, CodeStandOffNearer, s.facts, string(a.State), d.metres(a.Nearest), d.metres(least), d.stamp(a.At))
		default: // no number
			d.sayOf(a.State, RuleStandOff, Unknown, CodeStandOffUnknown, s.facts, string(a.State), d.metres(least))
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
		out.Args = d.more(out.Args, d.metres(x.Altitude.Value), x.Altitude.Datum.String(), d.stamp(x.At))
	case o == Fail:
		out.Outcome, out.Code, out.Args = Unknown, CodeAltitudeUnresolved, d.more(out.Args, c.Verdict.String())
	default:
		out.Outcome, out.Code, out.Args = Unknown, CodeAltitudeUnknown, d.more(out.Args, s.asks.Altitude.Datum)
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
				d.sayOf(s.state, RuleGround, Unknown, CodeGroundUnknown, s.facts, u.Name, d.number(floor), string(s.state))
			case u.FinestGround < floor:
				d.sayOf(s.state, RuleGround, Fail, CodeGroundFiner, s.facts, u.Name, d.number(u.FinestGround), d.number(floor), string(s.state))
			}
		}
		switch {
		case len(d.q.Plan.Sensors) == 0 && d.q.Plan.Purpose == Ferry && len(d.q.Plan.Looks) == 0 && len(d.q.LookIns) == 0:
			d.sayOf(s.state, RuleGround, Pass, CodeGroundStowed, s.facts, string(s.state))
		case len(d.q.Plan.Sensors) == 0:
			d.sayOf(s.state, RuleGround, Unknown, CodeGroundNoSensor, s.facts, d.number(floor), string(s.state))
		case d.silent(before):
			d.sayOf(s.state, RuleGround, Pass, CodeGroundKept, s.facts, d.number(floor), string(s.state))
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
		d.say(RuleRetention, Unknown, CodeRetentionUnknown, facts, d.days(most))
	case has > most:
		d.say(RuleRetention, Fail, CodeRetentionLonger, facts, d.days(has), d.days(most))
	default:
		d.say(RuleRetention, Pass, CodeRetentionKept, facts, d.days(has), d.days(most))
	}
}

// release asks whether what is seen of a state is shown to it no earlier, and no more finely, than it has asked for.
func (d *decider) release() {
	said := len(d.results)
	p := d.q.Plan
	for i := range d.states {
		s := &d.states[i]
		is := func(o Outcome, code evidence.Code, args ...string) {
			d.sayOf(s.state, RuleRelease, o, code, s.facts, d.more(d.list(string(s.state)), args...)...)
		}
		if delay := s.asks.ReleaseDelay; delay > 0 {
			switch {
			case p.ReleaseDelay == 0:
				is(Unknown, CodeReleaseDelayUnknown, d.length(time.Duration(delay)))
			case p.ReleaseDelay < delay:
				is(Fail, CodeReleaseSooner, d.length(time.Duration(p.ReleaseDelay)), d.length(time.Duration(delay)))
			default:
				is(Pass, CodeReleaseDelayKept, d.length(time.Duration(p.ReleaseDelay)), d.length(time.Duration(delay)))
			}
		}
		if place := s.asks.ReleasePlace; place > 0 {
			switch {
			case p.ReleasePlace == 0:
				is(Unknown, CodeReleasePlaceUnknown, d.number(place))
			case p.ReleasePlace < place:
				is(Fail, CodeReleaseFiner, d.number(p.ReleasePlace), d.number(place))
			default:
				is(Pass, CodeReleasePlaceKept, d.number(p.ReleasePlace), d.number(place))
			}
		}
	}
	if d.silent(said) {
		d.say(RuleRelease, Pass, CodeReleaseNotRequired, nil)
	}
}
