package sqlite

import (
	"math"

	"overflight/coverage"
	"overflight/journal"
)

type pieceKey struct {
	tile coverage.Tile
	path int64
}

// piece is the newest runs of one path in one tile, while a transaction adds to them.
type piece struct {
	first uint64
	runs  []coverage.Run
}

// glimpsed enters the frames of a block in the coverage index: a function of the block and of what its path had before it.
func (w *writer) glimpsed(p *path, id int64, block *journal.FootprintsRecorded) error {
	all := w.glimpses[:0]
	for i := range block.Footprints {
		l := &block.Footprints[i]
		g, ok := coverage.GlimpseOf(block.First+uint64(i), l.Sensor, l.Altitude, &l.Footprint)
		if !ok {
			continue
		}
		all = append(all, g)
		w.cells = g.AppendCells(w.cells[:0])
		for _, c := range w.cells {
			if err := w.enter(p, c, &g); err != nil {
				return err
			}
		}
	}
	w.glimpses = all
	if len(all) == 0 {
		return nil
	}
	return w.put(glimpses, row{id, coverage.AppendGlimpses(nil, all)})
}

func (w *writer) enter(p *path, c coverage.Located, g *coverage.Glimpse) error {
	key := pieceKey{c.Tile, p.id}
	x, ok := w.pieces[key]
	if !ok {
		var err error
		if x, err = w.newestPiece(key); err != nil {
			return err
		}
		w.pieces[key] = x
	}
	if len(x.runs) >= coverage.MostRuns && x.first < g.Number {
		if err := w.putPiece(key, x); err != nil {
			return err
		}
		*x = piece{}
	}
	if len(x.runs) == 0 {
		x.first = g.Number
	}
	x.runs = coverage.Extend(x.runs, c.Cell, g.Number, g.Time)
	return nil
}

func (w *writer) newestPiece(key pieceKey) (*piece, error) {
	rows, err := w.lastSight.Query(int64(key.tile), key.path)
	if err != nil {
		return nil, err
	}
	r, err := one(sights, rows)
	if err != nil || r == nil {
		return &piece{}, err
	}
	x := &piece{first: uint64(r.integer(sights, "first"))}
	x.runs, err = runsOf(nil, r)
	return x, err
}

func runsOf(dst []coverage.Run, r row) ([]coverage.Run, error) {
	runs, err := coverage.DecodeRuns(dst, r.blob(sights, "body"))
	if err != nil {
		return nil, &DamageError{What: "table sights: " + err.Error()}
	}
	return runs, nil
}

func (w *writer) putPiece(key pieceKey, x *piece) error {
	earliest, latest := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range x.runs {
		r := &x.runs[i]
		if r.From == coverage.Timeless {
			earliest, latest = math.MinInt64, math.MaxInt64
			break
		}
		earliest, latest = min(earliest, r.From), max(latest, r.To)
	}
	return w.put(sights, row{int64(key.tile), key.path, count(x.first), earliest, latest, coverage.AppendRuns(nil, x.runs)})
}

// flushSights writes what the transaction added to.
func (w *writer) flushSights() error {
	for key, x := range w.pieces {
		if err := w.putPiece(key, x); err != nil {
			return err
		}
	}
	clear(w.pieces)
	return nil
}
