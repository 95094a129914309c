package config

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"overflight/geodesy"
)

// Parse reads a configuration in YAML. What is not in it is as in Default. The error is an *Error.
func Parse(text []byte) (Config, error) {
	c := Default()
	c.Archive.Copy, c.Archive.SecondCopy, c.Archive.Keys, c.Archive.SecondKeys = "", "", "", ""
	root, err := parseDocument(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
	if err != nil {
		return Config{}, err
	}
	if root == nil { // nothing but comments
		return Default(), nil
	}
	c.read(root)
	if root.err != nil {
		return Config{}, root.err
	}
	return c, nil
}

func (c *Config) read(t *table) {
	c.Data = t.file("data", c.Data)
	c.Operator = t.word("operator", 32, "letters, digits and underscores", isOperator, c.Operator)
	c.Party = t.party("party")
	c.Language = t.choice("language", c.Language, "en", "es")
	c.Role = t.choice("role", c.Role, Operator, Partner)
	if s, ok := t.child("server"); ok {
		c.Server.Exposed = s.boolean("exposed", c.Server.Exposed)
		c.Server.Listen = s.listen("listen", c.Server.Exposed, c.Server.Listen)
		c.Server.Name = s.word("name", 253, `letters, digits, "." and "-"`, isHost, "")
		s.done("listen, exposed, name")
	}
	line := t.line
	if a, ok := t.child("archive"); ok {
		line = a.line
		c.Archive.Copy, c.Archive.SecondCopy = a.file("copy", ""), a.file("second_copy", "")
		c.Archive.Keys, c.Archive.SecondKeys = a.file("keys", ""), a.file("second_keys", "")
		c.Archive.Largest = a.size("largest", 1<<20, 4<<30, c.Archive.Largest)
		a.done("copy, second_copy, keys, second_keys, largest")
	}
	*c = c.placed()
	c.apart(t, line)
	if j, ok := t.child("journal"); ok {
		c.readJournal(j)
	}
	if l, ok := t.child("log"); ok {
		c.Log.Origin = l.word("origin", 128, "a name without spaces or plus signs", isOrigin, "")
		c.Log.Policy = l.file("policy", "")
		c.Log.Checkpoint = l.duration("checkpoint", 100*time.Millisecond, time.Minute, c.Log.Checkpoint)
		c.Log.PerDay = l.whole("leaves_per_day", 0, 1_000_000, c.Log.PerDay)
		l.done("origin, policy, checkpoint, leaves_per_day")
	}
	if s, ok := t.child("spool"); ok {
		c.Spool.Holds = s.duration("holds", time.Minute, 24*time.Hour, c.Spool.Holds)
		c.Spool.Most = s.size("most", 16<<20, 1<<40, c.Spool.Most)
		s.done("holds, most")
	}
	if s, ok := t.child("sorties"); ok {
		at := s.line
		c.Sorties.Silence = s.duration("silence", 10*time.Second, 24*time.Hour, c.Sorties.Silence)
		c.Sorties.Stall = s.duration("stall", time.Second, time.Hour, c.Sorties.Stall)
		if c.Sorties.Stall >= c.Sorties.Silence {
			s.fail(at, "sorties.stall: expected less than the silence of %v, got %v", c.Sorties.Silence, c.Sorties.Stall)
		}
		s.done("silence, stall")
	}
	if a, ok := t.child("area"); ok {
		at := a.line
		c.Area.File = a.file("file", "")
		c.Area.Margin = a.length("margin", 0, 200*geodesy.Kilometre, c.Area.Margin)
		if c.Area.File == "" {
			a.fail(at, "area: missing file, expected the name of a GeoJSON file")
		}
		a.done("file, margin")
	}
	if d, ok := t.child("disk"); ok {
		c.Disk.Warn = d.duration("warn", time.Hour, 365*24*time.Hour, c.Disk.Warn)
		c.Disk.Free = d.size("free", 0, 1<<50, c.Disk.Free)
		d.done("warn, free")
	}
	if i, ok := t.child("interval"); ok {
		c.Interval.Flush = i.duration("flush", 20*time.Millisecond, time.Second, c.Interval.Flush)
		c.Interval.Verify = i.duration("verify", 0, 365*24*time.Hour, c.Interval.Verify)
		i.done("flush, verify")
	}
	if d, ok := t.child("detection"); ok {
		c.readDetection(d)
	}
	if m, ok := t.child("marking"); ok {
		m.marking(&c.Marking)
	}
	if o, ok := t.child("origin"); ok {
		c.Origin.Policy = o.file("policy", "")
		if at := o.line; c.Role != Partner || c.Origin.Policy == "" {
			o.fail(at, "origin: expected role: partner, and the policy of the log that products come from")
		}
		o.done("policy")
	}
	if l, ok := t.child("link"); ok {
		c.readLink(l)
	}
	c.Terrain = t.file("terrain", "")
	t.each("sources", MostSources, c.readSource)
	if k, ok := t.child("tak"); ok {
		c.readTAK(k)
	}
	t.done("data, operator, party, language, role, server, archive, journal, log, spool, sorties, area, disk, interval, detection, marking, origin, link, terrain, sources, tak")
}

// readDetection reads the model of detection. Numbers of one's own want a reason.
func (c *Config) readDetection(t *table) {
	d, at := &c.Detection, t.line
	before := *d
	d.Size = geodesy.Length(t.number("size_m", 0.1, 1000, float64(d.Size)))
	d.Cycles = t.number("cycles", 0.5, 20, d.Cycles)
	d.ThermalCycles = t.number("thermal_cycles", 0.2, 20, d.ThermalCycles)
	d.Columns = t.whole("columns", 16, 65536, d.Columns)
	d.Rows = t.whole("rows", 16, 65536, d.Rows)
	d.LeafArea = t.number("leaf_area", 0, 12, d.LeafArea)
	d.Extinction = t.number("extinction", 0, 1, d.Extinction)
	d.FrameCap = t.number("frame_cap", 0, 0.99, d.FrameCap)
	d.WholeCap = t.number("whole_cap", 0, 0.99, d.WholeCap)
	d.Reason = t.text("reason", 500, "")
	if before.Reason = d.Reason; *d != before && d.Reason == "" {
		t.fail(at, "detection: missing reason, expected a sentence that says why these numbers")
	}
	t.done("size_m, cycles, thermal_cycles, columns, rows, leaf_area, extinction, frame_cap, whole_cap, reason")
}

// readLink reads how the node is joined to others: an operator's waits for partners', a partner's goes to the operator's.
func (c *Config) readLink(t *table) {
	l, at := &c.Link, t.line
	want := `an address and port such as "192.0.2.1:7422"`
	address := func(key string) string {
		s, line, ok := t.scalar(key, want)
		if ok {
			if host, port, err := net.SplitHostPort(s); err != nil || host == "" || port == "" {
				t.fail(line, "link.%s: expected %s, got %.60q", key, want, s)
			}
		}
		return s
	}
	l.Listen, l.Remote = address("listen"), address("remote")
	l.Name = t.word("name", 253, `letters, digits, "." and "-"`, isHost, "")
	l.Code = t.code("code")
	l.Certificate, l.Key, l.Authorities, l.Revoked = t.file("certificate", ""), t.file("key", ""), t.file("authorities", ""), t.file("revoked", "")
	l.Late = t.duration("late", time.Second, 30*24*time.Hour, 0)
	t.each("partners", MostPartners, func(p *table) {
		x := LinkPartner{Code: p.code("code"), Name: p.word("name", 253, `letters, digits, "." and "-"`, isHost, "")}
		if x.Code == "" || x.Name == "" {
			p.fail(p.line, "%s: expected code and name", p.path)
		}
		for _, other := range l.Partners() {
			if other.Code == x.Code || other.Name == x.Name {
				p.fail(p.line, "%s: expected each code and name once", p.path)
			}
		}
		p.done("code, name")
		l.list[l.n] = x
		l.n++
	})
	switch {
	case l.Certificate == "" || l.Key == "" || l.Authorities == "":
		t.fail(at, "link: expected certificate, key and authorities")
	case c.Role == Operator && (l.Listen == "" || l.Remote != "" || l.Name != "" || l.Code != ""):
		t.fail(at, "link: expected listen and partners at an operator's node")
	case c.Role == Partner && (l.Remote == "" || l.Code == "" || l.Listen != "" || l.n > 0):
		t.fail(at, "link: expected remote and code at a partner's node")
	case c.Journal.URL != "":
		t.fail(at, "link: expected only with the embedded server of the journal")
	}
	t.done("listen, partners, remote, name, code, certificate, key, authorities, revoked, late")
}

// code reads the letters of a state.
func (t *table) code(key string) string {
	const want = `a state by its three letters`
	s, line, ok := t.scalar(key, want)
	if ok && !stateForm.MatchString(s) {
		t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	}
	return s
}

// marking reads a marking. Which words there are package release knows: a node refuses what it does not.
func (t *table) marking(m *Marking) {
	m.Policy = t.text("policy", 40, "")
	m.Classification = t.choice("classification", m.Classification, classifications...)
	m.Handling = t.choice("handling", m.Handling, handlings...)
	m.ReleasableTo = t.words("releasable_to", "states by their three letters, such as [GTM, MEX]", stateForm)
	m.Caveats = t.words("caveats", "compartments in capital letters, such as [SIERRA]", caveatForm)
	m.Review = t.duration("review", 0, 100*366*24*time.Hour, 0)
	t.done("policy, classification, releasable_to, caveats, handling, review")
}

var (
	stateForm  = regexp.MustCompile(`^[A-Z]{3}$`)
	caveatForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9 _-]{0,39}$`)
)

// words reads a list of words, puts it in order and parts it by commas.
func (t *table) words(key, want string, form *regexp.Regexp) List {
	n, ok := t.take(key)
	if !ok {
		return ""
	}
	var out []string
	list, isList := n.(*ast.SequenceNode)
	if !isList || len(list.Values) > 32 {
		t.fail(place(n), "%s: expected a list of at most 32 %s", join(t.path, key), want)
		return ""
	}
	for _, v := range list.Values {
		s := ""
		if text, ok := v.(*ast.StringNode); ok {
			s = strings.TrimSpace(text.Value)
		}
		if !form.MatchString(s) || slices.Contains(out, s) {
			t.fail(place(v), "%s: expected %s, each once, got %.60q", join(t.path, key), want, v.String())
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return List(strings.Join(out, ","))
}

// apart refuses folders that would undo each other: two copies in one place, keys beside what they open.
func (c *Config) apart(t *table, line int) {
	a := &c.Archive
	for _, pair := range [][4]string{
		{"archive.second_copy", a.SecondCopy, "archive.copy", a.Copy},
		{"archive.second_keys", a.SecondKeys, "archive.keys", a.Keys},
		{"archive.keys", a.Keys, "archive.copy", a.Copy},
		{"archive.keys", a.Keys, "archive.second_copy", a.SecondCopy},
		{"archive.second_keys", a.SecondKeys, "archive.copy", a.Copy},
		{"archive.second_keys", a.SecondKeys, "archive.second_copy", a.SecondCopy},
	} {
		if within(pair[1], pair[3]) || within(pair[3], pair[1]) {
			t.fail(line, "%s: expected a folder apart from %s %q, got %q", pair[0], pair[2], pair[3], pair[1])
		}
	}
}

// within reports whether a is b or below it. Relative and absolute names are only compared among themselves:
// what links lead to, the archive sees when it opens.
func within(a, b string) bool {
	r, err := filepath.Rel(b, a)
	return err == nil && r != ".." && !strings.HasPrefix(r, ".."+string(filepath.Separator))
}

func (c *Config) readJournal(t *table) {
	text, line, ok := t.scalar("url", `a server such as "nats://127.0.0.1:4222"`)
	if ok && text != "embedded" {
		u, err := url.Parse(text)
		if err != nil || !slices.Contains([]string{"nats", "tls"}, u.Scheme) || u.Hostname() == "" || u.Path != "" {
			t.fail(line, `journal.url: expected "embedded" or a server such as "nats://127.0.0.1:4222"`)
		} else if u.User != nil {
			t.fail(line, "journal.url: expected no user or password in it, name a file in journal.credentials")
		}
		c.Journal.URL = text
	}
	c.Journal.Credentials = t.file("credentials", "")
	if c.Journal.Credentials != "" && c.Journal.URL == "" {
		t.fail(t.line, "journal.credentials: expected journal.url of a server beside it")
	}
	c.Journal.MostStored = t.size("most_stored", 64<<20, 1<<50, c.Journal.MostStored)
	if c.Journal.MostStored != 0 && c.Journal.URL != "" {
		t.fail(t.line, "journal.most_stored: expected only for the embedded server")
	}
	t.done("url, credentials, most_stored")
}

// schemes are those of sources; what has none is a file or a folder.
var schemes = []string{"udp", "tcp", "tcp+listen", "srt", "rtsp", "file"}

func (c *Config) readSource(t *table) {
	s := Source{
		Name:     t.word("name", 64, `letters, digits, ".", "_" and "-"`, isName, ""),
		Aircraft: t.text("aircraft", 127, ""),
		Exposed:  t.boolean("exposed", false),
		Video:    t.video(),
	}
	if s.Name == "" {
		t.fail(t.line, "%s.name: missing, expected a name", t.path)
	}
	for i := range c.Sources.Len() {
		if c.Sources.At(i).Name == s.Name {
			t.fail(t.line, "%s.name: expected each name once, got %q again", t.path, s.Name)
		}
	}
	want := `an address such as "udp://127.0.0.1:5001", or a file or folder`
	text, line, ok := t.scalar("url", want)
	scheme, _, has := strings.Cut(text, "://")
	switch {
	case !ok:
		t.fail(t.line, "%s.url: missing, expected %s", t.path, want)
	case text == "" || len(text) > 2048 || strings.ContainsFunc(text, unprintable):
		t.fail(line, "%s.url: expected %s", t.path, want)
	case has && !slices.Contains(schemes, scheme):
		// The rest of an address may hold a secret: it is never shown.
		t.fail(line, "%s.url: expected one of %s, got %q", t.path, strings.Join(schemes, "://, ")+"://", scheme+"://")
	}
	s.URL = text
	t.done("name, url, aircraft, exposed, video")
	c.Sources.list[c.Sources.n] = s
	c.Sources.n++
}

func isOperator(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// partyForm is that of a party in package authority.
var partyForm = regexp.MustCompile(`^[A-Z]{3}(/[A-Za-z0-9 ._-]{1,60})?$`)

func (t *table) party(key string) string {
	const want = `a state by its three letters, or an office of it like "USA/DEA"`
	s, line, ok := t.scalar(key, want)
	if ok && !partyForm.MatchString(s) {
		t.fail(line, "%s: expected %s, got %.60q", join(t.path, key), want, s)
	}
	return s
}

func isName(c byte) bool { return isOperator(c) || c == '.' || c == '-' }

func isHost(c byte) bool { return isName(c) && c != '_' }

func isOrigin(c byte) bool { return c > ' ' && c < 0x7f && c != '+' }

func unprintable(r rune) bool { return r < ' ' || r == 0x7f || r == 0xFFFD }

// listen reads host:port. Beyond loopback it needs exposed: true beside it.
func (t *table) listen(key string, exposed bool, otherwise string) string {
	want := `an address and port such as "127.0.0.1:8470"`
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	host, port, err := net.SplitHostPort(s)
	_, badPort := strconv.ParseUint(port, 10, 16)
	if err != nil || badPort != nil {
		t.fail(line, "%s.%s: expected %s, got %q", t.path, key, want, s)
		return s
	}
	addr, err := netip.ParseAddr(host)
	loopback := host == "localhost" || err == nil && addr.IsLoopback()
	if !loopback && !exposed {
		t.fail(line, "%s.%s: expected a loopback address, or exposed: true beside it, got %q", t.path, key, s)
	}
	return s
}

// size reads a number of bytes with its unit.
func (t *table) size(key string, low, high, otherwise int64) int64 {
	want := fmt.Sprintf("a size of %s to %s, such as %q", bytesText(low), bytesText(high), bytesText(max(low, min(high, 512<<20))))
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	number, unit, _ := strings.Cut(s, " ")
	size, known := map[string]float64{"B": 1, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "MB": 1e6, "GB": 1e9, "TB": 1e12}[strings.TrimSpace(unit)]
	v, err := strconv.ParseFloat(number, 64)
	if v *= size; err != nil || !known || !(v >= float64(low) && v <= float64(high)) {
		t.fail(line, "%s: expected %s, got %q", join(t.path, key), want, s)
		return otherwise
	}
	return int64(v)
}

func bytesText(n int64) string {
	for _, u := range []struct {
		name string
		size int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}} {
		if n >= u.size {
			return strconv.FormatInt(n/u.size, 10) + " " + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " B"
}

// length reads a distance with its unit.
func (t *table) length(key string, low, high, otherwise geodesy.Length) geodesy.Length {
	want := fmt.Sprintf("a distance of %g to %g km, such as %q", low/geodesy.Kilometre, high/geodesy.Kilometre, "5 km")
	s, line, ok := t.scalar(key, want)
	if !ok {
		return otherwise
	}
	number, unit, _ := strings.Cut(s, " ")
	size, known := map[string]geodesy.Length{"m": geodesy.Metre, "km": geodesy.Kilometre, "NM": geodesy.NauticalMile}[strings.TrimSpace(unit)]
	f, err := strconv.ParseFloat(number, 64)
	v := geodesy.Length(f) * size
	if err != nil || !known || !(v >= low && v <= high) {
		t.fail(line, "%s: expected %s, got %q", join(t.path, key), want, s)
		return otherwise
	}
	return v
}
