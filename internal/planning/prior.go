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
	areas  []area
	zones  coverage.Area
}

// area is a feature: rings, or a middle with a spread.
type area struct {
	shape  shape
	middle search.Point
	sigma  float64
	weight float64
}

// spreads is to how many sigma a tip reaches on the map.
const spreads = 3.5

// survey lays the features out around the middle of what they span.
func survey(r *Request) (*terrain, error) {
	var all []geodesy.Position
	for _, f := range r.Features {
		if f.Sigma > 0 && len(f.Polygons) == 0 {
			all = append(all, positionOf(f.Point))
		}
		for _, p := range f.Polygons {
			for _, c := range p[0] {
				all = append(all, positionOf(c))
			}
		}
	}
	if len(all) == 0 {
		return nil, fault(CodeEmpty, r.File)
	}
	lat, lon := [2]float64{90, -90}, [2]float64{360, -360}
	for _, p := range all { // longitudes from the first one on, so that no area is cut at the antimeridian
		d := float64(geodesy.LongitudeDifference(all[0].Lon, p.Lon))
		lat = [2]float64{min(lat[0], float64(p.Lat)), max(lat[1], float64(p.Lat))}
		lon = [2]float64{min(lon[0], d), max(lon[1], d)}
	}
	m := &terrain{origin: geodesy.Position{Lat: geodesy.Angle(lat[0]+lat[1]) / 2, Lon: geodesy.NormalizeLongitude(all[0].Lon + geodesy.Angle(lon[0]+lon[1])/2)}}
	if s := geodesy.Distance(m.origin, r.Base); s > farthest*3 {
		return nil, fault(CodeFar, fmt.Sprintf("%.0f", float64(s)/1000), fmt.Sprintf("%.0f", float64(farthest*3)/1000))
	}
	for _, f := range r.Features {
		a := area{shape: shapeOf(m.origin, f.Polygons), sigma: f.Sigma, weight: f.Weight}
		if len(f.Polygons) == 0 {
			a.middle = flat(m.origin, positionOf(f.Point))
		}
		if r.HalfLife > 0 && !f.Date.IsZero() && r.AsOf.After(f.Date) {
			a.weight *= math.Exp2(-float64(r.AsOf.Sub(f.Date)) / float64(r.HalfLife))
		}
		m.areas = append(m.areas, a)
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
		m.zones.Join(zone) // zones that overlap keep out where they do
	}
	return m, nil
}

func positionOf(p geojson.Position) geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(p[1]), Lon: geodesy.Angle(p[0])}
}

// mostCells bounds a map, so that a first plan comes at once.
const mostCells = 1_000_000

// prior draws the map along an axis.
func (m *terrain) prior(r *Request, axis geodesy.Angle, f *frame) (*search.Prior, error) {
	*f = frame{origin: m.origin, axis: axis}
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	reach := func(p search.Point, by float64) {
		low = [2]float64{min(low[0], float64(p.X)-by), min(low[1], float64(p.Y)-by)}
		high = [2]float64{max(high[0], float64(p.X)+by), max(high[1], float64(p.Y)+by)}
	}
	for _, a := range m.areas {
		if len(a.shape) == 0 {
			reach(f.turned(a.middle), spreads*a.sigma)
		}
		for _, ring := range a.shape.turned(*f) {
			for _, p := range ring {
				reach(p, 0)
			}
		}
	}
	wide := max(high[0]-low[0], high[1]-low[1])
	if wide > 2*float64(farthest) {
		return nil, fault(CodeLarge, fmt.Sprintf("%.0f", wide/1000), fmt.Sprintf("%.0f", 2*float64(farthest)/1000))
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
		return nil, fault(CodeNarrow, fmt.Sprintf("%.0f", float64(r.Sweep)), fmt.Sprintf("%.0f", wide/1000), fmt.Sprintf("%.0f", math.Ceil(least)))
	}
	cols, rows = max(cols, parts), max(rows, parts)
	f.corner = search.Point{X: geodesy.Length(low[0]), Y: geodesy.Length(low[1])}
	g := search.Grid{Columns: cols, Rows: rows, Cell: r.Sweep / geodesy.Length(parts)}
	weights := make([]float64, g.Cells())
	for _, a := range m.areas {
		a.draw(*f, g, weights)
	}
	for i := range r.Layers {
		if err := r.Layers[i].draw(*f, g, weights); err != nil {
			return nil, err
		}
	}
	p, err := search.NewPrior(g, weights, r.Rest)
	if errors.Is(err, search.ErrEmpty) {
		return nil, fault(CodeEmpty, r.File)
	}
	if err != nil || r.Cleared == nil {
		return p, err
	}
	return r.Cleared.missed(*f, p)
}

// lines is into how many lines a row of cells is cut where a polygon is drawn.
const lines = 8

// draw adds the weight of a feature: evenly over polygons, as a normal distribution around a point.
func (a area) draw(f frame, g search.Grid, weights []float64) {
	if a.weight <= 0 {
		return
	}
	own := make([]float64, len(weights))
	sum := 0.0
	if len(a.shape) == 0 {
		middle := f.turned(a.middle)
		for c := range own {
			p := g.Centre(c%g.Columns, c/g.Columns)
			d := math.Hypot(float64(p.X-middle.X), float64(p.Y-middle.Y)) / a.sigma
			if d < spreads {
				own[c] = math.Exp(-d * d / 2)
				sum += own[c]
			}
		}
	} else {
		s := a.shape.turned(f)
		cell := float64(g.Cell)
		var cuts []float64
		for line := range g.Rows * lines {
			cuts = s.crossings(geodesy.Length((float64(line)+0.5)/lines)*g.Cell, cuts)
			slices.Sort(cuts)
			row := own[line/lines*g.Columns:][:g.Columns]
			for k := 0; k+1 < len(cuts); k += 2 {
				from, to := max(0, cuts[k]/cell), min(float64(g.Columns), cuts[k+1]/cell)
				for i := int(from); i < g.Columns && float64(i) < to; i++ {
					v := min(to, float64(i+1)) - max(from, float64(i))
					row[i] += v
					sum += v
				}
			}
		}
	}
	// A polygon without an area leaves what rounding leaves.
	if sum > 1e-6 {
		for c, v := range own {
			weights[c] += a.weight * v / sum
		}
	}
}
