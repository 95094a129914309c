package bench

import (
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/s2"

	"overflight/coverage"
	"overflight/geodesy"
	"overflight/sensor"
)

// BenchmarkCells enters footprints of 3 km in the cells of an index: ours, and S2's of the same size (level 13, 1.2 km) by its
// own coverer.
func BenchmarkCells(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 3))
	var ours []coverage.Glimpse
	var theirs []*s2.Loop
	at := geodesy.Position{Lat: 28, Lon: -106}
	for range 1000 {
		fp := sensor.Footprint{Method: sensor.CastRays}
		var points []s2.Point
		turn := geodesy.Angle(360 * r.Float64())
		for k := range fp.Corners {
			fp.Corners[k], _ = geodesy.Direct(at, turn+geodesy.Angle(45+90*k), 2100)
		}
		g, ok := coverage.GlimpseOf(0, sensor.Optional[geodesy.Position]{}, sensor.Optional[geodesy.Altitude]{}, &fp)
		if !ok {
			b.Fatal("no ground")
		}
		for k := range g.Corners { // anticlockwise for S2
			c := g.Corners[3-k]
			points = append(points, s2.PointFromLatLng(s2.LatLngFromDegrees(float64(c.Lat), float64(c.Lon))))
		}
		ours, theirs = append(ours, g), append(theirs, s2.LoopFromPoints(points))
		at, _ = geodesy.Direct(at, 80, 90)
	}
	b.Run("overflight", func(b *testing.B) {
		var cells []coverage.Located
		n := 0
		for i := range b.N {
			cells = ours[i%len(ours)].AppendCells(cells[:0])
			n += len(cells)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "footprints/s")
		b.ReportMetric(float64(n)/float64(b.N), "cells")
	})
	b.Run("golang-geo", func(b *testing.B) {
		coverer := &s2.RegionCoverer{MinLevel: 13, MaxLevel: 13, MaxCells: 1000}
		n := 0
		for i := range b.N {
			n += len(coverer.Covering(theirs[i%len(theirs)]))
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "footprints/s")
		b.ReportMetric(float64(n)/float64(b.N), "cells")
	})
}
