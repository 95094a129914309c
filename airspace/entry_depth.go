package airspace

import (
	"math"

	"overflight/flight"
	"overflight/geodesy"
)

// The deepest fix of a run is searched for and not computed for every fix. Once the nearest point of
// the outline is known for one fix, it bounds every other: no fix is deeper than its distance to any
// point of the outline. Such points are kept as witnesses; the fix with the greatest bound is asked
// about next, until no bound beats the depth seen. Straight distances stand for geodesics until then.

// search is the state of the search for the deepest fix of a run from one kind of edge.
type search struct {
	best      Depth
	deepest   flight.Fix       // the fix of best
	fresh     bool             // best is new since somebody looked
	witnesses []geodesy.Vector // points of the outline, the latest keptWitnesses of them
	total     int              // witnesses that there ever were
}

// Bounds of the search. Depths closer than depthStep are not told apart.
const (
	keptWitnesses                = 256
	groupSize                    = 32
	depthStep     geodesy.Length = 0.01
)

func (s *search) witness(v geodesy.Vector) {
	if len(s.witnesses) < keptWitnesses {
		s.witnesses = append(s.witnesses, v)
	} else {
		s.witnesses[s.total%keptWitnesses] = v
	}
	s.total++
}

// group is some consecutive fixes with what is known of their depth, as squares of chords.
type group struct {
	lo, hi  int
	centre  int
	radius  float64 // chord from the centre that holds every fix
	bound   float64 // no fix has a greater square
	applied int     // witnesses that the bounds know of
}

// arcAbove returns a length that the geodesic with this chord does not exceed. A geodesic is nowhere
// more curved than the meridian at the equator, so that its chord is no shorter than that of an arc of
// the circle of that radius and equal length (Schur).
func arcAbove(chord geodesy.Length) geodesy.Length {
	if x := float64(chord) / (2 * leastCurve); x < 0.1 {
		return chord * geodesy.Length(1+x*x*(1.0/6+0.0765*x*x)) // the series of the arc sine, rounded up
	}
	return geodesy.Length(mostArc(float64(chord)))
}

func chord2(a, b *geodesy.Vector) float64 {
	x, y, z := a.X-b.X, a.Y-b.Y, a.Z-b.Z
	return x*x + y*y + z*z
}

// deepest looks among the fixes of a run for one deeper than any before, and for one that is inside
// beyond doubt.
func (t *Tally) deepest(l *lineTally, r *run, seg *segment, to int) {
	e := &r.entry
	t.search(l, Limit, r, seg, to)
	if !l.landless[e.State] && !t.search(l, LandBorder, r, seg, to) {
		l.landless[e.State] = true
	}
	best := &r.limit.best
	e.FromLimit, e.FromLandBorder = *best, r.land.best
	e.DepthPossible = max(e.DepthPossible, best.Nearest.Distance)
	if !best.Known {
		return
	}
	if f := &r.limit.deepest; r.limit.fresh && !r.sure && r.beyond() && t.sure(l, e.State, f) {
		r.sure, r.sureAt = true, best.Fix.Index
	}
	r.limit.fresh = false
	if !r.sure {
		t.searchSure(l, r, seg, to)
	}
}

// search raises the best of a kind to the deepest of the fixes of the run in the segment; false when
// the state has no edge of the kind.
func (t *Tally) search(l *lineTally, k EdgeKind, r *run, seg *segment, to int) bool {
	s := &r.limit
	if k == LandBorder {
		s = &r.land
	}
	state := r.entry.State
	if len(s.witnesses) == 0 {
		mid := r.from + (to-r.from)/2
		if !t.ask(l, k, state, seg, mid, r, everywhere) {
			return false
		}
	}
	t.group(seg, r.from, to)
	for {
		g := &t.groups[0]
		for i := range t.groups {
			if t.groups[i].bound > g.bound {
				g = &t.groups[i]
			}
		}
		if s.settled(g.bound) {
			return true
		}
		if g.applied < s.total {
			t.apply(s, seg, g)
			continue
		}
		deepest := t.deepestOf(g)
		t.ask(l, k, state, seg, deepest, r, arcAbove(geodesy.Length(math.Sqrt(t.bounds[deepest])))+depthStep)
		t.bounds[deepest] = 0 // it is among the best now, if it is deep
		g.bound = 0
		for _, b := range t.bounds[g.lo:g.hi] {
			g.bound = max(g.bound, b)
		}
	}
}

// ask takes the exact distance of a fix, which is no more than limit.
func (t *Tally) ask(l *lineTally, k EdgeKind, state State, seg *segment, i int, r *run, limit geodesy.Length) bool {
	f := &seg.fixes[i]
	n, ok := l.line.Nearest(state, k, f.Position, limit)
	if !ok {
		return false
	}
	r.know(k, n, seg.base+i, f)
	return true
}

// know takes the nearest point to fix i of the run. The nearest point of the whole outline, when it is
// on a land border, is the nearest of the land border too.
func (r *run) know(k EdgeKind, n Nearest, i int, f *flight.Fix) {
	v := geodesy.ToECEF(n.Point, 0)
	if k == Limit {
		r.limit.take(n, v, i, f)
	}
	if k == LandBorder || n.Neighbour != "" {
		r.land.take(n, v, i, f)
	}
}

func (s *search) take(n Nearest, v geodesy.Vector, i int, f *flight.Fix) {
	if !s.best.Known || n.Distance > s.best.Nearest.Distance {
		s.best = Depth{Known: true, Nearest: n, Fix: sample(i, f)}
		s.deepest, s.fresh = *f, true
	}
	s.witness(v)
}

// group parts the fixes [lo, hi) into groups about which nothing is known.
func (t *Tally) group(seg *segment, lo, hi int) {
	t.groups = t.groups[:0]
	for len(t.bounds) < hi {
		t.bounds = append(t.bounds, 0)
	}
	for ; lo < hi; lo += groupSize {
		g := group{lo: lo, hi: min(lo+groupSize, hi), bound: math.Inf(1)}
		g.centre = (g.lo + g.hi) / 2
		far := 0.0
		for i := g.lo; i < g.hi; i++ {
			t.bounds[i] = math.Inf(1)
			far = max(far, chord2(&seg.vectors[i], &seg.vectors[g.centre]))
		}
		g.radius = math.Sqrt(far)
		t.groups = append(t.groups, g)
	}
}

// apply lowers the bounds of a group by the witnesses until the group is settled or none can lower the
// greatest bound. Most groups are settled by the witness nearest to their centre.
func (t *Tally) apply(s *search, seg *segment, g *group) {
	g.applied = s.total
	w, d := s.nearest(&seg.vectors[g.centre])
	if reach := math.Sqrt(d) + g.radius; s.settled(reach * reach) {
		g.bound = min(g.bound, reach*reach)
		return
	}
	for {
		t.lower(seg, g, w)
		if s.settled(g.bound) {
			return
		}
		i := t.deepestOf(g)
		if w, d = s.nearest(&seg.vectors[i]); d >= t.bounds[i] {
			return
		}
	}
}

// settled reports whether a bound, as the square of a chord, promises no greater depth than the best.
func (s *search) settled(bound float64) bool {
	return s.best.Known && arcAbove(geodesy.Length(math.Sqrt(bound))) <= s.best.Nearest.Distance+depthStep
}

func (s *search) nearest(v *geodesy.Vector) (w *geodesy.Vector, square float64) {
	square = math.Inf(1)
	for i := range s.witnesses {
		if d := chord2(&s.witnesses[i], v); d < square {
			w, square = &s.witnesses[i], d
		}
	}
	return w, square
}

func (t *Tally) deepestOf(g *group) int {
	deepest := g.lo
	for i := g.lo; i < g.hi; i++ {
		if t.bounds[i] > t.bounds[deepest] {
			deepest = i
		}
	}
	return deepest
}

// lower bounds every fix of a group by its distance to one witness.
func (t *Tally) lower(seg *segment, g *group, w *geodesy.Vector) {
	most := 0.0
	for i := g.lo; i < g.hi; i++ {
		b := min(t.bounds[i], chord2(&seg.vectors[i], w))
		t.bounds[i] = b
		most = max(most, b)
	}
	g.bound = most
}

// sure reports whether f, which is inside s beyond doubt by line own, is so by every other line in force
// that holds s: by more than the line's uncertainty and the containment radius of the fix together.
func (t *Tally) sure(own *lineTally, s State, f *flight.Fix) bool {
	for i := range t.lines {
		l := &t.lines[i]
		if l == own || !l.valid.InForce(f.Time) || !l.holdsState(s) {
			continue
		}
		if !l.sure(s, f) {
			return false
		}
	}
	return true
}

func (l *lineTally) sure(s State, f *flight.Fix) bool {
	states := l.line.StatesAt(f.Position)
	if !states.Has(s) {
		return false
	}
	n, ok := l.line.Nearest(s, Limit, f.Position, everywhere)
	return ok && n.Distance > n.Uncertainty+f.Radius
}

// sureTries bounds the fixes of a segment that are asked about when the deepest was not sure.
const sureTries = 64

// searchSure asks fixes spread over the run whether one is inside beyond doubt where the deepest is
// not: it may have a wide containment radius, or lie nearest to the less certain edge. Giving up
// errs towards unresolved.
func (t *Tally) searchSure(l *lineTally, r *run, seg *segment, to int) {
	step := max(1, (to-r.from)/sureTries)
	deepest := r.limit.best.Nearest.Distance
	for i := r.from; i < to; i += step {
		if f := &seg.fixes[i]; f.Radius < deepest && l.sure(r.entry.State, f) && t.sure(l, r.entry.State, f) {
			r.sure, r.sureAt = true, seg.base+i
			return
		}
	}
}
