// Package imapb maps floating point numbers to integers and back as MISB ST 1201.5 does with
// minimum, maximum and length given (IMAPB), special values included.
//
// IMAPA (minimum, maximum and precision given) is left out: no item of ST 0601, ST 0903 or
// ST 1010 is sent with it.
package imapb

import (
	"encoding/binary"
	"math"
)

// Kind says what an encoded value is. Only Finite is a number; the rest are the special values of
// ST 1201.5 clause 6.3, which a reader must never take for one.
type Kind uint8

// The kinds. The zero value is Malformed, so that a forgotten kind is never a number.
const (
	Malformed     Kind = iota // length outside 1..8, or a Scale that was not made by New
	Finite                    // a number of the range
	PosInf                    // C8
	NegInf                    // E8
	PosQuietNaN               // D0
	NegQuietNaN               // F0
	PosSignalNaN              // D8
	NegSignalNaN              // F8
	UserDefined               // C0
	BelowMinimum              // E0: the source had a value below the minimum
	AboveMaximum              // E1: the source had a value above the maximum
	OtherMISB                 // E2..E7
	ReservedValue             // every other pattern with the top bit and one more bit set
)

// Scale is one mapping: range, length and the factors of ST 1201.5 clause 8.1.2.
// It is immutable and holds no pointers; make one for each range and length and keep it.
type Scale struct {
	min, max float64
	forward  float64 // sF, steps a unit
	reverse  float64 // sR = 1/sF
	zero     float64 // zOffset: makes 0.0 map to an integer and back to exactly 0.0
	length   int
}

// New returns the mapping of [low, high] to length bytes. Length is 1 to 8 and low < high, both
// finite; otherwise the Scale answers Malformed to everything.
func New(low, high float64, length int) Scale {
	width := high - low
	if length < 1 || length > 8 || !(width > 0) || math.IsInf(width, 0) {
		return Scale{}
	}
	fraction, exponent := math.Frexp(width) // width = fraction * 2^exponent, fraction in [0.5, 1)
	if fraction == 0.5 {
		exponent-- // width is a power of two: ceil(log2) is exact
	}
	s := Scale{min: low, max: high, length: length}
	s.forward = math.Ldexp(1, 8*length-1-exponent)
	s.reverse = math.Ldexp(1, exponent+1-8*length)
	if low < 0 && high > 0 {
		s.zero = s.forward*low - math.Floor(s.forward*low)
	}
	return s
}

// Lengths returns the mappings of [low, high] to 1..8 bytes, indexed by length; index 0 is
// Malformed. The length of an IMAPB item is that of the item, not fixed.
func Lengths(low, high float64) *[9]Scale {
	t := new([9]Scale)
	for n := 1; n <= 8; n++ {
		t[n] = New(low, high, n)
	}
	return t
}

// Range returns the ends of the range.
func (s *Scale) Range() (low, high float64) { return s.min, s.max }

// Length returns the number of bytes.
func (s *Scale) Length() int { return s.length }

// Step returns the distance between neighbouring values.
func (s *Scale) Step() float64 { return s.reverse }

// Decode reads a value of exactly Length bytes. The number is meaningful for Finite; for
// infinities and NaN it is the IEEE value, for all else 0. A producer that does not check its
// input can send a Finite value beyond the range; the caller compares with Range if it matters.
func (s *Scale) Decode(b []byte) (float64, Kind) {
	if len(b) != s.length || s.length == 0 {
		return 0, Malformed
	}
	var y uint64
	for _, c := range b {
		y = y<<8 | uint64(c)
	}
	return s.DecodeBits(y << (64 - 8*uint(s.length)))
}

// DecodeBits is Decode for a value that is already in the top bytes of an integer. Bits below the
// value are ignored: a caller may load eight bytes where fewer belong to the value.
func (s *Scale) DecodeBits(top uint64) (float64, Kind) {
	shift := 64 - 8*uint(s.length)
	y := top >> (shift & 63)
	if top < 1<<63 || y<<((shift+1)&63) == 0 {
		if s.length == 0 {
			return 0, Malformed
		}
		return s.reverse*(float64(y)-s.zero) + s.min, Finite
	}
	return special(byte(top >> 56))
}

// special tells the special values apart by the top five bits, the MISB-defined ones by eight.
func special(first byte) (float64, Kind) {
	switch first & 0xF8 {
	case 0xC0:
		return 0, UserDefined
	case 0xC8:
		return math.Inf(1), PosInf
	case 0xE8:
		return math.Inf(-1), NegInf
	case 0xD0:
		return math.NaN(), PosQuietNaN
	case 0xF0:
		return math.Copysign(math.NaN(), -1), NegQuietNaN
	case 0xD8:
		return math.NaN(), PosSignalNaN
	case 0xF8:
		return math.Copysign(math.NaN(), -1), NegSignalNaN
	case 0xE0:
		switch first {
		case 0xE0:
			return 0, BelowMinimum
		case 0xE1:
			return 0, AboveMaximum
		}
		return 0, OtherMISB
	}
	return 0, ReservedValue
}

// Encode returns the integer for x, rounded down as the standard has it, and what it says.
// A number outside the range becomes BelowMinimum or AboveMaximum, an infinity or NaN its special
// value: the reader learns that there was a value that did not fit.
func (s *Scale) Encode(x float64) (uint64, Kind) {
	if s.length == 0 {
		return 0, Malformed
	}
	kind := Finite
	switch {
	case math.IsInf(x, 1):
		kind = PosInf
	case math.IsInf(x, -1):
		kind = NegInf
	case math.IsNaN(x) && math.Signbit(x):
		kind = NegQuietNaN
	case math.IsNaN(x):
		kind = PosQuietNaN
	case x < s.min:
		kind = BelowMinimum
	case x > s.max:
		kind = AboveMaximum
	}
	if kind != Finite {
		return uint64(kind.code()) << (8 * uint(s.length-1)), kind
	}
	return uint64(math.Floor(s.forward*(x-s.min) + s.zero)), Finite
}

// Quantize returns the integer whose decoded value is nearest to x. For an x that Decode returned
// it gives back the same integer, which rounding down does not promise once sums have been
// rounded to doubles.
func (s *Scale) Quantize(x float64) (uint64, Kind) {
	y, kind := s.Encode(x)
	// The lowest and the highest integers decode to just outside the range where a step does not
	// divide it: they go back to themselves.
	if kind == BelowMinimum || kind == AboveMaximum {
		edge := min(max(math.Round(s.forward*(x-s.min)+s.zero), 0), float64(uint64(1)<<(8*uint(s.length)-1)))
		if n := uint64(edge); math.Abs(s.value(n)-x) < s.reverse/2 && x > s.min-s.reverse && x < s.max+s.reverse {
			return n, Finite
		}
	}
	if kind != Finite {
		return y, kind
	}
	best, gap := y, math.Abs(s.value(y)-x)
	if g := math.Abs(s.value(y+1) - x); g < gap && y < 1<<(8*uint(s.length)-1) {
		best, gap = y+1, g
	}
	if y > 0 && math.Abs(s.value(y-1)-x) < gap {
		best = y - 1
	}
	return best, Finite
}

func (s *Scale) value(y uint64) float64 { return s.reverse*(float64(y)-s.zero) + s.min }

// Append appends the encoding of x, Length bytes, and says what it says.
func (s *Scale) Append(dst []byte, x float64) ([]byte, Kind) {
	y, kind := s.Encode(x)
	return s.appendBits(dst, y), kind
}

// AppendKind appends a special value. Finite and Malformed have no pattern and append nothing.
func (s *Scale) AppendKind(dst []byte, k Kind) []byte {
	if c := k.code(); c != 0 {
		return s.appendBits(dst, uint64(c)<<(8*uint(max(s.length, 1)-1)))
	}
	return dst
}

func (s *Scale) appendBits(dst []byte, y uint64) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], y)
	return append(dst, b[8-s.length:]...)
}

// code returns the first byte of a special value, 0 for what is none. ReservedValue has many; its
// lowest is 0x88.
func (k Kind) code() byte {
	switch k {
	case PosInf:
		return 0xC8
	case NegInf:
		return 0xE8
	case PosQuietNaN:
		return 0xD0
	case NegQuietNaN:
		return 0xF0
	case PosSignalNaN:
		return 0xD8
	case NegSignalNaN:
		return 0xF8
	case UserDefined:
		return 0xC0
	case BelowMinimum:
		return 0xE0
	case AboveMaximum:
		return 0xE1
	case OtherMISB:
		return 0xE2
	case ReservedValue:
		return 0x88
	case Malformed, Finite:
	}
	return 0
}

// String returns the name of the kind as findings print it.
func (k Kind) String() string {
	switch k {
	case Finite:
		return "finite"
	case PosInf:
		return "+inf"
	case NegInf:
		return "-inf"
	case PosQuietNaN:
		return "+qNaN"
	case NegQuietNaN:
		return "-qNaN"
	case PosSignalNaN:
		return "+sNaN"
	case NegSignalNaN:
		return "-sNaN"
	case UserDefined:
		return "user defined"
	case BelowMinimum:
		return "below minimum"
	case AboveMaximum:
		return "above maximum"
	case OtherMISB:
		return "MISB defined"
	case ReservedValue:
		return "reserved"
	case Malformed:
	}
	return "malformed"
}
