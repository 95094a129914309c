package airspace

import (
	"math"

	"overflight/flight"
	"overflight/geodesy"
)

// The deepest fix of a run is searched for and not computed for every fix, by one fact: depth cannot
// grow faster than distance. If the depth at one fix is known, every fix within r of it is at most r
// deeper. Ranges of fixes are split in half, best bound first, until no bound beats the depth seen.

// node is a range of fixes of a segment with a bound on their depth.
type node struct {
	lo, hi int
	bound  geodesy.Length
}

// Depths closer than this are not told apart.
const depthStep geodesy.Length = 1e-3

// minCurvatureRadius is the least radius of curvature of WGS 84: of the meridian at the equator,
// a(1-f)².
const minCurvatureRadius = 6378137 * (1 - 1/298.257223563) * (1 - 1/298.257223563)

// arcAbove returns a length that the geodesic with this chord does not exceed. A geodesic is nowhere
// more curved than the circle of minCurvatureRadius, so that its chord is no shorter than that of an
// arc of the circle of equal length (Schur).
func arcAbove(chord geodesy.Length) geodesy.Length {
	x := float64(chord) / (2 * minCurvatureRadius)
	switch {
	case x < 0.1:
		return chord * geodesy.Length(1+x*x/5)
	case x < 1:
		return geodesy.Length(2 * minCurvatureRadius * math.Asin(x))
	}
	return everywhere
}

// spread returns how far any of the points lies from v.
func spread(v *geodesy.Vector, points []geodesy.Vector) geodesy.Length {
	most := 0.0
	for i := range points {
		p := &points[i]
		x, y, z := p.X-v.X, p.Y-v.Y, p.Z-v.Z
		most = max(most, x*x+y*y+z*z)
	}
	return arcAbove(geodesy.Length(math.Sqrt(most)))
}

// deepest looks among the fixes of a run for one deeper than any before, and for one that is inside
// beyond doubt.
func (t *Tally) deepest(l *lineTally, r *run, seg *segment, to int) {
	e := &r.entry
	before := e.FromLimit.Fix.Index
	fresh := !e.FromLimit.Known
	t.search(l, Limit, e.State, seg, r.from, to, &e.FromLimit, &r.limitAt)
	if !l.landless[e.State] && !t.search(l, LandBorder, e.State, seg, r.from, to, &e.FromLandBorder, &r.landAt) {
		l.landless[e.State] = true
	}
	e.DepthPossible = max(e.DepthPossible, e.FromLimit.Nearest.Distance)
	if !e.FromLimit.Known {
		return
	}
	if at := e.FromLimit.Fix.Index; fresh || at != before {
		f := &seg.fixes[at-seg.base]
		r.radius = f.Radius
		if !r.sure && t.sure(e.State, f) {
			r.sure, r.sureAt = true, at
		}
	}
	if !r.sure {
		t.searchSure(r, seg, to)
	}
}

// search raises best to the deepest of fixes [lo, hi); false when the state has no edge of the kind.
func (t *Tally) search(l *lineTally, k EdgeKind, s State, seg *segment, lo, hi int, best *Depth, bestAt *geodesy.Vector) bool {
	bound := everywhere
	if best.Known {
		bound = best.Nearest.Distance + spread(bestAt, seg.vectors[lo:hi])
	}
	queue := append(t.nodes[:0], node{lo, hi, bound})
	for len(queue) > 0 {
		var n node
		n, queue = pop(queue)
		if best.Known && n.bound <= best.Nearest.Distance+depthStep {
			break
		}
		mid := n.lo + (n.hi-n.lo)/2
		near, ok := l.line.Nearest(s, k, seg.fixes[mid].Position, n.bound+1)
		if !ok {
			if !best.Known {
				t.nodes = queue
				return false
			}
			continue
		}
		if !best.Known || near.Distance > best.Nearest.Distance {
			*best = Depth{Known: true, Nearest: near, Fix: sample(seg.base+mid, &seg.fixes[mid])}
			*bestAt = seg.vectors[mid]
		}
		for _, half := range [2][2]int{{n.lo, mid}, {mid + 1, n.hi}} {
			if half[0] >= half[1] {
				continue
			}
			b := min(n.bound, near.Distance+spread(&seg.vectors[mid], seg.vectors[half[0]:half[1]]))
			if b > best.Nearest.Distance+depthStep {
				queue = push(queue, node{half[0], half[1], b})
			}
		}
	}
	t.nodes = queue[:0]
	return true
}

// sure reports whether f is inside s by every line in force that holds s, by more than the line's
// uncertainty and the containment radius of the fix together.
func (t *Tally) sure(s State, f *flight.Fix) bool {
	for i := range t.lines {
		l := &t.lines[i]
		if !l.valid.InForce(f.Time) || !l.holdsState(s) {
			continue
		}
		states := l.line.StatesAt(f.Position)
		if !states.Has(s) {
			return false
		}
		n, ok := l.line.Nearest(s, Limit, f.Position, everywhere)
		if !ok || n.Distance <= n.Uncertainty+f.Radius {
			return false
		}
	}
	return true
}

// sureTries bounds the fixes of a segment that are asked about when the deepest was not sure.
const sureTries = 64

// searchSure asks fixes spread over the run whether one is inside beyond doubt where the deepest is
// not: it may have a wide containment radius, or lie nearest to the less certain edge. Giving up
// errs towards unresolved.
func (t *Tally) searchSure(r *run, seg *segment, to int) {
	step := max(1, (to-r.from)/sureTries)
	deepest := r.entry.FromLimit.Nearest.Distance
	for i := r.from; i < to; i += step {
		if f := &seg.fixes[i]; f.Radius < deepest && t.sure(r.entry.State, f) {
			r.sure, r.sureAt = true, seg.base+i
			return
		}
	}
}

func push(h []node, n node) []node {
	h = append(h, n)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up].bound >= h[i].bound {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
	return h
}

func pop(h []node) (node, []node) {
	top, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1].bound > h[c].bound {
			c++
		}
		if h[i].bound >= h[c].bound {
			break
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
	return top, h
}
