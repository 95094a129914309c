package main

import "math"

// The measures of the published evaluation: a camera with a field of view of 45 degrees, 80 m above the ground, and a disc of 1.8 km.
const (
	discRadius = 1800.0
	cellSize   = 30.0
	spacing    = 10.0 // between points of a pattern, metres
	transition = 50.0 // from one circle to the next, along the circle
	borderGap  = 15.0 // between a sector's arcs and its border
)

// reach is how far from the path the ground is seen: 33.137 m. The swath is twice as wide.
var reach = 80 * math.Tan(22.5*math.Pi/180)

// pattern is one of the published ways to fly that can be flown again from their definition.
type pattern struct {
	name string
	make func(drones int) []path
}

var patterns = []pattern{{"Spiral", spiral}, {"Concentric", concentric}, {"Pizza", pizza}}

// arc appends n points of a circle about the centre, ends included.
func (p path) arc(radius, from, to float64, n int) path {
	for i := range n {
		a := from + float64(i)*((to-from)/float64(n-1))
		if i == n-1 {
			a = to
		}
		p = append(p, point{radius * math.Cos(a), radius * math.Sin(a)})
	}
	return p
}

// points is how many points a curve of a length gets.
func points(length float64) int { return max(2, int(length/spacing)) }

// spiral is Archimedes' spiral from the centre, one swath a turn, cut into equal lengths.
func spiral(drones int) []path {
	a := 2 * reach / (2 * math.Pi)
	last := discRadius / a
	root := math.Sqrt(1 + last*last)
	n := points(a / 2 * (last*root + math.Log(last+root)))
	var p path
	for i := range n {
		theta := last * (float64(i) / float64(n-1))
		r := math.Min(a*theta, discRadius)
		p = append(p, point{r * math.Cos(theta), r * math.Sin(theta)})
	}
	return p.parts(drones)
}

// concentric are circles one swath apart, left short of where they began for a straight leg to the next; cut into equal lengths.
func concentric(drones int) []path {
	var p path
	for r := 2 * reach; r <= discRadius; r += 2 * reach {
		open := 2*math.Pi - transition/r
		p = p.arc(r, 0, open, points(r*open))
		if next := r + 2*reach; next <= discRadius {
			p = append(p, point{next, 0})
		} else {
			p = p.arc(r, open, 2*math.Pi, points(transition))
		}
	}
	return p.parts(drones)
}

// pizza are sectors, one a drone, each flown in arcs there and back from the centre outwards.
func pizza(drones int) []path {
	out := make([]path, drones)
	for i := range out {
		width := 2 * math.Pi / float64(drones)
		p := path{{0, 0}}
		back := false
		for r := 2 * reach; r <= discRadius; r += 2 * reach {
			from, to := float64(i)*width+borderGap/r, float64(i+1)*width-borderGap/r
			if from >= to {
				continue
			}
			n := points(r * (to - from))
			if back {
				from, to = to, from
			}
			p = p.arc(r, from, to, n)
			back = !back
		}
		out[i] = p
	}
	return out
}
