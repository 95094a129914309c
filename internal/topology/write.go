package topology

import (
	"bytes"
	"cmp"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"overflight/airspace"
)

const (
	cellUnits = 10_000_000
	columns   = 360
	rows      = 180
)

// chain is a run of an arc's edges that touch one cell.
type chain struct {
	cell     int32
	arc      int32
	from, to int32 // vertices [from, to]
}

// Write writes t in the format that airspace.OpenAtlas reads.
func Write(w io.Writer, t *Topology, info airspace.AtlasInfo) error {
	chains := t.chains()
	base, err := t.reference(chains)
	if err != nil {
		return err
	}
	var dir, tiles []byte
	for _, s := range []string{info.Name, info.Version, info.Licence, info.Attribution, info.Recipe} {
		dir = binary.AppendUvarint(dir, uint64(len(s)))
		dir = append(dir, s...)
	}
	dir = append(dir, info.SourceHash[:]...)
	dir = binary.AppendUvarint(dir, uint64(len(t.Codes)))
	for _, c := range t.Codes {
		if len(c) != 3 {
			return fmt.Errorf("writing atlas: %q is no alpha-3 code", c)
		}
		dir = append(dir, c...)
	}
	dir = binary.AppendUvarint(dir, uint64(len(t.Sets)))
	for _, s := range t.Sets {
		dir = binary.AppendUvarint(dir, uint64(len(s)))
		for _, f := range s {
			dir = binary.AppendUvarint(dir, uint64(f))
		}
	}
	groups := groupByCell(chains)
	dir = binary.AppendUvarint(dir, uint64(len(groups)))
	last := int32(0)
	tiled := map[int32]bool{}
	for _, g := range groups {
		cell := g[0].cell
		tiled[cell] = true
		plain := t.tile(g)
		packed, err := deflate(plain)
		if err != nil {
			return err
		}
		tiles = append(tiles, packed...)
		dir = binary.AppendUvarint(dir, uint64(cell-last))
		last = cell
		dir = binary.AppendUvarint(dir, uint64(len(packed)))
		dir = binary.AppendUvarint(dir, uint64(len(plain)))
		dir = binary.AppendUvarint(dir, uint64(base[cell]))
		dir = t.outlines(dir, g)
	}
	for c := int32(0); c < columns*rows; {
		value := func(c int32) uint64 {
			if tiled[c] {
				return 0
			}
			return uint64(base[c]) + 1
		}
		n := c + 1
		for n < columns*rows && value(n) == value(c) {
			n++
		}
		dir = binary.AppendUvarint(dir, uint64(n-c))
		dir = binary.AppendUvarint(dir, value(c))
		c = n
	}
	packed, err := deflate(dir)
	if err != nil {
		return err
	}
	var body []byte
	body = binary.BigEndian.AppendUint32(body, uint32(len(packed)))
	body = binary.BigEndian.AppendUint32(body, uint32(len(dir)))
	body = append(body, packed...)
	body = append(body, tiles...)
	sum := sha256.Sum256(body)
	for _, part := range [][]byte{[]byte(airspace.AtlasMagic), sum[:], body} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("writing atlas: %w", err)
		}
	}
	return nil
}

func deflate(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if _, err := z.Write(plain); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	return b.Bytes(), nil
}

// chains cuts every arc into runs by cell. An edge is in each cell that it touches.
func (t *Topology) chains() []chain {
	var out []chain
	for a := range t.Arcs {
		open := map[int32]int{} // cell -> index in out
		pts := t.Arcs[a].Points
		for i := range int32(len(pts) - 1) {
			for _, cell := range touched(pts[i], pts[i+1]) {
				if k, ok := open[cell]; ok && out[k].to == i {
					out[k].to = i + 1
					continue
				}
				open[cell] = len(out)
				out = append(out, chain{cell, int32(a), i, i + 1})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b chain) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.arc, b.arc), cmp.Compare(a.from, b.from))
	})
	return out
}

// touched lists the cells whose closed square the edge meets, with two units of slack.
func touched(a, b Point) []int32 {
	if a.Y > b.Y {
		a, b = b, a
	}
	const slack = 2
	index := func(v, limit int64) int64 {
		return min(max(v/cellUnits, 0), limit-1)
	}
	x := func(v int64) int64 { return index(v+MaxLon, columns) }
	y := func(v int64) int64 { return index(v+MaxLon/2, rows) }
	var out []int32
	y0, y1 := y(int64(a.Y)-slack), y(int64(b.Y)+slack)
	for cy := y0; cy <= y1; cy++ {
		x0, x1 := int64(min(a.X, b.X)), int64(max(a.X, b.X))
		if y0 != y1 && a.Y != b.Y {
			lo := float64(cy*cellUnits) - MaxLon/2
			xa, xb := xAt(a, b, lo-slack), xAt(a, b, lo+cellUnits+slack)
			x0 = max(x0, int64(min(xa, xb))-slack)
			x1 = min(x1, int64(max(xa, xb))+slack)
		}
		for cx := x(x0 - slack); cx <= x(x1+slack); cx++ {
			out = append(out, int32(cy*columns+cx))
		}
	}
	return out
}

func groupByCell(chains []chain) [][]chain {
	var out [][]chain
	for i := 0; i < len(chains); {
		j := i
		for j < len(chains) && chains[j].cell == chains[i].cell {
			j++
		}
		out = append(out, chains[i:j])
		i = j
	}
	return out
}

func (t *Topology) tile(g []chain) []byte {
	ox := int64(g[0].cell%columns)*cellUnits - MaxLon
	oy := int64(g[0].cell/columns)*cellUnits - MaxLon/2
	b := binary.AppendUvarint(nil, uint64(len(g)))
	for _, c := range g {
		a := t.Arcs[c.arc]
		b = binary.AppendUvarint(b, uint64(a.Left))
		b = binary.AppendUvarint(b, uint64(a.Right))
		b = binary.AppendUvarint(b, uint64(c.to-c.from+1))
	}
	for _, c := range g {
		x, y := ox, oy
		for _, p := range t.Arcs[c.arc].Points[c.from : c.to+1] {
			b = binary.AppendVarint(b, int64(p.X)-x)
			b = binary.AppendVarint(b, int64(p.Y)-y)
			x, y = int64(p.X), int64(p.Y)
		}
	}
	return b
}

// outlines lists the features with an edge in the tile.
func (t *Topology) outlines(dir []byte, g []chain) []byte {
	type outline struct {
		shared     bool
		w, s, e, n int64
	}
	ox := int64(g[0].cell%columns)*cellUnits - MaxLon
	oy := int64(g[0].cell/columns)*cellUnits - MaxLon/2
	found := map[uint16]*outline{}
	var order []uint16
	for _, c := range g {
		a := t.Arcs[c.arc]
		left, right := t.Sets[a.Left], t.Sets[a.Right]
		note := func(f uint16, other []uint16) {
			o := found[f]
			if o == nil {
				o = &outline{w: 255, s: 255}
				found[f] = o
				order = append(order, f)
			}
			o.shared = o.shared || len(other) > 0
			pts := a.Points[c.from : c.to+1]
			for i := range len(pts) - 1 {
				p, q := pts[i], pts[i+1]
				scale := func(v int64) int64 { return min(max(v*255/cellUnits, 0), 254) }
				o.w = min(o.w, scale(int64(min(p.X, q.X))-ox))
				o.s = min(o.s, scale(int64(min(p.Y, q.Y))-oy))
				o.e = max(o.e, scale(int64(max(p.X, q.X))-ox)+1)
				o.n = max(o.n, scale(int64(max(p.Y, q.Y))-oy)+1)
			}
		}
		for _, f := range left {
			if !slices.Contains(right, f) {
				note(f, right)
			}
		}
		for _, f := range right {
			if !slices.Contains(left, f) {
				note(f, left)
			}
		}
	}
	slices.Sort(order)
	dir = binary.AppendUvarint(dir, uint64(len(order)))
	for _, f := range order {
		o := found[f]
		flags := uint64(0)
		if o.shared {
			flags = 1
		}
		dir = binary.AppendUvarint(dir, uint64(f))
		dir = binary.AppendUvarint(dir, flags)
		dir = append(dir, byte(o.w), byte(o.s), byte(o.e), byte(o.n))
	}
	return dir
}

// reference finds the set at the reference point of every cell, sweeping each row of cells from the
// antimeridian eastward half a unit above its southern edge.
func (t *Topology) reference(chains []chain) ([]int, error) {
	type crossing struct {
		x           float64
		west, east  int
		arc, vertex int32
	}
	byRow := make([][]crossing, rows)
	for a, arc := range t.Arcs {
		for i := range len(arc.Points) - 1 {
			p, q := arc.Points[i], arc.Points[i+1]
			west, east := arc.Left, arc.Right // of a northbound edge
			if p.Y > q.Y {
				p, q = q, p
				west, east = east, west
			}
			for r := (int64(p.Y) + MaxLon/2) / cellUnits; r <= (int64(q.Y)+MaxLon/2)/cellUnits && r < rows; r++ {
				y := float64(r*cellUnits-MaxLon/2) + 0.5
				if float64(p.Y) > y || float64(q.Y) < y {
					continue
				}
				byRow[r] = append(byRow[r], crossing{xAt(p, q, y), west, east, int32(a), int32(i)})
			}
		}
	}
	out := make([]int, columns*rows)
	for r, list := range byRow {
		slices.SortFunc(list, func(a, b crossing) int {
			return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.arc, b.arc), cmp.Compare(a.vertex, b.vertex))
		})
		set, k := 0, 0
		if len(list) > 0 {
			set = list[0].west
		}
		for c := range columns {
			x := float64(c*cellUnits-MaxLon) + 0.5
			for ; k < len(list) && list[k].x < x; k++ {
				if list[k].west != set {
					return nil, fmt.Errorf("writing atlas: row %d: claim %v where an arc has %v: %w", r, t.Sets[set], t.Sets[list[k].west], errTopology)
				}
				set = list[k].east
			}
			out[r*columns+c] = set
		}
	}
	return out, nil
}
