package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/validity"
)

// Mark says why a fix is kept beside the even rate. Marks add up.
type Mark uint8

// The marks.
const (
	RunBegins Mark = 1 << iota // first fix of an entry, or the fix before a possible one
	RunEnds                    // last fix of an entry, or the fix after a possible one
	Deepest                    // farthest from the limit or from the land border
	BeforeGap
	AfterGap
)

// Fix is one fix of a path. Of one that only an entry or a gap names, Fix has time, position and bytes, and Sampled
// is true: whether it had an altitude or a speed is not known here.
type Fix struct {
	Flight  journal.Sortie
	Source  string
	Number  uint64 // in the path, from 0, before thinning
	Fix     flight.Fix
	Marks   Mark
	Sampled bool
}

// Fixes lists the kept fixes of one path in their order, and returns the cursor of the next page, empty after the last.
func (m *Models) Fixes(ctx context.Context, sortie journal.Sortie, source string, page Page) ([]Fix, string, error) {
	after := int64(-1)
	if _, err := page.seek(&after); err != nil {
		return nil, "", err
	}
	var out []Fix
	err := m.view(ctx, func(v *view) error {
		p, err := v.path(sortie, source)
		if err != nil {
			return err
		}
		marks, err := v.marks(sortie, source, after)
		if err != nil {
			return err
		}
		bounds := p.ids()
		err = v.each(fixes, "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
			[]any{bounds[0].(int64) + after, bounds[1], int64(page.limit() + 1)}, func(r row) error {
				f, err := v.fix(r)
				if err != nil {
					return err
				}
				f.Flight, f.Source = sortie, source
				if s, ok := marks[f.Number]; ok {
					f.Marks = s.Marks
					delete(marks, f.Number)
				}
				out = append(out, f)
				return nil
			})
		for _, f := range marks {
			out = append(out, f)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(out, func(a, b Fix) int { return cmp.Compare(a.Number, b.Number) })
	if len(out) <= page.limit() {
		return out, "", nil
	}
	out = out[:page.limit()]
	return out, cursor(out[len(out)-1].Number), nil
}

func (v *view) path(sortie journal.Sortie, source string) (p *path, err error) {
	err = v.each(paths, "WHERE flight = ? AND source = ?", []any{sortie.String(), source}, func(r row) (err error) {
		p, err = readPath(r)
		return err
	})
	if err == nil && p == nil {
		err = fmt.Errorf("%w: flight %s by %s", ErrNotFound, sortie, source)
	}
	return p, err
}

func (v *view) fix(r row) (Fix, error) {
	e, err := read[journal.FixesRecorded](fixes, r.blob(fixes, "body"))
	if err == nil && len(e.Fixes) != 1 {
		err = &DamageError{What: "table fixes: body is no fix"}
	}
	if err != nil {
		return Fix{}, err
	}
	return Fix{Number: e.First, Fix: e.Fixes[0]}, nil
}

// marks returns the fixes after a number that entries and gaps of a path name.
func (v *view) marks(sortie journal.Sortie, source string, after int64) (map[uint64]Fix, error) {
	out := map[uint64]Fix{}
	mark := func(s *airspace.Sample, as Mark) {
		if int64(s.Index) <= after || s.Index < 0 {
			return
		}
		f, ok := out[uint64(s.Index)]
		if !ok {
			f = Fix{
				Flight: sortie, Source: source, Number: uint64(s.Index), Sampled: true,
				Fix: flight.Fix{Time: s.Time, Position: s.Position, GroundSpeed: -1, Ref: s.Ref},
			}
		}
		f.Marks |= as
		out[f.Number] = f
	}
	where, args := "WHERE flight = ? AND source = ? ORDER BY number", []any{sortie.String(), source}
	err := v.each(entries, where, args, func(r row) error {
		e, err := v.entry(r)
		if err != nil {
			return err
		}
		mark(&e.Entry.First, RunBegins)
		mark(&e.Entry.Last, RunEnds)
		for _, d := range []*airspace.Depth{&e.Entry.FromLimit, &e.Entry.FromLandBorder} {
			if d.Known {
				mark(&d.Fix, Deepest)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, v.each(gaps, where, args, func(r row) error {
		g, err := v.gap(r)
		if err != nil {
			return err
		}
		mark(&g.Gap.From, BeforeGap)
		mark(&g.Gap.To, AfterGap)
		return nil
	})
}

// Box is a span of the Earth's surface on WGS 84. One whose West is greater than its East crosses 180 degrees.
type Box struct{ South, North, West, East geodesy.Angle }

// parts cuts the box at 180 degrees.
func (b Box) parts() []box {
	south, north, west, east := b.South.Degrees(), b.North.Degrees(), b.West.Degrees(), b.East.Degrees()
	if west <= east {
		return []box{{south, north, west, east}}
	}
	return []box{{south, north, west, 180}, {south, north, -180, east}}
}

// FixesIn lists kept fixes within a box and a period, path by path, and returns the cursor of the next page, empty
// after the last. Fixes that only an entry or a gap names are not in it: they are with their path, see Fixes.
func (m *Models) FixesIn(ctx context.Context, where Box, period validity.Period, page Page) ([]Fix, string, error) {
	after := int64(-1)
	if _, err := page.seek(&after); err != nil {
		return nil, "", err
	}
	var out []Fix
	err := m.view(ctx, func(v *view) error {
		all := map[int64]*path{}
		for _, b := range where.parts() {
			w := overlapping("fixes", "fix_boxes", 0, b)
			w.and("id > ?", after)
			w.and("lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?", b.south, b.north, b.west, b.east)
			w.overlaps("time", "time", period)
			err := v.each(fixes, w.String()+" ORDER BY id LIMIT ?", append(w.args, int64(page.limit()+1)), func(r row) error {
				f, err := v.fix(r)
				if err != nil {
					return err
				}
				p, err := v.pathOf(all, r.integer(fixes, "id"))
				if err != nil {
					return err
				}
				f.Flight, f.Source = p.sortie(), p.key.source
				f.Number = uint64(r.integer(fixes, "id")) // for the order: put right below
				out = append(out, f)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(out, func(a, b Fix) int { return cmp.Compare(a.Number, b.Number) })
	out = slices.CompactFunc(out, func(a, b Fix) bool { return a.Number == b.Number })
	next := ""
	if len(out) > page.limit() {
		out = out[:page.limit()]
		next = cursor(out[len(out)-1].Number)
	}
	for i := range out {
		out[i].Number &= mostNumbers - 1
	}
	return out, next, nil
}

// overlapping demands that a box of a row meets b. The ids are gathered first: rows are read only as far as a page goes.
func overlapping(t, boxes string, extra int, b box) *where {
	w := &where{}
	w.and(fmt.Sprintf("%s.id IN (SELECT b.id >> %d FROM %s b WHERE b.south <= ? AND b.north >= ? AND b.west <= ? AND b.east >= ?)", t, extra, boxes),
		b.north, b.south, b.east, b.west)
	return w
}

// pathOf returns the path that an id belongs to.
func (v *view) pathOf(all map[int64]*path, id int64) (*path, error) {
	id >>= numberBits
	if p, ok := all[id]; ok {
		return p, nil
	}
	err := v.each(paths, "WHERE id = ?", []any{id}, func(r row) (err error) {
		all[id], err = readPath(r)
		return err
	})
	if err == nil && all[id] == nil {
		err = &DamageError{What: fmt.Sprintf("table paths: %d is missing", id)}
	}
	return all[id], err
}

func (p *path) sortie() journal.Sortie {
	s, err := journal.ParseSortie(p.key.flight)
	if err != nil {
		return journal.Sortie{} // "" is of no sortie
	}
	return s
}

// Footprints lists the blocks of footprints of one path in their order, each as it was recorded but for frames that
// had been recorded before, and returns the cursor of the next page, empty after the last.
func (m *Models) Footprints(ctx context.Context, sortie journal.Sortie, source string, page Page) ([]journal.FootprintsRecorded, string, error) {
	after := int64(-1)
	if _, err := page.seek(&after); err != nil {
		return nil, "", err
	}
	var out []journal.FootprintsRecorded
	next := ""
	err := m.view(ctx, func(v *view) error {
		p, err := v.path(sortie, source)
		if err != nil {
			return err
		}
		bounds := p.ids()
		w := &where{}
		w.and("id > ? AND id <= ?", bounds[0].(int64)+after, bounds[1])
		next, err = v.paged(footprints, w, "id", page, func(r row) string {
			return cursor(r.integer(footprints, "id") & (mostNumbers - 1))
		}, func(r row) error {
			e, err := read[journal.FootprintsRecorded](footprints, r.blob(footprints, "body"))
			out = append(out, e)
			return err
		})
		return err
	})
	return out, next, err
}
