package dissemination

import (
	"slices"
	"strconv"
	"time"

	"overflight/authority"
	"overflight/evidence"
	"overflight/release"
)

// Subject says what a report is of. It is committed to by the seed of the report, and shown to nobody whom it is not released to.
const Subject = "subject"

// ReportDrafted is a report: what commits to all that it says, and the marking of the whole.
type ReportDrafted struct {
	Statement release.Statement `json:"statement"`
	// Subject commits to what it is of (release.Seed.Commit of record -1, field Subject).
	Subject evidence.Digest `json:"subject"`
	Marking release.Marking `json:"marking"` // release.Banner of its fields
}

// Kind implements authority.Act.
func (ReportDrafted) Kind() authority.Kind { return KindDrafted }

// Ident implements authority.Act.
func (a ReportDrafted) Ident() string {
	return a.Statement.ID + ":" + strconv.Itoa(a.Statement.Version)
}

// Check implements authority.Act.
func (a ReportDrafted) Check() error {
	s := &a.Statement
	err := first(
		wantID("statement.id", s.ID), wantRange("statement.version", s.Version, 1, 1_000_000), wantInstant("statement.made", s.Made),
		wantRange("statement.records", s.Records, 1, release.MostRecords), wantDigest("statement.root", s.Root), wantDigest("subject", a.Subject),
	)
	if err != nil {
		return err
	}
	if (s.Version == 1) != (s.Supersedes == evidence.Digest{}) {
		return fault(CodeMissing, "statement.supersedes")
	}
	if err := a.Marking.Check(); err != nil {
		return fault(CodeMarking, err.Error())
	}
	return nil
}

// ReportErased says that the seed of a report was destroyed: what was not shown of it can be proven no more. It is of all its versions.
type ReportErased struct {
	Report string `json:"report"`
	Reason string `json:"reason"`
}

// Kind implements authority.Act.
func (ReportErased) Kind() authority.Kind { return KindErased }

// Ident implements authority.Act.
func (a ReportErased) Ident() string { return a.Report }

// Check implements authority.Act.
func (a ReportErased) Check() error {
	return first(wantID("report", a.Report), wantText("reason", a.Reason))
}

// NotForTargeting is the caveat that every release has.
const NotForTargeting = "NOT FOR TARGETING"

// ReportReleased gives a report to an office: its product is made already, and goes when it may.
type ReportReleased struct {
	ID        string          `json:"id"`
	Report    string          `json:"report"`
	Version   int             `json:"version"`
	Root      evidence.Digest `json:"root"` // of the report's statement
	Office    string          `json:"office"`
	OfficeAct evidence.Digest `json:"office_act"` // digest of the description by which it was judged what it may have
	Rules     evidence.Digest `json:"rules"`      // digest of the rules of release
	Purpose   string          `json:"purpose"`
	NotBefore time.Time       `json:"not_before"`
	Caveats   []string        `json:"caveats"` // sorted; NotForTargeting among them
	Mark      string          `json:"mark"`    // of the copy
	Product   evidence.Digest `json:"product"` // SHA-256 of the product's document
	// By are the two who sign it. A release by a view that was agreed (ViewAgreed) names that instead.
	By       [2]string `json:"by"`
	Standing string    `json:"standing,omitempty"`
}

// Kind implements authority.Act.
func (ReportReleased) Kind() authority.Kind { return KindReleased }

// Ident implements authority.Act.
func (a ReportReleased) Ident() string { return a.ID }

// Check implements authority.Act.
func (a ReportReleased) Check() error {
	err := first(
		wantID("id", a.ID), wantID("report", a.Report), wantRange("version", a.Version, 1, 1_000_000), wantDigest("root", a.Root), wantOffice("office", a.Office),
		wantDigest("office_act", a.OfficeAct), wantDigest("rules", a.Rules), choice("purpose", a.Purpose, Purposes()), wantInstant("not_before", a.NotBefore),
		wantWords("caveats", a.Caveats), wantID("mark", a.Mark), wantDigest("product", a.Product),
	)
	switch {
	case err != nil:
	case a.Standing == "":
		err = wantPeople(a.By)
	case a.By != [2]string{}:
		err = fault(CodeText, "by", a.By[0])
	default:
		err = wantID("standing", a.Standing)
	}
	if err == nil && !slices.Contains(a.Caveats, NotForTargeting) {
		err = fault(CodeTargeting, NotForTargeting)
	}
	return err
}

// ReleaseRevoked ends a release for the future: who has the product has it, and is told.
type ReleaseRevoked struct {
	Release string `json:"release"`
	Reason  string `json:"reason"`
}

// Kind implements authority.Act.
func (ReleaseRevoked) Kind() authority.Kind { return KindRevoked }

// Ident implements authority.Act.
func (a ReleaseRevoked) Ident() string { return a.Release }

// Check implements authority.Act.
func (a ReleaseRevoked) Check() error {
	return first(wantID("release", a.Release), wantText("reason", a.Reason))
}

// ViewAgreed gives an office of a state, from then on, every entry into the state and every look into it, when its delay is over. It is by
// default: what is not to be shown two people withhold (EntryWithheld).
type ViewAgreed struct {
	ID      string    `json:"id"`
	Office  string    `json:"office"`
	Purpose string    `json:"purpose"`
	By      [2]string `json:"by"` // both sign
}

// Kind implements authority.Act.
func (ViewAgreed) Kind() authority.Kind { return KindStanding }

// Ident implements authority.Act.
func (a ViewAgreed) Ident() string { return a.ID }

// Check implements authority.Act.
func (a ViewAgreed) Check() error {
	return first(wantID("id", a.ID), wantOffice("office", a.Office), choice("purpose", a.Purpose, Purposes()), wantPeople(a.By))
}

// ViewEnded ends a view for what comes due from then on.
type ViewEnded struct {
	Standing string `json:"standing"`
	Reason   string `json:"reason"`
}

// Kind implements authority.Act.
func (ViewEnded) Kind() authority.Kind { return KindStandingEnded }

// Ident implements authority.Act.
func (a ViewEnded) Ident() string { return a.Standing }

// Check implements authority.Act.
func (a ViewEnded) Check() error {
	return first(wantID("standing", a.Standing), wantText("reason", a.Reason))
}

// EntryWithheld keeps from a state that a flight entered it or looked into it. The state is told that something is withheld, and the how
// many-th that is: nothing is withheld without being counted.
type EntryWithheld struct {
	State  string    `json:"state"`
	Number int       `json:"number"` // among those withheld from the state, from 1
	Flight string    `json:"flight"`
	Reason string    `json:"reason"`
	By     [2]string `json:"by"` // both sign
}

// Kind implements authority.Act.
func (EntryWithheld) Kind() authority.Kind { return KindWithheld }

// Ident implements authority.Act.
func (a EntryWithheld) Ident() string { return a.State + ":" + strconv.Itoa(a.Number) }

// Check implements authority.Act.
func (a EntryWithheld) Check() error {
	return first(
		wantState("state", a.State), wantRange("number", a.Number, 1, 1_000_000_000), wantID("flight", a.Flight), wantText("reason", a.Reason), wantPeople(a.By),
	)
}

// ProductExported says that what an office may have was written as a file, in which format and what for.
type ProductExported struct {
	ID      string          `json:"id"`
	Office  string          `json:"office"`
	Purpose string          `json:"purpose"`
	Format  string          `json:"format"`
	Root    evidence.Digest `json:"root"` // of the report that was drawn from
	File    evidence.Digest `json:"file"` // SHA-256 of what was written
	Mark    string          `json:"mark"` // of the copy: a file that leaked says by it where it was
	By      string          `json:"by"`
}

// Kind implements authority.Act.
func (ProductExported) Kind() authority.Kind { return KindExported }

// Ident implements authority.Act.
func (a ProductExported) Ident() string { return a.ID }

// Check implements authority.Act.
func (a ProductExported) Check() error {
	return first(
		wantID("id", a.ID), wantOffice("office", a.Office), choice("purpose", a.Purpose, Purposes()), wantID("format", a.Format), wantDigest("root", a.Root),
		wantDigest("file", a.File), wantID("mark", a.Mark), wantText("by", a.By),
	)
}
