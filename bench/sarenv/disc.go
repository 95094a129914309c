package main

import (
	"fmt"
	"math"

	"overflight/format/raster"
)

// side is how many cells the evaluated square has a side.
const side = 120

// disc is a prior as it is evaluated: the middle of a heat map, zero beyond the disc. Row 0 is the southernmost.
type disc struct {
	mass [side * side]float64
}

// crop says how a disc was cut out of its heat map. The published results do not say; see fit.
type crop struct {
	east, north int // by how many cells the square is off the middle: a bound that was rounded down
	// To which side of the middle cell's corner the centre lies by less than a rounding: -1, 0 or 1 each way. It decides only about the
	// ten cells that are exactly as far from it as the disc reaches.
	leanEast, leanNorth int
}

func (c crop) String() string {
	return fmt.Sprintf("(%+d, %+d) %s", c.east, c.north, [...]string{"SW", "S", "SE", "W", "-", "E", "NW", "N", "NE"}[(c.leanNorth+1)*3+c.leanEast+1])
}

// cut takes a disc out of a heat map. The square's middle is the middle of a map of 660 x 660 cells, whatever its edges lost.
func (c crop) cut(m *raster.Raster) (*disc, error) {
	const middle, radius = 330, side / 2
	if m.Columns < middle+radius || m.Rows < middle+radius {
		return nil, fmt.Errorf("a heat map of %d x %d cells: expected about 660 x 660", m.Rows, m.Columns)
	}
	d := &disc{}
	for row := range side {
		for column := range side {
			y, x := middle-radius+c.north+row, middle-radius+c.east+column
			dy, dx := y-middle, x-middle
			off := dx*dx + dy*dy - radius*radius
			if off > 0 || off == 0 && dx*c.leanEast+dy*c.leanNorth < 0 {
				continue
			}
			v := m.At(x, y)
			if !(v >= 0) || math.IsInf(v, 1) {
				return nil, fmt.Errorf("cell %d of row %d holds %v: expected a probability", x, y, v)
			}
			d.mass[row*side+column] = v
		}
	}
	return d, nil
}

// total is the mass in the disc: the most that any plan can see.
func (d *disc) total() float64 {
	var sum float64
	for _, v := range d.mass {
		sum += v
	}
	return sum
}

// density is the mass a square metre at a place.
func (d *disc) density(p point) float64 {
	column, row := int(math.Floor((p.x+discRadius)/cellSize)), int(math.Floor((p.y+discRadius)/cellSize))
	if column < 0 || column >= side || row < 0 || row >= side {
		return 0
	}
	return d.mass[row*side+column] / (cellSize * cellSize)
}
