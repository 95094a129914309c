package coverage

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"overflight/geodesy"
	"overflight/sensor"
)

func anywhere(geodesy.Position) Zone { return 0 }

// seen is a footprint with the given corners.
func seen(corners [4]geodesy.Position) *sensor.Footprint {
	return &sensor.Footprint{Method: sensor.FullCorners, Corners: corners}
}

// trapezium is a footprint as a sensor draws it: narrow near, wide far, turned by the azimuth.
func trapezium(centre geodesy.Position, azimuth geodesy.Angle, near, far, deep geodesy.Length) [4]geodesy.Position {
	at := func(along, across geodesy.Length) geodesy.Position {
		d := geodesy.Angle(math.Atan2(float64(across), float64(along)) * 180 / math.Pi)
		p, _ := geodesy.Direct(centre, azimuth+d, geodesy.Length(math.Hypot(float64(along), float64(across))))
		return p
	}
	return [4]geodesy.Position{at(deep/2, -far/2), at(deep/2, far/2), at(-deep/2, near/2), at(-deep/2, -near/2)}
}

// places are where a layout of the Earth could go wrong: poles, antimeridian, equator, edges and
// corners of the cube.
var places = []geodesy.Position{
	{Lat: 31, Lon: -110},
	{Lat: 0, Lon: 0},
	{Lat: 90, Lon: 0},
	{Lat: -90, Lon: 0},
	{Lat: 89.9, Lon: 170},
	{Lat: -17, Lon: 180},
	{Lat: 0, Lon: 45},
	{Lat: 45, Lon: 0},
	{Lat: 35.26, Lon: 45},
	{Lat: -35.26, Lon: -135},
	{Lat: 71, Lon: 179.99},
}

func anyPlace(r *rand.Rand, i int) geodesy.Position {
	if i%2 == 0 {
		return places[i/2%len(places)]
	}
	return geodesy.Position{Lat: geodesy.Angle(math.Asin(2*r.Float64()-1) * 180 / math.Pi), Lon: geodesy.Angle(360*r.Float64() - 180)}
}

func TestSidesAddUpToTheEarth(t *testing.T) {
	t.Parallel()
	const n = 64
	var sum float64
	for s := range sides {
		for i := range n {
			for k := range n {
				sum += squareArea(s, point{(2*float64(i)+1)/n - 1, (2*float64(k)+1)/n - 1}, 1.0/n)
			}
		}
	}
	if want := 510065621724088.44; !(math.Abs(sum-want) < 1e-8*want) {
		t.Errorf("the sides add up to %.0f m2, the Earth has %.0f", sum, want)
	}
}

func TestSquareArea(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		side, half := r.IntN(sides), math.Pow(10, -4.5+2.5*r.Float64())
		c := point{2*r.Float64() - 1, 2*r.Float64() - 1}
		var ring []geodesy.Position
		for i := range 4 {
			ring = append(ring, unproject(side, corner(c, half, i)))
		}
		// The sides of a square are great ellipses and not geodesics; that matters little.
		if got, want := squareArea(side, c, half), math.Abs(geodesy.Area(ring)); !(math.Abs(got-want) <= 3e-6*want+1) {
			t.Errorf("side %d at %v, half %g: got %.3f m2, want %.3f", side, c, half, got, want)
		}
	}
}

func TestOneFootprint(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	var worst, sum float64
	const n = 3000
	for i := range n {
		size := geodesy.Length(20 * math.Pow(5000, r.Float64())) // 20 m to 100 km
		corners := trapezium(anyPlace(r, i), geodesy.Angle(360*r.Float64()),
			size, size*geodesy.Length(1+r.Float64()), size*geodesy.Length(0.3+2*r.Float64()))
		g := NewGround(Config{})
		if !g.Add(seen(corners), 0, anywhere) {
			t.Fatalf("%v was not added", corners)
		}
		want := math.Abs(geodesy.Area(corners[:])) / 1e6
		e := g.AreaKm2(Key{})/want - 1
		if !(math.Abs(e) <= 0.02) {
			t.Errorf("%v: got %.6f km2, want %.6f", corners, want*(1+e), want)
		}
		worst = math.Max(worst, math.Abs(e))
		sum += e
	}
	if !(math.Abs(sum/n) <= 0.0005) {
		t.Errorf("areas are off by %.3f %% in the mean", 100*sum/n)
	}
	t.Logf("worst error %.2f %%, mean %.4f %%", 100*worst, 100*sum/n)
}

// inside reports by other means whether a footprint holds p: on the plane that touches the Earth at p,
// lines through the centre being straight there as well.
func inside(corners *[4]geodesy.Vector, p geodesy.Vector) bool {
	return p.Minus(corners[0]).Norm() <= 2*corners[2].Minus(corners[0]).Norm() && turnsRound(corners, p)
}

// turnsRound reports whether the corners of an outline near p, which may be crossed, go round it.
func turnsRound(corners *[4]geodesy.Vector, p geodesy.Vector) bool {
	up := p.Unit()
	east := geodesy.Vector{Z: 1}.Cross(up).Unit()
	north := up.Cross(east)
	turns := 0.0
	var flat [4][2]float64
	for i, v := range corners {
		flat[i] = [2]float64{v.Dot(east) / v.Dot(up), v.Dot(north) / v.Dot(up)}
	}
	for i, a := range flat {
		b := flat[(i+1)%4]
		turns += math.Atan2(a[0]*b[1]-a[1]*b[0], a[0]*b[0]+a[1]*b[1])
	}
	return math.Abs(turns) > math.Pi
}

// A path of overlapping footprints against random points: the share of points that any footprint
// holds, of a known area.
func TestUnionAgainstRandomPoints(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 2))
	for i, centre := range places {
		sameKey := Key{View: View(i)}
		size := geodesy.Length(100 * math.Pow(30, r.Float64()))
		g := NewGround(Config{})
		var all [][4]geodesy.Vector
		// Random zooms and sizes within three sizes of the centre: the levels of the tree mix.
		for range 40 {
			at, _ := geodesy.Direct(centre, geodesy.Angle(360*r.Float64()), 3*size*geodesy.Length(r.Float64()))
			s := size * geodesy.Length(math.Pow(10, -1+1.2*r.Float64()))
			c := trapezium(at, geodesy.Angle(360*r.Float64()), s, s*1.5, s*geodesy.Length(0.5+r.Float64()))
			var v [4]geodesy.Vector
			for k := range c {
				v[k] = geodesy.ToECEF(c[k], 0)
			}
			all = append(all, v)
			if !g.Add(seen(c), View(i), anywhere) {
				t.Fatal("not added")
			}
		}
		const points = 10_000
		square := trapezium(centre, 0, 12*size, 12*size, 12*size)
		hits := 0
		for range points {
			// Uniform on the tangent plane of the centre, of which a small square is as good as the ground.
			x, y := geodesy.Length(12*(r.Float64()-0.5))*size, geodesy.Length(12*(r.Float64()-0.5))*size
			p, _ := geodesy.Direct(centre, geodesy.Angle(math.Atan2(float64(x), float64(y))*180/math.Pi), geodesy.Length(math.Hypot(float64(x), float64(y))))
			v := geodesy.ToECEF(p, 0)
			if slices.ContainsFunc(all, func(c [4]geodesy.Vector) bool { return inside(&c, v) }) {
				hits++
			}
		}
		share := float64(hits) / points
		want := share * geodesy.Area(square[:]) / -1e6
		sigma := want * math.Sqrt((1-share)/(share*points))
		if got := g.AreaKm2(sameKey); !(math.Abs(got-want) <= 4*sigma+0.01*want) {
			t.Errorf("at %v: got %.4f km2, want %.4f ± %.4f", centre, got, want, sigma)
		}
		if got := g.UnionKm2(func(Key) bool { return true }); math.Abs(got-g.AreaKm2(sameKey)) > 1e-9 {
			t.Errorf("at %v: the union of one key is another area", centre)
		}
	}
}

// A square seen half from one view and half from another, over a border: every area is known.
func TestKeys(t *testing.T) {
	t.Parallel()
	centre := geodesy.Position{Lat: 31, Lon: 180}
	const size = 2 * geodesy.Kilometre
	border := func(p geodesy.Position) Zone {
		if p.Lon < 0 { // east of the antimeridian
			return 2
		}
		return 1
	}
	g := NewGround(Config{CellsAcross: 100})
	west, _ := geodesy.Direct(centre, -90, size/4)
	g.Add(seen(trapezium(centre, 0, size, size, size)), 7, border)   // 2 km2 each side
	g.Add(seen(trapezium(west, 0, size/2, size/2, size)), 9, border) // 2 km2 west
	g.Add(seen(trapezium(centre, 0, size, size, size)), 7, border)
	for _, tt := range []struct {
		key  Key
		want float64
	}{{Key{1, 7}, 2}, {Key{2, 7}, 2}, {Key{1, 9}, 2}, {Key{2, 9}, 0}, {Key{3, 7}, 0}, {Key{1, 8}, 0}} {
		if got := g.AreaKm2(tt.key); !(math.Abs(got-tt.want) < 0.03) {
			t.Errorf("%+v: got %.4f km2, want %v", tt.key, got, tt.want)
		}
	}
	if got := g.UnionKm2(func(k Key) bool { return k.Zone == 1 }); !(math.Abs(got-2) < 0.03) {
		t.Errorf("zone 1 from anywhere: got %.4f km2, want 2", got)
	}
	if got := g.UnionKm2(func(Key) bool { return true }); !(math.Abs(got-4) < 0.04) {
		t.Errorf("all: got %.4f km2, want 4", got)
	}
	if got, want := g.Keys(), []Key{{1, 7}, {1, 9}, {2, 7}}; !slices.Equal(got, want) {
		t.Errorf("keys: got %v, want %v", got, want)
	}
	var sum float64
	for p := range g.Patches() {
		sum += p.AreaKm2
		if border(p.Centre) != p.Zone || len(p.Views) == 0 {
			t.Errorf("patch at %v has zone %d, views %v", p.Centre, p.Zone, p.Views)
		}
	}
	if all := g.UnionKm2(func(Key) bool { return true }); !(math.Abs(sum-all) < 1e-9) {
		t.Errorf("patches add up to %.6f km2, the union is %.6f", sum, all)
	}
}

func TestWhatIsNotAdded(t *testing.T) {
	t.Parallel()
	p := func(lat, lon geodesy.Angle) geodesy.Position { return geodesy.Position{Lat: lat, Lon: lon} }
	nan := geodesy.Angle(math.NaN())
	for name, fp := range map[string]*sensor.Footprint{
		"no footprint":  {Corners: trapezium(places[0], 0, 100, 100, 100)},
		"a point":       seen([4]geodesy.Position{p(1, 1), p(1, 1), p(1, 1), p(1, 1)}),
		"a line":        seen([4]geodesy.Position{p(0, 1), p(0, 2), p(0, 3), p(0, 4)}),
		"half an Earth": seen([4]geodesy.Position{p(10, 0), p(10, 60), p(-10, 60), p(-10, 0)}),
		"no number":     seen([4]geodesy.Position{p(1, 1), p(nan, 1), p(2, 2), p(2, 1)}),
	} {
		g := NewGround(Config{})
		if g.Add(fp, 0, anywhere) || g.UnionKm2(func(Key) bool { return true }) != 0 {
			t.Errorf("%s was added", name)
		}
	}
	// A crossed ring has ground, if less than it would have uncrossed.
	g := NewGround(Config{})
	c := trapezium(places[0], 0, 1000, 1000, 1000)
	c[2], c[3] = c[3], c[2]
	if !g.Add(seen(c), 0, anywhere) || !(math.Abs(g.AreaKm2(Key{})-0.5) < 0.01) {
		t.Errorf("a crossed ring has %.4f km2, want 0.5", g.AreaKm2(Key{}))
	}
}

// Short of memory the ground gets coarser, not larger, and says so.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	g := NewGround(Config{MaxNodes: 4096})
	fine := NewGround(Config{})
	r := rand.New(rand.NewPCG(4, 2))
	for range 300 {
		at, _ := geodesy.Direct(places[0], geodesy.Angle(360*r.Float64()), geodesy.Length(20e3*r.Float64()))
		c := trapezium(at, geodesy.Angle(360*r.Float64()), 1000, 1500, 1000)
		g.Add(seen(c), 0, anywhere)
		fine.Add(seen(c), 0, anywhere)
		if len(g.tree.nodes) > 4096 {
			t.Fatalf("%d nodes", len(g.tree.nodes))
		}
	}
	got, want := g.AreaKm2(Key{}), fine.AreaKm2(Key{})
	if !g.Coarsened() || fine.Coarsened() || !(math.Abs(got/want-1) < 0.1) {
		t.Errorf("coarsened %v: %.2f km2, %v: %.2f km2", g.Coarsened(), got, fine.Coarsened(), want)
	}
}

// Frames that hardly move are passed over, and nothing is lost by it.
func TestSlowSweep(t *testing.T) {
	t.Parallel()
	calls := 0
	count := func(geodesy.Position) Zone { calls++; return 0 }
	g := NewGround(Config{})
	line := geodesy.NewLine(places[0], 60)
	const n, step, size = 30_000, 0.5, 800.0
	for i := range n {
		at := line.Position(geodesy.Length(i) * step)
		g.Add(seen(trapezium(at, 60, size, size, size)), 0, count)
	}
	want := size * (size + step*(n-1)) / 1e6
	if got := g.AreaKm2(Key{}); !(math.Abs(got/want-1) < 0.01) {
		t.Errorf("got %.4f km2, want %.4f", got, want)
	}
	if calls > 200_000 {
		t.Errorf("classified %d times", calls)
	}
	t.Logf("%d nodes, %d classified", len(g.tree.nodes), calls)
}

// Whatever the corners, Add ends, and no area is more than the footprint's own box.
func FuzzAdd(f *testing.F) {
	f.Add(31.0, -110.0, 31.0, -109.9, 30.9, -109.9, 30.9, -110.0)
	f.Add(0.0, 0.0, 0.0, 10.0, 1e-9, 10.0, 1e-9, 0.0)
	f.Add(90.0, 0.0, 89.0, 90.0, 89.0, 180.0, 89.0, -90.0)
	f.Add(-17.0, 180.0, -17.0, -179.0, -16.0, 179.0, -16.5, 178.0)
	f.Add(91.0, 1e300, math.NaN(), math.Inf(1), 0.0, 0.0, 1.0, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, h, i, k float64) {
		fp := seen([4]geodesy.Position{
			{Lat: geodesy.Angle(a), Lon: geodesy.Angle(b)},
			{Lat: geodesy.Angle(c), Lon: geodesy.Angle(d)},
			{Lat: geodesy.Angle(e), Lon: geodesy.Angle(h)},
			{Lat: geodesy.Angle(i), Lon: geodesy.Angle(k)},
		})
		g := NewGround(Config{})
		added := g.Add(fp, 1, anywhere)
		area := g.AreaKm2(Key{View: 1})
		if !(area >= 0) || !added && area != 0 || area > 2000*2000*1.5 {
			t.Errorf("added %v, %v km2", added, area)
		}
	})
}

// A two-hour sortie at 30 Hz that looks from side to side.
func BenchmarkSortie(b *testing.B) {
	const n = 216_000
	fps := make([]sensor.Footprint, n)
	line := geodesy.NewLine(places[0], 100)
	for i := range fps {
		s := float64(i) / 30
		at, azi := line.PositionAzimuth(geodesy.Length(60 * s))
		look := azi + geodesy.Angle(70*math.Sin(s/20))
		slant := geodesy.Length(4000 + 2000*math.Sin(s/50))
		centre, _ := geodesy.Direct(at, look, slant)
		fps[i] = *seen(trapezium(centre, look, 500, 600, 700))
	}
	b.ReportAllocs()
	for b.Loop() {
		g := NewGround(Config{})
		for i := range fps {
			g.Add(&fps[i], 0, anywhere)
		}
		b.ReportMetric(g.AreaKm2(Key{}), "km2")
		b.ReportMetric(float64(len(g.tree.nodes)), "nodes")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/frame")
}
