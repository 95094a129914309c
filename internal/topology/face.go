package topology

import (
	"errors"
	"math"
	"slices"
)

// faces is the arrangement of the noded segments. Half-edge 2i runs along segment i from u to v,
// 2i+1 back; the face of a half-edge lies on its left.
type faces struct {
	m     *mesh
	segs  []segment
	sets  *setTable
	next  []int32
	cycle []int32 // face cycle of each half-edge
	claim []setID // claimants of each cycle
	area  []float64
	round []float64 // perimeter of each cycle, metres
	outer []bool    // cycle runs round the outside of a component
}

var errTopology = errors.New("topology: arrangement is inconsistent")

func newFaces(m *mesh, segs []segment, sets *setTable) (*faces, error) {
	f := &faces{m: m, segs: segs, sets: sets}
	start, around := f.stars()
	f.trace(start, around)
	return f, f.locate(start, around)
}

func (f *faces) from(h int32) int32 {
	if h&1 == 0 {
		return f.segs[h>>1].u
	}
	return f.segs[h>>1].v
}

func (f *faces) to(h int32) int32 { return f.from(h ^ 1) }

// stars lists the half-edges that leave each vertex, counter-clockwise from just after west.
func (f *faces) stars() (start, around []int32) {
	start = make([]int32, len(f.m.points)+1)
	for _, s := range f.segs {
		start[s.u+1]++
		start[s.v+1]++
	}
	for i := range f.m.points {
		start[i+1] += start[i]
	}
	fill := slices.Clone(start)
	around = make([]int32, 2*len(f.segs))
	for h := range int32(2 * len(f.segs)) {
		v := f.from(h)
		around[fill[v]] = h
		fill[v]++
	}
	for v := range f.m.points {
		o := f.m.points[v]
		half := func(p Point) int { // 0: below or west of the vertex, 1: above or east
			if p.Y > o.Y || p.Y == o.Y && p.X > o.X {
				return 1
			}
			return 0
		}
		slices.SortFunc(around[start[v]:start[v+1]], func(g, h int32) int {
			p, q := f.m.points[f.to(g)], f.m.points[f.to(h)]
			if a, b := half(p), half(q); a != b {
				return a - b
			}
			switch o := orient(o, p, q); {
			case o > 0:
				return -1
			case o < 0:
				return 1
			}
			return int(g - h)
		})
	}
	return start, around
}

func (f *faces) trace(start, around []int32) {
	n := 2 * len(f.segs)
	f.next = make([]int32, n)
	for v := range f.m.points {
		star := around[start[v]:start[v+1]]
		for i, h := range star {
			// Coming in along the twin of h, the next edge with the face on its left is the one
			// clockwise from h.
			f.next[h^1] = star[(i+len(star)-1)%len(star)]
		}
	}
	f.cycle = make([]int32, n)
	for h := range f.cycle {
		f.cycle[h] = -1
	}
	for h := range int32(n) {
		if f.cycle[h] >= 0 {
			continue
		}
		id := int32(len(f.area))
		o := f.m.points[f.from(h)]
		var area, round float64
		var lat, count float64
		for g := h; f.cycle[g] < 0; g = f.next[g] {
			f.cycle[g] = id
			p, q := f.m.points[f.from(g)], f.m.points[f.to(g)]
			px, py := float64(int64(p.X)-int64(o.X)), float64(int64(p.Y)-int64(o.Y))
			qx, qy := float64(int64(q.X)-int64(o.X)), float64(int64(q.Y)-int64(o.Y))
			area += px*qy - py*qx
			round += f.length(g)
			lat += float64(p.Y)
			count++
		}
		c := math.Cos(lat / count * 1e-7 * math.Pi / 180)
		f.area = append(f.area, area/2*c*metresPerUnit*metresPerUnit)
		f.round = append(f.round, round)
	}
}

// length is the length of a half-edge in metres.
func (f *faces) length(h int32) float64 {
	p, q := f.m.points[f.from(h)], f.m.points[f.to(h)]
	c := math.Cos((float64(p.Y) + float64(q.Y)) / 2 * 1e-7 * math.Pi / 180)
	return math.Hypot(float64(int64(q.X)-int64(p.X))*c, float64(int64(q.Y)-int64(p.Y))) * metresPerUnit
}

// locate finds the claimants of every cycle: those of the outside of each component by a ray to the
// west, the rest across the edges.
func (f *faces) locate(start, around []int32) error {
	component := make([]int32, len(f.m.points))
	for i := range component {
		component[i] = -1
	}
	bands := newBands(f)
	f.claim = make([]setID, len(f.area))
	f.outer = make([]bool, len(f.area))
	known := make([]bool, len(f.area))
	var id int32
	for v := range f.m.points {
		if component[v] >= 0 || start[v] == start[v+1] {
			continue
		}
		west := int32(v)
		stack := []int32{int32(v)}
		component[v] = id
		for len(stack) > 0 {
			u := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if comparePoints(f.m.points[u], f.m.points[west]) < 0 {
				west = u
			}
			for _, h := range around[start[u]:start[u+1]] {
				if w := f.to(h); component[w] < 0 {
					component[w] = id
					stack = append(stack, w)
				}
			}
		}
		id++
		// All edges of the western corner lead east or straight north: the last one counter-clockwise
		// has the outside on its left.
		star := around[start[west]:start[west+1]]
		c := f.cycle[star[len(star)-1]]
		f.outer[c] = true
		f.claim[c] = bands.westOf(west, component)
		known[c] = true
		if err := f.spread(star[len(star)-1], known); err != nil {
			return err
		}
	}
	for h := range int32(2 * len(f.segs)) {
		if f.sets.xor(f.claim[f.cycle[h]], f.segs[h>>1].mask) != f.claim[f.cycle[h^1]] {
			return errTopology
		}
	}
	return nil
}

func (f *faces) spread(h int32, known []bool) error {
	stack := []int32{h}
	walked := map[int32]bool{f.cycle[h]: true}
	for len(stack) > 0 {
		h := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for g := h; ; {
			t := g ^ 1
			if c := f.cycle[t]; !walked[c] {
				walked[c] = true
				known[c] = true
				f.claim[c] = f.sets.xor(f.claim[f.cycle[g]], f.segs[g>>1].mask)
				stack = append(stack, t)
			}
			if g = f.next[g]; g == h {
				break
			}
		}
	}
	return nil
}

// bands lists segments by strips of latitude, for rays.
type bands struct {
	f    *faces
	rows [][]int32
}

const bandUnits = 1_000_000

func newBands(f *faces) *bands {
	b := &bands{f: f, rows: make([][]int32, MaxLon/bandUnits+1)}
	for i, s := range f.segs {
		p, q := f.m.points[s.u].Y, f.m.points[s.v].Y
		for k := bandOf(min(p, q)); k <= bandOf(max(p, q)); k++ {
			b.rows[k] = append(b.rows[k], int32(i))
		}
	}
	return b
}

func bandOf(y int32) int { return int(y+MaxLon/2) / bandUnits }

// westOf returns the claimants just west of vertex v, which is the western corner of its component.
func (b *bands) westOf(v int32, component []int32) setID {
	p := b.f.m.points[v]
	var claim setID
	for _, i := range b.rows[bandOf(p.Y)] {
		s := b.f.segs[i]
		u, w := b.f.m.points[s.u], b.f.m.points[s.v]
		if component[s.u] == component[v] && component[s.u] >= 0 || (u.Y > p.Y) == (w.Y > p.Y) {
			continue
		}
		if u.Y > w.Y {
			u, w = w, u
		}
		if min(u.X, w.X) < p.X && orient(u, w, p) < 0 { // upward edge with p on its right
			claim = b.f.sets.xor(claim, s.mask)
		}
	}
	return claim
}
