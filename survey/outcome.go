package survey

import (
	"fmt"
	"strings"
	"time"

	"overflight/designation"
)

// Outcome is what the host found at a site.
type Outcome string

// The outcomes.
const (
	Confirmed  Outcome = "confirmed-laboratory"
	OtherUse   Outcome = "other-use"
	Empty      Outcome = "empty"
	Destroyed  Outcome = "destroyed" // what was searched for was there, and is no more
	NotVisited Outcome = "not-visited"
)

// Outcomes are all of them.
func Outcomes() []Outcome { return []Outcome{Confirmed, OtherUse, Empty, Destroyed, NotVisited} }

// Found is the host's word on a site. Founder is the observation by which the site was known when it was said: the
// word stays with the place even if sites are told apart otherwise later.
type Found struct {
	Site    SiteID
	Founder string
	Outcome Outcome
	Visited time.Time // when people were there; zero where nobody was
	Party   string    // who says so: "MEX/SEDENA"
	Note    string
	By      string // who put it on record
	At      time.Time
}

// Reported is an outcome with its place in the journal.
type Reported struct {
	Found
	Sequence uint64
}

// Check returns what is wrong in one line.
func (f *Found) Check() error {
	ok := false
	names := []string{}
	for _, o := range Outcomes() {
		ok = ok || o == f.Outcome
		names = append(names, string(o))
	}
	switch {
	case !ok:
		return fault("outcome", string(f.Outcome), WantOutcome, strings.Join(names, ", "))
	case f.Visited.IsZero() && f.Outcome != NotVisited:
		return fault("visited", "", WantVisit, string(f.Outcome))
	case !f.Visited.IsZero() && f.Visited.After(f.At):
		return fault("visited", f.Visited.UTC().Format(time.RFC3339), WantEarlier)
	}
	if !f.Visited.IsZero() {
		if err := checkInstant("visited", f.Visited); err != nil {
			return err
		}
	}
	if err := checkText("party", f.Party, longestName, true); err != nil {
		return err
	}
	if err := checkText("by", f.By, longestName, true); err != nil {
		return err
	}
	return checkText("note", f.Note, longestNote, false)
}

// Report takes an outcome that the journal has at a sequence.
func (b *Book) Report(f Found, sequence uint64) error {
	if err := f.Check(); err != nil {
		return err
	}
	s, err := b.subject(f.Site, f.Founder)
	if err != nil {
		return err
	}
	s.outcomes = append(s.outcomes, Reported{f, sequence})
	b.touch(s, sequence)
	return nil
}

// subject finds the site that a statement is of: by the observation that founded it, else by its number.
func (b *Book) subject(id SiteID, founder string) (*site, error) {
	if at := b.Holder(founder); at != 0 {
		return b.find(at)
	}
	return b.find(id)
}

// Stance says whether an attribution is asserted or contested.
type Stance string

// The stances. Who contests an attribution names it; both stay.
const (
	Asserts  Stance = "asserts"
	Contests Stance = "contests"
)

// Attribution is somebody's statement that a site is, or is not, of a designated organisation. The organisation is named by list, number on
// the list and programme, never by a name. Reliability and credibility are those of the Admiralty code: of the source, A
// (reliable) to F (cannot be judged); of the information, 1 (confirmed) to 6 (cannot be judged).
type Attribution struct {
	ID          string
	Site        SiteID
	Founder     string
	Key         designation.Key
	Stance      Stance
	Of          string // the attribution that is contested; empty of one that asserts
	Who         string // who says so
	Source      string // on what: a document, a report, a person's office
	Reliability string // "A" to "F"
	Credibility uint8  // 1 to 6
	Said        time.Time
	Note        string
	By          string // who put it on record
	At          time.Time
}

// Attributed is an attribution with its place in the journal.
type Attributed struct {
	Attribution
	Sequence uint64
}

// Grade is the Admiralty code, "B2".
func (a *Attribution) Grade() string { return fmt.Sprintf("%s%d", a.Reliability, a.Credibility) }

// Check returns what is wrong in one line.
func (a *Attribution) Check() error {
	for _, t := range []struct {
		where, text string
		most        int
		needed      bool
	}{
		{"id", a.ID, longestID, true},
		{"who", a.Who, longestName, true},
		{"source", a.Source, longestNote, true},
		{"by", a.By, longestName, true},
		{"note", a.Note, longestNote, false},
	} {
		if err := checkText(t.where, t.text, t.most, t.needed); err != nil {
			return err
		}
	}
	switch {
	case a.Stance != Asserts && a.Stance != Contests:
		return fault("stance", string(a.Stance), WantStance)
	case (a.Of == "") != (a.Stance == Asserts):
		return fault("of", a.Of, WantContested)
	case len(a.Reliability) != 1 || a.Reliability[0] < 'A' || a.Reliability[0] > 'F':
		return fault("reliability", a.Reliability, WantReliability)
	case a.Credibility < 1 || a.Credibility > 6:
		return fault("credibility", fmt.Sprint(a.Credibility), WantCredibility)
	case a.Said.After(a.At):
		return fault("said", a.Said.UTC().Format(time.RFC3339), WantEarlier)
	}
	if err := checkInstant("said", a.Said); err != nil {
		return err
	}
	if err := a.Key.Check(); err != nil {
		return fault("designation", a.Key.String(), WantDesignation)
	}
	return nil
}

// Admits returns why an attribution would not be taken.
func (b *Book) Admits(a *Attribution) error {
	if err := a.Check(); err != nil {
		return err
	}
	if _, known := b.named[a.ID]; known {
		return fmt.Errorf("%w: %s", ErrExists, a.ID)
	}
	s, err := b.subject(a.Site, a.Founder)
	if err != nil {
		return err
	}
	if a.Of == "" {
		return nil
	}
	if founder, known := b.named[a.Of]; known && b.Holder(founder) == s.id {
		return nil
	}
	return fault("of", a.Of, WantAttribution, fmt.Sprint(s.id))
}

// Attribute takes an attribution that the journal has at a sequence.
func (b *Book) Attribute(a Attribution, sequence uint64) error {
	b.open()
	if err := b.Admits(&a); err != nil {
		return err
	}
	s, err := b.subject(a.Site, a.Founder)
	if err != nil {
		return err
	}
	b.named[a.ID] = s.founder
	if b.Holder(a.Founder) != 0 {
		b.named[a.ID] = a.Founder
	}
	s.attributions = append(s.attributions, Attributed{a, sequence})
	b.touch(s, sequence)
	return nil
}

// FreeID is an identifier for another attribution to a site: one that none has.
func (b *Book) FreeID(id SiteID) string {
	n := 1
	if s, err := b.find(id); err == nil {
		n += len(s.attributions)
	}
	for ; ; n++ {
		free := fmt.Sprintf("site-%d-%d", id, n)
		if _, taken := b.named[free]; !taken {
			return free
		}
	}
}
