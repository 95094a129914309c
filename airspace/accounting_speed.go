package airspace

import (
	"strings"

	"overflight/geodesy"
)

// Basis says where a maximum speed is from.
type Basis uint8

// The bases. Assumed is the default for an aircraft that is not in the table.
const (
	Assumed Basis = iota
	ByType
	Stated
)

// String returns the word that reports print.
func (b Basis) String() string {
	switch b {
	case ByType:
		return "aircraft type"
	case Stated:
		return "stated"
	case Assumed:
	}
	return "assumed"
}

// Ceiling is the greatest ground speed that an account reckons with, wind included.
type Ceiling struct {
	Speed geodesy.Speed
	Basis Basis
	Type  string // the aircraft type as the source gave it
}

// Wind allowance added to a true airspeed, and the ceiling of an unknown type: faster than airliners
// fly over ground but in the strongest winds.
const (
	windAllowance  = 100 * geodesy.Knot
	defaultCeiling = 600 * geodesy.Knot
)

// airspeeds are greatest true airspeeds by ICAO designator and by the prefix of the platform
// designation that ST 0601 streams carry.
var airspeeds = []struct {
	prefix string
	speed  geodesy.Speed
}{
	{"MQ9", 240 * geodesy.Knot},
	{"Q9", 240 * geodesy.Knot},
	{"MQ1", 120 * geodesy.Knot},
	{"Q1", 120 * geodesy.Knot},
	{"RQ4", 340 * geodesy.Knot},
	{"MQ4", 340 * geodesy.Knot},
	{"Q4", 340 * geodesy.Knot},
}

// CeilingFor returns the ceiling of an aircraft type: its greatest true airspeed and 100 kt for wind,
// or 600 kt, assumed, for a type that is not known.
func CeilingFor(aircraftType string) Ceiling {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, aircraftType)
	for _, a := range airspeeds {
		rest, ok := strings.CutPrefix(name, a.prefix)
		// "MQ-1" is not "MQ-10".
		if ok && (rest == "" || rest[0] < '0' || rest[0] > '9') {
			return Ceiling{Speed: a.speed + windAllowance, Basis: ByType, Type: aircraftType}
		}
	}
	return Ceiling{Speed: defaultCeiling, Basis: Assumed, Type: aircraftType}
}
