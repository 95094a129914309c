package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/geodesy"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/release"
	"overflight/survey"
	"overflight/validity"
)

// values are those of a record that have one.
type values map[string]release.Value

func (v values) text(name, s string) {
	if s != "" {
		v[name] = release.Value{Kind: release.Text, Text: s}
	}
}

func (v values) code(name, s string) {
	if s != "" {
		v[name] = release.Value{Kind: release.Code, Text: s}
	}
}

// number writes a value in the unit of its field with so many decimals, without zeros at the end.
func (v values) number(name string, x float64, decimals int) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	v[name] = release.Value{Kind: release.Number, Text: s}
}

func (v values) count(name string, n uint64) {
	v[name] = release.Value{Kind: release.Number, Text: strconv.FormatUint(n, 10)}
}

func (v values) place(name string, p geodesy.Position) {
	if p.Valid() {
		v[name] = release.PlaceValue(p)
	}
}

// instant leaves out what is not known, and what no calendar of ours has.
func (v values) instant(name string, t time.Time) {
	if x, err := release.InstantValue(t); err == nil && !t.IsZero() {
		v[name] = x
	}
}

// flightRecords are a flight, its entries, what it looked into, and where asked for the ground in view and its way; with a state only what
// is of that, and no way.
func (n *Node) flightRecords(ctx context.Context, sortie journal.Sortie, state string, ways bool) ([]keptRecord, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	whole, err := n.Models().Flight(ctx, sortie)
	if err != nil {
		return nil, err
	}
	if state != "" {
		whole.Entries = slices.DeleteFunc(whole.Entries, func(e sqlite.Entry) bool { return string(e.Entry.State) != state })
		whole.Looked = slices.DeleteFunc(whole.Looked, func(l sqlite.LookedInto) bool { return string(l.Look.State) != state })
	}
	c, err := n.Compliance(ctx, sortie, n.now())
	if errors.Is(err, ErrNoRules) {
		c = &Complied{}
	} else if err != nil {
		return nil, err
	}
	out := []keptRecord{flightRecord(&whole, c)}
	leaves := map[string]string{}
	for i := range c.Flown {
		leaves[c.Flown[i].Entry] = string(c.Flown[i].Now.Leave)
	}
	for i := range whole.Entries {
		e := &whole.Entries[i]
		out = append(out, entryRecord(e, leaves[fmt.Sprintf("%s:%d", e.Source, e.Number)]))
	}
	for i := range whole.Looked {
		out = append(out, lookRecords(&whole.Looked[i])...)
	}
	if !ways {
		return out, nil
	}
	seen, err := n.seenRecords(ctx, sortie, whole.Paths, state)
	return append(out, seen...), err
}

func flightRecord(whole *sqlite.Whole, c *Complied) keptRecord {
	v := values{}
	v.text("flight", whole.Sortie.String())
	v.text("callsign", whole.Callsign)
	v.code("aircraft", cmp.Or(whole.Registration, whole.Address))
	v.code("operator", cmp.Or(string(c.Operator), whole.Sortie.Operator))
	if c.Plan != nil {
		p := &c.Plan.Act.Plan
		v.code("purpose", string(p.Purpose))
		var bases []string
		for _, b := range p.Basis {
			bases = append(bases, string(b.Basis)+" "+b.ID)
		}
		v.text("basis", strings.Join(bases, ", "))
	}
	if len(c.Unarmed) > 0 {
		v.code("unarmed", map[authority.Outcome]string{authority.Pass: "yes", authority.Fail: "no", authority.Unknown: "unknown"}[c.Unarmed[0].Outcome])
	}
	v.instant("from", whole.From)
	v.instant("to", whole.To)
	var entered, looked []string
	for i := range whole.Entries {
		if e := &whole.Entries[i].Entry; e.Verdict == airspace.Entered {
			entered = append(entered, string(e.State))
		}
	}
	for i := range whole.Looked {
		if s := whole.Looked[i].Look.State; s != "" {
			looked = append(looked, string(s))
		}
	}
	v.text("states_entered", states(entered))
	v.text("states_looked_into", states(looked))
	v.count("segments", uint64(len(whole.Segments)))
	var withheld, lost time.Duration
	for i := range whole.Withheld {
		withheld += whole.Withheld[i].Withheld.Duration
	}
	for i := range whole.Losses {
		if e := &whole.Losses[i].Event; !e.From.IsZero() && e.To.After(e.From) {
			lost += e.To.Sub(e.From)
		}
	}
	v.number("withheld_s", withheld.Seconds(), 0)
	v.number("lost_s", lost.Seconds(), 0)
	return keptRecord{Kind: "flight/1", Values: v}
}

func states(all []string) string {
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

func entryRecord(e *sqlite.Entry, leave string) keptRecord {
	x, v := &e.Entry, values{}
	v.text("flight", e.Flight.String())
	v.code("state", string(x.State))
	v.code("verdict", x.Verdict.String())
	v.code("leave", leave)
	v.instant("entered", x.Entered.Earliest)
	v.instant("left", x.Left.Latest)
	if x.Fixes > 0 {
		v.place("place_in", x.First.Position)
		v.place("place_out", x.Last.Position)
	}
	if x.FromLimit.Known {
		v.place("deepest", x.FromLimit.Fix.Position)
		v.number("depth", float64(x.FromLimit.Nearest.Distance), 0)
	}
	v.number("dwell", x.Dwell.Seconds(), 0)
	if x.Altitude.Known {
		v.number("altitude", float64(x.Altitude.Min), 0)
		v.code("datum", x.Altitude.Datum.String())
	}
	v.text("boundary", x.Boundary.Source.Name)
	return keptRecord{Kind: "entry/1", Values: v}
}

// lookRecords are what was seen of one state from one vantage: one for each time. The deepest point is of the time that it lies in.
func lookRecords(l *sqlite.LookedInto) []keptRecord {
	if l.Look.State == "" {
		return nil
	}
	intervals := l.Look.Intervals
	var out []keptRecord
	for i := range max(1, len(intervals)) {
		v := values{}
		v.text("flight", l.Flight.String())
		v.code("state", string(l.Look.State))
		at := l.Look.Deepest.Time
		within := len(intervals) == 0
		if !within {
			v.instant("from", intervals[i].From)
			v.instant("to", intervals[i].To)
			within = !at.Before(intervals[i].From) && !at.After(intervals[i].To)
		}
		if l.Look.Deepest.Known && within {
			v.place("place", l.Look.Deepest.Point)
		}
		v.text("source", l.Look.From.String())
		out = append(out, keptRecord{Kind: "look/1", Values: v})
	}
	return out
}

// siteRecords are a site, its reports, and who had it in sight.
func (n *Node) siteRecords(ctx context.Context, id survey.SiteID) ([]keptRecord, error) {
	var out []keptRecord
	err := n.Survey(ctx, func(x *Surveyed) error {
		s, err := x.Site(id)
		if err == nil {
			out = siteRecordsOf(&s)
		}
		return err
	})
	return out, err
}

func siteRecordsOf(s *survey.Site) []keptRecord {
	out := []keptRecord{siteRecord(s)}
	for i := range s.Sightings {
		o, v := &s.Sightings[i].Observation, values{}
		v.text("site", fmt.Sprint(s.ID))
		v.text("flight", o.Flight)
		v.code("class", string(o.Class))
		v.instant("at", o.At)
		v.place("place", o.Position)
		ellipse(v, o.Spread.Ellipse())
		v.text("sensor", o.Sensor)
		if o.Unit != "" {
			v.number("reading", o.Reading, 6)
			v.text("unit", o.Unit)
		}
		v.count("count", o.Count)
		if o.Frame.Source != "" {
			v.text("frame", fmt.Sprintf("%s %d+%d", o.Frame.Source, o.Frame.Offset, o.Frame.Length))
		}
		v.text("note", o.Note)
		out = append(out, keptRecord{Kind: "observation/1", Site: s.ID, Values: v})
	}
	looks := slices.Concat(s.Seen, s.Unseen)
	slices.SortStableFunc(looks, func(a, b survey.Look) int { return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Flight, b.Flight)) })
	for i := range looks {
		v := values{}
		v.text("flight", looks[i].Flight)
		v.instant("from", looks[i].From)
		v.instant("to", looks[i].To)
		v.place("place", s.Position)
		v.number("pod", looks[i].POD, 3)
		v.text("source", looks[i].Path)
		out = append(out, keptRecord{Kind: "look/1", Site: s.ID, Values: v})
	}
	return out
}

func siteRecord(s *survey.Site) keptRecord {
	v := values{}
	v.text("site", fmt.Sprint(s.ID))
	v.place("place", s.Position)
	ellipse(v, s.Ellipse)
	var signs []string
	for _, t := range s.Classes {
		signs = append(signs, string(t.Class))
	}
	v.text("signs", strings.Join(signs, ", "))
	v.number("laboratory", s.Laboratory, 3)
	v.number("something", s.Something, 3)
	if s.Hazards > 0 {
		v.code("notice", string(survey.Hazard))
	}
	v.instant("first_seen", s.From)
	v.instant("last_seen", s.To)
	if k := len(s.Attributions); k > 0 {
		a := &s.Attributions[k-1]
		v.text("organisation", string(a.Stance)+" "+a.Key.String())
		v.code("grade", a.Grade())
	}
	if o, ok := s.Outcome(); ok {
		v.code("outcome", string(o.Outcome))
	}
	return keptRecord{Kind: "site/1", Site: s.ID, Values: v}
}

func ellipse(v values, e survey.Ellipse) {
	v.number("semi_major", float64(e.Major), 0)
	v.number("semi_minor", float64(e.Minor), 0)
	v.number("azimuth", float64(e.Azimuth), 0)
}

// periodRecords are the flights of a period without their ways, and the sites that were reported in it.
func (n *Node) periodRecords(ctx context.Context, p validity.Period) ([]keptRecord, error) {
	if err := n.Caught(ctx); err != nil {
		return nil, err
	}
	var flights []sqlite.Flight
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		part, next, err := n.Models().Flights(ctx, sqlite.FlightFilter{Period: p}, page)
		if err != nil {
			return nil, err
		}
		flights = append(flights, part...)
		if page.After = next; next == "" {
			break
		}
	}
	slices.Reverse(flights) // the latest comes first
	var out []keptRecord
	for i := range flights {
		part, err := n.flightRecords(ctx, flights[i].Sortie, "", false)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	err := n.Survey(ctx, func(x *Surveyed) error {
		for _, s := range x.Sites() {
			if s.From.Before(p.To) && !s.To.Before(p.From) {
				whole, err := x.Site(s.ID)
				if err != nil {
					return err
				}
				out = append(out, siteRecord(&whole))
			}
		}
		return nil
	})
	return out, err
}
