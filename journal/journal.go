// Package journal is the closed list of what this system can state, and its one encoding.
//
// An event is stated by a producer, which numbers what it states from 1 without gaps. Everything that is stored
// or shown is a function of events in the order of their stream; an event therefore carries its instants, and
// nothing here has a clock.
package journal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Record is an event as a producer stated it.
type Record struct {
	Producer Producer
	Sequence uint64 // of the producer, from 1, without gaps
	Event    Event
}

// Producer names the part of the system that stated an event. One producer is one writer at a time.
type Producer string

// SegmentID names one sealed segment for ever. It is unique over all flights.
type SegmentID string

// Sortie is the number of a flight: counted from 1 without gaps for one operator and one year. The zero Sortie is
// none.
type Sortie struct {
	Operator string // letters, digits and underscores
	Year     int    // of the opening, UTC
	Number   uint32
}

// IsZero reports whether there is no sortie.
func (s Sortie) IsZero() bool { return s == Sortie{} }

// String returns the form in which a sortie is written, "OPERATOR-2026-0007". It is usable as one token of a subject
// and as a file name.
func (s Sortie) String() string {
	if s.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s-%04d-%04d", s.Operator, s.Year, s.Number)
}

// ErrSortie is returned for what is not the form of a sortie number.
var ErrSortie = errors.New("journal: not a sortie number")

// mostOperator bounds the name of an operator, in bytes.
const mostOperator = 32

// ParseSortie reads what String wrote.
func ParseSortie(text string) (Sortie, error) {
	parts := strings.Split(text, "-")
	if len(parts) != 3 {
		return Sortie{}, fmt.Errorf("%w: %q", ErrSortie, text)
	}
	year, err := strconv.ParseUint(parts[1], 10, 14)
	if err != nil {
		return Sortie{}, fmt.Errorf("%w: %q: year", ErrSortie, text)
	}
	number, err := strconv.ParseUint(parts[2], 10, 32)
	if err != nil {
		return Sortie{}, fmt.Errorf("%w: %q: number", ErrSortie, text)
	}
	s := Sortie{Operator: parts[0], Year: int(year), Number: uint32(number)}
	if !s.valid() || s.String() != text {
		return Sortie{}, fmt.Errorf("%w: %q", ErrSortie, text)
	}
	return s, nil
}

// valid reports whether the sortie can be written and read back.
func (s Sortie) valid() bool {
	if len(s.Operator) == 0 || len(s.Operator) > mostOperator || s.Year < 1 || s.Year > 9999 || s.Number == 0 {
		return false
	}
	for _, c := range s.Operator {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// Day is a calendar day, UTC.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// String returns the day after ISO 8601, "2026-11-23".
func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Clock says by what the instants of a segment were told.
type Clock uint8

// The clocks. ArrivalClock is that of the machine that received the bytes, StreamClock that of the metadata.
const (
	NoClock Clock = iota
	ArrivalClock
	StreamClock
)

// String returns the word that reports and the JSON contract use.
func (c Clock) String() string {
	switch c {
	case ArrivalClock:
		return "arrival"
	case StreamClock:
		return "stream"
	case NoClock:
	}
	return "none"
}

// CloseReason says why a sortie ended.
type CloseReason uint8

// The reasons.
const (
	ClosedUnstated CloseReason = iota
	ClosedEnd                  // the recording ended
	ClosedSilence              // the source was silent for longer than a sortie may be
	ClosedAsked                // a person asked
	ClosedNewLeg               // the source marked another flight
)

// String returns the word that reports and the JSON contract use.
func (r CloseReason) String() string {
	switch r {
	case ClosedEnd:
		return "end"
	case ClosedSilence:
		return "silence"
	case ClosedAsked:
		return "asked"
	case ClosedNewLeg:
		return "new leg"
	case ClosedUnstated:
	}
	return "unstated"
}
