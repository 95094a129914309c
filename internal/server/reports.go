package server

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"overflight/dissemination"
	"overflight/internal/catalogue"
	"overflight/internal/node"
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
	operation(h, http.MethodPost, "/reports/{id}/exports", "export-report", "Write what an office may have of a report as a file, and put on record what for", a.exportReport)
	operation(h, http.MethodPost, "/releases/{id}/exports", "export-release", "Write a copy as it was released as a file, and put on record what for", a.exportRelease)
	get(h, "/releases", "list-releases", "The releases, those first that wait for a signature", a.listReleases)
	get(h, "/releases/{id}", "get-release", "One release, with what the office said", a.oneRelease)
	operation(h, http.MethodPost, "/releases/{id}/signatures", "sign-release", "Sign a release; with both signatures it is on record", a.signRelease)
	operation(h, http.MethodPost, "/releases/{id}/withdrawal", "drop-release", "Take back a release that was not signed by both", a.dropRelease)
	operation(h, http.MethodPost, "/releases/{id}/revocation", "revoke-release", "End a release for the future; the office is told", a.revokeRelease)
	get(h, "/partners", "list-partners", "States and their offices, and how the way to each one's node stands", a.listPartners)
	operation(h, http.MethodPost, "/offices", "describe-office", "Put on record what an office may have, and by which keys it answers", a.describeOffice)
	operation(h, http.MethodPost, "/offices/{state}/{office}/revocation", "revoke-office", "Shut an office off from what is released from then on", a.revokeOffice)
	get(h, "/views", "list-views", "Views that were agreed: what concerns a state is shown to an office of it by default", a.listViews)
	get(h, "/withholdings", "list-withholdings", "Entries and looks that two persons keep from a state", a.listWithholdings)
	get(h, "/exports", "list-exports", "Files that were written for offices", a.listExports)
}

// subjectOf is nil of a report that was erased.
func subjectOf(s node.Subject) *ReportSubject {
	if s == (node.Subject{}) {
		return nil
	}
	out := ReportSubject{Flight: s.Flight, State: s.State, Site: uint32(s.Site)}
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
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // what it says is lost: that it is there is not
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
func reasonsOf(w *catalogue.Catalogue, rules *release.Policy, ids []string) []RuleReason {
	out := []RuleReason{}
	for _, id := range ids {
		text := titled(w, "share.reason."+strings.TrimPrefix(id, "release."), id)
		if r, ok := rules.Rule(id); ok {
			text = r.English
			if w.Language() == catalogue.Spanish {
				text = r.Spanish
			}
		}
		out = append(out, RuleReason{id, text})
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
