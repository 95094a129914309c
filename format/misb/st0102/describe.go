package st0102

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"

	"overflight/format/misb"
)

// Classification is item 1.
type Classification uint8

// The classifications.
const (
	Unclassified Classification = iota + 1
	Restricted
	Confidential
	Secret
	TopSecret
)

// String returns the standard's word, empty for a code that it does not define.
func (c Classification) String() string {
	switch c {
	case Unclassified:
		return "UNCLASSIFIED"
	case Restricted:
		return "RESTRICTED"
	case Confidential:
		return "CONFIDENTIAL"
	case Secret:
		return "SECRET"
	case TopSecret:
		return "TOP SECRET"
	}
	return ""
}

// CountryMethod is items 2 and 12: how countries are written.
type CountryMethod uint8

// The methods in present use; older ones have numbers only.
const (
	ISO3166TwoLetter CountryMethod = 1
	GENCTwoLetter    CountryMethod = 13
	GENCThreeLetter  CountryMethod = 14
)

// String returns the name of the method, empty for a code that the standard does not define.
func (m CountryMethod) String() string {
	if int(m) < len(countryMethods) {
		return countryMethods[m]
	}
	if m == 64 {
		return "GENC Administrative Subdivision"
	}
	return ""
}

var countryMethods = [...]string{
	1:  "ISO-3166 Two Letter",
	2:  "ISO-3166 Three Letter",
	3:  "FIPS 10-4 Two Letter",
	4:  "FIPS 10-4 Four Letter",
	5:  "ISO-3166 Numeric",
	6:  "1059 Two Letter",
	7:  "1059 Three Letter",
	10: "FIPS 10-4 Mixed",
	11: "ISO 3166 Mixed",
	12: "STANAG 1059 Mixed",
	13: "GENC Two Letter",
	14: "GENC Three Letter",
	15: "GENC Numeric",
	16: "GENC Mixed",
}

func enumText(tag uint32, code byte) string {
	if tag == TagClassification {
		return Classification(code).String()
	}
	return CountryMethod(code).String()
}

var names = map[uint32]string{
	TagClassification:          "Security Classification",
	TagCountryCodingMethod:     "Classifying Country and Releasing Instructions Country Coding Method",
	TagClassifyingCountry:      "Classifying Country",
	TagSCI:                     "Security-SCI/SHI Information",
	TagCaveats:                 "Caveats",
	TagReleasingInstructions:   "Releasing Instructions",
	TagClassifiedBy:            "Classified By",
	TagDerivedFrom:             "Derived From",
	TagClassificationReason:    "Classification Reason",
	TagDeclassificationDate:    "Declassification Date",
	TagMarkingSystem:           "Classification and Marking System",
	TagObjectCountryMethod:     "Object Country Coding Method",
	TagObjectCountryCodes:      "Object Country Codes",
	TagComments:                "Classification Comments",
	TagVersion:                 "Version",
	TagCountryCodingMethodDate: "Classifying Country and Releasing Instructions Country Coding Method Version Date",
	TagObjectCountryMethodDate: "Object Country Coding Method Version Date",
}

// Describe returns the neutral form, in the order of the stream, with offsets as in Fields.
func (s *Set) Describe() *misb.Set {
	out := &misb.Set{Standard: "ST 0102", Defects: s.Defects}
	for _, f := range s.Fields {
		out.Items = append(out.Items, misb.Item{
			Key: strconv.Itoa(int(f.Tag)), Name: names[f.Tag], Raw: f.Raw, Offset: f.Offset, Value: f.value(),
		})
	}
	return out
}

func (f Field) value() misb.Value {
	if len(f.Raw) == 0 {
		return misb.Unknown{Reason: misb.Cleared}
	}
	switch {
	case f.Tag == TagClassification || f.Tag == TagCountryCodingMethod || f.Tag == TagObjectCountryMethod:
		if len(f.Raw) != 1 {
			return misb.Unknown{Reason: misb.Malformed}
		}
		return misb.Enum{Code: int64(f.Raw[0]), Text: enumText(f.Tag, f.Raw[0])}
	case f.Tag == TagVersion:
		if len(f.Raw) != 2 {
			return misb.Unknown{Reason: misb.Malformed}
		}
		return misb.Uint(binary.BigEndian.Uint16(f.Raw))
	case f.Tag == TagObjectCountryCodes:
		text, _, ok := objectCountries(f.Raw)
		if !ok {
			return misb.Unknown{Reason: misb.Malformed}
		}
		return misb.Text(text)
	case isText(f.Tag):
		if !utf8.Valid(f.Raw) {
			return misb.Unknown{Reason: misb.Malformed}
		}
		return misb.Text(f.Raw)
	}
	return misb.Bytes(f.Raw)
}
