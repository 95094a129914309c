package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"

	"overflight/evidence"
)

// sumCopy reads a whole copy and says what is wrong with it, as its name tells, without the key.
// Bytes go to also, if given.
func (a *Archive) sumCopy(i int, s Segment, also io.Writer) error {
	f, err := a.cfg.FS.Open(a.cfg.dataFile(i, s.Sealed))
	if err != nil {
		return err
	}
	err = func() error {
		if f.Size() != s.SealedSize {
			return fmt.Errorf("%d bytes, want %d", f.Size(), s.SealedSize)
		}
		h := sha256.New()
		if also == nil {
			also = io.Discard
		}
		if _, err := io.Copy(io.MultiWriter(h, also), io.NewSectionReader(f, 0, f.Size())); err != nil {
			return err
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != s.Sealed.String() {
			return fmt.Errorf("has digest %s", got)
		}
		return nil
	}()
	return errors.Join(err, f.Close())
}

// healData writes a copy anew from the other, if the other is whole.
func (a *Archive) healData(s Segment, bad, good int, fault string) error {
	name := a.cfg.dataFile(bad, s.Sealed)
	err := errReadOnly
	if !a.cfg.ReadOnly {
		err = a.rewrite(s, bad, good)
	}
	a.report(s.ID, name, fault, err == nil)
	if err != nil {
		return fmt.Errorf("healing %s: %w", name, err)
	}
	return nil
}

func (a *Archive) rewrite(s Segment, bad, good int) error {
	a.write.Lock()
	defer a.write.Unlock()
	if !a.tombstonePair(s.ID).absent() {
		return ErrErased // since it was opened: its bytes must not come back
	}
	staged, err := a.cfg.FS.Stage(filepath.Join(a.cfg.Copies[bad], dataFolder), permFile)
	if err != nil {
		return err
	}
	if err := a.sumCopy(good, s, staged); err != nil {
		return errors.Join(err, staged.Discard())
	}
	return staged.Replace(a.cfg.dataFile(bad, s.Sealed))
}

// Verify reads everything of a segment: both encrypted files against their name, both keys and
// records against each other, and the plain bytes against digest, packet tree and media digests.
// What can be healed is. *ErasedError for a segment that is properly gone, *DamageError if it cannot
// be read any more.
func (a *Archive) Verify(id ID) (Segment, error) {
	s, err := a.state(id)
	var gone *ErasedError
	if errors.As(err, &gone) {
		return a.verifyErased(gone)
	}
	if err != nil {
		return Segment{}, err
	}
	var faults [2]error
	for i := range faults {
		faults[i] = a.sumCopy(i, s, nil)
	}
	for i, fault := range faults {
		if fault != nil && faults[1-i] == nil {
			_ = a.healData(s, i, 1-i, reason(fault)) // reported
		}
	}
	if faults[0] != nil && faults[1] != nil {
		err := &DamageError{Segment: id}
		for i, fault := range faults {
			err.Faults = append(err.Faults, Fault{File: a.cfg.dataFile(i, s.Sealed), Reason: reason(fault)})
			a.report(id, err.Faults[i].File, err.Faults[i].Reason, false)
		}
		return Segment{}, err
	}
	r, err := a.reader(s)
	if err != nil {
		return Segment{}, err
	}
	if err := errors.Join(r.verify(), r.Close()); err != nil {
		a.report(id, a.cfg.segmentFile(0, id), err.Error(), false)
		return Segment{}, fmt.Errorf("verifying: %w", err)
	}
	return s, nil
}

// verifyErased checks that the record which stays says what the tombstone says.
func (a *Archive) verifyErased(gone *ErasedError) (Segment, error) {
	t := gone.Tombstone
	records := a.segmentPair(t.ID)
	i := records.any()
	if i < 0 {
		return Segment{}, errors.Join(gone, &DamageError{Segment: t.ID, Faults: records.faults()})
	}
	s := records.value[i]
	if s.Digest != t.Digest || s.Root != t.Root || s.Packets != t.Packets {
		return Segment{}, errors.Join(gone, &DamageError{Segment: t.ID, Faults: []Fault{
			{File: records.name[i], Reason: "does not say what the tombstone says"},
		}})
	}
	if a.cfg.ReadOnly {
		return s, gone
	}
	a.write.Lock()
	defer a.write.Unlock()
	_ = heal(a, t.ID, records, i) // reported
	return s, gone
}

// verify hashes the plain bytes again, as sealing did.
func (r *Reader) verify() error {
	x, err := r.load()
	if err != nil {
		return err
	}
	w := &Writer{a: r.a, id: r.s.ID, packets: x.packets, media: r.s.Media}
	defer w.Discard()
	for off := int64(0); off < r.s.Size; off += blockSize {
		if err := r.readAt(w.grow(min(blockSize, r.s.Size-off)), off); err != nil {
			return err
		}
		runtime.Gosched()
	}
	d := w.digest()
	if d.err != nil {
		return d.err
	}
	if d.whole != r.s.Digest {
		return fmt.Errorf("segment %s: bytes have digest %v, want %v", r.s.ID, d.whole, r.s.Digest)
	}
	for i, h := range d.records {
		if h != x.hashes[i] {
			return fmt.Errorf("segment %s: packet %d does not have its record hash", r.s.ID, i)
		}
	}
	if d.root != r.s.Root {
		return fmt.Errorf("segment %s: packets have root %v, want %v", r.s.ID, evidence.Digest(d.root), evidence.Digest(r.s.Root))
	}
	for i, m := range r.s.Media {
		if d.media[i].Digest != m.Digest {
			return fmt.Errorf("segment %s: media %d, %s, does not have its digest", r.s.ID, i, m.Name)
		}
	}
	return nil
}

// Verification is the outcome of VerifyAll.
type Verification struct {
	Segments int     // whole, after healing
	Erased   int     // with a tombstone
	Bytes    int64   // as received, of those whole
	Lost     []error // one for each segment that is neither
}

// VerifyAll verifies every segment that any file names. What it healed is among the Findings. It
// stops early only with the context.
func (a *Archive) VerifyAll(ctx context.Context) (Verification, error) {
	var v Verification
	ids, err := a.List()
	if err != nil {
		return v, err
	}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return v, err
		}
		s, err := a.Verify(id)
		switch {
		case err == nil:
			v.Segments++
			v.Bytes += s.Size
		case errors.Is(err, ErrErased) && !errors.Is(err, ErrDamaged):
			v.Erased++
		default:
			v.Lost = append(v.Lost, err)
		}
	}
	return v, nil
}
