package seeds_test

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"

	"overflight/internal/durable"
	"overflight/internal/seeds"
	"overflight/release"
)

var folders = [2]string{"/a", "/b"}

func open(t *testing.T, m *durable.Faulty) *seeds.Store {
	t.Helper()
	s, err := seeds.Open(seeds.Config{Folders: folders, FS: m.FS()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var seed = release.Seed(bytes.Repeat([]byte{0xA5}, 32))

// TestEveryWritePoint fails and crashes at every step of keeping and of destroying: what was kept is there, and what was being destroyed
// is given to nobody and in no file once the program has begun again.
func TestEveryWritePoint(t *testing.T) {
	t.Parallel()
	for _, fault := range []durable.Fault{durable.CrashBefore, durable.CrashAfter, durable.FailBefore, durable.FailAfter, durable.ShortWrite} {
		for _, loss := range []durable.Loss{durable.LoseNothing, durable.LosePower, durable.LoseSome} {
			for point := 1; ; point++ {
				m := durable.NewFaulty()
				s := open(t, m)
				m.Plan(point, fault, nil)
				kept := s.Put("R-1", seed) == nil
				destroyed := kept && s.Destroy("R-1") == nil
				done := m.Points() < point
				m.Restart(loss, uint64(point))
				s = open(t, m)
				got, err := s.Get("R-1")
				switch {
				case destroyed && !errors.Is(err, seeds.ErrDestroyed):
					t.Fatalf("fault %d at %d, loss %d: destroyed, and then %v", fault, point, loss, err)
				case kept && err != nil && !errors.Is(err, seeds.ErrDestroyed):
					t.Fatalf("fault %d at %d, loss %d: kept, and then %v", fault, point, loss, err)
				case err == nil && got != seed:
					t.Fatalf("fault %d at %d, loss %d: another seed", fault, point, loss)
				}
				if errors.Is(err, seeds.ErrDestroyed) {
					for _, f := range m.Files() {
						if b, _ := m.Contents(f); bytes.Contains(b, seed[:8]) {
							t.Fatalf("fault %d at %d, loss %d: %s still has it", fault, point, loss, f)
						}
					}
				}
				if done {
					break
				}
			}
		}
	}
}

// TestOneCopyHealsTheOther: any byte of one copy may be another; of both it is damage, and named.
func TestOneCopyHealsTheOther(t *testing.T) {
	t.Parallel()
	for i := range 45 {
		m := durable.NewFaulty()
		s := open(t, m)
		if err := s.Put("R-1", seed); err != nil {
			t.Fatal(err)
		}
		turn := func(b []byte) []byte {
			b = slices.Clone(b)
			b[i%len(b)] ^= 1
			return b
		}
		m.Alter(folders[i%2]+"/R-1.seed", turn)
		if got, err := s.Get("R-1"); err != nil || got != seed {
			t.Fatalf("%d: %v", i, err)
		}
		a, _ := m.Contents("/a/R-1.seed")
		b, _ := m.Contents("/b/R-1.seed")
		if !bytes.Equal(a, b) {
			t.Fatalf("%d: the copies differ", i)
		}
		m.Alter("/a/R-1.seed", turn)
		m.Alter("/b/R-1.seed", turn)
		if _, err := s.Get("R-1"); !errors.Is(err, seeds.ErrDamaged) {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

func TestBad(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	s := open(t, m)
	if err := s.Put("../R-1", seed); err == nil {
		t.Error("a name with a path")
	}
	if _, err := s.Get("R-1"); !errors.Is(err, seeds.ErrNotFound) {
		t.Error(err)
	}
	if err := errors.Join(s.Put("R-1", seed), s.Put("R-1", seed)); err != nil {
		t.Error(err)
	}
	if err := s.Put("R-1", release.Seed{1}); !errors.Is(err, seeds.ErrExists) {
		t.Error(err)
	}
	if err := errors.Join(s.Destroy("R-1"), s.Destroy("R-1")); err != nil {
		t.Error(err)
	}
	if err := s.Put("R-1", seed); !errors.Is(err, seeds.ErrDestroyed) {
		t.Error(err)
	}
	for name, want := range map[string]bool{"/a/R-1.seed": false, "/b/R-1.seed": false, "/a/R-1.destroyed": true} {
		if mode, ok := m.Perm(name); ok != want || ok && mode != 0o600 {
			t.Errorf("%s: %v %o", name, ok, mode)
		}
	}
}

// TestReadWhileDestroyed: who puts a lost copy right while the seed is destroyed does not bring it back.
func TestReadWhileDestroyed(t *testing.T) {
	t.Parallel()
	for n := range 300 {
		m := durable.NewFaulty()
		s := open(t, m)
		if err := s.Put("R-1", seed); err != nil {
			t.Fatal(err)
		}
		var read sync.WaitGroup
		for range 4 {
			read.Go(func() {
				for range 20 {
					_, _ = s.Get("R-1") // destroyed by now, or not
				}
			})
		}
		if err := s.Destroy("R-1"); err != nil {
			t.Fatal(err)
		}
		read.Wait()
		for _, f := range m.Files() {
			if b, _ := m.Contents(f); bytes.Contains(b, seed[:8]) {
				t.Fatalf("%d: %s still has it", n, f)
			}
		}
	}
}
