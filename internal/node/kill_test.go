package node

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"overflight/internal/config"
	"overflight/internal/live"
	"overflight/internal/sqlite"
	"overflight/journal"
)

const (
	childFolder = "OVERFLIGHT_TEST_NODE"
	childSource = "OVERFLIGHT_TEST_SOURCE"
	patience    = 5 * time.Minute
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir, os.Getenv(childSource)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func settings(dir string) Config {
	c := config.Default().In(dir)
	c.Log.PerDay = 0
	c.Log.Checkpoint = 200 * time.Millisecond
	c.Disk.Free = 1 << 20
	c.Interval.Verify = 0
	return Config{Config: c}
}

// child runs a node that takes in one source, and says on standard output which packets the journal has acknowledged.
func child(dir, address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := settings(dir)
	there, err := Exists(c.Config)
	if err == nil && !there {
		err = Create(ctx, c)
	}
	if err != nil {
		return err
	}
	n, err := Open(ctx, c)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	numbers := map[uint64][]uint64{} // by sequence of the spool
	said := uint64(0)
	n.heard.took = func(c live.Chunk) {
		mu.Lock()
		numbers[c.Sequence] = numbersIn(c.Bytes)
		mu.Unlock()
	}
	n.heard.acked = func(id live.ID) {
		mu.Lock()
		defer mu.Unlock()
		var out bytes.Buffer
		for ; said < id.Sequence; said++ {
			for _, x := range numbers[said+1] {
				fmt.Fprintln(&out, x)
			}
			delete(numbers, said+1)
		}
		_, _ = os.Stdout.Write(out.Bytes())
	}
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	<-n.Ready()
	if _, err := n.AddSource(ctx, SourceRequest{Name: "cam", URL: address}); err != nil {
		return err
	}
	fmt.Println("ready")
	<-ctx.Done()
	return errors.Join(<-done, n.Close())
}

// numbered is a transport packet without content (a null packet) that bears a number.
func numbered(i uint64) []byte {
	p := bytes.Repeat([]byte{0xFF}, 188)
	copy(p, []byte{0x47, 0x1F, 0xFF, 0x10, 'N', 'O'})
	binary.BigEndian.PutUint64(p[6:], i)
	return p
}

func numbersIn(b []byte) []uint64 {
	var out []uint64
	for i := 0; i+188 <= len(b); i += 188 {
		if b[i] == 0x47 && b[i+4] == 'N' && b[i+5] == 'O' {
			out = append(out, binary.BigEndian.Uint64(b[i+6:]))
		}
	}
	return out
}

// rounds is how often TestKill kills: more in the long run.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("OVERFLIGHT_SOAK_ROUNDS")); err == nil {
		return n
	}
	return 3
}

// TestKill kills the process at random moments while it takes in: no packet that the journal acknowledged is lost, none is
// there twice, everything verifies, and the read models come out the same when they are made again.
func TestKill(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("OVERFLIGHT_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("OVERFLIGHT_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	port, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := port.LocalAddr().String()
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	to, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	sending, stop := context.WithCancel(t.Context())
	var sender sync.WaitGroup
	sender.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := uint64(1); sending.Err() == nil; i += 7 {
			<-tick.C
			var b []byte
			for k := range uint64(7) {
				b = append(b, numbered(i+k)...)
			}
			_, _ = to.Write(b) // nobody may listen now
		}
	})
	dir := t.TempDir()
	acked := map[uint64]bool{}
	for round := range rounds() + 1 {
		last := round == rounds()
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childFolder+"="+dir, childSource+"=udp://"+address)
		var errs bytes.Buffer
		c.Stderr = &errs
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		enough := 500 + rng.IntN(4000)
		after := time.Duration(rng.IntN(400)) * time.Millisecond
		begun := len(acked)
		lines := bufio.NewScanner(out)
		killing := false
		for lines.Scan() {
			if n, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				acked[n] = true
			}
			if len(acked)-begun > enough && !killing {
				killing = true
				time.AfterFunc(after, func() {
					if last {
						_ = c.Process.Signal(os.Interrupt)
					} else {
						_ = c.Process.Signal(syscall.SIGKILL)
					}
				})
			}
		}
		if err := c.Wait(); (err != nil) != !last {
			t.Fatalf("round %d: %v: %s", round, err, errs.String())
		}
		if len(acked) == begun {
			t.Fatalf("round %d: nothing was acknowledged: %s", round, errs.String())
		}
	}
	stop()
	sender.Wait()
	judge(t, dir, acked)
}

// judge opens the folder of a killed node, ends its flight, and holds what is sealed against what was acknowledged.
func judge(t *testing.T, dir string, acked map[uint64]bool) {
	t.Helper()
	c := settings(dir)
	n, end := begin(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	flights, _, err := n.Models().Flights(ctx, sqlite.FlightFilter{}, sqlite.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var got []uint64
	for _, f := range flights {
		if f.State == sqlite.Opened {
			if _, err := n.CloseFlight(ctx, f.Sortie, "test"); err != nil {
				t.Fatal(err)
			}
		}
		got = append(got, n.numbersOf(ctx, t, f.Sortie)...)
	}
	seen := map[uint64]int{}
	for _, x := range got {
		seen[x]++
	}
	lost, twice := 0, 0
	for x := range acked {
		if seen[x] == 0 {
			lost++
		}
	}
	for _, k := range seen {
		if k > 1 {
			twice++
		}
	}
	if lost > 0 || twice > 0 || len(acked) == 0 {
		t.Errorf("of %d acknowledged packets %d are lost; %d of %d are there twice", len(acked), lost, twice, len(seen))
	}
	ok, err := n.Verify(ctx, func(s Step) {
		if !s.OK() {
			t.Errorf("%+v", s)
		}
	})
	if err != nil || !ok {
		t.Error(ok, err)
	}
	before := n.dump(ctx, t)
	if err := end(); err != nil {
		t.Fatal(err)
	}
	if err := Rebuild(ctx, c, func(Step) {}); err != nil {
		t.Fatal(err)
	}
	n, end = begin(t, c)
	if after := n.dump(ctx, t); after != before {
		t.Error("the read models are others when they are made again")
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

// begin runs a node in this process.
func begin(t *testing.T, c Config) (*Node, func() error) {
	t.Helper()
	n, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	end := sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-done, n.Close())
	})
	t.Cleanup(func() { _ = end() })
	select {
	case <-n.Ready():
	case err := <-done:
		done <- nil
		t.Fatal("the node ended: ", err)
	case <-time.After(patience):
		t.Fatal("the node is not ready")
	}
	return n, end
}

func (n *Node) numbersOf(ctx context.Context, t *testing.T, flight journal.Sortie) []uint64 {
	t.Helper()
	segments, err := n.segments(ctx, flight)
	if err != nil {
		t.Fatal(err)
	}
	var out []uint64
	for _, s := range segments {
		b, err := n.plain(ctx, s.Sealed.Segment)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, numbersIn(b)...)
	}
	return out
}

func (n *Node) dump(ctx context.Context, t *testing.T) string {
	t.Helper()
	if err := n.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := n.Models().Dump(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
