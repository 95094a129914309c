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

// newest returns the newest act of a party that was on record at k.
func newest[A Act](s *shelf[A], of []partyAct, party airspace.State, k time.Time) (*Entry[A], bool) {
	for i := len(of) - 1; i >= 0; i-- {
		if of[i].party == party {
			if e := &s.all[of[i].at]; e.KnownAt(k) {
				return e, true
			}
		}
	}
	return nil, false
}

// agreement returns the agreement between two states that was in force at t, by what was known at k. What was amended by
// another that has taken effect is not in force again, whatever becomes of that.
func (r *Register) agreement(own, s airspace.State, at, k time.Time) (binding, bool) {
	var room [4]binding
	all := room[:0]
	for _, i := range r.index.between[pair(own, s)] {
		if !r.agreements.all[i].KnownAt(k) {
			continue
		}
		if b := r.effective(i, own, k); b.binds && !b.since.After(at) {
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
		return binding{}, false
	}
	return all[best], true
}

// changes appends what agreements of a state loosened, or would, by what was known at k: every one until t, in the order of
// recording. It stays told, whatever came later; not yet in effect while a warning is missing or too young.
func (r *Register) changes(out []Change, own airspace.State, at, k time.Time) []Change {
	for _, i := range r.index.amending {
		e := &r.agreements.all[i]
		if !e.Act.party(own) || !e.KnownAt(k) {
			continue
		}
		b := r.effective(i, own, k)
		if len(b.loosens) == 0 || r.signedSince(i, k).After(at) {
			continue
		}
		out = append(out, Change{Agreement: e.Act.ID, Amends: b.amends, Loosens: b.loosens, Since: b.since, InEffect: b.binds && !b.since.After(at)})
	}
	return out
}

// signedSince returns from when an agreement would bind by its signatures alone.
func (r *Register) signedSince(agreement int, k time.Time) time.Time {
	a := &r.agreements.all[agreement].Act
	since := a.Period.From
	for i := range a.Parties {
		if s, ok := newest(&r.signed, r.index.of[agreement].signed, a.Parties[i].State(), k); ok {
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
	// What it loosens, of which agreement, where it loosens anything.
	loosens []Condition
	amends  string
}

// effective returns from when an agreement binds, by what was known at k; it does not before both parties have signed it, nor
// before a warning to the other party of what it loosens is old enough.
//
// An amendment is held against the nearest before it that binds. One that never did has loosened nothing, and hides
// nothing from a second amendment. What was taken back since is still what it was.
func (r *Register) effective(agreement int, own airspace.State, k time.Time) binding {
	if r.agreements.all[agreement].Act.Amends == "" {
		return r.bind(agreement, nil, own, k)
	}
	var room [8]int
	chain := append(room[:0], agreement)
	for range len(r.agreements.all) {
		before := r.agreements.asOf(r.agreements.all[chain[len(chain)-1]].Act.Amends, k)
		if before < 0 {
			break
		}
		chain = append(chain, before)
	}
	var bound *Entry[AgreementProposed]
	var out binding
	for i := len(chain) - 1; i >= 0; i-- {
		if out = r.bind(chain[i], bound, own, k); out.binds {
			bound = out.entry
		}
	}
	return out
}

// bind is effective for an agreement that takes the place of another, or of none. Signatures and warnings count from when
// they were recorded.
func (r *Register) bind(agreement int, before *Entry[AgreementProposed], own airspace.State, k time.Time) binding {
	e, of := &r.agreements.all[agreement], r.index.of[agreement]
	out := binding{entry: e, since: e.Act.Period.From}
	for i := range e.Act.Parties {
		s, known := newest(&r.signed, of.signed, e.Act.Parties[i].State(), k)
		if !known {
			return out
		}
		out.since, out.signed[i] = later(out.since, s.Recorded.At), s
	}
	if before == nil {
		out.binds = true
		return out
	}
	loosens := e.Act.Terms.loosens(&before.Act.Terms)
	if len(loosens) == 0 {
		out.binds = true
		return out
	}
	out.loosens, out.amends = loosens, before.Act.ID
	w, known := newest(&r.warned, of.warned, e.Act.other(own), k)
	if !known || !includes(w.Act.Loosens, loosens) {
		return out
	}
	out.binds, out.warned = true, w
	out.since = later(out.since, w.Recorded.At.Add(time.Duration(before.Act.Terms.Warning)))
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
