package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// annealing changes paths by small steps and keeps a change by the Metropolis rule (Kirkpatrick, Gelatt and Vecchi 1983): what is seen,
// less a price for each metre. The price follows the length towards the budget.
type annealing struct {
	f       *field
	paths   []path
	lengths []float64
	share   float64 // of the budget, for one path
	sum     float64 // what is seen
	price   float64 // of a metre
	heat    float64
	rng     *rand.Rand
	old     path // scratch
	fresh   path
}

// longest leg that a change may make: beyond it a change is no small step.
const longestLeg = 160.0

func newAnnealing(f *field, paths []path, budget float64, seed uint64) *annealing {
	s := &annealing{f: f, share: budget / float64(len(paths)), rng: rand.New(rand.NewPCG(seed, 0))}
	for _, p := range paths {
		p = p.spread(60)
		s.paths = append(s.paths, p)
		s.lengths = append(s.lengths, p.length())
	}
	s.sum = f.sweep(s.paths)
	return s
}

// spread is a path thinned to a metre, with points at most so far apart.
func (p path) spread(apart float64) path {
	p = p.thinned(1)
	out := path{p[0]}
	for i := 1; i < len(p); i++ {
		n := int(math.Ceil(p[i-1].to(p[i]) / apart))
		for k := 1; k <= n; k++ {
			out = append(out, p[i-1].toward(p[i], float64(k)/float64(n)))
		}
	}
	return out
}

// run makes so many trials while the heat falls, in metres of path that a loss is worth.
func (s *annealing) run(trials int, from, to float64) {
	const pause = 250
	fall := math.Pow(to/from, 1/math.Max(1, float64(trials-1)))
	h := from
	for k := range trials {
		s.heat = h * s.price
		h *= fall
		s.trial()
		if k%pause == pause-1 {
			var long float64
			for _, l := range s.lengths {
				long += l
			}
			over := long/(s.share*float64(len(s.paths))) - 0.9995
			s.price *= math.Exp(math.Max(-0.02, math.Min(0.02, 5*over)))
		}
	}
}

func (s *annealing) normal(sigma float64) (x, y float64) {
	return sigma * s.rng.NormFloat64(), sigma * s.rng.NormFloat64()
}

// trial makes one change and keeps it or takes it back.
func (s *annealing) trial() {
	at := 0
	if len(s.paths) > 1 {
		at = s.rng.IntN(len(s.paths))
	}
	p := s.paths[at]
	if len(p) < 8 {
		return
	}
	i := s.rng.IntN(len(p))
	switch r := s.rng.Float64(); {
	case r < 0.30: // one point elsewhere
		dx, dy := s.normal([]float64{3, 10, 25}[s.rng.IntN(3)])
		s.fresh = append(s.fresh[:0], point{p[i].x + dx, p[i].y + dy})
		s.replace(at, i, i+1)
	case r < 0.50: // several together: a turn, or a piece of a lane
		k := 2 + s.rng.IntN(5)
		j := min(i+k, len(p))
		dx, dy := s.normal([]float64{4, 12, 35}[s.rng.IntN(3)])
		s.fresh = s.fresh[:0]
		for _, q := range p[i:j] {
			s.fresh = append(s.fresh, point{q.x + dx, q.y + dy})
		}
		s.replace(at, i, j)
	case r < 0.62: // some left out
		k := 1 + s.rng.IntN(1+s.rng.IntN(6))
		s.fresh = s.fresh[:0]
		s.replace(at, i, min(i+k, len(p)))
	case r < 0.76: // one more
		if i == 0 {
			i = 1
		}
		m := p[i-1].toward(p[i], s.rng.Float64())
		dx, dy := s.normal([]float64{3, 20, 45}[s.rng.IntN(3)])
		s.fresh = append(s.fresh[:0], point{m.x + dx, m.y + dy})
		s.replace(at, i, i)
	case r < 0.80: // a detour of a swath, out and back
		if i == 0 {
			i = 1
		}
		a, b := p[i-1], p[i]
		l := a.to(b)
		if l < 20 {
			return
		}
		out := (s.rng.Float64()*2 + 0.3) * 2 * reach
		if s.rng.IntN(2) == 0 {
			out = -out
		}
		nx, ny := -(b.y-a.y)/l*out, (b.x-a.x)/l*out
		s.fresh = append(s.fresh[:0], point{a.x + nx, a.y + ny}, point{b.x + nx, b.y + ny})
		s.replace(at, i, i)
	case r < 0.85: // an end goes on
		a, b := p[len(p)-1], p[len(p)-2]
		k := len(p)
		if s.rng.IntN(2) == 0 {
			a, b, k = p[0], p[1], 0
		}
		angle := math.Atan2(a.y-b.y, a.x-b.x) + s.rng.NormFloat64()*0.8
		step := 20 + 50*s.rng.Float64()
		s.fresh = append(s.fresh[:0], point{a.x + step*math.Cos(angle), a.y + step*math.Sin(angle)})
		s.replace(at, k, k)
	case r < 0.95: // two legs crossed over, what lies between flown the other way
		j := s.near(p, i, 110)
		if j < 0 {
			return
		}
		s.cross(at, min(i, j), max(i, j))
	default: // a piece flown elsewhere
		s.carry(at, i)
	}
}

// near is a point of the path close to another and not beside it, or -1.
func (s *annealing) near(p path, i int, within float64) int {
	found, n := -1, 0
	for j := range p {
		dx, dy := p[j].x-p[i].x, p[j].y-p[i].y
		if dx*dx+dy*dy < within*within && (j > i+1 || j < i-1) {
			if n++; s.rng.IntN(n) == 0 {
				found = j
			}
		}
	}
	return found
}

// accept tells whether a change is kept that the budget allows.
func (s *annealing) accept(gain, longer float64) bool {
	worth := gain - s.price*longer
	return worth >= 0 || s.rng.Float64() < math.Exp(worth/s.heat)
}

// replace puts fresh in place of the points [i, j) of a path.
func (s *annealing) replace(at, i, j int) {
	p := s.paths[at]
	if len(p)-(j-i)+len(s.fresh) < 8 {
		return
	}
	// The points that stay on both sides are part of what changes.
	before, after := i > 0, j < len(p)
	lo, hi := i, j
	s.old = s.old[:0]
	if before {
		lo--
	}
	if after {
		hi++
	}
	s.old = append(s.old, p[lo:hi]...)
	if before {
		s.fresh = slices.Insert(s.fresh, 0, p[i-1])
	}
	if after {
		s.fresh = append(s.fresh, p[j])
	}
	var longer float64
	for k := 1; k < len(s.fresh); k++ {
		l := s.fresh[k-1].to(s.fresh[k])
		if l > longestLeg {
			return
		}
		longer += l
	}
	longer -= s.old.length()
	if s.lengths[at]+longer > s.share {
		return
	}
	gain := s.swap(s.old, s.fresh)
	if !s.accept(gain, longer) {
		s.swap(s.fresh, s.old)
		return
	}
	s.sum += gain
	s.lengths[at] += longer
	s.paths[at] = slices.Replace(p, lo, hi, s.fresh...)
}

// swap sweeps one line in place of another, and is what that gains.
func (s *annealing) swap(from, to path) float64 {
	var gain float64
	n, m := len(from), len(to)
	for k := 1; k < max(n, m); k++ {
		switch {
		case k >= n:
			gain += s.f.add(to[k-1], to[k])
		case k >= m:
			gain += s.f.remove(from[k-1], from[k])
		default:
			gain += s.f.move(from[k-1], from[k], to[k-1], to[k])
		}
	}
	return gain
}

// cross flies the points (i, j] the other way (Croes 1958). From the first point on it is the path's beginning that is turned.
func (s *annealing) cross(at, i, j int) {
	p := s.paths[at]
	a, b := p[i], p[i+1]
	last := j+1 >= len(p)
	var longer, gain float64
	longer = a.to(p[j]) - a.to(b)
	if !last {
		longer += b.to(p[j+1]) - p[j].to(p[j+1])
		if b.to(p[j+1]) > longestLeg {
			return
		}
	}
	if a.to(p[j]) > longestLeg || s.lengths[at]+longer > s.share {
		return
	}
	gain += s.f.remove(a, b)
	gain += s.f.add(a, p[j])
	if !last {
		gain += s.f.remove(p[j], p[j+1])
		gain += s.f.add(b, p[j+1])
	}
	if !s.accept(gain, longer) {
		s.f.add(a, b)
		s.f.remove(a, p[j])
		if !last {
			s.f.add(p[j], p[j+1])
			s.f.remove(b, p[j+1])
		}
		return
	}
	s.sum += gain
	s.lengths[at] += longer
	slices.Reverse(p[i+1 : j+1])
}

// carry moves up to six points to between two others close by (Or 1976).
func (s *annealing) carry(at, i int) {
	p := s.paths[at]
	k := 1 + s.rng.IntN(6)
	j := i + k // [i, j)
	if i == 0 || j >= len(p) {
		return
	}
	to := s.near(p, i, 140)
	if to < 0 || to >= i-1 && to <= j || to+1 >= len(p) {
		return
	}
	// Between to and to+1.
	first, last := p[i], p[j-1]
	back := s.rng.IntN(2) == 0
	if back {
		first, last = last, first
	}
	a, b, c, d := p[i-1], p[j], p[to], p[to+1]
	if a.to(b) > longestLeg || c.to(first) > longestLeg || last.to(d) > longestLeg {
		return
	}
	longer := a.to(b) + c.to(first) + last.to(d) - a.to(p[i]) - p[j-1].to(b) - c.to(d)
	if s.lengths[at]+longer > s.share {
		return
	}
	gain := s.f.remove(a, p[i]) + s.f.remove(p[j-1], b) + s.f.remove(c, d)
	gain += s.f.add(a, b) + s.f.add(c, first) + s.f.add(last, d)
	if !s.accept(gain, longer) {
		s.f.add(a, p[i])
		s.f.add(p[j-1], b)
		s.f.add(c, d)
		s.f.remove(a, b)
		s.f.remove(c, first)
		s.f.remove(last, d)
		return
	}
	s.sum += gain
	s.lengths[at] += longer
	s.old = append(s.old[:0], p[i:j]...)
	piece := s.old
	if back {
		slices.Reverse(piece)
	}
	if to < i {
		copy(p[to+1+k:j], p[to+1:i])
		copy(p[to+1:], piece)
	} else {
		copy(p[i:], p[j:to+1])
		copy(p[to+1-k:], piece)
	}
}
