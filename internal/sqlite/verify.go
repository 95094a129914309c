package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"overflight/geodesy"
)

// Verify reads the whole file: that it has the tables of this program, the structure that SQLite checks, the checksum of every
// row, and for every box the row that it is of. It returns a DamageError that says where the first fault is.
func (m *Models) Verify(ctx context.Context) error {
	return m.view(ctx, func(v *view) error {
		if err := v.verifySchema(); err != nil {
			return err
		}
		rows, err := v.conn.QueryContext(ctx, "PRAGMA integrity_check(1)")
		if err != nil {
			return err
		}
		var said string
		for err == nil && said == "" && rows.Next() {
			err = rows.Scan(&said)
		}
		if err == nil {
			err = rows.Err()
		}
		if closing := rows.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return err
		}
		if said != "ok" {
			return &DamageError{What: strings.ReplaceAll(said, "\n", " ")}
		}
		for _, t := range append(slices.Clone(named), glimpses, sights) {
			if err := v.each(t, "", nil, func(row) error { return nil }); err != nil {
				return err
			}
		}
		return v.verifyNumbered()
	})
}

// verifySchema compares what the file says of its tables with what a new file says. The tables of an R*Tree are
// SQLite's own: integrity_check knows them.
func (v *view) verifySchema() (err error) {
	want := map[string]string{}
	for statement := range strings.SplitSeq(createAll(), "\n") {
		words := strings.Fields(statement)
		name := words[2]
		if words[1] == "VIRTUAL" {
			name = words[3]
		}
		want[name] = strings.TrimSuffix(statement, ";")
	}
	rows, err := v.conn.QueryContext(v.ctx, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return err
		}
		own, ok := want[name]
		if !ok && (strings.HasPrefix(name, "fix_boxes_") || strings.HasPrefix(name, "footprint_boxes_")) {
			continue
		}
		if text != own {
			return &DamageError{What: "definition of " + strconv.Quote(name)}
		}
		delete(want, name)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for name := range want {
		return &DamageError{What: "table or index " + name + " is missing"}
	}
	return nil
}

// verifyNumbered reads fixes and footprints with their boxes: as many as there have to be, each with the coordinates
// that follow from its row.
func (v *view) verifyNumbered() error {
	for _, n := range numbered {
		find, err := v.boxFinder(n)
		if err != nil {
			return err
		}
		count, want := int64(0), int64(0)
		err = v.each(n.t, "", nil, func(r row) error {
			want += int64(len(find.of(r)))
			return find.err
		})
		if err = errors.Join(err, find.close()); err != nil {
			return err
		}
		rows, err := v.conn.QueryContext(v.ctx, "SELECT count(*) FROM "+n.boxes)
		if err != nil {
			return err
		}
		for rows.Next() {
			err = errors.Join(err, rows.Scan(&count))
		}
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return err
		}
		if count != want {
			return &DamageError{What: fmt.Sprintf("table %s: %d boxes for %d", n.boxes, count, want)}
		}
	}
	return nil
}

// boxFinder finds the boxes of rows and holds them to what follows from the row.
type boxFinder struct {
	v    *view
	n    withBoxes
	find *sql.Stmt
	err  error
}

func (v *view) boxFinder(n withBoxes) (*boxFinder, error) {
	s, err := v.conn.PrepareContext(v.ctx, "SELECT south, north, west, east FROM "+n.boxes+" WHERE id = ?")
	return &boxFinder{v: v, n: n, find: s}, err
}

func (b *boxFinder) close() error { return b.find.Close() }

func (b *boxFinder) of(r row) []box {
	want, n := b.n.of(r)
	id := r.integer(b.n.t, "id") << b.n.extra
	for i, o := range want[:n] {
		var got box
		err := b.find.QueryRowContext(b.v.ctx, id|int64(i)).Scan(&got.south, &got.north, &got.west, &got.east)
		switch {
		case b.err != nil:
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			b.err = err
		case err != nil || got != o:
			b.err = &DamageError{What: fmt.Sprintf("table %s: box of %d", b.n.boxes, id)}
		}
	}
	return want[:n]
}

func fixBoxes(r row) ([2]box, int) {
	lat, okLat := r[fixes.column("lat")].(float64)
	lon, okLon := r[fixes.column("lon")].(float64)
	at := geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}
	if !okLat || !okLon || !at.Valid() {
		return [2]box{}, 0
	}
	return [2]box{pointBox(lat, lon)}, 1
}

func blockBoxes(r row) ([2]box, int) {
	south, ok := r[footprints.column("south")].(float64)
	if !ok {
		return [2]box{}, 0
	}
	north, _ := r[footprints.column("north")].(float64)
	west, _ := r[footprints.column("west")].(float64)
	east, _ := r[footprints.column("east")].(float64)
	return box{south, north, west, east}.parts()
}
