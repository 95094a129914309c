package survey

import (
	"slices"

	"overflight/geodesy"
)

// Assessment is what chances are reckoned from: the evidence of each site, and rates after the outcomes on record. It follows a Book: what
// has changed since is reckoned anew by Renew, which comes to what an Assessment from nothing would. It is for one goroutine, that of
// the Book.
type Assessment struct {
	book    *Book
	all     []*assessed // by number less 1
	rates   *Rates
	learns  bool               // outcomes, or what was reported where they are known, have changed since
	senses  uint64             // of the book, that reports are of
	reports map[string][]Class // what each sensor ever reported, in order: of other classes its silence says nothing
	index   map[source]int     // number of each source, in rates and grounds
	sources []source
}

// assessed is one site. That of one which was merged is empty.
type assessed struct {
	version  uint64 // of the site
	asked    bool   // for looks
	position geodesy.Position
	looks    []Look // at it, by time
	told     bool   // it has a say in the rates
	grounds  *grounds
	reckoned bool
	chances  [hypotheses]float64 // without the host's word on the site
}

// Assess reckons with the looks that there were. looks may be nil: then no look saw nothing.
func (b *Book) Assess(looks Looks) *Assessment {
	a := b.Assessment()
	_ = a.Renew(func(at geodesy.Position) ([]Look, error) {
		if looks == nil {
			return nil, nil
		}
		return looks(at), nil
	}, nil) // it fails where looks fail, and these do not
	return a
}

// Assessment returns one that has nothing reckoned yet.
func (b *Book) Assessment() *Assessment {
	b.open()
	return &Assessment{book: b, rates: newRates(), index: map[source]int{}, learns: true}
}

// Renew reckons anew what has changed in the book. Looks are asked for of a site that is new or moved, and of one where seen says that
// there may be others by now; seen may be nil. After an error of looks what was asked for by then is kept and nothing is reckoned: the next
// Renew goes on, and MUST be told of the same places again.
func (a *Assessment) Renew(looks func(geodesy.Position) ([]Look, error), seen func(geodesy.Position) bool) error {
	b := a.book
	heard := a.senses != b.senses
	if heard {
		a.reports = b.reporters()
	}
	for len(a.all) < len(b.sites) {
		a.all = append(a.all, &assessed{})
	}
	for i, s := range b.sites {
		e := a.all[i]
		if s.into != 0 {
			a.learns = a.learns || e.told
			*e = assessed{}
			continue
		}
		changed := heard || e.version != s.version
		if !e.asked || e.position != s.position || seen != nil && seen(s.position) {
			all, err := looks(s.position)
			if err != nil {
				return err
			}
			all = slices.Clone(all)
			slices.SortStableFunc(all, func(x, y Look) int { return x.From.Compare(y.From) })
			changed = changed || !slices.Equal(all, e.looks)
			e.asked, e.looks, e.position = true, all, s.position
		}
		if !changed {
			continue
		}
		_, told := ruling(s.outcomes)
		a.learns = a.learns || told || e.told
		e.grounds, e.version, e.told, e.reckoned = a.grounds(s, e.looks), s.version, told, false
	}
	a.senses = b.senses
	a.reckon()
	return nil
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
	r := learned(told, a.index)
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
