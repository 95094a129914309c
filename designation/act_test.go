package designation_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/designation"
	"overflight/evidence"
)

// good are one act of each kind.
func good() []designation.Act {
	full := noticed("n1", designation.RelationStayed, 4)
	full.Signed, full.Published, full.Public, full.Until = day(1), day(3), day(2), day(9)
	full.Name, full.Aliases, full.Convention = "A <& B", []designation.Name{{Text: "Ñ", Kind: "a.k.a."}}, "days begin in UTC"
	imported := designation.Imported{Edition: edition(1, 1), Part: 1, Parts: 1, Listed: 1, Changes: []designation.Change{
		{Op: designation.OpAdded, Row: plain("1", "A", "CAATSA - RUSSIA")}, {Op: designation.OpRemoved, Row: designation.Row{ID: "2"}},
	}}
	correction := noticed("n2", designation.RelationCorrected, 4)
	correction.Corrects = "n1"
	return []designation.Act{
		full, correction, imported, expectation,
		designation.Picked{ID: "p", Typed: "los zetas", Entity: entity("11438"), Reason: "as in the order", By: "A. Rivas"},
	}
}

func TestDocumentsGoThereAndBack(t *testing.T) {
	t.Parallel()
	for _, a := range good() {
		b, err := designation.Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		back, err := designation.Decode(a.Kind(), b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if d := cmp.Diff(a, back); d != "" {
			t.Errorf("%s: %s", b, d)
		}
	}
}

func TestStrictDocuments(t *testing.T) {
	t.Parallel()
	b, err := designation.Encode(good()[4])
	if err != nil {
		t.Fatal(err)
	}
	document := string(b)
	for name, tc := range map[string]struct{ document, says string }{
		"unknown member":   {strings.Replace(document, `{"id"`, `{"more":1,"id"`, 1), `"more"`},
		"twice":            {strings.Replace(document, `{"id":`, `{"id":"q","id":`, 1), "each member once"},
		"twice, inside":    {strings.Replace(document, `"list":`, `"list":"A","list":`, 1), "each member once"},
		"another case":     {strings.Replace(document, `"typed"`, `"Typed"`, 1), "in lower case"},
		"something behind": {document + "{}", "nothing behind it"},
		"no object":        {"[]", "one JSON object"},
		"nothing":          {"", "one JSON object"},
		"half":             {document[:20], "one JSON object"},
		"another type":     {strings.Replace(document, `"los zetas"`, "7", 1), "typed"},
		"deep":             {`{"id":` + strings.Repeat("[", 40), "16 levels"},
		"long":             {`{"id":"` + strings.Repeat("a", 600<<10), "at most"},
		"no reason":        {strings.Replace(document, "as in the order", "  ", 1), "reason: expected a text"},
	} {
		a, err := designation.Decode(designation.KindPicked, []byte(tc.document))
		if a != nil || err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := designation.Decode("weather.told/v1", b); !errors.Is(err, designation.ErrKind) {
		t.Error(err)
	}
	// A digest is 64 hexadecimal digits.
	n := strings.Replace(string(must(designation.Encode(noticed("n", designation.RelationDesignated, 4)))), `"sha256":"01`, `"sha256":"1`, 1)
	if _, err := designation.Decode(designation.KindNoticed, []byte(n)); err == nil || !strings.Contains(err.Error(), "64 hexadecimal") {
		t.Error(err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestWhatActsMaySay(t *testing.T) {
	t.Parallel()
	notice := func(change func(*designation.Noticed)) designation.Noticed {
		n := noticed("n", designation.RelationDesignated, 4)
		change(&n)
		return n
	}
	imported := func(change func(*designation.Imported)) designation.Imported {
		i := designation.Imported{Edition: edition(1, 1), Part: 1, Parts: 1, Listed: 1, Changes: []designation.Change{{Op: designation.OpAdded, Row: plain("1", "A")}}}
		change(&i)
		return i
	}
	for says, a := range map[string]designation.Act{
		"id: expected a text":                  notice(func(n *designation.Noticed) { n.ID = "" }),
		`list: found "ofac"`:                   notice(func(n *designation.Noticed) { n.Key.List = "ofac" }),
		`id: found "1 2"`:                      notice(func(n *designation.Noticed) { n.Key.ID = "1 2" }),
		`programme: found "SDNTK] [FTO"`:       notice(func(n *designation.Noticed) { n.Key.Programme = "SDNTK] [FTO" }),
		"programme: expected one":              notice(func(n *designation.Noticed) { n.Key.Programme = "" }),
		`relation: found "made"`:               notice(func(n *designation.Noticed) { n.Relation = "made" }),
		"corrects: found":                      notice(func(n *designation.Noticed) { n.Corrects = "m" }),
		"corrects: expected the identifier":    notice(func(n *designation.Noticed) { n.Relation = designation.RelationCorrected }),
		"expected another notice than itself":  notice(func(n *designation.Noticed) { n.Relation, n.Corrects = designation.RelationCorrected, "n" }),
		"effective: expected an instant":       notice(func(n *designation.Noticed) { n.Effective = time.Time{} }),
		"effective: found":                     notice(func(n *designation.Noticed) { n.Effective = time.Date(12025, 2, 20, 0, 0, 0, 0, time.UTC) }),
		"published: found":                     notice(func(n *designation.Noticed) { n.Signed, n.Published = day(3), day(2) }),
		"public: found":                        notice(func(n *designation.Noticed) { n.Signed, n.Public = day(3), day(2) }),
		"until: found":                         notice(func(n *designation.Noticed) { n.Until = day(9) }),
		"until: found \"2030-01-05":            notice(func(n *designation.Noticed) { n.Relation, n.Until = designation.RelationStayed, day(4) }),
		"citation: expected a text":            notice(func(n *designation.Noticed) { n.Citation = "" }),
		"document reference: expected a text":  notice(func(n *designation.Noticed) { n.Document.Reference = "" }),
		"document sha256: expected the digest": notice(func(n *designation.Noticed) { n.Document.Digest = evidence.Digest{} }),
		"public: expected an instant":          notice(func(n *designation.Noticed) { n.FactFile = evidence.Digest{1} }),
		"by: expected a text":                  notice(func(n *designation.Noticed) { n.By = "" }),
		"alias: found":                         notice(func(n *designation.Noticed) { n.Aliases = []designation.Name{{Text: "A\x00"}} }),
		"name: found":                          notice(func(n *designation.Noticed) { n.Name = "\xff" }),
		"part: found":                          imported(func(i *designation.Imported) { i.Part = 2 }),
		"listed: found":                        imported(func(i *designation.Imported) { i.Listed = -1 }),
		"document date: expected":              imported(func(i *designation.Imported) { i.Edition.Document = time.Time{} }),
		"sources: found \"0\"":                 imported(func(i *designation.Imported) { i.Edition.Sources = nil }),
		"expected its sha256":                  imported(func(i *designation.Imported) { i.Edition.Sources[0].Digest = evidence.Digest{} }),
		`op: found "moved"`:                    imported(func(i *designation.Imported) { i.Changes[0].Op = "moved" }),
		"0 programmes":                         imported(func(i *designation.Imported) { i.Changes[0].Row.Programmes = nil }),
		"each programme once":                  imported(func(i *designation.Imported) { i.Changes[0].Row.Programmes = []string{"A", "A"} }),
		"said: expected an instant":            designation.Expected{ID: "e", Key: key("1", "A"), By: "x", For: day(1), Source: "s"},
		"source: expected a text":              designation.Expected{ID: "e", Key: key("1", "A"), By: "x", Said: day(1), For: day(1)},
	} {
		err := a.Check()
		if err == nil || !strings.Contains(err.Error(), says) || !errors.Is(err, designation.ErrInput) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %s: %v", says, err)
		}
		if _, err := designation.Encode(a); err == nil {
			t.Errorf("%s: a bad act was written", says)
		}
		if err := designation.New(nil).Apply(a, day(1)); err == nil {
			t.Errorf("%s: a bad act was taken in", says)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, a := range good() {
		f.Add(string(a.Kind()), must(designation.Encode(a)))
	}
	f.Add(string(designation.KindPicked), []byte(`{"id":"a","id":"b"}`))
	f.Add(string(designation.KindNoticed), []byte(`{"key":[[{}]]}`))
	f.Fuzz(func(t *testing.T, kind string, document []byte) {
		a, err := designation.Decode(designation.Kind(kind), document)
		if err != nil {
			if a != nil || strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("%v, %q", a, err)
			}
			return
		}
		b, err := designation.Encode(a)
		if err != nil {
			t.Fatalf("%s was read, and cannot be written: %v", document, err)
		}
		again, err := designation.Decode(a.Kind(), b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if c := must(designation.Encode(again)); !bytes.Equal(b, c) || !json.Valid(c) {
			t.Errorf("%s\n%s", b, c)
		}
		if err := designation.New(nil).Apply(a, day(1)); err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("%q", err)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Cártel-de  Sinaloa", "O'HARA", "ÆØß", "هيئة", "", "...", "e\u0301", "İ"} {
		f.Add(s)
	}
	r := february(f)
	f.Fuzz(func(t *testing.T, name string) {
		folded := designation.Fold(name)
		if again := designation.Fold(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", name, folded, again)
		}
		for _, s := range r.Search(name, 3) {
			if s.Score < 0.7 || s.Score > 1 || s.Exact != (designation.Fold(s.Name) == folded) {
				t.Errorf("%q: %+v", name, s)
			}
		}
	})
}

func TestFold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"CÁRTEL DE SINALOA":     "cartel de sinaloa",
		"  Cártel-de (Sinaloa)": "cartel de sinaloa",
		"e\u0301":               "e",
		"O'Hara’s":              "oharas",
		"Nuñez & Cía.":          "nunez cia",
		"Æther Straße Ørsted":   "aether strasse orsted",
		"İstanbul":              "istanbul",
		"...":                   "",
	} {
		if got := designation.Fold(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}
