package simulate

import "math"

// colour is linear enough for a simulated ground: 0 to 1 each.
type colour struct{ r, g, b float64 }

func (c colour) mix(d colour, share float64) colour {
	return colour{c.r + (d.r-c.r)*share, c.g + (d.g-c.g)*share, c.b + (d.b-c.b)*share}
}

func (c colour) lit(f float64) colour { return colour{c.r * f, c.g * f, c.b * f} }

// terrain is an invented dry country: it looks like ground, lies still, and has the same face at the
// same latitude and longitude in every sortie. It is no map of anything.
type terrain struct {
	metresLat, metresLon float64 // of a degree
	lat0, lon0           float64
	sites                []mark
	town                 *town
}

// mark is a site in the terrain's own metres.
type mark struct{ x, y, radius float64 }

func newTerrain(s *Sortie) *terrain {
	// One scale for the whole sortie keeps the picture continuous; it is exact at the first site.
	at := s.Route[0].point()
	if len(s.Sites) > 0 {
		at = s.Sites[0].point()
	}
	t := &terrain{lat0: at.lat, lon0: at.lon}
	north, _ := direct(at, 0, 1000)
	east, _ := direct(at, 90, 1000)
	t.metresLat, t.metresLon = 1000/(north.lat-at.lat), 1000/wrap180(east.lon-at.lon)
	if s.Town.Rows > 0 {
		t.town = newTown(s, t)
	}
	for _, site := range s.Sites {
		// What stands there is drawn as a building, not as a mark on the ground as well.
		if s.builtOn(site) {
			continue
		}
		x, y := t.metres(float64(site.Lat), float64(site.Lon))
		t.sites = append(t.sites, mark{x, y, float64(site.Radius)})
	}
	return t
}

func (s *Sortie) builtOn(site Site) bool {
	for _, b := range s.Buildings {
		if d, _, _, ok := inverse(b.point(), site.point()); ok && d < float64(b.Length)/2 {
			return true
		}
	}
	return false
}

func (t *terrain) metres(lat, lon float64) (x, y float64) {
	return wrap180(lon-t.lon0) * t.metresLon, (lat - t.lat0) * t.metresLat
}

// lattice is a fixed pseudo-random number in [0, 1) for a cell (an integer hash, splitmix64).
func lattice(x, y int64, salt uint64) float64 {
	h := uint64(x)*0x9E3779B97F4A7C15 ^ uint64(y)*0xC2B2AE3D27D4EB4F ^ salt*0x165667B19E3779F9
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return float64((h^h>>31)>>11) / (1 << 53)
}

// noise is smooth value noise in [0, 1) with cells of the given size.
func noise(x, y, size float64, salt uint64) float64 {
	n, _ := slopingNoise(x, y, size, salt)
	return n
}

// slopingNoise returns the noise and its rise towards the south-east, a cell's side being one.
func slopingNoise(x, y, size float64, salt uint64) (n, rise float64) {
	x, y = x/size, y/size
	fx, fy := math.Floor(x), math.Floor(y)
	u, v := x-fx, y-fy
	du, dv := 6*u*(1-u), 6*v*(1-v)
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	i, j := int64(fx), int64(fy)
	a, b := lattice(i, j, salt), lattice(i+1, j, salt)
	c, d := lattice(i, j+1, salt), lattice(i+1, j+1, salt)
	south, north := a+(b-a)*u, c+(d-c)*u
	east := du * ((b-a)*(1-v) + (d-c)*v)
	return south + (north-south)*v, east - dv*(north-south)
}

var (
	sand  = colour{0.73, 0.62, 0.47}
	rock  = colour{0.47, 0.38, 0.31}
	brush = colour{0.34, 0.38, 0.23}
	bush  = colour{0.20, 0.25, 0.14}
	wash  = colour{0.84, 0.77, 0.64}
	roof  = colour{0.80, 0.82, 0.84}
	bare  = colour{0.86, 0.74, 0.58}
)

// colour returns the ground at a place; pixel is the size of a picture element there in metres, so
// that detail finer than it is left out instead of shimmering.
func (t *terrain) colour(lat, lon, pixel float64) colour {
	x, y := t.metres(lat, lon)
	relief, slope, weight := 0.0, 0.0, 1.0
	salt := uint64(1)
	for size := 900.0; size > 2.5*pixel && size > 4; size /= 3.2 {
		n, rise := slopingNoise(x, y, size, salt)
		relief += weight * (n - 0.5)
		// Light from the north-west: what falls away to the south-east is in shade.
		slope += weight * 0.12 * rise
		weight *= 0.55
		salt++
	}
	c := sand.mix(rock, min(max(0.5+relief*1.1, 0), 1))
	if green := noise(x, y, 420, 31) + 0.35*noise(x, y, 60, 32); green > 0.72 {
		c = c.mix(brush, min((green-0.72)*3, 0.75))
	}
	c = c.lit(1 + 1.5*slope)
	// A dry wash and a dirt road follow level lines of slow noise.
	if d := math.Abs(noise(x, y, 1500, 41) + 0.06*noise(x, y, 90, 42) - 0.53); d < 0.016 {
		c = c.mix(wash, 0.8*(1-d/0.016))
	}
	if d := math.Abs(noise(x+400, y, 2300, 51) - 0.5); d*2300 < 7+pixel {
		c = c.mix(bare, 0.75)
	}
	wild := c
	if t.town != nil {
		c = t.town.ground(c, x, y, pixel)
	}
	if pixel < 5 && c == wild {
		c = t.bushes(c, x, y)
	}
	for _, s := range t.sites {
		c = s.draw(c, x, y, pixel)
	}
	return c
}

// bushes puts a dark dot, with its shadow to the south-east, into some of the cells of 14 m.
func (t *terrain) bushes(c colour, x, y float64) colour {
	const cell = 14.0
	i, j := int64(math.Floor(x/cell)), int64(math.Floor(y/cell))
	if lattice(i, j, 61) < 0.72 {
		return c
	}
	radius := 1.2 + 2.2*lattice(i, j, 64)
	dx := x - (float64(i)+0.3+0.4*lattice(i, j, 62))*cell
	dy := y - (float64(j)+0.3+0.4*lattice(i, j, 63))*cell
	switch {
	case math.Hypot(dx, dy) < radius:
		return bush.lit(1 + 0.25*(dy-dx)/radius)
	case math.Hypot(dx-0.8*radius, dy+0.8*radius) < radius:
		return c.lit(0.6)
	}
	return c
}

// draw shows a site: a wide one as a cleared disc with a rim, a small one as a roof with its shadow.
func (m mark) draw(c colour, x, y, pixel float64) colour {
	dx, dy := x-m.x, y-m.y
	if m.radius >= 20 {
		d := math.Hypot(dx, dy) / m.radius
		switch {
		case d > 1.06:
		case d > 1:
			return c.lit(0.55)
		default:
			return c.mix(bare, 0.85)
		}
		return c
	}
	w, h := m.radius, 0.6*m.radius
	switch {
	case math.Abs(dx) < w && math.Abs(dy) < h:
		if dy > 0 {
			return roof
		}
		return roof.lit(0.78)
	case math.Abs(dx-0.35*w) < w && math.Abs(dy+0.45*w) < h && pixel < w:
		return c.lit(0.4)
	}
	return c
}
