// Package ingest is the inward translation: the only room where the words of the standards (ST 0601
// items, readsb rows, CSV columns) meet ours (frames, fixes, paths).
package ingest

import (
	"time"

	"overflight/evidence"
	"overflight/format/misb"
)

// Carriage says how a packet was carried in a transport stream (ST 1402).
type Carriage string

// The carriages. None is a bare KLV file.
const (
	Sync  Carriage = "sync"
	Async Carriage = "async"
	None  Carriage = "none"
)

// Checksum is what became of a packet's own checksum. Bad packets are kept, shown and quarantined:
// they never reach a frame or a fix.
type Checksum string

// The states of a checksum. Absent is a standard that has none, or a packet that left it out.
const (
	Good   Checksum = "ok"
	Bad    Checksum = "bad"
	Absent Checksum = "absent"
)

// Packet is one metadata packet in the order of the stream.
type Packet struct {
	PID       int   // -1 where there is none
	Offset    int64 // of the first transport packet that holds the key; of the key itself in bare KLV
	PTS       int64 // unwrapped, 90 kHz
	HasPTS    bool  // the packet has a PTS of its own
	Estimated bool  // it has none, and PTS is that of the nearest picture before it
	Carriage  Carriage
	Standard  string // "ST 0601", "EG 0104", ...; the universal label in hexadecimal when it is unknown
	Checksum  Checksum
	Time      time.Time // the packet's own time stamp, UTC as assumed by TimeScale
	HasTime   bool
	Bytes     []byte    // key to end, unaltered; valid only during the call that hands it over
	Set       *misb.Set // nil when the set is unknown
	Defects   []evidence.Defect
}
