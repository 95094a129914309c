package main

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/report"
)

// answer is a part of a list.
type answer[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

func newFlights(t *terminal) *cobra.Command {
	var f folder
	var from, to, state, aircraft string
	var asJSON bool
	c := &cobra.Command{
		Use:   "flights",
		Short: t.words.Text("help.flights"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{"limit": {"1000"}}
			if err := queryInstants(t, query, map[string]string{"from": from, "to": to}); err != nil {
				return err
			}
			if state != "" {
				query.Set("entered", state)
			}
			if aircraft != "" {
				query.Set("aircraft", aircraft)
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all []report.Summary
				for {
					var part answer[report.Summary]
					if err := k.JSON(c.Context(), http.MethodGet, "/flights", query, nil, &part); err != nil {
						return err
					}
					all = append(all, part.Items...)
					if part.Next == "" {
						break
					}
					query.Set("after", part.Next)
				}
				if asJSON {
					return lines(t, all)
				}
				return report.WriteFlights(t.out, all, t.words, t.colour())
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&from, "from", "", t.words.Text("help.from"))
	flags.StringVar(&to, "to", "", t.words.Text("help.to"))
	flags.StringVar(&state, "state", "", t.words.Text("help.state"))
	flags.StringVar(&aircraft, "aircraft", "", t.words.Text("help.aircraft-filter"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

// lines writes one JSON object a line.
func lines[T any](t *terminal, all []T) error {
	e := json.NewEncoder(t.out)
	e.SetEscapeHTML(false)
	for i := range all {
		if err := e.Encode(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

func newFlight(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use:   "flight FLIGHT",
		Short: t.words.Text("help.flight"),
		Args:  one(t, "FLIGHT"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var flight report.Flight
				if err := k.JSON(c.Context(), http.MethodGet, "/flights/"+url.PathEscape(args[0]), nil, nil, &flight); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []report.Flight{flight})
				}
				return report.WriteFlight(t.out, &flight, t.words, t.colour())
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

// one asks for just one argument.
func one(t *terminal, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s", t.words.Text("error.one-argument", c.CommandPath(), what))
		}
		return nil
	}
}
