package mpegts

import (
	"bytes"

	"overflight/evidence"
)

// stream is the state of one PID.
type stream struct {
	d          *Demuxer
	pid        uint16
	program    *program
	role       role
	streamType byte
	declared   bool // by a PMT
	found      bool // as metadata, by its content
	scrambled  bool
	last       []byte // payload before, to tell a duplicate from a gap
	noted      noted

	psi         assembler
	lastSection []byte

	// The PES packet that is being read.
	head      []byte // of its header, while that spans packets
	inHead    bool
	open      bool // its header was read
	raw       bool // its bytes go to the joiner as they are: its cells cannot be told
	first     bool // no byte of its body was read
	aligned   bool
	lossy     bool
	unlimited bool  // it says no length
	padding   bool  // nothing of it counts
	left      int   // bytes that it still declares
	length    int   // what it declares, body only
	surplus   int   // bytes beyond
	pesOffset int64 // of the packet in which it starts
	src       source

	stamp         int64
	stampTimeline int
	hasStamp      bool

	join *joiner
	cell cell

	codec   Codec
	video   *scanner
	picture Picture
	shown   bool // the picture was handed out

	pes, units, truncated, pictures, keyPictures int64
	unitBytes                                    int64
}

// noted are the habits that were handed out once for this stream.
type noted struct{ streamID, pts, alignment, cell bool }

func (st *stream) isMetadata() bool { return st.role == roleAsync || st.role == roleSync }

// keepsLast reports whether a duplicate is told by its bytes, not by its counter alone.
func (st *stream) keepsLast() bool {
	return st.isMetadata() || st.role == rolePAT || st.role == rolePMT
}

// passable reports whether packets that continue a unit need no look.
func (st *stream) passable() bool {
	switch st.role {
	case roleVideo:
		return !st.inHead && (st.video == nil || st.video.done)
	case roleOther:
		return !st.inHead
	case roleUnlisted, roleUndecided:
		return !st.inHead && !st.first
	case rolePAT, rolePMT, roleAsync, roleSync:
	}
	return false
}

func (st *stream) setRole(r role) {
	st.role = r
	st.hasStamp = false
	if st.isMetadata() && st.join == nil {
		st.join = &joiner{out: st, max: st.d.cfg.MaxUnit}
	}
	if r == roleVideo && st.video == nil && st.d.cfg.Video != VideoClock {
		st.video = &scanner{full: st.d.cfg.Video == VideoFull, done: true}
	}
}

// once counts a habit and reports whether it is the first time, which the caller hands out.
func (st *stream) once(was *bool, code evidence.Code, offset int64) bool {
	if *was {
		st.d.tally(code, offset)
		return false
	}
	*was = true
	return true
}

// pesHeader is what is read of a PES header (clause 2.4.3.7).
type pesHeader struct {
	streamID byte
	length   int // PES_packet_length, 0 for none
	size     int // of the header
	aligned  bool
	hasPTS   bool
	hasDTS   bool
	pts, dts int64
}

const paddingID = 0xBE

func parsePES(b []byte) (h pesHeader, v verdict) {
	if n := min(3, len(b)); !bytes.Equal(b[:n], startCode[:n]) {
		return h, noKey
	}
	if len(b) < 6 {
		return h, more
	}
	h.streamID = b[3]
	h.length = int(b[4])<<8 | int(b[5])
	h.size = 6
	switch h.streamID {
	case paddingID, 0xBC, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF: // without the optional header
		return h, good
	}
	if len(b) < 9 {
		return h, more
	}
	if b[6]&0xC0 != 0x80 {
		return h, bad
	}
	h.size = 9 + int(b[8])
	if len(b) < h.size {
		return h, more
	}
	h.aligned = b[6]&0x04 != 0
	if b[7]&0x80 != 0 && b[8] >= 5 {
		h.pts, h.hasPTS = timestamp(b[9:]), true
		if b[7]&0x40 != 0 && b[8] >= 10 {
			h.dts, h.hasDTS = timestamp(b[14:]), true
		}
	}
	return h, good
}

func timestamp(b []byte) int64 {
	return int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
}

// payload takes the payload of a packet.
func (d *Demuxer) payload(st *stream, b []byte, off int64, start, randomAccess bool) {
	if st.role == rolePAT || st.role == rolePMT {
		d.sections(st, b, off, start)
		return
	}
	if start {
		st.endPES(off)
		st.inHead, st.head, st.pesOffset = true, st.head[:0], off
		st.lossy = false
		st.picture.RandomAccess = randomAccess
	}
	if st.inHead {
		if len(st.head) > 0 {
			st.head = append(st.head, b...)
			b = st.head
		}
		h, v := parsePES(b)
		switch v {
		case more:
			if len(st.head) == 0 {
				st.head = append(st.head, b...)
			}
			return
		case noKey, bad:
			st.inHead = false
			if st.role != roleUnlisted && st.role != roleUndecided {
				d.defect(CodePESStart, off, st.item(), hexBytes(b[:min(4, len(b))]), "000001")
			}
			st.src = source{offset: off, damaged: st.src.damaged}
			st.cell.reset()
		case good:
			st.inHead = false
			st.begin(&h)
			b = b[h.size:]
		}
	}
	st.body(b)
}

// begin starts a PES packet whose header is h.
func (st *stream) begin(h *pesHeader) {
	d, p := st.d, st.program
	st.pes++
	st.open, st.raw, st.first = true, false, true
	st.aligned, st.padding = h.aligned, h.streamID == paddingID
	st.left = max(0, h.length-(h.size-6))
	st.length, st.unlimited, st.surplus = st.left, h.length == 0, 0
	if st.padding {
		return
	}
	if st.role == roleUnlisted && h.streamID&0xF0 == 0xE0 {
		st.setRole(roleVideo) // no table said so: the time of what else is there
		p.hasVideo = true
	}
	if st.role == roleUnlisted || st.role == roleUndecided {
		st.guess(h)
		return
	}
	var pts, dts int64
	if h.hasPTS {
		pts, dts = d.stamp(st, h)
	}
	st.src = source{
		offset: st.src.offset, damaged: st.src.damaged, streamID: h.streamID,
		pts: pts, hasPTS: h.hasPTS, timeline: p.timeline,
	}
	switch st.role {
	case roleVideo:
		if h.hasPTS {
			d.tick(p, dts)
			d.setNear(p, pts)
		}
		st.picture = Picture{
			PID: st.pid, Program: p.number, Codec: st.codec, Offset: st.pesOffset, RandomAccess: st.picture.RandomAccess,
			PTS: pts, DTS: dts, HasPTS: h.hasPTS, Timeline: p.timeline,
		}
		st.shown = false
		if st.video == nil {
			st.show()
		} else {
			st.video.begin(st.codec)
		}
	case roleAsync, roleSync:
		st.checkHeader(h)
	case roleUnlisted, roleUndecided, rolePAT, rolePMT, roleOther:
	}
}

// guess keeps the header of a PES packet that may turn out to be metadata.
func (st *stream) guess(h *pesHeader) {
	st.src.streamID, st.src.hasPTS = h.streamID, h.hasPTS
	st.picture.PTS = h.pts
	st.first = h.streamID == 0xBD || h.streamID == 0xFC
}

// checkHeader holds the header of a metadata PES packet against ST 1402.
func (st *stream) checkHeader(h *pesHeader) {
	want := byte(0xBD)
	if st.role == roleSync {
		want = 0xFC
		if !h.hasPTS {
			st.d.defect(CodePTSMissing, st.pesOffset, st.item(), "", "PTS")
		}
	} else if h.hasPTS && st.once(&st.noted.pts, CodePTSUnexpected, st.pesOffset) {
		st.d.defect(CodePTSUnexpected, st.pesOffset, st.item(), "PTS", "")
	}
	if h.streamID != want && st.once(&st.noted.streamID, CodeStreamID, st.pesOffset) {
		st.d.defect(CodeStreamID, st.pesOffset, st.item(), hex(uint64(h.streamID), 2), hex(uint64(want), 2))
	}
	if h.length == 0 {
		st.d.defect(CodePESLength, st.pesOffset, st.item(), "0 B", "")
	}
}

// body takes bytes of a PES packet after its header.
func (st *stream) body(b []byte) {
	if st.open && st.padding {
		return
	}
	switch st.role {
	case roleVideo:
		if st.open && st.video != nil && !st.video.done {
			st.video.feed(b, st)
		}
	case roleUnlisted, roleUndecided:
		if st.open && st.first && len(b) > 0 {
			st.first = false
			st.decide(b)
		}
	case roleAsync, roleSync:
		st.metadata(b)
	case roleOther, rolePAT, rolePMT:
	}
}

// decide looks whether the start of a PES body on a PID that is not declared as metadata is such.
func (st *stream) decide(b []byte) {
	r := roleAsync
	switch {
	case bytes.HasPrefix(b, labelPrefix):
	case len(b) >= cellHead+len(labelPrefix) && b[2]&0x0F == 0x0F && bytes.HasPrefix(b[cellHead:], labelPrefix):
		r = roleSync
	default:
		return
	}
	d := st.d
	if st.role == roleUnlisted {
		d.defect(CodeUndeclared, st.pesOffset, st.item(), r.carriage().String(), "")
	} else {
		d.defect(CodeDescriptor, st.pesOffset, st.item()+" descriptors", "", formatKLVA)
	}
	if r = d.admit(st, r, st.pesOffset); r == roleOther {
		st.setRole(r)
		return
	}
	st.setRole(r)
	st.found = true
	h := pesHeader{streamID: st.src.streamID, hasPTS: st.src.hasPTS, pts: st.picture.PTS, length: st.length, aligned: st.aligned}
	if h.length == 0 && !st.unlimited {
		h.length = 1
	}
	length, unlimited, left := st.length, st.unlimited, st.left
	h.size = 6
	st.begin(&h)
	st.pes--
	st.length, st.unlimited, st.left = length, unlimited, left
	st.metadata(b)
}

func (r role) carriage() Carriage {
	switch r {
	case roleAsync:
		return Async
	case roleSync:
		return Sync
	case roleUnlisted, rolePAT, rolePMT, roleUndecided, roleVideo, roleOther:
	}
	return 0
}

// metadata takes bytes of a metadata PES packet. What lies beyond the length it declares is taken
// only while something waits for it: then it is the length that lies.
func (st *stream) metadata(b []byte) {
	if len(b) == 0 {
		return
	}
	if !st.open { // it did not start where we could see it
		st.join.feed(b, &st.src)
		return
	}
	rest := b[len(b):]
	if !st.unlimited {
		n := min(st.left, len(b))
		b, rest = b[:n], b[n:]
		st.left -= n
		st.surplus += len(rest)
	}
	st.within(b)
	if len(rest) > 0 && (st.join.pending() || st.cell.left > 0 || st.cell.n > 0) {
		st.within(rest)
	}
}

// within takes bytes of the body of a metadata PES packet.
func (st *stream) within(b []byte) {
	switch {
	case len(b) == 0:
	case st.raw:
		st.join.feed(b, &st.src)
	case st.role == roleSync:
		st.cells(b)
	default:
		if st.first {
			st.first = false
			st.align(b)
		}
		st.join.feed(b, &st.src)
	}
}

// align decides whether the first bytes of an asynchronous PES packet continue a triplet.
func (st *stream) align(b []byte) {
	key := bytes.HasPrefix(b, labelPrefix)
	pending := st.join.pending()
	again := pending && len(st.join.buf) >= keyLen && bytes.HasPrefix(b, st.join.buf[:keyLen])
	if key && (st.aligned || again) {
		st.join.cut()
		pending = false
	}
	if st.aligned != (key && !pending) && st.once(&st.noted.alignment, CodeAlignment, st.pesOffset) {
		got, want := "0", "1"
		if st.aligned {
			got, want = want, got
		}
		st.d.defect(CodeAlignment, st.pesOffset, st.item(), got, want)
	}
}

// endPES ends the PES packet that was being read; the packet at off starts another.
func (st *stream) endPES(off int64) {
	if st.open && st.role == roleVideo && !st.padding {
		st.endPicture()
	}
	if st.open && st.isMetadata() {
		if st.role == roleSync && !st.raw {
			st.endCells()
		}
		if !st.lossy && !st.unlimited && !st.padding && (st.left > 0 || st.surplus > 0) {
			got := st.length - st.left
			if st.surplus > 0 {
				got = st.length + st.surplus
			}
			st.d.defect(CodePESLength, st.pesOffset, st.item(), decimal(int64(st.length))+" B", decimal(int64(got))+" B")
		}
	}
	st.open, st.raw = false, false
}

// loss is called when packets of the PID are missing before the one at off.
func (d *Demuxer) loss(st *stream, off int64) {
	st.psi.active = false
	st.lossy = true
	st.inHead = false
	if st.isMetadata() {
		st.join.cut()
		st.open = false
		st.src.hasPTS = false // of which PES packet the rest is cannot be told
		st.cell.reset()
	}
	if st.role == roleVideo && st.video != nil {
		st.video.done = true
	}
}

// endStream ends what a PID has pending, at the end of the stream or when its role changes.
func (d *Demuxer) endStream(st *stream, off int64) {
	if st.isMetadata() {
		if st.open && !st.lossy && !st.padding && st.left > 0 {
			d.defect(CodeTruncated, st.pesOffset, st.item(), decimal(int64(st.length-st.left))+" B", decimal(int64(st.length))+" B")
			st.lossy = true
		}
		st.endPES(off)
		st.join.end()
	}
	if st.role == roleVideo {
		st.endPES(off)
	}
	st.psi.active = false
	st.open, st.inHead, st.raw = false, false, false
}

// triplet hands out a unit.
func (st *stream) triplet(src *source, data []byte, truncated, damaged bool) {
	d := st.d
	st.units++
	st.unitBytes += int64(len(data))
	if truncated {
		st.truncated++
		d.defect(CodeUnitCut, src.offset, st.item(), decimal(int64(len(data)))+" B", wanted(st.join))
	}
	d.unit = Unit{
		PID: st.pid, Program: st.program.number, Carriage: st.role.carriage(), StreamID: src.streamID,
		Offset: src.offset, PTS: src.pts, HasPTS: src.hasPTS, Timeline: src.timeline,
		Service: src.service, Sequence: src.sequence,
		Data: data, Truncated: truncated, Damaged: damaged,
	}
	d.deliver(st.program)
}

func wanted(j *joiner) string {
	if j.need == 0 {
		return ""
	}
	return decimal(int64(j.need)) + " B"
}

func (st *stream) loose(offset, count int64) {
	st.d.defect(CodeLoose, offset, st.item(), decimal(count)+" B", "")
}

func (st *stream) badLength(src *source, length int) {
	st.d.defect(CodeUnitLength, src.offset, st.item(), decimal(int64(length)), decimal(int64(st.d.cfg.MaxUnit))+" B at most")
}
