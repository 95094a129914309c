package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/designation"
	"overflight/evidence"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/validity"
)

type importInput struct {
	Body struct {
		List       string           `json:"list" example:"OFAC-SDN"`
		Main       evidence.Digest  `json:"main_sha256" doc:"of SDN.CSV, or of the consolidated list: among the kept documents"`
		Alt        *evidence.Digest `json:"alt_sha256,omitempty"`
		Add        *evidence.Digest `json:"add_sha256,omitempty"`
		Document   time.Time        `json:"document" doc:"date of the content, as whoever imports it states"`
		Published  time.Time        `json:"published,omitempty"`
		Effective  time.Time        `json:"effective,omitempty"`
		Convention string           `json:"convention,omitempty" doc:"how a day became an instant"`
		Corrects   string           `json:"corrects,omitempty" doc:"the edition whose dates were stated wrongly"`
		Compare    bool             `json:"compare,omitempty" doc:"only report what it would change"`
		By         string           `json:"by,omitempty"`
	}
}

// EditionReport is what an edition of a list changed.
type EditionReport struct {
	Edition string                   `json:"edition"`
	Already string                   `json:"already,omitempty"` // the edition on record that is this one: nothing changed
	Listed  int                      `json:"listed"`
	Skipped int                      `json:"skipped"` // rows that are no organisations: counted, never named
	Rows    designation.Tally        `json:"rows"`
	Added   []designation.Key        `json:"added"`
	Changed []designation.Key        `json:"changed"`
	Removed []designation.Key        `json:"removed"`
	Names   []designation.NameChange `json:"names"`
	Defects []string                 `json:"defects"`
	Event   uint64                   `json:"event,omitempty"`
}

type searchInput struct {
	Name string `query:"name" required:"true" minLength:"1" maxLength:"200"`
	Most int    `query:"most" minimum:"1" maximum:"100" default:"10"`
}

type designatedInput struct {
	List  string    `path:"list"`
	ID    string    `path:"id"`
	At    time.Time `query:"at" doc:"in force then; now when left out"`
	Known time.Time `query:"known_at" doc:"as known then; now when left out"`
}

// InForce is what one programme's designation comes to, in words.
type InForce struct {
	Key      designation.Key `json:"key"`
	Standing string          `json:"standing" enum:"in,not-in,unknown"`
	Reason   string          `json:"reason"`
	Text     string          `json:"text"`
	Since    *time.Time      `json:"same_since"` // the answer is the same within this period
	Until    *time.Time      `json:"same_until"`
	Used     []Used          `json:"used"`
	Expected []Used          `json:"expected"` // expectations on record: they change nothing
	Convent  []string        `json:"conventions"`
}

// Used is an act that an answer rests on.
type Used struct {
	Act      string          `json:"act"`
	ID       string          `json:"id"`
	Recorded time.Time       `json:"recorded"`
	Known    time.Time       `json:"known"` // from when it counts as known
	Document json.RawMessage `json:"document"`
}

func usedOf(r designation.Record) Used {
	document, err := designation.Encode(r.Act)
	if err != nil { // it was checked when it was put on record
		document = []byte("null")
	}
	return Used{Act: string(r.Act.Kind()), ID: r.Act.Ident(), Recorded: r.Recorded, Known: r.Known, Document: document}
}

// DesignatedNow is what is on record about one organisation.
type DesignatedNow struct {
	List     string     `json:"list"`
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	At       time.Time  `json:"at"`
	Known    time.Time  `json:"known"`
	Names    []CalledAs `json:"names"`
	InForce  []InForce  `json:"in_force"`
	History  []Used     `json:"history"`
	Picks    []Used     `json:"picks"`
	Warnings []string   `json:"warnings"`
}

// CalledAs is a name of an organisation.
type CalledAs struct {
	Text    string    `json:"text"`
	Kind    string    `json:"kind"`
	Primary bool      `json:"primary"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
}

func (a *api) designations(h huma.API) {
	operation(h, http.MethodPost, "/designations/import", "import-edition", "Put an edition of a list on record, all of it or nothing", a.importEdition)
	get(h, "/designations", "search-designations", "Organisations that may be meant by a name, with look-alikes beside; never a match by itself", a.searchDesignations)
	get(h, "/designations/{list}/{id}", "get-designation", "In force or not, by list and programme, then and as known then", a.designation)
}

// errNoOrganisation says that nothing is on record of an organisation.
var errNoOrganisation = errors.New("no such organisation on record")

func (a *api) importEdition(ctx context.Context, in *importInput) (*body[EditionReport], error) {
	if err := mayAct(ctx, "designation.imported"); err != nil {
		return nil, err
	}
	b := &in.Body
	q := node.EditionRequest{
		List: designation.List(b.List), Main: b.Main, Document: b.Document, Published: b.Published, Effective: b.Effective, Convention: b.Convention,
		Corrects: b.Corrects, OnlyCompare: b.Compare, By: byWhom(ctx, b.By),
	}
	if b.Alt != nil {
		q.Alt = *b.Alt
	}
	if b.Add != nil {
		q.Add = *b.Add
	}
	done, err := a.node.ImportEdition(ctx, q)
	if err != nil {
		return nil, err
	}
	r := &done.Report
	out := EditionReport{
		Edition: done.Edition, Listed: r.Listed, Skipped: done.Skipped, Rows: r.Rows, Added: r.Keys.Added, Changed: r.Keys.Changed, Removed: r.Keys.Removed,
		Names: r.Names, Defects: []string{}, Event: done.Stated.Sequence,
	}
	if r.Already != nil {
		out.Already = r.Already.Ident()
	}
	for _, d := range done.Defects {
		out.Defects = append(out.Defects, fmt.Sprint(d))
	}
	return &body[EditionReport]{out}, nil
}

func (a *api) searchDesignations(ctx context.Context, in *searchInput) (*body[list[designation.Suggestion]], error) {
	out := list[designation.Suggestion]{Items: []designation.Suggestion{}}
	err := a.node.Designations(ctx, func(r *designation.Register) error {
		out.Items = append(out.Items, r.Search(in.Name, in.Most)...)
		return nil
	})
	return &body[list[designation.Suggestion]]{out}, err
}

func (a *api) designation(ctx context.Context, in *designatedInput) (*body[DesignatedNow], error) {
	now := a.now().UTC()
	at := validity.AsOf{Valid: in.At, Known: in.Known}
	if at.Valid.IsZero() {
		at.Valid = now
	}
	if at.Known.IsZero() {
		at.Known = now
	}
	d, err := a.node.DesignatedAt(ctx, designation.Entity{List: designation.List(in.List), ID: in.ID}, at)
	if err != nil {
		return nil, err
	}
	if len(d.Answers) == 0 {
		return nil, fmt.Errorf("%w: %s %s: no programme of it is on record", errNoOrganisation, in.List, in.ID)
	}
	w := words(ctx)
	out := DesignatedNow{List: in.List, ID: in.ID, Name: d.Name, At: at.Valid, Known: at.Known, Names: []CalledAs{}, InForce: []InForce{}, History: []Used{}, Picks: []Used{}, Warnings: []string{}}
	for _, n := range d.Names {
		out.Names = append(out.Names, CalledAs{Text: n.Text, Kind: n.Kind, Primary: n.Primary, First: n.First.At, Last: n.Last.At})
	}
	for i := range d.Answers {
		out.InForce = append(out.InForce, inForceOf(&d.Answers[i], w))
	}
	seen := map[string]bool{}
	for _, r := range d.Acts {
		if u := usedOf(r); !seen[u.Act+u.ID] {
			seen[u.Act+u.ID] = true
			out.History = append(out.History, u)
		}
	}
	for _, r := range d.Picks {
		out.Picks = append(out.Picks, usedOf(r))
	}
	return &body[DesignatedNow]{out}, nil
}

func inForceOf(a *designation.Answer, w *catalogue.Catalogue) InForce {
	out := InForce{Key: a.Key, Standing: a.Standing.String(), Reason: string(a.Reason), Text: w.Text("inforce." + string(a.Reason)), Used: []Used{}, Expected: []Used{}, Convent: a.Conventions()}
	if !a.Valid.From.IsZero() {
		out.Since = &a.Valid.From
	}
	if !a.Valid.To.IsZero() {
		out.Until = &a.Valid.To
	}
	for _, r := range a.Used {
		out.Used = append(out.Used, usedOf(r))
	}
	for _, r := range a.Expected {
		out.Expected = append(out.Expected, usedOf(r))
	}
	return out
}
