package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"overflight/internal/jetstream"
)

// sender is this end of a channel on which it speaks.
type sender struct {
	channel jetstream.Channel
	kinds   []string
	writer  *jetstream.Writer
	log     *slog.Logger
	now     func() time.Time

	turn chan struct{} // of capacity 1, held by who uses what follows
	// index has what is on disk, flying what is on its way there, in the order of the sequences.
	index  *index
	flying []*flight
	byKey  map[key]*flight
}

// flight is an item that was numbered and is not yet known to be on disk.
type flight struct {
	sequence uint64
	key      key
	digest   [8]byte
	last     *jetstream.Receipt // of its last message
}

// flush is how long a message waits for others that share its sync.
const flush = 200 * time.Microsecond

// mostQueued bounds what waits for the disk: pieces of half a megabyte.
const mostQueued = 256

func newSender(ctx context.Context, cfg Config, marks jetstream.Marks, ch jetstream.Channel, kinds []string) (*sender, error) {
	if err := cfg.Conn.EnsureSender(ctx, ch, cfg.Window); err != nil {
		return nil, err
	}
	s := &sender{channel: ch, kinds: kinds, log: cfg.Logger, now: cfg.Now, turn: make(chan struct{}, 1), byKey: map[key]*flight{}}
	var err error
	// The writer first: it compares the stream with how far it once reached.
	if s.writer, err = cfg.Conn.NewWriter(ctx, jetstream.WriterConfig{Stream: ch.Stream, Producer: jetstream.SenderName, Marks: marks, Flush: flush, Queue: mostQueued}); err != nil {
		return nil, err
	}
	if s.index, err = openIndex(filepath.Join(cfg.Folder, string(ch.Stream)+".index")); err != nil {
		return nil, err
	}
	if err := s.catchUp(ctx, cfg, marks); err != nil {
		return nil, errors.Join(err, s.index.close())
	}
	return s, nil
}

// catchUp adds to the index what the stream has behind it.
func (s *sender) catchUp(ctx context.Context, cfg Config, marks jetstream.Marks) error {
	item, end := s.index.last()
	a := assembly{next: item + 1}
	r := cfg.Conn.NewReader(jetstream.ReaderConfig{Stream: s.channel.Stream, Name: "index", Marks: marks, From: end + 1, ToEnd: true})
	err := r.Run(ctx, func(m jetstream.Message) error {
		i, err := a.add(m.Data)
		if err != nil || i == nil {
			return err
		}
		s.index.add(entry{
			key: keyOf(i.Kind, i.ID), digest: short(digestOf(i.Kind, i.ID, i.Body)), end: m.Sequence, at: m.Stored.UnixMilli(),
		})
		return nil
	})
	if err == nil {
		err = ctx.Err() // else it only looks as if all was read
	}
	if err == nil {
		err = s.index.write(true)
	}
	if err != nil {
		return fmt.Errorf("reading what was sent on %s: %w", s.channel.Stream, err)
	}
	return nil
}

func (s *sender) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sender) give() { <-s.turn }

// send returns the sequence of the item once it is on disk.
func (s *sender) send(ctx context.Context, kind, id string, body []byte) (uint64, error) {
	if err := checkItem(s.kinds, kind, id, body); err != nil {
		return 0, err
	}
	f, err := s.number(ctx, Item{Kind: kind, ID: id, Body: body})
	if err != nil {
		return 0, fmt.Errorf("sending %s %q: %w", kind, id, err)
	}
	if f.last == nil {
		return f.sequence, nil
	}
	if _, err := f.last.Wait(ctx); err != nil {
		return 0, fmt.Errorf("sending %s %q: %w", kind, id, err)
	}
	if err := s.take(ctx); err != nil {
		return 0, err
	}
	defer s.give()
	s.settle()
	return f.sequence, nil
}

// number finds the item, or gives it the next sequence and queues its messages. One whose context ends between its messages
// is no item: the next has its sequence.
func (s *sender) number(ctx context.Context, i Item) (*flight, error) {
	digest := digestOf(i.Kind, i.ID, i.Body)
	k, d := keyOf(i.Kind, i.ID), short(digest)
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	s.settle()
	if f := s.byKey[k]; f != nil {
		if f.digest != d {
			return nil, ErrChanged
		}
		return f, nil
	}
	if n, ok := s.index.byKey[k]; ok {
		if s.index.entries[n-1].digest != d {
			return nil, ErrChanged
		}
		return &flight{sequence: n}, nil
	}
	i.Sequence, _ = s.index.last()
	i.Sequence += uint64(len(s.flying)) + 1
	f := &flight{sequence: i.Sequence, key: k, digest: d}
	for _, b := range frames(i, digest) {
		var err error
		if f.last, err = s.writer.Publish(ctx, s.channel.Subject(i.Kind), b); err != nil {
			return nil, err
		}
	}
	s.flying = append(s.flying, f)
	s.byKey[k] = f
	return f, nil
}

// settle moves to the index what is on disk by now.
func (s *sender) settle() {
	for len(s.flying) > 0 {
		f := s.flying[0]
		select {
		case <-f.last.Done():
		default:
			return
		}
		end, err := f.last.Wait(context.Background())
		if err != nil {
			return // the writer has stopped, and all that follows failed with it
		}
		s.index.add(entry{key: f.key, digest: f.digest, end: end, at: s.now().UnixMilli()})
		s.flying = s.flying[1:]
		delete(s.byKey, f.key)
	}
	if err := s.index.write(false); err != nil {
		// It is read from the stream again at the next start.
		s.log.Warn("index of items", slog.String("stream", string(s.channel.Stream)), slog.Any("error", err))
	}
}

func (s *sender) close() error { return s.index.close() }
