package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/rulesets"
	"overflight/journal"
	"overflight/release"
	"overflight/survey"
)

func (a *api) reports(h huma.API) {
	operation(h, http.MethodPost, "/reports", "draft-report", "Make a report of a flight, a site or a period, and put on record what commits to it", a.draftReport)
	get(h, "/reports", "list-reports", "The reports on record", a.listReports)
	get(h, "/reports/{id}", "get-report", "A report with what it says, part by part", a.oneReport)
	get(h, "/reports/{id}/preview", "preview-report", "What an office would have of a report, field by field beside the original, and why", a.previewReport)
	operation(h, http.MethodPost, "/reports/{id}/releases", "propose-release", "Make the product that an office may have, and the release that two persons are to sign", a.proposeRelease)
	operation(h, http.MethodPost, "/reports/{id}/erasure", "erase-report", "Destroy what opens a report; what commits to it stays", a.eraseReport)
	get(h, "/releases", "list-releases", "The releases, those first that wait for a signature", a.listReleases)
	get(h, "/releases/{id}", "get-release", "One release, with what the office said", a.oneRelease)
	operation(h, http.MethodPost, "/releases/{id}/signatures", "sign-release", "Sign a release; with both signatures it is on record", a.signRelease)
	operation(h, http.MethodPost, "/releases/{id}/withdrawal", "drop-release", "Take back a release that was not signed by both", a.dropRelease)
	operation(h, http.MethodPost, "/releases/{id}/revocation", "revoke-release", "End a release for the future; the office is told", a.revokeRelease)
	get(h, "/partners", "list-partners", "States and their offices, and how the way to each one's node stands", a.listPartners)
	operation(h, http.MethodPost, "/offices", "describe-office", "Put on record what an office may have, and by which keys it answers", a.describeOffice)
	operation(h, http.MethodPost, "/offices/{state}/{office}/revocation", "revoke-office", "Shut an office off from what is released from then on", a.revokeOffice)
	get(h, "/withholdings", "list-withholdings", "Entries and looks that two persons keep from a state", a.listWithholdings)
	get(h, "/exports", "list-exports", "Files that were written for offices", a.listExports)
}

// subjectOf is nil of a report that was erased.
func subjectOf(s node.Subject) *ReportSubject {
	if s == (node.Subject{}) {
		return nil
	}
	out := ReportSubject{Flight: s.Flight, Site: uint32(s.Site)}
	if !s.From.IsZero() {
		out.From, out.To = stamp(s.From), stamp(s.To)
	}
	return &out
}

func reportOf(r *node.OnReport, releases []dissemination.Release) Report {
	e := r.Latest()
	s, m := &e.Act.Statement, e.Act.Marking
	out := Report{
		Number: r.Number, ID: r.ID, Version: s.Version, Subject: subjectOf(r.Subject), Made: stamp(s.Made), Records: s.Records, Root: s.Root.String(),
		Marking: MarkedAs{m, m.Line()}, By: e.Recorded.By, Event: e.Recorded.Sequence,
	}
	if r.Erased != nil {
		out.Erased = &Erasure{stamp(r.Erased.Recorded.At), r.Erased.Recorded.By, r.Erased.Act.Reason}
	}
	for i := range releases {
		if releases[i].Act.Report == r.ID && releases[i].Revoked == nil {
			out.Releases++
		}
	}
	return out
}

func (a *api) releases(ctx context.Context) (out []dissemination.Release, err error) {
	err = a.node.Dissemination(ctx, func(r *dissemination.Register) error { out = r.Releases(); return nil })
	return out, err
}

func (a *api) draftReport(ctx context.Context, in *draftInput) (*body[Report], error) {
	b := &in.Body
	x, _, err := a.node.Draft(ctx, node.DraftRequest{
		Subject: node.Subject{Flight: b.Flight, Site: survey.SiteID(b.Site), From: b.From.UTC(), To: b.To.UTC()}, Supersedes: b.Supersedes,
		Marking: node.MarkingRequest{Classification: b.Classification, Handling: release.Handling(b.Handling), ReleasableTo: b.ReleasableTo, Caveats: b.Caveats},
		By:      byWhom(ctx, b.By),
	})
	if err != nil {
		return nil, err
	}
	return &body[Report]{reportOf(&x, nil)}, nil
}

func (a *api) listReports(ctx context.Context, _ *struct{}) (*body[list[Report]], error) {
	releases, err := a.releases(ctx)
	if err != nil {
		return nil, err
	}
	var all []dissemination.Report
	if err := a.node.Dissemination(ctx, func(r *dissemination.Register) error { all = r.Reports(); return nil }); err != nil {
		return nil, err
	}
	out := list[Report]{Items: []Report{}}
	for i := range all {
		x, err := a.node.OnReport(ctx, all[i].ID)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, reportOf(&x, releases))
	}
	return &body[list[Report]]{out}, nil
}

// part cuts a list into parts; the cursor is how many came before.
func part[T any](all []T, p Page) ([]T, string, error) {
	from := 0
	if p.After != "" {
		n, err := strconv.Atoi(p.After)
		if err != nil || n < 0 {
			return nil, "", survey.ErrCursor
		}
		from = min(n, len(all))
	}
	to := min(len(all), from+cmp.Or(p.Limit, 100))
	if to < len(all) {
		return all[from:to], strconv.Itoa(to), nil
	}
	return all[from:to], "", nil
}

// titled is the text of a key where the catalogue has it.
func titled(w *catalogue.Catalogue, key, otherwise string) string {
	if w.Has(key) {
		return w.Text(key)
	}
	return otherwise
}

func kindTitle(w *catalogue.Catalogue, kind string) string {
	if kind == "" {
		return w.Text("report.withheld-record")
	}
	word, _, _ := strings.Cut(kind, "/")
	return titled(w, "share.kind."+word, kind)
}

func boxOf(b release.Box) Box4 {
	return Box4{South: float64(b.South), West: float64(b.West), North: float64(b.North), East: float64(b.East)}
}

func valueOf(v release.Value) ReportValue {
	out := ReportValue{Kind: string(v.Kind), Text: v.Text, Whole: v.Kind.Whole()}
	if out.Whole > 0 {
		out.Digits = len(v.Text)
	}
	if box, err := v.Box(); err == nil {
		b := boxOf(box)
		out.Box = &b
	}
	return out
}

func fieldOf(w *catalogue.Catalogue, spec release.FieldSpec, f release.Field) ReportField {
	return ReportField{
		Name: f.Name, Title: titled(w, "share.field."+f.Name, f.Name), Class: string(spec.Class), Unit: spec.Unit, Value: valueOf(f.Value), Marking: f.Marking.Line(),
	}
}

func (a *api) oneReport(ctx context.Context, in *reportInput) (*body[WholeReport], error) {
	x, err := a.node.OnReport(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	releases, err := a.releases(ctx)
	if err != nil {
		return nil, err
	}
	w := words(ctx)
	all := make([]int, len(x.Records))
	for i := range all {
		all[i] = i
	}
	numbers, next, err := part(all, in.Page)
	if err != nil {
		return nil, err
	}
	out := WholeReport{Report: reportOf(&x, releases), Items: []ReportRecord{}, Next: next}
	for _, n := range numbers {
		r := &x.Records[n]
		s, _ := release.SchemaOf(r.Kind)
		item := ReportRecord{Record: n, Kind: r.Kind, Title: kindTitle(w, r.Kind)}
		for i, f := range r.Fields {
			item.Fields = append(item.Fields, fieldOf(w, s.Fields[i], f))
		}
		out.Items = append(out.Items, item)
	}
	return &body[WholeReport]{out}, nil
}

// reasonsOf says why in the language of the request: by the rules, and where they have no text by the catalogue.
func reasonsOf(w *catalogue.Catalogue, rules *release.Policy, ids []string) []Reason {
	out := []Reason{}
	for _, id := range ids {
		text := titled(w, "share.reason."+strings.TrimPrefix(id, "release."), id)
		if r, ok := rules.Rule(id); ok {
			text = r.English
			if w.Language() == catalogue.Spanish {
				text = r.Spanish
			}
		}
		out = append(out, Reason{id, text})
	}
	return out
}

func inferable(x *release.Inferred) Inferable {
	return Inferable{Record: x.Record, Field: x.Field, Box: boxOf(x.Box), Radius: float64(x.Radius)}
}

func (a *api) previewReport(ctx context.Context, in *previewInput) (*body[ReleasePreview], error) {
	p, err := a.node.Preview(ctx, node.ReleaseRequest{Report: in.ID, Office: in.Office, Purpose: in.Purpose, NotBefore: in.NotBefore})
	if err != nil {
		return nil, err
	}
	releases, err := a.releases(ctx)
	if err != nil {
		return nil, err
	}
	records, next, err := part(p.Records, in.Page)
	if err != nil {
		return nil, err
	}
	w := words(ctx)
	out := ReleasePreview{
		Report: reportOf(&p.Report, releases), Office: in.Office, Purpose: in.Purpose, From: stamp(p.From), Shown: p.Shown, Coarse: p.Coarse, Withheld: p.Withheld,
		Items: []PreviewRecord{}, Next: next, Inferred: []Inferable{},
	}
	here := map[int]bool{}
	for i := range records {
		r := &records[i]
		here[r.Number] = true
		item := PreviewRecord{Record: r.Number, Kind: r.Kind, Title: kindTitle(w, r.Kind), Withheld: r.Withheld}
		for k := range r.Fields {
			f := &r.Fields[k]
			y := PreviewField{ReportField: fieldOf(w, f.Spec, f.Original), Reasons: reasonsOf(w, p.Rules, f.Shown.Reasons)}
			if f.Shown.Opening != nil {
				v := valueOf(f.Shown.Opening.Value)
				y.Shown = &v
			}
			item.Fields = append(item.Fields, y)
		}
		out.Items = append(out.Items, item)
	}
	for i := range p.Inferred {
		x := inferable(&p.Inferred[i])
		if here[x.Record] {
			out.Inferred = append(out.Inferred, x)
		}
		if out.Smallest == nil || x.Radius < out.Smallest.Radius {
			out.Smallest = &x
		}
	}
	return &body[ReleasePreview]{out}, nil
}

func (a *api) proposeRelease(ctx context.Context, in *proposeInput) (*body[ReleaseOf], error) {
	b := &in.Body
	p, err := a.node.Propose(ctx, node.ReleaseRequest{
		Report: in.ID, Office: b.Office, Purpose: b.Purpose, NotBefore: b.NotBefore, Caveats: b.Caveats, By: [2]string(b.Persons),
	}, byWhom(ctx, b.By))
	if err != nil {
		return nil, err
	}
	out, err := proposedOf(&p)
	return &body[ReleaseOf]{out}, err
}

func releasedOf(r *dissemination.ReportReleased) ReleaseOf {
	return ReleaseOf{
		ID: r.ID, Report: r.Report, Version: r.Version, Office: r.Office, Purpose: r.Purpose, NotBefore: stamp(r.NotBefore), Caveats: r.Caveats, Mark: r.Mark,
		Product: r.Product.String(), By: r.By[:], Signed: []string{}, Receipts: []Receipt{},
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
	out.Number, out.At, out.Event, out.Signed = x.Number, stamp(x.Recorded.At), x.Recorded.Sequence, x.Act.By[:]
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
	if report != "" {
		x, err := a.node.OnReport(ctx, report)
		if err != nil {
			return nil, err
		}
		report = x.ID
	}
	add := func(r ReleaseOf) {
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
	return &body[ReleaseOf]{a.recordedRelease(words(ctx), &x)}, nil
}

func (a *api) oneRelease(ctx context.Context, in *ReleasePath) (*body[ReleaseOf], error) {
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

func (a *api) dropRelease(_ context.Context, in *reasonInput) (*struct{}, error) {
	return &struct{}{}, a.node.DropProposal(in.ID)
}

func (a *api) revokeRelease(ctx context.Context, in *reasonInput) (*body[Stated], error) {
	return statedOf(a.node.RevokeRelease(ctx, in.ID, in.Body.Reason, byWhom(ctx, in.Body.By)))
}

func (a *api) eraseReport(ctx context.Context, in *eraseReportInput) (*body[Stated], error) {
	return statedOf(a.node.EraseReport(ctx, in.ID, in.Body.Reason, byWhom(ctx, in.Body.By)))
}

func officeOf(o *dissemination.Office) OfficeOn {
	d := &o.Act
	out := OfficeOn{
		Office: d.Office, State: dissemination.State(d.Office), Version: d.Version, Level: d.Level, Handling: string(d.Handling), Compartments: d.Compartments, Classes: []string{},
		Purposes: d.Purposes, PlaceDigits: d.PlaceDigits, TimeDigits: d.TimeDigits, Delay: d.Delay, Node: d.Node, Persons: d.Persons, Witness: d.Witness,
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
				out.Items = append(out.Items, PartnerStatus{State: state, Offices: []OfficeOn{}, Withheld: len(r.Withheld(state))})
			}
			out.Items[i].Offices = append(out.Items[i].Offices, officeOf(&o))
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
	for state, l := range a.node.Links(states) {
		x := &out.Items[slices.Index(states, state)]
		up := l.Up
		x.Linked, x.Sent, x.Taken, x.Oldest, x.Late = &up, l.Sent, l.Taken, stamp(l.Oldest), l.Late
	}
	return &body[list[PartnerStatus]]{out}, nil
}

func (a *api) describeOffice(ctx context.Context, in *officeInput) (*body[Stated], error) {
	b := &in.Body
	d := dissemination.OfficeDescribed{
		Office: b.Office, Level: b.Level, Handling: release.Handling(b.Handling), Compartments: slices.Sorted(slices.Values(b.Compartments)), Purposes: b.Purposes,
		PlaceDigits: b.PlaceDigits, TimeDigits: b.TimeDigits, Delay: b.Delay, Node: b.Node, Persons: b.Persons, Witness: b.Witness,
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
			out.Items = append(out.Items, Exported{e.Act.ID, e.Act.Office, e.Act.Purpose, e.Act.Format, e.Act.Root.String(), e.Act.File.String(), e.Act.By, stamp(e.Recorded.At), e.Recorded.Sequence})
		}
		return nil
	})
	return &body[list[Exported]]{out}, err
}

// A partner's end.

func (a *api) inbox(h huma.API) {
	get(h, "/inbox", "list-inbox", "What arrived at a partner's node, what is withheld from its state, and what was refused", a.listInbox)
	get(h, "/inbox/{id}", "get-inbox", "One product that arrived, with what it says once it was opened", a.oneInbox)
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
	out.NodeKey = k.Public().String()
	w := words(ctx)
	err = a.node.Dissemination(ctx, func(r *dissemination.Register) error {
		all := r.Arrivals()
		slices.Reverse(all) // the newest first
		for i := range all {
			out.Items = append(out.Items, inboxEntry(w, &all[i]))
		}
		for _, e := range r.Counted() {
			out.Withheld = append(out.Withheld, Counted{e.Act.State, e.Act.Number, e.Act.Origin, e.Act.Leaf, stamp(e.Recorded.At)})
		}
		for _, e := range r.Refused() {
			out.Refused = append(out.Refused, RefusedItem{e.Act.Item, e.Act.Reason, stamp(e.Recorded.At), e.Recorded.Sequence})
		}
		return nil
	})
	return &body[Inbox]{out}, err
}

func (a *api) oneInbox(ctx context.Context, in *inboxItemInput) (*body[InboxItem], error) {
	x, err := a.node.InboxItem(ctx, in.ID)
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

func (a *api) receiptText(ctx context.Context, in *receiptInput) (*body[ToSign], error) {
	x, err := a.node.InboxItem(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	r := x.NextReceipt(dissemination.Step(b.Step), a.now())
	r.By, r.Says = b.Person, b.Says
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
