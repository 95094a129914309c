// Package ledger enters the journal's evidence in the transparency log.
//
// It reads the events in their order, without leaving any out, and for each that is entered (package leaf) makes an opening
// of a fresh salt, keeps it in both copies of the openings, and only then publishes the leaf: the message n of LEDGER
// is the leaf n-1, and the opening n-1 opens it. What a crash leaves is openings that are ahead of LEDGER; their
// leaves are published again, the same bytes, before anything else: each event has one leaf.
//
// Between the events it pads, so that the log grows at the same rate whether or not anybody flies.
package ledger

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"overflight/internal/durable"
	"overflight/internal/jetstream"
	"overflight/internal/openings"
	"overflight/internal/tiles"
	"overflight/journal"
	"overflight/leaf"
	"overflight/transparency"
)

// Config is that of a Ledger.
type Config struct {
	Conn     *jetstream.Conn
	Marks    jetstream.Marks
	Openings *openings.Store
	Tiles    *tiles.Log
	PerDay   int    // leaves a day, padding included; 0 is no padding
	Schedule string // file that holds since when
	Policy   *transparency.Policy
	State    func(context.Context, journal.Event) (uint64, error) // states an event
	Now      func() time.Time
	Logger   *slog.Logger
}

// LossError says that leaves were published whose openings are gone.
type LossError struct{ Leaves, Openings uint64 }

func (e *LossError) Error() string {
	return fmt.Sprintf("the ledger has %d leaves and only %d openings", e.Leaves, e.Openings)
}

// Ledger enters. Its methods may be called by several goroutines; Run by one.
type Ledger struct {
	cfg    Config
	writer *jetstream.Writer
	padder tiles.Padder

	append sync.Mutex // one batch at a time

	mu        sync.Mutex // guards what follows
	published uint64     // leaves that LEDGER has acknowledged
	event     uint64     // last event that was read
	changed   chan struct{}
	err       error
}

// New finds out how far the ledger is. The caller MUST call Run.
func New(ctx context.Context, c Config) (*Ledger, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Ledger{cfg: c, changed: make(chan struct{})}
	state, err := c.Conn.State(ctx, jetstream.Ledger)
	if err != nil {
		return nil, err
	}
	l.published = state.Last
	if n := c.Openings.Count(); n < state.Last {
		return nil, &LossError{Leaves: state.Last, Openings: n}
	}
	if l.writer, err = c.Conn.NewWriter(ctx, jetstream.WriterConfig{
		Stream: jetstream.Ledger, Producer: "ledger", Marks: c.Marks, Flush: 5 * time.Millisecond,
	}); err != nil {
		return nil, err
	}
	l.event = c.Openings.LastEvent()
	if c.PerDay > 0 {
		if l.padder, err = schedule(&c); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// schedule reads since when the ledger grows at a rate, and begins anew where the rate is another.
func schedule(c *Config) (tiles.Padder, error) {
	const most = 1 << 10
	var p tiles.Padder
	b, err := durable.OS().ReadFile(c.Schedule, most)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err == nil && p.PerDay == uint32(c.PerDay) {
		return p, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("reading the schedule of padding %s: %w", c.Schedule, err)
	}
	p = tiles.Padder{Start: c.Now(), Base: c.Openings.Count(), PerDay: uint32(c.PerDay)}
	if b, err = json.Marshal(p); err != nil {
		return p, err
	}
	return p, durable.OS().WriteFile(c.Schedule, append(b, '\n'), 0o600)
}

// Run enters until the context ends. The error is what nothing can go on from.
func (l *Ledger) Run(ctx context.Context) error {
	parts, cancel := context.WithCancel(ctx)
	defer cancel()
	late, endLate := context.WithCancel(context.WithoutCancel(ctx))
	defer endLate()
	var all sync.WaitGroup
	errs := make(chan error, 4)
	run := func(ctx context.Context, name string, f func(context.Context) error) {
		all.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				errs <- fmt.Errorf("%s: %w", name, err)
				cancel()
			}
		})
	}
	run(late, "writing leaves", l.writer.Run)
	err := l.catchUp(parts)
	if err == nil {
		run(parts, "entering", l.enterAll)
		run(parts, "padding", l.pad)
		run(parts, "log", func(ctx context.Context) error { return l.cfg.Tiles.Tail(ctx, l.Source()) })
		<-parts.Done()
	}
	cancel()
	endLate()
	all.Wait()
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	l.mu.Lock()
	l.err = err
	l.mu.Unlock()
	return err
}

// catchUp publishes the leaves of openings that a crash left ahead of LEDGER.
func (l *Ledger) catchUp(ctx context.Context) error {
	l.append.Lock()
	defer l.append.Unlock()
	return l.publish(ctx)
}

// mostAtOnce is how many leaves are made durable together.
const mostAtOnce = 500

// enterAll enters the events after the last that has a leaf.
func (l *Ledger) enterAll(ctx context.Context) error {
	var batch []openings.Record
	reader := l.cfg.Conn.NewReader(jetstream.ReaderConfig{
		Stream: jetstream.Events, Name: "ledger", Marks: l.cfg.Marks, From: l.cfg.Openings.LastEvent() + 1,
	})
	return reader.Run(ctx, func(m jetstream.Message) error {
		record, _ := m.Record()
		kind, body, entered, err := leaf.Of(record.Event)
		if err != nil {
			return err
		}
		if entered {
			batch = append(batch, openings.Record{Event: m.Sequence, Opening: transparency.Opening{Salt: salt(), Kind: kind, Body: body}.Bytes()})
		}
		if len(batch) > 0 && (m.Pending == 0 || len(batch) >= mostAtOnce) {
			if err := l.enter(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if len(batch) > 0 {
			return nil
		}
		l.mu.Lock()
		l.event = m.Sequence
		l.wake()
		l.mu.Unlock()
		return nil
	})
}

func salt() transparency.Salt {
	var s transparency.Salt
	rand.Read(s[:])
	return s
}

// enter makes openings durable and publishes their leaves. A disk that takes nothing is tried again: nobody has seen these
// leaves, and the events wait in the journal.
func (l *Ledger) enter(ctx context.Context, batch []openings.Record) error {
	l.append.Lock()
	defer l.append.Unlock()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := l.cfg.Openings.Append(batch)
		if err == nil {
			break
		}
		l.cfg.Logger.Error("keeping openings", slog.Any("error", err))
		l.fail(err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	l.fail(nil)
	return l.publish(ctx)
}

func (l *Ledger) fail(err error) {
	l.mu.Lock()
	l.err = err
	l.mu.Unlock()
}

// publish publishes the leaves of all openings that LEDGER does not have.
func (l *Ledger) publish(ctx context.Context) error {
	l.mu.Lock()
	next := l.published
	l.mu.Unlock()
	var receipts []*jetstream.Receipt
	for ; next < l.cfg.Openings.Count(); next++ {
		b, err := l.leaf(next)
		if err != nil {
			return err
		}
		r, err := l.writer.Publish(ctx, "ledger", b)
		if err != nil {
			return fmt.Errorf("publishing leaf %d: %w", next, err)
		}
		receipts = append(receipts, r)
	}
	for _, r := range receipts {
		n, err := r.Wait(ctx)
		if err != nil {
			return fmt.Errorf("publishing a leaf: %w", err)
		}
		l.mu.Lock()
		l.published = n
		l.wake()
		l.mu.Unlock()
	}
	return nil
}

// leaf is the bytes of a leaf, as its opening gives them.
func (l *Ledger) leaf(index uint64) ([]byte, error) {
	r, err := l.cfg.Openings.At(index)
	if err != nil {
		return nil, err
	}
	o, err := transparency.ParseOpening(r.Opening)
	if err != nil {
		return nil, fmt.Errorf("opening of leaf %d: %w", index, err)
	}
	e, err := o.Entry()
	if err != nil {
		return nil, fmt.Errorf("opening of leaf %d: %w", index, err)
	}
	return e.Bytes(), nil
}

// wake tells those who wait. mu is held.
func (l *Ledger) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// pad adds leaves that say nothing, so that the ledger keeps to its schedule.
func (l *Ledger) pad(ctx context.Context) error {
	if l.cfg.PerDay <= 0 {
		return nil
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		for {
			n := min(l.padder.Due(l.cfg.Now(), l.cfg.Openings.Count()), mostAtOnce)
			if n == 0 {
				break
			}
			batch := make([]openings.Record, n)
			for i := range batch {
				o, _, err := tiles.Pad()
				if err != nil {
					return err
				}
				batch[i].Opening = o.Bytes()
			}
			if err := l.enter(ctx, batch); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// State is how the ledger stands.
type State struct {
	Leaves uint64 // published
	Event  uint64 // last event that was read
	Ahead  uint64 // leaves above the schedule of padding: what growth gives away
	Err    error
}

// State returns how the ledger stands.
func (l *Ledger) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{Leaves: l.published, Event: l.event, Err: l.err}
	if l.cfg.PerDay > 0 {
		s.Ahead = l.padder.Ahead(l.cfg.Now(), l.published)
	}
	return s
}

// Commits is the sequence of the event that a leaf commits to, 0 of padding.
func (l *Ledger) Commits(leaf uint64) (uint64, error) { return l.cfg.Openings.Event(leaf) }

// Check returns nil where the bytes of a leaf are those that its opening gives.
func (l *Ledger) Check(index uint64, leaf []byte) error {
	want, err := l.leaf(index)
	if err == nil && string(want) != string(leaf) {
		err = &tiles.LedgerLeafError{Sequence: index + 1}
	}
	return err
}

// Entered waits until an event and all before it are entered, and returns how many leaves there are then.
func (l *Ledger) Entered(ctx context.Context, event uint64) (uint64, error) {
	for {
		l.mu.Lock()
		read, published, changed := l.event, l.published, l.changed
		l.mu.Unlock()
		if read >= event {
			return published, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// LeafOf waits until the leaf of an event is published, and returns its index. ErrNotEntered of an event that has none.
func (l *Ledger) LeafOf(ctx context.Context, event uint64) (uint64, error) {
	for {
		l.mu.Lock()
		read, changed := l.event, l.changed
		l.mu.Unlock()
		if read >= event {
			for i := l.cfg.Openings.Count(); i > 0; i-- {
				e, err := l.cfg.Openings.Event(i - 1)
				if err != nil {
					return 0, err
				}
				if e == event {
					return i - 1, nil
				}
				if e != 0 && e < event {
					break
				}
			}
			return 0, ErrNotEntered
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// ErrNotEntered says that the event has no leaf.
var ErrNotEntered = errors.New("the event is not entered in the log")
