package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/live"
	"overflight/internal/source"
	"overflight/journal"
	"overflight/segment"
)

// The findings about recordings.
const (
	// CodeBefore: a file of a watched folder that was ingested before; Item is the file, Got the flight.
	CodeBefore evidence.Code = "node.ingested-before"
	// CodeChanged: a recording that is not what it was when its sealing began; Item is the file.
	CodeChanged evidence.Code = "node.changed"
	// CodeInterrupted: a recording whose ingest broke off and cannot be taken up; Item is the source.
	CodeInterrupted evidence.Code = "node.interrupted"
)

// IngestedError is a recording of which a flight was made before.
type IngestedError struct {
	File   string
	Flight journal.Sortie
}

func (e *IngestedError) Error() string {
	return fmt.Sprintf("%s was ingested before, as %s", e.File, e.Flight)
}

// fileLine is a file while it is read.
type fileLine struct {
	name     string
	kind     ingest.Kind
	label    string
	r        *recording        // once its flight is open
	probe    *segment.Recorder // until then, of metadata: tells whether it was ingested before
	held     [][]byte          // given to the probe
	size     int64             // of what is held
	skipping bool              // it was ingested before: the rest is read and dropped
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// deliverFile takes a piece of a recording. The file is its own spool: nothing is acknowledged before everything is sealed.
func (f *feeder) deliverFile(ctx context.Context, c *live.Chunk) error {
	if c.First {
		x, err := f.openFile(c)
		if err != nil {
			return f.refuse(err)
		}
		f.mu.Lock()
		f.files = x
		f.mu.Unlock()
	}
	f.mu.Lock()
	x := f.files
	f.mu.Unlock()
	if x == nil {
		return fmt.Errorf("%s: its first bytes did not come", c.Track)
	}
	if !x.skipping {
		if err := f.feedFile(ctx, x, c); err != nil {
			return f.refuse(err)
		}
	}
	if !c.Last {
		return nil
	}
	if err := f.endFile(ctx, x, c); err != nil {
		return f.refuse(err)
	}
	f.source.Ack(c.ID)
	return nil
}

// refuse ends the feeder with a refusal. Of a folder it is a finding and the file is passed over.
func (f *feeder) refuse(err error) error {
	f.mu.Lock()
	x := f.files
	f.mu.Unlock()
	var refusal *source.Error
	var before *IngestedError
	switch {
	case f.folder && errors.As(err, &refusal):
		f.report(f.n.now(), refusal.Defect)
	case f.folder && errors.As(err, &before):
		f.report(f.n.now(), evidence.Defect{Code: CodeBefore, Item: before.File, Got: before.Flight.String()})
	default:
		f.mu.Lock()
		if f.err == nil {
			f.err = err
		}
		f.mu.Unlock()
		f.cancel()
		return err
	}
	if x == nil {
		x = &fileLine{}
		f.mu.Lock()
		f.files = x
		f.mu.Unlock()
	}
	x.skipping, x.held, x.probe = true, nil, nil
	return nil
}

// openFile tells the kind of a file by its first piece.
func (f *feeder) openFile(c *live.Chunk) (*fileLine, error) {
	in, err := source.New(c.Track, io.NopCloser(bytes.NewReader(c.Bytes)), int64(len(c.Bytes)), nil)
	if err != nil {
		return nil, err
	}
	x := &fileLine{name: c.Track, kind: in.Kind, label: f.request.Name}
	if f.folder {
		x.label += "/" + c.Track
	}
	if in.Kind.Metadata() && in.Compressed {
		return nil, &source.Error{File: c.Track, Defect: evidence.Defect{Code: source.CodeGzip, Got: "gzip", Want: string(in.Kind)}}
	}
	if !in.Kind.Metadata() {
		return x, nil
	}
	if before := f.n.resume(f.request.Name, x.label); before != nil {
		return x, f.takeUp(x, before)
	}
	if f.request.Again {
		return x, nil
	}
	x.probe, err = segment.NewRecorder(segment.Config{
		Sortie: journal.Sortie{Operator: f.n.cfg.Operator, Year: 1, Number: 1}, Source: x.label, Kind: x.kind, Clock: journal.StreamClock,
		Lines: f.n.lines, Geoid: f.n.geoid, Area: f.n.area, Most: f.n.cfg.Archive.Largest,
	})
	return x, err
}

func (f *feeder) feedFile(ctx context.Context, x *fileLine, c *live.Chunk) error {
	switch {
	case !x.kind.Metadata():
		if x.size += int64(len(c.Bytes)); x.size > f.n.cfg.Archive.Largest {
			return &source.Error{File: x.name, Defect: evidence.Defect{Code: source.CodeSwell, Got: fmt.Sprint(x.size), Want: fmt.Sprint(f.n.cfg.Archive.Largest)}}
		}
		x.held = append(x.held, c.Bytes)
		return nil
	case x.probe != nil:
		x.held = append(x.held, c.Bytes)
		cuts, err := x.probe.Take(c.Bytes, c.Arrival)
		if err != nil || len(cuts) == 0 {
			return err
		}
		return f.beginFile(ctx, x, &cuts[0], c.Arrival)
	case x.r == nil:
		x.held = append(x.held, c.Bytes)
		return f.beginFile(ctx, x, nil, c.Arrival)
	}
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	return x.r.take(c.Bytes, c.Arrival)
}

// beginFile opens the flight of a recording once its first cut has told that it is a new one, and gives what was held to it.
func (f *feeder) beginFile(ctx context.Context, x *fileLine, cut *segment.Cut, at time.Time) error {
	if cut != nil {
		if before, ok, err := f.n.sealedBefore(ctx, digestOf(cut)); err != nil {
			return err
		} else if ok {
			return &IngestedError{File: x.name, Flight: before}
		}
	}
	held := x.held
	x.probe, x.held = nil, nil
	f.mu.Lock()
	s, err := f.join(ctx, at)
	f.mu.Unlock()
	if err != nil {
		return err
	}
	if err := f.started(ctx, s.number, at); err != nil {
		return err
	}
	r, err := f.n.newRecording(line{Sortie: s.number, Source: f.request.Name, Track: x.name}, f, s, x.kind)
	if err != nil {
		return err
	}
	x.r = r
	f.mu.Lock()
	f.begin(r)
	f.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range held {
		if err := r.take(b, at); err != nil {
			return err
		}
	}
	return nil
}

// takeUp goes on with a recording whose ingest broke off: what the journal has of it is left out.
func (f *feeder) takeUp(x *fileLine, before *resuming) error {
	s := before.sortie
	r, err := f.n.newRecording(line{Sortie: s.number, Source: f.request.Name, Track: x.name}, f, s, x.kind)
	if err != nil {
		return err
	}
	r.skip = before.events
	x.r = r
	f.mu.Lock()
	f.sortie, f.latest = s, s.number
	f.begin(r)
	f.mu.Unlock()
	return nil
}

// endFile ends a recording and waits until all of it is sealed and its flight is closed.
func (f *feeder) endFile(ctx context.Context, x *fileLine, c *live.Chunk) error {
	switch {
	case x.skipping:
		return nil
	case !x.kind.Metadata():
		return f.endPositions(ctx, x, c.Arrival)
	case x.probe != nil:
		cuts, err := x.probe.Finish(c.Arrival)
		if err != nil {
			return err
		}
		var cut *segment.Cut
		if len(cuts) > 0 {
			cut = &cuts[0]
		}
		if err := f.beginFile(ctx, x, cut, c.Arrival); err != nil {
			return err
		}
	}
	return f.finishFile(ctx, x.r, c.Arrival, journal.ClosedEnd)
}

func (f *feeder) finishFile(ctx context.Context, r *recording, at time.Time, reason journal.CloseReason) error {
	done := make(chan error, 1)
	r.mu.Lock()
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

// endPositions makes a flight of each path in a file of positions. The file is sealed whole with each.
func (f *feeder) endPositions(ctx context.Context, x *fileLine, at time.Time) error {
	all := bytes.Join(x.held, nil)
	x.held = nil
	in, err := source.New(x.name, io.NopCloser(bytes.NewReader(all)), int64(len(all)), nil)
	if err != nil {
		return err
	}
	got, err := ingest.Receiver(in, in.Kind, x.label)
	if err != nil && len(got.Paths) == 0 {
		return fmt.Errorf("%s: %w", x.name, err)
	}
	if !f.request.Again {
		if before, ok, err := f.n.sealedBefore(ctx, digestOf(&segment.Cut{Blocks: [][]byte{all}})); err != nil {
			return err
		} else if ok {
			return &IngestedError{File: x.name, Flight: before}
		}
	}
	for i := range got.Paths {
		if err := f.path(ctx, x, &got, i, all, at); err != nil {
			return err
		}
	}
	if len(got.Paths) == 0 {
		return &source.Error{File: x.name, Defect: evidence.Defect{Code: ingest.CodeNoMetadata, Got: "0", Want: "1"}}
	}
	return nil
}

func (f *feeder) path(ctx context.Context, x *fileLine, got *ingest.Received, i int, all []byte, at time.Time) error {
	p := got.Paths[i]
	s, err := f.n.openSortie(ctx, f.request.Name, p.Aircraft.Registration, at)
	if err != nil {
		return err
	}
	if err := f.started(ctx, s.number, at); err != nil {
		return err
	}
	var defects []evidence.Defect
	if i == 0 {
		defects = got.Defects.List()
	}
	c, err := segment.OfPath(segment.Config{Sortie: s.number, Source: x.label, Lines: f.n.lines}, p, all, defects, at)
	if err != nil {
		return err
	}
	r, err := f.n.newRecording(line{Sortie: s.number, Source: f.request.Name, Track: x.name}, f, s, "")
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.latest = s.number
	f.begin(r)
	f.mu.Unlock()
	if err := r.hand(cut{Cut: c, at: at}); err != nil {
		return err
	}
	return f.finishFile(ctx, r, at, journal.ClosedEnd)
}

// over is called when a source has ended by itself.
func (f *feeder) over(ctx context.Context, err error) {
	at, reason := f.n.now(), "end"
	if err != nil {
		reason = "error"
		f.abandon(ctx, at, err)
	}
	_, stated := f.n.state(ctx, journal.SourceStopped{
		Flight: f.latestSortie(), Source: f.request.Name, Reason: reason, Bytes: f.source.State().Bytes, At: at,
	})
	if stated != nil && ctx.Err() == nil {
		f.n.halt(stated)
	}
}

// abandon closes the flight of a recording that broke off: what came is sealed, the rest is declared lost.
func (f *feeder) abandon(ctx context.Context, at time.Time, why error) {
	for _, r := range f.recordings() {
		_, err := f.n.state(ctx, journal.LossDeclared{Flight: r.sortie.number, Source: r.label, Cause: why.Error(), By: "node", At: at})
		if err == nil {
			err = f.finishFile(ctx, r, at, journal.ClosedUnstated)
		}
		if err != nil && ctx.Err() == nil {
			f.n.halt(err)
		}
	}
}

func (f *feeder) latestSortie() journal.Sortie {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest
}
