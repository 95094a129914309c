package coverage

import (
	"math"

	"overflight/geodesy"
)

// sides is the number of sides of the cube. Side 2k looks along axis k, side 2k+1 against it.
const sides = 6

// point is a place on a side, each coordinate from -1 to 1 on the side itself.
type point struct{ x, y float64 }

// axes returns the components of v along the axis that a side looks along, and along the next two.
func axes(side int, v geodesy.Vector) (w, x, y float64) {
	c := [3]float64{v.X, v.Y, v.Z}
	k := side / 2
	w, x, y = c[k], c[(k+1)%3], c[(k+2)%3]
	if side%2 == 1 {
		w = -w
	}
	return w, x, y
}

// sideOf returns the side that the line from the centre through v passes.
func sideOf(v geodesy.Vector) int {
	best, most := 0, math.Inf(-1)
	for s := range sides {
		if w, _, _ := axes(s, v); w > most {
			best, most = s, w
		}
	}
	return best
}

// mayTouch reports whether a footprint with these corners, none of them MaxFootprint from another, can
// reach the side: the edge of a side is 35 degrees of arc above the plane through the centre, and
// MaxFootprint is 18.
func mayTouch(side int, at *[4]geodesy.Vector) bool {
	for _, v := range at {
		if w, _, _ := axes(side, v); !(w > 0.2*v.Norm()) {
			return false
		}
	}
	return true
}

// project lays the corners of a footprint on a side.
func project(side int, at *[4]geodesy.Vector) ring {
	var r ring
	r.low, r.high = point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for i, v := range at {
		w, x, y := axes(side, v)
		p := point{x / w, y / w}
		r.corners[i] = p
		r.low = point{math.Min(r.low.x, p.x), math.Min(r.low.y, p.y)}
		r.high = point{math.Max(r.high.x, p.x), math.Max(r.high.y, p.y)}
	}
	r.outline()
	return r
}

// direction is the vector from the centre of the Earth through a point of a side.
func direction(side int, p point) geodesy.Vector {
	var c [3]float64
	k := side / 2
	c[k], c[(k+1)%3], c[(k+2)%3] = 1, p.x, p.y
	if side%2 == 1 {
		c[k] = -1
	}
	return geodesy.Vector{X: c[0], Y: c[1], Z: c[2]}
}

const (
	perA2 = 1 / float64(geodesy.SemiMajorAxis*geodesy.SemiMajorAxis)
	perB2 = 1 / float64(geodesy.SemiMinorAxis*geodesy.SemiMinorAxis)
)

// unproject returns the position on the ellipsoid. There tan(latitude) is a²/b² Z over the distance from
// the axis, whatever the length of the direction.
func unproject(side int, p point) geodesy.Position {
	d := direction(side, p)
	return geodesy.Position{
		Lat: geodesy.Angle(math.Atan2(d.Z*perB2, math.Sqrt(d.X*d.X+d.Y*d.Y)*perA2) * (180 / math.Pi)),
		Lon: geodesy.Angle(math.Atan2(d.Y, d.X) * (180 / math.Pi)),
	}
}

// density is the area of the ellipsoid under a unit of area of the side, m². With A = diag(1/a², 1/a²,
// 1/b²), d the direction and P = t d on the ellipsoid, the cone over du dv has the volume t³ du dv / 3
// and the height 1/|A P| over its base, so that the base is t³ |A P| = t⁴ |A d|.
func density(side int, p point) float64 {
	d := direction(side, p)
	t2 := 1 / ((d.X*d.X+d.Y*d.Y)*perA2 + d.Z*d.Z*perB2)
	return t2 * t2 * geodesy.Vector{X: d.X * perA2, Y: d.Y * perA2, Z: d.Z * perB2}.Norm()
}

// squareArea is the area in m² of the ellipsoid under a square, by Gauss's rule of two by two points:
// exact to 1e-9 for squares of 100 km, and to 1e-4 for a whole side.
func squareArea(side int, c point, half float64) float64 {
	d := half / math.Sqrt(3)
	return half * half * (density(side, point{c.x - d, c.y - d}) + density(side, point{c.x + d, c.y - d}) +
		density(side, point{c.x - d, c.y + d}) + density(side, point{c.x + d, c.y + d}))
}

// corner is corner i of a square, in order round it.
func corner(c point, half float64, i int) point {
	switch i {
	case 0:
		return point{c.x - half, c.y - half}
	case 1:
		return point{c.x + half, c.y - half}
	case 2:
		return point{c.x + half, c.y + half}
	default:
		return point{c.x - half, c.y + half}
	}
}

// ring is a footprint on a side.
type ring struct {
	corners   [4]point
	low, high point
	edges     [4]edge
	convex    bool // then the edges run anticlockwise
}

// edge runs from a by d, within the box from low to high; reach is |d.x| + |d.y|.
type edge struct {
	a, d, low, high point
	reach           float64
}

// allEdges is the set of all four.
const allEdges = 0b1111

// outline makes the edges, anticlockwise if that can be said.
func (r *ring) outline() {
	left, right := 0, 0
	for i, p := range r.corners {
		q, o := r.corners[(i+1)%4], r.corners[(i+2)%4]
		if turn := (q.x-p.x)*(o.y-q.y) - (q.y-p.y)*(o.x-q.x); turn > 0 {
			left++
		} else if turn < 0 {
			right++
		}
	}
	r.convex = left == 0 || right == 0
	for i, a := range r.corners {
		b := r.corners[(i+1)%4]
		if right > 0 && r.convex {
			a, b = b, a
		}
		r.edges[i] = edge{
			a: a, d: point{b.x - a.x, b.y - a.y},
			low: point{min(a.x, b.x), min(a.y, b.y)}, high: point{max(a.x, b.x), max(a.y, b.y)},
			reach: math.Abs(b.x-a.x) + math.Abs(b.y-a.y),
		}
	}
}

// left is positive for a point to the left of the edge's line, and in proportion to its distance.
func (e *edge) left(p point) float64 {
	return e.d.x*(p.y-e.a.y) - e.d.y*(p.x-e.a.x)
}

// meet returns those of the edges in the set that may pass through a square; when none does, it says
// whether the square lies inside. What lies outside one line of a convex ring is outside, so that there
// the lines are asked and not the edges.
func (r *ring) meet(set uint8, c point, half float64) (rest uint8, inside bool) {
	if !r.convex {
		rest = r.crossing(set, c, half)
		return rest, rest == 0 && r.holds(c)
	}
	for i := range r.edges {
		if set&(1<<i) == 0 {
			continue
		}
		e := &r.edges[i]
		s, reach := e.left(c), half*e.reach
		if s < -reach {
			return 0, false
		}
		if s > reach {
			set &^= 1 << i
		}
	}
	return set, set == 0
}

// has reports whether a point lies inside, where only the edges in the set come near.
func (r *ring) has(set uint8, p point) bool {
	if !r.convex {
		return r.holds(p)
	}
	for i := range r.edges {
		if set&(1<<i) != 0 && r.edges[i].left(p) < 0 {
			return false
		}
	}
	return true
}

// size returns the longest diagonal or edge of the ring, and its area over that: for a square 1.4 and
// 0.7 of its side.
func (r *ring) size() (length, width float64) {
	var area float64
	for i, p := range r.corners {
		q := r.corners[(i+1)%4]
		area += p.x*q.y - q.x*p.y
		for _, o := range r.corners[i+1:] {
			length = math.Max(length, math.Hypot(o.x-p.x, o.y-p.y))
		}
	}
	if length == 0 {
		return 0, 0
	}
	// The shoelace of a crossed ring cancels; its two triangles still have a width.
	d := r.corners
	a := math.Abs((d[1].x-d[0].x)*(d[2].y-d[0].y) - (d[2].x-d[0].x)*(d[1].y-d[0].y))
	b := math.Abs((d[2].x-d[0].x)*(d[3].y-d[0].y) - (d[3].x-d[0].x)*(d[2].y-d[0].y))
	return length, math.Max(math.Abs(area), math.Max(a, b)) / 2 / length
}

// touches reports whether the ring's box and a square overlap.
func (r *ring) touches(c point, half float64) bool {
	return r.low.x <= c.x+half && r.high.x >= c.x-half && r.low.y <= c.y+half && r.high.y >= c.y-half
}

// crossing returns those of the edges in the set that pass through a square.
func (r *ring) crossing(set uint8, c point, half float64) uint8 {
	for i := range r.edges {
		e := &r.edges[i]
		if set&(1<<i) != 0 && (e.high.x < c.x-half || e.low.x > c.x+half || e.high.y < c.y-half || e.low.y > c.y+half ||
			math.Abs(e.left(c)) > half*e.reach) {
			set &^= 1 << i
		}
	}
	return set
}

// holds reports whether a point lies inside the ring, by even and odd.
func (r *ring) holds(p point) bool {
	in := false
	for i := range r.edges {
		e := &r.edges[i]
		if e.low.y <= p.y && p.y < e.high.y && (e.d.x*(p.y-e.a.y) > e.d.y*(p.x-e.a.x)) == (e.d.y > 0) {
			in = !in
		}
	}
	return in
}
