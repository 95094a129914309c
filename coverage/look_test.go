package coverage

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/sensor"
)

var noon = time.Date(2025, 3, 3, 19, 0, 0, 0, time.UTC) // at 110 W

// glimpseOf is a frame that shows a trapezium about a place from a sensor at a distance, a height and an azimuth.
func glimpseOf(t testing.TB, centre geodesy.Position, corners [4]geodesy.Position, azimuth geodesy.Angle, away, over geodesy.Length, at time.Time) Glimpse {
	t.Helper()
	eye, _ := geodesy.Direct(centre, azimuth, away)
	alt := geodesy.Altitude{Value: over + 1200, Datum: geodesy.MSL}
	slant := geodesy.ToECEF(eye, alt.Value).Minus(geodesy.ToECEF(centre, 1200)).Norm()
	fp := seen(corners)
	fp.Time, fp.Centre, fp.SlantRange, fp.Uncertainty = at, sensor.Known(centre), sensor.Known(geodesy.Length(slant)), 12.34
	g, ok := GlimpseOf(7, sensor.Known(eye), sensor.Known(alt), fp)
	if !ok {
		t.Fatalf("no glimpse of %v", corners)
	}
	return g
}

func TestGlimpseOf(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	for i := range 500 {
		at := anyPlace(r, i)
		over := geodesy.Length(500 + 9000*r.Float64())
		away := geodesy.Length(40_000 * r.Float64())
		g := glimpseOf(t, at, trapezium(at, 30, 300, 400, 300), geodesy.Angle(360*r.Float64()), away, over, noon)
		h, ok := g.Height.Get()
		if !ok || math.Abs(float64(h-over)) > 0.5 {
			t.Errorf("%v away at %v: height %v, %v, want %v", away, at, h, ok, over)
		}
		if g.Uncertainty != 12.3 || g.Number != 7 || !g.Time.Equal(noon) {
			t.Errorf("got %+v", g)
		}
	}
}

func TestNoGlimpse(t *testing.T) {
	t.Parallel()
	at := geodesy.Position{Lat: 31, Lon: -110}
	good := trapezium(at, 0, 300, 400, 300)
	for name, fp := range map[string]*sensor.Footprint{
		"above the horizon": {Method: sensor.NoMethod, Reason: sensor.AboveHorizon, Corners: good},
		"a line":            seen([4]geodesy.Position{at, good[0], at, good[0]}),
		"a point":           seen([4]geodesy.Position{at, at, at, at}),
		"wider than can be": seen(trapezium(at, 0, 3e6, 3e6, 3e6)),
		"off the Earth":     seen([4]geodesy.Position{{Lat: 91}, good[1], good[2], good[3]}),
	} {
		if g, ok := GlimpseOf(0, sensor.Known(at), sensor.Optional[geodesy.Altitude]{}, fp); ok {
			t.Errorf("%s: got %+v", name, g)
		}
	}
}

// What a frame tells of a place: range, angles and ground sample distance by plane geometry, where the Earth is flat enough.
func TestLookAt(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	for _, at := range places {
		if math.Abs(float64(at.Lat)) > 89.99 {
			continue // azimuths from a pole are all south
		}
		const over, away, size = 3000.0, 4000.0, 400.0
		g := glimpseOf(t, at, trapezium(at, 0, size, size, size), 90, away, over, noon)
		l, ok := m.LookAt(&g, at, nil)
		if !ok || !l.Known {
			t.Fatalf("at %v: %+v, %v", at, l, ok)
		}
		if math.Abs(float64(l.Range)-5000) > 10 || math.Abs(float64(l.Grazing)-36.87) > 0.1 || math.Abs(float64(l.Azimuth)-90) > 0.3 {
			t.Errorf("at %v: range %.1f, grazing %.2f, azimuth %.2f", at, float64(l.Range), float64(l.Grazing), float64(l.Azimuth))
		}
		// From the east a picture of 640 columns has the top in the north: 400 m of depth foreshortened to 240 over the columns, 400
		// over the rows; along the line of sight an element is longer by 1 / sin(grazing).
		want := math.Max(5000*math.Atan(240.0/5000)/640, 5000*2*math.Atan(200.0/5000)/480/0.6)
		if math.Abs(float64(l.Resolution)-want) > 0.02*want {
			t.Errorf("at %v: resolution %.4f m, want %.4f", at, float64(l.Resolution), want)
		}
		outside, _ := geodesy.Direct(at, 45, 400)
		if _, ok := m.LookAt(&g, outside, nil); ok {
			t.Errorf("at %v: shows what lies beside it", at)
		}
		if l.Masking != UnknownMasking {
			t.Errorf("at %v: %v without a height model", at, l.Masking)
		}
	}
}

// ridge is a height model with a ridge from north to south between two meridians, highest in the middle.
type ridge struct {
	from, to geodesy.Angle
	wall     geodesy.Length
	hole     bool
}

func (r ridge) HeightAt(p geodesy.Position) (geodesy.Length, bool) {
	if r.hole && p.Lon > r.to {
		return 0, false
	}
	if p.Lon >= r.from && p.Lon <= r.to {
		half := (r.to - r.from) / 2
		return 1200 + r.wall*geodesy.Length(1-math.Abs(float64((p.Lon-r.from-half)/half))), true
	}
	return 1200, true
}

func TestMasking(t *testing.T) {
	t.Parallel()
	at := geodesy.Position{Lat: 31, Lon: -110}
	g := glimpseOf(t, at, trapezium(at, 0, 400, 400, 400), 90, 4000, 3000, noon)
	m := DefaultModel()
	// 1,000 m east of the place the line of sight is 750 m up.
	near, _ := geodesy.Direct(at, 90, 700)
	far, _ := geodesy.Direct(at, 90, 1300)
	foot, _ := geodesy.Direct(at, 90, 723)
	heel, _ := geodesy.Direct(at, 90, 1277)
	for _, tt := range []struct {
		name string
		h    Heights
		want Masking
	}{
		{"plain", ridge{near.Lon, far.Lon, 0, false}, InSight},
		{"wall below the line", ridge{near.Lon, far.Lon, 600, false}, InSight},
		{"wall above the line", ridge{near.Lon, far.Lon, 900, false}, Masked},
		{"as steep as ground may be", ridge{foot.Lon, heel.Lon, 831, false}, Masked},
		{"hole in the model", ridge{near.Lon, far.Lon, 0, true}, UnknownMasking},
	} {
		l, ok := m.LookAt(&g, at, tt.h)
		if !ok || l.Masking != tt.want {
			t.Errorf("%s: %v, %v; want %v", tt.name, l.Masking, ok, tt.want)
		}
		if d := m.Detect(&l); (d.Why == BehindGround) != (tt.want == Masked) || tt.want == Masked && d.POD != 0 {
			t.Errorf("%s: %+v", tt.name, d)
		}
	}
}

// The sun at places and times of the NOAA solar calculator's method and of almanacs: rise and set, noon and midnight.
func TestSunElevation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lat, lon geodesy.Angle
		at       string
		want     float64
	}{
		{0, 0, "2000-03-20T12:07:26Z", 90},     // the sun stands over the equator at the March equinox, less than a minute from noon
		{23.43, 0, "2025-06-21T12:01:50Z", 90}, // June solstice on the tropic
		{90, 0, "2025-06-21T00:00:00Z", 23.43}, // the pole at midsummer, whatever the hour
		{-90, 0, "2025-06-21T00:00:00Z", -23.43},
		{31, -110, "2025-12-21T19:18:00Z", 35.6}, // 90 - 31 - 23.43 at local noon
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(SunElevation(geodesy.Position{Lat: tt.lat, Lon: tt.lon}, at)); math.Abs(got-tt.want) > 0.15 {
			t.Errorf("%v %v %s: %.3f, want %.3f", tt.lat, tt.lon, tt.at, got, tt.want)
		}
	}
	if l := LightAt(geodesy.Position{}, time.Time{}); l != UnknownLight {
		t.Errorf("without a time: %v", l)
	}
	if l := LightAt(geodesy.Position{Lat: 31, Lon: -110}, noon.Add(12*time.Hour)); l != Night {
		t.Errorf("at midnight: %v", l)
	}
}

// A lamp tells the light that LightAt does, of frames a second apart over days, and of frames in no order.
func TestLamp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 1))
	met := map[Light]int{}
	for range 40 {
		p := geodesy.Position{Lat: geodesy.Angle(180*r.Float64() - 90), Lon: geodesy.Angle(360*r.Float64() - 180)}
		l := lamp{place: p}
		at := noon.Add(time.Duration(r.IntN(365*24)) * time.Hour)
		for i := range 4000 {
			at = at.Add(time.Duration(r.IntN(30)) * time.Second)
			if i%1000 == 999 {
				at = at.Add(time.Duration(r.IntN(1000)-500) * time.Hour)
			}
			got, want := l.lightAt(at), LightAt(p, at)
			if met[want]++; got != want {
				t.Fatalf("%v at %v: %v, want %v", p, at, got, want)
			}
		}
		if got := l.lightAt(time.Time{}); got != UnknownLight {
			t.Errorf("without a time: %v", got)
		}
	}
	if min(met[Day], met[Twilight], met[Night]) < 2000 {
		t.Error(met)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	m.LeafArea = 0
	look := func(resolution geodesy.Length, grazing geodesy.Angle) *Look {
		return &Look{Known: true, Resolution: resolution, Grazing: grazing, Light: Day, Range: 1000}
	}
	// Size 4 m at half a metre is four cycles: one half, by Johnson.
	if d := m.Detect(look(0.5, 90)); math.Abs(d.POD-0.5) > 1e-12 {
		t.Errorf("at N50: %+v", d)
	}
	// Two cycles of N50 1: 2^4.1 / (1 + 2^4.1), a value of the published curve (0.94).
	m.Cycles = 1
	if d := m.Detect(look(1, 90)); math.Abs(d.Resolution-0.9449) > 1e-3 || d.POD != m.FrameCap {
		t.Errorf("at twice N50: %+v", d)
	}
	m.LeafArea = 2
	if d := m.Detect(look(1, 30)); math.Abs(d.Canopy-math.Exp(-2)) > 1e-12 {
		t.Errorf("leaf area 2 at 30 degrees: %+v", d)
	}
	before := 1.0
	for res := geodesy.Length(0.05); res < 50; res *= 1.3 {
		d := m.Detect(look(res, 60))
		if d.POD > before || d.POD > m.FrameCap || d.POD < 0 {
			t.Fatalf("at %v m: %v after %v", res, d.POD, before)
		}
		before = d.POD
	}
	dark := look(0.1, 60)
	dark.Band, dark.Light = sensor.Visible, Night
	radar := look(0.1, 60)
	radar.Band = sensor.Radar
	for _, tt := range []struct {
		l   *Look
		why Nothing
	}{{&Look{}, NoGeometry}, {dark, WithoutDay}, {radar, WithoutLaw}, {look(100, 60), TooCoarse}} {
		if d := m.Detect(tt.l); d.POD != 0 || d.Why != tt.why {
			t.Errorf("%+v: %+v, want %v", tt.l, d, tt.why)
		}
	}
}

// The same picture by night: nothing in visible light, and more in the thermal band than what may have been either.
func TestBands(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	m.LeafArea = 0
	pod := func(b sensor.Band, l Light, resolution geodesy.Length) float64 {
		d := m.Detect(&Look{Known: true, Resolution: resolution, Grazing: 60, Light: l, Range: 1000, Band: b})
		return d.POD
	}
	if v, u := pod(sensor.Visible, Day, 0.5), pod(sensor.UnknownBand, Day, 0.5); v != u || v != pod(sensor.Visible, Twilight, 0.5) {
		t.Errorf("visible %v, unknown %v", v, u)
	}
	if v := pod(sensor.Visible, Night, 0.5); v != 0 {
		t.Errorf("visible by night: %v", v)
	}
	// 4 m at 1.25 m a picture element are 1.6 cycles: one half in the thermal band, by day as by night.
	if d, n := pod(sensor.Thermal, Day, 1.25), pod(sensor.Thermal, Night, 1.25); math.Abs(d-0.5) > 1e-12 || d != n {
		t.Errorf("thermal: %v by day, %v by night", d, n)
	}
	if u := pod(sensor.UnknownBand, Night, 1.25); !(u > 0 && u < 0.2) {
		t.Errorf("unknown: %v", u)
	}
}

// A picture whose size the stream tells is reckoned with that, and not with the model's.
func TestPicture(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	at := geodesy.Position{Lat: 31, Lon: -110}
	g := glimpseOf(t, at, trapezium(at, 0, 400, 400, 400), 90, 4000, 3000, noon)
	plain, _ := m.LookAt(&g, at, nil)
	g.Picture = sensor.Picture{Columns: 1280, Rows: 960}
	if fine, _ := m.LookAt(&g, at, nil); math.Abs(float64(fine.Resolution*2-plain.Resolution)) > 1e-9 {
		t.Errorf("resolution %v with twice the elements, %v without", fine.Resolution, plain.Resolution)
	}
}

// Looks in two bands are independent; one of a band that is not known may have been in either, and is never a third.
func TestUnknownIsNoOther(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	group := func(b sensor.Band, l Light, azimuth float64) Group { return groupOf(0.6, azimuth, b, l) }
	sum := func(all ...grouped) Cumulative {
		var tally Tally
		for _, x := range all {
			tally.Add(x.group, float64(x.pod), true)
		}
		return tally.Sum(&m)
	}
	visible, thermal := grouped{group(sensor.Visible, Day, 1), 0.3}, grouped{group(sensor.Thermal, Day, 1), 0.2}
	for _, tt := range []struct {
		name   string
		all    []grouped
		groups int
		want   float64
	}{
		{"two bands", []grouped{visible, thermal}, 2, 1 - 0.7*0.8},
		{"and an unknown one, weaker", []grouped{visible, thermal, {group(sensor.UnknownBand, Day, 1), 0.25}}, 2, 1 - 0.7*0.8},
		{"and an unknown one, better", []grouped{visible, thermal, {group(sensor.UnknownBand, Day, 1), 0.4}}, 2, 1 - 0.6*0.8},
		{"unknown band and light", []grouped{visible, {group(sensor.UnknownBand, UnknownLight, 1), 0.4}}, 1, 0.4},
		{"two kinds of unknown", []grouped{{group(sensor.Visible, UnknownLight, 1), 0.1}, {group(sensor.UnknownBand, Night, 1), 0.2}}, 1, 0.2},
		{"unknown by night, visible by day", []grouped{visible, {group(sensor.UnknownBand, Night, 1), 0.2}}, 2, 1 - 0.7*0.8},
		{"from another side", []grouped{visible, {group(sensor.UnknownBand, Day, 3), 0.2}}, 2, 1 - 0.7*0.8},
	} {
		if got := sum(tt.all...); got.Groups != tt.groups || math.Abs(got.POD-tt.want) > 1e-6 {
			t.Errorf("%s: %+v, want %d groups and %.3f", tt.name, got, tt.groups, tt.want)
		}
	}
}

func TestModelCheck(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*Model){
		func(m *Model) { m.Size = 0 }, func(m *Model) { m.Cycles = math.NaN() }, func(m *Model) { m.Columns = 0 }, func(m *Model) { m.Rows = 1 << 20 },
		func(m *Model) { m.LeafArea = -1 }, func(m *Model) { m.Extinction = 2 }, func(m *Model) { m.FrameCap = 1 }, func(m *Model) { m.WholeCap = 1 },
	} {
		m := DefaultModel()
		change(&m)
		if m.Check() == nil {
			t.Errorf("%+v is taken", m)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	var none Tally
	if got := none.Sum(&m); got != (Cumulative{}) {
		t.Errorf("nothing looked: %+v", got)
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
	var a Tally
	a.Add(1, 0.3, true)
	a.Add(1, 0.5, false) // the same look, a better frame
	a.Add(1, 0.4, true)  // another look, of the same cause
	if s := a.Sum(&m); s.Looks != 2 || s.Groups != 1 || !near(s.POD, 0.5) || !near(s.Correlated, 0.5) || !near(s.Independent, 1-0.5*0.6) {
		t.Errorf("one group: %+v", s)
	}
	a.Add(2, 0.2, true)
	if s := a.Sum(&m); s.Groups != 2 || !near(s.POD, 1-0.5*0.8) || !near(s.Correlated, 0.5) || !near(s.Independent, 1-0.5*0.6*0.8) {
		t.Errorf("two groups: %+v", s)
	}
	// One look from two sides, as of an orbit: what it is worth is between the ends as well.
	var b Tally
	b.Add(1, 0.3, true)
	b.Add(Group(1+perAngle), 0.4, false)
	b.Add(1, 0.2, false)
	if s := b.Sum(&m); s.Looks != 1 || s.Groups != 2 || !near(s.POD, 1-0.7*0.6) || !near(s.Independent, 1-0.7*0.6) || !near(s.Correlated, 0.4) {
		t.Errorf("one look from two sides: %+v", s)
	}
	// Any number of passes stays under the ceiling, and the order of values holds.
	r := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		var b Tally
		for range 1 + r.IntN(400) {
			b.Add(Group(r.IntN(groups)), m.FrameCap*r.Float64()*r.Float64(), r.IntN(3) == 0)
		}
		s := b.Sum(&m)
		if s.POD > m.WholeCap || s.Correlated > m.FrameCap || s.Independent > 1 || s.Correlated > s.POD+1e-6 || s.Independent < s.POD-1e-5 {
			t.Fatalf("%+v", s)
		}
	}
	var dark Tally
	dark.Add(1, 0, true)
	if s := dark.Sum(&m); s.Looks != 1 || s.POD != 0 || s.Groups != 0 {
		t.Errorf("a look that adds nothing: %+v", s)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	met := map[Group]bool{}
	for azimuth := range 360 {
		for _, grazing := range []geodesy.Angle{1, 15, 45, 75, 90} {
			for b := range sensor.Bands {
				for l := range lights {
					g := (&Look{Known: true, Azimuth: geodesy.Angle(azimuth), Grazing: grazing, Band: b, Light: l}).Group()
					if int(g) >= groups {
						t.Fatalf("group %d of %d", g, groups)
					}
					met[g] = true
				}
			}
		}
	}
	if len(met) != groups {
		t.Errorf("%d groups of %d", len(met), groups)
	}
}
