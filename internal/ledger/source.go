package ledger

import (
	"context"
	"fmt"

	"overflight/internal/tiles"
)

// source gives the leaves that LEDGER has to the tiles, from their openings: whoever reads LEDGER itself holds each message
// against them (Check).
type source struct{ l *Ledger }

var _ tiles.Ledger = source{}

// Source is the ledger as the tiles read it.
func (l *Ledger) Source() tiles.Ledger { return source{l} }

// Last implements tiles.Ledger.
func (s source) Last(context.Context) (uint64, error) {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	return s.l.published, nil
}

// Read implements tiles.Ledger.
func (s source) Read(ctx context.Context, first uint64, limit int) ([][]byte, error) {
	if first == 0 || limit <= 0 {
		return nil, fmt.Errorf("reading the ledger from %d", first)
	}
	for {
		s.l.mu.Lock()
		published, changed := s.l.published, s.l.changed
		s.l.mu.Unlock()
		if published >= first {
			var out [][]byte
			for i := first; i <= published && len(out) < limit; i++ {
				b, err := s.l.leaf(i - 1)
				if err != nil {
					return nil, err
				}
				out = append(out, b)
			}
			return out, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
