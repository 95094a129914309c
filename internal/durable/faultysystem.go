package durable

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// faultySystem does single steps in memory.
type faultySystem struct{ f *Faulty }

func (s faultySystem) open(name string, flag int, perm fs.FileMode) (handle, error) {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	n, ok := f.live[name]
	switch {
	case f.crashed:
		return nil, ErrCrashed
	case ok && flag&os.O_EXCL != 0:
		return nil, pathError("open", name, syscall.EEXIST)
	case ok && n.folder:
		return nil, pathError("open", name, syscall.EISDIR)
	case !ok && flag&os.O_CREATE == 0:
		return nil, pathError("open", name, syscall.ENOENT)
	case !ok:
		if err := f.parent(name); err != nil {
			return nil, err
		}
		n = &node{perm: perm}
		err := f.step("create "+plainName(name), func(half bool) error {
			if !half {
				f.change(name, n)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return &faultyFile{f: f, n: n, name: name, life: f.life, writes: flag&(os.O_WRONLY|os.O_RDWR) != 0}, nil
}

func (s faultySystem) rename(from, to string) error {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	from, to = filepath.Clean(from), filepath.Clean(to)
	n, ok := f.live[from]
	if !ok {
		return pathError("rename", from, syscall.ENOENT)
	}
	return f.step("rename "+plainName(from)+" "+plainName(to), func(half bool) error {
		if !half {
			f.change(to, n)
			f.change(from, nil)
		}
		return nil
	})
}

func (s faultySystem) link(from, to string) error {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	from, to = filepath.Clean(from), filepath.Clean(to)
	n, ok := f.live[from]
	if !ok {
		return pathError("link", from, syscall.ENOENT)
	}
	if _, taken := f.live[to]; taken {
		return pathError("link", to, syscall.EEXIST)
	}
	return f.step("link "+plainName(from)+" "+plainName(to), func(half bool) error {
		if !half {
			f.change(to, n)
		}
		return nil
	})
}

func (s faultySystem) unlink(name string) error {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if n, ok := f.live[name]; !ok {
		return pathError("unlink", name, syscall.ENOENT)
	} else if n.folder {
		return pathError("unlink", name, syscall.EISDIR)
	}
	return f.step("unlink "+plainName(name), func(half bool) error {
		if !half {
			f.change(name, nil)
		}
		return nil
	})
}

func (s faultySystem) mkdir(name string, perm fs.FileMode) error {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if _, ok := f.live[name]; ok {
		return pathError("mkdir", name, syscall.EEXIST)
	}
	if err := f.parent(name); err != nil {
		return err
	}
	return f.step("mkdir "+name, func(half bool) error {
		if !half {
			f.change(name, &node{folder: true, perm: perm})
		}
		return nil
	})
}

// syncDir makes the names in one folder durable, and no others.
func (s faultySystem) syncDir(name string) error {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if n, ok := f.live[name]; !ok || !n.folder {
		return pathError("open", name, syscall.ENOENT)
	}
	return f.step("fsync "+name, func(half bool) error {
		if half {
			return nil
		}
		f.pending = slices.DeleteFunc(f.pending, func(c change) bool {
			if filepath.Dir(c.name) != name {
				return false
			}
			apply(f.kept, c)
			return true
		})
		return nil
	})
}

func (s faultySystem) list(name string) ([]Entry, error) {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if f.crashed {
		return nil, ErrCrashed
	}
	if n, ok := f.live[name]; !ok || !n.folder {
		return nil, pathError("open", name, syscall.ENOENT)
	}
	var entries []Entry
	for _, path := range sortedNames(f.live) {
		if path != name && filepath.Dir(path) == name {
			n := f.live[path]
			entries = append(entries, Entry{Name: filepath.Base(path), Size: int64(len(n.data)), Folder: n.folder})
		}
	}
	return entries, nil
}

func (s faultySystem) space(name string) (Space, error) {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	if _, ok := s.f.live[filepath.Clean(name)]; !ok {
		return Space{}, pathError("statfs", name, syscall.ENOENT)
	}
	return Space{Total: 1 << 40, Free: s.f.room, Device: 1}, nil
}

// parent says whether a name can be made.
func (f *Faulty) parent(name string) error {
	if n, ok := f.live[filepath.Dir(name)]; !ok || !n.folder {
		return pathError("open", name, syscall.ENOENT)
	}
	return nil
}

func (f *Faulty) change(name string, n *node) {
	c := change{name: name, node: n}
	apply(f.live, c)
	f.pending = append(f.pending, c)
}

// faultyFile is an open file; it outlives its name, as on a real system, but not the machine.
type faultyFile struct {
	f      *Faulty
	n      *node
	name   string
	end    int64
	life   int
	writes bool
	holds  bool
	closed bool
}

func (h *faultyFile) alive() error {
	switch {
	case h.f.crashed || h.life != h.f.life:
		return ErrCrashed
	case h.closed:
		return fs.ErrClosed
	default:
		return nil
	}
}

func (h *faultyFile) write(p []byte) (int, error) {
	n, err := h.writeAt(p, h.end)
	h.end += int64(n)
	return n, err
}

func (h *faultyFile) writeAt(p []byte, off int64) (written int, err error) {
	f := h.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := h.alive(); err != nil {
		return 0, err
	}
	if !h.writes {
		return 0, pathError("write", h.name, syscall.EBADF)
	}
	err = f.step("write "+strconv.Itoa(len(p))+" "+plainName(h.name), func(half bool) error {
		if half {
			p = p[:len(p)/2]
		}
		var full error
		if int64(len(p)) > f.room {
			p, full = p[:f.room], pathError("write", h.name, syscall.ENOSPC)
		}
		f.room -= int64(len(p))
		for int64(len(h.n.data)) < off {
			h.n.data = append(h.n.data, 0)
		}
		kept := copy(h.n.data[off:], p)
		h.n.data = append(h.n.data, p[kept:]...)
		written = len(p)
		return full
	})
	return written, err
}

func (h *faultyFile) readAt(p []byte, off int64) (int, error) {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	if err := h.alive(); err != nil {
		return 0, err
	}
	if off >= int64(len(h.n.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.n.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *faultyFile) stat() (size int64, links int, err error) {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	for _, n := range h.f.live {
		if n == h.n {
			links++
		}
	}
	return int64(len(h.n.data)), links, h.alive()
}

func (h *faultyFile) sync() error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	if err := h.alive(); err != nil {
		return err
	}
	done := false
	err := h.f.step("fsync "+plainName(h.name), func(half bool) error {
		if done = !half; done && !h.n.lost {
			h.n.synced = clone(h.n.data)
		}
		return nil
	})
	// A failed fsync takes the dirty pages with it: the next one succeeds and keeps nothing.
	h.n.lost = h.n.lost || err != nil && !done
	return err
}

func (h *faultyFile) truncate(size int64) error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	if err := h.alive(); err != nil {
		return err
	}
	return h.f.step("truncate "+plainName(h.name), func(half bool) error {
		if !half && size <= int64(len(h.n.data)) {
			h.n.data = h.n.data[:size:size]
		}
		return nil
	})
}

func (h *faultyFile) flock() error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	if err := h.alive(); err != nil {
		return err
	}
	if h.n.locked {
		return ErrLocked
	}
	h.n.locked, h.holds = true, true
	return nil
}

func (h *faultyFile) close() error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	if err := h.alive(); err != nil {
		return err
	}
	h.closed = true
	if h.holds {
		h.n.locked = false
	}
	return nil
}

func pathError(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

// plainName leaves out the random part of a staged name.
func plainName(name string) string {
	if dir, file := filepath.Split(name); strings.HasPrefix(file, StagedPrefix) {
		return dir + "staged"
	}
	return name
}

func sortedNames(names map[string]*node) []string {
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	return sorted
}

// clone never returns nil: an empty file is a file.
func clone(p []byte) []byte { return append([]byte{}, p...) }
