package survey

// Beta counts successes and failures of something that happens or does not; stated counts stand for what was believed before any.
type Beta struct{ Yes, No float64 }

// Mean is the chance.
func (b Beta) Mean() float64 { return b.Yes / (b.Yes + b.No) }

// The hypotheses about a place that was reported: what is searched for, something else that is really there, nothing.
const (
	laboratory = iota
	otherUse
	nothing
	hypotheses
)

// presence is how often a sign of a class is at a laboratory and at a place of another use, by default. docs/sites.md says why; the
// numbers are ours, and outcomes move them.
type presence struct{ laboratory, other float64 }

var signs = map[Class]presence{
	Structure:  {0.90, 0.80},
	Tank:       {0.60, 0.25},
	Barrels:    {0.70, 0.10},
	BurnPit:    {0.50, 0.20},
	Plume:      {0.40, 0.15},
	GasReading: {0.50, 0.06},
	Hotspot:    {0.40, 0.25},
	Generator:  {0.60, 0.30},
	Vehicles:   {0.60, 0.60},
	Airstrip:   {0.10, 0.08},
	Trail:      {0.50, 0.35},
	Hazard:     {0.10, 0.04},
	Other:      {0.40, 0.40},
}

// places is how places that are looked at divide by default: what is searched for, another use, nothing there.
var places = [hypotheses]float64{0.03, 0.12, 0.85}

// How many cases the defaults weigh, so that as many outcomes weigh the same. How places divide differs most from country to
// country, so that its default gives way soonest.
const (
	weightPlaces   = 4.0
	weightPresence = 8.0
)

// The default rates of a sensor: how often it reports a sign that is there and was in sight, and how often it reports one that
// is not, of all passes over a place.
var (
	defaultSeen  = Beta{Yes: 6, No: 2}
	defaultFalse = Beta{Yes: 0.6, No: 11.4}
)

// sureness is the chance that the host's word on a place is right.
const sureness = 0.99

// Rates are what chances are reckoned with: defaults, moved by outcomes.
type Rates struct {
	Outcomes int // that moved them

	places   [hypotheses]float64  // how places divide; only ratios count
	presence [otherUse + 1][]Beta // by class, in their order
	index    map[source]int       // of the next two
	seen     []Beta
	mistaken []Beta
	means    []mean                  // of seen and mistaken, see settle
	shares   [otherUse + 1][]float64 // means of presence
	ceiling  float64                 // of what all looks that saw nothing say together
	shift    float64                 // of log-odds, see temper
	slope    float64
}

// mean is how often a sensor reports a sign that is there, and one that is not.
type mean struct{ seen, mistaken float64 }

func newRates(ceiling float64) *Rates {
	r := &Rates{places: places, slope: 1, ceiling: ceiling}
	for h := range r.presence {
		r.presence[h] = make([]Beta, len(classes))
	}
	for i, c := range classes {
		p := signs[c]
		r.presence[laboratory][i] = Beta{weightPresence * p.laboratory, weightPresence * (1 - p.laboratory)}
		r.presence[otherUse][i] = Beta{weightPresence * p.other, weightPresence * (1 - p.other)}
	}
	r.settle()
	return r
}

// settle takes the means of the counts. It MUST be called after they change.
func (r *Rates) settle() {
	for h := range r.presence {
		r.shares[h] = r.shares[h][:0]
		for _, b := range r.presence[h] {
			r.shares[h] = append(r.shares[h], b.Mean())
		}
	}
	r.means = r.means[:0]
	for i := range r.seen {
		r.means = append(r.means, mean{r.seen[i].Mean(), r.mistaken[i].Mean()})
	}
}

// know makes counts of so many sources, where there are none yet.
func (r *Rates) know(sources int) {
	for len(r.seen) < sources {
		r.seen, r.mistaken = append(r.seen, defaultSeen), append(r.mistaken, defaultFalse)
		r.means = append(r.means, mean{defaultSeen.Mean(), defaultFalse.Mean()})
	}
}

// of are the counts of a source.
func (r *Rates) of(s source) (seen, mistaken Beta) {
	if i, known := r.index[s]; known && i < len(r.seen) {
		return r.seen[i], r.mistaken[i]
	}
	return defaultSeen, defaultFalse
}

// present is how often a sign, by its place in classes, is at a place.
func (r *Rates) present(h, class int) float64 {
	if h == nothing {
		return 0
	}
	return r.shares[h][class]
}

// Ratio is what one report of a class by a sensor that has a place well in sight does to the odds of a laboratory against any
// other use or nothing, at a place of which nothing else is known.
func (r *Rates) Ratio(sensor string, c Class) float64 {
	seen, mistaken := r.of(source{sensor, c})
	d, f := seen.Mean(), mistaken.Mean()
	hit := func(h int) float64 { p := r.present(h, orderOf(c)); return p*d + (1-p)*f }
	rest := r.places[otherUse] + r.places[nothing]
	return hit(laboratory) / ((r.places[otherUse]*hit(otherUse) + r.places[nothing]*hit(nothing)) / rest)
}
