package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TAK says which offices see what is flown now in the tools that they have: by an endpoint of our own, and by feeds into servers of theirs.
// Neither is there unless it is named.
type TAK struct {
	Listen      string // host:port of the endpoint; empty is none
	Exposed     bool   // Listen may be beyond loopback
	Certificate string // file of the endpoint's certificates, PEM
	Key         string // file of its key
	Issuer      string // file of who issues certificates of clients
	Revoked     string // file of serial numbers that are not let in, one a line, hexadecimal; empty is none

	Purpose string  // for which offices have it
	Marking Marking // of what is flown now. Where a stream says more of its own handling, the stricter counts

	offices  [MostOffices]Office
	nOffices int
	clients  [MostClients]Client
	nClients int
	feeds    [MostFeeds]Feed
	nFeeds   int
}

// How many of each there are at most.
const (
	MostOffices = 64
	MostClients = 512
	MostFeeds   = 32
)

// List is words in the order of the file: comparable.
type List string

// All returns the words.
func (l List) All() []string {
	if l == "" {
		return []string{}
	}
	return strings.Split(string(l), ",")
}

// Office is a recipient, as package release has it.
type Office struct {
	ID           string // "MEX/SEDENA"
	Level        string
	Handling     string
	Compartments List
	Classes      List
	Purposes     List
	PlaceDigits  int // of 12
	TimeDigits   int // of 17
	Delay        time.Duration
	Video        bool // it may have addresses of videos, which show all
}

// State is the one that an office is of.
func (o *Office) State() string { return o.ID[:3] }

// Client is who has a certificate: the common name in it, and the office that it is of. That is one of Offices, or one on record.
type Client struct{ Name, Office string }

// Feed is a server elsewhere that is fed what an office may have.
type Feed struct {
	Name        string
	Address     string // host:port
	Office      string
	Certificate string // files: ours there
	Key         string
	Issuer      string // of the server's certificate
	Server      string // the name in that; empty is the host of Address
}

// On reports whether anybody is to see anything.
func (t *TAK) On() bool { return t.Listen != "" || t.nFeeds > 0 }

// Offices are in the order of the file.
func (t *TAK) Offices() []Office { return t.offices[:t.nOffices] }

// Clients are in the order of the file.
func (t *TAK) Clients() []Client { return t.clients[:t.nClients] }

// Feeds are in the order of the file.
func (t *TAK) Feeds() []Feed { return t.feeds[:t.nFeeds] }

// Named are the offices of clients and feeds.
func (t *TAK) Named() []string {
	var out []string
	for _, c := range t.Clients() {
		out = append(out, c.Office)
	}
	for _, f := range t.Feeds() {
		out = append(out, f.Office)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var (
	classifications = []string{"UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET"}
	handlings       = []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}
	classes         = []string{"identity", "platform", "authority", "time", "position", "sensing", "finding", "claim", "outcome", "source"}
)

func (c *Config) readTAK(t *table) {
	k := &c.TAK
	line := t.line
	k.Exposed = t.boolean("exposed", false)
	k.Listen = t.listen("listen", k.Exposed, "")
	k.Certificate, k.Key, k.Issuer = t.file("certificate", ""), t.file("key", ""), t.file("issuer", "")
	k.Revoked = t.file("revoked", "")
	k.Purpose = t.word("purpose", 64, "letters, digits and hyphens", isHost, "find-laboratories")
	m, marked := t.child("marking")
	if marked {
		m.marking(&k.Marking)
		for _, x := range [][2]string{{"classification", k.Marking.Classification}, {"handling", k.Marking.Handling}} {
			if x[1] == "" {
				m.fail(m.line, "tak.marking: missing %s", x[0])
			}
		}
	}
	t.each("offices", MostOffices, k.readOffice)
	t.each("clients", MostClients, k.readClient)
	t.each("feeds", MostFeeds, k.readFeed)
	t.done("listen, exposed, certificate, key, issuer, revoked, purpose, marking, offices, clients, feeds")
	switch {
	case t.err != nil:
	case k.Listen != "" && (k.Certificate == "" || k.Key == "" || k.Issuer == ""):
		t.fail(line, "tak.listen: expected certificate, key and issuer beside it")
	case !k.On():
		t.fail(line, "tak: expected listen, or feeds")
	case !marked:
		t.fail(line, "tak: missing marking, expected how what is flown now is handled")
	case c.Party == "":
		t.fail(line, "tak: missing party, expected at the top whose flights these are")
	}
}

func (k *TAK) readOffice(t *table) {
	o := Office{
		ID: t.party("id"), Level: t.choice("level", "", classifications...), Handling: t.choice("handling", "", handlings...),
		Compartments: t.list("compartments", 32, "a word", isCaveat), Classes: t.list("classes", len(classes), "one of "+strings.Join(classes, ", "), isClass),
		Purposes: t.list("purposes", 32, "letters, digits and hyphens", isPurpose), PlaceDigits: t.whole("place_digits", 1, 12, 0), TimeDigits: t.whole("time_digits", 1, 17, 0),
		Delay: t.duration("delay", 0, 365*24*time.Hour, -1), Video: t.boolean("video", false),
	}
	for _, x := range []struct {
		name    string
		missing bool
	}{
		{"id", o.ID == ""},
		{"level", o.Level == ""},
		{"handling", o.Handling == ""},
		{"place_digits", o.PlaceDigits == 0},
		{"time_digits", o.TimeDigits == 0},
		{"delay", o.Delay < 0},
	} {
		if x.missing {
			t.fail(t.line, "%s.%s: missing: nothing is assumed of what an office may have", t.path, x.name)
		}
	}
	if !strings.Contains(o.ID, "/") {
		t.fail(t.line, `%s.id: expected an office like "MEX/SEDENA": a state is not one recipient`, t.path)
	}
	if slices.ContainsFunc(k.Offices(), func(other Office) bool { return other.ID == o.ID }) {
		t.fail(t.line, "%s.id: expected each office once, got %q again", t.path, o.ID)
	}
	t.done("id, level, handling, compartments, classes, purposes, place_digits, time_digits, delay, video")
	k.offices[k.nOffices] = o
	k.nOffices++
}

func (k *TAK) readClient(t *table) {
	c := Client{Name: t.text("name", 64, ""), Office: t.office()}
	if c.Name == "" {
		t.fail(t.line, "%s.name: missing, expected the common name of a certificate", t.path)
	}
	if slices.ContainsFunc(k.Clients(), func(other Client) bool { return other.Name == c.Name }) {
		t.fail(t.line, "%s.name: expected each name once, got %q again", t.path, c.Name)
	}
	t.done("name, office")
	k.clients[k.nClients] = c
	k.nClients++
}

func (k *TAK) readFeed(t *table) {
	f := Feed{
		Name: t.word("name", 64, `letters, digits, ".", "_" and "-"`, isName, ""), Office: t.office(), Certificate: t.file("certificate", ""), Key: t.file("key", ""), Issuer: t.file("issuer", ""),
		Server: t.word("server", 253, `letters, digits, "." and "-"`, isHost, ""),
	}
	const want = `an address and port such as "tak.example.mx:8089"`
	s, line, _ := t.scalar("address", want)
	host, port, err := net.SplitHostPort(s)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || host == "" {
		t.fail(line, "%s.address: expected %s, got %.60q", t.path, want, s)
	}
	f.Address = s
	for _, x := range [][2]string{{"name", f.Name}, {"certificate", f.Certificate}, {"key", f.Key}, {"issuer", f.Issuer}} {
		if x[1] == "" {
			t.fail(t.line, "%s.%s: missing: both sides show a certificate", t.path, x[0])
		}
	}
	if slices.ContainsFunc(k.Feeds(), func(other Feed) bool { return other.Name == f.Name }) {
		t.fail(t.line, "%s.name: expected each name once, got %q again", t.path, f.Name)
	}
	t.done("name, address, office, certificate, key, issuer, server")
	k.feeds[k.nFeeds] = f
	k.nFeeds++
}

// office is one of those that the file has, or one on record: that is told where they are read.
func (t *table) office() string {
	id := t.party("office")
	if t.err == nil && !strings.Contains(id, "/") {
		t.fail(t.line, `%s.office: expected an office like "MEX/SEDENA", got %.60q`, t.path, id)
	}
	return id
}

func isState(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func isCaveat(s string) bool {
	return s != "" && len(s) <= 64 && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unprintable)
}

func isClass(s string) bool { return slices.Contains(classes, s) }

func isPurpose(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f || !isHost(byte(r)) })
}

// video reads where people may play what a source sends.
func (t *table) video() string {
	const want = "an address without a user, such as rtsp://192.0.2.1:8554/flight"
	s, line, ok := t.scalar("video", want)
	if !ok {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || len(s) > 1024 || strings.ContainsFunc(s, unprintable) {
		// It may hold a secret: it is not shown.
		t.fail(line, "%s.video: expected %s", t.path, want)
	}
	return s
}
