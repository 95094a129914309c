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
func (p *Prior) Looks(e Effort, detection []float64) float64 {
	budget := float64(e) / p.Area()
	if !(budget > 0) {
		return 0
	}
	var cells []gain
	top := math.Inf(-1)
	for c, m := range p.POC {
		q := detection[min(c, len(detection)-1)]
		if m <= 0 || q <= 0 {
			continue
		}
		g := gain{log: math.Log(m * q), mass: m, detection: q, step: -math.Log1p(-q)} // infinite for q = 1: one look
		top = max(top, g.log)
		cells = append(cells, g)
	}
	if len(cells) == 0 {
		return 0
	}
	// The value of the last look is exp(low) at least and exp(high) at most. Terms below exp(top-700) do not count.
	low, high := top-700, top+1
	if n, pos := spend(cells, low); float64(n) <= budget {
		return pos
	}
	for range 100 {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			break
		}
		if n, _ := spend(cells, middle); float64(n) > budget {
			low = middle
		} else {
			high = middle
		}
	}
	n, pos := spend(cells, high)
	return pos + (budget-float64(n))*math.Exp(high)
}

type gain struct{ log, mass, detection, step float64 }

// spend counts the looks that add more than exp(log), and sums what they add.
func spend(cells []gain, log float64) (n int, pos float64) {
	for i := range cells {
		g := &cells[i]
		if g.log <= log {
			continue
		}
		k := 1
		if !math.IsInf(g.step, 1) {
			k = int(math.Ceil((g.log - log) / g.step))
		}
		n += k
		pos += g.mass * Looks(g.detection, k)
	}
	return n, pos
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
