package airspace_test

import (
	"math"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
)

// day is 24 hours at 1 Hz.
func day(at func(second int) geodesy.Position) flight.Path {
	p := flight.Path{Resolution: time.Second, Aircraft: flight.Aircraft{Type: "MQ-9"}}
	start := time.Date(2025, 2, 5, 0, 0, 0, 0, time.UTC)
	for i := range 86400 {
		p.Fixes = append(p.Fixes, flight.Fix{
			Time: start.Add(time.Duration(i) * time.Second), Position: at(i), GroundSpeed: 100,
			Altitude: geodesy.Altitude{Value: 6000, Datum: geodesy.HAE}, Radius: 8,
		})
	}
	return p
}

// triangle goes from 0 to length and back at 100 m/s.
func triangle(second int, length float64) float64 {
	s := math.Mod(float64(second)*100, 2*length)
	return length - math.Abs(s-length)
}

// days are a day's flights at 100 m/s, each bad for the search for the deepest in its own way.
var days = []struct {
	name string
	path func(testing.TB) flight.Path
}{
	// Weaving across the Rio Grande, 3 km to either side, every half hour; with its bends the river is
	// crossed some six hundred times.
	{"border", func(tb testing.TB) flight.Path { return weave(tb, 1800) }},
	// A circle of 30 km radius in the middle of Mexico.
	{"orbit", func(testing.TB) flight.Path {
		return day(func(i int) geodesy.Position {
			p, _ := geodesy.Direct(geodesy.Position{Lat: 23.5, Lon: -102.5}, geodesy.Angle(float64(i)*100/30e3*180/math.Pi), 30e3)
			return p
		})
	}},
	// Along the border at a constant 40 km: no fix is much deeper than another.
	{"parallel", func(testing.TB) flight.Path {
		return day(func(i int) geodesy.Position {
			return geodesy.Position{Lat: 31.42, Lon: -110.9 + geodesy.Angle(triangle(i, 250e3)/95e3)}
		})
	}},
	// From Alaska over Canada, the United States, Mexico and Central America to Peru.
	{"transit", func(testing.TB) flight.Path {
		line := geodesy.NewLine(geodesy.Position{Lat: 62, Lon: -142}, 115)
		return day(func(i int) geodesy.Position { return line.Position(geodesy.Length(i * 100)) })
	}},
}

// weave follows the Rio Grande and crosses it twice in a period of seconds.
func weave(tb testing.TB, period float64) flight.Path {
	line := world(tb)[0]
	var nodes []geodesy.Position
	for lon := -106.0; lon <= -97.6; lon += 0.05 {
		n, ok := line.Nearest("MEX", airspace.LandBorder, geodesy.Position{Lat: 31.4 - geodesy.Angle(lon+106)*0.63, Lon: geodesy.Angle(lon)}, 400e3)
		if !ok {
			tb.Fatal("no border")
		}
		nodes = append(nodes, n.Point)
	}
	var lengths []float64
	total := 0.0
	for i := range len(nodes) - 1 {
		d := float64(geodesy.Distance(nodes[i], nodes[i+1]))
		lengths = append(lengths, d)
		total += d
	}
	return day(func(i int) geodesy.Position {
		s, k := triangle(i, total), 0
		for k < len(lengths)-1 && s > lengths[k] {
			s -= lengths[k]
			k++
		}
		f := geodesy.Angle(s / math.Max(lengths[k], 1))
		a, b := nodes[k], nodes[k+1]
		return geodesy.Position{
			Lat: a.Lat + f*(b.Lat-a.Lat) + geodesy.Angle(0.027*math.Sin(float64(i)*2*math.Pi/period)),
			Lon: a.Lon + f*(b.Lon-a.Lon),
		}
	})
}

func BenchmarkTrack24h(b *testing.B) {
	lines := world(b)
	for _, d := range days {
		b.Run(d.name, func(b *testing.B) {
			p := d.path(b)
			r, err := airspace.Reckon(p, lines, airspace.Config{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if r, err = airspace.Reckon(p, lines, airspace.Config{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(r.Entries)), "entries")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/86400, "ns/fix")
		})
	}
}

// Allocations follow the entries and the blocks, never the fixes.
func TestReckonAllocatesPerEntry(t *testing.T) {
	lines := world(t)
	p := days[1].path(t)
	n := testing.AllocsPerRun(1, func() {
		if _, err := airspace.Reckon(p, lines, airspace.Config{}); err != nil {
			t.Fatal(err)
		}
	})
	if n > 2000 {
		t.Errorf("%v allocations for one entry of 86,400 fixes", n)
	}
}

// The search for the deepest fix finds what asking about every fix finds.
func TestDeepestIsTheDeepest(t *testing.T) {
	t.Parallel()
	line := world(t)[0]
	for _, d := range days {
		p := d.path(t)
		p.Fixes = p.Fixes[20000:30000]
		r, err := airspace.Reckon(p, []airspace.DatedLine{line}, airspace.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Entries) == 0 {
			t.Errorf("%s: no entry", d.name)
		}
		for _, e := range r.Entries {
			for k, got := range map[airspace.EdgeKind]airspace.Depth{airspace.Limit: e.FromLimit, airspace.LandBorder: e.FromLandBorder} {
				want := geodesy.Length(-1)
				for i := e.First.Index; i <= e.Last.Index; i++ {
					if n, ok := line.Nearest(e.State, k, p.Fixes[i].Position, 2.1e7); ok {
						want = max(want, n.Distance)
					}
				}
				if got.Known != (want >= 0) || got.Known && math.Abs(float64(got.Nearest.Distance-want)) > 0.011 {
					t.Errorf("%s: %s fixes %d to %d, kind %d: got %v, want %v", d.name, e.State, e.First.Index, e.Last.Index, k, got.Nearest.Distance, want)
				}
			}
		}
	}
}
