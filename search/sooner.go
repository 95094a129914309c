package search

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// mostReordered bounds how long a plan is put in another order: it takes the cube of its lanes.
const mostReordered = 400

// Sooner flies the same lanes in an order in which finds come sooner, as far as the length of the task leaves room: it
// turns the flight round, and takes runs of lanes to its front, while that lowers the mean time of finding what the plan
// finds. Its POS stays as it is. Plan with less length than there is to leave room for it.
func (p *Plan) Sooner(t *Task) *Plan {
	if len(p.Lanes) > mostReordered {
		return p
	}
	o := newTour(t)
	o.met = map[[2]Lane]float64{} // the same links are asked for in every order
	at := make([]worthy, len(p.Lanes))
	for i, l := range p.Lanes {
		at[i] = worthy{l, o.gain(l)}
	}
	best := o.when(at)
	try, next := slices.Clone(at), slices.Clone(at)
	for range 6 {
		better := false
		for _, turned := range [2]bool{false, true} {
			from := at
			if turned {
				from = backwards(at)
			}
			length := 0.0
			for i := range from {
				if length += o.linkOf(from, i) + float64(from[i].length()); i == len(from)-1 {
					length += o.linkOf(from, i+1)
				}
			}
			for i := range from {
				for j := i + 1; j <= len(from); j++ {
					if length+o.toFront(from, i, j) > o.budget {
						continue
					}
					try = append(append(append(try[:0], from[i:j]...), from[:i]...), from[j:]...)
					if w := o.when(try); w < best-1e-9 {
						best, better = w, true
						copy(next, try)
					}
				}
			}
		}
		if !better {
			break
		}
		copy(at, next)
	}
	out := *p
	out.Lanes = make([]Lane, len(at))
	for i := range at {
		out.Lanes[i] = at[i].Lane
	}
	out.Length = geodesy.Length(o.measure(out.Lanes)) * t.Prior.Cell
	return &out
}

// worthy is a lane and what it finds at first looks.
type worthy struct {
	Lane
	gain float64
}

func backwards(lanes []worthy) []worthy {
	out := slices.Clone(lanes)
	slices.Reverse(out)
	for i := range out {
		out[i].Lane = out[i].reversed()
	}
	return out
}

// linkOf is the link to place i, the last one back to base.
func (o *tour) linkOf(lanes []worthy, i int) float64 {
	switch i {
	case 0:
		return o.out(lanes[0].Lane)
	case len(lanes):
		return o.back(lanes[i-1].Lane)
	}
	return o.between(lanes[i-1].Lane, lanes[i].Lane)
}

// toFront is by how much the length changes if lanes i to j-1 are flown first.
func (o *tour) toFront(lanes []worthy, i, j int) float64 {
	if i == 0 {
		return 0
	}
	d := o.out(lanes[i].Lane) + o.between(lanes[j-1].Lane, lanes[0].Lane) - o.linkOf(lanes, 0) - o.linkOf(lanes, i) - o.linkOf(lanes, j)
	if j == len(lanes) {
		return d + o.back(lanes[i-1].Lane)
	}
	return d + o.between(lanes[i-1].Lane, lanes[j].Lane)
}

// when is the mean length flown at a find, weighted by what each lane finds at first looks: what is seen twice counts for
// each, so that an order needs no looks counted again.
func (o *tour) when(lanes []worthy) float64 {
	at, sum, mass := 0.0, 0.0, 0.0
	for i := range lanes {
		n := float64(lanes[i].length())
		at += o.linkOf(lanes, i) + n/2
		sum += lanes[i].gain * at
		mass += lanes[i].gain
		at += n / 2
	}
	return sum / math.Max(mass, 1e-300)
}
