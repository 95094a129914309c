package search

import "math"

// turned says how lanes of one lattice lie on another: turned about a place, and then moved by less than a cell, so that they
// are of whole cells there too. What is between them stays as it is.
type turned struct {
	lattice Heading
	quarter int32 // by which their directions change within the lattice: -1, 0 or 1
	width   int32
	u, v    int32 // what is added to the coordinates
}

// turnedAbout turns by parts of a right angle about a place on the map.
func (o *tour) turnedAbout(from Heading, parts int32, x, y float64) turned {
	to := int32(from) + parts
	t := turned{width: o.width}
	if to >= lattices {
		to, t.quarter = to-lattices, 1
	} else if to < 0 {
		to, t.quarter = to+lattices, -1
	}
	t.lattice = Heading(to)
	u, v := o.seen(from, x, y)
	switch t.quarter { // the place as the lattice sees it when it is turned by a right angle
	case 1:
		u, v = -v, u
	case -1:
		u, v = v, -u
	}
	u2, v2 := o.seen(t.lattice, x, y)
	t.u, t.v = int32(math.Round(u2-u)), int32(math.Round(v2-v))
	return t
}

func (t *turned) lane(l Lane) Lane {
	across := l.across()
	m := Lane{Heading: t.lattice<<2 | Heading((int32(l.Heading)+t.quarter)&3), Side: l.Side, From: l.From, To: l.To}
	switch {
	case t.quarter == 1 && across || t.quarter == -1 && !across:
		m.From, m.To = -l.To, -l.From
	case t.quarter != 0:
		m.Side = -l.Side - t.width
	}
	along, side := t.u, t.v
	if m.across() {
		along, side = t.v, t.u
	}
	m.Side += side
	m.From += along
	m.To += along
	return m
}

// mostTurned is how many cells of length are turned at most.
const mostTurned = 2000

// turn flies a run of parallel lanes in a direction that is turned a little.
func (a *annealer) turn() bool {
	n := len(a.lanes)
	i := a.below(n)
	j := i
	axis := a.lanes[i].axis()
	r := a.next()
	switch r & 3 {
	case 0: // this lane alone
	case 1:
		j = min(n-1, i+int(a.small()))
	default: // all around it that are parallel, or those from it on, or up to it
		if r&12 != 4 {
			for j+1 < n && a.lanes[j+1].axis() == axis {
				j++
			}
		}
		if r&12 != 8 {
			for i > 0 && a.lanes[i-1].axis() == axis {
				i--
			}
		}
	}
	parts := 1 + int32(r>>8&r>>9&1)
	if r&16 == 0 {
		parts = -parts
	}
	x, y, cells := 0.0, 0.0, 0.0
	for _, l := range a.lanes[i : j+1] {
		if l.axis() != axis {
			return false
		}
		n := float64(l.length())
		p, q := a.at(l, l.From)
		s, t := a.at(l, l.To)
		x, y, cells = x+(p+s)/2*n, y+(q+t)/2*n, cells+n
	}
	if cells > mostTurned {
		return false
	}
	t := a.turnedAbout(axis>>2, parts, x/cells, y/cells)
	for k, l := range a.lanes[i : j+1] {
		if !a.fits(t.lane(l)) {
			return false
		}
		if a.ground != nil && k > 0 && math.IsInf(a.between(t.lane(a.lanes[i+k-1]), t.lane(l)), 1) {
			return false
		}
	}
	before := a.linkWith(i, a.laneAt(i-1), t.lane(a.lanes[i]))
	after := a.linkWith(j+1, t.lane(a.lanes[j]), a.laneAt(j+1))
	dlen := before + after - a.link[i] - a.link[j+1]
	dpos := 0.0
	for _, l := range a.lanes[i : j+1] {
		dpos -= a.loss(l)
		a.unlook(l)
	}
	a.spare = append(a.spare[:0], a.lanes[i:j+1]...)
	for k := i; k <= j; k++ {
		m := t.lane(a.lanes[k])
		dpos += a.gain(m)
		a.look(m)
		a.lanes[k] = m
	}
	if !a.take(dpos, dlen) {
		for k, l := range a.spare {
			a.unlook(a.lanes[i+k])
			a.lanes[i+k] = l
		}
		for _, l := range a.spare {
			a.look(l)
		}
		return false
	}
	a.link[i], a.link[j+1] = before, after
	a.pos += dpos
	a.length += dlen
	return true
}
