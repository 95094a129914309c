package planning

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"overflight/coverage"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/search"
)

// terrain is what a request is about on a plane with x to the east.
type terrain struct {
	origin geodesy.Position
	source *Map
	plane  *lattice
	area   []float64 // km2 of a cell of the source, by row
	zones  coverage.Area
}

// spreads is to how many sigma a tip reaches on the map.
const spreads = 3.5

// survey builds the map of probability, where the request does not bring one, and lays it on a plane around its middle.
func survey(r *Request) (*terrain, error) {
	m, err := r.probability()
	if err != nil {
		return nil, err
	}
	d := newDrawing(&m.Grid)
	t := &terrain{origin: d.plane.origin, source: m, plane: d.plane, area: d.area}
	if s := geodesy.Distance(t.origin, r.Base); s > farthest*3 {
		return nil, fault(CodeFar, fmt.Sprintf("%.0f", float64(s)/1000), fmt.Sprintf("%.0f", float64(farthest*3)/1000))
	}
	for _, p := range r.Excluded {
		rings := make([][]geodesy.Position, len(p))
		for i, ring := range p {
			for _, c := range ring {
				rings[i] = append(rings[i], positionOf(c))
			}
		}
		zone, err := coverage.NewArea(rings)
		if err != nil {
			return nil, fault(CodeFile, "--exclude", err)
		}
		t.zones.Join(zone) // zones that overlap keep out where they do
	}
	return t, nil
}

// probability is the map that the request brings, or one of its areas and layers, less what was cleared.
func (r *Request) probability() (*Map, error) {
	var cleared []Cleared
	if r.Cleared != nil {
		cleared = []Cleared{*r.Cleared}
	}
	if r.Map == nil {
		areas := append([]Areas{{Name: r.File, Features: r.Features}}, r.Tips...)
		s := &Sources{Areas: areas, Layers: r.Layers, Cleared: cleared, Rest: r.Rest, HalfLife: r.HalfLife, AsOf: r.AsOf, Cell: r.Cell}
		m, err := s.Build()
		if err != nil {
			return nil, err
		}
		return m, r.flown(m)
	}
	m := *r.Map
	m.Record.Cleared = slices.Clone(m.Record.Cleared)
	if err := m.Clear(cleared); err != nil {
		return nil, err
	}
	return &m, r.flown(&m)
}

// flown takes off the map what the flight in the air has looked at already, which may be other ground, or what the map was made with.
func (r *Request) flown(m *Map) error {
	if r.Flown == nil {
		return nil
	}
	err := m.Clear([]Cleared{*r.Flown})
	var said *Fault
	if errors.As(err, &said) && (said.Code == CodeClearedEmpty || said.Code == CodeClearedTwice) {
		return nil
	}
	return err
}

func positionOf(p geojson.Position) geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(p[1]), Lon: geodesy.Angle(p[0])}
}

// mostCells bounds a map, so that a first plan comes at once.
const mostCells = 1_000_000

// prior draws the map along an axis, and says where it lies.
func (t *terrain) prior(r *Request, axis geodesy.Angle) (frame, *search.Prior, error) {
	f := frame{origin: t.origin, axis: axis}
	plane := t.plane.turned(f)
	low, high := t.bounds(plane)
	wide := max(high[0]-low[0], high[1]-low[1])
	if wide > 2*float64(farthest)*math.Sqrt2 { // a map that is turned is wider
		return f, nil, fault(CodeLarge, fmt.Sprintf("%.0f", wide/1000), fmt.Sprintf("%.0f", 2*float64(farthest)/1000))
	}
	// Room for a lane on every side, so that edges can be swept evenly.
	pad := float64(r.Sweep) / 2
	low, high = [2]float64{low[0] - pad, low[1] - pad}, [2]float64{high[0] + pad, high[1] + pad}
	// A lane is as many cells wide as the map allows, four at most.
	parts := 4
	cells := func() (cols, rows int) {
		c := float64(r.Sweep) / float64(parts)
		return int(math.Ceil((high[0]-low[0])/c - 1e-9)), int(math.Ceil((high[1]-low[1])/c - 1e-9))
	}
	cols, rows := cells()
	for ; parts > 1 && cols*rows > mostCells; cols, rows = cells() {
		parts--
	}
	if cols*rows > mostCells {
		least := math.Sqrt((high[0] - low[0]) * (high[1] - low[1]) / mostCells)
		return f, nil, fault(CodeNarrow, fmt.Sprintf("%.0f", float64(r.Sweep)), fmt.Sprintf("%.0f", wide/1000), fmt.Sprintf("%.0f", math.Ceil(least)))
	}
	cols, rows = max(cols, parts), max(rows, parts)
	f.corner = search.Point{X: geodesy.Length(low[0]), Y: geodesy.Length(low[1])}
	g := search.Grid{Columns: cols, Rows: rows, Cell: r.Sweep / geodesy.Length(parts)}
	p, err := search.NewPrior(g, t.spread(plane, f.corner, g), t.source.Record.Rest)
	if errors.Is(err, search.ErrEmpty) {
		return f, nil, fault(CodeEmpty, r.File)
	}
	return f, p, err
}

// bounds are those of the cells where the place may be. Only cells on the edge of these can reach furthest.
func (t *terrain) bounds(plane *lattice) (low, high [2]float64) {
	low, high = [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	m := t.source
	some := func(column, row int) bool {
		return column >= 0 && row >= 0 && column < m.Columns && row < m.Rows && m.POC[row*m.Columns+column] > 0
	}
	for c, v := range m.POC {
		i, j := c%m.Columns, c/m.Columns
		if v <= 0 || some(i-1, j) && some(i+1, j) && some(i, j-1) && some(i, j+1) {
			continue
		}
		for k := range 4 {
			p := plane.at(float64(i+k%2), float64(j+k/2))
			low = [2]float64{min(low[0], float64(p.X)), min(low[1], float64(p.Y))}
			high = [2]float64{max(high[0], float64(p.X)), max(high[1], float64(p.Y))}
		}
	}
	return low, high
}

// uneven is by how much the ground that comes to lie in a cell may differ from its size before it is the edge of the map.
const uneven = 0.1

// spread puts the probabilities of the map into cells of another grid. Each cell of the map, cut small beside those of the grid, is laid
// over it as squares along its axes, by the ground that they share. Where the map is turned the squares overlap and gape a little: each
// cell is put right by the ground that came to lie in it, so that even ground stays even.
func (t *terrain) spread(plane *lattice, corner search.Point, g search.Grid) []float64 {
	m := t.source
	weights, ground := make([]float64, g.Cells()), make([]float64, g.Cells())
	cell := float64(g.Cell)
	for row := range m.Rows {
		side := math.Sqrt(t.area[row]*1e6) / cell
		n := int(min(max(math.Ceil(2*side), 1), 64))
		reach := side // more than half the diagonal of a cell
		side /= float64(n)
		for column := range m.Columns {
			if n > 1 {
				p := plane.at(float64(column)+0.5, float64(row)+0.5)
				if x, y := float64(p.X-corner.X)/cell, float64(p.Y-corner.Y)/cell; x < -reach || y < -reach || x > float64(g.Columns)+reach || y > float64(g.Rows)+reach {
					continue // no part of it is asked for
				}
			}
			mass := m.POC[row*m.Columns+column] / float64(n*n)
			for k := range n * n {
				p := plane.at(float64(column)+(float64(k%n)+0.5)/float64(n), float64(row)+(float64(k/n)+0.5)/float64(n))
				x0, y0 := float64(p.X-corner.X)/cell-side/2, float64(p.Y-corner.Y)/cell-side/2
				i0, i1 := int(max(0, math.Floor(x0))), int(min(float64(g.Columns), math.Ceil(x0+side)))
				j0, j1 := int(max(0, math.Floor(y0))), int(min(float64(g.Rows), math.Ceil(y0+side)))
				for j := j0; j < j1; j++ {
					tall := min(y0+side, float64(j+1)) - max(y0, float64(j))
					for i := i0; i < i1; i++ {
						part := tall * (min(x0+side, float64(i+1)) - max(x0, float64(i)))
						ground[j*g.Columns+i] += part
						weights[j*g.Columns+i] += mass * part / (side * side)
					}
				}
			}
		}
	}
	for c, v := range ground {
		if v > 0 {
			weights[c] *= min(max(1/v, 1-uneven), 1+uneven)
		}
	}
	return weights
}
