package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/airspace"
	"overflight/authority"
	"overflight/coverage"
	"overflight/format/geojson"
	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/node"
	"overflight/internal/planning"
	"overflight/journal"
)

// PlanCleared says which earlier looks are taken off the map: those of a period, of one flight or of all.
type PlanCleared struct {
	Flight string    `json:"flight,omitempty" maxLength:"64"`
	Since  time.Time `json:"since,omitzero" required:"false"`
	Until  time.Time `json:"until,omitzero" required:"false" doc:"left out: the instant of the request, which the plan then states"`
}

// PlanFrom is where an aircraft in the air is.
type PlanFrom struct {
	Place  string  `json:"place" maxLength:"64" doc:"in any form of coordinates"`
	Course float64 `json:"course_deg" minimum:"0" maximum:"360" doc:"true"`
}

// PlanAsked is what a plan is asked for. A member that is left out has the value that the command gives it.
type PlanAsked struct {
	Aircraft   string          `json:"aircraft" maxLength:"64" doc:"a type of GET /plans/aircraft"`
	Base       string          `json:"base" maxLength:"64" doc:"a place, in any form of coordinates"`
	Hours      float64         `json:"hours" doc:"in the air, of each sortie"`
	Reserve    float64         `json:"reserve_hours" required:"false"`
	Speed      float64         `json:"speed_m_s,omitempty" doc:"through the air; left out: the cruise speed of the type"`
	Bank       float64         `json:"bank_deg" required:"false" default:"20"`
	WindFrom   float64         `json:"wind_from_deg,omitempty"`
	WindSpeed  float64         `json:"wind_m_s,omitempty"`
	Sweep      float64         `json:"sweep_km"`
	Detection  float64         `json:"detection"`
	Rest       float64         `json:"rest" required:"false" default:"0.1" doc:"probability that the place is nowhere on the map"`
	HalfLife   float64         `json:"half_life_h,omitempty" doc:"of dated tips; 0: they do not fade"`
	AsOf       time.Time       `json:"as_of,omitzero" required:"false" doc:"up to when tips fade; left out: the instant of the request, which the plan then states"`
	Lanes      *float64        `json:"lanes_deg,omitempty"`
	Sorties    int             `json:"sorties" required:"false" default:"1" maximum:"20"`
	Others     []PlanWing      `json:"others,omitempty" maxItems:"9" doc:"aircraft beside the first one"`
	Turnaround float64         `json:"turnaround_h" required:"false" default:"2" doc:"on the ground between two sorties of one aircraft"`
	Apart      float64         `json:"apart_km" required:"false" default:"5" doc:"that flights in the air at once keep from each other; 0: they need not"`
	TakeOff    time.Time       `json:"take_off,omitzero" required:"false" doc:"of the first flight; left out: it is not stated"`
	Seed       uint64          `json:"seed" required:"false" default:"1"`
	Iterations int             `json:"iterations" required:"false" default:"1000000" maximum:"20000000"`
	Soonest    bool            `json:"soonest,omitempty"`
	Patterns   bool            `json:"patterns,omitempty"`
	Reach      float64         `json:"reach_km,omitempty" doc:"of a turret whose gimbal is scheduled along the routes; 0: a camera that looks straight down"`
	Field      float64         `json:"field_deg" required:"false" default:"180"`
	Height     float64         `json:"height_m" required:"false" default:"4500" doc:"above base, in the mission file"`
	States     []string        `json:"states,omitempty" maxItems:"50" doc:"whose airspace is permitted, ISO 3166-1 alpha-3; none: everywhere outside the zones"`
	For        string          `json:"for,omitempty" maxLength:"64" doc:"a sortie whose plan is on record, or the number of a flight: what states permit it is where it may be and look"`
	Level      *float64        `json:"level_m,omitempty" doc:"that is flown at, for clearances that name levels"`
	Datum      string          `json:"level_datum,omitempty" enum:",HAE,MSL"`
	Prior      json.RawMessage `json:"prior" doc:"GeoJSON as overflight plan reads it: weighted polygons, and tips with sigma_m and date; or a map of overflight prior build, whose rest then counts"`
	Exclude    json.RawMessage `json:"exclude,omitempty" doc:"GeoJSON polygons that the aircraft keeps out of"`
	Cleared    *PlanCleared    `json:"cleared,omitempty"`
	Start      *PlanFrom       `json:"start,omitempty" doc:"for an aircraft in the air; left out: from base"`
}

// PlanWing is another aircraft of a plan. Its airspeed, bank, reserve and sensor are those of the request.
type PlanWing struct {
	Aircraft string  `json:"aircraft" maxLength:"64"`
	Base     string  `json:"base,omitempty" maxLength:"64" doc:"left out: that of the first"`
	Hours    float64 `json:"hours,omitempty" doc:"left out: those of the first"`
	Sorties  int     `json:"sorties" required:"false" default:"1" minimum:"1" maximum:"20"`
}

// fieldError says which member of a request an error is about.
type fieldError struct {
	field string
	err   error
}

func (e *fieldError) Error() string { return e.field + ": " + e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

func inField(field string, err error) error { return &fieldError{field, err} }

// planFields are the members of a request that the options of the command are called here, and their names on the page.
var planFields = map[string]struct{ field, name string }{
	"--aircraft":   {"aircraft", "page.plan.aircraft"},
	"--base":       {"base", "page.plan.base"},
	"--hours":      {"hours", "page.plan.hours"},
	"--reserve":    {"reserve_hours", "page.plan.reserve"},
	"--speed":      {"speed_m_s", "page.plan.speed"},
	"--bank":       {"bank_deg", "page.plan.bank"},
	"--wind":       {"wind_m_s", "page.plan.wind"},
	"--sweep":      {"sweep_km", "page.plan.sweep"},
	"--detection":  {"detection", "page.plan.detection"},
	"--rest":       {"rest", "page.plan.rest"},
	"--half-life":  {"half_life_h", "page.plan.half-life"},
	"--sorties":    {"sorties", "page.plan.sorties"},
	"--turnaround": {"turnaround_h", "page.plan.turnaround"},
	"--apart":      {"apart_km", "page.plan.apart"},
	"--for":        {"for", "page.plan.for"},
	"--others":     {"others", "page.plan.others"},
	"--iterations": {"iterations", "page.plan.iterations"},
	"--lanes":      {"lanes_deg", "page.plan.lanes"},
	"--states":     {"states", "page.plan.states"},
	"--exclude":    {"exclude", "page.plan.zones"},
	"--prior":      {"prior", "page.plan.areas"},
	"--cleared":    {"cleared", "page.plan.cleared"},
	"--from-now":   {"start", "page.plan.start"},
	"--reach":      {"reach_km", "page.plan.reach"},
	"--field":      {"field_deg", "page.plan.field"},
}

// faultFields are the members that faults are about whose code says it. Where the first argument is an option, it is that.
var faultFields = map[planning.Code]string{
	planning.CodeEmpty: "--prior", planning.CodeWeight: "--prior", planning.CodeFile: "--prior", planning.CodeLarge: "--prior",
	planning.CodeNothing: "--prior", planning.CodeFuture: "--prior", planning.CodePolar: "--prior",
	planning.CodeSum: "--prior", planning.CodeMass: "--prior", planning.CodeWhole: "--prior",
	planning.CodeAircraft: "--aircraft", planning.CodeFigure: "--speed", planning.CodeWind: "--wind", planning.CodeNarrow: "--sweep",
	planning.CodeEndurance: "--hours", planning.CodeShort: "--hours", planning.CodeLate: "--apart",
	planning.CodeExcluded: "--base", planning.CodeForbidden: "--base", planning.CodeFar: "--base", planning.CodeTooFar: "--base",
	planning.CodeStartExcluded: "--from-now", planning.CodeShut: "--from-now",
	planning.CodeNoSpace: "--states", planning.CodeNoAirspace: "--for",
	planning.CodeClearedValue: "--cleared", planning.CodeClearedEmpty: "--cleared", planning.CodeClearedTwice: "--cleared",
}

var option = regexp.MustCompile(`--[a-z]+(-[a-z]+)*`)

// planFault says what keeps a plan from being made: the sentence of the command, with the page's names for its options.
func planFault(f *planning.Fault, words *catalogue.Catalogue) (detail, field string) {
	about := faultFields[f.Code]
	for i, a := range f.Args {
		if name, ok := a.(string); ok && i == 0 && strings.HasPrefix(name, "--") {
			about = name
		}
	}
	said := words.Text("planning."+string(f.Code), f.Args...)
	if f.Code == planning.CodeFuture { // the instant that tips fade up to is now
		said = words.Text("page.plan.wrong.future", f.Args...)
	}
	detail = option.ReplaceAllStringFunc(said, func(name string) string {
		if known, ok := planFields[name]; ok {
			return "“" + words.Text(known.name) + "”"
		}
		return name
	})
	if f.Of != "" {
		return f.Of + ": " + detail, planFields["--others"].field
	}
	return detail, planFields[about].field
}

// planRequest reads what is asked, and states in it what it left to the instant of the request.
func (a *api) planRequest(ctx context.Context, asked *PlanAsked) (*planning.Request, error) {
	now := a.now().UTC().Truncate(time.Millisecond)
	if asked.AsOf.IsZero() {
		asked.AsOf = now
	}
	if asked.Cleared != nil && asked.Cleared.Until.IsZero() {
		asked.Cleared.Until = now
	}
	r := &planning.Request{
		Hours: hoursOf(asked.Hours), Reserve: hoursOf(asked.Reserve), Air: geodesy.Speed(asked.Speed), Bank: geodesy.Angle(asked.Bank),
		WindFrom: geodesy.Angle(asked.WindFrom), WindSpeed: geodesy.Speed(asked.WindSpeed), Rest: asked.Rest, HalfLife: hoursOf(asked.HalfLife), AsOf: asked.AsOf,
		Sweep: geodesy.Length(asked.Sweep) * geodesy.Kilometre, Detection: asked.Detection, Sorties: asked.Sorties, Seed: asked.Seed, Iterations: asked.Iterations,
		Soonest: asked.Soonest, Patterns: asked.Patterns, File: words(ctx).Text("page.plan.areas"),
		Turnaround: hoursOf(asked.Turnaround), Apart: geodesy.Length(asked.Apart) * geodesy.Kilometre, TakeOff: asked.TakeOff,
	}
	if asked.Reach != 0 {
		r.Sensor = &planning.Sensor{Reach: geodesy.Length(asked.Reach) * geodesy.Kilometre, Field: geodesy.Angle(asked.Field), Height: geodesy.Length(asked.Height)}
	}
	if asked.Lanes != nil {
		axis := geodesy.Angle(*asked.Lanes)
		r.Lanes = &axis
	}
	for _, x := range []struct {
		option      string
		value, most float64
	}{{"--speed", asked.Speed, 1000}, {"--wind", asked.WindSpeed, 150}, {"--half-life", asked.HalfLife, 1e6}} {
		if !(x.value >= 0 && x.value <= x.most) {
			return nil, &planning.Fault{Code: planning.CodeRange, Args: []any{x.option, fmt.Sprintf("%g", x.value), fmt.Sprintf("0..%g", x.most)}}
		}
	}
	known, err := a.airframes(ctx)
	if err != nil {
		return nil, err
	}
	if r.Aircraft, err = airframe(known, asked.Aircraft); err != nil {
		return nil, err
	}
	if r.Base, err = geodesy.ParsePosition(asked.Base); err != nil {
		return nil, inField("base", err)
	}
	if r.Others, err = wingsOf(asked, r, known); err != nil {
		return nil, inField("others", err)
	}
	if s := asked.Start; s != nil {
		at, err := geodesy.ParsePosition(s.Place)
		if err != nil {
			return nil, inField("start", err)
		}
		r.Start = &planning.Start{Position: at, Course: geodesy.Angle(s.Course)}
	}
	if err := a.planGround(ctx, asked, r); err != nil {
		return nil, err
	}
	return r, nil
}

func airframe(known []authority.Airframe, kind string) (authority.Airframe, error) {
	var types []string
	for _, f := range known {
		if strings.EqualFold(f.Type, kind) {
			return f, nil
		}
		types = append(types, f.Type)
	}
	return authority.Airframe{}, &planning.Fault{Code: planning.CodeAircraft, Args: []any{kind, strings.Join(types, ", ")}}
}

// wingsOf are the aircraft beside the first one. What is not said of them is as with that.
func wingsOf(asked *PlanAsked, r *planning.Request, known []authority.Airframe) ([]planning.Wing, error) {
	var out []planning.Wing
	for i := range asked.Others {
		x := &asked.Others[i]
		w := planning.Wing{Given: fmt.Sprintf("%d: %s", i+2, x.Aircraft), Base: r.Base, Hours: r.Hours, Air: r.Air, Sorties: x.Sorties}
		var err error
		if w.Aircraft, err = airframe(known, x.Aircraft); err != nil {
			return nil, err
		}
		if x.Base != "" {
			if w.Base, err = geodesy.ParsePosition(x.Base); err != nil {
				return nil, err
			}
		}
		if x.Hours != 0 {
			w.Hours = hoursOf(x.Hours)
		}
		out = append(out, w)
	}
	return out, nil
}

// planGround reads where is searched, where is not flown, and what earlier looks leave.
func (a *api) planGround(ctx context.Context, asked *PlanAsked, r *planning.Request) error {
	prior, err := planning.ReadPrior(r.File, asked.Prior)
	switch {
	case errors.Is(readingOf(err), geojson.ErrNoBoundary):
		return &planning.Fault{Code: planning.CodeEmpty, Args: []any{r.File}}
	case err != nil:
		return err
	}
	if r.Features, r.Map = prior.Features, prior.Map; r.Map != nil {
		if asked.HalfLife != 0 {
			return &planning.Fault{Code: planning.CodeWhole, Args: []any{r.File, "--half-life"}}
		}
		r.Rest = r.Map.Record.Rest // it says how likely the place is on none of it, and when its tips were faded
		asked.Rest, r.AsOf, asked.AsOf = r.Rest, r.Map.Record.AsOf, r.Map.Record.AsOf
	}
	if len(asked.Exclude) > 0 {
		if r.Excluded, err = geojson.ReadPolygons(asked.Exclude); err != nil {
			return &planning.Fault{Code: planning.CodeFile, Args: []any{"--exclude", err}}
		}
	}
	if len(asked.States) > 0 {
		states := make([]airspace.State, len(asked.States))
		for i, s := range asked.States {
			asked.States[i] = strings.ToUpper(strings.TrimSpace(s))
			states[i] = airspace.State(asked.States[i])
		}
		r.States, r.Permitted = strings.Join(asked.States, ", "), planning.Within(a.node.Line(), states)
	}
	if asked.Cleared != nil {
		if err := a.planCleared(ctx, asked.Cleared, r); err != nil {
			return err
		}
	}
	if asked.For == "" {
		return nil
	}
	return a.planAirspace(ctx, asked, r)
}

// planAirspace takes where the aircraft may be and look from what is on record of a sortie. That is asked about from the take-off on,
// which the plan then states.
func (a *api) planAirspace(ctx context.Context, asked *PlanAsked, r *planning.Request) error {
	if asked.TakeOff.IsZero() {
		asked.TakeOff = a.now().UTC().Truncate(time.Minute).Add(time.Minute)
	}
	r.TakeOff = asked.TakeOff
	line := a.node.Line()
	q := r.Question(line, r.TakeOff)
	known, err := a.node.Permits(ctx, node.PermitsRequest{
		Sortie: asked.For, From: q.From, To: q.To, States: q.States, Altitude: levelOf(asked.Level, asked.Datum), Prefer: mostOf(q.Ground),
	})
	if err != nil {
		return inField("for", err)
	}
	permits := permitsOf(known, words(ctx))
	r.Airspace, r.Inputs = permits.Airspace(line), append(r.Inputs, permits.Inputs()...)
	return nil
}

// readingOf is what reading a file says of it in the end.
func readingOf(err error) error {
	var f *planning.Fault
	if !errors.As(err, &f) || f.Code != planning.CodeFile {
		return err
	}
	for _, a := range f.Args {
		if said, ok := a.(error); ok {
			return said
		}
	}
	return err
}

// planCleared lays out what the looks of a period come to, over the ground that is searched.
func (a *api) planCleared(ctx context.Context, c *PlanCleared, r *planning.Request) error {
	q := node.Coverage{Period: Sought{Since: c.Since, Until: c.Until}.period()}
	name := c.Since.UTC().Format(time.RFC3339) + "/" + c.Until.UTC().Format(time.RFC3339)
	if c.Since.IsZero() {
		name = "≤ " + c.Until.UTC().Format(time.RFC3339)
	}
	if c.Flight != "" {
		sortie, err := journal.ParseSortie(c.Flight)
		if err != nil {
			return inField("cleared", err)
		}
		q.Flight, name = sortie, fmt.Sprintf("%s (%s)", sortie, name)
	}
	cover, err := a.node.Cover(ctx, q)
	if errors.Is(err, coverage.ErrEmpty) {
		return &planning.Fault{Code: planning.CodeClearedEmpty, Args: []any{name}}
	}
	if err != nil {
		return inField("cleared", err)
	}
	m := &raster.Raster{
		Columns: cover.Columns, Rows: cover.Rows, Values: make([]float64, cover.Columns*cover.Rows), CRS: raster.WGS84, Placed: true,
		Transform: raster.Transform{float64(cover.West), float64(cover.Width), 0, float64(cover.North), 0, -float64(cover.Height)},
	}
	for i := range m.Values {
		if x := cover.At(i%cover.Columns, i/cover.Columns); x.Looks > 0 {
			m.Values[i] = x.POD
		} else {
			m.Values[i] = nan
		}
	}
	r.Cleared = &planning.Cleared{Name: name, Raster: m}
	return nil
}

// hoursOf is a length of time; one that a clock cannot hold stays beyond every limit.
func hoursOf(h float64) time.Duration {
	const most = 1e6
	return time.Duration(min(max(h, -most), most) * float64(time.Hour))
}

// PlanAircraft is a type that plans can be made for, with the figures that they rest on. A figure that is 0 is not known.
type PlanAircraft struct {
	Type      string  `json:"type"`
	Name      string  `json:"name"`
	Cruise    float64 `json:"cruise_m_s"`
	Endurance float64 `json:"endurance_h"`
	Source    string  `json:"source"` // of the endurance
}

// airframes are the types on record, those that came with the product among them, each as it was described last.
func (a *api) airframes(ctx context.Context) ([]authority.Airframe, error) {
	var out []authority.Airframe
	err := a.node.Authority(ctx, func(r *authority.Register) error {
		for _, e := range r.Airframes(a.now()) {
			f := e.Act.Airframe
			if i := slices.IndexFunc(out, func(x authority.Airframe) bool { return x.Type == f.Type }); i >= 0 {
				out[i] = f
				continue
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

func (a *api) plans(h huma.API) {
	get(h, "/plans/aircraft", "list-airframes", "Types of aircraft that plans can be made for, with their figures", func(ctx context.Context, _ *struct{}) (*body[list[PlanAircraft]], error) {
		known, err := a.airframes(ctx)
		if err != nil {
			return nil, err
		}
		out := list[PlanAircraft]{Items: []PlanAircraft{}}
		for _, f := range known {
			out.Items = append(out.Items, PlanAircraft{Type: f.Type, Name: f.Name, Cruise: f.Cruise.Value, Endurance: f.Endurance.Value, Source: f.Endurance.Source})
		}
		return &body[list[PlanAircraft]]{out}, nil
	})
	p := newPlanner()
	operation(h, http.MethodPost, "/plans", "make-plan", "Plan a search: one object a line (PlanLine), the first plan and then each better one as it is found", func(ctx context.Context, in *planInput) (*huma.StreamResponse, error) {
		return a.makePlan(ctx, p, &in.Body)
	})
	get(h, "/plans", "list-plans", "Plans that were kept, the latest first", a.listPlans)
	get(h, "/plans/{id}", "get-plan", "A plan that was kept, or that whoever asks has just made", func(ctx context.Context, in *PlanPath) (*body[SearchPlan], error) {
		return a.onePlan(ctx, p, in)
	})
	operation(h, http.MethodPost, "/plans/{id}/keep", "keep-plan", "Put a plan on record that has just been made", func(ctx context.Context, in *keepInput) (*body[KeptSearch], error) {
		return a.keepPlan(ctx, p, in)
	})
	get(h, "/plans/{id}/files/{file}", "get-plan-file", "A plan as a file: the same as the command writes", func(ctx context.Context, in *planFileInput) (*huma.StreamResponse, error) {
		return a.planFileOf(ctx, p, in)
	})
}

type planInput struct{ Body PlanAsked }
