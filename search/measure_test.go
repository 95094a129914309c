package search

import (
	"fmt"
	"math/rand"
	"os"
	"testing"
	"time"
)

// TestMeasure prints the figures of docs/performance.md: the shares of the bound that fixed numbers of moves reach, and
// how long they take on one thread. The three instances are the published ones; beside them stand others of their kinds,
// on which nothing was tuned.
func TestMeasure(t *testing.T) {
	if os.Getenv("OVERFLIGHT_MEASURE") == "" {
		t.Skip("measured by the bench")
	}
	const short, long = 5_000_000, 15_000_000
	run := func(name string, task *Task) {
		begun := time.Now()
		p, err := NewPlanner(task, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		first := p.Plan()
		fmt.Printf("FIGURE search/%s-first-ms %.1f\nFIGURE search/%s-first %.4f\n", name, float64(time.Since(begun).Microseconds())/1000, name, first.Share())
		for _, n := range []int{short, long} {
			begun = time.Now()
			q := planned(t, task, 1, n)
			took := time.Since(begun).Seconds()
			check(t, task, q)
			label := map[int]string{short: "short", long: "long"}[n]
			fmt.Printf("FIGURE search/%s-%s-s %.2f\nFIGURE search/%s-%s %.4f\n", name, label, took, name, label, q.Share())
		}
	}
	for _, in := range instances {
		run(in.name, in.task())
	}
	worst := map[string]float64{"concentrated": 1, "diffuse": 1}
	for seed := int64(11); seed < 16; seed++ {
		for name, in := range map[string]instance{"concentrated": {seed: seed, hills: 8, flat: 0.1}, "diffuse": {seed: seed, hills: 15, flat: 0.2}} {
			task := in.task()
			task.Prior = Modes(rand.New(rand.NewSource(seed)).Float64, in.hills, in.flat)
			q := planned(t, task, 1, short)
			check(t, task, q)
			t.Logf("%s %d: %.4f", name, seed, q.Share())
			worst[name] = min(worst[name], q.Share())
		}
	}
	for name, share := range worst {
		fmt.Printf("FIGURE search/worst-%s-short %.5f\n", name, share)
	}
}
