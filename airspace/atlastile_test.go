package airspace

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// tileSeeds are plain tiles: the chains, then their vertices.
var tileSeeds = [][]int64{
	{},
	{0},
	{1, 1, 0, 2, 0, 0, 100, 100},
	{1, 1, 0, 3, -50, 5_000_000, 6_000_000, 1, 6_000_000, -2},
	{2, 1, 2, 2, 0, 3, 2, 5, 5, 10_000_000, 10_000_000, 9_000_000, 0, 0, 9_000_000},
	{1, 1, 0, 2, -440_000_000, 5, 450_000_000, 3},
	{1, 1, 0, 2, 0, 0, 460_000_000, 3},
	{1, 1, 0, 2, 0, 0, 1 << 60, 1 << 60},
	{1 << 40, 1, 0, 2},
	{1, 9, 9, 2, 0, 0, 1, 1},
}

func plainTile(seed []int64) []byte {
	var b []byte
	chains := 0
	if len(seed) > 0 {
		chains = int(min(seed[0], 8))
	}
	for i, v := range seed {
		if i <= 3*chains {
			b = binary.AppendUvarint(b, uint64(v))
		} else {
			b = binary.AppendVarint(b, v)
		}
	}
	return b
}

func tileChart() *chart {
	c := &chart{}
	c.name([]State{"AAA", "BBB"}, nil)
	c.claims([][]uint16{nil, {0}, {1}, {0, 1}})
	return c
}

// FuzzDecodeTile reads damaged tiles: an error or a tile that answers, within bounded memory.
func FuzzDecodeTile(f *testing.F) {
	for _, s := range tileSeeds {
		f.Add(plainTile(s), uint16(45*gridColumns+200), uint8(1))
	}
	f.Fuzz(func(t *testing.T, plain []byte, cell uint16, base uint8) {
		c := tileChart()
		e := tileEntry{cell: int32(cell) % gridCells, base: uint16(base) % 4}
		got, err := c.decodeTile(e, plain)
		if err != nil {
			return
		}
		if len(got.edges) > 4*maxFineEntries {
			t.Fatalf("%d edges of %d bytes", len(got.edges), len(plain))
		}
		for _, p := range [][2]int32{{0, 0}, {cellUnits, cellUnits}, {5_000_000, 5_000_000}, {1, 9_999_999}} {
			if set := got.claimAt(p[0], p[1]); int(set) >= len(c.sets) {
				t.Fatalf("set %d", set)
			}
		}
		got.shore(c)
	})
}

// TestClaimAtAgainstSides compares the fine grid with the side of a single line on which a point lies,
// also for points on the line and on the corners of fine cells.
func TestClaimAtAgainstSides(t *testing.T) {
	t.Parallel()
	c := tileChart()
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		// A line through the cell from beyond its southern to beyond its northern edge.
		x0, x1 := r.Int64N(3*cellUnits)-cellUnits, r.Int64N(3*cellUnits)-cellUnits
		seed := []int64{1, 1, 2, 2, x0, -1000, x1 - x0, cellUnits + 2000}
		line := fineEdge{x: int32(2 * x0), y: -2000, dx: int32(2 * (x1 - x0)), dy: 2*cellUnits + 4000}
		base := uint16(1) // west of the line is AAA
		if line.rightOf(1, 1) {
			base = 2
		}
		tile, err := c.decodeTile(tileEntry{cell: 45*gridColumns + 200, base: base}, plainTile(seed))
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			x, y := r.Int32N(cellUnits+1), r.Int32N(cellUnits+1)
			switch r.IntN(4) {
			case 0: // a corner of the fine grid
				x, y = x/tile.step*tile.step, y/tile.step*tile.step
			case 1: // on the line, or a unit beside
				at := x0 + int64(float64(x1-x0)*float64(y+1000)/float64(cellUnits+2000)) + r.Int64N(3) - 1
				x = int32(min(max(at, 0), cellUnits))
			}
			want := uint16(1)
			if line.rightOf(2*int64(x), 2*int64(y)) {
				want = 2
			}
			if got := tile.claimAt(x, y); got != want {
				t.Fatalf("line %d to %d, point %d, %d: set %d, want %d", x0, x1, x, y, got, want)
			}
		}
	}
}
