package statement

import (
	"fmt"
	"strconv"
	"time"

	"overflight/airspace"
	"overflight/validity"
)

// tally counts the flights that were over a state in a period.
type tally struct {
	surely, maybe int // maybe holds surely
	parts         []Part
	open          []Part // times and flights of which the record does not tell
	held          []Part
	first         time.Time // inside, of any flight
}

// bounded reports whether no flight beside those of maybe can count.
func (t *tally) bounded() bool { return len(t.open) == 0 }

// over counts the flights over a state in a period.
func (c *checker) over(s airspace.State, p validity.Period) (t tally, err error) {
	for i := range c.flights {
		f := &c.flights[i]
		sure, parts := c.stays(f, s, p)
		for _, e := range c.stayed(f, s, p) {
			if sure && e.surely(p) && (t.first.IsZero() || e.First.Before(t.first)) {
				t.first = e.First
			}
		}
		switch {
		case sure:
			t.surely++
			t.maybe++
		case len(parts) > 0:
			t.maybe++
		}
		t.parts = append(t.parts, parts...)
	}
	t.open, t.held, err = c.gaps(p)
	return t, err
}

// stayed returns the entries of a flight into a state that can lie in a period, as known.
func (c *checker) stayed(f *Flight, s airspace.State, p validity.Period) []*Stay {
	var out []*Stay
	for i := range f.Entries {
		if e := &f.Entries[i]; e.knownAt(c.known) && e.State == s && (e.surely(p) || e.maybe(p)) {
			out = append(out, e)
		}
	}
	return out
}

// stays reports whether a flight was surely over a state in a period, and the parts that say so; parts without being sure say
// why it can have been.
func (c *checker) stays(f *Flight, s airspace.State, p validity.Period) (sure bool, parts []Part) {
	for _, e := range c.stayed(f, s, p) {
		if e.surely(p) {
			sure = true
			parts = append(parts, entered(f, e))
		} else {
			parts = append(parts, Part{Code: PartPossible, Args: []string{string(s), e.Verdict.String()}, Flight: f.Number, From: e.Entered.Earliest, To: e.Left.Latest, Events: []Event{e.Event}})
		}
	}
	if sure || !f.meets(p) {
		return sure, parts
	}
	return false, append(parts, c.untold(f)...)
}

func entered(f *Flight, e *Stay) Part {
	part := Part{
		Finding: Supported, Code: PartEntryFlat, Args: []string{string(e.State), when(e.First), when(e.Last)},
		Flight: f.Number, From: e.First, To: e.Last, Events: []Event{e.Event},
	}
	if e.DepthKnown {
		part.Code, part.Args = PartEntry, append(part.Args, fmt.Sprintf("%.1f", float64(e.Depth)/1000))
	}
	return part
}

// untold returns why what is on record of a flight is not all of where it was.
func (c *checker) untold(f *Flight) []Part {
	var out []Part
	if f.open(c.known) {
		out = append(out, Part{Code: PartOpen, Flight: f.Number, Events: []Event{f.Opened}})
	}
	if f.Fixes == 0 {
		out = append(out, Part{Code: PartNoFixes, Flight: f.Number, Events: []Event{f.Opened}})
	}
	return append(out, c.lost(f)...)
}

func (c *checker) lost(f *Flight) []Part {
	var out []Part
	for _, e := range f.Lost {
		if e.KnownAt(c.known) {
			out = append(out, Part{Code: PartLost, Flight: f.Number, Events: []Event{e}})
		}
	}
	return out
}

func (c *checker) flightsOver(of FlightsOver) (value, error) {
	t, err := c.over(of.State, c.period)
	if err != nil {
		return value{}, err
	}
	least, most := 1, -1 // no upper bound
	switch {
	case of.Number != nil:
		least, most = *of.Number, *of.Number
	case of.AtLeast != nil || of.AtMost != nil:
		least = 0
		if of.AtLeast != nil {
			least = *of.AtLeast
		}
		if of.AtMost != nil {
			most = *of.AtMost
		}
	}
	v := value{code: CodeCountedLeast, args: []string{string(of.State), strconv.Itoa(t.surely)}, parts: t.parts, beside: c.looks(of.State)}
	switch {
	case t.bounded():
		v.code, v.args = CodeCounted, append(v.args, strconv.Itoa(t.maybe))
	case t.maybe == 0:
		v.code, v.args = CodeNoneOnRecord, v.args[:1]
	}
	v.finding = t.counts(least, most)
	c.rest(&v, &t)
	return v, nil
}

// counts says whether a number of flights that is known only to lie between two is one that is claimed: no less than least, and
// no more than most where that is not negative.
func (t *tally) counts(least, most int) Finding {
	switch {
	case most >= 0 && t.surely > most, t.bounded() && t.maybe < least:
		return Contradicted
	case t.surely >= least && (most < 0 || t.bounded() && t.maybe <= most):
		return Supported
	}
	return CannotBeDetermined
}

// rest adds to what a value rests on the completeness of the record, or the lack of it, where it turns on that.
func (c *checker) rest(v *value, t *tally) {
	if v.finding == CannotBeDetermined {
		v.parts = append(v.parts, t.open...)
	} else if t.bounded() {
		v.parts = append(v.parts, t.held...)
	}
}

func (c *checker) didNotEnter(of DidNotEnter) (value, error) {
	t, err := c.over(of.State, c.period)
	if err != nil {
		return value{}, err
	}
	v := value{finding: CannotBeDetermined, args: []string{string(of.State)}, parts: t.parts, beside: c.looks(of.State)}
	switch {
	case t.surely > 0:
		v.finding, v.code, v.args = Contradicted, CodeEntered, append(v.args, strconv.Itoa(t.surely))
	case t.maybe > 0:
		v.code, v.args = CodeMayEnter, append(v.args, strconv.Itoa(t.maybe))
	case !t.bounded():
		v.code = CodeNoneOnRecord
	default:
		v.finding, v.code = Supported, CodeNotEntered
	}
	if v.finding != Contradicted {
		v.parts = append(v.parts, c.clear(of.State)...)
		c.rest(&v, &t)
	}
	// A part shows something of the claim: that nothing was entered.
	for i := range v.parts {
		if p := &v.parts[i]; p.Code == PartEntry || p.Code == PartEntryFlat {
			p.Finding = Contradicted
		}
	}
	return v, nil
}

// clear names the flights that did not enter a state, and of which everything is told.
func (c *checker) clear(s airspace.State) []Part {
	var out []Part
	for i := range c.flights {
		f := &c.flights[i]
		if sure, parts := c.stays(f, s, c.period); !sure && len(parts) == 0 {
			out = append(out, Part{Finding: Supported, Code: PartClear, Args: []string{string(s)}, Flight: f.Number, From: f.From, To: f.To, Events: []Event{f.last(c.known)}})
		}
	}
	return out
}

func (c *checker) beganBy(of BeganBy) (value, error) {
	p := validity.Period{To: of.Date.AddDate(0, 0, 1)}
	t, err := c.over(of.State, p)
	if err != nil {
		return value{}, err
	}
	day := of.Date.Format(time.DateOnly)
	v := value{code: CodeMayBegin, args: []string{string(of.State), day}, parts: t.parts}
	switch {
	case t.surely > 0:
		v.finding, v.code, v.args = Supported, CodeBegan, []string{string(of.State), t.first.UTC().Format(time.DateOnly)}
		return v, nil // what else there was does not matter
	case t.maybe == 0 && t.bounded() && !c.closed():
		v.finding, v.code = Contradicted, CodeNotBegan
	}
	c.rest(&v, &t)
	return v, nil
}

// windows returns the periods that are compared.
func (c SteppedUpSince) windows() (before, since validity.Period) {
	days := c.Days
	if days == 0 {
		days = usualDays
	}
	d := c.Date.Time
	return validity.Period{From: d.AddDate(0, 0, -days), To: d}, validity.Period{From: d, To: d.AddDate(0, 0, days)}
}

func (c *checker) steppedUp(of SteppedUpSince) (value, error) {
	first, second := of.windows()
	before, err := c.over(of.State, first)
	if err != nil {
		return value{}, err
	}
	since, err := c.over(of.State, second)
	if err != nil {
		return value{}, err
	}
	days := strconv.Itoa(int(first.To.Sub(first.From).Hours() / 24))
	v := value{code: CodeMayBeMore, parts: append(before.parts, since.parts...)}
	args := func(a, b int) []string { return []string{string(of.State), days, strconv.Itoa(a), strconv.Itoa(b)} }
	switch {
	case before.bounded() && since.surely > before.maybe:
		v.finding, v.code, v.args = Supported, CodeMore, args(before.maybe, since.surely)
		v.parts = append(v.parts, before.held...)
	case since.bounded() && since.maybe <= before.surely && !c.closed():
		v.finding, v.code, v.args = Contradicted, CodeNotMore, args(before.surely, since.maybe)
		v.parts = append(v.parts, since.held...)
	default:
		v.args = args(before.surely, since.surely)
		v.parts = append(append(v.parts, before.open...), since.open...)
	}
	return v, nil
}
