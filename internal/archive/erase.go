package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// Erase destroys every copy of a segment's key, and its encrypted files with it. What remains is
// its record and the tombstone returned. Erasing again returns the first tombstone. The reason is
// kept and shown: it must not say what was erased.
//
// When Erase returns an error the segment is whole, or its erasure has begun and is finished by the
// next Erase or Open; it cannot be read from then on.
func (a *Archive) Erase(id ID, at time.Time, reason string) (Tombstone, error) {
	if a.cfg.ReadOnly {
		return Tombstone{}, errReadOnly
	}
	if err := id.Check(); err != nil {
		return Tombstone{}, err
	}
	a.write.Lock()
	defer a.write.Unlock()
	s, err := a.settle(id, true)
	var gone *ErasedError
	if errors.As(err, &gone) {
		return gone.Tombstone, nil
	}
	if err != nil {
		return Tombstone{}, fmt.Errorf("erasing: %w", err)
	}
	t := Tombstone{ID: id, Digest: s.Digest, Packets: s.Packets, Root: s.Root, Sealed: s.Sealed, At: at.UTC(), Reason: reason}
	if err := t.check(); err != nil {
		return Tombstone{}, fmt.Errorf("erasing %s: %w", id, err)
	}
	data, err := encodeTombstone(t)
	if err != nil {
		return Tombstone{}, fmt.Errorf("erasing %s: %w", id, err)
	}
	for i := range a.cfg.Copies {
		if err := a.cfg.FS.CreateFile(a.cfg.tombstoneFile(i, id), data, permFile); err != nil {
			return Tombstone{}, fmt.Errorf("erasing %s: %w", id, err)
		}
	}
	if err := a.finishErase(t); err != nil {
		return Tombstone{}, fmt.Errorf("erasing %s: %w", id, err)
	}
	return t, nil
}

// finishErase destroys what a tombstone says is gone.
func (a *Archive) finishErase(t Tombstone) error {
	if a.cfg.ReadOnly {
		return nil
	}
	for i, keys := range a.cfg.Keys {
		if err := a.cfg.FS.Destroy(a.cfg.keyFile(i, t.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		// A failed write may have left a copy of the key under a staged name.
		if _, err := a.cfg.FS.Sweep(keys, true); err != nil {
			return err
		}
	}
	for i := range a.cfg.Copies {
		if err := a.cfg.FS.Remove(a.cfg.dataFile(i, t.Sealed)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Tombstones returns all tombstones, by ID. One that is damaged in one copy is healed.
func (a *Archive) Tombstones() ([]Tombstone, error) {
	ids := map[ID]bool{}
	for i := range 2 {
		some, err := a.ids(filepath.Join(a.cfg.Copies[i], tombstoneFolder), tombstoneSuffix)
		if err != nil {
			return nil, err
		}
		for id := range some {
			ids[id] = true
		}
	}
	var all []Tombstone
	for _, id := range sorted(ids) {
		_, err := a.state(id)
		var gone *ErasedError
		if !errors.As(err, &gone) {
			return all, err
		}
		all = append(all, gone.Tombstone)
	}
	return all, nil
}

// Count is how many segments were ever sealed, and how many of them were erased.
type Count struct{ Segments, Erased int }

// Count counts without reading a file.
func (a *Archive) Count() (Count, error) {
	var n Count
	for i := range 2 {
		all, err := a.ids(filepath.Join(a.cfg.Copies[i], segmentFolder), segmentSuffix)
		if err != nil {
			return Count{}, err
		}
		erased, err := a.ids(filepath.Join(a.cfg.Copies[i], tombstoneFolder), tombstoneSuffix)
		if err != nil {
			return Count{}, err
		}
		n = Count{Segments: max(n.Segments, len(all)), Erased: max(n.Erased, len(erased))}
	}
	return n, nil
}

// state is settle with the lock taken.
func (a *Archive) state(id ID) (Segment, error) {
	if err := id.Check(); err != nil {
		return Segment{}, err
	}
	a.write.Lock()
	defer a.write.Unlock()
	return a.settle(id, false)
}

// Segment returns what is known of a segment, erased or not: for an erased one its record and an
// *ErasedError.
func (a *Archive) Segment(id ID) (Segment, error) {
	s, err := a.state(id)
	if errors.Is(err, ErrErased) {
		records := a.segmentPair(id)
		if i := records.any(); i >= 0 {
			s = records.value[i]
		}
	}
	return s, err
}

// List returns the IDs of all segments, erased ones too, sorted.
func (a *Archive) List() ([]ID, error) { return a.allIDs() }
