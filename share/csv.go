package share

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"overflight/release"
)

// columns of the CSV, each a key of a text.
var columns = []string{
	"report", "version", "record", "kind", "field", "label", "state", "value", "unit", "from", "until", "south", "west", "north", "east",
	"reasons", "marking", "caveats", "office", "mark",
}

// WriteCSV writes one line for every field of every record, and one for every record that is withheld whole: RFC 4180, UTF-8 with a byte
// order mark, by which spreadsheets tell it. A text that a spreadsheet would take for a formula has an apostrophe before it.
func WriteCSV(w io.Writer, all []*release.Product, words Words) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write(columns) // what goes wrong stays, and Error has it
	for _, s := range sheets(all, words) {
		for i := range s.rows {
			r := &s.rows[i]
			if r.kind == "" {
				_ = out.Write(s.line(r, nil))
			}
			for j := range r.fields {
				_ = out.Write(s.line(r, &r.fields[j]))
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

var stateWords = [...]string{shown: "shown", coarse: "coarse", absent: "absent", withheld: "withheld"}

func (s *sheet) line(r *row, f *field) []string {
	kind, name, label, state, value, unit, from, until, reasons, marking := "", "", "", stateWords[withheld], "", "", "", "", "", r.marking
	var edges [4]string
	if f != nil {
		kind, name, label, state = r.kind, f.spec.Name, fieldText(f.spec.Name, s.words), stateWords[f.state]
		value, unit = f.plain(), f.spec.Unit
		if f.marking != "" {
			marking = f.marking
		}
		reasons = strings.Join(reasonTexts(f.reasons, s.words), " ")
		if a, b, ok := span(f.value); ok {
			from, until = stamp(a), stamp(b)
		}
		if b, err := f.value.Box(); err == nil {
			edges = [4]string{decimal(float64(b.South)), decimal(float64(b.West)), decimal(float64(b.North)), decimal(float64(b.East))}
		}
	}
	if f == nil || f.value.Kind != release.Number {
		value = guarded(value)
	}
	return []string{
		guarded(s.Statement.ID), strconv.Itoa(s.Statement.Version), strconv.Itoa(r.record), kind, name, label, state, value, unit, from, until,
		edges[0], edges[1], edges[2], edges[3], guarded(reasons), guarded(marking), guarded(strings.Join(s.caveats(r), " ")), guarded(s.Copy.Office), guarded(s.Copy.Mark),
	}
}

// guarded keeps a text from being run: spreadsheets take what begins with one of these, after blanks too, for a formula.
func guarded(s string) string {
	s = clean(s)
	if first := strings.TrimLeftFunc(s, unicode.IsSpace); first != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(first)[0]) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	return s
}
