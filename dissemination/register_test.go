package dissemination

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"overflight/authority"
	"overflight/evidence"
	"overflight/release"
	"overflight/survey"
	"overflight/transparency"
)

var spring = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func digest(s string) evidence.Digest { return sha256.Sum256([]byte(s)) }

// key is a public key that follows from its name.
func key(t testing.TB, name string, a transparency.Algorithm) string {
	t.Helper()
	_, public, err := transparency.FormatKey(name, a, sha256.Sum256([]byte(name)))
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func sedena(t testing.TB) OfficeDescribed {
	return OfficeDescribed{
		Office: "MEX/SEDENA", Version: 1, Level: "RESTRICTED", Handling: release.Amber, Compartments: []string{"SIERRA"}, Classes: []release.Class{release.Position, release.Time},
		Purposes: []string{"find-laboratories"}, PlaceDigits: 6, TimeDigits: 12, Delay: 3600, Node: key(t, "nodo", transparency.Ed25519),
		Signatories: []string{key(t, "luz", transparency.Ed25519)}, Witness: key(t, "testigo", transparency.Ed25519Cosignature),
	}
}

func drafted() ReportDrafted {
	return ReportDrafted{
		Statement: release.Statement{ID: "R-1", Version: 1, Made: spring, Records: 3, Root: digest("root")}, Subject: digest("subject"),
		Marking: release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX"}, Caveats: []string{"SIERRA"}, Handling: release.Amber, Originator: "USA/OPS", Created: spring},
	}
}

// book records acts as a node does.
type book struct {
	t testing.TB
	*Register
	n uint64
}

func (b *book) record(a authority.Act, signers ...string) error {
	b.t.Helper()
	document, err := Encode(a)
	if err != nil {
		return err
	}
	again, err := Decode(a.Kind(), document)
	if err != nil {
		b.t.Fatalf("%s does not come back: %v", a.Kind(), err)
	}
	b.n++
	rec := authority.Recorded{At: spring.Add(time.Duration(b.n) * time.Minute), Sequence: b.n, Digest: sha256.Sum256(document), Signers: signers}
	admitted := b.Admit(again, rec)
	applied := b.Apply(again, rec)
	if (admitted == nil) != (applied == nil) {
		b.t.Fatalf("%s: admitted %v, applied %v", a.Ident(), admitted, applied)
	}
	return applied
}

func (b *book) must(a authority.Act, signers ...string) evidence.Digest {
	b.t.Helper()
	if err := b.record(a, signers...); err != nil {
		b.t.Fatalf("%s: %v", a.Ident(), err)
	}
	document, _ := Encode(a)
	return sha256.Sum256(document)
}

func released(office evidence.Digest) ReportReleased {
	return ReportReleased{
		ID: "RL-1", Report: "R-1", Version: 1, Root: digest("root"), Office: "MEX/SEDENA", OfficeAct: office, Rules: digest("rules"), Purpose: "find-laboratories",
		NotBefore: spring, Caveats: []string{NotForTargeting}, Mark: "00ff", Product: digest("product"), By: [2]string{"ana", "ben"},
	}
}

func receipt(step Step, by string) ReceiptGiven {
	a := ReceiptGiven{Release: "RL-1", Office: "MEX/SEDENA", Product: digest("product"), Step: step, Number: 1, At: spring, By: by}
	switch step {
	case Disputed:
		a.Says = "No es un laboratorio."
	case Answered:
		a.Answer = &Answer{Record: 2, Outcome: survey.Confirmed, Visited: spring.Add(-time.Hour)}
	case Arrived, Opened, Acknowledged:
	}
	return a
}

// TestPassage: from the office to its answer, and the same again changes nothing.
func TestPassage(t *testing.T) {
	t.Parallel()
	b := &book{t: t, Register: NewRegister()}
	office := b.must(sedena(t))
	b.must(drafted())
	b.must(released(office), "ana", "ben")
	for _, step := range Steps() {
		by := "luz"
		if step == Arrived {
			by = "nodo"
		}
		b.must(receipt(step, by), by)
		b.must(receipt(step, by), by)
	}
	second := receipt(Disputed, "luz")
	second.Number, second.Says = 2, "Tampoco es una pista."
	b.must(second, "luz")
	x, err := b.Release("1")
	if err != nil || len(x.Receipts) != 6 || x.Act.ID != "RL-1" {
		t.Fatalf("%+v %v", x, err)
	}
	if o, ok := b.OfficeOf(digest("product")); !ok || o != "MEX/SEDENA" {
		t.Errorf("%q %v", o, ok)
	}
	b.must(ReleaseRevoked{Release: "RL-1", Reason: "sent by mistake"})
	b.must(func() ReportReleased { r := released(office); r.ID = "RL-2"; return r }(), "ana", "ben") // again, since the first is over
	next := drafted()
	next.Statement.Version, next.Statement.Root, next.Statement.Supersedes = 2, digest("root2"), digest("root")
	b.must(next)
	if r, err := b.Report("R-1"); err != nil || len(r.Versions) != 2 || r.Number != 1 {
		t.Errorf("%+v %v", r, err)
	}
	b.must(EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an investigation", By: [2]string{"ana", "ben"}}, "ana", "ben")
	b.must(ReportErased{Report: "R-1", Reason: "its time is over"})
	b.must(OfficeRevoked{Office: "MEX/SEDENA", Reason: "a leak"})
	if len(b.Withheld("MEX")) != 1 || len(b.Withheld("GTM")) != 0 || len(b.Offices()) != 1 || b.Offices()[0].Revoked == nil {
		t.Errorf("%+v", b.Register)
	}
}

// TestPartner: what arrived is answered for as what was released is.
func TestPartner(t *testing.T) {
	t.Parallel()
	b := &book{t: t, Register: NewRegister()}
	b.must(ProductArrived{Release: "RL-1", Report: "R-1", Office: "MEX/SEDENA", Product: digest("product"), Records: 3, Node: sedena(t).Node, Signatories: sedena(t).Signatories, Origin: "log", Leaf: 4, Size: 9, Root: digest("tree")})
	var other *Fault
	if err := b.record(receipt(Arrived, "eva"), "eva"); !errors.As(err, &other) || other.Code != CodeNotOffices {
		t.Errorf("somebody else: %v", err)
	}
	b.must(receipt(Arrived, "nodo"), "nodo")
	b.must(receipt(Opened, "luz"), "luz")
	b.must(receipt(Answered, "luz"), "luz")
	b.must(ReleaseRevoked{Release: "RL-1", Reason: "sent by mistake"})
	b.must(ItemRefused{Item: "RL-2", SHA256: digest("x"), Reason: "its records do not lead to the root that was logged"})
	b.must(PlaceholderArrived{State: "MEX", Number: 1, Origin: "log", Leaf: 5, Size: 9, Root: digest("tree")})
	var f *Fault
	if err := b.record(PlaceholderArrived{State: "MEX", Number: 3, Origin: "log", Leaf: 6, Size: 9, Root: digest("tree")}); !errors.As(err, &f) || f.Code != CodeVersion || len(b.Counted()) != 1 {
		t.Errorf("a placeholder is left out: %v", err)
	}
	if err := b.record(PlaceholderArrived{State: "MEX", Number: 2, Origin: "log", Leaf: 5, Size: 9, Root: digest("tree")}); !errors.As(err, &f) || f.Code != CodeExists || len(b.Counted()) != 1 {
		t.Errorf("one leaf stands for two: %v", err)
	}
	if x, err := b.Arrival("1"); err != nil || len(x.Receipts) != 3 || x.Revoked == nil || len(b.Refused()) != 1 {
		t.Errorf("%+v %v", x, err)
	}
}

// TestRefused: each wrong act is refused by its code, and what comes after it is as it was before.
func TestRefused(t *testing.T) {
	t.Parallel()
	both := []string{"ana", "ben"}
	change := func(f func(*ReportReleased)) func(evidence.Digest) authority.Act {
		return func(o evidence.Digest) authority.Act { r := released(o); f(&r); return r }
	}
	saying := func(step Step, by string, f func(*ReceiptGiven)) func(evidence.Digest) authority.Act {
		return func(evidence.Digest) authority.Act { r := receipt(step, by); f(&r); return r }
	}
	fgr := func(f func(*OfficeDescribed)) func(evidence.Digest) authority.Act {
		return func(evidence.Digest) authority.Act {
			o := sedena(t)
			o.Office, o.Signatories = "MEX/FGR", []string{key(t, "rosa", transparency.Ed25519)}
			f(&o)
			return o
		}
	}
	report := func(f func(*ReportDrafted)) func(evidence.Digest) authority.Act {
		return func(evidence.Digest) authority.Act { r := drafted(); r.Statement.ID = "R-2"; f(&r); return r }
	}
	withheld := func(f func(*EntryWithheld)) func(evidence.Digest) authority.Act {
		return func(evidence.Digest) authority.Act {
			w := EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an investigation", By: [2]string{"ana", "ben"}}
			f(&w)
			return w
		}
	}
	for name, tc := range map[string]struct {
		before  func(*book, evidence.Digest)
		act     func(evidence.Digest) authority.Act
		signers []string
		want    Code
	}{
		"one person twice":             {nil, change(func(r *ReportReleased) { r.By[1] = "Ana" }), both, CodeAlone},
		"one signature":                {nil, change(func(*ReportReleased) {}), both[:1], CodeNotSigned},
		"no signature":                 {nil, change(func(*ReportReleased) {}), nil, CodeNotSigned},
		"an unknown office":            {nil, change(func(r *ReportReleased) { r.Office = "MEX/FGR" }), both, CodeNoOffice},
		"a revoked office":             {func(b *book, _ evidence.Digest) { b.must(OfficeRevoked{Office: "MEX/SEDENA", Reason: "leak"}) }, change(func(*ReportReleased) {}), both, CodeOfficeRevoked},
		"an office that is no office":  {nil, change(func(r *ReportReleased) { r.Office = "MEX" }), both, CodeOffice},
		"no state":                     {nil, change(func(r *ReportReleased) { r.Office = "XXX/SEDENA" }), both, CodeState},
		"an older description":         {func(b *book, _ evidence.Digest) { o := sedena(t); o.Version = 2; b.must(o) }, change(func(*ReportReleased) {}), both, CodeOfficeChanged},
		"another purpose":              {nil, change(func(r *ReportReleased) { r.Purpose = "ferry" }), both, CodePurpose},
		"no purpose":                   {nil, change(func(r *ReportReleased) { r.Purpose = "curiosity" }), both, CodeChoice},
		"for targeting":                {nil, change(func(r *ReportReleased) { r.Caveats = nil }), both, CodeTargeting},
		"an unknown report":            {nil, change(func(r *ReportReleased) { r.Report = "R-9" }), both, CodeNoReport},
		"a version to come":            {nil, change(func(r *ReportReleased) { r.Version = 2 }), both, CodeNoReport},
		"another root":                 {nil, change(func(r *ReportReleased) { r.Root = digest("other") }), both, CodeOtherRoot},
		"an erased report":             {func(b *book, _ evidence.Digest) { b.must(ReportErased{Report: "R-1", Reason: "over"}) }, change(func(*ReportReleased) {}), both, CodeErased},
		"released already":             {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, change(func(r *ReportReleased) { r.ID = "RL-2" }), both, CodeReleased},
		"another under its identifier": {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, change(func(r *ReportReleased) { r.Mark = "1" }), both, CodeExists},
		"no product":                   {nil, change(func(r *ReportReleased) { r.Product = evidence.Digest{} }), both, CodeMissing},
		"never released":               {nil, saying(Acknowledged, "luz", func(*ReceiptGiven) {}), []string{"luz"}, CodeNeverReleased},
		"released to another":          {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Arrived, "nodo", func(r *ReceiptGiven) { r.Office = "GTM/MP" }), []string{"nodo"}, CodeNeverReleased},
		"another product":              {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Arrived, "nodo", func(r *ReceiptGiven) { r.Product = digest("x") }), []string{"nodo"}, CodeOtherProduct},
		"acknowledged before it came":  {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Acknowledged, "luz", func(*ReceiptGiven) {}), []string{"luz"}, CodeNotArrived},
		"acknowledged before opened": {func(b *book, o evidence.Digest) {
			b.must(released(o), both...)
			b.must(receipt(Arrived, "nodo"), "nodo")
		}, saying(Acknowledged, "luz", func(*ReceiptGiven) {}), []string{"luz"}, CodeNotOpened},
		"opened by a node": {func(b *book, o evidence.Digest) {
			b.must(released(o), both...)
			b.must(receipt(Arrived, "nodo"), "nodo")
		}, saying(Opened, "nodo", func(*ReceiptGiven) {}), []string{"nodo"}, CodeNotOffices},
		"arrived by a person":          {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Arrived, "luz", func(*ReceiptGiven) {}), []string{"luz"}, CodeNotOffices},
		"signed by somebody":           {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Arrived, "eva", func(*ReceiptGiven) {}), []string{"eva"}, CodeNotOffices},
		"a receipt that nobody signed": {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Arrived, "nodo", func(*ReceiptGiven) {}), nil, CodeNotSigned},
		"the second arrival":           {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Arrived, "nodo", func(r *ReceiptGiven) { r.Number = 2 }), []string{"nodo"}, CodeNumber},
		"a dispute without a reason":   {nil, saying(Disputed, "luz", func(r *ReceiptGiven) { r.Says = "" }), []string{"luz"}, CodeWhy},
		"an answer without an outcome": {nil, saying(Answered, "luz", func(r *ReceiptGiven) { r.Answer = nil }), []string{"luz"}, CodeAnswer},
		"an answer to no record":       {func(b *book, o evidence.Digest) { b.must(released(o), both...) }, saying(Answered, "luz", func(r *ReceiptGiven) { r.Answer.Record = 3 }), []string{"luz"}, CodeNoRecord},
		"a level that nobody has":      {nil, fgr(func(o *OfficeDescribed) { o.Level = "COSMIC" }), nil, CodeMarking},
		"the first version anew":       {nil, fgr(func(o *OfficeDescribed) { o.Office = "MEX/SEDENA" }), nil, CodeExists},
		"a version too many":           {nil, fgr(func(o *OfficeDescribed) { o.Version = 2 }), nil, CodeVersion},
		"the key of another office":    {nil, fgr(func(o *OfficeDescribed) { o.Signatories = sedena(t).Signatories }), nil, CodeOtherOffice},
		"no key":                       {nil, fgr(func(o *OfficeDescribed) { o.Signatories[0] = "rosa" }), nil, CodeKey},
		"nobody answers":               {nil, fgr(func(o *OfficeDescribed) { o.Signatories = nil }), nil, CodeNumber},
		"the node as a person":         {nil, fgr(func(o *OfficeDescribed) { o.Signatories[0] = o.Node }), nil, CodeTwice},
		"a log as a witness":           {nil, fgr(func(o *OfficeDescribed) { o.Witness = o.Node }), nil, CodeKey},
		"a class that there is not":    {nil, fgr(func(o *OfficeDescribed) { o.Classes = []release.Class{"people"} }), nil, CodeChoice},
		"finer than a place":           {nil, fgr(func(o *OfficeDescribed) { o.PlaceDigits = 13 }), nil, CodeNumber},
		"a marking that nobody holds":  {nil, report(func(r *ReportDrafted) { r.Marking.Caveats = []string{"NORTE"} }), nil, CodeNobodyHolds},
		"a marking that is none":       {nil, report(func(r *ReportDrafted) { r.Marking.Handling = "TLP:BLUE" }), nil, CodeMarking},
		"no records":                   {nil, report(func(r *ReportDrafted) { r.Statement.Records = 0 }), nil, CodeNumber},
		"supersedes what is not there": {nil, report(func(r *ReportDrafted) { r.Statement.Supersedes = digest("x") }), nil, CodeMissing},
		"a second version of another": {nil, report(func(r *ReportDrafted) {
			r.Statement.ID, r.Statement.Version, r.Statement.Supersedes = "R-1", 2, digest("x")
		}), nil, CodeOtherRoot},
		"by a view that there is not": {nil, change(func(r *ReportReleased) { r.Standing, r.By = "V-9", [2]string{} }), nil, CodeNoView},
		"by a view and two":           {nil, change(func(r *ReportReleased) { r.Standing = "V-1" }), both, CodeText},
		"by a view for another purpose": {func(b *book, _ evidence.Digest) {
			o := sedena(t)
			o.Version, o.Purposes = 2, append(o.Purposes, "ferry")
			b.must(o)
			b.must(view(), both...)
		}, change(func(r *ReportReleased) {
			o := sedena(t)
			o.Version, o.Purposes = 2, append(o.Purposes, "ferry")
			r.OfficeAct = documentDigest(t, o)
			r.Standing, r.By, r.Purpose = "V-1", [2]string{}, "ferry"
		}), nil, CodeNoView},
		"by a view that is over": {func(b *book, _ evidence.Digest) {
			b.must(view(), both...)
			b.must(ViewEnded{Standing: "V-1", Reason: "x"})
		}, change(func(r *ReportReleased) { r.Standing, r.By = "V-1", [2]string{} }), nil, CodeNoView},
		"a view by one":                 {nil, func(evidence.Digest) authority.Act { return view() }, both[:1], CodeNotSigned},
		"a second view":                 {func(b *book, _ evidence.Digest) { b.must(view(), both...) }, func(evidence.Digest) authority.Act { v := view(); v.ID = "V-2"; return v }, both, CodeExists},
		"ending no view":                {nil, func(evidence.Digest) authority.Act { return ViewEnded{Standing: "V-9", Reason: "x"} }, nil, CodeNoView},
		"revoking nothing":              {nil, func(evidence.Digest) authority.Act { return ReleaseRevoked{Release: "RL-9", Reason: "x"} }, nil, CodeNoRelease},
		"erasing nothing":               {nil, func(evidence.Digest) authority.Act { return ReportErased{Report: "R-9", Reason: "x"} }, nil, CodeNoReport},
		"withheld by one":               {nil, withheld(func(*EntryWithheld) {}), both[1:], CodeNotSigned},
		"withheld by one twice":         {nil, withheld(func(w *EntryWithheld) { w.By[0] = "ben" }), both, CodeAlone},
		"withheld without a reason":     {nil, withheld(func(w *EntryWithheld) { w.Reason = " " }), both, CodeMissing},
		"withheld and not counted":      {nil, withheld(func(w *EntryWithheld) { w.Number = 2 }), both, CodeVersion},
		"exported for another purpose":  {nil, func(evidence.Digest) authority.Act { return exported("ferry") }, nil, CodePurpose},
		"exported without a mark":       {nil, func(evidence.Digest) authority.Act { e := exported("find-laboratories"); e.Mark = ""; return e }, nil, CodeIdentifier},
		"exported for no known purpose": {nil, func(evidence.Digest) authority.Act { return exported("") }, nil, CodeChoice},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &book{t: t, Register: NewRegister()}
			office := b.must(sedena(t))
			b.must(drafted())
			if tc.before != nil {
				tc.before(b, office)
			}
			err := b.record(tc.act(office), tc.signers...)
			var f *Fault
			if !errors.As(err, &f) || f.Code != tc.want {
				t.Fatalf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func view() ViewAgreed {
	return ViewAgreed{ID: "V-1", Office: "MEX/SEDENA", Purpose: "find-laboratories", By: [2]string{"ana", "ben"}}
}

// TestView: what was agreed once by two releases by itself, until it is ended.
func TestView(t *testing.T) {
	t.Parallel()
	b := &book{t: t, Register: NewRegister()}
	office := b.must(sedena(t))
	b.must(drafted())
	b.must(view(), "ana", "ben")
	r := released(office)
	r.Standing, r.By = "V-1", [2]string{}
	b.must(r)
	b.must(ViewEnded{Standing: "V-1", Reason: "the agreement is over"})
	if v := b.Views(); len(v) != 1 || v[0].Ended == nil {
		t.Errorf("%+v", v)
	}
}

func exported(purpose string) ProductExported {
	return ProductExported{ID: "E-1", Office: "MEX/SEDENA", Purpose: purpose, Format: "kml", Root: digest("root"), File: digest("file"), Mark: "00ff", By: "ana"}
}

// TestOneForm: a document that says the same in another way is refused.
func TestOneForm(t *testing.T) {
	t.Parallel()
	document, err := Encode(OfficeRevoked{Office: "MEX/SEDENA", Reason: "a leak"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]Code{
		strings.Replace(string(document), `"reason"`, `"Reason"`, 1): CodeForm,
		strings.Replace(string(document), `{`, `{"more":1,`, 1):      CodeDocument,
		strings.Replace(string(document), `{`, `{"reason":"x",`, 1):  CodeDocument,
		string(document) + "{}": CodeDocument,
		"[]":                    CodeDocument,
		strings.Replace(string(document), `"MEX/SEDENA"`, `"MEX/../etc"`, 1): CodeOffice,
	} {
		var f *Fault
		if _, err := Decode(KindOfficeRevoked, []byte(text)); !errors.As(err, &f) || f.Code != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if _, err := Decode("plan.filed/v1", document); !errors.Is(err, authority.ErrKind) {
		t.Error(err)
	}
}

// FuzzDecode: what is read is written again as it was, and nothing panics in the register.
func FuzzDecode(f *testing.F) {
	b := &book{t: f, Register: NewRegister()}
	office := b.must(sedena(f))
	for _, a := range []authority.Act{
		sedena(f),
		OfficeRevoked{Office: "MEX/SEDENA", Reason: "a leak"},
		drafted(),
		ReportErased{Report: "R-1", Reason: "x"},
		released(office),
		ReleaseRevoked{Release: "RL-1", Reason: "x"},
		view(),
		ViewEnded{Standing: "V-1", Reason: "x"},
		EntryWithheld{State: "MEX", Number: 1, Flight: "L-1", Reason: "x", By: [2]string{"ana", "ben"}},
		exported("find-laboratories"),
		ProductArrived{Release: "RL-1", Report: "R-1", Office: "MEX/SEDENA", Product: digest("product"), Records: 3, Node: sedena(f).Node, Signatories: sedena(f).Signatories, Origin: "log", Leaf: 4, Size: 9, Root: digest("tree")},
		ItemRefused{Item: "RL-2", SHA256: digest("x"), Reason: "x"},
		receipt(Answered, "luz"), receipt(Disputed, "luz"),
	} {
		document, err := Encode(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(a.Kind()), document)
	}
	f.Fuzz(func(t *testing.T, kind string, document []byte) {
		a, err := Decode(authority.Kind(kind), document)
		if err != nil {
			return
		}
		again, err := Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := Decode(authority.Kind(kind), again); err != nil || twice.Ident() != a.Ident() {
			t.Fatalf("%s: %v", again, err)
		}
		r := NewRegister()
		for _, act := range []authority.Act{sedena(t), drafted(), released(office), a} {
			text, _ := Encode(act)
			_ = r.Apply(act, authority.Recorded{At: spring, Digest: sha256.Sum256(text), Signers: append(Signers(act), "ana", "ben")}) // what it says is for the tests above
		}
		if bytes.Contains(again, []byte{0}) {
			t.Fatal("a zero byte")
		}
	})
}
