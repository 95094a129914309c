package ledger_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"overflight/internal/durable"
	"overflight/internal/jetstream"
	"overflight/internal/keys"
	"overflight/internal/ledger"
	"overflight/internal/openings"
	"overflight/internal/tiles"
	"overflight/journal"
	"overflight/transparency"
)

// bench is everything that a ledger needs, in one folder.
type bench struct {
	t        *testing.T
	dir      string
	conn     *jetstream.Conn
	marks    *jetstream.MarkFiles
	openings *openings.Store
	tiles    *tiles.Log
	events   *jetstream.Writer
	ledger   *ledger.Ledger
	stop     func() error
}

var start = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)

func (b *bench) store() openings.Config {
	return openings.Config{Folders: [2]string{filepath.Join(b.dir, "a"), filepath.Join(b.dir, "b")}}
}

// open opens the folder, and makes what is in it the first time.
func open(t *testing.T, dir string, perDay int, now func() time.Time) *bench {
	t.Helper()
	b := &bench{t: t, dir: dir}
	var err error
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b.conn, err = jetstream.Open(jetstream.Config{Dir: filepath.Join(dir, "js")})
	must(err)
	for _, s := range []jetstream.Stream{jetstream.Events, jetstream.Ledger} {
		must(b.conn.EnsureStream(t.Context(), s, jetstream.StreamConfig{}))
	}
	b.marks, err = jetstream.NewMarkFiles(durable.OS(), filepath.Join(dir, "marks"))
	must(err)
	key, err := keys.Create(filepath.Join(dir, "keys"), keys.Log, "test/log")
	made := err == nil
	if !made {
		key, err = keys.Open(filepath.Join(dir, "keys"), keys.Log)
	}
	must(err)
	signer, err := key.Signer()
	must(err)
	tc := tiles.Config{Folder: filepath.Join(dir, "log"), Memory: filepath.Join(dir, "memory"), Key: key.Public(), Signer: signer, Interval: 100 * time.Millisecond}
	if made {
		b.openings, err = openings.Create(b.store())
		must(err)
		b.tiles, err = tiles.Create(t.Context(), tc)
	} else {
		b.openings, err = openings.Open(b.store())
		must(err)
		b.tiles, err = tiles.Open(t.Context(), tc)
	}
	must(err)
	b.events, err = b.conn.NewWriter(t.Context(), jetstream.WriterConfig{Stream: jetstream.Events, Producer: "node", Marks: b.marks, Flush: time.Millisecond})
	must(err)
	b.ledger, err = ledger.New(t.Context(), ledger.Config{
		Conn: b.conn, Marks: b.marks, Openings: b.openings, Tiles: b.tiles, PerDay: perDay, Schedule: filepath.Join(dir, "schedule.json"), Now: now,
	})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	errs := make(chan error, 2)
	all.Go(func() { errs <- b.events.Run(ctx) })
	all.Go(func() { errs <- b.ledger.Run(ctx) })
	b.stop = sync.OnceValue(func() error {
		cancel()
		all.Wait()
		b.conn.Close()
		return errors.Join(<-errs, <-errs, b.tiles.Close(context.Background()), b.openings.Close())
	})
	t.Cleanup(func() { _ = b.stop() })
	return b
}

// state states an event and returns its sequence.
func (b *bench) state(e journal.Event) uint64 {
	b.t.Helper()
	r, err := b.events.State(b.t.Context(), "evt.x.y", e)
	if err != nil {
		b.t.Fatal(err)
	}
	n, err := r.Wait(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func read(i int) journal.Event {
	return journal.EvidenceRead{Who: "w", What: "x", Purpose: time.Duration(i).String(), At: start}
}

// check holds the log to one leaf for each of the events that are entered, in their order, and each opening to its leaf.
func (b *bench) check(events []uint64) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Minute)
	defer cancel()
	for _, e := range events {
		if _, err := b.ledger.LeafOf(ctx, e); err != nil {
			b.t.Fatalf("event %d: %v", e, err)
		}
	}
	at, err := b.tiles.Await(ctx, b.openings.Count())
	if err != nil {
		b.t.Fatal(err)
	}
	leaves, err := b.tiles.Leaves(ctx, at.Checkpoint, 0, int(at.Size))
	if err != nil {
		b.t.Fatal(err)
	}
	var got []uint64
	for i, l := range leaves {
		if err := b.ledger.Check(uint64(i), l); err != nil {
			b.t.Fatal(err)
		}
		r, err := b.openings.At(uint64(i))
		if err != nil {
			b.t.Fatal(err)
		}
		o, err := transparency.ParseOpening(r.Opening)
		if err != nil || (r.Event == 0) != o.IsPadding() {
			b.t.Fatalf("leaf %d of event %d: %v", i, r.Event, err)
		}
		if r.Event > 0 {
			got = append(got, r.Event)
		}
	}
	if len(got) != len(events) {
		b.t.Fatalf("%d leaves of events, want %d", len(got), len(events))
	}
	for i := range got {
		if got[i] != events[i] {
			b.t.Fatalf("leaf %d is of event %d, want %d", i, got[i], events[i])
		}
	}
}

// TestEntersOnce: what is entered has one leaf, in the order of the events, over restarts, also when the openings were kept
// and the process ended before their leaves were published.
func TestEntersOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := func() time.Time { return start }
	b := open(t, dir, 0, now)
	var events []uint64
	for i := range 30 {
		n := b.state(read(i))
		events = append(events, n)
		b.state(journal.SourceStarted{Source: "cam", At: start}) // not entered
	}
	b.check(events)
	if _, err := b.ledger.LeafOf(t.Context(), events[3]+1); !errors.Is(err, ledger.ErrNotEntered) {
		t.Errorf("%v", err)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	// What a crash leaves between the two: an opening of an event that has no leaf yet.
	s, err := openings.Open(b.store())
	if err != nil {
		t.Fatal(err)
	}
	ahead := transparency.Opening{Salt: transparency.Salt{1}, Kind: transparency.KindRead, Body: []byte(`{"what":"x"}`)}
	if err := s.Append([]openings.Record{{Event: events[len(events)-1] + 2, Opening: ahead.Bytes()}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, 0, now)
	events = append(events, events[len(events)-1]+2)
	if n := b.state(read(99)); n != events[len(events)-1] {
		t.Fatalf("event %d", n)
	}
	events = append(events, b.state(read(100)))
	b.check(events)
}

// TestLostOpenings: leaves without what opens them are a loss that stops everything.
func TestLostOpenings(t *testing.T) {
	t.Parallel()
	b := open(t, t.TempDir(), 0, func() time.Time { return start })
	b.check([]uint64{b.state(read(1)), b.state(read(2))})
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	other := *b
	other.dir = t.TempDir()
	empty, err := openings.Create(other.store())
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	conn, err := jetstream.Open(jetstream.Config{Dir: filepath.Join(b.dir, "js")})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = ledger.New(t.Context(), ledger.Config{Conn: conn, Marks: b.marks, Openings: empty})
	var loss *ledger.LossError
	if !errors.As(err, &loss) || loss.Leaves != 2 || loss.Openings != 0 {
		t.Errorf("%v", err)
	}
}

// TestGrowth: a day with events and a day without give a log of the same length.
func TestGrowth(t *testing.T) {
	t.Parallel()
	const perDay = 240
	var sizes []uint64
	for _, flown := range []int{0, 60} {
		var mu sync.Mutex
		at := start
		b := open(t, t.TempDir(), perDay, func() time.Time { mu.Lock(); defer mu.Unlock(); return at })
		var events []uint64
		for i := range flown {
			events = append(events, b.state(read(i)))
		}
		for _, e := range events {
			if _, err := b.ledger.LeafOf(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		mu.Lock()
		at = start.Add(24 * time.Hour)
		mu.Unlock()
		for deadline := time.Now().Add(5 * time.Minute); b.openings.Count() < perDay; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d leaves", b.openings.Count())
			}
		}
		b.check(events)
		sizes = append(sizes, b.openings.Count())
		if s := b.ledger.State(); s.Ahead != 0 || s.Err != nil {
			t.Errorf("%+v", s)
		}
		if err := b.stop(); err != nil {
			t.Fatal(err)
		}
	}
	if sizes[0] != perDay || sizes[1] != perDay {
		t.Errorf("%d leaves without a flight, %d with", sizes[0], sizes[1])
	}
}
