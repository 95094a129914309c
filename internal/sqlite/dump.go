package sqlite

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Dump writes all tables as text, each ordered by its primary key, one row a line. Equal events give equal dumps, however
// they were batched and in whichever order their streams were read against each other. Every row is held to its
// checksum on the way.
func (m *Models) Dump(ctx context.Context, to io.Writer) error {
	b := bufio.NewWriterSize(to, 1<<16)
	err := m.view(ctx, func(v *view) error {
		fmt.Fprintf(b, "read models %d.%d\n", schema, version&0xff)
		for _, t := range named {
			fmt.Fprintf(b, "\n%s (%s)\n", t.name, t.key(", "))
			if err := v.each(t, "ORDER BY "+t.key(", "), nil, func(r row) error { return dump(b, t, "", r) }); err != nil {
				return err
			}
		}
		var all []*path
		err := v.each(paths, "ORDER BY flight, source", nil, func(r row) error {
			p, err := readPath(r)
			all = append(all, p)
			return err
		})
		if err != nil {
			return err
		}
		for _, n := range numbered {
			fmt.Fprintf(b, "\n%s (flight, source, number) with %s\n", n.t.name, n.boxes)
			find, err := v.boxFinder(n)
			if err != nil {
				return err
			}
			for _, p := range all {
				err := v.each(n.t, "WHERE id BETWEEN ? AND ? ORDER BY id", p.ids(), func(r row) error {
					name := fmt.Sprintf("%q %q %d", p.key.flight, p.key.source, r.integer(n.t, "id")&(mostNumbers-1))
					for _, o := range find.of(r) {
						name += fmt.Sprintf(" [%v %v %v %v]", o.south, o.north, o.west, o.east)
					}
					return cmp.Or(find.err, dump(b, n.t, name, r))
				})
				if err = errors.Join(err, find.err); err != nil {
					return errors.Join(err, find.close())
				}
			}
			if err := find.close(); err != nil {
				return err
			}
		}
		return v.dumpSights(b, all)
	})
	if err != nil {
		return err
	}
	return b.Flush()
}

// dumpSights writes glimpses path by path, and sights tile by tile with the paths in the order of their names.
func (v *view) dumpSights(b *bufio.Writer, all []*path) error {
	fmt.Fprintf(b, "\n%s (flight, source, number)\n", glimpses.name)
	order := map[int64]int{}
	name := func(p *path, number int64) string { return fmt.Sprintf("%q %q %d", p.key.flight, p.key.source, number) }
	for i, p := range all {
		order[p.id] = i
		err := v.each(glimpses, "WHERE id BETWEEN ? AND ? ORDER BY id", p.ids(), func(r row) error {
			return dump(b, glimpses, name(p, r.integer(glimpses, "id")&(mostNumbers-1)), r)
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(b, "\n%s (tile, flight, source, first)\n", sights.name)
	var tile []row
	write := func() error {
		slices.SortStableFunc(tile, func(x, y row) int {
			return cmp.Compare(order[x.integer(sights, "path")], order[y.integer(sights, "path")])
		})
		for _, r := range tile {
			i, known := order[r.integer(sights, "path")]
			if !known {
				return &DamageError{What: fmt.Sprintf("table paths: %d is missing", r.integer(sights, "path"))}
			}
			if err := dump(b, sights, name(all[i], r.integer(sights, "first"))+" ", r); err != nil {
				return err
			}
		}
		tile = tile[:0]
		return nil
	}
	err := v.each(sights, "ORDER BY tile, path, first", nil, func(r row) error {
		if len(tile) > 0 && tile[0].integer(sights, "tile") != r.integer(sights, "tile") {
			if err := write(); err != nil {
				return err
			}
		}
		tile = append(tile, r)
		return nil
	})
	return errors.Join(err, write())
}

// ids returns the first and the last id that the path can have.
func (p *path) ids() []any { return []any{p.id << numberBits, (p.id+1)<<numberBits - 1} }

func dump(b *bufio.Writer, t *table, name string, r row) error {
	b.WriteString(name)
	for i, v := range r {
		if t.columns[i].hidden {
			continue
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		switch v := v.(type) {
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case float64:
			b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
		case string:
			b.WriteString(strconv.Quote(v))
		case []byte:
			fmt.Fprintf(b, "x%x", v)
		default:
			b.WriteString("null")
		}
	}
	return b.WriteByte('\n')
}
