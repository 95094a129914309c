package simulate

import (
	"fmt"
	"math"
	"sort"
	"time"

	"overflight/geodesy"
)

// Frame is what was true at one instant. Angles are degrees, heights are above the ellipsoid.
type Frame struct {
	Offset   time.Duration // from the start of the sortie
	Time     time.Time     // UTC
	Platform Place
	Course   geodesy.Angle // of the path over the ground

	GroundSpeed, ClimbRate, Airspeed geodesy.Speed // the last one true

	// The attitude lies on the grid of items 5, 6 and 7, so that the gimbal angles, which have 32
	// bits, point exactly where the stream says that they point.
	Heading, Pitch, Roll geodesy.Angle

	// The gimbal against the body: azimuth about its down axis, elevation up, roll about the line
	// of sight. The picture is level except in a Fixed look.
	Azimuth, Elevation, Rotation geodesy.Angle
	HFOV, VFOV                   geodesy.Angle // on the grid of items 16 and 17

	// The centre of the picture on the ground, and its distance. InView is false above the horizon.
	InView bool
	Centre Place
	Slant  geodesy.Length
	// The corners: upper left, upper right, lower right, lower left. A corner above the horizon is
	// not in view.
	CornerInView [4]bool
	Corner       [4]Place
	Look         LookKind

	eye    vector
	camera basis // forward, right, down of the picture
}

func placeOf(p point) Place { return Place{p.position(), geodesy.Length(p.height)} }

func (p Place) point() point { return point{float64(p.Lat), float64(p.Lon), float64(p.Height)} }

// snap returns the value on the grid of a whole number of steps.
func snap(v, step float64) float64 { return math.Round(v/step) * step }

// Steps of the items that a Frame keeps to (ST 0601: 5, 6, 7, 16 and 17).
const (
	headingStep = 360.0 / 65535
	pitchStep   = 20.0 / 32767
	rollStep    = 50.0 / 32767
	viewStep    = 180.0 / 65535
)

// At returns the truth at an instant of the sortie.
func (f *Flight) At(offset time.Duration) Frame {
	s, t := f.sortie, offset.Seconds()
	c := f.at(t)
	fr := Frame{
		Offset: offset, Time: s.Start.Add(offset), Platform: placeOf(c.point),
		Course: geodesy.Angle(c.direction), GroundSpeed: geodesy.Speed(c.speed), ClimbRate: geodesy.Speed(c.climb),
	}
	// The air moves with the wind, so the nose points into it (the wind triangle).
	sinC, cosC := math.Sincos(c.direction * degree)
	sinW, cosW := math.Sincos(float64(s.Wind.From) * degree)
	north := c.speed*cosC + float64(s.Wind.Speed)*cosW
	east := c.speed*sinC + float64(s.Wind.Speed)*sinW
	fr.Airspeed = geodesy.Speed(math.Hypot(north, east))
	fr.Heading = geodesy.Angle(snap(wrap360(math.Atan2(east, north)/degree), headingStep))
	// A little of the restlessness of real air, the same in every run.
	restless := 1.0
	if s.Still {
		restless = 0
	}
	pitch := 2 + math.Atan2(c.climb, float64(fr.Airspeed))/degree + restless*0.25*math.Sin(2*math.Pi*t/17)
	fr.Pitch = geodesy.Angle(snap(min(max(pitch, -19.9), 19.9), pitchStep))
	fr.Roll = geodesy.Angle(snap(f.roll(t)+restless*0.4*math.Sin(2*math.Pi*t/11), rollStep))
	fr.HFOV, fr.VFOV = s.view(offset)

	ned := c.northEastDown()
	body := attitude(ned, float64(fr.Heading), float64(fr.Pitch), float64(fr.Roll))
	fr.eye = c.cartesian()
	line := s.sight(offset, c, fr.eye, ned, body)
	fr.Look = line.kind
	fr.gimbal(line, ned, body)
	if line.chosen {
		fr.InView, fr.Centre = true, placeOf(line.spot)
		fr.Slant = geodesy.Length(line.spot.cartesian().minus(fr.eye).norm())
	} else if g, slant, ok := surface(fr.eye, fr.camera.u, line.height); ok {
		fr.InView, fr.Centre, fr.Slant = true, placeOf(g), geodesy.Length(slant)
	}
	height := line.height
	if fr.InView {
		height = float64(fr.Centre.Height)
	}
	for i := range fr.Corner {
		x, y := cornerSign[i][0], cornerSign[i][1]
		if g, _, ok := surface(fr.eye, fr.ray(x, y), height); ok {
			fr.CornerInView[i], fr.Corner[i] = true, placeOf(g)
		}
	}
	return fr
}

// cornerSign is right and down of the corners in their order.
var cornerSign = [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}

// ray is the direction through a point of the picture: x right and y down, from -1 to 1.
func (fr *Frame) ray(x, y float64) vector {
	tanH, tanV := math.Tan(float64(fr.HFOV)/2*degree), math.Tan(float64(fr.VFOV)/2*degree)
	return combine(1, x*tanH, y*tanV, fr.camera).unit()
}

// view is the field of view at an instant, on the grid of items 16 and 17.
func (s *Sortie) view(t time.Duration) (h, v geodesy.Angle) {
	wide := 10.0
	if len(s.Zooms) > 0 {
		i := sort.Search(len(s.Zooms), func(i int) bool { return s.Zooms[i].From > t })
		wide = float64(s.Zooms[max(i-1, 0)].HFOV)
	}
	high := 2 * math.Atan(0.75*math.Tan(wide/2*degree)) / degree
	return geodesy.Angle(snap(wide, viewStep)), geodesy.Angle(snap(high, viewStep))
}

// attitude turns the local axes into those of the body: heading, then pitch, then roll.
func attitude(ned basis, heading, pitch, roll float64) basis {
	sinH, cosH := math.Sincos(heading * degree)
	sinP, cosP := math.Sincos(pitch * degree)
	sinR, cosR := math.Sincos(roll * degree)
	ahead := ned.u.times(cosH).plus(ned.v.times(sinH))
	right := ned.v.times(cosH).minus(ned.u.times(sinH))
	nose := ahead.times(cosP).minus(ned.w.times(sinP))
	belly := ahead.times(sinP).plus(ned.w.times(cosP))
	return basis{u: nose, v: right.times(cosR).plus(belly.times(sinR)), w: belly.times(cosR).minus(right.times(sinR))}
}

// sight is a line of sight: a direction and, where the plan chose one, the ground point that it was
// drawn to.
type sight struct {
	kind   LookKind
	along  vector
	spot   point
	chosen bool
	height float64 // of the ground that the line is cut with
	level  bool
}

// sight returns the line of sight at an instant.
func (s *Sortie) sight(t time.Duration, c course, eye vector, ned, body basis) sight {
	if len(s.Looks) == 0 {
		return Look{Kind: Fixed, Elevation: -90}.sight(t, c, eye, ned, body, float64(s.Ground.Height))
	}
	i := max(sort.Search(len(s.Looks), func(i int) bool { return s.Looks[i].From > t })-1, 0)
	now := s.Looks[i].sight(t, c, eye, ned, body, float64(s.Ground.Height))
	since := t - s.Looks[i].From
	if i == 0 || since >= s.Looks[i].Slew {
		return now
	}
	// Coming over from the look before: along the great circle between the two directions, slow at
	// both ends. The ground point is then where the line happens to fall.
	before := s.Looks[i-1].sight(t, c, eye, ned, body, float64(s.Ground.Height))
	share := float64(since) / float64(s.Looks[i].Slew)
	share = share * share * (3 - 2*share)
	angle := math.Acos(min(max(before.along.dot(now.along), -1), 1))
	if angle > 1e-9 && angle < math.Pi-1e-6 {
		a, b := math.Sin((1-share)*angle), math.Sin(share*angle)
		now.along = before.along.times(a).plus(now.along.times(b)).unit()
	}
	now.height = (1-share)*before.height + share*now.height
	now.chosen, now.level = false, true
	return now
}

func (l Look) sight(t time.Duration, c course, eye vector, ned, body basis, ground float64) sight {
	s := sight{kind: l.Kind, height: ground, level: true}
	sinB, cosB := math.Sincos(float64(l.Bearing) * degree)
	sinE, cosE := math.Sincos(float64(l.Elevation) * degree)
	switch l.Kind {
	case Dwell:
		s.spot, s.chosen = l.Point.point(), true
	case Sweep:
		share := math.Mod((t-l.From).Seconds(), l.Period.Seconds()) / l.Period.Seconds()
		share = 1 - math.Abs(1-2*share)
		a, b := l.Point.point(), l.To.point()
		length, azimuth, _, _ := inverse(a, b)
		s.spot, _ = direct(a, azimuth, share*length)
		s.spot.height = a.height + share*(b.height-a.height)
		s.chosen = true
	case Abeam:
		s.spot, _ = direct(c.point, c.direction+90, float64(l.Distance))
		s.spot.height, s.chosen = ground, true
	case Fixed:
		s.along, s.level = combine(cosE*cosB, cosE*sinB, -sinE, body), false
	case Horizon:
		s.along = combine(cosE*cosB, cosE*sinB, -sinE, ned)
	}
	if s.chosen {
		s.along, s.height = eye.toward(s.spot.cartesian()), s.spot.height
	}
	return s
}

// gimbal solves the angles of the gimbal for a line of sight and sets the axes of the camera.
func (fr *Frame) gimbal(s sight, ned, body basis) {
	x, y, z := s.along.in(body)
	azimuth := math.Atan2(y, x)
	sinA, cosA := math.Sincos(azimuth)
	unrolled := body.v.times(cosA).minus(body.u.times(sinA)) // the picture's right before roll
	under := s.along.cross(unrolled)
	right := unrolled
	if s.level {
		if level := ned.w.cross(s.along); level.norm() > 1e-6 {
			right = level.unit()
		}
	}
	fr.camera = basis{u: s.along, v: right, w: s.along.cross(right)}
	fr.Azimuth = geodesy.Angle(around(azimuth / degree))
	fr.Elevation = geodesy.Angle(math.Atan2(-z, math.Hypot(x, y)) / degree)
	fr.Rotation = geodesy.Angle(around(math.Atan2(right.dot(under), right.dot(unrolled)) / degree))
}

// around is wrap360 without the flicker between 0 and 360 that rounding causes.
func around(d float64) float64 {
	if d = wrap360(d); d > 360-1e-9 {
		return 0
	}
	return d
}

// check walks the sortie and returns the first look that chose ground which cannot be seen.
func (f *Flight) check() error {
	s := f.sortie
	for t := time.Duration(0); t <= s.Duration; t += 5 * time.Second {
		c := f.at(t.Seconds())
		eye, ned := c.cartesian(), c.northEastDown()
		i := max(sort.Search(len(s.Looks), func(i int) bool { return s.Looks[i].From > t })-1, 0)
		l := s.Looks[i]
		line := l.sight(t, c, eye, ned, attitude(ned, c.direction, 0, 0), float64(s.Ground.Height))
		if !line.chosen {
			continue
		}
		fall := line.along.dot(line.spot.northEastDown().w)
		if fall < math.Sin(2*degree) {
			return &SortieError{l.line, fmt.Sprintf("look %d: expected ground that is seen at 2 deg or more above its horizon, "+
				"at %v the aircraft stands at %.1f deg", i+1, t, math.Asin(fall)/degree)}
		}
	}
	return nil
}
