package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"overflight/internal/jetstream"
)

// Origin is the operator's end, of all partners. Its methods may be called by several goroutines.
type Origin struct {
	cfg  Config
	ends map[string]*end
}

var sentKinds = []string{Product, Revoked, Placeholder, Checkpoint}

// NewOrigin opens what there is for each partner of the connection's Link, and makes what is not. It starts nothing: Run
// does.
func NewOrigin(ctx context.Context, cfg Config) (*Origin, error) {
	cfg = cfg.checked()
	marks, err := openMarks(cfg)
	if err != nil {
		return nil, err
	}
	o := &Origin{cfg: cfg, ends: map[string]*end{}}
	for _, p := range cfg.Conn.Partners() {
		e, err := newEnd(ctx, cfg, marks, p.Code, jetstream.Released(p.Code), jetstream.Answered(p.Code), sentKinds)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("partner %s: %w", p.Code, err), o.Close())
		}
		o.ends[string(p.Code)] = e
	}
	return o, nil
}

// Close gives the files back. Run and Receipts MUST have returned.
func (o *Origin) Close() error {
	var errs []error
	for _, e := range o.ends {
		errs = append(errs, e.close())
	}
	return errors.Join(errs...)
}

// Run writes what is sent and watches the partners until the context ends. It returns the first error after which
// nothing can be sent any more: jetstream.ErrLoss where what was sent is no longer all there.
func (o *Origin) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all  sync.WaitGroup
		once sync.Once
		why  error
	)
	for code, e := range o.ends {
		all.Go(func() {
			if err := e.run(ctx); err != nil {
				once.Do(func() { why = fmt.Errorf("partner %s: %w", code, err) })
				cancel()
			}
		})
	}
	all.Go(func() { every(ctx, o.cfg.Interval, o.cfg.Conn.Recheck) })
	all.Wait()
	return why
}

func (o *Origin) end(partner string) (*end, error) {
	e := o.ends[partner]
	if e == nil {
		return nil, fmt.Errorf("%w: %.40q", ErrPartner, partner)
	}
	return e, nil
}

// Send puts an item on the way to a partner and returns its sequence when it is on disk here. Sent again, under the same
// kind and id, it is not sent again: the sequence is that of the first time, also after years. ErrChanged if the body
// is another. Run MUST be running. The body must not be changed before Send returns.
func (o *Origin) Send(ctx context.Context, partner, kind, id string, body []byte) (uint64, error) {
	e, err := o.end(partner)
	if err != nil {
		return 0, err
	}
	return e.out.send(ctx, kind, id, body)
}

// Status is how things stood when a partner was last looked at; the zero Status for none.
func (o *Origin) Status(partner string) Status {
	e, err := o.end(partner)
	if err != nil {
		return Status{}
	}
	return e.state()
}

// Receipts hands on what partners answer, each partner's in order and once, until the context ends. An error of f means
// again later; f is called by one goroutine a partner. What comes damaged from one halts that one: see Status.
func (o *Origin) Receipts(ctx context.Context, f func(partner string, r Item) error) error {
	var all sync.WaitGroup
	for code, e := range o.ends {
		all.Go(func() {
			if err := e.in.run(ctx, func(i Item) error { return f(code, i) }); err != nil {
				o.cfg.Logger.Error("answers of a partner are not read on", slog.String("partner", code), slog.Any("error", err))
			}
		})
	}
	all.Wait()
	<-ctx.Done()
	return nil
}
