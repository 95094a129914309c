package main

import (
	"io"

	"overflight/coverage"
	"overflight/internal/server"
)

// writeCoverTIFF writes the probability of detection. A plan and its gaps have no place in a raster of one band; they are in GeoJSON.
func writeCoverTIFF(to io.Writer, m *cover, _ []coverage.Gap) error {
	return server.WriteCoverageTIFF(to, m.Grid, m.pod)
}
