package tiles_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"overflight/internal/tiles"
	"overflight/transparency"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func cosigner(t testing.TB, name string, seed byte) (*transparency.Cosigner, string) {
	t.Helper()
	private, public := seeded(t, name, transparency.Ed25519Cosignature, seed)
	c, err := transparency.ParseCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return c, public
}

func line(t testing.TB, c *transparency.Cosigner, s transparency.SignedCheckpoint, at time.Time) []byte {
	t.Helper()
	b, err := c.Cosign(s.Checkpoint, at)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cosigned adds one cosignature to a log that is closed.
func cosigned(t testing.TB, cfg tiles.Config) {
	t.Helper()
	w, public := cosigner(t, "witness.example", 3)
	l, err := tiles.Open(within(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Checkpoint(within(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Attach(within(t), policy(t, cfg.Key, 1, public), s.Raw(), line(t, w, s, noon)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(within(t)); err != nil {
		t.Fatal(err)
	}
}

func TestCosignatures(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	cfg := grown(t, 10)
	a, keyA := cosigner(t, "a.example", 3)
	b, keyB := cosigner(t, "b.example", 4)
	stranger, _ := cosigner(t, "c.example", 5)
	both := policy(t, cfg.Key, 2, keyA, keyB)
	l, err := tiles.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	first, err := l.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Standing(ctx, both); !errors.Is(err, transparency.ErrNotFound) {
		t.Errorf("standing without cosignatures: %v", err)
	}
	if _, _, err := l.Attach(ctx, both, first.Raw(), line(t, stranger, first, noon)); err == nil {
		t.Error("a cosignature of a stranger was kept")
	}
	other := first
	other.Size++
	if _, _, err := l.Attach(ctx, both, first.Raw(), line(t, a, other, noon)); err == nil {
		t.Error("a cosignature over another tree was kept")
	}
	_, v, err := l.Attach(ctx, both, first.Raw(), line(t, a, first, noon))
	if err != nil || v.OK() || len(v.Cosigned) != 1 {
		t.Fatalf("one of two: %v, %d cosigned", err, len(v.Cosigned))
	}
	whole, v, err := l.Attach(ctx, both, first.Raw(), line(t, b, first, noon.Add(time.Minute)))
	if err != nil || !v.OK() || len(v.Cosigned) != 2 {
		t.Fatalf("two of two: %v, %v", err, v.Err())
	}
	if _, _, err := l.Attach(ctx, both, first.Raw(), line(t, b, first, noon.Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(ctx, 10, leaves(10, 5)); err != nil {
		t.Fatal(err)
	}
	second, err := l.Await(ctx, 15)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Attach(ctx, both, second.Raw(), line(t, a, second, noon.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	check := func(l *tiles.Log) {
		t.Helper()
		st, err := l.Standing(ctx, both)
		if err != nil || string(st.Checkpoint.Raw()) != string(whole.Raw()) {
			t.Errorf("standing: %v at %d", err, st.Checkpoint.Size)
		}
		if st, err := l.Covering(ctx, both, 9); err != nil || st.Checkpoint.Size != 10 || len(st.Cosigned) != 2 {
			t.Errorf("covering leaf 9: %v", err)
		}
		if _, err := l.Covering(ctx, both, 10); !errors.Is(err, transparency.ErrNotFound) {
			t.Errorf("covering leaf 10: %v", err)
		}
		order, err := l.OrderOf(ctx, both, 12)
		if err != nil {
			t.Fatal(err)
		}
		after, ok := order.NotAfter()
		if !ok || !after.At.Equal(noon.Add(time.Hour)) {
			t.Errorf("leaf 12 not after %v", after.At)
		}
		before, ok := order.NotBefore()
		if !ok || !before.At.Equal(noon.Add(time.Minute)) {
			t.Errorf("leaf 12 not before %v", before.At)
		}
	}
	check(l)
	// A bundle's proof carries the cosignatures.
	proof, err := l.Inclusion(ctx, whole, 4)
	if err != nil {
		t.Fatal(err)
	}
	if v := transparency.Verify(both, proof, leaf(4)); !v.OK() {
		t.Error(v.Err())
	}
	if err := l.Close(ctx); err != nil {
		t.Fatal(err)
	}
	check(opened(t, cfg))
	if r, err := tiles.Verify(ctx, cfg); err != nil || r.Roots < 5 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestCosignatureOfAnotherHistory: a checkpoint that the log signed before its folder was put back to an older copy is none of its own, however
// many witnesses cosigned it.
func TestCosignatureOfAnotherHistory(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	cfg := grown(t, 10)
	a, keyA := cosigner(t, "a.example", 3)
	one := policy(t, cfg.Key, 1, keyA)
	other := cfg
	other.Folder, other.Memory = filepath.Join(t.TempDir(), "tiles"), filepath.Join(t.TempDir(), "memory")
	for from, to := range map[string]string{cfg.Folder: other.Folder, cfg.Memory: other.Memory} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	abandoned := opened(t, cfg)
	if err := abandoned.Append(ctx, 10, leaves(100, 5)); err != nil {
		t.Fatal(err)
	}
	shown, err := abandoned.Await(ctx, 15)
	if err != nil {
		t.Fatal(err)
	}
	l := opened(t, other)
	refused := func(code transparency.Code) {
		t.Helper()
		var coded transparency.Coded
		if _, _, err := l.Attach(ctx, one, shown.Raw(), line(t, a, shown, noon)); !errors.As(err, &coded) || coded.Code() != code {
			t.Errorf("at %d leaves: %v", l.Size(), err)
		}
		if s, err := l.Standing(ctx, one); !errors.Is(err, transparency.ErrNotFound) {
			t.Errorf("at %d leaves: %d cosigned", l.Size(), s.Checkpoint.Size)
		}
	}
	refused(transparency.CodeRollback)
	for _, n := range []uint64{15, 20} {
		if err := l.Append(ctx, n-5, leaves(n-5, 5)); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Await(ctx, n); err != nil {
			t.Fatal(err)
		}
		refused(map[uint64]transparency.Code{15: transparency.CodeFork, 20: transparency.CodeConsistency}[n])
	}
}

// TestCosignaturesCutShort cuts the file of cosignatures at every byte of its last record, as a crash
// would: what was acknowledged before is there. A flipped bit anywhere is damage.
func TestCosignaturesCutShort(t *testing.T) {
	t.Parallel()
	whole := grown(t, 10)
	cosigned(t, whole)
	name := filepath.Join(whole.Memory, "cosigned")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < len(b); cut += 5 {
		for _, tail := range [][]byte{nil, make([]byte, len(b)-cut)} {
			cfg := copied(t, whole)
			torn := append(append([]byte{}, b...), append(append([]byte{}, b[:cut]...), tail...)...)
			if err := os.WriteFile(filepath.Join(cfg.Memory, "cosigned"), torn, 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := tiles.Open(within(t), cfg)
			if cut > 3 && cut < 8 && tail != nil {
				// A head that is half there and half zeroes cannot be told from damage.
				if err == nil {
					t.Fatalf("cut at %d: a damaged head was taken", cut)
				}
				continue
			}
			if err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			_, public := cosigner(t, "witness.example", 3)
			if _, err := l.Standing(within(t), policy(t, cfg.Key, 1, public)); err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			if err := l.Close(within(t)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for at := 0; at < len(b); at += 11 {
		bad := append([]byte{}, b...)
		bad[at] ^= 4
		if err := os.WriteFile(name, append(bad, b...), 0o600); err != nil {
			t.Fatal(err)
		}
		var d *tiles.DamageError
		if _, err := tiles.Verify(context.Background(), whole); !errors.As(err, &d) || d.File != name {
			t.Fatalf("flipped at %d: %v", at, err)
		}
	}
}
