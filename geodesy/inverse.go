package geodesy

import "math"

// Inverse returns the length of the shortest geodesic from a to b and its azimuths at a and at b,
// both forward (towards b and beyond it), clockwise from north in [-180, 180]. Where the shortest
// geodesic is not unique, one of them is returned; azimuths of coincident points mean nothing. The
// length is right to about 15 nm. A latitude beyond a pole gives NaN.
func Inverse(a, b Position) (s Length, azi1, azi2 Angle) {
	g := inverse(a, b)
	return Length(g.length), Angle(g.alpha1.degrees()), Angle(g.alpha2.degrees())
}

// Distance returns the length of the shortest geodesic from a to b, right to about 15 nm.
func Distance(a, b Position) Length {
	return Length(inverse(a, b).length)
}

// point is a point on the auxiliary sphere: the reduced latitude beta, and dn = √(1 + e'² sin²β).
type point struct {
	beta turn
	dn   float64
}

func pointAt(lat float64) point {
	t := turnOf(lat, 0)
	b := turn{axisRatio * t.s, t.c}.unit()
	if b.c < tiny {
		b.c = tiny // keeps the azimuth at a pole meaningful
	}
	return point{b, math.Sqrt(1 + ecc2prime*b.s*b.s)}
}

func (p point) south() point { p.beta.s = -p.beta.s; return p }

// inverseSolution is what the inverse problem yields; p1 and p2 and the spherical longitude omega12
// are in the canonical arrangement, for areas.
type inverseSolution struct {
	length         float64
	alpha1, alpha2 turn
	p1, p2         point
	can1, can2     turn // azimuths in the canonical arrangement
	omega12        turn // valid when general
	general        bool // solved by Newton or as a short line, neither meridian nor equator
	lambda12       turn
	sign           float64 // of the area, canonical to real
}

func inverse(a, b Position) inverseSolution {
	lat1, lat2 := settled(float64(a.Lat)), settled(float64(b.Lat))
	lon12, lonErr := lonDifference(float64(a.Lon), float64(b.Lon))
	if !(math.Abs(lat1) <= 90 && math.Abs(lat2) <= 90 && math.Abs(lon12) <= 180) {
		nan := turn{math.NaN(), math.NaN()}
		return inverseSolution{length: math.NaN(), alpha1: nan, alpha2: nan}
	}
	lon12 = settled(lon12)
	lonSign := 1.0
	if math.Signbit(lon12) {
		lonSign = -1
	}
	lon12, lonErr = lon12*lonSign, lonErr*lonSign
	lambda12 := turnOf(lon12, lonErr)
	lam := (lon12 + lonErr) * degree
	// The supplement, for what is near 180 degrees.
	lambdaRest := ((180 - lon12) - lonErr) * degree

	// Canonical: 0 <= lon12 <= 180, lat1 <= 0, lat1 <= lat2 <= -lat1 (section 4).
	swap := math.Abs(lat1) < math.Abs(lat2)
	if swap {
		lat1, lat2 = lat2, lat1
	}
	latSign := -1.0
	if math.Signbit(lat1) {
		latSign = 1
	}
	g := inverseSolution{lambda12: lambda12}
	g.p1, g.p2 = pointAt(lat1*latSign), pointAt(lat2*latSign)
	// When the latitudes agree in size, so must their sines to the last bit.
	if lat1 == lat2 {
		g.p2 = g.p1
	} else if lat1 == -lat2 {
		g.p2 = g.p1.south()
	}

	g.solve(lat1*latSign == -90, lam, lambdaRest)

	g.can1, g.can2 = g.alpha1, g.alpha2
	g.sign = lonSign * latSign
	if swap {
		g.alpha1, g.alpha2 = g.alpha2, g.alpha1
		latSign = -latSign // the line now runs the other way
	}
	g.alpha1 = turn{g.alpha1.s * lonSign, g.alpha1.c * latSign}
	g.alpha2 = turn{g.alpha2.s * lonSign, g.alpha2.c * latSign}
	return g
}

// solve fills length and azimuths of the canonical problem.
func (g *inverseSolution) solve(pole bool, lam, lambdaRest float64) {
	if pole || g.lambda12.s == 0 {
		if g.solveMeridian() {
			return
		}
	}
	if g.p1.beta.s == 0 && lambdaRest >= flattening*math.Pi {
		// Along the equator (section 4).
		g.alpha1, g.alpha2 = turn{1, 0}, turn{1, 0}
		g.length = semiMajor * lam
		w := lam / axisRatio
		g.omega12 = turn{math.Sin(w), math.Cos(w)}
		g.general = true
		return
	}
	g.general = true
	start, length, short := g.start(lam, lambdaRest)
	if short {
		g.length = length
		return
	}
	g.newton(start)
}

// solveMeridian tries the meridian; it is the shortest line unless the points are so nearly
// antipodal that the reduced length is negative.
func (g *inverseSolution) solveMeridian() bool {
	alpha1, alpha2 := g.lambda12, turn{0, 1} // at the pole the azimuth is the longitude difference
	b1, b2 := g.p1.beta, g.p2.beta
	s1 := turn{b1.s, alpha1.c * b1.c}
	s2 := turn{b2.s, alpha2.c * b2.c}
	sigma12 := arcBetween(s1, s2)
	a := newArc(ecc2prime)
	length, reduced := a.lengths(sigma12, s1, g.p1.dn, s2, g.p2.dn)
	if sigma12 >= 1 && reduced < 0 {
		return false
	}
	// Coincident points within rounding: no negative dust.
	if sigma12 < 3*tiny {
		length = 0
	}
	g.alpha1, g.alpha2, g.length = alpha1, alpha2, length*semiMinor
	return true
}

// arcBetween is the arc from s1 to s2 in [0, π].
func arcBetween(s1, s2 turn) float64 {
	d := s2.minus(s1)
	return math.Atan2(math.Max(0, d.s)+0, d.c)
}

// arc is the series of one geodesic for distance and reduced length.
type arc struct {
	a1, a2 float64 // less one
	c1, c2 [order]float64
}

func newArc(k2 float64) arc {
	eps := expansion(k2)
	return arc{a1(eps), a2(eps), c1(eps), c2(eps)}
}

// lengths returns distance and reduced length between two arcs, both over b (equations 7 and 38).
func (a *arc) lengths(sigma12 float64, s1 turn, dn1 float64, s2 turn, dn2 float64) (length, reduced float64) {
	d1 := sineSum(a.c1[:], s2) - sineSum(a.c1[:], s1)
	d2 := sineSum(a.c2[:], s2) - sineSum(a.c2[:], s1)
	length = (1 + a.a1) * (sigma12 + d1)
	j := (a.a1-a.a2)*sigma12 + ((1+a.a1)*d1 - (1+a.a2)*d2)
	reduced = dn2*(s1.c*s2.s) - dn1*(s1.s*s2.c) - s1.c*s2.c*j
	return length, reduced
}

// start returns a first azimuth at point 1 (section 5), or the whole answer for a line so short that
// the sphere gives it to full precision.
func (g *inverseSolution) start(lam, lambdaRest float64) (alpha1 turn, length float64, short bool) {
	b1, b2 := g.p1.beta, g.p2.beta
	b12 := b2.minus(b1)           // β2 - β1
	sumS := b2.s*b1.c + b2.c*b1.s // sin(β2 + β1)
	near := b12.c >= 0 && b12.s < 0.5 && b2.c*lam < 0.5
	omega, dnm := g.lambda12, 0.0
	if near {
		// The mean sphere between the two latitudes.
		s := (b1.s + b2.s) * (b1.s + b2.s)
		s /= s + (b1.c+b2.c)*(b1.c+b2.c)
		dnm = math.Sqrt(1 + ecc2prime*s)
		w := lam / (axisRatio * dnm)
		omega.s, omega.c = math.Sincos(w)
	}
	alpha1 = sphereAzimuth(b1, b2, b12.s, sumS, omega)
	ssig := math.Hypot(alpha1.s, alpha1.c)
	csig := b1.s*b2.s + b1.c*b2.c*omega.c

	if near && ssig < shortArc {
		v := 1 - omega.c
		if omega.c >= 0 {
			v = omega.s * omega.s / (1 + omega.c)
		}
		g.alpha2 = turn{b1.c * omega.s, b12.s - b1.c*b2.s*v}
		if g.alpha2 == (turn{}) {
			g.alpha2.c = 1
		}
		g.alpha2 = g.alpha2.unit()
		if alpha1 == (turn{}) {
			alpha1.c = 1
		}
		g.alpha1 = alpha1.unit()
		g.omega12 = omega
		return alpha1, semiMinor * math.Atan2(ssig, csig) * dnm, true
	}
	if csig < 0 && ssig < 6*thirdFlat*math.Pi*b1.c*b1.c {
		alpha1 = g.antipodal(sumS, lambdaRest)
	}
	if !(alpha1.s > 0) {
		return turn{1, 0}, 0, false
	}
	return alpha1.unit(), 0, false
}

// shortArc is the arc in radians below which a mean sphere is exact to rounding.
var shortArc = 0.1 * math.Sqrt(epsilon) / math.Sqrt(math.Max(0.001, flattening)*(1-flattening/2)/2)

// sphereAzimuth is the azimuth at point 1 on a sphere, unnormalised (equation 49), in the form that
// keeps its digits on both sides of a right angle of longitude.
func sphereAzimuth(b1, b2 turn, sinDiff, sinSum float64, omega turn) turn {
	t := turn{b2.c * omega.s, 0}
	if omega.c >= 0 {
		t.c = sinDiff + b2.c*b1.s*omega.s*omega.s/(1+omega.c)
	} else {
		t.c = sinSum - b2.c*b1.s*omega.s*omega.s/(1-omega.c)
	}
	return t
}

// antipodal is the first azimuth for nearly antipodal points: the envelope of the geodesics is an
// astroid there (equations 53 to 57).
func (g *inverseSolution) antipodal(sinSum, lambdaRest float64) turn {
	const (
		onLine = 200 * epsilon
		margin = 1000 * 1.49e-8 // a thousand times the square root of epsilon
	)
	b1, b2 := g.p1.beta, g.p2.beta
	scale := flattening * b1.c * a3(expansion(b1.s*b1.s*ecc2prime)) * math.Pi
	x := -lambdaRest / scale
	y := sinSum / (scale * b1.c)
	if y > -onLine && x > -1-margin {
		s := math.Min(1, -x)
		return turn{s, -math.Sqrt(1 - s*s)}
	}
	k := astroid(x, y)
	w := scale * (-x * k / (1 + k))
	omega := turn{math.Sin(w), -math.Cos(w)}
	return sphereAzimuth(b1, b2, 0, sinSum, omega)
}

// astroid returns the positive root of k⁴ + 2k³ - (x² + y² - 1)k² - 2y²k - y² = 0 (equation 55), by
// the cubic resolvent.
func astroid(x, y float64) float64 {
	p, q := x*x, y*y
	r := (p + q - 1) / 6
	if q == 0 && r <= 0 {
		return 0
	}
	s := p * q / 4
	r2 := r * r
	r3 := r * r2
	u := r
	if disc := s * (s + 2*r3); disc >= 0 {
		t3 := s + r3
		if t3 < 0 {
			t3 -= math.Sqrt(disc)
		} else {
			t3 += math.Sqrt(disc)
		}
		t := math.Cbrt(t3)
		u += t
		if t != 0 {
			u += r2 / t
		}
	} else {
		u += 2 * r * math.Cos(math.Atan2(math.Sqrt(-disc), -(s+r3))/3)
	}
	v := math.Sqrt(u*u + q)
	uv := u + v
	if u < 0 {
		uv = q / (v - u)
	}
	w := (uv - q) / (2 * v)
	return uv / (math.Sqrt(uv+w*w) + w)
}

// newton finds the azimuth at point 1 for which the longitude comes out right (section 4), with a
// bracket that halves whenever Newton leaves it; that bounds the iterations.
func (g *inverseSolution) newton(alpha1 turn) {
	const (
		most      = 20 // Newton converges in 2 to 4, and in 20 where the points are antipodal
		halvings  = most + 53 + 10
		converged = epsilon
	)
	var t trial
	lo, hi := turn{tiny, 1}, turn{tiny, -1}
	var stop, bisected bool
	for i := 0; ; i++ {
		v, dv := g.longitudeError(alpha1, &t)
		limit := converged
		if stop {
			limit = 8 * converged
		}
		if bisected || !(math.Abs(v) >= limit) || i == halvings {
			break
		}
		if v > 0 && (i > most || alpha1.c/alpha1.s > hi.c/hi.s) {
			hi = alpha1
		} else if v < 0 && (i > most || alpha1.c/alpha1.s < lo.c/lo.s) {
			lo = alpha1
		}
		if i < most && dv > 0 {
			da := -v / dv
			sd, cd := math.Sincos(da)
			n := alpha1.plus(turn{sd, cd})
			if n.s > 0 && math.Abs(da) < math.Pi {
				alpha1 = n.unit()
				stop = math.Abs(v) <= 16*epsilon
				continue
			}
		}
		alpha1 = turn{(lo.s + hi.s) / 2, (lo.c + hi.c) / 2}.unit()
		stop = false
		bisected = math.Abs(lo.s-alpha1.s)+(lo.c-alpha1.c) < 1.49e-8*epsilon ||
			math.Abs(alpha1.s-hi.s)+(alpha1.c-hi.c) < 1.49e-8*epsilon
	}
	a := newArc(t.k2)
	length, _ := a.lengths(t.sigma12, t.sigma1, g.p1.dn, t.sigma2, g.p2.dn)
	g.length = length * semiMinor
	g.alpha1, g.alpha2 = alpha1, t.alpha2
	// The spherical longitude belongs to the ellipsoidal one; its correction is what was solved for.
	sd, cd := math.Sincos(t.domega)
	g.omega12 = g.lambda12.minus(turn{sd, cd})
}

// trial is one evaluation of the hybrid problem: the azimuth at 1 and both latitudes given.
type trial struct {
	alpha2         turn
	sigma1, sigma2 turn
	sigma12        float64
	k2             float64
	domega         float64 // longitude less spherical longitude
}

// longitudeError returns the longitude that the trial azimuth reaches less the wanted one, and its
// derivative by the azimuth (equation 46).
func (g *inverseSolution) longitudeError(alpha1 turn, t *trial) (v, dv float64) {
	b1, b2 := g.p1.beta, g.p2.beta
	if b1.s == 0 && alpha1.c == 0 {
		alpha1.c = -tiny // at the equator heading due east: break the degeneracy southwards
	}
	salp0 := alpha1.s * b1.c
	calp0 := math.Hypot(alpha1.c, alpha1.s*b1.s)
	t.sigma1 = turn{b1.s, alpha1.c * b1.c}
	omega1 := turn{salp0 * b1.s, t.sigma1.c}.unit()
	t.sigma1 = t.sigma1.unit()

	// Clairaut, and cos α2 without cancellation (equation 45).
	t.alpha2 = alpha1
	if b2.c != b1.c {
		t.alpha2.s = salp0 / b2.c
	}
	if b2.c != b1.c || math.Abs(b2.s) != -b1.s {
		d := (b1.s - b2.s) * (b1.s + b2.s)
		if b1.c < -b1.s {
			d = (b2.c - b1.c) * (b1.c + b2.c)
		}
		q := alpha1.c * b1.c
		t.alpha2.c = math.Sqrt(q*q+d) / b2.c
	} else {
		t.alpha2.c = math.Abs(alpha1.c)
	}
	t.sigma2 = turn{b2.s, t.alpha2.c * b2.c}
	omega2 := turn{salp0 * b2.s, t.sigma2.c}.unit()
	t.sigma2 = t.sigma2.unit()

	t.sigma12 = arcBetween(t.sigma1, t.sigma2)
	omega12 := omega2.minus(omega1)
	omega12.s = math.Max(0, omega12.s) + 0
	eta := omega12.minus(g.lambda12).radians()

	t.k2 = calp0 * calp0 * ecc2prime
	eps := expansion(t.k2)
	c := c3(eps)
	b3 := sineSum(c[:], t.sigma2) - sineSum(c[:], t.sigma1)
	t.domega = -flattening * a3(eps) * salp0 * (t.sigma12 + b3)
	v = eta + t.domega

	if t.alpha2.c == 0 {
		return v, -2 * axisRatio * g.p1.dn / b1.s
	}
	a := newArc(t.k2)
	_, m := a.lengths(t.sigma12, t.sigma1, g.p1.dn, t.sigma2, g.p2.dn)
	return v, m * axisRatio / (t.alpha2.c * b2.c)
}
