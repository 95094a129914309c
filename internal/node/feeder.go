package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"overflight/evidence"
	"overflight/internal/jetstream"
	"overflight/internal/live"
	"overflight/internal/spool"
	"overflight/journal"
)

// feeder is a source and what becomes of its bytes.
type feeder struct {
	n       *Node
	request SourceRequest
	source  *live.Source
	live    bool // else a recording
	folder  bool // of recordings
	left    bool // made for what an earlier source of the name left behind
	cancel  context.CancelFunc
	begun   atomic.Bool         // it was run: a feeder is run once
	asked   atomic.Bool         // somebody asked for its end
	gone    chan struct{}       // closed when everything is over
	waiting chan unacknowledged // into rawFeed, in the order of publishing
	defects defects

	mu     sync.Mutex // guards what follows
	lines  map[string]*recording
	last   map[string]uint64 // by producer: sequence through which chunks were taken
	sortie *sortie           // of the lines that are open
	latest journal.Sortie
	files  *fileLine // the recording that is being read, when it is one of positions or of a kind not told yet
	sealed int64     // bytes
	stall  time.Time // when it was stated that nothing comes; zero since something came
	err    error     // why it ended
}

// unacknowledged is a parcel that waits for its acknowledgement.
type unacknowledged struct {
	r       *recording
	receipt *jetstream.Receipt
	to      int64
	id      live.ID
	arrival time.Time // of its first piece
	message []byte    // nobody's any more once it is acknowledged
}

// mostWaiting bounds the parcels of one source on their way; then the source's spool holds.
const mostWaiting = 1024

func (n *Node) newFeeder(q SourceRequest) (*feeder, error) {
	f := n.bareFeeder(q.Name)
	return f, f.connect(q)
}

// bareFeeder is a feeder without a source.
func (n *Node) bareFeeder(name string) *feeder {
	f := &feeder{
		n: n, request: SourceRequest{Name: name}, live: true, gone: make(chan struct{}), waiting: make(chan unacknowledged, mostWaiting),
		lines: map[string]*recording{}, last: map[string]uint64{}, cancel: func() {},
	}
	f.defects.init()
	return f
}

// connect gives a feeder its source.
func (f *feeder) connect(q SourceRequest) error {
	address, err := live.Parse(q.URL)
	if err != nil {
		return err
	}
	source, err := live.New(live.Config{
		Name: q.Name, URL: q.URL, AllowExposed: q.Exposed, Sink: f, StallAfter: f.n.cfg.Sorties.Stall,
		Spool:  spool.Config{Dir: filepath.Join(placesOf(f.n.cfg.Config).spools, q.Name), MaxBytes: f.n.cfg.Spool.Most},
		Report: f.report,
	})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.request, f.source = q, source
	f.live, f.folder = address.Scheme != live.SchemeFile, address.Scheme == live.SchemeFile && isFolder(address.Path)
	return nil
}

// run runs the source and what hangs on it until its end or that of the context.
func (f *feeder) run(ctx context.Context) {
	defer close(f.gone)
	acks, stop := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	if !f.left { // else somebody does already
		all.Go(func() { f.acknowledge(acks) })
	}
	err := f.source.Run(ctx)
	switch {
	case f.n.running.Err() != nil: // the node stops, and its lines go on after a restart
		return
	case f.asked.Load():
		f.endLines()
	case ctx.Err() == nil: // it ended by itself
		f.mu.Lock()
		f.err = err
		f.mu.Unlock()
		f.over(f.n.running, err)
	case len(f.recordings()) > 0: // what came was refused half-way
		f.over(f.n.running, f.why())
	}
	// Sealing waits for acknowledgements, so they are taken until nothing is left to seal.
	for _, r := range f.recordings() {
		<-r.over
	}
}

// why is the refusal that ended the feeder.
func (f *feeder) why() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// endLines ends the lines of a source whose end was asked for.
func (f *feeder) endLines() {
	ctx, at := f.n.running, f.n.now()
	for _, r := range f.recordings() {
		if err := r.end(ctx, at, journal.ClosedAsked); err != nil && ctx.Err() == nil {
			f.n.halt(err)
		}
	}
}

// await puts a parcel into the order of acknowledgements.
func (f *feeder) await(d unacknowledged) {
	select {
	case f.waiting <- d:
	case <-f.n.running.Done():
	}
}

// acknowledge tells the spool what the journal has. Once the stream has it, it is never lost.
func (f *feeder) acknowledge(ctx context.Context) {
	for {
		var d unacknowledged
		select {
		case <-ctx.Done():
			return
		case d = <-f.waiting:
		}
		sequence, err := d.receipt.Wait(ctx)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, jetstream.ErrStopped) {
				f.n.halt(fmt.Errorf("journalling %s: %w", f.request.Name, err))
			}
			return
		}
		messages.Put(&d.message)
		d.r.acknowledged(&d, sequence)
		f.n.lag.observe(f.n.now().Sub(d.arrival))
		if d.id.Sequence > 0 {
			f.n.took(f.request.Name, d.id.Producer, d.id.Sequence)
			f.source.Ack(d.id)
			if f.n.heard.acked != nil {
				f.n.heard.acked(d.id)
			}
		}
	}
}

// Deliver implements live.Sink.
func (f *feeder) Deliver(ctx context.Context, c live.Chunk) error {
	if !f.live {
		return f.deliverFile(ctx, &c)
	}
	if f.n.heard.took != nil {
		f.n.heard.took(c)
	}
	if f.seen(c.ID) {
		return nil
	}
	r, err := f.line(ctx, c.Track, c.Arrival)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended { // between finding it and now
		return fmt.Errorf("%s has just ended", r.label)
	}
	m := plain
	if c.First {
		m = first
	}
	if err := r.put(ctx, c.Producer, piece{Sequence: c.Sequence, Arrival: c.Arrival, Length: len(c.Bytes), Mark: m}, c.Bytes); err != nil {
		return err
	}
	// It is in the parcel: from here on it counts as taken, whatever comes.
	f.taken(c.ID)
	if err := r.take(c.Bytes, c.Arrival); err != nil {
		return err
	}
	f.n.show(r)
	return nil
}

// seen tells whether a chunk was taken before: it comes again after a restart, after an error, and after a source of the
// same name was stopped before its spool was told.
func (f *feeder) seen(id live.ID) bool {
	if id.Sequence <= f.n.takenThrough(id.Source, id.Producer) {
		f.source.Ack(id)
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return id.Sequence <= f.last[id.Producer]
}

func (f *feeder) taken(id live.ID) {
	f.mu.Lock()
	f.last[id.Producer] = id.Sequence
	f.stall = time.Time{}
	f.mu.Unlock()
}

// line returns the recording of a track, and opens it, with a sortie where none is open.
func (f *feeder) line(ctx context.Context, track string, at time.Time) (*recording, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.lines[track]; r != nil {
		return r, nil
	}
	s, err := f.join(ctx, at)
	if err != nil {
		return nil, err
	}
	r, err := f.n.newRecording(line{Sortie: s.number, Source: f.request.Name, Track: track}, f, s, "")
	if err != nil {
		return nil, err
	}
	if err := f.started(ctx, s.number, at); err != nil {
		return nil, err
	}
	f.begin(r)
	return r, nil
}

// begin has a recording run. The lock is held.
func (f *feeder) begin(r *recording) {
	f.lines[r.Track] = r
	f.n.sealing.Go(func() {
		defer close(r.over)
		r.run(f.n.running)
	})
}

// join returns the sortie that a new line is of. The lock is held.
func (f *feeder) join(ctx context.Context, at time.Time) (*sortie, error) {
	if f.sortie != nil && f.sortie.join() {
		return f.sortie, nil
	}
	if f.request.Flight != "" {
		s, err := f.n.joinable(f.request.Flight)
		if err != nil {
			return nil, err
		}
		if s.join() {
			f.sortie, f.latest = s, s.number
			return s, nil
		}
	}
	s, err := f.n.openSortie(ctx, f.request.Name, f.request.Aircraft, at)
	if err != nil {
		return nil, err
	}
	f.sortie, f.latest = s, s.number
	return s, nil
}

func (f *feeder) started(ctx context.Context, number journal.Sortie, at time.Time) error {
	_, err := f.n.state(ctx, journal.SourceStarted{Flight: number, Source: f.request.Name, Address: f.source.State().URL, Live: f.live, At: at})
	return err
}

// recordings lists the lines that are open.
func (f *feeder) recordings() []*recording {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*recording
	for _, r := range f.lines {
		out = append(out, r)
	}
	return out
}

// progress counts bytes that were sealed.
func (f *feeder) progress(bytes int64) {
	f.mu.Lock()
	f.sealed += bytes
	f.mu.Unlock()
}

// report takes a finding of the source.
func (f *feeder) report(at time.Time, d evidence.Defect) { f.defects.add(at, d) }
