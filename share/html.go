package share

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"overflight/release"
)

// WriteHTML writes a page that holds everything: no script, no font and no picture from elsewhere. It says the same as the PDF, for
// readers who have it read to them.
func WriteHTML(w io.Writer, all []*release.Product, words Words, behind Background) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the template of the page: %w", err)
	}
	if err := t.Execute(w, newPage(all, words, behind)); err != nil {
		return fmt.Errorf("writing a page: %w", err)
	}
	return nil
}

// page is what the template is filled with.
type page struct {
	Words
	Banner  string
	Map     template.HTML
	Lines   bool     // coast and boundaries are on it
	Keys    []string // kinds that are on the map
	Reports []pageReport
}

type pageReport struct {
	ID       string
	Title    string
	Subtitle string
	Banner   string
	Caveats  []string
	Head     []pair
	Hidden   string
	Kinds    []pageKind
}

type pageKind struct {
	ID, Kind, Title string
	Records         []pageRecord
	Table           *pageTable // instead of them
	Count           int
}

type pageRecord struct {
	ID, Number, Name, Marking string
	Caveats                   []string
	Pairs                     []pair
	Notes                     []string
	Whole                     bool // withheld
}

// pair is a name and what stands beside it.
type pair struct {
	Name, Text, State, Marking string
}

func newPage(all []*release.Product, words Words, behind Background) page {
	products := sheets(all, words)
	p := page{Words: words, Banner: bannerOf(products, words), Lines: behind != nil}
	if c, ok := newChart(products, 180, 118, behind, words); ok {
		p.Map = c.svg("map", words.Text("share.map"), words.Text("share.map.about"))
		p.Keys = c.kinds()
	}
	for i := range products {
		s := &products[i]
		id := fmt.Sprintf("r%d", i+1)
		r := pageReport{ID: id, Title: s.title(), Subtitle: words.Text("share.subtitle", clean(s.Copy.Office)), Banner: s.banner, Caveats: s.caveats(nil), Head: s.head()}
		r.Hidden = s.hidden()
		for _, kind := range kinds() {
			k := pageKind{ID: id + "-" + kind, Kind: kind, Title: words.Text("share.kinds." + kindKey(kind))}
			for j := range s.rows {
				if s.rows[j].kind != kind || kind == "" {
					continue
				}
				k.Count++
				if !slices.Contains(tabled, kind) {
					k.Records = append(k.Records, s.pageRecord(id, &s.rows[j]))
				}
			}
			if slices.Contains(tabled, kind) {
				k.Table = s.table(id, kind)
			}
			if k.Count > 0 {
				r.Kinds = append(r.Kinds, k)
			}
		}
		p.Reports = append(p.Reports, r)
	}
	return p
}

func kindKey(kind string) string {
	if kind == "" {
		return "withheld"
	}
	return kind
}

// kinds that are on a chart, in the order in which they are drawn, last first.
func (c *chart) kinds() []string {
	var out []string
	for i := len(drawn) - 1; i >= 0; i-- {
		for _, m := range c.marks {
			if m.kind == drawn[i] {
				out = append(out, m.kind)
				break
			}
		}
	}
	return out
}

func (s *sheet) pageRecord(report string, r *row) pageRecord {
	out := pageRecord{ID: fmt.Sprintf("%s-%d", report, r.record), Number: s.words.Text("share.number", r.record), Name: r.name(s.words), Marking: r.marking}
	if r.warned() {
		out.Caveats = s.caveats(r)
	}
	for i := range r.fields {
		f := &r.fields[i]
		if f.state == withheld {
			continue // said once, with its reason, below
		}
		p := pair{Name: fieldText(f.spec.Name, s.words), Text: f.text(s.words), State: stateWords[f.state]}
		if f.marking != "" && f.marking != r.marking {
			p.Marking = f.marking
		}
		out.Pairs = append(out.Pairs, p)
	}
	out.Notes = s.why(r)
	return out
}

// why says of a record what is coarse and what is withheld, and why.
func (s *sheet) why(r *row) []string {
	var out []string
	for _, b := range r.groups(coarse, s.words) {
		out = append(out, strings.TrimSpace(s.words.Text("share.coarse-because", strings.Join(b.names, ", "), strings.Join(b.reasons, " "))))
	}
	for _, b := range r.groups(withheld, s.words) {
		out = append(out, strings.TrimSpace(s.words.Text("share.withheld-because", strings.Join(b.names, ", "), strings.Join(b.reasons, " "))))
	}
	return out
}

// hidden says which records are withheld whole.
func (s *sheet) hidden() string {
	all, n := s.count()
	if n == 0 {
		return s.words.Text("share.withheld-none", all)
	}
	return s.words.Text("share.withheld-count", n, all) + " " + s.words.Text("share.withheld-numbers", s.hiddenNumbers())
}

// hiddenNumbers are those of records that are withheld whole, in runs.
func (s *sheet) hiddenNumbers() string {
	var out []string
	for i := 0; i < len(s.rows); i++ {
		if s.rows[i].kind != "" {
			continue
		}
		j := i
		for j+1 < len(s.rows) && s.rows[j+1].kind == "" {
			j++
		}
		run := fmt.Sprint(s.rows[i].record)
		if j > i {
			run += "–" + fmt.Sprint(s.rows[j].record)
		}
		out = append(out, run)
		i = j
	}
	return strings.Join(out, ", ")
}

// head is what is said of a product.
func (s *sheet) head() []pair {
	w := s.words
	var originators []string
	review := ""
	for _, m := range s.marked {
		if o := clean(m.Originator); !slices.Contains(originators, o) {
			originators = append(originators, o)
		}
	}
	if b := release.Banner(s.marked); !b.Review.IsZero() {
		review = b.Review.UTC().Format("2006-01-02")
	}
	all, n := s.count()
	purpose := clean(s.Copy.Purpose)
	if w.Has("purpose." + s.Copy.Purpose) {
		purpose = w.Text("purpose." + s.Copy.Purpose)
	}
	out := []pair{
		{Name: w.Text("share.head.released-to"), Text: clean(s.Copy.Office) + " (" + clean(s.Copy.State) + ")"},
		{Name: w.Text("share.head.released"), Text: s.Copy.Released.UTC().Format("2006-01-02 15:04:05") + " UTC"},
		{Name: w.Text("share.head.purpose"), Text: purpose},
		{Name: w.Text("share.head.mark"), Text: clean(s.Copy.Mark), State: "code"},
		{Name: w.Text("share.head.made"), Text: s.Statement.Made.UTC().Format("2006-01-02 15:04:05") + " UTC"},
		{Name: w.Text("share.head.originator"), Text: strings.Join(originators, ", ")},
	}
	if review != "" {
		out = append(out, pair{Name: w.Text("share.head.review"), Text: review})
	}
	out = append(out, pair{Name: w.Text("share.head.records"), Text: w.Text("share.records", all, n)}, pair{Name: w.Text("share.head.root"), Text: s.Statement.Root.String(), State: "code"})
	if s.Statement.Supersedes != (release.Statement{}).Supersedes {
		out = append(out, pair{Name: w.Text("share.head.supersedes"), Text: s.Statement.Supersedes.String(), State: "code"})
	}
	return out
}
