package authority

import (
	"time"

	"overflight/airspace"
	"overflight/evidence"
)

// Leave says by what a state had been entered or looked into.
type Leave string

// The words of an entry and of a look.
const (
	LeaveCleared  Leave = "cleared"  // a clearance covers it
	LeaveNotified Leave = "notified" // no clearance; a notice on record before it
	LeaveNone     Leave = "none"     // neither is on record
	LeaveDisputed Leave = "disputed" // no clearance; the state disputes the notice
)

// Compliance says whether what a state asks for was met. It is a statement about the record, never about law.
type Compliance string

// The words, of which "no data" is that there is no record of the kind that a rule needs.
const (
	Compliant  Compliance = "compliant"  // met within every doubt
	Breach     Compliance = "breach"     // not met within any doubt
	Unresolved Compliance = "unresolved" // the answer changes within the doubt
	NoData     Compliance = "no data"
)

// Answer is what is said of one entry or look by what was known at an instant.
type Answer struct {
	Known      time.Time  `json:"known"`
	Leave      Leave      `json:"leave"`
	Compliance Compliance `json:"compliance"`
	// Clearance is the identifier of the one that covers it, or comes nearest; Reference is its issuer's. Empty: none is on
	// record.
	Clearance string   `json:"clearance,omitempty"`
	Reference string   `json:"reference,omitempty"`
	Results   []Result `json:"results"`
}

// Flown is one entry or look that happened, by two states of knowledge. That they differ is a finding; neither is rewritten.
type Flown struct {
	State airspace.State `json:"state"`
	Entry string         `json:"entry,omitempty"` // "SOURCE:NUMBER"
	Look  bool           `json:"look,omitempty"`  // looked into from outside
	From  time.Time      `json:"from,omitzero"`
	To    time.Time      `json:"to,omitzero"`
	Then  Answer         `json:"then"` // as known at the earliest instant of it
	Now   Answer         `json:"now"`  // as known at Question.Known
	// Differs reports whether the two say something else.
	Differs bool `json:"differs"`
}

// Flown asks the rules of each entry and each look: those that are about one, clearance, notice, area, altitude and boundary
// line. The earliest instant of an entry that the record does not bound is when the flight began. The answers are in the
// order of the crossings, then of the looks; what is the operator's own state's is left out. Of Plan the operator and the
// aircraft are needed: a flight without a plan on record has these two.
func (r *Register) Flown(q *Question) []Flown {
	own := q.Plan.Operator.State()
	now := *q
	now.Flown = true
	present := r.decider(&now)
	var out []Flown
	for i := range q.Crossings {
		c := &q.Crossings[i]
		if c.State == own {
			continue
		}
		f := Flown{State: c.State, Entry: c.entry(), From: c.From, To: c.To, Now: present.crossed(i)}
		past := r.asOf(&now, c.From)
		f.Then = past.crossed(i)
		f.Differs = differs(&f.Then, &f.Now)
		out = append(out, f)
	}
	for i := range q.LookIns {
		l := &q.LookIns[i]
		if l.State == own {
			continue
		}
		f := Flown{State: l.State, Entry: l.entry(), Look: true, From: l.From, To: l.To, Now: present.looked(i)}
		past := r.asOf(&now, l.From)
		f.Then = past.looked(i)
		f.Differs = differs(&f.Then, &f.Now)
		out = append(out, f)
	}
	return out
}

// asOf puts a question by what was known at an instant.
func (r *Register) asOf(q *Question, k time.Time) *decider {
	then := *q
	then.Known = k
	if k.IsZero() {
		then.Known = q.From
	}
	if then.Known.After(q.Known) {
		then.Known = q.Known
	}
	return r.decider(&then)
}

func differs(a, b *Answer) bool {
	return a.Leave != b.Leave || a.Compliance != b.Compliance || a.Clearance != b.Clearance
}

func (d *decider) crossed(i int) Answer {
	c := &d.q.Crossings[i]
	s := d.of(c.State)
	out := Answer{Known: d.q.Known, Results: []Result{d.clearanceOf(i)}}
	m := d.cleared(i, &s.asks)
	if m.entry != nil {
		out.Clearance, out.Reference = m.entry.Act.ID, m.entry.Act.Reference
	}
	h := d.told(i, &s.asks)
	out.Leave = leave(m.entry != nil && m.outcome == Pass, &h, c.From)
	if s.asks.Notice {
		out.Results = append(out.Results, d.noticeOf(i))
	}
	if r, asked := d.areaOf(i); asked {
		out.Results = append(out.Results, r)
	}
	if r, asked := d.altitudeOf(i); asked {
		out.Results = append(out.Results, r)
	}
	if r, asked := d.pointsOf(i); asked {
		out.Results = append(out.Results, r)
	}
	out.Results = d.lineOf(out.Results, s, c.Line)
	out.Compliance = compliance(out.Results)
	return out
}

func (d *decider) looked(i int) Answer {
	l := &d.q.LookIns[i]
	s := d.of(l.State)
	out := Answer{Known: d.q.Known, Results: []Result{d.lookOf(l)}, Leave: LeaveNone}
	if m := d.lookCleared(l); m.entry != nil {
		out.Clearance, out.Reference = m.entry.Act.ID, m.entry.Act.Reference
		if m.outcome == Pass {
			out.Leave = LeaveCleared
		}
	}
	if r, asked := d.groundAreaOf(l); asked {
		out.Results = append(out.Results, r)
	}
	out.Results = d.lineOf(out.Results, s, l.Line)
	out.Compliance = compliance(out.Results)
	return out
}

func (d *decider) lineOf(results []Result, s *stateAsks, line string) []Result {
	if s.asks.BoundaryLine == "" {
		return results
	}
	said := len(d.results)
	d.line(s, line, line == s.asks.BoundaryLine)
	results = append(results, d.results[said])
	d.results = d.results[:said]
	return results
}

// leave is the word of an entry. A notice counts where it was sent, and on record, before.
func leave(cleared bool, h *heard, from time.Time) Leave {
	switch {
	case cleared:
		return LeaveCleared
	case h.notice == nil || h.code == CodeNoticePeriod || h.code == CodeNoticeArea:
		return LeaveNone
	case h.code == CodeNoticeDisputed:
		return LeaveDisputed
	case from.IsZero() || later(h.notice.Act.Sent, h.notice.Recorded.At).After(from):
		return LeaveNone
	}
	return LeaveNotified
}

// missing are the codes of what is unknown because there is no record of it, not because of a doubt in one.
func missing(c evidence.Code) bool {
	switch c {
	case CodeClearanceUnknown, CodeClearanceNoPlaces, CodeNoticeUnknown, CodeNoticeNotAcknowledged, CodeNoticeNoPlaces, CodeLooksNotCleared,
		CodeLooksUnsaid, CodeLooksNoPlaces, CodeAreaNoPlaces, CodeBoundaryUnknown, CodePointsNoNotice, CodePointsNone, CodePointsNoPlaces:
		return true
	default:
		return false
	}
}

func compliance(results []Result) Compliance {
	out := Compliant
	for i := range results {
		switch r := &results[i]; {
		case r.Outcome == Fail:
			return Breach
		case r.Outcome == Unknown && !missing(r.Code):
			out = Unresolved
		case r.Outcome == Unknown && out == Compliant:
			out = NoData
		}
	}
	return out
}
