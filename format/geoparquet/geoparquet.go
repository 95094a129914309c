// Package geoparquet writes GeoParquet 1.1: Apache Parquet with one column of geometries as well-known binary (OGC 06-103r4, clause 8)
// and the file key "geo" that says so. A row may have no geometry, and may have its box beside it, by which readers skip what they are
// not asked for. Coordinates are longitude and latitude in degrees (OGC:CRS84, which is what a file without
// "crs" means). Rows go out group by group, so that the memory does not grow with the file.
package geoparquet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// Version is that of the specification.
const Version = "1.1.0"

// GroupRows is how many rows are held before they are written.
const GroupRows = 20_000

// Row is one row of a file: a struct with tags of package parquet, of which one column holds what WKB returns.
type Row interface {
	// WKB is the geometry, as the functions of this package make it; nil: none. It MUST be the column that Config names, and that MUST be
	// optional where it may be nil.
	WKB() []byte
}

// Config says what is written.
type Config struct {
	Column   string            // of geometries; a column at the root, of byte arrays
	Metadata map[string]string // other keys of the file, such as who made it and what of
	Covering string            // of boxes: a column of [Box] at the root; empty: none
}

// Box is the bounding box of a row's geometry, in degrees.
type Box struct {
	XMin float64 `parquet:"xmin"`
	YMin float64 `parquet:"ymin"`
	XMax float64 `parquet:"xmax"`
	YMax float64 `parquet:"ymax"`
}

// Faults of what is to be written.
var (
	ErrGeometry = errors.New("geoparquet: a geometry that this package did not make")
	ErrColumn   = errors.New("geoparquet: no column of byte arrays at the root of that name")
	ErrCovering = errors.New("geoparquet: no column of boxes at the root of that name")
)

// Writer writes rows. It is not safe for concurrent use.
type Writer[T Row] struct {
	column string
	cover  string
	w      *parquet.GenericWriter[T]
	one    [1]T
	box    [4]float64 // west, south, east, north
	types  []string
}

// NewWriter returns a Writer of a file without rows. Nothing of dst is closed.
func NewWriter[T Row](dst io.Writer, c Config) (*Writer[T], error) {
	schema := parquet.SchemaOf(*new(T))
	leaf, ok := schema.Lookup(c.Column)
	if !ok || leaf.Node.Type().Kind() != parquet.ByteArray || leaf.Node.Repeated() {
		return nil, fmt.Errorf("%w: %q", ErrColumn, c.Column)
	}
	for _, side := range sides {
		if leaf, ok := schema.Lookup(c.Covering, side); c.Covering != "" && (!ok || leaf.Node.Type().Kind() != parquet.Double || leaf.Node.Repeated()) {
			return nil, fmt.Errorf("%w: %q", ErrCovering, c.Covering)
		}
	}
	options := []parquet.WriterOption{
		schema, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(GroupRows), parquet.CreatedBy("overflight", "1", ""),
	}
	keys := make([]string, 0, len(c.Metadata))
	for k := range c.Metadata {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		options = append(options, parquet.KeyValueMetadata(k, c.Metadata[k]))
	}
	return &Writer[T]{
		column: c.Column, cover: c.Covering, w: parquet.NewGenericWriter[T](dst, options...),
		box: [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)},
	}, nil
}

// Write takes a row.
func (w *Writer[T]) Write(row T) error {
	if b := row.WKB(); b != nil {
		name, err := w.extend(b)
		if err != nil {
			return err
		}
		if !slices.Contains(w.types, name) {
			w.types = append(w.types, name)
		}
	}
	w.one[0] = row
	_, err := w.w.Write(w.one[:])
	return err
}

var sides = []string{"xmin", "ymin", "xmax", "ymax"}

// column is what the key says of the geometries.
type column struct {
	Encoding    string    `json:"encoding"`
	Types       []string  `json:"geometry_types"`
	Orientation string    `json:"orientation"`
	Box         []float64 `json:"bbox,omitempty"`
	Covering    *covering `json:"covering,omitempty"`
}

// covering says where the boxes of rows are: the path of each side.
type covering struct {
	Box map[string][]string `json:"bbox"`
}

// Close writes what is held, and the key. A Writer takes nothing after it.
func (w *Writer[T]) Close() error {
	slices.Sort(w.types)
	c := column{Encoding: "WKB", Types: append([]string{}, w.types...), Orientation: "counterclockwise"}
	if w.box[0] <= w.box[2] {
		c.Box = w.box[:]
	}
	if w.cover != "" {
		c.Covering = &covering{map[string][]string{}}
		for _, side := range sides {
			c.Covering.Box[side] = []string{w.cover, side}
		}
	}
	key, err := json.Marshal(struct {
		Version string            `json:"version"`
		Primary string            `json:"primary_column"`
		Columns map[string]column `json:"columns"`
	}{Version, w.column, map[string]column{w.column: c}})
	if err != nil {
		return err
	}
	w.w.SetKeyValueMetadata("geo", string(key))
	return w.w.Close()
}
