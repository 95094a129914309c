package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"overflight/internal/client"
	"overflight/internal/server"
)

// written is how an answer about sites is written.
type written struct{ json, csv, geojson bool }

func (f *written) flags(t *terminal, c *cobra.Command) {
	c.Flags().BoolVar(&f.json, "json", false, t.words.Text("help.json"))
	c.Flags().BoolVar(&f.csv, "csv", false, t.words.Text("help.csv"))
	c.Flags().BoolVar(&f.geojson, "geojson", false, t.words.Text("help.sites.geojson"))
	c.MarkFlagsMutuallyExclusive("json", "csv", "geojson")
}

// filter is which sites are asked for.
type filter struct {
	box, class, outcome, attributed, since, order string
	most                                           int
}

func (f *filter) flags(t *terminal, c *cobra.Command) {
	for _, x := range []struct {
		to         *string
		name, help string
	}{
		{&f.box, "box", "help.sites.box"},
		{&f.class, "class", "help.sites.class"},
		{&f.outcome, "outcome", "help.sites.outcome"},
		{&f.attributed, "attributed", "help.sites.attributed"},
		{&f.since, "since", "help.sites.since"},
		{&f.order, "order", "help.sites.order"},
	} {
		c.Flags().StringVar(x.to, x.name, "", t.words.Text(x.help))
	}
	c.Flags().IntVar(&f.most, "limit", 0, t.words.Text("help.sites.limit"))
}

// mostInPart is how many sites the server gives at once.
const mostInPart = 1000

func (f *filter) query(t *terminal) (url.Values, error) {
	q := url.Values{"limit": {strconv.Itoa(mostInPart)}}
	if f.most < 0 {
		return nil, usage("%s", t.words.Text("error.limit", f.most))
	}
	if err := queryInstants(t, q, map[string]string{"since": f.since}); err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"box": f.box, "class": f.class, "outcome": f.outcome, "order": f.order} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.attributed != "" {
		parts := strings.SplitN(f.attributed, "/", 3)
		for i, name := range []string{"list", "number", "programme"}[:len(parts)] {
			if parts[i] == "" {
				return nil, usage("%s", t.words.Text("error.attributed", f.attributed))
			}
			q.Set(name, parts[i])
		}
	}
	return q, nil
}

func newSites(t *terminal) *cobra.Command {
	var f folder
	var as written
	var of filter
	var rates bool
	c := &cobra.Command{
		Use: "sites", Short: t.words.Text("help.sites"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if rates {
				if err := only(t, c, "--rates", "rates", "json", "csv"); err != nil {
					return err
				}
				return f.with(c.Context(), t, false, func(k *client.Client) error { return showRates(c, t, k, as) })
			}
			query, err := of.query(t)
			if err != nil {
				return err
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				all, err := readSites(c, k, query, of.most)
				if err != nil {
					return err
				}
				switch {
				case as.json:
					return lines(t, []server.Sites{all})
				case as.csv:
					return writeSitesCSV(t, all.Items)
				case as.geojson:
					return server.WriteSitesGeoJSON(t.out, all.Items, nil, all.Next)
				}
				return writeSites(t, &all)
			})
		},
	}
	f.flags(t, c)
	as.flags(t, c)
	of.flags(t, c)
	c.Flags().BoolVar(&rates, "rates", false, t.words.Text("help.sites.rates"))
	return c
}

// given are the names of the flags that were given.
func given(c *cobra.Command) []string {
	var out []string
	c.Flags().Visit(func(f *pflag.Flag) { out = append(out, f.Name) })
	return out
}

// only refuses flags that do not belong to a form of a command: one that is read over would say something else than was meant. Where the
// folder is and the language belong to all.
func only(t *terminal, c *cobra.Command, form string, names ...string) error {
	allowed := map[string]bool{"config": true, "data": true, "lang": true}
	for _, n := range names {
		allowed[n] = true
	}
	for _, name := range given(c) {
		if !allowed[name] {
			return usage("%s", t.words.Text("error.flag-of-another", "--"+name, form))
		}
	}
	return nil
}

// readSites asks for all parts, or for as many sites as are wanted; 0 is all.
func readSites(c *cobra.Command, k *client.Client, query url.Values, most int) (server.Sites, error) {
	var all server.Sites
	for {
		var part server.Sites
		if most > 0 {
			query.Set("limit", strconv.Itoa(min(most-len(all.Items), mostInPart)))
		}
		if err := k.JSON(c.Context(), http.MethodGet, "/sites", query, nil, &part); err != nil {
			return all, err
		}
		part.Items = append(all.Items, part.Items...)
		all = part
		if all.Next == "" || most > 0 && len(all.Items) >= most {
			return all, nil
		}
		query.Set("after", all.Next)
	}
}

func writeSites(t *terminal, all *server.Sites) error {
	for _, s := range all.Safety {
		fmt.Fprintln(t.out, t.paint(s.Text, "1;31"))
	}
	if all.Hazards > len(all.Safety) {
		fmt.Fprintln(t.out, t.paint(t.words.Count("site.more-safety", all.Hazards-len(all.Safety)), "1;31"))
	}
	switch {
	case len(all.Items) == 0 && all.Total == 0:
		fmt.Fprintln(t.out, t.words.Text("site.none"))
	default:
		g := grid(t, "column.site", "column.place", "column.ellipse", "column.laboratory", "column.something", "column.signs", "column.passes", "column.outcome")
		for i := range all.Items {
			s := &all.Items[i]
			outcome := "–"
			if s.Outcome != nil {
				outcome = s.Outcome.Text
			}
			cells(g, strconv.Itoa(int(s.ID)), placeText(s.Lat, s.Lon), ellipseText(&s.Ellipse), percent(s.Laboratory), percent(s.Something), signsText(s.Classes),
				fmt.Sprintf("%d/%d", s.Passes, s.Passes+s.Unseen), outcome)
		}
		if err := g.Flush(); err != nil {
			return err
		}
		if len(all.Items) < all.Total {
			fmt.Fprintln(t.out, t.words.Text("site.of", len(all.Items), all.Total))
		}
		fmt.Fprintln(t.out, t.words.Count("site.learned", all.Outcomes))
	}
	if all.Text != "" {
		fmt.Fprintln(t.out, all.Text)
	}
	return nil
}

func placeText(lat, lon float64) string { return fmt.Sprintf("%.5f, %.5f", lat, lon) }

func ellipseText(e *server.Ellipse) string {
	return fmt.Sprintf("%.0f x %.0f m, %.0f°", e.Major, e.Minor, e.Azimuth)
}

func percent(p float64) string {
	switch {
	case p < 0.01:
		return "< 1 %"
	case p > 0.99:
		return "> 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*p)
}

func signsText(all []server.SiteTally) string {
	var out []string
	for _, c := range all {
		text := c.Text
		if c.Reports > 1 {
			text += fmt.Sprintf(" (%d)", c.Reports)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}
