package live

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	srt "github.com/datarhei/gosrt"
)

func srtConfig(passphrase string) srt.Config {
	c := srt.DefaultConfig()
	c.Latency, c.ReceiverLatency, c.PeerLatency = 20*time.Millisecond, 20*time.Millisecond, 20*time.Millisecond
	c.Passphrase = passphrase
	c.ConnectionTimeout = patience
	return c
}

// callSender connects a sender to a source that listens; end closes it.
func callSender(t *testing.T, to string, c srt.Config) (srt.Conn, error) {
	t.Helper()
	conn, err := srt.Dial("srt", to, c)
	if err != nil {
		turnedAway.Add(1)
		return nil, err
	}
	t.Cleanup(func() { end(conn) })
	return conn, nil
}

// end closes a connection that was dialled, with the goroutine that the library leaves.
func end(c srt.Conn) {
	_ = c.Close()
	drainSRT(c)
}

// sendMessages sends seven packets a message, and no more than the sender's queue surely takes before
// they have come.
func (r *running) sendMessages(c srt.Conn, ts []byte) {
	r.t.Helper()
	before := len(r.sink.received("*"))
	for at := 0; at < len(ts); {
		burst := min(at+30*1316, len(ts))
		for at < burst {
			n := min(1316, burst-at)
			if _, err := c.Write(ts[at : at+n]); err != nil {
				r.t.Fatal(err)
			}
			at += n
		}
		r.waitBytes(before + at)
	}
}

func TestSRTListener(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ url, passphrase string }{
		{"srt://127.0.0.1:0?mode=listener&latency=20", ""},
		{"srt://127.0.0.1:0?mode=listener&latency=20&passphrase=correct-horse", "correct-horse"},
	} {
		r := run(t, Config{URL: tc.url})
		to := <-r.bound
		ts := stream(t, 2, 3000)
		c, err := callSender(t, to, srtConfig(tc.passphrase))
		if err != nil {
			t.Fatal(err)
		}
		r.sendMessages(c, ts)
		if st := r.State(); !st.Loss.Known || st.Loss.Packets != 0 || st.Phase != PhaseConnected || st.Peer == "" {
			t.Errorf("%+v", st)
		}
		if tc.passphrase == "" {
			if _, err := callSender(t, to, srtConfig("")); err == nil {
				t.Error("a second sender was taken")
			}
			r.wait("a finding", func() bool { return r.has(CodeSecond) })
		} else {
			wrong := srtConfig("wrong-horse-wrong")
			if _, err := callSender(t, to, wrong); err == nil {
				t.Error("a wrong passphrase was taken")
			}
			if _, err := callSender(t, to, srtConfig("")); err == nil {
				t.Error("an open connection was taken")
			}
			r.wait("findings", func() bool { return r.has(CodeProtocol) })
		}
		end(c)
		r.wait("the end", func() bool { return r.has(CodeAbandoned) })
		c, err = callSender(t, to, srtConfig(tc.passphrase))
		if err != nil {
			t.Fatal(err)
		}
		r.sendMessages(c, ts)
		if !bytes.Equal(r.sink.received(""), append(ts[:len(ts):len(ts)], ts...)) {
			t.Fatal("what came is not what was sent")
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestSRTCaller(t *testing.T) {
	t.Parallel()
	l, err := srt.Listen("srt", "127.0.0.1:0", srtConfig(""))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conns := make(chan srt.Conn, 4)
	go func() {
		for {
			req, err := l.Accept2()
			if err != nil {
				return
			}
			if req.StreamId() != "feed-1" {
				req.Reject(srt.REJ_PEER)
				continue
			}
			if c, err := req.Accept(); err == nil {
				conns <- c
			}
		}
	}()
	r := run(t, Config{URL: "srt://" + l.Addr().String() + "?latency=20&streamid=feed-1"})
	ts := stream(t, 2, 3000)
	for range 2 { // the sender goes away and comes back
		c := <-conns
		r.waitPhase(PhaseConnected)
		r.sendMessages(c, ts)
		_ = c.Close()
		r.wait("the end", func() bool { return r.has(CodeAbandoned) })
	}
	if !bytes.Equal(r.sink.received(""), append(ts[:len(ts):len(ts)], ts...)) {
		t.Fatal("what came is not what was sent")
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestSRTCallerWithNobodyThere(t *testing.T) {
	t.Parallel()
	// A port that takes datagrams and says nothing, then nonsense.
	mute, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	r := run(t, Config{URL: "srt://" + mute.LocalAddr().String(), Connect: 50 * time.Millisecond})
	r.wait("two tries", func() bool { return len(r.codes()) >= 2 })
	if !r.has(CodeConnect) {
		t.Error(r.codes())
	}
	go func() {
		b := make([]byte, 1500)
		for {
			_, from, err := mute.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = mute.WriteTo([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), from)
		}
	}()
	r.wait("a finding", func() bool { return r.has(CodeProtocol) })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

// TestGarbageToAnSRTListener: datagrams of noise, and handshakes with noise in them, beside a sender.
func TestGarbageToAnSRTListener(t *testing.T) {
	t.Parallel()
	r := run(t, Config{URL: "srt://127.0.0.1:0?mode=listener&latency=20"})
	to := <-r.bound
	c, err := callSender(t, to, srtConfig(""))
	if err != nil {
		t.Fatal(err)
	}
	noise := dialUDP(t, to)
	hello, err := induction(noise)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	ts := stream(t, 1, 2000)
	for at := 0; at < len(ts); at += 13160 {
		for range 100 {
			b := bytes.Clone(hello)
			if random.IntN(3) == 0 {
				b = make([]byte, random.IntN(1500))
				for i := range b {
					b[i] = byte(random.Uint32())
				}
			}
			for range random.IntN(8) {
				if len(b) > 0 {
					b[random.IntN(len(b))] = byte(random.Uint32())
				}
			}
			if random.IntN(4) == 0 {
				b = b[:random.IntN(len(b)+1)]
			}
			_, _ = noise.Write(b)
		}
		r.sendMessages(c, ts[at:min(at+13160, len(ts))])
	}
	if !bytes.Equal(r.sink.received(""), ts) {
		t.Fatal("what came is not what was sent")
	}
}

func TestSRTDialIsNotCalledWhenStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &Source{address: Address{Scheme: SchemeSRT, Host: "127.0.0.1", Port: 9}, config: Config{Connect: time.Hour}}
	if err := s.callSRT(ctx); err == nil {
		t.Error("a connection to nobody")
	}
}

// TestSRTCallerTurnedAway: who refuses once will refuse again, so the pause is long.
func TestSRTCallerTurnedAway(t *testing.T) {
	t.Parallel()
	l, err := srt.Listen("srt", "127.0.0.1:0", srtConfig(""))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	turnedAway.Add(1) // the pause after it is longer than the test
	go func() {
		for {
			req, err := l.Accept2()
			if err != nil {
				return
			}
			req.Reject(srt.REJ_PEER)
		}
	}()
	clock := newHand()
	r := run(t, Config{
		URL: "srt://" + l.Addr().String(), Clock: clock, Connect: 500 * time.Millisecond,
		StallAfter: time.Hour, FirstPause: time.Second, LastPause: 30 * time.Second,
	})
	var left time.Duration
	r.wait("a pause", func() bool {
		for _, d := range clock.pending() {
			if d < time.Hour {
				left = d
			}
		}
		return left > 0
	})
	if !r.has(CodeConnect) || left < time.Minute {
		t.Errorf("%v, again in %s", r.codes(), left)
	}
}
