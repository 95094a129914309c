package search

import (
	"math"
	"slices"
)

// first is a plan within milliseconds: Lagrangian lanes. A price is put on every cell of length. At each look level
// and on each strip the interval with the largest sum of gain less price is taken if it pays for its turn too; the
// strips of a level are flown to and fro. The lowest price whose real length fits is found by bisection. Strips along
// both axes and two spacings are tried, as a turn between neighbours is longer than one over a gap; the best is
// returned, with its price.
func (o *tour) first() (best []Lane, price float64) {
	pos := -1.0
	for _, across := range []bool{false, true} {
		for _, spacing := range [...]int32{o.width, o.width + 1} {
			lanes, p := o.lagrange(across, spacing)
			o.set(lanes)
			if len(lanes) > 0 && o.pos > pos {
				best, price, pos = lanes, p, o.pos
			}
		}
	}
	return best, price
}

// levels is how many looks at a strip are thought of at first.
const levels = 6

func (o *tour) lagrange(across bool, spacing int32) ([]Lane, float64) {
	sample := Lane{}
	if across {
		sample.Heading = North
	}
	n, sides := o.along(sample), o.sides(sample)
	rows := sides/spacing + 1
	sums := make([]float64, int(rows)*levels*int(n))
	o.clear()
	top := 0.0
	for k := range int32(levels) {
		for r := range rows {
			row := sums[(k*rows+r)*n:][:n]
			for i := range n {
				l := sample
				l.Side, l.From, l.To = r*spacing, i, i+1
				row[i] = o.gain(l)
				top = max(top, row[i])
			}
		}
		for c := range o.add {
			o.add[c] *= o.keep[c]
		}
	}
	low, high := top*1e-6, top
	var best []Lane
	price := high
	for range 24 {
		p := math.Sqrt(low * high)
		lanes := o.priced(sample, sums, rows, n, spacing, p)
		if o.measure(lanes) <= o.budget {
			high = p
			if len(lanes) > 0 {
				best, price = lanes, p
			}
		} else {
			low = p
		}
	}
	return best, price
}

// measure is the length of lanes in this order.
func (o *tour) measure(lanes []Lane) float64 {
	if len(lanes) == 0 {
		return 0
	}
	n := o.out(lanes[0]) + o.back(lanes[len(lanes)-1])
	for i, l := range lanes {
		n += float64(l.length())
		if i > 0 {
			n += o.between(lanes[i-1], l)
		}
	}
	return n
}

func (o *tour) priced(sample Lane, sums []float64, rows, n, spacing int32, price float64) []Lane {
	var out []Lane
	for k := range int32(levels) {
		at := len(out)
		for r := range rows {
			l := sample
			l.Side = r * spacing
			worth := 0.0
			worth, l.From, l.To = interval(sums[(k*rows+r)*n:][:n], price)
			if worth > price*4*o.links.radius {
				out = append(out, l)
			}
		}
		level := out[at:]
		if k%2 == 1 {
			slices.Reverse(level)
		}
		for i := range level {
			if i%2 == 1 {
				level[i] = level[i].reversed()
			}
		}
	}
	return o.flown(out)
}

// flown leaves out lanes that cannot be reached or left in permitted space.
func (o *tour) flown(lanes []Lane) []Lane {
	if o.ground == nil {
		return lanes
	}
	out := lanes[:0]
	for _, l := range lanes {
		if !o.fits(l) || math.IsInf(o.back(l), 1) {
			continue
		}
		if n := len(out); n == 0 && math.IsInf(o.out(l), 1) || n > 0 && math.IsInf(o.between(out[n-1], l), 1) {
			continue
		}
		out = append(out, l)
	}
	return out
}

// interval is the contiguous part with the largest sum of value less price.
func interval(values []float64, price float64) (worth float64, from, to int32) {
	run, start := 0.0, int32(0)
	for i, v := range values {
		if run <= 0 {
			run, start = 0, int32(i)
		}
		if run += v - price; run > worth {
			worth, from, to = run, start, int32(i)+1
		}
	}
	return worth, from, to
}
