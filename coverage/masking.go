package coverage

import (
	"math"

	"overflight/geodesy"
)

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

// stand is where the sensor of a frame stands in a height model: Height above the ground of the middle of the frame by that model. It is
// the same for all places of the frame.
type stand struct {
	asked, known bool
	at           geodesy.Position
	height       geodesy.Length
	eye          geodesy.Vector
}

func (s *sight) stands(heights Heights) *stand {
	if x := &s.stand; !x.asked {
		x.asked = true
		middle, _ := geodesy.FromECEF(s.middle)
		base, ok := heights.HeightAt(middle)
		x.at, _ = s.g.Eye.Get()
		x.height, x.known = base+geodesy.Length(s.over), ok
		x.eye = geodesy.ToECEF(x.at, x.height)
	}
	return &s.stand
}

// masking looks along the line of sight from a place at ground for ground that stands above it. Where the model has a hole nothing is
// said.
func (s *sight) masking(p geodesy.Position, ground, up geodesy.Vector, heights Heights) Masking {
	end := s.stands(heights)
	own, ok := heights.HeightAt(p)
	if !ok || !end.known {
		return UnknownMasking
	}
	from := ground.Plus(up.Times(float64(own)))
	line := end.eye.Minus(from)
	length := line.Norm()
	// How fast ground that rises by steepest comes nearer to the line, a metre of it. The line only turns upwards: the Earth is round.
	sine := line.Dot(up) / length
	closing := steepest*math.Sqrt(1-max(sine, 0)*max(sine, 0)) - sine
	step := max(maskStep, length/maskSteps)
	way := wayAlong(p, own, end.at, end.height, from, line, length)
	for gone := step; gone < length; {
		q, h := way.at(gone / length)
		top, ok := heights.HeightAt(q)
		if !ok {
			return UnknownMasking
		}
		if float64(top-h) > maskSlack {
			return Masked
		}
		if h > 9*geodesy.Kilometre || !(closing > 0) {
			break // above all ground, or steeper than any
		}
		gone += max(step, (float64(h-top)+maskSlack)/closing)
	}
	return InSight
}

// way tells the places and the heights of a straight line in space, which both ends are known of: by parabolas through three of its points
// for every stretch of it, within a metre on the ground and a decimetre of height. Near a pole longitudes bend too much: there each point is
// reckoned by itself.
type way struct {
	from, line    geodesy.Vector
	lon           geodesy.Angle // of the beginning: longitudes are told from there
	plain         bool          // no parabolas
	stretch       int           // the one at hand
	stretches     float64
	end           [3]float64 // of the line: latitude, longitude, height
	next          [3]float64 // where the stretch at hand ends
	base, by, by2 [3]float64 // of the parabolas
}

const (
	stretchLength = 30_000.0
	bendsMuch     = 75 // degrees of latitude
)

func wayAlong(p geodesy.Position, low geodesy.Length, eye geodesy.Position, high geodesy.Length, from, line geodesy.Vector, length float64) way {
	return way{
		from: from, line: line, lon: p.Lon, stretch: -1, stretches: math.Max(math.Ceil(length/stretchLength), 1),
		plain: math.Max(math.Abs(float64(p.Lat)), math.Abs(float64(eye.Lat))) > bendsMuch,
		next:  [3]float64{float64(p.Lat), 0, float64(low)},
		end:   [3]float64{float64(eye.Lat), float64(geodesy.LongitudeDifference(p.Lon, eye.Lon)), float64(high)},
	}
}

// at tells the place of a point of the line, from 0 to 1 of it. It MUST be asked in the order of the line.
func (w *way) at(t float64) (geodesy.Position, geodesy.Length) {
	if w.plain {
		return geodesy.FromECEF(w.from.Plus(w.line.Times(t)))
	}
	u := t * w.stretches
	for w.stretch < 0 || u > float64(w.stretch+1) && float64(w.stretch+1) < w.stretches {
		w.stretch++
		k := float64(w.stretch)
		w.base = w.next
		middle := w.point((k + 0.5) / w.stretches)
		if w.next = w.end; k+1 < w.stretches {
			w.next = w.point((k + 1) / w.stretches)
		}
		for i := range w.base {
			w.by2[i] = 2*(w.base[i]+w.next[i]) - 4*middle[i]
			w.by[i] = w.next[i] - w.base[i] - w.by2[i]
		}
	}
	u -= float64(w.stretch)
	var v [3]float64
	for i := range v {
		v[i] = w.base[i] + u*(w.by[i]+u*w.by2[i])
	}
	lon := w.lon + geodesy.Angle(v[1])
	if lon > 180 || lon < -180 {
		lon = geodesy.NormalizeLongitude(lon)
	}
	return geodesy.Position{Lat: geodesy.Angle(v[0]), Lon: lon}, geodesy.Length(v[2])
}

func (w *way) point(t float64) [3]float64 {
	p, h := geodesy.FromECEF(w.from.Plus(w.line.Times(t)))
	return [3]float64{float64(p.Lat), float64(geodesy.LongitudeDifference(w.lon, p.Lon)), float64(h)}
}
