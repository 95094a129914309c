package authority

import (
	"slices"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
)

// The rules that ask how a state's airspace is flown through: by which points, how far, how often, seen by whom.

// points asks whether a state is entered and left by the points of the notice to it.
func (d *decider) points() {
	said := len(d.results)
	for i := range d.q.Crossings {
		if r, asked := d.pointsOf(i); asked {
			d.results = append(d.results, r)
		}
	}
	if d.silent(said) {
		d.say(RulePoints, Pass, CodePointsNotRequired, nil)
	}
}

func (d *decider) pointsOf(crossing int) (Result, bool) {
	c := &d.q.Crossings[crossing]
	s := d.of(c.State)
	most := geodesy.Length(s.asks.PointsWithin)
	if most == 0 {
		return Result{}, false
	}
	out := Result{Rule: RulePoints, State: c.State, Entry: c.entry(), Facts: s.facts, Args: d.list(string(c.State))}
	h := d.told(crossing, &s.asks)
	if h.notice == nil {
		out.Code = CodePointsNoNotice
		return out, true
	}
	n := &h.notice.Act
	out.Facts = d.with(h.notice.Fact(), s.facts)
	switch {
	case len(n.Points) == 0:
		out.Code, out.Args = CodePointsNone, d.more(out.Args, n.ID)
		return out, true
	case len(c.Samples) == 0:
		out.Code = CodePointsNoPlaces
		return out, true
	}
	out.Outcome, out.Code, out.Args = Pass, CodePointsKept, d.more(out.Args, n.ID)
	first, last := c.Samples[0].Position, c.Samples[len(c.Samples)-1].Position
	if off := nearest(n.Points, first); !(off <= most) {
		out.Outcome, out.Code, out.Args = Fail, CodePointsEntered, d.more(out.Args, degrees(first), d.metres(off), d.metres(most))
	} else if off := nearest(n.Points, last); !(off <= most) {
		out.Outcome, out.Code, out.Args = Fail, CodePointsLeft, d.more(out.Args, degrees(last), d.metres(off), d.metres(most))
	}
	if out.Outcome == Fail && !c.sure(d.q.Flown) {
		out.Outcome, out.Code, out.Args = Unknown, CodePointsUnresolved, d.list(string(c.State), c.Verdict.String())
	}
	return out, true
}

// nearest is the geodesic from a place to the nearest of some points.
func nearest(points [][2]float64, p geodesy.Position) geodesy.Length {
	var best geodesy.Length
	for i := range points {
		if s, _, _ := geodesy.Inverse(p, place(points[i])); i == 0 || s < best {
			best = s
		}
	}
	return best
}

// distance asks whether the way within a state is no longer than it permits one sortie. Between samples it is taken along the
// geodesic: no way is shorter.
func (d *decider) distance() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		most := geodesy.Length(s.asks.LongestWay)
		if most == 0 || !d.enters(s.state) {
			continue
		}
		way, known, sure := d.way(s.state)
		switch {
		case way > most && sure:
			d.sayOf(s.state, RuleDistance, Fail, CodeDistanceLonger, s.facts, string(s.state), d.metres(way), d.metres(most))
		case way > most:
			d.sayOf(s.state, RuleDistance, Unknown, CodeDistanceUnresolved, s.facts, string(s.state), d.metres(way), d.metres(most))
		case !known || !(way <= most):
			d.sayOf(s.state, RuleDistance, Unknown, CodeDistanceUnknown, s.facts, string(s.state), d.metres(most))
		default:
			d.sayOf(s.state, RuleDistance, Pass, CodeDistanceKept, s.facts, string(s.state), d.metres(way), d.metres(most))
		}
	}
	if d.silent(said) {
		d.say(RuleDistance, Pass, CodeDistanceNotRequired, nil)
	}
}

// way is how far a sortie goes within a state at least; whether the places of every crossing are known, and each is sure.
func (d *decider) way(state airspace.State) (way geodesy.Length, known, sure bool) {
	known, sure = true, true
	for i := range d.q.Crossings {
		c := &d.q.Crossings[i]
		if c.State != state {
			continue
		}
		known, sure = known && len(c.Samples) > 0, sure && c.sure(d.q.Flown)
		for k := 1; k < len(c.Samples); k++ {
			s, _, _ := geodesy.Inverse(c.Samples[k-1].Position, c.Samples[k].Position)
			way += s
		}
	}
	return way, known, sure
}

// quota counts the sorties that decisions on record let enter a state in the calendar year in which this one does, UTC, and before
// it: by take-off, of equal ones by which was decided first. So what was decided is not turned round by a later sortie. One that was
// flown without a decision is not among them: it is a finding of its own.
func (d *decider) quota() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		if s.asks.Quota == 0 || !d.enters(s.state) {
			continue
		}
		year := d.q.From.UTC().Year()
		var sorties []string
		var facts []Fact
		own := false
		for _, k := range d.r.index.entering[s.state] {
			e := &d.r.decisions.all[k]
			name, from := e.Act.Decision.Sortie, e.Act.Decision.From
			own = own || name == d.q.Plan.Sortie
			before := from.Before(d.q.From) || from.Equal(d.q.From) && !own
			if before && e.KnownAt(d.q.Known) && from.UTC().Year() == year && name != d.q.Plan.Sortie && !slices.Contains(sorties, name) {
				sorties, facts = append(sorties, name), append(facts, e.Fact())
			}
		}
		o, code := Pass, CodeQuotaWithin
		if len(sorties) >= s.asks.Quota {
			o, code = Fail, CodeQuotaExceeded
		}
		d.sayOf(s.state, RuleQuota, o, code, d.and(d.facts(facts...), s.facts), string(s.state), d.count(len(sorties)), d.count(s.asks.Quota), d.count(year))
	}
	if d.silent(said) {
		d.say(RuleQuota, Pass, CodeQuotaNotRequired, nil)
	}
}

// reports asks whether a state was given the report of each sortie that a decision on record let enter it, where the state asked for
// one when that sortie took off and it was due by take-off of this. One that came late was given: it is told as late, and holds up no other sortie.
func (d *decider) reports() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		if s.asks.ReportWithin == 0 || !d.enters(s.state) {
			continue
		}
		before, delivered := len(d.results), 0
		var sorties []string
		var facts []Fact
		for _, k := range d.r.index.entering[s.state] {
			e := &d.r.decisions.all[k]
			name := e.Act.Decision.Sortie
			if !e.KnownAt(d.q.Known) || name == d.q.Plan.Sortie || slices.Contains(sorties, name) {
				continue
			}
			var rules *RuleSet
			if d.rules.Period.Valid().InForce(e.Act.Decision.From) {
				rules = &d.rules.Rules
			}
			then, _ := d.r.Asks(d.own, s.state, e.Act.Decision.From, d.q.Known, rules)
			due := e.Act.Decision.To.Add(time.Duration(then.ReportWithin))
			if then.ReportWithin == 0 || due.After(d.q.From) {
				continue
			}
			sorties = append(sorties, name)
			given, ok := d.r.reported.known(reportedTo(name, s.state), d.q.Known)
			switch {
			case !ok:
				d.sayOf(s.state, RuleReports, Fail, CodeReportsDue, d.with(e.Fact(), s.facts), string(s.state), name, d.stamp(due))
			case later(given.Act.At, given.Recorded.At).After(due):
				d.sayOf(s.state, RuleReports, Pass, CodeReportsLate, d.and(d.facts(e.Fact(), given.Fact()), s.facts), string(s.state), name, d.stamp(due), d.stamp(given.Recorded.At))
			default:
				delivered++
				facts = append(facts, given.Fact())
			}
		}
		if delivered > 0 || d.silent(before) {
			d.sayOf(s.state, RuleReports, Pass, CodeReportsDelivered, d.and(d.facts(facts...), s.facts), string(s.state), d.count(delivered))
		}
	}
	if d.silent(said) {
		d.say(RuleReports, Pass, CodeReportsNotRequired, nil)
	}
}

func (d *decider) transponder() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		if !s.asks.Transponder || !d.enters(s.state) {
			continue
		}
		switch d.q.Plan.Transponder {
		case "on":
			d.sayOf(s.state, RuleTransponder, Pass, CodeTransponderOn, s.facts, string(s.state))
		case "off":
			d.sayOf(s.state, RuleTransponder, Fail, CodeTransponderOff, s.facts, string(s.state))
		default:
			d.sayOf(s.state, RuleTransponder, Unknown, CodeTransponderUnknown, s.facts, string(s.state))
		}
	}
	if d.silent(said) {
		d.say(RuleTransponder, Pass, CodeTransponderNotRequired, nil)
	}
}

func (d *decider) flightPlan() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		switch {
		case !s.asks.FlightPlan || !d.enters(s.state):
		case d.q.Plan.FlightPlan == "":
			d.sayOf(s.state, RuleFlightPlan, Unknown, CodeFlightPlanUnknown, s.facts, string(s.state))
		default:
			d.sayOf(s.state, RuleFlightPlan, Pass, CodeFlightPlanFiled, s.facts, string(s.state), d.q.Plan.FlightPlan)
		}
	}
	if d.silent(said) {
		d.say(RuleFlightPlan, Pass, CodeFlightPlanNotRequired, nil)
	}
}
