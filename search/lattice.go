package search

import "math"

// lattices is how many lattices lanes lie on: that of the map, and it turned about its middle by parts of a right angle. Each
// has its four directions, and on each a lane is what it is along the map's axes: whole cells wide, long and apart. So links
// between lanes of one lattice depend on differences of whole numbers alone, however it is turned.
const lattices = 12

// lattice says where the cells of the map lie in one that is turned. Products are of whole numbers and of fractions of
// 2^-32, so that which cell belongs to a lane does not hang on how a machine rounds.
type lattice struct {
	sin, cos float64
	// Half of: tan and 1/cos, for edges along v; cot and 1/sin, for edges along u; sin and cos.
	tan, perCos, cot, perSin, halfSin, halfCos int64
}

const whole = 1 << 32

func newLattices() *[lattices]lattice {
	var all [lattices]lattice
	for k := range all {
		l := &all[k]
		l.sin, l.cos = math.Sincos(math.Pi / 2 * float64(k) / lattices)
		if k == 0 {
			continue
		}
		half := func(v float64) int64 { return int64(math.Round(v * (whole / 2))) }
		l.tan, l.perCos = half(l.sin/l.cos), half(1/l.cos)
		l.cot, l.perSin = half(l.cos/l.sin), half(1/l.sin)
		l.halfSin, l.halfCos = half(l.sin), half(l.cos)
	}
	return &all
}

// patch is cells of a lattice, from u0 to u1 and v0 to v1.
type patch struct {
	lattice        Heading
	u0, v0, u1, v1 int32
}

// A look is shared out in parts: a cell is looked at by as many parts as its middle line has in a patch. One
// edge of a patch leaves to the next what it does not take, so that lanes side by side neither leave a gap nor overlap.
const (
	partBits = 6
	parts    = 1 << partBits
)

// spans are the rows of a patch of a lattice that is turned: from where to where the middle line of a row of the map lies in
// it, in parts of cells. Summed over rows that is its area.
type spans struct {
	row, end                   int32
	most                       int64
	tan, cot                   int64
	left, right, bottom, upper int64 // where the edges cross the row's middle
}

// spans begins before the first row.
func (o *tour) spans(p patch) spans {
	if p.u0 >= p.u1 || p.v0 >= p.v1 {
		return spans{}
	}
	l := &o.turned[p.lattice]
	cols, rows := int64(o.cols), int64(o.rows)
	u0, u1 := 2*int64(p.u0)-cols, 2*int64(p.u1)-cols
	v0, v1 := 2*int64(p.v0)-rows, 2*int64(p.v1)-rows
	s := spans{most: cols << partBits, tan: 2 * l.tan, cot: 2 * l.cot}
	s.row = max(0, int32((rows*(whole/2)+u0*l.halfSin+v0*l.halfCos)>>32))
	s.end = min(o.rows, int32((rows*(whole/2)+u1*l.halfSin+v1*l.halfCos)>>32)+1)
	y := 2*int64(s.row) + 1 - rows
	x := cols * (whole / 2)
	s.left = x + u0*l.perCos - y*l.tan
	s.right = x + u1*l.perCos - y*l.tan
	s.bottom = x + y*l.cot - v1*l.perSin
	s.upper = x + y*l.cot - v0*l.perSin
	return s
}

// next is a row's, and goes on to the next one: the cells that it has whole, from i to j-1, with the parts of the one before and of
// the one behind; none of them where it has nothing.
func (s *spans) next(cols int32) (i, j int32, before, behind uint32) {
	at := s.row * cols
	from := max(0, max(s.left, s.bottom)>>(32-partBits))
	to := min(s.most, min(s.right, s.upper)>>(32-partBits))
	s.left -= s.tan
	s.right -= s.tan
	s.bottom += s.cot
	s.upper += s.cot
	s.row++
	if from >= to {
		return at, at, 0, 0
	}
	i, j = int32((from+parts-1)>>partBits), int32(to>>partBits)
	if i > j { // all within one
		return at + i, at + i, uint32(to - from), 0
	}
	return at + i, at + j, uint32(-from) & (parts - 1), uint32(to) & (parts - 1)
}

// turnedTotal sums what whole cells have, and what parts come to of those that are cut.
func (o *tour) turnedTotal(of []float64, part func(o *tour, c int32, n uint32) float64, p patch) float64 {
	sum := 0.0
	for s := o.spans(p); s.row < s.end; {
		i, j, before, behind := s.next(o.cols)
		if before > 0 {
			sum += part(o, i-1, before)
		}
		for _, v := range of[i:j] {
			sum += v
		}
		if behind > 0 {
			sum += part(o, j, behind)
		}
	}
	return sum
}

func (o *tour) turnedChange(p patch, by change) {
	for s := o.spans(p); s.row < s.end; {
		i, j, before, behind := s.next(o.cols)
		if before > 0 {
			o.changePart(i-1, before, by)
		}
		o.changeRow(i, j, by)
		if behind > 0 {
			o.changePart(j, behind, by)
		}
	}
}

func (o *tour) changePart(c int32, n uint32, by change) {
	if by == onceLess {
		n = -n
	}
	o.looks[c] += n
	o.restore(c)
}

// nth is what the first look after n looks adds to a whole cell, and what the last of them did.
func (o *tour) nth(c int32, n uint32) (next, last float64) {
	next = o.once[c]
	if n < uint32(len(o.powers)) {
		if n > 0 {
			last = next * o.powers[n-1]
		}
		return next * o.powers[n], last
	}
	for range n {
		last = next
		next *= o.keep[c]
	}
	return next, last
}

// partGain is what parts of a look add to a cell, and partLoss what they took. Parts of a cell lie beside each other while
// they can.
func (o *tour) partGain(c int32, more uint32) float64 {
	n, over := o.looks[c]>>partBits, o.looks[c]&(parts-1)
	next, _ := o.nth(c, n)
	if rest := parts - over; more > rest {
		return next * (float64(rest) + float64(more-rest)*o.keep[c]) / parts
	}
	return next * float64(more) / parts
}

func (o *tour) partLoss(c int32, fewer uint32) float64 {
	n, over := o.looks[c]>>partBits, o.looks[c]&(parts-1)
	next, last := o.nth(c, n)
	if fewer > over {
		return (next*float64(over) + last*float64(fewer-over)) / parts
	}
	return next * float64(fewer) / parts
}

// place is where a point of a turned lattice lies on the map, in cells.
func (o *tour) place(lattice Heading, u, v float64) (x, y float64) {
	if lattice == 0 {
		return u, v
	}
	l := &o.turned[lattice]
	cx, cy := float64(o.cols)/2, float64(o.rows)/2
	u, v = u-cx, v-cy
	return cx + (u*l.cos - v*l.sin), cy + (u*l.sin + v*l.cos)
}

// seen is where a point of the map lies in a turned lattice.
func (o *tour) seen(lattice Heading, x, y float64) (u, v float64) {
	if lattice == 0 {
		return x, y
	}
	l := &o.turned[lattice]
	cx, cy := float64(o.cols)/2, float64(o.rows)/2
	x, y = x-cx, y-cy
	return cx + (x*l.cos + y*l.sin), cy + (y*l.cos - x*l.sin)
}

// within is the part of a lane's line that lies on the map, in whole cells; from is not less than to where there is none.
func (o *tour) within(l Lane) (from, to int32) {
	if l.lattice() == 0 {
		return 0, o.along(l)
	}
	// The line is a point and a direction on the map.
	m := l.middle(o.width)
	x, y := o.place(l.lattice(), 0, m)
	dx, dy := o.turned[l.lattice()].cos, o.turned[l.lattice()].sin
	if l.across() {
		x, y = o.place(l.lattice(), m, 0)
		dx, dy = -dy, dx
	}
	low, high := math.Inf(-1), math.Inf(1)
	for _, k := range [2][3]float64{{x, dx, float64(o.cols)}, {y, dy, float64(o.rows)}} {
		a, b := -k[0]/k[1], (k[2]-k[0])/k[1]
		low, high = max(low, min(a, b)), min(high, max(a, b))
	}
	return int32(math.Ceil(low)), int32(math.Floor(high))
}
