package planning

import (
	"cmp"
	"math"
	"slices"

	"overflight/coverage"
	"overflight/format/geojson"
	"overflight/geodesy"
)

// drawing puts weights into the cells of a grid.
type drawing struct {
	*coverage.Grid
	plane *lattice
	area  []float64 // km2 of a cell, by row
}

func newDrawing(g *coverage.Grid) *drawing {
	d := &drawing{Grid: g, plane: newLattice(g), area: make([]float64, g.Rows)}
	for row := range d.area {
		d.area[row] = g.AreaKm2(row)
	}
	return d
}

// window is a part of the grid, with a value a cell.
type window struct {
	column, row, columns, rows int
	values                     []float64
}

// window is what lies between points of the grid, in cells.
func (d *drawing) window(low, high [2]float64) window {
	w := window{column: int(max(0, math.Floor(low[0]))), row: int(max(0, math.Floor(low[1])))}
	w.columns = max(0, int(min(float64(d.Columns), math.Ceil(high[0])))-w.column)
	w.rows = max(0, int(min(float64(d.Rows), math.Ceil(high[1])))-w.row)
	w.values = make([]float64, w.columns*w.rows)
	return w
}

// add shares a weight out by the values of a window; false where they have no sum.
func (d *drawing) add(w *window, weight float64, weights []float64) bool {
	sum := 0.0
	for _, v := range w.values {
		sum += v
	}
	if !(sum > 0) {
		return false
	}
	for j := range w.rows {
		row := weights[(w.row+j)*d.Columns+w.column:][:w.columns]
		for i, v := range w.values[j*w.columns:][:w.columns] {
			row[i] += weight * (v / sum)
		}
	}
	return true
}

// point is a position in cells: columns from the west, rows from the north.
func (d *drawing) point(p geodesy.Position) [2]float64 {
	// From the middle, so that what lies west of the map does not come out east of it.
	middle := d.West + geodesy.Angle(d.Columns)*d.Width/2
	return [2]float64{
		float64(d.Columns)/2 + float64(geodesy.LongitudeDifference(middle, p.Lon)/d.Width),
		float64((d.North - p.Lat) / d.Height),
	}
}

// areas adds the weights of features, as they have faded.
func (d *drawing) areas(a *Areas, s *Sources, weights []float64) Part {
	in := Part{Name: a.Name, Kind: "areas", Digest: a.Digest, Features: len(a.Features)}
	if a.Typed {
		in.Kind = "tip"
	}
	for i := range a.Features {
		f := &a.Features[i]
		weight := s.faded(f)
		in.Weight += f.Weight
		in.Faded += weight
		if weight <= 0 {
			continue
		}
		var w window
		if len(f.Polygons) > 0 {
			w = d.polygons(f.Polygons)
		} else {
			w = d.tip(f)
		}
		if d.add(&w, weight, weights) {
			in.Drawn += weight
		}
	}
	return in
}

// tip is a circular normal distribution around a point. Cells that are large beside its spread are told in parts.
func (d *drawing) tip(f *geojson.Weighted) window {
	at := d.point(positionOf(f.Point))
	north, east := spreads*f.Sigma/(metresPerDegree*float64(d.Height)), 0.0
	for _, azimuth := range [...]geodesy.Angle{90, 270} {
		q, _ := geodesy.Direct(positionOf(f.Point), azimuth, geodesy.Length(spreads*f.Sigma))
		east = max(east, math.Abs(d.point(q)[0]-at[0]))
	}
	// Degrees are not all as long as the mean one, and the circle is a little wider off its middle.
	north, east = 1.02*north+1, 1.05*east+1
	w := d.window([2]float64{at[0] - east, at[1] - north}, [2]float64{at[0] + east, at[1] + north})
	middle := flat(d.plane.origin, positionOf(f.Point))
	parts := int(min(max(math.Ceil(2*metresPerDegree*float64(d.Height)/f.Sigma), 1), 16))
	for j := range w.rows {
		for i := range w.columns {
			v := 0.0
			for k := range parts * parts {
				p := d.plane.at(float64(w.column+i)+(float64(k%parts)+0.5)/float64(parts), float64(w.row+j)+(float64(k/parts)+0.5)/float64(parts))
				if r := math.Hypot(float64(p.X-middle.X), float64(p.Y-middle.Y)) / f.Sigma; r < spreads {
					v += math.Exp(-r * r / 2)
				}
			}
			w.values[j*w.columns+i] = v * d.area[w.row+j]
		}
	}
	for _, v := range w.values {
		if v > 0 {
			return w
		}
	}
	// A spread that is lost between the parts of a cell lies in the cell.
	if i, j := int(at[0])-w.column, int(at[1])-w.row; i >= 0 && i < w.columns && j >= 0 && j < w.rows {
		w.values[j*w.columns+i] = 1
	}
	return w
}

// lines is into how many lines a row of cells is cut where a polygon is drawn.
const lines = 8

// edge is a side of a ring in cells, downwards.
type edge struct{ x0, y0, x1, y1 float64 }

// polygons is the ground of polygons, in km2 a cell; what several of them cover is there once. Sides are straight in longitude and
// latitude (RFC 7946, clause 3.1.1).
func (d *drawing) polygons(all []geojson.Polygon) window {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	sides := make([][]edge, len(all))
	for k, p := range all {
		for _, ring := range p {
			var before [2]float64
			for i, c := range ring {
				at := d.point(positionOf(c))
				low = [2]float64{min(low[0], at[0]), min(low[1], at[1])}
				high = [2]float64{max(high[0], at[0]), max(high[1], at[1])}
				switch {
				case i > 0 && before[1] < at[1]:
					sides[k] = append(sides[k], edge{before[0], before[1], at[0], at[1]})
				case i > 0 && before[1] > at[1]:
					sides[k] = append(sides[k], edge{at[0], at[1], before[0], before[1]})
				}
				before = at
			}
		}
		slices.SortFunc(sides[k], func(a, b edge) int { return cmp.Compare(a.y0, b.y0) })
	}
	w := d.window(low, high)
	one := w.values
	if len(all) > 1 {
		one = make([]float64, len(w.values))
	}
	for _, s := range sides {
		w.fill(s, one)
		if len(all) > 1 {
			for c, v := range one {
				w.values[c], one[c] = min(1, w.values[c]+v), 0
			}
		}
	}
	for c := range w.values {
		if w.values[c] < 1e-9 { // a polygon without an area leaves what rounding leaves
			w.values[c] = 0
		}
		w.values[c] *= d.area[w.row+c/max(1, w.columns)]
	}
	return w
}

// fill adds the share of every cell that lies inside, even-odd, to values. Sides are in the order of their upper ends.
func (w *window) fill(sides []edge, values []float64) {
	var active []edge
	var cuts []float64
	next := 0
	for line := range w.rows * lines {
		y := float64(w.row) + (float64(line)+0.5)/lines
		for ; next < len(sides) && sides[next].y0 <= y; next++ {
			active = append(active, sides[next])
		}
		cuts = cuts[:0]
		kept := active[:0]
		for _, e := range active {
			if e.y1 > y {
				kept = append(kept, e)
				cuts = append(cuts, e.x0+(y-e.y0)/(e.y1-e.y0)*(e.x1-e.x0)-float64(w.column))
			}
		}
		active = kept
		slices.Sort(cuts)
		row := values[line/lines*w.columns:][:w.columns]
		for k := 0; k+1 < len(cuts); k += 2 {
			from, to := max(0, cuts[k]), min(float64(w.columns), cuts[k+1])
			for i := int(from); i < w.columns && float64(i) < to; i++ {
				row[i] += (min(to, float64(i+1)) - max(from, float64(i))) / lines
			}
		}
	}
}
