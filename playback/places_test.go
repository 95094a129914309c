package playback

import (
	"math"
	"testing"

	"overflight/geodesy"
	"overflight/ingest"
	"overflight/sensor"
)

// TestOnGround: the corners of the picture are those of the ground, and the crossing of its diagonals that of the ground's.
func TestOnGround(t *testing.T) {
	t.Parallel()
	f := sensor.Footprint{Method: sensor.FullCorners, Corners: [4]geodesy.Position{{Lat: 10, Lon: 179.9}, {Lat: 10, Lon: -179.9}, {Lat: 9.9, Lon: -179.95}, {Lat: 9.9, Lon: 179.95}}}
	for _, c := range []struct {
		u, v float64
		want geodesy.Position
	}{
		{0, 0, f.Corners[0]},
		{1, 0, f.Corners[1]},
		{1, 1, f.Corners[2]},
		{0, 1, f.Corners[3]},
		{0.5, 0.5, geodesy.Position{Lat: 10 - 0.1*2/3.0, Lon: 180}},
	} {
		got := places(nil, []ingest.Place{{U: c.u, V: c.v}}, &f)
		if len(got) != 1 || math.Abs(float64(got[0].Lat-c.want.Lat)) > 6e-6 || math.Abs(math.Remainder(float64(got[0].Lon-c.want.Lon), 360)) > 6e-6 {
			t.Errorf("%v, %v: %v, want %v", c.u, c.v, got, c.want)
		}
	}
	if got := places(nil, []ingest.Place{{U: 0.5, V: 0.5}}, &sensor.Footprint{}); len(got) != 0 {
		t.Errorf("%v without ground", got)
	}
}
