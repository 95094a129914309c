package search

import (
	"errors"
	"fmt"
	"math"

	"overflight/geodesy"
)

// Task is one flight to be planned with a camera that looks straight down: it sees a strip of the sweep width
// on straight and level lanes, and nothing in turns and in transit.
type Task struct {
	Prior     *Prior
	Sweep     geodesy.Length // W, a whole number of cells
	Detection []float64      // q of one look: one for all cells, or one a cell
	Turn      geodesy.Length // radius
	Length    geodesy.Length // of the whole flight, from base to base
	Base      Point          // where it ends, and begins unless it is in the air; in any direction

	// Start is where an aircraft that is in the air is; nil for one at its base.
	Start *Pose
	// Permitted tells where the aircraft may be; nil is everywhere. It is asked once for every corner of the cells
	// around the map and the base: an aircraft is in a cell only where all its corners are permitted.
	Permitted func(Point) bool
}

// ErrTask is a task that does not say what it needs to.
var ErrTask = errors.New("task cannot be planned")

// Check returns the first thing that is wrong.
func (t *Task) Check() error {
	p := t.Prior
	switch {
	case p == nil || len(p.POC) != p.Cells() || p.Cells() == 0:
		return fmt.Errorf("%w: no prior", ErrTask)
	case t.width() < 1 || t.width() > min(p.Columns, p.Rows) || math.Abs(float64(t.Sweep/p.Cell)-float64(t.width())) > 1e-9:
		return fmt.Errorf("%w: sweep width %v m, expected a whole number of cells of %v m that fits the map", ErrTask, float64(t.Sweep), float64(p.Cell))
	case len(t.Detection) != 1 && len(t.Detection) != p.Cells():
		return fmt.Errorf("%w: %d probabilities of detection, expected 1 or %d", ErrTask, len(t.Detection), p.Cells())
	case !(t.Turn > 0) || math.IsInf(float64(t.Turn), 0):
		return fmt.Errorf("%w: turn radius %v m, expected more than 0", ErrTask, float64(t.Turn))
	case !(t.Length > 0) || math.IsInf(float64(t.Length), 0):
		return fmt.Errorf("%w: length %v m, expected more than 0", ErrTask, float64(t.Length))
	}
	if !finite(t.Base) || t.Start != nil && (!finite(t.Start.Point) || math.IsNaN(float64(t.Start.Heading)) || math.IsInf(float64(t.Start.Heading), 0)) {
		return fmt.Errorf("%w: base or start is no place on the plane", ErrTask)
	}
	for _, q := range t.Detection {
		if !(q >= 0 && q <= 1) {
			return fmt.Errorf("%w: probability of detection %v, expected 0 to 1", ErrTask, q)
		}
	}
	return nil
}

func (t *Task) width() int { return int(math.Round(float64(t.Sweep / t.Prior.Cell))) }

func (t *Task) detection(c int) float64 { return t.Detection[min(c, len(t.Detection)-1)] }

// Heading is a direction of lanes: one of four, and by how many parts of a right angle they are turned, times four.
type Heading uint8

// The directions on the lattice that is not turned, counter-clockwise.
const (
	East Heading = iota
	North
	West
	South
)

// Lane is a straight strip that is flown and sensed, of whole cells of the map's lattice or of one that is turned about the
// middle of the map: W cells wide from cell Side on, from cell From to cell To along it.
type Lane struct {
	Heading        Heading
	Side, From, To int32
}

func (l Lane) length() int32  { return l.To - l.From }
func (l Lane) backward() bool { return l.Heading&2 != 0 }
func (l Lane) across() bool   { return l.Heading&1 == 1 }

// lattice is by how many parts it is turned; axis is the same for lanes that are parallel.
func (l Lane) lattice() Heading { return l.Heading >> 2 }
func (l Lane) axis() Heading    { return l.Heading &^ 2 }

// Angle is that of flight, counter-clockwise from the x axis.
func (h Heading) Angle() geodesy.Angle {
	return geodesy.Angle(h&3)*90 + geodesy.Angle(h>>2)*90/lattices
}

func (l Lane) reversed() Lane {
	l.Heading ^= 2
	return l
}

func (l Lane) entry() int32 {
	if l.backward() {
		return l.To
	}
	return l.From
}

func (l Lane) exit() int32 {
	if l.backward() {
		return l.From
	}
	return l.To
}

func (l Lane) middle(w int32) float64 { return float64(l.Side) + float64(w)/2 }

// pose is that of an aircraft on a lane at a place along it.
func (t *Task) pose(l Lane, along int32) Pose {
	x, y := float64(along), l.middle(int32(t.width()))
	if l.across() {
		x, y = y, x
	}
	if k := l.lattice(); k > 0 {
		sin, cos := math.Sincos(math.Pi / 2 * float64(k) / lattices)
		cx, cy := float64(t.Prior.Columns)/2, float64(t.Prior.Rows)/2
		x, y = x-cx, y-cy
		x, y = cx+(x*cos-y*sin), cy+(x*sin+y*cos)
	}
	return Pose{Point{geodesy.Length(x) * t.Prior.Cell, geodesy.Length(y) * t.Prior.Cell}, l.Heading.Angle()}
}

func finite(p Point) bool {
	return !math.IsNaN(float64(p.X+p.Y)) && !math.IsInf(float64(p.X), 0) && !math.IsInf(float64(p.Y), 0)
}

// origin is where the flight begins.
func (t *Task) origin() Point {
	if t.Start != nil {
		return t.Start.Point
	}
	return t.Base
}

// Bound is B1 to B3 for the task: single looks with the effort of the budget, less the way to the nearest cell that is worth
// a look and back from the one nearest to base, at cells that a permitted position sees.
func (t *Task) Bound() float64 { return PooledBound([]Task{*t}) }

// distance is from a point to the nearest of some cells, 0 if there is none.
func (p *Prior) distance(from Point, of func(c int) bool) geodesy.Length {
	best := math.Inf(1)
	x, y := float64(from.X/p.Cell), float64(from.Y/p.Cell)
	for j := range p.Rows {
		dy := max(0, float64(j)-y, y-float64(j)-1)
		for i := range p.Columns {
			dx := max(0, float64(i)-x, x-float64(i)-1)
			if d := dx*dx + dy*dy; d < best && of(j*p.Columns+i) {
				best = d
			}
		}
	}
	if math.IsInf(best, 1) {
		return 0
	}
	return geodesy.Length(math.Sqrt(best)) * p.Cell
}
