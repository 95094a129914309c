package account_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/atlas"
	"overflight/sensor"
	"overflight/validity"
)

var noon = time.Date(2025, 2, 5, 12, 0, 0, 0, time.UTC)

func at(sec float64) time.Time { return noon.Add(time.Duration(sec * float64(time.Second))) }

func pos(lat, lon geodesy.Angle) geodesy.Position { return geodesy.Position{Lat: lat, Lon: lon} }

func box(s airspace.State, south, west, north, east geodesy.Angle) airspace.Outline {
	return airspace.Outline{
		State: s, Certain: true, Uncertainty: 50,
		Polygons: [][][]geodesy.Position{{{pos(south, west), pos(south, east), pos(north, east), pos(north, west), pos(south, west)}}},
	}
}

func lineOf(t testing.TB, outlines ...airspace.Outline) airspace.DatedLine {
	t.Helper()
	l, err := airspace.NewOfficialLine(airspace.OfficialConfig{Source: airspace.Source{Name: "boxes"}, Outlines: outlines})
	if err != nil {
		t.Fatal(err)
	}
	return airspace.DatedLine{Line: l}
}

// twoStates is AAA and BBB side by side on the equator, with the border at 10 E.
func twoStates(t testing.TB) airspace.DatedLine {
	t.Helper()
	return lineOf(t, box("AAA", -1, 9, 1, 10), box("BBB", -1, 10, 1, 11))
}

// shot is a frame and its footprint, a box of half degrees h about the centre.
type shot struct {
	sec         float64
	eye, centre geodesy.Position
	h           geodesy.Angle
	change      func(*sensor.Frame, *sensor.Footprint)
}

func (s shot) take() (*sensor.Frame, *sensor.Footprint) {
	f := &sensor.Frame{Time: at(s.sec), Position: sensor.Known(s.eye), Ref: evidence.Ref{Offset: int64(s.sec * 1000)}}
	c := s.centre
	fp := &sensor.Footprint{
		Time: f.Time, Ref: f.Ref, Method: sensor.FullCorners, Uncertainty: 20,
		Corners: [4]geodesy.Position{
			pos(c.Lat+s.h, wrap(c.Lon-s.h)), pos(c.Lat+s.h, wrap(c.Lon+s.h)),
			pos(c.Lat-s.h, wrap(c.Lon+s.h)), pos(c.Lat-s.h, wrap(c.Lon-s.h)),
		},
	}
	if s.change != nil {
		s.change(f, fp)
	}
	return f, fp
}

func wrap(a geodesy.Angle) geodesy.Angle { return geodesy.NormalizeLongitude(a) }

func keep(t *testing.T, line airspace.DatedLine, shots ...shot) account.Path {
	t.Helper()
	k, err := account.New(flight.Aircraft{}, "test", []airspace.DatedLine{line}, account.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shots {
		k.Frame(s.take())
	}
	return k.Close()
}

func find(t *testing.T, p account.Path, s airspace.State, v account.Vantage) account.Look {
	t.Helper()
	for _, l := range p.LookedInto {
		if l.State == s && l.From == v {
			return l
		}
	}
	t.Fatalf("no look into %q from %v in %+v", s, v, p.LookedInto)
	return account.Look{}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// A square of 0.02 degrees on the equator.
const squareKm2 = 2.226390 * 2.211486

func TestLookingInFromOutside(t *testing.T) {
	t.Parallel()
	// Over the sea, looking at a square of which the eastern quarter is AAA.
	p := keep(t, twoStates(t), shot{sec: 1, eye: pos(0, 8.9), centre: pos(0, 8.995), h: 0.01})
	if len(p.LookedInto) != 2 {
		t.Fatalf("got %+v", p.LookedInto)
	}
	a := find(t, p, "AAA", account.Outside)
	near(t, "area", a.AreaKm2, squareKm2/4, squareKm2/50)
	near(t, "deepest", float64(a.Deepest.Nearest.Distance), 0.005*111319.49, 0.5)
	near(t, "deepest uncertainty", float64(a.Deepest.Uncertainty), 70, 0)
	if !a.Resolved || a.Deepest.Ref.Offset != 1000 || !a.Deepest.Time.Equal(at(1)) || a.Boundary.Source.Name != "boxes" {
		t.Errorf("got %+v", a)
	}
	sea := find(t, p, "", account.Inside)
	near(t, "area of sea", sea.AreaKm2, squareKm2*3/4, squareKm2/50)
	if sea.Deepest.Known {
		t.Error("ground outside every state has a depth")
	}
}

func TestVantages(t *testing.T) {
	t.Parallel()
	p := keep(t, twoStates(t),
		shot{sec: 0, eye: pos(0, 10.1), centre: pos(0, 10), h: 0.01},   // from BBB, half and half
		shot{sec: 0.1, eye: pos(0, 9.9), centre: pos(0, 10), h: 0.01},  // the same ground from AAA
		shot{sec: 60, eye: pos(0, 10.1), centre: pos(0, 9.5), h: 0.01}, // from BBB deep into AAA
	)
	for _, c := range []struct {
		s      airspace.State
		v      account.Vantage
		area   float64
		frames int
		deep   float64
	}{
		{"AAA", account.Inside, squareKm2 / 2, 1, 0.01},
		{"AAA", account.Outside, squareKm2 * 1.5, 2, 0.5},
		{"BBB", account.Inside, squareKm2 / 2, 1, 0.01},
		{"BBB", account.Outside, squareKm2 / 2, 1, 0.01},
	} {
		l := find(t, p, c.s, c.v)
		near(t, string(c.s)+c.v.String(), l.AreaKm2, c.area, squareKm2/25)
		if l.Frames != c.frames {
			t.Errorf("%s %v: %d frames", c.s, c.v, l.Frames)
		}
		if want := c.deep * 111319.49; c.deep == 0.01 {
			near(t, "depth", float64(l.Deepest.Nearest.Distance), want, 1)
		} else if float64(l.Deepest.Nearest.Distance) < want*0.97 {
			t.Errorf("%s %v: deepest %v", c.s, c.v, l.Deepest.Nearest.Distance)
		}
	}
	if len(p.LookedInto) != 4 {
		t.Errorf("got %d looks", len(p.LookedInto))
	}
	out := find(t, p, "AAA", account.Outside)
	want := []account.Interval{{From: at(0), To: at(0), Frames: 1}, {From: at(60), To: at(60), Frames: 1}}
	if diff := cmp.Diff(want, out.Intervals); diff != "" {
		t.Error(diff)
	}
}

func TestQuarantinedFramesNeverCount(t *testing.T) {
	t.Parallel()
	bad := func(f *sensor.Frame, _ *sensor.Footprint) { f.Quarantined = true }
	badFootprint := func(_ *sensor.Frame, fp *sensor.Footprint) { *fp = sensor.Footprint{Reason: sensor.Quarantined} }
	sky := func(_ *sensor.Frame, fp *sensor.Footprint) { *fp = sensor.Footprint{Reason: sensor.AboveHorizon} }
	p := keep(t, twoStates(t),
		shot{eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.01, change: bad},
		shot{eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.01, change: badFootprint},
		shot{eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.01, change: sky},
	)
	if len(p.LookedInto) != 0 || p.Frames.Total != 3 || p.Frames.Quarantined != 2 || p.Frames.Nowhere[sensor.AboveHorizon] != 1 || p.Frames.Looked != 0 {
		t.Errorf("got %+v", p)
	}
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	var shots []shot
	// Two rows of frames, one pause of 6 s between them, told out of order.
	for _, s := range []float64{10, 10.5, 0, 4.9, 2, 11, 0.5, 16.1} {
		shots = append(shots, shot{sec: s, eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.01})
	}
	got := find(t, keep(t, twoStates(t), shots...), "AAA", account.Inside)
	want := []account.Interval{{From: at(0), To: at(4.9), Frames: 4}, {From: at(10), To: at(11), Frames: 3}, {From: at(16.1), To: at(16.1), Frames: 1}}
	if diff := cmp.Diff(want, got.Intervals); diff != "" {
		t.Error(diff)
	}
	near(t, "the same ground counts once", got.AreaKm2, squareKm2, squareKm2/50)
}

func TestFramesWithoutPlaceOrTime(t *testing.T) {
	t.Parallel()
	p := keep(t, twoStates(t), shot{eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.01, change: func(f *sensor.Frame, _ *sensor.Footprint) {
		f.Position, f.Time = sensor.Optional[geodesy.Position]{}, time.Time{}
	}})
	l := find(t, p, "AAA", account.Unplaced)
	if len(l.Intervals) != 0 || l.Frames != 1 || l.AreaKm2 < 1 || p.Frames.Unplaced != 1 || p.Frames.Untimed != 1 || !p.From.IsZero() {
		t.Errorf("got %+v", p)
	}
	var codes []evidence.Code
	for _, f := range p.Findings {
		codes = append(codes, f.Code)
	}
	if diff := cmp.Diff([]evidence.Code{account.CodeUntimed, account.CodeUnplaced}, codes); diff != "" {
		t.Error(diff)
	}
}

// A state that lies between the samples is not overlooked, though its area may be.
func TestEnclave(t *testing.T) {
	t.Parallel()
	line := lineOf(t, box("AAA", -1, 9, 1, 10), box("CCC", 0.0005, 9.5005, 0.0035, 9.5035))
	p := keep(t, line, shot{eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.008})
	if l := find(t, p, "CCC", account.Outside); !l.Deepest.Known || len(l.Intervals) != 1 || l.Frames != 1 {
		t.Errorf("got %+v", l)
	}
	// One beside the picture is not in it.
	if p := keep(t, line, shot{eye: pos(0, 9.5), centre: pos(-0.008, 9.5), h: 0.008}); len(p.LookedInto) != 1 {
		t.Errorf("got %+v", p.LookedInto)
	}
	// A larger one has its area, and ground under two claims is the ground of both.
	p = keep(t, line, shot{eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.004})
	near(t, "area", find(t, p, "CCC", account.Outside).AreaKm2, squareKm2*0.0225, squareKm2/100)
	near(t, "area of the other claimant", find(t, p, "AAA", account.Inside).AreaKm2, squareKm2*0.16, squareKm2/100)
}

func TestAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	line := lineOf(t, box("EEE", -1, 179, 1, 180), box("WWW", -1, -180, 1, -179))
	p := keep(t, line, shot{eye: pos(0, -179.9), centre: pos(0, 179.99999), h: 0.01})
	near(t, "east", find(t, p, "EEE", account.Outside).AreaKm2, squareKm2/2, squareKm2/25)
	near(t, "west", find(t, p, "WWW", account.Inside).AreaKm2, squareKm2/2, squareKm2/25)
	if len(p.LookedInto) != 2 {
		t.Errorf("got %+v", p.LookedInto)
	}
}

func TestShallowLookIsUnresolved(t *testing.T) {
	t.Parallel()
	// 0.0005 degrees are 55.7 m: less than 50 m for the line and 20 m for the footprint.
	p := keep(t, twoStates(t), shot{eye: pos(0, 8.9), centre: pos(0, 8.9905), h: 0.01})
	if l := find(t, p, "AAA", account.Outside); l.Resolved || l.AreaKm2 <= 0 {
		t.Errorf("got %+v", l)
	}
}

func TestLineNotInForce(t *testing.T) {
	t.Parallel()
	line := twoStates(t)
	line.Valid = validity.Period{To: at(5)}
	p := keep(t, line, shot{sec: 4.9, eye: pos(0, 9.5), centre: pos(0, 9.5), h: 0.01}, shot{sec: 5, eye: pos(0, 9.5), centre: pos(0, 9.7), h: 0.01})
	if l := find(t, p, "AAA", account.Inside); l.Frames != 1 || p.Frames.Unjudged != 1 {
		t.Errorf("got %+v", p)
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	path := flight.Path{Aircraft: flight.Aircraft{Address: "abcdef", Type: "MQ-9"}, Source: "a", Resolution: time.Second}
	for i := range 100 {
		path.Fixes = append(path.Fixes, flight.Fix{Time: at(float64(i)), Position: pos(0, 8.95+geodesy.Angle(i)*0.001), GroundSpeed: 111})
	}
	p, err := account.Of(path, []airspace.DatedLine{twoStates(t)}, account.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if !p.From.Equal(at(0)) || !p.To.Equal(at(99)) || p.Airspace.Resolution != time.Second || p.Airspace.Ceiling.Basis != airspace.ByType {
		t.Errorf("got %+v", p)
	}
	if len(p.Airspace.Entries) != 1 || p.Airspace.FixesByState["AAA"] != 50 && p.Airspace.FixesByState["AAA"] != 49 {
		t.Errorf("got %v", p.Airspace.FixesByState)
	}
	if _, err := account.Of(path, nil, account.Config{}); err == nil {
		t.Error("an account without a boundary")
	}
}

// A two-hour stream at 30 Hz along the border near El Paso, the sensor sweeping across it.
func BenchmarkStream2h(b *testing.B) {
	a, err := atlas.Open()
	if err != nil {
		b.Fatal(err)
	}
	const n = 216_000
	frames, prints := make([]sensor.Frame, n), make([]sensor.Footprint, n)
	line := geodesy.NewLine(pos(31.9, -107.5), 95)
	for i := range frames {
		s := float64(i) / 30
		eye, azi := line.PositionAzimuth(geodesy.Length(60 * s))
		centre, _ := geodesy.Direct(eye, azi+geodesy.Angle(90+60*math.Sin(s/20)), geodesy.Length(6000+4000*math.Sin(s/50)))
		f, fp := shot{sec: s, eye: eye, centre: centre, h: 0.004}.take()
		frames[i], prints[i] = *f, *fp
	}
	b.ReportAllocs()
	b.ResetTimer()
	var p account.Path
	for b.Loop() {
		k, err := account.New(flight.Aircraft{}, "", []airspace.DatedLine{{Line: a}}, account.Config{})
		if err != nil {
			b.Fatal(err)
		}
		for i := range frames {
			k.Frame(&frames[i], &prints[i])
			if i%30 == 0 {
				k.Fix(flight.Fix{Time: frames[i].Time, Position: prints[i].Corners[0], GroundSpeed: -1})
			}
		}
		p = k.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/frame")
	for _, l := range p.LookedInto {
		b.Logf("%q from %v: %.1f km2, %d intervals, deepest %.0f m", l.State, l.From, l.AreaKm2, len(l.Intervals), float64(l.Deepest.Nearest.Distance))
	}
}
