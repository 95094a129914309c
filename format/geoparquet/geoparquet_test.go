package geoparquet

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go"
)

type row struct {
	Shape []byte   `parquet:"shape,optional"`
	Name  string   `parquet:"name,dict"`
	Value *float64 `parquet:"value,optional"`
	Box   *Box     `parquet:"box,optional"`
}

func (r row) WKB() []byte { return r.Shape }

func square(x, y, side float64) []byte {
	return AppendPolygon(nil, [][][2]float64{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}})
}

func TestFile(t *testing.T) {
	t.Parallel()
	half := 0.5
	cell := [][][2]float64{{{-110, 30}, {-109, 30}, {-109, 31}, {-110, 30}}}
	want := []row{
		{square(-110, 30, 1), "cell", &half, &Box{-110, 30, -109, 31}},
		{square(179.5, -17, 1), "cell", nil, nil},
		{AppendPoint(nil, -109.25, 30.5), "gap", nil, nil},
		{AppendMultiPoint(nil, [][2]float64{{1, 2}, {3, 4}}), "gaps", nil, nil},
		{AppendMultiPolygon(nil, [][][][2]float64{cell, cell}), "cells", nil, nil},
		{nil, "nowhere", nil, nil},
	}
	var b bytes.Buffer
	w, err := NewWriter[row](&b, Config{Column: "shape", Covering: "box", Metadata: map[string]string{"made": "by hand", "of": "nothing"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range want {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	key, ok := f.Lookup("geo")
	if !ok {
		t.Fatal("no key geo")
	}
	var got, expected any
	if err := json.Unmarshal([]byte(key), &got); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal([]byte(`{"version":"1.1.0","primary_column":"shape","columns":{"shape":{"encoding":"WKB","geometry_types":["MultiPoint","MultiPolygon","Point","Polygon"],"orientation":"counterclockwise","bbox":[-110,-17,180.5,31],
		"covering":{"bbox":{"xmin":["box","xmin"],"ymin":["box","ymin"],"xmax":["box","xmax"],"ymax":["box","ymax"]}}}}}`), &expected)
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("geo is %s", key)
	}
	if made, _ := f.Lookup("made"); made != "by hand" {
		t.Errorf("made is %q", made)
	}
	rows := make([]row, 8)
	n, err := parquet.NewGenericReader[row](f).Read(rows)
	if n != len(want) || err != nil && !errors.Is(err, io.EOF) || !reflect.DeepEqual(rows[:n], want) {
		t.Errorf("%d rows: %+v, %v", n, rows[:n], err)
	}
}

// Boxes and points of many are by hand after OGC 06-103r4: each part has a head of its own.
func TestPartsAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	if got := hex.EncodeToString(AppendMultiPoint(nil, [][2]float64{{1, 2}})); got != "0104000000010000000101000000000000000000f03f0000000000000040" {
		t.Errorf("got %s", got)
	}
	if got := hex.EncodeToString(AppendMultiPolygon(nil, [][][][2]float64{{{{1, 2}}}})); got != "010600000001000000010300000001000000"+"01000000"+"000000000000f03f0000000000000040" {
		t.Errorf("got %s", got)
	}
}

// A point by hand after OGC 06-103r4: little endian, type 1, x 1, y 2.
func TestPointIsThatOfTheStandard(t *testing.T) {
	t.Parallel()
	if got := hex.EncodeToString(AppendPoint(nil, 1, 2)); got != "0101000000000000000000f03f0000000000000040" {
		t.Errorf("got %s", got)
	}
}

// A file of many rows goes out while it is written, and one without rows is a file.
func TestGroups(t *testing.T) {
	t.Parallel()
	for _, many := range []int{0, 3 * GroupRows} {
		var b bytes.Buffer
		w, err := NewWriter[row](&b, Config{Column: "shape"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range many {
			if err := w.Write(row{Shape: square(float64(i%360)-180, 0, 1), Name: "cell"}); err != nil {
				t.Fatal(err)
			}
		}
		before := b.Len()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if many > 0 && before < b.Len()/2 {
			t.Errorf("%d of %d bytes were written before the end", before, b.Len())
		}
		f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || f.NumRows() != int64(many) {
			t.Fatalf("%v, want %d rows", err, many)
		}
	}
}

type without struct {
	Name string `parquet:"name"`
}

func (without) WKB() []byte { return nil }

func TestWhatIsNotWritten(t *testing.T) {
	t.Parallel()
	if _, err := NewWriter[without](io.Discard, Config{Column: "shape"}); !errors.Is(err, ErrColumn) {
		t.Errorf("a file without geometries: %v", err)
	}
	for _, covering := range []string{"name", "value", "no such"} {
		if _, err := NewWriter[row](io.Discard, Config{Column: "shape", Covering: covering}); !errors.Is(err, ErrCovering) {
			t.Errorf("boxes in %q: %v", covering, err)
		}
	}
	w, err := NewWriter[row](io.Discard, Config{Column: "shape"})
	if err != nil {
		t.Fatal(err)
	}
	several := AppendMultiPoint(nil, [][2]float64{{1, 2}, {3, 4}})
	good := square(0, 0, 1)
	for name, b := range map[string][]byte{
		"nothing": {}, "cut": good[:len(good)-1], "longer": append(bytes.Clone(good), 0), "no number": AppendPoint(nil, math.NaN(), 0),
		"endless": AppendPoint(nil, 0, math.Inf(1)), "a line": head(nil, 2), "big endian": append([]byte{0}, good[1:]...),
		"points cut": several[:len(several)-1], "more points than are said": append(bytes.Clone(several), several[9:30]...), "a polygon among points": append(bytes.Clone(several[:9]), append(bytes.Clone(good), good...)...),
	} {
		if err := w.Write(row{Shape: b}); !errors.Is(err, ErrGeometry) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
