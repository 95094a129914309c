package main

import (
	"bytes"
	"math"
	"testing"

	"overflight/coverage"
	"overflight/format/raster"
)

func TestCoverageAsGeoTIFF(t *testing.T) {
	nobody := float32(math.NaN())
	m := cover{
		Grid: coverage.Grid{North: 31.5, West: -110.25, Height: 0.01, Width: 0.0125, Columns: 3, Rows: 2},
		pod:  []float32{0, 0.25, 0.5, 0.85, nobody, 0.125},
	}
	var b bytes.Buffer
	if err := writeCoverTIFF(&b, &m, nil); err != nil {
		t.Fatal(err)
	}
	r, err := raster.ReadTIFF(b.Bytes(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.Columns != 3 || r.Rows != 2 || r.CRS != raster.WGS84 || !r.Placed {
		t.Fatalf("%d by %d cells in %d, placed %v", r.Columns, r.Rows, r.CRS, r.Placed)
	}
	for i, want := range m.pod {
		if got := float32(r.Values[i]); got != want && !(got != got && want != want) {
			t.Errorf("cell %d is %v, not %v", i, got, want)
		}
	}
	// What the map says of a cell's middle is where the grid has it.
	at := m.Centre(2, 1)
	x, y := r.Transform.Position(2.5, 1.5)
	if math.Abs(x-float64(at.Lon)) > 1e-9 || math.Abs(y-float64(at.Lat)) > 1e-9 {
		t.Errorf("the middle of a cell is at %v, %v, not at %v", y, x, at)
	}
}
