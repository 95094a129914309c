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
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	for i := range len(p) { // three letters: a search has no time to pay
		if p[i] == '/' {
			return airspace.State(p[:i])
		}
	}
	return airspace.State(p)
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

// covers reports whether the period holds every instant from a to b, both of them. A period that ends as a flight does is
// too short: the last instant of a flight is one of flight.
func (p Period) covers(a, b time.Time) bool { return p.Valid().InForce(a) && p.Valid().InForce(b) }

// holds is covers where an end may be unknown: a zero a or b. An end that is known to lie outside fails all the same.
func (p Period) holds(a, b time.Time) Outcome {
	switch {
	case !a.IsZero() && !p.Valid().InForce(a), !b.IsZero() && !p.Valid().InForce(b):
		return Fail
	case a.IsZero() && !p.From.IsZero(), b.IsZero() && !p.To.IsZero():
		return Unknown
	}
	return Pass
}

// overlaps reports whether two periods have an instant in common.
func (p Period) overlaps(q Period) bool {
	_, ok := p.Valid().Intersect(q.Valid())
	return ok
}

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

// MarshalJSON writes the day; the instant inside would write itself.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.Format(time.DateOnly)) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Date) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		return fault("date", string(b), "YYYY-MM-DD")
	}
	return d.UnmarshalText([]byte(text))
}

// Duration is a length of time as documents write it: "72h", "30m".
type Duration time.Duration

const (
	day          = 24 * time.Hour
	mostDuration = 36_525 * day // a century
)

// check refuses what no document can state.
func (d Duration) check(field string) error {
	if d < 0 || time.Duration(d) > mostDuration {
		return fault(field, time.Duration(d).String(), "a length of time from 0 to 36525 days")
	}
	return nil
}

// MarshalText writes it in the form of Go.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads the form of Go, and whole days: "30d".
func (d *Duration) UnmarshalText(b []byte) error {
	want := fault("duration", string(b), `a length of time such as "72h" or "30d"`)
	if days, ok := strings.CutSuffix(string(b), "d"); ok {
		n, err := strconv.ParseUint(days, 10, 31)
		if err != nil || n > uint64(mostDuration/day) {
			return want
		}
		*d = Duration(time.Duration(n) * day)
		return nil
	}
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 || v > mostDuration {
		return want
	}
	*d = Duration(v)
	return nil
}

// ErrInput says that a document does not say what its kind has to.
var ErrInput = errors.New("not accepted")

// FieldError says which member of a document is at fault, what it was and what it has to be; without a Want, that there is
// no such member.
type FieldError struct {
	Field string
	Got   string
	Want  string
}

// Error is one line.
func (e *FieldError) Error() string {
	switch {
	case e.Want == "":
		return fmt.Sprintf("%q is no member of it", e.Field)
	case e.Got == "":
		return fmt.Sprintf("%s is missing: expected %s", e.Field, e.Want)
	}
	return fmt.Sprintf("%s is %q: expected %s", e.Field, e.Got, e.Want)
}

// Unwrap makes it an ErrInput.
func (e *FieldError) Unwrap() error { return ErrInput }

const shown = 80 // bytes of what was found that an error repeats

// NewFieldError repeats no more than so much of what was found: the name of a member may be anything, too.
func NewFieldError(field, got, want string) *FieldError {
	return &FieldError{Field: brief(field), Got: brief(got), Want: want}
}

func fault(field, got, want string) error { return NewFieldError(field, got, want) }

func brief(s string) string {
	if len(s) > shown {
		return strings.ToValidUTF8(s[:shown], "") + "…"
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
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
	}
	return shortText(field, text)
}

// shortText refuses a text that is too long, or would not stay where it is printed.
func shortText(field, text string) error {
	switch {
	case len(text) > mostText:
		return fault(field, text, fmt.Sprintf("at most %d bytes", mostText))
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return fault(field, text, "a text of one line, in UTF-8")
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
	if err := first(shortText(field+".title", d.Title), shortText(field+".reference", d.Reference)); err != nil {
		return err
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
