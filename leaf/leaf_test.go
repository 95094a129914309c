package leaf_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/journal"
	"overflight/leaf"
	"overflight/transparency"
)

var (
	sortie = journal.Sortie{Operator: "T", Year: 2026, Number: 7}
	at     = time.Date(2026, 5, 4, 3, 2, 1, 987654321, time.UTC)
)

// TestBodies: what is entered is canonical JSON within the bound, names its flight, and says so with any text that
// somebody typed; what follows from the segments is not entered.
func TestBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ñ\u2028<&\"", 400)
	for _, tc := range []struct {
		event journal.Event
		kind  transparency.Kind // empty: not entered
		of    string
	}{
		{journal.FlightOpened{Flight: sortie, Source: long, Aircraft: flight.Aircraft{Registration: long}, At: at}, transparency.KindSortie, sortie.String()},
		{journal.FlightClosed{Flight: sortie, Reason: journal.ClosedEnd, At: at}, transparency.KindSortie, sortie.String()},
		{journal.NoFlightDeclared{Operator: "T", Tail: long, By: long, At: at}, transparency.KindNoFlight, ""},
		{journal.AirframeHoursRead{Tail: "X", Total: time.Hour, By: "me", At: at}, transparency.KindAirframe, ""},
		{journal.SegmentSealed{Flight: sortie, Segment: "s", Source: "cam", From: at, To: at, Bytes: 10, Packets: 2, Media: []journal.MediaDigest{{Kind: "H.264", Bytes: 4}}}, transparency.KindSegment, sortie.String()},
		{journal.SegmentErased{Flight: sortie, Segment: "s", Reason: long, By: long, At: at}, transparency.KindErasure, sortie.String()},
		{journal.EntryFound{Flight: sortie, Source: long, Number: 1, Entry: airspace.Entry{State: "MEX", Verdict: airspace.Entered}, At: at}, transparency.KindAirspaceEntry, sortie.String()},
		{journal.EntryUpdated{Flight: sortie, Number: 1, Entry: airspace.Entry{State: "MEX"}, At: at}, transparency.KindAirspaceEntry, sortie.String()},
		{journal.EntryUpdated{Flight: sortie, Number: 1, Open: true, At: at}, "", ""},
		{journal.MediaWithheld{Flight: sortie, Source: long, Reason: "outside-area", At: at}, transparency.KindWithheld, sortie.String()},
		{journal.LossDeclared{Flight: sortie, Source: long, Cause: long, By: long, At: at}, transparency.KindGap, sortie.String()},
		{journal.EvidenceRead{Who: long, What: long, Purpose: long, At: at}, transparency.KindRead, ""},
		{journal.EvidenceExported{Who: "a", What: "b", Purpose: "c", At: at}, transparency.KindExport, ""},
		{journal.KeyRotated{Name: long, Use: "log", Old: long, New: long, By: long, At: at}, transparency.KindKey, ""},
		{journal.FixesRecorded{Flight: sortie, At: at}, "", ""},
		{journal.FootprintsRecorded{Flight: sortie, At: at}, "", ""},
		{journal.DefectsFound{Flight: sortie, Example: evidence.Defect{Code: "x"}, At: at}, "", ""},
		{journal.CheckpointCosigned{At: at}, "", ""},
		{journal.SourceStarted{At: at}, "", ""},
		{journal.Unknown{Name: "later"}, "", ""},
	} {
		kind, body, entered, err := leaf.Of(tc.event)
		if err != nil || entered != (tc.kind != "") || kind != tc.kind {
			t.Errorf("%s: %q, entered %v, %v", tc.event.Kind(), kind, entered, err)
			continue
		}
		if !entered {
			continue
		}
		var object map[string]any
		if err := json.Unmarshal(body, &object); err != nil || len(body) > transparency.MaxBody || bytes.Contains(body, []byte("\n")) {
			t.Errorf("%s: %d bytes, %v", tc.event.Kind(), len(body), err)
		}
		if of, _ := transparency.FlightOf(body); of != tc.of {
			t.Errorf("%s: of flight %q", tc.event.Kind(), of)
		}
		again, more, _, _ := leaf.Of(tc.event)
		if again != kind || !bytes.Equal(more, body) {
			t.Errorf("%s: another body the second time", tc.event.Kind())
		}
		if _, err := (transparency.Opening{Kind: kind, Body: body}).Entry(); err != nil {
			t.Errorf("%s: %v", tc.event.Kind(), err)
		}
	}
}
