package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"path/filepath"
	"time"

	"filippo.io/age"

	"overflight/internal/durable"
)

// Seal hashes, encrypts and writes the segment and returns when both copies, both keys and both
// records are durable. The time range is half open.
//
// After an error the bytes are still in the Writer, which can Seal again; after a crash the same
// bytes are sealed again under the same ID. Either way there is one segment in the end: if it turns
// out to be sealed already, that segment is returned. *ConflictError if the one that is there is of
// other bytes, packets, media or times; ErrErased if it was erased: it does not come back.
func (w *Writer) Seal(start, end time.Time) (Segment, error) {
	s, err := w.seal(start.UTC(), end.UTC())
	if err != nil {
		return Segment{}, fmt.Errorf("sealing %s: %w", w.id, err)
	}
	w.Discard()
	return s, nil
}

func (w *Writer) seal(start, end time.Time) (Segment, error) {
	if w.spent {
		return Segment{}, errSpent
	}
	s := Segment{ID: w.id, Start: start, End: end, Size: w.size, Packets: int64(len(w.packets)), Media: w.media}
	if err := s.check(); err != nil {
		return Segment{}, err
	}
	hashed := make(chan digests, 1)
	go func() { hashed <- w.digest() }()

	have, err := w.a.settleToSeal(w.id)
	if !errors.Is(err, ErrNotFound) {
		d := <-hashed
		if err := errors.Join(err, d.err); err != nil {
			return Segment{}, err
		}
		return have, same(have, s.with(d))
	}
	e, err := w.encrypt(&s, hashed)
	if err != nil {
		return Segment{}, err
	}
	return w.a.commit(e, s)
}

func (s Segment) with(d digests) Segment {
	s.Digest, s.Root, s.Media = d.whole, d.root, d.media
	return s
}

// same says whether two segments of one ID are of the same bytes, packets, media and times.
func same(have, got Segment) error {
	h, err := encodeSegment(have.inside())
	if err != nil {
		return err
	}
	g, err := encodeSegment(got.inside())
	if err != nil {
		return err
	}
	if !bytes.Equal(h, g) {
		return &ConflictError{Have: have, Got: got}
	}
	return nil
}

func (a *Archive) settleToSeal(id ID) (Segment, error) {
	a.write.Lock()
	defer a.write.Unlock()
	return a.settle(id, true)
}

const writeSize = 128 << 10

// encrypted is a segment that is on the disk and has no name yet.
type encrypted struct {
	staged [2]*durable.Staged
	sum    hash.Hash
	key    key
}

func (e *encrypted) Write(p []byte) (int, error) {
	for _, s := range e.staged {
		if _, err := s.Write(p); err != nil {
			return 0, err
		}
	}
	return e.sum.Write(p)
}

func (e *encrypted) discard() error {
	var errs []error
	for _, s := range e.staged {
		if s != nil {
			errs = append(errs, s.Discard())
		}
	}
	return errors.Join(errs...)
}

// encrypt writes both copies, fsynced, and completes the segment. It has taken from hashed when it
// returns.
func (w *Writer) encrypt(s *Segment, hashed <-chan digests) (e *encrypted, err error) {
	e = &encrypted{sum: sha256.New()}
	var d digests
	taken := false
	defer func() {
		if !taken {
			<-hashed
		}
		if err != nil {
			err = errors.Join(err, e.discard())
		}
	}()
	e.key.segment = w.id
	if e.key.identity, err = age.GenerateX25519Identity(); err != nil {
		return e, err
	}
	for i, folder := range w.a.cfg.Copies {
		if e.staged[i], err = w.a.cfg.FS.Stage(filepath.Join(folder, dataFolder), permFile); err != nil {
			return e, err
		}
	}
	// age writes 64 KiB and a tag at a time, and its header in pieces.
	out := bufio.NewWriterSize(e, writeSize)
	enc, err := age.Encrypt(out, e.key.identity.Recipient())
	if err != nil {
		return e, err
	}
	w.each(Range{Length: w.size}, func(p []byte) {
		if err == nil {
			_, err = enc.Write(p)
		}
	})
	if err != nil {
		return e, err
	}
	d, taken = <-hashed, true
	if d.err != nil {
		return e, d.err
	}
	*s = s.with(d)
	x, err := encodeIndex(index{segment: *s, packets: w.packets, hashes: d.records})
	if err != nil {
		return e, err
	}
	if _, err = enc.Write(x); err != nil {
		return e, err
	}
	if err = enc.Close(); err != nil {
		return e, err
	}
	if err = out.Flush(); err != nil {
		return e, err
	}
	if err = both(func(i int) error { return e.staged[i].Sync() }); err != nil {
		return e, err
	}
	e.sum.Sum(s.Sealed[:0])
	s.SealedSize = e.staged[0].Size()
	e.key.sealed = s.Sealed
	return e, nil
}

// commit names the files, in the order of the package comment.
func (a *Archive) commit(e *encrypted, s Segment) (Segment, error) {
	a.write.Lock()
	defer a.write.Unlock()
	have, err := a.settle(s.ID, true)
	if !errors.Is(err, ErrNotFound) {
		// Sealed by somebody else meanwhile.
		if err := errors.Join(err, e.discard()); err != nil {
			return Segment{}, err
		}
		return have, same(have, s)
	}
	record, err := encodeSegment(s)
	if err != nil {
		return Segment{}, errors.Join(err, e.discard())
	}
	err = both(func(i int) error { return e.staged[i].Publish(a.cfg.dataFile(i, s.Sealed)) })
	if err == nil {
		err = a.create(func(i int) string { return a.cfg.keyFile(i, s.ID) }, encodeKey(e.key))
	}
	if err == nil {
		err = a.create(func(i int) string { return a.cfg.segmentFile(i, s.ID) }, record)
	}
	if err == nil {
		return s, nil
	}
	err = errors.Join(err, e.discard())
	if a.keyPair(s.ID).absent() {
		// Nobody has the key: the next Seal encrypts anew, and these would only take room.
		for i := range a.cfg.Copies {
			_ = a.cfg.FS.Remove(a.cfg.dataFile(i, s.Sealed)) // else Open removes it
		}
	}
	return Segment{}, err
}

func (a *Archive) create(name func(i int) string, data []byte) error {
	return both(func(i int) error { return a.cfg.FS.CreateFile(name(i), data, permFile) })
}

// both does a step for the two copies at once, so that they wait for the disks together, and returns
// when both are done.
func both(step func(i int) error) error {
	second := make(chan error, 1)
	go func() { second <- step(1) }()
	err := step(0)
	return errors.Join(err, <-second)
}
