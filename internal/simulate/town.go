package simulate

import (
	"math"
	"sort"
)

// town is a Town in the terrain's own metres. Along runs with its bearing, across to the right of it.
type town struct {
	x, y         float64
	sin, cos     float64
	bearing      float64
	along        []float64 // where the cross streets lie, rising; the first and last bound the town
	across       []float64 // where the long streets lie
	street, lane float64   // half widths
	aprons       []apron   // about stated buildings
}

// apron is the paved ground about a stated building.
type apron struct{ x, y, sin, cos, long, wide float64 }

func (a *apron) holds(x, y float64) bool {
	x, y = x-a.x, y-a.y
	return math.Abs(x*a.sin+y*a.cos) < a.long && math.Abs(x*a.cos-y*a.sin) < a.wide
}

// lot is the frontage of one house.
const lot = 24.0

// What a block of the town is used for.
const (
	houses = iota
	park
	yard
	orchard
)

func newTown(s *Sortie, t *terrain) *town {
	of := s.Town
	x, y := t.metres(float64(of.Lat), float64(of.Lon))
	w := &town{x: x, y: y, bearing: float64(of.Bearing), street: 4.5, lane: 3.5}
	w.sin, w.cos = math.Sincos(w.bearing * degree)
	// Streets are not quite evenly spaced: nothing that grew is.
	lines := func(n int, size float64, salt uint64) []float64 {
		var all []float64
		for i := range n + 1 {
			all = append(all, (float64(i)-float64(n)/2+0.24*(lattice(int64(i), 0, salt)-0.5))*size)
		}
		return all
	}
	for _, b := range s.Buildings {
		a := apron{long: float64(b.Length)/2 + 5, wide: float64(b.Width)/2 + 5}
		a.x, a.y = t.metres(float64(b.Lat), float64(b.Lon))
		a.sin, a.cos = math.Sincos(float64(b.Bearing) * degree)
		w.aprons = append(w.aprons, a)
	}
	w.along = lines(of.Rows, 1.5*float64(of.Block), 101)
	w.across = lines(of.Columns, float64(of.Block), 102)
	return w
}

func (w *town) local(x, y float64) (along, across float64) {
	x, y = x-w.x, y-w.y
	along = x*w.sin + y*w.cos
	return along, x*w.cos - y*w.sin - bend(along)
}

// bend is how far the long streets lie to the side of a straight line.
func bend(along float64) float64 { return 13 * math.Sin(along/95) }

func (w *town) metres(along, across float64) (x, y float64) {
	across += bend(along)
	return w.x + along*w.sin + across*w.cos, w.y + along*w.cos - across*w.sin
}

// cell is the block that a coordinate is in, and how far it is from the nearer street.
func cell(lines []float64, v float64) (i int, off float64) {
	i = sort.SearchFloat64s(lines, v) - 1
	off = math.Inf(1)
	if i >= 0 {
		off = v - lines[i]
	}
	if i+1 < len(lines) {
		off = min(off, lines[i+1]-v)
	}
	return i, off
}

func (w *town) inside(i, j int) bool {
	return i >= 0 && j >= 0 && i < len(w.along)-1 && j < len(w.across)-1
}

func (w *town) use(i, j int) int {
	switch h := lattice(int64(i), int64(j), 103); {
	case h < 0.62:
		return houses
	case h < 0.74:
		return park
	case h < 0.86:
		return yard
	}
	return orchard
}

var (
	asphalt = colour{0.40, 0.40, 0.41}
	kerb    = colour{0.62, 0.60, 0.56}
	grass   = colour{0.42, 0.47, 0.26}
	earth   = colour{0.66, 0.55, 0.41}
	crops   = []colour{{0.33, 0.43, 0.20}, {0.45, 0.50, 0.26}, {0.70, 0.62, 0.38}, {0.50, 0.40, 0.29}, {0.60, 0.52, 0.36}}
)

// ground changes the colour of the wild ground where the town and its fields are.
func (w *town) ground(wild colour, x, y, pixel float64) colour {
	along, across := w.local(x, y)
	i, a := cell(w.along, along)
	j, b := cell(w.across, across)
	grain := noise(x, y, 7, 111) - 0.5
	patch := noise(x, y, 26, 112) - 0.5
	if !w.inside(i, j) {
		return w.field(wild, along, across, grain, patch, pixel)
	}
	switch {
	case b < w.street || a < w.lane:
		c := asphalt.lit(1 + 0.10*patch + 0.06*grain)
		if b < 0.3+pixel/3 {
			c = c.mix(colour{0.8, 0.78, 0.7}, 0.3)
		}
		return c
	case b < w.street+1.8 || a < w.lane+1.8:
		return kerb.lit(1 + 0.1*patch)
	}
	for k := range w.aprons {
		if w.aprons[k].holds(x, y) {
			return kerb.lit(0.92 + 0.12*patch + 0.08*grain)
		}
	}
	c := wild
	switch w.use(i, j) {
	case houses:
		plot := int64(math.Floor(along / lot))
		back := int64(0)
		if across > (w.across[j]+w.across[j+1])/2 {
			back = 1
		}
		c = earth.mix(grass, lattice(plot, int64(2*j)+back, 113)).lit(1 + 0.28*patch + 0.16*grain)
		// Fences between the plots, and along the middle of the block.
		edge := min(math.Abs(along-math.Round(along/lot)*lot), math.Abs(across-(w.across[j]+w.across[j+1])/2))
		if edge < 0.25+pixel/3 {
			c = c.lit(0.78)
		}
		// A drive from the street to each house.
		if d := along - (float64(plot)+0.22)*lot; math.Abs(d) < 1.5 && b < 17 {
			c = kerb.lit(0.96 + 0.1*patch)
		}
	case park:
		c = grass.lit(1 + 0.22*patch + 0.12*grain)
		// A path winds through it.
		if math.Abs(across-(w.across[j]+w.across[j+1])/2-9*math.Sin(along/17)) < 1.3+pixel/3 {
			c = bare.lit(0.95 + 0.1*patch)
		}
	case yard:
		c = bare.mix(earth, 0.5+patch).lit(0.92 + 0.12*grain)
	case orchard:
		c = earth.mix(grass, 0.35+0.5*patch).lit(1 + 0.1*grain)
	}
	return c
}

// field shows plots of farmland about the town, with tracks between them; some are left wild, more of
// them the further out.
func (w *town) field(wild colour, along, across, grain, patch, pixel float64) colour {
	const long, wide = 210.0, 130.0
	i := math.Floor(along / long)
	wander := 3 * math.Sin(along/70)
	j := math.Floor((across + wander + 40*lattice(int64(i), 0, 121)) / wide)
	u := along - i*long
	v := across + wander + 40*lattice(int64(i), 0, 121) - j*wide
	kind := lattice(int64(i), int64(j), 122)
	far := math.Hypot(along, across) / 1500
	if min(u, long-u) < 2.6 || min(v, wide-v) < 2.6 {
		if far < 0.9 {
			return wild.mix(bare, 0.7)
		}
		return wild
	}
	if kind > 0.85-0.5*far {
		return wild
	}
	c := crops[int(lattice(int64(i), int64(j), 123)*float64(len(crops)))].lit(1 + 0.20*patch + 0.10*grain)
	// Rows, where a row is wider than a pixel; they run along the plot or across it.
	across = v
	if lattice(int64(i), int64(j), 124) < 0.4 {
		across = u
	}
	if pitch := 5.5; pixel < pitch/4 {
		c = c.lit(1 + 0.07*math.Sin(2*math.Pi*across/pitch))
	}
	return c.mix(wild, 0.15)
}

// house roofs are duller than the white of a stated building.
var houseRoofs = []colour{{0.58, 0.36, 0.27}, {0.52, 0.42, 0.35}, {0.47, 0.46, 0.46}, {0.62, 0.55, 0.46}, {0.38, 0.35, 0.34}, {0.66, 0.62, 0.57}}

// build puts up the houses, sheds and trees.
func (w *town) build(sc *scene, t *terrain, s *Sortie) {
	height := float64(s.Ground.Height)
	free := func(along, across, reach float64) bool {
		x, y := w.metres(along, across)
		for _, b := range s.Buildings {
			bx, by := t.metres(float64(b.Lat), float64(b.Lon))
			if math.Hypot(x-bx, y-by) < float64(b.Length)/2+reach {
				return false
			}
		}
		return true
	}
	place := func(along, across float64) point {
		x, y := w.metres(along, across)
		return point{t.lat0 + y/t.metresLat, t.lon0 + x/t.metresLon, height}
	}
	raise := func(along, across, long, wide, above, rise float64, roof colour) {
		if !free(along, across, long/2+6) {
			return
		}
		l, h := long/2, wide/2
		floor := [4]point{place(along+l, across+h), place(along-l, across+h), place(along-l, across-h), place(along+l, across-h)}
		sc.boxes = append(sc.boxes, newBox(floor, above, rise, roof, colour{0.72, 0.66, 0.57}))
	}
	n := int64(0)
	random := func(salt uint64) float64 { return lattice(n, int64(salt), 131) }
	tree := func(along, across, size float64) {
		n++
		if !free(along, across, size+3) {
			return
		}
		foot := place(along, across)
		ned := foot.northEastDown()
		top := foot
		top.height += 1.1 * size
		leaf := bush.mix(colour{0.36, 0.42, 0.22}, random(1)).lit(0.9 + 0.4*random(2))
		sc.crowns = append(sc.crowns, crown{top.cartesian(), size, leaf, foot.cartesian().plus(shade(ned, 1.1*size))})
	}
	for i := range len(w.along) - 1 {
		for j := range len(w.across) - 1 {
			low, high := w.along[i]+w.lane+4, w.along[i+1]-w.lane-4
			left, right := w.across[j]+w.street+3, w.across[j+1]-w.street-3
			switch w.use(i, j) {
			case houses:
				for a := (math.Floor(low/lot) + 1) * lot; a+lot < high; a += lot {
					for side := range 2 {
						n++
						across := left + 9 + 4*random(3)
						garden := left + 24 + 8*random(4)
						if side == 1 {
							across, garden = right-9-4*random(3), right-24-8*random(4)
						}
						if random(5) < 0.88 {
							rise := 1.6 + random(6)
							if random(7) < 0.25 {
								rise = 0
							}
							raise(a+lot/2+3*(random(8)-0.5), across, 10+5*random(9), 7.5+3*random(10), 3+1.2*random(11), rise,
								houseRoofs[int(random(12)*float64(len(houseRoofs)))].lit(0.9+0.2*random(13)))
						}
						at, size := a+lot*(0.15+0.7*random(14)), 1.8+2.2*random(15)
						if random(16) < 0.75 {
							tree(at, garden, size)
						}
						if random(17) < 0.4 {
							tree(a+2.5+random(18), across+4*(random(19)-0.5), 1.5+1.5*random(20))
						}
					}
				}
			case park:
				for range 26 {
					n++
					tree(low+(high-low)*random(21), left+(right-left)*random(22), 2+2.5*random(23))
				}
			case yard:
				n++
				raise(low+(high-low)*(0.3+0.1*random(24)), (left+right)/2, 26+8*random(25), 14+5*random(26), 5, 1.5, houseRoofs[2].lit(1.1))
				raise(low+(high-low)*(0.75+0.1*random(27)), (left+right)/2+8, 16, 11, 4.5, 0, houseRoofs[3])
			case orchard:
				for a := low; a < high; a += 8 {
					for b := left; b < right; b += 8 {
						n++
						tree(a+random(28), b+random(29), 1.9+0.7*random(30))
					}
				}
			}
		}
	}
	// Trees stand along some of the tracks outside.
	for k := range 400 {
		n = int64(100000 + k)
		along, across := (random(31)-0.5)*2400, (random(32)-0.5)*2400
		i, _ := cell(w.along, along)
		j, _ := cell(w.across, across)
		if !w.inside(i, j) {
			along = math.Round(along/210)*210 + 4 + 2*random(33)
			tree(along, across, 1.6+2*random(34))
		}
	}
}
