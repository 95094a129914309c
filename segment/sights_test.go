package segment_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"overflight/internal/recordings"
	"overflight/journal"
	"overflight/survey"
)

// TestObservationsOfARecording: of the 129 reports of the recording that have a place one a place and minute is stated, under an identifier of its own, with the bytes
// of its packet and an error that is the frame's, since its stream states none. How the bytes came in pieces changes nothing.
func TestObservationsOfARecording(t *testing.T) {
	t.Parallel()
	b := recordings.Read(t, "misb/osh_sample-stream.ts")
	said := func(seed uint64) []survey.Observation {
		var out []survey.Observation
		for _, c := range record(t, config(journal.StreamClock), pieces(b, 10*time.Minute, rand.New(rand.NewPCG(seed, 2)))) {
			for _, e := range c.Events {
				if o, ok := e.(journal.ObservationsRecorded); ok {
					out = append(out, o.Observations...)
				}
			}
		}
		return out
	}
	all, again := said(1), said(7)
	if len(all) < 3 || len(all) > 60 || len(again) != len(all) {
		t.Fatalf("%d observations, and %d in other pieces; the recording has 129 reports with a place", len(all), len(again))
	}
	t.Logf("%d of 129 reports", len(all))
	known := map[string]bool{}
	for i, o := range all {
		if o != again[i] {
			t.Fatalf("%+v in other pieces is %+v", o, again[i])
		}
		if err := o.Check(); err != nil || known[o.ID] || !strings.HasPrefix(o.ID, "T-2026-0001/cam/") {
			t.Errorf("%s: %v, known before %v", o.ID, err, known[o.ID])
		}
		known[o.ID] = true
		radius := o.Spread.Ellipse().Major
		if o.Class != survey.Other || !o.Assumed || radius < 20 || radius > 80 || o.Frame.Length == 0 || o.Frame.Offset >= int64(len(b)) || o.Flight != "T-2026-0001" {
			t.Errorf("%+v within %.1f m", o, radius)
		}
		if o.Position.Lat < 34.6 || o.Position.Lat > 34.8 || o.Position.Lon < -86.8 || o.Position.Lon > -86.6 {
			t.Errorf("%s is at %+v", o.ID, o.Position)
		}
	}
}
