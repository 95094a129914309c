package survey

import (
	"cmp"
	"slices"
	"time"
)

// Cause is what moved the chances of a site.
type Cause string

// The causes, in the order in which they count at one instant.
const (
	ByReport  Cause = "report"  // the first of its class by its sensor in its pass
	ByPass    Cause = "pass"    // one that reported something was over: what it did not report counts
	ByLook    Cause = "look"    // one that saw nothing
	ByOutcome Cause = "outcome" // the host's word
)

var causes = []Cause{ByReport, ByPass, ByLook, ByOutcome}

// Step is how the chances stood after something that moved them: by all that was seen until then, with the rates of now. The last step is
// what is said of the site.
type Step struct {
	At       time.Time
	Cause    Cause
	Flight   string
	Sensor   string // of an outcome, who says so
	Class    Class  // of a report
	Report   string // its id
	POD      float64
	Outcome  Outcome
	Sequence uint64 // place in the journal of a report and of an outcome

	Laboratory, Something float64
}

// move is a step and the evidence that it adds.
type move struct {
	step    Step
	chances []counted
}

type counted struct {
	class int
	c     *chance
}

// steps tells how the chances came to be what they are, in the order of time.
func (a *Assessment) steps(s *site) []Step {
	all := a.moves(s)
	seen := make([]weight, len(classes))
	var word Step // the outcome that counts by then
	out := make([]Step, 0, len(all))
	for _, m := range all {
		for _, x := range m.chances {
			seen[x.class].add(a.rates, x.c)
		}
		logs := a.rates.prior()
		for class, v := range seen {
			if v != (weight{}) {
				a.rates.take(&logs, class, v)
			}
		}
		w := a.rates.tempered(normal(logs))
		if m.step.Cause == ByOutcome && m.step.Outcome != NotVisited && m.step.Sequence >= word.Sequence {
			word = m.step
		}
		if word.Outcome != "" {
			w = ruled(w, word.Outcome)
		}
		m.step.Laboratory, m.step.Something = w[laboratory], w[laboratory]+w[otherUse]
		out = append(out, m.step)
	}
	return out
}

// moves are what moved the chances of a site, in the order of time.
func (a *Assessment) moves(s *site) []*move {
	e := a.all[s.id-1].grounds
	var all []*move
	type eyes struct {
		pass   int
		sensor string
	}
	passes, looks := map[eyes]*move{}, make([]*move, len(e.unseen))
	for i := range e.unseen {
		l := &e.unseen[i]
		looks[i] = &move{step: Step{At: l.To, Cause: ByLook, Flight: l.Flight, Sensor: l.Sensor, POD: l.POD}}
		all = append(all, looks[i])
	}
	for k := range e.signs {
		g := &e.signs[k]
		var first *move // that reported this class
		for i := range g.all {
			c := &g.all[i]
			switch {
			case c.hit:
				o := &s.sightings[c.ref]
				m := &move{step: Step{At: c.at, Cause: ByReport, Flight: o.Flight, Sensor: o.Sensor, Class: o.Class, Report: o.ID, POD: c.pod, Sequence: o.Sequence}}
				m.chances = append(m.chances, counted{g.class, c})
				all = append(all, m)
				if first == nil || c.at.Before(first.step.At) {
					first = m
				}
			case c.ref >= 0:
				of := eyes{c.ref, a.sources[c.source].sensor}
				m := passes[of]
				if m == nil {
					m = &move{step: Step{At: c.at, Cause: ByPass, Flight: s.passes[c.ref].flight, Sensor: of.sensor, POD: c.pod}}
					passes[of] = m
					all = append(all, m)
				}
				m.chances = append(m.chances, counted{g.class, c})
			default:
				m := looks[-1-c.ref]
				if len(a.reports[m.step.Sensor]) == 0 && c.at.Before(first.step.At) {
					m = first // a camera that reports nothing counts against what is reported, and not before it is
				}
				m.chances = append(m.chances, counted{g.class, c})
			}
		}
	}
	for i := range s.outcomes {
		o := &s.outcomes[i]
		at := o.Visited
		if at.IsZero() { // nobody was there: it moves nothing
			at = o.At
		}
		all = append(all, &move{step: Step{At: at, Cause: ByOutcome, Sensor: o.Party, Outcome: o.Outcome, Sequence: o.Sequence}})
	}
	slices.SortStableFunc(all, func(x, y *move) int {
		return cmp.Or(x.step.At.Compare(y.step.At), cmp.Compare(slices.Index(causes, x.step.Cause), slices.Index(causes, y.step.Cause)))
	})
	return all
}
