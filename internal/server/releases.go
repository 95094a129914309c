package server

import (
	"context"
	"slices"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/journal"
)

func (a *api) proposeRelease(ctx context.Context, in *proposeInput) (*body[ReleaseOf], error) {
	b := &in.Body
	p, err := a.node.Propose(ctx, node.ReleaseRequest{
		Report: in.ID, Office: b.Office, Purpose: b.Purpose, NotBefore: b.NotBefore, Caveats: b.Caveats, By: [2]string(b.Signers),
	}, byWhom(ctx, b.By))
	if err != nil {
		return nil, err
	}
	out, err := proposedOf(&p)
	return &body[ReleaseOf]{out}, err
}

func releasedOf(r *dissemination.ReportReleased) ReleaseOf {
	by := []string{}
	if r.Standing == "" {
		by = r.By[:]
	}
	return ReleaseOf{
		View: r.Standing, ID: r.ID, Report: r.Report, Version: r.Version, Office: r.Office, Purpose: r.Purpose, NotBefore: stamp(r.NotBefore), Caveats: r.Caveats, Mark: r.Mark,
		Product: r.Product.String(), By: by, Signed: []string{}, Receipts: []Receipt{},
	}
}

func proposedOf(p *node.Proposal) (ReleaseOf, error) {
	out := releasedOf(&p.Release)
	out.State, out.At = "proposed", stamp(p.At)
	for _, s := range p.Signatures {
		out.Signed = append(out.Signed, s.Name)
	}
	s, err := node.ToSign(string(dissemination.KindReleased), p.Document)
	if err != nil {
		return out, err
	}
	out.ToSign = &ToSign{Act: string(dissemination.KindReleased), ID: s.ID, Document: s.Document, Text: string(s.Text), Signers: s.Signers}
	return out, nil
}

func revocationOf(e *authority.Entry[dissemination.ReleaseRevoked]) *Revocation {
	if e == nil {
		return nil
	}
	return &Revocation{stamp(e.Recorded.At), e.Recorded.By, e.Act.Reason}
}

func receiptOf(w *catalogue.Catalogue, e *authority.Entry[dissemination.ReceiptGiven]) Receipt {
	r := &e.Act
	out := Receipt{Step: string(r.Step), Title: w.Text("receipt." + string(r.Step)), Number: r.Number, At: stamp(r.At), By: r.By, Says: r.Says, Event: e.Recorded.Sequence}
	if r.Answer != nil {
		record := r.Answer.Record
		out.Record, out.Outcome, out.Visited = &record, string(r.Answer.Outcome), stamp(r.Answer.Visited)
	}
	return out
}

func receiptsOf(w *catalogue.Catalogue, all []authority.Entry[dissemination.ReceiptGiven]) []Receipt {
	out := []Receipt{}
	for i := range all {
		out = append(out, receiptOf(w, &all[i]))
	}
	return out
}

func (a *api) recordedRelease(w *catalogue.Catalogue, x *dissemination.Release) ReleaseOf {
	out := releasedOf(&x.Act)
	out.Number, out.At, out.Event, out.Signed = x.Number, stamp(x.Recorded.At), x.Recorded.Sequence, out.By
	out.Revoked, out.Receipts = revocationOf(x.Revoked), receiptsOf(w, x.Receipts)
	switch {
	case x.Revoked != nil:
		out.State = "revoked"
	case a.now().Before(x.Act.NotBefore):
		out.State = "waiting"
	default:
		out.State = "sent"
	}
	return out
}

func (a *api) listReleases(ctx context.Context, in *releasesInput) (*body[list[ReleaseOf]], error) {
	out := list[ReleaseOf]{Items: []ReleaseOf{}}
	proposals, err := a.node.Proposals()
	if err != nil {
		return nil, err
	}
	all, err := a.releases(ctx)
	if err != nil {
		return nil, err
	}
	report := in.Report
	if _, bound := ofOffice(ctx); report != "" && !bound {
		x, err := a.node.OnReport(ctx, report)
		if err != nil {
			return nil, err
		}
		report = x.ID
	}
	own, bound := ofOffice(ctx)
	add := func(r ReleaseOf) {
		if bound && (r.Office != own || r.State == "proposed" || r.State == "waiting") {
			return // nobody is told of what they do not have yet
		}
		if (report == "" || r.Report == report) && (in.Office == "" || r.Office == in.Office) {
			out.Items = append(out.Items, r)
		}
	}
	for i := range proposals {
		p, err := proposedOf(&proposals[i])
		if err != nil {
			return nil, err
		}
		add(p)
	}
	slices.Reverse(all) // the newest first
	for i := range all {
		add(a.recordedRelease(words(ctx), &all[i]))
	}
	return &body[list[ReleaseOf]]{out}, nil
}

func (a *api) release(ctx context.Context, name string) (*body[ReleaseOf], error) {
	var x dissemination.Release
	err := a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		var err error
		x, err = r.Release(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := a.recordedRelease(words(ctx), &x)
	if own, bound := ofOffice(ctx); bound && (x.Act.Office != own || out.State == "waiting") {
		return nil, dissemination.NewFault(dissemination.CodeNoRelease, name)
	}
	return &body[ReleaseOf]{out}, nil
}

func (a *api) oneRelease(ctx context.Context, in *ReleasePath) (*body[ReleaseOf], error) {
	if _, bound := ofOffice(ctx); bound {
		return a.release(ctx, in.ID)
	}
	proposals, err := a.node.Proposals()
	if err != nil {
		return nil, err
	}
	for i := range proposals {
		if proposals[i].Release.ID == in.ID {
			out, err := proposedOf(&proposals[i])
			return &body[ReleaseOf]{out}, err
		}
	}
	return a.release(ctx, in.ID)
}

func (a *api) signRelease(ctx context.Context, in *signReleaseInput) (*body[ReleaseOf], error) {
	s, err := a.node.SignRelease(ctx, in.ID, journal.Signature{Name: in.Body.Signature.Name, Line: in.Body.Signature.Line}, byWhom(ctx, in.Body.By))
	if err != nil {
		return nil, err
	}
	if s.Done {
		return a.release(ctx, s.Release.ID)
	}
	out, err := proposedOf(&s.Proposal)
	return &body[ReleaseOf]{out}, err
}

func (a *api) dropRelease(ctx context.Context, in *reasonInput) (*struct{}, error) {
	return &struct{}{}, a.node.DropProposal(ctx, in.ID)
}

func (a *api) revokeRelease(ctx context.Context, in *reasonInput) (*body[Stated], error) {
	return statedOf(a.node.RevokeRelease(ctx, in.ID, in.Body.Reason, byWhom(ctx, in.Body.By)))
}

func (a *api) eraseReport(ctx context.Context, in *eraseReportInput) (*body[Stated], error) {
	return statedOf(a.node.EraseReport(ctx, in.ID, in.Body.Reason, byWhom(ctx, in.Body.By)))
}
