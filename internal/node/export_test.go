package node

import (
	"context"

	"overflight/journal"
)

// State puts an event on record as a part of the node does.
func (n *Node) State(ctx context.Context, e journal.Event) error {
	_, err := n.state(ctx, e)
	return err
}

// ShowViews shows states what concerns them, as a part of the node does every few seconds.
func (n *Node) ShowViews(ctx context.Context) error { return n.showViews(ctx) }
