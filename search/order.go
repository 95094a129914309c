package search

import "math"

// reverse flies some lanes that follow each other the other way round. The links between them stay as long as they are.
func (a *annealer) reverse() bool {
	n := len(a.lanes)
	i := a.below(n)
	j := i
	switch a.next() & 3 {
	case 0:
	case 1:
		j = min(n-1, i+int(a.small()))
	default:
		j = a.below(n)
		if j < i {
			i, j = j, i
		}
	}
	if j > i && a.apartFrom(i-1, a.lanes[j].reversed(), true)+a.apartFrom(j+1, a.lanes[i].reversed(), false)-a.link[i]-a.link[j+1] > -a.floor {
		return false
	}
	before := a.linkWith(i, a.laneAt(i-1), a.lanes[j].reversed())
	after := a.linkWith(j+1, a.lanes[i].reversed(), a.laneAt(j+1))
	dlen := before + after - a.link[i] - a.link[j+1]
	if !a.take(0, dlen) || !a.turns(i, j) {
		return false
	}
	a.flip(i, j)
	a.link[i], a.link[j+1] = before, after
	a.length += dlen
	return true
}

// apartFrom is the distance from the exit of lane i to the entry of another, or from its exit to the entry of lane i: no
// link is shorter.
func (a *annealer) apartFrom(i int, m Lane, exit bool) float64 {
	if i < 0 || i >= len(a.lanes) {
		return 0
	}
	l := a.lanes[i]
	at, to := l.entry(), m.exit()
	if exit {
		at, to = l.exit(), m.entry()
	}
	x, y := a.at(l, at)
	u, v := a.at(m, to)
	return math.Sqrt((x-u)*(x-u) + (y-v)*(y-v))
}

// turns tells whether the links between some lanes are permitted the other way round. They are as long, and still may lead elsewhere: of
// two that are as short either may be taken, and a place on the border of two cells is looked up in one of them.
func (a *annealer) turns(i, j int) bool {
	if a.ground == nil {
		return true
	}
	for k := i; k < j; k++ {
		if math.IsInf(a.between(a.lanes[k+1].reversed(), a.lanes[k].reversed()), 1) {
			return false
		}
	}
	return true
}

func (a *annealer) flip(i, j int) {
	for x, y := i, j; x <= y; x, y = x+1, y-1 {
		a.lanes[x], a.lanes[y] = a.lanes[y].reversed(), a.lanes[x].reversed()
	}
	for x, y := i+1, j; x < y; x, y = x+1, y-1 {
		a.link[x], a.link[y] = a.link[y], a.link[x]
	}
}

// relocate flies one to three lanes elsewhere in the order, either way round.
func (a *annealer) relocate() bool {
	n := len(a.lanes)
	i := a.below(n)
	j := min(n-1, i+a.below(3))
	if j-i+1 >= n {
		return false
	}
	k := a.below(n + 1) // before lane k of now
	if k >= i && k <= j+1 {
		return false
	}
	first, last := a.lanes[i], a.lanes[j]
	joined := a.join(a.laneAt(i-1), a.laneAt(j+1), i == 0, j == n-1)
	saved := a.link[i] + a.link[j+1] + a.link[k] - joined
	back := a.next()&1 == 0
	if back {
		first, last = last.reversed(), first.reversed()
	}
	if a.apartFrom(k-1, first, true)+a.apartFrom(k, last, false)-saved > -a.floor {
		return false
	}
	before := a.join(a.laneAt(k-1), first, k == 0, false)
	if before-saved > -a.floor {
		return false
	}
	after := a.join(last, a.laneAt(k), false, k == n)
	dlen := before + after - saved
	if !a.take(0, dlen) || back && !a.turns(i, j) {
		return false
	}
	if back {
		a.flip(i, j)
	}
	// Rotate the part between the old place and the new one.
	m := j - i + 1
	a.link[i], a.link[j+1], a.link[k] = before, joined, after
	if k > j {
		a.rotate(i, j+1, k, m)
	} else {
		a.rotateBack(k, i, j, m)
	}
	a.length += dlen
	return true
}

// rotate moves lanes i..e-1 behind lanes e..k-1. On entry link[i] is that to the moved part, link[e] the one over the gap.
func (a *annealer) rotate(i, e, k, m int) {
	var lanes [3]Lane
	var inner [3]float64
	copy(lanes[:], a.lanes[i:e])
	copy(inner[:], a.link[i:e]) // inner[0] is the link to the moved part
	copy(a.lanes[i:], a.lanes[e:k])
	copy(a.link[i:], a.link[e:k])
	copy(a.lanes[k-m:k], lanes[:m])
	copy(a.link[k-m:k], inner[:m])
}

// rotateBack moves lanes i..j before lane k of those ahead. link[i] is that to the moved part, link[j+1] over the gap, link[k] behind it.
func (a *annealer) rotateBack(k, i, j, m int) {
	var lanes [3]Lane
	var inner [3]float64
	copy(lanes[:], a.lanes[i:j+1])
	copy(inner[:], a.link[i:j+1])
	copy(a.lanes[k+m:], a.lanes[k:i])
	copy(a.link[k+m:j+1], a.link[k:i])
	copy(a.lanes[k:], lanes[:m])
	copy(a.link[k:], inner[:m])
}

// split cuts a lane in two and slides the second part sideways, or joins it to the next one.
func (a *annealer) split() bool {
	i := a.below(len(a.lanes))
	l := a.lanes[i]
	if l.length() < 4 || len(a.lanes) >= cap(a.lanes)-1 {
		return false
	}
	c := l.From + 1 + int32(a.below(int(l.length()-1)))
	p, q := l, l
	if l.backward() {
		p.From, q.To = c, c
	} else {
		p.To, q.From = c, c
	}
	s := a.small()
	if a.next()&1 == 0 {
		s = -s
	}
	m := q
	m.Side += s
	if !a.fits(m) {
		return false
	}
	between := a.between(p, m)
	after := a.join(m, a.laneAt(i+1), false, i == len(a.lanes)-1)
	dlen := between + after - a.link[i+1]
	dpos := a.shiftWorth(q, s)
	if !a.take(dpos, dlen) {
		return false
	}
	a.shiftDo(q, s)
	a.lanes[i] = p
	a.insert(i+1, m, between, after)
	a.pos += dpos
	a.length += dlen
	return true
}

// merge joins lanes that go on where the one before ended.
func (a *annealer) merge() {
	for i := 0; i+1 < len(a.lanes); {
		l, m := a.lanes[i], a.lanes[i+1]
		if l.Heading == m.Heading && l.Side == m.Side && l.exit() == m.entry() {
			l.From, l.To = min(l.From, m.From), max(l.To, m.To)
			a.lanes[i] = l
			a.remove(i+1, a.link[i+2])
			continue
		}
		i++
	}
}
