package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What callers branch on.
var (
	// ErrNotFound: there is no such flight.
	ErrNotFound = errors.New("read models: not found")
	// ErrDamaged: the file cannot be believed. The answer is to Remove it and replay the journal.
	ErrDamaged = errors.New("read models: damaged")
	// ErrHalted: an event was refused or the file was found damaged before; nothing more is applied until it is
	// opened again.
	ErrHalted = errors.New("read models: halted")
	// ErrCursor: a page was asked for with a cursor that no page gave.
	ErrCursor = errors.New("read models: not a cursor of this list")
	// ErrTooMuch: a flight has more parts than one answer may hold; ask for its pages.
	ErrTooMuch = errors.New("read models: more than one answer holds; ask page by page")
)

// DamageError names the file and what is wrong in it. It is an ErrDamaged.
type DamageError struct {
	File string
	What string
}

// Error implements error in one line.
func (e *DamageError) Error() string {
	return fmt.Sprintf("read models %s are damaged (%s): rebuild them from the journal", e.File, e.What)
}

// Is makes every DamageError an ErrDamaged.
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

// VersionError is returned for a file that a later program wrote, or another program.
type VersionError struct {
	File        string
	Application uint32 // application_id of the file
	Got, Want   uint32 // user_version
}

// Error implements error in one line.
func (e *VersionError) Error() string {
	if e.Application != application {
		return fmt.Sprintf("%s holds no read models of this program (application id %#08x): name another file", e.File, e.Application)
	}
	return fmt.Sprintf("read models %s are of version %d.%d, this program knows %d.%d: use the later program, or rebuild them",
		e.File, e.Got>>8, e.Got&0xff, e.Want>>8, e.Want&0xff)
}

// SequenceError is returned for an event that is not the next of its stream. Nothing of the call was applied.
type SequenceError struct {
	Stream    string
	Got, Want uint64
}

// Error implements error in one line.
func (e *SequenceError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("read models: stream %q goes on at %d, %d is missing", e.Stream, e.Got, e.Want)
	}
	return fmt.Sprintf("read models: stream %q repeats %d, %d is next", e.Stream, e.Got, e.Want)
}

// fault turns what SQLite says of a damaged file into a DamageError.
func (m *Models) fault(doing string, err error) error {
	if err == nil {
		return nil
	}
	var damage *DamageError
	if errors.As(err, &damage) {
		if damage.File == "" {
			damage.File = m.config.File
		}
		return err
	}
	var coded *driver.Error
	if errors.As(err, &coded) {
		switch coded.Code() & 0xff {
		// Our statements are always the same: one that SQLite cannot make sense of (ERROR) meets tables or a format that
		// are not ours.
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR:
			return &DamageError{File: m.config.File, What: doing + ": " + coded.Error()}
		}
	}
	return fmt.Errorf("read models: %s: %w", doing, err)
}
