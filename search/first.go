package search

import (
	"math"
	"slices"
)

// first is a plan within milliseconds: Lagrangian lanes. A price is put on every cell of length. At each look level
// and on each strip the interval with the largest sum of gain less price is taken if it pays for its turn too; the
// strips of a level are flown to and fro. The lowest price whose real length fits is found by bisection. Strips along
// both axes and two spacings are tried, as a turn between neighbours is longer than one over a gap; on maps that are not
// large, in directions between too. The best is returned, with its price. Where no two fit, one lane alone may find more.
func (o *tour) first() (best []Lane, price float64) {
	pos := -1.0
	var at Heading
	try := func(h Heading, spacing int32, steps int) {
		lanes, p := o.lagrange(h, spacing, price, steps)
		o.set(lanes)
		if len(lanes) > 0 && o.pos > pos {
			best, price, pos, at = lanes, p, o.pos, h
		}
	}
	try(East, o.width, 24)
	try(North, o.width, 24)
	if o.task.Prior.Cells() <= mostDirections && len(o.task.Detection) == 1 && len(best) > 0 {
		for h := Heading(8); h < 4*lattices; h += 8 {
			try(h, o.width, 7)
			try(h|North, o.width, 7)
		}
	}
	try(at, o.width+1, 24)
	try(at, o.width, 24)
	if len(best) > 1 {
		return best, price
	}
	if lanes, p := o.single(); len(lanes) > 0 {
		if o.set(lanes); o.pos > pos {
			return lanes, p
		}
	}
	return best, price
}

// mostDirections is how many cells a map may have on which lanes are first laid in every direction, where detection is the
// same in all of them.
const mostDirections = 60_000

// levels is how many looks at a strip are thought of at first.
const levels = 6

// lagrange lays lanes in a direction. Where a price is known already it is sought near that.
func (o *tour) lagrange(h Heading, spacing int32, price float64, steps int) ([]Lane, float64) {
	s := o.strips(h, spacing)
	low, high := s.top*1e-6, s.top
	if price > 0 {
		low, high = price/1.5, price*1.5
	}
	var best []Lane
	found := high
	for range steps {
		p := math.Sqrt(low * high)
		lanes := o.priced(s, p)
		if o.measure(lanes) <= o.budget {
			high = p
			if len(lanes) > 0 {
				best, found = lanes, p
			}
		} else {
			low = p
		}
	}
	return best, found
}

// strips side by side over the map, and what every look at each of their cells of length adds.
type strips struct {
	lanes  []Lane
	at     []int // where the sums of each begin
	length int   // of all together
	sums   []float64
	top    float64 // greatest sum
}

func (o *tour) strips(h Heading, spacing int32) *strips {
	s := &strips{}
	l := Lane{Heading: h}
	low, high := int32(0), o.sides(l)
	if h >= 4 { // the turned lattice reaches farther, and lanes end where their line leaves the map
		d := int32(math.Hypot(float64(o.cols), float64(o.rows))/2) + 1
		middle := (o.rows - o.width) / 2
		if l.across() {
			middle = (o.cols - o.width) / 2
		}
		low, high = middle-d, middle+d
	}
	for l.Side = low; l.Side <= high; l.Side += spacing {
		if l.From, l.To = o.within(l); l.From < l.To {
			s.lanes, s.at = append(s.lanes, l), append(s.at, s.length)
			s.length += int(l.length())
		}
	}
	s.sums = make([]float64, levels*s.length)
	o.clear()
	even := len(o.task.Detection) == 1 // then every look adds by the same share less
	for k := range levels {
		sums := s.sums[k*s.length:][:s.length]
		if k > 0 && even {
			for i, v := range s.sums[(k-1)*s.length:][:s.length] {
				sums[i] = v * o.keep[0]
			}
			continue
		}
		for r, l := range s.lanes {
			part := l
			for i := range l.length() {
				part.From, part.To = l.From+i, l.From+i+1
				v := o.gain(part)
				sums[s.at[r]+int(i)], s.top = v, max(s.top, v)
			}
		}
		o.changeRow(0, int32(len(o.add)), onceMore)
	}
	return s
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

func (o *tour) priced(s *strips, price float64) []Lane {
	var out []Lane
	for k := range levels {
		at := len(out)
		for r, l := range s.lanes {
			worth, from, to := interval(s.sums[k*s.length+s.at[r]:][:l.length()], price)
			if worth > price*4*o.links.radius {
				l.From, l.To = l.From+from, l.From+to
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
