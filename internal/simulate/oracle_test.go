package simulate

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"overflight/geodesy"
)

// load parses one of the sorties in examples/.
func load(t testing.TB, name string) Sortie {
	t.Helper()
	text, err := os.ReadFile("../../examples/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// oracle is what testdata/generate.py computed with GeographicLib, PROJ and plain matrices.
type oracle struct {
	Duration float64
	Frames   []struct {
		T, Lat, Lon, Height, Course  float64
		Heading, Pitch, Roll         float64
		Azimuth, Elevation, Rotation float64
		HFOV, VFOV                   float64
		Centre                       *[3]float64
		Slant                        *float64
		Corners                      [4]*[2]float64
	}
}

func apart(p point, lat, lon, height float64) float64 {
	return p.cartesian().minus(point{lat, lon, height}.cartesian()).norm()
}

// TestGeometryAgainstGeographicLib holds the simulator to results that share no code with it:
// platform within 1 cm, the ground looked at and the corners of the picture within 10 cm, angles
// within a millionth of a degree.
func TestGeometryAgainstGeographicLib(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"border-sortie", "short-sortie"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := load(t, name)
			text, err := os.ReadFile("testdata/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want oracle
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if d := math.Abs(s.flight.length - want.Duration); d > 1e-4 {
				t.Errorf("the route takes %.6f s, want %.6f", s.flight.length, want.Duration)
			}
			var place, centre, corner, angle float64
			seen := 0
			for _, w := range want.Frames {
				f := s.flight.At(time.Duration(math.Round(w.T*1e3)) * time.Millisecond)
				place = max(place, apart(f.Platform.point(), w.Lat, w.Lon, w.Height))
				for _, p := range [][2]float64{
					{float64(f.Course), w.Course},
					{float64(f.Heading), w.Heading},
					{float64(f.Pitch), w.Pitch},
					{float64(f.Roll), w.Roll},
					{float64(f.Azimuth), w.Azimuth},
					{float64(f.Elevation), w.Elevation},
					{float64(f.Rotation), w.Rotation},
					{float64(f.HFOV), w.HFOV},
					{float64(f.VFOV), w.VFOV},
				} {
					if d := math.Abs(wrap180(p[0] - p[1])); d > angle {
						angle = d
					}
				}
				if f.InView != (w.Centre != nil) {
					t.Fatalf("at %.3f s: centre in view %v, want %v", w.T, f.InView, w.Centre != nil)
				}
				if f.InView {
					seen++
					// Metres on the ground count for as much as the line of sight is steep: a
					// millionth of a degree is 0.1 m at 100 km and grazing, so far looks are left out.
					if f.Slant < 40e3 {
						centre = max(centre, apart(f.Centre.point(), w.Centre[0], w.Centre[1], w.Centre[2]), math.Abs(float64(f.Slant)-*w.Slant))
					}
				}
				for i, c := range w.Corners {
					if f.CornerInView[i] != (c != nil) {
						t.Fatalf("at %.3f s: corner %d in view %v, want %v", w.T, i, f.CornerInView[i], c != nil)
					}
					if c != nil && f.InView && f.Slant < 40e3 {
						corner = max(corner, apart(f.Corner[i].point(), c[0], c[1], float64(f.Corner[i].Height)))
					}
				}
			}
			t.Logf("%d frames, %d with ground: platform %.2g m, centre %.2g m, corners %.2g m, angles %.2g deg", len(want.Frames), seen, place, centre, corner, angle)
			if place > 0.01 || centre > 0.1 || corner > 0.1 || angle > 1e-6 {
				t.Errorf("off by %.3g m in place, %.3g m in the centre, %.3g m in the corners, %.3g deg", place, centre, corner, angle)
			}
		})
	}
}

// TestCrossings finds the crossings of a parallel, where the instant is known from the path itself.
func TestCrossings(t *testing.T) {
	t.Parallel()
	s := load(t, "border-sortie")
	f, err := Plan(&s)
	if err != nil {
		t.Fatal(err)
	}
	got := f.Crossings(time.Second, func(p Place) bool { return p.Lat < 31.3 })
	if len(got) != 2 || !got[0].Entered || got[1].Entered {
		t.Fatalf("got %v, want one way in and one out", got)
	}
	for _, c := range got {
		if d := math.Abs(float64(c.Place.Lat) - 31.3); d > 1e-5 {
			t.Errorf("at %v the latitude is off by %g", c.Offset, d)
		}
	}
}

// TestPlanned flies a route that no YAML described, as calibration does by the thousand.
func TestPlanned(t *testing.T) {
	t.Parallel()
	at := func(lat, lon float64) Waypoint {
		return Waypoint{Position: geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}, Height: 6000, Speed: 90}
	}
	f, err := Plan(&Sortie{Start: time.Unix(1.7e9, 0), Route: []Waypoint{at(31, -110), at(31.5, -110.2), at(31.4, -111)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Crossings(time.Second, func(p Place) bool { return p.Lat > 31.2 }); len(got) != 1 || !got[0].Entered {
		t.Errorf("crossings %v", got)
	}
	if fr := f.At(f.Duration() / 2); !fr.InView || fr.Slant < 5990 || fr.Slant > 6100 {
		t.Errorf("straight down is %.0f m away (%v)", fr.Slant, fr.InView)
	}
	for _, bad := range [][]Waypoint{nil, {at(31, -110)}, {at(31, -110), at(91, 0)}, {{}, at(1, 1)}} {
		if _, err := Plan(&Sortie{Route: bad}); err == nil {
			t.Errorf("%v was planned", bad)
		}
	}
}

// TestGeodesics holds Vincenty's solutions to each other and to points that are exact.
func TestGeodesics(t *testing.T) {
	t.Parallel()
	for _, lat := range []float64{-80, -31, 0, 31.5, 60, 89} {
		for azimuth := 0.0; azimuth < 360; azimuth += 17 {
			for _, length := range []float64{10, 5e3, 120e3, 900e3} {
				p := point{lat, 179.5, 0}
				q, arrival := direct(p, azimuth, length)
				back, out, in, ok := inverse(p, q)
				if !ok || math.Abs(back-length) > 1e-4 {
					t.Fatalf("from %g along %g: %.6f m, want %g", lat, azimuth, back, length)
				}
				if length > 1e3 && math.Max(math.Abs(wrap180(out-azimuth)), math.Abs(wrap180(in-arrival))) > 1e-6 {
					t.Fatalf("from %g along %g: azimuths %g and %g, want %g and %g", lat, azimuth, out, in, azimuth, arrival)
				}
			}
		}
	}
	for _, p := range []point{{0, 0, 0}, {90, 0, 100}, {-45, 180, 6500}, {31.3, -110.2, -400}, {89.9, 10, 18000}} {
		if d := apart(p.cartesian().geodetic(), p.lat, p.lon, p.height); d > 1e-6 {
			t.Errorf("%v comes back %.3g m off", p, d)
		}
	}
	if _, _, ok := surface(point{0, 0, 5000}.cartesian(), point{0, 0, 0}.northEastDown().u, 0); ok {
		t.Error("a level ray reached the ground")
	}
	if g, s, ok := surface(point{10, 20, 5000}.cartesian(), point{10, 20, 0}.northEastDown().w, 1400); !ok || math.Abs(s-3600) > 1e-6 || g.position() == (geodesy.Position{}) {
		t.Errorf("straight down: %v after %g m", g, s)
	}
}
