package coverage

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"overflight/geodesy"
)

// The index says which frames may show a place. The sides of the cube are parted into tiles, and each tile into four by
// four cells; a frame is entered in every cell that its ground touches. There are three sizes of cells, so that a frame has
// few of them whether it shows 20 m or 1,000 km: a place lies in one cell of each.
//
// Cells of the same cube are laid out here as ground is: their edges and those of footprints are straight on it. S2's cells
// would serve as well; what they cost beside these is measured (docs/performance.md).

// Tile is a square of a side of the cube, of one of the three sizes: 5 km, 40 km and 300 km across at most.
type Tile uint32

// Cell is one of the 16 squares of a tile.
type Cell uint8

const (
	sizes     = 3
	tileLevel = 11 // of the smallest tiles: a side is parted 2^11 times
	tileCells = 2  // levels between a tile and its cells
	perTile   = 1 << tileCells
	cellsOf   = perTile * perTile
	coarser   = 3 // levels between two sizes
	mostSpan  = 8 // cells that a footprint is across before it goes to a coarser size
)

func tileOf(size, side, x, y int) Tile {
	return Tile(((size*8+side)<<tileLevel|x)<<tileLevel | y)
}

// Located is a cell of a tile.
type Located struct {
	Tile Tile
	Cell Cell
}

func located(size, side, x, y int) Located {
	return Located{tileOf(size, side, x>>tileCells, y>>tileCells), Cell((x&(perTile-1))<<tileCells | y&(perTile-1))}
}

// cells is how many cells of a size a side has from end to end.
func cells(size int) int { return 1 << (tileLevel + tileCells - size*coarser) }

// CellsAt returns the cells that a place lies in, one of each size.
func CellsAt(p geodesy.Position) [sizes]Located {
	v := geodesy.ToECEF(p, 0)
	side := sideOf(v)
	w, x, y := axes(side, v)
	var out [sizes]Located
	for size := range out {
		n := cells(size)
		out[size] = located(size, side, index(x/w, n), index(y/w, n))
	}
	return out
}

func index(u float64, n int) int { return min(max(int(math.Floor((u+1)/2*float64(n))), 0), n-1) }

// touch is how much wider than it is a square is taken, so that rounding leaves no place out: micrometres.
const touch = 1e-12

// AppendCells appends every cell that the ground of a glimpse touches, all of one size, and a few that it only comes near.
func (g *Glimpse) AppendCells(dst []Located) []Located {
	var at [4]geodesy.Vector
	for i, c := range g.Corners {
		at[i] = geodesy.ToECEF(c, 0)
	}
	main := sideOf(at[0].Plus(at[1]).Plus(at[2]).Plus(at[3]))
	r := project(main, &at)
	span := math.Max(r.high.x-r.low.x, r.high.y-r.low.y)
	size := 0
	for size < sizes-1 && span > mostSpan*2/float64(cells(size)) {
		size++
	}
	dst = r.appendCells(dst, main, size)
	if r.low.x < touch-1 || r.low.y < touch-1 || r.high.x > 1-touch || r.high.y > 1-touch {
		for side := range sides {
			if side != main && mayTouch(side, &at) {
				r = project(side, &at)
				dst = r.appendCells(dst, side, size)
			}
		}
	}
	return dst
}

func (r *ring) appendCells(dst []Located, side, size int) []Located {
	if r.high.x < -1-touch || r.low.x > 1+touch || r.high.y < -1-touch || r.low.y > 1+touch {
		return dst
	}
	n := cells(size)
	half := 1 / float64(n)
	for i := index(r.low.x-touch, n); i <= index(r.high.x+touch, n); i++ {
		for k := index(r.low.y-touch, n); k <= index(r.high.y+touch, n); k++ {
			c := point{float64(2*i+1)*half - 1, float64(2*k+1)*half - 1}
			if edges, in := r.meet(allEdges, c, half+touch); edges != 0 || in {
				dst = append(dst, located(size, side, i, k))
			}
		}
	}
	return dst
}

// Run is a run of frames of one path that touch one cell, with no pause of more than Pause between two.
type Run struct {
	Cell        Cell
	First, Last uint64 // numbers of frames
	From, To    int64  // seconds since 1970 that hold the frames' instants; both Timeless when none has one
}

// Timeless stands for an instant that is not known.
const Timeless = math.MinInt64

// Pause parts two looks: it bridges packets that were lost and the slowest streams in use.
const Pause = 5 * time.Second

// pauseFrames parts two runs of frames without a time.
const pauseFrames = 300

// During reports whether a run may have frames within [from, to), in seconds; a frame without a time always may.
func (r *Run) During(from, to int64) bool {
	return r.From == Timeless || r.From < to && r.To >= from
}

// Extend adds a frame to the runs of a tile: to the last run of its cell where no pause parts them, else as a run of its own.
func Extend(runs []Run, c Cell, number uint64, at time.Time) []Run {
	from, to := int64(Timeless), int64(Timeless)
	if !at.IsZero() {
		from = at.Unix()
		to = from
		if at.Nanosecond() > 0 {
			to++
		}
	}
	for i := len(runs) - 1; i >= 0; i-- {
		r := &runs[i]
		if r.Cell != c {
			continue
		}
		if number < r.Last || (r.From == Timeless) != (from == Timeless) {
			break
		}
		if from == Timeless {
			if number-r.Last > pauseFrames {
				break
			}
		} else if apart := int64(Pause / time.Second); from > r.To+apart || to < r.From-apart {
			break
		}
		r.Last, r.From, r.To = number, min(r.From, from), max(r.To, to)
		return runs
	}
	return append(runs, Run{Cell: c, First: number, Last: number, From: from, To: to})
}

// MostRuns is how many runs one piece of a tile holds before another piece is begun; the frame that fills it may add as many
// more as a tile has cells.
const MostRuns = 256

// ErrRuns is returned for bytes that are no runs.
var ErrRuns = errors.New("coverage: not runs of frames")

// AppendRuns appends the runs of one path in one tile, cell by cell, so that those of one cell are read without the others: which cells
// have any, the first run's frame and second, then of each cell how many bytes and each run by its difference from the one before,
// some 7 bytes.
func AppendRuns(dst []byte, runs []Run) []byte {
	var of [cellsOf][]Run
	var occupied uint16
	var number uint64
	var at int64
	for i := range runs {
		r := &runs[i]
		of[r.Cell] = append(of[r.Cell], *r)
		if occupied == 0 || r.First < number {
			number = r.First
		}
		if r.From != Timeless && (at == 0 || r.From < at) {
			at = r.From
		}
		occupied |= 1 << r.Cell
	}
	dst = binary.LittleEndian.AppendUint16(dst, occupied)
	dst = binary.AppendUvarint(dst, number)
	dst = binary.AppendVarint(dst, at)
	var body []byte
	for _, all := range of {
		if len(all) == 0 {
			continue
		}
		body = appendCell(body[:0], all, number, at)
		dst = binary.AppendUvarint(dst, uint64(len(body)))
		dst = append(dst, body...)
	}
	return dst
}

func appendCell(dst []byte, runs []Run, number uint64, at int64) []byte {
	for i := range runs {
		r := &runs[i]
		dst = binary.AppendVarint(dst, int64(r.First-number))
		number = r.First
		if r.From == Timeless {
			dst = binary.AppendUvarint(dst, (r.Last-r.First)<<1|1)
			continue
		}
		dst = binary.AppendUvarint(dst, (r.Last-r.First)<<1)
		dst = binary.AppendVarint(dst, r.From-at)
		dst = binary.AppendUvarint(dst, uint64(r.To-r.From))
		at = r.From
	}
	return dst
}

// DecodeRuns appends the runs that AppendRuns wrote, cell by cell, those of one cell in their order.
func DecodeRuns(dst []Run, b []byte) ([]Run, error) { return decodeRuns(dst, b, allCells) }

// RunsOf appends those of one cell.
func RunsOf(dst []Run, b []byte, c Cell) ([]Run, error) { return decodeRuns(dst, b, 1<<(c%cellsOf)) }

const allCells = 1<<cellsOf - 1

func decodeRuns(dst []Run, b []byte, wanted uint16) ([]Run, error) {
	if len(b) < 2 {
		return dst, ErrRuns
	}
	occupied := binary.LittleEndian.Uint16(b)
	r := reader{b: b[2:]}
	number, at := r.unsigned(), r.signed()
	for c := range Cell(cellsOf) {
		if occupied>>c&1 == 0 {
			continue
		}
		n := r.unsigned()
		if r.bad || n == 0 || n > uint64(len(r.b)) {
			return dst, ErrRuns
		}
		if wanted>>c&1 != 0 {
			var ok bool
			if dst, ok = decodeCell(dst, r.b[:n], c, number, at); !ok {
				return dst, ErrRuns
			}
		}
		r.b = r.b[n:]
		if wanted != allCells && wanted>>c <= 1 {
			return dst, nil // the rest is of cells that are not asked for
		}
	}
	if r.bad || len(r.b) != 0 {
		return dst, ErrRuns
	}
	return dst, nil
}

func decodeCell(dst []Run, b []byte, c Cell, number uint64, at int64) ([]Run, bool) {
	r := reader{b: b}
	for len(r.b) > 0 {
		number += uint64(r.signed())
		head := r.unsigned()
		x := Run{Cell: c, First: number, Last: number + head>>1, From: Timeless, To: Timeless}
		if head&1 == 0 {
			at += r.signed()
			x.From = at
			x.To = at + int64(r.unsigned())
		}
		if r.bad || x.Last < x.First || x.To < x.From || head&1 == 0 && x.From == Timeless {
			return dst, false
		}
		dst = append(dst, x)
	}
	return dst, true
}
