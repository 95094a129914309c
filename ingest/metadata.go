package ingest

import (
	"errors"
	"fmt"
	"io"
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/format/klv"
	"overflight/format/mpegts"
	"overflight/sensor"
	"overflight/survey"
)

// Defects of metadata as such; what is wrong inside a set has the code of its standard.
const (
	CodeUnknownSet  evidence.Code = "ingest.unknown-set"  // a universal label that no standard read here has
	CodeUnreadable  evidence.Code = "ingest.unreadable"   // a known set whose framing cannot be read
	CodeQuarantined evidence.Code = "ingest.quarantined"  // checksum bad or absent: kept, shown, not relied on
	CodeLeapSeconds evidence.Code = "ingest.leap-seconds" // item 136 is not the leap seconds of its date
	CodeContradicts evidence.Code = "ingest.contradicts"  // items of weapons: the stream contradicts an unarmed flight
	CodeLaser       evidence.Code = "ingest.laser"        // a laser is coded: of the sensor, and no word about arms
	CodeNoMetadata  evidence.Code = "ingest.no-metadata"  // nothing to account for, and why
)

// Options say how metadata is to be read.
type Options struct {
	Source string    // the name that fixes and frames are to carry
	Scale  TimeScale // of ST 0601 item 2; "" is AutoScale
	Heads  bool      // look into pictures as far as is needed to know key pictures that no adaptation field marks
	Places bool      // where the reports of VMTI are, for a map
	Sights bool      // what the reports of VMTI say of places, for sites
}

// Observation is what one packet says about the aircraft and its sensor. It is valid only during the
// call that hands it over.
type Observation struct {
	PID      int // -1 in bare KLV
	Standard string
	Aircraft *flight.Aircraft // as known so far from this stream of packets
	Fix      flight.Fix
	HasFix   bool // there is a position, and the packet may be relied on
	Frame    sensor.Frame
	Reports  int // of VMTI in the packet: counted, nothing more
	Classes  Classes
	Places   []Place              // of the reports, if asked for: people are counted and have no place
	Marking  *Marking             // the newest of the stream; nil before there is one
	Sights   []survey.Observation // of places in the packet, if asked for, without identifiers; Spread is zero where the stream states none
}

// Classes counts reports of VMTI by what the stream's own ontology calls them. No report is told apart from another.
type Classes struct{ People, Vehicles, Others int }

// Unit is where a metadata packet begins, whatever becomes of it, and its time on the clock of the stream.
type Unit struct {
	PID       int
	Offset    int64
	PTS       int64 // unwrapped, 90 kHz
	HasPTS    bool
	Estimated bool // it has none of its own: that of the picture before
}

// Picture is where a coded picture begins: the transport packet in which its PES packet starts.
type Picture struct {
	PID    int
	Offset int64
	Key    bool // decoding can start here
	Codec  string
	PTS    int64 // unwrapped, 90 kHz
	DTS    int64 // equal to PTS where it has none of its own
	HasPTS bool
}

// Visitor is what is called for each packet, in the order of the stream. Either may be nil: an
// inspection wants packets described, an account wants observations.
type Visitor struct {
	Packet      func(*Packet) error
	Observation func(*Observation) error
	Picture     func(*Picture)
	Unit        func(*Unit)
}

// Metadata sums up the metadata of one input.
type Metadata struct {
	Packets     int
	ByStandard  map[string]int
	Quarantined int
	Unknown     int
	Reports     int
	Scale       TimeScale     // what item 2 was taken to be
	Reason      mpegts.Reason // why there are no packets; "" when there are or when the input is bare KLV
	Stream      mpegts.Summary
	Defects     Defects
}

// ReadMetadata reads a transport stream or bare KLV to its end. What is wrong with the input is in
// Defects; the error is of the reader or of the visitor.
func ReadMetadata(r io.Reader, kind Kind, opt Options, visit Visitor) (Metadata, error) {
	s, err := NewSession(kind, opt, visit)
	if err != nil {
		return Metadata{}, err
	}
	buf := make([]byte, 1<<20)
	for {
		n, err := r.Read(buf)
		if _, werr := s.Write(buf[:n]); werr != nil {
			return s.Metadata(), werr
		}
		if errors.Is(err, io.EOF) {
			return s.Flush()
		}
		if err != nil {
			_, _ = s.Flush() // the reader's error is the one to tell
			return s.Metadata(), err
		}
	}
}

type metadata struct {
	opt     Options
	visit   Visitor
	streams map[int]*stream
	err     error // of a visitor
	out     Metadata
}

// packet finds the stream that a packet belongs to and has it read.
func (m *metadata) packet(p *Packet, damaged bool) {
	if m.err != nil || len(p.Bytes) < len(klv.Key{}) {
		return
	}
	st := m.streams[p.PID]
	if st == nil {
		st = &stream{m: m}
		m.streams[p.PID] = st
	}
	m.out.Packets++
	m.err = st.read(p, damaged)
}

// scale settles the time scale by what a packet says about leap seconds: a stream that counts them as
// its date has them is on MISP time. One that counts others is not believed, and that is a finding.
func (m *metadata) scale(leap int64, us uint64) []evidence.Defect {
	want := -int64(time.UnixMicro(int64(us)).Sub(MISP.instant(us)).Round(time.Second) / time.Second)
	if leap != want {
		return []evidence.Defect{{Code: CodeLeapSeconds, Item: "136", Got: fmt.Sprint(leap), Want: fmt.Sprint(want)}}
	}
	if m.opt.Scale == AutoScale {
		m.out.Scale = MISP
	}
	return nil
}
