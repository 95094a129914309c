package survey

import (
	"slices"

	"overflight/coverage"
	"overflight/geodesy"
)

// Assessment is what chances are reckoned from: the evidence of each site, and rates after the outcomes on record. It follows a Book: what
// has changed since is reckoned anew by Renew, which comes to what an Assessment from nothing would. It is for one goroutine, that of
// the Book.
type Assessment struct {
	book    *Book
	model   coverage.Model
	all     []*assessed // by number less 1
	rates   *Rates
	learns  bool               // outcomes, or what was reported where they are known, have changed since
	sensed  int                // changes of the book that reports are of
	reports map[string][]Class // what each sensor ever reported, in order: of other classes its silence says nothing
	index   map[source]int     // number of each source, in rates and grounds
	sources []source
}

// assessed is one site. That of one which was merged is empty.
type assessed struct {
	version  uint64 // of the site; 0, which none has, where the looks at it have changed
	known    bool   // looks at position are
	position geodesy.Position
	looks    []Look // by time
	told     bool   // it has a say in the rates
	grounds  *grounds
	reckoned bool
	chances  [hypotheses]float64 // without the host's word on the site
}

// Assess reckons with the looks that there were, under the default model of detection. looks may be nil: then no look saw nothing.
func (b *Book) Assess(looks Looks) *Assessment {
	a := b.Assessment(coverage.DefaultModel())
	for _, q := range a.Questions() {
		if looks != nil {
			a.Answer(q, looks(q.At))
		}
	}
	a.Renew()
	return a
}

// Assessment returns one that has nothing reckoned yet. No look is better than a frame of the model, and all that saw nothing say no more
// than all frames of it.
func (b *Book) Assessment(m coverage.Model) *Assessment {
	b.open()
	return &Assessment{book: b, model: m, rates: newRates(m.WholeCap), index: map[source]int{}, learns: true}
}

// Question is a place and the site that it is asked for: who looked there?
type Question struct {
	Site SiteID
	At   geodesy.Position
}

// Questions are what is to be answered before Renew: the places of sites that are new or moved, and those that came in sight.
func (a *Assessment) Questions() []Question {
	a.follow()
	var out []Question
	for i, s := range a.book.sites {
		if e := a.all[i]; s.into == 0 && (!e.known || e.position != s.position) {
			out = append(out, Question{s.id, s.position})
		}
	}
	return out
}

// Answer takes the looks at a place, in any order. Those at a site that has moved or was merged since are of no use, and another question
// stands in the place of that one.
func (a *Assessment) Answer(q Question, looks []Look) {
	s, e := a.book.sites[q.Site-1], a.all[q.Site-1]
	if s.into != 0 || s.position != q.At {
		return
	}
	looks = slices.Clone(looks)
	slices.SortStableFunc(looks, func(x, y Look) int { return x.From.Compare(y.From) })
	if !slices.Equal(looks, e.looks) {
		e.version = 0
	}
	e.known, e.position, e.looks = true, q.At, looks
}

// Sighted says where there may be looks by now that there were not: what is known of those places is asked for again.
func (a *Assessment) Sighted(may func(geodesy.Position) bool) {
	for _, e := range a.all {
		e.known = e.known && !may(e.position)
	}
}

// follow makes room for the sites that are new.
func (a *Assessment) follow() {
	for len(a.all) < len(a.book.sites) {
		a.all = append(a.all, &assessed{})
	}
}

// Renew reckons anew what has changed in the book and in the answers. A question that is not answered leaves the looks at a site as they
// were.
func (a *Assessment) Renew() {
	b := a.book
	news := newsOf(b.sensed[a.sensed:])
	if a.reports == nil || len(b.sensed) > a.sensed {
		a.reports = b.reporters()
	}
	a.follow()
	for i, s := range b.sites {
		e := a.all[i]
		if s.into != 0 {
			*e = assessed{} // what was said of it is said of another now, and that one has changed
			continue
		}
		if e.version == s.version && !a.concerns(&news, s, e) {
			continue
		}
		_, told := ruling(s.outcomes)
		a.learns = a.learns || told
		e.grounds, e.version, e.told, e.reckoned = a.grounds(s, e.looks), s.version, told, false
	}
	a.sensed = len(b.sensed)
	a.reckon()
}

// news are sensors of which something is known that was not, and paths.
type news struct {
	sensors map[string]bool
	trails  map[trail]bool
}

func newsOf(all []sense) news {
	n := news{map[string]bool{}, map[trail]bool{}}
	for _, x := range all {
		if x.trail == (trail{}) {
			n.sensors[x.sensor] = true
		} else {
			n.trails[x.trail] = true
		}
	}
	return n
}

// concerns reports whether news may bear on a site: whether a sensor of them reported something of it, or looked.
func (a *Assessment) concerns(n *news, s *site, e *assessed) bool {
	if len(n.sensors)+len(n.trails) == 0 {
		return false
	}
	for i := range e.looks {
		l := &e.looks[i]
		if n.trails[trail{l.Flight, l.Path}] || n.sensors[a.sensorOf(l)] {
			return true
		}
	}
	for i := range s.sightings {
		if n.sensors[s.sightings[i].Sensor] {
			return true
		}
	}
	return false
}

// reckon makes rates and chances where what they rest on has changed.
func (a *Assessment) reckon() {
	anew := a.learns
	if anew {
		a.rates = a.learned()
		a.learns = false
	}
	a.rates.know(len(a.sources))
	for _, e := range a.all {
		if e.grounds != nil && (anew || !e.reckoned) {
			e.chances, e.reckoned = a.rates.chances(e.grounds), true
		}
	}
}

// learned are the rates after the outcomes.
func (a *Assessment) learned() *Rates {
	var told []visited
	for i, e := range a.all {
		if e.told {
			o, _ := ruling(a.book.sites[i].outcomes)
			told = append(told, visited{e.grounds, hypothesis(o)})
		}
	}
	r := learned(told, a.index, a.model.WholeCap)
	r.temper(told)
	return r
}

// Rates are the rates after the outcomes. They are valid until the next Renew.
func (a *Assessment) Rates() *Rates { return a.rates }

// chancesOf are those of a site by reports and looks, and with the host's word on the site.
func (a *Assessment) chancesOf(s *site) (reported, all [hypotheses]float64) {
	reported = a.all[s.id-1].chances
	if o, told := ruling(s.outcomes); told {
		return reported, ruled(reported, o)
	}
	return reported, reported
}

// sourceOf numbers a source.
func (a *Assessment) sourceOf(s source) int {
	i, known := a.index[s]
	if !known {
		i = len(a.sources)
		a.index[s] = i
		a.sources = append(a.sources, s)
	}
	return i
}

// sensorOf says which sensor looked.
func (a *Assessment) sensorOf(l *Look) string {
	if l.Sensor != "" {
		return l.Sensor
	}
	if s, known := a.book.eyes[trail{l.Flight, l.Path}]; known {
		return s
	}
	return video
}

// reporters are the classes that each sensor ever reported, in their order: of others its silence says nothing.
func (b *Book) reporters() map[string][]Class {
	out := map[string][]Class{}
	for s := range b.heard {
		out[s.sensor] = append(out[s.sensor], s.class)
	}
	for _, all := range out {
		slices.Sort(all)
	}
	return out
}
