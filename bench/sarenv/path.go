package main

import "math"

// point is a place in metres east and north of the disc's centre.
type point struct{ x, y float64 }

func (p point) to(q point) float64 { return math.Hypot(q.x-p.x, q.y-p.y) }

func (p point) toward(q point, share float64) point {
	return point{p.x + (q.x-p.x)*share, p.y + (q.y-p.y)*share}
}

// path is a line through points.
type path []point

func (p path) length() float64 {
	var sum float64
	for i := 1; i < len(p); i++ {
		sum += p[i-1].to(p[i])
	}
	return sum
}

func lengthOf(paths []path) float64 {
	var sum float64
	for _, p := range paths {
		sum += p.length()
	}
	return sum
}

// between is the part of a path from one distance along it to another.
func (p path) between(from, to float64) path {
	var out path
	var done float64
	for i := 1; i < len(p); i++ {
		step := p[i-1].to(p[i])
		switch {
		case done+step <= from:
		case done >= to:
			return out
		default:
			if len(out) == 0 {
				out = append(out, p[i-1].toward(p[i], (from-done)/step))
			}
			if done+step > to {
				return append(out, p[i-1].toward(p[i], (to-done)/step))
			}
			out = append(out, p[i])
		}
		done += step
	}
	return out
}

// parts cuts a path into n of equal length.
func (p path) parts(n int) []path {
	if n <= 1 {
		return []path{p}
	}
	step := p.length() / float64(n)
	out := make([]path, n)
	for i := range out {
		out[i] = p.between(float64(i)*step, float64(i+1)*step)
	}
	return out
}

// within cuts each path where it has its share of a budget.
func within(paths []path, budget float64) []path {
	out := make([]path, len(paths))
	for i, p := range paths {
		out[i] = p
		if share := budget / float64(len(paths)); p.length() > share {
			out[i] = p.between(0, share)
		}
	}
	return out
}

// sampled are points along a path, equally spaced and no farther apart than spacing; both ends are among them. each gets them with
// their distance along the path.
func (p path) sampled(spacing float64, each func(at point, along float64)) {
	total := p.length()
	if total == 0 {
		return
	}
	steps := int(math.Ceil(total / spacing))
	var done float64
	leg, length := 1, p[0].to(p[1])
	for i := range steps + 1 {
		along := float64(i) * (total / float64(steps))
		if i == steps {
			each(p[len(p)-1], total)
			return
		}
		for done+length < along && leg < len(p)-1 {
			done += length
			leg++
			length = p[leg-1].to(p[leg])
		}
		share := 0.0
		if length > 0 {
			share = (along - done) / length
		}
		each(p[leg-1].toward(p[leg], share), along)
	}
}
