package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"overflight/journal"
)

// History is what is sealed of a stream. What it yields MUST have been checked against its seals, in the order of
// the sequences and without leaving any out, and MUST be the messages as they were in the stream.
type History interface {
	// Through returns the last sequence of the stream up to which everything is sealed, 0 when nothing is.
	Through(ctx context.Context, s Stream) (uint64, error)
	// Range calls yield for every message from one sequence through another, and stops at its first error.
	Range(ctx context.Context, s Stream, from, through uint64, yield func(Message) error) error
}

// ReaderConfig is that of one reader of one stream.
type ReaderConfig struct {
	Stream Stream
	Name   string // holder of the reader's mark
	Marks  Marks  // MUST NOT be nil
	// From is the first sequence to be read; 0 and 1 are the beginning.
	From uint64
	// Producers are the last sequences of producers before From. One that is not named begins where it is first
	// met, or at 1 when everything is read from the beginning.
	Producers map[journal.Producer]uint64
	History   History // nil when nothing is sealed
	// ToEnd makes Run return when everything has been read that was there when it began.
	ToEnd bool
}

// Reader reads a stream whole and in order: what is sealed from its history, the rest from the server, never with a
// filter. It halts on anything that is missing. It is for one goroutine.
type Reader struct {
	conn   *Conn
	cfg    ReaderConfig
	next   uint64
	counts map[journal.Producer]uint64
	whole  bool // read from the beginning: a producer must begin at 1
	mark   Mark
	stored uint64    // sequence of the mark that is stored
	at     time.Time // when it was
	handle func(Message) error
}

// NewReader returns a reader that has read nothing.
func (c *Conn) NewReader(cfg ReaderConfig) *Reader {
	r := &Reader{conn: c, cfg: cfg, next: max(1, cfg.From), counts: map[journal.Producer]uint64{}, whole: cfg.From <= 1}
	for p, n := range cfg.Producers {
		r.counts[p] = n
	}
	return r
}

// Next returns the sequence that is read next.
func (r *Reader) Next() uint64 { return r.next }

const (
	// idle is how long nothing may come before the server is asked whether there is something.
	idle = 500 * time.Millisecond
	// A mark is stored after so many messages, or when the reader has caught up and the last is so old.
	markEvery = 10_000
	markAge   = 250 * time.Millisecond
)

// handlerError carries an error of the handler past the reader's own.
type handlerError struct{ err error }

func (e handlerError) Error() string { return e.err.Error() }
func (e handlerError) Unwrap() error { return e.err }

// Run calls handle for every message in order, until the context ends (nil), the end is reached with ToEnd (nil), the
// handler fails or a loss is found: a LossError, after which nothing may be built on the stream. A connection
// that breaks is waited for.
func (r *Reader) Run(ctx context.Context, handle func(Message) error) error {
	r.handle = handle
	err := r.run(ctx)
	if r.mark.Sequence > r.stored && !errors.Is(err, ErrLoss) {
		err = errors.Join(err, r.storeMark())
	}
	return err
}

func (r *Reader) run(ctx context.Context) error {
	end := uint64(0)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		before := r.next
		done, err := r.pass(ctx, &end)
		var own handlerError
		switch {
		case done:
			return nil
		case errors.Is(err, ErrLoss), errors.As(err, &own):
			return err
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, ErrMark), errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, errHistory):
			return err
		}
		r.conn.logger.Warn("reading the journal", slog.String("stream", string(r.cfg.Stream)), slog.Uint64("next", r.next), slog.Any("error", err))
		if r.next > before {
			pause = firstPause
		}
		if !wait(ctx, pause) {
			return nil
		}
	}
}

var errHistory = errors.New("reading sealed history")

// pass reads on until the connection breaks; true when the end is reached.
func (r *Reader) pass(ctx context.Context, end *uint64) (bool, error) {
	s, err := r.conn.js.Stream(ctx, string(r.cfg.Stream))
	if err != nil {
		return false, fmt.Errorf("opening stream %s: %w", r.cfg.Stream, err)
	}
	if err := r.conn.hold(ctx, s, r.cfg.Stream, r.cfg.Marks); err != nil {
		return false, err
	}
	state := s.CachedInfo().State
	if state.LastSeq+1 < r.next {
		return false, r.lost(BelowMark, state.LastSeq, r.next-1, state.LastSeq)
	}
	if *end == 0 {
		*end = state.LastSeq
	}
	if err := r.sealed(ctx, state.LastSeq); err != nil {
		return false, err
	}
	if r.cfg.ToEnd && r.next > *end {
		return true, nil
	}
	if state.FirstSeq > r.next {
		return false, r.lost(SequenceGap, state.FirstSeq, r.next, state.FirstSeq)
	}
	messages, err := r.follow(ctx, s)
	if err != nil {
		return false, err
	}
	defer context.AfterFunc(ctx, messages.Stop)()
	defer messages.Stop()
	silent := 0 // waits since the last message in which one ought to have come
	for !r.cfg.ToEnd || r.next <= *end {
		m, err := messages.Next(jetstream.NextMaxWait(idle))
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case errors.Is(err, nats.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
			due, err := r.stalled(ctx)
			if err != nil {
				return false, err
			}
			if !due {
				silent = 0
			} else if silent++; silent > 2 {
				return false, fmt.Errorf("reading %s from %d: nothing comes", r.cfg.Stream, r.next)
			}
			continue
		case err != nil:
			return false, fmt.Errorf("reading %s from %d: %w", r.cfg.Stream, r.next, err)
		}
		if err := r.live(m); err != nil {
			return false, err
		}
		silent = 0
	}
	return true, nil
}

// follow opens the tail at the next sequence.
func (r *Reader) follow(ctx context.Context, s jetstream.Stream) (jetstream.MessagesContext, error) {
	c, err := s.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: r.next, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("following %s from %d: %w", r.cfg.Stream, r.next, err)
	}
	messages, err := c.Messages()
	if err != nil {
		return nil, fmt.Errorf("following %s from %d: %w", r.cfg.Stream, r.next, err)
	}
	return messages, nil
}

// sealed reads what history has from the next sequence.
func (r *Reader) sealed(ctx context.Context, last uint64) error {
	if r.cfg.History == nil {
		return nil
	}
	through, err := r.cfg.History.Through(ctx, r.cfg.Stream)
	if err != nil {
		return fmt.Errorf("%w: %w", errHistory, err)
	}
	if through > last {
		return r.lost(BelowMark, last, through, last)
	}
	if through < r.next {
		return nil
	}
	var inner error
	err = r.cfg.History.Range(ctx, r.cfg.Stream, r.next, through, func(m Message) error {
		m.Stream, m.Pending = r.cfg.Stream, last-m.Sequence
		inner = r.take(m)
		return inner
	})
	switch {
	case inner != nil:
		return inner
	case err != nil:
		return fmt.Errorf("%w: %w", errHistory, err)
	case r.next != through+1:
		return r.lost(SequenceGap, r.next, through+1, r.next)
	}
	return nil
}

// live takes a message of the tail.
func (r *Reader) live(raw jetstream.Msg) error {
	meta, err := raw.Metadata()
	if err != nil {
		return fmt.Errorf("reading %s from %d: %w", r.cfg.Stream, r.next, err)
	}
	m := Message{
		Stream: r.cfg.Stream, Sequence: meta.Sequence.Stream, Subject: raw.Subject(), Stored: meta.Timestamp,
		Data: raw.Data(), Pending: meta.NumPending,
	}
	if m.Producer, m.ProducerSequence, err = origin(raw.Headers()); err != nil {
		return &LossError{Stream: r.cfg.Stream, Loss: Foreign, At: m.Sequence, Want: r.next, Got: m.Sequence, Err: err}
	}
	return r.take(m)
}

// take checks one message against what must come next, and hands it on.
func (r *Reader) take(m Message) error {
	if m.Sequence != r.next {
		return r.lost(SequenceGap, m.Sequence, r.next, m.Sequence)
	}
	last, met := r.counts[m.Producer]
	if (met || r.whole) && m.ProducerSequence != last+1 {
		return &LossError{
			Stream: r.cfg.Stream, Loss: ProducerGap, At: m.Sequence, Want: last + 1, Got: m.ProducerSequence, Producer: m.Producer,
		}
	}
	if err := r.handle(m); err != nil {
		return handlerError{fmt.Errorf("handling %s at %d: %w", r.cfg.Stream, m.Sequence, err)}
	}
	r.counts[m.Producer] = m.ProducerSequence
	r.next = m.Sequence + 1
	r.mark = Mark{Sequence: m.Sequence, Digest: m.Digest()}
	if r.mark.Sequence-r.stored >= markEvery || m.Pending == 0 && time.Since(r.at) >= markAge {
		return r.storeMark()
	}
	return nil
}

func (r *Reader) storeMark() error {
	if err := r.cfg.Marks.Store(r.cfg.Stream, r.cfg.Name, r.mark); err != nil {
		return err
	}
	r.stored, r.at = r.mark.Sequence, time.Now()
	return nil
}

// stalled asks, when nothing comes, whether there is something that ought to have come.
func (r *Reader) stalled(ctx context.Context) (bool, error) {
	ctx, cancel := r.conn.attached(ctx, answerTimeout)
	defer cancel()
	s, err := r.conn.js.Stream(ctx, string(r.cfg.Stream))
	if err != nil {
		return false, fmt.Errorf("asking for stream %s: %w", r.cfg.Stream, err)
	}
	state := s.CachedInfo().State
	if state.LastSeq+1 < r.next {
		return false, r.lost(BelowMark, state.LastSeq, r.next-1, state.LastSeq)
	}
	if r.mark.Sequence > r.stored {
		if err := r.storeMark(); err != nil {
			return false, err
		}
	}
	if state.LastSeq < r.next {
		return false, nil
	}
	if state.FirstSeq > r.next {
		return false, r.lost(SequenceGap, state.FirstSeq, r.next, state.FirstSeq)
	}
	// It is there: either it comes any moment, or the server cannot read it and leaves it out.
	_, err = r.conn.get(ctx, s, r.cfg.Stream, r.next)
	return err == nil, err
}

func (r *Reader) lost(loss Loss, at, want, got uint64) error {
	return &LossError{Stream: r.cfg.Stream, Loss: loss, At: at, Want: want, Got: got}
}
