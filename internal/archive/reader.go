package archive

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/tlog"
)

// Reader reads the bytes of a segment as they were received. Each 64 KiB is authenticated before a
// byte of it is given; where one copy fails, the other answers and the first is healed. It may be
// used by several goroutines.
//
// A Reader that is open when its segment is erased may go on until Close.
type Reader struct {
	a    *Archive
	s    Segment
	with []age.Identity

	mu     sync.Mutex // of what follows
	copies [2]*openFile
	faults [2]string   // of a copy that failed and is not healed
	stale  []*openFile // replaced by healed ones
	index  *index
	tree   storedHashes
}

// Reader opens a segment. ErrNotFound, *ErasedError or *DamageError if it cannot be read.
func (a *Archive) Reader(id ID) (*Reader, error) {
	s, err := a.state(id)
	if err != nil {
		return nil, err
	}
	return a.reader(s)
}

func (a *Archive) reader(s Segment) (*Reader, error) {
	keys := a.keyPair(s.ID)
	r := &Reader{a: a, s: s, with: identities(keys, s.Sealed)}
	if len(r.with) == 0 {
		return nil, &DamageError{Segment: s.ID, Faults: keys.faults()}
	}
	if err := r.checkRecord(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// checkRecord holds the record against the one sealed inside: a forged size would make a short answer.
func (r *Reader) checkRecord() error {
	plain, err := r.plain()
	if err != nil {
		return err
	}
	inside, err := readInside(wholeReader{r}, plain)
	if errors.Is(err, ErrDamaged) {
		return err
	}
	if err != nil || same(r.s, inside) != nil {
		damage := &DamageError{Segment: r.s.ID}
		for i := range r.a.cfg.Copies {
			damage.Faults = append(damage.Faults, Fault{File: r.a.cfg.segmentFile(i, r.s.ID), Reason: "does not say what was sealed"})
		}
		return damage
	}
	return nil
}

// plain is the number of plain bytes, index included, by a copy that opens.
func (r *Reader) plain() (int64, error) {
	if err := r.readAt(nil, 0); err != nil {
		return 0, err
	}
	for i := range r.copies {
		if o, err := r.open(i); err == nil {
			return o.plain, nil
		}
	}
	return 0, &DamageError{Segment: r.s.ID}
}

// Segment returns the segment's record.
func (r *Reader) Segment() Segment { return r.s }

// Size is the number of bytes received.
func (r *Reader) Size() int64 { return r.s.Size }

// ReadAt fills p, or fails with none of it; io.EOF with fewer bytes only at the end of the segment.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, fmt.Errorf("segment %s: negative offset %d", r.s.ID, off)
	case len(p) == 0:
		return 0, nil
	case off >= r.s.Size:
		return 0, io.EOF
	}
	n := min(int64(len(p)), r.s.Size-off)
	if err := r.readAt(p[:n], off); err != nil {
		return 0, err
	}
	if n < int64(len(p)) {
		return int(n), io.EOF
	}
	return int(n), nil
}

// readAt fills p from the first copy that can, index included.
func (r *Reader) readAt(p []byte, off int64) error {
	for i := range r.copies {
		o, err := r.open(i)
		if err == nil && len(p) > 0 {
			err = readFull(o, p, off)
		}
		if err == nil {
			r.healBefore(i)
			return nil
		}
		r.mu.Lock()
		if r.faults[i] == "" {
			r.faults[i] = reason(err)
		}
		r.mu.Unlock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err := &DamageError{Segment: r.s.ID}
	for i, f := range r.faults {
		err.Faults = append(err.Faults, Fault{File: r.a.cfg.dataFile(i, r.s.Sealed), Reason: f})
		r.a.report(r.s.ID, err.Faults[i].File, f, false)
	}
	return err
}

// open returns a copy, opened once.
func (r *Reader) open(i int) (*openFile, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.copies[i] != nil {
		return r.copies[i], nil
	}
	o, err := r.a.openCopy(i, r.s.Sealed, r.with...)
	if err != nil {
		return nil, err
	}
	if o.file.Size() != r.s.SealedSize {
		return nil, errors.Join(fmt.Errorf("%d bytes, want %d", o.file.Size(), r.s.SealedSize), o.file.Close())
	}
	r.copies[i] = o
	return o, nil
}

// healBefore heals the copies that failed before a good one answered, and uses them again.
func (r *Reader) healBefore(good int) {
	for i := range good {
		r.mu.Lock()
		fault := r.faults[i]
		r.faults[i] = ""
		old := r.copies[i]
		r.mu.Unlock()
		if fault == "" {
			continue
		}
		if err := r.a.healData(r.s, i, good, fault); err != nil {
			continue // reported; the good copy answers
		}
		r.mu.Lock()
		if r.copies[i] == old {
			// Others may be reading from the old file; it is closed with the Reader.
			r.copies[i] = nil
			if old != nil {
				r.stale = append(r.stale, old)
			}
		}
		r.mu.Unlock()
	}
}

// Close closes the files.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, o := range append(r.stale, r.copies[:]...) {
		if o != nil {
			errs = append(errs, o.file.Close())
		}
	}
	r.stale, r.copies = nil, [2]*openFile{}
	return errors.Join(errs...)
}

// load reads the index once. Its record was checked when the Reader was opened, and it is authentic.
func (r *Reader) load() (*index, error) {
	r.mu.Lock()
	x := r.index
	r.mu.Unlock()
	if x != nil {
		return x, nil
	}
	plain, err := r.plain()
	if err != nil {
		return nil, err
	}
	read, err := readIndex(wholeReader{r}, plain)
	if err != nil {
		return nil, fmt.Errorf("segment %s: %w", r.s.ID, err)
	}
	tree, err := growTree(read.hashes)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.index, r.tree = &read, tree
	return r.index, nil
}

// wholeReader reads the index too.
type wholeReader struct{ r *Reader }

func (w wholeReader) ReadAt(p []byte, off int64) (int, error) {
	if err := w.r.readAt(p, off); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Packets returns where the packets are.
func (r *Reader) Packets() ([]Range, error) {
	x, err := r.load()
	if err != nil {
		return nil, err
	}
	return append([]Range(nil), x.packets...), nil
}

// Packet returns the bytes of packet i.
func (r *Reader) Packet(i int64) ([]byte, error) {
	x, err := r.load()
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= int64(len(x.packets)) {
		return nil, fmt.Errorf("segment %s: packet %d of %d: %w", r.s.ID, i, len(x.packets), ErrNotFound)
	}
	p := make([]byte, x.packets[i].Length)
	return p, r.readAt(p, x.packets[i].Offset)
}

// RecordHashes returns the RFC 6962 leaf hash of each packet.
func (r *Reader) RecordHashes() ([]tlog.Hash, error) {
	x, err := r.load()
	if err != nil {
		return nil, err
	}
	return append([]tlog.Hash(nil), x.hashes...), nil
}

// ProvePacket returns the audit path of packet i and its leaf hash, for tlog.CheckRecord with the
// Packets and Root of the segment.
func (r *Reader) ProvePacket(i int64) (tlog.RecordProof, tlog.Hash, error) {
	x, err := r.load()
	if err != nil {
		return nil, tlog.Hash{}, err
	}
	if i < 0 || i >= int64(len(x.packets)) {
		return nil, tlog.Hash{}, fmt.Errorf("segment %s: packet %d of %d: %w", r.s.ID, i, len(x.packets), ErrNotFound)
	}
	proof, err := tlog.ProveRecord(r.s.Packets, i, r.tree)
	return proof, x.hashes[i], err
}
