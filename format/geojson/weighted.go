package geojson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Weighted is a feature of a map of probability: polygons over which a weight lies evenly, or a point around which it falls
// off as a circular normal distribution.
type Weighted struct {
	Feature  int // number in the file, from 0
	Polygons []Polygon
	Point    Position
	Sigma    float64   // metres, of a point
	Weight   float64   // 1 where the file gives none
	Date     time.Time // of a tip; zero where the file gives none
}

// MostWeighted bounds a file.
const MostWeighted = 10_000

// WeightError says which feature has no weight that can be used.
type WeightError struct {
	Feature  int
	Property string
	Got      string
	Want     string
}

func (e *WeightError) Error() string {
	return fmt.Sprintf("feature %d: property %s is %s, want %s", e.Feature, e.Property, e.Got, e.Want)
}

// ReadWeighted reads a feature collection of polygons and points. The properties that are read are weight, sigma_m of a
// point, and date (2006-01-02 or RFC 3339).
func ReadWeighted(b []byte) ([]Weighted, error) {
	var f boundaryFile
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("reading GeoJSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading GeoJSON: more follows at byte %d", d.InputOffset())
	}
	if f.Type == "Feature" {
		f.Features = []*boundaryFeature{{Type: f.Type, Geometry: f.Geometry, Properties: f.Properties}}
	} else if f.Type != "FeatureCollection" {
		return nil, fmt.Errorf("reading GeoJSON: type %q, want FeatureCollection or Feature", f.Type)
	}
	if len(f.Features) > MostWeighted {
		return nil, fmt.Errorf("reading GeoJSON: %d features, at most %d", len(f.Features), MostWeighted)
	}
	var out []Weighted
	for i, ft := range f.Features {
		if ft == nil || ft.Type != "Feature" || ft.Geometry == nil {
			return nil, fmt.Errorf("reading GeoJSON: feature %d is no Feature with a geometry", i)
		}
		w := Weighted{Feature: i, Weight: 1}
		if err := w.properties(ft.Properties); err != nil {
			return nil, err
		}
		if err := w.geometry(ft.Geometry); err != nil {
			return nil, fmt.Errorf("reading GeoJSON: feature %d: %w", i, err)
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return nil, ErrNoBoundary
	}
	return out, nil
}

func (w *Weighted) properties(p map[string]any) error {
	for _, x := range []struct {
		name string
		into *float64
	}{{"weight", &w.Weight}, {"sigma_m", &w.Sigma}} {
		v, ok := p[x.name]
		if !ok || v == nil {
			continue
		}
		n, ok := v.(float64)
		if !ok || n < 0 || n > 1e12 {
			return &WeightError{Feature: w.Feature, Property: x.name, Got: fmt.Sprint(v), Want: "0..1e12"}
		}
		*x.into = n
	}
	if v, ok := p["date"]; ok && v != nil {
		t, err := instant(v)
		if err != nil {
			return &WeightError{Feature: w.Feature, Property: "date", Got: fmt.Sprint(v), Want: "2006-01-02 / RFC 3339"}
		}
		w.Date = t
	}
	return nil
}

func (w *Weighted) geometry(g *boundaryGeometry) error {
	if g.Type != "Point" {
		var x Boundary
		if err := x.add(g, 0); err != nil {
			return err
		}
		for _, p := range x.Polygons {
			for _, r := range p {
				if len(r) < 4 {
					return fmt.Errorf("a ring has %d positions, want 4 or more", len(r))
				}
			}
		}
		w.Polygons = x.Polygons
		return nil
	}
	var c []float64
	if err := json.Unmarshal(g.Coordinates, &c); err != nil {
		return fmt.Errorf("reading Point: %w", err)
	}
	if len(c) < 2 || math.Abs(c[0]) > 180 || math.Abs(c[1]) > 90 {
		return fmt.Errorf("point %v, want longitude and latitude", c)
	}
	if w.Sigma <= 0 {
		return &WeightError{Feature: w.Feature, Property: "sigma_m", Got: "0", Want: "> 0"}
	}
	w.Point = Position{c[0], c[1]}
	return nil
}
