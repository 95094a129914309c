package node

import (
	"math"
	"sync"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/internal/sqlite"
	"overflight/journal"
)

// sightings are the footprints that came since looks at sites were asked for last: what they show nothing of needs no asking again.
type sightings struct {
	mu      sync.Mutex // guards what follows
	on      bool       // somebody has asked; before that all is asked for anyway
	blocks  []sighted
	frames  int
	unknown bool // too much came
}

// sighted is a block of footprints.
type sighted struct {
	bounds coverage.Bounds
	frames []coverage.Glimpse // nil where too many came: then anything within bounds may have been seen
	all    bool               // anything may have been seen anywhere
}

// Bounds of what is kept: frames, beyond which only bounds are, and blocks, beyond which everything is asked for again.
const (
	mostSightedFrames = 50_000
	mostSightedBlocks = 50_000
)

// add takes events that the read models have.
func (s *sightings) add(batch []sqlite.Positioned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		if e, ok := batch[i].Record.Event.(journal.FootprintsRecorded); ok && s.on && !s.unknown {
			s.block(&e)
		}
	}
}

func (s *sightings) block(e *journal.FootprintsRecorded) {
	var extent coverage.Extent
	var frames []coverage.Glimpse
	for i := range e.Footprints {
		l := &e.Footprints[i]
		if g, ok := coverage.GlimpseOf(e.First+uint64(i), l.Sensor, l.Altitude, &l.Footprint); ok {
			extent.AddGlimpse(&g)
			frames = append(frames, g)
		}
	}
	bounds, some := extent.Bounds()
	if !some {
		return
	}
	if s.frames += len(frames); s.frames > mostSightedFrames {
		frames = nil
	}
	s.blocks = append(s.blocks, sighted{bounds: bounds, frames: frames})
	if len(s.blocks) > mostSightedBlocks {
		s.blocks, s.unknown = nil, true
	}
}

// take returns what came, and begins anew.
func (s *sightings) take() []sighted {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.blocks
	if s.unknown {
		out = []sighted{{all: true}}
	}
	s.on, s.blocks, s.frames, s.unknown = true, nil, 0, false
	return out
}

// holds reports whether a place may have been seen.
func (x *sighted) holds(at geodesy.Position) bool {
	if x.all {
		return true
	}
	b := &x.bounds
	if at.Lat < b.South || at.Lat > b.North {
		return false
	}
	if east := math.Mod(float64(at.Lon-b.West), 360); math.Mod(east+360, 360) > float64(b.East-b.West) {
		return false
	}
	if x.frames == nil {
		return true
	}
	for i := range x.frames {
		if x.frames[i].Holds(at) {
			return true
		}
	}
	return false
}
