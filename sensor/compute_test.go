package sensor_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"overflight/evidence"
	"overflight/geodesy"
	"overflight/sensor"
)

// level is a frame of a platform in level flight to the east, 3,000 m above 31 N 110 W, that looks
// straight ahead and down.
func level(elevation geodesy.Angle) sensor.Frame {
	return sensor.Frame{
		Ref:      evidence.Ref{Source: "test", Offset: 188, Length: 257},
		Position: sensor.Known(geodesy.Position{Lat: 31, Lon: -110}),
		Altitude: sensor.Known(geodesy.Altitude{Value: 4200, Datum: geodesy.HAE}),
		Heading:  sensor.Known(geodesy.Angle(90)), Pitch: sensor.Known(geodesy.Angle(0)), Roll: sensor.Known(geodesy.Angle(0)),
		RelativeAzimuth: sensor.Known(geodesy.Angle(0)), RelativeElevation: sensor.Known(elevation), RelativeRoll: sensor.Known(geodesy.Angle(0)),
		HFOV: sensor.Known(geodesy.Angle(4)), VFOV: sensor.Known(geodesy.Angle(3)),
		CentreElevation: sensor.Known(geodesy.Altitude{Value: 1200, Datum: geodesy.HAE}),
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	nowhere := sensor.Optional[geodesy.Angle]{}
	place := func(lat, lon geodesy.Angle) sensor.Optional[geodesy.Position] {
		return sensor.Known(geodesy.Position{Lat: lat, Lon: lon})
	}
	msl := sensor.Known(geodesy.Altitude{Value: 1200, Datum: geodesy.MSL})
	for _, tt := range []struct {
		name   string
		look   geodesy.Angle
		change func(*sensor.Frame)
		method sensor.Method
		reason sensor.Reason
		field  sensor.Field
		centre bool
	}{
		{"down", -45, func(*sensor.Frame) {}, sensor.CastRays, 0, 0, true},
		{"straight down", -90, func(*sensor.Frame) {}, sensor.CastRays, 0, 0, true},
		{"up", 20, func(*sensor.Frame) {}, 0, sensor.AboveHorizon, 0, false},
		{"level", 0, func(*sensor.Frame) {}, 0, sensor.AboveHorizon, 0, false},
		{"horizon in the upper half", -2.2, func(*sensor.Frame) {}, 0, sensor.HorizonInView, 0, true},
		{"beyond the stated range", -3.6, func(f *sensor.Frame) {}, sensor.CastRays, 0, 0, true},
		{"quarantined", -45, func(f *sensor.Frame) { f.Quarantined = true }, 0, sensor.Quarantined, 0, false},
		{"no heading", -45, func(f *sensor.Frame) { f.Heading = nowhere }, 0, sensor.MissingField, sensor.FieldHeading, false},
		{"no pitch", -45, func(f *sensor.Frame) { f.Pitch = nowhere }, 0, sensor.MissingField, sensor.FieldPitch, false},
		{"no roll", -45, func(f *sensor.Frame) { f.Roll = nowhere }, 0, sensor.MissingField, sensor.FieldRoll, false},
		{"no azimuth", -45, func(f *sensor.Frame) { f.RelativeAzimuth = nowhere }, 0, sensor.MissingField, sensor.FieldRelativeAzimuth, false},
		{"no elevation", -45, func(f *sensor.Frame) { f.RelativeElevation = nowhere }, 0, sensor.MissingField, sensor.FieldRelativeElevation, false},
		{"no sensor roll", -45, func(f *sensor.Frame) { f.RelativeRoll = nowhere }, 0, sensor.MissingField, sensor.FieldRelativeRoll, false},
		{"no HFOV", -45, func(f *sensor.Frame) { f.HFOV = nowhere }, 0, sensor.MissingField, sensor.FieldHFOV, false},
		{"no VFOV", -45, func(f *sensor.Frame) { f.VFOV = nowhere }, 0, sensor.MissingField, sensor.FieldVFOV, false},
		{"HFOV of 180", -45, func(f *sensor.Frame) { f.HFOV = sensor.Known(geodesy.Angle(180)) }, 0, sensor.Invalid, sensor.FieldHFOV, false},
		{"VFOV of 0", -45, func(f *sensor.Frame) { f.VFOV = sensor.Known(geodesy.Angle(0)) }, 0, sensor.Invalid, sensor.FieldVFOV, false},
		{"latitude 91", -45, func(f *sensor.Frame) { f.Position = place(91, 0) }, 0, sensor.Invalid, sensor.FieldPosition, false},
		{"altitude beyond reason", -45, func(f *sensor.Frame) {
			f.Altitude = sensor.Known(geodesy.Altitude{Value: 1e9, Datum: geodesy.HAE})
		}, 0, sensor.Invalid, sensor.FieldAltitude, false},
		{"elevation beyond reason", -45, func(f *sensor.Frame) {
			f.CentreElevation = sensor.Known(geodesy.Altitude{Value: -1e9, Datum: geodesy.HAE})
		}, 0, sensor.Invalid, sensor.FieldCentreElevation, false},
		{"no altitude", -45, func(f *sensor.Frame) { f.Altitude = sensor.Optional[geodesy.Altitude]{} }, 0, sensor.MissingField, sensor.FieldAltitude, false},
		{"no elevation of the ground", -45, func(f *sensor.Frame) { f.CentreElevation = sensor.Optional[geodesy.Altitude]{} }, 0, sensor.MissingField, sensor.FieldCentreElevation, false},
		{"elevation 0 is known", -45, func(f *sensor.Frame) {
			f.CentreElevation = sensor.Known(geodesy.Altitude{Datum: geodesy.HAE})
		}, sensor.CastRays, 0, 0, true},
		{"nothing", -45, func(f *sensor.Frame) { *f = sensor.Frame{} }, 0, sensor.NoCentre, 0, false},
		{"mixed datums, no geoid", -45, func(f *sensor.Frame) { f.CentreElevation = msl }, 0, sensor.Unconvertible, sensor.FieldAltitude, false},
		{"barometric altitude", -45, func(f *sensor.Frame) {
			f.Altitude = sensor.Known(geodesy.Altitude{Value: 4200, Datum: geodesy.Barometric})
		}, 0, sensor.Unconvertible, sensor.FieldAltitude, false},
		{"sensor under ground", -45, func(f *sensor.Frame) {
			f.Altitude = sensor.Known(geodesy.Altitude{Value: 1199, Datum: geodesy.HAE})
		}, 0, sensor.BelowGround, 0, false},
		{"off earth", -45, func(f *sensor.Frame) { f.OffEarth = true }, 0, sensor.OffEarth, 0, false},
		{"off earth, with a centre", -45, func(f *sensor.Frame) { f.OffEarth, f.Centre = true, place(31, -109.9) }, 0, sensor.OffEarth, 0, true},
		{"horizon stated", -45, func(f *sensor.Frame) { f.Horizon, f.Centre = true, place(31, -109.9) }, 0, sensor.HorizonInView, 0, true},
		{"centre and width", -45, func(f *sensor.Frame) {
			f.Heading, f.Centre, f.Width = nowhere, place(31, -109.9), sensor.Known(300*geodesy.Metre)
		}, sensor.CentreWidth, 0, 0, true},
		{"centre without width", -45, func(f *sensor.Frame) { f.Heading, f.Centre = nowhere, place(31, -109.9) }, 0, sensor.MissingField, sensor.FieldHeading, true},
		{"width of nothing", -45, func(f *sensor.Frame) {
			f.Heading, f.Centre, f.Width = nowhere, place(31, -109.9), sensor.Known(geodesy.Length(0))
		}, 0, sensor.MissingField, sensor.FieldHeading, true},
		{"horizon and a width", -2.2, func(f *sensor.Frame) {
			f.Centre, f.Width = place(31, -109.9), sensor.Known(300*geodesy.Metre)
		}, 0, sensor.HorizonInView, 0, true},
		{"impossible centre", -45, func(f *sensor.Frame) { f.Centre = place(31, 200) }, 0, sensor.Invalid, sensor.FieldCentre, false},
		{"impossible corner", -45, func(f *sensor.Frame) { f.Corners[2] = place(-91, 0) }, 0, sensor.Invalid, sensor.FieldCorners, false},
		{"three corners of four", -45, func(f *sensor.Frame) {
			f.Corners[0], f.Corners[1], f.Corners[2] = place(1, 1), place(1, 2), place(0, 2)
		}, sensor.CastRays, 0, 0, true},
		{"corner beyond the pole", -45, func(f *sensor.Frame) {
			f.Centre, f.CornerOffsets[1] = place(89.99, 0), sensor.Known(sensor.Offset{Lat: 0.07})
		}, 0, sensor.Invalid, sensor.FieldCornerOffsets, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := level(tt.look)
			tt.change(&f)
			fp := sensor.Compute(&f, sensor.Options{})
			if fp.Method != tt.method || fp.Reason != tt.reason || fp.Field != tt.field || fp.Centre.Known() != tt.centre {
				t.Errorf("got %q, reason %q, field %q, centre %v", fp.Method, fp.Reason, fp.Field, fp.Centre.Known())
			}
			if fp.OnGround() != (tt.reason == sensor.NoReason) || fp.Ref != f.Ref {
				t.Errorf("got %+v", fp)
			}
			if fp.OnGround() != (fp.Uncertainty > 0) || !fp.OnGround() && fp.Corners != [4]geodesy.Position{} {
				t.Errorf("uncertainty %v, corners %v", fp.Uncertainty, fp.Corners)
			}
		})
	}
}

func TestSlantRangeIsBounded(t *testing.T) {
	t.Parallel()
	f := level(-3.6)
	fp := sensor.Compute(&f, sensor.Options{MaxSlantRange: 60 * geodesy.Kilometre})
	if fp.Method != sensor.NoMethod || fp.Reason != sensor.TooFar || !fp.Centre.Known() {
		t.Errorf("got %v, %v", fp.Method, fp.Reason)
	}
	fp = sensor.Compute(&f, sensor.Options{MaxSlantRange: 30 * geodesy.Kilometre})
	if fp.Method != sensor.NoMethod || fp.Reason != sensor.TooFar || fp.Centre.Known() {
		t.Errorf("got %v, %v, centre %v", fp.Method, fp.Reason, fp.Centre)
	}
}

// Full corners come before offsets, offsets before rays.
func TestPreference(t *testing.T) {
	t.Parallel()
	f := level(-45)
	f.Centre = sensor.Known(geodesy.Position{Lat: -17, Lon: 179.99})
	d := geodesy.Angle(0.02)
	for i, o := range [4]sensor.Offset{{Lat: d, Lon: -d}, {Lat: d, Lon: d}, {Lat: -d, Lon: d}, {Lat: -d, Lon: -d}} {
		f.CornerOffsets[i] = sensor.Known(o)
	}
	fp := sensor.Compute(&f, sensor.Options{})
	if fp.Method != sensor.OffsetCorners || math.Abs(float64(fp.Corners[sensor.UpperRight].Lon+179.99)) > 1e-9 {
		t.Errorf("got %v, %v", fp.Method, fp.Corners)
	}
	for i := range f.Corners {
		f.Corners[i] = sensor.Known(geodesy.Position{Lat: 10, Lon: geodesy.Angle(i)})
	}
	f.Centre = sensor.Optional[geodesy.Position]{}
	fp = sensor.Compute(&f, sensor.Options{})
	if fp.Method != sensor.FullCorners || fp.Corners[sensor.LowerLeft].Lon != 3 || !fp.Centre.Known() {
		t.Errorf("got %v, %v, %v", fp.Method, fp.Corners, fp.Centre)
	}
	if cast := sensor.Cast(&f, sensor.Options{}); cast.Method != sensor.CastRays || cast.Corners == fp.Corners {
		t.Errorf("rays used the stated corners: %v", cast)
	}
}

// A known point is looked at from a random place; angles computed from the vector between them must
// lead back to it, whichever way the platform is turned.
func TestCastFindsWhatWasLookedAt(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(10, 1))
	angle := func(low, high float64) geodesy.Angle { return geodesy.Angle(low + (high-low)*r.Float64()) }
	for range 20_000 {
		at := geodesy.Position{Lat: angle(-89, 89), Lon: angle(-180, 180)}
		ground, above := geodesy.Length(4000*r.Float64()-100), geodesy.Length(500+9000*r.Float64())
		seen, _ := geodesy.Direct(at, angle(0, 360), above*geodesy.Length(0.1+5*r.Float64()))
		eye := geodesy.ToECEF(at, ground+above)
		ned := geodesy.NEDAt(at)
		v := ned.FromECEF(geodesy.ToECEF(seen, ground).Minus(eye))
		azimuth := geodesy.Angle(math.Atan2(v.Y, v.X) * 180 / math.Pi)
		elevation := geodesy.Angle(-math.Asin(v.Z/v.Norm()) * 180 / math.Pi)

		f := level(0)
		f.Position = sensor.Known(at)
		f.Altitude = sensor.Known(geodesy.Altitude{Value: ground + above, Datum: geodesy.MSL})
		f.CentreElevation = sensor.Known(geodesy.Altitude{Value: ground, Datum: geodesy.MSL})
		heading := angle(-360, 360)
		f.Heading = sensor.Known(heading)
		f.RelativeAzimuth, f.RelativeElevation = sensor.Known(azimuth-heading), sensor.Known(elevation)
		a := sensor.Cast(&f, sensor.Options{})

		f.RelativeAzimuth, f.RelativeElevation = sensor.Optional[geodesy.Angle]{}, sensor.Optional[geodesy.Angle]{}
		f.SightAzimuth, f.SightElevation = sensor.Known(azimuth), sensor.Known(elevation)
		b := sensor.Cast(&f, sensor.Options{})
		for _, fp := range []sensor.Footprint{a, b} {
			got, _ := fp.Centre.Get()
			slant, _ := fp.SlantRange.Get()
			if d := geodesy.Distance(got, seen); !fp.OnGround() || !(d < 1e-6) || !(math.Abs(float64(slant)-v.Norm()) < 1e-6) {
				t.Fatalf("from %v: saw %v (%v), %v from %v", at, got, fp.Reason, d, seen)
			}
			if fp.Datum != geodesy.MSL || fp.Converted {
				t.Fatalf("heights on one datum became %v, converted %v", fp.Datum, fp.Converted)
			}
		}
	}
}

// Mixed datums are brought together by the geoid; that moves the ground, and the footprint says so.
func TestMixedDatums(t *testing.T) {
	t.Parallel()
	geoid, err := geodesy.NewGeoid(2, 2, []int16{-3000, -3000, -3000, -3000})
	if err != nil {
		t.Fatal(err)
	}
	f := level(-30)
	f.CentreElevation = sensor.Known(geodesy.Altitude{Value: 1230, Datum: geodesy.MSL}) // 1200 m HAE
	got := sensor.Compute(&f, sensor.Options{Geoid: geoid})
	same := level(-30)
	want := sensor.Compute(&same, sensor.Options{Geoid: geoid})
	if got.Corners != want.Corners || !got.Converted || got.Datum != geodesy.HAE || want.Converted {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The stated uncertainty holds 95 of 100 footprints whose inputs are off as Errors says.
func TestUncertaintyHolds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 1))
	for _, look := range []geodesy.Angle{-80, -45, -20, -10} {
		f := level(look)
		fp := sensor.Cast(&f, sensor.Options{})
		const n = 4000
		held := 0
		for range n {
			// Half of the stated error is one standard deviation.
			g := level(look)
			a := r.NormFloat64() * float64(sensor.DefaultAngleError) / 2
			e := r.NormFloat64() * float64(sensor.DefaultAngleError) / 2
			g.RelativeAzimuth = sensor.Known(geodesy.Angle(a / math.Cos(look.Radians())))
			g.RelativeElevation = sensor.Known(look + geodesy.Angle(e))
			at, _ := g.Position.Get()
			at, _ = geodesy.Direct(at, geodesy.Angle(360*r.Float64()), geodesy.Length(math.Abs(r.NormFloat64())*float64(sensor.DefaultPositionError)/2))
			g.Position = sensor.Known(at)
			g.CentreElevation = sensor.Known(geodesy.Altitude{
				Value: 1200 + geodesy.Length(r.NormFloat64())*sensor.DefaultGroundError/2, Datum: geodesy.HAE,
			})
			moved := sensor.Cast(&g, sensor.Options{})
			off := geodesy.Length(0)
			for k := range moved.Corners {
				off = max(off, geodesy.ShortDistance(fp.Corners[k], moved.Corners[k]))
			}
			if off <= fp.Uncertainty {
				held++
			}
		}
		if share := float64(held) / n; !(share > 0.945) {
			t.Errorf("looking at %v degrees, %.1f %% lie within %.0f m", look, 100*share, fp.Uncertainty)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	f := level(-45)
	if n := testing.AllocsPerRun(100, func() { sensor.Compute(&f, sensor.Options{}) }); n != 0 {
		t.Errorf("Compute allocates %v times", n)
	}
}

// Whatever a frame holds, Compute ends and never invents a place.
func FuzzCompute(f *testing.F) {
	f.Add(31.0, -110.0, 4200.0, 90.0, -45.0, 4.0, 1200.0)
	f.Add(91.0, 0.0, -1e300, math.Inf(1), math.NaN(), 180.0, 1e300)
	f.Add(81.0, 180.0, 0.0, 5868.0, -85.0, 39.18, 0.0)
	f.Add(9.0, -137.0, -42.0, 90.0, -45.0, 4.0, -6378219.0)
	f.Add(90.0, 180.0, 0.0, 720.0, -90.0, 179.9, 0.0)
	f.Fuzz(func(t *testing.T, lat, lon, height, heading, look, opening, ground float64) {
		frame := level(geodesy.Angle(look))
		frame.Position = sensor.Known(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)})
		frame.Altitude = sensor.Known(geodesy.Altitude{Value: geodesy.Length(height), Datum: geodesy.HAE})
		frame.Heading = sensor.Known(geodesy.Angle(heading))
		frame.HFOV = sensor.Known(geodesy.Angle(opening))
		frame.CentreElevation = sensor.Known(geodesy.Altitude{Value: geodesy.Length(ground), Datum: geodesy.HAE})
		fp := sensor.Compute(&frame, sensor.Options{})
		if c, ok := fp.Centre.Get(); ok && !c.Valid() {
			t.Errorf("centre %v", c)
		}
		if !fp.OnGround() {
			if fp.Reason == sensor.NoReason {
				t.Error("no footprint and no reason")
			}
			return
		}
		for _, c := range fp.Corners {
			if !c.Valid() {
				t.Errorf("corner %v", c)
			}
		}
		if !(fp.Uncertainty > 0) {
			t.Errorf("uncertainty %v", fp.Uncertainty)
		}
	})
}
