package tak

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/release"
	"overflight/share"
)

// secondServer names the folder of certificates that this program is a second server with, instead of tests.
const secondServer = "OVERFLIGHT_TAK_SECOND"

func TestMain(m *testing.M) {
	if folder := os.Getenv(secondServer); folder != "" {
		if err := serveSecond(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serveSecond is a server that passes on what a feed brings, until nobody reads what it says.
func serveSecond(folder string) error {
	pool, cert, err := readFolder(folder, "second")
	if err != nil {
		return err
	}
	hub := NewHub(Limits{}, time.Now)
	s, err := NewServer(Config{
		Name: "second", Certificate: cert, Clients: pool, Now: time.Now,
		Admit: func(_ context.Context, c *x509.Certificate) (Admitted, error) {
			return Admitted{c.Subject.CommonName, "second", hub}, nil
		},
		Took: func(_ Admitted, e *cot.Event) {
			if i, err := Encode(e, share.Withdrawn(e), false); err == nil {
				err = hub.Publish(i)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
			}
		},
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the test
		cancel()
	}()
	fmt.Println(l.Addr())
	return s.Serve(ctx, l)
}

func readFolder(folder, name string) (*x509.CertPool, tls.Certificate, error) {
	cert, err := tls.LoadX509KeyPair(filepath.Join(folder, name+".pem"), filepath.Join(folder, name+".key"))
	ca, err2 := os.ReadFile(filepath.Join(folder, "ca.pem"))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return pool, cert, errors.Join(err, err2)
}

// write puts a certificate and its key into a folder.
func (i *issuer) write(folder, name string) {
	i.t.Helper()
	c := i.issue(name, time.Hour)
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		i.t.Fatal(err)
	}
	for file, b := range map[string]*pem.Block{
		name + ".pem": {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, name + ".key": {Type: "PRIVATE KEY", Bytes: key}, "ca.pem": {Type: "CERTIFICATE", Bytes: i.cert.Raw},
	} {
		if err := os.WriteFile(filepath.Join(folder, file), pem.EncodeToMemory(b), 0o600); err != nil {
			i.t.Fatal(err)
		}
	}
}

// peer is a client that others wrote: node-tak, which reads events with node-cot.
type peer struct {
	t     testing.TB
	lines *bufio.Scanner
}

type said struct {
	Open   bool   `json:"open"`
	Server string `json:"server"`
	Error  string `json:"error"`
	Event  struct {
		Attributes map[string]string          `json:"_attributes"`
		Detail     map[string]json.RawMessage `json:"detail"`
	} `json:"event"`
	Feature *struct {
		ID         string                     `json:"id"`
		Geometry   json.RawMessage            `json:"geometry"`
		Properties map[string]json.RawMessage `json:"properties"`
	} `json:"feature"`
}

func connectPeer(t testing.TB, address, folder, name string) *peer {
	t.Helper()
	script, err := filepath.Abs("../../tools/tak/receive.js")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	c := exec.CommandContext(ctx, "node", script, "ssl://"+address, filepath.Join(folder, name+".pem"), filepath.Join(folder, name+".key"))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = c.Wait() // it was killed
		if t.Failed() {
			t.Log(stderr.String())
		}
	})
	p := &peer{t, bufio.NewScanner(out)}
	p.lines.Buffer(nil, 1<<20)
	return p
}

// until returns what the peer said of each uid, the last of it, when all of these have come.
func (p *peer) until(done func(map[string]*said) bool) map[string]*said {
	p.t.Helper()
	all := map[string]*said{}
	for !done(all) {
		if !p.lines.Scan() {
			p.t.Fatalf("the peer ended: %v; it had %d events", p.lines.Err(), len(all))
		}
		s := &said{}
		if err := json.Unmarshal(p.lines.Bytes(), s); err != nil || s.Error != "" {
			p.t.Fatalf("%s: %v", p.lines.Bytes(), err)
		}
		all[s.Event.Attributes["uid"]] = s
		if s.Open {
			all["open"] = s
		}
	}
	return all
}

func needPeer(t *testing.T) {
	t.Helper()
	_, node := exec.LookPath("node")
	_, modules := os.Stat("../../tools/tak/node_modules/@tak-ps/node-tak")
	if err := errors.Join(node, modules); err != nil {
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal(err)
		}
		t.Skip("NOT CHECKED: node-tak is not installed (scripts/setup)")
	}
}

// aProduct is what an office has of one aircraft, what it looks at, and a site.
func aProduct(t *testing.T, at time.Time) *release.Product {
	t.Helper()
	m := release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX", "USA"}, Caveats: []string{}, Handling: release.Amber, Originator: "USA/OPS", Created: at}
	instant, err := release.InstantValue(at)
	if err != nil {
		t.Fatal(err)
	}
	middle := geodesy.Position{Lat: 24.61, Lon: -107.53}
	place := func(azimuth geodesy.Angle, s geodesy.Length) release.Value {
		p, _ := geodesy.Direct(middle, azimuth, s)
		return release.PlaceValue(p)
	}
	value := func(k release.Kind, s string) release.Value { return release.Value{Kind: k, Text: s} }
	flight := value(release.Text, "LOCAL-2026-0001")
	r := &release.Report{ID: "live", Version: 1, Made: at}
	for _, x := range []struct {
		kind   string
		values map[string]release.Value
	}{
		{"fix/1", map[string]release.Value{"flight": flight, "at": instant, "place": place(270, 6000), "altitude": value(release.Number, "4500"), "datum": value(release.Code, "HAE"), "course": value(release.Number, "90"), "speed": value(release.Number, "72")}},
		{"footprint/1", map[string]release.Value{"flight": flight, "at": instant, "corner_1": place(300, 400), "corner_2": place(60, 500), "corner_3": place(120, 500), "corner_4": place(240, 400), "centre": place(0, 0)}},
		{"site/1", map[string]release.Value{"site": value(release.Text, "12"), "place": place(45, 200), "last_seen": instant}},
	} {
		record, err := release.NewRecord(x.kind, m, x.values)
		if err != nil {
			t.Fatal(err)
		}
		r.Records = append(r.Records, record)
	}
	p, err := release.Redact(r, release.Seed{1}, func(_ int, s release.FieldSpec, f release.Field) release.Grant {
		if s.Name == "place" && f.Value.Text == r.Records[2].Fields[1].Value.Text {
			return release.Grant{Digits: 6} // the site, to some kilometre
		}
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, release.Copy{Office: "MEX/SEDENA", State: "MEX", Mark: "m", Purpose: "find-laboratories"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A client that others wrote connects over mutual TLS, and reads aircraft, footprint, site and marking: from this server, and from a second
// one, in a process of its own, that this one feeds.
func TestNodeTAK(t *testing.T) {
	t.Parallel()
	needPeer(t)
	s := newStage(t, Limits{}, nil)
	folder := t.TempDir()
	for _, name := range []string{"ana", "second"} {
		s.ca.write(folder, name)
	}
	at := time.Now().UTC().Truncate(time.Second)
	languages := []share.CoTLanguage{{Code: "en", Words: catalogue.Open(catalogue.English)}, {Code: "es", Words: catalogue.Open(catalogue.Spanish)}}
	events, err := share.Events(aProduct(t, at), at, share.CoTOptions{Live: true, Moving: time.Minute, Languages: languages})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		s.publish(e, false)
	}
	own, view, point, site := events[0].UID, events[1].UID, events[2].UID, events[3].UID

	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	second := exec.Command(executable)
	second.Env = append(os.Environ(), secondServer+"="+folder)
	second.Stderr = os.Stderr
	in, err1 := second.StdinPipe()
	out, err2 := second.StdoutPipe()
	if err := errors.Join(err1, err2, second.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := second.Wait(); err != nil {
			t.Error(err)
		}
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	ctx, cancel := context.WithCancel(t.Context())
	fed := make(chan error, 1)
	go func() {
		fed <- Feed(ctx, FeedConfig{
			Name: "second", Address: address, Class: "mx", Hub: s.hub, Now: time.Now, Told: func(Delivery, error) {},
			TLS: &tls.Config{Certificates: []tls.Certificate{s.ca.issue("operator", time.Hour)}, RootCAs: s.ca.pool, ServerName: "localhost"},
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-fed; err != nil {
			t.Error(err)
		}
	})

	for _, where := range []string{s.address, address} {
		got := connectPeer(t, where, folder, "ana").until(func(all map[string]*said) bool {
			return all[own] != nil && all[view] != nil && all[point] != nil && all[site] != nil && all["open"] != nil
		})
		if got["open"].Server != "overflight" {
			t.Errorf("%s says that it is %q", where, got["open"].Server)
		}
		for uid, want := range map[string]string{own: "a-f-A-M-F-Q", view: "b-m-p-s-p-i", point: "b-m-p-s-p-i", site: "b-m-p-s-m"} {
			x := got[uid]
			if x.Event.Attributes["type"] != want || x.Event.Attributes["access"] != "RESTRICTED" || x.Event.Attributes["releasableTo"] != "MEX,USA" || x.Event.Attributes["caveat"] != "not-for-targeting" {
				t.Errorf("%v", x.Event.Attributes)
			}
			if mark := string(x.Event.Detail["__overflight"]); !strings.Contains(mark, `"tlp":"TLP:AMBER"`) || !strings.Contains(mark, `"rel":"MEX,USA"`) {
				t.Errorf("marking %s", mark)
			}
			remarks := string(x.Feature.Properties["remarks"])
			if !strings.Contains(remarks, "RESTRICTED//REL TO MEX, USA//not-for-targeting//TLP:AMBER") || !strings.Contains(remarks, "No debe usarse para fijar blancos.") {
				t.Errorf("remarks %s", remarks)
			}
		}
		if s := string(got[own].Feature.Properties["sensor"]); !strings.Contains(s, `"azimuth":90`) {
			t.Errorf("sensor %s", s)
		}
		if g := string(got[view].Feature.Geometry); !strings.Contains(g, `"Polygon"`) {
			t.Errorf("footprint %s", g)
		}
		if g := string(got[site].Feature.Geometry); !strings.Contains(g, `"Point"`) || got[site].Event.Attributes["how"] != "m-f" {
			t.Errorf("site %s", g)
		}
	}
	// Who comes later is told what was taken back.
	for _, e := range share.Withdrawals(events, events[:3], time.Now(), time.Hour) {
		s.publishOf(e, share.Withdrawn(e), false)
	}
	for _, where := range []string{s.address, address} {
		got := connectPeer(t, where, folder, "ana").until(func(all map[string]*said) bool { return all[site+".withdrawn"] != nil && all[own] != nil })
		if x := got[site+".withdrawn"]; got[site] != nil || x.Event.Attributes["type"] != "t-x-d-d" || !strings.Contains(string(x.Event.Detail["link"]), `"uid":"`+site+`"`) {
			t.Errorf("%v", x.Event)
		}
	}
}
