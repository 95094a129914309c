package survey

import "math"

// sweeps is how often expectations are taken anew. Counts settle to a part in a hundred before that.
const sweeps = 12

// visited is a site of which the host said what it was.
type visited struct {
	e *grounds
	h int
}

// learned are the rates after outcomes: what a place was is told, whether each sign was there is not, so that it is expected from
// what was reported there (expectation maximisation, with the defaults as counts of their own).
func learned(told []visited, index map[source]int, ceiling float64) *Rates {
	fresh := func() *Rates {
		r := newRates(ceiling)
		r.index, r.Outcomes = index, len(told)
		r.know(len(index))
		return r
	}
	r := fresh()
	if len(told) == 0 {
		return r
	}
	for range sweeps {
		next := fresh()
		said, was := r.imagined()
		for _, t := range told {
			was[t.h]++
			logs := r.prior()
			for i := range t.e.signs {
				s := &t.e.signs[i]
				v := r.weight(s.all)
				r.take(&logs, s.class, v)
				r.expect(next, s, v, t.h)
			}
			for h, w := range normal(logs) {
				said[h] += w
			}
		}
		// What is said must come true as often as it is said: how places divide is scaled until it does. Only places where something was
		// reported are told of, so that their mere numbers would say too little of those where nothing is.
		for h := range said {
			next.places[h] = r.places[h] * was[h] / said[h]
		}
		next.settle()
		r = next
	}
	return r
}

// imagined are the cases that the default of how places divide weighs: places of which it says that each hypothesis is as likely as the
// others, and of which each comes true as often. The further the rates have left the default, the more these hold them back.
func (r *Rates) imagined() (said, was [hypotheses]float64) {
	sum := 0.0
	for h := range said {
		said[h] = r.places[h] / places[h]
		sum += said[h]
	}
	for h := range said {
		said[h], was[h] = weightPlaces*said[h]/sum, weightPlaces/hypotheses
	}
	return said, was
}

// folds are the parts of the outcomes: each is foretold by rates that the others moved.
const folds = 5

// How far from "as reckoned" the tempering is believed to be before there are outcomes, as standard deviations.
const (
	doubtShift = 0.3
	doubtSlope = 0.25
)

// temper holds what is said against outcomes that the rates were not made from: rates from few outcomes say too much. A straight
// line through the log-odds, fitted by Newton's method (Platt 1999), takes that back.
func (r *Rates) temper(told []visited) {
	type foretold struct{ x, y float64 }
	if len(told) < folds {
		return
	}
	var all []foretold
	for k := range folds {
		var others []visited
		for i := range told {
			if i%folds != k {
				others = append(others, told[i])
			}
		}
		rates := learned(others, r.index, r.ceiling)
		for i := k; i < len(told); i += folds {
			c := foretold{x: odds(rates.weigh(told[i].e)[laboratory])}
			if told[i].h == laboratory {
				c.y = 1
			}
			all = append(all, c)
		}
	}
	for range sweeps {
		gs, gl := -r.shift/(doubtShift*doubtShift), -(r.slope-1)/(doubtSlope*doubtSlope)
		hss, hsl, hll := 1/(doubtShift*doubtShift), 0.0, 1/(doubtSlope*doubtSlope)
		for _, c := range all {
			p := 1 / (1 + math.Exp(-(r.shift + r.slope*c.x)))
			gs, gl = gs+c.y-p, gl+(c.y-p)*c.x
			v := p * (1 - p)
			hss, hsl, hll = hss+v, hsl+v*c.x, hll+v*c.x*c.x
		}
		d := hss*hll - hsl*hsl
		r.shift, r.slope = r.shift+(hll*gs-hsl*gl)/d, r.slope+(hss*gl-hsl*gs)/d
	}
}

// mostOdds bounds log-odds: beyond it lies what no count of outcomes could bear out.
const mostOdds = 12

func odds(p float64) float64 {
	return math.Max(-mostOdds, math.Min(mostOdds, math.Log(p)-math.Log1p(-p)))
}

// chances are those of the hypotheses by the evidence, tempered.
func (r *Rates) chances(e *grounds) [hypotheses]float64 { return r.tempered(r.weigh(e)) }

// tempered are chances with what few outcomes overstate taken back.
func (r *Rates) tempered(w [hypotheses]float64) [hypotheses]float64 {
	p := 1 / (1 + math.Exp(-(r.shift + r.slope*odds(w[laboratory]))))
	rest := w[otherUse] + w[nothing]
	return [hypotheses]float64{laboratory: p, otherUse: (1 - p) * w[otherUse] / rest, nothing: (1 - p) * w[nothing] / rest}
}

// expect adds to counts what one class of sign at one place, of which is told what it was, says by these rates.
func (r *Rates) expect(next *Rates, s *sign, v weight, h int) {
	there, absent := r.likelihoods(v)
	p := r.present(h, s.class)
	w := p * there / (p*there + (1-p)*absent)
	if h != nothing {
		b := &next.presence[h][s.class]
		b.Yes, b.No = b.Yes+w, b.No+1-w
	}
	for i := range s.all {
		x := &s.all[i]
		if x.chosen {
			continue // a place becomes a site by its first report: none came before, and that one did, or it would not be here
		}
		seen, mistaken := &next.seen[x.source], &next.mistaken[x.source]
		if x.hit {
			seen.Yes += w
			mistaken.Yes += 1 - w
			continue
		}
		// It was missed because it was not in sight, or in sight and not reported.
		d := r.means[x.source].seen
		seen.No += w * x.pod * (1 - d) / (1 - x.pod*d)
		mistaken.No += 1 - w
	}
}
