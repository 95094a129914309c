package survey

import (
	"cmp"
	"math"
	"slices"
	"time"

	"overflight/geodesy"
)

// Look is one time that a sensor had a place in sight, whether it reported anything or not. POD is the chance that it would have
// reported what was there to be seen: by resolution, angle and the like, and not more than the model of detection lets one frame be.
type Look struct {
	Flight   string
	Path     string // what told of it; with the flight it says which sensor it was, where Sensor is empty
	Sensor   string
	From, To time.Time
	Best     time.Time // when it saw best; zero where that is not known
	POD      float64
}

// video is what looked where no detector of the path ever reported.
const video = "video"

// Looks lists the looks at a place, in any order. It MUST return the same looks for the same place while a Book is assessed.
type Looks func(geodesy.Position) []Look

// chance is one occasion on which a class of sign could have been reported at a place.
type chance struct {
	source int // see Assessment.index
	pod    float64
	hit    bool
	chosen bool // it is the report that founded the site, or came before: it has no say in how often there are such reports

	// Where it stands in the course of things, for steps.
	at  time.Time
	ref int // a hit: the report, by its place in the site; else the pass, or, from -1 downwards, the look that saw nothing
}

// sign are the occasions of one class, in the order of passes, then looks.
type sign struct {
	class int // place in classes
	all   []chance
}

// grounds are what a site's probability rests on.
type grounds struct {
	signs  []sign // in the order of classes
	seen   []Look // that reported something of it, by time
	unseen []Look // that did not
}

func (g *grounds) add(class Class, c chance) {
	k := orderOf(class)
	i, known := slices.BinarySearchFunc(g.signs, k, func(s sign, k int) int { return cmp.Compare(s.class, k) })
	if !known {
		g.signs = slices.Insert(g.signs, i, sign{class: k})
	}
	g.signs[i].all = append(g.signs[i].all, c)
}

// coincides reports whether a look is of the pass in which something was reported.
func (l *Look) coincides(p *pass) bool {
	return l.Flight == p.flight && !l.From.After(p.to.Add(PassGap)) && !p.from.Add(-PassGap).After(l.To)
}

// grounds gathers the occasions of a site from its passes and from all looks at it, which are in the order of time.
func (a *Assessment) grounds(s *site, all []Look) *grounds {
	founder := &s.sightings[0]
	e := &grounds{}
	best := make([]float64, len(s.passes)) // POD of the look of each pass; 0 where none is known
	for _, l := range all {
		l.Sensor = a.sensorOf(&l)
		l.POD = min(max(l.POD, 0), a.model.FrameCap)
		hit := false
		for i, p := range s.passes {
			if l.coincides(p) {
				best[i], hit = max(best[i], l.POD), true
			}
		}
		if hit {
			e.seen = append(e.seen, l)
		} else {
			e.unseen = append(e.unseen, l)
		}
	}
	for i, p := range s.passes {
		pod := best[i]
		if pod == 0 {
			pod = a.model.FrameCap // it was seen, and how well is not known
		}
		first := map[source]int{} // report of each kind
		var sensors []string
		for _, j := range p.sightings {
			o := &s.sightings[j]
			x := source{o.Sensor, o.Class}
			if k, known := first[x]; !known || o.At.Before(s.sightings[k].At) {
				first[x] = j
			}
			if !slices.Contains(sensors, o.Sensor) {
				sensors = append(sensors, o.Sensor)
			}
		}
		for _, sensor := range sensors {
			for _, class := range a.reports[sensor] {
				x := source{sensor, class}
				founds := i == 0 && x == source{founder.Sensor, founder.Class}
				c := chance{source: a.sourceOf(x), pod: pod, chosen: founds || p.from.Before(s.passes[0].from), at: p.to, ref: i}
				if j, hit := first[x]; hit {
					c.hit, c.at, c.ref = true, s.sightings[j].At, j
				}
				e.add(class, c)
			}
		}
	}
	var reported []Class // by anybody: a camera that never reported anything anywhere counts against what others saw
	for i := range e.signs {
		if slices.ContainsFunc(e.signs[i].all, func(c chance) bool { return c.hit }) {
			reported = append(reported, classes[e.signs[i].class])
		}
	}
	for i, l := range e.unseen {
		all := a.reports[l.Sensor]
		if len(all) == 0 {
			all = reported
		}
		for _, class := range all {
			e.add(class, chance{source: a.sourceOf(source{l.Sensor, class}), pod: l.POD, chosen: l.To.Before(s.passes[0].from), at: l.To, ref: -1 - i})
		}
	}
	return e
}

// weight is what was reported of one class: by how much likelier hits are if the sign is there than if it is not, and what was missed.
// Products stand for sums of logarithms: rates are learnt by some hundred thousand of them at once.
type weight struct{ hits, misses float64 }

// greatest keeps a product a number.
const greatest = 1e150

func (v *weight) add(r *Rates, c *chance) {
	m := &r.means[c.source]
	d, f := c.pod*m.seen, m.mistaken
	if c.hit { // a report never speaks against its sign, however badly the place was in sight
		v.hits = min(greatest, v.hits*max(1, d/f))
	} else { // and a look that saw nothing never for it
		v.misses *= min(1, (1-d)/(1-f))
	}
}

// likelihoods of what was reported if the sign is there, and if it is not, but for a factor. All looks that saw nothing speak against it
// with the ceiling at most: canopy, shadow and camouflage are the same for all of them.
func (r *Rates) likelihoods(v weight) (there, absent float64) {
	if there = v.hits * max(v.misses, 1-r.ceiling); there > 1 {
		return 1, 1 / there
	}
	return there, 1
}

func (r *Rates) weight(all []chance) weight {
	v := weight{1, 1}
	for i := range all {
		v.add(r, &all[i])
	}
	return v
}

// prior are the logarithms of how places divide.
func (r *Rates) prior() (logs [hypotheses]float64) {
	for h := range logs {
		logs[h] = math.Log(r.places[h])
	}
	return logs
}

// take adds what the evidence of one class says of the hypotheses.
func (r *Rates) take(logs *[hypotheses]float64, class int, v weight) {
	there, absent := r.likelihoods(v)
	for h := range logs {
		p := r.present(h, class)
		logs[h] += math.Log(p*there + (1-p)*absent)
	}
}

// weigh returns the chances of the hypotheses by the evidence: how places divide, and how likely all that was and was not reported of
// this one is under each.
func (r *Rates) weigh(e *grounds) [hypotheses]float64 {
	logs := r.prior()
	for i := range e.signs {
		r.take(&logs, e.signs[i].class, r.weight(e.signs[i].all))
	}
	return normal(logs)
}

func normal(logs [hypotheses]float64) (out [hypotheses]float64) {
	most, sum := math.Inf(-1), 0.0
	for _, l := range logs {
		most = math.Max(most, l)
	}
	for h, l := range logs {
		out[h] = math.Exp(l - most)
		sum += out[h]
	}
	for h := range out {
		out[h] /= sum
	}
	return out
}

// counts returns the outcome that counts now: the last of those who were there, else the last; false where there is none.
func counts(all []Reported) (Reported, bool) {
	for _, o := range slices.Backward(all) {
		if o.Outcome != NotVisited {
			return o, true
		}
	}
	if n := len(all); n > 0 {
		return all[n-1], true
	}
	return Reported{}, false
}

// ruling is the word of those who were there last; false where nobody was.
func ruling(all []Reported) (Outcome, bool) {
	o, ok := counts(all)
	return o.Outcome, ok && o.Outcome != NotVisited
}

func hypothesis(o Outcome) int {
	switch o {
	case Confirmed, Destroyed:
		return laboratory
	case OtherUse:
		return otherUse
	case Empty, NotVisited:
	}
	return nothing
}

// ruled are chances after the host's word on the site itself.
func ruled(w [hypotheses]float64, o Outcome) [hypotheses]float64 {
	for h := range w {
		said := (1 - sureness) / (hypotheses - 1)
		if h == hypothesis(o) {
			said = sureness
		}
		w[h] = math.Log(w[h]) + math.Log(said)
	}
	return normal(w)
}
