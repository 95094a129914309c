package coverage

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/sensor"
)

// anyGlimpses is a path of frames about a place; some have no time, no eye, no height.
func anyGlimpses(r *rand.Rand, at geodesy.Position, n int) []Glimpse {
	var all []Glimpse
	size := geodesy.Length(20 * math.Pow(20_000, r.Float64()))
	clock := noon
	for i := range n {
		fp := seen(trapezium(at, geodesy.Angle(360*r.Float64()), size, size*geodesy.Length(1+r.Float64()), size*geodesy.Length(0.3+2*r.Float64())))
		if r.IntN(5) > 0 {
			fp.Time = clock
		}
		eye, alt := sensor.Optional[geodesy.Position]{}, sensor.Optional[geodesy.Altitude]{}
		if r.IntN(4) > 0 {
			p, _ := geodesy.Direct(at, geodesy.Angle(360*r.Float64()), geodesy.Length(20_000*r.Float64()))
			eye = sensor.Known(p)
			if r.IntN(4) > 0 {
				alt = sensor.Known(geodesy.Altitude{Value: 5000, Datum: geodesy.MSL})
				fp.Centre, fp.SlantRange = sensor.Known(at), sensor.Known(geodesy.Length(25_000))
			}
		}
		fp.Uncertainty = geodesy.Length(100 * r.Float64())
		if g, ok := GlimpseOf(uint64(i*3), eye, alt, fp); ok {
			g.Band = sensor.Band(r.IntN(int(sensor.Bands)))
			g.Picture = sensor.Picture{Columns: uint16(r.IntN(3) * 640), Rows: 480}
			if !g.Picture.Known() {
				g.Picture = sensor.Picture{}
			}
			all = append(all, g)
		}
		clock = clock.Add(time.Duration(r.IntN(2_000_000)) * time.Microsecond)
		at, _ = geodesy.Direct(at, 70, 100)
	}
	return all
}

func TestGlimpsesRoundTrip(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 1))
	var all, bytes int
	for i := range 200 {
		want := anyGlimpses(r, anyPlace(r, i), 60)
		b := AppendGlimpses(nil, want)
		var got []Glimpse
		if err := Glimpses(b, func(g *Glimpse) bool { got = append(got, *g); return true }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("block %d: other glimpses", i)
		}
		if again := AppendGlimpses(nil, got); !slices.Equal(again, b) {
			t.Fatalf("block %d: other bytes", i)
		}
		all, bytes = all+len(want), bytes+len(b)
	}
	t.Logf("%.1f bytes a frame", float64(bytes)/float64(all))
}

func FuzzGlimpses(f *testing.F) {
	r := rand.New(rand.NewPCG(6, 1))
	for i := range 20 {
		f.Add(AppendGlimpses(nil, anyGlimpses(r, anyPlace(r, i), 5)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var all []Glimpse
		if Glimpses(b, func(g *Glimpse) bool { all = append(all, *g); return true }) != nil {
			return
		}
		var again []Glimpse
		if err := Glimpses(AppendGlimpses(nil, all), func(g *Glimpse) bool { again = append(again, *g); return true }); err != nil || !slices.Equal(again, all) {
			t.Fatalf("%v, %v", err, again)
		}
	})
}

func FuzzRuns(f *testing.F) {
	f.Add(AppendRuns(nil, []Run{{3, 5, 9, 100, 104}, {15, 2, 2, Timeless, Timeless}, {0, 700, 1500, -5, 90}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		runs, err := DecodeRuns(nil, b)
		if err != nil {
			return
		}
		again, err := DecodeRuns(nil, AppendRuns(nil, runs))
		if err != nil || !slices.Equal(again, runs) {
			t.Fatalf("%v: %v, want %v", err, again, runs)
		}
	})
}

// No place that a frame shows lies in a cell in which the frame is not entered, wherever on the Earth and however large.
func TestCellsHoldWhatIsShown(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	checked, entered := 0, 0
	for i := range 1500 {
		at := anyPlace(r, i)
		for _, g := range anyGlimpses(r, at, 1) {
			cells := g.AppendCells(nil)
			entered += len(cells)
			if len(cells) == 0 || len(cells) > 800 {
				t.Fatalf("%d cells for %v", len(cells), g.Corners)
			}
			o := g.outline()
			for k := range 40 {
				// Points of the outline itself, of its edges and within.
				u, v := r.Float64(), r.Float64()
				if k < 4 {
					u, v = float64(k%2), float64(k/2)
				} else if k < 12 {
					u = float64(k % 2)
				}
				top := o.corners[0].Times(1 - u).Plus(o.corners[1].Times(u))
				low := o.corners[3].Times(1 - u).Plus(o.corners[2].Times(u))
				p, _ := geodesy.FromECEF(top.Times(1 - v).Plus(low.Times(v)))
				if !g.Holds(p) {
					continue // rounding on the edge
				}
				checked++
				at := CellsAt(p)
				if !slices.ContainsFunc(at[:], func(x Located) bool { return slices.Contains(cells, x) }) {
					t.Fatalf("%v shows %v, which is in none of its %d cells", g.Corners, p, len(cells))
				}
			}
		}
	}
	if checked < 30_000 {
		t.Errorf("only %d places", checked)
	}
	t.Logf("%d places, %.1f cells a frame", checked, float64(entered)/1500)
}

// The exact test against another: turns about the point on the plane that touches the Earth.
func TestHolds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 1))
	for i := range 2000 {
		at := anyPlace(r, i)
		for _, g := range anyGlimpses(r, at, 1) {
			if i%3 == 0 {
				g.Corners[0], g.Corners[1] = g.Corners[1], g.Corners[0] // crossed
			}
			var corners [4]geodesy.Vector
			for k, c := range g.Corners {
				corners[k] = geodesy.ToECEF(c, 0)
			}
			o := g.outline()
			for range 10 {
				p, _ := geodesy.Direct(at, geodesy.Angle(360*r.Float64()), geodesy.Length(1.5*o.reach*r.Float64()))
				v := geodesy.ToECEF(p, 0)
				if got, want := g.Holds(p), turnsRound(&corners, v); got != want {
					t.Fatalf("%v holds %v: %v, want %v", g.Corners, p, got, want)
				}
			}
		}
	}
}

func TestExtendRuns(t *testing.T) {
	t.Parallel()
	second := func(s float64) time.Time { return time.Unix(1000, 0).Add(time.Duration(s * float64(time.Second))) }
	var runs []Run
	for _, f := range []struct {
		c Cell
		n uint64
		t time.Time
	}{{1, 0, second(0)}, {1, 1, second(1)}, {2, 1, second(1)}, {1, 2, second(5.5)}, {1, 3, second(30)}, {1, 4, time.Time{}}, {1, 5, time.Time{}}, {1, 900, time.Time{}}} {
		runs = Extend(runs, f.c, f.n, f.t)
	}
	want := []Run{{1, 0, 2, 1000, 1006}, {2, 1, 1, 1001, 1001}, {1, 3, 3, 1030, 1030}, {1, 4, 5, Timeless, Timeless}, {1, 900, 900, Timeless, Timeless}}
	if !slices.Equal(runs, want) {
		t.Errorf("got  %v\nwant %v", runs, want)
	}
	b := AppendRuns(nil, runs)
	got, err := DecodeRuns(nil, b)
	byCell := slices.Clone(want)
	slices.SortStableFunc(byCell, func(a, b Run) int { return int(a.Cell) - int(b.Cell) })
	if err != nil || !slices.Equal(got, byCell) {
		t.Errorf("%v, %v", got, err)
	}
	for c := range Cell(cellsOf) {
		var of []Run
		for _, r := range want {
			if r.Cell == c {
				of = append(of, r)
			}
		}
		if got, err := RunsOf(nil, b, c); err != nil || !slices.Equal(got, of) {
			t.Errorf("cell %d: %v, %v; want %v", c, got, err, of)
		}
	}
	for n := range len(b) {
		if _, err := DecodeRuns(nil, b[:n]); err == nil {
			t.Errorf("cut to %d bytes it is taken", n)
		}
	}
	for _, tt := range []struct {
		from, to int64
		want     bool
	}{{0, 1000, false}, {1006, 2000, true}, {1007, 2000, false}, {990, 1001, true}} {
		if got := runs[0].During(tt.from, tt.to); got != tt.want {
			t.Errorf("during %d to %d: %v", tt.from, tt.to, got)
		}
	}
}

// A block is read into one glimpse, however many it has.
func TestGlimpsesAllocateOne(t *testing.T) {
	b := AppendGlimpses(nil, anyGlimpses(rand.New(rand.NewPCG(14, 1)), geodesy.Position{Lat: 28, Lon: -106}, 60))
	seen := 0
	if n := testing.AllocsPerRun(20, func() {
		if err := Glimpses(b, func(*Glimpse) bool { seen++; return true }); err != nil {
			t.Fatal(err)
		}
	}); n > 1 || seen < 20*40 {
		t.Errorf("%v allocations, %d glimpses", n, seen)
	}
}

func TestCellsAllocateNothing(t *testing.T) {
	g := glimpseOf(t, places[0], trapezium(places[0], 30, 2000, 3000, 2500), 90, 4000, 3000, noon)
	buffer := make([]Located, 0, 256)
	runs := make([]Run, 0, 256)
	m := DefaultModel()
	if n := testing.AllocsPerRun(100, func() {
		buffer = g.AppendCells(buffer[:0])
		runs = Extend(runs[:0], buffer[0].Cell, g.Number, g.Time)
		l, _ := m.LookAt(&g, places[0], nil)
		_ = m.Detect(&l)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// BenchmarkCells enters frames of 2.5 km in cells and runs: what a frame costs the index.
func BenchmarkCells(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 1))
	var all []Glimpse
	at := places[0]
	for range 1000 {
		all = append(all, glimpseOf(b, at, trapezium(at, geodesy.Angle(20*r.Float64()), 2000, 3000, 2500), 90, 4000, 3000, noon))
		at, _ = geodesy.Direct(at, 80, 90)
	}
	var cells []Located
	b.ResetTimer()
	n := 0
	for i := range b.N {
		cells = all[i%len(all)].AppendCells(cells[:0])
		n += len(cells)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "footprints/s")
	b.ReportMetric(float64(n)/float64(b.N), "cells")
}
