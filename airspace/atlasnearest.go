package airspace

import (
	"math"

	"overflight/geodesy"
)

// The search works with chords, which are cheap, and converts to geodesics with the least and the
// greatest radius of curvature: a geodesic of chord c is at least 2R asin(c/2R) for the greatest R and
// at most that for the least. The two differ by 2 cm in 100 km and by 20 m in 1,000 km; whatever lies
// within that of the best is measured exactly.

func leastArc(chord float64) float64 {
	return 2 * mostCurve * math.Asin(math.Min(1, chord/(2*mostCurve)))
}

func mostArc(chord float64) float64 {
	if chord > 1.8*leastCurve {
		return math.Pi * mostCurve
	}
	return 2 * leastCurve * math.Asin(chord/(2*leastCurve))
}

// mostChord is the longest chord of a geodesic of length arc.
func mostChord(arc float64) float64 {
	if arc >= math.Pi*mostCurve {
		return 2 * mostCurve
	}
	return 2 * mostCurve * math.Sin(arc/(2*mostCurve))
}

// competing returns the chord within which a piece may still beat one at chord c.
func competing(c float64) float64 {
	if c < 1e6 {
		return c + c*c*c*2.3e-17 + 1e-6
	}
	return mostChord(mostArc(c)) + 1e-6
}

// shoreHit is a piece that may hold the nearest point.
type shoreHit struct {
	tile  *tile
	group *shoreGroup
	point int32
	least float64 // chord
}

// shoreSearch looks for the pieces of an outline nearest to a point.
type shoreSearch struct {
	c     *chart
	state uint16
	kind  EdgeKind
	at    geodesy.Vector
	best  float64 // chord within which the nearest point certainly lies
	cut   float64 // chord beyond which no piece can hold it
	found bool
	few   [24]shoreHit // pieces in the race; an array, so that a search does not allocate
	n     int
	more  []shoreHit // what few has no room for
}

// nearby is a chord in metres within which so few tiles lie that it does not matter which is first.
const nearby = 60e3

// parts visits the tiles of the outline that the cut leaves, the nearest first.
func (q *shoreSearch) parts() {
	o := &q.c.outlines[q.state]
	balls := q.c.ballsOf(o)
	first := -1
	if q.cut > nearby { // where to begin is not known yet
		least := math.Inf(1)
		for i := range balls {
			if q.kind == LandBorder && !o.parts[i].shared {
				continue
			}
			d := balls[i].centre.Minus(q.at)
			if d2 := d.X*d.X + d.Y*d.Y + d.Z*d.Z; d2 < least { // the nearest centre is a good start, no more
				first, least = i, d2
			}
		}
		if first < 0 {
			return
		}
		if math.Sqrt(least)-balls[first].radius < q.cut {
			q.part(o, first)
		}
	}
	for i := range balls {
		if i == first || q.kind == LandBorder && !o.parts[i].shared {
			continue
		}
		reach := q.cut + balls[i].radius
		d := balls[i].centre.Minus(q.at)
		if d.X*d.X+d.Y*d.Y+d.Z*d.Z < reach*reach {
			q.part(o, i)
		}
	}
}

func (q *shoreSearch) part(o *outline, i int) {
	t := q.c.tile(int(o.parts[i].tile))
	s := t.shore(q.c)
	for k := range s.coasts {
		if s.coasts[k].state == q.state {
			q.coast(t, s, &s.coasts[k])
		}
	}
}

func (q *shoreSearch) coast(t *tile, s *shore, c *coast) {
	first, least := -1, math.Inf(1)
	for k, g := range c.groups {
		if q.kind == LandBorder && !c.shared[k] {
			continue
		}
		d := s.groups[g].ball.centre.Minus(q.at)
		if d2 := d.X*d.X + d.Y*d.Y + d.Z*d.Z; d2 < least {
			first, least = k, d2
		}
	}
	if first < 0 {
		return
	}
	if g := &s.groups[c.groups[first]]; math.Sqrt(least)-g.ball.radius < q.cut {
		q.group(t, s, g)
	}
	for k, g := range c.groups {
		if k == first || q.kind == LandBorder && !c.shared[k] {
			continue
		}
		b := &s.groups[g].ball
		reach := q.cut + b.radius
		d := b.centre.Minus(q.at)
		if d.X*d.X+d.Y*d.Y+d.Z*d.Z < reach*reach {
			q.group(t, s, &s.groups[g])
		}
	}
}

func (q *shoreSearch) group(t *tile, s *shore, g *shoreGroup) {
	for i := g.first; i < g.last; i++ {
		d := toPiece(q.at, s.points[i].at, s.points[i+1].at)
		if d-g.sag > q.cut {
			continue
		}
		if d+g.sag < q.best {
			q.best = d + g.sag
			q.cut = math.Min(q.cut, competing(q.best))
		}
		q.found = true
		if q.n == len(q.few) {
			q.prune()
		}
		if h := (shoreHit{t, g, i, d - g.sag}); q.n < len(q.few) {
			q.few[q.n] = h
			q.n++
		} else {
			q.more = append(q.more, h)
		}
	}
}

// prune drops what the cut has left behind.
func (q *shoreSearch) prune() {
	n := 0
	for _, h := range q.few[:q.n] {
		if h.least <= q.cut {
			q.few[n] = h
			n++
		}
	}
	q.n = n
}

// next takes the nearest piece out of the race.
func (q *shoreSearch) next() (shoreHit, bool) {
	if q.n == 0 && len(q.more) > 0 {
		q.n = copy(q.few[:], q.more)
		q.more = q.more[q.n:]
	}
	if q.n == 0 {
		return shoreHit{}, false
	}
	i := 0
	for k := range q.few[:q.n] {
		if q.few[k].least < q.few[i].least {
			i = k
		}
	}
	h := q.few[i]
	q.n--
	q.few[i] = q.few[q.n]
	return h, true
}

// toPiece returns the distance from p to the straight piece ab.
func toPiece(p, a, b geodesy.Vector) float64 {
	ab, ap := b.Minus(a), p.Minus(a)
	l, k := ab.Dot(ab), ap.Dot(ab)
	switch {
	case k <= 0 || l == 0:
		return ap.Norm()
	case k >= l:
		return p.Minus(b).Norm()
	}
	return ap.Minus(ab.Times(k / l)).Norm()
}

func (q *shoreSearch) start(c *chart, s State, k EdgeKind, p geodesy.Position, limit float64) bool {
	i, ok := c.index(s)
	if !ok || !p.Valid() || !(limit >= 0) {
		return false
	}
	q.c, q.state, q.kind = c, i, k
	q.at = geodesy.ToECEF(p, 0)
	q.best = math.Inf(1)
	q.cut = mostChord(limit) + 1e-6
	return true
}

// Nearest returns the nearest point of the outline of s within limit of p, wherever p lies; false when
// there is none. The distance is the geodesic on WGS 84, within 1 mm of the least.
func (c *chart) Nearest(s State, k EdgeKind, p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	var q shoreSearch
	if !q.start(c, s, k, p, float64(limit)) {
		return Nearest{}, false
	}
	q.parts()
	return q.measure(p, limit)
}

// NearestFrom is Nearest with a hint, a point of the same outline, such as the last answer along a
// path: it bounds the search from the start.
func (c *chart) NearestFrom(hint geodesy.Position, s State, k EdgeKind, p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	var q shoreSearch
	if !q.start(c, s, k, p, float64(limit)) {
		return Nearest{}, false
	}
	q.cut = math.Min(q.cut, competing(geodesy.ToECEF(hint, 0).Minus(q.at).Norm()+0.01))
	q.parts()
	return q.measure(p, limit)
}

// NearestBound returns bounds of the distance that Nearest would give without a limit, several times
// faster; false when the state has no such edge. They lie within a metre of each other up to 300 km.
func (c *chart) NearestBound(s State, k EdgeKind, p geodesy.Position) (lower, upper geodesy.Length, ok bool) {
	var q shoreSearch
	if !q.start(c, s, k, p, math.Pi*mostCurve) {
		return 0, 0, false
	}
	q.parts()
	if !q.found {
		return 0, 0, false
	}
	least := q.best
	for _, h := range q.few[:q.n] {
		least = math.Min(least, h.least)
	}
	for _, h := range q.more {
		least = math.Min(least, h.least)
	}
	return geodesy.Length(leastArc(math.Max(0, least))), geodesy.Length(mostArc(q.best)), true
}

// measure takes the exact distance to every piece that is still in the race.
func (q *shoreSearch) measure(p geodesy.Position, limit geodesy.Length) (Nearest, bool) {
	best := Nearest{Distance: limit}
	found := false
	var side shoreHit
	for h, ok := q.next(); ok; h, ok = q.next() {
		if h.least > q.cut || leastArc(math.Max(0, h.least)) > float64(best.Distance) {
			continue
		}
		if at, chord := q.foot(h); leastArc(chord) <= float64(best.Distance)+1e-9 {
			d, at := exactly(p, h, at)
			if d < best.Distance || !found && d <= best.Distance {
				best.Distance, best.Point, side, found = d, at, h, true
			}
		}
	}
	if !found {
		return Nearest{}, false
	}
	best.Neighbour = q.c.facing(q.state, side)
	if q.c.uncertainty != nil {
		best.Uncertainty = q.c.uncertainty(q.c.states[q.state], best.Neighbour, best.Point)
	}
	return best, true
}

// facing returns the first state on the other side of a piece of the outline of own.
func (c *chart) facing(own uint16, h shoreHit) State {
	k := h.tile.chains[h.group.chain]
	other := c.sets[k.left].indexes
	for _, s := range other {
		if s == own {
			other = c.sets[k.right].indexes
			break
		}
	}
	if len(other) == 0 {
		return ""
	}
	return c.states[other[0]]
}

// footing is a place on a tile's edge.
type footing struct {
	vertex int32
	at     float64 // along the edge, 0 to 1
}

// span returns the edge of a piece and the parameters of its ends.
func (h *shoreHit) span() (v int32, lo, hi float64) {
	s := h.tile.search.Load()
	a := s.points[h.point]
	return a.from, float64(a.part) / float64(a.of), float64(a.part+1) / float64(a.of)
}

// foot returns the point of the piece with the least chord.
func (q *shoreSearch) foot(h shoreHit) (footing, float64) {
	v, lo, hi := h.span()
	ox, oy := cellOrigin(h.tile.cell)
	return h.leastChord(q.at, v, lo, hi, ox, oy)
}

// leastChord minimises the chord from p to the edge between the parameters lo and hi, by Newton's method
// on its square.
func (h *shoreHit) leastChord(p geodesy.Vector, v int32, lo, hi float64, ox, oy int64) (footing, float64) {
	s := h.tile.search.Load()
	a, b := s.points[h.point].at, s.points[h.point+1].at
	ab := b.Minus(a)
	at := lo
	if l := ab.Dot(ab); l > 0 {
		at = lo + (hi-lo)*math.Min(1, math.Max(0, p.Minus(a).Dot(ab)/l))
	}
	t := h.tile
	dlon := float64(t.xs[v+1]-t.xs[v]) * 1e-7 * math.Pi / 180
	dlat := float64(t.ys[v+1]-t.ys[v]) * 1e-7 * math.Pi / 180
	for range 4 {
		pos := t.positionOn(v, at, ox, oy)
		e := geodesy.ToECEF(pos, 0)
		first, second := edgeDerivatives(pos, e, dlat, dlon)
		w := e.Minus(p)
		g, c := w.Dot(first), first.Dot(first)+w.Dot(second)
		if !(c > 0) {
			break
		}
		next := math.Min(hi, math.Max(lo, at-g/c))
		step := next - at
		at = next
		if math.Abs(step)*math.Sqrt(first.Dot(first)) < 1e-4 {
			break
		}
	}
	return footing{v, at}, t.pointOn(v, at, ox, oy).Minus(p).Norm()
}

// edgeDerivatives returns the first two derivatives of a point that moves by dlat, dlon radians per
// unit: exact on the sphere through it, which is what Newton's method needs.
func edgeDerivatives(pos geodesy.Position, e geodesy.Vector, dlat, dlon float64) (first, second geodesy.Vector) {
	f := geodesy.NEDAt(pos)
	sin := -f.Down.Z
	cos := math.Sqrt(math.Max(0, 1-sin*sin))
	const a, e2 = 6378137.0, 0.0066943799901413165
	k := 1 - e2*sin*sin
	prime := a / math.Sqrt(k)
	meridian := prime * (1 - e2) / k
	north, east := meridian*dlat, prime*cos*dlon
	first = f.North.Times(north).Plus(f.East.Times(east))
	// Down by the curvature; sideways because meridians converge.
	second = f.Down.Times(north*dlat + prime*cos*cos*dlon*dlon).
		Plus(f.North.Times(prime * cos * sin * dlon * dlon)).
		Plus(f.East.Times(-2 * meridian * sin * dlat * dlon))
	return first, second
}

// exactly returns the geodesic distance to the edge near a foot. Far away the foot of the chord is not
// quite that of the geodesic: one Newton step along the edge by the azimuth puts that right.
func exactly(p geodesy.Position, h shoreHit, at footing) (geodesy.Length, geodesy.Position) {
	ox, oy := cellOrigin(h.tile.cell)
	pos := h.tile.positionOn(at.vertex, at.at, ox, oy)
	if d := geodesy.ShortDistance(p, pos); d < 45e3 {
		return d, pos // within 0.01 mm, at a fraction of the cost
	}
	d, _, azimuth := geodesy.Inverse(p, pos)
	v, lo, hi := h.span()
	t := h.tile
	e := geodesy.ToECEF(pos, 0)
	for range 2 {
		first, _ := edgeDerivatives(pos, e, float64(t.ys[v+1]-t.ys[v])*1e-7*math.Pi/180, float64(t.xs[v+1]-t.xs[v])*1e-7*math.Pi/180)
		f := geodesy.NEDAt(pos)
		sin, cos := math.Sincos(azimuth.Radians())
		n, w := first.Dot(f.North), first.Dot(f.East)
		away, across := n*cos+w*sin, w*cos-n*sin
		r := float64(geodesy.MeanRadius)
		c := across * across / (r * math.Tan(math.Min(1.5, float64(d)/r)))
		if !(c > 0) {
			break
		}
		next := math.Min(hi, math.Max(lo, at.at-away/c))
		if next == at.at {
			break
		}
		at.at = next
		moved := t.positionOn(v, next, ox, oy)
		d2, _, azimuth2 := geodesy.Inverse(p, moved)
		if d2 > d {
			break
		}
		d, pos, azimuth = d2, moved, azimuth2
		e = geodesy.ToECEF(pos, 0)
	}
	return d, pos
}
