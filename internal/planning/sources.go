package planning

import (
	"fmt"
	"math"
	"time"

	"overflight/coverage"
	"overflight/evidence"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/search"
)

// The codes of what keeps a map from being made, with what their arguments are.
const (
	CodeNothing Code = "prior-nothing" // nothing
	CodeFuture  Code = "prior-future"  // file or tip, date, as of
	CodePolar   Code = "prior-polar"   // latitude, most
	CodeCell    Code = "prior-cell"    // metres asked for, cells, least metres

	CodeTooFar Code = "too-far" // km to the nearest ground, hours there and back, type, hours that it has, km that it reaches

	CodeTipDate   Code = "tip-date"   // tip, date
	CodeTipSpread Code = "tip-spread" // tip, spread
	CodeTipWeight Code = "tip-weight" // tip, weight

	CodeClearedTwice Code = "cleared-twice" // file, the name under which it was taken off before

	CodeLayerBounds Code = "layer-bounds" // file
	CodeLayerBox    Code = "layer-box"    // file, bounds
	CodeLayerPlaced Code = "layer-placed" // file

	CodeRecord    Code = "prior-record"    // file
	CodeSum       Code = "prior-sum"       // file, sum of the map, rest of the world
	CodeMass      Code = "prior-mass"      // file, row, column, value
	CodeWhole     Code = "prior-whole"     // file, option
	CodeManyCells Code = "prior-manycells" // cells, most

	CodeKMLSyntax   Code = "kml-syntax"   // file, item, got
	CodeKMLArchive  Code = "kml-archive"  // file, item, got
	CodeKMLMissing  Code = "kml-missing"  // file, item, got
	CodeKMLLarge    Code = "kml-large"    // file, item, got, want
	CodeKMLGeometry Code = "kml-geometry" // file, item, got, want
	CodeKMLProperty Code = "kml-property" // file, item, got, want
	CodeKMLEmpty    Code = "kml-empty"    // file, item, got
)

// Areas are the features of one file, or one tip that was typed.
type Areas struct {
	Name     string
	Digest   evidence.Digest // of the file; zero for a tip that was typed
	Typed    bool            // a tip
	Features []geojson.Weighted
}

// Sources are what a map of probability is made of.
type Sources struct {
	Areas    []Areas
	Layers   []Layer
	Cleared  []Cleared     // where several reach a cell, the largest counts: the same look may be in all of them
	Rest     float64       // probability that the place is not on the map, before what was cleared
	HalfLife time.Duration // of dated tips; 0: they do not fade
	AsOf     time.Time
	Cell     geodesy.Length // about; 0: chosen for the map
}

// The bounds of a map.
const (
	mostCell = 900_000 // cells of a map whose cells are chosen, less an edge
	mostLat  = 85      // meridians meet at the poles: a map in degrees has no cells of a size there
)

// Build makes the map. The error is a *Fault.
func (s *Sources) Build() (*Map, error) {
	if !(s.Rest >= 0 && s.Rest < 1) {
		return nil, fault(CodeRange, "--rest", fmt.Sprintf("%g", s.Rest), "0..0.999999")
	}
	if err := s.dated(); err != nil {
		return nil, err
	}
	g, err := s.grid()
	if err != nil {
		return nil, err
	}
	m := &Map{Grid: g, Record: Record{Kind: RecordKind, AsOf: s.AsOf.UTC(), HalfLife: s.HalfLife.Seconds(), Cell: float64(g.Height) * metresPerDegree, Given: s.Rest}}
	d := newDrawing(&m.Grid)
	weights := make([]float64, g.Columns*g.Rows)
	total := 0.0
	for i := range s.Areas {
		in := d.areas(&s.Areas[i], s, weights)
		total += in.Drawn
		m.Record.Inputs = append(m.Record.Inputs, in)
	}
	for i := range s.Layers {
		in, err := d.layer(&s.Layers[i], weights)
		if err != nil {
			return nil, err
		}
		total += in.Drawn
		m.Record.Inputs = append(m.Record.Inputs, in)
	}
	for i := range m.Record.Inputs {
		if in := &m.Record.Inputs[i]; total > 0 {
			in.Share = in.Drawn / total * (1 - s.Rest)
		}
	}
	p, err := search.NewPrior(search.Grid{Columns: g.Columns, Rows: g.Rows, Cell: 1}, weights, s.Rest)
	if err != nil {
		return nil, fault(CodeEmpty, s.name())
	}
	m.POC, m.Record.Rest = p.POC, p.Rest
	return m, m.Clear(s.Cleared)
}

// name is that of the sources in a sentence: of the first.
func (s *Sources) name() string {
	for _, a := range s.Areas {
		return a.Name
	}
	for _, l := range s.Layers {
		return l.Name
	}
	return ""
}

// dated finds tips that lie in the future.
func (s *Sources) dated() error {
	for _, a := range s.Areas {
		for _, f := range a.Features {
			if f.Date.After(s.AsOf) {
				return fault(CodeFuture, a.Name, dayOf(f.Date), dayOf(s.AsOf))
			}
		}
	}
	return nil
}

// dayOf is an instant as it is typed: a day where it is midnight in UTC.
func dayOf(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// faded is what is left of the weight of a feature.
func (s *Sources) faded(f *geojson.Weighted) float64 {
	if s.HalfLife <= 0 || f.Date.IsZero() {
		return f.Weight
	}
	return f.Weight * math.Exp2(-float64(s.AsOf.Sub(f.Date))/float64(s.HalfLife))
}

// extent is what positions span. Longitudes are counted from the first one on, so that no area is cut at the antimeridian.
type extent struct {
	first    geodesy.Angle
	lat, lon [2]float64
	some     bool
}

func (e *extent) add(p geodesy.Position) {
	if !e.some {
		e.first, e.some = p.Lon, true
		e.lat, e.lon = [2]float64{90, -90}, [2]float64{360, -360}
	}
	d := float64(geodesy.LongitudeDifference(e.first, p.Lon))
	e.lat = [2]float64{min(e.lat[0], float64(p.Lat)), max(e.lat[1], float64(p.Lat))}
	e.lon = [2]float64{min(e.lon[0], d), max(e.lon[1], d)}
}

// grid lays cells over what the areas and tips span; without any, over the layers.
func (s *Sources) grid() (coverage.Grid, error) {
	var e extent
	for _, a := range s.Areas {
		for i := range a.Features {
			f := &a.Features[i]
			for _, p := range f.Polygons {
				for _, c := range p[0] {
					e.add(positionOf(c))
				}
			}
			if len(f.Polygons) > 0 {
				continue
			}
			if f.Sigma <= 0 {
				return coverage.Grid{}, fault(CodeWeight, a.Name, f.Feature, "sigma_m", "0", "> 0")
			}
			if reach := spreads * f.Sigma; reach > float64(farthest) {
				return coverage.Grid{}, fault(CodeLarge, fmt.Sprintf("%.0f", 2*reach/1000), fmt.Sprintf("%.0f", 2*float64(farthest)/1000))
			}
			for azimuth := geodesy.Angle(0); azimuth < 360; azimuth += 90 {
				q, _ := geodesy.Direct(positionOf(f.Point), azimuth, geodesy.Length(spreads*f.Sigma))
				e.add(q)
			}
		}
	}
	if !e.some {
		for i := range s.Layers {
			s.Layers[i].span(&e)
		}
	}
	if !e.some {
		if s.name() == "" {
			return coverage.Grid{}, fault(CodeNothing)
		}
		return coverage.Grid{}, fault(CodeEmpty, s.name())
	}
	if most := max(-e.lat[0], e.lat[1]); most > mostLat {
		return coverage.Grid{}, fault(CodePolar, fmt.Sprintf("%.1f", most), mostLat)
	}
	tall := (e.lat[1] - e.lat[0]) * metresPerDegree
	wide := (e.lon[1] - e.lon[0]) * metresPerDegree * math.Cos((e.lat[0]+e.lat[1])/2*math.Pi/180)
	if across := max(tall, wide); across > 2*float64(farthest) {
		return coverage.Grid{}, fault(CodeLarge, fmt.Sprintf("%.0f", across/1000), fmt.Sprintf("%.0f", 2*float64(farthest)/1000))
	}
	least := round125(max(math.Sqrt(tall*wide/mostCell), max(tall, wide)/mostCell, 1))
	cell := float64(s.Cell)
	if s.Cell == 0 {
		cell = least
	}
	if !(cell > 0) {
		return coverage.Grid{}, fault(CodeCell, fmt.Sprintf("%g", cell), "", fmt.Sprintf("%g", least))
	}
	// Room for a cell on every side, so that what is on the edge has ground around it.
	edge := cell / metresPerDegree
	east := edge / math.Cos(max(-e.lat[0], e.lat[1])*math.Pi/180)
	b := coverage.Bounds{
		South: geodesy.Angle(e.lat[0] - edge), North: geodesy.Angle(e.lat[1] + edge),
		West: e.first + geodesy.Angle(e.lon[0]-east), East: e.first + geodesy.Angle(e.lon[1]+east),
	}
	g, err := coverage.GridOver(b, geodesy.Length(cell), coverage.MostCells)
	if err != nil {
		return g, fault(CodeCell, fmt.Sprintf("%g", cell), fmt.Sprintf("%.0f", tall*wide/(cell*cell)), fmt.Sprintf("%g", least))
	}
	return g, nil
}

// metresPerDegree of latitude, the mean of WGS 84.
const metresPerDegree = 111_195

// round125 is the next of 1, 2, 5, 10, 20, ...
func round125(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, k := range [...]float64{1, 2, 5} {
		if v <= k*decade*(1+1e-9) {
			return k * decade
		}
	}
	return 10 * decade
}
