package st0601

import (
	"strconv"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/format/misb/imapb"
)

// form is how a field of a nested set is written.
type form uint8

const (
	asBytes form = iota
	asUint
	asInt
	asOID
	asInstant
	asReal    // IEEE 754, four or eight bytes
	asMapped  // ST 1201
	asLinear  // unsigned integer over the range, the length as sent
	asSigned  // symmetric, lowest code reserved
	asCode    // meanings
	asText    // UTF-8
	asSet     // another local set
	asArray   // ST 1303 array of numbers
	asPack    // read by a function
	asArrayOf // ST 1303 array whose rows have ranges of their own
)

// field is one item of a nested set.
type field struct {
	name, unit string
	form       form
	low, high  float64
	whole      bool // elements of an asArray are integers
	meanings   []string
	set        *localSet
	pack       func(raw []byte) (misb.Value, bool)
	rows       []bounds
}

type bounds struct{ low, high float64 }

// localSet is a nested set with one-byte tags and BER lengths.
type localSet struct {
	standard string
	fields   []field // by tag
}

// describe reads a set as far as its bytes go; offsets are relative to raw.
func (l *localSet) describe(raw []byte, depth int) *misb.Set {
	out := &misb.Set{Standard: l.standard}
	finding := func(at int, tag uint32) {
		d := evidence.Defect{Code: CodePack, Offset: int64(at)}
		if tag != 0 {
			d.Item = strconv.Itoa(int(tag))
		}
		out.Defects = append(out.Defects, d)
	}
	for at := 0; at < len(raw); {
		tag, size, err := klv.ParseOID(raw[at:])
		if err != nil {
			finding(at, 0)
			break
		}
		n, width, err := klv.ParseLength(raw[at+size:])
		if err != nil || n > len(raw)-at-size-width {
			finding(at, tag)
			break
		}
		start := at + size + width
		value := raw[start : start+n : start+n]
		item := misb.Item{Key: strconv.Itoa(int(tag)), Raw: value, Offset: at, Value: misb.Bytes(value)}
		if int64(tag) < int64(len(l.fields)) && l.fields[tag].name != "" {
			f := &l.fields[tag]
			item.Name, item.Unit = f.name, f.unit
			v, ok := f.value(value, depth)
			if inner, nested := v.(*misb.Set); nested {
				for _, d := range inner.Defects {
					out.Defects = append(out.Defects, within(d, start, Tag(tag)))
				}
				inner.Defects = nil
				shift(inner, start)
			}
			if item.Value = v; !ok {
				item.Value = misb.Unknown{Reason: misb.Malformed}
				finding(at, tag)
			}
		}
		out.Items = append(out.Items, item)
		at = start + n
	}
	return out
}

func (f *field) value(raw []byte, depth int) (misb.Value, bool) {
	if len(raw) == 0 {
		return misb.Unknown{Reason: misb.Cleared}, true
	}
	small := len(raw) <= 8
	switch f.form {
	case asUint:
		return misb.Uint(unsignedBits(raw)), small
	case asInt:
		return misb.Int(signedBits(raw)), small
	case asOID:
		v, n, err := klv.ParseOID(raw)
		return misb.Uint(v), err == nil && n == len(raw)
	case asInstant:
		return instantValue(unsignedBits(raw)), small
	case asReal:
		x, ok := float(raw)
		return misb.Real(x), ok
	case asMapped:
		scale := imapb.New(f.low, f.high, len(raw))
		return mappedValue(&scale, raw), small
	case asLinear:
		if len(raw) > 4 {
			return nil, false
		}
		return misb.Real(float64(unsignedBits(raw))*(f.high-f.low)/float64(uint64(1)<<(8*len(raw))-1) + f.low), true
	case asSigned:
		if len(raw) > 4 {
			return nil, false
		}
		v, top := signedBits(raw), int64(1)<<(8*len(raw)-1)
		if v == -top {
			return misb.Unknown{Reason: misb.Special}, true
		}
		return misb.Real(float64(v) * f.high / float64(top-1)), true
	case asCode:
		return meaning(int64(unsignedBits(raw)), f.meanings), small
	case asText:
		return misb.Text(raw), utf8.Valid(raw)
	case asSet:
		if depth >= maxDepth {
			return misb.Bytes(raw), false
		}
		return f.set.describe(raw, depth+1), true
	case asArray:
		return array(raw, f.whole)
	case asArrayOf:
		return arrayOfRows(raw, f.rows)
	case asPack:
		return f.pack(raw)
	case asBytes:
	}
	return misb.Bytes(raw), true
}

// header is the head of an ST 1303 multi-dimensional array pack.
type header struct {
	sizes   []int
	element int // bytes an element
	process int // array processing algorithm
	count   int // elements in all
	rest    []byte
}

// Array processing algorithms of ST 1303.
const (
	natural = 1
	asIMAPB = 2
	boolean = 3
	asUints = 4
)

// maxElements bounds an array. No size is believed beyond what the bytes can hold.
const maxElements = 1 << 20

func arrayHeader(raw []byte) (h header, ok bool) {
	next := func() int {
		v, n, err := klv.ParseOID(raw)
		if err != nil {
			ok = false
			return 0
		}
		raw = raw[n:]
		return int(v)
	}
	ok = true
	dimensions := next()
	if !ok || dimensions < 1 || dimensions > 8 {
		return h, false
	}
	h.count = 1
	for range dimensions {
		size := next()
		if !ok || size < 1 || size > maxElements/h.count {
			return h, false
		}
		h.count *= size
		h.sizes = append(h.sizes, size)
	}
	h.element, h.process = next(), next()
	h.rest = raw
	return h, ok
}

// array reads a pack of numbers. Natural elements are integers when whole says so, floats else.
func array(raw []byte, whole bool) (misb.Value, bool) {
	h, ok := arrayHeader(raw)
	if !ok {
		return nil, false
	}
	body := h.rest
	var scale imapb.Scale
	switch h.process {
	case natural:
		if h.element < 1 || h.element > 8 || len(body) != h.count*h.element || !whole && h.element != 4 && h.element != 8 {
			return nil, false
		}
	case asIMAPB:
		parameters := len(body) - h.count*h.element
		if h.element < 1 || h.element > 8 || parameters != 8 && parameters != 16 {
			return nil, false
		}
		low, _ := float(body[:parameters/2])
		high, _ := float(body[parameters/2 : parameters])
		scale = imapb.New(low, high, h.element)
		body = body[parameters:]
	case asUints:
		return biased(body, h.count)
	default:
		return misb.Bytes(raw), h.process == boolean || h.process == 5
	}
	out := make(misb.List, 0, h.count)
	for i := range h.count {
		e := body[i*h.element : (i+1)*h.element]
		switch x, _ := float(e); {
		case h.process == asIMAPB:
			out = append(out, mappedValue(&scale, e))
		case whole:
			out = append(out, misb.Uint(unsignedBits(e)))
		default:
			out = append(out, misb.Real(x))
		}
	}
	return out, true
}

// biased reads BER-OID elements with a common bias before them.
func biased(body []byte, count int) (misb.Value, bool) {
	bias, n, err := klv.ParseOID(body)
	if err != nil || count > len(body)-n {
		return nil, false
	}
	body = body[n:]
	out := make(misb.List, 0, count)
	for range count {
		v, n, err := klv.ParseOID(body)
		if err != nil {
			return nil, false
		}
		out = append(out, misb.Uint(uint64(v)+uint64(bias)))
		body = body[n:]
	}
	return out, len(body) == 0
}

// arrayOfRows reads the arrays of ST 1601 whose rows are deviations and correlations.
func arrayOfRows(raw []byte, rows []bounds) (misb.Value, bool) {
	h, ok := arrayHeader(raw)
	if !ok || len(h.sizes) != 2 || h.sizes[0] > len(rows) {
		return nil, false
	}
	if h.process == asUints {
		return biasedRows(h, rows)
	}
	if h.process != natural || h.element < 1 || h.element > 8 || len(h.rest) != h.count*h.element {
		return nil, false
	}
	out := make(misb.List, 0, h.count)
	for i := range h.count {
		row := rows[i/h.sizes[1]]
		scale := imapb.New(row.low, row.high, h.element)
		out = append(out, mappedValue(&scale, h.rest[i*h.element:(i+1)*h.element]))
	}
	return out, true
}

// biasedRows has the IMAPB integers as BER-OID; their length is what h.element says.
func biasedRows(h header, rows []bounds) (misb.Value, bool) {
	v, ok := biased(h.rest, h.count)
	if !ok || h.element < 1 || h.element > 8 {
		return nil, false
	}
	list := v.(misb.List)
	for i := range list {
		row := rows[i/h.sizes[1]]
		scale := imapb.New(row.low, row.high, h.element)
		x, kind := scale.DecodeBits(uint64(list[i].(misb.Uint)) << (64 - 8*h.element))
		if list[i] = misb.Real(x); kind != imapb.Finite {
			list[i] = misb.Unknown{Reason: misb.Special}
		}
	}
	return list, true
}
