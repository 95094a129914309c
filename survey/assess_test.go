package survey

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"overflight/coverage"
	"overflight/designation"
	"overflight/geodesy"
)

// country draws reports, outcomes and looks of some places close together, so that sites are merged and split.
type country struct {
	r     *rand.Rand
	b     Book
	n     uint64
	looks map[string][]Look // by place, see key
	named int
	mute  bool // the host says nothing
	tale  []Observation
}

// tell puts reports in line by which two places are taken for one, and told apart again.
func (c *country) tell(x float64, at time.Time) {
	for i, o := range []struct{ east, radius float64 }{{0, 60}, {190, 100}, {80, 12}, {100, 12}, {110, 12}, {60, 5}, {215, 5}} {
		eyes := string(rune('K' + min(i, 5))) // the last two are of one pass
		c.tale = append(c.tale, report(fmt.Sprintf("tale %.0f %d", x, i), Structure, x+o.east, 700, o.radius, eyes, at.Add(time.Duration(min(i, 5))*24*time.Hour)))
	}
}

func key7(p geodesy.Position) string { return fmt.Sprintf("%.7f,%.7f", p.Lat, p.Lon) }

// step lets something happen, and returns what may have come into sight.
func (c *country) step(t *testing.T) func(geodesy.Position) bool {
	t.Helper()
	r := c.r
	c.n++
	at := noon.Add(time.Duration(c.n)*7*time.Minute + time.Duration(r.IntN(3))*30*time.Hour)
	if c.n%30 == 1 {
		c.tell(float64(c.n)*40, at)
	}
	if len(c.tale) > 0 && r.IntN(3) == 0 {
		if _, err := c.b.Observe(c.tale[0], c.n); err != nil {
			t.Fatal(err)
		}
		c.tale = c.tale[1:]
		return func(geodesy.Position) bool { return false }
	}
	switch k := r.IntN(20); {
	case k < 14 || c.mute && k < 16:
		class := Classes()[r.IntN(len(Classes()))]
		o := report(fmt.Sprint("o", c.n), class, 70*float64(r.IntN(12))+25*r.NormFloat64(), 25*r.NormFloat64(), 6+150*r.Float64()*r.Float64(), string(rune('A'+r.IntN(5))), at)
		o.Flight = fmt.Sprintf("T-2026-%04d", r.IntN(4))
		if _, err := c.b.Observe(o, c.n); err != nil {
			t.Fatal(err)
		}
	case len(c.b.sites) == 0:
	case k < 16:
		id, founder, err := c.b.Founder(SiteID(1 + r.IntN(len(c.b.sites))))
		if err != nil {
			t.Fatal(err)
		}
		f := Found{Site: id, Founder: founder, Outcome: Outcomes()[r.IntN(5)], Visited: noon.Add(time.Duration(r.IntN(9)-4) * 24 * time.Hour), Party: "MEX", By: "ana", At: noon.Add(200 * time.Hour)}
		if err := c.b.Report(f, c.n); err != nil {
			t.Fatal(err)
		}
	case k == 16:
		id, founder, err := c.b.Founder(SiteID(1 + r.IntN(len(c.b.sites))))
		if err != nil {
			t.Fatal(err)
		}
		c.named++
		a := Attribution{
			ID: fmt.Sprint("x", c.named), Site: id, Founder: founder, Key: key, Stance: Asserts, Who: "W", Source: "s", Reliability: "A", Credibility: 1, Said: noon, By: "ana", At: noon.Add(time.Hour),
		}
		if err := c.b.Attribute(a, c.n); err != nil {
			t.Fatal(err)
		}
	case k == 17:
		c.b.Through(fmt.Sprintf("T-2026-%04d", r.IntN(4)), "cam", string(rune('A'+r.IntN(5))))
	default: // somebody looks at the western half or at the eastern one
		west := r.IntN(2) == 0
		middle := geodesy.Angle(-106 + 0.0035)
		l := Look{Flight: fmt.Sprintf("T-2026-%04d", r.IntN(6)), Path: "cam", From: at, To: at.Add(time.Minute), Best: at, POD: r.Float64()}
		name := "east"
		if west {
			name = "west"
		}
		c.looks[name] = append(c.looks[name], l)
		return func(p geodesy.Position) bool { return (p.Lon < middle) == west }
	}
	return func(geodesy.Position) bool { return false }
}

func (c *country) at(p geodesy.Position) []Look {
	if p.Lon < geodesy.Angle(-106+0.0035) {
		return c.looks["west"]
	}
	return c.looks["east"]
}

// TestWhatIsReckonedAnewIsWhatIsReckonedFromNothing: after every event an assessment that follows the book says to the bit what one from
// nothing says, and asks for looks only where it must.
func TestWhatIsReckonedAnewIsWhatIsReckonedFromNothing(t *testing.T) {
	t.Parallel()
	changes := map[Change]int{}
	for seed := range uint64(3) {
		c := &country{r: rand.New(rand.NewPCG(seed, 3)), looks: map[string][]Look{}}
		a := c.b.Assessment(coverage.DefaultModel())
		asked, whole := 0, 0
		for range 90 {
			a.Sighted(c.step(t))
			if c.r.IntN(3) == 0 { // not every event is asked about
				a.Sighted(c.step(t))
			}
			for {
				questions := a.Questions()
				if len(questions) == 0 {
					break
				}
				asked += len(questions)
				var answers [][]Look
				for _, q := range questions {
					answers = append(answers, c.at(q.At))
				}
				seen := func(geodesy.Position) bool { return false }
				if c.r.IntN(3) == 0 { // sites come, move and go while somebody looks up what is known
					seen = c.step(t)
				}
				if c.r.IntN(5) == 0 { // and not all is found before it is given up
					questions = questions[:c.r.IntN(len(questions))]
				}
				for i, q := range questions {
					a.Answer(q, answers[i])
				}
				a.Sighted(seen)
			}
			a.Renew()
			fresh := c.b.Assess(func(p geodesy.Position) []Look { whole++; return c.at(p) })
			if got, want := a.Sites(), fresh.Sites(); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, event %d: %d sites that follow, %d from nothing, or not the same", seed, c.n, len(got), len(want))
			}
			if got, want := a.Sensors(), fresh.Sensors(); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, event %d: sensors %+v, from nothing %+v", seed, c.n, got, want)
			}
			if got, want := a.Rates().Places(), fresh.Rates().Places(); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, event %d: places %+v, from nothing %+v", seed, c.n, got, want)
			}
		}
		for _, s := range a.Sites() {
			for _, h := range s.History {
				changes[h.Change]++
			}
		}
		if asked*3 > whole {
			t.Errorf("seed %d: looks asked for %d times, from nothing %d", seed, asked, whole)
		}
	}
	if changes[Merged] == 0 || changes[Split] == 0 {
		t.Errorf("%v: nothing was merged or split", changes)
	}
}

// TestCeilingsAreThoseOfTheModel: where a node's model lets a frame or all of them be surer, looks that saw nothing say more.
func TestCeilingsAreThoseOfTheModel(t *testing.T) {
	t.Parallel()
	var b Book
	observe(t, &b, report("a", Tank, 0, 0, 30, "A", noon))
	chance := func(frame, whole float64, looks int) float64 {
		m := coverage.DefaultModel()
		m.FrameCap, m.WholeCap = frame, whole
		a := b.Assessment(m)
		var all []Look
		for i := range looks {
			from := noon.Add(time.Duration(i+1) * 24 * time.Hour)
			all = append(all, Look{Flight: "L", Sensor: "A", From: from, To: from, POD: 0.99})
		}
		a.Answer(a.Questions()[0], all)
		a.Renew()
		return a.Sites()[0].Laboratory
	}
	// By hand from docs/sites.md, with the tank at 0.60 of laboratories and 0.25 of other places.
	want := func(frame, missed float64) float64 {
		there, absent := frame*0.75*missed, 0.05*0.95
		odds := 0.03 * (0.6*there + 0.4*absent)
		return odds / (odds + 0.12*(0.25*there+0.75*absent) + 0.85*absent)
	}
	for _, frame := range []float64{0.5, 0.85, 0.95} {
		if got, by := chance(frame, 0.99, 1), want(frame, 1-frame*0.75); math.Abs(got-by) > 1e-12 {
			t.Errorf("frames of %.2f at most: %.6f, by hand %.6f", frame, got, by)
		}
	}
	last := 1.0
	for _, whole := range []float64{0.5, 0.90, 0.99} {
		got := chance(0.85, whole, 40)
		if !(got < last) {
			t.Errorf("forty looks that saw nothing say %.2f together, and the chance is %.6f after %.6f", whole, got, last)
		}
		last = got
	}
}

// TestIdentitiesStay: in whatever order reports arrive, a site's number leads for ever to where the report that founded it is, no number is
// given twice, every report is at one site, and what was said of a place stays with it.
func TestIdentitiesStay(t *testing.T) {
	t.Parallel()
	merged := 0
	for seed := range uint64(6) {
		c := &country{r: rand.New(rand.NewPCG(seed, 8)), looks: map[string][]Look{}}
		founders := map[SiteID]string{}
		for range 300 {
			c.step(t)
			if c.r.IntN(4) > 0 {
				continue
			}
			reports, said := map[string]SiteID{}, 0
			for _, s := range c.b.Assess(nil).Sites() {
				if was, known := founders[s.ID]; known && was != s.Founder || s.Sightings[0].Pass == 0 {
					t.Fatalf("site %d was founded by %s, now by %s", s.ID, was, s.Founder)
				}
				founders[s.ID] = s.Founder
				last := uint64(0)
				for _, o := range s.Sightings {
					if _, twice := reports[o.ID]; twice || c.b.Holder(o.ID) != s.ID || o.Sequence < last {
						t.Fatalf("%s is at %d and %d, or out of order", o.ID, s.ID, c.b.Holder(o.ID))
					}
					reports[o.ID], last = s.ID, o.Sequence
				}
				for _, o := range s.Outcomes {
					if said++; c.b.Holder(o.Founder) != s.ID {
						t.Fatalf("an outcome of %s is at site %d, the report at %d", o.Founder, s.ID, c.b.Holder(o.Founder))
					}
				}
				for _, x := range s.Attributions {
					if c.b.Holder(x.Founder) != s.ID {
						t.Fatalf("an attribution of %s is at site %d, the report at %d", x.Founder, s.ID, c.b.Holder(x.Founder))
					}
				}
			}
			if len(reports)+loose(t, &c.b) != len(c.b.known) || len(founders) > len(c.b.sites) {
				t.Fatalf("%d and %d of %d reports", len(reports), loose(t, &c.b), len(c.b.known))
			}
			for id, founder := range founders {
				s, err := c.b.find(id)
				if err != nil || s.into != 0 || s.id != c.b.Holder(founder) {
					t.Fatalf("site %d, founded by %s, leads elsewhere: %v", id, founder, err)
				}
				if s.id != id {
					merged++
				}
			}
		}
	}
	if merged == 0 {
		t.Error("no site was merged")
	}
}

// TestWhatWasSaidOfAMergedPlaceGoesWithIt: two sites are taken for one, and told apart again: what the host said of the second is with it,
// and its old number leads there.
func TestWhatWasSaidOfAMergedPlaceGoesWithIt(t *testing.T) {
	t.Parallel()
	var b Book
	day := 24 * time.Hour
	observe(t, &b, report("a", Structure, 0, 0, 60, "A", noon), report("b", Structure, 190, 0, 100, "B", noon.Add(day)))
	say := func(id SiteID) Attribution {
		f := Found{Outcome: Empty, Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}
		x := Attribution{ID: fmt.Sprint("x", id), Key: key, Stance: Asserts, Who: "W", Source: "s", Reliability: "A", Credibility: 1, Said: noon, By: "ana", At: noon.Add(time.Hour)}
		f.Site, f.Founder, _ = b.Founder(id)
		x.Site, x.Founder = f.Site, f.Founder
		if err := errors.Join(b.Report(f, 100), b.Attribute(x, 101)); err != nil {
			t.Fatal(err)
		}
		return x
	}
	of := say(2)
	observe(t, &b, report("c", Structure, 80, 0, 12, "C", noon.Add(2*day)), report("d", Structure, 100, 0, 12, "D", noon.Add(3*day)), report("e", Structure, 110, 0, 12, "E", noon.Add(4*day)))
	if s, err := b.Assess(nil).Site(2); err != nil || s.ID != 1 || len(s.Outcomes) != 1 || len(s.Attributions) != 1 {
		t.Fatalf("merged: %+v, %v", s, err)
	}
	// One pass of a better sensor sees two things, of which the second lies where the second site was.
	observe(t, &b, report("f", Structure, 60, 0, 5, "F", noon.Add(5*day)), report("g", Structure, 215, 0, 5, "F", noon.Add(5*day)))
	s, err := b.Assess(nil).Site(2)
	if err != nil || s.ID != 3 || b.Holder("b") != 3 || len(s.Outcomes) != 1 || len(s.Attributions) != 1 {
		t.Fatalf("told apart: site %d with %d outcomes, b is at %d: %v", s.ID, len(s.Outcomes), b.Holder("b"), err)
	}
	if one, err := b.Assess(nil).Site(1); err != nil || len(one.Outcomes)+len(one.Attributions) != 0 {
		t.Errorf("site 1 keeps what was said of another: %+v, %v", one, err)
	}
	against := of
	against.ID, against.Stance, against.Of = "y", Contests, of.ID
	if against.Site, against.Founder, err = b.Founder(2); err != nil {
		t.Fatal(err)
	}
	if err := b.Attribute(against, 200); err != nil {
		t.Errorf("an attribution is contested where it is now: %v", err)
	}
}

// TestAReportNeverSpeaksAgainstItsSign: also where the place was hardly in sight.
func TestAReportNeverSpeaksAgainstItsSign(t *testing.T) {
	t.Parallel()
	var b Book
	observe(t, &b, report("a", Tank, 0, 0, 30, "A", noon))
	hardly := []Look{{Flight: "T-2026-0001", Sensor: "A", From: noon, To: noon.Add(time.Second), POD: 0.01}}
	before := b.Assess(func(geodesy.Position) []Look { return hardly }).Sites()[0].Laboratory
	observe(t, &b, report("b", Barrels, 0, 0, 30, "B", noon))
	if after := b.Assess(func(geodesy.Position) []Look { return hardly }).Sites()[0].Laboratory; after < before {
		t.Errorf("a second report brings %.4f to %.4f", before, after)
	}
}

// TestAgainChangesNothing: what a stream sends again after it began anew is refused by its identifier and leaves everything as it was.
func TestAgainChangesNothing(t *testing.T) {
	t.Parallel()
	var b Book
	all := []Observation{report("a", Tank, 0, 0, 40, "A", noon), report("b", Structure, 10, 5, 40, "A", noon.Add(time.Hour)), report("c", Tank, 900, 0, 40, "B", noon)}
	observe(t, &b, all...)
	before, version := b.Assess(nil).Sites(), b.version
	for i, o := range all {
		o.Class = Hazard // not even what differs
		if _, err := b.Observe(o, uint64(10+i)); !errors.Is(err, ErrExists) {
			t.Errorf("%s again: %v", o.ID, err)
		}
	}
	if !reflect.DeepEqual(before, b.Assess(nil).Sites()) || b.version != version {
		t.Error("reports that were on record changed something")
	}
}

// TestStepsEndAtWhatIsSaid: the last step is what is said of the site, and what each cause moves is as it must be.
func TestStepsEndAtWhatIsSaid(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		c := &country{r: rand.New(rand.NewPCG(seed, 21)), looks: map[string][]Look{}, mute: seed%2 == 1}
		for range 220 {
			c.step(t)
		}
		a := c.b.Assess(c.at)
		causes := map[Cause]int{}
		for _, x := range a.Sites() {
			s, err := a.Site(x.ID)
			if err != nil || len(s.Steps) == 0 {
				t.Fatalf("%v: %d steps", err, len(s.Steps))
			}
			last := s.Steps[len(s.Steps)-1]
			if math.Abs(last.Laboratory-s.Laboratory) > 1e-9 || math.Abs(last.Something-s.Something) > 1e-9 {
				t.Fatalf("seed %d: site %d ends at %.9f, %.9f and is %.9f, %.9f", seed, s.ID, last.Laboratory, last.Something, s.Laboratory, s.Something)
			}
			for i, p := range s.Steps {
				causes[p.Cause]++
				if i > 0 && p.At.Before(s.Steps[i-1].At) {
					t.Fatalf("step %d goes back in time", i)
				}
				if i > 0 && c.mute && p.Cause == ByLook && p.Laboratory > s.Steps[i-1].Laboratory+1e-12 {
					t.Fatalf("a look that saw nothing raised %.6f to %.6f", s.Steps[i-1].Laboratory, p.Laboratory)
				}
			}
		}
		for _, want := range []Cause{ByReport, ByPass, ByLook, ByOutcome} {
			if causes[want] == 0 != (c.mute && want == ByOutcome) {
				t.Errorf("seed %d: no step by %s", seed, want)
			}
		}
	}
}

// TestSelect: filters, orders and cursors hold whatever is in the book, and parts together are the whole.
func TestSelect(t *testing.T) {
	t.Parallel()
	c := &country{r: rand.New(rand.NewPCG(4, 4)), looks: map[string][]Look{}}
	for range 300 {
		c.step(t)
	}
	for i := range 40 {
		observe(t, &c.b, report(fmt.Sprint("far", i), Tank, 5000+700*float64(i), 0, 30, "A", noon))
	}
	a := c.b.Assess(c.at)
	all := a.Sites()
	middle := all[len(all)/2].Position.Lon
	for name, tc := range map[string]struct {
		q    Query
		hold func(*Site) bool
	}{
		"all":       {Query{}, func(*Site) bool { return true }},
		"box":       {Query{Box: &Box{West: -180, South: 20, East: middle, North: 30}}, func(s *Site) bool { return s.Position.Lon <= middle }},
		"across":    {Query{Box: &Box{West: middle, South: 20, East: -179, North: 30}}, func(s *Site) bool { return s.Position.Lon >= middle }},
		"elsewhere": {Query{Box: &Box{West: -180, South: -30, East: 180, North: -20}}, func(*Site) bool { return false }},
		"class": {Query{Classes: []Class{Barrels, Hazard}}, func(s *Site) bool {
			return slices.ContainsFunc(s.Classes, func(t Tally) bool { return t.Reports > 0 && (t.Class == Barrels || t.Class == Hazard) })
		}},
		"outcome":   {Query{Outcomes: []Outcome{Empty, ""}}, func(s *Site) bool { o, ok := s.Outcome(); return !ok || o.Outcome == Empty }},
		"list":      {Query{Designation: designation.Key{List: key.List, ID: key.ID}}, func(s *Site) bool { return len(s.Attributions) > 0 }},
		"another":   {Query{Designation: designation.Key{List: key.List, ID: key.ID, Programme: "SDNTK"}}, func(*Site) bool { return false }},
		"changed":   {Query{Changed: 200, Order: ByChange}, func(s *Site) bool { return s.Changed >= 200 }},
		"likeliest": {Query{Order: ByLaboratory}, func(*Site) bool { return true }},
	} {
		want := 0
		for i := range all {
			if tc.hold(&all[i]) {
				want++
			}
		}
		var got []Site
		q := tc.q
		q.Limit = 7
		for {
			part, err := a.Select(q)
			if err != nil || part.Total != want || len(part.Sites) > 7 {
				t.Fatalf("%s: %d of %d, want %d: %v", name, len(part.Sites), part.Total, want, err)
			}
			got = append(got, part.Sites...)
			if q.After = part.Next; q.After == "" {
				break
			}
		}
		if len(got) != want {
			t.Errorf("%s: %d sites in all parts, want %d", name, len(got), want)
		}
		for i := range got {
			if !tc.hold(&got[i]) {
				t.Errorf("%s: site %d is not asked for", name, got[i].ID)
			}
			if i == 0 {
				continue
			}
			before, now := &got[i-1], &got[i]
			sorted := before.ID < now.ID
			switch q.Order {
			case ByLaboratory:
				sorted = before.Laboratory > now.Laboratory || before.Laboratory == now.Laboratory && sorted
			case ByChange:
				sorted = before.Changed > now.Changed || before.Changed == now.Changed && sorted
			case ByNumber:
			}
			if !sorted {
				t.Errorf("%s: %d stands before %d", name, before.ID, now.ID)
			}
		}
	}
	for _, bad := range []string{"x", "0", "0.", ".1", "-1.2", "zzzzzzzzzzzzzzzzzz.1", "0.01", "1y2p0ij32e8e7."} {
		if _, err := a.Select(Query{After: bad}); !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

// TestHazardsAreListed: those first that were put on record last, wherever the site went.
func TestHazardsAreListed(t *testing.T) {
	t.Parallel()
	var b Book
	observe(t, &b, report("a", Hazard, 0, 0, 30, "A", noon.Add(time.Hour)), report("b", Tank, 3000, 0, 30, "A", noon), report("c", Hazard, 3000, 0, 30, "A", noon), report("d", Structure, 6000, 0, 30, "A", noon))
	all := b.Hazards()
	if len(all) != 2 || all[0].ID != 2 || all[0].Latest.ID != "c" || all[0].Reports != 1 || all[1].ID != 1 || all[1].Latest.ID != "a" {
		t.Errorf("%+v", all)
	}
}

// TestRatesAreTold: what outcomes moved stands beside what was believed before any.
func TestRatesAreTold(t *testing.T) {
	t.Parallel()
	var b Book
	for i := range 20 {
		observe(t, &b, report(fmt.Sprint(i), Barrels, 2000*float64(i), 0, 30, "A", noon), report(fmt.Sprint("t", i), Tank, 2000*float64(i), 0, 30, "A", noon))
	}
	before := b.Assess(nil)
	for _, s := range before.Sensors() {
		if s.Seen.Cases != 0 || s.Mistaken.Mean != s.Mistaken.Default || s.Ratio != s.RatioDefault {
			t.Errorf("before any outcome: %+v", s)
		}
	}
	for i := range 20 {
		if err := b.Report(Found{Site: SiteID(i + 1), Outcome: Empty, Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}, uint64(100+i)); err != nil {
			t.Fatal(err)
		}
	}
	a := b.Assess(nil)
	all := a.Sensors()
	if len(all) != 2 || all[0].Class != Tank || all[1].Class != Barrels || !(all[0].Mistaken.Mean > 2*all[0].Mistaken.Default) || !(all[0].Ratio < all[0].RatioDefault) || !(all[0].Mistaken.Cases > 15) {
		t.Errorf("%+v", all)
	}
	sum := 0.0
	for _, p := range a.Rates().Places() {
		sum += p.Share
	}
	places := a.Rates().Places()
	if math.Abs(sum-1) > 1e-12 || places[0].Place != IsLaboratory || !(places[0].Share < places[0].Default) || a.Rates().Outcomes != 20 {
		t.Errorf("%+v after %d outcomes", places, a.Rates().Outcomes)
	}
	if signs := a.Rates().Signs(); len(signs) != len(Classes()) || signs[0].Laboratory.Mean != signs[0].Laboratory.Default {
		t.Errorf("signs at laboratories, none of which was found: %+v", signs)
	}
}

// BenchmarkRenew is an assessment of 10,000 sites, each looked at ten times and 500 of them visited, after an event.
func BenchmarkRenew(b *testing.B) {
	var book Book
	place := func(i int) (east, north float64) { return 500 * float64(i%100), 500 * float64(i/100) }
	for i := range 10_000 {
		x, y := place(i)
		observe(b, &book, report(fmt.Sprint(i), Classes()[i%7], x, y, 30, fmt.Sprint("S", i%9), noon.Add(time.Duration(i)*time.Minute)))
	}
	visit := func(i int) {
		if err := book.Report(Found{Site: SiteID(1 + i), Outcome: Outcomes()[i%3], Visited: noon, Party: "MEX", By: "ana", At: noon.Add(time.Hour)}, 1); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 500 {
		visit(20 * i)
	}
	var looks []Look
	for i := range 10 {
		at := noon.Add(-time.Duration(i+1) * 24 * time.Hour)
		looks = append(looks, Look{Flight: fmt.Sprint("L", i), Sensor: fmt.Sprint("S", i), From: at, To: at.Add(time.Second), POD: 0.5})
	}
	renew := func(a *Assessment) {
		for _, q := range a.Questions() {
			a.Answer(q, looks)
		}
		a.Renew()
	}
	n := 10_000
	for _, x := range []struct {
		name string
		do   func(i int)
	}{
		{"report", func(i int) {
			n++
			e, north := place(i*37%10_000 + 1)
			observe(b, &book, report(fmt.Sprint(n), Tank, e, north, 30, "S1", noon.Add(time.Duration(n)*time.Minute)))
		}},
		{"outcome", func(i int) { visit(20 * (i % 500)) }},
		{"sensor", func(int) { n++; book.Through("L1", "cam", fmt.Sprint(n)) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			a := book.Assessment(coverage.DefaultModel())
			renew(a)
			for i := 0; b.Loop(); i++ {
				x.do(i)
				renew(a)
				if _, err := a.Select(Query{Order: ByLaboratory, Limit: 100}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
