package scenario

import (
	"math"
	"strconv"
	"strings"
	"time"

	"overflight/authority"
	"overflight/geodesy"
	"overflight/internal/catalogue"
)

// value is what stands at a place of a statement.
type value struct {
	text   string
	list   []string
	words  []Word
	at     instant
	to     instant // of a period
	span   time.Duration
	metres float64 // of a length, an altitude or a speed (metres a second)
	step   float64 // half of the last digit that was written: how exactly it is meant
	datum  string
	band   authority.Band
	number int
	points []geodesy.Position
	area   authority.Area
}

// instant is a time, or a length of time after the start of a plan.
type instant struct {
	time.Time
	day   bool // only the day was written
	after time.Duration
	plus  bool
}

// from returns the instant, counted from a start where it is written so.
func (i instant) from(start time.Time) time.Time {
	if i.plus {
		return start.Add(i.after)
	}
	return i.Time
}

// end is the instant as the end of a period: a day counts whole.
func (i instant) end(start time.Time) time.Time {
	if i.day {
		return i.AddDate(0, 0, 1)
	}
	return i.from(start)
}

func (v *value) period(start time.Time) authority.Period {
	return authority.Period{From: v.at.from(start), To: v.to.end(start)}
}

const mostSpan = 36_525 * 24 * time.Hour

func parseInstant(s string) (instant, bool) {
	if rest, plus := strings.CutPrefix(s, "+"); plus {
		d, _, ok := parseSpan(rest)
		return instant{after: d, plus: true}, ok
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil && t.Year() >= 1800 {
		return instant{Time: t, day: true}, true
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() >= 1800 && t.Year() < 9999 {
			return instant{Time: t.UTC()}, true
		}
	}
	return instant{}, false
}

// parseSpan reads "72h", "1h30m", "18m", "30d", and half of its smallest unit.
func parseSpan(s string) (d, half time.Duration, ok bool) {
	if days, isDays := strings.CutSuffix(s, "d"); isDays {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, 12 * time.Hour, err == nil && time.Duration(n)*24*time.Hour <= mostSpan
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > mostSpan || s == "0" {
		return 0, 0, false
	}
	half = time.Second / 2
	switch {
	case strings.HasSuffix(s, "h"):
		half = time.Hour / 2
	case strings.HasSuffix(s, "m"):
		half = time.Minute / 2
	}
	return d, half, true
}

var lengths = []struct {
	suffix string
	metres float64
}{{"km", 1000}, {"NM", 1852}, {"ft", 0.3048}, {"m", 1}}

var speeds = []struct {
	suffix string
	metres float64
}{{"km/h", 1 / 3.6}, {"m/s", 1}, {"kt", 1852.0 / 3600}}

// parseQuantity reads a number with a unit that follows it without a blank, and half of its last digit.
func parseQuantity(s string, units []struct {
	suffix string
	metres float64
},
) (metres, half float64, ok bool) {
	for _, u := range units {
		digits, has := strings.CutSuffix(s, u.suffix)
		if !has || strings.Trim(digits, "0123456789.") != "" || len(digits) > 12 {
			continue
		}
		v, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			return 0, 0, false
		}
		decimals := 0
		if _, fraction, dot := strings.Cut(digits, "."); dot {
			decimals = len(fraction)
		}
		return v * u.metres, math.Pow10(-decimals) / 2 * u.metres, true
	}
	return 0, 0, false
}

// parsePlace reads "31.2N" and "111.5W"; in Spanish west is O.
func parsePlace(north, east string, l catalogue.Language) (geodesy.Position, bool) {
	lat, ok := degrees(north, "N", "S", 90)
	if !ok {
		return geodesy.Position{}, false
	}
	west := "W"
	if l == catalogue.Spanish && strings.HasSuffix(east, "O") {
		west = "O"
	}
	lon, ok := degrees(east, "E", west, 180)
	return geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}, ok
}

func degrees(s, plus, minus string, most float64) (float64, bool) {
	sign := 1.0
	digits, ok := strings.CutSuffix(s, plus)
	if !ok {
		if digits, ok = strings.CutSuffix(s, minus); !ok {
			return 0, false
		}
		sign = -1
	}
	if strings.Trim(digits, "0123456789.") != "" || len(digits) > 16 {
		return 0, false
	}
	v, err := strconv.ParseFloat(digits, 64)
	return sign * v, err == nil && v <= most
}

// circle is a polygon round a place.
func circle(centre geodesy.Position, radius float64) authority.Area {
	const corners = 24
	var a authority.Area
	for i := range corners {
		p, _ := geodesy.Direct(centre, geodesy.Angle(360*i/corners), geodesy.Length(radius))
		a.Polygon = append(a.Polygon, [2]float64{float64(p.Lon), float64(p.Lat)})
	}
	return a
}

func ring(points []geodesy.Position) [][2]float64 {
	out := make([][2]float64, len(points))
	for i, p := range points {
		out[i] = [2]float64{float64(p.Lon), float64(p.Lat)}
	}
	return out
}
