package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// killSteps is the length of the story that the killed process applies.
const killSteps = 400

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if file := os.Getenv("OVERFLIGHT_SQLITE_VICTIM"); file != "" {
		if err := victim(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// victim applies what is missing of the story in pieces and says so after each.
func victim(file string) error {
	ctx := context.Background()
	seed, err := strconv.ParseUint(os.Getenv("OVERFLIGHT_SQLITE_SEED"), 10, 64)
	if err != nil {
		return err
	}
	a := newAuthor(seed)
	a.write(killSteps)
	m, err := Open(ctx, Config{File: file, Ledger: "LEDGER"})
	if err != nil {
		return err
	}
	rest, err := remaining(m, a.events)
	for err == nil && len(rest) > 0 {
		n := min(len(rest), 100)
		if err = m.Apply(ctx, rest[:n]); err == nil {
			rest = rest[n:]
			_, err = fmt.Println("applied")
		}
		if err == nil && len(rest) <= 100 {
			// The end is left to the test: it comes with the kill, or when the test is gone.
			_, err = io.Copy(io.Discard, os.Stdin)
			break
		}
	}
	return err // without Close: what is not committed must not matter
}

func remaining(m *Models, events []Positioned) ([]Positioned, error) {
	at, err := m.Positions(context.Background())
	var rest []Positioned
	for _, e := range events {
		if e.Sequence > at[e.Stream] {
			rest = append(rest, e)
		}
	}
	return rest, err
}

func TestKilled(t *testing.T) {
	t.Parallel()
	rounds := 3
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		rounds = 20
	}
	for seed := range uint64(rounds) {
		a := newAuthor(seed)
		a.write(killSteps)
		whole := fresh(t)
		apply(t, whole, a.events)
		want := dumpOf(t, whole)

		file := filepath.Join(t.TempDir(), "m.db")
		random := rand.New(rand.NewPCG(seed, 9))
		cut(t, file, seed, 1+random.IntN(5))
		if os.Getenv("OVERFLIGHT_SOAK") == "1" {
			cut(t, file, seed, 1+random.IntN(3))
		}
		m := open(t, file) // verified
		rest, err := remaining(m, a.events)
		if err != nil {
			t.Fatal(err)
		}
		if len(rest) == 0 || len(rest) == len(a.events) {
			t.Errorf("seed %d: the kill cut nothing: %d of %d events are missing", seed, len(rest), len(a.events))
		}
		t.Logf("seed %d: %d of %d events after the kills", seed, len(a.events)-len(rest), len(a.events))
		apply(t, m, rest)
		if d := difference(want, dumpOf(t, m)); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

// cut starts the victim and kills it when it has said so many times that something is applied: it is then busy with
// what comes next.
func cut(t *testing.T, file string, seed uint64, after int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), "OVERFLIGHT_SQLITE_VICTIM="+file, "OVERFLIGHT_SQLITE_SEED="+strconv.FormatUint(seed, 10))
	c.Stderr = os.Stderr
	if _, err := c.StdinPipe(); err != nil { // open until Wait
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; n < after && lines.Scan(); n++ {
	}
	if err := c.Process.Kill(); err != nil && err != os.ErrProcessDone { //nolint:errorlint // returned as it is
		t.Error(err)
	}
	_ = c.Wait() // killed: that is the point
}
