package authority

import (
	"slices"
	"time"

	"overflight/airspace"
	"overflight/evidence"
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
	// RuleSet is by whose parameters it is decided. Nil is one that permits nothing.
	RuleSet *RuleSetAdopted
	Rules   evidence.Digest // of the document of RuleSet
	// Crossings are the stretches inside states, LookIns what is looked at from outside, Approaches how near states
	// come that ask for a stand-off: all of them, as whoever asks has to see to.
	Crossings  []Crossing
	LookIns    []LookIn
	Approaches []Approach
	// Contradictions are what the stream itself said against an attested loadout.
	Contradictions []Contradiction
	// Flown says that it was: an uncertain entry is then unknown, never failed.
	Flown bool
	// Designations may be nil: nothing is known of any.
	Designations Designations

	spans []span // of the crossings, where they were prepared
}

// Contradiction is an item of the aircraft's own stream that says that it is armed.
type Contradiction struct {
	At     time.Time
	Item   string // "60", "61", "140" of ST 0601
	Value  string
	Flight string
}

// Decide asks every rule and stops at none. Each rule says at least one thing.
func (r *Register) Decide(q *Question) Decision {
	d := r.decider(q)
	d.results = make([]Result, 0, 32)
	d.scope()
	d.basis()
	d.purpose()
	d.unarmed()
	d.noLethalForce()
	d.clearance()
	d.looksIn()
	d.area()
	d.boundary()
	d.notice()
	d.standOff()
	d.altitude()
	d.ground()
	d.retention()
	d.release()
	d.request()
	d.aircraft()
	d.approvers()
	out := Decision{
		Results: d.results, Changes: r.changes(d.own, q.From, q.Known), From: q.From, To: q.To, Known: q.Known, Sortie: q.Plan.Sortie, Plan: q.Digest,
		RuleSet: d.rules.ID, Rules: q.Rules,
	}
	d.override(&out)
	out.Verdict = verdict(out.Results)
	return out
}

// verdict is NO-GO where a result fails, else INCOMPLETE where one does not know. No results are no permission.
func verdict(results []Result) Verdict {
	out := Go
	if len(results) == 0 {
		out = Incomplete
	}
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
	rules   *RuleSetAdopted
	results []Result
	states  []stateAsks // that are entered or looked into, each once, in the order of their codes
	others  []stateAsks // asked about beside them
	spans   []span      // of the crossings
	bases   []standingBasis
	words   []string // room for the arguments of what is said
}

// stateAsks is what a state asks for, and by which agreement.
type stateAsks struct {
	state     airspace.State
	agreement standingAgreement
	asks      Requirements
	facts     []Fact // of the agreement, where what is asked for stands there
}

func (r *Register) decider(q *Question) decider {
	d := decider{r: r, q: q, own: q.Plan.Operator.State(), rules: q.RuleSet}
	if d.rules == nil {
		d.rules = &RuleSetAdopted{}
	}
	var room [16]airspace.State
	all := room[:0]
	for i := range q.Crossings {
		all = append(all, q.Crossings[i].State)
	}
	for i := range q.LookIns {
		all = append(all, q.LookIns[i].State)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	d.states = make([]stateAsks, len(all))
	for i, s := range all {
		d.states[i] = d.look(s)
	}
	d.spans = make([]span, len(q.Crossings))
	return d
}

// look reads what a state asks for: by an agreement with it that was in force when the sortie began, else by the rule set.
func (d *decider) look(s airspace.State) stateAsks {
	out := stateAsks{state: s}
	out.agreement, _ = d.r.agreement(d.own, s, d.q.From, d.q.Known)
	if e := out.agreement.entry; e != nil {
		if q, ok := e.Act.Terms.States[s]; ok {
			out.asks, out.facts = q, out.agreement.facts
			return out
		}
	}
	if q, ok := d.rules.Rules.States[s]; ok {
		out.asks = q
		return out
	}
	out.asks = d.rules.Rules.Elsewhere
	return out
}

// of returns what a state asks for.
func (d *decider) of(s airspace.State) *stateAsks {
	for i := range d.states {
		if d.states[i].state == s {
			return &d.states[i]
		}
	}
	for i := range d.others {
		if d.others[i].state == s {
			return &d.others[i]
		}
	}
	d.others = append(d.others, d.look(s))
	return &d.others[len(d.others)-1]
}

// span returns what the samples of a crossing lie within.
func (d *decider) span(crossing int) *span {
	s, samples := &d.spans[crossing], d.q.Crossings[crossing].Samples
	switch {
	case s.set:
	case crossing < len(d.q.spans) && d.q.spans[crossing].is(samples):
		*s = d.q.spans[crossing]
	default:
		*s = spanOf(samples)
	}
	return s
}

func (d *decider) say(rule RuleID, o Outcome, code evidence.Code, facts []Fact, args ...string) {
	d.results = append(d.results, Result{Rule: rule, Outcome: o, Code: code, Args: d.list(args...), Facts: facts})
}

func (d *decider) sayOf(state airspace.State, rule RuleID, o Outcome, code evidence.Code, facts []Fact, args ...string) {
	d.results = append(d.results, Result{Rule: rule, Outcome: o, Code: code, Args: d.list(args...), Facts: facts, State: state})
}

// list copies arguments into room that all of them share, so that a decision takes one piece of memory for them.
func (d *decider) list(args ...string) []string {
	if len(args) == 0 {
		return nil
	}
	if cap(d.words)-len(d.words) < len(args) {
		d.words = make([]string, 0, max(96, len(args)))
	}
	n := len(d.words)
	d.words = append(d.words, args...)
	return d.words[n:len(d.words):len(d.words)]
}

// silent reports whether a rule has said nothing yet, of those that are asked since the results were so many.
func (d *decider) silent(since int) bool { return len(d.results) == since }

// with returns facts and one more, in a slice of its own.
func with(f Fact, more ...Fact) []Fact { return append([]Fact{f}, more...) }

// override marks the results of rules that two persons let not count, before take-off and on record by then.
func (d *decider) override(out *Decision) {
	if len(d.r.overridden.all) == 0 {
		return
	}
	for i := range out.Results {
		r := &out.Results[i]
		if r.Outcome == Pass || !r.Rule.overridable() {
			continue
		}
		for _, k := range slices.Backward(d.r.overridden.ids[d.q.Plan.Sortie+":"+string(r.Rule)]) {
			e := &d.r.overridden.all[k]
			if e.KnownAt(d.q.Known) && e.Act.Plan == d.q.Digest && !e.Recorded.At.After(d.q.From) {
				r.Overridden = e.Act.By[0] + ", " + e.Act.By[1] + ": " + e.Act.Reason
				r.Facts = append(slices.Clip(r.Facts), e.Fact())
				break
			}
		}
	}
}
