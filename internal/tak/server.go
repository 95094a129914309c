package tak

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"overflight/format/cot"
)

// Admitted is who a client is, by its certificate.
type Admitted struct {
	Who   string
	Class string // release class, for what is told of it
	Hub   *Hub   // of that class
}

// Config is what a server needs.
type Config struct {
	Name        string
	Certificate tls.Certificate
	Clients     *x509.CertPool // who issues certificates of clients
	// Admit says who a client is, or why it is not let in. The certificate has been verified to be of Clients and in force. It is asked
	// at every handshake, which waits for it no longer than the context lasts.
	Admit func(context.Context, *x509.Certificate) (Admitted, error)
	// Told is called when a connection ends.
	Told func(Delivery)
	// Took is called with what a client sends, for a server that a feed ends at and that passes it on; nil: it goes nowhere. What people's
	// devices tell of themselves comes here too, and goes no further: [Encode] refuses it.
	Took func(Admitted, *cot.Event)
	// Refused is called for a connection that came to nothing before it was known whose it is.
	Refused func(remote string, err error)
	Most    int           // connections at a time; 0: 2,000
	Write   time.Duration // how long a client may take nothing; 0: 1 min
	Idle    time.Duration // how long nothing may come from one; 0: 5 min
	Now     func() time.Time
}

// Server is a streaming endpoint for clients of TAK: TLS with certificates on both sides.
type Server struct {
	c Config

	mu       sync.Mutex
	sessions map[*session]*Delivery
	cancels  map[*session]context.CancelCauseFunc
	open     int
}

// NewServer returns a server that listens nowhere yet.
func NewServer(c Config) (*Server, error) {
	if c.Admit == nil || c.Clients == nil || len(c.Certificate.Certificate) == 0 || c.Now == nil {
		return nil, errors.New("a TAK server needs a certificate, an issuer of clients' certificates and who is admitted")
	}
	if c.Most == 0 {
		c.Most = 2000
	}
	if c.Write == 0 {
		c.Write = time.Minute
	}
	if c.Idle == 0 {
		c.Idle = 5 * time.Minute
	}
	if c.Told == nil {
		c.Told = func(Delivery) {}
	}
	if c.Refused == nil {
		c.Refused = func(string, error) {}
	}
	return &Server{c: c, sessions: map[*session]*Delivery{}, cancels: map[*session]context.CancelCauseFunc{}}, nil
}

// Serve serves connections until the context ends, and returns when all of them have ended.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("accepting TAK clients: %w", err)
		}
		s.mu.Lock()
		full := s.open >= s.c.Most
		if !full {
			s.open++
		}
		s.mu.Unlock()
		if full {
			s.c.Refused(conn.RemoteAddr().String(), fmt.Errorf("%d connections are open, which is the most", s.c.Most))
			conn.Close()
			continue
		}
		all.Go(func() {
			defer func() {
				s.mu.Lock()
				s.open--
				s.mu.Unlock()
			}()
			s.serve(ctx, conn)
		})
	}
}

// handshake is how long a client has to say who it is.
const handshake = 20 * time.Second

// sendBuffer bounds what waits in the kernel for a client, which nothing newer can take the place of.
const sendBuffer = 256 << 10

func (s *Server) serve(ctx context.Context, plain net.Conn) {
	defer plain.Close()
	remote := plain.RemoteAddr().String()
	if c, ok := plain.(*net.TCPConn); ok {
		_ = c.SetWriteBuffer(sendBuffer) // without it more memory is used, and a slow client is shown older things
	}
	conn := tls.Server(plain, &tls.Config{Certificates: []tls.Certificate{s.c.Certificate}, ClientCAs: s.c.Clients, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12, Time: s.c.Now})
	hello, cancel := context.WithTimeout(ctx, handshake)
	defer cancel()
	err := conn.HandshakeContext(hello)
	if err != nil {
		s.c.Refused(remote, err)
		return
	}
	cert := conn.ConnectionState().PeerCertificates[0]
	who, err := s.c.Admit(hello, cert)
	cancel()
	if err != nil {
		s.c.Refused(remote, fmt.Errorf("certificate %s of %s: %w", serial(cert), cert.Subject.CommonName, err))
		return
	}
	x := &session{conn: conn, r: who.Hub.read(), now: s.c.Now, name: s.c.Name, waits: waits{s.c.Write, s.c.Idle}}
	if s.c.Took != nil {
		x.took = func(e *cot.Event) { s.c.Took(who, e) }
	}
	d := &Delivery{Who: who.Who, Serial: serial(cert), Remote: remote, Class: who.Class, Since: s.c.Now()}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	// A certificate is in force until its last second, also on a connection that was made before.
	expiry := time.AfterFunc(cert.NotAfter.Sub(s.c.Now()), func() { end(&endError{Revoked, nil}) })
	defer expiry.Stop()
	s.mu.Lock()
	s.sessions[x], s.cancels[x] = d, end
	s.mu.Unlock()
	// It may have been revoked since it was asked about.
	if _, err := s.c.Admit(ctx, cert); err != nil {
		end(&endError{Revoked, err})
	}
	reason, err := x.run(ctx)
	s.mu.Lock()
	delete(s.sessions, x)
	delete(s.cancels, x)
	s.mu.Unlock()
	out := x.delivery(*d)
	out.Ended, out.Reason = s.c.Now(), reason
	if err != nil && reason == Broken {
		out.Fault = err.Error()
	}
	s.c.Told(out)
}

func (s *session) delivery(d Delivery) Delivery {
	d.Proto, d.Written, d.Passed, d.Waiting, d.Received = s.proto.Load(), s.written.Load(), s.passed.Load(), int(s.waiting.Load()), s.events.Load()
	return d
}

// Sessions returns what each open connection was given up to now.
func (s *Server) Sessions() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Delivery
	for x, d := range s.sessions {
		out = append(out, x.delivery(*d))
	}
	return out
}

// Revoke ends the connections of a certificate. That it is not admitted again is for Admit.
func (s *Server) Revoke(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for x, d := range s.sessions {
		if d.Serial == number {
			s.cancels[x](&endError{Revoked, nil})
		}
	}
}

func serial(c *x509.Certificate) string { return c.SerialNumber.Text(16) }
