package live

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"overflight/internal/spool"
)

func dialUDP(t *testing.T, to string) *net.UDPConn {
	t.Helper()
	conn, err := net.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*net.UDPConn)
}

func send(t *testing.T, c net.Conn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

// sendDatagrams sends seven packets a datagram, and no more than the socket surely has room for
// before they have come.
func (r *running) sendDatagrams(c net.Conn, ts []byte) {
	r.t.Helper()
	for at := 0; at < len(ts); {
		burst := min(at+40*1316, len(ts))
		for at < burst {
			n := min(7*188, burst-at)
			send(r.t, c, ts[at:at+n])
			at += n
		}
		r.waitBytes(at)
	}
}

func TestUDP(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1:0", "[::1]:0"} {
		r := run(t, Config{URL: "udp://" + host})
		ts := stream(t, 2, 3000)
		c := dialUDP(t, <-r.bound)
		r.sendDatagrams(c, ts)
		if !bytes.Equal(r.sink.received(""), ts) {
			t.Fatal("what came is not what was sent")
		}
		chunks := r.sink.all()
		for i, k := range chunks {
			if k.Sequence != uint64(i+1) || k.Source != "feed" || k.Producer != r.State().Producer || k.First != (i == 0) || k.Last {
				t.Fatalf("chunk %d is %+v", i, k.ID)
			}
			if i > 0 && (k.Arrival.Before(chunks[i-1].Arrival) || k.Arrival.Location() != time.UTC) {
				t.Fatalf("chunk %d arrived %s after %s", i, k.Arrival, chunks[i-1].Arrival)
			}
		}
		st := r.State()
		if st.Phase != PhaseConnected || st.Peer != c.LocalAddr().String() || st.Bytes != uint64(len(ts)) || st.Chunks != uint64(len(chunks)) ||
			st.Since.IsZero() || st.LastByte.IsZero() || st.Findings != 0 || st.Loss.Packets != 0 || st.Reconnects != 0 {
			t.Errorf("%+v", st)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if st := r.State(); st.Phase != PhaseEnded {
			t.Errorf("%+v", st)
		}
	}
}

func TestMulticastOnLoopback(t *testing.T) {
	t.Parallel()
	lo := ""
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Skipf("interfaces cannot be listed: %v", err)
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback != 0 {
			lo = i.Name
		}
	}
	if lo == "" {
		t.Skip("no loopback interface")
	}
	r := run(t, Config{URL: "udp://" + lo + "@239.255.77.7:43117"})
	r.wait("joining", func() bool { return r.State().Phase == PhaseConnected || r.has(CodeConnect) })
	if r.has(CodeConnect) {
		t.Skipf("the kernel does not join groups on %s: %+v", lo, r.State().LastDefect)
	}
	from := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	c, err := net.DialUDP("udp4", from, &net.UDPAddr{IP: net.IPv4(239, 255, 77, 7), Port: 43117})
	if err != nil {
		t.Skipf("the kernel does not send to groups on %s: %v", lo, err)
	}
	defer c.Close()
	ts := stream(t, 1, 1000)
	if _, err := c.Write(ts[:1316]); err != nil {
		t.Skipf("the kernel does not send to groups on %s: %v", lo, err)
	}
	r.waitBytes(1316)
	r.sendRest(c, ts)
	if !bytes.Equal(r.sink.received(""), ts) {
		t.Fatal("what came is not what was sent")
	}
}

// sendRest sends what follows the first datagram.
func (r *running) sendRest(c net.Conn, ts []byte) {
	r.t.Helper()
	for at := 1316; at < len(ts); {
		n := min(1316, len(ts)-at)
		send(r.t, c, ts[at:at+n])
		at += n
		r.waitBytes(at)
	}
}

func TestDatagramsOfAnyKind(t *testing.T) {
	t.Parallel()
	r := run(t, Config{URL: "udp://127.0.0.1:0"})
	to := <-r.bound
	c := dialUDP(t, to)
	random := rand.New(rand.NewPCG(1, 2))
	var sent []byte
	for i, n := range []int{0, 1, 2, 7, 187, 188, 1316, 1317, 9000, 65507, 1} {
		b := make([]byte, n)
		for j := range b {
			b[j] = byte(random.Uint32())
		}
		if i == 1 {
			b[0] = 0x47
		}
		send(t, c, b)
		sent = append(sent, b...)
		r.waitBytes(len(sent))
	}
	if !bytes.Equal(r.sink.received(""), sent) {
		t.Fatal("what came is not what was sent")
	}
	if codes := r.codes(); len(codes) != 1 || codes[0] != string(CodeContent) {
		t.Errorf("%v, want one finding however much garbage comes", codes)
	}
	// Another sender: its bytes are kept, and told apart.
	send(t, dialUDP(t, to), []byte("\x47another"))
	r.waitBytes(len(sent) + 8)
	if last := r.sink.all()[len(r.sink.all())-1]; !last.First || !r.has(CodeSecond) {
		t.Errorf("%+v %v", last.ID, r.codes())
	}
}

func TestAStallIsAFindingAndEnds(t *testing.T) {
	t.Parallel()
	clock := newHand()
	r := run(t, Config{URL: "udp://127.0.0.1:0", Clock: clock, StallAfter: 5 * time.Second})
	c := dialUDP(t, <-r.bound)
	send(t, c, []byte("\x47one"))
	r.waitBytes(4)
	r.until(clock, 100*time.Millisecond, "a stall", func() bool { return r.has(CodeStall) })
	st := r.State()
	if st.Phase != PhaseStalled || st.Age < 5*time.Second || st.LastDefect.Code != CodeStall {
		t.Errorf("%+v", st)
	}
	if at := st.LastDefectAt.Sub(st.LastByte); at < 5*time.Second || at > 7*time.Second {
		t.Errorf("found after %s", at)
	}
	send(t, c, []byte("\x47two"))
	r.waitBytes(8)
	r.waitPhase(PhaseConnected)
	if got := string(r.sink.received("")); got != "\x47one\x47two" {
		t.Errorf("%q", got)
	}
	n := len(r.codes())
	r.until(clock, 100*time.Millisecond, "another stall", func() bool { return len(r.codes()) > n })
}

func TestTheRateIsOfTheLastSeconds(t *testing.T) {
	t.Parallel()
	clock := newHand()
	r := run(t, Config{URL: "udp://127.0.0.1:0", Clock: clock})
	c := dialUDP(t, <-r.bound)
	for i := range 10 {
		send(t, c, bytes.Repeat([]byte{0x47}, 1000))
		r.waitBytes(1000 * (i + 1))
		clock.advance(time.Second)
	}
	if rate := r.State().Rate; rate != 1000 {
		t.Errorf("%v bytes a second, want 1000", rate)
	}
	clock.advance(time.Minute)
	if rate := r.State().Rate; rate != 0 {
		t.Errorf("%v bytes a second a minute later", rate)
	}
}

func TestAPortInUseIsTriedAgain(t *testing.T) {
	t.Parallel()
	other, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, Config{URL: "udp://" + other.LocalAddr().String()})
	r.wait("two findings", func() bool { return len(r.codes()) >= 2 })
	if !r.has(CodeConnect) {
		t.Error(r.codes())
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	r.waitPhase(PhaseConnected)
	send(t, dialUDP(t, <-r.bound), []byte("\x47hello"))
	r.waitBytes(6)
	if r.State().Reconnects == 0 {
		t.Error("reconnects are not counted")
	}
}

func TestASinkThatBlocksDoesNotStopTheSocket(t *testing.T) {
	t.Parallel()
	sink := newCollector()
	sink.hold = make(chan struct{})
	hold := sink.hold
	dir := t.TempDir()
	r := run(t, Config{URL: "udp://127.0.0.1:0", Sink: sink, Spool: spool.Config{Dir: dir}})
	c := dialUDP(t, <-r.bound)
	ts := stream(t, 2, 4000)
	for at := 0; at < len(ts); {
		n := min(1316, len(ts)-at)
		send(t, c, ts[at:at+n])
		at += n
		r.wait("taken", func() bool { return r.State().Bytes >= uint64(at) })
	}
	st := r.State()
	if st.Delivery != 0 || st.Spool.Waiting != st.Chunks {
		t.Errorf("%+v", st)
	}
	// Stopped before the sink took anything, and started again: all of it is there.
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	close(hold)
	sink2 := newCollector()
	r2 := run(t, Config{URL: "udp://127.0.0.1:0", Sink: sink2, Spool: spool.Config{Dir: dir}})
	r2.waitBytes(len(ts))
	if !bytes.Equal(sink2.received(""), ts) {
		t.Fatal("what came is not what was sent")
	}
	last := sink2.all()[len(sink2.all())-1]
	if last.Producer != st.Producer || last.Sequence != st.Chunks {
		t.Errorf("%+v", last.ID)
	}
	r2.Ack(ID{Source: "another", Producer: last.Producer, Sequence: last.Sequence})
	r2.Ack(ID{Source: last.Source, Producer: "another", Sequence: last.Sequence})
	if r2.State().Spool.Acked != 0 {
		t.Error("somebody else's acknowledgement was taken")
	}
	r2.Ack(last.ID)
	if r2.State().Spool.Waiting != 0 {
		t.Errorf("%+v", r2.State().Spool)
	}
	if err := r2.stop(); err != nil {
		t.Fatal(err)
	}
	r3 := run(t, Config{URL: "udp://127.0.0.1:0", Spool: spool.Config{Dir: dir}})
	send(t, dialUDP(t, <-r3.bound), []byte("\x47new"))
	r3.waitBytes(4)
	if k := r3.sink.all()[0]; string(k.Bytes) != "\x47new" || k.Sequence != st.Chunks+1 {
		t.Errorf("%+v %q", k.ID, k.Bytes)
	}
}

func TestASinkThatRefusesGetsItAgain(t *testing.T) {
	t.Parallel()
	sink := newCollector()
	sink.refuse = errors.New("journal is down")
	r := run(t, Config{URL: "udp://127.0.0.1:0", Sink: sink})
	c := dialUDP(t, <-r.bound)
	send(t, c, []byte("\x47one"))
	r.wait("a finding", func() bool { return r.has(CodeSink) })
	if d := r.State().LastDefect; !strings.Contains(d.Got, "journal is down") {
		t.Errorf("%+v", d)
	}
	sink.mu.Lock()
	sink.refuse = nil
	sink.mu.Unlock()
	send(t, c, []byte("\x47two"))
	r.waitBytes(8)
	if got := string(sink.received("")); got != "\x47one\x47two" {
		t.Errorf("%q", got)
	}
}

func TestTheKernelsDropsAreCounted(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetReadBuffer(8 << 10); err != nil {
		t.Fatal(err)
	}
	loss := kernelDrops(conn)
	if loss == nil || !loss().Known {
		t.Skip("this system does not tell what a socket drops")
	}
	if l := loss(); l.Packets != 0 {
		t.Errorf("%+v before anything was sent", l)
	}
	c := dialUDP(t, conn.LocalAddr().String())
	const sent = 500
	for range sent {
		send(t, c, make([]byte, 1316))
	}
	taken := 0
	for b := make([]byte, 2000); ; taken++ {
		if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(b); err != nil {
			break
		}
	}
	if l := loss(); l.Packets == 0 || l.Packets != sent-uint64(taken) {
		t.Errorf("%+v, %d of %d taken", l, taken, sent)
	}
}
