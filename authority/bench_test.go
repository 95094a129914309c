package authority

import (
	"fmt"
	"math"
	"syscall"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/validity"
)

// busy is a sortie through two states on a register as it is after a year: 3 crossings of 300 places, 5 organisations, 50
// clearances of which the right one comes last, 20 notices, 5 agreements.
func busy(b testing.TB) (*Register, *Question) {
	w := newWorld()
	w.drop(KindClearanceGiven)
	w.drop(KindNoticeSent)
	w.drop(KindNoticeAcknowledged)
	w.set.Rules.States["GTM"] = mexico()
	w.asks(func(r *Requirements) { r.Altitude = Band{Least: metresOf(3000), Most: metresOf(12_000), Datum: "MSL"} })

	corridor := Area{HalfWidth: 60_000}
	for i := range 8 {
		corridor.Line = append(corridor.Line, [2]float64{-110 + float64(i), 30 - float64(i)})
	}
	round := Area{}
	for i := range 24 {
		s, c := sincos(float64(i) / 24)
		round.Polygon = append(round.Polygon, [2]float64{-91 + 4*s, 15.5 + 4*c})
	}
	for i := range 50 {
		c := clearance(fmt.Sprintf("C-%d", i))
		c.Altitude = Band{Least: metresOf(3000), Most: metresOf(12_000), Datum: "MSL"}
		c.Area = corridor
		if i%2 == 1 {
			c.State, c.Issuer, c.Area = "GTM", "GTM/MRE", round
		}
		switch { // other months, other aircraft, and the last four of the right time
		case i < 30:
			c.Period = Period{From: march.From.AddDate(0, -1-i/4, 0), To: march.To.AddDate(0, -1-i/4, 0)}
		case i < 46:
			c.Aircraft = []string{fmt.Sprintf("N%d", i)}
		default:
			c.Aircraft = []string{"N699", tail}
		}
		w.add(c, february)
	}
	for i := range 20 {
		n := NoticeSent{ID: fmt.Sprintf("N-%d", i), State: "MEX", From: "USA/CBP", To: "MEX/AFAC", Sortie: fmt.Sprintf("S-%d", i-9), Period: march, Sent: at("2025-03-05T00:00:00Z"), Means: "note"}
		if i%2 == 1 {
			n.State, n.To, n.Sortie = "GTM", "GTM/DGAC", fmt.Sprintf("S-%d", i-10)
		}
		w.add(n, at("2025-03-05T01:00:00Z"))
		w.add(NoticeAcknowledged{Notice: n.ID, By: n.To, At: at("2025-03-06T00:00:00Z")}, at("2025-03-06T01:00:00Z"))
	}
	w.agree(agreement("A-1", nil), february)
	w.agree(agreement("A-2", func(a *AgreementProposed) { a.Amends, a.Terms.Purposes = "A-1", Purposes() }), february)
	w.add(AgreementWarned{Agreement: "A-2", To: "MEX/SRE", Loosens: []Condition{ConditionPurpose}, Means: "note", At: february}, february)
	gtm := func(a *AgreementProposed) {
		a.Parties[0], a.Terms.States = "GTM/MRE", map[airspace.State]Requirements{"GTM": mexico()}
	}
	w.agree(agreement("A-3", gtm), february)
	w.agree(agreement("A-4", func(a *AgreementProposed) { a.Parties[0], a.Terms.States = "BLZ", nil }), february)
	w.agree(agreement("A-5", func(a *AgreementProposed) { a.Parties[0], a.Terms.States = "HND", nil }), february)

	crossing := func(s airspace.State, from time.Time, lon, lat, dlon, dlat float64) Crossing {
		c := Crossing{State: s, From: from, To: from.Add(90 * time.Minute), Depth: 40_000}
		for i := range 300 {
			k := float64(i) / 299
			c.Samples = append(c.Samples, Sample{
				At:       from.Add(time.Duration(k * float64(90*time.Minute))),
				Position: geodesy.Position{Lon: geodesy.Angle(lon + k*dlon + 0.1*math.Sin(20*k)), Lat: geodesy.Angle(lat + k*dlat)},
				Altitude: geodesy.Altitude{Value: geodesy.Length(6000 + 500*math.Sin(9*k)), Datum: geodesy.MSL},
			})
		}
		return c
	}
	w.q.Crossings = []Crossing{
		crossing("MEX", entered, -109.5, 29.5, 5, -5), crossing("GTM", entered.Add(2*time.Hour), -92, 16, 2, -1), crossing("MEX", entered.Add(4*time.Hour), -104.5, 24.5, -5, 5),
	}
	w.plan.Sortie = "S-9"
	w.plan.Purpose = SurveyArea
	w.plan.Basis = []BasisRef{{Order, "O-1"}, {UnderAgreement, "A-1"}}
	w.plan.Scope.Organisations = []string{"10386", "11438", "11440", "17671", "39376"}
	listed := map[Organisation]Standing{}
	for _, id := range w.plan.Scope.Organisations {
		o := Organisation{List: "OFAC-SDN", ID: id, Programme: "FTO"}
		listed[o] = Standing{Outcome: Pass, Code: "designation.in_force", Args: []string{"2025-02-20"}, Facts: []Fact{{Kind: "designation.made/v1", ID: id}}}
	}
	w.q.Designations = func(o Organisation, _ validity.AsOf) Standing { return listed[o] }
	r := w.register(b)
	w.file(b, r, "ann", "ben")
	q := w.question()
	q.Prepare(r)
	return r, q
}

// processorTime is what the process has used of any core.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDecide decides a sortie, facts loaded and entries precomputed, as of one instant after another and by a decider that
// is kept. Decisions are counted by the second of processor time: what one core does that has nothing else to do.
func BenchmarkDecide(b *testing.B) {
	r, q := busy(b)
	d := r.Decide(q)
	if d.Verdict != Go || len(d.Changes) != 1 {
		b.Fatalf("%s: %+v", d.Verdict, d.Results)
	}
	b.ReportAllocs()
	kept := NewDecider(r)
	before := processorTime(b)
	for i := 0; b.Loop(); i++ {
		q.Known = q.From.Add(-time.Duration(i%1000) * time.Second)
		d = kept.Decide(q)
	}
	b.ReportMetric(float64(b.N)/(processorTime(b)-before).Seconds(), "decisions/s")
}
