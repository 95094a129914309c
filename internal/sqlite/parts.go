package sqlite

import (
	"context"
	"encoding/hex"
	"math"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/evidence"
	"overflight/journal"
	"overflight/validity"
)

// SegmentState says how far a flight-minute is evidence.
type SegmentState uint8

// The states. Provisional is what was taken in after the last sealed segment of its source.
const (
	Provisional SegmentState = iota
	Sealed
	Erased
)

// String returns the word of the JSON contract.
func (s SegmentState) String() string {
	switch s {
	case Sealed:
		return "sealed"
	case Erased:
		return "erased"
	case Provisional:
	}
	return "provisional"
}

// Segment is one flight-minute of one source. A provisional one has no name, and From and To by the clock that the
// sealed segments of its source go by, which is the stream's before the first.
type Segment struct {
	Flight   journal.Sortie
	Source   string
	State    SegmentState
	From, To time.Time
	Sealed   journal.SegmentSealed // zero when Provisional, or erased and never sealed
	SealedAt Statement
	Erased   journal.SegmentErased // zero unless Erased
	ErasedAt Statement
}

func (v *view) segment(r row) (s Segment, err error) {
	if b := r.blob(segments, "sealed"); b != nil {
		s.State = Sealed
		if s.Sealed, err = read[journal.SegmentSealed](segments, b); err != nil {
			return s, err
		}
		s.Flight, s.Source, s.From, s.To = s.Sealed.Flight, s.Sealed.Source, s.Sealed.From, s.Sealed.To
		if s.SealedAt, err = v.stated(segments, r, "sealed_"); err != nil {
			return s, err
		}
	}
	if b := r.blob(segments, "erased"); b != nil {
		s.State = Erased
		if s.Erased, err = read[journal.SegmentErased](segments, b); err != nil {
			return s, err
		}
		s.Flight = s.Erased.Flight
		s.ErasedAt, err = v.stated(segments, r, "erased_")
	}
	return s, err
}

// provisional returns what of a path lies after its last sealed segment, by that segment's clock.
func provisional(all []Segment, p *path) (Segment, bool) {
	s := Segment{Source: p.key.source, From: p.earliest, To: p.until}
	clock := journal.StreamClock
	sealed := time.Time{}
	for i := range all {
		if x := &all[i].Sealed; x.Source == p.key.source && x.To.After(sealed) {
			sealed, clock = x.To, x.Clock
		}
	}
	if clock == journal.ArrivalClock {
		s.To = p.arrived
	}
	if !sealed.IsZero() {
		s.From = sealed
	}
	// Instants of paths are kept to the microsecond, cut.
	return s, s.To.After(s.From.Truncate(time.Microsecond)) || sealed.IsZero() && !s.To.IsZero()
}

// Entry is what is stated of one entry by the latest event that is of it.
type Entry struct {
	Flight  journal.Sortie
	Source  string
	Number  uint64 // among the entries of the source, from 1
	Open    bool   // the last fix so far is inside; false until an update says so
	Entry   airspace.Entry
	At      time.Time // of the latest event
	FoundAt Statement // the first event
	Latest  Statement // the latest, which may be the first
}

func (v *view) entry(r row) (e Entry, err error) {
	b := r.blob(entries, "body")
	record, _ := journal.Decode(b)
	switch x := record.Event.(type) {
	case journal.EntryFound:
		e = Entry{Flight: x.Flight, Source: x.Source, Number: x.Number, Entry: x.Entry, At: x.At}
	case journal.EntryUpdated:
		e = Entry{Flight: x.Flight, Source: x.Source, Number: x.Number, Entry: x.Entry, At: x.At, Open: x.Open}
	default:
		return e, &DamageError{What: "table entries: body is no entry"}
	}
	if e.FoundAt, err = v.stated(entries, r, "found_"); err != nil {
		return e, err
	}
	e.Latest, err = v.stated(entries, r, "")
	return e, err
}

// EntryFilter chooses entries. Zero fields choose all.
type EntryFilter struct {
	Flight   journal.Sortie
	State    airspace.State
	Verdicts []airspace.Verdict
	Period   validity.Period // an entry without a bound on that side meets every period
}

// Entries lists entries in the order of their earliest instant and returns the cursor of the next page, empty after the last.
func (m *Models) Entries(ctx context.Context, filter EntryFilter, page Page) ([]Entry, string, error) {
	var (
		w                where
		earliest, number int64
		flight, source   string
	)
	if on, err := page.seek(&earliest, &flight, &source, &number); err != nil {
		return nil, "", err
	} else if on {
		w.and("(earliest, flight, source, number) > (?, ?, ?, ?)", earliest, flight, source, number)
	}
	if !filter.Flight.IsZero() {
		w.and("flight = ?", filter.Flight.String())
	}
	if filter.State != "" {
		w.and("state = ?", string(filter.State))
	}
	if len(filter.Verdicts) > 0 {
		args := make([]any, len(filter.Verdicts))
		for i, v := range filter.Verdicts {
			args[i] = int64(v)
		}
		w.and("verdict IN (?"+strings.Repeat(",?", len(args)-1)+")", args...)
	}
	w.overlaps("earliest", "latest", filter.Period)
	var out []Entry
	next := ""
	err := m.view(ctx, func(v *view) (err error) {
		next, err = v.paged(entries, &w, "earliest, flight, source, number", page, func(r row) string {
			return cursor(r.integer(entries, "earliest"), r.text(entries, "flight"), r.text(entries, "source"), r.integer(entries, "number"))
		}, func(r row) error { return collect(&out, r, v.entry) })
		return err
	})
	return out, next, err
}

// Gap is a silence as it was stated.
type Gap struct {
	journal.GapFound
	Statement
}

func (v *view) gap(r row) (g Gap, err error) {
	if g.GapFound, err = read[journal.GapFound](gaps, r.blob(gaps, "body")); err != nil {
		return g, err
	}
	g.Statement, err = v.stated(gaps, r, "")
	return g, err
}

// LookedInto is the ground of a state that a source saw from one vantage, as it was stated last.
type LookedInto struct {
	journal.LookedInto
	Statement
}

func (v *view) looked(r row) (l LookedInto, err error) {
	if l.LookedInto, err = read[journal.LookedInto](looked, r.blob(looked, "body")); err != nil {
		return l, err
	}
	l.Statement, err = v.stated(looked, r, "")
	return l, err
}

// Defect is the findings of one code in one source of a flight.
type Defect struct {
	Flight      journal.Sortie // zero when of no sortie
	Source      string
	Example     evidence.Defect // the latest
	Count       uint64
	First, Last time.Time // when it was stated, UTC, to the microsecond; zero when that is not known
	Latest      Statement
}

func (v *view) defect(r row) (d Defect, err error) {
	e, err := read[journal.DefectsFound](defects, r.blob(defects, "body"))
	if err != nil {
		return d, err
	}
	d = Defect{Flight: e.Flight, Source: e.Source, Example: e.Example, Count: uint64(r.integer(defects, "count"))}
	if n := r.integer(defects, "first"); !unbounded(n) {
		d.First = time.UnixMicro(n).UTC()
	}
	if n := r.integer(defects, "latest"); !unbounded(n) {
		d.Last = time.UnixMicro(n).UTC()
	}
	d.Latest, err = v.stated(defects, r, "")
	return d, err
}

// DefectFilter chooses defects. Zero fields choose all.
type DefectFilter struct {
	Flight journal.Sortie
	Source string
	Code   evidence.Code
}

// Defects lists what was found, by flight, source and code, and returns the cursor of the next page, empty after the last.
func (m *Models) Defects(ctx context.Context, filter DefectFilter, page Page) ([]Defect, string, error) {
	var (
		w                    where
		flight, source, code string
	)
	if on, err := page.seek(&flight, &source, &code); err != nil {
		return nil, "", err
	} else if on {
		w.and("(flight, source, code) > (?, ?, ?)", flight, source, code)
	}
	if !filter.Flight.IsZero() {
		w.and("flight = ?", filter.Flight.String())
	}
	if filter.Source != "" {
		w.and("source = ?", filter.Source)
	}
	if filter.Code != "" {
		w.and("code = ?", string(filter.Code))
	}
	var out []Defect
	next := ""
	err := m.view(ctx, func(v *view) (err error) {
		next, err = v.paged(defects, &w, "flight, source, code", page, func(r row) string {
			return cursor(r.text(defects, "flight"), r.text(defects, "source"), r.text(defects, "code"))
		}, func(r row) error { return collect(&out, r, v.defect) })
		return err
	})
	return out, next, err
}

// Segments lists the sealed and erased segments of a flight by minute, and returns the cursor of the next page, empty
// after the last.
func (m *Models) Segments(ctx context.Context, sortie journal.Sortie, page Page) ([]Segment, string, error) {
	var (
		w       where
		minute  int64 = math.MinInt64
		segment string
	)
	w.and("flight = ?", sortie.String())
	if on, err := page.seek(&minute, &segment); err != nil {
		return nil, "", err
	} else if on {
		w.and("(minute, segment) > (?, ?)", minute, segment)
	}
	var out []Segment
	next := ""
	err := m.view(ctx, func(v *view) (err error) {
		next, err = v.paged(segments, &w, "minute, segment", page, func(r row) string {
			return cursor(r.integer(segments, "minute"), r.text(segments, "segment"))
		}, func(r row) error { return collect(&out, r, v.segment) })
		return err
	})
	return out, next, err
}

// Segment returns one segment, sealed or erased, ErrNotFound when nothing was stated of it.
func (m *Models) Segment(ctx context.Context, id journal.SegmentID) (Segment, error) {
	return m.oneSegment(ctx, "segment = ?", string(id))
}

// SegmentOf returns the first segment, by its name, whose plain bytes have a digest, ErrNotFound when none has.
func (m *Models) SegmentOf(ctx context.Context, plain evidence.Digest) (Segment, error) {
	return m.oneSegment(ctx, "plain = ?", hex.EncodeToString(plain[:]))
}

func (m *Models) oneSegment(ctx context.Context, text string, arg any) (Segment, error) {
	var (
		w   where
		out []Segment
	)
	w.and(text, arg)
	err := m.view(ctx, func(v *view) error {
		_, err := v.paged(segments, &w, "segment", Page{Limit: 1}, func(row) string { return "" }, func(r row) error {
			return collect(&out, r, v.segment)
		})
		return err
	})
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Segment{}, err
	}
	return out[0], nil
}

// Source is what is known of one source: the latest event of each kind, zero when there was none.
type Source struct {
	Name    string
	Started journal.SourceStarted
	Stopped journal.SourceStopped
	Stalled journal.SourceStalled
	Latest  Statement
}

// Sources lists sources by name, and returns the cursor of the next page, empty after the last.
func (m *Models) Sources(ctx context.Context, page Page) ([]Source, string, error) {
	var (
		w    where
		name string
	)
	if on, err := page.seek(&name); err != nil {
		return nil, "", err
	} else if on {
		w.and("source > ?", name)
	}
	var out []Source
	next := ""
	err := m.view(ctx, func(v *view) (err error) {
		next, err = v.paged(sources, &w, "source", page, func(r row) string { return cursor(r.text(sources, "source")) },
			func(r row) error { return collect(&out, r, v.source) })
		return err
	})
	return out, next, err
}

func (v *view) source(r row) (s Source, err error) {
	s.Name = r.text(sources, "source")
	if b := r.blob(sources, "started"); b != nil {
		if s.Started, err = read[journal.SourceStarted](sources, b); err != nil {
			return s, err
		}
	}
	if b := r.blob(sources, "stopped"); b != nil {
		if s.Stopped, err = read[journal.SourceStopped](sources, b); err != nil {
			return s, err
		}
	}
	if b := r.blob(sources, "stalled"); b != nil {
		if s.Stalled, err = read[journal.SourceStalled](sources, b); err != nil {
			return s, err
		}
	}
	s.Latest, err = v.stated(sources, r, "")
	return s, err
}
