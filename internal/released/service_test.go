package released

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"overflight/format/cot"
	"overflight/internal/config"
	"overflight/internal/node"
	"overflight/internal/rulesets"
	"overflight/internal/tak"
	"overflight/share"
)

// record keeps what a service told its log, and put on record.
type record struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
	more  chan struct{}
}

func newRecord() *record {
	r := &record{more: make(chan struct{}, 1)}
	r.Handler = slog.NewTextHandler(r, nil)
	return r
}

// Write takes a line of the log.
func (r *record) Write(line []byte) (int, error) {
	r.add(string(line))
	return len(line), nil
}

func (r *record) add(s string) {
	r.mu.Lock()
	r.lines = append(r.lines, s)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// count is how many lines are like a pattern.
func (r *record) count(pattern string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.lines {
		if regexp.MustCompile(pattern).MatchString(l) {
			n++
		}
	}
	return n
}

// until waits for a line like a pattern.
func (r *record) until(t *testing.T, want string) {
	t.Helper()
	late := time.After(5 * time.Minute)
	for r.count(want) == 0 {
		select {
		case <-r.more:
		case <-late:
			t.Fatalf("never told %q, but\n%s", want, strings.Join(r.lines, "\n"))
		}
	}
}

const settings = `party: USA/OPS
sources: [{name: troy-1, url: "udp://127.0.0.1:5001", video: "rtsp://192.0.2.1/troy"}]
tak:
  listen: 127.0.0.1:0
  certificate: %[1]s/server.pem
  key: %[1]s/server.key
  issuer: %[1]s/issuer.pem
  revoked: %[1]s/revoked
  marking: {classification: RESTRICTED, handling: "TLP:AMBER", releasable_to: [MEX]}
  offices:
    - {id: MEX/SEDENA, level: RESTRICTED, handling: "TLP:AMBER", classes: [identity, platform, time, position, sensing], purposes: [find-laboratories], place_digits: 12, time_digits: 17, delay: 0s, video: true}
    - {id: MEX/FGR, level: RESTRICTED, handling: "TLP:AMBER", classes: [identity, time, position], purposes: [find-laboratories], place_digits: 5, time_digits: 12, delay: 0s}
  clients: [{name: ana, office: MEX/SEDENA}, {name: eva, office: MEX/FGR}]
`

// opened is a service with one aircraft under way.
func opened(t *testing.T, text string, told *record, on ...Register) (*Service, error) {
	t.Helper()
	c, err := config.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	policy, _, err := rulesets.Release()
	if err != nil {
		t.Fatal(err)
	}
	var register Register
	if len(on) > 0 {
		register = on[0]
	}
	return Open(Options{
		Read: func(_ context.Context, who, what, purpose string) error {
			told.add("read " + who + " " + what + " " + purpose)
			return nil
		},
		Register: register, Config: c, Policy: policy, Languages: []share.CoTLanguage{}, Logger: slog.New(told), Now: time.Now,
		Frames: func(ctx context.Context, take func(*node.Frame)) error {
			for tick := time.NewTicker(20 * time.Millisecond); ; {
				now := time.Now()
				take(&node.Frame{Flight: "LOCAL-2026-0001", Source: "troy-1", Time: now, Arrived: now, Position: &[2]float64{-107.53, 24.61}})
				select {
				case <-tick.C:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		},
	})
}

func certificateOf(t *testing.T, c tls.Certificate) *x509.Certificate {
	t.Helper()
	out, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func running(t *testing.T, s *Service) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// eventsOf are what comes, but for what is of the connection itself.
func eventsOf(t *testing.T, conn *tls.Conn) iter.Seq[*cot.Event] {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return func(yield func(*cot.Event) bool) {
		for frames := cot.NewReader(conn, 0); ; {
			f, err := frames.Next()
			if err != nil {
				t.Fatal(err)
			}
			e, err := f.Event()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(e.UID, "overflight-") && !yield(e) {
				return
			}
		}
	}
}

// aircraftOf reads until the aircraft comes.
func aircraftOf(t *testing.T, conn *tls.Conn) *cot.Event {
	t.Helper()
	for e := range eventsOf(t, conn) {
		if e.Type == aircraft {
			return e
		}
	}
	return nil
}

// A certificate says which office somebody is of, and what is shown is that office's; who is revoked is out at once, and stays out.
func TestService(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	for _, name := range []string{"server", "far"} {
		ca.issue(name)
	}
	revoked := filepath.Join(ca.folder, "revoked")
	if err := os.WriteFile(revoked, []byte("# none yet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := newRecord()
	s, err := opened(t, fmt.Sprintf(settings, ca.folder), told)
	if err != nil {
		t.Fatal(err)
	}
	running(t, s)

	ana := ca.issue("ana") // 0xab03
	conn, err := ca.dial(s.Address(), ana)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if e := aircraftOf(t, conn); !math.IsNaN(e.CE) || !strings.Contains(string(e.Detail), "rtsp://192.0.2.1/troy") {
		t.Errorf("%+v %s", e, e.Detail)
	}
	told.until(t, "read ana of MEX/SEDENA tak/MEX/SEDENA find-laboratories")
	eva, err := ca.dial(s.Address(), ca.issue("eva"))
	if err != nil {
		t.Fatal(err)
	}
	defer eva.Close()
	if e := aircraftOf(t, eva); e.CE < 3000 || strings.Contains(string(e.Detail), "rtsp") {
		t.Errorf("%+v %s", e, e.Detail)
	}
	out := func(cert tls.Certificate, want string) {
		t.Helper()
		c, err := ca.dial(s.Address(), cert)
		if err == nil {
			defer c.Close()
			if _, err := c.Read(make([]byte, 1)); err == nil {
				t.Error("let in")
			}
		}
		told.until(t, want)
	}
	out(ca.issue("zoe"), "TAK: not let in.*certificate ab05 of zoe: its name is of no office")
	out(newAuthority(t).issue("ana"), "TAK: not let in.*unknown authority")

	if err := os.WriteFile(revoked, []byte("AB:03 # lost\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	told.until(t, "TAK: delivered.*who=ana office=MEX/SEDENA.*written=[1-9].*ended=revoked")
	told.until(t, `^read ana of MEX/SEDENA tak/MEX/SEDENA/written/[1-9]\d*/passed/0/lost/\d+/revoked find-laboratories$`)
	out(ana, "TAK: not let in.*certificate ab03 of ana: it was revoked")
	// A list that is broken takes nobody back in.
	if err := os.WriteFile(revoked, []byte("who?\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.readRevoked(); err == nil || !strings.Contains(err.Error(), "revoked:1: expected the serial number") {
		t.Error(err)
	}
	out(ana, "TAK: not let in.*certificate ab03 of ana: it was revoked")
}

// What is wrong with files stops the start, in one line.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	ca.issue("server")
	good := fmt.Sprintf(settings, ca.folder)
	if err := os.WriteFile(filepath.Join(ca.folder, "empty"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	feed := "  feeds: [{name: far, address: \"127.0.0.1:1\", office: MEX/FGR, certificate: %[1]s/no.pem, key: %[1]s/server.key, issuer: %[1]s/issuer.pem}]\n"
	for _, x := range []struct{ text, want string }{
		{strings.Replace(good, "/server.pem", "/none.pem", 1), "none.pem: no such file"},
		{strings.Replace(good, "/issuer.pem", "/empty", 1), "empty: expected certificates in PEM"},
		{good, "revoked: no such file"}, // who would be let in is not known
		{good + fmt.Sprintf(feed, ca.folder), "tak: feed far: open "},
	} {
		s, err := opened(t, x.text, newRecord())
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, x.want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	var none *Service
	if err := errors.Join(none.Run(t.Context()), none.Close()); err != nil || none.Address() != "" {
		t.Error(err)
	}
}

// A feed brings an office's picture to a server elsewhere, and says what became of it.
func TestFeeds(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	server := ca.issue("server")
	ca.issue("far")
	r := newRoom(t, Office{Office: office("MEX/FAR", nil)}) // for its server's clock and hub
	came := make(chan *cot.Event, 1000)
	far, err := tak.NewServer(tak.Config{
		Name: "far", Certificate: server, Clients: poolOf(t, ca), Now: time.Now,
		Admit: admitAll(r.hubs["MEX/FAR"]), Took: func(_ tak.Admitted, e *cot.Event) { came <- e },
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- far.Serve(ctx, l) }()

	if err := os.WriteFile(filepath.Join(ca.folder, "revoked"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	told := newRecord()
	s, err := opened(t, fmt.Sprintf(settings+"  feeds: [{name: far, address: %[2]q, office: MEX/FGR, certificate: %[1]s/far.pem, key: %[1]s/far.key, issuer: %[1]s/issuer.pem, server: localhost}]\n", ca.folder, l.Addr().String()), told)
	if err != nil {
		t.Fatal(err)
	}
	running(t, s)
	for e := range came {
		if e.Type == aircraft {
			if e.CE < 3000 {
				t.Errorf("another office's: %+v", e)
			}
			break
		}
	}
	cancel()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	told.until(t, "TAK: delivered.*who=far office=MEX/FGR.*written=[1-9].*ended=left")
	told.until(t, "read far of MEX/FGR tak/MEX/FGR find-laboratories")
}
