// Package raster reads and writes grids of numbers: NumPy arrays (.npy, format versions 1.0 to 3.0), GeoTIFF (TIFF 6.0, BigTIFF, OGC
// 19-008r4) and SRTM tiles (.hgt).
//
// A raster is held whole in memory, as float64; integers beyond 2^53 are rounded to the nearest that float64 holds. A place without
// data is NaN. Rows stand as the file has them: northernmost first in GeoTIFF and SRTM, whatever its writer meant in NumPy, which says
// nothing of places.
//
// Left out on purpose: lossy compressions, palettes and masks as such, complex numbers, overviews (they are read over), rasters of more
// than two dimensions, and datums other than what an EPSG code names.
package raster

import (
	"errors"
	"fmt"
	"math"
)

// Raster is a grid of numbers, and where it lies if the file says so.
type Raster struct {
	Columns, Rows int
	Values        []float64 // row by row; NaN where there is no data
	Transform     Transform
	CRS           CRS // 0 where the file names none; Transform then means nothing either, unless Placed
	Placed        bool
	Bands         int // in the file; one of them is here
}

// At is the value of a cell.
func (r *Raster) At(column, row int) float64 { return r.Values[row*r.Columns+column] }

// Transform takes columns and rows to coordinates of the CRS, with the six numbers in the order that GDAL uses:
//
//	x = T[0] + column T[1] + row T[2]
//	y = T[3] + column T[4] + row T[5]
//
// Column 0, row 0 is the outer corner of the first cell; its middle is at (0.5, 0.5). x is east or longitude, y is north or latitude,
// whatever the order of axes in the CRS.
type Transform [6]float64

// Position is the place of a point of the grid.
func (t Transform) Position(column, row float64) (x, y float64) {
	return t[0] + column*t[1] + row*t[2], t[3] + column*t[4] + row*t[5]
}

// Cell is the point of the grid at a place; false where the transform has no inverse.
func (t Transform) Cell(x, y float64) (column, row float64, ok bool) {
	det := t[1]*t[5] - t[2]*t[4]
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return 0, 0, false
	}
	x, y = x-t[0], y-t[3]
	return (x*t[5] - y*t[2]) / det, (y*t[1] - x*t[4]) / det, true
}

// MostCells is how many cells a raster may have: 1 GiB of values.
const MostCells = 1 << 27

// ErrSyntax is what every file that breaks its format leads to.
var ErrSyntax = errors.New("damaged or no such file")

// ErrUnsupported is what a file leads to that is well-formed and uses what is left out here.
var ErrUnsupported = errors.New("not read here")

// Error says what is wrong with a file. It wraps ErrSyntax or ErrUnsupported.
type Error struct {
	Format string // "GeoTIFF", "NumPy", "SRTM"
	Item   string // what of the file, in its format's own word
	Offset int64  // bytes from the start of the file
	Got    string // unauthenticated, from the file
	Want   string
	Kind   error
}

// Error says it in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s at byte %d: %s; expected %s (%v)", e.Format, e.Item, e.Offset, e.Got, e.Want, e.Kind)
}

// Unwrap is ErrSyntax or ErrUnsupported.
func (e *Error) Unwrap() error { return e.Kind }

// bounded tells whether a raster of so many cells may be allocated for a file of so many bytes. The best of the compressions gets 4096
// bytes out of one; a file that says more than that of itself lies, or holds nothing but fill.
func bounded(columns, rows, bytesPerCell, file int64) bool {
	const free = 1 << 20 // cells that are given without asking
	if columns <= 0 || rows <= 0 || columns > MostCells || rows > MostCells || columns*rows > MostCells {
		return false
	}
	cells := columns * rows
	return cells <= free || cells <= file*4096/bytesPerCell
}

// voided makes every value that stands for no data NaN.
func voided(values []float64, void float64) {
	for i, v := range values {
		if v == void {
			values[i] = math.NaN()
		}
	}
}
