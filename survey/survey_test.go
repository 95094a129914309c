package survey

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"overflight/coverage"
	"overflight/evidence"
	"overflight/geodesy"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// report is an observation at so many metres east and north of a place in the highlands.
func report(id string, class Class, east, north, radius float64, sensor string, at time.Time) Observation {
	base := geodesy.Position{Lat: 25, Lon: -106}
	return Observation{
		ID: id, Class: class, Count: 1, Position: offset{east, north}.position(base), Spread: Circle(geodesy.Length(radius)), Common: 0.5, At: at,
		Sensor: sensor, Origin: FromDetector, Flight: "T-2026-0001", Frame: evidence.Ref{Source: "cam", Offset: 188, Length: 300},
	}
}

// loose counts the reports that belong to no site: vehicles where no place was known.
func loose(t *testing.T, b *Book) (n int) {
	t.Helper()
	for id, h := range b.known {
		if h.site == 0 {
			if n++; h.observation.Class != Vehicles {
				t.Errorf("%s, %s, belongs to no site", id, h.observation.Class)
			}
		}
	}
	return n
}

func observe(t testing.TB, b *Book, all ...Observation) []Happening {
	t.Helper()
	var out []Happening
	for i, o := range all {
		h, err := b.Observe(o, uint64(len(b.known)+1))
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		out = append(out, h...)
	}
	return out
}

// word returns a change in a word: "founded 1", "merged 2 into 1", "split 2 from 1".
func word(h Happening) string {
	switch h.Change {
	case Merged:
		return fmt.Sprintf("merged %d into %d", h.Other, h.Site)
	case Split:
		return fmt.Sprintf("split %d from %d", h.Other, h.Site)
	case Founded:
	}
	return fmt.Sprintf("founded %d", h.Site)
}

// TestWhatBecomesOfReports: what lies within the gates is one site; what one pass shows apart is two; what turns out to be one place is
// merged, and what a finer look tells apart is split.
func TestWhatBecomesOfReports(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, tc := range []struct {
		name string
		in   []Observation
		want string
		left int // sites that go on
	}{
		{"one place, three passes", []Observation{
			report("a", Structure, 0, 0, 40, "A", noon), report("b", Tank, 20, -10, 40, "B", noon.Add(day)), report("c", Structure, -15, 5, 40, "A", noon.Add(2*day)),
		}, "founded 1", 1},
		{"two places", []Observation{report("a", Structure, 0, 0, 40, "A", noon), report("b", Structure, 400, 0, 40, "A", noon.Add(day))}, "founded 1, founded 2", 2},
		{"two places in one look, though both may be off by more", []Observation{
			withCommon(report("a", Structure, 0, 0, 120, "A", noon)), withCommon(report("b", Structure, 110, 0, 120, "A", noon.Add(time.Second))),
		}, "founded 1, founded 2", 2},
		{"the same in two passes", []Observation{
			withCommon(report("a", Structure, 0, 0, 120, "A", noon)), withCommon(report("b", Structure, 110, 0, 120, "A", noon.Add(day))),
		}, "founded 1", 1},
		{"two that draw near to one", []Observation{
			report("a", Structure, 0, 0, 60, "A", noon), report("b", Structure, 190, 0, 100, "B", noon.Add(day)),
			report("c", Structure, 80, 0, 12, "C", noon.Add(2*day)), report("d", Structure, 100, 0, 12, "D", noon.Add(3*day)), report("e", Structure, 110, 0, 12, "E", noon.Add(4*day)),
		}, "founded 1, founded 2, merged 2 into 1", 1},
		{"one that is told apart", []Observation{
			report("a", Structure, 0, 0, 120, "A", noon), report("b", Structure, 160, 0, 120, "B", noon.Add(day)),
			report("c", Structure, 0, 0, 12, "C", noon.Add(2*day)), report("d", Structure, 160, 0, 12, "D", noon.Add(3*day)),
		}, "founded 1, founded 2, split 2 from 1", 2},
		{"vehicles where nothing is known", []Observation{report("a", Vehicles, 0, 0, 40, "A", noon)}, "", 0},
		{"vehicles at a place", []Observation{report("a", Tank, 0, 0, 40, "A", noon), report("b", Vehicles, 5, 5, 40, "A", noon)}, "founded 1", 1},
	} {
		var b Book
		var words []string
		for _, h := range observe(t, &b, tc.in...) {
			words = append(words, word(h))
		}
		sites := b.Assess(nil).Sites()
		if got := strings.Join(words, ", "); got != tc.want || len(sites) != tc.left {
			t.Errorf("%s: %q and %d sites, want %q and %d", tc.name, got, len(sites), tc.want, tc.left)
		}
		total := loose(t, &b)
		for _, s := range sites {
			total += len(s.Sightings)
			for _, o := range s.Sightings {
				if b.Holder(o.ID) != s.ID || o.Frame.Length == 0 {
					t.Errorf("%s: %s is at site %d, its holder is %d", tc.name, o.ID, s.ID, b.Holder(o.ID))
				}
			}
		}
		if total != len(tc.in) {
			t.Errorf("%s: %d of %d reports are somewhere", tc.name, total, len(tc.in))
		}
	}
}

func withCommon(o Observation) Observation { o.Common = 0.98; return o }

// TestNumbersStay: a number that was merged leads to where it went, and is not given again.
func TestNumbersStay(t *testing.T) {
	t.Parallel()
	var b Book
	day := 24 * time.Hour
	observe(t, &b,
		report("a", Structure, 0, 0, 60, "A", noon), report("b", Structure, 190, 0, 100, "B", noon.Add(day)), report("c", Structure, 80, 0, 12, "C", noon.Add(2*day)),
		report("d", Structure, 100, 0, 12, "D", noon.Add(3*day)), report("e", Structure, 110, 0, 12, "E", noon.Add(4*day)), report("f", Structure, 5000, 0, 12, "E", noon.Add(4*day)))
	if s, err := b.Assess(nil).Site(2); err != nil || s.ID != 1 || len(s.Sightings) != 5 {
		t.Errorf("site 2 leads to %d with %d reports: %v", s.ID, len(s.Sightings), err)
	}
	if at := b.Holder("f"); at != 3 {
		t.Errorf("the next site has number %d", at)
	}
	for _, id := range []SiteID{0, 4, math.MaxUint32} {
		if _, err := b.Assess(nil).Site(id); !errors.Is(err, ErrNoSite) {
			t.Errorf("site %d: %v", id, err)
		}
	}
}

// TestFusion: independent passes weigh by their information, and what the reports of one pass share does not average out.
func TestFusion(t *testing.T) {
	t.Parallel()
	spread := func(n int, common float64) float64 {
		var b Book
		for i := range n {
			o := report(fmt.Sprint(i), Structure, 0, 0, 50, "A", noon.Add(time.Duration(i)*time.Second))
			o.Common = common
			observe(t, &b, o)
		}
		return b.Assess(nil).Sites()[0].Spread.EE
	}
	one := 50.0 * 50 / chi95
	for _, tc := range []struct {
		n      int
		common float64
		want   float64
	}{
		{1, 0, one + leastSpread + Extent*Extent},
		{25, 0, (one+leastSpread)/25 + Extent*Extent},
		{25, 0.8, 0.8*one + (0.2*one+leastSpread)/25 + Extent*Extent},
		{25, 1, one + leastSpread/25 + Extent*Extent},
	} {
		if got := spread(tc.n, tc.common); math.Abs(got-tc.want) > 1e-6*tc.want {
			t.Errorf("%d reports with %g in common: variance %g m², want %g", tc.n, tc.common, got, tc.want)
		}
	}
	var b Book
	observe(t, &b, report("a", Structure, 0, 0, 10, "A", noon), report("b", Structure, 30, 0, 60, "B", noon.Add(time.Hour)))
	va, vb := 100/chi95+leastSpread+Extent*Extent, 3600/chi95+leastSpread+Extent*Extent
	want := 30 * va / (va + vb)
	if got := offsetOf(geodesy.Position{Lat: 25, Lon: -106}, b.Assess(nil).Sites()[0].Position); math.Abs(got.e-want) > 1e-3 || math.Abs(got.n) > 1e-3 {
		t.Errorf("fused at %.4f, %.4f m, want %.4f, 0", got.e, got.n, want)
	}
}

// TestAPassIsWhatHadNoPause: in whatever order its reports arrive.
func TestAPassIsWhatHadNoPause(t *testing.T) {
	t.Parallel()
	sites := func(minutes ...int) Site {
		var b Book
		for _, m := range minutes {
			o := report(fmt.Sprint(m), Structure, float64(m), 0, 50, "A", noon.Add(time.Duration(m)*time.Minute))
			o.Common = 0.9
			observe(t, &b, o)
		}
		all := b.Assess(nil).Sites()
		if len(all) != 1 {
			t.Fatalf("%v: %d sites", minutes, len(all))
		}
		return all[0]
	}
	in, out := sites(0, 8, 15, 40), sites(15, 40, 0, 8)
	if in.Passes != 2 || out.Passes != 2 || math.Abs(in.Spread.EE-out.Spread.EE) > 1e-3 {
		t.Errorf("%d passes with %.1f m² in order, %d with %.1f m² out of it", in.Passes, in.Spread.EE, out.Passes, out.Spread.EE)
	}
	for _, o := range out.Sightings {
		if late := o.ID == "40"; (o.Pass == 1) == late {
			t.Errorf("the report of minute %s is of pass %d", o.ID, o.Pass)
		}
	}
}

// TestOneCamera: an analyst who marks a frame looks through the same camera as the stream's own detector, and both are off by the same;
// an outside detector is not.
func TestOneCamera(t *testing.T) {
	t.Parallel()
	major := func(second Origin) float64 {
		var b Book
		first := report("a", Tank, 0, 0, 60, "vmti", noon)
		first.Origin, first.Common = FromStream, 0.9
		then := report("b", Tank, 0, 0, 60, "analyst", noon.Add(time.Second))
		then.Origin, then.Common = second, 0.9
		observe(t, &b, first, then)
		all := b.Assess(nil).Sites()
		if len(all) != 1 || len(all[0].Sightings) != 2 {
			t.Fatalf("%d sites", len(all))
		}
		return float64(all[0].Ellipse.Major)
	}
	mark, detector := major(FromAnalyst), major(FromDetector)
	if !(mark > 58 && detector < 50) {
		t.Errorf("60 m with a mark on the same frame %.1f m, with an outside detector %.1f m", mark, detector)
	}
}

// TestDisagreement: an ellipse grows where passes lie farther apart than their errors allow.
func TestDisagreement(t *testing.T) {
	t.Parallel()
	var agree, differ Book
	for i := range 6 {
		at := noon.Add(time.Duration(i) * time.Hour)
		sign := float64(1 - 2*(i%2))
		observe(t, &agree, report(fmt.Sprint(i), Structure, 3*sign, 0, 15, "A", at))
		observe(t, &differ, report(fmt.Sprint(i), Structure, 24*sign, 0, 15, "A", at))
	}
	a, d := agree.Assess(nil).Sites(), differ.Assess(nil).Sites()
	if len(a) != 1 || len(d) != 1 || d[0].Ellipse.Major < 1.2*a[0].Ellipse.Major {
		t.Errorf("%d and %d sites; %.1f m where they agree, %.1f m where they differ", len(a), len(d), a[0].Ellipse.Major, d[0].Ellipse.Major)
	}
}

// TestEllipses: covariance to ellipse and back, at any azimuth.
func TestEllipses(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		in := Ellipse{Minor: geodesy.Length(1 + 50*r.Float64()), Azimuth: geodesy.Angle(180 * r.Float64())}
		in.Major = in.Minor * geodesy.Length(1.01+5*r.Float64())
		out := in.Covariance().Ellipse()
		turn := math.Mod(math.Abs(float64(in.Azimuth-out.Azimuth)), 180)
		if math.Abs(float64(in.Major-out.Major)) > 1e-6 || math.Abs(float64(in.Minor-out.Minor)) > 1e-6 || math.Min(turn, 180-turn) > 1e-6 {
			t.Fatalf("%+v came back as %+v", in, out)
		}
	}
}

// TestChances: more signs and more sensors raise the chance, looks that saw nothing lower it and never to nothing, one sensor that
// repeats itself proves no more than its sign does, and the host's word outweighs all.
func TestChances(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	chance := func(looks []Look, all ...Observation) float64 {
		var b Book
		observe(t, &b, all...)
		return b.Assess(func(geodesy.Position) []Look { return looks }).Sites()[0].Laboratory
	}
	barrels := func(i int) Observation {
		return report(fmt.Sprintf("b%d", i), Barrels, 0, 0, 30, "A", noon.Add(time.Duration(i)*day))
	}
	look := func(i int, pod float64) Look {
		at := noon.Add(time.Duration(-i) * day)
		return Look{Flight: fmt.Sprintf("L%d", i), Sensor: "A", From: at, To: at.Add(time.Second), POD: pod}
	}
	one := chance(nil, barrels(0))
	two := chance(nil, barrels(0), barrels(1))
	other := chance(nil, barrels(0), report("g", GasReading, 0, 0, 30, "G", noon.Add(day)))
	if !(one < two && two < other && one < 0.5) {
		t.Errorf("one report %.3f, two %.3f, one and a gas reading %.3f", one, two, other)
	}
	var many []Observation
	for i := range 40 {
		many = append(many, barrels(i))
	}
	ceiling := 0.03 * 0.7 / (0.03*0.7 + 0.12*0.1) // the sign itself, seen for sure
	if got := chance(nil, many...); got > ceiling+1e-9 || got < two {
		t.Errorf("forty reports of one sensor say %.4f; the sign itself is worth %.4f", got, ceiling)
	}
	last := one
	var looks []Look
	for i := range 30 {
		looks = append(looks, look(i+1, 0.6))
		got := chance(looks, barrels(0))
		if got > last+1e-12 {
			t.Fatalf("look %d that saw nothing raised the chance from %.4f to %.4f", i+1, last, got)
		}
		last = got
	}
	if !(last < 0.7*one && last > 0.001) {
		t.Errorf("thirty looks that saw nothing bring %.4f to %.6f", one, last)
	}
	if got := chance([]Look{look(1, 0)}, barrels(0)); math.Abs(got-one) > 1e-12 {
		t.Errorf("a look that could see nothing moves %.4f to %.4f", one, got)
	}

	// One report and one look that saw nothing, by hand from docs/sites.md.
	there, absent := coverage.FrameCap*0.75*(1-0.6*0.75), 0.05*(1-0.05)
	odds := 0.03 * (0.7*there + 0.3*absent)
	rest := 0.12*(0.1*there+0.9*absent) + 0.85*absent
	if got, want := chance([]Look{look(1, 0.6)}, barrels(0)), odds/(odds+rest); math.Abs(got-want) > 1e-12 {
		t.Errorf("one report and one look that saw nothing: %.6f, by hand %.6f", got, want)
	}

	var b Book
	observe(t, &b, barrels(0))
	before := b.Assess(nil).Sites()[0]
	found := Found{Site: 1, Founder: "b0", Outcome: NotVisited, Party: "MEX/SEDENA", By: "ana", At: noon.Add(9 * day)}
	if err := b.Report(found, 2); err != nil {
		t.Fatal(err)
	}
	if s := b.Assess(nil).Sites()[0]; s.Laboratory != before.Laboratory || len(s.Outcomes) != 1 {
		t.Errorf("not visited moved %.4f to %.4f", before.Laboratory, s.Laboratory)
	}
	found.Outcome, found.Visited = Empty, noon.Add(8*day)
	if err := b.Report(found, 3); err != nil {
		t.Fatal(err)
	}
	if s := b.Assess(nil).Sites()[0]; s.Laboratory > 0.02 || s.Something > 0.05 {
		t.Errorf("empty leaves %.4f and %.4f", s.Laboratory, s.Something)
	}
	found.Outcome = Confirmed
	if err := b.Report(found, 4); err != nil {
		t.Fatal(err)
	}
	if s := b.Assess(nil).Sites()[0]; s.Laboratory < 0.9 || len(s.Outcomes) != 3 {
		t.Errorf("confirmed leaves %.4f after %d outcomes", s.Laboratory, len(s.Outcomes))
	}
}

// TestOutcomesTeach: a sensor whose places turn out empty is believed less, and one whose places are confirmed more.
func TestOutcomesTeach(t *testing.T) {
	t.Parallel()
	last := func(outcome Outcome, told bool) float64 {
		var b Book
		for i := range 30 {
			observe(t, &b, report(fmt.Sprint(i), Barrels, 2000*float64(i), 0, 30, "A", noon.Add(time.Duration(i)*time.Hour)))
			if told && i < 29 {
				f := Found{Site: SiteID(i + 1), Outcome: outcome, Visited: noon.Add(50 * time.Hour), Party: "MEX", By: "ana", At: noon.Add(60 * time.Hour)}
				if err := b.Report(f, 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		all := b.Assess(nil).Sites()
		return all[29].Laboratory
	}
	untold, good, bad := last(Confirmed, false), last(Confirmed, true), last(Empty, true)
	if !(bad < untold/2 && good > 0.8) {
		t.Errorf("untold %.3f; after 29 confirmed %.3f, after 29 empty %.3f", untold, good, bad)
	}
}

// TestOneOutcomeMovesLittle: what one place turned out to be is no judgement on all others.
func TestOneOutcomeMovesLittle(t *testing.T) {
	t.Parallel()
	for _, outcome := range []Outcome{Confirmed, OtherUse, Empty} {
		var b Book
		for i := range 5 {
			observe(t, &b, report(fmt.Sprint(i), Barrels, 2000*float64(i), 0, 30, "A", noon.Add(time.Duration(i)*time.Hour)))
		}
		before := b.Assess(nil).Sites()[4].Laboratory
		f := Found{Site: 1, Outcome: outcome, Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}
		if err := b.Report(f, 9); err != nil {
			t.Fatal(err)
		}
		after := b.Assess(nil).Sites()[4].Laboratory
		if up := outcome == Confirmed; after > 3*before || after < before/3 || (after > before) != up {
			t.Errorf("%s at one place moves another from %.3f to %.3f", outcome, before, after)
		}
	}
}

// TestWhatIsOverstatedIsTakenBack: where outcomes have nothing to do with what was reported, less is made of reports.
func TestWhatIsOverstatedIsTakenBack(t *testing.T) {
	t.Parallel()
	var b Book
	for i := range 60 {
		at := noon.Add(time.Duration(i) * time.Hour)
		observe(t, &b, report(fmt.Sprintf("%d a", i), Barrels, 2000*float64(i), 0, 30, "A", at))
		if i%2 == 0 {
			observe(t, &b, report(fmt.Sprintf("%d b", i), GasReading, 2000*float64(i), 0, 30, "B", at))
		}
		f := Found{Site: SiteID(i + 1), Outcome: []Outcome{Confirmed, Empty, Empty}[i%3], Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}
		if err := b.Report(f, 9); err != nil {
			t.Fatal(err)
		}
	}
	if r := b.Assess(nil).Rates(); !(r.slope < 0.995) || r.Outcomes != 60 {
		t.Errorf("slope %.3f after %d outcomes of chance", r.slope, r.Outcomes)
	}
}

// TestRatios: a class counts for more the more it is of laboratories, and none of a vehicle.
func TestRatios(t *testing.T) {
	t.Parallel()
	r := newRates(coverage.WholeCap)
	if g, s, v := r.Ratio("A", GasReading), r.Ratio("A", Structure), r.Ratio("A", Vehicles); !(g > s && s > v && v > 1 && g < 20) {
		t.Errorf("gas %.2f, structure %.2f, vehicles %.2f", g, s, v)
	}
}

// TestOrderOfTheJournalDecides: the same events in the same order give the same sites to the last bit, also when they are asked in between.
func TestOrderOfTheJournalDecides(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	var all []Observation
	for i := range 400 {
		class := Classes()[r.IntN(len(Classes()))]
		o := report(fmt.Sprint(i), class, 60*float64(r.IntN(12))+20*r.NormFloat64(), 20*r.NormFloat64(), 10+60*r.Float64(), string(rune('A'+r.IntN(4))), noon.Add(time.Duration(i)*7*time.Minute))
		all = append(all, o)
	}
	fold := func(ask bool) []Site {
		var b Book
		for i := range all {
			observe(t, &b, all[i])
			if ask && i%50 == 0 {
				b.Assess(nil)
			}
			if i%40 == 39 {
				site := SiteID(1 + i%len(b.sites))
				if err := b.Report(Found{Site: site, Outcome: Outcomes()[i/40%4], Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}, uint64(i)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return b.Assess(nil).Sites()
	}
	once, again := fold(false), fold(true)
	if len(once) < 4 || !reflect.DeepEqual(once, again) {
		t.Errorf("%d sites and %d, or not the same", len(once), len(again))
	}
	for _, s := range once {
		if !(s.Laboratory >= 0 && s.Something <= 1+1e-12 && s.Laboratory <= s.Something+1e-12) || s.Spread.Check() != nil {
			t.Errorf("site %d: %v of %v, %+v", s.ID, s.Laboratory, s.Something, s.Spread)
		}
	}
}

// TestAHazardIsSaid: one report of a mine is enough, however unlikely the site.
func TestAHazardIsSaid(t *testing.T) {
	t.Parallel()
	var b Book
	observe(t, &b, report("a", Structure, 0, 0, 30, "A", noon), report("b", Hazard, 5, 0, 30, "A", noon), report("c", Structure, 3000, 0, 30, "A", noon))
	all := b.Assess(nil).Sites()
	if all[0].Hazards != 1 || all[1].Hazards != 0 {
		t.Errorf("hazard at %v, %v", all[0].Hazards, all[1].Hazards)
	}
}

// TestPlacesAtTheEdge: a site on the antimeridian and one at a pole are one site each.
func TestPlacesAtTheEdge(t *testing.T) {
	t.Parallel()
	for name, at := range map[string][2]geodesy.Position{
		"antimeridian": {{Lat: 10, Lon: 179.9999}, {Lat: 10, Lon: -179.9999}},
		"pole":         {{Lat: 90, Lon: 0}, {Lat: 89.9999, Lon: 120}},
	} {
		var b Book
		for i, p := range at {
			o := report(fmt.Sprint(i), Tank, 0, 0, 40, "A", noon.Add(time.Duration(i)*time.Hour))
			o.Position = p
			observe(t, &b, o)
		}
		if all := b.Assess(nil).Sites(); len(all) != 1 || !all[0].Position.Valid() {
			t.Errorf("%s: %d sites", name, len(all))
		}
	}
}

// refused are observations that are not taken, by the member that is wrong.
var refused = map[string][]func(*Observation){
	"class":    {func(o *Observation) { o.Class = "person" }, func(o *Observation) { o.Class = "" }},
	"id":       {func(o *Observation) { o.ID = "" }, func(o *Observation) { o.ID = strings.Repeat("x", 129) }},
	"sensor":   {func(o *Observation) { o.Sensor = "a\x00b" }, func(o *Observation) { o.Sensor = "\xff" }},
	"position": {func(o *Observation) { o.Position.Lat = 91 }, func(o *Observation) { o.Position.Lon = geodesy.Angle(math.NaN()) }},
	"count":    {func(o *Observation) { o.Count = 0 }, func(o *Observation) { o.Count = mostCount + 1 }},
	"common":   {func(o *Observation) { o.Common = 1.01 }, func(o *Observation) { o.Common = math.NaN() }},
	"reading":  {func(o *Observation) { o.Reading = math.Inf(1) }},
	"origin":   {func(o *Observation) { o.Origin = "guess" }},
	"frame":    {func(o *Observation) { o.Frame.Offset = -1 }},
	"time":     {func(o *Observation) { o.At = time.Time{} }, func(o *Observation) { o.At = noon.AddDate(300, 0, 0) }},
	"ellipse":  {func(o *Observation) { o.Spread = Covariance{} }, func(o *Observation) { o.Spread = Circle(2e5) }, func(o *Observation) { o.Spread.EN = 1e9 }, func(o *Observation) { o.Spread.EE = math.NaN() }},
	"note":     {func(o *Observation) { o.Note = strings.Repeat("x", 401) }},
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for where, all := range refused {
		for i, change := range all {
			o := report("a", Tank, 0, 0, 30, "A", noon)
			change(&o)
			var b Book
			var f *Fault
			if _, err := b.Observe(o, 1); !errors.As(err, &f) || f.Where != where || strings.Contains(err.Error(), "\n") || len(b.known) != 0 {
				t.Errorf("%s %d: %v", where, i, err)
			}
		}
	}
	var b Book
	observe(t, &b, report("a", Tank, 0, 0, 30, "A", noon))
	if _, err := b.Observe(report("a", Tank, 0, 0, 30, "A", noon), 2); !errors.Is(err, ErrExists) {
		t.Errorf("the same id again: %v", err)
	}
	good := Found{Site: 1, Outcome: Empty, Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}
	for where, change := range map[string]func(*Found){
		"outcome": func(f *Found) { f.Outcome = "fine" }, "visited": func(f *Found) { f.Visited = time.Time{} }, "party": func(f *Found) { f.Party = "" },
		"by": func(f *Found) { f.By = "" }, "note": func(f *Found) { f.Note = "a\tb" },
	} {
		bad := good
		change(&bad)
		var f *Fault
		if err := b.Report(bad, 2); !errors.As(err, &f) || f.Where != where {
			t.Errorf("%s: %v", where, err)
		}
	}
	good.Site = 9
	if err := b.Report(good, 2); !errors.Is(err, ErrNoSite) {
		t.Errorf("no such site: %v", err)
	}
}

// TestClassesArePlaces: no class is of people, and each has its numbers.
func TestClassesArePlaces(t *testing.T) {
	t.Parallel()
	for _, c := range Classes() {
		p, ok := signs[c]
		if !ok || !(p.laboratory > 0 && p.laboratory < 1 && p.other > 0 && p.other < 1) {
			t.Errorf("%s has no numbers: %+v", c, p)
		}
		for _, human := range []string{"person", "people", "human", "face", "man"} {
			if strings.Contains(string(c), human) {
				t.Errorf("class %s", c)
			}
		}
	}
}

// TestGatingAllocatesNothing: asking to which of many sites a report belongs takes no memory.
func TestGatingAllocatesNothing(t *testing.T) {
	var b Book
	for i := range 200 {
		observe(t, &b, report(fmt.Sprint(i), Tank, 500*float64(i%20), 500*float64(i/20), 30, "A", noon.Add(time.Duration(i)*time.Hour)))
	}
	o := report("x", Tank, 505, 495, 30, "B", noon)
	if n := testing.AllocsPerRun(100, func() { b.best(&o) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

// FuzzObserve: whatever numbers come, either they are refused or the book holds: every report is somewhere, and no chance is none.
func FuzzObserve(f *testing.F) {
	f.Add(25.0, -106.0, 25.0001, -106.0, 30.0, 60.0, 0.5, uint8(0))
	f.Add(90.0, 0.0, -90.0, 180.0, 0.1, 1e5, 1.0, uint8(1))
	f.Add(10.0, 179.99999, 10.0, -180.0, 1e5, 1e5, 0.0, uint8(2))
	f.Add(math.NaN(), math.Inf(1), 0.0, 0.0, -1.0, 0.0, 2.0, uint8(3))
	f.Fuzz(func(t *testing.T, lat1, lon1, lat2, lon2, r1, r2, common float64, class uint8) {
		var b Book
		taken := 0
		for i, p := range []geodesy.Position{{Lat: geodesy.Angle(lat1), Lon: geodesy.Angle(lon1)}, {Lat: geodesy.Angle(lat2), Lon: geodesy.Angle(lon2)}, {Lat: geodesy.Angle(lat1), Lon: geodesy.Angle(lon2)}} {
			o := report(fmt.Sprint(i), Classes()[int(class)%len(Classes())], 0, 0, 1, "A", noon.Add(time.Duration(i)*time.Hour))
			o.Position, o.Common, o.Spread = p, common, Circle(geodesy.Length([]float64{r1, r2, r1}[i]))
			if _, err := b.Observe(o, uint64(i+1)); err == nil {
				taken++
			}
		}
		total := loose(t, &b)
		for _, s := range b.Assess(nil).Sites() {
			total += len(s.Sightings)
			if !s.Position.Valid() || !(s.Laboratory >= 0 && s.Laboratory <= 1) || !(s.Ellipse.Minor > 0) {
				t.Fatalf("%+v", s)
			}
		}
		if total != taken {
			t.Fatalf("%d of %d", total, taken)
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var all []Observation
	for i := range 5000 {
		all = append(all, report(fmt.Sprint(i), Tank, 100e3*r.Float64(), 100e3*r.Float64(), 30, "A", noon.Add(time.Duration(i)*time.Minute)))
	}
	for b.Loop() {
		var book Book
		observe(b, &book, all...)
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "observations/s")
}
