package authority

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
)

// Plan is a sortie as it is meant to be flown, and what it is said to rest on.
type Plan struct {
	Sortie   string `json:"sortie"` // the planner's name of it, before it has a number
	Operator Party  `json:"operator"`
	Aircraft struct {
		Tail          string `json:"tail"`
		Type          string `json:"type"` // of the catalogue of airframes
		StateAircraft bool   `json:"state_aircraft,omitempty"`
		Unmanned      bool   `json:"unmanned,omitempty"`
	} `json:"aircraft"`
	Planner   string      `json:"planner"`
	Purpose   Purpose     `json:"purpose"`
	Scope     Scope       `json:"scope"`
	Basis     []BasisRef  `json:"basis"`
	Requests  []string    `json:"requests,omitempty"` // that the sortie answers
	Loadout   string      `json:"loadout,omitempty"`
	Notices   []string    `json:"notices,omitempty"`
	Clearance []string    `json:"clearances,omitempty"` // that the planner cites; those on record count without it
	Sensors   []SensorUse `json:"sensors,omitempty"`
	Retention Duration    `json:"retention,omitempty"` // of media
	// ReleaseDelay and ReleasePlace are when at the earliest, and how precisely in metres, what is seen is shown to the states
	// that it is of. Zero is not stated.
	ReleaseDelay Duration   `json:"release_delay,omitempty"`
	ReleasePlace float64    `json:"release_place_m,omitempty"`
	Route        []Waypoint `json:"route"`
	Looks        []LookPlan `json:"looks,omitempty"`
	Transponder  string     `json:"transponder,omitempty"` // "on" or "off" from take-off to landing; empty is not stated
	FlightPlan   string     `json:"flight_plan,omitempty"` // reference of the one that is filed; empty is not stated
}

// Scope says by what the organisations that are looked for are in scope.
type Scope struct {
	// By is "designation", "host-request" or "agreement".
	By string `json:"by"`
	// List, Programme and Organisations are keys of designations: list ids, never names.
	List          string   `json:"list,omitempty"`
	Programme     string   `json:"programme,omitempty"`
	Organisations []string `json:"organisations,omitempty"`
}

// BasisRef names what the permission rests on.
type BasisRef struct {
	Basis BasisKind `json:"basis"`
	ID    string    `json:"id"`
}

// SensorUse is a sensor and the finest ground resolution that it is meant to be used at.
type SensorUse struct {
	Name         string  `json:"name"`
	FinestGround float64 `json:"finest_ground_m,omitempty"` // metres; 0 is not stated
}

// Waypoint is a place of the route and when it is passed.
type Waypoint struct {
	Lat      float64   `json:"lat"`
	Lon      float64   `json:"lon"`
	Altitude float64   `json:"altitude_m"`
	Datum    string    `json:"datum"` // "HAE" or "MSL"
	At       time.Time `json:"at"`
}

// Position returns where it is.
func (w *Waypoint) Position() geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(w.Lat), Lon: geodesy.Angle(w.Lon)}
}

// LookPlan is ground that is meant to be looked at, from when to when.
type LookPlan struct {
	Area Area      `json:"area"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Check returns the first thing that is wrong with the plan by itself.
func (p *Plan) Check() error {
	if err := first(wantID("sortie", p.Sortie), wantParty("operator", p.Operator), wantText("aircraft.tail", p.Aircraft.Tail), wantText("aircraft.type", p.Aircraft.Type),
		wantText("planner", p.Planner), p.Purpose.check("purpose"), p.Scope.check("scope"), texts("requests", p.Requests, 100), texts("notices", p.Notices, 100), texts("clearances", p.Clearance, 100)); err != nil {
		return err
	}
	if err := first(p.Retention.check("retention"), p.ReleaseDelay.check("release_delay")); err != nil {
		return err
	}
	if !(p.ReleasePlace >= 0 && p.ReleasePlace <= mostMetres) {
		return fault("release_place_m", fmt.Sprint(p.ReleasePlace), fmt.Sprintf("metres from 0 to %d", int(mostMetres)))
	}
	if p.Transponder != "" && p.Transponder != "on" && p.Transponder != "off" {
		return fault("transponder", p.Transponder, `"on" or "off"`)
	}
	if err := shortText("flight_plan", p.FlightPlan); err != nil {
		return err
	}
	if len(p.Sensors) > 50 {
		return fault("sensors", fmt.Sprint(len(p.Sensors)), "at most 50")
	}
	if len(p.Basis) > 20 {
		return fault("basis", fmt.Sprint(len(p.Basis)), "at most 20")
	}
	for i, b := range p.Basis {
		switch b.Basis {
		case HostRequest, UnderAgreement, Order, UnderClearance:
		default:
			return fault(fmt.Sprintf("basis[%d].basis", i), string(b.Basis), `"host-request", "agreement", "order" or "clearance"; a designation is none: it says who is in scope`)
		}
		if err := wantID(fmt.Sprintf("basis[%d].id", i), b.ID); err != nil {
			return err
		}
	}
	if p.Loadout != "" {
		if err := wantID("loadout", p.Loadout); err != nil {
			return err
		}
	}
	for i, s := range p.Sensors {
		if err := wantText(fmt.Sprintf("sensors[%d].name", i), s.Name); err != nil {
			return err
		}
		if !(s.FinestGround >= 0 && s.FinestGround < 1e4) {
			return fault(fmt.Sprintf("sensors[%d].finest_ground_m", i), fmt.Sprint(s.FinestGround), "metres")
		}
	}
	if len(p.Route) < 2 || len(p.Route) > mostPoints {
		return fault("route", fmt.Sprint(len(p.Route))+" points", fmt.Sprintf("2 to %d points", mostPoints))
	}
	for i := range p.Route {
		w := &p.Route[i]
		field := fmt.Sprintf("route[%d]", i)
		switch {
		case !w.Position().Valid():
			return fault(field, fmt.Sprintf("%g, %g", w.Lat, w.Lon), "latitude and longitude in degrees")
		case w.Datum != "HAE" && w.Datum != "MSL":
			return fault(field+".datum", w.Datum, `"HAE" or "MSL"`)
		case !(w.Altitude > -1000 && w.Altitude < 50_000):
			return fault(field+".altitude_m", fmt.Sprint(w.Altitude), "metres from -1000 to 50000")
		case wantInstant(field+".at", w.At) != nil:
			return wantInstant(field+".at", w.At)
		case i > 0 && !w.At.After(p.Route[i-1].At):
			return fault(field+".at", stamp(w.At), "an instant after "+stamp(p.Route[i-1].At)+", that of the point before")
		}
	}
	if len(p.Looks) > 500 {
		return fault("looks", fmt.Sprint(len(p.Looks)), "at most 500")
	}
	for i := range p.Looks {
		l := &p.Looks[i]
		field := fmt.Sprintf("looks[%d]", i)
		if l.Area.IsZero() {
			return fault(field+".area", "", "a polygon or a line")
		}
		if err := first(l.Area.check(field+".area"), (Period{From: l.From, To: l.To}).bounds(field)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scope) check(field string) error {
	switch s.By {
	case "designation":
		if len(s.Organisations) == 0 || len(s.Organisations) > 100 {
			return fault(field+".organisations", fmt.Sprint(len(s.Organisations)), "1 to 100 identifiers of a list")
		}
		return first(wantText(field+".list", s.List), wantText(field+".programme", s.Programme), texts(field+".organisations", s.Organisations, 100))
	case "host-request", "agreement":
		return nil
	}
	return fault(field+".by", s.By, `"designation", "host-request" or "agreement"`)
}

// From returns when the plan takes off; zero for a plan without a route, which Check refuses.
func (p *Plan) From() time.Time {
	if len(p.Route) == 0 {
		return time.Time{}
	}
	return p.Route[0].At
}

// To returns when the plan lands.
func (p *Plan) To() time.Time {
	if len(p.Route) == 0 {
		return time.Time{}
	}
	return p.Route[len(p.Route)-1].At
}

// PlanFiled puts a plan on record. A changed plan is another one: what was approved of the first is not approved of it.
type PlanFiled struct {
	Plan Plan `json:"plan"`
}

// Kind implements Act.
func (PlanFiled) Kind() Kind { return KindPlanFiled }

// Ident implements Act.
func (a PlanFiled) Ident() string { return a.Plan.Sortie }

// Check implements Act.
func (a PlanFiled) Check() error { return a.Plan.Check() }

// PlanApproved is one person's approval of one plan, by its digest.
type PlanApproved struct {
	Sortie string          `json:"sortie"`
	Plan   evidence.Digest `json:"plan"` // SHA-256 of the document of the PlanFiled
	By     string          `json:"by"`
	Role   string          `json:"role"`
	At     time.Time       `json:"at"`
}

// Kind implements Act.
func (PlanApproved) Kind() Kind { return KindPlanApproved }

// Ident implements Act.
func (a PlanApproved) Ident() string { return a.Sortie + ":" + a.By }

// Check implements Act.
func (a PlanApproved) Check() error {
	if a.Plan == (evidence.Digest{}) {
		return fault("plan", "", "the SHA-256 of the filed plan")
	}
	return first(wantID("sortie", a.Sortie), wantText("by", a.By), wantText("role", a.Role), wantInstant("at", a.At))
}

// PlanFlown says which flight a plan was flown as. Without it a flight is that of a plan of the same aircraft whose time
// it shares.
type PlanFlown struct {
	Sortie string `json:"sortie"`
	Flight string `json:"flight"` // its number
	By     string `json:"by"`
}

// Kind implements Act.
func (PlanFlown) Kind() Kind { return KindPlanFlown }

// Ident implements Act.
func (a PlanFlown) Ident() string { return a.Flight }

// Check implements Act.
func (a PlanFlown) Check() error {
	return first(wantID("sortie", a.Sortie), wantID("flight", a.Flight), wantText("by", a.By))
}

// PlanReported says that a state was given the report that it asks for of a sortie which was let enter its airspace, flown or
// not.
type PlanReported struct {
	Sortie   string         `json:"sortie"`
	State    airspace.State `json:"state"`
	To       Party          `json:"to"`
	At       time.Time      `json:"at"` // of delivery, as its author dates it; when we learned it is the log's to say
	By       string         `json:"by"`
	Document Document       `json:"document"`
}

// Kind implements Act.
func (PlanReported) Kind() Kind { return KindPlanReported }

// Ident implements Act.
func (a PlanReported) Ident() string { return reportedTo(a.Sortie, a.State) }

func reportedTo(sortie string, state airspace.State) string { return sortie + ":" + string(state) }

// Check implements Act.
func (a PlanReported) Check() error {
	err := first(wantID("sortie", a.Sortie), wantState("state", a.State), wantParty("to", a.To), wantInstant("at", a.At), wantText("by", a.By), a.Document.check("document", true))
	if err == nil && a.To.State() != a.State {
		err = fault("to", string(a.To), "an office of "+string(a.State))
	}
	return err
}

// RuleOverridden lets one rule of one plan not count. It takes two persons, and shows wherever the decision does.
type RuleOverridden struct {
	Sortie string          `json:"sortie"`
	Plan   evidence.Digest `json:"plan"`
	Rule   RuleID          `json:"rule"`
	Reason string          `json:"reason"`
	By     [2]string       `json:"by"`
	At     time.Time       `json:"at"`
}

// Kind implements Act.
func (RuleOverridden) Kind() Kind { return KindRuleOverridden }

// Ident implements Act.
func (a RuleOverridden) Ident() string { return a.Sortie + ":" + string(a.Rule) }

// Check implements Act.
func (a RuleOverridden) Check() error {
	switch {
	case a.Plan == (evidence.Digest{}):
		return fault("plan", "", "the SHA-256 of the filed plan")
	case !a.Rule.overridable():
		return fault("rule", string(a.Rule), "a rule that may be overridden; unarmed and no-lethal-force never may")
	case a.By[0] == a.By[1]:
		return fault("by", a.By[0]+" and "+a.By[1], "two persons")
	}
	return first(wantID("sortie", a.Sortie), wantText("reason", a.Reason), wantText("by[0]", a.By[0]), wantText("by[1]", a.By[1]), wantInstant("at", a.At))
}

// AirframeDescribed adds a type to the catalogue of aircraft, or puts a newer description in its place.
type AirframeDescribed struct {
	Airframe Airframe `json:"airframe"`
}

// Kind implements Act.
func (AirframeDescribed) Kind() Kind { return KindAirframeDescribed }

// Ident implements Act.
func (a AirframeDescribed) Ident() string { return a.Airframe.Type }

// Check implements Act.
func (a AirframeDescribed) Check() error { return a.Airframe.Check() }

// Airframe is a type of aircraft: what of it matters for a plan, each figure with where it was read.
type Airframe struct {
	Type        string             `json:"type"` // "mq-9a"
	Name        string             `json:"name"`
	Endurance   Figure             `json:"endurance_h,omitzero"`
	Cruise      Figure             `json:"cruise_m_s,omitzero"`
	Fastest     Figure             `json:"fastest_m_s,omitzero"`
	Ceiling     Figure             `json:"ceiling_m,omitzero"` // above mean sea level
	Unmanned    bool               `json:"unmanned"`
	Capable     bool               `json:"capable"`           // built so that it can be armed
	Sensors     map[string]Figures `json:"sensors,omitempty"` // by kind: "video", "infrared", "radar", "gas"
	Description string             `json:"description,omitempty"`
}

// Figure is a number and where it was read.
type Figure struct {
	Value  float64 `json:"value"`
	Source string  `json:"source"`
}

// Figures are the properties of a sensor, each with its source.
type Figures map[string]Figure

// Check returns the first thing that is wrong with the description.
func (a *Airframe) Check() error {
	if err := first(wantID("airframe.type", a.Type), wantText("airframe.name", a.Name)); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		f    Figure
		most float64
	}{{"endurance_h", a.Endurance, 1000}, {"cruise_m_s", a.Cruise, 1000}, {"fastest_m_s", a.Fastest, 1000}, {"ceiling_m", a.Ceiling, 50_000}} {
		if f.f == (Figure{}) {
			continue
		}
		if !(f.f.Value > 0 && f.f.Value <= f.most) {
			return fault("airframe."+f.name, fmt.Sprint(f.f.Value), fmt.Sprintf("more than 0 and at most %g", f.most))
		}
		if err := wantText("airframe."+f.name+".source", f.f.Source); err != nil {
			return err
		}
	}
	if len(a.Sensors) > 20 {
		return fault("airframe.sensors", fmt.Sprint(len(a.Sensors)), "at most 20")
	}
	for _, kind := range slices.Sorted(maps.Keys(a.Sensors)) {
		field := "airframe.sensors." + kind
		if !slices.Contains(SensorKinds(), kind) {
			return fault("airframe.sensors", kind, fmt.Sprintf("some of %v", SensorKinds()))
		}
		if len(a.Sensors[kind]) == 0 || len(a.Sensors[kind]) > 20 {
			return fault(field, fmt.Sprint(len(a.Sensors[kind])), "1 to 20 figures, each with its source")
		}
		for _, name := range slices.Sorted(maps.Keys(a.Sensors[kind])) {
			f := a.Sensors[kind][name]
			if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
				return fault(field+"."+name, fmt.Sprint(f.Value), "a number")
			}
			if err := first(wantID(field, name), wantText(field+"."+name+".source", f.Source)); err != nil {
				return err
			}
		}
	}
	return shortText("airframe.description", a.Description)
}

// SensorKinds lists the kinds of sensors that the catalogue of aircraft tells apart.
func SensorKinds() []string { return []string{"video", "infrared", "radar", "gas"} }

// Crossing is a stretch of a route, or an entry that was flown, inside the airspace of one state.
type Crossing struct {
	State airspace.State
	// From and To are the longest that it can have been. Either is zero where the record does not bound it: what depends on it
	// is then unknown.
	From, To time.Time
	Verdict  airspace.Verdict
	Samples  []Sample // along it, close enough to stand for it
	Depth    geodesy.Length
	Line     string // name of the boundary line that it was told by; empty is not known
	Source   string // of an entry that was flown
	Number   uint64
}

// Sample is a place on a crossing.
type Sample struct {
	At       time.Time
	Position geodesy.Position
	Altitude geodesy.Altitude
}

// LookIn is ground of a state that is, or was, looked at from outside its airspace.
type LookIn struct {
	State    airspace.State     `json:"state"`
	From     time.Time          `json:"from"` // zero where the record does not bound it
	To       time.Time          `json:"to"`
	Resolved bool               `json:"resolved"`         // beyond the doubt of line and footprint
	Ground   []geodesy.Position `json:"-"`                // places of it; none where they are not known
	Line     string             `json:"line"`             // name of the boundary line that it was told by; empty is not known
	Source   string             `json:"source,omitempty"` // of a look that happened
	Number   uint64             `json:"number,omitempty"`
}

// Approach is how near a route comes to the outline of a state that it does not enter. A state that asks for a stand-off
// and has none is farther off than any stand-off can be.
type Approach struct {
	State   airspace.State `json:"state"`
	Nearest geodesy.Length `json:"nearest_m"`
	At      time.Time      `json:"at"`
	Line    string         `json:"line"` // name of the boundary line that it was told by; empty is not known
}
