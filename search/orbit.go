package search

import (
	"math"
	"slices"
	"time"

	"overflight/geodesy"
)

// orbit is the circle of the turn radius from a pose back to it, to the left or to the right.
func orbit(at Pose, turn geodesy.Length, left bool) Link {
	w := RSR
	if left {
		w = LSL
	}
	return Link{From: at, Turn: turn, Word: w, Parts: [3]geodesy.Length{turn * 2 * math.Pi, 0, 0}}
}

// WithOrbits puts circles into a route, one after the other, each where a turret adds most by it beside what it looks at on the
// way: the aircraft stays there for a turn, and the turret looks at the cells around that are worth most by then. A leg into
// which one is put is cut in two. Circles that lead where the aircraft may not be are none. The route is longer by the
// circles, so plan it shorter; that the schedule along it, made afterwards, counts what it is worth.
func (k Turret) WithOrbits(t *Task, legs []Leg, a Airspeed, orbits int, visible func(from Point, column, row int) bool) ([]Leg, error) {
	if orbits <= 0 || len(legs) == 0 {
		return legs, nil
	}
	s, err := k.Schedule(t, legs, a, visible)
	if err != nil {
		return nil, err
	}
	g := groundOf(t)
	p := t.Prior
	looks := slices.Clone(s.Looks)
	out := slices.Clone(legs)
	circles := make([]bool, len(out)) // a circle is not cut
	// Of a circle the middle is as far from all of its places.
	round := k
	if round.Farthest -= t.Turn; round.Farthest <= round.Nearest {
		round.Farthest = k.Farthest
	}
	round.Field = 180
	var worth []float64
	for range orbits {
		best, at, where, left := 0.0, -1, geodesy.Length(0), false
		for i := range out {
			l := &out[i].Link
			if circles[i] {
				continue
			}
			for d := geodesy.Length(0); d <= l.Length(); d += 2 * t.Turn {
				for _, to := range [2]bool{true, false} {
					circle := orbit(l.At(d), t.Turn, to)
					if g != nil && !g.path(&circle, p.Cell) {
						continue
					}
					middle := circle.middle()
					worth = worth[:0]
					round.view(p, Pose{Point: middle}, func(c int) {
						if visible == nil || visible(middle, c%p.Columns, c/p.Columns) {
							q := t.detection(c)
							worth = append(worth, p.POC[c]*q*math.Pow(1-q, float64(looks[c])))
						}
					})
					if v := largest(worth, k.glances(p, a.Time(&circle))); v > best {
						best, at, where, left = v, i, d, to
					}
				}
			}
		}
		if at < 0 {
			break
		}
		l := out[at]
		circle := orbit(l.At(where), t.Turn, left)
		out = slices.Replace(out, at, at+1, Leg{Link: l.until(where), Sensed: l.Sensed}, Leg{Link: circle}, Leg{Link: l.after(where), Sensed: l.Sensed})
		circles = slices.Replace(circles, at, at+1, false, true, false)
		k.take(t, round, circle.middle(), k.glances(p, a.Time(&circle)), looks, visible)
	}
	return slices.DeleteFunc(out, func(l Leg) bool { return l.Length() <= 0 }), nil
}

// glances is how many cells are looked at in a time.
func (k Turret) glances(p *Prior, d time.Duration) int { return int(d.Seconds() * k.Rate / p.Area()) }

// take counts the looks from a circle: one each at the cells that are worth most.
func (k Turret) take(t *Task, round Turret, middle Point, n int, looks []uint16, visible func(Point, int, int) bool) {
	type cell struct {
		c     int
		worth float64
	}
	var all []cell
	p := t.Prior
	round.view(p, Pose{Point: middle}, func(c int) {
		if visible == nil || visible(middle, c%p.Columns, c/p.Columns) {
			q := t.detection(c)
			all = append(all, cell{c, p.POC[c] * q * math.Pow(1-q, float64(looks[c]))})
		}
	})
	slices.SortFunc(all, func(a, b cell) int {
		switch {
		case a.worth > b.worth:
			return -1
		case a.worth < b.worth:
			return 1
		}
		return a.c - b.c
	})
	for _, x := range all[:min(n, len(all))] {
		looks[x.c]++
	}
}

// largest is the sum of the n largest values. It changes their order.
func largest(values []float64, n int) float64 {
	if n < len(values) {
		slices.Sort(values)
		values = values[len(values)-n:]
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// middle is that of a circle.
func (l *Link) middle() Point {
	sin, cos := math.Sincos(l.From.Heading.Radians())
	r := l.Turn
	if l.Word[0] == 'R' {
		r = -r
	}
	return Point{l.From.X - r*geodesy.Length(sin), l.From.Y + r*geodesy.Length(cos)}
}

// until and after are the two parts of a path that is cut.
func (l *Link) until(s geodesy.Length) Link {
	out := *l
	for i := range out.Parts {
		out.Parts[i] = max(0, min(out.Parts[i], s))
		s -= l.Parts[i]
	}
	return out
}

func (l *Link) after(s geodesy.Length) Link {
	out := *l
	out.From = l.At(s)
	for i := range out.Parts {
		out.Parts[i] = max(0, l.Parts[i]-max(0, s))
		s -= l.Parts[i]
	}
	return out
}
