package node

import (
	"context"
	"errors"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/validity"
)

// Model is the model of detection that this node has been given.
func (n *Node) Model() coverage.Model { return n.cfg.Detection.Model }

// heights asks the height model for one answer; nil where there is none.
func (n *Node) heights() coverage.Heights {
	if n.terrain == nil {
		return nil
	}
	return n.terrain.Cursor()
}

// Visit is a time during which one source's frames showed a place.
type Visit struct {
	Flight journal.Sortie
	Source string
	coverage.Visit
}

// PlaceLooks are the looks at one place in a period, flight by flight, and what they come to. No visits is an answer: nobody
// looked.
type PlaceLooks struct {
	Visits []Visit
	Sum    coverage.Cumulative
}

// ErrPeriod says that a period ends before it begins.
var ErrPeriod = errors.New("the period is empty: it ends before it begins, or as it begins")

func checkPeriod(p validity.Period) error {
	if !p.From.IsZero() && !p.To.IsZero() && !p.From.Before(p.To) {
		return ErrPeriod
	}
	return nil
}

// LooksAt says who looked at a place in a period, open where an end is zero.
func (n *Node) LooksAt(ctx context.Context, at geodesy.Position, period validity.Period) (PlaceLooks, error) {
	if err := checkPeriod(period); err != nil {
		return PlaceLooks{}, err
	}
	if err := n.Caught(ctx); err != nil {
		return PlaceLooks{}, err
	}
	var out PlaceLooks
	m := n.Model()
	watch := coverage.NewWatch(&m, at, n.heights())
	var of []sqlite.Sighting // whose each visit is
	var last sqlite.Sighting
	err := n.Models().GlimpsesAt(ctx, at, period, func(s sqlite.Sighting) error {
		if s.Flight != last.Flight || s.Source != last.Source {
			watch.Next()
			last = s
		}
		watch.Add(s.Glimpse)
		for len(of) < watch.Begun() {
			of = append(of, s)
		}
		return nil
	})
	if err != nil {
		return PlaceLooks{}, err
	}
	visits, sum := watch.Visits()
	out.Sum = sum
	for i := range visits {
		out.Visits = append(out.Visits, Visit{Flight: of[i].Flight, Source: of[i].Source, Visit: visits[i]})
	}
	return out, nil
}

// Coverage is asked for of one flight, or of a period.
type Coverage struct {
	Flight  journal.Sortie // zero: of all flights in the period
	Period  validity.Period
	Cell    geodesy.Length // 0: about 100,000 cells
	Include *coverage.Bounds
	Within  *coverage.Bounds // nil: all that was seen
}

// WholeCells is about how many cells a raster has that is not asked for a size of cells.
const WholeCells = 100_000

// Cover lays out what the frames of a flight or of a period come to. coverage.ErrEmpty says that none showed any ground.
func (n *Node) Cover(ctx context.Context, q Coverage) (*coverage.Raster, error) {
	if err := checkPeriod(q.Period); err != nil {
		return nil, err
	}
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	each := func(f func(sqlite.Sighting) error) error {
		if q.Flight.IsZero() && q.Within != nil {
			return n.Models().GlimpsesIn(ctx, boxOf(*q.Within), q.Period, f)
		}
		if q.Flight.IsZero() {
			return n.Models().GlimpsesDuring(ctx, q.Period, f)
		}
		return n.Models().GlimpsesOf(ctx, q.Flight, func(s sqlite.Sighting) error {
			if !s.Glimpse.Time.IsZero() && !q.Period.InForce(s.Glimpse.Time) {
				return nil
			}
			return f(s)
		})
	}
	var extent coverage.Extent
	if q.Within != nil {
		extent.AddBounds(*q.Within)
	} else if err := each(func(s sqlite.Sighting) error { extent.AddGlimpse(s.Glimpse); return nil }); err != nil {
		return nil, err
	}
	if q.Include != nil { // also where nothing was seen: then all of it is a gap
		extent.AddBounds(*q.Include)
	}
	bounds, some := extent.Bounds()
	if !some {
		return nil, coverage.ErrEmpty
	}
	most := WholeCells
	if q.Cell > 0 {
		most = coverage.MostCells
	}
	grid, err := coverage.GridOver(bounds, q.Cell, most)
	if err != nil {
		return nil, err
	}
	raster := coverage.NewRaster(grid, n.Model(), n.heights())
	var last sqlite.Sighting
	return raster, each(func(s sqlite.Sighting) error {
		if s.Flight != last.Flight || s.Source != last.Source {
			raster.Pause()
			last = s
		}
		if q.Within == nil || raster.Meets(s.Glimpse) {
			raster.Add(s.Glimpse)
		}
		return nil
	})
}

// FlightShare is what one source of a flight saw of an area.
type FlightShare struct {
	Flight  journal.Sortie
	Source  string
	Period  validity.Period // of the first and the last frame; zero when these have no time
	Frames  int             // that show some of it
	AreaKm2 float64         // that it saw
	POD     float64         // mean over what it saw
}

// AreaLooks are the looks at an area.
type AreaLooks struct {
	Flights []FlightShare
	AreaKm2 float64 // of the cells whose middles lie in the area
	Seen    float64 // of it, km²
	POD     float64 // mean over the whole area; where nobody looked it is 0
	Gaps    []coverage.Gap
	Cell    geodesy.Length
}

// areaCells is about how many cells an area is parted into.
const areaCells = 20_000

// LooksIn says who looked at an area in a period.
func (n *Node) LooksIn(ctx context.Context, area *coverage.Area, period validity.Period) (AreaLooks, error) {
	if err := checkPeriod(period); err != nil {
		return AreaLooks{}, err
	}
	if err := n.Caught(ctx); err != nil {
		return AreaLooks{}, err
	}
	b := area.Bounds()
	grid, err := coverage.GridOver(b, 0, areaCells)
	if err != nil {
		return AreaLooks{}, err
	}
	out := AreaLooks{Cell: grid.Side()}
	m := n.Model()
	in := make([]bool, grid.Columns*grid.Rows)
	for i := range in {
		in[i] = area.Contains(grid.Centre(i%grid.Columns, i/grid.Columns))
	}
	wanted := func(column, row int) bool { return in[row*grid.Columns+column] }
	sum := func(r *coverage.Raster) (seen, pod float64) {
		for row := range grid.Rows {
			km2 := grid.AreaKm2(row)
			for column := range grid.Columns {
				if c := r.At(column, row); wanted(column, row) && c.Looks > 0 {
					seen, pod = seen+km2, pod+km2*c.POD
				}
			}
		}
		return seen, pod
	}
	for row := range grid.Rows {
		for column := range grid.Columns {
			if wanted(column, row) {
				out.AreaKm2 += grid.AreaKm2(row)
			}
		}
	}
	heights := n.heights()
	all := coverage.NewRaster(grid, m, heights)
	all.Restrict(in)
	var own *coverage.Raster
	var share FlightShare
	finish := func() {
		if own == nil {
			return
		}
		if seen, pod := sum(own); seen > 0 {
			share.AreaKm2, share.POD = seen, pod/seen
			out.Flights = append(out.Flights, share)
		}
	}
	err = n.Models().GlimpsesIn(ctx, boxOf(b), period, func(s sqlite.Sighting) error {
		if own == nil || s.Flight != share.Flight || s.Source != share.Source {
			finish()
			all.Pause()
			own, share = coverage.NewRaster(grid, m, heights), FlightShare{Flight: s.Flight, Source: s.Source}
			own.Restrict(in)
		}
		if !own.Meets(s.Glimpse) {
			return nil
		}
		all.Add(s.Glimpse)
		if !own.Add(s.Glimpse) {
			return nil
		}
		share.Frames++
		if t := s.Glimpse.Time; !t.IsZero() {
			if share.Period.From.IsZero() || t.Before(share.Period.From) {
				share.Period.From = t
			}
			if t.After(share.Period.To) {
				share.Period.To = t
			}
		}
		return nil
	})
	if err != nil {
		return AreaLooks{}, err
	}
	finish()
	seen, pod := sum(all)
	out.Seen = seen
	if out.AreaKm2 > 0 {
		out.POD = pod / out.AreaKm2
	}
	out.Gaps = all.Gaps(wanted)
	return out, nil
}

func boxOf(b coverage.Bounds) sqlite.Box {
	if b.East-b.West >= 360 {
		return sqlite.Box{South: b.South, North: b.North, West: -180, East: 180}
	}
	return sqlite.Box{South: b.South, North: b.North, West: geodesy.NormalizeLongitude(b.West), East: geodesy.NormalizeLongitude(b.East)}
}
