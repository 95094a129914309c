// Package sensor says which ground one frame of a sensor shows: its footprint, how it was found, how
// sure that is, and where there is none, why.
//
// Angles follow MISB ST 0601: the platform's heading, pitch and roll turn its forward, right and down
// axes out of the local north, east and down; the sensor's relative azimuth, elevation and roll turn
// the line of sight out of the platform's axes in the same way. What a stream's items mean is settled
// in package ingest; here a field is known or it is not.
package sensor

import (
	"time"

	"overflight/evidence"
	"overflight/geodesy"
)

// Optional is a value that a source may have left out, or sent as a reserved code. Absent is not
// zero: 0 N 0 E is a place, and elevation 0 is the shore.
type Optional[T any] struct {
	value T
	known bool
}

// Known returns a value that is there.
func Known[T any](v T) Optional[T] { return Optional[T]{v, true} }

// Get returns the value, and whether it is there.
func (o Optional[T]) Get() (T, bool) { return o.value, o.known }

// Known reports whether the value is there.
func (o Optional[T]) Known() bool { return o.known }

// Offset is a corner's latitude and longitude less those of the frame centre, in degrees (ST 0601
// items 26 to 33).
type Offset struct{ Lat, Lon geodesy.Angle }

// The corners of the picture, in the order of ST 0601 (items 82 to 89 and 26 to 33): clockwise from the
// upper left, as a viewer sees the picture.
const (
	UpperLeft = iota
	UpperRight
	LowerRight
	LowerLeft
)

// Frame is what a stream says about the sensor at one instant. Of items that stand for one quantity,
// ingest has chosen by the precedence of ST 0601.8-16, -17, .9-20 and .9-21.
type Frame struct {
	Time        time.Time // zero when the packet has none
	Ref         evidence.Ref
	Quarantined bool // the packet's checksum is bad: nothing in it may be believed

	Position Optional[geodesy.Position] // sensor, items 13 and 14
	Altitude Optional[geodesy.Altitude] // sensor, item 104, else 75 (HAE), else 15 (MSL)
	Heading  Optional[geodesy.Angle]    // platform, from true north, item 5
	Pitch    Optional[geodesy.Angle]    // platform, nose up, item 90, else 6
	Roll     Optional[geodesy.Angle]    // platform, right wing down, item 91, else 7

	RelativeAzimuth   Optional[geodesy.Angle] // sensor to platform, to the right, item 18
	RelativeElevation Optional[geodesy.Angle] // sensor to platform, up, item 19
	RelativeRoll      Optional[geodesy.Angle] // about the line of sight, clockwise, item 20

	// Line of sight in the local level frame, for sources that give no angles to the platform (EG 0104:
	// angle to north, obliquity). Used where the relative angles are not known.
	SightAzimuth   Optional[geodesy.Angle] // from true north
	SightElevation Optional[geodesy.Angle] // above the horizontal; looking down is negative

	HFOV Optional[geodesy.Angle] // whole angle, item 16
	VFOV Optional[geodesy.Angle] // whole angle, item 17

	Centre          Optional[geodesy.Position]    // of the frame on the ground, items 23 and 24
	CentreElevation Optional[geodesy.Altitude]    // item 78 (HAE), else 25 (MSL)
	Corners         [4]Optional[geodesy.Position] // items 82 to 89
	CornerOffsets   [4]Optional[Offset]           // items 26 to 33
	Width           Optional[geodesy.Length]      // across the frame centre, item 96, else 22
	SlantRange      Optional[geodesy.Length]      // sensor to frame centre, item 21

	OffEarth bool // a reserved code says that a corner or the centre is not on the Earth
	Horizon  bool // the horizon is in the picture (item 81 is there)

	Band    Band    // by item 11
	Picture Picture // by ST 0903 items 8 and 9
}
