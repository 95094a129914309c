package simulate

import (
	"math"

	"overflight/geodesy"
)

// WGS 84. The simulator has its own small geodesy on purpose: what it writes is the yardstick for
// the geometry of the packages that read it, so it may share no formula with them. Geodesics are
// Vincenty's (Survey Review 23, 1975), not Karney's; testdata holds it to GeographicLib.
const (
	semiMajor  = 6378137.0
	flattening = 1 / 298.257223563
	semiMinor  = semiMajor * (1 - flattening)
	eccentric2 = flattening * (2 - flattening)
	degree     = math.Pi / 180
)

// vector is Earth-centred, Earth-fixed, or a direction in a stated frame. Metres.
type vector struct{ x, y, z float64 }

func (a vector) plus(b vector) vector       { return vector{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vector) minus(b vector) vector      { return vector{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vector) times(s float64) vector     { return vector{a.x * s, a.y * s, a.z * s} }
func (a vector) dot(b vector) float64       { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vector) norm() float64              { return math.Sqrt(a.dot(a)) }
func (a vector) unit() vector               { return a.times(1 / a.norm()) }
func (a vector) toward(b vector) (d vector) { return b.minus(a).unit() }
func combine(p, q, r float64, b basis) vector {
	return b.u.times(p).plus(b.v.times(q)).plus(b.w.times(r))
}
func (a vector) in(b basis) (x, y, z float64) { return a.dot(b.u), a.dot(b.v), a.dot(b.w) }
func (a vector) cross(b vector) vector {
	return vector{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

// basis is a right-handed set of three unit vectors, each given in Earth-centred axes: north, east
// and down at a place, or forward, right and down of a body or a camera.
type basis struct{ u, v, w vector }

// point is a geodetic position with its height above the ellipsoid. Degrees, metres.
type point struct{ lat, lon, height float64 }

func (p point) position() geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(p.lat), Lon: geodesy.Angle(p.lon)}
}

// cartesian returns the Earth-centred place of a geodetic position.
func (p point) cartesian() vector {
	sinLat, cosLat := math.Sincos(p.lat * degree)
	sinLon, cosLon := math.Sincos(p.lon * degree)
	n := semiMajor / math.Sqrt(1-eccentric2*sinLat*sinLat)
	return vector{(n + p.height) * cosLat * cosLon, (n + p.height) * cosLat * sinLon, (n*(1-eccentric2) + p.height) * sinLat}
}

// northEastDown returns the local axes at a position.
func (p point) northEastDown() basis {
	sinLat, cosLat := math.Sincos(p.lat * degree)
	sinLon, cosLon := math.Sincos(p.lon * degree)
	return basis{
		u: vector{-sinLat * cosLon, -sinLat * sinLon, cosLat},
		v: vector{-sinLon, cosLon, 0},
		w: vector{-cosLat * cosLon, -cosLat * sinLon, -sinLat},
	}
}

// geodetic is the inverse of cartesian: Bowring's latitude with one more turn, better than a
// micrometre for heights between -10 and +100 km.
func (a vector) geodetic() point {
	p := math.Hypot(a.x, a.y)
	beta := math.Atan2(a.z*semiMajor, p*semiMinor)
	var lat float64
	for range 2 {
		sb, cb := math.Sincos(beta)
		lat = math.Atan2(a.z+eccentric2/(1-eccentric2)*semiMinor*sb*sb*sb, p-eccentric2*semiMajor*cb*cb*cb)
		beta = math.Atan2((1-flattening)*math.Sin(lat), math.Cos(lat))
	}
	sinLat, cosLat := math.Sincos(lat)
	n := semiMajor / math.Sqrt(1-eccentric2*sinLat*sinLat)
	// The height along the normal, in the form that is good at the equator and at the poles alike.
	height := p*cosLat + a.z*sinLat - n*(1-eccentric2*sinLat*sinLat)
	return point{lat / degree, math.Atan2(a.y, a.x) / degree, height}
}

// surface returns where the ray from origin along the unit direction first reaches a geodetic height
// below its origin, with the distance. Newton on the height itself: along a straight line the height
// is convex and changes by the sine of the angle to the local horizontal, so the steps close in from
// one side, and a ray that has begun to rise again never comes down.
func surface(origin, direction vector, height float64) (point, float64, bool) {
	s := 0.0
	g := origin.geodetic()
	for range 60 {
		rest := g.height - height
		if math.Abs(rest) < 1e-6 {
			return g, s, s > 0
		}
		fall := direction.dot(g.northEastDown().w)
		if fall <= 0 || rest < 0 {
			return point{}, 0, false
		}
		s += rest / fall
		g = origin.plus(direction.times(s)).geodetic()
	}
	return point{}, 0, false
}

// direct returns the end of the geodesic from p with an azimuth and a length, and the azimuth there
// (Vincenty). Heights are not touched. Degrees, metres.
func direct(p point, azimuth, length float64) (point, float64) {
	sinA, cosA := math.Sincos(azimuth * degree)
	tanU := (1 - flattening) * math.Tan(p.lat*degree)
	cosU := 1 / math.Sqrt(1+tanU*tanU)
	sinU := tanU * cosU
	sigma1 := math.Atan2(tanU, cosA)
	sinAlpha := cosU * sinA
	cos2Alpha := 1 - sinAlpha*sinAlpha
	a, b := series(cos2Alpha)
	sigma := length / (semiMinor * a)
	var sinS, cosS, cos2m float64
	for range 20 {
		cos2m = math.Cos(2*sigma1 + sigma)
		sinS, cosS = math.Sincos(sigma)
		next := length/(semiMinor*a) + correction(b, sinS, cosS, cos2m)
		done := math.Abs(next-sigma) < 1e-15
		sigma = next
		if done {
			break
		}
	}
	cos2m = math.Cos(2*sigma1 + sigma)
	sinS, cosS = math.Sincos(sigma)
	tail := sinU*sinS - cosU*cosS*cosA
	lat := math.Atan2(sinU*cosS+cosU*sinS*cosA, (1-flattening)*math.Hypot(sinAlpha, tail))
	lambda := math.Atan2(sinS*sinA, cosU*cosS-sinU*sinS*cosA)
	c := flattening / 16 * cos2Alpha * (4 + flattening*(4-3*cos2Alpha))
	l := lambda - (1-c)*flattening*sinAlpha*(sigma+c*sinS*(cos2m+c*cosS*(-1+2*cos2m*cos2m)))
	return point{lat / degree, wrap180(p.lon + l/degree), p.height}, wrap360(math.Atan2(sinAlpha, -tail) / degree)
}

// inverse returns length and the azimuths at both ends of the geodesic from p to q (Vincenty). It is
// for legs of a flight; nearly antipodal points, where it does not converge, give ok = false.
func inverse(p, q point) (length, azimuth, arrival float64, ok bool) {
	l := wrap180(q.lon-p.lon) * degree
	tan1, tan2 := (1-flattening)*math.Tan(p.lat*degree), (1-flattening)*math.Tan(q.lat*degree)
	cos1, cos2 := 1/math.Sqrt(1+tan1*tan1), 1/math.Sqrt(1+tan2*tan2)
	sin1, sin2 := tan1*cos1, tan2*cos2
	lambda := l
	for range 100 {
		sinL, cosL := math.Sincos(lambda)
		sinS := math.Hypot(cos2*sinL, cos1*sin2-sin1*cos2*cosL)
		if sinS == 0 {
			return 0, 0, 0, true
		}
		cosS := sin1*sin2 + cos1*cos2*cosL
		sigma := math.Atan2(sinS, cosS)
		sinAlpha := cos1 * cos2 * sinL / sinS
		cos2Alpha := 1 - sinAlpha*sinAlpha
		cos2m := 0.0 // on the equator
		if cos2Alpha > 1e-18 {
			cos2m = cosS - 2*sin1*sin2/cos2Alpha
		}
		c := flattening / 16 * cos2Alpha * (4 + flattening*(4-3*cos2Alpha))
		next := l + (1-c)*flattening*sinAlpha*(sigma+c*sinS*(cos2m+c*cosS*(-1+2*cos2m*cos2m)))
		done := math.Abs(next-lambda) < 1e-14
		lambda = next
		if !done {
			continue
		}
		a, b := series(cos2Alpha)
		sinL, cosL = math.Sincos(lambda)
		length = semiMinor * a * (sigma - correction(b, sinS, cosS, cos2m))
		azimuth = wrap360(math.Atan2(cos2*sinL, cos1*sin2-sin1*cos2*cosL) / degree)
		arrival = wrap360(math.Atan2(cos1*sinL, -sin1*cos2+cos1*sin2*cosL) / degree)
		return length, azimuth, arrival, true
	}
	return 0, 0, 0, false
}

// series returns Vincenty's A and B for the squared cosine of the azimuth at the equator.
func series(cos2Alpha float64) (a, b float64) {
	u2 := cos2Alpha * (semiMajor*semiMajor - semiMinor*semiMinor) / (semiMinor * semiMinor)
	a = 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2)))
	b = u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
	return a, b
}

// correction is Vincenty's delta sigma.
func correction(b, sinS, cosS, cos2m float64) float64 {
	return b * sinS * (cos2m + b/4*(cosS*(-1+2*cos2m*cos2m)-b/6*cos2m*(-3+4*sinS*sinS)*(-3+4*cos2m*cos2m)))
}

func wrap360(d float64) float64 {
	if d = math.Mod(d, 360); d < 0 {
		d += 360
	}
	return d
}

func wrap180(d float64) float64 {
	if d = wrap360(d); d >= 180 {
		d -= 360
	}
	return d
}
