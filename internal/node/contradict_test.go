package node

import (
	"testing"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
	"overflight/flight"
	"overflight/ingest"
	"overflight/internal/sqlite"
)

// TestContradictionsOf: the items of weapons contradict an attested loadout, each with its value; a laser's code does not.
func TestContradictionsOf(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	whole := sqlite.Whole{}
	for _, d := range []evidence.Defect{
		{Code: ingest.CodeContradicts, Item: "60", Got: "4660"},
		{Code: ingest.CodeContradicts, Item: "61", Got: "1"},
		{Code: ingest.CodeContradicts, Item: "140", Got: "8 B"},
		{Code: ingest.CodeLaser, Item: "62", Got: "1688"},
		{Code: ingest.CodeContradicts, Item: "62", Got: "1688"},
		{Code: "st0601.range", Item: "60", Got: "1"},
	} {
		whole.Defects = append(whole.Defects, sqlite.Defect{Example: d, First: when})
	}
	got := contradictionsOf(&whole)
	if len(got) != 3 || got[0].Item != "60" || got[0].Value != "4660" || !got[0].At.Equal(when) || got[1].Item != "61" || got[2].Item != "140" {
		t.Errorf("%+v", got)
	}
}

// TestWithin: the fixes that stand for an entry are those from its first to its last, and an entry without one inside has none.
func TestWithin(t *testing.T) {
	t.Parallel()
	at := func(m int) time.Time { return time.Date(2026, 3, 1, 12, m, 0, 0, time.UTC) }
	var fixes []sqlite.Fix
	for m := range 6 {
		var f sqlite.Fix
		f.Fix = flight.Fix{Time: at(m)}
		fixes = append(fixes, f)
	}
	entry := airspace.Entry{Fixes: 3, First: airspace.Sample{Time: at(1)}, Last: airspace.Sample{Time: at(3)}}
	got := within([]authority.Sample{{At: at(0)}}, fixes, &entry)
	if len(got) != 4 || !got[1].At.Equal(at(1)) || !got[3].At.Equal(at(3)) {
		t.Errorf("%+v", got)
	}
	entry.Fixes = 0
	if got := within(nil, fixes, &entry); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
