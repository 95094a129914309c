package node

import (
	"context"
	"fmt"
	"time"

	"overflight/internal/live"
)

// How long a parcel waits for more, and how large it grows. A message of the stream holds a megabyte; what waits here is
// what the journal does not have yet.
const (
	parcelAge  = 60 * time.Millisecond
	parcelSize = 512 << 10
)

// put adds a piece to the parcel, and publishes it when it is full.
func (r *recording) put(ctx context.Context, producer string, x piece, b []byte) error {
	r.postMu.Lock()
	defer r.postMu.Unlock()
	p := &r.parcel
	if len(p.Pieces) > 0 && (p.Producer != producer || len(r.message)+len(b) > parcelSize || len(p.Pieces) >= mostPieces) {
		if err := r.publish(ctx); err != nil {
			return err
		}
	}
	if len(p.Pieces) == 0 {
		p.line, p.Producer, r.begun = r.line, producer, x.Arrival
		head, err := p.head()
		if err != nil {
			return err
		}
		r.message, r.headed = head, len(head)
	}
	p.Pieces = append(p.Pieces, x)
	r.message = append(r.message, b...)
	if x.Mark == end {
		return r.publish(ctx)
	}
	return nil
}

// flush publishes what waits.
func (r *recording) flush(ctx context.Context) error {
	r.postMu.Lock()
	defer r.postMu.Unlock()
	return r.publish(ctx)
}

// flushAged publishes what has waited long enough.
func (r *recording) flushAged(ctx context.Context, now time.Time) error {
	r.postMu.Lock()
	defer r.postMu.Unlock()
	if len(r.parcel.Pieces) == 0 || now.Sub(r.begun) < parcelAge {
		return nil
	}
	return r.publish(ctx)
}

// publish hands the parcel to the writer of the stream and goes on with an empty one. postMu is held.
func (r *recording) publish(ctx context.Context) error {
	p := &r.parcel
	if len(p.Pieces) == 0 {
		return nil
	}
	bytes := int64(len(r.message) - r.headed)
	data := p.tail(r.message)
	after := r.n.rawAcked.Load()
	receipt, err := r.n.raw.Publish(ctx, r.subject(), data)
	if err != nil {
		return fmt.Errorf("journalling %s: %w", r.label, err)
	}
	to := p.Offset + bytes
	r.posted = append(r.posted, posted{receipt: receipt, from: p.Offset, to: to, after: after})
	d := unacknowledged{r: r, receipt: receipt, to: to, arrival: r.begun, message: data}
	if p.Producer != ourselves {
		d.id = live.ID{Source: r.Source, Producer: p.Producer, Sequence: p.Pieces[len(p.Pieces)-1].Sequence}
	}
	r.f.await(d)
	*p, r.message = parcel{Offset: to, Pieces: p.Pieces[:0]}, nil // the stream's writer has it now
	return nil
}

// acknowledged notes that the stream has everything received through an offset.
func (r *recording) acknowledged(d *unacknowledged, sequence uint64) {
	r.postMu.Lock()
	for i := range r.posted {
		if r.posted[i].receipt == d.receipt {
			r.posted[i].sequence = sequence
		}
	}
	r.safe = max(r.safe, d.to)
	r.postMu.Unlock()
	for {
		acked := r.n.rawAcked.Load()
		if acked >= sequence || r.n.rawAcked.CompareAndSwap(acked, sequence) {
			break
		}
	}
	select {
	case r.acked <- struct{}{}:
	default:
	}
}

// needless is the last sequence of rawFeed before what the line still needs: at most the one given. Of what is on its way
// it is only known that it is later than everything that was acknowledged when it was handed over.
func (r *recording) needless(most uint64) uint64 {
	r.postMu.Lock()
	defer r.postMu.Unlock()
	if len(r.posted) == 0 {
		return most
	}
	first := &r.posted[0]
	if first.sequence > 0 {
		return min(most, first.sequence-1)
	}
	return min(most, first.after)
}
