// Package basemap holds the land of the world, embedded, as the background of a drawn map.
//
// It is for DRAWING ONLY, never for a verdict: the coast is Natural Earth's at 1:10 million, which is
// generalised and in places kilometres off. Whose airspace and whose ground is a matter of packages
// airspace and internal/atlas. Therefore nothing but internal/report may import this package.
package basemap

import (
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"

	"overflight/geodesy"
)

//go:embed land.bin
var land []byte

// World returns the embedded land. The first call unpacks it, which takes some tens of milliseconds;
// every call returns the same land.
var World = sync.OnceValue(func() *Land {
	l, err := Parse(land)
	if err != nil {
		// The bytes are a part of the program: a test parses them.
		panic(fmt.Sprintf("the embedded land is damaged: %v", err))
	}
	return l
})

// Grid is the lattice that corners lie on, in degrees on WGS 84: corner (x, y) is at longitude
// West + x*StepLon and latitude South + y*StepLat. A whole number of steps goes round the Earth.
type Grid struct {
	West, South, StepLon, StepLat float64
}

// circle is the number of steps round the Earth.
func (g Grid) circle() int32 { return int32(math.Round(360 / g.StepLon)) }

func (g Grid) check() error {
	switch {
	case !(math.Abs(g.West) <= 360), !(math.Abs(g.South) <= 90):
		return fmt.Errorf("the grid begins at %g, %g", g.South, g.West)
	case !(g.StepLon >= leastStep && g.StepLon <= 1), !(g.StepLat >= leastStep && g.StepLat <= 1):
		return fmt.Errorf("the grid has steps of %g and %g degrees", g.StepLat, g.StepLon)
	case math.Abs(float64(g.circle())*g.StepLon-360) > 1e-9:
		return fmt.Errorf("steps of %g degrees do not go round the Earth", g.StepLon)
	}
	return nil
}

// Corner is a corner of a ring, in steps of the grid.
type Corner struct{ X, Y int32 }

// Land is rings on a grid. By the even-odd rule they hold the land: a ring within a ring is water.
type Land struct {
	grid  Grid
	rings []ring
}

// ring has its longitudes counted on from the first corner, past a whole circle where need be.
type ring struct {
	corners  []Corner
	low, top Corner // the box that holds it
	turns    int32  // 1 or -1 when it goes round a pole, to the east or to the west
}

// New makes land from rings, closed without repeating the first corner. Corners that follow each other
// are less than half a circle apart.
func New(grid Grid, rings [][]Corner) (*Land, error) {
	if err := grid.check(); err != nil {
		return nil, err
	}
	l := &Land{grid: grid, rings: make([]ring, 0, len(rings))}
	for i, corners := range rings {
		r, err := newRing(grid, corners)
		if err != nil {
			return nil, fmt.Errorf("reading ring %d: %w", i, err)
		}
		l.rings = append(l.rings, r)
	}
	return l, nil
}

func newRing(g Grid, corners []Corner) (ring, error) {
	if len(corners) < 3 {
		return ring{}, fmt.Errorf("%d corners", len(corners))
	}
	r := ring{corners: corners, low: corners[0], top: corners[0]}
	circle := g.circle()
	for i, c := range corners {
		if c.X < -circle || c.X > 2*circle || math.Abs(float64(g.at(c).Lat)) > 90+1e-9 {
			return ring{}, fmt.Errorf("corner %d is at %d, %d, not on the Earth", i, c.X, c.Y)
		}
		if i > 0 && abs(c.X-corners[i-1].X) > circle/2 {
			return ring{}, fmt.Errorf("corner %d is half a circle from the one before it", i)
		}
		r.low = Corner{min(r.low.X, c.X), min(r.low.Y, c.Y)}
		r.top = Corner{max(r.top.X, c.X), max(r.top.Y, c.Y)}
	}
	over := corners[len(corners)-1].X - corners[0].X
	r.turns = int32(math.Round(float64(over) / float64(circle)))
	if abs(r.turns) > 1 {
		return ring{}, errors.New("it goes round the Earth more than once")
	}
	return r, nil
}

func abs(v int32) int32 { return max(v, -v) }

func (g Grid) at(c Corner) geodesy.Position {
	return geodesy.Position{
		Lat: geodesy.Angle(g.South + float64(c.Y)*g.StepLat),
		Lon: geodesy.Angle(g.West + float64(c.X)*g.StepLon),
	}
}

// Box is a part of the map. Its longitudes are counted on: East is no less than West and may be beyond
// 180 degrees, and West may be below -180.
type Box struct {
	South, West, North, East geodesy.Angle
}

// Near returns the rings whose own box meets a box. Their longitudes are counted as those of the box
// are, so that a ring stays in one piece across the antimeridian; a ring that is in a wide box twice is
// returned twice, a whole circle apart. A ring round a pole runs past the box on both sides and is
// closed over the pole.
//
// The source cuts some land along the meridian of 180 degrees. An edge with both ends on that meridian
// is no coast.
func (l *Land) Near(b Box) iter.Seq[[]geodesy.Position] {
	return func(yield func([]geodesy.Position) bool) {
		if !(b.South <= b.North && b.West <= b.East && b.East-b.West <= 720 && math.Abs(float64(b.West)) <= 720) {
			return
		}
		for i := range l.rings {
			r := &l.rings[i]
			low, top := l.grid.at(r.low), l.grid.at(r.top)
			if r.turns != 0 {
				if out := l.polar(r, b); out != nil && !yield(out) {
					return
				}
				continue
			}
			if low.Lat > b.North || top.Lat < b.South {
				continue
			}
			first, last := math.Ceil(float64(b.West-top.Lon)/360), math.Floor(float64(b.East-low.Lon)/360)
			for turn := first; turn <= last; turn++ {
				if !yield(l.appendRing(nil, r, turn)) {
					return
				}
			}
		}
	}
}

func (l *Land) appendRing(dst []geodesy.Position, r *ring, turn float64) []geodesy.Position {
	if dst == nil {
		dst = make([]geodesy.Position, 0, len(r.corners))
	}
	for _, c := range r.corners {
		p := l.grid.at(c)
		p.Lon += geodesy.Angle(360 * turn)
		dst = append(dst, p)
	}
	return dst
}

// polar lays copies of a ring round a pole side by side, in its own direction, until they reach past
// the box.
func (l *Land) polar(r *ring, b Box) []geodesy.Position {
	low, top := l.grid.at(r.low), l.grid.at(r.top)
	pole := geodesy.Angle(90)
	if low.Lat+top.Lat < 0 {
		pole = -90
	}
	if pole < 0 && top.Lat < b.South || pole > 0 && low.Lat > b.North {
		return nil
	}
	// A copy more on either side: a ring may begin anywhere between its ends.
	first, last := math.Floor(float64(b.West-top.Lon)/360)-1, math.Ceil(float64(b.East-low.Lon)/360)+1
	var out []geodesy.Position
	for k := 0.0; k <= last-first; k++ {
		turn := first + k
		if r.turns < 0 {
			turn = last - k
		}
		out = l.appendRing(out, r, turn)
	}
	return append(out,
		geodesy.Position{Lat: pole, Lon: out[len(out)-1].Lon},
		geodesy.Position{Lat: pole, Lon: out[0].Lon})
}
