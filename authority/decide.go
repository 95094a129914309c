package authority

import (
	"math"
	"slices"
	"strconv"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/validity"
)

// Organisation is the key of a designation: a list, its identifier there, a programme. Never a name.
type Organisation struct {
	List      string
	ID        string
	Programme string
}

// Standing is what the designations say of one organisation.
type Standing struct {
	Outcome Outcome
	Code    evidence.Code
	Args    []string
	Facts   []Fact
}

// Designations answers whether an organisation was designated at an instant, by what was known at another.
type Designations func(Organisation, validity.AsOf) Standing

// Question is what is to be decided: a plan that is meant to be flown, or what was flown of it.
type Question struct {
	Plan *Plan
	// Digest is that of the document of the filed plan. Approvals are of it.
	Digest evidence.Digest
	// From and To are when the sortie takes off and lands, or did.
	From, To time.Time
	// Known is by whose knowledge it is decided: nothing recorded later is used.
	Known time.Time
	// RuleSet is by whose parameters it is decided.
	RuleSet *RuleSetAdopted
	Rules   evidence.Digest // of the document of RuleSet
	// Crossings are the stretches inside states, LookIns what is looked at from outside, Approaches how near states
	// come that ask for a stand-off.
	Crossings  []Crossing
	LookIns    []LookIn
	Approaches []Approach
	// Contradictions are what the stream itself said against an attested loadout.
	Contradictions []Contradiction
	// Flown says that it was: an uncertain entry is then unknown, never failed.
	Flown bool
	// Designations may be nil: nothing is known of any.
	Designations Designations
}

// Contradiction is an item of the aircraft's own stream that says that it is armed.
type Contradiction struct {
	At     time.Time
	Item   string // "60", "61", "140" of ST 0601
	Value  string
	Flight string
}

// Decide asks every rule and stops at none.
func (r *Register) Decide(q *Question) Decision {
	d := decider{r: r, q: q, own: q.Plan.Operator.State()}
	d.results = make([]Result, 0, 16)
	d.scope()
	d.basis()
	d.purpose()
	d.unarmed()
	d.noLethalForce()
	d.clearance()
	d.looksIn()
	d.notice()
	d.standOff()
	d.altitude()
	d.ground()
	d.retention()
	d.request()
	d.aircraft()
	d.approvers()
	out := Decision{
		Results: d.results, Changes: d.changes, From: q.From, To: q.To, Known: q.Known, Sortie: q.Plan.Sortie, Plan: q.Digest,
		RuleSet: q.RuleSet.ID, Rules: q.Rules,
	}
	d.override(&out)
	out.Verdict = verdict(out.Results)
	return out
}

func verdict(results []Result) Verdict {
	out := Go
	for i := range results {
		if results[i].Overridden != "" {
			continue
		}
		switch results[i].Outcome {
		case Fail:
			return NoGo
		case Unknown:
			out = Incomplete
		case Pass:
		}
	}
	return out
}

// decider holds what the rules share while one question is decided.
type decider struct {
	r       *Register
	q       *Question
	own     airspace.State
	results []Result
	changes []Change
	agreed  map[airspace.State]standingAgreement // of states that were asked for
	inForce []basisInForce
}

type basisInForce struct {
	ref           BasisRef
	purposes      []Purpose
	noLethalForce bool
	terms         *Terms
	facts         []Fact
	host          bool // the host state's own request
}

func (d *decider) say(rule RuleID, o Outcome, code evidence.Code, facts []Fact, args ...string) {
	d.results = append(d.results, Result{Rule: rule, Outcome: o, Code: code, Args: args, Facts: facts})
}

func (d *decider) sayOf(state airspace.State, rule RuleID, o Outcome, code evidence.Code, facts []Fact, args ...string) {
	d.results = append(d.results, Result{Rule: rule, Outcome: o, Code: code, Args: args, Facts: facts, State: state})
}

// agreement returns the agreement with a state that was in force when the sortie began.
func (d *decider) agreement(s airspace.State) standingAgreement {
	if a, ok := d.agreed[s]; ok {
		return a
	}
	a, _ := d.r.agreement(d.own, s, d.q.From, d.q.Known)
	if d.agreed == nil {
		d.agreed = make(map[airspace.State]standingAgreement, 4)
	}
	d.agreed[s] = a
	d.changes = append(d.changes, a.changes...)
	return a
}

// requirements returns what a state asks for: by an agreement with it, else by the rule set.
func (d *decider) requirements(s airspace.State) (Requirements, []Fact) {
	if a := d.agreement(s); a.entry != nil {
		if q, ok := a.entry.Act.Terms.States[s]; ok {
			return q, a.facts
		}
	}
	if q, ok := d.q.RuleSet.Rules.States[s]; ok {
		return q, nil
	}
	return d.q.RuleSet.Rules.Elsewhere, nil
}

// states lists the states that are entered or looked into, each once, in the order of their codes.
func (d *decider) states() []airspace.State {
	var out []airspace.State
	for i := range d.q.Crossings {
		out = append(out, d.q.Crossings[i].State)
	}
	for i := range d.q.LookIns {
		out = append(out, d.q.LookIns[i].State)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (d *decider) scope() {
	s := &d.q.Plan.Scope
	switch s.By {
	case "host-request":
		for _, b := range d.bases() {
			if b.host {
				d.say(RuleScope, Pass, "authority.scope.host_request", b.facts, b.ref.ID)
				return
			}
		}
		for _, id := range d.q.Plan.Requests {
			if e, ok := d.r.requests.known(id, d.q.Known); ok && e.Act.By.State() != d.own {
				d.say(RuleScope, Pass, "authority.scope.host_request", []Fact{e.Fact()}, id)
				return
			}
		}
		d.say(RuleScope, Unknown, "authority.scope.no_host_request", nil)
		return
	case "agreement":
		for _, b := range d.bases() {
			if b.terms != nil {
				d.say(RuleScope, Pass, "authority.scope.agreement", b.facts, b.ref.ID)
				return
			}
		}
		d.say(RuleScope, Unknown, "authority.scope.no_agreement", nil)
		return
	}
	if !slices.Contains(d.q.RuleSet.Rules.Programmes, s.List+":"+s.Programme) {
		d.say(RuleScope, Fail, "authority.scope.programme", nil, s.List+":"+s.Programme, d.q.RuleSet.ID)
		return
	}
	for _, id := range s.Organisations {
		o := Organisation{List: s.List, ID: id, Programme: s.Programme}
		if d.q.Designations == nil {
			d.say(RuleScope, Unknown, "authority.scope.no_list", nil, s.List, id, s.Programme)
			continue
		}
		// In force from take-off to landing: the worse of the two ends.
		at := d.q.Designations(o, validity.AsOf{Valid: d.q.From, Known: d.q.Known})
		if end := d.q.Designations(o, validity.AsOf{Valid: d.q.To, Known: d.q.Known}); worse(at.Outcome, end.Outcome) != at.Outcome {
			at = end
		}
		d.say(RuleScope, at.Outcome, at.Code, at.Facts, append([]string{s.List, id, s.Programme}, at.Args...)...)
	}
}

// bases returns the cited bases that are in force for the whole sortie.
func (d *decider) bases() []basisInForce {
	if d.inForce == nil {
		d.inForce = make([]basisInForce, 0, len(d.q.Plan.Basis))
		for _, ref := range d.q.Plan.Basis {
			if b, o, _, _ := d.stand(ref); o == Pass {
				d.inForce = append(d.inForce, b)
			}
		}
	}
	return d.inForce
}

// stand says whether one cited basis is in force for the whole sortie.
func (d *decider) stand(ref BasisRef) (b basisInForce, o Outcome, code evidence.Code, args []string) {
	b.ref = ref
	switch ref.Basis {
	case Order, HostRequest:
		e, ok := d.r.bases.known(ref.ID, d.q.Known)
		if !ok || e.Act.Basis != ref.Basis {
			return b, Unknown, "authority.basis.unknown", []string{string(ref.Basis), ref.ID}
		}
		b.facts, b.purposes, b.noLethalForce, b.host = []Fact{e.Fact()}, e.Act.Purposes, e.Act.NoLethalForce, ref.Basis == HostRequest
		if ref.Basis == HostRequest && e.Act.Issuer.State() == d.own {
			return b, Fail, "authority.basis.own_request", []string{ref.ID, string(e.Act.Issuer)}
		}
		return b, inPeriod(e.Act.Period, d.q), "authority.basis.in_force", periodArgs(ref, e.Act.Period)
	case UnderClearance:
		e, ok := d.r.clearances.known(ref.ID, d.q.Known)
		if !ok {
			return b, Unknown, "authority.basis.unknown", []string{string(ref.Basis), ref.ID}
		}
		b.facts = []Fact{e.Fact()}
		if from, by := d.r.revokedFrom(ref.ID, d.q.Known); by != nil && from.Before(d.q.To) {
			b.facts = append(b.facts, by.Fact())
			return b, Fail, "authority.clearance.revoked", []string{ref.ID, stamp(from), by.Act.Reason}
		}
		return b, inPeriod(e.Act.Period, d.q), "authority.basis.in_force", periodArgs(ref, e.Act.Period)
	case UnderAgreement:
		e, ok := d.r.agreements.known(ref.ID, d.q.Known)
		if !ok {
			return b, Unknown, "authority.basis.unknown", []string{string(ref.Basis), ref.ID}
		}
		b.facts = []Fact{e.Fact()}
		other := e.Act.Parties[0].State()
		if other == d.own {
			other = e.Act.Parties[1].State()
		}
		a := d.agreement(other)
		if a.entry == nil {
			return b, Unknown, "authority.basis.not_signed", []string{ref.ID}
		}
		// An agreement is cited by its own name or by that of what amended it since.
		if a.entry.Act.ID != ref.ID && !d.amends(a.entry, ref.ID) && !d.amends(e, a.entry.Act.ID) {
			return b, Fail, "authority.basis.superseded", []string{ref.ID, a.entry.Act.ID}
		}
		b.facts, b.terms, b.purposes, b.noLethalForce = a.facts, &a.entry.Act.Terms, a.entry.Act.Terms.Purposes, a.entry.Act.Terms.NoLethalForce
		return b, inPeriod(a.entry.Act.Period, d.q), "authority.basis.in_force", periodArgs(ref, a.entry.Act.Period)
	}
	return b, Unknown, "authority.basis.unknown", []string{string(ref.Basis), ref.ID}
}

// amends reports whether an agreement takes the place of another, by however many steps.
func (d *decider) amends(e *Entry[AgreementProposed], id string) bool {
	for range len(d.r.agreements.all) {
		if e.Act.Amends == "" {
			return false
		}
		if e.Act.Amends == id {
			return true
		}
		next, ok := d.r.agreements.known(e.Act.Amends, d.q.Known)
		if !ok {
			return false
		}
		e = next
	}
	return false
}

func inPeriod(p Period, q *Question) Outcome {
	if p.covers(q.From, q.To) {
		return Pass
	}
	return Fail
}

func periodArgs(ref BasisRef, p Period) []string {
	return []string{string(ref.Basis), ref.ID, stamp(p.From), stamp(p.To)}
}

func (d *decider) basis() {
	if len(d.q.Plan.Basis) == 0 {
		d.say(RuleBasis, Fail, "authority.basis.none", nil)
		return
	}
	for _, ref := range d.q.Plan.Basis {
		b, o, code, args := d.stand(ref)
		if o == Fail && code == "authority.basis.in_force" {
			code = "authority.basis.not_in_force"
		}
		d.say(RuleBasis, o, code, b.facts, args...)
	}
}

func (d *decider) purpose() {
	p := d.q.Plan.Purpose
	if !slices.Contains(d.q.RuleSet.Rules.Purposes, p) {
		d.say(RulePurpose, Fail, "authority.purpose.ruleset", nil, string(p), d.q.RuleSet.ID)
		return
	}
	for _, b := range d.bases() {
		if b.purposes != nil && !slices.Contains(b.purposes, p) {
			d.say(RulePurpose, Fail, "authority.purpose.basis", b.facts, string(p), b.ref.ID)
			return
		}
	}
	for _, s := range d.states() {
		if a := d.agreement(s); a.entry != nil && !slices.Contains(a.entry.Act.Terms.Purposes, p) {
			d.sayOf(s, RulePurpose, Fail, "authority.purpose.agreement", a.facts, string(p), a.entry.Act.ID)
			return
		}
	}
	d.say(RulePurpose, Pass, "authority.purpose.permitted", nil, string(p))
}

func (d *decider) unarmed() {
	q := d.q
	for _, c := range q.Contradictions {
		d.say(RuleUnarmed, Fail, "authority.unarmed.contradicted", nil, c.Item, c.Value, stamp(c.At))
	}
	e, ok := d.loadout()
	if !ok {
		d.say(RuleUnarmed, Unknown, "authority.unarmed.unknown", nil, q.Plan.Aircraft.Tail)
		return
	}
	a := &e.Act
	facts := []Fact{e.Fact()}
	oldest := q.From.Add(-time.Duration(q.RuleSet.Rules.AttestedWithin))
	switch {
	case a.Armed:
		d.say(RuleUnarmed, Fail, "authority.unarmed.armed", facts, a.ID, a.By)
	case a.Tail != q.Plan.Aircraft.Tail:
		d.say(RuleUnarmed, Fail, "authority.unarmed.tail", facts, a.ID, a.Tail, q.Plan.Aircraft.Tail)
	case a.Sortie != "" && a.Sortie != q.Plan.Sortie:
		d.say(RuleUnarmed, Fail, "authority.unarmed.sortie", facts, a.ID, a.Sortie)
	case a.At.After(q.From):
		d.say(RuleUnarmed, Fail, "authority.unarmed.late", facts, a.ID, stamp(a.At), stamp(q.From))
	case e.Recorded.At.After(q.From):
		d.say(RuleUnarmed, Fail, "authority.unarmed.recorded_late", facts, a.ID, stamp(e.Recorded.At), stamp(q.From))
	case a.At.Before(oldest):
		d.say(RuleUnarmed, Fail, "authority.unarmed.old", facts, a.ID, stamp(a.At), time.Duration(q.RuleSet.Rules.AttestedWithin).String())
	case !a.Period.covers(q.From, q.To):
		d.say(RuleUnarmed, Fail, "authority.unarmed.period", facts, a.ID, stamp(a.Period.From), stamp(a.Period.To))
	case a.Capable:
		d.say(RuleUnarmed, Pass, "authority.unarmed.capable", facts, a.ID, a.By, stamp(a.At))
	default:
		d.say(RuleUnarmed, Pass, "authority.unarmed.attested", facts, a.ID, a.By, stamp(a.At))
	}
	for _, s := range d.states() {
		if r, _ := d.requirements(s); r.Inspection {
			d.inspection(s, a.ID)
		}
	}
}

// loadout returns the attestation that the plan cites, or the newest of the aircraft where it cites none.
func (d *decider) loadout() (*Entry[LoadoutAttested], bool) {
	if id := d.q.Plan.Loadout; id != "" {
		return d.r.loadouts.known(id, d.q.Known)
	}
	for i := len(d.r.loadouts.all) - 1; i >= 0; i-- {
		e := &d.r.loadouts.all[i]
		if e.Act.Tail == d.q.Plan.Aircraft.Tail && e.KnownAt(d.q.Known) && (e.Act.Sortie == "" || e.Act.Sortie == d.q.Plan.Sortie) && e.Act.Period.covers(d.q.From, d.q.To) {
			return e, true
		}
	}
	return nil, false
}

func (d *decider) inspection(s airspace.State, loadout string) {
	e, ok := d.r.inspected.known(loadout+":"+string(s), d.q.Known)
	switch {
	case !ok:
		d.sayOf(s, RuleUnarmed, Unknown, "authority.unarmed.not_inspected", nil, loadout, string(s))
	case !e.Act.Agrees:
		d.sayOf(s, RuleUnarmed, Fail, "authority.unarmed.inspector_disagrees", []Fact{e.Fact()}, loadout, e.Act.Inspector, e.Act.Remarks)
	case e.Act.At.After(d.q.From) || e.Recorded.At.After(d.q.From):
		d.sayOf(s, RuleUnarmed, Fail, "authority.unarmed.inspected_late", []Fact{e.Fact()}, loadout, stamp(later(e.Act.At, e.Recorded.At)))
	default:
		d.sayOf(s, RuleUnarmed, Pass, "authority.unarmed.inspected", []Fact{e.Fact()}, loadout, e.Act.Inspector)
	}
}

func (d *decider) noLethalForce() {
	if !d.q.RuleSet.Rules.NoLethalForce {
		d.say(RuleNoLethalForce, Fail, "authority.no_lethal_force.ruleset", nil, d.q.RuleSet.ID)
		return
	}
	for _, s := range d.states() {
		if a := d.agreement(s); a.entry != nil && !a.entry.Act.Terms.NoLethalForce {
			d.sayOf(s, RuleNoLethalForce, Fail, "authority.no_lethal_force.agreement", a.facts, a.entry.Act.ID)
			return
		}
	}
	for _, b := range d.bases() {
		if b.noLethalForce {
			d.say(RuleNoLethalForce, Pass, "authority.no_lethal_force.in_force", b.facts, b.ref.ID)
			return
		}
	}
	d.say(RuleNoLethalForce, Unknown, "authority.no_lethal_force.unknown", nil)
}

// override marks the results of rules that two persons let not count.
func (d *decider) override(out *Decision) {
	if len(d.r.overridden.all) == 0 {
		return
	}
	for i := range out.Results {
		r := &out.Results[i]
		if r.Outcome == Pass {
			continue
		}
		e, ok := d.r.overridden.known(d.q.Plan.Sortie+":"+string(r.Rule), d.q.Known)
		if ok && e.Act.Plan == d.q.Digest && r.Rule.overridable() {
			r.Overridden = e.Act.By[0] + ", " + e.Act.By[1] + ": " + e.Act.Reason
			r.Facts = append(slices.Clip(r.Facts), e.Fact())
		}
	}
}

func metres(l geodesy.Length) string {
	return strconv.FormatFloat(math.Round(float64(l)), 'f', 0, 64)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
