package sensor

import (
	"time"

	"overflight/evidence"
	"overflight/geodesy"
)

// Method says how a footprint was found.
type Method uint8

// The methods, in the order of preference.
const (
	NoMethod      Method = iota
	FullCorners          // the stream's own corners
	OffsetCorners        // the stream's own corners, as offsets from its frame centre
	CastRays             // rays from platform attitude, gimbal angles and fields of view
	CentreWidth          // the frame centre and the width of the picture there
)

// String returns the words that reports print.
func (m Method) String() string {
	switch m {
	case FullCorners:
		return "full corners"
	case OffsetCorners:
		return "offset corners"
	case CastRays:
		return "cast rays"
	case CentreWidth:
		return "centre and width"
	case NoMethod:
	}
	return "none"
}

// Reason says why there is no footprint.
type Reason uint8

// The reasons. Field of the footprint names the field of MissingField, Unconvertible and Invalid.
const (
	NoReason      Reason = iota
	Quarantined          // the packet's checksum is bad
	MissingField         // a field that every possible method needs is not known
	NoCentre             // neither corners, nor angles, nor a frame centre
	AboveHorizon         // the whole picture is above the horizon, or at least its middle
	HorizonInView        // the middle is on the ground, a corner is above the horizon
	OffEarth             // the stream says by a reserved code that a corner or the centre is off the Earth
	TooFar               // a corner is farther than the stated greatest slant range
	BelowGround          // the sensor is not above the frame-centre elevation
	Unconvertible        // two heights have datums that cannot be brought together
	Invalid              // a value is not possible: a latitude of 91, a field of view of 180
)

// String returns the words that reports print.
func (r Reason) String() string {
	switch r {
	case Quarantined:
		return "quarantined"
	case MissingField:
		return "missing field"
	case NoCentre:
		return "no frame centre"
	case AboveHorizon:
		return "above the horizon"
	case HorizonInView:
		return "horizon in view"
	case OffEarth:
		return "off earth"
	case TooFar:
		return "too far"
	case BelowGround:
		return "sensor below the ground"
	case Unconvertible:
		return "heights without a common datum"
	case Invalid:
		return "invalid value"
	case NoReason:
	}
	return ""
}

// Field names a field of Frame in a reason.
type Field uint8

// The fields that a footprint may want.
const (
	NoField Field = iota
	FieldPosition
	FieldAltitude
	FieldHeading
	FieldPitch
	FieldRoll
	FieldRelativeAzimuth
	FieldRelativeElevation
	FieldRelativeRoll
	FieldHFOV
	FieldVFOV
	FieldCentre
	FieldCentreElevation
	FieldCorners
	FieldCornerOffsets
	FieldWidth
)

// String returns the words that reports print.
func (f Field) String() string {
	switch f {
	case FieldPosition:
		return "sensor position"
	case FieldAltitude:
		return "sensor altitude"
	case FieldHeading:
		return "platform heading"
	case FieldPitch:
		return "platform pitch"
	case FieldRoll:
		return "platform roll"
	case FieldRelativeAzimuth:
		return "sensor relative azimuth"
	case FieldRelativeElevation:
		return "sensor relative elevation"
	case FieldRelativeRoll:
		return "sensor relative roll"
	case FieldHFOV:
		return "horizontal field of view"
	case FieldVFOV:
		return "vertical field of view"
	case FieldCentre:
		return "frame centre"
	case FieldCentreElevation:
		return "frame-centre elevation"
	case FieldCorners:
		return "corners"
	case FieldCornerOffsets:
		return "corner offsets"
	case FieldWidth:
		return "width"
	case NoField:
	}
	return ""
}

// Footprint is the ground that one frame shows. Where Method is NoMethod there is none: Corners mean
// nothing, and Reason says why. Centre is kept wherever something is known of it.
type Footprint struct {
	Time time.Time
	Ref  evidence.Ref

	Method  Method
	Reason  Reason
	Field   Field               // of MissingField, Unconvertible and Invalid
	Corners [4]geodesy.Position // upper left, upper right, lower right, lower left
	Centre  Optional[geodesy.Position]

	// SlantRange is from the sensor to the centre, as the stream says or else as computed.
	SlantRange Optional[geodesy.Length]
	// Uncertainty is how far the worst corner may be off, 95 times in 100: see Errors.
	Uncertainty geodesy.Length
	// Datum is that of the heights that were used together. Converted says that one of them was
	// brought there by the geoid; otherwise both came in it and were kept.
	Datum     geodesy.Datum
	Converted bool

	// Band and Picture are those of the frame.
	Band    Band
	Picture Picture
}

// OnGround reports whether there is a footprint.
func (f *Footprint) OnGround() bool { return f.Method != NoMethod }

// refuse makes the footprint say why there is none.
func (f *Footprint) refuse(r Reason, field Field) {
	f.Method, f.Reason, f.Field = NoMethod, r, field
	f.Corners = [4]geodesy.Position{}
	f.Uncertainty = 0
}
