package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"overflight/internal/catalogue"
)

// WriteFlights writes a list of flights as text for a terminal of 100 columns.
func WriteFlights(w io.Writer, all []Summary, words *catalogue.Catalogue, colour bool) error {
	t := &table{w: w, phrases: phrases{words}, colour: colour}
	if len(all) == 0 {
		t.line(t.Text("flights.none"))
		return t.err
	}
	widths := []int{16, 8, 14, 31, 8, 22}
	t.line(t.style(faint, rowOf(widths, t.Text("column.flight"), t.Text("column.status"), t.Text("column.aircraft"), t.Text("column.time"), t.Text("column.minutes"), t.Text("column.order"))))
	for i := range all {
		f := &all[i]
		when := "–"
		if f.From != nil && f.To != nil {
			when = t.span(time.Time(*f.From), up(*f.To))
		}
		aircraft := f.Aircraft
		if aircraft == "" {
			aircraft = "–"
		}
		t.row(widths, f.Flight, t.Text("flight."+f.State), aircraft, when, strconv.FormatUint(f.Segments, 10), t.order(f.Log))
	}
	return t.err
}

// order says by whose word something stands where it does in the log.
func (t *table) order(l Logged) string {
	switch {
	case l.Leaf == nil:
		return t.Text("order.not-entered")
	case l.Witnessed:
		return t.Text("order.witnessed", fmt.Sprint(*l.Leaf))
	}
	return t.Text("order.word", fmt.Sprint(*l.Leaf))
}

// WriteFlight writes a flight as text for a terminal of 100 columns.
func WriteFlight(w io.Writer, f *Flight, words *catalogue.Catalogue, colour bool) error {
	t := &table{w: w, phrases: phrases{words}, colour: colour}
	state := t.Text("flight." + f.State)
	if f.Closed != "" {
		state += ", " + t.Text("closed."+f.Closed)
	}
	t.line(t.style(bold, f.Flight) + "  " + f.Aircraft + "  " + state)
	if f.From != nil && f.To != nil {
		t.fact(t.Text("table.time"), t.span(time.Time(*f.From), up(*f.To)))
	}
	t.fact(t.Text("table.log"), t.order(f.Log))
	for i := range f.Paths {
		p := &f.Paths[i]
		t.fact(t.Text("table.source"), p.Source+": "+t.Count("count.fixes", int(p.Fixes))+", "+t.Count("count.frames", int(p.Frames))+", "+t.Count("count.footprints", int(p.Footprints)))
	}
	p := Path{Looks: Looks{Frames: 1}}
	for i := range f.Entries {
		p.Entries = append(p.Entries, f.Entries[i].Entry)
	}
	for i := range f.LookedInto {
		p.LookedInto = append(p.LookedInto, f.LookedInto[i].LookedInto)
	}
	for i := range f.Gaps {
		p.Gaps = append(p.Gaps, f.Gaps[i].Gap)
	}
	t.entries(&p)
	for i := range f.Entries {
		if e := &f.Entries[i]; e.Open {
			t.line("  " + t.style(amber, t.Text("flight.inside", strconv.Itoa(i+1), t.state(e.State))))
		}
	}
	t.looks(&p)
	t.gaps(&p)
	t.segments(f)
	t.rest(f)
	return t.err
}

// segments sums up what is sealed, and lists what is not, or no more.
func (t *table) segments(f *Flight) {
	t.heading(t.Text("table.segments"))
	sealed, bytes, video, provisional := 0, uint64(0), uint64(0), 0
	first, last := "", ""
	for i := range f.Sealed {
		s := &f.Sealed[i]
		switch s.State {
		case "sealed":
			sealed++
			bytes += s.Bytes
			video += s.Video
			if s.Log.Leaf != nil {
				if first == "" {
					first = fmt.Sprint(*s.Log.Leaf)
				}
				last = fmt.Sprint(*s.Log.Leaf)
			}
		case "erased":
			t.line("  " + t.style(amber, t.Text("segment.erased", s.Segment, s.By, s.Reason)))
		default:
			provisional++
		}
	}
	text := t.Count("count.segments", sealed) + ", " + size(bytes)
	if first != "" {
		text += ", " + t.Text("segments.leaves", first, last)
	}
	t.line("  " + text)
	if provisional > 0 {
		t.line("  " + t.Text("segments.provisional"))
	}
}

// rest is what is wrong with a flight, or not there.
func (t *table) rest(f *Flight) {
	if len(f.Findings)+len(f.Withheld)+len(f.Losses)+len(f.Reports) == 0 {
		return
	}
	t.heading(t.Text("table.findings"))
	for _, x := range f.Findings {
		t.line("  " + fmt.Sprintf("%6d  ", x.Count) + strings.TrimSpace(t.Finding(x.evidence())))
	}
	for _, x := range f.Withheld {
		t.line("  " + t.Text("flight.withheld", size(x.Bytes), t.duration(x.Duration), t.Text("withheld."+x.Reason)))
	}
	for _, x := range f.Losses {
		t.line("  " + t.style(amber, t.Text("flight.loss", x.Source, x.Cause, x.By)))
	}
	for _, x := range f.Reports {
		t.line("  " + t.Text("flight.reports", fmt.Sprint(x.People), fmt.Sprint(x.Vehicles), fmt.Sprint(x.Others)))
	}
}

// size is bytes as a person reads them.
func size(b uint64) string {
	const mega = 1e6
	if b < mega {
		return fmt.Sprintf("%.1f kB", float64(b)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(b)/mega)
}
