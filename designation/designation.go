// Package designation says which organisations stood on which list under which programme, at one instant and
// as known at another.
//
// A designation is identified by list, number on the list and programme, never by a name: names change and
// mislead, numbers stay. What is stored are acts, each with the instant at which it was recorded; nothing is
// overwritten. A Register folds them and answers three-valued: in force, not in force, unknown.
//
// Two kinds of act bear on the answer. A notice (Noticed) gives exact times. An edition of a list (Imported)
// carries none: a row that appears or goes between two editions did so at an unknown instant between them. An
// expectation (Expected) is kept and shown and changes nothing.
//
// Names only ever suggest: nothing here resolves a name to a number. A human does, once, and that is an act
// of its own (Picked).
package designation

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"overflight/validity"
)

// List names a list and with it the issuer. Issuers disagree: a list is always shown with a standing.
type List string

// The lists that are read.
const (
	OFAC List = "OFAC-SDN" // Specially Designated Nationals, Treasury of the United States
	UN   List = "UN-SC"    // consolidated list of the Security Council
)

// Entity is one organisation of a list by its number: what stays when a name changes.
type Entity struct {
	List List   `json:"list"`
	ID   string `json:"id"` // ent_num of OFAC, REFERENCE_NUMBER of the United Nations
}

// Key is one designation: the programme is part of it, because an organisation may stand under one and not
// under another.
type Key struct {
	List      List   `json:"list"`
	ID        string `json:"id"`
	Programme string `json:"programme"` // as the list writes it: "FTO", "SDNTK"
}

// Entity returns whose designation it is.
func (k Key) Entity() Entity { return Entity{List: k.List, ID: k.ID} }

// String is "OFAC-SDN 11440 FTO".
func (k Key) String() string { return string(k.List) + " " + k.ID + " " + k.Programme }

// String is "OFAC-SDN 11440".
func (e Entity) String() string { return string(e.List) + " " + e.ID }

// Check returns what is wrong with the key in one line.
func (k Key) Check() error {
	if err := k.Entity().Check(); err != nil {
		return err
	}
	return checkProgramme(k.Programme)
}

// Check returns what is wrong with the entity in one line.
func (e Entity) Check() error {
	if e.List == "" || len(e.List) > 32 || strings.Trim(string(e.List), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return fault("list", string(e.List), "capital letters, digits and hyphens, at most 32, as OFAC-SDN")
	}
	if e.ID == "" || len(e.ID) > 32 || strings.ContainsFunc(e.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fault("id", e.ID, "the number on the list, at most 32 characters without blanks")
	}
	return nil
}

func checkProgramme(p string) error {
	good := p != "" && len(p) <= 64 && strings.Trim(p, " -.") == p && !strings.ContainsFunc(p, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != ' ' && r != '-' && r != '.'
	})
	if !good {
		return fault("programme", p, "one programme as the list writes it, without brackets, as FTO")
	}
	return nil
}

// Standing is whether a designation is in force.
type Standing uint8

// The standings. The zero value is Unknown: what nobody recorded is not a "no".
const (
	Unknown Standing = iota
	In
	NotIn
)

// String is a word for logs and keys: "unknown", "in", "not-in".
func (s Standing) String() string {
	switch s {
	case Unknown:
		return "unknown"
	case In:
		return "in"
	case NotIn:
		return "not-in"
	}
	return ""
}

// Reason says why a standing is what it is.
type Reason string

// The reasons. The texts are in the catalogue.
const (
	// NeverImported (unknown): no edition of the list and no notice was known.
	NeverImported Reason = "never-imported"
	// NeverListed (not in force): editions were known, and none lists it.
	NeverListed Reason = "never-listed"
	// NotListed (not in force): the last edition before the instant does not list it; another did or does.
	NotListed Reason = "not-listed"
	// Listed (in force): the last edition before the instant lists it.
	Listed Reason = "listed"
	// BeforeListed (unknown): the first edition of all lists it and is later than the instant.
	BeforeListed Reason = "before-listed"
	// Appeared (unknown): it came onto the list between two editions, and the instant lies between them.
	Appeared Reason = "appeared"
	// Disappeared (unknown): it left the list between two editions, and the instant lies between them.
	Disappeared Reason = "disappeared"
	// ListedSince (in force): an edition states the day of listing, and the instant is not before it.
	ListedSince Reason = "listed-since"
	// BeforeSince (not in force): the instant is before the day of listing that an edition states.
	BeforeSince Reason = "before-since"
	// ByNotice (in force): a notice made it so.
	ByNotice Reason = "noticed"
	// BeforeNotice (not in force): the notice that makes it so takes effect later.
	BeforeNotice Reason = "before-notice"
	// NotPublished (not in force): nothing was known of it then, and a shipped fact file has the notice that made it so, which
	// was public later.
	NotPublished Reason = "not-published"
	// Revoked (not in force): a notice ended it.
	Revoked Reason = "revoked"
	// Stayed (not in force): a court or an authority has suspended it.
	Stayed Reason = "stayed"
	// BeforeEnd (unknown): a notice ends or suspends it later; since when it was in force is not on record.
	BeforeEnd Reason = "before-end"
	// NoLongerListed (unknown): a notice made it so and none ended it, but a later edition does not list it.
	NoLongerListed Reason = "no-longer-listed"
)

// Record is an act with the two instants that belong to it.
type Record struct {
	Act      Act
	Recorded time.Time // when it was put on record here
	// Known is from when it counts as known: Recorded, but for an act of a shipped fact file the instant at which
	// its document was public.
	Known time.Time
}

// Answer is a standing with what it rests on. It never changes when acts that became known later are added.
type Answer struct {
	Key      Key
	At       validity.AsOf
	Standing Standing
	Reason   Reason
	// Valid is a period round the instant in which the answer is the same by what was known. It ends at the next date
	// of any act that bears on it, so that the answer may be the same beyond.
	Valid validity.Period
	// Used are the acts that decide, notices before editions. An edition comes without its rows.
	Used []Record
	// Expected are the expectations that were on record. They change nothing.
	Expected []Record
}

// Conventions are what the acts used say of how a day became an instant: "a day of the Federal Register begins
// at 00:00 in New York". They decide near midnight and belong beside the answer.
func (a *Answer) Conventions() []string {
	var out []string
	for _, u := range a.Used {
		c := ""
		switch act := u.Act.(type) {
		case Noticed:
			c = act.Convention
		case Imported:
			c = act.Edition.Convention
		case Expected, Picked:
		}
		if c != "" && (len(out) == 0 || out[len(out)-1] != c) {
			out = append(out, c)
		}
	}
	return out
}

// ErrInput is wrapped by every error about what an act says.
var ErrInput = errors.New("designation")

// fault is one line: where, what was found, what was expected.
func fault(where, got, want string) error {
	if got == "" {
		return fmt.Errorf("%w: %s: expected %s", ErrInput, where, want)
	}
	return fmt.Errorf("%w: %s: found %q, expected %s", ErrInput, where, shown(got), want)
}

func shown(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:57], "") + "..."
	}
	return s
}

// The limits of texts, in bytes.
const (
	longestName = 1 << 10
	longestText = 4 << 10
)

// checkText holds a text to one line of UTF-8; a necessary one may not be empty.
func checkText(where, s string, longest int, necessary bool) error {
	switch {
	case necessary && strings.TrimSpace(s) == "":
		return fault(where, "", "a text")
	case len(s) > longest:
		return fault(where, s, fmt.Sprintf("at most %d bytes", longest))
	case !utf8.ValidString(s), strings.ContainsFunc(s, unicode.IsControl):
		return fault(where, s, "one line of UTF-8")
	}
	return nil
}

// checkInstant holds an instant to what RFC 3339 can write.
func checkInstant(where string, t time.Time, necessary bool) error {
	switch {
	case t.IsZero() && necessary:
		return fault(where, "", "an instant, as 2025-02-20T05:00:00Z")
	case !t.IsZero() && (t.UTC().Year() < 1800 || t.UTC().Year() > 9998):
		return fault(where, t.UTC().Format(time.RFC3339), "a year from 1800 to 9998")
	}
	return nil
}
