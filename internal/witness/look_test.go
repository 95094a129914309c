package witness_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"overflight/internal/durable"
	"overflight/internal/tiles"
	"overflight/internal/witness"
	"overflight/transparency"
)

const (
	childEnv = "OVERFLIGHT_WITNESS_CHILD"
	logEnv   = "OVERFLIGHT_WITNESS_LOG"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// keyPair returns the private and public text of the witness's key.
func keyPair() (private, public string, err error) {
	return transparency.FormatKey("witness.example", transparency.Ed25519Cosignature, [32]byte{7})
}

func publicLogKey() (transparency.Key, error) {
	_, public, err := transparency.FormatKey(origin, transparency.Ed25519, [32]byte{1})
	if err != nil {
		return transparency.Key{}, err
	}
	return transparency.ParseLogKey(public)
}

func cosigning(h transparency.Holdings) (*transparency.Witness, transparency.Key, error) {
	key, err := publicLogKey()
	if err != nil {
		return nil, key, err
	}
	private, _, err := keyPair()
	if err != nil {
		return nil, key, err
	}
	c, err := transparency.ParseCosigner(private)
	if err != nil {
		return nil, key, err
	}
	w, err := transparency.NewWitness([]transparency.Key{key}, []*transparency.Cosigner{c}, h)
	return w, key, err
}

// child is a witness process: it looks at the log once for every line that it reads, and answers with
// the size that it cosigned.
func child() int {
	err := func() error {
		f, err := witness.Open(durable.OS(), os.Getenv(childEnv))
		if errors.Is(err, witness.ErrNotFound) {
			f, err = witness.Create(durable.OS(), os.Getenv(childEnv))
		}
		if err != nil {
			return err
		}
		by, key, err := cosigning(f)
		if err != nil {
			return err
		}
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			a, err := f.Look(context.Background(), by, key, os.Getenv(logEnv), noon)
			if err != nil {
				return err
			}
			fmt.Println(a.Checkpoint.Size, strings.TrimSpace(string(a.Lines)))
		}
		return nil
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func leaves(first, n uint64) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = transparency.Entry{Commitment: [32]byte{byte(first) + byte(i), byte((first + uint64(i)) >> 8)}}.Bytes()
	}
	return out
}

func newLog(t *testing.T, dir string) (*tiles.Log, tiles.Config) {
	t.Helper()
	key, signer := logKey(t)
	cfg := tiles.Config{
		Folder: filepath.Join(dir, "log"), Memory: filepath.Join(dir, "memory"), Key: key, Signer: signer,
		Interval: 100 * time.Millisecond,
	}
	l, err := tiles.Create(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l, cfg
}

func grow(t *testing.T, l *tiles.Log, batch [][]byte) transparency.SignedCheckpoint {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := l.Append(ctx, l.Size(), batch); err != nil {
		t.Fatal(err)
	}
	s, err := l.Await(ctx, l.Size())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestProcess runs the witness as a process of its own over the folder of the log, kills it after each
// answer, and attaches the answers to the log: the policy is satisfied by every one. It runs alone: a
// child that is just being started holds the locks of the tests beside it.
func TestProcess(t *testing.T) {
	dir := t.TempDir()
	l, cfg := newLog(t, dir)
	_, public, err := keyPair()
	if err != nil {
		t.Fatal(err)
	}
	k, err := transparency.ParseWitnessKey(public)
	if err != nil {
		t.Fatal(err)
	}
	text, err := transparency.FormatPolicy(cfg.Key, []transparency.PolicyWitness{{Name: "w", Key: k}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := transparency.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "witness")
	for range 4 {
		s := grow(t, l, leaves(l.Size(), 300))
		size, line := asked(t, own, cfg.Folder)
		if size != s.Size {
			t.Fatalf("cosigned size %d, published %d", size, s.Size)
		}
		_, v, err := l.Attach(t.Context(), policy, s.Raw(), []byte(line+"\n"))
		if err != nil || !v.OK() {
			t.Fatalf("size %d: %v %v", size, err, v.Err())
		}
	}
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	// The log begins again, with the same key: the witness, killed four times, has not forgotten.
	fork, forked := newLog(t, filepath.Join(t.TempDir()))
	other := leaves(0, 1200)
	other[1000] = leaves(5000, 1)[0]
	grow(t, fork, other)
	f, err := witness.Open(durable.OS(), own)
	if err != nil {
		t.Fatal(err)
	}
	by, key, err := cosigning(f)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(want transparency.Code) {
		t.Helper()
		var e *transparency.InconsistencyError
		_, err := f.Look(t.Context(), by, key, forked.Folder, noon)
		if !errors.As(err, &e) || e.Code() != want {
			t.Fatalf("%s: %v", want, err)
		}
		if _, err := f.Look(t.Context(), by, key, cfg.Folder, noon); err != nil {
			t.Fatalf("the history that it knows: %v", err)
		}
	}
	refused(transparency.CodeFork)
	grow(t, fork, leaves(1200, 100))
	refused(transparency.CodeConsistency)
	if err := fork.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	fork, forked = newLog(t, t.TempDir())
	grow(t, fork, leaves(0, 300))
	refused(transparency.CodeRollback)
	if err := fork.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(own, "inconsistent-*.newer"))
	if err != nil || len(kept) != 3 {
		t.Fatalf("kept %v", kept)
	}
	for _, name := range kept {
		for _, half := range []string{name, strings.TrimSuffix(name, "newer") + "older"} {
			b, err := os.ReadFile(half)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := transparency.ParseUnverified(b); err != nil {
				t.Errorf("%s: %v", half, err)
			}
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// asked starts a witness, has it look once, kills it, and returns what it said.
func asked(t *testing.T, own, log string) (size uint64, line string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+own, logEnv+"="+log)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(in, "look"); err != nil {
		t.Fatal(err)
	}
	answer, readErr := bufio.NewReader(out).ReadString('\n')
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || readErr != nil {
		t.Fatalf("the witness said %q: %v, %v", answer, readErr, err)
	}
	number, line, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if size, err = strconv.ParseUint(number, 10, 64); err != nil {
		t.Fatal(err)
	}
	return size, line
}
