package main

import "math"

// field is the prior on a lattice of points with how often each is swept: what the planner tries its changes on. The lattice is turned
// against the cells and against every lane that the planner begins with, so that a change is not worth more for where its points lie.
type field struct {
	pitch    float64
	n        int // points a side
	half     float64
	sin, cos float64
	weight   []float32
	count    []uint16
	old, new rows // scratch
}

// turned is how far the lattice is turned, in degrees.
const turned = 20.9

func newField(d *disc, pitch float64) *field {
	f := &field{pitch: pitch, half: discRadius + 2*cellSize}
	f.sin, f.cos = math.Sincos(turned * math.Pi / 180)
	f.n = int(math.Ceil(2 * f.half / pitch))
	f.weight = make([]float32, f.n*f.n)
	f.count = make([]uint16, f.n*f.n)
	for j := range f.n {
		for i := range f.n {
			u, v := (float64(i)+0.5)*pitch-f.half, (float64(j)+0.5)*pitch-f.half
			f.weight[j*f.n+i] = float32(d.density(point{u*f.cos - v*f.sin, u*f.sin + v*f.cos}) * pitch * pitch)
		}
	}
	return f
}

// sweep forgets what was swept, sweeps paths leg by leg, and is what they see.
func (f *field) sweep(paths []path) float64 {
	clear(f.count)
	var sum float64
	for _, p := range paths {
		for i := 1; i < len(p); i++ {
			sum += f.add(p[i-1], p[i])
		}
	}
	return sum
}

// rows are the points that a leg sweeps: of each row of the lattice from low on a stretch [i, j), empty where i >= j.
type rows struct {
	low  int
	span [][2]int32
}

// none is a leg that sweeps nothing.
func (r *rows) none() { r.low, r.span = 0, r.span[:0] }

// of are the rows of a leg.
func (r *rows) of(f *field, a, b point) {
	a = point{a.x*f.cos + a.y*f.sin, a.y*f.cos - a.x*f.sin}
	b = point{b.x*f.cos + b.y*f.sin, b.y*f.cos - b.x*f.sin}
	s := newStadium(a, b)
	bottom, top := a.y, b.y
	if bottom > top {
		bottom, top = top, bottom
	}
	inv, off := 1/f.pitch, f.half/f.pitch-0.5
	r.low = max(0, int(math.Ceil((bottom-reach)*inv+off)))
	high := min(f.n-1, int(math.Floor((top+reach)*inv+off)))
	r.span = r.span[:0]
	for row := r.low; row <= high; row++ {
		from, to, ok := s.across((float64(row)+0.5)*f.pitch - f.half)
		var span [2]int32
		if ok {
			// Points lie at whole numbers here; the conversion cuts towards zero, so it begins well above it.
			i, j := int32(from*inv+off+1e3)-1e3+1, int32(to*inv+off+1e3)-1e3+1
			span = [2]int32{max(i, 0), min(j, int32(f.n))}
		}
		r.span = append(r.span, span)
	}
}

// at is the stretch of a row.
func (r *rows) at(row int) (i, j int32) {
	if k := row - r.low; k >= 0 && k < len(r.span) {
		return r.span[k][0], r.span[k][1]
	}
	return 0, 0
}

// add sweeps a leg and is what it sees that nothing saw before.
func (f *field) add(a, b point) float64 {
	f.old.none()
	f.new.of(f, a, b)
	return f.exchange()
}

// remove takes a leg back and is what nothing else sees, as a loss.
func (f *field) remove(a, b point) float64 {
	f.old.of(f, a, b)
	f.new.none()
	return f.exchange()
}

// move sweeps a leg in place of another, and is what that gains. Only what one of them sweeps alone is looked at.
func (f *field) move(a, b, c, d point) float64 {
	f.old.of(f, a, b)
	f.new.of(f, c, d)
	return f.exchange()
}

func (f *field) exchange() float64 {
	low, high := f.new.low, f.new.low+len(f.new.span)
	if len(f.new.span) == 0 {
		low, high = f.old.low, f.old.low
	}
	if len(f.old.span) > 0 {
		low, high = min(low, f.old.low), max(high, f.old.low+len(f.old.span))
	}
	var gain float32
	for row := low; row < high; row++ {
		oi, oj := f.old.at(row)
		ni, nj := f.new.at(row)
		count, weight := f.count[row*f.n:(row+1)*f.n], f.weight[row*f.n:(row+1)*f.n]
		if oi >= oj || ni >= nj || nj <= oi || oj <= ni { // apart
			gain += enter(count, weight, ni, nj) - leave(count, weight, oi, oj)
			continue
		}
		gain += enter(count, weight, ni, oi) + enter(count, weight, oj, nj)
		gain -= leave(count, weight, oi, ni) + leave(count, weight, nj, oj)
	}
	return float64(gain)
}

func enter(count []uint16, weight []float32, i, j int32) (gain float32) {
	if i >= j {
		return 0
	}
	c, w := count[i:j], weight[i:j]
	w = w[:len(c)]
	for k, n := range c {
		if n == 0 {
			gain += w[k]
		}
		c[k] = n + 1
	}
	return gain
}

func leave(count []uint16, weight []float32, i, j int32) (loss float32) {
	if i >= j {
		return 0
	}
	c, w := count[i:j], weight[i:j]
	w = w[:len(c)]
	for k, n := range c {
		if n == 1 {
			loss += w[k]
		}
		c[k] = n - 1
	}
	return loss
}
