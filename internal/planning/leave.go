package planning

import (
	"math"

	"overflight/geodesy"
	"overflight/search"
)

// leaving is how far the nearest place is looked for that an aircraft may be at.
const leaving = 500 * geodesy.Kilometre

// leave lets an aircraft that is where it may no longer be leave by the shortest way, and the plan begin where it is out: at the
// nearest place around which it may turn. It returns false where there is none, and no way where it need not.
func (t *attempt) leave(permitted func(search.Point) bool) (*search.Leg, bool) {
	w := &t.wings[0]
	s := w.task.Start
	if s == nil || permitted == nil {
		return nil, true
	}
	room := func(p search.Point) bool {
		const rays = 12
		// Two radii to every side are a turn either way; a cell's corners are asked for one by one.
		by := float64(2*w.task.Turn + 2*w.task.Prior.Cell)
		for k := range rays {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / rays)
			for _, share := range [...]float64{0.5, 1} {
				if !permitted(search.Point{X: p.X + geodesy.Length(share*by*cos), Y: p.Y + geodesy.Length(share*by*sin)}) {
					return false
				}
			}
		}
		return permitted(p)
	}
	// Where its own cell is permitted it is not in the way of itself.
	if c := float64(w.task.Prior.Cell); permitted(s.Point) {
		clear := true
		x, y := math.Floor(float64(s.X)/c), math.Floor(float64(s.Y)/c)
		for _, o := range [...][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
			clear = clear && permitted(search.Point{X: geodesy.Length((x + o[0]) * c), Y: geodesy.Length((y + o[1]) * c)})
		}
		if clear {
			return nil, true
		}
	}
	step := max(w.task.Prior.Cell, geodesy.Kilometre)
	for r := step; r <= leaving; r += step {
		n := max(16, int(2*math.Pi*float64(r/step)/2))
		for k := range n {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
			p := search.Point{X: s.X + r*geodesy.Length(cos), Y: s.Y + r*geodesy.Length(sin)}
			if !room(p) {
				continue
			}
			out := search.Leg{Link: search.Reach(*s, p, w.task.Turn)}
			end := out.End()
			w.task.Start = &end
			return &out, true
		}
	}
	return nil, false
}
