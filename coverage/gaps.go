package coverage

import (
	"cmp"
	"slices"

	"overflight/geodesy"
)

// Gap is a connected piece of the ground that was to be looked at and was not.
type Gap struct {
	Cells   int
	AreaKm2 float64
	Middle  geodesy.Position // of the cell of the gap that is nearest to the mean of its cells: it lies in the gap
	Bounds  Bounds
}

// Gaps returns the pieces of the wanted cells that no frame showed, the largest first.
func (r *Raster) Gaps(wanted func(column, row int) bool) []Gap {
	open := make([]bool, len(r.cells))
	for i := range open {
		open[i] = r.cells[i].tally.looks == 0 && wanted(i%r.Columns, i/r.Columns)
	}
	return r.Pieces(open)
}

// Pieces parts the cells that are marked, row by row, into connected pieces, the largest first; marked is used up. Cells hang together by
// their sides.
func (r *Grid) Pieces(marked []bool) []Gap {
	round := float64(r.Width)*float64(r.Columns) > 360-1e-9
	var out []Gap
	var piece []int
	for i := range marked {
		if !marked[i] {
			continue
		}
		piece = append(piece[:0], i)
		marked[i] = false
		for n := 0; n < len(piece); n++ {
			column, row := piece[n]%r.Columns, piece[n]/r.Columns
			take := func(column, row int) {
				if round {
					column = (column + r.Columns) % r.Columns
				}
				if column < 0 || column >= r.Columns || row < 0 || row >= r.Rows || !marked[row*r.Columns+column] {
					return
				}
				marked[row*r.Columns+column] = false
				piece = append(piece, row*r.Columns+column)
			}
			take(column-1, row)
			take(column+1, row)
			take(column, row-1)
			take(column, row+1)
		}
		out = append(out, r.gap(piece))
	}
	slices.SortStableFunc(out, func(a, b Gap) int { return cmp.Compare(b.AreaKm2, a.AreaKm2) })
	return out
}

func (r *Grid) gap(piece []int) Gap {
	g := Gap{Cells: len(piece)}
	var e Extent
	var mean geodesy.Vector
	for _, i := range piece {
		column, row := i%r.Columns, i/r.Columns
		g.AreaKm2 += r.AreaKm2(row)
		ring := r.Ring(column, row)
		for _, c := range ring[:4] {
			e.Add(geodesy.Position{Lat: c.Lat, Lon: geodesy.NormalizeLongitude(c.Lon)})
		}
		mean = mean.Plus(geodesy.ToECEF(r.Centre(column, row), 0).Times(1 / float64(len(piece))))
	}
	g.Bounds, _ = e.Bounds()
	nearest := -1.0
	for _, i := range piece {
		p := r.Centre(i%r.Columns, i/r.Columns)
		if d := geodesy.ToECEF(p, 0).Minus(mean).Norm(); nearest < 0 || d < nearest {
			nearest, g.Middle = d, p
		}
	}
	return g
}
