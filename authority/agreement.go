package authority

import (
	"fmt"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/evidence"
)

// RequestMade is somebody's wish that something be looked at: an office of the operator's own state, or of the host's.
type RequestMade struct {
	ID       string   `json:"id"`
	By       Party    `json:"by"`
	Question string   `json:"question"` // what they want to know
	Purpose  Purpose  `json:"purpose"`
	Area     Area     `json:"area"`
	Period   Period   `json:"period"`
	Dated    Date     `json:"dated,omitzero"` // of the request itself
	Document Document `json:"document,omitzero"`
}

// Kind implements Act.
func (RequestMade) Kind() Kind { return KindRequestMade }

// Ident implements Act.
func (a RequestMade) Ident() string { return a.ID }

// Check implements Act.
func (a RequestMade) Check() error {
	return first(wantID("id", a.ID), wantParty("by", a.By), wantText("question", a.Question), a.Purpose.check("purpose"),
		a.Area.check("area"), a.Period.bounds("period"), a.Document.check("document", false))
}

// Purpose is why is flown. The list is closed.
type Purpose string

// The purposes. There is none by which somebody could be followed, or anything be aimed at.
const (
	FindLaboratories  Purpose = "find-laboratories"
	FindAirstrips     Purpose = "find-airstrips"
	SurveyArea        Purpose = "survey-area"
	ConfirmSite       Purpose = "confirm-site"
	DisasterRelief    Purpose = "disaster-relief"
	Ferry             Purpose = "ferry" // from one place to another, sensors stowed
	CalibrateSensor   Purpose = "calibrate-sensor"
	TrainWithoutViews Purpose = "train-without-views"
)

// Purposes lists the purposes.
func Purposes() []Purpose {
	return []Purpose{FindLaboratories, FindAirstrips, SurveyArea, ConfirmSite, DisasterRelief, Ferry, CalibrateSensor, TrainWithoutViews}
}

func (p Purpose) check(field string) error {
	if !slices.Contains(Purposes(), p) {
		return fault(field, string(p), fmt.Sprintf("one of %v", Purposes()))
	}
	return nil
}

// Requirements are what one state asks for in its airspace. Each is a parameter that the state sets.
type Requirements struct {
	Clearance       bool      `json:"clearance"`                 // for every entry
	StateAircraft   bool      `json:"state_aircraft,omitempty"`  // the clearance names state aircraft (Chicago Convention, Article 3 c)
	Unmanned        bool      `json:"unmanned,omitempty"`        // the clearance names unmanned aircraft (Article 8)
	Notice          bool      `json:"notice,omitempty"`          // of every entry
	NoticeLead      Duration  `json:"notice_lead,omitempty"`     // before the earliest instant of entry
	Acknowledgement bool      `json:"acknowledgement,omitempty"` // of the notice, before entry
	LooksIn         LooksRule `json:"looks_in,omitempty"`        // from outside its airspace; "" does not say
	StandOff        float64   `json:"stand_off_m,omitempty"`     // metres from its outline, where it is not entered
	FinestGround    float64   `json:"finest_ground_m,omitempty"` // no ground resolution finer than this, metres
	Altitude        Band      `json:"altitude,omitzero"`         // within its airspace
	Retention       Duration  `json:"retention,omitempty"`       // media are kept no longer
	Inspection      bool      `json:"inspection,omitempty"`      // of the loadout, by the host
	ReleaseDelay    Duration  `json:"release_delay,omitempty"`   // before what was seen is shown to the state
	ReleasePlace    float64   `json:"release_place_m,omitempty"` // precision of places in what is released, metres
	BoundaryLine    string    `json:"boundary_line,omitempty"`   // name of the line by which the state tells its airspace
	PointsWithin    float64   `json:"points_within_m,omitempty"` // entered and left no farther than this from points of the notice, metres
	LongestWay      float64   `json:"longest_way_m,omitempty"`   // of one sortie within its airspace, metres
	Quota           int       `json:"quota,omitempty"`           // of sorties that enter it in a calendar year, UTC
	ReportWithin    Duration  `json:"report_within,omitempty"`   // of the landing of each sortie that was let enter it
	Transponder     bool      `json:"transponder,omitempty"`     // is on within its airspace
	FlightPlan      bool      `json:"flight_plan,omitempty"`     // is filed with its air traffic services
}

// LooksRule says whether a state's ground may be looked at from outside its airspace.
type LooksRule string

// The rules. LooksUnsaid is no permission and no refusal.
const (
	LooksUnsaid    LooksRule = ""
	LooksPermitted LooksRule = "permitted"
	LooksCleared   LooksRule = "with-clearance"
	LooksForbidden LooksRule = "forbidden"
)

// mostMetres bounds stand-off, ground resolution and precision of places. Beyond 250 km no stand-off is told: whoever looks
// for approaches may stop there.
const mostMetres = 250_000.0

const (
	mostWay   = 1e8 // metres, more than any sortie
	mostQuota = 10_000
)

func (r *Requirements) check(field string) error {
	switch r.LooksIn {
	case LooksUnsaid, LooksPermitted, LooksCleared, LooksForbidden:
	default:
		return fault(field+".looks_in", string(r.LooksIn), `"permitted", "with-clearance" or "forbidden"`)
	}
	for _, m := range []struct {
		name string
		v    float64
	}{{".stand_off_m", r.StandOff}, {".finest_ground_m", r.FinestGround}, {".release_place_m", r.ReleasePlace}, {".points_within_m", r.PointsWithin}} {
		if !(m.v >= 0 && m.v <= mostMetres) {
			return fault(field+m.name, fmt.Sprint(m.v), fmt.Sprintf("metres from 0 to %d", int(mostMetres)))
		}
	}
	switch {
	case !(r.LongestWay >= 0 && r.LongestWay <= mostWay):
		return fault(field+".longest_way_m", fmt.Sprint(r.LongestWay), fmt.Sprintf("metres from 0 to %d", int(mostWay)))
	case r.Quota < 0 || r.Quota > mostQuota:
		return fault(field+".quota", fmt.Sprint(r.Quota), fmt.Sprintf("sorties a year, 0 to %d", mostQuota))
	case !r.Notice && r.NoticeLead > 0:
		return fault(field+".notice_lead", time.Duration(r.NoticeLead).String(), "notice to be true where a lead is asked for")
	case !r.Notice && r.Acknowledgement:
		return fault(field+".acknowledgement", "true", "notice to be true where its acknowledgement is asked for")
	case r.PointsWithin > 0 && !r.Notice:
		return fault(field+".points_within_m", fmt.Sprint(r.PointsWithin), "notice to be true where points of it are asked for")
	case !r.Clearance && (r.StateAircraft || r.Unmanned):
		return fault(field+".clearance", "false", "true where it has to name state or unmanned aircraft")
	}
	return first(r.NoticeLead.check(field+".notice_lead"), r.Retention.check(field+".retention"), r.ReleaseDelay.check(field+".release_delay"), r.ReportWithin.check(field+".report_within"),
		r.Altitude.check(field+".altitude"), shortText(field+".boundary_line", r.BoundaryLine))
}

// Terms are what two states agree on, standing.
type Terms struct {
	Purposes      []Purpose                       `json:"purposes"`
	NoLethalForce bool                            `json:"no_lethal_force"`
	Unarmed       bool                            `json:"unarmed"`
	Areas         []Area                          `json:"areas,omitempty"` // none: everywhere
	States        map[airspace.State]Requirements `json:"states"`
	Warning       Duration                        `json:"warning,omitempty"` // between a warning of a looser condition and its effect
}

func (t *Terms) check(field string) error {
	if len(t.Purposes) == 0 {
		return fault(field+".purposes", "", fmt.Sprintf("some of %v", Purposes()))
	}
	for i, p := range t.Purposes {
		if err := p.check(fmt.Sprintf("%s.purposes[%d]", field, i)); err != nil {
			return err
		}
	}
	if len(t.Areas) > 100 {
		return fault(field+".areas", fmt.Sprint(len(t.Areas)), "at most 100")
	}
	for i := range t.Areas {
		if err := t.Areas[i].check(fmt.Sprintf("%s.areas[%d]", field, i)); err != nil {
			return err
		}
	}
	if err := t.Warning.check(field + ".warning"); err != nil {
		return err
	}
	for _, s := range sorted(t.States) {
		r := t.States[s]
		if err := first(wantState(field+".states", s), r.check(field+".states."+string(s))); err != nil {
			return err
		}
	}
	return nil
}

func sorted[V any](m map[airspace.State]V) []airspace.State {
	out := make([]airspace.State, 0, len(m))
	for s := range m {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// Condition names one of the conditions whose loosening is warned of.
type Condition string

// The conditions.
const (
	ConditionPurpose       Condition = "purpose"
	ConditionNoLethalForce Condition = "no-lethal-force"
	ConditionUnarmed       Condition = "unarmed"
)

// Loosens lists the conditions in which these terms ask for less than those before.
func (t *Terms) Loosens(before *Terms) []Condition { return slices.Clone(t.loosens(before)) }

// loosened are the lists that can come of it, so that a decision takes no memory for one. Nobody changes them.
var loosened = [8][]Condition{
	1: {ConditionPurpose},
	2: {ConditionNoLethalForce},
	3: {ConditionPurpose, ConditionNoLethalForce},
	4: {ConditionUnarmed},
	5: {ConditionPurpose, ConditionUnarmed},
	6: {ConditionNoLethalForce, ConditionUnarmed},
	7: {ConditionPurpose, ConditionNoLethalForce, ConditionUnarmed},
}

func (t *Terms) loosens(before *Terms) []Condition {
	which := 0
	if slices.ContainsFunc(t.Purposes, func(p Purpose) bool { return !slices.Contains(before.Purposes, p) }) {
		which |= 1
	}
	if before.NoLethalForce && !t.NoLethalForce {
		which |= 2
	}
	if before.Unarmed && !t.Unarmed {
		which |= 4
	}
	return loosened[which]
}

// AgreementProposed is the text of standing terms between two states. It binds nobody before both have signed it. An
// amendment names the agreement that it takes the place of; that stands until both have signed the amendment.
type AgreementProposed struct {
	ID       string   `json:"id"`
	Parties  [2]Party `json:"parties"`
	Amends   string   `json:"amends,omitempty"`
	Terms    Terms    `json:"terms"`
	Period   Period   `json:"period"` // until further notice when it has no end
	Document Document `json:"document,omitzero"`
}

// Kind implements Act.
func (AgreementProposed) Kind() Kind { return KindAgreementProposed }

// Ident implements Act.
func (a AgreementProposed) Ident() string { return a.ID }

// Check implements Act.
func (a AgreementProposed) Check() error {
	err := first(wantID("id", a.ID), wantParty("parties[0]", a.Parties[0]), wantParty("parties[1]", a.Parties[1]))
	switch {
	case err != nil:
		return err
	case a.Parties[0].State() == a.Parties[1].State():
		return fault("parties", string(a.Parties[0])+" and "+string(a.Parties[1]), "two states")
	case a.Period.From.IsZero():
		return fault("period.from", "", "an instant, RFC 3339")
	case a.Amends != "" && a.Amends == a.ID:
		return fault("amends", a.Amends, "another agreement")
	case a.Amends != "":
		err = wantID("amends", a.Amends)
	}
	for _, s := range sorted(a.Terms.States) {
		if err == nil && s != a.Parties[0].State() && s != a.Parties[1].State() {
			err = fault("terms.states", string(s), "a party of the agreement")
		}
	}
	return first(err, a.Period.order("period"), a.Terms.check("terms"), a.Document.check("document", false))
}

// AgreementSigned is one party's signature under the text of an agreement, by its digest.
type AgreementSigned struct {
	Agreement string          `json:"agreement"`
	Text      evidence.Digest `json:"text"` // SHA-256 of the document of the AgreementProposed
	Party     Party           `json:"party"`
	By        string          `json:"by"`
	At        time.Time       `json:"at"`
}

// Kind implements Act.
func (AgreementSigned) Kind() Kind { return KindAgreementSigned }

// Ident implements Act.
func (a AgreementSigned) Ident() string { return a.Agreement + ":" + string(a.Party.State()) }

// Check implements Act.
func (a AgreementSigned) Check() error {
	if a.Text == (evidence.Digest{}) {
		return fault("text", "", "the SHA-256 of the proposed text")
	}
	return first(wantID("agreement", a.Agreement), wantParty("party", a.Party), wantText("by", a.By), wantInstant("at", a.At))
}

// AgreementWarned says that the other party was warned of conditions which an amendment loosens. Their loosening has no
// effect before the warning is as old as the terms in force ask for.
type AgreementWarned struct {
	Agreement string      `json:"agreement"` // the amendment
	To        Party       `json:"to"`
	Loosens   []Condition `json:"loosens"`
	Means     string      `json:"means"` // how it was sent
	At        time.Time   `json:"at"`
}

// Kind implements Act.
func (AgreementWarned) Kind() Kind { return KindAgreementWarned }

// Ident implements Act.
func (a AgreementWarned) Ident() string { return a.Agreement + ":" + string(a.To.State()) }

// Check implements Act.
func (a AgreementWarned) Check() error {
	for i, c := range a.Loosens {
		if c != ConditionPurpose && c != ConditionNoLethalForce && c != ConditionUnarmed {
			return fault(fmt.Sprintf("loosens[%d]", i), string(c), `"purpose", "no-lethal-force" or "unarmed"`)
		}
	}
	if len(a.Loosens) == 0 {
		return fault("loosens", "", "the conditions that are loosened")
	}
	return first(wantID("agreement", a.Agreement), wantParty("to", a.To), wantText("means", a.Means), wantInstant("at", a.At))
}
