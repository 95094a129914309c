package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/catalogue"
	"overflight/internal/client"
	"overflight/internal/server"
	"overflight/survey"
)

func newSite(t *terminal) *cobra.Command {
	var f folder
	var as written
	var w word
	c := &cobra.Command{
		Use: "site N [outcome OUTCOME | attribute LIST ID PROGRAMME]", Short: t.words.Text("help.site"), Long: t.words.Text("help.site.long"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("%s", t.words.Text("error.one-argument", c.CommandPath(), "N"))
			}
			if n, err := strconv.ParseUint(args[0], 10, 32); err != nil || n == 0 {
				return usage("%s", t.words.Text("error.site", args[0]))
			}
			switch {
			case len(args) == 1:
				if err := only(t, c, "site N", "json", "csv", "geojson"); err != nil {
					return err
				}
			case args[1] == "outcome" && len(args) == 3:
				if err := only(t, c, "site N outcome", "party", "visited", "note", "by"); err != nil {
					return err
				}
				return w.outcome(c, t, &f, args[0], args[2])
			case args[1] == "attribute" && len(args) == 5:
				if err := only(t, c, "site N attribute", "who", "source", "grade", "said", "contests", "id", "note", "by"); err != nil {
					return err
				}
				return w.attribute(c, t, &f, args[0], args[2:])
			default:
				return usage("%s", t.words.Text("error.arguments", c.UseLine()))
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				s, err := readSite(c, k, args[0])
				if err != nil {
					return err
				}
				switch {
				case as.json:
					return lines(t, []server.WholeSite{s})
				case as.csv:
					return writeReportsCSV(t, s.Observations)
				case as.geojson:
					return server.WriteSitesGeoJSON(t.out, []server.Site{s.Site}, s.Observations, "")
				}
				return writeSite(t, &s)
			})
		},
	}
	f.flags(t, c)
	as.flags(t, c)
	w.flags(t, c)
	return c
}

// word is what somebody says of a site.
type word struct{ party, visited, note, by, who, source, grade, said, contests, id string }

func (w *word) flags(t *terminal, c *cobra.Command) {
	for _, x := range []struct {
		to         *string
		name, help string
	}{
		{&w.party, "party", "help.site.party"},
		{&w.visited, "visited", "help.site.visited"},
		{&w.note, "note", "help.site.note"},
		{&w.by, "by", "help.by"},
		{&w.who, "who", "help.site.who"},
		{&w.source, "source", "help.site.source"},
		{&w.grade, "grade", "help.site.grade"},
		{&w.said, "said", "help.site.said"},
		{&w.contests, "contests", "help.site.contests"},
		{&w.id, "id", "help.site.id"},
	} {
		c.Flags().StringVar(x.to, x.name, "", t.words.Text(x.help))
	}
}

func (w *word) outcome(c *cobra.Command, t *terminal, f *folder, site, outcome string) error {
	in := map[string]any{"outcome": outcome, "party": w.party, "note": w.note, "by": who(w.by)}
	if w.visited != "" {
		at, err := instantFlag(t, w.visited)
		if err != nil {
			return err
		}
		in["visited"] = at.UTC()
	}
	return f.with(c.Context(), t, false, func(k *client.Client) error {
		var s server.Stated
		if err := k.JSON(c.Context(), http.MethodPost, "/sites/"+site+"/outcome", nil, in, &s); err != nil {
			return err
		}
		writeStated(t, &s)
		return nil
	})
}

func (w *word) attribute(c *cobra.Command, t *terminal, f *folder, site string, key []string) error {
	in := map[string]any{
		"designation": map[string]string{"list": key[0], "id": key[1], "programme": key[2]}, "who": w.who, "source": w.source, "note": w.note, "by": who(w.by),
	}
	if len(w.grade) != 2 || w.grade[1] < '0' || w.grade[1] > '9' {
		return usage("%s", t.words.Text("error.grade", w.grade))
	}
	in["reliability"], in["credibility"] = strings.ToUpper(w.grade[:1]), int(w.grade[1]-'0')
	if w.said == "" {
		return usage("%s", t.words.Text("error.said"))
	}
	at, err := instantFlag(t, w.said)
	if err != nil {
		return err
	}
	in["said"] = at.UTC()
	if w.contests != "" {
		in["stance"], in["of"] = survey.Contests, w.contests
	}
	if w.id != "" {
		in["id"] = w.id
	}
	return f.with(c.Context(), t, false, func(k *client.Client) error {
		var s server.AttributedAs
		if err := k.JSON(c.Context(), http.MethodPost, "/sites/"+site+"/attribution", nil, in, &s); err != nil {
			return err
		}
		fmt.Fprintln(t.out, t.words.Text("site.attributed", s.ID))
		writeStated(t, &s.Stated)
		return nil
	})
}

// readSite asks for a site with everything behind it, in all parts.
func readSite(c *cobra.Command, k *client.Client, number string) (server.WholeSite, error) {
	var s server.WholeSite
	path := "/sites/" + number
	if err := k.JSON(c.Context(), http.MethodGet, path, nil, nil, &s); err != nil {
		return s, err
	}
	if err := rest(c, k, path+"/observations", &s.Observations, &s.ObservationsNext); err != nil {
		return s, err
	}
	if err := rest(c, k, path+"/looks", &s.Looks, &s.LooksNext); err != nil {
		return s, err
	}
	return s, rest(c, k, path+"/steps", &s.Steps, &s.StepsNext)
}

// rest reads the parts of a list from a cursor on.
func rest[T any](c *cobra.Command, k *client.Client, path string, all *[]T, next *string) error {
	for *next != "" {
		var part struct {
			Items []T    `json:"items"`
			Next  string `json:"next"`
		}
		query := url.Values{"limit": {strconv.Itoa(mostInPart)}, "after": {*next}}
		if err := k.JSON(c.Context(), http.MethodGet, path, query, nil, &part); err != nil {
			return err
		}
		*all, *next = append(*all, part.Items...), part.Next
	}
	return nil
}

func writeSite(t *terminal, s *server.WholeSite) error {
	if s.Asked != s.ID {
		fmt.Fprintln(t.out, t.words.Text("site.into", s.Asked, s.ID))
	}
	if s.Safety != "" {
		fmt.Fprintln(t.out, t.paint(s.Safety, "1;31"))
	}
	fmt.Fprintln(t.out, t.words.Text("site.head", s.ID, placeText(s.Lat, s.Lon), ellipseText(&s.Ellipse)))
	fmt.Fprintln(t.out, t.words.Text("site.chances", percent(s.Laboratory), percent(s.Something), percent(s.Reported)))
	for i := range s.Said {
		o := &s.Said[i]
		when := "–"
		if o.Visited != nil {
			when = shortInstant(time.Time(*o.Visited))
		}
		fmt.Fprintln(t.out, t.words.Text("site.outcome", o.Text, o.Party, when, o.By, strconv.FormatUint(o.Event, 10)))
		if o.Note != "" {
			fmt.Fprintln(t.out, "  "+o.Note)
		}
	}
	for i := range s.Claims {
		writeClaim(t, &s.Claims[i])
	}
	fmt.Fprintln(t.out)
	g := grid(t, "column.time", "column.sign", "column.place", "column.ellipse", "column.sensor", "column.ratio", "column.frame", "column.id")
	for i := range s.Observations {
		o := &s.Observations[i]
		sign := t.words.Text("sign." + o.Class)
		if o.Count > 1 {
			sign = fmt.Sprintf("%d %s", o.Count, sign)
		}
		if o.Unit != "" {
			sign += fmt.Sprintf(" %g %s", o.Reading, o.Unit)
		}
		ellipse := ellipseText(&o.Ellipse)
		if o.Assumed {
			ellipse += " " + t.words.Text("site.assumed")
		}
		frame := "–"
		if o.Frame != nil {
			frame = fmt.Sprintf("%s %d+%d", cmp.Or(o.Frame.Segment, o.Frame.Source), o.Frame.Offset, o.Frame.Length)
		}
		cells(g, shortInstant(time.Time(*o.Time)), sign, placeText(o.Lat, o.Lon), ellipse, o.Sensor, fmt.Sprintf("%.1f", o.Ratio), frame, o.ID)
	}
	if err := g.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	g = grid(t, "column.began", "column.ended", "column.flight", "column.sensor", "column.pod", "column.saw")
	for i := range s.Looks {
		l := &s.Looks[i]
		saw := t.words.Text("site.saw-nothing")
		if l.Saw {
			saw = t.words.Text("site.saw")
		}
		cells(g, shortInstant(time.Time(*l.From)), shortInstant(time.Time(*l.To)), l.Flight, l.Sensor, catalogue.Decimal(l.POD, 2), saw)
	}
	if err := g.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	g = grid(t, "column.time", "column.what", "column.flight", "column.laboratory", "column.something")
	for i := range s.Steps {
		p := &s.Steps[i]
		cells(g, shortInstant(time.Time(*p.At)), p.Text, cmp.Or(p.Flight, "–"), percent(p.Laboratory), percent(p.Something))
	}
	if err := g.Flush(); err != nil {
		return err
	}
	for i := range s.History {
		h := &s.History[i]
		fmt.Fprintln(t.out, t.words.Text("site.change", shortInstant(time.Time(*h.At)), h.Text, strconv.FormatUint(h.Event, 10)))
	}
	return nil
}

func writeClaim(t *terminal, c *server.SiteClaim) {
	name := c.Designation.String()
	if c.Name != "" {
		name = c.Name + " (" + name + ")"
	}
	grade := c.Grade + " (" + c.GradeText + ")"
	said := shortInstant(time.Time(*c.Said))
	if c.Stance == string(survey.Contests) {
		fmt.Fprintln(t.out, t.words.Text("site.contests", c.Who, name, grade, said, c.Source, c.ID, c.Of))
	} else {
		fmt.Fprintln(t.out, t.words.Text("site.asserts", c.Who, name, grade, said, c.Source, c.ID))
	}
	for i := range c.InForce {
		f := &c.InForce[i]
		fmt.Fprintln(t.out, "  "+t.words.Count("site.in-force", f.Looks, shortInstant(time.Time(*f.From)), shortInstant(time.Time(*f.To)), f.ThenText, f.NowText))
	}
}

func writeStated(t *terminal, s *server.Stated) {
	if s.Leaf != nil {
		fmt.Fprintln(t.out, t.words.Text("stated.leaf", fmt.Sprint(s.Event), fmt.Sprint(*s.Leaf)))
	} else {
		fmt.Fprintln(t.out, t.words.Text("stated.event", fmt.Sprint(s.Event)))
	}
}
