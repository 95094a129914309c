package search

import (
	"time"

	"overflight/geodesy"
)

// Found is the POS of what flights of one task's sweep width have found together by the end of each of n periods, from the
// common instant on. A sensed leg, which is straight, counts as far as it is flown by then.
func Found(t *Task, flights []Flight, period time.Duration, n int) []float64 {
	var pieces []Leg
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
					pieces = append(pieces, Leg{Link: Straight(l.At(geodesy.Length(x)), geodesy.Length(y-x)), Sensed: true})
				}
				at += d
			}
		}
		out[k] = t.Prior.POS(PODs(t.Prior, pieces, t.Sweep, t.Detection))
	}
	return out
}
