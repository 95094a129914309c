package live

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Scheme is the way of receiving.
type Scheme string

// The schemes.
const (
	SchemeUDP       Scheme = "udp"
	SchemeTCP       Scheme = "tcp"
	SchemeTCPListen Scheme = "tcp+listen"
	SchemeSRT       Scheme = "srt"
	SchemeRTSP      Scheme = "rtsp"
	SchemeFile      Scheme = "file"
)

// Forms is how addresses are written.
const Forms = "udp://[INTERFACE@]HOST:PORT | tcp://HOST:PORT | tcp+listen://HOST:PORT | " +
	"srt://HOST:PORT[?mode=caller|listener&latency=MS&passphrase=…&pbkeylen=16|24|32&streamid=…] | rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH | FILE | FOLDER"

// Address is a source's address.
type Address struct {
	Scheme    Scheme
	Host      string // a name or an address; empty for every address of this machine
	Port      uint16
	Interface string // by which a multicast group is joined; empty for the system's choice
	Listen    bool   // waits for a sender rather than asking one: SRT in listener mode, tcp+listen, UDP
	Path      string // of a file or folder

	SRT  SRTOptions
	rtsp *url.URL
}

// SRTOptions are of the SRT protocol.
type SRTOptions struct {
	Latency    time.Duration // for which lost packets are asked for again; 120 ms
	Passphrase string        // 10 to 80 bytes; empty for no encryption
	KeyLength  int           // bytes: 16, 24 or 32
	StreamID   string        // at most 512 bytes
}

// Refusal is an address that is not taken. Its URL has no secrets.
type Refusal struct {
	URL    string
	Defect Defect
}

func (r *Refusal) Error() string { return r.URL + ": " + r.Defect.String() }

// HostPort is the address to dial or to listen on.
func (a Address) HostPort() string {
	return net.JoinHostPort(a.Host, strconv.Itoa(int(a.Port)))
}

// Multicast tells whether the address is a multicast group.
func (a Address) Multicast() bool {
	ip, err := netip.ParseAddr(a.Host)
	return err == nil && ip.IsMulticast()
}

// Exposed tells whether receiving opens a port to others than this machine. A name is taken for
// others' but for localhost: what it stands for may change.
func (a Address) Exposed() bool {
	if !a.Listen {
		return false
	}
	if a.Multicast() {
		i, err := net.InterfaceByName(a.Interface)
		return a.Interface == "" || err != nil || i.Flags&net.FlagLoopback == 0
	}
	ip, err := netip.ParseAddr(a.Host)
	return a.Host != "localhost" && (err != nil || !ip.IsLoopback())
}

// Redacted is the address without its secrets, as it may be shown.
func (a Address) Redacted() string {
	switch a.Scheme {
	case SchemeFile:
		return a.Path
	case SchemeRTSP:
		return a.rtsp.Redacted()
	case SchemeUDP:
		if a.Interface != "" {
			return "udp://" + a.Interface + "@" + a.HostPort()
		}
	case SchemeSRT:
		mode := "caller"
		if a.Listen {
			mode = "listener"
		}
		return "srt://" + a.HostPort() + "?mode=" + mode
	case SchemeTCP, SchemeTCPListen:
	}
	return string(a.Scheme) + "://" + a.HostPort()
}

// Parse reads an address; see Forms. What has no scheme is a file or a folder. The error is a
// *Refusal.
func Parse(raw string) (Address, error) {
	scheme, _, ok := strings.Cut(raw, "://")
	if !ok {
		if raw == "" || strings.ContainsRune(raw, 0) {
			return Address{}, &Refusal{URL: raw, Defect: Defect{Code: CodeAddress, Want: Forms}}
		}
		return Address{Scheme: SchemeFile, Path: raw}, nil
	}
	// From here on raw may have a secret in it.
	shown := scheme + "://…"
	refuse := func(item, got, want string) (Address, error) {
		return Address{}, &Refusal{URL: shown, Defect: Defect{Code: CodeAddress, Item: item, Got: got, Want: want}}
	}
	u, err := url.Parse(raw)
	if err != nil {
		return refuse("", "", Forms)
	}
	a := Address{Scheme: Scheme(u.Scheme), Host: u.Hostname()}
	switch a.Scheme {
	case SchemeFile:
		if u.Host != "" && u.Host != "localhost" || u.Path == "" {
			return refuse("host", u.Host, "file:///PATH")
		}
		a.Path = u.Path
		return a, nil
	case SchemeRTSP:
		if u.Port() == "" {
			u.Host += ":554"
		}
		a.rtsp = u
	case SchemeUDP, SchemeTCPListen:
		a.Listen = true
	case SchemeTCP, SchemeSRT:
	default:
		return refuse("scheme", u.Scheme, Forms)
	}
	if !validHost(a.Host) {
		return refuse("host", "", Forms)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		return refuse("port", u.Port(), "1–65535")
	}
	a.Port = uint16(port)
	if a.Scheme == SchemeRTSP {
		if a.Host == "" {
			return refuse("host", "", Forms)
		}
		shown = u.Redacted()
		return a, nil
	}
	if u.Path != "" || u.Fragment != "" {
		return refuse("path", u.Path, "")
	}
	if a.Scheme == SchemeUDP {
		if _, secret := u.User.Password(); secret {
			return refuse("user", "", Forms)
		}
		a.Interface = u.User.Username()
		if a.Interface != "" && !a.Multicast() {
			return refuse("interface", a.Interface, "224.0.0.0/4 | ff00::/8")
		}
	} else if u.User != nil {
		return refuse("user", "", Forms)
	}
	if err := a.query(u); err != nil {
		return Address{}, &Refusal{URL: shown, Defect: *err}
	}
	// Port 0 lets the system choose, which is of use only to who listens.
	if a.Port == 0 && (!a.Listen || a.Multicast()) {
		return refuse("port", "0", "1–65535")
	}
	if !a.Listen && a.Host == "" {
		return refuse("host", "", Forms)
	}
	return a, nil
}

// validHost tells an address or a name from what only stands in the place of one.
func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return true
	}
	odd := func(r rune) bool {
		return r != '.' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	return len(host) <= 253 && strings.IndexFunc(host, odd) < 0
}

// query reads the options; a misspelt one is refused, since it would be missed in silence.
func (a *Address) query(u *url.URL) *Defect {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return &Defect{Code: CodeAddress, Item: "query", Want: Forms}
	}
	if a.Scheme == SchemeSRT {
		a.SRT = SRTOptions{Latency: 120 * time.Millisecond, KeyLength: 16}
	}
	for key, values := range q {
		bad := func(got, want string) *Defect {
			return &Defect{Code: CodeAddress, Item: key, Got: got, Want: want}
		}
		if a.Scheme != SchemeSRT {
			return bad("", "")
		}
		if len(values) != 1 {
			return bad(fmt.Sprint(len(values)), "1")
		}
		v := values[0]
		switch key {
		case "mode":
			if v != "caller" && v != "listener" {
				return bad(v, "caller | listener")
			}
			a.Listen = v == "listener"
		case "latency":
			ms, err := strconv.ParseUint(v, 10, 32)
			if err != nil || ms > 30000 {
				return bad(v, "0–30000 ms")
			}
			a.SRT.Latency = time.Duration(ms) * time.Millisecond
		case "passphrase":
			if len(v) < 10 || len(v) > 80 {
				return bad(fmt.Sprint(len(v), " B"), "10–80 B")
			}
			a.SRT.Passphrase = v
		case "pbkeylen":
			n, err := strconv.Atoi(v)
			if err != nil || n != 16 && n != 24 && n != 32 {
				return bad(v, "16 | 24 | 32")
			}
			a.SRT.KeyLength = n
		case "streamid":
			if len(v) > 512 {
				return bad(fmt.Sprint(len(v), " B"), "512 B")
			}
			a.SRT.StreamID = v
		default:
			return bad("", "mode | latency | passphrase | pbkeylen | streamid")
		}
	}
	return nil
}
