package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/authority"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/journal"
)

type complianceInput struct {
	FlightPath
	Known time.Time `query:"known_at" doc:"as it was known then; now when left out"`
}

// Leave is what one entry or look came to by what was known at an instant, in words.
type Leave struct {
	Known      *report.Instant      `json:"known"`
	Leave      authority.Leave      `json:"leave" enum:"cleared,notified,none,disputed"`
	Compliance authority.Compliance `json:"compliance" enum:"compliant,breach,unresolved,no data"`
	Clearance  string               `json:"clearance,omitempty"`
	Reference  string               `json:"reference,omitempty"`
	Reasons    []Told               `json:"reasons"`
}

// Flown is one entry or look of a flight, as known then and as known now. That the two differ is a finding.
type Flown struct {
	State   string          `json:"state"`
	Entry   string          `json:"entry,omitempty"` // "SOURCE:NUMBER"; empty of a look
	Look    bool            `json:"look"`            // looked into from outside
	From    *report.Instant `json:"from"`            // null where the record does not bound it
	To      *report.Instant `json:"to"`
	Then    Leave           `json:"then"` // as known at its earliest instant
	Now     Leave           `json:"now"`
	Differs bool            `json:"differs"`
}

// Compliance is what the entries and looks of a flight come to. Operator is empty where neither a plan nor the configuration
// says whose flight it is: of no entry is anything said then, which is not that there was none.
type Compliance struct {
	Flight   string          `json:"flight"`
	Operator string          `json:"operator"`
	Plan     string          `json:"plan"` // name of the sortie; empty: no plan on record is of this flight
	RuleSet  string          `json:"ruleset"`
	Known    *report.Instant `json:"known"`
	Items    []Flown         `json:"items"`
	Unarmed  []Told          `json:"unarmed"` // what the rule of that name says of the whole flight
}

func (a *api) compliance(h huma.API) {
	get(h, "/flights/{flight}/compliance", "get-compliance", "By what leave each entry and look of a flight was, as known then and as known now", func(ctx context.Context, in *complianceInput) (*body[Compliance], error) {
		sortie, err := journal.ParseSortie(in.Flight)
		if err != nil {
			return nil, err
		}
		c, err := a.node.Compliance(ctx, sortie, a.knownAt(in.Known))
		if err != nil {
			return nil, err
		}
		return &body[Compliance]{complianceOf(c, words(ctx))}, nil
	})
}

func complianceOf(c *node.Complied, w *catalogue.Catalogue) Compliance {
	out := Compliance{
		Flight: c.Flight.String(), Operator: string(c.Operator), RuleSet: c.RuleSet.ID, Known: stamp(c.Known), Items: []Flown{}, Unarmed: toldOf(c.Unarmed, w),
	}
	if c.Plan != nil {
		out.Plan = c.Plan.Act.Plan.Sortie
	}
	for i := range c.Flown {
		f := &c.Flown[i]
		out.Items = append(out.Items, Flown{
			State: string(f.State), Entry: f.Entry, Look: f.Look, From: stamp(f.From), To: stamp(f.To), Then: leaveOf(&f.Then, w), Now: leaveOf(&f.Now, w), Differs: f.Differs,
		})
	}
	return out
}

func leaveOf(a *authority.Answer, w *catalogue.Catalogue) Leave {
	return Leave{Known: stamp(a.Known), Leave: a.Leave, Compliance: a.Compliance, Clearance: a.Clearance, Reference: a.Reference, Reasons: toldOf(a.Results, w)}
}

func toldOf(results []authority.Result, w *catalogue.Catalogue) []Told {
	out := []Told{}
	for i := range results {
		r := &results[i]
		out = append(out, Told{Result: *r, Name: w.Text("rule." + string(r.Rule)), Text: w.Sentence(r.Code, r.Args)})
	}
	return out
}
