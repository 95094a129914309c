package mpegts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"overflight/evidence"
)

// Demuxer takes a transport stream and hands out its metadata units, its pictures and what is
// wrong with it. It is not safe for concurrent use.
type Demuxer struct {
	h   Handler
	cfg Config

	pids    [8192]pidState
	streams [8192]*stream

	// Sync. Offsets are those of the source.
	stride   int  // distance between sync bytes; 0 before the first lattice
	locked   bool // the next packet starts where carry does
	skip     int  // bytes to pass over before the next sync byte
	carry    []byte
	position int64 // offset behind the packet that is read, or was read last
	carryAt  int64 // offset of carry[0]; with an empty carry that of the next byte

	skipped, skippedAt int64 // run of bytes that are in no packet
	packets, bytes     int64

	seenPAT  bool
	patAt    psiTime
	programs []*program
	stray    *program // of PIDs that no PMT names
	metadata int      // PIDs that were ever read as metadata
	psiClock *program // whose clock times the PAT

	held held

	findings map[evidence.Code]*Finding
	unit     Unit
	picture  Picture
}

// pidState is what the hot loop touches of a PID.
type pidState struct {
	// next is the header of the packet that needs nothing but counting: in continuity, no
	// adaptation field, no start of a unit. It is never when every packet is to be looked at.
	next    uint32
	cc      uint8
	seen    bool
	packets int64
}

// look makes the hot loop hand over the next packet, whatever it is.
func (s *pidState) look() {
	if s.next != never {
		s.cc = uint8(s.next-1) & 0xF
		s.next = never
	}
}

const (
	flagError    = 1 << 23
	flagStart    = 1 << 22
	flagPriority = 1 << 21
	nullPID      = 0x1FFF

	never = flagPriority // equals no header, which are compared without that flag
)

// NewDemuxer returns a Demuxer that reports to h.
func NewDemuxer(h Handler, c Config) *Demuxer {
	if c.MaxUnit <= 0 {
		c.MaxUnit = defaultMaxUnit
	}
	if c.MaxDefects <= 0 {
		c.MaxDefects = defaultMaxDefects
	}
	d := &Demuxer{h: h, cfg: c, findings: map[evidence.Code]*Finding{}}
	d.carry = make([]byte, 0, 2*window)
	d.stray = &program{}
	for i := range d.pids {
		d.pids[i].next = never
	}
	d.streamOf(0).role = rolePAT
	return d
}

// Write takes the next bytes of the stream. It never fails and always takes all.
func (d *Demuxer) Write(b []byte) (int, error) {
	total := len(b)
	d.bytes += int64(total)
	for len(b) > 0 {
		switch {
		case d.skip > 0:
			n := min(d.skip, len(b))
			d.skip -= n
			d.carryAt += int64(n)
			b = b[n:]
		case !d.locked:
			n := min(cap(d.carry)-len(d.carry), len(b))
			d.carry = append(d.carry, b[:n]...)
			b = b[n:]
			d.hunt(false)
		case len(d.carry) > 0:
			n := min(max(0, packetSize-len(d.carry)), len(b))
			d.carry = append(d.carry, b[:n]...)
			b = b[n:]
			if len(d.carry) >= packetSize {
				d.drain()
			}
		default:
			n := d.run(b, d.carryAt)
			if n > len(b) {
				d.skip = n - len(b)
				n = len(b)
			}
			d.carryAt += int64(n)
			b = b[n:]
			if len(b) < packetSize || !d.locked {
				m := min(len(b), cap(d.carry))
				d.carry = append(d.carry[:0], b[:m]...)
				b = b[m:]
				if !d.locked {
					d.hunt(false)
				}
			}
		}
	}
	return total, nil
}

// Position is the offset behind the transport packet that is read, or was read last. It is the one thing that a Handler may
// ask the Demuxer: what it is handed follows from the bytes before that.
func (d *Demuxer) Position() int64 { return d.position }

// ReadFrom writes all of r to d and flushes it.
func (d *Demuxer) ReadFrom(r io.Reader) (int64, error) {
	buf := make([]byte, 1<<20)
	var total int64
	for {
		n, err := r.Read(buf)
		total += int64(n)
		if n > 0 {
			_, _ = d.Write(buf[:n]) // never fails
		}
		if errors.Is(err, io.EOF) {
			d.Flush()
			return total, nil
		}
		if err != nil {
			d.Flush()
			return total, fmt.Errorf("reading transport stream at %d: %w", total, err)
		}
	}
}

// drain runs over the packets in carry and keeps the rest.
func (d *Demuxer) drain() {
	n := d.run(d.carry, d.carryAt)
	if n > len(d.carry) {
		d.skip = n - len(d.carry)
		n = len(d.carry)
	}
	d.advance(n)
	if !d.locked {
		d.hunt(false)
	}
}

func (d *Demuxer) advance(n int) {
	d.carry = d.carry[:copy(d.carry, d.carry[n:])]
	d.carryAt += int64(n)
}

// run takes whole packets from the start of b, which is at offset at, until fewer bytes than a
// packet are left or the next has no sync byte. It returns how far it came, which with a stride
// beyond the packet size may be beyond b.
func (d *Demuxer) run(b []byte, at int64) int {
	stride, i, n := d.stride, 0, int64(0)
	for i+packetSize <= len(b) {
		h := binary.BigEndian.Uint32(b[i:])
		s := &d.pids[h>>8&0x1FFF]
		n++
		if h&^flagPriority == s.next {
			s.next = h&^(flagPriority|0xF) | (h+1)&0xF
			s.packets++
			i += stride
			continue
		}
		if h>>24 != syncByte {
			d.locked = false
			n--
			break
		}
		d.packet(b[i:i+packetSize:i+packetSize], at+int64(i), h&flagError != 0)
		i += stride
	}
	d.packets += n
	return i
}

// hunt looks for the lattice in carry. With last no more bytes will come.
func (d *Demuxer) hunt(last bool) {
	for !d.locked && len(d.carry) > 0 {
		// One bad sync byte in a lattice that goes on is no reason to lose the packet.
		if d.stride > 0 && d.skipped == 0 && d.carry[0] != syncByte {
			if !last && len(d.carry) < window {
				return
			}
			if goesOn(d.carry[:min(len(d.carry), window)], d.stride) {
				d.defect(CodeSync, d.carryAt, "", hex(uint64(d.carry[0]), 2), hex(syncByte, 2))
				d.locked = true
				d.packets++
				d.packet(d.carry[:packetSize:packetSize], d.carryAt, true)
				d.skip = max(0, d.stride-len(d.carry))
				d.advance(min(d.stride, len(d.carry)))
				break
			}
		}
		at, stride, from := findLattice(d.carry, last)
		if at < 0 {
			d.lose(max(0, from-4)) // what is before can start no lattice
			return
		}
		prefix := 0
		if stride == 192 {
			prefix = 4
		}
		d.lose(max(0, at-prefix))
		d.advance(min(prefix, at))
		d.stride = stride
		d.locked = true
	}
	if d.locked {
		d.endSkipped()
		if len(d.carry) >= packetSize {
			d.drain()
		}
	}
}

// lose drops the first n bytes of carry as in no packet.
func (d *Demuxer) lose(n int) {
	if n == 0 {
		return
	}
	if d.skipped == 0 {
		d.skippedAt = d.carryAt
	}
	d.skipped += int64(n)
	d.advance(n)
}

func (d *Demuxer) endSkipped() {
	if d.skipped > 0 {
		d.defect(CodeSync, d.skippedAt, "", decimal(d.skipped)+" B skipped", "0 B skipped")
		d.skipped = 0
	}
}

// Flush ends the stream: hands out what was still pending and the findings that need the end. A
// Demuxer takes nothing after it.
func (d *Demuxer) Flush() {
	for !d.locked && len(d.carry) > 0 {
		was := len(d.carry)
		d.hunt(true)
		if len(d.carry) == was {
			d.lose(was)
		}
	}
	if len(d.carry) > 0 {
		d.defect(CodeTruncated, d.carryAt, "packet", decimal(int64(len(d.carry)))+" B", decimal(packetSize)+" B")
		d.advance(len(d.carry))
	}
	end := d.carryAt
	d.endSkipped()
	for _, st := range d.streams {
		if st != nil {
			d.endStream(st, end)
		}
	}
	d.release()
	d.finish(end)
}

// finish reports what was missing from the whole stream.
func (d *Demuxer) finish(end int64) {
	if d.packets == 0 {
		return
	}
	if !d.seenPAT {
		d.defect(CodeNoPAT, end, "", "", "PAT")
	}
	for _, p := range d.programs {
		if !p.hasPMT {
			d.defect(CodeNoPMT, end, "program "+decimal(int64(p.number)), "", "PMT on PID "+decimal(int64(p.pmtPID)))
			continue
		}
		for _, e := range p.elements {
			if d.pids[e.pid].packets == 0 {
				d.defect(CodeMissingPID, end, "program "+decimal(int64(p.number)), "0 packets", "PID "+decimal(int64(e.pid)))
			}
		}
	}
}

// streamOf returns the state of a PID, made when first asked for.
func (d *Demuxer) streamOf(pid uint16) *stream {
	st := d.streams[pid]
	if st == nil {
		st = &stream{d: d, pid: pid, program: d.stray}
		d.streams[pid] = st
	}
	return st
}

// Finding says how often a code was found, whether or not each was handed out.
type Finding struct {
	Code        evidence.Code
	Count       int64
	First, Last int64 // offsets
}

// tally counts a finding and reports whether it is among those to hand out.
func (d *Demuxer) tally(code evidence.Code, offset int64) bool {
	f := d.findings[code]
	if f == nil {
		f = &Finding{Code: code, First: offset}
		d.findings[code] = f
	}
	f.Count++
	f.Last = offset
	return f.Count <= int64(d.cfg.MaxDefects)
}

func (d *Demuxer) defect(code evidence.Code, offset int64, item, got, want string) {
	if d.tally(code, offset) {
		d.h.Defect(evidence.Defect{Code: code, Offset: offset, Item: item, Got: got, Want: want})
	}
}

func (d *Demuxer) sortedFindings() []Finding {
	all := make([]Finding, 0, len(d.findings))
	for _, f := range d.findings {
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b Finding) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}
