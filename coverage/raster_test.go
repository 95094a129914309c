package coverage

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"overflight/geodesy"
)

func gridOf(t *testing.T, all []Glimpse, cell geodesy.Length, most int) Grid {
	t.Helper()
	var e Extent
	for i := range all {
		e.AddGlimpse(&all[i])
	}
	b, ok := e.Bounds()
	if !ok {
		t.Fatal("no bounds")
	}
	g, err := GridOver(b, cell, most)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Every cell says what all frames that hold its middle come to, at every special place.
func TestRasterAgainstEveryFrame(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	m.Columns, m.Rows = 4000, 3000
	hidden := 0
	for i, at := range slices.Concat(places, places) {
		r := rand.New(rand.NewPCG(uint64(i), 3))
		var heights Heights
		if i >= len(places) {
			heights = waves{}
		}
		var all []Glimpse
		clock, centre := noon, at
		for n := range 40 {
			size := geodesy.Length(1500 + 1500*r.Float64())
			g := glimpseOf(t, centre, trapezium(centre, geodesy.Angle(360*r.Float64()), size, size*1.3, size), geodesy.Angle(10*n), 4000, 5000, clock)
			g.Number = uint64(n)
			all = append(all, g)
			clock = clock.Add(time.Second)
			if n%20 == 19 {
				clock = clock.Add(time.Minute)
			}
			centre, _ = geodesy.Direct(centre, 75, 900) // more than a quarter of a cell
		}
		grid := gridOf(t, all, 0, 1000)
		if grid.Columns*grid.Rows > 1000 || grid.Columns*grid.Rows < 100 {
			t.Fatalf("at %v: %d by %d cells", at, grid.Columns, grid.Rows)
		}
		raster := NewRaster(grid, m, heights)
		for k := range all {
			raster.Add(&all[k])
		}
		seen := 0
		for row := range grid.Rows {
			for column := range grid.Columns {
				p := grid.Centre(column, row)
				var want Tally
				last := -9
				for k := range all {
					l, ok := m.LookAt(&all[k], p, heights)
					if !ok {
						continue
					}
					l.Light = LightAt(all[k].Corners[0], all[k].Time)
					want.Add(l.Group(), m.Detect(&l).POD, k != last+1 || k%20 == 0)
					last = k
				}
				got, sum := raster.At(column, row), want.Sum(&m)
				if heights != nil && sum.Looks > 0 && sum.POD == 0 {
					hidden++
				}
				if got.Looks != sum.Looks || math.Abs(got.POD-sum.POD) > 1e-5 || math.Abs(got.Independent-sum.Independent) > 1e-5 {
					t.Fatalf("at %v, cell %v: got %+v, want %+v", at, p, got, sum)
				}
				if got.Looks > 0 {
					seen++
				}
			}
		}
		if seen < 8 {
			t.Errorf("at %v: %d cells were looked at", at, seen)
		}
	}
	if hidden < 20 {
		t.Errorf("terrain hides %d cells", hidden)
	}
}

// waves is a height model of ridges from east to west, 1.1 km apart and 800 m high.
type waves struct{}

func (waves) HeightAt(p geodesy.Position) (geodesy.Length, bool) {
	return geodesy.Length(1200 + 400*math.Sin(float64(p.Lat)*2*math.Pi*100)), true
}

func TestGridOver(t *testing.T) {
	t.Parallel()
	g, err := GridOver(Bounds{-18, -16, 179, 181}, 1000, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if p := g.Centre(g.Columns-1, 0); p.Lon > -178.9 || p.Lon < -179.1 {
		t.Errorf("the last column is at %v", p)
	}
	if a := g.AreaKm2(g.Rows / 2); math.Abs(a-1) > 0.02 {
		t.Errorf("a cell of 1 km is %.3f km2", a)
	}
	var fine *FineError
	if _, err := GridOver(Bounds{-18, -16, 179, 181}, 10, 100_000); !errors.As(err, &fine) || fine.Cells < 4e8 {
		t.Errorf("got %v", err)
	}
	if _, err := GridOver(Bounds{1, 0, 0, 0}, 10, 100); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
	for _, b := range []Bounds{{-90, 90, -180, 180}, {89, 90, -180, 180}, {0, 0, 0, 0}, {10, 10.001, 0, 90}, {0, 80, 10, 10.001}} {
		g, err := GridOver(b, 0, 5000)
		if err != nil || g.Columns*g.Rows > 5000 || g.Columns < 1 || g.Rows < 1 {
			t.Errorf("%v: %+v, %v", b, g, err)
		}
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	at := geodesy.Position{Lat: -17, Lon: 180}
	grid, err := GridOver(Bounds{-17.1, -16.9, 179.9, 180.1}, 500, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRaster(grid, DefaultModel(), nil)
	all := func(int, int) bool { return true }
	if gaps := r.Gaps(all); len(gaps) != 1 || gaps[0].Cells != grid.Columns*grid.Rows {
		t.Errorf("nothing looked at: %+v", gaps)
	}
	// A stripe through the middle parts it in two.
	g := glimpseOf(t, at, trapezium(at, 0, 3000, 3000, 40_000), 90, 4000, 3000, noon)
	r.Add(&g)
	gaps := r.Gaps(all)
	if len(gaps) != 2 || gaps[0].AreaKm2 < gaps[1].AreaKm2 || gaps[0].Bounds.East-gaps[0].Bounds.West > 0.1 {
		t.Fatalf("got %+v", gaps)
	}
	if l := gaps[0].Middle.Lon; math.Abs(math.Abs(float64(l))-179.94) > 0.02 {
		t.Errorf("the middle of the first is at %v", gaps[0].Middle)
	}
	if gaps := r.Gaps(func(column, row int) bool { return grid.Centre(column, row).Lon > 0 }); len(gaps) != 1 {
		t.Errorf("of the west alone: %+v", gaps)
	}
}

// BenchmarkRaster lays out a flight of 20 hours at 1 Hz over 100,000 cells.
func BenchmarkRaster(b *testing.B) { layOut(b, nil) }

// BenchmarkRasterHills follows the lines of sight over hills as well.
func BenchmarkRasterHills(b *testing.B) { layOut(b, waves{}) }

func layOut(b *testing.B, heights Heights) {
	b.Helper()
	var all []Glimpse
	at, heading := places[0], geodesy.Angle(90)
	clock := noon
	for i := range 72_000 {
		if i%2000 == 1999 {
			at, _ = geodesy.Direct(at, 180, 4000)
			heading += 180
		}
		at, _ = geodesy.Direct(at, heading, 90)
		all = append(all, glimpseOf(b, at, trapezium(at, heading, 3000, 4000, 3000), heading+180, 5000, 5000, clock))
		clock = clock.Add(time.Second)
	}
	var e Extent
	for i := range all {
		e.AddGlimpse(&all[i])
	}
	bounds, _ := e.Bounds()
	grid, err := GridOver(bounds, 0, 100_000)
	if err != nil {
		b.Fatal(err)
	}
	model := DefaultModel()
	if heights != nil { // a picture that shows something: else no line of sight would matter
		model.Columns, model.Rows = 4000, 3000
	}
	b.ResetTimer()
	for range b.N {
		r := NewRaster(grid, model, heights)
		for i := range all {
			r.Add(&all[i])
		}
		looked := 0
		for i := range grid.Columns * grid.Rows {
			if r.At(i%grid.Columns, i/grid.Columns).Looks > 0 {
				looked++
			}
		}
		if looked < 50_000 {
			b.Fatalf("%d cells of %d", looked, grid.Columns*grid.Rows)
		}
	}
	b.ReportMetric(float64(grid.Columns*grid.Rows), "cells")
}

// A grid whose cells are not asked for always fits, however few cells there may be.
func TestGridFits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(10, 1))
	for range 5000 {
		south := geodesy.Angle(180*r.Float64() - 90)
		b := Bounds{
			South: south, North: south + (90-south)*geodesy.Angle(math.Pow(r.Float64(), 6)), West: geodesy.Angle(360*r.Float64() - 180),
		}
		b.East = b.West + 360*geodesy.Angle(math.Pow(r.Float64(), 6))
		most := 1 + r.IntN(3000)
		if g, err := GridOver(b, 0, most); err != nil || g.Columns*g.Rows > most || g.Columns < 1 || g.Rows < 1 {
			t.Fatalf("%+v in %d cells: %+v, %v", b, most, g, err)
		}
	}
}
