// Package report says what an account found: as JSON for programs, as a table for a terminal, as
// GeoJSON for maps and as one self-contained page for people who decide.
//
// All four are made from an Account, whose JSON form is the contract of docs/json.md. The texts are in
// the catalogue. Nothing here judges: words are those of geometry.
package report

import (
	"encoding/json"
	"io"
	"time"

	"overflight/flight"
	"overflight/geodesy"
)

// Account is the answer to `overflight account`. Field names are the contract of docs/json.md.
type Account struct {
	Sources     []Source `json:"sources"`
	Paths       []Path   `json:"paths"`
	Attribution []string `json:"attribution"`
	Incomplete  bool     `json:"incomplete"` // some input was lost or unknown
}

// Source is one input.
type Source struct {
	File          string         `json:"file"`
	Kind          string         `json:"kind"`
	Bytes         int64          `json:"bytes"`
	SHA256        string         `json:"sha256"`
	Fixes         int            `json:"fixes"`
	Frames        int            `json:"frames"`
	Packets       int            `json:"packets"`
	Quarantined   int            `json:"quarantined"`
	TimeScale     string         `json:"time_scale"` // "" where the source's times are UTC by definition
	Defects       []Defect       `json:"defects"`
	DefectsByCode map[string]int `json:"defects_by_code"`
}

// Defect is a finding about input.
type Defect struct {
	Item   *string `json:"item"`
	Offset int64   `json:"offset"`
	Reason string  `json:"reason"`
	Code   string  `json:"code"`
	Got    string  `json:"got,omitempty"`
	Want   string  `json:"want,omitempty"`
}

// Path is one aircraft in one source.
type Path struct {
	Aircraft     string         `json:"aircraft"`
	Details      Aircraft       `json:"aircraft_details"`
	File         string         `json:"file"`
	From         *Instant       `json:"from"`
	To           *Instant       `json:"to"`
	Fixes        int            `json:"fixes"`
	FixesByState map[string]int `json:"fixes_by_state"`
	Unjudged     int            `json:"unjudged"`
	Entries      []Entry        `json:"entries"`
	LookedInto   []LookedInto   `json:"looked_into"`
	Looks        Looks          `json:"looks"`
	Gaps         []Gap          `json:"gaps"`
	Findings     []Defect       `json:"findings"`
	Assumed      Assumed        `json:"assumed"`
	Boundaries   []Boundary     `json:"boundaries"`

	drawing Drawing
}

// Aircraft is what the source says about the aircraft.
type Aircraft struct {
	Address      string `json:"address"`
	Registration string `json:"registration"`
	Callsign     string `json:"callsign"`
	Type         string `json:"type"`
	Mission      string `json:"mission"`
}

// Assumed is what the account rests on beside its input.
type Assumed struct {
	MaxSpeed      float64 `json:"max_speed_m_s"`
	MaxSpeedBasis string  `json:"max_speed_basis"`
	GapThreshold  float64 `json:"gap_threshold_s"`
	Resolution    float64 `json:"time_resolution_s"`
}

// Instant is RFC 3339 with microseconds, UTC.
type Instant time.Time

// MarshalText writes the instant.
func (i Instant) MarshalText() ([]byte, error) {
	return time.Time(i).UTC().AppendFormat(nil, stampLayout), nil
}

// UnmarshalText reads it back.
func (i *Instant) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.RFC3339Nano, string(b))
	*i = Instant(t)
	return err
}

func instant(t time.Time) *Instant {
	if t.IsZero() {
		return nil
	}
	i := Instant(t)
	return &i
}

// Interval is an instant known to lie between two; null is an end that the source does not bound.
type Interval struct {
	Earliest *Instant `json:"earliest"`
	Latest   *Instant `json:"latest"`
}

// Span is from one instant to another.
type Span struct {
	From Instant `json:"from"`
	To   Instant `json:"to"`
}

// Entry is one run inside a state, or one that the maximum speed allows.
type Entry struct {
	State    string   `json:"state"`
	Entered  Interval `json:"entered"`
	Left     Interval `json:"left"`
	Depth    Depth    `json:"depth_m"`
	Dwell    float64  `json:"dwell_s"`
	Altitude Altitude `json:"altitude_m"`
	Gap      Silences `json:"gap_s"`
	Verdict  string   `json:"verdict"`
	Boundary Boundary `json:"boundary"`

	Fixes         int        `json:"fixes"`
	First         Sample     `json:"first"`
	Last          Sample     `json:"last"`
	Deepest       *Sample    `json:"deepest"`
	NearestLimit  *Place     `json:"nearest_limit"`
	NearestLand   *Place     `json:"nearest_land_border"`
	DepthPossible float64    `json:"depth_possible_m"`
	PossibleExits []Interval `json:"possible_exits"`
	Claimants     []string   `json:"other_claimants"`
	Reasons       []Reason   `json:"reasons"`
	Views         []View     `json:"views"`
}

// Depth is how far inside the deepest fix was; null where there is no such edge, or no fix inside.
type Depth struct {
	FromLimit      *float64 `json:"from_limit"`
	FromLandBorder *float64 `json:"from_land_border"`
}

// Altitude is the span of altitudes in one datum.
type Altitude struct {
	Min   *float64 `json:"min"`
	Max   *float64 `json:"max"`
	Datum string   `json:"datum"`
}

// Silences are the times without a fix before, within and after; null where there is none.
type Silences struct {
	Before *float64 `json:"before"`
	Inside *float64 `json:"inside"`
	After  *float64 `json:"after"`
}

// Boundary is the line that a statement rests on.
type Boundary struct {
	Source      string  `json:"source"`
	Version     string  `json:"version"`
	Licence     string  `json:"licence"`
	SHA256      string  `json:"sha256"`
	Uncertainty float64 `json:"uncertainty_m"`
}

// Place is a position on WGS 84 in degrees.
type Place struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Sample is one fix, with where its bytes are.
type Sample struct {
	Time Instant `json:"time"`
	Place
	Offset int64 `json:"offset"`
	Length int64 `json:"length"`
}

// Reason explains a verdict.
type Reason struct {
	Code string `json:"code"`
	Line string `json:"line,omitempty"`
	Text string `json:"text"`
	Got  string `json:"got,omitempty"`
	Want string `json:"want,omitempty"`
}

// View is what another boundary line says of the same run.
type View struct {
	Boundary  Boundary `json:"boundary"`
	Runs      int      `json:"runs"`
	Fixes     int      `json:"fixes"`
	FromLimit *float64 `json:"from_limit_m"`
	Entered   Interval `json:"entered"`
	Left      Interval `json:"left"`
}

// LookedInto is the ground of one state that was imaged from inside or from outside its airspace.
type LookedInto struct {
	State       string   `json:"state"`
	From        string   `json:"from"` // "inside", "outside" or, without a sensor position, "unknown"
	Intervals   []Span   `json:"intervals"`
	Area        float64  `json:"area_km2"`
	Deepest     *float64 `json:"deepest_m"` // null for ground outside every state
	DeepestAt   *Sample  `json:"deepest_at"`
	Uncertainty float64  `json:"uncertainty_m"` // of the line and the footprint together
	Resolved    bool     `json:"resolved"`      // some imaged point lies deeper than the uncertainty
	Frames      int      `json:"frames"`
	Boundary    Boundary `json:"boundary"`
}

// Looks counts the frames of a path.
type Looks struct {
	Frames      int            `json:"frames"`
	Footprints  int            `json:"footprints"`
	Quarantined int            `json:"quarantined"`
	Unplaced    int            `json:"without_position"`
	Untimed     int            `json:"without_time"`
	Unjudged    int            `json:"unjudged"`
	NoFootprint map[string]int `json:"no_footprint_by_reason"`
}

// Gap is a silence longer than the threshold.
type Gap struct {
	From      Instant  `json:"from"`
	To        Instant  `json:"to"`
	Duration  float64  `json:"duration_s"`
	Distance  float64  `json:"distance_m"`
	Kind      string   `json:"kind"`
	Reachable []string `json:"reachable"`
	begin     geodesy.Position
	end       geodesy.Position
}

// Drawing is what a map of a path is drawn from, beside the account itself.
type Drawing struct {
	Track      []flight.Fix
	Footprints []Glimpse
}

// Glimpse is one footprint of the sensor: a fair choice of all, for drawing.
type Glimpse struct {
	Time    time.Time
	Corners [4]geodesy.Position
}

// WriteJSON writes the account as one JSON object.
func WriteJSON(w io.Writer, a *Account) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(a)
}
