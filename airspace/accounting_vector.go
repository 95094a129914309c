package airspace

import (
	"math"

	"overflight/geodesy"
)

// surface turns positions that follow one another into points on the ellipsoid. Sine and cosine are
// taken once for an anchor; for positions near it a few terms of the series are exact to the last bit.
type surface struct {
	set                    bool
	anchor                 geodesy.Position
	sinLat, cosLat         float64
	sinLon, cosLon         float64
	eccentricity, flatness float64 // e² and 1-e²
}

// anchored is how far from the anchor the series serve, in degrees: the terms left out are below 1e-16.
const anchored geodesy.Angle = 0.02

func (s *surface) at(p geodesy.Position) geodesy.Vector {
	dlat, dlon := p.Lat-s.anchor.Lat, p.Lon-s.anchor.Lon
	if !s.set || !(dlat < anchored && dlat > -anchored && dlon < anchored && dlon > -anchored) {
		const b = float64(geodesy.SemiMinorAxis / geodesy.SemiMajorAxis)
		s.set, s.anchor, dlat, dlon = true, p, 0, 0
		s.sinLat, s.cosLat = math.Sincos(p.Lat.Radians())
		s.sinLon, s.cosLon = math.Sincos(p.Lon.Radians())
		s.flatness = b * b
		s.eccentricity = 1 - s.flatness
	}
	sinLat, cosLat := turned(s.sinLat, s.cosLat, dlat.Radians())
	sinLon, cosLon := turned(s.sinLon, s.cosLon, dlon.Radians())
	prime := float64(geodesy.SemiMajorAxis) / math.Sqrt(1-s.eccentricity*sinLat*sinLat)
	return geodesy.Vector{X: prime * cosLat * cosLon, Y: prime * cosLat * sinLon, Z: s.flatness * prime * sinLat}
}

// turned returns sine and cosine of an angle increased by a small one.
func turned(sin, cos, by float64) (s, c float64) {
	b2 := by * by
	sb, cb := by*(1-b2/6), 1-b2/2*(1-b2/12)
	return sin*cb + cos*sb, cos*cb - sin*sb
}
