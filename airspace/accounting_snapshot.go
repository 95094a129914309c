package airspace

import (
	"maps"
	"slices"
)

// Snapshot returns the reckoning so far, and leaves the Tally to go on: what Close returns is the same with Snapshots and
// without. Entries that the latest fix is inside of are open: see Open.
func (t *Tally) Snapshot() Reckoning {
	t.take(t.buffer)
	t.buffer = t.buffer[:0]
	c := &Tally{cfg: t.cfg, counted: t.counted, inRow: t.inRow, previous: t.previous, result: t.result}
	r := &c.result
	r.FixesByState = maps.Clone(t.result.FixesByState)
	r.Entries, r.Gaps = slices.Clone(t.result.Entries), slices.Clone(t.result.Gaps)
	r.Findings, r.Boundaries = slices.Clone(t.result.Findings), slices.Clone(t.result.Boundaries)
	for i := range t.lines {
		l := t.lines[i]
		l.done = cloneRuns(slices.Concat(l.done, l.open))
		l.open = nil
		c.lines = append(c.lines, l)
	}
	c.tell()
	for _, e := range t.reached {
		r.Entries = append(r.Entries, *e)
	}
	c.judge()
	r.sort()
	return *r
}

// cloneRuns copies runs so that judging the copies leaves the runs alone.
func cloneRuns(runs []*run) []*run {
	all := make([]run, len(runs))
	out := make([]*run, len(runs))
	for i, r := range runs {
		all[i] = *r
		e := &all[i].entry
		e.Reasons, e.Views = slices.Clone(e.Reasons), slices.Clone(e.Views)
		e.PossibleExits, e.Others = slices.Clone(e.PossibleExits), slices.Clone(e.Others)
		out[i] = &all[i]
	}
	return out
}

// Open reports whether an entry is still open: the latest fix is inside.
func (r *Reckoning) Open(e *Entry) bool {
	return e.Verdict != Possible && !r.To.IsZero() && e.Last.Time.Equal(r.To) && !e.GapAfter.Known
}
