package jetstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"overflight/internal/jetstream/linktest"
)

const operator = "operator.example"

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

// with returns the lines that contain a text.
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

// until waits for a condition.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	end := time.After(2 * time.Minute)
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

// operatorNode is an operator's node with two partners, MX and US.
func operatorNode(t *testing.T, a *linktest.Authority, revoked string) (*Conn, string, *said) {
	t.Helper()
	own := a.Issue(t, operator, time.Hour)
	log := &said{}
	c := open(t, Config{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(log, nil)), Link: Link{
		Listen: "127.0.0.1:0", Partners: []Partner{{"MX", "mx.example"}, {"US", "us.example"}},
		Certificate: own.Path, Key: own.Key, Authorities: a.Path, Revoked: revoked,
	}})
	at, ok := c.LinkAddress()
	if !ok {
		t.Fatal("the node does not listen")
	}
	return c, at, log
}

func partnerLink(a *linktest.Authority, c linktest.Certificate, at string) Link {
	return Link{Remote: at, RemoteName: operator, Code: "MX", Certificate: c.Path, Key: c.Key, Authorities: a.Path}
}

// TestChannels: what one node stores is stored by the other, with the same sequences, in both directions, and the sender
// learns how far.
func TestChannels(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	o, at, _ := operatorNode(t, a, "")
	p := open(t, Config{Dir: t.TempDir(), Link: partnerLink(a, a.Issue(t, "mx.example", time.Hour), at)})
	ctx := patience(t)
	mo, mp := marksIn(t, t.TempDir()), marksIn(t, t.TempDir())
	for range 2 { // the second time all of it is there, as at a restart
		if err := errors.Join(o.EnsureSender(ctx, Released("MX"), 0), p.EnsureSender(ctx, Answered("MX"), 0)); err != nil {
			t.Fatal(err)
		}
	}
	there, back := copying(t, p, Released("MX"), mp, 1<<30), copying(t, o, Answered("MX"), mo, 1<<30)
	ow, _ := run(t, o, WriterConfig{Stream: Released("MX").Stream, Producer: SenderName, Marks: mo, Flush: time.Millisecond})
	pw, _ := run(t, p, WriterConfig{Stream: Answered("MX").Stream, Producer: SenderName, Marks: mp, Flush: time.Millisecond})
	const n = 100
	for i := range n {
		for w, subject := range map[*Writer]string{ow: Released("MX").Subject("product"), pw: Answered("MX").Subject("receipt")} {
			if _, err := w.Publish(ctx, subject, fmt.Appendf(nil, "%d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	until(t, "both copies", func() bool { return there.State().Last == n && back.State().Last == n })
	until(t, "both senders know", func() bool {
		there, same, err := o.Taken(ctx, Released("MX"))
		back, sameBack, errBack := p.Taken(ctx, Answered("MX"))
		return err == nil && errBack == nil && same && sameBack && there == n && back == n
	})
	if !o.Linked("MX") || !p.Linked("MX") || o.Linked("US") {
		t.Errorf("linked: %v %v, and the other partner %v", o.Linked("MX"), p.Linked("MX"), o.Linked("US"))
	}
	for name, c := range map[Stream]*Conn{Released("MX").Stream: p, Answered("MX").Stream: o} {
		s, err := c.js.Stream(ctx, string(name))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Purge(ctx); err == nil {
			t.Errorf("%s was purged", name)
		}
		if err := s.DeleteMsg(ctx, 1); err == nil {
			t.Errorf("a message of %s was deleted", name)
		}
	}
}

// TestAnotherHistory: a sender that was put back to an older copy has less than its receiver, or something else once it has sent on. The receiver
// finds out which and takes nothing, the sender learns it, and both go on once the newest copy is back.
func TestAnotherHistory(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	o, at, _ := operatorNode(t, a, "")
	dir, folder := t.TempDir(), t.TempDir()
	ctx := patience(t)
	mo := marksIn(t, t.TempDir())
	var k *Copy
	// with runs the sender on a folder, which it leaves as it then is.
	with := func(send []string, wait func()) {
		t.Helper()
		p, err := Open(Config{Dir: dir, Link: partnerLink(a, a.Issue(t, "mx.example", time.Hour), at)})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.EnsureSender(ctx, Answered("MX"), 0); err != nil {
			t.Fatal(err)
		}
		w, err := p.NewWriter(ctx, WriterConfig{Stream: Answered("MX").Stream, Producer: SenderName, Marks: marksIn(t, folder), Flush: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		writing, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- w.Run(writing) }()
		for _, text := range send {
			r, err := w.Publish(ctx, Answered("MX").Subject("receipt"), []byte(text))
			if err == nil {
				_, err = r.Wait(ctx)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if k == nil {
			k = copying(t, o, Answered("MX"), mo, 1<<20)
		}
		wait()
		until(t, "the sender knows", func() bool {
			taken, same, err := p.Taken(ctx, Answered("MX"))
			var other *HistoryError
			return err == nil && (errors.As(k.State().Err, &other) && !same || other == nil && same && taken == k.State().Last)
		})
		stop()
		err = <-ended
		p.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	saved := func(from ...string) (to []string) {
		t.Helper()
		for _, f := range from {
			at := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(at, os.DirFS(f)); err != nil {
				t.Fatal(err)
			}
			to = append(to, at)
		}
		return to
	}
	reaches := func(n uint64) func() {
		return func() { until(t, "what was sent", func() bool { s := k.State(); return s.Last == n && s.Err == nil }) }
	}
	differs := func(shorter bool) func() {
		return func() {
			t.Helper()
			until(t, "another history", func() bool {
				var other *HistoryError
				return errors.As(k.State().Err, &other) && other.Shorter == shorter && other.Last == 3
			})
			if s, err := o.State(ctx, Answered("MX").Stream); err != nil || s.Last != 3 {
				t.Errorf("%+v %v", s, err)
			}
		}
	}
	with([]string{"1", "2"}, reaches(2))
	older := saved(dir, folder)
	with([]string{"3"}, reaches(3))
	newest := saved(dir, folder)
	dir, folder = older[0], older[1]
	with(nil, differs(true))
	with([]string{"another 3", "4"}, differs(false))
	dir, folder = newest[0], newest[1]
	with([]string{"4"}, reaches(4))
}

// copying runs a copy until the test ends.
func copying(t *testing.T, c *Conn, ch Channel, marks Marks, most uint64) *Copy {
	t.Helper()
	k, err := c.NewCopy(patience(t), ch, marks, most)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return k
}

// intruder is a partner's certificate in the hands of somebody with a server of his own: nothing stands between him and
// what the link gives but the operator's node.
func intruder(t *testing.T, a *linktest.Authority, c linktest.Certificate, at string) *nats.Conn {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(c.Path, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(a.Path)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	options := &server.Options{
		ServerName: "intruder", DontListen: true, NoSigs: true, NoLog: true,
		LeafNode: server.LeafNodeOpts{Remotes: []*server.RemoteLeafOpts{{
			URLs: []*url.URL{{Scheme: "tls", Host: at}}, TLS: true, TLSHandshakeFirst: true,
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: pool, ServerName: operator, MinVersion: tls.VersionTLS13},
		}}},
	}
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	until(t, "the intruder is linked", func() bool { return s.NumLeafNodes() == 1 })
	return nc
}

// TestPartnerReachesOnlyItsOwn probes, from a server that the partner made itself, everything that it must not see or do.
func TestPartnerReachesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	o, at, _ := operatorNode(t, a, "")
	ctx := patience(t)
	ensure(t, o, Events, StreamConfig{})
	ensure(t, o, Ledger, StreamConfig{})
	ensure(t, o, Raw("klv"), StreamConfig{})
	for _, code := range []Code{"MX", "US"} {
		if err := o.EnsureSender(ctx, Released(code), 0); err != nil {
			t.Fatal(err)
		}
		ensure(t, o, Answered(code).Stream, StreamConfig{})
	}
	nc := intruder(t, a, a.Issue(t, "mx.example", time.Hour), at)

	// What is heard: everything that comes over the link, under any subject.
	heard := make(chan *nats.Msg, 1000)
	sub, err := nc.ChanSubscribe(">", heard)
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{
		"raw.>", "evt.>", "ledger", "live.>", "released.>", "receipt.>", "deliver.>", "deliver.us.>", "receipts.us.>", "$JS.>", "$SYS.>", "_INBOX.>", "mine",
	} {
		if _, err := nc.ChanSubscribe(more, heard); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	_ = sub
	until(t, "the operator's node knows whom the intruder listens to", func() bool {
		z, err := o.server.server.Leafz(&server.LeafzOptions{Subscriptions: true})
		return err == nil && len(z.Leafs) == 1 && slices.Contains(z.Leafs[0].Subs, "mine")
	})
	for _, subject := range []string{
		"raw.klv.x.y", "evt.obs.x", "ledger", "live.fix.x", "released.us.product", "deliver.us.x", "receipt.us.x", "$SYS.REQ.x",
		"mine", "JS.OPS.API.x", "$JS.ACK.RELEASED_US.partner-us.x", "$JS.ACK.RELEASED_MX.partner-mx.x", "$JS.EVENT.x",
	} {
		if err := o.nc.Publish(subject, []byte("secret")); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := o.nc.Publish("released.mx.product", []byte("yours")); err != nil {
		t.Fatal(err)
	}
	if err := o.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	// What it may have comes by asking, under its subject, and only so: when that has come, all else would have too.
	if err := nc.PublishRequest("JS.OPS.API.CONSUMER.MSG.NEXT.RELEASED_MX.partner-mx", "mine.answer", []byte(`{"batch":1,"expires":10000000000}`)); err != nil {
		t.Fatal(err)
	}
	got := 0
	until(t, "its own comes", func() bool {
		select {
		case m := <-heard:
			if string(m.Data) == "secret" {
				t.Errorf("the partner hears %s", m.Subject)
			}
			if string(m.Data) == "yours" {
				got++
			}
		default:
		}
		return got > 0 && len(heard) == 0
	})
	if got != 1 {
		t.Errorf("what is its own came %d times, and was asked for once", got)
	}

	// What is asked for: no answer to anything, under any of the names that the interface could have.
	before := states(t, o)
	asked := []string{
		"INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.EVT", "STREAM.INFO.LEDGER", "STREAM.INFO.RAW_KLV", "STREAM.INFO.RELEASED_US", "STREAM.INFO.RELEASED_MX",
		"STREAM.MSG.GET.EVT", "STREAM.MSG.GET.RELEASED_US", "STREAM.MSG.GET.RELEASED_MX", "STREAM.MSG.DELETE.RELEASED_MX", "DIRECT.GET.EVT",
		"STREAM.CREATE.MINE", "STREAM.UPDATE.RELEASED_MX", "STREAM.DELETE.EVT", "STREAM.DELETE.RELEASED_MX", "STREAM.DELETE.RECEIPT_MX",
		"STREAM.PURGE.RAW_KLV", "STREAM.PURGE.RELEASED_MX", "STREAM.SNAPSHOT.EVT", "STREAM.RESTORE.MINE",
		"CONSUMER.CREATE.EVT", "CONSUMER.CREATE.EVT.c", "CONSUMER.CREATE.RELEASED_US.c", "CONSUMER.CREATE.RELEASED_MX", "CONSUMER.CREATE.RELEASED_MX.c", "CONSUMER.DURABLE.CREATE.EVT.c",
		"CONSUMER.NAMES.EVT", "CONSUMER.LIST.RELEASED_MX", "CONSUMER.INFO.RELEASED_US.partner-us", "CONSUMER.INFO.RELEASED_MX.partner-mx",
		"CONSUMER.RESET.RELEASED_US.partner-us", "CONSUMER.MSG.NEXT.RELEASED_US.partner-us", "CONSUMER.LEADER.STEPDOWN.RELEASED_MX.partner-mx",
		"CONSUMER.DELETE.RELEASED_MX.partner-mx", "CONSUMER.PAUSE.RELEASED_MX.partner-mx", "CONSUMER.MSG.NEXT.EVT.c", "ACCOUNT.PURGE.OPS", "SERVER.REMOVE",
	}
	var all sync.WaitGroup
	ask := func(subject string) {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, 400*time.Millisecond)
			defer cancel()
			m, err := nc.RequestWithContext(ctx, subject, []byte("{}"))
			if err == nil {
				// The server may say that the link's account has no storage, and that it is no cluster: nothing of ours.
				if !strings.Contains(string(m.Data), `"JetStream not enabled for account"`) && !strings.Contains(string(m.Data), `"JetStream clustering support required"`) {
					t.Errorf("%s answers %s", subject, m.Data)
				}
			} else if !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", subject, err)
			}
		})
	}
	for _, name := range asked {
		for _, prefix := range []string{"$JS.API.", "$JS.OPS.API.", "JS.OPS.API."} {
			ask(prefix + name)
		}
	}
	for _, subject := range []string{
		"$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.PING.JSZ", "$SYS.REQ.ACCOUNT.OPS.CONNZ", "$SYS.REQ.ACCOUNT.OPS.SUBSZ", "$SYS.REQ.CLAIMS.LIST", "$SYS.DEBUG.SUBSCRIBERS",
		"evt.obs.x", "ledger", "raw.klv.x.y", "released.mx.product", "released.us.product", "receipt.us.receipt", "receipt.mx.receipt", "receipts.us.mirror",
	} {
		ask(subject)
	}
	all.Wait()
	if after := states(t, o); after != before {
		t.Errorf("the partner changed what is stored: %s, before %s", after, before)
	}
	// The same way of asking does get an answer where there is one to be had.
	if m, err := nc.RequestWithContext(ctx, "JS.OPS.API.CONSUMER.RESET.RELEASED_MX.partner-mx", []byte(`{"seq":1}`)); err != nil || !strings.Contains(string(m.Data), "partner-mx") {
		t.Errorf("its own consumer: %v", err)
	}
}

// TestPartnerIsBounded: a partner's server cannot fill the operator's memory with subjects.
func TestPartnerIsBounded(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	o, at, log := operatorNode(t, a, "")
	nc := intruder(t, a, a.Issue(t, "mx.example", time.Hour), at)
	for i := range 2 * mostSubjects {
		if _, err := nc.SubscribeSync(fmt.Sprintf("mine.%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the operator's node refuses", func() bool { return len(log.with("maximum subscriptions")) > 0 })
	if z, err := o.server.server.Leafz(nil); err != nil || len(z.Leafs) > 0 && z.Leafs[0].NumSubs > mostSubjects {
		t.Errorf("%+v %v", z, err)
	}
}

// TestCopyIsBounded: no more is stored of what another node sends than may be.
func TestCopyIsBounded(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	o, at, _ := operatorNode(t, a, "")
	p := open(t, Config{Dir: t.TempDir(), Link: partnerLink(a, a.Issue(t, "mx.example", time.Hour), at)})
	ctx := patience(t)
	mo, mp := marksIn(t, t.TempDir()), marksIn(t, t.TempDir())
	if err := p.EnsureSender(ctx, Answered("MX"), 0); err != nil {
		t.Fatal(err)
	}
	w, _ := run(t, p, WriterConfig{Stream: Answered("MX").Stream, Producer: SenderName, Marks: mp, Flush: time.Millisecond})
	for range 20 {
		if _, err := w.Publish(ctx, Answered("MX").Subject("receipt"), make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	k := copying(t, o, Answered("MX"), mo, 10_000)
	until(t, "the copy is full", func() bool { s := k.State(); return errors.Is(s.Err, ErrFull) && s.Last > 0 })
	if s, err := o.State(ctx, Answered("MX").Stream); err != nil || s.Bytes > 10_000 || s.Last != k.State().Last {
		t.Errorf("%+v %v", s, err)
	}
}

// TestCopyTrustsNoSender: where a message says that it belongs, and where it wants to be acknowledged, is a stranger's word:
// neither may lead out of the channel.
func TestCopyTrustsNoSender(t *testing.T) {
	t.Parallel()
	c := open(t, Config{Dir: t.TempDir()})
	ctx := patience(t)
	marks := marksIn(t, t.TempDir())
	k, err := c.NewCopy(ctx, Answered("MX"), marks, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	const subject, reply = "receipt.mx.receipt", "$JS.ACK.RECEIPT_MX.origin-mx.1.3.3.1764374400000000000.0"
	for name, tc := range map[string]struct {
		subject, reply, id string
		data               int
		good               bool
	}{
		"good":                 {subject, reply, "delivery:3", 10, true},
		"subject of events":    {"evt.obs.x", reply, "delivery:3", 10, false},
		"subject of another":   {"receipt.us.receipt", reply, "delivery:3", 10, false},
		"subject of more":      {"receipt.mx.a.b", reply, "delivery:3", 10, false},
		"wildcard":             {"receipt.mx.>", reply, "delivery:3", 10, false},
		"no kind":              {"receipt.mx.", reply, "delivery:3", 10, false},
		"reply to the ledger":  {subject, "ledger", "delivery:3", 10, false},
		"reply to the API":     {subject, "$JS.API.STREAM.DELETE.EVT", "delivery:3", 10, false},
		"reply of another":     {subject, "$JS.ACK.RECEIPT_US.origin-us.1.3.3.1764374400000000000.0", "delivery:3", 10, false},
		"reply and more":       {subject, reply + "@evt.obs.x", "delivery:3", 10, false},
		"no reply":             {subject, "", "delivery:3", 10, false},
		"reply of few tokens":  {subject, "$JS.ACK.RECEIPT_MX.origin-mx.x", "delivery:3", 10, false},
		"sequence of another":  {subject, "$JS.ACK.RECEIPT_MX.origin-mx.1.4.4.1764374400000000000.0", "delivery:4", 10, false},
		"id that does not fit": {subject, reply, "delivery:4", 10, false},
		"another producer":     {subject, reply, "node:3", 10, false},
		"no id":                {subject, reply, "", 10, false},
		"more than is kept":    {subject, reply, "delivery:3", 1 << 20, false},
	} {
		m := &nats.Msg{Subject: tc.subject, Reply: tc.reply, Header: nats.Header{nats.MsgIdHdr: {tc.id}}, Data: make([]byte, tc.data), Sub: &nats.Subscription{}}
		if r, err := k.store(ctx, m, 3); (err == nil) != tc.good || (r != nil) != tc.good {
			t.Errorf("%s: %v %v", name, r, err)
		}
	}
	if n := k.writer.Unacknowledged(); n != 1 {
		t.Errorf("%d messages are queued", n)
	}
}

// states describes all streams.
func states(t *testing.T, c *Conn) string {
	t.Helper()
	var b strings.Builder
	for s := range c.js.ListStreams(patience(t)).Info() {
		fmt.Fprintf(&b, "%s %d-%d %d consumers\n", s.Config.Name, s.State.FirstSeq, s.State.LastSeq, s.State.Consumers)
	}
	return b.String()
}

// TestRefusedCertificates: who must not come in is told nothing, and the log has one line with the one reason.
func TestRefusedCertificates(t *testing.T) {
	t.Parallel()
	a, stranger := linktest.New(t), linktest.New(t)
	list := filepath.Join(t.TempDir(), "revoked.pem")
	good, revoked := a.Issue(t, "mx.example", time.Hour), a.Issue(t, "mx.example", time.Hour)
	a.Revoke(t, list, time.Hour, revoked.Serial)
	o, at, log := operatorNode(t, a, list)
	for name, tc := range map[string]struct {
		cert linktest.Certificate
		want error
	}{
		"expired":         {a.Issue(t, "mx.example", -time.Hour), ErrCertificateExpired},
		"revoked":         {revoked, ErrCertificateRevoked},
		"other authority": {stranger.Issue(t, "mx.example", time.Hour), ErrCertificateUntrusted},
		"other use":       {a.Issue(t, "mx.example", time.Hour, x509.ExtKeyUsageServerAuth), ErrCertificateUntrusted},
		"unknown partner": {a.Issue(t, "fr.example", time.Hour), ErrPartnerUnknown},
	} {
		if told := shake(t, at, &tc.cert); told != 0 {
			t.Errorf("%s: the server tells %d bytes", name, told)
		}
		serial := fmt.Sprintf("serial %x:", tc.cert.Serial)
		until(t, name+": a line in the log", func() bool { return len(log.with(serial)) > 0 })
		if lines := log.with(serial); len(lines) != 1 || !strings.Contains(lines[0], tc.want.Error()) {
			t.Errorf("%s: the log says %q, want one line with %q", name, lines, tc.want)
		}
		found := false
		for _, r := range o.Refusals() {
			found = found || errors.Is(r.Reason, tc.want)
		}
		if !found {
			t.Errorf("%s: not among the refusals: %v", name, o.Refusals())
		}
	}
	if told := shake(t, at, nil); told != 0 {
		t.Errorf("without a certificate the server tells %d bytes", told)
	}
	if told := shake(t, at, &good); told == 0 {
		t.Error("the good certificate is not let in: the others prove nothing")
	}
	// A list that should have been replaced leaves open what was revoked since.
	a.Revoke(t, list, -time.Hour, revoked.Serial)
	if told := shake(t, at, &good); told != 0 {
		t.Errorf("with an old list the server tells %d bytes", told)
	}
	stranger.Revoke(t, list, time.Hour)
	if told := shake(t, at, &good); told != 0 {
		t.Errorf("with a list of another authority the server tells %d bytes", told)
	}
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if told := shake(t, at, &good); told != 0 {
		t.Errorf("without the list the server tells %d bytes", told)
	}
	if o.Linked("MX") {
		t.Error("somebody is linked")
	}
}

// shake shows a certificate and returns how many bytes the server said.
func shake(t *testing.T, at string, c *linktest.Certificate) int {
	t.Helper()
	config := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13} //nolint:gosec // it is the server that is tested
	if c != nil {
		cert, err := tls.LoadX509KeyPair(c.Path, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		config.Certificates = []tls.Certificate{cert}
	}
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", at, config)
	if err != nil {
		return 0
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, _ := conn.Read(make([]byte, 4096)) // the error is the refusal
	return n
}

// TestRevokedWhileLinked: a link ends when its certificate does, and does not come back.
func TestRevokedWhileLinked(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	list := filepath.Join(t.TempDir(), "revoked.pem")
	a.Revoke(t, list, time.Hour)
	o, at, log := operatorNode(t, a, list)
	c := a.Issue(t, "mx.example", time.Hour)
	open(t, Config{Dir: t.TempDir(), Link: partnerLink(a, c, at)})
	until(t, "the partner is linked", func() bool { return o.Linked("MX") })
	o.Recheck()
	if !o.Linked("MX") {
		t.Fatal("the link ended for no reason")
	}
	a.Revoke(t, list, time.Hour, c.Serial)
	o.Recheck()
	if o.Linked("MX") {
		t.Error("the link goes on")
	}
	if lines := log.with("ending a link"); len(lines) != 1 || !strings.Contains(lines[0], ErrCertificateRevoked.Error()) {
		t.Errorf("the log says %q", lines)
	}
	until(t, "the partner has tried again", func() bool { return len(log.with("refusing")) > 0 })
	if o.Linked("MX") {
		t.Error("the partner is back")
	}
}

// TestPartnerKnowsItsOperator: a partner's node does not join a server that is another.
func TestPartnerKnowsItsOperator(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	o, at, _ := operatorNode(t, a, "")
	link := partnerLink(a, a.Issue(t, "mx.example", time.Hour), at)
	link.RemoteName = "another.example"
	p := open(t, Config{Dir: t.TempDir(), Link: link})
	until(t, "the partner refuses", func() bool { return len(p.Refusals()) > 0 })
	if r := p.Refusals()[0]; !errors.Is(r.Reason, ErrCertificateUntrusted) || o.Linked("MX") {
		t.Errorf("refused for %v", r.Reason)
	}
}

// TestBadLinks: what cannot be set up does not start, and says what is wrong.
func TestBadLinks(t *testing.T) {
	t.Parallel()
	a := linktest.New(t)
	c := a.Issue(t, operator, time.Hour)
	good := Link{Listen: "127.0.0.1:0", Partners: []Partner{{"MX", "mx.example"}}, Certificate: c.Path, Key: c.Key, Authorities: a.Path}
	for name, change := range map[string]func(*Link){
		"both ends":       func(l *Link) { l.Remote = "127.0.0.1:1" },
		"code":            func(l *Link) { l.Partners = []Partner{{"mx", "mx.example"}} },
		"code in subject": func(l *Link) { l.Partners = []Partner{{"MX.>", "mx.example"}} },
		"own code":        func(l *Link) { l.Partners = []Partner{{"OPS", "mx.example"}} },
		"no name":         func(l *Link) { l.Partners = []Partner{{"MX", ""}} },
		"code twice":      func(l *Link) { l.Partners = []Partner{{"MX", "a.example"}, {"MX", "b.example"}} },
		"name twice":      func(l *Link) { l.Partners = []Partner{{"MX", "a.example"}, {"US", "a.example"}} },
		"address":         func(l *Link) { l.Listen = "127.0.0.1" },
		"certificate":     func(l *Link) { l.Certificate = a.Path },
		"authorities":     func(l *Link) { l.Authorities = c.Key },
		"revoked":         func(l *Link) { l.Revoked = c.Path },
		"remote code":     func(l *Link) { l.Listen, l.Remote, l.Partners = "", "127.0.0.1:1", nil },
	} {
		l := good
		change(&l)
		c, err := Open(Config{Dir: t.TempDir(), Link: l})
		if err == nil {
			c.Close()
		}
		if !errors.Is(err, ErrLink) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	taken := good
	taken.Listen = busy.Addr().String()
	if c, err := Open(Config{Dir: t.TempDir(), Link: taken}); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("an address that is taken: %v", err)
		if err == nil {
			c.Close()
		}
	}
	if _, err := Open(Config{URL: "nats://127.0.0.1:1", Link: good}); !errors.Is(err, ErrConfig) {
		t.Errorf("a link of a server elsewhere: %v", err)
	}
}

// TestMarkOfAStreamThatGrows: a reader that begins while the stream is written to does not take the newest mark for a loss.
func TestMarkOfAStreamThatGrows(t *testing.T) {
	t.Parallel()
	c := open(t, Config{Dir: t.TempDir()})
	ensure(t, c, Events, StreamConfig{})
	ctx := patience(t)
	marks := marksIn(t, t.TempDir())
	before, err := c.js.Stream(ctx, string(Events))
	if err != nil {
		t.Fatal(err)
	}
	w, _ := run(t, c, WriterConfig{Stream: Events, Producer: "p", Marks: marks, Flush: time.Millisecond})
	write(t, w, "evt.obs.x", 3, numbered)
	if err := c.hold(ctx, before, Events, marks); err != nil {
		t.Error(err)
	}
	if err := marks.Store(Events, "p", Mark{Sequence: 4}); err != nil {
		t.Fatal(err)
	}
	if err := c.hold(ctx, before, Events, marks); !isLoss(err, BelowMark) {
		t.Errorf("a mark beyond the end: %v", err)
	}
}

// TestLinesAreBounded: whoever makes the server complain fills no disk with it, and what was left out is counted.
func TestLinesAreBounded(t *testing.T) {
	t.Parallel()
	var out said
	now := time.Unix(1764374400, 0)
	l := serverLog{slog.New(slog.NewTextHandler(&out, nil)), nil, &budget{now: func() time.Time { return now }}}
	for i := range mostLines + 150 {
		l.Errorf("complaint %d", i)
	}
	if n := len(out.with("")); n != mostLines {
		t.Errorf("%d lines", n)
	}
	now = now.Add(linesIn)
	l.Warnf("later")
	if n := len(out.with("later")); n != 1 || len(out.with("lines=150")) != 1 {
		t.Errorf("afterwards: %q", out.with("")[mostLines:])
	}
}

// TestFolderBeforeAccounts: a journal that was written when the server had one account for all is still there.
func TestFolderBeforeAccounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := server.NewServer(serverOptions(dir, 0))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		t.Fatal("not ready")
	}
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	want, err := streamConfig(Events, StreamConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(patience(t), want); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(patience(t), "evt.obs.x", []byte("before")); err != nil {
		t.Fatal(err)
	}
	nc.Close()
	s.Shutdown()
	s.WaitForShutdown()
	for range 2 {
		c, err := Open(Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.EnsureStream(patience(t), Events, StreamConfig{}); err != nil {
			t.Error(err)
		}
		if state, err := c.State(patience(t), Events); err != nil || state.Last != 1 {
			t.Errorf("%+v %v", state, err)
		}
		c.Close()
	}
}

// TestPartnersNeedARestart: the server within the process takes no other list of partners while it runs. Where this fails it
// does, and adding a partner need not end the links of the others any more: docs/delivery.md.
func TestPartnersNeedARestart(t *testing.T) {
	t.Parallel()
	a, dir := linktest.New(t), t.TempDir()
	own := a.Issue(t, operator, time.Hour)
	link := Link{Listen: "127.0.0.1:0", Partners: []Partner{{"MX", "mx.example"}}, Certificate: own.Path, Key: own.Key, Authorities: a.Path}
	o := open(t, Config{Dir: dir, Link: link})
	for name, tc := range map[string]struct {
		more    []Partner
		refused bool
	}{"the same": {nil, false}, "one more": {[]Partner{{"FR", "fr.example"}}, true}} {
		l := link
		l.Partners = append(slices.Clone(link.Partners), tc.more...)
		options := serverOptions(dir, 0)
		if err := l.apply(options, o.server.secret, o.server.tls); err != nil {
			t.Fatal(err)
		}
		if err := o.server.server.ReloadOptions(options); (err != nil) != tc.refused || tc.refused && !strings.Contains(err.Error(), `field "Users"`) {
			t.Errorf("%s: the server says %v", name, err)
		}
	}
}
