package node

import (
	"context"

	"overflight/dissemination"
	"overflight/journal"
)

// State puts an event on record as a part of the node does.
func (n *Node) State(ctx context.Context, e journal.Event) error {
	_, err := n.state(ctx, e)
	return err
}

// ShowViews shows states what concerns them, as a part of the node does every few seconds.
func (n *Node) ShowViews(ctx context.Context) error { return n.showViews(ctx) }

// ShowFlight shows one flight by a view, as ShowViews does with each that was due when it looked.
func (n *Node) ShowFlight(ctx context.Context, view string, flight journal.Sortie) error {
	var v dissemination.View
	if err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, x := range r.Views() {
			if x.Act.ID == view {
				v = x
			}
		}
		return nil
	}); err != nil {
		return err
	}
	subjects, err := n.subjects(ctx)
	if err != nil {
		return err
	}
	return n.showFlight(ctx, &v, flight, subjects)
}

// EachOf asks every partner to cosign.
func EachOf(partners []string, ask func(string) error) error { return eachOf(partners, ask) }
