// Package witness keeps what a witness has cosigned in a folder, so that it never forgets, and lets it
// look at a log that lies in files: a copy on a medium, a share, a mirror.
//
// The folder holds, for each log, the last checkpoint in two copies, each under its own checksum; a
// list of the logs that were ever cosigned, so that a copy that went missing is missed; and, for each
// log that showed two histories, the two checkpoints that prove it. What is cosigned and how is
// decided in package transparency.
package witness

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"overflight/internal/durable"
	"overflight/transparency"
)

// What a caller tells apart.
var (
	ErrExists   = errors.New("witness exists already")
	ErrNotFound = errors.New("no witness here")
)

// DamageError names a file of the witness that is not what was written.
type DamageError struct {
	File   string
	Reason string
}

func (e *DamageError) Error() string { return e.File + ": " + e.Reason }

const (
	header   = "overflight witness v1"
	listFile = "logs"
	lockFile = "lock"
	maxFile  = 1 << 20
)

// Folder is the memory of a witness: a transparency.Holdings on disk. Its methods may be called by
// several goroutines; one process opens it.
type Folder struct {
	fs   *durable.FS
	dir  string
	lock *durable.Lock

	mu     sync.Mutex
	logs   []string // that were ever cosigned, as in the list
	healed []*DamageError
}

var _ transparency.Holdings = (*Folder)(nil)

// Create makes the memory of a new witness and returns it open. ErrExists where there is one: a
// witness that began again would cosign a fork. The folder may be there, without one.
func Create(f *durable.FS, dir string) (*Folder, error) {
	if err := f.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making the folder of a witness: %w", err)
	}
	w, err := hold(f, dir)
	if err != nil {
		return nil, err
	}
	entries, err := f.List(dir)
	if err == nil {
		for _, e := range entries {
			if e.Name != lockFile {
				err = fmt.Errorf("%w: %s", ErrExists, filepath.Join(dir, e.Name))
				break
			}
		}
	}
	if err == nil {
		err = f.CreateFile(filepath.Join(dir, listFile), seal(nil), 0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making a witness: %w", err), w.lock.Unlock())
	}
	return w, nil
}

// Open opens the memory that Create made, and puts a damaged or missing copy back from the other: see
// Healed. ErrNotFound where there is none.
func Open(f *durable.FS, dir string) (*Folder, error) {
	w, err := hold(f, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, dir)
	}
	if err != nil {
		return nil, err
	}
	if err := w.load(); err != nil {
		return nil, errors.Join(err, w.lock.Unlock())
	}
	return w, nil
}

func hold(f *durable.FS, dir string) (*Folder, error) {
	l, err := f.Lock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("opening a witness: %w", err)
	}
	if _, err := f.Sweep(dir, false); err != nil {
		return nil, errors.Join(fmt.Errorf("opening a witness: %w", err), l.Unlock())
	}
	return &Folder{fs: f, dir: dir, lock: l}, nil
}

func (w *Folder) load() error {
	name := filepath.Join(w.dir, listFile)
	b, err := w.fs.ReadFile(name, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s is missing", ErrNotFound, name)
	}
	if err != nil {
		return fmt.Errorf("opening a witness: %w", err)
	}
	text, err := unseal(name, b)
	if err != nil {
		return err
	}
	w.logs = strings.Fields(string(text))
	for _, origin := range w.logs {
		if _, err := w.read(origin, true); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the folder.
func (w *Folder) Close() error { return w.lock.Unlock() }

// Healed lists the copies that Open put back.
func (w *Folder) Healed() []*DamageError { return w.healed }

// Logs returns the origins of the logs that were ever cosigned.
func (w *Folder) Logs() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.logs)
}

// Latest implements transparency.Holdings.
func (w *Folder) Latest(ctx context.Context, origin string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.read(origin, false)
}

// Replace implements transparency.Holdings. A checkpoint that is smaller than the one held is refused:
// nobody may ask for it.
func (w *Folder) Replace(ctx context.Context, origin string, old, signed []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	held, err := w.read(origin, false)
	if err != nil && !errors.Is(err, transparency.ErrNotFound) {
		return err
	}
	if !bytes.Equal(held, old) || (held == nil) != (old == nil) {
		return transparency.ErrConflict
	}
	size, err := sizeOf(origin, signed)
	if err != nil {
		return err
	}
	if held != nil {
		before, err := sizeOf(origin, held)
		if err != nil {
			return err
		}
		if size < before {
			return fmt.Errorf("holding a checkpoint of %d leaves over one of %d: %w", size, before, transparency.ErrConflict)
		}
	}
	// A crash between the copies leaves the newer in one of them: it was not answered for yet, and
	// holding it is right all the same.
	for _, name := range w.copies(origin) {
		if err := w.fs.WriteFile(name, seal(signed), 0o600); err != nil {
			return fmt.Errorf("holding a checkpoint: %w", err)
		}
	}
	if slices.Contains(w.logs, origin) {
		return nil
	}
	logs := append(slices.Clone(w.logs), origin)
	if err := w.fs.WriteFile(filepath.Join(w.dir, listFile), seal([]byte(strings.Join(logs, "\n")+"\n")), 0o600); err != nil {
		return fmt.Errorf("listing a log: %w", err)
	}
	w.logs = logs
	return nil
}

func (w *Folder) copies(origin string) [2]string {
	id := sha256.Sum256([]byte(origin))
	base := filepath.Join(w.dir, hex.EncodeToString(id[:]))
	return [2]string{base + ".1", base + ".2"}
}

// read returns the larger of the two copies. One that is damaged or missing does not matter, because
// both are written before anything is answered; with heal it is put back. Without any copy, a log that
// is on the list was forgotten, and that is an error.
func (w *Folder) read(origin string, heal bool) ([]byte, error) {
	var best []byte
	var size uint64
	var damages []*DamageError
	var differ []string
	for _, name := range w.copies(origin) {
		b, n, err := w.one(name, origin)
		var d *DamageError
		switch {
		case errors.As(err, &d):
			damages = append(damages, d)
		case err != nil:
			return nil, err
		case best == nil || n > size:
			best, size = b, n
		}
	}
	if best == nil {
		for _, d := range damages {
			if d.Reason != missing {
				return nil, d
			}
		}
		if slices.Contains(w.logs, origin) {
			return nil, damages[0]
		}
		return nil, fmt.Errorf("%w: %s was never cosigned", transparency.ErrNotFound, origin)
	}
	if !heal {
		return best, nil
	}
	for _, name := range w.copies(origin) {
		if b, _, err := w.one(name, origin); err != nil || !bytes.Equal(b, best) {
			differ = append(differ, name)
		}
	}
	for _, name := range differ {
		if err := w.fs.WriteFile(name, seal(best), 0o600); err != nil {
			return nil, fmt.Errorf("putting a copy back: %w", err)
		}
	}
	w.healed = append(w.healed, damages...)
	return best, nil
}

const missing = "is missing"

func (w *Folder) one(name, origin string) ([]byte, uint64, error) {
	b, err := w.fs.ReadFile(name, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, &DamageError{File: name, Reason: missing}
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading what is held: %w", err)
	}
	note, err := unseal(name, b)
	if err != nil {
		return nil, 0, err
	}
	n, err := sizeOf(origin, note)
	if err != nil {
		return nil, 0, &DamageError{File: name, Reason: err.Error()}
	}
	return note, n, nil
}

func sizeOf(origin string, signed []byte) (uint64, error) {
	s, err := transparency.ParseUnverified(signed)
	if err != nil {
		return 0, fmt.Errorf("reading a checkpoint: %w", err)
	}
	if s.Origin != origin {
		return 0, transparency.NewFault(transparency.CodeOrigin, s.Origin, origin)
	}
	return s.Size, nil
}

// seal puts the version and a checksum in front of what is kept.
func seal(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append([]byte(header+" "+hex.EncodeToString(sum[:])+"\n"), b...)
}

func unseal(name string, b []byte) ([]byte, error) {
	head, rest, ok := bytes.Cut(b, []byte("\n"))
	version, sum, found := strings.Cut(string(head), header+" ")
	if !ok || !found || version != "" {
		return nil, &DamageError{File: name, Reason: fmt.Sprintf("does not begin with %q", header)}
	}
	if own := sha256.Sum256(rest); sum != hex.EncodeToString(own[:]) {
		return nil, &DamageError{File: name, Reason: "does not fit its checksum"}
	}
	return rest, nil
}
