package search

import (
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

// Sorties plans several flights, of one aircraft or of several, over the prior of the first. Each is planned on what the
// ones before leave; then each is planned again on what all the others leave, and kept where that finds more. pos is what
// all find together, and bound that of their pooled effort: no way of sharing the work out finds more.
func Sorties(tasks []Task, seed uint64, iterations int) (plans []*Plan, pos, bound float64, err error) {
	prior := tasks[0].Prior
	pods := make([][]float64, len(tasks))
	left := func(but int) *Prior {
		p := prior
		for k, pod := range pods {
			if k != but && pod != nil {
				p = p.Left(pod)
			}
		}
		return p
	}
	plans = make([]*Plan, len(tasks))
	for pass := range 2 {
		if pass == 1 && len(tasks) == 1 {
			break
		}
		for k := range tasks {
			t := tasks[k]
			t.Prior = left(k)
			planner, err := NewPlanner(&t, seed+uint64(k+pass*len(tasks)), iterations)
			if err != nil {
				return nil, 0, 0, err
			}
			for planner.Improve(1 << 20) {
			}
			p := planner.Plan()
			if pods[k] != nil && p.POS <= t.Prior.POS(pods[k]) {
				continue
			}
			plans[k], pods[k] = p, p.PODs(&t)
		}
	}
	all := prior
	for k := range tasks {
		// Each plan says what it adds to those before it.
		plans[k].POS = all.POS(pods[k])
		all = all.Left(pods[k])
		pos += plans[k].POS
	}
	return plans, pos, PooledBound(tasks), nil
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
