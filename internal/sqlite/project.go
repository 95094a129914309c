package sqlite

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"overflight/evidence"
	"overflight/journal"
)

// What is found in blocks of fixes and footprints. Offset is the number of the first item of the block; Got is that
// number, Want the number that was next.
const (
	// CodeBlockMissing: items of a path are missing before a block, or its number is none.
	CodeBlockMissing evidence.Code = "readmodel.block_missing"
	// CodeBlockRepeated: a block has items that were there before; they were left out.
	CodeBlockRepeated evidence.Code = "readmodel.block_repeated"
)

// event writes what one event says. Streams may be read in any order between each other: what an event writes never
// hangs on events of another stream.
func (w *writer) event(at *Positioned) error {
	if at.Commits != (Place{}) && at.Stream == w.ledger && at.Sequence > 0 {
		if err := w.put(leaves, row{at.Commits.Stream, count(at.Commits.Sequence), count(at.Sequence - 1)}); err != nil {
			return err
		}
	}
	switch e := at.Record.Event.(type) {
	case nil, journal.Padding: // nothing is shown of it: its position is all
	case journal.FlightOpened:
		return w.flightOpened(at, &e)
	case journal.FlightClosed:
		return w.flightClosed(at, &e)
	case journal.NoFlightDeclared:
		return w.statement(at, e.At, journal.Sortie{}, e.Tail)
	case journal.AirframeHoursRead:
		return w.statement(at, e.At, journal.Sortie{}, e.Tail)
	case journal.SourceStarted:
		return w.source(at, e.Source, "started")
	case journal.SourceStopped:
		return w.source(at, e.Source, "stopped")
	case journal.SourceStalled:
		return w.source(at, e.Source, "stalled")
	case journal.SegmentSealed:
		return w.segmentSealed(at, &e)
	case journal.SegmentErased:
		return w.segmentErased(at, &e)
	case journal.FixesRecorded:
		return w.fixesRecorded(at, &e)
	case journal.FootprintsRecorded:
		return w.footprintsRecorded(at, &e)
	case journal.EntryFound:
		u := journal.EntryUpdated{Flight: e.Flight, Source: e.Source, Number: e.Number, Entry: e.Entry}
		return w.entry(at, &u, true)
	case journal.EntryUpdated:
		return w.entry(at, &e, false)
	case journal.GapFound:
		from := &e.Gap.From
		return w.body(at, gaps, e.Flight.String(), e.Source, int64(from.Index), bounded(from.Time, math.MinInt64))
	case journal.LookedInto:
		return w.body(at, looked, e.Flight.String(), e.Source, string(e.Look.State), int64(e.Look.From))
	case journal.DefectsFound:
		return w.defect(at, &e)
	case journal.MediaWithheld:
		return w.withheld(&e)
	case journal.VMTIReportsCounted:
		return w.reports(&e)
	case journal.LossDeclared:
		return w.statement(at, e.At, e.Flight, e.Source)
	case journal.EvidenceRead:
		return w.statement(at, e.At, journal.Sortie{}, e.What)
	case journal.EvidenceExported:
		return w.statement(at, e.At, journal.Sortie{}, e.What)
	case journal.KeyRotated:
		return w.statement(at, e.At, journal.Sortie{}, e.Name)
	case journal.ActRecorded:
		return w.statement(at, e.At, journal.Sortie{}, e.ID)
	case journal.ObservationsRecorded:
		return w.surveyed(at)
	case journal.OutcomeReported:
		return w.surveyed(at)
	case journal.SiteAttributed:
		return w.surveyed(at)
	case journal.CheckpointPublished:
		return w.statement(at, e.At, journal.Sortie{}, size(e.Size))
	case journal.CheckpointCosigned:
		return w.statement(at, e.At, journal.Sortie{}, size(e.Size))
	case journal.Unknown:
		return w.unknown(at, &e)
	default:
		return fmt.Errorf("event %s has no place in the read models", e.Kind())
	}
	return nil
}

// size is a number of leaves as a subject, so that subjects of one kind sort like the numbers.
func size(n uint64) string { return fmt.Sprintf("%020d", n) }

// body writes a row whose last columns are the place and the record.
func (w *writer) body(at *Positioned, t *table, values ...any) error {
	b, err := at.body()
	if err != nil {
		return err
	}
	return w.put(t, append(values, at.Stream, count(at.Sequence), b))
}

func (w *writer) statement(at *Positioned, when time.Time, sortie journal.Sortie, subject string) error {
	b, err := at.body()
	if err != nil {
		return err
	}
	kind := string(at.Record.Event.Kind())
	return w.put(statements, row{at.Stream, count(at.Sequence), kind, bounded(when, math.MinInt64), sortie.String(), subject, b})
}

// flight returns the row of a flight, or a new one.
func (w *writer) flight(sortie journal.Sortie) (row, error) {
	r, err := w.get(flights, sortie.String())
	if err != nil {
		return nil, err
	}
	r.set(flights, "operator", sortie.Operator)
	r.set(flights, "year", int64(sortie.Year))
	r.set(flights, "number", int64(sortie.Number))
	return r, nil
}

func (w *writer) flightOpened(at *Positioned, e *journal.FlightOpened) error {
	r, err := w.flight(e.Flight)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"address": e.Aircraft.Address, "registration": e.Aircraft.Registration, "callsign": e.Aircraft.Callsign} {
		if value != "" || r.text(flights, name) == "" {
			r.set(flights, name, value)
		}
	}
	return w.stated(at, flights, r, "opened")
}

func (w *writer) flightClosed(at *Positioned, e *journal.FlightClosed) error {
	r, err := w.flight(e.Flight)
	if err != nil {
		return err
	}
	widen(r, e.From, e.To)
	return w.stated(at, flights, r, "closed")
}

// stated puts the record and its place into the columns of that name, and writes the row.
func (w *writer) stated(at *Positioned, t *table, r row, name string) error {
	b, err := at.body()
	if err != nil {
		return err
	}
	r.set(t, name, b)
	r.set(t, name+"_stream", at.Stream)
	r.set(t, name+"_sequence", count(at.Sequence))
	return w.put(t, r)
}

func (w *writer) source(at *Positioned, source, name string) error {
	r, err := w.get(sources, source)
	if err != nil {
		return err
	}
	b, err := at.body()
	if err != nil {
		return err
	}
	r.set(sources, name, b)
	r.set(sources, "stream", at.Stream)
	r.set(sources, "sequence", count(at.Sequence))
	return w.put(sources, r)
}

func (w *writer) segmentSealed(at *Positioned, e *journal.SegmentSealed) error {
	r, err := w.get(segments, string(e.Segment))
	if err != nil {
		return err
	}
	r.set(segments, "flight", e.Flight.String())
	r.set(segments, "source", e.Source)
	r.set(segments, "minute", bounded(e.Minute, math.MinInt64))
	r.set(segments, "plain", hex.EncodeToString(e.Plain[:]))
	return w.stated(at, segments, r, "sealed")
}

func (w *writer) segmentErased(at *Positioned, e *journal.SegmentErased) error {
	r, err := w.get(segments, string(e.Segment))
	if err != nil {
		return err
	}
	if r.blob(segments, "sealed") == nil { // sealing may be told by a stream that is read later
		r.set(segments, "flight", e.Flight.String())
		r.set(segments, "source", "")
		r.set(segments, "minute", int64(math.MinInt64))
		r.set(segments, "plain", "")
	}
	return w.stated(at, segments, r, "erased")
}

// entry replaces what was said of an entry; the place where it was first said stays.
func (w *writer) entry(at *Positioned, e *journal.EntryUpdated, first bool) error {
	r, err := w.get(entries, e.Flight.String(), e.Source, count(e.Number))
	if err != nil {
		return err
	}
	from, to := e.Entry.Entered.Earliest, e.Entry.Left.Latest
	if from.IsZero() {
		from = e.Entry.First.Time
	}
	if to.IsZero() {
		to = e.Entry.Last.Time
	}
	if e.Open {
		to = time.Time{}
	}
	b, err := at.body()
	if err != nil {
		return err
	}
	r.set(entries, "state", string(e.Entry.State))
	r.set(entries, "verdict", int64(e.Entry.Verdict))
	r.set(entries, "earliest", bounded(from, math.MinInt64))
	r.set(entries, "latest", bounded(to, math.MaxInt64))
	if first {
		r.set(entries, "found_stream", at.Stream)
		r.set(entries, "found_sequence", count(at.Sequence))
	}
	r.set(entries, "stream", at.Stream)
	r.set(entries, "sequence", count(at.Sequence))
	r.set(entries, "body", b)
	return w.put(entries, r)
}

func (w *writer) defect(at *Positioned, e *journal.DefectsFound) error {
	r, err := w.get(defects, e.Flight.String(), e.Source, string(e.Example.Code))
	if err != nil {
		return err
	}
	b, err := at.body()
	if err != nil {
		return err
	}
	return w.count(at, r, e.Count, e.At, b)
}

func (w *writer) count(at *Positioned, r row, n uint64, when time.Time, body []byte) error {
	r.add(defects, "count", n)
	first := bounded(when, math.MinInt64)
	if was, ok := r[defects.column("first")].(int64); ok {
		first = min(first, was)
	}
	latest := bounded(when, math.MinInt64)
	if was, ok := r[defects.column("latest")].(int64); ok {
		latest = max(latest, was)
	}
	r.set(defects, "first", first)
	r.set(defects, "latest", latest)
	r.set(defects, "stream", at.Stream)
	r.set(defects, "sequence", count(at.Sequence))
	r.set(defects, "body", body)
	return w.put(defects, r)
}

// finding counts what the read models find themselves.
func (w *writer) finding(at *Positioned, p pathKey, code evidence.Code, n, got, want uint64, when time.Time) error {
	return w.found(at, p.flight, p.source, n, when, evidence.Defect{
		Code: code, Offset: count(got), Got: fmt.Sprint(got), Want: fmt.Sprint(want),
	})
}

func (w *writer) found(at *Positioned, sortie, source string, n uint64, when time.Time, d evidence.Defect) error {
	r, err := w.get(defects, sortie, source, string(d.Code))
	if err != nil {
		return err
	}
	e := journal.DefectsFound{Source: source, Example: d, Count: n, At: when}
	if sortie != "" {
		if e.Flight, err = journal.ParseSortie(sortie); err != nil {
			return err
		}
	}
	b, err := part(e)
	if err != nil {
		return err
	}
	return w.count(at, r, n, when, b)
}

// unknown counts a record that could not be read, under the code that reading it gave and with its stream as the source.
func (w *writer) unknown(at *Positioned, e *journal.Unknown) error {
	d := evidence.Defect{Code: journal.CodeKind, Offset: count(at.Sequence), Got: string(e.Name)}
	switch e.Version {
	case 0:
		d.Code = journal.CodeMalformed
	case journal.Version:
	default:
		d.Code, d.Got, d.Want = journal.CodeVersion, fmt.Sprint(e.Version), fmt.Sprint(journal.Version)
	}
	return w.found(at, "", at.Stream, 1, time.Time{}, d)
}

func (w *writer) withheld(e *journal.MediaWithheld) error {
	r, err := w.get(withheld, e.Flight.String(), e.Source, e.Reason)
	if err != nil {
		return err
	}
	r.add(withheld, "packets", e.Withheld.Packets)
	r.add(withheld, "bytes", e.Withheld.Bytes)
	r.add(withheld, "duration", uint64(max(0, e.Withheld.Duration)))
	return w.put(withheld, r)
}

func (w *writer) reports(e *journal.VMTIReportsCounted) error {
	r, err := w.get(reports, e.Flight.String(), e.Source)
	if err != nil {
		return err
	}
	r.add(reports, "persons", e.People)
	r.add(reports, "vehicles", e.Vehicles)
	r.add(reports, "others", e.Others)
	return w.put(reports, r)
}
