package coverage

import (
	"math"

	"overflight/geodesy"
)

// Bounds is a span of latitudes and longitudes. East may be beyond 180; it is never below West, nor 360 degrees above it.
type Bounds struct{ South, North, West, East geodesy.Angle }

// Extent gathers the bounds of places and of ground, whichever way round the Earth is shorter. The zero Extent is empty.
type Extent struct {
	b    Bounds
	some bool
}

// Bounds returns them; false where there is nothing.
func (e *Extent) Bounds() (Bounds, bool) { return e.b, e.some }

// Add takes a place in.
func (e *Extent) Add(p geodesy.Position) {
	if !e.some {
		e.b, e.some = Bounds{p.Lat, p.Lat, p.Lon, p.Lon}, true
		return
	}
	e.b.South, e.b.North = min(e.b.South, p.Lat), max(e.b.North, p.Lat)
	e.turn(p.Lon, p.Lon)
}

// turn takes a span of longitudes in, by the shorter way.
func (e *Extent) turn(west, east geodesy.Angle) {
	middle := (e.b.West + e.b.East) / 2
	shift := geodesy.Angle(360 * math.Round(float64(middle-(west+east)/2)/360))
	e.b.West, e.b.East = min(e.b.West, west+shift), max(e.b.East, east+shift)
	if e.b.East-e.b.West >= 360 {
		e.b.West, e.b.East = -180, 180
	}
}

// hair makes up for rounding: a centimetre.
const hair geodesy.Angle = 1e-7

// AddGlimpse takes the ground of a frame in.
func (e *Extent) AddGlimpse(g *Glimpse) { e.AddBounds(g.bounds()) }

// AddBounds takes bounds in.
func (e *Extent) AddBounds(b Bounds) {
	if !e.some {
		e.b, e.some = b, true
		return
	}
	e.b.South, e.b.North = min(e.b.South, b.South), max(e.b.North, b.North)
	e.turn(b.West, b.East)
}

// bounds of the ground of a frame. One that holds a pole, or comes near one, goes all round.
func (g *Glimpse) bounds() Bounds {
	var e Extent
	for _, c := range g.Corners {
		e.Add(c)
	}
	b, o := e.b, g.outline()
	// An edge of length l rises above its ends by l² tan(latitude) / 8R, towards the pole; an edge is no longer than twice the reach.
	highest := math.Min(math.Max(math.Abs(float64(b.South)), math.Abs(float64(b.North))), 89.9) * (math.Pi / 180)
	arc := o.reach / float64(geodesy.SemiMinorAxis)
	pad := geodesy.Angle(0.6 * arc * arc * math.Tan(highest) * (180 / math.Pi))
	b.South, b.North, b.West, b.East = max(b.South-pad-hair, -90), min(b.North+pad+hair, 90), b.West-hair, b.East+hair
	for _, pole := range [2]geodesy.Angle{90, -90} {
		// Above 89 degrees a corner may be anywhere round the pole from the next.
		if (pole > 0 && b.North > 89 || pole < 0 && b.South < -89) || o.holds(geodesy.ToECEF(geodesy.Position{Lat: pole}, 0)) {
			b.West, b.East = -180, 180
			if pole > 0 {
				b.North = 90
			} else {
				b.South = -90
			}
		}
	}
	if b.East-b.West >= 360 {
		b.West, b.East = -180, 180
	}
	return b
}
