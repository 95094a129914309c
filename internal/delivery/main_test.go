package delivery

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"overflight/internal/jetstream"
	"overflight/internal/jetstream/linktest"
)

// The test binary runs itself again as the partner's node.
const (
	folderVar = "OVERFLIGHT_DELIVERY_FOLDER"
	remoteVar = "OVERFLIGHT_DELIVERY_REMOTE"
	certVar   = "OVERFLIGHT_DELIVERY_CERTIFICATE"
	keyVar    = "OVERFLIGHT_DELIVERY_KEY"
	rootVar   = "OVERFLIGHT_DELIVERY_AUTHORITIES"
	dieVar    = "OVERFLIGHT_DELIVERY_DIE"
)

func TestMain(m *testing.M) {
	if os.Getenv(folderVar) == "" {
		os.Exit(m.Run())
	}
	if err := partnerProcess(os.Getenv(folderVar)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	operatorName = "operator.example"
	partnerName  = "mx.example"
	mx           = "MX"
)

// The points at which the partner's process can be told to kill itself, while it handles an item that it answers.
const (
	dieTaken    = "taken"    // handed on, and nothing done
	dieWritten  = "written"  // written, and not answered
	dieAnswered = "answered" // answered on its own disk; the place is not moved
)

// die is kill -9 at a point.
func die(at string) {
	if os.Getenv(dieVar) == at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// receiptEvery is how many items the partner's process answers with one receipt.
const receiptEvery = 10

// partnerProcess is a partner's node: it writes a line for each item, and a receipt for some. It ends with its input.
func partnerProcess(dir string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	conn, err := jetstream.Open(jetstream.Config{Dir: filepath.Join(dir, "journal"), Link: jetstream.Link{
		Remote: os.Getenv(remoteVar), RemoteName: operatorName, Code: mx, Certificate: os.Getenv(certVar), Key: os.Getenv(keyVar), Authorities: os.Getenv(rootVar),
	}})
	if err != nil {
		return err
	}
	defer conn.Close()
	p, err := NewPartner(ctx, Config{Conn: conn, Folder: filepath.Join(dir, "delivery"), Interval: 50 * time.Millisecond})
	if err != nil {
		return err
	}
	items, err := os.OpenFile(filepath.Join(dir, "items"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	ended := make(chan error, 2)
	all.Go(func() { ended <- p.Run(ctx) })
	all.Go(func() {
		ended <- p.Items(ctx, func(i Item) error {
			answered := i.Sequence%receiptEvery == 0
			if answered {
				die(dieTaken)
			}
			if _, err := fmt.Fprintln(items, line(i)); err != nil || !answered {
				return err
			}
			die(dieWritten)
			if os.Getenv(dieVar) == dieAnswered { // the answer must not get out: the test cuts the link
				until := time.NewTicker(5 * time.Millisecond)
				defer until.Stop()
				for conn.Linked(mx) {
					<-until.C
				}
			}
			err := p.Answer(ctx, Receipt, i.ID, fmt.Appendf(nil, "%d", i.Sequence))
			die(dieAnswered)
			return err
		})
	})
	all.Go(func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		ended <- nil
	})
	err = <-ended
	cancel()
	_ = os.Stdin.Close()
	return err
}

// line says what an item is.
func line(i Item) string {
	return fmt.Sprintf("%d %s %s %x", i.Sequence, i.Kind, i.ID, sha256.Sum256(i.Body))
}

// child is the partner's node as a process of its own.
type child struct {
	cmd *exec.Cmd
	in  io.Closer
}

// site is where a test keeps what both nodes need.
type site struct {
	authority *linktest.Authority
	own       linktest.Certificate // of the operator's node
	partner   linktest.Certificate
	dir       string
	log       *said
}

func newSite(t testing.TB) *site {
	t.Helper()
	a := linktest.New(t)
	return &site{authority: a, own: a.Issue(t, operatorName, time.Hour), partner: a.Issue(t, partnerName, time.Hour), dir: t.TempDir(), log: &said{}}
}

func (s *site) start(t testing.TB, remote string, more ...string) *child {
	t.Helper()
	dir := filepath.Join(s.dir, "partner")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(exe)}
	c.cmd.Env = append(os.Environ(), folderVar+"="+dir, remoteVar+"="+remote, certVar+"="+s.partner.Path, keyVar+"="+s.partner.Key, rootVar+"="+s.authority.Path)
	c.cmd.Env = append(c.cmd.Env, more...)
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

// kill is kill -9.
func (c *child) kill() {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// items returns the lines that the partner's node has written.
func (s *site) items(t testing.TB) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(s.dir, "partner", "items"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for in := bufio.NewScanner(f); in.Scan(); {
		out = append(out, in.Text())
	}
	return out
}

func (s *site) operatorLink() jetstream.Link {
	return jetstream.Link{
		Listen: "127.0.0.1:0", Partners: []jetstream.Partner{{Code: mx, Name: partnerName}, {Code: "US", Name: "us.example"}},
		Certificate: s.own.Path, Key: s.own.Key, Authorities: s.authority.Path,
	}
}

func (s *site) partnerLink(remote string) jetstream.Link {
	return jetstream.Link{
		Remote: remote, RemoteName: operatorName, Code: mx, Certificate: s.partner.Path, Key: s.partner.Key, Authorities: s.authority.Path,
	}
}

// node is an end under test in this process.
type node struct {
	conn *jetstream.Conn
	stop func() error
}

func open(t testing.TB, s *site, name string, link jetstream.Link) *jetstream.Conn {
	t.Helper()
	c, err := jetstream.Open(jetstream.Config{Dir: filepath.Join(s.dir, name, "journal"), Link: link, Logger: slog.New(slog.NewTextHandler(s.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *site) config(c *jetstream.Conn, name string) Config {
	return Config{
		Conn: c, Folder: filepath.Join(s.dir, name, "delivery"), Interval: 20 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
	}
}

// runner is what Origin and Partner have in common.
type runner interface {
	Run(ctx context.Context) error
	Close() error
}

// run runs an end until it is stopped, at the latest with the test.
func run(t testing.TB, c *jetstream.Conn, r runner) node {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	var once sync.Once
	n := node{conn: c}
	n.stop = func() (err error) {
		once.Do(func() {
			cancel()
			err = <-ended
			if closing := r.Close(); err == nil {
				err = closing
			}
			c.Close()
		})
		return err
	}
	t.Cleanup(func() {
		if err := n.stop(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// origin opens and runs the operator's end.
func (s *site) origin(t testing.TB, change func(*Config)) (*Origin, node) {
	t.Helper()
	c := open(t, s, "origin", s.operatorLink())
	cfg := s.config(c, "origin")
	if change != nil {
		change(&cfg)
	}
	o, err := NewOrigin(patience(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return o, run(t, c, o)
}

// inProcess opens and runs the partner's end.
func (s *site) inProcess(t testing.TB, remote string, change func(*Config)) (*Partner, node) {
	t.Helper()
	c := open(t, s, "inside", s.partnerLink(remote))
	cfg := s.config(c, "inside")
	if change != nil {
		change(&cfg)
	}
	p, err := NewPartner(patience(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p, run(t, c, p)
}

func (n node) address(t testing.TB) string {
	t.Helper()
	at, ok := n.conn.LinkAddress()
	if !ok {
		t.Fatal("the node does not listen")
	}
	return at
}

// reading reads until it is stopped; to end before is a fault.
func reading(t testing.TB, read func(ctx context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	ended := make(chan error, 1)
	go func() {
		err := read(ctx)
		if ctx.Err() == nil {
			t.Errorf("the reading ended: %v", err)
		}
		ended <- err
	}()
	return func() error {
		cancel()
		return <-ended
	}
}

// next waits for what comes on a channel.
func next[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(2 * time.Minute):
		t.Fatal("waited in vain")
		panic("not reached")
	}
}

func patience(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	t.Cleanup(cancel)
	return ctx
}

// until waits for a condition.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	untilFor(t, 30*time.Second, what, holds)
}

func untilFor(t testing.TB, longest time.Duration, what string, holds func() bool) {
	t.Helper()
	end := time.After(longest)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// said collects lines of a log.
type said struct {
	mu    sync.Mutex
	lines []string
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, string(b))
	return len(b), nil
}

func (s *said) with(text string) (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lines {
		if strings.Contains(l, text) {
			out = append(out, l)
		}
	}
	return out
}

// wire is a way from the partner's node to the operator's that can be cut, and frozen: then it stands and carries nothing.
type wire struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	thaw   *sync.Cond
	cut    bool
	frozen bool
	conns  map[net.Conn]bool
}

func newWire(t testing.TB, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to, conns: map[net.Conn]bool{}}
	w.thaw = sync.NewCond(&w.mu)
	go w.accept()
	t.Cleanup(func() {
		_ = l.Close()
		w.freeze(false)
		w.set(true)
	})
	return w
}

func (w *wire) address() string { return w.listener.Addr().String() }

func (w *wire) accept() {
	for {
		in, err := w.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = in.Close()
		} else if !w.join(in, out) {
			_ = in.Close()
			_ = out.Close()
		}
	}
}

// join carries bytes both ways until the wire is cut.
func (w *wire) join(in, out net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return false
	}
	w.conns[in], w.conns[out] = true, true
	for from, to := range map[net.Conn]net.Conn{in: out, out: in} {
		go func() {
			_, _ = io.Copy(passing{w, to}, from)
			_ = to.Close()
			_ = from.Close()
			w.mu.Lock()
			delete(w.conns, from)
			w.mu.Unlock()
		}()
	}
	return true
}

// passing writes when the wire is not frozen.
type passing struct {
	wire *wire
	to   io.Writer
}

func (p passing) Write(b []byte) (int, error) {
	p.wire.mu.Lock()
	for p.wire.frozen {
		p.wire.thaw.Wait()
	}
	p.wire.mu.Unlock()
	return p.to.Write(b)
}

func (w *wire) freeze(frozen bool) {
	w.mu.Lock()
	w.frozen = frozen
	w.mu.Unlock()
	w.thaw.Broadcast()
}

// set cuts the wire, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.conns {
			_ = c.Close()
		}
	}
}
