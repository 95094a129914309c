package statement

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
	"overflight/validity"
)

func digest(s string) evidence.Digest { return sha256.Sum256([]byte(s)) }

func number(n int) *int { return &n }

const now = "2025-06-01"

// TestCheck sets every claim beside records that support it, contradict it and do not tell, and holds the events that the
// finding rests on.
func TestCheck(t *testing.T) {
	t.Parallel()
	february := period(t, "2025-02-01", "2025-03-01")
	whole := func(a *author) { a.covers("2025-01-01", "2025-04-01") }
	notice := func(sent, recorded string) func(a *author) {
		return func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			whole(a)
			a.act(authority.NoticeSent{ID: "n-1", State: "MEX", From: "USA/CBP", To: "MEX/SEDENA", Period: february, Sent: at(t, sent), Means: "note"}, recorded)
		}
	}
	attest := func(armed bool, recorded string) func(a *author) {
		return func(a *author) {
			a.fly("DEMO-2025-0001", "2025-02-18 12:00")
			whole(a)
			carried := authority.Sensor
			if armed {
				carried = authority.Armament
			}
			a.act(authority.LoadoutAttested{
				ID: "l-1", Tail: "N1", Stations: []authority.Station{{Station: "1", Carried: carried}}, Armed: armed, Capable: armed,
				At: at(t, "2025-02-18 08:00"), Period: february, By: "ana",
			}, recorded)
		}
	}
	request := func(dated, recorded string) func(a *author) {
		return func(a *author) {
			a.fly("DEMO-2025-0001", "2025-02-18 12:00")
			whole(a)
			a.act(authority.RequestMade{ID: "r-1", By: "MEX/FGR", Question: "q", Purpose: authority.SurveyArea, Period: february, Dated: authority.Date(day(t, dated))}, recorded)
		}
	}
	then := func(fs ...func(a *author)) func(a *author) {
		return func(a *author) {
			for _, f := range fs {
				f(a)
			}
		}
	}
	for _, tc := range []struct {
		name   string
		record func(a *author)
		claim  Claim
		want   Finding
		code   Code
		events []uint64 // sequences, in the order of the parts
	}{
		{"flights over: one entered", func(a *author) { a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered) }, FlightsOver{State: "MEX", Period: february}, Supported, CodeCountedLeast, []uint64{3}},
		{"flights over: none, complete", func(a *author) { a.fly("DEMO-2025-0001", "2025-02-18 12:00"); whole(a) }, FlightsOver{State: "MEX", Period: february}, Contradicted, CodeCounted, []uint64{3}},
		{"flights over: none, not complete", func(a *author) { a.fly("DEMO-2025-0001", "2025-02-18 12:00") }, FlightsOver{State: "MEX", Period: february}, CannotBeDetermined, CodeNoneOnRecord, nil},
		{"flights over: a possible entry", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Possible)
			whole(a)
		}, FlightsOver{State: "MEX", Period: february}, CannotBeDetermined, CodeCounted, []uint64{3}},
		{"flights over: at least two, one is", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			whole(a)
		}, FlightsOver{State: "MEX", Period: february, AtLeast: number(2)}, Contradicted, CodeCounted, []uint64{3, 4}},
		{"flights over: at most none, one is", func(a *author) { a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered) }, FlightsOver{State: "MEX", Period: february, AtMost: number(0)}, Contradicted, CodeCountedLeast, []uint64{3}},
		{"flights over: at most one", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			whole(a)
		}, FlightsOver{State: "MEX", Period: february, AtMost: number(1)}, Supported, CodeCounted, []uint64{3, 4}},
		{"flights over: exactly one", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			whole(a)
		}, FlightsOver{State: "MEX", Period: february, Number: number(1)}, Supported, CodeCounted, []uint64{3, 4}},
		{"flights over: exactly one, and one unresolved", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			a.enter(a.fly("DEMO-2025-0002", "2025-02-19 12:00"), "MEX", airspace.Unresolved)
			whole(a)
		}, FlightsOver{State: "MEX", Period: february, Number: number(1)}, CannotBeDetermined, CodeCounted, []uint64{3, 6}},

		{"did not enter: looks from outside only", func(a *author) {
			a.look(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", Outside, true)
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, Supported, CodeNotEntered, []uint64{2, 4}},
		{"did not enter: entered", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, Contradicted, CodeEntered, []uint64{3}},
		{"did not enter: unresolved", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Unresolved)
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, CannotBeDetermined, CodeMayEnter, []uint64{3}},
		{"did not enter: nothing on record", func(*author) {}, DidNotEnter{State: "MEX", Period: february}, CannotBeDetermined, CodeNoneOnRecord, nil},
		{"did not enter: a hole in the record", func(a *author) {
			whole(a)
			a.record.Reach.Holes = []Hole{{Period: validity.Period{From: at(t, "2025-02-10"), To: at(t, "2025-02-11")}, Event: a.event("loss.declared", "x", "2025-02-12")}}
		}, DidNotEnter{State: "MEX", Period: february}, CannotBeDetermined, CodeNoneOnRecord, nil},
		{"did not enter: data of the flight is lost", func(a *author) {
			f := a.fly("DEMO-2025-0001", "2025-02-18 12:00")
			f.Lost = []Event{a.event("loss.declared", "x", "2025-02-19")}
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, CannotBeDetermined, CodeMayEnter, []uint64{3}},
		{"did not enter: the flight is not over", func(a *author) {
			a.fly("DEMO-2025-0001", "2025-02-18 12:00").Closed = nil
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, CannotBeDetermined, CodeMayEnter, []uint64{1}},
		{"did not enter: no position on record", func(a *author) {
			a.fly("DEMO-2025-0001", "2025-02-18 12:00").Fixes = 0
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, CannotBeDetermined, CodeMayEnter, []uint64{1}},
		{"did not enter: in a later month", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-03-18 12:00"), "MEX", airspace.Entered)
			whole(a)
		}, DidNotEnter{State: "MEX", Period: february}, Supported, CodeNotEntered, []uint64{4}},

		{"looked in: from outside", func(a *author) { a.look(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", Outside, true) }, LookedInFromOutside{State: "MEX", Period: february}, Supported, CodeLooked, []uint64{3}},
		{"looked in: from inside only", func(a *author) {
			a.look(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", Inside, true)
			whole(a)
		}, LookedInFromOutside{State: "MEX", Period: february}, Contradicted, CodeNotLooked, []uint64{4, 2}},
		{"looked in: not resolved", func(a *author) {
			a.look(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", Outside, false)
			whole(a)
		}, LookedInFromOutside{State: "MEX", Period: february}, CannotBeDetermined, CodeMayLook, []uint64{3}},
		{"looked in: no picture on record", func(a *author) { f := a.fly("DEMO-2025-0001", "2025-02-18 12:00"); f.Frames, f.Seen = 0, 0; whole(a) }, LookedInFromOutside{State: "MEX", Period: february}, CannotBeDetermined, CodeMayLook, []uint64{1}},
		{"looked in: some pictures are of unknown ground", func(a *author) { a.fly("DEMO-2025-0001", "2025-02-18 12:00").Seen--; whole(a) }, LookedInFromOutside{State: "MEX", Period: february}, CannotBeDetermined, CodeMayLook, []uint64{1}},

		{"unarmed: attested before", attest(false, "2025-02-18 09:00"), Unarmed{Period: february}, Supported, CodeUnarmed, []uint64{4, 3}},
		{"unarmed: attested armed", attest(true, "2025-02-18 09:00"), Unarmed{Period: february}, Contradicted, CodeArmed, []uint64{4}},
		{"unarmed: attested after take-off", attest(false, "2025-02-18 13:00"), Unarmed{Period: february}, CannotBeDetermined, CodeMayBeArmed, []uint64{4}},
		{"unarmed: not attested", func(a *author) { a.fly("DEMO-2025-0001", "2025-02-18 12:00"); whole(a) }, Unarmed{Period: february}, CannotBeDetermined, CodeMayBeArmed, []uint64{1}},
		{"unarmed: the stream says otherwise", then(attest(false, "2025-02-18 09:00"), func(a *author) {
			a.record.All[0].Arms = []Arms{{Item: "60", Event: a.event("defects.found", "st0601", "2025-02-18 13:00")}}
		}), Unarmed{Period: february}, Contradicted, CodeArmed, []uint64{4, 5}},
		{"unarmed: the inspector does not agree", then(attest(false, "2025-02-18 09:00"), func(a *author) {
			a.act(authority.LoadoutInspected{Loadout: "l-1", Party: "MEX", Inspector: "luis", At: at(t, "2025-02-18 10:00"), Remarks: "station 2"}, "2025-02-18 10:00")
		}), Unarmed{Period: february}, CannotBeDetermined, CodeMayBeArmed, []uint64{4, 5}},
		{"unarmed: no flight", whole, Unarmed{Period: february}, CannotBeDetermined, CodeNoFlights, []uint64{1}},

		{"notified: acknowledged before", then(notice("2025-02-17", "2025-02-17"), func(a *author) {
			a.act(authority.NoticeAcknowledged{Notice: "n-1", By: "MEX/SEDENA", At: at(t, "2025-02-17 12:00")}, "2025-02-20")
		}), NotifiedBefore{State: "MEX", Period: february}, Supported, CodeNotified, []uint64{3, 5, 6, 4}},
		{"notified: delivered before", then(notice("2025-02-17", "2025-02-17"), func(a *author) {
			a.act(authority.NoticeDelivered{Notice: "n-1", At: at(t, "2025-02-17 12:00"), By: "courier"}, "2025-02-17 12:00")
		}), NotifiedBefore{State: "MEX", Period: february}, Supported, CodeNotified, []uint64{3, 5, 6, 4}},
		{"notified: sent without a receipt", notice("2025-02-17", "2025-02-17"), NotifiedBefore{State: "MEX", Period: february}, CannotBeDetermined, CodeMayNotified, []uint64{3, 5}},
		{"notified: recorded after the entry", notice("2025-02-17", "2025-02-19"), NotifiedBefore{State: "MEX", Period: february}, CannotBeDetermined, CodeMayNotified, []uint64{3, 5}},
		{"notified: sent after the entry", notice("2025-02-19", "2025-02-19"), NotifiedBefore{State: "MEX", Period: february}, Contradicted, CodeNotNotified, []uint64{3, 5}},
		{"notified: disputed", then(notice("2025-02-17", "2025-02-17"), func(a *author) {
			a.act(authority.NoticeAcknowledged{Notice: "n-1", By: "MEX/SEDENA", At: at(t, "2025-02-17 12:00")}, "2025-02-17 12:00")
			a.act(authority.NoticeDisputed{Notice: "n-1", By: "MEX/SRE", At: at(t, "2025-02-20"), Says: "never came"}, "2025-02-20")
		}), NotifiedBefore{State: "MEX", Period: february}, CannotBeDetermined, CodeMayNotified, []uint64{3, 5, 7, 6}},
		{"notified: no notice", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			whole(a)
		}, NotifiedBefore{State: "MEX", Period: february}, CannotBeDetermined, CodeMayNotified, []uint64{3}},
		{"notified: no entry", func(a *author) { a.fly("DEMO-2025-0001", "2025-02-18 12:00"); whole(a) }, NotifiedBefore{State: "MEX", Period: february}, CannotBeDetermined, CodeNoFlights, []uint64{3}},

		{"at request: before the flight", request("2025-02-10", "2025-02-10"), AtRequestOf{Party: "MEX", Period: february}, Supported, CodeRequested, []uint64{1, 4, 3}},
		{"at request: of that office", request("2025-02-10", "2025-02-10"), AtRequestOf{Party: "MEX/FGR", Period: february}, Supported, CodeRequested, []uint64{1, 4, 3}},
		{"at request: of another office", request("2025-02-10", "2025-02-10"), AtRequestOf{Party: "MEX/SEDENA", Period: february}, CannotBeDetermined, CodeMayRequest, []uint64{1}},
		{"at request: recorded after the flight", request("2025-02-10", "2025-02-19"), AtRequestOf{Party: "MEX", Period: february}, CannotBeDetermined, CodeMayRequest, []uint64{1, 4}},
		{"at request: dated after the flight", request("2025-02-19", "2025-02-19"), AtRequestOf{Party: "MEX", Period: february}, Contradicted, CodeNotRequested, []uint64{1, 4}},

		{"began by: an entry that day", func(a *author) { a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered) }, BeganBy{Date: day(t, "2025-02-18"), State: "MEX"}, Supported, CodeBegan, []uint64{3}},
		{"began by: the day after, not complete", func(a *author) { a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered) }, BeganBy{Date: day(t, "2025-02-17"), State: "MEX"}, CannotBeDetermined, CodeMayBegin, nil},
		{"began by: the day after, complete since ever", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			a.record.Reach.Covered = []Coverage{{Operator: "DEMO", Period: validity.Period{To: at(t, "2025-03-01")}, How: Stated, Flights: 1, Event: a.event("statement.complete/v1", "c", "2025-03-02")}}
		}, BeganBy{Date: day(t, "2025-02-17"), State: "MEX"}, Contradicted, CodeNotBegan, []uint64{4}},
		{"began by: stated complete with another number", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			a.record.Reach.Covered = []Coverage{{Operator: "DEMO", Period: validity.Period{To: at(t, "2025-03-01")}, How: Stated, Flights: 0, Event: a.event("statement.complete/v1", "c", "2025-03-02")}}
		}, BeganBy{Date: day(t, "2025-02-17"), State: "MEX"}, CannotBeDetermined, CodeMayBegin, []uint64{4}},

		{"stepped up: one before, two since", func(a *author) {
			for i, d := range []string{"2025-01-25 12:00", "2025-02-18 12:00", "2025-02-19 12:00"} {
				a.enter(a.fly("DEMO-2025-000"+string(rune('1'+i)), d), "MEX", airspace.Entered)
			}
			whole(a)
		}, SteppedUpSince{Date: day(t, "2025-02-01"), State: "MEX"}, Supported, CodeMore, []uint64{3, 6, 9, 10}},
		{"stepped up: as many since", func(a *author) {
			for i, d := range []string{"2025-01-25 12:00", "2025-02-18 12:00"} {
				a.enter(a.fly("DEMO-2025-000"+string(rune('1'+i)), d), "MEX", airspace.Entered)
			}
			whole(a)
		}, SteppedUpSince{Date: day(t, "2025-02-01"), State: "MEX"}, Contradicted, CodeNotMore, []uint64{3, 6, 7}},
		{"stepped up: nothing known before", func(a *author) {
			a.enter(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", airspace.Entered)
			a.covers("2025-02-01", "2025-04-01")
		}, SteppedUpSince{Date: day(t, "2025-02-01"), State: "MEX"}, CannotBeDetermined, CodeMayBeMore, []uint64{3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a := newAuthor(t)
			tc.record(a)
			s := said(t, tc.claim)
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			got, err := Check(s, a.record, at(t, now))
			if err != nil {
				t.Fatal(err)
			}
			var sequences []uint64
			for _, e := range got.Events() {
				sequences = append(sequences, e.Sequence)
			}
			if got.Finding != tc.want || got.Code != tc.code || !slices.Equal(sequences, tc.events) {
				t.Errorf("got %v %s %v, want %v %s %v\n%+v", got.Finding, got.Code, sequences, tc.want, tc.code, tc.events, got.Parts)
			}

			s.Manner = Denies
			denied, err := Check(s, a.record, at(t, now))
			if err != nil {
				t.Fatal(err)
			}
			want := map[Finding]Finding{Supported: Contradicted, Contradicted: Supported, CannotBeDetermined: CannotBeDetermined}[tc.want]
			if denied.Finding != want || denied.Shows != tc.want || cmp.Diff(denied.Parts, got.Parts) != "" {
				t.Errorf("denied: %v, shows %v", denied.Finding, denied.Shows)
			}
			for _, m := range []Manner{CannotSay, DidNotAddress} {
				s.Manner = m
				shown, err := Check(s, a.record, at(t, now))
				if err != nil || shown.Finding != NotChecked || shown.Shows != tc.want || cmp.Diff(shown.Parts, got.Parts) != "" {
					t.Errorf("%s: %v, shows %v: %v", m, shown.Finding, shown.Shows, err)
				}
			}
		})
	}
}

// TestNamedFlights: a statement about flights by their numbers does not turn on the completeness of the record.
func TestNamedFlights(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	a.look(a.fly("DEMO-2025-0001", "2025-02-18 12:00"), "MEX", Outside, true)
	s := said(t, DidNotEnter{State: "MEX"})
	for _, tc := range []struct {
		flights []string
		want    Finding
		code    Code
	}{
		{[]string{"DEMO-2025-0001"}, Supported, CodeNotEntered},
		{[]string{"DEMO-2025-0001", "DEMO-2025-0002"}, CannotBeDetermined, CodeNoneOnRecord},
	} {
		s.About.Flights = tc.flights
		got, err := Check(s, a.record, at(t, now))
		if err != nil || got.Finding != tc.want || got.Code != tc.code {
			t.Errorf("%v: %v %s, want %v %s: %v", tc.flights, got.Finding, got.Code, tc.want, tc.code, err)
		}
	}
}

// TestWithoutClaim: what is said without a checkable claim is shown beside what the record has.
func TestWithoutClaim(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	f := a.fly("DEMO-2025-0001", "2025-02-18 12:00")
	a.enter(f, "USA", airspace.Entered)
	a.look(f, "MEX", Outside, true)
	s := said(t, nil)
	s.Manner, s.About.Period = DidNotAddress, period(t, "2025-02-18", "2025-02-19")
	got, err := Check(s, a.record, at(t, now))
	if err != nil || got.Finding != NotChecked || got.Code != CodeNoClaim || len(got.Parts) != 0 {
		t.Fatalf("%+v %v", got, err)
	}
	var codes []Code
	for _, p := range got.Beside {
		codes = append(codes, p.Code)
	}
	if want := []Code{PartEntry, PartLook}; !slices.Equal(codes, want) {
		t.Errorf("beside it: %v, want %v", codes, want)
	}
}

// TestKnownAt: what is recorded later never changes the answer as known before.
func TestKnownAt(t *testing.T) {
	t.Parallel()
	february := period(t, "2025-02-01", "2025-03-01")
	write := []func(a *author){
		func(a *author) { a.fly("DEMO-2025-0001", "2025-02-10 12:00") },
		func(a *author) { a.covers("2025-01-01", "2025-02-11") },
		func(a *author) {
			a.act(authority.NoticeSent{ID: "n-1", State: "MEX", From: "USA", To: "MEX", Period: february, Sent: at(t, "2025-02-12"), Means: "note"}, "2025-02-12")
		},
		func(a *author) { a.look(a.fly("DEMO-2025-0002", "2025-02-13 12:00"), "MEX", Outside, true) },
		func(a *author) { a.covers("2025-02-11", "2025-02-14") },
		func(a *author) {
			a.act(authority.NoticeAcknowledged{Notice: "n-1", By: "MEX", At: at(t, "2025-02-14")}, "2025-02-15")
		},
		func(a *author) { // an entry that was unresolved, and then resolved
			f := a.enter(a.fly("DEMO-2025-0003", "2025-02-16 12:00"), "MEX", airspace.Unresolved)
			s := f.Entries[0]
			s.Verdict, s.Event = airspace.Entered, a.event("entry.updated", "x", "2025-02-17")
			f.Entries[0].Replaced = s.Event.Recorded
			f.Entries = append(f.Entries, s)
		},
		func(a *author) {
			a.act(authority.ActCorrected{Of: authority.KindNoticeAcknowledged, ID: "n-1", Reason: "typed wrongly", By: "ana"}, "2025-02-18")
		},
		func(a *author) { a.covers("2025-02-14", "2025-03-01") },
		func(a *author) {
			a.record.Reach.Holes = append(a.record.Reach.Holes, Hole{Event: a.event("loss.declared", "x", "2025-03-05")})
		},
	}
	claims := []Claim{
		FlightsOver{State: "MEX", Period: february},
		DidNotEnter{State: "MEX", Period: february},
		LookedInFromOutside{State: "MEX", Period: february},
		NotifiedBefore{State: "MEX", Period: february},
		Unarmed{Period: february},
		AtRequestOf{Party: "MEX", Period: february},
		BeganBy{Date: day(t, "2025-02-20"), State: "MEX"},
		SteppedUpSince{Date: day(t, "2025-02-12"), State: "MEX", Days: 10},
	}
	changed := 0
	for n := range write {
		early, late := newAuthor(t), newAuthor(t)
		for i, f := range write {
			if i <= n {
				f(early)
			}
			f(late)
		}
		var last time.Time
		for _, e := range everything(early.record) {
			if e.After(last) {
				last = e
			}
		}
		for _, c := range claims {
			s := said(t, c)
			for _, k := range append(everything(early.record), last, last.Add(-36*time.Hour)) {
				if k.After(last) {
					continue
				}
				a, err := Check(s, early.record, k)
				if err != nil {
					t.Fatal(err)
				}
				b, err := Check(s, late.record, k)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(a, b); d != "" {
					t.Errorf("after %d steps, %s as known at %s (-then +later): %s", n+1, c.Is(), k, d)
				}
			}
			a, _ := Check(s, late.record, last)
			b, _ := Check(s, late.record, at(t, now))
			if a.Finding != b.Finding {
				changed++
			}
		}
	}
	if changed == 0 {
		t.Error("nothing that was recorded later changed what is known now: the steps test nothing")
	}
}

// everything lists when each event of a record was recorded.
func everything(m *Memory) []time.Time {
	var out []time.Time
	for i := range m.All {
		f := &m.All[i]
		out = append(out, f.Opened.Recorded, f.Closed.Recorded)
		for j := range f.Entries {
			out = append(out, f.Entries[j].Event.Recorded)
		}
		for j := range f.Looks {
			out = append(out, f.Looks[j].Event.Recorded)
		}
	}
	for _, c := range m.Reach.Covered {
		out = append(out, c.Event.Recorded)
	}
	for _, h := range m.Reach.Holes {
		out = append(out, h.Event.Recorded)
	}
	for _, n := range m.Given.Notices {
		out = append(out, n.Recorded.At)
	}
	for _, n := range m.Given.Acknowledged {
		out = append(out, n.Recorded.At, n.Corrected)
	}
	return out
}
