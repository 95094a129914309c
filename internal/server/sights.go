package server

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/validity"
)

// Sought is a period of looks; an end that is not given is open.
type Sought struct {
	Since time.Time `query:"since" doc:"RFC 3339; looks from then on"`
	Until time.Time `query:"until" doc:"RFC 3339; looks before then"`
}

func (s Sought) period() validity.Period { return validity.Period{From: s.Since, To: s.Until} }

// Spot is a place that is asked for.
type Spot struct {
	At  string  `query:"at" maxLength:"64" doc:"a place: degrees, degrees and minutes, degrees, minutes and seconds, or MGRS"`
	Lat float64 `query:"lat" minimum:"-90" maximum:"90" doc:"with lon, where at is left out"`
	Lon float64 `query:"lon" minimum:"-180" maximum:"180"`
	raw map[string]bool
}

// Resolve notes which of the numbers are there: none is not zero.
func (in *Spot) Resolve(c huma.Context) []error {
	in.raw = map[string]bool{"lat": c.Query("lat") != "", "lon": c.Query("lon") != ""}
	return nil
}

type looksInput struct {
	Page
	Sought
	Spot
}

// place is the place that is asked for.
func (in *Spot) place(ctx context.Context) (geodesy.Position, error) {
	if in.At != "" {
		return geodesy.ParsePosition(in.At)
	}
	for _, name := range []string{"lat", "lon"} {
		if !in.raw[name] {
			return geodesy.Position{}, requestProblem(ctx, &huma.ErrorModel{
				Status: http.StatusUnprocessableEntity,
				Errors: []*huma.ErrorDetail{{Message: "required query parameter is missing", Location: "query." + name}},
			})
		}
	}
	return geodesy.Position{Lat: geodesy.Angle(in.Lat), Lon: geodesy.Angle(in.Lon)}, nil
}

// Look is a time during which a path's frames showed a place. What is told of one frame is of the best of them.
type Look struct {
	Flight      string          `json:"flight"`
	Source      string          `json:"source"`
	From        *report.Instant `json:"from"`
	To          *report.Instant `json:"to"`
	Frames      uint64          `json:"frames"`
	Best        uint64          `json:"best_frame"` // its number in the path, from 0
	BestAt      *report.Instant `json:"best_time"`
	Corners     [4][2]float64   `json:"corners"` // of the ground of its best frame, longitude and latitude
	Sensor      *[2]float64     `json:"sensor"`  // longitude, latitude
	Height      *float64        `json:"height_m"`
	Slant       *float64        `json:"slant_range_m"`
	Grazing     *float64        `json:"grazing_deg"` // of the line of sight above the ground
	Azimuth     *float64        `json:"azimuth_deg"` // from the place to the sensor
	Resolution  *float64        `json:"resolution_m"`
	Band        string          `json:"band"`
	Light       string          `json:"light"`
	Terrain     string          `json:"terrain"`
	POD         float64         `json:"pod"`      // of the look, from all sides from which it was
	BestPOD     float64         `json:"best_pod"` // of its best frame: the product of the next two, under the ceiling
	ByDetail    float64         `json:"pod_resolution"`
	ByCanopy    float64         `json:"pod_canopy"`
	Nothing     string          `json:"nothing,omitempty" doc:"why it adds nothing: no-geometry, masked, dark, no-law, too-coarse"`
	Group       int             `json:"group"` // looks of one group may all have missed for one cause
	Uncertainty float64         `json:"uncertainty_m"`
}

// DetectionModel is the model by which looks are worth what they are.
type DetectionModel struct {
	Size       float64 `json:"size_m"`
	Cycles     float64 `json:"cycles"`
	Thermal    float64 `json:"thermal_cycles"`
	Columns    int     `json:"columns"`
	Rows       int     `json:"rows"`
	LeafArea   float64 `json:"leaf_area"`
	Extinction float64 `json:"extinction"`
	FrameCap   float64 `json:"frame_cap"`
	WholeCap   float64 `json:"whole_cap"`
	Reason     string  `json:"reason,omitempty"`
}

// Looks are the looks at a place. Without any, looked is false and pod is 0: nobody looked.
type Looks struct {
	Items       []Look          `json:"items"`
	Next        string          `json:"next"`
	At          [2]float64      `json:"at"` // longitude, latitude
	Since       *report.Instant `json:"since"`
	Until       *report.Instant `json:"until"`
	Looked      bool            `json:"looked"`
	Looks       int             `json:"looks"`
	Groups      int             `json:"groups"`
	POD         float64         `json:"pod"`
	Correlated  float64         `json:"pod_correlated"`
	Independent float64         `json:"pod_independent"`
	Model       DetectionModel  `json:"model"`
}

type areaInput struct {
	Sought
	Body struct {
		Areas [][][][2]float64 `json:"areas" minItems:"1" maxItems:"10000" doc:"rings of longitude and latitude, by even and odd in each area; ground in two areas is looked for once"`
	}
}

// AreaLook is what one source of a flight saw of an area.
type AreaLook struct {
	Flight  string          `json:"flight"`
	Source  string          `json:"source"`
	From    *report.Instant `json:"from"`
	To      *report.Instant `json:"to"`
	Frames  int             `json:"frames"`
	AreaKm2 float64         `json:"area_km2"`
	POD     float64         `json:"pod"` // mean over what it saw
}

// Unlooked is a piece of ground that nobody looked at.
type Unlooked struct {
	Middle  [2]float64 `json:"middle"`
	AreaKm2 float64    `json:"area_km2"`
	Box     [4]float64 `json:"box"` // west, south, east, north
}

// AreaLooks are the looks at an area.
type AreaLooks struct {
	Flights []AreaLook      `json:"flights"`
	Since   *report.Instant `json:"since"`
	Until   *report.Instant `json:"until"`
	Looked  bool            `json:"looked"`
	AreaKm2 float64         `json:"area_km2"`
	SeenKm2 float64         `json:"seen_km2"`
	POD     float64         `json:"pod"` // mean over the whole area
	Cell    float64         `json:"cell_m"`
	Gaps    []Unlooked      `json:"gaps"` // the largest first
	Model   DetectionModel  `json:"model"`
}

func (a *api) sights(h huma.API) {
	get(h, "/looks", "list-looks", "Who looked at a place, when, from where and with what probability; nobody is an answer", a.looks)
	get(h, "/looks/nearest", "nearest-look", "The ground that was looked at nearest to a place, for where nobody looked", a.nearest)
	operation(h, http.MethodPost, "/looks/area", "looks-in", "Who looked at an area, and what of it nobody did", a.looksIn)
	get(h, "/flights/{flight}/coverage", "get-coverage", "What a flight's looks come to, as a raster", func(ctx context.Context, in *flightCoverageInput) (*huma.StreamResponse, error) {
		sortie, err := journal.ParseSortie(in.Flight)
		if err != nil {
			return nil, err
		}
		return a.cover(ctx, sortie, &in.CoverageInput)
	})
	get(h, "/coverage", "all-coverage", "What all flights' looks in a period come to, as a raster", func(ctx context.Context, in *CoverageInput) (*huma.StreamResponse, error) {
		return a.cover(ctx, journal.Sortie{}, in)
	})
}

func (a *api) model() DetectionModel {
	m := a.node.Model()
	return DetectionModel{
		Size: float64(m.Size), Cycles: m.Cycles, Thermal: m.ThermalCycles, Columns: m.Columns, Rows: m.Rows, LeafArea: m.LeafArea, Extinction: m.Extinction,
		FrameCap: m.FrameCap, WholeCap: m.WholeCap, Reason: a.node.Config().Detection.Reason,
	}
}

func (a *api) looks(ctx context.Context, in *looksInput) (*body[Looks], error) {
	at, err := in.place(ctx)
	if err != nil {
		return nil, err
	}
	first, err := in.offset()
	if err != nil {
		return nil, err
	}
	got, err := a.answers.whole(at, in.period(), first, in.Limit, func() (node.PlaceLooks, error) { return a.node.LooksAt(ctx, at, in.period()) })
	if err != nil {
		return nil, err
	}
	part, next, err := partOf(in.Page, got.Visits)
	if err != nil {
		return nil, err
	}
	out := Looks{
		Items: make([]Look, len(part)), Next: next, At: [2]float64{float64(at.Lon), float64(at.Lat)}, Since: stamp(in.Since), Until: stamp(in.Until), Looked: len(got.Visits) > 0,
		Looks: got.Sum.Looks, Groups: got.Sum.Groups, POD: rounded(got.Sum.POD), Correlated: rounded(got.Sum.Correlated),
		Independent: rounded(got.Sum.Independent), Model: a.model(),
	}
	for i := range part {
		out.Items[i] = lookOf(&part[i])
	}
	return &body[Looks]{out}, nil
}

// offset reads the cursor of a list that is made anew for every part.
func (p Page) offset() (int, error) {
	if p.After == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(p.After)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: %.40q", sqlite.ErrCursor, p.After)
	}
	return n, nil
}

// rounded keeps what is said of a probability to what is known of it.
func rounded(p float64) float64 { return math.Round(p*1e4) / 1e4 }

func lookOf(v *node.Visit) Look {
	l := &v.Visit.Look
	out := Look{
		Flight: v.Flight.String(), Source: v.Source, From: stamp(v.From), To: stamp(v.To), Frames: uint64(v.Frames), Best: v.Best.Number,
		BestAt: stamp(v.Best.Time), Band: l.Band.String(), Light: l.Light.String(), Terrain: l.Masking.String(), POD: rounded(v.Whole.POD), BestPOD: rounded(v.POD),
		ByDetail: rounded(v.Resolution), ByCanopy: rounded(v.Canopy), Nothing: v.Why.String(), Group: int(l.Group()), Uncertainty: float64(v.Best.Uncertainty),
	}
	for i, c := range v.Best.Corners {
		out.Corners[i] = [2]float64{float64(c.Lon), float64(c.Lat)}
	}
	if eye, ok := v.Best.Eye.Get(); ok {
		out.Sensor = &[2]float64{float64(eye.Lon), float64(eye.Lat)}
	}
	if h, ok := v.Best.Height.Get(); ok {
		out.Height = number(float64(h), 1)
	}
	if l.Known {
		out.Slant, out.Grazing, out.Azimuth = number(float64(l.Range), 1), number(float64(l.Grazing), 2), number(float64(l.Azimuth), 2)
		out.Resolution = number(float64(l.Resolution), 4)
	}
	return out
}

func number(v float64, decimals int) *float64 {
	k := math.Pow10(decimals)
	v = math.Round(v*k) / k
	return &v
}

func (a *api) looksIn(ctx context.Context, in *areaInput) (*body[AreaLooks], error) {
	var area coverage.Area
	for _, one := range in.Body.Areas {
		var rings [][]geodesy.Position
		for _, r := range one {
			var ring []geodesy.Position
			for _, p := range r {
				ring = append(ring, geodesy.Position{Lat: geodesy.Angle(p[1]), Lon: geodesy.Angle(p[0])})
			}
			rings = append(rings, ring)
		}
		part, err := coverage.NewArea(rings)
		if err != nil {
			return nil, err
		}
		area.Join(part)
	}
	got, err := a.node.LooksIn(ctx, &area, in.period())
	if err != nil {
		return nil, err
	}
	out := AreaLooks{
		Flights: []AreaLook{}, Gaps: []Unlooked{}, Since: stamp(in.Since), Until: stamp(in.Until), Looked: got.Seen > 0, AreaKm2: got.AreaKm2, SeenKm2: got.Seen,
		POD: rounded(got.POD), Cell: math.Round(float64(got.Cell)), Model: a.model(),
	}
	for i := range got.Flights {
		f := &got.Flights[i]
		out.Flights = append(out.Flights, AreaLook{
			Flight: f.Flight.String(), Source: f.Source, From: stamp(f.Period.From), To: stamp(f.Period.To), Frames: f.Frames, AreaKm2: f.AreaKm2, POD: rounded(f.POD),
		})
	}
	for _, g := range got.Gaps[:min(len(got.Gaps), mostGaps)] {
		out.Gaps = append(out.Gaps, unlookedOf(&g))
	}
	return &body[AreaLooks]{out}, nil
}

// mostGaps is how many gaps are named.
const mostGaps = 100

func unlookedOf(g *coverage.Gap) Unlooked {
	return Unlooked{
		Middle: [2]float64{float64(g.Middle.Lon), float64(g.Middle.Lat)}, AreaKm2: g.AreaKm2,
		Box: [4]float64{float64(g.Bounds.West), float64(g.Bounds.South), float64(g.Bounds.East), float64(g.Bounds.North)},
	}
}
