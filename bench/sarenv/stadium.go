package main

import "math"

// stadium is the ground within reach of a leg: a rectangle with two half discs.
type stadium struct {
	a, b   point
	ux, uy float64 // along the leg, unit; 0, 0 for a leg of no length
	length float64
	inv    float64 // 1/uy
}

func newStadium(a, b point) stadium {
	s := stadium{a: a, b: b, length: a.to(b)}
	if s.length > 0 {
		s.ux, s.uy = (b.x-a.x)/s.length, (b.y-a.y)/s.length
		s.inv = 1 / s.uy
	}
	return s
}

// across is where a line of constant y runs through: an interval, as a stadium is convex.
func (s *stadium) across(y float64) (from, to float64, ok bool) {
	from, to = math.Inf(1), math.Inf(-1)
	if d := y - s.a.y; d <= reach && d >= -reach {
		h := math.Sqrt(reach*reach - d*d)
		from, to = s.a.x-h, s.a.x+h
	}
	if d := y - s.b.y; d <= reach && d >= -reach {
		h := math.Sqrt(reach*reach - d*d)
		from, to = min(from, s.b.x-h), max(to, s.b.x+h)
	}
	if s.uy != 0 {
		// The straight sides, a + t u -+ reach n with n = (-uy, ux), where this line meets them between the ends.
		dy := (y - s.a.y) * s.inv
		for _, off := range [2]float64{-reach, reach} {
			if t := dy - off*s.ux*s.inv; t >= 0 && t <= s.length {
				x := s.a.x + t*s.ux - off*s.uy
				from, to = min(from, x), max(to, x)
			}
		}
	}
	return from, to, from <= to
}

// thinned leaves out points that lie within a tolerance of the line between those that stay (Ramer 1972, Douglas and Peucker 1973).
func (p path) thinned(tolerance float64) path {
	if len(p) < 3 {
		return p
	}
	keep := make([]bool, len(p))
	keep[0], keep[len(p)-1] = true, true
	type span struct{ i, j int }
	// Spans are bounded, so that a long curve does not cost the square of its points.
	const longest = 64
	var todo []span
	for i := 0; i < len(p)-1; i += longest {
		j := min(i+longest, len(p)-1)
		keep[i] = true
		todo = append(todo, span{i, j})
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		far, at := tolerance, 0
		for k := s.i + 1; k < s.j; k++ {
			if d := p[k].from(p[s.i], p[s.j]); d > far {
				far, at = d, k
			}
		}
		if at > 0 {
			keep[at] = true
			todo = append(todo, span{s.i, at}, span{at, s.j})
		}
	}
	var out path
	for i, k := range keep {
		if k {
			out = append(out, p[i])
		}
	}
	return out
}

// from is the distance of a point from a leg.
func (p point) from(a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	l := dx*dx + dy*dy
	if l == 0 {
		return p.to(a)
	}
	t := math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
	return p.to(point{a.x + t*dx, a.y + t*dy})
}
