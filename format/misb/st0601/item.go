package st0601

import (
	"math"

	"overflight/format/misb/imapb"
)

// Kind is how the value of an item is written.
type Kind uint8

// The kinds.
const (
	Opaque   Kind = iota // a tag that ST 0601.19 does not define
	Linear               // an integer of fixed length that spans the range in equal steps
	Mapped               // ST 1201 IMAPB, the length as sent
	Unsigned             // an unsigned integer
	Signed               // a two's complement integer
	Instant              // microseconds since 1970, MISP time
	Code                 // one byte with a meaning
	Flags                // one byte, a meaning a bit
	Text                 // UTF-8
	Nested               // a set, a pack or a list; see the methods of Set that return them
	Sum                  // the checksum
)

// Item is what the standard says of one item.
type Item struct {
	Tag       Tag
	Name      string
	Unit      string // "deg", "m", "m/s", "deg/s", "%", "mbar", "degC", "kg", "px", "s", "us", "rpm", "GB", "MHz", "km"
	Kind      Kind
	Min, Max  float64 // of Linear and Mapped
	Length    int     // in bytes: fixed for Linear, Code and Flags, else what the encoder writes; 0 as needed
	MaxLength int     // 0 as much as there is

	reserved State    // what the lowest code of a symmetric Linear item says; Absent when it has none
	meanings []string // of Code and Flags
}

// Step returns the distance between neighbouring values at the item's usual length, 0 for items
// that are not numbers in steps.
func (i Item) Step() float64 {
	switch i.Kind {
	case Linear:
		return (i.Max - i.Min) / i.divisor()
	case Mapped:
		s := imapb.New(i.Min, i.Max, i.Length)
		return s.Step()
	case Opaque, Unsigned, Signed, Instant, Code, Flags, Text, Nested, Sum:
	}
	return 0
}

// divisor is the number of steps between the ends of a Linear item.
func (i Item) divisor() float64 {
	all := math.Ldexp(1, 8*i.Length)
	if i.symmetric() {
		return all - 2
	}
	return all - 1
}

func (i Item) symmetric() bool { return i.reserved != Absent }

// Lookup returns the description of an item; false for a tag that ST 0601.19 does not define.
func Lookup(tag Tag) (Item, bool) {
	if tag == 0 || tag >= tagCount {
		return Item{}, false
	}
	return items[tag], true
}

// Repeats reports whether the item may occur more than once in a packet.
func (t Tag) Repeats() bool {
	return t == TagSegmentLocalSet || t == TagAmendLocalSet || t == TagSDCCFLP || t == TagControlCommand
}

const tagCount = 144

// op is what the inner loop needs of an item, in one cache line.
type op struct {
	lengths  uint64 // bit n: a value of n bytes goes the fast way
	mask     uint64 // the bits of a number of the fixed length
	sign     int64  // its sign bit, 0 when it has none
	code     int64  // the reserved code, where there is one
	scale    float64
	add      float64
	kind     Kind
	reserved State
	most     uint8  // the largest length of text
	meanings uint8  // number of codes that have a meaning
	length   uint16 // the fixed length, anyLength when there is none
	scales   *[9]imapb.Scale
}

// anyLength is no length that one byte can say.
const anyLength = 1 << 8

var ops = func() (all [256]op) {
	for tag := Tag(1); tag < tagCount; tag++ {
		items[tag].Tag = tag
		all[tag] = items[tag].op()
	}
	return all
}()

// plain is ops for the items that Set.run reads; the others have no length there that it takes.
var plain = func() (all [256]op) {
	for tag := range 0x80 {
		switch o := ops[tag]; o.kind {
		case Text, Nested:
			o.lengths = math.MaxUint64 - 1
			all[tag] = o
		case Linear, Unsigned, Instant, Flags, Sum:
			if o.lengths = 0; o.length != anyLength {
				all[tag] = o
			}
		case Opaque, Mapped, Signed, Code:
		}
	}
	for tag := range all {
		if all[tag].kind == Opaque {
			all[tag].length = anyLength
		}
	}
	return all
}()

func (i Item) op() op {
	o := op{kind: i.Kind, most: uint8(i.MaxLength), meanings: uint8(len(i.meanings)), length: anyLength, code: math.MinInt64}
	if i.Length > 0 && (i.Length == i.MaxLength || i.Kind == Linear) {
		o.length = uint16(i.Length)
		o.mask = 1<<(8*i.Length) - 1 // all ones for eight bytes
	}
	switch i.Kind {
	case Linear:
		o.lengths = 1 << i.Length
		o.scale, o.add = (i.Max-i.Min)/i.divisor(), i.Min
		switch {
		case i.symmetric():
			o.scale, o.add = i.Max/(i.divisor()/2), 0
			o.sign = 1 << (8*i.Length - 1)
			o.code, o.reserved = -1<<(8*i.Length-1), i.reserved
		case i.Min == -128:
			o.add, o.sign = 0, 0x80 // counts units, with its sign
		}
	case Mapped:
		o.lengths = 1<<(i.MaxLength+1) - 2
		o.scales = imapb.Lengths(i.Min, i.Max)
	case Code, Flags, Sum:
		o.lengths = 1 << i.Length
	case Unsigned, Instant, Signed:
		o.lengths = 1<<(i.MaxLength+1) - 2
		if i.Length == i.MaxLength {
			o.lengths = 1 << i.Length
		}
	case Text:
		o.lengths = 1<<9 - 2
	case Nested:
		o.lengths = math.MaxUint64 - 1
	case Opaque:
	}
	return o
}

// cornerOffset is the largest corner offset in degrees.
const cornerOffset = 0.075

func checksum(name string) Item {
	return Item{Name: name, Kind: Sum, Length: 2, MaxLength: 2}
}

func text(name string, most int) Item {
	return Item{Name: name, Kind: Text, MaxLength: most}
}

func nested(name string) Item { return Item{Name: name, Kind: Nested} }

// linear: the lowest code is low, the highest is high.
func linear(name, unit string, low, high float64, length int) Item {
	return Item{Name: name, Unit: unit, Kind: Linear, Min: low, Max: high, Length: length, MaxLength: length}
}

// signed: two's complement, the lowest code is reserved, the one above it is -limit.
func signed(name, unit string, limit float64, length int, reserved State) Item {
	i := linear(name, unit, -limit, limit, length)
	i.reserved = reserved
	return i
}

func offset(name string) Item { return signed(name, "deg", cornerOffset, 2, OffEarth) }

// celsius is the one linear item that counts whole units and reserves nothing.
func celsius(name string) Item { return linear(name, "degC", -128, 127, 1) }

func mapped(name, unit string, low, high float64, length, most int) Item {
	return Item{Name: name, Unit: unit, Kind: Mapped, Min: low, Max: high, Length: length, MaxLength: most}
}

// unsigned: one length for both is fixed, otherwise 1 to most bytes.
func unsigned(name, unit string, length, most int) Item {
	i := Item{Name: name, Unit: unit, Kind: Unsigned, MaxLength: most}
	if length == most {
		i.Length = length
	}
	return i
}

func integer(name, unit string, most int) Item {
	return Item{Name: name, Unit: unit, Kind: Signed, MaxLength: most}
}

func instant(name string, length int) Item {
	return Item{Name: name, Kind: Instant, Length: length, MaxLength: 8}
}

func enum(name string, meanings []string) Item {
	return Item{Name: name, Kind: Code, Length: 1, MaxLength: 1, meanings: meanings}
}

func flags(name string, meanings []string) Item {
	return Item{Name: name, Kind: Flags, Length: 1, MaxLength: 1, meanings: meanings}
}
