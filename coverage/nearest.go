package coverage

import (
	"math"

	"overflight/geodesy"
)

// Nearest returns the place of the ground of g that is nearest to p, and how far it is, by the edges of the ground as Holds means
// them. Where g shows p it is p itself, at 0.
func (g *Glimpse) Nearest(p geodesy.Position) (geodesy.Position, geodesy.Length) {
	o := g.outline()
	from := geodesy.ToECEF(p, 0)
	if o.holds(from) {
		return p, 0
	}
	best, nearest := math.Inf(1), geodesy.Position{}
	for i, a := range o.corners {
		v := o.corners[(i+1)%4].Minus(a)
		// The nearest point of the chord lies under one of the edge, in the same plane through the centre of the Earth.
		k := 0.0
		if n := v.Dot(v); n > 0 {
			k = math.Min(math.Max(from.Minus(a).Dot(v)/n, 0), 1)
		}
		onEdge := under(a.Plus(v.Times(k)))
		if d := geodesy.ToECEF(onEdge, 0).Minus(from).Norm(); d < best {
			best, nearest = d, onEdge
		}
	}
	return nearest, geodesy.Distance(p, nearest)
}

// Far is a distance that no place of the ground of g is nearer to p than: cheap, for leaving out what cannot be the nearest. It is a chord,
// so that it is never more than the distance on the ground.
func (g *Glimpse) Far(p geodesy.Position) geodesy.Length {
	o := g.outline()
	return geodesy.Length(geodesy.ToECEF(p, 0).Minus(o.middle).Norm() - o.reach - bulge(o.reach))
}

// bulge is how far the surface lies above the chords of ground that reaches so far, at most.
func bulge(reach float64) float64 { return reach * reach / float64(geodesy.SemiMinorAxis) }

// under is the place of the surface in the direction of v.
func under(v geodesy.Vector) geodesy.Position {
	a, b := float64(geodesy.SemiMajorAxis), float64(geodesy.SemiMinorAxis)
	p, _ := geodesy.FromECEF(v.Times(1 / math.Sqrt((v.X*v.X+v.Y*v.Y)/(a*a)+v.Z*v.Z/(b*b))))
	return p
}
