package planning

import (
	"math"

	"overflight/geodesy"
	"overflight/search"
)

// frame lays the plane of a plan on the Earth: distances and azimuths from its origin are true (azimuthal equidistant
// projection on the ellipsoid). Its x axis leaves the origin at an azimuth.
type frame struct {
	origin geodesy.Position
	axis   geodesy.Angle
	corner search.Point // of the map, from the origin along the axes
}

// flat is a position on the plane with x to the east, from the origin.
func flat(origin, p geodesy.Position) search.Point {
	s, azi, _ := geodesy.Inverse(origin, p)
	sin, cos := math.Sincos(azi.Radians())
	return search.Point{X: s * geodesy.Length(sin), Y: s * geodesy.Length(cos)}
}

// turned takes a point of the plane with x to the east into the frame.
func (f frame) turned(p search.Point) search.Point {
	sin, cos := math.Sincos((90 - f.axis).Radians())
	x, y := float64(p.X)*cos+float64(p.Y)*sin, float64(p.Y)*cos-float64(p.X)*sin
	return search.Point{X: geodesy.Length(x) - f.corner.X, Y: geodesy.Length(y) - f.corner.Y}
}

func (f frame) plane(p geodesy.Position) search.Point { return f.turned(flat(f.origin, p)) }

func (f frame) position(p search.Point) geodesy.Position {
	x, y := float64(p.X+f.corner.X), float64(p.Y+f.corner.Y)
	d := math.Hypot(x, y)
	if d == 0 {
		return f.origin
	}
	q, _ := geodesy.Direct(f.origin, f.axis-geodesy.Angle(math.Atan2(y, x)*180/math.Pi), geodesy.Length(d))
	return q
}

// course is a course of the frame as a true azimuth at the origin, where wind is given.
func (f frame) course(azimuth geodesy.Angle) geodesy.Angle { return f.axis - azimuth }

// pose is where an aircraft is and where it heads on the plane. Away from the origin a true course is turned there by the
// convergence of meridians, so it is taken over a short way ahead.
func (f frame) pose(s *Start) *search.Pose {
	const ahead = 100
	here := f.plane(s.Position)
	q, _ := geodesy.Direct(s.Position, s.Course, ahead)
	there := f.plane(q)
	return &search.Pose{Point: here, Heading: geodesy.Angle(math.Atan2(float64(there.Y-here.Y), float64(there.X-here.X)) * 180 / math.Pi)}
}
