package coverage

import (
	"iter"
	"slices"

	"overflight/geodesy"
)

// finest is the deepest level: squares of 1 cm. No footprint is as small as to want more.
const finest = 30

// node is a square of a side. It is a leaf with one content, or parted into four nodes that lie together.
type node struct {
	first   int32  // of its four; 0 for a leaf
	content uint32 // of a leaf; 0 is nothing known
}

// tree holds the squares of all sides; nodes 0 to 5 are the sides themselves.
type tree struct {
	nodes     []node
	free      []int32 // fours that were joined again
	deepest   int     // level below which nothing is parted
	coarsened bool
}

func (t *tree) reset() {
	t.nodes = make([]node, sides, 1024)
	t.deepest = finest
}

// part makes a leaf into four with its content, and returns the first.
func (t *tree) part(n int32) int32 {
	var first int32
	if k := len(t.free); k > 0 {
		first = t.free[k-1]
		t.free = t.free[:k-1]
	} else {
		first = int32(len(t.nodes))
		t.nodes = append(t.nodes, node{}, node{}, node{}, node{})
	}
	c := t.nodes[n].content
	for i := range int32(4) {
		t.nodes[first+i] = node{content: c}
	}
	t.nodes[n] = node{first: first}
	return first
}

// join makes four leaves of one content into one leaf again.
func (t *tree) join(n int32) {
	first := t.nodes[n].first
	c := t.nodes[first]
	for _, o := range t.nodes[first : first+4] {
		if o.first != 0 || o.content != c.content {
			return
		}
	}
	t.nodes[n] = node{content: c.content}
	t.free = append(t.free, first)
}

// quarter is the middle of quarter i of a square.
func quarter(c point, half float64, i int32) point {
	h := half / 2
	if i&1 == 0 {
		c.x -= h
	} else {
		c.x += h
	}
	if i&2 == 0 {
		c.y -= h
	} else {
		c.y += h
	}
	return c
}

// coarsen gives up the deepest level that is in use, and packs the nodes. A square takes the content
// that most of its quarters have, and of equals one that was seen.
func (t *tree) coarsen(seen func(content uint32) bool) {
	depth := 0
	var measure func(n int32, level int)
	measure = func(n int32, level int) {
		depth = max(depth, level)
		if first := t.nodes[n].first; first != 0 {
			for i := range int32(4) {
				measure(first+i, level+1)
			}
		}
	}
	for s := range int32(sides) {
		measure(s, 0)
	}
	t.deepest = max(1, depth-1)
	t.coarsened = true

	packed := tree{nodes: make([]node, sides, len(t.nodes)), deepest: t.deepest, coarsened: true}
	var copyTo func(from, to int32, level int)
	copyTo = func(from, to int32, level int) {
		first := t.nodes[from].first
		switch {
		case first == 0:
			packed.nodes[to] = t.nodes[from]
		case level == t.deepest:
			packed.nodes[to] = node{content: prevailing(t.nodes[first:first+4], seen)}
		default:
			into := packed.part(to)
			for i := range int32(4) {
				copyTo(first+i, into+i, level+1)
			}
			packed.join(to)
		}
	}
	for s := range int32(sides) {
		copyTo(s, s, 0)
	}
	*t = packed
}

// prevailing is the content that most of four nodes have.
func prevailing(four []node, seen func(uint32) bool) uint32 {
	var best uint32
	most := 0
	for _, a := range four {
		n := 0
		for _, b := range four {
			if a.content == b.content {
				n++
			}
		}
		if n > most || n == most && !seen(best) {
			best, most = a.content, n
		}
	}
	return best
}

// leaf is a square with one content.
type leaf struct {
	side    int
	centre  point
	half    float64
	content uint32
}

// leaves returns every leaf.
func (t *tree) leaves() iter.Seq[leaf] {
	return func(yield func(leaf) bool) {
		var walk func(side int, n int32, c point, half float64) bool
		walk = func(side int, n int32, c point, half float64) bool {
			first := t.nodes[n].first
			if first == 0 {
				return yield(leaf{side, c, half, t.nodes[n].content})
			}
			for i := range int32(4) {
				if !walk(side, first+i, quarter(c, half, i), half/2) {
					return false
				}
			}
			return true
		}
		for s := range sides {
			if !walk(s, int32(s), point{}, 1) {
				return
			}
		}
	}
}

// content is what is known of a leaf: its zone, and the views it was seen from, sorted; none when it
// was only classified.
type content struct {
	zone  Zone
	views []View
}

// contents numbers every content that occurs; 0 is nothing known. There are few, whatever the ground.
type contents struct {
	all   []content
	view  View            // the view that looks now
	with  []uint32        // content with the view added, by content; 0 where not yet asked
	zones map[Zone]uint32 // content of a zone that was not seen
}

func (c *contents) reset() {
	c.all = []content{{}}
	c.with = []uint32{0}
	c.zones = map[Zone]uint32{}
}

// look makes v the view that looks.
func (c *contents) look(v View) {
	if c.view != v {
		c.view = v
		clear(c.with)
	}
}

// seen returns the content k with the view added.
func (c *contents) seen(k uint32) uint32 {
	if n := c.with[k]; n != 0 {
		return n
	}
	views := c.all[k].views
	n := k
	if i, has := slices.BinarySearch(views, c.view); !has {
		n = c.number(c.all[k].zone, slices.Insert(slices.Clone(views), i, c.view))
	}
	c.with[k] = n
	return n
}

// known returns the content of ground of a zone that was not seen.
func (c *contents) known(z Zone) uint32 {
	n, ok := c.zones[z]
	if !ok {
		n = c.number(z, nil)
		c.zones[z] = n
	}
	return n
}

// number returns the number of a content, a new one if need be.
func (c *contents) number(z Zone, views []View) uint32 {
	for i, o := range c.all[1:] {
		if o.zone == z && slices.Equal(o.views, views) {
			return uint32(i + 1)
		}
	}
	c.all = append(c.all, content{z, views})
	c.with = append(c.with, 0)
	return uint32(len(c.all) - 1)
}

// ahead is how many levels above the smallest squares ground is classified.
const ahead = 3

// marker fills one footprint into one side.
type marker struct {
	tree     *tree
	content  *contents
	ring     *ring
	side     int
	level    int
	classify func(geodesy.Position) Zone
}

// mark fills what the ring holds of the square of node n. Only the given edges can pass through it.
func (m *marker) mark(n int32, level int, c point, half float64, edges uint8) {
	if !m.ring.touches(c, half) {
		return
	}
	at := m.tree.nodes[n]
	if at.first == 0 && at.content != 0 && m.content.seen(at.content) == at.content {
		return
	}
	edges, in := m.ring.meet(edges, c, half)
	switch {
	case edges == 0 && !in:
		return
	case edges == 0:
		m.fill(n, level, c, half)
		return
	case level >= m.level-1:
		m.markQuarters(n, level, c, half, edges)
		return
	}
	if at == (node{}) && level >= m.level-ahead {
		m.know(n, level, c, half)
	}
	first := at.first
	if first == 0 {
		first = m.tree.part(n)
	}
	for i := range int32(4) {
		m.mark(first+i, level+1, quarter(c, half, i), half/2, edges)
	}
	m.tree.join(n)
}

// markQuarters ends the descent: of the four smallest squares it fills those whose middles the ring
// holds. Most squares that an edge passes come here, and many hold none.
func (m *marker) markQuarters(n int32, level int, c point, half float64, edges uint8) {
	var held [4]bool
	some, all := false, true
	for i := range int32(4) {
		held[i] = m.ring.has(edges, quarter(c, half, i))
		some, all = some || held[i], all && held[i]
	}
	if !some {
		return
	}
	if all {
		m.fill(n, level, c, half)
		return
	}
	if m.tree.nodes[n] == (node{}) {
		m.know(n, level, c, half)
	}
	first := m.tree.nodes[n].first
	if first == 0 {
		first = m.tree.part(n)
	}
	for i := range int32(4) {
		if held[i] {
			m.fill(first+i, level+1, quarter(c, half, i), half/2)
		}
	}
	m.tree.join(n)
}

// fill fills the whole square of node n.
func (m *marker) fill(n int32, level int, c point, half float64) {
	at := m.tree.nodes[n]
	if at == (node{}) {
		at.content = m.know(n, level, c, half)
	}
	if at.content != 0 {
		m.tree.nodes[n].content = m.content.seen(at.content)
		return
	}
	first := at.first
	if first == 0 {
		first = m.tree.part(n)
	}
	for i := range int32(4) {
		m.fill(first+i, level+1, quarter(c, half, i), half/2)
	}
	m.tree.join(n)
}

// know classifies the square of node n, a leaf of which nothing is known, and returns its content: 0 when
// it lies in more than one zone and can still be parted.
func (m *marker) know(n int32, level int, c point, half float64) uint32 {
	z := m.classify(unproject(m.side, c))
	if level < m.level {
		for i := range 4 {
			if m.classify(unproject(m.side, corner(c, half, i))) != z {
				return 0
			}
		}
	}
	k := m.content.known(z)
	m.tree.nodes[n].content = k
	return k
}
