package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/planning"
	"overflight/internal/report"
	"overflight/journal"
)

type permitsInput struct {
	Body struct {
		Plan     *authority.Plan  `json:"plan,omitempty" doc:"whose aircraft, operator and sensors are asked about; without it, those of the plan of sortie"`
		Sortie   string           `json:"sortie,omitempty" doc:"a sortie on record, or the number of a flight"`
		From     time.Time        `json:"from,omitempty" doc:"of the period that is asked about; those of the plan when left out"`
		To       time.Time        `json:"to,omitempty"`
		Known    time.Time        `json:"known_at,omitempty" doc:"by what was known then"`
		Altitude *float64         `json:"altitude_m,omitempty" doc:"that is flown at; what depends on one stays unknown without it"`
		Datum    string           `json:"datum,omitempty" enum:",HAE,MSL"`
		States   []airspace.State `json:"states" minItems:"1" maxItems:"300" doc:"ISO 3166-1 alpha-3"`
		Ground   [][2]float64     `json:"ground,omitempty" maxItems:"2000" doc:"longitude and latitude of places that are worth a look: of several clearances that cover the flight the one that holds most of them is taken"`
	}
}

// Permit is what a state permits, in words.
type Permit struct {
	authority.Permit
	EnterText string `json:"enter_text"`
	LookText  string `json:"look_text"`
}

// Permits are what states permit a sortie in a period, by what is on record.
type Permits struct {
	Sortie   string                `json:"sortie"`
	Operator authority.Party       `json:"operator"`
	Plan     evidence.Digest       `json:"plan_sha256"` // zeros for one that is not on record
	From     time.Time             `json:"from"`
	To       time.Time             `json:"to"`
	Known    time.Time             `json:"known"`
	RuleSet  string                `json:"ruleset"`
	Rules    evidence.Digest       `json:"ruleset_sha256"`
	Items    []Permit              `json:"items"`
	Sensors  []authority.SensorUse `json:"sensors"`
}

// Whereabouts is where a flight is by the newest that is known, or was at an instant.
type Whereabouts struct {
	Flight   string          `json:"flight"`
	Time     *report.Instant `json:"time"`
	Lat      float64         `json:"lat"`
	Lon      float64         `json:"lon"`
	Course   float64         `json:"course_deg"` // true
	Altitude *float64        `json:"altitude_m"`
	Datum    string          `json:"datum"`
	TookOff  *report.Instant `json:"took_off"` // the earliest instant of the record
	Open     bool            `json:"open"`
	Live     bool            `json:"live"` // of the stream, not sealed yet
}

// mostOf prefers of several clearances the one whose area holds most places of some ground; nil where there is no ground to tell by.
func mostOf(ground []geodesy.Position) func(airspace.State, *authority.Area) float64 {
	if len(ground) == 0 {
		return nil
	}
	return func(_ airspace.State, area *authority.Area) float64 {
		held := 0.0
		for _, g := range ground {
			if area.Holds(g) {
				held++
			}
		}
		return held
	}
}

// levelOf is an altitude that is flown at: above mean sea level unless it is said to be above the ellipsoid, unknown where none is given.
func levelOf(metres *float64, datum string) geodesy.Altitude {
	switch {
	case metres == nil:
		return geodesy.Altitude{Datum: geodesy.UnknownDatum}
	case datum == "HAE":
		return geodesy.Altitude{Value: geodesy.Length(*metres), Datum: geodesy.HAE}
	}
	return geodesy.Altitude{Value: geodesy.Length(*metres), Datum: geodesy.MSL}
}

// Airspace is what a plan is made by: these permits on a boundary line.
func (p *Permits) Airspace(line airspace.Line) *planning.Airspace {
	a := &planning.Airspace{Line: line, Permits: map[airspace.State]planning.Permit{}, Sortie: p.Sortie, RuleSet: p.RuleSet, From: p.From, To: p.To, Known: p.Known}
	for _, x := range p.Items {
		a.Permits[x.State] = planning.Permit{Permit: x.Permit, EnterText: x.EnterText, LookText: x.LookText}
	}
	return a
}

// Inputs are what a plan by these permits rests on: the plan on record and the rule set.
func (p *Permits) Inputs() []planning.Input {
	return []planning.Input{{Option: "--for", Name: p.Sortie, SHA256: p.Plan}, {Option: "ruleset", Name: p.RuleSet, SHA256: p.Rules}}
}

type positionInput struct {
	FlightPath
	At time.Time `query:"at" doc:"of the last fix until then; left out: of the newest that is known"`
}

func (a *api) permits(h huma.API) {
	operation(h, http.MethodPost, "/plans/permits", "list-permits", "Where states let a sortie be and look in a period, before its route is known", func(ctx context.Context, in *permitsInput) (*body[Permits], error) {
		b := &in.Body
		q := node.PermitsRequest{Plan: b.Plan, Sortie: b.Sortie, From: b.From, To: b.To, Known: b.Known, States: b.States, Altitude: levelOf(b.Altitude, b.Datum)}
		ground := make([]geodesy.Position, len(b.Ground))
		for i, g := range b.Ground {
			ground[i] = geodesy.Position{Lon: geodesy.Angle(g[0]), Lat: geodesy.Angle(g[1])}
		}
		q.Prefer = mostOf(ground)
		p, err := a.node.Permits(ctx, q)
		if err != nil {
			return nil, err
		}
		return &body[Permits]{permitsOf(p, words(ctx))}, nil
	})
	get(h, "/flights/{flight}/position", "get-position", "Where a flight is by the newest that is known, or was at an instant, and its course", func(ctx context.Context, in *positionInput) (*body[Whereabouts], error) {
		flight, err := journal.ParseSortie(in.Flight)
		if err != nil {
			return nil, err
		}
		w, err := a.node.Whereabouts(ctx, flight, in.At)
		if err != nil {
			return nil, err
		}
		out := Whereabouts{
			Flight: flight.String(), Time: stamp(w.At), Lat: float64(w.Position.Lat), Lon: float64(w.Position.Lon), Course: float64(w.Course),
			TookOff: stamp(w.TookOff), Open: w.Open, Live: w.Live, Datum: w.Altitude.Datum.String(),
		}
		if w.Altitude.Datum != geodesy.UnknownDatum {
			v := float64(w.Altitude.Value)
			out.Altitude = &v
		}
		return &body[Whereabouts]{out}, nil
	})
}

func permitsOf(p *node.Permitted, w *catalogue.Catalogue) Permits {
	out := Permits{
		Sortie: p.Plan.Sortie, Operator: p.Plan.Operator, Plan: p.Filed, From: p.From, To: p.To, Known: p.Known, RuleSet: p.RuleSet, Rules: p.Rules,
		Items: []Permit{}, Sensors: p.Plan.Sensors,
	}
	for i := range p.Permits {
		x := &p.Permits[i]
		out.Items = append(out.Items, Permit{Permit: *x, EnterText: w.Sentence(x.Enter.Code, x.Enter.Args), LookText: w.Sentence(x.Look.Code, x.Look.Args)})
	}
	return out
}
