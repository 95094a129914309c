package mpegts

import (
	"bytes"
	"encoding/binary"
	enchex "encoding/hex"
	"strings"
)

func hexBytes(b []byte) string { return strings.ToUpper(enchex.EncodeToString(b)) }

var startCode = []byte{0, 0, 1}

// maxNAL bounds what is kept of one SEI message or user data; that of ST 0604 has 30 bytes, but
// shares its NAL unit with others.
const maxNAL = 2048

// scanner walks the NAL units (H.264, HEVC) or start codes (MPEG-2) of a PES packet, up to the
// first slice or through all of it.
type scanner struct {
	codec      Codec
	full       bool
	done       bool // nothing of this PES packet is needed any more
	wantHeader bool // a start code ended the bytes before
	zeros      int  // zero bytes that ended the bytes before, 2 at most
	keeps      bool // the unit is kept in nal
	nal        []byte
	sliced     bool // a slice of the access unit was seen
}

func (v *scanner) begin(c Codec) {
	v.codec, v.done, v.wantHeader, v.zeros, v.keeps, v.sliced = c, c == UnknownCodec, false, 0, false, false
}

// next returns the end of the first start code that ends in b after pos.
func (v *scanner) next(b []byte, pos int) int {
	if pos == 0 {
		if v.zeros >= 2 && b[0] == 1 {
			return 1
		}
		if v.zeros >= 1 && len(b) >= 2 && b[0] == 0 && b[1] == 1 {
			return 2
		}
	}
	if i := bytes.Index(b[pos:], startCode); i >= 0 {
		return pos + i + 3
	}
	return -1
}

func (v *scanner) feed(b []byte, st *stream) {
	if len(b) == 0 {
		return
	}
	pos := 0
	if v.wantHeader {
		v.wantHeader = false
		v.unit(b[0], st)
	}
	for !v.done {
		e := v.next(b, pos)
		if v.keeps {
			end := len(b)
			if e >= 0 {
				end = max(pos, e-3)
			}
			v.nal = append(v.nal, b[pos:min(end, pos+maxNAL-min(maxNAL, len(v.nal)))]...)
		}
		if e < 0 {
			break
		}
		v.endUnit(st)
		if e == len(b) {
			v.wantHeader = true
			break
		}
		v.unit(b[e], st)
		pos = e
	}
	z := 0
	for z < 2 && z < len(b) && b[len(b)-1-z] == 0 {
		z++
	}
	if z == len(b) {
		z = min(2, z+v.zeros)
	}
	v.zeros = z
}

// unit starts the NAL unit whose first header byte is h.
func (v *scanner) unit(h byte, st *stream) {
	v.keeps = false
	v.nal = v.nal[:0]
	slice, leads := false, false // leads: starts a new access unit after a slice
	switch v.codec {
	case H264:
		t := h & 0x1F
		slice, leads = t >= 1 && t <= 5, t >= 6 && t <= 9
		v.keeps = t == 6
		if t == 5 {
			v.key(st)
		}
	case HEVC:
		t := h >> 1 & 0x3F
		slice, leads = t <= 31, t >= 32 && t <= 35 || t == 39
		v.keeps = t == 39
		if t >= 16 && t <= 23 {
			v.key(st)
		}
	case MPEG2:
		slice, leads = h >= 0x01 && h <= 0xAF, h == 0x00 || h == 0xB3 || h == 0xB8
		v.keeps = h == 0xB2
		if h == 0xB3 { // a sequence header, where decoding can start
			if v.sliced && v.full {
				v.another(st)
				leads = false
			}
			v.key(st)
		}
	case UnknownCodec:
		v.done = true
	}
	if v.sliced && leads && v.full {
		v.another(st)
	}
	if slice && !v.sliced {
		v.sliced = true
		st.show()
		v.done = !v.full
	}
}

func (v *scanner) key(st *stream) {
	if !st.shown {
		st.picture.RandomAccess = true
	}
}

// another starts the next access unit of the same PES packet, which has no time of its own.
func (v *scanner) another(st *stream) {
	st.show()
	v.sliced = false
	p := st.picture
	st.picture = Picture{PID: p.PID, Program: p.Program, Codec: p.Codec, Offset: st.src.offset, Timeline: p.Timeline}
	st.shown = false
}

// endUnit reads the unit that was kept.
func (v *scanner) endUnit(st *stream) {
	if !v.keeps {
		return
	}
	v.keeps = false
	switch v.codec {
	case H264:
		st.messages(unescape(v.nal[min(1, len(v.nal)):]))
	case HEVC:
		st.messages(unescape(v.nal[min(2, len(v.nal)):]))
	case MPEG2:
		if len(v.nal) > 1 {
			st.userData(v.nal[1:])
		}
	case UnknownCodec:
	}
}

// unescape takes the emulation prevention bytes out, in place.
func unescape(b []byte) []byte {
	n, zeros := 0, 0
	for _, c := range b {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		b[n] = c
		n++
	}
	return b[:n]
}

// SEI payload types (ITU-T H.264 annex D, H.265 annex D).
const (
	seiUserData      = 5
	seiRecoveryPoint = 6
)

// messages reads the messages of an SEI RBSP.
func (st *stream) messages(b []byte) {
	for len(b) > 2 { // one byte of trailing bits at least
		var kind, size int
		for len(b) > 0 && b[0] == 0xFF {
			kind += 255
			b = b[1:]
		}
		if len(b) == 0 {
			return
		}
		kind += int(b[0])
		b = b[1:]
		for len(b) > 0 && b[0] == 0xFF {
			size += 255
			b = b[1:]
		}
		if len(b) == 0 {
			return
		}
		size += int(b[0])
		b = b[1:]
		if size > len(b) {
			return
		}
		switch kind {
		case seiUserData:
			st.userData(b[:size])
		case seiRecoveryPoint:
			st.video.key(st)
		}
		b = b[size:]
	}
}

// The identifiers of ST 0604: microseconds in H.264 and MPEG-2, microseconds and nanoseconds in
// HEVC.
var (
	idMicros     = []byte("MISPmicrosectime")
	idMicrosHEVC = []byte("\xA8\x68\x7D\xD4\xD7\x59\x37\x58\xA5\xCE\xF0\x33\x8B\x65\x45\xF1")
	idNanosHEVC  = []byte("\xCF\x84\x82\x78\xEE\x23\x30\x6C\x92\x65\xE8\xFE\xF2\x2F\xB8\xB8")
)

// Times outside these years are not those of a recording.
const (
	year1990 = 631152000 * 1000000
	year2100 = 4102444800 * 1000000
)

// userData reads a time of ST 0604: the identifier, a status byte, and eight bytes of time with
// FF after the second, the fourth and the sixth so that no start code can arise.
func (st *stream) userData(b []byte) {
	if len(b) < 16 {
		return
	}
	nano := bytes.Equal(b[:16], idNanosHEVC)
	if !nano && !bytes.Equal(b[:16], idMicros) && !bytes.Equal(b[:16], idMicrosHEVC) {
		return
	}
	v := b[16:]
	if len(v) < 12 || v[3] != 0xFF || v[6] != 0xFF || v[9] != 0xFF {
		st.d.defect(CodeVideoTime, st.src.offset, st.item(), hexBytes(v[:min(12, len(v))]), "")
		return
	}
	raw := [8]byte{v[1], v[2], v[4], v[5], v[7], v[8], v[10], v[11]}
	t := Timestamp{Count: binary.BigEndian.Uint64(raw[:]), Nano: nano, Status: v[0]}
	t.Plausible = t.Micros() >= year1990 && t.Micros() < year2100
	if !t.Plausible {
		st.d.defect(CodeVideoTime, st.src.offset, st.item(), decimal(int64(t.Micros())), "")
	}
	if !st.shown {
		st.picture.Time, st.picture.HasTime = t, true
	}
}

// show hands the picture out, once.
func (st *stream) show() {
	if st.shown {
		return
	}
	st.shown = true
	st.pictures++
	if st.picture.RandomAccess {
		st.keyPictures++
	}
	st.d.picture = st.picture
	st.d.h.Picture(&st.d.picture)
}

// endPicture ends the PES packet of a picture.
func (st *stream) endPicture() {
	if st.video != nil && !st.video.done {
		st.video.endUnit(st)
		st.video.done = true
	}
	st.show()
}
