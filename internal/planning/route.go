package planning

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"overflight/geodesy"
	"overflight/search"
)

// Route is one sortie of a plan that was written before: its legs in their order.
type Route struct {
	Name string // of its file
	Legs []RouteLeg
}

// RouteLeg is a line that is flown, sensed or not.
type RouteLeg struct {
	Points []geodesy.Position
	Sensed bool
}

// Resume is a route that is taken up again.
type Resume struct {
	Route   *Route
	Elapsed time.Duration  // since its take-off; 0 is not known
	Overlap geodesy.Length // by which the lane that was broken off begins earlier
}

// Found is a place that was found: what it held of the map is not looked for any more.
type Found struct {
	Position geodesy.Position
	Radius   geodesy.Length
}

// Bounds of a route's file.
const (
	mostLegs   = 100_000
	mostPoints = 1_000_000
)

// ErrRoute is a file that holds no route of a plan.
var ErrRoute = errors.New("expected the GeoJSON of a plan, with lines that have sortie, leg and sensed")

// ReadRoute reads a sortie of a plan's GeoJSON, as WriteGeoJSON writes it. Other features are left out.
func ReadRoute(b []byte, name string, sortie int) (*Route, error) {
	var file struct {
		Features []struct {
			Geometry *struct {
				Type        string          `json:"type"`
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
			Properties *struct {
				Sortie int   `json:"sortie"`
				Leg    int   `json:"leg"`
				Sensed *bool `json:"sensed"`
			} `json:"properties"`
		} `json:"features"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRoute, err)
	}
	out := &Route{Name: name}
	last, points := 0, 0
	for i, f := range file.Features {
		if f.Geometry == nil || f.Geometry.Type != "LineString" || f.Properties == nil || f.Properties.Sensed == nil || f.Properties.Sortie != sortie {
			continue
		}
		var line [][]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &line); err != nil {
			return nil, fmt.Errorf("%w: feature %d: %w", ErrRoute, i, err)
		}
		if points += len(line); len(out.Legs) == mostLegs || points > mostPoints {
			return nil, fmt.Errorf("%w: more than %d legs or %d points", ErrRoute, mostLegs, mostPoints)
		}
		if f.Properties.Leg <= last || len(line) < 2 {
			return nil, fmt.Errorf("%w: feature %d: leg %d of %d points behind leg %d", ErrRoute, i, f.Properties.Leg, len(line), last)
		}
		last = f.Properties.Leg
		leg := RouteLeg{Sensed: *f.Properties.Sensed}
		for _, c := range line {
			if len(c) < 2 {
				return nil, fmt.Errorf("%w: feature %d: a position of %d numbers", ErrRoute, i, len(c))
			}
			p := geodesy.Position{Lat: geodesy.Angle(c[1]), Lon: geodesy.Angle(c[0])}
			if !p.Valid() {
				return nil, fmt.Errorf("%w: feature %d: %v is no position", ErrRoute, i, c)
			}
			leg.Points = append(leg.Points, p)
		}
		out.Legs = append(out.Legs, leg)
	}
	if len(out.Legs) == 0 {
		return nil, fmt.Errorf("%w: none of sortie %d", ErrRoute, sortie)
	}
	return out, nil
}

// plane lays a route on the plane as straight legs.
func (r *Route) plane(f frame) []search.Leg {
	var out []search.Leg
	for _, leg := range r.Legs {
		var before search.Point
		for i, p := range leg.Points {
			q := f.plane(p)
			if n := math.Hypot(float64(q.X-before.X), float64(q.Y-before.Y)); i > 0 && n > 0 {
				pose := search.Pose{Point: before, Heading: geodesy.Angle(math.Atan2(float64(q.Y-before.Y), float64(q.X-before.X)) * 180 / math.Pi)}
				out = append(out, search.Leg{Link: search.Straight(pose, geodesy.Length(n)), Sensed: leg.Sensed})
			}
			before = q
		}
	}
	return out
}

// along is how far along a route an aircraft is. Routes come back to where they were: of the places near it counts the one that
// is nearest to how far the aircraft can have come by its time; where that is not known, the nearest of all.
func along(legs []search.Leg, at search.Point, sweep, expected geodesy.Length) (flown, off geodesy.Length) {
	const step = 100
	type place struct{ s, d float64 }
	var near, nearest place
	near.d, nearest.d = math.Inf(1), math.Inf(1)
	s := geodesy.Length(0)
	for i := range legs {
		n := legs[i].Length()
		for a := geodesy.Length(0); a < n; a += step {
			q := legs[i].At(a)
			p := place{float64(s + a), math.Hypot(float64(q.X-at.X), float64(q.Y-at.Y))}
			if p.d < nearest.d {
				nearest = p
			}
			// Half a sweep width is as far off as the next lane.
			late := math.Abs(p.s - float64(expected))
			if p.d <= float64(sweep)/2 && (math.IsInf(near.d, 1) || late < math.Abs(near.s-float64(expected))) {
				near = p
			}
		}
		s += n
	}
	if expected == 0 || math.IsInf(near.d, 1) {
		near = nearest
	}
	return geodesy.Length(near.s), geodesy.Length(near.d)
}

// farOff is how many sweep widths off its route an aircraft may be.
const farOff = 3

// resume flies what remains of a route that was broken off.
func (t *attempt) resume(r *Request, tasks []task) (*Plan, []float64, error) {
	x := tasks[0].Task
	legs := r.Resume.Route.plane(t.frame)
	flown := geodesy.Length(0)
	if r.Start != nil {
		var off geodesy.Length
		expected := geodesy.Length(float64(t.wings[0].airspeed.Air) * r.Resume.Elapsed.Seconds())
		if flown, off = along(legs, x.Start.Point, r.Sweep, expected); off > farOff*r.Sweep {
			return nil, nil, fault(CodeOffRoute, r.Resume.Route.Name, fmt.Sprintf("%.0f", float64(off)/1000))
		}
	}
	left := search.Resume(legs, flown, r.Resume.Overlap)
	if len(left) == 0 {
		return nil, nil, fault(CodeFlown, r.Resume.Route.Name)
	}
	route := search.Follow(&x, left)
	if len(route) == 0 {
		return nil, nil, t.unreachable(r, 0)
	}
	out, longest := t.outline(r, tasks, []Sortie{t.measured(&x, route)})
	return out, longest, nil
}

// pattern flies a pattern of IAMSAR, each sortie over what those before leave.
func (t *attempt) pattern(r *Request, tasks []task) (*Plan, []float64, error) {
	prior := tasks[0].Prior
	sorties := make([]Sortie, len(tasks))
	for k := range tasks {
		x := tasks[k].Task
		x.Prior = prior
		c, ok := r.Pattern.Best(&x)
		if !ok {
			return nil, nil, t.wings[tasks[k].wing].fault(CodePattern, string(r.Pattern))
		}
		sorties[k] = t.measured(&x, c.Legs)
		prior = prior.Left(search.PODs(prior, c.Legs, x.Sweep, x.Detection))
	}
	out, longest := t.outline(r, tasks, sorties)
	return out, longest, nil
}

// measured is a sortie of a route that does not follow the lattice.
func (t *attempt) measured(x *search.Task, legs []search.Leg) Sortie {
	s := Sortie{Legs: legs, POS: x.Prior.POS(search.PODs(x.Prior, legs, x.Sweep, x.Detection))}
	s.Length, s.Sensed = search.Length(legs)
	for i := range legs {
		if legs[i].Sensed {
			s.Lanes++
		}
	}
	return s
}

// known takes places that were found off the map.
func (r *Request) known(f frame, p *search.Prior) (*search.Prior, error) {
	if len(r.Found) == 0 {
		return p, nil
	}
	pod := make([]float64, p.Cells())
	for _, x := range r.Found {
		at := f.plane(x.Position)
		for c := range pod {
			q := p.Centre(c%p.Columns, c/p.Columns)
			if math.Hypot(float64(q.X-at.X), float64(q.Y-at.Y)) <= float64(x.Radius) {
				pod[c] = 1
			}
		}
	}
	left := p.Left(pod)
	if !(left.Mass() > 0) {
		return nil, fault(CodeAllFound, r.File)
	}
	return p.Missed(pod)
}
