package search

import (
	"math"

	"overflight/geodesy"
)

// ground knows where the aircraft may be, cell by cell around the map and the base, and how far each cell is from the
// next one where it may not. It is worked out in tiles, each when a flight first comes there: a base may be far from a map of small
// cells. What is held is bounded; what was given up is worked out again, to the same values. It is not safe for concurrent use.
type ground struct {
	permitted  func(Point) bool
	cell       float64
	x0, y0     int32 // first cell
	cols, rows int32
	free       map[tileAt]*[tileSide * tileSide]bool
	tiles      map[tileAt]*tile
	most       int   // tiles that are held
	last       *tile // the one that was asked for last
	lastAt     tileAt
}

// tile has the cells to the nearest cell that is not permitted, less the diagonal of a cell; 0 or less inside.
type tile struct{ clear [tileSide * tileSide]float32 }

type tileAt struct{ i, j int32 }

const (
	tileSide  = 128
	mostTiles = 1024 // about 100 MB with what they are made from
)

// groundOf is the ground of a task with room for turns around it.
func groundOf(t *Task) *ground { return newGround(t, 4*float64(t.Turn/t.Prior.Cell)+2) }

// newGround is the ground around a task, nil where every place is permitted. Margin is in cells.
func newGround(t *Task, margin float64) *ground {
	if t.Permitted == nil {
		return nil
	}
	cell := float64(t.Prior.Cell)
	low, high := [2]float64{0, 0}, [2]float64{float64(t.Prior.Columns), float64(t.Prior.Rows)}
	for _, p := range []Point{t.Base, t.origin()} {
		for k, v := range [2]float64{float64(p.X) / cell, float64(p.Y) / cell} {
			low[k], high[k] = min(low[k], v), max(high[k], v)
		}
	}
	g := &ground{
		permitted: t.Permitted, cell: cell, x0: int32(math.Floor(low[0] - margin)), y0: int32(math.Floor(low[1] - margin)),
		free: map[tileAt]*[tileSide * tileSide]bool{}, tiles: map[tileAt]*tile{}, most: mostTiles,
	}
	g.cols, g.rows = int32(math.Ceil(high[0]+margin))-g.x0, int32(math.Ceil(high[1]+margin))-g.y0
	return g
}

// cells tells which cells of a tile are permitted: those whose four corners are. Beyond the ground none is.
func (g *ground) cells(at tileAt) *[tileSide * tileSide]bool {
	if f := g.free[at]; f != nil {
		return f
	}
	f := new([tileSide * tileSide]bool)
	g.free[at] = f
	corner := func(i, j int32) bool {
		return g.permitted(Point{geodesy.Length(float64(g.x0+i) * g.cell), geodesy.Length(float64(g.y0+j) * g.cell)})
	}
	i0, j0 := at.i*tileSide, at.j*tileSide
	cols, rows := min(tileSide, g.cols-i0), min(tileSide, g.rows-j0)
	var above, below [tileSide + 1]bool
	for j := range rows + 1 {
		for i := range cols + 1 {
			below[i] = corner(i0+i, j0+j)
		}
		if j > 0 {
			for i := range cols {
				f[(j-1)*tileSide+i] = above[i] && above[i+1] && below[i] && below[i+1]
			}
		}
		above = below
	}
	return f
}

// far is beyond what any link needs that is looked at so closely, in cells: no further is a distance told.
const far = 64

// tile works out distances to cells that are not permitted: along rows exactly, then down columns over the rows within reach
// (Saito and Toriwaki, Pattern Recognition 27, 1994).
func (g *ground) tile(at tileAt) *tile {
	if t := g.tiles[at]; t != nil {
		return t
	}
	if len(g.tiles) >= g.most {
		clear(g.tiles)
		clear(g.free)
	}
	const side = tileSide + 2*far
	var near [9]*[tileSide * tileSide]bool // the tile and those around it
	for k := range int32(9) {
		if n := (tileAt{at.i + k%3 - 1, at.j + k/3 - 1}); n.i >= 0 && n.j >= 0 && n.i*tileSide < g.cols && n.j*tileSide < g.rows {
			near[k] = g.cells(n)
		}
	}
	i0, j0 := at.i*tileSide, at.j*tileSide
	blocked := func(i, j int32) bool { // only of cells of the ground
		u, v := i-i0+tileSide, j-j0+tileSide
		return !near[v/tileSide*3+u/tileSide][v%tileSide*tileSide+u%tileSide]
	}
	var across [side][tileSide]float32
	for v := range int32(side) {
		j := j0 - far + v
		if j < 0 || j >= g.rows {
			continue
		}
		d := float32(far)
		for i := max(0, i0-far); i < min(g.cols, i0+tileSide); i++ {
			if d = min(d+1, far); blocked(i, j) {
				d = 0
			}
			if i >= i0 {
				across[v][i-i0] = d
			}
		}
		d = far
		for i := min(g.cols, i0+tileSide+far) - 1; i >= i0; i-- {
			if d = min(d+1, far); blocked(i, j) {
				d = 0
			}
			if i < i0+tileSide {
				across[v][i-i0] = min(across[v][i-i0], d)
			}
		}
	}
	t := new(tile)
	for j := j0; j < min(g.rows, j0+tileSide); j++ {
		for i := range min(tileSide, g.cols-i0) {
			best := across[j-j0+far][i]
			best *= best
			for dj := int32(1); dj < far && float32(dj*dj) < best; dj++ {
				for _, k := range [2]int32{j - dj, j + dj} {
					if k >= 0 && k < g.rows {
						d := across[k-j0+far][i]
						best = min(best, d*d+float32(dj*dj))
					}
				}
			}
			// Centres are a cell nearer to edges on both sides.
			c := float32(math.Sqrt(float64(best))) - math.Sqrt2
			if best == 0 {
				c = -1
			}
			t.clear[(j-j0)*tileSide+i] = c
		}
	}
	g.tiles[at] = t
	return t
}

// barred is how clear a place is, at most, that is not permitted.
const barred = -0.999

// at is how clear a place in cells is; what lies outside the ground is not permitted.
func (g *ground) at(x, y float64) float64 {
	i, j := int32(math.Floor(x))-g.x0, int32(math.Floor(y))-g.y0
	if i < 0 || j < 0 || i >= g.cols || j >= g.rows {
		return -1
	}
	if at := (tileAt{i / tileSide, j / tileSide}); g.last == nil || at != g.lastAt {
		g.last, g.lastAt = g.tile(at), at
	}
	return float64(g.last.clear[j%tileSide*tileSide+i%tileSide])
}

// lane tells whether the middle line of a lane is permitted.
func (g *ground) lane(l Lane, width int32) bool {
	// A line between two cells needs both; the corners of one hold for its edges, so the cell on one side is enough.
	for k := l.From; k < l.To; k++ {
		x, y := float64(k)+0.5, l.middle(width)
		if l.across() {
			x, y = y, x
		}
		if g.at(x, y) <= barred {
			return false
		}
	}
	return true
}

// path tells whether a path is permitted. A point of a path is no further than half its length from one of its ends.
func (g *ground) path(l *Link, cell geodesy.Length) bool {
	n := float64(l.Length() / cell)
	end := l.End()
	if g.at(float64(l.From.X/cell), float64(l.From.Y/cell)) > n/2 && g.at(float64(end.X/cell), float64(end.Y/cell)) > n/2 {
		return true
	}
	steps := int(n*4) + 1
	var x, y float64
	for k := range steps + 1 {
		p := l.At(l.Length() * geodesy.Length(float64(k)/float64(steps)))
		u, v := float64(p.X/cell), float64(p.Y/cell)
		if g.at(u, v) <= barred || k > 0 && g.corner(x, y, u, v) {
			return false
		}
		x, y = u, v
	}
	return true
}

// corner tells whether a step of less than a cell, between two cells that share no more than a corner, leads through a third one
// that is not permitted. So no straight line is taken that touches one, nor an arc but for what it bends off its chord of a
// quarter of a cell.
func (g *ground) corner(x, y, u, v float64) bool {
	i, j := math.Floor(x), math.Floor(y)
	s, t := math.Floor(u), math.Floor(v)
	if i == s || j == t {
		return false
	}
	cx, cy := max(i, s), max(j, t) // the corner
	side := (u-x)*(cy-y) - (v-y)*(cx-x)
	switch {
	case side == 0:
		return false
	case (side > 0) == ((s > i) == (t > j)): // it crosses the upright edge first
		return g.at(s+0.5, j+0.5) <= barred
	}
	return g.at(i+0.5, t+0.5) <= barred
}

// clipped is what of segments lies on permitted ground, in steps of half a cell; all of it where that is nil.
func (g *ground) clipped(t *Task, line []segment) []segment {
	if g == nil {
		return line
	}
	var out []segment
	for _, s := range line {
		whole := Straight(s.pose(), s.length())
		n := max(1, int(math.Ceil(float64(s.length()/t.Prior.Cell)*2)))
		at := func(k int) Pose { return whole.At(s.length() * geodesy.Length(float64(k)/float64(n))) }
		from := -1
		for k := range n + 1 {
			ok := false
			if k < n {
				step := Straight(at(k), s.length()/geodesy.Length(n))
				ok = g.path(&step, t.Prior.Cell)
			}
			switch {
			case ok && from < 0:
				from = k
			case !ok && from >= 0:
				out = append(out, segment{at(from).Point, at(k).Point})
				from = -1
			}
		}
	}
	return out
}
