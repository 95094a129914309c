package archive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
)

const blockSize = 256 << 10

var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

// Writer takes the bytes of one segment as they were received, and says which of them are packets
// and media. Nothing is on the disk before Seal, so the bytes are still owed to whoever has them:
// the journal's tail must not expire them before. A Writer holds the segment in memory and is used
// by one goroutine.
type Writer struct {
	a       *Archive
	id      ID
	blocks  []*[blockSize]byte
	size    int64
	packets []Range
	media   []Media
	spent   bool
}

var errSpent = errors.New("the segment was sealed or discarded")

// Writer begins a segment. It must be ended by a Seal without error or by Discard.
func (a *Archive) Writer(id ID) (*Writer, error) {
	if a.cfg.ReadOnly {
		return nil, errReadOnly
	}
	if err := id.Check(); err != nil {
		return nil, err
	}
	return &Writer{a: a, id: id}, nil
}

// Size is the number of bytes taken.
func (w *Writer) Size() int64 { return w.size }

// Write takes bytes as they were received. ErrTooLarge, and none taken, if they do not fit.
func (w *Writer) Write(p []byte) (int, error) {
	if w.spent {
		return 0, errSpent
	}
	if int64(len(p)) > w.a.cfg.MaxBytes-w.size {
		return 0, fmt.Errorf("segment %s: more than %d bytes: %w", w.id, w.a.cfg.MaxBytes, ErrTooLarge)
	}
	n := len(p)
	for len(p) > 0 {
		room := blockSize - w.size%blockSize
		p = p[copy(w.grow(min(int64(len(p)), room)), p):]
		runtime.Gosched()
	}
	return n, nil
}

// grow takes n more bytes, which must fit into one block, and returns where they go.
func (w *Writer) grow(n int64) []byte {
	at := w.size % blockSize
	if at == 0 {
		b, _ := blocks.Get().(*[blockSize]byte)
		w.blocks = append(w.blocks, b)
	}
	w.size += n
	return w.blocks[len(w.blocks)-1][at : at+n]
}

// Packet says that bytes already taken are a packet: the next leaf of the segment's tree. Packets
// may overlap and leave bytes out; their order is the order of the leaves.
func (w *Writer) Packet(r Range) error {
	switch err := inside(r.Offset, r.Length, w.size); {
	case w.spent:
		return errSpent
	case err != nil:
		return fmt.Errorf("segment %s: packet %d: %w", w.id, len(w.packets), err)
	case len(w.packets) == MaxPackets:
		return fmt.Errorf("segment %s: more than %d packets: %w", w.id, MaxPackets, ErrTooLarge)
	}
	w.packets = append(w.packets, r)
	return nil
}

// Media says that bytes already taken are a run of media, to have a digest of their own.
func (w *Writer) Media(name string, r Range) error {
	switch err := inside(r.Offset, r.Length, w.size); {
	case w.spent:
		return errSpent
	case err != nil:
		return fmt.Errorf("segment %s: media %d: %w", w.id, len(w.media), err)
	case len(w.media) == MaxMedia:
		return fmt.Errorf("segment %s: more than %d media ranges: %w", w.id, MaxMedia, ErrTooLarge)
	}
	w.media = append(w.media, Media{Name: name, Offset: r.Offset, Length: r.Length})
	return nil
}

// Discard forgets the segment. After Seal it does nothing.
func (w *Writer) Discard() {
	for _, b := range w.blocks {
		blocks.Put(b)
	}
	w.blocks, w.packets, w.media, w.spent = nil, nil, nil, true
}

// each calls do with the bytes of a range, block by block.
func (w *Writer) each(r Range, do func(p []byte)) {
	for off, end := r.Offset, r.Offset+r.Length; off < end; {
		at := off % blockSize
		n := min(end-off, blockSize-at)
		do(w.blocks[off/blockSize][at : at+n])
		off += n
		runtime.Gosched() // a minute of video must not keep the processor from who waits for a frame
	}
}

// digests is what is computed over the plain bytes.
type digests struct {
	whole   evidence.Digest
	records []tlog.Hash
	root    tlog.Hash
	media   []Media
	err     error
}

func (w *Writer) digest() digests {
	var d digests
	h := sha256.New()
	w.each(Range{Length: w.size}, func(p []byte) { h.Write(p) })
	h.Sum(d.whole[:0])
	d.records = make([]tlog.Hash, len(w.packets))
	for i, p := range w.packets {
		w.record(h, p, &d.records[i])
	}
	d.media = make([]Media, len(w.media))
	for i, m := range w.media {
		h.Reset()
		w.each(Range{Offset: m.Offset, Length: m.Length}, func(p []byte) { h.Write(p) })
		h.Sum(m.Digest[:0])
		d.media[i] = m
	}
	d.root, d.err = root(d.records)
	return d
}

// record is tlog.RecordHash of bytes that may lie in two blocks (RFC 6962, 2.1).
func (w *Writer) record(h hash.Hash, r Range, to *tlog.Hash) {
	h.Reset()
	h.Write([]byte{0})
	w.each(r, func(p []byte) { h.Write(p) })
	h.Sum(to[:0])
}
