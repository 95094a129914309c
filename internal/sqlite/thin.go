package sqlite

import (
	"time"

	"overflight/flight"
)

// silence is how far apart two fixes are that are both kept.
const silence = 2 * time.Second

// thin calls keep with the fixes that are to be kept: the first of the path, the first of every second of the
// source's clock, and both of two fixes between which there was a silence, another leg began, or the aircraft left
// the ground or met it. Fixes that begin or end a run inside a state, the deepest and those beside a gap are kept
// with their entries and gaps. previous is the fix before, and kept whether it was. The outcome does not depend on
// how a path was cut into blocks.
func thin(previous *flight.Fix, kept bool, fixes []flight.Fix, keep func(back bool, f *flight.Fix) error) (bool, error) {
	for i := range fixes {
		f := &fixes[i]
		edge := previous == nil || f.NewLeg || f.OnGround != previous.OnGround
		if previous != nil {
			apart := f.Time.Sub(previous.Time)
			edge = edge || apart >= silence || apart < 0
		}
		if edge && previous != nil && !kept {
			if err := keep(true, previous); err != nil {
				return kept, err
			}
		}
		if kept = edge || f.Time.Unix() != previous.Time.Unix(); kept {
			if err := keep(false, f); err != nil {
				return kept, err
			}
		}
		previous = f
	}
	return kept, nil
}
