package report

import (
	"cmp"
	"time"

	"overflight/internal/catalogue"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// Summary is one flight in a list. Field names are the contract of docs/json.md.
type Summary struct {
	Flight   string   `json:"flight"`
	State    string   `json:"state"` // "open", "closed", "mentioned"
	Aircraft string   `json:"aircraft"`
	From     *Instant `json:"from"`
	To       *Instant `json:"to"`
	Closed   string   `json:"closed"` // why; "" while it is open
	Source   string   `json:"source"` // that opened it
	Segments uint64   `json:"segments"`
	Fixes    uint64   `json:"fixes"`
	Log      Logged   `json:"log"`
}

// Logged is where a statement stands in the log. Witnessed says that an independent witness's checkpoint covers it: until
// then its order is the operator's word.
type Logged struct {
	Leaf      *uint64 `json:"leaf"`
	Witnessed bool    `json:"witnessed"`
}

// Flight is everything that was stated of one flight but its fixes and footprints.
type Flight struct {
	Summary
	Paths      []FlightPath    `json:"paths"`
	Sealed     []Segment       `json:"sealed"`
	Entries    []FlightEntry   `json:"entries"`
	LookedInto []FlightLook    `json:"looked_into"`
	Gaps       []FlightGap     `json:"gaps"`
	Findings   []FlightFinding `json:"findings"`
	Withheld   []Withheld      `json:"withheld"`
	Reports    []VMTICount     `json:"vmti_reports"`
	Losses     []FlightLoss    `json:"losses"`
}

// FlightPath is what one source told.
type FlightPath struct {
	Source     string   `json:"source"`
	Aircraft   Aircraft `json:"aircraft"`
	Fixes      uint64   `json:"fixes"`
	Frames     uint64   `json:"frames"`
	Footprints uint64   `json:"footprints"`
	From       *Instant `json:"from"`
	To         *Instant `json:"to"`
}

// Segment is one flight-minute.
type Segment struct {
	Segment string   `json:"segment"` // "" while it is provisional
	Source  string   `json:"source"`
	State   string   `json:"state"` // "sealed", "erased", "provisional"
	From    *Instant `json:"from"`
	To      *Instant `json:"to"`
	Clock   string   `json:"clock"`
	Bytes   uint64   `json:"bytes"`
	Packets uint64   `json:"packets"`
	SHA256  string   `json:"sha256"`
	Video   uint64   `json:"video_bytes"` // from the first key picture to the end
	Reason  string   `json:"erased_because,omitempty"`
	By      string   `json:"erased_by,omitempty"`
	Log     Logged   `json:"log"`
}

// FlightEntry is an entry as it stands.
type FlightEntry struct {
	Flight string `json:"flight"`
	Source string `json:"source"`
	Number uint64 `json:"number"`
	Open   bool   `json:"open"` // the aircraft is inside
	Log    Logged `json:"log"`
	Entry
}

// FlightLook is the ground of a state that a source saw from one vantage.
type FlightLook struct {
	Source string `json:"source"`
	LookedInto
}

// FlightGap is a silence of a source.
type FlightGap struct {
	Source string `json:"source"`
	Gap
}

// FlightFinding is what was found of one kind.
type FlightFinding struct {
	Source string `json:"source"`
	Count  uint64 `json:"count"`
	Defect
}

// Withheld is what was not stored, and why.
type Withheld struct {
	Source   string  `json:"source"`
	Reason   string  `json:"reason"`
	Packets  uint64  `json:"packets"`
	Bytes    uint64  `json:"bytes"`
	Duration float64 `json:"duration_s"`
}

// VMTICount counts reports of moving target indication by class. Of people nothing else is kept; what the others say of places is with the sites.
type VMTICount struct {
	Source   string `json:"source"`
	People   uint64 `json:"people"`
	Vehicles uint64 `json:"vehicles"`
	Others   uint64 `json:"others"`
}

// FlightLoss is a loss that was declared.
type FlightLoss struct {
	Source string   `json:"source"`
	Cause  string   `json:"cause"`
	By     string   `json:"by"`
	Bytes  uint64   `json:"bytes"`
	From   *Instant `json:"from"`
	To     *Instant `json:"to"`
	Log    Logged   `json:"log"`
}

// loggedOf says where a statement stands; standing is how many leaves independent witnesses have covered.
func loggedOf(s sqlite.Statement, standing uint64) Logged {
	if !s.Logged {
		return Logged{}
	}
	leaf := s.Leaf
	return Logged{Leaf: &leaf, Witnessed: leaf < standing}
}

// SummaryOf is a flight in a list.
func SummaryOf(f *sqlite.Flight, standing uint64) Summary {
	s := Summary{
		Flight: f.Sortie.String(), State: f.State.String(), From: instant(f.From), To: instant(f.To), Source: f.Opened.Source,
		Aircraft: cmp.Or(f.Registration, f.Callsign, f.Address), Segments: f.Closed.Segments, Fixes: f.Closed.Fixes, Log: loggedOf(f.OpenedAt, standing),
	}
	if f.State == sqlite.Closed {
		s.Closed = f.Closed.Reason.String()
		s.Log = loggedOf(f.ClosedAt, standing)
	}
	return s
}

// FlightOf puts a flight in the form that is reported.
func FlightOf(w *sqlite.Whole, standing uint64) *Flight {
	f := &Flight{
		Summary: SummaryOf(&w.Flight, standing), Paths: []FlightPath{}, Sealed: []Segment{}, Entries: []FlightEntry{}, LookedInto: []FlightLook{},
		Gaps: []FlightGap{}, Findings: []FlightFinding{}, Withheld: []Withheld{}, Reports: []VMTICount{}, Losses: []FlightLoss{},
	}
	for i := range w.Paths {
		p := &w.Paths[i]
		a := p.Last.Aircraft
		f.Aircraft = cmp.Or(f.Aircraft, a.Registration, a.Callsign, a.Address, a.Mission)
		f.Paths = append(f.Paths, FlightPath{
			Source: p.Source, Aircraft: Aircraft{Address: a.Address, Registration: a.Registration, Callsign: a.Callsign, Type: a.Type, Mission: a.Mission},
			Fixes: p.Fixes, Frames: p.Frames, Footprints: p.Looked, From: instant(p.From), To: instant(p.To),
		})
		if f.State != sqlite.Closed.String() {
			f.Fixes += p.Fixes
		}
	}
	for i := range w.Segments {
		s := SegmentOf(&w.Segments[i], standing)
		if f.State != sqlite.Closed.String() && s.State == sqlite.Sealed.String() {
			f.Segments++
		}
		f.Sealed = append(f.Sealed, s)
	}
	for i := range w.Entries {
		f.Entries = append(f.Entries, FlightEntryOf(&w.Entries[i], standing))
	}
	for i := range w.Looked {
		f.LookedInto = append(f.LookedInto, FlightLook{w.Looked[i].Source, lookOf(&w.Looked[i].Look)})
	}
	for i := range w.Gaps {
		f.Gaps = append(f.Gaps, FlightGap{w.Gaps[i].Source, gapOf(&w.Gaps[i].Gap)})
	}
	for i := range w.Defects {
		d := &w.Defects[i]
		f.Findings = append(f.Findings, FlightFinding{d.Source, d.Count, defectOf(d.Example)})
	}
	for _, x := range w.Withheld {
		f.Withheld = append(f.Withheld, Withheld{x.Source, x.Reason, x.Withheld.Packets, x.Withheld.Bytes, x.Withheld.Duration.Seconds()})
	}
	for _, x := range w.Reports {
		f.Reports = append(f.Reports, VMTICount{x.Source, x.People, x.Vehicles, x.Others})
	}
	for i := range w.Losses {
		e := &w.Losses[i].Event
		f.Losses = append(f.Losses, FlightLoss{e.Source, e.Cause, e.By, e.Bytes, instant(e.From), instant(e.To), loggedOf(w.Losses[i].Statement, standing)})
	}
	return f
}

// SegmentOf puts a segment in the form that is reported.
func SegmentOf(s *sqlite.Segment, standing uint64) Segment {
	e := &s.Sealed
	out := Segment{
		Segment: string(e.Segment), Source: s.Source, State: s.State.String(), From: instant(s.From), To: instant(s.To), Clock: e.Clock.String(),
		Bytes: e.Bytes, Packets: e.Packets, Log: loggedOf(s.SealedAt, standing),
	}
	if s.State != sqlite.Provisional {
		out.SHA256 = e.Plain.String()
	}
	for _, m := range e.Media {
		out.Video += m.Bytes
	}
	if s.State == sqlite.Erased {
		out.Segment = cmp.Or(out.Segment, string(s.Erased.Segment))
		out.Reason, out.By, out.Log = s.Erased.Reason, s.Erased.By, loggedOf(s.ErasedAt, standing)
	}
	return out
}

// FlightEntryOf puts an entry in the form that is reported.
func FlightEntryOf(e *sqlite.Entry, standing uint64) FlightEntry {
	return FlightEntry{
		Flight: e.Flight.String(), Source: e.Source, Number: e.Number, Open: e.Open, Log: loggedOf(e.FoundAt, standing),
		Entry: entryOf(&e.Entry, catalogue.Open(catalogue.English)),
	}
}

// Statement is something that a person stated of no flight.
type Statement struct {
	At      Instant `json:"at"`
	By      string  `json:"by"`
	What    string  `json:"what"`
	Purpose string  `json:"purpose,omitempty"`
	Log     Logged  `json:"log"`
}

// SaidOf puts a statement in the form that is reported.
func SaidOf[E journal.Event](s sqlite.Said[E], standing uint64) Statement {
	out := Statement{Log: loggedOf(s.Statement, standing)}
	switch e := any(s.Event).(type) {
	case journal.NoFlightDeclared:
		out.At, out.By, out.What = Instant(e.At), e.By, cmp.Or(e.Tail, "*")+" "+e.Day.String()
	case journal.AirframeHoursRead:
		out.At, out.By, out.What = Instant(e.At), e.By, e.Tail+" "+e.Total.Round(time.Minute).String()
	case journal.EvidenceRead:
		out.At, out.By, out.What, out.Purpose = Instant(e.At), e.Who, e.What, e.Purpose
	case journal.EvidenceExported:
		out.At, out.By, out.What, out.Purpose = Instant(e.At), e.Who, e.What, e.Purpose
	}
	return out
}
