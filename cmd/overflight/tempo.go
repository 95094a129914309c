package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/report"
	"overflight/internal/server"
)

func newTempo(t *terminal) *cobra.Command {
	var f folder
	var from, to, since, known, state, zone string
	var asJSON, asCSV bool
	c := &cobra.Command{
		Use: "tempo --from FROM --to TO", Short: t.words.Text("help.tempo"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{}
			if err := queryInstants(t, query, map[string]string{"from": from, "to": to, "split": since, "known_at": known}); err != nil {
				return err
			}
			for name, value := range map[string]string{"state": state, "zone": zone} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var got server.Tempos
				if err := k.JSON(c.Context(), http.MethodGet, "/tempo", query, nil, &got); err != nil {
					return err
				}
				switch {
				case asJSON:
					return lines(t, []server.Tempos{got})
				case asCSV:
					return writeTempoCSV(t, &got)
				}
				return writeTempo(t, &got)
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&from, "from", "", t.words.Text("help.from"))
	flags.StringVar(&to, "to", "", t.words.Text("help.to"))
	flags.StringVar(&since, "since", "", t.words.Text("help.tempo.since"))
	flags.StringVar(&state, "state", "", t.words.Text("help.tempo.state"))
	flags.StringVar(&zone, "zone", "", t.words.Text("help.tempo.zone"))
	flags.StringVar(&known, "known-at", "", t.words.Text("help.known-at"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	flags.BoolVar(&asCSV, "csv", false, t.words.Text("help.csv"))
	c.MarkFlagsMutuallyExclusive("json", "csv")
	return c
}

func writeTempo(t *terminal, all *server.Tempos) error {
	if len(all.Weeks) == 0 {
		fmt.Fprintln(t.out, t.words.Text("tempo.none"))
		return nil
	}
	g := grid(t, "column.week", "column.state", "column.flights", "column.hours", "column.greatest", "column.record")
	row := func(name string, x *server.Tempo) {
		flights, hours, depth := "–", "–", "–"
		if x.Flights != nil {
			flights, hours = strconv.Itoa(*x.Flights), fmt.Sprintf("%.2f", *x.Hours)
			if *x.Most > *x.Flights {
				flights = t.words.Text("tempo.between", *x.Flights, *x.Most)
			}
			if x.Depth != nil {
				depth = fmt.Sprintf("%.1f km", *x.Depth/1000)
			}
		}
		cells(g, name, x.State, flights, hours, depth, t.words.Text("kept."+string(x.Record)))
	}
	for i := range all.Weeks {
		row(all.Weeks[i].Week, &all.Weeks[i])
	}
	for i := range all.Before {
		split := shortInstant(time.Time(*all.Since[i].From))
		row(t.words.Text("tempo.before", split), &all.Before[i])
		row(t.words.Text("tempo.since", split), &all.Since[i])
	}
	return g.Flush()
}

// writeTempoCSV writes a row a week and state. A cell without a number is empty, which is not zero.
func writeTempoCSV(t *terminal, all *server.Tempos) error {
	w := csv.NewWriter(t.out)
	if err := w.Write([]string{"week", "state", "from", "to", "record", "flights", "most_flights", "hours", "depth_m", "days_complete"}); err != nil {
		return err
	}
	whole := func(v *int) string {
		if v == nil {
			return ""
		}
		return strconv.Itoa(*v)
	}
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	instant := func(i *report.Instant) string { return time.Time(*i).UTC().Format(time.RFC3339) }
	for i := range all.Weeks {
		x := &all.Weeks[i]
		if err := w.Write([]string{x.Week, x.State, instant(x.From), instant(x.To), string(x.Record), whole(x.Flights), whole(x.Most), number(x.Hours), number(x.Depth), number(&x.Days)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
