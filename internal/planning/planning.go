// Package planning makes flight plans of what a person asks for: it lays a map of probability on a plane, puts the
// aircraft, the wind and the places where it may not be beside it, has the search planned, and writes what comes of it
// for people and for ground-control stations.
package planning

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
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

	CodeOffRoute Code = "off-route" // file, km off it
	CodeFlown    Code = "flown"     // file
	CodePattern  Code = "pattern"   // name
	CodeAllFound Code = "all-found" // file

	CodeTooHigh    Code = "too-high"    // height in metres, longest slant range
	CodeShut       Code = "shut"        // where the aircraft is, km looked around
	CodeSpent      Code = "spent"       // flight, hours in the air, hours that it has
	CodeNoAirspace Code = "no-airspace" // sortie, from, to, what stands against it, states
	CodeLate       Code = "late"        // end of the last flight, end of the period that was asked about
)

// Fault is a plan that cannot be made.
type Fault struct {
	Code Code
	Args []any
	Of   string // which aircraft it is of, where that is not the first
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
	Tips      []Areas // that were typed
	Layers    []Layer
	Cleared   *Cleared      // nil: nobody looked before
	Rest      float64       // probability that the place is not on the map
	HalfLife  time.Duration // of dated tips; 0: they do not fade
	AsOf      time.Time
	Sweep     geodesy.Length
	Detection float64
	Lanes     *geodesy.Angle // true azimuth of one of the directions that lanes lie along; nil: north

	Excluded   []geojson.Polygon
	Permitted  func(geodesy.Position) bool // nil: everywhere outside what is excluded
	States     string                      // what Permitted permits, for a sentence
	Sorties    int
	Seed       uint64
	Iterations int
	Soonest    bool // spend some length on finding sooner
	Patterns   bool // compare with the patterns of IAMSAR
	Turning    bool // work out the bound that counts turns, of a plan of one flight

	Others     []Wing         // aircraft beside the first, which the fields above describe
	Turnaround time.Duration  // on the ground between two sorties of one aircraft
	Apart      geodesy.Length // that flights keep from each other; 0: they need not
	TakeOff    time.Time      // of the first flight; zero is not stated

	Pattern search.Pattern // that every sortie flies; "": optimised routes
	Resume  *Resume        // the route that is taken up again; nil: a new one
	Flown   *Cleared       // what the flight in the air has looked at so far; nil: nothing
	Found   []Found        // places that were found

	Inputs   []Input   // files that the request was made of
	Sensor   *Sensor   // a turret; nil: a camera that looks straight down only
	InAir    *InAir    // the flight whose rest is planned; nil: none of a record
	Airspace *Airspace // what is on record about where the sortie may be; nil: that is not asked
}

// Wing is another aircraft of a plan. Its bank, reserve and sensor are those of the request.
type Wing struct {
	Given    string // how it was asked for, for a sentence
	Aircraft authority.Airframe
	Base     geodesy.Position
	Hours    time.Duration
	Air      geodesy.Speed // 0: the cruise speed of the type
	Sorties  int
}

// Input is a file that a request was made of, or a part of the record, by what was read of it.
type Input struct {
	Option string          `json:"option"` // by which it was given
	Name   string          `json:"name"`
	SHA256 evidence.Digest `json:"sha256"`
}

// InAir is a flight that is on record so far, from which Start, Hours and Flown were taken.
type InAir struct {
	Flight  string
	At      time.Time // of its newest position
	TookOff time.Time // the earliest instant of the record
	Open    bool
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

	Aircraft string // its type
	Wing     int    // which aircraft, from 0 on
	Number   int    // which sortie of it, from 1 on
	Base     geodesy.Position
	Speed    geodesy.Speed
	Begins   time.Duration // after the first take-off
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
	Turning  float64        // bound B5, which counts turns; 0: not worked out
	Patterns []Pattern      // of the first sortie, beside its own bound
	First    float64        // bound of the first sortie
	Turret   *Gimbal        // nil: a camera that looks straight down only
	Value    *Value         // where finds are to come soon; nil: when they come is not counted
	Leaves   geodesy.Length // that the first flight flies out of airspace where it may no longer be, before it searches
	Closest  *Approach      // nil: no two flights are in the air at once

	frame   frame
	wings   []wing
	touched []airspace.State // in whose airspace it might have flown
}

// Approach is how close two flights of a plan come, away from the base where the later one lands.
type Approach struct {
	Distance geodesy.Length
	After    time.Duration // the first take-off
	Sorties  [2]int        // from 1
}

// Position is where a point of the plan's plane lies.
func (p *Plan) Position(q search.Point) geodesy.Position { return p.frame.position(q) }

// prior is what the flights are planned over.
func (p *Plan) prior() *search.Prior { return p.wings[0].task.Prior }

// farthest is how far off the projection may reach: lengths across are then wrong by one part in 600.
const farthest = 630 * geodesy.Kilometre

// Make plans. Where progress is given it is called with the first plan and then, in the course of the work, with each that is
// better than all before it; what comes out at last does not depend on it. The plan that is passed is not changed later. It
// runs on the caller's goroutine. When the context ends, so does the work, with the context's error.
func Make(ctx context.Context, r *Request, progress func(*Plan)) (*Plan, error) {
	wings, err := r.wings()
	if err != nil {
		return nil, err
	}
	if r.Sensor != nil {
		if _, err := r.Sensor.check(); err != nil {
			return nil, err
		}
	}
	m, err := survey(r)
	if err != nil {
		return nil, err
	}
	axis := geodesy.Angle(90) // the map's rows lie along parallels
	if r.Lanes != nil {
		// Lanes lie along both axes: 15 and 105 degrees are one direction, and one map.
		axis = 90 + geodesy.Angle(math.Mod(math.Mod(float64(*r.Lanes), 90)+90, 90))
	}
	t, err := m.attempt(r, wings, axis)
	if err != nil {
		return nil, err
	}
	p, err := t.plan(ctx, r, progress)
	if err != nil {
		return nil, err
	}
	if r.Airspace != nil {
		if err := r.Airspace.within(p); err != nil {
			return nil, err
		}
	}
	if r.Soonest {
		p.Value = p.value()
	}
	if r.Turning && len(p.Sorties) == 1 {
		w := &p.wings[0]
		task := w.task
		task.Length = w.airspeed.Farthest(w.available) // as for the other bounds
		p.Turning = task.Turning()
	}
	if r.Sensor != nil {
		if p.Turret, err = p.gimbal(r.Sensor); err != nil {
			return nil, err
		}
	}
	if err := p.sound(); err != nil {
		return nil, err
	}
	return p, nil
}

// ErrAboveBound is a plan that says that it finds more than can be found. It is a fault of this program, and not shown.
var ErrAboveBound = errors.New("plan above its bound")

// sound holds every figure of a plan to its bound.
func (p *Plan) sound() error {
	const rounding = 1e-9
	if v := p.Value; v != nil && !(v.Value <= v.Bound+rounding) {
		return fmt.Errorf("%w: value %v, bound %v", ErrAboveBound, v.Value, v.Bound)
	}
	if !(p.POS <= p.Bound+rounding) {
		return fmt.Errorf("%w: POS %v, bound %v", ErrAboveBound, p.POS, p.Bound)
	}
	if p.Turning > 0 && !(p.POS <= p.Turning+rounding && p.Turning <= p.Bound+rounding) {
		return fmt.Errorf("%w: POS %v, bound with turns %v, without %v", ErrAboveBound, p.POS, p.Turning, p.Bound)
	}
	for _, x := range p.Patterns {
		if !(x.POS <= p.First+rounding) {
			return fmt.Errorf("%w: %s: POS %v, bound %v", ErrAboveBound, x.Name, x.POS, p.First)
		}
	}
	return nil
}

// attempt is what is planned, laid on a plane.
type attempt struct {
	frame   frame
	wings   []wing
	bound   float64     // of all flights; 0: not worked out yet
	bounded float64     // of the first
	exit    *search.Leg // that the first flight begins with, out of airspace where it may no longer be; nil: none
}

func (m *terrain) attempt(r *Request, wings []wing, axis geodesy.Angle) (*attempt, error) {
	f, prior, err := m.prior(r, axis)
	if err == nil {
		prior, err = r.known(f, prior)
	}
	if err != nil {
		return nil, err
	}
	t := &attempt{frame: f, wings: wings}
	permitted, err := t.permit(r, m, prior)
	if err != nil {
		return nil, err
	}
	detection := r.detection(t.frame, prior)
	// Wind is told by where it comes from; the plane has its own axes.
	to := t.frame.course(r.WindFrom + 180).Radians()
	for k := range t.wings {
		w := &t.wings[k]
		a := &w.airspeed
		a.Wind = search.Wind{X: r.WindSpeed * geodesy.Speed(math.Cos(to)), Y: r.WindSpeed * geodesy.Speed(math.Sin(to))}
		w.task = search.Task{
			Prior: prior, Sweep: r.Sweep, Detection: detection, Turn: a.Turn(), Base: t.frame.plane(w.Base), Permitted: permitted,
			Length: geodesy.Length(float64(a.Air-a.Wind.Speed()) * w.available.Seconds() * (1 - 1e-9)), // no rounding makes it late
		}
		if k == 0 && r.Start != nil {
			w.task.Start = t.frame.pose(r.Start)
		}
	}
	exit, ok := t.leave(permitted)
	if !ok {
		return nil, fault(CodeShut, position(r.Start.Position), fmt.Sprintf("%.0f", float64(leaving)/1000))
	}
	if exit != nil {
		t.exit = exit
		if t.wings[0].task.Length -= exit.Length(); t.wings[0].task.Length <= 0 {
			return nil, t.unreachable(r, 0)
		}
	}
	if r.Resume == nil && r.Pattern == "" {
		return t, nil // whether anything is reached comes out at once where routes are optimised
	}
	switch _, err := search.NewPlanner(&t.wings[0].task, r.Seed, 0); {
	case errors.Is(err, search.ErrUnreachable):
		return nil, t.unreachable(r, 0)
	case err != nil:
		return nil, err
	}
	return t, nil
}

// mostKnown is of how many places it is remembered whether the aircraft may be there: about 60 MB.
const mostKnown = 1 << 20

// permit puts exclusions and states together into what is asked of every position; nil where that is nothing.
func (t *attempt) permit(r *Request, m *terrain, prior *search.Prior) (func(search.Point) bool, error) {
	for k := range t.wings {
		w := &t.wings[k]
		if m.zones.Contains(w.Base) {
			return nil, w.fault(CodeExcluded, position(w.Base))
		}
		if r.Permitted != nil && !r.Permitted(w.Base) {
			return nil, w.fault(CodeForbidden, position(w.Base), r.States)
		}
		if r.Airspace != nil && !r.Airspace.holds(w.Base) {
			if err := r.refused(t.frame, prior, w.Base); err != nil {
				return nil, err
			}
		}
	}
	if r.Start != nil && m.zones.Contains(r.Start.Position) {
		return nil, fault(CodeStartExcluded, position(r.Start.Position))
	}
	if len(r.Excluded) == 0 && r.Permitted == nil && r.Airspace == nil {
		return nil, nil
	}
	// The corners of cells are asked for again by every sortie and every length that is tried.
	known := map[search.Point]bool{}
	return func(p search.Point) bool {
		ok, asked := known[p]
		if !asked {
			q := t.frame.position(p)
			ok = !m.zones.Contains(q) && r.permitted(q)
			if len(known) >= mostKnown {
				clear(known)
			}
			known[p] = ok
		}
		return ok
	}, nil
}

func position(p geodesy.Position) string {
	return fmt.Sprintf("%.5f,%.5f", float64(p.Lat), float64(p.Lon))
}
