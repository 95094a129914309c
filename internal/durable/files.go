package durable

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Mkdir makes one folder; ErrExist (fs) if the name is taken. Its parent must be there.
func (f *FS) Mkdir(name string, perm fs.FileMode) error {
	if err := f.sys.mkdir(name, perm); err != nil {
		return fmt.Errorf("making folder: %w", err)
	}
	return f.syncDir(filepath.Dir(name))
}

// WriteFile puts data under the name as one step: after a crash the name holds what it held before
// or all of data.
func (f *FS) WriteFile(name string, data []byte, perm fs.FileMode) error {
	s, err := f.stageWhole(name, data, perm)
	if err != nil {
		return err
	}
	return s.Replace(name)
}

// CreateFile is WriteFile for a name that must not be taken; else fs.ErrExist and nothing is
// changed. After a crash the name is absent or holds all of data.
func (f *FS) CreateFile(name string, data []byte, perm fs.FileMode) error {
	s, err := f.stageWhole(name, data, perm)
	if err != nil {
		return err
	}
	return s.Publish(name)
}

func (f *FS) stageWhole(name string, data []byte, perm fs.FileMode) (*Staged, error) {
	s, err := f.Stage(filepath.Dir(name), perm)
	if err != nil {
		return nil, err
	}
	if _, err := s.Write(data); err != nil {
		return nil, errors.Join(err, s.Discard())
	}
	if err := s.Sync(); err != nil {
		return nil, errors.Join(err, s.Discard())
	}
	return s, nil
}

// Remove takes a name away for good. fs.ErrNotExist if it is not there.
func (f *FS) Remove(name string) error {
	if err := f.sys.unlink(name); err != nil {
		return fmt.Errorf("removing: %w", err)
	}
	return f.syncDir(filepath.Dir(name))
}

// Destroy overwrites a file with random bytes and takes its name away. It may be called again after
// an error; fs.ErrNotExist if the name is not there. Other names of the same bytes find them
// overwritten.
func (f *FS) Destroy(name string) error {
	if err := f.overwrite(name, false); err != nil {
		return fmt.Errorf("destroying %s: %w", name, err)
	}
	return f.Remove(name)
}

// overwrite fills a file with random bytes, or, if only an unshared one is to be, leaves it alone when
// the bytes have another name.
func (f *FS) overwrite(name string, unshared bool) (err error) {
	h, err := f.sys.open(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	size, links, err := h.stat()
	if err != nil || unshared && links > 1 {
		return err
	}
	noise := make([]byte, min(size, 64<<10))
	for off := int64(0); off < size; {
		n := min(size-off, int64(len(noise)))
		rand.Read(noise[:n])
		if err := writeFullAt(h, noise[:n], off); err != nil {
			return err
		}
		off += n
	}
	return h.sync()
}

// Sweep removes what crashes left staged in a folder and returns how many that were. When secret is
// set the bytes are overwritten first, unless they were published under another name already.
func (f *FS) Sweep(dir string, secret bool) (int, error) {
	entries, err := f.List(dir)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range entries {
		if e.Folder || !strings.HasPrefix(e.Name, StagedPrefix) {
			continue
		}
		name := filepath.Join(dir, e.Name)
		if secret {
			if err := f.overwrite(name, true); err != nil {
				return n, fmt.Errorf("destroying %s: %w", name, err)
			}
		}
		if err := f.Remove(name); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// List returns the names in a folder, sorted, staged ones too.
func (f *FS) List(dir string) ([]Entry, error) {
	entries, err := f.sys.list(dir)
	if err != nil {
		return nil, fmt.Errorf("listing folder: %w", err)
	}
	return entries, nil
}

// Space is the room under a folder.
func (f *FS) Space(dir string) (Space, error) {
	s, err := f.sys.space(dir)
	if err != nil {
		return Space{}, fmt.Errorf("asking for free space: %w", err)
	}
	return s, nil
}

// A Lock is held until Unlock or the end of the process, however that comes.
type Lock struct{ h handle }

// Lock takes an exclusive lock on a file, which it makes if it has to, and does not wait for it:
// ErrLocked. The file stays when the lock is gone. The lock is advisory and local to one machine.
func (f *FS) Lock(name string) (*Lock, error) {
	h, err := f.sys.open(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening lock: %w", err)
	}
	if err := h.flock(); err != nil {
		return nil, errors.Join(fmt.Errorf("locking %s: %w", name, err), h.close())
	}
	return &Lock{h: h}, nil
}

// Unlock gives the lock back.
func (l *Lock) Unlock() error { return l.h.close() }

func (f *FS) syncDir(dir string) error {
	if err := f.sys.syncDir(dir); err != nil {
		return fmt.Errorf("syncing folder %s: %w", dir, err)
	}
	return nil
}

func stagedName(dir string) string {
	var b [8]byte
	rand.Read(b[:])
	return filepath.Join(dir, StagedPrefix+hex.EncodeToString(b[:]))
}

func writeFullAt(h handle, p []byte, off int64) error {
	n, err := h.writeAt(p, off)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}
