package main

import (
	"io"

	"overflight/coverage"
	"overflight/format/raster"
)

// tileSide is that of the tiles of a map, in cells.
const tileSide = 256

// writeCoverTIFF writes the probability of detection of every cell, and no data where nobody looked: a 0 would say that somebody
// did. A plan and its gaps have no place in a raster of one band; they are in GeoJSON.
func writeCoverTIFF(to io.Writer, m *cover, _ []coverage.Gap) error {
	r := raster.Raster{
		Columns: m.Columns, Rows: m.Rows, Values: make([]float64, len(m.pod)), CRS: raster.WGS84, Placed: true,
		Transform: raster.Transform{float64(m.West), float64(m.Width), 0, float64(m.North), 0, -float64(m.Height)},
	}
	for i, v := range m.pod {
		r.Values[i] = float64(v)
	}
	return raster.WriteTIFF(to, &r, raster.TIFFOptions{Tile: tileSide})
}
