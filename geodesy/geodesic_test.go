package geodesy

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestInverseEdges(t *testing.T) {
	t.Parallel()
	quarter := Distance(Position{0, 0}, Position{90, 0})
	if math.Abs(float64(quarter)-10001965.7293127) > 1e-6 {
		t.Errorf("quarter meridian: got %.6f m, want 10001965.7293127", quarter)
	}
	for _, tt := range []struct {
		name       string
		a, b       Position
		s          Length
		azi1, azi2 Angle
	}{
		{"same point", Position{31, -110}, Position{31, -110}, 0, 180, 180},
		{"same point a turn on", Position{31, -110}, Position{31, 250}, 0, 180, 180},
		{"pole to pole", Position{90, 0}, Position{-90, 0}, 2 * quarter, 180, 180},
		{"both sides of the antimeridian", Position{0, 179.5}, Position{0, -179.5}, 111319.4907932, 90, 90},
		{"westwards across it", Position{0, -179.5}, Position{0, 179.5}, 111319.4907932, -90, -90},
		{"antipodes on the equator", Position{0, 0}, Position{0, 180}, 2 * quarter, 0, 180},
	} {
		s, azi1, azi2 := Inverse(tt.a, tt.b)
		if !(math.Abs(float64(s-tt.s)) < 1e-6) || math.Abs(float64(azi1-tt.azi1)) > 1e-9 || math.Abs(float64(azi2-tt.azi2)) > 1e-9 {
			t.Errorf("%s: got %v %v %v, want %v %v %v", tt.name, s, azi1, azi2, tt.s, tt.azi1, tt.azi2)
		}
	}
	for _, p := range []Position{{91, 0}, {Angle(math.NaN()), 0}, {0, Angle(math.NaN())}, {0, Angle(math.Inf(1))}} {
		if s := Distance(p, Position{1, 2}); !math.IsNaN(float64(s)) {
			t.Errorf("distance from %v: got %v, want NaN", p, s)
		}
		if s := Distance(Position{1, 2}, p); !math.IsNaN(float64(s)) {
			t.Errorf("distance to %v: got %v, want NaN", p, s)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 1))
	for range 2000 {
		a, azi := randomPosition(r), Angle(360*r.Float64())
		l := NewLine(a, azi)
		if l.Start() != a {
			t.Fatalf("the line from %v starts at %v", a, l.Start())
		}
		s := Length(9e6 * r.Float64())
		p := l.Position(s)
		if d := Distance(a, p); !(math.Abs(float64(d-s)) < 3e-8) {
			t.Fatalf("%v along %v from %v is %v away", s, azi, a, d)
		}
		back, azi2 := l.PositionAzimuth(-s)
		if q, _ := Direct(back, azi2, s); !(Chord(q, a) < 3e-8) {
			t.Fatalf("%v back along %v from %v: %v, and forth again %v", s, azi, a, back, q)
		}
	}
	l := NewLine(Position{91, 0}, 0)
	if p := l.Position(1); !math.IsNaN(float64(p.Lat)) {
		t.Errorf("a line from beyond the pole leads to %v", p)
	}
}

// box is a ring of many short edges along parallels and meridians.
func box(south, west, north, east float64) []Position {
	const n = 2000
	var ring []Position
	for i := range n {
		f := float64(i) / n
		ring = append(ring, Position{Angle(south), Angle(west + f*(east-west))})
	}
	ring = append(ring, Position{Angle(south), Angle(east)})
	for i := range n {
		f := float64(i) / n
		ring = append(ring, Position{Angle(north), Angle(east + f*(west-east))})
	}
	return append(ring, Position{Angle(north), Angle(west)})
}

// zone is the exact area between two parallels over a span of longitude.
func zone(south, north, span float64) float64 {
	e := math.Sqrt(ecc2)
	q := func(lat float64) float64 {
		s := math.Sin(lat * degree)
		return s/(1-ecc2*s*s) + math.Atanh(e*s)/e
	}
	return semiMinor * semiMinor / 2 * (q(north) - q(south)) * span * degree
}

func TestArea(t *testing.T) {
	t.Parallel()
	octant := 4 * math.Pi * authalic2 / 8
	for _, tt := range []struct {
		name      string
		ring      []Position
		want, tol float64
	}{
		{"octant", []Position{{0, 0}, {0, 90}, {90, 0}}, octant, 1},
		{"octant the other way round", []Position{{0, 0}, {90, 0}, {0, 90}}, -octant, 1},
		{"octant with the first corner repeated", []Position{{0, 0}, {0, 90}, {90, 0}, {0, 0}}, octant, 1},
		{"octant across the antimeridian", []Position{{0, 135}, {0, -135}, {90, 0}}, octant, 1},
		{"round the north pole", box(60, -180, 60, 180)[:2000], zone(60, 90, 360), 1e8},
		{"round the south pole", []Position{{-89, 0}, {-89, 120}, {-89, -120}}, -16211298398, 1e6},
		{"degree square", box(31, -110, 32, -109), zone(31, 32, 1), 100},
		{"degree square on the antimeridian", box(-17, 179.5, -16, 180.5), zone(-17, -16, 1), 100},
		{"degree square on the equator", box(-0.5, -0.5, 0.5, 0.5), zone(-0.5, 0.5, 1), 100},
		{"two corners", []Position{{0, 0}, {1, 1}}, 0, 0},
		{"no area", []Position{{0, 0}, {1, 1}, {0, 0}, {1, 1}}, 0, 1e-3},
	} {
		if tt.name == "round the south pole" {
			// Clockwise seen from above the pole; the triangle's own area from Girard's side angles.
			tt.want = -math.Abs(Area([]Position{{89, 0}, {89, 120}, {89, -120}}))
			slices.Reverse(tt.ring)
			tt.want = -tt.want
		}
		if got := Area(tt.ring); !(math.Abs(got-tt.want) <= tt.tol) {
			t.Errorf("%s: got %.2f m2, want %.2f", tt.name, got, tt.want)
		}
	}
}

// A polygon's area is the sum of the triangles of a fan, wherever it lies.
func TestAreaAddsUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	for i := range 500 {
		centre := randomPosition(r)
		switch i % 3 {
		case 0:
			centre.Lon = Angle(180 - 0.1*r.Float64())
		case 1:
			centre.Lat = Angle(90 - 0.5*r.Float64())
		}
		var ring []Position
		for k := range 8 {
			p, _ := Direct(centre, Angle(-45*k), Length(1e3+1e5*r.Float64()))
			ring = append(ring, p)
		}
		var sum float64
		for k := range ring {
			sum += Area([]Position{centre, ring[k], ring[(k+1)%len(ring)]})
		}
		if got := Area(ring); !(got > 0) || !(math.Abs(got-sum) <= 2) {
			t.Errorf("round %v: area %.2f m2, triangles %.2f", centre, got, sum)
		}
	}
}

var benchPairs = func() (pairs [1024][2]Position) {
	r := rand.New(rand.NewPCG(8, 1))
	for i := range pairs {
		pairs[i] = [2]Position{randomPosition(r), randomPosition(r)}
	}
	return pairs
}()

var benchNear = func() (pairs [1024][2]Position) {
	r := rand.New(rand.NewPCG(9, 1))
	for i := range pairs {
		a := randomPosition(r)
		b, _ := Direct(a, Angle(360*r.Float64()), Length(50e3*r.Float64()))
		pairs[i] = [2]Position{a, b}
	}
	return pairs
}()

func BenchmarkInverse(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := &benchPairs[i%len(benchPairs)]
		Inverse(p[0], p[1])
	}
}

func BenchmarkDistance(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := &benchPairs[i%len(benchPairs)]
		Distance(p[0], p[1])
	}
}

func BenchmarkDistanceNear(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := &benchNear[i%len(benchNear)]
		Distance(p[0], p[1])
	}
}

func BenchmarkShortDistance(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := &benchNear[i%len(benchNear)]
		ShortDistance(p[0], p[1])
	}
}

func BenchmarkDirect(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Direct(benchPairs[i%len(benchPairs)][0], 77, 5e6)
	}
}

func BenchmarkLinePosition(b *testing.B) {
	b.ReportAllocs()
	l := NewLine(Position{31, -110}, 77)
	for i := 0; b.Loop(); i++ {
		l.Position(Length(i % 1000000))
	}
}

func BenchmarkFromECEF(b *testing.B) {
	b.ReportAllocs()
	v := ToECEF(Position{31, -110}, 3000)
	for b.Loop() {
		FromECEF(v)
	}
}
