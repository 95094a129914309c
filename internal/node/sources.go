package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"overflight/evidence"
	"overflight/internal/durable"
	"overflight/internal/live"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// SourceRequest asks for a source to be taken in.
type SourceRequest struct {
	Name     string `json:"name"` // letters, digits, "._-"; unique; empty is made from the address
	URL      string `json:"url"`  // as live.Parse reads it; may hold a secret
	Aircraft string `json:"aircraft,omitempty"`
	Exposed  bool   `json:"exposed,omitempty"` // may listen beyond loopback
	Flight   string `json:"flight,omitempty"`  // an open sortie that it joins
	Again    bool   `json:"again,omitempty"`   // a recording, also when it was ingested before
	Keep     bool   `json:"keep,omitempty"`    // also after a restart
}

// Source is a source as it stands.
type Source struct {
	live.State
	Live     bool
	Sortie   journal.Sortie // the latest it opened or joined
	Sealed   int64          // bytes
	Ended    bool           // it ended by itself, or was stopped; nothing of it is under way
	Err      error          // why it ended, where that was not its end
	Findings []Finding      // the latest
}

// The refusals of AddSource, beside *live.Refusal.
var (
	ErrSourceName = errors.New("not the name of a source")
	ErrSourceBusy = errors.New("a source of this name is running")
	ErrNoSource   = errors.New("no such source")
	ErrNoSortie   = errors.New("no such open flight")
)

// mostName bounds the name of a source: it is part of names of files and of subjects.
const mostName = 48

func validName(s string) bool {
	if len(s) == 0 || len(s) > mostName || s[0] == '.' {
		return false
	}
	for _, c := range []byte(s) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("._-", rune(c)) {
			return false
		}
	}
	return true
}

// AddSource begins to take in a source.
func (n *Node) AddSource(ctx context.Context, q SourceRequest) (Source, error) {
	select {
	case <-n.ready:
	case <-ctx.Done():
		return Source{}, ctx.Err()
	}
	if q.Name == "" {
		name, err := n.nameFor(q.URL)
		if err != nil {
			return Source{}, err
		}
		q.Name = name
	}
	if !validName(q.Name) {
		return Source{}, fmt.Errorf("%w: %q", ErrSourceName, q.Name)
	}
	if q.Flight != "" {
		if _, err := n.joinable(q.Flight); err != nil {
			return Source{}, err
		}
	}
	f, err := n.feederTo(q)
	if err != nil {
		return Source{}, err
	}
	if err := n.start(f); err != nil {
		return Source{}, err
	}
	if q.Keep {
		if err := n.saveSources(); err != nil {
			return Source{}, err
		}
	}
	return f.state(), nil
}

// feederTo makes the feeder of a request, or takes up what an earlier source of the name left open.
func (n *Node) feederTo(q SourceRequest) (*feeder, error) {
	n.mu.Lock()
	old := n.feeders[q.Name]
	n.mu.Unlock()
	switch {
	case old == nil || old.isGone():
		return n.newFeeder(q)
	case old.left && old.source == nil:
		return old, old.connect(q)
	}
	return nil, fmt.Errorf("%w: %s", ErrSourceBusy, q.Name)
}

// start runs a feeder.
func (n *Node) start(f *feeder) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped {
		return ErrStopped
	}
	n.feeders[f.request.Name] = f
	n.run(f)
	return nil
}

// run has a feeder run, if it does not already: who adds a source and who starts all of them may meet. The lock is held.
func (n *Node) run(f *feeder) {
	if !f.begun.CompareAndSwap(false, true) {
		return
	}
	ctx, cancel := context.WithCancel(n.running)
	f.cancel = cancel
	n.sealing.Go(func() { f.run(ctx) })
}

func (f *feeder) isGone() bool {
	select {
	case <-f.gone:
		return true
	default:
		return false
	}
}

// nameFor makes a name from an address: that of the file, or scheme and port.
func (n *Node) nameFor(url string) (string, error) {
	a, err := live.Parse(url)
	if err != nil {
		return "", err
	}
	base := fmt.Sprintf("%s-%d", a.Scheme, a.Port)
	if a.Scheme == live.SchemeFile {
		parts := strings.Split(strings.TrimRight(a.Path, "/"), "/")
		base = parts[len(parts)-1]
		if cut := strings.LastIndexByte(base, '.'); cut > 0 {
			base = base[:cut]
		}
	}
	base = strings.Trim(strings.Map(func(c rune) rune {
		if c < 0x80 && validName(string(c)) || c == '.' {
			return c
		}
		return '-'
	}, base), ".")
	base = base[:min(len(base), mostName-8)]
	if base == "" {
		base = "source"
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	name := base
	for i := 2; n.feeders[name] != nil; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name, nil
}

// joinable returns the open sortie of a number.
func (n *Node) joinable(number string) (*sortie, error) {
	want, err := journal.ParseSortie(number)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s := n.sorties[want]; s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNoSortie, number)
}

// StopSource stops a live source and ends its flight, or breaks off a recording.
func (n *Node) StopSource(ctx context.Context, name, by string) error {
	n.mu.Lock()
	f := n.feeders[name]
	n.mu.Unlock()
	if f == nil || f.isGone() || f.source == nil {
		return fmt.Errorf("%w: %s", ErrNoSource, name)
	}
	f.mu.Lock()
	f.request.Keep = false
	f.mu.Unlock()
	f.asked.Store(true)
	f.cancel()
	select {
	case <-f.gone:
	case <-ctx.Done():
		return ctx.Err()
	case <-n.running.Done():
		return ErrStopped
	}
	at := n.now()
	n.log.Info("source stopped", slog.String("source", name), slog.String("by", by))
	_, err := n.state(ctx, journal.SourceStopped{Flight: f.latestSortie(), Source: name, Reason: "asked", Bytes: f.source.State().Bytes, At: at})
	return errors.Join(err, n.saveSources())
}

// end ends a line that is open, and keeps that it did where its bytes are.
func (r *recording) end(ctx context.Context, at time.Time, reason journal.CloseReason) error {
	done := make(chan error, 1)
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return nil
	}
	if r.live {
		if err := r.put(ctx, ourselves, piece{Sequence: uint64(reason), Arrival: at, Mark: end}, nil); err != nil {
			r.mu.Unlock()
			return err
		}
	}
	err := r.finish(at, reason, func(err error) { done <- err })
	r.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sources lists what was asked for since the node runs, by name.
func (n *Node) Sources() []Source {
	// A feeder that opens a flight holds its own lock and asks for the node's: never the other way round.
	list := slices.DeleteFunc(n.allFeeders(), func(f *feeder) bool { return !f.connected() })
	slices.SortFunc(list, func(a, b *feeder) int { return strings.Compare(a.request.Name, b.request.Name) })
	out := make([]Source, len(list))
	for i, f := range list {
		out[i] = f.state()
	}
	return out
}

// WaitSource waits until a source has ended: a recording is then sealed and its flight closed in the read models.
func (n *Node) WaitSource(ctx context.Context, name string) (Source, error) {
	n.mu.Lock()
	f := n.feeders[name]
	n.mu.Unlock()
	if f == nil || f.source == nil {
		return Source{}, fmt.Errorf("%w: %s", ErrNoSource, name)
	}
	select {
	case <-f.gone:
	case <-ctx.Done():
		return f.state(), ctx.Err()
	case <-n.running.Done():
		return f.state(), ErrStopped
	}
	return f.state(), n.Caught(ctx)
}

func (f *feeder) state() Source {
	s := Source{State: f.source.State(), Live: f.live, Ended: f.isGone(), Findings: f.defects.latest()}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Sortie, s.Sealed, s.Err = f.latest, f.sealed, f.err
	return s
}

// connected tells whether a feeder has a source.
func (f *feeder) connected() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.source != nil
}

// feederFor returns the feeder of a name, or makes one without a source, for what an earlier one left behind.
func (n *Node) feederFor(name string) (*feeder, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f := n.feeders[name]
	if f == nil {
		f = n.bareFeeder(name)
		f.left = true
		n.feeders[name] = f
		n.sealing.Go(func() { f.acknowledge(n.running) })
	}
	return f, nil
}

// configure makes the feeders of the configuration, of what was to be kept, and of recordings that broke off. They do not
// run yet.
func (n *Node) configure(ctx context.Context) error {
	var requests []SourceRequest
	for i := range n.cfg.Sources.Len() {
		s := n.cfg.Sources.At(i)
		requests = append(requests, SourceRequest{Name: s.Name, URL: s.URL, Aircraft: s.Aircraft, Exposed: s.Exposed})
	}
	kept, err := n.keptSources()
	if err != nil {
		return err
	}
	broken, err := n.brokenOff(ctx)
	if err != nil {
		return err
	}
	for _, q := range slices.Concat(requests, kept, broken) {
		n.mu.Lock() // somebody may ask for the health already
		known := n.feeders[q.Name] != nil
		n.mu.Unlock()
		if known {
			continue
		}
		f, err := n.newFeeder(q)
		if err != nil {
			n.log.Error("source", slog.String("source", q.Name), slog.Any("error", err))
			continue
		}
		n.mu.Lock()
		n.feeders[q.Name] = f
		n.mu.Unlock()
	}
	return nil
}

// brokenOff lists the recordings that the journal has begun and not ended.
func (n *Node) brokenOff(ctx context.Context) ([]SourceRequest, error) {
	var out []SourceRequest
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		sources, next, err := n.Models().Sources(ctx, page)
		if err != nil {
			return nil, err
		}
		for i := range sources {
			s := &sources[i]
			if s.Started.Live || s.Started.At.IsZero() || !s.Stopped.At.Before(s.Started.At) {
				continue
			}
			out = append(out, SourceRequest{Name: s.Name, URL: s.Started.Address})
		}
		if next == "" {
			return out, nil
		}
		page.After = next
	}
}

// startConfigured runs the feeders that configure made.
func (n *Node) startConfigured() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.feeders {
		if f.source != nil && !n.stopped {
			n.run(f)
		}
	}
}

// stopFeeders ends all sources. Their lines stay open, and go on after a restart.
func (n *Node) stopFeeders() {
	n.mu.Lock()
	n.stopped = true
	n.mu.Unlock()
	n.sealing.Wait()
}

const maxSources = 1 << 20

func (n *Node) keptSources() ([]SourceRequest, error) {
	file := placesOf(n.cfg.Config).sources
	b, err := durable.OS().ReadFile(file, maxSources)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []SourceRequest
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return list, nil
}

// saveSources keeps the addresses of sources that are to run again, secrets and all.
func (n *Node) saveSources() error {
	list := []SourceRequest{}
	for _, f := range n.allFeeders() {
		f.mu.Lock()
		if f.request.Keep {
			list = append(list, f.request)
		}
		f.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b SourceRequest) int { return strings.Compare(a.Name, b.Name) })
	b, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	return durable.OS().WriteFile(placesOf(n.cfg.Config).sources, append(b, '\n'), 0o600)
}

// sealedBefore returns the flight that has a segment of these bytes.
func (n *Node) sealedBefore(ctx context.Context, d evidence.Digest) (journal.Sortie, bool, error) {
	if err := n.Caught(ctx); err != nil {
		return journal.Sortie{}, false, err
	}
	s, err := n.Models().SegmentOf(ctx, d)
	if errors.Is(err, sqlite.ErrNotFound) {
		return journal.Sortie{}, false, nil
	}
	return s.Flight, err == nil, err
}
