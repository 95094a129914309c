package authority

import "slices"

// fitted names an area and a band of altitude by the act that they stand in, and a crossing.
type fitted struct {
	by       fittedBy
	crossing int
	act      int // its place on the shelf
}

type fittedBy uint8

const (
	byClearance fittedBy = iota
	byNotice
	byAgreement
)

// fit is how a crossing lies in an area and a band.
type fit struct {
	outside int // the first sample outside the area; -1: none
	band    Outcome
	at      int // the first sample of which the band says that
}

// Prepare tells beforehand how the crossings lie in the areas and bands of what is on record about their states at that time,
// for a question that is decided more than once: as of other instants, by other rule sets, for other days. What is put on
// record later is looked at as it comes. It is not needed; after Crossings are changed, or by another register, it has to be
// done again.
func (q *Question) Prepare(r *Register) {
	q.of, q.fits, q.spans = r, map[fitted]fit{}, make([]span, len(q.Crossings))
	own := q.Plan.Operator.State()
	for i := range q.Crossings {
		c := &q.Crossings[i]
		s := &q.spans[i]
		*s = spanOf(c.Samples)
		s.measure(c.Samples)
		if len(c.Samples) == 0 {
			continue
		}
		for _, k := range r.byState[c.State] {
			a := &r.clearances.all[k].Act
			// Of those of another aircraft or time no place is asked.
			if a.Period.holds(c.From, c.To) == Fail || len(a.Aircraft) > 0 && !slices.Contains(a.Aircraft, q.Plan.Aircraft.Tail) {
				continue
			}
			if !a.Area.IsZero() || !a.Altitude.IsZero() {
				q.fits[fitted{byClearance, i, k}] = s.fit(&a.Area, &a.Altitude, c.Samples)
			}
		}
		for _, sortie := range []string{q.Plan.Sortie, ""} {
			for _, k := range r.index.notices[noticed{c.State, sortie}] {
				if a := &r.notices.all[k].Act; !a.Area.IsZero() {
					q.fits[fitted{byNotice, i, k}] = s.fit(&a.Area, nil, c.Samples)
				}
			}
		}
		for _, k := range r.index.between[pair(own, c.State)] {
			if areas := r.agreements.all[k].Act.Terms.Areas; len(areas) > 0 {
				q.fits[fitted{byAgreement, i, k}] = fit{outside: s.outsideAll(areas, c.Samples)}
			}
		}
	}
}

// prepared reports whether what was told beforehand is of a crossing as it is.
func (d *decider) prepared(crossing int) bool {
	q := d.q
	return q.of == d.r && crossing < len(q.spans) && q.spans[crossing].is(q.Crossings[crossing].Samples)
}

func (s *span) fit(a *Area, b *Band, samples []Sample) fit {
	out := fit{outside: s.within(a, samples), band: Pass}
	if b != nil && out.outside < 0 {
		out.band, out.at = s.band(b, samples)
	}
	return out
}

// fit tells how a crossing lies in the area and the band of an act; the band is not asked where the area fails.
func (d *decider) fit(k fitted, a *Area, b *Band) fit {
	if d.prepared(k.crossing) {
		if f, ok := d.q.fits[k]; ok {
			return f
		}
	}
	return d.span(k.crossing).fit(a, b, d.q.Crossings[k.crossing].Samples)
}

// outsideAreas returns the first sample of a crossing that no area of an agreement holds; -1 when each is held by one.
func (d *decider) outsideAreas(crossing int, e *Entry[AgreementProposed]) int {
	if d.prepared(crossing) {
		for _, k := range d.r.index.between[pair(d.own, d.q.Crossings[crossing].State)] {
			if &d.r.agreements.all[k] != e {
				continue
			}
			if f, ok := d.q.fits[fitted{byAgreement, crossing, k}]; ok {
				return f.outside
			}
		}
	}
	return d.span(crossing).outsideAll(e.Act.Terms.Areas, d.q.Crossings[crossing].Samples)
}

// outsideAll is within for several areas at once.
func (s *span) outsideAll(areas []Area, samples []Sample) int {
	for i := range areas {
		if s.within(&areas[i], samples) < 0 {
			return -1
		}
	}
	return slices.IndexFunc(samples, func(p Sample) bool { return !anyHolds(areas, p.Position) })
}
