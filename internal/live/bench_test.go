package live

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"overflight/internal/spool"
)

// generatorTo makes the test binary, run again, the sender of the benchmark, so that what it uses is
// not counted.
const generatorTo = "OVERFLIGHT_LIVE_GENERATOR"

// Of each feed: 30 metadata packets a second and 2 Mbit/s of video.
const (
	feeds         = 50
	metadataEvery = time.Second / 30
	videoEvery    = time.Second * 1316 * 8 / 2_000_000
	benchFor      = 5 * time.Second
)

// generate sends to every address and says how many datagrams it sent.
func generate(addresses []string) error {
	var conns []net.Conn
	for _, a := range addresses {
		c, err := net.Dial("udp", a)
		if err != nil {
			return err
		}
		conns = append(conns, c)
	}
	video := make([]byte, 1316)
	video[0] = 0x47
	metadata := make([]byte, 300)
	copy(metadata, packet336(0)[:16])
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	begin := time.Now()
	sent := 0
	videos, metadatas := make([]int, len(conns)), make([]int, len(conns))
	for range tick.C {
		now := time.Since(begin)
		if now > benchFor {
			break
		}
		for i, c := range conns {
			// Feeds are not in step with each other.
			at := now - time.Duration(i)*time.Millisecond
			for ; time.Duration(videos[i])*videoEvery < at; videos[i]++ {
				if _, err := c.Write(video); err == nil {
					sent++
				}
			}
			for ; time.Duration(metadatas[i])*metadataEvery < at; metadatas[i]++ {
				binary.BigEndian.PutUint64(metadata[16:], uint64(time.Now().UnixNano()))
				if _, err := c.Write(metadata); err == nil {
					sent++
				}
			}
		}
	}
	fmt.Println(sent)
	return nil
}

// counter is a sink that counts, and acknowledges in batches as a journal does.
type counter struct {
	source *Source
	every  time.Duration

	mu      sync.Mutex
	chunks  int
	delays  []time.Duration // of the metadata, from the sender's hand to here
	waiting ID
	acked   time.Time
}

func (c *counter) Deliver(_ context.Context, k Chunk) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chunks++
	if k.Bytes[0] != 0x47 {
		c.delays = append(c.delays, time.Duration(time.Now().UnixNano()-int64(binary.BigEndian.Uint64(k.Bytes[16:]))))
	}
	if k.Arrival.Sub(c.acked) >= c.every {
		if c.waiting.Sequence > 0 {
			c.source.Ack(c.waiting)
		}
		c.waiting, c.acked = k.ID, k.Arrival
	}
	return nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFiftyFeeds is 50 feeds over loopback UDP through their spools into a sink that counts.
// core is the share of one core that this process used, user and system; the sender is another one.
func BenchmarkFiftyFeeds(b *testing.B) {
	for _, every := range []time.Duration{200 * time.Millisecond, 2 * time.Second} {
		b.Run(fmt.Sprintf("acknowledged after %s", every), func(b *testing.B) {
			for b.Loop() {
				fiftyFeeds(b, every)
			}
		})
	}
}

func fiftyFeeds(b *testing.B, every time.Duration) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	bound := make(chan string, feeds)
	sinks := make([]*counter, feeds)
	var all sync.WaitGroup
	var addresses []string
	for i := range sinks {
		sinks[i] = &counter{every: every}
		s, err := New(Config{
			Name: fmt.Sprint("feed", i), URL: "udp://127.0.0.1:0", Sink: sinks[i],
			Spool: spool.Config{Dir: b.TempDir()}, Bound: func(a string) { bound <- a },
		})
		if err != nil {
			b.Fatal(err)
		}
		sinks[i].source = s
		all.Go(func() { _ = s.Run(ctx) })
		addresses = append(addresses, <-bound)
	}
	before, begin := cpu(), time.Now()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), generatorTo+"="+strings.Join(addresses, ","))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	used, took := cpu()-before, time.Since(begin)
	var sent, taken int
	if _, err := fmt.Sscan(string(out), &sent); err != nil {
		b.Fatal(err)
	}
	cancel()
	all.Wait()
	var delays []time.Duration
	var dropped uint64
	for _, c := range sinks {
		taken += int(c.source.State().Chunks)
		dropped += c.source.State().Loss.Packets
		delays = append(delays, c.delays...)
	}
	slices.Sort(delays)
	b.ReportMetric(100*used.Seconds()/took.Seconds(), "%core")
	b.ReportMetric(float64(taken)/took.Seconds(), "datagrams/s")
	b.ReportMetric(float64(sent-taken), "missing")
	b.ReportMetric(float64(dropped), "dropped")
	if n := len(delays); n > 0 {
		b.ReportMetric(float64(delays[n/2].Microseconds()), "p50-us")
		b.ReportMetric(float64(delays[n*99/100].Microseconds()), "p99-us")
	}
}
