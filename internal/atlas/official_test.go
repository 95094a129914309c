package atlas_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"overflight/airspace"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/internal/atlas"
)

// exported is the outlines of states as a GeoJSON file.
func exported(t *testing.T, states ...airspace.State) []byte {
	t.Helper()
	var b bytes.Buffer
	w := geojson.NewWriter(&b)
	for _, s := range states {
		if err := w.Write(atlas.Feature(open(t), s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestOfficialLineAgreesWithTheAtlas writes outlines from the atlas and reads them back as an official
// file: the two must answer alike, also across the antimeridian and in enclaves.
func TestOfficialLineAgreesWithTheAtlas(t *testing.T) {
	t.Parallel()
	a := open(t)
	states := []airspace.State{"BLZ", "CHE", "FJI", "GTM", "ITA", "LSO", "MEX", "RUS", "ZAF"}
	lines, err := atlas.Official("official.geojson", exported(t, states...))
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 1 || len(lines[0].States()) != len(states) {
		t.Fatalf("%d lines", len(lines))
	}
	l := lines[0]
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range states {
		var corners []geodesy.Position
		for _, ring := range a.Rings(s) {
			corners = append(corners, ring...)
		}
		for i := range 1000 {
			c := corners[r.IntN(len(corners))]
			spread := math.Pow(10, -5+6*float64(i)/1000)
			p := geodesy.Position{
				Lat: geodesy.Angle(math.Max(-90, math.Min(90, float64(c.Lat)+spread*r.NormFloat64()))),
				Lon: geodesy.NormalizeLongitude(c.Lon + geodesy.Angle(spread*r.NormFloat64())),
			}
			want, got := a.StatesAt(p), l.StatesAt(p)
			if want.Has(s) != got.Has(s) {
				t.Fatalf("%v: in %s %v by the official line, %v by the atlas", p, s, got.Has(s), want.Has(s))
			}
			if i%50 != 0 {
				continue
			}
			for _, k := range []airspace.EdgeKind{airspace.Limit, airspace.LandBorder} {
				n, ok := a.Nearest(s, k, p, 2e6)
				m, ok2 := l.Nearest(s, k, p, 2e6)
				if k == airspace.Limit && (ok != ok2 || math.Abs(float64(n.Distance-m.Distance)) > 1e-3) {
					t.Errorf("%v: limit of %s %v %v by the official line, %v %v by the atlas", p, s, m, ok2, n, ok)
				}
				if k == airspace.LandBorder && ok2 && m.Distance < n.Distance-1e-3 {
					t.Errorf("%v: land border of %s nearer by the official line: %v, %v", p, s, m, n)
				}
			}
		}
	}
	// The whole outline of Lesotho is shared with South Africa, which is in the file too.
	n, ok := l.Nearest("LSO", airspace.LandBorder, at(-29.5, 28.2), 1e6)
	if !ok || n.Neighbour != "ZAF" {
		t.Errorf("land border of LSO: %v, %v", n, ok)
	}
	if _, ok := l.Nearest("USA", airspace.Limit, at(30, -100), 1e6); ok {
		t.Error("a state that the file does not hold has a limit")
	}
}

func TestOfficialPeriods(t *testing.T) {
	t.Parallel()
	feature := func(from, to string) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"state":"MEX","valid_from":%q,"valid_to":%q,"source":"CILA","uncertainty_m":3},
			"geometry":{"type":"Polygon","coordinates":[[[-110,20],[-100,20],[-100,30],[-110,30],[-110,20]]]}}`, from, to)
	}
	lines, err := atlas.Official("x", []byte(`{"type":"FeatureCollection","features":[`+
		feature("2020-01-01", "2025-01-01")+","+feature("2025-01-01", "2030-01-01")+`]}`))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	l := lines[1]
	if l.Source().Name != "CILA" || !l.Valid.From.Equal(lines[0].Valid.To) {
		t.Errorf("%+v in force %v", l.Source(), l.Valid)
	}
	n, ok := l.Nearest("MEX", airspace.Limit, at(25, -109), 1e6)
	if !ok || n.Uncertainty != 3 {
		t.Errorf("nearest %+v, %v; want the uncertainty of the file", n, ok)
	}
	if s := l.StatesAt(at(25, -105)); !s.Has("MEX") {
		t.Error("not inside")
	}
	if s := l.StatesNear(nil, at(25, -99.9), 20e3); len(s) != 1 {
		t.Errorf("near: %v", s)
	}
	if _, _, ok := l.LeastPath("MEX", at(25, -99), at(26, -99), 500e3); !ok {
		t.Error("no way by the outline")
	}
}

func TestOfficialRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, coordinates, place string
		want                     error
	}{
		{"bow tie", `[[[0,0],[2,2],[2,0],[0,2],[0,0]]]`, "ring 0, at 1.0000000, 1.0000000", airspace.ErrRingCrossing},
		{"spike", `[[[0,0],[2,0],[2,2],[2,3],[2,2],[0,2],[0,0]]]`, "ring 0", airspace.ErrRingCrossing},
		{"touches itself", `[[[0,0],[2,0],[2,2],[1,0],[0,2],[0,0]]]`, "ring 0", airspace.ErrRingCrossing},
		{"open", `[[[0,0],[2,0],[2,2],[0,2]]]`, "ring 0, at 2.0000000, 0.0000000", airspace.ErrRingOpen},
		{"short", `[[[0,0],[2,0],[0,0]]]`, "ring 0", airspace.ErrRingShort},
		{"clockwise", `[[[0,0],[0,2],[2,2],[2,0],[0,0]]]`, "ring 0", airspace.ErrRingOrientation},
		{"hole counter-clockwise", `[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]]]`, "ring 1", airspace.ErrRingOrientation},
		{"hole outside", `[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[11,1],[11,2],[12,2],[12,1],[11,1]]]`, "ring 1", airspace.ErrRingOutside},
		{"hole across", `[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[8,1],[8,2],[12,2],[12,1],[8,1]]]`, "ring 1", airspace.ErrRingOutside},
		{"long edge", `[[[0,0],[90,0],[90,9],[0,9],[0,0]]]`, "ring 0", airspace.ErrRingEdge},
	} {
		_, err := atlas.Official("official.geojson", []byte(`{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Polygon","coordinates":`+c.coordinates+`}}`))
		var ring *airspace.RingError
		if !errors.Is(err, c.want) || !errors.As(err, &ring) || !strings.Contains(err.Error(), c.place) || !strings.Contains(err.Error(), "official.geojson") {
			t.Errorf("%s: %v, want %v at %q", c.name, err, c.want, c.place)
		}
	}
	// Two polygons of one state that overlap are refused too.
	_, err := atlas.Official("x", []byte(`{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"MultiPolygon","coordinates":[
		[[[0,0],[2,0],[2,2],[0,2],[0,0]]],[[[1,1],[3,1],[3,3],[1,3],[1,1]]]]}}`))
	if !errors.Is(err, airspace.ErrRingCrossing) {
		t.Errorf("overlapping polygons: %v", err)
	}
}

// FuzzOfficial holds that a file is refused or makes a line that answers.
func FuzzOfficial(f *testing.F) {
	for _, c := range []string{
		`[[[0,0],[2,0],[2,2],[0,2],[0,0]]]`, `[[[0,0],[2,2],[2,0],[0,2],[0,0]]]`,
		`[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]`,
		`[[[179,89],[180,89],[180,90],[179,90],[179,89]]]`, `[[[-180,-90],[-179,-90],[-179,-89],[-180,-89],[-180,-90]]]`,
	} {
		f.Add([]byte(`{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Polygon","coordinates":` + c + `}}`))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		lines, err := atlas.Official("fuzz", in)
		if err != nil {
			return
		}
		for _, l := range lines {
			for _, s := range l.States() {
				for _, r := range l.Rings(s) {
					l.StatesAt(r[0])
					if _, ok := l.Nearest(s, airspace.Limit, r[0], 3e7); !ok {
						t.Fatalf("%s: no limit from %v", s, r[0])
					}
				}
			}
		}
	})
}
