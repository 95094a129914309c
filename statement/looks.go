package statement

import (
	"strconv"

	"overflight/airspace"
)

func (c *checker) lookedIn(of LookedInFromOutside) (value, error) {
	v := value{code: CodeMayLook, args: []string{string(of.State)}}
	var doubt, untold []Part
	seen := 0
	for i := range c.flights {
		f := &c.flights[i]
		sure, maybe := c.looksOf(f, of.State)
		if len(sure) > 0 {
			seen++
			v.parts = append(v.parts, sure...)
			continue
		}
		doubt = append(doubt, maybe...)
		if f.meets(c.period) {
			untold = append(untold, c.unseen(f)...)
		}
	}
	open, held, err := c.gaps(c.period)
	if err != nil {
		return value{}, err
	}
	switch {
	case seen > 0:
		v.finding, v.code, v.args = Supported, CodeLooked, append(v.args, strconv.Itoa(seen))
	case len(doubt)+len(untold)+len(open) > 0:
		v.parts = append(append(doubt, untold...), open...)
	default:
		v.finding, v.code, v.parts = Contradicted, CodeNotLooked, held
		for i := range c.flights {
			f := &c.flights[i]
			v.parts = append(v.parts, Part{Finding: Contradicted, Code: PartNotLooked, Args: []string{string(of.State)}, Flight: f.Number, Events: []Event{f.last(c.known)}})
		}
	}
	v.beside = c.overview(of.State)
	return v, nil
}

// unseen returns why what is on record of a flight is not all that its sensors saw. A flight without a picture may have had a
// sensor that sent none to the record.
func (c *checker) unseen(f *Flight) []Part {
	var out []Part
	if f.open(c.known) {
		out = append(out, Part{Code: PartOpen, Flight: f.Number, Events: []Event{f.Opened}})
	}
	if f.Frames == 0 || f.Seen < f.Frames {
		out = append(out, Part{Code: PartNoViews, Flight: f.Number, Events: []Event{f.Opened}})
	}
	return append(out, c.lost(f)...)
}

// looksOf returns the looks of a flight at the ground of a state from outside its airspace that lie in the period, and those
// of which that is in doubt.
func (c *checker) looksOf(f *Flight, s airspace.State) (sure, maybe []Part) {
	for i := range f.Looks {
		l := &f.Looks[i]
		if l.State != s || l.From == Inside || !l.knownAt(c.known) {
			continue
		}
		timed := !l.Begin.IsZero() && !l.End.IsZero()
		if timed && !during(c.period, l.Begin, l.End) || !timed && !f.meets(c.period) {
			continue
		}
		framed := timed && (c.period.InForce(l.Begin) || c.period.InForce(l.End)) // a frame lies at either end
		if l.From == Outside && l.Resolved && (framed || c.closed() && !timed) {
			sure = append(sure, Part{Finding: Supported, Code: PartLook, Args: []string{string(s), when(l.Begin), when(l.End)}, Flight: f.Number, From: l.Begin, To: l.End, Events: []Event{l.Event}})
			continue
		}
		maybe = append(maybe, Part{Code: PartLookDoubt, Args: []string{string(s)}, Flight: f.Number, From: l.Begin, To: l.End, Events: []Event{l.Event}})
	}
	return sure, maybe
}

// looks are the looks into a state from outside, which bear on no claim of entry and are shown beside it.
func (c *checker) looks(s airspace.State) []Part {
	var out []Part
	for i := range c.flights {
		sure, maybe := c.looksOf(&c.flights[i], s)
		out = append(append(out, sure...), maybe...)
	}
	return out
}

// overview is what the record has of the flights of a scope: entries, and looks from outside; of one state, or with "" of all.
func (c *checker) overview(s airspace.State) []Part {
	var out []Part
	for i := range c.flights {
		f := &c.flights[i]
		for j := range f.Entries {
			e := &f.Entries[j]
			if s != "" && e.State != s || !e.knownAt(c.known) {
				continue
			}
			switch {
			case e.surely(c.period):
				out = append(out, entered(f, e))
			case e.maybe(c.period):
				out = append(out, Part{Code: PartPossible, Args: []string{string(e.State), e.Verdict.String()}, Flight: f.Number, From: e.Entered.Earliest, To: e.Left.Latest, Events: []Event{e.Event}})
			}
		}
		if s != "" {
			continue
		}
		seen := map[airspace.State]bool{}
		for j := range f.Looks {
			if l := &f.Looks[j]; l.State != "" && !seen[l.State] {
				seen[l.State] = true
				sure, maybe := c.looksOf(f, l.State)
				out = append(append(out, sure...), maybe...)
			}
		}
	}
	// A part here shows nothing of a claim.
	for i := range out {
		out[i].Finding = NotChecked
	}
	return out
}
