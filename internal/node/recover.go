package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"overflight/evidence"
	"overflight/internal/archive"
	"overflight/internal/jetstream"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// resuming is a line that was open when the node stopped, as far as the journal tells of it.
type resuming struct {
	sortie  *sortie
	label   string
	live    bool
	events  int // that follow from its bytes and are in the journal
	since   int // of these, after the last sealed segment
	sealed  []journal.SegmentSealed
	found   map[evidence.Code]int // findings that were stated of sealed segments
	pending map[evidence.Code]int // and of what is not sealed
	taken   bool                  // it goes on
}

// recover opens again what was open.
func (n *Node) recover(ctx context.Context) error {
	if err := n.Caught(ctx); err != nil {
		return err
	}
	if err := n.readTaken(); err != nil {
		return err
	}
	open, from, err := n.openBefore(ctx)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		if err := n.scan(ctx, open, from); err != nil {
			return err
		}
	}
	if err := n.configure(ctx); err != nil {
		return err
	}
	if err := n.replay(ctx); err != nil {
		return err
	}
	return n.closeLost(ctx)
}

// openBefore lists the flights that are open by the read models, and the place of the first event of any.
func (n *Node) openBefore(ctx context.Context) (open map[journal.Sortie]*sortie, from uint64, err error) {
	open = map[journal.Sortie]*sortie{}
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		flights, next, err := n.Models().Flights(ctx, sqlite.FlightFilter{State: sqlite.Opened.String()}, page)
		if err != nil {
			return nil, 0, err
		}
		for _, f := range flights {
			s := &sortie{number: f.Sortie, opened: f.Opened.At, closed: make(chan struct{})}
			open[f.Sortie] = s
			n.mu.Lock()
			n.sorties[f.Sortie] = s
			n.mu.Unlock()
			if at := f.OpenedAt.Sequence; from == 0 || at < from {
				from = at
			}
		}
		if next == "" {
			return open, from, nil
		}
		page.After = next
	}
}

// lastNumber is the last sortie number that was given in a year.
func (n *Node) lastNumber(ctx context.Context, year int) (uint32, error) {
	flights, _, err := n.Models().Flights(ctx, sqlite.FlightFilter{Operator: n.cfg.Operator, Year: year}, sqlite.Page{Limit: 1})
	if err != nil || len(flights) == 0 {
		return 0, err
	}
	return flights[0].Sortie.Number, nil
}

// scan reads what the journal has of the flights that are open: how many events each line stated, and its segments.
func (n *Node) scan(ctx context.Context, open map[journal.Sortie]*sortie, from uint64) error {
	isLive := map[string]bool{}
	reader := n.conn.NewReader(jetstream.ReaderConfig{Stream: jetstream.Events, Name: "recover", Marks: n.marks, From: from, ToEnd: true})
	return reader.Run(ctx, func(m jetstream.Message) error {
		record, _ := m.Record()
		s := open[sortieOf(record.Event)]
		if s == nil {
			return nil
		}
		if e, ok := record.Event.(journal.SourceStarted); ok {
			isLive[e.Source] = e.Live
			return nil
		}
		label := labelOf(record.Event)
		if label == "" {
			return nil
		}
		source, _, _ := strings.Cut(label, "/")
		if n.resumes[source] == nil {
			n.resumes[source] = map[string]*resuming{}
		}
		r := n.resumes[source][label]
		if r == nil || r.sortie != s {
			r = &resuming{sortie: s, label: label, live: isLive[source], found: map[evidence.Code]int{}, pending: map[evidence.Code]int{}}
			n.resumes[source][label] = r
		}
		r.events++
		r.since++
		switch e := record.Event.(type) {
		case journal.SegmentSealed:
			r.sealed, r.since = append(r.sealed, e), 0
			for code, n := range r.pending { // those of a cut that is not sealed are found again, and left out then
				r.found[code] += n
			}
			clear(r.pending)
			s.cover(e.From, e.To, 1, e.Counts.Fixes)
		case journal.DefectsFound:
			r.pending[e.Example.Code] += int(e.Count)
		default:
		}
		return nil
	})
}

// resume returns a recording that broke off and is taken up now; nil where there is none.
func (n *Node) resume(source, label string) *resuming {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.resumes[source][label]
	if r == nil || r.taken || !r.sortie.join() {
		return nil
	}
	r.taken = true
	// What is sealed is sealed again while the file is read, and counts then.
	r.sortie.mu.Lock()
	r.sortie.segments, r.sortie.fixes = 0, 0
	r.sortie.mu.Unlock()
	return r
}

// again opens a live line again and records its sealed bytes once more.
func (n *Node) again(ctx context.Context, f *feeder, l line, before *resuming) (*recording, error) {
	r, err := n.newRecording(l, f, before.sortie, "")
	if err != nil {
		return nil, err
	}
	if !before.sortie.join() {
		return nil, fmt.Errorf("%s is over and goes on", l.Sortie)
	}
	before.taken = true
	r.skip = before.since
	for i := range before.sealed {
		e := &before.sealed[i]
		plain, err := n.plain(ctx, e.Segment)
		if err != nil {
			return nil, fmt.Errorf("recording %s again: %w", l.name(), err)
		}
		if err := r.rec.Resume(plain, *e); err != nil {
			return nil, fmt.Errorf("recording %s again: %w", l.name(), err)
		}
		r.consumed += int64(e.Bytes + e.Withheld.Bytes)
		r.arrival = e.At // it came by then
		r.index++
	}
	r.rec.Told(before.found)
	r.received, r.safe = r.consumed, r.consumed
	r.parcel.Offset = r.consumed
	f.mu.Lock()
	f.sortie, f.latest = before.sortie, l.Sortie
	f.begin(r)
	f.mu.Unlock()
	return r, nil
}

// plain reads a sealed segment.
func (n *Node) plain(_ context.Context, id journal.SegmentID) ([]byte, error) {
	reader, err := n.archive.Reader(archive.ID(id))
	if err != nil {
		return nil, err
	}
	b := make([]byte, reader.Size())
	_, err = reader.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b, errors.Join(err, reader.Close())
}

// replay gives what is in rawFeed and not sealed to its lines once more.
func (n *Node) replay(ctx context.Context) error {
	state, err := n.conn.State(ctx, rawFeed)
	if err != nil {
		return err
	}
	for source, lines := range n.resumes {
		for label, before := range lines {
			if !before.live {
				continue
			}
			_, track, _ := strings.Cut(label, "/")
			f, err := n.feederFor(source)
			if err != nil {
				return err
			}
			if _, err := n.again(ctx, f, line{Sortie: before.sortie.number, Source: source, Track: track}, before); err != nil {
				return err
			}
		}
	}
	reader := n.conn.NewReader(jetstream.ReaderConfig{Stream: rawFeed, Name: "recover", Marks: n.marks, From: state.First, ToEnd: true})
	return reader.Run(ctx, func(m jetstream.Message) error {
		p, err := decodeParcel(m.Data)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrHalted, err)
		}
		return n.replayParcel(ctx, &p, m.Sequence)
	})
}

func (n *Node) replayParcel(ctx context.Context, p *parcel, sequence uint64) error {
	f, err := n.feederFor(p.Source)
	if err != nil {
		return err
	}
	if last := p.Pieces[len(p.Pieces)-1].Sequence; p.Producer != ourselves {
		f.mu.Lock()
		f.last[p.Producer] = max(f.last[p.Producer], last)
		f.mu.Unlock()
		n.took(p.Source, p.Producer, last)
	}
	n.mu.Lock()
	s := n.sorties[p.Sortie]
	n.mu.Unlock()
	if s == nil { // it is closed: all of it is sealed
		return nil
	}
	f.mu.Lock()
	r := f.lines[p.Track]
	f.mu.Unlock()
	if r == nil || r.Sortie != p.Sortie {
		if r, err = n.again(ctx, f, p.line, &resuming{sortie: s, label: p.name(), live: true}); err != nil {
			return err
		}
	}
	return r.replay(ctx, p, sequence)
}

// replay gives a parcel to the recorder, but for what is sealed.
func (r *recording) replay(ctx context.Context, p *parcel, sequence uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := p.Offset + int64(len(p.Bytes))
	if p.Offset > r.received {
		return fmt.Errorf("%w: %s goes on at byte %d, not at %d", ErrHalted, r.label, p.Offset, r.received)
	}
	r.postMu.Lock()
	if to > r.consumed || to == p.Offset {
		r.posted = append(r.posted, posted{from: p.Offset, to: to, sequence: sequence})
	}
	r.safe, r.parcel.Offset = max(r.safe, to), max(r.parcel.Offset, to)
	r.postMu.Unlock()
	at := p.Offset
	for _, x := range p.Pieces {
		b := p.Bytes[at-p.Offset : at-p.Offset+int64(x.Length)]
		done := min(max(r.received-at, 0), int64(len(b)))
		at += int64(x.Length)
		switch {
		case x.Mark == end:
			if err := r.finish(x.Arrival, journal.CloseReason(x.Sequence), nil); err != nil {
				return err
			}
		case x.Mark == tick && at < r.received, x.Length > 0 && done == int64(len(b)):
		default:
			if err := r.take(b[done:], x.Arrival); err != nil {
				return err
			}
		}
	}
	return nil
}

// closeLost ends what nobody will go on with: flights without a line, and lines of sources that are no more.
func (n *Node) closeLost(ctx context.Context) error {
	n.mu.Lock()
	var empty []*sortie
	for _, s := range n.sorties {
		s.mu.Lock()
		if s.open == 0 && !n.awaited(s) {
			s.open = 1
			empty = append(empty, s)
		}
		s.mu.Unlock()
	}
	n.mu.Unlock()
	for _, s := range empty {
		if err := n.leave(ctx, s, journal.ClosedUnstated, n.now()); err != nil {
			return err
		}
	}
	return nil
}

// awaited tells whether a recording of the flight is about to be read again. Both locks are held.
func (n *Node) awaited(s *sortie) bool {
	for source, lines := range n.resumes {
		for _, r := range lines {
			if r.sortie == s && !r.live && !r.taken && n.feeders[source] != nil && n.feeders[source].source != nil {
				return true
			}
		}
	}
	return false
}

// labelOf is the name of the line that an event was stated by; empty where it was stated by none.
func labelOf(e journal.Event) string {
	source := ""
	switch e := e.(type) {
	case journal.SegmentSealed:
		source = e.Source
	case journal.FixesRecorded:
		source = e.Source
	case journal.FootprintsRecorded:
		source = e.Source
	case journal.EntryFound:
		source = e.Source
	case journal.EntryUpdated:
		source = e.Source
	case journal.GapFound:
		source = e.Source
	case journal.LookedInto:
		source = e.Source
	case journal.MediaWithheld:
		source = e.Source
	case journal.VMTIReportsCounted:
		source = e.Source
	case journal.ObservationsRecorded:
		source = e.Source // empty of what an analyst or a detector reported
	case journal.DefectsFound:
		if !ofSource(e.Example.Code) {
			source = e.Source
		}
	default:
	}
	base, _, _ := strings.Cut(source, "#")
	return base
}

// tick lets the recorder end a minute although nothing comes. That it did is kept like what comes: a replay does the same.
func (r *recording) tick(ctx context.Context, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || r.arrival.IsZero() {
		return nil
	}
	if err := r.put(ctx, ourselves, piece{Arrival: now, Mark: tick}, nil); err != nil {
		return err
	}
	return r.take(nil, now)
}
