package node_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

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

var errKilled = errors.New("killed before it was known")

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
