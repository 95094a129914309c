package simulate

import (
	"encoding/binary"
	"math"

	"overflight/format/klv"
)

// set builds a local set: tags, lengths and values after ST 0601.19, by formulas of its own, so that
// a fault in the decoder cannot hide behind the same fault in an encoder.
type set struct {
	bytes []byte
	clear map[uint32]bool // items that go out without a value
}

func (s *set) raw(tag uint32, value []byte) {
	s.bytes = klv.AppendOID(s.bytes, tag)
	if s.clear[tag] {
		value = nil
	}
	s.bytes = klv.AppendLength(s.bytes, len(value))
	s.bytes = append(s.bytes, value...)
}

func (s *set) text(tag uint32, v string) {
	if v != "" {
		s.raw(tag, []byte(v))
	}
}

// whole writes an unsigned integer in n bytes.
func (s *set) whole(tag uint32, v uint64, n int) { s.raw(tag, bigEndian(v, n)) }

// least writes an unsigned integer in as many bytes as it needs.
func (s *set) least(tag uint32, v uint64) {
	n := 1
	for n < 8 && v>>(8*n) != 0 {
		n++
	}
	s.raw(tag, bigEndian(v, n))
}

func bigEndian(v uint64, n int) []byte {
	return binary.BigEndian.AppendUint64(nil, v)[8-n:]
}

// unsigned maps [low, high] on all codes of n bytes.
func (s *set) unsigned(tag uint32, v, low, high float64, n int) {
	top := math.Exp2(float64(8*n)) - 1
	s.raw(tag, bigEndian(uint64(math.Round(clamp((v-low)/(high-low)*top, 0, top))), n))
}

// signed maps [-limit, limit] on the codes of n bytes but the lowest, which is reserved.
func (s *set) signed(tag uint32, v, limit float64, n int) {
	top := math.Exp2(float64(8*n-1)) - 1
	s.raw(tag, bigEndian(uint64(int64(math.Round(clamp(v/limit*top, -top, top)))), n))
}

// reserved writes the lowest code of n bytes: out of range, or off the Earth.
func (s *set) reserved(tag uint32, n int) { s.raw(tag, bigEndian(1<<(8*n-1), n)) }

// mapped writes an IMAPB of ST 1201 in n bytes.
func (s *set) mapped(tag uint32, v, low, high float64, n int) {
	s.raw(tag, imap(clamp(v, low, high), low, high, n))
}

func imap(v, low, high float64, n int) []byte {
	forward := math.Exp2(float64(8*n-1) - math.Ceil(math.Log2(high-low)))
	zero := 0.0
	if low < 0 && high > 0 {
		zero = forward*low - math.Floor(forward*low)
	}
	return bigEndian(uint64(math.Floor(forward*(v-low)+zero)), n)
}

func clamp(v, low, high float64) float64 { return min(max(v, low), high) }
