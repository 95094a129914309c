package authority

import (
	"math"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
)

// The rules that ask of the aircraft: what it carries, and what it can do.

func (d *decider) unarmed() {
	for _, c := range d.q.Contradictions {
		d.say(RuleUnarmed, Fail, CodeUnarmedContradicted, nil, c.Item, c.Value, d.stamp(c.At))
	}
	e, ok := d.loadout()
	if !ok {
		d.say(RuleUnarmed, Unknown, CodeUnarmedUnknown, nil, d.q.Plan.Aircraft.Tail)
		return
	}
	d.attested(e)
	for i := range d.states {
		if d.states[i].asks.Inspection {
			d.inspection(d.states[i].state, e.Act.ID)
		}
	}
}

// attested tells one attestation. Its date is its author's, when it was recorded is the log's: of the two the worse counts.
func (d *decider) attested(e *Entry[LoadoutAttested]) {
	q, a := d.q, &e.Act
	facts := d.facts(e.Fact())
	within := time.Duration(d.rules.Rules.AttestedWithin)
	seen := earlier(a.At, e.Recorded.At)
	switch {
	case a.Armed:
		d.say(RuleUnarmed, Fail, CodeUnarmedArmed, facts, a.ID, a.By)
	case a.Tail != q.Plan.Aircraft.Tail:
		d.say(RuleUnarmed, Fail, CodeUnarmedTail, facts, a.ID, a.Tail, q.Plan.Aircraft.Tail)
	case a.Sortie != "" && a.Sortie != q.Plan.Sortie:
		d.say(RuleUnarmed, Fail, CodeUnarmedSortie, facts, a.ID, a.Sortie)
	case a.At.After(q.From):
		d.say(RuleUnarmed, Fail, CodeUnarmedLate, facts, a.ID, d.stamp(a.At), d.stamp(q.From))
	case e.Recorded.At.After(q.From):
		d.say(RuleUnarmed, Fail, CodeUnarmedRecordedLate, facts, a.ID, d.stamp(e.Recorded.At), d.stamp(q.From))
	case seen.Before(q.From.Add(-within)):
		d.say(RuleUnarmed, Fail, CodeUnarmedOld, facts, a.ID, d.stamp(seen), d.length(within))
	case !a.Period.covers(q.From, q.To):
		d.say(RuleUnarmed, Fail, CodeUnarmedPeriod, facts, a.ID, d.stamp(a.Period.From), d.stamp(a.Period.To))
	default:
		// An older word is not relied on against a newer one that says the opposite.
		if n := d.armedSince(a); n != nil {
			d.say(RuleUnarmed, Fail, CodeUnarmedArmed, d.facts(n.Fact(), e.Fact()), n.Act.ID, n.Act.By)
			return
		}
		d.attestedUnarmed(e, facts)
	}
}

// attestedUnarmed keeps two facts apart: that nothing is on the aircraft, and that something could be.
func (d *decider) attestedUnarmed(e *Entry[LoadoutAttested], facts []Fact) {
	a := &e.Act
	switch t, ok := d.r.airframes.known(d.q.Plan.Aircraft.Type, d.q.Known); {
	case a.Capable:
		d.say(RuleUnarmed, Pass, CodeUnarmedCapable, facts, a.ID, a.By, d.stamp(a.At))
	case ok && t.Act.Airframe.Capable:
		d.say(RuleUnarmed, Pass, CodeUnarmedCapableType, d.facts(e.Fact(), t.Fact()), a.ID, a.By, d.stamp(a.At), t.Act.Airframe.Name)
	default:
		d.say(RuleUnarmed, Pass, CodeUnarmedAttested, facts, a.ID, a.By, d.stamp(a.At))
	}
}

func (d *decider) armedSince(a *LoadoutAttested) *Entry[LoadoutAttested] {
	for _, i := range d.r.byTail[a.Tail] {
		e := &d.r.loadouts.all[i]
		if e.Act.Armed && e.KnownAt(d.q.Known) && e.Act.At.After(a.At) && e.Act.At.Before(d.q.To) && (e.Act.Sortie == "" || e.Act.Sortie == d.q.Plan.Sortie) {
			return e
		}
	}
	return nil
}

// loadout returns the attestation that the plan cites; where it cites none, that of the aircraft with the newest look at it
// before take-off.
func (d *decider) loadout() (*Entry[LoadoutAttested], bool) {
	if id := d.q.Plan.Loadout; id != "" {
		return d.r.loadouts.known(id, d.q.Known)
	}
	var best *Entry[LoadoutAttested]
	for _, i := range d.r.byTail[d.q.Plan.Aircraft.Tail] {
		e := &d.r.loadouts.all[i]
		if !e.KnownAt(d.q.Known) || e.Act.Sortie != "" && e.Act.Sortie != d.q.Plan.Sortie || !e.Act.Period.covers(d.q.From, d.q.To) {
			continue
		}
		if best == nil || d.preferred(e, best) {
			best = e
		}
	}
	return best, best != nil
}

// preferred puts what was on record before take-off first, then the newest look.
func (d *decider) preferred(e, than *Entry[LoadoutAttested]) bool {
	if a, b := later(e.Act.At, e.Recorded.At).After(d.q.From), later(than.Act.At, than.Recorded.At).After(d.q.From); a != b {
		return b
	}
	return e.Act.At.After(than.Act.At)
}

func (d *decider) inspection(s airspace.State, loadout string) {
	e, ok := d.r.inspected.known(loadout+":"+string(s), d.q.Known)
	switch {
	case !ok:
		d.sayOf(s, RuleUnarmed, Unknown, CodeUnarmedNotInspected, nil, loadout, string(s))
	case !e.Act.Agrees:
		d.sayOf(s, RuleUnarmed, Fail, CodeUnarmedInspectorDisagrees, d.facts(e.Fact()), loadout, e.Act.Inspector, e.Act.Remarks)
	case e.Act.At.After(d.q.From) || e.Recorded.At.After(d.q.From):
		d.sayOf(s, RuleUnarmed, Fail, CodeUnarmedInspectedLate, d.facts(e.Fact()), loadout, d.stamp(later(e.Act.At, e.Recorded.At)))
	default:
		d.sayOf(s, RuleUnarmed, Pass, CodeUnarmedInspected, d.facts(e.Fact()), loadout, e.Act.Inspector)
	}
}

// wind is how much faster over ground than through the air an aircraft may be planned to go: 100 kt.
const wind = 100 * geodesy.Knot

// undulation is the most by which heights above the ellipsoid and above mean sea level differ (EGM96).
const undulation = 110.0

// aircraft asks whether the type can do what is planned of it. Endurance and ceiling have to be in the catalogue; a fastest
// speed is held against the plan where it is.
func (d *decider) aircraft() {
	p := d.q.Plan
	e, ok := d.r.airframes.known(p.Aircraft.Type, d.q.Known)
	if !ok {
		d.say(RuleAircraft, Unknown, CodeAircraftUnknown, nil, p.Aircraft.Type)
		return
	}
	facts := d.facts(e.Fact())
	a := &e.Act.Airframe
	said := len(d.results)
	if a.Unmanned != p.Aircraft.Unmanned {
		d.say(RuleAircraft, Fail, CodeAircraftUnmanned, facts, p.Aircraft.Type)
	}
	needs := (d.q.To.Sub(d.q.From) + time.Duration(d.rules.Rules.Reserve)).Hours()
	switch {
	case a.Endurance.Value <= 0:
		d.say(RuleAircraft, Unknown, CodeAircraftNoEndurance, facts, p.Aircraft.Type)
	case needs > a.Endurance.Value:
		d.say(RuleAircraft, Fail, CodeAircraftEndurance, facts, p.Aircraft.Type, d.number(needs), d.number(a.Endurance.Value))
	}
	if a.Ceiling.Value <= 0 {
		d.say(RuleAircraft, Unknown, CodeAircraftNoCeiling, facts, p.Aircraft.Type)
	} else if i := slices.IndexFunc(p.Route, func(w Waypoint) bool { return w.above(a.Ceiling.Value) }); i >= 0 {
		d.say(RuleAircraft, Fail, CodeAircraftCeiling, facts, p.Aircraft.Type, d.number(p.Route[i].Altitude), d.number(a.Ceiling.Value))
	}
	if a.Fastest.Value > 0 {
		if i, speed := tooFast(p.Route, a.Fastest.Value+float64(wind)); i > 0 {
			d.say(RuleAircraft, Fail, CodeAircraftSpeed, facts, p.Aircraft.Type, d.number(math.Round(speed)), d.number(a.Fastest.Value), d.stamp(p.Route[i].At))
		}
	}
	if d.silent(said) {
		d.say(RuleAircraft, Pass, CodeAircraftDescribed, facts, p.Aircraft.Type, a.Name)
	}
}

// above reports whether a point lies certainly above a height over mean sea level.
func (w *Waypoint) above(ceiling float64) bool {
	if w.Datum != "MSL" {
		ceiling += undulation
	}
	return w.Altitude > ceiling
}

// tooFast returns the first point that is reached faster than a speed in metres a second, and how fast. The straight line
// through the Earth is shorter than the way over it: nobody is too fast by it who is not.
func tooFast(route []Waypoint, most float64) (int, float64) {
	for i := 1; i < len(route); i++ {
		p, q := route[i-1].Position(), route[i].Position()
		flown := route[i].At.Sub(route[i-1].At).Seconds()
		if farther(p, q, 1) <= most*flown {
			continue
		}
		v := geodesy.ToECEF(q, 0).Minus(geodesy.ToECEF(p, 0))
		if way := math.Sqrt(v.X*v.X + v.Y*v.Y + v.Z*v.Z); flown > 0 && way > most*flown {
			return i, way / flown
		}
	}
	return 0, 0
}
