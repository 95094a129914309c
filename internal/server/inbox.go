package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/rulesets"
	"overflight/release"
	"overflight/survey"
)

func (a *api) inbox(h huma.API) {
	get(h, "/inbox", "list-inbox", "What arrived at a partner's node, what is withheld from its state, and what was refused", a.listInbox)
	get(h, "/inbox/{id}", "get-inbox", "One product that arrived, with what it says once it was opened", a.oneInbox)
	get(h, "/inbox/{id}/proof", "get-proof", "What proves that a product stands in the originator's log, once it was opened", a.inboxProof)
	operation(h, http.MethodPost, "/inbox/{id}/exports", "export-inbox", "Write a copy that was opened as a file, and put on record what for", a.exportArrived)
	operation(h, http.MethodPost, "/inbox/{id}/receipts/text", "receipt-text", "What a person of the office is to sign: that it was opened, acknowledged, disputed or answered", a.receiptText)
}

func inboxEntry(w *catalogue.Catalogue, x *dissemination.Arrival) InboxEntry {
	out := InboxEntry{
		Number: x.Number, Release: x.Act.Release, Report: x.Act.Report, Office: x.Act.Office, Records: x.Act.Records, Arrived: stamp(x.Recorded.At), Product: x.Act.Product.String(),
		Origin: x.Act.Origin, Leaf: x.Act.Leaf, Size: x.Act.Size, State: string(dissemination.Arrived), Event: x.Recorded.Sequence, Revoked: revocationOf(x.Revoked),
		Receipts: receiptsOf(w, x.Receipts),
	}
	if k := len(x.Receipts); k > 0 {
		out.State = string(x.Receipts[k-1].Act.Step)
	}
	return out
}

func (a *api) listInbox(ctx context.Context, _ *struct{}) (*body[Inbox], error) {
	out := Inbox{Items: []InboxEntry{}, Withheld: []Counted{}, Refused: []RefusedItem{}}
	k, err := a.node.NodeKey()
	if err != nil {
		return nil, err
	}
	by, err := a.node.WitnessKey()
	if err != nil {
		return nil, err
	}
	out.NodeKey, out.Witness = k.Public().String(), by.Public().String()
	l := a.node.Joined()
	out.Linked, out.Sent, out.Taken, out.Oldest, out.Heard, out.Late = l.Up, l.Sent, l.Taken, stamp(l.Oldest), stamp(l.Heard), l.Late
	out.Apart = string(l.Apart)
	if c, at, ok := a.node.Held(ctx); ok {
		out.Held = &Cosigned{Origin: c.Origin, Size: c.Size, At: stamp(at)}
	}
	if out.Policy, err = a.node.OriginPolicy(); err != nil {
		return nil, err
	}
	w := words(ctx)
	err = a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		all := r.Arrivals()
		slices.Reverse(all) // the newest first
		for i := range all {
			if mayOpen(ctx, &all[i]) {
				out.Items = append(out.Items, inboxEntry(w, &all[i]))
			}
		}
		for _, e := range r.Counted() {
			out.Withheld = append(out.Withheld, Counted{e.Act.State, e.Act.Number, e.Act.Origin, e.Act.Leaf, stamp(e.Recorded.At)})
		}
		if boundTo(ctx) != "" {
			return nil // what was refused may be another office's
		}
		for _, e := range r.Refused() {
			out.Refused = append(out.Refused, RefusedItem{e.Act.Item, refusalOf(words(ctx), &e.Act), stamp(e.Recorded.At), e.Recorded.Sequence})
		}
		return nil
	})
	return &body[Inbox]{out}, err
}

// mayOpen holds who is of one office of the state to what arrived for it.
func mayOpen(ctx context.Context, x *dissemination.Arrival) bool {
	own := boundTo(ctx)
	return own == "" || own == x.Act.Office
}

// boundTo is the office of the state of which alone who asks reads; empty: of all of them.
func boundTo(ctx context.Context) string {
	c := visitOf(ctx).caller
	if c == nil || c.owner {
		return ""
	}
	return c.session.User.Office
}

// arrived is something that arrived and that who asks may see.
func (a *api) arrived(ctx context.Context, name string) (*node.InboxItem, error) {
	x, err := a.node.InboxItem(ctx, name)
	if err == nil && !mayOpen(ctx, &x.Arrival) {
		return nil, dissemination.NewFault(dissemination.CodeNoRelease, name)
	}
	return x, err
}

func (a *api) oneInbox(ctx context.Context, in *inboxItemInput) (*body[InboxItem], error) {
	x, err := a.arrived(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	w := words(ctx)
	out := InboxItem{InboxEntry: inboxEntry(w, &x.Arrival), Opened: x.Product != nil, Caveats: []string{}, Items: []InboxRecord{}}
	if x.Product == nil {
		return &body[InboxItem]{out}, nil
	}
	rules, _, err := rulesets.Release()
	if err != nil {
		return nil, err
	}
	out.Purpose, out.Caveats, out.From = x.Product.Copy.Purpose, x.Product.Copy.Caveats, stamp(x.Product.Copy.Released)
	parts, next, err := part(x.Product.Parts, in.Page)
	if err != nil {
		return nil, err
	}
	out.Next = next
	for i := range parts {
		p := &parts[i]
		item := InboxRecord{Record: p.Record, Kind: p.Kind, Title: kindTitle(w, p.Kind), Withheld: p.Kind == "", Fields: []InboxField{}}
		s, _ := release.SchemaOf(p.Kind)
		for k := range p.Fields {
			f := &p.Fields[k]
			y := InboxField{Name: f.Name, Title: titled(w, "share.field."+f.Name, f.Name), Class: string(s.Fields[k].Class), Unit: s.Fields[k].Unit, Reasons: reasonsOf(w, rules, f.Reasons)}
			if f.Opening != nil {
				v := valueOf(f.Opening.Value)
				y.Value = &v
			}
			if f.Marking != nil {
				y.Marking = f.Marking.Line()
			}
			item.Fields = append(item.Fields, y)
		}
		out.Items = append(out.Items, item)
	}
	return &body[InboxItem]{out}, nil
}

// inboxProof tells all that came with a product: the reader checks it by itself.
func (a *api) inboxProof(ctx context.Context, in *inboxPath) (*body[InboxProof], error) {
	x, err := a.arrived(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if x.Product == nil {
		return nil, dissemination.NewFault(dissemination.CodeNotOpened, x.Act.Release)
	}
	var out InboxProof
	for _, part := range []struct {
		digest evidence.Digest
		text   *string
	}{{x.Act.Parcel, &out.Parcel}, {x.Act.Cosigned, &out.Cosigned}} {
		if part.digest == (evidence.Digest{}) {
			continue
		}
		b, err := a.node.Document(part.digest)
		if err != nil {
			return nil, err
		}
		*part.text = string(b)
	}
	return &body[InboxProof]{out}, nil
}

func (a *api) receiptText(ctx context.Context, in *receiptInput) (*body[ToSign], error) {
	x, err := a.arrived(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	r := x.NextReceipt(dissemination.Step(b.Step), a.now())
	r.By, r.Says = b.Signer, b.Says
	if b.Outcome != "" {
		r.Answer = &dissemination.Answer{Record: b.Record, Outcome: survey.Outcome(b.Outcome), Visited: b.Visited.UTC().Truncate(time.Second)}
	}
	document, err := dissemination.Encode(r)
	if err != nil {
		return nil, err
	}
	s, err := node.ToSign(string(dissemination.KindReceipt), document)
	if err != nil {
		return nil, err
	}
	return &body[ToSign]{ToSign{Act: string(dissemination.KindReceipt), ID: s.ID, Document: s.Document, Text: string(s.Text), Signers: s.Signers}}, nil
}
