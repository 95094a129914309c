// Package evidence names bytes so that every derived value can lead back to them.
//
// It holds no bytes and does no input or output: a Ref says where bytes are, a Digest what they
// were, a Defect what was wrong with them.
package evidence

import (
	"encoding/hex"
	"fmt"
	"strconv"
)

// Digest is a SHA-256 digest (FIPS 180-4).
type Digest [32]byte

// String returns the digest in lower-case hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes what String returns.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (d *Digest) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("digest has %d characters: expected 64 hexadecimal digits", len(b))
	}
	if _, err := hex.Decode(d[:], b); err != nil {
		return fmt.Errorf("digest: expected 64 hexadecimal digits: %w", err)
	}
	return nil
}

// Ref says where a value came from. Offset and Length are bytes in the source as it was received,
// before any decompression or reassembly.
type Ref struct {
	Source string // name the source was opened under
	Offset int64
	Length int64
}

// Code identifies a kind of defect, for example "klv.checksum". The texts of every code, English
// and Spanish, are in the catalogue; a test holds the two together.
type Code string

// Defect is a finding about input. Decoders return what they could read plus their defects, they
// never repair what they keep. Got and Want are language neutral: numbers, units, names of the
// standard.
type Defect struct {
	Code   Code
	Offset int64  // bytes from the start of the source, as in Ref
	Item   string // path of tags, "74.101.3", or a field name; empty when the defect is of no item
	Got    string
	Want   string
}

// String is for logs and test failures; what a person reads is made from the catalogue.
func (d Defect) String() string {
	s := string(d.Code) + " at " + strconv.FormatInt(d.Offset, 10)
	if d.Item != "" {
		s += " item " + d.Item
	}
	if d.Got != "" {
		s += ": got " + d.Got
	}
	if d.Want != "" {
		s += ", want " + d.Want
	}
	return s
}
