package node

import (
	"testing"
	"time"

	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/sqlite"
)

// TestContradictionsOf: the items of weapons contradict an attested loadout, each with its value; a laser's code does not.
func TestContradictionsOf(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	whole := sqlite.Whole{}
	for _, d := range []evidence.Defect{
		{Code: ingest.CodeContradicts, Item: "60", Got: "4660"}, {Code: ingest.CodeContradicts, Item: "61", Got: "1"}, {Code: ingest.CodeContradicts, Item: "140", Got: "8 B"},
		{Code: ingest.CodeLaser, Item: "62", Got: "1688"}, {Code: ingest.CodeContradicts, Item: "62", Got: "1688"}, {Code: "st0601.range", Item: "60", Got: "1"},
	} {
		whole.Defects = append(whole.Defects, sqlite.Defect{Example: d, First: when})
	}
	got := contradictionsOf(&whole)
	if len(got) != 3 || got[0].Item != "60" || got[0].Value != "4660" || !got[0].At.Equal(when) || got[1].Item != "61" || got[2].Item != "140" {
		t.Errorf("%+v", got)
	}
}
