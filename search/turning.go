package search

import (
	"math"
	"slices"

	"overflight/geodesy"
)

// Turning is bound B5: B1 and B2 with what turning costs. To sweep a hill a flight has to turn again and again, and it
// senses nothing in turns; so a kilometre on a hill costs more than a kilometre.
//
// Let F be a field of vectors on the plane that is linear on each triangle of a mesh and 0 outside, and mu on a triangle the
// lesser eigenvalue of the symmetric part of its derivative, so that no direction T has T'DF T < mu. Let |F| be at most
// R (1 + mu) everywhere, R being the turn radius. Along a flight with direction T, normal N and curvature k, the derivative
// of F'T is T'DF T + k F'N. On straight parts that is at least mu, and mu at least -1; in turns |k| is 1/R at most, and it
// is at least mu - |F|/R, which is at least -1. Summed over the flight, whose ends have |F'T| of R at most each:
//
//	integral of (1 + mu) over what is sensed <= length + 2 max |F|
//
// So where a cell costs no more than the least 1 + mu within W/2 of it, all looks together cost at most W (length + 2 max |F|),
// and what B1 says of looks that cost 1 each holds for these costs: in the order of gain by cost, the last one in part.
// It holds for every such field; the one that makes the bound low is sought by steps that are the same for the same task.
// F = 0 gives B1 and B2.
func (t *Task) Turning() float64 {
	left := t.useful()
	if left <= 0 {
		return 0
	}
	cost, ends := t.costly()
	effort := Effort(t.Sweep) * Effort(left+2*ends)
	return min(t.Bound(), t.Prior.looks(effort, t.Detection, cost))
}

// useful is the length without the ways to and from what is worth a look.
func (t *Task) useful() geodesy.Length {
	worth := func(c int) bool { return t.Prior.POC[c] > 0 && t.detection(c) > 0 }
	return max(0, t.Length-t.Prior.distance(t.origin(), worth)-t.Prior.distance(t.Base, worth))
}

// costly is what a look at each cell costs, and the greatest |F|, of the field that was best.
func (t *Task) costly() (cost []float64, ends geodesy.Length) {
	f := newField(t)
	left := t.useful()
	cost = make([]float64, t.Prior.Cells())
	for c := range cost {
		cost[c] = 1
	}
	best := t.Bound()
	try := slices.Clone(cost)
	for round := range fieldRounds {
		f.spend(t.Prior.counted(Effort(t.Sweep)*Effort(left), t.Detection, try))
		f.climb(0.1*math.Pow(0.7, float64(round)), 0.05*math.Pow(0.75, float64(round)))
		e := f.costs(try)
		if !(e >= 0) {
			break // no number
		}
		if b := t.Prior.looks(Effort(t.Sweep)*Effort(left+2*e), t.Detection, try); b < best {
			best, ends = b, e
			copy(cost, try)
		}
	}
	return cost, ends
}

const (
	fieldRounds = 14
	fieldSteps  = 150
	fieldSide   = 48 // squares a side at most
)

// field is such a field of vectors, in squares of a mesh of which each is two triangles.
type field struct {
	task        *Task
	side        float64 // of a square, in cells
	turn        float64 // radius, in squares
	n, m        int     // vertices along x and y
	x0, y0      float64 // of the first vertex, in cells
	x, y        []float64
	gx, gy      []float64 // of the slope
	mx, my, ax  []float64 // its means, and that of its square
	looks       []float64 // by square and by which of its neighbours are near: looks that depend on the least of these
	mu          []float64 // of triangles, two a square
	small, pull []float64 // of triangles: how much they count as the least, and what of the looks depends on them
	steps       int
}

func newField(t *Task) *field {
	p := t.Prior
	f := &field{task: t}
	radius := float64(t.Turn / p.Cell)
	// A cell with half a sweep width around it lies in two squares along each axis at most.
	f.side = max(float64(max(p.Columns, p.Rows))/(fieldSide-8), float64(t.width()+1))
	f.turn = radius / f.side
	const margin = 4
	f.x0, f.y0 = -margin*f.side, -margin*f.side
	f.n = int(math.Ceil(float64(p.Columns)/f.side)) + 2*margin + 1
	f.m = int(math.Ceil(float64(p.Rows)/f.side)) + 2*margin + 1
	k := f.n * f.m
	for _, of := range []*[]float64{&f.x, &f.y, &f.gx, &f.gy, &f.mx, &f.my, &f.ax} {
		*of = make([]float64, k)
	}
	for _, of := range []*[]float64{&f.mu, &f.small, &f.pull} {
		*of = make([]float64, 2*k)
	}
	f.looks = make([]float64, 9*k)
	return f
}

// near is the square that a cell lies in, and on which sides others come within half a sweep width of it: 0, 1 or 2 for none,
// the one before, the one behind.
func (f *field) near(c int) (square, sideX, sideY int) {
	p := f.task.Prior
	half := float64(f.task.width()) / 2
	along := func(i int, from float64) (k, side int) {
		low, high := (float64(i)-half-from)/f.side, (float64(i+1)+half-from)/f.side
		k = int(math.Floor((float64(i) + 0.5 - from) / f.side))
		switch {
		case low < float64(k):
			side = 1
		case high > float64(k+1):
			side = 2
		}
		return k, side
	}
	i, sx := along(c%p.Columns, f.x0)
	j, sy := along(c/p.Columns, f.y0)
	return j*f.n + i, sx, sy
}

// around are the squares that count for a cell.
func (f *field) around(square, sideX, sideY int, each func(square int)) {
	step := [3]int{0, -1, 1}
	each(square)
	if sideX > 0 {
		each(square + step[sideX])
	}
	if sideY > 0 {
		each(square + step[sideY]*f.n)
	}
	if sideX > 0 && sideY > 0 {
		each(square + step[sideX] + step[sideY]*f.n)
	}
}

// spend takes over how many looks each cell has.
func (f *field) spend(looks []float64) {
	clear(f.looks)
	for c, n := range looks {
		if n > 0 {
			s, a, b := f.near(c)
			f.looks[9*s+3*a+b] += n
		}
	}
}

// slope is mu of a triangle, and how it changes with the derivatives; even rounds off the edge where both eigenvalues are one.
func slope(xx, xy, yx, yy, even float64) (mu, dxx, dc, dyy float64) {
	d, c := (xx-yy)/2, (xy+yx)/2
	h := math.Sqrt(d*d + c*c + even*even)
	return (xx+yy)/2 - math.Sqrt(d*d+c*c), 0.5 - d/(2*h), -c / (2 * h), 0.5 + d/(2*h)
}

// corners of a triangle: the one at the right angle, and those along x and y from it, with the direction.
func (f *field) corners(square, which int) (o, a, b int, sign float64) {
	if which == 0 {
		return square, square + 1, square + f.n, 1
	}
	return square + f.n + 1, square + f.n, square + 1, -1
}

func (f *field) derivative(square, which int) (xx, xy, yx, yy float64) {
	o, a, b, s := f.corners(square, which)
	return s * (f.x[a] - f.x[o]), s * (f.x[b] - f.x[o]), s * (f.y[a] - f.y[o]), s * (f.y[b] - f.y[o])
}

func (f *field) slopes() {
	for j := range f.m - 1 {
		for i := range f.n - 1 {
			s := j*f.n + i
			for w := range 2 {
				xx, xy, yx, yy := f.derivative(s, w)
				f.mu[2*s+w], _, _, _ = slope(xx, xy, yx, yy, 0)
			}
		}
	}
}

// least is the triangle with the lesser mu of a square.
func (f *field) least(square int) (mu float64, which int) {
	if f.mu[2*square+1] < f.mu[2*square] {
		return f.mu[2*square+1], 1
	}
	return f.mu[2*square], 0
}

// climb moves the field so that the looks cost more, by steps of Adam (Kingma and Ba, 2015). The least of some triangles is
// rounded off to a mean in which the lesser count more, and less and less so.
func (f *field) climb(rate, even float64) {
	total := 0.0
	for _, n := range f.looks {
		total += n
	}
	if total == 0 {
		return
	}
	for range fieldSteps {
		f.slopes()
		for k, mu := range f.mu {
			f.small[k], f.pull[k] = math.Exp(max(-300, min(300, -mu/even))), 0
		}
		for s := range f.n * f.m {
			for k, n := range f.looks[9*s : 9*s+9] {
				if n == 0 {
					continue
				}
				sum := 0.0
				f.around(s, k/3, k%3, func(q int) { sum += f.small[2*q] + f.small[2*q+1] })
				n /= total * sum
				f.around(s, k/3, k%3, func(q int) {
					f.pull[2*q] += n * f.small[2*q]
					f.pull[2*q+1] += n * f.small[2*q+1]
				})
			}
		}
		clear(f.gx)
		clear(f.gy)
		f.push(even)
		f.step(rate)
	}
}

// tooGreat is what it costs, in shares of all looks, that the field is too great for its slope at a corner of a triangle.
const tooGreat = 0.004

// push works out in which direction each vertex has to go.
func (f *field) push(even float64) {
	for j := range f.m - 1 {
		for i := range f.n - 1 {
			s := j*f.n + i
			for w := range 2 {
				o, a, b, sign := f.corners(s, w)
				n := f.pull[2*s+w]
				for _, v := range [3]int{o, a, b} {
					if h := math.Hypot(f.x[v], f.y[v]); h/f.turn-f.mu[2*s+w] > 1 {
						n += tooGreat
						f.gx[v] -= tooGreat * f.x[v] / (h * f.turn)
						f.gy[v] -= tooGreat * f.y[v] / (h * f.turn)
					}
				}
				if n == 0 {
					continue
				}
				xx, xy, yx, yy := f.derivative(s, w)
				_, dxx, dc, dyy := slope(xx, xy, yx, yy, even)
				n *= sign
				f.gx[a] += n * dxx
				f.gx[b] += n * dc
				f.gx[o] -= n * (dxx + dc)
				f.gy[a] += n * dc
				f.gy[b] += n * dyy
				f.gy[o] -= n * (dc + dyy)
			}
		}
	}
}

func (f *field) step(rate float64) {
	f.steps++
	first, second := 1-math.Pow(0.9, float64(f.steps)), 1-math.Pow(0.99, float64(f.steps))
	for j := 1; j < f.m-1; j++ {
		for i := 1; i < f.n-1; i++ {
			v := j*f.n + i
			f.mx[v] += 0.1 * (f.gx[v] - f.mx[v])
			f.my[v] += 0.1 * (f.gy[v] - f.my[v])
			f.ax[v] += 0.01 * (f.gx[v]*f.gx[v] + f.gy[v]*f.gy[v] - f.ax[v])
			k := rate * f.turn / first / (math.Sqrt(f.ax[v]/second) + 1e-6)
			f.x[v] += k * f.mx[v]
			f.y[v] += k * f.my[v]
			if h := math.Hypot(f.x[v], f.y[v]); h > f.turn {
				f.x[v] *= f.turn / h
				f.y[v] *= f.turn / h
			}
		}
	}
}

// costs fills in what a look at each cell costs, and returns the greatest |F|. The field is made smaller until it is one of
// those for which the bound holds.
func (f *field) costs(cost []float64) geodesy.Length {
	f.slopes()
	size, most := 1.0, 0.0
	for j := range f.m - 1 {
		for i := range f.n - 1 {
			s := j*f.n + i
			for w := range 2 {
				o, a, b, _ := f.corners(s, w)
				for _, v := range [3]int{o, a, b} {
					h := math.Hypot(f.x[v], f.y[v])
					most = max(most, h)
					if k := h/f.turn - f.mu[2*s+w]; k > 1 {
						size = min(size, 1/k)
					}
				}
			}
		}
	}
	for c := range cost {
		low := math.Inf(1)
		s, a, b := f.near(c)
		f.around(s, a, b, func(q int) {
			mu, _ := f.least(q)
			low = min(low, mu)
		})
		cost[c] = 1 + size*low
	}
	return geodesy.Length(size*most*f.side) * f.task.Prior.Cell
}
