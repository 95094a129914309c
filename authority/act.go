package authority

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"overflight/signature"
)

// Act is one thing that somebody did about authority. The list is closed: only this package can add to it.
//
// The variants are RequestMade, AgreementProposed, AgreementSigned, AgreementWarned, BasisStated, ClearanceGiven,
// ClearanceRevoked, NoticeSent, NoticeDelivered, NoticeAcknowledged, NoticeDisputed, LoadoutAttested,
// LoadoutInspected, PlanFiled, PlanApproved, PlanFlown, RuleOverridden, RuleSetAdopted, AirframeDescribed, DecisionMade and
// ActCorrected. Variants are values.
type Act interface {
	// Kind is the word by which documents tell the variants apart, with the version of their form.
	Kind() Kind
	// Ident is the identifier of the act: unique among those of its kind.
	Ident() string
	// Check returns the first thing that is wrong with the document by itself, in one line; nil when there is nothing.
	Check() error
}

// Kind is the word of an act.
type Kind string

// The kinds.
const (
	KindRequestMade        Kind = "request.made/v1"
	KindAgreementProposed  Kind = "agreement.proposed/v1"
	KindAgreementSigned    Kind = "agreement.signed/v1"
	KindAgreementWarned    Kind = "agreement.warned/v1"
	KindBasisStated        Kind = "basis.stated/v1"
	KindClearanceGiven     Kind = "clearance.given/v1"
	KindClearanceRevoked   Kind = "clearance.revoked/v1"
	KindNoticeSent         Kind = "notice.sent/v1"
	KindNoticeDelivered    Kind = "notice.delivered/v1"
	KindNoticeAcknowledged Kind = "notice.acknowledged/v1"
	KindNoticeDisputed     Kind = "notice.disputed/v1"
	KindLoadoutAttested    Kind = "loadout.attested/v1"
	KindLoadoutInspected   Kind = "loadout.inspected/v1"
	KindPlanFiled          Kind = "plan.filed/v1"
	KindPlanApproved       Kind = "plan.approved/v1"
	KindPlanFlown          Kind = "plan.flown/v1"
	KindRuleOverridden     Kind = "rule.overridden/v1"
	KindRuleSetAdopted     Kind = "ruleset.adopted/v1"
	KindAirframeDescribed  Kind = "airframe.described/v1"
	KindDecisionMade       Kind = "decision.made/v1"
	KindActCorrected       Kind = "act.corrected/v1"
)

// Known reports whether the kind is one of those of this package.
func (k Kind) Known() bool {
	_, err := Decode(k, nil)
	return !errors.Is(err, ErrKind)
}

// mostDocument bounds the bytes of one document.
const mostDocument = 512 << 10

// ErrKind says that a kind is none of those of this package.
var ErrKind = errors.New("authority: unknown kind of act")

// Decode reads the document of an act and checks it. A member that the kind does not have is refused: what is not
// understood is not taken for agreed.
func Decode(kind Kind, document []byte) (Act, error) {
	if len(document) > mostDocument {
		return nil, fault(string(kind), fmt.Sprint(len(document))+" bytes", fmt.Sprintf("at most %d bytes", mostDocument))
	}
	switch kind {
	case KindRequestMade:
		return read[RequestMade](document)
	case KindAgreementProposed:
		return read[AgreementProposed](document)
	case KindAgreementSigned:
		return read[AgreementSigned](document)
	case KindAgreementWarned:
		return read[AgreementWarned](document)
	case KindBasisStated:
		return read[BasisStated](document)
	case KindClearanceGiven:
		return read[ClearanceGiven](document)
	case KindClearanceRevoked:
		return read[ClearanceRevoked](document)
	case KindNoticeSent:
		return read[NoticeSent](document)
	case KindNoticeDelivered:
		return read[NoticeDelivered](document)
	case KindNoticeAcknowledged:
		return read[NoticeAcknowledged](document)
	case KindNoticeDisputed:
		return read[NoticeDisputed](document)
	case KindLoadoutAttested:
		return read[LoadoutAttested](document)
	case KindLoadoutInspected:
		return read[LoadoutInspected](document)
	case KindPlanFiled:
		return read[PlanFiled](document)
	case KindPlanApproved:
		return read[PlanApproved](document)
	case KindPlanFlown:
		return read[PlanFlown](document)
	case KindRuleOverridden:
		return read[RuleOverridden](document)
	case KindRuleSetAdopted:
		return read[RuleSetAdopted](document)
	case KindAirframeDescribed:
		return read[AirframeDescribed](document)
	case KindDecisionMade:
		return read[DecisionMade](document)
	case KindActCorrected:
		return read[ActCorrected](document)
	}
	return nil, fmt.Errorf("%w: %q", ErrKind, string(kind))
}

func read[A Act](document []byte) (Act, error) {
	var a A
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, unread(a.Kind(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault(string(a.Kind()), "", "one JSON object and nothing behind it")
	}
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	return a, nil
}

// unread says in one line what of a document could not be read.
func unread(kind Kind, err error) error {
	var typed *json.UnmarshalTypeError
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return fmt.Errorf("%s: %w", kind, field)
	case errors.As(err, &typed):
		return fmt.Errorf("%s: %w", kind, fault(typed.Field, typed.Value, typed.Type.String()))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("%s: %w", kind, fault(strings.Trim(name, `"`), "", "no such member"))
	}
	return fmt.Errorf("%s: %w: %w", kind, ErrInput, err)
}

// Encode writes the document of an act in canonical form (RFC 8785), so that the same act has the same bytes and the same
// digest everywhere, and is what persons sign.
func Encode(a Act) ([]byte, error) {
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
