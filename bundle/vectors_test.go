package bundle_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/bundle"
	"overflight/bundle/bundletest"
	"overflight/evidence"
	"overflight/transparency"
)

// The vectors are for a second implementation. They are checked in; UPDATE_VECTORS=1 writes them again, and they
// are the same bytes every time.

type keyVector struct {
	Name    string `json:"name"`
	Type    int    `json:"type"`
	Seed    string `json:"seed"` // hexadecimal
	Private string `json:"private"`
	Public  string `json:"public"`
}

type entryVector struct {
	Name     string `json:"name"`
	Salt     string `json:"salt"` // hexadecimal
	Kind     string `json:"kind"`
	Body     string `json:"body"` // hexadecimal
	Leaf     string `json:"leaf"` // hexadecimal
	LeafHash string `json:"leaf_hash"`
	Opening  string `json:"opening"`
}

type treeVector struct {
	Size        uint64              `json:"size"`
	Leaf        string              `json:"last_leaf_hash"`
	Root        string              `json:"root"`
	Inclusion   [][]string          `json:"inclusion"`   // by index; base64
	Consistency map[string][]string `json:"consistency"` // by older size, in decimal; base64
}

type proofVector struct {
	Name     string   `json:"name"`
	Policy   string   `json:"policy"`
	Leaf     string   `json:"leaf"` // hexadecimal
	Proof    string   `json:"proof"`
	Steps    []string `json:"steps"`
	Reason   string   `json:"reason"` // code of the first failure; empty: verified
	Cosigned []string `json:"cosigned"`
}

type witnessVector struct {
	Name    string `json:"name"`
	Request string `json:"request"`
	At      string `json:"at"`
	Reason  string `json:"reason"` // empty: cosigned
	Lines   string `json:"lines"`
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(*testing.T) any{
		"keys.json": keyVectors, "entries.json": entryVectors, "trees.json": treeVectors, "proofs.json": proofVectors,
		"witness.json": witnessVectors, "bundles.json": bundleVectors, "words.json": wordVectors, "policies.json": policyVectors,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			if err := e.Encode(make(t)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("..", "docs", "vectors", "transparency", name)
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
		})
	}
}

// wordVectors are the texts of every code by language, their places left open: the page words its reports from them.
func wordVectors(t *testing.T) any {
	var places []string
	for i := range 10 {
		places = append(places, "{"+number(i)+"}")
	}
	out := map[string]map[string]string{}
	for _, language := range bundle.Languages() {
		out[language] = map[string]string{}
		for _, dir := range []string{".", "../transparency", "../signature"} {
			for code := range declared(t, dir) {
				out[language][code] = bundle.Say(language, bundle.Line{Code: transparency.Code(code), Args: places})
			}
		}
	}
	return out
}

func keyVectors(t *testing.T) any {
	var out []keyVector
	for name, types := range map[string][]transparency.Algorithm{
		origin:                {transparency.Ed25519, transparency.MLDSA44Cosignature},
		"witness.example/mx":  {transparency.Ed25519Cosignature, transparency.MLDSA44Cosignature},
		"testigo.ejemplo/año": {transparency.Ed25519Cosignature},
	} {
		for _, a := range types {
			seed := bundletest.Seed(name)
			private, public, err := transparency.FormatKey(name, a, seed)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, keyVector{Name: name, Type: int(a), Seed: hex.EncodeToString(seed[:]), Private: private, Public: public})
		}
	}
	// A map has no order; vectors have one.
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j].Name < out[i].Name || out[j].Name == out[i].Name && out[j].Type < out[i].Type {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

func entryVectors(t *testing.T) any {
	body, err := transparency.Segment{
		Flight: bundletest.Flight, Source: "rtsp://cámara/1", From: bundletest.Start, To: bundletest.Start.Add(time.Minute),
		Clock: "arrival", ClockUncertainty: -time.Microsecond, Stream: "RAW_ts", First: 7, Last: 9, Packets: 3, Bytes: 564,
		Root: transparency.Root([]evidence.Digest{transparency.LeafHash([]byte("a"))}), Media: []transparency.Media{{Name: "video <1>", Offset: 188, Bytes: 376}},
	}.Body()
	if err != nil {
		t.Fatal(err)
	}
	var out []entryVector
	for _, c := range []struct {
		name string
		o    transparency.Opening
	}{
		{"padding", transparency.Padding(transparency.Salt{1})},
		{"a declared loss", transparency.Opening{Salt: transparency.Salt{2}, Kind: transparency.KindGap, Body: []byte(`{"flight":"OVF-2026-0007"}`)}},
		{"a segment", transparency.Opening{Salt: transparency.Salt{3}, Kind: transparency.KindSegment, Body: body}},
		{"the largest body", transparency.Opening{Salt: transparency.Salt{4}, Kind: "other/v2", Body: bytes.Repeat([]byte{0xff}, transparency.MaxBody)}},
	} {
		e, err := c.o.Entry()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entryVector{
			Name: c.name, Salt: hex.EncodeToString(c.o.Salt[:]), Kind: string(c.o.Kind), Body: hex.EncodeToString(c.o.Body),
			Leaf: hex.EncodeToString(e.Bytes()), LeafHash: transparency.LeafHash(e.Bytes()).String(), Opening: string(c.o.Bytes()),
		})
	}
	return out
}

func treeVectors(t *testing.T) any {
	all := sortie(t).Hashes()[:17]
	encode := func(ds []evidence.Digest) []string {
		out := []string{}
		for _, d := range ds {
			out = append(out, transparency.EncodeDigest(d))
		}
		return out
	}
	var out []treeVector
	for n := range len(all) + 1 {
		v := treeVector{Size: uint64(n), Root: transparency.Root(all[:n]).String(), Inclusion: [][]string{}, Consistency: map[string][]string{}}
		if n > 0 {
			v.Leaf = all[n-1].String()
		}
		for i := range n {
			p, _ := transparency.ProveInclusion(all[:n], uint64(i))
			v.Inclusion = append(v.Inclusion, encode(p))
			c, _ := transparency.ProveConsistency(all[:n], uint64(i+1))
			v.Consistency[json.Number(number(i+1)).String()] = encode(c)
		}
		out = append(out, v)
	}
	return out
}

func number(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func proofVectors(t *testing.T) any {
	l := sortie(t)
	raw, err := l.Checkpoint(20, 2, bundletest.Start)
	if err != nil {
		t.Fatal(err)
	}
	two, err := l.Policy(2)
	if err != nil {
		t.Fatal(err)
	}
	none, err := l.Policy(0)
	if err != nil {
		t.Fatal(err)
	}
	// A third witness signs with ML-DSA-44.
	private, public, err := transparency.FormatKey("witness.example/pq", transparency.MLDSA44Cosignature, bundletest.Seed("pq"))
	if err != nil {
		t.Fatal(err)
	}
	cosigner, err := transparency.ParseCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	s, err := transparency.ParseUnverified(raw)
	if err != nil {
		t.Fatal(err)
	}
	line, err := cosigner.Cosign(s.Checkpoint, bundletest.Start.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	three := strings.Replace(string(two), "group 2-of-2 2", "witness w3 "+public+"\ngroup 2-of-2 3", 1)
	three = strings.Replace(three, "w1 w2\n", "w1 w2 w3\n", 1)

	h, _ := transparency.ProveInclusion(l.Hashes(), 11)
	good := transparency.Proof{Index: 11, Hashes: h, Checkpoint: raw}
	all := good
	all.Checkpoint = append(bytes.Clone(raw), line...)
	extra := good
	extra.Extra, extra.HasExtra = []byte("whatever"), true
	other := good
	other.Index = 12
	short := good
	short.Hashes = h[1:]
	altered := good
	altered.Checkpoint = bytes.Replace(raw, []byte("\n20\n"), []byte("\n21\n"), 1)
	var out []proofVector
	for _, c := range []struct {
		name   string
		policy string
		proof  transparency.Proof
		leaf   uint64
	}{
		{"two witnesses", string(two), good, 11},
		{"with extra data", string(two), extra, 11},
		{"no witness wanted", string(none), good, 11},
		{"three witnesses, one with ML-DSA-44", three, all, 11},
		{"a cosignature is missing", three, good, 11},
		{"another leaf", string(two), good, 10},
		{"another index", string(two), other, 11},
		{"a hash too few", string(two), short, 11},
		{"a changed size", string(two), altered, 11},
		{"another log", strings.ReplaceAll(string(two), l.Key.String(), otherKey(t)), good, 11},
	} {
		p, err := transparency.ParsePolicy([]byte(c.policy))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		text := c.proof.Bytes()
		parsed, err := transparency.ParseProof(text)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		v := transparency.Verify(p, parsed, l.Leaf(c.leaf))
		r := proofVector{
			Name: c.name, Policy: c.policy, Leaf: hex.EncodeToString(l.Leaf(c.leaf)), Proof: string(text), Steps: []string{}, Reason: reason(v.Err()),
			Cosigned: []string{},
		}
		for _, k := range v.Checks {
			r.Steps = append(r.Steps, string(k.Step))
		}
		for _, k := range v.Cosigned {
			r.Cosigned = append(r.Cosigned, k.Key.Name()+" "+k.At.Format(time.RFC3339))
		}
		out = append(out, r)
	}
	return out
}

func otherKey(t *testing.T) string {
	_, public, err := transparency.FormatKey("other.example/log", transparency.Ed25519, bundletest.Seed("other"))
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func reason(err error) string {
	var c transparency.Coded
	if errors.As(err, &c) {
		return string(c.Code())
	}
	return ""
}

// remembering keeps the last checkpoint for the length of a test.
type remembering map[string][]byte

func (m remembering) Latest(_ context.Context, origin string) ([]byte, error) {
	if b, ok := m[origin]; ok {
		return b, nil
	}
	return nil, transparency.ErrNotFound
}

func (m remembering) Replace(_ context.Context, origin string, old, signed []byte) error {
	if !bytes.Equal(m[origin], old) {
		return transparency.ErrConflict
	}
	m[origin] = signed
	return nil
}

// witnessVectors is one history of one witness: each request stands on those before it.
func witnessVectors(t *testing.T) any {
	l := sortie(t)
	fork := append([]evidence.Digest{}, l.Hashes()...)
	fork[3] = evidence.Digest{1}
	private, _, err := transparency.FormatKey("witness.example/mx", transparency.Ed25519Cosignature, bundletest.Seed("witness.example/mx"))
	if err != nil {
		t.Fatal(err)
	}
	cosigner, err := transparency.ParseCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	w, err := transparency.NewWitness([]transparency.Key{l.Key}, []*transparency.Cosigner{cosigner}, remembering{})
	if err != nil {
		t.Fatal(err)
	}
	logPrivate, _, err := transparency.FormatKey(origin, transparency.Ed25519, bundletest.Seed(origin))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(logPrivate)
	if err != nil {
		t.Fatal(err)
	}
	request := func(all []evidence.Digest, older, newer uint64) transparency.Request {
		raw, err := transparency.Checkpoint{Origin: origin, Size: newer, Root: transparency.Root(all[:newer])}.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := transparency.ProveConsistency(all[:newer], older)
		return transparency.Request{OldSize: older, Proof: p, Checkpoint: raw}
	}
	var out []witnessVector
	for i, c := range []struct {
		name string
		r    transparency.Request
	}{
		{"old size not zero at first", request(l.Hashes(), 2, 4)},
		{"the first checkpoint", request(l.Hashes(), 0, 6)},
		{"the same again", request(l.Hashes(), 6, 6)},
		{"a fork of the same size", request(fork, 6, 6)},
		{"rolled back", request(l.Hashes(), 6, 4)},
		{"a forked extension", request(fork, 6, 11)},
		{"the next", request(l.Hashes(), 6, 11)},
		{"stale", request(l.Hashes(), 6, 20)},
		{"the last", request(l.Hashes(), 11, 20)},
	} {
		at := bundletest.Start.Add(time.Duration(i) * time.Minute)
		lines, err := w.Update(t.Context(), c.r, at)
		out = append(out, witnessVector{Name: c.name, Request: string(c.r.Bytes()), At: at.Format(time.RFC3339), Reason: reason(err), Lines: string(lines)})
	}
	return out
}
