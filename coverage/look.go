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

// sight is what all looks of one frame have in common.
type sight struct {
	outline
	known         bool
	eye           geodesy.Vector
	across, along float64 // angle of a picture element, radians
	over          float64 // of the sensor, above the ground
	g             *Glimpse
}

// sightOf prepares a frame; columns and rows are those of its picture where the stream does not say.
func sightOf(g *Glimpse, columns, rows int) sight {
	if g.Picture.Known() {
		columns, rows = int(g.Picture.Columns), int(g.Picture.Rows)
	}
	s := sight{outline: g.outline(), g: g}
	at, okAt := g.Eye.Get()
	over, okOver := g.Height.Get()
	if !okAt || !okOver {
		return s
	}
	s.known, s.over, s.eye = true, float64(over), geodesy.ToECEF(at, over)
	c := &s.corners
	mid := func(a, b int) geodesy.Vector { return c[a].Plus(c[b]).Times(0.5) }
	s.across = s.angle(mid(0, 3), mid(1, 2)) / float64(columns)
	s.along = s.angle(mid(0, 1), mid(3, 2)) / float64(rows)
	return s
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
	s := sightOf(g, m.Columns, m.Rows)
	return s.look(p, geodesy.ToECEF(p, 0), heights)
}

// look is LookAt for a place that is at ground.
func (s *sight) look(p geodesy.Position, ground geodesy.Vector, heights Heights) (Look, bool) {
	if !s.holds(ground) {
		return Look{}, false
	}
	l := Look{Band: s.g.Band, Light: LightAt(p, s.g.Time)}
	r, ok := s.at(ground, geodesy.UpAt(p))
	if !ok {
		return l, true
	}
	l.Known, l.Range, l.Resolution = true, geodesy.Length(r.length), geodesy.Length(r.sample)
	l.Grazing = geodesy.Angle(math.Asin(r.sine) * (180 / math.Pi))
	l.Azimuth = geodesy.NormalizeAzimuth(geodesy.Angle(r.azimuth * (180 / math.Pi)))
	if heights != nil {
		l.Masking = s.masking(p, heights)
	}
	return l, true
}

// The line of sight is sampled every maskStep of it or less often: where it is high above the ground, ground that nowhere rises
// by more than steepest metres a metre cannot reach it for a while. Ground that rises above it by more than maskSlack masks: height models
// err by some metres (SRTM: 16 m, 90 times in 100), and a canopy is in some of them. Light goes straight; refraction would raise what is
// seen by a seventh of what the Earth's curvature hides.
const (
	maskStep  = 30.0
	maskSteps = 20_000
	steepest  = 3.0
	maskSlack = 5.0
)

// masking looks along the line of sight for ground that stands above it. The sensor is Height above the ground of the
// middle of the frame by the same model; where the model has a hole nothing is said.
func (s *sight) masking(p geodesy.Position, heights Heights) Masking {
	middle, _ := geodesy.FromECEF(s.middle)
	base, okBase := heights.HeightAt(middle)
	own, okOwn := heights.HeightAt(p)
	at, _ := s.g.Eye.Get()
	if !okBase || !okOwn {
		return UnknownMasking
	}
	from := geodesy.ToECEF(p, own)
	to := geodesy.ToECEF(at, base+geodesy.Length(s.over))
	line := to.Minus(from)
	length := line.Norm()
	step := max(maskStep, length/maskSteps)
	for gone := step; gone < length; {
		q, h := geodesy.FromECEF(from.Plus(line.Times(gone / length)))
		ground, ok := heights.HeightAt(q)
		if !ok {
			return UnknownMasking
		}
		if float64(ground-h) > maskSlack {
			return Masked
		}
		if h > 9*geodesy.Kilometre {
			break // above all ground
		}
		gone += max(step, float64(h-ground)/steepest)
	}
	return InSight
}
