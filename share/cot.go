package share

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/release"
)

// CoTWords are the texts of one language.
type CoTWords interface {
	Text(key string, args ...any) string
}

// CoTLanguage is a language that remarks are in.
type CoTLanguage struct {
	Code  string // as "es"
	Words CoTWords
}

// CoTVideo is where the video of a flight is played from.
type CoTVideo struct {
	URL   string // without a user in it
	Alias string
}

// CoTOptions are what events need beside the product.
type CoTOptions struct {
	Languages []CoTLanguage // of remarks, in their order
	// Video tells where a flight is played from; nil where the recipient may have none. It is asked only where place and instant are shown
	// whole: a video shows both as finely as they are known.
	Video  func(flight string) (CoTVideo, bool)
	Moving time.Duration // how long what moves is shown without news; 0: 30 s
	Kept   time.Duration // how long a site is shown after at; 0: 7 days
	// Live is for a product of what is seen now: it is provisional, no log has it, and what moves is shown from at on. Otherwise the events
	// tell of what was, each at its own time.
	Live bool
}

// The types of what is sent: none of them is ever another.
const (
	cotAircraft = "a-f-A-M-F-Q" // unmanned, fixed wing
	cotPoint    = "b-m-p-s-p-i" // where a sensor looks
	cotSite     = "a-u-G"
	cotSpot     = "b-m-p-s-m" // a site that is shown coarsely: nothing stands at the point itself
)

// NotForTargeting is the caveat that every event bears.
const NotForTargeting = "not-for-targeting"

// Events are the Cursor on Target events of a product, in the order of its records: of each fix the aircraft, with the cone of its sensor
// where all is shown finely enough to be one; of each footprint the ground in view and the point that is looked at; of each look that
// point; and of each site a marker. What has neither a place nor, where it moves, an instant that is shown is left out: when a coarse
// place changes would tell where.
//
// Everything in them is drawn from the product. Instants are the first that the shown one stands for, and what is stale is told in the same
// steps. ce is the radius of the cell of a coarse place and what else is known to be in doubt; never 0. The uids are other ones for
// each office, and the same in each of its products as long as what they are of is shown.
func Events(p *release.Product, at time.Time, o CoTOptions) ([]*cot.Event, error) {
	if o.Moving == 0 {
		o.Moving = 30 * time.Second
	}
	if o.Kept == 0 {
		o.Kept = 7 * 24 * time.Hour
	}
	d := cotDrawing{product: p, at: at.UTC(), o: o, callsigns: map[string]string{}, seen: map[string]*release.Part{}}
	for i := range p.Parts {
		x := &p.Parts[i]
		switch flight, _ := cotText(x, "flight"); x.Kind {
		case "flight/1":
			if s, ok := cotText(x, "callsign"); ok && flight != "" {
				d.callsigns[flight] = s
			}
		case "footprint/1":
			if s, ok := cotText(x, "at"); ok {
				d.seen[d.thing(x)+"|"+s] = x
			}
		}
	}
	for i := range p.Parts {
		if err := d.draw(&p.Parts[i]); err != nil {
			return nil, fmt.Errorf("record %d: %w", p.Parts[i].Record, err)
		}
	}
	return d.out, nil
}

// WriteCoT writes the events of products as XML, one a line. An event that may not go out is an error, and nothing of it is written.
func WriteCoT(w io.Writer, all []*release.Product, at time.Time, o CoTOptions) error {
	var b []byte
	for _, p := range all {
		events, err := Events(p, at, o)
		if err != nil {
			return fmt.Errorf("report %s: %w", p.Statement.ID, err)
		}
		for _, e := range events {
			if b, err = e.AppendOutgoingXML(b[:0]); err != nil {
				return fmt.Errorf("report %s: %w", p.Statement.ID, err)
			}
			if _, err := w.Write(append(b, '\n')); err != nil {
				return fmt.Errorf("writing CoT: %w", err)
			}
		}
	}
	return nil
}

// Withdrawals take back those events of before that are not among those of now. They are to be kept for whoever comes later, as long
// as life.
func Withdrawals(before, now []*cot.Event, at time.Time, life time.Duration) []*cot.Event {
	stays := map[string]bool{}
	for _, e := range now {
		stays[e.UID] = true
	}
	var out []*cot.Event
	for _, e := range before {
		if !stays[e.UID] {
			stays[e.UID] = true
			out = append(out, cot.Delete(e.UID+".withdrawn", e.UID, e.Type, at, life))
		}
	}
	return out
}

// Withdrawn is the uid that an event of [Withdrawals] takes back; empty for any other event.
func Withdrawn(e *cot.Event) string {
	if e.Type != cot.TypeDelete {
		return ""
	}
	return strings.TrimSuffix(e.UID, ".withdrawn")
}

// cotDrawing is a product while it is drawn.
type cotDrawing struct {
	product   *release.Product
	at        time.Time
	o         CoTOptions
	callsigns map[string]string        // by flight
	seen      map[string]*release.Part // footprints by what they are of and when
	out       []*cot.Event
}

func (d *cotDrawing) draw(x *release.Part) error {
	switch x.Kind {
	case "fix/1":
		return d.fix(x)
	case "footprint/1":
		return d.footprint(x)
	case "look/1":
		return d.look(x)
	case "site/1":
		return d.site(x)
	}
	return nil
}

// thing names what a record is of: by its flight or site where that is shown, and else by nothing that is withheld.
func (d *cotDrawing) thing(x *release.Part) string {
	for _, name := range []string{"flight", "site"} {
		if s, ok := cotText(x, name); ok {
			return name + " " + s
		}
	}
	if d.o.Live {
		return "report " + d.product.Statement.ID
	}
	return fmt.Sprintf("report %s %d", d.product.Statement.ID, x.Record)
}

// uid hides nothing that could be guessed: what goes into it is shown.
func (d *cotDrawing) uid(x *release.Part) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "overflight.cot/1 %q %q", d.product.Copy.Office, d.thing(x)))
	return "overflight." + hex.EncodeToString(sum[:10])
}

func (d *cotDrawing) callsign(x *release.Part) string {
	flight, ok := cotText(x, "flight")
	switch s := d.callsigns[flight]; {
	case s != "":
		return s
	case ok:
		return flight
	}
	return "Overflight"
}

func (d *cotDrawing) fix(x *release.Part) error {
	at, ok := d.moment(x, "at")
	place, shown := cotCell(x, "place")
	if !ok || !shown {
		return nil
	}
	e := d.event(x, "", cotAircraft, "m-g", at, place)
	if h, ok := cotNumber(x, "altitude"); ok {
		if datum, _ := cotText(x, "datum"); datum == "HAE" {
			e.HAE = h
		}
	}
	n := cotNotes{}
	n.say(d, func(w CoTWords) string { return w.Text("cot.aircraft") })
	n.coarse(d, place)
	drawn := []*release.Part{x}
	t := cotElements{}
	t.add("contact", "callsign", d.callsign(x))
	var track []string
	for _, name := range []string{"course", "speed"} {
		if v, ok := cotNumber(x, name); ok {
			track = append(track, name, cotDecimal(v))
		}
	}
	if len(track) > 0 {
		t.add("track", track...)
	}
	whole := place.whole && at.whole
	when, _ := cotText(x, "at")
	if f := d.seen[d.thing(x)+"|"+when]; f != nil {
		corners, all := cotCorners(f)
		if cone, ok := cotCone(place, corners); ok && all {
			t.add("sensor", cone...)
			drawn = append(drawn, f)
		}
		for _, c := range corners {
			whole = whole && c.whole
		}
	}
	flight, named := cotText(x, "flight")
	if d.o.Video != nil && whole && named {
		if v, ok := d.o.Video(flight); ok {
			if err := t.video(e.UID, v); err != nil {
				return err
			}
		}
	}
	d.finish(e, t, n, drawn...)
	return nil
}

func (d *cotDrawing) footprint(x *release.Part) error {
	at, ok := d.moment(x, "at")
	if !ok {
		return nil
	}
	doubt, _ := cotNumber(x, "doubt")
	centre, looked := cotCell(x, "centre")
	if corners, all := cotCorners(x); all {
		if !looked {
			centre = cotMiddle(corners)
		}
		e := d.event(x, ".FOV1", cotPoint, "m-f", at, centre)
		e.CE = math.NaN() // of a middle that is only there to hang the shape on
		t, n := cotElements{}, cotNotes{}
		t.add("contact", "callsign", d.callsign(x)+" FOV")
		t.polygon(cotOutline(corners))
		t.link(d.uid(x))
		n.say(d, func(w CoTWords) string { return w.Text("cot.view") })
		n.coarse(d, corners[0])
		d.finish(e, t, n, x)
	}
	if looked {
		d.point(x, at, centre, doubt)
	}
	return nil
}

func (d *cotDrawing) look(x *release.Part) error {
	at, ok := d.moment(x, "to")
	place, shown := cotCell(x, "place")
	if ok && shown {
		d.point(x, at, place, 0)
	}
	return nil
}

func (d *cotDrawing) point(x *release.Part, at cotMoment, place cotPlace, doubt float64) {
	e := d.event(x, ".SPI1", cotPoint, "m-f", at, place)
	if place.radius+doubt > 0 {
		e.CE = math.Ceil(place.radius + doubt)
	}
	t, n := cotElements{}, cotNotes{}
	t.add("contact", "callsign", d.callsign(x)+" SPI")
	t.link(d.uid(x))
	n.say(d, func(w CoTWords) string { return w.Text("cot.point") })
	n.coarse(d, place)
	d.finish(e, t, n, x)
}

func (d *cotDrawing) site(x *release.Part) error {
	place, shown := cotCell(x, "place")
	if !shown {
		return nil
	}
	at, ok := d.moment(x, "last_seen")
	if !ok {
		at = cotMoment{from: d.product.Statement.Made, step: time.Second}
	}
	kind := cotSite
	if !place.whole {
		kind = cotSpot
	}
	e := d.event(x, "", kind, "m-f", at, place)
	e.Stale = d.at.Add(d.o.Kept)
	major, doubted := cotNumber(x, "semi_major")
	if doubted || !place.whole {
		e.CE = math.Ceil(place.radius + major)
	}
	t, n := cotElements{}, cotNotes{}
	name, named := cotText(x, "site")
	var titles []string
	for _, l := range d.o.Languages {
		title := l.Words.Text("cot.site.unnamed")
		if named {
			title = l.Words.Text("cot.site", name)
		}
		titles = append(titles, title)
	}
	t.add("contact", "callsign", strings.Join(titles, " / "))
	n.say(d, func(w CoTWords) string { return w.Text("cot.site.what") })
	if !math.IsNaN(e.CE) {
		n.within(d, e.CE)
	}
	if v, ok := cotNumber(x, "laboratory"); ok {
		n.chance(d, v)
	}
	minor, ok2 := cotNumber(x, "semi_minor")
	azimuth, ok3 := cotNumber(x, "azimuth")
	if place.whole && doubted && ok2 && ok3 {
		t.ellipse(major, minor, azimuth)
	}
	d.finish(e, t, n, x)
	return nil
}

// event begins an event.
func (d *cotDrawing) event(x *release.Part, suffix, kind, how string, at cotMoment, place cotPlace) *cot.Event {
	e := &cot.Event{
		UID: d.uid(x) + suffix, Type: kind, How: how, Time: at.from, Start: at.from, Stale: at.from.Add(at.step).Add(d.o.Moving),
		Lat: place.at.Lat.Degrees(), Lon: place.at.Lon.Degrees(), HAE: math.NaN(), CE: math.NaN(), LE: math.NaN(),
	}
	if d.o.Live { // in whole steps of what is shown, so that it tells no more than that, and a step longer: the next comes when this one is over
		e.Stale = at.from.Add((d.at.Add(d.o.Moving).Sub(at.from)/at.step + 2) * at.step)
	}
	if !place.whole {
		e.CE = math.Ceil(place.radius)
	}
	return e
}

// finish marks an event three times over, since servers drop what they do not know.
func (d *cotDrawing) finish(e *cot.Event, t cotElements, n cotNotes, drawn ...*release.Part) {
	var markings []release.Marking
	for _, x := range drawn {
		for i := range x.Fields {
			if f := &x.Fields[i]; f.Opening != nil && f.Marking != nil {
				markings = append(markings, *f.Marking)
			}
		}
	}
	m := release.Banner(markings)
	for _, c := range append([]string{NotForTargeting}, d.product.Copy.Caveats...) {
		if !cotHas(m.Caveats, c) && (c == NotForTargeting || !warning(c)) { // however it is written, once
			m.Caveats = append(m.Caveats, c)
		}
	}
	e.Access, e.Caveat, e.ReleasableTo = m.Classification, strings.Join(m.Caveats, ","), strings.Join(m.ReleasableTo, ",")
	n.say(d, func(w CoTWords) string { return w.Text("cot.not-for-targeting") })
	observed, proof := fmt.Sprintf("%s.%d#%d", d.product.Statement.ID, d.product.Statement.Version, drawn[0].Record), d.product.Statement.Root.String()
	if d.o.Live {
		observed, proof = "live", ""
		n.say(d, func(w CoTWords) string { return w.Text("cot.provisional") })
	}
	var codes []string
	for _, l := range d.o.Languages {
		codes = append(codes, l.Code)
	}
	t.text("remarks", strings.Join(append([]string{m.Line()}, n.lines(len(d.o.Languages))...), "\n"))
	t.add("__overflight", "tlp", string(m.Handling), "rel", strings.Join(m.ReleasableTo, ","), "lang", strings.Join(codes, ","), "obs", observed, "proof", proof)
	e.Detail = t.b
	d.out = append(d.out, e)
}

// cotMoment is an instant as it is shown: all that it stands for.
type cotMoment struct {
	from  time.Time
	step  time.Duration
	whole bool
}

func (d *cotDrawing) moment(x *release.Part, name string) (cotMoment, bool) {
	f := cotField(x, name)
	if f == nil {
		return cotMoment{}, false
	}
	from, to, err := f.Opening.Value.Span()
	if err != nil {
		return cotMoment{}, false // no more than a month or a year of it is shown
	}
	return cotMoment{from, to.Sub(from), !f.Coarse()}, true
}

// cotField is a field that has a value which is shown.
func cotField(x *release.Part, name string) *release.Shown {
	for i := range x.Fields {
		if f := &x.Fields[i]; f.Name == name && f.Opening != nil && f.Opening.Value.Kind != release.Absent {
			return f
		}
	}
	return nil
}

func cotText(x *release.Part, name string) (string, bool) {
	f := cotField(x, name)
	if f == nil || f.Opening.Value.Text == "" {
		return "", false
	}
	return f.Opening.Value.Text, true
}

func cotNumber(x *release.Part, name string) (float64, bool) {
	s, ok := cotText(x, name)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func cotDecimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func cotHas(all []string, s string) bool {
	for _, x := range all {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// cotPlace is a place as it is shown: the middle of its cell.
type cotPlace struct {
	at     geodesy.Position
	box    release.Box
	radius float64 // m, of the smallest disc about the middle that holds the cell; 0 where it is shown whole
	whole  bool
}

func cotCell(x *release.Part, name string) (cotPlace, bool) {
	f := cotField(x, name)
	if f == nil {
		return cotPlace{}, false
	}
	box, err := f.Opening.Value.Box()
	if err != nil {
		return cotPlace{}, false
	}
	p := cotPlace{at: cotRound(box.Middle()), box: box, whole: !f.Coarse()}
	if p.whole {
		return p, true
	}
	for _, c := range cotCornersOf(box) {
		p.radius = max(p.radius, geodesy.Distance(p.at, c).Metres())
	}
	// The side that is nearest to the equator bulges: of a cell across it, the middle of its sides.
	for _, lon := range []geodesy.Angle{box.West, box.East} {
		p.radius = max(p.radius, geodesy.Distance(p.at, geodesy.Position{Lat: p.at.Lat, Lon: lon}).Metres())
	}
	return p, true
}

// cotRound leaves a centimetre.
func cotRound(p geodesy.Position) geodesy.Position {
	r := func(a geodesy.Angle) geodesy.Angle { return geodesy.Angle(math.Round(float64(a)*1e7) / 1e7) }
	return geodesy.Position{Lat: r(p.Lat), Lon: r(p.Lon)}
}
