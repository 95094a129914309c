package segment

import (
	"math"
	"slices"
	"time"

	"overflight/geodesy"
	"overflight/survey"
)

// A detector reports what it sees in every picture, thirty times a second. The same place again within one pass, within what the reports'
// own errors let one place wander, says nothing new: nine tenths of the error are common to all of them. One report a place and minute
// stays, which is well within the pause of ten minutes that ends a pass.
const (
	thinFor    = time.Minute
	mostSights = 600 // that are stated of one cut, a flight-minute
)

// spot is a place that was reported and stated.
type spot struct {
	o      survey.Observation
	used   time.Time // of the newest frame that a report of it was left out of, or its own
	wander float64
}

// thin remembers what was stated during the last minute. It is of places: whose report it is does not matter.
type thin struct{ spots []spot }

// leastDegree is less than a degree of latitude is anywhere, in metres.
const leastDegree = 110_000

// fresh reports whether a report is to be stated. Two reports of one frame are of two places, however near.
func (t *thin) fresh(o *survey.Observation) bool {
	t.spots = slices.DeleteFunc(t.spots, func(s spot) bool { return o.At.Sub(s.o.At).Abs() >= thinFor })
	nearest, least, own := -1, geodesy.Length(math.Inf(1)), wander(o)
	for i := range t.spots {
		s := &t.spots[i]
		if s.used.Equal(o.At) || s.o.Class != o.Class || s.o.Sensor != o.Sensor {
			continue
		}
		// Of two reports of one place in one pass, 95 times in 100.
		apart := geodesy.Length(math.Sqrt(s.wander + own))
		if math.Abs(float64(s.o.Position.Lat-o.Position.Lat))*leastDegree > float64(apart) {
			continue // a frame may have hundreds, most of them far off: the distance on the ellipsoid is dear
		}
		if d := geodesy.Distance(s.o.Position, o.Position); d < least && d <= apart {
			nearest, least = i, d
		}
	}
	if nearest < 0 {
		t.spots = append(t.spots, spot{*o, o.At, own})
		return true
	}
	t.spots[nearest].used = o.At
	return false
}

// wander is the square of how far a report lies from its place at most, 95 times in 100, by the part of its error that it does not share
// with others of its pass: m².
func wander(o *survey.Observation) float64 {
	r := float64(o.Spread.Ellipse().Major)
	return r * r * (1 - o.Common)
}
