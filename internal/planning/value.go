package planning

import (
	"time"

	"overflight/search"
)

// Value is what a plan comes to where finds count by when they are made: in full at the first take-off, by equal steps less in
// each period, and least in the last. Bound is B4: with these weights no plan comes to more.
type Value struct{ Value, Bound float64 }

func (v *Value) share() float64 {
	if v.Bound == 0 {
		return 0
	}
	return v.Value / v.Bound
}

// periods is into how many the time from the first take-off to the last landing is cut.
const periods = 12

// value counts what is found by the end of each period, and what at most could be: of every flight the effort until then, with
// the wind behind it, from its take-off on.
func (p *Plan) value() *Value {
	flights := make([]search.Flight, len(p.Sorties))
	last := time.Duration(0)
	for k := range p.Sorties {
		s := &p.Sorties[k]
		flights[k] = search.Flight{Legs: s.Legs, Airspeed: p.wings[s.Wing].airspeed, Begins: s.Begins, Aircraft: s.Wing}
		last = max(last, flights[k].Ends())
	}
	every := last/periods + 1
	first := &p.wings[0].task
	found := search.Found(first, flights, every, periods)
	weights, bounds := make([]float64, periods), make([]float64, periods)
	for n := range periods {
		weights[n] = 1 - float64(n)/periods
		tasks := make([]search.Task, len(flights))
		for k := range flights {
			w := &p.wings[p.Sorties[k].Wing]
			tasks[k] = w.task
			if p.Sorties[k].Number > 1 {
				tasks[k].Start = nil
			}
			in := min(time.Duration(n+1)*every-flights[k].Begins, w.available)
			tasks[k].Length = w.airspeed.Farthest(max(0, in))
		}
		bounds[n] = search.BoundUntil(tasks)
	}
	out := &Value{Bound: search.Weighted(weights, bounds)}
	before := 0.0
	for n, pos := range found {
		out.Value += weights[n] * (pos - before)
		before = pos
	}
	return out
}
