package statement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"overflight/authority"
	"overflight/signature"
)

// The kinds of acts of this package. They implement authority.Act.
const (
	KindMade      authority.Kind = "statement.made/v1"
	KindCorrected authority.Kind = "statement.corrected/v1"
	KindComplete  authority.Kind = "statement.complete/v1"
)

// Takes reports whether a kind is one of this package.
func Takes(kind authority.Kind) bool {
	return kind == KindMade || kind == KindCorrected || kind == KindComplete
}

// Corrected takes back a statement that was recorded wrongly: what a party said and then says otherwise is a statement of its
// own. What was taken back stays on record.
type Corrected struct {
	Statement   string `json:"statement"`
	Reason      string `json:"reason"`
	By          string `json:"by"`
	Replacement string `json:"replacement,omitempty"` // the statement that has it right; empty when none does
}

// Kind implements authority.Act.
func (Corrected) Kind() authority.Kind { return KindCorrected }

// Ident implements authority.Act.
func (a Corrected) Ident() string { return a.Statement }

// Check implements authority.Act.
func (a Corrected) Check() error {
	err := first(wantID("statement", a.Statement), text("reason", a.Reason), text("by", a.By))
	if err == nil && a.Replacement != "" {
		err = wantID("replacement", a.Replacement)
	}
	if err == nil && a.Replacement == a.Statement {
		err = fault("replacement", a.Replacement, "another statement")
	}
	return err
}

// Complete is an operator's word that all its flights in a period are on record, and how many they are. A flight that is found
// later shows, because the number is another then.
type Complete struct {
	ID       string           `json:"id"`
	Operator string           `json:"operator"`
	Period   authority.Period `json:"period"` // without a beginning: since ever
	Flights  int              `json:"flights"`
	By       string           `json:"by"`
}

// Kind implements authority.Act.
func (Complete) Kind() authority.Kind { return KindComplete }

// Ident implements authority.Act.
func (a Complete) Ident() string { return a.ID }

// Check implements authority.Act.
func (a Complete) Check() error {
	switch {
	case a.Period.To.IsZero():
		return fault("period.to", "", "an instant, RFC 3339: nobody knows all flights to come")
	case a.Flights < 0 || a.Flights > 10_000_000:
		return fault("flights", fmt.Sprint(a.Flights), "a number of flights from 0 to 10000000")
	}
	return first(wantID("id", a.ID), text("operator", a.Operator), order("period", a.Period), text("by", a.By))
}

// mostDocument bounds the bytes of one document.
const mostDocument = 128 << 10

// Decode reads the document of an act of this package and checks it. A member that the kind does not have is refused.
// authority.ErrKind for another kind, else an authority.FieldError or what wraps authority.ErrInput: one line.
func Decode(kind authority.Kind, document []byte) (authority.Act, error) {
	if len(document) > mostDocument {
		return nil, fault(string(kind), fmt.Sprint(len(document))+" bytes", fmt.Sprintf("at most %d bytes", mostDocument))
	}
	// The kinds of authority share the type, and are not of this package.
	if kind == KindMade {
		return read[Made](document)
	}
	if kind == KindCorrected {
		return read[Corrected](document)
	}
	if kind == KindComplete {
		return read[Complete](document)
	}
	return nil, fmt.Errorf("%w: %.80q", authority.ErrKind, string(kind))
}

func read[A authority.Act](document []byte) (authority.Act, error) {
	var a A
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), unread("", err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", a.Kind(), fault("document", "more", "one JSON object and nothing behind it"))
	}
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	return a, nil
}

// Encode writes the document of an act of this package in canonical form (RFC 8785), which is what persons sign.
func Encode(a authority.Act) ([]byte, error) {
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	out, err := signature.Canonical(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	return out, nil
}
