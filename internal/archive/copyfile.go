package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"overflight/evidence"
	"overflight/internal/durable"
)

// openFile is one copy of an encrypted file. Its ReadAt gives plain bytes: those received, then the
// index.
type openFile struct {
	io.ReaderAt
	file  *durable.File
	plain int64
}

// openCopy opens a copy and authenticates its header and its end, hence its size.
func (a *Archive) openCopy(i int, sealed evidence.Digest, with ...age.Identity) (*openFile, error) {
	f, err := a.cfg.FS.Open(a.cfg.dataFile(i, sealed))
	if err != nil {
		return nil, err
	}
	r, plain, err := age.DecryptReaderAt(f, f.Size(), with...)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &openFile{ReaderAt: r, file: f, plain: plain}, nil
}

// readFull fills p from r or fails.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	switch {
	case n == len(p):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return fmt.Errorf("%d of %d bytes at %d: %w", n, len(p), off, io.ErrUnexpectedEOF)
	default:
		return err
	}
}

// indexAt returns where the index at the end of plain bytes begins.
func indexAt(r io.ReaderAt, plain int64) (int64, error) {
	var tail [indexTail]byte
	if plain < indexTail {
		return 0, fmt.Errorf("%d plain bytes hold no index", plain)
	}
	if err := readFull(r, tail[:], plain-indexTail); err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint64(tail[:])
	if n > uint64(plain) || n > uint64(maxIndex) {
		return 0, fmt.Errorf("index of %d bytes in %d", n, plain)
	}
	return plain - int64(n), nil
}

// readIndex reads the index at the end of plain bytes.
func readIndex(r io.ReaderAt, plain int64) (index, error) {
	at, err := indexAt(r, plain)
	if err != nil {
		return index{}, err
	}
	b := make([]byte, plain-at)
	if err := readFull(r, b, at); err != nil {
		return index{}, err
	}
	x, err := decodeIndex(b)
	if err != nil {
		return index{}, err
	}
	if x.segment.Size != at {
		return index{}, fmt.Errorf("index is of %d bytes, before it are %d", x.segment.Size, at)
	}
	return x, nil
}

// readInside reads the record in the index, and not the packets.
func readInside(r io.ReaderAt, plain int64) (Segment, error) {
	at, err := indexAt(r, plain)
	if err != nil {
		return Segment{}, err
	}
	var head [len(indexMagic) + 4]byte
	if plain-at < int64(len(head)) {
		return Segment{}, fmt.Errorf("index of %d bytes", plain-at)
	}
	if err := readFull(r, head[:], at); err != nil {
		return Segment{}, err
	}
	n := int64(binary.BigEndian.Uint32(head[len(indexMagic):]))
	if string(head[:len(indexMagic)]) != indexMagic || n > maxRecord || n > plain-at-int64(len(head)) {
		return Segment{}, fmt.Errorf("index of %d bytes does not begin as one", plain-at)
	}
	b := make([]byte, n)
	if err := readFull(r, b, at+int64(len(head))); err != nil {
		return Segment{}, err
	}
	s, err := decodeSegment(b)
	if err == nil && s.Size != at {
		err = fmt.Errorf("index is of %d bytes, before it are %d", s.Size, at)
	}
	return s, err
}
