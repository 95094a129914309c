package journal

import (
	"errors"
	"fmt"
	"strconv"

	"overflight/evidence"
)

// Version is the version of the encoding.
//
// A record is one CBOR item (RFC 8949) in the core deterministic form of section 4.2.1 there:
//
//	[version, kind, producer, sequence, [field, ...]]
//
// with the fields of the event in the order of its Go declaration, structures within it being arrays likewise.
// Every version, also a later one, begins with these first four items. Instants are null or
// [seconds since 1970 UTC, nanoseconds], durations nanoseconds, enumerations their numbers, digests byte strings;
// names are text, or byte strings when they are not UTF-8; what is not known is null. Angles are degrees, lengths
// metres, speeds metres a second, each height stands beside its datum.
//
// CBOR and not JSON, because what is hashed must have one form: JSON leaves the form of numbers, escapes and
// order open, has no bytes, no NaN and no text that is not UTF-8, and costs three times the bytes and more than that
// in time for blocks of fixes, which are nearly all of a journal. Any CBOR tool shows a record; the
// reader here takes nothing but the one form, so that equal events are equal bytes and the other way round.
const Version = 1

// MaxRecord is the greatest length of an encoded record in bytes. A block that would be longer must be split.
const MaxRecord = 512 << 10

// What is found in records that cannot be read. None of it is lost: the record becomes an Unknown.
const (
	// CodeMalformed: not the one form of a record. Want says what failed.
	CodeMalformed evidence.Code = "journal.malformed"
	// CodeVersion: a version of the encoding that this program does not know.
	CodeVersion evidence.Code = "journal.version"
	// CodeKind: a kind of event that this program does not know.
	CodeKind evidence.Code = "journal.kind"
)

// Faults of a record that is to be written.
var (
	ErrTooLong  = errors.New("journal: record is longer than it may be")
	ErrProducer = errors.New("journal: not a producer's name and sequence")
	ErrEvent    = errors.New("journal: event cannot be written")
)

// Valid reports whether the name can be written: 1 to 64 letters, digits and "._-/" of ASCII.
func (p Producer) Valid() bool {
	if len(p) == 0 || len(p) > 64 {
		return false
	}
	for _, c := range []byte(p) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-', c == '/':
		default:
			return false
		}
	}
	return true
}

// Encode returns the one form of a record. An Unknown is written as the bytes that it was read from. A nil event, a
// producer without a name or number and a sortie that is not one are errors.
func Encode(r Record) ([]byte, error) { return Append(nil, r) }

// Append appends the one form of a record to dst; dst is unchanged after an error.
func Append(dst []byte, r Record) ([]byte, error) {
	if u, ok := r.Event.(Unknown); ok {
		if len(u.Bytes) == 0 || len(u.Bytes) > MaxRecord {
			return dst, fmt.Errorf("%w: unknown of %d bytes", ErrTooLong, len(u.Bytes))
		}
		return append(dst, u.Bytes...), nil
	}
	if !r.Producer.Valid() || r.Sequence == 0 {
		return dst, fmt.Errorf("%w: %q %d", ErrProducer, string(r.Producer), r.Sequence)
	}
	if r.Event == nil {
		return dst, fmt.Errorf("%w: nil", ErrEvent)
	}
	c := coder{writing: true, buf: dst}
	version, kind := uint64(Version), r.Event.Kind()
	c.array(5)
	unsigned(&c, &version)
	text(&c, &kind)
	text(&c, &r.Producer)
	unsigned(&c, &r.Sequence)
	c.write(r.Event)
	if c.err != nil {
		return dst, fmt.Errorf("%w: %s: %w", ErrEvent, kind, c.err)
	}
	if n := len(c.buf) - len(dst); n > MaxRecord {
		return dst, fmt.Errorf("%w: %s of %d bytes", ErrTooLong, kind, n)
	}
	return c.buf, nil
}

// Decode reads a record. What cannot be read becomes an Unknown that keeps a copy of the bytes, and one defect
// says why, its Offset counted from the start of b; producer and sequence are those found, zero when none were.
// Empty lists are read as nil and instants as UTC.
func Decode(b []byte) (Record, []evidence.Defect) {
	var r Record
	c := coder{buf: b}
	version, kind := uint64(0), Kind("")
	if len(b) > MaxRecord {
		c.fail(ErrTooLong)
	}
	if version = c.version(); c.err == nil {
		text(&c, &kind)
		text(&c, &r.Producer)
		unsigned(&c, &r.Sequence)
		if c.err == nil && (!r.Producer.Valid() || r.Sequence == 0) {
			c.fail(ErrProducer)
		}
	}
	switch {
	case c.err != nil:
		r.Producer, r.Sequence = "", 0
	case version != Version:
		d := evidence.Defect{Code: CodeVersion, Got: strconv.FormatUint(version, 10), Want: strconv.Itoa(Version)}
		return r.unknown(kind, version, b), []evidence.Defect{d}
	default:
		var known bool
		if r.Event, known = c.read(kind); !known {
			d := evidence.Defect{Code: CodeKind, Offset: int64(c.at), Got: string(kind)}
			return r.unknown(kind, version, b), []evidence.Defect{d}
		}
		if c.err == nil && c.at != len(b) {
			c.fail(errTrailing)
		}
	}
	if c.err != nil {
		d := evidence.Defect{Code: CodeMalformed, Offset: int64(c.at), Item: string(kind), Want: c.err.Error()}
		return r.unknown("", 0, b), []evidence.Defect{d}
	}
	return r, nil
}

func (r Record) unknown(kind Kind, version uint64, b []byte) Record {
	r.Event = Unknown{Name: kind, Version: version, Bytes: append([]byte(nil), b...)}
	return r
}

// version reads the head of a record and its version. A later version may have more items.
func (c *coder) version() uint64 {
	major, n := c.argument()
	if c.err == nil && major != majorArray {
		c.fail(errType)
	}
	var version uint64
	unsigned(c, &version)
	if c.err == nil && (n < 5 || version <= Version && n != 5) {
		c.fail(errCount)
	}
	if c.err == nil && version == 0 {
		c.fail(errRange)
	}
	return version
}
