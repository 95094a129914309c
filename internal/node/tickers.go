package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"overflight/evidence"
	"overflight/internal/durable"
	"overflight/internal/jetstream"
	"overflight/journal"
)

// How often it is looked for what has waited long enough.
const (
	postEvery  = 25 * time.Millisecond
	watchEvery = time.Second
	stateEvery = 10 * time.Second // findings of sources
)

// tickers does what is due although nothing comes.
func (n *Node) tickers(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() {
		every(ctx, postEvery, func() { n.eachLive(func(r *recording) error { return r.flushAged(ctx, n.now()) }) })
	})
	all.Go(func() { every(ctx, watchEvery, func() { n.watch(ctx); n.claims() }) })
	all.Go(func() {
		every(ctx, viewsEvery, func() {
			n.tellViews(ctx, n.showViews(ctx))
		})
	})
	all.Go(func() { every(ctx, stateEvery, func() { n.tellFindings(ctx) }) })
	if n.cfg.Interval.Verify > 0 {
		all.Go(func() { every(ctx, n.cfg.Interval.Verify, func() { n.verifyArchive(ctx) }) })
	}
	all.Wait()
	n.tellFindings(context.WithoutCancel(ctx))
}

func every(ctx context.Context, d time.Duration, do func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			do()
		}
	}
}

func (n *Node) allFeeders() []*feeder {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []*feeder
	for _, f := range n.feeders {
		out = append(out, f)
	}
	return out
}

// eachLive does something to each open live line; what fails ends the node.
func (n *Node) eachLive(do func(*recording) error) {
	for _, f := range n.allFeeders() {
		if !f.live {
			continue
		}
		for _, r := range f.recordings() {
			if err := do(r); err != nil && n.running.Err() == nil {
				n.halt(err)
				return
			}
		}
	}
}

// watch ends minutes and sorties of sources that fell silent.
func (n *Node) watch(ctx context.Context) {
	now := n.now()
	n.eachLive(func(r *recording) error {
		r.mu.Lock()
		last, ended := r.arrival, r.ended
		r.mu.Unlock()
		if ended || last.IsZero() {
			return nil
		}
		silent := now.Sub(last)
		if silent >= n.cfg.Sorties.Silence {
			return r.end(ctx, now, journal.ClosedSilence)
		}
		if silent >= n.cfg.Sorties.Stall {
			if err := r.f.stalled(ctx, r, last, now); err != nil {
				return err
			}
		}
		// A minute that is over for longer than a cut waits for a key picture.
		if due := last.Truncate(time.Minute).Add(time.Minute + tickAfter); !now.Before(due) && r.ticked.Before(last) {
			r.ticked = now
			return r.tick(ctx, now)
		}
		return nil
	})
}

// CodeClaimed says that another open flight says that it is flown by the same aircraft; Item is the registration, Got that flight.
// Which of them is right is for a person to say: both are kept.
const CodeClaimed evidence.Code = "node.claimed"

// claims looks for aircraft that two flights claim at once.
func (n *Node) claims() {
	by := map[string]*recording{}
	n.eachLive(func(r *recording) error {
		r.mu.Lock()
		tail := r.rec.Aircraft().Registration
		r.mu.Unlock()
		other := by[tail]
		switch {
		case tail == "":
		case other == nil:
			by[tail] = r
		case other.Sortie != r.Sortie && r.claimedBy != other.Sortie:
			r.claimedBy = other.Sortie
			at := n.now()
			r.f.report(at, evidence.Defect{Code: CodeClaimed, Item: tail, Got: other.Sortie.String()})
			other.f.report(at, evidence.Defect{Code: CodeClaimed, Item: tail, Got: r.Sortie.String()})
		}
		return nil
	})
}

// tickAfter is how long after its minute a silent line is cut: a little more than the recorder waits.
const tickAfter = 11 * time.Second

// stalled states once that nothing comes from a source.
func (f *feeder) stalled(ctx context.Context, r *recording, last, now time.Time) error {
	f.mu.Lock()
	told := !f.stall.IsZero()
	f.stall = now
	f.mu.Unlock()
	if told {
		return nil
	}
	_, err := f.n.state(ctx, journal.SourceStalled{Flight: r.sortie.number, Source: f.request.Name, Silent: now.Sub(last), Last: last, At: now})
	return err
}

// defects are the findings of a source that were not stated yet, and the latest for who asks.
type defects struct {
	mu     sync.Mutex
	counts map[evidence.Code]uint64
	last   map[evidence.Code]evidence.Defect
	recent []Finding
}

// Finding is something that was found about a source.
type Finding struct {
	At time.Time
	evidence.Defect
}

const mostRecent = 100

func (d *defects) init() {
	d.counts, d.last = map[evidence.Code]uint64{}, map[evidence.Code]evidence.Defect{}
}

func (d *defects) add(at time.Time, x evidence.Defect) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts[x.Code]++
	d.last[x.Code] = x
	d.recent = append(d.recent, Finding{At: at, Defect: x})
	d.recent = d.recent[max(0, len(d.recent)-mostRecent):]
}

func (d *defects) latest() []Finding {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Finding(nil), d.recent...)
}

func (d *defects) take() (map[evidence.Code]uint64, map[evidence.Code]evidence.Defect) {
	d.mu.Lock()
	defer d.mu.Unlock()
	counts, last := d.counts, d.last
	d.init()
	return counts, last
}

// tellFindings states what was found about sources, by code, and what their spools lost.
func (n *Node) tellFindings(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leafWait)
	defer cancel()
	for _, f := range n.allFeeders() {
		counts, last := f.defects.take()
		flight := f.openSortie()
		for code, count := range counts {
			if _, err := n.state(ctx, journal.DefectsFound{Flight: flight, Source: f.request.Name, Example: last[code], Count: count, At: n.now()}); err != nil {
				return
			}
		}
		if f.source == nil {
			continue
		}
		producer := f.source.State().Producer
		for _, l := range f.source.Losses() {
			// What the spool does not know any more the journal may have had.
			if taken := n.takenThrough(f.request.Name, producer); taken >= l.FirstSequence {
				if l.FirstSequence = taken + 1; l.FirstSequence > l.LastSequence {
					f.source.Noted(l.ID)
					continue
				}
			}
			_, err := n.state(ctx, journal.LossDeclared{
				Flight: flight, Source: f.request.Name, First: l.FirstSequence, Last: l.LastSequence, From: l.From, To: l.To, Bytes: l.Bytes,
				Cause: "spool: " + string(l.Cause), By: "node", At: n.now(),
			})
			if err != nil {
				return
			}
			f.source.Noted(l.ID)
		}
	}
}

// openSortie is the flight that a source flies now; zero when it flies none.
func (f *feeder) openSortie() journal.Sortie {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.lines {
		return r.Sortie
	}
	return journal.Sortie{}
}

// forget takes a line that has ended from its source: what comes next is of another sortie.
func (n *Node) forget(r *recording) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	if r.f.lines[r.Track] == r {
		delete(r.f.lines, r.Track)
	}
	if len(r.f.lines) == 0 {
		r.f.sortie = nil
	}
}

// takenFile is how far each source's spool was taken, for what is no longer in rawFeed to tell.
type takenFile map[string]map[string]uint64

const maxTaken = 16 << 20

func (n *Node) readTaken() error {
	n.taken = takenFile{}
	file := placesOf(n.cfg.Config).taken
	b, err := durable.OS().ReadFile(file, maxTaken)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(b, &n.taken)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	return nil
}

// took notes that the journal has a source's chunks up to a sequence.
func (n *Node) took(source, producer string, sequence uint64) {
	n.takenMu.Lock()
	defer n.takenMu.Unlock()
	if n.taken[source] == nil {
		n.taken[source] = map[string]uint64{}
	}
	n.taken[source][producer] = max(n.taken[source][producer], sequence)
}

// takenThrough is the sequence up to which the journal has a source's chunks.
func (n *Node) takenThrough(source, producer string) uint64 {
	n.takenMu.Lock()
	defer n.takenMu.Unlock()
	return n.taken[source][producer]
}

// trim lets go of what no line needs any more, after it is noted how far each source was taken: without the messages
// nobody else could tell what comes a second time.
func (n *Node) trim(ctx context.Context) error {
	n.trimming.Lock()
	defer n.trimming.Unlock()
	state, err := n.conn.State(ctx, rawFeed)
	if err != nil {
		return n.unlessGone(ctx, err)
	}
	through := state.Last
	n.eachLive(func(r *recording) error {
		through = min(through, r.needless(through))
		return nil
	})
	if through < state.First {
		return nil
	}
	n.takenMu.Lock()
	b, err := json.Marshal(n.taken)
	n.takenMu.Unlock()
	if err != nil {
		return err
	}
	if err := durable.OS().WriteFile(placesOf(n.cfg.Config).taken, b, 0o600); err != nil {
		n.ails(partArchive, err)
		return nil // the disk is full: nothing is let go of
	}
	return n.unlessGone(ctx, n.conn.Trim(ctx, rawFeed, through))
}

// unlessGone makes a failure of the journal's server to let go one of the log only: it is tried again with the next segment.
func (n *Node) unlessGone(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, jetstream.ErrStream) {
		return err
	}
	if ctx.Err() == nil {
		n.ails(partJournal, err)
	}
	return nil
}
