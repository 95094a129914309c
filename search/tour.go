package search

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// tour is a flight under improvement: lanes in the order in which they are flown, what another look at each cell
// would add and what the last one added, and the length with all its links. All lengths are in cells. What a move
// changes is worked out from what it touches alone, without memory from the heap.
type tour struct {
	task       *Task
	cols, rows int32
	width      int32
	links      *links
	turned     *[lattices]lattice
	met        map[[2]Lane]float64 // links between lattices that are known; nil to keep none
	ground     *ground             // nil where every place is permitted
	budget     float64

	looks    []uint32  // in parts
	add, sub []float64 // POS that one look more adds, that one look fewer takes
	keep     []float64 // 1 - q
	once     []float64 // POS that the first look adds
	powers   []float64 // of 1 - q, where it is one for all cells
	lanes    []Lane
	link     []float64 // link[i] leads to lane i, the last one back to base
	length   float64
	pos      float64
}

// mostLanes bounds a plan.
const mostLanes = 8192

func newTour(t *Task) *tour {
	p := t.Prior
	o := &tour{
		task: t, cols: int32(p.Columns), rows: int32(p.Rows), width: int32(t.width()),
		budget: float64(t.Length / p.Cell),
		looks:  make([]uint32, p.Cells()), add: make([]float64, p.Cells()), sub: make([]float64, p.Cells()), keep: make([]float64, p.Cells()),
		lanes: make([]Lane, 0, mostLanes), link: make([]float64, 1, mostLanes+1),
	}
	radius := float64(t.Turn / p.Cell)
	o.turned = newLattices()
	o.links = newLinks(radius, o.width, min(max(o.cols, o.rows)+1, 255))
	o.ground = groundOf(t)
	o.once = make([]float64, p.Cells())
	for c, m := range p.POC {
		o.once[c] = m * t.detection(c)
	}
	if len(t.Detection) == 1 {
		for k := 1.0; len(o.powers) < 32; k *= 1 - t.Detection[0] {
			o.powers = append(o.powers, k)
		}
	}
	o.clear()
	return o
}

// clear takes every lane off.
func (o *tour) clear() {
	for c, m := range o.once {
		o.looks[c], o.add[c], o.sub[c], o.keep[c] = 0, m, 0, 1-o.task.detection(c)
	}
	o.lanes, o.link = o.lanes[:0], append(o.link[:0], 0)
	o.length, o.pos = 0, 0
}

// set replaces all lanes.
func (o *tour) set(lanes []Lane) {
	o.clear()
	for _, l := range lanes {
		o.lanes = append(o.lanes, l)
		o.pos += o.gain(l)
		o.look(l)
	}
	o.relink()
}

// relink works all links out again.
func (o *tour) relink() {
	o.link = o.link[:0]
	o.length = 0
	for i := 0; i <= len(o.lanes); i++ {
		o.link = append(o.link, o.linkAt(i))
		o.length += o.link[i]
	}
	for _, l := range o.lanes {
		o.length += float64(l.length())
	}
}

// linkAt is the length of the link to lane i as the lanes now are.
func (o *tour) linkAt(i int) float64 {
	switch n := len(o.lanes); {
	case n == 0:
		return 0
	case i == 0:
		return o.out(o.lanes[0])
	case i == n:
		return o.back(o.lanes[n-1])
	}
	return o.between(o.lanes[i-1], o.lanes[i])
}

// outward and homeward are the paths between a lane and where the flight begins and ends.
func (o *tour) outward(l Lane) Link {
	to := o.task.pose(l, l.entry())
	if s := o.task.Start; s != nil {
		return Shortest(*s, to, o.task.Turn)
	}
	to.Heading += 180
	back := Reach(to, o.task.Base, o.task.Turn)
	return back.Reversed()
}

func (o *tour) homeward(l Lane) Link {
	return Reach(o.task.pose(l, l.exit()), o.task.Base, o.task.Turn)
}

func (o *tour) out(l Lane) float64 {
	k := o.outward(l)
	return o.permitted(&k)
}

func (o *tour) back(l Lane) float64 {
	k := o.homeward(l)
	return o.permitted(&k)
}

// permitted is the length of a path in cells, infinite if it leads where the aircraft may not be.
func (o *tour) permitted(l *Link) float64 {
	if o.ground != nil && !o.ground.path(l, o.task.Prior.Cell) {
		return math.Inf(1)
	}
	return float64(l.Length() / o.task.Prior.Cell)
}

// between is the length of the link between two lanes.
func (o *tour) between(a, b Lane) float64 {
	var n float64
	ax, ay := o.at(a, a.exit())
	bx, by := o.at(b, b.entry())
	if a.lattice() == b.lattice() {
		n = o.links.between(a, b)
	} else {
		pair := [2]Lane{a, b}
		known := false
		if n, known = o.met[pair]; !known {
			n = o.apart(a.Heading, b.Heading, bx-ax, by-ay)
			if o.met != nil {
				o.met[pair] = n
			}
		}
	}
	if o.ground == nil || o.ground.at(ax, ay) > n/2 && o.ground.at(bx, by) > n/2 {
		return n
	}
	k := Shortest(o.task.pose(a, a.exit()), o.task.pose(b, b.entry()), o.task.Turn)
	return o.permitted(&k)
}

// at is a place on a lane's line, in cells of the map.
func (o *tour) at(l Lane, along int32) (x, y float64) {
	if l.across() {
		return o.place(l.lattice(), l.middle(o.width), float64(along))
	}
	return o.place(l.lattice(), float64(along), l.middle(o.width))
}

// apart is the length of the link between lanes of two lattices.
func (o *tour) apart(from, to Heading, dx, dy float64) float64 {
	h := from.Angle().Radians()
	sin, cos := math.Sincos(h)
	r := o.links.radius
	_, parts := shortest((dx*cos+dy*sin)/r, (dy*cos-dx*sin)/r, to.Angle().Radians()-h)
	return (parts[0] + parts[1] + parts[2]) * r
}

// fits tells whether a lane lies on the map and is permitted. One that is turned does if its line is on the map.
func (o *tour) fits(l Lane) bool {
	if l.lattice() > 0 {
		if l.From >= l.To || !o.holds(l, l.From) || !o.holds(l, l.To) {
			return false
		}
		if o.ground == nil {
			return true
		}
		k := Straight(o.task.pose(l, l.entry()), geodesy.Length(l.length())*o.task.Prior.Cell)
		return o.ground.path(&k, o.task.Prior.Cell)
	}
	return l.Side >= 0 && l.Side <= o.sides(l) && l.From >= 0 && l.From < l.To && l.To <= o.along(l) && (o.ground == nil || o.ground.lane(l, o.width))
}

func (o *tour) holds(l Lane, along int32) bool {
	x, y := o.at(l, along)
	return x >= 0 && y >= 0 && x <= float64(o.cols) && y <= float64(o.rows)
}

// join is the link between two lanes; the first comes from where the flight begins, the last leads to base.
func (o *tour) join(a, b Lane, first, last bool) float64 {
	switch {
	case first && last:
		return 0
	case first:
		return o.out(b)
	case last:
		return o.back(a)
	}
	return o.between(a, b)
}

// limits of a lane: how far along, and which sides.
func (o *tour) along(l Lane) int32 {
	if l.across() {
		return o.rows
	}
	return o.cols
}

func (o *tour) sides(l Lane) int32 {
	if l.across() {
		return o.cols - o.width
	}
	return o.rows - o.width
}

// box is the cells of a lane.
func (o *tour) box(l Lane) patch { return l.sides(l.Side, l.Side+o.width) }

// sides is the cells along a lane from one side cell to another.
func (l Lane) sides(from, to int32) patch {
	if l.across() {
		return patch{l.lattice(), from, l.From, to, l.To}
	}
	return patch{l.lattice(), l.From, from, l.To, to}
}

// gain is what one look more at the cells of a lane adds.
func (o *tour) gain(l Lane) float64 { return o.gainAt(o.box(l)) }

// loss is what one look fewer takes.
func (o *tour) loss(l Lane) float64 { return o.lossAt(o.box(l)) }

func (o *tour) gainAt(p patch) float64 {
	if p.lattice > 0 {
		return o.turnedTotal(o.add, (*tour).partGain, p)
	}
	return o.total(o.add, p)
}

func (o *tour) lossAt(p patch) float64 {
	if p.lattice > 0 {
		return o.turnedTotal(o.sub, (*tour).partLoss, p)
	}
	return o.total(o.sub, p)
}

func (o *tour) total(of []float64, p patch) float64 {
	sum := 0.0
	x0, y0, x1, y1 := p.u0, p.v0, p.u1, p.v1
	if x1-x0 == 4 { // the common width, with no loop inside
		for j := y0; j < y1; j++ {
			at := j*o.cols + x0
			r := of[at : at+4 : at+4]
			sum += (r[0] + r[1]) + (r[2] + r[3])
		}
		return sum
	}
	for j := y0; j < y1; j++ {
		row := of[j*o.cols+x0 : j*o.cols+x1]
		var a, b float64
		for len(row) >= 4 {
			a += row[0] + row[1]
			b += row[2] + row[3]
			row = row[4:]
		}
		for _, v := range row {
			a += v
		}
		sum += a + b
	}
	return sum
}

// change is a look at cells that is put in or taken off.
type change bool

const (
	onceMore change = true
	onceLess change = false
)

// look counts one look more at the cells of a lane, and unlook takes one off.
func (o *tour) look(l Lane)   { o.change(o.box(l), onceMore) }
func (o *tour) unlook(l Lane) { o.change(o.box(l), onceLess) }

func (o *tour) change(p patch, by change) {
	if p.lattice > 0 {
		o.turnedChange(p, by)
		return
	}
	for j := p.v0; j < p.v1; j++ {
		o.changeRow(j*o.cols+p.u0, j*o.cols+p.u1, by)
	}
}

func (o *tour) changeRow(from, to int32, by change) {
	if by == onceMore {
		for c := from; c < to; c++ {
			o.looks[c] += parts
			o.sub[c] = o.add[c]
			o.add[c] *= o.keep[c]
		}
		return
	}
	for c := from; c < to; c++ {
		o.looks[c] -= parts
		o.restore(c)
	}
}

// restore works out what a look adds and takes from the number of looks. Few looks are the rule, so that multiplying
// is as quick as dividing, and exact: nothing drifts, and q = 1 needs no case of its own.
func (o *tour) restore(c int32) {
	next, last := o.nth(c, o.looks[c]>>partBits)
	over := float64(o.looks[c]&(parts-1)) / parts
	o.add[c] = next * (1 - over*(1-o.keep[c]))
	o.sub[c] = next*over + last*(1-over)
}

// insert puts a lane before place i, its links given.
func (o *tour) insert(i int, l Lane, before, after float64) {
	o.lanes = slices.Insert(o.lanes, i, l)
	o.link[i] = after
	o.link = slices.Insert(o.link, i, before)
}

// remove takes the lane at place i away; joined is the link over the gap.
func (o *tour) remove(i int, joined float64) {
	o.lanes = slices.Delete(o.lanes, i, i+1)
	o.link = slices.Delete(o.link, i, i+1)
	o.link[i] = joined
}
