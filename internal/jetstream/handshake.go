package jetstream

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// Why a node was not let in. Each is one line of the log, with the certificate that it is about.
var (
	// ErrCertificateExpired: it is not yet, or no longer, in force.
	ErrCertificateExpired = errors.New("the certificate is expired or not yet in force")
	// ErrCertificateRevoked: its authority took it back.
	ErrCertificateRevoked = errors.New("the certificate is revoked")
	// ErrCertificateUntrusted: none of our authorities signed it for this use.
	ErrCertificateUntrusted = errors.New("the certificate is of no authority of ours")
	// ErrPartnerUnknown: it is in order and for nobody who was named.
	ErrPartnerUnknown = errors.New("the certificate is for no partner")
	// ErrRevocations: what was revoked cannot be told, so nobody comes in.
	ErrRevocations = errors.New("the list of revoked certificates cannot be read")
)

// Refusal is the last that was refused under a name.
type Refusal struct {
	At     time.Time
	From   string // address; a stranger's word like Name
	Name   string // first DNS name of the certificate, or its subject
	Reason error  // one of the errors above
}

// Code is the reason in a word: expired, revoked, untrusted, unknown, or list, of revoked certificates, that cannot be read.
func (r Refusal) Code() string {
	for reason, code := range map[error]string{
		ErrCertificateExpired: "expired", ErrCertificateRevoked: "revoked", ErrCertificateUntrusted: "untrusted", ErrPartnerUnknown: "unknown",
	} {
		if errors.Is(r.Reason, reason) {
			return code
		}
	}
	return "list"
}

const (
	mostPEM      = 4 << 20 // bytes of a file of certificates or of revocation lists
	mostRefusals = 64      // names that are remembered
)

// handshakes decides who is let in.
type handshakes struct {
	now func() time.Time

	mu      sync.Mutex
	refused []Refusal        // one a name, the last
	inside  map[string]guest // by address
}

// guest was let in.
type guest struct {
	at    time.Time
	name  string
	still func() error // nil while what let it in holds
}

func newHandshakes() *handshakes {
	return &handshakes{now: time.Now, inside: map[string]guest{}}
}

// identity reads what this node shows, and who may have signed what it is shown.
func (l *Link) identity() (tls.Certificate, *x509.CertPool, error) {
	own, err := tls.LoadX509KeyPair(l.Certificate, l.Key)
	if err != nil {
		return own, nil, fmt.Errorf("%w: certificate %s with key %s: %w", ErrLink, l.Certificate, l.Key, err)
	}
	text, err := readBounded(l.Authorities)
	pool := x509.NewCertPool()
	if err == nil && !pool.AppendCertsFromPEM(text) {
		err = errors.New("no certificate in PEM")
	}
	if err != nil {
		return own, nil, fmt.Errorf("%w: authorities %s: %w", ErrLink, l.Authorities, err)
	}
	if _, err := l.revocations(); err != nil {
		return own, nil, fmt.Errorf("%w: %w", ErrLink, err)
	}
	return own, pool, nil
}

func (h *handshakes) server(l *Link) (*tls.Config, error) {
	own, pool, err := l.identity()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(l.Partners))
	for _, p := range l.Partners {
		names = append(names, p.Name)
	}
	// Any certificate is asked for and looked at below, so that each refusal has its own reason.
	base := &tls.Config{
		Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert, SessionTicketsDisabled: true,
	}
	base.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		from := hello.Conn.RemoteAddr().String()
		c := base.Clone()
		c.GetConfigForClient = nil
		c.VerifyConnection = func(s tls.ConnectionState) error {
			return h.admit(l, pool, from, s.PeerCertificates, func(c *x509.Certificate) error {
				if !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(c.DNSNames, n) }) {
					return ErrPartnerUnknown
				}
				return nil
			}, x509.ExtKeyUsageClientAuth)
		}
		return c, nil
	}
	return base, nil
}

func (h *handshakes) client(l *Link, host string) (*tls.Config, error) {
	own, pool, err := l.identity()
	if err != nil {
		return nil, err
	}
	name := l.RemoteName
	if name == "" {
		name = host
	}
	return &tls.Config{
		Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS13, ServerName: name, RootCAs: pool,
		InsecureSkipVerify: true, //nolint:gosec // looked at below, with a reason for each refusal
		VerifyConnection: func(s tls.ConnectionState) error {
			return h.admit(l, pool, l.Remote, s.PeerCertificates, func(c *x509.Certificate) error {
				if err := c.VerifyHostname(name); err != nil {
					return fmt.Errorf("%w: %w", ErrCertificateUntrusted, err)
				}
				return nil
			}, x509.ExtKeyUsageServerAuth)
		},
	}, nil
}

// admit returns nil for a certificate that lets in, and remembers the outcome.
func (h *handshakes) admit(l *Link, pool *x509.CertPool, from string, chain []*x509.Certificate, known func(*x509.Certificate) error, use x509.ExtKeyUsage) error {
	if len(chain) == 0 {
		return ErrCertificateUntrusted
	}
	leaf := chain[0]
	check := func() error {
		if err := h.trusted(l, pool, chain, use); err != nil {
			return err
		}
		return known(leaf)
	}
	err := check()
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		if l.Listen != "" {
			h.inside[from] = guest{h.now(), nameOf(leaf), check}
		}
		return nil
	}
	h.refuse(Refusal{At: h.now(), From: from, Name: nameOf(leaf), Reason: err})
	return fmt.Errorf("refusing %q, serial %x: %w", nameOf(leaf), leaf.SerialNumber, err)
}

// trusted returns nil where the chain leads to an authority of ours, all of it is in force, and none of it is revoked.
func (h *handshakes) trusted(l *Link, pool *x509.CertPool, chain []*x509.Certificate, use x509.ExtKeyUsage) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	paths, err := chain[0].Verify(x509.VerifyOptions{
		Roots: pool, Intermediates: between, CurrentTime: h.now(), KeyUsages: []x509.ExtKeyUsage{use},
	})
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ErrCertificateExpired
	case err != nil:
		return fmt.Errorf("%w: %w", ErrCertificateUntrusted, err)
	}
	lists, err := l.revocations()
	if err != nil {
		return err
	}
	for _, path := range paths {
		if l.Revoked == "" {
			break
		}
		if revoked, err := revokedIn(lists, path, h.now()); err != nil {
			return err
		} else if revoked {
			return ErrCertificateRevoked
		}
	}
	return nil
}

// revokedIn reports whether a list of its issuer names a certificate of the path. Where there is none of the issuer's, or
// only one that ought to have been replaced by now, it is left open what was revoked, and nobody comes in.
func revokedIn(lists []*x509.RevocationList, path []*x509.Certificate, now time.Time) (bool, error) {
	for i, c := range path[:len(path)-1] {
		why := fmt.Errorf("%w: there is none of %q", ErrRevocations, path[i+1].Subject.String())
		for _, list := range lists {
			if list.CheckSignatureFrom(path[i+1]) != nil {
				continue
			}
			for _, r := range list.RevokedCertificateEntries {
				if r.SerialNumber.Cmp(c.SerialNumber) == 0 {
					return true, nil
				}
			}
			if list.NextUpdate.IsZero() || !now.After(list.NextUpdate) {
				why = nil
			} else if why != nil {
				why = fmt.Errorf("%w: its next update was due on %s", ErrRevocations, list.NextUpdate.UTC().Format(time.RFC3339))
			}
		}
		if why != nil {
			return false, why
		}
	}
	return false, nil
}

// revocations reads the lists anew.
func (l *Link) revocations() ([]*x509.RevocationList, error) {
	if l.Revoked == "" {
		return nil, nil
	}
	rest, err := readBounded(l.Revoked)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRevocations, err)
	}
	var lists []*x509.RevocationList
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		list, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRevocations, l.Revoked, err)
		}
		lists = append(lists, list)
	}
	if len(lists) == 0 {
		return nil, fmt.Errorf("%w: %s: no list in PEM", ErrRevocations, l.Revoked)
	}
	return lists, nil
}

// recheck looks again at who is in, and returns the addresses of those who no longer may be, with the reason. Who left
// is forgotten; who is just coming in has a moment for it.
func (h *handshakes) recheck(present map[string]bool) map[string]error {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[string]error{}
	for from, g := range h.inside {
		if !present[from] {
			if h.now().Sub(g.at) > 2*handshakeSeconds*time.Second {
				delete(h.inside, from)
			}
			continue
		}
		if err := g.still(); err != nil {
			out[from] = err
			delete(h.inside, from)
			h.refuse(Refusal{At: h.now(), From: from, Name: g.name, Reason: err})
		}
	}
	return out
}

// refuse remembers the last of each name. Strangers choose names, so they are bounded.
func (h *handshakes) refuse(r Refusal) {
	h.refused = slices.DeleteFunc(h.refused, func(old Refusal) bool { return old.Name == r.Name })
	if len(h.refused) == mostRefusals {
		h.refused = h.refused[1:]
	}
	h.refused = append(h.refused, r)
}

// nameOf is what a certificate calls itself, bounded.
func nameOf(c *x509.Certificate) string {
	const most = 120
	name := c.Subject.String()
	if len(c.DNSNames) > 0 {
		name = c.DNSNames[0]
	}
	return name[:min(len(name), most)]
}

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, mostPEM+1))
	if err == nil && len(b) > mostPEM {
		err = fmt.Errorf("%s: more than %d bytes", name, mostPEM)
	}
	return b, err
}
