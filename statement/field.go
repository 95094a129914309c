package statement

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
)

// Day is a calendar day, UTC, where only the day is known. In JSON it is a text, "2025-02-19".
type Day struct{ time.Time }

// MarshalJSON writes the day after ISO 8601.
func (d Day) MarshalJSON() ([]byte, error) {
	return []byte(d.Format(`"` + time.DateOnly + `"`)), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Day) UnmarshalJSON(b []byte) error {
	if string(b) == "null" { // as every member that is left out
		return nil
	}
	t, err := time.Parse(`"`+time.DateOnly+`"`, string(b))
	if err != nil {
		return fault("date", strings.Trim(string(b), `"`), "a day, YYYY-MM-DD")
	}
	d.Time = t
	return nil
}

// The checks of members that several documents share. Faults are those of authority, so that whoever shows them shows one
// kind.

func fault(field, got, want string) error { return authority.NewFieldError(field, got, want) }

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func wantID(field, id string) error {
	if !idForm.MatchString(id) {
		return fault(field, id, "1 to 64 letters, digits, dots, hyphens and underscores")
	}
	return nil
}

// wantParty asks authority, which knows the codes of ISO 3166-1: a party is checked in one place.
func wantParty(field string, p authority.Party) error {
	err := authority.NoticeAcknowledged{Notice: "n", By: p, At: time.Unix(0, 0)}.Check()
	var f *authority.FieldError
	if errors.As(err, &f) {
		return fault(field, f.Got, f.Want)
	}
	return err
}

func wantState(field string, s airspace.State) error {
	if len(s) != 3 || wantParty(field, authority.Party(s)) != nil {
		return fault(field, string(s), "a state by the three letters of ISO 3166-1")
	}
	return nil
}

func text(field, s string) error {
	if strings.TrimSpace(s) == "" {
		return fault(field, "", "a text")
	}
	return short(field, s)
}

func short(field, s string) error {
	if len(s) > mostText {
		return fault(field, s, fmt.Sprintf("at most %d bytes", mostText))
	}
	return nil
}

func wantDate(field string, d Day) error {
	if d.IsZero() || d.Year() < 1 || d.Year() > 9999 {
		return fault(field, "", "a day, YYYY-MM-DD")
	}
	return nil
}

// order refuses a period that holds no instant; the zero Period is "not said".
func order(field string, p authority.Period) error {
	for _, t := range []time.Time{p.From, p.To} {
		if t.Year() < 1 || t.Year() > 9999 {
			return fault(field, t.String(), "instants of the years 1 to 9999")
		}
	}
	if p.Valid().Empty() {
		return fault(field, stamp(p.From)+" to "+stamp(p.To), "an end after its beginning")
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }

// document refuses a document without a name, and one without a digest where it is what a statement rests on.
func document(field string, d *authority.Document, needed bool) error {
	switch {
	case d.Title == "" && d.Reference == "":
		if needed || d.SHA256 != nil {
			return fault(field, "", "a document: a title or a reference, and the SHA-256 of its bytes")
		}
	case needed && d.SHA256 == nil:
		return fault(field+".sha256", "", "the SHA-256 of the document's bytes")
	}
	return first(short(field+".title", d.Title), short(field+".reference", d.Reference))
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
