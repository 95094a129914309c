// Package statement keeps what each party has said about flights beside what the record shows.
//
// A statement is a document: who said it, through whom it came, when, in which words and language, and, where the words
// can be checked, a Claim of a closed list. A Ledger is the fold of statements in the order in which they were recorded.
// Check sets one beside a Record, by what was known at an instant, and says that the record supports it, contradicts it,
// or cannot determine it, with the events that this rests on. No winner is picked: two statements on one matter are shown
// side by side, and what somebody could not say or did not address is shown and not checked.
//
// What is written here of a record is of that record. It holds the flights of its own operators, and is complete only for
// the periods for which it says so: the lack of a flight elsewhere contradicts nobody.
package statement

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"overflight/authority"
	"overflight/evidence"
)

// Manner is how a party stands to what is claimed.
type Manner string

// The manners. A denial is checked as the negation of its claim; the last two are shown and never checked.
const (
	Claims        Manner = "claims"
	Denies        Manner = "denies"
	CannotSay     Manner = "cannot-say"
	DidNotAddress Manner = "did-not-address"
)

// Manners lists the manners.
func Manners() []Manner { return []Manner{Claims, Denies, CannotSay, DidNotAddress} }

// Speaker is who spoke for a party: by name, by office, or as what an unnamed official was called.
type Speaker struct {
	Name    string `json:"name,omitempty"`
	Office  string `json:"office,omitempty"`
	Unnamed string `json:"unnamed,omitempty"` // "a senior official"
}

// Relay is one step on which words came from the speaker to the record.
type Relay struct {
	By       string             `json:"by"` // outlet or name
	Date     Day                `json:"date,omitzero"`
	Document authority.Document `json:"document,omitzero"`
}

// Translation is the quotation in another language.
type Translation struct {
	Language string `json:"language"`
	Text     string `json:"text"`
	By       string `json:"by,omitempty"` // who translated it
}

// About is what a statement is about: flights by their numbers, or a period.
type About struct {
	Flights []string         `json:"flights,omitempty"`
	Period  authority.Period `json:"period,omitzero"`
}

// Made is a statement that a party made. It implements authority.Act.
type Made struct {
	ID       string             `json:"id"`
	Party    authority.Party    `json:"party"`
	Speaker  Speaker            `json:"speaker"`
	Relays   []Relay            `json:"relays,omitempty"` // from the speaker on: each quotes the one before it
	Date     Day                `json:"date"`             // on which it was made, as the source has it
	Source   authority.Document `json:"source"`
	Language string             `json:"language,omitempty"` // of the quotation (BCP 47): "es", "es-MX"
	// Quotation is in the language in which the source has it. Paraphrase says that the words are the recorder's.
	Quotation   string       `json:"quotation,omitempty"`
	Paraphrase  bool         `json:"paraphrase,omitempty"`
	Translation *Translation `json:"translation,omitempty"`
	Manner      Manner       `json:"kind"`
	About       About        `json:"about,omitzero"`
	Claim       Checkable    `json:"claim,omitzero"`       // zero: no checkable claim
	Answers     string       `json:"answers,omitempty"`    // the statement that it answers
	Supersede   string       `json:"supersedes,omitempty"` // that of the same party which it takes the place of
}

// Kind implements authority.Act.
func (Made) Kind() authority.Kind { return KindMade }

// Ident implements authority.Act.
func (a Made) Ident() string { return a.ID }

// The bounds on what is typed, in bytes and in number.
const (
	mostQuotation = 8000
	mostText      = 2000
	mostRelays    = 20
	mostFlights   = 1000
)

// Check implements authority.Act.
func (a Made) Check() error {
	if err := first(wantID("id", a.ID), wantParty("party", a.Party), a.Speaker.check(), a.relays(), wantDate("date", a.Date),
		document("source", &a.Source, true), a.words(), a.About.check()); err != nil {
		return err
	}
	if !slices.Contains(Manners(), a.Manner) {
		return fault("kind", string(a.Manner), fmt.Sprintf("one of %v", Manners()))
	}
	if err := first(a.other("answers", a.Answers), a.other("supersedes", a.Supersede)); err != nil {
		return err
	}
	if a.Claim.Claim == nil {
		return nil
	}
	if err := a.Claim.check(); err != nil {
		return err
	}
	if a.Claim.needsPeriod() && len(a.About.Flights) == 0 && a.period() == (authority.Period{}) {
		return fault("claim.period", "", "a period, or flights or a period in about")
	}
	return nil
}

// other checks the identifier of another statement, where one is named.
func (a *Made) other(field, id string) error {
	switch id {
	case "":
		return nil
	case a.ID:
		return fault(field, id, "another statement")
	}
	return wantID(field, id)
}

// period returns the period of the claim, or that of what the statement is about.
func (a *Made) period() authority.Period {
	if a.Claim.Claim != nil {
		if p := a.Claim.period(); p != (authority.Period{}) {
			return p
		}
	}
	return a.About.Period
}

func (s *Speaker) check() error {
	named := s.Name != "" || s.Office != ""
	switch {
	case named && s.Unnamed != "":
		return fault("speaker.unnamed", s.Unnamed, "a name or an office, or what an unnamed official was called, not both")
	case !named && s.Unnamed == "":
		return fault("speaker", "", "a name, an office, or what an unnamed official was called")
	}
	return first(short("speaker.name", s.Name), short("speaker.office", s.Office), short("speaker.unnamed", s.Unnamed))
}

// relays checks the chain. Who quotes comes after whom it quotes; a day is allowed for, as outlets date by their own zones.
func (a *Made) relays() error {
	if len(a.Relays) > mostRelays {
		return fault("relays", fmt.Sprint(len(a.Relays)), fmt.Sprintf("at most %d", mostRelays))
	}
	before := a.Date.Time
	for i := range a.Relays {
		r, field := &a.Relays[i], fmt.Sprintf("relays[%d]", i)
		if err := first(text(field+".by", r.By), document(field+".document", &r.Document, false)); err != nil {
			return err
		}
		if r.Date.IsZero() {
			continue
		}
		if r.Date.Before(before.AddDate(0, 0, -1)) {
			return fault(field+".date", r.Date.Format(time.DateOnly), "a day not before that of whom it quotes, "+before.Format(time.DateOnly))
		}
		before = r.Date.Time
	}
	return nil
}

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func language(field, s string) error {
	if !languageForm.MatchString(s) {
		return fault(field, s, `a language by its code (BCP 47): "es", "es-MX"`)
	}
	return nil
}

// words checks the quotation. Who did not address a matter may have no words about it.
func (a *Made) words() error {
	if a.Quotation == "" {
		switch {
		case a.Manner != DidNotAddress:
			return fault("quotation", "", "what was said")
		case a.Translation != nil:
			return fault("translation", a.Translation.Text, "none, as there is no quotation")
		}
		return nil
	}
	if len(a.Quotation) > mostQuotation {
		return fault("quotation", a.Quotation, fmt.Sprintf("at most %d bytes", mostQuotation))
	}
	if err := language("language", a.Language); err != nil {
		return err
	}
	t := a.Translation
	if t == nil {
		return nil
	}
	if len(t.Text) > mostQuotation {
		return fault("translation.text", t.Text, fmt.Sprintf("at most %d bytes", mostQuotation))
	}
	if strings.TrimSpace(t.Text) == "" {
		return fault("translation.text", "", "a text")
	}
	return first(language("translation.language", t.Language), short("translation.by", t.By))
}

// flightForm is the number of a flight as it is written: OPERATOR-2026-0007.
var flightForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,32}-[0-9]{4}-[0-9]{4,10}$`)

func (a *About) check() error {
	if len(a.Flights) > mostFlights {
		return fault("about.flights", fmt.Sprint(len(a.Flights)), fmt.Sprintf("at most %d", mostFlights))
	}
	seen := map[string]bool{}
	for i, f := range a.Flights {
		field := fmt.Sprintf("about.flights[%d]", i)
		if !flightForm.MatchString(f) {
			return fault(field, f, "the number of a flight: OPERATOR-2026-0007")
		}
		if seen[f] {
			return fault(field, f, "each flight once")
		}
		seen[f] = true
	}
	return order("about.period", a.Period)
}

// Documents are the digests of the documents that an act rests on, in their order.
func Documents(a authority.Act) []evidence.Digest {
	m, ok := a.(Made)
	if !ok {
		return nil
	}
	var out []evidence.Digest
	add := func(d *authority.Document) {
		if d.SHA256 != nil {
			out = append(out, *d.SHA256)
		}
	}
	add(&m.Source)
	for i := range m.Relays {
		add(&m.Relays[i].Document)
	}
	return out
}
