package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"overflight/bundle"
	"overflight/bundle/bundletest"
	"overflight/transparency"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"overflight-verify": main})
}

// TestStories runs the command as an official does who was handed a bundle. A story is one file.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") == "1",
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "C")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"build": build, "policy": policy, "checkpoint": checkpoint, "tamper": tamper, "first": first, "exits": exits,
		},
	})
}

const (
	origin = "overflight.example/log"
	w1, w2 = "witness.example/mx", "witness.example/auditor"
)

// sortie is the log of the stories; a forked one has the same keys and another entry 3.
func sortie(ts *testscript.TestScript, name string, forked bool) *bundletest.Log {
	l, err := bundletest.Sortie(name, w1, w2)
	ts.Check(err)
	if !forked {
		return l
	}
	f, err := bundletest.New(name, w1, w2)
	ts.Check(err)
	for i := range l.Size() {
		switch i {
		case 2:
			_, err = f.Append(transparency.KindSortie, fmt.Appendf(nil, `{"flight":%q}`, bundletest.Flight))
		case 3:
			_, err = f.Append(transparency.KindGap, []byte("{}"))
		case 5, 9:
			_, err = f.Seal(bundletest.Flight, bundletest.Packets(int(40+i), 1316))
		default:
			err = f.Pad(1)
		}
		ts.Check(err)
	}
	return f
}

// build makes a bundle: `build OUT [word=value]...`. log=ORIGIN, fork=yes, size=N, cosigned=N,
// entries=2,5,9, flight=NAME, sealed=yes (nothing opened or disclosed), alone=yes (one opened segment, no bytes).
func build(ts *testscript.TestScript, neg bool, args []string) {
	given := words(ts, neg, args)
	l := sortie(ts, given["log"], given["fork"] == "yes")
	at, err := time.Parse(time.RFC3339, given["at"])
	ts.Check(err)
	note, err := l.Checkpoint(uint64(integer(ts, given["size"])), integer(ts, given["cosigned"]), at)
	ts.Check(err)
	var indexes []uint64
	for s := range strings.SplitSeq(given["entries"], ",") {
		indexes = append(indexes, uint64(integer(ts, s)))
	}
	c, err := l.Contents(note, indexes...)
	ts.Check(err)
	c.Flight = given["flight"]
	if given["sealed"] == "yes" {
		for i := range c.Entries {
			c.Entries[i].Opening = nil
		}
	}
	if given["alone"] == "yes" || given["sealed"] == "yes" {
		c.Segments, c.Packets = nil, nil
	}
	var b bytes.Buffer
	ts.Check(bundle.Write(&b, c))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

func words(ts *testscript.TestScript, neg bool, args []string) map[string]string {
	given := map[string]string{
		"log": origin, "size": "20", "cosigned": "2", "entries": "2,5,9,12", "flight": bundletest.Flight, "at": "2026-03-01T22:00:00Z", "need": "2",
	}
	if neg || len(args) == 0 {
		ts.Fatalf("give a file")
	}
	for _, a := range args[1:] {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("%q is no word=value", a)
		}
		given[k] = v
	}
	return given
}

// policy writes a policy: `policy OUT [log=ORIGIN] [need=N]`.
func policy(ts *testscript.TestScript, neg bool, args []string) {
	given := words(ts, neg, args)
	b, err := sortie(ts, given["log"], false).Policy(integer(ts, given["need"]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// checkpoint writes a checkpoint: `checkpoint OUT [log=ORIGIN] [fork=yes] [size=N] [cosigned=N]`.
func checkpoint(ts *testscript.TestScript, neg bool, args []string) {
	given := words(ts, neg, args)
	b, err := sortie(ts, given["log"], given["fork"] == "yes").Checkpoint(uint64(integer(ts, given["size"])), integer(ts, given["cosigned"]), bundletest.Start)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// tamper changes a file: `tamper IN OUT WHAT ...`: flip MEMBER BYTE, swap MEMBER MEMBER, replace MEMBER OLD NEW, drop MEMBER,
// add MEMBER TEXT, graft MEMBER OTHER, deflate MEMBER, cut BYTES, size x (the last member claims two gigabytes).
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: tamper IN OUT WHAT ...")
	}
	in := []byte(ts.ReadFile(args[0]))
	arg := func(i int) string {
		if i >= len(args) {
			ts.Fatalf("tamper %s wants more", args[2])
		}
		return args[i]
	}
	members := func() []bundletest.Member {
		all, err := bundletest.Members(in)
		ts.Check(err)
		return all
	}
	change := func(f func([]byte) []byte) []byte {
		out, err := bundletest.Change(in, arg(3), f)
		ts.Check(err)
		return out
	}
	var out []byte
	switch args[2] {
	case "flip":
		out = change(func(b []byte) []byte { b[integer(ts, arg(4))] ^= 1; return b })
	case "replace":
		out = change(func(b []byte) []byte {
			n := bytes.Replace(b, []byte(arg(4)), []byte(arg(5)), 1)
			if bytes.Equal(n, b) {
				ts.Fatalf("%s does not hold %q", arg(3), arg(4))
			}
			return n
		})
	case "graft":
		other, err := bundletest.Members([]byte(ts.ReadFile(arg(4))))
		ts.Check(err)
		for _, m := range other {
			if m.Name == arg(3) {
				out = change(func([]byte) []byte { return m.Bytes })
			}
		}
	case "drop":
		var kept []bundletest.Member
		for _, m := range members() {
			if m.Name != arg(3) {
				kept = append(kept, m)
			}
		}
		out = archive(ts, kept)
	case "add":
		out = archive(ts, append(members(), bundletest.Member{Name: arg(3), Bytes: []byte(arg(4)), Method: zip.Store}))
	case "deflate":
		all := members()
		for i := range all {
			if all[i].Name == arg(3) {
				all[i].Method = zip.Deflate
				all[i].Bytes = bytes.Repeat([]byte{0}, 1<<20)
			}
		}
		out = archive(ts, all)
	case "swap": // two members
		all, x, y := members(), -1, -1
		for i, m := range all {
			switch m.Name {
			case arg(3):
				x = i
			case arg(4):
				y = i
			}
		}
		if x < 0 || y < 0 {
			ts.Fatalf("no such members")
		}
		all[x].Bytes, all[y].Bytes = all[y].Bytes, all[x].Bytes
		out = archive(ts, all)
	case "cut":
		out = in[:len(in)-integer(ts, arg(3))]
	case "size": // in the directory, both sizes of the last member
		out = bytes.Clone(in)
		at := bytes.LastIndex(out, []byte("PK\x01\x02"))
		for i := range 8 {
			out[at+20+i] = []byte{0xfe, 0xff, 0xff, 0x7f}[i%4]
		}
	default:
		ts.Fatalf("no tampering called %s", args[2])
	}
	if bytes.Equal(out, in) || len(out) == 0 {
		ts.Fatalf("nothing was changed")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out, 0o600))
}

func archive(ts *testscript.TestScript, members []bundletest.Member) []byte {
	b, err := bundletest.Archive(members)
	ts.Check(err)
	return b
}

// first compares the first line of a stream, which is all that most people read: `first stdout LINE`.
func first(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: first stdout|stderr LINE")
	}
	got, _, _ := strings.Cut(ts.ReadFile(args[0]), "\n")
	if got != args[1] {
		ts.Fatalf("the first line is\n%s\nwant\n%s", got, args[1])
	}
}

// exits runs a command and compares its exit code: `exits CODE COMMAND ...`.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ...")
	}
	code := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != integer(ts, args[0]) {
		ts.Fatalf("%s exits with %d", strings.Join(args[1:], " "), code)
	}
}

func integer(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}

// TestWordsAreWhole: the command says the same things in both languages.
func TestWordsAreWhole(t *testing.T) {
	t.Parallel()
	en, es := english(), spanish()
	for k, v := range en {
		if es[k] == "" || es[k] == v && len(v) > 5 || v == "" {
			t.Errorf("%s: %q, %q", k, v, es[k])
		}
	}
	if len(es) != len(en) {
		t.Errorf("%d texts in English, %d in Spanish", len(en), len(es))
	}
}

// TestClosure: the verifier is made of pure packages, so that who audits it reads little. It has nothing
// of the adapters, and nothing that opens connections.
func TestClosure(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for dep := range strings.FieldsSeq(string(out)) {
		switch rest, ok := strings.CutPrefix(dep, "overflight/"); {
		case ok && strings.HasPrefix(rest, "internal/"):
			t.Errorf("the verifier holds %s", dep)
		case ok:
			own = append(own, rest)
		case !strings.HasPrefix(dep, "golang.org/x/mod/sumdb/") && !strings.HasPrefix(dep, "filippo.io/mldsa"):
			t.Errorf("the verifier holds %s", dep)
		}
	}
	sort.Strings(own)
	if got := strings.Join(own, " "); got != "bundle cmd/overflight-verify evidence signature transparency" {
		t.Errorf("the verifier is made of %s", got)
	}
	out, err = exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if dep == "net" || strings.HasPrefix(dep, "net/") || dep == "os/exec" || dep == "plugin" {
			t.Errorf("the verifier holds %s", dep)
		}
	}
}
