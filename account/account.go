// Package account assembles what an account of a flight says: whose airspace the aircraft was in, and
// whose ground its sensor looked at from inside and from outside that airspace.
//
// It decides nothing of law. Looking in from outside is not entering, and it is told beside it.
package account

import (
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/sensor"
)

// Account is the account of some sources.
type Account struct {
	Sources []Source
	Paths   []Path
}

// Source is one file or stream that was read.
type Source struct {
	File    string
	Kind    string
	Digest  evidence.Digest
	Fixes   int
	Frames  int
	Defects []evidence.Defect
}

// Path is the account of one aircraft by one source.
type Path struct {
	Aircraft flight.Aircraft
	Source   string
	From, To time.Time // of fixes and frames together; zero when nothing has a time

	Airspace   airspace.Reckoning
	LookedInto []Look // sorted by state, inside before outside
	Frames     Frames
	Findings   []evidence.Defect // of the path, then of the frames
}

// Vantage says where the aircraft was when its sensor looked at the ground of a state.
type Vantage uint8

// The vantages. Unplaced is a frame without a sensor position: what it shows was seen all the same.
const (
	Inside Vantage = iota
	Outside
	Unplaced
)

// String returns the word of the JSON contract.
func (v Vantage) String() string {
	switch v {
	case Inside:
		return "inside"
	case Outside:
		return "outside"
	case Unplaced:
	}
	return "unknown"
}

// Look is the ground of one state that was imaged from one vantage.
type Look struct {
	State     airspace.State // "" is ground outside every state
	From      Vantage
	Boundary  airspace.Boundary // the line by which it is the ground of the state
	Intervals []Interval        // in the order of time; frames without a time are in none
	Frames    int
	AreaKm2   float64 // of the union: what was seen twice counts once
	Deepest   Deepest
	// Resolved is false when no point that was imaged lies inside by more than the uncertainty of the
	// line and of its footprint together.
	Resolved bool
}

// Interval is a time during which every frame, with no pause longer than the configured one, showed
// ground of the state. It runs from the first frame to the last.
type Interval struct {
	From, To time.Time
	Frames   int
}

// Deepest is the imaged point farthest from the limit of the state, within DepthStep of the farthest.
type Deepest struct {
	Known       bool // false for ground outside every state
	Point       geodesy.Position
	Nearest     airspace.Nearest // on the outline of the state
	Time        time.Time
	Ref         evidence.Ref
	Uncertainty geodesy.Length // of the line and the footprint together
}

// DepthStep is how much deeper than Deepest some imaged point may lie.
const DepthStep geodesy.Length = 5

// Frames counts what became of the frames.
type Frames struct {
	Total       int
	Quarantined int // bad checksum: shown elsewhere, never counted as a look
	Looked      int // with a footprint
	Unplaced    int // with a footprint and without a sensor position
	Untimed     int // with a footprint and without a time
	Unjudged    int // with a footprint, while no line was in force
	Nowhere     map[sensor.Reason]int
}

// The findings of the frames. Got is how many frames; Offset is that of the first.
const (
	CodeUntimed  evidence.Code = "account.frame_without_time"
	CodeUnplaced evidence.Code = "account.frame_without_position"
	CodeUnjudged evidence.Code = "account.no_line_in_force"
	CodeWide     evidence.Code = "account.footprint_not_measured"
	CodeCoarse   evidence.Code = "account.ground_coarsened"
)
