package share

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"overflight/geodesy"
	"overflight/release"
)

// clean makes a text fit to be shown and to stand in XML: what cannot be seen, or turns round what is beside it, is made visible as
// U+FFFD. Lines stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == 0xFFFE, r == 0xFFFF:
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}

// codes are the families of texts that the words of a closed list are in.
var codes = map[string]string{
	"verdict": "verdict.", "leave": "leave.", "light": "light.", "class": "sign.", "outcome": "found.", "purpose": "purpose.",
	"datum": "datum.", "notice": "sign.", "signs": "sign.", "unarmed": "share.unarmed.", "band": "share.band.",
}

// text is a value as a person reads it.
func (f *field) text(words Words) string {
	v := f.value
	switch f.state {
	case withheld:
		return words.Text("share.withheld")
	case absent:
		return words.Text("share.absent")
	case shown, coarse:
	}
	switch v.Kind {
	case release.Code, release.Text:
		return coded(f.spec.Name, v.Text, words)
	case release.Number:
		if f.spec.Unit == "deg" {
			return grouped(v.Text) + "°"
		}
		return strings.TrimSpace(grouped(v.Text) + "\u00A0" + f.spec.Unit)
	case release.Place:
		if b, err := v.Box(); err == nil {
			return placeText(b, v.Text, f.state == coarse, words)
		}
	case release.Instant:
		if from, to, ok := span(v); ok {
			return spanText(from, to, f.state == coarse, words)
		}
	case release.Absent:
	}
	return clean(v.Text)
}

// coded is the words of codes with commas between them; what is none of them stays.
func coded(name, text string, words Words) string {
	family, ok := codes[name]
	if !ok {
		return clean(text)
	}
	all := strings.Split(text, ",")
	for i, c := range all {
		if c = strings.TrimSpace(c); words.Has(family + c) {
			all[i] = words.Text(family + c)
		} else {
			all[i] = clean(c)
		}
	}
	return strings.Join(all, ", ")
}

// grouped puts thin spaces between thousands (ISO 80000-1).
func grouped(s string) string {
	whole, fraction, dotted := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0 && len(whole) > 4; i -= 3 {
		whole = whole[:i] + "\u202F" + whole[i:]
	}
	if dotted {
		whole += "." + fraction
	}
	return sign + whole
}

// placeText is a cell by its edges, widened to as many decimals as its size bears, so that it holds what it stands for.
func placeText(b release.Box, digits string, rough bool, words Words) string {
	if !rough {
		m := b.Middle()
		return degrees(float64(m.Lat), 6, "N", "S", words) + ", " + degrees(float64(m.Lon), 6, "E", "W", words)
	}
	lat, lon, across, up := edgesOf(b, words)
	return words.Text("share.cell", lat, lon, across, up, digits)
}

// edgesOf are the edges of a box, widened to as many decimals as its size bears, and how wide and tall it is.
func edgesOf(b release.Box, words Words) (lat, lon, across, up string) {
	height, width := float64(b.North-b.South), float64(b.East-b.West)
	edges := func(low, high, size float64, positive, negative string) string {
		n := min(max(2-int(math.Floor(math.Log10(size))), 0), 8)
		p := math.Pow(10, float64(n))
		low, high = math.Floor(low*p)/p, math.Ceil(high*p)/p
		if positive == "E" { // a box across the antimeridian goes on beyond it
			low, high = math.Remainder(low, 360), math.Remainder(high, 360)
		}
		return degrees(low, n, positive, negative, words) + " – " + degrees(high, n, positive, negative, words)
	}
	widest := nearEquator(b)
	wide := geodesy.Distance(geodesy.Position{Lat: widest, Lon: b.West}, geodesy.Position{Lat: widest, Lon: b.East})
	if width > 180 {
		wide = geodesy.Length(40_075_017 * math.Cos(float64(widest)*math.Pi/180) * width / 360)
	}
	tall := geodesy.Distance(geodesy.Position{Lat: b.South, Lon: b.West}, geodesy.Position{Lat: b.North, Lon: b.West})
	return edges(float64(b.South), float64(b.North), height, "N", "S"), edges(float64(b.West), float64(b.East), width, "E", "W"), sizeText(float64(wide)), sizeText(float64(tall))
}

// nearEquator is the latitude of a box at which it is widest.
func nearEquator(b release.Box) geodesy.Angle { return max(min(0, b.North), b.South) }

func degrees(v float64, decimals int, positive, negative string, words Words) string {
	side := positive
	if v < 0 {
		side, v = negative, -v
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + "°\u00A0" + words.Text("compass."+side)
}

// sizeText is a length to two digits, never shorter than it is.
func sizeText(metres float64) string {
	unit := "m"
	if metres >= 1000 {
		unit, metres = "km", metres/1000
	}
	if metres <= 0 {
		return "0\u00A0m"
	}
	p := math.Pow(10, math.Floor(math.Log10(metres))-1)
	v := math.Ceil(metres/p-1e-9) * p
	return grouped(strconv.FormatFloat(v, 'f', max(0, int(-math.Round(math.Log10(p)))), 64)) + "\u00A0" + unit
}

// span is what an instant stands for: its first instant, and the first after it. One of fewer digits than a day's stands for all the
// days that begin so.
func span(v release.Value) (from, to time.Time, ok bool) {
	if v.Kind != release.Instant || v.Text == "" {
		return from, to, false
	}
	if len(v.Text) >= 8 {
		from, to, err := v.Span()
		return from, to, err == nil
	}
	for i := range len(v.Text) {
		if v.Text[i] < '0' || v.Text[i] > '9' {
			return from, to, false
		}
	}
	low, high := v.Text+"00000000"[len(v.Text):], v.Text+"99999999"[len(v.Text):]
	part := func(s string) int { n, _ := strconv.Atoi(s); return n } // digits, as was looked at
	y0, y1 := part(low[:4]), part(high[:4])
	m0, m1 := max(part(low[4:6]), 1), min(part(high[4:6]), 12)
	if m0 > 12 {
		return from, to, false
	}
	last := time.Date(y1, time.Month(m1)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	d0, d1 := max(part(low[6:8]), 1), min(part(high[6:8]), last)
	if d0 > last {
		return from, to, false
	}
	return time.Date(y0, time.Month(m0), d0, 0, 0, 0, 0, time.UTC), time.Date(y1, time.Month(m1), d1+1, 0, 0, 0, 0, time.UTC), true
}

// spanText is a span by its ends, each as finely as it needs.
func spanText(from, to time.Time, rough bool, words Words) string {
	if !rough {
		return from.Format("2006-01-02 15:04:05.999") + " UTC"
	}
	day := 24 * time.Hour
	if from.Truncate(day).Equal(from) && to.Truncate(day).Equal(to) {
		last := to.AddDate(0, 0, -1)
		if last.Equal(from) {
			return words.Text("share.during-day", from.Format(time.DateOnly))
		}
		return words.Text("share.span", from.Format(time.DateOnly), last.Format(time.DateOnly))
	}
	form := "15:04"
	if from.Second()+to.Second() > 0 || from.Nanosecond()+to.Nanosecond() > 0 {
		form = "15:04:05.999"
	}
	end := to.Format(form)
	if !from.Truncate(day).Equal(to.Truncate(day)) {
		end = to.Format("2006-01-02 " + form)
	}
	return words.Text("share.span", from.Format("2006-01-02 "+form), end+" UTC")
}

// interval is an instant for machines: RFC 3339, or the span that it stands for after ISO 8601, its end not in it.
func interval(v release.Value, rough bool) (string, bool) {
	from, to, ok := span(v)
	switch {
	case !ok:
		return "", false
	case !rough:
		return stamp(from), true
	}
	return stamp(from) + "/" + stamp(to), true
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z") }

// plain is a value for machines.
func (f *field) plain() string {
	if f.state != shown && f.state != coarse {
		return ""
	}
	if f.value.Kind == release.Instant {
		if s, ok := interval(f.value, f.state == coarse); ok {
			return s
		}
	}
	return f.value.Text
}

// during is from the first to the last instant that the fields of a record may be at; false without any.
func (r *row) during() (from, to time.Time, ok bool) {
	for _, f := range r.fields {
		if f.state != shown && f.state != coarse {
			continue
		}
		a, b, good := span(f.value)
		if !good {
			continue
		}
		if f.state == shown {
			b = a
		}
		if !ok || a.Before(from) {
			from = a
		}
		if !ok || b.After(to) {
			to = b
		}
		ok = true
	}
	return from, to, ok
}

// title names a product.
func (s *sheet) title() string {
	return s.words.Text("share.title", clean(s.Statement.ID), s.Statement.Version)
}

// count is how many records there are, and how many of them are withheld whole.
func (s *sheet) count() (all, hidden int) {
	for i := range s.rows {
		if s.rows[i].kind == "" {
			hidden++
		}
	}
	return len(s.rows), hidden
}

// copied says whose copy this is.
func (s *sheet) copied() string {
	return fmt.Sprintf("%s %s", clean(s.Copy.Office), clean(s.Copy.Mark))
}
