package topology

import "slices"

// Arc is a run of edges with the same claimants along either side. Left and Right index the sets of
// a Topology.
type Arc struct {
	Left, Right int
	Points      []Point
}

// Topology is the result: every boundary line once.
type Topology struct {
	Codes []string
	Sets  [][]uint16 // features by claim; Sets[0] is empty
	Arcs  []Arc
}

// Report is what the builder measured.
type Report struct {
	Read, Kept    int // vertices in the source, vertices in the arcs
	Displacement  Displacement
	Noding        Noding
	Slivers       Slivers
	Overlaps      []Region
	Gaps          []Region
	Antimeridian  int // artificial edges along 180 degrees that were dropped
	InvalidSource []string
}

// Config is the tolerances of a build, in metres.
type Config struct {
	Snap   float64 // lines of neighbours closer than this become one
	Sliver float64 // faces of a lesser mean width are no claim of their own
}

// Build makes one topology of the rings of s.
func Build(s *Source, c Config) (*Topology, *Report, error) {
	rep := &Report{Read: s.Read}
	m := newMesh(s)
	rep.Displacement = m.snap(c.Snap)
	sets := newSetTable()
	for f := range s.Codes {
		sets.single(f)
	}
	segs, noding := m.node(m.segments(sets), sets)
	rep.Noding = noding
	for f, n := range noding.Invalid {
		if n > 0 {
			rep.InvalidSource = append(rep.InvalidSource, s.Codes[f])
		}
	}
	slices.Sort(rep.InvalidSource)
	f, err := newFaces(m, segs, sets)
	if err != nil {
		return nil, nil, err
	}
	rep.Slivers = f.dissolve(c.Sliver)
	rep.Overlaps, rep.Gaps = f.regions(s.Codes)
	t := &Topology{Codes: s.Codes}
	rep.Antimeridian = f.arcs(t)
	for _, a := range t.Arcs {
		rep.Kept += len(a.Points) - 1
	}
	return t, rep, nil
}

// seam returns the pairs of claims west and east of the antimeridian, by the southern corner's
// latitude of the edges that run along it.
func (f *faces) seam() map[[2]int32][2]setID {
	seam := map[[2]int32][2]setID{}
	for i, s := range f.segs {
		p, q := f.m.points[s.u], f.m.points[s.v]
		if p.X != q.X || p.X != MaxLon && p.X != -MaxLon {
			continue
		}
		key := [2]int32{min(p.Y, q.Y), max(p.Y, q.Y)}
		side := seam[key]
		in := f.inside(int32(i))
		if p.X == MaxLon {
			side[0] = in
		} else {
			side[1] = in
		}
		seam[key] = side
	}
	return seam
}

// inside is the claim on the worldly side of an edge along +-180.
func (f *faces) inside(i int32) setID {
	s := f.segs[i]
	p, q := f.m.points[s.u], f.m.points[s.v]
	north := q.Y > p.Y
	if (p.X == MaxLon) == north { // the west is on the left of a northbound edge
		return f.claim[f.cycle[2*i]]
	}
	return f.claim[f.cycle[2*i+1]]
}

// arcs joins the edges that separate different claims into maximal runs.
func (f *faces) arcs(t *Topology) (artificial int) {
	seam := f.seam()
	type side struct{ left, right setID }
	sides := make([]side, len(f.segs))
	live := make([]bool, len(f.segs))
	degree := make([]int32, len(f.m.points))
	for i, s := range f.segs {
		d := side{f.claim[f.cycle[2*i]], f.claim[f.cycle[2*i+1]]}
		p, q := f.m.points[s.u], f.m.points[s.v]
		if p.X == q.X && (p.X == MaxLon || p.X == -MaxLon) {
			pair := seam[[2]int32{min(p.Y, q.Y), max(p.Y, q.Y)}]
			if pair[0] == pair[1] {
				artificial++
				continue
			}
			d = side{pair[0], pair[1]}
			if q.Y < p.Y {
				d = side{pair[1], pair[0]}
			}
		}
		sides[i] = d
		if live[i] = d.left != d.right; live[i] {
			degree[s.u]++
			degree[s.v]++
		}
	}
	at := func(h int32) side {
		d := sides[h>>1]
		if h&1 == 1 {
			d.left, d.right = d.right, d.left
		}
		return d
	}
	leaving := make([][]int32, len(f.m.points))
	for i := range f.segs {
		if live[i] {
			leaving[f.segs[i].u] = append(leaving[f.segs[i].u], int32(2*i))
			leaving[f.segs[i].v] = append(leaving[f.segs[i].v], int32(2*i+1))
		}
	}
	// onward continues h through a plain corner.
	onward := func(h int32) (int32, bool) {
		v := f.to(h)
		if degree[v] != 2 {
			return 0, false
		}
		for _, g := range leaving[v] {
			if g != h^1 && at(g) == at(h) {
				return g, true
			}
		}
		return 0, false
	}
	done := make([]bool, len(f.segs))
	used := map[setID]int{0: 0}
	t.Sets = [][]uint16{nil}
	set := func(s setID) int {
		id, ok := used[s]
		if !ok {
			id = len(t.Sets)
			used[s] = id
			t.Sets = append(t.Sets, f.sets.list[s])
		}
		return id
	}
	emit := func(h int32) {
		d := at(h)
		a := Arc{Left: set(d.left), Right: set(d.right), Points: []Point{f.m.points[f.from(h)]}}
		for {
			done[h>>1] = true
			a.Points = append(a.Points, f.m.points[f.to(h)])
			g, ok := onward(h)
			if !ok || done[g>>1] {
				break
			}
			h = g
		}
		t.Arcs = append(t.Arcs, a)
	}
	for i := range f.segs { // open runs first, from their ends
		for h := int32(2 * i); h <= int32(2*i+1); h++ {
			if !live[i] || done[i] {
				continue
			}
			if _, ok := onward(h ^ 1); !ok {
				emit(h)
			}
		}
	}
	for i := range f.segs {
		if live[i] && !done[i] {
			emit(int32(2 * i))
		}
	}
	return artificial
}
