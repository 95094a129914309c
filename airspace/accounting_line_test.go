package airspace

import (
	"math"
	"slices"
	"testing"
	"time"

	"overflight/flight"
	"overflight/geodesy"
)

// outlines is a Line of simple polygons, exact and slow: every edge is looked at, and the nearest
// point of an edge is found by ternary search over Karney distances.
type outlines struct {
	name  string
	doubt geodesy.Length
	rings map[State][]geodesy.Position // open rings, straight in longitude and latitude
	faces map[State]map[int]State      // neighbour by the number of the edge
}

func (o *outlines) Source() Source { return Source{Name: o.name, Version: "1"} }

func (o *outlines) states() []State {
	var all []State
	for s := range o.rings {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

func (o *outlines) StatesAt(p geodesy.Position) States {
	var out States
	for _, s := range o.states() {
		ring, in := o.rings[s], false
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat) {
				in = !in
			}
		}
		if in {
			out.list[out.n] = s
			out.n++
		}
	}
	return out
}

func least(a, b geodesy.Position, f func(geodesy.Position) geodesy.Length) (geodesy.Length, geodesy.Position) {
	at := func(t float64) geodesy.Position {
		return geodesy.Position{
			Lat: a.Lat + geodesy.Angle(t)*(b.Lat-a.Lat),
			Lon: a.Lon + geodesy.Angle(t)*(b.Lon-a.Lon),
		}
	}
	lo, hi := 0.0, 1.0
	for range 50 {
		x, y := lo+(hi-lo)/3, hi-(hi-lo)/3
		if f(at(x)) < f(at(y)) {
			hi = y
		} else {
			lo = x
		}
	}
	best, q := f(at(lo)), at(lo)
	for _, end := range []geodesy.Position{a, b} {
		if d := f(end); d < best {
			best, q = d, end
		}
	}
	return best, q
}

func (o *outlines) Nearest(s State, k EdgeKind, p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	n := Nearest{Distance: geodesy.Length(math.Inf(1)), Uncertainty: o.doubt}
	ring := o.rings[s]
	for i, a := range ring {
		face := o.faces[s][i]
		if k == LandBorder && face == "" {
			continue
		}
		d, q := least(a, ring[(i+1)%len(ring)], func(q geodesy.Position) geodesy.Length { return geodesy.Distance(p, q) })
		if d < n.Distance {
			n.Distance, n.Point, n.Neighbour = d, q, face
		}
	}
	return n, n.Distance <= limit
}

func (o *outlines) StatesNear(dst []State, p geodesy.Position, radius geodesy.Length) []State {
	for _, s := range o.states() {
		in := o.StatesAt(p)
		if _, ok := o.Nearest(s, Limit, p, radius); ok || in.Has(s) {
			dst = append(dst, s)
		}
	}
	return dst
}

func (o *outlines) LeastPath(s State, a, b geodesy.Position, limit geodesy.Length) (geodesy.Length, geodesy.Position, bool) {
	best, at := geodesy.Length(math.Inf(1)), geodesy.Position{}
	ring := o.rings[s]
	for i, from := range ring {
		d, q := least(from, ring[(i+1)%len(ring)], func(q geodesy.Position) geodesy.Length {
			return geodesy.Distance(a, q) + geodesy.Distance(q, b)
		})
		if d < best {
			best, at = d, q
		}
	}
	return best, at, best <= limit
}

// box returns the corners of a box, counter-clockwise from the south-west: edges 0 south, 1 east, 2
// north, 3 west.
func box(south, west, north, east geodesy.Angle) []geodesy.Position {
	return []geodesy.Position{{Lat: south, Lon: west}, {Lat: south, Lon: east}, {Lat: north, Lon: east}, {Lat: north, Lon: west}}
}

// twoStates is AAA and BBB side by side on the equator, with the border at 10 E and sea all round.
func twoStates(doubt geodesy.Length) *outlines {
	return &outlines{
		name: "two", doubt: doubt,
		rings: map[State][]geodesy.Position{"AAA": box(-1, 9, 1, 10), "BBB": box(-1, 10, 1, 11)},
		faces: map[State]map[int]State{"AAA": {1: "BBB"}, "BBB": {3: "AAA"}},
	}
}

var midnight = time.Date(2025, 2, 5, 0, 0, 0, 0, time.UTC)

// knot is a turning point of a test flight: seconds after midnight and position.
type knot struct {
	sec      float64
	lat, lon geodesy.Angle
}

func pathOf(knots ...knot) flight.Path {
	p := flight.Path{Resolution: time.Millisecond}
	for _, k := range knots {
		p.Fixes = append(p.Fixes, flight.Fix{
			Time:     midnight.Add(time.Duration(k.sec * float64(time.Second))),
			Position: geodesy.Position{Lat: k.lat, Lon: k.lon}, GroundSpeed: -1,
		})
	}
	return p
}

func reckon(t *testing.T, p flight.Path, cfg Config, lines ...Line) Reckoning {
	t.Helper()
	var dated []DatedLine
	for _, l := range lines {
		dated = append(dated, DatedLine{Line: l})
	}
	r, err := Reckon(p, dated, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
