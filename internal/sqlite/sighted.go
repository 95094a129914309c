package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/validity"
)

// Bounds of a question: runs of frames that it goes through, and blocks of frames of one about an area. Beyond them the question
// is to be narrowed.
const (
	MostSights = 200_000
	MostBlocks = 400_000
)

// ErrManyLooks is returned for a question beyond its bounds.
var ErrManyLooks = errors.New("read models: more looks than one answer goes through")

// Sighting is a frame that may be asked for, and whose it is.
type Sighting struct {
	Flight  journal.Sortie
	Source  string
	Glimpse *coverage.Glimpse // overwritten by the next
}

// span is a run of numbers of frames of one path, both inclusive.
type span struct{ first, last uint64 }

// GlimpsesAt calls f with every frame that shows a place within a period, path by path in the order of flight and source, and
// within one in the order of the frames. Frames without a time are of every period. The index finds them; whether a frame
// shows the place is told by its outline.
func (m *Models) GlimpsesAt(ctx context.Context, at geodesy.Position, period validity.Period, f func(Sighting) error) error {
	if !at.Valid() {
		return fmt.Errorf("read models: no place on Earth: %v, %v", at.Lat, at.Lon)
	}
	return m.view(ctx, func(v *view) error {
		found, err := v.spansAt(at, period)
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
			p := all[id]
			for _, s := range joined(found[id]) {
				err := v.frames(read, p, id, s, period, func(g *coverage.Glimpse) error {
					if !g.Holds(at) {
						return nil
					}
					return f(Sighting{p.sortie(), p.key.source, g})
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func comparePaths(a, b *path) int {
	return cmp.Or(cmp.Compare(a.key.flight, b.key.flight), cmp.Compare(a.key.source, b.key.source))
}

// seconds are the bounds of a period in whole seconds that hold it.
func seconds(p validity.Period) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if !p.From.IsZero() {
		from = p.From.Unix()
	}
	if !p.To.IsZero() {
		to = p.To.Unix() + 1
	}
	return from, to
}

// spansAt asks the index: by path, the runs of frames that touch a cell in which the place lies.
func (v *view) spansAt(at geodesy.Position, period validity.Period) (map[int64][]span, error) {
	from, to := seconds(period)
	out := map[int64][]span{}
	var runs []coverage.Run
	total := 0
	for _, c := range coverage.CellsAt(at) {
		err := v.each(sights, "WHERE tile = ? AND earliest < ? AND latest >= ?", []any{int64(c.Tile), to, from}, func(r row) (err error) {
			if runs, err = coverage.RunsOf(runs[:0], r.blob(sights, "body"), c.Cell); err != nil {
				return &DamageError{What: "table sights: " + err.Error()}
			}
			id := r.integer(sights, "path")
			for i := range runs {
				if x := &runs[i]; x.During(from, to) {
					if total++; total > MostSights {
						return ErrManyLooks
					}
					out[id] = append(out[id], span{x.First, x.Last})
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

// joined sorts spans and joins those that overlap.
func joined(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, s.last)
			continue
		}
		out = append(out, s)
	}
	return out
}

// within calls f with the frames of a block within a span and a period.
func within(r row, p *path, s span, period validity.Period, f func(*coverage.Glimpse) error) error {
	var err error
	bad := coverage.Glimpses(r.blob(glimpses, "body"), func(g *coverage.Glimpse) bool {
		if g.Number > s.last {
			return false
		}
		if g.Number >= s.first && (g.Time.IsZero() || period.InForce(g.Time)) {
			err = f(g)
		}
		return err == nil
	})
	if bad != nil {
		return &DamageError{What: fmt.Sprintf("table glimpses: %s %s: %v", p.key.flight, p.key.source, bad)}
	}
	return err
}

// GlimpsesOf calls f with every frame of a flight that shows ground, path by path. ErrNotFound where nothing is known of the flight.
func (m *Models) GlimpsesOf(ctx context.Context, sortie journal.Sortie, f func(Sighting) error) error {
	return m.view(ctx, func(v *view) error {
		var all []*path
		err := v.each(paths, "WHERE flight = ? ORDER BY source", []any{sortie.String()}, func(r row) error {
			p, err := readPath(r)
			all = append(all, p)
			return err
		})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			known := false
			err := v.each(flights, "WHERE flight = ?", []any{sortie.String()}, func(row) error { known = true; return nil })
			if err != nil || known {
				return err
			}
			return fmt.Errorf("%w: flight %s", ErrNotFound, sortie)
		}
		return v.glimpsesOf(all, validity.Period{}, f)
	})
}

func (v *view) glimpsesOf(all []*path, period validity.Period, f func(Sighting) error) error {
	for _, p := range all {
		err := v.each(glimpses, "WHERE id BETWEEN ? AND ? ORDER BY id", p.ids(), func(r row) error {
			return within(r, p, span{0, math.MaxUint64}, period, func(g *coverage.Glimpse) error {
				return f(Sighting{p.sortie(), p.key.source, g})
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// GlimpsesDuring calls f with every frame of a period that shows ground, path by path.
func (m *Models) GlimpsesDuring(ctx context.Context, period validity.Period, f func(Sighting) error) error {
	return m.view(ctx, func(v *view) error {
		var all []*path
		w := &where{}
		w.and("looked > 0")
		if !period.To.IsZero() {
			w.and("(earliest IS NULL OR earliest < ?)", period.To.UnixMicro())
		}
		if !period.From.IsZero() {
			w.and("(latest IS NULL OR latest >= ?)", period.From.UnixMicro())
		}
		err := v.each(paths, w.String()+" ORDER BY flight, source", w.args, func(r row) error {
			p, err := readPath(r)
			all = append(all, p)
			return err
		})
		if err != nil {
			return err
		}
		return v.glimpsesOf(all, period, f)
	})
}

// GlimpsesIn calls f with every frame of a period in the blocks that come near a box, path by path. It is for areas: most frames of such
// a block show the box, not all.
func (m *Models) GlimpsesIn(ctx context.Context, where Box, period validity.Period, f func(Sighting) error) error {
	return m.view(ctx, func(v *view) error {
		all := map[int64]*path{}
		var ids []int64
		for _, b := range where.parts() {
			w := overlapping("footprints", "footprint_boxes", 1, b)
			w.overlaps("earliest", "latest", period)
			rows, err := v.conn.QueryContext(v.ctx, "SELECT id FROM footprints "+w.String(), w.args...)
			if err != nil {
				return err
			}
			for rows.Next() {
				var id int64
				if err = rows.Scan(&id); err != nil {
					break
				}
				if ids = append(ids, id); len(ids) > MostBlocks {
					err = ErrManyLooks
					break
				}
			}
			if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if _, err := v.pathOf(all, id); err != nil {
				return err
			}
		}
		slices.SortFunc(ids, func(a, b int64) int {
			return cmp.Or(comparePaths(all[a>>numberBits], all[b>>numberBits]), cmp.Compare(a, b))
		})
		for _, id := range slices.Compact(ids) {
			p := all[id>>numberBits]
			err := v.each(glimpses, "WHERE id = ?", []any{id}, func(r row) error {
				return within(r, p, span{0, math.MaxUint64}, period, func(g *coverage.Glimpse) error {
					return f(Sighting{p.sortie(), p.key.source, g})
				})
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
