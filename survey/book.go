package survey

import (
	"cmp"
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

	nth int // of all observations that the book has taken
}

type site struct {
	id        SiteID
	into      SiteID // where it went; 0 while it goes on
	founder   string // id of the first observation
	anchor    geodesy.Position
	sightings []Sighting // the founding one first
	passes    []*pass    // that of the founding one first
	tallies   []Tally    // by class, in the order of Classes
	version   uint64     // of the book, when something of the site last changed
	changed   uint64     // newest statement of it: its place in the journal

	at       offset // from the anchor
	spread   Covariance
	position geodesy.Position
	history  []Happening

	outcomes     []Reported
	attributions []Attributed
}

// Book folds observations, outcomes and attributions in the order of the journal. The zero Book is empty. It is for one goroutine.
type Book struct {
	sites   []*site           // by number less 1
	gates   []gate            // of them, in the same order: what every report is held against
	known   map[string]*home  // observations by id
	heard   map[source]bool   // what each sensor ever reported
	eyes    map[trail]string  // which sensor reports in a path
	named   map[string]string // observation by which a site was known, by the id of an attribution to it
	version uint64            // counts changes
	sensed  []sense           // changes of heard and eyes, in their order
}

// sense is that a sensor reports something that it never reported before, or that a path turns out to be through a sensor.
type sense struct {
	sensor string
	trail  trail // zero of the first
}

// gate is how far a site reaches from where it is, in metres. One that does not go on reaches nowhere.
type gate struct {
	at    geodesy.Vector
	reach float64
}

// trail is a path: what one source told of one flight.
type trail struct{ flight, source string }

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
		b.known, b.heard, b.eyes, b.named = map[string]*home{}, map[source]bool{}, map[trail]string{}, map[string]string{}
	}
}

// touch notes that something of a site has changed, by a statement at a place in the journal.
func (b *Book) touch(s *site, sequence uint64) {
	b.version++
	s.version, s.changed = b.version, max(s.changed, sequence)
}

// hear notes what a sensor reports.
func (b *Book) hear(s source) {
	if !b.heard[s] {
		b.heard[s] = true
		b.sensed = append(b.sensed, sense{sensor: s.sensor})
	}
}

// Through notes which sensor reports in a path: looks that name the path and no sensor are its.
func (b *Book) Through(flight, path, sensor string) {
	b.open()
	if t := (trail{flight, path}); b.eyes[t] != sensor {
		b.eyes[t] = sensor
		b.sensed = append(b.sensed, sense{trail: t})
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
	if h, ok := b.known[id]; ok {
		return h.site
	}
	return 0
}

// find returns the site of a number; of one that was merged, where the report is that founded it.
func (b *Book) find(id SiteID) (*site, error) {
	if id == 0 || uint64(id) > uint64(len(b.sites)) {
		return nil, fmt.Errorf("%w: %d", ErrNoSite, id)
	}
	s := b.sites[id-1]
	if s.into != 0 {
		s = b.sites[b.known[s.founder].site-1]
	}
	return s, nil
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
	seen := Sighting{Observation: o, Sequence: sequence, nth: len(b.known)}
	b.known[o.ID] = h
	b.hear(source{o.Sensor, o.Class})
	s := b.best(&o)
	var happened []Happening
	switch {
	case s != nil:
		h.site = s.id
		b.add(s, seen)
	case o.Class == Vehicles:
		return nil, nil
	default:
		s = b.found(seen)
		h.site = s.id
		happened = append(happened, s.history[0])
		if e, ok := b.split(s, &seen); ok {
			happened = append(happened, e)
		}
	}
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
func (g *gate) near(p geodesy.Vector, far float64) bool {
	x, y, z, r := g.at.X-p.X, g.at.Y-p.Y, g.at.Z-p.Z, g.reach+far+1
	return r >= 0 && x*x+y*y+z*z <= r*r
}

func pointOf(p geodesy.Position) geodesy.Vector { return geodesy.ToECEF(p, 0) }

// best is the site that an observation is most likely of; nil where it lies outside the gates of all.
func (b *Book) best(o *Observation) *site {
	point, far := pointOf(o.Position), reach(o.Spread)
	var best *site
	most := math.Inf(-1)
	for i := range b.gates {
		if !b.gates[i].near(point, far) {
			continue
		}
		s := b.sites[i]
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
	b.sites, b.gates = append(b.sites, s), append(b.gates, gate{})
	s.history = []Happening{{Change: Founded, Site: s.id, Sequence: seen.Sequence, At: seen.At}}
	b.add(s, seen)
	return s
}

// add takes a report without asking.
func (b *Book) add(s *site, seen Sighting) {
	s.sightings = append(s.sightings, seen)
	s.place(len(s.sightings) - 1)
	b.settle(s)
	b.touch(s, seen.Sequence)
}

// place puts a sighting into its pass. One between two passes that were apart makes them one: they never paused for so long.
func (s *site) place(index int) {
	o := &s.sightings[index]
	s.tally(&o.Observation)
	i := slices.IndexFunc(s.passes, func(p *pass) bool { return p.takes(&o.Observation) })
	if i < 0 {
		i = len(s.passes)
		s.passes = append(s.passes, &pass{eyes: eyesOf(&o.Observation), flight: o.Flight})
	}
	o.Pass = i + 1
	p := s.passes[i]
	p.add(&o.Observation, offsetOf(s.anchor, o.Position), index)
	for k := len(s.passes) - 1; k > i; k-- {
		if q := s.passes[k]; p.meets(q) {
			p.join(q)
			s.passes = slices.Delete(s.passes, k, k+1)
			for n := i; n < len(s.passes); n++ {
				for _, j := range s.passes[n].sightings {
					s.sightings[j].Pass = n + 1
				}
			}
		}
	}
}

// settle makes where a site is from its passes.
func (b *Book) settle(s *site) {
	s.at, s.spread = fuse(s.passes, nil)
	s.spread = s.spread.times(disagreement(s.passes, s.at))
	s.position = s.at.position(s.anchor)
	b.gates[s.id-1] = gate{pointOf(s.position), reach(s.spread)}
}

// again makes the passes anew from the sightings.
func (b *Book) again(s *site) {
	s.passes, s.tallies = nil, nil
	for i := range s.sightings {
		s.place(i)
	}
	b.settle(s)
}

// split gives passes of sites nearby to a new one where they fit it better: what one look could not tell apart, another did. A
// site keeps the pass that founded it.
func (b *Book) split(fresh *site, by *Sighting) (Happening, bool) {
	reaches := b.gates[fresh.id-1]
	for i, s := range b.sites {
		if s == fresh || !b.gates[i].near(reaches.at, reaches.reach) {
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
		b.again(s)
		b.again(fresh)
		e := Happening{Change: Split, Site: s.id, Other: fresh.id, Sequence: by.Sequence, At: by.At, Reports: len(moved)}
		s.history = append(s.history, e)
		fresh.history = append(fresh.history, e)
		// What was said of a place that had been merged goes with the report by which it was known.
		s.outcomes, fresh.outcomes = parted(s.outcomes, func(o *Reported) bool { return b.Holder(o.Founder) == fresh.id })
		s.attributions, fresh.attributions = parted(s.attributions, func(t *Attributed) bool { return b.Holder(t.Founder) == fresh.id })
		b.touch(s, by.Sequence)
		b.touch(fresh, by.Sequence)
		return e, true
	}
	return Happening{}, false
}

// parted divides what was said into what stays and what goes, each in its order.
func parted[T any](all []T, goes func(*T) bool) (stay, leave []T) {
	for i := range all {
		if goes(&all[i]) {
			leave = append(leave, all[i])
		} else {
			stay = append(stay, all[i])
		}
	}
	return stay, leave
}

// tally counts a report by its class.
func (s *site) tally(o *Observation) {
	i, known := slices.BinarySearchFunc(s.tallies, o.Class, func(t Tally, c Class) int { return cmp.Compare(orderOf(t.Class), orderOf(c)) })
	if !known {
		s.tallies = slices.Insert(s.tallies, i, Tally{Class: o.Class})
	}
	t := &s.tallies[i]
	t.Reports, t.Most = t.Reports+1, max(t.Most, o.Count)
}

// reports is how many reports of a class a site has.
func (s *site) reports(c Class) int {
	for _, t := range s.tallies {
		if t.Class == c {
			return t.Reports
		}
	}
	return 0
}

// deviation is minus twice the logarithm of a normal density, but for a constant.
func deviation(v offset, c Covariance) float64 { return c.mahalanobis(v) + math.Log(c.det()) }

// merge joins a site with another that is at the same place by all that is known, if no pass showed both. The lower number goes on.
func (b *Book) merge(s *site, by *Sighting) (Happening, bool) {
	reaches := b.gates[s.id-1]
	for i, t := range b.sites {
		if t == s || !b.gates[i].near(reaches.at, reaches.reach) || apart(s, t) {
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
		from.into, b.gates[from.id-1] = into.id, gate{reach: math.Inf(-1)}
		for i := range from.sightings {
			b.known[from.sightings[i].ID].site = into.id
		}
		into.sightings = append(into.sightings, from.sightings...)
		b.again(into)
		into.history = append(into.history, e)
		from.history = append(from.history, e)
		into.outcomes = append(into.outcomes, from.outcomes...)
		slices.SortStableFunc(into.outcomes, func(x, y Reported) int { return cmp.Compare(x.Sequence, y.Sequence) })
		into.attributions = append(into.attributions, from.attributions...)
		slices.SortStableFunc(into.attributions, func(x, y Attributed) int { return cmp.Compare(x.Sequence, y.Sequence) })
		from.sightings, from.passes, from.tallies, from.outcomes, from.attributions = nil, nil, nil, nil, nil
		b.touch(into, by.Sequence)
		return e, true
	}
	return Happening{}, false
}

// apart reports whether one pass reported both.
func apart(s, t *site) bool {
	for _, p := range s.passes {
		for _, q := range t.passes {
			if p.meets(q) {
				return true
			}
		}
	}
	return false
}
