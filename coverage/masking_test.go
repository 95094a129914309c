package coverage

import (
	"math"
	"math/rand/v2"
	"testing"

	"overflight/geodesy"
	"overflight/sensor"
)

// A line of sight lies where its points do, one by one: short and long, across the antimeridian and by a pole.
func TestWay(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 1))
	for range 2000 {
		p := geodesy.Position{Lat: geodesy.Angle(180*r.Float64() - 90), Lon: geodesy.Angle(360*r.Float64() - 180)}
		if r.IntN(4) == 0 {
			p.Lon = geodesy.Angle(179.9 + 0.2*r.Float64())
		}
		far := geodesy.Length(20 * math.Pow(10, 4*r.Float64())) // to 200 km
		eye, _ := geodesy.Direct(p, geodesy.Angle(360*r.Float64()), far)
		low, high := geodesy.Length(4000*r.Float64()), geodesy.Length(12_000*r.Float64())
		from, to := geodesy.ToECEF(p, low), geodesy.ToECEF(eye, high)
		line := to.Minus(from)
		w := wayAlong(p, low, eye, high, from, line, line.Norm())
		at := 0.0
		for at < 1 {
			got, h := w.at(at)
			want, height := geodesy.FromECEF(from.Plus(line.Times(at)))
			if off := geodesy.Distance(got, want); off > 1 || math.Abs(float64(h-height)) > 0.1 || got.Lon > 180 || got.Lon < -180 {
				t.Fatalf("%v to %v, %.0f m: at %.3f it is %v, %.2f m; want %v, %.2f m", p, eye, line.Norm(), at, got, h, want, height)
			}
			at += 0.2 * r.Float64() * r.Float64()
		}
	}
}

// What is masked is what looking every 5 m finds: no ground that hides a place is stepped over, and none is made up.
func TestMaskingStepsOverNothing(t *testing.T) {
	t.Parallel()
	const every = 5.0
	m := DefaultModel()
	r := rand.New(rand.NewPCG(12, 1))
	met := map[Masking]int{}
	for range 1500 {
		at := geodesy.Position{Lat: geodesy.Angle(60*r.Float64() - 30), Lon: geodesy.Angle(360*r.Float64() - 180)}
		eye, _ := geodesy.Direct(at, geodesy.Angle(360*r.Float64()), geodesy.Length(200+15_000*r.Float64()*r.Float64()))
		g := Glimpse{Time: noon, Corners: trapezium(at, 0, 900, 900, 900), Eye: sensor.Known(eye), Height: sensor.Known(geodesy.Length(300 + 6000*r.Float64()))}
		place, _ := geodesy.Direct(at, geodesy.Angle(360*r.Float64()), geodesy.Length(400*r.Float64()))
		l, ok := m.LookAt(&g, place, waves{})
		if !ok {
			t.Fatal("the place is not shown")
		}
		o := g.outline()
		middle, _ := geodesy.FromECEF(o.middle)
		base, _ := waves{}.HeightAt(middle)
		own, _ := waves{}.HeightAt(place)
		over, _ := g.Height.Get()
		from, to := geodesy.ToECEF(place, own), geodesy.ToECEF(eye, base+over)
		line := to.Minus(from)
		most, stretch, longest := math.Inf(-1), 0.0, 0.0
		for gone := every; gone < line.Norm(); gone += every {
			q, h := geodesy.FromECEF(from.Plus(line.Times(gone / line.Norm())))
			ground, _ := waves{}.HeightAt(q)
			above := float64(ground - h)
			most = max(most, above)
			if stretch += every; above <= maskSlack+1 {
				stretch = 0
			}
			longest = max(longest, stretch)
		}
		if !l.Known { // below its own horizon
			continue
		}
		met[l.Masking]++
		switch {
		case longest > maskStep && l.Masking != Masked:
			t.Fatalf("%v from %v: %v, but %.0f m of the line lie in the ground, %.1f m deep", place, eye, l.Masking, longest, most)
		case most < maskSlack-1 && l.Masking != InSight:
			t.Fatalf("%v from %v: %v, but the line is never more than %.1f m in the ground", place, eye, l.Masking, most)
		}
	}
	if met[Masked] < 200 || met[InSight] < 200 {
		t.Errorf("%v", met)
	}
}
