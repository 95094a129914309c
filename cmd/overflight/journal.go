package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"overflight/internal/catalogue"
	"overflight/internal/client"
	"overflight/internal/node"
)

func newJournal(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "journal", Short: t.words.Text("help.journal"), Args: noVerb(t), RunE: showHelp}
	var f folder
	var asJSON bool
	verify := &cobra.Command{
		Use:   "verify",
		Short: t.words.Text("help.journal.verify"),
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return doVerify(c.Context(), t, &f, asJSON) },
	}
	rebuild := &cobra.Command{
		Use:   "rebuild",
		Short: t.words.Text("help.journal.rebuild"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := f.settings(t)
			if err != nil {
				return err
			}
			return node.Rebuild(c.Context(), s, func(s node.Step) { sayStep(t, &s, asJSON) })
		},
	}
	for _, sub := range []*cobra.Command{verify, rebuild} {
		f.flags(t, sub)
		sub.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
		c.AddCommand(sub)
	}
	c.AddCommand(newOpenings(t))
	return c
}

func newOpenings(t *terminal) *cobra.Command {
	var f folder
	var by, purpose string
	c := &cobra.Command{
		Use:   "openings",
		Short: t.words.Text("help.journal.openings"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				in, err := k.Stream(c.Context(), http.MethodGet, "/openings", url.Values{"by": {who(by)}, "purpose": {purpose}})
				if err != nil {
					return err
				}
				_, err = io.Copy(t.out, in)
				return errors.Join(err, in.Close())
			})
		},
	}
	f.flags(t, c)
	c.Flags().StringVar(&by, "by", "", t.words.Text("help.by"))
	c.Flags().StringVar(&purpose, "purpose", "", t.words.Text("help.purpose"))
	return c
}

func doVerify(ctx context.Context, t *terminal, f *folder, asJSON bool) error {
	faults := 0
	err := f.with(ctx, t, false, func(k *client.Client) error {
		steps, err := k.Stream(ctx, http.MethodPost, "/journal/verification", nil)
		if err != nil {
			return err
		}
		defer func() { _ = steps.Close() }() // it was only read
		in := bufio.NewScanner(steps)
		in.Buffer(nil, 64<<20)
		for in.Scan() {
			var s node.Step
			if err := json.Unmarshal(in.Bytes(), &s); err != nil {
				return fmt.Errorf("reading the answer: %w", err)
			}
			faults += len(s.Faults)
			sayStep(t, &s, asJSON)
		}
		return in.Err()
	})
	if err != nil {
		return err
	}
	if faults > 0 {
		return &exit{code: exitVerify, err: fmt.Errorf("%s", t.words.Count("journal.faults", faults))}
	}
	if !asJSON {
		fmt.Fprintln(t.out, t.words.Text("journal.verified"))
	}
	return nil
}

// sayStep says what was read again and what was wrong with it.
func sayStep(t *terminal, s *node.Step, asJSON bool) {
	if asJSON {
		_ = json.NewEncoder(t.out).Encode(s) // a step always encodes, and a closed pipe ends the command
		return
	}
	fmt.Fprintln(t.out, t.words.Text("step."+s.Name, catalogue.Integer(int(s.Count))))
	for _, x := range s.Healed {
		fmt.Fprintln(t.out, "  "+t.words.Text("step.healed", x))
	}
	for _, x := range s.Faults {
		fmt.Fprintln(t.out, "  "+t.words.Text("step.fault", x))
	}
}

// noVerb refuses a verb below a verb that there is not.
func noVerb(t *terminal) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("%s", t.words.Text("error.unknown-command", c.Name()+" "+args[0]))
		}
		return nil
	}
}

func showHelp(c *cobra.Command, _ []string) error { return c.Help() }
