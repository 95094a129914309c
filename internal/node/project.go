package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"overflight/internal/jetstream"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// projection is how far the read models are.
type projection struct {
	mu      sync.Mutex
	through map[jetstream.Stream]uint64
	changed chan struct{} // closed when through changes, then made anew
	err     error
}

func (n *Node) openModels(ctx context.Context) error {
	n.projected.through, n.projected.changed = map[jetstream.Stream]uint64{}, make(chan struct{})
	c := sqlite.Config{File: n.cfg.ReadModels(), Ledger: string(jetstream.Ledger)}
	m, err := sqlite.Open(ctx, c)
	var damage *sqlite.DamageError
	if errors.As(err, &damage) {
		// They are a function of the journal: the cure is to make them again.
		n.log.Error("the read models are damaged and are made again", slog.Any("error", err))
		if err := sqlite.Remove(c.File); err != nil {
			return err
		}
		m, err = sqlite.Open(ctx, c)
	}
	if err != nil {
		return err
	}
	n.models.Store(m)
	for _, s := range []jetstream.Stream{jetstream.Events, jetstream.Ledger} {
		if n.projected.through[s], err = m.Position(ctx, string(s)); err != nil {
			return err
		}
	}
	return nil
}

// mostApplied is how many events are applied at once.
const mostApplied = 1000

// project applies what the journal has to the read models, and what comes.
func (n *Node) project(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan sqlite.Positioned, 4*mostApplied)
	var readers sync.WaitGroup
	errs := make(chan error, 2)
	for _, s := range []jetstream.Stream{jetstream.Events, jetstream.Ledger} {
		readers.Go(func() { errs <- n.feedModels(ctx, s, queue) })
	}
	done := make(chan struct{})
	go func() { readers.Wait(); close(done) }()
	err := n.apply(ctx, queue, done)
	cancel()
	<-done
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	if err != nil {
		n.projected.mu.Lock()
		n.projected.err = err
		close(n.projected.changed)
		n.projected.changed = make(chan struct{})
		n.projected.mu.Unlock()
	}
	return err
}

func (n *Node) feedModels(ctx context.Context, s jetstream.Stream, queue chan<- sqlite.Positioned) error {
	n.projected.mu.Lock()
	from := n.projected.through[s] + 1
	n.projected.mu.Unlock()
	reader := n.conn.NewReader(jetstream.ReaderConfig{Stream: s, Name: "models", Marks: n.marks, From: from})
	return reader.Run(ctx, func(m jetstream.Message) error {
		at := sqlite.Positioned{Place: sqlite.Place{Stream: string(s), Sequence: m.Sequence}}
		if s == jetstream.Ledger {
			event, err := n.ledger.Commits(m.Sequence - 1)
			if err != nil {
				return err
			}
			if event > 0 {
				at.Commits = sqlite.Place{Stream: string(jetstream.Events), Sequence: event}
			}
		} else {
			at.Encoded = append([]byte(nil), m.Data...)
			var defects int
			at.Record, defects = decode(at.Encoded)
			if defects > 0 {
				n.log.Error("event that cannot be read", slog.Uint64("sequence", m.Sequence))
			}
		}
		select {
		case queue <- at:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

func decode(b []byte) (journal.Record, int) {
	r, defects := journal.Decode(b)
	return r, len(defects)
}

func (n *Node) apply(ctx context.Context, queue <-chan sqlite.Positioned, done <-chan struct{}) error {
	batch := make([]sqlite.Positioned, 0, mostApplied)
	for {
		batch = batch[:0]
		select {
		case x := <-queue:
			batch = append(batch, x)
		case <-done:
			return nil
		case <-ctx.Done():
			return nil
		}
	more:
		for len(batch) < mostApplied {
			select {
			case x := <-queue:
				batch = append(batch, x)
			default:
				break more
			}
		}
		if err := n.Models().Apply(ctx, batch); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("projecting: %w", err)
		}
		n.survey.sighted.add(batch) // before anybody may rely on them
		n.projected.mu.Lock()
		for i := range batch {
			n.projected.through[jetstream.Stream(batch[i].Stream)] = batch[i].Sequence
		}
		close(n.projected.changed)
		n.projected.changed = make(chan struct{})
		n.projected.mu.Unlock()
	}
}

// Caught waits until the read models hold every event that the journal holds now.
func (n *Node) Caught(ctx context.Context) error {
	state, err := n.conn.State(ctx, jetstream.Events)
	if err != nil {
		return err
	}
	return n.caught(ctx, jetstream.Events, state.Last)
}

func (n *Node) caught(ctx context.Context, s jetstream.Stream, last uint64) error {
	for {
		n.projected.mu.Lock()
		through, changed, err := n.projected.through[s], n.projected.changed, n.projected.err
		n.projected.mu.Unlock()
		switch {
		case through >= last:
			return nil
		case err != nil:
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
