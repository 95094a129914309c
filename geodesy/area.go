package geodesy

import "math"

// authalic2 is c², the square of the authalic radius; 4πc² is the area of the ellipsoid.
var authalic2 = (semiMajor*semiMajor + semiMinor*semiMinor*math.Atanh(math.Sqrt(ecc2))/math.Sqrt(ecc2)) / 2

// Area returns the area in m² of the polygon whose edges are the geodesics between its corners,
// positive when they run anticlockwise, negative when clockwise. The ring may repeat its first corner
// at the end. It may hold a pole or cross the antimeridian. Of the two regions that a ring parts, the
// smaller is meant. Fewer than three corners have no area. The error is about 0.1 m² an edge.
func Area(ring []Position) float64 {
	if len(ring) < 3 {
		return 0
	}
	var sum, err float64
	crossings := 0
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		g := inverse(a, b)
		var e float64
		sum, e = twoSum(sum, g.area())
		err += e
		crossings += crossing(float64(a.Lon), float64(b.Lon))
	}
	total := 4 * math.Pi * authalic2
	// A ring that holds a pole passes longitude 0 an odd number of times, and its edges' strips down
	// to the equator lack a hemisphere.
	if crossings&1 != 0 {
		if sum < 0 {
			sum += total / 2
		} else {
			sum -= total / 2
		}
	}
	// Edge areas are positive to the east above the equator, which is clockwise.
	sum = -(sum + err)
	if sum > total/2 {
		sum -= total
	} else if sum <= -total/2 {
		sum += total
	}
	return sum
}

// crossing returns 1 when the shorter way from longitude a to b passes longitude 0 eastwards, -1
// westwards, else 0.
func crossing(a, b float64) int {
	d, _ := lonDifference(a, b)
	a, b = wrap(a), wrap(b)
	switch {
	case d > 0 && (a < 0 && b >= 0 || a > 0 && b == 0):
		return 1
	case d < 0 && a >= 0 && b < 0:
		return -1
	}
	return 0
}

// area returns the area between the solved geodesic and the equator (section 6), positive for an
// edge that runs east north of the equator.
func (g *inverseSolution) area() float64 {
	b1, b2 := g.p1.beta, g.p2.beta
	alpha1, alpha2 := g.can1, g.can2
	salp0 := alpha1.s * b1.c
	calp0 := math.Hypot(alpha1.c, alpha1.s*b1.s)
	var s12 float64
	if calp0 != 0 && salp0 != 0 {
		s1 := turn{b1.s, alpha1.c * b1.c}.unit()
		s2 := turn{b2.s, alpha2.c * b2.c}.unit()
		c := c4(expansion(calp0 * calp0 * ecc2prime))
		s12 = semiMajor * semiMajor * calp0 * salp0 * ecc2 * (cosineSum(c[:], s2) - cosineSum(c[:], s1))
	}
	omega := g.omega12
	var alpha12 float64
	if g.general && omega.c > -math.Sqrt2/2 && b2.s-b1.s < 1.75 {
		// The spherical excess from the longitude (equation 62): exact for a sliver.
		dw, d1, d2 := 1+omega.c, 1+b1.c, 1+b2.c
		alpha12 = 2 * math.Atan2(omega.s*(b1.s*d2+b2.s*d1), dw*(b1.s*b2.s+d1*d2))
	} else {
		d := alpha2.minus(alpha1)
		if d.s == 0 && d.c < 0 { // a half turn westwards is meant
			d.s = tiny * alpha1.c
			d.c = -1
		}
		alpha12 = d.radians()
	}
	return g.sign * (s12 + authalic2*alpha12)
}
