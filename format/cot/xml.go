package cot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// ParseXML reads one event. What b holds beyond it, other than white space, comments and an XML declaration, is an error.
func ParseXML(b []byte) (*Event, error) {
	if len(b) > MostBytes {
		return nil, wrong(0, "%d bytes: expected at most %d", len(b), MostBytes)
	}
	p := parser{b: b, d: newDecoder(b)}
	e, err := p.event()
	if err != nil {
		return nil, err
	}
	return e, e.check()
}

func newDecoder(b []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(b))
	// What is in another encoding says so and is refused; nothing is guessed.
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, errors.New("encoding " + strconv.Quote(charset) + ": expected UTF-8")
	}
	return d
}

type parser struct {
	b []byte
	d *xml.Decoder
}

func (p *parser) token() (xml.Token, int64, error) {
	at := p.d.InputOffset()
	t, err := p.d.Token()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, at, &SyntaxError{Offset: p.d.InputOffset(), What: "no well-formed XML", Err: err}
	}
	switch x := t.(type) {
	case xml.Directive:
		return nil, at, wrong(at, "a declaration of a document type: expected none")
	case xml.StartElement:
		for i, a := range x.Attr {
			for _, other := range x.Attr[:i] {
				if a.Name == other.Name {
					return nil, at, wrong(at, "%s twice in <%s>", a.Name.Local, x.Name.Local)
				}
			}
		}
	}
	return t, at, err
}

func (p *parser) event() (*Event, error) {
	var e *Event
	for {
		t, at, err := p.token()
		switch {
		case errors.Is(err, io.EOF):
			if e == nil {
				return nil, wrong(at, "no <event>")
			}
			return e, nil
		case err != nil:
			return nil, err
		}
		switch x := t.(type) {
		case xml.StartElement:
			if e != nil || x.Name.Local != "event" {
				return nil, wrong(at, "<%s>: expected one <event>", x.Name.Local)
			}
			if e, err = p.open(x, at); err != nil {
				return nil, err
			}
			if err := p.inside(e); err != nil {
				return nil, err
			}
		case xml.CharData:
			if len(bytes.TrimSpace(x)) > 0 {
				return nil, wrong(at, "text outside the event")
			}
		}
	}
}

// open reads the attributes of an event.
func (p *parser) open(x xml.StartElement, at int64) (*Event, error) {
	e := &Event{HAE: math.NaN(), CE: math.NaN(), LE: math.NaN()}
	var err error
	for _, a := range x.Attr {
		switch name(a.Name) {
		case "version":
			if a.Value != "2.0" {
				return nil, wrong(at, "version %q: expected \"2.0\"", a.Value)
			}
		case "uid":
			e.UID = a.Value
		case "type":
			e.Type = a.Value
		case "how":
			e.How = a.Value
		case "access":
			e.Access = a.Value
		case "qos":
			e.QoS = a.Value
		case "opex":
			e.Opex = a.Value
		case "caveat":
			e.Caveat = a.Value
		case "releasableTo":
			e.ReleasableTo = a.Value
		case "time":
			e.Time, err = instant(at, a)
		case "start":
			e.Start, err = instant(at, a)
		case "stale":
			e.Stale, err = instant(at, a)
		default:
			e.Attributes = append(e.Attributes, Attribute{name(a.Name), a.Value})
		}
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// inside reads the point and the detail of an event, up to its end.
func (p *parser) inside(e *Event) error {
	point, detail := false, false
	for {
		t, at, err := p.token()
		if err != nil {
			return err // the decoder says of an end inside an element that it is one
		}
		switch x := t.(type) {
		case xml.StartElement:
			switch {
			case x.Name.Local == "point" && !point:
				point = true
				if err := readPoint(e, x, at); err != nil {
					return err
				}
				if _, err := p.skip(); err != nil {
					return err
				}
			case x.Name.Local == "detail" && !detail:
				detail = true
				// A tag that closes itself has no inside: its end comes without any bytes of its own.
				from := p.d.InputOffset()
				to, err := p.skip()
				if err != nil {
					return err
				}
				if p.b[from-2] != '/' {
					e.Detail = bytes.Clone(bytes.TrimSpace(p.b[from:to]))
				}
			default:
				return wrong(at, "<%s> in the event: expected one <point> and one <detail>", x.Name.Local)
			}
		case xml.EndElement:
			if !point {
				return wrong(at, "the event has no <point>")
			}
			return nil
		case xml.CharData:
			if len(bytes.TrimSpace(x)) > 0 {
				return wrong(at, "text in the event")
			}
		}
	}
}

// skip reads to the end of the element that was just opened, and returns where its end begins.
func (p *parser) skip() (int64, error) {
	for depth := 1; ; {
		t, at, err := p.token()
		if err != nil {
			return 0, err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth == 0 {
				return at, nil
			}
		}
	}
}

func readPoint(e *Event, x xml.StartElement, at int64) error {
	lat, lon := false, false
	for _, a := range x.Attr {
		v, err := strconv.ParseFloat(a.Value, 64)
		if err != nil {
			return wrong(at, "%s %q: expected a number", a.Name.Local, a.Value)
		}
		switch name(a.Name) {
		case "lat":
			e.Lat, lat = v, true
		case "lon":
			e.Lon, lon = v, true
		case "hae":
			e.HAE = known(v)
		case "ce":
			e.CE = known(v)
		case "le":
			e.LE = known(v)
		default:
			return wrong(at, "%s in <point>: expected lat, lon, hae, ce, le", a.Name.Local)
		}
	}
	if !lat || !lon {
		return wrong(at, "<point> without lat and lon")
	}
	return nil
}

func instant(at int64, a xml.Attr) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, a.Value)
	if err != nil {
		return time.Time{}, wrong(at, "%s %q: expected an instant as 2026-03-01T10:00:00.000Z", a.Name.Local, a.Value)
	}
	return t.UTC(), nil
}

// name is the name of an attribute as it was written, or as near as the decoder tells.
func name(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// AppendXML appends an event: one line without a declaration and without an end of line, as servers want it in a stream. An event that
// could not be read again is an error.
func (e *Event) AppendXML(b []byte) ([]byte, error) {
	if err := e.check(); err != nil {
		return b, err
	}
	if err := fragment(e.Detail); err != nil {
		return b, err
	}
	b = append(b, `<event version="2.0"`...)
	for _, a := range [...]Attribute{{"uid", e.UID}, {"type", e.Type}} {
		b = appendAttribute(b, a)
	}
	b = appendInstant(b, "time", e.Time)
	b = appendInstant(b, "start", e.Start)
	b = appendInstant(b, "stale", e.Stale)
	b = appendAttribute(b, Attribute{"how", e.How})
	for _, a := range [...]Attribute{{"access", e.Access}, {"qos", e.QoS}, {"opex", e.Opex}, {"caveat", e.Caveat}, {"releasableTo", e.ReleasableTo}} {
		if a.Value != "" {
			b = appendAttribute(b, a)
		}
	}
	for _, a := range e.Attributes {
		if !plain(a.Name) {
			return b, wrong(0, "attribute %q: expected a name", a.Name)
		}
		if err := text(a.Value); err != nil {
			return b, err
		}
		b = appendAttribute(b, a)
	}
	b = append(b, `><point`...)
	for _, x := range [...]struct {
		name  string
		value float64
	}{{"lat", e.Lat}, {"lon", e.Lon}, {"hae", unknown(e.HAE, unknownXML)}, {"ce", unknown(e.CE, unknownXML)}, {"le", unknown(e.LE, unknownXML)}} {
		b = append(b, ' ')
		b = append(b, x.name...)
		b = append(b, `="`...)
		b = appendFloat(b, x.value)
		b = append(b, '"')
	}
	b = append(b, `/><detail>`...)
	b = append(b, e.Detail...)
	return append(b, `</detail></event>`...), nil
}

// plain says whether a name needs no declaration of a namespace.
func plain(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r != '-' && r != '.' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != ""
}

func appendInstant(b []byte, name string, t time.Time) []byte {
	b = append(b, ' ')
	b = append(b, name...)
	b = append(b, `="`...)
	layout := "2006-01-02T15:04:05.000Z"
	if t.Nanosecond()%1e6 != 0 {
		layout = time.RFC3339Nano
	}
	b = t.UTC().AppendFormat(b, layout)
	return append(b, '"')
}

func appendFloat(b []byte, v float64) []byte {
	from := len(b)
	b = strconv.AppendFloat(b, v, 'f', -1, 64)
	if bytes.IndexByte(b[from:], '.') < 0 {
		b = append(b, '.', '0')
	}
	return b
}

func appendAttribute(b []byte, a Attribute) []byte {
	b = append(b, ' ')
	b = append(b, a.Name...)
	b = append(b, `="`...)
	b = AppendEscaped(b, a.Value)
	return append(b, '"')
}

// AppendEscaped appends text as it stands in an attribute or between tags.
func AppendEscaped(b []byte, s string) []byte {
	for _, r := range s {
		switch r {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		case '"':
			b = append(b, "&quot;"...)
		case '\'':
			b = append(b, "&apos;"...)
		case '\t', '\n', '\r': // a parser would make blanks of them (XML 1.0, section 3.3.3)
			b = append(b, "&#x"...)
			b = strconv.AppendInt(b, int64(r), 16)
			b = append(b, ';')
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}
