package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"overflight/authority"
	"overflight/evidence"
)

// ErrNoRules says that no rule set is in force to decide by.
var ErrNoRules = errors.New("no rule set is in force")

// AuthoriseRequest asks whether a sortie may be flown.
type AuthoriseRequest struct {
	// Plan is a plan to file and to decide on; nil decides on the plan of Sortie that is on record.
	Plan   *authority.Plan
	Sortie string
	// At is when the sortie takes off, where that is another instant than the plan's.
	At time.Time
	// Known is by whose knowledge it is decided; zero is now.
	Known time.Time
	// RuleSet names a rule set, the host's perhaps; empty is that of the operator's party.
	RuleSet string
	By      string
	// Ask decides without putting the decision, or the plan, on record: "what if".
	Ask bool
}

// Authorised is a decision, and where it stands.
type Authorised struct {
	Decision authority.Decision
	ID       string
	Stated   Stated
	Recorded bool
	WhatIf   bool // asked about another instant, or by older knowledge
	Plan     authority.Plan
	Foreseen authority.Foreseen
	RuleSet  authority.RuleSetAdopted
}

// Authorise decides whether a sortie may be flown. The decision is on record before it is returned.
func (n *Node) Authorise(ctx context.Context, q AuthoriseRequest) (*Authorised, error) {
	if err := named(q.By); err != nil {
		return nil, err
	}
	plan, digest, err := n.planOf(ctx, &q)
	if err != nil {
		return nil, err
	}
	now := n.now()
	known := now
	if !q.Known.IsZero() && q.Known.Before(now) {
		known = q.Known
	}
	takeOff := plan.From()
	if !q.At.IsZero() {
		takeOff = q.At
	}
	out := &Authorised{Plan: *plan, WhatIf: !known.Equal(now) || !takeOff.Equal(plan.From())}
	err = n.Authority(ctx, func(r *authority.Register) error {
		rules, ok := r.RuleSetOf(plan.Operator, takeOff, now)
		if q.RuleSet != "" {
			rules, ok = r.RuleSet(q.RuleSet, now)
		}
		if !ok {
			return fmt.Errorf("%w: party %s, rule set %q", ErrNoRules, plan.Operator, q.RuleSet)
		}
		out.RuleSet = rules.Act
		var err error
		out.Foreseen, err = authority.Foresee(plan, takeOff, n.lines, r.StandOffs(plan.Operator.State(), takeOff, known, &rules.Act.Rules))
		if err != nil {
			return err
		}
		out.Decision = r.Decide(&authority.Question{
			Plan: plan, Digest: digest, From: takeOff, To: takeOff.Add(plan.To().Sub(plan.From())), Known: known, RuleSet: &rules.Act, Rules: rules.Recorded.Digest,
			Crossings: out.Foreseen.Crossings, LookIns: out.Foreseen.LookIns, Approaches: out.Foreseen.Approaches, Designations: authority.DesignatedBy(n.acts.designations),
		})
		return nil
	})
	if err != nil || q.Ask {
		return out, err
	}
	out.ID = fmt.Sprintf("%s.%s", plan.Sortie, random(4))
	document, err := authority.Encode(authority.DecisionMade{ID: out.ID, By: q.By, Decision: out.Decision})
	if err != nil {
		return nil, err
	}
	out.Stated, err = n.RecordAct(ctx, string(authority.KindDecisionMade), document, nil, q.By)
	out.Recorded = err == nil
	return out, err
}

// planOf returns the plan that is asked about, and the digest of its document. A new plan is filed, unless it is only asked
// about.
func (n *Node) planOf(ctx context.Context, q *AuthoriseRequest) (*authority.Plan, evidence.Digest, error) {
	if q.Plan == nil {
		var e authority.Entry[authority.PlanFiled]
		found := false
		err := n.Authority(ctx, func(r *authority.Register) error {
			e, found = r.Plan(q.Sortie, n.now())
			return nil
		})
		if err == nil && !found {
			err = fmt.Errorf("%w: plan %s", authority.ErrNoSuch, q.Sortie)
		}
		plan := e.Act.Plan
		return &plan, e.Recorded.Digest, err
	}
	document, err := authority.Encode(authority.PlanFiled{Plan: *q.Plan})
	if err != nil {
		return nil, evidence.Digest{}, fmt.Errorf("%w: %w", ErrAct, err)
	}
	digest := evidence.Digest(sha256.Sum256(document))
	if q.Ask {
		return q.Plan, digest, nil
	}
	filed := false
	if err := n.Authority(ctx, func(r *authority.Register) error {
		e, ok := r.Plan(q.Plan.Sortie, n.now())
		filed = ok && e.Recorded.Digest == digest
		return nil
	}); err != nil {
		return nil, digest, err
	}
	if !filed {
		if _, err := n.RecordAct(ctx, string(authority.KindPlanFiled), document, nil, q.By); err != nil {
			return nil, digest, err
		}
	}
	return q.Plan, digest, nil
}
