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
	if d.bases == nil {
		d.bases = make([]standingBasis, len(d.q.Plan.Basis))
		for i, ref := range d.q.Plan.Basis {
			d.bases[i] = d.standing(ref)
		}
	}
	return d.bases
}

// standing says whether one cited basis is in force for the whole sortie.
func (d *decider) standing(ref BasisRef) standingBasis {
	b := standingBasis{ref: ref, outcome: Unknown, code: CodeBasisUnknown, args: d.list(string(ref.Basis), ref.ID)}
	switch ref.Basis {
	case Order, HostRequest:
		e, ok := d.r.bases.known(ref.ID, d.q.Known)
		if !ok || e.Act.Basis != ref.Basis {
			return b
		}
		b.facts, b.purposes, b.noLethalForce = []Fact{e.Fact()}, e.Act.Purposes, e.Act.NoLethalForce
		if ref.Basis == HostRequest {
			if e.Act.Issuer.State() == d.own {
				return b.is(Fail, CodeBasisOwnRequest, ref.ID, string(e.Act.Issuer))
			}
			b.host = e.Act.Issuer.State()
		}
		return b.inForce(d.q, e.Act.Period, e.Recorded.At)
	case UnderClearance:
		e, ok := d.r.clearances.known(ref.ID, d.q.Known)
		if !ok {
			return b
		}
		b.facts = []Fact{e.Fact()}
		if from, by := d.r.revokedFrom(ref.ID, d.q.Known); by != nil && from.Before(d.q.To) {
			b.facts = append(b.facts, by.Fact())
			return b.is(Fail, CodeClearanceRevoked, ref.ID, stamp(from), by.Act.Reason)
		}
		return b.inForce(d.q, e.Act.Period, e.Recorded.At)
	case UnderAgreement:
		return d.standingAgreement(b)
	}
	return b
}

func (d *decider) standingAgreement(b standingBasis) standingBasis {
	e, ok := d.r.agreements.known(b.ref.ID, d.q.Known)
	if !ok {
		return b
	}
	b.facts = []Fact{e.Fact()}
	if !e.Act.party(d.own) {
		return b.is(Fail, CodeBasisNotParty, b.ref.ID, string(d.own))
	}
	a := d.of(e.Act.other(d.own)).agreement
	if a.entry == nil {
		return b.is(Unknown, CodeBasisNotSigned, b.ref.ID)
	}
	// An agreement is cited by its own name, by that of what amended it since, or by that of an amendment that is not in
	// force yet.
	if a.entry.Act.ID != b.ref.ID && !d.r.replaces(&a.entry.Act, b.ref.ID, d.q.Known) && !d.r.replaces(&e.Act, a.entry.Act.ID, d.q.Known) {
		return b.is(Fail, CodeBasisSuperseded, b.ref.ID, a.entry.Act.ID)
	}
	terms := &a.entry.Act.Terms
	b.facts, b.terms, b.purposes, b.noLethalForce = a.facts, terms, terms.Purposes, terms.NoLethalForce
	return b.inForce(d.q, a.entry.Act.Period, a.since)
}

func (b standingBasis) is(o Outcome, code evidence.Code, args ...string) standingBasis {
	b.outcome, b.code, b.args = o, code, args
	return b
}

// inForce tests the period of a basis, and that it was on record before take-off: whatever date it bears, the log decides.
func (b standingBasis) inForce(q *Question, p Period, recorded time.Time) standingBasis {
	switch {
	case !p.covers(q.From, q.To):
		return b.is(Fail, CodeBasisNotInForce, string(b.ref.Basis), b.ref.ID, stamp(p.From), stamp(p.To))
	case recorded.After(q.From):
		return b.is(Fail, CodeBasisRecordedLate, string(b.ref.Basis), b.ref.ID, stamp(recorded), stamp(q.From))
	}
	return b.is(Pass, CodeBasisInForce, string(b.ref.Basis), b.ref.ID, stamp(p.From), stamp(p.To))
}

func (d *decider) basis() {
	bases := d.stand()
	if len(bases) == 0 {
		d.say(RuleBasis, Fail, CodeBasisNone, nil)
	}
	for i := range bases {
		b := &bases[i]
		d.say(RuleBasis, b.outcome, b.code, b.facts, b.args...)
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
			d.say(RuleScope, Pass, CodeScopeHostRequest, []Fact{e.Fact()}, id)
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
	if !slices.Contains(d.rules.Rules.Programmes, s.List+":"+s.Programme) {
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
		d.say(RuleScope, at.Outcome, at.Code, at.Facts, append(d.list(s.List, id, s.Programme), at.Args...)...)
	}
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
			d.sayOf(s.state, RulePurpose, Fail, CodePurposeAgreement, s.agreement.facts, string(p), e.Act.ID)
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
			d.sayOf(s.state, RuleNoLethalForce, Fail, CodeNoLethalForceAgreement, s.agreement.facts, e.Act.ID)
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
			d.say(RuleRequest, Fail, CodeRequestPeriod, []Fact{e.Fact()}, id, stamp(e.Act.Period.From), stamp(e.Act.Period.To))
		default:
			d.say(RuleRequest, Pass, CodeRequestAnswers, []Fact{e.Fact()}, id, string(e.Act.By))
		}
	}
}

// approvers counts who approved this very plan, on record before take-off. Nobody approves what they planned.
func (d *decider) approvers() {
	want := d.rules.Rules.Approvers
	var room [8]string
	names := room[:0]
	var facts []Fact
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
	has, asked := count(len(names)), count(max(want, 1))
	switch {
	case len(names) >= max(want, 1):
		d.say(RuleApprovers, Pass, CodeApproversApproved, facts, has, asked)
	case late:
		d.say(RuleApprovers, Fail, CodeApproversLate, facts, has, asked, stamp(d.q.From))
	case other && len(names) == 0:
		d.say(RuleApprovers, Unknown, CodeApproversOtherPlan, facts, has, asked)
	default:
		d.say(RuleApprovers, Unknown, CodeApproversMissing, facts, has, asked)
	}
}
