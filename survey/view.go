package survey

import (
	"math"
	"slices"
	"time"

	"overflight/geodesy"
)

// Site is a place as all reports together have it.
type Site struct {
	ID       SiteID
	Founder  string // id of the first observation of it
	Position geodesy.Position
	Spread   Covariance
	Ellipse  Ellipse // holds the place 95 times in 100

	// Laboratory is the chance that people who go there find what is searched for, Something that they find anything: by reports,
	// looks and the host's word. Reported is Laboratory without the host's word on this very site.
	Laboratory, Something, Reported float64

	Classes  []Tally
	From, To time.Time // of the reports
	Passes   int       // that reported it
	Hazard   bool      // a mine or another explosive was suspected: people on the ground are to be told

	Sightings    []Sighting // in the order of the journal
	Seen, Unseen []Look     // looks that reported something of it, and that did not
	Steps        []Step
	History      []Happening
	Outcomes     []Reported
	Attributions []Attributed
}

// Outcome is the word of the host that counts now: the last of those who were there; false where there is none.
func (s *Site) Outcome() (Reported, bool) {
	for _, o := range slices.Backward(s.Outcomes) {
		if o.Outcome != NotVisited {
			return o, true
		}
	}
	if n := len(s.Outcomes); n > 0 {
		return s.Outcomes[n-1], true
	}
	return Reported{}, false
}

// Tally counts the reports of one class. Most is the greatest count that one report gave.
type Tally struct {
	Class   Class
	Reports int
	Most    uint64
}

// Step is how the chance of a laboratory stood after a pass or a look, by the rates of now.
type Step struct {
	At         time.Time
	Sensor     string
	Saw        bool
	Laboratory float64
}

// Sites returns every site that goes on, by number.
func (a *Assessment) Sites() []Site {
	var out []Site
	for _, s := range a.book.sites {
		if s.into == 0 {
			out = append(out, a.view(s, false))
		}
	}
	return out
}

// Site returns a site; of one that was merged, where it went. ErrNoSite for a number that no site ever had.
func (a *Assessment) Site(id SiteID) (Site, error) {
	s, err := a.book.find(id)
	if err != nil {
		return Site{}, err
	}
	return a.view(s, true), nil
}

// Loose are the reports that belong to no site: vehicles where no place was known.
func (b *Book) Loose() []Sighting { return slices.Clone(b.loose) }

// Sites is how many numbers were given, of sites that were merged too.
func (b *Book) Sites() int { return len(b.sites) }

// Founder is the observation by which a site is known in statements about it.
func (b *Book) Founder(id SiteID) (SiteID, string, error) {
	s, err := b.find(id)
	if err != nil {
		return 0, "", err
	}
	return s.id, s.founder, nil
}

func (a *Assessment) view(s *site, whole bool) Site {
	e := a.all[s.id]
	w := a.rates.chances(e)
	out := Site{
		ID: s.id, Founder: s.founder, Position: s.position, Spread: s.spread, Ellipse: s.spread.Ellipse(),
		Laboratory: w[laboratory], Something: w[laboratory] + w[otherUse], Reported: w[laboratory], Passes: len(s.passes),
		Seen: e.seen, Unseen: e.unseen, Outcomes: slices.Clone(s.outcomes), Attributions: slices.Clone(s.attributions), History: slices.Clone(s.history),
		Sightings: slices.Clone(s.sightings),
	}
	for _, c := range Classes() {
		t := Tally{Class: c}
		for i := range s.sightings {
			if o := &s.sightings[i]; o.Class == c {
				t.Reports, t.Most = t.Reports+1, max(t.Most, o.Count)
			}
		}
		if t.Reports > 0 {
			out.Classes = append(out.Classes, t)
			out.Hazard = out.Hazard || c == Hazard
		}
	}
	out.From, out.To = s.sightings[0].At, s.sightings[0].At
	for i := range s.sightings {
		if at := s.sightings[i].At; at.Before(out.From) {
			out.From = at
		} else if at.After(out.To) {
			out.To = at
		}
	}
	if o, ok := s.ruling(); ok {
		var logs [hypotheses]float64
		for h := range logs {
			said := (1 - sureness) / (hypotheses - 1)
			if h == hypothesis(o.Outcome) {
				said = sureness
			}
			logs[h] = math.Log(w[h]) + math.Log(said)
		}
		w = normal(logs)
		out.Laboratory, out.Something = w[laboratory], w[laboratory]+w[otherUse]
	}
	if whole {
		out.Steps = a.steps(s)
	}
	return out
}

// steps tells how the chance came to be what it is: the site by what was there after each pass and look, in the order of time.
func (a *Assessment) steps(s *site) []Step {
	e := a.all[s.id]
	var out []Step
	for _, p := range s.passes {
		out = append(out, Step{At: p.to, Sensor: s.sightings[p.sightings[0]].Sensor, Saw: true})
	}
	for _, l := range e.unseen {
		out = append(out, Step{At: l.To, Sensor: l.Sensor})
	}
	slices.SortStableFunc(out, func(x, y Step) int { return x.At.Compare(y.At) })
	reports := a.book.reporters()
	for i := range out {
		until := out[i].At
		then := s.until(until)
		looks := func(geodesy.Position) []Look {
			return slices.DeleteFunc(slices.Concat(e.seen, e.unseen), func(l Look) bool { return l.To.After(until) })
		}
		out[i].Laboratory = a.rates.chances(then.grounds(looks, reports))[laboratory]
	}
	return out
}

// until is the site by the reports of passes that were over at an instant; at least by the pass that founded it.
func (s *site) until(at time.Time) *site {
	out := &site{id: s.id, founder: s.founder, anchor: s.anchor}
	for i := range s.sightings {
		if p := s.sightings[i].Pass; p == 1 || !s.passes[p-1].to.After(at) {
			out.sightings = append(out.sightings, s.sightings[i])
		}
	}
	out.again()
	return out
}
