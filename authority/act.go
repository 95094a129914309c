package authority

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"overflight/signature"
)

// Act is one thing that somebody did about authority. The list is closed: only this package can add to it.
//
// The variants are RequestMade, AgreementProposed, AgreementSigned, AgreementWarned, BasisStated, ClearanceGiven,
// ClearanceRevoked, NoticeSent, NoticeDelivered, NoticeAcknowledged, NoticeDisputed, LoadoutAttested,
// LoadoutInspected, PlanFiled, PlanApproved, PlanFlown, PlanReported, RuleOverridden, RuleSetAdopted, AirframeDescribed, DecisionMade and
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
	KindPlanReported       Kind = "plan.reported/v1"
	KindRuleOverridden     Kind = "rule.overridden/v1"
	KindRuleSetAdopted     Kind = "ruleset.adopted/v1"
	KindAirframeDescribed  Kind = "airframe.described/v1"
	KindDecisionMade       Kind = "decision.made/v1"
	KindActCorrected       Kind = "act.corrected/v1"
)

// ErrKind says that a kind is none of those of this package.
var ErrKind = errors.New("authority: unknown kind of act")

// Decode reads the document of an act, at most signature.MaxDocument bytes, and checks it. A member that the kind does not
// have is refused, under another case of its name too: what is not understood is not taken for agreed. A kind that this
// package does not have is ErrKind, whatever the document; all else that is refused is ErrInput.
func Decode(kind Kind, document []byte) (Act, error) {
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
	case KindPlanReported:
		return read[PlanReported](document)
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
	if len(document) > signature.MaxDocument {
		return nil, fmt.Errorf("%s: %w", a.Kind(), fault("document", fmt.Sprint(len(document))+" bytes", fmt.Sprintf("at most %d bytes", signature.MaxDocument)))
	}
	if err := json.Unmarshal(document, new(json.RawMessage)); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", a.Kind(), ErrInput, err)
	}
	// Two readers could take a member that is there twice for different things: the canonical form has none.
	if _, err := signature.Canonical(document); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", a.Kind(), ErrInput, err)
	}
	if err := shape("", document, reflect.TypeFor[A]()); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	if err := json.Unmarshal(document, &a); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", a.Kind(), ErrInput, err)
	}
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", a.Kind(), err)
	}
	return a, nil
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
