// Package planning makes flight plans of what a person asks for: it lays a map of probability on a plane, puts the
// aircraft, the wind and the places where it may not be beside it, has the search planned, and writes what comes of it
// for people and for ground-control stations.
package planning

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"overflight/authority"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/search"
)

// Code names what keeps a plan from being made. Its text says what would make it feasible.
type Code string

// The codes, with what their arguments are.
const (
	CodeEmpty     Code = "prior-empty"    // file
	CodeWeight    Code = "prior-weight"   // file, feature, property, got, want
	CodeFile      Code = "prior-file"     // file, what is wrong
	CodeAircraft  Code = "aircraft"       // type, those known
	CodeFigure    Code = "figure"         // aircraft, option
	CodeEndurance Code = "endurance"      // hours asked for, hours that the aircraft has
	CodeShort     Code = "short"          // hours there are, km to the nearest ground worth a look, hours needed
	CodeExcluded  Code = "base-excluded"  // base
	CodeForbidden Code = "base-forbidden" // base, states permitted

	CodeStartExcluded Code = "start-excluded" // where the aircraft is
	CodeNoSpace       Code = "no-space"       // nothing
	CodeLarge         Code = "large"          // km across, most
	CodeNarrow        Code = "narrow"         // sweep width in metres, km across, least sweep width
	CodeWind          Code = "wind"           // wind, airspeed
	CodeRange         Code = "range"          // option, value, range
	CodeFar           Code = "far"            // km from base, most

	CodeLayer        Code = "layer"         // what was given
	CodePlace        Code = "layer-place"   // file
	CodeLayerValue   Code = "layer-value"   // file, value
	CodeLayerEmpty   Code = "layer-empty"   // file
	CodeClearedValue Code = "cleared-value" // file, value
	CodeClearedEmpty Code = "cleared-empty" // file
)

// Fault is a plan that cannot be made.
type Fault struct {
	Code Code
	Args []any
}

func (f *Fault) Error() string { return fmt.Sprintf("planning: %s %v", f.Code, f.Args) }

func fault(c Code, args ...any) error { return &Fault{Code: c, Args: args} }

// Request is what is asked for.
type Request struct {
	Aircraft  authority.Airframe
	Base      geodesy.Position
	Start     *Start // nil: from base
	Hours     time.Duration
	Reserve   time.Duration
	Air       geodesy.Speed // 0: the cruise speed of the type
	Bank      geodesy.Angle
	WindFrom  geodesy.Angle // true, where it comes from
	WindSpeed geodesy.Speed

	File      string // name of the prior
	Features  []geojson.Weighted
	Layers    []Layer
	Cleared   *Cleared      // nil: nobody looked before
	Rest      float64       // probability that the place is not on the map
	HalfLife  time.Duration // of dated tips; 0: they do not fade
	AsOf      time.Time
	Sweep     geodesy.Length
	Detection float64
	Lanes     *geodesy.Angle // true azimuth of lanes; nil: the best of some

	Excluded   []geojson.Polygon
	Permitted  func(geodesy.Position) bool // nil: everywhere outside what is excluded
	States     string                      // what Permitted permits, for a sentence
	Sorties    int
	Seed       uint64
	Iterations int
	Soonest    bool // spend some length on finding sooner
	Patterns   bool // compare with the patterns of IAMSAR
}

// Start is where an aircraft in the air is, and its true course.
type Start struct {
	Position geodesy.Position
	Course   geodesy.Angle
}

// Sortie is one flight of a plan.
type Sortie struct {
	Legs     []search.Leg
	POS      float64 // added to those of the sorties before
	Length   geodesy.Length
	Sensed   geodesy.Length
	Duration time.Duration
	Lanes    int
}

// Pattern is what a pattern of IAMSAR comes to.
type Pattern struct {
	Name search.Pattern
	POS  float64
}

// Plan is what comes of a request.
type Plan struct {
	Request  *Request
	Speed    geodesy.Speed
	Turn     geodesy.Length
	Axis     geodesy.Angle
	Cell     geodesy.Length
	Columns  int
	Rows     int
	Budget   geodesy.Length // over the ground, of a sortie
	Sorties  []Sortie
	POS      float64
	Bound    float64
	Patterns []Pattern // of the first sortie, beside its own bound
	First    float64   // bound of the first sortie
	Turret   *Gimbal   // nil: a camera that looks straight down only

	frame    frame
	task     search.Task
	airspeed search.Airspeed
}

// Position is where a point of the plan's plane lies.
func (p *Plan) Position(q search.Point) geodesy.Position { return p.frame.position(q) }

// farthest is how far off the projection may reach: lengths across are then wrong by one part in 600.
const farthest = 630 * geodesy.Kilometre

// mostTurned is up to how many cells a map is tried in several directions.
const mostTurned = 200_000

// Make plans. Where progress is given it is called with the first plan and then, in the course of the work, with each that is
// better than all before it; what comes out at last does not depend on it. The plan that is passed is not changed later. It
// runs on the caller's goroutine. When the context ends, so does the work, with the context's error.
func Make(ctx context.Context, r *Request, progress func(*Plan)) (*Plan, error) {
	a, err := r.airspeed()
	if err != nil {
		return nil, err
	}
	m, err := survey(r)
	if err != nil {
		return nil, err
	}
	available := r.Hours - r.Reserve
	axes := []geodesy.Angle{90, 105, 120, 135, 150, 165}
	if r.Lanes != nil {
		// Lanes lie along both axes: 15 and 105 degrees are one direction, and one map.
		axes = []geodesy.Angle{90 + geodesy.Angle(math.Mod(math.Mod(float64(*r.Lanes), 90)+90, 90))}
	}
	var best *attempt
	var refused error
	for _, axis := range axes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t, err := m.attempt(r, a, axis, available)
		if err != nil {
			refused = err
			continue
		}
		if best == nil || t.first > best.first {
			best = t
		}
		if t.task.Prior.Cells() > mostTurned {
			break // each direction takes seconds here
		}
	}
	if best == nil {
		return nil, refused
	}
	return best.plan(ctx, r, available, progress)
}

// airspeed is how the aircraft flies, from the request and the figures of its type.
func (r *Request) airspeed() (search.Airspeed, error) {
	for _, x := range []struct {
		option     string
		v          float64
		low, high  float64
		lowAllowed bool
	}{
		{"--hours", r.Hours.Hours(), 0, 1000, false},
		{"--reserve", r.Reserve.Hours(), 0, 1000, true},
		{"--bank", float64(r.Bank), 0, 60, false},
		{"--sweep", float64(r.Sweep) / 1000, 0, 200, false},
		{"--detection", r.Detection, 0, 1, false},
		{"--sorties", float64(r.Sorties), 0, 50, false},
		{"--rest", r.Rest, 0, 0.999999, true},
		{"--iterations", float64(r.Iterations), 0, 1e9, true},
	} {
		if !(x.v <= x.high) || !(x.v > x.low || x.lowAllowed && x.v == x.low) {
			within := fmt.Sprintf("%g..%g", x.low, x.high)
			if !x.lowAllowed {
				within = fmt.Sprintf("> %g, <= %g", x.low, x.high)
			}
			return search.Airspeed{}, fault(CodeRange, x.option, fmt.Sprintf("%g", x.v), within)
		}
	}
	air := r.Air
	if air == 0 {
		air = geodesy.Speed(r.Aircraft.Cruise.Value)
	}
	if air == 0 {
		return search.Airspeed{}, fault(CodeFigure, r.Aircraft.Type, "--speed")
	}
	if e := r.Aircraft.Endurance.Value; e > 0 && r.Hours.Hours() > e {
		return search.Airspeed{}, fault(CodeEndurance, r.Aircraft.Type, fmt.Sprintf("%g", r.Hours.Hours()), fmt.Sprintf("%g", e))
	}
	a := search.Airspeed{Air: air, Bank: r.Bank, Wind: search.Wind{X: r.WindSpeed}}
	if a.Check() != nil {
		return a, fault(CodeWind, fmt.Sprintf("%g", float64(r.WindSpeed)), fmt.Sprintf("%g", float64(air)))
	}
	return a, nil
}

// attempt is a plan along one axis, at first.
type attempt struct {
	frame    frame
	task     search.Task
	airspeed search.Airspeed
	first    float64 // share of the bound
}

func (m *terrain) attempt(r *Request, a search.Airspeed, axis geodesy.Angle, available time.Duration) (*attempt, error) {
	t := &attempt{}
	prior, err := m.prior(r, axis, &t.frame)
	if err != nil {
		return nil, err
	}
	// Wind is told by where it comes from; the plane has its own axes.
	to := t.frame.course(r.WindFrom + 180).Radians()
	a.Wind = search.Wind{X: r.WindSpeed * geodesy.Speed(math.Cos(to)), Y: r.WindSpeed * geodesy.Speed(math.Sin(to))}
	t.airspeed = a
	t.task = search.Task{
		Prior: prior, Sweep: r.Sweep, Detection: []float64{r.Detection}, Turn: a.Turn(), Base: t.frame.plane(r.Base),
		Length: geodesy.Length(float64(a.Air-a.Wind.Speed()) * available.Seconds() * (1 - 1e-9)), // no rounding makes it late
	}
	if r.Start != nil {
		t.task.Start = &search.Pose{Point: t.frame.plane(r.Start.Position), Heading: t.frame.course(r.Start.Course)}
	}
	if err := t.permit(r, m); err != nil {
		return nil, err
	}
	p, err := search.NewPlanner(&t.task, r.Seed, 0)
	if errors.Is(err, search.ErrUnreachable) {
		return nil, t.unreachable(r, available)
	}
	if err != nil {
		return nil, err
	}
	t.first = p.Plan().POS
	return t, nil
}

// permit puts exclusions and states together into what is asked of every position.
func (t *attempt) permit(r *Request, m *terrain) error {
	if m.zones.Contains(r.Base) {
		return fault(CodeExcluded, position(r.Base))
	}
	if r.Permitted != nil && !r.Permitted(r.Base) {
		return fault(CodeForbidden, position(r.Base), r.States)
	}
	if r.Start != nil && m.zones.Contains(r.Start.Position) {
		return fault(CodeStartExcluded, position(r.Start.Position))
	}
	if len(r.Excluded) == 0 && r.Permitted == nil {
		return nil
	}
	// The corners of cells are asked for again by every sortie and every length that is tried.
	known := map[search.Point]bool{}
	t.task.Permitted = func(p search.Point) bool {
		ok, asked := known[p]
		if !asked {
			q := t.frame.position(p)
			ok = !m.zones.Contains(q) && (r.Permitted == nil || r.Permitted(q))
			known[p] = ok
		}
		return ok
	}
	return nil
}

// unreachable says why no lane can be flown: the time there is falls short of the way to the nearest useful cell and back,
// or there is no room.
func (t *attempt) unreachable(r *Request, available time.Duration) error {
	if t.task.Permitted != nil {
		free := t.task
		free.Permitted = nil
		if _, err := search.NewPlanner(&free, 0, 0); !errors.Is(err, search.ErrUnreachable) {
			return fault(CodeNoSpace)
		}
	}
	near := math.Inf(1)
	p := t.task.Prior
	for c, m := range p.POC {
		if m > 0 {
			q := p.Centre(c%p.Columns, c/p.Columns)
			near = min(near, math.Hypot(float64(q.X-t.task.Base.X), float64(q.Y-t.task.Base.Y)))
		}
	}
	slow := float64(t.airspeed.Air - t.airspeed.Wind.Speed())
	// There and back, two turns and a lane of one cell.
	need := (2*near + 4*math.Pi*float64(t.task.Turn) + float64(p.Cell)) / slow / 3600
	return fault(CodeShort, fmt.Sprintf("%.1f", available.Hours()), fmt.Sprintf("%.0f", near/1000), fmt.Sprintf("%.1f", math.Ceil((need+r.Reserve.Hours())*10)/10))
}

// With wind some lengths are tried, until a flight takes so much of the time there is.
const (
	tries  = 6
	enough = 0.98
)

// forOrder is the share of the length that may go into an order that finds sooner.
const forOrder = 0.025

// rounds is how often a plan in the making is shown.
const rounds = 40

// plan improves the attempt, with as much length as fits the time at the true speed over the ground of every leg.
func (t *attempt) plan(ctx context.Context, r *Request, available time.Duration, progress func(*Plan)) (*Plan, error) {
	shown := -1.0
	show := func(p *Plan, longest time.Duration) {
		if progress != nil && longest <= available && p.POS > shown {
			shown = p.POS
			progress(p)
		}
	}
	// The first length is flown in time whatever the wind; the others are tried for what they add.
	var best *Plan
	for range tries {
		tasks := make([]search.Task, r.Sorties)
		for k := range tasks {
			tasks[k] = t.task
			if k > 0 {
				tasks[k].Start = nil
			}
			if r.Soonest {
				tasks[k].Length *= 1 - forOrder
			}
		}
		fleet, err := search.NewFleet(tasks, r.Seed, r.Iterations)
		if err != nil {
			return nil, err
		}
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if progress != nil {
				show(t.routes(r, tasks, fleet, available, false))
			}
			if more, err = fleet.Improve(max(1000, r.Iterations/rounds)); err != nil {
				return nil, err
			}
		}
		out, longest := t.routes(r, tasks, fleet, available, r.Soonest)
		show(out, longest)
		if longest <= available && (best == nil || out.POS > best.POS) {
			best = out
		}
		if r.WindSpeed == 0 || longest <= available && float64(longest) > enough*float64(available) {
			break
		}
		t.task.Length *= geodesy.Length(0.996 * float64(available) / float64(longest))
	}
	if best == nil {
		return nil, fault(CodeNoSpace)
	}
	if r.Patterns {
		t.task.Length = best.Budget
		for _, c := range search.Compare(&t.task) {
			best.Patterns = append(best.Patterns, Pattern{Name: c.Pattern, POS: max(0, c.POS)})
		}
	}
	return best, nil
}

// routes lays out what a fleet has come to, beside its bound, and tells how long its longest flight takes.
func (t *attempt) routes(r *Request, tasks []search.Task, fleet *search.Fleet, available time.Duration, sooner bool) (*Plan, time.Duration) {
	plans, pos := fleet.Plans()
	out := &Plan{
		Request: r, Speed: t.airspeed.Air, Turn: t.task.Turn, Axis: t.frame.axis, Cell: t.task.Prior.Cell,
		Columns: t.task.Prior.Columns, Rows: t.task.Prior.Rows, Budget: t.task.Length, POS: pos,
		frame: t.frame, task: t.task, airspeed: t.airspeed,
	}
	longest := time.Duration(0)
	tasks = slices.Clone(tasks)
	for k, p := range plans {
		if sooner {
			tasks[k].Length = t.task.Length
			p = p.Sooner(&tasks[k])
		}
		legs := p.Route(&tasks[k])
		d := t.airspeed.Duration(legs)
		longest = max(longest, d)
		out.Sorties = append(out.Sorties, Sortie{Legs: legs, POS: p.POS, Length: p.Length, Sensed: p.Sensed, Duration: d, Lanes: len(p.Lanes)})
	}
	// The bound has the wind behind it all the way.
	for k := range tasks {
		tasks[k].Length = t.airspeed.Farthest(available)
	}
	out.Bound, out.First = search.PooledBound(tasks), tasks[0].Bound()
	return out, longest
}

func position(p geodesy.Position) string {
	return fmt.Sprintf("%.5f,%.5f", float64(p.Lat), float64(p.Lon))
}
