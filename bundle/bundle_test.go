package bundle_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"overflight/bundle"
	"overflight/bundle/bundletest"
	"overflight/transparency"
)

const origin = "overflight.example/log"

func sortie(t testing.TB) *bundletest.Log {
	t.Helper()
	l, err := bundletest.Sortie(origin, "witness.example/mx", "witness.example/auditor")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func contents(t testing.TB, l *bundletest.Log, size uint64, cosigned int, indexes ...uint64) bundle.Contents {
	t.Helper()
	note, err := l.Checkpoint(size, cosigned, bundletest.Start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Contents(note, indexes...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func written(t testing.TB, c bundle.Contents) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bundle.Write(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func policyOf(t testing.TB, l *bundletest.Log, need int) *transparency.Policy {
	t.Helper()
	b, err := l.Policy(need)
	if err != nil {
		t.Fatal(err)
	}
	p, err := transparency.ParsePolicy(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func check(b []byte, p *transparency.Policy, held ...transparency.SignedCheckpoint) bundle.Report {
	return bundle.Check(bytes.NewReader(b), int64(len(b)), p, held...)
}

func TestWriteIsDeterministic(t *testing.T) {
	t.Parallel()
	l := sortie(t)
	a := written(t, contents(t, l, 20, 2, 2, 5, 9))
	c := contents(t, l, 20, 2, 9, 2, 5)
	b := written(t, c)
	if !bytes.Equal(a, b) {
		t.Error("the order in which contents are given shows")
	}
	if c.Entries[0].Index != 9 {
		t.Error("the caller's contents were reordered")
	}
	r := check(a, policyOf(t, l, 2))
	if !r.Verified() || r.Flight != bundletest.Flight || r.Log != origin || r.Size != 20 || len(r.Cosigned) != 2 || len(r.Entries) != 3 {
		t.Errorf("%s", r.Sentence("en"))
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	l := sortie(t)
	for name, change := range map[string]func(*bundle.Contents){
		"no entry":          func(c *bundle.Contents) { c.Entries = nil },
		"an entry twice":    func(c *bundle.Contents) { c.Entries = append(c.Entries, c.Entries[0]) },
		"no flight":         func(c *bundle.Contents) { c.Flight = "" },
		"a flight of lines": func(c *bundle.Contents) { c.Flight = "a\nb" },
		"no checkpoint":     func(c *bundle.Contents) { c.Checkpoint = []byte("x") },
		"an empty packet":   func(c *bundle.Contents) { c.Segments[0].Lengths = []bundle.Run{{Count: 1}} },
	} {
		c := contents(t, l, 20, 2, 2, 5)
		change(&c)
		if err := bundle.Write(&bytes.Buffer{}, c); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

// TestEveryFlippedBit flips a bit of every byte (of some, outside the soak test) of every file: the
// bundle never passes, but for the policy inside, which counts for nothing.
func TestEveryFlippedBit(t *testing.T) {
	t.Parallel()
	l := sortie(t)
	p := policyOf(t, l, 2)
	c := contents(t, l, 20, 2, 2, 5)
	c.Consistency = nil
	c.Segments[0].Bytes = bytes.NewReader(bytes.Join(bundletest.Packets(45, 1316), nil))
	good := written(t, c)
	members, err := bundletest.Members(good)
	if err != nil {
		t.Fatal(err)
	}
	passed, places := 0, 60
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		places = 100_000
	}
	for m := range members {
		name := members[m].Name
		if name == "policy" {
			continue
		}
		step := 1 + len(members[m].Bytes)/places
		for at := 0; at < len(members[m].Bytes); at += step {
			changed := bytes.Clone(members[m].Bytes)
			changed[at] ^= 1 << (at % 8)
			all := append([]bundletest.Member{}, members...)
			all[m].Bytes = changed
			b, err := bundletest.Archive(all)
			if err != nil {
				t.Fatal(err)
			}
			r := check(b, p)
			if r.Verified() {
				t.Errorf("%s byte %d is covered by nothing", name, at)
			} else if s := r.Sentence("en"); strings.Contains(s, "\n") || !strings.HasPrefix(s, "Not verified: ") {
				t.Errorf("%s byte %d: %q", name, at, s)
			}
			passed++
		}
	}
	if passed < 300 {
		t.Errorf("only %d bits", passed)
	}
}

// TestEveryCut cuts the archive at many places.
func TestEveryCut(t *testing.T) {
	t.Parallel()
	l := sortie(t)
	p := policyOf(t, l, 2)
	good := written(t, contents(t, l, 20, 2, 2, 5))
	for n := 0; n < len(good); n += 1 + len(good)/200 {
		if r := check(good[:n], p); r.Verified() || len(r.Checks) != 1 {
			t.Fatalf("cut at %d: %s", n, r.Sentence("en"))
		}
	}
	// And with every byte of the directory changed nothing breaks.
	for at := len(good) - 900; at < len(good); at += 3 {
		b := bytes.Clone(good)
		b[at] ^= 0x40
		check(b, p)
	}
}

// TestManySegments: segments longer than what is read at once are each found good, alone and among others, and of one that
// was changed it is told which it is.
func TestManySegments(t *testing.T) {
	t.Parallel()
	l, err := bundletest.New(origin, "witness.example/mx")
	if err != nil {
		t.Fatal(err)
	}
	var indexes []uint64
	for i, length := range []int{1, 188, 1316, 16 << 10, 300_000, 131_071, 131_072} {
		index, err := l.Seal(bundletest.Flight, bundletest.Packets(max(3, 400_000/length+i), length))
		if err != nil {
			t.Fatal(err)
		}
		indexes = append(indexes, index)
	}
	p := policyOf(t, l, 1)
	size := uint64(len(indexes))
	for _, index := range indexes {
		if r := check(written(t, contents(t, l, size, 1, index)), p); !r.Verified() {
			t.Errorf("%d: %s", index, r.Sentence("en"))
		}
	}
	all := written(t, contents(t, l, size, 1, indexes...))
	if r := check(all, p); !r.Verified() {
		t.Error(r.Sentence("en"))
	}
	for _, index := range indexes {
		name := fmt.Sprintf("segments/%012d.bytes", index)
		b, err := bundletest.Change(all, name, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		if err != nil {
			t.Fatal(err)
		}
		var failed []string
		r := check(b, p)
		for _, k := range r.Checks {
			if !k.OK() {
				failed = append(failed, k.What.Args[0])
			}
		}
		if want := []string{fmt.Sprint(index)}; !slices.Equal(failed, want) {
			t.Errorf("segment %d changed: %v failed", index, failed)
		}
	}
}

// TestEndlessDirectory: an archive whose headers are many more than it says costs no memory that grows with them. Not
// parallel, because it looks at all that the process allocates.
func TestEndlessDirectory(t *testing.T) {
	l := sortie(t)
	p := policyOf(t, l, 2)
	for _, count := range []int{1 << 16, 24 << 16} { // the number of records is told modulo 65,536
		le := binary.LittleEndian
		var b []byte
		for i := range count {
			h := make([]byte, 46+6)
			le.PutUint32(h, 0x02014b50)
			le.PutUint16(h[28:], 6)
			copy(h[46:], fmt.Sprintf("%06x", i))
			b = append(b, h...)
		}
		end := make([]byte, 22)
		le.PutUint32(end, 0x06054b50)
		// Its size is told as nothing, so that it begins where it is said to: at the beginning.
		archive := append(b, end...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := check(archive, p)
		runtime.ReadMemStats(&after)
		var coded transparency.Coded
		if err := r.Err(); !errors.As(err, &coded) || coded.Code() != bundle.CodeFiles {
			t.Errorf("%d headers: %v", count, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 128<<20 {
			t.Errorf("%d bytes for %d headers", used, count)
		}
	}
}

// TestMemoryIsBounded: a segment takes no memory that grows with it. Not parallel, because it looks at all
// that the process allocates.
func TestMemoryIsBounded(t *testing.T) {
	l, err := bundletest.New(origin, "witness.example/mx")
	if err != nil {
		t.Fatal(err)
	}
	packets := bundletest.Packets(16, 1316)
	for len(packets) < 20_000 {
		packets = append(packets, packets[:16]...)
	}
	index, err := l.Seal(bundletest.Flight, packets)
	if err != nil {
		t.Fatal(err)
	}
	b := written(t, contents(t, l, 1, 1, index))
	p := policyOf(t, l, 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := check(b, p)
	runtime.ReadMemStats(&after)
	if !r.Verified() {
		t.Fatal(r.Sentence("en"))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 || len(b) < 20<<20 {
		t.Errorf("%d bytes for a bundle of %d", used, len(b))
	}
}

func TestHeldCheckpoints(t *testing.T) {
	t.Parallel()
	l := sortie(t)
	p := policyOf(t, l, 2)
	other, err := bundletest.New(origin, "witness.example/mx", "witness.example/auditor")
	if err == nil {
		err = other.Pad(20)
	}
	if err != nil {
		t.Fatal(err)
	}
	held := func(l *bundletest.Log, size uint64) transparency.SignedCheckpoint {
		note, err := l.Checkpoint(size, 1, bundletest.Start)
		if err != nil {
			t.Fatal(err)
		}
		s, err := transparency.ParseUnverified(note)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	b := written(t, contents(t, l, 16, 2, 2, 5))
	for _, c := range []struct {
		name string
		held transparency.SignedCheckpoint
		want transparency.Code
	}{
		{"the same", held(l, 16), ""},
		{"an older one", held(l, 8), ""},
		{"an older one without a proof", held(l, 7), bundle.CodeNoProof},
		{"the empty log", held(l, 0), ""},
		{"a newer one", held(l, 20), transparency.CodeRollback},
		{"the same size of another history", held(other, 16), transparency.CodeFork},
		{"an older one of another history", held(other, 8), transparency.CodeConsistency},
	} {
		r := check(b, p, c.held)
		var coded transparency.Coded
		if err := r.Err(); (err == nil) != (c.want == "") || err != nil && (!errors.As(err, &coded) || coded.Code() != c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestHostileArchives(t *testing.T) {
	t.Parallel()
	l := sortie(t)
	p := policyOf(t, l, 2)
	good := written(t, contents(t, l, 20, 2, 2, 5))
	members, err := bundletest.Members(good)
	if err != nil {
		t.Fatal(err)
	}
	with := func(extra ...bundletest.Member) []byte {
		b, err := bundletest.Archive(append(append([]bundletest.Member{}, members...), extra...))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	patched := func(at int, with ...byte) []byte { // at counts from the end
		b := bytes.Clone(good)
		copy(b[len(b)-at:], with)
		return b
	}
	local := bytes.Clone(good)
	copy(local[bytes.Index(local, []byte("entries/")):], "ENTRIES/")
	for _, c := range []struct {
		name string
		b    []byte
		want transparency.Code
	}{
		{"nothing", nil, bundle.CodeArchive},
		{"text", []byte(strings.Repeat("hello ", 100)), bundle.CodeArchive},
		{"bytes behind", append(bytes.Clone(good), "more"...), bundle.CodeArchive},
		{"bytes before", append([]byte("more"), good...), ""},
		{"a way out", with(bundletest.Member{Name: "../../etc/passwd"}), bundle.CodePath},
		{"an absolute name", with(bundletest.Member{Name: "/etc/passwd"}), bundle.CodePath},
		{"a drive", with(bundletest.Member{Name: "c:\\x"}), bundle.CodePath},
		{"a folder", with(bundletest.Member{Name: "entries/"}), bundle.CodePath},
		{"a name twice", with(members[3]), bundle.CodeTwice},
		{"a file too many", with(bundletest.Member{Name: "readme"}), bundle.CodeExtra},
		{"a bomb", with(bundletest.Member{Name: "bomb", Method: zip.Deflate, Bytes: make([]byte, 1<<20)}), bundle.CodeCompressed},
		{"another name before the bytes", local, bundle.CodeTwice},
		{"a directory of 4 GB", patched(10, 0xfe, 0xff, 0xff, 0xfe), bundle.CodeFiles},
		{"65534 files", patched(14, 0xfe, 0xff, 0xfe, 0xff), ""},
		{"a promise of zip64", patched(14, 0xff, 0xff, 0xff, 0xff), bundle.CodeArchive},
	} {
		r := check(c.b, p)
		var coded transparency.Coded
		if err := r.Err(); c.want != "" && (!errors.As(err, &coded) || coded.Code() != c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if c.want != "" && r.Verified() {
			t.Errorf("%s: verified", c.name)
		}
	}
}

var place = regexp.MustCompile(`\{[0-9]\}`)

// TestWords: every code that either package declares has a text in both languages, with the same places.
func TestWords(t *testing.T) {
	t.Parallel()
	codes := 0
	for _, dir := range []string{".", "../transparency", "../signature"} {
		for code := range declared(t, dir) {
			codes++
			line := bundle.Line{Code: transparency.Code(code), Args: []string{"{0}", "{1}", "{2}", "{3}", "{4}", "{5}"}}
			en, es := bundle.Say("en", line), bundle.Say("es", line)
			if en == es || strings.HasPrefix(en, code) || strings.HasPrefix(es, code) {
				t.Errorf("%s: %q, %q", code, en, es)
			}
			count := func(s string) map[string]int {
				m := map[string]int{}
				for _, p := range place.FindAllString(s, -1) {
					m[p] = 1
				}
				return m
			}
			if a, b := count(en), count(es); len(a) != len(b) {
				t.Errorf("%s: %q and %q say different things", code, en, es)
			} else {
				for p := range a {
					if b[p] == 0 {
						t.Errorf("%s: %s is not in %q", code, p, es)
					}
				}
			}
		}
	}
	if codes < 80 {
		t.Errorf("only %d codes found", codes)
	}
	if got := bundle.Say("en", bundle.Line{Code: "new", Args: []string{"a"}}); got != "new a" {
		t.Errorf("a code without a text is lost: %q", got)
	}
}

// declared finds the constants of type Code and Step in the source.
func declared(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		p, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(p, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || v.Type == nil || len(v.Values) != 1 {
				return true
			}
			name := ""
			switch x := v.Type.(type) {
			case *ast.Ident:
				name = x.Name
			case *ast.SelectorExpr:
				name = x.Sel.Name
			}
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && (name == "Code" || name == "Step") {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out[s] = true
			}
			return true
		})
	}
	return out
}

func FuzzCheck(f *testing.F) {
	l := sortie(f)
	p := policyOf(f, l, 2)
	c := contents(f, l, 20, 2, 2)
	good := written(f, c)
	f.Add(good)
	f.Add(good[:len(good)-30])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := check(b, p)
		for _, lang := range bundle.Languages() {
			if s := r.Sentence(lang); s == "" || strings.ContainsAny(s, "\n\r\x00\x1b") {
				t.Errorf("%q", s)
			}
		}
		// A bundle that passes says just what the log says, whatever was done to the archive.
		if r.Verified() && (r.Log != origin || r.Size != 20 || len(r.Entries) != 1) {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzManifest(f *testing.F) {
	l := sortie(f)
	p := policyOf(f, l, 2)
	good := written(f, contents(f, l, 20, 2, 2, 5))
	members, err := bundletest.Members(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(members[0].Bytes)
	f.Add([]byte(`{"format":"overflight-bundle","version":2}`))
	f.Add([]byte(`{"format":"overflight-bundle","version":1,"entries":[{"index":18446744073709551615}]}`))
	f.Fuzz(func(t *testing.T, manifest []byte) {
		all := append([]bundletest.Member{}, members...)
		all[0].Bytes = manifest
		b, err := bundletest.Archive(all)
		if err != nil {
			t.Skip()
		}
		if r := check(b, p); r.Verified() && !bytes.Equal(essence(manifest), essence(members[0].Bytes)) {
			t.Errorf("another manifest is verified: %q", manifest)
		}
	})
}

// essence is a manifest without the proofs for readers who hold an older checkpoint, because nobody here does.
func essence(manifest []byte) []byte {
	var m map[string]any
	if json.Unmarshal(manifest, &m) != nil {
		return nil
	}
	delete(m, "consistency")
	b, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	return b
}

func FuzzLengths(f *testing.F) {
	l := sortie(f)
	p := policyOf(f, l, 2)
	members, err := bundletest.Members(written(f, contents(f, l, 20, 2, 5)))
	if err != nil {
		f.Fatal(err)
	}
	at := -1
	for i, m := range members {
		if strings.HasSuffix(m.Name, ".lengths") {
			at = i
		}
	}
	good := members[at].Bytes
	f.Add(good)
	f.Add([]byte{0x2d, 0xa4, 0x0a, 1, 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1})
	f.Fuzz(func(t *testing.T, lengths []byte) {
		all := append([]bundletest.Member{}, members...)
		all[at].Bytes = lengths
		b, err := bundletest.Archive(all)
		if err != nil {
			t.Skip()
		}
		// Another spelling of the same lengths is the same packets.
		if r := check(b, p); r.Verified() && len(lengths) < len(good) {
			t.Errorf("%x", lengths)
		}
	})
}
