package authority

import (
	"slices"
	"time"

	"overflight/airspace"
)

// Asks returns what a state asks for of flights by another, in force at an instant and by what was known at another: by an
// agreement between the two, else by the rule set, which may be nil.
func (r *Register) Asks(own, s airspace.State, at, known time.Time, rules *RuleSet) (Requirements, bool) {
	if a, ok := r.agreement(own, s, at, known); ok {
		if q, ok := a.entry.Act.Terms.States[s]; ok {
			return q, true
		}
	}
	if rules == nil {
		return Requirements{}, false
	}
	if q, ok := rules.States[s]; ok {
		return q, true
	}
	return rules.Elsewhere, true
}

// StandOffs lists the states that ask for a stand-off, of those that the rule set or an agreement names.
func (r *Register) StandOffs(own airspace.State, at, known time.Time, rules *RuleSet) []airspace.State {
	names := map[airspace.State]bool{}
	if rules != nil {
		for s := range rules.States {
			names[s] = true
		}
	}
	for i := range r.agreements.all {
		if e := &r.agreements.all[i]; e.KnownAt(known) {
			for s := range e.Act.Terms.States {
				names[s] = true
			}
		}
	}
	var out []airspace.State
	for s := range names {
		if q, ok := r.Asks(own, s, at, known, rules); ok && q.StandOff > 0 && s != own {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// What is on record, as it was known at an instant, in the order of recording.

// Requests lists requests.
func (r *Register) Requests(known time.Time) []Entry[RequestMade] { return r.requests.list(known) }

// Agreements lists proposed agreements, signed or not.
func (r *Register) Agreements(known time.Time) []Entry[AgreementProposed] {
	return r.agreements.list(known)
}

// Signatures lists who signed agreements.
func (r *Register) Signatures(known time.Time) []Entry[AgreementSigned] { return r.signed.list(known) }

// Warnings lists warnings of loosened conditions.
func (r *Register) Warnings(known time.Time) []Entry[AgreementWarned] { return r.warned.list(known) }

// Bases lists orders and host requests.
func (r *Register) Bases(known time.Time) []Entry[BasisStated] { return r.bases.list(known) }

// Clearances lists clearances, revoked or not.
func (r *Register) Clearances(known time.Time) []Entry[ClearanceGiven] {
	return r.clearances.list(known)
}

// Revocations lists revocations of clearances.
func (r *Register) Revocations(known time.Time) []Entry[ClearanceRevoked] {
	return r.revoked.list(known)
}

// Notices lists notices.
func (r *Register) Notices(known time.Time) []Entry[NoticeSent] { return r.notices.list(known) }

// Deliveries lists which notices were delivered.
func (r *Register) Deliveries(known time.Time) []Entry[NoticeDelivered] {
	return r.delivered.list(known)
}

// Acknowledgements lists which notices were acknowledged.
func (r *Register) Acknowledgements(known time.Time) []Entry[NoticeAcknowledged] {
	return r.received.list(known)
}

// Disputes lists which notices were disputed.
func (r *Register) Disputes(known time.Time) []Entry[NoticeDisputed] { return r.disputed.list(known) }

// Loadouts lists attested loadouts.
func (r *Register) Loadouts(known time.Time) []Entry[LoadoutAttested] { return r.loadouts.list(known) }

// Inspections lists inspections of loadouts.
func (r *Register) Inspections(known time.Time) []Entry[LoadoutInspected] {
	return r.inspected.list(known)
}

// Plans lists filed plans, every version of each.
func (r *Register) Plans(known time.Time) []Entry[PlanFiled] { return r.plans.list(known) }

// Plan returns the newest plan of a sortie.
func (r *Register) Plan(sortie string, known time.Time) (Entry[PlanFiled], bool) {
	e, ok := r.plans.known(sortie, known)
	if !ok {
		return Entry[PlanFiled]{}, false
	}
	return *e, true
}

// PlanOf returns the plan that a flight was flown by: the one that was said to be, else the newest of the same aircraft
// whose time it shares.
func (r *Register) PlanOf(flight, tail string, from, to, known time.Time) (Entry[PlanFiled], bool) {
	if e, ok := r.flown.known(flight, known); ok {
		return r.Plan(e.Act.Sortie, known)
	}
	if tail == "" {
		return Entry[PlanFiled]{}, false
	}
	for i := len(r.plans.all) - 1; i >= 0; i-- {
		e := &r.plans.all[i]
		p := &e.Act.Plan
		if e.KnownAt(known) && p.Aircraft.Tail == tail && p.From().Before(to) && from.Before(p.To()) {
			return *e, true
		}
	}
	return Entry[PlanFiled]{}, false
}

// Approvals lists approvals of plans.
func (r *Register) Approvals(known time.Time) []Entry[PlanApproved] { return r.approved.list(known) }

// Overrides lists rules that two persons let not count.
func (r *Register) Overrides(known time.Time) []Entry[RuleOverridden] {
	return r.overridden.list(known)
}

// RuleSets lists rule sets.
func (r *Register) RuleSets(known time.Time) []Entry[RuleSetAdopted] { return r.ruleSets.list(known) }

// Airframes lists described types of aircraft, every description of each.
func (r *Register) Airframes(known time.Time) []Entry[AirframeDescribed] {
	return r.airframes.list(known)
}

// Decisions lists decisions.
func (r *Register) Decisions(known time.Time) []Entry[DecisionMade] { return r.decisions.list(known) }

// Corrections lists what was taken back.
func (r *Register) Corrections(known time.Time) []Entry[ActCorrected] { return r.corrected.list(known) }

// InForce reports whether an agreement is the one that is in force between its parties at an instant, by what was known at
// another.
func (r *Register) InForce(id string, at, known time.Time) bool {
	e, ok := r.agreements.known(id, known)
	if !ok {
		return false
	}
	a, ok := r.agreement(e.Act.Parties[0].State(), e.Act.Parties[1].State(), at, known)
	return ok && a.entry.Act.ID == id
}
