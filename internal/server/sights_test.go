package server

import (
	"bytes"
	"math"
	"testing"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/sensor"
)

// A raster is read as it was written; cells that nobody looked at are no number, and bytes that are no raster are refused.
func TestRasterRoundTrip(t *testing.T) {
	t.Parallel()
	grid, err := coverage.GridOver(coverage.Bounds{South: -17.1, North: -16.9, West: 179.9, East: 180.1}, 2000, 1000)
	if err != nil {
		t.Fatal(err)
	}
	r := coverage.NewRaster(grid, coverage.DefaultModel(), nil)
	fp := sensor.Footprint{Method: sensor.FullCorners, Corners: [4]geodesy.Position{{Lat: -16.95, Lon: 179.95}, {Lat: -16.95, Lon: -179.95}, {Lat: -17.05, Lon: -179.95}, {Lat: -17.05, Lon: 179.95}}}
	g, ok := coverage.GlimpseOf(0, sensor.Optional[geodesy.Position]{}, sensor.Optional[geodesy.Altitude]{}, &fp)
	if !ok || !r.Add(&g) {
		t.Fatal("no ground")
	}
	for _, layers := range []int{1, allLayers} {
		b := encodeRaster(r, layers)
		got, values, err := DecodeRaster(bytes.NewReader(b))
		if err != nil || got != grid || len(values) != layers {
			t.Fatalf("%+v, %d layers, %v", got, len(values), err)
		}
		seen := 0
		for i, v := range values[layers-1] {
			c := r.At(i%grid.Columns, i/grid.Columns)
			if math.IsNaN(float64(v)) != (c.Looks == 0) {
				t.Fatalf("cell %d: %v, %d looks", i, v, c.Looks)
			}
			seen += c.Looks
		}
		if seen < 10 {
			t.Errorf("%d cells", seen)
		}
		for name, bad := range map[string][]byte{
			"cut": b[:len(b)-1], "another": append([]byte("OVC2"), b[4:]...), "no head": b[:20],
			"huge": append(append([]byte(coverageMagic), 255, 255, 255, 255, 255, 255, 255, 255), b[12:]...),
		} {
			if _, _, err := DecodeRaster(bytes.NewReader(bad)); err == nil {
				t.Errorf("%s is taken", name)
			}
		}
	}
}
