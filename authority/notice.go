package authority

import (
	"slices"
	"time"

	"overflight/evidence"
)

// Whether a state was told of each entry, early enough, and said that it was.

func (d *decider) notice() {
	said := len(d.results)
	for i := range d.states {
		s := &d.states[i]
		if !s.asks.Notice {
			continue
		}
		// Of the entries into one state the worst is told.
		var worst Result
		asked := false
		for c := range d.q.Crossings {
			if d.q.Crossings[c].State != s.state {
				continue
			}
			if r := d.noticeOf(c); !asked || worse(worst.Outcome, r.Outcome) != worst.Outcome {
				worst, asked = r, true
			}
		}
		if asked {
			d.results = append(d.results, worst)
		}
	}
	for _, id := range d.q.Plan.Notices {
		if _, ok := d.r.notices.known(id, d.q.Known); !ok {
			d.say(RuleNotice, Unknown, CodeNoticeCitedUnknown, nil, id)
		}
	}
	if d.silent(said) {
		d.say(RuleNotice, Pass, CodeNoticeNotRequired, nil)
	}
}

// heard is what one notice comes to for one entry.
type heard struct {
	notice  *Entry[NoticeSent]
	outcome Outcome
	code    evidence.Code
	args    []string
	facts   []Fact
	rank    int
}

func (h *heard) better(than *heard) bool {
	if than.notice == nil {
		return true
	}
	if h.outcome != than.outcome {
		return h.outcome == Pass || h.outcome == Unknown && than.outcome == Fail
	}
	return h.rank > than.rank
}

// noticeOf says whether the state of a crossing had notice of it. Any notice of this sortie, or of all in a period, will do.
func (d *decider) noticeOf(crossing int) Result {
	c := &d.q.Crossings[crossing]
	s := d.of(c.State)
	out := Result{Rule: RuleNotice, State: c.State, Entry: c.entry()}
	best := d.told(crossing, &s.asks)
	if best.notice == nil {
		out.Outcome, out.Code, out.Args, out.Facts = Unknown, CodeNoticeUnknown, d.list(string(c.State)), s.facts
		return out
	}
	out.Outcome, out.Code, out.Args, out.Facts = best.outcome, best.code, best.args, append(best.facts, s.facts...)
	if out.Outcome == Fail && !c.sure(d.q.Flown) {
		out.Outcome, out.Code, out.Args = Unknown, CodeNoticeEntryUnresolved, d.list(string(c.State), c.Verdict.String())
	}
	return out
}

func (d *decider) told(crossing int, asks *Requirements) heard {
	c := &d.q.Crossings[crossing]
	p := d.q.Plan
	var best heard
	for _, i := range d.r.noticesTo[c.State] {
		n := &d.r.notices.all[i]
		if !n.KnownAt(d.q.Known) || n.Act.From.State() != d.own || n.Act.Sortie != "" && n.Act.Sortie != p.Sortie {
			continue
		}
		// A notice of all sorties in another period is of other sorties.
		if n.Act.Sortie == "" && n.Act.Period.holds(c.From, c.From) == Fail && !slices.Contains(p.Notices, n.Act.ID) {
			continue
		}
		if h := d.hear(n, crossing, asks); h.better(&best) {
			best = h
		}
		if best.outcome == Pass {
			break
		}
	}
	return best
}

// hear tests one notice against an entry.
func (d *decider) hear(n *Entry[NoticeSent], crossing int, asks *Requirements) heard {
	a, c := &n.Act, &d.q.Crossings[crossing]
	is := func(rank int, o Outcome, code evidence.Code, facts []Fact, args ...string) heard {
		return heard{notice: n, outcome: o, code: code, args: append(d.list(a.ID), args...), facts: facts, rank: rank}
	}
	facts := []Fact{n.Fact()}
	if c.From.IsZero() {
		return is(9, Unknown, CodeNoticeEntryOpen, facts)
	}
	deadline := c.From.Add(-time.Duration(asks.NoticeLead))
	switch {
	case !a.Period.Valid().InForce(c.From):
		return is(0, Fail, CodeNoticePeriod, facts, stamp(c.From))
	case !a.Area.IsZero() && len(c.Samples) > 0 && d.span(crossing).within(&a.Area, c.Samples) >= 0:
		i := d.span(crossing).within(&a.Area, c.Samples)
		return is(1, Fail, CodeNoticeArea, facts, degrees(c.Samples[i].Position), stamp(c.Samples[i].At))
	case a.Sent.After(deadline):
		return is(2, Fail, CodeNoticeLate, facts, stamp(a.Sent), stamp(deadline))
	}
	if e, ok := d.r.disputed.known(a.ID, d.q.Known); ok {
		return is(3, Unknown, CodeNoticeDisputed, append(facts, e.Fact()), string(e.Act.By), e.Act.Says)
	}
	switch {
	case n.Recorded.At.After(deadline):
		// It bears an earlier date than the log has it: the operator's word.
		return is(4, Unknown, CodeNoticeRecordedLate, facts, stamp(a.Sent), stamp(n.Recorded.At))
	case !a.Area.IsZero() && len(c.Samples) == 0:
		return is(5, Unknown, CodeNoticeNoPlaces, facts)
	}
	if e, ok := d.r.delivered.known(a.ID, d.q.Known); ok {
		facts = append(facts, e.Fact())
	}
	if asks.Acknowledgement {
		e, ok := d.r.received.known(a.ID, d.q.Known)
		switch {
		case !ok:
			return is(6, Unknown, CodeNoticeNotAcknowledged, facts, string(c.State))
		case e.Act.At.After(c.From) || e.Recorded.At.After(c.From):
			return is(3, Fail, CodeNoticeAcknowledgedLate, append(facts, e.Fact()), stamp(later(e.Act.At, e.Recorded.At)), stamp(c.From))
		}
		facts = append(facts, e.Fact())
	}
	return is(10, Pass, CodeNoticeMet, facts, stamp(a.Sent))
}
