package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"overflight/internal/jetstream"
)

// receiver is this end of a channel on which the other speaks.
type receiver struct {
	conn    *jetstream.Conn
	marks   jetstream.Marks
	channel jetstream.Channel
	log     *slog.Logger
	now     func() time.Time
	copy    *jetstream.Copy
	reading chan struct{} // of capacity 1: one reader at a time

	cursor *cursor // owned by who reads

	mu    sync.Mutex // guards what follows
	place place
	last  time.Time
	fault error
}

func newReceiver(ctx context.Context, cfg Config, marks jetstream.Marks, ch jetstream.Channel) (*receiver, error) {
	k, err := cfg.Conn.NewCopy(ctx, ch, marks)
	if err != nil {
		return nil, err
	}
	c, err := openCursor(filepath.Join(cfg.Folder, string(ch.Stream)+".place"))
	if err != nil {
		return nil, err
	}
	return &receiver{
		copy: k, conn: cfg.Conn, marks: marks, channel: ch, log: cfg.Logger, now: cfg.Now, reading: make(chan struct{}, 1), cursor: c, place: c.place,
	}, nil
}

// How long until a handler that failed is called again.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
)

// errStopped ends a reading whose context ended while a handler was tried.
var errStopped = errors.New("stopped")

// run hands on items until the context ends, then nil; or until what came is damaged.
func (r *receiver) run(ctx context.Context, f func(Item) error) error {
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-ctx.Done():
		return nil
	}
	a := assembly{next: r.cursor.place.item + 1}
	reader := r.conn.NewReader(jetstream.ReaderConfig{Stream: r.channel.Stream, Name: "reader", Marks: r.marks, From: r.cursor.place.message + 1})
	err := reader.Run(ctx, func(m jetstream.Message) error {
		i, err := a.add(m.Data)
		if err != nil {
			return err
		}
		if i == nil {
			return nil
		}
		if err := r.hand(ctx, *i, f); err != nil {
			return err
		}
		// A crash before this line hands the item on again.
		if err := r.cursor.store(place{i.Sequence, m.Sequence}, m.Pending == 0); err != nil {
			return err
		}
		r.mu.Lock()
		r.place, r.last = r.cursor.place, r.now()
		r.mu.Unlock()
		return nil
	})
	if errors.Is(err, errStopped) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("reading %s: %w", r.channel.Stream, err)
	}
	r.mu.Lock()
	r.fault = err
	r.mu.Unlock()
	return err
}

// hand calls f until it succeeds.
func (r *receiver) hand(ctx context.Context, i Item, f func(Item) error) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := f(i)
		if err == nil {
			return nil
		}
		r.log.Warn("an item is tried again later", slog.String("stream", string(r.channel.Stream)), slog.Uint64("item", i.Sequence),
			slog.String("kind", i.Kind), slog.Any("error", err))
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return errStopped
		}
	}
}

func (r *receiver) close() error { return r.cursor.close() }
