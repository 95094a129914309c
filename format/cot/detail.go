package cot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
)

// Element is a child of a detail.
type Element struct {
	Name       string // empty: text between elements
	Attributes []Attribute
	Raw        []byte // whole, as it came
	Leaf       bool   // it has neither children nor text
}

// Children returns the elements of a detail in their order; text other than white space between them comes as an element without a
// name. A detail that is not well formed ends with an error.
func (e *Event) Children() iter.Seq2[Element, error] { return children(e.Detail) }

// Child returns the first element of a name.
func (e *Event) Child(name string) (Element, bool) {
	for x, err := range e.Children() {
		if err != nil {
			break
		}
		if x.Name == name {
			return x, true
		}
	}
	return Element{}, false
}

// Attribute returns an attribute of an element.
func (x *Element) Attribute(name string) (string, bool) {
	for _, a := range x.Attributes {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

func children(detail []byte) iter.Seq2[Element, error] {
	return func(yield func(Element, error) bool) {
		p := parser{b: detail, d: newDecoder(detail)}
		for {
			t, at, err := p.token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Element{}, err)
				return
			}
			switch x := t.(type) {
			case xml.StartElement:
				el := Element{Name: name(x.Name), Leaf: true}
				for _, a := range x.Attr {
					el.Attributes = append(el.Attributes, Attribute{name(a.Name), a.Value})
				}
				inside := p.d.InputOffset()
				end, err := p.skip()
				if err != nil {
					yield(Element{}, err)
					return
				}
				el.Leaf = detail[inside-2] == '/' || end == inside
				el.Raw = detail[at:p.d.InputOffset()]
				if !yield(el, nil) {
					return
				}
			case xml.CharData:
				if raw := detail[at:p.d.InputOffset()]; len(bytes.TrimSpace(raw)) > 0 && !yield(Element{Raw: raw}, nil) {
					return
				}
			case xml.ProcInst:
				if x.Target == "xml" {
					yield(Element{}, wrong(at, "an XML declaration in a detail"))
					return
				}
				if !yield(Element{Raw: detail[at:p.d.InputOffset()]}, nil) {
					return
				}
			case xml.Comment:
				if !yield(Element{Raw: detail[at:p.d.InputOffset()]}, nil) {
					return
				}
			}
		}
	}
}

// fragment says whether bytes may stand between the tags of a detail: elements that are closed within, so that nothing in them can end
// the event and begin another one.
func fragment(b []byte) error {
	if len(b) > MostBytes {
		return wrong(0, "a detail of %d bytes: expected at most %d", len(b), MostBytes)
	}
	for _, err := range children(b) {
		if err != nil {
			return err
		}
	}
	return nil
}

// inside is what stands between the tags of an element that is no leaf.
func (x *Element) inside() []byte {
	quote := byte(0)
	for i, c := range x.Raw {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return x.Raw[i+1 : bytes.LastIndexByte(x.Raw, '<')]
		}
	}
	return nil
}
