package search

import (
	"math"
	"math/rand/v2"
	"testing"

	"overflight/geodesy"
)

// fenced is a task with a base off its map and zones here and there.
func fenced(seed uint64, base Point) *Task {
	rng := rand.New(rand.NewPCG(seed, 3))
	type zone struct{ x, y, r float64 }
	var zones []zone
	for range 25 {
		zones = append(zones, zone{float64(base.X) + (30_000-float64(base.X))*rng.Float64(), float64(base.Y) + (40_000-float64(base.Y))*rng.Float64(), 100 + 2500*rng.Float64()})
	}
	return &Task{
		Prior: &Prior{Grid: Grid{Columns: 150, Rows: 90, Cell: 200}}, Base: base,
		Permitted: func(p Point) bool {
			for _, z := range zones {
				if math.Hypot(float64(p.X)-z.x, float64(p.Y)-z.y) < z.r {
					return false
				}
			}
			return true
		},
	}
}

// nearest is how clear a cell is, from every cell around it.
func (g *ground) nearest(blocked [][]bool, i, j int32) float64 {
	best := float64(far * far)
	for dj := int32(-far + 1); dj < far; dj++ {
		for di := int32(-far); di <= far; di++ {
			if v, u := j+dj, i+di; v >= 0 && v < g.rows && u >= 0 && u < g.cols && blocked[v][u] {
				best = min(best, float64(di*di+dj*dj))
			}
		}
	}
	if best == 0 {
		return -1
	}
	return float64(float32(math.Sqrt(best)) - math.Sqrt2)
}

// TestTheGroundIsThatOfAllItsCells: told in tiles, in any order, it is what counting says.
func TestTheGroundIsThatOfAllItsCells(t *testing.T) {
	t.Parallel()
	for seed, base := range []Point{{-30_000, -9_000}, {10_000, 44_000}, {52_000, 11_000}} {
		task := fenced(uint64(seed), base)
		g := newGround(task, 11.5)
		blocked := make([][]bool, g.rows)
		some := 0
		for j := range blocked {
			blocked[j] = make([]bool, g.cols)
			for i := range blocked[j] {
				for k := range 4 {
					p := Point{geodesy.Length(float64(g.x0)+float64(i+k%2)) * 200, geodesy.Length(float64(g.y0)+float64(j+k/2)) * 200}
					blocked[j][i] = blocked[j][i] || !task.Permitted(p)
				}
				if blocked[j][i] {
					some++
				}
			}
		}
		if some < 500 || g.cols <= tileSide || g.rows <= 90 {
			t.Fatalf("%d x %d cells, %d of them not permitted", g.cols, g.rows, some)
		}
		rng := rand.New(rand.NewPCG(9, uint64(seed)))
		for range 6000 {
			i, j := rng.Int32N(g.cols), rng.Int32N(g.rows)
			if rng.IntN(4) == 0 {
				i, j = i/tileSide*tileSide, j/tileSide*tileSide // edges of tiles
			}
			if got, want := g.at(float64(g.x0+i)+0.5, float64(g.y0+j)+0.5), g.nearest(blocked, i, j); math.Abs(got-want) > 1e-6 {
				t.Fatalf("cell %d, %d of %d x %d: %v, want %v", i, j, g.cols, g.rows, got, want)
			}
		}
		if g.at(float64(g.x0)-0.5, 0) != -1 || g.at(0, float64(g.y0+g.rows)+0.5) != -1 {
			t.Error("beyond the ground is permitted")
		}
	}
}

// TestTheGroundIsBounded: of a base so far off that all cells between would fill the memory, only those that are asked for are worked
// out, and no more are held than that; what was given up is the same again.
func TestTheGroundIsBounded(t *testing.T) {
	t.Parallel()
	asked := 0
	task := &Task{
		Prior: &Prior{Grid: Grid{Columns: 1000, Rows: 1000, Cell: 10}}, Base: Point{-1_500_000, -1_500_000},
		Permitted: func(p Point) bool { asked++; return p.X+p.Y < 15_000 },
	}
	g := newGround(task, 20)
	g.most = 40
	if cells := float64(g.cols) * float64(g.rows); cells < 2e10 || asked > 0 {
		t.Fatalf("%g cells, %d asked for at once", cells, asked)
	}
	first := g.at(500.5, 950.5)
	if first != math.Sqrt(25*25+25*25)-math.Sqrt2 && math.Abs(first-33) > 3 {
		t.Errorf("%v cells from the edge", first)
	}
	for k := range int32(g.most + 10) {
		g.at(float64(g.x0+k*tileSide+3), float64(g.y0+5))
		if len(g.tiles) > g.most || len(g.free) > 3*g.most {
			t.Fatalf("%d tiles of %d are held", len(g.tiles), len(g.free))
		}
	}
	if again := g.at(500.5, 950.5); again != first {
		t.Errorf("%v, before %v", again, first)
	}
	if most := (3*g.most + 100) * (tileSide + 1) * (tileSide + 1); asked > most {
		t.Errorf("%d corners were asked for, want at most %d", asked, most)
	}
}

// TestNoCornerIsCut: a straight path is permitted where all cells are that it leads through, however little of one it cuts off; an
// arc may bend into one by what it is off its chord.
func TestNoCornerIsCut(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 17))
	shut := map[Point]bool{}
	for range 60 {
		shut[Point{geodesy.Length(rng.IntN(40)) * 100, geodesy.Length(rng.IntN(40)) * 100}] = true
	}
	task := &Task{Prior: &Prior{Grid: Grid{Columns: 40, Rows: 40, Cell: 100}}, Turn: 500, Permitted: func(p Point) bool { return !shut[p] }}
	g := groundOf(task)
	const little = 1.0 / 500
	inside, corners, arcs := 0, 0, 0
	for k := range 1500 {
		from := Pose{Point{geodesy.Length(3900 * rng.Float64()), geodesy.Length(3900 * rng.Float64())}, geodesy.Angle(360 * rng.Float64())}
		l := Straight(from, geodesy.Length(200+1500*rng.Float64()))
		if k%3 == 2 {
			l = orbit(from, task.Turn, k%2 == 0)
			l.Parts[0] /= 3
		}
		deep, near, quarter := false, false, false
		n := int(float64(l.Length())/100/little) + 1
		for s := range n + 1 {
			p := l.At(l.Length() * geodesy.Length(float64(s)/float64(n)))
			x, y := float64(p.X)/100, float64(p.Y)/100
			if g.at(x, y) <= barred {
				u, v := x-math.Floor(x), y-math.Floor(y)
				deep = deep || min(u, v, 1-u, 1-v) > 4*little
			}
			for _, d := range [4][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
				near = near || g.at(x+d[0]*little, y+d[1]*little) <= barred
			}
		}
		steps := int(float64(l.Length())/25) + 1
		for s := range steps + 1 {
			p := l.At(l.Length() * geodesy.Length(float64(s)/float64(steps)))
			quarter = quarter || g.at(float64(p.X)/100, float64(p.Y)/100) <= barred
		}
		got := g.path(&l, 100)
		if got && deep || !got && !near {
			t.Fatalf("%+v: permitted %v, through what is not %v, near it %v", l, got, deep, near)
		}
		if deep {
			inside++
			if !quarter {
				corners++
			}
			if k%3 == 2 {
				arcs++
			}
		}
	}
	if inside < 300 || inside > 1200 || corners < 5 || arcs < 100 {
		t.Errorf("%d paths lead through what is not permitted, %d of them arcs, %d cut only a corner: no test", inside, arcs, corners)
	}
}
