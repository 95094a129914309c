package raster

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

const npyMagic = "\x93NUMPY"

// SniffNPY reports whether b begins as a NumPy array does.
func SniffNPY(b []byte) bool { return bytes.HasPrefix(b, []byte(npyMagic)) }

// ReadNPY reads a NumPy array of one or two dimensions (numpy.lib.format, versions 1.0, 2.0 and 3.0): floats of 32 and 64 bits, integers
// and booleans, either order of bytes, C or Fortran order of cells. One dimension is one row. It is not placed anywhere. The error is an
// *Error.
func ReadNPY(b []byte) (*Raster, error) {
	fault := func(kind error, item string, at int, got, want string) (*Raster, error) {
		return nil, &Error{Format: "NumPy", Item: item, Offset: int64(at), Got: got, Want: want, Kind: kind}
	}
	if !SniffNPY(b) || len(b) < 10 {
		return fault(ErrSyntax, "magic", 0, strconv.Quote(string(b[:min(len(b), 6)])), strconv.Quote(npyMagic)+" and a version")
	}
	at, length := 10, int(binary.LittleEndian.Uint16(b[8:]))
	switch major := b[6]; {
	case major == 2 || major == 3:
		if len(b) < 12 {
			return fault(ErrSyntax, "header", 8, "end of file", "its length")
		}
		at, length = 12, int(min(binary.LittleEndian.Uint32(b[8:]), 1<<30))
	case major != 1:
		return fault(ErrUnsupported, "version", 6, strconv.Itoa(int(major)), "1, 2 or 3")
	}
	if length > len(b)-at {
		return fault(ErrSyntax, "header length", 8, strconv.Itoa(length), fmt.Sprintf("at most the %d bytes that follow", len(b)-at))
	}
	h, want := parseHeader(string(b[at : at+length]))
	if want != "" {
		return fault(ErrSyntax, "header", at, shown(string(b[at:at+length])), want)
	}
	if !h.number.known() {
		return fault(ErrUnsupported, "descr", at, strconv.Quote(shown(h.descr)), "f4, f8, i1 to i8, u1 to u8 or b1")
	}
	if len(h.shape) < 1 || len(h.shape) > 2 {
		return fault(ErrUnsupported, "shape", at, strconv.Itoa(len(h.shape))+" dimensions", "1 or 2")
	}
	rows, columns := int64(1), h.shape[len(h.shape)-1]
	if len(h.shape) == 2 {
		rows = h.shape[0]
	}
	data := b[at+length:]
	if !bounded(columns, rows, int64(h.number.size), int64(len(b))) || columns*rows*int64(h.number.size) > int64(len(data)) {
		return fault(ErrSyntax, "shape", at, fmt.Sprintf("%d x %d of %d bytes", rows, columns, h.number.size), fmt.Sprintf("at least one cell, and no more than the %d bytes that follow", len(data)))
	}
	r := &Raster{Columns: int(columns), Rows: int(rows), Values: make([]float64, columns*rows), Bands: 1}
	if !h.fortran {
		h.number.read(r.Values, data, h.number.size, h.order)
		return r, nil
	}
	column := make([]float64, rows)
	for c := range r.Columns {
		h.number.read(column, data[c*r.Rows*h.number.size:], h.number.size, h.order)
		for row, v := range column {
			r.Values[row*r.Columns+c] = v
		}
	}
	return r, nil
}

// npyHeader is what the header, the text of a Python dictionary, says.
type npyHeader struct {
	descr   string
	number  number
	order   binary.ByteOrder
	fortran bool
	shape   []int64
}

// parseHeader reads the dictionary. Where it is none, want says what was expected.
func parseHeader(text string) (h npyHeader, want string) {
	p := &literal{rest: text}
	if !p.skip("{") {
		return h, "a dictionary with descr, fortran_order and shape"
	}
	seen := map[string]bool{}
	for !p.skip("}") {
		key, ok := p.quoted()
		if !ok || !p.skip(":") || seen[key] {
			return h, "a key in quotes, once, and a colon"
		}
		seen[key] = true
		switch key {
		case "descr":
			if h.descr, ok = p.quoted(); !ok {
				return h, "a type in quotes as descr: records are not read here"
			}
			h.number, h.order = dtype(h.descr)
		case "fortran_order":
			h.fortran = p.skip("True")
			if !h.fortran && !p.skip("False") {
				return h, "True or False as fortran_order"
			}
		case "shape":
			if h.shape, ok = p.tuple(); !ok {
				return h, "a tuple of lengths as shape"
			}
		default:
			return h, "descr, fortran_order and shape alone"
		}
		if !p.skip(",") && !p.next('}') {
			return h, "a comma or the end of the dictionary"
		}
	}
	if len(seen) != 3 || strings.TrimSpace(p.rest) != "" {
		return h, "descr, fortran_order and shape, and nothing after them"
	}
	return h, ""
}

// dtype reads the type of an array: order of bytes, kind and size. What it does not know is no number that is known.
func dtype(s string) (number, binary.ByteOrder) {
	var order binary.ByteOrder = binary.LittleEndian
	if len(s) == 3 {
		switch s[0] {
		case '>':
			order = binary.BigEndian
			s = s[1:]
		case '<', '|', '=':
			s = s[1:]
		}
	}
	if len(s) != 2 || s[1] < '1' || s[1] > '8' {
		return number{}, order
	}
	n := number{s[0], int(s[1] - '0')}
	if n == (number{'b', 1}) { // a truth value
		n.kind = 'u'
	}
	return n, order
}

// literal reads the few forms of a Python literal that a header has.
type literal struct{ rest string }

func (p *literal) blank() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *literal) next(c byte) bool {
	p.blank()
	return p.rest != "" && p.rest[0] == c
}

func (p *literal) skip(s string) bool {
	p.blank()
	rest, ok := strings.CutPrefix(p.rest, s)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *literal) quoted() (string, bool) {
	for _, q := range []string{"'", `"`} {
		if p.skip(q) {
			s, rest, ok := strings.Cut(p.rest, q)
			p.rest = rest
			return s, ok
		}
	}
	return "", false
}

// tuple reads at most eight lengths, each below 2^40.
func (p *literal) tuple() ([]int64, bool) {
	if !p.skip("(") {
		return nil, false
	}
	var out []int64
	for !p.skip(")") {
		p.blank()
		digits := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789"))
		n, err := strconv.ParseInt(p.rest[:digits], 10, 64)
		if err != nil || n >= 1<<40 || len(out) == 8 {
			return nil, false
		}
		out = append(out, n)
		p.rest = strings.TrimPrefix(p.rest[digits:], "L") // as Python 2 wrote it
		if !p.skip(",") && !p.next(')') {
			return nil, false
		}
	}
	return out, true
}

// shown is the beginning of a text, fit for a message.
func shown(s string) string {
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return '?'
		}
		return r
	}, strings.TrimSpace(strings.ToValidUTF8(s, "?")))
}
