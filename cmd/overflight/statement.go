package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overflight/authority"
	"overflight/internal/client"
	"overflight/internal/server"
	"overflight/statement"
)

func newStatement(t *terminal) *cobra.Command {
	c := &cobra.Command{Use: "statement", Short: t.words.Text("help.statement"), Args: noVerb(t), RunE: showHelp}
	for _, d := range []*deed{
		{
			use: "add [FILE]", help: "help.statement.add", kind: string(statement.KindMade),
			flags: parts(idPart, part{"party", "party", asText, "help.act.party"}, part{"name", "speaker.name", asText, "help.statement.name"},
				part{"office", "speaker.office", asText, "help.statement.office"}, part{"unnamed", "speaker.unnamed", asText, "help.statement.unnamed"},
				part{"date", "date", asText, "help.statement.date"}, part{"source", "source", asPaper, "help.act.document"},
				part{"language", "language", asText, "help.statement.language"}, part{"quotation", "quotation", asText, "help.statement.quotation"},
				part{"paraphrase", "paraphrase", asTruth, "help.statement.paraphrase"}, part{"kind", "kind", asText, "help.statement.kind"},
				part{"flight", "about.flights", asList, "help.statement.flight"}, part{"from", "about.period.from", asMoment, "help.from"}, part{"to", "about.period.to", asMoment, "help.to"},
				part{"claim", "claim.is", asText, "help.statement.claim"}, part{"state", "claim.state", asText, "help.statement.state"},
				part{"answers", "answers", asText, "help.statement.answers"}, part{"supersedes", "supersedes", asText, "help.statement.supersedes"}),
		},
		{
			use: "correct STATEMENT", help: "help.statement.correct", kind: string(statement.KindCorrected), about: "statement",
			flags: parts(part{"reason", "reason", asText, "help.act.reason"}, part{"by", "by", asText, "help.act.says"}, part{"replacement", "replacement", asText, "help.correct.replacement"}),
		},
		{
			use: "complete [FILE]", help: "help.statement.complete", kind: string(statement.KindComplete),
			flags: parts(idPart, part{"operator", "operator", asText, "help.statement.operator"}, periodParts, part{"flights", "flights", asNumber, "help.statement.flights"},
				part{"by", "by", asText, "help.act.says"}),
		},
	} {
		c.AddCommand(d.command(t))
	}
	c.AddCommand(newSaid(t, "list", "help.statement.list", false), newSaid(t, "check [STATEMENT]", "help.statement.check", true))
	return c
}

// newSaid shows statements: in a table, or each beside the record.
func newSaid(t *terminal, use, help string, beside bool) *cobra.Command {
	var f folder
	var party, kind, flight, known string
	var asJSON bool
	most := 0
	if beside {
		most = 1
	}
	c := &cobra.Command{
		Use: use, Short: t.words.Text(help), Args: cobra.MaximumNArgs(most),
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{}
			for name, value := range map[string]string{"party": party, "kind": kind, "flight": flight} {
				if value != "" {
					query.Set(name, value)
				}
			}
			if err := queryInstants(t, query, map[string]string{"known_at": known}); err != nil {
				return err
			}
			return f.with(c.Context(), t, false, func(k *client.Client) error {
				all, err := said(c, k, args, query)
				switch {
				case err != nil:
					return err
				case asJSON:
					return lines(t, all)
				case len(all) == 0:
					fmt.Fprintln(t.out, t.words.Text("said.none"))
				case beside:
					for i := range all {
						if err := writeBeside(t, &all[i]); err != nil {
							return err
						}
					}
				default:
					return writeSaid(t, all)
				}
				return nil
			})
		},
	}
	f.flags(t, c)
	flags := c.Flags()
	flags.StringVar(&party, "party", "", t.words.Text("help.statement.party"))
	flags.StringVar(&kind, "kind", "", t.words.Text("help.statement.kind"))
	flags.StringVar(&flight, "flight", "", t.words.Text("help.statement.flight"))
	flags.StringVar(&known, "known-at", "", t.words.Text("help.known-at"))
	flags.BoolVar(&asJSON, "json", false, t.words.Text("help.json-lines"))
	return c
}

func said(c *cobra.Command, k *client.Client, args []string, query url.Values) ([]server.Beside, error) {
	if len(args) == 1 {
		all := make([]server.Beside, 1)
		return all, k.JSON(c.Context(), http.MethodGet, "/said/"+url.PathEscape(args[0]), query, nil, &all[0])
	}
	var part answer[server.Beside]
	return part.Items, k.JSON(c.Context(), http.MethodGet, "/said", query, nil, &part)
}

// made reads the statement of an answer.
func made(s *server.Said) (statement.Made, error) {
	a, err := statement.Decode(statement.KindMade, s.Statement)
	if err != nil {
		return statement.Made{}, err
	}
	m, _ := a.(statement.Made) // of that kind it is
	return m, nil
}

func writeSaid(t *terminal, all []server.Beside) error {
	g := grid(t, "column.said", "column.party", "column.speaker", "column.manner", "column.claim", "column.finding", "column.id")
	for i := range all {
		m, err := made(&all[i].Said)
		if err != nil {
			return err
		}
		claim := all[i].Claim
		if claim == "" {
			claim = t.words.Text("said.no-claim")
		}
		cells(g, m.Date.Format(time.DateOnly), string(m.Party), speaker(&m), t.words.Text("manner."+string(m.Manner)), claim, all[i].Says, m.ID)
	}
	return g.Flush()
}

func speaker(m *statement.Made) string {
	s := &m.Speaker
	if s.Unnamed != "" {
		return s.Unnamed
	}
	return strings.Trim(s.Name+", "+s.Office, ", ")
}

// writeBeside says what was said, by whom and through whom, and then what the record shows.
func writeBeside(t *terminal, b *server.Beside) error {
	m, err := made(&b.Said)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s  %s  %s: %s\n", m.Date.Format(time.DateOnly), m.Party, speaker(&m), t.words.Text("manner."+string(m.Manner)))
	if m.Quotation != "" {
		words := t.words.Text("said.quoted", m.Quotation, m.Language)
		if m.Paraphrase {
			words = t.words.Text("said.paraphrased", m.Quotation, m.Language)
		}
		fmt.Fprintf(t.out, "  %s\n", words)
	}
	if m.Translation != nil {
		fmt.Fprintf(t.out, "  %s\n", t.words.Text("said.translated", m.Translation.Text, m.Translation.Language))
	}
	for _, r := range m.Relays {
		fmt.Fprintf(t.out, "  %s\n", t.words.Text("said.relayed", r.By, relayed(&r)))
	}
	fmt.Fprintf(t.out, "  %s\n", t.words.Text("said.source", sourceName(&m.Source)))
	if b.Claim != "" {
		fmt.Fprintf(t.out, "  %s\n", t.words.Text("said.claim", b.Claim))
	}
	fmt.Fprintf(t.out, "\n  %s  %s\n", t.paint(b.Says, "1"), b.Text)
	writeShown(t, b.Parts)
	if len(b.Record) > 0 {
		fmt.Fprintf(t.out, "  %s\n", t.words.Text("said.beside"))
		writeShown(t, b.Record)
	}
	for i := range b.Others {
		if i == 0 {
			fmt.Fprintf(t.out, "  %s\n", t.words.Text("said.others"))
		}
		o, err := made(&b.Others[i])
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "    %s  %s  %s: %s  (%s)\n", o.Date.Format(time.DateOnly), o.Party, t.words.Text("manner."+string(o.Manner)), b.Others[i].Claim, o.ID)
	}
	fmt.Fprintf(t.out, "  %s\n\n", t.words.Text("said.recorded", shortInstant(time.Time(*b.Recorded)), fmt.Sprint(b.Event), shortInstant(time.Time(*b.Known))))
	return nil
}

func writeShown(t *terminal, parts []server.Shown) {
	for i := range parts {
		p := &parts[i]
		text := p.Text
		if p.Flight != "" {
			text = p.Flight + ": " + text
		}
		fmt.Fprintf(t.out, "    %s\n", text)
		for _, e := range p.Events {
			fmt.Fprintf(t.out, "      %s\n", t.words.Text("said.event", e.Kind, e.ID, fmt.Sprint(e.Sequence), shortInstant(e.Recorded)))
		}
	}
}

func relayed(r *statement.Relay) string {
	if r.Date.IsZero() {
		return "?"
	}
	return r.Date.Format(time.DateOnly)
}

func sourceName(d *authority.Document) string {
	name := strings.Trim(d.Title+", "+d.Reference, ", ")
	if d.SHA256 != nil {
		name += "  sha256 " + d.SHA256.String()
	}
	return name
}
