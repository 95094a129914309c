package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/format/misb/st0903"
	"overflight/geodesy"
	"overflight/sensor"
)

// TestPlaces: a report's own position counts before its offset and that before its pixel; what the stream calls a human has none.
func TestPlaces(t *testing.T) {
	t.Parallel()
	var s st0903.Set
	s.Context.FrameWidth, s.Context.FrameHeight = 640, 480
	own := s.AddTarget(1)
	own.SetLocation(st0903.Location{Lat: 31.5, Lon: -110.25})
	own.SetReal(st0903.OffsetLatitude, 0.01)
	own.SetReal(st0903.OffsetLongitude, 0.01)
	offset := s.AddTarget(2)
	offset.SetReal(st0903.OffsetLatitude, 0.001)
	offset.SetReal(st0903.OffsetLongitude, -0.002)
	pixel := s.AddTarget(3)
	pixel.SetUint(st0903.CentroidRow, 240)
	pixel.SetUint(st0903.CentroidColumn, 160)
	human := s.AddTarget(4)
	human.SetLocation(st0903.Location{Lat: 1, Lon: 1})
	human.Others = append(human.Others, st0903.Element{Tag: st0903.Object, Value: []byte("a Pedestrian")})
	s.AddTarget(5) // says nothing of where

	at := func(lat, lon geodesy.Angle) Place {
		return Place{Position: sensor.Known(geodesy.Position{Lat: lat, Lon: lon})}
	}
	near := cmp.Options{cmp.AllowUnexported(sensor.Optional[geodesy.Position]{}), cmp.Comparer(func(a, b geodesy.Angle) bool {
		return a-b < 1e-4 && b-a < 1e-4 // the offsets are mapped to so many bits
	})}
	got := places(nil, &s, sensor.Known(geodesy.Position{Lat: 31, Lon: -110}))
	want := []Place{at(31.5, -110.25), at(31.001, -110.002), {U: 159.5 / 640, V: 239.5 / 480}}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
	// Without a frame centre an offset is of nothing.
	if got := places(nil, &s, sensor.Optional[geodesy.Position]{}); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}
