package search

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"overflight/geodesy"
)

// Moves of the measured plans: 5 s and 20 s leave room for them on one thread of a machine that is half as fast as the one
// of docs/performance.md.
const (
	shortMoves = 2_000_000
	longMoves  = 8_000_000
)

func measured(t *testing.T) {
	t.Helper()
	if os.Getenv("OVERFLIGHT_MEASURE") == "" {
		t.Skip("measured by the bench")
	}
}

// TestMeasure prints what the three published instances come to, and how long it takes on one thread.
func TestMeasure(t *testing.T) {
	measured(t)
	for _, in := range instances {
		task := in.task()
		begun := time.Now()
		p, err := NewPlanner(task, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		first := p.Plan()
		fmt.Printf("FIGURE search/%s-first-ms %.1f\nFIGURE search/%s-first %.4f\n", in.name, float64(time.Since(begun).Microseconds())/1000, in.name, first.Share())
		for _, x := range []struct {
			label string
			moves int
		}{{"short", shortMoves}, {"long", longMoves}} {
			begun = time.Now()
			q := planned(t, task, 1, x.moves)
			took := time.Since(begun).Seconds()
			check(t, task, q)
			fmt.Printf("FIGURE search/%s-%s-s %.2f\nFIGURE search/%s-%s %.4f\n", in.name, x.label, took, in.name, x.label, q.Share())
			fmt.Printf("FIGURE search/%s-%s-ns-a-move %.0f\n", in.name, x.label, 1e9*took/float64(x.moves))
		}
	}
}

// TestMeasureTheSet prints the median and the worst of twenty priors of each kind, drawn from fixed seeds. They are planned on all
// processors at once, so that it is the moves that count here, not the seconds.
func TestMeasureTheSet(t *testing.T) {
	measured(t)
	for _, kind := range []instance{{name: "concentrated", hills: 8, flat: 0.1}, {name: "diffuse", hills: 15, flat: 0.2}} {
		const first, seeds = 11, 20
		var firsts, short, long, turning [seeds]float64
		queue := make(chan int)
		var done sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			done.Go(func() {
				for k := range queue {
					in := kind
					in.seed = first + int64(k)
					task := in.task()
					firsts[k] = planned(t, task, 1, 0).Share()
					p := planned(t, task, 1, shortMoves)
					check(t, task, p)
					q := planned(t, task, 1, longMoves)
					check(t, task, q)
					short[k], long[k], turning[k] = p.Share(), q.Share(), q.POS/task.Turning()
				}
			})
		}
		for k := range seeds {
			queue <- k
		}
		close(queue)
		done.Wait()
		for k := range seeds {
			t.Logf("%s %d: first %.4f, short %.4f, long %.4f, of the bound with turns %.4f", kind.name, first+k, firsts[k], short[k], long[k], turning[k])
		}
		for _, x := range []struct {
			label string
			of    []float64
		}{{"first", firsts[:]}, {"short", short[:]}, {"long", long[:]}, {"turning", turning[:]}} {
			fmt.Printf("FIGURE search/%s-%s-median %.4f\nFIGURE search/%s-%s-worst %.4f\n", kind.name, x.label, median(x.of), kind.name, x.label, slices.Min(x.of))
		}
	}
}

// inARow is what three sorties find that are each planned on the posterior of the one before, and three that are planned on the
// prior alone.
func inARow(t *testing.T, task *Task, iterations int) (row, alone float64) {
	t.Helper()
	next := *task
	fed, unfed := task.Prior, task.Prior
	for k := range uint64(3) {
		p := planned(t, &next, k+1, iterations)
		check(t, &next, p)
		after, err := next.Prior.Missed(p.PODs(&next))
		if err != nil {
			t.Fatal(err)
		}
		next.Prior = after
		fed = fed.Left(p.PODs(&next))
		unfed = unfed.Left(planned(t, task, k+1, iterations).PODs(task))
	}
	return task.Prior.Mass() - fed.Mass(), task.Prior.Mass() - unfed.Mass()
}

// TestThreeInARow: what a sortie has looked at feeds the plan of the next one, and that finds more.
func TestThreeInARow(t *testing.T) {
	t.Parallel()
	if os.Getenv("OVERFLIGHT_MEASURE") == "" {
		task := small()
		task.Length = 300 * geodesy.Kilometre
		if row, alone := inARow(t, task, 5000); row <= alone*1.02 {
			t.Errorf("in a row %v, alone %v", row, alone)
		}
		return
	}
	for _, in := range instances {
		task := in.task()
		task.Length /= 2
		row, alone := inARow(t, task, 1_000_000)
		fmt.Printf("FIGURE search/%s-row %.4f\nFIGURE search/%s-alone %.4f\n", in.name, row, in.name, alone)
	}
}
