package node

import (
	"context"
	"errors"
	"math"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/internal/sqlite"
	"overflight/journal"
	"overflight/validity"
)

// NearestLook is the ground that was looked at nearest to a place.
type NearestLook struct {
	Flight   journal.Sortie // zero: none within Within
	Source   string
	Glimpse  coverage.Glimpse
	At       geodesy.Position
	Distance geodesy.Length
	Within   geodesy.Length // how far was looked for
}

// nearestSteps are how far ground is looked for, one after the other: near ground is found without reading the far.
var nearestSteps = [...]geodesy.Length{1_000, 3_000, 10_000, 30_000, 100_000}

// Nearest finds the ground that frames of a period showed nearest to a place, within 100 km. Where more frames are near than one answer
// goes through, Within is how far was looked for, and nothing was found up to there.
func (n *Node) Nearest(ctx context.Context, at geodesy.Position, period validity.Period) (NearestLook, error) {
	if err := checkPeriod(period); err != nil {
		return NearestLook{}, err
	}
	if err := n.Caught(ctx); err != nil {
		return NearestLook{}, err
	}
	var out NearestLook
	for _, reach := range nearestSteps {
		best := NearestLook{Distance: reach, Within: reach}
		err := n.Models().GlimpsesIn(ctx, around(at, reach), period, func(s sqlite.Sighting) error {
			// No nearer than its middle less its reach: most frames of a block need no closer look.
			if s.Glimpse.Far(at) > best.Distance {
				return nil
			}
			if place, d := s.Glimpse.Nearest(at); d < best.Distance {
				best.Flight, best.Source, best.Glimpse, best.At, best.Distance = s.Flight, s.Source, *s.Glimpse, place, d
			}
			return nil
		})
		if errors.Is(err, sqlite.ErrManyLooks) {
			return out, nil
		}
		if err != nil {
			return NearestLook{}, err
		}
		if !best.Flight.IsZero() {
			return best, nil
		}
		out.Within = reach
	}
	return out, nil
}

// around is a box that holds all within reach of a place.
func around(p geodesy.Position, reach geodesy.Length) sqlite.Box {
	const metresPerDegree = 110_500 // no degree of latitude is shorter
	tall := geodesy.Angle(float64(reach) / metresPerDegree)
	b := sqlite.Box{South: max(p.Lat-tall, -90), North: min(p.Lat+tall, 90), West: -180, East: 180}
	if b.South <= -89 || b.North >= 89 {
		return b // all round the pole
	}
	wide := tall / geodesy.Angle(math.Cos(max(-b.South, b.North).Radians()))
	if wide < 180 {
		b.West, b.East = geodesy.NormalizeLongitude(p.Lon-wide), geodesy.NormalizeLongitude(p.Lon+wide)
	}
	return b
}
