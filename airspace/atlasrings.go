package airspace

import (
	"cmp"
	"math"
	"slices"

	"overflight/geodesy"
)

// gridPoint is a vertex in units from 180 W 90 S.
type gridPoint struct{ x, y int64 }

func (p gridPoint) position() geodesy.Position {
	return geodesy.Position{
		Lat: geodesy.Angle(float64(p.y-maxLatUnits) / 1e7),
		Lon: geodesy.Angle(float64(p.x-maxLonUnits) / 1e7),
	}
}

// Rings returns the outline of s as closed rings, the state on the left: outer rings run
// counter-clockwise, holes clockwise. The last position repeats the first. A state on both sides of the
// antimeridian is closed along it on either side, as GeoJSON wants it.
func (c *chart) Rings(s State) [][]geodesy.Position {
	i, ok := c.index(s)
	if !ok {
		return nil
	}
	var out [][]geodesy.Position
	for _, r := range c.rings(i) {
		ring := make([]geodesy.Position, 0, len(r)+1)
		for _, p := range r {
			ring = append(ring, p.position())
		}
		out = append(out, append(ring, ring[0]))
	}
	return out
}

// Polygons returns the outline of s as polygons in the sense of GeoJSON: an outer ring and its holes.
func (c *chart) Polygons(s State) [][][]geodesy.Position {
	type shell struct {
		ring  []geodesy.Position
		area  float64
		holes [][]geodesy.Position
	}
	var shells []shell
	var holes [][]geodesy.Position
	for _, r := range c.Rings(s) {
		if a := ringArea(r); a > 0 {
			shells = append(shells, shell{ring: r, area: a})
		} else {
			holes = append(holes, r)
		}
	}
	slices.SortStableFunc(shells, func(a, b shell) int { return cmp.Compare(a.area, b.area) })
	for _, h := range holes {
		for i := range shells { // the smallest first
			if shells[i].area > -ringArea(h) && ringHolds(shells[i].ring, h) {
				shells[i].holes = append(shells[i].holes, h)
				break
			}
		}
	}
	out := make([][][]geodesy.Position, len(shells))
	for i, s := range shells {
		out[len(shells)-1-i] = append([][]geodesy.Position{s.ring}, s.holes...)
	}
	return out
}

// ringArea is the area in square degrees, positive when counter-clockwise.
func ringArea(r []geodesy.Position) float64 {
	var a float64
	for i := range len(r) - 1 {
		a += float64(r[i].Lon-r[0].Lon)*float64(r[i+1].Lat-r[0].Lat) - float64(r[i+1].Lon-r[0].Lon)*float64(r[i].Lat-r[0].Lat)
	}
	return a / 2
}

// ringHolds reports whether a hole lies in a shell, by the middle of the hole's first edge that is no
// edge of the shell's: two rings of one state share corners at most.
func ringHolds(shell, hole []geodesy.Position) bool {
	lat, lon := (hole[0].Lat+hole[1].Lat)/2, (hole[0].Lon+hole[1].Lon)/2
	in := false
	for i := range len(shell) - 1 {
		a, b := shell[i], shell[i+1]
		if (a.Lat > lat) != (b.Lat > lat) && lon < a.Lon+(b.Lon-a.Lon)*(lat-a.Lat)/(b.Lat-a.Lat) {
			in = !in
		}
	}
	return in
}

// rings joins the edges of a state's outline.
func (c *chart) rings(state uint16) [][]gridPoint {
	leave := map[gridPoint][]gridPoint{}
	var starts []gridPoint
	o := &c.outlines[state]
	last := int32(-1)
	for _, part := range o.parts {
		if part.tile == last {
			continue // two features of one state in one tile
		}
		last = part.tile
		t := c.tile(int(part.tile))
		ox, oy := cellOrigin(t.cell)
		for _, k := range t.chains {
			left := slices.Contains(c.sets[k.left].indexes, state)
			if left == slices.Contains(c.sets[k.right].indexes, state) {
				continue
			}
			for i := k.from; i < k.to; i++ {
				a := gridPoint{int64(t.xs[i]) + ox + maxLonUnits, int64(t.ys[i]) + oy + maxLatUnits}
				b := gridPoint{int64(t.xs[i+1]) + ox + maxLonUnits, int64(t.ys[i+1]) + oy + maxLatUnits}
				if homeCell(a, b) != t.cell {
					continue // another tile has it too
				}
				if !left {
					a, b = b, a
				}
				leave[a] = append(leave[a], b)
				starts = append(starts, a)
			}
		}
	}
	c.closeAtSeam(leave, &starts)
	var out [][]gridPoint
	for _, s := range starts {
		for len(leave[s]) > 0 {
			out = append(out, simpleRings(walkRing(leave, s))...)
		}
	}
	return out
}

// homeCell is the one cell, of those that hold an edge, that counts it: that of its lower corner.
func homeCell(a, b gridPoint) int32 {
	if a.y > b.y || a.y == b.y && a.x > b.x {
		a = b
	}
	return int32(min(a.y/cellUnits, gridRows-1)*gridColumns + min(a.x/cellUnits, gridColumns-1))
}

// closeAtSeam joins what the antimeridian cut: northward along +180, southward along -180.
func (c *chart) closeAtSeam(leave map[gridPoint][]gridPoint, starts *[]gridPoint) {
	balance := map[gridPoint]int{}
	for a, list := range leave {
		for _, b := range list {
			balance[a]++
			balance[b]--
		}
	}
	for _, x := range []int64{0, 2 * maxLonUnits} {
		var ends []gridPoint
		for p, n := range balance {
			if p.x == x && n != 0 {
				ends = append(ends, p)
			}
		}
		slices.SortFunc(ends, func(a, b gridPoint) int {
			if x == 0 {
				a, b = b, a
			}
			return cmp.Compare(a.y, b.y)
		})
		for i := 0; i+1 < len(ends); i++ {
			if balance[ends[i]] < 0 && balance[ends[i+1]] > 0 {
				leave[ends[i]] = append(leave[ends[i]], ends[i+1])
				*starts = append(*starts, ends[i])
				i++
			}
		}
	}
}

// walkRing takes edges out of leave until it is back at s, turning left as sharply as it can, so that
// parts of a state that touch in one corner stay apart.
func walkRing(leave map[gridPoint][]gridPoint, s gridPoint) []gridPoint {
	ring := []gridPoint{s}
	at, from := s, gridPoint{s.x - 1, s.y}
	for {
		list := leave[at]
		if len(list) == 0 {
			return ring // open: the line ends here
		}
		best := 0
		for i := 1; i < len(list); i++ {
			if leftTurn(from, at, list[i]) > leftTurn(from, at, list[best]) {
				best = i
			}
		}
		next := list[best]
		list[best] = list[len(list)-1]
		if leave[at] = list[:len(list)-1]; len(list) == 1 {
			delete(leave, at)
		}
		if next == s {
			return ring
		}
		ring = append(ring, next)
		from, at = at, next
	}
}

// leftTurn is the angle of the turn at b, positive to the left.
func leftTurn(a, b, c gridPoint) float64 {
	ux, uy := float64(b.x-a.x), float64(b.y-a.y)
	vx, vy := float64(c.x-b.x), float64(c.y-b.y)
	return math.Atan2(ux*vy-uy*vx, ux*vx+uy*vy)
}

// simpleRings cuts a ring where it comes back to a corner.
func simpleRings(ring []gridPoint) [][]gridPoint {
	var out [][]gridPoint
	seen := map[gridPoint]int{}
	var path []gridPoint
	for _, p := range ring {
		if i, ok := seen[p]; ok {
			if loop := slices.Clone(path[i:]); len(loop) > 2 {
				out = append(out, loop)
			}
			for _, q := range path[i+1:] {
				delete(seen, q)
			}
			path = path[:i]
		}
		seen[p] = len(path)
		path = append(path, p)
	}
	if len(path) > 2 {
		out = append(out, path)
	}
	return out
}
