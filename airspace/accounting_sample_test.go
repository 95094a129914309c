package airspace_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/atlas"
	"overflight/internal/recordings"
)

func readSample(t testing.TB, name string) []byte {
	t.Helper()
	return recordings.Read(t, "tracks/"+name)
}

func world(t testing.TB) []airspace.DatedLine {
	t.Helper()
	a, err := atlas.Open()
	if err != nil {
		t.Fatal(err)
	}
	return []airspace.DatedLine{{Line: a}}
}

// trace reads the columns of a readsb trace that these tests need.
func trace(t testing.TB, name string) flight.Path {
	t.Helper()
	var doc struct {
		Icao, R, T string
		Timestamp  float64
		Trace      [][]any
	}
	if err := json.Unmarshal(readSample(t, name), &doc); err != nil {
		t.Fatal(err)
	}
	p := flight.Path{Aircraft: flight.Aircraft{Address: doc.Icao, Type: doc.T}, Resolution: 10 * time.Millisecond}
	for i, row := range doc.Trace {
		f := flight.Fix{
			Time:        time.UnixMilli(int64(math.Round((doc.Timestamp + row[0].(float64)) * 1000))).UTC(),
			Position:    geodesy.Position{Lat: geodesy.Angle(row[1].(float64)), Lon: geodesy.Angle(row[2].(float64))},
			GroundSpeed: -1,
			OnGround:    row[3] == "ground",
			NewLeg:      int(row[6].(float64))&2 != 0,
			Ref:         evidence.Ref{Source: name, Offset: int64(i)},
		}
		if ft, ok := row[3].(float64); ok {
			f.Altitude = geodesy.Altitude{Value: geodesy.Length(ft) * geodesy.Foot, Datum: geodesy.Barometric}
		}
		if kt, ok := row[4].(float64); ok {
			f.GroundSpeed = geodesy.Speed(kt) * geodesy.Knot
		}
		if details, ok := row[8].(map[string]any); ok {
			if rc, ok := details["rc"].(float64); ok {
				f.Radius = geodesy.Length(rc)
			}
		}
		p.Fixes = append(p.Fixes, f)
	}
	return p
}

// traffic reads the paths of a traffic JSON file by address.
func traffic(t testing.TB, name string) map[string]flight.Path {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(readSample(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Timestamp           int64
		Icao24              string
		Latitude, Longitude float64
		Altitude            *float64
		Groundspeed         *float64
	}
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	out := map[string]flight.Path{}
	for _, r := range rows {
		p := out[r.Icao24]
		p.Resolution = time.Second
		f := flight.Fix{
			Time:        time.UnixMilli(r.Timestamp).UTC(),
			Position:    geodesy.Position{Lat: geodesy.Angle(r.Latitude), Lon: geodesy.Angle(r.Longitude)},
			GroundSpeed: -1,
		}
		if r.Groundspeed != nil {
			f.GroundSpeed = geodesy.Speed(*r.Groundspeed) * geodesy.Knot
		}
		p.Fixes = append(p.Fixes, f)
		out[r.Icao24] = p
	}
	return out
}

func reckonWorld(t testing.TB, p flight.Path) airspace.Reckoning {
	t.Helper()
	r, err := airspace.Reckon(p, world(t), airspace.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func entriesOf(r airspace.Reckoning, s airspace.State) []airspace.Entry {
	var out []airspace.Entry
	for _, e := range r.Entries {
		if e.State == s && e.Fixes > 0 {
			out = append(out, e)
		}
	}
	return out
}

func clock(x time.Time) string { return x.UTC().Format("15:04:05.0") }

// wantClock allows a tenth of a second: what the reference printed, and the step of the stamps.
func wantClock(t *testing.T, what string, got time.Time, want string) {
	t.Helper()
	w, err := time.Parse("15:04:05.0", want)
	if err != nil {
		t.Fatal(err)
	}
	y, m, d := got.UTC().Date()
	w = time.Date(y, m, d, w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), time.UTC)
	if d := got.Sub(w); d < -100*time.Millisecond || d > 100*time.Millisecond {
		t.Errorf("%s: got %s, want %s", what, clock(got), want)
	}
}

func within(t *testing.T, what string, got geodesy.Length, want, tolerance float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > tolerance {
		t.Errorf("%s: got %.0f m, want %.0f m", what, float64(got), want)
	}
}

func TestTraceIntoMexico(t *testing.T) {
	t.Parallel()
	r := reckonWorld(t, trace(t, "trace_full_ac671b.json"))
	for s, want := range map[airspace.State]int{"MEX": 59, "BLZ": 29, "USA": 2347, "": 65} {
		if r.FixesByState[s] != want {
			t.Errorf("%d fixes in %q, want %d", r.FixesByState[s], s, want)
		}
	}
	if len(r.FixesByState) != 4 || r.Fixes != 2500 {
		t.Errorf("got %v of %d", r.FixesByState, r.Fixes)
	}
	mex := entriesOf(r, "MEX")
	if len(mex) != 1 {
		t.Fatalf("%d entries", len(mex))
	}
	e := mex[0]
	if e.Verdict != airspace.Entered || e.Fixes != 59 || e.First.Index != 29 || e.Last.Index != 87 {
		t.Errorf("got %v, fixes %d to %d", e.Verdict, e.First.Index, e.Last.Index)
	}
	wantClock(t, "first fix inside", e.First.Time, "21:27:20.9")
	wantClock(t, "last fix inside", e.Last.Time, "21:49:38.6")
	wantClock(t, "entered, earliest", e.Entered.Earliest, "21:23:51.8")
	wantClock(t, "entered, latest", e.Entered.Latest, "21:26:20.9")
	wantClock(t, "left, earliest", e.Left.Earliest, "21:51:04.1")
	wantClock(t, "left, latest", e.Left.Latest, "22:15:18.1")
	within(t, "depth", e.FromLimit.Nearest.Distance, 157646, 20)
	if e.FromLimit.Fix.Index != 61 {
		t.Errorf("deepest is row %d", e.FromLimit.Fix.Index)
	}
	within(t, "depth possible", e.DepthPossible, 250.8e3, 100)
	for what, g := range map[string][2]float64{
		"before": {e.GapBefore.Duration.Seconds(), 377.4},
		"inside": {e.GapInside.Duration.Seconds(), 210.4},
		"after":  {e.GapAfter.Duration.Seconds(), 2887.3},
	} {
		if math.Abs(g[0]-g[1]) > 0.06 {
			t.Errorf("gap %s %v s, want %v", what, g[0], g[1])
		}
	}
	least, most, _, _ := e.Duration()
	if math.Abs(least.Minutes()-24.7) > 0.05 || math.Abs(most.Minutes()-51.4) > 0.05 {
		t.Errorf("inside for %v to %v", least, most)
	}
	if e.Altitude.Datum != geodesy.Barometric {
		t.Errorf("altitudes %+v", e.Altitude)
	}
	for _, g := range r.Gaps {
		if g.From.Index == 87 && len(g.Reachable) != 0 {
			t.Errorf("out of reach at 600 kt, and told as reachable: %v", g.Reachable)
		}
	}
	for _, e := range r.Entries {
		if e.Verdict == airspace.Possible && e.First.Index == 87 {
			t.Errorf("possible entry of %s in the exit gap", e.State)
		}
	}
	// Belize's sea limit is known to tens of kilometres only; the aircraft was farther inside than that.
	if blz := entriesOf(r, "BLZ"); len(blz) != 1 || blz[0].Fixes != 29 || blz[0].Boundary.Uncertainty < 10e3 {
		t.Errorf("got %+v", blz)
	} else {
		within(t, "depth in Belize", blz[0].FromLimit.Nearest.Distance, 85.5e3, 100)
	}
	// Two rows at one instant 126 m apart, and one step on the ground.
	if len(r.Findings) != 2 || r.Findings[0].Item != "104" {
		t.Errorf("got %v", r.Findings)
	}
}

// The entry gap alone allows 41.5 km.
func TestTraceEntryGap(t *testing.T) {
	t.Parallel()
	p := trace(t, "trace_full_ac671b.json")
	p.Fixes = p.Fixes[:30]
	e := entriesOf(reckonWorld(t, p), "MEX")[0]
	within(t, "depth possible", e.DepthPossible, 41.5e3, 60)
}

func TestBorderControl(t *testing.T) {
	t.Parallel()
	for _, p := range traffic(t, "border_control.json.gz") {
		r := reckonWorld(t, p)
		if r.FixesByState["GBR"] != 1415 || r.FixesByState["FRA"] != 50 || len(entriesOf(r, "GBR")) != 3 {
			t.Errorf("got %v, %d GBR runs", r.FixesByState, len(entriesOf(r, "GBR")))
		}
		fra := entriesOf(r, "FRA")
		if len(fra) != 2 {
			t.Fatalf("%d FRA runs", len(fra))
		}
		for i, want := range []struct {
			first, last string
			depth       float64
		}{{"06:11:00.0", "06:16:30.0", 3442}, {"06:54:20.0", "06:56:50.0", 1102}} {
			wantClock(t, "first", fra[i].First.Time, want.first)
			wantClock(t, "last", fra[i].Last.Time, want.last)
			within(t, "depth", fra[i].FromLimit.Nearest.Distance, want.depth, 20)
		}
	}
}

func TestAlongTheSwissBorder(t *testing.T) {
	t.Parallel()
	type count struct{ fixes, runs int }
	paths := traffic(t, "switzerland_map.json.gz")
	for address, want := range map[string]map[airspace.State]count{
		"4b088c": {"CHE": {1256, 91}, "FRA": {313, 26}, "DEU": {202, 25}, "AUT": {57, 12}, "ITA": {97, 27}, "LIE": {27, 3}},
		"4b1c22": {"CHE": {1814, 24}, "FRA": {22, 8}, "DEU": {16, 6}, "AUT": {10, 3}, "ITA": {17, 5}, "LIE": {3, 1}},
	} {
		r := reckonWorld(t, paths[address])
		for s, w := range want {
			if got := (count{r.FixesByState[s], len(entriesOf(r, s))}); got != w {
				t.Errorf("%s %s: got %v, want %v", address, s, got, w)
			}
		}
		shallow, unresolved := 0, 0
		for _, e := range entriesOf(r, "CHE") {
			if e.FromLimit.Nearest.Distance < 50 {
				shallow++
			}
			if e.Verdict == airspace.Unresolved {
				unresolved++
			}
		}
		if address == "4b088c" && (shallow != 7 || unresolved < shallow) {
			t.Errorf("%d runs under 50 m deep, %d unresolved", shallow, unresolved)
		}
	}
}

func TestNoisyTimes(t *testing.T) {
	t.Parallel()
	for _, p := range traffic(t, "noisy_time_issue.json.gz") {
		r := reckonWorld(t, p)
		for s, want := range map[airspace.State][2]int{"PRT": {1101, 1}, "ESP": {1318, 1}, "FRA": {3556, 1}, "DEU": {300, 3}, "CHE": {608, 3}} {
			if got := [2]int{r.FixesByState[s], len(entriesOf(r, s))}; got != want {
				t.Errorf("%s: got %v, want %v", s, got, want)
			}
		}
		jumps := 0
		for _, f := range r.Findings {
			if f.Code == airspace.CodeJump {
				jumps++
			}
		}
		if jumps != 106 {
			t.Errorf("%d jumps at a tolerance of 1 s, want 106", jumps)
		}
	}
}

func TestNoCrossing(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		state airspace.State
		fixes int
		depth float64
	}{"guatemala.json.gz": {"GTM", 1855, 126135}, "texas.json.gz": {"USA", 703, 0}} {
		for _, p := range traffic(t, name) {
			r := reckonWorld(t, p)
			if len(r.Entries) != 1 || r.FixesByState[want.state] != want.fixes || len(r.FixesByState) != 1 {
				t.Errorf("%s: got %v and %d entries", name, r.FixesByState, len(r.Entries))
			}
			if e := r.Entries[0]; want.depth > 0 {
				within(t, name, e.FromLimit.Nearest.Distance, want.depth, 20)
			}
			if len(r.Findings) != 0 {
				t.Errorf("%s: %v", name, r.Findings)
			}
		}
	}
}
