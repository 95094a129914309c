package coverage

import (
	"math"
	"time"

	"overflight/geodesy"
)

// Light is how a place was lit.
type Light uint8

// The lights. Twilight is the sun from 6 degrees below the horizon to the horizon (civil twilight).
const (
	UnknownLight Light = iota
	Day
	Twilight
	Night
	lights
)

// String returns the word of a light.
func (l Light) String() string {
	switch l {
	case Day:
		return "day"
	case Twilight:
		return "twilight"
	case Night:
		return "night"
	case UnknownLight, lights:
	}
	return "unknown"
}

// The sun's upper edge is on the horizon at -50 arc minutes, refraction included; civil twilight ends at -6 degrees.
const (
	sunrise geodesy.Angle = -50.0 / 60
	civil   geodesy.Angle = -6
)

// LightAt tells the light at a place, without clouds, shadows of mountains or the moon.
func LightAt(p geodesy.Position, at time.Time) Light {
	if at.IsZero() {
		return UnknownLight
	}
	return lightOf(SunElevation(p, at))
}

func lightOf(sun geodesy.Angle) Light {
	switch {
	case sun >= sunrise:
		return Day
	case sun >= civil:
		return Twilight
	}
	return Night
}

// fastestSun is more than the sun rises or sinks anywhere, degrees a second: the Earth turns by 361 degrees a day.
const fastestSun = 0.0043

// lamp is LightAt of one place. It looks for the sun only where that may have come to another light since.
type lamp struct {
	place geodesy.Position
	at    time.Time
	light Light
	sure  time.Duration // before and after at: as long as the sun takes to where the light changes
}

func (l *lamp) lightAt(at time.Time) Light {
	if at.IsZero() {
		return UnknownLight
	}
	if l.light == UnknownLight || at.Sub(l.at).Abs() >= l.sure {
		sun := SunElevation(l.place, at)
		away := min(math.Abs(float64(sun-sunrise)), math.Abs(float64(sun-civil)))
		l.at, l.light, l.sure = at, lightOf(sun), time.Duration(away/fastestSun*float64(time.Second))
	}
	return l.light
}

// SunElevation returns the sun's height above the horizon without refraction, within 0.02 degrees from 1950 to 2050: the low
// precision formulas of the Astronomical Almanac, section C.
func SunElevation(p geodesy.Position, at time.Time) geodesy.Angle {
	const j2000 = 946728000 // 2000-01-01T12:00:00Z
	n := (float64(at.Unix()-j2000) + float64(at.Nanosecond())/1e9) / 86400
	rad := func(degrees float64) float64 { return math.Mod(degrees, 360) * (math.Pi / 180) }
	mean := 280.460 + 0.9856474*n
	anomaly := rad(357.528 + 0.9856003*n)
	longitude := rad(mean + 1.915*math.Sin(anomaly) + 0.020*math.Sin(2*anomaly))
	sinO, cosO := math.Sincos(rad(23.439 - 0.0000004*n))
	right := math.Atan2(cosO*math.Sin(longitude), math.Cos(longitude))
	declination := math.Asin(sinO * math.Sin(longitude))
	sidereal := rad(15 * math.Mod(18.697374558+24.06570982441908*n, 24))
	sinP, cosP := math.Sincos(p.Lat.Radians())
	sinD, cosD := math.Sincos(declination)
	return geodesy.Angle(math.Asin(sinP*sinD+cosP*cosD*math.Cos(sidereal+p.Lon.Radians()-right)) * (180 / math.Pi))
}
