package server

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Bounds of planning.
const (
	mostMade = 32               // plans that were made and not kept, of all users
	longest  = 10 * time.Minute // that one plan may take
	busyFor  = 20 * time.Second // that it waits for its turn
)

// Why a plan that was begun does not come to its end.
var (
	errBusy     = errors.New("other plans are being made")
	errReplaced = errors.New("a later plan of the same user took its place")
	errLong     = errors.New("a plan took longer than it may")
)

// madePlan is a plan that was made and not kept so far.
type madePlan struct {
	id   string
	user string
	file planFile
}

// planner makes plans for users: one at a time for each, and as many at once as the machine has processors, less one.
type planner struct {
	turns chan struct{}

	mu      sync.Mutex // guards what follows
	running map[string]*planJob
	made    []*madePlan // the latest last
}

type planJob struct {
	cancel context.CancelCauseFunc
	over   chan struct{}
}

func newPlanner() *planner {
	return &planner{turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1)), running: map[string]*planJob{}}
}

// begin ends what a user has under way, and waits for a turn. The job is over when done was called; why its context ended before
// that, the cause of the context says.
func (p *planner) begin(ctx context.Context, user string) (job context.Context, done func(), err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, late := context.WithTimeoutCause(ctx, longest, errLong)
	j := &planJob{cancel: cancel, over: make(chan struct{})}
	p.mu.Lock()
	before := p.running[user]
	p.running[user] = j
	p.mu.Unlock()
	end := func() {
		late()
		cancel(nil)
		p.mu.Lock()
		if p.running[user] == j {
			delete(p.running, user)
		}
		p.mu.Unlock()
		close(j.over)
	}
	wait := time.NewTimer(busyFor)
	defer wait.Stop()
	if before != nil {
		before.cancel(errReplaced)
		select {
		case <-before.over:
		case <-ctx.Done():
			err = context.Cause(ctx)
			end()
			return nil, nil, err
		}
	}
	select {
	case p.turns <- struct{}{}:
		return ctx, func() { <-p.turns; end() }, nil
	case <-wait.C:
		err = errBusy
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	end()
	return nil, nil, err
}

func (p *planner) keep(m *madePlan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made = slices.DeleteFunc(p.made, func(x *madePlan) bool { return x.id == m.id && x.user == m.user })
	p.made = append(p.made, m)
	if n := len(p.made) - mostMade; n > 0 {
		p.made = slices.Delete(p.made, 0, n)
	}
}

func (p *planner) find(user, id string) *madePlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.made, func(x *madePlan) bool { return x.id == id && x.user == user }); i >= 0 {
		return p.made[i]
	}
	return nil
}
