package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"overflight/coverage"
	"overflight/geodesy"
)

// A map says the same as GeoJSON and as GeoParquet.
func TestAMapInTwoForms(t *testing.T) {
	t.Parallel()
	nobody := float32(math.NaN())
	m := &cover{
		Grid: coverage.Grid{North: 31.5, West: -110.25, Height: 0.01, Width: 0.0125, Columns: 3, Rows: 2},
		pod:  []float32{0, 0.25, nobody, nobody, nobody, 0.125}, correlated: []float32{0, 0.2, nobody, nobody, nobody, 0.1},
		independent: []float32{0, 0.3, nobody, nobody, nobody, 0.15}, looks: []float32{1, 2, nobody, nobody, nobody, 9},
	}
	area, err := coverage.NewArea([][]geodesy.Position{{{Lat: 31.51, Lon: -110.26}, {Lat: 31.51, Lon: -110.2}, {Lat: 31.49, Lon: -110.2}, {Lat: 31.49, Lon: -110.26}}})
	if err != nil {
		t.Fatal(err)
	}
	m.plan = []planned{{area: area, pod: 0.6}}
	gaps := m.gaps()
	var one, other bytes.Buffer
	if err := errors.Join(writeCoverGeoJSON(&one, m, gaps), writeCoverParquet(&other, m, gaps)); err != nil {
		t.Fatal(err)
	}
	type said struct {
		Geometry    []byte   `json:"-"`
		Kind        string   `json:"kind"`
		Looked      *bool    `json:"looked"`
		Looks       *int32   `json:"looks"`
		POD         *float64 `json:"pod"`
		Correlated  *float64 `json:"pod_correlated"`
		Independent *float64 `json:"pod_independent"`
		Planned     *bool    `json:"planned"`
		PlannedPOD  *float64 `json:"planned_pod"`
		Number      *int32   `json:"number"`
		AreaKm2     *float64 `json:"area_km2"`
		Cells       *int32   `json:"cells"`
		West        *float64 `json:"west"`
		South       *float64 `json:"south"`
		East        *float64 `json:"east"`
		North       *float64 `json:"north"`
	}
	var whole struct {
		Features []struct {
			Properties said `json:"properties"`
		} `json:"features"`
	}
	d := json.NewDecoder(&one)
	if err := d.Decode(&whole); err != nil {
		t.Fatal(err)
	}
	rows := make([]coverRow, 10)
	n, err := parquet.NewGenericReader[coverRow](bytes.NewReader(other.Bytes())).Read(rows)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if n != 5 || len(whole.Features) != n { // three cells of the plan, one beside it, a gap
		t.Fatalf("%d rows, %d features", n, len(whole.Features))
	}
	var kinds []string
	for i := range n {
		if len(rows[i].Geometry) == 0 {
			t.Errorf("row %d lies nowhere", i)
		}
		rows[i].Geometry = nil
		if want := coverRow(whole.Features[i].Properties); !reflect.DeepEqual(rows[i], want) {
			a, _ := json.Marshal(said(rows[i]))
			b, _ := json.Marshal(said(want))
			t.Errorf("row %d is\n%s, and as GeoJSON\n%s", i, a, b)
		}
		kinds = append(kinds, rows[i].Kind)
	}
	if got := strings.Join(kinds, " "); got != "cell cell cell cell gap" {
		t.Error(got)
	}
}
