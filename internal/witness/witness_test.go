package witness_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"overflight/evidence"
	"overflight/internal/durable"
	"overflight/internal/witness"
	"overflight/transparency"
)

const origin = "example.org/overflight/log"

func logKey(t testing.TB) (transparency.Key, note.Signer) {
	t.Helper()
	private, public, err := transparency.FormatKey(origin, transparency.Ed25519, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return key, signer
}

func signed(t testing.TB, size uint64) []byte {
	t.Helper()
	_, signer := logKey(t)
	b, err := transparency.Checkpoint{Origin: origin, Size: size, Root: evidence.Digest{byte(size)}}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHoldings(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "witness")
	if _, err := witness.Open(durable.OS(), dir); !errors.Is(err, witness.ErrNotFound) {
		t.Fatalf("Open of nothing: %v", err)
	}
	w, err := witness.Create(durable.OS(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := witness.Open(durable.OS(), dir); !errors.Is(err, durable.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	if _, err := w.Latest(ctx, origin); !errors.Is(err, transparency.ErrNotFound) {
		t.Errorf("held before anything was: %v", err)
	}
	one, two := signed(t, 1), signed(t, 2)
	if err := w.Replace(ctx, origin, one, two); !errors.Is(err, transparency.ErrConflict) {
		t.Errorf("replaced what is not held: %v", err)
	}
	if err := w.Replace(ctx, origin, []byte{}, one); !errors.Is(err, transparency.ErrConflict) {
		t.Errorf("an empty note taken for none: %v", err)
	}
	if err := w.Replace(ctx, "example.org/other", nil, one); err == nil {
		t.Error("held under another origin")
	}
	for _, step := range [][2][]byte{{nil, one}, {one, two}, {two, two}} {
		if err := w.Replace(ctx, origin, step[0], step[1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, old := range [][]byte{nil, one} {
		if err := w.Replace(ctx, origin, old, two); !errors.Is(err, transparency.ErrConflict) {
			t.Errorf("replaced what is no longer held: %v", err)
		}
	}
	if err := w.Replace(ctx, origin, two, one); !errors.Is(err, transparency.ErrConflict) {
		t.Errorf("went back: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := witness.Create(durable.OS(), dir); !errors.Is(err, witness.ErrExists) {
		t.Errorf("made twice: %v", err)
	}
	again, err := witness.Open(durable.OS(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := again.Latest(ctx, origin); err != nil || string(b) != string(two) {
		t.Errorf("held after reopening: %v", err)
	}
	if l := again.Logs(); len(l) != 1 || l[0] != origin {
		t.Errorf("logs %v", l)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamage damages each file of the folder: it is healed from the other copy and named, or the
// witness does not open. It never forgets.
func TestDamage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	two := signed(t, 2)
	made := func() (string, []string) {
		dir := filepath.Join(t.TempDir(), "witness")
		w, err := witness.Create(durable.OS(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Replace(ctx, origin, nil, two), w.Close()); err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(dir, "*.[12]"))
		if err != nil || len(names) != 2 {
			t.Fatalf("%v %v", names, err)
		}
		return dir, names
	}
	damages := map[string]func(string) error{
		"flipped": func(name string) error {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			b[len(b)/2] ^= 1
			return os.WriteFile(name, b, 0o600)
		},
		"truncated": func(name string) error { return os.Truncate(name, 70) },
		"empty":     func(name string) error { return os.Truncate(name, 0) },
		"missing":   os.Remove,
	}
	for how, damage := range damages {
		for i := range 2 {
			dir, names := made()
			if err := damage(names[i]); err != nil {
				t.Fatal(err)
			}
			w, err := witness.Open(durable.OS(), dir)
			if err != nil {
				t.Fatalf("%s copy %d: %v", how, i+1, err)
			}
			if h := w.Healed(); len(h) != 1 || h[0].File != names[i] {
				t.Errorf("%s copy %d: healed %v", how, i+1, h)
			}
			if b, err := w.Latest(ctx, origin); err != nil || string(b) != string(two) {
				t.Errorf("%s copy %d: %v", how, i+1, err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if w, err = witness.Open(durable.OS(), dir); err != nil || len(w.Healed()) != 0 {
				t.Errorf("%s copy %d: not healed: %v", how, i+1, err)
			}
		}
		dir, names := made()
		if err := errors.Join(damage(names[0]), damage(names[1])); err != nil {
			t.Fatal(err)
		}
		var d *witness.DamageError
		if _, err := witness.Open(durable.OS(), dir); !errors.As(err, &d) || d.File != names[0] {
			t.Errorf("%s copies: %v", how, err)
		}
		dir, _ = made()
		if err := damage(filepath.Join(dir, "logs")); err != nil {
			t.Fatal(err)
		}
		if _, err := witness.Open(durable.OS(), dir); err == nil {
			t.Errorf("%s list: opened", how)
		}
		if _, err := witness.Create(durable.OS(), dir); !errors.Is(err, witness.ErrExists) {
			t.Errorf("%s list: made again: %v", how, err)
		}
	}
}

// TestPowerLoss fails or stops the machine at every write point of three updates, with every kind of
// loss: what was answered for is held after, or something newer.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	const steps = 3
	run := func(f *durable.Faulty) (made bool, acked uint64) {
		w, err := witness.Create(f.FS(), "/witness")
		if err != nil {
			return false, 0
		}
		var held []byte
		for size := uint64(1); size <= steps; size++ {
			next := signed(t, size)
			if w.Replace(context.Background(), origin, held, next) != nil {
				break
			}
			held, acked = next, size
		}
		_ = w.Close() // the machine may have stopped
		return true, acked
	}
	whole := durable.NewFaulty()
	whole.Plan(0, durable.CrashBefore, nil)
	if _, acked := run(whole); acked != steps {
		t.Fatalf("%d updates without a fault", acked)
	}
	points := whole.Points()
	for _, fault := range []durable.Fault{durable.CrashBefore, durable.CrashAfter, durable.FailBefore, durable.FailAfter, durable.ShortWrite} {
		for _, loss := range []durable.Loss{durable.LoseNothing, durable.LosePower, durable.LoseSome} {
			for n := 1; n <= points; n++ {
				at := fmt.Sprintf("fault %d, loss %d, point %d of %d", fault, loss, n, points)
				f := durable.NewFaulty()
				f.Plan(n, fault, nil)
				made, acked := run(f)
				f.Restart(loss, uint64(n))
				w, err := witness.Open(f.FS(), "/witness")
				if !made && errors.Is(err, witness.ErrNotFound) {
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v", at, err)
				}
				b, err := w.Latest(context.Background(), origin)
				switch {
				case errors.Is(err, transparency.ErrNotFound) && acked == 0:
					continue
				case err != nil:
					t.Fatalf("%s: %v", at, err)
				}
				s, err := transparency.ParseUnverified(b)
				if err != nil || s.Size < acked || s.Size > acked+1 {
					t.Fatalf("%s: %d was answered for, %d is held: %v", at, acked, s.Size, err)
				}
				if s.Size < steps {
					if err := w.Replace(context.Background(), origin, b, signed(t, s.Size+1)); err != nil {
						t.Fatalf("%s: going on: %v", at, err)
					}
				}
			}
		}
	}
}

func TestKeepOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "witness")
	w, err := witness.Create(durable.OS(), dir)
	if err != nil {
		t.Fatal(err)
	}
	older, err := transparency.ParseUnverified(signed(t, 5))
	if err != nil {
		t.Fatal(err)
	}
	newer, err := transparency.ParseUnverified(signed(t, 4))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Keep(&transparency.InconsistencyError{Older: older, Newer: newer}); err != nil {
			t.Fatal(err)
		}
	}
	names, err := fs.Glob(os.DirFS(dir), "inconsistent-*")
	if err != nil || len(names) != 2 {
		t.Errorf("kept %v", names)
	}
}
