package authority

import (
	"slices"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/validity"
)

// The rules that ask of the sortie as a whole: who is in scope, what permission rests on, why is flown, no lethal force.

// standingBasis is one cited basis, and what it comes to.
type standingBasis struct {
	ref           BasisRef
	outcome       Outcome
	code          evidence.Code
	args          []string
	facts         []Fact
	purposes      []Purpose
	noLethalForce bool
	terms         *Terms
	host          airspace.State // whose own request it is
}

// stand returns the cited bases, each tested once.
func (d *decider) stand() []standingBasis {
	if !d.stood {
		d.stood = true
		for _, ref := range d.q.Plan.Basis {
			b := standingBasis{ref: ref, outcome: Unknown, code: CodeBasisUnknown, args: d.list(string(ref.Basis), ref.ID)}
			d.standing(&b)
			d.bases = append(d.bases, b)
		}
	}
	return d.bases
}

// standing says whether one cited basis is in force for the whole sortie.
func (d *decider) standing(b *standingBasis) {
	id := b.ref.ID
	switch b.ref.Basis {
	case Order, HostRequest:
		e, ok := d.r.bases.known(id, d.q.Known)
		if !ok || e.Act.Basis != b.ref.Basis {
			return
		}
		b.facts, b.purposes, b.noLethalForce = d.facts(e.Fact()), e.Act.Purposes, e.Act.NoLethalForce
		if b.ref.Basis == HostRequest {
			if e.Act.Issuer.State() == d.own {
				b.is(Fail, CodeBasisOwnRequest, d.list(id, string(e.Act.Issuer)))
				return
			}
			b.host = e.Act.Issuer.State()
		}
		d.inForce(b, e.Act.Period, e.Recorded.At)
	case UnderClearance:
		e, ok := d.r.clearances.known(id, d.q.Known)
		if !ok {
			return
		}
		b.facts = d.facts(e.Fact())
		if from, by := d.r.revokedFrom(id, d.q.Known); by != nil && from.Before(d.q.To) {
			b.facts = d.facts(e.Fact(), by.Fact())
			b.is(Fail, CodeClearanceRevoked, d.list(id, d.stamp(from), by.Act.Reason))
			return
		}
		d.inForce(b, e.Act.Period, e.Recorded.At)
	case UnderAgreement:
		d.standingAgreement(b)
	}
}

func (d *decider) standingAgreement(b *standingBasis) {
	e, ok := d.r.agreements.known(b.ref.ID, d.q.Known)
	if !ok {
		return
	}
	b.facts = d.facts(e.Fact())
	if !e.Act.party(d.own) {
		b.is(Fail, CodeBasisNotParty, d.list(b.ref.ID, string(d.own)))
		return
	}
	s := d.of(e.Act.other(d.own))
	a := s.agreement.entry
	if a == nil {
		b.is(Unknown, CodeBasisNotSigned, d.list(b.ref.ID))
		return
	}
	// An agreement is cited by its own name, by that of what amended it since, or by that of an amendment that is not in
	// force yet.
	if a.Act.ID != b.ref.ID && !d.r.replaces(&a.Act, b.ref.ID, d.q.Known) && !d.r.replaces(&e.Act, a.Act.ID, d.q.Known) {
		b.is(Fail, CodeBasisSuperseded, d.list(b.ref.ID, a.Act.ID))
		return
	}
	terms := &a.Act.Terms
	b.facts, b.terms, b.purposes, b.noLethalForce = s.agreed, terms, terms.Purposes, terms.NoLethalForce
	d.inForce(b, a.Act.Period, s.agreement.since)
}

func (b *standingBasis) is(o Outcome, code evidence.Code, args []string) {
	b.outcome, b.code, b.args = o, code, args
}

// inForce tests the period of a basis, and that it was on record before take-off: whatever date it bears, the log decides.
func (d *decider) inForce(b *standingBasis, p Period, recorded time.Time) {
	kind, id := string(b.ref.Basis), b.ref.ID
	switch {
	case !p.covers(d.q.From, d.q.To):
		b.is(Fail, CodeBasisNotInForce, d.list(kind, id, d.stamp(p.From), d.stamp(p.To)))
	case recorded.After(d.q.From):
		b.is(Fail, CodeBasisRecordedLate, d.list(kind, id, d.stamp(recorded), d.stamp(d.q.From)))
	default:
		b.is(Pass, CodeBasisInForce, d.list(kind, id, d.stamp(p.From), d.stamp(p.To)))
	}
}

func (d *decider) basis() {
	bases := d.stand()
	if len(bases) == 0 {
		d.say(RuleBasis, Fail, CodeBasisNone, nil)
	}
	for i := range bases {
		b := &bases[i]
		d.results = append(d.results, Result{Rule: RuleBasis, Outcome: b.outcome, Code: b.code, Args: b.args, Facts: b.facts})
	}
}

func (d *decider) scope() {
	s := &d.q.Plan.Scope
	switch s.By {
	case "host-request":
		d.scopeByRequest()
	case "agreement":
		for i := range d.stand() {
			if b := &d.bases[i]; b.outcome == Pass && b.terms != nil {
				d.say(RuleScope, Pass, CodeScopeAgreement, b.facts, b.ref.ID)
				return
			}
		}
		d.say(RuleScope, Unknown, CodeScopeNoAgreement, nil)
	default:
		d.scopeByDesignation(s)
	}
}

func (d *decider) scopeByRequest() {
	for i := range d.stand() {
		if b := &d.bases[i]; b.outcome == Pass && d.hosts(b.host) {
			d.say(RuleScope, Pass, CodeScopeHostRequest, b.facts, b.ref.ID)
			return
		}
	}
	for _, id := range d.q.Plan.Requests {
		if e, ok := d.r.requests.known(id, d.q.Known); ok && d.hosts(e.Act.By.State()) && !e.Recorded.At.After(d.q.From) {
			d.say(RuleScope, Pass, CodeScopeHostRequest, d.facts(e.Fact()), id)
			return
		}
	}
	d.say(RuleScope, Unknown, CodeScopeNoHostRequest, nil)
}

// hosts reports whether a state is a foreign one that is entered or looked into; any foreign one where none is.
func (d *decider) hosts(s airspace.State) bool {
	if s == "" || s == d.own {
		return false
	}
	foreign := false
	for i := range d.states {
		foreign = foreign || d.states[i].state != d.own
		if d.states[i].state == s {
			return true
		}
	}
	return !foreign
}

func (d *decider) scopeByDesignation(s *Scope) {
	if !slices.ContainsFunc(d.rules.Rules.Programmes, s.under) {
		d.say(RuleScope, Fail, CodeScopeProgramme, nil, s.List+":"+s.Programme, d.rules.ID)
		return
	}
	if len(s.Organisations) == 0 {
		d.say(RuleScope, Unknown, CodeScopeNoOrganisation, nil, s.List, s.Programme)
	}
	for _, id := range s.Organisations {
		o := Organisation{List: s.List, ID: id, Programme: s.Programme}
		if d.q.Designations == nil {
			d.say(RuleScope, Unknown, CodeScopeNoList, nil, s.List, id, s.Programme)
			continue
		}
		// In force from take-off to landing: the worse of the two ends.
		at := d.q.Designations(o, validity.AsOf{Valid: d.q.From, Known: d.q.Known})
		if end := d.q.Designations(o, validity.AsOf{Valid: d.q.To, Known: d.q.Known}); worse(at.Outcome, end.Outcome) != at.Outcome {
			at = end
		}
		d.results = append(d.results, Result{Rule: RuleScope, Outcome: at.Outcome, Code: at.Code, Args: d.more(d.list(s.List, id, s.Programme), at.Args...), Facts: at.Facts})
	}
}

// under reports whether the scope is by a programme, told as "LIST:PROGRAMME".
func (s *Scope) under(programme string) bool {
	n := len(s.List)
	return len(programme) == n+1+len(s.Programme) && programme[:n] == s.List && programme[n] == ':' && programme[n+1:] == s.Programme
}

func (d *decider) purpose() {
	p := d.q.Plan.Purpose
	said := len(d.results)
	if !slices.Contains(d.rules.Rules.Purposes, p) {
		d.say(RulePurpose, Fail, CodePurposeRuleset, nil, string(p), d.rules.ID)
	}
	for i := range d.stand() {
		if b := &d.bases[i]; b.outcome == Pass && b.purposes != nil && !slices.Contains(b.purposes, p) {
			d.say(RulePurpose, Fail, CodePurposeBasis, b.facts, string(p), b.ref.ID)
		}
	}
	for i := range d.states {
		s := &d.states[i]
		if e := s.agreement.entry; e != nil && !slices.Contains(e.Act.Terms.Purposes, p) {
			d.sayOf(s.state, RulePurpose, Fail, CodePurposeAgreement, s.agreed, string(p), e.Act.ID)
		}
	}
	if d.silent(said) {
		d.say(RulePurpose, Pass, CodePurposePermitted, nil, string(p))
	}
}

func (d *decider) noLethalForce() {
	said := len(d.results)
	if !d.rules.Rules.NoLethalForce {
		d.say(RuleNoLethalForce, Fail, CodeNoLethalForceRuleset, nil, d.rules.ID)
	}
	for i := range d.states {
		s := &d.states[i]
		if e := s.agreement.entry; e != nil && !e.Act.Terms.NoLethalForce {
			d.sayOf(s.state, RuleNoLethalForce, Fail, CodeNoLethalForceAgreement, s.agreed, e.Act.ID)
		}
	}
	if !d.silent(said) {
		return
	}
	for i := range d.stand() {
		if b := &d.bases[i]; b.outcome == Pass && b.noLethalForce {
			d.say(RuleNoLethalForce, Pass, CodeNoLethalForceInForce, b.facts, b.ref.ID)
			return
		}
	}
	d.say(RuleNoLethalForce, Unknown, CodeNoLethalForceUnknown, nil)
}

func (d *decider) request() {
	if len(d.q.Plan.Requests) == 0 {
		d.say(RuleRequest, Pass, CodeRequestNone, nil)
		return
	}
	for _, id := range d.q.Plan.Requests {
		e, ok := d.r.requests.known(id, d.q.Known)
		switch {
		case !ok:
			d.say(RuleRequest, Unknown, CodeRequestUnknown, nil, id)
		case !e.Act.Period.Valid().InForce(d.q.From):
			d.say(RuleRequest, Fail, CodeRequestPeriod, d.facts(e.Fact()), id, d.stamp(e.Act.Period.From), d.stamp(e.Act.Period.To))
		default:
			d.say(RuleRequest, Pass, CodeRequestAnswers, d.facts(e.Fact()), id, string(e.Act.By))
		}
	}
}

// approvers counts who approved this very plan, on record before take-off. Nobody approves what they planned.
func (d *decider) approvers() {
	want := d.rules.Rules.Approvers
	var few [8]string
	var some [8]Fact
	names, facts := few[:0], some[:0]
	other, late := false, false
	for _, i := range d.r.bySortie[d.q.Plan.Sortie] {
		e := &d.r.approved.all[i]
		switch {
		case !e.KnownAt(d.q.Known) || e.Act.By == d.q.Plan.Planner:
		case e.Act.Plan != d.q.Digest:
			other = true
		case e.Recorded.At.After(d.q.From):
			late = true
		case !slices.Contains(names, e.Act.By):
			names = append(names, e.Act.By)
			facts = append(facts, e.Fact())
		}
	}
	has, asked := d.count(len(names)), d.count(max(want, 1))
	switch {
	case len(names) >= max(want, 1):
		d.say(RuleApprovers, Pass, CodeApproversApproved, d.facts(facts...), has, asked)
	case late:
		d.say(RuleApprovers, Fail, CodeApproversLate, d.facts(facts...), has, asked, d.stamp(d.q.From))
	case other && len(names) == 0:
		d.say(RuleApprovers, Unknown, CodeApproversOtherPlan, d.facts(facts...), has, asked)
	default:
		d.say(RuleApprovers, Unknown, CodeApproversMissing, d.facts(facts...), has, asked)
	}
}
