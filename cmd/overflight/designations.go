package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/designation"
	"overflight/internal/client"
	"overflight/internal/server"
)

func newDesignations(t *terminal) *cobra.Command {
	c := noun(t, "designations", "help.designations", "designation.",
		&deed{use: "notice FILE", help: "help.designations.notice", kind: "designation.noticed/v1"},
		&deed{use: "expect FILE", help: "help.designations.expect", kind: "designation.expected/v1"},
		&deed{use: "pick FILE", help: "help.designations.pick", kind: "designation.picked/v1"})
	for _, sub := range c.Commands() {
		sub.Aliases = nil // show is another verb here
	}
	c.AddCommand(newDesignationImport(t), newDesignationShow(t), newDesignationSearch(t))
	return c
}

func newDesignationImport(t *terminal) *cobra.Command {
	var f folder
	var list, alt, add, document, published, effective, convention, corrects, by string
	var compare, asJSON bool
	c := &cobra.Command{
		Use: "import SDN.CSV", Short: t.words.Text("help.designations.import"), Args: one(t, "FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			in := map[string]any{"list": list, "convention": convention, "corrects": corrects, "compare": compare, "by": who(by)}
			if document == "" {
				return usage("%s", t.words.Text("error.document-date"))
			}
			for name, value := range map[string]string{"document": document, "published": published, "effective": effective} {
				at, err := instantFlag(t, value)
				if err != nil {
					return err
				}
				if value != "" {
					in[name] = at.UTC()
				}
			}
			return f.with(c.Context(), t, true, func(k *client.Client) error {
				for member, name := range map[string]string{"main_sha256": args[0], "alt_sha256": alt, "add_sha256": add} {
					if name == "" {
						continue
					}
					kept, err := keepPaper(c.Context(), k, name)
					if err != nil {
						return err
					}
					in[member] = kept["sha256"]
				}
				var r server.EditionReport
				if err := k.JSON(c.Context(), http.MethodPost, "/designations/import", nil, in, &r); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.EditionReport{r})
				}
				writeEdition(t, &r, compare)
				return nil
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&list, "list", string(designation.OFAC), t.words.Text("help.designations.list"))
	flags.StringVar(&alt, "alt", "", t.words.Text("help.designations.alt"))
	flags.StringVar(&add, "add", "", t.words.Text("help.designations.add"))
	flags.StringVar(&document, "document-date", "", t.words.Text("help.designations.document"))
	flags.StringVar(&published, "published", "", t.words.Text("help.designations.published"))
	flags.StringVar(&effective, "effective", "", t.words.Text("help.designations.effective"))
	flags.StringVar(&convention, "convention", "", t.words.Text("help.designations.convention"))
	flags.StringVar(&corrects, "corrects", "", t.words.Text("help.designations.corrects"))
	flags.StringVar(&by, "by", "", t.words.Text("help.by"))
	flags.BoolVar(&compare, "compare", false, t.words.Text("help.designations.compare"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func writeEdition(t *terminal, r *server.EditionReport, compared bool) {
	switch {
	case r.Already != "":
		fmt.Fprintln(t.out, t.words.Text("edition.already", r.Already))
	case compared:
		fmt.Fprintln(t.out, t.words.Text("edition.compared", r.Edition))
	default:
		fmt.Fprintln(t.out, t.words.Text("edition.recorded", r.Edition))
	}
	fmt.Fprintln(t.out, t.words.Text("edition.rows", r.Listed, r.Skipped, r.Rows.Added, r.Rows.Changed, r.Rows.Removed))
	for _, x := range []struct {
		sign string
		keys []designation.Key
	}{{"+", r.Added}, {"~", r.Changed}, {"-", r.Removed}} {
		for i, k := range x.keys {
			if i == 20 {
				fmt.Fprintf(t.out, "  %s …%d\n", x.sign, len(x.keys)-i)
				break
			}
			fmt.Fprintf(t.out, "  %s %s\n", x.sign, k)
		}
	}
	for i, c := range r.Names {
		if i == 20 {
			break
		}
		fmt.Fprintf(t.out, "  %s: %s → %s\n", c.Entity, dash(c.Before), dash(c.After))
	}
	for _, d := range r.Defects {
		fmt.Fprintln(t.out, "  ! "+d)
	}
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func newDesignationShow(t *terminal) *cobra.Command {
	var f folder
	var list, at, known string
	var asJSON bool
	c := &cobra.Command{
		Use: "show NAME|ID", Short: t.words.Text("help.designations.show"), Args: one(t, "NAME|ID"),
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{}
			for name, value := range map[string]string{"at": at, "known_at": known} {
				instant, err := instantFlag(t, value)
				if err != nil {
					return err
				}
				if value != "" {
					query.Set(name, instant.UTC().Format(time.RFC3339Nano))
				}
			}
			return f.with(c.Context(), t, true, func(k *client.Client) error {
				id := args[0]
				if strings.Trim(id, "0123456789") != "" && list == string(designation.OFAC) {
					return searchNames(c, t, k, id, asJSON) // a name only ever suggests
				}
				var d server.DesignatedNow
				if err := k.JSON(c.Context(), http.MethodGet, "/designations/"+url.PathEscape(list)+"/"+url.PathEscape(id), query, nil, &d); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.DesignatedNow{d})
				}
				writeDesignated(t, &d)
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&list, "list", string(designation.OFAC), t.words.Text("help.designations.list"))
	c.Flags().StringVar(&at, "at", "", t.words.Text("help.designations.at"))
	c.Flags().StringVar(&known, "known-at", "", t.words.Text("help.known-at"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func writeDesignated(t *terminal, d *server.DesignatedNow) {
	fmt.Fprintf(t.out, "%s %s  %s\n", d.List, d.ID, d.Name)
	fmt.Fprintln(t.out, t.words.Text("designated.asked", shortInstant(d.At), shortInstant(d.Known)))
	for i := range d.InForce {
		x := &d.InForce[i]
		fmt.Fprintf(t.out, "  %-8s %-24s %s\n", t.words.Text("standing."+x.Standing), x.Key.Programme, x.Text)
		for _, u := range x.Used {
			fmt.Fprintf(t.out, "           %s, %s\n", u.ID, t.words.Text("designated.known", shortInstant(u.Known), shortInstant(u.Recorded)))
		}
		if n := len(x.Expected); n > 0 {
			fmt.Fprintf(t.out, "           %s\n", t.words.Count("inforce.expected", n))
		}
		for _, s := range x.Convent {
			fmt.Fprintf(t.out, "           %s\n", s)
		}
	}
	for _, n := range d.Names {
		kind := n.Kind
		if n.Primary {
			kind = t.words.Text("designated.primary")
		}
		fmt.Fprintf(t.out, "  %s  %s  %s – %s\n", n.Text, kind, n.First.Format(time.DateOnly), n.Last.Format(time.DateOnly))
	}
}

func newDesignationSearch(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "search NAME", Short: t.words.Text("help.designations.search"), Args: one(t, "NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, true, func(k *client.Client) error { return searchNames(c, t, k, args[0], asJSON) })
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func searchNames(c *cobra.Command, t *terminal, k *client.Client, name string, asJSON bool) error {
	var all answer[designation.Suggestion]
	if err := k.JSON(c.Context(), http.MethodGet, "/designations", url.Values{"name": {name}}, nil, &all); err != nil {
		return err
	}
	if asJSON {
		return lines(t, all.Items)
	}
	if len(all.Items) == 0 {
		fmt.Fprintln(t.out, t.words.Text("designated.none", name))
		return nil
	}
	fmt.Fprintln(t.out, t.words.Text("designated.suggestions"))
	for _, s := range all.Items {
		fmt.Fprintf(t.out, "%.3f  %-16s %s\n", s.Score, s.Entity, s.Primary)
		if s.Name != s.Primary {
			fmt.Fprintf(t.out, "         = %s\n", s.Name)
		}
		for _, b := range s.Beside {
			fmt.Fprintf(t.out, "         ≠ %.3f  %s %s\n", b.Score, b.Entity, b.Name)
		}
	}
	return nil
}
