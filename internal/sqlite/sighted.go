package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

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

// GlimpsesAt calls f with every frame that may show a place within a period, path by path in the order of flight and source, and
// within one in the order of the frames. Frames without a time are of every period. The index finds them: the frame's outline tells
// whether it shows the place, and f is to ask that.
func (m *Models) GlimpsesAt(ctx context.Context, at geodesy.Position, period validity.Period, f func(Sighting) error) error {
	if !at.Valid() {
		return fmt.Errorf("read models: no place on Earth: %v, %v", at.Lat, at.Lon)
	}
	return m.view(ctx, func(v *view) error {
		found, err := v.spansAt(at, period)
		if err != nil {
			return err
		}
		all, err := v.pathsOf(slices.Collect(maps.Keys(found)))
		if err != nil {
			return err
		}
		return v.frames(all, found, period, func(_ *path, s Sighting) error { return f(s) })
	})
}

// frames calls f with the frames of runs of paths within a period, in the order of the paths and of the frames.
func (v *view) frames(all []*path, found map[int64][]span, period validity.Period, f func(*path, Sighting) error) error {
	turn := map[int64]int{} // of a path in all
	var wanted [][2]int64   // the first and the last frame of every run
	for i, p := range all {
		turn[p.id], found[p.id] = i, joined(found[p.id])
		for _, s := range found[p.id] {
			wanted = append(wanted, [2]int64{p.id<<numberBits | int64(s.first), p.id<<numberBits | int64(s.last)})
		}
	}
	list, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	last := int64(-1)
	return v.lend(glimpses, blocksOfRuns, []any{string(list)}, func(r row) error {
		id := r.integer(glimpses, "id")
		if id == last { // of two runs
			return nil
		}
		of, first := id>>numberBits, uint64(id&(mostNumbers-1))
		if before := last >> numberBits; last >= 0 && (turn[of] < turn[before] || of == before && id < last) {
			return errOrder
		}
		last = id
		for len(found[of]) > 0 && found[of][0].last < first { // done with
			found[of] = found[of][1:]
		}
		p := all[turn[of]]
		return within(r, p, found[of], period, func(s Sighting) error { return f(p, s) })
	})
}

// Rows of glimpses by a list in JSON, in its order, in one question: a question for each would cost more than what it finds. Of a run, told
// by the ids of its first and its last frame, they are the block that the first is in, which begins at it or before, and those that
// begin within the run. SQLite never changes the order of a CROSS JOIN. That they come in order is checked and not asked for: to sort them it
// would hold them all.
var (
	blocks       = "SELECT " + glimpses.list("g.") + " FROM json_each(?) AS s CROSS JOIN glimpses AS g WHERE "
	blocksOfRuns = blocks + fmt.Sprintf("g.id >= coalesce((SELECT max(id) FROM glimpses WHERE id <= s.value->>0 AND id >= s.value->>0 >> %[1]d << %[1]d), s.value->>0) "+
		"AND g.id <= s.value->>1", numberBits)
	blocksByID = blocks + "g.id = s.value"
)

var errOrder = errors.New("read models: blocks of frames came in no order")

// pathsOf returns paths by their ids, in the order of flight and source.
func (v *view) pathsOf(ids []int64) ([]*path, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	all := make([]*path, 0, len(ids))
	err = v.rows(paths, "SELECT "+paths.list("p.")+" FROM json_each(?) AS s CROSS JOIN paths AS p WHERE p.id = s.value", []any{string(list)}, func(r row) error {
		p, err := readPath(r)
		all = append(all, p)
		return err
	})
	if err == nil && len(all) != len(ids) {
		err = &DamageError{What: fmt.Sprintf("table paths: %d of %d are missing", len(ids)-len(all), len(ids))}
	}
	slices.SortFunc(all, comparePaths)
	return all, err
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

var ofTiles = "SELECT " + sights.list("") + " FROM sights WHERE earliest < ? AND latest >= ? AND tile IN (?" +
	strings.Repeat(",?", len(coverage.CellsAt(geodesy.Position{}))-1) + ")"

// spansAt asks the index: by path, the runs of frames that touch a cell in which the place lies.
func (v *view) spansAt(at geodesy.Position, period validity.Period) (map[int64][]span, error) {
	from, to := seconds(period)
	out := map[int64][]span{}
	var runs []coverage.Run
	total := 0
	cells := coverage.CellsAt(at)
	args := []any{to, from}
	for _, c := range cells {
		args = append(args, int64(c.Tile))
	}
	err := v.lend(sights, ofTiles, args, func(r row) (err error) {
		tile := coverage.Tile(r.integer(sights, "tile"))
		c := cells[slices.IndexFunc(cells[:], func(c coverage.Located) bool { return c.Tile == tile })]
		if runs, err = coverage.RunsOf(runs[:0], r.blob(sights, "body"), c.Cell); err != nil {
			return &DamageError{What: "table sights: " + err.Error()}
		}
		runs = slices.DeleteFunc(runs, func(x coverage.Run) bool { return !x.During(from, to) })
		if len(runs) == 0 {
			return nil
		}
		if total += len(runs); total > MostSights {
			return ErrManyLooks
		}
		id := r.integer(sights, "path")
		all := slices.Grow(out[id], len(runs))
		for i := range runs {
			all = append(all, span{runs[i].First, runs[i].Last})
		}
		out[id] = all
		return nil
	})
	if err != nil {
		return nil, err
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

// within calls f with the frames of a block of a path that are in one of its runs, which are sorted and apart, and in a period; without
// runs, with all of the period.
func within(r row, p *path, runs []span, period validity.Period, f func(Sighting) error) error {
	var err error
	out := Sighting{Flight: p.sortie(), Source: p.key.source}
	all := runs == nil
	bad := coverage.Glimpses(r.blob(glimpses, "body"), func(g *coverage.Glimpse) bool {
		for len(runs) > 0 && runs[0].last < g.Number {
			runs = runs[1:]
		}
		if !all && len(runs) == 0 {
			return false
		}
		if (all || g.Number >= runs[0].first) && (g.Time.IsZero() || period.InForce(g.Time)) {
			out.Glimpse = g
			err = f(out)
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
			return within(r, p, nil, period, f)
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
		slices.Sort(ids)
		ids = slices.Compact(ids)
		of := make([]int64, len(ids))
		for i, id := range ids {
			of[i] = id >> numberBits
		}
		all, err := v.pathsOf(slices.Compact(of))
		if err != nil {
			return err
		}
		byID := map[int64]*path{}
		for _, p := range all {
			byID[p.id] = p
		}
		slices.SortStableFunc(ids, func(a, b int64) int { return comparePaths(byID[a>>numberBits], byID[b>>numberBits]) })
		list, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		return v.lend(glimpses, blocksByID, []any{string(list)}, func(r row) error {
			id := r.integer(glimpses, "id")
			i := slices.Index(ids, id) // the next, but for blocks without ground
			if i < 0 {
				return errOrder
			}
			ids = ids[i+1:]
			return within(r, byID[id>>numberBits], nil, period, f)
		})
	})
}
