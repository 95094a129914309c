package geojson

import (
	"errors"
	"testing"
	"time"
)

var weightedFiles = []struct {
	name, text string
	ok         bool
}{
	{"polygon", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"weight":2,"date":"2026-02-01"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}`, true},
	{"point", `{"type":"Feature","properties":{"sigma_m":500},"geometry":{"type":"Point","coordinates":[1,2]}}`, true},
	{"no weight", `{"type":"Feature","properties":null,"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}}`, true},
	{"negative", `{"type":"Feature","properties":{"weight":-2},"geometry":{"type":"Point","coordinates":[1,2]}}`, false},
	{"words", `{"type":"Feature","properties":{"weight":"much"},"geometry":{"type":"Point","coordinates":[1,2]}}`, false},
	{"too much", `{"type":"Feature","properties":{"weight":1e300},"geometry":{"type":"Point","coordinates":[1,2]}}`, false},
	{"no spread", `{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}`, false},
	{"off the Earth", `{"type":"Feature","properties":{"sigma_m":5},"geometry":{"type":"Point","coordinates":[1,92]}}`, false},
	{"half a point", `{"type":"Feature","properties":{"sigma_m":5},"geometry":{"type":"Point","coordinates":[1]}}`, false},
	{"no ring", `{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}}`, false},
	{"no date", `{"type":"Feature","properties":{"date":"spring"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`, false},
	{"a line", `{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]}}`, false},
	{"nothing", `{"type":"FeatureCollection","features":[]}`, false},
	{"no geometry", `{"type":"FeatureCollection","features":[{"type":"Feature"},null]}`, false},
	{"no map", `{"type":"Topology"}`, false},
	{"NaN", `{"type":"Feature","properties":{"weight":NaN},"geometry":null}`, false},
	{"more", `{"type":"FeatureCollection","features":[]}{}`, false},
}

func TestWeightedFeatures(t *testing.T) {
	t.Parallel()
	for _, c := range weightedFiles {
		got, err := ReadWeighted([]byte(c.text))
		if (err == nil) != c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	got, err := ReadWeighted([]byte(weightedFiles[0].text))
	if err != nil || got[0].Weight != 2 || !got[0].Date.Equal(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) || len(got[0].Polygons) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	var w *WeightError
	if _, err := ReadWeighted([]byte(weightedFiles[3].text)); !errors.As(err, &w) || w.Property != "weight" || w.Got != "-2" {
		t.Errorf("%v", err)
	}
}

func FuzzReadWeighted(f *testing.F) {
	for _, c := range weightedFiles {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ReadWeighted(b)
		if err != nil {
			return
		}
		for _, w := range all {
			if !(w.Weight >= 0 && w.Weight <= 1e12) || len(w.Polygons) == 0 && !(w.Sigma > 0 && w.Point.finite()) {
				t.Errorf("%+v", w)
			}
		}
	})
}
