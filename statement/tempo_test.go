package statement

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/airspace"
	"overflight/authority"
	"overflight/validity"
)

// row writes one tempo in a line.
func row(t Tempo) string {
	depth := "-"
	if t.Deep {
		depth = fmt.Sprintf("%.0f km", float64(t.Depth)/1000)
	}
	return fmt.Sprintf("%s %s %d..%d flights %.2f h %s %.1f days", t.State, t.Kept, t.Flights, t.MostFlights, t.Inside.Hours(), depth, t.Days)
}

func rows(all []Week) []string {
	var out []string
	for _, w := range all {
		out = append(out, w.Label+" "+row(w.Tempo))
	}
	return out
}

func TestTempo(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	a.enter(a.fly("DEMO-2025-0001", "2025-02-05 12:00"), "MEX", airspace.Entered)
	a.enter(a.fly("DEMO-2025-0002", "2025-02-16 23:15"), "MEX", airspace.Entered) // inside from 23:45 to 00:15: in two weeks
	a.enter(a.fly("DEMO-2025-0003", "2025-02-20 12:00"), "MEX", airspace.Possible)
	a.enter(a.fly("DEMO-2025-0004", "2025-02-21 12:00"), "GTM", airspace.Entered)
	a.covers("2025-02-10", "2025-03-03")
	q := TempoQuery{Period: validity.Period{From: at(t, "2025-01-28"), To: at(t, "2025-03-10")}, State: "MEX", Split: at(t, "2025-02-17")}
	got, err := TempoOf(q, a.record, at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2025-W05 MEX no-record 0..0 flights 0.00 h - 0.0 days",
		"2025-W06 MEX in-part 1..1 flights 0.50 h 42 km 0.0 days",
		"2025-W07 MEX complete 1..1 flights 0.25 h 42 km 7.0 days",
		"2025-W08 MEX complete 1..2 flights 0.25 h 42 km 7.0 days",
		"2025-W09 MEX complete 0..0 flights 0.00 h - 7.0 days", // zero, because the record is complete
		"2025-W10 MEX no-record 0..0 flights 0.00 h - 0.0 days",
	}
	if d := cmp.Diff(want, rows(got.Weeks)); d != "" {
		t.Errorf("(-want +got): %s", d)
	}
	if got := row(got.Before[0]); got != "MEX in-part 2..2 flights 0.75 h 42 km 7.0 days" {
		t.Errorf("before: %s", got)
	}
	if got := row(got.Since[0]); got != "MEX in-part 1..2 flights 0.25 h 42 km 14.0 days" {
		t.Errorf("since: %s", got)
	}

	q.State, q.Split = "", time.Time{}
	if got, err = TempoOf(q, a.record, at(t, now)); err != nil || len(got.Weeks) != 12 || got.Weeks[0].State != "GTM" || got.Before != nil {
		t.Errorf("of all states: %v %v", rows(got.Weeks), err)
	}
	// As known on the 10th, the flights after it and the completeness were not.
	q.State = "MEX"
	if got, err = TempoOf(q, a.record, at(t, "2025-02-10")); err != nil || rows(got.Weeks)[3] != "2025-W08 MEX no-record 0..0 flights 0.00 h - 0.0 days" || got.Weeks[1].Flights != 1 {
		t.Errorf("as known on the 10th: %v %v", rows(got.Weeks), err)
	}
}

// TestTempoInAZone: a week begins at midnight of the zone, and may have an hour less or more.
func TestTempoInAZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skipf("no zones on this machine: %v", err)
	}
	a := newAuthor(t)
	a.enter(a.fly("DEMO-2025-0001", "2025-02-17 03:00"), "MEX", airspace.Entered) // Sunday evening there
	q := TempoQuery{Period: validity.Period{From: at(t, "2025-02-12"), To: at(t, "2025-03-12")}, State: "MEX", Zone: zone}
	got, err := TempoOf(q, a.record, at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	if got.Weeks[0].Label != "2025-W07" || got.Weeks[0].Flights != 1 || got.Weeks[1].Flights != 0 {
		t.Errorf("%v", rows(got.Weeks))
	}
	if w := got.Weeks[3]; w.Label != "2025-W10" || w.To.Sub(w.From) != (7*24-1)*time.Hour {
		t.Errorf("%s lasts %s", w.Label, w.To.Sub(w.From))
	}
}

func TestTempoRefuses(t *testing.T) {
	t.Parallel()
	for _, p := range []validity.Period{
		{From: at(t, "2025-02-12")},
		{To: at(t, "2025-02-12")},
		{From: at(t, "2025-02-12"), To: at(t, "2025-02-12")},
		{From: at(t, "1925-02-12"), To: at(t, "2025-02-12")},
	} {
		if _, err := TempoOf(TempoQuery{Period: p}, &Memory{}, at(t, now)); !errors.Is(err, authority.ErrInput) {
			t.Errorf("%v: %v", p, err)
		}
	}
}
