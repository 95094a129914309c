// Package terrain tells how high the ground is, from a folder of tiles: SRTM (.hgt) and GeoTIFF (.tif, .tiff). Tiles are read when
// their ground is first asked for, and those that were not asked for longest are given up, so that the memory is bounded whatever the
// folder holds.
package terrain

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"overflight/format/raster"
	"overflight/geodesy"
)

// Bounds of a folder, of one of its files, and of what is held of all.
const (
	MostTiles = 30_000    // more than there are SRTM tiles
	mostBytes = 1 << 30   // of a file
	mostCells = 100 << 20 // of a tile: 400 MB while it is held
	mostHeld  = 128 << 20 // cells of the tiles that are held together, four bytes each, if there is more than one
)

// Error says which tile is none, and why.
type Error struct {
	File string
	Err  error
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("terrain %s: %v", e.File, e.Err) }

// Unwrap is what is wrong with it.
func (e *Error) Unwrap() error { return e.Err }

// What is wrong with a folder.
var (
	ErrNone     = errors.New("no tiles: expected files that end with .hgt, .tif or .tiff")
	ErrMany     = fmt.Errorf("more than %d tiles", MostTiles)
	ErrLarge    = fmt.Errorf("expected at most %d bytes and %d cells", mostBytes, mostCells)
	ErrUnplaced = errors.New("does not say where it lies in a system that is known: expected degrees on WGS 84, or UTM")
)

// Model is a folder of tiles. It is safe for concurrent use; each asker takes a Cursor of its own.
type Model struct {
	failed func(*Error)
	tiles  []*tile            // the finest first
	byCell map[[2]int16][]int // tiles by the whole degrees that they reach into

	mu   sync.Mutex // guards what follows
	held []*tile    // loaded, that asked for last at the end
	sum  int        // cells of those
}

type tile struct {
	file                     string
	head                     raster.Raster // without values
	south, north, west, east float64
	size                     float64 // of a cell, degrees of latitude
	heights                  []float32
	bad                      bool
}

// Open reads which tiles a folder has and where they lie. A file that is called like a tile and is none is an *Error. failed is told of
// tiles whose heights turn out to be unreadable when they are asked for: their ground is then not known.
func Open(folder string, failed func(*Error)) (*Model, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, &Error{folder, err}
	}
	m := &Model{failed: failed, byCell: map[[2]int16][]int{}}
	for _, e := range entries {
		file := filepath.Join(folder, e.Name())
		if e.IsDir() || kind(file) == "" {
			continue
		}
		t, err := head(file)
		if err != nil {
			return nil, &Error{file, err}
		}
		if m.tiles = append(m.tiles, t); len(m.tiles) > MostTiles {
			return nil, &Error{folder, ErrMany}
		}
	}
	if len(m.tiles) == 0 {
		return nil, &Error{folder, ErrNone}
	}
	slices.SortFunc(m.tiles, func(a, b *tile) int { return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.file, b.file)) })
	for i, t := range m.tiles {
		for lat := math.Floor(t.south); lat <= t.north; lat++ {
			for lon := math.Floor(t.west); lon <= t.east; lon++ {
				k := [2]int16{int16(lat), int16(geodesy.NormalizeLongitude(geodesy.Angle(lon)))}
				if n := len(m.byCell[k]); n == 0 || m.byCell[k][n-1] != i {
					m.byCell[k] = append(m.byCell[k], i)
				}
			}
		}
	}
	return m, nil
}

// Tiles is how many there are.
func (m *Model) Tiles() int { return len(m.tiles) }

func kind(file string) string {
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".hgt", ".tif", ".tiff":
		return ext
	}
	return ""
}

func head(file string) (*tile, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > mostBytes {
		return nil, ErrLarge
	}
	var r *raster.Raster
	if kind(file) == ".hgt" {
		r, err = raster.HeadHGT(info.Size(), file)
	} else {
		var b []byte
		if b, err = os.ReadFile(file); err == nil {
			r, err = raster.HeadTIFF(b)
		}
	}
	if err != nil {
		return nil, err
	}
	if r.Columns*r.Rows > mostCells {
		return nil, ErrLarge
	}
	t := &tile{file: file, head: *r}
	return t, t.extend()
}

// extend finds between which latitudes and longitudes a tile may have heights.
func (t *tile) extend() error {
	zone, _, utm := t.head.CRS.UTM()
	if !t.head.Placed || !t.head.CRS.Geographic() && !utm {
		return ErrUnplaced
	}
	if _, _, ok := t.head.Transform.Cell(0, 0); !ok {
		return ErrUnplaced
	}
	t.south, t.north, t.west, t.east = 91, -91, 361, -361
	const steps = 16 // along each edge: those of a zone's grid are bent on the globe
	for i := range steps + 1 {
		f := float64(i) / steps
		w, h := float64(t.head.Columns), float64(t.head.Rows)
		for _, at := range [4][2]float64{{f * w, 0}, {f * w, h}, {0, f * h}, {w, f * h}} {
			x, y := t.head.Transform.Position(at[0], at[1])
			lat, lon := y, x
			if utm {
				var ok bool
				if lat, lon, ok = t.head.CRS.Unproject(x, y); !ok {
					return ErrUnplaced
				}
				middle := float64(zone*6 - 183)
				lon = middle + math.Remainder(lon-middle, 360) // a tile that crosses 180 degrees stays in one piece
			}
			if !(math.Abs(lat) <= 91 && math.Abs(lon) <= 361) {
				return ErrUnplaced
			}
			t.south, t.north, t.west, t.east = min(t.south, lat), max(t.north, lat), min(t.west, lon), max(t.east, lon)
		}
	}
	t.size = (t.north - t.south) / float64(t.head.Rows)
	if utm { // what an edge bulges between two steps
		t.south, t.north, t.west, t.east = t.south-0.01, t.north+0.01, t.west-0.01, t.east+0.01
	}
	if !(t.size > 0) {
		return ErrUnplaced
	}
	return nil
}

// load returns the heights of a tile; false for one that cannot be read.
func (m *Model) load(t *tile) ([]float32, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.bad {
		return nil, false
	}
	if t.heights != nil {
		i := slices.Index(m.held, t)
		m.held = append(slices.Delete(m.held, i, i+1), t)
		return t.heights, true
	}
	r, err := read(t.file)
	if err == nil && (r.Columns != t.head.Columns || r.Rows != t.head.Rows) {
		err = errors.New("another size than when the folder was opened")
	}
	if err != nil {
		t.bad = true
		if m.failed != nil {
			m.failed(&Error{t.file, err})
		}
		return nil, false
	}
	heights := make([]float32, len(r.Values))
	for i, v := range r.Values {
		heights[i] = float32(v)
	}
	m.sum += len(heights)
	for m.sum > mostHeld && len(m.held) > 0 {
		m.sum -= len(m.held[0].heights)
		m.held[0].heights = nil
		m.held = slices.Delete(m.held, 0, 1)
	}
	t.heights, m.held = heights, append(m.held, t)
	return heights, true
}

func read(file string) (*raster.Raster, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if kind(file) == ".hgt" {
		return raster.ReadHGT(b, file)
	}
	return raster.ReadTIFF(b, 1)
}

// Cursor asks a Model for heights, and remembers the tile that it asked last: for one goroutine.
type Cursor struct {
	m       *Model
	last    *tile
	heights []float32
	cell    [2]int16 // whole degrees
	near    []int    // tiles there
}

// Cursor returns one that has asked nothing.
func (m *Model) Cursor() *Cursor { return &Cursor{m: m} }

// HeightAt is the height of the ground above the tile's datum, between the four posts about a place. False where no tile has it.
func (c *Cursor) HeightAt(p geodesy.Position) (geodesy.Length, bool) {
	k := [2]int16{int16(math.Floor(float64(p.Lat))), int16(math.Floor(float64(geodesy.NormalizeLongitude(p.Lon))))}
	if k != c.cell || c.near == nil {
		c.cell, c.near = k, c.m.byCell[k]
	}
	for _, i := range c.near {
		t := c.m.tiles[i]
		if !t.holds(p) {
			continue
		}
		heights, ok := c.heights, true
		if t != c.last {
			if heights, ok = c.m.load(t); !ok {
				continue
			}
		}
		if h, ok := t.sample(heights, p); ok {
			c.last, c.heights = t, heights
			return h, true
		}
	}
	return 0, false
}

func (t *tile) holds(p geodesy.Position) bool {
	lat, lon := float64(p.Lat), t.longitude(p)
	return lat >= t.south && lat <= t.north && lon >= t.west && lon <= t.east
}

// longitude is that of a place, turned to where the tile lies.
func (t *tile) longitude(p geodesy.Position) float64 {
	lon := float64(p.Lon)
	if lon < t.west {
		lon += 360
	} else if lon > t.east {
		lon -= 360
	}
	return lon
}

// sample is the height between the four posts about a place; beyond the outermost posts of a tile it is theirs.
func (t *tile) sample(heights []float32, p geodesy.Position) (geodesy.Length, bool) {
	x, y := t.longitude(p), float64(p.Lat)
	if !t.head.CRS.Geographic() {
		var ok bool
		if x, y, ok = t.head.CRS.Project(y, x); !ok {
			return 0, false
		}
	}
	u, v, _ := t.head.Transform.Cell(x, y)
	w, h := t.head.Columns, t.head.Rows
	if !(u >= 0 && u <= float64(w) && v >= 0 && v <= float64(h)) {
		return 0, false
	}
	u, v = min(max(u-0.5, 0), float64(w-1)), min(max(v-0.5, 0), float64(h-1))
	i, k := min(int(u), max(w-2, 0)), min(int(v), max(h-2, 0))
	f, g := u-float64(i), v-float64(k)
	right, below := min(i+1, w-1), min(k+1, h-1)
	sum := 0.0
	for _, post := range [4]struct {
		column, row int
		weight      float64
	}{{i, k, (1 - f) * (1 - g)}, {right, k, f * (1 - g)}, {i, below, (1 - f) * g}, {right, below, f * g}} {
		if post.weight > 0 {
			sum += post.weight * float64(heights[post.row*w+post.column])
		}
	}
	return geodesy.Length(sum), sum == sum
}
