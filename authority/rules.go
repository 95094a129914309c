package authority

import (
	"strconv"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/geodesy"
)

// The rules that ask state by state.

// entry names an entry that was flown.
func (c *Crossing) entry() string {
	if c.Source == "" {
		return ""
	}
	return c.Source + ":" + strconv.FormatUint(c.Number, 10)
}

// sure reports whether the crossing is beyond the doubt of the boundary and of the fixes. A route that is only planned is
// taken as it is planned.
func (c *Crossing) sure(flown bool) bool { return !flown || c.Verdict == airspace.Entered }

func (d *decider) clearance() {
	asked := false
	for i := range d.q.Crossings {
		c := &d.q.Crossings[i]
		r, facts := d.requirements(c.State)
		if !r.Clearance {
			if c.State != d.own {
				d.sayOf(c.State, RuleClearance, Pass, "authority.clearance.not_required", facts, string(c.State))
				d.results[len(d.results)-1].Entry = c.entry()
			}
			continue
		}
		asked = true
		o, code, used, args := d.cleared(c.State, &r, c)
		if o == Fail && !c.sure(d.q.Flown) {
			o, code, args = Unknown, "authority.clearance.entry_unresolved", []string{string(c.State), c.Verdict.String()}
		}
		d.sayOf(c.State, RuleClearance, o, code, append(used, facts...), args...)
		d.results[len(d.results)-1].Entry = c.entry()
	}
	if !asked && len(d.q.Crossings) == 0 {
		d.say(RuleClearance, Pass, "authority.clearance.no_entry", nil)
	}
}

// cleared says whether some clearance covers a crossing. Where none does, the nearest miss is told.
func (d *decider) cleared(s airspace.State, r *Requirements, c *Crossing) (Outcome, evidence.Code, []Fact, []string) {
	best := -1
	out, code := Unknown, evidence.Code("authority.clearance.unknown")
	args := []string{string(s)}
	var facts []Fact
	for _, i := range d.r.byState[s] {
		e := &d.r.clearances.all[i]
		if !e.KnownAt(d.q.Known) {
			continue
		}
		rank, o, k, a := d.terms(e, r, c)
		if rank <= best {
			continue
		}
		best, out, code, args = rank, o, k, a
		facts = []Fact{e.Fact()}
		if _, by := d.r.revokedFrom(e.Act.ID, d.q.Known); by != nil {
			facts = append(facts, by.Fact())
		}
		if o == Pass {
			break
		}
	}
	return out, code, facts, args
}

// terms tests one clearance against a crossing, and says how far it got: the nearest miss tells most.
func (d *decider) terms(e *Entry[ClearanceGiven], r *Requirements, c *Crossing) (rank int, o Outcome, code evidence.Code, args []string) {
	a := &e.Act
	p := &d.q.Plan.Aircraft
	switch {
	case a.Operator != "" && a.Operator.State() != d.own:
		return 0, Fail, "authority.clearance.operator", []string{a.ID, string(a.Operator)}
	case len(a.Aircraft) > 0 && !contains(a.Aircraft, p.Tail):
		return 1, Fail, "authority.clearance.aircraft", []string{a.ID, p.Tail}
	case !a.Period.Valid().InForce(c.From) || !a.Period.Valid().InForce(c.To):
		return 2, Fail, "authority.clearance.period", []string{a.ID, stamp(a.Period.From), stamp(a.Period.To), stamp(c.From), stamp(c.To)}
	case r.Unmanned && p.Unmanned && !a.Unmanned:
		return 3, Fail, "authority.clearance.unmanned", []string{a.ID}
	case r.StateAircraft && p.StateAircraft && !a.StateAircraft:
		return 4, Fail, "authority.clearance.state_aircraft", []string{a.ID}
	}
	if from, by := d.r.revokedFrom(a.ID, d.q.Known); by != nil && from.Before(c.To) {
		return 5, Fail, "authority.clearance.revoked", []string{a.ID, stamp(from), by.Act.Reason}
	}
	for i := range c.Samples {
		if s := &c.Samples[i]; !a.Area.Holds(s.Position) {
			return 6, Fail, "authority.clearance.area", []string{a.ID, degrees(s.Position), stamp(s.At)}
		}
	}
	altitude := Pass
	for i := range c.Samples {
		s := &c.Samples[i]
		if altitude = worse(altitude, a.Altitude.holds(s.Altitude)); altitude == Fail {
			return 7, Fail, "authority.clearance.altitude", []string{a.ID, metres(s.Altitude.Value), s.Altitude.Datum.String(), stamp(s.At)}
		}
	}
	switch {
	case e.Recorded.At.After(c.From):
		// Whatever date it bears: the log has it after the entry.
		return 9, Fail, "authority.clearance.after_entry", []string{a.ID, stamp(a.Issued), stamp(e.Recorded.At), stamp(c.From)}
	case altitude == Unknown:
		return 8, Unknown, "authority.clearance.altitude_unknown", []string{a.ID, a.Altitude.Datum}
	}
	return 10, Pass, "authority.clearance.covers", []string{a.ID, a.Reference, string(a.Issuer)}
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

func degrees(p geodesy.Position) string {
	return strconv.FormatFloat(float64(p.Lat), 'f', 5, 64) + ", " + strconv.FormatFloat(float64(p.Lon), 'f', 5, 64)
}

func (d *decider) looksIn() {
	asked := false
	for i := range d.q.LookIns {
		l := &d.q.LookIns[i]
		if l.State == d.own {
			continue
		}
		asked = true
		r, facts := d.requirements(l.State)
		switch r.LooksIn {
		case LooksPermitted:
			d.sayOf(l.State, RuleLooksIn, Pass, "authority.looks.permitted", facts, string(l.State))
		case LooksForbidden:
			o, code := Fail, evidence.Code("authority.looks.forbidden")
			if d.q.Flown && !l.Resolved {
				o, code = Unknown, "authority.looks.unresolved"
			}
			d.sayOf(l.State, RuleLooksIn, o, code, facts, string(l.State), stamp(l.From), stamp(l.To))
		case LooksCleared:
			d.lookCleared(l, facts)
		case LooksUnsaid:
			d.sayOf(l.State, RuleLooksIn, Unknown, "authority.looks.unsaid", facts, string(l.State))
		}
	}
	if !asked {
		d.say(RuleLooksIn, Pass, "authority.looks.none", nil)
	}
}

func (d *decider) lookCleared(l *LookIn, facts []Fact) {
	for _, i := range d.r.byState[l.State] {
		e := &d.r.clearances.all[i]
		if !e.KnownAt(d.q.Known) || !e.Act.Looks || !e.Act.Period.covers(l.From, l.To) || e.Recorded.At.After(l.From) {
			continue
		}
		if from, by := d.r.revokedFrom(e.Act.ID, d.q.Known); by != nil && from.Before(l.To) {
			d.sayOf(l.State, RuleLooksIn, Fail, "authority.clearance.revoked", append([]Fact{e.Fact(), by.Fact()}, facts...), e.Act.ID, stamp(from), by.Act.Reason)
			return
		}
		d.sayOf(l.State, RuleLooksIn, Pass, "authority.looks.cleared", append([]Fact{e.Fact()}, facts...), string(l.State), e.Act.ID)
		return
	}
	d.sayOf(l.State, RuleLooksIn, Unknown, "authority.looks.not_cleared", facts, string(l.State))
}

// notice asks whether a state was told of each first entry, early enough, and whether it said so.
func (d *decider) notice() {
	asked := false
	for _, s := range d.states() {
		r, facts := d.requirements(s)
		if !r.Notice {
			continue
		}
		entered, ok := d.firstEntry(s)
		if !ok {
			continue
		}
		asked = true
		d.noticeTo(s, &r, entered, facts)
	}
	if !asked {
		d.say(RuleNotice, Pass, "authority.notice.not_required", nil)
	}
}

func (d *decider) firstEntry(s airspace.State) (time.Time, bool) {
	var at time.Time
	for i := range d.q.Crossings {
		if c := &d.q.Crossings[i]; c.State == s && (at.IsZero() || c.From.Before(at)) {
			at = c.From
		}
	}
	return at, !at.IsZero()
}

func (d *decider) noticeTo(s airspace.State, r *Requirements, entered time.Time, facts []Fact) {
	q := d.q
	var n *Entry[NoticeSent]
	for i := len(q.Plan.Notices) - 1; i >= 0 && n == nil; i-- {
		if e, ok := d.r.notices.known(q.Plan.Notices[i], q.Known); ok && e.Act.State == s {
			n = e
		}
	}
	for i := 0; i < len(d.r.notices.all) && n == nil; i++ {
		e := &d.r.notices.all[i]
		if e.Act.State == s && e.KnownAt(q.Known) && (e.Act.Sortie == q.Plan.Sortie || e.Act.Sortie == "") && e.Act.Period.Valid().InForce(entered) {
			n = e
		}
	}
	if n == nil {
		d.sayOf(s, RuleNotice, Unknown, "authority.notice.unknown", facts, string(s))
		return
	}
	facts = append([]Fact{n.Fact()}, facts...)
	deadline := entered.Add(-time.Duration(r.NoticeLead))
	switch {
	case !n.Act.Period.Valid().InForce(entered):
		d.sayOf(s, RuleNotice, Fail, "authority.notice.period", facts, n.Act.ID, stamp(entered))
		return
	case n.Act.Sent.After(deadline):
		d.sayOf(s, RuleNotice, Fail, "authority.notice.late", facts, n.Act.ID, stamp(n.Act.Sent), stamp(deadline))
		return
	case n.Recorded.At.After(deadline):
		// It bears an earlier date than the log has it: the operator's word.
		d.sayOf(s, RuleNotice, Unknown, "authority.notice.recorded_late", facts, n.Act.ID, stamp(n.Act.Sent), stamp(n.Recorded.At))
		return
	}
	if e, ok := d.r.disputed.known(n.Act.ID, q.Known); ok {
		d.sayOf(s, RuleNotice, Unknown, "authority.notice.disputed", append(facts, e.Fact()), n.Act.ID, string(e.Act.By), e.Act.Says)
		return
	}
	if r.Acknowledgement {
		e, ok := d.r.received.known(n.Act.ID, q.Known)
		switch {
		case !ok:
			d.sayOf(s, RuleNotice, Unknown, "authority.notice.not_acknowledged", facts, n.Act.ID, string(s))
			return
		case e.Act.At.After(entered) || e.Recorded.At.After(entered):
			d.sayOf(s, RuleNotice, Fail, "authority.notice.acknowledged_late", append(facts, e.Fact()), n.Act.ID, stamp(later(e.Act.At, e.Recorded.At)), stamp(entered))
			return
		}
		facts = append(facts, e.Fact())
	}
	d.sayOf(s, RuleNotice, Pass, "authority.notice.met", facts, n.Act.ID, stamp(n.Act.Sent))
}

func (d *decider) standOff() {
	asked := false
	for _, a := range d.q.Approaches {
		r, facts := d.requirements(a.State)
		if r.StandOff == 0 {
			continue
		}
		asked = true
		least := geodesy.Length(r.StandOff)
		if a.Nearest < least {
			d.sayOf(a.State, RuleStandOff, Fail, "authority.stand_off.nearer", facts, string(a.State), metres(a.Nearest), metres(least), stamp(a.At))
		} else {
			d.sayOf(a.State, RuleStandOff, Pass, "authority.stand_off.kept", facts, string(a.State), metres(a.Nearest), metres(least))
		}
	}
	if !asked {
		d.say(RuleStandOff, Pass, "authority.stand_off.not_required", nil)
	}
}

func (d *decider) altitude() {
	asked := false
	for i := range d.q.Crossings {
		c := &d.q.Crossings[i]
		r, facts := d.requirements(c.State)
		if r.Altitude.Least == nil && r.Altitude.Most == nil {
			continue
		}
		asked = true
		o, at := Pass, 0
		for j := range c.Samples {
			if w := worse(o, r.Altitude.holds(c.Samples[j].Altitude)); w != o {
				o, at = w, j
			}
		}
		switch {
		case o == Pass && len(c.Samples) > 0:
			d.sayOf(c.State, RuleAltitude, Pass, "authority.altitude.kept", facts, string(c.State))
		case o == Fail && c.sure(d.q.Flown):
			s := &c.Samples[at]
			d.sayOf(c.State, RuleAltitude, Fail, "authority.altitude.outside", facts, string(c.State), metres(s.Altitude.Value), s.Altitude.Datum.String(), stamp(s.At))
		default:
			d.sayOf(c.State, RuleAltitude, Unknown, "authority.altitude.unknown", facts, string(c.State), r.Altitude.Datum)
		}
		d.results[len(d.results)-1].Entry = c.entry()
	}
	if !asked {
		d.say(RuleAltitude, Pass, "authority.altitude.not_required", nil)
	}
}

func (d *decider) ground() {
	asked := false
	for _, s := range d.states() {
		r, facts := d.requirements(s)
		if r.FinestGround == 0 {
			continue
		}
		asked = true
		o := Pass
		for i := range d.q.Plan.Sensors {
			u := &d.q.Plan.Sensors[i]
			switch {
			case u.FinestGround == 0:
				o = worse(o, Unknown)
				d.sayOf(s, RuleGround, Unknown, "authority.ground.unknown", facts, u.Name, number(r.FinestGround), string(s))
			case u.FinestGround < r.FinestGround:
				o = Fail
				d.sayOf(s, RuleGround, Fail, "authority.ground.finer", facts, u.Name, number(u.FinestGround), number(r.FinestGround), string(s))
			}
		}
		switch {
		case len(d.q.Plan.Sensors) == 0:
			d.sayOf(s, RuleGround, Unknown, "authority.ground.no_sensor", facts, number(r.FinestGround), string(s))
		case o == Pass:
			d.sayOf(s, RuleGround, Pass, "authority.ground.kept", facts, number(r.FinestGround), string(s))
		}
	}
	if !asked {
		d.say(RuleGround, Pass, "authority.ground.not_required", nil)
	}
}

func (d *decider) retention() {
	most := d.q.RuleSet.Rules.Retention
	var facts []Fact
	for _, s := range d.states() {
		if r, f := d.requirements(s); r.Retention > 0 && r.Retention < most {
			most, facts = r.Retention, f
		}
	}
	has := d.q.Plan.Retention
	switch {
	case has == 0:
		d.say(RuleRetention, Unknown, "authority.retention.unknown", facts, days(most))
	case has > most:
		d.say(RuleRetention, Fail, "authority.retention.longer", facts, days(has), days(most))
	default:
		d.say(RuleRetention, Pass, "authority.retention.kept", facts, days(has), days(most))
	}
}

func days(v Duration) string {
	return strconv.FormatFloat(time.Duration(v).Hours()/24, 'f', -1, 64)
}

func (d *decider) request() {
	if len(d.q.Plan.Requests) == 0 {
		d.say(RuleRequest, Pass, "authority.request.none", nil)
		return
	}
	for _, id := range d.q.Plan.Requests {
		e, ok := d.r.requests.known(id, d.q.Known)
		switch {
		case !ok:
			d.say(RuleRequest, Unknown, "authority.request.unknown", nil, id)
		case !e.Act.Period.Valid().InForce(d.q.From):
			d.say(RuleRequest, Fail, "authority.request.period", []Fact{e.Fact()}, id, stamp(e.Act.Period.From), stamp(e.Act.Period.To))
		default:
			d.say(RuleRequest, Pass, "authority.request.answers", []Fact{e.Fact()}, id, string(e.Act.By))
		}
	}
}

func (d *decider) aircraft() {
	p := &d.q.Plan.Aircraft
	e, ok := d.r.airframes.known(p.Type, d.q.Known)
	if !ok {
		d.say(RuleAircraft, Unknown, "authority.aircraft.unknown", nil, p.Type)
		return
	}
	facts := []Fact{e.Fact()}
	a := &e.Act.Airframe
	if a.Endurance.Value > 0 {
		needs := d.q.To.Sub(d.q.From) + time.Duration(d.q.RuleSet.Rules.Reserve)
		if needs.Hours() > a.Endurance.Value {
			d.say(RuleAircraft, Fail, "authority.aircraft.endurance", facts, p.Type, number(needs.Hours()), number(a.Endurance.Value))
			return
		}
	}
	if a.Ceiling.Value > 0 {
		for i := range d.q.Plan.Route {
			// The ceiling is above mean sea level; the ellipsoid differs by at most 110 m (EGM96).
			w := &d.q.Plan.Route[i]
			slack := 0.0
			if w.Datum != "MSL" {
				slack = 110
			}
			if w.Altitude > a.Ceiling.Value+slack {
				d.say(RuleAircraft, Fail, "authority.aircraft.ceiling", facts, p.Type, number(w.Altitude), number(a.Ceiling.Value))
				return
			}
		}
	}
	if a.Unmanned != p.Unmanned {
		d.say(RuleAircraft, Fail, "authority.aircraft.unmanned", facts, p.Type)
		return
	}
	d.say(RuleAircraft, Pass, "authority.aircraft.described", facts, p.Type, a.Name)
}

func (d *decider) approvers() {
	want := d.q.RuleSet.Rules.Approvers
	var facts []Fact
	names := make(map[string]bool, want)
	other := false
	for _, i := range d.r.bySortie[d.q.Plan.Sortie] {
		e := &d.r.approved.all[i]
		if !e.KnownAt(d.q.Known) {
			continue
		}
		switch {
		case e.Act.Plan != d.q.Digest:
			other = true
		case e.Act.By == d.q.Plan.Planner: // nobody approves what they planned
		case !names[e.Act.By]:
			names[e.Act.By] = true
			facts = append(facts, e.Fact())
		}
	}
	has := strconv.Itoa(len(names))
	switch {
	case len(names) >= want:
		d.say(RuleApprovers, Pass, "authority.approvers.approved", facts, has, strconv.Itoa(want))
	case other && len(names) == 0:
		d.say(RuleApprovers, Unknown, "authority.approvers.other_plan", facts, has, strconv.Itoa(want))
	default:
		d.say(RuleApprovers, Unknown, "authority.approvers.missing", facts, has, strconv.Itoa(want))
	}
}
