package search

import (
	"math"
	"math/rand"
	"testing"

	"overflight/geodesy"
)

func apart(a, b Pose) float64 {
	turn := math.Abs(math.Remainder(float64(a.Heading-b.Heading), 360)) * math.Pi / 180
	return math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)) + turn*1000
}

// arcsTried is in how many steps brute tries a whole turn.
const arcsTried = 180

// brute is the shortest path of two arcs and what is between, by trying first arcs: the rest has a closed form that
// shortest does not use. It is never shorter than the shortest, and close to it.
func brute(from, to Pose, r float64) float64 {
	best := math.Inf(1)
	for _, word := range words {
		for k := range arcsTried+1 {
			first := float64(k) / arcsTried * circle
			p := ahead(from, word[0], first*r, r)
			h := to.Heading.Radians() - p.Heading.Radians()
			if word[1] == 'S' {
				// Straight until the last circle: its centre lies beside the line at the radius, on the side of the turn.
				side := 1.0
				if word[2] == 'R' {
					side = -1
				}
				sin, cos := math.Sincos(to.Heading.Radians())
				cx, cy := float64(to.X)-side*r*sin, float64(to.Y)+side*r*cos
				psin, pcos := math.Sincos(p.Heading.Radians())
				dx, dy := cx-float64(p.X), cy-float64(p.Y)
				along, off := dx*pcos+dy*psin, dy*pcos-dx*psin
				if math.Abs(off-side*r) < r*circle/arcsTried*1.5*math.Max(1, math.Abs(along)/r) && along >= -1e-9 {
					best = min(best, first*r+along+around(side*h)*r)
				}
				continue
			}
			for m := range arcsTried+1 {
				middle := float64(m) / arcsTried * circle
				q := ahead(p, word[1], middle*r, r)
				side := 1.0
				if word[2] == 'R' {
					side = -1
				}
				last := around(side * (to.Heading.Radians() - q.Heading.Radians()))
				end := ahead(q, word[2], last*r, r)
				if math.Hypot(float64(end.X-to.X), float64(end.Y-to.Y)) < r*circle/arcsTried*2 {
					best = min(best, (first+middle+last)*r)
				}
			}
		}
	}
	return best
}

func TestShortestPathsLeadThereAndAreShortest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(1))
	seen := map[Word]int{}
	const r = 2270.0
	for i := range 3000 {
		spread := 3 * r
		if i%2 == 0 {
			spread = 12 * r
		}
		from := Pose{Point{geodesy.Length(rng.Float64() * spread), geodesy.Length(rng.Float64() * spread)}, geodesy.Angle(rng.Float64() * 360)}
		to := Pose{Point{geodesy.Length(rng.Float64() * spread), geodesy.Length(rng.Float64() * spread)}, geodesy.Angle(rng.Float64() * 360)}
		if i%3 == 0 { // as on the lattice
			from.Heading, to.Heading = geodesy.Angle(rng.Intn(4)*90), geodesy.Angle(rng.Intn(4)*90)
		}
		l := Shortest(from, to, r)
		seen[l.Word]++
		if d := apart(l.End(), to); d > 1e-3 {
			t.Fatalf("%v to %v: %+v ends %v away", from, to, l, d)
		}
		back := l.Reversed()
		if d := apart(back.End(), Pose{from.Point, from.Heading + 180}); d > 1e-2 {
			t.Fatalf("%+v flown back ends %v away", l, d)
		}
		// The way back is as long.
		again := Shortest(Pose{to.Point, to.Heading + 180}, Pose{from.Point, from.Heading + 180}, r)
		if math.Abs(float64(again.Length()-l.Length())) > 1e-3 {
			t.Fatalf("%v to %v: %v, back %v", from, to, l.Length(), again.Length())
		}
		// No detour over a third pose is shorter.
		via := l.At(l.Length() * geodesy.Length(rng.Float64()))
		via.Heading += geodesy.Angle(rng.Float64()*40 - 20)
		a, b := Shortest(from, via, r), Shortest(via, to, r)
		if a.Length()+b.Length() < l.Length()-1e-3 {
			t.Fatalf("%v to %v: %v, over %v only %v", from, to, l.Length(), via, a.Length()+b.Length())
		}
		if i < 8 {
			if b := brute(from, to, r); b < float64(l.Length())-4*r*circle/arcsTried || b > float64(l.Length())+12*r*circle/arcsTried {
				t.Errorf("%v to %v: %s %v, by trying %v", from, to, l.Word, l.Length(), b)
			}
		}
	}
	for _, w := range words {
		if seen[w] == 0 {
			t.Errorf("%s is never the shortest", w)
		}
	}
}

// TestAPointIsReachedByTheBestHeading: a free end is as good as the best of many given ones.
func TestAPointIsReachedByTheBestHeading(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(2))
	const r = 1000.0
	for range 60 {
		from := Pose{Point{}, geodesy.Angle(rng.Float64() * 360)}
		to := Point{geodesy.Length((rng.Float64() - 0.5) * 5 * r), geodesy.Length((rng.Float64() - 0.5) * 5 * r)}
		l := Reach(from, to, r)
		if end := l.End(); math.Hypot(float64(end.X-to.X), float64(end.Y-to.Y)) > 1e-3 {
			t.Fatalf("%v to %v: %+v ends at %v", from, to, l, end)
		}
		best := math.Inf(1)
		for k := range 720 {
			s := Shortest(from, Pose{to, geodesy.Angle(k) / 2}, r)
			best = min(best, float64(s.Length()))
		}
		if float64(l.Length()) > best+1e-6 || float64(l.Length()) < best-0.02*r {
			t.Fatalf("%v to %v: %v, the best of many headings %v", from, to, l.Length(), best)
		}
	}
}

func TestTurnRadius(t *testing.T) {
	t.Parallel()
	if got := TurnRadius(90, 20); math.Abs(float64(got)-2269.4) > 0.5 {
		t.Errorf("90 m/s at 20 degrees: %v", got)
	}
}

func FuzzShortest(f *testing.F) {
	f.Add(0.0, 0.0, 0.0)
	f.Add(4540.0, 0.0, 180.0)
	f.Add(0.0, 4000.0, 180.0)
	f.Add(1e7, -1e7, 90.0)
	f.Fuzz(func(t *testing.T, x, y, h float64) {
		if !(math.Abs(x) < 1e8 && math.Abs(y) < 1e8 && math.Abs(h) < 1e4) {
			return
		}
		to := Pose{Point{geodesy.Length(x), geodesy.Length(y)}, geodesy.Angle(h)}
		l := Shortest(Pose{}, to, 2270)
		if d := apart(l.End(), to); !(d < 1e-2+1e-9*math.Hypot(x, y)) {
			t.Errorf("%+v ends %v away", l, d)
		}
	})
}
