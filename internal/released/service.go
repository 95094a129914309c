package released

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/internal/config"
	"overflight/internal/node"
	"overflight/internal/tak"
	"overflight/release"
	"overflight/share"
)

// Options are what a service needs beside its configuration.
type Options struct {
	Config    config.Config
	Policy    *release.Policy
	Geoid     *geodesy.Geoid
	Languages []share.CoTLanguage
	Logger    *slog.Logger
	Now       func() time.Time
	Register  Register // nil: nothing is on record
	// Read puts on record who is shown what an office may have, and how much was written to them and how much was not; nil: nobody does.
	Read func(ctx context.Context, who, what, purpose string) error
	// Frames gives every frame that is told live to take, until the context ends.
	Frames func(ctx context.Context, take func(*node.Frame)) error
}

// Service is the endpoint and the feeds of a configuration.
type Service struct {
	o        Options
	picture  *Picture
	gate     *tak.Gate
	server   *tak.Server  // nil: no endpoint
	listener net.Listener // of it
	feeds    []tak.FeedConfig
	offices  map[string]string // by common name
	admitted map[string]tak.Admitted
	followed followed
	woken    chan struct{} // there may be something to put on record

	turnedAway atomic.Uint64

	mu       sync.Mutex
	revoked  map[string]bool                // serial numbers
	list     []byte                         // the file of these, as it was read
	failed   map[string]string              // by office, what was said last
	shut     map[string]bool                // offices that nobody is let in of any more
	standing map[string][]string            // by office, the releases that it is shown
	accounts map[[2]string]*account         // by office and who
	feeding  map[string]func() tak.Delivery // by name, the feeds that are connected
}

// FramesOf are the frames of a node: at first what every open flight told last.
func FramesOf(n *node.Node) func(context.Context, func(*node.Frame)) error {
	return func(ctx context.Context, take func(*node.Frame)) error {
		l, err := n.Live("")
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }() // nobody is left to tell
		for _, f := range n.Newest() {
			take(&f)
		}
		for {
			p, err := l.Next(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			f := &node.Frame{}
			if err != nil || json.Unmarshal(p.Data, f) != nil {
				continue // not of this program
			}
			take(f)
		}
	}
}

// Open reads certificates and listens. What is wrong with them is an error here, before anything starts.
func Open(o Options) (*Service, error) {
	k := &o.Config.TAK
	s := &Service{o: o, offices: map[string]string{}, admitted: map[string]tak.Admitted{}, revoked: map[string]bool{}, failed: map[string]string{}, shut: map[string]bool{}}
	s.woken, s.standing, s.accounts, s.feeding = make(chan struct{}, 1), map[string][]string{}, map[[2]string]*account{}, map[string]func() tak.Delivery{}
	s.followed = followed{configured: map[string]release.Office{}, shown: map[string]map[string]node.Given{}}
	s.gate = &tak.Gate{Told: func(e *cot.RefusedError) {
		o.Logger.Error("TAK: an event was refused", slog.String("uid", e.UID), slog.String("type", e.Type), slog.String("rule", e.Rule), slog.Uint64("refused", s.gate.Refused()))
	}}
	var offices []Office
	add := func(f Office) {
		f.Hub = tak.NewHub(tak.Limits{}, o.Now)
		offices = append(offices, f)
		s.admitted[f.ID] = tak.Admitted{Class: f.ID, Hub: f.Hub}
	}
	for _, c := range k.Offices() {
		f := Office{Office: officeOf(c)}
		if c.Video {
			f.Video = s.video
		}
		s.followed.configured[c.ID] = f.Office
		add(f)
	}
	for _, id := range k.Named() {
		if _, ok := s.admitted[id]; ok {
			continue
		}
		if o.Register == nil {
			return nil, fmt.Errorf("tak: %s: expected one of tak.offices, for no offices are on record", id)
		}
		add(Office{Office: nobody(id)})
	}
	marking := release.Marking{
		Policy: o.Config.Party[:3], Classification: k.Marking.Classification, ReleasableTo: k.Marking.ReleasableTo.All(), Caveats: k.Marking.Caveats.All(), Handling: release.Handling(k.Marking.Handling),
		Originator: o.Config.Party, Created: o.Now().UTC().Truncate(time.Second),
	}
	if err := marking.Check(); err != nil {
		return nil, fmt.Errorf("tak: %w", err)
	}
	s.picture = NewPicture(PictureConfig{
		Policy: o.Policy, Purpose: k.Purpose, Marking: marking, Languages: o.Languages, Geoid: o.Geoid, Gate: s.gate, Now: o.Now,
		Failed: s.notShown,
	}, offices)
	for _, f := range k.Feeds() {
		c, err := s.feed(f)
		if err != nil {
			return nil, fmt.Errorf("tak: feed %s: %w", f.Name, err)
		}
		s.feeds = append(s.feeds, c)
	}
	if k.Listen == "" {
		return s, nil
	}
	if err := s.endpoint(k); err != nil {
		return nil, fmt.Errorf("tak: %w", err)
	}
	return s, nil
}

func officeOf(c config.Office) release.Office {
	o := release.Office{
		ID: c.ID, State: c.State(), Level: c.Level, Handling: release.Handling(c.Handling), Compartments: c.Compartments.All(), Purposes: c.Purposes.All(),
		PlaceDigits: c.PlaceDigits, TimeDigits: c.TimeDigits, Delay: c.Delay,
	}
	for _, x := range c.Classes.All() {
		o.Classes = append(o.Classes, release.Class(x))
	}
	return o
}

// video is where the configuration says that a source is played from. A path of a source has the source's name, with the track behind it.
func (s *Service) video(source string) (share.CoTVideo, bool) {
	all := &s.o.Config.Sources
	for i := range all.Len() {
		x := all.At(i)
		if x.Video != "" && (x.Name == source || strings.HasPrefix(source, x.Name+"/")) {
			return share.CoTVideo{URL: x.Video, Alias: x.Name}, true
		}
	}
	return share.CoTVideo{}, false
}

func (s *Service) feed(f config.Feed) (tak.FeedConfig, error) {
	cert, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return tak.FeedConfig{}, err
	}
	issuer, err := pool(f.Issuer)
	if err != nil {
		return tak.FeedConfig{}, err
	}
	server := f.Server
	if server == "" {
		if server, _, err = net.SplitHostPort(f.Address); err != nil {
			return tak.FeedConfig{}, err
		}
	}
	return tak.FeedConfig{
		Name: f.Name, Address: f.Address, Class: f.Office, Hub: s.admitted[f.Office].Hub, Now: s.o.Now, Told: func(d tak.Delivery, err error) {
			s.mu.Lock()
			delete(s.feeding, f.Name)
			s.mu.Unlock()
			s.delivered(d, err)
		},
		Began: func(d func() tak.Delivery) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.feeding[f.Name] = d
			s.begins(f.Office, f.Name)
		},
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: issuer, ServerName: server, MinVersion: tls.VersionTLS12},
	}, nil
}

func (s *Service) endpoint(k *config.TAK) error {
	cert, err := tls.LoadX509KeyPair(k.Certificate, k.Key)
	if err != nil {
		return err
	}
	issuer, err := pool(k.Issuer)
	if err != nil {
		return err
	}
	for _, c := range k.Clients() {
		s.offices[c.Name] = c.Office
	}
	if err := s.readRevoked(); err != nil {
		return err
	}
	s.server, err = tak.NewServer(tak.Config{
		Name: s.o.Config.Operator, Certificate: cert, Clients: issuer, Admit: s.admit, Now: s.o.Now, Told: func(d tak.Delivery) { s.delivered(d, nil) },
		Refused: func(remote string, err error) {
			s.turnedAway.Add(1)
			s.o.Logger.Warn("TAK: not let in", slog.String("remote", remote), slog.Any("error", err))
		},
	})
	if err != nil {
		return err
	}
	s.listener, err = net.Listen("tcp", k.Listen)
	return err
}

func pool(file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s: expected certificates in PEM", file)
	}
	return p, nil
}

// Address is where the endpoint is; empty where there is none, as of a nil service.
func (s *Service) Address() string {
	if s == nil || s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Picture is what the offices are shown.
func (s *Service) Picture() *Picture { return s.picture }

// Close is for a service that was never run, and for a nil one.
func (s *Service) Close() error {
	if s == nil || s.listener == nil {
		return nil
	}
	return s.listener.Close()
}

// Errors of who is not let in.
var (
	errUnknown = errors.New("its name is of no office")
	errRevoked = errors.New("it was revoked")
	errShut    = errors.New("its office was shut off")
)

// admit says whose a certificate is that was verified to be of the issuer and in force. An office that nothing is known of is looked for on
// record once more: a client may come as soon as it was put there.
func (s *Service) admit(ctx context.Context, c *x509.Certificate) (tak.Admitted, error) {
	a, err := s.known(c)
	if errors.Is(err, errShut) && s.o.Register != nil {
		s.followSince(ctx, s.o.Now())
		return s.known(c)
	}
	return a, err
}

// known is admit by what is known.
func (s *Service) known(c *x509.Certificate) (tak.Admitted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revoked[c.SerialNumber.Text(16)] {
		return tak.Admitted{}, errRevoked
	}
	office, ok := s.offices[c.Subject.CommonName]
	if !ok {
		return tak.Admitted{}, errUnknown
	}
	if s.shut[office] {
		return tak.Admitted{}, errShut
	}
	a := s.admitted[office]
	a.Who = c.Subject.CommonName
	s.begins(office, a.Who)
	return a, nil
}

// mostRevoked bounds the file of serial numbers.
const mostRevoked = 4 << 20

// readRevoked reads the file of serial numbers, and ends connections of those that are new in it. A file that cannot be read changes nothing:
// who was revoked stays so.
func (s *Service) readRevoked() error {
	name := s.o.Config.TAK.Revoked
	if name == "" {
		return nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if len(b) > mostRevoked {
		return fmt.Errorf("%s: %d bytes: expected at most %d", name, len(b), mostRevoked)
	}
	if slices.Equal(b, s.list) && s.list != nil {
		return nil
	}
	revoked := map[string]bool{}
	for n, line := range strings.Split(string(b), "\n") {
		line, _, _ = strings.Cut(line, "#")
		text := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(line), ":", ""))
		if text == "" {
			continue
		}
		serial, ok := new(big.Int).SetString(text, 16)
		if !ok || len(text) > 64 || serial.Sign() < 0 {
			return fmt.Errorf("%s:%d: expected the serial number of a certificate, hexadecimal, got %.80q", name, n+1, line)
		}
		revoked[serial.Text(16)] = true
	}
	s.mu.Lock()
	before := s.revoked
	s.revoked, s.list = revoked, append([]byte{}, b...)
	s.mu.Unlock()
	s.o.Logger.Info("TAK: read who is revoked", slog.Int("certificates", len(revoked)))
	for number := range revoked {
		if !before[number] && s.server != nil {
			s.server.Revoke(number)
		}
	}
	return nil
}

// revokedEvery is how often the file of serial numbers is looked at.
const revokedEvery = 2 * time.Second

// lastWords is how long there is at the end to put on record what was written.
const lastWords = 5 * time.Second

// Run serves and feeds until the context ends, and returns when every connection has ended. A nil service has nothing to do.
func (s *Service) Run(ctx context.Context) error {
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	errs := make(chan error, len(s.feeds)+5)
	start := func(f func(context.Context) error) {
		all.Go(func() {
			err := f(ctx)
			if ctx.Err() != nil {
				err = nil
			}
			if errs <- err; err != nil {
				cancel()
			}
		})
	}
	if s.o.Register != nil {
		s.follow(ctx, true) // before anybody is let in
		start(s.followAll)
	}
	if s.o.Read != nil {
		start(s.stateReads)
	}
	start(func(ctx context.Context) error { return s.o.Frames(ctx, s.picture.Take) })
	start(func(ctx context.Context) error { s.picture.Run(ctx); return nil })
	if s.server != nil {
		s.o.Logger.Info("TAK: listening", slog.String("address", s.Address()))
		start(func(ctx context.Context) error { return s.server.Serve(ctx, s.listener) })
	}
	for _, f := range s.feeds {
		start(func(ctx context.Context) error { return tak.Feed(ctx, f) })
	}
	if s.server != nil && s.o.Config.TAK.Revoked != "" {
		all.Go(func() { s.watchRevoked(ctx) })
	}
	all.Wait()
	if s.o.Read != nil { // what was written until now
		last, end := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		if err := s.state(last, true); err != nil {
			s.o.Logger.Error("TAK: not put on record what was written", slog.Any("error", err))
		}
		end()
	}
	close(errs)
	var failed error
	for err := range errs {
		failed = errors.Join(failed, err)
	}
	return failed
}

func (s *Service) watchRevoked(ctx context.Context) {
	t := time.NewTicker(revokedEvery)
	defer t.Stop()
	var last string
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		said := ""
		if err := s.readRevoked(); err != nil {
			if said = err.Error(); said != last { // once, not every two seconds
				s.o.Logger.Error("TAK: the list of revoked certificates", slog.Any("error", err))
			}
		}
		last = said
	}
}

// delivered is told when a connection has ended, and when a feed found nobody.
func (s *Service) delivered(d tak.Delivery, err error) {
	if err != nil && d.Written == 0 && d.Reason == "" {
		s.o.Logger.Warn("TAK: no connection", slog.String("who", d.Who), slog.String("office", d.Class), slog.String("remote", d.Remote), slog.Any("error", err))
		return
	}
	s.ends(&d)
	level := slog.LevelInfo
	if d.Passed > 0 || d.Waiting > 0 || d.Reason == tak.Stalled || d.Reason == tak.Broken {
		level = slog.LevelWarn
	}
	s.o.Logger.Log(context.Background(), level, "TAK: delivered", slog.String("who", d.Who), slog.String("office", d.Class), slog.String("serial", d.Serial), slog.String("remote", d.Remote),
		slog.Time("since", d.Since), slog.Uint64("written", d.Written), slog.Uint64("passed", d.Passed), slog.Int("waiting", d.Waiting), slog.Uint64("received", d.Received),
		slog.String("ended", string(d.Reason)), slog.String("fault", d.Fault))
}

// notShown is told twice a second as long as it lasts, and tells once.
func (s *Service) notShown(office string, err error) {
	s.mu.Lock()
	again := s.failed[office] == err.Error()
	s.failed[office] = err.Error()
	s.mu.Unlock()
	if again {
		return
	}
	s.o.Logger.Error("TAK: not shown", slog.String("office", office), slog.Any("error", err))
}
