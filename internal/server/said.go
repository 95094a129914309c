package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/airspace"
	"overflight/authority"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/statement"
	"overflight/validity"
)

type saidInput struct {
	Party  string    `query:"party" doc:"a state, with its offices, or an office"`
	Kind   string    `query:"kind" enum:",claims,denies,cannot-say,did-not-address"`
	Flight string    `query:"flight" doc:"that they name"`
	Known  time.Time `query:"known_at" doc:"as it was known then; now when left out"`
}

type oneSaidInput struct {
	ID    string    `path:"id"`
	Known time.Time `query:"known_at" doc:"as it was known then; now when left out"`
}

// Said is a statement on record.
type Said struct {
	Statement json.RawMessage `json:"statement"` // docs/statements.md
	Claim     string          `json:"claim"`     // in words; empty where there is none that can be checked
	Recorded  *report.Instant `json:"recorded"`  // when it was put on record
	Event     uint64          `json:"event"`
	SHA256    string          `json:"sha256"` // of the document's canonical form
	Signers   []string        `json:"signers"`
}

// Shown is a part of a result, in words.
type Shown struct {
	statement.Part
	Text string `json:"text"`
}

// Beside is a statement beside the record and beside what else was said on the same matter.
type Beside struct {
	Said
	Finding statement.Finding `json:"finding"`
	Says    string            `json:"says"`  // the finding, in words
	Shows   statement.Finding `json:"shows"` // of the claim itself, whoever claims or denies it
	Code    statement.Code    `json:"code"`
	Args    []string          `json:"args"`
	Text    string            `json:"text"`
	Parts   []Shown           `json:"parts"`
	Record  []Shown           `json:"beside"` // does not bear on the finding, and is shown with it
	Others  []Said            `json:"others"`
	Known   *report.Instant   `json:"known"`
}

type tempoInput struct {
	From  time.Time `query:"from" required:"true"`
	To    time.Time `query:"to" required:"true"`
	State string    `query:"state" doc:"ISO 3166-1 alpha-3; every state with an entry when left out"`
	Split time.Time `query:"split" doc:"sums before and since it are given too"`
	Zone  string    `query:"zone" doc:"IANA name of the zone in which weeks begin; UTC when left out"`
	Known time.Time `query:"known_at" doc:"as it was known then; now when left out"`
}

// Tempo is the flights of a state in a time. Where the record has nothing there is no number, which is not zero.
type Tempo struct {
	Week    string            `json:"week,omitempty"` // ISO 8601
	State   string            `json:"state"`
	From    *report.Instant   `json:"from"`
	To      *report.Instant   `json:"to"`
	Record  statement.Kept    `json:"record"`
	Flights *int              `json:"flights"`      // surely there; the least where the record is in part
	Most    *int              `json:"most_flights"` // those of the record that may have been there too
	Hours   *float64          `json:"hours"`
	Depth   *float64          `json:"depth_m"` // the greatest
	Days    float64           `json:"days_complete"`
	Events  []statement.Event `json:"events"`
}

// Tempos are weeks by state and time, and the sums before and since an instant.
type Tempos struct {
	Weeks  []Tempo         `json:"weeks"`
	Before []Tempo         `json:"before"`
	Since  []Tempo         `json:"since"`
	Known  *report.Instant `json:"known"`
}

func (a *api) said(h huma.API) {
	get(h, "/said", "list-said", "What each party has said, beside what the record shows", a.listSaid)
	get(h, "/said/{id}", "get-said", "One statement beside the record, and beside what else was said on the same matter", a.oneSaid)
	get(h, "/tempo", "get-tempo", "Flights, hours and depth by week and state", a.tempo)
}

func (a *api) listSaid(ctx context.Context, in *saidInput) (*body[list[Beside]], error) {
	filter := statement.Filter{Party: authority.Party(in.Party), Manner: statement.Manner(in.Kind), Flight: in.Flight}
	all, err := a.node.CheckStatements(ctx, "", filter, a.knownAt(in.Known))
	if err != nil {
		return nil, err
	}
	out := list[Beside]{Items: []Beside{}}
	for i := range all {
		out.Items = append(out.Items, besideOf(&all[i], words(ctx)))
	}
	return &body[list[Beside]]{out}, nil
}

func (a *api) oneSaid(ctx context.Context, in *oneSaidInput) (*body[Beside], error) {
	all, err := a.node.CheckStatements(ctx, in.ID, statement.Filter{}, a.knownAt(in.Known))
	if err != nil {
		return nil, err
	}
	return &body[Beside]{besideOf(&all[0], words(ctx))}, nil
}

func (a *api) knownAt(asked time.Time) time.Time {
	if asked.IsZero() {
		return a.now()
	}
	return asked
}

func saidOn(e *statement.Entry, w *catalogue.Catalogue) Said {
	document, err := statement.Encode(e.Act)
	if err != nil {
		document = json.RawMessage("null") // it was read from one
	}
	out := Said{
		Statement: document, Claim: ClaimText(w, &e.Act), Recorded: stamp(e.Recorded.At), Event: e.Recorded.Sequence, SHA256: e.Recorded.Digest.String(),
		Signers: e.Recorded.Signers,
	}
	if out.Signers == nil {
		out.Signers = []string{}
	}
	return out
}

func besideOf(c *node.Checked, w *catalogue.Catalogue) Beside {
	r := &c.Result
	out := Beside{
		Said: saidOn(&c.Said, w), Finding: r.Finding, Says: w.Text("finding." + r.Finding.String()), Shows: r.Shows, Code: r.Code, Args: r.Args,
		Text: codeText(w, r.Code, r.Args), Parts: shownOf(r.Parts, w), Record: shownOf(r.Beside, w), Others: []Said{}, Known: stamp(r.Known),
	}
	if out.Args == nil {
		out.Args = []string{}
	}
	for i := range c.Others {
		out.Others = append(out.Others, saidOn(&c.Others[i], w))
	}
	return out
}

func shownOf(parts []statement.Part, w *catalogue.Catalogue) []Shown {
	out := []Shown{}
	for _, p := range parts {
		out = append(out, Shown{Part: p, Text: codeText(w, p.Code, p.Args)})
	}
	return out
}

// codeText says a code of package statement in a sentence. Words among its arguments are said in words of their own.
func codeText(w *catalogue.Catalogue, code statement.Code, args []string) string {
	all := make([]any, len(args))
	for i, a := range args {
		all[i] = a
	}
	switch {
	case code == statement.PartPossible && len(args) == 2:
		all[1] = w.Text("verdict." + args[1])
	case code == statement.PartComplete && len(args) == 4:
		all[1] = w.Text("complete." + args[1])
	}
	return w.Text("statement."+string(code), all...)
}

// ClaimText says the claim of a statement in words; "" where there is none.
func ClaimText(w *catalogue.Catalogue, m *statement.Made) string {
	if m.Claim.IsZero() {
		return ""
	}
	text := ""
	switch c := m.Claim.Claim.(type) {
	case statement.FlightsOver:
		text = w.Text("claim.flights-over", c.State)
		switch {
		case c.Number != nil:
			text += w.Text("claim.number", *c.Number)
		case c.AtLeast != nil && c.AtMost != nil:
			text += w.Text("claim.between", *c.AtLeast, *c.AtMost)
		case c.AtLeast != nil:
			text += w.Text("claim.at-least", *c.AtLeast)
		case c.AtMost != nil:
			text += w.Text("claim.at-most", *c.AtMost)
		}
	case statement.Unarmed:
		text = w.Text("claim.unarmed")
	case statement.NotifiedBefore:
		text = w.Text("claim.notified-before", c.State)
	case statement.DidNotEnter:
		text = w.Text("claim.did-not-enter", c.State)
	case statement.LookedInFromOutside:
		text = w.Text("claim.looked-in-from-outside", c.State)
	case statement.AtRequestOf:
		text = w.Text("claim.at-request-of", c.Party)
	case statement.BeganBy:
		return w.Text("claim.began-by", c.State, c.Date.Format(time.DateOnly))
	case statement.SteppedUpSince:
		return w.Text("claim.stepped-up-since", c.State, c.Date.Format(time.DateOnly))
	}
	return text + spanText(w, m)
}

// spanText says of which flights or times a claim is.
func spanText(w *catalogue.Catalogue, m *statement.Made) string {
	out := ""
	for _, f := range m.About.Flights {
		out += ", " + f
	}
	p, ok := m.Span()
	if !ok {
		return out
	}
	end := func(t time.Time) string {
		if t.IsZero() {
			return "…"
		}
		return t.UTC().Format("2006-01-02 15:04")
	}
	return out + w.Text("claim.period", end(p.From), end(p.To))
}

func (a *api) tempo(ctx context.Context, in *tempoInput) (*body[Tempos], error) {
	q := statement.TempoQuery{Period: validity.Period{From: in.From, To: in.To}, Split: in.Split}
	q.State = airspace.State(in.State)
	if in.Zone != "" {
		zone, err := time.LoadLocation(in.Zone)
		if err != nil {
			return nil, &Problem{Title: http.StatusText(http.StatusUnprocessableEntity), Status: http.StatusUnprocessableEntity, Detail: words(ctx).Text("problem.zone", in.Zone), Code: "zone", Args: []string{in.Zone}}
		}
		q.Zone = zone
	}
	got, err := a.node.Tempo(ctx, q, a.knownAt(in.Known))
	if err != nil {
		return nil, err
	}
	out := Tempos{Weeks: []Tempo{}, Before: []Tempo{}, Since: []Tempo{}, Known: stamp(got.Known)}
	for i := range got.Weeks {
		t := tempoOf(&got.Weeks[i].Tempo)
		t.Week = got.Weeks[i].Label
		out.Weeks = append(out.Weeks, t)
	}
	for i := range got.Before {
		out.Before, out.Since = append(out.Before, tempoOf(&got.Before[i])), append(out.Since, tempoOf(&got.Since[i]))
	}
	return &body[Tempos]{out}, nil
}

func tempoOf(t *statement.Tempo) Tempo {
	out := Tempo{State: string(t.State), From: stamp(t.From), To: stamp(t.To), Record: t.Kept, Days: t.Days, Events: t.Entries}
	if out.Events == nil {
		out.Events = []statement.Event{}
	}
	if t.Kept == statement.KeptNothing {
		return out
	}
	flights, most, hours := t.Flights, t.MostFlights, t.Inside.Hours()
	out.Flights, out.Most, out.Hours = &flights, &most, &hours
	if t.Deep {
		depth := float64(t.Depth)
		out.Depth = &depth
	}
	return out
}
