// Package geoparquet writes GeoParquet 1.1: Apache Parquet with one column of geometries as well-known binary (OGC 06-103r4, clause 8)
// and the file key "geo" that says so. Coordinates are longitude and latitude in degrees (OGC:CRS84, which is what a file without
// "crs" means). Rows go out group by group, so that the memory does not grow with the file.
package geoparquet

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
)

const (
	version   = "1.1.0" // of the specification
	groupRows = 20_000  // that are held before they are written
)

// Row is one row of a file: a struct with tags of package parquet, of which one column holds what WKB returns.
type Row interface {
	// WKB is the geometry, as AppendPoint and AppendPolygon make it. It MUST be the column that the Writer was told.
	WKB() []byte
}

// Faults of what is to be written.
var (
	ErrGeometry = errors.New("geoparquet: a geometry that this package did not make")
	ErrColumn   = errors.New("geoparquet: no column of byte arrays at the root of that name")
)

// Writer writes rows. It is not safe for concurrent use.
type Writer[T Row] struct {
	column string
	w      *parquet.GenericWriter[T]
	one    [1]T
	box    [4]float64 // west, south, east, north
	types  []string
}

// NewWriter returns a Writer of a file without rows; column is that of the geometries, of byte arrays at the root. Nothing of dst is closed.
func NewWriter[T Row](dst io.Writer, column string) (*Writer[T], error) {
	schema := parquet.SchemaOf(*new(T))
	leaf, ok := schema.Lookup(column)
	if !ok || leaf.Node.Type().Kind() != parquet.ByteArray || leaf.Node.Repeated() {
		return nil, fmt.Errorf("%w: %q", ErrColumn, column)
	}
	return &Writer[T]{
		column: column,
		w:      parquet.NewGenericWriter[T](dst, schema, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("overflight", "1", "")),
		box:    [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)},
	}, nil
}

// Write takes a row.
func (w *Writer[T]) Write(row T) error {
	name, err := w.extend(row.WKB())
	if err != nil {
		return err
	}
	if !slices.Contains(w.types, name) {
		w.types = append(w.types, name)
	}
	w.one[0] = row
	_, err = w.w.Write(w.one[:])
	return err
}

// column is what the key says of the geometries.
type column struct {
	Encoding    string    `json:"encoding"`
	Types       []string  `json:"geometry_types"`
	Orientation string    `json:"orientation"`
	Box         []float64 `json:"bbox,omitempty"`
}

// Close writes what is held, and the key. A Writer takes nothing after it.
func (w *Writer[T]) Close() error {
	slices.Sort(w.types)
	c := column{Encoding: "WKB", Types: append([]string{}, w.types...), Orientation: "counterclockwise"}
	if w.box[0] <= w.box[2] {
		c.Box = w.box[:]
	}
	key, err := json.Marshal(struct {
		Version string            `json:"version"`
		Primary string            `json:"primary_column"`
		Columns map[string]column `json:"columns"`
	}{version, w.column, map[string]column{w.column: c}})
	if err != nil {
		return err
	}
	w.w.SetKeyValueMetadata("geo", string(key))
	return w.w.Close()
}

// The types of geometries, as well-known binary numbers them.
const (
	point   = 1
	polygon = 3
)

// AppendPoint appends a point.
func AppendPoint(dst []byte, x, y float64) []byte { return appendXY(head(dst, point), x, y) }

// AppendPolygon appends a polygon: its outer ring anticlockwise, its holes clockwise, each closed by its first corner again.
func AppendPolygon(dst []byte, rings [][][2]float64) []byte {
	dst = binary.LittleEndian.AppendUint32(head(dst, polygon), uint32(len(rings)))
	for _, r := range rings {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r)))
		for _, p := range r {
			dst = appendXY(dst, p[0], p[1])
		}
	}
	return dst
}

func head(dst []byte, kind uint32) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, 1), kind)
}

func appendXY(dst []byte, x, y float64) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(y))
}

// extend takes a geometry into the box of all, and names its type.
func (w *Writer[T]) extend(b []byte) (string, error) {
	if len(b) < 9 || b[0] != 1 {
		return "", ErrGeometry
	}
	kind := binary.LittleEndian.Uint32(b[1:])
	rest := b[5:]
	points := func(n uint64) bool {
		if n > uint64(len(rest)/16) {
			return false
		}
		for range n {
			x, y := math.Float64frombits(binary.LittleEndian.Uint64(rest)), math.Float64frombits(binary.LittleEndian.Uint64(rest[8:]))
			if math.IsNaN(x+y) || math.IsInf(x+y, 0) {
				return false
			}
			w.box = [4]float64{min(w.box[0], x), min(w.box[1], y), max(w.box[2], x), max(w.box[3], y)}
			rest = rest[16:]
		}
		return true
	}
	switch kind {
	case point:
		if !points(1) || len(rest) != 0 {
			return "", ErrGeometry
		}
		return "Point", nil
	case polygon:
		rings := binary.LittleEndian.Uint32(rest)
		rest = rest[4:]
		for range rings {
			if len(rest) < 4 {
				return "", ErrGeometry
			}
			n := binary.LittleEndian.Uint32(rest)
			rest = rest[4:]
			if !points(uint64(n)) {
				return "", ErrGeometry
			}
		}
		if len(rest) != 0 {
			return "", ErrGeometry
		}
		return "Polygon", nil
	}
	return "", ErrGeometry
}
