package survey

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"overflight/geodesy"
)

// SiteID is the number of a site: counted from 1 in the order in which sites were first reported, never given twice.
type SiteID uint32

// ErrNoSite is returned for a number that no site has, ErrExists for an observation whose id is known.
var (
	ErrNoSite = errors.New("no such site")
	ErrExists = errors.New("an observation of this id is on record")
)

// What happens to sites. A site that is merged keeps its number and leads to the one that goes on.
const (
	Founded Change = "founded"
	Merged  Change = "merged" // Other is the site that went into Site
	Split   Change = "split"  // Other is the new site that some of the reports of Site turned out to be of
)

// Change is a word for what happened to a site.
type Change string

// Happening is an event in the life of a site. Sequence is that of the statement which brought it about.
type Happening struct {
	Change      Change
	Site, Other SiteID
	Sequence    uint64
	At          time.Time // of the report that brought it about
	Reports     int       // that moved
}

// Sighting is an observation as a site has it, with its place in the journal.
type Sighting struct {
	Observation
	Sequence uint64
	Pass     int // number of the pass within the site, from 1
}

type site struct {
	id        SiteID
	into      SiteID // where it went; 0 while it goes on
	founder   string // id of the first observation
	anchor    geodesy.Position
	sightings []Sighting
	passes    []*pass

	at       offset // from the anchor
	spread   Covariance
	position geodesy.Position
	point    geodesy.Vector // of position
	gate     float64        // how far it reaches by its own error, metres
	history  []Happening

	outcomes     []Reported
	attributions []Attributed
}

// Book folds observations, outcomes and attributions in the order of the journal. The zero Book is empty. It is for one goroutine.
type Book struct {
	sites []*site           // by number less 1
	known map[string]*home  // observations by id
	heard map[source]bool   // what each sensor ever reported
	named map[string]SiteID // attributions by id
	loose []Sighting        // vehicles at no site
}

// home is where an observation went.
type home struct {
	site        SiteID // 0: at no site
	observation Observation
	sequence    uint64
}

// source is a sensor and what it reports: rates are kept by it.
type source struct {
	sensor string
	class  Class
}

func (b *Book) open() {
	if b.known == nil {
		b.known, b.heard, b.named = map[string]*home{}, map[source]bool{}, map[string]SiteID{}
	}
}

// Observation returns the observation of an id and its place in the journal.
func (b *Book) Observation(id string) (o Observation, sequence uint64, ok bool) {
	h, ok := b.known[id]
	if !ok {
		return Observation{}, 0, false
	}
	return h.observation, h.sequence, true
}

// Holder returns the site that an observation belongs to now; 0 where it belongs to none.
func (b *Book) Holder(id string) SiteID {
	h, ok := b.known[id]
	if !ok || h.site == 0 {
		return 0
	}
	s, err := b.find(h.site)
	if err != nil {
		return 0
	}
	return s.id
}

// find follows a site to where it went.
func (b *Book) find(id SiteID) (*site, error) {
	for id > 0 && int(id) <= len(b.sites) {
		s := b.sites[id-1]
		if s.into == 0 {
			return s, nil
		}
		id = s.into
	}
	return nil, fmt.Errorf("%w: %d", ErrNoSite, id)
}

// Observe takes an observation that the journal has at a sequence, and returns what happened to sites by it. ErrInput for one that
// is not one, ErrExists for one that is known: then nothing has changed.
func (b *Book) Observe(o Observation, sequence uint64) ([]Happening, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	b.open()
	if _, known := b.known[o.ID]; known {
		return nil, fmt.Errorf("%w: %s", ErrExists, o.ID)
	}
	h := &home{observation: o, sequence: sequence}
	b.known[o.ID] = h
	b.heard[source{o.Sensor, o.Class}] = true
	s := b.best(&o)
	seen := Sighting{Observation: o, Sequence: sequence}
	var happened []Happening
	switch {
	case s != nil:
		s.add(seen)
	case o.Class == Vehicles:
		b.loose = append(b.loose, seen)
		return nil, nil
	default:
		s = b.found(seen)
		happened = append(happened, s.history[0])
		if e, ok := b.split(s, &seen); ok {
			happened = append(happened, e)
		}
	}
	h.site = s.id
	for {
		e, ok := b.merge(s, &seen)
		if !ok {
			return happened, nil
		}
		happened = append(happened, e)
		s = b.sites[e.Site-1]
	}
}

// reach is how far a gate goes by an error, in metres: more than enough, for a look at the distance alone.
func reach(c Covariance) float64 { return math.Sqrt(chi999) * (c.widest() + Extent) }

// near reports whether a site can be within the gates of what reaches so far round a point. It is asked of every site, so that it is
// kept to a few operations.
func (s *site) near(p geodesy.Vector, far float64) bool {
	x, y, z, r := s.point.X-p.X, s.point.Y-p.Y, s.point.Z-p.Z, s.gate+far+1
	return x*x+y*y+z*z <= r*r
}

func pointOf(p geodesy.Position) geodesy.Vector { return geodesy.ToECEF(p, 0) }

// best is the site that an observation is most likely of; nil where it lies outside the gates of all.
func (b *Book) best(o *Observation) *site {
	point, far := pointOf(o.Position), reach(o.Spread)
	var best *site
	most := math.Inf(-1)
	for _, s := range b.sites {
		if s.into != 0 || !s.near(point, far) {
			continue
		}
		d, c := s.innovation(o)
		d2 := c.mahalanobis(d)
		if d2 > chi999 {
			continue
		}
		if l := -(d2 + math.Log(c.det())) / 2; l > most {
			best, most = s, l
		}
	}
	return best
}

// innovation is how far an observation lies from a site, and the covariance of that. What it shares with reports of its own pass
// falls out: two things that one pass shows apart are apart, however far off both may be.
func (s *site) innovation(o *Observation) (offset, Covariance) {
	z := offsetOf(s.anchor, o.Position)
	for _, p := range s.passes {
		if p.takes(o) {
			x, c := p.within()
			return z.minus(x), c.plus(ownSpread(o)).plus(extent(2))
		}
	}
	return z.minus(s.at), s.spread.plus(o.Spread).plus(extent(1))
}

func (b *Book) found(seen Sighting) *site {
	s := &site{id: SiteID(len(b.sites) + 1), founder: seen.ID, anchor: seen.Position}
	b.sites = append(b.sites, s)
	s.history = []Happening{{Change: Founded, Site: s.id, Sequence: seen.Sequence, At: seen.At}}
	s.add(seen)
	return s
}

// add takes a report without asking.
func (s *site) add(seen Sighting) {
	s.sightings = append(s.sightings, seen)
	s.place(len(s.sightings) - 1)
	s.settle()
}

// place puts a sighting into its pass.
func (s *site) place(index int) {
	o := &s.sightings[index]
	i := slices.IndexFunc(s.passes, func(p *pass) bool { return p.takes(&o.Observation) })
	if i < 0 {
		i = len(s.passes)
		s.passes = append(s.passes, &pass{eyes: eyesOf(&o.Observation), flight: o.Flight})
	}
	o.Pass = i + 1
	s.passes[i].add(&o.Observation, offsetOf(s.anchor, o.Position), index)
}

func (s *site) settle() {
	s.at, s.spread = fuse(s.passes, nil)
	s.spread = s.spread.times(disagreement(s.passes, s.at))
	s.position = s.at.position(s.anchor)
	s.point, s.gate = pointOf(s.position), reach(s.spread)
}

// again makes the passes anew from the sightings.
func (s *site) again() {
	s.passes = nil
	for i := range s.sightings {
		s.place(i)
	}
	s.settle()
}

// split gives passes of sites nearby to a new one where they fit it better: what one look could not tell apart, another did. A
// site keeps the pass that founded it.
func (b *Book) split(fresh *site, by *Sighting) (Happening, bool) {
	for _, s := range b.sites {
		if s == fresh || s.into != 0 || !s.near(fresh.point, fresh.gate) {
			continue
		}
		moved := map[int]bool{}
		for _, p := range s.passes[1:] {
			if p.eyes == eyesOf(&by.Observation) && p.flight == by.Flight {
				continue // it showed both apart
			}
			x, c := p.estimate()
			rest, sure := fuse(s.passes, p)
			stays := deviation(x.minus(rest), c.plus(sure))
			to := offsetOf(s.anchor, fresh.position)
			goes := deviation(x.minus(to), c.plus(fresh.spread))
			if goes < stays {
				for _, i := range p.sightings {
					moved[i] = true
				}
			}
		}
		if len(moved) == 0 {
			continue
		}
		var kept []Sighting
		for i := range s.sightings {
			if !moved[i] {
				kept = append(kept, s.sightings[i])
				continue
			}
			fresh.sightings = append(fresh.sightings, s.sightings[i])
			b.known[s.sightings[i].ID].site = fresh.id
		}
		s.sightings = kept
		s.again()
		fresh.again()
		e := Happening{Change: Split, Site: s.id, Other: fresh.id, Sequence: by.Sequence, At: by.At, Reports: len(moved)}
		s.history = append(s.history, e)
		fresh.history = append(fresh.history, e)
		return e, true
	}
	return Happening{}, false
}

// deviation is minus twice the logarithm of a normal density, but for a constant.
func deviation(v offset, c Covariance) float64 { return c.mahalanobis(v) + math.Log(c.det()) }

// merge joins a site with another that is at the same place by all that is known, if no pass showed both. The lower number goes on.
func (b *Book) merge(s *site, by *Sighting) (Happening, bool) {
	for _, t := range b.sites {
		if t == s || t.into != 0 || !t.near(s.point, s.gate) || apart(s, t) {
			continue
		}
		d := offsetOf(s.anchor, t.position).minus(s.at)
		if s.spread.plus(t.spread).mahalanobis(d) > chi95 {
			continue
		}
		into, from := s, t
		if t.id < s.id {
			into, from = t, s
		}
		e := Happening{Change: Merged, Site: into.id, Other: from.id, Sequence: by.Sequence, At: by.At, Reports: len(from.sightings)}
		from.into = into.id
		into.sightings = append(into.sightings, from.sightings...)
		into.again()
		into.history = append(into.history, e)
		from.history = append(from.history, e)
		into.outcomes = append(into.outcomes, from.outcomes...)
		slices.SortStableFunc(into.outcomes, func(x, y Reported) int { return order(x.Sequence, y.Sequence) })
		into.attributions = append(into.attributions, from.attributions...)
		slices.SortStableFunc(into.attributions, func(x, y Attributed) int { return order(x.Sequence, y.Sequence) })
		return e, true
	}
	return Happening{}, false
}

func order(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// apart reports whether one pass reported both.
func apart(s, t *site) bool {
	for _, p := range s.passes {
		for _, q := range t.passes {
			if p.eyes == q.eyes && p.flight == q.flight && !p.from.Add(-PassGap).After(q.to) && !q.from.Add(-PassGap).After(p.to) {
				return true
			}
		}
	}
	return false
}
