package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/authority"
	"overflight/ingest"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// Complied is what each entry and each look of a flight comes to by what is on record about authority.
type Complied struct {
	Flight journal.Sortie
	// Operator is whose flight it is: of the plan, else of the configuration. Empty is not known, and nothing is then said of
	// any entry: whether a state is the operator's own is what the answer turns on.
	Operator authority.Party
	Plan     *authority.Entry[authority.PlanFiled] // nil: none on record is of this flight
	RuleSet  authority.RuleSetAdopted
	Known    time.Time
	Flown    []authority.Flown
	// Unarmed is what the rule of that name says of the whole flight, the items of its own stream among it.
	Unarmed []authority.Result
}

// mostSamples bounds the fixes that stand for one entry: a day of one a second.
const mostSamples = 86_400

// Compliance asks of every entry and look of a flight by what leave it was, as known then and as known at an instant.
// sqlite.ErrNotFound where there is no such flight, ErrNoRules where no rule set is in force to ask by.
func (n *Node) Compliance(ctx context.Context, sortie journal.Sortie, known time.Time) (*Complied, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	whole, err := n.Models().Flight(ctx, sortie)
	if err != nil {
		return nil, err
	}
	crossings, err := n.crossingsOf(ctx, &whole)
	if err != nil {
		return nil, err
	}
	if whole.From.IsZero() { // it is in the air, and nothing of it is sealed yet
		whole.From = n.now()
		whole.To = whole.From
	}
	out := &Complied{Flight: sortie, Operator: authority.Party(n.cfg.Party), Known: known}
	q := authority.Question{
		Plan: &authority.Plan{Operator: out.Operator}, From: whole.From, To: whole.To, Known: known, Flown: true,
		Crossings: crossings, LookIns: lookInsOf(&whole), Contradictions: contradictionsOf(&whole),
	}
	q.Plan.Aircraft.Tail = whole.Registration
	// Without a plan nobody said what aircraft it is. A party's flight is that of a state, and leave for an aircraft without a
	// crew holds for one with a crew: what asks for more is taken.
	q.Plan.Aircraft.StateAircraft, q.Plan.Aircraft.Unmanned = true, true
	err = n.Authority(ctx, func(r *authority.Register) error {
		if e, ok := r.PlanOf(sortie.String(), whole.Registration, whole.From, whole.To, known); ok {
			out.Plan, out.Operator = &e, e.Act.Plan.Operator
			q.Plan, q.Digest = &e.Act.Plan, e.Recorded.Digest
		}
		if out.Operator == "" {
			return nil
		}
		rules, ok := r.RuleSetOf(out.Operator, whole.From, known)
		if !ok {
			return fmt.Errorf("%w: party %s", ErrNoRules, out.Operator)
		}
		out.RuleSet = rules.Act
		q.RuleSet, q.Rules, q.Designations = &rules.Act, rules.Recorded.Digest, authority.DesignatedBy(n.acts.designations)
		out.Flown = r.Flown(&q)
		for _, result := range r.Decide(&q).Results {
			if result.Rule == authority.RuleUnarmed {
				out.Unarmed = append(out.Unarmed, result)
			}
		}
		return nil
	})
	return out, err
}

// crossingsOf are the entries of a flight with the kept fixes that lie inside each. An entry without a fix inside has no place:
// what depends on one stays unknown.
func (n *Node) crossingsOf(ctx context.Context, whole *sqlite.Whole) ([]authority.Crossing, error) {
	out := make([]authority.Crossing, 0, len(whole.Entries))
	bySource := map[string][]int{}
	for i := range whole.Entries {
		e := &whole.Entries[i]
		c := authority.Crossing{
			State: e.Entry.State, From: e.Entry.Entered.Earliest, To: e.Entry.Left.Latest, Verdict: e.Entry.Verdict,
			Line: e.Entry.Boundary.Source.Name, Source: e.Source, Number: e.Number,
		}
		if e.Entry.FromLimit.Known {
			c.Depth = e.Entry.FromLimit.Nearest.Distance
		}
		bySource[e.Source] = append(bySource[e.Source], i)
		out = append(out, c)
	}
	for source, entries := range bySource {
		page := sqlite.Page{Limit: sqlite.MostInPage}
		for {
			fixes, next, err := n.Models().Fixes(ctx, whole.Sortie, source, page)
			if errors.Is(err, sqlite.ErrNotFound) {
				break // an entry of a path that keeps none
			}
			if err != nil {
				return nil, err
			}
			for _, i := range entries {
				out[i].Samples = within(out[i].Samples, fixes, &whole.Entries[i].Entry)
			}
			if page.After = next; next == "" {
				break
			}
		}
	}
	return out, nil
}

// within adds the fixes that an entry has inside, from its first to its last.
func within(samples []authority.Sample, fixes []sqlite.Fix, e *airspace.Entry) []authority.Sample {
	if e.Fixes == 0 {
		return samples
	}
	for i := range fixes {
		f := &fixes[i].Fix
		if f.Time.Before(e.First.Time) || f.Time.After(e.Last.Time) || len(samples) == mostSamples {
			continue
		}
		samples = append(samples, authority.Sample{At: f.Time, Position: f.Position, Altitude: f.Altitude})
	}
	return samples
}

// lookInsOf are the looks of a flight from outside the airspace of a state, one for each time. Which ground it was is known by
// its deepest point alone, which is not all of it: it is left unknown.
func lookInsOf(whole *sqlite.Whole) []authority.LookIn {
	var out []authority.LookIn
	for i := range whole.Looked {
		l := &whole.Looked[i]
		if l.Look.State == "" || l.Look.From != account.Outside {
			continue
		}
		look := authority.LookIn{State: l.Look.State, Resolved: l.Look.Resolved, Line: l.Look.Boundary.Source.Name, Source: l.Source, Number: uint64(i) + 1}
		if len(l.Look.Intervals) == 0 {
			out = append(out, look)
			continue
		}
		for _, x := range looksOf(whole.Sortie.String(), &l.LookedInto, l.Sequence) {
			look.From, look.To, look.Resolved = x.Begin, x.End, x.Resolved
			out = append(out, look)
		}
	}
	return out
}

// contradictionsOf are the items of the stream of a flight that say that it carries arms. The instant is that at which it was
// stated.
func contradictionsOf(whole *sqlite.Whole) []authority.Contradiction {
	var out []authority.Contradiction
	for i := range whole.Defects {
		d := &whole.Defects[i]
		if d.Example.Code == ingest.CodeContradicts && arms(d.Example.Item) {
			out = append(out, authority.Contradiction{At: d.First, Item: d.Example.Item, Value: d.Example.Got, Flight: whole.Sortie.String()})
		}
	}
	return out
}
