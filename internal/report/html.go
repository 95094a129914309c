package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/catalogue"
)

//go:embed page.html
var pageText string

// Page is what the report page is made from.
type Page struct {
	Account  *Account
	Outlines Outlines           // nil draws no states
	Language catalogue.Language // the one that is shown first
	Made     time.Time
	Version  string
}

// WriteHTML writes one page that holds everything: no script, no font and no picture from elsewhere.
// It is there in both languages; the reader switches between them.
func WriteHTML(w io.Writer, p Page) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the page template: %w", err)
	}
	data := pageData{Language: p.Language, Version: p.Version, Made: p.Made.UTC().Format(daySecond) + "Z"}
	if p.Outlines != nil {
		p.Outlines = remembered{p.Outlines, map[airspace.State][][]geodesy.Position{}}
	}
	for _, l := range catalogue.Languages() {
		data.Parts = append(data.Parts, newPart(&p, l))
	}
	return t.Execute(w, data)
}

type pageData struct {
	Language catalogue.Language
	Made     string
	Version  string
	Parts    []part
}

// part is the page in one language.
type part struct {
	phrases
	Language catalogue.Language
	Account  *Account
	Paths    []pathPart
}

type pathPart struct {
	phrases
	*Path
	Map    template.HTML
	Coast  bool // a coast is in view on the map
	Number int
}

func newPart(p *Page, l catalogue.Language) part {
	words := phrases{catalogue.Open(l)}
	out := part{phrases: words, Language: l, Account: p.Account}
	for i := range p.Account.Paths {
		x := &p.Account.Paths[i]
		pp := pathPart{phrases: words, Path: x, Number: i + 1}
		if m, ok := draw(x, p.Outlines, words, fmt.Sprintf("m%d%s", i+1, l)); ok {
			pp.Map, pp.Coast = template.HTML(m.svg), m.coast // written by this package, every text in it escaped
		}
		out.Paths = append(out.Paths, pp)
	}
	return out
}

// T is the text of a key.
func (p phrases) T(key string) string { return p.Text(key) }

// Name names the aircraft.
func (p pathPart) Name() string { return p.aircraft(p.Path) }

// Period is the time of the path.
func (p pathPart) Period() string {
	if p.From == nil || p.To == nil {
		return "–"
	}
	return p.span(time.Time(*p.From), up(*p.To))
}

// Lead says in a sentence what the table below it says in rows.
func (p pathPart) Lead() string {
	n := map[string]int{}
	states := map[string][]string{}
	for i := range p.Entries {
		e := &p.Entries[i]
		n[e.Verdict]++
		known := false
		for _, s := range states[e.Verdict] {
			known = known || s == e.State
		}
		if !known {
			states[e.Verdict] = append(states[e.Verdict], e.State)
		}
	}
	var parts []string
	for _, v := range []string{"entry", "unresolved", "possible entry"} {
		if n[v] > 0 {
			parts = append(parts, p.Count("lead."+v, n[v], strings.Join(states[v], ", ")))
		}
	}
	if len(parts) == 0 {
		return p.Text("table.no-entry")
	}
	return strings.Join(parts, " ")
}

// Counted is the fixes by state.
func (p pathPart) Counted() string {
	return p.Count("count.fixes", p.Fixes) + ": " + p.counts(p.FixesByState)
}

// FrameText is what became of the frames.
func (p pathPart) FrameText() string { return framesText(p.phrases, &p.Looks) }

// Speed is the maximum speed and where it is from.
func (p pathPart) Speed() string {
	return p.speed(p.Assumed.MaxSpeed) + ", " + p.Text("basis."+p.Assumed.MaxSpeedBasis)
}

// Threshold is the longest step that is no gap.
func (p pathPart) Threshold() string {
	return p.Text("table.gap-value", p.duration(p.Assumed.GapThreshold))
}

// Listed are the gaps that the page lists.
func (p pathPart) Listed() []Gap { return longestGaps(p.Gaps, 25) }

// Unlisted is how many gaps the page does not list.
func (p pathPart) Unlisted() string {
	if n := len(p.Gaps) - len(p.Listed()); n > 0 {
		return p.Text("table.more", catalogue.Integer(n))
	}
	return ""
}

// GapText sums up the gaps.
func (p pathPart) GapText() string {
	longest, sum := 0.0, 0.0
	for _, g := range p.Gaps {
		longest, sum = max(longest, g.Duration), sum+g.Duration
	}
	return p.Text("table.gaps", p.Count("count.gaps", len(p.Gaps)), p.duration(longest), p.duration(sum))
}

// FindingLines are the findings of the path, bounded.
func (p pathPart) FindingLines() []string {
	var out []string
	for i, d := range p.Findings {
		if i == 20 {
			return append(out, p.Text("table.more", catalogue.Integer(len(p.Findings)-i)))
		}
		out = append(out, p.Defect("", d.evidence()))
	}
	return out
}

// The words of the rows, for the template.

// Inc makes a number for people of an index.
func (p pathPart) Inc(i int) int { return i + 1 }

// Shown is an interval.
func (p pathPart) Shown(i Interval) string { return p.interval(i) }

// SpanOf is a time from one instant to another.
func (p pathPart) SpanOf(a, b Instant) string { return p.span(time.Time(a), up(b)) }

// At is an instant.
func (p pathPart) At(i Instant) string { return p.time(time.Time(i)) }

// Long is a length.
func (p pathPart) Long(m float64) string { return p.length(m) }

// Deep is a depth that may not be there.
func (p pathPart) Deep(m *float64) string { return p.depth(m) }

// Doubt is an uncertainty.
func (p pathPart) Doubt(m float64) string { return p.plusMinus(m) }

// Took is a duration in seconds.
func (p pathPart) Took(s float64) string { return p.duration(s) }

// Silent is a gap that may not be there.
func (p pathPart) Silent(s *float64) string { return p.silence(s) }

// Notable reports whether a silence is longer than the threshold.
func (p pathPart) Notable(s *float64) bool { return s != nil && *s > p.Assumed.GapThreshold }

// High is a span of altitudes.
func (p pathPart) High(a Altitude) string { return p.altitude(a) }

// Says is a verdict.
func (p pathPart) Says(v string) string { return p.verdict(v) }

// Because is a reason.
func (p pathPart) Because(r Reason) string { return p.phrases.reason(r) }

// GroundOf is whose ground it is.
func (p pathPart) GroundOf(s string) string { return p.ground(s) }

// FixCount counts fixes.
func (p pathPart) FixCount(n int) string { return p.Count("count.fixes", n) }

// Area is an area.
func (p pathPart) Area(km2 float64) string { return p.area(km2) }

// Over is the time from the first interval to the last.
func (p pathPart) Over(all []Span) string { return p.intervals(all) }

// Held is how many intervals there are and how long they are together.
func (p pathPart) Held(l LookedInto) string {
	return p.Text("look.total", p.Count("count.intervals", len(l.Intervals)), p.duration(total(l.Intervals)), p.Count("count.frames", l.Frames))
}

// Reach is what a gap reaches.
func (p pathPart) Reach(g Gap) string {
	if len(g.Reachable) == 0 {
		return "–"
	}
	return strings.Join(g.Reachable, ", ")
}

// Tint is a colour of the map and the states that it stands for.
type Tint struct {
	Tint   int
	States string
}

// Tints are the colours of the map.
func (p pathPart) Tints() []Tint {
	var out []Tint
	said := map[string]bool{}
	for _, s := range stays(p.Path) {
		switch {
		case said[s.state]:
			continue
		case s.tint < len(out):
			out[s.tint].States += ", " + s.state
		default:
			out = append(out, Tint{s.tint, s.state})
		}
		said[s.state] = true
	}
	return out
}

// Several reports whether more than one line was loaded: then each row names its own.
func (p pathPart) Several() bool { return len(p.Boundaries) > 1 }

// BoundaryName names a line.
func (p pathPart) BoundaryName(b Boundary) string { return boundaryName(b) }

// KindOf names the kind of a source.
func (p part) KindOf(s Source) string { return p.Text("kind." + s.Kind) }

// ScaleOf says which time scale was assumed.
func (p part) ScaleOf(s Source) string {
	if s.TimeScale == "" {
		return "UTC"
	}
	return p.Text("scale." + s.TimeScale)
}

// Number writes a whole number.
func (p part) Number(n int) string { return catalogue.Integer(n) }

// Bytes writes a size.
func (p part) Bytes(n int64) string { return catalogue.Integer(int(n)) }

// Defects are the findings of a source, a line for each code.
func (p part) Defects(s Source) []string {
	return defectLines(p.phrases, &s)
}

// Method is the statement of method, a paragraph each.
func (p part) Method() []string {
	var out []string
	for _, k := range []string{"method.1", "method.2", "method.3", "method.4", "method.5", "method.6"} {
		out = append(out, p.Text(k))
	}
	return out
}
