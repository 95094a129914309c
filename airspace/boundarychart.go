package airspace

import (
	"slices"
	"sync/atomic"
)

// newSoloChart makes a chart of one state. Set 0 is empty and set 1 the state; the further sets name the
// states beside a shared edge and are never the claim of a place.
func newSoloChart(s State, all []State, rings []checkedRing, edges map[[2]gridPoint]State) *chart {
	c := &chart{solo: true}
	codes := []State{s}
	for _, o := range all {
		if o != s {
			codes = append(codes, o)
		}
	}
	c.name(codes, nil)
	sets := [][]uint16{nil}
	for i := range codes {
		sets = append(sets, []uint16{uint16(i)})
	}
	c.claims(sets)
	type run struct {
		points []gridPoint
		beside uint16
	}
	var runs []run
	for _, r := range rings {
		n := len(r.points)
		for i, a := range r.points {
			b := r.points[(i+1)%n]
			if c.atSeam(a, b, rings) {
				continue
			}
			beside := uint16(0)
			if o, ok := edges[[2]gridPoint{b, a}]; ok && o != s {
				beside = uint16(1 + slices.Index(codes, o))
			}
			if k := len(runs) - 1; k >= 0 && runs[k].beside == beside && runs[k].points[len(runs[k].points)-1] == a {
				runs[k].points = append(runs[k].points, b)
			} else {
				runs = append(runs, run{[]gridPoint{a, b}, beside})
			}
		}
	}
	// Chains by cell, as in an atlas file.
	byCell := map[int32]*tile{}
	var order []int32
	for _, r := range runs {
		ends := map[int32]int{} // cell -> edge that its last chain ends with
		for i := range len(r.points) - 1 {
			for _, cell := range cellsOf(r.points[i], r.points[i+1]) {
				t := byCell[cell]
				if t == nil {
					t = &tile{cell: cell}
					byCell[cell] = t
					order = append(order, cell)
				}
				add := r.points[i : i+2]
				if last, ok := ends[cell]; ok && last == i-1 {
					add = r.points[i+1 : i+2]
					t.chains[len(t.chains)-1].to++
				} else {
					n := int32(len(t.xs))
					t.chains = append(t.chains, chain{from: n, to: n + 1, left: 1, right: r.beside})
				}
				ends[cell] = i
				ox, oy := cellOrigin(cell)
				for _, p := range add {
					t.xs = append(t.xs, clampUnits(p.x-maxLonUnits-ox))
					t.ys = append(t.ys, clampUnits(p.y-maxLatUnits-oy))
				}
			}
		}
	}
	slices.Sort(order)
	base := soloBase(rings)
	c.grid = make([]uint32, gridCells)
	for i := range c.grid {
		c.grid[i] = uint32(base[i])
	}
	c.loaded = make([]atomic.Pointer[tile], len(order))
	for i, cell := range order {
		t := byCell[cell]
		// Two sets bound the masks, so that build cannot fail.
		_ = t.build(c, base[cell], t.chains)
		c.tiles = append(c.tiles, tileEntry{cell: cell, base: base[cell]})
		c.loaded[i].Store(t)
		c.grid[cell] = tiledCell | uint32(i)
		own := &c.outlines[c.sovereign[0]]
		own.parts = append(own.parts, outlinePart{tile: int32(i), shared: true, e: 255, n: 255})
	}
	return c
}

// atSeam reports whether an edge runs along the antimeridian with the state on its other side too: it
// closes the polygon and is no limit.
func (c *chart) atSeam(a, b gridPoint, rings []checkedRing) bool {
	if a.x != b.x || a.x != 0 && a.x != 2*maxLonUnits {
		return false
	}
	lo, hi := min(a.y, b.y), max(a.y, b.y)
	for _, r := range rings {
		for i, p := range r.points {
			q := r.points[(i+1)%len(r.points)]
			if p.x == q.x && p.x == 2*maxLonUnits-a.x && min(p.y, q.y) < hi && max(p.y, q.y) > lo {
				return true
			}
		}
	}
	return false
}

// cellsOf lists the cells whose closed square an edge meets, with a little slack.
func cellsOf(a, b gridPoint) []int32 {
	if a.y > b.y {
		a, b = b, a
	}
	const slack = 2
	column := func(x int64) int64 { return min(max(x, 0)/cellUnits, gridColumns-1) }
	row := func(y int64) int64 { return min(max(y, 0)/cellUnits, gridRows-1) }
	var out []int32
	for r := row(a.y - slack); r <= row(b.y+slack); r++ {
		x0, x1 := min(a.x, b.x), max(a.x, b.x)
		if a.y != b.y {
			at := func(y int64) int64 {
				y = min(max(y, a.y), b.y)
				return a.x + int64(float64(b.x-a.x)*(float64(y-a.y)/float64(b.y-a.y)))
			}
			p, q := at(r*cellUnits-slack), at((r+1)*cellUnits+slack)
			x0, x1 = max(x0, min(p, q)-slack), min(x1, max(p, q)+slack)
		}
		for k := column(x0 - slack); k <= column(x1+slack); k++ {
			out = append(out, int32(r*gridColumns+k))
		}
	}
	return out
}

// soloBase finds for every cell whether the state holds its reference point, by exact crossings along the
// parallel half a unit above the cell's southern edge.
func soloBase(rings []checkedRing) []uint16 {
	base := make([]uint16, gridCells)
	for _, r := range rings {
		for i, a := range r.points {
			b := r.points[(i+1)%len(r.points)]
			if a.y > b.y {
				a, b = b, a
			}
			for row := a.y / cellUnits; row <= min(b.y/cellUnits, gridRows-1); row++ {
				y := 2*row*cellUnits + 1 // doubled
				if 2*a.y > y || 2*b.y < y {
					continue
				}
				right := func(col int64) bool {
					x := 2*col*cellUnits + 1
					t := (2*b.x-2*a.x)*(y-2*a.y) - (2*b.y-2*a.y)*(x-2*a.x)
					return t < 0 || t == 0 && b.x < a.x // as fineEdge.rightOf
				}
				lo, hi := int64(0), int64(gridColumns)
				for lo < hi {
					if mid := (lo + hi) / 2; right(mid) {
						hi = mid
					} else {
						lo = mid + 1
					}
				}
				if lo < gridColumns {
					base[row*gridColumns+lo] ^= 1
				}
			}
		}
	}
	for row := range gridRows {
		in := uint16(0)
		for col := range gridColumns {
			in ^= base[row*gridColumns+col]
			base[row*gridColumns+col] = in
		}
	}
	return base
}
