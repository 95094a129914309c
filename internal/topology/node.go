package topology

import (
	"cmp"
	"math"
	"slices"
)

// segment is an undirected edge, u before v, with the features whose membership it toggles.
type segment struct {
	u, v  int32
	mask  setID
	fresh bool // not yet tested against its surroundings
}

// segments flattens the rings. An edge that a feature walks twice cancels.
func (m *mesh) segments(sets *setTable) []segment {
	var raw []segment
	for r, ring := range m.rings {
		mask := sets.single(m.owner[r])
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if a != b {
				raw = append(raw, segment{min(a, b), max(a, b), mask, true})
			}
		}
	}
	return combine(raw, sets)
}

// combine sorts segments, folds equal ones into one and drops what cancelled.
func combine(raw []segment, sets *setTable) []segment {
	slices.SortFunc(raw, func(a, b segment) int {
		return cmp.Or(cmp.Compare(a.u, b.u), cmp.Compare(a.v, b.v), cmp.Compare(a.mask, b.mask))
	})
	out := raw[:0]
	for i := 0; i < len(raw); {
		s := raw[i]
		j := i + 1
		for ; j < len(raw) && raw[j].u == s.u && raw[j].v == s.v; j++ {
			s.mask = sets.xor(s.mask, raw[j].mask)
			s.fresh = s.fresh && raw[j].fresh
		}
		i = j
		if s.mask != 0 {
			out = append(out, s)
		}
	}
	return out
}

// orient is the sign of the turn a-b-c. Segments are shorter than 30 degrees, so that the products
// stay far below 2^63.
func orient(a, b, c Point) int64 {
	return (int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)) - (int64(b.Y)-int64(a.Y))*(int64(c.X)-int64(a.X))
}

// Noding is what the noding had to do.
type Noding struct {
	Rounds    int
	Crossings int // proper crossings cut
	Touches   int // corners found on another edge
	Self      int // crossings of a feature with itself: the source polygon was invalid
	Invalid   map[int]int
}

// node cuts all segments at their crossings, rounded to the grid, until none is left: snap rounding
// by iteration.
func (m *mesh) node(segs []segment, sets *setTable) ([]segment, Noding) {
	rep := Noding{Invalid: map[int]int{}}
	for {
		ix := newCellIndex(15)
		for i, s := range segs {
			ix.add(int32(i), m.points[s.u], m.points[s.v], 1)
		}
		ix.sort()
		cuts := map[int32][]int32{}
		seen := map[[2]int32]bool{}
		ix.cells(func(items []int32) {
			for i, a := range items {
				for _, b := range items[i+1:] {
					if !segs[a].fresh && !segs[b].fresh {
						continue
					}
					m.cut(segs, a, b, cuts, seen, sets, &rep)
				}
			}
		})
		if len(cuts) == 0 {
			return segs, rep
		}
		rep.Rounds++
		out := make([]segment, 0, len(segs)+2*len(cuts))
		for i, s := range segs {
			s.fresh = false
			list := cuts[int32(i)]
			if len(list) == 0 {
				out = append(out, s)
				continue
			}
			pu, pv := m.points[s.u], m.points[s.v]
			dx, dy := int64(pv.X)-int64(pu.X), int64(pv.Y)-int64(pu.Y)
			along := func(v int32) int64 {
				return (int64(m.points[v].X)-int64(pu.X))*dx + (int64(m.points[v].Y)-int64(pu.Y))*dy
			}
			slices.SortFunc(list, func(a, b int32) int { return cmp.Or(cmp.Compare(along(a), along(b)), cmp.Compare(a, b)) })
			prev := s.u
			for _, v := range append(list, s.v) {
				if v != prev {
					out = append(out, segment{min(prev, v), max(prev, v), s.mask, true})
				}
				prev = v
			}
		}
		segs = combine(out, sets)
	}
}

func (m *mesh) cut(segs []segment, a, b int32, cuts map[int32][]int32, seen map[[2]int32]bool, sets *setTable, rep *Noding) {
	s, t := segs[a], segs[b]
	p, q, r, w := m.points[s.u], m.points[s.v], m.points[t.u], m.points[t.v]
	if max(p.X, q.X) < min(r.X, w.X) || max(r.X, w.X) < min(p.X, q.X) ||
		max(p.Y, q.Y) < min(r.Y, w.Y) || max(r.Y, w.Y) < min(p.Y, q.Y) {
		return
	}
	o1, o2 := orient(p, q, r), orient(p, q, w)
	o3, o4 := orient(r, w, p), orient(r, w, q)
	touch := func(o int64, on int32, from, to, c Point, v int32) bool {
		if o != 0 || c == from || c == to ||
			c.X < min(from.X, to.X) || c.X > max(from.X, to.X) || c.Y < min(from.Y, to.Y) || c.Y > max(from.Y, to.Y) {
			return false
		}
		if list := cuts[on]; !slices.Contains(list, v) {
			cuts[on] = append(list, v)
			rep.Touches++
		}
		return true
	}
	hit := touch(o1, a, p, q, r, t.u)
	hit = touch(o2, a, p, q, w, t.v) || hit
	hit = touch(o3, b, r, w, p, s.u) || hit
	hit = touch(o4, b, r, w, q, s.v) || hit
	apart := func(o, p int64) bool { return o > 0 && p < 0 || o < 0 && p > 0 }
	if hit || !apart(o1, o2) || !apart(o3, o4) || seen[[2]int32{a, b}] {
		return
	}
	seen[[2]int32{a, b}] = true
	at := float64(o3) / (float64(o3) - float64(o4))
	x := Point{
		int32(math.Round(float64(p.X) + at*float64(int64(q.X)-int64(p.X)))),
		int32(math.Round(float64(p.Y) + at*float64(int64(q.Y)-int64(p.Y)))),
	}
	v := m.vertex(x)
	rep.Crossings++
	if both := sets.and(s.mask, t.mask); both != 0 {
		rep.Self++
		for _, f := range sets.list[both] {
			rep.Invalid[int(f)]++
		}
	}
	if v != s.u && v != s.v {
		cuts[a] = append(cuts[a], v)
	}
	if v != t.u && v != t.v {
		cuts[b] = append(cuts[b], v)
	}
}
