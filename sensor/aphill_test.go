package sensor_test

import (
	"bytes"
	"math"
	"testing"

	"overflight/format/misb/eg0104"
	"overflight/format/mpegts"
	"overflight/geodesy"
	"overflight/sensor"
)

// flown returns the frames of the real flight, EG 0104. There is no frame-centre elevation in it; its
// slant ranges are those to mean sea level, and so is the ground here.
func flown(t testing.TB) []sensor.Frame {
	t.Helper()
	var (
		frames  []sensor.Frame
		decoder eg0104.Decoder
		set     eg0104.Set
	)
	number := func(v float64, ok bool) float64 {
		if !ok {
			t.Fatalf("set %d lacks an item", len(frames))
		}
		return v
	}
	angle := func(f eg0104.Field) sensor.Optional[geodesy.Angle] {
		return sensor.Known(geodesy.Angle(number(set.Real(f))))
	}
	place := func(lat, lon float64, ok bool) sensor.Optional[geodesy.Position] {
		return sensor.Known(geodesy.Position{Lat: geodesy.Angle(number(lat, ok)), Lon: geodesy.Angle(lon)})
	}
	demuxer := mpegts.NewDemuxer(&mpegts.Funcs{OnUnit: func(u *mpegts.Unit) {
		if err := decoder.Decode(u.Data, &set); err != nil {
			t.Fatalf("unit at %d: %v", u.Offset, err)
		}
		f := sensor.Frame{
			Position:        place(set.Position()),
			Altitude:        sensor.Known(geodesy.Altitude{Value: geodesy.Length(number(set.Real(eg0104.DeviceAltitude))), Datum: geodesy.MSL}),
			CentreElevation: sensor.Known(geodesy.Altitude{Value: 0, Datum: geodesy.MSL}),
			Heading:         angle(eg0104.PlatformHeading),
			Pitch:           angle(eg0104.PlatformPitch),
			Roll:            angle(eg0104.PlatformRoll),
			SightAzimuth:    angle(eg0104.AngleToNorth),
			SightElevation:  sensor.Known(geodesy.Angle(number(set.SensorElevation()))),
			HFOV:            angle(eg0104.HorizontalFOV),
			VFOV:            angle(eg0104.VerticalFOV),
			Centre:          place(set.FrameCenter()),
			SlantRange:      sensor.Known(geodesy.Length(number(set.Real(eg0104.SlantRange)))),
		}
		for i := range f.Corners {
			f.Corners[i] = place(set.Corner(i + 1))
		}
		frames = append(frames, f)
	}}, mpegts.Config{})
	if _, err := demuxer.ReadFrom(bytes.NewReader(sample(t, "misb/aphill_short.ts"))); err != nil {
		t.Fatal(err)
	}
	return frames
}

// The real flight's centre and corners were computed in the air, ours are cast from angle to north,
// obliquity and fields of view. Its angle to north turns out to be from the grid north of UTM zone 18
// and not from true north: it is 1.466 degrees more than the bearing of its own frame centre in every
// set, and that is the convergence there. Turned by it, the two agree.
func TestCastAgreesWithTheRealFlight(t *testing.T) {
	t.Parallel()
	frames := flown(t)
	if len(frames) != 48 {
		t.Fatalf("got %d frames, want 48", len(frames))
	}
	var worst struct{ untouched, centre, corner, slant float64 }
	for i := range frames {
		f := &frames[i]
		stated := sensor.Compute(f, sensor.Options{})
		if stated.Method != sensor.FullCorners {
			t.Fatalf("frame %d: method %v (%v)", i, stated.Method, stated.Reason)
		}
		want, _ := f.Centre.Get()
		apart := func() float64 {
			cast := sensor.Cast(f, sensor.Options{})
			if cast.Method != sensor.CastRays {
				t.Fatalf("frame %d: %v %v", i, cast.Reason, cast.Field)
			}
			centre, _ := cast.Centre.Get()
			slant, _ := cast.SlantRange.Get()
			wantSlant, _ := f.SlantRange.Get()
			worst.slant = math.Max(worst.slant, math.Abs(float64(slant-wantSlant)))
			return float64(geodesy.Distance(centre, want))
		}
		worst.untouched = math.Max(worst.untouched, apart())

		azimuth, _ := f.SightAzimuth.Get()
		at, _ := f.Position.Get()
		convergence := math.Atan(math.Tan((at.Lon + 75).Radians()) * math.Sin(at.Lat.Radians()))
		f.SightAzimuth = sensor.Known(azimuth + geodesy.Angle(convergence*180/math.Pi))
		worst.centre = math.Max(worst.centre, apart())
		cast := sensor.Cast(f, sensor.Options{})
		for k := range cast.Corners {
			worst.corner = math.Max(worst.corner, float64(geodesy.Distance(cast.Corners[k], stated.Corners[k])))
		}
	}
	if !(worst.untouched <= 40) || !(worst.centre <= 0.5) || !(worst.corner <= 2) || !(worst.slant <= 0.5) {
		t.Errorf("worst: %+v", worst)
	}
	t.Logf("worst: centre %.1f m as it stands; turned to true north: centre %.2f m, corner %.2f m, slant range %.2f m",
		worst.untouched, worst.centre, worst.corner, worst.slant)
}
