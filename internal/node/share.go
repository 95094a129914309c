package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/internal/sqlite"
	"overflight/internal/witness"
	"overflight/journal"
	"overflight/signature"
	"overflight/survey"
	"overflight/transparency"
)

// Carried is one thing that came from another node.
type Carried struct {
	Sequence uint64 // from 1, without gaps
	Kind     string
	ID       string
	Body     []byte
}

// Link is how the way to another node stands.
type Link struct {
	Up      bool
	Sent    uint64
	Taken   uint64    // by the transport's word: nobody has opened anything by that
	Oldest  time.Time // when the oldest was sent that is not taken; zero: all are
	Receipt time.Time // when the last came
	Heard   time.Time // when the other node was last heard; zero: not since the start
	Late    bool      // the oldest is older than it may be, or nothing is heard
	Since   time.Time // of Late
	Apart   Apart     // empty while the two have the same history
	Refused Refusal   // zero where nobody was turned away, or the other node is here again
}

// Apart says how the histories of what went over a link differ. Nothing is taken over then.
type Apart string

// How they differ.
const (
	TheirsShorter Apart = "shorter" // the other node has less than this one once had of it
	TheirsOther   Apart = "other"   // it has something else where this one has what it once sent
	OursOther     Apart = "ours"    // it says either of this node
)

// still is how long another node that is linked may not be heard before nothing is handed to the link that may be revoked until it is. In
// between it is heard every second, and after a cut within a few.
const still = 10 * time.Second

// moves says whether what is sent now goes now. A link may seem to stand for minutes after it was cut.
func (l *Link) moves(now time.Time) bool {
	stands := func(since time.Time) bool { return !since.IsZero() && now.Sub(since) > still }
	return l.Up && !l.Late && l.Apart == "" && !stands(l.Heard) && !stands(l.Oldest)
}

// Refusal is the last certificate under a partner's name that was not let in.
type Refusal struct {
	At   time.Time
	Code string // expired, revoked, untrusted or list
}

// Outbound is the operator's end of what carries things to partners' nodes.
type Outbound interface {
	// Send MUST have the item on stable storage when it returns, once for each kind and id however often it is called.
	Send(ctx context.Context, partner, kind, id string, body []byte) (uint64, error)
	// Receipts MUST hand on each receipt in order until f takes it, and end with the context.
	Receipts(ctx context.Context, f func(partner string, r Carried) error) error
	// Link is false for a partner whose node may not come.
	Link(partner string) (Link, bool)
}

// Inbound is the partner's end.
type Inbound interface {
	// Items MUST hand on each item in order until f takes it, and end with the context.
	Items(ctx context.Context, f func(Carried) error) error
	// Answer MUST have the answer on stable storage when it returns, once for each kind and id.
	Answer(ctx context.Context, kind, id string, body []byte) error
	Link() Link
}

// sharing is what wakes who sends.
type sharing struct {
	wake  chan struct{} // of capacity 1
	out   Outbound
	in    Inbound
	shelf shelf
	// memory is of the witness, while a partner's node exchanges.
	memory *witness.Folder
	by     *transparency.Witness

	asking sync.Mutex // held by who asks partners to cosign, and by who sends what they are asked of, whose is:
	asked  map[string]uint64

	gone map[string]bool // what is known to have gone, by kind and id; of who sends

	viewing sync.Mutex // held by who shows views, whose is:

	subjects  map[string]Subject          // of reports
	concerned map[journal.Sortie][]string // states, of flights that are closed
	warned    string
}

// told says that something may have to be sent.
func (s *sharing) told() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// shares says whether something carries things to or from other nodes.
func (n *Node) shares() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sharing.out != nil || n.sharing.in != nil || n.cfg.Link.Listen != "" || n.cfg.Link.Remote != ""
}

// mayRecord holds acts of sharing to the node that they are of, and those that a node makes itself to the node.
func (n *Node) mayRecord(kind authority.Kind) error {
	if !dissemination.Takes(kind) {
		return nil
	}
	switch kind {
	case dissemination.KindOffice, dissemination.KindOfficeRevoked, dissemination.KindRevoked, dissemination.KindStanding, dissemination.KindStandingEnded, dissemination.KindWithheld:
		return n.only(config.Operator)
	case dissemination.KindReceipt:
		return n.only(config.Partner)
	default:
		return dissemination.NewFault(dissemination.CodeOnlyNode, string(kind))
	}
}

// share puts an act on record that nobody has to sign.
func (n *Node) share(ctx context.Context, a authority.Act, by string) (Stated, error) {
	document, err := dissemination.Encode(a)
	if err != nil {
		return Stated{}, err
	}
	return n.putAct(ctx, journal.ActRecorded{Act: string(a.Kind()), Document: document, By: by, At: n.now()})
}

// dueEvery is how often is looked for what has come due.
const dueEvery = time.Second

// Share sends what is due to partners' nodes and takes their receipts, until the context ends.
func (n *Node) Share(ctx context.Context, out Outbound) error {
	if err := n.only(config.Operator); err != nil {
		return err
	}
	n.mu.Lock()
	n.sharing.out = out
	n.mu.Unlock()
	return n.exchange(ctx, func(ctx context.Context) error { return n.sendDue(ctx, out) }, func(ctx context.Context) error {
		return out.Receipts(ctx, func(partner string, r Carried) error { return n.takeReceipt(ctx, partner, &r) })
	})
}

// exchange sends whenever something may be due, and takes all the while.
func (n *Node) exchange(ctx context.Context, send, take func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	taken := make(chan error, 1)
	go func() { taken <- take(ctx) }()
	t := time.NewTicker(dueEvery)
	defer t.Stop()
	for {
		err := send(ctx)
		n.ails(partSharing, err)
		select {
		case err := <-taken:
			return err
		case <-ctx.Done():
			cancel()
			<-taken
			return nil
		case <-t.C:
		case <-n.sharing.wake:
		}
	}
}

// parcelOf is something that is to go, and how it is made where it was not yet.
type parcelOf struct {
	partner, kind, id string
	item              func(context.Context) (any, error)
}

// sendDue sends what has come due and has not gone.
func (n *Node) sendDue(ctx context.Context, out Outbound) error {
	due, err := n.due(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for i := range due {
		d := &due[i]
		l, ok := out.Link(d.partner)
		if !ok || d.kind == dissemination.ItemProduct && !l.moves(n.now()) {
			continue // it waits until its node may come, or has come: what is handed to the link arrives, whatever is revoked meanwhile
		}
		n.sharing.asking.Lock() // what proves it is asked for before anything larger is
		err := n.sendOnce(ctx, d.kind, d.id, d.item, func(b []byte) error {
			_, err := out.Send(ctx, d.partner, d.kind, d.id, b)
			return err
		})
		n.sharing.asking.Unlock()
		if err != nil { // one partner that cannot be sent to keeps nothing from the others
			faults = append(faults, fmt.Errorf("sending %s %s to %s: %w", d.kind, d.id, d.partner, err))
		}
	}
	return errors.Join(faults...)
}

func (n *Node) due(ctx context.Context) ([]parcelOf, error) {
	var out []parcelOf
	now := n.now()
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, x := range r.Releases() {
			to := dissemination.PartnerOf(x.Act.Office)
			o, err := r.Office(x.Act.Office)
			if err != nil {
				return err
			}
			switch {
			case x.Revoked != nil && n.mayHaveGone(dissemination.ItemProduct, x.Act.ID):
				out = append(out, parcelOf{to, dissemination.ItemRevoked, x.Act.ID, n.noticeOf(*x.Revoked)})
			case x.Revoked == nil && o.Revoked == nil && !now.Before(x.Act.NotBefore):
				report, err := r.Report(x.Act.Report)
				if err != nil {
					return err
				}
				described, drafted, released := o.At(x.Act.OfficeAct), report.Versions[x.Act.Version-1], x.Entry
				p := packing{office: actOf(described), report: actOf(drafted), release: actOf(released), product: released.Act.Product}
				if v, ok := r.View(x.Act.Standing); ok {
					p.view = actOf(v.Entry)
				}
				out = append(out, parcelOf{to, dissemination.ItemProduct, x.Act.ID, func(ctx context.Context) (any, error) { return n.pack(ctx, &p) }})
			}
		}
		for _, w := range r.Withheld("") {
			out = append(out, parcelOf{w.Act.State, dissemination.ItemPlaceholder, strings.ReplaceAll(w.Act.Ident(), ":", "-"), n.placeholderOf(w)})
		}
		return nil
	})
	return out, err
}

// mayHaveGone says whether something was sent, or was being sent when the program ended: who never had it is not told that it is revoked.
func (n *Node) mayHaveGone(kind, id string) bool {
	if n.sharing.gone[kind+"."+id] {
		return true
	}
	files, name := durable.OS(), filepath.Join(placesOf(n.cfg.Config).outbox, kind+"."+id)
	if _, err := files.ReadFile(name+".sent", 1); !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	_, err := files.ReadFile(name+".json", dissemination.MostParcel)
	return !errors.Is(err, fs.ErrNotExist)
}

// sendOnce sends what was not sent. What is made is kept first, so that what is sent again after a crash is the same, byte for byte.
func (n *Node) sendOnce(ctx context.Context, kind, id string, item func(context.Context) (any, error), send func([]byte) error) error {
	if n.sharing.gone[kind+"."+id] {
		return nil
	}
	files, folder := durable.OS(), placesOf(n.cfg.Config).outbox
	if err := files.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	name := filepath.Join(folder, kind+"."+id)
	if n.sharing.gone == nil {
		n.sharing.gone = map[string]bool{}
	}
	if _, err := files.ReadFile(name+".sent", 1); err == nil {
		n.sharing.gone[kind+"."+id] = true
		return nil
	}
	b, err := files.ReadFile(name+".json", dissemination.MostParcel)
	if errors.Is(err, fs.ErrNotExist) {
		var made any
		if made, err = item(ctx); err != nil {
			return err
		}
		if b, err = dissemination.EncodeItem(made); err != nil {
			return err
		}
		err = files.WriteFile(name+".json", b, 0o600)
	}
	if err != nil {
		return err
	}
	if err := send(b); err != nil {
		return err
	}
	if err := files.WriteFile(name+".sent", nil, 0o600); err != nil {
		return err
	}
	n.sharing.gone[kind+"."+id] = true
	return files.Remove(name + ".json")
}

// atLeaf is an act with its leaf.
func (n *Node) atLeaf(ctx context.Context, sequence uint64) (uint64, error) {
	return n.ledger.LeafOf(ctx, sequence)
}

// logged proves that an act is in the log.
func (n *Node) logged(ctx context.Context, a authority.Act, leaf uint64, at transparency.SignedCheckpoint) (dissemination.Logged, error) {
	document, err := dissemination.Encode(a)
	if err != nil {
		return dissemination.Logged{}, err
	}
	x, err := n.bundled(ctx, at, leaf)
	if err != nil {
		return dissemination.Logged{}, err
	}
	return dissemination.Logged{Document: document, Index: leaf, Opening: x.Opening.Bytes(), Proof: x.Proof}, nil
}

// recordedAct is an act and where it is on record.
type recordedAct struct {
	act      authority.Act // nil: there is none
	sequence uint64
}

func actOf[A authority.Act](e authority.Entry[A]) recordedAct {
	return recordedAct{e.Act, e.Recorded.Sequence}
}

// packing is what a parcel is made of.
type packing struct {
	office, report, release, view recordedAct
	product                       evidence.Digest
}

func (n *Node) pack(ctx context.Context, x *packing) (*dissemination.Parcel, error) {
	p := &dissemination.Parcel{}
	type part struct {
		recordedAct
		to *dissemination.Logged
	}
	parts := []part{{x.office, &p.Office}, {x.report, &p.Report}, {x.release, &p.Release}}
	if x.view.act != nil {
		p.View = &dissemination.Logged{}
		parts = append(parts, part{x.view, p.View})
	}
	var last uint64
	for i := range parts {
		leaf, err := n.atLeaf(ctx, parts[i].sequence)
		if err != nil {
			return nil, err
		}
		parts[i].to.Index, last = leaf, max(last, leaf)
	}
	at, _, err := n.covering(ctx, last)
	if err != nil {
		return nil, err
	}
	p.Checkpoint = at.Raw()
	for i := range parts {
		if *parts[i].to, err = n.logged(ctx, parts[i].act, parts[i].to.Index, at); err != nil {
			return nil, err
		}
	}
	p.Product, err = n.Document(x.product)
	return p, err
}

func (n *Node) noticeOf(e authority.Entry[dissemination.ReleaseRevoked]) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		leaf, err := n.atLeaf(ctx, e.Recorded.Sequence)
		if err != nil {
			return nil, err
		}
		at, _, err := n.covering(ctx, leaf)
		if err != nil {
			return nil, err
		}
		out := dissemination.Notice{Checkpoint: at.Raw()}
		out.Act, err = n.logged(ctx, e.Act, leaf, at)
		return out, err
	}
}

func (n *Node) placeholderOf(e authority.Entry[dissemination.EntryWithheld]) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		leaf, err := n.atLeaf(ctx, e.Recorded.Sequence)
		if err != nil {
			return nil, err
		}
		at, _, err := n.covering(ctx, leaf)
		if err != nil {
			return nil, err
		}
		x, err := n.bundled(ctx, at, leaf)
		return dissemination.Placeholder{Checkpoint: at.Raw(), State: e.Act.State, Number: e.Act.Number, Index: leaf, Leaf: x.Leaf, Proof: x.Proof}, err
	}
}

// refuseItem puts on record that something came which is not what it says. It is nobody's to send it again.
func (n *Node) refuseItem(ctx context.Context, from string, c *Carried, why error) error {
	n.log.Warn("refused what came from another node", slog.String("from", from), slog.String("kind", c.Kind), slog.String("id", c.ID), slog.Any("error", why))
	reason := why.Error()
	if len(reason) > 1000 {
		reason = strings.ToValidUTF8(reason[:1000], "") + "…"
	}
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return '·'
			}
			return r
		}, strings.ToValidUTF8(s[:min(len(s), 300)], "·"))
	}
	out := dissemination.ItemRefused{Item: clean(c.Kind + " " + c.ID), SHA256: sumOf(c.Body), Reason: clean(reason)}
	var fault *dissemination.Fault
	if errors.As(why, &fault) {
		out.Why = []string{string(fault.Code)}
		for _, a := range fault.Args[:min(len(fault.Args), 10)] {
			out.Why = append(out.Why, clean(a))
		}
	}
	_, err := n.share(ctx, out, "node of "+from)
	return err
}

// takeReceipt puts a receipt on record that is signed by the office that it is of, and flows an answer into what is known of the site.
func (n *Node) takeReceipt(ctx context.Context, partner string, c *Carried) error {
	if c.Kind != dissemination.ItemReceipt {
		return n.refuseItem(ctx, partner, c, dissemination.Wrong(dissemination.PartItem, dissemination.NewFault(dissemination.CodeUnknownItem, c.Kind)))
	}
	signed, err := dissemination.ReadItem[dissemination.SignedReceipt](c.Body)
	if err != nil {
		return n.refuseItem(ctx, partner, c, err)
	}
	var receipt dissemination.ReceiptGiven
	var of dissemination.Release
	err = n.Dissemination(ctx, func(r *dissemination.Register) error {
		a, err := dissemination.Decode(dissemination.KindReceipt, signed.Document)
		if err != nil {
			return err
		}
		receipt, _ = a.(dissemination.ReceiptGiven) // of that kind it is
		keys, err := r.Keys(receipt.Office)
		if err != nil || dissemination.PartnerOf(receipt.Office) != partner {
			return dissemination.NewFault(dissemination.CodeNeverReleased, receipt.Release, receipt.Office)
		}
		if receipt, err = signed.Receipt(&keys); err != nil {
			return err
		}
		of, err = r.Release(receipt.Release)
		if err != nil {
			return dissemination.NewFault(dissemination.CodeNeverReleased, receipt.Release, receipt.Office)
		}
		return nil
	})
	if err == nil {
		var document []byte
		if document, err = signature.Canonical(signed.Document); err == nil {
			_, err = n.putAct(ctx, journal.ActRecorded{
				Act: string(dissemination.KindReceipt), Document: document, Signatures: []journal.Signature{{Name: signed.Signature.Name, Line: signed.Signature.Line}},
				By: receipt.By, At: n.now(),
			})
		}
	}
	var fault *dissemination.Fault
	switch {
	case errors.As(err, &fault):
		return n.refuseItem(ctx, partner, c, err)
	case err != nil:
		return err
	case receipt.Answer != nil:
		return n.answered(ctx, &receipt, &of)
	}
	return nil
}

// answered puts the host's word on a site on record, once.
func (n *Node) answered(ctx context.Context, a *dissemination.ReceiptGiven, of *dissemination.Release) error {
	k, err := n.readReport(of.Act.Report, of.Act.Version)
	if errors.Is(err, fs.ErrNotExist) {
		n.log.Warn("an answer to a report that was erased", slog.String("report", of.Act.Report))
		return nil
	}
	if err != nil {
		return err
	}
	if a.Answer.Record >= len(k.Records) || k.Records[a.Answer.Record].Site == 0 {
		n.log.Warn("an answer to what is no site", slog.String("release", of.Act.ID), slog.Int("record", a.Answer.Record))
		return nil
	}
	f := a.Found()
	f.Site = k.Records[a.Answer.Record].Site
	there := false
	err = n.Survey(ctx, func(x *Surveyed) error {
		s, err := x.Site(f.Site)
		if err != nil {
			return err
		}
		there = slices.ContainsFunc(s.Outcomes, func(o survey.Reported) bool {
			return o.Outcome == f.Outcome && o.Party == f.Party && o.By == f.By && o.Note == f.Note && o.Visited.Equal(f.Visited)
		})
		return nil
	})
	if err != nil || there {
		return err
	}
	_, err = n.ReportOutcome(ctx, f)
	if errors.Is(err, survey.ErrInput) && f.Visited.After(n.now().Add(mostAhead)) {
		n.log.Warn("an answer of a visit that is to come", slog.String("release", of.Act.ID), slog.Time("visited", f.Visited))
		return nil
	}
	return err
}

// mostAhead is how far another node's clock may be ahead: what it says is waited for that long, and holds up no receipt behind it longer.
const mostAhead = time.Hour

// signatureOf returns the signatures under an act on record.
func (n *Node) signatureOf(ctx context.Context, kind authority.Kind, id string) ([]journal.Signature, json.RawMessage, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, nil, err
	}
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		all, next, err := n.Models().Acts(ctx, sqlite.StatementFilter{Subject: id}, page)
		if err != nil {
			return nil, nil, err
		}
		for i := range all {
			if all[i].Event.Act == string(kind) && all[i].Event.ID == id {
				return all[i].Event.Signatures, all[i].Event.Document, nil
			}
		}
		if page.After = next; next == "" {
			return nil, nil, fmt.Errorf("%w: %s %s", authority.ErrNoSuch, kind, id)
		}
	}
}

// Joined says how the way to the origin stands, at a partner's node; the zero Link where nothing carries.
func (n *Node) Joined() Link {
	n.mu.Lock()
	in := n.sharing.in
	n.mu.Unlock()
	if in == nil {
		return Link{}
	}
	return in.Link()
}

// Links says how the ways to the nodes of partners stand, by the state; none of those whose node may not come.
func (n *Node) Links(states []string) map[string]Link {
	n.mu.Lock()
	out := n.sharing.out
	n.mu.Unlock()
	links := map[string]Link{}
	if out == nil {
		return links
	}
	for _, s := range states {
		if l, ok := out.Link(s); ok {
			links[s] = l
		}
	}
	return links
}
