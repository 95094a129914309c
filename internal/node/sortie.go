package node

import (
	"context"
	"fmt"
	"sync"
	"time"

	"overflight/flight"
	"overflight/journal"
)

// sortie is a flight that is open.
type sortie struct {
	number journal.Sortie
	opened time.Time

	mu       sync.Mutex // guards what follows
	open     int        // lines that have not ended
	ended    bool       // no line will join any more
	reason   journal.CloseReason
	from, to time.Time
	segments uint64
	fixes    uint64
	closed   chan struct{} // closed when the journal has that it is closed
}

// join counts a line in; false when the sortie is over.
func (s *sortie) join() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.open++
	return true
}

// cover widens the time of the flight.
func (s *sortie) cover(from, to time.Time, segments, fixes uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !from.IsZero() && (s.from.IsZero() || from.Before(s.from)) {
		s.from = from
	}
	if to.After(s.to) {
		s.to = to
	}
	s.segments += segments
	s.fixes += fixes
}

// openSortie gives the next number and states it.
func (n *Node) openSortie(ctx context.Context, source, aircraft string, at time.Time) (*sortie, error) {
	// One at a time: numbers have no gaps, so one is given only once the one before is stated.
	n.opening.Lock()
	defer n.opening.Unlock()
	year := at.Year()
	n.mu.Lock()
	_, known := n.numbers[year]
	n.mu.Unlock()
	if !known { // the first of this process: it goes on where the journal ends
		if err := n.Caught(ctx); err != nil {
			return nil, err
		}
		last, err := n.lastNumber(ctx, year)
		if err != nil {
			return nil, err
		}
		n.mu.Lock()
		n.numbers[year] = last
		n.mu.Unlock()
	}
	n.mu.Lock()
	s := &sortie{
		number: journal.Sortie{Operator: n.cfg.Operator, Year: year, Number: n.numbers[year] + 1},
		opened: at, closed: make(chan struct{}), open: 1,
	}
	n.mu.Unlock()
	_, err := n.state(ctx, journal.FlightOpened{
		Flight: s.number, Aircraft: flight.Aircraft{Registration: aircraft}, Source: source, At: at,
	})
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.numbers[year] = s.number.Number
	n.sorties[s.number] = s
	n.mu.Unlock()
	return s, nil
}

// leave counts a line out; the last one closes the sortie.
func (n *Node) leave(ctx context.Context, s *sortie, reason journal.CloseReason, at time.Time) error {
	s.mu.Lock()
	s.open--
	if reason != journal.ClosedUnstated || s.reason == journal.ClosedUnstated {
		s.reason = reason
	}
	last := s.open == 0
	s.ended = s.ended || last
	e := journal.FlightClosed{
		Flight: s.number, At: at, Reason: s.reason, From: s.from, To: s.to, Segments: s.segments, Fixes: s.fixes,
	}
	s.mu.Unlock()
	if !last {
		return nil
	}
	if _, err := n.state(ctx, e); err != nil {
		return fmt.Errorf("closing %s: %w", s.number, err)
	}
	n.mu.Lock()
	delete(n.sorties, s.number)
	n.mu.Unlock()
	close(s.closed)
	return nil
}

// subject is evt.<what>.<flight>: as many as there are kinds and flights, and no more.
func subject(e journal.Event) string {
	f := sortieOf(e)
	if f.IsZero() {
		return "evt." + string(e.Kind()) + ".none"
	}
	return "evt." + string(e.Kind()) + "." + f.String()
}

// sortieOf is the flight that an event is of; zero when it is of none.
func sortieOf(e journal.Event) journal.Sortie {
	switch e := e.(type) {
	case journal.FlightOpened:
		return e.Flight
	case journal.FlightClosed:
		return e.Flight
	case journal.SourceStarted:
		return e.Flight
	case journal.SourceStopped:
		return e.Flight
	case journal.SourceStalled:
		return e.Flight
	case journal.SegmentSealed:
		return e.Flight
	case journal.SegmentErased:
		return e.Flight
	case journal.FixesRecorded:
		return e.Flight
	case journal.FootprintsRecorded:
		return e.Flight
	case journal.EntryFound:
		return e.Flight
	case journal.EntryUpdated:
		return e.Flight
	case journal.GapFound:
		return e.Flight
	case journal.LookedInto:
		return e.Flight
	case journal.DefectsFound:
		return e.Flight
	case journal.MediaWithheld:
		return e.Flight
	case journal.VMTIReportsCounted:
		return e.Flight
	case journal.ObservationsRecorded:
		return e.Flight
	case journal.LossDeclared:
		return e.Flight
	default:
		return journal.Sortie{}
	}
}
