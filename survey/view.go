package survey

import (
	"cmp"
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
	Reports  int
	Passes   int    // that reported it
	Hazards  int    // reports of a mine or another explosive: people on the ground are to be told of one
	Changed  uint64 // place in the journal of the newest report, outcome or attribution

	Sightings    []Sighting // in the order of the journal
	Seen, Unseen []Look     // looks that reported something of it, and that did not
	Steps        []Step     // how the chances came about; of Assessment.Site alone
	History      []Happening
	Outcomes     []Reported
	Attributions []Attributed
}

// Outcome is the word of the host that counts now: the last of those who were there; false where there is none.
func (s *Site) Outcome() (Reported, bool) { return counts(s.Outcomes) }

// Tally counts the reports of one class. Most is the greatest count that one report gave.
type Tally struct {
	Class   Class
	Reports int
	Most    uint64
}

// Sites returns every site that goes on, by number.
func (a *Assessment) Sites() []Site {
	var out []Site
	for _, s := range a.book.sites {
		if s.into == 0 {
			out = append(out, a.view(s))
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
	out := a.view(s)
	out.Steps = a.steps(s)
	return out, nil
}

// Hazards returns the sites of which a mine or another explosive was reported, those first of which it was put on record last, with
// the newest such report of each.
func (b *Book) Hazards() []HazardousSite {
	var out []HazardousSite
	for _, s := range b.sites {
		if s.into != 0 || s.reports(Hazard) == 0 {
			continue
		}
		h := HazardousSite{ID: s.id, Position: s.position, Ellipse: s.spread.Ellipse(), Reports: s.reports(Hazard)}
		for i := range s.sightings {
			if o := &s.sightings[i]; o.Class == Hazard && (h.Latest.ID == "" || o.nth > h.Latest.nth) {
				h.Latest = *o
			}
		}
		out = append(out, h)
	}
	slices.SortFunc(out, func(x, y HazardousSite) int { return cmp.Compare(y.Latest.nth, x.Latest.nth) })
	return out
}

// HazardousSite is a site of which a mine or another explosive was reported.
type HazardousSite struct {
	ID       SiteID
	Position geodesy.Position
	Ellipse  Ellipse
	Reports  int
	Latest   Sighting
}

// Founder is the observation by which a site is known in statements about it.
func (b *Book) Founder(id SiteID) (SiteID, string, error) {
	s, err := b.find(id)
	if err != nil {
		return 0, "", err
	}
	return s.id, s.founder, nil
}

// view is a site with its reports.
func (a *Assessment) view(s *site) Site {
	out := a.brief(s)
	out.Sightings = slices.Clone(s.sightings)
	slices.SortFunc(out.Sightings, func(x, y Sighting) int { return cmp.Compare(x.nth, y.nth) })
	return out
}

// brief is a site without its reports, of which it may have many.
func (a *Assessment) brief(s *site) Site {
	e := a.all[s.id-1]
	reported, w := a.chancesOf(s)
	out := Site{
		ID: s.id, Founder: s.founder, Position: s.position, Spread: s.spread, Ellipse: s.spread.Ellipse(), Laboratory: w[laboratory],
		Something: w[laboratory] + w[otherUse], Reported: reported[laboratory], Classes: slices.Clone(s.tallies), Reports: len(s.sightings), Passes: len(s.passes),
		Hazards: s.reports(Hazard), Changed: s.changed, Seen: e.grounds.seen, Unseen: e.grounds.unseen,
		Outcomes: slices.Clone(s.outcomes), Attributions: slices.Clone(s.attributions), History: slices.Clone(s.history),
	}
	out.From, out.To = s.passes[0].from, s.passes[0].to
	for _, p := range s.passes {
		if p.from.Before(out.From) {
			out.From = p.from
		}
		if p.to.After(out.To) {
			out.To = p.to
		}
	}
	return out
}
