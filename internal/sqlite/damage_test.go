package sqlite

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// closedFile is a file of read models as it lies on the disk, and its dump.
func closedFile(t testing.TB, seed uint64, steps int) ([]byte, string, *author) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "m.db")
	a := newAuthor(seed)
	a.write(steps)
	m := open(t, file)
	apply(t, m, a.events)
	dump := dumpOf(t, m)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file + "-wal"); err == nil {
		t.Fatal("a closed file has a log")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b, dump, a
}

// outcome opens a file with these bytes: it is refused, emptied as of an older version, or all there.
func outcome(t *testing.T, b []byte, want string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "m.db")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(context.Background(), Config{File: file, Ledger: "LEDGER"})
	var version *VersionError
	switch {
	case errors.Is(err, ErrDamaged):
		if !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "rebuild") || strings.Contains(err.Error(), "\n") {
			t.Errorf("refused in other words: %q", err)
		}
		if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, b) {
			t.Error("the damaged file was changed")
		}
		return "damaged"
	case errors.As(err, &version):
		return "version"
	case err != nil:
		t.Errorf("refused without a name: %v", err)
		return "error"
	}
	defer func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	if m.Created() {
		return "older"
	}
	if d := difference(want, dumpOf(t, m)); d != "" {
		t.Errorf("opened and not the same: %s", d)
	}
	return "whole"
}

func TestFlippedBit(t *testing.T) {
	t.Parallel()
	b, dump, _ := closedFile(t, 31, 40)
	random := rand.New(rand.NewPCG(31, 2))
	seen := map[string]int{}
	flip := func(i int, bit byte) {
		c := bytes.Clone(b)
		c[i] ^= bit
		got := outcome(t, c, dump)
		seen[got]++
		if t.Failed() {
			t.Fatalf("byte %d of %d bit %d: %s", i, len(b), bit, got)
		}
	}
	header, rest := 8, 28
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		header, rest = 200, 5000
	}
	for range header {
		flip(random.IntN(100), 1<<random.IntN(8))
	}
	for range rest {
		flip(random.IntN(len(b)), 1<<random.IntN(8))
	}
	t.Logf("%d bytes: %v", len(b), seen)
	if seen["damaged"] < rest/8 {
		t.Errorf("hardly anything was noticed: %v", seen)
	}
}

func TestFlippedValue(t *testing.T) {
	t.Parallel()
	// Every text of a value is in the file in one or more places: none of them may change unnoticed.
	b, dump, _ := closedFile(t, 36, 120)
	for _, text := range []string{"TROY", "outside-area", "klv.checksum", "court", "udp://127.0.0.1:5001"} {
		n := 0
		for i := 0; ; n++ {
			k := bytes.Index(b[i:], []byte(text))
			if k < 0 || n == 4 {
				break
			}
			c := bytes.Clone(b)
			c[i+k+1] ^= 4
			if got := outcome(t, c, dump); got != "damaged" && got != "whole" {
				t.Errorf("%s at %d: %s", text, i+k, got)
			}
			i += k + 1
		}
		if n == 0 {
			t.Errorf("%s is nowhere in the file", text)
		}
	}
}

func TestTruncatedFile(t *testing.T) {
	t.Parallel()
	b, dump, _ := closedFile(t, 33, 60)
	for _, n := range []int{1, 100, 512, 8192, len(b) / 2, len(b) - 8192, len(b) - 1} {
		if got := outcome(t, b[:n], dump); got != "damaged" {
			t.Errorf("%d of %d bytes: %s", n, len(b), got)
		}
	}
	zeroed := bytes.Clone(b)
	clear(zeroed[3*8192 : 4*8192])
	if got := outcome(t, zeroed, dump); got != "damaged" && got != "whole" {
		t.Errorf("a page of zeros: %s", got)
	}
}

func TestRebuildAfterDamage(t *testing.T) {
	t.Parallel()
	b, dump, a := closedFile(t, 34, 100)
	file := filepath.Join(t.TempDir(), "m.db")
	b[bytes.Index(b, []byte("klv.checksum"))+2] ^= 1
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{File: file}); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	if err := Remove(file); err != nil {
		t.Fatal(err)
	}
	m := open(t, file)
	apply(t, m, a.events)
	if d := difference(dump, dumpOf(t, m)); d != "" {
		t.Error(d)
	}
}

// TestDamageWhileOpen: what is damaged after it was verified is not shown either.
func TestDamageWhileOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b, _, _ := closedFile(t, 35, 100)
	file := filepath.Join(t.TempDir(), "m.db")
	n := 0
	for ; bytes.Contains(b, []byte("klv.checksum")); n++ { // the code stands in the table and in its index
		b[bytes.Index(b, []byte("klv.checksum"))] ^= 1
	}
	if n < 2 {
		t.Fatal("nothing was damaged")
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(ctx, Config{File: file, Ledger: "LEDGER", Unverified: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	if err := m.Verify(ctx); !errors.Is(err, ErrDamaged) {
		t.Errorf("verify: %v", err)
	}
	if err := m.Dump(ctx, &bytes.Buffer{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("dump: %v", err)
	}
}
