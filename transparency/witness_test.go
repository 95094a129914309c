package transparency

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"overflight/evidence"
)

// memory is Holdings for tests: it forgets, and a witness that forgets would cosign a fork.
type memory struct {
	mu      sync.Mutex
	held    map[string][]byte
	before  func() // called between Latest and Replace
	failing error
	persist bool // a failing Replace writes all the same
}

func (m *memory) Latest(_ context.Context, origin string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.held[origin]
	if !ok {
		return nil, ErrNotFound
	}
	return bytes.Clone(b), nil
}

func (m *memory) Replace(_ context.Context, origin string, old, signed []byte) error {
	if m.before != nil {
		before := m.before
		m.before = nil
		before()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failing != nil && !m.persist {
		return m.failing
	}
	if !bytes.Equal(m.held[origin], old) {
		return ErrConflict
	}
	if m.held == nil {
		m.held = map[string][]byte{}
	}
	m.held[origin] = bytes.Clone(signed)
	return m.failing
}

func request(t testing.TB, log party, all []evidence.Digest, older, newer int) Request {
	t.Helper()
	p, ok := ProveConsistency(all[:newer], uint64(older))
	if !ok {
		p = nil
	}
	return Request{OldSize: uint64(older), Proof: p, Checkpoint: signed(t, log, origin, all[:newer], noon).Raw()}
}

func watching(t testing.TB, h Holdings, log party, witnesses ...party) *Witness {
	t.Helper()
	var cosigners []*Cosigner
	for _, w := range witnesses {
		cosigners = append(cosigners, w.cosigner)
	}
	w, err := NewWitness([]Key{log.key}, cosigners, h)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWitness(t *testing.T) {
	t.Parallel()
	log, other := newLog(t, origin), newLog(t, "other.example/log")
	w1, w2 := newWitness(t, "w1.example"), newMLDSA(t, "w2.example")
	_, all := entries(t, 60)
	fork := append([]evidence.Digest{}, all...)
	fork[4] = evidence.Digest{1}
	with := func(r Request, change func(*Request)) Request { change(&r); return r }
	w := watching(t, &memory{}, log, w1, w2)
	p := policy(t, 2, log, w1, w2)
	// One history: each step stands on those before it.
	for _, step := range []struct {
		name string
		r    Request
		want Code
		held uint64 // with CodeStale
	}{
		{"a log that is not known", with(request(t, other, all, 0, 3), func(r *Request) {
			r.Checkpoint = signed(t, other, "other.example/log", all[:3], noon).Raw()
		}), CodeOrigin, 0},
		{"the name of the log under another key", request(t, other, all, 0, 3), CodeNoSignature, 0},
		{"a signature that does not fit", with(request(t, log, all, 0, 3), func(r *Request) {
			r.Checkpoint = bytes.Replace(r.Checkpoint, []byte("\n3\n"), []byte("\n4\n"), 1)
		}), CodeBadSignature, 0},
		{"no checkpoint", Request{}, CodeNoteSyntax, 0},
		{"old size not zero at first", request(t, log, all, 2, 3), CodeStale, 0},
		{"a proof from nothing", with(request(t, log, all, 0, 3), func(r *Request) { r.Proof = all[:1] }), CodeConsistency, 0},
		{"the first checkpoint", request(t, log, all, 0, 10), "", 0},
		{"the same again", request(t, log, all, 10, 10), "", 0},
		{"a fork of the same size", request(t, log, fork, 10, 10), CodeFork, 0},
		{"stale", request(t, log, all, 5, 20), CodeStale, 10},
		{"rolled back", request(t, log, all, 10, 9), CodeRollback, 0},
		{"rolled back to nothing", request(t, log, all, 0, 0), CodeStale, 10},
		{"a forked extension", request(t, log, fork, 10, 20), CodeConsistency, 0},
		{"no proof", with(request(t, log, all, 10, 20), func(r *Request) { r.Proof = nil }), CodeConsistency, 0},
		{"the next", request(t, log, all, 10, 20), "", 0},
		{"missed many, one step", request(t, log, all, 20, 60), "", 0},
		{"the first again", request(t, log, all, 0, 10), CodeStale, 60},
	} {
		read, err := ParseRequest(step.r.Bytes())
		if step.want != CodeNoteSyntax && err != nil {
			t.Fatalf("%s: the request: %v", step.name, err)
		}
		lines, err := w.Update(t.Context(), read, noon)
		t.Log(step.name)
		checkCode(t, err, step.want)
		var stale *StaleError
		if errors.As(err, &stale) && stale.Held != step.held {
			t.Errorf("%s: holds %d", step.name, stale.Held)
		}
		if err != nil {
			continue
		}
		s, err := ParseUnverified(step.r.Checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = s.AddSignatures(lines); err != nil {
			t.Fatal(err)
		}
		if v := p.VerifyCheckpoint(s); !v.OK() || len(v.Cosigned) != 2 || !v.Cosigned[0].At.Equal(noon) {
			t.Errorf("%s: the cosignatures do not hold: %v", step.name, v.Err())
		}
	}
}

// TestWitnessFaults: where keeping fails there is no signature, whether or not it was written, and the
// log gets one later.
func TestWitnessFaults(t *testing.T) {
	t.Parallel()
	log, w1 := newLog(t, origin), newWitness(t, "w1.example")
	_, all := entries(t, 30)
	for _, persist := range []bool{false, true} {
		m := &memory{}
		w := watching(t, m, log, w1)
		if _, err := w.Update(t.Context(), request(t, log, all, 0, 10), noon); err != nil {
			t.Fatal(err)
		}
		m.failing, m.persist = errors.New("disk full"), persist
		if lines, err := w.Update(t.Context(), request(t, log, all, 10, 20), noon); err == nil || lines != nil || !errors.Is(err, m.failing) {
			t.Fatalf("signed what was not kept: %v", err)
		}
		m.failing = nil
		w = watching(t, m, log, w1) // the process starts again
		_, err := w.Update(t.Context(), request(t, log, all, 10, 20), noon)
		var stale *StaleError
		if persist != errors.As(err, &stale) {
			t.Fatalf("persisted %v: %v", persist, err)
		}
		if persist {
			if _, err := w.Update(t.Context(), request(t, log, all, int(stale.Held), 20), noon); err != nil {
				t.Errorf("the log cannot get its signature: %v", err)
			}
		}
	}
	t.Run("somebody was faster", func(t *testing.T) {
		t.Parallel()
		m := &memory{}
		w := watching(t, m, log, w1)
		m.before = func() {
			if _, err := w.Update(t.Context(), request(t, log, all, 0, 25), noon); err != nil {
				t.Error(err)
			}
		}
		_, err := w.Update(t.Context(), request(t, log, all, 0, 20), noon)
		checkCode(t, err, CodeConflict)
		if !errors.Is(err, ErrConflict) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("damage of what is held", func(t *testing.T) {
		t.Parallel()
		m := &memory{}
		w := watching(t, m, log, w1)
		if _, err := w.Update(t.Context(), request(t, log, all, 0, 10), noon); err != nil {
			t.Fatal(err)
		}
		m.held[origin] = bytes.Replace(m.held[origin], []byte("\n10\n"), []byte("\n9\n"), 1)
		_, err := w.Update(t.Context(), request(t, log, all, 9, 20), noon)
		checkCode(t, err, CodeBadSignature)
	})
	if _, err := NewWitness(nil, []*Cosigner{w1.cosigner}, &memory{}); err == nil {
		t.Error("a witness of nothing")
	}
	if _, err := NewWitness([]Key{log.key}, nil, &memory{}); err == nil {
		t.Error("a witness without a key")
	}
}

// TestWitnessNeverSignsTwoHistories plays a log that tries everything at random, and several at once;
// all that was cosigned is one history.
func TestWitnessNeverSignsTwoHistories(t *testing.T) {
	t.Parallel()
	const top, tries, players = 40, 150, 4
	log, w1 := newLog(t, origin), newWitness(t, "w1.example")
	_, all := entries(t, top)
	histories := [][]evidence.Digest{all}
	for i := range 3 {
		h := append([]evidence.Digest{}, all...)
		h[5+10*i] = evidence.Digest{byte(i + 1)}
		histories = append(histories, h)
	}
	w := watching(t, &memory{}, log, w1)
	var mu sync.Mutex
	cosigned := map[uint64]evidence.Digest{}
	var wg sync.WaitGroup
	for player := range players {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(player)))
			older := 0
			for range tries {
				h := histories[r.IntN(len(histories))]
				newer := min(top, older+r.IntN(4))
				req := request(t, log, h, older, newer)
				_, err := w.Update(context.Background(), req, noon)
				var stale *StaleError
				switch {
				case err == nil:
					mu.Lock()
					root := Root(h[:newer])
					if was, ok := cosigned[uint64(newer)]; ok && was != root {
						t.Errorf("two roots of size %d are cosigned", newer)
					}
					cosigned[uint64(newer)] = root
					mu.Unlock()
					older = newer
				case errors.As(err, &stale):
					older = int(stale.Held)
				}
			}
		})
	}
	wg.Wait()
	fits := 0
	for _, h := range histories {
		all := true
		for size, root := range cosigned {
			all = all && Root(h[:size]) == root
		}
		if all {
			fits++
		}
	}
	if fits == 0 || len(cosigned) < 3 {
		t.Errorf("%d histories fit what was cosigned: %s", fits, fmt.Sprint(len(cosigned)))
	}
}
