package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"overflight/authority"
	"overflight/internal/client"
	"overflight/internal/server"
)

// exitNoGo is the exit code of a sortie that may not be flown. One that is not known to be allowed is exitIncomplete.
const exitNoGo = 3

func newAuthorise(t *terminal) *cobra.Command {
	var f folder
	var at, known, rules, by string
	var ask, asJSON bool
	c := &cobra.Command{
		Use: "authorise SORTIE.yaml|SORTIE", Aliases: []string{"authorize"}, Short: t.words.Text("help.authorise"), Long: t.words.Text("help.authorise") + "\n\n" + t.words.Text("help.authorise.long"),
		Args: one(t, "SORTIE"),
		RunE: func(c *cobra.Command, args []string) error {
			in := map[string]any{"ruleset": rules, "ask": ask, "by": who(by)}
			for name, value := range map[string]string{"at": at, "known_at": known} {
				instant, err := instantFlag(t, value)
				if err != nil {
					return err
				}
				if value != "" {
					in[name] = instant.UTC()
				}
			}
			return f.with(c.Context(), t, true, func(k *client.Client) error { return authorise(c.Context(), t, k, args[0], in, asJSON) })
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&at, "at", "", t.words.Text("help.authorise.at"))
	flags.StringVar(&known, "known-at", "", t.words.Text("help.known-at"))
	flags.StringVar(&rules, "ruleset", "", t.words.Text("help.authorise.ruleset"))
	flags.StringVar(&by, "by", "", t.words.Text("help.by"))
	flags.BoolVar(&ask, "ask", false, t.words.Text("help.authorise.ask"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json"))
	return c
}

// putSortie puts the sortie that a question is about into it: what its file says, or its name.
func putSortie(in map[string]any, sortie string) error {
	if !looksLikeFile(sortie) {
		in["sortie"] = sortie
		return nil
	}
	document, err := readAct(sortie)
	if err != nil {
		return err
	}
	plan, ok := document["plan"]
	if !ok {
		plan = document
	}
	// It is read here as the server reads it, so that a fault is told by the file's name.
	raw, err := json.Marshal(map[string]any{"plan": plan})
	if err != nil {
		return err
	}
	if _, err := authority.Decode(authority.KindPlanFiled, raw); err != nil {
		return fmt.Errorf("%s: %w", sortie, err)
	}
	in["plan"] = plan
	return nil
}

func authorise(ctx context.Context, t *terminal, k *client.Client, sortie string, in map[string]any, asJSON bool) error {
	if err := putSortie(in, sortie); err != nil {
		return err
	}
	var d server.Authorised
	if err := k.JSON(ctx, http.MethodPost, "/authorise", nil, in, &d); err != nil {
		return err
	}
	if asJSON {
		if err := lines(t, []server.Authorised{d}); err != nil {
			return err
		}
	} else {
		writeDecision(t, &d)
	}
	switch d.Verdict {
	case authority.NoGo:
		return &exit{code: exitNoGo}
	case authority.Incomplete:
		return &exit{code: exitIncomplete}
	case authority.Go:
	}
	return nil
}

func looksLikeFile(name string) bool {
	return name == "-" || strings.ContainsAny(name, "/\\") || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".json")
}

// writeDecision says the verdict first, then what stands against it, then what is met.
func writeDecision(t *terminal, d *server.Authorised) {
	fmt.Fprintf(t.out, "%s  %s\n", t.paint(d.Verdict.String(), verdictStyle(d.Verdict)), d.Says)
	fmt.Fprintln(t.out, t.words.Text("decision.about", d.Sortie, shortInstant(d.From), shortInstant(d.To), shortInstant(d.Known), d.RuleSet))
	for _, c := range d.Changes {
		loosens := make([]string, len(c.Loosens))
		for i, l := range c.Loosens {
			loosens[i] = t.words.Text("condition." + string(l))
		}
		if c.InEffect {
			fmt.Fprintln(t.out, t.words.Text("decision.change", c.Agreement, c.Amends, strings.Join(loosens, ", "), shortInstant(c.Since)))
		} else {
			fmt.Fprintln(t.out, t.words.Text("decision.change.pending", c.Agreement, c.Amends, strings.Join(loosens, ", ")))
		}
	}
	for _, o := range []authority.Outcome{authority.Fail, authority.Unknown, authority.Pass} {
		said := false
		for i := range d.Reasons {
			r := &d.Reasons[i]
			if r.Outcome != o {
				continue
			}
			if !said {
				fmt.Fprintf(t.out, "\n%s\n", t.words.Text("outcome."+o.String()))
				said = true
			}
			state := ""
			if r.State != "" {
				state = string(r.State) + ": "
			}
			fmt.Fprintf(t.out, "  %s %s: %s%s\n", mark(o), r.Name, state, r.Text)
			for _, fact := range r.Facts {
				recorded := t.words.Text("decision.shipped")
				if !fact.Recorded.IsZero() {
					recorded = t.words.Text("decision.recorded", shortInstant(fact.Recorded))
				}
				fmt.Fprintf(t.out, "      %s %s, %s\n", fact.Kind, fact.ID, recorded)
			}
			if r.Overridden != "" {
				fmt.Fprintf(t.out, "      %s\n", t.words.Text("decision.overridden", r.Overridden))
			}
		}
	}
	for i := range d.Crossed {
		c := &d.Crossed[i]
		if i == 0 {
			fmt.Fprintf(t.out, "\n%s\n", t.words.Text("decision.route"))
		}
		fmt.Fprintf(t.out, "  %s  %s – %s  %s\n", c.State, shortInstant(c.From), shortInstant(c.To), t.words.Text("decision.depth", fmt.Sprintf("%.1f", c.Depth/1000)))
	}
	fmt.Fprintln(t.out)
	switch {
	case !d.Recorded:
		fmt.Fprintln(t.out, t.words.Text("decision.asked"))
	case d.Leaf != nil:
		fmt.Fprintln(t.out, t.words.Text("act.recorded.leaf", string(authority.KindDecisionMade), d.ID, fmt.Sprint(d.Event), fmt.Sprint(*d.Leaf)))
	default:
		fmt.Fprintln(t.out, t.words.Text("act.recorded", string(authority.KindDecisionMade), d.ID, fmt.Sprint(d.Event)))
	}
}

func mark(o authority.Outcome) string {
	switch o {
	case authority.Pass:
		return "✓"
	case authority.Fail:
		return "✗"
	case authority.Unknown:
	}
	return "?"
}

func verdictStyle(v authority.Verdict) string {
	switch v {
	case authority.Go:
		return "1;32"
	case authority.NoGo:
		return "1;31"
	case authority.Incomplete:
	}
	return "1;33"
}

// paint colours a word where the terminal may be coloured.
func (t *terminal) paint(s, style string) string {
	if !t.colour() {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}
