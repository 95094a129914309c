// Package released shows offices of other states what is flown now, and what was released to them, in the tools of TAK.
//
//	node.Frame -> release.Report -> release.Redact, by the office's policy -> share.Events -> tak.Hub of the office
//
// There is a [tak.Hub] for each office: nothing that one may have is ever in bytes that another is sent. What an office may have later is
// held here until then. A coarse place is sent no more often than its instant changes as it is shown: whoever watched it change from one
// cell to the next would know where it is. What is shown so is provisional, and in no log.
package released

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/internal/tak"
	"overflight/release"
	"overflight/share"
)

// Office is a recipient.
type Office struct {
	release.Office
	Hub *tak.Hub
	// Video tells where a source is played from; nil where the office may have no video.
	Video func(source string) (share.CoTVideo, bool)
}

// Picture is what each office is shown. Its methods may be called by several goroutines.
type Picture struct {
	c       PictureConfig
	mu      sync.Mutex
	offices map[string]*shown
	newest  map[string]*node.Frame // by flight, not handed on yet
}

// PictureConfig is what a picture needs.
type PictureConfig struct {
	Policy    *release.Policy
	Purpose   string
	Marking   release.Marking // of what is flown now; a stream's own may only be stricter
	Languages []share.CoTLanguage
	Geoid     *geodesy.Geoid
	Gate      *tak.Gate
	Every     time.Duration // between two positions of one aircraft; 0: 500 ms
	Now       func() time.Time
	// Failed is called with what could not be shown, and to whom.
	Failed func(office string, err error)
}

// shown is one office's part. The lock of the picture guards it.
type shown struct {
	Office
	granted  release.Granted
	asked    int // how often
	copy     release.Copy
	flights  map[string]*flown
	products map[string]*released // by the report's id
}

// released is what an office is shown of a report.
type released struct {
	product *release.Product
	events  []*cot.Event
	at      time.Time // when it was published
}

// flown is a flight as one office sees it.
type flown struct {
	token string        // names it where its number is withheld
	held  []*node.Frame // until the office may have them
	heard time.Time     // when the newest came
	last  map[string]string
}

// Bounds of what is held: flights at a time, frames of each, and how long a silent one is kept after it was shown.
const (
	mostFlights = 256
	mostHeld    = 3600
	silentFor   = 10 * time.Minute
	movingFor   = 30 * time.Second
	withdrawn   = 30 * 24 * time.Hour // how long who comes later is told what was taken back
	siteFor     = 7 * 24 * time.Hour  // clients forget a marker after that
	siteAgain   = 24 * time.Hour      // so it is told again
	mostAsked   = 10_000              // frames, after which answers that the policy gave are forgotten: a stream may have a marking in each
)

// ErrNoOffice is returned for an office that the picture does not have.
var ErrNoOffice = errors.New("no such office")

var errCrowded = fmt.Errorf("more than %d flights at a time: the others are not shown", mostFlights)

// NewPicture returns a picture of nothing yet.
func NewPicture(c PictureConfig, offices []Office) *Picture {
	if c.Every == 0 {
		c.Every = 500 * time.Millisecond
	}
	p := &Picture{c: c, offices: map[string]*shown{}, newest: map[string]*node.Frame{}}
	for _, o := range offices {
		var mark [16]byte
		_, _ = rand.Read(mark[:]) // it never fails
		p.offices[o.ID] = &shown{
			Office: o, flights: map[string]*flown{}, products: map[string]*released{},
			copy: release.Copy{Office: o.ID, State: o.State, Mark: hex.EncodeToString(mark[:]), Purpose: c.Purpose, Caveats: []string{share.NotForTargeting}},
		}
	}
	return p
}

// Take takes what is newest of a flight.
func (p *Picture) Take(f *node.Frame) {
	if f.Position == nil || f.Flight == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.newest[f.Flight]; !known && len(p.newest) >= mostFlights {
		p.c.Failed("", errCrowded)
		return
	}
	p.newest[f.Flight] = f
}

// Run hands on until the context ends.
func (p *Picture) Run(ctx context.Context) {
	t := time.NewTicker(p.c.Every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.Hand()
		case <-ctx.Done():
			return
		}
	}
}

// Hand hands on what each office may have by now.
func (p *Picture) Hand() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.c.Now()
	for _, o := range p.offices {
		for _, f := range p.newest {
			if !o.hold(f, p.c.Every) {
				p.c.Failed(o.ID, errCrowded)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o.flights)) {
			x := o.flights[name]
			if f := x.due(now.Add(-o.Delay)); f != nil {
				if err := p.show(o, x, f, now); err != nil {
					p.c.Failed(o.ID, fmt.Errorf("flight %s: %w", f.Flight, err))
				}
			}
			if len(x.held) == 0 && now.Sub(x.heard) > silentFor+o.Delay {
				delete(o.flights, name)
			}
		}
		for _, x := range o.products {
			if now.Sub(x.at) >= siteAgain {
				if err := p.replace(o, x.product.Statement.ID, x.product, now); err != nil {
					p.c.Failed(o.ID, fmt.Errorf("report %s: %w", x.product.Statement.ID, err))
				}
			}
		}
	}
	clear(p.newest)
}

// hold puts a frame behind those that wait. Of a long delay fewer are kept, evenly. False where there are too many flights.
func (o *shown) hold(f *node.Frame, every time.Duration) bool {
	x := o.flights[f.Flight]
	if x == nil {
		if len(o.flights) >= mostFlights {
			return false
		}
		var token [8]byte
		_, _ = rand.Read(token[:]) // it never fails
		x = &flown{token: hex.EncodeToString(token[:]), last: map[string]string{}}
		o.flights[f.Flight] = x
	}
	if n := len(x.held); n > 0 && f.Arrived.Sub(x.held[n-1].Arrived) < max(every, o.Delay/mostHeld) || f.Arrived.Before(x.heard) {
		return true
	}
	x.held = append(x.held, f)
	x.heard = f.Arrived
	return true
}

// due takes out the newest frame that came no later than an instant, and those before it.
func (x *flown) due(until time.Time) *node.Frame {
	n := 0
	for n < len(x.held) && !x.held[n].Arrived.After(until) {
		n++
	}
	if n == 0 {
		return nil
	}
	f := x.held[n-1]
	x.held = slices.Delete(x.held, 0, n)
	return f
}

// show redacts a frame for an office, and publishes of it what shows another instant than what was published last.
func (p *Picture) show(o *shown, x *flown, f *node.Frame, now time.Time) error {
	r, err := p.report(x.token, f)
	if err != nil {
		return err
	}
	var seed release.Seed
	_, _ = rand.Read(seed[:]) // it never fails
	c := o.copy
	c.Released = now
	if o.asked%mostAsked == 0 { // whatever is shown is as old as the office's delay, or older
		o.granted = p.c.Policy.Granted(release.Question{Office: o.Office.Office, Purpose: p.c.Purpose, Age: o.Delay})
	}
	o.asked++
	product, err := release.Redact(r, seed, o.granted, c)
	if err != nil {
		return err
	}
	options := share.CoTOptions{Languages: p.c.Languages, Moving: movingFor, Live: true}
	if o.Video != nil {
		options.Video = func(string) (share.CoTVideo, bool) { return o.Video(f.Source) }
	}
	events, err := share.Events(product, now, options)
	if err != nil {
		return err
	}
	for _, e := range events {
		instant := e.Time.Format(time.RFC3339Nano)
		if x.last[e.UID] == instant {
			continue
		}
		x.last[e.UID] = instant
		if err := p.publish(o, e, false); err != nil {
			return err
		}
	}
	return nil
}

func (p *Picture) publish(o *shown, e *cot.Event, lasting bool) error {
	i, err := p.c.Gate.Encode(e, share.Withdrawn(e), lasting)
	if err != nil {
		return err
	}
	return o.Hub.Publish(i)
}

// Release shows an office what was released to it, instead of what it was shown of the same report before: what the newer one does not
// have is taken back. What the report says of moving things is over, and not shown.
func (p *Picture) Release(office string, product *release.Product) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.replace(p.offices[office], product.Statement.ID, product, p.c.Now())
}

// Describe says anew what an office may have. It counts for whatever it is shown from then on.
func (p *Picture) Describe(office release.Office) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.offices[office.ID]
	if o == nil {
		return ErrNoOffice
	}
	if !reflect.DeepEqual(o.Office.Office, office) {
		o.Office.Office, o.copy.State, o.asked = office, office.State, 0
	}
	return nil
}

// Revoke takes back from an office what it is shown of a report.
func (p *Picture) Revoke(office, report string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.replace(p.offices[office], report, nil, p.c.Now())
}

// replace publishes a product instead of the one before of the same report; nil takes that back.
func (p *Picture) replace(o *shown, report string, product *release.Product, now time.Time) error {
	if o == nil {
		return ErrNoOffice
	}
	next := &released{product: product, at: now}
	if product != nil {
		all, err := share.Events(product, now, share.CoTOptions{Languages: p.c.Languages, Kept: siteFor})
		if err != nil {
			return err
		}
		next.events = slices.DeleteFunc(all, func(e *cot.Event) bool { return e.Stale.Before(now) })
	}
	var before []*cot.Event
	if was := o.products[report]; was != nil {
		before = was.events
	}
	for _, e := range append(share.Withdrawals(before, next.events, now, withdrawn), next.events...) {
		if err := p.publish(o, e, true); err != nil {
			return err
		}
	}
	if o.products[report] = next; product == nil {
		delete(o.products, report)
	}
	return nil
}

// report is a frame in the words of reports.
func (p *Picture) report(id string, f *node.Frame) (*release.Report, error) {
	m, err := p.marking(f.Marking)
	if err != nil {
		return nil, err
	}
	at := f.Time
	if at.IsZero() {
		at = f.Arrived
	}
	instant, err := release.InstantValue(at)
	if err != nil {
		return nil, err
	}
	flight := release.Value{Kind: release.Text, Text: f.Flight}
	sensor := place(*f.Position)
	fix := map[string]release.Value{"flight": flight, "at": instant, "place": sensor, "source": {Kind: release.Text, Text: f.Source}}
	number(fix, "course", f.Heading)
	number(fix, "speed", f.Speed)
	if h, datum := p.height(f); datum != "" {
		number(fix, "altitude", &h)
		fix["datum"] = release.Value{Kind: release.Code, Text: datum}
	}
	of := map[string]release.Value{"flight": flight}
	if f.Callsign != "" {
		of["callsign"] = release.Value{Kind: release.Text, Text: f.Callsign}
	}
	seen := map[string]release.Value{"flight": flight, "at": instant, "sensor_place": sensor, "source": fix["source"]}
	if len(f.Footprint) == 4 {
		for i, c := range f.Footprint {
			seen[fmt.Sprintf("corner_%d", i+1)] = place(c)
		}
		number(seen, "doubt", &f.Doubt)
	}
	if f.Centre != nil {
		seen["centre"] = place(*f.Centre)
	}
	r := &release.Report{ID: id, Version: 1, Made: at}
	for _, x := range []struct {
		kind   string
		values map[string]release.Value
	}{{"flight/1", of}, {"fix/1", fix}, {"footprint/1", seen}} {
		record, err := release.NewRecord(x.kind, m, x.values)
		if err != nil {
			return nil, err
		}
		r.Records = append(r.Records, record)
	}
	return r, nil
}

// height is above the ellipsoid, wherever that can be said.
func (p *Picture) height(f *node.Frame) (float64, string) {
	if f.Altitude == nil {
		return 0, ""
	}
	if f.Datum == geodesy.MSL.String() && p.c.Geoid != nil {
		at := geodesy.Position{Lat: geodesy.Angle(f.Position[1]), Lon: geodesy.Angle(f.Position[0])}
		if a, ok := p.c.Geoid.ToHAE(at, geodesy.Altitude{Value: geodesy.Length(*f.Altitude), Datum: geodesy.MSL}); ok {
			return a.Value.Metres(), a.Datum.String()
		}
	}
	return *f.Altitude, f.Datum
}

// marking is the stricter of that of all flights and of what a stream says of itself. One that says no more than that it is unclassified
// leaves to us who may have it; one that is classified and names nobody is for nobody else.
func (p *Picture) marking(said *node.Marking) (release.Marking, error) {
	m := p.c.Marking
	if said == nil {
		return m, nil
	}
	of := m
	of.Classification, of.Caveats = said.Classification, []string{}
	if c := strings.TrimSpace(said.Caveats); c != "" {
		of.Caveats = []string{c}
	}
	if len(said.Releasable) > 0 || said.Classification != "UNCLASSIFIED" {
		of.ReleasableTo = slices.Compact(slices.Sorted(slices.Values(said.Releasable)))
	}
	if err := of.Check(); err != nil {
		return m, fmt.Errorf("what the stream says of its handling: %w", err)
	}
	return release.Banner([]release.Marking{m, of}), nil
}

func place(p [2]float64) release.Value {
	return release.PlaceValue(geodesy.Position{Lat: geodesy.Angle(p[1]), Lon: geodesy.Angle(p[0])})
}

// number writes a tenth at the finest: no receiver of aircraft knows more.
func number(to map[string]release.Value, name string, v *float64) {
	if v == nil || math.IsNaN(*v) || math.Abs(*v) > 1e12 {
		return
	}
	text := strconv.FormatFloat(math.Round(*v*10)/10, 'f', -1, 64)
	if text == "-0" {
		text = "0"
	}
	to[name] = release.Value{Kind: release.Number, Text: text}
}
