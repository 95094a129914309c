package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"overflight/internal/archive"
	"overflight/internal/ledger"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// Stated is where a statement stands: its event, and its leaf once it has one.
type Stated struct {
	Sequence uint64
	Leaf     uint64
	Logged   bool
}

// leafWait is how long a statement waits for its leaf before it is answered without.
const leafWait = 5 * time.Second

// stateLogged states an event and waits for its leaf.
func (n *Node) stateLogged(ctx context.Context, e journal.Event) (Stated, error) {
	sequence, err := n.state(ctx, e)
	if err != nil {
		return Stated{}, err
	}
	return n.leafOf(ctx, sequence)
}

// leafOf waits for the leaf of an event, for as long as an answer may wait.
func (n *Node) leafOf(ctx context.Context, sequence uint64) (Stated, error) {
	wait, cancel := context.WithTimeout(ctx, leafWait)
	defer cancel()
	leaf, err := n.ledger.LeafOf(wait, sequence)
	switch {
	case err == nil:
		return Stated{Sequence: sequence, Leaf: leaf, Logged: true}, nil
	case errors.Is(err, ledger.ErrNotEntered), errors.Is(err, context.DeadlineExceeded):
		return Stated{Sequence: sequence}, nil
	}
	return Stated{Sequence: sequence}, err
}

// ErrStatement says that a statement lacks what makes it one.
var ErrStatement = errors.New("statement is not complete")

func named(by string) error {
	if by == "" {
		return fmt.Errorf("%w: who states it is not named", ErrStatement)
	}
	return nil
}

// DeclareNoFlight states that an airframe, or with no tail none of the operator's, did not fly on a day that is over.
func (n *Node) DeclareNoFlight(ctx context.Context, tail string, day journal.Day, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	from := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC)
	if from.Day() != day.Day || from.Month() != day.Month {
		return Stated{}, fmt.Errorf("%w: %s is no day", ErrStatement, day)
	}
	if n.now().Before(from.AddDate(0, 0, 1)) {
		return Stated{}, fmt.Errorf("%w: %s is not over", ErrStatement, day)
	}
	return n.stateLogged(ctx, journal.NoFlightDeclared{Operator: n.cfg.Operator, Tail: tail, Day: day, By: by, At: n.now()})
}

// ReadHours states what the hour meter of an airframe shows.
func (n *Node) ReadHours(ctx context.Context, tail string, total time.Duration, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	if tail == "" || total < 0 {
		return Stated{}, fmt.Errorf("%w: tail %q, %s", ErrStatement, tail, total)
	}
	return n.stateLogged(ctx, journal.AirframeHoursRead{Tail: tail, Total: total, By: by, At: n.now()})
}

// DeclareLoss states that data is lost.
func (n *Node) DeclareLoss(ctx context.Context, e journal.LossDeclared) (Stated, error) {
	if err := named(e.By); err != nil {
		return Stated{}, err
	}
	if e.Cause == "" {
		return Stated{}, fmt.Errorf("%w: the cause is not named", ErrStatement)
	}
	e.At = n.now()
	return n.stateLogged(ctx, e)
}

// ErrOpen says that the flight of the segment is still flown.
var ErrOpen = errors.New("the flight is open")

// Erase destroys the key of a segment. Its leaf stays; a tombstone says that it was erased, by whom and why.
func (n *Node) Erase(ctx context.Context, id journal.SegmentID, reason, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	if reason == "" {
		return Stated{}, fmt.Errorf("%w: the reason is not named", ErrStatement)
	}
	if err := n.Caught(ctx); err != nil {
		return Stated{}, err
	}
	segment, err := n.Models().Segment(ctx, id)
	if errors.Is(err, sqlite.ErrNotFound) {
		return Stated{}, fmt.Errorf("%w: %s", archive.ErrNotFound, id)
	}
	if err != nil {
		return Stated{}, err
	}
	if segment.State == sqlite.Erased {
		return Stated{Sequence: segment.ErasedAt.Sequence, Leaf: segment.ErasedAt.Leaf, Logged: segment.ErasedAt.Logged}, nil
	}
	n.mu.Lock()
	open := n.sorties[segment.Flight] != nil
	n.mu.Unlock()
	if open { // a restart reads its segments again
		return Stated{}, fmt.Errorf("%w: %s", ErrOpen, segment.Flight)
	}
	before := uint64(0)
	all, err := n.segments(ctx, segment.Flight)
	if err != nil {
		return Stated{}, err
	}
	for i := range all {
		if all[i].State == sqlite.Erased {
			before++
		}
	}
	t, err := n.archive.Erase(archive.ID(id), n.now(), reason)
	if err != nil {
		return Stated{}, err
	}
	if err := n.indexes.forget(id); err != nil {
		return Stated{}, err
	}
	return n.stateLogged(ctx, journal.SegmentErased{
		Flight: segment.Flight, Segment: id, Plain: t.Digest, Reason: reason, By: by, Erased: before + 1, At: t.At,
	})
}

// segments lists all segments of a flight.
func (n *Node) segments(ctx context.Context, flight journal.Sortie) ([]sqlite.Segment, error) {
	var out []sqlite.Segment
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		part, next, err := n.Models().Segments(ctx, flight, page)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		if next == "" {
			return out, nil
		}
		page.After = next
	}
}

// CloseFlight ends an open flight because a person asks.
func (n *Node) CloseFlight(ctx context.Context, number journal.Sortie, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	n.mu.Lock()
	s := n.sorties[number]
	var feeders []*feeder
	for _, f := range n.feeders {
		feeders = append(feeders, f)
	}
	n.mu.Unlock()
	if s == nil {
		return Stated{}, fmt.Errorf("%w: %s", ErrNoSortie, number)
	}
	at := n.now()
	for _, f := range feeders {
		for _, r := range f.recordings() {
			if r.sortie == s {
				if err := r.end(ctx, at, journal.ClosedAsked); err != nil {
					return Stated{}, err
				}
			}
		}
	}
	if err := n.Caught(ctx); err != nil {
		return Stated{}, err
	}
	f, err := n.Models().Flight(ctx, number)
	if err != nil {
		return Stated{}, err
	}
	return Stated{Sequence: f.ClosedAt.Sequence, Leaf: f.ClosedAt.Leaf, Logged: f.ClosedAt.Logged}, nil
}
