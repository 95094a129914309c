package account

import (
	"cmp"
	"math"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/coverage"
	"overflight/geodesy"
	"overflight/sensor"
)

// sight is the ground that was looked at, told by one line.
type sight struct {
	line     airspace.DatedLine
	config   *Config
	ground   *coverage.Ground
	zones    []claim // of ground; Zone is the index
	views    []claim // of the aircraft; View is the index
	lastZone int
	lastView int
	corners  *[4]geodesy.Position     // of the frame at hand
	seen     []shown                  // zones that it shows
	told     []*glance                // looks that it is counted for
	grid     [samples * samples]shown // its sampled points, when it is not in a clearing
	open     clearing
	glances  map[glanceKey]*glance
	near     []airspace.State
	classify func(geodesy.Position) coverage.Zone
}

// claim is a set of states; unplaced is that of an aircraft whose position is not known.
type claim struct {
	states   airspace.States
	unplaced bool
}

// shown is a point of a zone that a frame shows: of seen, the first that was found.
type shown struct {
	zone int
	at   geodesy.Position
}

type glanceKey struct {
	state airspace.State
	from  Vantage
}

// glance is a Look while frames are still coming in.
type glance struct {
	look      Look
	witnesses [witnesses]geodesy.Vector // points of the outline: no point is deeper than its distance to one
	known     int
}

const witnesses = 16

// clearing is a circle about a point in which the claims are the same everywhere.
type clearing struct {
	known  bool
	centre geodesy.Vector
	reach  geodesy.Length // no outline within; 0 when it was not worth while to look
	zone   int
}

// A clearing is looked for as far as this, so that an hour of flying asks for few.
const widest geodesy.Length = 20 * geodesy.Kilometre

// slack makes up for centres of footprints lying below the surface: millimetres at this size.
const slack geodesy.Length = 1

func newSight(l airspace.DatedLine, c *Config) *sight {
	s := &sight{line: l, config: c, ground: coverage.NewGround(c.Ground), glances: map[glanceKey]*glance{}}
	s.classify = func(p geodesy.Position) coverage.Zone {
		// The ground also asks about points beside the footprint.
		z := s.zoneAt(p)
		if !s.shows(z) && holds(s.corners, p) {
			s.sees(shown{z, p})
		}
		return coverage.Zone(z)
	}
	return s
}

// number returns the index of a claim, a new one when it was not met before.
func number(all []claim, last *int, c claim) ([]claim, int) {
	if *last < len(all) && all[*last] == c {
		return all, *last
	}
	i := slices.Index(all, c)
	if i < 0 {
		i = len(all)
		all = append(all, c)
	}
	*last = i
	return all, i
}

func (s *sight) zoneAt(p geodesy.Position) int {
	var z int
	s.zones, z = number(s.zones, &s.lastZone, claim{states: s.line.StatesAt(p)})
	return z
}

func (s *sight) sees(x shown) {
	if !s.shows(x.zone) {
		s.seen = append(s.seen, x)
	}
}

func (s *sight) shows(zone int) bool {
	for i := range s.seen {
		if s.seen[i].zone == zone {
			return true
		}
	}
	return false
}

// look takes a frame with a footprint; false when its ground could not be measured.
func (s *sight) look(f *sensor.Frame, fp *sensor.Footprint) bool {
	at := claim{unplaced: true}
	if p, ok := f.Position.Get(); ok {
		at = claim{states: s.line.StatesAt(p)}
	}
	var view int
	s.views, view = number(s.views, &s.lastView, at)

	var corners [4]geodesy.Vector
	var centre geodesy.Vector
	for i, c := range fp.Corners {
		corners[i] = geodesy.ToECEF(c, 0)
		centre = centre.Plus(corners[i].Times(0.25))
	}
	radius := geodesy.Length(0)
	for _, c := range corners {
		radius = max(radius, arcAbove(c.Minus(centre).Norm()))
	}
	s.seen, s.told, s.corners = s.seen[:0], s.told[:0], &fp.Corners
	uniform := s.clear(centre, radius)
	if uniform {
		s.sees(shown{s.open.zone, fp.Corners[0]})
	} else {
		s.sample(&corners)
		s.enclaves(f, fp, at, centre, radius)
	}
	measured := s.ground.Add(fp, coverage.View(view), s.classify)
	for _, x := range s.seen {
		s.glance(f, fp, x, at, uniform)
	}
	return measured
}

// clear reports whether the claims are the same within radius of centre, a point near the surface.
func (s *sight) clear(centre geodesy.Vector, radius geodesy.Length) bool {
	o := &s.open
	if o.known {
		moved := arcAbove(centre.Minus(o.centre).Norm())
		if moved+radius+slack < o.reach {
			return true
		}
		if moved < max(radius/4, 50) && o.reach < widest {
			return false // the outline is known to be too near
		}
	}
	p, _ := geodesy.FromECEF(centre)
	*o = clearing{known: true, centre: centre, zone: s.zoneAt(p), reach: widest}
	if 2*radius > widest {
		o.reach = 0
		return false
	}
	s.near = s.line.StatesNear(s.near[:0], p, widest)
	for _, st := range s.near {
		if n, ok := s.line.Nearest(st, airspace.Limit, p, o.reach); ok {
			o.reach = min(o.reach, n.Distance)
		}
	}
	return radius+slack < o.reach
}

// samples is the number of points to a side of the grid that a footprint across a border is asked at.
const samples = 5

func (s *sight) sample(corners *[4]geodesy.Vector) {
	for i := range s.grid {
		p := within(corners, i%samples, i/samples)
		s.grid[i] = shown{s.zoneAt(p), p}
		s.sees(s.grid[i])
	}
}

// enclaves counts a frame for the states that lie between the points of the grid: those with territory
// about the footprint whose nearest point is in the footprint.
func (s *sight) enclaves(f *sensor.Frame, fp *sensor.Footprint, at claim, centre geodesy.Vector, radius geodesy.Length) {
	p, _ := geodesy.FromECEF(centre)
	s.near = s.line.StatesNear(s.near[:0], p, radius+slack)
	for _, st := range s.near {
		if slices.ContainsFunc(s.seen, func(x shown) bool { return s.zones[x.zone].states.Has(st) }) {
			continue
		}
		if n, ok := s.line.Nearest(st, airspace.Limit, p, radius+slack); ok && holds(&fp.Corners, n.Point) {
			s.glanceAt(st, f, at).sound(s.line.Line, f, fp, n.Point)
		}
	}
}

// holds reports whether a footprint holds a point, by even and odd, in longitudes about the point.
func holds(corners *[4]geodesy.Position, p geodesy.Position) bool {
	in := false
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		ax, bx := geodesy.LongitudeDifference(p.Lon, a.Lon), geodesy.LongitudeDifference(p.Lon, b.Lon)
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && ax+(bx-ax)*(p.Lat-a.Lat)/(b.Lat-a.Lat) > 0 {
			in = !in
		}
	}
	return in
}

// within returns a point of the grid over the footprint; the outermost are its corners and edges.
func within(c *[4]geodesy.Vector, i, j int) geodesy.Position {
	u, v := float64(i)/(samples-1), float64(j)/(samples-1)
	top := c[sensor.UpperLeft].Times(1 - u).Plus(c[sensor.UpperRight].Times(u))
	low := c[sensor.LowerLeft].Times(1 - u).Plus(c[sensor.LowerRight].Times(u))
	p, _ := geodesy.FromECEF(top.Times(1 - v).Plus(low.Times(v)))
	return p
}

// glance counts a frame for every claimant of a zone that it shows.
func (s *sight) glance(f *sensor.Frame, fp *sensor.Footprint, x shown, at claim, uniform bool) {
	states := s.zones[x.zone].states
	if states.Len() == 0 {
		s.glanceAt("", f, at)
		return
	}
	for i := range states.Len() {
		g := s.glanceAt(states.At(i), f, at)
		if uniform {
			for _, c := range fp.Corners {
				g.sound(s.line.Line, f, fp, c)
			}
			continue
		}
		g.sound(s.line.Line, f, fp, x.at)
		for _, y := range s.grid {
			if y.zone == x.zone {
				g.sound(s.line.Line, f, fp, y.at)
			}
		}
	}
}

func (s *sight) glanceAt(state airspace.State, f *sensor.Frame, at claim) *glance {
	k := glanceKey{state, Outside}
	if at.unplaced {
		k.from = Unplaced
	} else if at.states.Has(state) || state == "" && at.states.Len() == 0 {
		k.from = Inside
	}
	g := s.glances[k]
	if g == nil {
		g = &glance{look: Look{
			State: state, From: k.from,
			Boundary: airspace.Boundary{Source: s.line.Source(), Valid: s.line.Valid},
		}}
		s.glances[k] = g
	}
	if slices.Contains(s.told, g) {
		return g
	}
	s.told = append(s.told, g)
	g.look.Frames++
	if !f.Time.IsZero() {
		g.during(f.Time, s.config.Pause)
	}
	return g
}

// during adds an instant to the intervals.
func (g *glance) during(t time.Time, pause time.Duration) {
	all := g.look.Intervals
	if n := len(all); n > 0 {
		last := &all[n-1]
		if !t.After(last.To.Add(pause)) && !t.Before(last.From.Add(-pause)) {
			if t.Before(last.From) {
				last.From = t
			}
			if t.After(last.To) {
				last.To = t
			}
			last.Frames++
			return
		}
	}
	g.look.Intervals = append(all, Interval{From: t, To: t, Frames: 1})
}

// sound takes an imaged point inside the state as the deepest when it is.
func (g *glance) sound(line airspace.Line, f *sensor.Frame, fp *sensor.Footprint, p geodesy.Position) {
	v := geodesy.ToECEF(p, 0)
	d := &g.look.Deepest
	bound := math.Inf(1)
	for _, w := range g.witnesses[:min(g.known, witnesses)] {
		bound = math.Min(bound, v.Minus(w).Norm())
	}
	if d.Known && arcAbove(bound) <= d.Nearest.Distance+DepthStep {
		return
	}
	limit := arcAbove(bound) + 1
	n, ok := line.Nearest(g.look.State, airspace.Limit, p, limit)
	if !ok {
		return
	}
	g.witnesses[g.known%witnesses] = geodesy.ToECEF(n.Point, 0)
	g.known++
	g.look.Boundary.Uncertainty = max(g.look.Boundary.Uncertainty, n.Uncertainty)
	doubt := n.Uncertainty + fp.Uncertainty
	g.look.Resolved = g.look.Resolved || n.Distance > doubt
	if !d.Known || n.Distance > d.Nearest.Distance {
		*d = Deepest{Known: true, Point: p, Nearest: n, Time: f.Time, Ref: f.Ref, Uncertainty: doubt}
	}
}

// looks returns what was looked at.
func (s *sight) looks() []Look {
	var out []Look
	areas := s.ground.Areas()
	for k, g := range s.glances {
		l := g.look
		l.Intervals = joined(slices.Clone(l.Intervals), s.config.Pause) // the order in which they came still counts
		l.AreaKm2 = areas.UnionKm2(func(key coverage.Key) bool {
			zone, view := &s.zones[key.Zone], &s.views[key.View]
			if k.state == "" && zone.states.Len() > 0 || k.state != "" && !zone.states.Has(k.state) {
				return false
			}
			switch k.from {
			case Unplaced:
				return view.unplaced
			case Inside, Outside:
				inside := view.states.Has(k.state) || k.state == "" && view.states.Len() == 0
				return !view.unplaced && inside == (k.from == Inside)
			}
			return false
		})
		if l.State == "" && l.AreaKm2 == 0 {
			continue // a point on an edge, and no ground
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Look) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.From, b.From))
	})
	return out
}

// joined sorts the intervals and joins those that a pause does not part: frames may come out of order.
func joined(all []Interval, pause time.Duration) []Interval {
	slices.SortFunc(all, func(a, b Interval) int { return a.From.Compare(b.From) })
	var out []Interval
	for _, x := range all {
		if n := len(out); n > 0 && !x.From.After(out[n-1].To.Add(pause)) {
			if x.To.After(out[n-1].To) {
				out[n-1].To = x.To
			}
			out[n-1].Frames += x.Frames
			continue
		}
		out = append(out, x)
	}
	return out
}

// arcAbove returns a length that the geodesic between two points at or below the surface with this
// chord does not exceed: the series of the arc sine, rounded up, by the least radius of curvature of
// WGS 84.
func arcAbove(chord float64) geodesy.Length {
	const least = 6335439
	x := chord / (2 * least)
	if !(x < 0.35) {
		return 20_100 * geodesy.Kilometre
	}
	return geodesy.Length(chord * (1 + x*x*(1.0/6+0.1*x*x)))
}
