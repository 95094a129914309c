package live

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"overflight/evidence"
	"overflight/format/mpegts"
)

// patience is how long a test waits for a state before it fails.
const patience = 2 * time.Minute

// TestMain fails when goroutines are left after the tests.
func TestMain(m *testing.M) {
	if to := os.Getenv(generatorTo); to != "" {
		if err := generate(strings.Split(to, ",")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	deadline := time.Now().Add(patience)
	for code == 0 {
		left := leftovers()
		if left == "" {
			break
		}
		if time.Now().After(deadline) {
			fmt.Fprintln(os.Stderr, "goroutines are left:\n"+left)
			code = 1
		}
		runtime.Gosched()
	}
	os.Exit(code)
}

// turnedAway counts the dials of the tests that an SRT listener refused. The library's Dial then closes its socket, and
// its reader may come too late to tell anybody: one goroutine each is not ours to end.
var turnedAway atomic.Int64

// leftovers are the goroutines of sources and of the protocol libraries.
func leftovers() string {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var out []string
	tolerated := turnedAway.Load()
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.Contains(g, "TestMain") && strings.Contains(g, "runtime.Stack") || strings.Contains(g, "live.TestMain(") {
			continue
		}
		if strings.Contains(g, "gosrt.Dial.func3") {
			continue // the library's own, of a dial that was turned away: it does not stop its timer
		}
		if strings.Contains(g, "gosrt.Dial.func1") && strings.Contains(g, "[chan send") && tolerated > 0 {
			tolerated--
			continue
		}
		for _, ours := range []string{"overflight/", "gosrt", "gortsplib"} {
			if strings.Contains(g, ours) {
				out = append(out, g)
				break
			}
		}
	}
	return strings.Join(out, "\n\n")
}

// collector is a sink that keeps what it gets.
type collector struct {
	mu      sync.Mutex
	chunks  []Chunk
	changed chan struct{}
	refuse  error
	hold    chan struct{} // blocks Deliver until it is closed
}

func newCollector() *collector { return &collector{changed: make(chan struct{}, 1)} }

func (c *collector) Deliver(ctx context.Context, k Chunk) error {
	c.mu.Lock()
	hold := c.hold
	c.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		return c.refuse
	}
	c.chunks = append(c.chunks, k)
	select {
	case c.changed <- struct{}{}:
	default:
	}
	return nil
}

func (c *collector) all() []Chunk {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chunks[:len(c.chunks):len(c.chunks)]
}

// received is what came of a track, in order; "*" is for all.
func (c *collector) received(track string) []byte {
	var b []byte
	for _, k := range c.all() {
		if track == "*" || k.Track == track {
			b = append(b, k.Bytes...)
		}
	}
	return b
}

// running is a source under test.
type running struct {
	*Source
	t      *testing.T
	sink   *collector
	stop   func() error
	bound  chan string
	mu     sync.Mutex
	found  []evidence.Defect
	signal chan struct{}
}

func (r *running) codes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, d := range r.found {
		out = append(out, string(d.Code))
	}
	return out
}

func (r *running) has(code evidence.Code) bool {
	return strings.Contains(strings.Join(r.codes(), " ")+" ", string(code)+" ")
}

// wait waits for a state.
func (r *running) wait(what string, ok func() bool) {
	r.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			codes := r.codes()
			r.t.Fatalf("%s did not come about: %+v\n%d findings, the last %v", what, r.State(), len(codes), codes[max(0, len(codes)-5):])
		case <-r.sink.changed:
		case <-r.signal:
		case <-tick.C:
		}
	}
}

func (r *running) waitBytes(n int) {
	r.t.Helper()
	r.wait(fmt.Sprint(n, " bytes"), func() bool { return len(r.sink.received("*")) >= n })
}

func (r *running) waitPhase(p Phase) {
	r.t.Helper()
	r.wait(string(p), func() bool { return r.State().Phase == p })
}

// run starts a source with short pauses, and stops it at the end of the test.
func run(t *testing.T, c Config) *running {
	t.Helper()
	r := &running{t: t, bound: make(chan string, 16), signal: make(chan struct{}, 1)}
	if c.Sink == nil {
		r.sink = newCollector()
		c.Sink = r.sink
	} else {
		r.sink = c.Sink.(*collector)
	}
	if c.Name == "" {
		c.Name = "feed"
	}
	if c.Spool.Dir == "" {
		c.Spool.Dir = t.TempDir()
	}
	if c.FirstPause == 0 {
		c.FirstPause, c.LastPause = time.Millisecond, 5*time.Millisecond
	}
	c.Bound = func(a string) { r.bound <- a }
	c.Report = func(_ time.Time, d evidence.Defect) {
		r.mu.Lock()
		r.found = append(r.found, d)
		r.mu.Unlock()
		select {
		case r.signal <- struct{}{}:
		default:
		}
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Source = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	var once sync.Once
	var result error
	r.stop = func() error {
		once.Do(func() {
			cancel()
			result = <-done
		})
		return result
	}
	t.Cleanup(func() { _ = r.stop() })
	return r
}

// stream is a transport stream of our own: so many seconds of video of 25 pictures a second and
// metadata in each of them.
func stream(t testing.TB, seconds, picture int) []byte {
	t.Helper()
	var b bytes.Buffer
	m, err := mpegts.NewMuxer(&b, mpegts.MuxConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range seconds * 25 {
		pts := int64(90000 + i*3600)
		nal := append([]byte{0, 0, 0, 1, 0x41}, bytes.Repeat([]byte{byte(i)}, picture)...)
		if i%25 == 0 {
			nal[4] = 0x65
		}
		if err := m.WriteVideo(mpegts.Frame{PTS: pts, Key: i%25 == 0, Data: nal}); err != nil {
			t.Fatal(err)
		}
		if err := m.WriteMetadata(pts, packet336(i)); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// packet336 is a KLV triplet under the key of ST 0601.
func packet336(i int) []byte {
	key := []byte{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x0B, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x01, 0x01, 0, 0, 0}
	return append(append(key, 4), 65, 2, byte(i>>8), byte(i))
}

// hand is a clock that is moved by hand.
type hand struct {
	mu     sync.Mutex
	now    time.Time
	timers []*handTimer
}

type handTimer struct {
	clock *hand
	at    time.Time
	c     chan time.Time
	done  bool
}

func newHand() *hand { return &hand{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) NewTimer(d time.Duration) Timer {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := &handTimer{clock: h, at: h.now.Add(d), c: make(chan time.Time, 1)}
	h.timers = append(h.timers, t)
	return t
}

func (t *handTimer) C() <-chan time.Time { return t.c }

func (t *handTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	was := !t.done
	t.done = true
	return was
}

func (h *hand) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
	keep := h.timers[:0]
	for _, t := range h.timers {
		if !t.done && !t.at.After(h.now) {
			t.done = true
			t.c <- h.now
		}
		if !t.done {
			keep = append(keep, t)
		}
	}
	h.timers = keep
}

// pending are how long the timers still run.
func (h *hand) pending() []time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []time.Duration
	for _, t := range h.timers {
		if !t.done {
			out = append(out, t.at.Sub(h.now))
		}
	}
	return out
}

// until moves the clock in steps until something is so.
func (r *running) until(h *hand, step time.Duration, what string, ok func() bool) {
	r.t.Helper()
	r.wait(what, func() bool {
		if ok() {
			return true
		}
		h.advance(step)
		return false
	})
}
