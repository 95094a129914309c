package planning

import (
	"strconv"
	"strings"
	"time"

	"overflight/format/geojson"
	"overflight/geodesy"
)

// What a tip has that does not say.
const (
	TipSpread = 3 * geodesy.Kilometre // one sigma
	TipWeight = 1
)

// ParseTip reads a tip as it is typed:
//
//	PLACE[@DATE][~SPREAD][:WEIGHT]
//
// in this order: a place as ParsePosition reads it, the day or the instant (RFC 3339) that it is from, one sigma of how far it may be off
// (in m, km or nmi) and a weight. The error is a *Fault, or of the place a *geodesy.CoordinateError.
func ParseTip(text string) (Areas, error) {
	f := geojson.Weighted{Sigma: float64(TipSpread), Weight: TipWeight}
	place, rest, marked := text, "", byte(0)
	if i := strings.IndexAny(text, "@~:"); i >= 0 {
		place, rest, marked = text[:i], text[i+1:], text[i]
	}
	if marked == '@' {
		date := rest
		if i := strings.IndexByte(rest, '~'); i >= 0 {
			date, rest, marked = rest[:i], rest[i+1:], '~'
		} else if _, whole := day(rest); whole {
			rest, marked = "", 0
		} else if i := strings.LastIndexByte(rest, ':'); i >= 0 {
			date, rest, marked = rest[:i], rest[i+1:], ':' // a clock has colons too
		}
		at, ok := day(date)
		if !ok {
			return Areas{}, fault(CodeTipDate, text, date)
		}
		f.Date = at
	}
	if marked == '~' {
		spread, weight, more := strings.Cut(rest, ":")
		v, ok := length(spread)
		if !ok {
			return Areas{}, fault(CodeTipSpread, text, spread)
		}
		f.Sigma = v
		if marked = 0; more {
			rest, marked = weight, ':'
		}
	}
	if marked == ':' {
		v, err := strconv.ParseFloat(rest, 64)
		if err != nil || !(v > 0 && v <= 1e6) {
			return Areas{}, fault(CodeTipWeight, text, rest)
		}
		f.Weight = v
	}
	at, err := geodesy.ParsePosition(strings.TrimSpace(place))
	if err != nil {
		return Areas{}, err
	}
	f.Point = geojson.Position{float64(at.Lon), float64(at.Lat)}
	return Areas{Name: text, Typed: true, Features: []geojson.Weighted{f}}, nil
}

// day reads a day or an instant.
func day(s string) (time.Time, bool) {
	for _, layout := range [...]string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// length reads metres of a length with its unit.
func length(s string) (float64, bool) {
	for _, unit := range [...]struct {
		name   string
		metres float64
	}{{"km", 1000}, {"nmi", 1852}, {"m", 1}} {
		number, is := strings.CutSuffix(s, unit.name)
		if !is {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		v *= unit.metres
		return v, err == nil && v >= 1 && v <= 1e6
	}
	return 0, false
}
