package bundle

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"overflight/transparency"
)

// container is the archive after it was found to be harmless: bounded, plain names, nothing
// compressed, nothing twice.
type container struct {
	r     io.ReaderAt
	files map[string]*zip.File
	names []string // in the order of the archive
}

func open(r io.ReaderAt, size int64) (*container, transparency.Coded) {
	if refused := boundDirectory(r, size); refused != nil {
		return nil, refused
	}
	within := &budget{ReaderAt: r, left: maxDirectory + aroundDirectory}
	z, err := zip.NewReader(within, size)
	if errors.Is(err, errBudget) || err == nil && len(z.File) > maxFiles {
		return nil, refuse(CodeFiles, fmt.Sprint(maxFiles+1), fmt.Sprint(maxFiles))
	}
	if err != nil {
		return nil, refuse(CodeArchive)
	}
	within.open = true
	c := &container{r: r, files: map[string]*zip.File{}}
	var total uint64
	for _, f := range z.File {
		if !plainPath(f.Name) {
			return nil, refuse(CodePath, f.Name)
		}
		if _, twice := c.files[f.Name]; twice {
			return nil, refuse(CodeTwice, f.Name)
		}
		if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.Flags&1 != 0 {
			return nil, refuse(CodeCompressed, f.Name)
		}
		// Files that lie over each other would make a small archive large.
		if total += f.UncompressedSize64; total > uint64(size) || f.UncompressedSize64 > uint64(size) {
			return nil, refuse(CodeOverlap, f.Name)
		}
		c.files[f.Name] = f
		c.names = append(c.names, f.Name)
	}
	for _, f := range z.File {
		if refused := c.localHeader(f); refused != nil {
			return nil, refused
		}
	}
	return c, nil
}

// budget bounds what is read while an archive is opened: its reader takes header after header until one is none, whatever number
// and size the archive states.
type budget struct {
	io.ReaderAt
	left int64
	open bool // the archive is open: nothing is counted any more
}

// aroundDirectory is what is read beside the directory: the end of the file, and a buffer too much.
const aroundDirectory = 1 << 20

var errBudget = errors.New("the directory is longer than a bundle's")

func (b *budget) ReadAt(p []byte, at int64) (int, error) {
	if !b.open {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, errBudget
		}
	}
	return b.ReaderAt.ReadAt(p, at)
}

// localHeader holds the header before the bytes against the directory (APPNOTE 4.3.7): another program
// might go by the former and show other files.
func (c *container) localHeader(f *zip.File) transparency.Coded {
	const fixed = 30
	offset, err := f.DataOffset()
	if err != nil {
		return refuse(CodeArchive)
	}
	// A bundle has no extra field between the name and the bytes.
	head := make([]byte, fixed+len(f.Name))
	if offset < int64(len(head)) {
		return refuse(CodeTwice, f.Name)
	}
	if _, err := c.r.ReadAt(head, offset-int64(len(head))); err != nil {
		return refuse(CodeArchive)
	}
	le := binary.LittleEndian
	if le.Uint32(head) != 0x04034b50 || le.Uint16(head[8:]) != zip.Store || string(head[fixed:]) != f.Name {
		return refuse(CodeTwice, f.Name)
	}
	return nil
}

// plainPath: letters that a bundle uses, no way out of the folder it is unpacked into.
func plainPath(name string) bool {
	if name == "" || len(name) > 128 || name[0] == '/' || strings.HasSuffix(name, "/") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("._-/", rune(c)) {
			return false
		}
	}
	return true
}

// boundDirectory looks at the end of the archive before the directory is read into memory (APPNOTE
// 4.3.14 to 4.3.16). A bundle has no comment, so that its end is in one place.
func boundDirectory(r io.ReaderAt, size int64) transparency.Coded {
	const end, locator, end64 = 22, 20, 56
	read := func(at, n int64) []byte {
		b := make([]byte, n)
		if at < 0 {
			return nil
		}
		if k, _ := r.ReadAt(b, at); int64(k) != n {
			return nil
		}
		return b
	}
	le := binary.LittleEndian
	tail := read(size-end, end)
	if tail == nil || le.Uint32(tail) != 0x06054b50 || le.Uint16(tail[20:]) != 0 {
		return refuse(CodeArchive)
	}
	records, directory := uint64(le.Uint16(tail[10:])), uint64(le.Uint32(tail[12:]))
	if records == 0xffff || directory == 0xffffffff || le.Uint32(tail[16:]) == 0xffffffff {
		l := read(size-end-locator, locator)
		if l == nil || le.Uint32(l) != 0x07064b50 || le.Uint64(l[8:]) != uint64(size-end-locator-end64) {
			return refuse(CodeArchive)
		}
		e := read(size-end-locator-end64, end64)
		if e == nil || le.Uint32(e) != 0x06064b50 {
			return refuse(CodeArchive)
		}
		records, directory = le.Uint64(e[32:]), le.Uint64(e[40:])
	}
	if records > maxFiles || directory > maxDirectory {
		return refuse(CodeFiles, fmt.Sprint(records), fmt.Sprint(maxFiles))
	}
	return nil
}

// expect holds the files that are there against those that the manifest wants.
func (c *container) expect(names []string) transparency.Coded {
	wanted := make(map[string]bool, len(names))
	for _, n := range names {
		wanted[n] = true
		if _, ok := c.files[n]; !ok {
			return refuse(CodeMissing, n)
		}
	}
	for _, n := range c.names {
		if !wanted[n] {
			return refuse(CodeExtra, n)
		}
	}
	return nil
}

// raw returns the bytes of a file as they stand in the archive. The checksum of the archive is not
// looked at: what counts is held against the log.
func (c *container) raw(name string) (io.Reader, uint64, transparency.Coded) {
	f, ok := c.files[name]
	if !ok {
		return nil, 0, refuse(CodeMissing, name)
	}
	r, err := f.OpenRaw()
	if err != nil {
		return nil, 0, refuse(CodeRead, name)
	}
	return r, f.UncompressedSize64, nil
}

func (c *container) small(name string, limit uint64) ([]byte, transparency.Coded) {
	r, size, refused := c.raw(name)
	if refused != nil {
		return nil, refused
	}
	if size > limit {
		return nil, refuse(CodeLarge, name, fmt.Sprint(size), fmt.Sprint(limit))
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, refuse(CodeRead, name)
	}
	return b, nil
}
