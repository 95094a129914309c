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
)

// Defects of metadata as such; what is wrong inside a set has the code of its standard.
const (
	CodeUnknownSet  evidence.Code = "ingest.unknown-set"  // a universal label that no standard read here has
	CodeUnreadable  evidence.Code = "ingest.unreadable"   // a known set whose framing cannot be read
	CodeQuarantined evidence.Code = "ingest.quarantined"  // checksum bad or absent: kept, shown, not relied on
	CodeLeapSeconds evidence.Code = "ingest.leap-seconds" // item 136 is not the leap seconds of its date
	CodeContradicts evidence.Code = "ingest.contradicts"  // stores or laser items: the stream contradicts an unarmed flight
	CodeNoMetadata  evidence.Code = "ingest.no-metadata"  // nothing to account for, and why
)

// Options say how metadata is to be read.
type Options struct {
	Source string    // the name that fixes and frames are to carry
	Scale  TimeScale // of ST 0601 item 2; "" is AutoScale
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
}

// Visitor is what is called for each packet, in the order of the stream. Either may be nil: an
// inspection wants packets described, an account wants observations.
type Visitor struct {
	Packet      func(*Packet) error
	Observation func(*Observation) error
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
	if opt.Scale == "" {
		opt.Scale = AutoScale
	}
	m := &metadata{opt: opt, visit: visit, streams: map[int]*stream{}}
	m.out.ByStandard = map[string]int{}
	m.out.Scale = UTC
	if opt.Scale == MISP {
		m.out.Scale = MISP
	}
	var err error
	switch kind {
	case TransportStream:
		err = m.transport(r)
	case BareKLV:
		err = m.bare(r)
	case ReadsbTrace, TrafficJSON, CSVPath:
		return m.out, fmt.Errorf("%s holds positions, not metadata packets", kind)
	}
	if m.out.Packets == 0 && err == nil {
		m.out.Defects.Add(evidence.Defect{Code: CodeNoMetadata, Got: string(m.out.Reason)})
	}
	return m.out, err
}

type metadata struct {
	opt     Options
	visit   Visitor
	streams map[int]*stream
	err     error // of a visitor
	out     Metadata
}

func (m *metadata) transport(r io.Reader) error {
	handler := &mpegts.Funcs{
		OnUnit: func(u *mpegts.Unit) {
			p := Packet{
				PID: int(u.PID), Offset: u.Offset, PTS: u.PTS, HasPTS: u.HasPTS && !u.Estimated,
				Estimated: u.HasPTS && u.Estimated, Carriage: Async, Bytes: u.Data,
			}
			if u.Carriage == mpegts.Sync {
				p.Carriage = Sync
			}
			m.packet(&p, u.Truncated || u.Damaged)
		},
		OnDefect: m.out.Defects.Add,
	}
	d := mpegts.NewDemuxer(handler, mpegts.Config{MaxDefects: keptDefects})
	buf := make([]byte, 1<<20)
	var err error
	for err == nil && m.err == nil {
		var n int
		n, err = r.Read(buf)
		if _, werr := d.Write(buf[:n]); werr != nil {
			return werr
		}
	}
	if m.err == nil {
		d.Flush()
	}
	m.out.Stream = d.Summary()
	m.out.Reason = m.out.Stream.Reason
	for _, f := range m.out.Stream.Findings {
		m.out.Defects.Count(f.Code, int(f.Count)-m.out.Defects.Total(f.Code))
	}
	if m.err != nil {
		return m.err
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (m *metadata) bare(r io.Reader) error {
	s := &klv.Scanner{
		OnTriplet: func(t klv.Triplet) {
			m.packet(&Packet{PID: -1, Offset: t.Offset, Carriage: None, Bytes: t.Packet}, false)
		},
		OnDefect: m.out.Defects.Add,
	}
	buf := make([]byte, 1<<20)
	for {
		n, err := r.Read(buf)
		_, _ = s.Write(buf[:n]) // never fails
		switch {
		case m.err != nil:
			return m.err
		case errors.Is(err, io.EOF):
			s.Flush()
			return m.err
		case err != nil:
			return err
		}
	}
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
