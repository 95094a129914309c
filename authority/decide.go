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

	// Of the crossings, where they were prepared.
	spans []span
	fits  map[fitted]fit
	of    *Register
}

// Contradiction is an item of the aircraft's own stream that says that it is armed.
type Contradiction struct {
	At     time.Time
	Item   string // "60", "61", "140" of ST 0601
	Value  string
	Flight string
}

// Decide asks every rule and stops at none. Each rule says at least one thing. The decision is its caller's.
func (r *Register) Decide(q *Question) Decision { return r.decider(q).decide() }

// Decider decides one question after another in memory that it keeps: once that is enough for its questions, deciding takes
// none. It is for one caller at a time; any number of deciders may read one register while nobody writes.
type Decider struct{ decider }

// NewDecider returns a decider by what is on record in a register.
func NewDecider(r *Register) *Decider { return &Decider{decider{r: r, room: room{made: new(made)}}} }

// Decide is Register.Decide, but for whose the lists of the decision are: the decider's, and good until its next question.
func (d *Decider) Decide(q *Question) Decision {
	d.begin(q)
	return d.decide()
}

func (d *decider) decide() Decision {
	q := d.q
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
	d.points()
	d.standOff()
	d.altitude()
	d.distance()
	d.quota()
	d.reports()
	d.transponder()
	d.flightPlan()
	d.ground()
	d.retention()
	d.release()
	d.request()
	d.aircraft()
	d.approvers()
	d.changes = d.r.changes(d.changes, d.own, q.From, q.Known)
	out := Decision{
		Results: d.results, From: q.From, To: q.To, Known: q.Known, Sortie: q.Plan.Sortie, Plan: q.Digest, RuleSet: d.rules.ID, Rules: q.Rules,
	}
	if len(d.changes) > 0 {
		out.Changes = d.changes
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
	spans   []span      // of the crossings, where they were not prepared
	bases   []standingBasis
	stood   bool // whether bases are of this question
	changes []Change
	room
}

// stateAsks is what a state asks for, and by which agreement.
type stateAsks struct {
	state     airspace.State
	agreement binding
	agreed    []Fact // that the agreement is in force
	asks      Requirements
	facts     []Fact // of the agreement, where what is asked for stands there
}

// noRules permits nothing.
var noRules RuleSetAdopted

func (r *Register) decider(q *Question) *decider {
	d := &decider{r: r, results: make([]Result, 0, 32)}
	d.begin(q)
	return d
}

// begin leaves the question before.
func (d *decider) begin(q *Question) {
	d.q, d.own, d.rules = q, q.Plan.Operator.State(), q.RuleSet
	if d.rules == nil {
		d.rules = &noRules
	}
	d.results, d.states, d.others, d.bases, d.stood, d.changes = d.results[:0], d.states[:0], d.others[:0], d.bases[:0], false, d.changes[:0]
	d.room.clear()
	d.spans = d.spans[:0]
	for range q.Crossings {
		d.spans = append(d.spans, span{})
	}
	var few [16]airspace.State
	all := few[:0]
	for i := range q.Crossings {
		all = append(all, q.Crossings[i].State)
	}
	for i := range q.LookIns {
		all = append(all, q.LookIns[i].State)
	}
	slices.Sort(all)
	for _, s := range slices.Compact(all) {
		d.states = append(d.states, d.look(s))
	}
}

// look reads what a state asks for: by an agreement with it that was in force when the sortie began, else by the rule set.
func (d *decider) look(s airspace.State) stateAsks {
	out := stateAsks{state: s}
	out.agreement, _ = d.r.agreement(d.own, s, d.q.From, d.q.Known)
	if e := out.agreement.entry; e != nil {
		out.agreed = d.agreed(&out.agreement)
		if q, ok := e.Act.Terms.States[s]; ok {
			out.asks, out.facts = q, out.agreed
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

// agreed names what an agreement that binds rests on.
func (d *decider) agreed(b *binding) []Fact {
	if b.warned != nil {
		return d.facts(b.entry.Fact(), b.signed[0].Fact(), b.signed[1].Fact(), b.warned.Fact())
	}
	return d.facts(b.entry.Fact(), b.signed[0].Fact(), b.signed[1].Fact())
}

// span returns what the samples of a crossing lie within.
func (d *decider) span(crossing int) *span {
	if d.prepared(crossing) {
		return &d.q.spans[crossing]
	}
	s := &d.spans[crossing]
	if !s.set {
		*s = spanOf(d.q.Crossings[crossing].Samples)
	}
	return s
}

func (d *decider) say(rule RuleID, o Outcome, code evidence.Code, facts []Fact, args ...string) {
	d.results = append(d.results, Result{Rule: rule, Outcome: o, Code: code, Args: d.list(args...), Facts: facts})
}

func (d *decider) sayOf(state airspace.State, rule RuleID, o Outcome, code evidence.Code, facts []Fact, args ...string) {
	d.results = append(d.results, Result{Rule: rule, Outcome: o, Code: code, Args: d.list(args...), Facts: facts, State: state})
}

// silent reports whether a rule has said nothing yet, of those that are asked since the results were so many.
func (d *decider) silent(since int) bool { return len(d.results) == since }

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
				r.Facts = d.and(r.Facts, d.facts(e.Fact()))
				break
			}
		}
	}
}
