package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/auth"
	"overflight/internal/config"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/journal"
	"overflight/release"
)

// What may be put on record by whom: the kinds of acts by their first word, beside the roles of the operation. A partner's
// official answers for their state.
var actRoles = map[string][]auth.Role{
	"request":     {auth.Planner, auth.Liaison, auth.Partner},
	"agreement":   {auth.Liaison, auth.Partner, auth.Administrator},
	"basis":       {auth.Liaison, auth.Administrator},
	"clearance":   {auth.Liaison},
	"notice":      {auth.Liaison, auth.Partner},
	"loadout":     {auth.Operator, auth.Liaison, auth.Partner},
	"plan":        {auth.Planner, auth.Operator, auth.Liaison, auth.Administrator},
	"rule":        {auth.Planner, auth.Liaison, auth.Administrator},
	"ruleset":     {auth.Administrator, auth.Partner},
	"airframe":    {auth.Planner, auth.Administrator},
	"act":         {auth.Planner, auth.Liaison, auth.Administrator},
	"designation": {auth.Planner, auth.Analyst, auth.Liaison, auth.Administrator},
	"search":      keepers,
	"office":      {auth.Administrator},
	"release":     releasers,
	"view":        {auth.Liaison, auth.Administrator},
	"entry":       {auth.Liaison, auth.Administrator},
	"receipt":     answerers,
	"statement":   {auth.Analyst, auth.Liaison, auth.Partner, auth.Administrator},
}

// Signature is a person's signature under an act.
type Signature struct {
	Name string `json:"name"`
	Line string `json:"line" doc:"signature line of c2sp.org/signed-note, without its newline"`
}

type actInput struct {
	Body struct {
		Act        string          `json:"act" doc:"the kind of the act, with its version" example:"clearance.given/v1"`
		Document   json.RawMessage `json:"document" doc:"the act, as docs/authority.md and docs/signature.md describe it"`
		Signatures []Signature     `json:"signatures,omitempty" maxItems:"10"`
		By         string          `json:"by,omitempty" doc:"who puts it on record; of a user who is signed in, that user"`
	}
}

type actsInput struct {
	Page
	Kind string `query:"kind" doc:"kinds that begin with this: clearance, clearance.given/v1; empty is all"`
	ID   string `query:"id"`
}

// Act is an act on record.
type Act struct {
	Act        string          `json:"act"`
	ID         string          `json:"id"`
	Document   json.RawMessage `json:"document"`
	SHA256     string          `json:"sha256"` // of the document's canonical form
	Signatures []Signature     `json:"signatures"`
	By         string          `json:"by"`
	At         *report.Instant `json:"at"`
	Event      uint64          `json:"event"`
	Leaf       *uint64         `json:"leaf"`
	// Witnessed says that an independent cosignature covers the leaf. Until then its order is the operator's word.
	Witnessed bool `json:"witnessed"`
}

type signInput struct {
	Body struct {
		Act      string          `json:"act"`
		Document json.RawMessage `json:"document"`
	}
}

// ToSign is what a person is to sign.
type ToSign struct {
	Act      string          `json:"act"`
	ID       string          `json:"id"`
	Document json.RawMessage `json:"document"` // canonical
	Text     string          `json:"text"`     // what is signed, byte for byte
	Signers  []string        `json:"signers"`  // whose signatures the act needs
}

type authoriseInput struct {
	Body struct {
		Plan    *authority.Plan `json:"plan,omitempty" doc:"the plan; without it, that of sortie which is on record"`
		Sortie  string          `json:"sortie,omitempty"`
		At      time.Time       `json:"at,omitempty" doc:"as if it took off then"`
		Known   time.Time       `json:"known_at,omitempty" doc:"by what was known then"`
		RuleSet string          `json:"ruleset,omitempty" doc:"by these parameters; empty: by those of the operator's party"`
		Ask     bool            `json:"ask,omitempty" doc:"what if: nothing is put on record"`
		By      string          `json:"by,omitempty"`
	}
}

func (a *api) acts(h huma.API) {
	operation(h, http.MethodPost, "/acts", "record-act", "Put an act about authority, a designation or a statement on record", a.recordAct)
	operation(h, http.MethodPost, "/acts/text", "act-text", "What a person is to sign of an act", a.actText)
	get(h, "/acts", "list-acts", "Acts on record, in their order", a.listActs)
	get(h, "/authority", "get-authority", "What is on record about authority, as it was known at an instant", a.authority)
	operation(h, http.MethodPost, "/authorise", "authorise", "May this sortie fly, as of when, and why", a.authorise)
	operation(h, http.MethodPost, "/plans/text", "plan-text", "Read a plan that is a text, and keep nothing", a.planText)
}

func (a *api) recordAct(ctx context.Context, in *actInput) (*body[Stated], error) {
	if err := mayAct(ctx, in.Body.Act); err != nil {
		return nil, err
	}
	var signatures []journal.Signature
	for _, s := range in.Body.Signatures {
		signatures = append(signatures, journal.Signature{Name: s.Name, Line: s.Line})
	}
	return statedOf(a.node.RecordAct(ctx, in.Body.Act, in.Body.Document, signatures, byWhom(ctx, in.Body.By)))
}

// mayAct holds a user to the kinds of acts that their roles are for.
func mayAct(ctx context.Context, kind string) error {
	v := visitOf(ctx)
	word, _, _ := strings.Cut(kind, ".")
	roles := actRoles[word]
	if office, _ := ofOffice(ctx); office != "" && word != "receipt" {
		return &roleError{readers}
	}
	if v.caller == nil || v.caller.owner || slices.ContainsFunc(v.caller.session.User.Roles, func(r auth.Role) bool { return slices.Contains(roles, r) }) {
		return nil
	}
	return &roleError{roles}
}

func (a *api) actText(_ context.Context, in *signInput) (*body[ToSign], error) {
	s, err := node.ToSign(in.Body.Act, in.Body.Document)
	if err != nil {
		return nil, err
	}
	return &body[ToSign]{ToSign{Act: in.Body.Act, ID: s.ID, Document: s.Document, Text: string(s.Text), Signers: s.Signers}}, nil
}

func (a *api) listActs(ctx context.Context, in *actsInput) (*body[list[Act]], error) {
	standing := a.standing(ctx)
	all, next, err := a.node.Acts(ctx, in.Kind, in.ID, in.of())
	if err != nil {
		return nil, err
	}
	out := list[Act]{Items: []Act{}, Next: next}
	for i := range all {
		e := &all[i]
		if a.othersCopies(ctx) && dissemination.Takes(authority.Kind(e.Event.Act)) {
			continue // what other offices have, and what is withheld, is not a partner's to read
		}
		item := Act{
			Act: e.Event.Act, ID: e.Event.ID, Document: e.Event.Document, SHA256: node.DigestOf(e.Event.Document).String(), Signatures: []Signature{},
			By: e.Event.By, At: stamp(e.Event.At), Event: e.Sequence,
		}
		for _, s := range e.Event.Signatures {
			item.Signatures = append(item.Signatures, Signature{Name: s.Name, Line: s.Line})
		}
		if e.Logged {
			leaf := e.Leaf
			item.Leaf, item.Witnessed = &leaf, leaf < standing
		}
		out.Items = append(out.Items, item)
	}
	return &body[list[Act]]{out}, nil
}

func (a *api) authorise(ctx context.Context, in *authoriseInput) (*body[Authorised], error) {
	b := &in.Body
	d, err := a.node.Authorise(ctx, node.AuthoriseRequest{
		Plan: b.Plan, Sortie: b.Sortie, At: b.At, Known: b.Known, RuleSet: b.RuleSet, Ask: b.Ask, By: byWhom(ctx, b.By),
	})
	if err != nil {
		return nil, err
	}
	return &body[Authorised]{authorisedOf(d, words(ctx))}, nil
}

// documents takes in the papers that acts rest on, and gives them out. Both are beside the operations: they are bytes.
func (a *api) documents(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/documents", func(w http.ResponseWriter, r *http.Request) {
		d, err := a.node.KeepDocument(r.Body)
		if err != nil {
			refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"sha256": d.String()})
	})
	mux.HandleFunc("GET /api/v1/documents/{sha256}", func(w http.ResponseWriter, r *http.Request) {
		var d evidence.Digest
		if err := d.UnmarshalText([]byte(r.PathValue("sha256"))); err != nil {
			refuse(w, r, fmt.Errorf("%w: %w", node.ErrNoDocument, err))
			return
		}
		b, err := a.node.Document(d)
		if err == nil {
			err = a.mayHave(r.Context(), d, b)
		}
		if err != nil {
			refuse(w, r, err)
			return
		}
		// Nobody's paper is shown as a page of ours.
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="`+d.String()+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	})
}

// othersCopies says whether who asks reads for another state, or for one office of it, and nothing else.
func (a *api) othersCopies(ctx context.Context) bool {
	office, bound := ofOffice(ctx)
	return bound && (office != "" || a.node.Config().Role == config.Operator)
}

// mayHave holds products to who may read them, though who has their digest asks: an office has its own, at the operator's while it is
// released to it, at a partner's once somebody of it has signed that they opened it.
func (a *api) mayHave(ctx context.Context, d evidence.Digest, b []byte) error {
	if !bytes.HasPrefix(b, []byte(`{"document":"`+release.DocumentKind+`"`)) && !bytes.HasPrefix(b, []byte(`{"checkpoint":`)) {
		if office, _ := ofOffice(ctx); office != "" {
			return &roleError{readers} // papers of acts are of no office
		}
		return nil
	}
	if a.node.Config().Role == config.Operator {
		own, bound := ofOffice(ctx)
		if !bound {
			return nil
		}
		all, err := a.node.Given(ctx, own)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(g node.Given) bool { return g.Product == d && g.Revoked.IsZero() }) {
			return &roleError{sharers}
		}
		return nil
	}
	if c := visitOf(ctx).caller; c != nil && !c.may(receivers) {
		return &roleError{receivers}
	}
	return a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, x := range r.Arrivals() {
			if x.Act.Product == d || x.Act.Parcel == d { // the parcel has the product in it
				item := node.InboxItem{Arrival: x}
				if !mayOpen(ctx, &x) {
					return &roleError{receivers}
				}
				if !item.Opened() {
					return dissemination.NewFault(dissemination.CodeNotOpened, x.Act.Release)
				}
			}
		}
		return nil
	})
}
