package coverage

import (
	"math"

	"overflight/geodesy"
	"overflight/sensor"
)

// Masking says what stood between the sensor and a place.
type Masking uint8

// The maskings. Without a height model it is not known, and nothing is taken off for it.
const (
	UnknownMasking Masking = iota
	InSight
	Masked
)

// String returns the word of a masking.
func (m Masking) String() string {
	switch m {
	case InSight:
		return "in sight"
	case Masked:
		return "masked"
	case UnknownMasking:
	}
	return "unknown"
}

// Heights is a height model: the height of the ground above one and the same datum. False where it has none.
type Heights interface {
	HeightAt(p geodesy.Position) (geodesy.Length, bool)
}

// Look is how one frame saw one place. Where Known is false the stream does not tell from where: range, angles and
// resolution mean nothing.
type Look struct {
	Known      bool
	Range      geodesy.Length // from the sensor to the place
	Grazing    geodesy.Angle  // of the line of sight above the ground; 90 is straight down
	Azimuth    geodesy.Angle  // from the place to the sensor, from true north
	Resolution geodesy.Length // ground sample distance: the coarser of along and across
	Band       sensor.Band
	Light      Light
	Masking    Masking
}

// sight is what all looks of one frame have in common: its ground, and once it is located from where that was seen.
type sight struct {
	outline
	known         bool
	eye           geodesy.Vector
	across, along float64 // angle of a picture element, radians
	over          float64 // of the sensor, above the ground
	g             *Glimpse
	stand         stand
}

// locate finds from where the frame was taken, and how fine it is; columns and rows are those of its picture where the stream does not say.
func (s *sight) locate(columns, rows int) {
	g := s.g
	if g.Picture.Known() {
		columns, rows = int(g.Picture.Columns), int(g.Picture.Rows)
	}
	at, okAt := g.Eye.Get()
	over, okOver := g.Height.Get()
	if !okAt || !okOver {
		return
	}
	s.known, s.over, s.eye = true, float64(over), geodesy.ToECEF(at, over)
	c := &s.corners
	mid := func(a, b int) geodesy.Vector { return c[a].Plus(c[b]).Times(0.5) }
	s.across = s.angle(mid(0, 3), mid(1, 2)) / float64(columns)
	s.along = s.angle(mid(0, 1), mid(3, 2)) / float64(rows)
}

func (s *sight) angle(a, b geodesy.Vector) float64 {
	u, v := a.Minus(s.eye), b.Minus(s.eye)
	return math.Atan2(u.Cross(v).Norm(), u.Dot(v))
}

// ray is the line of sight from a point of the ground to the sensor, in plain numbers: a raster asks for millions.
type ray struct {
	length, sine float64 // metres, of the grazing angle
	azimuth      float64 // radians from true north, -π to π
	sample       float64 // ground sample distance, metres
}

// at returns the ray from a point of the ground; false when from where it was seen is not known, or below its horizon.
func (s *sight) at(p, up geodesy.Vector) (ray, bool) {
	if !s.known {
		return ray{}, false
	}
	v := s.eye.Minus(p)
	length, rise := v.Norm(), v.Dot(up)
	sine := min(rise/length, 1)
	if !(sine > 0) {
		return ray{}, false
	}
	return ray{length, sine, bearing(v.Minus(up.Times(rise)), up), length * max(s.across, s.along/sine)}, true
}

// bearing is the azimuth of a horizontal vector, radians. On a pole it is counted from the prime meridian.
func bearing(flat, up geodesy.Vector) float64 {
	east := geodesy.Vector{X: -up.Y, Y: up.X}
	if n := east.Norm(); n > 1e-12 {
		east = east.Times(1 / n)
	} else {
		east = geodesy.Vector{Y: 1}
	}
	return math.Atan2(flat.Dot(east), flat.Dot(up.Cross(east)))
}

// LookAt returns how the frame saw a place; false when it does not show it. The picture is Columns by Rows of the model, and
// heights may be nil.
func (m *Model) LookAt(g *Glimpse, p geodesy.Position, heights Heights) (Look, bool) {
	s, ground := sight{outline: g.outline(), g: g}, geodesy.ToECEF(p, 0)
	if !s.holds(ground) {
		return Look{}, false
	}
	s.locate(m.Columns, m.Rows)
	return s.look(p, ground, geodesy.UpAt(p), LightAt(p, g.Time), heights), true
}

// look is how a frame that shows a place saw it in its light; ground is where that lies, and up its normal.
func (s *sight) look(p geodesy.Position, ground, up geodesy.Vector, light Light, heights Heights) Look {
	l := Look{Band: s.g.Band, Light: light}
	r, ok := s.at(ground, up)
	if !ok {
		return l
	}
	l.Known, l.Range, l.Resolution = true, geodesy.Length(r.length), geodesy.Length(r.sample)
	l.Grazing = geodesy.Angle(math.Asin(r.sine) * (180 / math.Pi))
	l.Azimuth = geodesy.NormalizeAzimuth(geodesy.Angle(r.azimuth * (180 / math.Pi)))
	if heights != nil {
		l.Masking = s.masking(p, ground, up, heights)
	}
	return l
}
