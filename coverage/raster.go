package coverage

import (
	"errors"
	"fmt"
	"math"
	"time"

	"overflight/geodesy"
)

// Grid parts bounds into cells by latitude and longitude, rows from north to south and columns from west to east. A cell is as
// wide as high in metres at the middle latitude.
type Grid struct {
	North, West   geodesy.Angle // of the upper left corner; West from -180 to 180, columns may go on beyond 180
	Height, Width geodesy.Angle // of a cell
	Columns, Rows int
}

// MostCells bounds a grid.
const MostCells = 1 << 20

// metresPerDegree of latitude, the mean of WGS 84.
const metresPerDegree = 111_195

// ErrEmpty is returned for a grid over nothing.
var ErrEmpty = errors.New("coverage: no ground to lay a grid over")

// FineError says that a grid would have more cells than most.
type FineError struct {
	Cell  geodesy.Length
	Cells float64
	Most  int
}

// Error implements error.
func (e *FineError) Error() string {
	return fmt.Sprintf("coverage: %.0f cells of %.0f m, at most %d", e.Cells, float64(e.Cell), e.Most)
}

// GridOver lays a grid over bounds: with cells of a size, or where cell is 0, with about so many as most allows and none below
// 10 m. A FineError says that the cells would be more than most.
func GridOver(b Bounds, cell geodesy.Length, most int) (Grid, error) {
	tall, wide := float64(b.North-b.South), float64(b.East-b.West)
	if !(tall >= 0 && tall <= 180 && wide >= 0 && wide <= 360) || most < 1 {
		return Grid{}, ErrEmpty
	}
	scale := math.Max(math.Cos(float64(b.North+b.South)/2*math.Pi/180), 0.01)
	chosen := cell <= 0
	if chosen {
		cell = geodesy.Length(math.Max(10, math.Sqrt(tall*wide*scale/float64(most))*metresPerDegree))
		cell = max(cell, geodesy.Length(math.Max(tall, wide*scale)*metresPerDegree/float64(most)))
	}
	var high, broad, rows, columns float64
	for {
		high = float64(cell) / metresPerDegree
		broad = math.Min(high/scale, 360)
		rows, columns = math.Max(math.Ceil(tall/high-1e-9), 1), math.Max(math.Ceil(wide/broad-1e-9), 1)
		if !chosen || rows*columns <= float64(most) {
			break
		}
		cell *= 1.01 // rows and columns are whole
	}
	if rows*columns > float64(min(most, MostCells)) {
		return Grid{}, &FineError{Cell: cell, Cells: rows * columns, Most: min(most, MostCells)}
	}
	if wide == 360 {
		broad = 360 / columns // all round, without a seam
	}
	return Grid{
		North: b.North, West: geodesy.NormalizeLongitude(b.West), Height: geodesy.Angle(high), Width: geodesy.Angle(broad), Columns: int(columns), Rows: int(rows),
	}, nil
}

// Centre is the middle of a cell. One that would lie beyond a pole is put on it.
func (g *Grid) Centre(column, row int) geodesy.Position {
	return geodesy.Position{
		Lat: min(max(g.North-(geodesy.Angle(row)+0.5)*g.Height, -90), 90),
		Lon: geodesy.NormalizeLongitude(g.West + (geodesy.Angle(column)+0.5)*g.Width),
	}
}

// Ring is the outline of a cell, anticlockwise, the first corner repeated. Longitudes go on beyond 180 so that the cell stays whole.
func (g *Grid) Ring(column, row int) [5]geodesy.Position {
	n, w := g.North-geodesy.Angle(row)*g.Height, g.West+geodesy.Angle(column)*g.Width
	s, e := max(n-g.Height, -90), w+g.Width
	return [5]geodesy.Position{{Lat: s, Lon: w}, {Lat: s, Lon: e}, {Lat: n, Lon: e}, {Lat: n, Lon: w}, {Lat: s, Lon: w}}
}

// Side is how high a cell is.
func (g *Grid) Side() geodesy.Length { return geodesy.Length(float64(g.Height) * metresPerDegree) }

// AreaKm2 is that of a cell of a row.
func (g *Grid) AreaKm2(row int) float64 {
	r := g.Ring(0, row)
	return math.Abs(geodesy.Area(r[:4])) / 1e6
}

// Raster is what looks come to in every cell of a grid, told at the cell's middle. It is not safe for concurrent use.
type Raster struct {
	Grid
	model   Model
	heights Heights
	cells   []cell
	last    settled
	leg     int32 // raised where a pause parts two frames
	added   int32 // frames that were laid out
	only    []bool
}

// Restrict keeps the raster to the cells for which in is true, row by row; looks at others are not counted.
func (r *Raster) Restrict(in []bool) { r.only = in }

type cell struct {
	at, up geodesy.Vector
	tally  Tally
	last   int32 // of the frames laid out, the last that showed it; from 1
	leg    int32
	made   bool
}

// settled is the frame that was laid out last.
type settled struct {
	g      Glimpse
	light  Light
	group  Group
	at     time.Time // of the last frame added, laid out or not
	number uint64    // of the same
	some   bool
	hit    bool
}

// NewRaster returns a raster of which nothing was looked at. heights may be nil.
func NewRaster(g Grid, m Model, heights Heights) *Raster {
	return &Raster{Grid: g, model: m, heights: heights, cells: make([]cell, g.Columns*g.Rows)}
}

// moved is the part of a cell by which a frame must differ from the last to be laid out anew.
const moved = 0.25

// Pause tells that what follows is of another path: no look goes on.
func (r *Raster) Pause() { r.last.some = false }

// Add takes the next frame of a path. Ground that moved by less than a quarter of a cell since the last frame, and is seen from
// the same side by the same light, is not laid out again: it would change nothing but where exactly the edge runs. False means that
// the frame shows the middle of no cell.
func (r *Raster) Add(g *Glimpse) bool {
	anew := !r.last.some || parted(r.last.at, g.Time, r.last.number, g.Number)
	if anew {
		r.leg++
	}
	s := sight{outline: g.outline(), g: g}
	s.locate(r.model.Columns, r.model.Rows)
	light := LightAt(g.Corners[0], g.Time)
	group := s.group(s.middle, s.middle.Unit(), light)
	r.last.at, r.last.number = g.Time, g.Number
	if !anew && group == r.last.group && r.near(g) {
		return r.last.hit
	}
	r.last.g, r.last.light, r.last.group, r.last.some = *g, light, group, true
	r.added++
	r.last.hit = r.lay(&s, light)
	return r.last.hit
}

func (r *Raster) near(g *Glimpse) bool {
	for i, c := range g.Corners {
		d := &r.last.g.Corners[i]
		if math.Abs(float64(c.Lat-d.Lat)) > moved*float64(r.Height) || math.Abs(float64(geodesy.LongitudeDifference(c.Lon, d.Lon))) > moved*float64(r.Width) {
			return false
		}
	}
	return true
}

func (r *Raster) lay(s *sight, light Light) (hit bool) {
	b := s.g.bounds()
	top, bottom := r.row(b.North), r.row(b.South)
	left, span := r.column(b.West, b.East)
	for row := max(top, 0); row <= min(bottom, r.Rows-1); row++ {
		for k := range span {
			column := left + k
			if column < 0 {
				column += int(math.Round(360 / float64(r.Width)))
			}
			if column >= 0 && column < r.Columns {
				hit = r.see(s, column, row, light) || hit
			}
		}
	}
	return hit
}

func (r *Raster) row(lat geodesy.Angle) int {
	return int(math.Floor(float64(r.North-lat) / float64(r.Height)))
}

// column returns the column that a span of longitudes begins in, from -1 turn on, and how many it goes over.
func (r *Raster) column(west, east geodesy.Angle) (first, n int) {
	from := float64(west - r.West)
	from -= 360 * math.Floor((from+float64(east-west))/360) // the last turn of the span that still meets the grid's first column
	first = int(math.Floor(from / float64(r.Width)))
	return first, min(int(math.Ceil((from+float64(east-west))/float64(r.Width)))-first+1, int(math.Ceil(360/float64(r.Width)))+1)
}

func (r *Raster) see(s *sight, column, row int, light Light) bool {
	if r.only != nil && !r.only[row*r.Columns+column] {
		return false
	}
	c := &r.cells[row*r.Columns+column]
	if !c.made {
		p := r.Centre(column, row)
		c.at, c.up, c.made = geodesy.ToECEF(p, 0), geodesy.UpAt(p), true
	}
	if !s.holds(c.at) {
		return false
	}
	var d Detection
	anew := c.last == 0 || c.last != r.added && (c.leg != r.leg || c.last < r.added-1)
	group := groupOf(1, 0, s.g.Band, light)
	if x, ok := s.at(c.at, c.up); ok {
		d = r.model.detect(x.sample, x.sine, s.g.Band, light, UnknownMasking)
		group = groupOf(x.sine, x.azimuth, s.g.Band, light)
		// The line of sight is followed only where it decides something: most frames of a look add nothing to those before.
		if r.heights != nil && d.POD > 0 && c.tally.raises(group, d.POD, anew) && s.masking(r.Centre(column, row), c.at, c.up, r.heights) == Masked {
			d = Detection{Why: BehindGround}
		}
	}
	c.tally.Add(group, d.POD, anew)
	c.last, c.leg = r.added, r.leg
	return true
}

// group is that of a point of the ground.
func (s *sight) group(p, up geodesy.Vector, light Light) Group {
	x, ok := s.at(p, up)
	if !ok {
		return groupOf(1, 0, s.g.Band, light)
	}
	return groupOf(x.sine, x.azimuth, s.g.Band, light)
}

// At returns what the looks at a cell come to; no looks is an answer.
func (r *Raster) At(column, row int) Cumulative {
	return r.cells[row*r.Columns+column].tally.Sum(&r.model)
}

// Meets reports whether the ground of a frame comes near the grid.
func (r *Raster) Meets(g *Glimpse) bool {
	b := g.bounds()
	if r.row(b.South) < 0 || r.row(b.North) >= r.Rows {
		return false
	}
	first, n := r.column(b.West, b.East)
	return first < r.Columns && (first+n > 0 || first+int(math.Round(360/float64(r.Width))) < r.Columns)
}
