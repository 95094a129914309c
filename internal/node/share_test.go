package node_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/airspace"
	"overflight/authority"
	"overflight/dissemination"
	"overflight/internal/config"
	"overflight/internal/node"
	"overflight/journal"
	"overflight/release"
	"overflight/signature"
	"overflight/survey"
	"overflight/transparency"
)

// person is somebody with a key.
type person struct{ private, public string }

func someone(t *testing.T, name string) person {
	t.Helper()
	private, public, err := transparency.FormatKey(name, transparency.Ed25519, sha256.Sum256([]byte("key of "+name)))
	if err != nil {
		t.Fatal(err)
	}
	return person{private, public}
}

func (p person) sign(t *testing.T, kind string, document []byte) journal.Signature {
	t.Helper()
	s, err := note.NewSigner(p.private)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signature.Sign(kind, document, s)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Signature{Name: signed.Name, Line: signed.Line}
}

// pipe carries items between two nodes in memory: each once for its kind and id, in order, and again until it is taken.
type pipe struct {
	t  *testing.T
	mu sync.Mutex
	// changed is closed and replaced whenever something is added.
	changed   chan struct{}
	out, back []node.Carried
	turn      func(*node.Carried) // of what goes out
	// again is as if a process was killed each time between two writes: what was taken is handed on once more, and what was stored is not
	// known to have been.
	again  bool
	unsaid map[string]bool
	link   node.Link // what is said of it; it carries all the same what it is given
}

func newPipe(t *testing.T) *pipe {
	return &pipe{t: t, changed: make(chan struct{}), link: node.Link{Up: true}}
}

func (p *pipe) add(list *[]node.Carried, kind, id string, body []byte) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range *list {
		if c.Kind == kind && c.ID == id {
			return c.Sequence
		}
	}
	c := node.Carried{Sequence: uint64(len(*list) + 1), Kind: kind, ID: id, Body: bytes.Clone(body)}
	if list == &p.out && p.turn != nil {
		p.turn(&c)
	}
	*list = append(*list, c)
	close(p.changed)
	p.changed = make(chan struct{})
	return c.Sequence
}

func (p *pipe) hand(ctx context.Context, list *[]node.Carried, f func(node.Carried) error) error {
	for next := 0; ; {
		p.mu.Lock()
		var c node.Carried
		there := next < len(*list)
		if there {
			c = (*list)[next]
		}
		changed := p.changed
		p.mu.Unlock()
		switch {
		case there && f(c) == nil:
			if p.again && f(c) != nil {
				p.t.Errorf("%s %s is not taken again", c.Kind, c.ID)
			}
			next++
		case there && ctx.Err() == nil:
			p.t.Error("what came is asked for again")
			return nil
		default:
			select {
			case <-ctx.Done():
				return nil
			case <-changed:
			}
		}
	}
}

func (p *pipe) Send(_ context.Context, partner, kind, id string, body []byte) (uint64, error) {
	if partner != "MEX" {
		p.t.Errorf("sent to %s", partner)
	}
	return p.add(&p.out, kind, id, body), p.unknown(kind + id)
}

func (p *pipe) Receipts(ctx context.Context, f func(string, node.Carried) error) error {
	return p.hand(ctx, &p.back, func(c node.Carried) error { return f("MEX", c) })
}

func (p *pipe) Items(ctx context.Context, f func(node.Carried) error) error {
	return p.hand(ctx, &p.out, f)
}

func (p *pipe) Answer(_ context.Context, kind, id string, body []byte) error {
	p.add(&p.back, kind, id, body)
	return p.unknown(kind + id)
}

var errKilled = errors.New("killed before it was known")

func (p *pipe) unknown(id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.again || p.unsaid[id] {
		return nil
	}
	if p.unsaid == nil {
		p.unsaid = map[string]bool{}
	}
	p.unsaid[id] = true
	return errKilled
}

// partnerEnd is the partner's end of a pipe.
type partnerEnd struct{ *pipe }

func (partnerEnd) Link() node.Link { return node.Link{Up: true} }

func (p *pipe) Link(string) (node.Link, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.link
	l.Sent = uint64(len(p.out))
	return l, true
}

// run lets something run until the test ends.
func run(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// eventually waits for something that another node does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(waiting); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// neighbours are an operator's node with a site, and the node of a state that it releases to.
type neighbours struct {
	t                 *testing.T
	operator, partner *running
	pipe              *pipe
	ana, ben, luz     person
	office            string
}

func meet(t *testing.T, turn func(*node.Carried)) *neighbours {
	t.Helper()
	x := &neighbours{t: t, ana: someone(t, "ana"), ben: someone(t, "ben"), luz: someone(t, "luz"), office: "MEX/SEDENA", pipe: newPipe(t)}
	x.pipe.turn = turn
	c := settings(t.TempDir())
	c.Party = "USA/OPS"
	c.Marking = config.Marking{Classification: "RESTRICTED", ReleasableTo: "MEX", Handling: "TLP:AMBER"}
	x.operator = start(t, c)
	policy, err := x.operator.PolicyText()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(name, policy, 0o600); err != nil {
		t.Fatal(err)
	}
	p := settings(t.TempDir())
	p.Role, p.Party, p.Operator, p.Origin.Policy = config.Partner, "MEX", "MEX", name
	x.partner = start(t, p)
	ctx := t.Context()
	for _, who := range []person{x.ana, x.ben} {
		if _, err := x.operator.RegisterSignatory(ctx, who.public, "owner"); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now().UTC().Add(-48 * time.Hour).Truncate(time.Second)
	for i := range 2 {
		o := reported([]string{"a", "b"}[i], survey.Tank, east(20*float64(i), 0), "nose", at.Add(time.Duration(i)*time.Minute))
		if _, err := x.operator.Observe(ctx, o, "ana"); err != nil {
			t.Fatal(err)
		}
	}
	key, err := x.partner.NodeKey()
	if err != nil {
		t.Fatal(err)
	}
	_, err = x.operator.DescribeOffice(ctx, dissemination.OfficeDescribed{
		Office: x.office, Level: "RESTRICTED", Handling: release.Amber, Compartments: []string{}, Classes: []release.Class{release.Identity, release.Position, release.Time, release.Finding},
		Purposes: []string{"find-laboratories"}, PlaceDigits: 5, TimeDigits: 17, Delay: 3600, Node: key.Public().String(), Signatories: []string{x.luz.public},
	}, "ana")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// carry lets the two nodes exchange.
func (x *neighbours) carry() {
	run(x.t, func(ctx context.Context) error { return x.operator.Share(ctx, x.pipe) })
	run(x.t, func(ctx context.Context) error { return x.partner.Receive(ctx, partnerEnd{x.pipe}) })
}

func (x *neighbours) release() dissemination.Release {
	x.t.Helper()
	ctx := x.t.Context()
	if _, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"}); err != nil {
		x.t.Fatal(err)
	}
	p, err := x.operator.Propose(ctx, node.ReleaseRequest{Report: "1", Office: x.office, Purpose: "find-laboratories", By: [2]string{"ana", "ben"}}, "ana")
	if err != nil {
		x.t.Fatal(err)
	}
	for i, who := range []person{x.ana, x.ben} {
		s, err := x.operator.SignRelease(ctx, p.Release.ID, who.sign(x.t, string(dissemination.KindReleased), p.Document), "ana")
		if err != nil || s.Done != (i == 1) {
			x.t.Fatalf("%d: %+v %v", i, s, err)
		}
	}
	var out dissemination.Release
	if err := x.operator.Dissemination(ctx, func(r *dissemination.Register) error { out, err = r.Release("1"); return err }); err != nil {
		x.t.Fatal(err)
	}
	return out
}

// receipts are the steps that a node has on record of a release.
func (x *neighbours) receipts(id string) (operator, partner string) {
	join := func(all []string) string { return strings.Join(all, " ") }
	var a, b []string
	_ = x.operator.Dissemination(x.t.Context(), func(r *dissemination.Register) error {
		rel, err := r.Release(id)
		for i := range rel.Receipts {
			a = append(a, string(rel.Receipts[i].Act.Step))
		}
		return err
	})
	_ = x.partner.Dissemination(x.t.Context(), func(r *dissemination.Register) error {
		arr, err := r.Arrival(id)
		for i := range arr.Receipts {
			b = append(b, string(arr.Receipts[i].Act.Step))
		}
		return err
	})
	return join(a), join(b)
}

// say gives a receipt at the partner.
func (x *neighbours) say(id string, step dissemination.Step, change func(*dissemination.ReceiptGiven)) error {
	x.t.Helper()
	item, err := x.partner.InboxItem(x.t.Context(), id)
	if err != nil {
		return err
	}
	a := item.NextReceipt(step, time.Now())
	a.By = "luz"
	if change != nil {
		change(&a)
	}
	document, err := dissemination.Encode(a)
	if err != nil {
		return err
	}
	_, err = x.partner.RecordAct(x.t.Context(), string(a.Kind()), document, []journal.Signature{x.luz.sign(x.t, string(a.Kind()), document)}, "luz")
	return err
}

func code(err error) dissemination.Code {
	var f *dissemination.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// TestPassageOfAReport: drafted, shown beforehand, released by two, arrived and verified at another node, opened, acknowledged, disputed and
// answered there; each step is in both logs, and the answer is the host's word on the site. A revocation follows it.
func TestPassageOfAReport(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	drafted, stated, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"})
	if err != nil || !stated.Logged || drafted.Records[0].Kind != "site/1" || len(drafted.Records) != 3 {
		t.Fatalf("%+v %+v %v", drafted, stated, err)
	}
	p, err := x.operator.Preview(ctx, node.ReleaseRequest{Report: drafted.ID, Office: x.office, Purpose: "find-laboratories"})
	if err != nil {
		t.Fatal(err)
	}
	f := p.Records[0].Fields[1]
	if f.Spec.Name != "place" || !f.Shown.Coarse() || len(f.Shown.Opening.Value.Text) != 5 || len(f.Original.Value.Text) != 12 || !slices.Equal(f.Shown.Reasons, []string{"place-floor"}) {
		t.Errorf("%+v", f)
	}
	if p.Withheld == 0 || p.Coarse == 0 || p.Shown == 0 || len(p.Inferred) == 0 || p.Inferred[0].Radius < 1000 {
		t.Errorf("%d withheld, %d coarse, %d shown, %+v", p.Withheld, p.Coarse, p.Shown, p.Inferred)
	}
	ask := node.ReleaseRequest{Report: "1", Office: x.office, Purpose: "find-laboratories", By: [2]string{"ana", "ben"}}
	for want, change := range map[dissemination.Code]func(*node.ReleaseRequest){
		dissemination.CodeAlone:    func(q *node.ReleaseRequest) { q.By[1] = "ana" },
		dissemination.CodeNoOffice: func(q *node.ReleaseRequest) { q.Office = "MEX/FGR" },
		dissemination.CodePurpose:  func(q *node.ReleaseRequest) { q.Purpose = "ferry" },
		dissemination.CodeNoReport: func(q *node.ReleaseRequest) { q.Report = "9" },
	} {
		q := ask
		change(&q)
		if _, err := x.operator.Propose(ctx, q, "ana"); code(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	proposal, err := x.operator.Propose(ctx, ask, "ana")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.RecordAct(ctx, string(dissemination.KindReleased), proposal.Document, []journal.Signature{
		x.ana.sign(t, string(dissemination.KindReleased), proposal.Document), x.ben.sign(t, string(dissemination.KindReleased), proposal.Document),
	}, "ana"); code(err) != dissemination.CodeOnlyNode {
		t.Errorf("a release that is not the node's: %v", err)
	}
	sign := func(p person) (node.Signed, error) {
		return x.operator.SignRelease(ctx, proposal.Release.ID, p.sign(t, string(dissemination.KindReleased), proposal.Document), "ana")
	}
	for range 2 { // one person twice is one person
		if s, err := sign(x.ana); err != nil || s.Done {
			t.Fatalf("%+v %v", s, err)
		}
	}
	if _, err := sign(x.luz); code(err) != dissemination.CodeNotNamed {
		t.Errorf("signed by somebody who is not named: %v", err)
	}
	if all, err := x.operator.Proposals(); err != nil || len(all) != 1 || len(all[0].Signatures) != 1 {
		t.Errorf("%+v %v", all, err)
	}
	if s, err := sign(x.ben); err != nil || !s.Done || !s.Logged {
		t.Fatalf("%+v %v", s, err)
	}
	x.carry()
	id := proposal.Release.ID
	eventually(t, "the receipt of its arrival", func() bool { a, b := x.receipts(id); return a == "arrived" && b == "arrived" })
	if item, err := x.partner.InboxItem(ctx, "1"); err != nil || item.Product != nil {
		t.Errorf("shown before it is opened: %v", err)
	}
	has := func(n *running, office, want string) { // what programs of an office are given
		t.Helper()
		all, err := n.Products(ctx, office)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, p := range all {
			got += p.Statement.ID + " for " + p.Copy.Office
		}
		if got != want {
			t.Errorf("%s has %q, want %q", office, got, want)
		}
	}
	written := func(n *running, purpose string, want dissemination.Code) { // a copy as a file
		t.Helper()
		var drawn *release.Product
		b, s, err := n.ExportCopy(ctx, id, purpose, func(p *release.Product) ([]byte, error) { drawn = p; return []byte("a file"), nil }, "csv", "ana")
		if code(err) != want || err == nil && want != "" {
			t.Errorf("%v, want %q", err, want)
		}
		if want != "" {
			return
		}
		said := 0
		_ = n.Dissemination(ctx, func(r *dissemination.Register) error {
			for _, e := range r.Exports() {
				if e.Act.File == sha256.Sum256(b) && e.Act.Root == drawn.Statement.Root && e.Act.Office == x.office && e.Act.Purpose == purpose && e.Act.By == "ana" {
					said++
				}
			}
			return nil
		})
		if said != 1 || !s.Logged || drawn.Copy.Mark != proposal.Release.Mark {
			t.Errorf("on record %d times, %+v", said, s)
		}
	}
	written(x.operator, "find-laboratories", "")
	written(x.operator, "ferry", dissemination.CodePurpose)
	written(x.partner, "find-laboratories", dissemination.CodeNotOpened)
	has(x.operator, x.office, drafted.ID+" for "+x.office)
	has(x.operator, "MEX/FGR", "")
	has(x.partner, x.office, "")
	if err := x.say(id, dissemination.Acknowledged, nil); code(err) != dissemination.CodeNotOpened {
		t.Errorf("acknowledged unopened: %v", err)
	}
	if err := x.say(id, dissemination.Opened, nil); err != nil {
		t.Fatal(err)
	}
	item, err := x.partner.InboxItem(ctx, "1")
	if err != nil || item.Product == nil || item.Product.Parts[0].Fields[1].Opening.Value.Text != f.Shown.Opening.Value.Text {
		t.Fatalf("%+v %v", item, err)
	}
	has(x.partner, x.office, drafted.ID+" for "+x.office)
	written(x.partner, "find-laboratories", "")
	written(x.partner, "confirm-site", dissemination.CodePurpose)
	if b, err := x.partner.Document(item.Act.Parcel); err != nil || !bytes.Contains(b, []byte(`"checkpoint"`)) {
		t.Errorf("what proves it again: %v", err)
	}
	if err := errors.Join(
		x.say(id, dissemination.Acknowledged, nil),
		x.say(id, dissemination.Disputed, func(a *dissemination.ReceiptGiven) { a.Says = "El lugar no es exacto." }),
		x.say(id, dissemination.Answered, func(a *dissemination.ReceiptGiven) {
			a.Answer = &dissemination.Answer{Record: 0, Outcome: survey.Confirmed, Visited: a.At.Add(-time.Hour)}
		}),
	); err != nil {
		t.Fatal(err)
	}
	const all = "arrived opened acknowledged disputed answered"
	eventually(t, "every step at both ends", func() bool { a, b := x.receipts(id); return a == all && b == all })
	eventually(t, "the host's word on the site", func() bool {
		said := 0
		if err := x.operator.Survey(ctx, func(s *node.Surveyed) error {
			one, err := s.Site(1)
			if o, ok := one.Outcome(); ok && o.Outcome == survey.Confirmed && o.Party == x.office && o.By == "luz" {
				said = len(one.Outcomes)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return said == 1
	})
	if _, err := x.operator.RevokeRelease(ctx, "1", "sent to the wrong office", "ana"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the revocation at the partner", func() bool {
		item, err := x.partner.InboxItem(ctx, id)
		return err == nil && item.Revoked != nil
	})
	has(x.operator, x.office, "")
	has(x.partner, x.office, "")
	written(x.operator, "find-laboratories", dissemination.CodeReleaseRevoked)
	written(x.partner, "find-laboratories", dissemination.CodeReleaseRevoked)
	if _, err := x.operator.EraseReport(ctx, "1", "its time is over", "ana"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.Preview(ctx, ask); code(err) != dissemination.CodeErased {
		t.Errorf("an erased report: %v", err)
	}
}

// TestWhatComesIsChecked: anything that was changed on its way is refused by name, put on record, and shown to nobody; and a receipt that no
// key of the office signed is none.
func TestWhatComesIsChecked(t *testing.T) {
	t.Parallel()
	x := meet(t, func(c *node.Carried) {
		if c.Kind != dissemination.ItemProduct {
			return
		}
		p, err := dissemination.ReadItem[dissemination.Parcel](c.Body)
		if err != nil {
			t.Error(err)
			return
		}
		p.Product = bytes.Replace(p.Product, []byte(`"tank`), []byte(`"tonk`), 1)
		p.Product = bytes.Replace(p.Product, []byte(`"RESTRICTED"`), []byte(`"UNCLASSIFIED"`), 1)
		c.Body, _ = dissemination.EncodeItem(p)
	})
	id := x.release().Act.ID
	x.carry()
	refused := func(n *node.Node) (out []string) {
		_ = n.Dissemination(t.Context(), func(r *dissemination.Register) error {
			for _, e := range r.Refused() {
				out = append(out, e.Act.Item+": "+e.Act.Reason)
			}
			return nil
		})
		return out
	}
	eventually(t, "the refusal", func() bool { return len(refused(x.partner.Node)) == 1 })
	if got := refused(x.partner.Node)[0]; got != "product "+id+": parcel: product, other-content" {
		t.Error(got)
	}
	if _, err := x.partner.InboxItem(t.Context(), id); code(err) != dissemination.CodeNoRelease {
		t.Errorf("it is in the inbox: %v", err)
	}
	// Somebody answers in the office's name.
	eva := someone(t, "luz") // another's key under her name
	private, _, err := transparency.FormatKey("luz", transparency.Ed25519, sha256.Sum256([]byte("eva")))
	if err != nil {
		t.Fatal(err)
	}
	eva.private = private
	var of dissemination.Release
	if err := x.operator.Dissemination(t.Context(), func(r *dissemination.Register) error { of, err = r.Release(id); return err }); err != nil {
		t.Fatal(err)
	}
	a := dissemination.ReceiptGiven{Release: id, Office: x.office, Product: of.Act.Product, Step: dissemination.Acknowledged, Number: 1, At: time.Now().UTC().Truncate(time.Second), By: "luz"}
	document, err := dissemination.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	s := eva.sign(t, string(a.Kind()), document)
	body, err := dissemination.EncodeItem(dissemination.SignedReceipt{Document: document, Signature: signature.Signed{Name: s.Name, Line: s.Line}})
	if err != nil {
		t.Fatal(err)
	}
	x.pipe.add(&x.pipe.back, dissemination.ItemReceipt, "forged", body)
	eventually(t, "the refusal of the receipt", func() bool { return len(refused(x.operator.Node)) == 1 })
	if got := refused(x.operator.Node)[0]; !strings.HasPrefix(got, "receipt forged: parcel: receipt, ") {
		t.Error(got)
	}
	// The office's own key acknowledges what it never had: a release that there is not, and one that never went out of the node.
	for i, never := range []string{"RL-0000000000", id} {
		a := a
		a.Release = never
		document, err := dissemination.Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		s := x.luz.sign(t, string(a.Kind()), document)
		body, err := dissemination.EncodeItem(dissemination.SignedReceipt{Document: document, Signature: signature.Signed{Name: s.Name, Line: s.Line}})
		if err != nil {
			t.Fatal(err)
		}
		x.pipe.add(&x.pipe.back, dissemination.ItemReceipt, never, body)
		eventually(t, "the refusal of the receipt of "+never, func() bool { return len(refused(x.operator.Node)) == 2+i })
		if got, want := refused(x.operator.Node)[1+i], "receipt "+never+": "+[]string{"never-released: RL-0000000000, MEX/SEDENA", "not put on record: not-arrived: " + id}[i]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if a, _ := x.receipts(id); a != "" {
		t.Errorf("receipts: %s", a)
	}
}

// TestWithheldIsCounted: two persons keep an entry from a state, and its node counts it in the log without knowing what it is.
func TestWithheldIsCounted(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	x.carry()
	w := dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an open investigation", By: [2]string{"ana", "ben"}}
	kind := string(w.Kind())
	for _, none := range []string{w.Flight, "LOCAL", "nothing-of-it"} { // of which nothing is on record
		w := w
		w.Flight = none
		document, err := dissemination.Encode(w)
		if err != nil {
			t.Fatal(err)
		}
		_, err = x.operator.RecordAct(t.Context(), kind, document, []journal.Signature{x.ana.sign(t, kind, document), x.ben.sign(t, kind, document)}, "ana")
		if code(err) != dissemination.CodeNoFlight || !strings.Contains(err.Error(), none) {
			t.Errorf("%s is withheld, and there is no such flight: %v", none, err)
		}
	}
	x.flown(1)
	document, err := dissemination.Encode(w)
	if err != nil {
		t.Fatal(err)
	}
	one := []journal.Signature{x.ana.sign(t, kind, document)}
	if _, err := x.operator.RecordAct(t.Context(), kind, document, one, "ana"); code(err) != dissemination.CodeNotSigned {
		t.Errorf("withheld by one: %v", err)
	}
	if _, err := x.operator.RecordAct(t.Context(), kind, document, append(one, x.ben.sign(t, kind, document)), "ana"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the placeholder", func() bool {
		n := 0
		_ = x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error { n = len(r.Counted()); return nil })
		return n == 1
	})
	for _, c := range x.pipe.out {
		if bytes.Contains(c.Body, []byte("investigation")) || bytes.Contains(c.Body, []byte("LOCAL-2026")) {
			t.Errorf("%s says what is withheld: %s", c.Kind, c.Body)
		}
	}
}

// TestPlaceholderOfAnother: what says that something is withheld from another state is not counted.
func TestPlaceholderOfAnother(t *testing.T) {
	t.Parallel()
	x := meet(t, func(c *node.Carried) {
		if p, err := dissemination.ReadItem[dissemination.Placeholder](c.Body); err == nil {
			p.State = "GTM"
			c.Body, _ = dissemination.EncodeItem(p)
		}
	})
	x.carry()
	x.flown(1)
	x.both(dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an open investigation", By: [2]string{"ana", "ben"}})
	eventually(t, "the refusal", func() bool {
		refused, counted := 0, 0
		_ = x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error {
			refused, counted = len(r.Refused()), len(r.Counted())
			return nil
		})
		return refused == 1 && counted == 0
	})
}

// flown puts LOCAL-2026-0001 on record, and as many after it.
func (x *neighbours) flown(flights uint32) {
	x.t.Helper()
	for n := range flights {
		flight := journal.Sortie{Operator: "LOCAL", Year: 2026, Number: n + 1}
		if err := x.operator.State(x.t.Context(), journal.FlightOpened{Flight: flight, Source: "cam", At: time.Now().UTC()}); err != nil {
			x.t.Fatal(err)
		}
	}
}

// both records an act that ana and ben sign.
func (x *neighbours) both(a authority.Act) {
	x.t.Helper()
	document, err := dissemination.Encode(a)
	if err != nil {
		x.t.Fatal(err)
	}
	kind := string(a.Kind())
	if _, err := x.operator.RecordAct(x.t.Context(), kind, document, []journal.Signature{x.ana.sign(x.t, kind, document), x.ben.sign(x.t, kind, document)}, "ana"); err != nil {
		x.t.Fatal(err)
	}
}

// TestRevokedBeforeItWent: who never had something is not sent it, nor told that it is revoked.
func TestRevokedBeforeItWent(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	x.release()
	if _, err := x.operator.RevokeRelease(t.Context(), "1", "the wrong office", "ana"); err != nil {
		t.Fatal(err)
	}
	x.flown(1)
	x.both(dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an open investigation", By: [2]string{"ana", "ben"}}) // goes last
	x.carry()
	eventually(t, "the placeholder", func() bool {
		n := 0
		_ = x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error { n = len(r.Counted()); return nil })
		return n == 1
	})
	x.pipe.mu.Lock()
	defer x.pipe.mu.Unlock()
	if len(x.pipe.out) != 1 {
		t.Errorf("%d items went, the first of them a %s", len(x.pipe.out), x.pipe.out[0].Kind)
	}
}

// TestRevokedWhileCut: what came due while the partner's node was away, or seemed to be there, is not given to the link: it would arrive after
// it was revoked. What is no product goes on.
func TestRevokedWhileCut(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, l := range map[string]node.Link{
		"down": {}, "silent": {Up: true, Heard: now.Add(-time.Minute)}, "standing": {Up: true, Heard: now.Add(time.Hour), Oldest: now.Add(-time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := meet(t, nil)
			x.pipe.link = l
			x.carry()
			x.release()
			x.flown(2)
			withhold := func(number int) {
				x.both(dissemination.EntryWithheld{State: "MEX", Number: number, Flight: "LOCAL-2026-000" + strconv.Itoa(number), Reason: "an open investigation", By: [2]string{"ana", "ben"}})
				eventually(t, "the placeholder, that goes after what was due before", func() bool {
					n := 0
					_ = x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error { n = len(r.Counted()); return nil })
					return n == number
				})
			}
			withhold(1)
			if _, err := x.operator.RevokeRelease(t.Context(), "1", "the wrong office", "ana"); err != nil {
				t.Fatal(err)
			}
			x.pipe.mu.Lock()
			x.pipe.link = node.Link{Up: true, Heard: now}
			x.pipe.mu.Unlock()
			withhold(2)
			x.pipe.mu.Lock()
			defer x.pipe.mu.Unlock()
			for _, c := range x.pipe.out {
				if c.Kind != dissemination.ItemPlaceholder {
					t.Errorf("a %s went", c.Kind)
				}
			}
		})
	}
}

// TestDraftGivenUp: who gives up while a report is put on record finds it there, with what opens it.
func TestDraftGivenUp(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	reports := func() (n int) {
		_ = x.operator.Dissemination(context.Background(), func(r *dissemination.Register) error { n = len(r.Reports()); return nil })
		return n
	}
	gaveUp := false
	for n := 1; n <= 20 && !gaveUp; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for reports() < n && ctx.Err() == nil {
				time.Sleep(50 * time.Microsecond)
			}
			cancel()
		}()
		_, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"})
		cancel()
		if gaveUp = err != nil; gaveUp && reports() < n {
			t.Fatalf("given up before it was on record: %v", err)
		}
	}
	if !gaveUp {
		t.Fatal("nobody gave up in time")
	}
	for n := range reports() {
		if _, err := x.operator.Preview(t.Context(), node.ReleaseRequest{Report: strconv.Itoa(n + 1), Office: x.office, Purpose: "find-laboratories"}); err != nil {
			t.Errorf("report %d: %v", n+1, err)
		}
	}
}

// TestNextVersionIsOfTheSame: a report does not become one of something else by its next version.
func TestNextVersionIsOfTheSame(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	r, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"})
	if err != nil {
		t.Fatal(err)
	}
	period := node.Subject{From: time.Now().UTC().Add(-72 * time.Hour), To: time.Now().UTC()}
	if _, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: period, Supersedes: r.ID, By: "ana"}); code(err) != dissemination.CodeOtherSubject {
		t.Errorf("of a period: %v", err)
	}
	if next, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, Supersedes: r.ID, By: "ana"}); err != nil || len(next.Versions) != 2 {
		t.Errorf("%+v %v", next, err)
	}
}

// TestKeyRevokedBetween: a release is not on record by a signature whose key was revoked before the second person signed.
func TestKeyRevokedBetween(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	if _, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"}); err != nil {
		t.Fatal(err)
	}
	p, err := x.operator.Propose(ctx, node.ReleaseRequest{Report: "1", Office: x.office, Purpose: "find-laboratories", By: [2]string{"ana", "ben"}}, "ana")
	if err != nil {
		t.Fatal(err)
	}
	kind := string(dissemination.KindReleased)
	if _, err := x.operator.SignRelease(ctx, p.Release.ID, x.ana.sign(t, kind, p.Document), "ana"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.RevokeSignatory(ctx, "ana", "owner"); err != nil {
		t.Fatal(err)
	}
	if s, err := x.operator.SignRelease(ctx, p.Release.ID, x.ben.sign(t, kind, p.Document), "ben"); err == nil || s.Done {
		t.Errorf("released by a key that was revoked: %+v", s)
	}
}

// TestAnswerToCome: an answer of a visit that is to come holds up nothing behind it.
func TestAnswerToCome(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	id := x.release().Act.ID
	x.carry()
	eventually(t, "its arrival", func() bool { a, b := x.receipts(id); return a == "arrived" && b == "arrived" })
	if err := errors.Join(
		x.say(id, dissemination.Opened, nil),
		x.say(id, dissemination.Answered, func(a *dissemination.ReceiptGiven) {
			a.At = a.At.Add(24 * time.Hour)
			a.Answer = &dissemination.Answer{Record: 0, Outcome: survey.Confirmed, Visited: a.At.Add(-time.Hour)}
		}),
		x.say(id, dissemination.Acknowledged, nil),
	); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what came after it", func() bool { a, _ := x.receipts(id); return a == "arrived opened answered acknowledged" })
}

// TestViews: an entry into a state is shown to its office by default, once, with nothing of other states; what two persons withheld is not.
func TestViews(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	key, err := x.partner.NodeKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.DescribeOffice(ctx, dissemination.OfficeDescribed{ // without a delay
		Office: x.office, Level: "RESTRICTED", Handling: release.Amber, Compartments: []string{}, Classes: []release.Class{release.Identity, release.Position, release.Time, release.Authority},
		Purposes: []string{"find-laboratories"}, PlaceDigits: 5, TimeDigits: 12, Node: key.Public().String(), Signatories: []string{x.luz.public},
	}, "ana"); err != nil {
		t.Fatal(err)
	}
	x.both(dissemination.ViewAgreed{ID: "V-1", Office: x.office, Purpose: "find-laboratories", By: [2]string{"ana", "ben"}})
	at := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	for number := uint32(901); number <= 903; number++ {
		flight := journal.Sortie{Operator: "LOCAL", Year: 2026, Number: number}
		states := []airspace.State{"MEX", "GTM"}
		if number == 903 {
			states = states[1:]
		}
		events := []journal.Event{journal.FlightOpened{Flight: flight, Source: "cam", At: at}}
		for i, s := range states {
			e := airspace.Entry{State: s, Verdict: airspace.Entered, Entered: airspace.Interval{Earliest: at, Latest: at}, Left: airspace.Interval{Earliest: at.Add(time.Minute), Latest: at.Add(time.Minute)}}
			events = append(events, journal.EntryFound{Flight: flight, Source: "cam", Number: uint64(i + 1), Entry: e, At: at})
		}
		for _, e := range append(events, journal.FlightClosed{Flight: flight, At: time.Now().UTC(), Reason: journal.ClosedAsked, From: at, To: at.Add(time.Minute)}) {
			if err := x.operator.State(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	x.both(dissemination.EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0902", Reason: "an open investigation", By: [2]string{"ana", "ben"}})
	x.carry()
	for range 2 { // once, however often is looked
		if err := x.operator.ShowViews(ctx); err != nil {
			t.Fatal(err)
		}
	}
	// One that was withheld since it was looked which are due.
	if err := x.operator.ShowFlight(ctx, "V-1", journal.Sortie{Operator: "LOCAL", Year: 2026, Number: 902}); err != nil {
		t.Fatal(err)
	}
	var shown []dissemination.Release
	if err := x.operator.Dissemination(ctx, func(r *dissemination.Register) error { shown = r.Releases(); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(shown) != 1 || shown[0].Act.Standing != "V-1" {
		t.Fatalf("%+v", shown)
	}
	id := shown[0].Act.ID
	eventually(t, "the arrival of what was shown", func() bool { a, _ := x.receipts(id); return a == "arrived" })
	if err := x.say(id, dissemination.Opened, nil); err != nil {
		t.Fatal(err)
	}
	item, err := x.partner.InboxItem(ctx, id)
	if err != nil || len(item.Product.Parts) != 2 || item.Product.Parts[1].Kind != "entry/1" {
		t.Fatalf("%+v %v", item, err)
	}
	if b, err := x.partner.Document(item.Act.Product); err != nil || bytes.Contains(b, []byte("GTM")) || !bytes.Contains(b, []byte("LOCAL-2026-0901")) {
		t.Errorf("%s %v", b, err)
	}
}

// TestKilledBetweenWrites: what is handed on again, and stored without that being known, is at both nodes once all the same.
func TestKilledBetweenWrites(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	x.pipe.again = true
	x.carry()
	id := x.release().Act.ID
	eventually(t, "the receipt is there", func() bool { a, _ := x.receipts(id); return a == "arrived" })
	for _, step := range []dissemination.Step{dissemination.Opened, dissemination.Acknowledged} {
		if err := x.say(id, step, nil); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all is there", func() bool { a, _ := x.receipts(id); return a == "arrived opened acknowledged" })
	if _, b := x.receipts(id); b != "arrived opened acknowledged" {
		t.Errorf("at the partner: %s", b)
	}
	arrivals := 0
	if err := x.partner.Dissemination(t.Context(), func(r *dissemination.Register) error { arrivals = len(r.Arrivals()); return nil }); err != nil || arrivals != 1 {
		t.Errorf("%d arrivals: %v", arrivals, err)
	}
	for _, n := range []*running{x.operator, x.partner} {
		if err := n.Dissemination(t.Context(), func(r *dissemination.Register) error {
			for _, e := range r.Refused() {
				t.Errorf("refused: %+v", e.Act)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	x.pipe.mu.Lock()
	defer x.pipe.mu.Unlock()
	if len(x.pipe.out) != 1 || len(x.pipe.back) != 3 || len(x.pipe.unsaid) != 4 {
		t.Errorf("%d went out and %d came back, %d of them again", len(x.pipe.out), len(x.pipe.back), len(x.pipe.unsaid))
	}
}

// TestWhatIsOverDoesNotGo: a release that was revoked before it came due is never sent, nor one to an office that was shut off.
func TestWhatIsOverDoesNotGo(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	key, err := x.partner.NodeKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.DescribeOffice(ctx, dissemination.OfficeDescribed{
		Office: "MEX/FGR", Level: "RESTRICTED", Handling: release.Amber, Compartments: []string{}, Classes: []release.Class{release.Identity, release.Finding},
		Purposes: []string{"find-laboratories"}, PlaceDigits: 5, TimeDigits: 17, Node: key.Public().String(), Signatories: []string{someone(t, "eva").public},
	}, "ana"); err != nil {
		t.Fatal(err)
	}
	due := time.Now().UTC().Add(4 * time.Second).Truncate(time.Second) // all is revoked by then
	give := func(office string, from time.Time) string {
		t.Helper()
		report, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := x.operator.Propose(ctx, node.ReleaseRequest{Report: report.ID, Office: office, Purpose: "find-laboratories", NotBefore: from, By: [2]string{"ana", "ben"}}, "ana")
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range []person{x.ana, x.ben} {
			if _, err := x.operator.SignRelease(ctx, p.Release.ID, who.sign(t, string(dissemination.KindReleased), p.Document), "ana"); err != nil {
				t.Fatal(err)
			}
		}
		return p.Release.ID
	}
	shut, over, last := give("MEX/FGR", due), give(x.office, due), give(x.office, due)
	if _, err := x.operator.RevokeRelease(ctx, over, "sent by mistake", "ana"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.operator.RevokeOffice(ctx, "MEX/FGR", "a leak", "ana"); err != nil {
		t.Fatal(err)
	}
	x.carry()
	eventually(t, "the arrival of what is not over", func() bool { a, _ := x.receipts(last); return a == "arrived" })
	x.pipe.mu.Lock()
	defer x.pipe.mu.Unlock()
	for _, c := range x.pipe.out {
		if c.Kind == dissemination.ItemProduct && (c.ID == over || c.ID == shut) {
			t.Errorf("%s is over, and went to %s", c.ID, x.office)
		}
	}
}

// TestWhatIsNotReleasedIsDestroyed: a product that was proposed and dropped, or of which the report was erased, is not kept with what opens
// it; one that was released stays.
func TestWhatIsNotReleasedIsDestroyed(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	ctx := t.Context()
	released := x.release()
	draft := func() {
		t.Helper()
		if _, _, err := x.operator.Draft(ctx, node.DraftRequest{Subject: node.Subject{Site: 1}, By: "ana"}); err != nil {
			t.Fatal(err)
		}
	}
	draft()
	ask := node.ReleaseRequest{Report: "2", Office: x.office, Purpose: "find-laboratories", By: [2]string{"ana", "ben"}}
	var proposed []node.Proposal
	for range 3 {
		p, err := x.operator.Propose(ctx, ask, "ana")
		if err != nil {
			t.Fatal(err)
		}
		proposed = append(proposed, p)
	}
	kept := func(want ...bool) {
		t.Helper()
		for i := range proposed {
			if b, err := x.operator.Document(proposed[i].Release.Product); (err == nil) != want[i] {
				t.Errorf("proposal %d: %d bytes of its product, %v", i, len(b), err)
			}
		}
		if _, err := x.operator.Document(released.Act.Product); err != nil {
			t.Errorf("of what was released: %v", err)
		}
	}
	kept(true, true, true)
	if err := x.operator.DropProposal(ctx, proposed[0].Release.ID); err != nil {
		t.Fatal(err)
	}
	kept(false, true, true)
	if err := x.operator.DropProposal(ctx, proposed[0].Release.ID); code(err) != dissemination.CodeNoProposal {
		t.Errorf("dropped twice: %v", err)
	}
	for _, report := range []string{"1", "2"} {
		if _, err := x.operator.EraseReport(ctx, report, "its time is over", "ana"); err != nil {
			t.Fatal(err)
		}
	}
	kept(false, false, false)
	if all, err := x.operator.Proposals(); err != nil || len(all) != 0 {
		t.Errorf("proposals of what was erased: %+v %v", all, err)
	}
	// What the register refuses leaves nothing behind either.
	files := func() int {
		all, err := os.ReadDir(filepath.Join(x.operator.Config().Data, "documents"))
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	draft()
	before := files()
	ask.Report, ask.By[1] = "3", "ana"
	if _, err := x.operator.Propose(ctx, ask, "ana"); code(err) != dissemination.CodeAlone || files() != before {
		t.Errorf("%v, and %d documents, not %d", err, files(), before)
	}
}

// TestOnePartnerKeepsNothingFromOthers: those after one that cannot be asked to cosign are asked, and each that could not be is named.
func TestOnePartnerKeepsNothingFromOthers(t *testing.T) {
	t.Parallel()
	var asked []string
	full := errors.New("its disk is full")
	err := node.EachOf([]string{"GTM", "MEX", "BLZ", "SLV"}, func(partner string) error {
		asked = append(asked, partner)
		if partner == "GTM" || partner == "BLZ" {
			return full
		}
		return nil
	})
	if !slices.Equal(asked, []string{"GTM", "MEX", "BLZ", "SLV"}) {
		t.Errorf("asked: %q", asked)
	}
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "GTM") || !strings.Contains(err.Error(), "BLZ") || strings.Contains(err.Error(), "MEX") {
		t.Errorf("it says %v", err)
	}
	if err := node.EachOf([]string{"MEX"}, func(string) error { return nil }); err != nil {
		t.Error(err)
	}
}

// TestReportSurvives: a node that was stopped shows the same, byte for byte, and keeps what opens it.
func TestReportSurvives(t *testing.T) {
	t.Parallel()
	x := meet(t, nil)
	before := x.release()
	p, err := x.operator.Preview(t.Context(), node.ReleaseRequest{Report: "1", Office: x.office, Purpose: "find-laboratories"})
	if err != nil {
		t.Fatal(err)
	}
	c := node.Config{Config: x.operator.Config()}
	if err := x.operator.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, c)
	q, err := again.Preview(t.Context(), node.ReleaseRequest{Report: "1", Office: x.office, Purpose: "find-laboratories", NotBefore: p.From})
	if err != nil {
		t.Fatal(err)
	}
	if p.Product.Statement.Root != q.Product.Statement.Root || len(q.Records) != len(p.Records) {
		t.Errorf("%+v, before %+v", q.Product.Statement, p.Product.Statement)
	}
	var after dissemination.Release
	if err := again.Dissemination(t.Context(), func(r *dissemination.Register) error { after, err = r.Release("1"); return err }); err != nil {
		t.Fatal(err)
	}
	if after.Act.ID != before.Act.ID || after.Act.Product != before.Act.Product {
		t.Errorf("%+v, before %+v", after.Act, before.Act)
	}
}
