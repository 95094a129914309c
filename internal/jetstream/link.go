package jetstream

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/crypto/bcrypt"
)

// The accounts of the server within the process. What is ours is in one, and what a neighbour reaches is in another, one
// each, which sees of ours what is exported to it by name and nothing else.
const (
	ownAccount    = "OPS"
	systemAccount = "SYS"
	linkAccount   = "LINK_" // and the code of the partner
	originDomain  = "OPS"   // JetStream domain of the operator's node; a partner's is its code
)

// Link is how nodes of two states are joined: the partner's node comes to the operator's, over TLS in which both show a
// certificate. One node is either of the two. The zero Link is none: nothing listens and nothing is dialled.
type Link struct {
	// Listen is where the operator's node waits for those of its partners, host:port.
	Listen   string
	Partners []Partner

	// Remote is where the partner's node finds the operator's, host:port; RemoteName is by what name its certificate must
	// know it, empty for the host of Remote. Code is the partner's own.
	Remote     string
	RemoteName string
	Code       Code

	// Certificate, Key and Authorities are PEM files: what this node shows, and who may have signed what it is shown. Revoked
	// is a file of revocation lists of those authorities, PEM, read again for every connection; empty is none.
	Certificate, Key, Authorities, Revoked string
}

// Partner is a state, or an office of it, whose node may come.
type Partner struct {
	Code Code
	Name string // DNS name that its certificate must be for
}

// Code names a partner in subjects, streams and accounts: two to sixteen capital letters and digits.
type Code string

// Valid reports whether the code can be used.
func (c Code) Valid() bool {
	if len(c) < 2 || len(c) > 16 || c == ownAccount || c == systemAccount {
		return false
	}
	return strings.Trim(string(c), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func (c Code) lower() string { return strings.ToLower(string(c)) }

// ErrLink is returned for a link that cannot be set up as it is described.
var ErrLink = errors.New("jetstream: the link to other nodes is not usable")

// Channel is a stream of one node that another has a copy of, with the same sequences.
type Channel struct {
	Stream   Stream
	subjects string // that the stream takes
	consumer string // made at the sender, beforehand: the receiver can only read by it
	domain   string // of the sender
}

// Released is what the operator's node has for a partner.
func Released(c Code) Channel {
	return Channel{Stream("RELEASED_" + string(c)), "released." + c.lower() + ".>", "partner-" + c.lower(), originDomain}
}

// Answered is what a partner's node has for the operator: receipts and cosignatures.
func Answered(c Code) Channel {
	return Channel{Stream("RECEIPT_" + string(c)), "receipt." + c.lower() + ".>", "origin-" + c.lower(), string(c)}
}

// Subject returns that of a kind of message on the channel. There are as many as there are kinds: a subject for each
// message would cost the server memory for ever.
func (c Channel) Subject(kind string) string { return strings.TrimSuffix(c.subjects, ">") + kind }

// next is where the receiver asks for what follows, reset where it says from which sequence, and acks where it acknowledges
// what it has stored. All are of the one consumer.
func (c Channel) next() string  { return "CONSUMER.MSG.NEXT." + string(c.Stream) + "." + c.consumer }
func (c Channel) reset() string { return "CONSUMER.RESET." + string(c.Stream) + "." + c.consumer }
func (c Channel) acks() string  { return "$JS.ACK." + string(c.Stream) + "." + c.consumer + ".>" }

// api is what the sender's requests begin with outside of its own account.
func (c Channel) api() string { return "JS." + c.domain + ".API." }

// channel returns the channel that the stream is of.
func (s Stream) channel() (Channel, bool) {
	for prefix, of := range map[string]func(Code) Channel{"RELEASED_": Released, "RECEIPT_": Answered} {
		if code, ok := strings.CutPrefix(string(s), prefix); ok && Code(code).Valid() {
			return of(Code(code)), true
		}
	}
	return Channel{}, false
}

// grants collects what accounts give each other, in the server's configuration language. Every word in it is ours, or
// checked to be letters and digits.
type grants struct {
	exports, imports map[string][]string // by account
}

// add grants a service. Those that answer with more than one message say so.
func (g *grants) add(from, to, subject, as string, many bool) {
	response := ""
	if many {
		response = ", response: stream"
	}
	g.exports[from] = append(g.exports[from], fmt.Sprintf("{service: %q, accounts: [%s]%s}", subject, to, response))
	renamed := ""
	if as != "" {
		renamed = fmt.Sprintf(", to: %q", as)
	}
	g.imports[to] = append(g.imports[to], fmt.Sprintf("{service: {account: %s, subject: %q}%s}", from, subject, renamed))
}

// send lets a neighbour's account have a channel of ours.
func (g *grants) send(c Channel, link string) {
	g.add(ownAccount, link, "$JS.API."+c.next(), c.api()+c.next(), true)
	g.add(ownAccount, link, "$JS.API."+c.reset(), c.api()+c.reset(), false)
	g.add(ownAccount, link, c.acks(), "", false)
}

// receive lets our own account have what a neighbour's node sends: the same subjects, and nothing else of it.
func (g *grants) receive(c Channel, link string) {
	g.add(link, ownAccount, c.api()+c.next(), "", true)
	g.add(link, ownAccount, c.api()+c.reset(), "", false)
	g.add(link, ownAccount, c.acks(), "", false)
}

func (g *grants) text(account string) string {
	return "exports: [" + strings.Join(g.exports[account], "\n") + "], imports: [" + strings.Join(g.imports[account], "\n") + "]"
}

// codes returns the neighbours of a link, and checks what it says.
func (l *Link) codes() ([]Code, error) {
	var codes []Code
	switch {
	case l.Listen != "" && l.Remote != "":
		return nil, fmt.Errorf("%w: it both waits for partners and goes to an operator", ErrLink)
	case l.Listen != "":
		seen := map[string]bool{}
		for _, p := range l.Partners {
			if !p.Code.Valid() || p.Name == "" || seen[string(p.Code)] || seen["="+p.Name] {
				return nil, fmt.Errorf("%w: partner %q with the name %q: want a code of 2 to 16 capital letters and digits and a DNS name, each once", ErrLink, string(p.Code), p.Name)
			}
			seen[string(p.Code)], seen["="+p.Name] = true, true
			codes = append(codes, p.Code)
		}
	case l.Remote != "":
		if !l.Code.Valid() {
			return nil, fmt.Errorf("%w: code %q: want 2 to 16 capital letters and digits", ErrLink, string(l.Code))
		}
		codes = append(codes, l.Code)
	}
	return codes, nil
}

// apply adds accounts, and what listens or dials, to the options of the server within the process. secret is what this
// process logs in with.
func (l *Link) apply(o *server.Options, secret string, tls *handshakes) error {
	codes, err := l.codes()
	if err != nil {
		return err
	}
	g := grants{exports: map[string][]string{}, imports: map[string][]string{}}
	for _, code := range codes {
		out, in := Released(code), Answered(code)
		if l.Remote != "" {
			out, in = in, out
		}
		g.send(out, linkAccount+string(code))
		g.receive(in, linkAccount+string(code))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "system_account: %s\naccounts {\n%s {}\n", systemAccount, systemAccount)
	hashed, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost) // random, so the least is enough
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLink, err)
	}
	fmt.Fprintf(&b, "%s { jetstream: enabled, users: [{user: %s, password: %q}], %s }\n", ownAccount, ownAccount, hashed, g.text(ownAccount))
	for _, code := range codes {
		fmt.Fprintf(&b, "%s%s { %s }\n", linkAccount, code, g.text(linkAccount+string(code)))
	}
	b.WriteString("}\n")
	if err := o.ProcessConfigString(b.String()); err != nil {
		return fmt.Errorf("%w: %w", ErrLink, err)
	}
	switch {
	case l.Listen != "":
		return l.listen(o, tls)
	case l.Remote != "":
		return l.dial(o, tls)
	}
	return nil
}

const (
	handshakeSeconds = 5
	// redial is how soon a link that broke is tried again.
	redial = time.Second
)

func (l *Link) listen(o *server.Options, h *handshakes) error {
	host, port, err := hostPort(l.Listen)
	if err != nil {
		return err
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	o.JetStreamDomain = originDomain
	o.LeafNode.Host, o.LeafNode.Port = host, port
	o.LeafNode.NoAdvertise = true // else a partner comes back past what stands between, once it knows the address
	o.LeafNode.TLSHandshakeFirst = true
	o.LeafNode.TLSTimeout = handshakeSeconds
	o.LeafNode.TLSMap = true
	o.LeafNode.IsolateLeafnodeInterest = true
	if o.LeafNode.TLSConfig, err = h.server(l); err != nil {
		return err
	}
	accounts := map[string]*server.Account{}
	for _, a := range o.Accounts {
		accounts[a.Name] = a
	}
	for _, p := range l.Partners {
		o.LeafNode.Users = append(o.LeafNode.Users, &server.User{Username: p.Name, Account: accounts[linkAccount+string(p.Code)]})
	}
	return nil
}

func (l *Link) dial(o *server.Options, h *handshakes) error {
	host, port, err := hostPort(l.Remote)
	if err != nil {
		return err
	}
	config, err := h.client(l, host)
	if err != nil {
		return err
	}
	o.JetStreamDomain = string(l.Code)
	o.LeafNode.ReconnectInterval = redial
	o.LeafNode.Remotes = []*server.RemoteLeafOpts{{
		LocalAccount: linkAccount + string(l.Code), URLs: []*url.URL{{Scheme: "tls", Host: net.JoinHostPort(host, strconv.Itoa(port))}},
		TLS: true, TLSConfig: config, TLSTimeout: handshakeSeconds, TLSHandshakeFirst: true,
	}}
	return nil
}

func hostPort(s string) (string, int, error) {
	host, text, err := net.SplitHostPort(s)
	port, notNumber := strconv.ParseUint(text, 10, 16)
	if err != nil || notNumber != nil {
		return "", 0, fmt.Errorf("%w: address %q: want host:port", ErrLink, s)
	}
	return host, int(port), nil
}

func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
