// Package authority decides whether a sortie may be flown, as of an instant and by what was known at another, and says
// afterwards the same of what was flown.
//
// Permission and scope are two things. A designation says which organisations are in scope; permission rests on a
// basis of its own: the request of the host state, an agreement, an order, a clearance. What somebody did about
// authority is an Act, a document of a closed list; a Register is the fold of acts in the order in which they were
// recorded; Decide asks every rule and stops at none. A rule passes, fails, or does not know: any that fails is NO-GO,
// otherwise any that does not know is INCOMPLETE, and neither may fly. Nothing here says "lawful": what passes is
// "requirements recorded as met".
package authority

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/validity"
)

// Party is a state, or an office of a state: "MEX", "USA/DEA".
type Party string

var (
	partyForm = regexp.MustCompile(`^[A-Z]{3}(/[A-Za-z0-9 ._-]{1,60})?$`)
	stateForm = regexp.MustCompile(`^[A-Z]{3}$`)
	idForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// State returns the state that the party is, or is an office of.
func (p Party) State() airspace.State {
	state, _, _ := strings.Cut(string(p), "/")
	return airspace.State(state)
}

// Document is a paper that an act rests on: what it is, how its issuer numbers it, and the digest of its bytes.
type Document struct {
	Title     string           `json:"title,omitempty"`
	Reference string           `json:"reference,omitempty"`
	Dated     Date             `json:"dated,omitzero"`
	SHA256    *evidence.Digest `json:"sha256,omitempty"`
}

// Period is a half-open period in a document. Both ends are written, or left out for "since ever" and "until further
// notice".
type Period struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Valid returns the period as one in force.
func (p Period) Valid() validity.Period { return validity.Period(p) }

// covers reports whether the period holds every instant from a to b.
func (p Period) covers(a, b time.Time) bool { return p.Valid().InForce(a) && p.Valid().InForce(b) }

// bounds refuses a period that has no beginning, no end, or no instant.
func (p Period) bounds(what string) error {
	switch {
	case p.From.IsZero():
		return fault(what+".from", "", "an instant, RFC 3339")
	case p.To.IsZero():
		return fault(what+".to", "", "an instant, RFC 3339")
	}
	return p.order(what)
}

// order refuses a period that ends where or before it begins.
func (p Period) order(what string) error {
	if p.Valid().Empty() {
		return fault(what, stamp(p.From)+" to "+stamp(p.To), "an end after its beginning")
	}
	return nil
}

// Date is a calendar day of a document, where only the day is known.
type Date struct{ time.Time }

// MarshalText writes the day after ISO 8601.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Format(time.DateOnly)), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return fault("date", string(b), "YYYY-MM-DD")
	}
	d.Time = t
	return nil
}

// Duration is a length of time as documents write it: "72h", "30m".
type Duration time.Duration

// MarshalText writes it in the form of Go.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads the form of Go, and days: "30d".
func (d *Duration) UnmarshalText(b []byte) error {
	text := string(b)
	scale := time.Duration(1)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text, scale = days+"h", 24
	}
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 || v > 1<<62/scale {
		return fault("duration", string(b), `a length of time such as "72h" or "30d"`)
	}
	*d = Duration(v * scale)
	return nil
}

// ErrInput says that a document does not say what its kind has to.
var ErrInput = errors.New("not accepted")

// FieldError says which member of a document is at fault, what it was and what it has to be.
type FieldError struct {
	Field string
	Got   string
	Want  string
}

// Error is one line.
func (e *FieldError) Error() string {
	if e.Got == "" {
		return fmt.Sprintf("%s is missing: expected %s", e.Field, e.Want)
	}
	return fmt.Sprintf("%s is %q: expected %s", e.Field, e.Got, e.Want)
}

// Unwrap makes it an ErrInput.
func (e *FieldError) Unwrap() error { return ErrInput }

const shown = 80 // bytes of what was found that an error repeats

func fault(field, got, want string) error {
	if len(got) > shown {
		got = got[:shown] + "…"
	}
	return &FieldError{Field: field, Got: got, Want: want}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999999Z")
}

// The checks of members that several kinds share.

func wantID(field, id string) error {
	if !idForm.MatchString(id) {
		return fault(field, id, "1 to 64 letters, digits, dots, hyphens and underscores")
	}
	return nil
}

func wantParty(field string, p Party) error {
	if !partyForm.MatchString(string(p)) {
		return fault(field, string(p), `a state by its three letters, or an office of it: "MEX", "USA/DEA"`)
	}
	return wantState(field, p.State())
}

// wantState refuses a code that ISO 3166-1 does not have.
func wantState(field string, s airspace.State) error {
	if !stateForm.MatchString(string(s)) || !known(s) {
		return fault(field, string(s), "a state by the three letters of ISO 3166-1")
	}
	return nil
}

func wantText(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault(field, "", "a text")
	case len(text) > mostText:
		return fault(field, text, fmt.Sprintf("at most %d bytes", mostText))
	}
	return nil
}

// mostText bounds each text that somebody typed, in bytes.
const mostText = 2000

func wantInstant(field string, t time.Time) error {
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return fault(field, stamp(t), "an instant, RFC 3339")
	}
	return nil
}

func (d *Document) check(field string, needed bool) error {
	empty := d.Title == "" && d.Reference == "" && d.SHA256 == nil
	if empty {
		if needed {
			return fault(field, "", "a document: a title or a reference, and the SHA-256 of its bytes")
		}
		return nil
	}
	if len(d.Title)+len(d.Reference) > mostText {
		return fault(field, d.Title, fmt.Sprintf("at most %d bytes", mostText))
	}
	if needed && d.SHA256 == nil {
		return fault(field+".sha256", "", "the SHA-256 of the document's bytes")
	}
	return nil
}

// first returns the first fault of several.
func first(faults ...error) error {
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}
