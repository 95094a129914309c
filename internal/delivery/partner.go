package delivery

import (
	"context"
	"fmt"
	"time"

	"overflight/internal/jetstream"
)

// Partner is the end at the partner's node. Its methods may be called by several goroutines.
type Partner struct {
	cfg Config
	end *end
}

var answerKinds = []string{Receipt, Cosignature}

// NewPartner opens what there is for the operator of the connection's Link, and makes what is not. It starts nothing: Run
// does.
func NewPartner(ctx context.Context, cfg Config) (*Partner, error) {
	cfg = cfg.checked()
	code, ok := cfg.Conn.OwnCode()
	if !ok {
		return nil, fmt.Errorf("%w: the link goes to no operator", jetstream.ErrLink)
	}
	marks, err := openMarks(cfg)
	if err != nil {
		return nil, err
	}
	e, err := newEnd(ctx, cfg, marks, code, jetstream.Answered(code), jetstream.Released(code), answerKinds)
	if err != nil {
		return nil, err
	}
	return &Partner{cfg: cfg, end: e}, nil
}

// Close gives the files back. Run and Items MUST have returned.
func (p *Partner) Close() error { return p.end.close() }

// Run writes what is answered and watches the operator's node until the context ends, as Origin.Run does.
func (p *Partner) Run(ctx context.Context) error { return p.end.run(ctx) }

// Items hands on what came, in order and once, until the context ends. An error of f means again later. It returns an
// error when what came is damaged or missing: nothing is handed on from there.
func (p *Partner) Items(ctx context.Context, f func(Item) error) error { return p.end.in.run(ctx, f) }

// Answer puts a receipt or a cosignature on the way and returns when it is on disk here; it goes when the link is up. Like
// Origin.Send, it does so once for each kind and id.
func (p *Partner) Answer(ctx context.Context, kind, id string, body []byte) error {
	_, err := p.end.out.send(ctx, kind, id, body)
	return err
}

// Status is how things stood with the operator's node when it was last looked at.
func (p *Partner) Status() Status { return p.end.state() }

// every calls f now and at an interval until the context ends.
func every(ctx context.Context, interval time.Duration, f func()) {
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		f()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}
