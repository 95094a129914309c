package catalogue

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Refusal says in the language of the catalogue why an act is not put on record, as the packages of acts say it in English:
// what was found stays as it is, and what was expected is said anew. It is told apart by the English texts ("refused."), for
// packages without a catalogue have no other; a test holds these to what the packages can say. What is none of them stays as
// it is, but for what stands behind its first colon.
func (c *Catalogue) Refusal(message string) string {
	if c.language == English {
		return message
	}
	for _, r := range refusals() {
		if !strings.HasPrefix(message, r.begins) {
			continue
		}
		found := r.form.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		args := make([]any, len(found)-1)
		for i, text := range found[1:] {
			if args[i] = text; i == len(args)-1 && r.ends {
				args[i] = c.Refusal(text) // what was expected, or the reason
			}
		}
		return c.Text(r.key, args...)
	}
	if before, after, ok := strings.Cut(message, ": "); ok {
		return before + ": " + c.Refusal(after)
	}
	return message
}

// refusal is an English text as a form.
type refusal struct {
	key    string
	begins string // what it begins with, to pass over most at a glance
	form   *regexp.Regexp
	said   int  // how much of it is no place
	ends   bool // with a place behind a colon or "expected", which holds another text
}

var places = regexp.MustCompile(`\{[0-9]\}`)

// refusals are in an order in which the one that says more comes first.
var refusals = sync.OnceValue(func() []refusal {
	var out []refusal
	for key, text := range Open(English).texts {
		if !strings.HasPrefix(key, "refused.") {
			continue
		}
		parts := places.Split(text, -1)
		r := refusal{key: key, begins: parts[0], said: len(strings.Join(parts, ""))}
		n := len(parts) - 1
		r.ends = n > 0 && parts[n] == "" && (strings.HasSuffix(parts[n-1], ": ") || strings.HasSuffix(parts[n-1], "expected "))
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		form := strings.Join(parts, "(.+?)")
		if r.begins == "" { // what stands before a colon is not of this text
			form = "((?:[^:]|:[^ ])+?)" + strings.TrimPrefix(form, "(.+?)")
		}
		r.form = regexp.MustCompile("(?s)^" + form + "$")
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b refusal) int { return cmp.Or(b.said-a.said, strings.Compare(a.key, b.key)) })
	return out
})
