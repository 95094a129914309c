package main

import (
	"math"
	"slices"
)

// trials is how many changes the planner tries on its best beginning: about half a second.
const trials = 100_000

// plan is what the planner makes of a prior: the same for the same prior, budget, drones, trials and seed.
type plan struct {
	paths []path
	begun string // with what
	seen  float64
	begin float64 // what its beginning saw
}

// beginning is a way to fly that the planner begins with.
type beginning struct {
	name  string
	paths []path
}

// beginnings are lanes at six angles and two phases, and the published patterns, for so many drones.
func beginnings(d *disc, budget float64, drones int) []beginning {
	const angles, phases = 6, 2
	var all []beginning
	for a := range angles {
		for p := range phases {
			line := lanes(d, budget, 2*reach, float64(a)*math.Pi/angles, float64(p)/phases)
			if len(line) > 1 {
				all = append(all, beginning{"lanes", line.parts(drones)})
			}
		}
	}
	for _, p := range patterns {
		all = append(all, beginning{p.name, p.make(drones)})
	}
	for i := range all {
		all[i].paths = within(all[i].paths, budget)
	}
	return all
}

// newPlan plans for drones that share a budget of metres equally. Where the budget is enough to see the whole disc, that is the plan.
// Else it takes the best of its beginnings by the area-true score, and improves it where it can.
func newPlan(d *disc, budget float64, drones, trials int, seed uint64) plan {
	if all := whole().parts(drones); lengthOf(all) <= budget {
		seen := d.credit(swept(all))
		return plan{paths: all, begun: "whole", seen: seen, begin: seen}
	}
	// The lattice is the quicker count: it says which beginnings can be the best.
	f := newField(d, 5)
	all := beginnings(d, budget, drones)
	rough := make([]float64, len(all))
	for i, b := range all {
		var thin []path
		for _, p := range b.paths {
			thin = append(thin, p.thinned(0.5))
		}
		rough[i] = f.sweep(thin)
	}
	var best plan
	for i, b := range all {
		if rough[i] < 0.995*slices.Max(rough) {
			continue
		}
		if seen := d.credit(swept(b.paths)); seen > best.seen {
			best = plan{paths: b.paths, begun: b.name, seen: seen, begin: seen}
		}
	}
	// A lattice of 5 m is fine enough: what it finds and what an independent count finds differ by two parts in a thousand. Heat falls
	// from where a loss of three metres is let pass; from less where the bound is near, and wandering about would only lose.
	s := newAnnealing(f, best.paths, budget, seed)
	s.price = 0.7 * best.seen / budget
	hot := math.Max(0.3, math.Min(3, 60*(1-best.seen/d.bound(budget, drones))))
	s.run(trials, hot, hot/10)
	if seen := d.credit(swept(s.paths)); seen > best.seen {
		best.paths, best.seen = s.paths, seen
	}
	return best
}

// whole are lanes over the whole disc and the corners of its outermost cells, a little closer than a swath.
func whole() path {
	const rim = discRadius + 1.5*cellSize
	var p path
	lines := math.Ceil(2 * rim / (1.95 * reach))
	apart := 2 * rim / lines
	for i := range int(lines) {
		v := -rim + (float64(i)+0.5)*apart
		// The swath's outer edge is shortest: its inner one decides how far the lane goes.
		inner := math.Max(0, math.Abs(v)-apart/2)
		h := math.Sqrt(rim*rim-inner*inner) - reach/2
		a, b := point{-h, v}, point{h, v}
		if i%2 == 1 {
			a, b = b, a
		}
		p = append(p, a, b)
	}
	return p
}
