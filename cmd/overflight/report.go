package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/dissemination"
	"overflight/internal/client"
	"overflight/internal/server"
	"overflight/release"
)

func newReport(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "report", Short: t.words.Text("help.report"), Long: t.words.Text("help.report") + "\n\n" + t.words.Text("help.report.long"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(newDraft(t), newReportList(t), newReportShow(t), newPreview(t), newReportErase(t))
	return c
}

// subject reads what a report is to be of: a flight, the number of a site, or a period.
func subject(t *terminal, args []string, in map[string]any) error {
	if len(args) == 1 && strings.Contains(args[0], "/") {
		args = strings.SplitN(args[0], "/", 2)
	}
	if len(args) == 2 {
		for i, name := range []string{"from", "to"} {
			at, err := instantFlag(t, args[i])
			if err != nil {
				return err
			}
			in[name] = at.UTC()
		}
		return nil
	}
	if n, err := strconv.ParseUint(args[0], 10, 32); err == nil {
		in["site"] = n
		return nil
	}
	in["flight"] = args[0]
	return nil
}

// markingFlags are those that change the marking of the configuration for one report.
type markingFlags struct {
	classification, handling string
	states, caveats          []string
}

func (m *markingFlags) flags(t *terminal, c *cobra.Command) {
	c.Flags().StringVar(&m.classification, "classification", "", t.words.Text("help.report.classification"))
	c.Flags().StringVar(&m.handling, "handling", "", t.words.Text("help.report.handling"))
	c.Flags().StringSliceVar(&m.states, "releasable-to", nil, t.words.Text("help.report.releasable"))
	c.Flags().StringSliceVar(&m.caveats, "caveat", nil, t.words.Text("help.report.caveat"))
}

func (m *markingFlags) into(in map[string]any) {
	in["classification"], in["handling"], in["releasable_to"], in["caveats"] = m.classification, m.handling, m.states, m.caveats
}

func newDraft(t *terminal) *cobra.Command {
	var f folder
	var m markingFlags
	var before, by string
	var asJSON bool
	c := &cobra.Command{
		Use: "draft FLIGHT|SITE|FROM/TO", Short: t.words.Text("help.report.draft"), Args: atMostTwo(t),
		RunE: func(c *cobra.Command, args []string) error {
			in := map[string]any{"by": who(by), "supersedes": before}
			m.into(in)
			if err := subject(t, args, in); err != nil {
				return err
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var r server.Report
				if err := k.JSON(c.Context(), http.MethodPost, "/reports", nil, in, &r); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.Report{r})
				}
				fmt.Fprintln(t.out, t.words.Text("report.drafted", strconv.Itoa(r.Number), r.ID, strconv.Itoa(r.Version), strconv.Itoa(r.Records), r.Root, strconv.FormatUint(r.Event, 10)))
				fmt.Fprintln(t.out, r.Marking.Line)
				return nil
			})
		},
	}
	f.flags(t, c)
	m.flags(t, c)
	c.Flags().StringVar(&before, "supersedes", "", t.words.Text("help.report.supersedes"))
	c.Flags().StringVar(&by, "by", "", t.words.Text("help.by"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func atMostTwo(t *terminal) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < 1 || len(args) > 2 {
			return usage("%s", t.words.Text("error.arguments", c.UseLine()))
		}
		return nil
	}
}

func subjectText(t *terminal, s *server.ReportSubject) string {
	switch {
	case s == nil:
		return t.words.Text("report.erased")
	case s.State != "":
		return s.Flight + " " + s.State
	case s.Flight != "":
		return s.Flight
	case s.Site != 0:
		return t.words.Text("report.site", strconv.FormatUint(uint64(s.Site), 10))
	}
	return shortInstant(time.Time(*s.From)) + " – " + shortInstant(time.Time(*s.To))
}

func newReportList(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: t.words.Text("help.report.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.Report]
				if err := k.JSON(c.Context(), http.MethodGet, "/reports", nil, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				if len(all.Items) == 0 {
					fmt.Fprintln(t.out, t.words.Text("report.none"))
					return nil
				}
				g := grid(t, "column.number", "column.id", "column.what", "column.record-count", "column.marking", "column.recorded", "column.released-to")
				for i := range all.Items {
					r := &all.Items[i]
					cells(g, strconv.Itoa(r.Number), fmt.Sprintf("%s v%d", r.ID, r.Version), subjectText(t, r.Subject), strconv.Itoa(r.Records), r.Marking.Line, shortInstant(time.Time(*r.Made)), strconv.Itoa(r.Releases))
				}
				return g.Flush()
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

// fieldText is a value as a person reads it; of one that is coarse, the digits that are shown.
func fieldText(t *terminal, v *server.ReportValue, unit string) string {
	if v == nil {
		return t.words.Text("report.withheld")
	}
	more := ""
	if v.Digits < v.Whole {
		more = "…"
	}
	switch release.Kind(v.Kind) {
	case release.Absent:
		return "–"
	case release.Place:
		out := v.Text + more
		if v.Box != nil {
			out += "  " + placeText((v.Box.South+v.Box.North)/2, (v.Box.West+v.Box.East)/2)
		}
		return out
	case release.Instant:
		return dated(v.Text) + more
	case release.Number:
		if unit != "" {
			return v.Text + " " + unit
		}
	case release.Text, release.Code:
	}
	return v.Text
}

// dated puts the digits of an instant into the form of one, as far as there are any.
func dated(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		switch i {
		case 4, 6:
			b.WriteByte('-')
		case 8:
			b.WriteByte(' ')
		case 10, 12:
			b.WriteByte(':')
		case 14:
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	return b.String()
}

func newReportShow(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "show N", Short: t.words.Text("help.report.show"), Args: one(t, "N"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				path := "/reports/" + url.PathEscape(args[0])
				var r server.WholeReport
				if err := inParts(c, k, path, nil, &r, &r.Items, &r.Next); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.WholeReport{r})
				}
				fmt.Fprintln(t.out, t.words.Text("report.head", strconv.Itoa(r.Number), r.ID, strconv.Itoa(r.Version), subjectText(t, r.Subject), strconv.Itoa(r.Records), r.Root))
				fmt.Fprintln(t.out, r.Marking.Line)
				if r.Erased != nil {
					fmt.Fprintln(t.out, t.words.Text("report.erased-by", shortInstant(time.Time(*r.Erased.At)), r.Erased.By, r.Erased.Reason))
				}
				for i := range r.Items {
					x := &r.Items[i]
					fmt.Fprintf(t.out, "\n%d  %s\n", x.Record, t.paint(x.Title, "1"))
					g := grid(t, "column.field", "column.value", "column.marking")
					for _, y := range x.Fields {
						cells(g, y.Title, fieldText(t, &y.Value, y.Unit), y.Marking)
					}
					if err := g.Flush(); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

// inParts reads something with a list that comes in parts: the first with all else, of the others the list.
func inParts[T, R any](c *cobra.Command, k *client.Client, path string, query url.Values, whole *T, items *[]R, next *string) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", strconv.Itoa(mostInPart))
	if err := k.JSON(c.Context(), http.MethodGet, path, query, nil, whole); err != nil {
		return err
	}
	for *next != "" {
		var part struct {
			Items []R    `json:"items"`
			Next  string `json:"next"`
		}
		query.Set("after", *next)
		if err := k.JSON(c.Context(), http.MethodGet, path, query, nil, &part); err != nil {
			return err
		}
		*items, *next = append(*items, part.Items...), part.Next
	}
	return nil
}

func newPreview(t *terminal) *cobra.Command {
	var f folder
	var office, purpose, after string
	var asJSON bool
	c := &cobra.Command{
		Use: "preview N --for OFFICE --purpose PURPOSE", Short: t.words.Text("help.report.preview"), Args: one(t, "N"),
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{"office": {office}, "purpose": {purpose}}
			if err := queryInstants(t, query, map[string]string{"not_before": after}); err != nil {
				return err
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var p server.ReleasePreview
				if err := inParts(c, k, "/reports/"+url.PathEscape(args[0])+"/preview", query, &p, &p.Items, &p.Next); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.ReleasePreview{p})
				}
				return writePreview(t, &p)
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&office, "for", "", t.words.Text("help.release.to"))
	c.Flags().StringVar(&purpose, "purpose", "", t.words.Text("help.release.purpose"))
	c.Flags().StringVar(&after, "not-before", "", t.words.Text("help.release.not-before"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func reasonText(all []server.RuleReason) string {
	var out []string
	for _, r := range all {
		out = append(out, r.Text)
	}
	return strings.Join(out, " ")
}

func writePreview(t *terminal, p *server.ReleasePreview) error {
	fmt.Fprintln(t.out, t.words.Text("preview.head", p.Report.ID, p.Office, t.words.Text("purpose."+p.Purpose), shortInstant(time.Time(*p.From))))
	fmt.Fprintln(t.out, t.words.Text("preview.counts", strconv.Itoa(p.Shown), strconv.Itoa(p.Coarse), strconv.Itoa(p.Withheld)))
	if p.Smallest != nil {
		b := &p.Smallest.Box
		fmt.Fprintln(t.out, t.words.Text("preview.smallest", strconv.Itoa(p.Smallest.Record), p.Smallest.Field, fmt.Sprintf("%.0f", p.Smallest.Radius), placeText((b.South+b.North)/2, (b.West+b.East)/2)))
	}
	for i := range p.Items {
		x := &p.Items[i]
		fmt.Fprintf(t.out, "\n%d  %s\n", x.Record, t.paint(x.Title, "1"))
		if x.Withheld {
			fmt.Fprintln(t.out, t.words.Text("preview.whole"))
		}
		g := grid(t, "column.field", "column.original", "column.as-shown", "column.why")
		for k := range x.Fields {
			y := &x.Fields[k]
			if y.Value.Kind == string(release.Absent) && len(y.Reasons) == 0 {
				continue
			}
			cells(g, y.Title, fieldText(t, &y.Value, y.Unit), fieldText(t, y.Shown, y.Unit), reasonText(y.Reasons))
		}
		if err := g.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func newReportErase(t *terminal) *cobra.Command {
	var reason string
	c := stating(t, "erase N", "help.report.erase", 1, func(args []string) (string, any, error) {
		return "/reports/" + url.PathEscape(args[0]) + "/erasure", map[string]any{"reason": reason}, nil
	})
	c.Flags().StringVar(&reason, "reason", "", t.words.Text("help.act.reason"))
	return c
}

// newExport writes what an office may have of something as a file.
func newExport(t *terminal) *cobra.Command {
	var f folder
	var m markingFlags
	var format, office, purpose, out, by string
	c := &cobra.Command{
		Use: "export FLIGHT|SITE|FROM/TO|REPORT --as FORMAT --for OFFICE --purpose PURPOSE -o FILE", Short: t.words.Text("help.export"), Long: t.words.Text("help.export") + "\n\n" + t.words.Text("help.export.long"),
		Args: atMostTwo(t),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("%s", t.words.Text("error.no-output", c.CommandPath()))
			}
			if all := server.Formats(); !slices.Contains(all, format) { // before a report is made for it
				return dissemination.NewFault(dissemination.CodeFormat, format, strings.Join(all, ", "))
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				id := args[0]
				if !strings.HasPrefix(id, "R-") {
					in := map[string]any{"by": who(by)}
					m.into(in)
					if err := subject(t, args, in); err != nil {
						return err
					}
					var r server.Report
					if err := k.JSON(c.Context(), http.MethodPost, "/reports", nil, in, &r); err != nil {
						return err
					}
					id = r.ID
				}
				var x server.ExportedFile
				in := map[string]any{"format": format, "office": office, "purpose": purpose, "by": who(by)}
				if err := k.JSON(c.Context(), http.MethodPost, "/reports/"+url.PathEscape(id)+"/exports", nil, in, &x); err != nil {
					return err
				}
				if _, err := save(out, io.NopCloser(bytes.NewReader(x.Content))); err != nil {
					return err
				}
				fmt.Fprintln(t.out, t.words.Text("export.done", out, id, office, x.SHA256, strconv.FormatUint(x.Event, 10)))
				return nil
			})
		},
	}
	f.flags(t, c)
	m.flags(t, c)
	c.Flags().StringVar(&format, "as", "", t.words.Text("help.export.as", strings.Join(server.Formats(), ", ")))
	c.Flags().StringVar(&office, "for", "", t.words.Text("help.release.to"))
	c.Flags().StringVar(&purpose, "purpose", "", t.words.Text("help.release.purpose"))
	c.Flags().StringVarP(&out, "output", "o", "", t.words.Text("help.output"))
	c.Flags().StringVar(&by, "by", "", t.words.Text("help.by"))
	return c
}
