package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"overflight/bundle"
	"overflight/format/mpegts"
	"overflight/internal/client"
	"overflight/internal/config"
	"overflight/internal/node"
	"overflight/internal/recordings"
	"overflight/internal/sqlite"
	"overflight/transparency"
)

// feed is the OSH recording (640x480 H.264 at 2 Mbit/s, ST 0601 at 30 Hz) as it can be sent again and again: where its
// metadata packets lie, so that their times can be set anew.
type feed struct {
	ts    []byte
	units []unit
	long  time.Duration
}

// unit is one metadata packet: the places of its bytes in the stream.
type unit struct {
	places []int
	end    int // offset behind its last transport packet
}

// feedPID is where the recording carries its metadata.
const feedPID = 257

func openFeed(t testing.TB) *feed {
	f := &feed{ts: recordings.Read(t, "misb/osh_sample-stream.ts"), long: 277 * time.Second / 30}
	var places []int
	for at := 0; at+188 <= len(f.ts); at += 188 {
		p := f.ts[at : at+188]
		if int(p[1]&0x1F)<<8|int(p[2]) != feedPID || p[3]&0x10 == 0 {
			continue
		}
		from := 4
		if p[3]&0x20 != 0 {
			from += 1 + int(p[4])
		}
		if p[1]&0x40 != 0 {
			places = nil
			from += 9 + int(p[from+8])
		}
		for i := from; i < 188; i++ {
			places = append(places, at+i)
		}
		key := func(i int) byte { return f.ts[places[i]] }
		if len(places) < 20 {
			continue
		}
		length, head := int(key(16)), 17
		if length&0x80 != 0 {
			n := length & 0x7F
			length = 0
			for i := range n {
				length = length<<8 | int(key(17+i))
			}
			head += n
		}
		if len(places) >= head+length {
			f.units = append(f.units, unit{places: slices.Clone(places[:head+length]), end: at + 188})
			places = nil
		}
	}
	if len(f.units) != 277 {
		t.Fatalf("%d metadata packets", len(f.units))
	}
	return f
}

// stamp sets item 2 of a packet, which comes first, and its checksum, which comes last.
func (u *unit) stamp(ts []byte, at time.Time) {
	head := 17
	if n := ts[u.places[16]]; n&0x80 != 0 {
		head += int(n & 0x7F)
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(at.UnixMicro()))
	for i, x := range b {
		ts[u.places[head+2+i]] = x
	}
	sum := uint16(0)
	for i, p := range u.places[:len(u.places)-2] {
		if i%2 == 0 {
			sum += uint16(ts[p]) << 8
		} else {
			sum += uint16(ts[p])
		}
	}
	ts[u.places[len(u.places)-2]], ts[u.places[len(u.places)-1]] = byte(sum>>8), byte(sum)
}

// shift adds to every clock of the stream.
func shift(ts []byte, ticks int64) {
	add := func(b []byte) { // PTS or DTS, ISO/IEC 13818-1 2.4.3.7
		v := int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
		v += ticks
		b[0] = b[0]&0xF1 | byte(v>>30&7)<<1
		b[1], b[2], b[3], b[4] = byte(v>>22), byte(v>>15)<<1|1, byte(v>>7), byte(v)<<1|1
	}
	for at := 0; at+188 <= len(ts); at += 188 {
		p := ts[at : at+188]
		from := 4
		if p[3]&0x20 != 0 {
			if p[4] > 6 && p[5]&0x10 != 0 {
				base := int64(p[6])<<25 | int64(p[7])<<17 | int64(p[8])<<9 | int64(p[9])<<1 | int64(p[10]>>7)
				base += ticks
				p[6], p[7], p[8], p[9], p[10] = byte(base>>25), byte(base>>17), byte(base>>9), byte(base>>1), byte(base<<7)|p[10]&0x7F
			}
			from += 1 + int(p[4])
		}
		if p[1]&0x40 == 0 || from+19 > 188 || p[from] != 0 || p[from+1] != 0 || p[from+2] != 1 || p[from+3] < 0xBD {
			continue
		}
		if p[from+7]&0x80 != 0 {
			add(p[from+9:])
		}
		if p[from+7]&0x40 != 0 {
			add(p[from+14:])
		}
	}
}

// long is the recording again and again with shifted times.
func (f *feed) repeat(times int, start time.Time) []byte {
	out := make([]byte, 0, times*len(f.ts))
	counters := map[int]byte{}
	for k := range times {
		ts := slices.Clone(f.ts)
		shift(ts, int64(k)*int64(f.long/time.Second*mpegts.Ticks+f.long%time.Second*mpegts.Ticks/time.Second))
		for i := range f.units {
			f.units[i].stamp(ts, start.Add(time.Duration(k)*f.long+time.Duration(i)*time.Second/30))
		}
		for at := 0; at+188 <= len(ts); at += 188 { // continuity goes on
			pid := int(ts[at+1]&0x1F)<<8 | int(ts[at+2])
			if ts[at+3]&0x10 != 0 {
				ts[at+3] = ts[at+3]&0xF0 | counters[pid]
				counters[pid] = (counters[pid] + 1) & 0xF
			}
		}
		out = append(out, ts...)
	}
	return out
}

func settings(dir string) config.Config {
	c := config.Default().In(dir)
	c.Disk.Free = 1 << 20
	c.Interval.Verify = 0
	return c
}

func figures(t *testing.T, name string, v float64) { t.Logf("FIGURE %s %g", name, v) }

// measured leaves out what only prints figures and takes minutes: `make bench` asks for it.
func measured(t *testing.T) {
	t.Helper()
	if os.Getenv("OVERFLIGHT_MEASURE") == "" {
		t.Skip("prints figures only: make bench sets OVERFLIGHT_MEASURE")
	}
}

// TestRecordingRate ingests a recording of 20 minutes, and hashes, encrypts and writes the same bytes twice with fsync.
func TestRecordingRate(t *testing.T) {
	measured(t)
	f := openFeed(t)
	b := f.repeat(130, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	name := filepath.Join(t.TempDir(), "long.ts")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	best, floor, check, hash := 0.0, 0.0, 0.0, 0.0
	for range 3 {
		floor = max(floor, rate(len(b), func() { floorOf(t, b) }))
		dir := t.TempDir()
		c := node.Config{Config: settings(dir)}
		if err := node.Create(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		n, stop := run(t, c)
		best = max(best, rate(len(b), func() {
			s, err := n.AddSource(t.Context(), node.SourceRequest{URL: name})
			if err == nil {
				s, err = n.WaitSource(t.Context(), s.Source)
			}
			if err = errors.Join(err, s.Err); err != nil {
				t.Fatal(err)
			}
		}))
		checked, hashed := measureBundle(t, n)
		check, hash = max(check, checked), max(hash, hashed)
		stop()
	}
	figures(t, "journal/bundle", check)
	figures(t, "journal/sha256", hash)
	figures(t, "journal/recording", best)
	figures(t, "journal/floor", floor)
}

// rate is MB/s.
func rate(bytes int, do func()) float64 {
	begun := time.Now()
	do()
	return float64(bytes) / 1e6 / time.Since(begun).Seconds()
}

// floorOf does what cannot be left out: minute by minute a digest, an encryption under a key of its own, two files, fsync.
func floorOf(t *testing.T, b []byte) {
	dir := t.TempDir()
	const minute = 15 << 20
	for i := 0; len(b) > 0; i++ {
		part := b[:min(minute, len(b))]
		b = b[len(part):]
		_ = sha256.Sum256(part)
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		var sealed bytes.Buffer
		sealed.Grow(len(part) + len(part)/1000)
		w, err := age.Encrypt(&sealed, id.Recipient())
		if err == nil {
			_, err = w.Write(part)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		for k := range 2 {
			file, err := os.Create(filepath.Join(dir, fmt.Sprint(i, k)))
			if err == nil {
				_, err = file.Write(sealed.Bytes())
			}
			if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func run(t *testing.T, c node.Config) (*node.Node, func()) {
	t.Helper()
	n, err := node.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	select {
	case <-n.Ready():
	case err := <-done:
		t.Fatal(err)
	}
	return n, func() {
		cancel()
		if err := errors.Join(<-done, n.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// measureBundle checks a bundle with the bytes of a flight, and hashes as many bytes: both in MB/s.
func measureBundle(t *testing.T, n *node.Node) (check, hash float64) {
	t.Helper()
	flights, _, err := n.Models().Flights(t.Context(), sqlite.FlightFilter{}, sqlite.Page{Limit: 1})
	if err != nil || len(flights) == 0 {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := n.Bundle(t.Context(), &b, node.BundleRequest{Flight: flights[0].Sortie, Segments: true, Who: "bench", Purpose: "bench"}); err != nil {
		t.Fatal(err)
	}
	text, err := n.PolicyText()
	if err != nil {
		t.Fatal(err)
	}
	policy, err := transparency.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		hash = max(hash, rate(b.Len(), func() { _ = sha256.Sum256(b.Bytes()) }))
		check = max(check, rate(b.Len(), func() {
			if r := bundle.Check(bytes.NewReader(b.Bytes()), int64(b.Len()), policy); !r.Verified() {
				t.Fatal(r.Sentence("en"))
			}
		}))
	}
	return check, hash
}

// The load of TestFiftyFeeds.
const (
	feeds     = 50
	rounds    = 3 // the best counts, as the machine is shared
	warm      = 5 * time.Second
	measure   = time.Minute
	listening = 30 * time.Second
)

// TestFiftyFeeds sends fifty live feeds to a server in a process of its own, and measures the processor time that it takes,
// how long it is from a datagram to whoever listens live, and how old bytes grow that the journal does not have.
func TestFiftyFeeds(t *testing.T) {
	measured(t)
	f := openFeed(t)
	dir := t.TempDir()
	binary := filepath.Join(dir, "overflight")
	build := exec.Command("go", "build", "-o", binary, "./cmd/overflight")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var sockets []net.Conn
	var text strings.Builder
	text.WriteString("sources:\n")
	for i := range feeds {
		l, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "  - name: feed-%02d\n    url: udp://%s\n", i, l.LocalAddr())
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("udp", l.LocalAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		sockets = append(sockets, c)
	}
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "node")
	c := exec.Command(binary, "serve", "--config", file, "--data", data, "--listen", "127.0.0.1:0")
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	}()
	ticket := await(t, data)
	sending, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	sent := &sends{at: map[key]time.Time{}}
	for i, s := range sockets {
		all.Go(func() { f.send(sending, s, time.Duration(i)*7*time.Millisecond, fmt.Sprintf("feed-%02d", i), sent) })
	}
	defer func() { stop(); all.Wait() }()
	time.Sleep(warm)
	// First what the server needs, over a whole minute with its sealing; then with somebody who listens to all of it.
	share, p50, p99, journalled := math.Inf(1), math.Inf(1), math.Inf(1), math.Inf(1)
	for range rounds {
		before := lag(t, ticket)
		began, used := time.Now(), processorTime(t, c.Process.Pid)
		time.Sleep(measure)
		share = min(share, (processorTime(t, c.Process.Pid)-used).Seconds()/time.Since(began).Seconds())
		journalled = min(journalled, quantile(before, lag(t, ticket), 0.99))
		latencies := listen(sending, t, ticket, sent)
		time.Sleep(listening)
		got := latencies()
		slices.Sort(got)
		if len(got) < 1000 {
			t.Fatalf("only %d live frames", len(got))
		}
		p50, p99 = min(p50, got[len(got)/2]), min(p99, got[len(got)*99/100])
	}
	figures(t, "journal/feeds-core-share", 100*share)
	figures(t, "journal/live-p50-ms", p50)
	figures(t, "journal/live-p99-ms", p99)
	figures(t, "journal/journalled-p99-ms", 1000*journalled)
	figures(t, "journal/feeds", metric(t, ticket, "overflight_receive_bytes_per_second")*8/1e6)
}

// sends are the instants at which the last bytes of metadata packets were sent.
type sends struct {
	mu sync.Mutex
	at map[key]time.Time
}

type key struct {
	source string
	stamp  int64 // item 2
}

func (s *sends) put(k key, at time.Time) {
	s.mu.Lock()
	s.at[k] = at
	s.mu.Unlock()
}

func (s *sends) take(k key) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.at[k]
	delete(s.at, k)
	return at, ok
}

// send sends the recording in real time, again and again, each metadata packet with the time at which its first bytes are
// sent, and notes when its last are.
func (f *feed) send(ctx context.Context, to net.Conn, delay time.Duration, name string, sent *sends) {
	ts := slices.Clone(f.ts)
	time.Sleep(delay)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	perTick := float64(len(ts)) / (float64(f.long) / float64(10*time.Millisecond))
	at, owed, next, whole := 0, 0.0, 0, 0
	stamps := make([]int64, len(f.units))
	for ctx.Err() == nil {
		<-tick.C
		for owed += perTick; owed > 1316; owed -= 1316 {
			end := min(at+1316, len(ts))
			for next < len(f.units) && f.units[next].places[0] < end {
				now := time.Now()
				f.units[next].stamp(ts, now)
				stamps[next] = now.UnixMicro()
				next++
			}
			for ; whole < next && f.units[whole].end <= end; whole++ {
				sent.put(key{name, stamps[whole]}, time.Now())
			}
			_, _ = to.Write(ts[at:end])
			if at = end; at >= len(ts) {
				at, next, whole = 0, 0, 0
			}
		}
	}
}

func await(t *testing.T, data string) client.Ticket {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var ticket client.Ticket
		b, err := os.ReadFile(filepath.Join(data, "server.json"))
		if err == nil && json.Unmarshal(b, &ticket) == nil {
			if answer, err := http.Get("http://" + ticket.Address + "/readyz"); err == nil {
				_ = answer.Body.Close()
				if answer.StatusCode == http.StatusOK {
					return ticket
				}
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the server is not ready")
		}
	}
}

// listen measures the milliseconds from the sending of a packet to the coming of what it says.
func listen(ctx context.Context, t *testing.T, ticket client.Ticket, sent *sends) func() []float64 {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+ticket.Address+"/api/v1/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ticket.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			now := time.Now()
			var f node.Frame
			if json.Unmarshal(lines.Bytes(), &f) != nil {
				continue
			}
			if at, ok := sent.take(key{f.Source, f.Time.UnixMicro()}); ok {
				out = append(out, float64(now.Sub(at).Microseconds())/1000)
			}
		}
	}()
	return func() []float64 {
		cancel()
		<-done
		return out
	}
}

// processorTime is what a process has used, by Linux's accounting in hundredths of a second.
func processorTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+2:]))
	sum := 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return time.Duration(sum) * 10 * time.Millisecond
}

// lag reads the histogram of how long bytes took to be journalled: how many took no longer than so many seconds.
func lag(t *testing.T, ticket client.Ticket) map[float64]float64 {
	t.Helper()
	out := map[float64]float64{}
	for line := range strings.Lines(metrics(t, ticket)) {
		rest, ok := strings.CutPrefix(line, `overflight_journalled_seconds_bucket{le="`)
		bound, count, cut := strings.Cut(rest, `"} `)
		if !ok || !cut {
			continue
		}
		b, err := strconv.ParseFloat(bound, 64)
		v, err2 := strconv.ParseFloat(strings.TrimSpace(count), 64)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		out[b] = v
	}
	return out
}

// quantile is the least bound that a share of what was counted between two readings does not exceed.
func quantile(before, after map[float64]float64, share float64) float64 {
	var bounds []float64
	most := 0.0
	for b, n := range after {
		bounds = append(bounds, b)
		most = max(most, n-before[b])
	}
	slices.Sort(bounds)
	for _, b := range bounds {
		if after[b]-before[b] >= share*most {
			return b
		}
	}
	return bounds[len(bounds)-1]
}

func metric(t *testing.T, ticket client.Ticket, name string) float64 {
	t.Helper()
	for line := range strings.Lines(metrics(t, ticket)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func metrics(t *testing.T, ticket client.Ticket) string {
	t.Helper()
	answer, err := http.Get("http://" + ticket.Address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
