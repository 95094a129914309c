package node_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"overflight/dissemination"
	"overflight/internal/node"
	"overflight/release"
)

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
