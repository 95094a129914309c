package released

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/rulesets"
	"overflight/internal/tak"
	"overflight/release"
	"overflight/share"
)

// authority issues certificates into a folder.
type authority struct {
	t      *testing.T
	folder string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
	n      int64
}

func newAuthority(t *testing.T) *authority {
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
	a := &authority{t: t, folder: t.TempDir(), key: key, n: 0xAB00}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.write("issuer.pem", "CERTIFICATE", der)
	return a
}

func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// issue writes NAME.pem and NAME.key, and returns the same.
func (a *authority) issue(name string) tls.Certificate {
	a.t.Helper()
	a.n++
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(a.n), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", der)
	a.write(name+".key", "PRIVATE KEY", pkcs)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) dial(address string, cert tls.Certificate) (*tls.Conn, error) {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return tls.Dial("tcp", address, &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: pool, ServerName: "localhost"})
}

// room is a picture of some offices, with a clock of its own.
type room struct {
	t *testing.T
	*Picture
	hubs map[string]*tak.Hub
	ca   *authority
	cert tls.Certificate

	mu     sync.Mutex
	now    time.Time
	failed []string
	n      int
}

var start = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

func office(id string, change func(*release.Office)) release.Office {
	o := release.Office{
		ID: id, State: id[:3], Level: "RESTRICTED", Handling: release.Amber, Compartments: []string{"SURVEY"}, Purposes: []string{"find-laboratories"}, PlaceDigits: 12, TimeDigits: 17,
		Classes: []release.Class{release.Identity, release.Platform, release.Time, release.Position, release.Sensing, release.Finding},
	}
	if change != nil {
		change(&o)
	}
	return o
}

func newRoom(t *testing.T, offices ...Office) *room {
	t.Helper()
	policy, _, err := rulesets.Release()
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, hubs: map[string]*tak.Hub{}, ca: newAuthority(t), now: start}
	r.cert = r.ca.issue("server")
	clock := func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.now }
	for i := range offices {
		offices[i].Hub = tak.NewHub(tak.Limits{}, clock)
		r.hubs[offices[i].ID] = offices[i].Hub
	}
	r.Picture = NewPicture(PictureConfig{
		Policy: policy, Purpose: "find-laboratories", Gate: &tak.Gate{}, Now: clock,
		Marking:   release.Marking{Policy: "USA", Classification: "RESTRICTED", ReleasableTo: []string{"MEX", "USA"}, Caveats: []string{"SURVEY"}, Handling: release.Amber, Originator: "USA/OPS", Created: start},
		Languages: []share.CoTLanguage{{Code: "en", Words: catalogue.Open(catalogue.English)}, {Code: "es", Words: catalogue.Open(catalogue.Spanish)}},
		Failed:    func(office string, err error) { r.failed = append(r.failed, office+": "+err.Error()) },
	}, offices)
	return r
}

func (r *room) pass(d time.Duration) {
	r.mu.Lock()
	r.now = r.now.Add(d)
	r.mu.Unlock()
}

// sees is what whoever connects now is given of an office, by uid without its beginning, which names the aircraft.
func (r *room) sees(id string) map[string]*cot.Event {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	pool := x509.NewCertPool()
	pool.AddCert(r.ca.cert)
	s, err := tak.NewServer(tak.Config{Name: "test", Certificate: r.cert, Clients: pool, Now: time.Now, Admit: func(context.Context, *x509.Certificate) (tak.Admitted, error) {
		return tak.Admitted{Who: "ana", Class: id, Hub: r.hubs[id]}, nil
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	defer func() {
		cancel()
		if err := <-served; err != nil {
			r.t.Error(err)
		}
	}()
	// The last of all says that nothing else is on its way.
	last := cot.Pong("last", r.c.Now())
	i, err := tak.Encode(last, "", false)
	if err == nil {
		err = r.hubs[id].Publish(i)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	conn, err := r.ca.dial(l.Addr().String(), r.cert)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	out := map[string]*cot.Event{}
	for frames := cot.NewReader(conn, 0); ; {
		f, err := frames.Next()
		if err != nil {
			r.t.Fatal(err)
		}
		e, err := f.Event()
		if err != nil {
			r.t.Fatal(err)
		}
		switch {
		case e.UID == "last":
			return out
		case !strings.HasPrefix(e.UID, "overflight-"):
			out[e.Type+e.UID[len("overflight.")+20:]] = e
		}
	}
}

// frame is of a flight that goes east at 72 m/s and looks 6 km ahead.
func (r *room) frame(flight string) *node.Frame {
	heading, altitude, speed := 90.0, 4512.0, 72.0
	at := geodesy.Position{Lat: 24.61, Lon: -107.53}
	at, _ = geodesy.Direct(at, 90, geodesy.Length(72*r.now.Sub(start).Seconds()))
	pair := func(azimuth geodesy.Angle, s geodesy.Length) [2]float64 {
		middle, _ := geodesy.Direct(at, 90, 6000)
		p, _ := geodesy.Direct(middle, azimuth, s)
		return [2]float64{float64(p.Lon), float64(p.Lat)}
	}
	centre := pair(0, 0)
	return &node.Frame{
		Flight: flight, Source: "troy-1", Callsign: "TROY1", Time: r.now.Add(-time.Second), Arrived: r.now, Position: &[2]float64{float64(at.Lon), float64(at.Lat)}, Heading: &heading, Altitude: &altitude, Datum: "HAE",
		Speed: &speed, Centre: &centre, Footprint: [][2]float64{pair(300, 400), pair(60, 500), pair(120, 500), pair(240, 400)}, Doubt: 35.5,
	}
}

const (
	aircraft = "a-f-A-M-F-Q"
	view     = "b-m-p-s-p-i.FOV1"
	point    = "b-m-p-s-p-i.SPI1"
)

func TestOffices(t *testing.T) {
	t.Parallel()
	video := func(string) (share.CoTVideo, bool) {
		return share.CoTVideo{URL: "rtsp://192.0.2.1/troy", Alias: "troy"}, true
	}
	r := newRoom(t,
		Office{Office: office("MEX/SEDENA", nil), Video: video}, Office{Office: office("MEX/FGR", nil)},
		Office{Office: office("MEX/COARSE", func(o *release.Office) { o.PlaceDigits = 5 }), Video: video},
		Office{Office: office("MEX/LATE", func(o *release.Office) { o.Delay = time.Hour })},
		Office{Office: office("GTM/MDN", nil)}, Office{Office: office("MEX/NOWHERE", func(o *release.Office) { o.Classes = []release.Class{release.Identity, release.Time} })},
		Office{Office: office("MEX/LOW", func(o *release.Office) { o.Level = "UNCLASSIFIED" })}, Office{Office: office("MEX/OUT", func(o *release.Office) { o.Revoked = true })},
	)
	f := r.frame("LOCAL-2026-0001")
	r.Take(f)
	r.Hand()
	whole := r.sees("MEX/SEDENA")
	e := whole[aircraft]
	if len(whole) != 3 || e == nil || whole[view] == nil || whole[point] == nil {
		t.Fatalf("%v", whole)
	}
	if math.Abs(e.Lat-f.Position[1]) > 1e-6 || e.HAE != 4512 || !e.Time.Equal(f.Time) || e.ReleasableTo != "MEX,USA" || e.Caveat != "SURVEY,not-for-targeting" || !strings.Contains(string(e.Detail), "rtsp://") || !strings.Contains(string(e.Detail), `callsign="TROY1"`) || !strings.Contains(string(e.Detail), "<sensor azimuth=") {
		t.Errorf("%+v %s", e, e.Detail)
	}
	if other := r.sees("MEX/FGR")[aircraft]; other == nil || other.UID == e.UID || strings.Contains(string(other.Detail), "rtsp") {
		t.Errorf("%+v", other)
	}
	coarse := r.sees("MEX/COARSE")
	if e := coarse[aircraft]; len(coarse) != 3 || e.CE < 3000 || e.Time.Second() != 0 || e.Time.Nanosecond() != 0 || strings.Contains(string(e.Detail), "rtsp") || strings.Contains(string(e.Detail), "<sensor") {
		t.Errorf("%v", coarse)
	}
	for _, id := range []string{"MEX/LATE", "GTM/MDN", "MEX/NOWHERE", "MEX/LOW", "MEX/OUT"} {
		if got := r.sees(id); len(got) != 0 {
			t.Errorf("%s is shown %v", id, got)
		}
	}
	r.pass(time.Hour - time.Second)
	r.Hand()
	if got := r.sees("MEX/LATE"); len(got) != 0 {
		t.Errorf("a second too early: %v", got)
	}
	r.pass(time.Second)
	r.Hand()
	if e := r.sees("MEX/LATE")[aircraft]; e == nil || !e.Time.Equal(f.Time) || e.Stale.Before(r.now) {
		t.Errorf("%+v", e)
	}
	if len(r.failed) != 0 {
		t.Error(r.failed)
	}
}

// A coarse place changes no more often than its instant does.
func TestCoarseSteps(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Office{Office: office("MEX/COARSE", func(o *release.Office) { o.PlaceDigits = 6 })})
	changes := map[time.Time]map[[2]float64]bool{}
	for range 60 {
		r.Take(r.frame("LOCAL-2026-0001"))
		r.Hand()
		e := r.sees("MEX/COARSE")[aircraft]
		if changes[e.Time] == nil {
			changes[e.Time] = map[[2]float64]bool{}
		}
		changes[e.Time][[2]float64{e.Lat, e.Lon}] = true
		r.pass(time.Second)
	}
	// A cell of 1.2 km takes 8 s at 150 m/s: steps of ten seconds, one place in each.
	if len(changes) != 7 {
		t.Errorf("%d steps in a minute", len(changes))
	}
	for at, places := range changes {
		if len(places) != 1 || at.Second()%10 != 0 {
			t.Errorf("%s: %v", at, places)
		}
	}
}

// A long delay holds no more than a bound of frames, and lets go of each in time.
func TestHeld(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Office{Office: office("MEX/LATE", func(o *release.Office) { o.Delay = 24 * time.Hour })})
	for range 1000 {
		r.Take(r.frame("LOCAL-2026-0001"))
		r.Hand()
		r.pass(time.Second)
	}
	x := r.offices["MEX/LATE"].flights["LOCAL-2026-0001"]
	if n := len(x.held); n != 42 { // one in 24 s
		t.Errorf("%d frames are held", n)
	}
	r.pass(24*time.Hour - time.Second)
	r.Hand()
	if len(x.held) != 0 {
		t.Errorf("%d frames are still held", len(x.held))
	}
	r.pass(silentFor + time.Second)
	r.Hand()
	if len(r.offices["MEX/LATE"].flights) != 0 {
		t.Error("a flight that is over is kept")
	}
}

// A flight too many is not shown, and that is said.
func TestCrowded(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Office{Office: office("MEX/NOWHERE", func(o *release.Office) { o.Classes = nil })})
	for n := range mostFlights + 1 {
		r.Take(r.frame(fmt.Sprint(n)))
	}
	r.Hand()
	r.Take(r.frame("another"))
	r.Hand()
	if got := strings.Join(r.failed, "\n"); len(r.failed) != 2 || strings.Count(got, "more than 256 flights") != 2 || !strings.HasPrefix(r.failed[1], "MEX/NOWHERE: ") {
		t.Error(got)
	}
}

func TestStreamsMarking(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Office{Office: office("MEX/SEDENA", nil)})
	for flight, x := range map[string]struct {
		marking *node.Marking
		want    string
	}{
		"LOCAL-2026-0001": {nil, "RESTRICTED MEX,USA"},
		"LOCAL-2026-0002": {&node.Marking{Classification: "UNCLASSIFIED"}, "RESTRICTED MEX,USA"},
		"LOCAL-2026-0003": {&node.Marking{Classification: "RESTRICTED", Releasable: []string{"MEX"}}, "RESTRICTED MEX"},
		"LOCAL-2026-0004": {&node.Marking{Classification: "SECRET", Releasable: []string{"MEX"}}, ""},
		"LOCAL-2026-0005": {&node.Marking{Classification: "RESTRICTED"}, ""},
		"LOCAL-2026-0006": {&node.Marking{Classification: "UNCLASSIFIED", Caveats: "NOFORN"}, ""},
		"LOCAL-2026-0007": {&node.Marking{Classification: "UNCLASSIFIED", Releasable: []string{"Mexico"}}, ""},
	} {
		f := r.frame(flight)
		f.Marking = x.marking
		r.Take(f)
		r.Hand()
		got := ""
		if e := r.sees("MEX/SEDENA")[aircraft]; e != nil {
			got = e.Access + " " + e.ReleasableTo
		}
		if got != x.want {
			t.Errorf("%+v: %q, want %q", x.marking, got, x.want)
		}
		r.pass(time.Hour) // what was shown is forgotten
	}
	if len(r.failed) != 1 || !strings.Contains(r.failed[0], `MEX/SEDENA: flight LOCAL-2026-0007: what the stream says of its handling: marking: releasable_to "Mexico"`) {
		t.Error(r.failed)
	}
}

// sitesProduct is a report of some sites, all of which an office is shown.
func sitesProduct(t *testing.T, office, id string, version int, m release.Marking, sites ...string) *release.Product {
	t.Helper()
	out := &release.Report{ID: id, Version: version, Made: start}
	for i, s := range sites {
		record, err := release.NewRecord("site/1", m, map[string]release.Value{"site": {Kind: release.Text, Text: s}, "place": place([2]float64{-107.5, 24.6 + float64(i)})})
		if err != nil {
			t.Fatal(err)
		}
		out.Records = append(out.Records, record)
	}
	p, err := release.Redact(out, release.Seed{1}, func(_ int, _ release.FieldSpec, f release.Field) release.Grant {
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, release.Copy{Office: office, State: office[:3]})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What was released is there for whoever comes, and what was taken back is taken back from whoever comes later.
func TestReleased(t *testing.T) {
	t.Parallel()
	r := newRoom(t, Office{Office: office("MEX/SEDENA", nil)}, Office{Office: office("MEX/FGR", nil)})
	product := func(version int, sites ...string) *release.Product {
		t.Helper()
		return sitesProduct(t, "MEX/SEDENA", "MEX-2026-7", version, r.c.Marking, sites...)
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sites := func() (shown, gone int) {
		t.Helper()
		for kind := range r.sees("MEX/SEDENA") {
			switch {
			case strings.HasPrefix(kind, "a-u-G"):
				shown++
			case strings.HasPrefix(kind, "t-x-d-d"):
				gone++
			}
		}
		return shown, gone
	}
	do(r.Release("MEX/SEDENA", product(1, "12")))
	if shown, gone := sites(); shown != 1 || gone != 0 {
		t.Errorf("%d shown, %d taken back", shown, gone)
	}
	do(r.Release("MEX/SEDENA", product(2, "13")))
	if shown, gone := sites(); shown != 1 || gone != 1 {
		t.Errorf("%d shown, %d taken back", shown, gone)
	}
	// A marker is told again before clients forget it.
	for range 9 {
		r.pass(24 * time.Hour)
		r.Hand()
		if e := r.sees("MEX/SEDENA")["a-u-G"]; e == nil || e.Stale.Before(r.now.Add(6*24*time.Hour)) {
			t.Fatalf("%+v", e)
		}
	}
	do(r.Revoke("MEX/SEDENA", "MEX-2026-7"))
	if shown, gone := sites(); shown != 0 || gone != 1 { // two, under one name here
		t.Errorf("%d shown, %d taken back", shown, gone)
	}
	if got := r.sees("MEX/FGR"); len(got) != 0 {
		t.Errorf("another office is shown %v", got)
	}
	if err := r.Release("MEX/NONE", product(1, "12")); err == nil {
		t.Error("an office that is none")
	}
}

func poolOf(t *testing.T, a *authority) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func admitAll(h *tak.Hub) func(context.Context, *x509.Certificate) (tak.Admitted, error) {
	return func(_ context.Context, c *x509.Certificate) (tak.Admitted, error) {
		return tak.Admitted{Who: c.Subject.CommonName, Class: "all", Hub: h}, nil
	}
}
