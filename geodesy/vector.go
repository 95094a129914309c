package geodesy

import "math"

// Vector is a point or a direction in Earth-centred, Earth-fixed coordinates, metres: X towards 0 N
// 0 E, Y towards 0 N 90 E, Z towards the north pole.
type Vector struct{ X, Y, Z float64 }

// Plus returns v + w.
func (v Vector) Plus(w Vector) Vector { return Vector{v.X + w.X, v.Y + w.Y, v.Z + w.Z} }

// Minus returns v - w.
func (v Vector) Minus(w Vector) Vector { return Vector{v.X - w.X, v.Y - w.Y, v.Z - w.Z} }

// Times returns k v.
func (v Vector) Times(k float64) Vector { return Vector{k * v.X, k * v.Y, k * v.Z} }

// Dot returns the inner product.
func (v Vector) Dot(w Vector) float64 { return v.X*w.X + v.Y*w.Y + v.Z*w.Z }

// Cross returns the vector product.
func (v Vector) Cross(w Vector) Vector {
	return Vector{v.Y*w.Z - v.Z*w.Y, v.Z*w.X - v.X*w.Z, v.X*w.Y - v.Y*w.X}
}

// Norm returns the length of v.
func (v Vector) Norm() float64 { return math.Sqrt(v.Dot(v)) }

// Unit returns v over its length; the zero vector gives NaN.
func (v Vector) Unit() Vector { return v.Times(1 / v.Norm()) }

// ToECEF returns the point at p and height h above the ellipsoid (HAE).
func ToECEF(p Position, h Length) Vector {
	n, prime := normalAt(p)
	return Vector{
		(prime + float64(h)) * n.X,
		(prime + float64(h)) * n.Y,
		(axisRatio*axisRatio*prime + float64(h)) * n.Z,
	}
}

// UpAt returns the outward unit normal of the ellipsoid at p.
func UpAt(p Position) Vector {
	n, _ := normalAt(p)
	return n
}

// normalAt returns the unit normal and the radius of curvature in the prime vertical.
func normalAt(p Position) (up Vector, prime float64) {
	lat, lon := turnOf(float64(p.Lat), 0), turnOf(wrap(float64(p.Lon)), 0)
	up = Vector{lat.c * lon.c, lat.c * lon.s, lat.s}
	return up, semiMajor / math.Sqrt(1-ecc2*lat.s*lat.s)
}

// FromECEF returns position and height above the ellipsoid of v to rounding (a unit in the last place
// of a coordinate is 0.9 nm near the surface; the way there and back loses no more than eight), for
// heights from -1,000 km up to 50,000 km. Near the centre of the Earth the position means nothing.
func FromECEF(v Vector) (Position, Length) {
	lat, lon, h := geodetic(v)
	return Position{Angle(lat.degrees()), Angle(lon.degrees())}, Length(h)
}

// geodetic is FromECEF before the arc tangents: latitude and longitude as turns. Bowring's iteration
// on the reduced latitude gains about five digits a step outside the Earth's core.
func geodetic(v Vector) (lat, lon turn, h float64) {
	p := math.Sqrt(v.X*v.X + v.Y*v.Y)
	lon = turn{0, 1}
	if p > 0 {
		lon = turn{v.Y / p, v.X / p}
	}
	beta := turn{v.Z, axisRatio * p}
	if beta == (turn{}) {
		beta.s = 1
	}
	for range 4 {
		b := beta.unit()
		lat = turn{
			v.Z + ecc2prime*semiMinor*b.s*b.s*b.s,
			p - ecc2*semiMajor*b.c*b.c*b.c,
		}.unit()
		next := turn{axisRatio * lat.s, lat.c}
		if math.Abs(next.s*b.c-next.c*b.s) < 4*epsilon {
			break
		}
		beta = next
	}
	h = p*lat.c + v.Z*lat.s - semiMajor*math.Sqrt(1-ecc2*lat.s*lat.s)
	return lat, lon, h
}

// heightOf returns the height above the ellipsoid and the outward unit normal there.
func heightOf(v Vector) (h float64, up Vector) {
	lat, lon, h := geodetic(v)
	return h, Vector{lat.c * lon.c, lat.c * lon.s, lat.s}
}

// leastRadius is the least radius of curvature of the ellipsoid, along the meridian at the equator.
const leastRadius = semiMinor * axisRatio

// Chord returns the straight distance between two points on the ellipsoid: never more than the
// geodesic, and no more than s³/(24 ρ²) less, where ρ = 6,335 km is the least radius of curvature:
// 13 cm in 50 km.
func Chord(a, b Position) Length {
	return Length(ToECEF(a, 0).Minus(ToECEF(b, 0)).Norm())
}

// NearLimit is how far ShortDistance may be trusted.
const NearLimit Length = 300e3

// ShortDistance returns the geodesic distance between points less than NearLimit apart, several times
// faster than Distance: within 1e-8 m up to 50 km, 1e-6 m up to 100 km and 1e-4 m up to 300 km. The
// error grows with the fifth power of the distance: 1 mm at 500 km. What it returns is never less than
// the chord.
//
// A curve of length s and curvature κ has the chord c = s - κ² s³/24 + ...; the turn of the surface
// normal along the chord gives κ without an azimuth.
func ShortDistance(a, b Position) Length {
	return NewSurfacePoint(a).ShortDistance(NewSurfacePoint(b))
}

// shortArcLength is the length of the arc with chord d whose normal changes by dn.
func shortArcLength(d, dn Vector) float64 {
	c2 := d.Dot(d)
	if c2 == 0 {
		return 0
	}
	kc2 := d.Dot(dn) // κ c²
	k2c2 := kc2 * kc2 / c2
	return math.Sqrt(c2) * (1 + k2c2*(1.0/24+k2c2*(3.0/640)))
}

// SurfacePoint is a point on the ellipsoid prepared for many short distances.
type SurfacePoint struct{ at, up Vector }

// NewSurfacePoint prepares p.
func NewSurfacePoint(p Position) SurfacePoint {
	n, prime := normalAt(p)
	return SurfacePoint{Vector{prime * n.X, prime * n.Y, axisRatio * axisRatio * prime * n.Z}, n}
}

// ShortDistance is the function of that name between prepared points.
func (s SurfacePoint) ShortDistance(t SurfacePoint) Length {
	return Length(shortArcLength(t.at.Minus(s.at), t.up.Minus(s.up)))
}

// Chord is the straight distance between prepared points.
func (s SurfacePoint) Chord(t SurfacePoint) Length { return Length(t.at.Minus(s.at).Norm()) }

// ECEF returns the point in Earth-centred coordinates.
func (s SurfacePoint) ECEF() Vector { return s.at }

// NED is the local frame at a position: unit vectors to the north, the east and down along the
// ellipsoid normal.
type NED struct{ North, East, Down Vector }

// NEDAt returns the local frame at p. At a pole it follows the longitude that p gives.
func NEDAt(p Position) NED {
	lat, lon := turnOf(float64(p.Lat), 0), turnOf(wrap(float64(p.Lon)), 0)
	return NED{
		North: Vector{-lat.s * lon.c, -lat.s * lon.s, lat.c},
		East:  Vector{-lon.s, lon.c, 0},
		Down:  Vector{-lat.c * lon.c, -lat.c * lon.s, -lat.s},
	}
}

// ToECEF returns the direction with the given components; X of v is north, Y east, Z down.
func (f *NED) ToECEF(v Vector) Vector {
	return Vector{
		f.North.X*v.X + f.East.X*v.Y + f.Down.X*v.Z,
		f.North.Y*v.X + f.East.Y*v.Y + f.Down.Y*v.Z,
		f.North.Z*v.X + f.East.Z*v.Y + f.Down.Z*v.Z,
	}
}

// FromECEF returns the components of a direction: X north, Y east, Z down.
func (f *NED) FromECEF(v Vector) Vector {
	return Vector{f.North.Dot(v), f.East.Dot(v), f.Down.Dot(v)}
}

// Ray is a half line. Direction need not be of unit length.
type Ray struct{ Origin, Direction Vector }

// Intersect returns where the ray first meets the surface of constant height h above the ellipsoid
// from above, and how far from the origin. There is none when the ray passes over the horizon, points
// away, or starts below the surface.
//
// The ellipsoid with axes a+h and b+h is where the search starts; the surface of constant height
// differs from it by up to 2 cm at 10 km, and a few Newton steps remove that.
func (r Ray) Intersect(h Length) (p Vector, distance Length, ok bool) {
	p, t, ok := r.ellipsoid(float64(h))
	if !ok {
		return Vector{}, 0, false
	}
	length := r.Direction.Norm()
	for range 6 {
		height, up := heightOf(p)
		miss := height - float64(h)
		if math.Abs(miss) < 1e-9 {
			break
		}
		fall := -up.Dot(r.Direction)
		// At grazing incidence the step would leap; there the first surface is as good as any.
		if !(fall > 1e-6*length) {
			break
		}
		t += miss / fall
		p = r.Origin.Plus(r.Direction.Times(t))
	}
	if !(t >= 0) {
		return Vector{}, 0, false
	}
	return p, Length(t * length), true
}

// ellipsoid meets the ray with the ellipsoid of axes a+h and b+h.
func (r Ray) ellipsoid(h float64) (p Vector, t float64, ok bool) {
	ka, kb := 1/(semiMajor+h), 1/(semiMinor+h)
	o := Vector{r.Origin.X * ka, r.Origin.Y * ka, r.Origin.Z * kb}
	d := Vector{r.Direction.X * ka, r.Direction.Y * ka, r.Direction.Z * kb}
	a, b, c := d.Dot(d), o.Dot(d), o.Dot(o)-1
	// Below the surface there is nothing to see from above. The bound leaves the ellipsoid's own 2 cm to
	// the Newton steps.
	if !(c > -1e-8) || !(a > 0) || b >= 0 {
		return Vector{}, 0, false
	}
	disc := b*b - a*c
	if !(disc >= 0) {
		return Vector{}, 0, false
	}
	// The nearer root in the form without cancellation: t = c / (-b + √disc).
	t = c / (math.Sqrt(disc) - b)
	return r.Origin.Plus(r.Direction.Times(t)), t, true
}
