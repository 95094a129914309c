package airspace

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/geodesy"
)

func compare(a, b Reckoning) string {
	return cmp.Diff(a, b, cmpopts.EquateEmpty())
}

func TestPossibleEntry(t *testing.T) {
	t.Parallel()
	// Along 8.9 E, 11.1 km from the limit of AAA, at 100 m/s; 100 s of silence.
	p := pathOf(knot{0, 0, 8.9}, knot{100, 0.09, 8.9}, knot{110, 0.099, 8.9}, knot{120, 0.108, 8.9})
	r := reckon(t, p, Config{MaxSpeed: 300}, twoStates(50))
	if len(r.Entries) != 1 || len(r.Gaps) != 1 {
		t.Fatalf("got %+v", r)
	}
	e := r.Entries[0]
	if e.State != "AAA" || e.Verdict != Possible || e.Fixes != 0 || e.First.Index != 0 || e.Last.Index != 1 || e.Dwell != 0 || e.FromLimit.Known {
		t.Errorf("got %+v", e)
	}
	// Over the point abreast of the middle: 300 m/s for 100.002 s less two legs of 11,131.9 m, halved.
	near(t, "possible depth", float64(e.DepthPossible), (30000.6-2*11131.95)/2, 1)
	near(t, "earliest", seconds(e.Entered.Earliest), 11131.95/300-0.001, 1e-3)
	near(t, "latest", seconds(e.Left.Latest), 100.001-11131.95/300, 1e-3)
	if e.Entered != e.Left || !slices.Equal(r.Gaps[0].Reachable, []State{"AAA"}) {
		t.Errorf("got %+v, %+v", e, r.Gaps[0])
	}
	if least, _, ok, _ := e.Duration(); least != 0 || !ok {
		t.Errorf("a possible entry lasts at least %v", least)
	}

	// The path by the outline takes 24.4 km: at 200 m/s it is out of reach.
	if r := reckon(t, p, Config{MaxSpeed: 200}, twoStates(50)); len(r.Entries) != 0 || len(r.Gaps) != 1 || r.Gaps[0].Reachable != nil {
		t.Errorf("got %+v", r)
	}
	// A higher threshold makes it no gap.
	if r := reckon(t, p, Config{MaxSpeed: 300, Gap: 100 * time.Second}, twoStates(50)); len(r.Entries)+len(r.Gaps) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestConsecutiveGapsAreOne(t *testing.T) {
	t.Parallel()
	p := pathOf(knot{0, 0, 8.99}, knot{60, 0.01, 8.99}, knot{120, 0.02, 8.99}, knot{130, 0.021, 8.99}, knot{190, 0.03, 8.99})
	r := reckon(t, p, Config{MaxSpeed: 300}, twoStates(50))
	var got [][2]int
	for _, e := range r.Entries {
		if e.Verdict != Possible {
			t.Errorf("got %v", e.Verdict)
		}
		got = append(got, [2]int{e.First.Index, e.Last.Index})
	}
	if diff := cmp.Diff([][2]int{{0, 2}, {3, 4}}, got); diff != "" {
		t.Error(diff)
	}
	if len(r.Gaps) != 3 {
		t.Errorf("every gap is listed: %d", len(r.Gaps))
	}
	if e := r.Entries[0]; !e.Left.Latest.After(midnight.Add(100 * time.Second)) {
		t.Errorf("the second gap does not carry the record on: %v", e.Left)
	}
}

func TestGapWithLanding(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"ground before", "ground after", "new leg"} {
		p := pathOf(knot{0, 0, 8.9}, knot{7200, 0.01, 8.9})
		switch mark {
		case "ground before":
			p.Fixes[0].OnGround = true
		case "ground after":
			p.Fixes[1].OnGround = true
		case "new leg":
			p.Fixes[1].NewLeg = true
		}
		r := reckon(t, p, Config{}, twoStates(50))
		if len(r.Entries) != 0 || len(r.Gaps) != 1 || r.Gaps[0].Kind != Landing || r.Gaps[0].Duration != 2*time.Hour {
			t.Errorf("%s: got %+v", mark, r)
		}
	}
}

// A gap beside an entry is part of it: another state is possible in it, the same is not.
func TestGapBesideEntry(t *testing.T) {
	t.Parallel()
	p := pathOf(knot{0, 0, 8.8}, knot{600, 0, 9.2}, knot{610, 0, 9.21}, knot{1210, 0, 8.8})
	r := reckon(t, p, Config{MaxSpeed: 400}, twoStates(50))
	if len(r.Entries) != 3 {
		t.Fatalf("got %+v", r.Entries)
	}
	for _, e := range r.Entries {
		switch e.State {
		case "AAA":
			if e.Verdict != Entered || e.GapBefore.Duration != 600*time.Second {
				t.Errorf("got %+v", e)
			}
			// 22.3 km outside, 23.4 km inside, and 240 km to fly.
			near(t, "possible depth", float64(e.DepthPossible), (float64(geodesy.Distance(geodesy.Position{Lon: 9}, geodesy.Position{Lon: 9.21}))-
				float64(geodesy.Distance(geodesy.Position{Lon: 9}, geodesy.Position{Lon: 8.8}))+240000.8)/2, 1)
		case "BBB":
			if e.Verdict != Possible {
				t.Errorf("got %+v", e)
			}
		}
	}
}

func TestPossibleExit(t *testing.T) {
	t.Parallel()
	p := pathOf(knot{0, 0, 9.05}, knot{60, 0, 9.06}, knot{70, 0, 9.07})
	r := reckon(t, p, Config{MaxSpeed: 300}, twoStates(50))
	if len(r.Entries) != 1 || len(r.Entries[0].PossibleExits) != 1 || !hasReason(r.Entries[0], ReasonExit) || r.Entries[0].Verdict != Entered {
		t.Fatalf("got %+v", r.Entries)
	}
	if len(r.Gaps) != 1 || r.Gaps[0].Reachable != nil {
		t.Errorf("got %+v", r.Gaps)
	}
	r = reckon(t, p, Config{MaxSpeed: 150}, twoStates(50))
	if len(r.Entries[0].PossibleExits) != 0 {
		t.Errorf("out of reach: %+v", r.Entries[0].PossibleExits)
	}
}
