package authority

import (
	"slices"
	"time"

	"overflight/evidence"
)

// Grounds lists what a sortie rests on, by what was known at an instant: its plan in every version, who approved it, what was
// overridden, every decision and what these rest on; and what has become of any of these since. Each is told once, in the order
// of recording; what came with the product and what another register keeps is named as the decisions name it.
func (r *Register) Grounds(sortie string, known time.Time) []Ground {
	g := grounds{r: r, known: known, have: map[Fact]bool{}}
	whole(&g, &r.plans, func(a *PlanFiled) bool { return a.Plan.Sortie == sortie })
	whole(&g, &r.flown, func(a *PlanFlown) bool { return a.Sortie == sortie })
	whole(&g, &r.approved, func(a *PlanApproved) bool { return a.Sortie == sortie })
	whole(&g, &r.overridden, func(a *RuleOverridden) bool { return a.Sortie == sortie })
	whole(&g, &r.decisions, func(a *DecisionMade) bool { return a.Decision.Sortie == sortie })
	var cited []Fact
	agreements, rules := map[string]bool{}, map[evidence.Digest]bool{}
	for i := range r.decisions.all {
		e := &r.decisions.all[i]
		if e.Act.Decision.Sortie != sortie || e.Recorded.At.After(known) {
			continue
		}
		rules[e.Act.Decision.Rules] = true
		for _, c := range e.Act.Decision.Changes {
			agreements[c.Agreement] = true
		}
		for _, x := range e.Act.Decision.Results {
			cited = append(cited, x.Facts...)
		}
	}
	is := func(k Kind, id string) bool {
		return slices.ContainsFunc(cited, func(f Fact) bool { return f.Kind == k && f.ID == id })
	}
	whole(&g, &r.reported, func(a *PlanReported) bool { return a.Sortie == sortie || is(a.Kind(), a.Ident()) })
	whole(&g, &r.requests, func(a *RequestMade) bool { return is(a.Kind(), a.ID) })
	whole(&g, &r.agreements, func(a *AgreementProposed) bool { return is(a.Kind(), a.ID) || agreements[a.ID] })
	whole(&g, &r.signed, func(a *AgreementSigned) bool { return is(a.Kind(), a.Ident()) || agreements[a.Agreement] })
	whole(&g, &r.warned, func(a *AgreementWarned) bool { return is(a.Kind(), a.Ident()) || agreements[a.Agreement] })
	whole(&g, &r.bases, func(a *BasisStated) bool { return is(a.Kind(), a.ID) })
	whole(&g, &r.clearances, func(a *ClearanceGiven) bool { return is(a.Kind(), a.ID) })
	whole(&g, &r.revoked, func(a *ClearanceRevoked) bool { return is(KindClearanceGiven, a.Clearance) })
	whole(&g, &r.notices, func(a *NoticeSent) bool { return is(a.Kind(), a.ID) })
	whole(&g, &r.delivered, func(a *NoticeDelivered) bool { return is(KindNoticeSent, a.Notice) })
	whole(&g, &r.received, func(a *NoticeAcknowledged) bool { return is(KindNoticeSent, a.Notice) })
	whole(&g, &r.disputed, func(a *NoticeDisputed) bool { return is(KindNoticeSent, a.Notice) })
	whole(&g, &r.loadouts, func(a *LoadoutAttested) bool { return is(a.Kind(), a.ID) })
	whole(&g, &r.inspected, func(a *LoadoutInspected) bool { return is(KindLoadoutAttested, a.Loadout) })
	whole(&g, &r.airframes, func(a *AirframeDescribed) bool { return is(a.Kind(), a.Ident()) })
	for i := range r.ruleSets.all {
		if e := &r.ruleSets.all[i]; rules[e.Recorded.Digest] && !e.Recorded.At.After(known) {
			g.add(e.Fact(), e.Recorded.Signers)
		}
	}
	corrected := len(g.all)
	whole(&g, &r.corrected, func(a *ActCorrected) bool {
		return slices.ContainsFunc(g.all[:corrected], func(x Ground) bool { return x.Kind == a.Of && x.ID == a.ID })
	})
	for _, f := range cited {
		if f.Sequence == 0 { // kept elsewhere
			g.add(f, nil)
		}
	}
	slices.SortStableFunc(g.all, func(a, b Ground) int { return a.Recorded.Compare(b.Recorded) })
	return g.all
}

// Ground is one act that a sortie rests on.
type Ground struct {
	Fact
	Signers []string // names whose signatures under it were verified
}

type grounds struct {
	r     *Register
	known time.Time
	have  map[Fact]bool
	all   []Ground
}

func (g *grounds) add(f Fact, signers []string) {
	if g.have[f] {
		return
	}
	g.have[f] = true
	g.all = append(g.all, Ground{Fact: f, Signers: signers})
}

// whole adds every act of a shelf that is chosen, taken back since or not.
func whole[A Act](g *grounds, s *shelf[A], chosen func(*A) bool) {
	for i := range s.all {
		if e := &s.all[i]; !e.Recorded.At.After(g.known) && chosen(&e.Act) {
			g.add(e.Fact(), e.Recorded.Signers)
		}
	}
}
