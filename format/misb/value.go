// Package misb is the neutral form in which every MISB set can be shown: items with names, units
// and values. The typed decoders below this folder are what programs compute with; this is what
// people and other programs read.
package misb

import (
	"time"

	"overflight/evidence"
)

// Set is one decoded set, standalone or nested, in the order of the stream.
type Set struct {
	Standard string // "ST 0601", "ST 0102", "ST 0903", "EG 0104", "ST 1204" ...
	Items    []Item
	Defects  []evidence.Defect
}

// Item is one item of a set.
type Item struct {
	Key    string // tag in decimal; for universal sets the name
	Name   string
	Unit   string // "deg", "m", "m/s", "%" ...; empty when none
	Raw    []byte // the value's bytes, unaltered
	Offset int    // of the item's tag (or key) from the first byte of the packet's key
	Value  Value
}

// Value is one of Real, Int, Uint, Text, Time, Enum, Flags, Bytes, List, *Set, Unknown.
type Value interface{ isValue() }

type (
	// Real is a number in the item's unit. Infinities and NaN are what ST 1201 special codes say.
	Real float64
	// Int is a signed integer.
	Int int64
	// Uint is an unsigned integer.
	Uint uint64
	// Text is UTF-8; what was not valid UTF-8 is in Item.Raw and a defect says so.
	Text string
	// Time is an instant.
	Time time.Time
	// Enum is a code with its meaning; Text is empty for a code that the standard does not define.
	Enum struct {
		Code int64
		Text string
	}
	// Flags are the names of the bits that are set, with the bits.
	Flags struct {
		Bits uint64
		Set  []string
	}
	// Bytes is opaque.
	Bytes []byte
	// List is a list or a pack without tags.
	List []Value
	// Field is a named value inside a pack.
	Field struct {
		Name, Unit string
		Value      Value
	}
	// Unknown is a value that is there but says nothing: a reserved code, a zero-length item, a
	// wrong length. It is never a number.
	Unknown struct{ Reason Reason }
)

// Reason says why a value is unknown.
type Reason string

// The reasons. The catalogue has their texts.
const (
	OutOfRange   Reason = "out of range"   // the item's reserved error code
	OffEarth     Reason = "off earth"      // the reserved code of the corner offsets
	Cleared      Reason = "cleared"        // zero-length item (ST 0107.4-17)
	Malformed    Reason = "malformed"      // wrong length or impossible content
	Undefined    Reason = "undefined code" // a code that the standard does not define
	NotSupported Reason = "not in this version"
	Special      Reason = "special"    // ST 1201 user-defined, MISB-defined or reserved special
	NoContext    Reason = "no context" // meaningless without an item that was not sent
)

func (Real) isValue()    {}
func (Int) isValue()     {}
func (Uint) isValue()    {}
func (Text) isValue()    {}
func (Time) isValue()    {}
func (Enum) isValue()    {}
func (Flags) isValue()   {}
func (Bytes) isValue()   {}
func (List) isValue()    {}
func (Field) isValue()   {}
func (*Set) isValue()    {}
func (Unknown) isValue() {}
