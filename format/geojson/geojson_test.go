package geojson_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/format/geojson"
)

const square = `[[[0,0],[1,0],[1,1],[0,1],[0,0]]]`

// boundaryFiles are inputs, and a part of the error where one is due.
var boundaryFiles = []struct{ name, in, err string }{
	{"polygon", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"isoA3":"MEX"},"geometry":{"type":"Polygon","coordinates":` + square + `}}]}`, ""},
	{"single feature", `{"type":"Feature","properties":{"ISO_A3":"MEX","valid_from":"2025-01-01","valid_to":"2026-01-01T06:00:00-06:00","source":"CILA","uncertainty_m":2.5},"geometry":{"type":"MultiPolygon","coordinates":[` + square + `]}}`, ""},
	{"collection", `{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":` + square + `}]}}`, ""},
	{"height", `{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Polygon","coordinates":[[[0,0,5],[1,0,5],[1,1,5],[0,0,5]]]}}`, ""},
	{"empty", ``, "EOF"},
	{"no JSON", `<kml/>`, "invalid character"},
	{"topology", `{"type":"Topology"}`, `type "Topology"`},
	{"nothing", `{"type":"FeatureCollection","features":[]}`, "no feature"},
	{"no state", `{"type":"Feature","properties":{"name":"Mexico"},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, "no property names the state"},
	{"bad state", `{"type":"Feature","properties":{"state":"mex"},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, "three capitals"},
	{"point", `{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Point","coordinates":[0,0]}}`, `geometry "Point"`},
	{"no geometry", `{"type":"Feature","properties":{"state":"MEX"},"geometry":null}`, "no geometry"},
	{"latitude 91", `{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Polygon","coordinates":[[[0,91],[1,0],[1,1],[0,91]]]}}`, "ring 0: position 0"},
	{"one number", `{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Polygon","coordinates":[[[0],[1,0],[1,1],[0,0]]]}}`, "1 numbers"},
	{"bad date", `{"type":"Feature","properties":{"state":"MEX","valid_from":"1 Jan"},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, "valid_from"},
	{"ends before it begins", `{"type":"Feature","properties":{"state":"MEX","valid_from":"2026-01-01","valid_to":"2025-01-01"},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, "valid_to"},
	{"negative doubt", `{"type":"Feature","properties":{"state":"MEX","uncertainty_m":-1},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, "uncertainty_m"},
	{"null feature", `{"type":"FeatureCollection","features":[null]}`, "feature 0"},
	{"two texts", `{"type":"Feature","properties":{"state":"MEX"},"geometry":{"type":"Polygon","coordinates":` + square + `}} {}`, "more follows"},
}

func TestReadBoundaries(t *testing.T) {
	t.Parallel()
	for _, c := range boundaryFiles {
		got, err := geojson.ReadBoundaries([]byte(c.in))
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.err)
		case c.err == "" && (len(got) != 1 || got[0].State != "MEX" || len(got[0].Polygons) != 1):
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	got, err := geojson.ReadBoundaries([]byte(boundaryFiles[1].in))
	if err != nil {
		t.Fatal(err)
	}
	want := []geojson.Boundary{{
		State:    "MEX",
		Polygons: []geojson.Polygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}},
		Valid:    [2]time.Time{time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)},
		Source:   "CILA", Uncertainty: 2.5, Certain: true,
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWriterWritesWhatReadersRead(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := geojson.NewWriter(&b)
	for _, g := range []geojson.Geometry{
		geojson.MultiPolygon{{{{0, 0}, {1.0000001, 0}, {1, 1}, {0, 0}}}},
		geojson.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}},
	} {
		if err := w.Write(geojson.Feature{Geometry: g, Properties: map[string]any{"state": "MEX"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := geojson.ReadBoundaries(b.Bytes())
	if err != nil || len(got) != 2 || got[0].Polygons[0][0][1][0] != 1.0000001 {
		t.Fatalf("%v, %v from %s", got, err, b.Bytes())
	}
	for _, g := range []geojson.Geometry{
		nil, geojson.Point{1, 2}, geojson.LineString{{1, 2}, {3, 4}}, geojson.MultiLineString{{{1, 2}, {3, 4}}},
	} {
		b, err := geojson.Feature{Geometry: g}.MarshalJSON()
		if err != nil || !json.Valid(b) {
			t.Errorf("%#v: %s, %v", g, b, err)
		}
	}
	if _, err := (geojson.Feature{Geometry: geojson.Point{math.NaN(), 0}}).MarshalJSON(); err == nil {
		t.Error("NaN was written")
	}
	b.Reset()
	if err := geojson.NewWriter(&b).Close(); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("empty collection: %s, %v", b.Bytes(), err)
	}
}

func FuzzReadBoundaries(f *testing.F) {
	for _, c := range boundaryFiles {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := geojson.ReadBoundaries(in)
		if err != nil {
			return
		}
		var b bytes.Buffer
		w := geojson.NewWriter(&b)
		for _, x := range got {
			if err := w.Write(geojson.Feature{Geometry: geojson.MultiPolygon(x.Polygons), Properties: map[string]any{"state": x.State}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := geojson.ReadBoundaries(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if d := cmp.Diff(got[i].Polygons, again[i].Polygons); d != "" && len(got[i].Polygons) > 0 {
				t.Fatal(d)
			}
		}
	})
}

// TestMembers: what is said of a collection beside its features is written at its end, with features and without.
func TestMembers(t *testing.T) {
	t.Parallel()
	for want, features := range map[string]int{
		"{\"type\":\"FeatureCollection\",\"features\":[],\"next\":\"a\\\"b\",\"total\":3}\n":                                                                 0,
		"{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":null,\"geometry\":null}\n],\"next\":\"a\\\"b\",\"total\":3}\n": 1,
	} {
		var b bytes.Buffer
		w := geojson.NewWriter(&b)
		for range features {
			if err := w.Write(geojson.Feature{}); err != nil {
				t.Fatal(err)
			}
		}
		w.Member("next", `a"b`)
		w.Member("total", 3)
		if err := w.Close(); err != nil || b.String() != want {
			t.Errorf("%q, %v, want %q", b.String(), err, want)
		}
	}
	w := geojson.NewWriter(&bytes.Buffer{})
	w.Member("bad", func() {})
	if err := w.Close(); err == nil {
		t.Error("a member that is no JSON is written")
	}
}
