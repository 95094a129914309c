package playback

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"overflight/format/mpegts"
)

// parameters finds the parameter sets of H.264 in the first key picture of a stream: bytes go through it on their way.
type parameters struct {
	stride int // of transport packets; 0 before it is known
	held   []byte
	base   int64 // offset of what is held
	pid    int
	from   int64 // offset of the key picture; negative before there is one
	wanted bool
}

// keptBehind is how much is kept because a picture is told of once it has begun; parametersWithin how far behind its beginning
// parameter sets are looked for.
const (
	keptBehind       = 1 << 20
	parametersWithin = 256 << 10
)

// Write keeps the newest bytes until the key picture is there.
func (p *parameters) Write(b []byte) (int, error) {
	if p.stride == 0 && len(p.held) < 8*204 {
		p.held = append(p.held, b...)
		if size, ok := mpegts.Sniff(p.held); ok {
			p.stride = size
		}
		return len(b), nil
	}
	if p.wanted && p.base+int64(len(p.held)) >= p.from+parametersWithin {
		return len(b), nil
	}
	if p.held = append(p.held, b...); !p.wanted && len(p.held) > 2*keptBehind {
		drop := len(p.held) - keptBehind
		p.held, p.base = append(p.held[:0], p.held[drop:]...), p.base+int64(drop)
	}
	return len(b), nil
}

func (p *parameters) want(pid int, from int64) { p.wanted, p.pid, p.from = true, pid, from }

// found returns the first sequence parameter set, and whether the picture parameter set beside it is one that decoders take.
func (p *parameters) found() (set sequence, ok, sound bool) {
	if !p.wanted || p.from < p.base || p.stride == 0 {
		return set, false, false
	}
	var stream []byte
	started := false
	for at := int(p.from - p.base); at+p.stride <= len(p.held) && len(stream) < parametersWithin; at += p.stride {
		packet := p.held[at : at+p.stride]
		if packet[0] != 0x47 || int(packet[1]&0x1F)<<8|int(packet[2]) != p.pid || packet[3]&0x10 == 0 {
			continue
		}
		payload := packet[4:min(packetSize, len(packet))]
		if packet[3]&0x20 != 0 {
			if skip := 1 + int(payload[0]); skip < len(payload) {
				payload = payload[skip:]
			} else {
				continue
			}
		}
		if packet[1]&0x40 != 0 {
			if started {
				break // the next picture
			}
			if started = true; len(payload) < 9 || len(payload) < 9+int(payload[8]) {
				continue
			}
			payload = payload[9+int(payload[8]):]
		}
		stream = append(stream, payload...)
	}
	units(stream, func(unit []byte) {
		switch unit[0] & 0x1F {
		case 7:
			if s, good := parseSequence(unit); good && !ok {
				set, ok = s, true
			}
		case 8:
			r := bits{b: unescaped(unit[1:]), good: true}
			picture, sequence := r.ue(), r.ue()
			sound = sound || r.good && picture <= 255 && sequence <= 31 // 7.4.2.2
		}
	})
	return set, ok, sound
}

var start = []byte{0, 0, 1}

// units calls visit for each NAL unit of a byte stream (H.264 annex B).
func units(b []byte, visit func([]byte)) {
	at := bytes.Index(b, start)
	for at >= 0 {
		b = b[at+len(start):]
		at = bytes.Index(b, start)
		unit := b
		if at >= 0 {
			unit = b[:at]
		}
		if len(unit) > 1 {
			visit(unit)
		}
	}
}

// unescaped is a NAL unit without its emulation prevention (7.4.1).
func unescaped(b []byte) []byte {
	out := make([]byte, 0, len(b))
	zeros := 0
	for _, c := range b {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

// sequence is what is needed of a sequence parameter set (H.264 7.3.2.1.1).
type sequence struct {
	profile, constraints, level byte
	width, height               int
	aspect                      [2]int
}

func (s *sequence) codec() string {
	return fmt.Sprintf("avc1.%02X%02X%02X", s.profile, s.constraints, s.level)
}

// aspects are the sample aspect ratios of table E-1.
var aspects = [...][2]int{
	{}, {1, 1}, {12, 11}, {10, 11}, {16, 11}, {40, 33}, {24, 11}, {20, 11}, {32, 11}, {80, 33}, {18, 11}, {15, 11}, {64, 33}, {160, 99}, {4, 3}, {3, 2}, {2, 1},
}

// mostSamples bounds the width and height of a picture: level 6.2 allows less.
const mostSamples = 1 << 14

func parseSequence(unit []byte) (s sequence, ok bool) {
	b := unescaped(unit[1:])
	if len(b) < 4 {
		return s, false
	}
	s.profile, s.constraints, s.level = b[0], b[1], b[2]
	r := bits{b: b[3:], good: true}
	if r.ue() > 31 {
		return s, false
	}
	chroma, separate := uint32(1), false
	switch s.profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		if chroma = r.ue(); chroma == 3 {
			separate = r.flag()
		}
		r.ue()
		r.ue()
		r.flag()
		if r.flag() {
			lists := 8
			if chroma == 3 {
				lists = 12
			}
			for i := range lists {
				if r.flag() {
					r.scaling(map[bool]int{true: 16, false: 64}[i < 6])
				}
			}
		}
	}
	r.ue()
	switch r.ue() {
	case 0:
		r.ue()
	case 1:
		r.flag()
		r.se()
		r.se()
		for n := min(r.ue(), 255); n > 0; n-- {
			r.se()
		}
	}
	r.ue()
	r.flag()
	width, height := int(r.ue())+1, int(r.ue())+1
	frames := r.flag()
	if !frames {
		r.flag()
	}
	r.flag()
	fields := 2
	if frames {
		fields = 1
	}
	if width > mostSamples/16 || height > mostSamples/16 {
		return s, false
	}
	s.width, s.height = 16*width, 16*height*fields
	if r.flag() { // cropping, in units of 6.2 and 7.4.2.1.1
		x, y := 1, fields
		if !separate && (chroma == 1 || chroma == 2) {
			x = 2
		}
		if !separate && chroma == 1 {
			y *= 2
		}
		left, right, top, bottom := int(r.ue()), int(r.ue()), int(r.ue()), int(r.ue())
		s.width -= x * (left + right)
		s.height -= y * (top + bottom)
	}
	usability := r.flag()
	if usability && r.flag() {
		if kind := r.read(8); kind == 255 {
			s.aspect = [2]int{int(r.read(16)), int(r.read(16))}
		} else if int(kind) < len(aspects) {
			s.aspect = aspects[kind]
		}
	}
	return s, r.good && s.width > 0 && s.height > 0
}

// bits reads a bit string; good is false once it was read beyond its end.
type bits struct {
	b    []byte
	at   int
	good bool
}

func (r *bits) read(n int) uint32 {
	if r.at+n > 8*len(r.b) {
		r.good = false
		return 0
	}
	var word [8]byte
	copy(word[:], r.b[r.at/8:])
	v := binary.BigEndian.Uint64(word[:]) << (r.at % 8) >> (64 - n)
	r.at += n
	return uint32(v)
}

func (r *bits) flag() bool { return r.read(1) == 1 }

// ue reads an unsigned number of clause 9.1.
func (r *bits) ue() uint32 {
	zeros := 0
	for r.good && r.read(1) == 0 {
		if zeros++; zeros > 31 {
			r.good = false
		}
	}
	if !r.good {
		return 0
	}
	return 1<<zeros - 1 + r.read(zeros)
}

func (r *bits) se() int32 {
	v := r.ue()
	if v&1 == 1 {
		return int32(v/2) + 1
	}
	return -int32(v / 2)
}

// scaling skips a scaling list (7.3.2.1.1.1).
func (r *bits) scaling(size int) {
	last, next := int32(8), int32(8)
	for range size {
		if next != 0 {
			next = (last + r.se() + 256) % 256
		}
		if next != 0 {
			last = next
		}
	}
}
