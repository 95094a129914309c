// Package share writes what partners are given in the formats that they have tools for: KML 2.2, GeoJSON (RFC 7946), the answers of
// OGC API - Features - Part 1 (OGC 17-069r3), GeoParquet 1.1, CSV (RFC 4180), a page and a PDF.
//
// Every format is drawn from [release.Product] and from nothing else, so that what was withheld of it cannot be in any of them. A place
// that is coarse is the cell that it stands for, never a point in it; a coarse instant is the span that it stands for; what is withheld
// says that it is, and why; a record that is withheld whole is there to be counted. The marking and the mark of the copy are in each.
//
// Products MUST have passed [release.Product.Check]. The same products, words and lines give the same bytes. Positions are WGS 84, instants
// are UTC.
package share

import (
	"slices"
	"strings"

	"overflight/geodesy"
	"overflight/release"
)

// Words says what is written, in one language. Whatever is asked for with a key that is not there is a fault of the program, and MUST be
// told in some way that does not fail.
type Words interface {
	// Text returns the text of a key with its numbered places filled.
	Text(key string, args ...any) string
	Has(key string) bool
	// Reason says why a rule withholds, by its identifier; the identifier itself where nobody knows.
	Reason(rule string) string
	// Tag is that of the language after BCP 47, as "es".
	Tag() string
}

// Background is what is behind the places of a map: land as closed rings, which are filled, and borders as lines. Longitudes are counted
// as those of the box are. It is for the eye alone.
type Background func(release.Box) (land, borders [][]geodesy.Position)

// sheet is a product as it is written.
type sheet struct {
	*release.Product
	words  Words
	rows   []row
	banner string
	marked []release.Marking // each once
}

// row is a record as it is written. One that is withheld whole has no kind.
type row struct {
	record  int
	kind    string // without the version of its schema
	fields  []field
	marking string
	marked  []release.Marking // each once
}

// state is how much of a field is there.
type state int

const (
	shown state = iota
	coarse
	absent
	withheld
)

// field is one of a record.
type field struct {
	spec    release.FieldSpec
	state   state
	value   release.Value // zero where withheld
	reasons []string      // identifiers
	marking string
}

func sheets(all []*release.Product, words Words) []sheet {
	schemas := map[string]release.Schema{}
	for _, s := range release.Schemas() {
		schemas[s.Kind] = s
	}
	out := make([]sheet, len(all))
	for i, p := range all {
		s := sheet{Product: p, words: words}
		for _, x := range p.Parts {
			r := rowOf(&x, schemas[x.Kind])
			s.marked = add(s.marked, r.marked...)
			s.rows = append(s.rows, r)
		}
		s.banner = lineOf(s.marked, words)
		for j := range s.rows {
			if s.rows[j].marking == "" { // nothing of it is shown
				s.rows[j].marking = s.banner
			}
		}
		out[i] = s
	}
	return out
}

func rowOf(x *release.Part, schema release.Schema) row {
	kind, _, _ := strings.Cut(x.Kind, "/")
	r := row{record: x.Record, kind: kind}
	for i, spec := range schema.Fields {
		if i >= len(x.Fields) {
			break // Product.Check refuses that
		}
		f := &x.Fields[i]
		out := field{spec: spec, state: withheld, reasons: f.Reasons}
		if f.Marking != nil {
			out.marking = f.Marking.Line()
			r.marked = add(r.marked, *f.Marking)
		}
		if f.Opening != nil {
			out.value = f.Opening.Value
			switch {
			case out.value.Kind == release.Absent:
				out.state = absent
			case f.Coarse():
				out.state = coarse
			default:
				out.state = shown
			}
		}
		r.fields = append(r.fields, out)
	}
	if len(r.marked) > 0 {
		b := release.Banner(r.marked)
		r.marking = b.Line()
	}
	return r
}

// add keeps markings that are not there yet: of thousands of fields most have the same.
func add(all []release.Marking, more ...release.Marking) []release.Marking {
	for _, m := range more {
		if !slices.ContainsFunc(all, func(o release.Marking) bool {
			return o.Policy == m.Policy && o.Classification == m.Classification && o.Handling == m.Handling && o.Originator == m.Originator && o.Created.Equal(m.Created) && o.Review.Equal(m.Review) &&
				slices.Equal(o.ReleasableTo, m.ReleasableTo) && slices.Equal(o.Caveats, m.Caveats)
		}) {
			all = append(all, m)
		}
	}
	return all
}

// lineOf is the marking of what is made of parts.
func lineOf(parts []release.Marking, words Words) string {
	if len(parts) == 0 {
		return words.Text("share.nothing-marked")
	}
	b := release.Banner(parts)
	return b.Line()
}

// bannerOf is the marking of a file of several products.
func bannerOf(all []sheet, words Words) string {
	var parts []release.Marking
	for i := range all {
		parts = add(parts, all[i].marked...)
	}
	return lineOf(parts, words)
}

// kindText says what a record is.
func kindText(kind string, words Words) string {
	if kind == "" {
		return words.Text("share.kind.withheld")
	}
	return words.Text("share.kind." + kind)
}

// name is what a record is called: by its flight or site where that is shown.
func (r *row) name(words Words) string {
	for _, f := range r.fields {
		if (f.spec.Name == "site" || f.spec.Name == "flight") && f.state == shown && f.value.Text != "" {
			return kindText(r.kind, words) + " " + clean(f.value.Text)
		}
	}
	return kindText(r.kind, words) + " " + words.Text("share.number", r.record)
}

// warned says whether a record has places on the ground, of which it is said what they are not for.
func (r *row) warned() bool { return r.kind == "site" || r.kind == "observation" }

// caveats are what binds the reader of a record, in words: those of the copy, and of places on the ground what they are not for.
func (s *sheet) caveats(r *row) []string {
	var out []string
	if r == nil || r.warned() || slices.ContainsFunc(s.Copy.Caveats, warning) {
		out = append(out, s.words.Text("share.caveat.not-for-targeting"))
	}
	for _, c := range s.Copy.Caveats {
		if !warning(c) {
			out = append(out, clean(c))
		}
	}
	return out
}

// warning tells the caveat that is said in both languages, as a code or in capitals.
func warning(caveat string) bool {
	return strings.EqualFold(strings.ReplaceAll(caveat, " ", "-"), "not-for-targeting")
}

// because are fields that have the same reasons, in the order of the schema.
type because struct {
	names   []string
	reasons []string
}

// groups puts together fields of a state by why they are in it.
func (r *row) groups(in state, words Words) []because {
	var out []because
	for _, f := range r.fields {
		if f.state != in {
			continue
		}
		name := fieldText(f.spec.Name, words)
		i := slices.IndexFunc(out, func(b because) bool { return slices.Equal(b.reasons, f.reasons) })
		if i < 0 {
			out = append(out, because{reasons: f.reasons})
			i = len(out) - 1
		}
		out[i].names = append(out[i].names, name)
	}
	for i := range out {
		out[i].reasons = reasonTexts(out[i].reasons, words)
	}
	return out
}

func reasonTexts(ids []string, words Words) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = clean(words.Reason(id))
	}
	return out
}

func fieldText(name string, words Words) string { return words.Text("share.field." + name) }
