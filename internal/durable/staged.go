package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Staged is a file that is being written and has no name yet that counts.
type Staged struct {
	fs     *FS
	h      handle
	dir    string
	name   string
	size   int64
	synced bool
	failed error // of a write or an fsync: it can then only be discarded
	spent  bool
}

// Stage begins a file in a folder. It must be ended by Replace, Publish or Discard.
func (f *FS) Stage(dir string, perm fs.FileMode) (*Staged, error) {
	name := stagedName(dir)
	h, err := f.sys.open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, fmt.Errorf("staging: %w", err)
	}
	return &Staged{fs: f, h: h, dir: dir, name: name}, nil
}

// Size is the number of bytes written.
func (s *Staged) Size() int64 { return s.size }

// Write adds bytes. After an error the file can only be discarded.
func (s *Staged) Write(p []byte) (int, error) {
	if err := s.usable(); err != nil {
		return 0, err
	}
	n, err := s.h.write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	s.size += int64(n)
	s.synced = false
	if err != nil {
		s.failed = fmt.Errorf("writing %s: %w", s.name, err)
		return n, s.failed
	}
	return n, nil
}

// Sync makes the bytes durable, not yet the name.
func (s *Staged) Sync() error {
	if err := s.usable(); err != nil {
		return err
	}
	if s.synced {
		return nil
	}
	if err := s.h.sync(); err != nil {
		s.failed = fmt.Errorf("syncing %s: %w", s.name, err)
		return s.failed
	}
	s.synced = true
	return nil
}

// Replace gives the file its name, in the folder it was staged in, and takes it from the file that
// had it. On an error the name holds the old file or the new one, whole; which of them is durable is
// not known until it is replaced again.
func (s *Staged) Replace(name string) error {
	if err := s.settle(name); err != nil {
		return err
	}
	if err := s.fs.sys.rename(s.name, name); err != nil {
		return errors.Join(fmt.Errorf("naming: %w", err), s.unlink())
	}
	return s.fs.syncDir(s.dir)
}

// Publish gives the file a name that nothing may have; fs.ErrExist if something has. On any other
// error the name is absent or holds the whole file.
func (s *Staged) Publish(name string) error {
	if err := s.settle(name); err != nil {
		return err
	}
	if err := s.fs.sys.link(s.name, name); err != nil {
		return errors.Join(fmt.Errorf("naming: %w", err), s.unlink())
	}
	if err := s.fs.syncDir(s.dir); err != nil {
		return errors.Join(err, s.unlink())
	}
	// That the staged name is gone need not be durable: a crash brings back a name that Sweep removes.
	return s.unlink()
}

// Discard throws the file away. After Replace and Publish it does nothing.
func (s *Staged) Discard() error {
	if s.spent {
		return nil
	}
	s.spent = true
	return errors.Join(s.h.close(), s.unlink())
}

// settle makes the bytes durable and closes the file; on an error it is discarded.
func (s *Staged) settle(name string) error {
	if s.spent {
		return ErrSpent
	}
	if filepath.Dir(name) != filepath.Clean(s.dir) {
		// One fsync of one folder is what makes the name durable.
		return errors.Join(fmt.Errorf("naming %s: staged in another folder, %s", name, s.dir), s.Discard())
	}
	if err := s.Sync(); err != nil {
		return errors.Join(err, s.Discard())
	}
	s.spent = true
	if err := s.h.close(); err != nil {
		return errors.Join(fmt.Errorf("closing %s: %w", s.name, err), s.unlink())
	}
	return nil
}

func (s *Staged) unlink() error {
	if err := s.fs.sys.unlink(s.name); err != nil {
		return fmt.Errorf("removing: %w", err)
	}
	return nil
}

func (s *Staged) usable() error {
	if s.spent {
		return ErrSpent
	}
	return s.failed
}
