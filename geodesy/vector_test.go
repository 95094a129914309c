package geodesy

import (
	"math"
	"math/rand/v2"
	"testing"
)

func randomPosition(r *rand.Rand) Position {
	return Position{Angle(math.Asin(2*r.Float64()-1) / degree), Angle(360*r.Float64() - 180)}
}

func TestECEFAnchors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p    Position
		h    Length
		want Vector
	}{
		{Position{0, 0}, 0, Vector{semiMajor, 0, 0}},
		{Position{0, 90}, 100, Vector{0, semiMajor + 100, 0}},
		{Position{0, -180}, 0, Vector{-semiMajor, 0, 0}},
		{Position{90, 33}, 5, Vector{0, 0, semiMinor + 5}},
		{Position{-90, 0}, 0, Vector{0, 0, -semiMinor}},
	} {
		if got := ToECEF(tt.p, tt.h); !(got.Minus(tt.want).Norm() < 1e-9) {
			t.Errorf("ToECEF(%v, %v) = %v, want %v", tt.p, tt.h, got, tt.want)
		}
	}
}

// ulp is a unit in the last place of x.
func ulp(x float64) float64 { return math.Nextafter(x, math.Inf(1)) - x }

func TestECEFRoundTrip(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	var worst float64
	for i := range 200_000 {
		p := randomPosition(r)
		switch i % 10 {
		case 0:
			p.Lat = Angle([]float64{-90, 0, 90}[i/10%3])
		case 1:
			p.Lat = Angle(90 - math.Pow(10, -12*r.Float64()))
		}
		h := Length(-1e6 + 2e6*r.Float64())
		if i%3 == 0 {
			h = Length(5e7 * r.Float64())
		}
		v := ToECEF(p, h)
		q, k := FromECEF(v)
		allowed := 8 * ulp(math.Max(v.Norm(), semiMajor))
		worst = math.Max(worst, ToECEF(q, k).Minus(v).Norm()/allowed)
		if !(math.Abs(float64(k-h)) <= allowed) || !(ToECEF(q, k).Minus(v).Norm() <= allowed) {
			t.Fatalf("FromECEF(ToECEF(%v, %v)) = %v, %v", p, h, q, k)
		}
	}
	t.Logf("worst: %.2f of what is allowed", worst)
}

func TestFrameIsOrthonormal(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 1))
	for range 1000 {
		p := randomPosition(r)
		f := NEDAt(p)
		v := Vector{1, 2, 3}
		if d := f.FromECEF(f.ToECEF(v)).Minus(v).Norm(); !(d < 1e-14) {
			t.Fatalf("at %v a round trip misses by %g", p, d)
		}
		if d := f.North.Cross(f.East).Minus(f.Down).Norm(); !(d < 1e-14) {
			t.Fatalf("at %v the frame is not right handed", p)
		}
		if d := UpAt(p).Plus(f.Down).Norm(); !(d < 1e-14) {
			t.Fatalf("at %v down is not against the normal", p)
		}
		// A metre to the north moves the latitude only, and the right way.
		q, _ := FromECEF(ToECEF(p, 0).Plus(f.North))
		if !(q.Lat > p.Lat) || !(math.Abs(float64(LongitudeDifference(p.Lon, q.Lon))) < 1e-9) {
			t.Fatalf("north of %v is %v", p, q)
		}
	}
}

// The chord bounds the geodesic from below, and with its curvature term from both sides.
func TestShortDistance(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	for _, tt := range []struct {
		up        Length
		tolerance float64
	}{{50e3, 1e-8}, {100e3, 1e-6}, {NearLimit, 1e-4}, {500e3, 1e-3}} {
		var worst float64
		for i := range 50_000 {
			a := randomPosition(r)
			if i%5 == 0 {
				a.Lat = Angle(90 - r.Float64())
			}
			b, _ := Direct(a, Angle(360*r.Float64()), tt.up*Length(r.Float64()))
			s := Distance(a, b)
			short, chord := ShortDistance(a, b), Chord(a, b)
			worst = math.Max(worst, math.Abs(float64(short-s)))
			if !(chord <= short) || !(chord <= s+1e-8) ||
				!(float64(s-chord) <= math.Pow(float64(s), 3)/(24*leastRadius*leastRadius)+1e-8) {
				t.Fatalf("chord from %v to %v: %.9f, short %.9f, geodesic %.9f", a, b, chord, short, s)
			}
			if p, q := NewSurfacePoint(a), NewSurfacePoint(b); p.ShortDistance(q) != short || p.Chord(q) > short {
				t.Fatalf("prepared points %v, %v differ", a, b)
			}
		}
		if !(worst <= tt.tolerance) {
			t.Errorf("up to %v m the worst error is %g m, want at most %g", tt.up, worst, tt.tolerance)
		}
		t.Logf("worst error up to %v m is %.2g m", tt.up, worst)
	}
}

func TestChordIsALowerBound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 1))
	for range 20_000 {
		a, b := randomPosition(r), randomPosition(r)
		if c, s := Chord(a, b), Distance(a, b); !(c <= s) {
			t.Fatalf("chord from %v to %v: %v, geodesic %v", a, b, c, s)
		}
	}
}

func TestRayMeetsTheSurface(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 1))
	for range 100_000 {
		ground := Length(-400 + 9000*r.Float64())
		target := randomPosition(r)
		at := ToECEF(target, ground)
		f := NEDAt(target)
		// From a target look back up, at 0.5 to 90 degrees of elevation, then cast down that line.
		el, az := (0.5+89.5*r.Float64())*degree, 2*math.Pi*r.Float64()
		up := f.ToECEF(Vector{math.Cos(el) * math.Cos(az), math.Cos(el) * math.Sin(az), -math.Sin(el)})
		slant := 100 + 50e3*r.Float64()
		ray := Ray{at.Plus(up.Times(slant)), up.Times(-0.5 - r.Float64())}
		got, d, ok := ray.Intersect(ground)
		if !ok {
			t.Fatalf("no point; want %v at height %v", target, ground)
		}
		if miss := got.Minus(at).Norm(); !(miss < 5e-9/math.Sin(el)) || !(math.Abs(float64(d)-slant) < 5e-7) {
			t.Fatalf("missed %v by %g m at elevation %g", target, miss, el/degree)
		}
	}
}

func TestRayWithoutGround(t *testing.T) {
	t.Parallel()
	p := Position{45, 10}
	f := NEDAt(p)
	origin := ToECEF(p, 3000)
	// The horizon seen from 3,000 m lies 1.76 degrees down.
	horizon := math.Acos(6.37e6/(6.37e6+3000)) / degree
	for _, tt := range []struct {
		name      string
		elevation float64
		height    Length
		want      bool
	}{
		{"straight down", -90, 0, true},
		{"just below the horizon", -horizon - 0.02, 0, true},
		{"just above the horizon", -horizon + 0.02, 0, false},
		{"level", 0, 0, false},
		{"up", 45, 0, false},
		{"from below the surface, down", -45, 4000, false},
		{"from below the surface, up", 45, 4000, false},
		{"from a centimetre above the surface", -45, 2999.99, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := turnOf(tt.elevation, 0)
			_, _, ok := Ray{origin, f.ToECEF(Vector{e.c, 0, -e.s})}.Intersect(tt.height)
			if ok != tt.want {
				t.Errorf("got %v, want %v", ok, tt.want)
			}
		})
	}
	nan := math.NaN()
	if _, _, ok := (Ray{origin, Vector{nan, nan, nan}}).Intersect(0); ok {
		t.Error("a ray that is not a number meets the ground")
	}
	if _, _, ok := (Ray{origin, Vector{}}).Intersect(0); ok {
		t.Error("a ray without direction meets the ground")
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, lon, azi Angle }{
		{0, 0, 0},
		{180, -180, 180},
		{-180, -180, 180},
		{190, -170, 190},
		{-190, 170, 170},
		{360, 0, 0},
		{540, -180, 180},
		{-1e-30, -1e-30, 0},
		{720.5, 0.5, 0.5},
	} {
		if got := NormalizeLongitude(tt.in); got != tt.lon {
			t.Errorf("NormalizeLongitude(%v) = %v, want %v", tt.in, got, tt.lon)
		}
		if got := NormalizeAzimuth(tt.in); got != tt.azi {
			t.Errorf("NormalizeAzimuth(%v) = %v, want %v", tt.in, got, tt.azi)
		}
	}
	if got := LongitudeDifference(179, -179); got != 2 {
		t.Errorf("from 179 to -179 is %v, want 2", got)
	}
}
