package topology

import (
	"cmp"
	"math"
	"slices"

	"overflight/airspace"
	"overflight/geodesy"
)

// Stretch is the part of the outline of a state beside a neighbour ("" where it faces none) that lies in
// one cell of one degree.
type Stretch struct {
	State, Neighbour airspace.State
	South, West      int
}

// Spread is how far two sources of one stretch lie apart, in metres, over points every kilometre along
// both.
type Spread struct {
	Stretch
	Points         int
	P50, P95, Most float64
}

// compareReach is as far as a point is looked for in the other source.
const compareReach geodesy.Length = 500e3

// Compare measures the outlines that two sources give of the same states. Stretches are those of a: a
// point of b counts where the nearest point of a is.
func Compare(a, b *airspace.Atlas) []Spread {
	found := map[Stretch][]float64{}
	for _, s := range a.States() {
		if !slices.Contains(b.States(), s) {
			continue
		}
		for p := range alongOutline(a, s) {
			if n, ok := b.Nearest(s, airspace.Limit, p, compareReach); ok {
				note(found, a, s, p, n.Distance)
			} else {
				note(found, a, s, p, compareReach)
			}
		}
		for p := range alongOutline(b, s) {
			if n, ok := a.Nearest(s, airspace.Limit, p, compareReach); ok {
				note(found, a, s, n.Point, n.Distance)
			}
		}
	}
	var out []Spread
	for k, d := range found {
		slices.Sort(d)
		out = append(out, Spread{k, len(d), d[len(d)/2], d[len(d)*95/100], d[len(d)-1]})
	}
	slices.SortFunc(out, func(x, y Spread) int {
		return cmp.Or(cmp.Compare(x.State, y.State), cmp.Compare(x.Neighbour, y.Neighbour), cmp.Compare(x.South, y.South), cmp.Compare(x.West, y.West))
	})
	return out
}

// note enters a distance at the stretch of a's outline that p lies on.
func note(found map[Stretch][]float64, a *airspace.Atlas, s airspace.State, p geodesy.Position, d geodesy.Length) {
	n, ok := a.Nearest(s, airspace.Limit, p, 1)
	if !ok {
		return
	}
	k := Stretch{s, n.Neighbour, int(math.Floor(float64(p.Lat))), int(math.Floor(float64(p.Lon)))}
	found[k] = append(found[k], float64(d))
}

// alongOutline yields points every kilometre along the outline of s, but for the artificial edges along
// the antimeridian.
func alongOutline(a *airspace.Atlas, s airspace.State) func(func(geodesy.Position) bool) {
	const step = 1000
	return func(yield func(geodesy.Position) bool) {
		for _, r := range a.Rings(s) {
			left := 0.0
			for i := range len(r) - 1 {
				p, q := r[i], r[i+1]
				if math.Abs(float64(p.Lon)) == 180 && p.Lon == q.Lon {
					continue
				}
				length := float64(geodesy.Distance(p, q))
				for ; left < length; left += step {
					k := geodesy.Angle(left / length)
					if !yield(geodesy.Position{Lat: p.Lat + k*(q.Lat-p.Lat), Lon: p.Lon + k*(q.Lon-p.Lon)}) {
						return
					}
				}
				left -= length
			}
		}
	}
}
