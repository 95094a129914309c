package sqlite

import (
	"fmt"
	"math"
	"time"

	"overflight/flight"
	"overflight/journal"
)

type pathKey struct{ flight, source string }

// path is the state of one path, as its row holds it.
type path struct {
	key             pathKey
	id              int64
	fixes, frames   uint64 // numbers of the next
	looked          uint64 // frames with a footprint
	earliest, until time.Time
	arrived         time.Time
	last            journal.FixesRecorded // its one fix is the last of the path; none before the first
	kept            bool                  // the last fix was kept
	dirty           bool
}

// path returns the state of a path and marks it as changed.
func (w *writer) path(sortie journal.Sortie, source string) (*path, error) {
	key := pathKey{sortie.String(), source}
	p, ok := w.paths[key]
	if !ok {
		r, err := w.get(paths, key.flight, key.source)
		if err != nil {
			return nil, err
		}
		if p, err = readPath(r); err != nil {
			return nil, err
		}
		if p.id == 0 {
			if w.pathCount+1 >= mostPaths {
				return nil, fmt.Errorf("more than %d paths", mostPaths)
			}
			w.pathCount++
			p.id = w.pathCount
		}
		w.paths[key] = p
	}
	if !p.dirty {
		p.dirty = true
		w.dirty = append(w.dirty, p)
	}
	return p, nil
}

func readPath(r row) (*path, error) {
	p := &path{
		key: pathKey{r.text(paths, "flight"), r.text(paths, "source")},
		id:  r.integer(paths, "id"), fixes: uint64(r.integer(paths, "fixes")), frames: uint64(r.integer(paths, "frames")),
		looked: uint64(r.integer(paths, "looked")), kept: r.integer(paths, "last_kept") != 0,
		earliest: instant(r, paths, "earliest"), until: instant(r, paths, "latest"), arrived: instant(r, paths, "arrived"),
	}
	if b := r.blob(paths, "last"); b != nil {
		var err error
		if p.last, err = read[journal.FixesRecorded](paths, b); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func instant(r row, t *table, name string) time.Time {
	if n, ok := r[t.column(name)].(int64); ok {
		return time.UnixMicro(n).UTC()
	}
	return time.Time{}
}

// saw widens the time that the path spans.
func (p *path) saw(t time.Time) {
	if t.IsZero() {
		return
	}
	t = t.Truncate(time.Microsecond)
	if p.earliest.IsZero() || t.Before(p.earliest) {
		p.earliest = t
	}
	if p.until.IsZero() || t.After(p.until) {
		p.until = t
	}
}

// flush writes the paths that changed, and the time that they span into their flights.
func (w *writer) flush() error {
	for _, p := range w.dirty {
		var last any
		if len(p.last.Fixes) > 0 {
			b, err := part(p.last)
			if err != nil {
				return err
			}
			last = b
		}
		kept := int64(0)
		if p.kept {
			kept = 1
		}
		err := w.put(paths, row{
			p.key.flight, p.key.source, p.id, count(p.fixes), count(p.frames), count(p.looked),
			micros(p.earliest), micros(p.until), micros(p.arrived), last, kept,
		})
		if err == nil && p.key.flight != "" {
			err = w.span(p)
		}
		if err != nil {
			return err
		}
		p.dirty = false
	}
	w.dirty = w.dirty[:0]
	return nil
}

func (w *writer) span(p *path) error {
	sortie, err := journal.ParseSortie(p.key.flight)
	if err != nil {
		return err
	}
	r, err := w.flight(sortie)
	if err != nil {
		return err
	}
	widen(r, p.earliest, p.until)
	return w.put(flights, r)
}

// widen makes the time of a flight hold two instants.
func widen(r row, from, to time.Time) {
	if v := micros(from); v != nil {
		if was, ok := r[flights.column("earliest")].(int64); !ok || v.(int64) < was {
			r.set(flights, "earliest", v)
		}
	}
	if v := micros(to); v != nil {
		if was, ok := r[flights.column("latest")].(int64); !ok || v.(int64) > was {
			r.set(flights, "latest", v)
		}
	}
}

// consecutive compares a block with what its path holds: it returns how many of its first items are there already.
// What is missing before it, or repeated, becomes a defect. A number that no path can reach is refused with ok false.
func (w *writer) consecutive(at *Positioned, p *path, next, first uint64, n int, when time.Time) (skip int, ok bool, err error) {
	last := first + uint64(n)
	if last < first || last >= mostNumbers {
		return 0, false, w.finding(at, p.key, CodeBlockMissing, uint64(n), first, next, when)
	}
	switch {
	case first > next:
		err = w.finding(at, p.key, CodeBlockMissing, first-next, first, next, when)
	case first < next:
		skip = int(min(next-first, uint64(n)))
		err = w.finding(at, p.key, CodeBlockRepeated, uint64(skip), first, next, when)
	}
	return skip, true, err
}

func (w *writer) fixesRecorded(at *Positioned, e *journal.FixesRecorded) error {
	p, err := w.path(e.Flight, e.Source)
	if err != nil {
		return err
	}
	skip, ok, err := w.consecutive(at, p, p.fixes, e.First, len(e.Fixes), e.At)
	if err != nil || !ok || skip == len(e.Fixes) {
		return err
	}
	if e.Aircraft != p.last.Aircraft {
		if err := w.identify(e.Flight, &e.Aircraft); err != nil {
			return err
		}
	}
	number, fixes := e.First+uint64(skip), e.Fixes[skip:]
	var previous *flight.Fix
	if len(p.last.Fixes) > 0 {
		previous = &p.last.Fixes[0]
	}
	before := p.last
	this, i := *e, -1
	p.kept, err = thin(previous, p.kept, fixes, func(back bool, f *flight.Fix) error {
		if back && f == previous {
			return w.keepFix(p, before)
		}
		// Fixes come in order; one that is kept late is the one before that for which it is kept.
		for i++; &fixes[i] != f; i++ {
		}
		this.First, this.Fixes = number+uint64(i), fixes[i:i+1]
		return w.keepFix(p, this)
	})
	if err != nil {
		return err
	}
	for i := range fixes {
		p.saw(fixes[i].Time)
	}
	n := len(fixes)
	p.fixes = number + uint64(n)
	this.First, this.Fixes = p.fixes-1, []flight.Fix{fixes[n-1]} // a copy: the block must not be kept alive
	p.last = this
	p.arrive(e.At)
	return nil
}

// identify notes what a stream says of the aircraft where nobody has said it before.
func (w *writer) identify(sortie journal.Sortie, a *flight.Aircraft) error {
	r, err := w.flight(sortie)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"address": a.Address, "registration": a.Registration, "callsign": a.Callsign} {
		if r.text(flights, name) == "" {
			r.set(flights, name, value)
		}
	}
	return w.put(flights, r)
}

func (p *path) arrive(t time.Time) {
	if t.After(p.arrived) {
		p.arrived = t.Truncate(time.Microsecond)
	}
}

func (w *writer) keepFix(p *path, e journal.FixesRecorded) error {
	id, at := p.id<<numberBits|int64(e.First), e.Fixes[0].Position
	e.Flight, e.Source = journal.Sortie{}, "" // the path knows
	b, err := part(e)
	if err != nil {
		return err
	}
	if err := w.put(fixes, row{id, bounded(e.Fixes[0].Time, math.MinInt64), real64(float64(at.Lat)), real64(float64(at.Lon)), b}); err != nil {
		return err
	}
	if !at.Valid() {
		return nil
	}
	o := pointBox(at.Lat.Degrees(), at.Lon.Degrees())
	_, err = w.fixBox.Exec(id, o.south, o.north, o.west, o.east)
	return err
}

func pointBox(lat, lon float64) box { return box{down(lat), up(lat), down(lon), up(lon)} }

func (w *writer) footprintsRecorded(at *Positioned, e *journal.FootprintsRecorded) error {
	p, err := w.path(e.Flight, e.Source)
	if err != nil {
		return err
	}
	skip, ok, err := w.consecutive(at, p, p.frames, e.First, len(e.Footprints), e.At)
	if err != nil || !ok || skip == len(e.Footprints) {
		return err
	}
	whole, block := *at, *e
	if skip > 0 {
		block.First += uint64(skip)
		block.Footprints = block.Footprints[skip:]
		whole.Encoded, whole.Record.Event = nil, block
	}
	b, err := whole.body()
	if err != nil {
		return err
	}
	earliest, latest := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range block.Footprints {
		t := block.Footprints[i].Footprint.Time
		p.saw(t)
		earliest, latest = min(earliest, bounded(t, math.MinInt64)), max(latest, bounded(t, math.MaxInt64))
	}
	id := p.id<<numberBits | int64(block.First)
	o, n := bounds(block.Footprints)
	r := row{id, int64(len(block.Footprints)), count(n), earliest, latest, nil, nil, nil, nil, at.Stream, count(at.Sequence), b}
	if n > 0 {
		r[5], r[6], r[7], r[8] = real64(o.south), real64(o.north), real64(o.west), real64(o.east)
		boxes, k := o.parts()
		for i, x := range boxes[:k] {
			if _, err := w.frameBox.Exec(id<<1|int64(i), x.south, x.north, x.west, x.east); err != nil {
				return err
			}
		}
	}
	if err := w.glimpsed(p, id, &block); err != nil {
		return err
	}
	p.frames = block.First + uint64(len(block.Footprints))
	p.looked += n
	p.arrive(e.At)
	return w.put(footprints, r)
}
