package delivery

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"overflight/internal/durable"
)

// place is how far a receiver has handed on: the last item, and the last message that belongs to it.
type place struct{ item, message uint64 }

// cursor keeps a place on disk. Each is written before the next item is handed on, so that no end of the process repeats
// an item that was stored; it is synced when nothing waits, and else a few times a second, which bounds what a loss of
// power repeats. A file that has grown is begun anew.
//
// It is for one goroutine.
type cursor struct {
	name   string
	file   *os.File
	size   int64
	place  place
	synced time.Time
	dirty  bool
}

const (
	placeSize  = 8 + 8 + 8
	mostPlaces = 1 << 20 / placeSize
	syncEvery  = 200 * time.Millisecond
)

func openCursor(name string) (*cursor, error) {
	_, err := os.Stat(name)
	made := errors.Is(err, os.ErrNotExist)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the place of a reader: %w", err)
	}
	c := &cursor{name: name, file: f}
	if err = c.read(); err == nil && made {
		err = syncFolder(filepath.Dir(name))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return c, nil
}

// read finds the last place. Only the end can be cut by a crash, within what was not synced: what is not whole there was
// handed on and is handed on again. A file of which nothing is whole was damaged otherwise, and going on from its
// beginning would hand on everything again.
func (c *cursor) read() error {
	b, err := io.ReadAll(io.LimitReader(c.file, (mostPlaces+2)*placeSize))
	if err != nil {
		return fmt.Errorf("reading the place of a reader: %w", err)
	}
	n := int64(0)
	for ; (n+1)*placeSize <= int64(len(b)); n++ {
		record := b[n*placeSize : (n+1)*placeSize]
		if string(seal(uint64(n), record[:16])) != string(record[16:]) {
			break
		}
		c.place = place{binary.BigEndian.Uint64(record), binary.BigEndian.Uint64(record[8:])}
	}
	if n == 0 && len(b) >= placeSize {
		return fmt.Errorf("%w: the place of a reader in %s", ErrDamaged, c.name)
	}
	c.size = n * placeSize
	if err := c.file.Truncate(c.size); err != nil {
		return fmt.Errorf("cutting the place of a reader: %w", err)
	}
	return c.sync()
}

func (p place) encode(n int64) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, placeSize), p.item)
	b = binary.BigEndian.AppendUint64(b, p.message)
	return append(b, seal(uint64(n), b)...)
}

// store returns when the place is written; idle says that nothing waits behind it.
func (c *cursor) store(p place, idle bool) error {
	if n := c.size / placeSize; n >= mostPlaces {
		if err := c.begin(p); err != nil {
			return fmt.Errorf("beginning the place of a reader anew: %w", err)
		}
		return nil
	} else if _, err := c.file.WriteAt(p.encode(n), c.size); err != nil {
		return fmt.Errorf("storing the place of a reader: %w", err)
	}
	c.size += placeSize
	c.place, c.dirty = p, true
	if idle || time.Since(c.synced) > syncEvery {
		return c.sync()
	}
	return nil
}

// begin puts a file that holds one place where the old one was.
func (c *cursor) begin(p place) error {
	if err := durable.OS().WriteFile(c.name, p.encode(0), 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(c.name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	old := c.file
	c.file, c.size, c.place, c.synced, c.dirty = f, placeSize, p, time.Now(), false
	return old.Close()
}

func (c *cursor) sync() error {
	if err := c.file.Sync(); err != nil {
		return fmt.Errorf("syncing the place of a reader: %w", err)
	}
	c.synced, c.dirty = time.Now(), false
	return nil
}

func (c *cursor) close() error {
	var err error
	if c.dirty {
		err = c.sync()
	}
	return errors.Join(err, c.file.Close())
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
