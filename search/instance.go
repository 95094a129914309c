package search

import (
	"math"

	"overflight/geodesy"
)

// Modes is a prior of overlapping hills over even ground, drawn from uniform numbers in [0, 1): instances
// to measure planners on. A hill takes from draw, in this order, its centre in x and y (15 to 185 cells of
// 200), its widths in x and y (4 to 20 cells), its angle and its weight; flat is the share of the mass
// that lies evenly. The map is 200 x 200 cells of 1 km and nothing is elsewhere.
func Modes(draw func() float64, hills int, flat float64) *Prior {
	g := Grid{Columns: 200, Rows: 200, Cell: geodesy.Kilometre}
	poc := make([]float64, g.Cells())
	for range hills {
		cx, cy := 15+170*draw(), 15+170*draw()
		sx, sy := 4+16*draw(), 4+16*draw()
		sin, cos := math.Sincos(math.Pi * draw())
		w := (0.3 + draw()) / (sx * sy)
		for j := range g.Rows {
			for i := range g.Columns {
				x, y := float64(i)+0.5-cx, float64(j)+0.5-cy
				u, v := (x*cos+y*sin)/sx, (y*cos-x*sin)/sy
				poc[j*g.Columns+i] += w * math.Exp(-(u*u+v*v)/2)
			}
		}
	}
	sum := 0.0
	for _, m := range poc {
		sum += m
	}
	for c := range poc {
		poc[c] = (1-flat)*poc[c]/sum + flat/float64(len(poc))
	}
	return &Prior{Grid: g, POC: poc}
}
