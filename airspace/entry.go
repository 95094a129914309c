package airspace

import (
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/validity"
)

// Verdict is what geometry can say of an entry. It says nothing of leave or law.
type Verdict uint8

// The verdicts. Entered: some fix lies inside by more than the doubt of every line in force that
// holds the state. Possible: no fix lies inside, but within a gap the stated maximum speed reaches
// the territory. Unresolved: everything between the two.
const (
	Unresolved Verdict = iota
	Possible
	Entered
)

// String returns the word that reports and the JSON contract use.
func (v Verdict) String() string {
	switch v {
	case Entered:
		return "entry"
	case Possible:
		return "possible entry"
	case Unresolved:
	}
	return "unresolved"
}

// Interval is an instant that is known only to lie in [Earliest, Latest]. Either end is zero when the
// source does not bound it: a path that starts inside a state has no earliest instant of entry.
type Interval struct {
	Earliest time.Time
	Latest   time.Time
}

// Width returns the width of the interval; false when an end is unknown.
func (i Interval) Width() (time.Duration, bool) {
	if i.Earliest.IsZero() || i.Latest.IsZero() {
		return 0, false
	}
	return i.Latest.Sub(i.Earliest), true
}

// Holds reports whether t lies in the interval.
func (i Interval) Holds(t time.Time) bool {
	return (i.Earliest.IsZero() || !t.Before(i.Earliest)) && (i.Latest.IsZero() || !t.After(i.Latest))
}

// Sample names one fix of the path: its number from 0, instant, position and bytes.
type Sample struct {
	Index    int
	Time     time.Time
	Position geodesy.Position
	Ref      evidence.Ref
}

func sample(i int, f *flight.Fix) Sample {
	return Sample{Index: i, Time: f.Time, Position: f.Position, Ref: f.Ref}
}

// Depth is how far inside the deepest fix was, by geodesics on WGS 84: the greatest distance of any
// fix of the run to the nearest edge that counts.
type Depth struct {
	Known   bool // false when the line has no such edge: an island state has no land border
	Nearest Nearest
	Fix     Sample
}

// Altitudes is the span of altitudes in one datum. Fixes in another datum, or in none, are counted
// and never converted.
type Altitudes struct {
	Known    bool
	Min, Max geodesy.Length
	Datum    geodesy.Datum
	Fixes    int // fixes in Datum
	Others   int // fixes in another datum
	Absent   int // fixes without an altitude
}

// Silence is the time between two consecutive fixes; Known is false where there is no second fix.
type Silence struct {
	Known    bool
	Duration time.Duration
}

// Boundary is the line that a statement rests on.
type Boundary struct {
	Source      Source
	Valid       validity.Period
	Uncertainty geodesy.Length // the greatest at any edge that the statement used
}

// View is what another loaded line says of the same run of fixes.
type View struct {
	Boundary  Boundary
	Runs      int // runs of that line which share a fix with the entry; 0 when it sees none
	Fixes     int
	FromLimit Depth
	Entered   Interval
	Left      Interval
}

// Reason explains a verdict in language-neutral words; the texts of the codes are in the catalogue.
type Reason struct {
	Code evidence.Code
	Line string // name of the boundary source that it is about; empty when of none
	Got  string
	Want string
}

// The reasons. Those marked (note) stand beside a verdict and do not change it.
const (
	// ReasonDoubt: no fix is deeper than the uncertainty of the line plus its containment radius.
	ReasonDoubt evidence.Code = "airspace.doubt"
	// ReasonLineOutside: another line holds the state and sees no fix of the run inside.
	ReasonLineOutside evidence.Code = "airspace.line_outside"
	// ReasonLineDoubt: another line sees the run, but not beyond its own uncertainty.
	ReasonLineDoubt evidence.Code = "airspace.line_doubt"
	// ReasonNoCommonFix: each line is sure of some fix, and no fix is sure by all of them.
	ReasonNoCommonFix evidence.Code = "airspace.no_common_fix"
	// ReasonReach: the stated maximum speed reaches the state within the gap.
	ReasonReach evidence.Code = "airspace.reach"
	// ReasonRuns (note): another line splits the run, or joins it to a neighbour.
	ReasonRuns evidence.Code = "airspace.runs"
	// ReasonCrossCheck (note): nearer to a land border than independent sources agree on it.
	ReasonCrossCheck evidence.Code = "airspace.cross_check"
	// ReasonClaims (note): other states claim airspace that the run went through.
	ReasonClaims evidence.Code = "airspace.claims"
	// ReasonNotInForce (note): the line was not in force at the fix before or after the run.
	ReasonNotInForce evidence.Code = "airspace.not_in_force"
	// ReasonQuality (note): no fix of the run carries a containment radius.
	ReasonQuality evidence.Code = "airspace.quality_unknown"
	// ReasonExit (note): within a gap between two fixes inside, the maximum speed reaches the outline.
	ReasonExit evidence.Code = "airspace.possible_exit"
)

// The findings about the path itself. Offset is that of the later fix.
const (
	// CodeJump: two fixes farther apart than (1.5 ground speed + 100 kt)(dt + resolution).
	CodeJump evidence.Code = "airspace.jump"
	// CodeCrossing: two fixes on either side of a boundary contradict the maximum speed.
	CodeCrossing evidence.Code = "airspace.crossing"
	// CodePosition: a fix whose position is none; it is left out.
	CodePosition evidence.Code = "airspace.position"
	// CodeOrder: a fix before its predecessor; it is left out.
	CodeOrder evidence.Code = "airspace.order"
)

// Entry is one run of consecutive fixes inside a state, or one possible run between two fixes.
type Entry struct {
	State    State
	Verdict  Verdict
	Reasons  []Reason
	Boundary Boundary

	// Entered and Left follow from the maximum speed: with A outside and B inside, the entry lies in
	// [tA + d(A,T)/vmax, tB - depth(B)/vmax], widened by the step of the time stamps. Positions count
	// as reported. For a possible entry both are the span in which the state can be reached.
	Entered Interval
	Left    Interval

	// First and Last are the outermost fixes inside. For a possible entry they are the fixes outside
	// that begin and end the gap, and Fixes is 0.
	First Sample
	Last  Sample
	Fixes int
	Dwell time.Duration // from First to Last; 0 for a possible entry

	FromLimit      Depth
	FromLandBorder Depth
	// DepthPossible is how far inside the aircraft can have been, gaps included, at maximum speed.
	DepthPossible geodesy.Length

	Altitude  Altitudes
	GapBefore Silence
	GapInside Silence // the longest between two fixes inside
	GapAfter  Silence

	PossibleExits []Interval // gaps between two fixes inside in which the aircraft can have left
	Others        []State    // other claimants of airspace that the run went through, sorted
	Views         []View     // what every other line that holds the state says, in order of loading
}

// Duration returns the least and the greatest time inside; each is false when an end is unknown.
// A possible entry has a least duration of 0.
func (e *Entry) Duration() (least, most time.Duration, okLeast, okMost bool) {
	if !e.Entered.Latest.IsZero() && !e.Left.Earliest.IsZero() {
		least, okLeast = max(0, e.Left.Earliest.Sub(e.Entered.Latest)), true
	}
	if !e.Entered.Earliest.IsZero() && !e.Left.Latest.IsZero() {
		most, okMost = e.Left.Latest.Sub(e.Entered.Earliest), true
	}
	return least, most, okLeast, okMost
}
