package node_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"overflight/dissemination"
	"overflight/internal/node"
	"overflight/journal"
	"overflight/release"
	"overflight/signature"
	"overflight/survey"
	"overflight/transparency"
)

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
