package search

import "math"

// stretch moves one end of a lane.
func (a *annealer) stretch() bool {
	i := a.below(len(a.lanes))
	d := a.small()
	r := a.next()
	if r&1 == 0 {
		d = -d
	}
	exit := r&2 == 0
	l := a.lanes[i]
	m, part := l, l
	if exit != l.backward() {
		m.To += d
		part.From, part.To = min(l.To, m.To), max(l.To, m.To)
	} else {
		m.From -= d
		part.From, part.To = min(l.From, m.From), max(l.From, m.From)
	}
	if !a.fits(m) {
		return false
	}
	at := i
	var link float64
	if exit {
		at = i + 1
		link = a.linkWith(at, m, a.laneAt(at))
	} else {
		link = a.linkWith(at, a.laneAt(i-1), m)
	}
	dlen := float64(d) + link - a.link[at]
	dpos := -a.loss(part)
	if d > 0 {
		dpos = a.gain(part)
	}
	if !a.take(dpos, dlen) {
		return false
	}
	if d > 0 {
		a.look(part)
	} else {
		a.unlook(part)
	}
	a.lanes[i], a.link[at] = m, link
	a.pos += dpos
	a.length += dlen
	return true
}

// stretchTurn moves the whole turn between two lanes that are flown to and fro.
func (a *annealer) stretchTurn() bool {
	i := 1 + a.below(len(a.lanes)-1)
	l, m := a.lanes[i-1], a.lanes[i]
	if l.Heading^m.Heading != 2 {
		return false
	}
	d := a.small()
	if a.next()&1 == 0 {
		d = -d
	}
	l2, m2, pl, pm := l, m, l, m
	if l.backward() {
		l2.From -= d
		m2.From -= d
		pl.From, pl.To = min(l.From, l2.From), max(l.From, l2.From)
		pm.From, pm.To = min(m.From, m2.From), max(m.From, m2.From)
	} else {
		l2.To += d
		m2.To += d
		pl.From, pl.To = min(l.To, l2.To), max(l.To, l2.To)
		pm.From, pm.To = min(m.To, m2.To), max(m.To, m2.To)
	}
	if !a.fits(l2) || !a.fits(m2) {
		return false
	}
	if a.ground != nil && math.IsInf(a.between(l2, m2), 1) {
		return false
	}
	dlen := 2 * float64(d)
	var dpos float64
	if d > 0 {
		g := a.gain(pl)
		if (g+g)*a.worth-dlen < a.floor && (g+a.gain(pm))*a.worth-dlen < a.floor {
			return false // overlapping looks can only add less
		}
		a.look(pl)
		dpos = g + a.gain(pm)
		if !a.take(dpos, dlen) {
			a.unlook(pl)
			return false
		}
		a.look(pm)
	} else {
		g := a.loss(pl)
		if (-g-a.loss(pm))*a.worth-dlen < a.floor {
			return false // taking both takes more
		}
		a.unlook(pl)
		dpos = -g - a.loss(pm)
		if !a.take(dpos, dlen) {
			a.look(pl)
			return false
		}
		a.unlook(pm)
	}
	a.lanes[i-1], a.lanes[i] = l2, m2
	a.pos += dpos
	a.length += dlen
	return true
}

// shifted is the cells that a lane leaves and those that it comes to when it slides by s.
func (a *annealer) shifted(l Lane, s int32) (left, entered patch) {
	w := a.width
	if s > 0 {
		return l.sides(l.Side, min(l.Side+s, l.Side+w)), l.sides(max(l.Side+w, l.Side+s), l.Side+w+s)
	}
	return l.sides(max(l.Side, l.Side+w+s), l.Side+w), l.sides(l.Side+s, min(l.Side, l.Side+s+w))
}

// shiftWorth is what sliding a lane by s changes.
func (a *annealer) shiftWorth(l Lane, s int32) float64 {
	left, entered := a.shifted(l, s)
	if l.lattice() == 0 || s < a.width-1 && -s < a.width-1 {
		return a.gainAt(entered) - a.lossAt(left)
	}
	// Near each other they can be parts of the same cells.
	worth := -a.lossAt(left)
	a.change(left, onceLess)
	worth += a.gainAt(entered)
	a.change(left, onceMore)
	return worth
}

// shiftDo counts looks as if the lane had slid by s; sliding it back undoes it.
func (a *annealer) shiftDo(l Lane, s int32) {
	left, entered := a.shifted(l, s)
	a.change(left, onceLess)
	a.change(entered, onceMore)
}

// slide moves a lane sideways.
func (a *annealer) slide() bool {
	i := a.below(len(a.lanes))
	s := a.small()
	if a.next()&1 == 0 {
		s = -s
	}
	l := a.lanes[i]
	m := l
	m.Side += s
	if !a.fits(m) {
		return false
	}
	before := a.linkWith(i, a.laneAt(i-1), m)
	after := a.linkWith(i+1, m, a.laneAt(i+1))
	dlen := before + after - a.link[i] - a.link[i+1]
	dpos := a.shiftWorth(l, s)
	if !a.take(dpos, dlen) {
		return false
	}
	a.shiftDo(l, s)
	a.lanes[i], a.link[i], a.link[i+1] = m, before, after
	a.pos += dpos
	a.length += dlen
	return true
}

// slideTogether moves some lanes that follow each other sideways or along, with the turns between them.
func (a *annealer) slideTogether() bool {
	n := len(a.lanes)
	i := a.below(n)
	j := min(n-1, i+int(a.small()))
	s := int32(1)
	if a.next()&1 == 0 {
		s = -1
	}
	for k, l := range a.lanes[i : j+1] {
		l.Side += s
		if l.axis() != a.lanes[i].axis() || !a.fits(l) {
			return false
		}
		if a.ground != nil && k > 0 {
			before := a.lanes[i+k-1]
			before.Side += s
			if math.IsInf(a.between(before, l), 1) {
				return false
			}
		}
	}
	first, last := a.lanes[i], a.lanes[j]
	first.Side += s
	last.Side += s
	before := a.linkWith(i, a.laneAt(i-1), first)
	after := a.linkWith(j+1, last, a.laneAt(j+1))
	dlen := before + after - a.link[i] - a.link[j+1]
	dpos := 0.0
	for k := i; k <= j; k++ {
		dpos += a.shiftWorth(a.lanes[k], s)
		a.shiftDo(a.lanes[k], s)
		a.lanes[k].Side += s
	}
	if !a.take(dpos, dlen) {
		for k := j; k >= i; k-- {
			a.shiftDo(a.lanes[k], -s)
			a.lanes[k].Side -= s
		}
		return false
	}
	a.link[i], a.link[j+1] = before, after
	a.pos += dpos
	a.length += dlen
	return true
}

// drop takes a lane away.
func (a *annealer) drop() bool {
	i := a.below(len(a.lanes))
	l := a.lanes[i]
	joined := a.linkWithout(i)
	dlen := joined - a.link[i] - a.link[i+1] - float64(l.length())
	if -dlen < a.floor {
		return false
	}
	dpos := -a.loss(l)
	if !a.take(dpos, dlen) {
		return false
	}
	a.unlook(l)
	a.remove(i, joined)
	a.pos += dpos
	a.length += dlen
	return true
}

func (a *annealer) linkWithout(i int) float64 {
	return a.join(a.laneAt(i-1), a.laneAt(i+1), i == 0, i == len(a.lanes)-1)
}

// put adds a lane beside one that is there, on its best interval near it.
func (a *annealer) put() bool {
	n := len(a.lanes)
	if n == 0 || n >= cap(a.lanes)-1 {
		return false
	}
	k := a.below(n)
	ref := a.lanes[k]
	l := ref
	r := a.next()
	i := k + int(r&1) // before it or behind
	r >>= 1
	if r&7 == 0 { // across it, at one of its ends
		l.Heading = ref.Heading&^3 | (ref.Heading+1)&3
		if r&8 == 0 {
			l.Heading ^= 2
		}
		at := ref.exit()
		if i == k {
			at = ref.entry()
		}
		l.Side = at - a.width/2 + int32(a.below(13)) - 6
		l.From, l.To = ref.Side-20, ref.Side+20
	} else {
		if r&0x30 != 0 {
			l = ref.reversed()
		}
		s := int32(a.below(10)) + 1
		if r&8 == 0 {
			s = -s
		}
		l.Side += s
		l.From -= 16
		l.To += 16
	}
	return a.putAt(i, l)
}

// putTurned adds a lane of any direction, through a place near one that is there.
func (a *annealer) putTurned() bool {
	n := len(a.lanes)
	if n == 0 || n >= cap(a.lanes)-1 {
		return false
	}
	k := a.below(n)
	ref := a.lanes[k]
	r := a.next()
	i := k + int(r&1) // before it or behind
	at := ref.exit()
	if i == k {
		at = ref.entry()
	}
	l := Lane{Heading: Heading(a.below(4 * lattices))}
	x, y := a.at(ref, at)
	u, v := a.seen(l.lattice(), x, y)
	if l.across() {
		u, v = v, u
	}
	l.Side = int32(math.Round(v)) - a.width/2 + int32(a.below(25)) - 12
	l.From = int32(math.Round(u)) - 30
	l.To = l.From + 60
	return a.putAt(i, l)
}

// putAt puts the best part of a lane before lane i.
func (a *annealer) putAt(i int, l Lane) bool {
	if l.lattice() == 0 && (l.Side < 0 || l.Side > a.sides(l)) {
		return false
	}
	low, high := a.within(l)
	l.From, l.To = max(low, l.From), min(high, l.To)
	if l.From >= l.To {
		return false
	}
	price := a.price * (0.7 + 0.8*a.share())
	l.From, l.To = a.interval(l, price)
	if !a.fits(l) {
		return false
	}
	n := len(a.lanes)
	dpos := a.gain(l)
	before := a.join(a.laneAt(i-1), l, i == 0, false)
	after := a.join(l, a.laneAt(i), false, i == n)
	dlen := before + after - a.link[i] + float64(l.length())
	if !a.take(dpos, dlen) {
		return false
	}
	a.look(l)
	a.insert(i, l, before, after)
	a.pos += dpos
	a.length += dlen
	return true
}

// interval is the part of a lane with the largest gain less price.
func (a *annealer) interval(l Lane, price float64) (from, to int32) {
	run, start, worth := 0.0, l.From, 0.0
	if l.lattice() > 0 {
		return a.turnedInterval(l, price)
	}
	across := l.across()
	w := a.width
	for i := l.From; i < l.To; i++ {
		if run <= 0 {
			run, start = 0, i
		}
		v := 0.0
		if across {
			at := i*a.cols + l.Side
			for _, g := range a.add[at : at+w] {
				v += g
			}
		} else {
			at := l.Side*a.cols + i
			for range w {
				v += a.add[at]
				at += a.cols
			}
		}
		if run += v - price; run > worth {
			worth, from, to = run, start, i+1
		}
	}
	return from, to
}

// turnedInterval is the same on a lattice that is turned: of each of its cells the one of the map is taken that its middle
// lies in. It only proposes; what a lane adds is summed as always.
func (a *annealer) turnedInterval(l Lane, price float64) (from, to int32) {
	t := &a.turned[l.lattice()]
	// Steps along the lane and to its side, and twice the place of its first cell from the middle of the map.
	ax, ay, sx, sy := 2*t.halfCos, 2*t.halfSin, -2*t.halfSin, 2*t.halfCos
	u, v := 2*int64(l.From)+1-int64(a.cols), 2*int64(l.Side)+1-int64(a.rows)
	if l.across() {
		ax, ay, sx, sy = sx, sy, ax, ay
		u, v = 2*int64(l.Side)+1-int64(a.cols), 2*int64(l.From)+1-int64(a.rows)
	}
	x := int64(a.cols)*(whole/2) + u*t.halfCos - v*t.halfSin
	y := int64(a.rows)*(whole/2) + u*t.halfSin + v*t.halfCos
	run, start, worth := 0.0, l.From, 0.0
	for i := l.From; i < l.To; i++ {
		if run <= 0 {
			run, start = 0, i
		}
		px, py := x, y
		sum := 0.0
		for range a.width {
			if c, r := px>>32, py>>32; uint64(c) < uint64(a.cols) && uint64(r) < uint64(a.rows) {
				sum += a.add[int(r)*int(a.cols)+int(c)]
			}
			px += sx
			py += sy
		}
		x += ax
		y += ay
		if run += sum - price; run > worth {
			worth, from, to = run, start, i+1
		}
	}
	return from, to
}
