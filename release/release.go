// Package release says what of a report a recipient may have, and proves that it is what was logged.
//
// A report is a list of records with fixed fields. Each field is committed to with a salt of its own that follows from the report's
// seed, so that who is shown some fields can check them against the one root that stands in the transparency log, and learns nothing of
// the others but that they are there. Places and instants are committed to digit by digit: a coarse one is provably the beginning of what
// was logged. A record that is withheld whole leaves its hash: it can be counted.
//
// The scheme is described in docs/redaction.md, with vectors for a second implementation. A proof says "this was logged", not "this is
// true", and hiding is not erasing: a report is erased by destroying its seed, while its root stays valid.
//
// The package reads no clock and makes no random numbers.
package release

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"overflight/evidence"
	"overflight/transparency"
)

// Seed is what all salts of a report follow from: 32 random bytes, made for this report and derived from nothing that is kept. Who
// destroys it makes what was not disclosed unprovable for ever.
type Seed [32]byte

// Salt keeps a commitment from being guessed: 128 bits.
type Salt [16]byte

// MarshalText writes 32 hexadecimal digits.
func (s Salt) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText reads 32 hexadecimal digits.
func (s *Salt) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(s)) {
		return fmt.Errorf("salt of %d characters: expected 32 hexadecimal digits", len(b))
	}
	if _, err := hex.Decode(s[:], b); err != nil {
		return fmt.Errorf("salt: expected 32 hexadecimal digits: %w", err)
	}
	return nil
}

// Kind is what a value is. It is part of what is committed to.
type Kind string

// The closed list of kinds.
const (
	Absent  Kind = "absent"  // the field is there and has no value
	Text    Kind = "text"    // UTF-8
	Number  Kind = "number"  // decimal, in the unit of the field; as it is written, so that no two programs round it apart
	Code    Kind = "code"    // a word of a closed list
	Place   Kind = "place"   // geohash of 12 characters: 37 by 19 mm
	Instant Kind = "instant" // YYYYMMDDhhmmssSSS, UTC
)

// Value is the value of a field.
type Value struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"`
}

// Whole is how many digits a value of a kind has where it is committed to digit by digit; 0 where it is one piece.
func (k Kind) Whole() int {
	switch k {
	case Place:
		return placeDigits
	case Instant:
		return instantDigits
	case Absent, Text, Number, Code:
	}
	return 0
}

// Where says which field a commitment is of. Every part of it is bound into the commitment, so that no opening fits another field.
type Where struct {
	Record int    // from 0
	Field  string // name by the schema
}

// The first part of everything that is hashed names what it is.
const (
	saltTag   = "overflight.salt/1"
	fieldTag  = "overflight.field/1"
	chainTag  = "overflight.chain/1"
	recordTag = "overflight.record/1"
)

// parts appends every part behind its length in bytes, 64 bits, big endian: no two lists of parts give the same bytes.
func parts[T string | []byte](b []byte, ps ...T) []byte {
	for _, p := range ps {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}

// salt is HMAC-SHA-256 of the place of the field, cut to 128 bits; digit is -1 for a value that is one piece.
func (s Seed) salt(w Where, digit int) Salt {
	h := hmac.New(sha256.New, s[:])
	h.Write(parts(nil, saltTag, strconv.Itoa(w.Record), w.Field, strconv.Itoa(digit)))
	return Salt(h.Sum(nil)[:16])
}

func (v Value) commit(w Where, salt Salt) evidence.Digest {
	b := parts(nil, fieldTag, strconv.Itoa(w.Record), w.Field, string(v.Kind), v.Text)
	return sha256.Sum256(parts(b, salt[:]))
}

// link commits to one digit and to what follows it.
func link(w Where, kind Kind, digit int, salt Salt, char byte, next evidence.Digest) evidence.Digest {
	b := parts(nil, chainTag, strconv.Itoa(w.Record), w.Field, string(kind), strconv.Itoa(kind.Whole()), strconv.Itoa(digit), string(rune(char)))
	return sha256.Sum256(parts(b, salt[:], next[:]))
}

// Commit commits to the value of a field.
func (s Seed) Commit(w Where, v Value) (evidence.Digest, error) {
	o, err := s.Open(w, v, v.Kind.Whole())
	if err != nil {
		return evidence.Digest{}, err
	}
	return o.Commitment(w)
}

// Opening is what shows the value of a field, or the first digits of it.
type Opening struct {
	Value Value           `json:"value"` // of a place or an instant: as many digits as are shown
	Salts []Salt          `json:"salts"` // one, or one for each digit that is shown
	Rest  evidence.Digest `json:"rest"`  // commits to the digits that are not shown; zero where all are, or where there are none
}

// Open shows a value; of a place or an instant the first digits of it, of which there is at least one.
func (s Seed) Open(w Where, v Value, digits int) (Opening, error) {
	if err := v.check(); err != nil {
		return Opening{}, fmt.Errorf("record %d, %s: %w", w.Record, w.Field, err)
	}
	whole := v.Kind.Whole()
	if whole == 0 {
		return Opening{Value: v, Salts: []Salt{s.salt(w, -1)}}, nil
	}
	if digits < 1 || digits > whole {
		return Opening{}, fmt.Errorf("record %d, %s: %d digits: expected 1 to %d", w.Record, w.Field, digits, whole)
	}
	o := Opening{Value: Value{v.Kind, v.Text[:digits]}}
	for i := whole - 1; i >= digits; i-- {
		o.Rest = link(w, v.Kind, i, s.salt(w, i), v.Text[i], o.Rest)
	}
	for i := range digits {
		o.Salts = append(o.Salts, s.salt(w, i))
	}
	return o, nil
}

// Commitment folds an opening to the commitment that it is an opening of. Whether that is the one that was logged is for the root to say.
func (o Opening) Commitment(w Where) (evidence.Digest, error) {
	whole := o.Value.Kind.Whole()
	if err := o.Value.checkFirst(); err != nil {
		return evidence.Digest{}, fmt.Errorf("record %d, %s: %w", w.Record, w.Field, err)
	}
	if whole == 0 {
		if len(o.Salts) != 1 || o.Rest != (evidence.Digest{}) {
			return evidence.Digest{}, fmt.Errorf("record %d, %s: %d salts: expected one, and nothing withheld", w.Record, w.Field, len(o.Salts))
		}
		return o.Value.commit(w, o.Salts[0]), nil
	}
	if len(o.Salts) != len(o.Value.Text) {
		return evidence.Digest{}, fmt.Errorf("record %d, %s: %d salts for %d digits", w.Record, w.Field, len(o.Salts), len(o.Value.Text))
	}
	if all := len(o.Salts) == whole; all != (o.Rest == evidence.Digest{}) {
		return evidence.Digest{}, fmt.Errorf("record %d, %s: %d of %d digits, and what follows them does not fit that", w.Record, w.Field, len(o.Salts), whole)
	}
	c := o.Rest
	for i := len(o.Salts) - 1; i >= 0; i-- {
		c = link(w, o.Value.Kind, i, o.Salts[i], o.Value.Text[i], c)
	}
	return c, nil
}

// RecordLeaf is the leaf of a record in the tree of its report (RFC 6962, section 2.1): its number, its kind by the schema and the
// commitments to its fields in the schema's order.
func RecordLeaf(record int, kind string, fields []evidence.Digest) evidence.Digest {
	b := parts(nil, recordTag, strconv.Itoa(record), kind, strconv.Itoa(len(fields)))
	for _, f := range fields {
		b = append(b, f[:]...)
	}
	return transparency.LeafHash(b)
}
