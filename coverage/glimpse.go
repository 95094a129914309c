package coverage

import (
	"math"
	"time"

	"overflight/geodesy"
	"overflight/sensor"
)

// Glimpse is one frame with ground in it, as much of it as looks are made of. Positions are whole 1e-7 degrees, 1.1 cm,
// and instants whole microseconds: what is kept is what is reckoned with.
type Glimpse struct {
	Number  uint64    // of the frame in its path, from 0
	Time    time.Time // zero when the frame has none
	Corners [4]geodesy.Position
	// Eye is where the sensor was, and Height how high above the ground at the frame centre; neither is known of a
	// frame whose stream tells no position, or no slant range and nothing that it follows from.
	Eye         sensor.Optional[geodesy.Position]
	Height      sensor.Optional[geodesy.Length]
	Uncertainty geodesy.Length // of the worst corner, 95 times in 100, in whole decimetres
	Band        sensor.Band
	Picture     sensor.Picture // zero: the model's
}

// GlimpseOf returns a frame as it is kept; false for one that shows no ground, such as one above the horizon, or whose
// ground is wider than MaxFootprint. A height above the ground follows from the slant range, so that its datum does not
// matter.
func GlimpseOf(number uint64, at sensor.Optional[geodesy.Position], alt sensor.Optional[geodesy.Altitude], f *sensor.Footprint) (Glimpse, bool) {
	if !f.OnGround() {
		return Glimpse{}, false
	}
	g := Glimpse{Number: number, Uncertainty: decimetres(f.Uncertainty)}
	if f.Band < sensor.Bands {
		g.Band = f.Band
	}
	if f.Picture.Known() {
		g.Picture = f.Picture
	}
	if !f.Time.IsZero() {
		g.Time = time.UnixMicro(f.Time.UnixMicro()).UTC()
	}
	for i, c := range f.Corners {
		if !c.Valid() {
			return Glimpse{}, false
		}
		g.Corners[i] = rounded(c)
	}
	o := g.outline()
	if !o.measurable() {
		return Glimpse{}, false
	}
	eye, ok := at.Get()
	if !ok || !eye.Valid() {
		return g, true
	}
	g.Eye = sensor.Known(rounded(eye))
	a, okAlt := alt.Get()
	slant, okSlant := f.SlantRange.Get()
	centre, okCentre := f.Centre.Get()
	if okAlt && okSlant && okCentre && centre.Valid() {
		if h, ok := heightOver(eye, a.Value, centre, slant); ok {
			g.Height = sensor.Known(decimetres(h))
		}
	}
	return g, true
}

// highest bounds a height above the ground, against values that are none.
const highest = 100 * geodesy.Kilometre

// heightOver returns how high the sensor is above the ground of the frame centre, by Newton's rule from the slant range:
// the distance to the centre falls with the height of its ground by the sine of the grazing angle.
func heightOver(eye geodesy.Position, alt geodesy.Length, centre geodesy.Position, slant geodesy.Length) (geodesy.Length, bool) {
	if !(slant > 0 && slant <= MaxFootprint) || !(math.Abs(float64(alt)) <= float64(highest)) {
		return 0, false
	}
	at, up, foot := geodesy.ToECEF(eye, alt), geodesy.UpAt(centre), geodesy.ToECEF(centre, 0)
	ground := at.Minus(foot).Dot(up) - math.Sqrt(math.Max(0, float64(slant*slant)-across(at.Minus(foot), up)))
	for range 3 {
		v := at.Minus(foot.Plus(up.Times(ground)))
		sine := v.Dot(up) / v.Norm()
		if !(sine > 1e-3) {
			return 0, false
		}
		ground += (v.Norm() - float64(slant)) / sine
	}
	h := alt - geodesy.Length(ground)
	return h, h > 0 && h <= highest
}

// across is the square of the part of v that is not along up.
func across(v, up geodesy.Vector) float64 {
	w := v.Minus(up.Times(v.Dot(up)))
	return w.Dot(w)
}

func rounded(p geodesy.Position) geodesy.Position {
	return geodesy.Position{Lat: degrees(units(p.Lat)), Lon: degrees(units(p.Lon))}
}

const perDegree = 1e7

func units(a geodesy.Angle) int64   { return int64(math.Round(float64(a) * perDegree)) }
func degrees(n int64) geodesy.Angle { return geodesy.Angle(float64(n) / perDegree) }

func decimetres(l geodesy.Length) geodesy.Length {
	return geodesy.Length(math.Round(math.Min(math.Max(float64(l), 0), 1e7)*10) / 10)
}

// outline is the ground of a glimpse as planes through the centre of the Earth, which its edges lie in: neither a pole nor
// the antimeridian is a special place.
type outline struct {
	corners [4]geodesy.Vector // on the ellipsoid
	planes  [4]geodesy.Vector // towards the inside, of a convex outline
	middle  geodesy.Vector
	reach   float64 // from the middle, farther than any corner
	convex  bool
}

func (g *Glimpse) outline() outline {
	var o outline
	for i, c := range g.Corners {
		o.corners[i] = geodesy.ToECEF(c, 0)
		o.middle = o.middle.Plus(o.corners[i].Times(0.25))
	}
	left, right := 0, 0
	for i, a := range o.corners {
		b, c := o.corners[(i+1)%4], o.corners[(i+2)%4]
		o.reach = math.Max(o.reach, a.Minus(o.middle).Norm())
		o.planes[i] = a.Cross(b)
		if turn := o.planes[i].Dot(c); turn > 0 {
			left++
		} else if turn < 0 {
			right++
		}
	}
	o.convex = left == 0 || right == 0
	if right > 0 {
		for i := range o.planes {
			o.planes[i] = o.planes[i].Times(-1)
		}
	}
	return o
}

// measurable reports whether there is ground that is not a line and not wider than MaxFootprint.
func (o *outline) measurable() bool {
	var area geodesy.Vector
	for i := 1; i < 3; i++ {
		a := o.corners[i].Minus(o.corners[0]).Cross(o.corners[i+1].Minus(o.corners[0]))
		area = geodesy.Vector{X: area.X + math.Abs(a.X), Y: area.Y + math.Abs(a.Y), Z: area.Z + math.Abs(a.Z)}
	}
	return o.reach > 0 && 2*o.reach <= float64(MaxFootprint) && area.Norm() > thinnest*o.reach*o.reach
}

// holds reports whether the outline holds the point of the surface in direction p.
func (o *outline) holds(p geodesy.Vector) bool {
	if p.Dot(o.middle) <= 0 {
		return false
	}
	if o.convex {
		for i := range o.planes {
			if o.planes[i].Dot(p) < 0 {
				return false
			}
		}
		return true
	}
	// Even and odd, on the plane that touches the Earth at p, where the edges are straight.
	up := p.Unit()
	east := geodesy.Vector{X: 1}
	if math.Abs(up.X) > 0.7 {
		east = geodesy.Vector{Y: 1}
	}
	east = east.Minus(up.Times(east.Dot(up))).Unit()
	north := up.Cross(east)
	var x, y [4]float64
	for i, c := range o.corners {
		w := c.Dot(up)
		if !(w > 0) {
			return false
		}
		x[i], y[i] = c.Dot(east)/w, c.Dot(north)/w
	}
	in := false
	for i := range x {
		k := (i + 1) % 4
		if (y[i] > 0) != (y[k] > 0) && x[i]-y[i]*(x[k]-x[i])/(y[k]-y[i]) > 0 {
			in = !in
		}
	}
	return in
}

// Holds reports whether the glimpse shows p: the exact test, to which every index is only the way.
func (g *Glimpse) Holds(p geodesy.Position) bool {
	o := g.outline()
	return o.holds(geodesy.ToECEF(p, 0))
}
