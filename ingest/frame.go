package ingest

import (
	"overflight/format/misb/eg0104"
	"overflight/format/misb/st0601"
	"overflight/geodesy"
	"overflight/sensor"
)

// frameUAS turns an ST 0601 packet into a frame, by the precedence of the standard's items.
func frameUAS(s *st0601.Set, f *sensor.Frame) {
	f.Position = place(s, st0601.TagSensorLatitude, st0601.TagSensorLongitude)
	if h, ok := s.SensorAltitude(); ok {
		f.Altitude = sensor.Known(height(h))
	}
	f.Heading = angle(s.Heading())
	f.Pitch = angle(s.Pitch())
	f.Roll = angle(s.Roll())
	f.RelativeAzimuth = angle(s.RelativeAzimuth())
	f.RelativeElevation = angle(s.RelativeElevation())
	f.RelativeRoll = angle(s.RelativeRoll())
	f.HFOV = angle(s.HorizontalFieldOfView())
	f.VFOV = angle(s.VerticalFieldOfView())
	f.Centre = place(s, st0601.TagFrameCenterLatitude, st0601.TagFrameCenterLongitude)
	if h, ok := s.FrameCenterElevation(); ok {
		f.CentreElevation = sensor.Known(height(h))
	}
	for i := range f.Corners {
		lat := st0601.TagCornerLatitudePoint1Full + st0601.Tag(2*i)
		f.Corners[i] = place(s, lat, lat+1)
		lat = st0601.TagOffsetCornerLatitudePoint1 + st0601.Tag(2*i)
		if p, ok := place(s, lat, lat+1).Get(); ok {
			f.CornerOffsets[i] = sensor.Known(sensor.Offset{Lat: p.Lat, Lon: p.Lon})
		}
		f.OffEarth = f.OffEarth || offEarth(s, lat, lat+1)
	}
	f.OffEarth = f.OffEarth || offEarth(s, st0601.TagFrameCenterLatitude, st0601.TagFrameCenterLongitude)
	f.Width = length(s.TargetWidth())
	f.SlantRange = length(s.SlantRange())
	f.Horizon = s.State(st0601.TagImageHorizonPixelPack) == st0601.OK
	if name, ok := s.Text(st0601.TagImageSourceSensor); ok {
		f.Band = bandOf(name)
	}
}

func offEarth(s *st0601.Set, lat, lon st0601.Tag) bool {
	return s.State(lat) == st0601.OffEarth || s.State(lon) == st0601.OffEarth
}

func place(s *st0601.Set, lat, lon st0601.Tag) sensor.Optional[geodesy.Position] {
	y, ok1 := s.Real(lat)
	x, ok2 := s.Real(lon)
	if !ok1 || !ok2 {
		return sensor.Optional[geodesy.Position]{}
	}
	return sensor.Known(geodesy.Position{Lat: geodesy.Angle(y), Lon: geodesy.Angle(x)})
}

func angle(v float64, ok bool) sensor.Optional[geodesy.Angle] {
	if !ok {
		return sensor.Optional[geodesy.Angle]{}
	}
	return sensor.Known(geodesy.Angle(v))
}

func length(v float64, ok bool) sensor.Optional[geodesy.Length] {
	if !ok {
		return sensor.Optional[geodesy.Length]{}
	}
	return sensor.Known(geodesy.Length(v))
}

func height(h st0601.Height) geodesy.Altitude {
	d := geodesy.MSL
	if h.Datum == st0601.HAE {
		d = geodesy.HAE
	}
	return geodesy.Altitude{Value: geodesy.Length(h.Metres), Datum: d}
}

// held keeps the items that a stream may leave out while they do not change (ST 0107.4-15): fields of
// view, the elevation of the ground and the sensor's name. A position or a line of sight is never carried over, for that
// would invent a fix or a look.
type held struct {
	hfov, vfov holding[geodesy.Angle]
	elevation  holding[geodesy.Altitude]
	band       holding[sensor.Band]
}

type holding[T any] struct {
	value sensor.Optional[T]
	at    uint64 // microseconds of item 2
}

func (h *held) apply(s *st0601.Set, f *sensor.Frame) {
	us, ok := s.Time()
	if !ok {
		return
	}
	h.hfov.apply(&f.HFOV, us, s.State(st0601.TagSensorHorizontalFieldOfView) == st0601.Absent)
	h.vfov.apply(&f.VFOV, us, s.State(st0601.TagSensorVerticalFieldOfView) == st0601.Absent)
	h.elevation.apply(&f.CentreElevation, us, s.State(st0601.TagFrameCenterElevation) == st0601.Absent &&
		s.State(st0601.TagFrameCenterHeightAboveEllipsoid) == st0601.Absent)
	band := sensor.Known(f.Band)
	h.band.apply(&band, us, s.State(st0601.TagImageSourceSensor) == st0601.Absent)
	f.Band, _ = band.Get()
}

// apply takes a value that was sent, or gives one that was left out and is still current. An item that
// was sent without a value clears what is held.
func (h *holding[T]) apply(field *sensor.Optional[T], us uint64, absent bool) {
	if !absent {
		h.value, h.at = *field, us
		return
	}
	if us >= h.at && us-h.at <= st0601.RefreshPeriod {
		*field = h.value
	}
}

// framePredator turns an EG 0104 set into a frame. Its azimuth is an angle to north and its
// obliquity an angle to the horizontal, so they give the line of sight and not the gimbal's
// angles to the platform.
func framePredator(s *eg0104.Set, f *sensor.Frame) {
	position := func(lat, lon float64, ok bool) sensor.Optional[geodesy.Position] {
		if !ok {
			return sensor.Optional[geodesy.Position]{}
		}
		return sensor.Known(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)})
	}
	msl := func(v float64, ok bool) sensor.Optional[geodesy.Altitude] {
		if !ok {
			return sensor.Optional[geodesy.Altitude]{}
		}
		return sensor.Known(geodesy.Altitude{Value: geodesy.Length(v), Datum: geodesy.MSL})
	}
	f.Position = position(s.Position())
	f.Altitude = msl(s.Real(eg0104.DeviceAltitude))
	f.Heading = angle(s.Real(eg0104.PlatformHeading))
	f.Pitch = angle(s.Real(eg0104.PlatformPitch))
	f.Roll = angle(s.Real(eg0104.PlatformRoll))
	f.SightAzimuth = angle(s.Real(eg0104.AngleToNorth))
	f.SightElevation = angle(s.SensorElevation())
	f.HFOV = angle(s.Real(eg0104.HorizontalFOV))
	f.VFOV = angle(s.Real(eg0104.VerticalFOV))
	f.Centre = position(s.FrameCenter())
	f.CentreElevation = msl(s.Real(eg0104.FrameCenterElevation))
	for i := range f.Corners {
		f.Corners[i] = position(s.Corner(i + 1))
	}
	f.Width = length(s.Real(eg0104.TargetWidth))
	f.SlantRange = length(s.Real(eg0104.SlantRange))
	if name, ok := s.Text(eg0104.ImageSourceDevice); ok {
		f.Band = bandOf(name)
	}
}
