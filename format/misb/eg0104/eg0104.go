// Package eg0104 reads and writes the Predator UAV universal set of MISB EG 0104, the forerunner of
// ST 0601 that recordings before about 2009 carry. Items have 16-byte keys; the set has no
// checksum, so a damaged value cannot be told from a true one.
//
// The keys are those that ST 0601.12 clause 8 lists for its items. Items with other keys are kept
// as they came.
package eg0104

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb"
)

// The defects of this package. Offsets are relative to the first byte of the set's key.
const (
	CodeSyntax    evidence.Code = "eg0104.syntax"        // items end inside a key, a length or a value
	CodeLength    evidence.Code = "eg0104.length"        // a length that the item cannot have
	CodeRange     evidence.Code = "eg0104.range"         // latitude 91, infinity, NaN
	CodeText      evidence.Code = "eg0104.text"          // not UTF-8
	CodeDuplicate evidence.Code = "eg0104.duplicate"     // an item twice; the last is used
	CodeUnknown   evidence.Code = "eg0104.unknown_item"  // a key that the set does not define
	CodeCleared   evidence.Code = "eg0104.zero_length"   // an item without a value
	CodePadded    evidence.Code = "eg0104.padded_length" // length not in its shortest form
	CodeNoTime    evidence.Code = "eg0104.no_time"       // the mandatory time stamp is missing
)

// ErrKey is returned for a packet that does not begin with the key of the set.
var ErrKey = errors.New("not a Predator universal set")

// Item is one item as it came.
type Item struct {
	Field  Field
	Key    klv.Key
	Offset int    // of the key from the first byte of the set's key
	Value  []byte // a part of the packet
}

// Set is one universal set, in the order of the stream. It keeps slices of the packet and is
// reused by the next decode into it.
type Set struct {
	Items   []Item
	Defects []evidence.Defect
	index   [fieldCount]int // position in Items plus one; 0 when there is no usable value
}

// Decoder reads the sets of one stream. The zero value is ready; it has no state, the type is
// there so that all decoders are used alike.
type Decoder struct{}

// Decode reads a packet: key, length, items. An error says that there is no set.
func (Decoder) Decode(packet []byte, dst *Set) error {
	dst.Reset()
	if len(packet) < 16 || unversioned(klv.Key(packet[:16])) != unversioned(klv.KeyEG0104) {
		return fmt.Errorf("reading universal set: %w", ErrKey)
	}
	n, size, err := klv.ParseLength(packet[16:])
	if err != nil {
		return fmt.Errorf("reading universal set length: %w", err)
	}
	end := 16 + size + n
	if end > len(packet) {
		dst.defect(CodeSyntax, 16, "", strconv.Itoa(len(packet)-16-size), strconv.Itoa(n))
		end = len(packet)
	}
	for at := 16 + size; at < end; {
		next, ok := dst.item(packet[:end], at)
		if !ok {
			break
		}
		at = next
	}
	if _, ok := dst.Time(); !ok {
		dst.defect(CodeNoTime, 0, UserDefinedTimestamp.String(), "", "")
	}
	return nil
}

// item reads the item at an offset and returns where the next begins.
func (s *Set) item(packet []byte, at int) (next int, ok bool) {
	rest := packet[at:]
	if len(rest) < 17 {
		s.defect(CodeSyntax, at, "", strconv.Itoa(len(rest)), "17")
		return 0, false
	}
	key := klv.Key(rest[:16])
	field := FieldOf(key)
	name := nameOf(field, key)
	n, size, err := klv.ParseLength(rest[16:])
	if err != nil || n > len(rest)-16-size {
		s.defect(CodeSyntax, at, name, strconv.Itoa(len(rest)-16-size), strconv.Itoa(n))
		return 0, false
	}
	if size > len(klv.AppendLength(make([]byte, 0, 5), n)) {
		s.defect(CodePadded, at, name, strconv.Itoa(size), "")
	}
	start := at + 16 + size
	s.Items = append(s.Items, Item{field, key, at, packet[start : start+n : start+n]})
	s.settle(len(s.Items) - 1)
	return start + n, true
}

// settle decides whether an item has a usable value.
func (s *Set) settle(i int) {
	it := &s.Items[i]
	name := nameOf(it.Field, it.Key)
	switch {
	case it.Field == None:
		s.defect(CodeUnknown, it.Offset, name, "", "")
		return
	case len(it.Value) == 0:
		s.index[it.Field] = 0
		s.defect(CodeCleared, it.Offset, name, "0", "")
		return
	case s.index[it.Field] != 0:
		s.defect(CodeDuplicate, it.Offset, name, "", "")
	}
	code := check(&definitions[it.Field], it.Value)
	if code == "" {
		s.index[it.Field] = i + 1
		return
	}
	s.index[it.Field] = 0
	got := strconv.Itoa(len(it.Value))
	if x, ok := float(it.Value); ok && code == CodeRange {
		got = strconv.FormatFloat(x, 'g', -1, 64)
	}
	s.defect(code, it.Offset, name, got, "")
}

// check returns what is wrong with a value, nothing when it can be used.
func check(d *definition, v []byte) evidence.Code {
	switch d.form {
	case real:
		x, ok := float(v)
		if !ok {
			return CodeLength
		}
		if math.IsNaN(x) || math.IsInf(x, 0) || d.limit != 0 && math.Abs(x) > d.limit {
			return CodeRange
		}
	case microseconds:
		if len(v) != 8 {
			return CodeLength
		}
		if v[0] >= 0x80 {
			return CodeRange
		}
	case text:
		if !utf8.Valid(v) {
			return CodeText
		}
	case opaque:
	}
	return ""
}

// float reads an IEEE 754 value of four or eight bytes; both occur for one key.
func float(v []byte) (float64, bool) {
	switch len(v) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(v))), true
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(v)), true
	}
	return 0, false
}

func nameOf(f Field, k klv.Key) string {
	if f == None {
		return k.String()
	}
	return f.String()
}

func (s *Set) defect(code evidence.Code, offset int, item, got, want string) {
	s.Defects = append(s.Defects, evidence.Defect{Code: code, Offset: int64(offset), Item: item, Got: got, Want: want})
}

// Reset empties the set and keeps its memory.
func (s *Set) Reset() {
	s.Items, s.Defects = s.Items[:0], s.Defects[:0]
	s.index = [fieldCount]int{}
}

func (s *Set) value(f Field, want form) ([]byte, bool) {
	if f == None || f >= fieldCount || definitions[f].form != want || s.index[f] == 0 {
		return nil, false
	}
	return s.Items[s.index[f]-1].Value, true
}

// Real returns a number in degrees or metres, exactly as sent.
func (s *Set) Real(f Field) (float64, bool) {
	v, ok := s.value(f, real)
	if !ok {
		return 0, false
	}
	return float(v)
}

// Text returns a text.
func (s *Set) Text(f Field) (string, bool) {
	v, ok := s.value(f, text)
	return string(v), ok
}

// Security returns the value of the ST 0102 local set inside.
func (s *Set) Security() ([]byte, bool) { return s.value(SecurityLocalSet, opaque) }

// Time returns the time stamp in microseconds since 1970, UTC.
func (s *Set) Time() (us uint64, ok bool) {
	v, ok := s.value(UserDefinedTimestamp, microseconds)
	if !ok {
		return 0, false
	}
	return binary.BigEndian.Uint64(v), true
}

// Position returns the latitude and longitude of the sensor in degrees.
func (s *Set) Position() (lat, lon float64, ok bool) { return s.pair(DeviceLatitude, DeviceLongitude) }

// FrameCenter returns the latitude and longitude of the frame centre in degrees.
func (s *Set) FrameCenter() (lat, lon float64, ok bool) {
	return s.pair(FrameCenterLatitude, FrameCenterLongitude)
}

// Corner returns corner 1 to 4: upper left, then clockwise.
func (s *Set) Corner(n int) (lat, lon float64, ok bool) {
	if n < 1 || n > 4 {
		return 0, 0, false
	}
	return s.pair(CornerLatitude1+Field(n-1), CornerLongitude1+Field(n-1))
}

func (s *Set) pair(a, b Field) (lat, lon float64, ok bool) {
	lat, okLat := s.Real(a)
	lon, okLon := s.Real(b)
	if !okLat || !okLon {
		return 0, 0, false
	}
	return lat, lon, true
}

// SensorElevation returns the angle of the line of sight to the horizontal plane in degrees,
// negative downwards. The obliquity is its inverse, positive downwards; a producer that sends it
// negative means the elevation itself, which the ranges and altitudes of such streams bear out.
// A sensor that looks up cannot be told.
func (s *Set) SensorElevation() (float64, bool) {
	x, ok := s.Real(Obliquity)
	return -math.Abs(math.Remainder(x, 360)), ok
}

// SetReal sets a number and reports whether the field is one and can have it. Widths are those of
// the set: eight bytes for latitudes and longitudes, four for all else.
func (s *Set) SetReal(f Field, x float64) bool {
	if f == None || f >= fieldCount || definitions[f].form != real {
		return false
	}
	var v []byte
	if definitions[f].size == 8 {
		v = binary.BigEndian.AppendUint64(nil, math.Float64bits(x))
	} else {
		v = binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(x)))
	}
	return s.set(f, v)
}

// SetText sets a text and reports whether the field is one and the text valid.
func (s *Set) SetText(f Field, v string) bool {
	return f < fieldCount && definitions[f].form == text && s.set(f, []byte(v))
}

// SetTime sets the time stamp in microseconds since 1970, UTC.
func (s *Set) SetTime(us uint64) bool {
	return s.set(UserDefinedTimestamp, binary.BigEndian.AppendUint64(nil, us))
}

func (s *Set) set(f Field, v []byte) bool {
	if check(&definitions[f], v) != "" {
		return false
	}
	if i := s.index[f]; i != 0 {
		s.Items[i-1].Value = v
		return true
	}
	s.Items = append(s.Items, Item{Field: f, Key: definitions[f].key, Value: v})
	s.index[f] = len(s.Items)
	return true
}

// Append appends the set with key and length; items in their order, bytes as they came.
func (s *Set) Append(dst []byte) []byte {
	var value []byte
	for i := range s.Items {
		it := &s.Items[i]
		value = append(value, it.Key[:]...)
		value = append(klv.AppendLength(value, len(it.Value)), it.Value...)
	}
	dst = append(dst, klv.KeyEG0104[:]...)
	return append(klv.AppendLength(dst, len(value)), value...)
}

// Describe returns the set with names and units. Items are keyed by name, unknown ones by their
// key in hexadecimal.
func (s *Set) Describe() *misb.Set {
	out := &misb.Set{Standard: "EG 0104", Defects: append([]evidence.Defect(nil), s.Defects...)}
	for i := range s.Items {
		it := &s.Items[i]
		d := &definitions[it.Field]
		name := nameOf(it.Field, it.Key)
		out.Items = append(out.Items, misb.Item{
			Key: name, Name: d.name, Unit: d.unit, Raw: it.Value, Offset: it.Offset, Value: describe(d, it.Value),
		})
	}
	return out
}

func describe(d *definition, v []byte) misb.Value {
	switch {
	case len(v) == 0:
		return misb.Unknown{Reason: misb.Cleared}
	case check(d, v) == CodeRange:
		if x, ok := float(v); ok && d.form == real && (math.IsNaN(x) || math.IsInf(x, 0)) {
			return misb.Real(x)
		}
		return misb.Unknown{Reason: misb.OutOfRange}
	case check(d, v) != "":
		return misb.Unknown{Reason: misb.Malformed}
	}
	switch d.form {
	case real:
		x, _ := float(v)
		return misb.Real(x)
	case microseconds:
		return misb.Time(time.UnixMicro(int64(binary.BigEndian.Uint64(v))).UTC())
	case text:
		return misb.Text(v)
	case opaque:
	}
	return misb.Bytes(append([]byte(nil), v...))
}
