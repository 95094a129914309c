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
