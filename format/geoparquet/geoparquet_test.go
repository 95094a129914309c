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
	Shape []byte   `parquet:"shape"`
	Name  string   `parquet:"name,dict"`
	Value *float64 `parquet:"value,optional"`
}

func (r row) WKB() []byte { return r.Shape }

func square(x, y, side float64) []byte {
	return AppendPolygon(nil, [][][2]float64{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}})
}

func TestFile(t *testing.T) {
	t.Parallel()
	half := 0.5
	want := []row{{square(-110, 30, 1), "cell", &half}, {square(179.5, -17, 1), "cell", nil}, {AppendPoint(nil, -109.25, 30.5), "gap", nil}}
	var b bytes.Buffer
	w, err := NewWriter[row](&b, "shape")
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
	_ = json.Unmarshal([]byte(`{"version":"1.1.0","primary_column":"shape","columns":{"shape":{"encoding":"WKB","geometry_types":["Point","Polygon"],"orientation":"counterclockwise","bbox":[-110,-17,180.5,31]}}}`), &expected)
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("geo is %s", key)
	}
	rows := make([]row, 5)
	n, err := parquet.NewGenericReader[row](f).Read(rows)
	if n != 3 || err != nil && !errors.Is(err, io.EOF) || !reflect.DeepEqual(rows[:n], want) {
		t.Errorf("%d rows: %+v, %v", n, rows[:n], err)
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
	for _, many := range []int{0, 3 * groupRows} {
		var b bytes.Buffer
		w, err := NewWriter[row](&b, "shape")
		if err != nil {
			t.Fatal(err)
		}
		for i := range many {
			if err := w.Write(row{square(float64(i%360)-180, 0, 1), "cell", nil}); err != nil {
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
	if _, err := NewWriter[without](io.Discard, "shape"); !errors.Is(err, ErrColumn) {
		t.Errorf("a file without geometries: %v", err)
	}
	w, err := NewWriter[row](io.Discard, "shape")
	if err != nil {
		t.Fatal(err)
	}
	good := square(0, 0, 1)
	for name, b := range map[string][]byte{
		"nothing": nil, "cut": good[:len(good)-1], "longer": append(bytes.Clone(good), 0), "no number": AppendPoint(nil, math.NaN(), 0),
		"endless": AppendPoint(nil, 0, math.Inf(1)), "a line": head(nil, 2), "big endian": append([]byte{0}, good[1:]...),
	} {
		if err := w.Write(row{Shape: b}); !errors.Is(err, ErrGeometry) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
