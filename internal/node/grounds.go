package node

import (
	"context"
	"encoding/json"
	"errors"

	"overflight/authority"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/transparency"
)

// grounds are what the permission of a flight rests on: events of the journal, and names whose keys signed any of them.
type grounds struct {
	events  map[uint64]bool
	signers map[string]bool
}

// groundsOf lists what a flight was flown on, as far as its plan is on record. Nothing is of a flight without one: that it has
// none is what its evidence shows.
func (n *Node) groundsOf(ctx context.Context, flight journal.Sortie) (grounds, error) {
	out := grounds{events: map[uint64]bool{}, signers: map[string]bool{}}
	r, err := n.newRecord(ctx, n.now())
	if err != nil {
		return out, err
	}
	f, err := r.Flight(flight.String())
	if errors.Is(err, authority.ErrNoSuch) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	var all []authority.Ground
	err = n.Authority(ctx, func(on *authority.Register) error {
		if p, ok := on.PlanOf(f.Number, f.Tail, f.From, f.To, r.known); ok {
			all = on.Grounds(p.Act.Plan.Sortie, r.known)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	for _, g := range all {
		for _, name := range g.Signers {
			out.signers[name] = true
		}
		if g.Sequence > 0 {
			out.events[g.Sequence] = true
			continue
		}
		if g.Recorded.IsZero() {
			continue // it came with the product
		}
		found, _, err := n.Models().Acts(ctx, sqlite.StatementFilter{Subject: g.ID}, sqlite.Page{Limit: sqlite.MostInPage})
		if err != nil {
			return out, err
		}
		for i := range found {
			if found[i].Event.Act == string(g.Kind) {
				out.events[found[i].Sequence] = true
			}
		}
	}
	return out, nil
}

// has reports whether a leaf is one of them: an act, or what became of the key of somebody who signed one.
func (g *grounds) has(event uint64, o *transparency.Opening) bool {
	if g.events[event] {
		return true
	}
	if o.Kind != transparency.KindKey || len(g.signers) == 0 {
		return false
	}
	var key struct{ Use, Name string }
	return json.Unmarshal(o.Body, &key) == nil && key.Use == useOfSignatory && g.signers[key.Name]
}
