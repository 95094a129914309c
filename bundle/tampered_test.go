package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/bundle"
	"overflight/bundle/bundletest"
	"overflight/evidence"
	"overflight/transparency"
)

// The vectors of whole bundles: between them, and those of policies, every reason that Check can give, but for those that take a
// megabyte.

type bundleVector struct {
	Name     string        `json:"name"`
	Bundle   string        `json:"bundle"` // base64
	Policy   string        `json:"policy"`
	Held     []string      `json:"held"`   // checkpoints that the reader has
	Reason   string        `json:"reason"` // code of the first failure; empty: verified
	Text     string        `json:"text"`
	TextES   string        `json:"text_es"`
	Verdict  []string      `json:"verdict"` // a code and its arguments, as in all that follows
	Checks   []checkVector `json:"checks"`
	NotShown [][]string    `json:"not_shown"`
}

type checkVector struct {
	What   []string `json:"what"`
	Reason []string `json:"reason"` // empty: passed
}

func line(l bundle.Line) []string { return append([]string{string(l.Code)}, l.Args...) }

// forger signs what no log would: the keys are those of bundletest.
type forger struct {
	t         *testing.T
	log       note.Signer
	witnesses []string
	policy    func(need int) string
}

func (f forger) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f forger) key(name string, a transparency.Algorithm, seed string) (private, public string) {
	f.t.Helper()
	private, public, err := transparency.FormatKey(name, a, bundletest.Seed(seed))
	f.must(err)
	return private, public
}

func newForger(t *testing.T) forger {
	f := forger{t: t, witnesses: []string{"witness.example/mx", "witness.example/auditor"}}
	private, _ := f.key(origin, transparency.Ed25519, origin)
	var err error
	f.log, err = note.NewSigner(private)
	f.must(err)
	l, err := bundletest.New(origin, f.witnesses...)
	f.must(err)
	f.policy = func(need int) string {
		b, err := l.Policy(need)
		f.must(err)
		return string(b)
	}
	return f
}

func (f forger) cosign(c transparency.Checkpoint, name string, a transparency.Algorithm, at time.Time) []byte {
	f.t.Helper()
	private, _ := f.key(name, a, name)
	k, err := transparency.ParseCosigner(private)
	f.must(err)
	b, err := k.Cosign(c, at)
	f.must(err)
	return b
}

// note signs a tree, with the first cosigned of the witnesses.
func (f forger) note(leaves [][]byte, cosigned int, extensions ...string) []byte {
	f.t.Helper()
	c := transparency.Checkpoint{Origin: origin, Size: uint64(len(leaves)), Root: transparency.Root(hashesOf(leaves)), Extensions: extensions}
	b, err := c.Sign(f.log)
	f.must(err)
	for i, name := range f.witnesses[:cosigned] {
		b = append(b, f.cosign(c, name, transparency.Ed25519Cosignature, bundletest.Start.Add(time.Hour+time.Duration(i)*time.Second))...)
	}
	return b
}

func hashesOf(leaves [][]byte) []evidence.Digest {
	var all []evidence.Digest
	for _, l := range leaves {
		all = append(all, transparency.LeafHash(l))
	}
	return all
}

func (f forger) leaf(kind transparency.Kind, body string) ([]byte, *transparency.Opening) {
	f.t.Helper()
	o := &transparency.Opening{Salt: transparency.Salt{7}, Kind: kind, Body: []byte(body)}
	e, err := o.Entry()
	f.must(err)
	return e.Bytes(), o
}

// contents are all leaves under their checkpoint.
func (f forger) contents(leaves [][]byte, openings ...*transparency.Opening) bundle.Contents {
	c := bundle.Contents{Flight: bundletest.Flight, Policy: []byte(f.policy(2)), Checkpoint: f.note(leaves, 2)}
	for i, l := range leaves {
		proof, _ := transparency.ProveInclusion(hashesOf(leaves), uint64(i))
		c.Entries = append(c.Entries, bundle.Entry{Index: uint64(i), Leaf: l, Opening: openings[i], Proof: proof})
	}
	return c
}

func (f forger) write(c bundle.Contents) []byte {
	f.t.Helper()
	return written(f.t, c)
}

// one is a bundle of a single leaf.
func (f forger) one(leaf []byte, o *transparency.Opening) bundle.Contents {
	return f.contents([][]byte{leaf}, o)
}

// small is a bundle of one segment of three packets, of which what is said of it was changed.
func (f forger) small(change func(*transparency.Segment)) bundle.Contents {
	f.t.Helper()
	packets := bundletest.Packets(3, 20)
	all := bytes.Join(packets, nil)
	s := transparency.Segment{
		Flight: bundletest.Flight, Source: "cámara <1>", From: bundletest.Start, To: bundletest.Start.Add(time.Minute), Clock: "stream", Stream: "RAW_ts",
		First: 1, Last: 3, Packets: 3, Bytes: 60, Root: transparency.Root(hashesOf(packets)),
		Media: []transparency.Media{{Name: "H.264", Offset: 25, Bytes: 30, Digest: sha256.Sum256(all[25:55])}},
	}
	if change != nil {
		change(&s)
	}
	body, err := s.Body()
	f.must(err)
	c := f.one(f.leaf(transparency.KindSegment, string(body)))
	c.Segments = []bundle.Segment{{Lengths: []bundle.Run{{Count: 3, Length: 20}}, Bytes: bytes.NewReader(all)}}
	proof, _ := transparency.ProveInclusion(hashesOf(packets), 1)
	c.Packets = []bundle.Packet{{Number: 1, Bytes: packets[1], Proof: proof}}
	return c
}

// tampered is a case of a bundle vector.
type tampered struct {
	name   string
	b      []byte
	policy string // empty: two witnesses
	held   [][]byte
}

func bundleVectors(t *testing.T) any {
	f := newForger(t)
	cases := f.changes()
	cases = append(cases, f.archives()...)
	cases = append(cases, f.manifests()...)
	cases = append(cases, f.signatures()...)
	cases = append(cases, f.proofs()...)
	cases = append(cases, f.leaves()...)
	cases = append(cases, f.segments()...)
	cases = append(cases, f.holdings()...)
	cases = append(cases, f.acts()...)
	var out []bundleVector
	seen := map[string]bool{}
	for _, c := range cases {
		if c.policy == "" {
			c.policy = f.policy(2)
		}
		p, err := transparency.ParsePolicy([]byte(c.policy))
		f.must(err)
		var held []transparency.SignedCheckpoint
		v := bundleVector{Name: c.name, Bundle: base64.StdEncoding.EncodeToString(c.b), Policy: c.policy, Held: []string{}, NotShown: [][]string{}}
		for _, h := range c.held {
			s, err := transparency.ParseUnverified(h)
			f.must(err)
			held = append(held, s)
			v.Held = append(v.Held, string(h))
		}
		r := check(c.b, p, held...)
		v.Reason, v.Text, v.TextES, v.Verdict = reason(r.Err()), r.Sentence("en"), r.Sentence("es"), line(r.Verdict)
		for _, k := range r.Checks {
			w := checkVector{What: line(k.What), Reason: []string{}}
			if !k.OK() {
				w.Reason = line(k.Reason)
			}
			seen[string(k.Reason.Code)] = true
			v.Checks = append(v.Checks, w)
		}
		for _, n := range r.NotShown {
			v.NotShown = append(v.NotShown, line(n))
			seen[string(n.Code)] = true
		}
		seen[string(r.Verdict.Code)] = true
		// A name says what is to come of it.
		if (v.Reason == "") != strings.HasPrefix(c.name, "a bundle that holds") {
			t.Errorf("%s: %s", c.name, v.Text)
		}
		out = append(out, v)
	}
	elsewhere := map[string]bool{"request.syntax": true, "stale": true, "conflict": true, "bundle.large": true}
	for _, dir := range []string{".", "../transparency"} {
		for code := range declared(t, dir) {
			if step := strings.HasPrefix(code, "what.") || strings.HasPrefix(code, "step."); !step && !seen[code] && !elsewhere[code] &&
				!strings.HasPrefix(code, "policy.") && !strings.HasPrefix(code, "key.") {
				t.Errorf("no vector has %s", code)
			}
		}
	}
	return out
}

// changes are the first vectors: one bundle, and a byte of it changed here and there.
func (f forger) changes() []tampered {
	f.t.Helper()
	l, err := bundletest.New(origin, f.witnesses...)
	f.must(err)
	index, err := l.Seal(bundletest.Flight, bundletest.Packets(5, 40))
	f.must(err)
	f.must(l.Pad(4))
	good := f.write(contents(f.t, l, 5, 2, index, 3))
	flip := func(name string, at int) []byte {
		return f.change(good, name, func(b []byte) []byte { b[at] ^= 1; return b })
	}
	return []tampered{
		{name: "a bundle that holds", b: good},
		{name: "a leaf changed", b: flip("entries/000000000000.leaf", 10)},
		{name: "an opening changed", b: flip("entries/000000000000.opening", 12)},
		{name: "a segment changed", b: flip("segments/000000000000.bytes", 77)},
		{name: "a packet changed", b: flip("packets/000000000000-2.bytes", 7)},
		{name: "lengths changed", b: flip("segments/000000000000.lengths", 0)},
		{name: "the checkpoint changed", b: flip("checkpoint", 60)},
		{name: "cut short", b: good[:len(good)-1]},
	}
}

func (f forger) change(b []byte, name string, change func([]byte) []byte) []byte {
	f.t.Helper()
	out, err := bundletest.Change(b, name, change)
	f.must(err)
	return out
}

func (f forger) replace(b []byte, name, from, to string) []byte {
	f.t.Helper()
	return f.change(b, name, func(b []byte) []byte {
		if !bytes.Contains(b, []byte(from)) {
			f.t.Fatalf("no %q in %s", from, name)
		}
		return bytes.Replace(b, []byte(from), []byte(to), 1)
	})
}

// tiny is a bundle of one padding leaf.
func (f forger) tiny() bundle.Contents { return f.one(f.leaf(transparency.KindPadding, "")) }

func (f forger) archives() []tampered {
	f.t.Helper()
	good := f.write(f.tiny())
	members, err := bundletest.Members(good)
	f.must(err)
	with := func(extra ...bundletest.Member) []byte {
		b, err := bundletest.Archive(append(append([]bundletest.Member{}, members...), extra...))
		f.must(err)
		return b
	}
	patched := func(fromEnd int, with ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[len(b)-fromEnd:], with)
		return b
	}
	// The last header of the directory, whose sizes say more than is there.
	last := bytes.LastIndex(good, []byte("PK\x01\x02"))
	sized := func(size int) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[last+20:], uint32(size))
		binary.LittleEndian.PutUint32(b[last+24:], uint32(size))
		return b
	}
	local := bytes.Clone(good)
	copy(local[bytes.Index(local, []byte("entries/")):], "ENTRIES/")
	fewer, err := bundletest.Archive(members[:len(members)-1])
	f.must(err)
	at := int(binary.LittleEndian.Uint32(good[last+42:])) // of the last file
	return []tampered{
		{name: "nothing", b: []byte{}},
		{name: "no archive", b: []byte(strings.Repeat("hello ", 20))},
		{name: "bytes behind the archive", b: append(bytes.Clone(good), "more"...)},
		{name: "a bundle that holds, bytes before it", b: append([]byte("more"), good...)},
		{name: "a promise of zip64", b: patched(14, 0xff, 0xff, 0xff, 0xff)},
		{name: "one file more than there is", b: patched(12, byte(len(members)+1))},
		{name: "a directory of 4 GB", b: patched(10, 0xfe, 0xff, 0xff, 0xfe)},
		{name: "a way out of the folder", b: with(bundletest.Member{Name: "../../etc/passwd"})},
		{name: "a name in other letters", b: with(bundletest.Member{Name: "\xff\nÑ" + strings.Repeat("año/", 40)})},
		{name: "a folder", b: with(bundletest.Member{Name: "entries/"})},
		{name: "a name twice", b: with(members[3])},
		{name: "another name before the bytes", b: local},
		{name: "a compressed file", b: with(bundletest.Member{Name: "bomb", Method: zip.Deflate, Bytes: make([]byte, 1000)})},
		{name: "a file larger than the archive", b: sized(len(good) + 1)},
		{name: "a file that goes over the end", b: sized(len(good) - at)},
		{name: "a file missing", b: fewer},
		{name: "a file too many", b: with(bundletest.Member{Name: "readme"})},
	}
}

func (f forger) manifests() []tampered {
	f.t.Helper()
	good := f.write(f.tiny())
	edit := func(from, to string) []byte { return f.replace(good, "manifest.json", from, to) }
	several := f.tiny()
	several.Entries = append(several.Entries, several.Entries[0])
	several.Entries[1].Index = 1
	two := f.write(several)
	return []tampered{
		{name: "a manifest in another form", b: edit("{\n", "{")},
		{name: "a manifest of something else", b: edit("overflight-bundle", "another")},
		{name: "a manifest of version 2", b: edit(`"version": 1`, `"Version": 2`)},
		{name: "a manifest with an escape", b: edit("OVF-", "OVF\\u002d")},
		{name: "a manifest with a huge number", b: edit(`"index": 0`, `"index": 18446744073709551616`)},
		{name: "a manifest out of order", b: f.replace(f.replace(two, "manifest.json", `"index": 0`, `"index": 2`), "manifest.json", `"index": 1`, `"index": 0`)},
		{name: "a manifest of a flight with a space", b: edit("OVF-2026", "OVF 2026")},
		{name: "a bundle that holds, no list of segments", b: edit(`"segments": []`, `"segments": null`)},
		{name: "no entries", b: edit("[\n  {\n   \"index\": 0,\n   \"opened\": true\n  }\n ]", "[]")},
		{name: "another size in the manifest", b: edit(`"size": 1`, `"size": 2`)},
		{name: "another log in the manifest", b: edit(`"log": "overflight.example/log"`, `"log": "\u003cother\u003e.example/log"`)},
		{name: "the policy inside is none", b: f.change(good, "policy", func([]byte) []byte { return []byte("quorum none\n") })},
	}
}

func (f forger) signatures() []tampered {
	f.t.Helper()
	leaf, o := f.leaf(transparency.KindSortie, `{"flight":"`+bundletest.Flight+`"}`)
	leaves := [][]byte{leaf}
	under := func(note []byte) []byte {
		c := f.contents(leaves, o)
		c.Checkpoint = note
		return f.write(c)
	}
	good := f.write(f.contents(leaves, o))
	raw := f.note(leaves, 2)
	checkpoint, err := transparency.ParseUnverified(raw)
	f.must(err)
	in := func(from, to string) []byte { return f.replace(good, "checkpoint", from, to) }

	seed := bundletest.Seed(f.witnesses[0])
	private := ed25519.NewKeyFromSeed(seed[:])
	// A cosignature at the instant 0, which no cosigner makes, and one in a year that has six digits.
	at := func(seconds uint64) []byte {
		_, public := f.key(f.witnesses[0], transparency.Ed25519Cosignature, f.witnesses[0])
		k, err := transparency.ParseWitnessKey(public)
		f.must(err)
		blob := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, k.ID()), seconds)
		blob = append(blob, ed25519.Sign(private, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, checkpoint.Text()))...)
		return fmt.Appendf(nil, "— %s %s\n", f.witnesses[0], base64.StdEncoding.EncodeToString(blob))
	}
	alone := f.note(leaves, 0)
	with := func(lines ...[]byte) []byte { return append(bytes.Clone(alone), bytes.Join(lines, nil)...) }
	_, lattice := f.key("witness.example/pq", transparency.MLDSA44Cosignature, "witness.example/pq")
	pq := f.cosign(checkpoint.Checkpoint, "witness.example/pq", transparency.MLDSA44Cosignature, bundletest.Start)
	bad := bytes.Clone(pq)
	bad[len(bad)-100] ^= 1
	_, otherKey := f.key(origin, transparency.Ed25519, "other")
	_, ownKey := f.key(origin, transparency.Ed25519, origin)
	_, latticeLog := f.key(origin, transparency.MLDSA44Cosignature, origin)
	third := "witness pq " + lattice + "\n"
	groups := strings.Replace(f.policy(2), "group 2-of-2 2 w1 w2\nquorum 2-of-2", third+"group ours any w1 w2\ngroup both all ours pq\nquorum both", 1)
	_, other := f.key("other.example/log", transparency.Ed25519, "other")
	return []tampered{
		{name: "a bundle that holds, no witness wanted", b: good, policy: f.policy(0)},
		{name: "a bundle that holds, by the operator's word", b: under(alone), policy: f.policy(0)},
		{name: "a bundle that holds, groups and a witness with ML-DSA-44", b: under(with(f.note(leaves, 1)[len(alone):], pq)), policy: groups},
		{
			name: "a bundle that holds, a log with ML-DSA-44", b: under(with(f.cosign(checkpoint.Checkpoint, origin, transparency.MLDSA44Cosignature, bundletest.Start))),
			policy: "# <both> keys\nlog " + ownKey + "\n\tlog " + latticeLog + " \nquorum none",
		},
		{name: "a bundle that holds, a witness signed twice in far years", b: under(with(at(9e13), at(1<<62), raw[len(alone):]))},
		{name: "a bundle that holds, two entries by the operator's word", b: f.write(f.contents([][]byte{leaf, leaf}, o, o)), policy: "log " + ownKey + "\nquorum none\n"},
		{name: "a cosignature with ML-DSA-44 changed", b: under(with(f.note(leaves, 1)[len(alone):], bad)), policy: groups},
		{name: "a group that is not satisfied", b: good, policy: groups},
		{name: "a cosignature too few", b: under(f.note(leaves, 1))},
		{name: "a cosignature changed", b: f.change(good, "checkpoint", func(b []byte) []byte { b[len(b)-20] ^= 1; return b })},
		{name: "a cosignature at no instant", b: under(with(at(0)))},
		{name: "no signed note", b: in("\n\n", "\n")},
		{name: "a line that is no signature", b: in("— witness", "- witness")},
		{name: "a size with a leading zero", b: in("\n1\n", "\n01\n")},
		{name: "another log", b: good, policy: "log " + other + "\nquorum none\n"},
		{name: "another key of the log", b: good, policy: "log " + otherKey + "\nquorum none\n"},
	}
}

func (f forger) proofs() []tampered {
	f.t.Helper()
	pad := func(n byte) ([]byte, *transparency.Opening) {
		o := transparency.Padding(transparency.Salt{n})
		e, err := o.Entry()
		f.must(err)
		return e.Bytes(), &o
	}
	var leaves [][]byte
	var openings []*transparency.Opening
	for n := range byte(3) {
		l, o := pad(n)
		leaves, openings = append(leaves, l), append(openings, o)
	}
	c := f.contents(leaves, openings...)
	c.Entries = c.Entries[1:2]
	good := f.write(c)
	const name = "entries/000000000001.tlog-proof"
	in := func(from, to string) []byte { return f.replace(good, name, from, to) }
	under := func(note []byte) []byte { return in(string(c.Checkpoint), string(note)) }
	forked := [][]byte{leaves[0], leaves[1], leaves[1]}
	more, _ := pad(9)
	beyond := c
	beyond.Entries = []bundle.Entry{c.Entries[0]}
	beyond.Entries[0].Index = 7
	return []tampered{
		{name: "a proof without an index", b: in("index 1\n", "")},
		{name: "a proof with a carriage return", b: in("index 1\n", "index 1\r\n")},
		{name: "a proof of version 2", b: in("proof@v1", "proof@v2")},
		{name: "a proof with a note that is none", b: under([]byte("x\n"))},
		{name: "a bundle that holds, extra data in a proof", b: in("index 1\n", "extra AAAA\nindex 1\n")},
		{name: "a proof under an older checkpoint", b: under(f.note(leaves[:2], 2))},
		{name: "a proof under a newer checkpoint", b: under(f.note(append(leaves[:3:3], more), 2))},
		{name: "a proof under a fork", b: under(f.note(forked, 2))},
		{name: "a proof under the same tree with a line more", b: under(f.note(leaves, 2, "extension"))},
		{name: "a proof under other signatures", b: under(f.note(leaves, 1)), policy: f.policy(1)},
		{name: "a proof under too few signatures", b: under(f.note(leaves, 1))},
		{name: "a proof under no log's signature", b: f.change(good, name, func(b []byte) []byte { return bytes.Replace(b, []byte("\n3\n"), []byte("\n4\n"), 1) })},
		{name: "a proof for another entry", b: in("index 1\n", "index 2\n")},
		{name: "a proof with a hash too few", b: f.change(good, name, func(b []byte) []byte {
			at := bytes.Index(b, []byte("index 1\n")) + len("index 1\n")
			return append(b[:at:at], b[at+45:]...)
		})},
		{name: "an entry beyond the checkpoint", b: f.write(beyond)},
	}
}

func (f forger) leaves() []tampered {
	f.t.Helper()
	raw := func(leaf []byte) []byte { return f.write(f.one(leaf, nil)) }
	leaf, o := f.leaf("other/v2", `{"flight":null,"FLIGHT":"`+bundletest.Flight+`"}`)
	good := f.write(f.one(leaf, o))
	const name = "entries/000000000000.opening"
	in := func(from, to string) []byte { return f.replace(good, name, from, to) }
	body := base64.StdEncoding.EncodeToString(o.Body)
	say := func(body string) []byte { return f.write(f.one(f.leaf("other/v2", body))) }
	return []tampered{
		{name: "a bundle that holds, the flight in other letters", b: good},
		{name: "a bundle that holds, nothing opened", b: raw(leaf)},
		{name: "a bundle that holds, a body that is no JSON", b: say("{\"flight\":\"X\"")},
		{name: "a bundle that holds, a flight that is a number", b: say(`{"flight":7}`)},
		{name: "another flight", b: say(`{"a":[1,{"flight":"no"}],"flight":"OVF\ud800\u00f1\n` + "\xff" + `"}`)},
		{name: "a leaf of something else", b: raw([]byte("other"))},
		{name: "a leaf too long", b: raw(append(bytes.Clone(leaf), 0))},
		{name: "a leaf of version 2", b: raw(append([]byte("OVFL\x02"), leaf[5:]...))},
		{name: "an opening in another form", b: in(`","salt"`, `", "salt"`)},
		{name: "an opening of version 2", b: in(`"version":1`, `"version":2`)},
		{name: "an opening without a kind", b: in(`other/v2`, `Other`)},
		{name: "an opening with too long a body", b: in(body, base64.StdEncoding.EncodeToString(make([]byte, transparency.MaxBody+1)))},
		{name: "an opening with another salt", b: in(`"salt":"07`, `"salt":"08`)},
	}
}

func (f forger) segments() []tampered {
	f.t.Helper()
	of := func(change func(*transparency.Segment)) []byte { return f.write(f.small(change)) }
	good := of(nil)
	edited := func(change func(*bundle.Contents)) []byte {
		c := f.small(nil)
		change(&c)
		return f.write(c)
	}
	lengths := func(runs ...bundle.Run) []byte {
		return edited(func(c *bundle.Contents) { c.Segments[0].Lengths = runs })
	}
	raw := func(lengths ...byte) []byte {
		return f.change(good, "segments/000000000000.lengths", func([]byte) []byte { return lengths })
	}
	longer := f.change(good, "segments/000000000000.bytes", func(b []byte) []byte { return append(b, 0) })
	with := func(kind transparency.Kind, body string) []byte {
		c := f.small(nil)
		d := f.one(f.leaf(kind, body))
		d.Segments, d.Packets = c.Segments, c.Packets
		return f.write(d)
	}
	return []tampered{
		{name: "a bundle that holds, one segment", b: good},
		{name: "a bundle that holds, a number spelt long", b: raw(0x83, 0x80, 0x00, 20)},
		{name: "a bundle that holds, runs apart", b: lengths(bundle.Run{Count: 1, Length: 20}, bundle.Run{Count: 2, Length: 20})},
		{name: "a bundle that holds, without its segment", b: edited(func(c *bundle.Contents) { c.Segments = nil })},
		{name: "a segment that is not opened", b: edited(func(c *bundle.Contents) { c.Entries[0].Opening = nil })},
		{name: "a segment of a leaf of another kind", b: with("other/v1", "{}")},
		{name: "a segment of a leaf in another form", b: with(transparency.KindSegment, "{}")},
		{name: "a segment of another length", b: longer},
		{name: "lengths that end too early", b: lengths(bundle.Run{Count: 2, Length: 20})},
		{name: "lengths that go on", b: lengths(bundle.Run{Count: 4, Length: 20})},
		{name: "a length of nothing", b: raw(3, 20, 1, 0)},
		{name: "lengths that are cut", b: raw(3)},
		{name: "lengths that overflow", b: raw(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 20)},
		{name: "other lengths of the same bytes", b: lengths(bundle.Run{Count: 2, Length: 30})},
		{name: "a packet more than sealed", b: of(func(s *transparency.Segment) { s.Packets = 2 })},
		{name: "another root sealed", b: of(func(s *transparency.Segment) { s.Root[0] ^= 1 })},
		{name: "another digest sealed", b: of(func(s *transparency.Segment) { s.Media[0].Digest[31] ^= 1 })},
		{name: "a packet beyond the segment", b: edited(func(c *bundle.Contents) { c.Packets[0].Number = 3 })},
		{name: "a packet in another place", b: edited(func(c *bundle.Contents) { c.Packets[0].Number = 2 })},
	}
}

func (f forger) holdings() []tampered {
	f.t.Helper()
	l, err := bundletest.New(origin, f.witnesses...)
	f.must(err)
	f.must(l.Pad(7))
	b := f.write(contents(f.t, l, 6, 2, 5))
	var leaves [][]byte
	for i := range l.Size() {
		leaves = append(leaves, l.Leaf(i))
	}
	other := append([][]byte{[]byte("another history")}, leaves[1:]...)
	unsigned := bytes.Replace(f.note(leaves[:4], 0), []byte("\n4\n"), []byte("\n5\n"), 1)
	_, key := f.key("other.example/log", transparency.Ed25519, "other")
	private, _ := f.key("other.example/log", transparency.Ed25519, "other")
	signer, err := note.NewSigner(private)
	f.must(err)
	foreign, err := transparency.Checkpoint{Origin: "other.example/log", Size: 3, Root: transparency.Root(hashesOf(leaves[:3]))}.Sign(signer)
	f.must(err)
	empty := f.note(nil, 0)
	wrong, err := transparency.Checkpoint{Origin: origin, Root: evidence.Digest{1}}.Sign(f.log)
	f.must(err)
	return []tampered{
		{name: "a bundle that holds, for who has older checkpoints", b: b, held: [][]byte{f.note(leaves[:4], 0), f.note(leaves[:1], 1), f.note(leaves[:6], 2), empty}},
		{name: "held: an older one without a proof", b: b, held: [][]byte{f.note(leaves[:3], 0), f.note(leaves[:2], 0)}},
		{name: "held: a newer one", b: b, held: [][]byte{f.note(leaves, 0)}},
		{name: "held: another history of the same size", b: b, held: [][]byte{f.note(other[:6], 0)}},
		{name: "held: an older one of another history", b: b, held: [][]byte{f.note(other[:4], 0)}},
		{name: "held: another empty log", b: b, held: [][]byte{wrong}},
		{name: "held: one that was changed", b: b, held: [][]byte{unsigned}},
		{name: "held: one of a log that is unknown", b: b, held: [][]byte{foreign}},
		{name: "held: one of another log", b: b, held: [][]byte{foreign}, policy: f.policy(2) + "log " + key + "\n"},
	}
}
