package server

import (
	"context"
	"fmt"
	"time"

	"overflight/authority"
	"overflight/evidence"
	"overflight/internal/catalogue"
	"overflight/internal/node"
)

// Told is what one rule says, in words.
type Told struct {
	authority.Result
	Name string `json:"name"` // of the rule
	Text string `json:"text"`
}

// Authorised is a decision in words.
type Authorised struct {
	ID       string               `json:"id"` // empty of a question that is not on record
	Verdict  authority.Verdict    `json:"verdict"`
	Says     string               `json:"says"`
	Sortie   string               `json:"sortie"`
	From     time.Time            `json:"from"`
	To       time.Time            `json:"to"`
	Known    time.Time            `json:"known"`
	WhatIf   bool                 `json:"what_if"`
	Recorded bool                 `json:"recorded"`
	Event    uint64               `json:"event,omitempty"`
	Leaf     *uint64              `json:"leaf"`
	Plan     evidence.Digest      `json:"plan_sha256"`
	RuleSet  string               `json:"ruleset"`
	Rules    evidence.Digest      `json:"ruleset_sha256"`
	Reasons  []Told               `json:"reasons"`
	Changes  []authority.Change   `json:"changes"`
	Crossed  []Crossed            `json:"crossings"`
	LooksIn  []authority.LookIn   `json:"looks_in"`
	Nears    []authority.Approach `json:"approaches"`
	Override bool                 `json:"overridden"`
}

// Crossed is a stretch of the route inside a state.
type Crossed struct {
	State string    `json:"state"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Depth float64   `json:"depth_m"`
}

func authorisedOf(d *node.Authorised, w *catalogue.Catalogue) Authorised {
	x := &d.Decision
	out := Authorised{
		ID: d.ID, Verdict: x.Verdict, Says: w.Text("decision." + x.Verdict.String()), Sortie: x.Sortie, From: x.From, To: x.To, Known: x.Known, WhatIf: d.WhatIf,
		Recorded: d.Recorded, Event: d.Stated.Sequence, Plan: x.Plan, RuleSet: x.RuleSet, Rules: x.Rules, Reasons: toldOf(x.Results, w), Changes: x.Changes,
		Crossed: []Crossed{}, LooksIn: d.Foreseen.LookIns, Nears: d.Foreseen.Approaches, Override: x.Overridden(),
	}
	if d.Stated.Logged {
		leaf := d.Stated.Leaf
		out.Leaf = &leaf
	}
	for i := range d.Foreseen.Crossings {
		c := &d.Foreseen.Crossings[i]
		out.Crossed = append(out.Crossed, Crossed{State: string(c.State), From: c.From, To: c.To, Depth: float64(c.Depth)})
	}
	return out
}

type knownInput struct {
	Known time.Time `query:"known_at" doc:"as it was known then; now when left out"`
}

// OnRecord is what is on record about authority, as it was known at an instant.
type OnRecord struct {
	Known      time.Time                                      `json:"known"`
	Requests   []authority.Entry[authority.RequestMade]       `json:"requests"`
	Agreements []Agreed                                       `json:"agreements"`
	Bases      []authority.Entry[authority.BasisStated]       `json:"bases"`
	Clearances []Cleared                                      `json:"clearances"`
	Notices    []Noticed                                      `json:"notices"`
	Loadouts   []Attested                                     `json:"loadouts"`
	Plans      []authority.Entry[authority.PlanFiled]         `json:"plans"`
	Approvals  []authority.Entry[authority.PlanApproved]      `json:"approvals"`
	Overrides  []authority.Entry[authority.RuleOverridden]    `json:"overrides"`
	RuleSets   []authority.Entry[authority.RuleSetAdopted]    `json:"rulesets"`
	Airframes  []authority.Entry[authority.AirframeDescribed] `json:"airframes"`
	Decisions  []authority.Entry[authority.DecisionMade]      `json:"decisions"`
}

// Agreed is an agreement with who signed it.
type Agreed struct {
	authority.Entry[authority.AgreementProposed]
	Signatures []authority.Entry[authority.AgreementSigned] `json:"signatures"`
	Warnings   []authority.Entry[authority.AgreementWarned] `json:"warnings"`
	InForce    bool                                         `json:"in_force"` // at the instant by whose knowledge was asked
}

// Cleared is a clearance with its revocation.
type Cleared struct {
	authority.Entry[authority.ClearanceGiven]
	Revoked *authority.Entry[authority.ClearanceRevoked] `json:"revoked"`
}

// Noticed is a notice with what became of it.
type Noticed struct {
	authority.Entry[authority.NoticeSent]
	Delivered    *authority.Entry[authority.NoticeDelivered]    `json:"delivered"`
	Acknowledged *authority.Entry[authority.NoticeAcknowledged] `json:"acknowledged"`
	Disputed     *authority.Entry[authority.NoticeDisputed]     `json:"disputed"`
}

// Attested is a loadout with its inspections.
type Attested struct {
	authority.Entry[authority.LoadoutAttested]
	Inspections []authority.Entry[authority.LoadoutInspected] `json:"inspections"`
}

func (a *api) authority(ctx context.Context, in *knownInput) (*body[OnRecord], error) {
	known := in.Known
	if known.IsZero() {
		known = a.now()
	}
	var out OnRecord
	err := a.node.Authority(ctx, func(r *authority.Register) error {
		out = onRecord(r, known)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what is on record: %w", err)
	}
	return &body[OnRecord]{out}, nil
}

func onRecord(r *authority.Register, known time.Time) OnRecord {
	out := OnRecord{
		Known: known, Requests: r.Requests(known), Bases: r.Bases(known), Plans: r.Plans(known), Approvals: r.Approvals(known), Overrides: r.Overrides(known),
		RuleSets: r.RuleSets(known), Airframes: r.Airframes(known), Decisions: r.Decisions(known),
		Agreements: []Agreed{}, Clearances: []Cleared{}, Notices: []Noticed{}, Loadouts: []Attested{},
	}
	for _, e := range r.Agreements(known) {
		x := Agreed{Entry: e}
		for _, s := range r.Signatures(known) {
			if s.Act.Agreement == e.Act.ID {
				x.Signatures = append(x.Signatures, s)
			}
		}
		for _, s := range r.Warnings(known) {
			if s.Act.Agreement == e.Act.ID {
				x.Warnings = append(x.Warnings, s)
			}
		}
		x.InForce = r.InForce(e.Act.ID, known, known)
		out.Agreements = append(out.Agreements, x)
	}
	for _, e := range r.Clearances(known) {
		out.Clearances = append(out.Clearances, Cleared{Entry: e, Revoked: find(r.Revocations(known), e.Act.ID)})
	}
	for _, e := range r.Notices(known) {
		out.Notices = append(out.Notices, Noticed{
			Entry: e, Delivered: find(r.Deliveries(known), e.Act.ID), Acknowledged: find(r.Acknowledgements(known), e.Act.ID), Disputed: find(r.Disputes(known), e.Act.ID),
		})
	}
	for _, e := range r.Loadouts(known) {
		x := Attested{Entry: e}
		for _, s := range r.Inspections(known) {
			if s.Act.Loadout == e.Act.ID {
				x.Inspections = append(x.Inspections, s)
			}
		}
		out.Loadouts = append(out.Loadouts, x)
	}
	return out
}

func find[A authority.Act](all []authority.Entry[A], id string) *authority.Entry[A] {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Act.Ident() == id {
			return &all[i]
		}
	}
	return nil
}
