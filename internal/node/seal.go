package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"overflight/evidence"
	"overflight/internal/archive"
	"overflight/internal/jetstream"
	"overflight/journal"
	"overflight/segment"
)

// pauses between tries of a disk that takes nothing.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// seal states the events of a cut that is in the archive, and that it is sealed, and lets go of the raw stream.
func (r *recording) seal(ctx context.Context, x *sealing) error {
	c, id, sealed := &x.cut, x.id, &x.sealed
	first, last, err := r.sequences(ctx, r.consumed+c.Consumed)
	if err != nil {
		return err
	}
	e := journal.SegmentSealed{
		Flight: r.sortie.number, Segment: id, Source: r.label, Minute: c.Minute, From: c.From, To: c.To, Clock: c.Clock, Uncertainty: c.Uncertainty,
		First: first, Last: last, Bytes: uint64(c.Size), Packets: uint64(len(c.Packets)), Plain: sealed.Digest, Root: evidence.Digest(sealed.Root),
		Media: mediaOf(sealed.Media, c.Media), Counts: c.Counts, Withheld: c.Withheld, At: r.n.now(),
	}
	if err := r.say(ctx, append(c.Events, e)); err != nil {
		return err
	}
	r.n.indexSoon(e)
	r.sortie.cover(c.From, c.To, 1, c.Counts.Fixes)
	r.consumed += c.Consumed
	r.f.progress(c.Consumed)
	if !r.live {
		return nil
	}
	r.release()
	return r.n.trim(ctx)
}

// turn waits until a live line may use the archive's disks. All live minutes end at the same instant: one after the other,
// with a pause as long as the work, they leave the disks to the journal, which everybody waits for.
func (n *Node) turn(ctx context.Context) (done func()) {
	select {
	case n.turns <- struct{}{}:
	case <-ctx.Done():
		return func() {}
	}
	began := time.Now()
	return func() {
		pause := min(time.Since(began), longestPause)
		if n.running.Err() != nil {
			pause = 0
		}
		time.AfterFunc(pause, func() { <-n.turns })
	}
}

// longestPause keeps a hundred lines within their minute.
const longestPause = 300 * time.Millisecond

// say states events, leaving out those that the journal has already, and waits for all.
func (r *recording) say(ctx context.Context, events []journal.Event) error {
	var receipts []*jetstream.Receipt
	for _, e := range events {
		if r.skip > 0 {
			r.skip--
			continue
		}
		receipt, err := r.n.events.State(ctx, subject(e), e)
		if err != nil {
			return fmt.Errorf("stating %s: %w", e.Kind(), err)
		}
		receipts = append(receipts, receipt)
	}
	for _, receipt := range receipts {
		if _, err := receipt.Wait(ctx); err != nil {
			return fmt.Errorf("stating of %s: %w", r.label, err)
		}
	}
	return nil
}

// archive seals the bytes. A disk that takes nothing is tried again until it does: what is not sealed is still in the
// raw stream or in its file, and the source waits.
func (r *recording) archive(ctx context.Context, id journal.SegmentID, c *segment.Cut) (archive.Segment, error) {
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		s, err := r.sealOnce(id, c)
		var conflict *archive.ConflictError
		switch {
		case err == nil:
			r.n.ails(partArchive, nil)
			return s, nil
		case errors.As(err, &conflict), errors.Is(err, archive.ErrErased), errors.Is(err, archive.ErrTooLarge):
			return s, fmt.Errorf("%w: sealing %s: %w", ErrHalted, id, err)
		}
		r.n.ails(partArchive, err)
		r.n.log.Error("sealing", slog.String("segment", string(id)), slog.Any("error", err))
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (r *recording) sealOnce(id journal.SegmentID, c *segment.Cut) (archive.Segment, error) {
	w, err := r.n.archive.Writer(archive.ID(id))
	if err != nil {
		return archive.Segment{}, err
	}
	defer w.Discard()
	for _, b := range c.Blocks {
		if _, err := w.Write(b); err != nil {
			return archive.Segment{}, err
		}
	}
	for _, p := range c.Packets {
		if err := w.Packet(archive.Range{Offset: p.Offset, Length: p.Length}); err != nil {
			return archive.Segment{}, err
		}
	}
	for _, m := range c.Media {
		if err := w.Media(m.Name, archive.Range{Offset: m.Offset, Length: m.Length}); err != nil {
			return archive.Segment{}, err
		}
	}
	return w.Seal(c.From, c.To)
}

func mediaOf(sealed []archive.Media, cut []segment.Media) []journal.MediaDigest {
	var out []journal.MediaDigest
	for i, m := range sealed {
		out = append(out, journal.MediaDigest{PID: cut[i].PID, Kind: m.Name, Bytes: uint64(m.Length), Digest: m.Digest})
	}
	return out
}

// digestOf is the digest of a cut's bytes.
func digestOf(c *segment.Cut) evidence.Digest {
	h := sha256.New()
	for _, b := range c.Blocks {
		_, _ = h.Write(b) // never fails
	}
	return evidence.Digest(h.Sum(nil))
}

// sequences waits until everything received through an offset is acknowledged, and returns the sequences of rawFeed that
// hold the bytes from what is sealed up to it. A recording is in no stream.
func (r *recording) sequences(ctx context.Context, to int64) (first, last uint64, err error) {
	if !r.live {
		return 0, 0, nil
	}
	for {
		r.postMu.Lock()
		safe := r.safe
		if safe >= to {
			for i := range r.posted {
				p := &r.posted[i]
				if p.to <= r.consumed || p.from >= to { // sealed before, or later
					continue
				}
				if first == 0 {
					first = p.sequence
				}
				last = p.sequence
			}
			r.postMu.Unlock()
			return first, last, nil
		}
		r.postMu.Unlock()
		if err := r.flush(ctx); err != nil {
			return 0, 0, err
		}
		select {
		case <-r.acked:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
}

// release forgets the parcels that are sealed whole.
func (r *recording) release() {
	r.postMu.Lock()
	defer r.postMu.Unlock()
	i := 0
	for i < len(r.posted) && r.posted[i].sequence > 0 && r.posted[i].to <= r.consumed {
		i++
	}
	r.posted = append(r.posted[:0], r.posted[i:]...)
}
