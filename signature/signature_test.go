package signature_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"overflight/signature"
	"overflight/transparency"
)

// pair is a key that follows from its seed: everybody knows it, it is for tests alone.
func pair(t testing.TB, name, seed string) (note.Signer, transparency.Key) {
	t.Helper()
	private, public, err := transparency.FormatKey(name, transparency.Ed25519, sha256.Sum256([]byte("overflight test key of "+seed)))
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

func reason(err error) string {
	var c transparency.Coded
	if errors.As(err, &c) {
		return string(c.Code())
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// forms are documents, what becomes of them, and why some are refused.
var forms = []struct{ name, document, canonical, reason string }{
	{"nothing in it", `{}`, `{}`, ""},
	{"spaces", " {\t\"a\" :\r\n[ 1 , 2 ] } ", `{"a":[1,2]}`, ""},
	{"the order of members", `{"b":1,"a":2,"aa":3,"A":4}`, `{"A":4,"a":2,"aa":3,"b":1}`, ""},
	{"the order of UTF-16 units", `{"\uffff":1,"😀":2,"ñ":3}`, "{\"ñ\":3,\"😀\":2,\"\uffff\":1}", ""},
	{"members within members", `{"z":{"b":{"d":1,"c":2},"a":[{"y":1,"x":2}]},"a":null}`, `{"a":null,"z":{"a":[{"x":2,"y":1}],"b":{"c":2,"d":1}}}`, ""},
	{"numbers", `{"a":[0,-0,1.0,1e2,-1.5,0.1,1E-7,0.000001,123456789.125,9007199254740991,-9007199254740991,5e-324]}`,
		`{"a":[0,0,1,100,-1.5,0.1,1e-7,0.000001,123456789.125,9007199254740991,-9007199254740991,5e-324]}`, ""},
	{"escapes", `{"a":"\u0000\u001F\b\t\n\f\r\"\\\/\u007f\u2028\u00f1\ud83d\ude00<>&"}`, "{\"a\":\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\u007f\u2028ñ😀<>&\"}", ""},
	{"words", `{"a":[true,false,null,"",[],{}]}`, `{"a":[true,false,null,"",[],{}]}`, ""},
	{"no document", ``, "", "document.syntax"},
	{"a list", `[]`, "", "document.syntax"},
	{"text", `"a"`, "", "document.syntax"},
	{"two documents", `{}{}`, "", "document.syntax"},
	{"cut short", `{"a":[1,`, "", "document.syntax"},
	{"cut short within a name", `{"a`, "", "document.syntax"},
	{"cut short within an escape", `{"a":"\u00`, "", "document.syntax"},
	{"a comma too many", `{"a":1,}`, "", "document.syntax"},
	{"a comma too many in a list", `{"a":[1,]}`, "", "document.syntax"},
	{"no comma", `{"a":1"b":2}`, "", "document.syntax"},
	{"a name without quotes", `{a:1}`, "", "document.syntax"},
	{"no value", `{"a":}`, "", "document.syntax"},
	{"a line end in text", "{\"a\":\"\n\"}", "", "document.syntax"},
	{"an escape that is none", `{"a":"\x"}`, "", "document.syntax"},
	{"an escape with a sign", `{"a":"\u+123"}`, "", "document.syntax"},
	{"half of a pair", `{"a":"\ud800"}`, "", "document.syntax"},
	{"half of a pair, and another character", `{"a":"\ud800\u0041"}`, "", "document.syntax"},
	{"the second half of a pair", `{"a":"\udc00"}`, "", "document.syntax"},
	{"bytes that are no text", "{\"a\":\"\xff\"}", "", "document.syntax"},
	{"half of a pair in bytes", "{\"a\":\"\xed\xa0\x80\"}", "", "document.syntax"},
	{"a number with a zero in front", `{"a":01}`, "", "document.syntax"},
	{"a number with a plus", `{"a":+1}`, "", "document.syntax"},
	{"a number without digits", `{"a":-}`, "", "document.syntax"},
	{"a number with a point at its end", `{"a":1.}`, "", "document.syntax"},
	{"not a number", `{"a":NaN}`, "", "document.syntax"},
	{"a member twice", `{"a":1,"b":2,"\u0061":3}`, "", "document.twice"},
	{"a member twice, deep within", `{"a":[{"b":1,"b":1}]}`, "", "document.twice"},
	{"a whole number too large", `{"a":9007199254740992}`, "", "document.number"},
	{"a whole number too small", `{"a":-1e16}`, "", "document.number"},
	{"a number beyond all", `{"a":1e999}`, "", "document.number"},
	{"as deep as may be", strings.Repeat(`{"a":`, 32) + `{}` + strings.Repeat(`}`, 32), strings.Repeat(`{"a":`, 32) + `{}` + strings.Repeat(`}`, 32), ""},
	{"too deep", strings.Repeat(`{"a":`, 33) + `{}` + strings.Repeat(`}`, 33), "", "document.depth"},
	{"lists too deep", `{"a":` + strings.Repeat(`[`, 5000), "", "document.depth"},
	{"too long", `{"a":"` + strings.Repeat("x", signature.MaxDocument) + `"}`, "", "document.size"},
	{"too long once written", `{"a":[` + strings.Repeat("1e15,", 40_000) + `1]}`, "", "document.size"},
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, tc := range forms {
		got, err := signature.Canonical([]byte(tc.document))
		if string(got) != tc.canonical || reason(err) != tc.reason {
			t.Errorf("%s: %.200s, %v", tc.name, got, err)
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: more than a line: %q", tc.name, err)
			}
			continue
		}
		if again, err := signature.Canonical(got); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%s: %s once more is %s, %v", tc.name, got, again, err)
		}
		var before, after any
		if json.Unmarshal([]byte(tc.document), &before) != nil || json.Unmarshal(got, &after) != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s: says something else", tc.name)
		}
	}
}

const kind = "loadout.attested/v1"

func TestText(t *testing.T) {
	t.Parallel()
	got, err := signature.Text(kind, []byte(`{"a":1}`))
	if want := "overflight act v1\nloadout.attested/v1\nAVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	for _, tc := range []struct{ kind, document, reason string }{
		{kind, `{"a":1} `, "document.form"},
		{kind, `{"b":1,"a":1}`, "document.form"},
		{kind, `{"a":1`, "document.syntax"},
		{"", `{}`, "signed.kind"},
		{"loadout", `{}`, "signed.kind"},
		{"loadout/v0", `{}`, "signed.kind"},
		{"Loadout/v1", `{}`, "signed.kind"},
		{"loadout/v1\n", `{}`, "signed.kind"},
		{strings.Repeat("a", 41) + "/v1", `{}`, "signed.kind"},
	} {
		if text, err := signature.Text(tc.kind, []byte(tc.document)); text != nil || reason(err) != tc.reason {
			t.Errorf("%q %s: %q, %v", tc.kind, tc.document, text, err)
		}
	}
	// A checkpoint is never taken for an act, nor the other way round.
	if _, err := transparency.ParseUnverified(append(got, "\n— a AAAAAAA=\n"...)); err == nil {
		t.Error("an act was read as a checkpoint")
	}
}

// vector is one signature for a second implementation.
type vector struct {
	Name      string           `json:"name"`
	Kind      string           `json:"kind"`
	Document  string           `json:"document"`
	Text      string           `json:"text"` // empty: the document or its kind is refused
	Key       string           `json:"key"`
	Signature signature.Signed `json:"signature"`
	Reason    string           `json:"reason"` // empty: it holds
}

func signatures(t testing.TB) []vector {
	t.Helper()
	ana, anaKey := pair(t, "ana", "ana")
	_, luisKey := pair(t, "luis", "luis")
	_, otherAna := pair(t, "ana", "another ana")
	_, niño := pair(t, "Íñigo.Peña", "inigo")
	inigo, _ := pair(t, "Íñigo.Peña", "inigo")
	document := `{"armed":false,"stations":[{"at":"2","carries":"cámara"}]}`
	good, err := signature.Sign(kind, []byte(document), ana)
	if err != nil {
		t.Fatal(err)
	}
	accent, err := signature.Sign(kind, []byte(document), inigo)
	if err != nil {
		t.Fatal(err)
	}
	line := func(change func(string) string) signature.Signed {
		return signature.Signed{Name: "ana", Line: change(good.Line)}
	}
	changed := func(at int, by byte) func(string) string {
		return func(s string) string { b := []byte(s); b[at] = by; return string(b) }
	}
	all := []vector{
		{Name: "holds", Kind: kind, Document: document, Key: anaKey.String(), Signature: good},
		{Name: "holds, with a name beyond ASCII", Kind: kind, Document: document, Key: niño.String(), Signature: accent},
		{Name: "another document", Kind: kind, Document: strings.Replace(document, "false", "true", 1), Key: anaKey.String(), Signature: good, Reason: "signed.changed"},
		{Name: "another kind", Kind: "loadout.attested/v2", Document: document, Key: anaKey.String(), Signature: good, Reason: "signed.changed"},
		{Name: "a kind that is none", Kind: "loadout", Document: document, Key: anaKey.String(), Signature: good, Reason: "signed.kind"},
		{Name: "another person's key", Kind: kind, Document: document, Key: luisKey.String(), Signature: good, Reason: "signed.otherkey"},
		{Name: "another key of that name", Kind: kind, Document: document, Key: otherAna.String(), Signature: good, Reason: "signed.otherkey"},
		{Name: "a signature changed", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(changed(len(good.Line)-8, 'A')), Reason: "signed.changed"},
		{Name: "an identifier changed", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(changed(len("— ana "), '/')), Reason: "signed.otherkey"},
		{Name: "not in canonical form", Kind: kind, Document: document + " ", Key: anaKey.String(), Signature: good, Reason: "document.form"},
		{Name: "no document", Kind: kind, Document: "", Key: anaKey.String(), Signature: good, Reason: "document.syntax"},
		{Name: "a line with its end", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return s + "\n" }), Reason: "signed.line"},
		{Name: "a hyphen for the dash", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return "-" + strings.TrimPrefix(s, "—") }), Reason: "signed.line"},
		{Name: "a line cut short", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return s[:len(s)-4] }), Reason: "signed.line"},
		{Name: "a line too long", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return s + strings.Repeat("A", 400) }), Reason: "signed.line"},
		{Name: "a line end within", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return s[:20] + "\n" + s[20:] }), Reason: "signed.line"},
		{Name: "bits that say nothing", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return s + "=" }), Reason: "signed.line"},
		{Name: "two spaces", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return strings.Replace(s, "ana ", "ana  ", 1) }), Reason: "signed.line"},
		{Name: "no line", Kind: kind, Document: document, Key: anaKey.String(), Signature: signature.Signed{Name: "ana"}, Reason: "signed.line"},
		{Name: "no name in the line", Kind: kind, Document: document, Key: anaKey.String(), Signature: line(func(s string) string { return strings.Replace(s, "ana ", " ", 1) }), Reason: "signed.line"},
		{Name: "another name stated", Kind: kind, Document: document, Key: anaKey.String(), Signature: signature.Signed{Name: "luis", Line: good.Line}, Reason: "signed.othername"},
		{Name: "another name in the line", Kind: kind, Document: document, Key: luisKey.String(), Signature: signature.Signed{Name: "luis", Line: strings.Replace(good.Line, "ana", "luis", 1)}, Reason: "signed.otherkey"},
	}
	for i := range all {
		text, err := signature.Text(all[i].Kind, []byte(all[i].Document))
		if err == nil {
			all[i].Text = string(text)
		}
	}
	return all
}

// formVector is one document and its canonical form.
type formVector struct {
	Name      string `json:"name"`
	Document  []byte `json:"document"`  // base64: not all of them are text
	Canonical []byte `json:"canonical"` // base64; empty: it is refused
	Reason    string `json:"reason"`
}

// TestVectors holds docs/vectors/signature to what the code does. UPDATE_VECTORS=1 writes them again; they are the same bytes
// every time.
func TestVectors(t *testing.T) {
	t.Parallel()
	var documents []formVector
	for _, f := range forms {
		if len(f.document) < 16<<10 {
			documents = append(documents, formVector{Name: f.name, Document: []byte(f.document), Canonical: []byte(f.canonical), Reason: f.reason})
		}
	}
	for name, all := range map[string]any{"signatures.json": signatures(t), "documents.json": documents} {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if err := e.Encode(all); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "docs", "vectors", "signature", name)
		if os.Getenv("UPDATE_VECTORS") == "1" {
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s is not what the code does: a change of the format, or an error", name)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for _, v := range signatures(t) {
		key, err := signature.ParseKey(v.Key)
		if err != nil {
			t.Fatal(err)
		}
		err = signature.Verify(v.Kind, []byte(v.Document), v.Signature, key)
		if reason(err) != v.Reason {
			t.Errorf("%s: %v, want %q", v.Name, err, v.Reason)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %q", v.Name, err)
		}
		if v.Text == "" {
			continue
		}
		if err := signature.VerifyDigest(v.Kind, sha256.Sum256([]byte(v.Document)), v.Signature, key); reason(err) != v.Reason {
			t.Errorf("%s, by its digest: %v, want %q", v.Name, err, v.Reason)
		}
	}
}

// TestEveryBit: no bit of the document or of the signature can change unseen.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	v := signatures(t)[0]
	key, err := signature.ParseKey(v.Key)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(v.Document) {
		b := []byte(v.Document)
		b[i/8] ^= 1 << (i % 8)
		if signature.Verify(v.Kind, b, v.Signature, key) == nil {
			t.Errorf("bit %d of the document", i)
		}
	}
	for i := range 8 * len(v.Signature.Line) {
		b := []byte(v.Signature.Line)
		b[i/8] ^= 1 << (i % 8)
		if signature.Verify(v.Kind, []byte(v.Document), signature.Signed{Name: v.Signature.Name, Line: string(b)}, key) == nil {
			t.Errorf("bit %d of the line", i)
		}
	}
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	_, ana := pair(t, "ana", "ana")
	_, capital := pair(t, "Ana", "another ana")
	_, luis := pair(t, "luis", "luis")
	_, anaAsEva := pair(t, "eva", "ana")
	for _, tc := range []struct {
		name   string
		keys   []transparency.Key
		need   int
		reason string
	}{
		{"two people", []transparency.Key{ana, luis}, 2, ""},
		{"one where one is enough", []transparency.Key{ana}, 1, ""},
		{"none needed", nil, 0, ""},
		{"one alone", []transparency.Key{ana}, 2, "signed.alone"},
		{"nobody", nil, 2, "signed.alone"},
		{"one key twice", []transparency.Key{ana, ana}, 2, "signed.samekey"},
		{"one key under two names", []transparency.Key{ana, luis, anaAsEva}, 2, "signed.samekey"},
		{"one name with two keys", []transparency.Key{ana, capital}, 2, "signed.samename"},
		{"too many", make([]transparency.Key, signature.MaxSigned+1), 2, "signed.many"},
	} {
		if err := signature.Distinct(tc.keys, tc.need); reason(err) != tc.reason {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.reason)
		}
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	of := func(name string, a transparency.Algorithm) string {
		_, public, err := transparency.FormatKey(name, a, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	for _, tc := range []struct{ name, key, reason string }{
		{"one", of("ana", transparency.Ed25519), ""},
		{"the longest name", of(strings.Repeat("a", signature.MaxName), transparency.Ed25519), ""},
		{"too long a name", of(strings.Repeat("a", signature.MaxName+1), transparency.Ed25519), "signed.name"},
		{"a witness's", of("ana", transparency.Ed25519Cosignature), "key.algorithm"},
		{"a key that signs with ML-DSA", of("ana", transparency.MLDSA44Cosignature), "key.algorithm"},
		{"no key", "ana", "key.syntax"},
	} {
		if _, err := signature.ParseKey(tc.key); reason(err) != tc.reason {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.reason)
		}
	}
	long, _, err := transparency.FormatKey(strings.Repeat("a", signature.MaxName+1), transparency.Ed25519, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(long)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signature.Sign(kind, []byte("{}"), signer); reason(err) != "signed.name" {
		t.Errorf("signed with too long a name: %v", err)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, tc := range forms {
		if len(tc.document) < 16<<10 {
			f.Add([]byte(tc.document))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := signature.Canonical(b)
		if err != nil {
			if reason(err) == err.Error() || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q", err)
			}
			return
		}
		again, err := signature.Canonical(got)
		if err != nil || !bytes.Equal(got, again) {
			t.Fatalf("%s once more is %s, %v", got, again, err)
		}
		var before, after any
		if json.Unmarshal(b, &before) != nil || json.Unmarshal(got, &after) != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("%q says something else than %q", got, b)
		}
	})
}

func FuzzVerify(f *testing.F) {
	for _, v := range signatures(f) {
		f.Add(v.Kind, []byte(v.Document), v.Signature.Name, v.Signature.Line)
	}
	good := signatures(f)[0]
	key, err := signature.ParseKey(good.Key)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind string, document []byte, name, line string) {
		s := signature.Signed{Name: name, Line: line}
		if err := signature.Verify(kind, document, s, key); err == nil && (kind != good.Kind || string(document) != good.Document || s != good.Signature) {
			t.Fatalf("%q %q %q holds", kind, document, line)
		}
	})
}
