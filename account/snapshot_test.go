package account_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/account"
	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/sensor"
)

// TestSnapshotsChangeNothing: a snapshot is what Close would say then, and Close says the same with snapshots and without.
// Frames come out of order, without times, places and grounds.
func TestSnapshotsChangeNothing(t *testing.T) {
	t.Parallel()
	lines := []airspace.DatedLine{twoStates(t)}
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 4))
		type step struct {
			fix   flight.Fix
			frame *sensor.Frame
			fp    *sensor.Footprint
		}
		var steps []step
		eye := pos(0.2, 9.99)
		for i := range 400 {
			eye.Lon += geodesy.Angle(0.0004 * (rng.Float64() - 0.4))
			x := step{fix: flight.Fix{Time: at(float64(i)), Position: eye, GroundSpeed: 80}}
			s := shot{sec: float64(i), eye: eye, centre: pos(0.2, eye.Lon+geodesy.Angle(0.02*(rng.Float64()-0.5))), h: 0.002}
			if rng.IntN(20) == 0 {
				s.sec -= float64(rng.IntN(60))
			}
			x.frame, x.fp = s.take()
			switch rng.IntN(12) {
			case 0:
				x.frame.Time = at(-1e9)
			case 1:
				x.frame.Position = sensor.Optional[geodesy.Position]{}
			case 2:
				x.frame.Quarantined = true
			case 3:
				x.fp.Method, x.fp.Reason = sensor.NoMethod, sensor.HorizonInView
			}
			steps = append(steps, x)
		}
		run := func(from []step, asked func(int, account.Path)) account.Path {
			k, err := account.New(flight.Aircraft{}, "test", lines, account.Config{})
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range from {
				k.Fix(x.fix)
				k.Frame(x.frame, x.fp)
				if asked != nil && i%37 == 36 {
					asked(i, k.Snapshot())
				}
			}
			return k.Close()
		}
		whole := run(steps, nil)
		asked := run(steps, func(i int, got account.Path) {
			if diff := cmp.Diff(run(steps[:i+1], nil), got); diff != "" {
				t.Fatalf("seed %d after %d: %s", seed, i+1, diff)
			}
		})
		if diff := cmp.Diff(whole, asked); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}
