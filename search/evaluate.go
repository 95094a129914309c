package search

import (
	"math"

	"overflight/geodesy"
)

// fine is into how many parts a cell's side is cut where a route does not follow the lattice: the mass of a cell lies
// evenly in it, and each part has its own looks. Crediting whole cells by their centres instead lets routes that are
// laid on the centres claim more ground than the sensor covers.
const fine = 10

// PODs is the probability of detection that a route comes to in every cell, from looks at parts of cells.
func PODs(p *Prior, legs []Leg, sweep geodesy.Length, detection []float64) []float64 {
	cols, rows := p.Columns*fine, p.Rows*fine
	looks := make([]uint8, cols*rows)
	part := float64(p.Cell) / fine
	for i := range legs {
		if l := &legs[i]; l.Sensed {
			strip(looks, cols, rows, float64(l.From.X)/part, float64(l.From.Y)/part, l.From.Heading.Radians(), float64(l.Length())/part, float64(sweep)/2/part)
		}
	}
	pod := make([]float64, p.Cells())
	var missing [256]float64 // by looks, of the last q
	last := math.NaN()
	for c := range pod {
		if q := detection[min(c, len(detection)-1)]; q != last {
			last = q
			for n := range missing {
				missing[n] = 1 - Looks(q, n)
			}
		}
		at := c/p.Columns*fine*cols + c%p.Columns*fine
		missed := 0.0
		for j := range fine {
			for _, n := range looks[at+j*cols:][:fine] {
				missed += missing[n]
			}
		}
		pod[c] = 1 - missed/(fine*fine)
	}
	return pod
}

// POS is the sum of POC times POD.
func (p *Prior) POS(pod []float64) float64 {
	sum := 0.0
	for c, m := range p.POC {
		sum += m * pod[c]
	}
	return sum
}

// strip counts a look at every part whose centre lies in a rectangle: from (x, y) along a direction, half to each side.
// Its edges belong to it on one side only, so that strips side by side neither leave a gap nor overlap.
func strip(looks []uint8, cols, rows int, x, y, heading, length, half float64) {
	sin, cos := math.Sincos(heading)
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range [4][2]float64{{0, -half}, {0, half}, {length, -half}, {length, half}} {
		v := y + c[0]*sin + c[1]*cos
		low, high = min(low, v), max(high, v)
	}
	for j := max(0, int(math.Floor(low))); j < min(rows, int(math.Ceil(high))); j++ {
		dy := float64(j) + 0.5 - y
		// along = dx cos + dy sin in [0, length), side = dy cos - dx sin in [-half, half).
		a, b := within(cos, dy*sin, 0, length)
		c, d := within(-sin, dy*cos, -half, half)
		from, to := max(a, c)+x, min(b, d)+x
		if !(from < to) {
			continue
		}
		for i := max(0, int(math.Ceil(from-0.5-1e-9))); i < cols && float64(i)+0.5 < to-1e-9; i++ {
			if n := &looks[j*cols+i]; *n < math.MaxUint8 {
				*n++
			}
		}
	}
}

// within solves low <= k x + c < high for x.
func within(k, c, low, high float64) (from, to float64) {
	const level = 1e-12
	switch {
	case k > level:
		return (low - c) / k, (high - c) / k
	case k < -level:
		return (high - c) / k, (low - c) / k
	case c >= low-1e-9 && c < high-1e-9:
		return math.Inf(-1), math.Inf(1)
	}
	return 1, 0
}
