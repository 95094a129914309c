package dissemination

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"overflight/authority"
	"overflight/evidence"
	"overflight/release"
	"overflight/signature"
	"overflight/transparency"
)

// Code is the word for why something is not put on record. Its texts are in the catalogue.
type Code string

// The codes. The comment gives the arguments.
const (
	CodeDocument   Code = "document"   // kind, what is wrong with it
	CodeForm       Code = "form"       // kind: it is not written in the one way
	CodeIdentifier Code = "identifier" // member, what was found
	CodeText       Code = "text"       // member, what was found
	CodeMissing    Code = "missing"    // member
	CodeChoice     Code = "choice"     // member, what was found, what may be there
	CodeNumber     Code = "number"     // member, what was found, least, most
	CodeOffice     Code = "office"     // member, what was found: expected an office as MEX/SEDENA
	CodeState      Code = "state"      // member, what was found: expected a state as MEX
	CodeKey        Code = "key"        // member, what was found
	CodeTwice      Code = "twice"      // member, what is there twice
	CodeMarking    Code = "marking"    // what is wrong with it
	CodeTargeting  Code = "targeting"  // the caveat that every release has
	CodeAnswer     Code = "answer"     // kind of receipt
	CodeWhy        Code = "why"        // kind of receipt

	CodeAlone          Code = "alone"           // name that is there twice
	CodeNotSigned      Code = "not-signed"      // kind of the act, who did not sign
	CodeExists         Code = "exists"          // kind of the act, its identifier
	CodeVersion        Code = "version"         // what, version found, version expected
	CodeNoOffice       Code = "no-office"       // office
	CodeOfficeRevoked  Code = "office-revoked"  // office, since when
	CodeOfficeChanged  Code = "office-changed"  // office
	CodeOtherOffice    Code = "other-office"    // name of the key, the office that it is of
	CodeNobodyHolds    Code = "nobody-holds"    // caveat
	CodeNoReport       Code = "no-report"       // report
	CodeErased         Code = "erased"          // report
	CodeOtherRoot      Code = "other-root"      // report, version
	CodePurpose        Code = "purpose"         // office, purpose
	CodeReleased       Code = "released"        // report, office, release
	CodeNoView         Code = "no-view"         // view
	CodeNoRelease      Code = "no-release"      // release
	CodeReleaseRevoked Code = "release-revoked" // release, since when
	CodeNeverReleased  Code = "never-released"  // release, office
	CodeOtherProduct   Code = "other-product"   // release
	CodeNotArrived     Code = "not-arrived"     // release
	CodeNotOpened      Code = "not-opened"      // release
	CodeNotOffices     Code = "not-offices"     // who signed, office
	CodeNoRecord       Code = "no-record"       // record, how many there are

	// What the node refuses before it comes to an act.
	CodeSubject      Code = "subject"       // what was asked for: expected a flight, a site or a period
	CodeNoSubject    Code = "no-subject"    // what was asked for: nothing is on record of it
	CodeOtherSubject Code = "other-subject" // report, what it is of
	CodeNoFlight     Code = "no-flight"     // flight
	CodeNothing      Code = "nothing"       // report, office: the rules show it nothing
	CodeNoProposal   Code = "no-proposal"   // release
	CodeNotNamed     Code = "not-named"     // who signed, who is to
	CodeOnlyOperator Code = "only-operator" // an act of the operator at a partner's node
	CodeOnlyPartner  Code = "only-partner"  // an act of the partner at the operator's
	CodeParcel       Code = "parcel"        // part of what arrived that is not as the originator's log has it (Part), code of why, its arguments
	CodeLarge        Code = "large"         // report, bytes of its product, most
	CodeOnlyNode     Code = "only-node"     // kind of the act
	CodeTooSoon      Code = "too-soon"      // office, from when on
	CodeFormat       Code = "format"        // format, those there are

	// Why a part of what arrived is refused, beside the codes above and those of [transparency.Coded].
	CodeElsewhere        Code = "elsewhere"         // state or office that is none of this node
	CodeUnknownItem      Code = "unknown-item"      // what the carrier calls it
	CodeUnreadable       Code = "unreadable"        // what is wrong with it
	CodeTooLarge         Code = "too-large"         // bytes, most
	CodeNotOneWay        Code = "not-one-way"       // -
	CodeOtherAct         Code = "other-act"         // -
	CodeOtherDescription Code = "other-description" // -
	CodeOtherContent     Code = "other-content"     // -
	CodeOtherStatement   Code = "other-statement"   // -
	CodeOtherVersion     Code = "other-version"     // -
	CodeOtherCopy        Code = "other-copy"        // -
	CodeOtherView        Code = "other-view"        // -
	CodeNeedlessView     Code = "needless-view"     // -
	CodeBrokenReport     Code = "broken-report"     // -
	CodeBrokenRecord     Code = "broken-record"     // record
	CodeBrokenField      Code = "broken-field"      // record, field
)

// Part is what of something that arrived is looked at.
type Part string

// The parts.
const (
	PartItem        Part = "item" // all of it
	PartCheckpoint  Part = "checkpoint"
	PartOffice      Part = "office"
	PartReport      Part = "report"
	PartRelease     Part = "release"
	PartView        Part = "view"
	PartProduct     Part = "product"
	PartRevocation  Part = "revocation"
	PartPlaceholder Part = "placeholder"
	PartReceipt     Part = "receipt"
)

// Wrong says what part of something that arrived is refused and why, which may be in any language where the error has a code.
func Wrong(part Part, err error) *Fault {
	var own *Fault
	var coded transparency.Coded
	var broken *release.CheckError
	switch {
	case errors.As(err, &broken) && broken.Record < 0:
		err = fault(CodeBrokenReport)
	case errors.As(err, &broken) && broken.Field == "":
		err = fault(CodeBrokenRecord, strconv.Itoa(broken.Record))
	case errors.As(err, &broken):
		err = fault(CodeBrokenField, strconv.Itoa(broken.Record), broken.Field)
	}
	switch {
	case errors.As(err, &own):
		return NewFault(CodeParcel, append([]string{string(part), string(own.Code)}, own.Args...)...)
	case errors.As(err, &coded):
		return NewFault(CodeParcel, append([]string{string(part), string(coded.Code())}, coded.Args()...)...)
	}
	return Wrong(part, fault(CodeUnreadable, err.Error()))
}

// NewFault is for who keeps a register, and refuses before it comes to an act.
func NewFault(code Code, args ...string) *Fault { return &Fault{code, args} }

// Fault says why an act is not put on record.
type Fault struct {
	Code Code
	Args []string
}

// Error is one line: the code and what it is about.
func (e *Fault) Error() string { return string(e.Code) + ": " + strings.Join(e.Args, ", ") }

const shown = 80 // bytes of what was found that a fault repeats

func fault(code Code, args ...string) error {
	for i, a := range args {
		if len(a) > shown {
			args[i] = strings.ToValidUTF8(a[:shown], "") + "…"
		}
	}
	return &Fault{code, args}
}

// What members may be.
const (
	mostText  = 2000
	mostWords = 32
)

var (
	idForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	officeForm = regexp.MustCompile(`^[A-Z]{3}/[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)
	stateForm  = regexp.MustCompile(`^[A-Z]{3}$`)
	wordForm   = regexp.MustCompile(`^[A-Z0-9][A-Z0-9 _-]{0,39}$`)
)

func wantID(member, id string) error {
	if !idForm.MatchString(id) {
		return fault(CodeIdentifier, member, id)
	}
	return nil
}

func wantOffice(member, office string) error {
	if !officeForm.MatchString(office) {
		return fault(CodeOffice, member, office)
	}
	return wantState(member, office[:3])
}

// wantState asks authority, which knows the codes of ISO 3166-1.
func wantState(member, state string) error {
	if !stateForm.MatchString(state) || (authority.NoticeAcknowledged{Notice: "n", By: authority.Party(state), At: time.Unix(0, 0)}).Check() != nil {
		return fault(CodeState, member, state)
	}
	return nil
}

// wantText refuses what is empty, too long, or no text of one paragraph.
func wantText(member, s string) error {
	if strings.TrimSpace(s) == "" {
		return fault(CodeMissing, member)
	}
	if len(s) > mostText || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
		return fault(CodeText, member, s)
	}
	return nil
}

func wantDigest(member string, d evidence.Digest) error {
	if d == (evidence.Digest{}) {
		return fault(CodeMissing, member)
	}
	return nil
}

func wantInstant(member string, t time.Time) error {
	if t.IsZero() || t.Year() < 1970 || t.Year() > 9999 {
		return fault(CodeMissing, member)
	}
	return nil
}

// wantPeople refuses two names that are one person's: letters of another size make no other person.
func wantPeople(by [2]string) error {
	for _, name := range by {
		if !signature.ValidName(name) {
			return fault(CodeIdentifier, "by", name)
		}
	}
	if strings.EqualFold(by[0], by[1]) {
		return fault(CodeAlone, by[0])
	}
	return nil
}

func wantWords(member string, words []string) error {
	if len(words) > mostWords {
		return fault(CodeNumber, member, number(len(words)), "0", number(mostWords))
	}
	for i, w := range words {
		switch {
		case !wordForm.MatchString(w):
			return fault(CodeText, member, w)
		case i > 0 && words[i-1] >= w:
			return fault(CodeTwice, member, w)
		}
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
