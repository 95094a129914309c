package planning

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"overflight/geodesy"
	"overflight/search"
)

// wing is an aircraft of a request, with how it flies and what it is to do.
type wing struct {
	Wing
	number    int // from 0
	available time.Duration
	airspeed  search.Airspeed
	task      search.Task
}

// fault is one of this aircraft.
func (w *wing) fault(c Code, args ...any) error {
	f := &Fault{Code: c, Args: args}
	if w.number > 0 {
		f.Of = w.Given
	}
	return f
}

// mostSorties bounds a plan.
const mostSorties = 50

// Flights is how many flights are asked for, of all aircraft.
func (r *Request) Flights() int {
	n := r.Sorties
	for k := range r.Others {
		n += r.Others[k].Sorties
	}
	return n
}

// Longest is how long after the first take-off the last flight can be down, unless flights wait for each other.
func (r *Request) Longest() time.Duration {
	chain := func(hours time.Duration, sorties int) time.Duration {
		return time.Duration(sorties)*hours + time.Duration(max(0, sorties-1))*r.Turnaround
	}
	longest := chain(r.Hours, r.Sorties)
	for k := range r.Others {
		longest = max(longest, chain(r.Others[k].Hours, r.Others[k].Sorties))
	}
	return longest
}

// Bases are where flights begin and end.
func (r *Request) Bases() []geodesy.Position {
	out := []geodesy.Position{r.Base}
	for k := range r.Others {
		out = append(out, r.Others[k].Base)
	}
	return out
}

// Places are some of the ground that is worth a look: the corners of areas, and tips; or what the map holds that is brought.
func (r *Request) Places() []geodesy.Position {
	if r.Map != nil {
		return r.Map.places()
	}
	features := slices.Clone(r.Features)
	for _, tip := range r.Tips {
		features = append(features, tip.Features...)
	}
	var out []geodesy.Position
	for _, f := range features {
		if len(f.Polygons) == 0 {
			out = append(out, positionOf(f.Point))
		}
		for _, p := range f.Polygons {
			for _, c := range p[0] {
				out = append(out, positionOf(c))
			}
		}
	}
	return out
}

// wings are the aircraft of a request, each checked; the wind still has to be turned onto a plane.
func (r *Request) wings() ([]wing, error) {
	all := append([]Wing{{Aircraft: r.Aircraft, Base: r.Base, Hours: r.Hours, Air: r.Air, Sorties: r.Sorties}}, r.Others...)
	out := make([]wing, len(all))
	sorties := 0
	for k := range all {
		w := &out[k]
		*w = wing{Wing: all[k], number: k, available: all[k].Hours - r.Reserve}
		sorties += w.Sorties
		if err := w.check(r); err != nil {
			return nil, err
		}
	}
	if sorties > mostSorties {
		return nil, fault(CodeRange, "--sorties", fmt.Sprint(sorties), fmt.Sprintf("<= %d", mostSorties))
	}
	return out, nil
}

// check works out how a wing flies, from the request and the figures of its type.
func (w *wing) check(r *Request) error {
	for _, x := range []struct {
		option     string
		v          float64
		low, high  float64
		lowAllowed bool
	}{
		{"--hours", w.Hours.Hours(), 0, 1000, false},
		{"--reserve", r.Reserve.Hours(), 0, 1000, true},
		{"--bank", float64(r.Bank), 0, 60, false},
		{"--sweep", float64(r.Sweep) / 1000, 0, 200, false},
		{"--detection", r.Detection, 0, 1, false},
		{"--sorties", float64(w.Sorties), 0, mostSorties, false},
		{"--rest", r.Rest, 0, 0.999999, true},
		{"--iterations", float64(r.Iterations), 0, 1e9, true},
		{"--turnaround", r.Turnaround.Hours(), 0, 1000, true},
		{"--apart", float64(r.Apart) / 1000, 0, 100, true},
	} {
		if !(x.v <= x.high) || !(x.v > x.low || x.lowAllowed && x.v == x.low) {
			within := fmt.Sprintf("%g..%g", x.low, x.high)
			if !x.lowAllowed {
				within = fmt.Sprintf("> %g, <= %g", x.low, x.high)
			}
			return w.fault(CodeRange, x.option, fmt.Sprintf("%g", x.v), within)
		}
	}
	if w.Air == 0 {
		w.Air = geodesy.Speed(w.Aircraft.Cruise.Value)
	}
	if w.Air == 0 {
		return w.fault(CodeFigure, w.Aircraft.Type, "--speed")
	}
	if e := w.Aircraft.Endurance.Value; e > 0 && w.Hours.Hours() > e {
		return w.fault(CodeEndurance, w.Aircraft.Type, fmt.Sprintf("%g", w.Hours.Hours()), fmt.Sprintf("%g", e))
	}
	w.airspeed = search.Airspeed{Air: w.Air, Bank: r.Bank, Wind: search.Wind{X: r.WindSpeed}}
	if w.airspeed.Check() != nil {
		return w.fault(CodeWind, fmt.Sprintf("%g", float64(r.WindSpeed)), fmt.Sprintf("%g", float64(w.Air)))
	}
	return nil
}

// unreachable says why no lane can be flown: the time there is falls short of the way to the nearest useful cell and back,
// or there is no room.
func (t *attempt) unreachable(r *Request, of int) error {
	w := &t.wings[of]
	if w.task.Permitted != nil {
		free := w.task
		free.Permitted, free.Detection = nil, []float64{r.Detection}
		if _, err := search.NewPlanner(&free, 0, 0); !errors.Is(err, search.ErrUnreachable) {
			if r.Airspace != nil {
				if err := r.refused(t.frame, w.task.Prior, w.Base); err != nil {
					return err
				}
			}
			return w.fault(CodeNoSpace)
		}
	}
	free := w.task
	free.Permitted, free.Detection = nil, []float64{r.Detection}
	code, args := tooShort(free, w.airspeed.Air-w.airspeed.Wind.Speed(), r.Reserve, w.available, &w.Aircraft)
	return w.fault(code, args...)
}

// With wind some lengths are tried, until a flight of each aircraft takes so much of the time there is.
const (
	tries  = 6
	enough = 0.98
)

// forOrder is the share of the length that may go into an order that finds sooner.
const forOrder = 0.025

// rounds is how often a plan in the making is shown. Of more than a few flights it is not told yet when each takes off.
const (
	rounds     = 40
	fewFlights = 6
)

// task is one flight of the plan.
type task struct {
	search.Task
	wing, number int
}

// tasks are the flights of all aircraft: the first of each, then the second of each.
func (t *attempt) tasks() []task {
	var out []task
	for number := 1; ; number++ {
		n := len(out)
		for k := range t.wings {
			if w := &t.wings[k]; number <= w.Sorties {
				x := task{w.task, k, number}
				if number > 1 {
					x.Start = nil
				}
				out = append(out, x)
			}
		}
		if len(out) == n {
			return out
		}
	}
}

func bare(tasks []task) []search.Task {
	out := make([]search.Task, len(tasks))
	for k := range tasks {
		out[k] = tasks[k].Task
	}
	return out
}

// plan improves the attempt, with as much length as fits the time at the true speed over the ground of every leg.
func (t *attempt) plan(ctx context.Context, r *Request, progress func(*Plan)) (*Plan, error) {
	shown := -1.0
	show := func(p *Plan, longest []float64) {
		if progress != nil && slices.Max(longest) <= 1 && p.POS > shown {
			shown = p.POS
			as := *p // what follows adds to the plan that is worked on
			progress(&as)
		}
	}
	// The first length is flown in time whatever the wind; the others are tried for what they add.
	var best *Plan
	var budgets []geodesy.Length
	for range tries {
		tasks := t.tasks()
		if r.Sensor != nil {
			for k := range tasks {
				tasks[k].Length -= geodesy.Length(float64(r.Sensor.Orbits) * 2 * math.Pi * float64(tasks[k].Turn))
				if tasks[k].Length <= 0 {
					return nil, t.unreachable(r, tasks[k].wing)
				}
			}
		}
		var out *Plan
		var longest []float64
		var err error
		switch {
		case r.Resume != nil:
			out, longest, err = t.resume(r, tasks)
		case r.Pattern != "":
			out, longest, err = t.pattern(r, tasks)
		default:
			out, longest, err = t.optimise(ctx, r, tasks, progress != nil, show)
		}
		if err != nil {
			return nil, err
		}
		if err := t.circle(r, out, longest); err != nil {
			return nil, err
		}
		t.separate(r, out)
		show(out, longest)
		if slices.Max(longest) <= 1 && (best == nil || out.POS > best.POS) {
			best, budgets = out, nil
			for k := range t.wings {
				budgets = append(budgets, t.wings[k].task.Length)
			}
		}
		if r.WindSpeed == 0 || slices.Max(longest) <= 1 && slices.Min(longest) > enough {
			break
		}
		for k := range t.wings {
			t.wings[k].task.Length *= geodesy.Length(0.996 / longest[k])
		}
	}
	if best == nil {
		return nil, fault(CodeNoSpace)
	}
	for k := range t.wings {
		t.wings[k].task.Length = budgets[k]
	}
	if r.Patterns {
		for _, c := range search.Compare(&t.wings[0].task) {
			best.Patterns = append(best.Patterns, Pattern{Name: c.Pattern, POS: max(0, c.POS)})
		}
	}
	return best, nil
}

// optimise plans routes, and says how much of the time there is the longest flight of each aircraft takes.
func (t *attempt) optimise(ctx context.Context, r *Request, tasks []task, watched bool, show func(*Plan, []float64)) (*Plan, []float64, error) {
	short := bare(tasks)
	if r.Soonest {
		for k := range short {
			short[k].Length *= 1 - forOrder
		}
	}
	fleet, err := search.NewFleet(short, r.Seed, r.Iterations)
	for more := true; more && err == nil; {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if watched {
			plans, _ := fleet.Plans()
			out, longest := t.routes(r, tasks, plans)
			if len(tasks) <= fewFlights {
				t.separate(r, out)
			}
			show(out, longest)
		}
		more, err = fleet.Improve(max(1000, r.Iterations/rounds))
	}
	var of *search.FlightError
	if errors.As(err, &of) && errors.Is(err, search.ErrUnreachable) {
		return nil, nil, t.unreachable(r, tasks[of.Flight].wing)
	}
	if err != nil {
		return nil, nil, err
	}
	plans, _ := fleet.Plans()
	if r.Soonest {
		for k := range plans {
			plans[k] = plans[k].Sooner(&tasks[k].Task)
		}
	}
	out, longest := t.routes(r, tasks, plans)
	return out, longest, nil
}

// routes lays out plans of all flights, beside their bound.
func (t *attempt) routes(r *Request, tasks []task, plans []*search.Plan) (*Plan, []float64) {
	sorties := make([]Sortie, len(plans))
	for k, p := range plans {
		sorties[k] = Sortie{Legs: p.Route(&tasks[k].Task), POS: p.POS, Length: p.Length, Sensed: p.Sensed, Lanes: len(p.Lanes)}
	}
	return t.outline(r, tasks, sorties)
}

// outline puts sorties together into a plan.
func (t *attempt) outline(r *Request, tasks []task, sorties []Sortie) (*Plan, []float64) {
	first := &t.wings[0]
	out := &Plan{
		Request: r, Speed: first.airspeed.Air, Turn: first.task.Turn, Axis: t.frame.axis, Cell: first.task.Prior.Cell,
		Columns: first.task.Prior.Columns, Rows: first.task.Prior.Rows, Budget: first.task.Length, Sorties: sorties,
		frame: t.frame, wings: slices.Clone(t.wings),
	}
	if r.Airspace != nil {
		out.touched = slices.Sorted(maps.Keys(r.Airspace.touched))
	}
	if t.exit != nil {
		// Slices of sorties come new from each round.
		sorties[0].Legs = append([]search.Leg{*t.exit}, sorties[0].Legs...)
		sorties[0].Length += t.exit.Length()
		out.Leaves = t.exit.Length()
	}
	longest := make([]float64, len(t.wings))
	bounded := bare(tasks)
	for k := range sorties {
		s, x := &sorties[k], &tasks[k]
		w := &t.wings[x.wing]
		s.Aircraft, s.Wing, s.Number, s.Base, s.Speed = w.Aircraft.Type, x.wing, x.number, w.Base, w.airspeed.Air
		s.Duration = w.airspeed.Duration(s.Legs)
		longest[x.wing] = max(longest[x.wing], float64(s.Duration)/float64(w.available))
		out.POS += s.POS
	}
	if t.bound == 0 {
		// The bound has the wind behind it all the way. It is the same for every length that is tried.
		for k := range bounded {
			w := &t.wings[tasks[k].wing]
			bounded[k].Length = w.airspeed.Farthest(w.available)
		}
		t.bound = search.PooledBound(bounded)
		if t.bounded = t.bound; len(bounded) > 1 {
			t.bounded = bounded[0].Bound()
		}
	}
	out.Bound, out.First = t.bound, t.bounded
	return out, longest
}

// circle puts the orbits of a turret into the routes of a plan, each sortie over what those before leave.
func (t *attempt) circle(r *Request, p *Plan, longest []float64) error {
	if r.Sensor == nil || r.Sensor.Orbits == 0 {
		return nil
	}
	reach, err := r.Sensor.check()
	if err != nil {
		return err
	}
	task := p.sighted()
	visible := p.visible(r.Sensor)
	for k := range p.Sorties {
		s := &p.Sorties[k]
		w := &t.wings[s.Wing]
		turret := search.Turret{Rate: float64(r.Sweep) * float64(s.Speed), Farthest: reach, Field: r.Sensor.Field}
		task.Turn, task.Base = w.task.Turn, w.task.Base
		if s.Legs, err = turret.WithOrbits(&task, s.Legs, w.airspeed, r.Sensor.Orbits, visible); err != nil {
			return err
		}
		s.Length, _ = search.Length(s.Legs)
		s.Duration = w.airspeed.Duration(s.Legs)
		longest[s.Wing] = max(longest[s.Wing], float64(s.Duration)/float64(w.available))
		plan, err := turret.Schedule(&task, s.Legs, w.airspeed, visible)
		if err != nil {
			return err
		}
		pod := make([]float64, task.Prior.Cells())
		for c, n := range plan.Looks {
			pod[c] = search.Looks(r.Detection, int(n))
		}
		task.Prior = task.Prior.Left(pod)
	}
	return nil
}

// waiting is in which steps flights wait for each other.
const waiting = 5 * time.Minute

// separate parts the flights of a plan in time, and tells how close they come.
func (t *attempt) separate(r *Request, p *Plan) {
	flights := make([]search.Flight, len(p.Sorties))
	for k := range p.Sorties {
		s := &p.Sorties[k]
		flights[k] = search.Flight{Legs: s.Legs, Airspeed: t.wings[s.Wing].airspeed, Aircraft: s.Wing}
	}
	flights = search.Separate(flights, r.Apart, r.Turnaround, waiting)
	for k := range flights {
		p.Sorties[k].Begins = flights[k].Begins
		for i := range k {
			if flights[i].Aircraft == flights[k].Aircraft {
				continue
			}
			d, at, ok := search.Closest(flights[k], flights[i], 2*r.Apart)
			if ok && (p.Closest == nil || d < p.Closest.Distance) {
				p.Closest = &Approach{Distance: d, After: at, Sorties: [2]int{i + 1, k + 1}}
			}
		}
	}
}
