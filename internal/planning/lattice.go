package planning

import (
	"overflight/coverage"
	"overflight/geodesy"
	"overflight/search"
)

// lattice takes points of a grid in degrees to the plane around its middle. Every eighth corner of a cell is worked out, what lies
// between is interpolated: over 8 of 1,000 cells that a map of 1,260 km has across, a parallel bends by less than 10 m.
type lattice struct {
	origin        geodesy.Position
	columns, rows int // of nodes
	nodes         []search.Point
}

// pitch is how many cells lie between nodes.
const pitch = 8

func newLattice(g *coverage.Grid) *lattice {
	l := &lattice{
		origin: geodesy.Position{
			Lat: g.North - geodesy.Angle(g.Rows)*g.Height/2,
			Lon: geodesy.NormalizeLongitude(g.West + geodesy.Angle(g.Columns)*g.Width/2),
		},
		columns: g.Columns/pitch + 2, rows: g.Rows/pitch + 2,
	}
	l.nodes = make([]search.Point, 0, l.columns*l.rows)
	for j := range l.rows {
		lat := max(g.North-geodesy.Angle(j*pitch)*g.Height, -90)
		for i := range l.columns {
			l.nodes = append(l.nodes, flat(l.origin, geodesy.Position{Lat: lat, Lon: geodesy.NormalizeLongitude(g.West + geodesy.Angle(i*pitch)*g.Width)}))
		}
	}
	return l
}

// turned is the same lattice in a frame.
func (l *lattice) turned(f frame) *lattice {
	out := *l
	out.nodes = make([]search.Point, len(l.nodes))
	for i, p := range l.nodes {
		out.nodes[i] = f.turned(p)
	}
	return &out
}

// at is where a point of the grid lies, in columns from the west and rows from the north.
func (l *lattice) at(column, row float64) search.Point {
	i, j := int(column)/pitch, int(row)/pitch
	u, v := geodesy.Length(column/pitch-float64(i)), geodesy.Length(row/pitch-float64(j))
	n := l.nodes[j*l.columns+i:]
	a, b, c, d := n[0], n[1], n[l.columns], n[l.columns+1]
	return search.Point{
		X: (a.X*(1-u)+b.X*u)*(1-v) + (c.X*(1-u)+d.X*u)*v,
		Y: (a.Y*(1-u)+b.Y*u)*(1-v) + (c.Y*(1-u)+d.Y*u)*v,
	}
}
