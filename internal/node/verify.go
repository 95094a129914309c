package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"overflight/internal/archive"
	"overflight/internal/jetstream"
	"overflight/internal/sqlite"
	"overflight/internal/tiles"
	"overflight/journal"
)

// Step is one thing that was read again and held against what it must be.
type Step struct {
	Name   string   `json:"name"` // "archive", "openings", "log", "journal", "ledger", "models", "segments"
	Count  uint64   `json:"count"`
	Faults []string `json:"faults,omitempty"`
	Healed []string `json:"healed,omitempty"`
}

// OK tells whether nothing is wrong that was not put right.
func (s *Step) OK() bool { return len(s.Faults) == 0 }

// Verify reads everything again: each segment of both copies, each opening, the log, the events and the leaves, the read
// models; and holds them against each other. report is told each step as it is done.
func (n *Node) Verify(ctx context.Context, report func(Step)) (ok bool, err error) {
	ok = true
	for _, step := range []func(context.Context) (Step, error){n.verifySegments, n.verifyOpenings, n.verifyLog, n.verifyEvents, n.verifyLedger, n.verifyModels} {
		s, err := step(ctx)
		if err != nil && ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil {
			s.Faults = append(s.Faults, err.Error())
		}
		ok = ok && s.OK()
		report(s)
	}
	return ok, nil
}

func (n *Node) verifySegments(ctx context.Context) (Step, error) {
	s := Step{Name: "archive"}
	v, err := n.archive.VerifyAll(ctx)
	s.Count = uint64(v.Segments + v.Erased)
	for _, lost := range v.Lost {
		s.Faults = append(s.Faults, lost.Error())
	}
	findings, total := n.archive.Findings()
	// Those since the verification before, or since the archive was opened: opening it puts right what it can, too.
	before := int(n.findingsTold.Swap(int64(total)))
	for _, f := range findings[max(0, len(findings)-(total-before)):] {
		text := fmt.Sprintf("%s: %s", f.Segment, f.Fault)
		if f.Healed {
			s.Healed = append(s.Healed, text)
		} else {
			s.Faults = append(s.Faults, text)
		}
	}
	return s, err
}

func (n *Node) verifyOpenings(context.Context) (Step, error) {
	s := Step{Name: "openings", Count: n.openings.Count()}
	for _, f := range n.openings.Verify() {
		s.Faults = append(s.Faults, f.File+": "+f.Reason)
	}
	for _, f := range n.openings.Healed() {
		s.Healed = append(s.Healed, f.File+": "+f.Reason)
	}
	return s, nil
}

func (n *Node) verifyLog(ctx context.Context) (Step, error) {
	s := Step{Name: "log"}
	r, err := n.tiles.Verify(ctx)
	s.Count = r.Size
	for _, d := range r.Damages {
		s.Faults = append(s.Faults, d.Error())
	}
	if len(s.Faults) > 0 {
		err = nil // it joins just those
	}
	for _, d := range n.tiles.Healed() {
		s.Healed = append(s.Healed, d.Error())
	}
	return s, err
}

// verifyEvents reads the events from the first, and holds each sealed segment against the archive.
func (n *Node) verifyEvents(ctx context.Context) (Step, error) {
	s := Step{Name: "journal"}
	var check journal.Checker
	erased := map[journal.SegmentID]bool{}
	sealed := map[journal.SegmentID]journal.SegmentSealed{}
	reader := n.conn.NewReader(jetstream.ReaderConfig{Stream: jetstream.Events, Name: "verify", Marks: n.marks, ToEnd: true})
	err := reader.Run(ctx, func(m jetstream.Message) error {
		s.Count++
		record, defects := m.Record()
		defects = append(defects, check.Add(m.Sequence, record)...)
		for _, d := range defects {
			s.Faults = append(s.Faults, fmt.Sprintf("event %d: %s %s %s", m.Sequence, d.Code, d.Item, d.Got))
		}
		switch e := record.Event.(type) {
		case journal.SegmentSealed:
			sealed[e.Segment] = e
		case journal.SegmentErased:
			erased[e.Segment] = true
		default:
		}
		return nil
	})
	for id, e := range sealed {
		x, known := n.archive.Segment(archive.ID(id))
		var gone *archive.ErasedError
		switch {
		case errors.As(known, &gone) && !erased[id]:
			s.Faults = append(s.Faults, fmt.Sprintf("segment %s was erased and the journal does not say so", id))
		case known != nil && !errors.As(known, &gone):
			s.Faults = append(s.Faults, fmt.Sprintf("segment %s: %v", id, known))
		case x.Digest != e.Plain || uint64(x.Packets) != e.Packets || [32]byte(x.Root) != [32]byte(e.Root):
			s.Faults = append(s.Faults, fmt.Sprintf("segment %s is not the one that the journal says was sealed", id))
		}
	}
	return s, err
}

// verifyLedger reads the leaves from the first, and holds each against its opening.
func (n *Node) verifyLedger(ctx context.Context) (Step, error) {
	s := Step{Name: "ledger"}
	reader := n.conn.NewReader(jetstream.ReaderConfig{Stream: jetstream.Ledger, Name: "verify", Marks: n.marks, ToEnd: true})
	err := reader.Run(ctx, func(m jetstream.Message) error {
		s.Count++
		if err := n.ledger.Check(m.Sequence-1, m.Data); err != nil {
			s.Faults = append(s.Faults, err.Error())
		}
		return nil
	})
	return s, err
}

func (n *Node) verifyModels(ctx context.Context) (Step, error) {
	s := Step{Name: "models"}
	var err error
	if s.Count, err = n.Models().Position(ctx, string(jetstream.Events)); err != nil {
		return s, err
	}
	return s, n.Models().Verify(ctx)
}

// verifyArchive reads all segments again while the node runs, and says what it found.
func (n *Node) verifyArchive(ctx context.Context) {
	s, err := n.verifySegments(ctx)
	if err != nil || !s.OK() {
		n.log.Error("verifying the archive", slog.Any("error", err), slog.Any("faults", s.Faults))
	}
}

// Rebuild deletes the read models and the tiles of a folder that no process has open, and makes them again: the models from
// the events, the tiles from the ledger. What comes out is held against everything that was ever signed.
func Rebuild(ctx context.Context, c Config, report func(Step)) error {
	c = c.checked()
	if err := sqlite.Remove(c.ReadModels()); err != nil {
		return err
	}
	n, err := Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(n.rebuild(ctx, report), n.Close())
}

func (n *Node) rebuild(ctx context.Context, report func(Step)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- n.project(ctx) }()
	err := n.Caught(ctx)
	state, stateErr := n.conn.State(ctx, jetstream.Ledger)
	if err = errors.Join(err, stateErr); err == nil {
		err = n.caught(ctx, jetstream.Ledger, state.Last)
	}
	cancel()
	if err = errors.Join(err, <-done); err != nil {
		return err
	}
	n.projected.mu.Lock()
	report(Step{Name: "models", Count: n.projected.through[jetstream.Events]})
	n.projected.mu.Unlock()
	return n.rebuildLog(report)
}

func (n *Node) rebuildLog(report func(Step)) error {
	ctx := context.Background()
	config, err := n.logConfig()
	if err != nil {
		return err
	}
	if err := n.tiles.Close(ctx); err != nil {
		return err
	}
	n.tiles = nil
	r, err := tiles.Rebuild(ctx, config, n.ledger.Source())
	if err != nil {
		return err
	}
	report(Step{Name: "log", Count: r.Size})
	return nil
}
