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

// PooledBound is bound B1 to B3 of several tasks together, over the prior of the first: their efforts pooled, in each cell
// the best detection of any, and none where no permitted position of any sees it.
func PooledBound(tasks []Task) float64 { return pooled(tasks, true) }

// BoundUntil is PooledBound for flights that need not be home yet: their lengths are those flown until an instant.
func BoundUntil(tasks []Task) float64 { return pooled(tasks, false) }

func pooled(tasks []Task, home bool) float64 {
	prior := tasks[0].Prior
	detection := make([]float64, prior.Cells())
	sorties := make([]Sortie, len(tasks))
	for k := range tasks {
		t := &tasks[k]
		seen := t.seen()
		for c := range detection {
			if seen == nil || seen[c] {
				detection[c] = max(detection[c], t.detection(c))
			}
		}
		useful := func(c int) bool { return t.Prior.POC[c] > 0 && t.detection(c) > 0 }
		way := t.Prior.distance(t.origin(), useful)
		if home {
			way += t.Prior.distance(t.Base, useful)
		}
		sorties[k] = Sortie{Length: t.Length, Sweep: t.Sweep, Nearest: way / 2}
	}
	return prior.Seen(func(i, j int) bool { return detection[j*prior.Columns+i] > 0 }).Looks(Pooled(sorties), detection)
}

// Flight is a route and when it begins, counted from a common instant.
type Flight struct {
	Legs     []Leg
	Airspeed Airspeed
	Begins   time.Duration
	Aircraft int // flights of one aircraft follow each other
}

// Ends is when it is over.
func (f *Flight) Ends() time.Duration { return f.Begins + f.Airspeed.Duration(f.Legs) }

// near is how finely two flights are compared.
const near = 10 * time.Second

// Closest is how close two flights come while both are in the air, and when; ok is false where they never are at once.
// Where both are nearer than the last argument to the base at which the first ends does not count: a tower parts them there.
// They are compared every ten seconds, so that the true distance may be smaller by what both fly in five.
func Closest(a, b Flight, home geodesy.Length) (least geodesy.Length, at time.Duration, ok bool) {
	best := geodesy.Length(math.Inf(1))
	together(&a, &b, home, func(d geodesy.Length, t time.Duration) bool {
		if d < best {
			best, at, ok = d, t, true
		}
		return true
	})
	return best, at, ok
}

// together calls f with how far two flights are apart while both are in the air, until it returns false.
func together(a, b *Flight, home geodesy.Length, f func(geodesy.Length, time.Duration) bool) {
	from, to := max(a.Begins, b.Begins), min(a.Ends(), b.Ends())
	base := a.Legs[len(a.Legs)-1].End().Point
	wa, wb := walk{flight: *a}, walk{flight: *b}
	for t := from; t <= to; t += near {
		p, q := wa.at(t-a.Begins), wb.at(t-b.Begins)
		if distance(p.Point, base) <= home && distance(q.Point, base) <= home {
			continue
		}
		if !f(distance(p.Point, q.Point), t) {
			return
		}
	}
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

// Separate lets flights wait, in their order, in steps until each stays so far from all before it, and begins no sooner than
// a turnaround after the one before it of the same aircraft. Those from one base are close at its ends whatever is done:
// where both are within twice the distance of that base does not count there. Once all others are down nothing is near, so
// that waiting always ends.
func Separate(flights []Flight, apart geodesy.Length, turnaround, step time.Duration) []Flight {
	var out []Flight
	for _, f := range flights {
		for i := range out {
			if out[i].Aircraft == f.Aircraft {
				f.Begins = max(f.Begins, out[i].Ends()+turnaround)
			}
		}
		for apart > 0 && !clearOf(&f, out, apart) {
			f.Begins += step
		}
		out = append(out, f)
	}
	return out
}

func clearOf(f *Flight, others []Flight, apart geodesy.Length) bool {
	for i := range others {
		clear := true
		together(f, &others[i], 2*apart, func(d geodesy.Length, _ time.Duration) bool {
			clear = d >= apart
			return clear
		})
		if !clear {
			return false
		}
	}
	return true
}

func distance(a, b Point) geodesy.Length {
	return geodesy.Length(math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)))
}

// Resume is what remains to be sensed of a route that was broken off after so much of it: its sensed legs from there on, each
// of them straight. The leg that it was on begins again before that point by the overlap, so that no strip is left out between.
func Resume(legs []Leg, flown, overlap geodesy.Length) []Leg {
	var out []Leg
	at := geodesy.Length(0)
	for i := range legs {
		l := &legs[i]
		n := l.Length()
		if l.Sensed && at+n > flown {
			done := max(0, flown-at-overlap)
			out = append(out, Leg{Link: Straight(l.At(done), n-done), Sensed: true})
		}
		at += n
	}
	return out
}

// Follow flies straight legs in their order, with shortest paths between them and home, as far as the length of the task goes:
// it is home in time. What of them lies where the aircraft may not be is left out, as is what cannot be reached or left.
func Follow(t *Task, lanes []Leg) []Leg {
	line := make([]segment, len(lanes))
	for i := range lanes {
		line[i] = segment{lanes[i].From.Point, lanes[i].End().Point}
	}
	g := groundOf(t)
	return fly(t, g.clipped(t, line), g)
}
