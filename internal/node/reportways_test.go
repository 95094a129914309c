package node_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/journal"
	"overflight/release"
)

// TestThinKeepsTheTurns: a way that turns, stands and is marked keeps all of that, and what lies on a straight line goes first.
func TestThinKeepsTheTurns(t *testing.T) {
	t.Parallel()
	var seconds []float64
	var places []geodesy.Position
	for i := range 1000 {
		seconds = append(seconds, 10*float64(i))
		switch { // east, north from 400, and it stands from 700 on
		case i <= 400:
			places = append(places, east(1000*float64(i), 0))
		case i <= 700:
			places = append(places, east(400_000, 1000*float64(i-400)))
		default:
			places = append(places, places[700])
		}
	}
	got := node.Thin(seconds, places, []int{123}, 40)
	if len(got) != 43 || !slices.IsSorted(got) || got[0] != 0 || got[42] != 999 || !slices.Contains(got, 123) {
		t.Errorf("%d kept: %v", len(got), got)
	}
	for _, corner := range []int{400, 700} { // the Earth is round: a straight way is one to some metres
		if !slices.ContainsFunc(got, func(i int) bool { return i >= corner-1 && i <= corner+1 }) {
			t.Errorf("the change at %d is lost: %v", corner, got)
		}
	}
	if all := node.Thin(seconds[:30], places[:30], nil, 40); len(all) != 30 {
		t.Errorf("%d of 30 kept where there is room for all", len(all))
	}
	if none := node.Thin(nil, nil, nil, 40); len(none) != 0 {
		t.Errorf("%v of nothing", none)
	}
}

// TestAReportShowsTheGroundInView: of a long flight a bounded number of footprints with the ends of each stretch of looking, those of one
// state for a report of that alone, and a product that fits into what goes to another node even where all of it is shown.
func TestAReportShowsTheGroundInView(t *testing.T) {
	t.Parallel()
	n := start(t, settings(t.TempDir()))
	ctx := t.Context()
	state := func(e journal.Event) {
		t.Helper()
		if err := n.State(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	of := journal.Sortie{Operator: "LOCAL", Year: 2026, Number: 31}
	state(journal.FlightOpened{Flight: of, Source: "cam", At: spring})
	// An hour and a half of looking, a pause, a minute, all in Mexico; then a minute far from it.
	first, last := spring, spring.Add(5399*time.Second)
	number := uint64(0)
	look := func(from time.Time, seconds int, at func(i int) geodesy.Position) {
		for i := 0; i < seconds; i += 500 {
			var places []geodesy.Position
			for k := i; k < min(seconds, i+500); k++ {
				places = append(places, at(k))
			}
			state(over(of.Number, number, from.Add(time.Duration(i)*time.Second), 600, places...))
			number += uint64(len(places))
		}
	}
	look(first, 5400, func(i int) geodesy.Position { return east(30*float64(i), 5000*float64(i/900%2)) })
	look(last.Add(10*time.Minute), 61, func(i int) geodesy.Position { return east(-30*float64(i), 0) })
	far := geodesy.Position{Lat: 15.5, Lon: -90.5} // in Guatemala
	look(last.Add(30*time.Minute), 60, func(int) geodesy.Position { return far })
	fixes := journal.FixesRecorded{Flight: of, Source: "cam", Resolution: time.Second, At: spring}
	for i := range 6000 {
		fixes.Fixes = append(fixes.Fixes, flight.Fix{Time: first.Add(time.Duration(i) * time.Second), Position: east(90*float64(i), 0), GroundSpeed: 90, Altitude: geodesy.Altitude{Value: 6000, Datum: geodesy.HAE}})
	}
	for part := range slices.Chunk(fixes.Fixes, 500) {
		e := fixes
		e.Fixes = part
		state(e)
		fixes.First += uint64(len(part))
	}
	entry := airspace.Entry{
		State: "MEX", Verdict: airspace.Entered, Fixes: 2, First: airspace.Sample{Index: 1234, Time: first.Add(1234 * time.Second), Position: east(90*1234, 0)},
		Last: airspace.Sample{Index: 4321, Time: first.Add(4321 * time.Second), Position: east(90*4321, 0)},
	}
	state(journal.EntryFound{Flight: of, Source: "cam", Number: 1, Entry: entry, At: spring})

	draft := func(of node.Subject) (map[string][]release.Record, []release.Record) {
		t.Helper()
		x, _, err := n.Draft(ctx, node.DraftRequest{Subject: of, By: "ana"})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string][]release.Record{}
		for _, r := range x.Records {
			out[r.Kind] = append(out[r.Kind], r)
		}
		return out, x.Records
	}
	value := func(r *release.Record, name string) release.Value {
		for _, f := range r.Fields {
			if f.Name == name {
				return f.Value
			}
		}
		return release.Value{}
	}
	told, all := draft(node.Subject{Flight: of.String()})
	at := func(kind string, when time.Time) bool {
		v, err := release.InstantValue(when)
		return err == nil && slices.ContainsFunc(told[kind], func(r release.Record) bool { return value(&r, "at") == v })
	}
	seen := told["footprint/1"]
	if len(seen) < node.MostFootprints*9/10 || len(seen) > node.MostFootprints {
		t.Errorf("%d footprints", len(seen))
	}
	for _, when := range []time.Time{first, last, last.Add(10 * time.Minute), last.Add(11 * time.Minute), last.Add(30 * time.Minute), last.Add(30*time.Minute + 59*time.Second)} {
		if !at("footprint/1", when) {
			t.Errorf("no footprint at the end of a stretch, %s", when)
		}
	}
	for _, name := range []string{"corner_1", "corner_2", "corner_3", "corner_4", "sensor_place", "doubt", "flight", "source"} {
		if value(&seen[0], name).Kind == release.Absent {
			t.Errorf("no %s", name)
		}
	}
	if len(told["fix/1"]) < 390 || len(told["fix/1"]) > 404 || !at("fix/1", first) || !at("fix/1", entry.First.Time) || !at("fix/1", entry.Last.Time) {
		t.Errorf("%d fixes, and not both ends of the entry", len(told["fix/1"]))
	}
	for subject, want := range map[string]int{"MEX": 10, "GTM": 2, "USA": 0} {
		part, _ := draft(node.Subject{Flight: of.String(), State: subject})
		if got := len(part["footprint/1"]); got < want || want == 0 && got > 0 || subject == "GTM" && got > 8 || len(part["fix/1"]) > 0 {
			t.Errorf("%s is told of %d footprints and %d fixes", subject, got, len(part["fix/1"]))
		}
	}

	// Twice the fixes, as of a flight with two paths: all that a report has of one.
	rep := &release.Report{ID: "R-1", Version: 1, Made: spring, Records: slices.Concat(all, told["fix/1"])}
	p, err := release.Redact(rep, release.Seed{1}, func(_ int, _ release.FieldSpec, f release.Field) release.Grant {
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, release.Copy{Office: "MEX/SEDENA", State: "MEX"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil || b.Len() > node.MostProduct {
		t.Errorf("a product of %d bytes, of %d: %v", b.Len(), node.MostProduct, err)
	}
	t.Logf("%d footprints and %d fixes, all shown: %d bytes", len(seen), 2*len(told["fix/1"]), b.Len())
}
