package search

import "math"

// links gives lengths of shortest paths between lanes, in cells. On the lattice they depend on the difference of
// headings and of places alone, so each is solved once, when it is first asked for.
type links struct {
	radius float64
	width  int32
	reach  int32 // differences of up to so many cells
	side   int32 // of the table: 2 reach + 1
	known  []float64
}

func newLinks(radius float64, width, reach int32) *links {
	l := &links{radius: radius, width: width, reach: reach, side: 2*reach + 1}
	l.known = make([]float64, 4*int(l.side)*int(l.side))
	return l
}

// between is the length from the exit of one lane to the entry of another on the same lattice.
func (l *links) between(a, b Lane) float64 {
	// Twice the differences, so that half cells of odd widths stay whole.
	ax, ay := ends(a, a.exit(), l.width)
	bx, by := ends(b, b.entry(), l.width)
	dx, dy := bx-ax, by-ay
	switch a.Heading & 3 {
	case North:
		dx, dy = dy, -dx
	case West:
		dx, dy = -dx, -dy
	case South:
		dx, dy = -dy, dx
	case East:
	}
	turn := (b.Heading - a.Heading) & 3
	if far := 2 * l.reach; dx > far || dx < -far || dy > far || dy < -far {
		return l.solve(dx, dy, turn)
	}
	i := (int32(turn)*l.side+(dy>>1)+l.reach)*l.side + (dx >> 1) + l.reach
	if v := l.known[i]; v != 0 {
		return v
	}
	l.known[i] = l.solve(dx, dy, turn)
	return l.known[i]
}

// solve takes twice the differences, the x axis along the first heading.
func (l *links) solve(dx, dy int32, turn Heading) float64 {
	if turn == East && dy == 0 && dx >= 0 {
		return float64(dx) / 2
	}
	_, parts := shortest(float64(dx)/2/l.radius, float64(dy)/2/l.radius, float64(turn)*math.Pi/2)
	return (parts[0] + parts[1] + parts[2]) * l.radius
}

// ends is twice the place of a point on a lane's middle line.
func ends(a Lane, along, width int32) (x, y int32) {
	if a.across() {
		return 2*a.Side + width, 2 * along
	}
	return 2 * along, 2*a.Side + width
}
