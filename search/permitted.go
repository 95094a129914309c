package search

import (
	"math"

	"overflight/geodesy"
)

// ground knows where the aircraft may be, cell by cell around the map and the base, and how far each cell is from the
// next one where it may not.
type ground struct {
	x0, y0     int32 // first cell
	cols, rows int32
	clear      []float32 // cells to the nearest cell that is not permitted, less the diagonal of a cell; 0 or less inside
}

// newGround asks for all corners once. Margin is in cells.
func newGround(t *Task, margin float64) *ground {
	if t.Permitted == nil {
		return nil
	}
	cell := float64(t.Prior.Cell)
	low, high := [2]float64{0, 0}, [2]float64{float64(t.Prior.Columns), float64(t.Prior.Rows)}
	for _, p := range []Point{t.Base, t.origin()} {
		for k, v := range [2]float64{float64(p.X) / cell, float64(p.Y) / cell} {
			low[k], high[k] = min(low[k], v), max(high[k], v)
		}
	}
	g := &ground{x0: int32(math.Floor(low[0] - margin)), y0: int32(math.Floor(low[1] - margin))}
	g.cols, g.rows = int32(math.Ceil(high[0]+margin))-g.x0, int32(math.Ceil(high[1]+margin))-g.y0
	corner := make([]bool, (g.cols+1)*(g.rows+1))
	for j := range g.rows + 1 {
		for i := range g.cols + 1 {
			corner[j*(g.cols+1)+i] = t.Permitted(Point{geodesy.Length(float64(g.x0+i) * cell), geodesy.Length(float64(g.y0+j) * cell)})
		}
	}
	g.clear = make([]float32, g.cols*g.rows)
	for j := range g.rows {
		for i := range g.cols {
			c := j*(g.cols+1) + i
			if corner[c] && corner[c+1] && corner[c+g.cols+1] && corner[c+g.cols+2] {
				g.clear[j*g.cols+i] = float32(math.Inf(1))
			}
		}
	}
	g.spread()
	return g
}

// spread works out distances to cells that are not permitted: along rows exactly, then down columns over the rows
// within reach (Saito and Toriwaki, Pattern Recognition 27, 1994).
func (g *ground) spread() {
	const far = 64 // no link that is looked at so closely is longer
	across := make([]float32, len(g.clear))
	for j := range g.rows {
		row := g.clear[j*g.cols:][:g.cols]
		d := float32(far)
		for i, v := range row {
			if d = min(d+1, far); v == 0 {
				d = 0
			}
			across[int(j*g.cols)+i] = d
		}
		d = far
		for i := len(row) - 1; i >= 0; i-- {
			if d = min(d+1, far); row[i] == 0 {
				d = 0
			}
			k := int(j*g.cols) + i
			across[k] = min(across[k], d)
		}
	}
	for j := range g.rows {
		for i := range g.cols {
			best := across[j*g.cols+i]
			best *= best
			for dj := int32(1); dj < far && float32(dj*dj) < best; dj++ {
				for _, k := range [2]int32{j - dj, j + dj} {
					if k >= 0 && k < g.rows {
						d := across[k*g.cols+i]
						best = min(best, d*d+float32(dj*dj))
					}
				}
			}
			// Centres are a cell nearer to edges on both sides.
			g.clear[j*g.cols+i] = float32(math.Sqrt(float64(best))) - math.Sqrt2
			if best == 0 {
				g.clear[j*g.cols+i] = -1
			}
		}
	}
}

// at is how clear a place in cells is: below -0.999 it is not permitted; what lies outside the ground is.
func (g *ground) at(x, y float64) float64 {
	i, j := int32(math.Floor(x))-g.x0, int32(math.Floor(y))-g.y0
	if i < 0 || j < 0 || i >= g.cols || j >= g.rows {
		return -1
	}
	return float64(g.clear[j*g.cols+i])
}

// lane tells whether the middle line of a lane is permitted.
func (g *ground) lane(l Lane, width int32) bool {
	// A line between two cells needs both; the corners of one hold for its edges, so the cell on one side is enough.
	for k := l.From; k < l.To; k++ {
		x, y := float64(k)+0.5, l.middle(width)
		if l.across() {
			x, y = y, x
		}
		if g.at(x, y) <= -0.999 {
			return false
		}
	}
	return true
}

// path tells whether a path is permitted. A point of a path is no further than half its length from one of its ends.
func (g *ground) path(l *Link, cell geodesy.Length) bool {
	n := float64(l.Length() / cell)
	end := l.End()
	if g.at(float64(l.From.X/cell), float64(l.From.Y/cell)) > n/2 && g.at(float64(end.X/cell), float64(end.Y/cell)) > n/2 {
		return true
	}
	steps := int(n*4) + 1
	for k := range steps + 1 {
		p := l.At(l.Length() * geodesy.Length(float64(k)/float64(steps)))
		if g.at(float64(p.X/cell), float64(p.Y/cell)) <= -0.999 {
			return false
		}
	}
	return true
}

// route tells whether every leg is permitted.
func (g *ground) route(legs []Leg, cell geodesy.Length) bool {
	for i := range legs {
		if !g.path(&legs[i].Link, cell) {
			return false
		}
	}
	return true
}
