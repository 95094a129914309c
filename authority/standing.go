package authority

import (
	"time"

	"overflight/airspace"
)

// What was on record, and in force, at an instant by what was known at another.

// revokedFrom returns from when a clearance is revoked, by what was known at k.
func (r *Register) revokedFrom(id string, k time.Time) (time.Time, *Entry[ClearanceRevoked]) {
	e, ok := r.revoked.known(id, k)
	if !ok {
		return time.Time{}, nil
	}
	return e.Act.From, e
}

func between(a *AgreementProposed, s, t airspace.State) bool {
	p, q := a.Parties[0].State(), a.Parties[1].State()
	return p == s && q == t || p == t && q == s
}

// standingAgreement is an agreement as it was in force, and what it loosened.
type standingAgreement struct {
	entry   *Entry[AgreementProposed]
	since   time.Time
	changes []Change
	facts   []Fact
}

// agreement returns the agreement between two states that was in force at t, by what was known at k.
func (r *Register) agreement(s, t airspace.State, at, k time.Time) (standingAgreement, bool) {
	var best standingAgreement
	var changes []Change
	for i := range r.agreements.all {
		e := &r.agreements.all[i]
		if !e.KnownAt(k) || !between(&e.Act, s, t) {
			continue
		}
		since, facts, change, ok := r.effective(e, k)
		if change != nil && !change.Since.After(at) {
			changes = append(changes, *change)
		}
		if !ok || since.After(at) || !e.Act.Period.Valid().InForce(at) {
			continue
		}
		if best.entry == nil || since.After(best.since) {
			best.entry, best.since, best.facts = e, since, facts
		}
	}
	best.changes = changes
	return best, best.entry != nil
}

// effective returns from when an agreement binds, by what was known at k; false while it does not: before both parties
// have signed it, or before a warning of what it loosens is old enough. Signatures count from when they were recorded.
func (r *Register) effective(e *Entry[AgreementProposed], k time.Time) (since time.Time, facts []Fact, change *Change, ok bool) {
	since = e.Act.Period.From
	facts = append(facts, e.Fact())
	for _, p := range e.Act.Parties {
		s, known := r.signed.known(e.Act.ID+":"+string(p.State()), k)
		if !known {
			return time.Time{}, nil, nil, false
		}
		since = later(since, s.Recorded.At)
		facts = append(facts, s.Fact())
	}
	if e.Act.Amends == "" {
		return since, facts, nil, true
	}
	before, known := r.agreements.known(e.Act.Amends, k)
	if !known {
		return since, facts, nil, true
	}
	loosens := e.Act.Terms.Loosens(&before.Act.Terms)
	if len(loosens) == 0 {
		return since, facts, nil, true
	}
	change = &Change{Agreement: e.Act.ID, Amends: e.Act.Amends, Loosens: loosens, Since: since}
	for _, p := range e.Act.Parties {
		w, known := r.warned.known(e.Act.ID+":"+string(p.State()), k)
		if !known {
			continue
		}
		if covers(w.Act.Loosens, loosens) {
			change.InEffect = true
			change.Since = later(since, w.Recorded.At.Add(time.Duration(before.Act.Terms.Warning)))
			return change.Since, append(facts, w.Fact()), change, true
		}
	}
	return time.Time{}, nil, change, false
}

func covers(warned, loosens []Condition) bool {
	for _, c := range loosens {
		found := false
		for _, w := range warned {
			found = found || w == c
		}
		if !found {
			return false
		}
	}
	return true
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ruleSet returns the rule set of a party that was in force at t, by what was known at k: the newest of those.
func (r *Register) ruleSet(id string, k time.Time) (*Entry[RuleSetAdopted], bool) {
	return r.ruleSets.known(id, k)
}

// RuleSetOf returns the rule set that a party had in force at an instant, by what was known at another.
func (r *Register) RuleSetOf(p Party, at, k time.Time) (Entry[RuleSetAdopted], bool) {
	var best *Entry[RuleSetAdopted]
	for i := range r.ruleSets.all {
		e := &r.ruleSets.all[i]
		if e.KnownAt(k) && e.Act.Party.State() == p.State() && e.Act.Period.Valid().InForce(at) && (best == nil || !e.Act.Period.From.Before(best.Act.Period.From)) {
			best = e
		}
	}
	if best == nil {
		return Entry[RuleSetAdopted]{}, false
	}
	return *best, true
}

// RuleSet returns a rule set by its identifier.
func (r *Register) RuleSet(id string, k time.Time) (Entry[RuleSetAdopted], bool) {
	e, ok := r.ruleSet(id, k)
	if !ok {
		return Entry[RuleSetAdopted]{}, false
	}
	return *e, true
}
