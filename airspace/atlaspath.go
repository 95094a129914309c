package airspace

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// StatesNear appends the states with territory within radius of p to dst, each once, in the order of
// their codes.
func (c *chart) StatesNear(dst []State, p geodesy.Position, radius geodesy.Length) []State {
	here := c.sets[c.setAt(p)].indexes
	var q shoreSearch
	for i, s := range c.states {
		if slices.Contains(here, uint16(i)) {
			dst = append(dst, s)
			continue
		}
		q.found, q.n, q.more = false, 0, nil
		if !q.start(c, s, Limit, p, float64(radius)) {
			continue
		}
		all := c.outlines[i].whole(c)
		if all.centre.Minus(q.at).Norm() > q.cut+all.radius {
			continue
		}
		if q.parts(); !q.found {
			continue
		}
		if q.best < float64(radius)*0.999 {
			dst = append(dst, s)
		} else if _, near := q.measure(p, radius); near {
			dst = append(dst, s)
		}
	}
	return dst
}

// pathSearch looks for the least way from a to b by way of an outline.
type pathSearch struct {
	c     *chart
	state uint16
	a, b  geodesy.Vector
	from  geodesy.Position
	to    geodesy.Position
	best  geodesy.Length // the least seen, or the limit
	at    geodesy.Position
	found bool
}

// LeastPath returns the least d(a,q)+d(q,b) over the points q of the outline of s, as long as it is no
// more than limit; false otherwise.
func (c *chart) LeastPath(s State, a, b geodesy.Position, limit geodesy.Length) (geodesy.Length, geodesy.Position, bool) {
	i, ok := c.index(s)
	if !ok || !a.Valid() || !b.Valid() || !(limit >= 0) {
		return 0, geodesy.Position{}, false
	}
	q := pathSearch{c: c, state: i, a: geodesy.ToECEF(a, 0), b: geodesy.ToECEF(b, 0), from: a, to: b, best: limit}
	o := &c.outlines[i]
	balls := c.ballsOf(o)
	first, least := -1, float64(limit)
	for k := range balls {
		if d := q.bound(&balls[k]); d <= least {
			first, least = k, d
		}
	}
	if first < 0 {
		return 0, geodesy.Position{}, false
	}
	q.part(o, first)
	for k := range balls {
		if k != first && q.bound(&balls[k]) <= float64(q.best) {
			q.part(o, k)
		}
	}
	return q.best, q.at, q.found
}

// bound is the least a way through the ball can be.
func (q *pathSearch) bound(b *ball) float64 {
	return leastArc(math.Max(0, b.centre.Minus(q.a).Norm()-b.radius)) + leastArc(math.Max(0, b.centre.Minus(q.b).Norm()-b.radius))
}

func (q *pathSearch) part(o *outline, i int) {
	t := q.c.tile(int(o.parts[i].tile))
	s := t.shore(q.c)
	for k := range s.coasts {
		if s.coasts[k].state != q.state {
			continue
		}
		c := &s.coasts[k]
		first, least := -1, float64(q.best)
		for _, g := range c.groups {
			if d := q.bound(&s.groups[g].ball); d <= least {
				first, least = int(g), d
			}
		}
		if first < 0 {
			return
		}
		q.group(t, s, &s.groups[first])
		for _, g := range c.groups {
			if int(g) != first && q.bound(&s.groups[g].ball) <= float64(q.best) {
				q.group(t, s, &s.groups[g])
			}
		}
	}
}

func (q *pathSearch) group(t *tile, s *shore, g *shoreGroup) {
	for i := g.first; i < g.last; i++ {
		a, b := s.points[i].at, s.points[i+1].at
		// Both feet taken for themselves: no more than the least of the sum.
		least := leastArc(math.Max(0, toPiece(q.a, a, b)-g.sag)) + leastArc(math.Max(0, toPiece(q.b, a, b)-g.sag))
		if least > float64(q.best) {
			continue
		}
		q.piece(shoreHit{tile: t, group: g, point: i})
	}
}

// piece minimises over one piece by the golden section: the sum of two distances to a nearly straight
// line has one minimum.
func (q *pathSearch) piece(h shoreHit) {
	v, lo, hi := h.span()
	ox, oy := cellOrigin(h.tile.cell)
	way := func(at float64) float64 {
		e := h.tile.pointOn(v, at, ox, oy)
		return e.Minus(q.a).Norm() + e.Minus(q.b).Norm()
	}
	const golden = 0.6180339887498949
	x, y := hi-golden*(hi-lo), lo+golden*(hi-lo)
	wx, wy := way(x), way(y)
	for range 30 { // 2 km to 1 mm
		if wx < wy {
			hi, y, wy = y, x, wx
			x = hi - golden*(hi-lo)
			wx = way(x)
		} else {
			lo, x, wx = x, y, wy
			y = lo + golden*(hi-lo)
			wy = way(y)
		}
	}
	pos := h.tile.positionOn(v, (lo+hi)/2, ox, oy)
	if d := geodesy.Distance(q.from, pos) + geodesy.Distance(pos, q.to); d < q.best || !q.found && d <= q.best {
		q.best, q.at, q.found = d, pos, true
	}
}
