package live

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func listenTCP(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestTCP(t *testing.T) {
	t.Parallel()
	l := listenTCP(t)
	r := run(t, Config{URL: "tcp://" + l.Addr().String()})
	ts := stream(t, 2, 20000)
	c := accept(t, l)
	// The sender goes away in the middle of a packet, and comes back.
	send(t, c, ts[:100_001])
	r.waitBytes(100_001)
	_ = c.Close()
	c = accept(t, l)
	send(t, c, ts[100_001:])
	r.waitBytes(len(ts))
	if !bytes.Equal(r.sink.received(""), ts) {
		t.Fatal("what came is not what was sent")
	}
	var firsts []int
	n := 0
	for _, k := range r.sink.all() {
		if k.First {
			firsts = append(firsts, n)
		}
		n += len(k.Bytes)
	}
	if !slices.Equal(firsts, []int{0, 100_001}) {
		t.Errorf("connections begin at %v", firsts)
	}
	if st := r.State(); st.Reconnects != 1 || !r.has(CodeAbandoned) || st.Loss.Known {
		t.Errorf("%+v %v", st, r.codes())
	}
}

func TestTCPListener(t *testing.T) {
	t.Parallel()
	r := run(t, Config{URL: "tcp+listen://127.0.0.1:0"})
	to := <-r.bound
	ts := stream(t, 1, 20000)
	half := len(ts) / 2
	c, err := net.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	send(t, c, ts[:half])
	r.waitBytes(half)
	// A second one is turned away and does not disturb the first.
	second, err := net.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	_, _ = second.Write([]byte("\x47intruder"))
	r.wait("a finding", func() bool { return r.has(CodeSecond) })
	if _, err := io.ReadAll(second); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	send(t, c, ts[half:])
	r.waitBytes(len(ts))
	_ = c.Close()
	r.wait("the end", func() bool { return r.has(CodeAbandoned) })
	c2, err := net.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	defer c2.Close()
	send(t, c2, []byte("garbage"))
	r.waitBytes(len(ts) + 7)
	if !bytes.Equal(r.sink.received(""), append(ts, "garbage"...)) {
		t.Fatal("what came is not what was sent")
	}
	r.wait("a finding", func() bool { return r.has(CodeContent) })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestAConnectionThatStallsIsGivenUp(t *testing.T) {
	t.Parallel()
	clock := newHand()
	l := listenTCP(t)
	r := run(t, Config{URL: "tcp://" + l.Addr().String(), Clock: clock, StallAfter: 5 * time.Second, DropAfter: 30 * time.Second})
	c := accept(t, l)
	send(t, c, []byte("\x47one"))
	r.waitBytes(4)
	r.until(clock, 250*time.Millisecond, "giving up", func() bool { return r.has(CodeAbandoned) })
	if !r.has(CodeStall) || r.State().LastDefect.Got != errDropped.Error() {
		t.Errorf("%v %+v", r.codes(), r.State().LastDefect)
	}
	if age := r.State().LastDefectAt.Sub(r.State().LastByte); age < 30*time.Second || age > 60*time.Second {
		t.Errorf("given up after %s", age)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("the connection is still up")
	}
	got := make(chan net.Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			got <- c
		}
	}()
	var again net.Conn
	r.until(clock, 250*time.Millisecond, "coming back", func() bool {
		select {
		case again = <-got:
			return true
		default:
			return false
		}
	})
	defer again.Close()
	send(t, again, []byte("\x47two"))
	r.waitBytes(8)
}

// TestPausesGrow: with nobody there, each pause is twice the last, up to a bound, with a jitter of half.
func TestPausesGrow(t *testing.T) {
	t.Parallel()
	l := listenTCP(t)
	to := l.Addr().String()
	_ = l.Close()
	clock := newHand()
	r := run(t, Config{
		URL: "tcp://" + to, Clock: clock, Jitter: func() float64 { return 0.5 },
		FirstPause: 400 * time.Millisecond, LastPause: 3 * time.Second, StallAfter: time.Hour,
	})
	var pauses []time.Duration
	for n := 1; n <= 6; n++ {
		var left []time.Duration
		r.wait("a pause", func() bool {
			if len(r.codes()) != n {
				return false
			}
			left = slices.DeleteFunc(clock.pending(), func(d time.Duration) bool { return d > 10*time.Second })
			return len(left) == 1
		})
		pauses = append(pauses, left[0])
		clock.advance(left[0])
	}
	want := []time.Duration{300, 600, 1200, 2250, 2250, 2250}
	for i, d := range want {
		if pauses[i] != d*time.Millisecond {
			t.Fatalf("pauses are %v", pauses)
		}
	}
}
