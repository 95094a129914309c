// Package geodesy is the geometry of the WGS 84 ellipsoid: positions, geodesics after Karney
// ("Algorithms for geodesics", J. Geodesy 87, 2013), Earth-centred coordinates, rays and the geoid.
//
// It knows nothing of aircraft, states or standards.
package geodesy

import "math"

// Angle is a plane angle in degrees. Degrees and not radians, because every standard that we read
// (MISB, ICAO, GeoJSON) means degrees and a round trip through radians is not exact.
type Angle float64

// Radians returns the angle in radians.
func (a Angle) Radians() float64 { return float64(a) * (math.Pi / 180) }

// Degrees returns the angle in degrees.
func (a Angle) Degrees() float64 { return float64(a) }

// Length is a distance or height in metres.
type Length float64

// Metres returns the length in metres.
func (l Length) Metres() float64 { return float64(l) }

// Units of length that the field uses beside the metre.
const (
	Metre        Length = 1
	Kilometre    Length = 1000
	NauticalMile Length = 1852
	Foot         Length = 0.3048
)

// Speed is in metres a second.
type Speed float64

// Knot is one nautical mile an hour.
const Knot Speed = 1852.0 / 3600.0

// Datum says what a height is measured from.
type Datum uint8

// The datums. UnknownDatum is that of no height at all; Unstated that of a height whose source does
// not say what it is measured from. Barometric is pressure altitude against 1013.25 hPa: it is no
// height above anything fixed and is never converted.
const (
	UnknownDatum Datum = iota
	HAE                // height above the WGS 84 ellipsoid
	MSL                // height above mean sea level, EGM96
	AGL                // height above the ground
	Barometric
	Unstated
)

// String returns the abbreviation that reports print.
func (d Datum) String() string {
	switch d {
	case HAE:
		return "HAE"
	case MSL:
		return "MSL"
	case AGL:
		return "AGL"
	case Barometric:
		return "barometric"
	case Unstated:
		return "unstated"
	case UnknownDatum:
	}
	return "unknown"
}

// Altitude is a height with its datum.
type Altitude struct {
	Value Length
	Datum Datum
}

// Position is a geodetic position on WGS 84.
type Position struct{ Lat, Lon Angle }

// Valid reports whether the position lies within [-90, 90] and [-180, 180].
func (p Position) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}
