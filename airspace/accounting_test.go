package airspace

import (
	"errors"
	"math"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/validity"
)

const metreInDegrees = geodesy.Angle(1 / 111319.490793)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s: got %.6f, want %.6f", what, got, want)
	}
}

func seconds(x time.Time) float64 {
	if x.IsZero() {
		return math.NaN()
	}
	return x.Sub(midnight).Seconds()
}

// Fixes every 10 s along the equator at 200 m/s, through AAA and BBB.
func crossing() flight.Path {
	var ks []knot
	for i := range 200 {
		ks = append(ks, knot{sec: float64(10 * i), lon: 8.5 + geodesy.Angle(i)*2000*metreInDegrees})
	}
	return pathOf(ks...)
}

func TestReckonThroughTwoStates(t *testing.T) {
	t.Parallel()
	p := crossing()
	r := reckon(t, p, Config{}, twoStates(50))
	if len(r.Entries) != 2 || r.Entries[0].State != "AAA" || r.Entries[1].State != "BBB" {
		t.Fatalf("got %d entries: %+v", len(r.Entries), r.Entries)
	}
	if r.Fixes != 200 || r.FixesByState["AAA"]+r.FixesByState["BBB"]+r.FixesByState[""] != 200 {
		t.Errorf("fixes by state: %v", r.FixesByState)
	}
	a := r.Entries[0]
	// 9 E is 55,659.7 m from the start: fix 27 at 54,000 m is outside, 28 at 56,000 m inside.
	if a.First.Index != 28 || a.Last.Index != 83 || a.Fixes != 56 || a.Fixes != r.FixesByState["AAA"] {
		t.Errorf("run is fixes %d to %d, %d of them", a.First.Index, a.Last.Index, a.Fixes)
	}
	v := 600 * float64(geodesy.Knot)
	near(t, "entered, earliest", seconds(a.Entered.Earliest), 270+1659.745/v-0.001, 0.002)
	near(t, "entered, latest", seconds(a.Entered.Latest), 280-340.255/v+0.001, 0.002)
	// The true instant at 200 m/s lies inside.
	if truth := midnight.Add(time.Duration(278.2987 * float64(time.Second))); !a.Entered.Holds(truth) {
		t.Errorf("interval %v misses the crossing", a.Entered)
	}
	if a.Verdict != Entered || a.Boundary.Uncertainty != 50 || a.Boundary.Source.Name != "two" {
		t.Errorf("got %v, %+v", a.Verdict, a.Boundary)
	}
	near(t, "dwell", a.Dwell.Seconds(), 550, 0)
	// AAA is a degree wide: the deepest fix is the one nearest to its middle.
	half := 0.5 / float64(metreInDegrees)
	if d := a.FromLimit; d.Fix.Index != 55 && d.Fix.Index != 56 || math.Abs(float64(d.Nearest.Distance)-half) > 1000 {
		t.Errorf("deepest is fix %d, %v m", d.Fix.Index, d.Nearest.Distance)
	}
	// Farthest from the land border is the first fix inside.
	if d := a.FromLandBorder; d.Fix.Index != 28 || d.Nearest.Neighbour != "BBB" {
		t.Errorf("farthest from the land border is fix %d (%v)", d.Fix.Index, d.Nearest)
	}
	if a.GapBefore.Duration != 10*time.Second || a.GapInside.Duration != 10*time.Second || a.GapAfter.Duration != 10*time.Second {
		t.Errorf("gaps %v %v %v", a.GapBefore, a.GapInside, a.GapAfter)
	}
	if len(r.Gaps) != 0 || len(r.Findings) != 0 {
		t.Errorf("gaps %v, findings %v", r.Gaps, r.Findings)
	}
	if r.Ceiling.Basis != Assumed || r.Gap != DefaultGap {
		t.Errorf("settings are not told: %+v %v", r.Ceiling, r.Gap)
	}
}

func TestAddIsReckon(t *testing.T) {
	t.Parallel()
	p := crossing()
	for len(p.Fixes) < block+200 {
		for _, f := range p.Fixes[:200] {
			f.Time = f.Time.Add(time.Duration(len(p.Fixes)) * 10 * time.Second)
			p.Fixes = append(p.Fixes, f)
		}
	}
	line := DatedLine{Line: twoStates(50)}
	whole, err := Reckon(p, []DatedLine{line}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	tally, err := NewTally([]DatedLine{line}, Config{Resolution: p.Resolution})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Fixes {
		tally.Add(f)
	}
	if diff := compare(whole, tally.Close()); diff != "" {
		t.Error(diff)
	}
	if len(whole.Findings) == 0 {
		t.Error("the leaps back to the start are not reported")
	}
}

func TestEntryVerdicts(t *testing.T) {
	t.Parallel()
	shallow := pathOf(knot{0, 0, 8.99}, knot{10, 0, 9.0004}, knot{20, 0, 8.99}) // 44.5 m inside
	for _, c := range []struct {
		name   string
		path   flight.Path
		radius geodesy.Length
		lines  []Line
		want   Verdict
		reason evidence.Code
	}{
		{"inside the doubt", shallow, 0, []Line{twoStates(50)}, Unresolved, ReasonDoubt},
		{"outside the doubt", shallow, 0, []Line{twoStates(40)}, Entered, ""},
		{"containment radius widens the doubt", shallow, 8, []Line{twoStates(40)}, Unresolved, ReasonDoubt},
		{"a second line agrees", shallow, 0, []Line{twoStates(10), twoStates(20)}, Entered, ""},
		{"a second line is not sure", shallow, 0, []Line{twoStates(10), twoStates(60)}, Unresolved, ReasonLineDoubt},
		{"a second line sees none", shallow, 0, []Line{twoStates(10), &outlines{
			name: "other", rings: map[State][]geodesy.Position{"AAA": box(-1, 9.1, 1, 10)},
		}}, Unresolved, ReasonLineOutside},
		{"a second line does not hold the state", shallow, 0, []Line{twoStates(10), &outlines{
			name: "other", rings: map[State][]geodesy.Position{"CCC": box(-1, 19, 1, 20)},
		}}, Entered, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := c.path
			p.Fixes = append([]flight.Fix(nil), p.Fixes...)
			for i := range p.Fixes {
				p.Fixes[i].Radius = c.radius
			}
			r := reckon(t, p, Config{}, c.lines...)
			if len(r.Entries) != 1 {
				t.Fatalf("got %d entries", len(r.Entries))
			}
			e := r.Entries[0]
			if e.Verdict != c.want || c.reason != "" && !hasReason(e, c.reason) {
				t.Errorf("got %v %+v, want %v %v", e.Verdict, e.Reasons, c.want, c.reason)
			}
		})
	}
}

func hasReason(e Entry, c evidence.Code) bool {
	for _, r := range e.Reasons {
		if r.Code == c {
			return true
		}
	}
	return false
}

// What only the second line sees is an entry by that line, and is not resolved.
func TestSecondLineAlone(t *testing.T) {
	t.Parallel()
	p := pathOf(knot{0, 0, 8.8}, knot{10, 0, 8.81}, knot{20, 0, 8.8})
	wide := &outlines{name: "wide", rings: map[State][]geodesy.Position{"AAA": box(-1, 8.7, 1, 10)}}
	r := reckon(t, p, Config{}, twoStates(50), wide)
	if len(r.Entries) != 1 || r.Entries[0].Boundary.Source.Name != "wide" || r.Entries[0].Verdict != Unresolved {
		t.Fatalf("got %+v", r.Entries)
	}
	if r.FixesByState[""] != 3 {
		t.Errorf("fixes are counted by the first line: %v", r.FixesByState)
	}
	// Two lines that see one run are one entry with a view.
	r = reckon(t, crossing(), Config{}, twoStates(50), wide)
	if len(r.Entries) != 2 || len(r.Entries[0].Views) != 1 || r.Entries[0].Views[0].Runs != 1 || r.Entries[0].Views[0].Fixes <= r.Entries[0].Fixes {
		t.Errorf("got %+v", r.Entries)
	}
}

func TestPathInsideAtBothEnds(t *testing.T) {
	t.Parallel()
	r := reckon(t, pathOf(knot{0, 0, 9.5}, knot{10, 0, 9.51}), Config{}, twoStates(50))
	e := r.Entries[0]
	if !e.Entered.Earliest.IsZero() || !e.Left.Latest.IsZero() || e.GapBefore.Known || e.GapAfter.Known {
		t.Errorf("unknown ends are told as known: %+v", e)
	}
	near(t, "entered, latest", seconds(e.Entered.Latest), 0.001, 0)
	near(t, "left, earliest", seconds(e.Left.Earliest), 9.999, 0)
	if _, _, least, most := e.Duration(); !least || most {
		t.Error("the least time inside is known, the greatest is not")
	}
}

func TestKinematicFaults(t *testing.T) {
	t.Parallel()
	// 100 km in 10 s, across the limit: the interval would be empty.
	r := reckon(t, pathOf(knot{0, 0, 8.5}, knot{10, 0, 9.5}), Config{}, twoStates(50))
	e := r.Entries[0]
	near(t, "earliest falls back to the gap", seconds(e.Entered.Earliest), -0.001, 1e-9)
	near(t, "latest falls back to the gap", seconds(e.Entered.Latest), 10.001, 1e-9)
	var codes []evidence.Code
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	if len(codes) != 2 || codes[0] != CodeJump || codes[1] != CodeCrossing {
		t.Errorf("got %v", r.Findings)
	}
	// Two fixes at one instant, either side of the line.
	r = reckon(t, pathOf(knot{0, 0, 8.9999}, knot{0, 0, 9.0001}), Config{}, twoStates(5))
	if e := r.Entries[0]; e.Entered.Holds(midnight) == false {
		t.Errorf("got %+v", e.Entered)
	}
}

func TestFixesThatAreNone(t *testing.T) {
	t.Parallel()
	p := pathOf(knot{0, 0, 9.5}, knot{10, 91, 9.5}, knot{20, 0, 9.5}, knot{15, 0, 9.5}, knot{30, 0, 9.5})
	p.Fixes[1].Ref.Offset = 77
	r := reckon(t, p, Config{}, twoStates(50))
	if r.Fixes != 3 || len(r.Entries) != 1 || r.Entries[0].Fixes != 3 || r.Entries[0].Last.Index != 4 {
		t.Errorf("got %+v", r)
	}
	if len(r.Findings) != 2 || r.Findings[0].Code != CodePosition || r.Findings[0].Offset != 77 ||
		r.Findings[0].Item != "1" || r.Findings[1].Code != CodeOrder || r.Findings[1].Item != "3" {
		t.Errorf("got %v", r.Findings)
	}
	p.Fixes[0].Position.Lat = geodesy.Angle(math.NaN())
	if r := reckon(t, p, Config{}, twoStates(50)); r.Fixes != 2 {
		t.Errorf("NaN is a position: %+v", r)
	}
}

func TestOverlappingClaims(t *testing.T) {
	t.Parallel()
	o := twoStates(50)
	o.rings["CCC"] = box(-0.5, 9.5, 0.5, 10.5)
	r := reckon(t, crossing(), Config{}, o)
	if len(r.Entries) != 3 {
		t.Fatalf("got %d entries", len(r.Entries))
	}
	if got := r.Entries[1]; got.State != "CCC" || len(got.Others) != 2 || got.Others[0] != "AAA" || got.Others[1] != "BBB" || !hasReason(got, ReasonClaims) {
		t.Errorf("got %+v", got)
	}
	if sum := r.FixesByState["AAA"] + r.FixesByState["BBB"] + r.FixesByState["CCC"] + r.FixesByState[""]; sum <= 200 {
		t.Errorf("a fix belongs to all claimants: %v", r.FixesByState)
	}
}

func TestAltitudeDatums(t *testing.T) {
	t.Parallel()
	p := crossing()
	for i := range p.Fixes {
		p.Fixes[i].Altitude = geodesy.Altitude{Value: geodesy.Length(1000 + i), Datum: geodesy.HAE}
	}
	p.Fixes[40].Altitude = geodesy.Altitude{Value: 9, Datum: geodesy.Barometric}
	p.Fixes[41].Altitude = geodesy.Altitude{}
	got := reckon(t, p, Config{}, twoStates(50)).Entries[0].Altitude
	want := Altitudes{Known: true, Min: 1028, Max: 1083, Datum: geodesy.HAE, Fixes: 54, Others: 1, Absent: 1}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := reckon(t, crossing(), Config{}, twoStates(50)).Entries[0].Altitude; got.Known || got.Absent != 56 {
		t.Errorf("absent altitudes: %+v", got)
	}
}

func TestLineNotInForce(t *testing.T) {
	t.Parallel()
	half := validity.Period{To: midnight.Add(400 * time.Second)}
	rest := validity.Period{From: half.To}
	lines := []DatedLine{{Line: twoStates(50), Valid: half}}
	r, err := Reckon(crossing(), lines, Config{})
	if err != nil {
		t.Fatal(err)
	}
	// Fix 39 at 390 s is the last in force: the end instant is out.
	if len(r.Entries) != 1 || r.Entries[0].Last.Index != 39 || !r.Entries[0].Left.Latest.IsZero() || !hasReason(r.Entries[0], ReasonNotInForce) {
		t.Errorf("got %+v", r.Entries)
	}
	if r.Unjudged != 160 {
		t.Errorf("%d fixes unjudged", r.Unjudged)
	}
	lines = append(lines, DatedLine{Line: twoStates(50), Valid: rest})
	r, err = Reckon(crossing(), lines, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Unjudged != 0 || r.FixesByState["AAA"] != 56 || len(r.Entries) != 3 || r.Entries[1].First.Index != 40 || r.Entries[1].Verdict != Entered {
		t.Errorf("got %v %+v", r.FixesByState, r.Entries)
	}
}

func TestCeilings(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		knots geodesy.Speed
		basis Basis
	}{
		"MQ-9": {340, ByType}, "mq9-b": {340, ByType}, "Q9": {340, ByType}, "MQ-1C": {220, ByType},
		"B739": {600, Assumed}, "": {600, Assumed}, "MQ-90": {600, Assumed},
	} {
		got := CeilingFor(name)
		if math.Abs(float64(got.Speed/geodesy.Knot-want.knots)) > 1e-9 || got.Basis != want.basis {
			t.Errorf("%q: got %v kt %v", name, got.Speed/geodesy.Knot, got.Basis)
		}
	}
	p := crossing()
	p.Aircraft.Type = "MQ-9"
	if r := reckon(t, p, Config{MaxSpeed: 250}, twoStates(50)); r.Ceiling.Speed != 250 || r.Ceiling.Basis != Stated {
		t.Errorf("got %+v", r.Ceiling)
	}
	if r := reckon(t, p, Config{}, twoStates(50)); r.Ceiling.Basis != ByType {
		t.Errorf("got %+v", r.Ceiling)
	}
}

func TestNoLine(t *testing.T) {
	t.Parallel()
	if _, err := Reckon(flight.Path{}, nil, Config{}); !errors.Is(err, ErrNoLine) {
		t.Errorf("got %v", err)
	}
	if _, err := NewTally([]DatedLine{{Line: twoStates(1)}}, Config{MaxSpeed: -1}); err == nil {
		t.Error("a negative speed is accepted")
	}
	if r := reckon(t, flight.Path{}, Config{}, twoStates(50)); r.Fixes != 0 || len(r.Entries) != 0 {
		t.Errorf("got %+v", r)
	}
}
