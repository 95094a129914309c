// Package airspace answers whose airspace a position is in, how deep, and for how long an aircraft
// was there.
//
// It states geometry. What a finding means in law is not its business: it says "entry", "possible
// entry" or "unresolved", and names the boundary that it used.
package airspace

import (
	"overflight/evidence"
	"overflight/geodesy"
)

// State is an ISO 3166-1 alpha-3 code of a sovereign state; "" is outside every state.
type State string

// States is a small set of states that claim one position, sorted. Most positions have none or one.
type States struct {
	list [6]State
	n    int
}

// Len is the number of claimants.
func (s *States) Len() int { return s.n }

// At returns claimant i.
func (s *States) At(i int) State { return s.list[i] }

// Has reports whether st is among the claimants.
func (s *States) Has(st State) bool {
	for _, x := range s.list[:s.n] {
		if x == st {
			return true
		}
	}
	return false
}

// EdgeKind is the part of a state's outline that is asked for.
type EdgeKind uint8

// The kinds: the whole outline, or only what the state shares with another state.
const (
	Limit EdgeKind = iota
	LandBorder
)

// Source names a boundary line: where it is from, under which licence, and its digest.
type Source struct {
	Name    string
	Version string
	Licence string
	Digest  evidence.Digest
}

// Nearest is the nearest point of an outline.
type Nearest struct {
	Distance    geodesy.Length // geodesic on WGS 84
	Point       geodesy.Position
	Uncertainty geodesy.Length // of the line at that point
	Neighbour   State          // the state on the other side; "" when the edge faces no state
}

// Line is one boundary source that can be asked about every state it holds. Implementations MUST be
// safe for concurrent use and MUST treat edges as straight in longitude and latitude.
type Line interface {
	Source() Source
	// StatesAt returns the states whose airspace holds p.
	StatesAt(p geodesy.Position) States
	// Nearest returns the nearest point of the outline of s within limit of p, wherever p lies;
	// false when there is none.
	Nearest(s State, k EdgeKind, p geodesy.Position, limit geodesy.Length) (Nearest, bool)
	// StatesNear appends the states with territory within radius of p to dst.
	StatesNear(dst []State, p geodesy.Position, radius geodesy.Length) []State
	// LeastPath returns the least d(a,q)+d(q,b) over the points q of the outline of s, as long as it
	// is no more than limit.
	LeastPath(s State, a, b geodesy.Position, limit geodesy.Length) (geodesy.Length, geodesy.Position, bool)
}
