// Package coverage says what ground was looked at, and what that is worth.
//
// Ground is the union of what was imaged: what was seen twice counts once. A Glimpse is a frame as looks are made of it, a Look how it
// saw one place, a Model what that is worth (IAMSAR's probability of detection), a Watch all looks at one place, a Raster those at
// many. Cells and runs are the index by which the frames that may show a place are found. docs/looks.md has the model with its
// sources, and what it does not prove.
//
// The Earth is laid out on the six sides of a cube around its centre, each side halved again and again
// into squares. Lines through the centre map the ellipsoid to the cube, so that the edges of a
// footprint are straight there, and neither a pole nor the antimeridian is a special place. A footprint
// fills the squares whose middles it holds, small ones along its edges and large ones within; how small
// depends on the footprint, so that one of 20 m is measured as well as one of 100 km.
package coverage

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"overflight/geodesy"
	"overflight/sensor"
)

// Zone is the caller's index of what a piece of ground is, for example of the set of states that it
// belongs to.
type Zone uint16

// View is the caller's index of where the aircraft was when it saw the ground, for example of the set of
// states whose airspace it was in.
type View uint16

// Key is one zone seen from one view.
type Key struct {
	Zone Zone
	View View
}

// Config is how finely ground is laid out. The zero value means the defaults.
type Config struct {
	// CellsAcross is the least number of cells across the narrow side of a footprint. More is finer and
	// slower; the default keeps the area of one footprint within 2 percent, and 1 in 10,000 in the mean.
	CellsAcross int
	// MaxNodes bounds the memory, at 8 bytes a node. When it is reached the smallest cells are given up,
	// and Coarsened says so.
	MaxNodes int
}

// The defaults, and how wide a footprint may be.
const (
	DefaultCellsAcross = 28
	DefaultMaxNodes    = 16 << 20
	MaxFootprint       = 2000 * geodesy.Kilometre
)

// A footprint has at most mostAlong cells along it, which bounds the work: one that is more than 70 times
// as long as wide is laid out more coarsely than CellsAcross says. One that is thinner than thinnest is a
// line, and its area is rounding.
const (
	mostAlong = 2048
	thinnest  = 1e-6
)

// still is the fraction of a cell that a footprint's corners may move before it counts as another.
const still = 0.5

// Ground is the union of the footprints that were added. It is not safe for concurrent use.
type Ground struct {
	config  Config
	tree    tree
	content contents
	sums    []float64 // see Areas; nil when something was added since
	last    struct {
		set     bool
		view    View
		side    int
		corners [4]point
		cell    float64
	}
}

// NewGround returns ground of which nothing was seen.
func NewGround(c Config) *Ground {
	if c.CellsAcross <= 0 {
		c.CellsAcross = DefaultCellsAcross
	}
	if c.MaxNodes <= 0 {
		c.MaxNodes = DefaultMaxNodes
	}
	g := &Ground{config: c}
	g.tree.reset()
	g.content.reset()
	return g
}

// Add adds a footprint that was seen from view. It calls classify for the middle and the corners of
// squares of eight by eight of the smallest cells, or larger ones that lie wholly within, and parts them where
// those differ: the line between two zones is found to the size of the smallest cells, but a zone that
// is smaller than a quarter of the footprint may be missed. What a piece of ground is, is asked once:
// classify MUST depend on nothing but its argument, and be the same for every footprint.
//
// False means that nothing was added: there is no footprint, it has no area or it is wider than
// MaxFootprint.
func (g *Ground) Add(fp *sensor.Footprint, view View, classify func(geodesy.Position) Zone) bool {
	if !fp.OnGround() {
		return false
	}
	var at [4]geodesy.Vector
	for i, c := range fp.Corners {
		at[i] = geodesy.ToECEF(c, 0)
		if !(at[i].Minus(at[0]).Norm() <= float64(MaxFootprint)) {
			return false
		}
	}
	main := sideOf(at[0].Plus(at[1]).Plus(at[2]).Plus(at[3]))
	ring := project(main, &at)
	length, width := ring.size()
	if !(width > thinnest*length) {
		return false
	}
	cell := max(width/float64(g.config.CellsAcross), length/mostAlong)
	if l := &g.last; l.set && l.view == view && l.side == main && near(&l.corners, &ring.corners, still*min(cell, l.cell)) {
		return true
	}
	g.last.set, g.last.view, g.last.side, g.last.corners, g.last.cell = true, view, main, ring.corners, cell
	g.sums = nil

	g.content.look(view)
	m := marker{
		tree: &g.tree, content: &g.content, ring: &ring, side: main,
		level: int(math.Ceil(math.Log2(2 / cell))), classify: classify,
	}
	m.level = max(1, min(m.level, g.tree.deepest))
	m.mark(int32(main), 0, point{}, 1, allEdges)
	if ring.low.x < -1 || ring.low.y < -1 || ring.high.x > 1 || ring.high.y > 1 {
		for m.side = range sides {
			if m.side != main && mayTouch(m.side, &at) {
				ring = project(m.side, &at)
				m.mark(int32(m.side), 0, point{}, 1, allEdges)
			}
		}
	}
	for len(g.tree.nodes) > g.config.MaxNodes && g.tree.deepest > 1 {
		g.tree.coarsen(func(k uint32) bool { return len(g.content.all[k].views) > 0 })
	}
	return true
}

// near reports whether no corner moved by more than d.
func near(a, b *[4]point, d float64) bool {
	for i := range a {
		if !(math.Abs(a[i].x-b[i].x) <= d && math.Abs(a[i].y-b[i].y) <= d) {
			return false
		}
	}
	return true
}

// AreaKm2 returns the area in km² of the ground of one zone that was seen from one view.
func (g *Ground) AreaKm2(k Key) float64 {
	return g.UnionKm2(func(o Key) bool { return o == k })
}

// UnionKm2 returns the area in km² of the ground that was seen under at least one key for which match
// says yes. Ground seen under several of them counts once.
func (g *Ground) UnionKm2(match func(Key) bool) float64 { return g.Areas().UnionKm2(match) }

// Areas is the ground as it was when Areas was asked for, summed up: any number of unions cost one walk over it.
type Areas struct {
	contents []content
	sums     []float64 // m² by content
}

// Areas sums up the ground. Asked again before anything was added, it costs nothing.
func (g *Ground) Areas() Areas {
	if len(g.sums) != len(g.content.all) {
		g.sums = make([]float64, len(g.content.all))
		for n := range g.tree.leaves() {
			if len(g.content.all[n.content].views) > 0 {
				g.sums[n.content] += squareArea(n.side, n.centre, n.half)
			}
		}
	}
	return Areas{contents: g.content.all, sums: g.sums}
}

// UnionKm2 is as that of the Ground.
func (a Areas) UnionKm2(match func(Key) bool) float64 {
	var sum float64
	for i, c := range a.contents {
		for _, v := range c.views {
			if match(Key{c.zone, v}) {
				sum += a.sums[i]
				break
			}
		}
	}
	return sum / 1e6
}

// Keys returns every zone and view under which ground was seen, sorted.
func (g *Ground) Keys() []Key {
	used := make([]bool, len(g.content.all))
	for n := range g.tree.leaves() {
		used[n.content] = true
	}
	var keys []Key
	for i, c := range g.content.all {
		for _, v := range c.views {
			if used[i] {
				keys = append(keys, Key{c.zone, v})
			}
		}
	}
	slices.SortFunc(keys, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.View, b.View))
	})
	return slices.Compact(keys)
}

// Coarsened reports whether the smallest cells were given up for want of memory: areas of small
// footprints are then rougher.
func (g *Ground) Coarsened() bool { return g.tree.coarsened }

// Patch is a square piece of ground that was seen.
type Patch struct {
	Centre  geodesy.Position
	Corners [4]geodesy.Position // in order round the patch
	AreaKm2 float64
	Zone    Zone
	Views   []View // shared: not to be changed
}

// Patches returns the ground as pieces that do not overlap, for drawing and for questions that an area
// does not answer.
func (g *Ground) Patches() iter.Seq[Patch] {
	return func(yield func(Patch) bool) {
		for n := range g.tree.leaves() {
			c := g.content.all[n.content]
			if len(c.views) == 0 {
				continue
			}
			p := Patch{
				Centre:  unproject(n.side, n.centre),
				AreaKm2: squareArea(n.side, n.centre, n.half) / 1e6,
				Zone:    c.zone, Views: c.views,
			}
			for i := range p.Corners {
				p.Corners[i] = unproject(n.side, corner(n.centre, n.half, i))
			}
			if !yield(p) {
				return
			}
		}
	}
}
