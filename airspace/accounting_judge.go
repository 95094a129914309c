package airspace

import (
	"sort"

	"overflight/evidence"
)

// judge turns the runs of every line into entries. The first line to see a run tells its entry; what
// later lines see of the same fixes is a view of it, and what only a later line sees is an entry by
// that line. So nothing that any line sees is lost, and nothing counts twice.
func (t *Tally) judge() {
	for i := range t.lines {
		l := &t.lines[i]
		l.byState = map[State][]*run{}
		for _, r := range l.done {
			l.byState[r.entry.State] = append(l.byState[r.entry.State], r)
		}
	}
	for i := range t.lines {
		l := &t.lines[i]
		for _, r := range l.done {
			if t.seenBefore(i, r) {
				continue
			}
			t.conclude(i, r)
			t.result.Entries = append(t.result.Entries, r.entry)
		}
	}
}

// sharing returns the runs of the line that have a fix and the state in common with r. Runs of one
// state follow one another and never overlap.
func (l *lineTally) sharing(r *run) []*run {
	all := l.byState[r.entry.State]
	lo := sort.Search(len(all), func(i int) bool { return all[i].entry.Last.Index >= r.entry.First.Index })
	hi := sort.Search(len(all), func(i int) bool { return all[i].entry.First.Index > r.entry.Last.Index })
	return all[lo:max(lo, hi)]
}

func (t *Tally) seenBefore(line int, r *run) bool {
	for i := range line {
		if len(t.lines[i].sharing(r)) > 0 {
			return true
		}
	}
	return false
}

// conclude gives the entry of a run its verdict and the reasons.
func (t *Tally) conclude(line int, r *run) {
	e := &r.entry
	l := &t.lines[line]
	e.Altitude = r.altitudes()
	e.Boundary.Uncertainty = max(r.uncertain, e.FromLimit.Nearest.Uncertainty)
	e.Verdict = Unresolved
	for k := range t.lines {
		for _, o := range t.lines[k].sharing(r) {
			r.sure = r.sure || o.sure && o.sureAt >= e.First.Index && o.sureAt <= e.Last.Index
		}
	}
	if r.sure {
		e.Verdict = Entered
	}
	explained := r.sure
	reason := func(c evidence.Code, line, got, want string) {
		e.Reasons = append(e.Reasons, Reason{Code: c, Line: line, Got: got, Want: want})
	}
	if d := e.FromLimit.Nearest; !r.sure && !r.beyond() {
		reason(ReasonDoubt, l.source.Name, metres(d.Distance), metres(d.Uncertainty+r.limit.deepest.Radius))
		explained = true
	}
	for k := range t.lines {
		if k == line {
			continue
		}
		other := &t.lines[k]
		inForce := other.valid.InForce(e.First.Time) || other.valid.InForce(e.Last.Time)
		if !inForce || !other.holdsState(e.State) {
			continue
		}
		v, seen := other.view(r)
		e.Views = append(e.Views, v)
		switch {
		case seen == nil && !r.sure:
			reason(ReasonLineOutside, other.source.Name, "", "")
			explained = true
		case seen != nil && !r.sure && !seen.beyond():
			reason(ReasonLineDoubt, other.source.Name, metres(v.FromLimit.Nearest.Distance), metres(v.FromLimit.Nearest.Uncertainty+seen.limit.deepest.Radius))
			explained = true
		case v.Runs > 1 || seen != nil && len(l.sharing(seen)) > 1:
			reason(ReasonRuns, other.source.Name, number(v.Runs), number(1))
		}
	}
	if !explained {
		reason(ReasonNoCommonFix, "", "", "")
	}
	if d := e.FromLandBorder; d.Known && d.Nearest.Distance < t.cfg.CrossCheck && e.FromLimit.Nearest.Neighbour != "" {
		reason(ReasonCrossCheck, l.source.Name, metres(d.Nearest.Distance), metres(t.cfg.CrossCheck))
	}
	if r.undated {
		reason(ReasonNotInForce, l.source.Name, "", "")
	}
	if r.reported == 0 {
		reason(ReasonQuality, "", "", "")
	}
	for _, s := range e.Others {
		reason(ReasonClaims, l.source.Name, string(s), "")
	}
	if n := len(e.PossibleExits); n > 0 {
		reason(ReasonExit, l.source.Name, number(n), number(0))
	}
}

// beyond reports whether the deepest fix is inside by more than its doubt, by the line of the run.
func (r *run) beyond() bool {
	n := r.entry.FromLimit.Nearest
	return r.entry.FromLimit.Known && n.Distance > n.Uncertainty+r.limit.deepest.Radius
}

// view returns what the line says of a run of another line, and its deepest run of the same fixes.
func (l *lineTally) view(r *run) (View, *run) {
	v := View{Boundary: Boundary{Source: l.source, Valid: l.valid}}
	var deepest *run
	for _, o := range l.sharing(r) {
		if v.Runs == 0 {
			v.Entered = o.entry.Entered
		}
		v.Left = o.entry.Left
		v.Runs++
		v.Fixes += o.entry.Fixes
		v.Boundary.Uncertainty = max(v.Boundary.Uncertainty, o.uncertain, o.entry.FromLimit.Nearest.Uncertainty)
		if deepest == nil || o.entry.FromLimit.Nearest.Distance > deepest.entry.FromLimit.Nearest.Distance {
			deepest = o
			v.FromLimit = o.entry.FromLimit
		}
	}
	return v, deepest
}
