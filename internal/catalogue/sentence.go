package catalogue

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"overflight/evidence"
)

// wordFamilies are those in which an argument may be a word of ours.
var wordFamilies = []string{"purpose.", "permission.", "condition.", "verdict."}

// Sentence is what a code says with its arguments, which are language neutral: instants after RFC 3339, lengths of time as
// Go writes them, whole numbers of metres, words of ours. The reader gets instants in UTC, hours, thousands apart, and the
// words of the language. A whole number is a quantity only where the text has its unit behind it; else it names something, as
// the identifier of a list does. The first argument is left as it is unless it is a word or a quantity.
//
// What the register of designations says ("inforce.") comes behind whose designation it is: list, identifier, programme,
// name, instant. Those but the last are names, whatever they look like.
func (c *Catalogue) Sentence(code evidence.Code, args []string) string {
	if strings.HasPrefix(string(code), "inforce.") && len(args) == 5 {
		return c.Text("scope.organisation", args[0], args[1], args[2], args[3], c.argument(args[4], false, false)) + ": " + c.Text(string(code))
	}
	key := "defect." + string(code)
	shown := make([]any, len(args))
	for i, a := range args {
		shown[i] = c.argument(a, i == 0, c.measured(key, i))
	}
	return c.Text(key, shown...)
}

// measured reports whether the text of a key has a unit behind a place.
func (c *Catalogue) measured(key string, i int) bool {
	_, behind, ok := strings.Cut(c.texts[key], "{"+strconv.Itoa(i)+"} m")
	return ok && (behind == "" || !unicode.IsLetter(rune(behind[0])))
}

func (c *Catalogue) argument(a string, name, quantity bool) string {
	for _, family := range wordFamilies {
		if c.Has(family + a) {
			return c.Text(family + a)
		}
	}
	if n, err := strconv.Atoi(a); quantity && err == nil && len(a) > 4 && strconv.Itoa(n) == a {
		return Integer(n)
	}
	if name {
		return a
	}
	if a == "" { // an instant or a length that is not known
		return "…"
	}
	if t, err := time.Parse(time.RFC3339Nano, a); err == nil {
		return t.UTC().Format("2006-01-02 15:04:05.999999") + " UTC"
	}
	if d, err := time.ParseDuration(a); err == nil && a != "0" {
		return length(d)
	}
	return a
}

// length writes a length of time in hours, minutes and seconds, those that are there: "72 h", "1 h 30 min".
func length(d time.Duration) string {
	var parts []string
	if h := d / time.Hour; h > 0 {
		parts = append(parts, Integer(int(h))+" h")
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		parts = append(parts, strconv.Itoa(int(m))+" min")
	}
	if s := d % time.Minute; s > 0 || len(parts) == 0 {
		parts = append(parts, strconv.FormatFloat(s.Seconds(), 'f', -1, 64)+" s")
	}
	return strings.Join(parts, " ")
}
