package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/evidence"
)

var update = flag.Bool("update", false, "write the vectors again")

// The vectors hold a second implementation to this one: docs/redaction.md describes what they are made of.

type commitmentVector struct {
	Record     int             `json:"record"`
	Field      string          `json:"field"`
	Value      Value           `json:"value"`
	Digits     int             `json:"digits"` // shown; 0: the value is one piece
	Opening    Opening         `json:"opening"`
	Commitment evidence.Digest `json:"commitment"`
}

type productVector struct {
	Name    string `json:"name"`
	Product string `json:"product"` // the document
	// The first that is wrong: report, record or field; empty: the product holds.
	Wrong  string `json:"wrong"` // "", "document", "report", "record" or "field"
	Record int    `json:"record"`
	Field  string `json:"field"`
}

func vectorFile(t *testing.T, name string, v any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "docs", "vectors", "redaction", name)
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(was, b.Bytes()) {
		t.Errorf("%s is not what is made now", path)
	}
}

func TestCommitmentVectors(t *testing.T) {
	t.Parallel()
	var all []commitmentVector
	for _, x := range []struct {
		w      Where
		v      Value
		digits []int
	}{
		{Where{0, "state"}, Value{Code, "MEX"}, []int{0}},
		{Where{0, "state"}, Value{Absent, ""}, []int{0}},
		{Where{12, "depth"}, Value{Number, "-42315.25"}, []int{0}},
		{Where{3, "note"}, Value{Text, "Tambos junto al arroyo, a 30 m del camino."}, []int{0}},
		{Where{3, "note"}, Value{Text, ""}, []int{0}},
		{Where{1, "1"}, Value{Text, "11"}, []int{0}},
		{Where{11, ""}, Value{Text, "11"}, []int{0}},
		{Where{0, "place"}, Value{Place, "9s7ecbcdefgh"}, []int{1, 5, 11, 12}},
		{Where{0, "at"}, Value{Instant, "20260301100000123"}, []int{8, 12, 17}},
	} {
		for _, digits := range x.digits {
			o, err := seed.Open(x.w, x.v, digits)
			if err != nil {
				t.Fatal(err)
			}
			c, err := o.Commitment(x.w)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, commitmentVector{x.w.Record, x.w.Field, x.v, digits, o, c})
		}
	}
	vectorFile(t, "commitments.json", struct {
		Seed    string             `json:"seed"`
		Vectors []commitmentVector `json:"vectors"`
	}{evidence.Digest(seed).String(), all})
}

func TestProductVectors(t *testing.T) {
	t.Parallel()
	var all []productVector
	for _, x := range []struct {
		name   string
		change func(p *Product)
	}{
		{"ten of fourteen fields", func(*Product) {}},
		{"a record withheld", func(p *Product) { p.Parts[1].Kind, p.Parts[1].Fields = "", nil }},
		{"another value", func(p *Product) { p.Parts[1].Fields[9].Opening.Value.Text = "42315.3" }},
		{"another place", func(p *Product) { p.Parts[0].Fields[6].Opening.Value.Text = "9s7ed" }},
		{"a digit less", func(p *Product) {
			o := p.Parts[0].Fields[6].Opening
			o.Value.Text, o.Salts = o.Value.Text[:4], o.Salts[:4]
		}},
		{"a digit more", func(p *Product) { p.Parts[0].Fields[6].Opening.Value.Text += "0" }},
		{"another salt", func(p *Product) { p.Parts[0].Fields[0].Opening.Salts[0][3] ^= 1 }},
		{"another rest", func(p *Product) { p.Parts[0].Fields[6].Opening.Rest[0] ^= 1 }},
		{"no rest", func(p *Product) { p.Parts[0].Fields[6].Opening.Rest = evidence.Digest{} }},
		{"another kind", func(p *Product) { p.Parts[0].Fields[0].Opening.Value.Kind = Code }},
		{"said to be absent", func(p *Product) { p.Parts[0].Fields[0].Opening.Value = Value{Absent, ""} }},
		{"a number in another form", func(p *Product) { p.Parts[1].Fields[9].Opening.Value.Text = "042315.2" }},
		{"no digit of a place", func(p *Product) { p.Parts[0].Fields[6].Opening.Value.Text = "9s7ea" }},
		{"fields exchanged", func(p *Product) { f := p.Parts[0].Fields; f[6], f[7] = f[7], f[6] }},
		{"a field left out", func(p *Product) { p.Parts[0].Fields = p.Parts[0].Fields[1:] }},
		{"records exchanged", func(p *Product) { p.Parts[0], p.Parts[1] = p.Parts[1], p.Parts[0] }},
		{"a commitment", func(p *Product) { p.Parts[0].Fields[2].Commitment[0] ^= 1 }},
		{"a leaf", func(p *Product) { p.Parts[1].Leaf[0] ^= 1 }},
		{"the leaf of a withheld record", func(p *Product) {
			p.Parts[1].Kind, p.Parts[1].Fields = "", nil
			p.Parts[1].Leaf[0] ^= 1
		}},
		{"a record left out", func(p *Product) { p.Parts = p.Parts[:1] }},
		{"a record left out, and the number", func(p *Product) { p.Parts, p.Statement.Records = p.Parts[:1], 1 }},
		{"fields of a withheld record", func(p *Product) { p.Parts[1].Kind = "" }},
		{"no such kind", func(p *Product) { p.Parts[0].Kind = "entry/2" }},
		{"another root", func(p *Product) { p.Statement.Root[31] ^= 1 }},
		{"no records", func(p *Product) { p.Parts, p.Statement.Records = nil, 0 }},
		{"text with a line separator", func(p *Product) { p.Parts[0].Fields[7].Reasons = []string{"a\u2028b\u2029c\u0007<&>\u007f\\u2028"} }},
		{"a marking of another kind", nil},
		{"reasons that are none", nil},
		{"a withheld record that says so", nil},
		{"another order", nil},
		{"half a character", nil},
		{"a version that is a text", nil},
		{"a name twice", nil},
		{"a name that nobody knows", nil},
		{"no document of this kind", nil},
	} {
		p, err := Redact(report(t, 2), seed, tenOf, toOffice)
		if err != nil {
			t.Fatal(err)
		}
		if x.change != nil {
			x.change(p)
		}
		var b bytes.Buffer
		if _, err := p.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		switch x.name {
		case "a name twice":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"text":"MEX"`, `"text":"USA","text":"MEX"`, 1))
		case "a marking of another kind":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"policy":"USA"`, `"policy":7`, 1))
		case "reasons that are none":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"commitment":`, `"reasons":[],"commitment":`, 1))
		case "a withheld record that says so":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"kind":"entry/1"`, `"kind":""`, 1))
		case "another order":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `{"kind":"code","text":"MEX"}`, `{"text":"MEX","kind":"code"}`, 1))
		case "half a character":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"text":"MEX"`, `"text":"\ud800"`, 1))
		case "a version that is a text":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"version":1`, `"version":"1"`, 1))
		case "a name that nobody knows":
			b = *bytes.NewBufferString(strings.Replace(b.String(), `"record":0`, `"record":0,"more":1`, 1))
		case "no document of this kind":
			b = *bytes.NewBufferString(strings.Replace(b.String(), DocumentKind, "overflight.product/2", 1))
		}
		v := productVector{Name: x.name, Product: b.String(), Record: -1}
		q, err := ParseUnverified(b.Bytes())
		if err != nil {
			v.Wrong = "document"
		} else if err := q.Check(); err != nil {
			var c *CheckError
			if !errors.As(err, &c) {
				t.Fatal(err)
			}
			v.Record, v.Field = c.Record, c.Field
			switch {
			case c.Record < 0:
				v.Wrong = "report"
			case c.Field == "":
				v.Wrong = "record"
			default:
				v.Wrong = "field"
			}
		}
		all = append(all, v)
	}
	vectorFile(t, "products.json", all)
}

func TestSchemaVectors(t *testing.T) {
	t.Parallel()
	type field struct {
		Name string `json:"name"`
		Kind Kind   `json:"kind"`
		Unit string `json:"unit,omitempty"`
	}
	type schema struct {
		Kind   string  `json:"kind"`
		Fields []field `json:"fields"`
	}
	var all []schema
	for _, s := range Schemas() {
		x := schema{Kind: s.Kind}
		for _, f := range s.Fields {
			x.Fields = append(x.Fields, field{f.Name, f.Kind, f.Unit})
		}
		all = append(all, x)
	}
	vectorFile(t, "schemas.json", all)
}
