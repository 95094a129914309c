package authority

import (
	"fmt"
	"math"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
)

// Foreseen is what a plan comes to, told by boundaries: whose airspace, whose ground from outside, how near to whom.
type Foreseen struct {
	Crossings  []Crossing
	LookIns    []LookIn
	Approaches []Approach
}

// step is the greatest distance between two places at which a route is looked at. A strip that is narrower may be missed.
const step geodesy.Length = 500

// mostSteps bounds the places of a route.
const mostSteps = 200_000

// Foresee tells a plan by boundaries as if it took off at an instant. Between two points the aircraft goes along the
// geodesic, its speed and climb even. States in standOff are approached; none of them is when it is entered.
func Foresee(p *Plan, takeOff time.Time, lines []airspace.DatedLine, standOff []airspace.State) (Foreseen, error) {
	fixes, err := route(p, takeOff)
	if err != nil {
		return Foreseen{}, err
	}
	path := flight.Path{Aircraft: flight.Aircraft{Registration: p.Aircraft.Tail, Type: p.Aircraft.Type}, Source: "plan", Resolution: time.Second, Fixes: fixes}
	// A plan has no silences: the gap is longer than any step takes.
	told, err := airspace.Reckon(path, lines, airspace.Config{Gap: 24 * time.Hour, MaxSpeed: 400})
	if err != nil {
		return Foreseen{}, fmt.Errorf("plan %s: %w", p.Sortie, err)
	}
	var out Foreseen
	for i := range told.Entries {
		if e := &told.Entries[i]; e.Fixes > 0 {
			out.Crossings = append(out.Crossings, crossing(e, fixes))
		}
	}
	line := inForce(lines, takeOff)
	if line == nil {
		return Foreseen{}, fmt.Errorf("plan %s: %w", p.Sortie, airspace.ErrNoLine)
	}
	shift := takeOff.Sub(p.From())
	for i := range p.Looks {
		out.LookIns = append(out.LookIns, looksIn(&p.Looks[i], shift, fixes, line)...)
	}
	for _, s := range standOff {
		if a, near := approach(s, out.Crossings, fixes, line); near {
			out.Approaches = append(out.Approaches, a)
		}
	}
	return out, nil
}

func inForce(lines []airspace.DatedLine, at time.Time) airspace.Line {
	for _, l := range lines {
		if l.Valid.InForce(at) {
			return l.Line
		}
	}
	return nil
}

// route is the plan as fixes.
func route(p *Plan, takeOff time.Time) ([]flight.Fix, error) {
	shift := takeOff.Sub(p.From())
	var out []flight.Fix
	for i := range p.Route {
		b := &p.Route[i]
		if i == 0 {
			out = append(out, fixOf(b.Position(), altitude(b), b.At.Add(shift)))
			continue
		}
		a := &p.Route[i-1]
		length, azimuth, _ := geodesy.Inverse(a.Position(), b.Position())
		n := max(1, int(math.Ceil(float64(length/step))))
		if len(out)+n > mostSteps {
			return nil, fmt.Errorf("plan %s: %w", p.Sortie, fault("route", "longer", fmt.Sprintf("at most %g km", float64(mostSteps)*float64(step)/1000)))
		}
		line := geodesy.NewLine(a.Position(), azimuth)
		flown := b.At.Sub(a.At)
		for k := 1; k <= n; k++ {
			share := float64(k) / float64(n)
			h := altitude(b)
			if a.Datum == b.Datum {
				h.Value = geodesy.Length(a.Altitude + share*(b.Altitude-a.Altitude))
			}
			at := line.Position(geodesy.Length(share) * length)
			if k == n {
				at = b.Position()
			}
			out = append(out, fixOf(at, h, a.At.Add(shift+time.Duration(share*float64(flown)))))
		}
	}
	return out, nil
}

func altitude(w *Waypoint) geodesy.Altitude {
	a := geodesy.Altitude{Value: geodesy.Length(w.Altitude), Datum: geodesy.HAE}
	if w.Datum == "MSL" {
		a.Datum = geodesy.MSL
	}
	return a
}

func fixOf(p geodesy.Position, a geodesy.Altitude, at time.Time) flight.Fix {
	return flight.Fix{Time: at, Position: p, Altitude: a, GroundSpeed: -1}
}

// crossing is an entry of a path, with places along it: at most mostSamples, the first and the last among them.
func crossing(e *airspace.Entry, fixes []flight.Fix) Crossing {
	c := Crossing{State: e.State, From: e.First.Time, To: e.Last.Time, Verdict: e.Verdict}
	if e.FromLimit.Known {
		c.Depth = e.FromLimit.Nearest.Distance
	}
	if !e.Entered.Earliest.IsZero() && e.Entered.Earliest.Before(c.From) {
		c.From = e.Entered.Earliest
	}
	if !e.Left.Latest.IsZero() && e.Left.Latest.After(c.To) {
		c.To = e.Left.Latest
	}
	inside := fixes[e.First.Index : e.Last.Index+1]
	every := max(1, (len(inside)+mostSamples-1)/mostSamples)
	for i := 0; i < len(inside); i += every {
		c.Samples = append(c.Samples, sampleOf(&inside[i]))
	}
	if (len(inside)-1)%every != 0 {
		c.Samples = append(c.Samples, sampleOf(&inside[len(inside)-1]))
	}
	return c
}

const mostSamples = 2000

func sampleOf(f *flight.Fix) Sample {
	return Sample{At: f.Time, Position: f.Position, Altitude: f.Altitude}
}

// looksIn lists the states whose ground a planned look shows while the aircraft is outside their airspace.
func looksIn(l *LookPlan, shift time.Duration, fixes []flight.Fix, line airspace.Line) []LookIn {
	from, to := l.From.Add(shift), l.To.Add(shift)
	var seen []airspace.State
	for _, p := range l.Area.points() {
		states := line.StatesAt(p)
		for i := range states.Len() {
			seen = append(seen, states.At(i))
		}
	}
	slices.Sort(seen)
	var out []LookIn
	for _, s := range slices.Compact(seen) {
		if outside(s, from, to, fixes, line) {
			out = append(out, LookIn{State: s, From: from, To: to, Resolved: true})
		}
	}
	return out
}

// outside reports whether the aircraft is outside a state at some instant of a period.
func outside(s airspace.State, from, to time.Time, fixes []flight.Fix, line airspace.Line) bool {
	for i := range fixes {
		if f := &fixes[i]; !f.Time.Before(from) && !f.Time.After(to) {
			if states := line.StatesAt(f.Position); !states.Has(s) {
				return true
			}
		}
	}
	return false
}

// points are places of an area that are close enough to find the states it lies in: its corners, the middles of its edges,
// and a grid of 12 by 12 over it.
func (a *Area) points() []geodesy.Position {
	corners := a.Polygon
	if len(corners) == 0 {
		corners = a.Line
	}
	var out []geodesy.Position
	box := [2][2]float64{corners[0], corners[0]}
	for i, p := range corners {
		q := corners[(i+1)%len(corners)]
		out = append(out, place(p), place([2]float64{(p[0] + near(q[0], p[0])) / 2, (p[1] + q[1]) / 2}))
		for k := range 2 {
			v := p[k]
			if k == 0 {
				v = near(v, corners[0][0])
			}
			box[0][k], box[1][k] = min(box[0][k], v), max(box[1][k], v)
		}
	}
	const cells = 12
	for i := range cells {
		for j := range cells {
			p := geodesy.Position{
				Lon: geodesy.NormalizeLongitude(geodesy.Angle(box[0][0] + (box[1][0]-box[0][0])*(float64(i)+0.5)/cells)),
				Lat: geodesy.Angle(box[0][1] + (box[1][1]-box[0][1])*(float64(j)+0.5)/cells),
			}
			if a.Holds(p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// farthest is how far off a state may be to be an approach at all.
const farthest geodesy.Length = 300_000

// approach is how near a route comes to the outline of a state that it does not enter.
func approach(s airspace.State, crossings []Crossing, fixes []flight.Fix, line airspace.Line) (Approach, bool) {
	for i := range crossings {
		if crossings[i].State == s {
			return Approach{}, false
		}
	}
	best := Approach{State: s, Nearest: farthest}
	found := false
	for i := 0; i < len(fixes); i++ {
		n, ok := line.Nearest(s, airspace.Limit, fixes[i].Position, best.Nearest)
		if ok && n.Distance < best.Nearest {
			best.Nearest, best.At, found = n.Distance, fixes[i].Time, true
		}
	}
	return best, found
}
