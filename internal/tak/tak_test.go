package tak

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"overflight/format/cot"
)

// issuer makes certificates as an operator's own authority does.
type issuer struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
	mu   sync.Mutex
	n    int64
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "issuer"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, pool: x509.NewCertPool(), n: 1}
	if i.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	i.pool.AddCert(i.cert)
	return i
}

func (i *issuer) issue(name string, life time.Duration) tls.Certificate {
	i.t.Helper()
	i.mu.Lock()
	i.n++
	n := i.n
	i.mu.Unlock()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(life), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, i.cert, &key.PublicKey, i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// stage is a server at work, with one hub for every class.
type stage struct {
	*Server
	t       testing.TB
	ca      *issuer
	hub     *Hub
	address string
	told    chan Delivery
	refused chan error
	mu      sync.Mutex
	revoked map[string]bool
}

func newStage(t testing.TB, l Limits, change func(*Config)) *stage {
	t.Helper()
	ca := newIssuer(t)
	s := &stage{t: t, ca: ca, hub: NewHub(l, time.Now), told: make(chan Delivery, 4096), refused: make(chan error, 4096), revoked: map[string]bool{}}
	c := Config{
		Name: "test", Certificate: ca.issue("server", time.Hour), Clients: ca.pool, Now: time.Now,
		Admit: func(_ context.Context, cert *x509.Certificate) (Admitted, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.revoked[serial(cert)] {
				return Admitted{}, errors.New("revoked")
			}
			return Admitted{cert.Subject.CommonName, "mx", s.hub}, nil
		},
		Told:    func(d Delivery) { s.told <- d },
		Refused: func(_ string, err error) { s.refused <- err },
	}
	if change != nil {
		change(&c)
	}
	var err error
	if s.Server, err = NewServer(c); err != nil {
		t.Fatal(err)
	}
	l2, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l2.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l2) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *stage) dial(cert tls.Certificate) (*tls.Conn, error) {
	return tls.Dial("tcp", s.address, &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: s.ca.pool, ServerName: "localhost"})
}

// client is connected and reads; with proto it has agreed on that.
type client struct {
	t    testing.TB
	conn *tls.Conn
	r    *cot.Reader

	early []*cot.Event // that came while the format was being agreed on
}

func (s *stage) connect(proto bool) *client {
	s.t.Helper()
	conn, err := s.dial(s.ca.issue("ana", time.Hour))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	c := &client{t: s.t, conn: conn, r: cot.NewReader(conn, 0)}
	offer := c.next()
	if !offer.Offered() {
		s.t.Fatalf("first came %s", offer.Type)
	}
	if proto {
		c.send(cot.Request(offer.UID, time.Now()))
		var early []*cot.Event
		for {
			e := c.next()
			if answer, agreed := e.Agreed(); answer {
				if !agreed {
					s.t.Fatal("not agreed")
				}
				break
			}
			early = append(early, e)
		}
		c.early = early
	}
	return c
}

func (c *client) send(e *cot.Event) {
	c.t.Helper()
	b, err := e.AppendXML(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) next() *cot.Event {
	c.t.Helper()
	if len(c.early) > 0 {
		e := c.early[0]
		c.early = c.early[1:]
		return e
	}
	if err := c.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		c.t.Fatal(err)
	}
	f, err := c.r.Next()
	if err != nil {
		c.t.Fatal(err)
	}
	e, err := f.Event()
	if err != nil {
		c.t.Fatal(err)
	}
	return e
}

func event(uid, kind, detail string, life time.Duration) *cot.Event {
	at := time.Now().UTC().Truncate(time.Millisecond)
	return &cot.Event{UID: uid, Type: kind, How: "m-g", Time: at, Start: at, Stale: at.Add(life), Lat: 24.6, Lon: -107.5, HAE: math.NaN(), CE: math.NaN(), LE: math.NaN(), Caveat: "FOUO", ReleasableTo: "MEX", Access: "Undefined", Detail: []byte(detail)}
}

func (s *stage) publish(e *cot.Event, lasting bool) {
	s.t.Helper()
	s.publishOf(e, "", lasting)
}

func (s *stage) publishOf(e *cot.Event, of string, lasting bool) {
	s.t.Helper()
	i, err := Encode(e, of, lasting)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.hub.Publish(i); err != nil {
		s.t.Fatal(err)
	}
}

func TestBothFormats(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{}, nil)
	xml, proto := s.connect(false), s.connect(true)
	s.publish(event("a", "a-f-A-M-F-Q", `<track course="1.0" speed="2.0"/><zz q='1'/>`, time.Minute), false)
	for _, c := range []*client{xml, proto} {
		e := c.next()
		if e.UID != "a" || e.Caveat != "FOUO" || e.ReleasableTo != "MEX" || !strings.Contains(string(e.Detail), `<zz q='1'/>`) {
			t.Errorf("%+v", e)
		}
	}
	xml.send(event("ping", cot.TypePing, "", time.Minute))
	if e := xml.next(); e.Type != cot.TypePong {
		t.Errorf("answered by %s", e.Type)
	}
	proto.conn.Close()
	if d := <-s.told; d.Reason != Left || !d.Proto || d.Written != 1 || d.Passed != 0 || d.Who != "ana" || d.Class != "mx" || d.Received != 1 {
		t.Errorf("%+v", d)
	}
}

// Who comes late is shown what there is: the newest of each uid, what does not expire, and what was taken back.
func TestLateJoiner(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{}, nil)
	s.publish(event("moving", "a-f-A", `<remarks>old</remarks>`, time.Minute), false)
	s.publish(event("stale", "a-f-A", "", -time.Second), false)
	s.publish(event("shape", "u-d-f", "", -time.Second), true)
	s.publish(event("wrong", "u-d-f", "", time.Minute), true)
	s.publish(event("moving", "a-f-A", `<remarks>new</remarks>`, time.Minute), false)
	s.publishOf(cot.Delete("d", "wrong", "u-d-f", time.Now(), time.Hour), "wrong", false)
	c := s.connect(true)
	var got []string
	for range 3 {
		e := c.next()
		got = append(got, e.UID+string(e.Detail))
	}
	if want := `[shape moving<remarks>new</remarks> d<link uid="wrong" type="u-d-f" relation="p-p"/>]`; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// A client that stands still holds nobody up. When it goes on it is given the newest of everything, each deletion and each shape, and what it was
// not given is counted.
func TestStalled(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{Kept: 64}, nil)
	still, other := s.connect(true), s.connect(true)
	const rounds = 3000
	padding := `<remarks>` + strings.Repeat("x", 3000) + `</remarks>`
	read := make(chan map[string]int, 1)
	go func() {
		got := map[string]int{}
		for got["last"] == 0 {
			got[other.next().UID]++
		}
		read <- got
	}()
	for n := range rounds {
		s.publish(event("moving", "a-f-A", padding, time.Minute), false)
		if n%100 == 0 {
			s.publish(event(fmt.Sprintf("shape%d", n), "u-d-f", "", time.Minute), true)
			s.publishOf(cot.Delete(fmt.Sprintf("delete%d", n), fmt.Sprintf("gone%d", n), "u-d-f", time.Now(), time.Hour), fmt.Sprintf("gone%d", n), false)
		}
	}
	s.publish(event("last", "a-f-A", "", time.Minute), false)
	fast := <-read

	slow := map[string]int{}
	for slow["last"] == 0 {
		slow[still.next().UID]++
	}
	for n := 0; n < rounds; n += 100 {
		for _, uid := range []string{fmt.Sprintf("shape%d", n), fmt.Sprintf("delete%d", n)} {
			if fast[uid] == 0 || slow[uid] == 0 {
				t.Errorf("%s: %d times to who reads, %d to who stood still", uid, fast[uid], slow[uid])
			}
		}
	}
	if slow["moving"] >= rounds || slow["moving"] == 0 {
		t.Errorf("%d positions to who stood still", slow["moving"])
	}
	still.conn.Close()
	other.conn.Close()
	const all = rounds + 2*rounds/100 + 1
	for range 2 {
		d := <-s.told
		if d.Written+d.Passed != all {
			t.Errorf("%d written and %d passed over, of %d", d.Written, d.Passed, all)
		}
	}
}

func TestStallsForEver(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{}, func(c *Config) { c.Write = 200 * time.Millisecond })
	s.connect(true)
	padding := `<remarks>` + strings.Repeat("x", 100_000) + `</remarks>`
	for n := range 200 {
		s.publish(event(fmt.Sprint(n), "a-f-A", padding, time.Minute), false)
	}
	if d := <-s.told; d.Reason != Stalled || d.Waiting == 0 {
		t.Errorf("%+v", d)
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{}, nil)
	refused := func(want string) {
		t.Helper()
		if err := <-s.refused; !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	try := func(c tls.Certificate) {
		t.Helper()
		conn, err := s.dial(c)
		if err != nil {
			return
		}
		defer conn.Close()
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("let in")
		}
	}
	try(tls.Certificate{})
	refused("client didn't provide a certificate")
	try(newIssuer(t).issue("ana", time.Hour))
	refused("unknown authority")
	try(s.ca.issue("ana", -time.Minute))
	refused("expired")

	cert := s.ca.issue("eva", time.Hour)
	conn, err := s.dial(cert)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := cot.NewReader(conn, 0)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if all := s.Sessions(); len(all) != 1 || all[0].Serial != serial(leaf) {
		t.Fatalf("%+v", all)
	}
	s.mu.Lock()
	s.revoked[serial(leaf)] = true
	s.mu.Unlock()
	s.Revoke(serial(leaf))
	if d := <-s.told; d.Reason != Revoked || d.Who != "eva" {
		t.Errorf("%+v", d)
	}
	if _, err := r.Next(); err == nil {
		t.Error("still connected")
	}
	try(cert)
	refused("of eva: revoked")

	// A certificate that expires ends what it opened.
	short, err := s.dial(s.ca.issue("eva", 1500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	if d := <-s.told; d.Reason != Revoked {
		t.Errorf("%+v", d)
	}
}

func TestBadClients(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{}, func(c *Config) { c.Most, c.Idle = 2, 3*time.Second })
	for _, x := range []struct{ send, want string }{
		{"\xbf\xff\xff\xff\xff\x0f", "a message of at least"},
		{"GET / HTTP/1.1\r\n\r\n", "byte 0x47 between frames"},
		{`<event version="2.0"/>`, "no <point>"},
		{"\xbf\x02\xff\xff", "no field of a message"},
	} {
		c := s.connect(false)
		if _, err := c.conn.Write([]byte(x.send)); err != nil {
			t.Fatal(err)
		}
		if d := <-s.told; d.Reason != Broken || !strings.Contains(d.Fault, x.want) {
			t.Errorf("%q: %+v, want %q", x.send, d, x.want)
		}
	}
	s.connect(false)
	s.connect(false)
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := <-s.refused; !strings.Contains(err.Error(), "2 connections are open") {
		t.Error(err)
	}
	for range 2 {
		if d := <-s.told; d.Reason != Silent {
			t.Errorf("%+v", d)
		}
	}
}

// What may not go out is refused, counted and told of, and reaches nobody in any format.
func TestGate(t *testing.T) {
	t.Parallel()
	s := newStage(t, Limits{}, nil)
	xml, proto := s.connect(false), s.connect(true)
	var told []string
	g := Gate{Told: func(e *cot.RefusedError) { told = append(told, e.UID+" "+e.Rule) }}
	for _, x := range []struct{ kind, detail, of string }{
		{"b-m-p-t", "", ""}, {"b-m-p-a-i", "", ""}, {"t-k-d", "", ""}, {"a-h-G", "", ""}, {"a-f-G-U-C-I", "", ""}, {"a-u-G", `<link uid="x" type="a-h-A" relation="p-p"/>`, ""}, {cot.TypeDelete, `<link uid="x" type="a-h-A" relation="p-p"/>`, "x"},
	} {
		i, err := g.Encode(event(x.kind, x.kind, x.detail, time.Minute), x.of, true)
		var refused *cot.RefusedError
		if i != nil || !errors.As(err, &refused) {
			t.Errorf("%s %s: %v", x.kind, x.detail, err)
		}
	}
	if g.Refused() != 7 || len(told) != 7 || told[3] != "a-h-G a-h-*" {
		t.Errorf("%d refused, told %q", g.Refused(), told)
	}
	i, err := g.Encode(event("site", "a-u-G", "", time.Minute), "", true)
	if err != nil || g.Refused() != 7 {
		t.Fatal(err)
	}
	if err := s.hub.Publish(i); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{xml, proto} {
		if e := c.next(); e.UID != "site" {
			t.Errorf("%+v", e)
		}
	}
}

func TestFullPicture(t *testing.T) {
	t.Parallel()
	h := NewHub(Limits{Picture: 2}, time.Now)
	put := func(uid string, life time.Duration) error {
		i, err := Encode(event(uid, "a-f-A", "", life), "", false)
		if err != nil {
			t.Fatal(err)
		}
		return h.Publish(i)
	}
	for _, uid := range []string{"a", "b", "a"} {
		if err := put(uid, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if err := put("c", time.Minute); !errors.Is(err, ErrFull) {
		t.Errorf("%v", err)
	}
	if err := put("b", -time.Second); err != nil {
		t.Fatal(err)
	}
	if err := put("c", time.Minute); err != nil {
		t.Errorf("what is stale makes no room: %v", err)
	}
}

// A feed brings the picture to another server, also when that was away meanwhile.
func TestFeed(t *testing.T) {
	t.Parallel()
	for _, proto := range []bool{true, false} {
		ca := newIssuer(t)
		hub := NewHub(Limits{}, time.Now)
		put := func(uid string) {
			i, err := Encode(event(uid, "u-d-f", "", time.Minute), "", true)
			if err != nil {
				t.Fatal(err)
			}
			if err := hub.Publish(i); err != nil {
				t.Fatal(err)
			}
		}
		put("before")
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{ca.issue("far", time.Hour)}, ClientCAs: ca.pool, ClientAuth: tls.RequireAndVerifyClientCert})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ctx, cancel := context.WithCancel(context.Background())
		told := make(chan Delivery, 100)
		done := make(chan error, 1)
		go func() {
			done <- Feed(ctx, FeedConfig{
				Name: "far", Address: l.Addr().String(), Class: "mx", Hub: hub, Now: time.Now, Least: 10 * time.Millisecond, Told: func(d Delivery, _ error) { told <- d },
				TLS: &tls.Config{Certificates: []tls.Certificate{ca.issue("operator", time.Hour)}, RootCAs: ca.pool, ServerName: "localhost"},
			})
		}()
		accept := func(want ...string) {
			t.Helper()
			conn, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			r := cot.NewReader(conn, 0)
			got := map[string]bool{}
			next := func() (*cot.Event, bool) {
				t.Helper()
				f, err := r.Next()
				if err != nil {
					t.Fatal(err)
				}
				e, err := f.Event()
				if err != nil {
					t.Fatal(err)
				}
				return e, f.Proto != nil
			}
			send := func(e *cot.Event) {
				b, err := e.AppendXML(nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := conn.Write(b); err != nil {
					t.Fatal(err)
				}
			}
			agreed := false
			if proto {
				send(cot.Support("n", "far", time.Now()))
			}
			missing := func() bool { return slices.ContainsFunc(want, func(uid string) bool { return !got[uid] }) }
			for missing() || proto && !agreed {
				e, framed := next()
				if e.Wanted() == 1 {
					send(cot.Response(e.UID, true, time.Now()))
					agreed = true
					continue
				}
				if agreed && !framed {
					t.Error("XML after protobuf was agreed on")
				}
				got[e.UID] = true
			}
			if proto {
				put("framed" + want[len(want)-1])
				for {
					if e, framed := next(); e.UID == "framed"+want[len(want)-1] {
						if !framed {
							t.Error("XML after protobuf was agreed on")
						}
						break
					}
				}
			}
		}
		accept("before")
		<-told
		put("meanwhile")
		accept("before", "meanwhile")
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := Feed(context.Background(), FeedConfig{TLS: &tls.Config{InsecureSkipVerify: true}}); err == nil {
		t.Error("a server that nobody verifies")
	}
}
