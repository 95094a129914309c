package authority

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/geodesy"
)

// apply records an act at an instant.
func apply(r *Register, a Act, at time.Time, signers ...string) error {
	return r.Apply(a, Recorded{At: at, Digest: digestOf(a), Signers: signers})
}

func TestWhatIsNotRecorded(t *testing.T) {
	t.Parallel()
	first := agreement("A-1", nil)
	second := agreement("A-2", func(a *AgreementProposed) { a.Amends = "A-1" })
	signed := func(a AgreementProposed, p Party, by string) AgreementSigned {
		return AgreementSigned{Agreement: a.ID, Text: digestOf(a), Party: p, By: by, At: february}
	}
	otherText := signed(first, "MEX", "ana")
	otherText.Text = evidence.Digest{9}
	rival := agreement("A-9", nil)
	apart := agreement("A-8", func(a *AgreementProposed) { a.Period = Period{From: year.To} })
	changed := clearance("C-1")
	changed.Reference = "SRE-5"
	plan := newWorld().plan
	approved := PlanApproved{Sortie: sortie, Plan: digestOf(PlanFiled{plan}), By: "ann", Role: "duty officer", At: february}
	overridden := RuleOverridden{Sortie: sortie, Plan: approved.Plan, Rule: RuleNotice, Reason: "relief", By: [2]string{"ann", "ben"}, At: february}
	loadout := documents()[KindLoadoutAttested].(LoadoutAttested)
	inspected := LoadoutInspected{Loadout: "L-1", Party: "MEX", Inspector: "ivo", At: february, Agrees: true}
	attester := inspected
	attester.Inspector = "lee"
	set := newWorld().set
	sameTime := set
	sameTime.ID = "RS-2"
	endless := sameTime
	endless.Period.From = march.From
	within := endless
	within.ID, within.Period = "RS-3", march
	overWithin := within
	overWithin.ID, overWithin.Period = "RS-4", Period{From: march.From.Add(time.Hour), To: march.To}
	notice := newWorld().acts[3].act
	correct := func(k Kind, id string) ActCorrected {
		return ActCorrected{Of: k, ID: id, Reason: "typed wrong", By: "ann"}
	}

	type step struct {
		act     Act
		signers []string
		err     error
		line    string
	}
	ok := func(a Act, signers ...string) step { return step{a, signers, nil, ""} }
	for name, steps := range map[string][]step{
		"a document without what it needs": {{ClearanceGiven{}, nil, ErrInput, ""}},
		"the same identifier for something else": {
			ok(clearance("C-1")), ok(clearance("C-1")),
			{changed, nil, ErrExists, `authority: on record already, and different: clearance.given/v1 C-1; take it back first, or give it another identifier`},
			ok(correct(KindClearanceGiven, "C-1")), ok(changed),
		},
		"revoked": {
			{ClearanceRevoked{Clearance: "C-1", By: "MEX", From: left, Reason: "x"}, nil, ErrNoSuch, `authority: not on record: clearance.given/v1 C-1`},
			ok(clearance("C-1")),
			{ClearanceRevoked{Clearance: "C-1", By: "USA", From: left, Reason: "x"}, nil, ErrInput, `clearance.revoked/v1: by is "USA": expected an office of MEX, which gave it`},
		},
		"agreement": {
			{second, nil, ErrNoSuch, `authority: not on record: agreement.proposed/v1 A-1`},
			ok(first),
			{agreement("A-3", func(a *AgreementProposed) { a.Amends, a.Parties[0], a.Terms.States = "A-1", "GTM", nil }), nil, ErrInput, `agreement.proposed/v1: amends is "A-1": expected an agreement between the same states`},
			{signed(first, "MEX", "ana"), nil, ErrSignature, `authority: signature is missing: agreement.signed/v1 A-1:MEX is not signed by ana`},
			{signed(first, "MEX", "ana"), []string{"bob"}, ErrSignature, `authority: signature is missing: agreement.signed/v1 A-1:MEX is not signed by ana`},
			{otherText, []string{"ana"}, ErrInput, ""},
			{signed(first, "GTM", "ana"), []string{"ana"}, ErrInput, `agreement.signed/v1: party is "GTM": expected a party of A-1`},
			ok(signed(first, "MEX", "ana"), "ana"),
			{signed(first, "USA", "ana"), []string{"ana"}, ErrInput, `agreement.signed/v1: by is "ana": expected somebody else than who signed for MEX`},
			ok(signed(first, "USA", "bob"), "bob"),
			{correct(KindAgreementProposed, "A-1"), []string{"ana", "bob"}, ErrInput, `act.corrected/v1: id is "A-1": expected what not both parties have signed; what both have is amended by both`},
			{correct(KindAgreementSigned, "A-1:MEX"), []string{"ana"}, ErrInput, `act.corrected/v1: id is "A-1:MEX": expected what not both parties have signed; what both have is amended by both`},
			{AgreementWarned{Agreement: "A-1", To: "MEX", Loosens: []Condition{ConditionPurpose}, Means: "note", At: february}, nil, ErrInput, `agreement.warned/v1: agreement is "A-1": expected an agreement that amends another`},
			ok(second),
			{AgreementWarned{Agreement: "A-2", To: "GTM", Loosens: []Condition{ConditionPurpose}, Means: "note", At: february}, nil, ErrInput, `agreement.warned/v1: to is "GTM": expected a party of A-2`},
			{AgreementWarned{Agreement: "A-7", To: "MEX", Loosens: []Condition{ConditionPurpose}, Means: "note", At: february}, nil, ErrNoSuch, ""},
			ok(rival), ok(signed(rival, "MEX", "ana"), "ana"),
			{signed(rival, "USA", "bob"), []string{"bob"}, ErrOverlap, `authority: overlaps what is in force: agreement.proposed/v1 A-9 and A-1 of the same states; let one amend the other`},
			ok(apart), ok(signed(apart, "MEX", "ana"), "ana"), ok(signed(apart, "USA", "bob"), "bob"),
		},
		"a half-signed agreement is taken back by who signed it": {
			ok(first), ok(signed(first, "MEX", "ana"), "ana"),
			{correct(KindAgreementSigned, "A-1:MEX"), []string{"bob"}, ErrSignature, `authority: signature is missing: act.corrected/v1 of agreement.signed/v1 A-1:MEX is not signed by ana, whose word it takes back`},
			ok(correct(KindAgreementSigned, "A-1:MEX"), "ana"),
		},
		"agreements that amend each other": {
			ok(first), ok(second), ok(correct(KindAgreementProposed, "A-1")),
			{agreement("A-1", func(a *AgreementProposed) { a.Amends = "A-2" }), nil, ErrInput, `agreement.proposed/v1: amends is "A-2": expected an agreement that does not itself amend A-1`},
		},
		"notice": {
			{NoticeAcknowledged{Notice: "N-1", By: "MEX", At: february}, nil, ErrNoSuch, `authority: not on record: notice.sent/v1 N-1`},
			ok(notice),
			{NoticeAcknowledged{Notice: "N-1", By: "USA", At: february}, nil, ErrInput, `notice.acknowledged/v1: by is "USA": expected an office of MEX, which the notice is to`},
			{NoticeDisputed{Notice: "N-1", By: "USA", At: february, Says: "no"}, nil, ErrInput, `notice.disputed/v1: by is "USA": expected an office of MEX, which the notice is to`},
			{NoticeDelivered{Notice: "N-2", By: "x", At: february}, nil, ErrNoSuch, ""},
		},
		"loadout": {
			{loadout, nil, ErrSignature, `authority: signature is missing: loadout.attested/v1 L-1 is not signed by lee`},
			{inspected, []string{"ivo"}, ErrNoSuch, `authority: not on record: loadout.attested/v1 L-1`},
			ok(loadout, "lee"),
			{inspected, []string{"lee"}, ErrSignature, ""},
			{attester, []string{"lee"}, ErrInput, `loadout.inspected/v1: inspector is "lee": expected somebody else than who attested the loadout`},
			ok(inspected, "ivo"),
			{correct(KindLoadoutAttested, "L-1"), []string{"ann"}, ErrSignature, ""},
			{correct(KindLoadoutInspected, "L-1:MEX"), []string{"lee"}, ErrSignature, ""},
			ok(correct(KindLoadoutInspected, "L-1:MEX"), "ivo"),
		},
		"plan": {
			{approved, []string{"ann"}, ErrNoSuch, "authority: not on record: a plan of S-1 with the digest " + approved.Plan.String()},
			{overridden, []string{"ann", "ben"}, ErrNoSuch, ""},
			ok(PlanFiled{plan}), ok(PlanFiled{plan}),
			{approved, nil, ErrSignature, ""},
			ok(approved, "ann"), ok(approved, "ann"),
			{overridden, []string{"ann"}, ErrSignature, `authority: signature is missing: rule.overridden/v1 S-1:notice is not signed by ben`},
			ok(overridden, "ann", "ben"),
			{correct(KindPlanApproved, "S-1:ann"), []string{"ben"}, ErrSignature, ""},
			{correct(KindRuleOverridden, "S-1:notice"), []string{"cy"}, ErrSignature, `authority: signature is missing: act.corrected/v1 of rule.overridden/v1 S-1:notice is signed by neither ann nor ben`},
			ok(correct(KindRuleOverridden, "S-1:notice"), "ben"),
		},
		"rule sets": {
			ok(set),
			{sameTime, nil, ErrOverlap, `authority: overlaps what is in force: ruleset.adopted/v1 RS-2 and RS-1 of USA; end one before the other begins`},
			ok(endless),
			{within, nil, ErrOverlap, ""},
			ok(correct(KindRuleSetAdopted, "RS-2")), ok(within),
			{overWithin, nil, ErrOverlap, ""},
		},
		"taken back": {
			{correct(KindClearanceGiven, "C-1"), nil, ErrNoSuch, `authority: not on record: clearance.given/v1 C-1`},
			ok(clearance("C-1")), ok(correct(KindClearanceGiven, "C-1")), ok(correct(KindClearanceGiven, "C-1")),
		},
	} {
		r := NewRegister()
		for i, s := range steps {
			rec := Recorded{At: february.Add(time.Duration(i) * time.Hour), Sequence: uint64(i), Signers: s.signers}
			if s.act.Check() == nil {
				rec.Digest = digestOf(s.act)
			}
			asked := r.Admit(s.act, rec)
			err := r.Apply(s.act, rec)
			if (asked == nil) != (err == nil) || asked != nil && asked.Error() != err.Error() {
				t.Errorf("%s %d: admitted %v, applied %v", name, i, asked, err)
			}
			switch {
			case s.err == nil && err != nil:
				t.Errorf("%s %d: %v", name, i, err)
			case s.err != nil && s.line != "":
				oneLine(t, err, s.err, s.line)
			case s.err != nil:
				oneLine(t, err, s.err, fmt.Sprint(err))
			}
		}
	}
}

// TestAdmitChangesNothing: whatever is only asked for leaves every answer as it was.
func TestAdmitChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.register(t)
	w.file(t, r, "ann", "ben")
	before := r.Decide(w.question())
	for _, a := range []Act{
		clearance("C-2"),
		ActCorrected{Of: KindClearanceGiven, ID: "C-1", Reason: "x", By: "ann"},
		ClearanceRevoked{Clearance: "C-1", By: "MEX", From: entered, Reason: "x"},
		NoticeDisputed{Notice: "N-1", By: "MEX", At: february, Says: "no"},
	} {
		must(t, r.Admit(a, Recorded{At: february, Digest: digestOf(a)}))
	}
	if d := cmp.Diff(before, r.Decide(w.question())); d != "" {
		t.Error(d)
	}
}

// TestAgreementsInForce: signed by both; an amendment that loosens not before the warning to the other party is old enough;
// and the change is told ever after.
func TestAgreementsInForce(t *testing.T) {
	t.Parallel()
	first := agreement("A-1", nil)
	looser := agreement("A-2", func(a *AgreementProposed) { a.Amends, a.Terms.Unarmed = "A-1", false })
	again := agreement("A-3", func(a *AgreementProposed) { a.Amends, a.Terms.Unarmed = "A-2", false })
	tighter := agreement("A-2", func(a *AgreementProposed) { a.Amends, a.Terms.Purposes = "A-1", []Purpose{FindLaboratories} })
	warned := AgreementWarned{Agreement: "A-2", To: "MEX/SRE", Loosens: []Condition{ConditionUnarmed}, Means: "note", At: february}
	toSelf, ofLess := warned, warned
	toSelf.To, ofLess.Loosens = "USA/DOS", []Condition{ConditionPurpose}
	days := func(n int) time.Time { return february.Add(time.Duration(n) * day) }
	for name, c := range map[string]struct {
		acts   func(*world)
		at     time.Time
		known  time.Time
		want   string
		change string // "", "in effect", "not in effect"
	}{
		"signed by none": {func(w *world) { w.add(first, february) }, days(5), days(5), "", ""},
		"signed by one": {func(w *world) {
			w.agree(first, february)
			w.acts = w.acts[:len(w.acts)-1]
		}, days(5), days(5), "", ""},
		"signed by both":        {func(w *world) { w.agree(first, february) }, days(5), days(5), "A-1", ""},
		"not before signed":     {func(w *world) { w.agree(first, february) }, days(-5), days(5), "", ""},
		"not known yet":         {func(w *world) { w.agree(first, february) }, days(5), days(-5), "", ""},
		"not after its end":     {func(w *world) { w.agree(first, february) }, year.To, year.To, "", ""},
		"tightened at once":     {func(w *world) { w.agree(first, february); w.agree(tighter, days(1)) }, days(2), days(2), "A-2", ""},
		"loosened unwarned":     {func(w *world) { w.agree(first, february); w.agree(looser, days(1)) }, days(30), days(30), "A-1", "not in effect"},
		"warned, too young":     {func(w *world) { w.agree(first, february); w.agree(looser, days(1)); w.add(warned, days(1)) }, days(11).Add(-1), days(30), "A-1", "not in effect"},
		"warned, old enough":    {func(w *world) { w.agree(first, february); w.agree(looser, days(1)); w.add(warned, days(1)) }, days(11), days(30), "A-2", "in effect"},
		"warned oneself":        {func(w *world) { w.agree(first, february); w.agree(looser, days(1)); w.add(toSelf, days(1)) }, days(30), days(30), "A-1", "not in effect"},
		"warned of less":        {func(w *world) { w.agree(first, february); w.agree(looser, days(1)); w.add(ofLess, days(1)) }, days(30), days(30), "A-1", "not in effect"},
		"loosened in two steps": {func(w *world) { w.agree(first, february); w.agree(looser, days(1)); w.agree(again, days(2)) }, days(30), days(30), "A-1", "not in effect"},
		"told ever after": {func(w *world) {
			w.agree(first, february)
			w.agree(looser, days(1))
			w.add(warned, days(1))
			w.agree(again, days(20))
		}, days(30), days(30), "A-3", "in effect"},
		"an amendment that begins before what it amends": {func(w *world) {
			later := first
			later.Period.From = days(10)
			w.agree(later, february)
			w.agree(tighter, days(1))
		}, days(20), days(20), "A-2", ""},
		"what was amended does not come back": {func(w *world) {
			short := tighter
			short.Period.To = days(10)
			w.agree(first, february)
			w.agree(short, days(1))
		}, days(20), days(20), "", ""},
	} {
		w := newWorld()
		w.acts = nil
		c.acts(w)
		r := w.register(t)
		got, _ := r.agreement("USA", "MEX", c.at, c.known)
		id := ""
		if got.entry != nil {
			id = got.entry.Act.ID
		}
		change := ""
		if told := r.changes(nil, "USA", c.at, c.known); len(told) > 0 {
			change = "not in effect"
			if told[0].InEffect {
				change = "in effect"
			}
			if !slices.Equal(told[0].Loosens, []Condition{ConditionUnarmed}) {
				t.Errorf("%s: loosens %v", name, told[0].Loosens)
			}
		}
		if id != c.want || change != c.change {
			t.Errorf("%s: %q in force, change %q; want %q, %q", name, id, change, c.want, c.change)
		}
	}
}

// TestAChangeIsInEveryDecision: of sorties too that do not go to that state.
func TestAChangeIsInEveryDecision(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.agree(agreement("A-1", nil), february)
	w.agree(agreement("A-2", func(a *AgreementProposed) { a.Amends, a.Terms.Unarmed = "A-1", false }), february)
	w.add(AgreementWarned{Agreement: "A-2", To: "MEX/SRE", Loosens: []Condition{ConditionUnarmed}, Means: "note", At: february}, february)
	w.q.Crossings = nil
	if d := w.decide(t); len(d.Changes) != 1 || !d.Changes[0].InEffect || d.Changes[0].Agreement != "A-2" {
		t.Errorf("%+v", d.Changes)
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule    RuleID
		at      time.Time
		other   bool // of another version of the plan
		verdict Verdict
	}{
		"of the rule that fails": {RuleClearance, february, false, Go},
		"of another rule":        {RuleNotice, february, false, NoGo},
		"after take-off":         {RuleClearance, entered, false, NoGo},
		"of another version":     {RuleClearance, february, true, NoGo},
		"known only after Known": {RuleClearance, landing, false, NoGo},
	} {
		w := newWorld()
		change(w, func(c *ClearanceGiven) { c.Aircraft = []string{"N1"} })
		r := w.register(t)
		w.file(t, r, "ann", "ben")
		o := RuleOverridden{Sortie: sortie, Plan: w.q.Digest, Rule: c.rule, Reason: "relief", By: [2]string{"ann", "ben"}, At: february}
		if c.other {
			p := w.plan
			p.Purpose = SurveyArea
			o.Plan = digestOf(PlanFiled{p})
			must(t, apply(r, PlanFiled{p}, february))
		}
		must(t, apply(r, o, c.at, "ann", "ben"))
		w.q.Known = left
		d := r.Decide(w.question())
		if d.Verdict != c.verdict || d.Overridden() != (c.verdict == Go) {
			t.Errorf("%s: %s, overridden %v", name, d.Verdict, d.Overridden())
		}
		for _, x := range d.Results {
			if x.Overridden != "" && (x.Overridden != "ann, ben: relief" || x.Facts[len(x.Facts)-1].Kind != KindRuleOverridden) {
				t.Errorf("%s: %+v", name, x)
			}
		}
	}
}

// pool has acts whose order does not matter to one another.
func pool() []recordedAct {
	w := newWorld()
	for i := range 4 {
		c := clearance(fmt.Sprintf("C-%d", i+2))
		c.Operator, c.Unmanned = []Party{"", "USA/CBP", "GTM", "USA"}[i], i%2 == 0
		w.add(c, february)
		w.add(NoticeSent{ID: fmt.Sprintf("N-%d", i+2), State: "MEX", From: "USA/CBP", To: "MEX/AFAC", Period: march, Sent: at("2025-03-05T00:00:00Z").Add(time.Duration(i) * day), Means: "note"}, at("2025-03-05T01:00:00Z"))
	}
	w.agree(agreement("A-1", nil), february)
	return w.acts
}

// TestUnknownNeverPasses: whatever is missing of what it takes, the sortie is not GO; and what is recorded afterwards
// changes no answer as it was known before.
func TestUnknownNeverPasses(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 1))
	for range 400 {
		w := newWorld()
		all := w.acts
		w.acts = nil
		missing := 0
		var r *Register
		for _, a := range all {
			if k := a.act.Kind(); k == KindNoticeAcknowledged && !has(w.acts, KindNoticeSent) || random.IntN(4) == 0 {
				missing++
				continue
			}
			w.acts = append(w.acts, a)
		}
		r = w.register(t)
		w.file(t, r, []string{"ann", "ben"}[:random.IntN(3)]...)
		before := r.Decide(w.question())
		approvals := before.Outcome(RuleApprovers) == Pass
		if (before.Verdict == Go) != (missing == 0 && approvals) {
			t.Fatalf("%d missing, approved %v: %s %+v", missing, approvals, before.Verdict, before.Results)
		}
		consistent(t, before)
		// Everything that was missing, and more, later.
		for _, a := range append(slices.Clone(all), pool()...) {
			_ = r.Apply(a.act, Recorded{At: w.q.Known.Add(time.Second), Digest: digestOf(a.act), Signers: a.signers}) // refused where it is there already
		}
		for _, a := range w.acts {
			_ = r.Apply(ActCorrected{Of: a.act.Kind(), ID: a.act.Ident(), Reason: "x", By: "ann"}, Recorded{At: w.q.Known.Add(time.Minute), Digest: evidence.Digest{byte(random.IntN(256)), byte(random.IntN(256)), 1}, Signers: []string{"lee"}})
		}
		if d := cmp.Diff(before, r.Decide(w.question())); d != "" {
			t.Fatalf("as it was known then (-before +after later acts): %s", d)
		}
	}
}

func has(acts []recordedAct, k Kind) bool {
	return slices.ContainsFunc(acts, func(a recordedAct) bool { return a.act.Kind() == k })
}

// consistent holds a verdict against the results.
func consistent(t *testing.T, d Decision) {
	t.Helper()
	failed, unknown := false, false
	for _, r := range d.Results {
		failed = failed || r.Outcome == Fail && r.Overridden == ""
		unknown = unknown || r.Outcome == Unknown && r.Overridden == ""
	}
	switch {
	case failed && d.Verdict != NoGo, !failed && unknown && d.Verdict != Incomplete, !failed && !unknown && d.Verdict != Go:
		t.Errorf("failed %v, unknown %v: %s", failed, unknown, d.Verdict)
	}
}

// TestOrderDoesNotMatter: acts recorded at one instant, in any order, decide alike.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 1))
	verdicts := map[string]bool{}
	for range 200 {
		w := newWorld()
		if random.IntN(2) == 0 {
			change(w, func(c *ClearanceGiven) { c.Unmanned = false })
		}
		if random.IntN(2) == 0 {
			change(w, func(n *NoticeSent) { n.Sent = entered })
		}
		acts := append(w.acts, pool()[len(newWorld().acts):]...)
		var answers []string
		for range 3 {
			// Those that nothing refers to, in any order; then the others.
			w.acts = slices.Clone(acts)
			random.Shuffle(len(w.acts), func(i, j int) { w.acts[i], w.acts[j] = w.acts[j], w.acts[i] })
			slices.SortStableFunc(w.acts, func(a, b recordedAct) int { return depends(a.act) - depends(b.act) })
			d := w.decide(t)
			answer := d.Verdict.String()
			for _, rule := range Rules() {
				answer += " " + string(rule) + " " + d.Outcome(rule).String()
			}
			answers = append(answers, answer)
		}
		verdicts[answers[0]] = true
		if answers[0] != answers[1] || answers[0] != answers[2] {
			t.Fatalf("%s\n%s\n%s", answers[0], answers[1], answers[2])
		}
	}
	if len(verdicts) < 2 {
		t.Error("every order of everything comes to the same: nothing was tried")
	}
}

func depends(a Act) int {
	switch a.Kind() {
	case KindNoticeAcknowledged, KindAgreementSigned:
		return 1
	default:
		return 0
	}
}

// TestASpanAgreesWithItsSamples: what is told of many samples at once is what each of them says.
func TestASpanAgreesWithItsSamples(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 1))
	inside, outside, known := 0, 0, map[Outcome]int{}
	for range 3000 {
		lon := []float64{-107, 179.5, -179.9, 0}[random.IntN(4)]
		var a Area
		n := 3 + random.IntN(8)
		for i := range n {
			r := 1 + 3*random.Float64()
			s, c := sincos(float64(i) / float64(n))
			p := [2]float64{near(lon+r*s, 0), 25 + r*c}
			if random.IntN(2) == 0 || i > 0 && a.Line != nil {
				a.Line = append(a.Line, p)
			} else if a.Line == nil {
				a.Polygon = append(a.Polygon, p)
			}
		}
		if len(a.Line) >= 2 {
			a.Polygon, a.HalfWidth = nil, 1000+100_000*random.Float64()
		} else {
			a.Line = nil
		}
		if a.check("area") != nil {
			continue
		}
		samples := make([]Sample, 1+random.IntN(40))
		y, x, step := 23+4*random.Float64(), lon+2*random.Float64()-1, 0.05*random.Float64()
		for i := range samples {
			samples[i].Position = geodesy.Position{Lat: geodesy.Angle(y + step*float64(i)), Lon: geodesy.Angle(near(x-step*float64(i), 0))}
			samples[i].Altitude = geodesy.Altitude{Value: geodesy.Length(5000 + 1000*random.Float64()), Datum: geodesy.MSL}
			if random.IntN(40) == 0 {
				samples[i].Altitude.Datum = geodesy.HAE
			}
		}
		want := slices.IndexFunc(samples, func(s Sample) bool { return !a.Holds(s.Position) })
		s := spanOf(samples)
		if got := s.within(&a, samples); got != want {
			t.Fatalf("first outside is %d, told %d: %+v %+v", want, got, a, samples)
		}
		if want < 0 {
			inside++
		} else {
			outside++
		}
		b := Band{Least: metresOf(4900 + 400*random.Float64()), Most: metresOf(5700 + 400*random.Float64()), Datum: "MSL"}
		each := Pass
		for i := range samples {
			each = worse(each, b.holds(samples[i].Altitude))
		}
		got, at := s.band(&b, samples)
		if got != each || each == Fail && b.holds(samples[at].Altitude) != Fail {
			t.Fatalf("band says %s at %d, each says %s", got, at, each)
		}
		known[got]++
	}
	if inside < 200 || outside < 200 || len(known) < 3 {
		t.Errorf("%d inside, %d outside, bands %v: not enough tried", inside, outside, known)
	}
}

// sincos is of a share of the whole turn.
func sincos(turn float64) (s, c float64) { return math.Sincos(2 * math.Pi * turn) }
