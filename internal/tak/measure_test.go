package tak

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"overflight/format/cot"
)

// Many clients, and a tenth of them that stand still: nothing is lost without being counted, no shape and no deletion at all, and nobody
// waits for anybody. With OVERFLIGHT_MEASURE it is the run of docs/performance.md.
func TestManyClients(t *testing.T) {
	clients, lasts, rate, size := 20, time.Second, 400, 4000
	measured := os.Getenv("OVERFLIGHT_MEASURE") == "1"
	if measured {
		clients, lasts, rate, size = 500, 30*time.Second, 200, 560
	} else {
		t.Parallel()
	}
	for _, x := range []struct {
		prefix  string
		stalled int
	}{{"tak/", 0}, {"tak/stalled-", clients / 10}} {
		if x.stalled == 0 && !measured {
			continue // other tests are of that
		}
		m := fanOut(t, clients, x.stalled, rate, size, lasts)
		if measured && x.stalled == 0 {
			t.Logf("FIGURE tak/clients %d", clients)
			t.Logf("FIGURE tak/rate %.1f messages/s", m.rate)
			t.Logf("FIGURE tak/p50-ms %d", m.quantile(0.5))
		}
		if measured {
			t.Logf("FIGURE %sp99-ms %d", x.prefix, m.quantile(0.99))
			t.Logf("FIGURE %sunreported %d", x.prefix, m.unreported)
			t.Logf("FIGURE %slasting-missing %d", x.prefix, m.missing)
			t.Logf("FIGURE %spassed %d", x.prefix, m.passed)
		}
		if m.unreported != 0 || m.missing != 0 {
			t.Errorf("%d stalled: %d unreported, %d lasting missing, %d passed over", x.stalled, m.unreported, m.missing, m.passed)
		}
		if x.stalled > 0 && m.passed == 0 {
			t.Error("nothing was passed over: those that stood still were not behind")
		}
	}
}

// fanned is what became of a run.
type fanned struct {
	rate       float64
	delays     []int // how many were delivered within each whole millisecond, by clients that read
	passed     uint64
	unreported int64
	missing    int
}

func (f *fanned) quantile(q float64) int {
	all := 0
	for _, n := range f.delays {
		all += n
	}
	sum := 0
	for ms, n := range f.delays {
		if sum += n; float64(sum) >= q*float64(all) {
			return ms + 1
		}
	}
	return len(f.delays)
}

const mostDelay = 5000 // ms; what takes longer counts as that

// listener reads everything for one client.
type listener struct {
	conn   *tls.Conn
	r      *cot.Reader
	taken  int
	lastly int // shapes and deletions
	delays []int
}

var (
	stamp   = []byte(`<stamp t="`)
	lasting = []byte(`k="lasting"`)
	ended   = []byte(`k="end"`)
)

// read takes what comes until the end that was published. It looks at bytes only: the cores are the server's too.
func (c *listener) read(timed bool) error {
	for {
		f, err := c.r.Next()
		if err != nil {
			return err
		}
		i := bytes.Index(f.Proto, stamp)
		if i < 0 {
			return fmt.Errorf("a frame without a stamp: %.200q", f.Proto)
		}
		c.taken++
		text := f.Proto[i+len(stamp):]
		if timed {
			nanos, err := strconv.ParseInt(string(text[:bytes.IndexByte(text, '"')]), 10, 64)
			if err != nil {
				return err
			}
			c.delays[min(int(time.Since(time.Unix(0, nanos))/time.Millisecond), mostDelay-1)]++
		}
		if bytes.Contains(text, lasting) {
			c.lastly++
		}
		if bytes.Contains(text, ended) {
			return nil
		}
	}
}

// bare is how many bytes an event of a run has as XML without its padding, about.
const bare = 400

func fanOut(t *testing.T, clients, stalled, rate, size int, lasts time.Duration) fanned {
	t.Helper()
	// Less is kept than is published, so that who stands still falls behind it.
	kept := int(lasts.Seconds()*float64(rate)) / 6
	s := newStage(t, Limits{Kept: kept}, func(c *Config) { c.Write, c.Idle = 5*time.Minute, 5*time.Minute })
	cert := s.ca.issue("ana", time.Hour)
	all := make([]*listener, clients)
	for i := range all {
		all[i] = s.listen(cert)
	}
	var reading sync.WaitGroup
	errs := make(chan error, clients)
	for _, c := range all[stalled:] {
		reading.Go(func() { errs <- c.read(true) })
	}

	// Positions of 40 aircraft; of twenty messages one is a shape that lasts, and one takes a shape back.
	padding := `<remarks>` + strings.Repeat("x", size-bare) + `</remarks>`
	publish := func(n int, k, uid, kind, of string, keep bool) {
		e := event(uid, kind, fmt.Sprintf(`<stamp t="%d" n="%d" k="%s"/>`, time.Now().UnixNano(), n, k)+padding, time.Hour)
		if of != "" {
			e.Detail = append(e.Detail, `<link uid="`+of+`" type="u-d-f" relation="p-p"/>`...)
		}
		s.publishOf(e, of, keep)
	}
	const each = 20
	total := int(lasts.Seconds() * float64(rate))
	kept = 0
	began := time.Now()
	tick := time.NewTicker(time.Second / time.Duration(rate))
	for n := 0; n < total; {
		<-tick.C
		for due := int(time.Since(began).Seconds() * float64(rate)); n < min(due, total); n++ { // a tick that was missed is made up for
			switch n % each {
			case 3:
				publish(n, "lasting", fmt.Sprintf("shape%d", n), "u-d-f", "", true)
				kept++
			case 13:
				publish(n, "lasting", fmt.Sprintf("delete%d", n), cot.TypeDelete, fmt.Sprintf("gone%d", n), false)
				kept++
			default:
				publish(n, "moving", fmt.Sprintf("aircraft%d", n%40), "a-f-A-M-F-Q", "", false)
			}
		}
	}
	tick.Stop()
	out := fanned{rate: float64(total) / time.Since(began).Seconds(), delays: make([]int, mostDelay)}
	publish(total, "end", "end", "a-f-A", "", false)
	total++
	reading.Wait()
	for _, c := range all[:stalled] { // they go on
		reading.Go(func() { errs <- c.read(false) })
	}
	reading.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	taken := int64(0)
	for _, c := range all {
		taken += int64(c.taken)
		if d := kept - c.lastly; d != 0 {
			out.missing += max(d, -d)
		}
		for ms, n := range c.delays {
			out.delays[ms] += n
		}
		c.conn.Close()
	}
	written := uint64(0)
	for range all {
		d := <-s.told
		written += d.Written
		out.passed += d.Passed
	}
	// What the server says that it wrote has arrived, and what it did not write it says.
	out.unreported = max(int64(written)-taken, taken-int64(written)) + int64(total*clients) - taken - int64(out.passed)
	return out
}

// listen connects a client that has agreed on protobuf and takes little before it reads.
func (s *stage) listen(cert tls.Certificate) *listener {
	s.t.Helper()
	plain, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	err1 := plain.(*net.TCPConn).SetReadBuffer(128 << 10)
	conn := tls.Client(plain, &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: s.ca.pool, ServerName: "localhost"})
	c := &listener{conn: conn, r: cot.NewReader(conn, 0), delays: make([]int, mostDelay)}
	s.t.Cleanup(func() { conn.Close() })
	next := func() *cot.Event {
		f, err := c.r.Next()
		if err != nil {
			s.t.Fatal(err)
		}
		e, err := f.Event()
		if err != nil {
			s.t.Fatal(err)
		}
		return e
	}
	offer := next()
	b, err2 := cot.Request(offer.UID, time.Now()).AppendXML(nil)
	if err := errors.Join(err1, err2); err != nil {
		s.t.Fatal(err)
	}
	if _, err := conn.Write(b); err != nil {
		s.t.Fatal(err)
	}
	if _, agreed := next().Agreed(); !agreed {
		s.t.Fatal("not agreed")
	}
	return c
}
