package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/statement"
)

// file puts a plan on record.
func (w *world) file(s *sentence) error {
	p := authority.Plan{
		Sortie: s.values[0].text, Operator: authority.Party(s.text("operator", string(w.operator))), Planner: s.text("planner", "planner"), Purpose: authority.Purpose(s.text("purpose", "")),
		Requests: s.get("answers", 0).list, Clearance: s.get("cites clearance", 0).list, Notices: s.get("cites notice", 0).list, Loadout: s.text("cites loadout", ""),
		Retention: authority.Duration(s.get("retention", 0).span), ReleaseDelay: authority.Duration(s.get("release delay", 0).span), ReleasePlace: s.get("release", 0).metres,
	}
	p.Aircraft.Tail, p.Aircraft.Type, p.Aircraft.Unmanned, p.Aircraft.StateAircraft = s.text("aircraft", ""), s.text("type", ""), !s.has("manned"), s.has("state-aircraft")
	switch {
	case s.has("scope host request"):
		p.Scope.By = "host-request"
	case s.has("scope agreement"):
		p.Scope.By = "agreement"
	default:
		p.Scope = authority.Scope{By: "designation", List: s.get("scope", 0).text, Programme: s.get("scope", 1).text, Organisations: s.get("scope", 2).list}
	}
	start := s.when("start", w.now)
	for i := range s.clauses {
		switch c := &s.clauses[i]; c.word {
		case "rests on agreement":
			p.Basis = append(p.Basis, authority.BasisRef{Basis: authority.UnderAgreement, ID: c.values[0].text})
		case "rests on clearance":
			p.Basis = append(p.Basis, authority.BasisRef{Basis: authority.UnderClearance, ID: c.values[0].text})
		case "rests on basis":
			p.Basis = append(p.Basis, authority.BasisRef{Basis: w.basisKind(c.values[0].text), ID: c.values[0].text})
		case "sensor":
			p.Sensors = append(p.Sensors, authority.SensorUse{Name: c.values[0].text, FinestGround: c.values[1].metres})
		case "look":
			p.Looks = append(p.Looks, authority.LookPlan{Area: c.values[0].area})
		case "during":
			// Each look has its time: the parser has seen to it that there are as many.
			if n := len(p.Looks); n > 0 {
				period := c.values[0].period(start)
				p.Looks[n-1].From, p.Looks[n-1].To = period.From, period.To
			}
		}
	}
	p.Route = route(s.get("route", 0).points, s.get("altitude", 0), s.get("speed", 0).metres, start)
	digest, err := w.record(authority.PlanFiled{Plan: p}, nil)
	if err != nil {
		return err
	}
	w.plans[p.Sortie], w.latest = filed{plan: p, digest: digest}, p.Sortie
	return nil
}

// basisKind is what a basis on record is; an order where none is, so that the decision says that it does not know it.
func (w *world) basisKind(id string) authority.BasisKind {
	for _, e := range w.authority.Bases(w.now) {
		if e.Act.ID == id {
			return e.Act.Basis
		}
	}
	return authority.Order
}

// route is the points with their times, at an even speed along geodesics.
func route(points []geodesy.Position, altitude value, speed float64, start time.Time) []authority.Waypoint {
	out := make([]authority.Waypoint, 0, len(points))
	at := start
	for i, p := range points {
		if i > 0 {
			seconds := float64(geodesy.Distance(points[i-1], p)) / speed
			at = at.Add(time.Duration(math.Ceil(seconds)) * time.Second)
		}
		out = append(out, authority.Waypoint{Lat: float64(p.Lat), Lon: float64(p.Lon), Altitude: altitude.metres, Datum: altitude.datum, At: at})
	}
	return out
}

// flown is a flight of the story: what was made of its path and looks.
type flown struct {
	number  string
	from    time.Time
	to      time.Time
	entries []airspace.Entry
	crossed []authority.Crossing
	looks   []look
}

// look is the ground of a state that was seen from one vantage.
type look struct {
	authority.LookIn
	vantage statement.Vantage
}

const (
	every5      = 5 * time.Second // between two fixes: no silence of the path is a gap
	mostFixes   = 100_000
	mostSamples = 2000 // of a crossing
)

// fly flies a plan: a fix every five seconds along its geodesics, accounted for by the boundaries, and put on record when it has
// landed. The clock then stands there.
func (w *world) fly(s *sentence) error {
	p, name, ok := w.sortie(s.values[0].text)
	if !ok {
		return fmt.Errorf("%w: plan %s", authority.ErrNoSuch, name)
	}
	start := s.when("start", p.plan.From())
	shift := start.Sub(p.plan.From())
	f := &flown{from: start, to: p.plan.To().Add(shift)}
	f.number = fmt.Sprintf("SIM-%04d-%04d", start.UTC().Year(), len(w.flown)+1)
	fixes, err := fixesOf(p.plan.Route, shift)
	if err != nil {
		return err
	}
	path := flight.Path{Aircraft: flight.Aircraft{Registration: p.plan.Aircraft.Tail}, Source: "scenario", Resolution: time.Second, Fixes: fixes}
	told, err := airspace.Reckon(path, w.lines, airspace.Config{MaxSpeed: fastest(p.plan.Route)})
	if err != nil {
		return err
	}
	line := w.lineAt(start)
	if line == nil {
		return airspace.ErrNoLine
	}
	f.entries = told.Entries
	for i := range told.Entries {
		f.crossed = append(f.crossed, crossing(&told.Entries[i], fixes, line.Source().Name, f.number, i+1))
	}
	for i := range p.plan.Looks {
		f.looks = append(f.looks, looksOf(&p.plan.Looks[i], shift, fixes, line)...)
	}
	for i := range f.looks {
		f.looks[i].Source, f.looks[i].Number, f.looks[i].Line = f.number, uint64(i+1), line.Source().Name
	}
	if w.now.Before(f.to) {
		w.now = f.to
	}
	if _, err := w.record(authority.PlanFlown{Sortie: name, Flight: f.number, By: p.plan.Planner}, nil); err != nil {
		return err
	}
	w.flown[name], w.latest = f, name
	w.beside.All = append(w.beside.All, w.flightOf(name, &p.plan, f, uint64(len(fixes))))
	return nil
}

// fastest is twice the planned speed: what a record of the flight would be reckoned with.
func fastest(route []authority.Waypoint) geodesy.Speed {
	most := 1.0
	for i := 1; i < len(route); i++ {
		a, b := &route[i-1], &route[i]
		most = max(most, float64(geodesy.Distance(a.Position(), b.Position()))/b.At.Sub(a.At).Seconds())
	}
	return geodesy.Speed(2 * most)
}

func (w *world) lineAt(at time.Time) airspace.Line {
	for _, l := range w.lines {
		if l.Valid.InForce(at) {
			return l.Line
		}
	}
	return nil
}

func fixesOf(route []authority.Waypoint, shift time.Duration) ([]flight.Fix, error) {
	var out []flight.Fix
	for i := 1; i < len(route); i++ {
		a, b := &route[i-1], &route[i]
		length, azimuth, _ := geodesy.Inverse(a.Position(), b.Position())
		line := geodesy.NewLine(a.Position(), azimuth)
		flying := b.At.Sub(a.At)
		if len(out)+int(flying/every5) > mostFixes {
			return nil, fmt.Errorf("%w: a flight of more than %d hours", authority.ErrInput, int((mostFixes * every5).Hours()))
		}
		for t := time.Duration(0); t < flying; t += every5 {
			share := geodesy.Length(t.Seconds() / flying.Seconds())
			out = append(out, fix(line.Position(share*length), a, a.At.Add(shift+t)))
		}
	}
	last := &route[len(route)-1]
	return append(out, fix(last.Position(), last, last.At.Add(shift))), nil
}

func fix(p geodesy.Position, w *authority.Waypoint, at time.Time) flight.Fix {
	datum := geodesy.HAE
	if w.Datum == "MSL" {
		datum = geodesy.MSL
	}
	return flight.Fix{Time: at, Position: p, Altitude: geodesy.Altitude{Value: geodesy.Length(w.Altitude), Datum: datum}, GroundSpeed: -1}
}

func crossing(e *airspace.Entry, fixes []flight.Fix, line, source string, n int) authority.Crossing {
	c := authority.Crossing{State: e.State, From: e.First.Time, To: e.Last.Time, Verdict: e.Verdict, Line: line, Source: source, Number: uint64(n)}
	if e.FromLimit.Known {
		c.Depth = e.FromLimit.Nearest.Distance
	}
	if !e.Entered.Earliest.IsZero() {
		c.From = e.Entered.Earliest
	}
	if !e.Left.Latest.IsZero() {
		c.To = e.Left.Latest
	}
	if e.Fixes == 0 {
		return c
	}
	inside := fixes[e.First.Index : e.Last.Index+1]
	step := (len(inside) + mostSamples - 1) / mostSamples
	for i := 0; i < len(inside); i += step {
		c.Samples = append(c.Samples, authority.Sample{At: inside[i].Time, Position: inside[i].Position, Altitude: inside[i].Altitude})
	}
	return c
}

// looksOf lists whose ground a look shows, from inside and from outside the airspace of each.
func looksOf(l *authority.LookPlan, shift time.Duration, fixes []flight.Fix, line airspace.Line) []look {
	ground := map[airspace.State][]geodesy.Position{}
	for _, p := range groundOf(&l.Area) {
		states := line.StatesAt(p)
		for i := range states.Len() {
			ground[states.At(i)] = append(ground[states.At(i)], p)
		}
	}
	from, to := l.From.Add(shift), l.To.Add(shift)
	var out []look
	for s, places := range ground {
		seen := map[statement.Vantage]*look{}
		for i := range fixes {
			f := &fixes[i]
			if f.Time.Before(from) || f.Time.After(to) {
				continue
			}
			vantage := statement.Outside
			if over := line.StatesAt(f.Position); over.Has(s) {
				vantage = statement.Inside
			}
			x := seen[vantage]
			if x == nil {
				x = &look{vantage: vantage, LookIn: authority.LookIn{State: s, From: f.Time, Ground: places, Resolved: resolved(s, places, line)}}
				seen[vantage] = x
			}
			x.To = f.Time
		}
		for _, v := range []statement.Vantage{statement.Inside, statement.Outside} {
			if x := seen[v]; x != nil {
				out = append(out, *x)
			}
		}
	}
	slices.SortFunc(out, func(a, b look) int {
		if c := strings.Compare(string(a.State), string(b.State)); c != 0 {
			return c
		}
		return int(a.vantage) - int(b.vantage)
	})
	return out
}

// resolved reports whether some place is farther inside than the doubt of the line there.
func resolved(s airspace.State, places []geodesy.Position, line airspace.Line) bool {
	return slices.ContainsFunc(places, func(p geodesy.Position) bool {
		n, ok := line.Nearest(s, airspace.Limit, p, 1e6)
		return !ok || n.Distance > n.Uncertainty
	})
}

// groundOf are places of an area: its corners and a grid of 24 by 24 over it.
func groundOf(a *authority.Area) []geodesy.Position {
	corners := a.Polygon
	if len(corners) == 0 {
		corners = a.Line
	}
	low, high := corners[0], corners[0]
	var out []geodesy.Position
	for _, c := range corners {
		out = append(out, geodesy.Position{Lat: geodesy.Angle(c[1]), Lon: geodesy.Angle(c[0])})
		for k := range 2 {
			low[k], high[k] = min(low[k], c[k]), max(high[k], c[k])
		}
	}
	const cells = 24
	for i := range cells {
		for j := range cells {
			p := geodesy.Position{
				Lon: geodesy.Angle(low[0] + (high[0]-low[0])*(float64(i)+0.5)/cells), Lat: geodesy.Angle(low[1] + (high[1]-low[1])*(float64(j)+0.5)/cells),
			}
			if a.Holds(p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// flightOf is a flight as statements are set beside it.
func (w *world) flightOf(sortie string, p *authority.Plan, f *flown, fixes uint64) statement.Flight {
	event := func(kind, id string, at time.Time) statement.Event {
		w.sequence++
		return statement.Event{Kind: kind, ID: id, Recorded: at, Sequence: w.sequence}
	}
	closed := event("flight.closed/v1", f.number, f.to)
	out := statement.Flight{
		Number: f.number, Tail: p.Aircraft.Tail, Mission: sortie, From: f.from, To: f.to, Opened: event("flight.opened/v1", f.number, f.from), Closed: &closed, Fixes: fixes,
	}
	for i := range f.entries {
		e := &f.entries[i]
		stay := statement.Stay{
			State: e.State, Verdict: e.Verdict, Entered: e.Entered, Left: e.Left, Depth: e.FromLimit.Nearest.Distance, DepthKnown: e.FromLimit.Known,
			Event: event("entry.found/v1", fmt.Sprintf("%s:%d", f.number, i+1), f.to),
		}
		if e.Fixes > 0 {
			stay.First, stay.Last = e.First.Time, e.Last.Time
		}
		out.Entries = append(out.Entries, stay)
	}
	for i := range f.looks {
		l := &f.looks[i]
		frames := uint64(max(1, l.To.Sub(l.From)/every5))
		out.Frames, out.Seen = out.Frames+frames, out.Seen+frames
		out.Looks = append(out.Looks, statement.Look{
			State: l.State, From: l.vantage, Resolved: l.Resolved, Begin: l.From, End: l.To, Event: event("looked.into/v1", fmt.Sprintf("%s/%s/%d", f.number, l.State, i+1), f.to),
		})
	}
	return out
}
