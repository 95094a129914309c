package st0601

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/format/misb/imapb"
	"overflight/format/misb/st0102"
)

// lengthValue takes a BER length and that many bytes.
func lengthValue(raw []byte) (value, rest []byte, ok bool) {
	n, size, err := klv.ParseLength(raw)
	if err != nil || n > len(raw)-size {
		return nil, nil, false
	}
	return raw[size : size+n], raw[size+n:], true
}

func appendValue(dst, value []byte) []byte {
	return append(klv.AppendLength(dst, len(value)), value...)
}

// oid takes a BER-OID number.
func oid(raw []byte) (v uint32, rest []byte, ok bool) {
	v, n, err := klv.ParseOID(raw)
	if err != nil {
		return 0, nil, false
	}
	return v, raw[n:], true
}

// records reads a list of length-value records (variable-length packs).
func records[T any](raw []byte, read func([]byte) (T, bool)) ([]T, bool) {
	var out []T
	for len(raw) > 0 {
		value, rest, ok := lengthValue(raw)
		if !ok {
			return out, false
		}
		raw = rest
		record, ok := read(value)
		if !ok {
			return out, false
		}
		out = append(out, record)
	}
	return out, true
}

func named(name string, v misb.Value) misb.Field { return misb.Field{Name: name, Value: v} }
func unit(name, unit string, v misb.Value) misb.Field {
	return misb.Field{Name: name, Unit: unit, Value: v}
}

func pack[T any](s *Set, tag Tag, read func([]byte) (T, bool)) (T, bool) {
	if s.State(tag) != OK {
		var none T
		return none, false
	}
	raw, _ := s.Raw(tag)
	return read(raw)
}

// Horizon is item 81: where the horizon cuts the frame, in per cent of its width and height from
// the upper left, and where those points are if the producer knows.
type Horizon struct {
	X0, Y0, X1, Y1 uint8
	Start, End     Point
	HasStart       bool // Start is given and on the Earth
	HasEnd         bool
}

// ParseHorizon reads item 81.
func ParseHorizon(raw []byte) (h Horizon, ok bool) {
	if len(raw) != 4 && len(raw) != 12 && len(raw) != 20 {
		return h, false
	}
	h = Horizon{X0: raw[0], Y0: raw[1], X1: raw[2], Y1: raw[3]}
	if len(raw) >= 12 {
		h.Start, h.HasStart = point(raw[4:12])
	}
	if len(raw) == 20 {
		h.End, h.HasEnd = point(raw[12:20])
	}
	return h, true
}

func point(raw []byte) (Point, bool) {
	lat, a := ops[TagSensorLatitude].linear(raw[:4])
	lon, b := ops[TagSensorLongitude].linear(raw[4:8])
	return Point{lat, lon}, a == OK && b == OK
}

// AppendTo appends the pack.
func (h Horizon) AppendTo(dst []byte) []byte {
	dst = append(dst, h.X0, h.Y0, h.X1, h.Y1)
	if !h.HasStart && !h.HasEnd {
		return dst
	}
	dst = appendPoint(dst, h.Start, h.HasStart)
	if h.HasEnd {
		dst = appendPoint(dst, h.End, true)
	}
	return dst
}

func appendPoint(dst []byte, p Point, known bool) []byte {
	if !known {
		p = Point{math.NaN(), math.NaN()}
	}
	dst = items[TagSensorLatitude].appendLinear(dst, p.Lat)
	return items[TagSensorLongitude].appendLinear(dst, p.Lon)
}

func (h Horizon) describe() misb.Value {
	out := misb.List{
		unit("x0", "%", misb.Uint(h.X0)), unit("y0", "%", misb.Uint(h.Y0)),
		unit("x1", "%", misb.Uint(h.X1)), unit("y1", "%", misb.Uint(h.Y1)),
	}
	if h.HasStart {
		out = append(out, unit("Latitude 0", "deg", misb.Real(h.Start.Lat)), unit("Longitude 0", "deg", misb.Real(h.Start.Lon)))
	}
	if h.HasEnd {
		out = append(out, unit("Latitude 1", "deg", misb.Real(h.End.Lat)), unit("Longitude 1", "deg", misb.Real(h.End.Lon)))
	}
	return out
}

// UUID is an ISO/IEC 9834-8 identifier.
type UUID [16]byte

// Identifier is item 94, the motion imagery identifier of ST 1204. A type of 0 and a false flag
// mean that there is no such identifier.
type Identifier struct {
	Version      uint8
	SensorType   uint8 // 0 none, 1 managed, 2 virtual, 3 physical
	PlatformType uint8
	Sensor       UUID
	Platform     UUID
	Window       UUID
	Minor        UUID
	HasWindow    bool
	HasMinor     bool
}

// ParseIdentifier reads item 94.
func ParseIdentifier(raw []byte) (id Identifier, ok bool) {
	if len(raw) < 2 {
		return id, false
	}
	usage := raw[1]
	id = Identifier{
		Version: raw[0], SensorType: usage >> 5 & 3, PlatformType: usage >> 3 & 3,
		HasWindow: usage&4 != 0, HasMinor: usage&2 != 0,
	}
	raw = raw[2:]
	for _, part := range id.parts() {
		if !part.has {
			continue
		}
		if len(raw) < 16 {
			return id, false
		}
		copy(part.uuid[:], raw)
		raw = raw[16:]
	}
	return id, len(raw) == 0
}

type identifierPart struct {
	name string
	has  bool
	uuid *UUID
}

func (id *Identifier) parts() [4]identifierPart {
	return [4]identifierPart{
		{"Sensor ID", id.SensorType != 0, &id.Sensor},
		{"Platform ID", id.PlatformType != 0, &id.Platform},
		{"Window ID", id.HasWindow, &id.Window},
		{"Minor ID", id.HasMinor, &id.Minor},
	}
}

// AppendTo appends the identifier.
func (id Identifier) AppendTo(dst []byte) []byte {
	usage := id.SensorType&3<<5 | id.PlatformType&3<<3
	if id.HasWindow {
		usage |= 4
	}
	if id.HasMinor {
		usage |= 2
	}
	dst = append(dst, id.Version, usage)
	for _, part := range id.parts() {
		if part.has {
			dst = append(dst, part.uuid[:]...)
		}
	}
	return dst
}

func (id Identifier) describe() misb.Value {
	out := misb.List{
		named("Version", misb.Uint(id.Version)),
		named("Sensor ID Type", meaning(int64(id.SensorType), deviceIDType)),
		named("Platform ID Type", meaning(int64(id.PlatformType), deviceIDType)),
	}
	for _, part := range id.parts() {
		if part.has {
			out = append(out, named(part.name, misb.Bytes(part.uuid[:])))
		}
	}
	return out
}

// Countries is item 122. An empty string is a country that was not given.
type Countries struct {
	Method      st0102.CountryMethod
	Overflight  string
	Operator    string
	Manufacture string
	given       int // how many of the three were sent
}

// ParseCountries reads item 122.
func ParseCountries(raw []byte) (c Countries, ok bool) {
	method, raw, ok := lengthValue(raw)
	if !ok || len(method) != 1 {
		return c, false
	}
	c.Method = st0102.CountryMethod(method[0])
	for _, to := range [...]*string{&c.Overflight, &c.Operator, &c.Manufacture} {
		if len(raw) == 0 {
			break
		}
		var value []byte
		if value, raw, ok = lengthValue(raw); !ok || !utf8.Valid(value) {
			return c, false
		}
		*to = string(value)
		c.given++
	}
	return c, len(raw) == 0 && c.given > 0
}

// AppendTo appends the pack; countries that were not given at the end are left out.
func (c Countries) AppendTo(dst []byte) []byte {
	dst = append(dst, 1, byte(c.Method))
	n := max(c.given, 1)
	if c.Operator != "" {
		n = max(n, 2)
	}
	if c.Manufacture != "" {
		n = 3
	}
	for _, country := range []string{c.Overflight, c.Operator, c.Manufacture}[:n] {
		dst = appendValue(dst, []byte(country))
	}
	return dst
}

func (c Countries) describe() misb.Value {
	out := misb.List{named("Country Coding Method", misb.Enum{Code: int64(c.Method), Text: c.Method.String()})}
	names := [...]string{"Overflight Country", "Operator Country", "Country of Manufacture"}
	for i, country := range []string{c.Overflight, c.Operator, c.Manufacture}[:c.given] {
		if country == "" {
			out = append(out, named(names[i], misb.Unknown{Reason: misb.Cleared}))
		} else {
			out = append(out, named(names[i], misb.Text(country)))
		}
	}
	return out
}

// FrameRate is item 127, frames a second.
type FrameRate struct{ Numerator, Denominator uint32 }

// ParseFrameRate reads item 127. The denominator is 1 when it is left out.
func ParseFrameRate(raw []byte) (f FrameRate, ok bool) {
	f.Denominator = 1
	if f.Numerator, raw, ok = oid(raw); !ok {
		return f, false
	}
	if len(raw) > 0 {
		f.Denominator, raw, ok = oid(raw)
	}
	return f, ok && len(raw) == 0 && f.Denominator != 0
}

// AppendTo appends the pack.
func (f FrameRate) AppendTo(dst []byte) []byte {
	dst = klv.AppendOID(dst, f.Numerator)
	if f.Denominator > 1 {
		dst = klv.AppendOID(dst, f.Denominator)
	}
	return dst
}

func (f FrameRate) describe() misb.Value {
	return misb.List{named("Numerator", misb.Uint(f.Numerator)), named("Denominator", misb.Uint(f.Denominator))}
}

// Sweep is one angle of a view domain: degrees from where, and how far.
type Sweep struct {
	Start, Range float64
	Length       int // bytes of each number; 0 when the angle is not given
}

// ViewDomain is item 142: where the sensor can look.
type ViewDomain struct{ Azimuth, Elevation, Roll Sweep }

var (
	sweepStart = [3]*[9]imapb.Scale{imapb.Lengths(0, 360), imapb.Lengths(-180, 180), imapb.Lengths(0, 360)}
	sweepRange = imapb.Lengths(0, 360)
)

// ParseViewDomain reads item 142. Angles at the end may be left out.
func ParseViewDomain(raw []byte) (v ViewDomain, ok bool) {
	for i, to := range [...]*Sweep{&v.Azimuth, &v.Elevation, &v.Roll} {
		if len(raw) == 0 {
			return v, i > 0
		}
		var value []byte
		if value, raw, ok = lengthValue(raw); !ok || len(value)%2 != 0 || len(value) > 16 {
			return v, false
		}
		n := len(value) / 2
		if n == 0 {
			continue
		}
		start, a := sweepStart[i][n].Decode(value[:n])
		width, b := sweepRange[n].Decode(value[n:])
		if a != imapb.Finite || b != imapb.Finite {
			return v, false
		}
		*to = Sweep{Start: start, Range: width, Length: n}
	}
	return v, len(raw) == 0
}

// AppendTo appends the pack; angles that are not given at the end are left out.
func (v ViewDomain) AppendTo(dst []byte) []byte {
	all := []Sweep{v.Azimuth, v.Elevation, v.Roll}
	n := len(all)
	for n > 1 && all[n-1].Length == 0 {
		n--
	}
	for i, sweep := range all[:n] {
		length := min(max(sweep.Length, 0), 8)
		dst = klv.AppendLength(dst, 2*length)
		if length > 0 {
			dst = appendNearest(dst, &sweepStart[i][length], sweep.Start)
			dst = appendNearest(dst, &sweepRange[length], sweep.Range)
		}
	}
	return dst
}

func (v ViewDomain) describe() misb.Value {
	var out misb.List
	names := [...]string{"Azimuth", "Elevation", "Roll"}
	for i, sweep := range [...]Sweep{v.Azimuth, v.Elevation, v.Roll} {
		if sweep.Length > 0 {
			out = append(out, unit(names[i]+" Start", "deg", misb.Real(sweep.Start)), unit(names[i]+" Range", "deg", misb.Real(sweep.Range)))
		}
	}
	return out
}

// appendNearest appends the code nearest to x: what was decoded goes back to the same bytes.
func appendNearest(dst []byte, scale *imapb.Scale, x float64) []byte {
	y, _ := scale.Quantize(x)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], y)
	return append(dst, b[8-scale.Length():]...)
}
