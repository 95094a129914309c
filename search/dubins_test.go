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

// brute is the shortest of all paths of three parts that are found by another way: the first arc is tried in small steps,
// and where it makes the last circle come out right between two steps, that is solved by halving.
func brute(from, to Pose, r float64) float64 {
	best := math.Inf(1)
	for _, word := range words {
		side := 1.0
		if word[2] == 'R' {
			side = -1
		}
		sin, cos := math.Sincos(to.Heading.Radians())
		cx, cy := float64(to.X)-side*r*sin, float64(to.Y)+side*r*cos // of the last circle
		// miss is by how much the last circle does not fit after a first arc; rest completes the path.
		miss := func(first float64) float64 {
			p := ahead(from, word[0], first*r, r)
			psin, pcos := math.Sincos(p.Heading.Radians())
			if word[1] == 'S' {
				return (cy-float64(p.Y))*pcos - (cx-float64(p.X))*psin - side*r
			}
			// The middle circle is on the other side than the first one.
			mx, my := float64(p.X)+side*r*psin, float64(p.Y)-side*r*pcos
			return math.Hypot(cx-mx, cy-my) - 2*r
		}
		rest := func(first float64) {
			p := ahead(from, word[0], first*r, r)
			psin, pcos := math.Sincos(p.Heading.Radians())
			middle := (cx-float64(p.X))*pcos + (cy-float64(p.Y))*psin
			if word[1] != 'S' {
				mx, my := float64(p.X)+side*r*psin, float64(p.Y)-side*r*pcos
				start, end := math.Atan2(float64(p.Y)-my, float64(p.X)-mx), math.Atan2(cy-my, cx-mx)
				middle = around(-side*(end-start)) * r
			}
			if middle < -1e-6 {
				return
			}
			q := ahead(p, word[1], middle, r)
			last := around(side * (to.Heading.Radians() - q.Heading.Radians()))
			if apart(ahead(q, word[2], last*r, r), to) < 0.1 {
				best = min(best, first*r+middle+last*r)
			}
		}
		const steps = 720
		for k := range steps {
			a, b := (float64(k)-0.5)/steps*circle, (float64(k)+0.5)/steps*circle
			fa := miss(a)
			if fa*miss(b) > 0 {
				continue
			}
			for range 60 {
				if m := (a + b) / 2; fa*miss(m) > 0 {
					a = m
				} else {
					b = m
				}
			}
			rest(max(0, a))
		}
	}
	return best
}

func TestShortestPathsLeadThereAndAreShortest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(1))
	seen := map[Word]int{}
	tried, same := 0, 0
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
		if i%20 == 0 {
			tried++
			switch b := brute(from, to, r); {
			case b < float64(l.Length())-0.2:
				t.Fatalf("%v to %v: %s %v, by trying %v", from, to, l.Word, l.Length(), b)
			case b < float64(l.Length())+0.2:
				same++
			}
		}
	}
	if same < tried*19/20 { // where two circles touch nothing changes its sign
		t.Errorf("%d of %d are found by trying", same, tried)
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
