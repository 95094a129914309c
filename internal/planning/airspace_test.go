package planning

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/geodesy"
	"overflight/internal/catalogue"
)

// border is two states with a line between them at a longitude: the base lies in the western one, most of the ground in the other.
func border(t *testing.T, lon geodesy.Angle) airspace.Line {
	t.Helper()
	square := func(s airspace.State, west, east geodesy.Angle) airspace.Outline {
		return airspace.Outline{State: s, Certain: true, Polygons: [][][]geodesy.Position{{{{Lat: 20, Lon: west}, {Lat: 20, Lon: east}, {Lat: 30, Lon: east}, {Lat: 30, Lon: west}, {Lat: 20, Lon: west}}}}}
	}
	l, err := airspace.NewOfficialLine(airspace.OfficialConfig{Source: airspace.Source{Name: "test"}, Outlines: []airspace.Outline{square("USA", -112, lon), square("MEX", lon, -100)}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func outcome(o authority.Outcome) authority.Result { return authority.Result{Outcome: o} }

// cleared is an airspace in which the base's state is open and the other one is as it is said.
func cleared(t *testing.T, enter, look authority.Outcome, change func(*authority.Permit)) *Airspace {
	t.Helper()
	mex := authority.Permit{State: "MEX", Enter: outcome(enter), Look: outcome(look)}
	if change != nil {
		change(&mex)
	}
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	return &Airspace{
		Line: border(t, -106.7), Sortie: "S-1", RuleSet: "RS-1", From: at, To: at.Add(20 * time.Hour), Known: at,
		Permits: map[airspace.State]Permit{
			"USA": {Permit: authority.Permit{State: "USA", Enter: outcome(authority.Pass), Look: outcome(authority.Pass)}, EnterText: "open"},
			"MEX": {Permit: mex, EnterText: "No clearance.", LookText: "No looks."},
		},
	}
}

// TestAPlanKeepsToWhatIsCleared: not one place of any leg lies where it may not be, in any of these cases; and the more is let, the
// more is found, and bounded.
func TestAPlanKeepsToWhatIsCleared(t *testing.T) {
	t.Parallel()
	corridor := authority.Area{Polygon: [][2]float64{{-107, 25.1}, {-106, 25.1}, {-106, 25.4}, {-107, 25.4}}}
	plan := func(a *Airspace, sensor *Sensor) *Plan {
		r := request()
		r.Iterations, r.Airspace, r.Sensor = 500, a, sensor
		lanes := geodesy.Angle(0)
		r.Lanes = &lanes
		p, err := Make(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Sorties {
			for i := range s.Legs {
				for d := geodesy.Length(0); d <= s.Legs[i].Length(); d += 250 {
					if q := p.Position(s.Legs[i].At(d).Point); !a.holds(q) {
						t.Fatalf("leg %d is at %v", i, q)
					}
				}
			}
		}
		return p
	}
	turret := &Sensor{Reach: 15_000, Field: 180}
	none := plan(cleared(t, authority.Fail, authority.Fail, nil), turret)
	looks := plan(cleared(t, authority.Fail, authority.Pass, nil), turret)
	part := plan(cleared(t, authority.Pass, authority.Fail, func(p *authority.Permit) { p.Area = &corridor }), turret)
	shallow := plan(cleared(t, authority.Pass, authority.Fail, func(p *authority.Permit) { p.Deepest = 12_000 }), nil)
	far := plan(cleared(t, authority.Fail, authority.Fail, func(p *authority.Permit) { p.StandOff = 10_000 }), nil)
	all := plan(cleared(t, authority.Pass, authority.Pass, nil), turret)
	for name, v := range map[string][]float64{
		"bounds of strips":    {far.Bound, none.Bound, all.Bound},
		"bounds of turrets":   {none.Turret.Anywhere, looks.Turret.Anywhere, all.Turret.Anywhere},
		"bounds of parts":     {none.Bound, part.Bound, all.Bound},
		"bounds by depth":     {none.Bound, shallow.Bound, all.Bound},
		"what is found":       {far.POS, none.POS, part.POS, all.POS},
		"what turrets find":   {none.Turret.POS, looks.Turret.POS, all.Turret.POS},
		"beyond the line":     {0, eastward(looks)},
		"west of it, no look": {eastward(none), 1},
	} {
		for i := 1; i < len(v); i++ {
			if !(v[i] > v[i-1]) {
				t.Errorf("%s: %v", name, v)
			}
		}
	}
	if eastward(none) != 0 {
		t.Errorf("%v looks at ground that may not be looked at", eastward(none))
	}
	text := strings.Join(none.Request.Airspace.lines(catalogue.Open(catalogue.English), none.touched), "\n")
	if !strings.Contains(text, "MEX is not cleared and not entered. No clearance.") || !strings.Contains(text, "MEX is not looked into from outside. No looks.") {
		t.Error(text)
	}
}

// eastward counts glances beyond the line.
func eastward(p *Plan) float64 {
	n := 0.0
	for _, g := range p.Turret.Glances {
		if g.At.Lon > -106.7 {
			n++
		}
	}
	return n
}

// TestNoGroundIsLookedAtMoreFinelyThanItsStateLets: what lies straight below is then too near.
func TestNoGroundIsLookedAtMoreFinelyThanItsStateLets(t *testing.T) {
	t.Parallel()
	r := request()
	lanes := geodesy.Angle(0)
	r.Iterations, r.Lanes = 200, &lanes
	r.Airspace = cleared(t, authority.Pass, authority.Pass, func(p *authority.Permit) { p.Finest = 0.5 })
	r.Sensor = &Sensor{Field: 180, Height: 3000, Pixel: 50e-6, Coarsest: 0.75}
	p, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	near, off := 0, 0
	for _, g := range p.Turret.Glances {
		s := &p.Sorties[g.Sortie-1]
		from := p.Position(p.wings[0].airspeed.At(s.Legs, g.After+time.Second).Point)
		d := geodesy.Distance(from, g.At)
		if g.At.Lon > -106.7 && d < 9000 { // 0.5 m is 10 km away, 9.5 of them over the ground
			near++
		}
		if g.At.Lon < -106.72 && d < 9000 {
			off++
		}
	}
	if near > 0 || off == 0 || len(p.Turret.Glances) == 0 {
		t.Errorf("%d looks too near in one state, %d in the other, of %d", near, off, len(p.Turret.Glances))
	}
}

// TestWhatWouldMakeItFeasible is said where there is no legal airspace.
func TestWhatWouldMakeItFeasible(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		base geodesy.Position
		lon  geodesy.Angle
	}{
		"base":   {geodesy.Position{Lat: 24.8, Lon: -106.5}, -106.7},
		"ground": {geodesy.Position{Lat: 24.8, Lon: -107.4}, -107.2},
	} {
		r := request()
		r.Base, r.Iterations = c.base, 0
		r.Airspace = cleared(t, authority.Unknown, authority.Unknown, nil)
		r.Airspace.Line = border(t, c.lon)
		var f *Fault
		if _, err := Make(t.Context(), r, nil); !errors.As(err, &f) || f.Code != CodeNoAirspace || !slices.Contains(f.Args, any("MEX")) || !slices.Contains(f.Args, any("No clearance.")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := request()
	r.Iterations, r.Sorties, r.Turnaround = 0, 2, 40*time.Hour
	r.Airspace = cleared(t, authority.Pass, authority.Pass, nil)
	var f *Fault
	if _, err := Make(t.Context(), r, nil); !errors.As(err, &f) || f.Code != CodeLate {
		t.Errorf("beyond the period: %v", err)
	}
}

// TestAnAircraftLeavesWhereItMayNoLongerBe before it searches, by a way that ends where it may be; it is home in time all the same.
func TestAnAircraftLeavesWhereItMayNoLongerBe(t *testing.T) {
	t.Parallel()
	r := request()
	lanes := geodesy.Angle(0)
	r.Iterations, r.Lanes = 500, &lanes
	r.Airspace = cleared(t, authority.Fail, authority.Fail, nil)
	r.Start = &Start{Position: geodesy.Position{Lat: 25.2, Lon: -106.5}, Course: 90}
	p, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Sorties[0]
	if d := geodesy.Distance(p.Position(s.Legs[0].From.Point), r.Start.Position); d > 1 || s.Legs[0].Sensed {
		t.Errorf("the route begins %v m off, sensed: %v", d, s.Legs[0].Sensed)
	}
	if p.Leaves < 20_000 || p.Leaves > 45_000 || s.Duration > r.Hours-r.Reserve {
		t.Errorf("it leaves by %v m, %v in the air", p.Leaves, s.Duration)
	}
	for i := range s.Legs[1:] {
		l := &s.Legs[i+1]
		for d := geodesy.Length(0); d <= l.Length(); d += 250 {
			if q := p.Position(l.At(d).Point); !r.Airspace.holds(q) {
				t.Fatalf("leg %d is at %v", i+1, q)
			}
		}
	}
	r.Airspace.Permits["USA"] = r.Airspace.Permits["MEX"]
	var f *Fault
	if _, err := Make(t.Context(), r, nil); !errors.As(err, &f) {
		t.Errorf("nowhere to go: %v", err)
	}
}
