package planning

import (
	"math"

	"overflight/geodesy"
	"overflight/search"
)

// Sheet is the map of probability as it is drawn: north up, its rows equally far apart in the Mercator projection, so that a
// picture of it lies true on a map of that projection.
type Sheet struct {
	West, South, East, North geodesy.Angle // east of 180 degrees the longitudes go on
	Columns, Rows            int
	Cell                     geodesy.Length // side of a cell of the plan's map
	Density                  []float32      // POC a km², row by row from the north; NaN outside the map
	Rest                     float64        // probability that the place is on none of it
}

// mercator is the northing of a latitude on a globe of radius 1.
func mercator(lat float64) float64 { return math.Asinh(math.Tan(lat * math.Pi / 180)) }

// steps is on how many lengths of an edge of the map its reach is looked for.
const steps = 16

// Sheet draws the map, with so many columns or rows at most.
func (p *Plan) Sheet(most int) *Sheet {
	g := p.prior().Grid
	wide, high := geodesy.Length(g.Columns)*g.Cell, geodesy.Length(g.Rows)*g.Cell
	origin := p.frame.origin.Lon
	s := &Sheet{West: origin, East: origin, South: 90, North: -90, Cell: g.Cell, Rest: p.prior().Rest}
	reach := func(q search.Point) {
		at := p.Position(q)
		d := geodesy.LongitudeDifference(origin, at.Lon)
		s.West, s.East = min(s.West, origin+d), max(s.East, origin+d)
		s.South, s.North = min(s.South, at.Lat), max(s.North, at.Lat)
	}
	for k := range steps + 1 {
		u, v := wide*geodesy.Length(k)/steps, high*geodesy.Length(k)/steps
		reach(search.Point{X: u})
		reach(search.Point{X: u, Y: high})
		reach(search.Point{Y: v})
		reach(search.Point{X: wide, Y: v})
	}
	top, bottom := mercator(float64(s.North)), mercator(float64(s.South))
	across := float64(s.East-s.West) * math.Pi / 180
	if across > top-bottom {
		s.Columns, s.Rows = most, max(1, int(math.Ceil(float64(most)*(top-bottom)/across)))
	} else {
		s.Columns, s.Rows = max(1, int(math.Ceil(float64(most)*across/(top-bottom)))), most
	}
	km2 := float64(g.Cell) * float64(g.Cell) / 1e6
	s.Density = make([]float32, s.Columns*s.Rows)
	for j := range s.Rows {
		y := top - (top-bottom)*(float64(j)+0.5)/float64(s.Rows)
		lat := math.Atan(math.Sinh(y)) * 180 / math.Pi
		for i := range s.Columns {
			lon := float64(s.West) + float64(s.East-s.West)*(float64(i)+0.5)/float64(s.Columns)
			q := p.frame.plane(geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.NormalizeLongitude(geodesy.Angle(lon))})
			c, r := int(math.Floor(float64(q.X/g.Cell))), int(math.Floor(float64(q.Y/g.Cell)))
			v := float32(math.NaN())
			if c >= 0 && c < g.Columns && r >= 0 && r < g.Rows {
				v = float32(p.prior().POC[r*g.Columns+c] / km2)
			}
			s.Density[j*s.Columns+i] = v
		}
	}
	return s
}
