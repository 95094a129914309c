package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"overflight/internal/durable"
	"overflight/journal"
)

// patience bounds what waits for a state that must come.
func patience(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func open(t testing.TB, cfg Config) *Conn {
	t.Helper()
	c, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func marksIn(t testing.TB, dir string) *MarkFiles {
	t.Helper()
	m, err := NewMarkFiles(durable.OS(), filepath.Join(dir, "marks"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func ensure(t testing.TB, c *Conn, s Stream, cfg StreamConfig) {
	t.Helper()
	if err := c.EnsureStream(patience(t), s, cfg); err != nil {
		t.Fatal(err)
	}
}

// run starts a writer; the function it returns stops it and returns what Run did.
func run(t testing.TB, c *Conn, cfg WriterConfig) (*Writer, func() error) {
	t.Helper()
	if cfg.Flush == 0 {
		cfg.Flush = time.Millisecond
	}
	w, err := c.NewWriter(patience(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stopped := false
	stop := func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() { _ = stop() })
	return w, stop
}

// write publishes n messages and waits until all are acknowledged.
func write(t testing.TB, w *Writer, subject string, n int, data func(int) []byte) []uint64 {
	t.Helper()
	var receipts []*Receipt
	for i := range n {
		r, err := w.Publish(patience(t), subject, data(i))
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
	sequences := make([]uint64, n)
	for i, r := range receipts {
		var err error
		if sequences[i], err = r.Wait(patience(t)); err != nil {
			t.Fatal(err)
		}
	}
	return sequences
}

func numbered(i int) []byte { return fmt.Appendf(nil, "message %d", i) }

// readAll reads to the end.
func readAll(t testing.TB, c *Conn, cfg ReaderConfig) ([]Message, error) {
	t.Helper()
	cfg.ToEnd = true
	if cfg.Name == "" {
		cfg.Name = "test"
	}
	var out []Message
	err := c.NewReader(cfg).Run(patience(t), func(m Message) error {
		m.Data = append([]byte(nil), m.Data...)
		out = append(out, m)
		return nil
	})
	return out, err
}

// TestJournal is the suite: the same over the server within the process and over one in a process of its own.
func TestJournal(t *testing.T) {
	t.Parallel()
	for _, place := range []struct {
		name   string
		config func(t *testing.T) Config
	}{
		{"embedded", func(t *testing.T) Config { return Config{Dir: t.TempDir()} }},
		{"external", func(t *testing.T) Config {
			return Config{URL: start(t, "server", t.TempDir(), "-1").line(t)}
		}},
	} {
		t.Run(place.name, func(t *testing.T) {
			t.Parallel()
			c := open(t, place.config(t))
			for _, test := range []struct {
				name string
				run  func(*testing.T, *Conn)
			}{
				{"events come back", eventsComeBack},
				{"raw is trimmed", rawIsTrimmed},
				{"evidence is kept", evidenceIsKept},
				{"unsafe streams", unsafeStreams},
				{"two writers", twoWriters},
				{"shared stream", sharedStream},
				{"ambiguous batch", ambiguousBatch},
				{"follow", follow},
				{"foreign messages", foreignMessages},
				{"live", live},
				{"limits", limits},
				{"mark cannot be stored", markCannotBeStored},
			} {
				t.Run(test.name, func(t *testing.T) { test.run(t, c) })
			}
			if err := c.Healthy(patience(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func eventsComeBack(t *testing.T, c *Conn) {
	ensure(t, c, Events, StreamConfig{})
	ensure(t, c, Events, StreamConfig{}) // a second time changes nothing
	marks := marksIn(t, t.TempDir())
	w, stop := run(t, c, WriterConfig{Stream: Events, Producer: "node-1/ingest", Marks: marks})
	var want []journal.Record
	var last *Receipt
	for i := range 1200 {
		e := journal.Padding{Salt: [32]byte{byte(i)}, At: time.Unix(int64(i), 0).UTC()}
		r, err := w.State(patience(t), "evt.obs.A-2026-0001", e)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, journal.Record{Producer: "node-1/ingest", Sequence: r.ProducerSequence(), Event: e})
		last = r
	}
	if sequence, err := last.Wait(patience(t)); err != nil || sequence != 1200 {
		t.Fatalf("last is %d, %v", sequence, err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Publish(patience(t), "evt.obs.x", nil); !errors.Is(err, ErrStopped) {
		t.Errorf("publishing after the stop: %v", err)
	}
	messages, err := readAll(t, c, ReaderConfig{Stream: Events, Marks: marks})
	if err != nil {
		t.Fatal(err)
	}
	var (
		got   []journal.Record
		check journal.Checker
	)
	for _, m := range messages {
		r, defects := m.Record()
		if defects = append(defects, check.Add(m.Sequence, r)...); len(defects) > 0 {
			t.Fatal(defects)
		}
		got = append(got, r)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// Another writer of the same name counts on; a reader goes on where another stopped.
	w, _ = run(t, c, WriterConfig{Stream: Events, Producer: "node-1/ingest", Marks: marks})
	write(t, w, "evt.obs.A-2026-0001", 1, numbered)
	messages, err = readAll(t, c, ReaderConfig{
		Stream: Events, Marks: marks, From: 1200, Producers: map[journal.Producer]uint64{"node-1/ingest": 1199},
	})
	if err != nil || len(messages) != 2 || messages[1].ProducerSequence != 1201 {
		t.Errorf("resumed: %d messages, %v", len(messages), err)
	}
	if _, err := readAll(t, c, ReaderConfig{
		Stream: Events, Marks: marks, From: 1200, Producers: map[journal.Producer]uint64{"node-1/ingest": 1198},
	}); !isLoss(err, ProducerGap) {
		t.Errorf("producer gap: %v", err)
	}
	if _, err := readAll(t, c, ReaderConfig{Stream: Events, Marks: marks, From: 1203}); !isLoss(err, BelowMark) {
		t.Errorf("from beyond the end: %v", err)
	}
	// Without its mark a writer finds its place in the stream.
	w, _ = run(t, c, WriterConfig{Stream: Events, Producer: "node-1/ingest", Marks: marksIn(t, t.TempDir())})
	if r, err := w.Publish(patience(t), "evt.obs.A-2026-0001", nil); err != nil || r.ProducerSequence() != 1202 {
		t.Errorf("without mark: %v", err)
	}
}

func isLoss(err error, kind Loss) bool {
	var l *LossError
	return errors.Is(err, ErrLoss) && errors.As(err, &l) && l.Loss == kind && l.Stream != "" && l.Error() != ""
}

// sealedRange is a history in memory.
type sealedRange struct {
	messages []Message
	fail     error
}

func (h sealedRange) Through(context.Context, Stream) (uint64, error) {
	if len(h.messages) == 0 {
		return 0, h.fail
	}
	return h.messages[len(h.messages)-1].Sequence, h.fail
}

func (h sealedRange) Range(_ context.Context, _ Stream, from, through uint64, yield func(Message) error) error {
	for _, m := range h.messages {
		if m.Sequence < from || m.Sequence > through {
			continue
		}
		if err := yield(m); err != nil {
			return err
		}
	}
	return nil
}

func rawIsTrimmed(t *testing.T, c *Conn) {
	ctx, name := patience(t), Raw("klv")
	ensure(t, c, name, StreamConfig{MaxBytes: 32 << 20})
	dir := t.TempDir()
	marks := marksIn(t, dir)
	w, _ := run(t, c, WriterConfig{Stream: name, Producer: "source", Marks: marks})
	write(t, w, "raw.klv.tail.flight", 100, numbered)
	all, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks})
	if err != nil || len(all) != 100 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	if err := c.Trim(ctx, name, 60); err != nil {
		t.Fatal(err)
	}
	if s, err := c.State(ctx, name); err != nil || s.First != 61 || s.Last != 100 || s.Deleted != 0 {
		t.Errorf("state %+v, %v", s, err)
	}
	for _, tc := range []struct {
		name    string
		history History
		loss    Loss
		want    int
	}{
		{"no history", nil, SequenceGap, 0},
		{"history", sealedRange{messages: all[:60]}, 0, 100},
		{"more history than was trimmed", sealedRange{messages: all[:90]}, 0, 100},
		{"history ends too soon", sealedRange{messages: all[:59]}, SequenceGap, 59},
		{"history leaves one out", sealedRange{messages: append(append([]Message{}, all[:30]...), all[31:60]...)}, SequenceGap, 30},
	} {
		got, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks, History: tc.history})
		if tc.want < 100 && !isLoss(err, tc.loss) || tc.want == 100 && err != nil || len(got) != tc.want {
			t.Errorf("%s: %d messages, %v", tc.name, len(got), err)
		}
		if tc.want == 100 {
			if d := cmp.Diff(all, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Pending" }, cmp.Ignore())); d != "" {
				t.Errorf("%s: %s", tc.name, d)
			}
		}
	}
	broken := errors.New("seal broken")
	if _, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks, History: sealedRange{fail: broken}}); !errors.Is(err, broken) {
		t.Errorf("history that fails: %v", err)
	}
	// The writer counts on although everything of it is gone from the stream, as long as it has its mark.
	if err := c.Trim(ctx, name, 100); err != nil {
		t.Fatal(err)
	}
	w, _ = run(t, c, WriterConfig{Stream: name, Producer: "source", Marks: marks})
	if s := write(t, w, "raw.klv.tail.flight", 1, numbered); s[0] != 101 {
		t.Errorf("sequence %d", s[0])
	}
	if err := c.Trim(ctx, name, 101); err != nil {
		t.Fatal(err)
	}
	if _, err := c.NewWriter(ctx, WriterConfig{Stream: name, Producer: "source", Marks: marksIn(t, t.TempDir())}); !errors.Is(err, ErrNoMark) {
		t.Errorf("without mark: %v", err)
	}
}

func evidenceIsKept(t *testing.T, c *Conn) {
	ctx := patience(t)
	ensure(t, c, Ledger, StreamConfig{})
	w, _ := run(t, c, WriterConfig{Stream: Ledger, Producer: "ledger", Marks: marksIn(t, t.TempDir())})
	write(t, w, "ledger", 3, numbered)
	s, err := c.js.Stream(ctx, string(Ledger))
	if err != nil {
		t.Fatal(err)
	}
	if s.DeleteMsg(ctx, 2) == nil || s.SecureDeleteMsg(ctx, 2) == nil || s.Purge(ctx) == nil || s.Purge(ctx, jetstream.WithPurgeSequence(2)) == nil {
		t.Error("evidence was deleted")
	}
	if err := c.Trim(ctx, Ledger, 1); !errors.Is(err, ErrStream) {
		t.Errorf("trimming: %v", err)
	}
	weaker := s.CachedInfo().Config
	weaker.DenyPurge, weaker.DenyDelete = false, false
	if _, err := c.js.UpdateStream(ctx, weaker); err == nil {
		t.Error("the stream was made weaker")
	}
	if s, err := c.State(ctx, Ledger); err != nil || s.Messages != 3 {
		t.Errorf("%+v, %v", s, err)
	}
}

func unsafeStreams(t *testing.T, c *Conn) {
	for i, change := range []func(*jetstream.StreamConfig){
		func(s *jetstream.StreamConfig) { s.Storage = jetstream.MemoryStorage },
		func(s *jetstream.StreamConfig) { s.MaxAge = time.Hour },
		func(s *jetstream.StreamConfig) { s.MaxMsgs = 10 },
		func(s *jetstream.StreamConfig) { s.MaxMsgsPerSubject = 1 },
		func(s *jetstream.StreamConfig) { s.Discard, s.MaxBytes = jetstream.DiscardOld, 1<<20 },
		func(s *jetstream.StreamConfig) { s.DenyDelete = false },
		func(s *jetstream.StreamConfig) { s.AllowMsgTTL = true },
		func(s *jetstream.StreamConfig) { s.AllowAtomicPublish = false },
		func(s *jetstream.StreamConfig) { s.Retention = jetstream.WorkQueuePolicy },
		func(s *jetstream.StreamConfig) { s.Subjects = []string{"raw.other.>"} },
	} {
		name := Raw(fmt.Sprintf("unsafe%d", i))
		cfg, err := streamConfig(name, StreamConfig{})
		if err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if _, err := c.js.CreateStream(patience(t), cfg); err != nil {
			t.Fatal(err)
		}
		if err := c.EnsureStream(patience(t), name, StreamConfig{}); !errors.Is(err, ErrUnsafe) {
			t.Errorf("%d: %v", i, err)
		}
		if err := c.js.DeleteStream(patience(t), string(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []Stream{"", "RAW_", "RAW_A.B", "evt"} {
		if err := c.EnsureStream(patience(t), name, StreamConfig{}); !errors.Is(err, ErrStream) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func twoWriters(t *testing.T, c *Conn) {
	name := Raw("two")
	ensure(t, c, name, StreamConfig{})
	marks := marksIn(t, t.TempDir())
	a, _ := run(t, c, WriterConfig{Stream: name, Producer: "a", Marks: marks})
	b, stop := run(t, c, WriterConfig{Stream: name, Producer: "b", Marks: marks})
	write(t, a, "raw.two.x.y", 2, numbered)
	r, err := b.Publish(patience(t), "raw.two.x.y", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Wait(patience(t)); !errors.Is(err, ErrOtherWriter) {
		t.Errorf("second writer: %v", err)
	}
	if err := stop(); !errors.Is(err, ErrOtherWriter) {
		t.Errorf("second writer ran: %v", err)
	}
	if got, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks}); err != nil || len(got) != 2 {
		t.Errorf("%d, %v", len(got), err)
	}
}

func sharedStream(t *testing.T, c *Conn) {
	name := Raw("shared")
	ensure(t, c, name, StreamConfig{})
	marks := marksIn(t, t.TempDir())
	var writers []*Writer
	for _, p := range []journal.Producer{"a", "b"} {
		w, _ := run(t, c, WriterConfig{Stream: name, Producer: p, Marks: marks, Shared: true})
		writers = append(writers, w)
	}
	for range 5 {
		for _, w := range writers {
			write(t, w, "raw.shared.x.y", 7, numbered)
		}
	}
	if got, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks}); err != nil || len(got) != 70 {
		t.Errorf("%d, %v", len(got), err)
	}
}

// ambiguousBatch stores a batch of which the writer never hears, and lets it commit the same again.
func ambiguousBatch(t *testing.T, c *Conn) {
	for _, tc := range []struct {
		name   string
		shared bool
		stored int // messages of the batch that are there already
	}{{"exclusive", false, 5}, {"shared", true, 5}, {"beginning", false, 3}, {"sharedBeginning", true, 2}} {
		ctx, name := patience(t), Raw("ambiguous"+tc.name)
		ensure(t, c, name, StreamConfig{})
		w, err := c.NewWriter(ctx, WriterConfig{Stream: name, Producer: "p", Marks: marksIn(t, t.TempDir()), Shared: tc.shared})
		if err != nil {
			t.Fatal(err)
		}
		var batch []*Receipt
		for i := range 5 {
			r, err := w.Publish(ctx, "raw."+"ambiguous"+strings.ToLower(tc.name)+".x.y", numbered(i))
			if err != nil {
				t.Fatal(err)
			}
			batch = append(batch, r)
		}
		if _, err := w.publish(ctx, batch[:tc.stored]); err != nil {
			t.Fatal(err)
		}
		if rest, err := w.commit(ctx, batch); err != nil || len(rest) != 0 {
			t.Fatalf("%s: %d left, %v", tc.name, len(rest), err)
		}
		for i, r := range batch {
			if sequence, err := r.Wait(ctx); err != nil || sequence != uint64(i+1) {
				t.Errorf("%s: %d is at %d, %v", tc.name, i, sequence, err)
			}
		}
		if got, err := readAll(t, c, ReaderConfig{Stream: name, Marks: w.cfg.Marks}); err != nil || len(got) != 5 {
			t.Errorf("%s: %d, %v", tc.name, len(got), err)
		}
	}
}

// follow reads what is written meanwhile, and ends with its context.
func follow(t *testing.T, c *Conn) {
	name := Raw("follow")
	ensure(t, c, name, StreamConfig{})
	marks := marksIn(t, t.TempDir())
	w, _ := run(t, c, WriterConfig{Stream: name, Producer: "p", Marks: marks})
	ctx, cancel := context.WithCancel(patience(t))
	got := make(chan uint64, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- c.NewReader(ReaderConfig{Stream: name, Name: "follower", Marks: marks}).Run(ctx, func(m Message) error {
			got <- m.Sequence
			return nil
		})
	}()
	for i := range 20 {
		write(t, w, "raw.follow.x.y", 1, numbered)
		if s := <-got; s != uint64(i+1) {
			t.Fatalf("got %d", s)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if m, ok, err := marks.Load(name, "follower"); err != nil || !ok || m.Sequence != 20 {
		t.Errorf("mark %+v, %v, %v", m, ok, err)
	}
	refusal := errors.New("handler")
	if err := c.NewReader(ReaderConfig{Stream: name, Name: "x", Marks: marks}).Run(patience(t), func(Message) error { return refusal }); !errors.Is(err, refusal) {
		t.Error(err)
	}
}

// foreignMessages: what none of our producers wrote is met, not skipped.
func foreignMessages(t *testing.T, c *Conn) {
	for i, id := range []string{"", "p", "p:", "p:0", "p:-1", ":1", "a b:1", "p:1:2", "p:18446744073709551616"} {
		name := Raw(fmt.Sprintf("foreign%d", i))
		ensure(t, c, name, StreamConfig{})
		var options []jetstream.PublishOpt
		if id != "" {
			options = append(options, jetstream.WithMsgID(id))
		}
		if _, err := c.js.Publish(patience(t), fmt.Sprintf("raw.foreign%d.x.y", i), nil, options...); err != nil {
			t.Fatal(err)
		}
		marks := marksIn(t, t.TempDir())
		if _, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks}); !isLoss(err, Foreign) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := c.NewWriter(patience(t), WriterConfig{Stream: name, Producer: "p", Marks: marks}); !isLoss(err, Foreign) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func live(t *testing.T, c *Conn) {
	l, err := c.SubscribeLive("A-2026-0001")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := time.Unix(1_700_000_000, 5).UTC()
	send := func(flight, kind string, i int) {
		if err := c.PublishLive(Provisional{Flight: flight, Kind: kind, At: at, Data: numbered(i)}); err != nil {
			t.Fatal(err)
		}
	}
	send("B-2026-0001", "fix", 0)
	send("A-2026-0001", "entry", 1)
	for i := range 50 {
		send("A-2026-0001", "fix", i)
	}
	if err := c.nc.FlushTimeout(answerTimeout); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"entry": "message 1", "fix": "message 49"}
	n := 0
	for len(want) > 0 {
		p, err := l.Next(patience(t))
		if err != nil || p.Flight != "A-2026-0001" || !p.At.Equal(at) {
			t.Fatalf("%+v, %v", p, err)
		}
		if want[p.Kind] == string(p.Data) {
			delete(want, p.Kind)
		}
		n++
	}
	if total := uint64(n) + l.Dropped(); total != 51 {
		t.Errorf("%d returned, %d dropped", n, l.Dropped())
	}
	if err := c.nc.Publish("live.fix.A-2026-0001", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Next(patience(t)); !errors.Is(err, ErrNotProvisional) {
		t.Errorf("without its mark: %v", err)
	}
	for _, bad := range []string{"a b", "a.b", "*", ">"} {
		if err := c.PublishLive(Provisional{Flight: bad, Kind: "fix"}); !errors.Is(err, ErrToken) {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := c.SubscribeLive(bad); !errors.Is(err, ErrToken) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func limits(t *testing.T, c *Conn) {
	name := Raw("limits")
	ensure(t, c, name, StreamConfig{})
	marks := marksIn(t, t.TempDir())
	w, _ := run(t, c, WriterConfig{Stream: name, Producer: "p", Marks: marks, Flush: time.Hour, Most: 3})
	if _, err := w.Publish(patience(t), "raw.limits.x.y", make([]byte, MaxData+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	if _, err := w.State(patience(t), "raw.limits.x.y", nil); !errors.Is(err, journal.ErrEvent) {
		t.Errorf("nil event: %v", err)
	}
	// What was refused took no number; a full batch waits for nobody.
	if s := write(t, w, "raw.limits.x.y", 12, func(int) []byte { return make([]byte, MaxData) }); s[11] != 12 {
		t.Errorf("sequences %v", s)
	}
	if _, err := c.NewWriter(patience(t), WriterConfig{Stream: name, Producer: "p q", Marks: marks}); !errors.Is(err, journal.ErrProducer) {
		t.Errorf("producer: %v", err)
	}
	if err := c.js.DeleteStream(patience(t), string(name)); err != nil {
		t.Fatal(err)
	}
	ensure(t, c, name, StreamConfig{})
	if _, err := c.NewWriter(patience(t), WriterConfig{Stream: name, Producer: "p", Marks: marks}); !isLoss(err, BelowMark) {
		t.Errorf("stream that was made anew: %v", err)
	}
	if _, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks}); !isLoss(err, BelowMark) {
		t.Errorf("stream that was made anew: %v", err)
	}
	// Made anew and longer than before: the message at the mark is another one.
	w, _ = run(t, c, WriterConfig{Stream: name, Producer: "p", Marks: marksIn(t, t.TempDir())})
	write(t, w, "raw.limits.x.y", 20, numbered)
	if _, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks}); !isLoss(err, Changed) {
		t.Errorf("stream that was made anew: %v", err)
	}
}

// markCannotBeStored: what is in the stream is not acknowledged before its mark is on the disk, and is as soon as it is.
func markCannotBeStored(t *testing.T, c *Conn) {
	name := Raw("mark")
	ensure(t, c, name, StreamConfig{})
	disk := durable.NewFaulty()
	marks, err := NewMarkFiles(disk.FS(), "/marks")
	if err != nil {
		t.Fatal(err)
	}
	w, _ := run(t, c, WriterConfig{Stream: name, Producer: "p", Marks: marks})
	disk.SetRoom(0)
	r, err := w.Publish(patience(t), "raw.mark.x.y", nil)
	if err != nil {
		t.Fatal(err)
	}
	for s := (State{}); s.Last == 0; {
		if s, err = c.State(patience(t), name); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-r.Done():
		t.Fatal("acknowledged without a mark")
	default:
	}
	disk.SetRoom(1 << 20)
	if s, err := r.Wait(patience(t)); s != 1 || err != nil {
		t.Errorf("%d, %v", s, err)
	}
	if got, err := readAll(t, c, ReaderConfig{Stream: name, Marks: marks}); err != nil || len(got) != 1 {
		t.Errorf("%d, %v", len(got), err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{}, {Dir: "a", URL: "b"}} {
		if _, err := Open(cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	if _, err := Open(Config{URL: "nats://127.0.0.1:1"}); err == nil {
		t.Error("connected to nothing")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: file}); err == nil {
		t.Error("stored in a file")
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	marks := marksIn(t, dir)
	if _, ok, err := marks.Highest(Events); ok || err != nil {
		t.Errorf("none: %v, %v", ok, err)
	}
	low, high := Mark{Sequence: 5, ProducerSequence: 4}, Mark{Sequence: 9, Digest: [32]byte{1}}
	for holder, m := range map[string]Mark{"a/b": low, "c": high} {
		if err := marks.Store(Events, holder, m); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok, err := marks.Load(Events, "a/b"); got != low || !ok || err != nil {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	if got, ok, err := marksIn(t, dir).Highest(Events); got != high || !ok || err != nil {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	if _, ok, err := marks.Highest(Ledger); ok || err != nil {
		t.Errorf("other stream: %v, %v", ok, err)
	}
	name := marks.name(Events, "c")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 1
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := marks.Highest(Events); !errors.Is(err, ErrMark) {
			t.Fatalf("bit of byte %d flipped: %v", i, err)
		}
		if err := os.WriteFile(name, whole[:i], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := marks.Load(Events, "c"); !errors.Is(err, ErrMark) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}
