// Package segment cuts what one source sends about one sortie into flight-minutes, and states what follows from it.
//
// A Recorder is a function of the bytes and of the instants at which they arrived: the same bytes give the same cuts and
// the same events in the same order, however they were chunked by a file, and whether or not it began again from sealed
// segments in between (Resume). Whoever keeps both can leave out after a restart what was stated before.
//
// A cut ends at the minute of its clock: that of the stream for recordings, that of arrival for what is live. Where there
// is video it ends at the first key picture at or after the minute, after ten seconds without one at the packet at hand;
// without video at a metadata packet. What is in no packet at all is cut where it came. The bytes of all cuts together
// are the bytes as they came, but for video that was withheld at the door because it shows no ground of the
// authorised area (see Area); that is counted.
//
// Nothing is decided here of what a segment is sealed with, and nothing is read or written.
package segment

import (
	"slices"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/ingest"
	"overflight/journal"
	"overflight/sensor"
)

// Config is that of one Recorder.
type Config struct {
	Sortie  journal.Sortie
	Source  string        // name of the paths in the journal; a second metadata PID gets "#" and its number behind it
	Kind    ingest.Kind   // of metadata; empty is told by the first bytes
	Clock   journal.Clock // StreamClock, or ArrivalClock
	Lines   []airspace.DatedLine
	Account account.Config
	Geoid   *geodesy.Geoid
	Scale   ingest.TimeScale
	Area    *Area // nil: everything is stored
	Most    int64 // bytes of one segment; 0 is DefaultMost
}

// DefaultMost bounds a segment.
const DefaultMost = 256 << 20

// Range is bytes of a cut.
type Range struct{ Offset, Length int64 }

// Media is a run of bytes of a cut that begins with a key picture and can be played by itself.
type Media struct {
	Range
	PID  uint16
	Name string // of the coding: "H.264"
}

// Cut is one flight-minute as it is to be sealed, and what follows from it.
type Cut struct {
	Blocks      [][]byte // bytes as they came, but for what was withheld; until Release
	Size        int64    // of Blocks together
	Consumed    int64    // bytes as they came that this accounts for
	Minute      time.Time
	From, To    time.Time // by Clock; zero when nothing had a time
	Clock       journal.Clock
	Uncertainty time.Duration // negative: not known
	Packets     []Range       // all of them, without a gap: a picture, a metadata packet, or what came between
	Media       []Media
	Counts      journal.SegmentCounts
	Withheld    journal.Withheld
	Events      []journal.Event
}

// Bytes returns the bytes in one piece, copied.
func (c *Cut) Bytes() []byte { return slices.Concat(c.Blocks...) }

// Release gives the memory of the bytes back. They MUST not be used afterwards.
func (c *Cut) Release() {
	for _, b := range c.Blocks {
		if cap(b) == blockSize {
			blocks.Put((*[blockSize]byte)(b[:blockSize]))
		}
	}
	c.Blocks = nil
}

// Provisional is the newest that a path tells, for screens: it is not evidence before its minute is sealed.
type Provisional struct {
	Source    string // of the path
	Aircraft  flight.Aircraft
	Fix       flight.Fix
	HasFix    bool
	Frame     time.Time
	Sensor    sensor.Optional[geodesy.Position]
	Heading   sensor.Optional[geodesy.Angle] // of the aircraft, from true north
	Altitude  sensor.Optional[geodesy.Altitude]
	Footprint sensor.Footprint
	Marking   *ingest.Marking // nil where the stream says nothing of its handling
}

// How much longer than a minute a cut waits for a key picture.
const patience = 10 * time.Second

// A time that goes back by more than this, or ahead by more than two minutes, is a jump: a segment ends there, so that none
// covers time that was not flown, but not before it holds some packets, so that a clock that jumps to and fro does not
// make a segment of each.
const (
	backward = 2 * time.Second
	forward  = 2 * time.Minute
	settled  = 30
)

// blocks are how many fixes and footprints make one event: well below what a record may hold.
const (
	fixBlock       = 1500
	footprintBlock = 700
	sightBlock     = 500
)
