package node

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/archive"
	"overflight/internal/jetstream"
	"overflight/journal"
	"overflight/segment"
)

// recording is one line while it is recorded: bytes in, sealed segments and events out.
type recording struct {
	line
	n      *Node
	f      *feeder
	sortie *sortie
	live   bool
	views  views
	label  string // name of the line's paths in the journal

	mu       sync.Mutex // guards what follows: bytes come from the source, ticks and ends from the node
	rec      *segment.Recorder
	received int64 // bytes given to the recorder
	arrival  time.Time
	ended    bool
	newest   []segment.Provisional
	near     map[string]near // by path

	// A parcel is published under postMu alone: sealing asks for it while the source may hold mu and wait for sealing.
	postMu  sync.Mutex
	parcel  parcel // not published yet
	message []byte // of it: the head and the bytes
	headed  int    // length of the head
	begun   time.Time
	posted  []posted      // parcels of rawFeed that are not sealed yet, in order
	safe    int64         // bytes received through which all is acknowledged
	acked   chan struct{} // poked when safe has changed

	cuts chan cut
	over chan struct{} // closed when nothing of the line is under way any more

	// Of the node's watch alone.
	ticked    time.Time      // when a silent minute was ended
	claimedBy journal.Sortie // another flight that says it is the same aircraft, once that was told

	index int // of the next segment, from 1; owned by run

	// Owned by what states.
	consumed int64 // bytes received through which all is sealed
	skip     int   // events that the journal has from before a restart
}

// posted is one parcel on its way into, or in, the stream.
type posted struct {
	receipt  *jetstream.Receipt
	from     int64 // of the bytes received
	to       int64
	sequence uint64 // of rawFeed; 0 until it is acknowledged
	after    uint64 // a sequence of rawFeed that it is later than
}

// cut is what is sealed next, or the end.
type cut struct {
	segment.Cut
	end    bool
	reason journal.CloseReason
	at     time.Time
	done   func(error)
}

// queued is how many cuts may wait for the archive. A source waits when it is full: its spool holds.
const queued = 2

func (n *Node) newRecording(l line, f *feeder, s *sortie, kind ingest.Kind) (*recording, error) {
	clock, label := journal.ArrivalClock, l.name()
	if !f.live {
		clock = journal.StreamClock
		if !f.folder {
			label = l.Source
		}
	}
	rec, err := segment.NewRecorder(segment.Config{
		Sortie: s.number, Source: label, Kind: kind, Clock: clock, Lines: n.lines, Geoid: n.geoid, Area: n.area,
		Account: account.Config{Airspace: airspace.Config{}}, Most: n.cfg.Archive.Largest,
	})
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", label, err)
	}
	return &recording{
		line: l, n: n, f: f, sortie: s, live: f.live, label: label, rec: rec, index: 1,
		acked: make(chan struct{}, 1), cuts: make(chan cut, queued), over: make(chan struct{}),
	}, nil
}

// take gives bytes to the recorder, and cuts to the archive. The lock is held.
func (r *recording) take(b []byte, at time.Time) error {
	cuts, err := r.rec.Take(b, at)
	if err != nil {
		return fmt.Errorf("recording %s: %w", r.label, err)
	}
	r.received += int64(len(b))
	r.arrival = at
	r.views.show(b)
	for _, c := range cuts {
		if err := r.hand(cut{Cut: c, at: at}); err != nil {
			return err
		}
	}
	return nil
}

// hand gives the archive what is next. It waits as long as the node runs, whatever became of the source: the recorder has
// let go of the bytes, and without this cut all later ones would be taken for others.
func (r *recording) hand(c cut) error {
	select {
	case r.cuts <- c:
		return nil
	case <-r.n.running.Done():
		return ErrStopped
	}
}

// finish ends the line. The lock is held.
func (r *recording) finish(at time.Time, reason journal.CloseReason, done func(error)) error {
	if r.ended {
		return nil
	}
	r.ended = true
	r.views.end()
	cuts, err := r.rec.Finish(at)
	if err != nil {
		return fmt.Errorf("recording %s: %w", r.label, err)
	}
	for _, c := range cuts {
		if err := r.hand(cut{Cut: c, at: at}); err != nil {
			return err
		}
	}
	return r.hand(cut{end: true, reason: reason, at: at, done: done})
}

// run seals cuts until the end of the line or of the context: a few at a time, since the disks take their time, and states
// what follows from them in their order.
func (r *recording) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	order := make(chan *sealing, queued)
	all.Go(func() {
		defer close(order)
		for {
			var c cut
			select {
			case <-ctx.Done():
				return
			case c = <-r.cuts:
			}
			x := &sealing{cut: c, done: make(chan struct{})}
			if !c.end {
				x.id = r.segmentID()
				r.index++
				all.Go(func() {
					defer close(x.done)
					if r.live {
						defer r.n.turn(ctx)()
					}
					x.sealed, x.err = r.archive(ctx, x.id, &x.cut.Cut)
					if x.err == nil && r.live { // before anything is let go of, both copies are read again
						if _, err := r.n.archive.Verify(archive.ID(x.id)); err != nil {
							x.err = fmt.Errorf("verifying %s: %w", x.id, err)
						}
					}
					if x.err == nil {
						x.cut.Release()
					}
				})
			} else {
				close(x.done)
			}
			select {
			case order <- x:
			case <-ctx.Done():
				return
			}
			if c.end {
				return
			}
		}
	})
	for x := range order {
		<-x.done
		err := x.err
		if err == nil {
			err = r.settle(ctx, x)
		}
		if x.cut.done != nil {
			x.cut.done(err)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.n.halt(err)
			return
		}
	}
}

// sealing is a cut on its way into the archive.
type sealing struct {
	cut    cut
	id     journal.SegmentID
	sealed archive.Segment
	done   chan struct{}
	err    error
}

func (r *recording) settle(ctx context.Context, x *sealing) error {
	if x.cut.end {
		r.n.forget(r)
		return r.n.leave(ctx, r.sortie, x.cut.reason, x.cut.at)
	}
	return r.seal(ctx, x)
}

// segmentID names the next segment: the same after every restart.
func (r *recording) segmentID() journal.SegmentID {
	name := strings.Map(func(c rune) rune {
		if c < 0x80 && (c == '.' || c == '-' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
			return c
		}
		return '_'
	}, r.label)
	return journal.SegmentID(fmt.Sprintf("%s.%.60s.%06d", r.sortie.number, name, r.index))
}

// ofSource tells whether a finding is one that the node states itself.
func ofSource(c evidence.Code) bool {
	for _, prefix := range []string{"live.", "spool.", "node."} {
		if strings.HasPrefix(string(c), prefix) {
			return true
		}
	}
	return false
}
