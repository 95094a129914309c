package planning

import (
	"slices"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
)

// Question is what a record of authority is asked for a request: about which period, which states, and by which places one of
// several clearances is chosen.
type Question struct {
	From, To time.Time
	States   []airspace.State
	Ground   []geodesy.Position
}

const (
	mostGround = 500                      // places that are named
	aroundBase = 100 * geodesy.Kilometre  // whose states are asked in any case
	behind     = 200 * geodesy.Kilometre  // the ground that lies farthest
	mostAround = 3000 * geodesy.Kilometre // of a base
)

// Question is that of a request whose first flight takes off at an instant: it asks the states on the way to the ground and around it.
func (r *Request) Question(line airspace.Line, takeOff time.Time) Question {
	q := Question{From: takeOff.UTC(), To: takeOff.Add(r.Longest()).UTC()}
	ground := r.Places()
	for _, base := range r.Bases() {
		radius := aroundBase
		for _, g := range ground {
			radius = max(radius, geodesy.Distance(base, g)+behind)
		}
		for _, s := range line.StatesNear(nil, base, min(radius, mostAround)) {
			if !slices.Contains(q.States, s) {
				q.States = append(q.States, s)
			}
		}
	}
	for i := 0; i < len(ground); i += len(ground)/mostGround + 1 {
		q.Ground = append(q.Ground, ground[i])
	}
	return q
}

// Within tells of positions whether they lie in no airspace but that of some states.
func Within(line airspace.Line, states []airspace.State) func(geodesy.Position) bool {
	return func(p geodesy.Position) bool {
		at := line.StatesAt(p)
		for i := range at.Len() {
			if !slices.Contains(states, at.At(i)) {
				return false
			}
		}
		return true
	}
}
