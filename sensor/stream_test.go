package sensor_test

import (
	"bytes"
	"math"
	"testing"

	"overflight/format/misb/st0601"
	"overflight/format/mpegts"
	"overflight/geodesy"
	"overflight/internal/recordings"
	"overflight/sensor"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	return recordings.Read(t, name)
}

// recorded returns the frames of the recording from the simulator, an ST 0601 stream, by the decoders
// that the product uses.
func recorded(t testing.TB) []sensor.Frame {
	t.Helper()
	var (
		frames  []sensor.Frame
		decoder st0601.Decoder
		set     st0601.Set
	)
	demuxer := mpegts.NewDemuxer(&mpegts.Funcs{OnUnit: func(u *mpegts.Unit) {
		if err := decoder.Decode(u.Data, &set); err != nil || set.Checksum != st0601.ChecksumOK {
			t.Fatalf("unit at %d: checksum %v, %v", u.Offset, set.Checksum, err)
		}
		frames = append(frames, frameOf(t, &set))
	}}, mpegts.Config{})
	if _, err := demuxer.ReadFrom(bytes.NewReader(sample(t, "misb/osh_sample-stream.ts"))); err != nil {
		t.Fatal(err)
	}
	return frames
}

func frameOf(t testing.TB, set *st0601.Set) sensor.Frame {
	t.Helper()
	number := func(tag st0601.Tag) float64 {
		v, ok := set.Real(tag)
		if !ok {
			t.Fatalf("item %d is not known", tag)
		}
		return v
	}
	angle := func(tag st0601.Tag) sensor.Optional[geodesy.Angle] {
		return sensor.Known(geodesy.Angle(number(tag)))
	}
	place := func(lat, lon st0601.Tag) sensor.Optional[geodesy.Position] {
		return sensor.Known(geodesy.Position{Lat: geodesy.Angle(number(lat)), Lon: geodesy.Angle(number(lon))})
	}
	height := func(h st0601.Height, ok bool) sensor.Optional[geodesy.Altitude] {
		if !ok || h.Datum != st0601.MSL {
			t.Fatalf("height %+v", h)
		}
		return sensor.Known(geodesy.Altitude{Value: geodesy.Length(h.Metres), Datum: geodesy.MSL})
	}
	f := sensor.Frame{
		Position:          place(st0601.TagSensorLatitude, st0601.TagSensorLongitude),
		Altitude:          height(set.SensorAltitude()),
		Heading:           angle(st0601.TagPlatformHeadingAngle),
		Pitch:             angle(st0601.TagPlatformPitchAngle),
		Roll:              angle(st0601.TagPlatformRollAngle),
		RelativeAzimuth:   angle(st0601.TagSensorRelativeAzimuthAngle),
		RelativeElevation: angle(st0601.TagSensorRelativeElevationAngle),
		RelativeRoll:      angle(st0601.TagSensorRelativeRollAngle),
		HFOV:              angle(st0601.TagSensorHorizontalFieldOfView),
		VFOV:              angle(st0601.TagSensorVerticalFieldOfView),
		Centre:            place(st0601.TagFrameCenterLatitude, st0601.TagFrameCenterLongitude),
		CentreElevation:   height(set.FrameCenterElevation()),
		SlantRange:        sensor.Known(geodesy.Length(number(st0601.TagSlantRange))),
		Width:             sensor.Known(geodesy.Length(number(st0601.TagTargetWidth))),
	}
	for i := range f.CornerOffsets {
		lat := st0601.TagOffsetCornerLatitudePoint1 + st0601.Tag(2*i)
		f.CornerOffsets[i] = sensor.Known(sensor.Offset{
			Lat: geodesy.Angle(number(lat)), Lon: geodesy.Angle(number(lat + 1)),
		})
	}
	return f
}

// The recording's own frame centre and corners were computed by its simulator; ours are cast from
// angles alone.
func TestCastAgreesWithTheRecording(t *testing.T) {
	t.Parallel()
	frames := recorded(t)
	if len(frames) != 277 {
		t.Fatalf("got %d frames, want 277", len(frames))
	}
	var worst struct{ centre, corner, slant, width float64 }
	for i := range frames {
		f := &frames[i]
		cast, stated := sensor.Cast(f, sensor.Options{}), sensor.Compute(f, sensor.Options{})
		if cast.Method != sensor.CastRays || stated.Method != sensor.OffsetCorners {
			t.Fatalf("frame %d: methods %v (%v), %v (%v)", i, cast.Method, cast.Reason, stated.Method, stated.Reason)
		}
		centre, _ := cast.Centre.Get()
		want, _ := stated.Centre.Get()
		worst.centre = math.Max(worst.centre, float64(geodesy.Distance(centre, want)))
		for k := range cast.Corners {
			worst.corner = math.Max(worst.corner, float64(geodesy.Distance(cast.Corners[k], stated.Corners[k])))
		}
		slant, _ := cast.SlantRange.Get()
		wantSlant, _ := f.SlantRange.Get()
		worst.slant = math.Max(worst.slant, math.Abs(float64(slant-wantSlant)))
		if !(worst.centre <= 0.5) || !(worst.corner <= 10) || !(worst.slant <= 0.5) {
			t.Errorf("frame %d: %+v", i, worst)
		}
		if u := float64(cast.Uncertainty); !(u > worst.corner && u < 100) {
			t.Errorf("frame %d: uncertainty %.1f m", i, u)
		}

		f.CornerOffsets = [4]sensor.Optional[sensor.Offset]{}
		f.HFOV = sensor.Optional[geodesy.Angle]{}
		width := sensor.Compute(f, sensor.Options{})
		if width.Method != sensor.CentreWidth {
			t.Fatalf("frame %d: method %v (%v)", i, width.Method, width.Reason)
		}
		for k := range width.Corners {
			d := float64(geodesy.Distance(width.Corners[k], stated.Corners[k]))
			worst.width = math.Max(worst.width, d)
			if !(d <= float64(width.Uncertainty)) {
				t.Errorf("frame %d: corner %d from the width is %.0f m off, uncertainty %.0f m", i, k, d, width.Uncertainty)
			}
		}
	}
	t.Logf("FIGURE sensor/centre-worst %.3f m", worst.centre)
	t.Logf("FIGURE sensor/corner-worst %.3f m", worst.corner)
	t.Logf("worst: centre %.2f m, corner %.2f m, slant range %.2f m, corner from the width %.0f m",
		worst.centre, worst.corner, worst.slant, worst.width)
}

func BenchmarkCompute(b *testing.B) {
	frames := recorded(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		sensor.Compute(&frames[i%len(frames)], sensor.Options{})
	}
}

func BenchmarkCast(b *testing.B) {
	frames := recorded(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		sensor.Cast(&frames[i%len(frames)], sensor.Options{})
	}
}
