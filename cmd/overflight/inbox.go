package main

import (
	"encoding/json"
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
	"overflight/survey"
)

// What people do at a partner's node: every step is a receipt with the signature of a person of the office.

func newInbox(t *terminal) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "inbox", Short: t.words.Text("help.inbox"), Long: t.words.Text("help.inbox") + "\n\n" + t.words.Text("help.inbox.long"), Args: noVerb(t),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var in server.Inbox
				if err := k.JSON(c.Context(), http.MethodGet, "/inbox", nil, nil, &in); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.Inbox{in})
				}
				return writeInbox(t, &in)
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	c.AddCommand(newInboxCheck(t), newInboxParcel(t))
	return c
}

func writeInbox(t *terminal, in *server.Inbox) error {
	if len(in.Items) == 0 {
		fmt.Fprintln(t.out, t.words.Text("inbox.none"))
	} else {
		g := grid(t, "column.number", "column.report", "column.office", "column.record-count", "column.arrived", "column.status", "column.order")
		for i := range in.Items {
			x := &in.Items[i]
			state := t.words.Text("receipt." + x.State)
			if x.Revoked != nil {
				state += ", " + t.words.Text("inbox.revoked")
			}
			cells(g, strconv.Itoa(x.Number), x.Report, x.Office, strconv.Itoa(x.Records), shortInstant(time.Time(*x.Arrived)), state, fmt.Sprintf("%s %d/%d", x.Origin, x.Leaf, x.Size))
		}
		if err := g.Flush(); err != nil {
			return err
		}
	}
	sent, taken := strconv.FormatUint(in.Sent, 10), strconv.FormatUint(in.Taken, 10)
	switch {
	case !in.Linked:
		fmt.Fprintln(t.out, t.words.Text("inbox.down", sent, taken))
	case in.Late:
		fmt.Fprintln(t.out, t.words.Text("inbox.late", sent, taken))
	default:
		fmt.Fprintln(t.out, t.words.Text("inbox.up", sent, taken))
	}
	if in.Apart != "" {
		fmt.Fprintln(t.out, t.words.Text("link.apart."+in.Apart))
	}
	if in.Held != nil {
		fmt.Fprintln(t.out, t.words.Text("inbox.held", in.Held.Origin, strconv.FormatUint(in.Held.Size, 10)))
		if in.Held.At != nil {
			fmt.Fprintln(t.out, t.words.Text("inbox.cosigned", shortInstant(time.Time(*in.Held.At))))
		}
	}
	if len(in.Withheld) > 0 {
		fmt.Fprintln(t.out, t.words.Count("inbox.withheld", len(in.Withheld)))
	}
	for i := range in.Refused {
		fmt.Fprintln(t.out, t.words.Text("inbox.refused", shortInstant(time.Time(*in.Refused[i].At)), in.Refused[i].Item, in.Refused[i].Reason))
	}
	return nil
}

// step gives a receipt of what arrived, signed with the key in a file.
func step(c *cobra.Command, t *terminal, k *client.Client, number, file string, in map[string]any) error {
	key, err := signerKey(t, file)
	if err != nil {
		return err
	}
	in["signer"] = key.Public().Name()
	path := "/inbox/" + url.PathEscape(number)
	var sign server.ToSign
	if err := k.JSON(c.Context(), http.MethodPost, path+"/receipts/text", nil, in, &sign); err != nil {
		return err
	}
	document, err := signature.Canonical(sign.Document)
	if err != nil {
		return err
	}
	s, err := key.SignAct(sign.Act, document)
	if err != nil {
		return err
	}
	act := map[string]any{"act": sign.Act, "document": json.RawMessage(document), "signatures": []server.Signature{{Name: s.Name, Line: s.Line}}, "by": s.Name}
	var stated server.Stated
	if err := k.JSON(c.Context(), http.MethodPost, "/acts", nil, act, &stated); err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.words.Text("receipt.given", t.words.Text("receipt."+fmt.Sprint(in["step"])), number, s.Name))
	writeStated(t, &stated)
	return nil
}

func newOpen(t *terminal) *cobra.Command {
	var f folder
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use: "open N --key FILE", Short: t.words.Text("help.open"), Args: one(t, "N"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				path := "/inbox/" + url.PathEscape(args[0])
				var x server.InboxItem
				if err := k.JSON(c.Context(), http.MethodGet, path, nil, nil, &x); err != nil {
					return err
				}
				if !x.Opened {
					if err := step(c, t, k, args[0], file, map[string]any{"step": string(dissemination.Opened)}); err != nil {
						return err
					}
				}
				if err := inParts(c, k, path, nil, &x, &x.Items, &x.Next); err != nil {
					return err
				}
				if asJSON {
					return lines(t, []server.InboxItem{x})
				}
				return writeItem(t, &x)
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&file, "key", "", t.words.Text("help.inbox.key"))
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

func writeItem(t *terminal, x *server.InboxItem) error {
	fmt.Fprintln(t.out, t.words.Text("inbox.head", x.Report, x.Office, t.words.Text("purpose."+x.Purpose), strings.Join(x.Caveats, ", ")))
	fmt.Fprintln(t.out, t.words.Text("inbox.proven", x.Origin, strconv.FormatUint(x.Leaf, 10), strconv.FormatUint(x.Size, 10)))
	if x.Revoked != nil {
		fmt.Fprintln(t.out, t.words.Text("release.revoked", shortInstant(time.Time(*x.Revoked.At)), x.Revoked.By, x.Revoked.Reason))
	}
	for i := range x.Items {
		r := &x.Items[i]
		fmt.Fprintf(t.out, "\n%d  %s\n", r.Record, t.paint(r.Title, "1"))
		if r.Withheld {
			continue
		}
		g := grid(t, "column.field", "column.value", "column.why", "column.marking")
		for k := range r.Fields {
			y := &r.Fields[k]
			cells(g, y.Title, fieldText(t, y.Value, y.Unit), reasonText(y.Reasons), y.Marking)
		}
		if err := g.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out)
	writeReceipts(t, x.Receipts)
	return nil
}

// newStep is a verb that gives one receipt.
func newStep(t *terminal, use, help string, kind dissemination.Step, flags func(*cobra.Command) func(map[string]any) error) *cobra.Command {
	var f folder
	var file string
	c := &cobra.Command{Use: use, Short: t.words.Text(help), Args: one(t, "N")}
	f.flags(t, c)
	c.Flags().StringVar(&file, "key", "", t.words.Text("help.inbox.key"))
	fill := flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		in := map[string]any{"step": string(kind)}
		if err := fill(in); err != nil {
			return err
		}
		return f.with(c.Context(), t, false, func(k *client.Client) error { return step(c, t, k, args[0], file, in) })
	}
	return c
}

func newAcknowledge(t *terminal) *cobra.Command {
	return newStep(t, "acknowledge N --key FILE", "help.acknowledge", dissemination.Acknowledged, func(*cobra.Command) func(map[string]any) error {
		return func(map[string]any) error { return nil }
	})
}

func newDispute(t *terminal) *cobra.Command {
	return newStep(t, "dispute N --why TEXT --key FILE", "help.dispute", dissemination.Disputed, func(c *cobra.Command) func(map[string]any) error {
		why := c.Flags().String("why", "", t.words.Text("help.dispute.why"))
		return func(in map[string]any) error { in["says"] = *why; return nil }
	})
}

func newAnswer(t *terminal) *cobra.Command {
	return newStep(t, "answer N --outcome OUTCOME --key FILE", "help.answer", dissemination.Answered, func(c *cobra.Command) func(map[string]any) error {
		outcome := c.Flags().String("outcome", "", t.words.Text("help.answer.outcome", outcomeWords()))
		record := c.Flags().Int("record", 0, t.words.Text("help.answer.record"))
		visited := c.Flags().String("visited", "", t.words.Text("help.site.visited"))
		note := c.Flags().String("note", "", t.words.Text("help.site.note"))
		return func(in map[string]any) error {
			in["outcome"], in["record"], in["says"] = *outcome, *record, *note
			at, err := instantFlag(t, *visited)
			if err == nil && !at.IsZero() {
				in["visited"] = at.UTC()
			}
			return err
		}
	})
}

func outcomeWords() string {
	var out []string
	for _, o := range survey.Outcomes() {
		out = append(out, string(o))
	}
	return strings.Join(out, ", ")
}
