package survey

import (
	"math"
	"slices"
	"time"

	"overflight/coverage"
	"overflight/geodesy"
)

// Look is one time that a sensor had a place in sight, whether it reported anything or not. POD is the chance that it would have
// reported what was there to be seen: by resolution, angle and the like, and not more than CeilingLook.
type Look struct {
	Flight, Sensor string
	From, To       time.Time
	POD            float64
}

// Looks lists the looks at a place, in any order. It MUST return the same looks for the same place while a Book is assessed.
type Looks func(geodesy.Position) []Look

// The ceilings are those of the model of detection. No look is better than CeilingLook, and looks that saw nothing never say with more than CeilingAll that nothing is there: canopy,
// shadow and camouflage are the same for all of them.
const (
	CeilingLook = coverage.FrameCap
	CeilingAll  = coverage.WholeCap
)

// chance is one occasion on which a class of sign could have been reported at a place.
type chance struct {
	source source
	pod    float64
	hit    bool
	chosen bool // it is the report that founded the site, or came before: it has no say in how often there are such reports
}

// grounds are what a site's probability rests on: occasions by class, in the order of time.
type grounds struct {
	chances  map[Class][]chance
	order    []Class
	seen     []Look // that reported something of it
	unseen   []Look // that did not
	instants []time.Time
}

// Assessment is what chances were reckoned from: rates after the outcomes on record, and the evidence of each site.
type Assessment struct {
	book  *Book
	rates *Rates
	all   map[SiteID]*grounds
}

// Assess reckons with the looks that there were. looks may be nil: then no look saw nothing.
func (b *Book) Assess(looks Looks) *Assessment {
	b.open()
	a := &Assessment{book: b, all: map[SiteID]*grounds{}}
	reports := b.reporters()
	for _, s := range b.sites {
		if s.into == 0 {
			a.all[s.id] = s.grounds(looks, reports)
		}
	}
	a.learn()
	return a
}

// Rates are the rates after the outcomes.
func (a *Assessment) Rates() *Rates { return a.rates }

// reporters are the classes that each sensor ever reported, in their order: of others its silence says nothing.
func (b *Book) reporters() map[string][]Class {
	out := map[string][]Class{}
	for s := range b.heard {
		out[s.sensor] = append(out[s.sensor], s.class)
	}
	for _, all := range out {
		slices.Sort(all)
	}
	return out
}

// coincides reports whether a look is of the pass in which something was reported.
func (l *Look) coincides(p *pass) bool {
	return l.Flight == p.flight && !l.From.After(p.to.Add(PassGap)) && !p.from.Add(-PassGap).After(l.To)
}

// grounds gathers the occasions of a site.
func (s *site) grounds(looks Looks, reports map[string][]Class) *grounds {
	founder := s.sightings[0]
	e := &grounds{chances: map[Class][]chance{}}
	var all []Look
	if looks != nil {
		all = looks(s.position)
		slices.SortStableFunc(all, func(a, b Look) int { return a.From.Compare(b.From) })
	}
	best := make([]float64, len(s.passes)) // POD of the look of each pass; 0 where none is known
	for _, l := range all {
		l.POD = min(max(l.POD, 0), CeilingLook)
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
			pod = CeilingLook // it was seen, and how well is not known
		}
		here := map[source]bool{}
		var sensors []string
		for _, j := range p.sightings {
			o := &s.sightings[j]
			here[source{o.Sensor, o.Class}] = true
			if !slices.Contains(sensors, o.Sensor) {
				sensors = append(sensors, o.Sensor)
			}
		}
		for _, sensor := range sensors {
			for _, c := range reports[sensor] {
				x := source{sensor, c}
				founds := p == s.passes[0] && x == source{founder.Sensor, founder.Class}
				e.add(chance{x, pod, here[x], founds || p.from.Before(s.passes[0].from)})
			}
		}
		e.instants = append(e.instants, p.to)
	}
	for _, l := range e.unseen {
		classes := reports[l.Sensor]
		if len(classes) == 0 { // it never reported anything anywhere: it counts against what others saw
			for c := range e.chances {
				if slices.ContainsFunc(e.chances[c], func(x chance) bool { return x.hit }) {
					classes = append(classes, c)
				}
			}
			slices.Sort(classes)
		}
		for _, c := range classes {
			e.add(chance{source{l.Sensor, c}, l.POD, false, l.To.Before(s.passes[0].from)})
		}
	}
	for c := range e.chances {
		e.order = append(e.order, c)
	}
	slices.Sort(e.order)
	return e
}

func (e *grounds) add(c chance) { e.chances[c.source.class] = append(e.chances[c.source.class], c) }

// likelihoods of what was reported of one class if the sign is there, and if it is not. A look that saw nothing never speaks for the
// sign, and all of them together speak against it with CeilingAll at most.
func (r *Rates) likelihoods(all []chance) (there, absent float64) {
	logThere, logAbsent, against := 0.0, 0.0, 0.0
	for _, x := range all {
		r.of(x.source)
		d, f := x.pod*r.seen[x.source].Mean(), r.mistaken[x.source].Mean()
		if x.hit {
			logThere, logAbsent = logThere+math.Log(d), logAbsent+math.Log(f)
		} else {
			against += math.Min(0, math.Log(1-d)-math.Log(1-f))
		}
	}
	logThere += math.Max(against, math.Log(1-CeilingAll))
	most := math.Max(logThere, logAbsent)
	return math.Exp(logThere - most), math.Exp(logAbsent - most)
}

// weigh returns the chances of the hypotheses by the evidence: how places divide, and how likely all that was and was not reported of
// this one is under each.
func (r *Rates) weigh(e *grounds) [hypotheses]float64 {
	var logs [hypotheses]float64
	for h := range logs {
		logs[h] = math.Log(r.places[h])
	}
	for _, c := range e.order {
		there, absent := r.likelihoods(e.chances[c])
		for h := range logs {
			p := r.present(h, c)
			logs[h] += math.Log(p*there + (1-p)*absent)
		}
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

// ruling is the outcome that counts: the last of those who were there.
func (s *site) ruling() (Reported, bool) {
	for _, o := range slices.Backward(s.outcomes) {
		if o.Outcome != NotVisited {
			return o, true
		}
	}
	return Reported{}, false
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
