package adsb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"overflight/evidence"
)

// largestValue bounds what one row or member may take.
const largestValue = 16 << 20

// reader reads the JSON text value by value and knows where each began.
type reader struct {
	dec   *json.Decoder
	src   *metered
	raw   json.RawMessage
	found func(evidence.Defect)
}

// metered stops a decoder that would hold ever more of a value which does not end.
type metered struct {
	r     io.Reader
	n     int64
	limit int64
}

func (m *metered) Read(p []byte) (int, error) {
	if m.n >= m.limit {
		return 0, ErrValueSize
	}
	n, err := m.r.Read(p)
	m.n += int64(n)
	return n, err
}

func newReader(r io.Reader, found func(evidence.Defect)) *reader {
	m := &metered{r: r, limit: largestValue}
	return &reader{dec: json.NewDecoder(m), src: m, found: found}
}

// ahead allows the decoder to read one more value.
func (r *reader) ahead() {
	// The decoder's buffer, at most twice the largest value so far, may hold what comes after.
	r.src.limit = r.dec.InputOffset() + 3*largestValue
}

// value reads the next value; the bytes are valid until the next call.
func (r *reader) value() ([]byte, int64, error) {
	r.ahead()
	if err := r.dec.Decode(&r.raw); err != nil {
		return nil, r.dec.InputOffset(), err
	}
	return r.raw, r.dec.InputOffset() - int64(len(r.raw)), nil
}

func (r *reader) token() (json.Token, error) {
	r.ahead()
	return r.dec.Token()
}

// open reads the delimiter that a file of this kind begins with.
func (r *reader) open(delims ...json.Delim) (json.Delim, error) {
	t, err := r.token()
	if err != nil {
		if err := r.fault(err); err != nil {
			return 0, err
		}
		return 0, fmt.Errorf("%w: no JSON", ErrFormat)
	}
	for _, d := range delims {
		if t == d {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%w: begins with %v", ErrFormat, t)
}

// key reads the next member name of an object; false at its end or where the text breaks off.
func (r *reader) key() (string, bool, error) {
	r.ahead()
	if !r.dec.More() {
		_, err := r.token()
		return "", false, r.fault(err)
	}
	t, err := r.token()
	if err != nil {
		return "", false, r.fault(err)
	}
	s, _ := t.(string)
	return s, true, nil
}

// fault turns text that breaks off or is no JSON into a finding: what was read so far stands. Any
// other error is the source's and is returned.
func (r *reader) fault(err error) error {
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	at := r.dec.InputOffset()
	switch {
	case errors.As(err, &syntax):
		if strings.HasPrefix(syntax.Error(), "unexpected end") {
			r.found(evidence.Defect{Code: CodeTruncated, Offset: r.src.n, Want: "JSON"})
			return nil
		}
		r.found(evidence.Defect{Code: CodeTruncated, Offset: at, Got: strings.TrimPrefix(syntax.Error(), "json: "), Want: "JSON"})
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.found(evidence.Defect{Code: CodeTruncated, Offset: r.src.n, Want: "JSON"})
		return nil
	}
	return fmt.Errorf("reading JSON at byte %d: %w", at, err)
}

// element returns the first value of list, the inside of a valid JSON array or object, and the rest.
// It relies on the decoder having checked the syntax.
func element(list []byte) (value, rest []byte, ok bool) {
	list = bytes.TrimLeft(list, ", \t\r\n:")
	if len(list) == 0 {
		return nil, nil, false
	}
	depth := 0
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '"':
			for i++; i < len(list) && list[i] != '"'; i++ {
				if list[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				i = min(i+1, len(list))
				return list[:i], list[i:], true
			}
		case '[', '{':
			depth++
		case ']', '}':
			depth--
			if depth == 0 {
				return list[:i+1], list[i+1:], true
			}
		case ',', ' ', '\t', '\r', '\n', ':':
			if depth == 0 {
				return list[:i], list[i:], true
			}
		}
	}
	return list, nil, true
}

func inside(value []byte) []byte { return value[1 : len(value)-1] }

// number reads a JSON number; ok is false for null and for nothing, err tells what is neither.
func number(raw []byte) (v float64, ok bool, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, false, nil
	}
	v, err = strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false, errNumber
	}
	return v, true, nil
}

var errNumber = errors.New("not a number")

// text reads a JSON string; ok is false for what is none.
func text(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if plain := inside(raw); bytes.IndexByte(plain, '\\') < 0 {
		return strings.ToValidUTF8(string(plain), "\uFFFD"), true
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// shown is raw as a finding shows it: never longer than a line has room for.
func shown(raw []byte) string {
	if len(raw) > 40 {
		return strings.ToValidUTF8(string(raw[:37]), "") + "..."
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}

// lastInstant is the end of the year 9999 in Unix seconds: what RFC 3339 can still write.
const lastInstant = 253402300799

// seconds turns decimal seconds into a duration since 1970, to the microsecond and without the
// rounding of a binary fraction.
func seconds(raw []byte) (time.Duration, bool) {
	whole, fraction, _ := bytes.Cut(raw, []byte{'.'})
	s, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil {
		return float(raw)
	}
	var us int64
	for i := range 6 {
		us *= 10
		if i < len(fraction) {
			if fraction[i] < '0' || fraction[i] > '9' {
				return float(raw)
			}
			us += int64(fraction[i] - '0')
		}
	}
	for _, c := range fraction[min(6, len(fraction)):] {
		if c < '0' || c > '9' {
			return float(raw)
		}
	}
	if len(whole) > 0 && whole[0] == '-' {
		us = -us
	}
	if s > maxSeconds || s < -maxSeconds {
		return 0, false
	}
	return time.Duration(s)*time.Second + time.Duration(us)*time.Microsecond, true
}

// maxSeconds is what a time.Duration holds, 292 years.
const maxSeconds = 9_000_000_000

func float(raw []byte) (time.Duration, bool) {
	v, ok, err := number(raw)
	if err != nil || !ok || math.Abs(v) > maxSeconds {
		return 0, false
	}
	return time.Duration(math.Round(v*1e6)) * time.Microsecond, true
}

// instant reads the time stamps that exports use: a number of seconds, milli-, micro- or nanoseconds
// since 1970, told apart by size, or RFC 3339 text, taken as UTC where it names no offset.
func instant(raw []byte) (time.Time, bool) {
	if s, ok := text(raw); ok {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
			if t, err := time.Parse(layout, s); err == nil {
				return t.UTC(), inRange(t)
			}
		}
		return time.Time{}, false
	}
	v, ok, err := number(raw)
	if err != nil || !ok {
		return time.Time{}, false
	}
	var t time.Time
	whole, isWhole := int64(0), false
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		whole, isWhole = n, true
	}
	switch size := math.Abs(v); {
	case size < 1e11:
		d, ok := seconds(raw)
		if !ok {
			t = time.UnixMicro(int64(math.Round(v * 1e6)))
		} else {
			t = time.Unix(0, 0).Add(d)
		}
	case size < 1e14 && isWhole:
		t = time.UnixMilli(whole)
	case size < 1e14:
		t = time.UnixMicro(int64(math.Round(v * 1e3)))
	case size < 1e17 && isWhole:
		t = time.UnixMicro(whole)
	case isWhole:
		t = time.Unix(0, whole)
	default:
		return time.Time{}, false
	}
	return t.UTC(), inRange(t)
}

func inRange(t time.Time) bool { return t.Unix() > 0 && t.Unix() <= lastInstant }
