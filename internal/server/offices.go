package server

import (
	"context"
	"slices"
	"strings"

	"overflight/dissemination"
	"overflight/internal/node"
	"overflight/release"
)

func officeOf(o *dissemination.Office) OfficeOn {
	d := &o.Act
	out := OfficeOn{
		Office: d.Office, State: dissemination.State(d.Office), Version: d.Version, Level: d.Level, Handling: string(d.Handling), Compartments: d.Compartments, Classes: []string{},
		Purposes: d.Purposes, PlaceDigits: d.PlaceDigits, TimeDigits: d.TimeDigits, Delay: d.Delay, Node: d.Node, Signatories: d.Signatories, Witness: d.Witness,
		Since: stamp(o.First), Event: o.Recorded.Sequence,
	}
	for _, c := range d.Classes {
		out.Classes = append(out.Classes, string(c))
	}
	if o.Revoked != nil {
		out.Revoked = &Revocation{stamp(o.Revoked.Recorded.At), o.Revoked.Recorded.By, o.Revoked.Act.Reason}
	}
	return out
}

func (a *api) listPartners(ctx context.Context, _ *struct{}) (*body[list[PartnerStatus]], error) {
	out := list[PartnerStatus]{Items: []PartnerStatus{}}
	var states []string
	w := words(ctx)
	err := a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, o := range r.Offices() {
			state := dissemination.State(o.Act.Office)
			i := slices.Index(states, state)
			if i < 0 {
				i = len(states)
				states = append(states, state)
				out.Items = append(out.Items, PartnerStatus{State: state, Offices: []OfficeOn{}, Refused: []RefusedItem{}, Clients: []ClientOf{}, Withheld: len(r.Withheld(state))})
			}
			out.Items[i].Offices = append(out.Items[i].Offices, officeOf(&o))
		}
		for _, e := range r.Refused() {
			if i := slices.Index(states, strings.TrimPrefix(e.Recorded.By, "node of ")); i >= 0 {
				out.Items[i].Refused = append(out.Items[i].Refused, RefusedItem{e.Act.Item, refusalOf(words(ctx), &e.Act), stamp(e.Recorded.At), e.Recorded.Sequence})
			}
		}
		for _, x := range r.Releases() {
			i := slices.Index(states, dissemination.State(x.Act.Office))
			for k := range x.Receipts {
				if e := &x.Receipts[k]; i >= 0 && (out.Items[i].Receipt == nil || out.Items[i].Receipt.Event < e.Recorded.Sequence) {
					receipt := receiptOf(w, e)
					out.Items[i].Receipt = &receipt
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if a.TAK != nil {
		for _, c := range a.TAK.Clients() {
			state := dissemination.State(c.Office)
			i := slices.Index(states, state)
			if i < 0 { // an office of the configuration alone
				i, states = len(states), append(states, state)
				out.Items = append(out.Items, PartnerStatus{State: state, Offices: []OfficeOn{}, Clients: []ClientOf{}})
			}
			out.Items[i].Clients = append(out.Items[i].Clients, ClientOf{c.Office, c.Who, c.Connected, stamp(c.Since), c.Written, c.Passed, c.Waiting, c.Lost, string(c.Ended)})
		}
	}
	for state, l := range a.node.Links(states) {
		x := &out.Items[slices.Index(states, state)]
		up := l.Up
		x.Linked, x.Sent, x.Taken, x.Oldest, x.Late = &up, l.Sent, l.Taken, stamp(l.Oldest), l.Late
		x.Heard, x.Away, x.Apart = stamp(l.Heard), turnedAway(l.Refused), string(l.Apart)
	}
	for i := range out.Items {
		if size, at, ok := a.node.CosignedBy(ctx, out.Items[i].State); ok {
			out.Items[i].Cosigned = &Cosigned{Origin: a.node.LogKey().Name(), Size: size, At: stamp(at)}
		}
	}
	return &body[list[PartnerStatus]]{out}, nil
}

func turnedAway(r node.Refusal) *TurnedAway {
	if r.Code == "" {
		return nil
	}
	return &TurnedAway{stamp(r.At), r.Code}
}

func (a *api) describeOffice(ctx context.Context, in *officeInput) (*body[Stated], error) {
	b := &in.Body
	d := dissemination.OfficeDescribed{
		Office: b.Office, Level: b.Level, Handling: release.Handling(b.Handling), Compartments: slices.Sorted(slices.Values(b.Compartments)), Purposes: b.Purposes,
		PlaceDigits: b.PlaceDigits, TimeDigits: b.TimeDigits, Delay: b.Delay, Node: b.Node, Signatories: b.Signatories, Witness: b.Witness,
	}
	if d.Compartments == nil {
		d.Compartments = []string{}
	}
	for _, c := range b.Classes {
		d.Classes = append(d.Classes, release.Class(c))
	}
	return statedOf(a.node.DescribeOffice(ctx, d, byWhom(ctx, b.By)))
}

func (a *api) revokeOffice(ctx context.Context, in *officeRevokedInput) (*body[Stated], error) {
	return statedOf(a.node.RevokeOffice(ctx, in.State+"/"+in.Office, in.Body.Reason, byWhom(ctx, in.Body.By)))
}

func (a *api) listWithholdings(ctx context.Context, _ *struct{}) (*body[list[Withholding]], error) {
	out := list[Withholding]{Items: []Withholding{}}
	err := a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, e := range r.Withheld("") {
			out.Items = append(out.Items, Withholding{e.Act.State, e.Act.Number, e.Act.Flight, e.Act.Reason, e.Act.By[:], stamp(e.Recorded.At), e.Recorded.Sequence})
		}
		return nil
	})
	return &body[list[Withholding]]{out}, err
}

func (a *api) listExports(ctx context.Context, _ *struct{}) (*body[list[Exported]], error) {
	out := list[Exported]{Items: []Exported{}}
	err := a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, e := range r.Exports() {
			out.Items = append(out.Items, Exported{e.Act.ID, e.Act.Office, e.Act.Purpose, e.Act.Format, e.Act.Root.String(), e.Act.File.String(), e.Act.Mark, e.Act.By, stamp(e.Recorded.At), e.Recorded.Sequence})
		}
		return nil
	})
	return &body[list[Exported]]{out}, err
}

func (a *api) listViews(ctx context.Context, _ *struct{}) (*body[list[ViewOf]], error) {
	out := list[ViewOf]{Items: []ViewOf{}}
	err := a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, v := range r.Views() {
			x := ViewOf{ID: v.Act.ID, Office: v.Act.Office, Purpose: v.Act.Purpose, By: v.Act.By[:], At: stamp(v.Recorded.At), Event: v.Recorded.Sequence}
			if v.Ended != nil {
				x.Ended = &Revocation{stamp(v.Ended.Recorded.At), v.Ended.Recorded.By, v.Ended.Act.Reason}
			}
			out.Items = append(out.Items, x)
		}
		return nil
	})
	return &body[list[ViewOf]]{out}, err
}
