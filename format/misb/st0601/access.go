package st0601

import (
	"iter"
	"math"

	"overflight/format/misb/st0102"
	"overflight/format/misb/st0903"
)

// State returns what is known of an item: of its first occurrence where it may repeat.
func (s *Set) State(tag Tag) State {
	if tag >= tagCount {
		return Absent
	}
	return s.state[tag]
}

// Real returns a Linear or Mapped item in its unit.
func (s *Set) Real(tag Tag) (float64, bool) {
	if tag >= tagCount || s.state[tag] != OK {
		return 0, false
	}
	if k := ops[tag].kind; k != Linear && k != Mapped {
		return 0, false
	}
	return math.Float64frombits(s.bits[tag]), true
}

// Uint returns an Unsigned, Instant, Code, Flags or Sum item.
func (s *Set) Uint(tag Tag) (uint64, bool) {
	if tag >= tagCount || s.state[tag] != OK {
		return 0, false
	}
	switch ops[tag].kind {
	case Unsigned, Instant, Code, Flags, Sum:
		return s.bits[tag], true
	case Opaque, Linear, Mapped, Signed, Text, Nested:
	}
	return 0, false
}

// Int returns a Signed item: 136 and 137.
func (s *Set) Int(tag Tag) (int64, bool) {
	if tag >= tagCount || s.state[tag] != OK || ops[tag].kind != Signed {
		return 0, false
	}
	return int64(s.bits[tag]), true
}

// Text returns a Text item. It may hold control characters: show it escaped.
func (s *Set) Text(tag Tag) (string, bool) {
	if tag >= tagCount || s.state[tag] != OK || ops[tag].kind != Text {
		return "", false
	}
	return string(s.value(s.span(s.head(tag)))), true
}

// Raw returns the bytes of the first item with the tag, whatever their state. They are part of the
// packet.
func (s *Set) Raw(tag Tag) ([]byte, bool) {
	if tag >= tagCount {
		for sp := range s.spans() {
			if sp.tag == uint32(tag) {
				return s.value(sp), true
			}
		}
		return nil, false
	}
	if s.state[tag] == Absent {
		return nil, false
	}
	return s.value(s.span(s.head(tag))), true
}

// Offset returns where the tag of the first item lies, from the first byte of the packet's key.
func (s *Set) Offset(tag Tag) (int, bool) {
	if tag < tagCount {
		return int(s.head(tag)), s.state[tag] != Absent
	}
	for sp := range s.spans() {
		if sp.tag == uint32(tag) {
			return sp.head, true
		}
	}
	return 0, false
}

// Packet returns the packet that the set was read from, without what followed it.
func (s *Set) Packet() []byte { return s.packet }

// Items yields tag and value of every item in the order of the stream, repeats and unknown tags
// included.
func (s *Set) Items() iter.Seq2[Tag, []byte] {
	return func(yield func(Tag, []byte) bool) {
		for sp := range s.spans() {
			if !yield(Tag(sp.tag), s.value(sp)) {
				return
			}
		}
	}
}

// Time returns item 2 in microseconds since 1970 as it was sent. MISP time has no leap seconds
// (ST 0603); many producers send UTC. Nothing in the packet says which.
func (s *Set) Time() (us uint64, ok bool) { return s.Uint(TagPrecisionTimeStamp) }

// Version returns item 65, the version of ST 0601 that the packet was written to.
func (s *Set) Version() (uint64, bool) { return s.Uint(TagVersion) }

// VMTI returns item 74, read with the state of the stream. It is reused with the Set.
func (s *Set) VMTI() (*st0903.Set, bool) { return &s.vmti, s.hasVMTI }

// Security returns item 48.
func (s *Set) Security() (*st0102.Set, bool) {
	if s.state[TagSecurityLocalSet] != OK {
		return nil, false
	}
	raw, _ := s.Raw(TagSecurityLocalSet)
	return st0102.Decode(raw), true
}

// prefer returns the first of the items that has a value.
func (s *Set) prefer(tags ...Tag) (float64, Tag, bool) {
	for _, tag := range tags {
		if x, ok := s.Real(tag); ok {
			return x, tag, true
		}
	}
	return 0, 0, false
}

// Heading returns item 5, degrees clockwise from true north.
func (s *Set) Heading() (float64, bool) { return s.Real(TagPlatformHeadingAngle) }

// Pitch returns item 90, else 6, in degrees (ST 0601.8-16).
func (s *Set) Pitch() (float64, bool) {
	x, _, ok := s.prefer(TagPlatformPitchAngleFull, TagPlatformPitchAngle)
	return x, ok
}

// Roll returns item 91, else 7, in degrees.
func (s *Set) Roll() (float64, bool) {
	x, _, ok := s.prefer(TagPlatformRollAngleFull, TagPlatformRollAngle)
	return x, ok
}

// AngleOfAttack returns item 92, else 50, in degrees.
func (s *Set) AngleOfAttack() (float64, bool) {
	x, _, ok := s.prefer(TagPlatformAngleOfAttackFull, TagPlatformAngleOfAttack)
	return x, ok
}

// Sideslip returns item 93, else 52, in degrees.
func (s *Set) Sideslip() (float64, bool) {
	x, _, ok := s.prefer(TagPlatformSideslipAngleFull, TagPlatformSideslipAngle)
	return x, ok
}

// SensorLatitude returns item 13, degrees on WGS 84.
func (s *Set) SensorLatitude() (float64, bool) { return s.Real(TagSensorLatitude) }

// SensorLongitude returns item 14, degrees on WGS 84.
func (s *Set) SensorLongitude() (float64, bool) { return s.Real(TagSensorLongitude) }

// HorizontalFieldOfView returns item 16 in degrees.
func (s *Set) HorizontalFieldOfView() (float64, bool) { return s.Real(TagSensorHorizontalFieldOfView) }

// VerticalFieldOfView returns item 17 in degrees.
func (s *Set) VerticalFieldOfView() (float64, bool) { return s.Real(TagSensorVerticalFieldOfView) }

// RelativeAzimuth returns item 18: of the sensor, from the platform's longitudinal axis, degrees
// clockwise seen from above.
func (s *Set) RelativeAzimuth() (float64, bool) { return s.Real(TagSensorRelativeAzimuthAngle) }

// RelativeElevation returns item 19: of the sensor to the platform's plane, degrees, negative down.
func (s *Set) RelativeElevation() (float64, bool) { return s.Real(TagSensorRelativeElevationAngle) }

// RelativeRoll returns item 20: of the sensor about its line of sight, degrees clockwise.
func (s *Set) RelativeRoll() (float64, bool) { return s.Real(TagSensorRelativeRollAngle) }

// SlantRange returns item 21 in metres.
func (s *Set) SlantRange() (float64, bool) { return s.Real(TagSlantRange) }

// FrameCenterLatitude returns item 23, degrees on WGS 84. False when the centre is in the sky.
func (s *Set) FrameCenterLatitude() (float64, bool) { return s.Real(TagFrameCenterLatitude) }

// FrameCenterLongitude returns item 24, degrees on WGS 84.
func (s *Set) FrameCenterLongitude() (float64, bool) { return s.Real(TagFrameCenterLongitude) }

// Datum says what a height is measured from.
type Datum uint8

// The datums of the items.
const (
	MSL Datum = iota + 1 // mean sea level
	HAE                  // the WGS 84 ellipsoid
)

// String returns the abbreviation.
func (d Datum) String() string {
	switch d {
	case MSL:
		return "MSL"
	case HAE:
		return "HAE"
	}
	return "unknown"
}

// Height is a height in metres with what it is measured from and the item that said it.
type Height struct {
	Metres float64
	Datum  Datum
	Tag    Tag
}

func (s *Set) height(msl Tag, hae ...Tag) (Height, bool) {
	if x, tag, ok := s.prefer(hae...); ok {
		return Height{Metres: x, Datum: HAE, Tag: tag}, true
	}
	x, ok := s.Real(msl)
	return Height{Metres: x, Datum: MSL, Tag: msl}, ok
}

// SensorAltitude returns item 104, else 75, else the MSL item 15 (ST 0601.9-20).
func (s *Set) SensorAltitude() (Height, bool) {
	return s.height(TagSensorTrueAltitude, TagSensorEllipsoidHeightExtended, TagSensorEllipsoidHeight)
}

// AlternatePlatformAltitude returns item 105, else 76, else the MSL item 69.
func (s *Set) AlternatePlatformAltitude() (Height, bool) {
	return s.height(TagAlternatePlatformAltitude, TagAlternatePlatformEllipsoidHeightExtended, TagAlternatePlatformEllipsoidHeight)
}

// FrameCenterElevation returns item 78, else the MSL item 25. Zero is a height.
func (s *Set) FrameCenterElevation() (Height, bool) {
	return s.height(TagFrameCenterElevation, TagFrameCenterHeightAboveEllipsoid)
}

// DensityAltitude returns item 103, else 38, in metres.
func (s *Set) DensityAltitude() (float64, bool) {
	x, _, ok := s.prefer(TagDensityAltitudeExtended, TagDensityAltitude)
	return x, ok
}

// TargetWidth returns item 96, else 22, in metres: the width of the picture on the ground.
func (s *Set) TargetWidth() (float64, bool) {
	x, _, ok := s.prefer(TagTargetWidthExtended, TagTargetWidth)
	return x, ok
}

// Point is a position in degrees on WGS 84.
type Point struct{ Lat, Lon float64 }

// CornerSource says which items gave the corners.
type CornerSource uint8

// The sources of corners.
const (
	FullCorners   CornerSource = iota + 1 // items 82 to 89
	OffsetCorners                         // items 26 to 33, added to 23 and 24
)

// String returns the items.
func (c CornerSource) String() string {
	switch c {
	case FullCorners:
		return "82-89"
	case OffsetCorners:
		return "23-24 + 26-33"
	}
	return "none"
}

// Corners returns the corners of the picture on the ground, upper left, upper right, lower right,
// lower left, and which items gave them: the full ones, else the offsets. It is all four or none: a
// corner in the sky leaves no footprint to speak of. Longitudes are within [-180, 180].
func (s *Set) Corners() ([4]Point, CornerSource, bool) {
	var c [4]Point
	if s.quad(TagCornerLatitudePoint1Full, &c) {
		return c, FullCorners, true
	}
	lat, ok1 := s.FrameCenterLatitude()
	lon, ok2 := s.FrameCenterLongitude()
	if !ok1 || !ok2 || !s.quad(TagOffsetCornerLatitudePoint1, &c) {
		return [4]Point{}, 0, false
	}
	for i := range c {
		c[i].Lat += lat
		c[i].Lon = math.Remainder(c[i].Lon+lon, 360)
	}
	return c, OffsetCorners, true
}

// quad reads the eight items that start at first.
func (s *Set) quad(first Tag, c *[4]Point) bool {
	for i := range c {
		var ok1, ok2 bool
		c[i].Lat, ok1 = s.Real(first + Tag(2*i))
		c[i].Lon, ok2 = s.Real(first + Tag(2*i) + 1)
		if !ok1 || !ok2 {
			return false
		}
	}
	return true
}
