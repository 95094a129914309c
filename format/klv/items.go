package klv

import (
	"errors"
	"strconv"
)

// ErrOverrun is returned for a length that is larger than what holds the item.
var ErrOverrun = errors.New("length larger than what holds it")

// SyntaxError says where the items of a local set cannot be read any further. What was before
// Offset is intact. All fields are unauthenticated: they come from the bytes that are at fault.
type SyntaxError struct {
	Offset int    // of the item's tag, from the first byte that the walk was given
	Tag    uint32 // 0 when it is the tag that cannot be read
	Err    error  // wraps ErrTruncated, ErrLength, ErrOID or ErrOverrun
	Want   int    // bytes that the item claims, 0 when not known
	Have   int    // bytes from Offset to the end
}

func (e *SyntaxError) Error() string {
	s := "reading item"
	if e.Tag != 0 {
		s += " " + strconv.FormatUint(uint64(e.Tag), 10)
	}
	s += " at offset " + strconv.Itoa(e.Offset) + ": " + e.Err.Error()
	if e.Want != 0 {
		s += ", want " + strconv.Itoa(e.Want) + " bytes, have " + strconv.Itoa(e.Have)
	}
	return s
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// Items walks the items of a local set: BER-OID tag, BER length, value (ST 0107). The zero value
// walks nothing. The fields are those of the current item, valid after Next returned true.
//
//	for it := klv.WalkItems(value); it.Next(); {
//		use(it.Tag, it.Value)
//	}
type Items struct {
	Tag     uint32
	Offset  int    // of the tag, from the first byte given
	Start   int    // of the value
	Value   []byte // a part of the bytes given, not a copy; empty for a zero-length item
	Padded  bool   // tag or length is not in the shortest form
	b       []byte
	next    int
	failure *SyntaxError
}

// WalkItems starts a walk of b.
func WalkItems(b []byte) Items { return Items{b: b} }

// Next goes to the next item. It returns false at the end and at a syntax error; Err tells which.
func (it *Items) Next() bool {
	b, at := it.b, it.next
	// Nearly every item has a tag and a length of one byte each.
	if at+1 < len(b) && b[at]|b[at+1] < 0x80 {
		start := at + 2
		end := start + int(b[at+1])
		if end <= len(b) {
			it.Tag, it.Offset, it.Start, it.Padded = uint32(b[at]), at, start, false
			it.Value = b[start:end:end]
			it.next = end
			return true
		}
	}
	return it.nextLong()
}

func (it *Items) nextLong() bool {
	rest := it.b[it.next:]
	if len(rest) == 0 || it.failure != nil {
		return false
	}
	tag, tagSize, err := ParseOID(rest)
	if err != nil {
		return it.fail(0, 0, err)
	}
	n, lengthSize, err := ParseLength(rest[tagSize:])
	if err != nil {
		return it.fail(tag, 0, err)
	}
	start := tagSize + lengthSize
	if n > len(rest)-start {
		return it.fail(tag, start+n, ErrOverrun)
	}
	it.Tag, it.Offset, it.Start = tag, it.next, it.next+start
	it.Padded = tagSize > 1 && rest[0] == 0x80 || lengthSize > minimalLengthSize(n)
	it.Value = rest[start : start+n : start+n]
	it.next += start + n
	return true
}

func (it *Items) fail(tag uint32, want int, err error) bool {
	it.failure = &SyntaxError{Offset: it.next, Tag: tag, Err: err, Want: want, Have: len(it.b) - it.next}
	it.Tag, it.Offset, it.Start, it.Value, it.Padded = tag, it.next, it.next, nil, false
	return false
}

// Err returns the syntax error that ended the walk, nil at a clean end.
func (it *Items) Err() *SyntaxError { return it.failure }

// Rest returns the bytes that the walk has not passed: after a syntax error those that could not
// be read.
func (it *Items) Rest() []byte { return it.b[it.next:] }

func minimalLengthSize(n int) int {
	switch {
	case n < 0x80:
		return 1
	case n < 1<<8:
		return 2
	case n < 1<<16:
		return 3
	case n < 1<<24:
		return 4
	}
	return 5
}

// AppendItem appends one item with tag and length in their shortest forms.
func AppendItem(dst []byte, tag uint32, value []byte) []byte {
	dst = AppendLength(AppendOID(dst, tag), len(value))
	return append(dst, value...)
}
