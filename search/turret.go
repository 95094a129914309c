package search

import (
	"fmt"
	"math"
	"time"

	"overflight/geodesy"
)

// Turret is a camera in a gimbal. It looks anywhere within its field of regard and its reach over the ground, in level
// flight and in turns alike. From one cell to the next it needs no time of its own: slewing is part of its rate.
type Turret struct {
	Rate     float64        // ground looked at, square metres a second
	Nearest  geodesy.Length // reach over the ground from the point below
	Farthest geodesy.Length
	Field    geodesy.Angle // to each side of the nose; 180 is all round
}

// GroundReach is how far over the ground a turret sees from a height above it: its slant range, or the range at which a pixel
// of so many radians covers the coarsest size allowed, whichever is less.
func GroundReach(height, slant geodesy.Length, pixel float64, coarsest geodesy.Length) geodesy.Length {
	s := float64(slant)
	if pixel > 0 {
		s = math.Min(s, float64(coarsest)/pixel)
	}
	return geodesy.Length(math.Sqrt(math.Max(0, s*s-float64(height)*float64(height))))
}

// Glance is one look of a schedule.
type Glance struct {
	After       time.Duration // since the route began
	Column, Row int
}

// Schedule is where a turret looks along a route that is given, and what that is worth. Its bound is that of single looks
// with the area rate times the duration, at the cells that are in reach at any time: another bound than that of a strip,
// as a turret also senses in turns and to the sides.
type Schedule struct {
	Glances []Glance
	POS     float64
	Bound   float64
	Looks   []uint16 // by cells
	Reached []bool   // cells that could be looked at at any time: the bound is over these
}

// mostGlances bounds a schedule.
const mostGlances = 2_000_000

// Schedule plans the gimbal along a route: one cell after the other, each the one in view of which a look adds most. Choosing
// so one by one finds half of what the best schedule finds at least (Fisher, Nemhauser and Wolsey, 1978); every look
// is then chosen again beside all the others, which never takes anything away. visible, if given, tells which ground may
// be looked at from where: ground and positions are two sets.
func (k Turret) Schedule(t *Task, legs []Leg, a Airspeed, visible func(from Point, column, row int) bool) (*Schedule, error) {
	p := t.Prior
	if !(k.Rate > 0) || !(k.Farthest > k.Nearest) || k.Nearest < 0 || !(k.Field > 0) {
		return nil, fmt.Errorf("%w: turret %+v", ErrTask, k)
	}
	step := p.Area() / k.Rate
	total := a.Duration(legs).Seconds()
	n := int(total / step)
	if n > mostGlances {
		return nil, fmt.Errorf("%w: %d looks, at most %d", ErrTask, n, mostGlances)
	}
	poses := make([]Pose, n)
	w := walk{flight: Flight{Legs: legs, Airspeed: a}}
	for i := range poses {
		poses[i] = w.at(seconds((float64(i) + 0.5) * step))
	}
	add := make([]float64, p.Cells())
	reached := make([]bool, p.Cells())
	looks := make([]uint16, p.Cells())
	for c, m := range p.POC {
		add[c] = m * t.detection(c)
	}
	chosen := make([]int32, n)
	for pass := range 2 {
		for i := range poses {
			if pass > 0 && chosen[i] >= 0 {
				c := int(chosen[i])
				looks[c]--
				add[c] = p.POC[c] * t.detection(c) * math.Pow(1-t.detection(c), float64(looks[c]))
			}
			best := int32(-1)
			most := 0.0
			k.view(p, poses[i], func(c int) {
				if visible != nil && !visible(poses[i].Point, c%p.Columns, c/p.Columns) {
					return
				}
				reached[c] = true
				if add[c] > most {
					best, most = int32(c), add[c]
				}
			})
			if chosen[i] = best; best >= 0 {
				looks[best]++
				add[best] *= 1 - t.detection(int(best))
			}
		}
	}
	s := &Schedule{Looks: looks, Reached: reached}
	for i, c := range chosen {
		if c >= 0 {
			s.Glances = append(s.Glances, Glance{After: seconds(float64(i) * step), Column: int(c) % p.Columns, Row: int(c) / p.Columns})
		}
	}
	for c, n := range looks {
		s.POS += p.POC[c] * Looks(t.detection(c), int(n))
	}
	seen := p.Seen(func(i, j int) bool { return reached[j*p.Columns+i] })
	s.Bound = seen.Looks(Effort(k.Rate*total), t.Detection)
	return s, nil
}

// view calls f for every cell whose centre is in reach and in the field of regard.
func (k Turret) view(p *Prior, from Pose, f func(c int)) {
	cell := float64(p.Cell)
	x, y, far, close := float64(from.X)/cell, float64(from.Y)/cell, float64(k.Farthest)/cell, float64(k.Nearest)/cell
	sin, cos := math.Sincos(from.Heading.Radians())
	edge := math.Cos(min(180, k.Field).Radians())
	for j := max(0, int(math.Ceil(y-far-0.5))); j < p.Rows; j++ {
		dy := float64(j) + 0.5 - y
		if dy > far {
			break
		}
		half := math.Sqrt(far*far - dy*dy)
		for i := max(0, int(math.Ceil(x-half-0.5))); i < p.Columns; i++ {
			dx := float64(i) + 0.5 - x
			if dx > half {
				break
			}
			d := math.Hypot(dx, dy)
			if d < close || k.Field < 180 && dx*cos+dy*sin < d*edge {
				continue
			}
			f(j*p.Columns + i)
		}
	}
}
