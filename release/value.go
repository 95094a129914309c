package release

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"overflight/geodesy"
)

const (
	placeDigits   = 12
	instantDigits = 17
	mostText      = 1 << 16
)

// ErrValue is in every error about a value that cannot be committed to.
var ErrValue = errors.New("no value")

func valueError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrValue}, args...)...)
}

const base32 = "0123456789bcdefghjkmnpqrstuvwxyz"

// PlaceValue is a position as its geohash: bits of longitude and latitude in turn, five to a character.
func PlaceValue(p geodesy.Position) Value {
	lat, lon := [2]float64{-90, 90}, [2]float64{-180, 180}
	// The antimeridian is one line: -180.
	at := math.Mod(float64(p.Lon)+540, 360) - 180
	var b [placeDigits]byte
	for i := range b {
		var c byte
		for j := range 5 {
			side, v := &lon, at
			if (5*i+j)%2 == 1 {
				side, v = &lat, float64(p.Lat)
			}
			c <<= 1
			if mid := (side[0] + side[1]) / 2; v >= mid {
				c |= 1
				side[0] = mid
			} else {
				side[1] = mid
			}
		}
		b[i] = base32[c]
	}
	return Value{Place, string(b[:])}
}

// Box is the part of the world that a place stands for, however many digits of it are shown.
type Box struct {
	South, West, North, East geodesy.Angle
}

// Middle is where a box is shown to be.
func (b Box) Middle() geodesy.Position {
	return geodesy.Position{Lat: (b.South + b.North) / 2, Lon: (b.West + b.East) / 2}
}

// Box returns the cell of a place.
func (v Value) Box() (Box, error) {
	if v.Kind != Place {
		return Box{}, valueError("%s: expected a place", v.Kind)
	}
	if err := v.checkFirst(); err != nil {
		return Box{}, err
	}
	lat, lon := [2]float64{-90, 90}, [2]float64{-180, 180}
	for i := range len(v.Text) {
		c := strings.IndexByte(base32, v.Text[i])
		for j := range 5 {
			side := &lon
			if (5*i+j)%2 == 1 {
				side = &lat
			}
			half := 0
			if c>>(4-j)&1 == 0 {
				half = 1
			}
			side[half] = (side[0] + side[1]) / 2
		}
	}
	return Box{South: geodesy.Angle(lat[0]), West: geodesy.Angle(lon[0]), North: geodesy.Angle(lat[1]), East: geodesy.Angle(lon[1])}, nil
}

// InstantValue is an instant to the millisecond. One outside the years 0 to 9999 has none.
func InstantValue(t time.Time) (Value, error) {
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return Value{}, valueError("the year %d: expected 0 to 9999", t.Year())
	}
	return Value{Instant, fmt.Sprintf("%s%03d", t.Format("20060102150405"), t.Nanosecond()/1e6)}, nil
}

// spans are how long an instant of so many digits stands for; days of months and months of years are told by the calendar.
var spans = map[int]time.Duration{
	9: 10 * time.Hour, 10: time.Hour, 11: 10 * time.Minute, 12: time.Minute, 13: 10 * time.Second, 14: time.Second, 15: 100 * time.Millisecond, 16: 10 * time.Millisecond, 17: time.Millisecond,
}

// Span returns the first instant that an instant of at least eight digits stands for, and the first after it.
func (v Value) Span() (from, to time.Time, err error) {
	if v.Kind != Instant {
		return from, to, valueError("%s: expected an instant", v.Kind)
	}
	if err := v.checkFirst(); err != nil {
		return from, to, err
	}
	if len(v.Text) < 8 {
		return from, to, valueError("%q: expected a whole day, or less", v.Text)
	}
	const least = "00000101000000000"
	from, err = time.Parse("20060102150405.000", v.Text[:min(len(v.Text), 14)]+least[min(len(v.Text), 14):14]+"."+(v.Text + least[len(v.Text):])[14:])
	if err != nil {
		return from, to, valueError("%q: expected an instant as 20260301100000000", v.Text)
	}
	if len(v.Text) == 8 {
		return from, from.AddDate(0, 0, 1), nil
	}
	to = from.Add(spans[len(v.Text)])
	if end := from.Truncate(24*time.Hour).AddDate(0, 0, 1); len(v.Text) == 9 && to.After(end) {
		to = end // the third ten hours of a day are four
	}
	return from, to, nil
}

// check refuses what is not the one way to write a value.
func (v Value) check() error {
	if n := v.Kind.Whole(); n > 0 && len(v.Text) != n {
		return valueError("%s %q: expected %d digits", v.Kind, v.Text, n)
	}
	if err := v.checkFirst(); err != nil {
		return err
	}
	if v.Kind == Instant {
		_, _, err := v.Span()
		return err
	}
	return nil
}

// checkFirst is for a value of which only the first digits may be there.
func (v Value) checkFirst() error {
	switch v.Kind {
	case Absent:
		if v.Text != "" {
			return valueError("%q is absent: expected nothing", v.Text)
		}
	case Text, Code:
		if !utf8.ValidString(v.Text) || len(v.Text) > mostText || v.Kind == Code && v.Text == "" {
			return valueError("%.40q: expected UTF-8 of at most %d bytes", v.Text, mostText)
		}
	case Number:
		if !decimal(v.Text) {
			return valueError("%.40q: expected a decimal number as -12.5", v.Text)
		}
	case Place, Instant:
		if len(v.Text) == 0 || len(v.Text) > v.Kind.Whole() {
			return valueError("%s of %d digits: expected 1 to %d", v.Kind, len(v.Text), v.Kind.Whole())
		}
		digits := base32
		if v.Kind == Instant {
			digits = "0123456789"
		}
		if i := strings.IndexFunc(v.Text, func(r rune) bool { return !strings.ContainsRune(digits, r) }); i >= 0 {
			return valueError("%s %.40q: character %d is no digit of it", v.Kind, v.Text, i+1)
		}
	default:
		return valueError("kind %.40q: expected absent, text, number, code, place or instant", v.Kind)
	}
	return nil
}

// decimal says whether s is a number written in the one way: no blank, no sign but a minus, no exponent, no leading zeros, no minus 0.
func decimal(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || dotted && fraction == "" || len(s) > 40 || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	nothing := true
	for _, r := range whole + fraction {
		if r < '0' || r > '9' {
			return false
		}
		nothing = nothing && r == '0'
	}
	return !nothing || s[0] != '-'
}
