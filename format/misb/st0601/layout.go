package st0601

import (
	"encoding/binary"
	"math"
)

// mostPlaces bounds a layout. ST 0902's minimum set has 25 items, full packets have some 50.
const mostPlaces = 64

// mostPatience bounds how many packets in a row must differ from a layout before another is learned.
const mostPatience = 1 << 10

// layout is where the items of a packet are. Packets of a stream mostly look alike, and an item
// that is looked for where it was the last time waits neither for the length of the item before it
// nor for a table by tag: that is most of what reading a packet takes. A layout is a guess and no
// more: of every item tag and length are compared, and from what differs on Set.walk reads.
//
// A layout never changes once it is made: sets point to it.
type layout struct {
	steps  []place          // items in steps, in their order
	others []place          // and all others
	body   int              // where the first item is
	end    int              // where the last one ends
	state  [tagCount]State  // of a set that is all like this
	first  [tagCount]uint32 // and its Set.first
}

// place is an item of a layout, in one cache line.
type place struct {
	end   uint32 // offset behind the value
	tag   uint8
	size  uint8 // of the value
	how   reading
	head  uint64 // tag and length of one in steps, where they are in the eight bytes before the end
	over  uint64 // the bits that they are
	mask  uint64 // as in op
	sign  int64
	code  int64 // of codes how many have a meaning
	scale float64
	add   float64
}

// reading is how a place is read.
type reading uint8

const (
	asSteps   reading = iota // steps
	asNumber                 // an integer
	asLetters                // ASCII
	asLater                  // a value that is read when somebody asks for it
)

// beforeValue is how far before its value an item begins.
const beforeValue = 2

// follow reads a packet as far as it is like the layout, just as Set.walk would, and returns where
// that ends. Where an item is does not hang on those before it, so like is read with like: that
// spares guesses of the processor, and the checksum, which comes last, soon tells of another length.
func (l *layout) follow(s *Set) (pos int) {
	if l == nil || l.body != s.body {
		return s.body
	}
	pos = l.end
	if i := s.rest(l.others); i < len(l.others) {
		pos = l.others[i].start()
	}
	if i := s.steps(l.steps); i < len(l.steps) {
		pos = min(pos, l.steps[i].start())
	}
	if pos == l.end && pos == len(s.packet) {
		s.state, s.laid = l.state, l
		return pos
	}
	l.mark(s, l.steps, pos)
	l.mark(s, l.others, pos)
	return pos
}

// mark notes that the places before pos were read.
func (l *layout) mark(s *Set, places []place, pos int) {
	for i := range places {
		x := &places[i]
		if int(x.end) > pos {
			return
		}
		s.first[x.tag], s.state[x.tag] = uint32(x.start()), OK
	}
}

// start is the offset of the item.
func (x *place) start() int { return int(x.end) - int(x.size) - beforeValue }

// steps reads as many items as are in steps and where the places have them. It is a function of
// its own, and calls none, so that what it works on stays in registers.
func (s *Set) steps(places []place) int {
	p := s.packet[:len(s.packet):len(s.packet)]
	for i := range places {
		x := &places[i]
		end := int(x.end)
		if uint(end) > uint(len(p)) {
			return i
		}
		load := binary.BigEndian.Uint64(p[end-8 : end])
		v := (int64(load&x.mask) ^ x.sign) - x.sign
		if load&x.over != x.head || v == x.code {
			return i
		}
		s.bits[x.tag&0x7F] = math.Float64bits(float64(v)*x.scale + x.add)
	}
	return len(places)
}

// rest reads as many items as are not in steps and where the places have them.
func (s *Set) rest(places []place) int {
	p := s.packet
	for i := range places {
		x := &places[i]
		end := int(x.end)
		if uint(end) > uint(len(p)) {
			return i
		}
		head := p[end-int(x.size)-beforeValue : end]
		load := binary.BigEndian.Uint64(p[end-8 : end])
		v := (int64(load&x.mask) ^ x.sign) - x.sign
		if uint64(binary.BigEndian.Uint16(head)) != x.head || v >= x.code || x.how == asLetters && !ascii(head[beforeValue:], load) {
			return i
		}
		s.bits[x.tag&0x7F] = uint64(v) // which says nothing of text and what is read later
	}
	return len(places)
}

// layoutOf makes a layout of a packet that was read to its end; nil when it is not worth one.
func layoutOf(s *Set) *layout {
	l := &layout{body: s.body, end: s.body}
	for sp := range s.spans() {
		x, ok := s.place(sp)
		if !ok || len(l.steps)+len(l.others) == mostPlaces {
			break // from here on Set.walk reads
		}
		if x.how == asSteps {
			l.steps = append(l.steps, x)
		} else {
			l.others = append(l.others, x)
		}
		l.end = int(x.end)
		l.state[x.tag], l.first[x.tag] = OK, uint32(sp.head)
	}
	return l
}

// place tells how an item is read; false when it takes more than a layout knows.
func (s *Set) place(sp span) (place, bool) {
	if sp.at != sp.head+beforeValue || sp.tag == 0 || sp.tag > 0x7F || s.first[sp.tag] != uint32(sp.head) || sp.n > 63 {
		return place{}, false
	}
	o := &ops[sp.tag]
	if o.kind == Text || o.kind == Nested {
		o = &plain[sp.tag]
	}
	if o.lengths>>sp.n&1 == 0 {
		return place{}, false
	}
	x := place{
		end: uint32(sp.at + sp.n), mask: math.MaxUint64 >> (64 - 8*min(sp.n, 8)), tag: uint8(sp.tag), size: uint8(sp.n),
		head: uint64(sp.tag)<<8 | uint64(sp.n), code: math.MaxInt64,
	}
	switch o.kind {
	case Linear: // of at most four bytes
		x.over = 0xFFFF << (8 * sp.n)
		x.head <<= 8 * sp.n
		x.how, x.sign, x.code, x.scale, x.add = asSteps, o.sign, o.code, o.scale, o.add
	case Signed:
		x.how, x.sign = asNumber, 1<<(8*sp.n-1)
	case Unsigned, Instant, Flags, Sum:
		x.how = asNumber
	case Code:
		x.how, x.code = asNumber, int64(o.meanings)
	case Text:
		x.how = asLetters
	case Nested:
		x.how = asLater
	case Mapped, Opaque:
		return place{}, false
	}
	return x, true
}
