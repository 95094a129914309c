package geodesy

import "math"

// GeodesicLine is the geodesic through a point at an azimuth, prepared for many points along it. It
// is a value, safe for concurrent use.
type GeodesicLine struct {
	start          Position
	k2             float64
	alpha0         turn
	sigma1, omega1 turn
	a1, a3         float64
	b1, b3         float64 // the distance and longitude series at point 1
	c1, c1r        [order]float64
	c3             [order - 1]float64
	tau1           turn // sigma1 plus b1
}

// NewLine prepares the geodesic that leaves a at azimuth azi.
func NewLine(a Position, azi Angle) GeodesicLine {
	nan := math.NaN()
	if !(math.Abs(float64(a.Lat)) <= 90) {
		a.Lat = Angle(nan)
	}
	alpha1 := turnOf(settled(wrap(float64(azi))), 0)
	p := pointAt(settled(float64(a.Lat)))
	l := GeodesicLine{start: a}
	// Clairaut: sin α0 = sin α1 cos β1 (equations 10 to 12).
	l.alpha0 = turn{alpha1.s * p.beta.c, math.Hypot(alpha1.c, alpha1.s*p.beta.s)}
	l.sigma1 = turn{p.beta.s, p.beta.c * alpha1.c}
	l.omega1 = turn{l.alpha0.s * p.beta.s, l.sigma1.c}
	if p.beta.s == 0 && alpha1.c == 0 {
		l.sigma1.c, l.omega1.c = 1, 1 // along the equator: the node is where one starts
	}
	l.sigma1 = l.sigma1.unit()
	l.k2 = l.alpha0.c * l.alpha0.c * ecc2prime
	eps := expansion(l.k2)
	l.a1, l.c1, l.c1r = a1(eps), c1(eps), c1Reverted(eps)
	l.b1 = sineSum(l.c1[:], l.sigma1)
	s, c := math.Sincos(l.b1)
	l.tau1 = l.sigma1.plus(turn{s, c})
	l.c3 = c3(eps)
	l.a3 = -flattening * l.alpha0.s * a3(eps)
	l.b3 = sineSum(l.c3[:], l.sigma1)
	return l
}

// Start returns the point that the line was made from.
func (l *GeodesicLine) Start() Position { return l.start }

// Position returns the point at distance s along the line; s may be negative.
func (l *GeodesicLine) Position(s Length) Position {
	p, _ := l.PositionAzimuth(s)
	return p
}

// PositionAzimuth returns the point at distance s along the line and the azimuth there, forward.
func (l *GeodesicLine) PositionAzimuth(s Length) (Position, Angle) {
	tau12 := float64(s) / (semiMinor * (1 + l.a1))
	st, ct := math.Sincos(tau12)
	back := sineSum(l.c1r[:], l.tau1.plus(turn{st, ct}))
	sigma12 := tau12 + back + l.b1
	ss, cs := math.Sincos(sigma12)
	sigma2 := l.sigma1.plus(turn{ss, cs})

	sbet2 := l.alpha0.c * sigma2.s
	cbet2 := math.Hypot(l.alpha0.s, l.alpha0.c*sigma2.c)
	if cbet2 == 0 { // a pole met exactly
		cbet2, sigma2.c = tiny, tiny
	}
	alpha2 := turn{l.alpha0.s, l.alpha0.c * sigma2.c}
	omega2 := turn{l.alpha0.s * sigma2.s, sigma2.c}
	omega12 := omega2.minus(l.omega1).radians()
	lon12 := (omega12 + l.a3*(sigma12+(sineSum(l.c3[:], sigma2)-l.b3))) / degree
	lat2 := turn{sbet2, axisRatio * cbet2}.degrees()
	lon2 := wrap(wrap(float64(l.start.Lon)) + wrap(lon12))
	return Position{Angle(lat2), Angle(lon2)}, Angle(alpha2.degrees())
}

// Direct returns the point at distance s from a on the geodesic that leaves at azimuth azi, and the
// forward azimuth there, both right to about 15 nm. The longitude is in [-180, 180].
func Direct(a Position, azi Angle, s Length) (Position, Angle) {
	l := NewLine(a, azi)
	return l.PositionAzimuth(s)
}
