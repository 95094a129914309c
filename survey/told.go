package survey

import (
	"cmp"
	"slices"
)

// Rate is a rate after outcomes beside what it was before any. Cases is how many outcomes speak for it, expected: where a sign was is
// told by nobody.
type Rate struct{ Mean, Default, Cases float64 }

func rateOf(now, before Beta) Rate {
	return Rate{now.Mean(), before.Mean(), now.Yes + now.No - before.Yes - before.No}
}

// Place is what a place can be.
type Place string

// The places.
const (
	IsLaboratory Place = "laboratory"
	IsOtherUse   Place = "other-use"
	IsNothing    Place = "nothing"
)

// PlaceRate is the share of places that are so.
type PlaceRate struct {
	Place          Place
	Share, Default float64
}

// SignRate is how often a sign is at a laboratory and at a place of another use.
type SignRate struct {
	Class                Class
	Laboratory, OtherUse Rate
}

// SensorRate is how often a sensor reports a sign that is there and in sight, and one that is not there. Ratio is that of Rates.Ratio.
type SensorRate struct {
	Sensor              string
	Class               Class
	Seen, Mistaken      Rate
	Ratio, RatioDefault float64
}

// Places are the shares of places.
func (r *Rates) Places() []PlaceRate {
	sum := r.places[laboratory] + r.places[otherUse] + r.places[nothing]
	var out []PlaceRate
	for h, p := range [hypotheses]Place{laboratory: IsLaboratory, otherUse: IsOtherUse, nothing: IsNothing} {
		out = append(out, PlaceRate{p, r.places[h] / sum, places[h]})
	}
	return out
}

// Signs are the rates of all classes, in their order.
func (r *Rates) Signs() []SignRate {
	before := newRates(r.ceiling)
	var out []SignRate
	for i, c := range classes {
		out = append(out, SignRate{
			c, rateOf(r.presence[laboratory][i], before.presence[laboratory][i]), rateOf(r.presence[otherUse][i], before.presence[otherUse][i]),
		})
	}
	return out
}

// Sensors are the rates of every sensor and class that ever reported something, or that outcomes have moved, in this order.
func (a *Assessment) Sensors() []SensorRate {
	r, before := a.rates, newRates(a.model.WholeCap)
	var out []SensorRate
	for s := range a.index {
		seen, mistaken := r.of(s)
		if !a.book.heard[s] && seen == defaultSeen && mistaken == defaultFalse {
			continue
		}
		out = append(out, SensorRate{
			s.sensor, s.class, rateOf(seen, defaultSeen), rateOf(mistaken, defaultFalse), r.Ratio(s.sensor, s.class), before.Ratio(s.sensor, s.class),
		})
	}
	slices.SortFunc(out, func(x, y SensorRate) int {
		return cmp.Or(cmp.Compare(x.Sensor, y.Sensor), cmp.Compare(orderOf(x.Class), orderOf(y.Class)))
	})
	return out
}

// Tempering is the straight line through log-odds with which what few outcomes overstate is taken back: 0 and 1 take back nothing.
func (r *Rates) Tempering() (shift, slope float64) { return r.shift, r.slope }

// Sureness is how often the host's word on a place is taken to be right.
func (r *Rates) Sureness() float64 { return sureness }
