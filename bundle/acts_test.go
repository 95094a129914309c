package bundle_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"overflight/signature"
	"overflight/transparency"
)

const actKind = "loadout.attested/v1"

// sign signs a document with the key that follows from a seed, under a name.
func (f forger) sign(name, seed, kind, document string) signature.Signed {
	f.t.Helper()
	private, _ := f.key(name, transparency.Ed25519, seed)
	signer, err := note.NewSigner(private)
	f.must(err)
	s, err := signature.Sign(kind, []byte(document), signer)
	f.must(err)
	return s
}

// canonical writes members as a body has them.
func (f forger) canonical(members map[string]any) string {
	f.t.Helper()
	b, err := json.Marshal(members)
	f.must(err)
	b, err = signature.Canonical(b)
	f.must(err)
	return string(b)
}

// said is one leaf of a bundle.
type said struct {
	kind transparency.Kind
	body string
}

// history is a bundle of these leaves, all opened.
func (f forger) history(all ...said) []byte {
	f.t.Helper()
	var leaves [][]byte
	var openings []*transparency.Opening
	for _, s := range all {
		leaf, o := f.leaf(s.kind, s.body)
		leaves, openings = append(leaves, leaf), append(openings, o)
	}
	return f.write(f.contents(leaves, openings...))
}

// acts are bundles with signed documents.
func (f forger) acts() []tampered {
	f.t.Helper()
	const document = `{"armed":false,"stations":["1","cámara"]}`
	public := func(name, seed string) string {
		_, k := f.key(name, transparency.Ed25519, seed)
		return k
	}
	ana, luis, next := public("ana", "ana"), public("luis", "luis"), public("ana", "ana's next")
	person := func(name, old, fresh string) said {
		return said{transparency.KindKey, f.canonical(map[string]any{"use": "person", "name": name, "old": old, "new": fresh, "event": "key.rotated"})}
	}
	of := func(change func(map[string]any), signed ...signature.Signed) said {
		m := map[string]any{"act": actKind, "id": "act-1", "by": "ana", "document": json.RawMessage(document), "signatures": signed, "event": "act.recorded"}
		if change != nil {
			change(m)
		}
		return said{transparency.KindAuthorisation, f.canonical(m)}
	}
	act := func(signed ...signature.Signed) said { return of(nil, signed...) }
	byAna, byLuis, byNext := f.sign("ana", "ana", actKind, document), f.sign("luis", "luis", actKind, document), f.sign("ana", "ana's next", actKind, document)
	forged := f.sign("ana", "somebody else", actKind, document)
	hidden := func(of string) func(map[string]any) {
		return func(m map[string]any) {
			sum := sha256.Sum256([]byte(of))
			delete(m, "document")
			m["sha256"] = base64.StdEncoding.EncodeToString(sum[:])
		}
	}
	set := func(name string, value any) func(map[string]any) {
		return func(m map[string]any) { m[name] = value }
	}
	both := []said{person("ana", "", ana), person("luis", "", luis)}
	after := func(more ...said) []byte { return f.history(append(both[:2:2], more...)...) }
	wrongName, broken, other := byAna, byAna, byAna
	wrongName.Name = "luis"
	broken.Line = broken.Line[:40]
	other.Line = other.Line[:len(other.Line)-6] + "AAAAA="
	vouched := f.policy(2) + "#person " + ana + "\n"
	var out []tampered
	add := func(name string, b []byte, policy ...string) {
		out = append(out, tampered{name: name, b: b, policy: strings.Join(policy, "")})
	}
	add("a bundle that holds, an act that two people signed", after(act(byAna, byLuis)))
	add("a bundle that holds, an act of whom the policy names", f.history(act(byAna)), vouched)
	add("a bundle that holds, an act of whom nobody knows", f.history(act(byAna)))
	add("a bundle that holds, an act by the digest of its document", after(of(hidden(document), byAna)))
	add("a bundle that holds, one who is known and one who is not", f.history(act(byAna, byLuis)), vouched)
	add("a bundle that holds, a key replaced after the act", after(act(byAna), person("ana", ana, next), act(byNext)))
	add("a bundle that holds, a key revoked after the act", after(act(byAna), person("ana", ana, "")))
	add("a bundle that holds, a key that came back", after(person("ana", ana, ""), person("ana", "", ana), act(byAna)))
	add("a bundle that holds, the key before is in the leaf of the next", f.history(act(byAna), person("ana", ana, next)))
	add("a bundle that holds, an authorisation that is no act", f.history(said{transparency.KindAuthorisation, `{"a":1}`}))
	add("a bundle that holds, a key that is no person's", f.history(said{transparency.KindKey, `{"new":"x","use":"log"}`}))
	add("a bundle that holds, an act that nobody signed", after(of(set("signatures", []any{}))))
	add("an act of another document", after(of(set("document", json.RawMessage(`{"armed":true}`)), byAna)))
	add("an act of another document by its digest", after(of(hidden("{}"), byAna)))
	add("an act of another kind", after(of(set("act", "loadout.attested/v2"), byAna)))
	add("an act whose signature was changed", after(act(other)))
	add("an act with a signature of another key under a known name", after(act(forged)))
	add("an act with a signature of another key under a name in the policy", f.history(act(forged)), vouched)
	add("an act with one good signature and one that is forged", after(act(byLuis, forged)))
	add("an act signed by one person twice", after(act(byAna, byAna)))
	add("an act signed by one person with both keys", f.history(person("ana", "", ana), person("ana", "", next), act(byAna, byNext)))
	add("an act signed with one key under two names",
		f.history(person("ana", "", ana), person("eva", "", public("eva", "ana")), act(byAna, f.sign("eva", "ana", actKind, document))))
	add("an act with another name than the line has", after(act(wrongName)))
	add("an act with a line that is cut", after(act(broken)))
	add("an act signed before its key was known", f.history(act(byAna), person("ana", "", ana)))
	add("an act signed after its key was revoked", after(person("ana", ana, ""), act(byAna)))
	add("an act signed after its key was revoked, the policy naming it", f.history(person("ana", ana, ""), act(byAna)), vouched)
	add("an act signed after its key was replaced", after(person("ana", ana, next), act(byAna)))
	add("an act whose signatures are null", after(of(set("signatures", nil), byAna)))
	add("an act with more signatures than may be", after(act(byAna, byAna, byAna, byAna, byAna, byAna, byAna, byAna, byAna)))
	add("an act without a kind", after(of(set("act", 7), byAna)))
	add("an act without a document", after(of(func(m map[string]any) { delete(m, "document") }, byAna)))
	add("an act with a document and a digest", after(of(set("sha256", strings.Repeat("A", 43)+"="), byAna)))
	add("an act with a document that is none", after(of(set("document", []int{1}), byAna)))
	add("an act with a digest that is none", after(of(func(m map[string]any) { hidden("")(m); m["sha256"] = "AAAA" }, byAna)))
	add("an act with signatures that are none", after(of(set("signatures", "ana"), byAna)))
	add("an act with a signature of other members", after(of(set("signatures", []any{map[string]any{"name": "ana", "line": byAna.Line, "at": 1}}), byAna)))
	add("an act with a signature that is null", after(of(set("signatures", []any{nil}), byAna)))
	add("an act in another form", f.history(said{transparency.KindAuthorisation, `{"act": 1}`}))
	add("a person's key that is none", f.history(person("ana", "", "ana")))
	add("a person's key that a witness has", f.history(person("ana", "", func() string { _, k := f.key("ana", transparency.Ed25519Cosignature, "ana"); return k }())))
	add("a person's key of another name", f.history(person("luis", "", ana)))
	return out
}
