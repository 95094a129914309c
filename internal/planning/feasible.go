package planning

import (
	"fmt"
	"math"
	"time"

	"overflight/authority"
	"overflight/geodesy"
	"overflight/search"
)

// tooShort says of a task that cannot be flown in the time there is how many hours would do, tried in tenths; or, where an aircraft has
// not so many, how near the base would have to be. Slow is the speed over the ground against the wind.
func tooShort(free search.Task, slow geodesy.Speed, reserve, available time.Duration, a *authority.Airframe) (Code, []any) {
	near := math.Inf(1)
	p := free.Prior
	for c, m := range p.POC {
		if m > 0 {
			q := p.Centre(c%p.Columns, c/p.Columns)
			near = min(near, math.Hypot(float64(q.X-free.Base.X), float64(q.Y-free.Base.Y)))
		}
	}
	flies := func(tenths int) bool {
		free.Length = geodesy.Length(float64(slow) * (float64(tenths)/10 - reserve.Hours()) * 3600 * (1 - 1e-9))
		_, err := search.NewPlanner(&free, 0, 0)
		return err == nil
	}
	// There and back is the least, as far as where the nearest of it is seen.
	need := int(math.Ceil((2*max(0, near-float64(free.Sweep))/float64(slow)/3600 + reserve.Hours()) * 10))
	low := need - 1
	for step := 1; !flies(need) && step < 10_000; step *= 2 {
		low, need = need, need+step
	}
	for need-low > 1 {
		if middle := (low + need) / 2; flies(middle) {
			need = middle
		} else {
			low = middle
		}
	}
	hours := float64(need) / 10
	if e := a.Endurance.Value; e > 0 && hours > e {
		within := near - (hours-e)*float64(slow)*3600/2
		return CodeTooFar, []any{fmt.Sprintf("%.0f", near/1000), fmt.Sprintf("%.1f", hours), a.Type, fmt.Sprintf("%g", e), fmt.Sprintf("%.0f", math.Floor(max(0, within)/1000))}
	}
	return CodeShort, []any{fmt.Sprintf("%.1f", available.Hours()), fmt.Sprintf("%.0f", near/1000), fmt.Sprintf("%.1f", hours)}
}
