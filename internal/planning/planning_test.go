package planning

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"math"
	"reflect"
	"strconv"
	"testing"
	"time"

	"overflight/authority"
	"overflight/coverage"
	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/search"
)

func request() *Request {
	square := geojson.Polygon{{{-107, 25}, {-106.4, 25}, {-106.4, 25.5}, {-107, 25.5}, {-107, 25}}}
	return &Request{
		Aircraft: authority.Airframe{Type: "mq-9a", Name: "MQ-9A", Cruise: authority.Figure{Value: 100}, Endurance: authority.Figure{Value: 28}},
		Base:     geodesy.Position{Lat: 24.8, Lon: -107.4}, Hours: 4 * time.Hour, Reserve: time.Hour, Bank: 20, Sweep: 4000, Detection: 0.6, Rest: 0.1, Sorties: 1, Seed: 1, Iterations: 2000,
		File: "a.geojson", Cell: 500, Features: []geojson.Weighted{{Polygons: []geojson.Polygon{square}, Weight: 3}, {Point: geojson.Position{-106.2, 25.2}, Sigma: 5000, Weight: 1}},
	}
}

// TestTheFrameGoesThereAndBack: the plane and the Earth agree, in every direction of the axis, also at the antimeridian.
func TestTheFrameGoesThereAndBack(t *testing.T) {
	t.Parallel()
	for _, origin := range []geodesy.Position{{Lat: 25, Lon: -106}, {Lat: -16, Lon: 179.9}, {Lat: 64, Lon: 20}} {
		for axis := geodesy.Angle(0); axis < 360; axis += 35 {
			f := frame{origin: origin, axis: axis, corner: search.Point{X: -50_000, Y: -70_000}}
			for _, p := range []search.Point{{X: 0, Y: 0}, {X: 50_000, Y: 70_000}, {X: 130_000, Y: 20_000}, {X: 3, Y: 190_000}} {
				q := f.plane(f.position(p))
				if math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y)) > 1e-3 {
					t.Fatalf("%v, axis %v: %v comes back as %v", origin, axis, p, q)
				}
			}
			// The x axis leaves the origin at the azimuth of the frame; y is to its left.
			a, b := f.position(search.Point{X: 60_000, Y: 70_000}), f.position(search.Point{X: 50_000, Y: 80_000})
			_, azi, _ := geodesy.Inverse(origin, a)
			_, left, _ := geodesy.Inverse(origin, b)
			if math.Abs(math.Remainder(float64(azi-axis), 360)) > 1e-6 || math.Abs(math.Remainder(float64(azi-left), 360)-90) > 1e-6 {
				t.Errorf("axis %v: x leaves at %v, y at %v", axis, azi, left)
			}
		}
	}
}

// TestThePriorHasItsWeights: however the map is turned, a polygon and a tip have the masses that they were given.
func TestThePriorHasItsWeights(t *testing.T) {
	t.Parallel()
	r := request()
	m, err := survey(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, axis := range []geodesy.Angle{90, 110, 163} {
		f, p, err := m.prior(r, axis)
		if err != nil {
			t.Fatal(err)
		}
		inside, near := 0.0, 0.0
		for c, poc := range p.POC {
			q := p.Centre(c%p.Columns, c/p.Columns)
			if at := f.position(q); at.Lat > 25 && at.Lat < 25.5 && at.Lon > -107 && at.Lon < -106.4 {
				inside += poc
			}
			if d := distance(q, f.plane(geodesy.Position{Lat: 25.2, Lon: -106.2})); d < 18_000 {
				near += poc
			}
		}
		if math.Abs(inside-0.675) > 0.02 || math.Abs(near-0.225) > 0.005 || math.Abs(p.Mass()-0.9) > 1e-9 {
			t.Errorf("axis %v: %v in the polygon, %v near the tip, %v on the map", axis, inside, near, p.Mass())
		}
	}
}

func distance(a, b search.Point) float64 { return math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)) }

func TestATipFades(t *testing.T) {
	t.Parallel()
	r := request()
	r.HalfLife, r.AsOf = 48*time.Hour, time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	r.Features[1].Date = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m, err := r.probability()
	if err != nil {
		t.Fatal(err)
	}
	in := m.Record.Inputs[0]
	if in.Weight != 4 || in.Faded != 3.25 || in.Drawn != 3.25 {
		t.Errorf("%+v, want weights of 3 and 1 of which 0.25 is left", in)
	}
	// What has faded is not on the map either.
	if half := m.near(t, geodesy.Position{Lat: 25.2, Lon: -106.2}, 18_000); math.Abs(half-0.9*0.25/3.25) > 1e-3 {
		t.Errorf("%v near the tip, want %v", half, 0.9*0.25/3.25)
	}
}

// near is the probability within a distance.
func (m *Map) near(t *testing.T, p geodesy.Position, within geodesy.Length) float64 {
	t.Helper()
	sum := 0.0
	for c, v := range m.POC {
		if geodesy.Distance(p, m.Centre(c%m.Columns, c/m.Columns)) < within {
			sum += v
		}
	}
	return sum
}

// TestPlansAreHomeInTime: with wind and several sorties, in every language, and never above the bound.
func TestPlansAreHomeInTime(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Request){
		"plain":   func(*Request) {},
		"wind":    func(r *Request) { r.WindFrom, r.WindSpeed, r.Turning = 300, 25, true },
		"sorties": func(r *Request) { r.Sorties = 2 },
		"soonest": func(r *Request) { r.Soonest = true },
		"lanes":   func(r *Request) { a := geodesy.Angle(35); r.Lanes = &a },
		"zone": func(r *Request) {
			r.Turning = true
			r.Excluded = []geojson.Polygon{{{{-106.9, 25.2}, {-106.7, 25.2}, {-106.7, 25.3}, {-106.9, 25.3}, {-106.9, 25.2}}}}
		},
		"zones that overlap": func(r *Request) {
			r.Excluded = []geojson.Polygon{
				{{{-106.95, 25.1}, {-106.7, 25.1}, {-106.7, 25.4}, {-106.95, 25.4}, {-106.95, 25.1}}},
				{{{-106.9, 25.05}, {-106.65, 25.05}, {-106.65, 25.35}, {-106.9, 25.35}, {-106.9, 25.05}}},
			}
		},
		"in the air": func(r *Request) {
			r.Start = &Start{Position: geodesy.Position{Lat: 25.2, Lon: -107.1}, Course: 45}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request()
			change(r)
			p, err := Make(t.Context(), r, nil)
			if err != nil {
				t.Fatal(err)
			}
			if p.POS <= 0 || p.POS > p.Bound || len(p.Sorties) != r.Sorties {
				t.Errorf("POS %v, bound %v, %d sorties", p.POS, p.Bound, len(p.Sorties))
			}
			if r.Turning != (p.Turning > 0) || r.Turning && !(p.Turning > p.POS && p.Turning <= p.Bound) {
				t.Errorf("POS %v, bound %v, with turns %v", p.POS, p.Bound, p.Turning)
			}
			for _, s := range p.Sorties {
				if s.Duration > r.Hours-r.Reserve {
					t.Errorf("%v in the air", s.Duration)
				}
				from := p.Position(s.Legs[0].From.Point)
				want := r.Base
				if r.Start != nil {
					want = r.Start.Position
				}
				if d := geodesy.Distance(from, want); d > 1 {
					t.Errorf("begins %v m from where it should", d)
				}
				if d := geodesy.Distance(p.Position(s.Legs[len(s.Legs)-1].End().Point), r.Base); d > 1 {
					t.Errorf("ends %v m from base", d)
				}
				for i := range s.Legs {
					for _, q := range p.points(&s.Legs[i].Link) {
						for _, x := range r.Excluded { // one by one: they may overlap
							var ring []geodesy.Position
							for _, c := range x[0] {
								ring = append(ring, positionOf(c))
							}
							zone, err := coverage.NewArea([][]geodesy.Position{ring})
							if err != nil {
								t.Fatal(err)
							}
							if zone.Contains(q) {
								t.Fatalf("leg %d is in the zone at %v", i, q)
							}
						}
					}
				}
			}
			if p.Turret, err = p.Gimbal(10_000, 180); err != nil {
				t.Fatal(err)
			}
			if g := p.Turret; g.POS <= p.POS || g.POS > g.Bound || len(g.Glances) == 0 {
				t.Errorf("the turret finds %v of %v, the strip %v", g.POS, g.Bound, p.POS)
			}
			written(t, p)
		})
	}
}

// TestAPlanIsShownInTheMaking: each that is shown is better than the one before, flown in time and under its bound; the last
// one is what comes out, which is what comes out unwatched. An ended context ends the work.
func TestAPlanIsShownInTheMaking(t *testing.T) {
	t.Parallel()
	for _, wind := range []geodesy.Speed{0, 25} {
		r := request()
		lanes := geodesy.Angle(0)
		r.Sorties, r.Iterations, r.WindFrom, r.WindSpeed, r.Lanes = 2, 3000, 300, wind, &lanes
		alone, err := Make(t.Context(), r, nil)
		if err != nil {
			t.Fatal(err)
		}
		var shown []*Plan
		p, err := Make(t.Context(), r, func(p *Plan) { shown = append(shown, p) })
		if err != nil {
			t.Fatal(err)
		}
		if len(shown) < 2 || p.POS != alone.POS || !reflect.DeepEqual(p.Sorties, alone.Sorties) {
			t.Errorf("shown %d times; POS %v, unwatched %v", len(shown), p.POS, alone.POS)
		}
		for i, x := range shown {
			if x.POS > x.Bound || i > 0 && x.POS <= shown[i-1].POS || x.Sorties[0].Duration > r.Hours-r.Reserve {
				t.Errorf("plan %d: POS %v, bound %v, %v", i, x.POS, x.Bound, x.Sorties[0].Duration)
			}
		}
		if last := shown[len(shown)-1]; last.POS < p.POS {
			t.Errorf("last shown %v, POS %v", last.POS, p.POS)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := Make(ctx, r, func(*Plan) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled plan: %v", err)
		}
	}
}

// written reads back what a plan writes.
func written(t *testing.T, p *Plan) {
	t.Helper()
	words := catalogue.Open(catalogue.Spanish)
	var doc Document
	var b bytes.Buffer
	if err := errors.Join(p.WriteJSON(&b, words), json.Unmarshal(b.Bytes(), &doc)); err != nil || doc.POS != p.POS || len(doc.Assumptions) < 6 {
		t.Errorf("JSON: %v: %+v", err, doc)
	}
	b.Reset()
	var lines struct {
		Features []struct {
			Geometry   struct{ Type string }
			Properties struct {
				Sensed   bool
				POD      float64
				Aircraft string
				After    float64 `json:"after_s"`
			}
		}
	}
	if err := errors.Join(p.WriteGeoJSON(&b, words), json.Unmarshal(b.Bytes(), &lines)); err != nil {
		t.Fatal(err)
	}
	latest := 0.0
	for _, s := range p.Sorties {
		latest = max(latest, (s.Begins + s.Duration).Seconds())
	}
	if last := lines.Features[len(lines.Features)-1].Properties.After; last <= 0 || last > latest {
		t.Errorf("the last leg begins %v s after the first take-off, the last flight is down after %v", last, latest)
	}
	sensed, swept, lanes := 0, 0, 0
	for _, f := range lines.Features {
		if f.Properties.Aircraft == "" || f.Properties.After < 0 {
			t.Errorf("GeoJSON: %+v", f.Properties)
		}
		switch {
		case f.Geometry.Type == "Polygon" && f.Properties.Sensed && f.Properties.POD == p.Request.Detection:
			swept++
		case f.Properties.Sensed:
			sensed++
		}
	}
	for _, s := range p.Sorties {
		lanes += s.Lanes
	}
	if sensed != lanes || swept != lanes {
		t.Errorf("GeoJSON has %d sensed legs and %d swaths of %d", sensed, swept, lanes)
	}
	b.Reset()
	var k kmlFile
	if err := errors.Join(p.WriteKML(&b, words), xml.Unmarshal(b.Bytes(), &k)); err != nil || len(k.Placemarks) != len(lines.Features)-swept {
		t.Errorf("KML: %v, %d lines", err, len(k.Placemarks))
	}
	b.Reset()
	var s station
	if err := errors.Join(p.WriteStation(&b, 0, 4000), json.Unmarshal(b.Bytes(), &s)); err != nil || len(s.Mission.Items) < 2*p.Sorties[0].Lanes || len(s.Fence.Polygons) != len(p.Request.Excluded) {
		t.Errorf("mission: %v, %d items", err, len(s.Mission.Items))
	}
	for i, x := range s.Mission.Items {
		if x.Jump != i+1 || x.Params[3] != nil || x.Params[6] != 4000.0 {
			t.Fatalf("item %d: %+v", i, x)
		}
	}
}

func TestWhatCannotBePlanned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want   Code
		change func(*Request)
	}{
		{CodeEmpty, func(r *Request) { r.Features[0].Weight, r.Features[1].Weight = 0, 0 }},
		{CodeEmpty, func(r *Request) { r.Features = nil }},
		{CodeRange, func(r *Request) { r.Rest = 1 }},
		{CodeCell, func(r *Request) { r.Cell = 1 }},
		{CodeCell, func(r *Request) { r.Cell = -1 }},
		{CodePolar, func(r *Request) { r.Features[1].Point = geojson.Position{-106, 86} }},
		{CodeFuture, func(r *Request) { r.Features[1].Date = r.AsOf.Add(time.Second) }},
		{CodeWeight, func(r *Request) { r.Features[1].Sigma = 0 }},
		{CodeLarge, func(r *Request) { r.Features[1].Sigma = 1e9 }},
		{CodeEmpty, func(r *Request) {
			r.Features = r.Features[:1]
			r.Features[0].Polygons = []geojson.Polygon{{{{-107, 25}, {-106, 25}, {-107, 25}, {-107, 25}}}}
		}},
		{CodeFigure, func(r *Request) { r.Aircraft.Cruise.Value = 0 }},
		{CodeEndurance, func(r *Request) { r.Hours = 29 * time.Hour }},
		{CodeShort, func(r *Request) { r.Hours = 61 * time.Minute }},
		{CodeTooFar, func(r *Request) {
			r.Aircraft.Endurance.Value, r.Hours, r.Base = 4, 4*time.Hour, geodesy.Position{Lat: 20, Lon: -112}
		}},
		{CodeExcluded, func(r *Request) {
			r.Excluded = []geojson.Polygon{{{{-108, 24}, {-107.2, 24}, {-107.2, 25}, {-108, 25}, {-108, 24}}}}
		}},
		{CodeForbidden, func(r *Request) { r.Permitted = func(geodesy.Position) bool { return false } }},
		{CodeNoSpace, func(r *Request) { r.Permitted = func(p geodesy.Position) bool { return p.Lat < 24.9 } }},
		{CodeLarge, func(r *Request) { r.Features[1].Point = geojson.Position{-90, 40} }},
		{CodeNarrow, func(r *Request) { r.Sweep = 20 }},
		{CodeWind, func(r *Request) { r.WindSpeed = 100 }},
		{CodeRange, func(r *Request) { r.Detection = math.NaN() }},
		{CodeRange, func(r *Request) { r.Bank = 0 }},
		{CodeRange, func(r *Request) { r.Sorties = 51 }},
		{CodeFar, func(r *Request) { r.Base = geodesy.Position{Lat: -30, Lon: 60} }},
	} {
		r := request()
		c.change(r)
		_, err := Make(t.Context(), r, nil)
		var f *Fault
		if !errors.As(err, &f) || f.Code != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestHoursThatAreEnoughAre: what is said to be feasible is, and a tenth of an hour less is not.
func TestHoursThatAreEnoughAre(t *testing.T) {
	t.Parallel()
	for _, wind := range []geodesy.Speed{0, 20} {
		r := request()
		r.WindFrom, r.WindSpeed, r.Iterations = 300, wind, 0
		axis := geodesy.Angle(0)
		r.Hours, r.Lanes = 66*time.Minute, &axis
		_, err := Make(t.Context(), r, nil)
		var f *Fault
		if !errors.As(err, &f) || f.Code != CodeShort {
			t.Fatalf("%v, want %s", err, CodeShort)
		}
		tenths, err := strconv.ParseFloat(f.Args[2].(string), 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			hours float64
			flies bool
		}{{tenths, true}, {tenths - 0.1, false}} {
			r.Hours = time.Duration(math.Round(x.hours*10)) * 6 * time.Minute
			if _, err := Make(t.Context(), r, nil); (err == nil) != x.flies {
				t.Errorf("wind %v, %v: %v", wind, r.Hours, err)
			}
		}
	}
}

// TestABaseThatIsNearEnoughIs: from as near as is said, all the hours of the aircraft do.
func TestABaseThatIsNearEnoughIs(t *testing.T) {
	t.Parallel()
	r := request()
	r.Aircraft.Endurance.Value, r.Hours, r.Base, r.Iterations = 4, 4*time.Hour, geodesy.Position{Lat: 20, Lon: -112}, 0
	_, err := Make(t.Context(), r, nil)
	var f *Fault
	if !errors.As(err, &f) || f.Code != CodeTooFar {
		t.Fatalf("%v, want %s", err, CodeTooFar)
	}
	within, err := strconv.ParseFloat(f.Args[4].(string), 64)
	if err != nil || within < 100 {
		t.Fatalf("%v: %v", f.Args, err)
	}
	r.Base, _ = geodesy.Direct(geodesy.Position{Lat: 25, Lon: -106.7}, 180, geodesy.Length(within*1000))
	if _, err := Make(t.Context(), r, nil); err != nil {
		t.Errorf("%v km off: %v", within, err)
	}
	r.Base, _ = geodesy.Direct(r.Base, 180, 100*geodesy.Kilometre)
	if _, err := Make(t.Context(), r, nil); err == nil {
		t.Errorf("%v km off is near enough as well", within+100)
	}
}
