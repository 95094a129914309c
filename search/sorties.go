package search

import (
	"fmt"
	"math"
	"time"

	"overflight/geodesy"
)

// Left is the probability of containment that looks have not found yet, neither scaled nor moved to the rest of the world:
// the share of a later sortie adds to that of the earlier ones.
func (p *Prior) Left(pod []float64) *Prior {
	q := &Prior{Grid: p.Grid, POC: make([]float64, len(p.POC)), Rest: p.Rest}
	for c, m := range p.POC {
		q.POC[c] = m * (1 - pod[c])
	}
	return q
}

// Fleet improves the plans of several flights step by step, of one aircraft or of several, over the prior of the first.
// Each is planned on what the ones before leave; then each is planned again on what all the others leave, and kept where
// that finds more. What it comes to follows from the tasks, the seed and the iterations, not from the size of the steps.
type Fleet struct {
	tasks      []Task
	plans      []*Plan
	pods       [][]float64
	seed       uint64
	iterations int

	pass, at int
	task     Task // of the planner
	planner  *Planner
}

// passes is how often each flight is planned.
const passes = 2

// NewFleet makes first plans of all flights. Each will be improved by so many moves. A fault says of which flight it is.
func NewFleet(tasks []Task, seed uint64, iterations int) (*Fleet, error) {
	f := &Fleet{tasks: tasks, plans: make([]*Plan, len(tasks)), pods: make([][]float64, len(tasks)), seed: seed, iterations: iterations}
	if len(tasks) == 0 {
		return nil, fmt.Errorf("%w: no flight", ErrTask)
	}
	for k := range tasks {
		t := tasks[k]
		t.Prior = f.left(k, k)
		first, err := NewPlanner(&t, seed+uint64(k), iterations)
		if err != nil {
			return nil, &FlightError{Flight: k, Err: err}
		}
		f.plans[k] = first.Plan()
		f.pods[k] = f.plans[k].PODs(&t)
		if k == 0 {
			f.planner, f.task = first, t
		}
	}
	return f, nil
}

// FlightError says which of several flights cannot be planned, from 0 on.
type FlightError struct {
	Flight int
	Err    error
}

func (e *FlightError) Error() string { return fmt.Sprintf("flight %d: %v", e.Flight, e.Err) }

// Unwrap returns what is wrong with it.
func (e *FlightError) Unwrap() error { return e.Err }

// left is what the first flights leave, one of them apart.
func (f *Fleet) left(first, but int) *Prior {
	p := f.tasks[0].Prior
	for k := range first {
		if k != but {
			p = p.Left(f.pods[k])
		}
	}
	return p
}

// Improve makes up to so many moves, in whole rounds, and tells whether more are to be made.
func (f *Fleet) Improve(moves int) (more bool, err error) {
	if f.planner == nil {
		return false, nil
	}
	if f.planner.Improve(moves) {
		return true, nil
	}
	p := f.planner.Plan()
	if f.pass == 0 || p.POS > f.task.Prior.POS(f.pods[f.at]) {
		f.plans[f.at], f.pods[f.at] = p, p.PODs(&f.task)
	}
	f.planner = nil
	if f.at++; f.at == len(f.tasks) {
		f.at = 0
		f.pass++
	}
	if f.pass == passes || f.pass > 0 && len(f.tasks) == 1 {
		return false, nil
	}
	f.task = f.tasks[f.at]
	others := f.at // those before it at first, all of them then
	if f.pass > 0 {
		others = len(f.tasks)
	}
	f.task.Prior = f.left(others, f.at)
	if f.planner, err = NewPlanner(&f.task, f.seed+uint64(f.at+f.pass*len(f.tasks)), f.iterations); err != nil {
		return false, &FlightError{Flight: f.at, Err: err}
	}
	return true, nil
}

// Plans are the best so far, each with the POS that it adds to those before it, and what all find together. No way of
// sharing the work out finds more than PooledBound.
func (f *Fleet) Plans() (plans []*Plan, pos float64) {
	all := f.tasks[0].Prior
	for k, p := range f.plans {
		pod := f.pods[k]
		if k == f.at && f.planner != nil {
			now := f.planner.Plan()
			// What it is to be kept for is counted beside all others.
			if f.pass == 0 || now.POS > f.task.Prior.POS(pod) {
				p, pod = now, now.PODs(&f.task)
			}
		}
		added := *p
		added.POS = all.POS(pod)
		all = all.Left(pod)
		pos += added.POS
		plans = append(plans, &added)
	}
	return plans, pos
}

// PooledBound is bound B1 and B2 of several tasks together, over the prior of the first: their efforts added up, and in
// each cell the best detection of any.
func PooledBound(tasks []Task) float64 {
	prior := tasks[0].Prior
	detection := make([]float64, prior.Cells())
	effort := Effort(0)
	for k := range tasks {
		t := &tasks[k]
		useful := func(c int) bool { return prior.POC[c] > 0 && t.detection(c) > 0 }
		for c := range detection {
			detection[c] = max(detection[c], t.detection(c))
		}
		effort += Effort(t.Sweep) * Effort(max(0, t.Length-prior.distance(t.origin(), useful)-prior.distance(t.Base, useful)))
	}
	return prior.Looks(effort, detection)
}

// Flight is a route and when it begins, counted from a common instant.
type Flight struct {
	Legs     []Leg
	Airspeed Airspeed
	Begins   time.Duration
}

// near is how finely two flights are compared.
const near = 10 * time.Second

// Closest is how close two flights come while both are in the air, and when; ok is false where they never are at once.
// They are compared every ten seconds, so that the true distance may be smaller by what both fly in five.
func Closest(a, b Flight) (distance geodesy.Length, at time.Duration, ok bool) {
	from := max(a.Begins, b.Begins)
	to := min(a.Begins+a.Airspeed.Duration(a.Legs), b.Begins+b.Airspeed.Duration(b.Legs))
	best := math.Inf(1)
	wa, wb := walk{flight: a}, walk{flight: b}
	for t := from; t <= to; t += near {
		p, q := wa.at(t-a.Begins), wb.at(t-b.Begins)
		if d := math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y)); d < best {
			best, at, ok = d, t, true
		}
	}
	return geodesy.Length(best), at, ok
}

// walk goes along a flight in the order of time.
type walk struct {
	flight Flight
	leg    int
	before time.Duration // of the legs before it
}

func (w *walk) at(t time.Duration) Pose {
	for w.leg < len(w.flight.Legs) {
		l := &w.flight.Legs[w.leg].Link
		n := w.flight.Airspeed.Time(l)
		if t-w.before < n {
			return l.At(l.Length() * geodesy.Length(float64(t-w.before)/float64(n)))
		}
		w.before += n
		w.leg++
	}
	return w.flight.Legs[len(w.flight.Legs)-1].End()
}

// Separate lets flights wait, in their order, in steps until each stays so far from all before it. Those from one base
// are close at its ends whatever is done: what is nearer to that base than the distance does not count there, as a tower
// parts them. ok is false where waiting as long as the longest flight does not help.
func Separate(flights []Flight, apart geodesy.Length, step time.Duration) (out []Flight, ok bool) {
	ok = true
	for _, f := range flights {
		limit := f.Begins + f.Airspeed.Duration(f.Legs)
		for !clearOf(f, out, apart) {
			if f.Begins += step; f.Begins > limit {
				ok = false
				break
			}
		}
		out = append(out, f)
	}
	return out, ok
}

func clearOf(f Flight, others []Flight, apart geodesy.Length) bool {
	for _, g := range others {
		from := max(f.Begins, g.Begins)
		to := min(f.Begins+f.Airspeed.Duration(f.Legs), g.Begins+g.Airspeed.Duration(g.Legs))
		wf, wg := walk{flight: f}, walk{flight: g}
		home := f.Legs[len(f.Legs)-1].End().Point
		for t := from; t <= to; t += near {
			p, q := wf.at(t-f.Begins), wg.at(t-g.Begins)
			if distance(p.Point, q.Point) < apart && (distance(p.Point, home) > 2*apart || distance(q.Point, home) > 2*apart) {
				return false
			}
		}
	}
	return true
}

func distance(a, b Point) geodesy.Length {
	return geodesy.Length(math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)))
}

// Resume is what remains of a plan that was broken off: its lanes from where it stopped on. On the lane that it was on it
// begins again before that point by the overlap, in whole cells, so that no strip is left out between.
func (p *Plan) Resume(t *Task, flown, overlap geodesy.Length) []Lane {
	at := geodesy.Length(0)
	lane := 0
	for _, leg := range p.Route(t) {
		n := leg.Length()
		if leg.Sensed {
			lane++
			if at+n > flown {
				l := p.Lanes[lane-1]
				done := int32(math.Floor(float64(max(0, flown-at-overlap) / t.Prior.Cell)))
				if l.backward() {
					l.To -= done
				} else {
					l.From += done
				}
				return append([]Lane{l}, p.Lanes[lane:]...)
			}
		}
		at += n
	}
	return nil
}
