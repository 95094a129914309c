package authority

import (
	"slices"
	"strconv"
	"strings"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
)

// Whether a clearance covers a crossing or a look. One clearance has to cover it whole: two that meet in the middle are
// two, and what lies between them is nobody's word.

// entry names an entry that was flown.
func (c *Crossing) entry() string { return flownAs(c.Source, c.Number) }

func (l *LookIn) entry() string { return flownAs(l.Source, l.Number) }

func flownAs(source string, number uint64) string {
	if source == "" {
		return ""
	}
	return source + ":" + strconv.FormatUint(number, 10)
}

// sure reports whether the crossing is beyond the doubt of the boundary and of the fixes. A route that is only planned is
// taken as it is planned.
func (c *Crossing) sure(flown bool) bool { return !flown || c.Verdict == airspace.Entered }

func (l *LookIn) sure(flown bool) bool { return !flown || l.Resolved }

func (d *decider) clearance() {
	said := len(d.results)
	for i := range d.q.Crossings {
		d.results = append(d.results, d.clearanceOf(i))
	}
	d.cites(said)
	if len(d.q.Crossings) == 0 {
		d.say(RuleClearance, Pass, CodeClearanceNoEntry, nil)
	}
}

func (d *decider) clearanceOf(crossing int) Result {
	c := &d.q.Crossings[crossing]
	s := d.of(c.State)
	out := Result{Rule: RuleClearance, State: c.State, Entry: c.entry()}
	if !s.asks.Clearance {
		out.Outcome, out.Code, out.Args, out.Facts = Pass, CodeClearanceNotRequired, d.list(string(c.State)), s.facts
		return out
	}
	m := d.cleared(crossing, &s.asks)
	if m.entry == nil {
		out.Outcome, out.Code, out.Args, out.Facts = Unknown, CodeClearanceUnknown, d.list(string(c.State)), s.facts
		return out
	}
	out.Outcome, out.Code, out.Args = m.outcome, m.code, d.tell(c, &m)
	if m.outcome == Fail && !c.sure(d.q.Flown) {
		out.Outcome, out.Code, out.Args = Unknown, CodeClearanceEntryUnresolved, d.list(string(c.State), c.Verdict.String())
	}
	out.Facts = d.clearanceFacts(m.entry, s.facts)
	return out
}

func (d *decider) clearanceFacts(e *Entry[ClearanceGiven], more []Fact) []Fact {
	if _, by := d.r.revokedFrom(e.Act.ID, d.q.Known); by != nil {
		return d.and(d.facts(e.Fact(), by.Fact()), more)
	}
	return d.with(e.Fact(), more)
}

// match is how far one clearance got, and where it stopped.
type match struct {
	entry   *Entry[ClearanceGiven]
	outcome Outcome
	code    evidence.Code
	rank    int // the nearest miss tells most
	sample  int // of the crossing that it stopped at
}

// better reports whether a match tells more: one that passes, else one that may, else the nearest miss.
func (m *match) better(than *match) bool {
	if than.entry == nil {
		return true
	}
	if m.outcome != than.outcome {
		return m.outcome == Pass || m.outcome == Unknown && than.outcome == Fail
	}
	return m.rank > than.rank
}

// cleared returns the clearance that covers a crossing, or the one that comes nearest to it. A clearance of another operator
// says nothing of this one: it is no miss.
func (d *decider) cleared(crossing int, r *Requirements) match {
	c := &d.q.Crossings[crossing]
	if !c.From.IsZero() && !c.To.IsZero() {
		// Those of the right time first: where one covers the crossing, no miss is told.
		from, to := c.From.Unix(), c.To.Unix()
		named, every := d.r.index.clear[cleared{c.State, d.q.Plan.Aircraft.Tail}], d.r.index.clear[cleared{c.State, ""}]
		for len(named)+len(every) > 0 {
			var i int
			i, named, every = inOrder(named, every)
			if w := &d.r.index.windows[i]; w.from <= from && to <= w.to {
				if m, candidate := d.candidate(i, r, crossing); candidate && m.outcome == Pass {
					return m
				}
			}
		}
	}
	var best match
	for _, i := range d.r.byState[c.State] {
		if m, candidate := d.candidate(i, r, crossing); candidate && m.better(&best) {
			best = m
		}
	}
	return best
}

// concerns reports whether a clearance is known and of this operator, or of none.
func (d *decider) concerns(e *Entry[ClearanceGiven]) bool {
	return e.KnownAt(d.q.Known) && (e.Act.Operator == "" || e.Act.Operator.State() == d.own)
}

func (d *decider) candidate(i int, r *Requirements, crossing int) (match, bool) {
	e := &d.r.clearances.all[i]
	if !d.concerns(e) {
		return match{}, false
	}
	return d.terms(i, r, crossing), true
}

// header tests what of a clearance depends neither on places nor on when it was recorded; missed is false where it covers that.
func (d *decider) header(e *Entry[ClearanceGiven], r *Requirements, c *Crossing) (m match, missed bool) {
	a := &e.Act
	p := &d.q.Plan.Aircraft
	miss := func(rank int, code evidence.Code) (match, bool) {
		return match{entry: e, outcome: Fail, code: code, rank: rank}, true
	}
	switch {
	case len(a.Aircraft) > 0 && !slices.Contains(a.Aircraft, p.Tail):
		return miss(1, CodeClearanceAircraft)
	case a.Period.holds(c.From, c.To) == Fail:
		return miss(2, CodeClearancePeriod)
	case r.Unmanned && p.Unmanned && !a.Unmanned:
		return miss(3, CodeClearanceUnmanned)
	case r.StateAircraft && p.StateAircraft && !a.StateAircraft:
		return miss(4, CodeClearanceStateAircraft)
	}
	if from, by := d.r.revokedFrom(a.ID, d.q.Known); by != nil && (c.To.IsZero() || from.Before(c.To)) {
		return miss(5, CodeClearanceRevoked)
	}
	if s, ok := d.sensorBeyond(a); ok {
		m, _ := miss(6, CodeClearanceSensor)
		m.sample = s
		return m, true
	}
	return match{}, false
}

// terms tests one clearance against a crossing.
func (d *decider) terms(clearance int, r *Requirements, crossing int) match {
	e, c := &d.r.clearances.all[clearance], &d.q.Crossings[crossing]
	if m, missed := d.header(e, r, c); missed {
		return m
	}
	a := &e.Act
	miss := func(rank int, o Outcome, code evidence.Code) match {
		return match{entry: e, outcome: o, code: code, rank: rank}
	}
	in := a.Period.holds(c.From, c.To)
	placeless := len(c.Samples) == 0 && !(a.Area.IsZero() && a.Altitude.IsZero())
	altitude := Pass
	if !placeless && !(a.Area.IsZero() && a.Altitude.IsZero()) {
		f := d.fit(fitted{byClearance, crossing, clearance}, &a.Area, &a.Altitude)
		if f.outside >= 0 {
			m := miss(7, Fail, CodeClearanceArea)
			m.sample = f.outside
			return m
		}
		if altitude = f.band; altitude == Fail {
			m := miss(8, Fail, CodeClearanceAltitude)
			m.sample = f.at
			return m
		}
	}
	switch {
	case a.Deepest > 0 && float64(c.Depth) > a.Deepest:
		return miss(9, Fail, CodeClearanceDepth)
	case !c.From.IsZero() && e.Recorded.At.After(c.From):
		// Whatever date it bears: the log has it after the entry.
		return miss(10, Fail, CodeClearanceAfterEntry)
	case placeless:
		return miss(11, Unknown, CodeClearanceNoPlaces)
	case altitude == Unknown:
		return miss(12, Unknown, CodeClearanceAltitudeUnknown)
	case a.Deepest > 0 && c.Depth <= 0:
		return miss(13, Unknown, CodeClearanceDepthUnknown)
	case in == Unknown:
		return miss(14, Unknown, CodeClearanceEntryOpen)
	case len(a.Conditions) > 0:
		return miss(15, Pass, CodeClearanceCoversConditions)
	}
	return miss(15, Pass, CodeClearanceCovers)
}

// sensorBeyond returns the first sensor of the plan that a clearance does not name, where it names any.
func (d *decider) sensorBeyond(a *ClearanceGiven) (int, bool) {
	if len(a.Sensors) > 0 {
		for i := range d.q.Plan.Sensors {
			if !slices.Contains(a.Sensors, d.q.Plan.Sensors[i].Name) {
				return i, true
			}
		}
	}
	return 0, false
}

// tell returns the arguments of what was found of a clearance, for the catalogue.
func (d *decider) tell(c *Crossing, m *match) []string {
	a := &m.entry.Act
	var s Sample
	if m.sample < len(c.Samples) {
		s = c.Samples[m.sample]
	}
	switch m.code {
	case CodeClearanceAircraft:
		return d.list(a.ID, d.q.Plan.Aircraft.Tail)
	case CodeClearancePeriod:
		return d.list(a.ID, d.stamp(a.Period.From), d.stamp(a.Period.To), d.stamp(c.From), d.stamp(c.To))
	case CodeClearanceRevoked:
		from, by := d.r.revokedFrom(a.ID, d.q.Known)
		return d.list(a.ID, d.stamp(from), by.Act.Reason)
	case CodeClearanceSensor:
		return d.list(a.ID, d.q.Plan.Sensors[m.sample].Name)
	case CodeClearanceArea:
		return d.list(a.ID, degrees(s.Position), d.stamp(s.At))
	case CodeClearanceAltitude:
		return d.list(a.ID, d.metres(s.Altitude.Value), s.Altitude.Datum.String(), d.stamp(s.At))
	case CodeClearanceDepth:
		return d.list(a.ID, d.metres(c.Depth), d.number(a.Deepest))
	case CodeClearanceAfterEntry:
		return d.list(a.ID, d.stamp(a.Issued), d.stamp(m.entry.Recorded.At), d.stamp(c.From))
	case CodeClearanceAltitudeUnknown:
		return d.list(a.ID, a.Altitude.Datum)
	case CodeClearanceCovers:
		return d.list(a.ID, a.Reference, string(a.Issuer))
	case CodeClearanceCoversConditions:
		return d.list(a.ID, a.Reference, string(a.Issuer), strings.Join(a.Conditions, "; "))
	}
	return d.list(a.ID)
}

func degrees(p geodesy.Position) string {
	return strconv.FormatFloat(float64(p.Lat), 'f', 5, 64) + ", " + strconv.FormatFloat(float64(p.Lon), 'f', 5, 64)
}

func (d *decider) looksIn() {
	said := len(d.results)
	for i := range d.q.LookIns {
		if l := &d.q.LookIns[i]; l.State != d.own {
			d.results = append(d.results, d.lookOf(l))
		}
	}
	if d.silent(said) {
		d.say(RuleLooksIn, Pass, CodeLooksNone, nil)
	}
}

func (d *decider) lookOf(l *LookIn) Result {
	s := d.of(l.State)
	out := Result{Rule: RuleLooksIn, State: l.State, Entry: l.entry(), Facts: s.facts, Args: d.list(string(l.State))}
	switch s.asks.LooksIn {
	case LooksPermitted:
		out.Outcome, out.Code = Pass, CodeLooksPermitted
	case LooksForbidden:
		out.Outcome, out.Code = Fail, CodeLooksForbidden
		out.Args = d.more(out.Args, d.stamp(l.From), d.stamp(l.To))
	case LooksCleared:
		m := d.lookCleared(l)
		if m.entry == nil {
			out.Outcome, out.Code = Unknown, CodeLooksNotCleared
			break
		}
		out.Outcome, out.Code = m.outcome, m.code
		out.Args = d.more(out.Args, d.tellLook(l, &m)...)
		out.Facts = d.clearanceFacts(m.entry, s.facts)
	case LooksUnsaid:
		out.Outcome, out.Code = Unknown, CodeLooksUnsaid
	}
	if out.Outcome == Fail && !l.sure(d.q.Flown) {
		out.Outcome, out.Code, out.Args = Unknown, CodeLooksUnresolved, d.list(string(l.State), d.stamp(l.From), d.stamp(l.To))
	}
	return out
}

// lookCleared returns the clearance that lets a look in, or the one that comes nearest to it.
func (d *decider) lookCleared(l *LookIn) match {
	var best match
	for _, i := range d.r.byState[l.State] {
		e := &d.r.clearances.all[i]
		if !e.Act.Looks || !d.concerns(e) {
			continue
		}
		if m := d.lookTerms(e, l); m.better(&best) {
			best = m
		}
	}
	return best
}

func (d *decider) lookTerms(e *Entry[ClearanceGiven], l *LookIn) match {
	a := &e.Act
	miss := func(rank int, o Outcome, code evidence.Code) match {
		return match{entry: e, outcome: o, code: code, rank: rank}
	}
	in := a.Period.holds(l.From, l.To)
	switch {
	case len(a.Aircraft) > 0 && !slices.Contains(a.Aircraft, d.q.Plan.Aircraft.Tail):
		return miss(1, Fail, CodeLooksAircraft)
	case in == Fail:
		return miss(2, Fail, CodeLooksPeriod)
	}
	if from, by := d.r.revokedFrom(a.ID, d.q.Known); by != nil && (l.To.IsZero() || from.Before(l.To)) {
		return miss(3, Fail, CodeLooksRevoked)
	}
	if s, ok := d.sensorBeyond(a); ok {
		m := miss(4, Fail, CodeLooksSensor)
		m.sample = s
		return m
	}
	for i, p := range l.Ground {
		if !a.Area.Holds(p) {
			m := miss(5, Fail, CodeLooksArea)
			m.sample = i
			return m
		}
	}
	switch {
	case !l.From.IsZero() && e.Recorded.At.After(l.From):
		return miss(6, Fail, CodeLooksAfter)
	case len(l.Ground) == 0 && !a.Area.IsZero():
		return miss(7, Unknown, CodeLooksNoPlaces)
	case in == Unknown:
		return miss(8, Unknown, CodeLooksOpen)
	}
	return miss(9, Pass, CodeLooksCleared)
}

func (d *decider) tellLook(l *LookIn, m *match) []string {
	a := &m.entry.Act
	switch m.code {
	case CodeLooksAircraft:
		return d.list(a.ID, d.q.Plan.Aircraft.Tail)
	case CodeLooksPeriod:
		return d.list(a.ID, d.stamp(a.Period.From), d.stamp(a.Period.To), d.stamp(l.From), d.stamp(l.To))
	case CodeLooksRevoked:
		from, by := d.r.revokedFrom(a.ID, d.q.Known)
		return d.list(a.ID, d.stamp(from), by.Act.Reason)
	case CodeLooksSensor:
		return d.list(a.ID, d.q.Plan.Sensors[m.sample].Name)
	case CodeLooksArea:
		return d.list(a.ID, degrees(l.Ground[m.sample]))
	case CodeLooksAfter:
		return d.list(a.ID, d.stamp(a.Issued), d.stamp(m.entry.Recorded.At), d.stamp(l.From))
	}
	return d.list(a.ID)
}

// cites tells the clearances that a plan cites by name: one that is not on record, or is revoked before the sortie is over,
// is told even where another covers it; once, where a result since a place tells it already.
func (d *decider) cites(since int) {
	for _, id := range d.q.Plan.Clearance {
		e, ok := d.r.clearances.known(id, d.q.Known)
		if !ok {
			d.say(RuleClearance, Unknown, CodeClearanceCitedUnknown, nil, id)
			continue
		}
		if from, by := d.r.revokedFrom(id, d.q.Known); by != nil && from.Before(d.q.To) && !slices.ContainsFunc(d.results[since:], func(r Result) bool { return r.Code == CodeClearanceRevoked && r.Args[0] == id }) {
			d.sayOf(e.Act.State, RuleClearance, Fail, CodeClearanceRevoked, d.facts(e.Fact(), by.Fact()), id, d.stamp(from), by.Act.Reason)
		}
	}
}
