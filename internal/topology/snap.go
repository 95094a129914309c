package topology

import (
	"cmp"
	"math"
	"slices"
)

// metresPerUnit is the length of 1e-7 degree of latitude on the mean sphere: good to 0.6%, enough
// for tolerances.
const metresPerUnit = 6371008.8 * math.Pi / 180 * 1e-7

// Displacement is how far snapping moved the lines, in metres.
type Displacement struct {
	Merged, Inserted int     // vertices merged into another, vertices put into a neighbour's edge
	Max, P95         float64 // over all of both
}

// mesh is rings over a shared vertex table.
type mesh struct {
	points []Point
	ids    map[Point]int32
	rings  [][]int32
	owner  []int // feature of each ring
}

func newMesh(s *Source) *mesh {
	m := &mesh{ids: make(map[Point]int32, s.Read)}
	for _, r := range s.Rings {
		ring := make([]int32, len(r.Points))
		for i, p := range r.Points {
			ring[i] = m.vertex(p)
		}
		m.rings = append(m.rings, ring)
		m.owner = append(m.owner, r.Feature)
	}
	return m
}

func (m *mesh) vertex(p Point) int32 {
	if id, ok := m.ids[p]; ok {
		return id
	}
	id := int32(len(m.points))
	m.points = append(m.points, p)
	m.ids[p] = id
	return id
}

type ringEdge struct {
	ring, index int32
	a, b        int32
}

// near is a vertex close to an edge of a feature that does not own it.
type near struct {
	vertex, edge int32
	at           float64 // parameter along the edge; at or beyond the ends when a corner is nearest
	distance     float64
}

// snap brings lines of different features within tolerance metres together: first corner to corner
// where each is the other's nearest, then corners into the neighbour's edges.
func (m *mesh) snap(tolerance float64) Displacement {
	var moved []float64
	var d Displacement
	found, edges := m.scan(tolerance)
	d.Merged, moved = m.merge(found, edges, moved)
	for range 4 {
		found, edges = m.scan(tolerance)
		n := 0
		n, moved = m.insert(found, edges, moved)
		d.Inserted += n
		if n == 0 {
			break
		}
	}
	if len(moved) > 0 {
		slices.Sort(moved)
		d.Max, d.P95 = moved[len(moved)-1], moved[len(moved)*95/100]
	}
	return d
}

// scan finds, for every vertex and every feature that does not own it, the nearest edge of that
// feature within tolerance.
func (m *mesh) scan(tolerance float64) ([]near, []ringEdge) {
	var edges []ringEdge
	owners := make([][]int32, len(m.points))
	for r, ring := range m.rings {
		for i, a := range ring {
			edges = append(edges, ringEdge{int32(r), int32(i), a, ring[(i+1)%len(ring)]})
			if f := int32(m.owner[r]); !slices.Contains(owners[a], f) {
				owners[a] = append(owners[a], f)
			}
		}
	}
	ix := newCellIndex(17)
	for i, e := range edges {
		ix.add(int32(i), m.points[e.a], m.points[e.b], 0)
	}
	ix.sort()
	var out []near
	best := map[int32]near{}
	for v, own := range owners {
		if len(own) == 0 {
			continue
		}
		clear(best)
		p := m.points[v]
		c := math.Max(math.Cos(float64(p.Y)*1e-7*math.Pi/180), 0.01)
		reach := tolerance / metresPerUnit
		ix.box(p, int64(reach/c)+1, int64(reach)+1, func(k int32) {
			e := edges[k]
			f := int32(m.owner[e.ring])
			if slices.Contains(own, f) {
				return
			}
			at, dist := project(p, m.points[e.a], m.points[e.b], c)
			if dist > tolerance {
				return
			}
			n := near{int32(v), k, at, dist}
			if old, ok := best[f]; !ok || dist < old.distance || dist == old.distance && k < old.edge {
				best[f] = n
			}
		})
		for _, n := range best {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.vertex, b.vertex), cmp.Compare(a.edge, b.edge))
	})
	return out, edges
}

// project returns the parameter of the foot of p on ab, clamped to [0, 1], and the distance in
// metres on the plane tangent at p (c is the cosine of its latitude).
func project(p, a, b Point, c float64) (at, distance float64) {
	ux, uy := float64(int64(b.X)-int64(a.X))*c, float64(int64(b.Y)-int64(a.Y))
	wx, wy := float64(int64(p.X)-int64(a.X))*c, float64(int64(p.Y)-int64(a.Y))
	if l := ux*ux + uy*uy; l > 0 {
		at = math.Min(1, math.Max(0, (wx*ux+wy*uy)/l))
	}
	return at, math.Hypot(wx-at*ux, wy-at*uy) * metresPerUnit
}

// merge joins pairs of corners of which each is nearest to the other.
func (m *mesh) merge(found []near, edges []ringEdge, moved []float64) (int, []float64) {
	corner := func(n near) (int32, bool) {
		switch e := edges[n.edge]; n.at {
		case 0:
			return e.a, true
		case 1:
			return e.b, true
		}
		return 0, false
	}
	nearest := map[int32]int32{} // found is sorted by distance: the first is the nearest
	for _, n := range found {
		if _, ok := nearest[n.vertex]; ok {
			continue
		}
		nearest[n.vertex] = -1
		if k, ok := corner(n); ok {
			nearest[n.vertex] = k
		}
	}
	into := map[int32]int32{}
	for _, n := range found {
		k, ok := corner(n)
		if !ok || nearest[n.vertex] != k || nearest[k] != n.vertex {
			continue
		}
		a, b := n.vertex, k
		if comparePoints(m.points[a], m.points[b]) > 0 {
			a, b = b, a
		}
		if _, done := into[b]; !done {
			into[b] = a
			moved = append(moved, n.distance)
		}
	}
	for r, ring := range m.rings {
		out := ring[:0]
		for _, v := range ring {
			if t, ok := into[v]; ok {
				v = t
			}
			if len(out) == 0 || out[len(out)-1] != v {
				out = append(out, v)
			}
		}
		m.rings[r] = out
	}
	return len(into), moved
}

// insert bends edges through the foreign corners beside them.
func (m *mesh) insert(found []near, edges []ringEdge, moved []float64) (int, []float64) {
	byEdge := map[int32][]near{}
	n := 0
	for _, x := range found {
		if x.at > 0 && x.at < 1 {
			byEdge[x.edge] = append(byEdge[x.edge], x)
			moved = append(moved, x.distance)
			n++
		}
	}
	var k int32
	for r, ring := range m.rings {
		out := make([]int32, 0, len(ring))
		for _, v := range ring {
			out = append(out, v)
			list := byEdge[k]
			slices.SortFunc(list, func(a, b near) int {
				return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.vertex, b.vertex))
			})
			for _, x := range list {
				out = append(out, x.vertex)
			}
			k++
		}
		m.rings[r] = out
	}
	return n, moved
}

func comparePoints(a, b Point) int {
	return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
}
