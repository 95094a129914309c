package authority

import (
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
)

// Permit is what a state lets a flight do in a period, by what is on record: whether it may be in its airspace and where, and
// whether it may look at its ground from outside. It is told before a route is known, for routes to be planned by; what a
// route comes to is for Decide to say, by the same rules.
type Permit struct {
	State airspace.State `json:"state"`
	// Enter is whether the airspace may be entered, and by what. Where a clearance is asked for it is one clearance: two that
	// meet in the middle are two.
	Enter     Result   `json:"enter"`
	Clearance string   `json:"clearance,omitempty"`
	Area      *Area    `json:"area,omitempty"`      // of the clearance; nil: all of the state
	Deepest   float64  `json:"deepest_m,omitempty"` // inside the outline, metres; 0: as far as it likes
	Within    []Area   `json:"within,omitempty"`    // of the agreement, of which one has to hold every place; none: everywhere
	StandOff  float64  `json:"stand_off_m,omitempty"`
	Finest    float64  `json:"finest_ground_m,omitempty"` // no ground resolution finer than this, metres
	Look      Result   `json:"look"`
	LookArea  *Area    `json:"look_area,omitempty"`
	Others    []string `json:"others,omitempty"` // clearances that would let it enter, too, of which it takes one
}

// PermitQuestion asks what some states permit. Altitude is the one that is flown at.
type PermitQuestion struct {
	Plan     *Plan // whose aircraft, operator and sensors; its route is not asked for
	From, To time.Time
	Known    time.Time
	RuleSet  *RuleSetAdopted
	Altitude geodesy.Altitude
	States   []airspace.State
	// Prefer tells how much is gained by an area in a state; of clearances that cover the flight the one that gains most is
	// taken, of equals the first on record. Nil takes the first.
	Prefer func(airspace.State, *Area) float64
}

// Permits tells what each of the states permits, in their order.
func (r *Register) Permits(q *PermitQuestion) []Permit {
	d := r.decider(&Question{Plan: q.Plan, From: q.From, To: q.To, Known: q.Known, RuleSet: q.RuleSet})
	out := make([]Permit, 0, len(q.States))
	for _, s := range q.States {
		asks := d.of(s)
		p := Permit{State: s, StandOff: asks.asks.StandOff, Finest: asks.asks.FinestGround, Enter: Result{Rule: RuleClearance, State: s}, Look: Result{Rule: RuleLooksIn, State: s}}
		if e := asks.agreement.entry; e != nil {
			p.Within = e.Act.Terms.Areas
		}
		d.permitEntry(q, asks, &p)
		d.permitLook(asks, &p)
		if s == d.own {
			p.StandOff = 0
		}
		out = append(out, p)
	}
	return out
}

func (d *decider) permitEntry(q *PermitQuestion, s *stateAsks, p *Permit) {
	switch s.asks.Altitude.holds(q.Altitude) {
	case Fail:
		p.Enter.Rule, p.Enter.Outcome, p.Enter.Code, p.Enter.Facts = RuleAltitude, Fail, CodeAltitudeOutside, s.facts
		p.Enter.Args = d.list(string(s.state), d.metres(q.Altitude.Value), q.Altitude.Datum.String(), d.stamp(q.From))
		return
	case Unknown:
		p.Enter.Rule, p.Enter.Code, p.Enter.Facts, p.Enter.Args = RuleAltitude, CodeAltitudeUnknown, s.facts, d.list(string(s.state), s.asks.Altitude.Datum)
		return
	case Pass:
	}
	if !s.asks.Clearance {
		p.Enter.Outcome, p.Enter.Code, p.Enter.Args, p.Enter.Facts = Pass, CodeClearanceNotRequired, d.list(string(s.state)), s.facts
		return
	}
	c := Crossing{State: s.state, From: q.From, To: q.To, Verdict: airspace.Entered, Samples: []Sample{{At: q.From, Altitude: q.Altitude}}}
	var best match
	gains := 0.0
	for _, i := range d.r.byState[s.state] {
		e := &d.r.clearances.all[i]
		if !d.concerns(e) {
			continue
		}
		m := d.anywhere(e, &s.asks, &c)
		if m.outcome == Pass && best.entry != nil && best.outcome == Pass {
			g := 0.0
			if q.Prefer != nil {
				g = q.Prefer(s.state, &e.Act.Area)
			}
			if g <= gains {
				p.Others = append(p.Others, e.Act.ID)
				continue
			}
			p.Others = append(p.Others, best.entry.Act.ID)
			best, gains = m, g
			continue
		}
		if m.better(&best) {
			if best = m; m.outcome == Pass && q.Prefer != nil {
				gains = q.Prefer(s.state, &e.Act.Area)
			}
		}
	}
	if best.entry == nil {
		p.Enter.Outcome, p.Enter.Code, p.Enter.Args, p.Enter.Facts = Unknown, CodeClearanceUnknown, d.list(string(s.state)), s.facts
		return
	}
	p.Enter.Outcome, p.Enter.Code, p.Enter.Args = best.outcome, best.code, d.tell(&c, &best)
	p.Enter.Facts = d.clearanceFacts(best.entry, s.facts)
	if best.outcome == Pass {
		a := best.entry.Act
		p.Clearance, p.Deepest = a.ID, a.Deepest
		if !a.Area.IsZero() {
			p.Area = &a.Area
		}
	}
}

// anywhere tests what of a clearance does not depend on the place.
func (d *decider) anywhere(e *Entry[ClearanceGiven], r *Requirements, c *Crossing) match {
	m, missed := d.header(e, r, c)
	if missed {
		return m
	}
	miss := func(rank int, o Outcome, code evidence.Code) match {
		return match{entry: e, outcome: o, code: code, rank: rank}
	}
	band := e.Act.Altitude.holds(c.Samples[0].Altitude)
	switch {
	case band == Fail:
		return miss(8, Fail, CodeClearanceAltitude)
	case e.Recorded.At.After(c.From):
		return miss(10, Fail, CodeClearanceAfterEntry)
	case band == Unknown:
		return miss(12, Unknown, CodeClearanceAltitudeUnknown)
	case len(e.Act.Conditions) > 0:
		return miss(15, Pass, CodeClearanceCoversConditions)
	}
	return miss(15, Pass, CodeClearanceCovers)
}

func (d *decider) permitLook(s *stateAsks, p *Permit) {
	if s.state == d.own {
		p.Look.Outcome, p.Look.Code, p.Look.Args = Pass, CodeLooksPermitted, d.list(string(s.state))
		return
	}
	l := LookIn{State: s.state, From: d.q.From, To: d.q.To, Resolved: true}
	if s.asks.LooksIn != LooksCleared {
		p.Look = d.lookOf(&l)
		return
	}
	p.Look.Args, p.Look.Facts = d.list(string(s.state)), s.facts
	var best match
	for _, i := range d.r.byState[s.state] {
		e := &d.r.clearances.all[i]
		if !e.Act.Looks || !d.concerns(e) {
			continue
		}
		m := d.lookTerms(e, &l)
		if m.code == CodeLooksNoPlaces { // only the places are not known yet
			m.outcome, m.code, m.rank = Pass, CodeLooksCleared, 9
		}
		if m.better(&best) {
			best = m
		}
	}
	if best.entry == nil {
		p.Look.Outcome, p.Look.Code = Unknown, CodeLooksNotCleared
		return
	}
	p.Look.Outcome, p.Look.Code = best.outcome, best.code
	p.Look.Args = d.more(p.Look.Args, d.tellLook(&l, &best)...)
	p.Look.Facts = d.clearanceFacts(best.entry, s.facts)
	if a := best.entry.Act; best.outcome == Pass && !a.Area.IsZero() {
		p.LookArea = &a.Area
	}
}

// Holds reports whether the airspace of the state may be entered at a place that lies in it. Depth, inside its outline, is
// asked for only where a clearance bounds it.
func (p *Permit) Holds(at geodesy.Position, depth func(State airspace.State, limit geodesy.Length) geodesy.Length) bool {
	if p.Enter.Outcome != Pass || p.Area != nil && !p.Area.Holds(at) || len(p.Within) > 0 && !anyHolds(p.Within, at) {
		return false
	}
	return p.Deepest == 0 || depth(p.State, geodesy.Length(p.Deepest)+1) <= geodesy.Length(p.Deepest)
}

// Shows reports whether ground of the state may be looked at from outside its airspace.
func (p *Permit) Shows(ground geodesy.Position) bool {
	return p.Look.Outcome == Pass && (p.LookArea == nil || p.LookArea.Holds(ground)) && (len(p.Within) == 0 || anyHolds(p.Within, ground))
}
