// Package catalogue holds every text that the product says, in English and in Spanish: one file a
// language, the same keys in both. Tests hold the two together, and hold them to the codes that the
// code declares.
//
// Texts have numbered places, {0} to {9}. A text that counts has two forms, key.one and key.other.
// Numbers are written with a decimal point and a thin space between thousands in both languages (ISO
// 80000-1), because Spanish-speaking countries differ on the comma.
package catalogue

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"overflight/evidence"
)

//go:embed en.json es.json
var files embed.FS

// Language is one that the product speaks.
type Language string

// The languages.
const (
	English Language = "en"
	Spanish Language = "es"
)

// Languages are all that the product speaks.
func Languages() []Language { return []Language{English, Spanish} }

// Catalogue is the texts of one language.
type Catalogue struct {
	language Language
	texts    map[string]string
}

var opened = map[Language]func() *Catalogue{
	English: sync.OnceValue(func() *Catalogue { return load(English) }),
	Spanish: sync.OnceValue(func() *Catalogue { return load(Spanish) }),
}

// Open returns the catalogue of a language, English for one that it does not have.
func Open(l Language) *Catalogue {
	if f, ok := opened[l]; ok {
		return f()
	}
	return opened[English]()
}

func load(l Language) *Catalogue {
	c := &Catalogue{language: l}
	b, err := files.ReadFile(string(l) + ".json")
	if err == nil {
		err = json.Unmarshal(b, &c.texts)
	}
	if err != nil {
		panic(fmt.Sprintf("the embedded catalogue is broken: %v", err)) // a test reads both
	}
	return c
}

// FromEnvironment tells the language as POSIX does: LC_ALL, else LC_MESSAGES, else LANG.
func FromEnvironment(get func(string) string) Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := get(name); v != "" {
			if l, ok := Parse(v); ok {
				return l
			}
			return English
		}
	}
	return English
}

// Parse reads a language tag or a locale: "es", "es-MX", "es_MX.UTF-8".
func Parse(s string) (Language, bool) {
	s, _, _ = strings.Cut(strings.ToLower(s), ".")
	s, _, _ = strings.Cut(s, "@")
	s, _, _ = strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	for _, l := range Languages() {
		if s == string(l) {
			return l, true
		}
	}
	return "", false
}

// Language returns the language of the catalogue.
func (c *Catalogue) Language() Language { return c.language }

// Has reports whether there is a text for the key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.texts[key]
	return ok
}

// Text returns the text of a key with its places filled. A key without a text is shown as it is, so
// that nothing is lost.
func (c *Catalogue) Text(key string, args ...any) string {
	t, ok := c.texts[key]
	if !ok {
		if len(args) == 0 {
			return key
		}
		return key + ": " + strings.Trim(fmt.Sprint(args...), "[]")
	}
	if len(args) == 0 || !strings.Contains(t, "{") {
		return t
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(t, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		number, rest, closed := strings.Cut(after, "}")
		n, err := strconv.Atoi(number)
		if !closed || err != nil || n < 0 || n >= len(args) {
			b.WriteByte('{')
			t = after
			continue
		}
		fmt.Fprint(&b, args[n])
		t = rest
	}
}

// Count returns the text for n things; {0} is n. English and Spanish both say "one" of 1 only.
func (c *Catalogue) Count(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return c.Text(key+form, append([]any{Integer(n)}, args...)...)
}

// Defect returns a finding as one line: where, what, what was found and what was expected. The file
// may be empty where the reader knows it.
func (c *Catalogue) Defect(file string, d evidence.Defect) string {
	line := c.Text("finding.byte", d.Offset) + ": "
	if d.Item != "" {
		line += c.item(d) + ": "
	}
	if file != "" {
		line = file + ": " + line
	}
	return line + c.Finding(d)
}

// DefectInRow is Defect for a list of rows: it says line and column, which count from 1; a column of zero is
// the whole row.
func (c *Catalogue) DefectInRow(file string, line, column int, d evidence.Defect) string {
	at := c.Text("finding.line", line)
	if column > 0 {
		at = c.Text("finding.column", line, column)
	}
	if d.Item != "" {
		at += ": " + d.Item
	}
	if file != "" {
		at = file + ": " + at
	}
	return at + ": " + c.Finding(d)
}

// item names what a defect is about: an item of a set by its tag, a fix of a path by its number, and
// what has a name by that.
func (c *Catalogue) item(d evidence.Defect) string {
	switch {
	case d.Item[0] < '0' || d.Item[0] > '9':
		return d.Item
	case strings.HasPrefix(string(d.Code), "airspace."):
		return c.Text("finding.fix", d.Item)
	}
	return c.Text("finding.item", d.Item)
}

// Finding is what a defect says without the place: "bad checksum: found AA43, expected 3E1E".
func (c *Catalogue) Finding(d evidence.Defect) string {
	line := c.Text("defect." + string(d.Code))
	switch {
	case d.Got != "" && d.Want != "":
		line += ": " + c.Text("finding.both", d.Got, d.Want)
	case d.Got != "":
		line += ": " + c.Text("finding.found", d.Got)
	case d.Want != "":
		line += ": " + c.Text("finding.expected", d.Want)
	}
	return line
}

// Integer writes a whole number with thin spaces between thousands.
func Integer(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202F" + s[i:]
	}
	return sign + s
}

// Decimal writes a number with so many decimals.
func Decimal(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return s
	}
	grouped := Integer(n)
	if n == 0 && strings.HasPrefix(whole, "-") {
		grouped = "-0"
	}
	if decimals == 0 {
		return grouped
	}
	return grouped + "." + fraction
}
