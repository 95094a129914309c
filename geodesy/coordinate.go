package geodesy

import (
	"strconv"
	"strings"
)

// CoordinateFault says what is wrong with a coordinate that a person typed.
type CoordinateFault string

// The faults.
const (
	NoCoordinate  CoordinateFault = "form"       // in none of the forms
	BadLatitude   CoordinateFault = "latitude"   // beyond 90 degrees
	BadLongitude  CoordinateFault = "longitude"  // beyond 180 degrees
	BadMinutes    CoordinateFault = "minutes"    // 60 minutes or seconds, or more
	BadHemisphere CoordinateFault = "hemisphere" // two latitudes, or a sign beside a letter
	BadZone       CoordinateFault = "zone"       // of MGRS: zone or band that there is not
	BadSquare     CoordinateFault = "square"     // of MGRS: letters that this zone and band do not have
	BadDigits     CoordinateFault = "digits"     // of MGRS: another number of digits east than north, or more than five
)

// CoordinateError is a text that is no coordinate.
type CoordinateError struct {
	Text  string
	Fault CoordinateFault
}

// Error implements error.
func (e *CoordinateError) Error() string {
	return "not a coordinate (" + string(e.Fault) + "): " + strconv.Quote(e.Text)
}

// longest bounds a coordinate as it is typed.
const longest = 64

// ParsePosition reads a coordinate on WGS 84 as people write it: latitude and longitude in degrees (31.5, -110.25), degrees and
// minutes (31°30.0'N 110°15.0'W) or degrees, minutes and seconds (31 30 00 N 110 15 00 W), or the reference of a square of
// the military grid (12RXV 12345 67890), which stands for its middle. N, S, E and W may stand before or behind the
// numbers, O is west; without letters latitude comes first and minus is south or west. It returns a CoordinateError.
func ParsePosition(text string) (Position, error) {
	fail := func(f CoordinateFault) (Position, error) { return Position{}, &CoordinateError{clip(text), f} }
	if len(text) > longest {
		return fail(NoCoordinate)
	}
	if p, fault, is := parseMGRS(text); is {
		if fault != "" {
			return fail(fault)
		}
		return p, nil
	}
	parts, fault := coordinateParts(text)
	if fault != "" {
		return fail(fault)
	}
	var p Position
	for i := range parts {
		x := &parts[i]
		v, fault := x.degrees()
		if fault != "" {
			return fail(fault)
		}
		north := i == 0
		if x.letter != 0 {
			north = x.letter == 'N' || x.letter == 'S'
			if other := parts[1-i].letter; other == 0 || north == (other == 'N' || other == 'S') {
				return fail(BadHemisphere)
			}
		}
		switch {
		case north && !(v >= -90 && v <= 90):
			return fail(BadLatitude)
		case !north && !(v >= -180 && v <= 180):
			return fail(BadLongitude)
		case north:
			p.Lat = Angle(v)
		default:
			p.Lon = Angle(v)
		}
	}
	return p, nil
}

// clip keeps a text that is shown again short.
func clip(text string) string {
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// coordinate is one of the two numbers as it was written.
type coordinate struct {
	fields []string // degrees, minutes, seconds
	letter byte     // N, S, E, W; 0 for none
}

func (x *coordinate) degrees() (float64, CoordinateFault) {
	sum, unit := 0.0, 1.0
	negative := false
	for i, f := range x.fields {
		if i == 0 && (f[0] == '-' || f[0] == '+') {
			negative = f[0] == '-'
			f = f[1:]
			if x.letter != 0 {
				return 0, BadHemisphere
			}
		}
		whole, fraction, dotted := strings.Cut(f, ".")
		if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" || dotted && i < len(x.fields)-1 {
			return 0, NoCoordinate
		}
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return 0, NoCoordinate
		}
		if i > 0 && v >= 60 {
			return 0, BadMinutes
		}
		sum += v / unit
		unit *= 60
	}
	if negative || x.letter == 'S' || x.letter == 'W' {
		sum = -sum
	}
	return sum, ""
}

// coordinateParts parts a text into its two numbers: at letters, else at a comma, else in the middle.
func coordinateParts(text string) (parts [2]coordinate, fault CoordinateFault) {
	type token struct {
		text   string
		letter byte
		comma  bool
	}
	var all []token
	field := strings.Builder{}
	flush := func() {
		if field.Len() > 0 {
			all = append(all, token{text: field.String()})
			field.Reset()
		}
	}
	for _, r := range strings.ToUpper(text) {
		switch {
		case r >= '0' && r <= '9' || r == '.':
			field.WriteRune(r)
		case r == '-' || r == '+' || r == '−':
			flush()
			if r == '−' {
				r = '-'
			}
			field.WriteRune(r)
		case r == 'N' || r == 'S' || r == 'E' || r == 'W' || r == 'O':
			flush()
			if r == 'O' {
				r = 'W'
			}
			all = append(all, token{letter: byte(r)})
		case r == ',' || r == ';' || r == '/':
			flush()
			all = append(all, token{comma: true})
		case strings.ContainsRune(" \t°º'′’\"″”:", r):
			flush()
		default:
			return parts, NoCoordinate
		}
	}
	flush()
	lead := len(all) > 0 && all[0].letter != 0 // letters stand before their numbers
	letters, commas := 0, 0
	n, numbers := 0, 0
	for _, t := range all {
		switch {
		case t.comma:
			if commas++; commas > 1 || numbers == 0 {
				return parts, NoCoordinate
			}
			if letters == 0 {
				n = 1
			}
		case t.letter != 0:
			letters++
			if lead && letters == 2 {
				n = 1
			}
			if n > 1 || parts[n].letter != 0 || letters > 2 {
				return parts, BadHemisphere
			}
			parts[n].letter = t.letter
			if !lead && letters == 1 {
				n = 1
			}
		default:
			if numbers++; len(parts[n].fields) == 3 && commas+letters > 0 || numbers > 6 {
				return parts, NoCoordinate
			}
			parts[n].fields = append(parts[n].fields, t.text)
		}
	}
	if letters == 1 {
		return parts, BadHemisphere
	}
	if letters+commas == 0 && numbers%2 == 0 {
		half := parts[0].fields
		parts[0].fields, parts[1].fields = half[:numbers/2], half[numbers/2:]
	}
	for i := range parts {
		if len(parts[i].fields) == 0 || len(parts[i].fields) > 3 {
			return parts, NoCoordinate
		}
	}
	return parts, ""
}
