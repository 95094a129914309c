package st0601

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"overflight/format/klv"
	"overflight/format/misb/imapb"
)

// Errors of the Builder.
var (
	ErrTag    = errors.New("no such item, or not of this kind")
	ErrRange  = errors.New("out of range")
	ErrLength = errors.New("wrong length")
	ErrText   = errors.New("not UTF-8")
)

// ItemError says which item could not be set. Err is one of the errors of the Builder.
type ItemError struct {
	Tag Tag
	Err error
}

func (e *ItemError) Error() string { return fmt.Sprintf("setting item %d: %v", e.Tag, e.Err) }

// Unwrap returns the reason.
func (e *ItemError) Unwrap() error { return e.Err }

// Builder makes packets: item 2 first, item 1 last, the rest in the order of their first setting.
// Setting an item again replaces it in its place, but for those that may repeat, which are added.
// A Builder that is Reset allocates nothing once it has grown.
type Builder struct {
	entries []entry
	values  []byte
}

type entry struct {
	tag    Tag
	at, to int // in values
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder { return new(Builder) }

// Reset empties the Builder.
func (b *Builder) Reset() { b.entries, b.values = b.entries[:0], b.values[:0] }

// put takes the bytes appended to values since at as the value of tag.
func (b *Builder) put(tag Tag, at int) {
	e := entry{tag: tag, at: at, to: len(b.values)}
	if !tag.Repeats() {
		for i := range b.entries {
			if b.entries[i].tag == tag {
				b.entries[i] = e
				return
			}
		}
	}
	b.entries = append(b.entries, e)
}

// SetTime sets item 2, microseconds since 1970.
func (b *Builder) SetTime(us uint64) {
	at := len(b.values)
	b.values = binary.BigEndian.AppendUint64(b.values, us)
	b.put(TagPrecisionTimeStamp, at)
}

// SetReal sets a Linear or Mapped item to x in the item's unit. A number out of the item's range,
// or no number, is ErrRange and leaves the item as it was; to say that a value is unknown, use
// SetUnknown. Linear items are rounded to the nearest step, Mapped ones down (ST 1201).
func (b *Builder) SetReal(tag Tag, x float64) error {
	item, _ := Lookup(tag)
	return b.SetRealLength(tag, x, item.Length)
}

// SetRealLength is SetReal with a length in bytes for Mapped items: more bytes, finer steps.
func (b *Builder) SetRealLength(tag Tag, x float64, length int) error {
	item, ok := Lookup(tag)
	if !ok || item.Kind != Linear && item.Kind != Mapped {
		return &ItemError{tag, ErrTag}
	}
	if !(x >= item.Min && x <= item.Max) {
		return &ItemError{tag, fmt.Errorf("%v in [%v, %v] %s: %w", x, item.Min, item.Max, item.Unit, ErrRange)}
	}
	at := len(b.values)
	if item.Kind == Linear {
		if length != item.Length {
			return &ItemError{tag, ErrLength}
		}
		b.values = item.appendLinear(b.values, x)
	} else {
		if length < 1 || length > item.MaxLength {
			return &ItemError{tag, ErrLength}
		}
		b.values, _ = ops[tag].scales[length].Append(b.values, x)
	}
	b.put(tag, at)
	return nil
}

// SetUnknown says that there is no value: by the item's reserved code, or for Mapped items by a
// quiet NaN.
func (b *Builder) SetUnknown(tag Tag) error {
	item, ok := Lookup(tag)
	at := len(b.values)
	switch {
	case ok && item.Kind == Linear && item.symmetric():
		b.values = item.appendLinear(b.values, math.NaN())
	case ok && item.Kind == Mapped:
		b.values = ops[tag].scales[item.Length].AppendKind(b.values, imapb.PosQuietNaN)
	default:
		return &ItemError{tag, ErrTag}
	}
	b.put(tag, at)
	return nil
}

// appendLinear appends x rounded to the nearest step, the reserved code for NaN.
func (i Item) appendLinear(dst []byte, x float64) []byte {
	o := ops[i.Tag]
	v := int64(math.RoundToEven((x - o.add) / o.scale))
	if x != x {
		v = o.code
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(v))
	return append(dst, b[8-i.Length:]...)
}

// SetUint sets an Unsigned, Instant, Code or Flags item, in as few bytes as it needs where the
// length is free. A Code without a meaning is ErrRange.
func (b *Builder) SetUint(tag Tag, v uint64) error {
	item, ok := Lookup(tag)
	if !ok {
		return &ItemError{tag, ErrTag}
	}
	switch item.Kind {
	case Unsigned, Instant, Flags:
	case Code:
		if v >= uint64(len(item.meanings)) {
			return &ItemError{tag, fmt.Errorf("code %d: %w", v, ErrRange)}
		}
	case Opaque, Linear, Mapped, Signed, Text, Nested, Sum:
		return &ItemError{tag, ErrTag}
	}
	length := item.Length
	if length == 0 {
		for length = 1; length < 8 && v>>(8*length) != 0; length++ {
		}
	}
	if length > item.MaxLength || length < 8 && v>>(8*length) != 0 {
		return &ItemError{tag, fmt.Errorf("%d in %d bytes: %w", v, item.MaxLength, ErrRange)}
	}
	b.appendInteger(tag, v, length)
	return nil
}

// SetInt sets a Signed item: 136 and 137.
func (b *Builder) SetInt(tag Tag, v int64) error {
	item, ok := Lookup(tag)
	if !ok || item.Kind != Signed {
		return &ItemError{tag, ErrTag}
	}
	length := 1
	for ; length < 8 && v != v<<(64-8*length)>>(64-8*length); length++ {
	}
	if length > item.MaxLength {
		return &ItemError{tag, fmt.Errorf("%d in %d bytes: %w", v, item.MaxLength, ErrRange)}
	}
	b.appendInteger(tag, uint64(v), length)
	return nil
}

func (b *Builder) appendInteger(tag Tag, v uint64, length int) {
	at := len(b.values)
	b.values = binary.BigEndian.AppendUint64(b.values, v<<(64-8*length))
	b.values = b.values[:at+length]
	b.put(tag, at)
}

// SetText sets a Text item. An empty text would say that the earlier one no longer holds; use
// SetBytes for that.
func (b *Builder) SetText(tag Tag, text string) error {
	item, ok := Lookup(tag)
	switch {
	case !ok || item.Kind != Text:
		return &ItemError{tag, ErrTag}
	case len(text) == 0 || len(text) > item.MaxLength:
		return &ItemError{tag, fmt.Errorf("%d bytes of 1..%d: %w", len(text), item.MaxLength, ErrLength)}
	case !utf8.ValidString(text):
		return &ItemError{tag, ErrText}
	}
	at := len(b.values)
	b.values = append(b.values, text...)
	b.put(tag, at)
	return nil
}

// SetBytes sets an item to the bytes as they are: nested sets, packs and lists, a zero-length item
// that clears, what a test needs. Items 100, 101, 102 and 115 are added to those before. Item 1 is
// written by Append alone and is ErrTag.
func (b *Builder) SetBytes(tag Tag, value []byte) error {
	if tag == TagChecksum || tag == 0 {
		return &ItemError{tag, ErrTag}
	}
	at := len(b.values)
	b.values = append(b.values, value...)
	b.put(tag, at)
	return nil
}

// Append appends a packet with key, length and checksum.
func (b *Builder) Append(dst []byte) []byte {
	size := 4
	for _, e := range b.entries {
		size += headSize(e.tag, e.to-e.at) + e.to - e.at
	}
	start := len(dst)
	dst = append(dst, Key[:]...)
	dst = klv.AppendLength(dst, size)
	for _, e := range b.entries {
		if e.tag == TagPrecisionTimeStamp {
			dst = appendItem(dst, e.tag, b.values[e.at:e.to])
		}
	}
	for _, e := range b.entries {
		if e.tag != TagPrecisionTimeStamp {
			dst = appendItem(dst, e.tag, b.values[e.at:e.to])
		}
	}
	return appendChecksum(dst, start)
}

// AppendLocal appends the items alone, in their order, as items 100 and 101 hold them.
func (b *Builder) AppendLocal(dst []byte) []byte {
	for _, e := range b.entries {
		dst = appendItem(dst, e.tag, b.values[e.at:e.to])
	}
	return dst
}

func headSize(tag Tag, n int) int {
	var buf [10]byte
	return len(klv.AppendLength(klv.AppendOID(buf[:0], uint32(tag)), n))
}

func appendItem(dst []byte, tag Tag, value []byte) []byte {
	dst = klv.AppendOID(dst, uint32(tag))
	return appendValue(dst, value)
}

func appendChecksum(dst []byte, start int) []byte {
	dst = append(dst, byte(TagChecksum), 2)
	return binary.BigEndian.AppendUint16(dst, klv.Checksum(dst[start:]))
}

// Append appends the packet again, from the values: numbers that are OK are encoded anew, all else
// is copied. Item 2 comes first and item 1 last with a good checksum; lengths are in their
// shortest form. A packet that was written so comes out byte for byte.
func (s *Set) Append(dst []byte) []byte {
	size := 4
	for tag, raw := range s.Items() {
		if tag != TagChecksum {
			size += headSize(tag, len(raw)) + len(raw)
		}
	}
	start := len(dst)
	dst = append(dst, Key[:]...)
	dst = klv.AppendLength(dst, size)
	for _, first := range [...]bool{true, false} {
		for tag, raw := range s.Items() {
			if tag == TagChecksum || (tag == TagPrecisionTimeStamp) != first {
				continue
			}
			dst = klv.AppendOID(dst, uint32(tag))
			dst = klv.AppendLength(dst, len(raw))
			dst = s.appendValue(dst, tag, raw)
		}
	}
	return appendChecksum(dst, start)
}

func (s *Set) appendValue(dst []byte, tag Tag, raw []byte) []byte {
	if tag >= tagCount || s.state[tag] != OK {
		return append(dst, raw...)
	}
	switch item := items[tag]; item.Kind {
	case Linear:
		return item.appendLinear(dst, math.Float64frombits(s.bits[tag]))
	case Mapped:
		return appendNearest(dst, &ops[tag].scales[len(raw)], math.Float64frombits(s.bits[tag]))
	case Unsigned, Signed, Instant, Code, Flags:
		dst = binary.BigEndian.AppendUint64(dst, s.bits[tag]<<((64-8*uint(len(raw)))&63))
		return dst[:len(dst)-8+len(raw)]
	case Opaque, Text, Nested, Sum:
	}
	return append(dst, raw...)
}
