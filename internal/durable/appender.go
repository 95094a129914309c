package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Appender writes at the end of a file.
type Appender struct {
	h      handle
	name   string
	size   int64
	failed bool
}

// OpenAppend opens a file to write at its end, and makes it if it has to. A crash may have left part
// of the last Append there: the caller knows its records, finds the end of the last whole one and
// Truncates to it first.
func (f *FS) OpenAppend(name string, perm fs.FileMode) (*Appender, error) {
	h, err := f.sys.open(name, os.O_RDWR|os.O_CREATE, perm)
	if err != nil {
		return nil, fmt.Errorf("opening to append: %w", err)
	}
	size, _, err := h.stat()
	if err == nil && size == 0 {
		// It may be new: without this the name, and all that is appended, can vanish.
		err = f.syncDir(filepath.Dir(name))
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return &Appender{h: h, name: name, size: size}, nil
}

// Size is the number of bytes in the file, and the offset of the next Append.
func (a *Appender) Size() int64 { return a.size }

// Append adds p and returns when it is durable. After an error the Appender is dead (ErrSpent) and
// the end of the file holds none, some or all of p: close it, open it again, Truncate.
func (a *Appender) Append(p []byte) error {
	if a.failed {
		return ErrSpent
	}
	if err := writeFullAt(a.h, p, a.size); err != nil {
		a.failed = true
		return fmt.Errorf("appending to %s: %w", a.name, err)
	}
	return a.settle(a.size + int64(len(p)))
}

// Truncate cuts the file to a size it has reached.
func (a *Appender) Truncate(size int64) error {
	switch {
	case a.failed:
		return ErrSpent
	case size < 0 || size > a.size:
		return fmt.Errorf("cutting %s to %d bytes: it has %d", a.name, size, a.size)
	case size == a.size:
		return nil
	}
	if err := a.h.truncate(size); err != nil {
		a.failed = true
		return fmt.Errorf("cutting %s: %w", a.name, err)
	}
	return a.settle(size)
}

func (a *Appender) settle(size int64) error {
	if err := a.h.sync(); err != nil {
		a.failed = true
		return fmt.Errorf("syncing %s: %w", a.name, err)
	}
	a.size = size
	return nil
}

// ReadAt fills p from the file or fails: ErrShort when the file ends before p is full.
func (a *Appender) ReadAt(p []byte, off int64) (int, error) {
	return readFullAt(a.h, a.name, p, off)
}

// Close closes the file. What was appended is durable already.
func (a *Appender) Close() error { return a.h.close() }
