package airspace

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"overflight/geodesy"
	"overflight/validity"
)

// Outline is the territory of a state, or a part of it, as one feature of a file gives it. Rings are
// closed; the first ring of a polygon is the outer one and runs counter-clockwise, holes run clockwise
// (RFC 7946, clause 3.1.6).
type Outline struct {
	State    State
	Feature  int // number of the feature in the file, for errors
	Polygons [][][]geodesy.Position
	// Uncertainty of the line, when the file states it.
	Uncertainty geodesy.Length
	Certain     bool
}

// OfficialConfig is what an OfficialLine is made from.
type OfficialConfig struct {
	Source   Source
	Valid    validity.Period
	Outlines []Outline
	// Uncertainty stands in where the file states none.
	Uncertainty func(s, neighbour State, at geodesy.Position) geodesy.Length
}

// OfficialLine is the outlines of one or a few states from a file that somebody answers for, in force
// for a period. It holds the states of the file and nothing of any other.
type OfficialLine struct {
	Valid  validity.Period
	source Source
	states []State
	charts []*chart // one for each state
}

// The reasons for which a ring is refused.
var (
	ErrRingOpen        = errors.New("the last position does not repeat the first")
	ErrRingShort       = errors.New("fewer than four positions")
	ErrRingRange       = errors.New("a position is outside the world")
	ErrRingEdge        = errors.New("an edge is longer than 45 degrees")
	ErrRingCrossing    = errors.New("edges cross or overlap")
	ErrRingOrientation = errors.New("the ring runs the wrong way (RFC 7946 wants outer rings counter-clockwise, holes clockwise)")
	ErrRingOutside     = errors.New("the hole lies outside its outer ring")
	ErrNoOutline       = errors.New("airspace: no outline")
)

// RingError says which ring of a boundary file was refused, where and why. Nothing is repaired.
type RingError struct {
	State   State
	Feature int
	Polygon int
	Ring    int
	At      geodesy.Position
	Err     error // one of the ErrRing errors
}

// Error gives the place in the file and on the ground.
func (e *RingError) Error() string {
	return fmt.Sprintf("feature %d (%s), polygon %d, ring %d, at %.7f, %.7f: %v",
		e.Feature, e.State, e.Polygon, e.Ring, float64(e.At.Lat), float64(e.At.Lon), e.Err)
}

// Unwrap returns the reason.
func (e *RingError) Unwrap() error { return e.Err }

// NewOfficialLine checks the outlines and makes a line of them. Outlines of one state add up; they must
// not overlap.
func NewOfficialLine(c OfficialConfig) (*OfficialLine, error) {
	if len(c.Outlines) == 0 {
		return nil, ErrNoOutline
	}
	l := &OfficialLine{Valid: c.Valid, source: c.Source}
	rings := map[State][]checkedRing{}
	doubt := map[State]geodesy.Length{}
	for _, o := range c.Outlines {
		list, err := checkRings(o)
		if err != nil {
			return nil, err
		}
		if _, ok := rings[o.State]; !ok {
			l.states = append(l.states, o.State)
		}
		rings[o.State] = append(rings[o.State], list...)
		if o.Certain {
			doubt[o.State] = max(doubt[o.State], o.Uncertainty)
		}
	}
	slices.Sort(l.states)
	edges := map[[2]gridPoint]State{}
	for _, s := range l.states {
		if err := checkCrossings(s, rings[s]); err != nil {
			return nil, err
		}
		for _, r := range rings[s] {
			for i, a := range r.points {
				edges[[2]gridPoint{a, r.points[(i+1)%len(r.points)]}] = s
			}
		}
	}
	for _, s := range l.states {
		ch := newSoloChart(s, l.states, rings[s], edges)
		ch.source = c.Source
		ch.uncertainty = c.Uncertainty
		if d, ok := doubt[s]; ok {
			ch.uncertainty = func(State, State, geodesy.Position) geodesy.Length { return d }
		}
		l.charts = append(l.charts, ch)
	}
	return l, nil
}

// Source names the file.
func (l *OfficialLine) Source() Source { return l.source }

// States returns the states that the file holds, sorted.
func (l *OfficialLine) States() []State { return slices.Clone(l.states) }

// StatesAt returns the states of the file that hold p.
func (l *OfficialLine) StatesAt(p geodesy.Position) States {
	var out States
	for _, c := range l.charts {
		if c.setAt(p) != 0 && out.n < len(out.list) {
			out.list[out.n] = c.states[c.sets[1].indexes[0]]
			out.n++
		}
	}
	return out
}

func (l *OfficialLine) chart(s State) (*chart, bool) {
	i, ok := slices.BinarySearch(l.states, s)
	if !ok {
		return nil, false
	}
	return l.charts[i], true
}

// Nearest is as the Line says. An edge counts as a land border when two states of the file share it.
func (l *OfficialLine) Nearest(s State, k EdgeKind, p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	c, ok := l.chart(s)
	if !ok {
		return Nearest{}, false
	}
	return c.Nearest(s, k, p, limit)
}

// NearestBound is as that of an Atlas.
func (l *OfficialLine) NearestBound(s State, k EdgeKind, p geodesy.Position) (lower, upper geodesy.Length, ok bool) {
	c, ok := l.chart(s)
	if !ok {
		return 0, 0, false
	}
	return c.NearestBound(s, k, p)
}

// NearestFrom is as that of an Atlas.
func (l *OfficialLine) NearestFrom(hint geodesy.Position, s State, k EdgeKind, p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	c, ok := l.chart(s)
	if !ok {
		return Nearest{}, false
	}
	return c.NearestFrom(hint, s, k, p, limit)
}

// StatesNear appends the states of the file with territory within radius of p.
func (l *OfficialLine) StatesNear(dst []State, p geodesy.Position, radius geodesy.Length) []State {
	for i, c := range l.charts {
		if c.setAt(p) != 0 {
			dst = append(dst, l.states[i])
		} else if _, ok := c.Nearest(l.states[i], Limit, p, radius); ok {
			dst = append(dst, l.states[i])
		}
	}
	return dst
}

// LeastPath is as the Line says.
func (l *OfficialLine) LeastPath(s State, a, b geodesy.Position, limit geodesy.Length) (geodesy.Length, geodesy.Position, bool) {
	c, ok := l.chart(s)
	if !ok {
		return 0, geodesy.Position{}, false
	}
	return c.LeastPath(s, a, b, limit)
}

// Rings returns the outline of s as closed rings, as those of an Atlas.
func (l *OfficialLine) Rings(s State) [][]geodesy.Position {
	c, ok := l.chart(s)
	if !ok {
		return nil
	}
	return c.Rings(s)
}

// checkedRing is a ring on the grid, without the repeated position, and where it stood in the file.
type checkedRing struct {
	points                 []gridPoint
	feature, polygon, ring int
}

func (r *checkedRing) refuse(s State, at geodesy.Position, why error) error {
	return &RingError{State: s, Feature: r.feature, Polygon: r.polygon, Ring: r.ring, At: at, Err: why}
}

// checkRings checks each ring for itself, and each hole against its outer ring.
func checkRings(o Outline) ([]checkedRing, error) {
	var out []checkedRing
	for pi, polygon := range o.Polygons {
		for ri, ring := range polygon {
			r := checkedRing{feature: o.Feature, polygon: pi, ring: ri}
			if len(ring) == 0 {
				return nil, r.refuse(o.State, geodesy.Position{}, ErrRingShort)
			}
			if len(ring) < 4 {
				return nil, r.refuse(o.State, ring[0], ErrRingShort)
			}
			for i, p := range ring {
				if !p.Valid() {
					return nil, r.refuse(o.State, p, ErrRingRange)
				}
				g := gridPoint{int64(math.Round(float64(p.Lon)*1e7)) + maxLonUnits, int64(math.Round(float64(p.Lat)*1e7)) + maxLatUnits}
				if n := len(r.points); n > 0 {
					if max(absInt(g.x-r.points[n-1].x), absInt(g.y-r.points[n-1].y)) > maxEdgeUnits {
						return nil, r.refuse(o.State, p, ErrRingEdge)
					}
					if g == r.points[n-1] {
						continue // closer than the grid
					}
				}
				if i == len(ring)-1 {
					if g != r.points[0] {
						return nil, r.refuse(o.State, p, ErrRingOpen)
					}
					continue
				}
				r.points = append(r.points, g)
			}
			if len(r.points) > 1 && r.points[len(r.points)-1] == r.points[0] {
				r.points = r.points[:len(r.points)-1]
			}
			if len(r.points) < 3 {
				return nil, r.refuse(o.State, ring[0], ErrRingShort)
			}
			out = append(out, r)
			if a := gridArea(r.points); (a > 0) != (ri == 0) {
				if err := checkCrossings(o.State, []checkedRing{r}); err != nil {
					return nil, err // a ring that crosses itself runs no way at all
				}
				return nil, r.refuse(o.State, ring[0], ErrRingOrientation)
			}
			if outer := out[len(out)-1-ri]; ri > 0 && !holdsRing(outer.points, r.points) {
				return nil, r.refuse(o.State, ring[0], ErrRingOutside)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("feature %d (%s): %w", o.Feature, o.State, ErrNoOutline)
	}
	return out, nil
}

func absInt(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}

// gridArea is twice the area; the sign is right for any ring whose area is not lost in rounding.
func gridArea(r []gridPoint) float64 {
	var a float64
	for i := 1; i+1 < len(r); i++ {
		a += float64(r[i].x-r[0].x)*float64(r[i+1].y-r[0].y) - float64(r[i+1].x-r[0].x)*float64(r[i].y-r[0].y)
	}
	return a
}

// holdsRing reports whether every corner of the hole lies in the outer ring or on it.
func holdsRing(outer, hole []gridPoint) bool {
	for _, p := range hole {
		in, on := false, false
		for i, a := range outer {
			b := outer[(i+1)%len(outer)]
			if turnOfGrid(a, b, p) == 0 && p.x >= min(a.x, b.x) && p.x <= max(a.x, b.x) && p.y >= min(a.y, b.y) && p.y <= max(a.y, b.y) {
				on = true
				break
			}
			if (a.y > p.y) != (b.y > p.y) {
				if a.y > b.y {
					a, b = b, a
				}
				if turnOfGrid(a, b, p) > 0 {
					in = !in
				}
			}
		}
		if !in && !on {
			return false
		}
	}
	return true
}

// turnOfGrid is the sign of the turn a-b-c. Edges are at most 45 degrees long and the world is 360 wide.
func turnOfGrid(a, b, c gridPoint) int64 {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}

// checkCrossings refuses edges of one state that cross, lie on each other, or touch within one ring.
func checkCrossings(s State, rings []checkedRing) error {
	type edge struct {
		a, b    gridPoint
		ring, i int
	}
	var edges []edge
	for k, r := range rings {
		for i, a := range r.points {
			b := r.points[(i+1)%len(r.points)]
			edges = append(edges, edge{a, b, k, i})
		}
	}
	slices.SortFunc(edges, func(e, f edge) int {
		return int(min(max(min(e.a.x, e.b.x)-min(f.a.x, f.b.x), -1), 1))
	})
	// Sweep eastward; live edges are kept by strips of latitude so that few are compared.
	const strip = cellUnits / 20
	live := make([][]int32, 2*maxLatUnits/strip+1)
	for k := range edges {
		e := &edges[k]
		west := min(e.a.x, e.b.x)
		for row := min(e.a.y, e.b.y) / strip; row <= max(e.a.y, e.b.y)/strip; row++ {
			kept := live[row][:0]
			for _, j := range live[row] {
				f := &edges[j]
				if max(f.a.x, f.b.x) < west {
					continue
				}
				kept = append(kept, j)
				if max(e.a.y, e.b.y) < min(f.a.y, f.b.y) || max(f.a.y, f.b.y) < min(e.a.y, e.b.y) {
					continue
				}
				n := len(rings[e.ring].points)
				next := e.ring == f.ring && ((e.i+1)%n == f.i || (f.i+1)%n == e.i)
				if at, bad := conflict(e.a, e.b, f.a, f.b, e.ring == f.ring, next); bad {
					return rings[e.ring].refuse(s, at.position(), ErrRingCrossing)
				}
			}
			live[row] = append(kept, int32(k))
		}
	}
	return nil
}

// conflict reports whether two edges cross or overlap; edges of one ring may share a corner only when
// one follows the other.
func conflict(a, b, c, d gridPoint, sameRing, next bool) (gridPoint, bool) {
	o1, o2 := turnOfGrid(a, b, c), turnOfGrid(a, b, d)
	o3, o4 := turnOfGrid(c, d, a), turnOfGrid(c, d, b)
	if (o1 > 0 && o2 < 0 || o1 < 0 && o2 > 0) && (o3 > 0 && o4 < 0 || o3 < 0 && o4 > 0) {
		t := float64(o3) / (float64(o3) - float64(o4))
		return gridPoint{a.x + int64(t*float64(b.x-a.x)), a.y + int64(t*float64(b.y-a.y))}, true
	}
	between := func(p, q, r gridPoint) bool {
		return r.x >= min(p.x, q.x) && r.x <= max(p.x, q.x) && r.y >= min(p.y, q.y) && r.y <= max(p.y, q.y)
	}
	touches := 0
	var at gridPoint
	for _, t := range []struct {
		o       int64
		p, q, r gridPoint
	}{{o1, a, b, c}, {o2, a, b, d}, {o3, c, d, a}, {o4, c, d, b}} {
		if t.o == 0 && between(t.p, t.q, t.r) {
			touches++
			at = t.r
		}
	}
	if o1 == 0 && o2 == 0 { // one line
		shared := a == c || a == d || b == c || b == d
		return at, touches > 0 && (!shared || touches > 2)
	}
	if next {
		return at, false
	}
	return at, sameRing && touches > 0
}
