package authority

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overflight/airspace"
)

// plainCleared is decider.cleared without an index: every clearance on record is tried, in the order of recording.
func plainCleared(d *decider, crossing int, asks *Requirements) match {
	var best match
	for i := range d.r.clearances.all {
		if d.r.clearances.all[i].Act.State != d.q.Crossings[crossing].State {
			continue
		}
		if m, candidate := d.candidate(i, asks, crossing); candidate && m.better(&best) {
			best = m
		}
	}
	return best
}

// plainTold is decider.told without an index.
func plainTold(d *decider, crossing int, asks *Requirements) heard {
	var best heard
	c := &d.q.Crossings[crossing]
	for i := range d.r.notices.all {
		n := &d.r.notices.all[i]
		a := &n.Act
		general := a.Sortie == ""
		if a.State != c.State || !n.KnownAt(d.q.Known) || a.From.State() != d.own || !general && a.Sortie != d.q.Plan.Sortie {
			continue
		}
		if cites := slices.Contains(d.q.Plan.Notices, a.ID); general && !cites && a.Period.holds(c.From, c.From) == Fail {
			continue
		}
		if h := d.hear(i, crossing, asks); h.better(&best) {
			best = h
		}
	}
	return best
}

// plainSigned finds signatures by their identifiers.
func plainSigned(r *Register, a *AgreementProposed, k time.Time) bool {
	for _, p := range a.Parties {
		if _, ok := r.signed.known(signedBy(a.ID, p.State()), k); !ok {
			return false
		}
	}
	return true
}

// manyWorlds makes worlds in which several things are otherwise at once, and more is on record than is needed.
func manyWorlds(t *testing.T, random *rand.Rand, rounds int, f func(*Register, *Question)) {
	t.Helper()
	cases := ruleCases()
	instants := []time.Time{february, at("2025-03-08T00:00:00Z"), takeOff, landing}
	for range rounds {
		w := newWorld()
		for range random.IntN(3) {
			if c := cases[random.IntN(len(cases))]; c.change != nil && !needsWhole(c.rule) {
				c.change(w)
			}
		}
		// Before what the sortie needs, or after it.
		put := func(a Act, at time.Time) {
			if w.add(a, at); random.IntN(2) == 0 {
				w.acts = slices.Insert(w.acts[:len(w.acts)-1], 0, w.acts[len(w.acts)-1])
			}
		}
		for i := range random.IntN(8) {
			c := clearance("X-" + string(rune('a'+i)))
			switch random.IntN(6) {
			case 0:
				c.Aircraft = []string{tail, "N1", tail}
			case 1:
				c.Aircraft = []string{"N1", "N1"}
			case 2:
				c.State, c.Issuer = "GTM", "GTM/MRE"
			case 3:
				c.Period.From, c.Period.To = c.Period.From.AddDate(0, random.IntN(2)-1, 0), c.Period.To.AddDate(0, random.IntN(2), 1)
			case 4:
				c.Area = square
			case 5:
				c.Altitude = Band{Least: metresOf(6500), Datum: "MSL"}
			}
			put(c, instants[random.IntN(len(instants))])
		}
		for i := range random.IntN(5) {
			n := NoticeSent{ID: "Y-" + string(rune('a'+i)), State: "MEX", From: "USA/CBP", To: "MEX/AFAC", Period: march, Sent: at("2025-03-05T00:00:00Z").AddDate(0, 0, random.IntN(6)), Means: "note"}
			switch random.IntN(4) {
			case 0:
				n.Sortie = sortie
			case 1:
				n.Sortie = "S-2"
			case 2:
				n.Area = square
			}
			put(n, n.Sent)
		}
		if n := len(w.q.Crossings); n > 0 && random.IntN(3) == 0 {
			second := w.q.Crossings[0]
			second.State = []airspace.State{"MEX", "GTM", "USA"}[random.IntN(3)]
			second.From, second.To = second.From.Add(5*time.Hour), second.To.Add(5*time.Hour)
			w.q.Crossings = append(w.q.Crossings, second)
		}
		w.q.Known = instants[random.IntN(len(instants))]
		r := NewRegister()
		for i, a := range w.acts {
			// Refused where two cases put the same on record, or one takes away what another needs.
			_ = r.Apply(a.act, Recorded{At: a.at, Sequence: uint64(i + 1), Digest: digestOf(a.act), Signers: a.signers})
		}
		w.file(t, r, []string{"ann", "ben"}[:random.IntN(3)]...)
		f(r, w.question())
	}
}

// needsWhole are the rules whose cases change acts that another case may have left out.
func needsWhole(rule RuleID) bool {
	return rule == RuleNotice || rule == RuleUnarmed || rule == RuleAircraft
}

// TestADeciderAgreesWithPlainSearch: what indexes and what was prepared find is what trying everything finds, and memory that
// is used again says the same as memory that is new.
func TestADeciderAgreesWithPlainSearch(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 1))
	verdicts, found := map[Verdict]int{}, map[Outcome]int{}
	// One decider's memory for all registers and questions.
	kept := NewDecider(NewRegister())
	manyWorlds(t, random, 120, func(r *Register, q *Question) {
		d := r.decider(q)
		for i := range q.Crossings {
			s := d.of(q.Crossings[i].State)
			got, want := d.cleared(i, &s.asks), plainCleared(d, i, &s.asks)
			if got != want {
				t.Fatalf("clearance: got %+v, want %+v", got, want)
			}
			if g, w := d.told(i, &s.asks), plainTold(d, i, &s.asks); g != w {
				t.Fatalf("notice: got %+v, want %+v", g, w)
			}
			found[got.outcome]++
		}
		for i := range r.agreements.all {
			e := &r.agreements.all[i]
			b := r.bind(i, nil, d.own, q.Known)
			if b.binds != plainSigned(r, &e.Act, q.Known) {
				t.Fatalf("agreement %s binds %v", e.Act.ID, b.binds)
			}
		}
		want := r.Decide(q)
		kept.r = r
		again := func(what string) {
			t.Helper()
			if d := cmp.Diff(want, kept.Decide(q), cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("%s (-new memory +kept): %s", what, d)
			}
		}
		again("kept")
		flown := r.Flown(q)
		q.Prepare(r)
		again("prepared")
		if d := cmp.Diff(flown, r.Flown(q)); d != "" {
			t.Fatalf("flown, prepared: %s", d)
		}
		verdicts[want.Verdict]++
	})
	if len(verdicts) < 3 || len(found) < 3 {
		t.Errorf("verdicts %v, clearances %v: not enough tried", verdicts, found)
	}
}

// TestPreparedAndChanged: what was prepared of other samples, or by another register, is not used.
func TestPreparedAndChanged(t *testing.T) {
	t.Parallel()
	w := newWorld()
	change(w, func(c *ClearanceGiven) { c.Area = square })
	r := w.register(t)
	w.file(t, r, "ann", "ben")
	q := w.question()
	q.Prepare(r)
	if d := r.Decide(q); d.Verdict != Go {
		t.Fatalf("%s: %+v", d.Verdict, d.Of(RuleClearance))
	}
	moved := append([]Sample(nil), q.Crossings[0].Samples...)
	moved[1].Position.Lat = 10
	q.Crossings[0].Samples = moved
	if d := r.Decide(q); d.Outcome(RuleClearance) != Fail {
		t.Errorf("elsewhere: %+v", d.Of(RuleClearance))
	}
	q.Crossings[0].Samples = moved[:1]
	q.Prepare(r)
	if d := r.Decide(q); d.Outcome(RuleClearance) != Pass {
		t.Errorf("of fewer samples: %+v", d.Of(RuleClearance))
	}
	change(w, func(c *ClearanceGiven) { c.Area = Area{Line: [][2]float64{{-100, 20}, {-99, 20}}, HalfWidth: 1000} })
	other := w.register(t)
	w.file(t, other, "ann", "ben")
	if d := other.Decide(q); d.Outcome(RuleClearance) != Fail {
		t.Errorf("by another register: %+v", d.Of(RuleClearance))
	}
}

// TestDecidingTakesNoMemory: a decider that has room enough decides in it.
func TestDecidingTakesNoMemory(t *testing.T) {
	r, q := busy(t)
	d := NewDecider(r)
	if verdict := d.Decide(q).Verdict; verdict != Go {
		t.Fatal(verdict)
	}
	if n := testing.AllocsPerRun(100, func() { d.Decide(q) }); n != 0 {
		t.Errorf("%v pieces of memory a decision", n)
	}
}
