package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
)

func newAirframe(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use:   "airframe TAIL",
		Short: t.words.Text("help.airframe"),
		Args:  one(t, "TAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var h server.Hours
				if err := k.JSON(c.Context(), http.MethodGet, "/airframes/"+url.PathEscape(args[0])+"/hours", nil, nil, &h); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.Hours{h})
				}
				fmt.Fprintln(t.out, t.words.Text("airframe.flown", h.Tail, fmt.Sprintf("%.1f", h.Flown), fmt.Sprint(h.Flights)))
				switch {
				case h.Metered == nil:
					fmt.Fprintln(t.out, t.words.Text("airframe.none"))
				case h.Backwards:
					fmt.Fprintln(t.out, t.words.Text("airframe.backwards"))
				default:
					from, to := time.Time(*h.From), time.Time(*h.To)
					fmt.Fprintln(t.out, t.words.Text("airframe.metered", from.Format(time.DateOnly), to.Format(time.DateOnly), fmt.Sprintf("%.1f", *h.Metered), fmt.Sprintf("%.1f", *h.Unlogged)))
				}
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}
