package report

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/sensor"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func at(s int, lat, lon float64) airspace.Sample {
	return airspace.Sample{Index: s, Time: noon.Add(time.Duration(s) * time.Minute), Position: geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}, Ref: evidence.Ref{Offset: int64(100 * s), Length: 90}}
}

// specimen is an account with something in every field.
func specimen() *Account {
	line := airspace.Boundary{Source: airspace.Source{Name: "a line", Version: "1", Licence: "free"}, Uncertainty: 50}
	depth := airspace.Depth{Known: true, Nearest: airspace.Nearest{Distance: 12345.6789, Point: geodesy.Position{Lat: 31.33, Lon: -110.4}}, Fix: at(5, 31.2, -110.45)}
	gap := airspace.Silence{Known: true, Duration: 377400 * time.Millisecond}
	var track []flight.Fix
	for i := range 11 {
		s := at(i, 31.5-0.06*float64(i), -110.5+0.01*float64(i))
		track = append(track, flight.Fix{Time: s.Time, Position: s.Position})
	}
	a := &account.Account{
		Sources: []account.Source{{File: "a<b>.csv", Kind: "csv", Fixes: 11, Defects: []evidence.Defect{{Code: "csv.latitude", Offset: 17, Item: "lat", Got: "91", Want: "-90..90"}}}},
		Paths: []account.Path{{
			Aircraft: flight.Aircraft{Address: "ab12cd", Registration: "<i>XA</i>", Type: "B350"}, Source: "a<b>.csv", From: noon, To: noon.Add(10 * time.Minute),
			Airspace: airspace.Reckoning{
				Fixes: 11, From: noon, To: noon.Add(10 * time.Minute), FixesByState: map[airspace.State]int{"MEX": 6, "": 5},
				Entries: []airspace.Entry{
					{
						State: "MEX", Verdict: airspace.Entered, Boundary: line,
						Entered: airspace.Interval{Earliest: noon.Add(3 * time.Minute), Latest: noon.Add(4 * time.Minute)},
						Left:    airspace.Interval{Earliest: noon.Add(9 * time.Minute)},
						First:   at(4, 31.26, -110.46), Last: at(9, 30.96, -110.41), Fixes: 6, Dwell: 5 * time.Minute, FromLimit: depth,
						Altitude: airspace.Altitudes{Known: true, Min: 3000, Max: 3048.0004, Datum: geodesy.MSL}, GapBefore: gap,
						Reasons: []airspace.Reason{{Code: airspace.ReasonQuality}},
					},
					{
						State: "USA", Verdict: airspace.Possible, Boundary: line, First: at(1, 31.4, -110.5), Last: at(2, 31.3, -110.5), DepthPossible: 20000, GapInside: gap,
						Reasons: []airspace.Reason{{Code: airspace.ReasonReach, Got: "1 m", Want: "2 m"}},
					},
				},
				Gaps:     []airspace.Gap{{From: at(1, 31.44, -110.49), To: at(2, 31.38, -110.48), Duration: time.Minute, Distance: 6000, Reachable: []airspace.State{"USA"}}},
				Ceiling:  airspace.Ceiling{Speed: 100 * geodesy.Knot, Basis: airspace.Stated},
				Gap:      15 * time.Second,
				Findings: nil, Boundaries: []airspace.Boundary{line},
			},
			LookedInto: []account.Look{
				{
					State: "MEX", From: account.Outside, Boundary: line, Intervals: []account.Interval{{From: noon, To: noon.Add(time.Minute), Frames: 3}}, Frames: 3, AreaKm2: 1.5,
					Deepest: account.Deepest{Known: true, Point: geodesy.Position{Lat: 31.2, Lon: -110.4}, Nearest: airspace.Nearest{Distance: 900}, Time: noon, Uncertainty: 60},
				},
				{State: "", From: account.Inside, Frames: 1, AreaKm2: 0.001},
			},
			Frames:   account.Frames{Total: 5, Looked: 4, Nowhere: map[sensor.Reason]int{sensor.AboveHorizon: 1}},
			Findings: []evidence.Defect{{Code: airspace.CodeJump, Offset: 3, Got: "9 m", Want: "5 m"}},
		}},
	}
	square := [4]geodesy.Position{{Lat: 31.2, Lon: -110.4}, {Lat: 31.2, Lon: -110.3}, {Lat: 31.1, Lon: -110.3}, {Lat: 31.1, Lon: -110.4}}
	return Build(a, []Extra{{Bytes: 400, Counts: map[evidence.Code]int{"csv.latitude": 3}}}, []Drawing{{Track: track, Footprints: []Glimpse{{Time: noon, Corners: square}}}})
}

// TestTheContract: the names and the shapes that other programs rely on. A change here breaks them.
func TestTheContract(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteJSON(&b, specimen()); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	get := func(path ...any) any {
		var v any = doc
		for _, step := range path {
			switch s := step.(type) {
			case string:
				m, ok := v.(map[string]any)
				if !ok {
					t.Fatalf("%v: %v is no object", path, s)
				}
				if v, ok = m[s]; !ok {
					t.Fatalf("%v: %q is not there", path, s)
				}
			case int:
				v = v.([]any)[s]
			}
		}
		return v
	}
	for _, tc := range []struct {
		path []any
		want any
	}{
		{[]any{"sources", 0, "file"}, "a<b>.csv"},
		{[]any{"sources", 0, "kind"}, "csv"},
		{[]any{"sources", 0, "fixes"}, 11.0},
		{[]any{"sources", 0, "defects", 0, "item"}, "lat"},
		{[]any{"sources", 0, "defects", 0, "offset"}, 17.0},
		{[]any{"sources", 0, "defects", 0, "reason"}, "latitude outside the range: found 91, expected -90..90"},
		{[]any{"sources", 0, "defects_by_code", "csv.latitude"}, 3.0},
		{[]any{"paths", 0, "aircraft"}, "ab12cd"},
		{[]any{"paths", 0, "from"}, "2026-05-01T12:00:00.000000Z"},
		{[]any{"paths", 0, "to"}, "2026-05-01T12:10:00.000000Z"},
		{[]any{"paths", 0, "fixes_by_state"}, map[string]any{"MEX": 6.0, "": 5.0}},
		{[]any{"paths", 0, "entries", 0, "state"}, "MEX"},
		{[]any{"paths", 0, "entries", 0, "entered", "earliest"}, "2026-05-01T12:03:00.000000Z"},
		{[]any{"paths", 0, "entries", 0, "entered", "latest"}, "2026-05-01T12:04:00.000000Z"},
		{[]any{"paths", 0, "entries", 0, "left", "earliest"}, "2026-05-01T12:09:00.000000Z"},
		{[]any{"paths", 0, "entries", 0, "left", "latest"}, nil},
		{[]any{"paths", 0, "entries", 0, "depth_m", "from_limit"}, 12345.679},
		{[]any{"paths", 0, "entries", 0, "depth_m", "from_land_border"}, nil},
		{[]any{"paths", 0, "entries", 0, "dwell_s"}, 300.0},
		{[]any{"paths", 0, "entries", 0, "altitude_m"}, map[string]any{"min": 3000.0, "max": 3048.0, "datum": "MSL"}},
		{[]any{"paths", 0, "entries", 0, "gap_s", "before"}, 377.4},
		{[]any{"paths", 0, "entries", 0, "gap_s", "after"}, nil},
		{[]any{"paths", 0, "entries", 0, "verdict"}, "entry"},
		{[]any{"paths", 0, "entries", 0, "boundary", "source"}, "a line"},
		{[]any{"paths", 0, "entries", 0, "boundary", "sha256"}, strings.Repeat("0", 64)},
		{[]any{"paths", 0, "entries", 0, "boundary", "uncertainty_m"}, 50.0},
		{[]any{"paths", 0, "entries", 0, "first", "lat"}, 31.26},
		{[]any{"paths", 0, "entries", 0, "first", "offset"}, 400.0},
		{[]any{"paths", 0, "entries", 1, "verdict"}, "possible entry"},
		{[]any{"paths", 0, "entries", 1, "depth_m", "from_limit"}, nil},
		{[]any{"paths", 0, "looked_into", 0, "state"}, "MEX"},
		{[]any{"paths", 0, "looked_into", 0, "from"}, "outside"},
		{[]any{"paths", 0, "looked_into", 0, "intervals", 0, "from"}, "2026-05-01T12:00:00.000000Z"},
		{[]any{"paths", 0, "looked_into", 0, "intervals", 0, "to"}, "2026-05-01T12:01:00.000000Z"},
		{[]any{"paths", 0, "looked_into", 0, "area_km2"}, 1.5},
		{[]any{"paths", 0, "looked_into", 0, "deepest_m"}, 900.0},
		{[]any{"paths", 0, "looked_into", 1, "deepest_m"}, nil},
		{[]any{"paths", 0, "gaps", 0, "duration_s"}, 60.0},
		{[]any{"paths", 0, "gaps", 0, "reachable"}, []any{"USA"}},
		{[]any{"incomplete"}, true},
	} {
		if d := cmp.Diff(tc.want, get(tc.path...)); d != "" {
			t.Errorf("%v: %s", tc.path, d)
		}
	}
}

// TestListsAreNeverNull: lists are lists when they are empty.
func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteJSON(&b, Build(&account.Account{Sources: []account.Source{{}}, Paths: []account.Path{{Airspace: airspace.Reckoning{Entries: []airspace.Entry{{}}}, LookedInto: []account.Look{{}}}}}, nil, nil)); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"defects", "entries", "looked_into", "gaps", "intervals", "reasons", "views", "findings", "fixes_by_state", "other_claimants"} {
		if strings.Contains(b.String(), `"`+field+`": null`) {
			t.Errorf("%s is null", field)
		}
	}
}

func TestTableKeepsToItsWidth(t *testing.T) {
	t.Parallel()
	for _, l := range catalogue.Languages() {
		var b bytes.Buffer
		if err := WriteTable(&b, specimen(), catalogue.Open(l), false); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > tableWidth+10 {
				t.Errorf("%s: %d columns: %s", l, n, line)
			}
		}
		for _, want := range []string{"MEX", "12.3 km (6.7 NM)", "ODbL 1.0", "sha256"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", l, want, b.String())
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s: colour where none was asked for", l)
		}
	}
}

// neighbours are two square states.
type neighbours struct{}

func (neighbours) StatesNear(dst []airspace.State, _ geodesy.Position, _ geodesy.Length) []airspace.State {
	return append(dst, "MEX", "USA")
}

func (neighbours) Rings(s airspace.State) [][]geodesy.Position {
	south, north := geodesy.Angle(25), geodesy.Angle(31.33)
	if s == "USA" {
		south, north = 31.33, 40
	}
	return [][]geodesy.Position{{{Lat: south, Lon: -120}, {Lat: south, Lon: -100}, {Lat: north, Lon: -100}, {Lat: north, Lon: -120}, {Lat: south, Lon: -120}}}
}

func TestPageHoldsEverythingAndAsksForNothing(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteHTML(&b, Page{Account: specimen(), Outlines: neighbours{}, Language: catalogue.Spanish, Made: noon, Version: "x"}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		`<html lang="es">`, "<svg viewBox", `class="look"`, `class="path in t0"`, `class="path crossing"`, "12.3 km (6.7 NM)", "ODbL 1.0", "a&lt;b&gt;.csv",
		"&lt;i&gt;XA&lt;/i&gt;", "possible entry", "posible ingreso", ">USA</text>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	for _, never := range []string{"<script", " src=", "@import", "url(http", "href=", "<i>XA", "violation", "illegal", "ilegal", "violación", "NaN", "%!"} {
		if strings.Contains(page, never) {
			t.Errorf("%q in the page", never)
		}
	}
	for _, l := range catalogue.Languages() {
		for _, prefix := range []string{"table.", "column.", "page.", "legend.", "method.", "vantage.", "verdict.", "gap.", "entry."} {
			if i := strings.Index(page, ">"+prefix); i >= 0 {
				t.Errorf("%s: a key without text: %q", l, page[i:min(len(page), i+40)])
			}
		}
	}
}

func TestAPathAcrossTheAntimeridianStaysInOnePiece(t *testing.T) {
	t.Parallel()
	var track []flight.Fix
	for i := range 5 {
		lon := 179.8 + 0.1*float64(i)
		if lon > 180 {
			lon -= 360
		}
		track = append(track, flight.Fix{Time: noon.Add(time.Duration(i) * time.Second), Position: geodesy.Position{Lat: -17, Lon: geodesy.Angle(lon)}})
	}
	p := &Path{drawing: Drawing{Track: track}, Assumed: Assumed{GapThreshold: 15}}
	c, ok := newChart(p, phrases{catalogue.Open(catalogue.English)})
	if !ok {
		t.Fatal("no map")
	}
	for i, f := range track {
		if q := c.at(f.Position); q.x < 0 || q.x > mapWidth || i > 0 && q.x <= c.at(track[i-1].Position).x {
			t.Errorf("fix %d is drawn at %v", i, q)
		}
	}
	lines := linesOf(track)
	if len(lines) != 2 || lines[0][len(lines[0])-1][0] != 180 || lines[1][0][0] != -180 {
		t.Errorf("the line is cut into %v", lines)
	}
}

func TestGeoJSONHasEveryKind(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteGeoJSON(&b, specimen()); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Type     string
		Features []struct {
			Geometry   struct{ Type string }
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, f := range doc.Features {
		kinds = append(kinds, f.Properties["kind"].(string)+" "+f.Geometry.Type)
	}
	for _, want := range []string{"path MultiLineString", "entry MultiLineString", "entry first fix Point", "entry last fix Point", "entry deepest fix Point", "gap MultiLineString", "footprint Polygon"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("no %s among %v", want, kinds)
		}
	}
}

func TestRoundingIsOutwards(t *testing.T) {
	t.Parallel()
	p := phrases{catalogue.Open(catalogue.English)}
	i := Interval{Earliest: instant(noon.Add(900 * time.Millisecond)), Latest: instant(noon.Add(1100 * time.Millisecond))}
	if got := p.interval(i); got != "2026-05-01 12:00:00 – 12:00:02Z" {
		t.Error(got)
	}
	if math.Signbit(round(-0.0001, 3)) && round(-0.0001, 3) != 0 {
		t.Error("rounding")
	}
}
