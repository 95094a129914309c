package report

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/catalogue"
)

// phrases are the ways in which table and page say quantities.
type phrases struct{ *catalogue.Catalogue }

// state is the code, or the words for outside every state.
func (p phrases) state(code string) string {
	if code == "" {
		return p.Text("state.none")
	}
	return code
}

const (
	daySecond  = "2006-01-02 15:04:05"
	onlySecond = "15:04:05"
)

func (p phrases) time(t time.Time) string { return t.UTC().Format(daySecond) + "Z" }

// interval is "2025-02-04 21:23:51 - 21:26:21Z", rounded outwards to whole seconds so that the
// interval that is shown holds the one that is meant.
func (p phrases) interval(i Interval) string {
	switch {
	case i.Earliest == nil && i.Latest == nil:
		return p.Text("interval.unknown")
	case i.Earliest == nil:
		return p.Text("interval.before", p.time(up(*i.Latest)))
	case i.Latest == nil:
		return p.Text("interval.after", p.time(time.Time(*i.Earliest)))
	}
	return p.span(time.Time(*i.Earliest), up(*i.Latest))
}

func (p phrases) span(a, b time.Time) string {
	a, b = a.UTC(), b.UTC()
	layout := daySecond
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		layout = onlySecond
	}
	return a.Format(daySecond) + " – " + b.Format(layout) + "Z"
}

func up(i Instant) time.Time {
	t := time.Time(i).UTC()
	if r := t.Truncate(time.Second); !r.Equal(t) {
		return r.Add(time.Second)
	}
	return t
}

// length is kilometres and nautical miles, or metres when it is short.
func (p phrases) length(m float64) string {
	if m < 1000 {
		return catalogue.Decimal(m, 0) + " m"
	}
	return catalogue.Decimal(m/1000, 1) + " km (" + catalogue.Decimal(m/float64(geodesy.NauticalMile), 1) + " NM)"
}

func (p phrases) depth(m *float64) string {
	if m == nil {
		return "–"
	}
	return p.length(*m)
}

// plusMinus is an uncertainty. Beyond a thousand kilometres it says no more than that nothing is known.
func (p phrases) plusMinus(m float64) string {
	if m > 1e6 {
		return "± > 1\u202F000 km"
	}
	return "± " + p.short(m)
}

// short is a length in one unit.
func (p phrases) short(m float64) string {
	if m < 10000 {
		return catalogue.Decimal(m, 0) + " m"
	}
	return catalogue.Decimal(m/1000, 1) + " km"
}

func (p phrases) duration(s float64) string {
	d := seconds(s).Round(time.Second)
	h, m, sec := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case h > 0:
		return fmt.Sprintf("%d h %02d min", h, m)
	case m > 0:
		return fmt.Sprintf("%d min %02d s", m, sec)
	}
	return fmt.Sprintf("%d s", sec)
}

func (p phrases) silence(s *float64) string {
	if s == nil {
		return "–"
	}
	return p.duration(*s)
}

func (p phrases) altitude(a Altitude) string {
	if a.Min == nil || a.Max == nil {
		return p.Text("altitude.unknown")
	}
	lo, hi := catalogue.Decimal(*a.Min, 0), catalogue.Decimal(*a.Max, 0)
	if lo != hi {
		lo += " – " + hi
	}
	return lo + " m " + p.Text("datum."+a.Datum)
}

func (p phrases) speed(ms float64) string {
	return catalogue.Decimal(ms/float64(geodesy.Knot), 0) + " kt (" + catalogue.Decimal(ms*3.6, 0) + " km/h)"
}

func (p phrases) verdict(v string) string { return p.Text("verdict." + v) }

func (p phrases) area(km2 float64) string {
	switch {
	case km2 >= 100:
		return catalogue.Decimal(km2, 0) + " km²"
	case km2 >= 0.1:
		return catalogue.Decimal(km2, 2) + " km²"
	}
	return catalogue.Decimal(km2*1e6, 0) + " m²"
}

// counts lists counts by state, the greatest first and outside every state last.
func (p phrases) counts(by map[string]int) string {
	keys := make([]string, 0, len(by))
	for k := range by {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		if (a == "") != (b == "") {
			return b == ""
		}
		if by[a] != by[b] {
			return by[a] > by[b]
		}
		return a < b
	})
	parts := make([]string, 0, len(keys))
	for _, k := range keys {
		parts = append(parts, p.state(k)+" "+catalogue.Integer(by[k]))
	}
	return strings.Join(parts, " · ")
}

// aircraft names an aircraft in one line.
func (p phrases) aircraft(x *Path) string {
	var parts []string
	mission := ""
	if x.Details.Mission != "" {
		mission = p.Text("aircraft.mission", x.Details.Mission)
	}
	for _, s := range []string{x.Details.Address, x.Details.Registration, x.Details.Type, x.Details.Callsign, mission} {
		s = strings.TrimSpace(s)
		seen := s == ""
		for _, t := range parts {
			seen = seen || t == s
		}
		if !seen {
			parts = append(parts, shownText(s))
		}
	}
	if len(parts) == 0 {
		return p.Text("aircraft.unknown")
	}
	return strings.Join(parts, " · ")
}

var plainWords = strings.NewReplacer(" by ", " → ", " at ", " · ")

func (p phrases) reason(r Reason) string {
	s := p.Text("defect." + r.Code)
	switch r.Code {
	case string(airspace.ReasonReach), string(airspace.ReasonDoubt), string(airspace.ReasonLineDoubt), string(airspace.ReasonCrossCheck):
		// The quantities are joined by small words, which are of no language here.
		return s + ": " + plainWords.Replace(r.Got) + " / " + plainWords.Replace(r.Want)
	}
	if r.Got != "" {
		s += ": " + r.Got
	}
	return s
}

func (p phrases) intervals(all []Span) string {
	if len(all) == 0 {
		return "–"
	}
	return p.span(time.Time(all[0].From), time.Time(all[len(all)-1].To))
}

// total is the time that the intervals hold.
func total(all []Span) float64 {
	s := 0.0
	for _, x := range all {
		s += time.Time(x.To).Sub(time.Time(x.From)).Seconds()
	}
	return s
}
