package share

import (
	"fmt"
	"slices"
	"strings"
)

// tabled are the kinds of which there are too many for a place of its own each: a line has to do.
var tabled = []string{"fix", "footprint"}

// pageTable is the records of a kind, one a line.
type pageTable struct {
	Caption string   // what all lines have
	Columns []string // the first is the number of the record
	names   []string // of the fields of the others
	Lines   []pageLine
	Notes   []string
	marked  []string // markings that the lines have
}

type pageLine struct {
	ID, Number, Marking string
	Cells               []pair
}

// table puts records of one kind into lines. A column is there when any of them shows it: one that is
// withheld of all, or that none has a value of, is named below the lines.
func (s *sheet) table(report, kind string) *pageTable {
	var rows []*row
	for i := range s.rows {
		if s.rows[i].kind == kind {
			rows = append(rows, &s.rows[i])
		}
	}
	if len(rows) == 0 {
		return nil
	}
	t := &pageTable{Columns: []string{s.words.Text("share.column.record")}}
	var at []int
	var never []string
	for i, f := range rows[0].fields {
		one, some, recorded := true, false, false
		for _, r := range rows {
			one = one && r.fields[i].state == shown && r.fields[i].value == rows[0].fields[i].value
			some = some || r.fields[i].state != withheld
			recorded = recorded || r.fields[i].state != absent
		}
		name := f.spec.Name
		if name == corners[0] {
			name = "ground"
		}
		switch {
		case one && f.spec.Name == "flight":
			t.Caption = fieldText("flight", s.words) + " " + f.text(s.words)
		case slices.Contains(corners[1:], f.spec.Name): // the ground is in the column of the first
		case !recorded: // said once, below
			never = append(never, fieldText(name, s.words))
		case some:
			at = append(at, i)
			t.names = append(t.names, f.spec.Name)
			t.Columns = append(t.Columns, fieldText(name, s.words))
		}
	}
	var notes []string
	whose := map[string][]string{}
	for _, r := range rows {
		l := pageLine{ID: fmt.Sprintf("%s-%d", report, r.record), Number: fmt.Sprint(r.record), Marking: r.marking}
		for _, i := range at {
			f := &r.fields[i]
			if f.spec.Name == corners[0] {
				l.Cells = append(l.Cells, r.groundText(s.words))
				continue
			}
			l.Cells = append(l.Cells, pair{Text: f.text(s.words), State: stateWords[f.state]})
		}
		t.Lines = append(t.Lines, l)
		if !slices.Contains(t.marked, r.marking) {
			t.marked = append(t.marked, r.marking)
		}
		for _, n := range s.why(r) {
			if whose[n] == nil {
				notes = append(notes, n)
			}
			whose[n] = append(whose[n], l.Number)
		}
	}
	for _, n := range notes {
		if len(whose[n]) < len(rows) {
			n += " (" + s.words.Text("share.column.record") + " " + strings.Join(whose[n], ", ") + ")"
		}
		t.Notes = append(t.Notes, n)
	}
	if len(never) > 0 {
		t.Notes = append(t.Notes, s.words.Text("share.never", strings.Join(never, ", ")))
	}
	if len(t.marked) < 2 { // said once, above
		for i := range t.Lines {
			t.Lines[i].Marking = ""
		}
	}
	return t
}

// Marking is that of all lines; empty where they differ, and each has its own.
func (t *pageTable) Marking() string {
	if len(t.marked) == 1 {
		return t.marked[0]
	}
	return ""
}

// cut keeps a text to what a line of a table bears. The whole of it is in the file within.
func cut(s string) string {
	const most = 120
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// weights of columns: how much of the width of paper each needs beside the others.
var weights = map[string]float64{"flight": 24, "at": 34, "place": 62, "altitude": 15, "datum": 15, "course": 12, "speed": 16, "source": 18, "corner_1": 62, "centre": 62, "sensor_place": 62, "doubt": 16}

// table writes lines of records, the head again on every page.
func (p *sheetOfPaper) table(t *pageTable) {
	const size, tall, gap = 7.6, 3.9, 1.6
	widths := []float64{15}
	sum := 15.0
	for _, n := range t.names {
		widths = append(widths, weights[n])
		sum += weights[n]
	}
	for i := range widths {
		widths[i] *= bodyWide / sum
	}
	p.say(regular, 8.5, quiet)
	p.SetX(margin)
	p.CellFormat(bodyWide, 5, p.fit(t.Caption), "", 0, "L", false, 0, "")
	p.say(bold, 7, quiet)
	p.SetX(margin)
	p.CellFormat(bodyWide, 5, p.fit(t.Marking()), "", 1, "R", false, 0, "")
	// A line is as tall as the tallest of its texts.
	put := func(cells []pair, style func(x pair)) {
		most := 1
		for i, c := range cells {
			style(c)
			most = max(most, len(p.SplitText(p.fit(c.Text), widths[i]-gap)))
		}
		y := p.GetY()
		x := margin
		for i, c := range cells {
			style(c)
			p.SetXY(x, y+0.5)
			p.MultiCell(widths[i]-gap, tall, p.fit(c.Text), "", "L", false)
			x += widths[i]
		}
		p.SetXY(margin, y+float64(most)*tall+1)
		p.draw(faint, 0.2)
		p.Line(margin, p.GetY(), margin+bodyWide, p.GetY())
	}
	head := func() {
		var cells []pair
		for _, c := range t.Columns {
			cells = append(cells, pair{Text: c})
		}
		put(cells, func(pair) { p.say(bold, size, quiet) })
	}
	head()
	for _, l := range t.Lines {
		cells := []pair{{Text: strings.TrimSpace(l.Number + "\n" + l.Marking)}}
		for _, c := range l.Cells {
			c.Text = cut(c.Text)
			cells = append(cells, c)
		}
		if p.GetY()+4*tall > pageTall-bodyBottom {
			p.AddPage()
			head()
		}
		put(cells, func(x pair) {
			p.value(x)
			p.SetFontSize(size)
		})
	}
	for _, n := range t.Notes {
		p.note(n)
	}
	p.Ln(3)
}
