package cot

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// The elements of a detail that have a message of their own. An element becomes that message only if it comes back as it was: with
// any attribute, child or value that the message has no room for it stays XML, whole.
type element struct {
	field      protowire.Number
	name       string
	attributes []string // field n is attribute n-1
	kind       kind
}

type kind byte

const (
	texts   kind = iota // what is not written is not there
	count               // one number, which has to be there
	doubles             // all of them have to be there: one that is missing would come back as 0
)

var elements = []element{
	{2, "contact", []string{"endpoint", "callsign"}, texts},
	{3, "__group", []string{"name", "role"}, texts},
	{4, "precisionlocation", []string{"geopointsrc", "altsrc"}, texts},
	{5, "status", []string{"battery"}, count},
	{6, "takv", []string{"device", "platform", "os", "version"}, texts},
	{7, "track", []string{"speed", "course"}, doubles},
}

// message gives the message of an element, or false where it has to stay XML.
func (m *element) message(x Element) ([]byte, bool) {
	if !x.Leaf || len(x.Attributes) == 0 || m.kind != texts && len(x.Attributes) != len(m.attributes) {
		return nil, false
	}
	for _, a := range x.Attributes {
		if !slices.Contains(m.attributes, a.Name) {
			return nil, false
		}
	}
	var b []byte
	for i, name := range m.attributes {
		s, ok := x.Attribute(name)
		if !ok {
			continue
		}
		n := protowire.Number(i + 1)
		switch m.kind {
		case texts:
			if s == "" {
				return nil, false
			}
			b = appendText(b, n, s)
		case count:
			v, err := strconv.ParseUint(s, 10, 32)
			if err != nil {
				return nil, false
			}
			b = appendNumber(b, n, v)
		case doubles:
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
				return nil, false
			}
			b = appendDouble(b, n, v)
		}
	}
	return b, true
}

// appendXML appends the element that a message stands for.
func (m *element) appendXML(b []byte, v value) ([]byte, error) {
	got := make([]value, len(m.attributes))
	set := make([]bool, len(m.attributes))
	err := eachField(v.bytes, v.at, func(n protowire.Number, v value) error {
		if n >= 1 && int(n) <= len(got) {
			got[n-1], set[n-1] = v, true
			if m.kind == texts {
				return text(string(v.bytes))
			}
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	b = append(b, '<')
	b = append(b, m.name...)
	for i, name := range m.attributes {
		var s string
		switch m.kind {
		case texts:
			if s = string(got[i].bytes); s == "" {
				continue
			}
		case count:
			s = strconv.FormatUint(uint64(uint32(got[i].number)), 10)
		case doubles:
			d := got[i].double()
			if math.IsInf(d, 0) || math.IsNaN(d) {
				return b, wrong(got[i].at, "%s of %v in <%s>: expected a number", name, d, m.name)
			}
			s = string(appendFloat(nil, d))
		}
		b = appendAttribute(b, Attribute{name, s})
	}
	return append(b, "/>"...), nil
}

// appendDetail appends the Detail of a message.
func (e *Event) appendDetail(b []byte) ([]byte, error) {
	var rest []byte
	var found [8][]byte
	var times [8]int
	// An element that stands there twice is XML both times: the message would be one of them, and which one nobody said.
	for x, err := range children(e.Detail) {
		if err != nil {
			return b, err
		}
		if m := elementOf(x.Name); m != nil {
			times[m.field]++
		}
	}
	for x, err := range children(e.Detail) {
		if err != nil {
			return b, err
		}
		if m := elementOf(x.Name); m != nil && times[m.field] == 1 {
			if message, ok := m.message(x); ok {
				found[m.field] = append([]byte{}, message...)
				continue
			}
		}
		rest = append(rest, x.Raw...)
	}
	if len(rest) > 0 {
		b = appendBytes(b, fieldXMLDetail, rest)
	}
	for n, message := range found {
		if message != nil {
			b = appendBytes(b, protowire.Number(n), message)
		}
	}
	return b, nil
}

func elementOf(name string) *element {
	for i := range elements {
		if elements[i].name == name {
			return &elements[i]
		}
	}
	return nil
}

// mergeDetail makes the XML of a Detail: the elements that have messages, in the order of their numbers, and then what is XML already,
// which wins where both say the same thing.
func (e *Event) mergeDetail(v value) error {
	var rest []byte
	var found [8]*value
	err := eachField(v.bytes, v.at, func(n protowire.Number, v value) error {
		switch {
		case n == fieldXMLDetail:
			rest = v.bytes
		case int(n) < len(found):
			found[n] = &v
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := text(string(rest)); err != nil {
		return err
	}
	rest = bytes.TrimSpace(rest)
	var written [8]bool
	for x, err := range children(rest) {
		if err != nil {
			return err
		}
		if m := elementOf(x.Name); m != nil {
			written[m.field] = true
		}
	}
	e.Detail = nil
	for i := range elements {
		m := &elements[i]
		if found[m.field] == nil || written[m.field] {
			continue
		}
		if e.Detail, err = m.appendXML(e.Detail, *found[m.field]); err != nil {
			return err
		}
	}
	e.Detail = append(e.Detail, rest...)
	return nil
}
