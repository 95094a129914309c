package survey

import (
	"math"
	"time"
)

// Extent is how far two honest reports of one place lie apart because it has a size: the standard deviation, in metres along each
// axis, of what one pass took for the place. A clearing with a roof, drums and a pit is some tens of metres across.
const Extent = 10.0

// PassGap parts two passes of one sensor over a place: after so long it sees it from another side, and errors of attitude and
// mounting fall another way.
const PassGap = 10 * time.Minute

// leastSpread keeps the part of a spread that is not common from being nothing, in m².
const leastSpread = 0.04

// pass is what was reported of a site by one pair of eyes without a pause: an outside detector, or the camera of a flight, through which
// its own detector and the analysts look alike. Errors are of two kinds: those of each report, which average out, and those that
// all reports of the pass share, which do not.
type pass struct {
	eyes, flight string
	from, to     time.Time

	information Covariance // sum of the inverses of the errors of each report
	moment      offset     // sum of information times place
	common      Covariance // sum over the reports of what they share
	reports     int
	sightings   []int // places in the site's list
}

// camera are the eyes of a flight itself.
const camera = ""

// eyesOf is through what something was seen.
func eyesOf(o *Observation) string {
	if o.Flight != "" && o.Origin != FromDetector {
		return camera
	}
	return o.Sensor
}

func (p *pass) takes(o *Observation) bool {
	return p.eyes == eyesOf(o) && p.flight == o.Flight && !o.At.Before(p.from.Add(-PassGap)) && !o.At.After(p.to.Add(PassGap))
}

func (p *pass) add(o *Observation, at offset, index int) {
	own := ownSpread(o).inverse()
	p.information = p.information.plus(own)
	v := own.of(at)
	p.moment = offset{p.moment.e + v.e, p.moment.n + v.n}
	p.common = p.common.plus(o.Spread.times(o.Common))
	if p.reports == 0 || o.At.Before(p.from) {
		p.from = o.At
	}
	if p.reports == 0 || o.At.After(p.to) {
		p.to = o.At
	}
	p.reports++
	p.sightings = append(p.sightings, index)
}

// meets reports whether two passes are of the same eyes with no pause between them.
func (p *pass) meets(q *pass) bool {
	return p.eyes == q.eyes && p.flight == q.flight && !p.from.Add(-PassGap).After(q.to) && !q.from.Add(-PassGap).After(p.to)
}

// join takes the reports of a pass that turned out to be this one.
func (p *pass) join(q *pass) {
	p.information, p.common = p.information.plus(q.information), p.common.plus(q.common)
	p.moment = offset{p.moment.e + q.moment.e, p.moment.n + q.moment.n}
	p.reports += q.reports
	p.sightings = append(p.sightings, q.sightings...)
	if q.from.Before(p.from) {
		p.from = q.from
	}
	if q.to.After(p.to) {
		p.to = q.to
	}
}

func ownSpread(o *Observation) Covariance {
	return o.Spread.times(1 - o.Common).plus(Covariance{EE: leastSpread, NN: leastSpread})
}

func extent(k float64) Covariance {
	return Covariance{EE: k * Extent * Extent, NN: k * Extent * Extent}
}

// within is where the reports of the pass lie among themselves, and how sure that is; what they share is not in it.
func (p *pass) within() (offset, Covariance) {
	c := p.information.inverse()
	return c.of(p.moment), c
}

// estimate is where the pass says that the site is, with all errors.
func (p *pass) estimate() (offset, Covariance) {
	x, c := p.within()
	return x, c.plus(p.common.times(1 / float64(p.reports))).plus(extent(1))
}

// fuse is the information filter over passes: their errors are independent. leave is a pass to leave out; nil is none.
func fuse(passes []*pass, leave *pass) (offset, Covariance) {
	var information Covariance
	var moment offset
	for _, p := range passes {
		if p == leave {
			continue
		}
		x, c := p.estimate()
		i := c.inverse()
		v := i.of(x)
		information = information.plus(i)
		moment = offset{moment.e + v.e, moment.n + v.n}
	}
	c := information.inverse()
	return c.of(moment), c
}

// disagreement is by how much the covariance of a site grows because its passes lie farther apart than their errors allow: they may be of
// two places that nobody has told apart yet. It is the mean square of what remains, where that is more than chance makes of it
// once in some forty times (Birge 1932).
func disagreement(passes []*pass, at offset) float64 {
	freedom := 2 * float64(len(passes)-1)
	if freedom == 0 {
		return 1
	}
	sum := 0.0
	for _, p := range passes {
		x, c := p.estimate()
		sum += c.mahalanobis(x.minus(at))
	}
	if sum <= freedom+2*math.Sqrt(2*freedom) {
		return 1
	}
	return sum / freedom
}
