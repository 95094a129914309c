package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"overflight/geodesy"
)

// overflight is the real command for the stories.
func overflight() {
	os.Exit(run(context.Background(), os.Args[1:], terminal{out: os.Stdout, err: os.Stderr, getenv: os.Getenv}))
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"overflight": overflight})
}

// TestStories runs the command as a user does. A story is one file: what is typed, what is expected,
// and the files that it needs.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") == "1",
		Setup: func(e *testscript.Env) error {
			examples, err := filepath.Abs("../../examples")
			if err != nil {
				return err
			}
			e.Setenv("EXAMPLES", examples)
			e.Setenv("LANG", "C")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"damage": damage,
		},
	})
}

// damage copies a file and changes it: `damage FROM TO cut N` keeps N bytes, `flip N` turns a bit of the
// byte at N, `hex BYTES` writes these bytes alone.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: damage FROM TO cut|flip|append N")
	}
	b := []byte(ts.ReadFile(args[0]))
	switch args[2] {
	case "cut":
		b = b[:number(ts, args[3])]
	case "flip":
		b[number(ts, args[3])] ^= 0x10
	case "bytes":
		b = nil
		for s := range strings.SplitSeq(args[3], ",") {
			b = append(b, byte(number(ts, s)))
		}
	default:
		ts.Fatalf("no damage called %s", args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

func number(ts *testscript.TestScript, s string) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			ts.Fatalf("%q is no number", s)
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func TestSpeeds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]geodesy.Speed{
		"240kt": 240 * geodesy.Knot, "240": 240 * geodesy.Knot, "120 m/s": 120, "450km/h": 125, "36KMH": 10, "": 0,
	} {
		if got, err := parseSpeed(in); err != nil || got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("parseSpeed(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"fast", "-3kt", "0", "NaN", "Inf", "1e9kt"} {
		if _, err := parseSpeed(in); err == nil {
			t.Errorf("%q is taken as a speed", in)
		}
	}
}

// TestEveryCommandSpeaksSpanish: no help text falls back to a key.
func TestEveryCommandSpeaksSpanish(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "account", "inspect", "simulate", "version"} {
		for _, lang := range []string{"en", "es"} {
			var out, err bytes.Buffer
			args := append(strings.Fields(command), "--help", "--lang", lang)
			if code := run(t.Context(), args, terminal{out: &out, err: &err, getenv: func(string) string { return "" }}); code != exitOK {
				t.Errorf("%v: exit %d: %s", args, code, err.String())
			}
			if strings.Contains(out.String(), "help.") {
				t.Errorf("%v: %s", args, out.String())
			}
		}
	}
}
