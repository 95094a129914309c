package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
	"overflight/geodesy"
)

var made = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func marking() Marking {
	return Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX", "USA"}, Caveats: []string{}, Handling: Amber, Originator: "USA/OPS", Created: made}
}

func instant(t testing.TB, s string) Value {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	v, err := InstantValue(at)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// entry is a record of 14 fields, each with a value.
func entry(t testing.TB, n int) Record {
	t.Helper()
	at := geodesy.Position{Lat: 24.6 + geodesy.Angle(n)/100, Lon: -107.5}
	r, err := NewRecord("entry/1", marking(), map[string]Value{
		"flight": {Text, "LOCAL-2026-0001"}, "state": {Code, "MEX"}, "verdict": {Code, "entry"}, "leave": {Code, "cleared"}, "entered": instant(t, "2026-03-01T10:00:00.123Z"), "left": instant(t, "2026-03-01T10:22:18.5Z"),
		"place_in": PlaceValue(at), "place_out": PlaceValue(at), "deepest": PlaceValue(at), "depth": {Number, "42315.2"}, "dwell": {Number, "1338.4"}, "altitude": {Number, "4512"}, "datum": {Code, "HAE"}, "boundary": {Text, "maritime_10m 1.1.0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func report(t testing.TB, records int) *Report {
	t.Helper()
	r := &Report{ID: "MEX-2026-7", Version: 1, Made: made}
	for n := range records {
		r.Records = append(r.Records, entry(t, n))
	}
	return r
}

var (
	seed     = Seed{1, 2, 3}
	toOffice = Copy{Office: "MEX/SEDENA", State: "MEX", Mark: "00112233445566778899aabbccddeeff", Released: made.Add(time.Hour), Purpose: "find-laboratories", Caveats: []string{"not-for-targeting"}}
)

// tenOf shows ten fields of fourteen: two of them coarse, for which the depth and the dwell are withheld. Of the second record it shows all.
func tenOf(n int, spec FieldSpec, f Field) Grant {
	if n != 1 {
		switch spec.Name {
		case "verdict", "altitude":
			return Grant{0, []string{"rule.b", "rule.a"}}
		case "place_in", "place_out":
			return Grant{5, []string{"rule.floor"}}
		}
	}
	return Grant{Digits: max(1, f.Value.Kind.Whole())}
}

func TestProduct(t *testing.T) {
	t.Parallel()
	r := report(t, 3)
	p, err := Redact(r, seed, func(n int, s FieldSpec, f Field) Grant {
		if n == 1 {
			return Grant{}
		}
		return tenOf(n, s, f)
	}, toOffice)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	want, err := r.State(seed)
	if err != nil {
		t.Fatal(err)
	}
	if p.Statement != want {
		t.Errorf("statement %+v, want %+v", p.Statement, want)
	}
	if p.Parts[1].Kind != "" || len(p.Parts[1].Fields) != 0 || p.Parts[1].Leaf == (evidence.Digest{}) {
		t.Errorf("a withheld record: %+v", p.Parts[1])
	}
	got := map[string]string{}
	for _, f := range p.Parts[0].Fields {
		switch {
		case f.Opening == nil:
			got[f.Name] = "withheld: " + strings.Join(f.Reasons, ",")
		case f.Coarse():
			got[f.Name] = f.Opening.Value.Text + ": " + strings.Join(f.Reasons, ",")
		default:
			got[f.Name] = f.Opening.Value.Text
		}
	}
	if d := cmp.Diff(map[string]string{
		"flight": "LOCAL-2026-0001", "state": "MEX", "leave": "cleared", "boundary": "maritime_10m 1.1.0", "datum": "HAE", "deepest": PlaceValue(geodesy.Position{Lat: 24.6, Lon: -107.5}).Text,
		"verdict": "withheld: rule.a,rule.b", "altitude": "withheld: rule.a,rule.b", "depth": "withheld: release.narrows-place", "dwell": "withheld: release.narrows-place",
		"place_in": "9s7ec: rule.floor", "place_out": "9s7ec: rule.floor",
		// A cell of 4.9 km takes 33 s at 150 m/s: the minute.
		"entered": "202603011000: release.coarse-place", "left": "202603011022: release.coarse-place",
	}, got); d != "" {
		t.Error(d)
	}

	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := ParseUnverified(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p, again); d != "" {
		t.Error(d)
	}
	for _, withheld := range []string{"42315.2", "1338.4", "4512", `"entry"`, "20260301100000"} {
		if bytes.Contains(b.Bytes(), []byte(withheld)) {
			t.Errorf("the product holds %q", withheld)
		}
	}
}

// Whatever is changed, the check says where.
func TestChangedProduct(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		change func(p *Product)
		want   string
	}{
		{"a value", func(p *Product) { p.Parts[1].Fields[9].Opening.Value.Text = "42315.3" }, "record 1, depth: what is shown"},
		{"a digit of a place", func(p *Product) { p.Parts[0].Fields[6].Opening.Value.Text = "9s7ed" }, "record 0, place_in: what is shown"},
		{"a digit less", func(p *Product) {
			o := p.Parts[0].Fields[6].Opening
			o.Value.Text, o.Salts = o.Value.Text[:4], o.Salts[:4]
		}, "record 0, place_in: what is shown"},
		{"a digit more", func(p *Product) { p.Parts[0].Fields[6].Opening.Value.Text += "0" }, "record 0, place_in: record 0, place_in: 5 salts for 6 digits"},
		{"a salt", func(p *Product) { p.Parts[0].Fields[0].Opening.Salts[0][3] ^= 1 }, "record 0, flight: what is shown"},
		{"what follows", func(p *Product) { p.Parts[0].Fields[6].Opening.Rest[0] ^= 1 }, "record 0, place_in: what is shown"},
		{"a kind", func(p *Product) { p.Parts[0].Fields[0].Opening.Value.Kind = Code }, "record 0, flight: it is code: expected text"},
		{"an absence", func(p *Product) { p.Parts[0].Fields[0].Opening.Value = Value{Absent, ""} }, "record 0, flight: what is shown"},
		{"two fields exchanged", func(p *Product) { f := p.Parts[0].Fields; f[6], f[7] = f[7], f[6] }, "record 0, place_out: in the place of place_in"},
		{"two records exchanged", func(p *Product) { p.Parts[0], p.Parts[1] = p.Parts[1], p.Parts[0] }, "record 0: it has the number 1"},
		{"the same, renumbered", func(p *Product) {
			p.Parts[0], p.Parts[1] = p.Parts[1], p.Parts[0]
			p.Parts[0].Record, p.Parts[1].Record = 0, 1
		}, "record 0, flight: what is shown"},
		{"a commitment", func(p *Product) { p.Parts[0].Fields[2].Commitment[0] ^= 1 }, "record 0: its commitments"},
		{"a leaf", func(p *Product) { p.Parts[2].Leaf[0] ^= 1 }, "record 2: its commitments"},
		{"a record left out", func(p *Product) { p.Parts = p.Parts[:2] }, "report: 2 records of 3"},
		{"one left out, and the number", func(p *Product) { p.Parts, p.Statement.Records = p.Parts[:2], 2 }, "report: its records do not lead to the root"},
		{"a kind of record", func(p *Product) { p.Parts[0].Kind = "look/1" }, "record 0, state: in the place of state"},
		{"fields of a withheld record", func(p *Product) { p.Parts[0].Kind = "" }, "record 0: fields of a record that is withheld"},
		{"a record withheld afterwards", func(p *Product) { p.Parts[0].Kind, p.Parts[0].Fields = "", nil }, ""},
		{"another version", func(p *Product) { p.Statement.Root[31] ^= 1 }, "report: its records do not lead to the root"},
	} {
		p, err := Redact(report(t, 3), seed, tenOf, toOffice)
		if err != nil {
			t.Fatal(err)
		}
		x.change(p)
		err = p.Check()
		if x.name == "a kind of record" {
			if err == nil {
				t.Errorf("%s: verified", x.name)
			}
			continue
		}
		switch {
		case x.want == "" && err == nil:
		case err == nil || !strings.HasPrefix(err.Error(), x.want):
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
}

// Every bit of a document that is turned is either refused or changes nothing that is proven: what a copy says of itself is for its
// signature.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	p, err := Redact(report(t, 1), seed, tenOf, toOffice)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	proven := func(p *Product) string {
		out, err := json.Marshal([]any{p.Statement.Root, p.Statement.Records, p.Parts})
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	unmarked := func(p *Product) *Product {
		for i := range p.Parts {
			for j := range p.Parts[i].Fields {
				p.Parts[i].Fields[j].Marking, p.Parts[i].Fields[j].Reasons = nil, nil
			}
		}
		return p
	}
	want := proven(unmarked(p))
	refused := 0
	for i := range b.Bytes() {
		bit := i % 8
		changed := bytes.Clone(b.Bytes())
		changed[i] ^= 1 << bit
		q, err := ParseUnverified(changed)
		if err == nil {
			err = q.Check()
		}
		if err != nil {
			refused++
			continue
		}
		if got := proven(unmarked(q)); got != want {
			t.Fatalf("byte %d, bit %d: verified as %s", i, bit, got)
		}
	}
	if refused < b.Len()/2 {
		t.Errorf("%d of %d changes refused", refused, b.Len())
	}
}

// Who knows every value that a withheld field can have, every salt that was disclosed and how all is made cannot tell which it is.
func TestGuessing(t *testing.T) {
	t.Parallel()
	p, err := Redact(report(t, 1), seed, tenOf, toOffice)
	if err != nil {
		t.Fatal(err)
	}
	var salts []Salt
	for _, f := range p.Parts[0].Fields {
		if f.Opening != nil {
			salts = append(salts, f.Opening.Salts...)
		}
	}
	salts = append(salts, Salt{})
	for _, f := range p.Parts[0].Fields {
		if f.Opening != nil {
			continue
		}
		for _, salt := range salts {
			for _, v := range []Value{{Code, "entry"}, {Code, "possible"}, {Code, "unresolved"}, {Number, "42315.2"}, {Number, "1338.4"}, {Number, "4512"}, {Absent, ""}} {
				if v.commit(Where{0, f.Name}, salt) == f.Commitment {
					t.Errorf("%s is guessed to be %s", f.Name, v.Text)
				}
			}
		}
	}
	// The next digit of a coarse place has 32 values.
	f := p.Parts[0].Fields[6]
	for _, salt := range salts {
		for _, c := range []byte(base32) {
			if link(Where{0, f.Name}, Place, 5, salt, c, evidence.Digest{}) == f.Opening.Rest {
				t.Errorf("the sixth digit is guessed to be %c", c)
			}
		}
	}
	// The same value in another report is another commitment.
	other, err := (Seed{9}).Commit(Where{0, "state"}, Value{Code, "MEX"})
	if err != nil {
		t.Fatal(err)
	}
	if other == p.Parts[0].Fields[1].Commitment {
		t.Error("two reports say the same of the same value")
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	// Published examples of geohashes.
	for _, x := range []struct {
		at   geodesy.Position
		want string
	}{
		{geodesy.Position{Lat: 57.64911, Lon: 10.40744}, "u4pruydqqvj8"},
		{geodesy.Position{Lat: 42.6, Lon: -5.6}, "ezs42"},
		{geodesy.Position{Lat: 0, Lon: 0}, "s00000000000"},
		{geodesy.Position{Lat: -90, Lon: -180}, "000000000000"},
		{geodesy.Position{Lat: 90, Lon: 180}, "bpbpbpbpbpbp"}, // the antimeridian is -180
	} {
		if got := PlaceValue(x.at).Text; !strings.HasPrefix(got, x.want) {
			t.Errorf("%v: %s, want %s", x.at, got, x.want)
		}
	}
	rng := rand.New(rand.NewSource(1))
	for range 2000 {
		at := geodesy.Position{Lat: geodesy.Angle(180*rng.Float64() - 90), Lon: geodesy.Angle(360*rng.Float64() - 180)}
		v := PlaceValue(at)
		for digits := 1; digits <= 12; digits++ {
			b, err := Value{Place, v.Text[:digits]}.Box()
			if err != nil {
				t.Fatal(err)
			}
			if at.Lat < b.South || at.Lat > b.North || at.Lon < b.West || at.Lon > b.East {
				t.Fatalf("%v is not in %s: %+v", at, v.Text[:digits], b)
			}
			if m := PlaceValue(b.Middle()).Text; !strings.HasPrefix(m, v.Text[:digits]) {
				t.Fatalf("the middle of %s is in %s", v.Text[:digits], m)
			}
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	v := instant(t, "2026-03-01T23:59:59.987Z")
	if v.Text != "20260301235959987" {
		t.Fatal(v.Text)
	}
	at := time.Date(2026, 3, 1, 23, 59, 59, 987e6, time.UTC)
	for digits := 8; digits <= 17; digits++ {
		from, to, err := Value{Instant, v.Text[:digits]}.Span()
		if err != nil {
			t.Fatal(err)
		}
		if at.Before(from) || !at.Before(to) {
			t.Errorf("%s stands for %v to %v", v.Text[:digits], from, to)
		}
		if last := to.Add(-time.Millisecond); last.Format("20060102150405")[:min(digits, 14)] != v.Text[:min(digits, 14)] {
			t.Errorf("%s goes on to %v", v.Text[:digits], to)
		}
	}
	for _, s := range []string{"20261301", "2026030125", "202603011060", "2026", "20260301x"} {
		if _, _, err := (Value{Instant, s}).Span(); !errors.Is(err, ErrValue) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"0": true, "-12.50": true, "0.5": true, "": false, "-0": false, "-0.00": false, "01": false, "1e3": false, "+1": false, ".5": false, "5.": false, " 1": false, "NaN": false, strings.Repeat("1", 41): false} {
		if decimal(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestMarkings(t *testing.T) {
	t.Parallel()
	m := marking()
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		change func(m *Marking)
		want   string
	}{
		{func(m *Marking) { m.Policy = "" }, `policy ""`},
		{func(m *Marking) { m.Classification = "COSMIC" }, `classification "COSMIC"`},
		{func(m *Marking) { m.Handling = "TLP:WHITE" }, `handling "TLP:WHITE"`},
		{func(m *Marking) { m.ReleasableTo = []string{"Mexico"} }, `releasable_to "Mexico"`},
		{func(m *Marking) { m.ReleasableTo = []string{"USA", "MEX"} }, "each in order"},
		{func(m *Marking) { m.Caveats = []string{" "} }, `caveats " "`},
		{func(m *Marking) { m.Originator = "" }, `originator ""`},
		{func(m *Marking) { m.Review = made.Add(-1) }, "review"},
	} {
		m := marking()
		x.change(&m)
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v, want %q", err, x.want)
		}
	}
	strict := marking()
	strict.Classification, strict.Handling, strict.ReleasableTo, strict.Caveats = "SECRET", Red, []string{"USA"}, []string{"SIERRA"}
	b := Banner([]Marking{m, strict, m})
	if got := b.Line(); got != "SECRET//REL TO USA//SIERRA//TLP:RED" {
		t.Error(got)
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	// What was committed to is read by this list for ever.
	var list []string
	for _, s := range Schemas() {
		var names []string
		for _, f := range s.Fields {
			names = append(names, f.Name+":"+string(f.Kind))
		}
		list = append(list, s.Kind+" "+strings.Join(names, " "))
	}
	const schemasAre = "0b4551238e1471dc0db2ea5d1e32b55e5d0817e05b084b2732a24e665516d9e1"
	d := sha256.Sum256([]byte(strings.Join(list, "\n")))
	if sum := hex.EncodeToString(d[:]); sum != schemasAre {
		t.Errorf("the schemas are %s now: a field that was logged has another place or name", sum)
	}
	if slices.ContainsFunc(Schemas(), func(s Schema) bool { return len(s.Fields) < 8 }) {
		t.Error("a schema of few fields")
	}
}

// Ten fields of fourteen are read and verified, with nothing but the document, in less than 5 ms. What else the machine does only adds to it:
// the fastest of some counts.
func TestCheckIsQuick(t *testing.T) {
	p, err := Redact(report(t, 1), seed, tenOf, toOffice)
	if err != nil {
		t.Fatal(err)
	}
	disclosed := 0
	for _, f := range p.Parts[0].Fields {
		if f.Opening != nil {
			disclosed++
		}
	}
	if len(p.Parts[0].Fields) != 14 || disclosed != 10 {
		t.Fatalf("%d of %d fields are disclosed", disclosed, len(p.Parts[0].Fields))
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	fastest := time.Hour
	for range 20 {
		began := time.Now()
		q, err := ParseUnverified(b.Bytes())
		if err == nil {
			err = q.Check()
		}
		if err != nil {
			t.Fatal(err)
		}
		fastest = min(fastest, time.Since(began))
	}
	if fastest >= 5*time.Millisecond {
		t.Errorf("verifying takes %v", fastest)
	}
}

func BenchmarkCheck(b *testing.B) {
	p, err := Redact(report(b, 1), seed, tenOf, toOffice)
	if err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	if _, err := p.WriteTo(&buf); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ReportMetric(float64(buf.Len()), "bytes")
	for b.Loop() {
		p, err := ParseUnverified(buf.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Check(); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzProduct(f *testing.F) {
	p, err := Redact(report(f, 2), seed, tenOf, toOffice)
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseUnverified(b)
		if err != nil || p.Check() != nil {
			return
		}
		var again bytes.Buffer
		if _, err := p.WriteTo(&again); err != nil {
			t.Fatal(err)
		}
		q, err := ParseUnverified(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
	})
}
