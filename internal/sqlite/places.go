package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/validity"
)

// stretch is a run of frames of one path that may show one of several places.
type stretch struct {
	span
	place int
}

// GlimpsesNear calls f with every frame that may show one of several places, and with which: all that show it, whenever, and some that
// only come near. Each place has its frames in the order of GlimpsesAt. Rows of the index and blocks of frames that places have in common
// are read once.
func (m *Models) GlimpsesNear(ctx context.Context, places []geodesy.Position, f func(place int, s Sighting) error) error {
	return m.view(ctx, func(v *view) error {
		found, err := v.stretchesOf(places)
		if err != nil {
			return err
		}
		all := map[int64]*path{}
		ids := make([]int64, 0, len(found))
		for id := range found {
			if _, err := v.pathOf(all, id<<numberBits); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b int64) int { return comparePaths(all[a], all[b]) })
		read, err := v.framesReader()
		if err != nil {
			return err
		}
		defer func() { _ = read.Close() }() // a statement of a view that ends
		for _, id := range ids {
			if err := v.sweep(read, all[id], id, found[id], f); err != nil {
				return err
			}
		}
		return nil
	})
}

// stretchesOf asks the index: by path, the runs of frames that touch a cell in which one of the places lies.
func (v *view) stretchesOf(places []geodesy.Position) (map[int64][]stretch, error) {
	in := map[coverage.Tile]map[coverage.Cell][]int{}
	for i, at := range places {
		if !at.Valid() {
			return nil, fmt.Errorf("read models: no place on Earth: %v, %v", at.Lat, at.Lon)
		}
		for _, c := range coverage.CellsAt(at) {
			if in[c.Tile] == nil {
				in[c.Tile] = map[coverage.Cell][]int{}
			}
			in[c.Tile][c.Cell] = append(in[c.Tile][c.Cell], i)
		}
	}
	out := map[int64][]stretch{}
	total := make([]int, len(places))
	var runs []coverage.Run
	for tile, cells := range in {
		err := v.each(sights, "WHERE tile = ?", []any{int64(tile)}, func(r row) (err error) {
			id := r.integer(sights, "path")
			for cell, of := range cells {
				if runs, err = coverage.RunsOf(runs[:0], r.blob(sights, "body"), cell); err != nil {
					return &DamageError{What: "table sights: " + err.Error()}
				}
				for _, place := range of {
					if total[place] += len(runs); total[place] > MostSights {
						return ErrManyLooks
					}
					for i := range runs {
						out[id] = append(out[id], stretch{span{runs[i].First, runs[i].Last}, place})
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sweep goes once through the frames of a path that stretches are of.
func (v *view) sweep(read *sql.Stmt, p *path, id int64, found []stretch, f func(place int, s Sighting) error) error {
	found = apart(found)
	spans := make([]span, len(found))
	for i := range found {
		spans[i] = found[i].span
	}
	whose := Sighting{Flight: p.sortie(), Source: p.key.source}
	var open []stretch // that the frame at hand may be of
	for _, s := range joined(spans) {
		err := v.frames(read, p, id, s, validity.Period{}, func(g *coverage.Glimpse) error {
			for len(found) > 0 && found[0].first <= g.Number {
				open, found = append(open, found[0]), found[1:]
			}
			open = slices.DeleteFunc(open, func(x stretch) bool { return x.last < g.Number })
			whose.Glimpse = g
			for _, x := range open {
				if err := f(x.place, whose); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// apart joins the stretches of each place that overlap, and sorts all by where they begin.
func apart(all []stretch) []stretch {
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.first, b.first)) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.place == out[n-1].place && s.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, s.last)
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	return out
}

// framesReader prepares what frames reads with: the block that holds the first of a run, and those after it.
func (v *view) framesReader() (*sql.Stmt, error) {
	return v.conn.PrepareContext(v.ctx, "SELECT "+glimpses.list("")+" FROM glimpses WHERE id >= "+
		"coalesce((SELECT max(id) FROM glimpses WHERE id <= ? AND id >= ?), ?) AND id <= ? ORDER BY id")
}

// frames calls f with the frames of a run of a path within a period.
func (v *view) frames(read *sql.Stmt, p *path, id int64, s span, period validity.Period, f func(*coverage.Glimpse) error) (err error) {
	rows, err := read.QueryContext(v.ctx, id<<numberBits|int64(s.first), id<<numberBits, id<<numberBits, id<<numberBits|int64(s.last))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		r, err := scan(glimpses, rows)
		if err != nil {
			return err
		}
		if err := within(r, p, s, period, f); err != nil {
			return err
		}
	}
	return nil
}
