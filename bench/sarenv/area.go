package main

import (
	"math"
	"math/bits"
	"slices"
)

// The area-true score: each cell is credited by the share of its area that lies within reach of a path. The share is counted on 640
// points of the cell: ten lines of sixty-four. Lines are shifted from column to column and points from line to line, by the golden
// ratio, so that no lane lies along them and none can be laid where they are.
const (
	linesCell  = 10
	pointsLine = 64
	border     = 4 // cells around the square: what is swept there counts as area, and holds nothing
	wide       = side + 2*border
	golden     = 0.6180339887498949
)

// ground is what was swept, as bits.
type ground struct {
	line [wide][wide * linesCell]uint64 // by column, from the west, and line, from the south
}

func fraction(x float64) float64 { return x - math.Floor(x) }

// sweep marks what lies within reach of a leg.
func (g *ground) sweep(a, b point) {
	const west, south = -discRadius - border*cellSize, -discRadius - border*cellSize
	s := newStadium(a, b)
	first := max(0, int((math.Min(a.x, b.x)-reach-west)/cellSize))
	last := min(wide-1, int((math.Max(a.x, b.x)+reach-west)/cellSize))
	const apart, bit = cellSize / linesCell, cellSize / pointsLine
	for column := first; column <= last; column++ {
		shift := fraction(float64(column) * golden)
		low := max(0, int(math.Ceil((math.Min(a.y, b.y)-reach-south)/apart-shift)))
		high := min(wide*linesCell-1, int(math.Floor((math.Max(a.y, b.y)+reach-south)/apart-shift)))
		edge := west + float64(column)*cellSize
		for l := low; l <= high; l++ {
			from, to, ok := s.across(south + (float64(l)+shift)*apart)
			if !ok {
				continue
			}
			along := fraction(float64(l)*golden + float64(column)*golden*golden)
			i := max(0, int(math.Ceil((from-edge)/bit-along)))
			j := min(pointsLine-1, int(math.Floor((to-edge)/bit-along)))
			if i <= j {
				g.line[column][l] |= (^uint64(0) << i) & (^uint64(0) >> (pointsLine - 1 - j))
			}
		}
	}
}

// swept marks paths. A path is thinned to a hundredth of a metre first.
func swept(paths []path) *ground {
	g := &ground{}
	for _, p := range paths {
		p = p.thinned(0.01)
		for i := 1; i < len(p); i++ {
			g.sweep(p[i-1], p[i])
		}
	}
	return g
}

// area is what was swept, in square kilometres, disc or not.
func (g *ground) area() float64 {
	n := 0
	for column := range g.line {
		for _, w := range g.line[column] {
			n += bits.OnesCount64(w)
		}
	}
	return float64(n) * cellSize * cellSize / (linesCell * pointsLine) / 1e6
}

// credit is the area-true score of what was swept.
func (d *disc) credit(g *ground) float64 {
	var sum float64
	for column := range side {
		for row := range side {
			m := d.mass[row*side+column]
			if m == 0 {
				continue
			}
			n := 0
			for l := range linesCell {
				n += bits.OnesCount64(g.line[column+border][(row+border)*linesCell+l])
			}
			sum += m * float64(n) / (linesCell * pointsLine)
		}
	}
	return sum
}

// bound is what no paths of a length can exceed under the area-true score: all that they sweep, laid without overlap over the densest
// cells. A path of length l sweeps at most 2 r l + pi r^2.
func (d *disc) bound(length float64, paths int) float64 {
	cells := slices.Clone(d.mass[:])
	slices.SortFunc(cells, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	left := (2*reach*length + float64(paths)*math.Pi*reach*reach) / (cellSize * cellSize)
	var sum float64
	for _, v := range cells {
		sum += v * math.Min(1, left)
		if left--; left <= 0 {
			break
		}
	}
	return sum
}
