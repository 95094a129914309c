package topology

import (
	"math"
	"slices"
)

// cellIndex is a uniform grid over integer coordinates, as one sorted list of (cell, item).
type cellIndex struct {
	shift uint
	pairs []uint64 // cell row (18 bits), column (19 bits), item (27 bits)
	start map[uint64]int32
}

const itemBits = 27

func newCellIndex(shift uint) *cellIndex { return &cellIndex{shift: shift} }

func (ix *cellIndex) key(cx, cy int64) uint64 { return uint64(cy)<<19 | uint64(cx) }

func (ix *cellIndex) column(x int64) int64 { return max(0, (x+MaxLon+1<<ix.shift)>>ix.shift) }
func (ix *cellIndex) row(y int64) int64    { return max(0, (y+MaxLon/2+1<<ix.shift)>>ix.shift) }

// add enters a segment into every cell that it touches.
func (ix *cellIndex) add(item int32, a, b Point, slack int64) {
	if a.Y > b.Y {
		a, b = b, a
	}
	y0, y1 := ix.row(int64(a.Y)-slack), ix.row(int64(b.Y)+slack)
	for cy := y0; cy <= y1; cy++ {
		x0, x1 := int64(min(a.X, b.X)), int64(max(a.X, b.X))
		if y0 != y1 {
			lo := float64(cy<<ix.shift) - MaxLon/2 - float64(int64(1)<<ix.shift)
			hi := lo + float64(int64(1)<<ix.shift)
			xa, xb := xAt(a, b, lo-2), xAt(a, b, hi+2)
			x0 = max(x0, int64(math.Floor(math.Min(xa, xb)))-2)
			x1 = min(x1, int64(math.Ceil(math.Max(xa, xb)))+2)
		}
		for cx := ix.column(x0 - slack); cx <= ix.column(x1+slack); cx++ {
			ix.pairs = append(ix.pairs, ix.key(cx, cy)<<itemBits|uint64(item))
		}
	}
}

// xAt is where the line ab, a.Y < b.Y, is at height y, clamped to the segment.
func xAt(a, b Point, y float64) float64 {
	t := (y - float64(a.Y)) / float64(int64(b.Y)-int64(a.Y))
	t = math.Min(1, math.Max(0, t))
	return float64(a.X) + t*float64(int64(b.X)-int64(a.X))
}

func (ix *cellIndex) sort() {
	slices.Sort(ix.pairs)
	ix.start = make(map[uint64]int32)
	for i, p := range ix.pairs {
		if i == 0 || p>>itemBits != ix.pairs[i-1]>>itemBits {
			ix.start[p>>itemBits] = int32(i)
		}
	}
}

// box calls f for the items of every cell within (rx, ry) of p. An item may come more than once.
func (ix *cellIndex) box(p Point, rx, ry int64, f func(int32)) {
	for cy := ix.row(int64(p.Y) - ry); cy <= ix.row(int64(p.Y)+ry); cy++ {
		for cx := ix.column(int64(p.X) - rx); cx <= ix.column(int64(p.X)+rx); cx++ {
			k := ix.key(cx, cy)
			i, ok := ix.start[k]
			if !ok {
				continue
			}
			for ; int(i) < len(ix.pairs) && ix.pairs[i]>>itemBits == k; i++ {
				f(int32(ix.pairs[i] & (1<<itemBits - 1)))
			}
		}
	}
}

// cells calls f with the items of each occupied cell.
func (ix *cellIndex) cells(f func(items []int32)) {
	var items []int32
	for i, p := range ix.pairs {
		items = append(items, int32(p&(1<<itemBits-1)))
		if i+1 == len(ix.pairs) || ix.pairs[i+1]>>itemBits != p>>itemBits {
			f(items)
			items = items[:0]
		}
	}
}
