package search

import (
	"math"
	"time"

	"overflight/geodesy"
)

// fine is into how many parts a cell's side is cut where a route does not follow the lattice: the mass of a cell lies
// evenly in it, and each part has its own looks. Crediting whole cells by their centres instead lets routes that are
// laid on the centres claim more ground than the sensor covers.
const fine = 10

// PODs is the probability of detection that a route comes to in every cell, from looks at parts of cells.
func PODs(p *Prior, legs []Leg, sweep geodesy.Length, detection []float64) []float64 {
	looks := make([]uint8, p.Cells()*fine*fine)
	for i := range legs {
		if l := &legs[i]; l.Sensed {
			p.strip(looks, l.From, l.Length(), sweep)
		}
	}
	return p.pods(looks, detection)
}

// strip counts looks at parts of cells in a straight strip.
func (p *Prior) strip(looks []uint8, from Pose, length, sweep geodesy.Length) {
	part := float64(p.Cell) / fine
	strip(looks, p.Columns*fine, p.Rows*fine, float64(from.X)/part, float64(from.Y)/part, from.Heading.Radians(), float64(length)/part, float64(sweep)/2/part)
}

// Found is the POS of what flights of one task's sweep width have found together by the end of each of n periods, from the
// common instant on. A sensed leg, which is straight, counts as far as it is flown by then.
func Found(t *Task, flights []Flight, period time.Duration, n int) []float64 {
	p := t.Prior
	looks := make([]uint8, p.Cells()*fine*fine)
	out := make([]float64, n)
	for k := range out {
		from, to := time.Duration(k)*period, time.Duration(k+1)*period
		for i := range flights {
			f := &flights[i]
			at := f.Begins
			for j := range f.Legs {
				l := &f.Legs[j]
				d := f.Airspeed.Time(&l.Link)
				if a, b := max(from, at), min(to, at+d); l.Sensed && a < b {
					whole := float64(l.Length())
					x, y := whole*float64(a-at)/float64(d), whole*float64(b-at)/float64(d)
					p.strip(looks, l.At(geodesy.Length(x)), geodesy.Length(y-x), t.Sweep)
				}
				at += d
			}
		}
		out[k] = p.POS(p.pods(looks, t.Detection))
	}
	return out
}

// pods is the probability of detection of every cell by looks at its parts.
func (p *Prior) pods(looks []uint8, detection []float64) []float64 {
	cols := p.Columns * fine
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
