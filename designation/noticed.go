package designation

import (
	"fmt"
	"time"

	"overflight/evidence"
)

// Relation is what a notice does.
type Relation string

// The relations.
const (
	RelationDesignated Relation = "designated" // in force from Effective
	RelationAmended    Relation = "amended"    // names or text change, the standing does not
	RelationRevoked    Relation = "revoked"    // not in force from Effective
	RelationStayed     Relation = "stayed"     // suspended from Effective, to Until where one is stated
	RelationCorrected  Relation = "corrected"  // stands in the place of another notice, from when it is known
)

// Name is one name with how the source calls it: "a.k.a.", "f.k.a."; empty for a primary name.
type Name struct {
	Text string `json:"text"`
	Kind string `json:"kind,omitempty"`
}

// Document is what an act can be held against.
type Document struct {
	Reference string          `json:"reference"`       // as the issuer numbers it: "2025-02873"
	Digest    evidence.Digest `json:"sha256,omitzero"` // of the document as it was read; zero when it is not held
}

// Noticed is a notice by which a designation begins, changes or ends. Its four dates are four facts: a thing is
// signed before it is published, may take effect on another day, and is known on yet another.
type Noticed struct {
	ID       string   `json:"id"`
	Relation Relation `json:"relation"`
	// Corrects is the notice in whose place a correction stands; the correction does what that one did.
	Corrects string `json:"corrects,omitempty"`
	// Void with Corrects takes that notice back: it says nothing any more.
	Void bool `json:"void,omitempty"`
	Key  Key  `json:"key"`

	Signed    time.Time `json:"signed,omitzero"`
	Published time.Time `json:"published,omitzero"`
	Effective time.Time `json:"effective,omitzero"`
	Public    time.Time `json:"public,omitzero"` // when it could first be read by anybody
	Until     time.Time `json:"until,omitzero"`  // of a stay; zero is until further notice
	// Convention says how a day became an instant, where the source has days only.
	Convention string `json:"convention,omitempty"`

	Name     string   `json:"name,omitempty"` // as the notice writes it; empty when it changes no name
	Aliases  []Name   `json:"aliases,omitempty"`
	Citation string   `json:"citation"`
	Document Document `json:"document"`
	// FactFile is the digest of the shipped fact file that states the notice. Only then does Public count as when
	// it was known; a notice that an operator enters is known from when it is recorded.
	FactFile evidence.Digest `json:"fact_file,omitzero"`
	By       string          `json:"by,omitempty"` // who entered it
}

// Ident implements Act.
func (n Noticed) Ident() string { return n.ID }

// Check implements Act.
func (n Noticed) Check() error {
	if err := checkIdent(n.ID); err != nil {
		return err
	}
	if err := n.Key.Check(); err != nil {
		return err
	}
	if err := n.checkRelation(); err != nil {
		return err
	}
	if err := n.checkDates(); err != nil {
		return err
	}
	if err := checkNames(n.Name, n.Aliases); err != nil {
		return err
	}
	if err := checkText("citation", n.Citation, longestText, true); err != nil {
		return err
	}
	if err := checkText("document reference", n.Document.Reference, longestText, true); err != nil {
		return err
	}
	if n.Document.Digest == (evidence.Digest{}) && n.FactFile == (evidence.Digest{}) {
		return fault("document sha256", "", "the digest of the document; only a fact file may cite one that is not held")
	}
	if err := checkText("convention", n.Convention, longestText, false); err != nil {
		return err
	}
	return checkText("by", n.By, longestName, n.FactFile == (evidence.Digest{}))
}

func (n Noticed) checkRelation() error {
	switch n.Relation {
	case RelationDesignated, RelationAmended, RelationRevoked, RelationStayed:
		if n.Corrects != "" || n.Void {
			return fault("corrects", n.Corrects, "nothing, or the relation "+string(RelationCorrected))
		}
	case RelationCorrected:
		if n.Corrects == "" {
			return fault("corrects", "", "the identifier of the notice that is corrected")
		}
		if n.Corrects == n.ID {
			return fault("corrects", n.Corrects, "another notice than itself")
		}
		return checkText("corrects", n.Corrects, longestName, true)
	default:
		return fault("relation", string(n.Relation), "designated, amended, revoked, stayed or corrected")
	}
	return nil
}

func (n Noticed) checkDates() error {
	for _, d := range []struct {
		where     string
		at        time.Time
		necessary bool
	}{
		{"signed", n.Signed, false},
		{"published", n.Published, false},
		{"effective", n.Effective, !n.Void},
		{"public", n.Public, n.FactFile != (evidence.Digest{})},
		{"until", n.Until, false},
	} {
		if err := checkInstant(d.where, d.at, d.necessary); err != nil {
			return err
		}
	}
	for _, later := range []struct {
		where string
		at    time.Time
	}{{"published", n.Published}, {"public", n.Public}} {
		if !later.at.IsZero() && later.at.Before(n.Signed) {
			return fault(later.where, later.at.Format(time.RFC3339), "no earlier than signed, "+n.Signed.Format(time.RFC3339))
		}
	}
	if !n.Until.IsZero() && (n.Relation != RelationStayed && n.Relation != RelationCorrected || !n.Effective.Before(n.Until)) {
		return fault("until", n.Until.Format(time.RFC3339), "nothing, or of a stay and later than effective")
	}
	return nil
}

// Expected says that a notice is expected: who said so, when, for which day. It is not a designation.
type Expected struct {
	ID     string    `json:"id"`
	Key    Key       `json:"key"`
	By     string    `json:"by"` // who said so
	Said   time.Time `json:"said"`
	For    time.Time `json:"for"` // the instant, or the begin of the day, for which it is expected
	Source string    `json:"source"`
}

// Ident implements Act.
func (e Expected) Ident() string { return e.ID }

// Check implements Act.
func (e Expected) Check() error {
	if err := checkIdent(e.ID); err != nil {
		return err
	}
	if err := e.Key.Check(); err != nil {
		return err
	}
	if err := checkText("by", e.By, longestName, true); err != nil {
		return err
	}
	if err := checkInstant("said", e.Said, true); err != nil {
		return err
	}
	if err := checkInstant("for", e.For, true); err != nil {
		return err
	}
	return checkText("source", e.Source, longestText, true)
}

// Picked says that a human chose a number on a list for a name that was typed, and why. It is the only way from
// a name to a designation.
type Picked struct {
	ID     string `json:"id"`
	Typed  string `json:"typed"`
	Entity Entity `json:"entity"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// Ident implements Act.
func (p Picked) Ident() string { return p.ID }

// Check implements Act.
func (p Picked) Check() error {
	if err := checkIdent(p.ID); err != nil {
		return err
	}
	if err := checkText("typed", p.Typed, longestName, true); err != nil {
		return err
	}
	if err := p.Entity.Check(); err != nil {
		return err
	}
	if err := checkText("reason", p.Reason, longestText, true); err != nil {
		return err
	}
	return checkText("by", p.By, longestName, true)
}

func checkIdent(id string) error { return checkText("id", id, 256, true) }

// mostAliases is of one organisation.
const mostAliases = 512

func checkNames(name string, aliases []Name) error {
	if err := checkText("name", name, longestName, false); err != nil {
		return err
	}
	if len(aliases) > mostAliases {
		return fault("aliases", fmt.Sprint(len(aliases)), fmt.Sprintf("at most %d", mostAliases))
	}
	for _, a := range aliases {
		if err := checkText("alias", a.Text, longestName, true); err != nil {
			return err
		}
		if err := checkText("kind of alias", a.Kind, 32, false); err != nil {
			return err
		}
	}
	return nil
}
