package transparency

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"overflight/evidence"
)

func opening(body string) Opening {
	return Opening{Salt: Salt{1, 2, 3}, Kind: KindGap, Body: []byte(body)}
}

func segment() Segment {
	return Segment{
		Flight: "OVF-2026-0007", Source: "udp://239.1.2.3:5000 <é>", From: noon, To: noon.Add(time.Minute), Clock: "stream",
		ClockUncertainty: 1500 * time.Microsecond, Stream: "RAW_klv", First: 10, Last: 29, Packets: 20, Bytes: 26320,
		Root: evidence.Digest{9}, Media: []Media{{Name: "video", Offset: 188, Bytes: 1000, Digest: evidence.Digest{8}}},
	}
}

func TestEntry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		o    Opening
		want Code
	}{
		{"a gap", opening(`{"lost":3}`), ""},
		{"padding", Padding(Salt{7}), ""},
		{"a kind from the future", Opening{Kind: "weather/v2", Body: []byte("{}")}, ""},
		{"the largest body", opening(strings.Repeat("x", MaxBody)), ""},
		{"a body too large", opening(strings.Repeat("x", MaxBody+1)), CodeBodySize},
		{"no kind", Opening{}, CodeKind},
		{"a kind without a version", Opening{Kind: "gap"}, CodeKind},
		{"a kind with a line", Opening{Kind: "gap/v1\n"}, CodeKind},
	} {
		e, err := c.o.Entry()
		checkCode(t, err, c.want)
		if err != nil {
			continue
		}
		if len(e.Bytes()) != entrySize {
			t.Errorf("%s: a leaf of %d bytes tells its kind", c.name, len(e.Bytes()))
		}
		again, err := ParseEntry(e.Bytes())
		if err != nil || again != e {
			t.Errorf("%s: %v", c.name, err)
		}
		o, err := ParseOpening(c.o.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err := o.Opens(e); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, other := range []Opening{
			{Salt: Salt{0xff}, Kind: o.Kind, Body: o.Body},
			{Salt: o.Salt, Kind: "other/v1", Body: o.Body},
			{Salt: o.Salt, Kind: o.Kind, Body: append([]byte(" "), o.Body...)},
		} {
			if err := other.Opens(e); err == nil {
				t.Errorf("%s: another opening opens it", c.name)
			}
		}
	}
	if !Padding(Salt{}).IsPadding() || opening("").IsPadding() {
		t.Error("padding is told by its kind and its empty body")
	}
}

// TestLeafShowsNothing: neither the kind nor any part of the body can be read in a leaf, and one body
// under two salts gives two leaves.
func TestLeafShowsNothing(t *testing.T) {
	t.Parallel()
	body, err := segment().Body()
	if err != nil {
		t.Fatal(err)
	}
	a, errA := Opening{Salt: Salt{1}, Kind: KindSegment, Body: body}.Entry()
	b, errB := Opening{Salt: Salt{2}, Kind: KindSegment, Body: body}.Entry()
	if errA != nil || errB != nil || a == b {
		t.Fatal("the salt does nothing")
	}
	for n := 4; n < len(body); n += 4 {
		if bytes.Contains(a.Bytes(), body[n-4:n]) {
			t.Errorf("the leaf shows %q", body[n-4:n])
		}
	}
}

var entrySeeds = []string{"", "OVFL", "OVFL\x01", "OVFL\x02", "OVFL\x01" + strings.Repeat("d", 32), "OVFL\x01" + strings.Repeat("d", 33)}

func FuzzEntry(f *testing.F) {
	for _, s := range entrySeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEntry(b)
		coded(t, err)
		if err == nil && !bytes.Equal(e.Bytes(), b) {
			t.Errorf("%x", b)
		}
	})
}

func FuzzOpening(f *testing.F) {
	for _, s := range []string{
		"", "{}", string(opening("{}").Bytes()), string(Padding(Salt{}).Bytes()), `{"version":2}`, `{"version":1,"salt":"00"}`,
		`{"body":"","kind":"a/v1","salt":"00000000000000000000000000000000","version":1} `, `{"body":"` + strings.Repeat("A", 5000),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := ParseOpening(b)
		coded(t, err)
		if err == nil && !bytes.Equal(o.Bytes(), b) {
			t.Errorf("%q", b)
		}
	})
}

func TestSegment(t *testing.T) {
	t.Parallel()
	body, err := segment().Body()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseSegment(body)
	if err != nil || !reflect.DeepEqual(s, segment()) {
		t.Errorf("got %+v, %v", s, err)
	}
	if f, ok := FlightOf(body); !ok || f != "OVF-2026-0007" {
		t.Errorf("flight %q %v", f, ok)
	}
	for name, change := range map[string]func(*Segment){
		"backwards":             func(s *Segment) { s.To = s.From.Add(-1 * time.Second) },
		"media beyond the end":  func(s *Segment) { s.Media[0].Bytes = s.Bytes },
		"more packets":          func(s *Segment) { s.Packets = s.Bytes + 1 },
		"no packet":             func(s *Segment) { s.Packets = 0 },
		"sequences backwards":   func(s *Segment) { s.First = s.Last + 1 },
		"a line in a name":      func(s *Segment) { s.Source = "a\nb" },
		"a number beyond JSON":  func(s *Segment) { s.Last = 1 << 53 },
		"uncertainty of a year": func(s *Segment) { s.ClockUncertainty = 365 * 24 * time.Hour },
		"a line separator":      func(s *Segment) { s.Flight = "a\u2028b" },
	} {
		s := segment()
		change(&s)
		if _, err := s.Body(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	long := segment()
	for range 80 {
		long.Media = append(long.Media, long.Media[0])
	}
	_, err = long.Body()
	checkCode(t, err, CodeBodySize)
}

func FuzzSegment(f *testing.F) {
	body, err := segment().Body()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"flight":"a"}`))
	f.Add([]byte(`{"root":"AA==","from":"2026-03-01T12:00:00.000000Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		FlightOf(b)
		s, err := ParseSegment(b)
		coded(t, err)
		if err != nil {
			return
		}
		if again, err := s.Body(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q, %v", b, err)
		}
	})
}

const goodRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

const behindTheSofa = "example.com/behind-the-sofa\n20852163\n" + goodRoot + "\n\n" +
	"— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" +
	"— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"

const sofaSignature = "\n— example.com/s Az3grlgtzPICa5OS\n"

var checkpointCases = []struct {
	name, text string
	want       Code
}{
	{"the example of the standard", behindTheSofa, ""},
	{"extension lines", "a\n0\n" + goodRoot + "\nx\ny\n" + sofaSignature, ""},
	{"nothing", "", CodeNoteSyntax},
	{"no signature", "a\n0\n" + goodRoot + "\n\n", CodeNoteSyntax},
	{"a control character", "a\n0\r\n" + goodRoot + "\n" + sofaSignature, CodeNoteSyntax},
	{"no size", "a\n" + sofaSignature, CodeCheckpointSyntax},
	{"leading zero", "a\n01\n" + goodRoot + "\n" + sofaSignature, CodeCheckpointSyntax},
	{"a sign", "a\n+1\n" + goodRoot + "\n" + sofaSignature, CodeCheckpointSyntax},
	{"more leaves than can be", "a\n9223372036854775807\n" + goodRoot + "\n" + sofaSignature, CodeCheckpointSyntax},
	{"a short root", "a\n1\nAAAA\n" + sofaSignature, CodeCheckpointSyntax},
	{"a root with loose bits", "a\n1\n" + strings.Replace(goodRoot, "I=", "J=", 1) + "\n" + sofaSignature, CodeCheckpointSyntax},
	{"an empty origin", "\n1\n" + goodRoot + "\n" + sofaSignature, CodeCheckpointSyntax},
	{"a long line", strings.Repeat("a", maxLine+1) + "\n1\n" + goodRoot + "\n" + sofaSignature, CodeCheckpointSyntax},
	{"too large", strings.Repeat("a", maxCheckpoint+1), CodeNoteSyntax},
}

func TestParseUnverified(t *testing.T) {
	t.Parallel()
	for _, c := range checkpointCases {
		_, err := ParseUnverified([]byte(c.text))
		t.Log(c.name)
		checkCode(t, err, c.want)
	}
	s, err := ParseUnverified([]byte(behindTheSofa))
	if err != nil || s.Origin != "example.com/behind-the-sofa" || s.Size != 20852163 || EncodeDigest(s.Root) != goodRoot || len(s.Signatures) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if at, ok := cosignatureTime(s.Signatures[1].Blob); !ok || at.Unix() != 1679315147 {
		t.Errorf("the standard's cosignature is of %v", at)
	}
}

func FuzzCheckpoint(f *testing.F) {
	for _, c := range checkpointCases {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseUnverified(b)
		coded(t, err)
		if err != nil {
			return
		}
		if s.Text() != s.text || !bytes.HasPrefix(b, []byte(s.text)) {
			t.Errorf("%q is read as %q", b, s.Text())
		}
	})
}

func proofSeeds(t testing.TB) []struct {
	name, text string
	want       Code
} {
	t.Helper()
	_, all := entries(t, 5)
	good := string(proven(t, signed(t, newLog(t, origin), origin, all, noon), all, 3).Bytes())
	change := func(old, with string) string { return strings.Replace(good, old, with, 1) }
	return []struct {
		name, text string
		want       Code
	}{
		{"a proof", good, ""},
		{"with extra", change("index", "extra AAAA\nindex"), ""},
		{"with empty extra", change("index", "extra \nindex"), ""},
		{"from the future", change("@v1", "@v2"), CodeProofVersion},
		{"nothing", "", CodeProofSyntax},
		{"no header", change("c2sp.org", "c3sp.org"), CodeProofSyntax},
		{"bad extra", change("index", "extra !\nindex"), CodeProofSyntax},
		{"no index", change("index", "indox"), CodeProofSyntax},
		{"leading zero", change("index 3", "index 03"), CodeProofSyntax},
		{"negative", change("index 3", "index -3"), CodeProofSyntax},
		{"carriage return", change("index 3\n", "index 3\r\n"), CodeProofSyntax},
		{"a hash too short", change("index 3\n", "index 3\nAAAA\n"), CodeProofSyntax},
		{"too many hashes", change("index 3\n", "index 3\n"+strings.Repeat(goodRoot+"\n", 70)), CodeProofSyntax},
		{"cut", good[:60], CodeProofSyntax},
		{"no checkpoint", good[:strings.Index(good, "\n\n")+2], CodeNoteSyntax},
	}
}

func TestParseProof(t *testing.T) {
	t.Parallel()
	for _, c := range proofSeeds(t) {
		p, err := ParseProof([]byte(c.text))
		t.Log(c.name)
		checkCode(t, err, c.want)
		if err == nil && string(p.Bytes()) != c.text {
			t.Errorf("%s: written as %q", c.name, p.Bytes())
		}
	}
}

func FuzzProof(f *testing.F) {
	for _, c := range proofSeeds(f) {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseProof(b)
		coded(t, err)
		if err == nil && !bytes.Equal(p.Bytes(), b) {
			t.Errorf("%q", b)
		}
	})
}

func FuzzRequest(f *testing.F) {
	for _, s := range []string{
		"old 0\n\n" + behindTheSofa, "old 5\n" + goodRoot + "\n\n" + behindTheSofa, "old 05\n\n" + behindTheSofa, "old 5\n" + goodRoot, "new 5\n\n", "old 1\nx\n\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRequest(b)
		coded(t, err)
		if err == nil && !bytes.Equal(r.Bytes(), b) {
			t.Errorf("%q", b)
		}
	})
}

func policySeeds(t testing.TB) []struct {
	name, text string
	want       Code
} {
	t.Helper()
	log, w1, w2, w3 := newLog(t, origin).key.String(), newWitness(t, "w1").key.String(), newWitness(t, "w2").key.String(), newMLDSA(t, "w3").key.String()
	private := seed(origin)
	_, same, err := FormatKey("twin", Ed25519Cosignature, private)
	if err != nil {
		t.Fatal(err)
	}
	_, renamed, err := FormatKey("renamed", Ed25519Cosignature, seed("w1"))
	if err != nil {
		t.Fatal(err)
	}
	base := "log " + log + "\nwitness a " + w1 + "\nwitness b " + w2 + " https://b.example\n"
	return []struct {
		name, text string
		want       Code
	}{
		{"one witness", base + "quorum a\n", ""},
		{"none", base + "quorum none\n", ""},
		{"groups in groups", "# comment\n\n" + base + " \twitness c " + w3 + "\ngroup ab 1 a b\ngroup all all ab c\nquorum all", ""},
		{"no quorum", base, CodePolicyQuorum},
		{"no log", "witness a " + w1 + "\nquorum a\n", CodePolicyNoLog},
		{"two quorums", base + "quorum a\nquorum b\n", CodePolicyTwice},
		{"quorum not defined", base + "quorum c\n", CodePolicyName},
		{"quorum before it is defined", "quorum a\n" + base, CodePolicyName},
		{"member not defined", base + "group g any a c\nquorum g\n", CodePolicyName},
		{"none as a member", base + "group g any a none\nquorum g\n", CodePolicyName},
		{"a member twice", base + "group g 2 a a\nquorum g\n", CodePolicyTwice},
		{"a member of two groups", base + "group g any a\ngroup h any a b\nquorum h\n", CodePolicyTwice},
		{"threshold 0", base + "group g 0 a b\nquorum g\n", CodePolicyThreshold},
		{"threshold 3 of 2", base + "group g 3 a b\nquorum g\n", CodePolicyThreshold},
		{"threshold +1", base + "group g +1 a b\nquorum g\n", CodePolicyThreshold},
		{"name twice", base + "witness a " + w3 + "\nquorum a\n", CodePolicyTwice},
		{"called none", base + "witness none " + w3 + "\nquorum a\n", CodePolicyTwice},
		{"one key under two names", base + "witness c " + renamed + "\nquorum a\n", CodePolicyTwice},
		{"log twice", base + "log " + log + "\nquorum a\n", CodePolicyTwice},
		{"witness with the log's key", base + "witness c " + same + "\nquorum a\n", CodePolicyOwnKey},
		{"unknown word", base + "allow a\nquorum a\n", CodePolicySyntax},
		{"carriage returns", strings.ReplaceAll(base, "\n", "\r\n") + "quorum a\r\n", CodePolicyCharacter},
		{"a witness as a log", "log " + w1 + "\nquorum none\n", CodeKeyAlgorithm},
		{"a log as a witness", base + "witness c " + log + "\nquorum c\n", CodeKeyAlgorithm},
		{"a wrong identifier", "log " + strings.Replace(log, "+", "+0", 1)[:len(log)], CodeKeySyntax},
		{"a key for another name", "log x" + log + "\nquorum none\n", CodeKeyID},
		{"no key", "log key\nquorum none\n", CodeKeySyntax},
		{"too many lines", strings.Repeat("\n", maxPolicyLines), CodePolicySize},
		{"too large", strings.Repeat("#", maxPolicy+1), CodePolicySize},
	}
}

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	for _, c := range policySeeds(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePolicy([]byte(c.text))
			checkCode(t, err, c.want)
		})
	}
}

// TestQuorum tries every subset of witnesses against the groups of the standard's example.
func TestQuorum(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("log " + newLog(t, origin).key.String() + "\n")
	names := []string{"X1", "X2", "X3", "Y1", "Y2", "Y3"}
	for _, n := range names {
		b.WriteString("witness " + n + " " + newWitness(t, n).key.String() + "\n")
	}
	b.WriteString("group X 2 X1 X2 X3\ngroup Y any Y1 Y2 Y3\ngroup XY all X Y\nquorum XY\n")
	p, err := ParsePolicy([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	for set := range 1 << len(names) {
		cosigned, x, y := map[string]bool{}, 0, 0
		for i, n := range names {
			if set>>i&1 == 1 {
				cosigned[n] = true
				if i < 3 {
					x++
				} else {
					y++
				}
			}
		}
		if got, want := p.satisfied(cosigned), x >= 2 && y >= 1; got != want {
			t.Errorf("%v: %v", cosigned, got)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	for _, c := range policySeeds(f) {
		if len(c.text) < 10000 {
			f.Add([]byte(c.text))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePolicy(b)
		coded(t, err)
		if err == nil && (len(p.Logs()) == 0 || p.satisfied(map[string]bool{}) != (p.Quorum() == noQuorum)) {
			t.Errorf("%q", b)
		}
	})
}

func FuzzKey(f *testing.F) {
	f.Add(newLog(f, origin).key.String())
	f.Add(newWitness(f, "w").key.String())
	f.Add(newMLDSA(f, "w").key.String())
	f.Add(newWitness(f, "w").private)
	f.Add("a+00000000+AQ==")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseWitnessKey(s)
		coded(t, err)
		if err == nil && (k.String() != s || k.Verifier().KeyHash() != k.ID() || k.Verifier().Name() != k.Name()) {
			t.Errorf("%q", s)
		}
		_, err = ParseLogKey(s)
		coded(t, err)
		_, err = ParseCosigner(s)
		coded(t, err)
	})
}

// TestPrivateKeysStayPrivate: no error shows a private key.
func TestPrivateKeysStayPrivate(t *testing.T) {
	t.Parallel()
	w := newWitness(t, "w")
	digest := sha256.Sum256([]byte(w.private))
	for _, s := range []string{w.private + "A", w.private[:len(w.private)-3], strings.Replace(w.private, "+w+", "+v+", 1), string(digest[:]) + w.private} {
		_, err := ParseCosigner(s)
		if err == nil || strings.Contains(err.Error(), w.private[len(w.private)-20:len(w.private)-4]) {
			t.Errorf("%v", err)
		}
	}
}

// coded: every refusal has a code, so that it can be said in every language.
func coded(t *testing.T, err error) {
	t.Helper()
	var c Coded
	if err != nil && !errors.As(err, &c) {
		t.Errorf("error without a code: %v", err)
	}
}
