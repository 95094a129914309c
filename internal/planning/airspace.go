package planning

import (
	"maps"
	"slices"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/search"
)

// Airspace is what is on record about where a sortie may be and look, for planning by it. It is for one plan at a time.
type Airspace struct {
	Line     airspace.Line // by which places are told
	Permits  map[airspace.State]Permit
	Sortie   string // whose plan is asked about
	RuleSet  string
	From, To time.Time // the period that was asked about
	Known    time.Time

	touched map[airspace.State]bool // states in whose airspace a position was asked for
}

// Permit is what a state permits, and why, in words.
type Permit struct {
	authority.Permit
	EnterText, LookText string
}

// states are those whose airspace holds a place.
func (a *Airspace) states(p geodesy.Position) []airspace.State {
	held := a.Line.StatesAt(p)
	out := make([]airspace.State, held.Len())
	for i := range out {
		out[i] = held.At(i)
	}
	return out
}

// holds tells whether an aircraft may be at a place: every state whose airspace that is has to let it, and of one that it may
// not enter it keeps the distance that the state asks for.
func (a *Airspace) holds(p geodesy.Position) bool {
	depth := func(s airspace.State, limit geodesy.Length) geodesy.Length {
		n, ok := a.Line.Nearest(s, airspace.Limit, p, limit)
		if !ok {
			return limit
		}
		return n.Distance
	}
	ok := true
	for _, s := range a.states(p) {
		if a.touched == nil {
			a.touched = map[airspace.State]bool{}
		}
		a.touched[s] = true
		x, asked := a.Permits[s]
		ok = ok && asked && x.Holds(p, depth)
	}
	if !ok {
		return false
	}
	for s, x := range a.Permits {
		if x.StandOff > 0 && x.Enter.Outcome != authority.Pass {
			if n, near := a.Line.Nearest(s, airspace.Limit, p, geodesy.Length(x.StandOff)); near && n.Distance < geodesy.Length(x.StandOff) {
				return false
			}
		}
	}
	return true
}

// shows tells whether ground of some states may be looked at from other airspace.
func (a *Airspace) shows(states []airspace.State, ground geodesy.Position) bool {
	for _, s := range states {
		x, asked := a.Permits[s]
		if !asked || !x.Shows(ground) {
			return false
		}
	}
	return true
}

// permitted tells whether an aircraft may be at a place, by everything that was asked for.
func (r *Request) permitted(p geodesy.Position) bool {
	return (r.Permitted == nil || r.Permitted(p)) && (r.Airspace == nil || r.Airspace.holds(p))
}

// detection is that of a look straight down by cells: none at ground that may be looked at neither from above nor from outside.
func (r *Request) detection(f frame, p *search.Prior) []float64 {
	if r.Airspace == nil {
		return []float64{r.Detection}
	}
	out := make([]float64, p.Cells())
	for c := range out {
		at := f.position(p.Centre(c%p.Columns, c/p.Columns))
		states := r.Airspace.states(at)
		if r.Airspace.holds(at) || r.Airspace.shows(states, at) {
			out[c] = r.Detection
		}
	}
	return out
}

// refused says which clearance is missing for a plan to be feasible: of the states in whose airspace the ground lies that is
// worth a look, and the base.
func (r *Request) refused(f frame, p *search.Prior, base geodesy.Position) error {
	a := r.Airspace
	missing := map[airspace.State]bool{}
	ask := func(q geodesy.Position) {
		if !a.holds(q) {
			for _, s := range a.states(q) {
				if x := a.Permits[s]; x.Enter.Outcome != authority.Pass || x.Area != nil || len(x.Within) > 0 || x.Deepest > 0 {
					missing[s] = true
				}
			}
		}
	}
	ask(base)
	for c, m := range p.POC {
		if m > 0 {
			ask(f.position(p.Centre(c%p.Columns, c/p.Columns)))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var states, reasons []string
	for _, s := range slices.Sorted(maps.Keys(missing)) {
		states = append(states, string(s))
		x, asked := a.Permits[s]
		text := x.EnterText
		if !asked || text == "" {
			text = "?"
		}
		reasons = append(reasons, text)
	}
	return fault(CodeNoAirspace, a.Sortie, instant(a.From), instant(a.To), strings.Join(reasons, " "), strings.Join(states, ", "))
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

// lines say what was on record of the states in whose airspace the plan might have flown.
func (a *Airspace) lines(words *catalogue.Catalogue, touched []airspace.State) []string {
	out := []string{words.Text("plan.airspace", a.Sortie, a.RuleSet, instant(a.From), instant(a.To), instant(a.Known))}
	for _, s := range touched {
		x, asked := a.Permits[s]
		switch {
		case !asked:
			out = append(out, "  "+words.Text("plan.airspace.not", string(s), ""))
		case x.Enter.Outcome == authority.Pass:
			text := x.EnterText
			if x.Area != nil || len(x.Within) > 0 || x.Deepest > 0 {
				text += " " + words.Text("plan.airspace.part")
			}
			if len(x.Others) > 0 {
				text += " " + words.Text("plan.airspace.others", strings.Join(x.Others, ", "))
			}
			out = append(out, "  "+words.Text("plan.airspace.may", string(s), text))
		default:
			out = append(out, "  "+words.Text("plan.airspace.not", string(s), x.EnterText))
		}
		if asked && x.Look.Outcome != authority.Pass {
			out = append(out, "  "+words.Text("plan.airspace.no-looks", string(s), x.LookText))
		}
	}
	return out
}

// within holds the flights of a plan to the period that was asked about.
func (a *Airspace) within(p *Plan) error {
	last := time.Duration(0)
	for i := range p.Sorties {
		last = max(last, p.Sorties[i].Begins+p.Sorties[i].Duration)
	}
	if end := a.From.Add(last); end.After(a.To) {
		return fault(CodeLate, instant(end), instant(a.To))
	}
	return nil
}

// AirspaceSummary is what was on record of the states where the plan might have flown.
type AirspaceSummary struct {
	Sortie  string         `json:"sortie"`
	RuleSet string         `json:"ruleset"`
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"`
	Known   time.Time      `json:"known"`
	States  []StateSummary `json:"states"`
}

// StateSummary is what one of them permits.
type StateSummary struct {
	State     string `json:"state"`
	Enter     string `json:"enter"` // "pass", "fail", "unknown"
	Clearance string `json:"clearance,omitempty"`
	EnterCode string `json:"enter_code"`
	Look      string `json:"look"`
	LookCode  string `json:"look_code"`
}

func (a *Airspace) summary(touched []airspace.State) *AirspaceSummary {
	out := &AirspaceSummary{Sortie: a.Sortie, RuleSet: a.RuleSet, From: a.From.UTC(), To: a.To.UTC(), Known: a.Known.UTC(), States: []StateSummary{}}
	for _, s := range touched {
		x := a.Permits[s]
		out.States = append(out.States, StateSummary{
			State: string(s), Enter: x.Enter.Outcome.String(), Clearance: x.Clearance, EnterCode: string(x.Enter.Code), Look: x.Look.Outcome.String(), LookCode: string(x.Look.Code),
		})
	}
	return out
}
