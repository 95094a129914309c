package geojson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Boundary is a feature that gives the outline of a state, or of part of one. Nothing is checked of the
// geometry but that it is made of rings of positions.
type Boundary struct {
	Feature     int    // number of the feature in the file, from 0
	State       string // ISO 3166-1 alpha-3 code
	Polygons    []Polygon
	Valid       [2]time.Time // from, to; zero where the feature does not say
	Source      string
	Uncertainty float64 // metres
	Certain     bool    // Uncertainty was given
}

// ErrNoBoundary is returned for a file without a single polygon.
var ErrNoBoundary = errors.New("geojson: no feature with a polygon")

// The names under which files give the code of a state, in the order of preference.
var stateNames = []string{"state", "isoA3", "iso_a3", "ISO_A3", "ISO3", "iso3", "ADM0_A3", "adm0_a3"}

type boundaryFile struct {
	Type       string             `json:"type"`
	Features   []*boundaryFeature `json:"features"`
	Geometry   *boundaryGeometry  `json:"geometry"`
	Properties map[string]any     `json:"properties"`
}

type boundaryFeature struct {
	Type       string            `json:"type"`
	Geometry   *boundaryGeometry `json:"geometry"`
	Properties map[string]any    `json:"properties"`
}

type boundaryGeometry struct {
	Type        string              `json:"type"`
	Coordinates json.RawMessage     `json:"coordinates"`
	Geometries  []*boundaryGeometry `json:"geometries"`
}

// ReadBoundaries reads a feature collection, or a single feature, of boundaries. Every feature has to
// name its state and to be a Polygon, a MultiPolygon or a GeometryCollection of those.
func ReadBoundaries(b []byte) ([]Boundary, error) {
	var f boundaryFile
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("reading GeoJSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading GeoJSON: more follows at byte %d", d.InputOffset())
	}
	switch f.Type {
	case "FeatureCollection":
	case "Feature":
		f.Features = []*boundaryFeature{{Type: f.Type, Geometry: f.Geometry, Properties: f.Properties}}
	default:
		return nil, fmt.Errorf("reading GeoJSON: type %q, want FeatureCollection or Feature", f.Type)
	}
	var out []Boundary
	for i, ft := range f.Features {
		if ft == nil || ft.Type != "Feature" {
			return nil, fmt.Errorf("reading GeoJSON: feature %d is no Feature", i)
		}
		x := Boundary{Feature: i}
		if err := x.describe(ft.Properties); err != nil {
			return nil, fmt.Errorf("reading GeoJSON: feature %d: %w", i, err)
		}
		if err := x.add(ft.Geometry, 0); err != nil {
			return nil, fmt.Errorf("reading GeoJSON: feature %d (%s): %w", i, x.State, err)
		}
		out = append(out, x)
	}
	if len(out) == 0 {
		return nil, ErrNoBoundary
	}
	return out, nil
}

func (x *Boundary) describe(p map[string]any) error {
	for _, name := range stateNames {
		if s, ok := p[name].(string); ok {
			if len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
				return fmt.Errorf("property %s is %q, want three capitals of ISO 3166-1", name, s)
			}
			x.State = s
			break
		}
	}
	if x.State == "" {
		return fmt.Errorf("no property names the state; want one of %s", strings.Join(stateNames, ", "))
	}
	for i, name := range []string{"valid_from", "valid_to"} {
		v, ok := p[name]
		if !ok || v == nil {
			continue
		}
		t, err := instant(v)
		if err != nil {
			return fmt.Errorf("property %s: %w", name, err)
		}
		x.Valid[i] = t
	}
	if !x.Valid[0].IsZero() && !x.Valid[1].IsZero() && !x.Valid[0].Before(x.Valid[1]) {
		return errors.New("valid_to is not after valid_from")
	}
	if v, ok := p["source"].(string); ok {
		x.Source = v
	}
	if v, ok := p["uncertainty_m"]; ok && v != nil {
		m, ok := v.(float64)
		if !ok || !(m >= 0) || m > 1e6 {
			return fmt.Errorf("property uncertainty_m is %v, want metres", v)
		}
		x.Uncertainty, x.Certain = m, true
	}
	return nil
}

// instant reads a date, midnight UTC, or a date with time (RFC 3339).
func instant(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("%v is no date", v)
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither 2006-01-02 nor RFC 3339", s)
	}
	return t.UTC(), nil
}

func (x *Boundary) add(g *boundaryGeometry, depth int) error {
	if g == nil {
		return errors.New("no geometry")
	}
	switch g.Type {
	case "GeometryCollection":
		if depth > 8 {
			return errors.New("collections nested more than eight deep")
		}
		for _, sub := range g.Geometries {
			if err := x.add(sub, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "Polygon":
		p, err := polygon(g.Coordinates)
		if err != nil {
			return err
		}
		x.Polygons = append(x.Polygons, p)
		return nil
	case "MultiPolygon":
		var list []json.RawMessage
		if err := json.Unmarshal(g.Coordinates, &list); err != nil {
			return fmt.Errorf("reading MultiPolygon: %w", err)
		}
		for i, raw := range list {
			p, err := polygon(raw)
			if err != nil {
				return fmt.Errorf("polygon %d: %w", i, err)
			}
			x.Polygons = append(x.Polygons, p)
		}
		return nil
	}
	return fmt.Errorf("geometry %q, want Polygon, MultiPolygon or GeometryCollection", g.Type)
}

func polygon(raw json.RawMessage) (Polygon, error) {
	var rings [][][]float64
	if err := json.Unmarshal(raw, &rings); err != nil {
		return nil, fmt.Errorf("reading Polygon: %w", err)
	}
	if len(rings) == 0 {
		return nil, errors.New("polygon without a ring")
	}
	out := make(Polygon, len(rings))
	for i, r := range rings {
		out[i] = make(Ring, len(r))
		for k, c := range r {
			if len(c) < 2 || len(c) > 4 {
				return nil, fmt.Errorf("ring %d: position %d has %d numbers", i, k, len(c))
			}
			p := Position{c[0], c[1]}
			if !p.finite() || math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
				return nil, fmt.Errorf("ring %d: position %d is longitude %v, latitude %v", i, k, c[0], c[1])
			}
			out[i][k] = p
		}
	}
	return out, nil
}

// ReadPolygons reads the polygons of a feature collection, a single feature or a geometry, whatever their properties say.
func ReadPolygons(b []byte) ([]Polygon, error) {
	var f struct {
		boundaryFile
		Coordinates json.RawMessage     `json:"coordinates"`
		Geometries  []*boundaryGeometry `json:"geometries"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("reading GeoJSON: %w", err)
	}
	var all []*boundaryGeometry
	switch f.Type {
	case "FeatureCollection":
		for _, x := range f.Features {
			if x != nil {
				all = append(all, x.Geometry)
			}
		}
	case "Feature":
		all = append(all, f.Geometry)
	default:
		all = append(all, &boundaryGeometry{Type: f.Type, Coordinates: f.Coordinates, Geometries: f.Geometries})
	}
	var x Boundary
	for i, g := range all {
		if err := x.add(g, 0); err != nil {
			return nil, fmt.Errorf("reading GeoJSON: feature %d: %w", i, err)
		}
	}
	if len(x.Polygons) == 0 {
		return nil, ErrNoBoundary
	}
	return x.Polygons, nil
}
