package authority

import (
	"slices"
	"time"

	"overflight/airspace"
)

// What was on record, and in force, at an instant by what was known at another.

// revokedFrom returns from when a clearance is revoked, by what was known at k.
func (r *Register) revokedFrom(id string, k time.Time) (time.Time, *Entry[ClearanceRevoked]) {
	if len(r.revoked.all) == 0 {
		return time.Time{}, nil
	}
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

// party reports whether a state is one of the two.
func (a *AgreementProposed) party(s airspace.State) bool {
	return a.Parties[0].State() == s || a.Parties[1].State() == s
}

// other returns the party that a state is not.
func (a *AgreementProposed) other(s airspace.State) airspace.State {
	if p := a.Parties[0].State(); p != s {
		return p
	}
	return a.Parties[1].State()
}

// signedBy is the identifier of what a party said about an agreement.
func signedBy(agreement string, party airspace.State) string { return agreement + ":" + string(party) }

// standingAgreement is an agreement as it was in force.
type standingAgreement struct {
	entry *Entry[AgreementProposed]
	since time.Time
	facts []Fact
}

// agreement returns the agreement between two states that was in force at t, by what was known at k. What was amended by
// another that has taken effect is not in force again, whatever becomes of that.
func (r *Register) agreement(own, s airspace.State, at, k time.Time) (standingAgreement, bool) {
	var room [8]binding
	all := room[:0]
	for i := range r.agreements.all {
		e := &r.agreements.all[i]
		if !between(&e.Act, own, s) || !e.KnownAt(k) {
			continue
		}
		if b := r.effective(e, own, k); b.binds && !b.since.After(at) {
			all = append(all, b)
		}
	}
	best := -1
	for i := range all {
		a := &all[i]
		if !a.entry.Act.Period.Valid().InForce(at) || best >= 0 && a.since.Before(all[best].since) {
			continue
		}
		replaced := false
		for j := range all {
			replaced = replaced || all[j].entry.Act.Amends != "" && r.replaces(&all[j].entry.Act, a.entry.Act.ID, k)
		}
		if !replaced {
			best = i
		}
	}
	if best < 0 {
		return standingAgreement{}, false
	}
	return standingAgreement{entry: all[best].entry, since: all[best].since, facts: all[best].facts()}, true
}

// changes lists what agreements of a state loosened, or would, by what was known at k: every one until t, in the order of
// recording. It stays told, whatever came later; not yet in effect while a warning is missing or too young.
func (r *Register) changes(own airspace.State, at, k time.Time) []Change {
	var out []Change
	for i := range r.agreements.all {
		e := &r.agreements.all[i]
		if e.Act.Amends == "" || !e.Act.party(own) || !e.KnownAt(k) {
			continue
		}
		change := r.effective(e, own, k).change
		if change == nil || r.signedSince(&e.Act, k).After(at) {
			continue
		}
		if change.Since.After(at) {
			change.InEffect = false
		}
		out = append(out, *change)
	}
	return out
}

// signedSince returns from when an agreement would bind by its signatures alone.
func (r *Register) signedSince(a *AgreementProposed, k time.Time) time.Time {
	since := a.Period.From
	for i := range a.Parties {
		if s, ok := r.signed.known(signedBy(a.ID, a.Parties[i].State()), k); ok {
			since = later(since, s.Recorded.At)
		}
	}
	return since
}

// binding is an agreement, from when it binds, and whose words that rests on.
type binding struct {
	entry  *Entry[AgreementProposed]
	binds  bool
	since  time.Time
	signed [2]*Entry[AgreementSigned]
	warned *Entry[AgreementWarned]
	change *Change
}

func (b *binding) facts() []Fact {
	out := append(make([]Fact, 0, 4), b.entry.Fact(), b.signed[0].Fact(), b.signed[1].Fact())
	if b.warned != nil {
		out = append(out, b.warned.Fact())
	}
	return out
}

// effective returns from when an agreement binds, by what was known at k; it does not before both parties have signed it, nor
// before a warning to the other party of what it loosens is old enough.
//
// An amendment is held against the nearest before it that binds. One that never did has loosened nothing, and hides
// nothing from a second amendment. What was taken back since is still what it was.
func (r *Register) effective(e *Entry[AgreementProposed], own airspace.State, k time.Time) binding {
	if e.Act.Amends == "" {
		return r.bind(e, nil, own, k)
	}
	var room [8]*Entry[AgreementProposed]
	chain := append(room[:0], e)
	for range len(r.agreements.all) {
		before := r.agreements.asOf(chain[len(chain)-1].Act.Amends, k)
		if before == nil {
			break
		}
		chain = append(chain, before)
	}
	var bound *Entry[AgreementProposed]
	var out binding
	for i := len(chain) - 1; i >= 0; i-- {
		if out = r.bind(chain[i], bound, own, k); out.binds {
			bound = chain[i]
		}
	}
	return out
}

// bind is effective for an agreement that takes the place of another, or of none. Signatures and warnings count from when
// they were recorded.
func (r *Register) bind(e, before *Entry[AgreementProposed], own airspace.State, k time.Time) binding {
	out := binding{entry: e, since: e.Act.Period.From}
	for i := range e.Act.Parties {
		s, known := r.signed.known(signedBy(e.Act.ID, e.Act.Parties[i].State()), k)
		if !known {
			return out
		}
		out.since, out.signed[i] = later(out.since, s.Recorded.At), s
	}
	if before == nil {
		out.binds = true
		return out
	}
	loosens := e.Act.Terms.Loosens(&before.Act.Terms)
	if len(loosens) == 0 {
		out.binds = true
		return out
	}
	out.change = &Change{Agreement: e.Act.ID, Amends: before.Act.ID, Loosens: loosens, Since: out.since}
	w, known := r.warned.known(signedBy(e.Act.ID, e.Act.other(own)), k)
	if !known || !includes(w.Act.Loosens, loosens) {
		return out
	}
	out.binds, out.warned, out.change.InEffect = true, w, true
	out.since = later(out.since, w.Recorded.At.Add(time.Duration(before.Act.Terms.Warning)))
	out.change.Since = out.since
	return out
}

func includes(warned, loosens []Condition) bool {
	return !slices.ContainsFunc(loosens, func(c Condition) bool { return !slices.Contains(warned, c) })
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// RuleSetOf returns the rule set that a party had in force at an instant, by what was known at another: the one that began
// last.
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
	e, ok := r.ruleSets.known(id, k)
	if !ok {
		return Entry[RuleSetAdopted]{}, false
	}
	return *e, true
}
