package coverage

import (
	"time"

	"overflight/geodesy"
)

// Visit is a time during which the frames of one path showed a place, with no pause of more than Pause between two.
type Visit struct {
	From, To time.Time // of the first and the last frame; zero when these have no time
	Frames   int
	Best     Glimpse // the frame with the greatest POD, of equals the one with the finest resolution
	Look     Look    // of it
	Detection
	Whole Cumulative // of all frames of the visit
	tally Tally
}

// Watch watches one place: it is given the frames of one path after another in their order, and tells the visits and what they
// come to. It is not safe for concurrent use.
type Watch struct {
	model   *Model
	place   geodesy.Position
	heights Heights
	lamp    lamp
	ground  geodesy.Vector
	up      geodesy.Vector
	visits  []Visit
	tally   Tally
	open    bool
	last    time.Time
	number  uint64
}

// NewWatch returns a Watch that has seen nothing. heights may be nil.
func NewWatch(m *Model, p geodesy.Position, heights Heights) *Watch {
	return &Watch{model: m, place: p, heights: heights, lamp: lamp{place: p}, ground: geodesy.ToECEF(p, 0), up: geodesy.UpAt(p)}
}

// Next ends the path: what follows is of another.
func (w *Watch) Next() { w.open = false }

// Add takes a frame; false when it does not show the place. Frames that may not show it need not be given.
func (w *Watch) Add(g *Glimpse) bool {
	s := sight{outline: g.outline(), g: g}
	if !s.holds(w.ground) {
		return false
	}
	s.locate(w.model.Columns, w.model.Rows)
	l := s.look(w.place, w.ground, w.up, w.lamp.lightAt(g.Time), w.heights)
	d := w.model.Detect(&l)
	anew := !w.open || parted(w.last, g.Time, w.number, g.Number)
	w.open, w.last, w.number = true, g.Time, g.Number
	w.tally.Add(l.Group(), d.POD, anew)
	if anew {
		w.visits = append(w.visits, Visit{From: g.Time, To: g.Time, Frames: 1, Best: *g, Look: l, Detection: d})
	}
	v := &w.visits[len(w.visits)-1]
	v.tally.Add(l.Group(), d.POD, false)
	if anew {
		return true
	}
	v.Frames++
	if g.Time.Before(v.From) {
		v.From = g.Time
	}
	if g.Time.After(v.To) {
		v.To = g.Time
	}
	if d.POD > v.POD || d.POD == v.POD && l.Known && (!v.Look.Known || l.Resolution < v.Look.Resolution) {
		v.Best, v.Look, v.Detection = *g, l, d
	}
	return true
}

// parted reports whether a pause lies between two frames of a path; of frames without a time their numbers tell.
func parted(a, b time.Time, before, number uint64) bool {
	if a.IsZero() || b.IsZero() {
		return a.IsZero() != b.IsZero() || number-before > pauseFrames
	}
	return b.Sub(a).Abs() > Pause
}

// Visits returns the visits so far, path by path, and what all come to.
func (w *Watch) Visits() ([]Visit, Cumulative) {
	for i := range w.visits {
		w.visits[i].Whole = w.visits[i].tally.Sum(w.model)
	}
	return w.visits, w.tally.Sum(w.model)
}

// Begun is how many visits there are so far.
func (w *Watch) Begun() int { return len(w.visits) }
