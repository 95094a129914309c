// Package flight holds what an aircraft did, as one source tells it: fixes in the order of time.
package flight

import (
	"time"

	"overflight/evidence"
	"overflight/geodesy"
)

// Aircraft is what a source says about the aircraft. Every field may be empty.
type Aircraft struct {
	Address      string // ICAO 24-bit address, six lower-case hexadecimal digits
	Registration string // registration or tail number
	Callsign     string
	Type         string // ICAO type designator or the platform designation of ST 0601 item 10
	Mission      string // ST 0601 item 3
}

// Fix is one position report.
type Fix struct {
	Time        time.Time
	Position    geodesy.Position
	Altitude    geodesy.Altitude // of UnknownDatum when the source gave none
	GroundSpeed geodesy.Speed    // negative when unknown
	Radius      geodesy.Length   // containment radius Rc; 0 when the source gave none ("quality unknown")
	OnGround    bool
	NewLeg      bool // the source marked the start of another flight
	Ref         evidence.Ref
}

// Path is the fixes of one aircraft from one source. Times never run backwards in a Path: ingest
// has reported and left out what did.
type Path struct {
	Aircraft   Aircraft
	Source     string
	Resolution time.Duration // step of the time stamps: 1 s for whole-second stamps
	Fixes      []Fix
}
