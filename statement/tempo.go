package statement

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/validity"
)

// TempoQuery asks how often, how long and how deep aircraft were in the airspace of states, week by week.
type TempoQuery struct {
	// Period is of whole weeks: it is widened to the weeks that its ends lie in. Both ends have to be given.
	Period validity.Period
	State  airspace.State // "": every state that the record has an entry for
	Split  time.Time      // sums are given before and since it; zero: none
	Zone   *time.Location // in which weeks begin; nil: UTC
}

// Kept says how far the record goes in a time.
type Kept string

// The words. In what is KeptInPart numbers are the least; where there is KeptNothing there is no number, which is not zero.
const (
	KeptWhole   Kept = "complete"
	KeptInPart  Kept = "in-part"
	KeptNothing Kept = "no-record"
)

// Tempo is the flights of a state in a time.
type Tempo struct {
	State airspace.State `json:"state"`
	From  time.Time      `json:"from"`
	To    time.Time      `json:"to"`
	Kept  Kept           `json:"record"`
	// Flights were surely in the airspace of the state; MostFlights holds those that may have been, of the flights on record.
	Flights     int `json:"flights"`
	MostFlights int `json:"most_flights"`
	// Inside is the time between the first and the last fix of entries, added up.
	Inside  time.Duration  `json:"-"`
	Depth   geodesy.Length `json:"-"`    // the greatest, from the limit
	Deep    bool           `json:"-"`    // Depth is known
	Days    float64        `json:"days"` // for which the record is complete
	Entries []Event        `json:"events,omitempty"`
}

// Week is the tempo of an ISO 8601 week.
type Week struct {
	Label string `json:"week"` // "2025-W08"
	Tempo
}

// Tempos is the answer to a TempoQuery: weeks by state and time, and the sums before and since Split.
type Tempos struct {
	Weeks  []Week    `json:"weeks"`
	Before []Tempo   `json:"before,omitempty"`
	Since  []Tempo   `json:"since,omitempty"`
	Known  time.Time `json:"known"`
}

// mostWeeks bounds a query: forty years.
const mostWeeks = 2088

// TempoOf answers a query by what was known at an instant. A fault is an authority.FieldError; other errors are those of the
// record.
func TempoOf(q TempoQuery, r Record, known time.Time) (Tempos, error) {
	if q.Period.From.IsZero() || q.Period.To.IsZero() || q.Period.Empty() {
		return Tempos{}, fault("period", when(q.Period.From)+" to "+when(q.Period.To), "a beginning and an end after it")
	}
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	var starts []time.Time
	for t := monday(q.Period.From.In(zone)); t.Before(q.Period.To); t = t.AddDate(0, 0, 7) {
		if starts = append(starts, t); len(starts) > mostWeeks {
			return Tempos{}, fault("period", when(q.Period.From)+" to "+when(q.Period.To), fmt.Sprintf("at most %d weeks", mostWeeks))
		}
	}
	whole := validity.Period{From: starts[0], To: starts[len(starts)-1].AddDate(0, 0, 7)}
	c := checker{record: r, known: known, period: whole}
	var err error
	if c.flights, err = c.within(whole); err != nil {
		return Tempos{}, err
	}
	states := []airspace.State{q.State}
	if q.State == "" {
		states = c.states(whole)
	}
	out := Tempos{Weeks: []Week{}, Known: known}
	for _, s := range states {
		for _, from := range starts {
			year, week := from.ISOWeek()
			t, err := c.tempo(s, validity.Period{From: from, To: from.AddDate(0, 0, 7)})
			if err != nil {
				return Tempos{}, err
			}
			out.Weeks = append(out.Weeks, Week{Label: fmt.Sprintf("%04d-W%02d", year, week), Tempo: t})
		}
		if q.Split.IsZero() || !whole.InForce(q.Split) || q.Split.Equal(whole.From) {
			continue
		}
		before, err := c.tempo(s, validity.Period{From: whole.From, To: q.Split})
		if err != nil {
			return Tempos{}, err
		}
		since, err := c.tempo(s, validity.Period{From: q.Split, To: whole.To})
		if err != nil {
			return Tempos{}, err
		}
		out.Before, out.Since = append(out.Before, before), append(out.Since, since)
	}
	return out, nil
}

// monday returns the beginning of the ISO week of an instant, in its location.
func monday(t time.Time) time.Time {
	y, m, d := t.Date()
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(y, m, d-back, 0, 0, 0, 0, t.Location())
}

// states lists the states that the flights have entries for, sorted.
func (c *checker) states(p validity.Period) []airspace.State {
	var out []airspace.State
	for i := range c.flights {
		for j := range c.flights[i].Entries {
			e := &c.flights[i].Entries[j]
			if e.knownAt(c.known) && (e.surely(p) || e.maybe(p)) && !slices.Contains(out, e.State) {
				out = append(out, e.State)
			}
		}
	}
	slices.SortFunc(out, func(a, b airspace.State) int { return cmp.Compare(a, b) })
	return out
}

func (c *checker) tempo(s airspace.State, p validity.Period) (Tempo, error) {
	t := Tempo{State: s, From: p.From, To: p.To}
	n, err := c.over(s, p)
	if err != nil {
		return t, err
	}
	t.Flights, t.MostFlights = n.surely, n.maybe
	for i := range c.flights {
		for _, e := range c.stayed(&c.flights[i], s, p) {
			t.Entries = append(t.Entries, e.Event)
			if !e.surely(p) {
				continue
			}
			from, to := later(e.First, p.From), earlier(e.Last, p.To)
			t.Inside += to.Sub(from)
			if e.DepthKnown && (!t.Deep || e.Depth > t.Depth) {
				t.Depth, t.Deep = e.Depth, true
			}
		}
	}
	open := time.Duration(0)
	for i := range n.open {
		if part := &n.open[i]; part.Code == PartNotComplete {
			open += part.To.Sub(part.From)
		}
	}
	t.Days = (p.To.Sub(p.From) - open).Hours() / 24
	switch {
	case open == 0:
		t.Kept = KeptWhole
	case t.Days > 0 || t.MostFlights > 0:
		t.Kept = KeptInPart
	default:
		t.Kept = KeptNothing
	}
	return t, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
