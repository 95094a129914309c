package sqlite

import (
	"context"
	"fmt"
	"time"

	"overflight/journal"
	"overflight/validity"
)

// Statement is where an event stands in the journal, and its leaf in the transparency log where that is known.
type Statement struct {
	Place
	Leaf   uint64
	Logged bool // Leaf is known
}

// stated returns the statement whose place is in two columns; the zero Statement when there is none.
func (v *view) stated(t *table, r row, prefix string) (Statement, error) {
	s := Statement{Place: Place{r.text(t, prefix+"stream"), uint64(r.integer(t, prefix+"sequence"))}}
	if s.Sequence == 0 {
		return Statement{}, nil
	}
	if s.Stream == v.ledger {
		s.Leaf, s.Logged = s.Sequence-1, true
		return s, nil
	}
	err := v.each(leaves, "WHERE stream = ? AND sequence = ?", []any{s.Stream, int64(s.Sequence)}, func(r row) error {
		s.Leaf, s.Logged = uint64(r.integer(leaves, "leaf")), true
		return nil
	})
	return s, err
}

// FlightState says what is known of the life of a flight.
type FlightState uint8

// The states. Mentioned is a flight that events are of and that none has opened so far.
const (
	Mentioned FlightState = iota
	Opened
	Closed
)

// String returns the word of the JSON contract.
func (s FlightState) String() string {
	switch s {
	case Opened:
		return "open"
	case Closed:
		return "closed"
	case Mentioned:
	}
	return "mentioned"
}

// Flight is one sortie in a list. Opened and Closed are what was stated, as far as State says that they were.
type Flight struct {
	Sortie   journal.Sortie
	State    FlightState
	From, To time.Time // of its fixes and frames, UTC, to the microsecond; zero when nothing had a time
	Opened   journal.FlightOpened
	OpenedAt Statement
	Closed   journal.FlightClosed
	ClosedAt Statement

	// Of the aircraft, by whoever said it first: who opened the flight, or its streams.
	Address, Registration, Callsign string
}

// FlightFilter chooses flights. Zero fields choose all.
type FlightFilter struct {
	Operator string
	Year     int
	Aircraft string // ICAO 24-bit address, registration or callsign, as stated
	State    string // "open", "closed" or "mentioned"
	Entered  string // ISO 3166-1 alpha-3 code of a state that an entry, of any verdict, is stated for
	Period   validity.Period
}

// Flights lists flights, the latest number first, and returns the cursor of the next page, empty after the last.
func (m *Models) Flights(ctx context.Context, filter FlightFilter, page Page) ([]Flight, string, error) {
	var (
		w            where
		year, number int64
		name         string
	)
	if on, err := page.seek(&year, &number, &name); err != nil {
		return nil, "", err
	} else if on {
		w.and("(year, number, flight) < (?, ?, ?)", year, number, name)
	}
	if filter.Operator != "" {
		w.and("operator = ?", filter.Operator)
	}
	if filter.Year != 0 {
		w.and("year = ?", int64(filter.Year))
	}
	if a := filter.Aircraft; a != "" {
		w.and("(address = ? OR registration = ? OR callsign = ?)", a, a, a)
	}
	switch filter.State {
	case "":
	case Opened.String():
		w.and("opened IS NOT NULL AND closed IS NULL")
	case Closed.String():
		w.and("closed IS NOT NULL")
	case Mentioned.String():
		w.and("opened IS NULL AND closed IS NULL")
	default:
		return nil, "", fmt.Errorf("read models: no state of a flight: %q", filter.State)
	}
	if filter.Entered != "" {
		w.and("flight IN (SELECT flight FROM entries WHERE state = ?)", filter.Entered)
	}
	w.overlaps("earliest", "latest", filter.Period)
	var out []Flight
	next := ""
	err := m.view(ctx, func(v *view) (err error) {
		next, err = v.paged(flights, &w, "year DESC, number DESC, flight DESC", page, func(r row) string {
			return cursor(r.integer(flights, "year"), r.integer(flights, "number"), r.text(flights, "flight"))
		}, func(r row) error {
			f, err := v.flight(r)
			out = append(out, f)
			return err
		})
		return err
	})
	return out, next, err
}

func (v *view) flight(r row) (f Flight, err error) {
	f = Flight{
		Sortie: journal.Sortie{
			Operator: r.text(flights, "operator"), Year: int(r.integer(flights, "year")), Number: uint32(r.integer(flights, "number")),
		},
		From: instant(r, flights, "earliest"), To: instant(r, flights, "latest"),
		Address: r.text(flights, "address"), Registration: r.text(flights, "registration"), Callsign: r.text(flights, "callsign"),
	}
	if b := r.blob(flights, "opened"); b != nil {
		f.State = Opened
		if f.Opened, err = read[journal.FlightOpened](flights, b); err != nil {
			return f, err
		}
		if f.OpenedAt, err = v.stated(flights, r, "opened_"); err != nil {
			return f, err
		}
	}
	if b := r.blob(flights, "closed"); b != nil {
		f.State = Closed
		if f.Closed, err = read[journal.FlightClosed](flights, b); err != nil {
			return f, err
		}
		f.ClosedAt, err = v.stated(flights, r, "closed_")
	}
	return f, err
}

// Path is what one source told of one flight.
type Path struct {
	Source   string
	Fixes    uint64    // taken in, before thinning
	Frames   uint64    // with or without a footprint
	Looked   uint64    // frames with a footprint
	From, To time.Time // of fixes and frames, UTC, to the microsecond
	Arrived  time.Time // of the latest block
	// Last holds one fix, the latest of the path, and its aircraft; no fix before the first.
	Last journal.FixesRecorded
}

// Whole is one flight with everything but its fixes and footprints, which have pages of their own.
type Whole struct {
	Flight
	Paths    []Path
	Segments []Segment
	Entries  []Entry
	Gaps     []Gap
	Looked   []LookedInto
	Defects  []Defect
	Withheld []journal.MediaWithheld      // summed by source and reason; At is zero
	Reports  []journal.VMTIReportsCounted // summed by source; Segment is empty and At zero
	Losses   []Loss
}

// Flight returns one flight with everything, ErrNotFound when nothing is of it, and ErrTooMuch when it has more than
// MostParts of one kind.
func (m *Models) Flight(ctx context.Context, sortie journal.Sortie) (Whole, error) {
	var out Whole
	name := sortie.String()
	err := m.view(ctx, func(v *view) error {
		found := false
		err := v.each(flights, "WHERE flight = ?", []any{name}, func(r row) (err error) {
			found = true
			out.Flight, err = v.flight(r)
			return err
		})
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%w: flight %s", ErrNotFound, name)
		}
		return v.parts(&out, name)
	})
	if err != nil {
		return Whole{}, err
	}
	return out, nil
}

// Paths returns the paths of a flight by the names of their sources, and ErrNotFound when nothing is of the flight.
func (m *Models) Paths(ctx context.Context, sortie journal.Sortie) ([]Path, error) {
	var out []Path
	name := sortie.String()
	err := m.view(ctx, func(v *view) error {
		found := false
		err := v.each(flights, "WHERE flight = ?", []any{name}, func(row) error {
			found = true
			return nil
		})
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("%w: flight %s", ErrNotFound, name)
		}
		return v.each(paths, "WHERE flight = ? ORDER BY source LIMIT ?", []any{name, int64(MostParts)}, func(r row) error {
			p, err := readPath(r)
			out = append(out, pathOf(p))
			return err
		})
	})
	return out, err
}

func pathOf(p *path) Path {
	return Path{
		Source: p.key.source, Fixes: p.fixes, Frames: p.frames, Looked: p.looked,
		From: p.earliest, To: p.until, Arrived: p.arrived, Last: p.last,
	}
}

func (v *view) parts(out *Whole, name string) error {
	n := 0
	of := func(t *table, order string, f func(row) error) error {
		n = 0
		return v.each(t, "WHERE flight = ? ORDER BY "+order+" LIMIT ?", []any{name, int64(MostParts + 1)}, func(r row) error {
			if n++; n > MostParts {
				return fmt.Errorf("%w: %s of flight %s", ErrTooMuch, t.name, name)
			}
			return f(r)
		})
	}
	var all []*path
	for _, step := range []struct {
		t     *table
		order string
		f     func(row) error
	}{
		{paths, "source", func(r row) error {
			p, err := readPath(r)
			all = append(all, p)
			out.Paths = append(out.Paths, pathOf(p))
			return err
		}},
		{segments, "minute, segment", func(r row) error { return collect(&out.Segments, r, v.segment) }},
		{entries, "source, number", func(r row) error { return collect(&out.Entries, r, v.entry) }},
		{gaps, "source, number, time", func(r row) error { return collect(&out.Gaps, r, v.gap) }},
		{looked, "source, state, vantage", func(r row) error { return collect(&out.Looked, r, v.looked) }},
		{defects, "source, code", func(r row) error { return collect(&out.Defects, r, v.defect) }},
		{withheld, "source, reason", func(r row) error {
			out.Withheld = append(out.Withheld, journal.MediaWithheld{
				Flight: out.Sortie, Source: r.text(withheld, "source"), Reason: r.text(withheld, "reason"),
				Withheld: journal.Withheld{
					Packets: uint64(r.integer(withheld, "packets")), Bytes: uint64(r.integer(withheld, "bytes")),
					Duration: time.Duration(r.integer(withheld, "duration")),
				},
			})
			return nil
		}},
		{reports, "source", func(r row) error {
			out.Reports = append(out.Reports, journal.VMTIReportsCounted{
				Flight: out.Sortie, Source: r.text(reports, "source"), People: uint64(r.integer(reports, "persons")),
				Vehicles: uint64(r.integer(reports, "vehicles")), Others: uint64(r.integer(reports, "others")),
			})
			return nil
		}},
	} {
		if err := of(step.t, step.order, step.f); err != nil {
			return err
		}
	}
	for _, p := range all {
		if s, ok := provisional(out.Segments, p); ok {
			s.Flight = out.Sortie
			out.Segments = append(out.Segments, s)
		}
	}
	n = 0
	return v.each(statements, "WHERE flight = ? AND kind = ? ORDER BY stream, sequence LIMIT ?",
		[]any{name, string(journal.KindLossDeclared), int64(MostParts + 1)}, func(r row) error {
			if n++; n > MostParts {
				return fmt.Errorf("%w: losses of flight %s", ErrTooMuch, name)
			}
			return collect(&out.Losses, r, statement[journal.LossDeclared](v))
		})
}

func collect[T any](into *[]T, r row, read func(row) (T, error)) error {
	x, err := read(r)
	*into = append(*into, x)
	return err
}
