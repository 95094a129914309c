package planning

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"overflight/internal/catalogue"
)

// Document is the plan as other programs read it.
type Document struct {
	Kind        string          `json:"kind"` // "search-plan/v1"
	Aircraft    string          `json:"aircraft"`
	Base        [2]float64      `json:"base"` // latitude, longitude
	Hours       float64         `json:"hours"`
	Reserve     float64         `json:"reserve_hours"`
	Airspeed    float64         `json:"airspeed_m_s"`
	Bank        float64         `json:"bank_deg"`
	Turn        float64         `json:"turn_radius_m"`
	WindFrom    float64         `json:"wind_from_deg"`
	WindSpeed   float64         `json:"wind_m_s"`
	Sweep       float64         `json:"sweep_width_m"`
	Detection   float64         `json:"detection"`
	Prior       string          `json:"prior"`
	Rest        float64         `json:"rest_of_world"`
	Lanes       float64         `json:"lanes_azimuth_deg"`
	Cell        float64         `json:"cell_m"`
	Columns     int             `json:"columns"`
	Rows        int             `json:"rows"`
	Seed        uint64          `json:"seed"`
	Iterations  int             `json:"iterations"`
	Soonest     bool            `json:"soonest"`
	POS         float64         `json:"pos"`
	Bound       float64         `json:"bound"`
	Share       float64         `json:"share_of_bound"`
	Turning     float64         `json:"bound_with_turns,omitempty"` // B5, where it was asked for
	Sorties     []SortieSummary `json:"sorties"`
	Patterns    []PatternShare  `json:"patterns,omitempty"`
	Turret      *TurretSummary  `json:"turret,omitempty"`
	Assumptions []string        `json:"assumptions"`

	AsOf     *time.Time     `json:"as_of,omitempty"` // that tips fade up to, where they do
	HalfLife float64        `json:"half_life_h"`
	Inputs   []Input        `json:"inputs"`
	Layers   []LayerSummary `json:"layers"`
	Excluded int            `json:"excluded_polygons"`
	States   string         `json:"states,omitempty"` // whose airspace is permitted, with --states
	Pattern  string         `json:"pattern,omitempty"`
	Resumed  string         `json:"resumed,omitempty"`
	InAir    *InAirSummary  `json:"in_air,omitempty"`
	Found    []FoundSummary `json:"found"`
	Value    *ValueSummary  `json:"value,omitempty"`

	Fleet      []AircraftSummary `json:"fleet"`
	Turnaround float64           `json:"turnaround_h"`
	Apart      float64           `json:"apart_m"`
	TakeOff    *time.Time        `json:"take_off,omitempty"`
	Closest    *ClosestSummary   `json:"closest,omitempty"`
	Airspace   *AirspaceSummary  `json:"airspace,omitempty"`
}

// TurretSummary is what a gimbal schedule along the routes comes to.
type TurretSummary struct {
	Reach float64 `json:"reach_m"`
	Field float64 `json:"field_deg"`
	Rate  float64 `json:"rate_m2_s"`
	Looks int     `json:"looks"`
	POS   float64 `json:"pos"`
	Bound float64 `json:"bound"`
	Share float64 `json:"share_of_bound"`

	Anywhere float64 `json:"bound_of_any_route"`
	Orbits   int     `json:"orbits"` // in each sortie
	Height   float64 `json:"height_m,omitempty"`
	Pixel    float64 `json:"pixel_rad,omitempty"`
	Coarsest float64 `json:"gsd_m,omitempty"`
}

// SortieSummary is a flight without its route, which the GeoJSON has.
type SortieSummary struct {
	POS      float64 `json:"pos"`
	Length   float64 `json:"length_m"`
	Sensed   float64 `json:"sensed_m"`
	Duration float64 `json:"duration_h"`
	Lanes    int     `json:"lanes"`

	Aircraft int        `json:"aircraft"` // which of the fleet, from 1
	Number   int        `json:"number"`   // which sortie of it
	Base     [2]float64 `json:"base"`
	Begins   float64    `json:"begins_h"` // after the first take-off
}

// AircraftSummary is an aircraft of the plan.
type AircraftSummary struct {
	Type     string     `json:"type"`
	Base     [2]float64 `json:"base"`
	Hours    float64    `json:"hours"`
	Airspeed float64    `json:"airspeed_m_s"`
	Turn     float64    `json:"turn_radius_m"`
	Sorties  int        `json:"sorties"`
}

// LayerSummary is a raster that adds to the map.
type LayerSummary struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight"`
}

// InAirSummary is the flight whose rest is planned, and where it begins.
type InAirSummary struct {
	Flight  string     `json:"flight,omitempty"`
	At      *time.Time `json:"at,omitempty"`
	TookOff *time.Time `json:"took_off,omitempty"`
	Start   [2]float64 `json:"start"`
	Course  float64    `json:"course_deg"`
	Seen    bool       `json:"looks_taken_off"`
	Leaves  float64    `json:"leaves_m,omitempty"`
}

// FoundSummary is a place that is not looked for any more.
type FoundSummary struct {
	Position [2]float64 `json:"position"`
	Radius   float64    `json:"radius_m"`
}

// ValueSummary is what a plan comes to where finds count by when they are made, beside bound B4.
type ValueSummary struct {
	Value float64 `json:"value"`
	Bound float64 `json:"bound"`
	Share float64 `json:"share_of_bound"`
}

// ClosestSummary is how close two flights come while both are in the air, away from base.
type ClosestSummary struct {
	Distance float64 `json:"distance_m"`
	After    float64 `json:"after_h"`
	Sorties  [2]int  `json:"sorties"`
}

// PatternShare is a pattern of IAMSAR over the same task.
type PatternShare struct {
	Pattern string  `json:"pattern"`
	POS     float64 `json:"pos"`
	Share   float64 `json:"share_of_bound"`
}

// Share is the POS by its bound.
func (p *Plan) Share() float64 {
	if p.Bound == 0 {
		return 0
	}
	return p.POS / p.Bound
}

// Document returns the plan as a document, its assumptions in a language.
func (p *Plan) Document(words *catalogue.Catalogue) Document {
	r := p.Request
	d := Document{
		Kind: "search-plan/v1", Aircraft: r.Aircraft.Type, Base: pair(r.Base), Hours: r.Hours.Hours(), Reserve: r.Reserve.Hours(),
		Airspeed: float64(p.Speed), Bank: float64(r.Bank), Turn: float64(p.Turn), WindFrom: float64(r.WindFrom), WindSpeed: float64(r.WindSpeed),
		Sweep: float64(r.Sweep), Detection: r.Detection, Prior: r.File, Rest: r.Rest, Lanes: math.Mod(float64(p.Axis), 90), Cell: float64(p.Cell), Columns: p.Columns, Rows: p.Rows,
		Seed: r.Seed, Iterations: r.Iterations, Soonest: r.Soonest, POS: p.POS, Bound: p.Bound, Share: p.Share(), Turning: p.Turning, Assumptions: p.assumptions(words),
	}
	for _, s := range p.Sorties {
		d.Sorties = append(d.Sorties, SortieSummary{
			POS: s.POS, Length: float64(s.Length), Sensed: float64(s.Sensed), Duration: s.Duration.Hours(), Lanes: s.Lanes,
			Aircraft: s.Wing + 1, Number: s.Number, Base: pair(s.Base), Begins: s.Begins.Hours(),
		})
	}
	for k := range p.wings {
		w := &p.wings[k]
		d.Fleet = append(d.Fleet, AircraftSummary{Type: w.Aircraft.Type, Base: pair(w.Base), Hours: w.Hours.Hours(), Airspeed: float64(w.airspeed.Air), Turn: float64(w.task.Turn), Sorties: w.Sorties})
	}
	d.HalfLife, d.Inputs, d.Layers, d.Found = r.HalfLife.Hours(), append([]Input{}, r.Inputs...), []LayerSummary{}, []FoundSummary{}
	if r.HalfLife > 0 {
		at := r.AsOf.UTC()
		d.AsOf = &at
	}
	d.Excluded, d.States, d.Pattern = len(r.Excluded), r.States, string(r.Pattern)
	for i := range r.Layers {
		d.Layers = append(d.Layers, LayerSummary{r.Layers[i].Name, r.Layers[i].Weight})
	}
	for _, x := range r.Found {
		d.Found = append(d.Found, FoundSummary{pair(x.Position), float64(x.Radius)})
	}
	if r.Resume != nil {
		d.Resumed = r.Resume.Route.Name
	}
	if r.Start != nil {
		d.InAir = &InAirSummary{Start: pair(r.Start.Position), Course: float64(r.Start.Course), Seen: r.Flown != nil, Leaves: float64(p.Leaves)}
		if f := r.InAir; f != nil {
			at, off := f.At.UTC(), f.TookOff.UTC()
			d.InAir.Flight, d.InAir.At, d.InAir.TookOff = f.Flight, &at, &off
		}
	}
	if p.Value != nil {
		d.Value = &ValueSummary{p.Value.Value, p.Value.Bound, p.Value.share()}
	}
	d.Turnaround, d.Apart = r.Turnaround.Hours(), float64(r.Apart)
	if !r.TakeOff.IsZero() {
		at := r.TakeOff.UTC()
		d.TakeOff = &at
	}
	if r.Airspace != nil {
		d.Airspace = r.Airspace.summary(p.touched)
	}
	if c := p.Closest; c != nil {
		d.Closest = &ClosestSummary{Distance: float64(c.Distance), After: c.After.Hours(), Sorties: c.Sorties}
	}
	for _, x := range p.Patterns {
		d.Patterns = append(d.Patterns, PatternShare{Pattern: string(x.Name), POS: x.POS, Share: x.POS / p.First})
	}
	if g := p.Turret; g != nil {
		d.Turret = &TurretSummary{
			Reach: float64(g.Turret.Farthest), Field: float64(g.Turret.Field), Rate: g.Turret.Rate, Looks: len(g.Glances), POS: g.POS, Bound: g.Bound, Share: g.share(),
			Anywhere: g.Anywhere, Orbits: g.Sensor.Orbits, Height: float64(g.Sensor.Height), Pixel: g.Sensor.Pixel, Coarsest: float64(g.Sensor.Coarsest),
		}
	}
	return d
}

// WriteJSON writes the document, in English whatever the language, for programs.
func (p *Plan) WriteJSON(w io.Writer, _ *catalogue.Catalogue) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p.Document(catalogue.Open(catalogue.English)))
}
