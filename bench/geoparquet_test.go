package bench

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the reader that users of such files have

	"overflight/format/geoparquet"
)

type parquetRow struct {
	Geometry []byte   `parquet:"geometry"`
	Kind     string   `parquet:"kind,dict"`
	Looks    int32    `parquet:"looks"`
	POD      *float64 `parquet:"pod,optional"`
}

func (r parquetRow) WKB() []byte { return r.Geometry }

// TestParquetInDuckDB reads a file of 50,000 cells and a gap with another program: its rows, its sums, its nulls, its geometries byte for
// byte, and the key that makes it GeoParquet.
func TestParquetInDuckDB(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.parquet")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w, err := geoparquet.NewWriter[parquetRow](f, geoparquet.Config{Column: "geometry"})
	if err != nil {
		t.Fatal(err)
	}
	const cells = 50_000
	var looks int64
	for i := range cells {
		x, y, side := -110+float64(i%250)*0.01, 30+float64(i/250)*0.01, 0.01
		pod := float64(i%91) / 100
		err := w.Write(parquetRow{
			geoparquet.AppendPolygon(nil, [][][2]float64{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}), "cell", int32(i % 7), &pod,
		})
		if err != nil {
			t.Fatal(err)
		}
		looks += int64(i % 7)
	}
	if err := w.Write(parquetRow{geoparquet.AppendPoint(nil, -109.5, 30.5), "gap", 0, nil}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	one := func(query string, into ...any) {
		t.Helper()
		if err := db.QueryRow(query, file).Scan(into...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	var rows, sum, gaps, nulls int64
	var most float64
	one("SELECT count(*), sum(looks), count(*) FILTER (kind = 'gap'), count(*) FILTER (pod IS NULL), max(pod) FROM read_parquet(?)", &rows, &sum, &gaps, &nulls, &most)
	if rows != cells+1 || sum != looks || gaps != 1 || nulls != 1 || most != 0.9 {
		t.Errorf("%d rows, %d looks, %d gaps, %d nulls, greatest %v", rows, sum, gaps, nulls, most)
	}
	var key string
	one("SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'geo'", &key)
	for _, want := range []string{`"version":"1.1.0"`, `"primary_column":"geometry"`, `"encoding":"WKB"`, `"geometry_types":["Point","Polygon"]`, `"bbox":[-110,30,-107.5,32]`} {
		if !strings.Contains(key, want) {
			t.Errorf("the key lacks %s: %s", want, key)
		}
	}
	var kind string
	one("SELECT type FROM parquet_schema(?) WHERE name = 'geometry'", &kind)
	if kind != "BYTE_ARRAY" {
		t.Errorf("geometries are %s", kind)
	}
	var groups int64
	one("SELECT count(DISTINCT row_group_id) FROM parquet_metadata(?)", &groups)
	if groups != 3 {
		t.Errorf("%d row groups", groups)
	}
	t.Logf("FIGURE geoparquet/rows %d", rows)
}
