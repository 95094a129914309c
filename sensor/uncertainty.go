package sensor

import (
	"math"

	"overflight/geodesy"
)

// Errors are how far a stream's statements may be off, each at about two standard deviations. Streams
// do not say; these are assumptions, and a report that shows an uncertainty shows them.
type Errors struct {
	Angle    geodesy.Angle  // of the line of sight: attitude, gimbal, mounting, lens and timing together
	Position geodesy.Length // of the sensor, in any direction
	Ground   geodesy.Length // of the height of the ground at a corner against the frame-centre elevation
}

// The errors that are assumed where Options gives none.
const (
	DefaultAngleError    geodesy.Angle = 0.2
	DefaultPositionError               = 10 * geodesy.Metre
	DefaultGroundError                 = 30 * geodesy.Metre
)

// plane is the radius that holds 95 in 100 of a circular normal distribution, √(-2 ln 0.05), over two.
const plane = 1.2239

// blindError is the least uncertainty where the sensor's place is unknown, so that nothing can be said
// of slant and range.
const blindError = 100 * geodesy.Metre

func (e Errors) defaulted() Errors {
	if e.Angle == 0 {
		e.Angle = DefaultAngleError
	}
	if e.Position == 0 {
		e.Position = DefaultPositionError
	}
	if e.Ground == 0 {
		e.Ground = DefaultGroundError
	}
	return e
}

// worst returns the uncertainty of the worst corner. An angle moves the ground point by range over the
// sine of the grazing angle, a height by its cotangent; the three are independent. What is two standard
// deviations along a line is 86 in 100 in the plane; the factor makes that 95.
//
//	u² = 1.224² (position² + (angle range / sin g)² + (ground / tan g)²)
func (e Errors) worst(eye geodesy.Vector, corners *[4]geodesy.Position, ground geodesy.Length) geodesy.Length {
	e = e.defaulted()
	var worst float64
	for _, c := range corners {
		r := geodesy.ToECEF(c, ground).Minus(eye).Norm()
		s := math.Max(grazing(eye, c, ground), 1e-4)
		along := e.Angle.Radians() * r / s
		drop := float64(e.Ground) * math.Sqrt(1-s*s) / s
		worst = math.Max(worst, math.Sqrt(float64(e.Position*e.Position)+along*along+drop*drop))
	}
	return geodesy.Length(plane * worst)
}

// grazing is the sine of the angle at which the line from eye meets the ground at p.
func grazing(eye geodesy.Vector, p geodesy.Position, ground geodesy.Length) float64 {
	return math.Min(1, eye.Minus(geodesy.ToECEF(p, ground)).Unit().Dot(geodesy.UpAt(p)))
}

// blind is the uncertainty of corners from a sensor whose place is not known: half the picture, or
// blindError where that is more.
func blind(corners *[4]geodesy.Position) geodesy.Length {
	return max(blindError,
		geodesy.Chord(corners[UpperLeft], corners[LowerRight])/2,
		geodesy.Chord(corners[UpperRight], corners[LowerLeft])/2)
}
