package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// File is a file that is read. ReadAt may be called by several goroutines.
type File struct {
	h    handle
	name string
	size int64
}

// Open opens a file to read it.
func (f *FS) Open(name string) (*File, error) {
	h, err := f.sys.open(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	size, _, err := h.stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", name, err), h.close())
	}
	return &File{h: h, name: name, size: size}, nil
}

// Size is the number of bytes in the file when it was opened.
func (f *File) Size() int64 { return f.size }

// ReadAt fills p: io.EOF with fewer bytes only where the file ended when it was opened, ErrShort
// where it has lost bytes since.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("reading %s: negative offset %d", f.name, off)
	}
	if off >= f.size {
		return 0, io.EOF
	}
	rest := f.size - off
	if int64(len(p)) <= rest {
		return readFullAt(f.h, f.name, p, off)
	}
	n, err := readFullAt(f.h, f.name, p[:rest], off)
	if err == nil {
		err = io.EOF
	}
	return n, err
}

// Close closes the file.
func (f *File) Close() error { return f.h.close() }

// ReadFile returns all of a file of at most limit bytes: ErrTooLarge if it has more, ErrShort if it
// lost bytes while it was read.
func (f *FS) ReadFile(name string, limit int64) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := file.all(limit)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return data, nil
}

func (f *File) all(limit int64) ([]byte, error) {
	if f.size > limit {
		return nil, fmt.Errorf("reading %s: %d bytes, at most %d: %w", f.name, f.size, limit, ErrTooLarge)
	}
	data := make([]byte, f.size)
	if _, err := readFullAt(f.h, f.name, data, 0); err != nil {
		return nil, err
	}
	var more [1]byte
	if n, err := f.h.readAt(more[:], f.size); n > 0 {
		return nil, fmt.Errorf("reading %s: it grew: %w", f.name, ErrTooLarge)
	} else if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", f.name, err)
	}
	return data, nil
}

func readFullAt(h handle, name string, p []byte, off int64) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := h.readAt(p, off)
	switch {
	case n == len(p):
		return n, nil
	case err == nil || errors.Is(err, io.EOF):
		return n, fmt.Errorf("reading %s: %d of %d bytes at %d: %w", name, n, len(p), off, ErrShort)
	default:
		return n, fmt.Errorf("reading %s: %w", name, err)
	}
}
