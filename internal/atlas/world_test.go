package atlas_test

import (
	"crypto/sha256"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/atlas"
)

func TestGeodesicAreas(t *testing.T) {
	t.Parallel()
	a := open(t)
	for s, want := range map[airspace.State]float64{ // square kilometres, by an independent library on the published polygons
		"MEX": 2250146, "GTM": 116080, "BLZ": 41687, "CUB": 232836, "HND": 153128, "SLV": 27412, "USA": 10370889,
	} {
		var got float64
		for _, r := range a.Rings(s) {
			got += geodesy.Area(r[:len(r)-1])
		}
		if got /= 1e6; math.Abs(got-want) > 1.5 {
			t.Errorf("%s: %.1f km2, want %.0f", s, got, want)
		}
	}
}

// TestNoLimitAlongTheAntimeridian: a state on both sides of 180 degrees is cut there in the source, which
// is no edge of its airspace.
func TestNoLimitAlongTheAntimeridian(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, c := range []struct {
		s        airspace.State
		lat, lon float64
		least    geodesy.Length
	}{{"RUS", 68, 179.9999, 100e3}, {"RUS", 68, -179.9999, 100e3}, {"RUS", 71, 180, 31e3}, {"FJI", -16.8, 180, 50e3}} {
		n, ok := a.Nearest(c.s, airspace.Limit, at(c.lat, c.lon), 2e6)
		if !ok || n.Distance < c.least || c.s == "FJI" && math.Abs(math.Abs(float64(n.Point.Lon))-180) < 1e-6 {
			t.Errorf("%s from %v, %v: %v, %v", c.s, c.lat, c.lon, n, ok)
		}
	}
	// From one side to the other of the antimeridian nothing changes but by a little distance.
	r := rand.New(rand.NewPCG(31, 32))
	for range 2000 {
		lat := 180*r.Float64() - 90
		east, west := a.StatesAt(at(lat, 180)), a.StatesAt(at(lat, -180))
		if east != west {
			t.Fatalf("latitude %v: 180 and -180 differ", lat)
		}
	}
}

func TestPoles(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, lon := range []float64{-180, -90, 0, 45, 180} {
		if s := a.StatesAt(at(90, lon)); s.Len() != 0 {
			t.Errorf("the north pole is in %v", s.At(0))
		}
		if s := a.StatesAt(at(-90, lon)); s.Len() != 0 {
			t.Errorf("the south pole is in %v", s.At(0))
		}
		n, ok := a.Nearest("DNK", airspace.Limit, at(90, lon), 2e6)
		if !ok || math.Abs(float64(n.Distance)-float64(geodesy.Distance(at(90, 0), n.Point))) > 1e-3 || n.Distance < 600e3 || n.Distance > 800e3 {
			t.Errorf("limit of DNK from the north pole, longitude %v: %v, %v", lon, n, ok)
		}
	}
	if s := a.StatesNear(nil, at(90, 0), 700e3); len(s) != 2 || s[0] != "CAN" || s[1] != "DNK" {
		t.Logf("within 700 km of the pole: %v", s)
	}
}

// TestLeastPathAgainstSampling walks the outline point by point.
func TestLeastPathAgainstSampling(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, c := range []struct {
		s    airspace.State
		p, q geodesy.Position
	}{
		{"CUB", at(21.2, -89.8), at(25, -79)},
		{"BLZ", at(21.2, -89.8), at(16, -84)},
		{"FJI", at(-20, 175), at(-15, -175)},
		{"CHE", at(45, 6), at(48, 9)},
		{"GTM", at(15, -93), at(15, -93)},
	} {
		got, at, ok := a.LeastPath(c.s, c.p, c.q, 5e6)
		if !ok {
			t.Errorf("%s: no way", c.s)
			continue
		}
		want := math.Inf(1)
		for _, r := range a.Rings(c.s) {
			for i := range len(r) - 1 {
				if math.Abs(float64(r[i].Lon)) == 180 && r[i].Lon == r[i+1].Lon {
					continue
				}
				n := int(geodesy.Chord(r[i], r[i+1])/1000) + 1
				for k := range n {
					f := geodesy.Angle(k) / geodesy.Angle(n)
					x := geodesy.Position{Lat: r[i].Lat + f*(r[i+1].Lat-r[i].Lat), Lon: r[i].Lon + f*(r[i+1].Lon-r[i].Lon)}
					if float64(geodesy.Chord(c.p, x)+geodesy.Chord(x, c.q)) < want {
						want = math.Min(want, float64(geodesy.Distance(c.p, x)+geodesy.Distance(x, c.q)))
					}
				}
			}
		}
		if float64(got) > want+1e-3 || float64(got) < want-1100 {
			t.Errorf("%s: %.3f m by %v, sampling finds %.3f m", c.s, float64(got), at, want)
		}
		if _, _, ok := a.LeastPath(c.s, c.p, c.q, got-1); ok {
			t.Errorf("%s: a way shorter than the least", c.s)
		}
	}
}

func TestStatesNear(t *testing.T) {
	t.Parallel()
	a := open(t)
	r := rand.New(rand.NewPCG(41, 42))
	for range 30 {
		p := at(10+25*r.Float64(), -120+40*r.Float64())
		near := a.StatesNear(nil, p, 300e3)
		for _, s := range a.States() {
			here := a.StatesAt(p)
			_, close := a.Nearest(s, airspace.Limit, p, 300e3)
			found := false
			for _, x := range near {
				found = found || x == s
			}
			if found != (close || here.Has(s)) {
				t.Errorf("%v: %s near %v, limit within reach %v", p, s, found, close)
			}
		}
	}
}

func TestUncertainty(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, c := range []struct {
		s         airspace.State
		k         airspace.EdgeKind
		lat, lon  float64
		least, up geodesy.Length
	}{
		{"MEX", airspace.Limit, 19.840714, -89.221148, 500, 500},
		{"MEX", airspace.LandBorder, 31.0, -110.5, 50, 50},
		{"BLZ", airspace.Limit, 17.3, -87.6, 5000, 60e3},
		{"GTM", airspace.Limit, 13.6, -91.5, 5000, 60e3},
		{"SLV", airspace.Limit, 13.1, -89.5, 5000, 60e3},
	} {
		n, ok := a.Nearest(c.s, c.k, at(c.lat, c.lon), 1e6)
		if !ok || n.Uncertainty < c.least || n.Uncertainty > c.up {
			t.Errorf("%s from %v, %v: %+v", c.s, c.lat, c.lon, n)
		}
	}
}

func TestTablesNameEveryCode(t *testing.T) {
	t.Parallel()
	sovereign, err := atlas.Sovereigns()
	if err != nil {
		t.Fatal(err)
	}
	if len(sovereign) != 248 {
		t.Errorf("%d codes, want 248: 249 of the source without Antarctica", len(sovereign))
	}
	for code, s := range sovereign {
		if sovereign[s] != s {
			t.Errorf("%s belongs to %s, which belongs to %s", code, s, sovereign[s])
		}
	}
	if terr, ok := open(t).Territory(at(18.4, -66.1)); !ok || terr != "PRI" {
		t.Errorf("San Juan lies in %q", terr)
	}
}

// TestConcurrentUse asks a fresh atlas from many goroutines at once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	a, err := atlas.Load()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	results := make([][]airspace.States, 8)
	for g := range results {
		group.Go(func() {
			r := rand.New(rand.NewPCG(51, 52))
			for range 300 {
				p := at(13+21*r.Float64(), -120+35*r.Float64())
				results[g] = append(results[g], a.StatesAt(p))
				a.Nearest("MEX", airspace.Limit, p, 300e3)
			}
		})
	}
	group.Wait()
	for g := range results {
		for i := range results[g] {
			if results[g][i] != results[0][i] {
				t.Fatalf("goroutine %d, point %d: another answer", g, i)
			}
		}
	}
}

func TestWarmQuestionsDoNotAllocate(t *testing.T) {
	a := open(t)
	p := at(32.5, -114.8)
	if n := testing.AllocsPerRun(100, func() { a.StatesAt(p); a.Nearest("MEX", airspace.LandBorder, p, 1e6) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestDamagedFile changes bytes of the file: it must be refused, as its digest is in it.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("boundaries.bin")
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 12<<20 {
		t.Errorf("%d bytes, want at most 12 MB", len(raw))
	}
	info := open(t).Info()
	if info.Hash != sha256.Sum256(raw) || open(t).Source().Digest != info.Hash || info.Licence != "ODbL-1.0" || info.Attribution != atlas.Attribution {
		t.Errorf("%+v", info)
	}
	for _, i := range []int{0, 9, 41, 60, len(raw) / 2, len(raw) - 1} {
		bad := append([]byte(nil), raw...)
		bad[i] ^= 1
		if _, err := airspace.OpenAtlas(bad, airspace.Tables{}); err == nil {
			t.Errorf("byte %d changed: opened", i)
		}
	}
	for _, n := range []int{0, 8, 47, 48, 100, len(raw) - 1} {
		if _, err := airspace.OpenAtlas(raw[:n], airspace.Tables{}); err == nil {
			t.Errorf("cut to %d bytes: opened", n)
		}
	}
}
