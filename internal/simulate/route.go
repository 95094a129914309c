package simulate

import (
	"fmt"
	"math"
	"sort"
	"time"
)

const gravity = 9.80665

// piece is a leg or an arc of the flown path with its place on the time axis.
type piece struct {
	from, until float64 // seconds from the start
	start       point   // of a leg; the centre of an arc
	azimuth     float64 // of a leg at its start; from the centre to the start of an arc
	radius      float64 // metres; zero is a leg
	sweep       float64 // degrees that the azimuth from the centre turns by, signed; right is positive
	speed       float64 // over ground, m/s
	low, high   float64 // heights at both ends
	bank        float64 // degrees, signed as roll
}

// Flight is a sortie's path, solved: legs are geodesics of the ellipsoid flown at constant ground
// speed, turns and orbits are geodesic circles about a point of it flown at constant angular rate.
// Ground speed is that of the point of the ellipsoid below. It is safe for concurrent use.
type Flight struct {
	pieces []piece
	length float64 // seconds
	sortie *Sortie
}

// Duration is how long the whole route takes, which may be more than the sortie uses.
func (f *Flight) Duration() time.Duration { return time.Duration(f.length * float64(time.Second)) }

// course is where the path is and whither it goes.
type course struct {
	point
	direction float64 // degrees from north
	speed     float64
	climb     float64 // m/s
}

func (p piece) at(t float64) course {
	share := 0.0
	if p.until > p.from {
		share = (t - p.from) / (p.until - p.from)
	}
	c := course{speed: p.speed}
	if p.radius == 0 {
		c.point, c.direction = direct(p.start, p.azimuth, p.speed*(t-p.from))
	} else {
		out := 0.0
		c.point, out = direct(p.start, p.azimuth+share*p.sweep, p.radius)
		c.direction = wrap360(out + math.Copysign(90, p.sweep))
	}
	c.height = p.low + share*(p.high-p.low)
	if p.until > p.from {
		c.climb = (p.high - p.low) / (p.until - p.from)
	}
	return c
}

// at returns the course at seconds from the start, held at both ends.
func (f *Flight) at(t float64) course {
	t = min(max(t, 0), f.length)
	i := sort.Search(len(f.pieces)-1, func(i int) bool { return f.pieces[i].until > t })
	return f.pieces[i].at(t)
}

// roll is the bank at an instant: that of the turn, brought on and off by averaging over ten seconds.
func (f *Flight) roll(t float64) float64 {
	const half = 5.0
	sum := 0.0
	i := sort.Search(len(f.pieces), func(i int) bool { return f.pieces[i].until > t-half })
	for ; i < len(f.pieces) && f.pieces[i].from < t+half; i++ {
		p := f.pieces[i]
		sum += p.bank * (min(p.until, t+half) - max(p.from, t-half))
	}
	return sum / (2 * half)
}

// SortieError is a sortie that cannot be: a notation fault or a thing that cannot be flown or seen.
type SortieError struct {
	Line int // in the YAML; zero when there was none
	What string
}

// Error names the line and what is wrong.
func (e *SortieError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// Plan solves the route of a sortie. Parse has done it already for a sortie that it returned. A
// sortie made otherwise needs a Start and a Route; a waypoint without Speed or Bank takes that of the
// one before it, without looks the camera points straight down. The Flight keeps a copy.
func Plan(s *Sortie) (*Flight, error) {
	if s.flight != nil {
		return s.flight, nil
	}
	own := *s
	own.Route = append([]Waypoint(nil), s.Route...)
	if len(own.Route) < 2 {
		return nil, &SortieError{What: "route: expected two waypoints or more"}
	}
	bank := own.Bank
	if bank == 0 {
		bank = 20
	}
	for i := range own.Route {
		w := &own.Route[i]
		if w.Speed == 0 && i > 0 {
			w.Speed = own.Route[i-1].Speed
		}
		if w.Bank == 0 && w.Orbit.Radius == 0 {
			w.Bank = bank
		}
		if !w.Valid() || !(w.Speed >= 1 && w.Speed <= 1000) || !(w.Bank >= 0 && w.Bank <= 45) || math.Abs(float64(w.Height)) > 30e3 {
			return nil, &SortieError{Line: w.line, What: fmt.Sprintf("waypoint %d: expected a position, 1 to 1000 m/s, a bank of at most 45 deg", i+1)}
		}
	}
	r := router{sortie: &own, here: own.Route[0].point()}
	for i := 1; i < len(own.Route); i++ {
		if err := r.fly(i); err != nil {
			return nil, err
		}
	}
	f := &Flight{pieces: r.pieces, length: r.now, sortie: &own}
	own.flight = f
	if own.Duration == 0 || own.Duration > f.Duration() {
		own.Duration = f.Duration().Truncate(time.Millisecond)
	}
	return f, nil
}

// Place returns where the aircraft is, held at both ends of the route.
func (f *Flight) Place(offset time.Duration) Place { return placeOf(f.at(offset.Seconds()).point) }

// router lays one piece after the other; each begins where the one before it ended, exactly.
type router struct {
	sortie *Sortie
	pieces []piece
	here   point
	now    float64
}

func (w Waypoint) point() point {
	return point{float64(w.Lat), float64(w.Lon), float64(w.Height)}
}

func (r *router) fail(i int, format string, args ...any) error {
	return &SortieError{Line: r.sortie.Route[i].line, What: fmt.Sprintf("waypoint %d: ", i+1) + fmt.Sprintf(format, args...)}
}

// fly goes from here to waypoint i and through its turn or orbit.
func (r *router) fly(i int) error {
	w, speed := r.sortie.Route[i], float64(r.sortie.Route[i-1].Speed)
	goal, ok := r.goal(i, r.here)
	if !ok {
		return r.fail(i, "expected a way to it from outside its orbit")
	}
	length, azimuth, arrival, ok := inverse(r.here, goal)
	if !ok || length < 1 || length > 2e6 {
		return r.fail(i, "expected a leg of 1 m to 2,000 km, the leg to it has %.0f m", length)
	}
	last := i == len(r.sortie.Route)-1
	if w.Orbit.Radius > 0 {
		r.leg(azimuth, length, speed, float64(w.Height))
		sign := 1.0
		if w.Orbit.Left {
			sign = -1
		}
		_, out, _, _ := inverse(w.point(), r.here)
		a := piece{start: w.point(), azimuth: out, radius: float64(w.Orbit.Radius), speed: float64(w.Speed)}
		sweep := sign * 360 * w.Orbit.Turns
		if !last {
			sweep, ok = r.leave(i+1, a, sweep, sign)
			if !ok {
				return r.fail(i, "expected a tangent from the orbit to the next waypoint")
			}
		}
		return r.arc(a, sweep, float64(w.Bank), i)
	}
	if last {
		r.leg(azimuth, length, speed, float64(w.Height))
		return nil
	}
	next, ok := r.goal(i+1, w.point())
	if !ok {
		return r.fail(i+1, "expected a way to it from outside its orbit")
	}
	_, onward, _, ok := inverse(w.point(), next)
	turn := wrap180(onward - arrival)
	if !ok || math.Abs(turn) > 150 {
		return r.fail(i, "expected a turn of at most 150 deg, it has %.0f deg", math.Abs(turn))
	}
	if math.Abs(turn) < 0.01 {
		r.leg(azimuth, length, speed, float64(w.Height))
		return nil
	}
	sign := math.Copysign(1, turn)
	radius := speed * speed / (gravity * math.Tan(float64(w.Bank)*degree))
	lead := radius * math.Tan(math.Abs(turn)/2*degree)
	if lead > length-1 {
		return r.fail(i, "expected a leg long enough for its turns: the leg to it has %.0f m left, its turn takes %.0f m", length, lead)
	}
	r.leg(azimuth, length-lead, speed, float64(w.Height))
	_, heading, _, _ := inverse(r.here, goal)
	centre, _ := direct(r.here, heading+sign*90, radius)
	_, out, _, _ := inverse(centre, r.here)
	a := piece{start: centre, azimuth: out, radius: radius, speed: speed}
	sweep, ok := r.leave(i+1, a, turn-sign*5, sign)
	if !ok || math.Abs(sweep) > 200 {
		return r.fail(i+1, "expected a leg long enough for the turn before it")
	}
	return r.arc(a, sweep, float64(w.Bank), i)
}

// goal is the point of waypoint i to head for from p: itself, or where a geodesic from p touches its
// orbit. The tangent point is found by the secant rule on the azimuth from the centre.
func (r *router) goal(i int, p point) (point, bool) {
	w := r.sortie.Route[i]
	if w.Orbit.Radius == 0 {
		return w.point(), true
	}
	radius, sign := float64(w.Orbit.Radius), 1.0
	if w.Orbit.Left {
		sign = -1
	}
	distance, back, _, ok := inverse(w.point(), p)
	if !ok || distance < 1.02*radius {
		return point{}, false
	}
	miss := func(beta float64) (point, float64) {
		q, out := direct(w.point(), beta, radius)
		_, _, arrival, _ := inverse(p, q)
		return q, wrap180(arrival - (out + sign*90))
	}
	beta := back + sign*math.Acos(radius/distance)/degree
	return secant(beta, miss)
}

// leave returns the sweep of the arc, at least as far as given, after which the course points at
// waypoint i (or at the tangent of its orbit).
func (r *router) leave(i int, a piece, least, sign float64) (float64, bool) {
	miss := func(sweep float64) (point, float64, bool) {
		q, out := direct(a.start, a.azimuth+sweep, a.radius)
		goal, ok := r.goal(i, q)
		if !ok {
			return q, 0, false
		}
		length, onward, _, ok := inverse(q, goal)
		return q, wrap180(onward - (out + sign*90)), ok && length > 1
	}
	// The course turns by one degree for each degree of sweep while the bearing of a distant point
	// hardly changes: what is left to turn, taken in the direction of the turn, leads to the root.
	sweep := least
	_, left, ok := miss(sweep)
	if !ok {
		return 0, false
	}
	if left*sign < 0 {
		left += sign * 360
	}
	sweep += left
	for range 60 {
		_, left, ok = miss(sweep)
		if !ok {
			return 0, false
		}
		sweep += left
		if math.Abs(left) < 1e-11 {
			return sweep, math.Abs(sweep) >= math.Abs(least)-1e-9
		}
	}
	return sweep, math.Abs(left) < 1e-8
}

// secant looks for the azimuth near beta where miss is zero.
func secant(beta float64, miss func(float64) (point, float64)) (point, bool) {
	other := beta + 0.01
	_, m0 := miss(beta)
	q, m1 := miss(other)
	for range 40 {
		if math.Abs(m1) < 1e-11 || m1 == m0 {
			break
		}
		beta, other = other, other-m1*(other-beta)/(m1-m0)
		m0 = m1
		q, m1 = miss(other)
	}
	return q, math.Abs(m1) < 1e-7
}

func (r *router) leg(azimuth, length, speed, height float64) {
	end := r.now + length/speed
	r.pieces = append(r.pieces, piece{
		from: r.now, until: end, start: r.here, azimuth: azimuth, speed: speed, low: r.here.height, high: height,
	})
	r.now = end
	r.here, _ = direct(r.here, azimuth, length)
	r.here.height = height
}

func (r *router) arc(a piece, sweep, bank float64, i int) error {
	if bank == 0 { // an orbit banks as its radius asks
		bank = math.Atan(a.speed*a.speed/(gravity*a.radius)) / degree
	}
	if bank > 45 {
		return r.fail(i, "expected an orbit that needs at most 45 deg of bank, it needs %.0f deg", bank)
	}
	a.sweep, a.bank = sweep, math.Copysign(bank, sweep)
	a.from, a.until = r.now, r.now+math.Abs(sweep)*degree*a.radius/a.speed
	a.low, a.high = r.here.height, r.here.height
	a.start.height = r.here.height
	r.pieces = append(r.pieces, a)
	r.now = a.until
	r.here, _ = direct(a.start, a.azimuth+sweep, a.radius)
	return nil
}

// Crossing is an instant at which a condition on the position changed.
type Crossing struct {
	Offset  time.Duration
	Time    time.Time
	Place   Place
	Entered bool
}

// Crossings returns when the flight's position began and ceased to satisfy a condition, such as
// lying inside a polygon, to a millisecond. A stretch shorter than step may be missed.
func (f *Flight) Crossings(step time.Duration, inside func(Place) bool) []Crossing {
	var found []Crossing
	end := f.sortie.Duration
	was := inside(f.Place(0))
	for low := time.Duration(0); low < end; low += step {
		high := min(low+step, end)
		is := inside(f.Place(high))
		if is == was {
			continue
		}
		a, b := low, high
		for b-a > time.Millisecond {
			if m := a + (b-a)/2; inside(f.Place(m)) == was {
				a = m
			} else {
				b = m
			}
		}
		found = append(found, Crossing{Offset: b, Time: f.sortie.Start.Add(b), Place: f.Place(b), Entered: is})
		was = is
	}
	return found
}
