package spool

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// TestWhateverHappens: in any order of appends, acknowledgements, writes, reads, restarts in order and
// not, and a disk that fails now and then, every sequence that is not acknowledged comes once to a
// consumer that begins anew, with its own bytes, or is declared lost; and none is given twice.
func TestWhateverHappens(t *testing.T) {
	t.Parallel()
	rounds := 25
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		rounds = 1000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for round := range rounds {
		random := rand.New(rand.NewPCG(seed, uint64(round)))
		d := &disk{}
		c := Config{Dir: t.TempDir(), MaxMemory: 8 << 10, FileBytes: 4 << 10, MaxBytes: int64(32+random.IntN(96)) << 10, Create: d.create}
		s, _ := open(t, c)
		given := map[uint64][]byte{}
		safe := uint64(0) // what was on disk, acknowledged or declared when it was last looked
		var acked uint64
		fail := func(err error) {
			t.Helper()
			if err != nil && !d.fails() {
				t.Fatalf("seed %d round %d: %v", seed, round, err)
			}
		}
		for step := range 120 {
			switch n := random.IntN(20); {
			case n < 8:
				for range random.IntN(30) {
					b := []byte(fmt.Sprint(round, " ", len(given)))
					b = append(b, make([]byte, random.IntN(400))...)
					q, err := s.Append(Record{Arrival: start.Add(time.Duration(step) * time.Second), Bytes: b})
					fail(err)
					if given[q] != nil {
						t.Fatalf("seed %d round %d: %d was given twice", seed, round, q)
					}
					given[q] = b
				}
			case n < 12:
				fail(s.Sync(start))
			case n < 14:
				drain(t, s)
			case n < 16:
				if next := s.State().Next; next > acked+1 {
					acked += random.Uint64N(min(next-acked, 60))
					s.Ack(acked)
				}
			case n < 17:
				d.set(random.IntN(2) == 0, random.IntN(2) == 0, random.IntN(2) == 0, random.IntN(2) == 0, random.IntN(2) == 0)
			case n < 18:
				for _, l := range s.Losses() {
					if random.IntN(3) == 0 {
						s.Noted(l.ID)
					}
				}
			default:
				d.set(false, false, false, false, false)
				if random.IntN(2) == 0 {
					shut(t, s)
				}
				safe = max(safe, s.State().Durable)
				s, _ = open(t, c)
				acked = s.State().Acked // an acknowledgement may be forgotten, never invented
			}
			safe = max(safe, s.State().Durable)
		}
		d.set(false, false, false, false, false)
		sync1(t, s)
		s.Rewind()
		got := drain(t, s)
		st := s.State()
		came := map[uint64]bool{}
		for _, r := range got {
			if came[r.Sequence] || r.Sequence <= st.Acked || !bytes.Equal(r.Bytes, given[r.Sequence]) {
				t.Fatalf("seed %d round %d: record %d came twice, acknowledged or changed", seed, round, r.Sequence)
			}
			came[r.Sequence] = true
		}
		s.mu.Lock()
		declared := append(append([]Loss{}, s.losses...), s.noted...)
		s.mu.Unlock()
		for q := range given {
			if q <= st.Acked || came[q] {
				continue
			}
			covered := false
			for _, l := range declared {
				covered = covered || l.FirstSequence <= q && q <= l.LastSequence
				if l.Cause == CauseDamage {
					t.Fatalf("seed %d round %d: damage where none was done: %+v", seed, round, l)
				}
			}
			if !covered {
				t.Fatalf("seed %d round %d: %d of %d neither came nor was it declared lost; acknowledged %d, safe %d\n%+v", seed, round, q, len(given), st.Acked, safe, declared)
			}
		}
		shut(t, s)
	}
}

func (d *disk) fails() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.write || d.sync || d.trunc || d.mk
}
