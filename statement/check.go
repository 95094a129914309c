package statement

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/validity"
)

// Finding is what comes of setting a statement beside a record.
type Finding uint8

// The findings. CannotBeDetermined is never Contradicted: a record that has nothing contradicts nobody. NotChecked is a
// statement that is shown beside the record and not checked.
const (
	CannotBeDetermined Finding = iota
	Supported
	Contradicted
	NotChecked
)

// Findings lists the findings.
func Findings() []Finding { return []Finding{CannotBeDetermined, Supported, Contradicted, NotChecked} }

// String returns the word that reports and the JSON contract use.
func (f Finding) String() string {
	switch f {
	case Supported:
		return "supported"
	case Contradicted:
		return "contradicted"
	case NotChecked:
		return "not-checked"
	case CannotBeDetermined:
	}
	return "cannot-be-determined"
}

// MarshalText writes the word.
func (f Finding) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the word.
func (f *Finding) UnmarshalText(b []byte) error {
	for _, v := range Findings() {
		if v.String() == string(b) {
			*f = v
			return nil
		}
	}
	return fault("finding", string(b), fmt.Sprintf("one of %v", Findings()))
}

// not returns what the negation of a claim comes to.
func (f Finding) not() Finding {
	switch f {
	case Supported:
		return Contradicted
	case Contradicted:
		return Supported
	case CannotBeDetermined, NotChecked:
	}
	return f
}

// Part is one thing that a result rests on: a flight, a paper, or a time for which nothing is known.
type Part struct {
	// Finding is what the part shows of the claim itself, whoever claims or denies it.
	Finding Finding   `json:"shows"`
	Code    Code      `json:"code"` // its texts are in the catalogue
	Args    []string  `json:"args,omitempty"`
	Flight  string    `json:"flight,omitempty"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Events  []Event   `json:"events,omitempty"`
}

// Result is a statement set beside a record.
type Result struct {
	Finding Finding `json:"finding"`
	// Shows is what the record shows of the claim itself, whoever claims or denies it or cannot say.
	Shows  Finding   `json:"shows"`
	Code   Code      `json:"code"`
	Args   []string  `json:"args,omitempty"`
	Parts  []Part    `json:"parts,omitempty"`
	Beside []Part    `json:"beside,omitempty"` // does not bear on the finding, and is shown with it
	Known  time.Time `json:"known"`            // nothing recorded later was used
}

// Consistent reports whether nothing on record contradicts the statement.
func (r *Result) Consistent() bool { return r.Finding != Contradicted }

// Events lists the events that the finding rests on, each once.
func (r *Result) Events() []Event {
	var out []Event
	seen := map[Event]bool{}
	for i := range r.Parts {
		for _, e := range r.Parts[i].Events {
			if !seen[e] {
				seen[e] = true
				out = append(out, e)
			}
		}
	}
	return out
}

// Check sets a statement beside a record, by what was known at an instant. The errors are those of the record.
func Check(a Made, r Record, known time.Time) (Result, error) {
	c := checker{record: r, known: known, named: a.About.Flights, period: a.period().Valid()}
	if err := c.gather(&a); err != nil {
		return Result{}, err
	}
	out := Result{Known: known}
	switch {
	case a.Claim.Claim == nil:
		out.Finding, out.Shows, out.Code = NotChecked, NotChecked, CodeNoClaim
		out.Beside = c.overview("")
	default:
		v, err := c.claim(a.Claim.Claim)
		if err != nil {
			return Result{}, err
		}
		out.Finding, out.Shows, out.Code, out.Args, out.Parts, out.Beside = v.finding, v.finding, v.code, v.args, v.parts, v.beside
	}
	switch a.Manner {
	case Claims:
	case Denies:
		out.Finding = out.Finding.not()
	case CannotSay:
		out.Finding = NotChecked
	case DidNotAddress:
		out.Finding = NotChecked
	}
	return out, nil
}

// value is what a claim comes to, and why.
type value struct {
	finding Finding
	code    Code
	args    []string
	parts   []Part
	beside  []Part
}

// checker sets one claim beside one record.
type checker struct {
	record Record
	known  time.Time
	named  []string // flights that the statement is about; none: those of the period
	period validity.Period

	flights []Flight // known, of the scope
	missing []Part   // named flights that are not on record
}

// closed reports whether the scope is a list of flights, so that none beside them can count.
func (c *checker) closed() bool { return len(c.named) > 0 }

// gather finds the flights of the scope.
func (c *checker) gather(a *Made) error {
	if !c.closed() {
		p, ok := a.Span()
		if !ok {
			return nil
		}
		var err error
		c.flights, err = c.within(p)
		return err
	}
	for _, number := range c.named {
		f, err := c.record.Flight(number)
		switch {
		case errors.Is(err, authority.ErrNoSuch):
		case err != nil:
			return err
		case f.knownAt(c.known):
			if f.open(c.known) {
				f.To = time.Time{}
			}
			c.flights = append(c.flights, f)
			continue
		}
		c.missing = append(c.missing, Part{Code: PartNoFlight, Args: []string{number}, Flight: number})
	}
	return nil
}

// within returns the flights of a period that were on record at the instant of knowledge.
func (c *checker) within(p validity.Period) ([]Flight, error) {
	all, err := c.record.Flights(p)
	if err != nil {
		return nil, err
	}
	var out []Flight
	for i := range all {
		f := all[i]
		if !f.knownAt(c.known) {
			continue
		}
		if f.open(c.known) {
			f.To = time.Time{} // what came later was not known
		}
		if f.meets(p) {
			out = append(out, f)
		}
	}
	return out, nil
}

func (c *checker) claim(of Claim) (value, error) {
	switch of := of.(type) {
	case FlightsOver:
		return c.flightsOver(of)
	case DidNotEnter:
		return c.didNotEnter(of)
	case LookedInFromOutside:
		return c.lookedIn(of)
	case BeganBy:
		return c.beganBy(of)
	case SteppedUpSince:
		return c.steppedUp(of)
	case Unarmed:
		return c.unarmed()
	case NotifiedBefore:
		return c.notified(of)
	case AtRequestOf:
		return c.requested(of)
	}
	return value{}, fault("claim.is", string(of.Is()), fmt.Sprintf("one of %v", Words()))
}

// gaps returns a part for each time of a period for which the record was not complete; none where the scope is a list of
// flights that are on record.
func (c *checker) gaps(p validity.Period) (open, held []Part, err error) {
	if c.closed() {
		return c.missing, nil, nil
	}
	x, err := c.record.Extent(p)
	if err != nil {
		return nil, nil, err
	}
	times, broken, covered, err := x.uncovered(p, c.known, func(q validity.Period) (int, error) {
		all, err := c.within(q)
		return len(all), err
	})
	if err != nil {
		return nil, nil, err
	}
	for _, t := range times {
		open = append(open, Part{Code: PartNotComplete, Args: []string{when(t.From), when(t.To)}, From: t.From, To: t.To})
	}
	for i := range broken {
		b := &broken[i]
		open = append(open, Part{Code: PartOtherNumber, Args: []string{strconv.Itoa(b.Flights), when(b.Period.From), when(b.Period.To)}, From: b.Period.From, To: b.Period.To, Events: []Event{b.Event}})
	}
	if len(times) == 0 {
		open = nil // another claim of completeness holds
	}
	for i := range covered {
		b := &covered[i]
		held = append(held, Part{Finding: Supported, Code: PartComplete, Args: []string{b.Operator, string(b.How), when(b.Period.From), when(b.Period.To)}, From: b.Period.From, To: b.Period.To, Events: []Event{b.Event}})
	}
	return open, held, nil
}

// when writes an instant for a text; an end that is none is an ellipsis.
func when(t time.Time) string {
	if t.IsZero() {
		return "…"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// state returns the state that a claim is of; "" where it is of none.
func state(c Claim) airspace.State {
	switch c := c.(type) {
	case FlightsOver:
		return c.State
	case DidNotEnter:
		return c.State
	case LookedInFromOutside:
		return c.State
	case NotifiedBefore:
		return c.State
	case BeganBy:
		return c.State
	case SteppedUpSince:
		return c.State
	case AtRequestOf, Unarmed:
	}
	return ""
}
