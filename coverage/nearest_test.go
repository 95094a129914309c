package coverage

import (
	"math"
	"testing"

	"overflight/geodesy"
	"overflight/sensor"
)

func groundOf(t *testing.T, corners [4]geodesy.Position) Glimpse {
	t.Helper()
	g, ok := GlimpseOf(0, sensor.Optional[geodesy.Position]{}, sensor.Optional[geodesy.Altitude]{}, &sensor.Footprint{Method: sensor.FullCorners, Corners: corners})
	if !ok {
		t.Fatal("no ground")
	}
	return g
}

// The nearest place lies on the ground, no other place of its edges is nearer, and what is shown is at 0: at the antimeridian and by
// the pole as elsewhere.
func TestNearest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		corners [4]geodesy.Position
		at      geodesy.Position
		shown   bool
	}{
		"within":       {[4]geodesy.Position{{Lat: 31.2, Lon: -110.9}, {Lat: 31.2, Lon: -110.8}, {Lat: 31.1, Lon: -110.8}, {Lat: 31.1, Lon: -110.9}}, geodesy.Position{Lat: 31.15, Lon: -110.85}, true},
		"beside":       {[4]geodesy.Position{{Lat: 31.2, Lon: -110.9}, {Lat: 31.2, Lon: -110.8}, {Lat: 31.1, Lon: -110.8}, {Lat: 31.1, Lon: -110.9}}, geodesy.Position{Lat: 31.17, Lon: -110.4}, false},
		"at a corner":  {[4]geodesy.Position{{Lat: 31.2, Lon: -110.9}, {Lat: 31.2, Lon: -110.8}, {Lat: 31.1, Lon: -110.8}, {Lat: 31.1, Lon: -110.9}}, geodesy.Position{Lat: 31.6, Lon: -110.1}, false},
		"antimeridian": {[4]geodesy.Position{{Lat: -16.9, Lon: 179.9}, {Lat: -16.9, Lon: -179.9}, {Lat: -17.1, Lon: -179.9}, {Lat: -17.1, Lon: 179.9}}, geodesy.Position{Lat: -17, Lon: -179.5}, false},
		"by the pole":  {[4]geodesy.Position{{Lat: 89.5, Lon: 0}, {Lat: 89.5, Lon: 90}, {Lat: 89.5, Lon: 180}, {Lat: 89.5, Lon: -90}}, geodesy.Position{Lat: 89, Lon: 45}, false},
	} {
		g := groundOf(t, c.corners)
		got, far := g.Nearest(c.at)
		if g.Holds(c.at) != c.shown || (far == 0) != c.shown {
			t.Errorf("%s: %v at %v", name, got, far)
		}
		if least := g.Far(c.at); least > far {
			t.Errorf("%s: %v m, and no less than %v m", name, far, least)
		}
		if c.shown {
			continue
		}
		if d := math.Abs(float64(geodesy.Distance(c.at, got) - far)); d > 1e-6 {
			t.Errorf("%s: %v is not so far as told, by %v m", name, got, d)
		}
		// A step on towards the middle is within, and places of the edges are no nearer.
		middle, _ := geodesy.FromECEF(g.outline().middle)
		_, azimuth, _ := geodesy.Inverse(got, middle)
		if in, _ := geodesy.Direct(got, azimuth, 1); !g.Holds(in) {
			t.Errorf("%s: %v is not on the edge", name, got)
		}
		for i, a := range c.corners {
			v, w := geodesy.ToECEF(a, 0), geodesy.ToECEF(c.corners[(i+1)%4], 0)
			for k := range 1001 {
				s := float64(k) / 1000
				if d := geodesy.Distance(c.at, under(v.Times(1-s).Plus(w.Times(s)))); d < far-0.5 {
					t.Fatalf("%s: %v m, but a place of the edge is at %v m", name, far, d)
				}
			}
		}
	}
}
