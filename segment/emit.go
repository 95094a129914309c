package segment

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"overflight/evidence"
	"overflight/journal"
)

// emit makes the cut that ends at an offset.
func (r *Recorder) emit(at int64) {
	n := at - r.base
	c := Cut{Clock: r.cfg.Clock, Uncertainty: -time.Microsecond, Counts: r.counts}
	c.Blocks, c.Size = r.kept.cut(n), n
	c.From, c.To = r.minute.from, r.minute.to
	if r.cfg.Clock == journal.ArrivalClock {
		c.Uncertainty = 0
		if from, ok := r.arrived(r.base); ok {
			c.From = from
		}
		if to, ok := r.arrived(max(at-1, r.base)); ok {
			c.To = to
		}
	}
	if c.From.IsZero() {
		c.Clock = journal.NoClock
	}
	c.Minute = c.From.Truncate(time.Minute)
	c.Packets = r.packets(at)
	c.Media = r.media(at)
	c.Withheld, c.Consumed = r.withheld(at)
	c.Consumed += n
	r.state(&c)

	r.base = at
	r.counts, r.units, r.minute = journal.SegmentCounts{}, 0, period{}
	if r.cfg.Clock == journal.ArrivalClock {
		r.keepArrivals(at)
	}
	r.cuts = append(r.cuts, c)
}

// keepArrivals keeps what is told of the bytes from an offset on, and begins the minute of the first of them.
func (r *Recorder) keepArrivals(at int64) {
	if r.kept.size == 0 {
		r.arrivals = r.arrivals[:0]
		return
	}
	for len(r.arrivals) > 1 && r.arrivals[1].offset <= at {
		r.arrivals = r.arrivals[1:]
	}
	r.arrivals = slices.Clone(r.arrivals)
	if len(r.arrivals) > 0 {
		r.cover(r.arrivals[0].at)
	}
}

// packets parts the bytes up to an offset where something begins.
func (r *Recorder) packets(at int64) []Range {
	slices.Sort(r.starts)
	var out []Range
	from, i := r.base, 0
	for ; i < len(r.starts) && r.starts[i] < at; i++ {
		if s := r.starts[i]; s > from {
			out = append(out, Range{Offset: from - r.base, Length: s - from})
			from = s
		}
	}
	r.starts = append(r.starts[:0], r.starts[i:]...)
	if at > from {
		out = append(out, Range{Offset: from - r.base, Length: at - from})
	}
	return out
}

// media is the run from the first key picture to the end.
func (r *Recorder) media(at int64) []Media {
	var out []Media
	i := 0
	for ; i < len(r.keys) && r.keys[i].offset < at; i++ {
		if k := r.keys[i]; len(out) == 0 && k.offset >= r.base {
			out = append(out, Media{Range: Range{Offset: k.offset - r.base, Length: at - k.offset}, PID: uint16(max(k.pid, 0)), Name: k.codec})
		}
	}
	r.keys = append(r.keys[:0], r.keys[i:]...)
	return out
}

// state states what follows from the bytes of a cut.
func (r *Recorder) state(c *Cut) {
	for _, p := range r.paths {
		c.Events = append(c.Events, p.events(r.at)...)
	}
	found := r.found()
	for _, d := range found {
		c.Counts.Defects += d.Count
	}
	for _, d := range found {
		c.Events = append(c.Events, d)
	}
	if k := r.classes; k.People+k.Vehicles+k.Others > 0 {
		c.Events = append(c.Events, journal.VMTIReportsCounted{
			Flight: r.cfg.Sortie, Source: r.cfg.Source, People: uint64(k.People), Vehicles: uint64(k.Vehicles), Others: uint64(k.Others), At: r.at,
		})
		r.classes.People, r.classes.Vehicles, r.classes.Others = 0, 0, 0
	}
	c.Events = append(c.Events, r.lapsed(c)...)
}

// found lists the findings since the cut before, by code.
func (r *Recorder) found() []journal.DefectsFound {
	if r.session == nil {
		return nil
	}
	totals := maps.Clone(r.session.Defects().Counts())
	if totals == nil {
		totals = map[evidence.Code]int{}
	}
	examples := map[evidence.Code]evidence.Defect{}
	for _, d := range r.session.Defects().Since(r.seen) {
		examples[d.Code] = d
	}
	r.seen = r.session.Defects().Kept()
	for _, p := range r.paths {
		for code, n := range p.findings {
			totals[code] += n
			if _, ok := examples[code]; !ok {
				examples[code] = p.examples[code]
			}
		}
	}
	var codes []evidence.Code
	for code, n := range totals {
		if n > r.told[code] {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	var out []journal.DefectsFound
	for _, code := range codes {
		d, ok := examples[code]
		if !ok {
			d = evidence.Defect{Code: code, Got: strconv.Itoa(totals[code])}
		}
		out = append(out, journal.DefectsFound{
			Flight: r.cfg.Sortie, Source: r.cfg.Source, Example: d, Count: uint64(totals[code] - r.told[code]), At: r.at,
		})
		r.told[code] = totals[code]
	}
	return out
}
