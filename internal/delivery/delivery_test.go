package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestCutAndKilled: a partner's node, a process with its own folder, is killed twice and cut off while items are sent.
// Everything arrives in order, once, and unchanged, and so do its receipts. OVERFLIGHT_MEASURE=1 sends 100,000.
func TestCutAndKilled(t *testing.T) {
	t.Parallel()
	n, longest, writers := uint64(1000), time.Minute, 16
	if os.Getenv("OVERFLIGHT_MEASURE") == "1" {
		n, longest, writers = 100_000, 20*time.Minute, 128
	}
	s := newSite(t)
	o, at := s.origin(t, nil)
	w := newWire(t, at.address(t))
	partner := s.start(t, w.address())

	var (
		mu       sync.Mutex
		receipts []uint64 // sequences of items
		answered []uint64 // sequences of receipts
	)
	stop := reading(t, func(ctx context.Context) error {
		return o.Receipts(ctx, func(code string, i Item) error {
			item, err := strconv.ParseUint(string(i.Body), 10, 64)
			if code != mx || i.Kind != Receipt || err != nil {
				t.Errorf("%s answers %v", code, i)
			}
			mu.Lock()
			receipts, answered = append(receipts, item), append(answered, i.Sequence)
			mu.Unlock()
			return nil
		})
	})

	// Many write at once; each gets its own sequences.
	want := make([]string, n+1)
	var next, done atomic.Uint64
	var senders sync.WaitGroup
	began := time.Now()
	for range writers {
		senders.Go(func() {
			for {
				k := next.Add(1)
				if k > n {
					return
				}
				i := Item{Kind: []string{Product, Revoked, Placeholder}[k%3], ID: fmt.Sprintf("report/%d", k), Body: fmt.Appendf(nil, "body of %d", k)}
				if k%200 == 0 { // more than a message holds
					i.Body = bytes.Repeat(fmt.Appendf(nil, "%d ", k), pieceSize/4)
				}
				var err error
				if i.Sequence, err = o.Send(t.Context(), mx, i.Kind, i.ID, i.Body); err != nil {
					t.Error(err)
					return
				}
				want[i.Sequence] = line(i)
				done.Add(1)
			}
		})
	}
	share := func(tenths uint64) func() bool { return func() bool { return done.Load() >= n*tenths/10 } }
	untilFor(t, longest, "a fifth is sent", share(2))
	until(t, "something has arrived", func() bool { return len(s.items(t)) > 0 })
	partner.kill()
	partner = s.start(t, w.address())
	untilFor(t, longest, "two fifths are sent", share(4))
	w.set(true)
	until(t, "the operator's node misses the partner's", func() bool { return !at.conn.Linked(mx) })
	untilFor(t, longest, "three fifths are sent", share(6))
	partner.kill()
	partner = s.start(t, w.address())
	untilFor(t, longest, "four fifths are sent", share(8))
	w.set(false)
	senders.Wait()
	sent := time.Since(began)
	untilFor(t, longest, "everything is taken and answered", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return o.Status(mx).Taken == n && o.Status(mx).Handled == n/receiptEvery
	})
	arrived := time.Since(began)
	if s := o.Status(mx); s.Sent != n || !s.Linked || len(s.Alarms) > 0 || !s.Oldest.IsZero() || s.Handled != n/receiptEvery {
		t.Errorf("status %+v", s)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	partner.kill()

	got := s.items(t)
	// The one item that was being handed on when the process was killed may come again.
	came := len(got)
	got = slices.Compact(got)
	repeated := came - len(got)
	if repeated > 2 || uint64(len(got)) != n {
		t.Fatalf("%d items, %d of them handed on again: want %d", len(got), repeated, n)
	}
	for i, l := range got {
		if l != want[i+1] {
			t.Fatalf("item %d is %q, sent was %q", i+1, l, want[i+1])
		}
	}
	for i := range receipts {
		if answered[i] != uint64(i+1) || receipts[i] != uint64(i+1)*receiptEvery {
			t.Fatalf("receipt %d has sequence %d and is for item %d", i+1, answered[i], receipts[i])
		}
	}
	t.Logf("FIGURE delivery/items %d", len(got))
	t.Logf("FIGURE delivery/again %d", repeated)
	t.Logf("FIGURE delivery/receipts %d", len(receipts))
	t.Logf("FIGURE delivery/sent %.0f items/s", float64(n)/sent.Seconds())
	t.Logf("FIGURE delivery/sent-s %.1f", sent.Seconds())
	t.Logf("FIGURE delivery/arrived-s %.1f", arrived.Seconds())
}

// TestKilledAtEveryPoint: a partner's node that dies at any point between taking an item and moving its place handles that item
// again and no other, and its answer is there once. What was answered and had not gone goes when the node is back.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	for point, tc := range map[string]struct {
		times int // that item receiptEvery is written
		cut   bool
	}{dieTaken: {1, false}, dieWritten: {2, false}, dieAnswered: {2, true}} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			ctx := patience(t)
			o, on := s.origin(t, nil)
			w := newWire(t, on.address(t))
			send := func(from, to int) {
				for k := from; k <= to; k++ {
					if _, err := o.Send(ctx, mx, Product, strconv.Itoa(k), nil); err != nil {
						t.Fatal(err)
					}
				}
			}
			answers := make(chan Item, 10)
			stop := reading(t, func(ctx context.Context) error {
				return o.Receipts(ctx, func(_ string, i Item) error { answers <- i; return nil })
			})
			p := s.start(t, w.address(), dieVar+"="+point)
			send(1, receiptEvery-1)
			until(t, "all but the last is there", func() bool { return len(s.items(t)) == receiptEvery-1 && o.Status(mx).Taken == receiptEvery-1 })
			send(receiptEvery, receiptEvery)
			if tc.cut {
				until(t, "the last is written", func() bool { return len(s.items(t)) == receiptEvery })
				w.set(true)
			}
			if err := p.cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("the process ended with %v", err)
			}
			if n := len(answers); tc.cut && n > 0 {
				t.Fatalf("%d answers came before they went", n)
			}
			w.set(false)
			s.start(t, w.address())
			send(receiptEvery+1, 2*receiptEvery)
			for k := uint64(1); k <= 2; k++ {
				if i := next(t, answers); i.Sequence != k || i.ID != strconv.FormatUint(k*receiptEvery, 10) {
					t.Errorf("answer %d is %v", k, i)
				}
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			times := map[string]int{}
			for _, l := range s.items(t) {
				sequence, _, _ := strings.Cut(l, " ")
				times[sequence]++
			}
			for k := 1; k <= 2*receiptEvery; k++ {
				want := 1
				if k == receiptEvery {
					want = tc.times
				}
				if times[strconv.Itoa(k)] != want {
					t.Errorf("item %d was handled %d times, want %d", k, times[strconv.Itoa(k)], want)
				}
			}
		})
	}
}

// TestSendOnce: an item is there once by its kind and id, also when it is sent by many at once, and after a restart, with
// the index and without.
func TestSendOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := patience(t)
	o, n := s.origin(t, nil)
	const each = 20
	var all sync.WaitGroup
	var got [each]atomic.Uint64
	for range 4 {
		all.Go(func() {
			for _, k := range rand.Perm(each) {
				sequence, err := o.Send(ctx, mx, Product, strconv.Itoa(k), []byte{byte(k)})
				if old := got[k].Swap(sequence); err != nil || old != 0 && old != sequence {
					t.Errorf("item %d: sequences %d and %d: %v", k, old, sequence, err)
				}
			}
		})
	}
	all.Wait()
	seen := map[uint64]bool{}
	for k := range got {
		seen[got[k].Load()] = true
	}
	for i := range uint64(each) {
		if !seen[i+1] {
			t.Errorf("no item has the sequence %d", i+1)
		}
	}
	check := func(o *Origin, next uint64) {
		t.Helper()
		for k := range got {
			if sequence, err := o.Send(ctx, mx, Product, strconv.Itoa(k), []byte{byte(k)}); err != nil || sequence != got[k].Load() {
				t.Errorf("item %d sent again: %d, %v: want %d", k, sequence, err, got[k].Load())
			}
		}
		if _, err := o.Send(ctx, mx, Product, "3", []byte("another")); !errors.Is(err, ErrChanged) {
			t.Errorf("another body: %v", err)
		}
		if sequence, err := o.Send(ctx, mx, Revoked, fmt.Sprintf("3/%d", next), nil); err != nil || sequence != next {
			t.Errorf("another item: %d, %v", sequence, err)
		}
		if sequence, err := o.Send(ctx, "US", Product, "3", nil); err != nil || sequence != 1 {
			t.Errorf("another partner: %d, %v", sequence, err)
		}
	}
	check(o, each+1)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	o, n = s.origin(t, nil)
	check(o, each+2)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	// A part of the index is damaged: the stream tells.
	name := s.config(nil, "origin").Folder + "/RELEASED_MX.index"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != (each+2)*entrySize {
		t.Errorf("the index has %d bytes", len(b))
	}
	b[5*entrySize+9] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	o, n = s.origin(t, nil)
	check(o, each+3)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	o, n = s.origin(t, nil)
	check(o, each+4)
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	// On its way to the disk it is known too.
	c := open(t, s, "origin", s.operatorLink())
	defer c.Close()
	o, err = NewOrigin(ctx, s.config(c, "origin"))
	if err != nil {
		t.Fatal(err)
	}
	out := o.ends[mx].out
	for _, tc := range []struct {
		body string
		want error
	}{{"a", nil}, {"a", nil}, {"b", ErrChanged}} {
		if f, err := out.number(ctx, Item{Kind: Product, ID: "flying", Body: []byte(tc.body)}); !errors.Is(err, tc.want) || err == nil && f.sequence != each+5 {
			t.Errorf("before it is written: %v %v", f, err)
		}
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

// TestItemsThatCannotBeSent: each is refused with what is wrong, and takes no sequence.
func TestItemsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	o, _ := s.origin(t, nil)
	ctx := patience(t)
	for name, tc := range map[string]struct {
		partner, kind, id string
		body              []byte
		want              error
	}{
		"partner":  {"FR", Product, "1", nil, ErrPartner},
		"kind":     {mx, "receipt", "1", nil, ErrItem},
		"subject":  {mx, "product.>", "1", nil, ErrItem},
		"no id":    {mx, Product, "", nil, ErrItem},
		"long id":  {mx, Product, strings.Repeat("x", MaxID+1), nil, ErrItem},
		"id lines": {mx, Product, "a\nb", nil, ErrItem},
		"id bytes": {mx, Product, "\xff", nil, ErrItem},
		"body":     {mx, Product, "1", make([]byte, MaxBody+1), ErrItem},
	} {
		if _, err := o.Send(ctx, tc.partner, tc.kind, tc.id, tc.body); !errors.Is(err, tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	largest := bytes.Repeat([]byte("0123456789abcdef"), MaxBody/16)
	for i, body := range [][]byte{nil, largest, largest[:pieceSize], largest[:pieceSize+1]} {
		if sequence, err := o.Send(ctx, mx, Product, fmt.Sprint("body ", i), body); err != nil || sequence != uint64(i+1) {
			t.Errorf("body of %d bytes: %d, %v", len(body), sequence, err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := o.Send(ended, mx, Product, "late", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context: %v", err)
	}
}

// TestAgainLater: a handler that fails is called again with the same item, nothing passes it, and a stop in between loses
// nothing.
func TestAgainLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := patience(t)
	o, on := s.origin(t, nil)
	p, pn := s.inProcess(t, on.address(t), nil)
	big := bytes.Repeat([]byte{7}, 3*pieceSize+5)
	for i, body := range [][]byte{[]byte("a"), big, []byte("c")} {
		if _, err := o.Send(ctx, mx, Product, strconv.Itoa(i+1), body); err != nil {
			t.Fatal(err)
		}
	}
	calls := make(chan Item, 100)
	stop := reading(t, func(ctx context.Context) error {
		return p.Items(ctx, func(i Item) error {
			calls <- i
			if i.Sequence == 2 {
				return errors.New("not now")
			}
			return nil
		})
	})
	for _, want := range []uint64{1, 2, 2} {
		if i := next(t, calls); i.Sequence != want || want == 2 && !bytes.Equal(i.Body, big) {
			t.Fatalf("item %d came, %d was due", i.Sequence, want)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	if err := pn.stop(); err != nil {
		t.Fatal(err)
	}
	p, _ = s.inProcess(t, on.address(t), nil)
	var got []uint64
	heard := make(chan struct{}, 10)
	stop = reading(t, func(ctx context.Context) error {
		return p.Items(ctx, func(i Item) error {
			got = append(got, i.Sequence)
			heard <- struct{}{}
			return nil
		})
	})
	next(t, heard)
	next(t, heard)
	if err := stop(); err != nil || len(got) != 2 || got[0] != 2 || got[1] != 3 {
		t.Errorf("after the restart %v, %v", got, err)
	}
	until(t, "the partner's status", func() bool { s := p.Status(); return s.Handled == 3 && !s.Last.IsZero() && s.Linked })
}

// TestDamagedItem: what is not as it was sent is not handed on, and both the reader and the status say so.
func TestDamagedItem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := patience(t)
	o, on := s.origin(t, nil)
	p, _ := s.inProcess(t, on.address(t), nil)
	i := Item{Sequence: 1, Kind: Product, ID: "1", Body: []byte("as it was sent")}
	b := frames(i, digestOf(i.Kind, i.ID, i.Body))[0]
	b[len(b)-1] ^= 1
	r, err := o.ends[mx].out.writer.Publish(ctx, o.ends[mx].out.channel.Subject(Product), b)
	if err == nil {
		_, err = r.Wait(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	err = p.Items(ctx, func(i Item) error {
		t.Errorf("handed on: %v", i)
		return nil
	})
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("the reader says %v", err)
	}
	until(t, "the alarm", func() bool { s := p.Status(); return len(s.Alarms) == 1 && s.Alarms[0] == Halted && s.Fault != nil })
}
