package authority

import (
	"testing"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
)

func TestFlown(t *testing.T) {
	t.Parallel()
	drop := func(kinds ...Kind) func(*world) {
		return func(w *world) {
			for _, k := range kinds {
				w.drop(k)
			}
		}
	}
	dispute := func(recorded time.Time) func(*world) {
		return func(w *world) {
			w.drop(KindClearanceGiven)
			w.add(NoticeDisputed{Notice: "N-1", By: "MEX/AFAC", At: at("2025-03-07T00:00:00Z"), Says: "it never came"}, recorded)
		}
	}
	look := func(w *world) {
		w.q.Crossings = nil
		w.q.LookIns = []LookIn{{State: "MEX", From: entered, To: left, Resolved: true, Source: "own", Number: 2, Ground: []geodesy.Position{{Lat: 28, Lon: -108}}}}
	}
	type answer struct {
		leave      Leave
		compliance Compliance
		clearance  string
	}
	for name, c := range map[string]struct {
		change    func(*world)
		then, now answer
	}{
		"cleared": {func(*world) {}, answer{LeaveCleared, Compliant, "C-1"}, answer{LeaveCleared, Compliant, "C-1"}},
		"back-dated": {
			func(w *world) { recorded[ClearanceGiven](w, left) },
			answer{LeaveNotified, NoData, ""},
			answer{LeaveNotified, Breach, "C-1"},
		},
		"recorded at the instant of entry": {func(w *world) { recorded[ClearanceGiven](w, entered) }, answer{LeaveCleared, Compliant, "C-1"}, answer{LeaveCleared, Compliant, "C-1"}},
		"no clearance, notified":           {drop(KindClearanceGiven), answer{LeaveNotified, NoData, ""}, answer{LeaveNotified, NoData, ""}},
		"nothing on record":                {drop(KindClearanceGiven, KindNoticeAcknowledged, KindNoticeSent), answer{LeaveNone, NoData, ""}, answer{LeaveNone, NoData, ""}},
		"notice after the entry": {
			func(w *world) {
				w.drop(KindClearanceGiven)
				w.drop(KindNoticeAcknowledged)
				recorded[NoticeSent](w, left)
			},
			answer{LeaveNone, NoData, ""},
			answer{LeaveNone, Unresolved, ""},
		},
		"disputed before":   {dispute(at("2025-03-07T00:00:00Z")), answer{LeaveDisputed, Unresolved, ""}, answer{LeaveDisputed, Unresolved, ""}},
		"disputed since":    {dispute(landing), answer{LeaveNotified, NoData, ""}, answer{LeaveDisputed, Unresolved, ""}},
		"outside its terms": {func(w *world) { change(w, func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} }) }, answer{LeaveNotified, Breach, "C-1"}, answer{LeaveNotified, Breach, "C-1"}},
		"entry not certain": {func(w *world) {
			change(w, func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} })
			w.q.Crossings[0].Verdict = airspace.Possible
		}, answer{LeaveNotified, Unresolved, "C-1"}, answer{LeaveNotified, Unresolved, "C-1"}},
		"revoked since, from before": {
			func(w *world) {
				w.add(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: entered, Reason: "x"}, landing)
			},
			answer{LeaveCleared, Compliant, "C-1"},
			answer{LeaveNotified, Breach, "C-1"},
		},
		"entry without a beginning": {func(w *world) { w.q.Crossings[0].From = time.Time{} }, answer{LeaveNone, Unresolved, "C-1"}, answer{LeaveNone, Unresolved, "C-1"}},
		"too low": {func(w *world) {
			w.asks(func(r *Requirements) { r.Altitude = Band{Least: metresOf(7000), Datum: "MSL"} })
		}, answer{LeaveCleared, Breach, "C-1"}, answer{LeaveCleared, Breach, "C-1"}},
		"by another line": {func(w *world) {
			w.asks(func(r *Requirements) { r.BoundaryLine = "INEGI" })
			w.q.Crossings[0].Line = "OSM"
		}, answer{LeaveCleared, Unresolved, "C-1"}, answer{LeaveCleared, Unresolved, "C-1"}},
		"outside the agreed area": {
			func(w *world) {
				w.agree(agreement("A-1", func(a *AgreementProposed) {
					a.Terms.Areas = []Area{{Polygon: [][2]float64{{-110, 28}, {-104, 28}, {-104, 30}}}}
				}), february)
			},
			answer{LeaveCleared, Breach, "C-1"},
			answer{LeaveCleared, Breach, "C-1"},
		},
		"look not cleared": {look, answer{LeaveNone, NoData, ""}, answer{LeaveNone, NoData, ""}},
		"look cleared":     {func(w *world) { look(w); change(w, func(c *ClearanceGiven) { c.Looks = true }) }, answer{LeaveCleared, Compliant, "C-1"}, answer{LeaveCleared, Compliant, "C-1"}},
		"look cleared since": {func(w *world) {
			look(w)
			change(w, func(c *ClearanceGiven) { c.Looks = true })
			recorded[ClearanceGiven](w, left)
		}, answer{LeaveNone, NoData, ""}, answer{LeaveNone, Breach, "C-1"}},
		"look forbidden": {func(w *world) { look(w); w.asks(func(r *Requirements) { r.LooksIn = LooksForbidden }) }, answer{LeaveNone, Breach, ""}, answer{LeaveNone, Breach, ""}},
		"look not certain": {func(w *world) {
			look(w)
			w.asks(func(r *Requirements) { r.LooksIn = LooksForbidden })
			w.q.LookIns[0].Resolved = false
		}, answer{LeaveNone, Unresolved, ""}, answer{LeaveNone, Unresolved, ""}},
		"look, a line unknown": {func(w *world) {
			look(w)
			w.asks(func(r *Requirements) { r.LooksIn, r.BoundaryLine = LooksPermitted, "INEGI" })
		}, answer{LeaveNone, NoData, ""}, answer{LeaveNone, NoData, ""}},
	} {
		w := newWorld()
		w.q.Crossings[0].Verdict, w.q.Crossings[0].Source, w.q.Crossings[0].Number = airspace.Entered, "own", 1
		c.change(w)
		w.q.Known = landing.Add(30 * day)
		r := w.register(t)
		got := r.Flown(w.question())
		if len(got) != 1 {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		f := got[0]
		is := func(a Answer) answer { return answer{a.Leave, a.Compliance, a.Clearance} }
		if is(f.Then) != c.then || is(f.Now) != c.now {
			t.Errorf("%s: then %+v, now %+v; want %+v, %+v", name, is(f.Then), is(f.Now), c.then, c.now)
		}
		if f.Differs != (c.then != c.now) {
			t.Errorf("%s: differs %v", name, f.Differs)
		}
		if f.State != "MEX" || f.Entry != map[bool]string{false: "own:1", true: "own:2"}[f.Look] || f.Now.Known != w.q.Known || !f.From.IsZero() && f.Then.Known != entered {
			t.Errorf("%s: %+v", name, f)
		}
		if f.Now.Clearance != "" && f.Now.Reference != "SRE-4" {
			t.Errorf("%s: reference %q", name, f.Now.Reference)
		}
	}
}

// TestFlownWithoutAPlan: what flew without one is told in full, and what is the operator's own is left out.
func TestFlownWithoutAPlan(t *testing.T) {
	t.Parallel()
	w := newWorld()
	plan := Plan{Operator: "USA/CBP"}
	plan.Aircraft.Tail, plan.Aircraft.Unmanned = tail, true
	w.plan = plan
	w.q.Crossings = append(w.q.Crossings, Crossing{State: "USA", From: takeOff, To: entered})
	w.q.Crossings[0].Verdict = airspace.Entered
	w.q.Known = landing
	w.q.LookIns = []LookIn{{State: "USA", From: takeOff, To: entered}}
	r := w.register(t)
	if got := r.Flown(w.question()); len(got) != 1 || got[0].Now.Leave != LeaveCleared || got[0].Now.Compliance != Compliant {
		t.Errorf("%+v", got)
	}
	d := r.Decide(w.question())
	consistent(t, d)
	if d.Verdict != NoGo {
		t.Errorf("without a basis %s", d.Verdict)
	}
}

// TestEveryMissingRecordIsNoData: of the codes that Unknown has, those of a missing record are told apart from those of a
// doubt.
func TestEveryMissingRecordIsNoData(t *testing.T) {
	t.Parallel()
	for code, want := range map[evidence.Code]Compliance{
		CodeClearanceUnknown: NoData, CodeNoticeUnknown: NoData, CodeNoticeNotAcknowledged: NoData, CodeLooksNotCleared: NoData, CodeAreaNoPlaces: NoData,
		CodeClearanceEntryUnresolved: Unresolved, CodeClearanceAltitudeUnknown: Unresolved, CodeNoticeDisputed: Unresolved, CodeBoundaryOther: Unresolved,
	} {
		if got := compliance([]Result{{Outcome: Pass}, {Outcome: Unknown, Code: code}}); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
	if got := compliance([]Result{{Outcome: Unknown, Code: CodeNoticeUnknown}, {Outcome: Unknown, Code: CodeNoticeDisputed}, {Outcome: Unknown, Code: CodeNoticeUnknown}}); got != Unresolved {
		t.Error(got)
	}
}
