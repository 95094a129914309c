package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"overflight/journal"
)

// WriterConfig is that of one writer of one stream.
type WriterConfig struct {
	Stream   Stream
	Producer journal.Producer
	Marks    Marks // MUST NOT be nil
	// Shared lets other writers write to the stream meanwhile. Without it every batch carries the sequence that it
	// expects, so that a second writer is found out at once: ErrOtherWriter.
	Shared bool
	// Flush is how long the first message of a batch waits for others, Most how many make a batch, Queue how many may
	// wait before Publish blocks. 0 is the default.
	Flush time.Duration
	Most  int
	Queue int
}

// The defaults, and what a batch may hold: the server refuses more than 1000 messages.
const (
	DefaultFlush = 100 * time.Millisecond
	DefaultMost  = 500
	DefaultQueue = 8192

	mostMessages = 1000
	mostBytes    = 8 << 20
	// MaxData is the longest data of one message: what every server takes by default, less room for its headers.
	MaxData = 1<<20 - 4<<10
)

var (
	// ErrOtherWriter is returned when somebody else wrote to a stream that is not shared.
	ErrOtherWriter = errors.New("jetstream: another writer wrote to the stream")
	// ErrStopped is returned for what was not acknowledged when the writer stopped. It may be stored or not.
	ErrStopped = errors.New("jetstream: the writer has stopped")
	// ErrTooLong is returned for data longer than MaxData.
	ErrTooLong = errors.New("jetstream: data is too long for a message")
	// ErrNoMark is returned when neither the stream nor a mark tells how far the producer has counted.
	ErrNoMark = errors.New("jetstream: the producer's last sequence is not known")
)

// Writer numbers what one producer says and publishes it in atomic batches. It is safe for concurrent use.
type Writer struct {
	conn *Conn
	cfg  WriterConfig
	mark Mark   // owned by Run: the last acknowledged
	last uint64 // owned by Run: no message that is not acknowledged has a sequence below it

	slots chan struct{} // one for each message that is not acknowledged
	wake  chan struct{} // of capacity 1: waiting has changed
	done  chan struct{} // closed when Run has returned

	mu      sync.Mutex
	next    uint64     // producer sequence of the next message
	waiting []*Receipt // in the order of their numbers, not yet in a batch
	err     error      // why the writer stopped
}

// Receipt is a message on its way. It is acknowledged when Done is closed and Sequence returns no error.
type Receipt struct {
	done     chan struct{}
	sequence uint64 // of the stream; set before done is closed
	err      error

	subject  string
	data     []byte
	producer uint64 // sequence of the producer
}

// Done is closed when the outcome is known.
func (r *Receipt) Done() <-chan struct{} { return r.done }

// ProducerSequence is the number that the writer gave the message.
func (r *Receipt) ProducerSequence() uint64 { return r.producer }

// Wait returns the message's sequence in the stream once it is acknowledged.
func (r *Receipt) Wait(ctx context.Context) (uint64, error) {
	select {
	case <-r.done:
		return r.sequence, r.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// NewWriter finds out how far the producer has counted, from its mark and the messages after it. A producer without a
// mark is looked for in the whole stream, which takes its time once. The caller MUST call Run.
func (c *Conn) NewWriter(ctx context.Context, cfg WriterConfig) (*Writer, error) {
	if cfg.Flush <= 0 {
		cfg.Flush = DefaultFlush
	}
	if cfg.Most <= 0 {
		cfg.Most = DefaultMost
	}
	cfg.Most = min(cfg.Most, mostMessages)
	if cfg.Queue <= 0 {
		cfg.Queue = DefaultQueue
	}
	if !cfg.Producer.Valid() {
		return nil, fmt.Errorf("%w: %q", journal.ErrProducer, string(cfg.Producer))
	}
	w := &Writer{
		conn: c, cfg: cfg,
		slots: make(chan struct{}, cfg.Queue), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	if err := w.open(ctx); err != nil {
		return nil, fmt.Errorf("opening the writer of %s: %w", cfg.Stream, err)
	}
	w.next = w.mark.ProducerSequence + 1
	return w, nil
}

// open sets the mark to what is stored.
func (w *Writer) open(ctx context.Context) error {
	s, err := w.conn.js.Stream(ctx, string(w.cfg.Stream))
	if err != nil {
		return err
	}
	if err := w.conn.hold(ctx, s, w.cfg.Stream, w.cfg.Marks); err != nil {
		return err
	}
	mark, known, err := w.cfg.Marks.Load(w.cfg.Stream, string(w.cfg.Producer))
	if err != nil {
		return err
	}
	w.mark = mark
	state := s.CachedInfo().State
	w.last = state.LastSeq
	found, err := w.scan(ctx, s, state.LastSeq, max(mark.Sequence+1, state.FirstSeq), 1)
	if err != nil {
		return err
	}
	switch {
	case len(found) > 0:
		for producer, m := range found { // the last one
			w.mark = Mark{Sequence: m.Sequence, ProducerSequence: producer, Digest: m.Digest()}
		}
	case !known && state.FirstSeq > 1:
		return fmt.Errorf("%w: %s in %s, which begins at %d", ErrNoMark, w.cfg.Producer, w.cfg.Stream, state.FirstSeq)
	}
	return w.cfg.Marks.Store(w.cfg.Stream, string(w.cfg.Producer), w.mark)
}

// scan reads the stream backwards from last to first until it has seen n messages of the producer, by their sequence.
func (w *Writer) scan(ctx context.Context, s jetstream.Stream, last, first uint64, n int) (map[uint64]*Message, error) {
	found := map[uint64]*Message{}
	for at := last; at >= first && at > 0 && len(found) < n; at-- {
		m, err := w.conn.get(ctx, s, w.cfg.Stream, at)
		if err != nil {
			return nil, err
		}
		if m.Producer == w.cfg.Producer {
			found[m.ProducerSequence] = m
		}
	}
	return found, nil
}

// Publish numbers the data and queues it. It blocks while Queue messages wait. The data must not be changed afterwards.
func (w *Writer) Publish(ctx context.Context, subject string, data []byte) (*Receipt, error) {
	return w.queue(ctx, subject, func(uint64) ([]byte, error) { return data, nil })
}

// State numbers the event, encodes it and queues it.
func (w *Writer) State(ctx context.Context, subject string, e journal.Event) (*Receipt, error) {
	return w.queue(ctx, subject, func(sequence uint64) ([]byte, error) {
		return journal.Encode(journal.Record{Producer: w.cfg.Producer, Sequence: sequence, Event: e})
	})
}

// Unacknowledged returns how many messages wait or are on their way.
func (w *Writer) Unacknowledged() int { return len(w.slots) }

func (w *Writer) queue(ctx context.Context, subject string, encode func(uint64) ([]byte, error)) (*Receipt, error) {
	select {
	case w.slots <- struct{}{}:
	case <-w.done:
		return nil, w.stopped()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w.mu.Lock()
	data, err := encode(w.next)
	switch {
	case w.err != nil:
		err = w.err
	case err == nil && len(data) > MaxData:
		err = fmt.Errorf("%w: %d bytes", ErrTooLong, len(data))
	}
	if err != nil {
		w.mu.Unlock()
		<-w.slots
		return nil, err
	}
	r := &Receipt{done: make(chan struct{}), subject: subject, data: data, producer: w.next}
	w.next++
	w.waiting = append(w.waiting, r)
	notify := len(w.waiting) == 1 || len(w.waiting) == w.cfg.Most
	w.mu.Unlock()
	if notify {
		w.poke()
	}
	return r, nil
}

func (w *Writer) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Writer) stopped() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// lastFlush is how long what waits is still tried after Run was told to stop.
const lastFlush = 5 * time.Second

// Run publishes until the context ends, then what still waits, and returns nil; or returns the first error that
// trying again cannot mend. What was not acknowledged then fails with it. A server that does not answer is tried
// again for ever: meanwhile Publish blocks, and the source's spool has to hold.
func (w *Writer) Run(ctx context.Context) error {
	err := w.run(ctx)
	w.mu.Lock()
	w.err = err
	if err == nil {
		w.err = ErrStopped
	}
	waiting := w.waiting
	w.waiting = nil
	w.mu.Unlock()
	w.settle(waiting, w.err)
	close(w.done)
	return err
}

func (w *Writer) run(ctx context.Context) error {
	for {
		if !w.gather(ctx) {
			break
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
	defer cancel()
	for w.ready() > 0 {
		if err := w.flush(last); err != nil {
			return err
		}
		if last.Err() != nil {
			break
		}
	}
	return nil
}

func (w *Writer) ready() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting)
}

// gather waits until a batch is full or old enough; false when the context ends.
func (w *Writer) gather(ctx context.Context) bool {
	for w.ready() == 0 {
		select {
		case <-w.wake:
		case <-ctx.Done():
			return false
		}
	}
	age := time.NewTimer(w.cfg.Flush)
	defer age.Stop()
	for w.ready() < w.cfg.Most {
		select {
		case <-w.wake:
		case <-age.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// flush publishes one batch and settles it. A context that ends leaves the batch unsettled in front of what waits.
func (w *Writer) flush(ctx context.Context) error {
	w.mu.Lock()
	n, size := 0, 0
	for n < len(w.waiting) && n < w.cfg.Most && (n == 0 || size+len(w.waiting[n].data) <= mostBytes) {
		size += len(w.waiting[n].data)
		n++
	}
	batch := w.waiting[:n:n]
	w.waiting = w.waiting[n:]
	w.mu.Unlock()

	rest, err := w.commit(ctx, batch)
	if len(rest) > 0 {
		w.mu.Lock()
		w.waiting = append(rest[:len(rest):len(rest)], w.waiting...)
		w.mu.Unlock()
	}
	if cause := ctx.Err(); cause != nil && errors.Is(err, cause) {
		return nil // run sees the context
	}
	return err
}

// settle tells the outcome and makes room.
func (w *Writer) settle(batch []*Receipt, err error) {
	for _, r := range batch {
		r.err = err
		close(r.done)
		<-w.slots
	}
}
