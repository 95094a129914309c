package simulate

import (
	"math"

	"overflight/geodesy"
)

// Town is an invented settlement: streets, blocks with houses and trees, fields around it. What
// stands where follows from its place alone, so every sortie that states it shows the same one.
type Town struct {
	geodesy.Position
	Bearing       geodesy.Angle // of its long streets
	Rows, Columns int           // of blocks, along the bearing and across it; zero is no town
	Block         geodesy.Length
}

// Building is a box with a flat roof whose place is exact and is told in Truth.
type Building struct {
	Place         // the middle of its floor
	Name          string
	Length, Width geodesy.Length
	Above         geodesy.Length // the roof above the floor
	Bearing       geodesy.Angle  // of its long side
	Roof          string         // a key of roofs
}

// roofs are the colours that a building may have. White is brighter than anything else on the ground.
var roofs = map[string]colour{
	"white": {0.97, 0.97, 0.96}, "grey": {0.55, 0.56, 0.58}, "red": {0.62, 0.30, 0.22}, "blue": {0.33, 0.45, 0.60},
}

// outline returns the corners of a building's floor: ahead right, behind right, behind left, ahead left.
func (b Building) outline() [4]point {
	middle := b.point()
	reach := math.Hypot(float64(b.Length), float64(b.Width)) / 2
	side := math.Atan2(float64(b.Width), float64(b.Length)) / degree
	var out [4]point
	for i, turn := range []float64{side, 180 - side, 180 + side, -side} {
		out[i], _ = direct(middle, float64(b.Bearing)+turn, reach)
	}
	return out
}

// Built is a Building as Truth shows it.
type Built struct {
	Name    string        `json:"name"`
	Lat     geodesy.Angle `json:"lat"`
	Lon     geodesy.Angle `json:"lon"`
	Height  float64       `json:"height_m"` // of the floor
	Roof    float64       `json:"roof_m"`   // above the floor
	Colour  string        `json:"colour"`
	Outline [4][2]float64 `json:"outline"` // [lat, lon]
}

func (b Building) built() Built {
	out := Built{Name: b.Name, Lat: b.Lat, Lon: b.Lon, Height: float64(b.Height), Roof: float64(b.Above), Colour: b.Roof}
	for i, p := range b.outline() {
		out.Outline[i] = [2]float64{p.lat, p.lon}
	}
	return out
}

// box is an upright block or house in Earth-centred metres, ready to be projected.
type box struct {
	floor, top [4]vector
	ridge      [2]vector // of a gable, above the short sides; unused when flat
	gable      bool
	roof, wall colour
	shadow     [4]vector // where the top corners' shadows fall on the ground
}

// crown is the top of a tree.
type crown struct {
	middle vector
	radius float64
	leaf   colour
	shadow vector
}

// sun is where the light comes from, east, north and up: the north-west, as in terrain.colour.
var sun = vector{-0.5, 0.5, math.Sqrt2 / 2}

// scene is what stands on the ground of a sortie.
type scene struct {
	boxes  []box
	crowns []crown
	canvas canvas
}

// newScene returns nil where nothing stands.
func newScene(s *Sortie, t *terrain) *scene {
	if len(s.Buildings) == 0 && t.town == nil {
		return nil
	}
	sc := &scene{}
	for _, b := range s.Buildings {
		sc.building(b)
	}
	if t.town != nil {
		t.town.build(sc, t, s)
	}
	return sc
}

// building puts up a stated building, with two small boxes on its roof that make it less of a blank.
func (sc *scene) building(b Building) {
	sc.boxes = append(sc.boxes, newBox(b.outline(), float64(b.Above), 0, roofs[b.Roof], colour{0.70, 0.68, 0.64}))
	for _, at := range []float64{-0.3, 0.22} {
		unit := b
		p, _ := direct(b.point(), float64(b.Bearing), at*float64(b.Length))
		unit.Lat, unit.Lon, unit.Height = geodesy.Angle(p.lat), geodesy.Angle(p.lon), b.Height+b.Above
		unit.Length, unit.Width = b.Length/12, b.Width/6
		sc.boxes = append(sc.boxes, newBox(unit.outline(), 1.2, 0, colour{0.62, 0.63, 0.64}, colour{0.5, 0.5, 0.5}))
	}
}

// newBox raises a block on four points of the ground, whose first two are its right side. A rise makes
// a gable along the long axis.
func newBox(floor [4]point, above, rise float64, roof, wall colour) box {
	b := box{roof: roof, wall: wall, gable: rise > 0}
	ned := floor[0].northEastDown()
	for i, p := range floor {
		b.floor[i] = p.cartesian()
		b.shadow[i] = b.floor[i].plus(shade(ned, above))
		p.height += above
		b.top[i] = p.cartesian()
	}
	up := ned.w.times(-rise)
	b.ridge[0] = b.top[0].plus(b.top[3]).times(0.5).plus(up)
	b.ridge[1] = b.top[1].plus(b.top[2]).times(0.5).plus(up)
	return b
}

// shade is how far from its foot the shadow of a height falls.
func shade(ned basis, height float64) vector {
	return ned.u.times(-sun.y / sun.z * height).plus(ned.v.times(-sun.x / sun.z * height))
}
