package authority

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/validity"
)

// at is an instant of the stories that tests tell.
func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

// recordedAct is an act, when it was recorded and who signed it.
type recordedAct struct {
	act     Act
	at      time.Time
	signers []string
}

// world is one sortie that may be flown, with everything on record that it takes. Each test changes one thing about it.
type world struct {
	acts []recordedAct
	plan Plan
	set  RuleSetAdopted
	q    Question
}

const (
	tail   = "N700"
	sortie = "S-1"
)

var (
	takeOff  = at("2025-03-10T12:00:00Z")
	landing  = at("2025-03-10T22:00:00Z")
	entered  = at("2025-03-10T14:00:00Z")
	left     = at("2025-03-10T18:00:00Z")
	february = at("2025-02-01T00:00:00Z")
	march    = Period{From: at("2025-03-01T00:00:00Z"), To: at("2025-04-01T00:00:00Z")}
	year     = Period{From: at("2025-01-01T00:00:00Z"), To: at("2026-01-01T00:00:00Z")}
	paper    = Document{Title: "nota verbal 17", SHA256: &evidence.Digest{1}}
	square   = Area{Polygon: [][2]float64{{-110, 24}, {-104, 24}, {-104, 30}, {-110, 30}}}
)

func metresOf(v float64) *float64 { return &v }

func newWorld() *world {
	w := &world{}
	w.set = RuleSetAdopted{ID: "RS-1", Party: "USA", Period: Period{From: year.From}, Rules: RuleSet{
		Programmes: []string{"OFAC-SDN:FTO"}, Purposes: Purposes(), Approvers: 2, Retention: Duration(30 * day), NoLethalForce: true,
		Reserve: Duration(time.Hour), AttestedWithin: Duration(day),
		States:    map[airspace.State]Requirements{"USA": {LooksIn: LooksPermitted}, "MEX": mexico()},
		Elsewhere: Requirements{Clearance: true, LooksIn: LooksCleared},
	}}
	w.plan = Plan{
		Sortie: sortie, Operator: "USA/CBP", Planner: "pat", Purpose: FindLaboratories, Scope: Scope{By: "designation", List: "OFAC-SDN", Programme: "FTO", Organisations: []string{"11440"}},
		Basis: []BasisRef{{Basis: Order, ID: "O-1"}}, Retention: Duration(30 * day), Sensors: []SensorUse{{Name: "video", FinestGround: 0.5}},
		Route: []Waypoint{
			{Lat: 31.5, Lon: -110.3, Altitude: 1400, Datum: "MSL", At: takeOff},
			{Lat: 27, Lon: -107, Altitude: 6000, Datum: "MSL", At: at("2025-03-10T16:00:00Z")},
			{Lat: 31.5, Lon: -110.3, Altitude: 1400, Datum: "MSL", At: landing},
		},
	}
	w.plan.Aircraft.Tail, w.plan.Aircraft.Type, w.plan.Aircraft.Unmanned, w.plan.Aircraft.StateAircraft = tail, "mq-9a", true, true
	w.add(AirframeDescribed{Airframe: Airframe{
		Type: "mq-9a", Name: "MQ-9A", Unmanned: true,
		Endurance: Figure{27, "x"}, Ceiling: Figure{15240, "x"}, Fastest: Figure{120, "x"},
	}}, february)
	w.add(BasisStated{ID: "O-1", Basis: Order, Issuer: "USA/DHS", Reference: "order 7", Period: year, Purposes: Purposes(), NoLethalForce: true, Document: paper}, february)
	w.add(clearance("C-1"), february)
	w.add(NoticeSent{ID: "N-1", State: "MEX", From: "USA/CBP", To: "MEX/AFAC", Period: march, Sent: at("2025-03-05T00:00:00Z"), Means: "note"}, at("2025-03-05T01:00:00Z"))
	w.add(NoticeAcknowledged{Notice: "N-1", By: "MEX/AFAC", At: at("2025-03-06T00:00:00Z")}, at("2025-03-06T01:00:00Z"))
	w.add(LoadoutAttested{
		ID: "L-1", Tail: tail, Stations: []Station{{Station: "1", Carried: Nothing}, {Station: "2", Carried: Sensor, Item: "video"}},
		At: at("2025-03-10T08:00:00Z"), Period: Period{From: at("2025-03-10T08:00:00Z"), To: at("2025-03-11T08:00:00Z")}, By: "lee", Papers: []Document{paper},
	}, at("2025-03-10T08:30:00Z"), "lee")
	w.q = Question{
		From: takeOff, To: landing, Known: takeOff,
		Crossings: []Crossing{{State: "MEX", From: entered, To: left, Samples: []Sample{
			{At: entered, Position: geodesy.Position{Lat: 29, Lon: -109}, Altitude: geodesy.Altitude{Value: 6000, Datum: geodesy.MSL}},
			{At: left, Position: geodesy.Position{Lat: 27, Lon: -107}, Altitude: geodesy.Altitude{Value: 6000, Datum: geodesy.MSL}},
		}, Depth: 200_000}},
		Designations: func(Organisation, validity.AsOf) Standing {
			return Standing{Outcome: Pass, Code: "designation.in_force"}
		},
	}
	return w
}

func mexico() Requirements {
	return Requirements{
		Clearance: true, StateAircraft: true, Unmanned: true, Notice: true, NoticeLead: Duration(72 * time.Hour), Acknowledgement: true, LooksIn: LooksCleared,
	}
}

func clearance(id string) ClearanceGiven {
	return ClearanceGiven{
		ID: id, State: "MEX", Issuer: "MEX/SRE", Reference: "SRE-4", Issued: at("2025-01-20T00:00:00Z"), Period: march, StateAircraft: true, Unmanned: true, Document: paper,
	}
}

func (w *world) add(a Act, at time.Time, signers ...string) {
	w.acts = append(w.acts, recordedAct{a, at, signers})
}

// drop leaves out the acts of a kind.
func (w *world) drop(k Kind) {
	var kept []recordedAct
	for _, a := range w.acts {
		if a.act.Kind() != k {
			kept = append(kept, a)
		}
	}
	w.acts = kept
}

// change changes the first act of its type.
func change[A Act](w *world, f func(*A)) {
	for i := range w.acts {
		if a, ok := w.acts[i].act.(A); ok {
			f(&a)
			w.acts[i].act = a
			return
		}
	}
	panic("no such act")
}

// recorded changes when the acts of a type were recorded.
func recorded[A Act](w *world, t time.Time) {
	for i := range w.acts {
		if _, ok := w.acts[i].act.(A); ok {
			w.acts[i].at = t
		}
	}
}

func (w *world) asks(f func(*Requirements)) {
	r := w.set.Rules.States["MEX"]
	f(&r)
	w.set.Rules.States["MEX"] = r
}

// agree puts an agreement on record that both have signed.
func (w *world) agree(a AgreementProposed, recorded time.Time) {
	w.add(a, recorded)
	w.sign(a, recorded)
}

func (w *world) sign(a AgreementProposed, recorded time.Time) {
	for i, p := range a.Parties {
		name := []string{"ana", "bob"}[i]
		w.add(AgreementSigned{Agreement: a.ID, Text: digestOf(a), Party: p, By: name, At: recorded}, recorded, name)
	}
}

func agreement(id string, change func(*AgreementProposed)) AgreementProposed {
	a := AgreementProposed{ID: id, Parties: [2]Party{"MEX/SRE", "USA/DOS"}, Period: year, Terms: Terms{
		Purposes: []Purpose{FindLaboratories, SurveyArea}, NoLethalForce: true, Unarmed: true, States: map[airspace.State]Requirements{"MEX": mexico()}, Warning: Duration(10 * day),
	}}
	if change != nil {
		change(&a)
	}
	return a
}

func digestOf(a Act) evidence.Digest {
	document, err := Encode(a)
	if err != nil {
		panic(err)
	}
	return sha256.Sum256(document)
}

// register puts everything on record, the plan and its approvals last.
func (w *world) register(t testing.TB) *Register {
	t.Helper()
	r := NewRegister()
	for i, a := range w.acts {
		if err := r.Apply(a.act, Recorded{At: a.at, Sequence: uint64(i + 1), Digest: digestOf(a.act), Signers: a.signers}); err != nil {
			t.Fatalf("%s %s: %v", a.act.Kind(), a.act.Ident(), err)
		}
	}
	return r
}

// file records the plan, and who approves it.
func (w *world) file(t testing.TB, r *Register, approvers ...string) {
	t.Helper()
	filed := at("2025-03-09T00:00:00Z")
	if w.plan.Check() != nil {
		return // asked about without being filed
	}
	w.q.Digest = digestOf(PlanFiled{w.plan})
	must(t, r.Apply(PlanFiled{w.plan}, Recorded{At: filed, Digest: w.q.Digest}))
	for _, name := range approvers {
		a := PlanApproved{Sortie: w.plan.Sortie, Plan: w.q.Digest, By: name, Role: "duty officer", At: filed}
		must(t, r.Apply(a, Recorded{At: filed, Digest: digestOf(a), Signers: []string{name}}))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) question() *Question {
	w.q.Plan, w.q.RuleSet = &w.plan, &w.set
	return &w.q
}

func (w *world) decide(t testing.TB) Decision {
	t.Helper()
	r := w.register(t)
	w.file(t, r, "ann", "ben")
	return r.Decide(w.question())
}

// oneLine fails the test unless an error is of a kind and one line that holds a text.
func oneLine(t *testing.T, err, want error, text string) {
	t.Helper()
	if !errors.Is(err, want) || err.Error() != text {
		t.Errorf("got  %v\nwant %s", err, text)
	}
	for _, c := range text {
		if c < ' ' {
			t.Errorf("%q is more than a line", text)
		}
	}
}
