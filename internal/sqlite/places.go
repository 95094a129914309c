package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"maps"
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
		all, err := v.pathsOf(slices.Collect(maps.Keys(found)))
		if err != nil {
			return err
		}
		spans := make(map[int64][]span, len(found))
		for id, stretches := range found {
			found[id] = apart(stretches)
			for i := range found[id] {
				spans[id] = append(spans[id], found[id][i].span)
			}
		}
		var of *path       // that the frame at hand is of
		var open []stretch // and what of it the frame may be of
		return v.frames(all, spans, validity.Period{}, func(p *path, s Sighting) error {
			if p != of {
				of, open = p, open[:0]
			}
			next := found[p.id]
			for len(next) > 0 && next[0].first <= s.Glimpse.Number {
				open, next = append(open, next[0]), next[1:]
			}
			found[p.id] = next
			open = slices.DeleteFunc(open, func(x stretch) bool { return x.last < s.Glimpse.Number })
			for _, x := range open {
				if err := f(x.place, s); err != nil {
					return err
				}
			}
			return nil
		})
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
