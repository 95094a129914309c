package dissemination

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"overflight/authority"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/journal"
	"overflight/leaf"
	"overflight/release"
	"overflight/signature"
	"overflight/transparency"
)

// shipment is a parcel of a log of four acts, and what checks it.
type shipment struct {
	parcel      Parcel
	notice      Notice
	placeholder Placeholder
	policy      *transparency.Policy
	policyText  []byte
}

// personKey is the key of somebody who signs.
func personKey(t testing.TB, name string) (note.Signer, transparency.Key) {
	t.Helper()
	private, public, err := transparency.FormatKey(name, transparency.Ed25519, sha256.Sum256([]byte("secret of "+name)))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signature.ParseKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return signer, key
}

// ship makes a report of one site, releases it, revokes that, and withholds an entry: everything follows from the code.
func ship(t testing.TB) *shipment {
	t.Helper()
	return shipSite(t, "")
}

// shipSite does the same by a view, where one is named, and with acts that were changed.
func shipSite(t testing.TB, view string, changed ...func([]authority.Act)) *shipment {
	t.Helper()
	at, err := release.InstantValue(spring)
	if err != nil {
		t.Fatal(err)
	}
	record, err := release.NewRecord("site/1", drafted().Marking, map[string]release.Value{
		"site": {Kind: release.Text, Text: "7"}, "place": release.PlaceValue(geodesy.Position{Lat: 25, Lon: -106}), "first_seen": at, "signs": {Kind: release.Text, Text: "tank"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return shipOf(t, view, record, func(_ int, spec release.FieldSpec, _ release.Field) release.Grant {
		if spec.Class == release.Position || spec.Class == release.Time {
			return release.Grant{Digits: 5, Reasons: []string{"place-floor"}}
		}
		return release.Grant{Reasons: []string{release.ReasonNoRule}}
	}, changed...)
}

// shipOf does the same with another record, of which so much is shown.
func shipOf(t testing.TB, view string, record release.Record, granted release.Granted, changed ...func([]authority.Act)) *shipment {
	t.Helper()
	private, public, err := transparency.FormatKey("log.example", transparency.Ed25519, sha256.Sum256([]byte("log")))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	_, ana := personKey(t, "ana")
	_, ben := personKey(t, "ben")
	text, err := transparency.FormatPolicy(key, nil, 0, ana, ben)
	if err != nil {
		t.Fatal(err)
	}
	s := &shipment{policyText: text}
	if s.policy, err = transparency.ParsePolicy(text); err != nil {
		t.Fatal(err)
	}

	seed := release.Seed(bytes.Repeat([]byte{7}, 32))
	report := &release.Report{ID: "R-1", Version: 1, Made: spring, Records: []release.Record{record}}
	d := drafted()
	if d.Statement, err = report.State(seed); err != nil {
		t.Fatal(err)
	}
	office := sedena(t)
	r := released(documentDigest(t, office))
	if view != "" {
		r.By, r.Standing = [2]string{}, view
	}
	r.Root, r.Mark = d.Statement.Root, "00112233445566778899aabbccddeeff"
	product, err := release.Redact(report, seed, granted, release.Copy{Office: r.Office, State: "MEX", Mark: r.Mark, Released: r.NotBefore, Purpose: r.Purpose, Caveats: r.Caveats})
	if err != nil {
		t.Fatal(err)
	}
	var document bytes.Buffer
	if _, err := product.WriteTo(&document); err != nil {
		t.Fatal(err)
	}
	s.parcel.Product = document.Bytes()
	r.Product = sha256.Sum256(s.parcel.Product)

	acts := []authority.Act{
		office, d, r,
		ReleaseRevoked{Release: r.ID, Reason: "sent to <another> & too early"},
		EntryWithheld{State: "MEX", Number: 1, Flight: "LOCAL-2026-0001", Reason: "an investigation", By: [2]string{"ana", "ben"}},
	}
	if view != "" {
		acts = append(acts, ViewAgreed{ID: view, Office: r.Office, Purpose: r.Purpose, By: [2]string{"ana", "ben"}})
	}
	for _, change := range changed {
		change(acts)
	}
	logged := make([]Logged, len(acts))
	leaves := make([]evidence.Digest, len(acts))
	var closed []byte
	for i, a := range acts {
		document, err := Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		e := journal.ActRecorded{Act: string(a.Kind()), ID: a.Ident(), Document: document, By: "ana", At: spring}
		for _, name := range Signers(a) {
			signer, _ := personKey(t, name)
			signed, err := signature.Sign(string(a.Kind()), document, signer)
			if err != nil {
				t.Fatal(err)
			}
			e.Signatures = append(e.Signatures, journal.Signature{Name: name, Line: signed.Line})
		}
		kind, body, _, err := leaf.Of(e)
		if err != nil {
			t.Fatal(err)
		}
		o := transparency.Opening{Kind: kind, Body: body}
		o.Salt[0] = byte(i)
		x, err := o.Entry()
		if err != nil {
			t.Fatal(err)
		}
		if i == 4 {
			closed = x.Bytes()
		}
		leaves[i] = transparency.LeafHash(x.Bytes())
		logged[i] = Logged{Document: document, Index: uint64(i), Opening: o.Bytes()}
	}
	for i := range logged {
		logged[i].Proof, _ = transparency.ProveInclusion(leaves, uint64(i))
	}
	signed, err := transparency.Checkpoint{Origin: "log.example", Size: uint64(len(leaves)), Root: transparency.Root(leaves)}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	s.parcel.Checkpoint, s.parcel.Office, s.parcel.Report, s.parcel.Release = signed, logged[0], logged[1], logged[2]
	if view != "" {
		s.parcel.View = &logged[5]
	}
	s.notice = Notice{Checkpoint: signed, Act: logged[3]}
	s.placeholder = Placeholder{Checkpoint: signed, State: "MEX", Number: 1, Index: 4, Leaf: closed, Proof: logged[4].Proof}
	return s
}

func documentDigest(t testing.TB, a authority.Act) evidence.Digest {
	t.Helper()
	document, err := Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(document)
}

// over takes something over the way and reads it again.
func over[T Parcel | Notice | Placeholder | SignedReceipt](t testing.TB, v T) *T {
	t.Helper()
	b, err := EncodeItem(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := ReadItem[T](b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestParcel: what was released is believed by the key of the log alone, and each part that is another is named.
func TestParcel(t *testing.T) {
	t.Parallel()
	s := ship(t)
	c, err := over(t, s.parcel).Check(s.policy)
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Arrived(1); a.Check() != nil || a.Release != "RL-1" || a.Records != 1 || a.Leaf != 1 || a.Size != 5 || a.Signatories[0] != sedena(t).Signatories[0] {
		t.Errorf("%+v: %v", a, a.Check())
	}
	if a, err := over(t, s.notice).Check(s.policy); err != nil || a.Reason != "sent to <another> & too early" {
		t.Errorf("%+v %v", a, err)
	}
	if a, err := over(t, s.placeholder).Check(s.policy); err != nil || a.Leaf != 4 || a.Check() != nil {
		t.Errorf("%+v %v", a, err)
	}
	other := ship(t)
	for name, tc := range map[string]struct {
		change func(*Parcel)
		want   string
	}{
		"another log": {func(p *Parcel) {
			p.Checkpoint = bytes.ReplaceAll(p.Checkpoint, []byte("log.example"), []byte("log.forged!"))
		}, "checkpoint, "},
		"a checkpoint that was not":  {func(p *Parcel) { p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("\n5\n"), []byte("\n6\n"), 1) }, "checkpoint, "},
		"another report":             {func(p *Parcel) { p.Report = p.Release }, "report, "},
		"another document":           {func(p *Parcel) { p.Report.Document = p.Release.Document }, "report, other-act"},
		"another proof":              {func(p *Parcel) { p.Report.Proof[0][0] ^= 1 }, "report, "},
		"another index":              {func(p *Parcel) { p.Release.Index++ }, "release, "},
		"a revocation for a release": {func(p *Parcel) { p.Release = other.notice.Act }, "release, other-act"},
		"another office":             {func(p *Parcel) { p.Office = p.Report }, "office, other-act"},
		"another product":            {func(p *Parcel) { p.Product = bytes.Replace(p.Product, []byte("site/1"), []byte("look/1"), 1) }, "product, other-content"},
		"a view beside it":           {func(p *Parcel) { p.View = &p.Release }, "view, needless-view"},
		"no product":                 {func(p *Parcel) { p.Product = nil }, "product, other-content"},
	} {
		p := over(t, s.parcel)
		tc.change(p)
		_, err := p.Check(s.policy)
		var f *Fault
		if !errors.As(err, &f) || f.Code != CodeParcel || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

// TestParcelByView: a release by a view is by the word of the two who signed that, and of no other view.
func TestParcelByView(t *testing.T) {
	t.Parallel()
	s := shipSite(t, "V-1")
	c, err := over(t, s.parcel).Check(s.policy)
	if err != nil {
		t.Fatal(err)
	}
	if unknown, err := c.CheckSignatories(s.policy); err != nil || unknown != nil || c.View.ID != "V-1" || !slices.Equal(c.By(), []string{"ana", "ben"}) {
		t.Errorf("%v %v %+v %v", unknown, err, c.View, c.By())
	}
	other := shipSite(t, "V-1", func(acts []authority.Act) {
		v, _ := acts[5].(ViewAgreed)
		v.Office = "MEX/FGR"
		acts[5] = v
	})
	for name, tc := range map[string]struct {
		change func(*Parcel)
		want   string
	}{
		"no view":        {func(p *Parcel) { p.View = nil }, "view, no-view, V-1"},
		"another act":    {func(p *Parcel) { p.View = &p.Release }, "view, other-act"},
		"another view":   {func(p *Parcel) { *p = other.parcel }, "view, other-view"},
		"another proof":  {func(p *Parcel) { p.View.Proof[0][0] ^= 1 }, "view, "},
		"another agreed": {func(p *Parcel) { p.View.Document = bytes.Replace(p.View.Document, []byte("ben"), []byte("eva"), 1) }, "view, other-act"},
	} {
		p := over(t, s.parcel)
		tc.change(p)
		if _, err := p.Check(s.policy); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

// TestPersons: that it was the two who are named is told by their keys, and where no key is known, that it cannot be told.
func TestPersons(t *testing.T) {
	t.Parallel()
	s := ship(t)
	_, ana := personKey(t, "ana")
	_, ben := personKey(t, "ben")
	_, eva := personKey(t, "eva")
	_, public, err := transparency.FormatKey("ben", transparency.Ed25519, sha256.Sum256([]byte("new")))
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(s.policyText), "#person")
	for name, x := range map[string]struct {
		persons []string
		unknown []string
		want    string
	}{
		"both":           {[]string{ana.String(), ben.String()}, nil, ""},
		"both keys":      {[]string{ana.String(), public, ben.String()}, nil, ""},
		"one is unknown": {[]string{ana.String(), eva.String()}, []string{"ben"}, ""},
		"nobody known":   {nil, []string{"ana", "ben"}, ""},
		"another key":    {[]string{ana.String(), public}, nil, "release, signed.otherkey"},
	} {
		text := head
		for _, k := range x.persons {
			text += "#person " + k + "\n"
		}
		policy, err := transparency.ParsePolicy([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		c, err := over(t, s.parcel).Check(policy)
		if err != nil {
			t.Fatal(err)
		}
		unknown, err := c.CheckSignatories(policy)
		if !slices.Equal(unknown, x.unknown) || (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v %v, want %v %q", name, unknown, err, x.unknown, x.want)
		}
	}
}

// TestAnyChange: no bit of a parcel can be another.
func TestAnyChange(t *testing.T) {
	t.Parallel()
	for _, s := range []*shipment{ship(t), shipSite(t, "V-1")} {
		s.anyChange(t)
	}
}

func (s *shipment) anyChange(t *testing.T) {
	t.Helper()
	b, err := EncodeItem(s.parcel)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 1))
	for range 400 {
		changed := slices.Clone(b)
		i := rng.IntN(len(b))
		changed[i] ^= 1 << rng.IntN(8)
		p, err := ReadItem[Parcel](changed)
		if err == nil {
			_, err = p.Check(s.policy)
		}
		if err == nil {
			t.Fatalf("byte %d of %d is %q, and nobody sees it", i, len(b), changed[i])
		}
	}
}

// FuzzReadItem: nothing that comes panics.
func FuzzReadItem(f *testing.F) {
	s := ship(f)
	for _, v := range []any{s.parcel, shipSite(f, "V-1").parcel, s.notice, s.placeholder} {
		b, err := EncodeItem(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ReadItem[Parcel](b); err == nil {
			if c, err := p.Check(s.policy); err == nil { // what is wrong is for the tests above
				_, _ = c.CheckSignatories(s.policy)
			}
		}
		if n, err := ReadItem[Notice](b); err == nil {
			_, _ = n.Check(s.policy)
		}
		if p, err := ReadItem[Placeholder](b); err == nil {
			_, _ = p.Check(s.policy)
		}
		if r, err := ReadItem[SignedReceipt](b); err == nil {
			o := sedena(t)
			_, _ = r.Receipt(&o)
		}
	})
}

var update = flag.Bool("update", false, "write the vectors again")

// TestParcelVectors holds what another implementation has to read, and overflight-verify does: a parcel, and whom to trust.
func TestParcelVectors(t *testing.T) {
	t.Parallel()
	s := ship(t)
	b, err := EncodeItem(s.parcel)
	if err != nil {
		t.Fatal(err)
	}
	byView, err := EncodeItem(shipSite(t, "V-1").parcel)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"parcel.json": b, "parcel_view.json": byView, "policy": s.policyText} {
		name = filepath.Join("../docs/vectors/redaction", name)
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(name); err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is not what the code writes (-update writes it again): %v", name, err)
		}
	}
}

// BenchmarkCheckParcel is what `overflight inbox check` does with the bytes of a report of which ten of fourteen fields are shown: the
// policy and the parcel are read, the signature of the log on the checkpoint, the proofs of three acts in it, the signatures of the two
// persons and the product are checked.
func BenchmarkCheckParcel(b *testing.B) {
	at, err := release.InstantValue(spring)
	if err != nil {
		b.Fatal(err)
	}
	place := release.PlaceValue(geodesy.Position{Lat: 24.6, Lon: -107.5})
	word := func(k release.Kind, s string) release.Value { return release.Value{Kind: k, Text: s} }
	record, err := release.NewRecord("entry/1", drafted().Marking, map[string]release.Value{
		"flight": word(release.Text, "LOCAL-2026-0001"), "state": word(release.Code, "MEX"), "verdict": word(release.Code, "entry"), "leave": word(release.Code, "cleared"), "entered": at, "left": at,
		"place_in": place, "place_out": place, "deepest": place, "depth": word(release.Number, "42315.2"), "dwell": word(release.Number, "1338.4"), "altitude": word(release.Number, "4512"),
		"datum": word(release.Code, "HAE"), "boundary": word(release.Text, "maritime_10m 1.1.0"),
	})
	if err != nil {
		b.Fatal(err)
	}
	s := shipOf(b, "", record, func(_ int, spec release.FieldSpec, f release.Field) release.Grant {
		switch spec.Name {
		case "verdict", "boundary", "altitude", "datum":
			return release.Grant{Reasons: []string{release.ReasonNoRule}}
		}
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	})
	document, err := EncodeItem(s.parcel)
	if err != nil {
		b.Fatal(err)
	}
	check := func() *Checked {
		policy, err := transparency.ParsePolicy(s.policyText)
		if err != nil {
			b.Fatal(err)
		}
		p, err := ReadItem[Parcel](document)
		if err != nil {
			b.Fatal(err)
		}
		c, err := p.Check(policy)
		if err != nil {
			b.Fatal(err)
		}
		if unknown, err := c.CheckSignatories(policy); err != nil || unknown != nil {
			b.Fatal(unknown, err)
		}
		return c
	}
	open := 0
	fields := check().Product.Parts[0].Fields
	for i := range fields {
		if fields[i].Opening != nil {
			open++
		}
	}
	if open != 10 || len(fields) != 14 {
		b.Fatalf("%d of %d fields are shown", open, len(fields))
	}
	b.ReportAllocs()
	for b.Loop() {
		check()
	}
}
