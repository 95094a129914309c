package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/geodesy"
	"overflight/internal/report"
)

// samples returns the folder of recordings made by others.
func samples(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("OVERFLIGHT_SAMPLES")
	if dir == "" {
		if os.Getenv("OVERFLIGHT_REQUIRE_SAMPLES") == "1" {
			t.Fatal("OVERFLIGHT_SAMPLES is not set, and OVERFLIGHT_REQUIRE_SAMPLES=1 asks for it")
		}
		t.Skip("OVERFLIGHT_SAMPLES is not set: recordings made by others are not compared")
	}
	return dir
}

func accountOf(t *testing.T, r Request) *report.Account {
	t.Helper()
	got, err := Account(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range got.Failures {
		t.Error(err)
	}
	return got.Account
}

func near(got *float64, want, within float64) bool {
	return got != nil && *got > want-within && *got < want+within
}

// TestTheAirlinerOverYucatan: the whole way from a readsb trace to the account, against results of
// other software.
func TestTheAirlinerOverYucatan(t *testing.T) {
	t.Parallel()
	a := accountOf(t, Request{Files: []string{filepath.Join(samples(t), "tracks", "trace_full_ac671b.json")}, MaxSpeed: 600 * geodesy.Knot})
	if len(a.Paths) != 1 || a.Sources[0].Fixes != 2500 || a.Incomplete {
		t.Fatalf("%d paths, %d fixes, incomplete %v", len(a.Paths), a.Sources[0].Fixes, a.Incomplete)
	}
	p := a.Paths[0]
	if d := cmp.Diff(map[string]int{"MEX": 59, "BLZ": 29, "USA": 2347, "": 65}, p.FixesByState); d != "" {
		t.Error(d)
	}
	var mexico []report.Entry
	for _, e := range p.Entries {
		if e.State == "MEX" {
			mexico = append(mexico, e)
		}
	}
	if len(mexico) != 1 {
		t.Fatalf("%d entries into Mexico", len(mexico))
	}
	e := mexico[0]
	const layout = "15:04:05"
	first, last := time.Time(e.First.Time).Format(layout), time.Time(e.Last.Time).Format(layout)
	if first != "21:27:20" || last != "21:49:38" || e.Verdict != "entry" || e.Fixes != 59 {
		t.Errorf("%s with %d fixes from %s to %s", e.Verdict, e.Fixes, first, last)
	}
	if !near(e.Depth.FromLimit, 157_646, 100) || !near(e.Gap.Before, 377.4, 0.1) || !near(e.Gap.After, 2887.3, 0.1) {
		t.Errorf("depth %v, gaps %v and %v", *e.Depth.FromLimit, *e.Gap.Before, *e.Gap.After)
	}
	for _, tc := range []struct {
		name string
		got  *report.Instant
		want string
	}{
		{"earliest in", e.Entered.Earliest, "21:23:51.8"},
		{"latest in", e.Entered.Latest, "21:26:20.9"},
		{"earliest out", e.Left.Earliest, "21:51:04.1"},
		{"latest out", e.Left.Latest, "22:15:18.1"},
	} {
		want, err := time.Parse("2006-01-02 15:04:05.9", "2025-02-04 "+tc.want)
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Time(*tc.got).Sub(want).Abs(); d > 2*time.Second {
			t.Errorf("%s is %s, want %s within 2 s", tc.name, time.Time(*tc.got), tc.want)
		}
	}
}

// TestTheDoverStrait: two runs in French airspace, hundreds of metres to kilometres deep.
func TestTheDoverStrait(t *testing.T) {
	t.Parallel()
	a := accountOf(t, Request{Files: []string{filepath.Join(samples(t), "tracks", "border_control.json.gz")}})
	p := a.Paths[0]
	if d := cmp.Diff(map[string]int{"GBR": 1415, "FRA": 50}, p.FixesByState); d != "" {
		t.Error(d)
	}
	var depths []float64
	for _, e := range p.Entries {
		if e.State == "FRA" {
			depths = append(depths, *e.Depth.FromLimit)
		}
	}
	if len(depths) != 2 || !near(&depths[0], 3442, 60) || !near(&depths[1], 1102, 60) {
		t.Errorf("French runs are %v m deep", depths)
	}
}

// TestFlightsThatCrossNothing are controls: no entry but into the state where they began.
func TestFlightsThatCrossNothing(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]map[string]int{
		"guatemala.json.gz": {"GTM": 1855},
		"texas.json.gz":     {"USA": 703},
	} {
		a := accountOf(t, Request{Files: []string{filepath.Join(samples(t), "tracks", file)}, MaxSpeed: 300 * geodesy.Knot})
		p := a.Paths[0]
		if d := cmp.Diff(want, p.FixesByState); d != "" {
			t.Errorf("%s: %s", file, d)
		}
		if len(p.Entries) != 1 {
			t.Errorf("%s: %d entries", file, len(p.Entries))
		}
	}
}

// TestTheSensorOverAlabama: a stream of 277 packets, each with its footprint.
func TestTheSensorOverAlabama(t *testing.T) {
	t.Parallel()
	a := accountOf(t, Request{Files: []string{filepath.Join(samples(t), "misb", "osh_sample-stream.ts")}})
	s, p := a.Sources[0], a.Paths[0]
	if s.Packets != 277 || s.Quarantined != 0 || p.Looks.Footprints != 277 || p.FixesByState["USA"] != 277 {
		t.Errorf("%+v, %+v", p.Looks, p.FixesByState)
	}
	if len(p.LookedInto) != 1 || p.LookedInto[0].State != "USA" || p.LookedInto[0].From != "inside" || p.LookedInto[0].Area < 2.5 || p.LookedInto[0].Area > 3.5 {
		t.Errorf("looked into %+v", p.LookedInto)
	}
}
