package authority

import (
	"fmt"

	"overflight/airspace"
)

// RuleSetAdopted puts a set of parameters in force for one party. The host state may adopt its own; the same question
// can be put to either.
type RuleSetAdopted struct {
	ID     string  `json:"id"`
	Party  Party   `json:"party"`
	Period Period  `json:"period"`
	Rules  RuleSet `json:"rules"`
}

// Kind implements Act.
func (RuleSetAdopted) Kind() Kind { return KindRuleSetAdopted }

// Ident implements Act.
func (a RuleSetAdopted) Ident() string { return a.ID }

// Check implements Act.
func (a RuleSetAdopted) Check() error {
	if a.Period.From.IsZero() {
		return fault("period.from", "", "an instant, RFC 3339")
	}
	return first(wantID("id", a.ID), wantParty("party", a.Party), a.Period.order("period"), a.Rules.check("rules"))
}

// RuleSet are the parameters of the rules. What a state asks for stands in an agreement with it, where there is one, else
// here, else in Elsewhere.
type RuleSet struct {
	// Programmes are those by which an organisation can be in scope, as "LIST:PROGRAMME".
	Programmes    []string                        `json:"programmes"`
	Purposes      []Purpose                       `json:"purposes"`
	States        map[airspace.State]Requirements `json:"states,omitempty"`
	Elsewhere     Requirements                    `json:"elsewhere"`
	Approvers     int                             `json:"approvers"`
	Retention     Duration                        `json:"retention"`         // media are kept no longer
	NoLethalForce bool                            `json:"no_lethal_force"`   // the condition has to be on record
	Reserve       Duration                        `json:"reserve,omitempty"` // of endurance
	// AttestedWithin is how long before take-off the loadout may have been looked at.
	AttestedWithin Duration `json:"attested_within"`
}

func (r *RuleSet) check(field string) error {
	for i, p := range r.Purposes {
		if err := p.check(fmt.Sprintf("%s.purposes[%d]", field, i)); err != nil {
			return err
		}
	}
	for _, s := range sorted(r.States) {
		q := r.States[s]
		if err := first(wantState(field+".states", s), q.check(field+".states."+string(s))); err != nil {
			return err
		}
	}
	switch {
	case len(r.Purposes) == 0:
		return fault(field+".purposes", "", fmt.Sprintf("some of %v", Purposes()))
	case r.Approvers < 1 || r.Approvers > 10:
		return fault(field+".approvers", fmt.Sprint(r.Approvers), "1 to 10; two is the rule")
	case r.AttestedWithin <= 0:
		return fault(field+".attested_within", "", `a length of time such as "24h"`)
	case r.Retention <= 0:
		return fault(field+".retention", "", `a length of time such as "30d"`)
	}
	return first(r.Retention.check(field+".retention"), r.Reserve.check(field+".reserve"), r.AttestedWithin.check(field+".attested_within"), texts(field+".programmes", r.Programmes, 100), r.Elsewhere.check(field+".elsewhere"))
}
