// Package st0102 reads and writes the security metadata local set of MISB ST 0102.12, as it stands
// alone or inside ST 0601 item 48.
//
// It says what the source marked and nothing else: whether a product may be released is decided
// elsewhere, and a marking can only tighten that. The universal set form is left out; items 15 to
// 21, withdrawn from the standard, are kept as bytes.
package st0102

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/klv"
)

// Key is the universal label of a local set that stands alone.
var Key = klv.Key{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x03, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x03, 0x02, 0x00, 0x00, 0x00}

// Tags of the items.
const (
	TagClassification          = 1
	TagCountryCodingMethod     = 2
	TagClassifyingCountry      = 3
	TagSCI                     = 4
	TagCaveats                 = 5
	TagReleasingInstructions   = 6
	TagClassifiedBy            = 7
	TagDerivedFrom             = 8
	TagClassificationReason    = 9
	TagDeclassificationDate    = 10
	TagMarkingSystem           = 11
	TagObjectCountryMethod     = 12
	TagObjectCountryCodes      = 13
	TagComments                = 14
	TagVersion                 = 22
	TagCountryCodingMethodDate = 23
	TagObjectCountryMethodDate = 24
)

// The findings about a security set.
const (
	CodeTruncated  evidence.Code = "st0102.truncated"  // bytes end inside an item
	CodeLength     evidence.Code = "st0102.length"     // wrong length for the item
	CodeDuplicate  evidence.Code = "st0102.duplicate"  // the item occurs twice
	CodeUndefined  evidence.Code = "st0102.undefined"  // a code that the standard does not define
	CodeText       evidence.Code = "st0102.text"       // not valid text
	CodeCountries  evidence.Code = "st0102.countries"  // item 13 is ASCII, not UTF-16
	CodeUnknown    evidence.Code = "st0102.unknown"    // a tag that the standard does not define
	CodeIncomplete evidence.Code = "st0102.incomplete" // a mandatory item is absent
)

// defaultVersion is what a set without item 22 was written to (ST 0102.12 clause 6.1.15).
const defaultVersion = 3

// Field is one item as it was sent.
type Field struct {
	Tag    uint32
	Raw    []byte // part of the bytes given to Decode
	Offset int    // of the tag, from the start of those bytes
}

// Set is a security set. The zero value is empty and can be built up with the Set methods.
type Set struct {
	Fields  []Field // in the order of the stream, repeats included
	Defects []evidence.Defect
}

// Decode reads the items of value, which starts at the first tag: a standalone set is unpacked by
// the caller. The Set refers to value. What cannot be read is a defect with its offset in value.
func Decode(value []byte) *Set {
	s := new(Set)
	var seen uint64
	at := 0
	for at < len(value) {
		tag, n, err := klv.ParseOID(value[at:])
		if err != nil {
			s.defect(CodeTruncated, at, "", strconv.Itoa(len(value)-at), "tag")
			break
		}
		length, m, err := klv.ParseLength(value[at+n:])
		if err != nil || length > len(value)-at-n-m {
			s.defect(CodeTruncated, at, strconv.Itoa(int(tag)), strconv.Itoa(len(value)-at-n), "length and value")
			break
		}
		f := Field{Tag: tag, Raw: value[at+n+m : at+n+m+length : at+n+m+length], Offset: at}
		if bit := uint64(1) << (tag & 63); tag < 64 {
			if seen&bit != 0 {
				s.defect(CodeDuplicate, at, strconv.Itoa(int(tag)), "", "")
			}
			seen |= bit
		}
		s.Fields = append(s.Fields, f)
		s.check(f)
		at += n + m + length
	}
	for _, tag := range [...]uint32{TagClassification, TagCountryCodingMethod, TagClassifyingCountry, TagObjectCountryMethod, TagObjectCountryCodes} {
		if _, ok := s.Raw(tag); !ok {
			s.defect(CodeIncomplete, 0, strconv.Itoa(int(tag)), "absent", names[tag])
		}
	}
	return s
}

func (s *Set) defect(code evidence.Code, at int, item, got, want string) {
	s.Defects = append(s.Defects, evidence.Defect{Code: code, Offset: int64(at), Item: item, Got: got, Want: want})
}

func (s *Set) check(f Field) {
	item, length := strconv.Itoa(int(f.Tag)), strconv.Itoa(len(f.Raw))
	switch f.Tag {
	case TagClassification, TagCountryCodingMethod, TagObjectCountryMethod:
		if len(f.Raw) != 1 {
			s.defect(CodeLength, f.Offset, item, length, "1")
		} else if enumText(f.Tag, f.Raw[0]) == "" {
			s.defect(CodeUndefined, f.Offset, item, strconv.Itoa(int(f.Raw[0])), "")
		}
	case TagVersion:
		if len(f.Raw) != 2 {
			s.defect(CodeLength, f.Offset, item, length, "2")
		}
	case TagObjectCountryCodes:
		if looksASCII(f.Raw) {
			s.defect(CodeCountries, f.Offset, item, "ASCII", "UTF-16BE")
		} else if len(f.Raw)%2 != 0 {
			s.defect(CodeLength, f.Offset, item, length, "even")
		}
	case TagDeclassificationDate:
		s.checkText(f, item, 8)
	case TagCountryCodingMethodDate, TagObjectCountryMethodDate:
		s.checkText(f, item, 10)
	default:
		if names[f.Tag] == "" {
			s.defect(CodeUnknown, f.Offset, item, "", "")
			return
		}
		s.checkText(f, item, 0)
	}
}

func (s *Set) checkText(f Field, item string, length int) {
	if !utf8.Valid(f.Raw) {
		s.defect(CodeText, f.Offset, item, "", "UTF-8")
	}
	if length != 0 && len(f.Raw) != length {
		s.defect(CodeLength, f.Offset, item, strconv.Itoa(len(f.Raw)), strconv.Itoa(length))
	}
}

// Raw returns the bytes of the first item with the tag.
func (s *Set) Raw(tag uint32) ([]byte, bool) {
	for _, f := range s.Fields {
		if f.Tag == tag {
			return f.Raw, true
		}
	}
	return nil, false
}

func (s *Set) octet(tag uint32) (byte, bool) {
	raw, ok := s.Raw(tag)
	if !ok || len(raw) != 1 {
		return 0, false
	}
	return raw[0], true
}

// Text returns a text item: 3 to 11, 14, 23, 24. It is false for an absent item and for one that is
// not valid UTF-8.
func (s *Set) Text(tag uint32) (string, bool) {
	if !isText(tag) {
		return "", false
	}
	raw, ok := s.Raw(tag)
	if !ok || !utf8.Valid(raw) {
		return "", false
	}
	return string(raw), true
}

func isText(tag uint32) bool {
	return tag >= TagClassifyingCountry && tag <= TagMarkingSystem || tag == TagComments ||
		tag == TagCountryCodingMethodDate || tag == TagObjectCountryMethodDate
}

// Classification returns item 1. A code that the standard does not define is not a classification.
func (s *Set) Classification() (Classification, bool) {
	c, ok := s.octet(TagClassification)
	return Classification(c), ok && Classification(c).String() != ""
}

// CountryMethod returns item 2, how items 3 and 6 write countries.
func (s *Set) CountryMethod() (CountryMethod, bool) {
	c, ok := s.octet(TagCountryCodingMethod)
	return CountryMethod(c), ok && CountryMethod(c).String() != ""
}

// ClassifyingCountry returns item 3 without its leading "//".
func (s *Set) ClassifyingCountry() (string, bool) {
	text, ok := s.Text(TagClassifyingCountry)
	return strings.TrimPrefix(text, "//"), ok
}

// ReleasableTo returns the country codes of item 6, Releasing Instructions.
func (s *Set) ReleasableTo() ([]string, bool) {
	text, ok := s.Text(TagReleasingInstructions)
	return strings.Fields(text), ok
}

// ObjectCountryMethod returns item 12, how item 13 writes countries.
func (s *Set) ObjectCountryMethod() (CountryMethod, bool) {
	c, ok := s.octet(TagObjectCountryMethod)
	return CountryMethod(c), ok && CountryMethod(c).String() != ""
}

// ObjectCountries returns the country codes of item 13: the countries in the picture. Some
// producers write ASCII where the standard wants UTF-16BE; ascii says so, and the codes are read as
// what they evidently are.
func (s *Set) ObjectCountries() (codes []string, ascii, ok bool) {
	raw, ok := s.Raw(TagObjectCountryCodes)
	if !ok {
		return nil, false, false
	}
	text, ascii, ok := objectCountries(raw)
	if !ok {
		return nil, ascii, false
	}
	for code := range strings.SplitSeq(text, ";") {
		if code != "" {
			codes = append(codes, code)
		}
	}
	return codes, ascii, true
}

func objectCountries(raw []byte) (text string, ascii, ok bool) {
	if looksASCII(raw) {
		return string(raw), true, true
	}
	if len(raw)%2 != 0 {
		return "", false, false
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units)), false, true
}

// looksASCII reports whether every byte is printable ASCII. No country code in UTF-16 is: each of
// its letters has a zero byte.
func looksASCII(raw []byte) bool {
	for _, c := range raw {
		if c < 0x20 || c > 0x7E {
			return false
		}
	}
	return len(raw) > 0
}

// Version returns item 22, the version of ST 0102 that the set was written to; 3 when absent.
func (s *Set) Version() (uint16, bool) {
	raw, ok := s.Raw(TagVersion)
	if !ok {
		return defaultVersion, true
	}
	if len(raw) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(raw), true
}

// Put sets the bytes of an item, in the place of an earlier one with the tag. It keeps raw.
func (s *Set) Put(tag uint32, raw []byte) {
	for i := range s.Fields {
		if s.Fields[i].Tag == tag {
			s.Fields[i].Raw = raw
			return
		}
	}
	s.Fields = append(s.Fields, Field{Tag: tag, Raw: raw})
}

// SetText sets a text item as it is: item 3 with its "//".
func (s *Set) SetText(tag uint32, text string) { s.Put(tag, []byte(text)) }

// SetClassification sets item 1.
func (s *Set) SetClassification(c Classification) { s.Put(TagClassification, []byte{byte(c)}) }

// SetCountryMethod sets item 2.
func (s *Set) SetCountryMethod(m CountryMethod) { s.Put(TagCountryCodingMethod, []byte{byte(m)}) }

// SetObjectCountries sets items 12 and 13.
func (s *Set) SetObjectCountries(m CountryMethod, codes ...string) {
	s.Put(TagObjectCountryMethod, []byte{byte(m)})
	var raw []byte
	for _, unit := range utf16.Encode([]rune(strings.Join(codes, ";"))) {
		raw = binary.BigEndian.AppendUint16(raw, unit)
	}
	s.Put(TagObjectCountryCodes, raw)
}

// SetVersion sets item 22.
func (s *Set) SetVersion(version uint16) {
	s.Put(TagVersion, binary.BigEndian.AppendUint16(nil, version))
}

// AppendLocal appends the items in their order, without key and outer length.
func (s *Set) AppendLocal(dst []byte) []byte {
	for _, f := range s.Fields {
		dst = klv.AppendOID(dst, f.Tag)
		dst = klv.AppendLength(dst, len(f.Raw))
		dst = append(dst, f.Raw...)
	}
	return dst
}
