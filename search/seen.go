package search

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// seen tells which cells a strip may show from where the aircraft may be; nil where that is everywhere. A lane is half the
// sweep width from the farthest cell that it shows, and up to a cell and a half off the middle of a permitted one.
func (t *Task) seen() []bool {
	if t.Permitted == nil {
		return nil
	}
	return t.sees(t.Sweep/2+3*t.Prior.Cell/2, nil)
}

// Sees tells, for bound B3, which cells are within reach over the ground of a position where the aircraft may be, and may be
// looked at from there. It takes positions by cells, so that some are seen from a little farther off than the reach.
func (t *Task) Sees(reach geodesy.Length, visible func(from Point, column, row int) bool) func(column, row int) bool {
	if t.Permitted == nil && visible == nil {
		return func(int, int) bool { return true }
	}
	seen := t.sees(reach+2*t.Prior.Cell, visible)
	return func(i, j int) bool { return seen[j*t.Prior.Columns+i] }
}

func (t *Task) sees(reach geodesy.Length, visible func(Point, int, int) bool) []bool {
	p := t.Prior
	far := float64(reach / p.Cell)
	all := *t
	if all.Permitted == nil {
		all.Permitted = func(Point) bool { return true }
	}
	g := newGround(&all, far+1)
	out := make([]bool, p.Cells())
	n := int32(math.Ceil(far))
	var offsets [][2]int32
	for dj := -n; dj <= n; dj++ {
		for di := -n; di <= n; di++ {
			if math.Hypot(float64(di), float64(dj)) <= far {
				offsets = append(offsets, [2]int32{di, dj})
			}
		}
	}
	// The nearest positions first: most cells are seen from there.
	slices.SortStableFunc(offsets, func(a, b [2]int32) int { return int(a[0]*a[0] + a[1]*a[1] - b[0]*b[0] - b[1]*b[1]) })
	for c := range out {
		column, row := c%p.Columns, c/p.Columns
		for _, o := range offsets {
			x, y := float64(int32(column)+o[0])+0.5, float64(int32(row)+o[1])+0.5
			if g.at(x, y) <= barred {
				continue
			}
			if visible == nil || visible(Point{geodesy.Length(x) * p.Cell, geodesy.Length(y) * p.Cell}, column, row) {
				out[c] = true
				break
			}
		}
	}
	return out
}
