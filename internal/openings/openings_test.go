package openings_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"overflight/internal/durable"
	"overflight/internal/openings"
)

var folders = [2]string{"/a", "/b"}

func config(m *durable.Faulty) openings.Config { return openings.Config{Folders: folders, FS: m.FS()} }

// records are openings that follow from their number.
func records(from, n int) []openings.Record {
	out := make([]openings.Record, n)
	for i := range out {
		k := from + i
		out[i] = openings.Record{Event: uint64(k%3) * uint64(k), Opening: []byte(fmt.Sprintf("opening %d %s", k, bytes.Repeat([]byte{byte(k)}, k%50)))}
	}
	return out
}

// check holds a store to the first n records.
func check(t *testing.T, s *openings.Store, n int) {
	t.Helper()
	if s.Count() != uint64(n) {
		t.Fatalf("%d records, want %d", s.Count(), n)
	}
	for i, want := range records(0, n) {
		got, err := s.At(uint64(i))
		if err != nil || got.Event != want.Event || !bytes.Equal(got.Opening, want.Opening) {
			t.Fatalf("record %d: %+v, %v", i, got, err)
		}
		if e, err := s.Event(uint64(i)); err != nil || e != want.Event {
			t.Fatalf("event of %d: %d, %v", i, e, err)
		}
	}
	if _, err := s.At(uint64(n)); !errors.Is(err, openings.ErrNotFound) {
		t.Fatal(err)
	}
}

func create(t *testing.T, m *durable.Faulty) *openings.Store {
	t.Helper()
	s, err := openings.Create(config(m))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryWritePoint fails and crashes at every step of making and appending: what was acknowledged is there, in order,
// and nothing else but what was being appended.
func TestEveryWritePoint(t *testing.T) {
	t.Parallel()
	for _, fault := range []durable.Fault{durable.CrashBefore, durable.CrashAfter, durable.FailBefore, durable.FailAfter, durable.ShortWrite} {
		for _, loss := range []durable.Loss{durable.LoseNothing, durable.LosePower, durable.LoseSome} {
			for point := 1; ; point++ {
				m := durable.NewFaulty()
				s := create(t, m)
				m.Plan(point, fault, nil)
				acked, tried := 0, 0
				for range 4 {
					tried = acked + 3
					if err := s.Append(records(acked, 3)); err != nil {
						if m.Crashed() {
							break
						}
						if err = s.Append(records(acked, 3)); err != nil { // the same again
							break
						}
					}
					acked += 3
				}
				done := m.Points() < point
				_ = s.Close() // it may have crashed
				m.Restart(loss, uint64(point))
				again, err := openings.Open(config(m))
				if err != nil {
					t.Fatalf("fault %d at %d, loss %d: %v", fault, point, loss, err)
				}
				n := int(again.Count())
				if n < acked || n > tried {
					t.Fatalf("fault %d at %d, loss %d: %d records, %d acknowledged, %d tried", fault, point, loss, n, acked, tried)
				}
				check(t, again, n)
				if err := again.Append(records(n, 2)); err != nil {
					t.Fatal(err)
				}
				check(t, again, n+2)
				if f := again.Verify(); len(f) > 0 {
					t.Fatal(f)
				}
				if err := again.Close(); err != nil {
					t.Fatal(err)
				}
				if done {
					break
				}
			}
		}
	}
}

// TestOneCopyHealsTheOther: any byte of one copy may be another, its end may be missing, or all of it.
func TestOneCopyHealsTheOther(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	whole := durable.NewFaulty()
	s := create(t, whole)
	if err := s.Append(records(0, 40)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		m := whole.Clone()
		name := folders[i%2] + "/openings"
		m.Alter(name, func(b []byte) []byte {
			switch i % 5 {
			case 0:
				return nil
			case 1:
				return b[:rng.IntN(len(b))]
			}
			b = slices.Clone(b)
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
			return b
		})
		s, err := openings.Open(config(m))
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		check(t, s, 40)
		if len(s.Healed()) != 1 || s.Healed()[0].File != name {
			t.Fatalf("%d: %+v", i, s.Healed())
		}
		if f := s.Verify(); len(f) > 0 {
			t.Fatal(f)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamageInBoth is named, and never a shorter answer.
func TestDamageInBoth(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	s := create(t, m)
	if err := s.Append(records(0, 40)); err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		m.Alter(f+"/openings", func(b []byte) []byte {
			b = slices.Clone(b)
			b[len(b)/2] ^= 1
			return b
		})
	}
	if len(s.Verify()) != 2 {
		t.Error("damage while it is open was not seen")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := openings.Open(config(m)); !errors.Is(err, openings.ErrDamaged) {
		t.Errorf("%v", err)
	}
}

func TestMadeOnce(t *testing.T) {
	t.Parallel()
	m := durable.NewFaulty()
	if _, err := openings.Open(config(m)); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	s := create(t, m)
	if _, err := openings.Open(config(m)); !errors.Is(err, durable.ErrLocked) {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := openings.Create(config(m)); !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	for name, mode := range map[string]fs.FileMode{"/a/openings": 0o600, "/b/openings": 0o600} {
		if got, ok := m.Perm(name); !ok || got != mode {
			t.Errorf("%s has mode %o", name, got)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("OVFLOPEN\x01"), []byte("OVFLOPEN\x01\x00\x00\x00\x09"))
	f.Add([]byte("FLOPEN\x01"), []byte("OVFLOPEN\x01\x00\x00\x00\t"))
	f.Add([]byte{}, []byte("x"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		m := durable.NewFaulty()
		s := create(t, m)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		m.Alter("/a/openings", func([]byte) []byte { return append([]byte{}, a...) })
		m.Alter("/b/openings", func([]byte) []byte { return append([]byte{}, b...) })
		s, err := openings.Open(config(m))
		if err != nil {
			return
		}
		n := int(s.Count())
		for i := range n {
			if _, err := s.At(uint64(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Append(records(0, 1)); err != nil || s.Count() != uint64(n+1) {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
