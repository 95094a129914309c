package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/dissemination"
	"overflight/internal/client"
	"overflight/internal/server"
)

func newPartner(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "partner", Short: t.words.Text("help.partner"), Long: t.words.Text("help.partner") + "\n\n" + t.words.Text("help.partner.long"), Args: noVerb(t), RunE: showHelp}
	c.AddCommand(newPartnerAdd(t), newPartnerStatus(t), newPartnerRevoke(t), newPartnerWithhold(t), newPartnerWithheld(t), newPartnerView(t), newPartnerKey(t))
	return c
}

// keyText is a public key as it is written, or the first line of a file that holds one.
func keyText(arg string) (string, error) {
	if strings.Count(arg, "+") >= 2 {
		return arg, nil
	}
	b, err := os.ReadFile(arg)
	if err != nil {
		return "", err
	}
	return firstLine(string(b)), nil
}

func newPartnerAdd(t *terminal) *cobra.Command {
	var f folder
	var level, handling, node, witness, by string
	var compartments, classes, purposes, signatories []string
	var place, instant int
	var delay time.Duration
	c := &cobra.Command{
		Use: "add STATE/OFFICE", Short: t.words.Text("help.partner.add"), Args: one(t, "STATE/OFFICE"),
		RunE: func(c *cobra.Command, args []string) error {
			in := map[string]any{
				"office": args[0], "level": level, "handling": handling, "compartments": compartments, "classes": classes, "purposes": purposes,
				"place_digits": place, "time_digits": instant, "delay_s": int64(delay / time.Second), "by": who(by),
			}
			var err error
			var keys []string
			for _, p := range signatories {
				k, err := keyText(p)
				if err != nil {
					return err
				}
				keys = append(keys, k)
			}
			in["signatories"] = keys
			for name, arg := range map[string]string{"node": node, "witness": witness} {
				if arg != "" {
					if arg, err = keyText(arg); err != nil {
						return err
					}
				}
				in[name] = arg
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var s server.Stated
				if err := k.JSON(c.Context(), http.MethodPost, "/offices", nil, in, &s); err != nil {
					return err
				}
				fmt.Fprintln(t.out, t.words.Text("partner.added", args[0]))
				writeStated(t, &s)
				return sayUnlinked(c.Context(), t, k, args[0])
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&level, "level", "RESTRICTED", t.words.Text("help.partner.level"))
	flags.StringVar(&handling, "handling", "TLP:AMBER", t.words.Text("help.partner.handling"))
	flags.StringSliceVar(&compartments, "compartment", nil, t.words.Text("help.partner.compartment"))
	flags.StringSliceVar(&classes, "class", nil, t.words.Text("help.partner.class", strings.Join(dissemination.Classes(), ", ")))
	flags.StringSliceVar(&purposes, "purpose", nil, t.words.Text("help.partner.purpose", strings.Join(dissemination.Purposes(), ", ")))
	flags.IntVar(&place, "place-digits", 6, t.words.Text("help.partner.place"))
	flags.IntVar(&instant, "time-digits", 12, t.words.Text("help.partner.time"))
	flags.DurationVar(&delay, "delay", 0, t.words.Text("help.partner.delay"))
	flags.StringVar(&node, "node", "", t.words.Text("help.partner.node"))
	flags.StringSliceVar(&signatories, "person", nil, t.words.Text("help.partner.person"))
	flags.StringVar(&witness, "witness", "", t.words.Text("help.partner.witness"))
	flags.StringVar(&by, "by", "", t.words.Text("help.by"))
	return c
}

// sayUnlinked says what is left to do where the running server lets no node of the office's state in.
func sayUnlinked(ctx context.Context, t *terminal, k *client.Client, office string) error {
	var all answer[server.PartnerStatus]
	if err := k.JSON(ctx, http.MethodGet, "/partners", nil, nil, &all); err != nil {
		return err
	}
	for i := range all.Items {
		if p := &all.Items[i]; p.Linked == nil && p.State == dissemination.State(office) {
			fmt.Fprintln(t.out, t.words.Text("partner.restart", p.State))
		}
	}
	return nil
}

func newPartnerStatus(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: t.words.Text("help.partner.status"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.PartnerStatus]
				if err := k.JSON(c.Context(), http.MethodGet, "/partners", nil, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				if len(all.Items) == 0 {
					fmt.Fprintln(t.out, t.words.Text("partner.none"))
				}
				for i := range all.Items {
					writePartner(t, &all.Items[i])
				}
				return nil
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func writePartner(t *terminal, p *server.PartnerStatus) {
	link := t.words.Text("partner.no-link")
	switch {
	case p.Linked == nil:
	case !*p.Linked:
		link = t.words.Text("partner.down", strconv.FormatUint(p.Sent, 10), strconv.FormatUint(p.Taken, 10))
	case p.Late:
		link = t.words.Text("partner.late", strconv.FormatUint(p.Sent, 10), strconv.FormatUint(p.Taken, 10))
	default:
		link = t.words.Text("partner.up", strconv.FormatUint(p.Sent, 10), strconv.FormatUint(p.Taken, 10))
	}
	fmt.Fprintf(t.out, "%s  %s\n", t.paint(p.State, "1"), link)
	if p.Apart != "" {
		fmt.Fprintln(t.out, "  "+t.words.Text("link.apart."+p.Apart))
	}
	if p.Oldest != nil {
		fmt.Fprintln(t.out, "  "+t.words.Text("partner.oldest", shortInstant(time.Time(*p.Oldest))))
	}
	if p.Away != nil {
		fmt.Fprintln(t.out, "  "+t.words.Text("partner.turned-away", shortInstant(time.Time(*p.Away.At)), t.words.Text("partner.certificate."+p.Away.Reason)))
	}
	for i := range p.Refused {
		r := &p.Refused[i]
		fmt.Fprintln(t.out, "  "+t.words.Text("inbox.refused", shortInstant(time.Time(*r.At)), r.Item, r.Reason))
	}
	if p.Withheld > 0 {
		fmt.Fprintln(t.out, "  "+t.words.Count("partner.withheld", p.Withheld))
	}
	if p.Cosigned != nil {
		fmt.Fprintln(t.out, "  "+t.words.Text("partner.cosigned", strconv.FormatUint(p.Cosigned.Size, 10), shortInstant(time.Time(*p.Cosigned.At))))
	}
	if p.Receipt != nil {
		fmt.Fprintln(t.out, "  "+t.words.Text("partner.receipt", p.Receipt.Title, p.Receipt.By, shortInstant(time.Time(*p.Receipt.At))))
	}
	for i := range p.Clients {
		writeClient(t, &p.Clients[i])
	}
	for i := range p.Offices {
		o := &p.Offices[i]
		fmt.Fprintln(t.out, "  "+t.words.Text("partner.office", o.Office, o.Level, o.Handling, strconv.Itoa(o.PlaceDigits), strconv.Itoa(o.TimeDigits), (time.Duration(o.Delay)*time.Second).String(), strings.Join(o.Classes, ", ")))
		for _, key := range append([]string{o.Node}, o.Signatories...) {
			fmt.Fprintln(t.out, "    "+key)
		}
		if o.Revoked != nil {
			fmt.Fprintln(t.out, "    "+t.words.Text("partner.revoked", shortInstant(time.Time(*o.Revoked.At)), o.Revoked.By, o.Revoked.Reason))
		}
	}
}

// writeClient says what was written to a client of TAK, and what was not.
func writeClient(t *terminal, c *server.ClientOf) {
	state := t.words.Text("partner.tak.open", shortInstant(time.Time(*c.Since)))
	if c.Connected == 0 {
		state = t.words.Text("partner.tak.ended." + cmp.Or(c.Ended, "none"))
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	fmt.Fprintln(t.out, "  "+t.words.Text("partner.tak", c.Office, c.Name, state, number(c.Written), number(c.Passed), strconv.Itoa(c.Waiting), number(c.Lost)))
}

func newPartnerRevoke(t *terminal) *cobra.Command {
	var reason string
	c := stating(t, "revoke STATE/OFFICE", "help.partner.revoke", 1, func(args []string) (string, any, error) {
		state, office, _ := strings.Cut(args[0], "/")
		return "/offices/" + url.PathEscape(state) + "/" + url.PathEscape(office) + "/revocation", map[string]any{"reason": reason}, nil
	})
	c.Flags().StringVar(&reason, "reason", "", t.words.Text("help.act.reason"))
	return c
}

func newPartnerWithhold(t *terminal) *cobra.Command {
	var f folder
	var state, reason, by string
	var signers, keyFiles []string
	c := &cobra.Command{
		Use: "withhold FLIGHT --from STATE --reason TEXT --by NAME --by NAME --key FILE --key FILE", Short: t.words.Text("help.partner.withhold"), Args: one(t, "FLIGHT"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(signers) != 2 {
				return usage("%s", t.words.Text("error.two-persons", c.CommandPath()))
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.Withholding]
				if err := k.JSON(c.Context(), http.MethodGet, "/withholdings", nil, nil, &all); err != nil {
					return err
				}
				next := 1
				for i := range all.Items {
					if all.Items[i].State == state {
						next++
					}
				}
				document := map[string]any{"state": state, "number": next, "flight": args[0], "reason": reason, "by": signers}
				return record(c.Context(), t, k, string(dissemination.KindWithheld), document, keyFiles, who(by), false)
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&state, "from", "", t.words.Text("help.partner.from"))
	c.Flags().StringVar(&reason, "reason", "", t.words.Text("help.act.reason"))
	c.Flags().StringSliceVar(&signers, "by", nil, t.words.Text("help.release.by"))
	c.Flags().StringSliceVar(&keyFiles, "key", nil, t.words.Text("help.act.key"))
	c.Flags().StringVar(&by, "recorded-by", "", t.words.Text("help.by"))
	return c
}

// newPartnerView agrees on, or ends, what an office is shown by default.
func newPartnerView(t *terminal) *cobra.Command {
	var f folder
	var purpose, end, reason, by string
	var signers, keyFiles []string
	var asJSON bool
	c := &cobra.Command{
		Use: "view [STATE/OFFICE --purpose PURPOSE --by NAME --by NAME --key FILE --key FILE | --end VIEW --reason TEXT]", Short: t.words.Text("help.partner.view"), Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				switch {
				case end != "":
					return record(c.Context(), t, k, string(dissemination.KindStandingEnded), map[string]any{"standing": end, "reason": reason}, nil, who(by), asJSON)
				case len(args) == 1 && len(signers) != 2:
					return usage("%s", t.words.Text("error.two-persons", c.CommandPath()))
				case len(args) == 1:
					id := make([]byte, 5)
					rand.Read(id)
					document := map[string]any{"id": "V-" + hex.EncodeToString(id), "office": args[0], "purpose": purpose, "by": signers}
					return record(c.Context(), t, k, string(dissemination.KindStanding), document, keyFiles, who(by), asJSON)
				}
				var all answer[server.ViewOf]
				if err := k.JSON(c.Context(), http.MethodGet, "/views", nil, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				g := grid(t, "column.id", "column.office", "column.purpose", "column.signed", "column.recorded", "column.status")
				for i := range all.Items {
					v := &all.Items[i]
					state := t.words.Text("view.in-force")
					if v.Ended != nil {
						state = t.words.Text("view.ended", shortInstant(time.Time(*v.Ended.At)), v.Ended.Reason)
					}
					cells(g, v.ID, v.Office, t.words.Text("purpose."+v.Purpose), strings.Join(v.By, ", "), shortInstant(time.Time(*v.At)), state)
				}
				return g.Flush()
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&purpose, "purpose", "", t.words.Text("help.release.purpose"))
	c.Flags().StringVar(&end, "end", "", t.words.Text("help.partner.view.end"))
	c.Flags().StringVar(&reason, "reason", "", t.words.Text("help.act.reason"))
	c.Flags().StringSliceVar(&signers, "by", nil, t.words.Text("help.release.by"))
	c.Flags().StringSliceVar(&keyFiles, "key", nil, t.words.Text("help.act.key"))
	c.Flags().StringVar(&by, "recorded-by", "", t.words.Text("help.by"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func newPartnerWithheld(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "withheld", Short: t.words.Text("help.partner.withheld"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all answer[server.Withholding]
				if err := k.JSON(c.Context(), http.MethodGet, "/withholdings", nil, nil, &all); err != nil {
					return err
				}
				if asJSON {
					return lines(t, all.Items)
				}
				g := grid(t, "column.number", "column.state", "column.flight", "column.signed", "column.recorded", "column.why")
				for i := range all.Items {
					x := &all.Items[i]
					cells(g, strconv.Itoa(x.Number), x.State, x.Flight, strings.Join(x.By, ", "), shortInstant(time.Time(*x.At)), x.Reason)
				}
				return g.Flush()
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

// newPartnerKey shows the key of a partner's own node, which the operator puts on record with the office.
func newPartnerKey(t *terminal) *cobra.Command {
	var f folder
	c := &cobra.Command{
		Use: "key", Short: t.words.Text("help.partner.key"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, true, func(k *client.Client) error {
				var in server.Inbox
				if err := k.JSON(c.Context(), http.MethodGet, "/inbox", nil, nil, &in); err != nil {
					return err
				}
				fmt.Fprintln(t.out, in.NodeKey)
				fmt.Fprintln(t.out, in.Witness)
				return nil
			})
		},
	}
	f.flags(t, c)
	return c
}
