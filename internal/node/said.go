package node

import (
	"context"
	"time"

	"overflight/statement"
)

// Statements lets f read what each party has said. f must not keep the ledger.
func (n *Node) Statements(ctx context.Context, f func(*statement.Ledger) error) error {
	if err := n.loadActs(ctx); err != nil {
		return err
	}
	n.acts.mu.RLock()
	defer n.acts.mu.RUnlock()
	return f(n.acts.statements)
}

// Checked is a statement beside the record, and beside what else was said on the same matter.
type Checked struct {
	Said   statement.Entry
	Result statement.Result
	Others []statement.Entry
}

// CheckStatements sets statements beside the record, by what was known at an instant: those of a filter, or with an identifier
// that one; authority.ErrNoSuch where there is none.
func (n *Node) CheckStatements(ctx context.Context, id string, filter statement.Filter, known time.Time) ([]Checked, error) {
	var out []Checked
	err := n.Statements(ctx, func(l *statement.Ledger) error {
		all := l.List(filter, known)
		if id != "" {
			one, err := l.Find(id, known)
			if err != nil {
				return err
			}
			all = []statement.Entry{one}
		}
		for _, e := range all {
			others, err := l.SameMatter(e.Act.ID, known)
			if err != nil {
				return err
			}
			out = append(out, Checked{Said: e, Others: others})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r, err := n.newRecord(ctx, known)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Result, err = statement.Check(out[i].Said.Act, r, known); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Tempo counts flights by week and state, by what was known at an instant.
func (n *Node) Tempo(ctx context.Context, q statement.TempoQuery, known time.Time) (statement.Tempos, error) {
	r, err := n.newRecord(ctx, known)
	if err != nil {
		return statement.Tempos{}, err
	}
	return statement.TempoOf(q, r, known)
}
