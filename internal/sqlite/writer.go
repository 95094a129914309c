package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"overflight/coverage"
)

// mostRemembered is how many paths are held in memory between transactions.
const mostRemembered = 4096

// writer is the one connection that writes. It is owned by whoever holds the mutex of Models. positions and paths are
// what the file holds, or what the open transaction will have written; both are forgotten when one fails.
type writer struct {
	conn      *sql.Conn
	ledger    string
	puts      map[*table]*sql.Stmt
	gets      map[*table]*sql.Stmt
	fixBox    *sql.Stmt
	frameBox  *sql.Stmt
	lastSight *sql.Stmt
	positions map[string]uint64
	paths     map[pathKey]*path
	dirty     []*path // in the order of the first event
	pathCount int64
	pieces    map[pieceKey]*piece // of sights, that the transaction touched
	cells     []coverage.Located  // scratch
	glimpses  []coverage.Glimpse  // scratch
	wrote     int                 // bytes in this transaction, roughly
}

// prepare runs once: afterwards no statement is parsed again. Statements do not take the context of a call, because
// half a transaction is worth nothing: calls stop between transactions.
func (w *writer) prepare(ctx context.Context) error {
	w.puts, w.gets = map[*table]*sql.Stmt{}, map[*table]*sql.Stmt{}
	var err error
	statement := func(text string) *sql.Stmt {
		if err != nil {
			return nil
		}
		var s *sql.Stmt
		s, err = w.conn.PrepareContext(ctx, text)
		return s
	}
	for _, t := range tables() {
		w.puts[t], w.gets[t] = statement(t.insert()), statement(t.get())
	}
	w.fixBox = statement("INSERT OR REPLACE INTO fix_boxes VALUES (?,?,?,?,?)")
	w.frameBox = statement("INSERT OR REPLACE INTO footprint_boxes VALUES (?,?,?,?,?)")
	w.lastSight = statement("SELECT " + sights.list("") + " FROM sights WHERE tile = ? AND path = ? ORDER BY first DESC LIMIT 1")
	if err != nil {
		return err
	}
	return w.reload()
}

// reload takes the state from the file.
func (w *writer) reload() error {
	ctx := context.Background()
	w.positions, w.paths, w.dirty, w.wrote = map[string]uint64{}, map[pathKey]*path{}, nil, 0
	w.pieces = map[pieceKey]*piece{}
	v := view{conn: w.conn, ctx: ctx}
	err := v.each(positions, "", nil, func(r row) error {
		w.positions[r.text(positions, "stream")] = uint64(r.integer(positions, "sequence"))
		return nil
	})
	if err != nil {
		return err
	}
	return w.conn.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM paths").Scan(&w.pathCount)
}

func (w *writer) close() error {
	var err error
	if w.conn != nil {
		for _, s := range w.puts {
			err = errors.Join(err, s.Close())
		}
		for _, s := range w.gets {
			err = errors.Join(err, s.Close())
		}
		for _, s := range []*sql.Stmt{w.fixBox, w.frameBox, w.lastSight} {
			if s != nil {
				err = errors.Join(err, s.Close())
			}
		}
		err = errors.Join(err, w.conn.Close())
	}
	return err
}

// follow refuses events that are not each the next of its stream.
func (w *writer) follow(events []Positioned) error {
	next := map[string]uint64{}
	for i := range events {
		e := &events[i]
		last, seen := next[e.Stream]
		if !seen {
			last = w.positions[e.Stream]
		}
		if e.Sequence != last+1 {
			return &SequenceError{Stream: e.Stream, Got: e.Sequence, Want: last + 1}
		}
		next[e.Stream] = e.Sequence
	}
	return nil
}

// transact applies events and the position after them in one transaction. A crash anywhere in it leaves the file as
// it was before.
func (w *writer) transact(ctx context.Context, events []Positioned) (wrote int, err error) {
	ctx = context.WithoutCancel(ctx)
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return 0, err
	}
	w.wrote = 0
	moved := map[string]uint64{}
	for i := range events {
		if err = w.event(&events[i]); err != nil {
			break
		}
		moved[events[i].Stream] = events[i].Sequence
	}
	if err == nil {
		err = errors.Join(w.flush(), w.flushSights())
	}
	for stream, sequence := range moved {
		if err == nil {
			err = w.put(positions, row{stream, int64(sequence)})
		}
	}
	if err == nil {
		_, err = w.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// A failed COMMIT may have ended the transaction itself; what counts is that none is open.
		if _, undo := w.conn.ExecContext(ctx, "ROLLBACK"); undo != nil && !strings.Contains(undo.Error(), "no transaction") {
			err = errors.Join(err, undo)
		}
		return 0, errors.Join(err, w.reload())
	}
	for stream, sequence := range moved {
		w.positions[stream] = sequence
	}
	if len(w.paths) > mostRemembered {
		w.paths = map[pathKey]*path{}
	}
	return w.wrote, nil
}

// put writes a row with its sum.
func (w *writer) put(t *table, r row) error {
	if len(r) != len(t.columns) {
		return fmt.Errorf("row of %d values for table %s", len(r), t.name)
	}
	args := append(slices.Clip(r), r.sum())
	for _, v := range r {
		if b, ok := v.([]byte); ok {
			w.wrote += len(b)
		}
	}
	w.wrote += 200
	_, err := w.puts[t].Exec(args...)
	return err
}

// get returns a row, or one that has only its key.
func (w *writer) get(t *table, key ...any) (row, error) {
	rows, err := w.gets[t].Query(key...)
	if err != nil {
		return nil, err
	}
	r, err := one(t, rows)
	if err == nil && r == nil {
		r = make(row, len(t.columns))
		copy(r, key)
	}
	return r, err
}

// one reads the first row and closes.
func one(t *table, rows *sql.Rows) (r row, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	if rows.Next() {
		if r, err = scan(t, rows); err != nil {
			return nil, err
		}
	}
	return r, rows.Err()
}

// scan reads a row of t.list and holds it to its sum.
func scan(t *table, rows *sql.Rows) (row, error) {
	values := make(row, len(t.columns)+1)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, &DamageError{What: "table " + t.name + ": " + err.Error()}
	}
	return held(t, values)
}

// held is a row without the sum that follows it, which it is held to.
func held(t *table, values row) (row, error) {
	r := values[:len(t.columns):len(t.columns)]
	for i, v := range r { // an empty blob comes as nil bytes
		if b, ok := v.([]byte); ok && b == nil {
			r[i] = []byte{}
		}
	}
	if sum, ok := values[len(t.columns)].(int64); !ok || sum != r.sum() {
		return nil, &DamageError{What: "table " + t.name + ": checksum of a row"}
	}
	return r, nil
}

// lent takes a value as the driver holds it, until the next row.
type lent struct{ value *any }

// Scan implements sql.Scanner.
func (l *lent) Scan(v any) error {
	*l.value = v
	return nil
}

// view is one state of the file, to be read from.
type view struct {
	conn interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	ctx    context.Context
	ledger string
}

// view calls f with one state of the file: nothing that is applied meanwhile shows.
func (m *Models) view(ctx context.Context, f func(*view) error) error {
	tx, err := m.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return m.fault("reading", err)
	}
	err = f(&view{conn: tx, ctx: ctx, ledger: m.config.Ledger})
	if undo := tx.Rollback(); err == nil && undo != nil && !errors.Is(undo, sql.ErrTxDone) {
		err = undo
	}
	return m.fault("reading", err)
}

// each calls f with the rows of a table; rest is what follows FROM and the table's name, which is also its alias.
func (v *view) each(t *table, rest string, args []any, f func(row) error) error {
	return v.rows(t, "SELECT "+t.list(t.name+".")+" FROM "+t.name+" "+rest, args, f)
}

// rows calls f with what a query finds of a table: its columns and the sum.
func (v *view) rows(t *table, query string, args []any, f func(row) error) (err error) {
	rows, err := v.conn.QueryContext(v.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scan(t, rows)
		if err != nil {
			return err
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// lend is rows for questions that go through many: f's row, with the bytes in it, is overwritten by the next.
func (v *view) lend(t *table, query string, args []any, f func(row) error) (err error) {
	rows, err := v.conn.QueryContext(v.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make(row, len(t.columns)+1)
	lents, into := make([]lent, len(values)), make([]any, len(values))
	for i := range values {
		lents[i].value = &values[i]
		into[i] = &lents[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return &DamageError{What: "table " + t.name + ": " + err.Error()}
		}
		r, err := held(t, values)
		if err != nil {
			return err
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}
