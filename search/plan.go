package search

import (
	"errors"
	"fmt"
	"slices"

	"overflight/geodesy"
)

// Plan is a flight and what it is worth. It follows from its task, seed and iterations.
type Plan struct {
	Lanes      []Lane
	Length     geodesy.Length // with all links and both transits
	Sensed     geodesy.Length // of its lanes
	POS        float64
	Bound      float64 // no flight of this task has a greater POS
	Seed       uint64
	Iterations int
}

// Share is the POS by its bound, 0 where there is nothing to find.
func (p *Plan) Share() float64 {
	if p.Bound == 0 {
		return 0
	}
	return p.POS / p.Bound
}

// ErrUnreachable is a task in which no lane can be flown: the map is too far off for the length, or no permitted place
// leads there.
var ErrUnreachable = errors.New("no lane can be flown and left again")

// Planner improves the plan of a task step by step.
type Planner struct {
	a     *annealer
	bound float64
	price float64
	seed  uint64
	total int // moves, in whole rounds
	done  int
}

// NewPlanner makes the first plan, Lagrangian lanes. The planner will make so many moves to improve it; how each is
// taken depends on how many there will be.
func NewPlanner(t *Task, seed uint64, iterations int) (*Planner, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if iterations < 0 {
		return nil, fmt.Errorf("%w: %d iterations, expected 0 or more", ErrTask, iterations)
	}
	o := newTour(t)
	lanes, price := o.first()
	if len(lanes) == 0 {
		return nil, ErrUnreachable
	}
	o.set(lanes)
	p := &Planner{
		a:     &annealer{tour: o, luck: luck(seed), price: price, worth: 1 / price, best: slices.Clone(lanes), bestPOS: o.pos, spare: make([]Lane, 0, mostLanes)},
		bound: t.Bound(), price: price, seed: seed, total: (iterations + every - 1) / every * every,
	}
	return p, nil
}

// Improve makes up to so many moves, in whole rounds, and tells whether more are to be made.
func (p *Planner) Improve(iterations int) bool {
	for n := 0; n < iterations && p.done < p.total; n += every {
		p.a.round(float64(p.done)/float64(p.total), p.price)
		p.done += every
	}
	return p.done < p.total
}

// Plan returns the best one so far.
func (p *Planner) Plan() *Plan {
	t := p.a.task
	out := &Plan{Lanes: slices.Clone(p.a.best), Bound: p.bound, Seed: p.seed, Iterations: p.done}
	for _, l := range out.Lanes {
		out.Sensed += geodesy.Length(l.length()) * t.Prior.Cell
	}
	out.POS = t.Prior.POS(out.PODs(t))
	out.Length = geodesy.Length(p.a.measure(out.Lanes)) * t.Prior.Cell
	return out
}

// PODs is the probability of detection in every cell that a plan comes to: counted on parts of cells, as its lanes need
// not follow the lattice, and in bands of rows, so that a large map takes little memory.
func (p *Plan) PODs(t *Task) []float64 {
	const most = 40_000 // cells at once
	g := t.Prior.Grid
	high := max(1, most/g.Columns)
	out := make([]float64, 0, g.Cells())
	legs := make([]Leg, len(p.Lanes))
	for row := 0; row < g.Rows; row += high {
		band := Grid{Columns: g.Columns, Rows: min(high, g.Rows-row), Cell: g.Cell}
		for i, l := range p.Lanes {
			legs[i] = l.leg(t)
			legs[i].From.Y -= geodesy.Length(row) * g.Cell
		}
		detection := t.Detection
		if len(detection) > 1 {
			detection = detection[len(out):][:band.Cells()]
		}
		out = append(out, PODs(&Prior{Grid: band}, legs, t.Sweep, detection)...)
	}
	return out
}

func (l Lane) leg(t *Task) Leg {
	return Leg{Link: Straight(t.pose(l, l.entry()), geodesy.Length(l.length())*t.Prior.Cell), Sensed: true}
}

// Leg is a part of a route, sensed or not.
type Leg struct {
	Link
	Sensed bool
}

// Route returns the legs of a plan from where it begins to base.
func (p *Plan) Route(t *Task) []Leg {
	if len(p.Lanes) == 0 {
		return nil
	}
	o := &tour{task: t, width: int32(t.width())}
	legs := []Leg{{Link: o.outward(p.Lanes[0])}}
	for i, l := range p.Lanes {
		if i > 0 {
			before := p.Lanes[i-1]
			legs = append(legs, Leg{Link: Shortest(t.pose(before, before.exit()), t.pose(l, l.entry()), t.Turn)})
		}
		legs = append(legs, l.leg(t))
	}
	return append(legs, Leg{Link: o.homeward(p.Lanes[len(p.Lanes)-1])})
}

// Length is that of a route, and how much of it is sensed.
func Length(legs []Leg) (all, sensed geodesy.Length) {
	for i := range legs {
		n := legs[i].Length()
		all += n
		if legs[i].Sensed {
			sensed += n
		}
	}
	return all, sensed
}
