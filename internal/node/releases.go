package node

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/internal/rulesets"
	"overflight/journal"
	"overflight/release"
)

// ReleaseRequest asks what an office may have of a report, or for a release of that.
type ReleaseRequest struct {
	Report    string // identifier or number
	Office    string
	Purpose   string
	NotBefore time.Time // zero: as soon as the delay of the office is over
	Caveats   []string  // beside those that every release has
	By        [2]string // both are to sign; not of a preview
}

// PreviewedField is a field as it is, and as an office would have it.
type PreviewedField struct {
	Spec     release.FieldSpec
	Original release.Field
	Shown    release.Shown
}

// PreviewedRecord is a record as it is, and as an office would have it.
type PreviewedRecord struct {
	Number   int
	Kind     string
	Withheld bool // whole: the office is told that it is there
	Fields   []PreviewedField
}

// Preview is what an office would have of a report.
type Preview struct {
	Report   OnReport
	Office   dissemination.Office
	Purpose  string
	From     time.Time // from when on it would
	Product  *release.Product
	Records  []PreviewedRecord
	Inferred []release.Inferred
	Rules    *release.Policy

	Shown, Coarse, Withheld int // fields that have a value
}

// Preview says what an office would have of a report, without a release.
func (n *Node) Preview(ctx context.Context, q ReleaseRequest) (*Preview, error) {
	if err := n.only(config.Operator); err != nil {
		return nil, err
	}
	p, _, err := n.preview(ctx, &q, strings.Repeat("0", markLength))
	return p, err
}

// markLength is that of the mark of a copy: 128 bits, hexadecimal.
const markLength = 32

// preview redacts a report for an office. A mark of nothing but zeros is of no copy.
func (n *Node) preview(ctx context.Context, q *ReleaseRequest, mark string) (*Preview, []byte, error) {
	x, made, seed, err := n.sealed(ctx, q.Report)
	if err != nil {
		return nil, nil, err
	}
	p := &Preview{Report: *x, Purpose: q.Purpose}
	err = n.Dissemination(ctx, func(r *dissemination.Register) error {
		var err error
		p.Office, err = r.Office(q.Office)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(p.Office.Act.Purposes, q.Purpose) {
		return nil, nil, dissemination.NewFault(dissemination.CodePurpose, q.Office, q.Purpose)
	}
	if p.Rules, _, err = rulesets.Release(); err != nil {
		return nil, nil, err
	}
	recipient := p.Office.Act.Recipient(p.Office.Revoked != nil)
	last := latest(made)
	p.From = n.now().Truncate(time.Second)
	if q.NotBefore.IsZero() {
		p.From = later(p.From, ceil(last.Add(recipient.Delay)))
	} else {
		p.From = later(p.From, q.NotBefore.UTC().Truncate(time.Second))
	}
	granted := p.Rules.Granted(release.Question{Office: recipient, Purpose: q.Purpose, Age: p.From.Sub(last)})
	caveats := listed(append(slices.Clone(q.Caveats), dissemination.NotForTargeting), "")
	p.Product, err = release.Redact(made, seed, granted, release.Copy{
		Office: recipient.ID, State: recipient.State, Mark: mark, Released: p.From, Purpose: q.Purpose, Caveats: caveats,
	})
	if err != nil {
		return nil, nil, err
	}
	p.beside(made)
	p.Inferred = release.Infer(p.Product)
	var document bytes.Buffer
	_, err = p.Product.WriteTo(&document)
	return p, document.Bytes(), err
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func ceil(t time.Time) time.Time {
	if s := t.Truncate(time.Second); s.Before(t) {
		return s.Add(time.Second)
	}
	return t
}

// latest is the last instant that a report tells of: its delay runs from there.
func latest(r *release.Report) time.Time {
	var out time.Time
	for i := range r.Records {
		for _, f := range r.Records[i].Fields {
			if _, to, err := f.Value.Span(); err == nil {
				out = later(out, to)
			}
		}
	}
	if out.IsZero() {
		return r.Made
	}
	return out
}

// beside sets each field as it is beside what the product shows of it.
func (p *Preview) beside(r *release.Report) {
	for i := range r.Records {
		x, part := &r.Records[i], &p.Product.Parts[i]
		s, _ := release.SchemaOf(x.Kind)
		out := PreviewedRecord{Number: i, Kind: x.Kind, Withheld: part.Kind == ""}
		for k, f := range x.Fields {
			y := PreviewedField{Spec: s.Fields[k], Original: f}
			if !out.Withheld {
				y.Shown = part.Fields[k]
			}
			out.Fields = append(out.Fields, y)
			switch {
			case f.Value.Kind == release.Absent:
			case y.Shown.Opening == nil:
				p.Withheld++
			case y.Shown.Coarse():
				p.Coarse++
			default:
				p.Shown++
			}
		}
		p.Records = append(p.Records, out)
	}
}

// Proposal is a release that both persons have not signed yet.
type Proposal struct {
	Release    dissemination.ReportReleased
	Document   []byte // canonical: what is signed
	Signatures []journal.Signature
	By         string // who proposed it
	At         time.Time
}

type keptProposal struct {
	Document   json.RawMessage     `json:"document"`
	Signatures []journal.Signature `json:"signatures"`
	By         string              `json:"by"`
	At         time.Time           `json:"at"`
}

const mostProposal = 1 << 20

func (n *Node) proposalPath(id string) string {
	return filepath.Join(placesOf(n.cfg.Config).proposals, id+".json")
}

// mostProduct bounds a product, in bytes: with what proves it, it fits into what goes to another node at once.
const mostProduct = 11 << 20

// Propose makes the product that an office may have of a report, and the release that two persons are to sign. It is on record when both
// have: SignRelease. The copy has a mark of its own.
func (n *Node) Propose(ctx context.Context, q ReleaseRequest, by string) (Proposal, error) {
	if err := errors.Join(named(by), n.only(config.Operator)); err != nil {
		return Proposal{}, err
	}
	n.drafting.Lock()
	defer n.drafting.Unlock()
	out, product, err := n.propose(ctx, &q, "", by)
	if err != nil {
		return Proposal{}, err
	}
	// First what leads to the product: a crash leaves none that dropping and erasing do not find.
	if err := n.keepProposal(&out); err != nil {
		return Proposal{}, err
	}
	if _, err := n.KeepDocument(bytes.NewReader(product)); err != nil {
		return Proposal{}, errors.Join(err, n.withdraw(ctx, &out))
	}
	return out, nil
}

// propose makes the product and the release, by two persons or by a view that was agreed. Neither is kept.
func (n *Node) propose(ctx context.Context, q *ReleaseRequest, standing, by string) (Proposal, []byte, error) {
	p, document, err := n.preview(ctx, q, random(markLength/2))
	if err != nil {
		return Proposal{}, nil, err
	}
	if p.Shown+p.Coarse == 0 {
		return Proposal{}, nil, dissemination.NewFault(dissemination.CodeNothing, p.Report.ID, q.Office)
	}
	out := Proposal{By: by, At: n.now(), Release: dissemination.ReportReleased{
		ID: "RL-" + random(5), Report: p.Report.ID, Version: p.Product.Statement.Version, Root: p.Product.Statement.Root, Office: q.Office, OfficeAct: p.Office.Recorded.Digest,
		Rules: p.Rules.Digest, Purpose: q.Purpose, NotBefore: p.From, Caveats: p.Product.Copy.Caveats, Mark: p.Product.Copy.Mark, Product: evidence.Digest(sha256.Sum256(document)),
		By: q.By, Standing: standing,
	}}
	if len(document) > mostProduct {
		return Proposal{}, nil, dissemination.NewFault(dissemination.CodeLarge, p.Report.ID, strconv.Itoa(len(document)), strconv.Itoa(mostProduct))
	}
	if out.Document, err = dissemination.Encode(out.Release); err != nil {
		return Proposal{}, nil, err
	}
	// What the register would refuse is not put before a second person.
	err = n.Dissemination(ctx, func(r *dissemination.Register) error {
		return r.Admit(out.Release, recordedOf(&journal.ActRecorded{Document: out.Document, Signatures: []journal.Signature{{Name: q.By[0]}, {Name: q.By[1]}}}, 0))
	})
	return out, document, err
}

func (n *Node) keepProposal(p *Proposal) error {
	b, err := json.Marshal(keptProposal{p.Document, p.Signatures, p.By, p.At})
	if err != nil {
		return err
	}
	files, path := durable.OS(), n.proposalPath(p.Release.ID)
	if err := files.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return files.WriteFile(path, b, 0o600)
}

func (n *Node) readProposal(id string) (Proposal, error) {
	none := dissemination.NewFault(dissemination.CodeNoProposal, id)
	if id == "" || strings.ContainsAny(id, "./\\") {
		return Proposal{}, none
	}
	b, err := durable.OS().ReadFile(n.proposalPath(id), mostProposal)
	if errors.Is(err, fs.ErrNotExist) {
		return Proposal{}, none
	}
	var k keptProposal
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil {
		return Proposal{}, err
	}
	a, err := dissemination.Decode(dissemination.KindReleased, k.Document)
	if err != nil {
		return Proposal{}, err
	}
	r, _ := a.(dissemination.ReportReleased) // of that kind it is
	return Proposal{Release: r, Document: k.Document, Signatures: k.Signatures, By: k.By, At: k.At}, nil
}

// Proposals lists the releases that are not signed by both yet, the oldest first.
func (n *Node) Proposals() ([]Proposal, error) {
	all, err := durable.OS().List(placesOf(n.cfg.Config).proposals)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Proposal
	for _, e := range all {
		id, ok := strings.CutSuffix(e.Name, ".json")
		if !ok {
			continue
		}
		p, err := n.readProposal(id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Proposal) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Release.ID, b.Release.ID))
	})
	return out, nil
}

// Signed is what became of a signature.
type Signed struct {
	Proposal
	Stated // once both have signed
	Done   bool
}

// SignRelease takes the signature of one of the two persons. With both the release is on record.
func (n *Node) SignRelease(ctx context.Context, id string, s journal.Signature, by string) (Signed, error) {
	if err := errors.Join(named(by), n.only(config.Operator)); err != nil {
		return Signed{}, err
	}
	n.drafting.Lock()
	defer n.drafting.Unlock()
	p, err := n.readProposal(id)
	if err != nil {
		return Signed{}, err
	}
	if !slices.Contains(p.Release.By[:], s.Name) {
		return Signed{}, dissemination.NewFault(dissemination.CodeNotNamed, s.Name, strings.Join(p.Release.By[:], ", "))
	}
	all, err := n.Signatories(ctx)
	if err != nil {
		return Signed{}, err
	}
	if err := signedBy(all, string(dissemination.KindReleased), p.Document, s, n.now()); err != nil {
		return Signed{}, err
	}
	p.Signatures = slices.DeleteFunc(p.Signatures, func(have journal.Signature) bool { return have.Name == s.Name })
	p.Signatures = append(p.Signatures, s)
	out := Signed{Proposal: p}
	if len(p.Signatures) < len(p.Release.By) {
		return out, n.keepProposal(&p)
	}
	for _, s := range p.Signatures { // the first one's key may have been revoked since
		if err := signedBy(all, string(dissemination.KindReleased), p.Document, s, n.now()); err != nil {
			return Signed{}, err
		}
	}
	e := journal.ActRecorded{Act: string(dissemination.KindReleased), Document: p.Document, Signatures: p.Signatures, By: by, At: n.now()}
	if out.Stated, err = n.putAct(ctx, e); err != nil {
		return Signed{}, err
	}
	out.Done = true
	return out, durable.OS().Remove(n.proposalPath(id))
}

// DropProposal takes a release back that was not signed by both, and destroys its product: that has what opens the report.
func (n *Node) DropProposal(ctx context.Context, id string) error {
	n.drafting.Lock()
	defer n.drafting.Unlock()
	p, err := n.readProposal(id)
	if err != nil {
		return err
	}
	return n.withdraw(ctx, &p)
}

// withdraw takes a proposal away, with its product. A crash may have left the proposal of a release that is on record: the product stays
// then, for the office has it.
func (n *Node) withdraw(ctx context.Context, p *Proposal) error {
	released := false
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		_, err := r.Release(p.Release.ID)
		released = err == nil
		return nil
	})
	if err != nil {
		return err
	}
	if !released {
		if err := n.destroyDocument(p.Release.Product); err != nil {
			return err
		}
	}
	return durable.OS().Remove(n.proposalPath(p.Release.ID))
}

// withdrawOf takes all proposals of a report away.
func (n *Node) withdrawOf(ctx context.Context, report string) error {
	all, err := n.Proposals()
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Release.Report == report {
			if err := n.withdraw(ctx, &all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// RevokeRelease ends a release, by its identifier or number, for the future.
func (n *Node) RevokeRelease(ctx context.Context, name, reason, by string) (Stated, error) {
	if err := errors.Join(named(by), n.only(config.Operator)); err != nil {
		return Stated{}, err
	}
	a := dissemination.ReleaseRevoked{Reason: reason}
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		x, err := r.Release(name)
		a.Release = x.Act.ID
		return err
	})
	if err != nil {
		return Stated{}, err
	}
	return n.share(ctx, a, by)
}

// RevokeOffice shuts an office off from what is released from then on, and revokes what it was to have and has not been sent.
func (n *Node) RevokeOffice(ctx context.Context, office, reason, by string) (Stated, error) {
	if err := errors.Join(named(by), n.only(config.Operator)); err != nil {
		return Stated{}, err
	}
	return n.share(ctx, dissemination.OfficeRevoked{Office: office, Reason: reason}, by)
}

// DescribeOffice puts on record what an office may have: the next version of it.
func (n *Node) DescribeOffice(ctx context.Context, a dissemination.OfficeDescribed, by string) (Stated, error) {
	if err := errors.Join(named(by), n.only(config.Operator)); err != nil {
		return Stated{}, err
	}
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		a.Version = 1
		if o, err := r.Office(a.Office); err == nil {
			a.Version = o.Act.Version + 1
		}
		return nil
	})
	if err != nil {
		return Stated{}, err
	}
	return n.share(ctx, a, by)
}

// Export is what an office may have of a report, for a file.
func (n *Node) Export(ctx context.Context, q ReleaseRequest, draw func(*release.Product) ([]byte, error), format, by string) ([]byte, Stated, error) {
	if err := errors.Join(named(by), n.only(config.Operator)); err != nil {
		return nil, Stated{}, err
	}
	p, _, err := n.preview(ctx, &q, random(markLength/2))
	if err != nil {
		return nil, Stated{}, err
	}
	if p.Shown+p.Coarse == 0 {
		return nil, Stated{}, dissemination.NewFault(dissemination.CodeNothing, p.Report.ID, q.Office)
	}
	if p.From.After(n.now()) { // what is not to be had yet is no file either
		return nil, Stated{}, dissemination.NewFault(dissemination.CodeTooSoon, q.Office, p.From.Format(time.RFC3339))
	}
	return n.exported(ctx, p.Product, q.Office, q.Purpose, draw, format, by)
}

// exported writes a product as a file, and puts on record that it was and what for.
func (n *Node) exported(ctx context.Context, p *release.Product, office, purpose string, draw func(*release.Product) ([]byte, error), format, by string) ([]byte, Stated, error) {
	b, err := draw(p)
	if err != nil {
		return nil, Stated{}, err
	}
	a := dissemination.ProductExported{
		ID: "E-" + random(5), Office: office, Purpose: purpose, Format: format, Root: p.Statement.Root, File: evidence.Digest(sha256.Sum256(b)), Mark: p.Copy.Mark, By: by,
	}
	stated, err := n.share(ctx, a, by)
	return b, stated, err
}

// ExportCopy writes the copy that an office has as a file: at the operator's node as it was released, at a partner's as somebody of the
// office opened it. It is for what it was released for and for nothing else.
func (n *Node) ExportCopy(ctx context.Context, id, purpose string, draw func(*release.Product) ([]byte, error), format, by string) ([]byte, Stated, error) {
	if err := named(by); err != nil {
		return nil, Stated{}, err
	}
	var g Given
	var office string
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		if n.cfg.Role == config.Partner {
			x, err := r.Arrival(id)
			if item := (InboxItem{Arrival: x}); err == nil && !item.Opened() {
				err = dissemination.NewFault(dissemination.CodeNotOpened, x.Act.Release)
			}
			g, office = Given{x.Act.Release, x.Act.Report, x.Act.Product, revokedAt(x.Revoked)}, x.Act.Office
			return err
		}
		x, err := r.Release(id)
		if err == nil && n.now().Before(x.Act.NotBefore) {
			err = dissemination.NewFault(dissemination.CodeTooSoon, x.Act.Office, x.Act.NotBefore.Format(time.RFC3339))
		}
		g, office = Given{x.Act.ID, x.Act.Report, x.Act.Product, revokedAt(x.Revoked)}, x.Act.Office
		return err
	})
	if err != nil {
		return nil, Stated{}, err
	}
	if !g.Revoked.IsZero() {
		return nil, Stated{}, dissemination.NewFault(dissemination.CodeReleaseRevoked, g.Release, g.Revoked.Format(time.RFC3339))
	}
	p, err := n.Product(ctx, &g)
	if err != nil {
		return nil, Stated{}, err
	}
	if p.Copy.Purpose != purpose {
		return nil, Stated{}, dissemination.NewFault(dissemination.CodePurpose, office, purpose)
	}
	return n.exported(ctx, p, office, purpose, draw, format, by)
}
