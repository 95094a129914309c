package search

import (
	"cmp"
	"math"
	"slices"
)

// mostSingle is of how many lanes of one length, at most, it is asked whether they can be flown on permitted ground.
const mostSingle = 1000

// single is one lane alone, for a length in which no two fit. Of each of some lengths it is one along an axis of the map that finds
// most of those that can be flown and left again, made longer while that fits; and of these the one that finds most. Each length is
// a quarter more than the one before: of the best lane a piece of one of them has about four fifths at least.
func (o *tour) single() (lanes []Lane, price float64) {
	all := [2]*strips{o.strips(East, o.width), o.strips(North, o.width)}
	o.clear()
	pos := 0.0
	for n := int32(1); n <= max(o.cols, o.rows); n += max(1, n/4) {
		for _, l := range o.likely(all, n) {
			if !o.alone(l) {
				continue
			}
			l = o.longer(l)
			if gain := o.gain(l); gain > pos {
				lanes, price, pos = []Lane{l}, gain/float64(l.length()), gain
			}
			break
		}
	}
	return lanes, price
}

// likely are lanes of a length along strips that are near enough, those that find most first.
func (o *tour) likely(all [2]*strips, length int32) []Lane {
	type candidate struct {
		Lane
		gain float64
	}
	var out []candidate
	every := max(1, max(o.cols, o.rows)/256)
	for _, s := range all {
		for r, strip := range s.lanes {
			below := make([]float64, strip.length()+1)
			for i, v := range s.sums[s.at[r]:][:strip.length()] {
				below[i+1] = below[i] + v
			}
			for i := int32(0); i+length <= strip.length(); i += every {
				gain := below[i+length] - below[i]
				if gain <= 0 {
					continue
				}
				l := strip
				l.From, l.To = i, i+length
				for _, l := range [2]Lane{l, l.reversed()} {
					if o.direct(l) <= o.budget {
						out = append(out, candidate{l, gain})
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.gain, a.gain) })
	lanes := make([]Lane, 0, mostSingle)
	for _, c := range out {
		if len(lanes) == mostSingle {
			break
		}
		if o.short(c.Lane) {
			lanes = append(lanes, c.Lane)
		}
	}
	return lanes
}

// direct is the length of a flight of one lane as if no turn were needed.
func (o *tour) direct(l Lane) float64 {
	cell := float64(o.task.Prior.Cell)
	from, to := o.task.origin(), o.task.Base
	x, y := o.at(l, l.entry())
	u, v := o.at(l, l.exit())
	return math.Hypot(x-float64(from.X)/cell, y-float64(from.Y)/cell) + math.Hypot(u-float64(to.X)/cell, v-float64(to.Y)/cell) + float64(l.length())
}

// short tells whether a flight of one lane fits, and alone whether it may be flown too.
func (o *tour) short(l Lane) bool {
	out, back := o.outward(l), o.homeward(l)
	return float64((out.Length()+back.Length())/o.task.Prior.Cell)+float64(l.length()) <= o.budget
}

func (o *tour) alone(l Lane) bool { return o.short(l) && o.fits(l) && o.measure([]Lane{l}) <= o.budget }

// longer puts cells to the ends of one lane alone while that fits.
func (o *tour) longer(l Lane) Lane {
	for more := true; more; {
		more = false
		for _, end := range [2][2]int32{{l.From - 1, l.From}, {l.To, l.To + 1}} {
			part, whole := l, l
			part.From, part.To = end[0], end[1]
			whole.From, whole.To = min(l.From, end[0]), max(l.To, end[1])
			if part.From >= 0 && part.To <= o.along(l) && o.gain(part) > 0 && o.alone(whole) {
				l, more = whole, true
			}
		}
	}
	return l
}
