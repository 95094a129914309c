package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"overflight/internal/durable"
	"overflight/internal/jetstream"
)

// end is what one node has for one neighbour: a channel out and a channel in.
type end struct {
	cfg  Config
	code jetstream.Code
	out  *sender
	in   *receiver

	checkpoints chan struct{} // of capacity 1, held by who uses what follows
	largest     uint64        // checkpoint that was sent

	mu       sync.Mutex // guards what follows
	status   Status
	began    time.Time // of the watch
	moved    time.Time // when something came last, or nothing was due
	lastSeen uint64    // sequence of the copy then
	apart    int       // looks until the other is taken to read on
}

func openMarks(cfg Config) (*jetstream.MarkFiles, error) {
	files := durable.OS()
	if err := files.Mkdir(cfg.Folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making the folder of deliveries: %w", err)
	}
	if _, err := files.Sweep(cfg.Folder, false); err != nil {
		return nil, fmt.Errorf("sweeping the folder of deliveries: %w", err)
	}
	return jetstream.NewMarkFiles(files, filepath.Join(cfg.Folder, "marks"))
}

func newEnd(ctx context.Context, cfg Config, marks jetstream.Marks, code jetstream.Code, out, in jetstream.Channel, kinds []string) (*end, error) {
	e := &end{cfg: cfg, code: code, checkpoints: make(chan struct{}, 1)}
	var err error
	if e.out, err = newSender(ctx, cfg, marks, out, kinds); err != nil {
		return nil, err
	}
	if e.in, err = newReceiver(ctx, cfg, marks, in); err != nil {
		return nil, errors.Join(err, e.out.close())
	}
	return e, nil
}

func (e *end) close() error { return errors.Join(e.out.close(), e.in.close()) }

// run writes what is sent, copies what comes and watches the neighbour until the context ends.
func (e *end) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	var failed [2]error
	for i, part := range []func(context.Context) error{e.out.writer.Run, e.in.copy.Run} {
		all.Go(func() {
			failed[i] = part(ctx)
			cancel()
		})
	}
	all.Go(func() { e.watch(ctx) })
	all.Wait()
	return errors.Join(failed[:]...)
}

func (e *end) watch(ctx context.Context) {
	e.mu.Lock()
	e.began = e.cfg.Now()
	e.moved = e.began
	e.mu.Unlock()
	t := time.NewTicker(e.cfg.Interval)
	defer t.Stop()
	for {
		if err := e.look(ctx); err != nil && ctx.Err() == nil {
			e.cfg.Logger.Warn("looking at the link", slog.String("partner", string(e.code)), slog.Any("error", err))
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// look brings the status up to date, and says once when an alarm begins or ends.
func (e *end) look(ctx context.Context) error {
	taken, same, err := e.cfg.Conn.Taken(ctx, e.out.channel)
	if err != nil {
		return err
	}
	copied := e.in.copy.State()
	if err := e.out.take(ctx); err != nil {
		return err
	}
	e.out.settle()
	sent, _ := e.out.index.last()
	takenItem, oldest := e.out.index.through(taken)
	e.out.give()

	e.in.mu.Lock()
	place, last, fault := e.in.place, e.in.last, e.in.fault
	e.in.mu.Unlock()

	now := e.cfg.Now()
	s := Status{
		Linked: e.cfg.Conn.Linked(e.code), Sent: sent, Taken: takenItem, Oldest: oldest,
		Handled: place.item, Last: last, Coming: copied.Behind, Heard: copied.Heard, Fault: fault, Trouble: copied.Err,
	}
	for _, r := range e.cfg.Conn.Refusals() {
		if e.cfg.Conn.Names(e.code, r.Name) {
			s.Refused = &r
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if copied.Behind == 0 || copied.Last != e.lastSeen {
		e.moved, e.lastSeen = now, copied.Last
	}
	// Whoever has another history looks again every second, and for a moment of it seems to read on.
	if e.apart = max(0, e.apart-1); !same {
		e.apart = apartFor
	}
	s.Alarms = e.alarms(s, now)
	before := e.status
	if len(s.Alarms) > 0 {
		if s.Since = before.Since; s.Since.IsZero() {
			s.Since = now
		}
	}
	e.status = s
	if !slices.Equal(before.Alarms, s.Alarms) {
		e.tell(s)
	}
	return nil
}

// apartFor is for how many looks one that found the other apart holds.
const apartFor = 3

// alarms compares ages with what is allowed.
func (e *end) alarms(s Status, now time.Time) []Alarm {
	var out []Alarm
	late := func(since time.Time) bool { return now.Sub(since) > e.cfg.Late }
	if !s.Oldest.IsZero() && late(s.Oldest) {
		out = append(out, NotTaken)
	}
	heard := s.Heard
	if heard.Before(e.began) {
		heard = e.began
	}
	if late(heard) {
		out = append(out, Silent)
	}
	if s.Coming > 0 && late(e.moved) {
		out = append(out, Behind)
	}
	if s.Fault != nil {
		out = append(out, Halted)
	}
	var history *jetstream.HistoryError
	if errors.As(s.Trouble, &history) && history.Shorter {
		out = append(out, TheirsShorter)
	} else if history != nil {
		out = append(out, TheirsOther)
	}
	if e.apart > 0 {
		out = append(out, OursOther)
	}
	return out
}

func (e *end) tell(s Status) {
	log := e.cfg.Logger.With(slog.String("partner", string(e.code)), slog.Bool("linked", s.Linked), slog.Uint64("sent", s.Sent),
		slog.Uint64("taken", s.Taken), slog.Uint64("coming", s.Coming))
	if len(s.Alarms) == 0 {
		log.Info("deliveries go on")
		return
	}
	log.Error("deliveries stand still", slog.Any("alarms", s.Alarms), slog.Time("oldest", s.Oldest), slog.Time("heard", s.Heard),
		slog.Any("fault", s.Fault), slog.Any("trouble", s.Trouble))
}

func (e *end) state() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.status
	s.Alarms = slices.Clone(s.Alarms)
	return s
}
