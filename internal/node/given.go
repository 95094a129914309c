package node

import (
	"context"
	"fmt"
	"sync"
	"time"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/config"
	"overflight/journal"
	"overflight/release"
)

// Given is a product that an office was given.
type Given struct {
	Release string
	Report  string
	Product evidence.Digest
	Revoked time.Time // zero while it is not
}

// Given are the products that an office was given by now, in the order in which it was, with those that were revoked: at the operator's
// node what was released to it and has come due, at a partner's what its people have opened.
func (n *Node) Given(ctx context.Context, office string) ([]Given, error) {
	var out []Given
	now := n.now()
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		if n.cfg.Role == config.Partner {
			for _, x := range r.Arrivals() {
				if item := (InboxItem{Arrival: x}); x.Act.Office == office && item.Opened() {
					out = append(out, Given{x.Act.Release, x.Act.Report, x.Act.Product, revokedAt(x.Revoked)})
				}
			}
			return nil
		}
		o, err := r.Office(office)
		if err != nil {
			return nil //nolint:nilerr // an office that is not known was given nothing
		}
		for _, x := range r.Releases() {
			if x.Act.Office != office || now.Before(x.Act.NotBefore) {
				continue
			}
			g := Given{x.Act.ID, x.Act.Report, x.Act.Product, revokedAt(x.Revoked)}
			if o.Revoked != nil && g.Revoked.IsZero() {
				g.Revoked = o.Revoked.Recorded.At
			}
			out = append(out, g)
		}
		return nil
	})
	return out, err
}

// Standing are those of what was given that hold: of each report the last that was not revoked, in the order of the first of it.
func Standing(all []Given) []Given {
	var out []Given
	at := map[string]int{}
	for _, g := range all {
		if !g.Revoked.IsZero() {
			continue
		}
		if i, ok := at[g.Report]; ok {
			out[i] = g
			continue
		}
		at[g.Report] = len(out)
		out = append(out, g)
	}
	return out
}

// Product reads what was given, and holds it to its digest and to its own root.
func (n *Node) Product(_ context.Context, g *Given) (*release.Product, error) {
	return n.sharing.shelf.product(g.Product, func() ([]byte, error) { return n.Document(g.Product) })
}

// Products are what an office may have now. That it reads them is stated in the journal, once an hour and whenever there is more.
func (n *Node) Products(ctx context.Context, office string) ([]*release.Product, error) {
	all, err := n.Given(ctx, office)
	if err != nil {
		return nil, err
	}
	all = Standing(all)
	if len(all) == 0 {
		return nil, nil
	}
	var out []*release.Product
	for i := range all {
		p, err := n.Product(ctx, &all[i])
		if err != nil {
			return nil, fmt.Errorf("release %s: %w", all[i].Release, err)
		}
		out = append(out, p)
	}
	last := len(all) - 1
	return out, n.stateRead(ctx, office, fmt.Sprintf("released/%d/%s", len(all), all[last].Release), out[last].Copy.Purpose)
}

// StateRead puts on record that somebody reads something, and what for. How often is for the caller.
func (n *Node) StateRead(ctx context.Context, who, what, purpose string) error {
	_, err := n.state(ctx, journal.EvidenceRead{Who: who, What: what, Purpose: purpose, At: n.now()})
	return err
}

// Recipients are the offices on record, as rules of release see them.
func (n *Node) Recipients(ctx context.Context) ([]release.Office, error) {
	var out []release.Office
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, o := range r.Offices() {
			out = append(out, o.Act.Recipient(o.Revoked != nil))
		}
		return nil
	})
	return out, err
}

// shelf keeps products that were read and checked: programs for maps ask again and again. Nobody changes them.
type shelf struct {
	mu       sync.Mutex
	products map[evidence.Digest]*release.Product
	bytes    int // of their documents
}

// mostShelved bounds the documents of what is kept.
const mostShelved = 64 << 20

func (s *shelf) product(d evidence.Digest, read func() ([]byte, error)) (*release.Product, error) {
	s.mu.Lock()
	p, ok := s.products[d]
	s.mu.Unlock()
	if ok {
		return p, nil
	}
	b, err := read()
	if err != nil {
		return nil, err
	}
	if p, err = release.ParseUnverified(b); err != nil {
		return nil, err
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes += len(b); s.products == nil || s.bytes > mostShelved {
		s.products, s.bytes = map[evidence.Digest]*release.Product{}, len(b)
	}
	s.products[d] = p
	return p, nil
}

func revokedAt(e *authority.Entry[dissemination.ReleaseRevoked]) time.Time {
	if e == nil {
		return time.Time{}
	}
	return e.Recorded.At
}
