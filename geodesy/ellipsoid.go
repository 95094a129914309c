package geodesy

import "math"

// The WGS 84 ellipsoid. These are untyped constants, so that everything the compiler can derive from
// them (the series coefficients below all can) is computed exactly and rounded once.
const (
	semiMajor   = 6378137.0                      // a, metres
	flattening  = 1 / 298.257223563              // f
	axisRatio   = 1 - flattening                 // b/a
	semiMinor   = semiMajor * axisRatio          // b
	ecc2        = flattening * (2 - flattening)  // e², first eccentricity squared
	ecc2prime   = ecc2 / (axisRatio * axisRatio) // e'², second eccentricity squared
	thirdFlat   = flattening / (2 - flattening)  // n
	degree      = math.Pi / 180
	meanRadius  = (2*semiMajor + semiMinor) / 3
	epsilon     = 1.0 / (1 << 52)
	tiny        = 1e-153 // its square is still a normal number
	quarterTurn = 90.0
)

// SemiMajorAxis and SemiMinorAxis are those of WGS 84.
const (
	SemiMajorAxis Length = semiMajor
	SemiMinorAxis Length = semiMinor
)

// MeanRadius is (2a + b)/3 of WGS 84, for rough bounds only.
const MeanRadius Length = meanRadius

// turn is an angle held as its sine and cosine.
type turn struct{ s, c float64 }

func (t turn) unit() turn {
	h := math.Sqrt(t.s*t.s + t.c*t.c)
	return turn{t.s / h, t.c / h}
}

// radians returns the angle in (-π, π].
func (t turn) radians() float64 { return math.Atan2(t.s, t.c) }

// degrees returns the angle in [-180, 180], exact at multiples of 90.
func (t turn) degrees() float64 {
	s, c, q := t.s, t.c, 0.0
	swap := math.Abs(s) > math.Abs(c)
	if swap {
		s, c = c, s
	}
	if math.Signbit(c) {
		c, q = -c, 1
	}
	d := math.Atan2(s, c) / degree
	switch {
	case !swap && q == 0:
		return d
	case !swap:
		return math.Copysign(180, t.s) - d
	case q == 0:
		return 90 - d
	default:
		return d - 90
	}
}

// minus returns the angle t - u.
func (t turn) minus(u turn) turn {
	return turn{t.s*u.c - t.c*u.s, t.c*u.c + t.s*u.s}
}

// plus returns the angle t + u.
func (t turn) plus(u turn) turn {
	return turn{t.s*u.c + t.c*u.s, t.c*u.c - t.s*u.s}
}

// turnOf returns the sine and cosine of d degrees plus e degrees, e being a rounding error of d. The
// reduction to an octant is exact, so that 90 and 180 degrees give exact zeros.
func turnOf(d, e float64) turn {
	q := math.RoundToEven(d / quarterTurn)
	s, c := math.Sincos((math.FMA(-quarterTurn, q, d) + e) * degree)
	switch int(q) & 3 {
	case 1:
		s, c = c, -s
	case 2:
		s, c = -s, -c
	case 3:
		s, c = -c, s
	}
	// + 0 turns a negative zero into zero: atan2 would take its sign.
	return turn{s + 0, c + 0}
}

// settled makes an angle of less than a tenth of a picometre on the ground zero: the squares of numbers
// much smaller would underflow.
func settled(d float64) float64 {
	if math.Abs(d) < 1e-18 {
		return math.Copysign(0, d)
	}
	return d
}

// twoSum returns a + b rounded, and the rounding error exactly.
func twoSum(a, b float64) (sum, err float64) {
	sum = a + b
	bb := sum - a
	return sum, (a - (sum - bb)) + (b - bb)
}

// wrap brings degrees into [-180, 180]; both ends stay as they are.
func wrap(d float64) float64 {
	if d >= -180 && d <= 180 {
		return d
	}
	return math.Remainder(d, 360)
}

// lonDifference returns b - a in [-180, 180] with its rounding error. A half turn has the sign of
// the difference as it was given.
func lonDifference(a, b float64) (d, err float64) {
	d, err = twoSum(-wrap(a), wrap(b))
	switch {
	case d > 180:
		d, err = twoSum(d-360, err)
	case d < -180:
		d, err = twoSum(d+360, err)
	}
	if math.Abs(d) == 180 {
		way := -err // beyond a half turn the other way is shorter
		if err == 0 {
			way = b - a
		}
		d = math.Copysign(d, way)
	}
	return d, err
}

// NormalizeLongitude returns the longitude in [-180, 180).
func NormalizeLongitude(lon Angle) Angle {
	d := wrap(float64(lon))
	if d == 180 {
		return -180
	}
	return Angle(d)
}

// LongitudeDifference returns the longitude of b east of a, in [-180, 180].
func LongitudeDifference(a, b Angle) Angle {
	d, _ := lonDifference(float64(a), float64(b))
	return Angle(d)
}

// NormalizeAzimuth returns the azimuth in [0, 360).
func NormalizeAzimuth(azi Angle) Angle {
	d := wrap(float64(azi))
	if d < 0 {
		d += 360
	}
	if d == 360 { // a tiny negative rounds up to a whole turn
		d = 0
	}
	return Angle(d)
}
