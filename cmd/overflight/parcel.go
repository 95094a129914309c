package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"overflight/dissemination"
	"overflight/internal/client"
	"overflight/internal/durable"
	"overflight/internal/server"
	"overflight/release"
	"overflight/transparency"
)

// newInboxCheck checks what an office was given, in a file, with nothing beside it but the policy that says whom to trust: no node and no
// connection.
func newInboxCheck(t *terminal) *cobra.Command {
	var policy string
	c := &cobra.Command{
		Use: "check FILE --policy POLICY", Short: t.words.Text("help.inbox.check"), Long: t.words.Text("help.inbox.check") + "\n\n" + t.words.Text("help.inbox.check.long"), Args: one(t, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if policy == "" {
				return usage("%s", t.words.Text("error.no-policy"))
			}
			text, err := readBounded(policy, 1<<20)
			if err != nil {
				return err
			}
			trusted, err := transparency.ParsePolicy(text)
			if err != nil {
				return fmt.Errorf("%s: %w", policy, err)
			}
			b, err := readBounded(args[0], dissemination.MostParcel)
			if err != nil {
				return err
			}
			p, err := dissemination.ReadItem[dissemination.Parcel](b)
			if err != nil {
				return err
			}
			x, err := p.Check(trusted)
			if err != nil {
				return err
			}
			unknown, err := x.CheckSignatories(trusted)
			if err != nil {
				return err
			}
			writeChecked(t, x, unknown)
			return nil
		},
	}
	c.Flags().StringVar(&policy, "policy", "", t.words.Text("help.inbox.check.policy"))
	return c
}

// newInboxParcel writes what arrived as it came, for who checks it elsewhere.
func newInboxParcel(t *terminal) *cobra.Command {
	var f folder
	var out string
	c := &cobra.Command{
		Use: "parcel N -o FILE", Short: t.words.Text("help.inbox.parcel"), Args: one(t, "N"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var p server.InboxProof
				if err := k.JSON(c.Context(), http.MethodGet, "/inbox/"+url.PathEscape(args[0])+"/proof", nil, nil, &p); err != nil {
					return err
				}
				if p.Parcel == "" {
					return errors.New(t.words.Text("error.no-parcel", args[0]))
				}
				if out == "" {
					_, err := io.WriteString(t.out, p.Parcel)
					return err
				}
				return durable.OS().WriteFile(out, []byte(p.Parcel), 0o600)
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVarP(&out, "output", "o", "", t.words.Text("help.output"))
	return c
}

// writeChecked says what holds; unknown are those of the two who are said to have signed of whom the policy knows nothing.
func writeChecked(t *terminal, x *dissemination.Checked, unknown []string) {
	withheld, shown, coarse, hidden := 0, 0, 0, 0
	for i := range x.Product.Parts {
		p := &x.Product.Parts[i]
		if p.Kind == "" {
			withheld++
		}
		for k := range p.Fields {
			switch f := &p.Fields[k]; {
			case f.Opening == nil:
				hidden++
			case f.Opening.Value.Kind == release.Absent: // there is nothing to it
			case f.Coarse():
				coarse++
			default:
				shown++
			}
		}
	}
	r, at := &x.Release, &x.Checkpoint
	fmt.Fprintln(t.out, t.words.Text("inbox.check.holds", r.ID, r.Report, strconv.Itoa(r.Version), r.Office, at.Origin, strconv.FormatUint(at.Size, 10)))
	by := strings.Join(x.By(), ", ")
	switch {
	case len(unknown) > 0:
		fmt.Fprintln(t.out, t.words.Text("inbox.check.unknown", by, strings.Join(unknown, ", ")))
	case x.View != nil:
		fmt.Fprintln(t.out, t.words.Text("inbox.check.view", by, x.View.ID))
	default:
		fmt.Fprintln(t.out, t.words.Text("inbox.check.by", by))
	}
	fmt.Fprintln(t.out, t.words.Text("inbox.check.counts", strconv.Itoa(len(x.Product.Parts)), strconv.Itoa(withheld), strconv.Itoa(shown), strconv.Itoa(coarse), strconv.Itoa(hidden)))
	fmt.Fprintln(t.out, t.words.Text("inbox.check.not"))
}
