package airspace

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// shore is the edges of a tile in Earth-centred coordinates, for distances: each edge cut into pieces
// short enough for the straight line in space to stay within centimetres of the edge.
type shore struct {
	points []shorePoint // the pieces of a chain run between successive points
	groups []shoreGroup
	coasts []coast
}

// shorePoint is a point of an edge: part/of along the edge that begins at vertex from.
type shorePoint struct {
	at   geodesy.Vector
	from int32
	part uint16
	of   uint16
}

// shoreGroup is successive pieces of one chain, between points first and last, inside a ball.
type shoreGroup struct {
	ball        ball
	sag         float64 // no point of an edge is farther than this from its piece
	chain       int32
	first, last int32
}

// ball holds part of an outline.
type ball struct {
	centre geodesy.Vector
	radius float64
}

// coast is the groups along the outline of one state.
type coast struct {
	state  uint16
	groups []int32
	shared []bool // the group runs beside another state
}

const (
	leastPiece  = 2000.0 // metres; sags by 8 cm at mid latitudes
	mostPieces  = 1 << 19
	groupPieces = 12
	leastCurve  = 6335439.0 // least and greatest radius of curvature of WGS 84, metres
	mostCurve   = 6399594.0
)

// shore returns the tile's edges for distances, made at the first question.
func (t *tile) shore(c *chart) *shore {
	if s := t.search.Load(); s != nil {
		return s
	}
	s := t.newShore(c)
	if !t.search.CompareAndSwap(nil, s) {
		s = t.search.Load()
	}
	return s
}

func (t *tile) newShore(c *chart) *shore {
	s := &shore{}
	ox, oy := cellOrigin(t.cell)
	length := t.pieceLength(oy)
	for i, k := range t.chains {
		start := len(s.points)
		sags := []float64{}
		for v := k.from; v < k.to; v++ {
			n, sag := t.division(v, oy, length)
			for part := range n {
				s.points = append(s.points, shorePoint{t.pointOn(v, float64(part)/float64(n), ox, oy), v, uint16(part), uint16(n)})
				sags = append(sags, sag)
			}
		}
		s.points = append(s.points, shorePoint{t.pointOn(k.to, 0, ox, oy), k.to, 0, 1})
		end := len(s.points) - 1
		for first := start; first < end; first += groupPieces {
			last := min(first+groupPieces, end)
			g := shoreGroup{chain: int32(i), first: int32(first), last: int32(last), sag: slices.Max(sags[first-start : last-start])}
			g.ball = around(s.points[first : last+1])
			g.ball.radius += g.sag
			s.groups = append(s.groups, g)
		}
	}
	for i := range s.groups {
		k := t.chains[s.groups[i].chain]
		left, right := c.sets[k.left].indexes, c.sets[k.right].indexes
		s.enter(left, right, int32(i))
		s.enter(right, left, int32(i))
	}
	return s
}

// enter notes group g for every state that is on one side of it only.
func (s *shore) enter(own, other []uint16, g int32) {
	for _, st := range own {
		if slices.Contains(other, st) {
			continue
		}
		k := slices.IndexFunc(s.coasts, func(c coast) bool { return c.state == st })
		if k < 0 {
			k = len(s.coasts)
			s.coasts = append(s.coasts, coast{state: st})
		}
		s.coasts[k].groups = append(s.coasts[k].groups, g)
		s.coasts[k].shared = append(s.coasts[k].shared, len(other) > 0)
	}
}

// pieceLength is how long pieces may be: two kilometres, unless that made too many of them. Longer ones
// sag more, which the search allows for.
func (t *tile) pieceLength(oy int64) float64 {
	total := 0
	for _, k := range t.chains {
		for v := k.from; v < k.to; v++ {
			n, _ := t.division(v, oy, leastPiece)
			total += n
		}
	}
	return leastPiece * math.Max(1, float64(total)/mostPieces)
}

// division says into how many pieces the edge after vertex v is cut, and how far a piece sags: the
// edge is no straight line in space (curvature 1/R down) and, but for the equator and the meridians,
// no geodesic (curvature tan(latitude)/R sideways).
func (t *tile) division(v int32, oy int64, pieceLength float64) (n int, sag float64) {
	lat := (float64(t.ys[v]) + float64(oy)) * 1e-7 * math.Pi / 180
	to := (float64(t.ys[v+1]) + float64(oy)) * 1e-7 * math.Pi / 180
	lowest := math.Min(math.Abs(lat), math.Abs(to))
	if (lat < 0) != (to < 0) {
		lowest = 0
	}
	dx := float64(t.xs[v+1]-t.xs[v]) * 1e-7 * math.Pi / 180 * math.Cos(lowest)
	length := math.Hypot(dx, to-lat) * mostCurve
	n = min(int(length/pieceLength)+1, math.MaxUint16)
	piece := length / float64(n)
	highest := math.Min(math.Max(math.Abs(lat), math.Abs(to)), 1.57)
	return n, piece * piece / (8 * leastCurve) * (1 + math.Tan(highest)) * 1.05
}

// pointOn returns the point at parameter at of the edge after vertex v.
func (t *tile) pointOn(v int32, at float64, ox, oy int64) geodesy.Vector {
	return geodesy.ToECEF(t.positionOn(v, at, ox, oy), 0)
}

func (t *tile) positionOn(v int32, at float64, ox, oy int64) geodesy.Position {
	x, y := float64(int64(t.xs[v])+ox), float64(int64(t.ys[v])+oy)
	if at > 0 {
		x += at * float64(t.xs[v+1]-t.xs[v])
		y += at * float64(t.ys[v+1]-t.ys[v])
	}
	return geodesy.Position{Lat: geodesy.Angle(y / 1e7), Lon: geodesy.Angle(x / 1e7)}
}

// around returns a ball that holds the points.
func around(points []shorePoint) ball {
	lo, hi := points[0].at, points[0].at
	for _, p := range points {
		lo = geodesy.Vector{X: math.Min(lo.X, p.at.X), Y: math.Min(lo.Y, p.at.Y), Z: math.Min(lo.Z, p.at.Z)}
		hi = geodesy.Vector{X: math.Max(hi.X, p.at.X), Y: math.Max(hi.Y, p.at.Y), Z: math.Max(hi.Z, p.at.Z)}
	}
	b := ball{centre: lo.Plus(hi).Times(0.5)}
	for _, p := range points {
		b.radius = math.Max(b.radius, p.at.Minus(b.centre).Norm())
	}
	return b
}

// ballsOf returns one ball for each part of the outline.
func (c *chart) ballsOf(o *outline) []ball {
	o.once.Do(func() {
		o.balls = make([]ball, len(o.parts))
		for i, p := range o.parts {
			x, y := cellOrigin(c.tiles[p.tile].cell)
			at := func(px, py float64) geodesy.Vector {
				lat := min(90, (float64(y)+py/255*cellUnits)/1e7)
				return geodesy.ToECEF(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle((float64(x) + px/255*cellUnits) / 1e7)}, 0)
			}
			w, s, e, n := float64(p.w), float64(p.s), float64(p.e), float64(p.n)
			b := ball{centre: at((w+e)/2, (s+n)/2)}
			for _, q := range [8][2]float64{{w, s}, {w, n}, {e, s}, {e, n}, {w, (s + n) / 2}, {e, (s + n) / 2}, {(w + e) / 2, s}, {(w + e) / 2, n}} {
				b.radius = math.Max(b.radius, at(q[0], q[1]).Minus(b.centre).Norm())
			}
			b.radius = b.radius*1.001 + 1
			o.balls[i] = b
		}
		if len(o.balls) > 0 {
			o.all.centre = o.balls[0].centre
		}
		for _, b := range o.balls {
			o.all.radius = math.Max(o.all.radius, b.centre.Minus(o.all.centre).Norm()+b.radius)
		}
	})
	return o.balls
}

// whole returns a ball that holds the outline.
func (o *outline) whole(c *chart) ball {
	c.ballsOf(o)
	return o.all
}
