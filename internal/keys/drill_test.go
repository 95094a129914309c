package keys

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/transparency"
)

const passphrase = "a passphrase that two people share"

// TestDrill does the drill of docs/keys.md, step by step, as it is written there.
func TestDrill(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```drill\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 5 {
		t.Fatalf("%d steps in the drill", len(blocks))
	}
	d := drill{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(d.dir, "medium"), 0o700); err != nil {
		t.Fatal(err)
	}
	var first string
	for _, b := range blocks {
		lines := strings.Split(strings.TrimSuffix(b[1], "\n"), "\n")
		for i := 0; i < len(lines); {
			line := lines[i]
			fails, command := line[0] == '!', line[2:]
			var want []string
			for i++; i < len(lines) && lines[i][0] != '$' && lines[i][0] != '!'; i++ {
				want = append(want, lines[i])
			}
			out, err := d.do(t, command)
			if (err != nil) != fails {
				t.Fatalf("%s: %v", line, err)
			}
			if err != nil {
				out = err.Error()
			}
			// The document names its folders without the test's.
			out = strings.TrimSpace(strings.ReplaceAll(out, d.dir+"/", ""))
			if !matches(out, strings.Join(want, "\n")) {
				t.Fatalf("%s\nprinted %q\nwritten %q", line, out, want)
			}
			if strings.HasPrefix(out, "log ") {
				if first == "" {
					first = out
				}
				if out != first {
					t.Fatalf("%s: %s is not %s", line, out, first)
				}
			}
		}
	}
	// The key that came back signs what the public key of the first step verifies.
	k, err := Open(filepath.Join(d.dir, "keys"), Log)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := k.Signer()
	if err != nil {
		t.Fatal(err)
	}
	signed, err := transparency.Checkpoint{Origin: k.Public().Name(), Root: transparency.Root(nil)}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(strings.TrimPrefix(first, "log "))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
}

// matches compares with what is written, where … stands for anything in a line.
func matches(out, written string) bool {
	parts := strings.Split(written, "…")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(out)
}

type drill struct{ dir string }

func (d drill) do(t *testing.T, command string) (string, error) {
	t.Helper()
	command, wrong := strings.CutSuffix(command, " (wrong passphrase)")
	args := strings.Fields(command)
	path := func(name string) string { return filepath.Join(d.dir, name) }
	switch {
	case args[0] == "rm" && args[1] == "-r":
		return "", os.RemoveAll(path(args[2]))
	case args[0] == "chmod":
		mode, err := strconv.ParseUint(args[1], 8, 32)
		if err != nil {
			t.Fatal(err)
		}
		return "", os.Chmod(path(args[2]), os.FileMode(mode))
	case args[0] == "overflight" && args[1] == "key":
		args = args[2:]
	default:
		t.Fatalf("the drill says %q", command)
	}
	for i, a := range args {
		if strings.HasPrefix(a, "medium/") {
			args[i] = path(a)
		}
	}
	var out bytes.Buffer
	err := Run(Console{
		Folder: path("keys"), Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Out: &out, work: 10,
		Passphrase: func(string) (string, error) {
			if wrong {
				return "another passphrase altogether", nil
			}
			return passphrase, nil
		},
	}, args)
	return out.String(), err
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"create"}, {"create", "log"}, {"show", "log"}, {"export", "log"}, {"print", "log"}} {
		if err := Run(Console{Folder: t.TempDir()}, args); !errors.Is(err, ErrUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
