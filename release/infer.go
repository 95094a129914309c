package release

import (
	"math"
	"slices"
	"time"

	"overflight/geodesy"
)

// Inferred is what somebody who knows all of a product can work out of a place that is shown coarsely.
type Inferred struct {
	Record int
	Field  string
	Box    Box            // where it is, at the widest
	Radius geodesy.Length // of the smallest disc that holds the box
}

// Infer returns for every place that is shown the smallest part of its cell that is left when all other places of the product are
// known. Places of one thing that moves are bound to each other by how far the fastest aircraft gets in the time between them; that of
// a site is not narrowed by others. No map is asked: numbers that would narrow a place by one are not beside it ([ReasonNarrows]). It is
// what a careful adversary is sure to reach, not the most that a clever one could.
func Infer(p *Product) []Inferred {
	var out []Inferred
	type passed struct {
		n        int // in out
		from, to time.Time
	}
	moved := map[string][]passed{}
	for _, x := range p.Parts {
		var flight string
		var from, to time.Time
		for _, f := range x.Fields {
			if f.Opening == nil {
				continue
			}
			switch v := f.Opening.Value; {
			case f.Name == "flight":
				flight = v.Text
			case v.Kind == Instant:
				a, b, err := v.Span()
				if err != nil {
					continue
				}
				if from.IsZero() || a.Before(from) {
					from = a
				}
				if b.After(to) {
					to = b
				}
			}
		}
		for _, f := range x.Fields {
			if f.Opening == nil || f.Opening.Value.Kind != Place {
				continue
			}
			box, err := f.Opening.Value.Box()
			if err != nil {
				continue
			}
			// Only the aircraft's own places move with it.
			if own := x.Kind == "fix/1" || x.Kind == "entry/1" || (x.Kind == "look/1" || x.Kind == "footprint/1") && f.Name == "sensor_place"; own && !from.IsZero() {
				moved[flight] = append(moved[flight], passed{len(out), from, to})
			}
			out = append(out, Inferred{x.Record, f.Name, box, 0})
		}
	}
	for _, way := range moved {
		slices.SortFunc(way, func(a, b passed) int { return a.from.Compare(b.from) })
		// Forwards, then backwards: what the one before leaves open binds the next.
		narrow := func(a, b passed) {
			longest := max(b.to.Sub(a.from), a.to.Sub(b.from))
			out[b.n].Box = intersect(out[b.n].Box, grow(out[a.n].Box, geodesy.Length(longest.Seconds())*geodesy.Length(Fastest)))
		}
		for i := 1; i < len(way); i++ {
			narrow(way[i-1], way[i])
		}
		for i := len(way) - 2; i >= 0; i-- {
			narrow(way[i+1], way[i])
		}
	}
	for i := range out {
		b := out[i].Box
		out[i].Radius = geodesy.Distance(b.Middle(), geodesy.Position{Lat: nearerEquator(b), Lon: b.East})
	}
	return out
}

// nearerEquator is the side of a box that is longest.
func nearerEquator(b Box) geodesy.Angle {
	if b.South <= 0 && b.North >= 0 {
		return 0
	}
	if math.Abs(float64(b.South)) < math.Abs(float64(b.North)) {
		return b.South
	}
	return b.North
}

// grow widens a box by a distance on every side; one that reaches a pole or goes round the world is left as wide as that.
func grow(b Box, by geodesy.Length) Box {
	const metresPerDegree = 110_500 // the least of a meridian, so that the box is not too small
	d := geodesy.Angle(float64(by) / metresPerDegree)
	out := Box{South: max(b.South-d, -90), North: min(b.North+d, 90)}
	c := math.Cos(math.Max(math.Abs(float64(out.South)), math.Abs(float64(out.North))) * math.Pi / 180)
	if c < 0.01 {
		out.West, out.East = -360, 360
		return out
	}
	out.West, out.East = b.West-d/geodesy.Angle(c), b.East+d/geodesy.Angle(c)
	return out
}

// intersect keeps the first where the two do not meet as they stand: across the antimeridian nothing is narrowed.
func intersect(a, b Box) Box {
	out := Box{South: max(a.South, b.South), West: max(a.West, b.West), North: min(a.North, b.North), East: min(a.East, b.East)}
	if out.South > out.North || out.West > out.East {
		return a
	}
	return out
}
