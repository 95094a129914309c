// Package st0903 reads and writes the Video Moving Target Indicator local set of MISB ST 0903, as
// it stands inside ST 0601 (Item 74) and on its own, in the encodings of version 4 and later and
// in the legacy ones of version 3 and earlier.
//
// What is typed is what a program computes with: counts, frame, pixels, positions. Masks, objects,
// features, trackers and chips keep their bytes and are decoded when they are described. Movement
// reports are decoded and counted, nothing is followed from set to set, and version 3 is the only
// legacy version that was compared with a stream.
package st0903

import "overflight/evidence"

// Items of the VMTI set.
const (
	Checksum        = 1 // standalone set only (ST 0903.6-120)
	Timestamp       = 2 // microseconds since 1970
	SystemName      = 3
	Version         = 4 // of ST 0903
	TargetsDetected = 5
	TargetsReported = 6
	FrameNumber     = 7
	FrameWidth      = 8 // pixels
	FrameHeight     = 9 // pixels
	SourceSensor    = 10
	HorizontalFOV   = 11 // degrees
	VerticalFOV     = 12 // degrees
	MIISID          = 13 // ST 1204
	TargetSeries    = 101
	AlgorithmSeries = 102
	OntologySeries  = 103
)

// Items of the VTarget pack. The offsets 10, 11 and 13 to 16 are degrees from the frame centre of
// the ST 0601 set around it and mean nothing in a standalone set (ST 0903.6-116).
const (
	Centroid             = 1 // pixel number, see Pixel
	BoxTopLeft           = 2 // pixel number
	BoxBottomRight       = 3 // pixel number
	Priority             = 4
	Confidence           = 5 // percent
	History              = 6
	PixelPercentage      = 7
	Color                = 8 // RGB, three bytes
	Intensity            = 9
	OffsetLatitude       = 10
	OffsetLongitude      = 11
	HeightAboveEllipsoid = 12 // metres
	TopLeftLatitude      = 13 // offset
	TopLeftLongitude     = 14 // offset
	BottomRightLatitude  = 15 // offset
	BottomRightLongitude = 16 // offset
	TargetLocation       = 17
	ContourSeries        = 18
	CentroidRow          = 19
	CentroidColumn       = 20
	FPAIndex             = 21
	AlgorithmID          = 22
	DetectionStatus      = 23
	Mask                 = 101
	Object               = 102
	Feature              = 103
	Tracker              = 104
	Chip                 = 105
	ChipSeries           = 106
	ObjectSeries         = 107
)

const (
	lastNumber           = DetectionStatus // highest tag that numbers holds
	lastLegacyVersion    = 3
	legacyDegreesPerStep = 0.075 / 32767
	legacySize           = 4 // largest length of a legacy number
)

// The defects of this package. Offsets are relative to the first byte of the set's value, those of
// a standalone set to the first byte of its key.
const (
	CodeSyntax    evidence.Code = "st0903.syntax"          // items end inside a length or a value
	CodeLength    evidence.Code = "st0903.length"          // a length that the item cannot have
	CodeText      evidence.Code = "st0903.text"            // not UTF-8
	CodeCleared   evidence.Code = "st0903.zero_length"     // zero-length item
	CodeSpecial   evidence.Code = "st0903.special"         // ST 1201 special value or beyond the range
	CodeDuplicate evidence.Code = "st0903.duplicate"       // a single-use item twice; the last is used
	CodeUnknown   evidence.Code = "st0903.unknown_item"    // no item of the standard
	CodeAssumed   evidence.Code = "st0903.version_assumed" // version was never sent
	CodeCount     evidence.Code = "st0903.count"           // Item 6 differs from the packs
	CodeOutside   evidence.Code = "st0903.pixel"           // pixel number outside the frame or against row and column
	CodePadded    evidence.Code = "st0903.padded_length"   // length not in its shortest form
	CodeChecksum  evidence.Code = "st0903.checksum"        // sum differs
	CodeNoSum     evidence.Code = "st0903.checksum_absent" // standalone set without Item 1 at its end
	CodeEmbedded  evidence.Code = "st0903.embedded_only"   // offset without a frame centre, or checksum in an embedded set
)
