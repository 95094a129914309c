package bench

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/golang/geo/s2"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/atlas"
)

// world is the states in both engines: the lines of the embedded atlas, and the same lines as shapes of
// an S2 index. S2 edges are geodesics, so that edges straight in longitude and latitude are cut into
// pieces of at most 5 km before they go in.
var world = sync.OnceValues(func() (*airspace.Atlas, *s2.ShapeIndex) {
	a, err := atlas.Open()
	if err != nil {
		panic(err)
	}
	index := s2.NewShapeIndex()
	for _, s := range a.States() {
		var loops [][]s2.Point
		for _, r := range a.Rings(s) {
			loops = append(loops, loop(r))
		}
		index.Add(s2.LaxPolygonFromPoints(loops))
	}
	index.Build()
	return a, index
})

func loop(ring []geodesy.Position) []s2.Point {
	var out []s2.Point
	for i := range len(ring) - 1 {
		a, b := ring[i], ring[i+1]
		n := int(geodesy.Distance(a, b)/5000) + 1
		for k := range n {
			f := geodesy.Angle(k) / geodesy.Angle(n)
			out = append(out, s2.PointFromLatLng(s2.LatLngFromDegrees(float64(a.Lat+f*(b.Lat-a.Lat)), float64(a.Lon+f*(b.Lon-a.Lon)))))
		}
	}
	return out
}

// uniform is points over Mexico and its surroundings.
func uniform(n int) []geodesy.Position {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]geodesy.Position, n)
	for i := range out {
		out[i] = geodesy.Position{Lat: geodesy.Angle(13 + 21*r.Float64()), Lon: geodesy.Angle(-120 + 35*r.Float64())}
	}
	return out
}

// nearBorder is points in a Gaussian of 3 km round the corners of the outline of Mexico.
func nearBorder(n int) []geodesy.Position {
	a, _ := world()
	var corners []geodesy.Position
	for _, r := range a.Rings("MEX") {
		corners = append(corners, r...)
	}
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]geodesy.Position, n)
	const degree = 111195.0
	for i := range out {
		c := corners[r.IntN(len(corners))]
		out[i] = geodesy.Position{
			Lat: c.Lat + geodesy.Angle(3000/degree*r.NormFloat64()),
			Lon: c.Lon + geodesy.Angle(3000/degree/math.Cos(c.Lat.Radians())*r.NormFloat64()),
		}
	}
	return out
}

func pointsPerSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
}

func BenchmarkStatesAt(b *testing.B) {
	for _, set := range []struct {
		name   string
		points []geodesy.Position
	}{{"uniform", uniform(1 << 20)}, {"border", nearBorder(1 << 20)}} {
		a, index := world()
		b.Run(set.name+"/overflight", func(b *testing.B) {
			for _, p := range set.points {
				a.StatesAt(p)
			}
			b.ReportAllocs()
			inside := 0
			b.ResetTimer()
			for i := range b.N {
				s := a.StatesAt(set.points[i&(1<<20-1)])
				inside += s.Len()
			}
			pointsPerSecond(b)
		})
		q := s2.NewContainsPointQuery(index, s2.VertexModelSemiOpen)
		b.Run(set.name+"/golang-geo", func(b *testing.B) { // which states
			b.ReportAllocs()
			inside := 0
			for i := range b.N {
				p := set.points[i&(1<<20-1)]
				inside += len(q.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(float64(p.Lat), float64(p.Lon)))))
			}
			pointsPerSecond(b)
		})
		b.Run(set.name+"/golang-geo-any", func(b *testing.B) { // only whether any state
			b.ReportAllocs()
			inside := 0
			for i := range b.N {
				p := set.points[i&(1<<20-1)]
				if q.Contains(s2.PointFromLatLng(s2.LatLngFromDegrees(float64(p.Lat), float64(p.Lon)))) {
					inside++
				}
			}
			pointsPerSecond(b)
		})
	}
}

func BenchmarkNearest(b *testing.B) {
	a, _ := world()
	for _, set := range []struct {
		name   string
		points []geodesy.Position
	}{{"uniform", uniform(1 << 12)}, {"border", nearBorder(1 << 12)}} {
		for _, p := range set.points {
			a.NearestBound("MEX", airspace.Limit, p)
		}
		b.Run(set.name+"/exact", func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				a.Nearest("MEX", airspace.Limit, set.points[i&(1<<12-1)], 2e7)
			}
		})
		b.Run(set.name+"/bound", func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				a.NearestBound("MEX", airspace.Limit, set.points[i&(1<<12-1)])
			}
		})
	}
}

func BenchmarkOpenAtlas(b *testing.B) {
	for range b.N {
		if _, err := atlas.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestStatesAtAgainstS2 compares the two engines: they may differ only where S2's edges bend.
func TestStatesAtAgainstS2(t *testing.T) {
	a, index := world()
	q := s2.NewContainsPointQuery(index, s2.VertexModelSemiOpen)
	states := a.States()
	for _, set := range [][]geodesy.Position{uniform(200000), nearBorder(200000)} {
		differ, farthest := 0, geodesy.Length(0)
		for _, p := range set {
			got := a.StatesAt(p)
			n, same := 0, true
			var other airspace.State
			for _, s := range q.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(float64(p.Lat), float64(p.Lon)))) {
				for i := range states {
					if index.Shape(int32(i)) == s {
						n++
						if !got.Has(states[i]) {
							same, other = false, states[i]
						}
					}
				}
			}
			if same && n == got.Len() {
				continue
			}
			differ++
			if other == "" {
				other = got.At(0)
			}
			d, ok := a.Nearest(other, airspace.Limit, p, 1e5)
			if !ok || d.Distance > 2 {
				t.Errorf("%v: %d states here, %d in S2, %.1f m from the limit of %s", p, got.Len(), n, float64(d.Distance), other)
			}
			farthest = max(farthest, d.Distance)
		}
		t.Logf("%d of %d points differ, the farthest %.2f m from an edge", differ, len(set), float64(farthest))
	}
}

func BenchmarkStatesNear(b *testing.B) {
	a, _ := world()
	points := uniform(1 << 12)
	for _, p := range points {
		a.StatesNear(nil, p, 50e3)
	}
	b.ReportAllocs()
	var dst []airspace.State
	for i := range b.N {
		dst = a.StatesNear(dst[:0], points[i&(1<<12-1)], 50e3)
	}
}

func BenchmarkLeastPath(b *testing.B) {
	a, _ := world()
	points := uniform(1 << 12)
	b.ReportAllocs()
	for i := range b.N {
		p := points[i&(1<<12-1)]
		q := geodesy.Position{Lat: p.Lat + 0.3, Lon: p.Lon + 0.3}
		a.LeastPath("MEX", p, q, 300e3)
	}
}
