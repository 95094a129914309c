package node

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// What a report says of a way and of the ground that was in view is thinned: who may have them finer may ask for the recording. With these
// a product stays within what goes to another node at once, however much of it is shown.
const (
	reportEvery    = 10 * time.Second // how close fixes of a path lie at the closest, and frames
	mostFixes      = 400              // of one path, beside those of entries and gaps
	mostWays       = 800              // of all paths of a flight
	mostFootprints = 300              // of all paths of a flight
	lookPause      = time.Minute      // what parts one stretch of looking from the next
)

// waypoint is one of many places in the order of time.
type waypoint struct {
	at    time.Time
	where geodesy.Position
	kept  bool // whatever becomes of the others
}

// thin returns which of some places in the order of time are kept, in order: the first, the last and those that are to be kept, and beside
// these at most so many, one after the other that which lies farthest from where a straight way at even speed between its kept
// neighbours has it at its instant. So turns, holds and changes of speed stay (Meratnia and de By 2004, top down).
func thin(all []waypoint, most int) []int {
	var out []int
	for i := range all {
		if i == 0 || i == len(all)-1 || all[i].kept {
			out = append(out, i)
		}
	}
	var open farthest
	look := func(from, to int) {
		if s, ok := worst(all, from, to); ok {
			heap.Push(&open, s)
		}
	}
	for i := 1; i < len(out); i++ {
		look(out[i-1], out[i])
	}
	for ; most > 0 && open.Len() > 0; most-- {
		s := heap.Pop(&open).(stretch)
		out = append(out, s.split)
		look(s.from, s.split)
		look(s.split, s.to)
	}
	slices.Sort(out)
	return out
}

// stretch is what lies between two kept places.
type stretch struct {
	from, to, split int
	away            geodesy.Length
}

type farthest []stretch

func (f farthest) Len() int { return len(f) }
func (f farthest) Less(i, j int) bool {
	return f[i].away > f[j].away || f[i].away == f[j].away && f[i].from < f[j].from
}
func (f farthest) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *farthest) Push(x any)   { *f = append(*f, x.(stretch)) }
func (f *farthest) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

func worst(all []waypoint, from, to int) (stretch, bool) {
	if to-from < 2 {
		return stretch{}, false
	}
	a, b := &all[from], &all[to]
	p, q := geodesy.ToECEF(a.where, 0), geodesy.ToECEF(b.where, 0)
	long := b.at.Sub(a.at).Seconds()
	out := stretch{from: from, to: to, split: (from + to) / 2, away: -1}
	for i := from + 1; i < to; i++ {
		part := 0.5
		if long > 0 {
			part = all[i].at.Sub(a.at).Seconds() / long
		}
		away := geodesy.Length(geodesy.ToECEF(all[i].where, 0).Minus(p.Plus(q.Minus(p).Times(part))).Norm())
		if away > out.away {
			out.split, out.away = i, away
		}
	}
	return out, true
}

// fixRecords are the fixes of a path: those of entries and gaps, the first and the last, and others as thin keeps them.
func (n *Node) fixRecords(ctx context.Context, sortie journal.Sortie, source string, most int) ([]keptRecord, error) {
	type kept struct {
		fix     flight.Fix
		sampled bool
	}
	var all []kept
	var way []waypoint
	page := sqlite.Page{Limit: sqlite.MostInPage}
	for {
		fixes, next, err := n.Models().Fixes(ctx, sortie, source, page)
		if errors.Is(err, sqlite.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range fixes {
			f := &fixes[i]
			last := next == "" && i == len(fixes)-1
			if f.Fix.Time.IsZero() || f.Marks == 0 && !last && len(way) > 0 && f.Fix.Time.Sub(way[len(way)-1].at) < reportEvery {
				continue
			}
			way = append(way, waypoint{f.Fix.Time, f.Fix.Position, f.Marks != 0})
			all = append(all, kept{f.Fix, f.Sampled})
		}
		if page.After = next; next == "" {
			break
		}
	}
	var out []keptRecord
	for _, i := range thin(way, most) {
		out = append(out, fixRecord(sortie, source, &all[i].fix, all[i].sampled))
	}
	return out, nil
}

func fixRecord(sortie journal.Sortie, source string, f *flight.Fix, sampled bool) keptRecord {
	v := values{}
	v.text("flight", sortie.String())
	v.instant("at", f.Time)
	v.place("place", f.Position)
	if !sampled && f.Altitude.Datum != geodesy.UnknownDatum {
		v.number("altitude", float64(f.Altitude.Value), 0)
		v.code("datum", f.Altitude.Datum.String())
	}
	if !sampled && f.GroundSpeed >= 0 {
		v.number("speed", float64(f.GroundSpeed), 1)
	}
	v.text("source", source)
	return keptRecord{Kind: "fix/1", Values: v}
}

// footprint is a frame that showed ground.
type footprint struct {
	source  string
	at      time.Time
	corners [4]geodesy.Position
	eye     geodesy.Position
	seen    bool // from where is known
	doubt   geodesy.Length
}

// footprintRecords are the ground that a flight had in view: of each stretch of looking the first and the last frame, and others as thin
// keeps them by where the middle of the ground went. With a state they are those whose ground lies in it with all corners.
func (n *Node) footprintRecords(ctx context.Context, sortie journal.Sortie, state string) ([]keptRecord, error) {
	var all []footprint
	var way []waypoint
	var before footprint // the frame before, which ends a stretch when the next one comes late
	end := func() {
		if k := len(all) - 1; k >= 0 && (all[k].source != before.source || !all[k].at.Equal(before.at)) {
			all = append(all, before)
			way = append(way, waypoint{before.at, middle(&before.corners), true})
		} else if k >= 0 {
			way[k].kept = true
		}
	}
	err := n.Models().GlimpsesOf(ctx, sortie, func(s sqlite.Sighting) error {
		g := s.Glimpse
		if g.Time.IsZero() || state != "" && !n.within(airspace.State(state), g.Corners[:]) {
			return nil
		}
		f := footprint{source: s.Source, at: g.Time, corners: g.Corners, doubt: g.Uncertainty}
		f.eye, f.seen = g.Eye.Get()
		begins := len(all) == 0 || f.source != before.source || f.at.Sub(before.at) > lookPause || f.at.Before(before.at)
		if begins {
			end()
		}
		if begins || f.at.Sub(all[len(all)-1].at) >= reportEvery {
			all = append(all, f)
			way = append(way, waypoint{f.at, middle(&f.corners), begins})
		}
		before = f
		return nil
	})
	if errors.Is(err, sqlite.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	end()
	must := 0
	for i := range way {
		if way[i].kept {
			must++
		}
	}
	if must > mostFootprints { // stretches are many and short: no end of one is worth more than another
		for i := range way {
			way[i].kept = false
		}
		must = 2
	}
	var out []keptRecord
	for _, i := range thin(way, mostFootprints-must) {
		out = append(out, footprintRecord(sortie, &all[i]))
	}
	return out, nil
}

func footprintRecord(sortie journal.Sortie, f *footprint) keptRecord {
	v := values{}
	v.text("flight", sortie.String())
	v.instant("at", f.at)
	for i, name := range []string{"corner_1", "corner_2", "corner_3", "corner_4"} {
		v.place(name, f.corners[i])
	}
	if f.seen {
		v.place("sensor_place", f.eye)
	}
	v.number("doubt", float64(f.doubt), 0)
	v.text("source", f.source)
	return keptRecord{Kind: "footprint/1", Values: v}
}

// within tells whether all of some places lie in a state, and in no other.
func (n *Node) within(state airspace.State, places []geodesy.Position) bool {
	for _, p := range places {
		if s := n.lines[0].StatesAt(p); !s.Has(state) || s.Len() != 1 {
			return false
		}
	}
	return true
}

// middle is the mean of the corners, with longitudes counted from the first: where the ground is, not what was looked at.
func middle(corners *[4]geodesy.Position) geodesy.Position {
	first := corners[0]
	var lat, lon geodesy.Angle
	for _, c := range corners {
		lat += c.Lat
		lon += geodesy.LongitudeDifference(first.Lon, c.Lon)
	}
	return geodesy.Position{Lat: lat / 4, Lon: geodesy.NormalizeLongitude(first.Lon + lon/4)}
}

// seenRecords are the ways of a flight and the ground in view; with a state the ground alone.
func (n *Node) seenRecords(ctx context.Context, sortie journal.Sortie, paths []sqlite.Path, state string) ([]keptRecord, error) {
	out, err := n.footprintRecords(ctx, sortie, state)
	if err != nil || state != "" {
		return out, err
	}
	for i := range paths {
		way, err := n.fixRecords(ctx, sortie, paths[i].Source, min(mostFixes, mostWays/len(paths)))
		if err != nil {
			return nil, err
		}
		out = append(out, way...)
	}
	return out, nil
}
