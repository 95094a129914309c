package st0903

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/format/misb/imapb"
)

// Describe returns the set with every item, names and units included, in the order of the stream.
// It shows what was decoded: after a change to a decoded set, decode its encoding first. Offsets
// are those of the decode: relative to the value of an embedded set, to the key of a standalone
// one. Pixel numbers stay numbers: Set.Pixel says where they are. The result is a copy and holds nothing of the packet but Item.Raw.
func (s *Set) Describe() *misb.Set { return s.DescribeAt(s.base) }

// DescribeAt is Describe for a set whose value begins base bytes after the key of the packet
// around it.
func (s *Set) DescribeAt(base int) *misb.Set {
	raw := s.raw
	if raw == nil {
		raw = s.AppendLocal(nil)
	}
	d := describer{legacy: s.Legacy}
	out := d.set(&vmtiSchema, raw, base)
	for _, f := range s.Defects {
		f.Offset += int64(base - s.base)
		out.Defects = append(out.Defects, f)
	}
	return out
}

type describer struct {
	legacy bool
}

func (d *describer) set(sc *schema, b []byte, base int) *misb.Set {
	out := &misb.Set{Standard: sc.standard}
	it := klv.WalkItems(b)
	for it.Next() {
		sp := sc.spec(it.Tag)
		item := misb.Item{
			Key: strconv.FormatUint(uint64(it.Tag), 10), Name: sp.name, Unit: sp.unit,
			Raw: it.Value, Offset: base + it.Offset,
		}
		switch {
		case len(it.Value) == 0:
			item.Value = misb.Unknown{Reason: misb.Cleared}
		default:
			item.Value = d.value(sp, it.Value, base+it.Start)
		}
		out.Items = append(out.Items, item)
	}
	if sc != &vmtiSchema {
		if err := it.Err(); err != nil {
			out.Defects = append(out.Defects, evidence.Defect{Code: CodeSyntax, Offset: int64(base + err.Offset)})
		}
	}
	return out
}

func (d *describer) value(sp *spec, v []byte, at int) misb.Value {
	malformed := misb.Unknown{Reason: misb.Malformed}
	switch sp.form {
	case opaque:
		return misb.Bytes(bytes.Clone(v))
	case uuid:
		if len(v) != 16 {
			return malformed
		}
		return misb.Text(fmt.Sprintf("%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:]))
	case text:
		if !utf8.Valid(v) {
			return malformed
		}
		return misb.Text(v)
	case mapped:
		x, how := sp.real(v, d.legacy)
		return realValue(x, how)
	case unsigned, timestamp, enumeration, color:
		u, ok := parseUint(v, sp.size)
		if !ok {
			return malformed
		}
		return integer(sp, u)
	case fpa:
		if len(v) != 2 {
			return malformed
		}
		return misb.List{
			misb.Field{Name: "Row", Value: misb.Uint(v[0])},
			misb.Field{Name: "Column", Value: misb.Uint(v[1])},
		}
	case location:
		return d.location(v)
	case vector:
		return d.vector(v, sp.unit)
	case nested:
		return d.set(sp.set, v, at)
	case targets, series, locations, pixels, runs:
		return d.list(sp, v, at)
	}
	return misb.Bytes(bytes.Clone(v))
}

func integer(sp *spec, u uint64) misb.Value {
	switch sp.form {
	case timestamp:
		if u > math.MaxInt64 {
			return misb.Unknown{Reason: misb.Malformed}
		}
		return misb.Time(time.UnixMicro(int64(u)).UTC())
	case enumeration:
		e := misb.Enum{Code: int64(u)}
		if u < uint64(len(sp.codes)) {
			e.Text = sp.codes[u]
		}
		return e
	case opaque, unsigned, mapped, text, color, uuid, location, locations, vector, fpa, targets, nested, series, pixels, runs:
	}
	return misb.Uint(u)
}

func realValue(x float64, how reading) misb.Value {
	switch {
	case how == readable:
		return misb.Real(x)
	case how == special && (math.IsInf(x, 0) || math.IsNaN(x)):
		return misb.Real(x)
	case how == special:
		return misb.Unknown{Reason: misb.Special}
	}
	return misb.Unknown{Reason: misb.Malformed}
}

func (d *describer) list(sp *spec, v []byte, at int) misb.Value {
	list := misb.List{}
	end := at + len(v)
	for len(v) > 0 {
		one, rest, err := entry(v)
		if err != nil {
			return append(list, misb.Unknown{Reason: misb.Malformed})
		}
		v = rest
		list = append(list, d.entry(sp, one, end-len(rest)-len(one)))
	}
	return list
}

func (d *describer) entry(sp *spec, v []byte, at int) misb.Value {
	malformed := misb.Unknown{Reason: misb.Malformed}
	switch sp.form {
	case targets:
		id, size, err := klv.ParseOID(v)
		if err != nil {
			return malformed
		}
		set := d.set(&targetSchema, v[size:], at+size)
		item := misb.Item{Key: "id", Name: "Target ID", Raw: v[:size], Offset: at, Value: misb.Uint(id)}
		set.Items = append([]misb.Item{item}, set.Items...)
		return set
	case series:
		return d.set(sp.set, v, at)
	case locations:
		return d.location(v)
	case pixels:
		if u, ok := parseUint(v, 6); ok {
			return misb.Uint(u)
		}
		return malformed
	case runs:
		number, rest, err := entry(v)
		if err != nil {
			return malformed
		}
		u, ok := parseUint(number, 6)
		n, _, err := klv.ParseLength(rest)
		if !ok || err != nil {
			return malformed
		}
		return misb.List{
			misb.Field{Name: "Index", Value: misb.Uint(u)},
			misb.Field{Name: "Length", Unit: "px", Value: misb.Uint(n)},
		}
	case opaque, unsigned, mapped, text, timestamp, enumeration, color, uuid, location, vector, fpa, nested:
	}
	return malformed
}

func (d *describer) location(v []byte) misb.Value {
	if len(v) < positionSize {
		return misb.Unknown{Reason: misb.Malformed}
	}
	if d.legacy {
		var l Location
		l.parse(v, true)
		list := misb.List{
			misb.Field{Name: "Latitude", Unit: "deg", Value: misb.Real(l.Lat)},
			misb.Field{Name: "Longitude", Unit: "deg", Value: misb.Real(l.Lon)},
			misb.Field{Name: "Height Above Ellipsoid", Unit: "m", Value: misb.Real(l.HAE)},
		}
		return leftOver(list, v[positionSize:])
	}
	list := misb.List{
		part("Latitude", "deg", &latitude4, v[:4]),
		part("Longitude", "deg", &longitude4, v[4:8]),
		part("Height Above Ellipsoid", "m", &height2, v[8:10]),
	}
	return deviations(list, v[positionSize:], "m")
}

func part(name, unit string, scale *imapb.Scale, v []byte) misb.Value {
	x, kind := scale.Decode(v)
	how := special
	if low, high := scale.Range(); kind == imapb.Finite && x >= low && x <= high {
		how = readable
	}
	return misb.Field{Name: name, Unit: unit, Value: realValue(x, how)}
}

// deviations shows the standard deviations and correlations after a position or a vector.
func deviations(list misb.List, v []byte, unit string) misb.Value {
	if len(v) >= deviationSize {
		for i, name := range []string{"Sigma East", "Sigma North", "Sigma Up"} {
			list = append(list, part(name, unit, &sigma2, v[2*i:2*i+2]))
		}
		v = v[deviationSize:]
	}
	if len(v) >= deviationSize {
		for i, name := range []string{"Rho East North", "Rho East Up", "Rho North Up"} {
			list = append(list, part(name, "", &rho2, v[2*i:2*i+2]))
		}
		v = v[deviationSize:]
	}
	return leftOver(list, v)
}

func leftOver(list misb.List, v []byte) misb.Value {
	if len(v) > 0 {
		list = append(list, misb.Field{Name: "Rest", Value: misb.Bytes(bytes.Clone(v))})
	}
	return list
}

// vector shows a velocity or an acceleration. The legacy one is offset binary; that its range is
// the current one is taken over, only its zero was seen.
func (d *describer) vector(v []byte, unit string) misb.Value {
	if len(v) < deviationSize {
		return misb.Unknown{Reason: misb.Malformed}
	}
	names := []string{"East", "North", "Up"}
	list := misb.List{}
	for i, name := range names {
		two := v[2*i : 2*i+2]
		if d.legacy {
			n := int(two[0])<<8 | int(two[1]) - 0x8000
			list = append(list, misb.Field{Name: name, Unit: unit, Value: misb.Real(float64(n) * (900.0 / 32767))})
			continue
		}
		list = append(list, part(name, unit, &component2, two))
	}
	if d.legacy {
		return leftOver(list, v[deviationSize:])
	}
	return deviations(list, v[deviationSize:], unit)
}
