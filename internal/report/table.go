package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"overflight/internal/catalogue"
)

// tableWidth is what the table keeps to.
const tableWidth = 100

// The styles of the table, of ECMA-48. They say nothing that the words do not.
const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	amber  = "\x1b[33m"
	normal = "\x1b[0m"
)

// WriteTable writes the account as text for a terminal of 100 columns.
func WriteTable(w io.Writer, a *Account, words *catalogue.Catalogue, colour bool) error {
	t := &table{w: w, phrases: phrases{words}, colour: colour}
	for i := range a.Paths {
		t.path(&a.Paths[i])
	}
	if len(a.Paths) == 0 {
		t.line(t.Text("table.no-path"))
		t.line("")
	}
	t.sources(a)
	return t.err
}

type table struct {
	phrases
	w      io.Writer
	colour bool
	err    error
}

func (t *table) line(s string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, strings.TrimRight(s, " ")+"\n")
	}
}

func (t *table) style(style, s string) string {
	if !t.colour || s == "" {
		return s
	}
	return style + s + normal
}

func (t *table) heading(s string) {
	t.line("")
	t.line("  " + t.style(bold, s))
}

// row writes cells padded to their widths; the last is not padded.
func (t *table) row(widths []int, cells ...string) {
	t.line(rowOf(widths, cells...))
}

func rowOf(widths []int, cells ...string) string {
	var b strings.Builder
	b.WriteString("  ")
	for i, c := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(c)
		if i < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c))))
		}
	}
	return b.String()
}

// fact writes a label and a value; a long value goes on under its beginning.
func (t *table) fact(label, value string) {
	const labelled = 22
	indent := strings.Repeat(" ", labelled+4)
	for i, part := range wrap(value, " ", tableWidth-labelled-4) {
		if i == 0 {
			t.line("  " + label + strings.Repeat(" ", max(1, labelled+2-utf8.RuneCountInString(label))) + part)
			continue
		}
		t.line(indent + part)
	}
}

// wrap breaks text where it is joined so that no line is longer than wide, as far as its parts allow it.
func wrap(s, joint string, wide int) []string {
	var out []string
	line := ""
	for part := range strings.SplitSeq(s, joint) {
		switch {
		case line == "":
			line = part
		case utf8.RuneCountInString(line)+utf8.RuneCountInString(joint)+utf8.RuneCountInString(part) > wide:
			out = append(out, line)
			line = part
		default:
			line += joint + part
		}
	}
	return append(out, line)
}

func (t *table) path(p *Path) {
	t.line(t.style(bold, t.aircraft(p)))
	if p.From != nil && p.To != nil {
		t.fact(t.Text("table.time"), t.span(time.Time(*p.From), up(*p.To)))
	}
	t.fact(t.Text("table.fixes"), t.Count("count.fixes", p.Fixes)+": "+t.counts(p.FixesByState))
	if p.Looks.Frames > 0 {
		t.fact(t.Text("table.frames"), t.frames(&p.Looks))
	}
	t.entries(p)
	t.looks(p)
	t.gaps(p)
	if len(p.Findings) > 0 {
		t.heading(t.Count("count.findings", len(p.Findings)))
		for i, d := range p.Findings {
			if i == 5 {
				t.line("  " + t.Text("table.more", catalogue.Integer(len(p.Findings)-i)))
				break
			}
			for k, part := range wrap(t.Defect("", d.evidence()), " ", tableWidth-4) {
				t.line("  " + strings.Repeat("  ", min(k, 1)) + part)
			}
		}
	}
	t.heading(t.Text("table.assumed"))
	t.fact(t.Text("table.max-speed"), t.speed(p.Assumed.MaxSpeed)+", "+t.Text("basis."+p.Assumed.MaxSpeedBasis))
	t.fact(t.Text("table.gap"), t.Text("table.gap-value", t.duration(p.Assumed.GapThreshold)))
	for _, b := range p.Boundaries {
		t.fact(t.Text("table.boundary"), boundaryName(b)+", "+b.Licence+", sha256 "+b.SHA256[:min(16, len(b.SHA256))])
	}
	t.line("")
}

func boundaryName(b Boundary) string { return strings.TrimSpace(b.Source + " " + b.Version) }

func (t *table) frames(l *Looks) string { return framesText(t.phrases, l) }

func framesText(p phrases, l *Looks) string {
	parts := []string{p.Count("count.frames", l.Frames), p.Count("count.footprints", l.Footprints)}
	if l.Quarantined > 0 {
		parts = append(parts, p.Count("inspect.quarantined", l.Quarantined))
	}
	for _, reason := range sortedKeys(l.NoFootprint) {
		parts = append(parts, p.Text("nofootprint."+reason)+" "+catalogue.Integer(l.NoFootprint[reason]))
	}
	return strings.Join(parts, " · ")
}

func (t *table) entries(p *Path) {
	t.heading(t.Text("table.entries"))
	if len(p.Entries) == 0 {
		t.line("  " + t.Text("table.no-entry"))
		return
	}
	widths := []int{2, 5, 15, 31, 31}
	t.line(t.style(faint, rowOf(widths, "#", t.Text("column.state"), t.Text("column.verdict"), t.Text("column.entered"), t.Text("column.left"))))
	for i := range p.Entries {
		e := &p.Entries[i]
		verdict := t.verdict(e.Verdict)
		row := rowOf(widths, fmt.Sprint(i+1), t.state(e.State), verdict, t.interval(e.Entered), t.interval(e.Left))
		if e.Verdict != "entry" {
			row = strings.Replace(row, verdict, t.style(amber, verdict), 1)
		}
		t.line(row)
		for _, part := range wrap(t.entryFacts(p, e), " · ", tableWidth-13) {
			t.line(strings.Repeat(" ", 13) + part)
		}
		for _, r := range e.Reasons {
			for k, part := range wrap(t.phrases.reason(r), " ", tableWidth-17) {
				t.line(strings.Repeat(" ", 13) + []string{"· ", "  "}[min(k, 1)] + part)
			}
		}
	}
}

// entryFacts is the second line of an entry.
func (t *table) entryFacts(p *Path, e *Entry) string {
	if e.Fixes == 0 {
		return t.Text("entry.possible", t.length(e.DepthPossible), t.silence(e.Gap.Inside), t.plusMinus(e.Boundary.Uncertainty))
	}
	parts := []string{t.Text("entry.depth", t.depth(e.Depth.FromLimit))}
	if e.Depth.FromLandBorder != nil {
		parts = append(parts, t.Text("entry.land", t.length(*e.Depth.FromLandBorder)))
	}
	parts = append(
		parts, t.plusMinus(e.Boundary.Uncertainty), t.Text("entry.dwell", t.duration(e.Dwell), t.Count("count.fixes", e.Fixes)), t.altitude(e.Altitude),
	)
	if e.Gap.Before != nil && *e.Gap.Before > p.Assumed.GapThreshold {
		parts = append(parts, t.Text("entry.silent-before", t.duration(*e.Gap.Before)))
	}
	if e.Gap.After != nil && *e.Gap.After > p.Assumed.GapThreshold {
		parts = append(parts, t.Text("entry.silent-after", t.duration(*e.Gap.After)))
	}
	return strings.Join(parts, " · ")
}

func (t *table) looks(p *Path) {
	if p.Looks.Frames == 0 {
		return
	}
	t.heading(t.Text("table.looks"))
	if len(p.LookedInto) == 0 {
		t.line("  " + t.Text("table.no-look"))
		return
	}
	widths := []int{10, 14, 14, 31, 14}
	t.line(t.style(faint, rowOf(widths, t.Text("column.ground"), t.Text("column.from"), t.Text("column.area"), t.Text("column.between"), t.Text("column.deepest"))))
	for i := range p.LookedInto {
		l := &p.LookedInto[i]
		deepest := "–"
		if l.Deepest != nil {
			deepest = t.short(*l.Deepest) + " " + t.plusMinus(l.Uncertainty)
		}
		t.row(widths, t.ground(l.State), t.Text("vantage."+l.From), t.area(l.Area), t.intervals(l.Intervals), deepest)
		t.line(strings.Repeat(" ", 14) + t.style(faint, t.Text("look.total", t.Count("count.intervals", len(l.Intervals)), t.duration(total(l.Intervals)), t.Count("count.frames", l.Frames))))
	}
}

func (p phrases) ground(state string) string {
	if state == "" {
		return p.Text("ground.none")
	}
	return state
}

// shownGaps is how many gaps the table lists; the other forms have all.
const shownGaps = 10

func (t *table) gaps(p *Path) {
	if len(p.Gaps) == 0 {
		return
	}
	longest, sum := 0.0, 0.0
	for _, g := range p.Gaps {
		longest, sum = max(longest, g.Duration), sum+g.Duration
	}
	t.heading(t.Text("table.gaps", t.Count("count.gaps", len(p.Gaps)), t.duration(longest), t.duration(sum)))
	listed := longestGaps(p.Gaps, shownGaps)
	widths := []int{31, 12, 22, 20}
	for _, g := range listed {
		reach := ""
		if len(g.Reachable) > 0 {
			reach = t.Text("gap.reach", strings.Join(g.Reachable, ", "))
		}
		t.row(widths, t.span(time.Time(g.From), up(g.To)), t.duration(g.Duration), t.length(g.Distance), t.Text("gap."+g.Kind), reach)
	}
	if n := len(p.Gaps) - len(listed); n > 0 {
		t.line("  " + t.Text("table.more", catalogue.Integer(n)))
	}
}

func (t *table) sources(a *Account) {
	t.line(t.style(bold, t.Text("table.sources")))
	for i := range a.Sources {
		s := &a.Sources[i]
		what := t.Text("kind."+s.Kind) + " · " + t.Count("count.fixes", s.Fixes)
		if s.Packets > 0 {
			what += " · " + t.Count("inspect.total", s.Packets)
		}
		if s.Quarantined > 0 {
			what += " · " + t.Count("inspect.quarantined", s.Quarantined)
		}
		t.line("  " + s.File)
		t.line("    " + what + " · " + t.Count("count.findings", findings(s)))
		if s.TimeScale != "" {
			t.line("    " + t.Text("table.time-scale", t.Text("scale."+s.TimeScale)))
		}
		t.line("    sha256 " + s.SHA256)
		t.defects(s)
	}
	for _, s := range a.Attribution {
		t.line("  " + s)
	}
}

// defects lists what was found of a source, a line for each kind of finding.
func (t *table) defects(s *Source) {
	for _, line := range defectLines(t.phrases, s) {
		for k, part := range wrap(line, " ", tableWidth-6) {
			t.line("    " + strings.Repeat("  ", min(k, 1)) + part)
		}
	}
}

// defectLines says a line for each kind of finding: the first of them, and how many more there are.
func defectLines(p phrases, s *Source) []string {
	var out []string
	said := map[string]bool{}
	for _, d := range s.Defects {
		if said[d.Code] {
			continue
		}
		said[d.Code] = true
		line := p.Defect("", Explained(d.evidence(), p.Catalogue))
		if n := s.DefectsByCode[d.Code]; n > 1 {
			line += " " + p.Count("finding.more", n-1)
		}
		out = append(out, line)
	}
	return out
}

func findings(s *Source) int {
	n := 0
	for _, k := range s.DefectsByCode {
		n += k
	}
	return n
}
