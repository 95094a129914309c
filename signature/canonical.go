package signature

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"overflight/transparency"
)

const (
	// MaxDocument is the most bytes that a document may have, in canonical form or before.
	MaxDocument = 256 << 10

	maxDepth = 32
	maxExact = 1<<53 - 1 // the last whole number that every reader keeps (RFC 7493 section 2.2)
)

// Canonical returns the canonical form (RFC 8785) of a JSON object: members in the order of their names' UTF-16 units, no
// space, strings and numbers in one way. Refused, because two readers could take them for different things: a member that
// is there twice, text that is not Unicode, whole numbers beyond 2^53-1. An object or list lies at most 32 deep.
func Canonical(document []byte) ([]byte, error) {
	if len(document) > MaxDocument {
		return nil, fault(CodeSize, strconv.Itoa(len(document)), strconv.Itoa(MaxDocument))
	}
	r := reader{in: document}
	r.space()
	if r.peek() != '{' {
		r.fail("{")
	}
	r.value(0)
	r.space()
	if r.err == nil && r.at != len(r.in) {
		r.fail("")
	}
	if r.err != nil {
		return nil, r.err
	}
	if len(r.out) > MaxDocument {
		return nil, fault(CodeSize, strconv.Itoa(len(r.out)), strconv.Itoa(MaxDocument))
	}
	return r.out, nil
}

// reader reads JSON (RFC 8259) and writes it in canonical form. It stops at the first fault: afterwards every step does
// nothing.
type reader struct {
	in  []byte
	at  int
	out []byte
	err error
}

// fail says at which byte something else than what was expected stands.
func (r *reader) fail(want string) {
	if r.err == nil {
		r.err = fault(CodeSyntax, strconv.Itoa(r.at), want)
	}
}

// peek returns the next byte without taking it, 0 at the end and after a fault.
func (r *reader) peek() byte {
	if r.err != nil || r.at >= len(r.in) {
		return 0
	}
	return r.in[r.at]
}

func (r *reader) space() {
	for c := r.peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = r.peek() {
		r.at++
	}
}

// take takes the byte that has to stand here.
func (r *reader) take(c byte) {
	if r.peek() != c {
		r.fail(string(rune(c)))
		return
	}
	r.at++
}

func (r *reader) value(depth int) {
	if depth > maxDepth {
		r.err = fault(CodeDepth, strconv.Itoa(r.at), strconv.Itoa(maxDepth))
	}
	switch c := r.peek(); {
	case r.err != nil:
	case c == '{':
		r.object(depth)
	case c == '[':
		r.list(depth)
	case c == '"':
		r.out = appendText(r.out, r.text())
	case c == '-' || c >= '0' && c <= '9':
		r.number()
	default:
		for _, word := range []string{"true", "false", "null"} {
			if bytes.HasPrefix(r.in[r.at:], []byte(word)) {
				r.at += len(word)
				r.out = append(r.out, word...)
				return
			}
		}
		r.fail("value")
	}
}

// member is one of an object, already in canonical form.
type member struct {
	name    []uint16
	written []byte
}

func (r *reader) object(depth int) {
	start := len(r.out)
	var members []member
	r.take('{')
	r.space()
	for r.peek() != '}' && r.err == nil {
		if len(members) > 0 {
			r.take(',')
			r.space()
		}
		if r.peek() != '"' {
			r.fail(`"`)
			return
		}
		name := r.text()
		r.out = append(appendText(r.out[:start], name), ':')
		r.space()
		r.take(':')
		r.space()
		// What is read of the value is appended after the name, and both are moved out of the way.
		r.value(depth + 1)
		members = append(members, member{utf16.Encode([]rune(name)), bytes.Clone(r.out[start:])})
		r.space()
	}
	r.take('}')
	if r.err != nil {
		return
	}
	slices.SortFunc(members, func(a, b member) int { return slices.Compare(a.name, b.name) })
	r.out = append(r.out[:start], '{')
	for i, m := range members {
		if i > 0 {
			if slices.Equal(m.name, members[i-1].name) {
				r.err = fault(CodeTwice, string(utf16.Decode(m.name)))
				return
			}
			r.out = append(r.out, ',')
		}
		r.out = append(r.out, m.written...)
	}
	r.out = append(r.out, '}')
}

func (r *reader) list(depth int) {
	r.take('[')
	r.out = append(r.out, '[')
	r.space()
	for first := true; r.peek() != ']' && r.err == nil; first = false {
		if !first {
			r.take(',')
			r.out = append(r.out, ',')
			r.space()
		}
		r.value(depth + 1)
		r.space()
	}
	r.take(']')
	r.out = append(r.out, ']')
}

// text reads a string. A surrogate without its other half is not text.
func (r *reader) text() string {
	var b []byte
	r.take('"')
	for r.err == nil {
		c := r.peek()
		switch {
		case c == '"':
			r.at++
			return string(b)
		case c < 0x20: // or the end
			r.fail(`"`)
		case c == '\\':
			r.at++
			b = r.escape(b)
		case c < utf8.RuneSelf:
			b = append(b, c)
			r.at++
		default:
			_, n := utf8.DecodeRune(r.in[r.at:])
			if n == 1 {
				r.fail("UTF-8")
				return ""
			}
			b = append(b, r.in[r.at:r.at+n]...)
			r.at += n
		}
	}
	return ""
}

func (r *reader) escape(b []byte) []byte {
	c := r.peek()
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		r.at++
		unit := r.unit()
		if !utf16.IsSurrogate(unit) {
			return utf8.AppendRune(b, unit)
		}
		r.take('\\')
		r.take('u')
		pair := utf16.DecodeRune(unit, r.unit())
		if pair == utf8.RuneError {
			r.fail("UTF-16")
			return b
		}
		return utf8.AppendRune(b, pair)
	default:
		r.fail(`\`)
		return b
	}
	r.at++
	return append(b, c)
}

// unit reads four hexadecimal digits.
func (r *reader) unit() rune {
	if r.err != nil || len(r.in)-r.at < 4 {
		r.fail("0-F")
		return 0
	}
	n, err := strconv.ParseUint(string(r.in[r.at:r.at+4]), 16, 16)
	if err != nil || r.in[r.at] == '+' || r.in[r.at] == '-' {
		r.fail("0-F")
		return 0
	}
	r.at += 4
	return rune(n)
}

// number reads a number and writes it as RFC 8785 section 3.2.2.3 has it: the shortest digits that give the same double.
func (r *reader) number() {
	start := r.at
	for c := r.peek(); c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E' || c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	literal := r.in[start:r.at]
	f, err := strconv.ParseFloat(string(literal), 64)
	switch whole := f == math.Trunc(f); {
	case !json.Valid(literal):
		r.at = start
		r.fail("0-9")
	case err != nil || whole && math.Abs(f) > maxExact:
		r.err = fault(CodeNumber, string(literal))
	case f == 0: // also -0
		r.out = append(r.out, '0')
	default:
		b, _ := json.Marshal(f) // finite; encoding/json writes numbers as ECMAScript does
		r.out = append(r.out, b...)
	}
}

// appendText writes a string as RFC 8785 section 3.2.2.2 has it.
func appendText(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c >= 0x20:
			out = append(out, c)
		case c == '\b':
			out = append(out, `\b`...)
		case c == '\t':
			out = append(out, `\t`...)
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\f':
			out = append(out, `\f`...)
		case c == '\r':
			out = append(out, `\r`...)
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(out, '"')
}

func fault(code transparency.Code, args ...string) transparency.Coded {
	return transparency.NewFault(code, args...)
}
