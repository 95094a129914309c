package airspace

import (
	"maps"
	"slices"
)

// Snapshot returns the reckoning so far, which is what Close would return now, and leaves the Tally to go on: what Close
// returns in the end is the same with Snapshots and without. Entries that the latest fix is inside of are open: see
// Open.
//
// What is found of a run depends, within the steps of the search, on which fixes are reckoned together. So nothing of
// the block that is being filled is reckoned but in a copy.
func (t *Tally) Snapshot() Reckoning {
	c := t.clone()
	out := c.Close()
	t.scratch = c.scratch
	return out
}

// clone returns a Tally that goes on from here by itself. The lines' outlines are facts, and what is known of them
// is shared.
func (t *Tally) clone() *Tally {
	c := &Tally{
		cfg: t.cfg, buffer: t.buffer, last: t.last, previous: t.previous, count: t.count,
		counted: t.counted, inRow: t.inRow, is: slices.Clone(t.is), surface: t.surface, result: t.result, scratch: t.scratch,
	}
	r := &c.result
	r.FixesByState = maps.Clone(r.FixesByState)
	r.Entries, r.Gaps = slices.Clone(r.Entries), slices.Clone(r.Gaps)
	r.Findings, r.Boundaries = slices.Clone(r.Findings), slices.Clone(r.Boundaries)
	for i := range t.lines {
		l := t.lines[i]
		l.open, l.done, l.byState = cloneRuns(l.open), cloneRuns(l.done), nil
		c.lines = append(c.lines, l)
	}
	for _, e := range t.reached {
		possible := *e
		c.reached = append(c.reached, &possible)
	}
	return c
}

// cloneRuns copies runs with all that grows or is judged.
func cloneRuns(runs []*run) []*run {
	all := make([]run, len(runs))
	out := make([]*run, len(runs))
	for i, r := range runs {
		all[i] = *r
		e := &all[i].entry
		e.Reasons, e.Views = slices.Clone(e.Reasons), slices.Clone(e.Views)
		e.PossibleExits, e.Others = slices.Clone(e.PossibleExits), slices.Clone(e.Others)
		all[i].limit.witnesses = slices.Clone(r.limit.witnesses)
		all[i].land.witnesses = slices.Clone(r.land.witnesses)
		out[i] = &all[i]
	}
	return out
}

// Open reports whether an entry is still open: the latest fix is inside.
func (r *Reckoning) Open(e *Entry) bool {
	return e.Verdict != Possible && !r.To.IsZero() && e.Last.Time.Equal(r.To) && !e.GapAfter.Known
}
