package search

import (
	"math"
	"math/rand"
	"testing"

	"overflight/geodesy"
)

// road is a map of two lanes and a base at its end: out on one and back on the other nearly all of the length is sensed, so that
// a bound that is a little low is seen to be.
func road(rng *rand.Rand) *Task {
	width := 1 + rng.Intn(3)
	g := Grid{Columns: 120, Rows: 2 * width, Cell: 500}
	w := make([]float64, g.Cells())
	for c := range w {
		w[c] = 1 + 0.2*rng.Float64()
	}
	p, err := NewPrior(g, w, 0)
	if err != nil {
		panic(err)
	}
	sweep := geodesy.Length(width) * g.Cell
	return &Task{Prior: p, Sweep: sweep, Detection: []float64{0.7}, Turn: sweep / 2, Length: 240*g.Cell + 6*sweep, Base: Point{-sweep, sweep}}
}

// drawn is a task drawn at random: any map, sweep width, detection, turn, length and base, also such that hardly fit.
func drawn(rng *rand.Rand) *Task {
	g := Grid{Columns: 8 + rng.Intn(40), Rows: 8 + rng.Intn(40), Cell: geodesy.Length(200 + 800*rng.Float64())}
	w := make([]float64, g.Cells())
	for range 1 + rng.Intn(4) {
		x, y, s, m := float64(g.Columns)*rng.Float64(), float64(g.Rows)*rng.Float64(), 1+6*rng.Float64(), rng.Float64()
		for c := range w {
			dx, dy := float64(c%g.Columns)+0.5-x, float64(c/g.Columns)+0.5-y
			w[c] += m * math.Exp(-(dx*dx+dy*dy)/(2*s*s))
		}
	}
	for c := range w {
		if rng.Intn(6) == 0 {
			w[c] = 0 // holes
		}
	}
	w[rng.Intn(len(w))]++
	p, err := NewPrior(g, w, 0.3*rng.Float64())
	if err != nil {
		panic(err)
	}
	q := []float64{[]float64{1, 0.05 + 0.9*rng.Float64()}[rng.Intn(2)]}
	if rng.Intn(3) == 0 {
		q = make([]float64, g.Cells())
		for c := range q {
			q[c] = rng.Float64()
		}
	}
	width := 1 + rng.Intn(6)
	across := float64(max(g.Columns, g.Rows)) * float64(g.Cell)
	return &Task{
		Prior: p, Sweep: geodesy.Length(width) * g.Cell, Detection: q,
		Turn:   g.Cell * geodesy.Length(float64(width)/2*(1+2*rng.Float64())), // the bound asks for W/2 or more
		Length: geodesy.Length(across * (2 + 20*rng.Float64())),
		Base:   Point{geodesy.Length((2*rng.Float64() - 0.5) * across), geodesy.Length((2*rng.Float64() - 0.5) * across)},
	}
}

// TestNoPlanIsAboveItsBounds: of tasks drawn at random, each plan's POS is that of a walk along its route, its length is
// within its budget, and neither of its bounds is below it.
func TestNoPlanIsAboveItsBounds(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(41))
	planned, most := 0, 0.0
	for round := range 16 {
		task := drawn(rng)
		if round%4 == 3 {
			task = road(rng)
		}
		moves := 2000
		if round%4 == 3 {
			moves = 12_000
		}
		p, err := NewPlanner(task, uint64(round), moves)
		if err != nil {
			continue // it cannot be reached with so little length
		}
		for p.Improve(1 << 16) {
		}
		q := p.Plan()
		planned++
		check(t, task, q)
		turning := q.Bound
		if round%4 == 3 || round%8 == 0 {
			turning = task.Turning()
		}
		if !(turning <= q.Bound && q.POS <= turning+1e-12) {
			t.Errorf("round %d: POS %v, bound %v with turns, %v without", round, q.POS, turning, q.Bound)
		}
		if round%4 == 3 {
			most = max(most, q.POS/turning)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	t.Logf("%d plans, the best along a road with %.4f of its bound", planned, most)
	if planned < 12 || most < 0.98 {
		t.Errorf("%d plans, the best along a road with %.4f of its bound: no test", planned, most)
	}
}

// TestTurningCountsAgainstTheBound: it is lower than B1 and B2, and what looks cost comes close to the length of a flight that
// crosses a disc again and again, which is what its field is against, and never over it.
func TestTurningCountsAgainstTheBound(t *testing.T) {
	t.Parallel()
	g := Grid{Columns: 60, Rows: 60, Cell: geodesy.Kilometre}
	const radius = 20
	w := make([]float64, g.Cells())
	for c := range w {
		if m := g.Centre(c%60, c/60); distance(m, Point{30_000, 30_000}) < radius*geodesy.Kilometre {
			w[c] = 1
		}
	}
	p, err := NewPrior(g, w, 0)
	if err != nil {
		t.Fatal(err)
	}
	task := &Task{Prior: p, Sweep: 2000, Detection: []float64{0.5}, Turn: 4000, Length: 1000 * geodesy.Kilometre, Base: Point{30_000, 5000}}
	cost, ends := task.costly()
	b, five := task.Bound(), p.looks(Effort(task.Sweep)*Effort(task.useful()+2*ends), task.Detection, cost)
	t.Logf("%.5f, with turns %.5f", b, five)
	if five >= b*0.97 {
		t.Errorf("%v with turns, %v without", five, b)
	}
	spent, length, half := 0.0, geodesy.Length(0), 1000*math.Sqrt(radius*radius-4*4)
	var at Pose
	for k := range 40 {
		// To and fro, so far apart as a half turn is wide.
		h := geodesy.Angle(k%2) * 180
		side := 4000 * (1 - 2*float64(k%2))
		from := Pose{Point{geodesy.Length(30_000 - side/4000*half), geodesy.Length(30_000 - side)}, h}
		leg := Straight(from, geodesy.Length(2*half))
		if k > 0 {
			link := Shortest(at, from, task.Turn)
			length += link.Length()
		}
		at = leg.End()
		length += leg.Length()
		for c, seen := range PODs(p, []Leg{{Link: leg, Sensed: true}}, task.Sweep, []float64{1}) {
			spent += seen * cost[c] * p.Area() / float64(task.Sweep)
		}
	}
	share := spent / float64(length+2*ends)
	t.Logf("%.0f km sensed of %.0f, which cost %.4f of it", 40*2*half/1000, length/1000, share)
	if !(share <= 1) || share < 0.85 {
		t.Errorf("looks cost %v of the length", share)
	}
}

// TestTheBooksAreCloseToTheCount: what the planner reckons with is within a part in five hundred of what is counted.
func TestTheBooksAreCloseToTheCount(t *testing.T) {
	t.Parallel()
	p, err := NewPlanner(instances[1].task(), 1, 30_000)
	if err != nil {
		t.Fatal(err)
	}
	for p.Improve(1 << 16) {
	}
	q := p.Plan()
	turned := 0
	for _, l := range q.Lanes {
		if l.lattice() > 0 {
			turned++
		}
	}
	if turned == 0 {
		t.Error("no lane lies across the lattice of the map")
	}
	if math.Abs(p.a.bestPOS-q.POS) > 0.002*q.POS {
		t.Errorf("POS %v in the books, %v counted", p.a.bestPOS, q.POS)
	}
}

// TestBandsAreTheWhole: a map that is counted in bands gives what it gives at once.
func TestBandsAreTheWhole(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(8))
	g := Grid{Columns: 300, Rows: 310, Cell: 500}
	w, q := make([]float64, g.Cells()), make([]float64, g.Cells())
	for c := range w {
		w[c], q[c] = rng.Float64(), rng.Float64()
	}
	prior, err := NewPrior(g, w, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	task := &Task{Prior: prior, Sweep: 2000, Detection: q, Turn: 1500, Length: 2000 * geodesy.Kilometre, Base: Point{-5000, 40_000}}
	p := planned(t, task, 1, 2000)
	bands, whole := p.PODs(task), PODs(prior, p.Route(task), task.Sweep, q)
	off, seen := 0, 0
	for c := range whole {
		if whole[c] > 0 {
			seen++
		}
		if math.Abs(bands[c]-whole[c]) > 1e-9 {
			off++ // a part on an edge may be on its other side
		}
	}
	if seen < 10_000 || off > seen/1000 {
		t.Errorf("%d of %d cells differ", off, seen)
	}
}
