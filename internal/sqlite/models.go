// Package sqlite keeps the read models: tables in one SQLite file that answer what was flown, seen and found. They are a
// function of the journal. Deleting the file and applying the journal again gives the same tables, byte for byte in a Dump.
//
// The position in every stream is committed in the transaction of the events up to it, so that a crash between two
// events is none: what was lost is applied again. The file is never repaired. SQLite notices damage to its own
// structure; damage to values is noticed because every row carries a checksum. In either case the answer is
// DamageError, and the cure is Remove and a replay.
//
// Nothing here is of persons: reports of ST 0903 are counted by class, and the counts are all that events hold.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"

	driver "modernc.org/sqlite"

	"overflight/journal"
)

// Config says where the file is and what it is fed from.
type Config struct {
	File string
	// Ledger is the stream whose message n is leaf n-1 of the transparency log; empty when none is read.
	Ledger string
	// Unverified skips the verification of the whole file when it is opened.
	Unverified bool
}

// Place is where a record stands in the journal. The zero Place is none.
type Place struct {
	Stream   string
	Sequence uint64 // from 1, without gaps
}

// Positioned is a record at its place. A record without an event moves the position and nothing else.
type Positioned struct {
	Place
	Record journal.Record
	// Encoded MAY be the bytes that the record was read from, which must be its one form: it saves making them again.
	Encoded []byte
	// Commits is the place of the event that this message of the ledger commits to, when the event is not in the
	// message itself; zero when it is, or when that is not known.
	Commits Place
}

// batch is the greatest number of events in one transaction, and checkpoint how many bytes of bodies may gather in
// the write-ahead log before it is folded into the file.
const (
	batch      = 1000
	checkpoint = 64 << 20
)

// Models are the read models of one file. Apply is for one goroutine; everything else may be called by any.
type Models struct {
	config  Config
	created bool
	readers *sql.DB

	mu      sync.Mutex // guards what follows, which only the writer touches
	writers *sql.DB
	w       *writer
	halted  error
	pending int // bytes since the last checkpoint
}

// pragmas of every connection. NORMAL loses the last transactions in a power cut and never parts of one: the
// position goes with them, and they are applied again.
const pragmas = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(0)" +
	"&_pragma=cell_size_check(ON)&_pragma=trusted_schema(OFF)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"

// Open opens the file, makes one that is missing, and replaces one of an older version by an empty one: see Created. It
// verifies the whole file, unless told not to. It returns a VersionError for a file of a later version or of
// another program and a DamageError for one that cannot be believed; both leave it as it is.
func Open(ctx context.Context, config Config) (*Models, error) {
	m := &Models{config: config}
	older, err := m.open(ctx)
	if err == nil && older {
		if err = errors.Join(m.Close(), Remove(config.File)); err == nil {
			m = &Models{config: config}
			_, err = m.open(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// Remove deletes a file of read models with all that belongs to it. One that is not there is no error.
func Remove(file string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing read models: %w", err)
		}
	}
	return nil
}

// Created reports whether Open made the file: the journal is to be applied from the beginning.
func (m *Models) Created() bool { return m.created }

func (m *Models) open(ctx context.Context) (older bool, err error) {
	fresh, err := missing(m.config.File)
	if err != nil {
		return false, err
	}
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: m.config.File}).EscapedPath()}).String()
	connect := func(query string) (*sql.DB, error) {
		c, err := driver.NewConnector(name + "?" + query)
		if err != nil {
			return nil, m.fault("opening", err)
		}
		return sql.OpenDB(c), nil
	}
	if m.writers, err = connect(pragmas + "&_pragma=page_size(8192)"); err != nil {
		return false, err
	}
	if m.readers, err = connect(pragmas + "&_pragma=query_only(ON)"); err != nil {
		return false, err
	}
	m.readers.SetMaxOpenConns(4)
	m.readers.SetMaxIdleConns(4)
	conn, err := m.writers.Conn(ctx)
	if err != nil {
		return false, m.fault("opening", err)
	}
	m.w = &writer{conn: conn, ledger: m.config.Ledger}
	if fresh {
		m.created = true
		err = m.create(ctx)
	} else if older, err = m.check(ctx); err == nil && !older && !m.config.Unverified {
		err = m.Verify(ctx)
	}
	if err != nil || older {
		return older, err
	}
	return false, m.fault("opening", m.w.prepare(ctx))
}

// smallest is the least size of a page, and so of a file.
const smallest = 512

func missing(file string) (bool, error) {
	if file == "" {
		return false, errors.New("read models: no name of a file")
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// A log without its file is of no use and would be taken for the new file's.
		return true, Remove(file)
	case err != nil:
		return false, fmt.Errorf("opening read models: %w", err)
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("opening read models: %s is no file", file)
	case info.Size() == 0: // a crash before the first transaction
		return true, nil
	case info.Size() < smallest: // SQLite would take it for an empty one
		return false, &DamageError{File: file, What: fmt.Sprintf("%d bytes", info.Size())}
	}
	return false, nil
}

func (m *Models) create(ctx context.Context) error {
	text := fmt.Sprintf("BEGIN IMMEDIATE; PRAGMA application_id = %d; PRAGMA user_version = %d; %s COMMIT;", application, version, createAll())
	if _, err := m.w.conn.ExecContext(ctx, text); err != nil {
		return m.fault("creating tables", err)
	}
	return m.fold(ctx)
}

// check reads what the file says that it is.
func (m *Models) check(ctx context.Context) (older bool, err error) {
	var id, found int64
	if err := m.w.conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return false, m.fault("reading the header", err)
	}
	if err := m.w.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return false, m.fault("reading the header", err)
	}
	if id != application || found > version || found < 0 {
		return false, &VersionError{File: m.config.File, Application: uint32(id), Got: uint32(found), Want: version}
	}
	return found < version, nil
}

// Close folds the write-ahead log into the file and closes it.
func (m *Models) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var err error
	if m.readers != nil {
		err = m.readers.Close()
	}
	if m.w != nil {
		err = errors.Join(err, m.w.close())
		m.w = nil
	}
	if m.writers != nil {
		err = errors.Join(err, m.writers.Close())
	}
	if m.halted == nil {
		m.halted = ErrHalted
	}
	return err
}

// fold moves the write-ahead log into the file. Readers of an old state may forbid it: then it is done next time.
func (m *Models) fold(ctx context.Context) error {
	var busy, pages, moved int
	err := m.w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &moved)
	if err == nil && busy == 0 {
		m.pending = 0
	}
	return m.fault("folding the write-ahead log", err)
}

// Apply applies events in the order given, at most 1,000 in a transaction. Every event must be the next of its stream:
// otherwise nothing is applied, the models are halted, and the error is a SequenceError. After another
// error the transactions before it stand, as Position says, and it may be called again unless it is ErrDamaged.
func (m *Models) Apply(ctx context.Context, events []Positioned) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.halted != nil {
		return m.halted
	}
	if err := m.w.follow(events); err != nil {
		m.halted = fmt.Errorf("%w: %w", ErrHalted, err)
		return err
	}
	for len(events) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(events), batch)
		wrote, err := m.w.transact(ctx, events[:n])
		if err == nil {
			if m.pending += wrote; m.pending >= checkpoint {
				err = m.fold(ctx)
			}
		}
		if err != nil {
			err = m.fault(fmt.Sprintf("applying %s %d to %d", events[0].Stream, events[0].Sequence, events[n-1].Sequence), err)
			if errors.Is(err, ErrDamaged) {
				m.halted = fmt.Errorf("%w: %w", ErrHalted, err)
			}
			return err
		}
		events = events[n:]
	}
	return nil
}

// Position returns the sequence of the last event of a stream that was applied, 0 before the first.
func (m *Models) Position(ctx context.Context, stream string) (uint64, error) {
	all, err := m.Positions(ctx)
	return all[stream], err
}

// Positions returns the sequence of the last applied event of every stream.
func (m *Models) Positions(ctx context.Context) (map[string]uint64, error) {
	out := map[string]uint64{}
	err := m.view(ctx, func(v *view) error {
		return v.each(positions, "", nil, func(r row) error {
			out[r.text(positions, "stream")] = uint64(r.integer(positions, "sequence"))
			return nil
		})
	})
	return out, err
}
