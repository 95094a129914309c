package tiles_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/tiles"
	"overflight/transparency"
)

const origin = "example.org/overflight/log"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// leaf is the message of a ledger that everybody in these tests knows.
func leaf(index uint64) []byte {
	return transparency.Entry{Commitment: sha256.Sum256(fmt.Appendf(nil, "leaf %d", index))}.Bytes()
}

// ledger holds the first end messages.
type ledger struct {
	end     uint64
	replace map[uint64][]byte // by sequence
}

func (l ledger) Last(context.Context) (uint64, error) { return l.end, nil }

func (l ledger) Read(ctx context.Context, first uint64, limit int) ([][]byte, error) {
	var out [][]byte
	for s := first; s <= l.end && len(out) < limit; s++ {
		if m, ok := l.replace[s]; ok {
			out = append(out, m)
			continue
		}
		out = append(out, leaf(s-1))
	}
	if len(out) == 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return out, nil
}

func seeded(t testing.TB, name string, a transparency.Algorithm, seed byte) (private, public string) {
	t.Helper()
	private, public, err := transparency.FormatKey(name, a, [32]byte{seed})
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func config(t testing.TB, dir string) tiles.Config {
	t.Helper()
	private, public := seeded(t, origin, transparency.Ed25519, 1)
	return configOf(t, dir, private, public)
}

func configOf(t testing.TB, dir, private, public string) tiles.Config {
	t.Helper()
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return tiles.Config{
		Folder: filepath.Join(dir, "log"), Memory: filepath.Join(dir, "memory"),
		Key: key, Signer: signer,
		Interval: 100 * time.Millisecond,
	}
}

func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func leaves(first, n uint64) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = leaf(first + uint64(i))
	}
	return out
}

// grown makes a log of n leaves, closed and signed.
func grown(t testing.TB, n uint64) tiles.Config {
	t.Helper()
	cfg := config(t, t.TempDir())
	ctx := within(t)
	l, err := tiles.Create(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append(ctx, 0, leaves(0, n)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func opened(t testing.TB, cfg tiles.Config) *tiles.Log {
	t.Helper()
	l, err := tiles.Open(within(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(within(t)); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestCreateIsNotOpen(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	cfg := config(t, t.TempDir())
	if _, err := tiles.Open(ctx, cfg); !errors.Is(err, tiles.ErrNoMemory) {
		t.Fatalf("Open of nothing: %v", err)
	}
	if _, err := os.Stat(cfg.Folder); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("Open made a folder: %v", err)
	}
	l, err := tiles.Create(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tiles.Open(ctx, cfg); err == nil {
		t.Fatal("a log was opened twice")
	}
	if err := l.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := tiles.Create(ctx, cfg); !errors.Is(err, tiles.ErrExists) {
		t.Fatalf("Create over a log: %v", err)
	}
	// A Create over tiles whose memory was lost would begin a second history.
	if err := os.RemoveAll(cfg.Memory); err != nil {
		t.Fatal(err)
	}
	if _, err := tiles.Create(ctx, cfg); !errors.Is(err, tiles.ErrExists) {
		t.Fatalf("Create over a log without memory: %v", err)
	}
	if _, err := tiles.Open(ctx, cfg); !errors.Is(err, tiles.ErrNoMemory) {
		t.Fatalf("Open of a log without memory: %v", err)
	}
}

func TestRefusedConfigurations(t *testing.T) {
	t.Parallel()
	good := config(t, t.TempDir())
	other, _ := seeded(t, origin, transparency.Ed25519, 2)
	stranger, err := note.NewSigner(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*tiles.Config){
		"no folder":      func(c *tiles.Config) { c.Folder = "" },
		"no memory":      func(c *tiles.Config) { c.Memory = "" },
		"one folder":     func(c *tiles.Config) { c.Memory = c.Folder },
		"short interval": func(c *tiles.Config) { c.Interval = time.Millisecond },
		"no key":         func(c *tiles.Config) { c.Key = transparency.Key{} },
		"no signer":      func(c *tiles.Config) { c.Signer = nil },
		"other signer":   func(c *tiles.Config) { c.Signer = stranger },
	} {
		cfg := good
		change(&cfg)
		if _, err := tiles.Create(within(t), cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	l := opened(t, grown(t, 3))
	var order *tiles.OrderError
	if err := l.Append(ctx, 2, leaves(2, 1)); !errors.As(err, &order) || order.Want != 3 {
		t.Errorf("an index twice: %v", err)
	}
	if err := l.Append(ctx, 4, leaves(4, 1)); !errors.As(err, &order) {
		t.Errorf("an index left out: %v", err)
	}
	if err := l.Append(ctx, 3, [][]byte{leaf(3), []byte(`{"flight":7}`)}); err == nil {
		t.Error("a leaf that is no commitment was entered")
	}
	if got := l.Size(); got != 3 {
		t.Errorf("size %d after refusals", got)
	}
	if err := l.Append(ctx, 3, leaves(3, 2)); err != nil {
		t.Error(err)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	cfg := grown(t, 700)
	l := opened(t, cfg)
	ctx, stop := context.WithCancel(within(t))
	done := make(chan error, 1)
	go func() { done <- l.Tail(ctx, ledger{end: 1500}) }()
	s, err := l.Await(ctx, 1500)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	checkLeaves(t, l, s)

	var short *tiles.LedgerShortError
	if err := l.Tail(within(t), ledger{end: 1499}); !errors.As(err, &short) || short.Ledger != 1499 || short.Tree != 1500 {
		t.Errorf("a ledger that lost its end: %v", err)
	}
	var other *tiles.LedgerLeafError
	changed := ledger{end: 1600, replace: map[uint64][]byte{1400: leaf(7)}}
	if err := l.Tail(within(t), changed); !errors.As(err, &other) || other.Sequence != 1400 {
		t.Errorf("a ledger with another message: %v", err)
	}
	if l.Size() != 1500 {
		t.Errorf("size %d", l.Size())
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	l := opened(t, grown(t, 1))
	var sizes []uint64
	enough := errors.New("enough")
	err := l.Watch(ctx, func(ctx context.Context, s transparency.SignedCheckpoint) error {
		if s.Size < l.Size() {
			return nil // overtaken by the rest of what was added
		}
		sizes = append(sizes, s.Size)
		if s.Size == 21 {
			return enough
		}
		return l.Append(ctx, s.Size, leaves(s.Size, 10))
	})
	if !errors.Is(err, enough) || fmt.Sprint(sizes) != "[1 11 21]" {
		t.Fatalf("%v: %v", sizes, err)
	}
}

// checkLeaves holds every leaf and the root against the ledger that everybody knows.
func checkLeaves(t testing.TB, l *tiles.Log, s transparency.SignedCheckpoint) {
	t.Helper()
	var own transparency.Tree
	for own.Size() < s.Size {
		got, err := l.Leaves(within(t), s.Checkpoint, own.Size(), 256)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range got {
			if string(b) != string(leaf(own.Size())) {
				t.Fatalf("leaf %d is not the message of sequence %d", own.Size(), own.Size()+1)
			}
			own.Append(transparency.LeafHash(b))
		}
	}
	if own.Root() != s.Root {
		t.Fatalf("root of the leaves %s, signed %s", own.Root(), s.Root)
	}
}
