package search

import (
	"math"
	"testing"

	"overflight/geodesy"
)

// TestEveryRouteThatIsShownCanBeFlown: with a zone in the middle of the ground, whatever is the best tour so far leads around it, all of
// its links among what the aircraft may fly. Its length is the one that it was chosen by.
func TestEveryRouteThatIsShownCanBeFlown(t *testing.T) {
	t.Parallel()
	p := &Prior{Grid: Grid{Columns: 106, Rows: 115, Cell: geodesy.Kilometre}}
	p.POC = make([]float64, p.Cells())
	sum := 0.0
	for c := range p.POC {
		x, y := float64(c%p.Columns)+0.5-53, float64(c/p.Columns)+0.5-57
		p.POC[c] = 1 + 70*math.Exp(-(x*x+y*y)/50)
		sum += p.POC[c]
	}
	for c := range p.POC {
		p.POC[c] *= 0.9 / sum
	}
	zone := func(q Point) bool { // a triangle beside the place that is likeliest
		x, y := float64(q.X/p.Cell)-43, float64(q.Y/p.Cell)-46
		return x > 0 && x < 20 && y > 0 && y < 1.1*x
	}
	task := &Task{
		Prior: p, Sweep: 4000, Detection: []float64{0.6}, Turn: 2962, Length: 1480 * geodesy.Kilometre, Base: Point{-38_000, 69_000},
		Permitted: func(q Point) bool { return !zone(q) },
	}
	for seed := range uint64(3) {
		planner, err := NewPlanner(task, seed, 30_000)
		if err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			more = planner.Improve(every)
			a := planner.a
			if got := a.measure(a.lanes); math.IsInf(got, 1) || math.Abs(got-a.length) > 1e-6*got {
				t.Fatalf("seed %d, %d moves: a tour of %v cells, counted as %v", seed, planner.done, got, a.length)
			}
			if x := planner.Plan(); !(x.Length <= task.Length+1e-3) {
				t.Fatalf("seed %d, %d moves: %v m of %v", seed, planner.done, x.Length, task.Length)
			}
		}
	}
}
