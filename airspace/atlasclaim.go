package airspace

import (
	"math"

	"overflight/geodesy"
)

// units rounds a position to the grid of 1e-7 degree, 1.1 cm. Longitude 180 is -180.
func units(p geodesy.Position) (x, y int64, ok bool) {
	if !(p.Lat >= -90 && p.Lat <= 90) || !(p.Lon >= -540 && p.Lon <= 540) {
		return 0, 0, false
	}
	x = int64(math.Floor(float64(p.Lon)*1e7+0.5)) + maxLonUnits
	y = int64(math.Floor(float64(p.Lat)*1e7+0.5)) + maxLatUnits
	if x >= 2*maxLonUnits {
		x -= 2 * maxLonUnits
	} else if x < 0 {
		x += 2 * maxLonUnits
	}
	return x, y, true
}

// setAt returns the claim at p; nothing is claimed at a position that does not exist.
func (c *chart) setAt(p geodesy.Position) uint16 {
	x, y, ok := units(p)
	if !ok {
		return 0
	}
	col, row := x/cellUnits, min(y/cellUnits, gridRows-1)
	v := c.grid[row*gridColumns+col]
	if v&tiledCell == 0 {
		return uint16(v)
	}
	return c.tile(int(v&^tiledCell)).claimAt(int32(x-col*cellUnits), int32(y-row*cellUnits))
}

// StatesAt returns the states whose airspace holds p. A point on an edge belongs to the side that the
// exact predicates give it, the same at every call.
func (c *chart) StatesAt(p geodesy.Position) States { return c.sets[c.setAt(p)].states }

// Features returns the codes of the source that hold p, territories under their own code.
func (c *chart) Features(p geodesy.Position) []State {
	var out []State
	for _, f := range c.sets[c.setAt(p)].features {
		out = append(out, c.features[f])
	}
	return out
}

// Territory returns the code of the territory that holds p, when the source has one that is not a
// sovereign's own.
func (c *chart) Territory(p geodesy.Position) (State, bool) {
	for _, f := range c.sets[c.setAt(p)].features {
		if c.features[f] != c.states[c.sovereign[f]] {
			return c.features[f], true
		}
	}
	return "", false
}
