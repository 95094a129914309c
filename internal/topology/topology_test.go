package topology_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/topology"
)

// box is a rectangle in units of 1e-7 degree, counter-clockwise, as one feature.
func box(feature int, w, s, e, n int32) topology.Ring {
	return topology.Ring{Feature: feature, Points: []topology.Point{{X: w, Y: s}, {X: e, Y: s}, {X: e, Y: n}, {X: w, Y: n}}}
}

var config = topology.Config{Snap: 25, Sliver: 50}

const degree = 10_000_000

// atlasOf builds, writes and opens an atlas.
func atlasOf(t *testing.T, s *topology.Source) (*airspace.Atlas, *topology.Report) {
	t.Helper()
	built, rep, err := topology.Build(s, config)
	if err != nil {
		t.Fatal(err)
	}
	var b, again bytes.Buffer
	if err := topology.Write(&b, built, airspace.AtlasInfo{Name: "test"}); err != nil {
		t.Fatal(err)
	}
	if err := topology.Write(&again, built, airspace.AtlasInfo{Name: "test"}); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Fatal("the same topology gives other bytes")
	}
	a, err := airspace.OpenAtlas(b.Bytes(), airspace.Tables{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Verify(); err != nil {
		t.Fatal(err)
	}
	return a, rep
}

func claims(a *airspace.Atlas, lat, lon float64) string {
	s := a.StatesAt(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)})
	var out []string
	for i := range s.Len() {
		out = append(out, string(s.At(i)))
	}
	return strings.Join(out, "+")
}

// TestSliversGoToOneNeighbour: two neighbours whose common line runs 10 m apart, crossing once: a gap
// and an overlap, which both vanish.
func TestSliversGoToOneNeighbour(t *testing.T) {
	t.Parallel()
	const off = 900 // units: 10 m
	s := &topology.Source{Codes: []string{"AAA", "BBB"}, Rings: []topology.Ring{
		{Feature: 0, Points: []topology.Point{{X: 0, Y: 0}, {X: degree, Y: 0}, {X: degree + off, Y: degree / 2}, {X: degree, Y: degree}, {X: 0, Y: degree}}},
		{Feature: 1, Points: []topology.Point{{X: degree, Y: 0}, {X: 2 * degree, Y: 0}, {X: 2 * degree, Y: degree}, {X: degree, Y: degree}, {X: degree + off, Y: 3 * degree / 4}, {X: degree - off, Y: degree / 4}}},
	}}
	a, rep := atlasOf(t, s)
	if len(rep.Overlaps) != 0 || len(rep.Gaps) != 0 {
		t.Errorf("left over: %+v %+v", rep.Overlaps, rep.Gaps)
	}
	if rep.Displacement.Max > config.Snap {
		t.Errorf("moved by %.1f m", rep.Displacement.Max)
	}
	for i := range 2000 {
		lat := 0.0005 + float64(i)/2000*0.999
		for _, d := range []float64{-0.001, -0.00009, -0.00005, 0, 0.00005, 0.00009, 0.001} {
			if c := claims(a, lat, 1+d); len(c) != 3 {
				t.Fatalf("%v, 1%+v: %q, want exactly one", lat, d, c)
			}
		}
	}
	n, ok := a.Nearest("AAA", airspace.LandBorder, geodesy.Position{Lat: 0.5, Lon: 0.9}, 50e3)
	if !ok || n.Neighbour != "BBB" {
		t.Errorf("land border: %+v, %v", n, ok)
	}
}

// TestWideOverlapsKeepEveryClaimant covers real disputes, enclaves and ground between states.
func TestWideOverlapsKeepEveryClaimant(t *testing.T) {
	t.Parallel()
	s := &topology.Source{Codes: []string{"AAA", "BBB", "CCC"}, Rings: []topology.Ring{
		box(0, 0, 0, 2*degree, 2*degree),
		box(0, degree/2, degree/2, degree, degree), // a hole
		box(1, degree+degree/2, 0, 3*degree, 2*degree),
		box(2, 6*degree/10, 6*degree/10, 9*degree/10, 9*degree/10), // inside the hole, not filling it
	}}
	a, rep := atlasOf(t, s)
	for _, c := range []struct {
		lat, lon float64
		want     string
	}{
		{0.25, 0.25, "AAA"}, {1, 1.75, "AAA+BBB"}, {1, 2.5, "BBB"}, {0.55, 0.55, ""}, {0.75, 0.75, "CCC"}, {1, 3.5, ""}, {-0.1, 1, ""},
	} {
		if got := claims(a, c.lat, c.lon); got != c.want {
			t.Errorf("%v, %v: %q, want %q", c.lat, c.lon, got, c.want)
		}
	}
	if len(rep.Overlaps) != 1 || !slices.Equal(rep.Overlaps[0].Codes, []string{"AAA", "BBB"}) || len(rep.Gaps) != 1 {
		t.Errorf("overlaps %+v, gaps %+v", rep.Overlaps, rep.Gaps)
	}
}

// TestAntimeridian: a state on both sides has no limit along it, one that ends there has.
func TestAntimeridian(t *testing.T) {
	t.Parallel()
	in := fmt.Sprintf(`{"features":[%s,%s,%s]}`,
		`{"properties":{"isoA3":"AAA"},"geometry":{"type":"MultiPolygon","coordinates":[[[[179,0],[180,0],[180,1],[179,1],[179,0]]],[[[-180,0],[-179,0],[-179,1],[-180,1],[-179.9999999,0.5],[-180,0]]]]}}`,
		`{"properties":{"isoA3":"BBB"},"geometry":{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[179,5],[180,5],[180,6],[179,6],[179,5]]]}]}}`,
		`{"properties":{"isoA3":"XXX"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`)
	s, err := topology.Read(strings.NewReader(in), "XXX")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := atlasOf(t, s)
	if got := strings.Join([]string{claims(a, 0.5, 180), claims(a, 0.5, -180), claims(a, 0.5, 179.5), claims(a, 0.5, -179.5)}, " "); got != "AAA AAA AAA AAA" {
		t.Error(got)
	}
	n, ok := a.Nearest("AAA", airspace.Limit, geodesy.Position{Lat: 0.5, Lon: 180}, 200e3)
	if !ok || n.Distance < 55e3 {
		t.Errorf("AAA: %+v, %v", n, ok)
	}
	n, ok = a.Nearest("BBB", airspace.Limit, geodesy.Position{Lat: 5.5, Lon: 179.99}, 200e3)
	if !ok || n.Distance > 1200 {
		t.Errorf("BBB: %+v, %v", n, ok)
	}
}

// TestBowTie: a polygon that crosses itself is noded, and its crossings are reported.
func TestBowTie(t *testing.T) {
	t.Parallel()
	s := &topology.Source{Codes: []string{"AAA"}, Rings: []topology.Ring{
		{Points: []topology.Point{{X: 0, Y: 0}, {X: degree, Y: degree}, {X: degree, Y: 0}, {X: 0, Y: degree}}},
	}}
	a, rep := atlasOf(t, s)
	if rep.Noding.Self == 0 || !slices.Equal(rep.InvalidSource, []string{"AAA"}) {
		t.Errorf("%+v", rep.Noding)
	}
	if got := claims(a, 0.5, 0.1) + claims(a, 0.5, 0.9) + claims(a, 0.1, 0.5) + claims(a, 0.9, 0.5); got != "AAAAAA" {
		t.Error(got)
	}
}

// TestRandomPolygonsAgainstParity builds random overlapping triangles and compares every answer with a
// plain crossing count.
func TestRandomPolygonsAgainstParity(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 20 {
		s := &topology.Source{}
		for f := range 5 {
			s.Codes = append(s.Codes, fmt.Sprintf("A%c%c", 'A'+f, 'A'))
			ring := topology.Ring{Feature: f}
			for range 3 + r.IntN(4) {
				ring.Points = append(ring.Points, topology.Point{X: r.Int32N(3 * degree), Y: r.Int32N(3 * degree)})
			}
			s.Rings = append(s.Rings, ring)
		}
		built, _, err := topology.Build(s, topology.Config{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := topology.Write(&b, built, airspace.AtlasInfo{}); err != nil {
			t.Fatal(err)
		}
		a, err := airspace.OpenAtlas(b.Bytes(), airspace.Tables{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			x, y := 3*r.Float64(), 3*r.Float64()
			var want []string
			for _, ring := range s.Rings {
				in, close := false, false
				for i, p := range ring.Points {
					q := ring.Points[(i+1)%len(ring.Points)]
					px, py, qx, qy := float64(p.X)/degree, float64(p.Y)/degree, float64(q.X)/degree, float64(q.Y)/degree
					if (py > y) != (qy > y) {
						at := px + (qx-px)*(y-py)/(qy-py)
						close = close || at-x < 1e-5 && x-at < 1e-5
						in = in != (x < at)
					}
				}
				if in {
					want = append(want, s.Codes[ring.Feature])
				}
				if close {
					want = nil
					x = -1
					break
				}
			}
			if x < 0 {
				continue
			}
			if got := claims(a, y, x); got != strings.Join(want, "+") {
				t.Fatalf("round %d, %v, %v: %q, want %v", round, y, x, got, want)
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		``, `[]`,
		`{"features":[{"properties":{"isoA3":"AAA"},"geometry":{"type":"Point","coordinates":[0,0]}}]}`,
		`{"features":[{"properties":{"isoA3":"AAA"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}}]}`,
		`{"features":[{"properties":{"isoA3":"AAA"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,91],[0,0]]]}}]}`,
		`{"features":[{"properties":{"isoA3":"AAA"},"geometry":{"type":"MultiPolygon","coordinates":[[0,0]]}}]}`,
	} {
		if _, err := topology.Read(strings.NewReader(in)); err == nil {
			t.Errorf("%s: read", in)
		}
	}
	var b bytes.Buffer
	if err := topology.Write(&b, &topology.Topology{Codes: []string{"LONG"}, Sets: [][]uint16{nil}}, airspace.AtlasInfo{}); err == nil {
		t.Error("a code of four letters was written")
	}
	if _, err := airspace.OpenAtlas(nil, airspace.Tables{}); !errors.Is(err, airspace.ErrAtlas) {
		t.Errorf("empty file: %v", err)
	}
}
