package airspace

import (
	"slices"
	"time"

	"overflight/flight"
	"overflight/geodesy"
)

// GapKind says what lies between two fixes that are far apart in time.
type GapKind uint8

// The kinds. Landing is a gap with a fix on the ground at either end, or one at whose end the source
// marked a new flight; such a gap is listed and never a possible entry.
const (
	Silent GapKind = iota
	Landing
)

// String returns the word of the JSON contract.
func (k GapKind) String() string {
	switch k {
	case Landing:
		return "landing"
	case Silent:
	}
	return "silence"
}

// Gap is two consecutive fixes farther apart in time than the threshold.
type Gap struct {
	From, To  Sample
	Duration  time.Duration
	Distance  geodesy.Length // geodesic between the two fixes
	Kind      GapKind
	Reachable []State // states that the maximum speed reaches and that neither fix is in; sorted
}

// gap records the silence between two consecutive fixes and what can have happened in it. is holds
// the claimants at b, one member for each line; those at a are still in the lines.
func (t *Tally) gap(a, b *flight.Fix, ib int, is []member) {
	g := Gap{
		From: sample(t.previous, a), To: sample(ib, b),
		Duration: b.Time.Sub(a.Time), Distance: geodesy.Distance(a.Position, b.Position),
	}
	if landing(a, b) {
		g.Kind = Landing
		t.settle(nil)
	} else {
		t.reach(&g, a, b, is)
	}
	t.result.Gaps = append(t.result.Gaps, g)
}

func landing(a, b *flight.Fix) bool { return a.OnGround || b.OnGround || b.NewLeg }

// reach finds the states that neither end of the gap is in and that an aircraft can have touched:
// those with a point q of the outline for which d(a,q) + d(q,b) <= vmax dt.
func (t *Tally) reach(g *Gap, a, b *flight.Fix, is []member) {
	var now []*Entry
	limit := t.reachIn(g.Duration)
	radius := (limit + g.Distance) / 2 // of any point of the ellipse, measured from a
	for i := range t.lines {
		l := &t.lines[i]
		if !is[i].inForce || !l.now.inForce {
			continue
		}
		t.near = l.line.StatesNear(t.near[:0], a.Position, radius)
		for _, s := range t.near {
			if t.claimed(s, is) || slices.Contains(g.Reachable, s) {
				continue
			}
			da, ok := l.line.Nearest(s, Limit, a.Position, limit)
			if !ok {
				continue
			}
			// A path by the point nearest to a is no longer than it may be in most cases, and far
			// quicker to find than the least.
			q := da.Point
			path := da.Distance + geodesy.Distance(q, b.Position)
			if path > limit {
				if path, q, ok = l.line.LeastPath(s, a.Position, b.Position, limit); !ok {
					continue
				}
			}
			g.Reachable = append(g.Reachable, s)
			e := t.possible(l, s, g, a, b, da, limit)
			e.Reasons = []Reason{{
				Code: ReasonReach, Line: l.source.Name,
				Got: metres(path) + " by " + degrees(q), Want: metres(limit) + " at " + knots(t.result.Ceiling.Speed),
			}}
			now = append(now, e)
		}
	}
	slices.Sort(g.Reachable)
	t.settle(now)
}

// claimed reports whether either end of the gap is in s by any line: then the gap is part of that
// entry.
func (t *Tally) claimed(s State, is []member) bool {
	for i := range t.lines {
		if t.lines[i].now.states.Has(s) || is[i].states.Has(s) {
			return true
		}
	}
	return false
}

// possible returns the possible entry of the gap, joined to that of the gap before when there is one.
func (t *Tally) possible(l *lineTally, s State, g *Gap, a, b *flight.Fix, da Nearest, limit geodesy.Length) *Entry {
	db, _ := l.line.Nearest(s, Limit, b.Position, limit+1)
	earliest := a.Time.Add(t.flown(da.Distance) - t.cfg.Resolution)
	latest := b.Time.Add(t.cfg.Resolution - t.flown(db.Distance))
	e := &Entry{
		State: s, Verdict: Possible,
		Boundary:      Boundary{Source: l.source, Valid: l.valid, Uncertainty: max(da.Uncertainty, db.Uncertainty)},
		First:         g.From,
		DepthPossible: max(0, (limit-da.Distance-db.Distance)/2),
		GapInside:     Silence{Known: true, Duration: g.Duration},
	}
	for _, old := range t.reached {
		if old.State == s && old.Last.Index == g.From.Index {
			old.DepthPossible = max(old.DepthPossible, e.DepthPossible)
			old.GapInside.Duration = max(old.GapInside.Duration, g.Duration)
			old.Boundary.Uncertainty = max(old.Boundary.Uncertainty, e.Boundary.Uncertainty)
			earliest, e = old.Entered.Earliest, old
			break
		}
	}
	e.Last = g.To
	e.Entered = Interval{Earliest: earliest, Latest: latest}
	e.Left = e.Entered
	return e
}

// settle files the possible entries that the latest gap did not carry on, and keeps those of now.
func (t *Tally) settle(now []*Entry) {
	for _, e := range t.reached {
		if !slices.Contains(now, e) {
			t.result.Entries = append(t.result.Entries, *e)
		}
	}
	t.reached = now
}

// reachIn is how far the maximum speed carries in a time that is known to the step of two stamps.
func (t *Tally) reachIn(dt time.Duration) geodesy.Length {
	return geodesy.Length(float64(t.result.Ceiling.Speed) * (dt.Seconds() + 2*t.cfg.Resolution.Seconds()))
}

// flown is the least time in which the maximum speed covers a length; a century for what takes longer.
func (t *Tally) flown(d geodesy.Length) time.Duration {
	const century = 100 * 365 * 24 * time.Hour
	return time.Duration(min(float64(d)/float64(t.result.Ceiling.Speed)*float64(time.Second), float64(century)))
}
