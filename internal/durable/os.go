package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// disk does each step with the operating system.
type disk struct{}

func (disk) open(name string, flag int, perm fs.FileMode) (handle, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &diskFile{f: f}, nil
}

func (disk) rename(from, to string) error { return os.Rename(from, to) }

func (disk) link(from, to string) error { return os.Link(from, to) }

func (disk) unlink(name string) error {
	// os.Remove would try rmdir too.
	if err := syscall.Unlink(name); err != nil {
		return &fs.PathError{Op: "unlink", Path: name, Err: err}
	}
	return nil
}

func (disk) mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }

func (disk) syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

func (disk) list(name string) ([]Entry, error) {
	found, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(found))
	for _, d := range found {
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed since the folder was read
		}
		if err != nil {
			return nil, err
		}
		e := Entry{Name: d.Name(), Folder: d.IsDir()}
		if !e.Folder {
			e.Size = info.Size()
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (disk) space(name string) (Space, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(name, &s); err != nil {
		return Space{}, &fs.PathError{Op: "statfs", Path: name, Err: err}
	}
	info, err := os.Lstat(name)
	if err != nil {
		return Space{}, err
	}
	sp := Space{Total: int64(s.Blocks) * int64(s.Bsize), Free: int64(s.Bavail) * int64(s.Bsize)}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		sp.Device = uint64(st.Dev)
	}
	return sp, nil
}

type diskFile struct{ f *os.File }

func (d *diskFile) write(p []byte) (int, error)              { return d.f.Write(p) }
func (d *diskFile) writeAt(p []byte, off int64) (int, error) { return d.f.WriteAt(p, off) }
func (d *diskFile) readAt(p []byte, off int64) (int, error)  { return d.f.ReadAt(p, off) }
func (d *diskFile) sync() error                              { return d.f.Sync() }
func (d *diskFile) truncate(size int64) error                { return d.f.Truncate(size) }
func (d *diskFile) close() error                             { return d.f.Close() }

func (d *diskFile) stat() (size int64, links int, err error) {
	info, err := d.f.Stat()
	if err != nil {
		return 0, 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, 0, fmt.Errorf("%s is not a regular file", d.f.Name())
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("%s: links are not counted here", d.f.Name())
	}
	return info.Size(), int(st.Nlink), nil
}

func (d *diskFile) flock() error {
	err := syscall.Flock(int(d.f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
