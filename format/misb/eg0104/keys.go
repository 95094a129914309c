package eg0104

import "overflight/format/klv"

// Field is an item of the set; None is an item that the set does not define.
type Field uint8

// The fields. Angles are degrees as sent: signed or not, not normalised. Positions are WGS 84,
// altitudes are metres above mean sea level.
const (
	None Field = iota
	UserDefinedTimestamp
	EpisodeNumber
	PlatformHeading
	PlatformPitch
	PlatformRoll
	DeviceDesignation
	ImageSourceDevice
	ImageCoordinateSystem
	DeviceLatitude
	DeviceLongitude
	DeviceAltitude
	HorizontalFOV
	VerticalFOV
	SlantRange
	TargetWidth
	FrameCenterLatitude
	FrameCenterLongitude
	FrameCenterElevation
	CornerLatitude1 // upper left, then clockwise
	CornerLatitude2
	CornerLatitude3
	CornerLatitude4
	CornerLongitude1
	CornerLongitude2
	CornerLongitude3
	CornerLongitude4
	SecurityLocalSet
	StartDateTime
	EventStartDateTime
	SensorRoll
	AngleToNorth // of the line of sight, not relative to the heading
	Obliquity
	fieldCount
)

// form is how the value of a field is read.
type form uint8

const (
	opaque form = iota
	text
	real
	microseconds
)

type definition struct {
	key        klv.Key
	name, unit string
	form       form
	size       int     // bytes written
	limit      float64 // largest magnitude that can be true, 0 for none
}

// us makes the key of a dictionary item from bytes 5-12 and 13-16.
func us(middle uint64, tail uint32) klv.Key {
	k := klv.Key{0x06, 0x0E, 0x2B, 0x34}
	for i := range 8 {
		k[4+i] = byte(middle >> (56 - 8*i))
	}
	for i := range 4 {
		k[12+i] = byte(tail >> (24 - 8*i))
	}
	return k
}

var definitions = [fieldCount]definition{
	UserDefinedTimestamp:  {us(0x01010103_07020101, 0x01050000), "User Defined Time Stamp", "", microseconds, 8, 0},
	EpisodeNumber:         {us(0x01010101_01050500, 0x00000000), "Episode Number", "", text, 0, 0},
	PlatformHeading:       {us(0x01010107_07011001, 0x06000000), "Platform Heading Angle", "deg", real, 4, 0},
	PlatformPitch:         {us(0x01010107_07011001, 0x05000000), "Platform Pitch Angle", "deg", real, 4, 0},
	PlatformRoll:          {us(0x01010107_07011001, 0x04000000), "Platform Roll Angle", "deg", real, 4, 0},
	DeviceDesignation:     {us(0x01010101_01012001, 0x00000000), "Device Designation", "", text, 0, 0},
	ImageSourceDevice:     {us(0x01010101_04200102, 0x01010000), "Image Source Device", "", text, 0, 0},
	ImageCoordinateSystem: {us(0x01010101_07010101, 0x00000000), "Image Coordinate System", "", text, 0, 0},
	DeviceLatitude:        {us(0x01010103_07010201, 0x02040200), "Device Latitude", "deg", real, 8, 90},
	DeviceLongitude:       {us(0x01010103_07010201, 0x02060200), "Device Longitude", "deg", real, 8, 360},
	DeviceAltitude:        {us(0x01010101_07010201, 0x02020000), "Device Altitude", "m", real, 4, 0},
	HorizontalFOV:         {us(0x01010102_04200201, 0x01080000), "Horizontal Field of View", "deg", real, 4, 180},
	VerticalFOV:           {us(0x01010107_04200201, 0x010A0100), "Vertical Field of View", "deg", real, 4, 180},
	SlantRange:            {us(0x01010101_07010801, 0x01000000), "Slant Range", "m", real, 4, 0},
	TargetWidth:           {us(0x01010101_07010902, 0x01000000), "Target Width", "m", real, 4, 0},
	FrameCenterLatitude:   {us(0x01010101_07010201, 0x03020000), "Frame Center Latitude", "deg", real, 8, 90},
	FrameCenterLongitude:  {us(0x01010101_07010201, 0x03040000), "Frame Center Longitude", "deg", real, 8, 360},
	FrameCenterElevation:  {us(0x0101010A_07010201, 0x03160000), "Frame Center Elevation", "m", real, 4, 0},
	CornerLatitude1:       {us(0x01010103_07010201, 0x03070100), "Corner Latitude Point 1", "deg", real, 8, 90},
	CornerLatitude2:       {us(0x01010103_07010201, 0x03080100), "Corner Latitude Point 2", "deg", real, 8, 90},
	CornerLatitude3:       {us(0x01010103_07010201, 0x03090100), "Corner Latitude Point 3", "deg", real, 8, 90},
	CornerLatitude4:       {us(0x01010103_07010201, 0x030A0100), "Corner Latitude Point 4", "deg", real, 8, 90},
	CornerLongitude1:      {us(0x01010103_07010201, 0x030B0100), "Corner Longitude Point 1", "deg", real, 8, 360},
	CornerLongitude2:      {us(0x01010103_07010201, 0x030C0100), "Corner Longitude Point 2", "deg", real, 8, 360},
	CornerLongitude3:      {us(0x01010103_07010201, 0x030D0100), "Corner Longitude Point 3", "deg", real, 8, 360},
	CornerLongitude4:      {us(0x01010103_07010201, 0x030E0100), "Corner Longitude Point 4", "deg", real, 8, 360},
	SecurityLocalSet:      {klv.KeyST0102, "Security Local Set", "", opaque, 0, 0},
	StartDateTime:         {us(0x01010101_07020102, 0x01010000), "Start Date Time", "", text, 0, 0},
	EventStartDateTime:    {us(0x01010101_07020102, 0x07010000), "Event Start Date Time", "", text, 0, 0},
	SensorRoll:            {us(0x01010101_07011001, 0x01000000), "Sensor Roll Angle", "deg", real, 4, 0},
	AngleToNorth:          {us(0x01010101_07011001, 0x02000000), "Angle to North", "deg", real, 4, 0},
	Obliquity:             {us(0x01010101_07011001, 0x03000000), "Obliquity Angle", "deg", real, 4, 0},
}

var fields = func() map[klv.Key]Field {
	m := make(map[klv.Key]Field, fieldCount)
	for f := None + 1; f < fieldCount; f++ {
		m[unversioned(definitions[f].key)] = f
	}
	return m
}()

// unversioned clears byte 8, the version of the dictionary: producers differ in it.
func unversioned(k klv.Key) klv.Key {
	k[7] = 0
	return k
}

// FieldOf returns the field that a key stands for, None for an unknown key.
func FieldOf(k klv.Key) Field { return fields[unversioned(k)] }

// Key returns the universal label of the field.
func (f Field) Key() klv.Key {
	if f >= fieldCount {
		return klv.Key{}
	}
	return definitions[f].key
}

// String returns the name of the field in the dictionary.
func (f Field) String() string {
	if f >= fieldCount {
		return ""
	}
	return definitions[f].name
}
