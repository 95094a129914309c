package authority

import (
	"fmt"
	"time"

	"overflight/airspace"
)

// BasisKind says what a permission rests on.
type BasisKind string

// The kinds of basis. A designation is none: it says who is in scope.
const (
	HostRequest    BasisKind = "host-request"
	UnderAgreement BasisKind = "agreement"
	Order          BasisKind = "order"
	UnderClearance BasisKind = "clearance"
)

// BasisStated records a basis that has no act of its own: an order, or the host state's request for flights.
type BasisStated struct {
	ID            string    `json:"id"`
	Basis         BasisKind `json:"basis"` // "order" or "host-request"
	Issuer        Party     `json:"issuer"`
	Reference     string    `json:"reference"`
	Period        Period    `json:"period"`
	Purposes      []Purpose `json:"purposes"`
	NoLethalForce bool      `json:"no_lethal_force"`
	Document      Document  `json:"document"`
}

// Kind implements Act.
func (BasisStated) Kind() Kind { return KindBasisStated }

// Ident implements Act.
func (a BasisStated) Ident() string { return a.ID }

// Check implements Act.
func (a BasisStated) Check() error {
	if a.Basis != Order && a.Basis != HostRequest {
		return fault("basis", string(a.Basis), `"order" or "host-request"`)
	}
	if len(a.Purposes) == 0 {
		return fault("purposes", "", fmt.Sprintf("some of %v", Purposes()))
	}
	for i, p := range a.Purposes {
		if err := p.check(fmt.Sprintf("purposes[%d]", i)); err != nil {
			return err
		}
	}
	return first(wantID("id", a.ID), wantParty("issuer", a.Issuer), wantText("reference", a.Reference), a.Period.bounds("period"),
		a.Document.check("document", true))
}

// ClearanceGiven is a state's leave to be in its airspace, or to look into it.
type ClearanceGiven struct {
	ID            string         `json:"id"`
	State         airspace.State `json:"state"`
	Issuer        Party          `json:"issuer"`
	Reference     string         `json:"reference"`
	Issued        time.Time      `json:"issued"` // as the issuer dates it; when we learned it is the log's to say
	Period        Period         `json:"period"`
	Area          Area           `json:"area,omitzero"`      // zero: the whole state
	Altitude      Band           `json:"altitude,omitzero"`  // zero: any
	Aircraft      []string       `json:"aircraft,omitempty"` // tails; none: any of the operator's
	Operator      Party          `json:"operator,omitempty"` // empty: any
	StateAircraft bool           `json:"state_aircraft,omitempty"`
	Unmanned      bool           `json:"unmanned,omitempty"`
	Looks         bool           `json:"looks,omitempty"`      // looking in from outside is permitted, too
	Deepest       float64        `json:"deepest_m,omitempty"`  // no farther inside than this, metres; 0: as far as it likes
	Sensors       []string       `json:"sensors,omitempty"`    // names of those that may be used; none: any
	Conditions    []string       `json:"conditions,omitempty"` // in the issuer's words; shown, not decided on
	Document      Document       `json:"document"`
}

// Kind implements Act.
func (ClearanceGiven) Kind() Kind { return KindClearanceGiven }

// Ident implements Act.
func (a ClearanceGiven) Ident() string { return a.ID }

// Check implements Act.
func (a ClearanceGiven) Check() error {
	err := first(wantID("id", a.ID), wantState("state", a.State), wantParty("issuer", a.Issuer), wantText("reference", a.Reference),
		wantInstant("issued", a.Issued), a.Period.bounds("period"), a.Area.check("area"), a.Altitude.check("altitude"), a.Document.check("document", true))
	if err == nil && a.Issuer.State() != a.State {
		err = fault("issuer", string(a.Issuer), "an office of "+string(a.State)+", whose airspace it clears")
	}
	if err == nil && a.Operator != "" {
		err = wantParty("operator", a.Operator)
	}
	if err == nil && !(a.Deepest >= 0 && a.Deepest <= 1e7) {
		err = fault("deepest_m", fmt.Sprint(a.Deepest), "metres from 0 to 10000000")
	}
	return first(err, texts("aircraft", a.Aircraft, 200), texts("sensors", a.Sensors, 50), texts("conditions", a.Conditions, 50))
}

func texts(field string, all []string, most int) error {
	if len(all) > most {
		return fault(field, fmt.Sprint(len(all)), fmt.Sprintf("at most %d", most))
	}
	for i, s := range all {
		if err := wantText(fmt.Sprintf("%s[%d]", field, i), s); err != nil {
			return err
		}
	}
	return nil
}

// ClearanceRevoked ends a clearance from an instant on.
type ClearanceRevoked struct {
	Clearance string    `json:"clearance"`
	By        Party     `json:"by"`
	From      time.Time `json:"from"`
	Reason    string    `json:"reason"`
	Document  Document  `json:"document,omitzero"`
}

// Kind implements Act.
func (ClearanceRevoked) Kind() Kind { return KindClearanceRevoked }

// Ident implements Act.
func (a ClearanceRevoked) Ident() string { return a.Clearance }

// Check implements Act.
func (a ClearanceRevoked) Check() error {
	return first(wantID("clearance", a.Clearance), wantParty("by", a.By), wantInstant("from", a.From), wantText("reason", a.Reason), a.Document.check("document", false))
}

// NoticeSent tells a state of flights before they are made. It permits nothing.
type NoticeSent struct {
	ID       string         `json:"id"`
	State    airspace.State `json:"state"`
	From     Party          `json:"from"`
	To       Party          `json:"to"`
	Sortie   string         `json:"sortie,omitempty"` // of the plan; empty: all in the period
	Period   Period         `json:"period"`
	Area     Area           `json:"area,omitzero"`
	Points   [][2]float64   `json:"points,omitempty"` // of entry and exit: longitude and latitude in degrees
	Sent     time.Time      `json:"sent"`
	Means    string         `json:"means"`
	Document Document       `json:"document,omitzero"`
}

// Kind implements Act.
func (NoticeSent) Kind() Kind { return KindNoticeSent }

// Ident implements Act.
func (a NoticeSent) Ident() string { return a.ID }

// Check implements Act.
func (a NoticeSent) Check() error {
	err := first(wantID("id", a.ID), wantState("state", a.State), wantParty("from", a.From), wantParty("to", a.To), a.Period.bounds("period"),
		a.Area.check("area"), wantInstant("sent", a.Sent), wantText("means", a.Means), a.Document.check("document", false))
	if err == nil && a.To.State() != a.State {
		err = fault("to", string(a.To), "an office of "+string(a.State))
	}
	if err == nil && len(a.Points) > mostPoints {
		err = fault("points", fmt.Sprint(len(a.Points)), fmt.Sprintf("at most %d", mostPoints))
	}
	for i, p := range a.Points {
		if err == nil && !place(p).Valid() {
			err = fault(fmt.Sprintf("points[%d]", i), fmt.Sprint(p), "longitude and latitude in degrees")
		}
	}
	return err
}

// NoticeDelivered says that a notice reached the state.
type NoticeDelivered struct {
	Notice   string    `json:"notice"`
	At       time.Time `json:"at"`
	By       string    `json:"by"` // who says so
	Document Document  `json:"document,omitzero"`
}

// Kind implements Act.
func (NoticeDelivered) Kind() Kind { return KindNoticeDelivered }

// Ident implements Act.
func (a NoticeDelivered) Ident() string { return a.Notice }

// Check implements Act.
func (a NoticeDelivered) Check() error {
	return first(wantID("notice", a.Notice), wantInstant("at", a.At), wantText("by", a.By), a.Document.check("document", false))
}

// NoticeAcknowledged is the state's word that it had the notice.
type NoticeAcknowledged struct {
	Notice   string    `json:"notice"`
	By       Party     `json:"by"`
	At       time.Time `json:"at"`
	Document Document  `json:"document,omitzero"`
}

// Kind implements Act.
func (NoticeAcknowledged) Kind() Kind { return KindNoticeAcknowledged }

// Ident implements Act.
func (a NoticeAcknowledged) Ident() string { return a.Notice }

// Check implements Act.
func (a NoticeAcknowledged) Check() error {
	return first(wantID("notice", a.Notice), wantParty("by", a.By), wantInstant("at", a.At), a.Document.check("document", false))
}

// NoticeDisputed is the state's word against a notice: that it never came, or that it does not hold.
type NoticeDisputed struct {
	Notice   string    `json:"notice"`
	By       Party     `json:"by"`
	At       time.Time `json:"at"`
	Says     string    `json:"says"`
	Document Document  `json:"document,omitzero"`
}

// Kind implements Act.
func (NoticeDisputed) Kind() Kind { return KindNoticeDisputed }

// Ident implements Act.
func (a NoticeDisputed) Ident() string { return a.Notice }

// Check implements Act.
func (a NoticeDisputed) Check() error {
	return first(wantID("notice", a.Notice), wantParty("by", a.By), wantInstant("at", a.At), wantText("says", a.Says), a.Document.check("document", false))
}

// ActCorrected takes back what an act said. The act stays on record: what was decided by it stays explained.
type ActCorrected struct {
	Of     Kind   `json:"of"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
	By     string `json:"by"`
	// Replacement is the identifier of the act of the same kind that says it right; empty when nothing does.
	Replacement string `json:"replacement,omitempty"`
}

// Kind implements Act.
func (ActCorrected) Kind() Kind { return KindActCorrected }

// Ident implements Act.
func (a ActCorrected) Ident() string { return string(a.Of) + ":" + a.ID }

// Check implements Act.
func (a ActCorrected) Check() error {
	if a.ID == "" || len(a.ID) > mostText {
		return fault("id", a.ID, "the identifier of an act")
	}
	if !a.Of.correctable() {
		return fault("of", string(a.Of), "an act that can be taken back: a plan is filed anew, a decision stays")
	}
	return first(wantText("reason", a.Reason), wantText("by", a.By), shortText("replacement", a.Replacement))
}
