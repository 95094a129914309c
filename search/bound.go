package search

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// Effort is swept area, W times L, in square metres, counted as often as it is swept.
type Effort float64

// Looks is bound B1: the greatest POS of any way to spend an effort on single looks at cells, of which the
// k-th at a cell adds POC q (1-q)^(k-1). Cells are looked at in the order of what a look adds, the last
// one in part. detection is q by cell, or one number for all.
//
// It holds above every route where the place does not move, where q is the greatest that any permitted look
// has there, where a path of length L sweeps no more than W L counted as often as it is swept (a line sensor,
// turn radius of W/2 or more), and where the map is at its finest: a coarser one gives a lower value.
//
// The largest terms are summed without sorting them all: the value of the last one is found by bisection.
func (p *Prior) Looks(e Effort, detection []float64) float64 { return p.looks(e, detection, nil) }

// looks takes what a look at each cell costs; nil is 1 for every look.
func (p *Prior) looks(e Effort, detection, cost []float64) float64 {
	budget := float64(e) / p.Area()
	if !(budget > 0) {
		return 0
	}
	cells, top := p.gains(detection, cost)
	if len(cells) == 0 {
		return 0
	}
	low := top - deep
	if n, pos := spend(cells, low); n <= budget {
		return pos
	}
	high := last(cells, low, top+1, budget)
	n, pos := spend(cells, high)
	return pos + (budget-n)*math.Exp(high)
}

// counted is how many looks at each cell come to such an effort in the order of gain by cost, but for the last one.
func (p *Prior) counted(e Effort, detection, cost []float64) []float64 {
	out := make([]float64, p.Cells())
	cells, top := p.gains(detection, cost)
	high := last(cells, top-deep, top+1, float64(e)/p.Area())
	for i := range cells {
		out[cells[i].cell] = cells[i].count(high)
	}
	return out
}

// deep is how far below the greatest a gain still counts, as its logarithm.
const deep = 700

type gain struct {
	cell                             int
	log, mass, detection, step, cost float64
}

// gains are those of first looks by their cost, and the greatest logarithm.
func (p *Prior) gains(detection, cost []float64) (cells []gain, top float64) {
	top = math.Inf(-1)
	for c, m := range p.POC {
		q := detection[min(c, len(detection)-1)]
		if m <= 0 || q <= 0 {
			continue
		}
		g := gain{cell: c, log: math.Log(m * q), mass: m, detection: q, step: -math.Log1p(-q), cost: 1} // infinite for q = 1: one look
		if cost != nil {
			g.cost = max(cost[c], 1e-9)
			g.log -= math.Log(g.cost)
		}
		top = max(top, g.log)
		cells = append(cells, g)
	}
	return cells, top
}

// last is the gain by cost of the last look that a budget pays for: between low and high, by false position, with a
// bisection after every step that takes off little.
func last(cells []gain, low, high, budget float64) float64 {
	over, under := math.Inf(1), 0.0 // what looks cost at low and at high
	step := 1.0
	for at := high - step; at > low; at -= step { // most prices lie close to the top
		n := paid(cells, at)
		if n > budget {
			low, over = at, n
			break
		}
		high, under = at, n
		step *= 2
	}
	halve := math.IsInf(over, 1)
	for range 100 {
		width := high - low
		middle := low + width/2
		if !halve && over > under {
			middle = max(low+0.01*width, min(high-0.01*width, high-width*(budget-under)/(over-under)))
		}
		if width < 1e-13*math.Abs(high) || middle <= low || middle >= high {
			break
		}
		if n := paid(cells, middle); n > budget {
			low, over = middle, n
		} else {
			high, under = middle, n
		}
		halve = !halve && high-low > width/2
	}
	return high
}

// count is how many looks at a cell gain more than exp(log) by their cost.
func (g *gain) count(log float64) float64 {
	switch {
	case g.log <= log:
		return 0
	case math.IsInf(g.step, 1):
		return 1
	}
	return math.Ceil((g.log - log) / g.step)
}

// paid is what the looks cost that gain more than exp(log) by their cost.
func paid(cells []gain, log float64) (cost float64) {
	for i := range cells {
		cost += cells[i].count(log) * cells[i].cost
	}
	return cost
}

// spend is what the looks cost that gain more than exp(log) by their cost, and what they find.
func spend(cells []gain, log float64) (cost, pos float64) {
	for i := range cells {
		g := &cells[i]
		if k := g.count(log); k > 0 {
			cost += k * g.cost
			pos += g.mass * Looks(g.detection, int(k))
		}
	}
	return cost, pos
}

// Sortie is what one flight can spend.
type Sortie struct {
	Length  geodesy.Length // of the whole flight
	Sweep   geodesy.Length // W
	Nearest geodesy.Length // from base to the nearest point from which a useful cell is seen, half of the way there and back; 0 if it senses on the way
}

// Pooled is bound B2: the effort of several sorties and aircraft together, the way to and from useful ground
// taken off each. It is above every way of sharing the work out.
func Pooled(sorties []Sortie) Effort {
	sum := 0.0
	for _, s := range sorties {
		sum += float64(s.Sweep) * max(0, float64(s.Length-2*s.Nearest))
	}
	return Effort(sum)
}

// Seen is bound B3: what is left of the map when cells that no permitted position sees are dropped. Ground and
// positions are two sets: a slant sensor sees over a border.
func (p *Prior) Seen(visible func(column, row int) bool) *Prior {
	q := &Prior{Grid: p.Grid, POC: slices.Clone(p.POC), Rest: p.Rest}
	for c := range q.POC {
		if !visible(c%p.Columns, c/p.Columns) {
			q.Rest += q.POC[c]
			q.POC[c] = 0
		}
	}
	return q
}

// Weighted is bound B4: a plan whose finds count by when they are made, with weights that do not increase, is
// worth no more than the sum of w_t (B(t) - B(t-1)), bounds being those of the effort up to the end of each
// period (Abel's summation).
func Weighted(weights, bounds []float64) float64 {
	sum, before := 0.0, 0.0
	for t, w := range weights {
		sum += w * (bounds[t] - before)
		before = bounds[t]
	}
	return sum
}
