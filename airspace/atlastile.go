package airspace

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
)

// tile is the edges that touch one cell, with a fine grid over the cell. Coordinates are 1e-7 degree
// against the south-west corner of the cell; edges may reach far out of it.
type tile struct {
	cell     int32
	chains   []chain
	xs, ys   []int32
	features []uint16 // bit i of a mask is features[i]
	masks    []maskedSet
	step     int32    // side of a fine cell
	columns  int32    // fine cells a side
	fine     []uint32 // set of a uniform fine cell, or block | tiledCell
	blocks   []fineBlock
	edges    []fineEdge
	search   atomic.Pointer[shore]
}

// chain is a run of edges with the same claims along it: vertices [from, to].
type chain struct {
	from, to    int32
	left, right uint16
	mask        uint64
}

// maskedSet is a claim as a mask.
type maskedSet struct {
	mask uint64
	set  uint16
}

// fineBlock is a fine cell with edges: edges [first, last), and the claim at its centre.
type fineBlock struct {
	first, last int32
	centre      uint64
}

// fineEdge is one edge, upward; in doubled units.
type fineEdge struct {
	x, y   int32 // lower end
	dx, dy int32
	mask   uint64
}

// decode reads one tile.
func (c *chart) decode(e tileEntry) (*tile, error) {
	plain, err := inflate(c.packed[e.offset:e.offset+e.size], e.plain)
	if err != nil {
		return nil, err
	}
	return c.decodeTile(e, plain)
}

func (c *chart) decodeTile(e tileEntry, plain []byte) (*tile, error) {
	r := &atlasReader{b: plain}
	chains := make([]chain, r.below(1+len(plain)/5))
	total := 0
	for i := range chains {
		chains[i].left, chains[i].right = uint16(r.below(len(c.sets))), uint16(r.below(len(c.sets)))
		n := r.below(1 + len(plain)/2)
		if r.bad || n < 2 || total+n > min(len(plain)/2, maxTileVertices) {
			return nil, fmt.Errorf("%w: chain %d of %d vertices", ErrAtlas, i, n)
		}
		chains[i].from, chains[i].to = int32(total), int32(total+n-1)
		total += n
	}
	t := newTile(c, e.cell, e.base, nil)
	t.xs, t.ys = make([]int32, total), make([]int32, total)
	ox, oy := cellOrigin(e.cell)
	for i := range chains {
		var x, y int64
		for k := chains[i].from; k <= chains[i].to; k++ {
			x, y = x+r.int(), y+r.int()
			if x+ox < -maxLonUnits || x+ox > maxLonUnits || y+oy < -maxLatUnits || y+oy > maxLatUnits {
				return nil, fmt.Errorf("%w: vertex outside the world", ErrAtlas)
			}
			t.xs[k], t.ys[k] = clampUnits(x), clampUnits(y)
			if k > chains[i].from && max(absInt32(t.xs[k]-t.xs[k-1]), absInt32(t.ys[k]-t.ys[k-1])) > maxEdgeUnits {
				return nil, fmt.Errorf("%w: edge longer than %d degrees", ErrAtlas, maxEdgeUnits/cellUnits)
			}
		}
	}
	if err := r.err("vertices"); err != nil {
		return nil, err
	}
	if len(r.b) != 0 {
		return nil, fmt.Errorf("%w: %d bytes after the last vertex", ErrAtlas, len(r.b))
	}
	return t, t.build(c, e.base, chains)
}

// maxTileVertices bounds a tile; the largest real one has a few thousand.
const maxTileVertices = 1 << 18

// maxEdgeUnits bounds an edge, so that a product of two differences of doubled coordinates stays
// below 2^63.
const maxEdgeUnits = 45 * cellUnits

// clampUnits narrows a coordinate that is far outside the cell anyway.
func clampUnits(v int64) int32 { return int32(min(max(v, -100*cellUnits), 100*cellUnits)) }

func absInt32(v int32) int32 {
	if v < 0 {
		return -v
	}
	return v
}

// cellOrigin returns the south-west corner of a cell in units.
func cellOrigin(cell int32) (x, y int64) {
	return int64(cell%gridColumns)*cellUnits - maxLonUnits, int64(cell/gridColumns)*cellUnits - maxLatUnits
}

// newTile returns a tile without edges.
func newTile(c *chart, cell int32, base uint16, chains []chain) *tile {
	return &tile{cell: cell, chains: chains, step: cellUnits, columns: 1, fine: []uint32{uint32(base)}}
}

// build sets up masks and the fine grid.
func (t *tile) build(c *chart, base uint16, chains []chain) error {
	t.chains = chains
	note := func(set uint16) error {
		if c.solo && set > 1 {
			set = 0 // a neighbour by name, not a claim
		}
		var mask uint64
		for _, f := range c.sets[set].features {
			i := slices.Index(t.features, f)
			if i < 0 {
				i = len(t.features)
				t.features = append(t.features, f)
			}
			if i > 63 {
				return fmt.Errorf("%w: more than 64 claims in one cell", ErrAtlas)
			}
			mask |= 1 << i
		}
		if !slices.ContainsFunc(t.masks, func(m maskedSet) bool { return m.set == set }) {
			t.masks = append(t.masks, maskedSet{mask, set})
		}
		return nil
	}
	if err := note(base); err != nil {
		return err
	}
	for i := range t.chains {
		k := &t.chains[i]
		if err := note(k.left); err != nil {
			return err
		}
		if err := note(k.right); err != nil {
			return err
		}
		k.mask = t.maskOf(k.left) ^ t.maskOf(k.right)
	}
	t.refine(t.maskOf(base))
	return nil
}

func (t *tile) maskOf(set uint16) uint64 {
	for _, m := range t.masks {
		if m.set == set {
			return m.mask
		}
	}
	return 0
}

// setOf returns the set of a mask; what the lines never bound is no claim.
func (t *tile) setOf(mask uint64) uint16 {
	for i := range t.masks {
		if t.masks[i].mask == mask {
			return t.masks[i].set
		}
	}
	return 0
}

// refine makes the fine grid: finer, the more edges there are.
func (t *tile) refine(base uint64) {
	edges := t.upward()
	t.columns = 16
	for _, n := range []int{24, 120, 600} {
		if len(edges) > n {
			t.columns *= 2
		}
	}
	t.step = cellUnits / t.columns
	for t.entries(edges) > maxFineEntries && t.columns > 1 { // no real tile comes near
		t.columns /= 2
		t.step = cellUnits / t.columns
	}
	n := t.columns
	// The claim along the western edge of the cell, then along each row of centres.
	centres := make([]uint64, n*n)
	for j := range n {
		row := centres[j*n : (j+1)*n]
		cy := int64(t.centre(j))
		mask := base
		for i := range edges {
			if e := &edges[i]; e.spansX(1) && e.rightOf(1, 1) != e.rightOf(1, cy) {
				mask ^= e.mask
			}
		}
		for i := range edges {
			e := &edges[i]
			if !e.spansY(cy) {
				continue
			}
			// Once right of the edge, always right of it.
			if e.rightOf(1, cy) {
				continue
			}
			lo, hi := int32(0), n
			for lo < hi {
				mid := (lo + hi) / 2
				if e.rightOf(int64(t.centre(mid)), cy) {
					hi = mid
				} else {
					lo = mid + 1
				}
			}
			if lo < n {
				row[lo] ^= e.mask
			}
		}
		for i := range row {
			mask ^= row[i]
			row[i] = mask
		}
	}
	t.distribute(edges, centres)
}

// maxFineEntries bounds the edges of all fine cells of a tile together.
const maxFineEntries = 1 << 21

// entries counts the edges of all fine cells.
func (t *tile) entries(edges []fineEdge) (n int) {
	if len(edges)*int(t.columns)*2 <= maxFineEntries {
		return 0
	}
	for i := range edges {
		t.touch(&edges[i], func(int32) { n++ })
	}
	return n
}

// centre is the doubled coordinate of the middle of fine cell i, odd so that no vertex shares it.
func (t *tile) centre(i int32) int32 { return (2*i+1)*t.step | 1 }

// upward lists the edges, lower end first, in doubled units.
func (t *tile) upward() []fineEdge {
	var out []fineEdge
	for _, k := range t.chains {
		for i := k.from; i < k.to; i++ {
			a, b := i, i+1
			if t.ys[a] > t.ys[b] {
				a, b = b, a
			}
			out = append(out, fineEdge{2 * t.xs[a], 2 * t.ys[a], 2 * (t.xs[b] - t.xs[a]), 2 * (t.ys[b] - t.ys[a]), k.mask})
		}
	}
	return out
}

// distribute enters every edge into the fine cells that it touches.
func (t *tile) distribute(edges []fineEdge, centres []uint64) {
	n := t.columns
	count := make([]int32, n*n+1)
	for i := range edges {
		t.touch(&edges[i], func(cell int32) { count[cell+1]++ })
	}
	for i := range n * n {
		count[i+1] += count[i]
	}
	t.edges = make([]fineEdge, count[n*n])
	fill := slices.Clone(count)
	for i := range edges {
		t.touch(&edges[i], func(cell int32) {
			t.edges[fill[cell]] = edges[i]
			fill[cell]++
		})
	}
	t.fine = make([]uint32, n*n)
	for i := range n * n {
		if count[i] == count[i+1] {
			t.fine[i] = uint32(t.setOf(centres[i]))
			continue
		}
		t.fine[i] = tiledCell | uint32(len(t.blocks))
		t.blocks = append(t.blocks, fineBlock{count[i], count[i+1], centres[i]})
	}
}

// touch calls f for each fine cell that meets the edge, with a little slack.
func (t *tile) touch(e *fineEdge, f func(cell int32)) {
	const slack = 4 // doubled units
	step, n := 2*int64(t.step), int64(t.columns)
	index := func(v int64) int64 { return min(max(v/step, 0), n-1) }
	x0, x1 := int64(min(e.x, e.x+e.dx)), int64(max(e.x, e.x+e.dx))
	y0, y1 := int64(e.y), int64(e.y)+int64(e.dy)
	if x1 < -slack || x0 > n*step+slack || y1 < -slack || y0 > n*step+slack {
		return
	}
	at := func(y int64) float64 {
		k := float64(y-y0) / float64(e.dy)
		return float64(e.x) + math.Min(1, math.Max(0, k))*float64(e.dx)
	}
	first, last := index(y0-slack), index(y1+slack)
	for j := first; j <= last; j++ {
		lo, hi := x0, x1
		if first != last && e.dy != 0 {
			a, b := at(j*step-slack), at((j+1)*step+slack)
			lo = max(lo, int64(math.Min(a, b))-slack)
			hi = min(hi, int64(math.Max(a, b))+slack)
		}
		if hi < -slack || lo > n*step+slack {
			continue
		}
		for i := index(lo - slack); i <= index(hi+slack); i++ {
			f(int32(j*n + i))
		}
	}
}

// spansY reports whether the edge meets the line just above height y.
func (e *fineEdge) spansY(y int64) bool { return int64(e.y) <= y && y < int64(e.y)+int64(e.dy) }

// spansX reports whether the edge meets the vertical at x, which is odd and no vertex's.
func (e *fineEdge) spansX(x int64) bool { return (int64(e.x) < x) != (int64(e.x)+int64(e.dx) < x) }

// rightOf reports whether the point just above (x, y) lies right of the edge. On a vertical edge it
// counts as left.
func (e *fineEdge) rightOf(x, y int64) bool {
	s := int64(e.dx)*(y-int64(e.y)) - int64(e.dy)*(x-int64(e.x))
	if s == 0 {
		return e.dx < 0
	}
	return s < 0
}

// claimAt returns the set at a point of the cell, coordinates in units from 0 to cellUnits.
//
// The claim at the centre of the fine cell is known. The way there goes along the parallel just north
// of the point, then along the meridian of the centre; every edge that it crosses toggles its claims.
// All tests are exact, and no edge goes through a corner of the way.
func (t *tile) claimAt(x, y int32) uint16 {
	i, j := min(x/t.step, t.columns-1), min(y/t.step, t.columns-1)
	v := t.fine[j*t.columns+i]
	if v&tiledCell == 0 {
		return uint16(v)
	}
	b := &t.blocks[v&^tiledCell]
	mask := b.centre
	px, py := 2*int64(x), 2*int64(y)
	cx, cy := int64(t.centre(i)), int64(t.centre(j))
	for k := b.first; k < b.last; k++ {
		e := &t.edges[k]
		across, along := e.spansY(py), e.spansX(cx)
		if !across && !along {
			continue
		}
		bend := e.rightOf(cx, py)
		if across && e.rightOf(px, py) != bend {
			mask ^= e.mask
		}
		if along && e.rightOf(cx, cy) != bend {
			mask ^= e.mask
		}
	}
	return t.setOf(mask)
}
