package scenario

import (
	"slices"
	"strings"

	"overflight/authority"
	"overflight/designation"
	"overflight/validity"
)

// What a story expects of organisations: their names, and what a search suggests. Nothing chooses by either.

// calledAs asks what an organisation was called at an instant, by what is known at another.
func (w *world) calledAs(s *sentence) Check {
	of := designation.Entity{List: designation.List(s.values[0].text), ID: s.values[1].text}
	at := validity.AsOf{Valid: s.when("on", w.now), Known: s.when("known at", w.now)}
	want := s.values[2].text
	got, ok := w.designations.NameAt(of, at)
	if !ok {
		got = w.word("unknown")
	}
	return Check{Want: of.String() + " " + want, Got: of.String() + " " + got, Came: of.String() + " " + got, Pass: ok && got == want}
}

// mostSuggested is how many suggestions a search is asked for.
const mostSuggested = 20

// searched asks for the first suggestion, and for look-alikes that are shown beside it.
func (w *world) searched(s *sentence) Check {
	first, beside := s.text("first", ""), s.get("beside", 0).list
	text := func(id string, others []string) string {
		out := w.word("first") + " " + id
		if len(others) > 0 {
			out += " " + w.word("beside") + " " + strings.Join(others, ", ")
		}
		return out
	}
	c := Check{Want: text(first, beside), Got: w.word("none"), Came: "none"}
	all := w.designations.Search(s.values[0].text, mostSuggested)
	if len(all) == 0 {
		return c
	}
	var others []string
	for _, b := range all[0].Beside {
		others = append(others, b.Entity.ID)
	}
	c.Got = text(all[0].Entity.ID, others)
	c.Came = all[0].Entity.ID + " " + strings.Join(others, " ")
	c.Pass = all[0].Entity.ID == first && !slices.ContainsFunc(beside, func(id string) bool { return !slices.Contains(others, id) })
	return c
}

// expectations counts those of a designation that a result is about: on record, and of no effect.
func (w *world) expectations(r *authority.Result, d *authority.Decision) int {
	if !strings.HasPrefix(string(r.Code), "inforce.") || len(r.Args) < 3 {
		return 0
	}
	key := designation.Key{List: designation.List(r.Args[0]), ID: r.Args[1], Programme: r.Args[2]}
	answer := w.designations.InForce(key, validity.AsOf{Valid: d.From, Known: d.Known})
	return len(answer.Expected)
}
