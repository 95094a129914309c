package mpegts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MuxConfig configures a Muxer; the zero value writes asynchronous metadata beside H.264.
type MuxConfig struct {
	PacketSize int // 188 (default) or 192

	TransportStream uint16 // transport_stream_id, default 1
	Program         uint16 // program number, default 1
	PMTPID          uint16 // default 0x1000
	VideoPID        uint16 // default 0x100
	MetadataPID     uint16 // default 0x101

	Codec    Codec // of the video: H264 (default), HEVC or MPEG2
	NoVideo  bool  // no video stream: the metadata PID carries the PCR
	Carriage Carriage
	AsyncPTS bool // put a PTS on asynchronous metadata, as many producers do against ST 1402-22
	Service  byte // metadata service of the access unit cells

	// CellSize splits access units into fragments of at most so many bytes; 0 splits only where a
	// PES packet would be too long.
	CellSize int
	// PESSize is the most bytes of body in a metadata PES packet; 0 is as many as a length can say.
	PESSize int
	// FixedSequence writes 0 into each access unit cell, as some producers do.
	FixedSequence bool
}

// The cadence of a Muxer, in 90 kHz ticks: PAT and PMT each 100 ms (ST 1402-02 advises 125), PCR
// each 40 ms (at most 100), which runs 100 ms before the PTS that it goes with.
const (
	muxPSI   = Ticks / 10
	muxPCR   = Ticks / 25
	muxDelay = Ticks / 10
)

// maxPESBody is what PES_packet_length can say with a header that has both PTS and DTS.
const maxPESBody = 65535 - 13

// ErrOrder is returned for a time before one already written.
var ErrOrder = errors.New("time runs backward")

// Muxer writes one program of video and KLV metadata to w as ST 1402 asks. Frames and metadata are
// given in the order of their time; the rest (tables, clock, stuffing) follows from it. It is not
// safe for concurrent use.
type Muxer struct {
	w io.Writer
	c MuxConfig

	cc       [8192]byte
	out      []byte // packets of the call that is running
	body     []byte
	pat, pmt []byte

	now      int64 // time of what is written
	started  bool
	nextPSI  int64
	nextPCR  int64
	sequence byte
}

// NewMuxer returns a Muxer that writes to w.
func NewMuxer(w io.Writer, c MuxConfig) (*Muxer, error) {
	byDefault(&c.PacketSize, packetSize)
	byDefault(&c.TransportStream, 1)
	byDefault(&c.Program, 1)
	byDefault(&c.PMTPID, 0x1000)
	byDefault(&c.VideoPID, 0x100)
	byDefault(&c.MetadataPID, 0x101)
	byDefault(&c.Codec, H264)
	byDefault(&c.Carriage, Async)
	byDefault(&c.PESSize, maxPESBody)
	if c.PacketSize != 188 && c.PacketSize != 192 {
		return nil, fmt.Errorf("packet size %d: want 188 or 192", c.PacketSize)
	}
	for _, pid := range []uint16{c.PMTPID, c.VideoPID, c.MetadataPID} {
		if pid < 0x10 || pid >= nullPID {
			return nil, fmt.Errorf("PID %d: want 16 to 8190", pid)
		}
	}
	if c.PMTPID == c.VideoPID || c.PMTPID == c.MetadataPID || c.VideoPID == c.MetadataPID {
		return nil, errors.New("two uses of one PID")
	}
	if c.Carriage != Async && c.Carriage != Sync {
		return nil, fmt.Errorf("carriage %d", c.Carriage)
	}
	if c.CellSize < 0 || c.PESSize <= cellHead || c.PESSize > maxPESBody {
		return nil, fmt.Errorf("cells of %d in PES packets of %d: want 6 to %d", c.CellSize, c.PESSize, maxPESBody)
	}
	m := &Muxer{w: w, c: c}
	m.pat = m.patSection()
	m.pmt = m.pmtSection()
	return m, nil
}

func byDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Frame is one coded picture in Annex B form (H.264, HEVC) or as an elementary stream (MPEG-2).
type Frame struct {
	PTS    int64
	DTS    int64 // written when HasDTS and not equal to PTS
	HasDTS bool
	Key    bool // decoding can start here
	Data   []byte
}

// WriteVideo writes one frame.
func (m *Muxer) WriteVideo(f Frame) error {
	if m.c.NoVideo {
		return errors.New("writing video: the program has none")
	}
	at := f.PTS
	if f.HasDTS {
		at = f.DTS
	}
	if err := m.advance(at); err != nil {
		return fmt.Errorf("writing video: %w", err)
	}
	var head [19]byte
	h := appendPESHeader(head[:0], 0xE0, 0, true, f.PTS, true, f.DTS, f.HasDTS && f.DTS != f.PTS)
	m.packetise(m.c.VideoPID, h, f.Data, f.Key)
	return m.flush()
}

// WriteMetadata writes KLV triplets that belong to the time pts: asynchronously all of them in one
// PES packet, synchronously each in an access unit of its own.
func (m *Muxer) WriteMetadata(pts int64, triplets ...[]byte) error {
	if err := m.advance(pts); err != nil {
		return fmt.Errorf("writing metadata: %w", err)
	}
	if m.c.Carriage == Sync {
		m.writeSync(pts, triplets)
	} else {
		m.writeAsync(pts, triplets)
	}
	return m.flush()
}

func (m *Muxer) writeAsync(pts int64, triplets [][]byte) {
	m.body = m.body[:0]
	for _, t := range triplets {
		m.body = append(m.body, t...)
	}
	start, next := 0, 0 // of the PES packet; of the first triplet that does not start before it
	for start < len(m.body) {
		for next < start {
			next += len(triplets[0])
			triplets = triplets[1:]
		}
		n := min(m.c.PESSize, len(m.body)-start)
		m.pes(0xBD, n, start == next, pts, m.c.AsyncPTS, m.body[start:start+n])
		start += n
	}
}

func (m *Muxer) writeSync(pts int64, triplets [][]byte) {
	m.body = m.body[:0]
	room := m.c.PESSize - cellHead
	if m.c.CellSize > 0 {
		room = min(room, m.c.CellSize)
	}
	for _, t := range triplets {
		for first := true; first || len(t) > 0; first = false {
			n := min(room, len(t))
			if len(m.body)+cellHead+n > m.c.PESSize {
				m.pes(0xFC, len(m.body), false, pts, true, m.body)
				m.body = m.body[:0]
			}
			fragment := byte(fragmentMiddle)
			switch {
			case first && n == len(t):
				fragment = fragmentWhole
			case first:
				fragment = fragmentFirst
			case n == len(t):
				fragment = fragmentLast
			}
			flags := fragment<<6 | 0x0F
			if first {
				flags |= 0x10 // random access
			}
			m.body = append(m.body, m.c.Service, m.sequence, flags, byte(n>>8), byte(n))
			m.body = append(m.body, t[:n]...)
			t = t[n:]
			if !m.c.FixedSequence {
				m.sequence++
			}
		}
	}
	if len(m.body) > 0 {
		m.pes(0xFC, len(m.body), false, pts, true, m.body)
	}
}

// pes writes one metadata PES packet.
func (m *Muxer) pes(id byte, n int, aligned bool, pts int64, hasPTS bool, body []byte) {
	var head [19]byte
	h := appendPESHeader(head[:0], id, n, aligned, pts, hasPTS, 0, false)
	m.packetise(m.c.MetadataPID, h, body, aligned || m.c.Carriage == Sync)
}

// appendPESHeader appends a PES header for a body of n bytes, 0 for no length.
func appendPESHeader(b []byte, id byte, n int, aligned bool, pts int64, hasPTS bool, dts int64, hasDTS bool) []byte {
	flags, extra := byte(0), 0
	if hasPTS {
		flags, extra = 0x80, 5
		if hasDTS {
			flags, extra = 0xC0, 10
		}
	}
	if n > 0 {
		n += 3 + extra
	}
	first := byte(0x80)
	if aligned {
		first |= 0x04
	}
	b = append(b, 0, 0, 1, id, byte(n>>8), byte(n), first, flags, byte(extra))
	if hasPTS {
		b = appendTimestamp(b, flags>>6, pts)
		if hasDTS {
			b = appendTimestamp(b, 1, dts)
		}
	}
	return b
}

func appendTimestamp(b []byte, prefix byte, t int64) []byte {
	return append(b, prefix<<4|byte(t>>29)&0x0E|1, byte(t>>22), byte(t>>14)|1, byte(t>>7), byte(t<<1)|1)
}

// advance writes the tables and clock references that are due up to t.
func (m *Muxer) advance(t int64) error {
	if !m.started {
		m.started = true
		m.now, m.nextPSI, m.nextPCR = t, t, t
	}
	// Metadata may be late by as much as the clock runs ahead of the pictures.
	if t < m.now-muxDelay {
		return fmt.Errorf("%w: %d after %d", ErrOrder, t, m.now)
	}
	m.now = max(m.now, t)
	for m.nextPSI <= m.now || m.nextPCR <= m.now {
		if m.nextPSI <= m.nextPCR {
			m.section(0, m.pat, m.nextPSI)
			m.section(m.c.PMTPID, m.pmt, m.nextPSI)
			m.nextPSI += muxPSI
		} else {
			m.clock(m.nextPCR)
			m.nextPCR += muxPCR
		}
		if len(m.out) > 1<<20 { // a long silence is not kept in memory
			if err := m.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Muxer) flush() error {
	_, err := m.w.Write(m.out)
	m.out = m.out[:0]
	if err != nil {
		return fmt.Errorf("writing transport packets: %w", err)
	}
	return nil
}

// arrive puts the arrival time of a 192-byte packet before it: 30 bits of 27 MHz.
func (m *Muxer) arrive(t int64) {
	if m.c.PacketSize == 192 {
		m.out = binary.BigEndian.AppendUint32(m.out, uint32(t*pcrPerTick)&(1<<30-1))
	}
}

// clock writes a packet with nothing but a PCR.
func (m *Muxer) clock(t int64) {
	pid := m.c.VideoPID
	if m.c.NoVideo {
		pid = m.c.MetadataPID
	}
	base := uint64(t-muxDelay) & uint64(wrap-1)
	m.arrive(t)
	// A packet without payload does not count: it repeats the counter before it.
	m.out = append(m.out, syncByte, byte(pid>>8), byte(pid), 0x20|(m.cc[pid]-1)&0xF, packetSize-5, 0x10,
		byte(base>>25), byte(base>>17), byte(base>>9), byte(base>>1), byte(base<<7)|0x7E, 0)
	m.fill(packetSize - 12)
}

func (m *Muxer) fill(n int) {
	for range n {
		m.out = append(m.out, 0xFF)
	}
}

// packetise writes a PES packet of head and body.
func (m *Muxer) packetise(pid uint16, head, body []byte, randomAccess bool) {
	start := true
	for start || len(body) > 0 {
		m.arrive(m.now)
		room := packetSize - 4
		control, top := byte(0x10), byte(pid>>8)
		adaptation := -1 // bytes after adaptation_field_length
		if start {
			top |= 0x40
			if randomAccess {
				adaptation = 1
			}
		}
		if adaptation >= 0 {
			room -= 1 + adaptation
		}
		if short := room - len(head) - len(body); short > 0 {
			if adaptation < 0 {
				short-- // the length itself stuffs one byte
				adaptation = 0
			}
			adaptation += short
		}
		if adaptation >= 0 {
			control = 0x30
		}
		m.out = append(m.out, syncByte, top, byte(pid), control|m.cc[pid])
		m.cc[pid] = (m.cc[pid] + 1) & 0xF
		if adaptation >= 0 {
			m.out = append(m.out, byte(adaptation))
			if adaptation > 0 {
				flags := byte(0)
				if start && randomAccess {
					flags = 0x40
				}
				m.out = append(m.out, flags)
				m.fill(adaptation - 1)
			}
		}
		m.out = append(m.out, head...)
		n := packetSize - 4 - len(head)
		if adaptation >= 0 {
			n -= 1 + adaptation
		}
		m.out = append(m.out, body[:n]...)
		head, body, start = nil, body[n:], false
	}
}

// section writes a table that fits in one packet.
func (m *Muxer) section(pid uint16, s []byte, t int64) {
	m.arrive(t)
	m.out = append(m.out, syncByte, 0x40|byte(pid>>8), byte(pid), 0x10|m.cc[pid], 0)
	m.cc[pid] = (m.cc[pid] + 1) & 0xF
	m.out = append(m.out, s...)
	m.fill(packetSize - 5 - len(s))
}

// closeSection sets section_length and appends the CRC.
func closeSection(s []byte) []byte {
	n := len(s) - 3 + 4
	s[1], s[2] = 0xB0|byte(n>>8), byte(n)
	return binary.BigEndian.AppendUint32(s, crc32(s))
}

func (m *Muxer) patSection() []byte {
	s := []byte{tablePAT, 0, 0, byte(m.c.TransportStream >> 8), byte(m.c.TransportStream), 0xC1, 0, 0}
	s = binary.BigEndian.AppendUint16(s, m.c.Program)
	return closeSection(binary.BigEndian.AppendUint16(s, 0xE000|m.c.PMTPID))
}

func (m *Muxer) pmtSection() []byte {
	s := []byte{tablePMT, 0, 0, byte(m.c.Program >> 8), byte(m.c.Program), 0xC1, 0, 0}
	pcr := m.c.VideoPID
	if m.c.NoVideo {
		pcr = m.c.MetadataPID
	}
	s = binary.BigEndian.AppendUint16(s, 0xE000|pcr)
	s = binary.BigEndian.AppendUint16(s, 0xF000)
	if !m.c.NoVideo {
		kind := byte(typeH264)
		switch m.c.Codec {
		case HEVC:
			kind = typeHEVC
		case MPEG2:
			kind = typeMPEG2
		case H264, UnknownCodec:
		}
		s = append(s, kind)
		s = binary.BigEndian.AppendUint16(s, 0xE000|m.c.VideoPID)
		s = binary.BigEndian.AppendUint16(s, 0xF000)
	}
	kind := byte(typePrivate)
	ds := append([]byte{tagRegistration, 4}, formatKLVA...)
	if m.c.Carriage == Sync {
		kind = typeMetadata
		// metadata_application_format 0x0100 (general metadata), metadata_format by identifier
		ds = append([]byte{tagMetadata, 9, 0x01, 0x00, 0xFF}, formatKLVA...)
		ds = append(ds, m.c.Service, 0x0F)
		// no leak rates and buffer size are stated: 0 each
		ds = append(ds, tagMetadataSTD, 9, 0xC0, 0, 0, 0xC0, 0, 0, 0xC0, 0, 0)
	}
	s = append(s, kind)
	s = binary.BigEndian.AppendUint16(s, 0xE000|m.c.MetadataPID)
	s = binary.BigEndian.AppendUint16(s, 0xF000|uint16(len(ds)))
	return closeSection(append(s, ds...))
}
