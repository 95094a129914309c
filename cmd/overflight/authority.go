package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"overflight/internal/client"
	"overflight/internal/server"
)

// The verbs by which authority is put on record, each with the flags that fill its act.

var (
	idPart       = part{"id", "id", asText, "help.act.id"}
	periodParts  = []part{{"from", "period.from", asMoment, "help.from"}, {"to", "period.to", asMoment, "help.to"}}
	areaPart     = part{"area", "area", asArea, "help.act.area"}
	documentPart = part{"document", "document", asPaper, "help.act.document"}
	atPart       = part{"at", "at", asMoment, "help.act.at"}
)

func parts(all ...any) []part {
	var out []part
	for _, p := range all {
		switch p := p.(type) {
		case part:
			out = append(out, p)
		case []part:
			out = append(out, p...)
		}
	}
	return out
}

// noun is a command whose verbs are deeds and a list.
func noun(t *terminal, name, help, kinds string, deeds ...*deed) *cobra.Command {
	c := &cobra.Command{Use: name, Short: t.words.Text(help), Args: noVerb(t), RunE: showHelp}
	for _, d := range deeds {
		c.AddCommand(d.command(t))
	}
	c.AddCommand(newActList(t, kinds))
	return c
}

func newRequest(t *terminal) *cobra.Command {
	return noun(t, "request", "help.request", "request.", &deed{
		use: "add [FILE]", help: "help.request.add", kind: "request.made/v1",
		flags: parts(idPart, part{"by", "by", asText, "help.act.party"}, part{"question", "question", asText, "help.request.question"},
			part{"purpose", "purpose", asText, "help.act.purpose"}, areaPart, periodParts, documentPart),
	})
}

func newAgreement(t *terminal) *cobra.Command {
	return noun(t, "agreement", "help.agreement", "agreement.",
		&deed{use: "add FILE", help: "help.agreement.add", kind: "agreement.proposed/v1", flags: parts(idPart, documentPart)},
		&deed{
			use: "sign AGREEMENT", help: "help.agreement.sign", kind: "agreement.signed/v1", about: "agreement", now: "at",
			flags: parts(part{"party", "party", asText, "help.act.party"}, part{"by", "by", asText, "help.act.signer"}, part{"text", "text", asText, "help.agreement.text"}, atPart),
		},
		&deed{
			use: "warn AGREEMENT", help: "help.agreement.warn", kind: "agreement.warned/v1", about: "agreement", now: "at",
			flags: parts(part{"party", "to", asText, "help.act.party"}, part{"loosens", "loosens", asList, "help.agreement.loosens"}, part{"means", "means", asText, "help.act.means"}, atPart),
		})
}

func newBasis(t *terminal) *cobra.Command {
	return noun(t, "basis", "help.basis", "basis.", &deed{
		use: "add [FILE]", help: "help.basis.add", kind: "basis.stated/v1",
		flags: parts(idPart, part{"basis", "basis", asText, "help.basis.basis"}, part{"issuer", "issuer", asText, "help.act.party"}, part{"reference", "reference", asText, "help.act.reference"},
			periodParts, part{"purposes", "purposes", asList, "help.act.purpose"}, part{"no-lethal-force", "no_lethal_force", asTruth, "help.basis.no-lethal-force"}, documentPart),
	})
}

func newClearance(t *terminal) *cobra.Command {
	return noun(t, "clearance", "help.clearance", "clearance.",
		&deed{
			use: "add [FILE]", help: "help.clearance.add", kind: "clearance.given/v1",
			flags: parts(idPart, part{"state", "state", asText, "help.state"}, part{"issuer", "issuer", asText, "help.act.party"}, part{"reference", "reference", asText, "help.act.reference"},
				part{"issued", "issued", asMoment, "help.clearance.issued"}, periodParts, areaPart,
				part{"lowest", "altitude.least_m", asNumber, "help.act.lowest"}, part{"highest", "altitude.most_m", asNumber, "help.act.highest"}, part{"datum", "altitude.datum", asText, "help.act.datum"},
				part{"aircraft", "aircraft", asList, "help.act.tails"}, part{"operator", "operator", asText, "help.act.party"},
				part{"state-aircraft", "state_aircraft", asTruth, "help.clearance.state-aircraft"}, part{"unmanned", "unmanned", asTruth, "help.clearance.unmanned"},
				part{"looks", "looks", asTruth, "help.clearance.looks"}, part{"condition", "conditions", asList, "help.clearance.condition"}, documentPart),
		},
		&deed{
			use: "revoke CLEARANCE", help: "help.clearance.revoke", kind: "clearance.revoked/v1", about: "clearance", now: "from",
			flags: parts(part{"by", "by", asText, "help.act.party"}, part{"from", "from", asMoment, "help.from"}, part{"reason", "reason", asText, "help.act.reason"}, documentPart),
		})
}

func newNotice(t *terminal) *cobra.Command {
	about := func(verb, help, kind string, flags ...any) *deed {
		return &deed{use: verb + " NOTICE", help: help, kind: kind, about: "notice", now: "at", flags: parts(append(flags, atPart, documentPart)...)}
	}
	party := part{"by", "by", asText, "help.act.party"}
	return noun(t, "notice", "help.notice", "notice.",
		&deed{
			use: "add [FILE]", help: "help.notice.add", kind: "notice.sent/v1", now: "sent",
			flags: parts(idPart, part{"state", "state", asText, "help.state"}, part{"sender", "from", asText, "help.act.party"}, part{"recipient", "to", asText, "help.act.party"},
				part{"sortie", "sortie", asText, "help.act.sortie"}, periodParts, areaPart, part{"sent", "sent", asMoment, "help.act.at"}, part{"means", "means", asText, "help.act.means"}, documentPart),
		},
		about("delivered", "help.notice.delivered", "notice.delivered/v1", part{"by", "by", asText, "help.act.says"}),
		about("acknowledge", "help.notice.acknowledge", "notice.acknowledged/v1", party),
		about("dispute", "help.notice.dispute", "notice.disputed/v1", party, part{"says", "says", asText, "help.act.says"}))
}

func newLoadout(t *terminal) *cobra.Command {
	return noun(t, "loadout", "help.loadout", "loadout.",
		&deed{
			use: "add FILE", help: "help.loadout.add", kind: "loadout.attested/v1", now: "at",
			flags: parts(idPart, part{"tail", "tail", asText, "help.act.tails"}, part{"sortie", "sortie", asText, "help.act.sortie"}, part{"by", "by", asText, "help.act.signer"}, atPart, periodParts,
				part{"paper", "papers", asPapers, "help.act.document"}),
		},
		&deed{
			use: "inspect LOADOUT", help: "help.loadout.inspect", kind: "loadout.inspected/v1", about: "loadout", now: "at",
			flags: parts(part{"party", "party", asText, "help.act.party"}, part{"inspector", "inspector", asText, "help.act.signer"}, part{"agrees", "agrees", asTruth, "help.loadout.agrees"},
				part{"remarks", "remarks", asText, "help.act.says"}, part{"paper", "papers", asPapers, "help.act.document"}, atPart),
		})
}

func newSortie(t *terminal) *cobra.Command {
	return noun(t, "sortie", "help.sortie", "plan.",
		&deed{use: "file FILE", help: "help.sortie.file", kind: "plan.filed/v1"},
		&deed{
			use: "approve SORTIE", help: "help.sortie.approve", kind: "plan.approved/v1", about: "sortie", now: "at",
			flags: parts(part{"plan", "plan", asText, "help.sortie.plan"}, part{"by", "by", asText, "help.act.signer"}, part{"role", "role", asText, "help.sortie.role"}, atPart),
		},
		&deed{
			use: "override SORTIE", help: "help.sortie.override", kind: "rule.overridden/v1", about: "sortie", now: "at",
			flags: parts(part{"plan", "plan", asText, "help.sortie.plan"}, part{"rule", "rule", asText, "help.sortie.rule"}, part{"reason", "reason", asText, "help.act.reason"}, part{"by", "by", asList, "help.act.signer"}, atPart),
		},
		&deed{
			use: "report SORTIE", help: "help.sortie.report", kind: "plan.reported/v1", about: "sortie", now: "at",
			flags: parts(part{"state", "state", asText, "help.state"}, part{"recipient", "to", asText, "help.act.party"}, part{"by", "by", asText, "help.act.says"}, atPart, documentPart),
		},
		&deed{
			use: "flown SORTIE", help: "help.sortie.flown", kind: "plan.flown/v1", about: "sortie",
			flags: parts(part{"flight", "flight", asText, "help.sortie.flight"}, part{"by", "by", asText, "help.act.says"}),
		})
}

func newRuleSet(t *terminal) *cobra.Command {
	return noun(t, "ruleset", "help.ruleset", "ruleset.", &deed{
		use: "add FILE", help: "help.ruleset.add", kind: "ruleset.adopted/v1",
		flags: parts(idPart, part{"party", "party", asText, "help.act.party"}, periodParts),
	})
}

func newAirframeType(t *terminal) *cobra.Command {
	return noun(t, "aircraft", "help.aircraft-types", "airframe.", &deed{use: "add FILE", help: "help.aircraft-types.add", kind: "airframe.described/v1"})
}

func newCorrect(t *terminal) *cobra.Command {
	d := &deed{
		use: "correct ID", help: "help.correct", kind: "act.corrected/v1", about: "id",
		flags: parts(part{"of", "of", asText, "help.correct.of"}, part{"reason", "reason", asText, "help.act.reason"}, part{"by", "by", asText, "help.act.says"}, part{"replacement", "replacement", asText, "help.correct.replacement"}),
	}
	return d.command(t)
}

// newActList lists acts of some kinds.
func newActList(t *terminal, kinds string) *cobra.Command {
	var f folder
	var asJSON bool
	c := &cobra.Command{
		Use: "list [ID]", Aliases: []string{"show"}, Short: t.words.Text("help.act.list"), Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{"limit": {"1000"}, "kind": {kinds}}
			if len(args) == 1 {
				query.Set("id", args[0])
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				var all []server.Act
				for {
					var part answer[server.Act]
					if err := k.JSON(c.Context(), http.MethodGet, "/acts", query, nil, &part); err != nil {
						return err
					}
					all = append(all, part.Items...)
					if part.Next == "" {
						break
					}
					query.Set("after", part.Next)
				}
				if asJSON {
					return lines(t, all)
				}
				return writeActs(t, all)
			})
		},
	}
	f.flags(t, c)
	c.Flags().BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func writeActs(t *terminal, all []server.Act) error {
	if len(all) == 0 {
		fmt.Fprintln(t.out, t.words.Text("act.none"))
		return nil
	}
	g := grid(t, "column.kind", "column.id", "column.recorded", "column.by", "column.signed", "column.order")
	for i := range all {
		a := &all[i]
		var signed []string
		for _, s := range a.Signatures {
			signed = append(signed, s.Name)
		}
		order := t.words.Text("order.not-entered")
		switch {
		case a.Leaf != nil && a.Witnessed:
			order = t.words.Text("order.witnessed", fmt.Sprint(*a.Leaf))
		case a.Leaf != nil:
			order = t.words.Text("order.word", fmt.Sprint(*a.Leaf))
		}
		cells(g, a.Act, a.ID, shortInstant(time.Time(*a.At)), a.By, strings.Join(signed, ", "), order)
	}
	return g.Flush()
}

// grid is a table on the terminal with a heading.
func grid(t *terminal, headings ...string) *tabwriter.Writer {
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	for i, h := range headings {
		headings[i] = t.words.Text(h)
	}
	cells(w, headings...)
	return w
}

func cells(w *tabwriter.Writer, all ...string) {
	for i, c := range all {
		all[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(c)
	}
	fmt.Fprintln(w, strings.Join(all, "\t"))
}

func shortInstant(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }
