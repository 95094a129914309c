// Package geojson reads and writes the parts of GeoJSON (RFC 7946) that boundaries and results need:
// polygons in, any plain geometry out.
//
// Positions are longitude, latitude in degrees on WGS 84, in this order (clause 3.1.1, clause 4). A
// third number, a height, is read over.
package geojson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Position is longitude and latitude in degrees.
type Position [2]float64

// Ring is a closed line: its last position repeats the first.
type Ring []Position

// Geometry is one of Point, LineString, MultiLineString, Polygon and MultiPolygon.
type Geometry interface {
	kind() string
	appendCoordinates(b []byte) []byte
}

// Point is one position.
type Point Position

// LineString is a line through positions.
type LineString []Position

// MultiLineString is several lines.
type MultiLineString [][]Position

// Polygon is an outer ring and its holes.
type Polygon []Ring

// MultiPolygon is several polygons.
type MultiPolygon []Polygon

func (Point) kind() string           { return "Point" }
func (LineString) kind() string      { return "LineString" }
func (MultiLineString) kind() string { return "MultiLineString" }
func (Polygon) kind() string         { return "Polygon" }
func (MultiPolygon) kind() string    { return "MultiPolygon" }

func (g Point) appendCoordinates(b []byte) []byte      { return appendPosition(b, Position(g)) }
func (g LineString) appendCoordinates(b []byte) []byte { return appendList(b, g, appendPosition) }
func (g MultiLineString) appendCoordinates(b []byte) []byte {
	return appendList(b, g, func(b []byte, l []Position) []byte { return appendList(b, l, appendPosition) })
}

func (g Polygon) appendCoordinates(b []byte) []byte {
	return appendList(b, g, func(b []byte, r Ring) []byte { return appendList(b, r, appendPosition) })
}

func (g MultiPolygon) appendCoordinates(b []byte) []byte {
	return appendList(b, g, func(b []byte, p Polygon) []byte { return p.appendCoordinates(b) })
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, x)
	}
	return append(b, ']')
}

func appendPosition(b []byte, p Position) []byte {
	b = append(b, '[')
	b = strconv.AppendFloat(b, p[0], 'f', -1, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, p[1], 'f', -1, 64)
	return append(b, ']')
}

// Feature is a geometry with what is said of it. A nil geometry is a feature without a place.
type Feature struct {
	Geometry   Geometry
	Properties any // encoded with encoding/json; nil is null
}

// MarshalJSON encodes the feature.
func (f Feature) MarshalJSON() ([]byte, error) {
	properties, err := json.Marshal(f.Properties)
	if err != nil {
		return nil, fmt.Errorf("encoding properties: %w", err)
	}
	b := []byte(`{"type":"Feature","properties":`)
	b = append(b, properties...)
	b = append(b, `,"geometry":`...)
	if f.Geometry == nil {
		return append(b, "null}"...), nil
	}
	b = append(b, `{"type":"`...)
	b = append(b, f.Geometry.kind()...)
	b = append(b, `","coordinates":`...)
	at := len(b)
	b = f.Geometry.appendCoordinates(b)
	if bytes.ContainsAny(b[at:], "NI") { // NaN, Inf
		return nil, fmt.Errorf("encoding %s: a coordinate is no number", f.Geometry.kind())
	}
	return append(b, "}}"...), nil
}

// Writer writes a feature collection feature by feature.
type Writer struct {
	w       io.Writer
	begun   bool
	members []byte
	err     error
}

// NewWriter returns a Writer on w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write appends a feature.
func (w *Writer) Write(f Feature) error {
	b, err := f.MarshalJSON()
	if err != nil {
		return err
	}
	before := ",\n"
	if !w.begun {
		before = "{\"type\":\"FeatureCollection\",\"features\":[\n"
	}
	w.begun = true
	if _, err := w.w.Write(append([]byte(before), b...)); err != nil {
		return fmt.Errorf("writing feature: %w", err)
	}
	return nil
}

// Member adds a member of the collection beside its features (clause 6.1). It is written by Close.
func (w *Writer) Member(name string, value any) {
	b, err := json.Marshal(map[string]any{name: value})
	if err != nil {
		w.err = fmt.Errorf("encoding member %s: %w", name, err)
		return
	}
	w.members = append(append(w.members, ','), b[1:len(b)-1]...)
}

// Close ends the collection; it does not close the writer below.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	end := "\n]" + string(w.members) + "}\n"
	if !w.begun {
		end = "{\"type\":\"FeatureCollection\",\"features\":[]" + string(w.members) + "}\n"
	}
	if _, err := io.WriteString(w.w, end); err != nil {
		return fmt.Errorf("writing feature collection: %w", err)
	}
	return nil
}

// finite reports whether both numbers are.
func (p Position) finite() bool {
	return !math.IsNaN(p[0]+p[1]) && !math.IsInf(p[0], 0) && !math.IsInf(p[1], 0)
}
