package leaf_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/journal"
	"overflight/leaf"
	"overflight/signature"
	"overflight/survey"
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
		{journal.ActRecorded{Act: "loadout.attested/v1", ID: "act-1", Document: []byte(`{"a":1}`), By: long, At: at}, transparency.KindAuthorisation, ""},
		{journal.ActRecorded{Act: "loadout.attested/v1", ID: "act-1", Document: []byte(strings.Repeat("x", 3000)), By: long, At: at}, transparency.KindAuthorisation, ""},
		{
			journal.ObservationsRecorded{Flight: sortie, Observations: []survey.Observation{{ID: long, Class: survey.Tank, Count: 2, Sensor: long, Note: long, Spread: survey.Circle(30)}}, By: long, At: at},
			transparency.KindObservation, sortie.String(),
		},
		{journal.ObservationsRecorded{Flight: sortie, Source: "cam", Observations: make([]survey.Observation, 1), At: at}, "", ""},
		{journal.OutcomeReported{Found: survey.Found{Site: 7, Founder: long, Outcome: survey.Empty, Party: long, Note: long, By: long, Visited: at, At: at}}, transparency.KindOutcome, ""},
		{
			journal.SiteAttributed{Attribution: survey.Attribution{ID: long, Site: 7, Founder: long, Who: long, Source: long, Reliability: "B", Credibility: 2, Note: long, By: long, At: at}},
			transparency.KindAttribution, "",
		},
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

// TestActs: a document that has room is in the body, byte for byte as it was signed; of any other there is the digest, and in
// both cases every signature whole.
func TestActs(t *testing.T) {
	t.Parallel()
	line := "— ana " + strings.Repeat("A", 92)
	signed := slices.Repeat([]journal.Signature{{Name: "ana", Line: line}}, signature.MaxSigned)
	of := func(n int) []byte { return []byte(`{"ñ":"` + strings.Repeat("x", n-len(`{"ñ":""}`)) + `"}`) }
	for _, tc := range []struct {
		name     string
		document []byte
		shown    bool
	}{
		{"small", of(20), true},
		{"the largest shown", of(2048), true},
		{"one more", of(2049), false},
		{"the largest", of(signature.MaxDocument), false},
		{"not in its one form", []byte(`{ "a":1}`), false},
		{"no JSON", []byte("x"), false},
	} {
		_, b, _, err := leaf.Of(journal.ActRecorded{Act: "loadout.attested/v1", ID: "act-1", Document: tc.document, Signatures: signed, By: "\u2028", At: at})
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if again, err := signature.Canonical(b); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: body is not canonical: %v\n%s", tc.name, err, b)
		}
		var got struct {
			Document   json.RawMessage    `json:"document"`
			SHA256     []byte             `json:"sha256"`
			Signatures []signature.Signed `json:"signatures"`
		}
		if err := json.Unmarshal(b, &got); err != nil || len(got.Signatures) != len(signed) || got.Signatures[0].Line != line {
			t.Errorf("%s: %v, %v", tc.name, got.Signatures, err)
		}
		sum := sha256.Sum256(tc.document)
		if tc.shown && (!bytes.Equal(got.Document, tc.document) || got.SHA256 != nil) || !tc.shown && (got.Document != nil || !bytes.Equal(got.SHA256, sum[:])) {
			t.Errorf("%s: shown as %.60s, digest %x", tc.name, got.Document, got.SHA256)
		}
	}
	many := slices.Repeat(signed, 5)
	if _, _, _, err := leaf.Of(journal.ActRecorded{ID: "act-1", Signatures: many}); err == nil {
		t.Error("signatures without room were entered")
	}
}
