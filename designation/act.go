package designation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Act is one thing that was done or learned about designations. The list is closed: only this package can add
// to it. The variants are Noticed, Expected, Imported and Picked, as values.
type Act interface {
	// Kind is the word by which documents tell the variants apart, with the version of their form.
	Kind() Kind
	// Ident is the identifier of the act, unique among those of its kind.
	Ident() string
	// Check returns the first thing that is wrong with the act by itself, in one line.
	Check() error
	act()
}

// Kind is the word of an act.
type Kind string

// The kinds.
const (
	KindNoticed  Kind = "designation.noticed/v1"
	KindExpected Kind = "designation.expected/v1"
	KindImported Kind = "designation.imported/v1"
	KindPicked   Kind = "designation.picked/v1"
)

// Kind implements Act.
func (Noticed) Kind() Kind { return KindNoticed }

// Kind implements Act.
func (Expected) Kind() Kind { return KindExpected }

// Kind implements Act.
func (Imported) Kind() Kind { return KindImported }

// Kind implements Act.
func (Picked) Kind() Kind { return KindPicked }

func (Noticed) act()  {}
func (Expected) act() {}
func (Imported) act() {}
func (Picked) act()   {}

// mostDocument bounds the bytes of one document. It is below what a message of the journal may have.
const mostDocument = 512<<10 - 4<<10

// ErrKind says that a kind is none of those of this package.
var ErrKind = errors.New("designation: unknown kind of act")

// Decode reads the document of an act and checks it. A member that the kind does not have, or has twice, is
// refused: what is not understood is not taken for agreed.
func Decode(kind Kind, document []byte) (Act, error) {
	if len(document) > mostDocument {
		return nil, fault(string(kind), fmt.Sprint(len(document))+" bytes", fmt.Sprintf("at most %d bytes", mostDocument))
	}
	switch kind {
	case KindNoticed:
		return read[Noticed](document)
	case KindExpected:
		return read[Expected](document)
	case KindImported:
		return read[Imported](document)
	case KindPicked:
		return read[Picked](document)
	}
	return nil, fmt.Errorf("%w: %q", ErrKind, shown(string(kind)))
}

func read[A Act](document []byte) (Act, error) {
	var a A
	if err := membersOnce(document); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, unread(a.Kind(), err)
	}
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	return a, nil
}

// unread says in one line what of a document could not be read.
func unread(kind Kind, err error) error {
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		return fmt.Errorf("%s: %w", kind, fault(typed.Field, typed.Value, typed.Type.String()))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("%s: %w", kind, fault("member", strings.Trim(name, `"`), "a member that the kind has"))
	}
	return fmt.Errorf("%s: %w", kind, fault("document", err.Error(), "one JSON object"))
}

// membersOnce holds a document to one JSON object in which no object has a name twice, in whatever case: the
// decoder would quietly take the last.
func membersOnce(document []byte) error {
	type level struct {
		names map[string]bool // nil in an array
		value bool            // the next token is the value of a name
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	var open []level
	for first := true; ; first = false {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && !first && len(open) == 0 {
			return nil
		}
		if err != nil {
			return fault("document", err.Error(), "one JSON object")
		}
		delim, isDelim := token.(json.Delim)
		if first != (len(open) == 0) || first && delim != '{' {
			return fault("document", "", "one JSON object and nothing behind it")
		}
		if isDelim && (delim == '}' || delim == ']') {
			open = open[:len(open)-1]
			continue
		}
		if !first {
			top := &open[len(open)-1]
			if name, ok := token.(string); ok && top.names != nil && !top.value {
				folded := strings.ToLower(name)
				if top.names[folded] || folded != name {
					return fault("member", name, "each member once, in lower case")
				}
				top.names[folded], top.value = true, true
				continue
			}
			top.value = false
		}
		if isDelim {
			if len(open) == 16 {
				return fault("document", "", "at most 16 levels")
			}
			next := level{}
			if delim == '{' {
				next.names = map[string]bool{}
			}
			open = append(open, next)
		}
	}
}

// Encode writes the document of an act, without blanks and with its members in a fixed order, so that the same
// act has the same bytes everywhere.
func Encode(a Act) ([]byte, error) {
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	document, err := marshal(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	if len(document) > mostDocument {
		return nil, fmt.Errorf("%s: %w", a.Kind(), fault("document", fmt.Sprint(len(document))+" bytes", fmt.Sprintf("at most %d bytes", mostDocument)))
	}
	return document, nil
}

// marshal writes JSON as Encode does.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
