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

func newSources(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use:   "sources",
		Short: t.words.Text("help.sources"),
		Args:  noVerb(t),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.Source]
				if err := k.JSON(c.Context(), http.MethodGet, "/sources", nil, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				if len(all.Items) == 0 {
					fmt.Fprintln(t.out, t.words.Text("sources.none"))
				}
				for i := range all.Items {
					saySource(t, &all.Items[i])
				}
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	c.AddCommand(newSourceStop(t))
	return c
}

func saySource(t *terminal, s *server.Source) {
	phase := t.words.Text("phase." + s.Phase)
	fmt.Fprintf(t.out, "%s  %s  %s\n", s.Name, phase, s.URL)
	age := "–"
	if s.LastByte != nil {
		age = time.Duration(s.Age * float64(time.Second)).Round(100 * time.Millisecond).String()
	}
	lost := "–"
	if s.Lost != nil {
		lost = fmt.Sprint(*s.Lost)
	}
	fmt.Fprintln(t.out, "  "+t.words.Text("source.state", age, fmt.Sprintf("%.1f", s.Rate*8/1e3), lost, fmt.Sprint(s.Spool.Waiting), s.Flight))
	if s.LastFinding != nil {
		fmt.Fprintln(t.out, "  "+s.LastFinding.Text)
	}
	if s.Error != nil {
		fmt.Fprintln(t.out, "  "+s.Error.Detail)
	}
}

func newSourceStop(t *terminal) *cobra.Command {
	var f folder
	var by string
	c := &cobra.Command{
		Use:   "stop NAME",
		Short: t.words.Text("help.sources.stop"),
		Args:  one(t, "NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				if err := k.JSON(c.Context(), http.MethodDelete, "/sources/"+url.PathEscape(args[0]), url.Values{"by": {who(by)}}, nil, nil); err != nil {
					return err
				}
				fmt.Fprintln(t.out, t.words.Text("ingest.stopped", args[0]))
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&by, "by", "", t.words.Text("help.by"))
	return c
}
