package authority

import (
	"strings"
	"testing"
	"time"
)

// TestGrounds: what a sortie rests on is everything that its decisions name, what became of it since, and nothing else.
func TestGrounds(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.agree(agreement("A-1", nil), february)
	w.add(clearance("C-OTHER"), february)
	change(w, func(c *ClearanceGiven) { c.Reference = "first" })
	r := w.register(t)
	w.file(t, r, "ann", "ben")
	d := r.Decide(w.question())
	sequence := uint64(100)
	apply := func(a Act, at time.Time, signers ...string) {
		t.Helper()
		sequence++
		must(t, r.Apply(a, Recorded{At: at, Sequence: sequence, Digest: digestOf(a), Signers: signers}))
	}
	apply(DecisionMade{ID: "D-1", By: "pat", Decision: d}, takeOff)
	apply(ClearanceRevoked{Clearance: "C-1", By: "MEX/SRE", From: left, Reason: "x"}, left)
	apply(NoticeDisputed{Notice: "N-1", By: "MEX/AFAC", At: left, Says: "it never came"}, left)
	apply(ActCorrected{Of: KindClearanceGiven, ID: "C-1", Reason: "typed wrong", By: "ann"}, landing)
	other := w.plan
	other.Sortie = "S-OTHER"
	apply(PlanFiled{other}, landing)

	var said []string
	signers := map[string]bool{}
	for _, g := range r.Grounds(sortie, landing) {
		said = append(said, string(g.Kind)+" "+g.ID)
		for _, name := range g.Signers {
			signers[name] = true
		}
	}
	got := strings.Join(said, "\n")
	for _, want := range []string{
		"plan.filed/v1 S-1", "plan.approved/v1 S-1:ann", "plan.approved/v1 S-1:ben", "decision.made/v1 D-1", "basis.stated/v1 O-1", "clearance.given/v1 C-1",
		"clearance.revoked/v1 C-1", "notice.sent/v1 N-1", "notice.acknowledged/v1 N-1", "notice.disputed/v1 N-1", "loadout.attested/v1 L-1", "airframe.described/v1 mq-9a",
		"agreement.proposed/v1 A-1", "agreement.signed/v1 A-1:MEX", "agreement.signed/v1 A-1:USA", "act.corrected/v1 clearance.given/v1:C-1",
	} {
		if strings.Count(got+"\n", want+"\n") != 1 {
			t.Errorf("%s is not named once in\n%s", want, got)
		}
	}
	if strings.Contains(got, "OTHER") {
		t.Errorf("what it does not rest on is named:\n%s", got)
	}
	for _, name := range []string{"ann", "ben", "lee", "ana", "bob"} {
		if !signers[name] {
			t.Errorf("%s signed something of it and is not named: %v", name, signers)
		}
	}
	// As it was known at take-off, nothing of what came later.
	for _, g := range r.Grounds(sortie, takeOff) {
		if g.Recorded.After(takeOff) {
			t.Errorf("%s %s was recorded at %s", g.Kind, g.ID, g.Recorded)
		}
	}
	if none := r.Grounds("S-NONE", landing); len(none) != 0 {
		t.Errorf("of no sortie: %+v", none)
	}
}
