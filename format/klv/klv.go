// Package klv reads and writes SMPTE ST 336 key-length-value data as MISB ST 0107 restricts it:
// BER lengths, BER-OID tags, universal labels, the 16-bit running checksum.
package klv

import (
	"encoding/binary"
	"errors"
)

// Key is a 16-byte SMPTE universal label.
type Key [16]byte

// Prefix starts every SMPTE universal label.
var Prefix = [4]byte{0x06, 0x0E, 0x2B, 0x34}

// ErrTruncated is returned when the bytes end inside a length, a tag or a value.
var ErrTruncated = errors.New("truncated")

// ErrLength is returned for a BER length that is indefinite (0x80), wider than four bytes, or
// longer than what holds it.
var ErrLength = errors.New("bad BER length")

// ErrOID is returned for a BER-OID tag wider than 32 bits.
var ErrOID = errors.New("bad BER-OID")

// ParseLength reads a BER length and returns it with the bytes it took. A longer form than needed
// is accepted; the caller tells it by size.
func ParseLength(b []byte) (n, size int, err error) {
	if len(b) == 0 {
		return 0, 0, ErrTruncated
	}
	if b[0] < 0x80 {
		return int(b[0]), 1, nil
	}
	k := int(b[0] & 0x7F)
	if k == 0 || k > 4 {
		return 0, 0, ErrLength
	}
	if len(b) < 1+k {
		return 0, 0, ErrTruncated
	}
	for _, c := range b[1 : 1+k] {
		n = n<<8 | int(c)
	}
	return n, 1 + k, nil
}

// AppendLength appends n in the shortest BER form (ST 0107.3-05).
func AppendLength(dst []byte, n int) []byte {
	switch {
	case n < 0x80:
		return append(dst, byte(n))
	case n < 1<<8:
		return append(dst, 0x81, byte(n))
	case n < 1<<16:
		return append(dst, 0x82, byte(n>>8), byte(n))
	case n < 1<<24:
		return append(dst, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// ParseOID reads a BER-OID number (7 bits a byte, high bit = more) and the bytes it took.
func ParseOID(b []byte) (v uint32, size int, err error) {
	for i, c := range b {
		if i == 5 || v > 1<<25-1 {
			return 0, 0, ErrOID
		}
		v = v<<7 | uint32(c&0x7F)
		if c < 0x80 {
			return v, i + 1, nil
		}
	}
	return 0, 0, ErrTruncated
}

// AppendOID appends v as BER-OID.
func AppendOID(dst []byte, v uint32) []byte {
	for shift := 28; shift > 0; shift -= 7 {
		if v>>shift != 0 {
			dst = append(dst, byte(v>>shift)|0x80)
		}
	}
	return append(dst, byte(v&0x7F))
}

// Checksum is the running 16-bit sum of MISB ST 0601: bytes at even offsets count shifted left by
// eight, bytes at odd offsets as they are, modulo 65,536.
func Checksum(b []byte) uint16 {
	// The sum is that of the big-endian 16-bit words. Two of the four words of eight bytes are
	// added in the 32-bit halves of one register: 65,536 additions cannot carry over.
	const words = 0x0000FFFF0000FFFF
	var total uint64
	for len(b) >= 16 {
		n := min(len(b)&^15, 1<<18)
		var even, odd uint64
		for c := b[:n]; len(c) >= 16; c = c[16:] {
			v, w := binary.BigEndian.Uint64(c), binary.BigEndian.Uint64(c[8:16])
			even += v&words + w&words
			odd += v>>16&words + w>>16&words
		}
		total += even>>32 + even&0xFFFFFFFF + odd>>32 + odd&0xFFFFFFFF
		b = b[n:]
	}
	for len(b) >= 2 {
		total += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		total += uint64(b[0]) << 8
	}
	return uint16(total)
}
