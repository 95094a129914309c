// Package rulesets has the rule sets that are shipped: the operator's default, and an example of a host state's. They are
// documents like any other: to have effect they are adopted and recorded. docs/authority.md says where each parameter
// comes from.
package rulesets

import (
	_ "embed"
	"fmt"

	"overflight/authority"
)

//go:embed operator.json
var operator []byte

//go:embed host.json
var host []byte

// Operator returns the default rule set of an operator.
func Operator() (authority.RuleSetAdopted, error) { return read("operator.json", operator) }

// Host returns an example of the rule set of a host state.
func Host() (authority.RuleSetAdopted, error) { return read("host.json", host) }

func read(name string, document []byte) (authority.RuleSetAdopted, error) {
	a, err := authority.Decode(authority.KindRuleSetAdopted, document)
	if err != nil {
		return authority.RuleSetAdopted{}, fmt.Errorf("shipped rule set %s: %w", name, err)
	}
	set, ok := a.(authority.RuleSetAdopted)
	if !ok {
		return authority.RuleSetAdopted{}, fmt.Errorf("shipped rule set %s: %w: a %s", name, authority.ErrKind, a.Kind())
	}
	return set, nil
}
