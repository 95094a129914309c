package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/dissemination"
	"overflight/internal/client"
	"overflight/internal/server"
	"overflight/signature"
)

func newRelease(t *terminal) *cobra.Command {
	var f folder
	var office, purpose, after, by string
	var signers, caveats, keyFiles []string
	var asJSON bool
	c := &cobra.Command{
		Use: "release N --to OFFICE --purpose PURPOSE --by NAME --by NAME", Short: t.words.Text("help.release"), Long: t.words.Text("help.release") + "\n\n" + t.words.Text("help.release.long"),
		Args: one(t, "N"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(signers) != 2 {
				return usage("%s", t.words.Text("error.two-persons", c.CommandPath()))
			}
			in := map[string]any{"office": office, "purpose": purpose, "caveats": caveats, "signers": signers, "by": who(by)}
			if after != "" {
				at, err := instantFlag(t, after)
				if err != nil {
					return err
				}
				in["not_before"] = at.UTC()
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var r server.ReleaseOf
				if err := k.JSON(c.Context(), http.MethodPost, "/reports/"+url.PathEscape(args[0])+"/releases", nil, in, &r); err != nil {
					return err
				}
				for _, name := range keyFiles {
					if err := signRelease(c.Context(), t, k, &r, name, who(by)); err != nil {
						return err
					}
				}
				return sayRelease(t, &r, asJSON)
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&office, "to", "", t.words.Text("help.release.to"))
	flags.StringVar(&purpose, "purpose", "", t.words.Text("help.release.purpose"))
	flags.StringVar(&after, "not-before", "", t.words.Text("help.release.not-before"))
	flags.StringSliceVar(&caveats, "caveat", nil, t.words.Text("help.release.caveat"))
	flags.StringSliceVar(&signers, "by", nil, t.words.Text("help.release.by"))
	flags.StringSliceVar(&keyFiles, "key", nil, t.words.Text("help.act.key"))
	flags.StringVar(&by, "recorded-by", "", t.words.Text("help.by"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	c.AddCommand(newReleaseSign(t), newReleaseList(t), newReleaseShow(t), newReleaseRevoke(t), newReleaseDrop(t))
	return c
}

// signRelease signs a release that waits for it with the key in a file.
func signRelease(ctx context.Context, t *terminal, k *client.Client, r *server.ReleaseOf, file, by string) error {
	if r.ToSign == nil {
		return dissemination.NewFault(dissemination.CodeNoProposal, r.ID)
	}
	// What is signed is the canonical form, whatever the way here made of it.
	document, err := signature.Canonical(r.ToSign.Document)
	if err != nil {
		return err
	}
	key, err := signerKey(t, file)
	if err != nil {
		return err
	}
	s, err := key.SignAct(r.ToSign.Act, document)
	if err != nil {
		return err
	}
	in := map[string]any{"signature": server.Signature{Name: s.Name, Line: s.Line}, "by": by}
	var out server.ReleaseOf
	if err := k.JSON(ctx, http.MethodPost, "/releases/"+url.PathEscape(r.ID)+"/signatures", nil, in, &out); err != nil {
		return err
	}
	*r = out
	return nil
}

func sayRelease(t *terminal, r *server.ReleaseOf, asJSON bool) error {
	if asJSON {
		return lines(t, []server.ReleaseOf{*r})
	}
	at := shortInstant(time.Time(*r.NotBefore))
	if r.State == "proposed" {
		fmt.Fprintln(t.out, t.words.Text("release.proposed", r.ID, r.Report, r.Office, strings.Join(r.By, ", "), strings.Join(r.Signed, ", ")))
		return nil
	}
	if r.View != "" {
		fmt.Fprintln(t.out, t.words.Text("release.by-view", r.ID, r.Report, r.Office, at, r.View, strconv.FormatUint(r.Event, 10)))
		return nil
	}
	fmt.Fprintln(t.out, t.words.Text("release.recorded", r.ID, r.Report, r.Office, at, strings.Join(r.By, ", "), strconv.FormatUint(r.Event, 10)))
	return nil
}

func newReleaseSign(t *terminal) *cobra.Command {
	var f folder
	var keyFiles []string
	var by string
	var asJSON bool
	c := &cobra.Command{
		Use: "sign RELEASE --key FILE", Short: t.words.Text("help.release.sign"), Args: one(t, "RELEASE"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(keyFiles) == 0 {
				return usage("%s", t.words.Text("error.no-key"))
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var r server.ReleaseOf
				if err := k.JSON(c.Context(), http.MethodGet, "/releases/"+url.PathEscape(args[0]), nil, nil, &r); err != nil {
					return err
				}
				for _, name := range keyFiles {
					if err := signRelease(c.Context(), t, k, &r, name, who(by)); err != nil {
						return err
					}
				}
				return sayRelease(t, &r, asJSON)
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringSliceVar(&keyFiles, "key", nil, t.words.Text("help.act.key"))
	c.Flags().StringVar(&by, "recorded-by", "", t.words.Text("help.by"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func newReleaseList(t *terminal) *cobra.Command {
	var f folder
	var report, office string
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: t.words.Text("help.release.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.ReleaseOf]
				if err := k.JSON(c.Context(), http.MethodGet, "/releases", url.Values{"report": {report}, "office": {office}}, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				if len(all.Items) == 0 {
					fmt.Fprintln(t.out, t.words.Text("release.none"))
					return nil
				}
				g := grid(t, "column.number", "column.id", "column.report", "column.office", "column.status", "column.not-before", "column.signed", "column.receipt")
				for i := range all.Items {
					r := &all.Items[i]
					number, receipt := "–", "–"
					if r.Number > 0 {
						number = strconv.Itoa(r.Number)
					}
					if n := len(r.Receipts); n > 0 {
						receipt = r.Receipts[n-1].Title
					}
					cells(g, number, r.ID, r.Report, r.Office, t.words.Text("release.state."+r.State), shortInstant(time.Time(*r.NotBefore)), strings.Join(r.Signed, ", "), receipt)
				}
				return g.Flush()
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&report, "report", "", t.words.Text("help.release.report"))
	c.Flags().StringVar(&office, "office", "", t.words.Text("help.release.to"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func writeReceipts(t *terminal, all []server.Receipt) {
	for i := range all {
		r := &all[i]
		fmt.Fprintln(t.out, "  "+t.words.Text("receipt.line", shortInstant(time.Time(*r.At)), r.Title, r.By, strconv.FormatUint(r.Event, 10)))
		if r.Outcome != "" {
			visited := "–"
			if r.Visited != nil {
				visited = shortInstant(time.Time(*r.Visited))
			}
			fmt.Fprintln(t.out, "    "+t.words.Text("receipt.outcome", strconv.Itoa(*r.Record), t.words.Text("found."+r.Outcome), visited))
		}
		if r.Says != "" {
			fmt.Fprintln(t.out, "    "+r.Says)
		}
	}
}

func newReleaseShow(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "show RELEASE", Short: t.words.Text("help.release.show"), Args: one(t, "RELEASE"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var r server.ReleaseOf
				if err := k.JSON(c.Context(), http.MethodGet, "/releases/"+url.PathEscape(args[0]), nil, nil, &r); err != nil {
					return err
				}
				if err := sayRelease(t, &r, asJSON); err != nil || asJSON {
					return err
				}
				fmt.Fprintln(t.out, t.words.Text("release.terms", t.words.Text("purpose."+r.Purpose), strings.Join(r.Caveats, ", "), r.Mark, r.Product))
				if r.Revoked != nil {
					fmt.Fprintln(t.out, t.words.Text("release.revoked", shortInstant(time.Time(*r.Revoked.At)), r.Revoked.By, r.Revoked.Reason))
				}
				writeReceipts(t, r.Receipts)
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func newReleaseRevoke(t *terminal) *cobra.Command {
	var reason string
	c := stating(t, "revoke RELEASE", "help.release.revoke", 1, func(args []string) (string, any, error) {
		return "/releases/" + url.PathEscape(args[0]) + "/revocation", map[string]any{"reason": reason}, nil
	})
	c.Flags().StringVar(&reason, "reason", "", t.words.Text("help.act.reason"))
	return c
}

func newReleaseDrop(t *terminal) *cobra.Command {
	var f folder
	c := &cobra.Command{
		Use: "drop RELEASE", Short: t.words.Text("help.release.drop"), Args: one(t, "RELEASE"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				err := k.JSON(c.Context(), http.MethodPost, "/releases/"+url.PathEscape(args[0])+"/withdrawal", nil, map[string]any{"reason": ""}, nil)
				if err == nil {
					fmt.Fprintln(t.out, t.words.Text("release.dropped", args[0]))
				}
				return err
			})
		},
	}
	f.flags(t, c)
	return c
}
