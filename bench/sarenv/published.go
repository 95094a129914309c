package main

import "math"

// published is what the benchmark itself says of paths.
type published struct {
	likelihood float64 // mass of the cells whose middle was seen at least once
	discounted float64 // mass seen from each sample, again and again, less a thousandth for every metre flown
	length     float64 // kilometres
}

// score evaluates paths as the benchmark does: samples at most 15 m apart, a cell seen when its middle is within reach of a sample.
// Later drones go on with the metres of those before. It says which cells were seen as well.
func (d *disc) score(paths []path) (s published, seen [side * side]bool) {
	const step, around = 15, 2
	var before float64
	for _, p := range paths {
		p.sampled(step, func(at point, along float64) {
			column, row := int((at.x+discRadius)/cellSize), int((at.y+discRadius)/cellSize)
			var now float64
			for r := max(0, row-around); r < min(side, row+around+1); r++ {
				for c := max(0, column-around); c < min(side, column+around+1); c++ {
					dx := -discRadius + (float64(c)+0.5)*cellSize - at.x
					dy := -discRadius + (float64(r)+0.5)*cellSize - at.y
					if math.Sqrt(dx*dx+dy*dy) <= reach {
						now += d.mass[r*side+c]
						seen[r*side+c] = true
					}
				}
			}
			s.discounted += now * math.Pow(0.999, before+along)
		})
		before += p.length()
	}
	for i, v := range seen {
		if v {
			s.likelihood += d.mass[i]
		}
	}
	s.length = before / 1000
	return s, seen
}
