package main

import (
	"math"
	"slices"
)

// lanes are straight and so far apart, at an angle and with a phase in that distance; of each the one stretch is flown that is worth its
// length at a price for each metre (Kadane's largest sum), and the price is sought at which the whole, flown there and back, has the
// length of the budget. A lane is thought to be worth all that lies between it and its neighbours.
func lanes(d *disc, budget, apart, angle, phase float64) path {
	const step = 10.0
	sin, cos := math.Sincos(angle)
	place := func(u, v float64) point { return point{u*cos - v*sin, u*sin + v*cos} }
	type lane struct {
		v    float64
		gain []float64 // of each step
		u    float64   // of the first step's beginning
	}
	var all []lane
	for v := -discRadius + (phase-0.5)*apart; v < discRadius+reach; v += apart {
		h := math.Sqrt(math.Max(0, (discRadius+reach)*(discRadius+reach)-v*v))
		n := int(2 * h / step)
		if n == 0 {
			continue
		}
		l := lane{v: v, u: -float64(n) * step / 2}
		for k := range n {
			var sum float64
			for q := -4; q <= 4; q++ {
				sum += d.density(place(l.u+(float64(k)+0.5)*step, v+float64(q)/9*apart))
			}
			l.gain = append(l.gain, sum/9*apart*step)
		}
		all = append(all, l)
	}
	at := func(price float64) path {
		var p path
		back := false
		for _, l := range all {
			var best, sum float64
			from, bi, bj := 0, -1, -1
			for k, g := range l.gain {
				sum += g - price*step
				if sum <= 0 {
					sum, from = 0, k+1
				} else if sum > best {
					best, bi, bj = sum, from, k+1
				}
			}
			if best <= price*2*reach {
				continue
			}
			// The half discs at the ends are swept as well.
			a, b := l.u+float64(bi)*step+reach/2, l.u+float64(bj)*step-reach/2
			if a > b {
				continue
			}
			ends := path{place(a, l.v), place(b, l.v)}
			if back {
				slices.Reverse(ends)
			}
			back = !back
			p = append(p, ends...)
		}
		return p
	}
	low, high := 1e-12, 1e-3
	for range 40 {
		if m := math.Sqrt(low * high); at(m).length() > budget {
			low = m
		} else {
			high = m
		}
	}
	return at(high)
}
