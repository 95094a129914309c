// Package planning makes flight plans of what a person asks for: it lays a map of probability on a plane, puts the
// aircraft, the wind and the places where it may not be beside it, has the search planned, and writes what comes of it
// for people and for ground-control stations.
package planning

import (
	"errors"
	"fmt"
	"math"
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

	File      string         // name of the prior
	Map       *Map           // nil: it is built of the features and layers
	Cell      geodesy.Length // of the map that is built, about; 0: chosen
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

// Make plans.
func Make(r *Request) (*Plan, error) {
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
	return best.plan(r, available)
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
	if err := t.reachable(r, available); err != nil {
		return nil, err
	}
	p, err := search.NewPlanner(&t.task, r.Seed, 0)
	if errors.Is(err, search.ErrUnreachable) {
		return nil, fault(CodeNoSpace)
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
			if len(known) >= mostKnown {
				clear(known)
			}
			known[p] = ok
		}
		return ok
	}
	return nil
}

// reachable compares the time there is with the way to the nearest useful cell and back.
func (t *attempt) reachable(r *Request, available time.Duration) error {
	free := t.task
	free.Permitted = nil
	if _, err := search.NewPlanner(&free, 0, 0); !errors.Is(err, search.ErrUnreachable) {
		return nil
	}
	code, args := tooShort(free, t.airspeed.Air-t.airspeed.Wind.Speed(), r.Reserve, available, &r.Aircraft)
	return fault(code, args...)
}

// With wind some lengths are tried, until a flight takes so much of the time there is.
const (
	tries  = 6
	enough = 0.98
)

// forOrder is the share of the length that may go into an order that finds sooner.
const forOrder = 0.025

// plan improves the attempt, with as much length as fits the time at the true speed over the ground of every leg.
func (t *attempt) plan(r *Request, available time.Duration) (*Plan, error) {
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
		plans, pos, _, err := search.Sorties(tasks, r.Seed, r.Iterations)
		if err != nil {
			return nil, err
		}
		longest := time.Duration(0)
		out := &Plan{
			Request: r, Speed: t.airspeed.Air, Turn: t.task.Turn, Axis: t.frame.axis, Cell: t.task.Prior.Cell,
			Columns: t.task.Prior.Columns, Rows: t.task.Prior.Rows, Budget: t.task.Length, POS: pos,
			frame: t.frame, task: t.task, airspeed: t.airspeed,
		}
		for k, p := range plans {
			if r.Soonest {
				tasks[k].Length = t.task.Length
				p = p.Sooner(&tasks[k])
			}
			legs := p.Route(&tasks[k])
			d := t.airspeed.Duration(legs)
			longest = max(longest, d)
			out.Sorties = append(out.Sorties, Sortie{Legs: legs, POS: p.POS, Length: p.Length, Sensed: p.Sensed, Duration: d, Lanes: len(p.Lanes)})
		}
		if longest <= available && (best == nil || out.POS > best.POS) {
			// The bound has the wind behind it all the way.
			for k := range tasks {
				tasks[k].Length = t.airspeed.Farthest(available)
			}
			out.Bound, out.First = search.PooledBound(tasks), tasks[0].Bound()
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

func position(p geodesy.Position) string {
	return fmt.Sprintf("%.5f,%.5f", float64(p.Lat), float64(p.Lon))
}
