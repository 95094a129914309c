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
	notice   *Entry[NoticeSent]
	outcome  Outcome
	code     evidence.Code
	rank     int
	sample   int // of the crossing that lies outside its area
	disputed *Entry[NoticeDisputed]
	// What became of it, where that is told.
	delivered    *Entry[NoticeDelivered]
	acknowledged *Entry[NoticeAcknowledged]
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
	out.Outcome, out.Code, out.Args, out.Facts = best.outcome, best.code, d.tellNotice(c, &best, &s.asks), d.and(d.heardFacts(&best), s.facts)
	if out.Outcome == Fail && !c.sure(d.q.Flown) {
		out.Outcome, out.Code, out.Args = Unknown, CodeNoticeEntryUnresolved, d.list(string(c.State), c.Verdict.String())
	}
	return out
}

func (d *decider) told(crossing int, asks *Requirements) heard {
	c := &d.q.Crossings[crossing]
	p := d.q.Plan
	var best heard
	own, every := d.r.index.notices[noticed{c.State, p.Sortie}], d.r.index.notices[noticed{c.State, ""}]
	if p.Sortie == "" {
		own = nil
	}
	for len(own)+len(every) > 0 && (best.notice == nil || best.outcome != Pass) {
		var i int
		i, own, every = inOrder(own, every)
		n := &d.r.notices.all[i]
		if !n.KnownAt(d.q.Known) || n.Act.From.State() != d.own {
			continue
		}
		// A notice of all sorties in another period is of other sorties.
		if n.Act.Sortie == "" && n.Act.Period.holds(c.From, c.From) == Fail && !slices.Contains(p.Notices, n.Act.ID) {
			continue
		}
		if h := d.hear(i, crossing, asks); h.better(&best) {
			best = h
		}
	}
	return best
}

// hear tests one notice against an entry.
func (d *decider) hear(notice, crossing int, asks *Requirements) heard {
	n, c := &d.r.notices.all[notice], &d.q.Crossings[crossing]
	a := &n.Act
	h := heard{notice: n}
	is := func(rank int, o Outcome, code evidence.Code) heard {
		h.rank, h.outcome, h.code = rank, o, code
		return h
	}
	if c.From.IsZero() {
		return is(9, Unknown, CodeNoticeEntryOpen)
	}
	deadline := asks.deadline(c)
	if !a.Period.Valid().InForce(c.From) {
		return is(0, Fail, CodeNoticePeriod)
	}
	if !a.Area.IsZero() && len(c.Samples) > 0 {
		if h.sample = d.fit(fitted{byNotice, crossing, notice}, &a.Area, nil).outside; h.sample >= 0 {
			return is(1, Fail, CodeNoticeArea)
		}
	}
	if a.Sent.After(deadline) {
		return is(2, Fail, CodeNoticeLate)
	}
	if e, ok := d.r.disputed.known(a.ID, d.q.Known); ok {
		h.disputed = e
		return is(3, Unknown, CodeNoticeDisputed)
	}
	switch {
	case n.Recorded.At.After(deadline):
		// It bears an earlier date than the log has it: the operator's word.
		return is(4, Unknown, CodeNoticeRecordedLate)
	case !a.Area.IsZero() && len(c.Samples) == 0:
		return is(5, Unknown, CodeNoticeNoPlaces)
	}
	h.delivered, _ = d.r.delivered.known(a.ID, d.q.Known)
	if asks.Acknowledgement {
		e, ok := d.r.received.known(a.ID, d.q.Known)
		if !ok {
			return is(6, Unknown, CodeNoticeNotAcknowledged)
		}
		if h.acknowledged = e; e.Act.At.After(c.From) || e.Recorded.At.After(c.From) {
			return is(3, Fail, CodeNoticeAcknowledgedLate)
		}
	}
	return is(10, Pass, CodeNoticeMet)
}

// deadline is when a state asks to have had notice of an entry.
func (r *Requirements) deadline(c *Crossing) time.Time {
	return c.From.Add(-time.Duration(r.NoticeLead))
}

func (d *decider) heardFacts(h *heard) []Fact {
	var few [3]Fact
	facts := append(few[:0], h.notice.Fact())
	if h.disputed != nil {
		facts = append(facts, h.disputed.Fact())
	}
	if h.delivered != nil {
		facts = append(facts, h.delivered.Fact())
	}
	if h.acknowledged != nil {
		facts = append(facts, h.acknowledged.Fact())
	}
	return d.facts(facts...)
}

// tellNotice returns the arguments of what was found of a notice, for the catalogue.
func (d *decider) tellNotice(c *Crossing, h *heard, asks *Requirements) []string {
	a := &h.notice.Act
	switch h.code {
	case CodeNoticePeriod:
		return d.list(a.ID, d.stamp(c.From))
	case CodeNoticeArea:
		return d.list(a.ID, degrees(c.Samples[h.sample].Position), d.stamp(c.Samples[h.sample].At))
	case CodeNoticeLate:
		return d.list(a.ID, d.stamp(a.Sent), d.stamp(asks.deadline(c)))
	case CodeNoticeDisputed:
		return d.list(a.ID, string(h.disputed.Act.By), h.disputed.Act.Says)
	case CodeNoticeRecordedLate:
		return d.list(a.ID, d.stamp(a.Sent), d.stamp(h.notice.Recorded.At))
	case CodeNoticeNotAcknowledged:
		return d.list(a.ID, string(c.State))
	case CodeNoticeAcknowledgedLate:
		return d.list(a.ID, d.stamp(later(h.acknowledged.Act.At, h.acknowledged.Recorded.At)), d.stamp(c.From))
	case CodeNoticeMet:
		return d.list(a.ID, d.stamp(a.Sent))
	}
	return d.list(a.ID)
}
