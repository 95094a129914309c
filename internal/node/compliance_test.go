package node_test

import (
	"errors"
	"testing"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/authority"
	"overflight/internal/node"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// TestCompliance: each entry and look of a flight is set beside what is on record, by the party of the plan, else by that of
// the configuration. Where nobody says whose flight it is nothing is said of it.
func TestCompliance(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	r := start(t, c)
	s, err := r.ingest(node.SourceRequest{URL: file(t, sortie()), Aircraft: "OVF-01"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	nobody, err := r.Compliance(t.Context(), s.Sortie, now)
	if err != nil || nobody.Operator != "" || len(nobody.Flown) != 0 || len(nobody.Unarmed) != 0 {
		t.Fatalf("nobody's flight: %+v, %v", nobody, err)
	}
	if _, err := r.Compliance(t.Context(), journal.Sortie{Operator: "LOCAL", Year: 2001, Number: 1}, now); !errors.Is(err, sqlite.ErrNotFound) {
		t.Errorf("a flight that is not there: %v", err)
	}

	// What is put on record after the flight changes what is known now, and nothing of what was known then.
	period := authority.Period{From: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC)}
	r.record(authority.PlanFiled{Plan: planOf("S-7")})
	r.record(authority.NoticeSent{ID: "N-1", State: "MEX", From: "USA/CBP", To: "MEX/SRE", Period: period, Sent: period.From, Means: "note"})
	filed, err := r.Compliance(t.Context(), s.Sortie, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if filed.Plan == nil || filed.Plan.Act.Plan.Sortie != "S-7" || filed.Operator != "USA/CBP" {
		t.Fatalf("%+v", filed)
	}
	entries, looks := 0, 0
	for _, f := range filed.Flown {
		if f.State != "MEX" {
			t.Errorf("the operator's own state is told of: %+v", f)
		}
		if f.Then.Leave == authority.LeaveCleared || f.Now.Leave == authority.LeaveCleared || f.Now.Compliance == authority.Compliant {
			t.Errorf("without a clearance: %+v", f)
		}
		if f.Look {
			looks++
		} else {
			entries++
		}
	}
	whole, err := r.Models().Flight(t.Context(), s.Sortie)
	if err != nil {
		t.Fatal(err)
	}
	outside, inside := 0, 0
	for _, l := range whole.Looked {
		if l.Look.State == "MEX" && l.Look.From == account.Outside {
			outside += max(1, len(l.Look.Intervals))
		} else {
			inside += len(l.Look.Intervals)
		}
	}
	if entries != 2 || looks != outside || looks == 0 || inside == outside {
		t.Errorf("%d entries, %d looks, %d from outside, %d others", entries, looks, outside, inside)
	}
	if len(filed.Unarmed) != 1 || filed.Unarmed[0].Outcome != authority.Unknown {
		t.Errorf("nobody attested the loadout: %+v", filed.Unarmed)
	}

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, c)
	same, err := again.Compliance(t.Context(), s.Sortie, filed.Known)
	if err != nil || len(same.Flown) != len(filed.Flown) || same.Flown[0].Now.Compliance != filed.Flown[0].Now.Compliance {
		t.Errorf("after a restart: %+v, %v", same, err)
	}
}

// TestComplianceOfTheParty: a flight without a plan is that of the party of the configuration.
func TestComplianceOfTheParty(t *testing.T) {
	t.Parallel()
	c := settings(t.TempDir())
	c.Party = "USA"
	r := start(t, c)
	s, err := r.ingest(node.SourceRequest{URL: file(t, sortie()), Aircraft: "OVF-01"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Compliance(t.Context(), s.Sortie, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	states := map[airspace.State]int{}
	for _, f := range got.Flown {
		states[f.State]++
		if f.Then.Leave != authority.LeaveNone || f.Differs {
			t.Errorf("nothing is on record: %+v", f)
		}
	}
	if got.Plan != nil || got.Operator != "USA" || len(states) != 1 || states["MEX"] == 0 {
		t.Errorf("%s, %v", got.Operator, states)
	}
}

func (r *running) record(a authority.Act) {
	r.t.Helper()
	document, err := authority.Encode(a)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.RecordAct(r.t.Context(), string(a.Kind()), document, nil, "pat"); err != nil {
		r.t.Fatal(err)
	}
}

// planOf is a plan for the simulated flight.
func planOf(name string) authority.Plan {
	p := authority.Plan{
		Sortie: name, Operator: "USA/CBP", Planner: "pat", Purpose: authority.SurveyArea, Scope: authority.Scope{By: "agreement"},
		Route: []authority.Waypoint{
			{Lat: 31.55, Lon: -110.3, Altitude: 6500, Datum: "HAE", At: time.Date(2025, 3, 3, 16, 0, 0, 0, time.UTC)},
			{Lat: 31.52, Lon: -110.42, Altitude: 6000, Datum: "HAE", At: time.Date(2025, 3, 3, 18, 0, 0, 0, time.UTC)},
		},
	}
	p.Aircraft.Tail, p.Aircraft.Type, p.Aircraft.StateAircraft, p.Aircraft.Unmanned = "OVF-01", "mq-9a", true, true
	return p
}
