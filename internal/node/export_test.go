package node

import (
	"context"
	"slices"
	"time"

	"overflight/dissemination"
	"overflight/geodesy"
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

// Thin keeps places as a report does, each at so many seconds.
func Thin(seconds []float64, places []geodesy.Position, kept []int, most int) []int {
	all := make([]waypoint, len(places))
	for i, p := range places {
		all[i] = waypoint{time.Unix(0, 0).Add(time.Duration(seconds[i] * float64(time.Second))), p, slices.Contains(kept, i)}
	}
	return thin(all, most)
}

// MostFootprints and MostProduct are bounds of a report and of what an office is given of it.
const (
	MostFootprints = mostFootprints
	MostProduct    = mostProduct
)

// EachOf asks every partner to cosign.
func EachOf(partners []string, ask func(string) error) error { return eachOf(partners, ask) }
