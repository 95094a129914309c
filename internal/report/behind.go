package report

import (
	"math"
	"slices"

	"overflight/geodesy"
	"overflight/internal/basemap"
	"overflight/release"
)

// Behind returns what is drawn behind the places of a report: the land in a box, and the boundaries of states; nil outlines: land alone.
// Longitudes are counted as those of the box are.
func Behind(outlines Outlines) func(release.Box) (land, borders [][]geodesy.Position) {
	return func(b release.Box) (land, borders [][]geodesy.Position) {
		for ring := range basemap.World().Near(basemap.Box{South: b.South, West: b.West, North: b.North, East: b.East}) {
			land = append(land, ring)
		}
		if outlines == nil {
			return land, nil
		}
		middle := b.Middle()
		centre := geodesy.Position{Lat: middle.Lat, Lon: geodesy.Angle(math.Remainder(float64(middle.Lon), 360))}
		radius := geodesy.Distance(centre, geodesy.Position{Lat: b.North, Lon: geodesy.Angle(math.Remainder(float64(b.East), 360))})
		radius = max(radius, geodesy.Distance(centre, geodesy.Position{Lat: b.South, Lon: geodesy.Angle(math.Remainder(float64(b.East), 360))}))
		if b.East-b.West > 180 {
			radius = halfMeridian
		}
		states := outlines.StatesNear(nil, centre, radius)
		slices.Sort(states)
		for _, s := range slices.Compact(states) {
			for _, ring := range outlines.Rings(s) {
				borders = append(borders, countedFrom(ring, float64(middle.Lon)))
			}
		}
		return land, borders
	}
}

// countedFrom closes a ring and counts its longitudes on from the corner, the one turn of it that is nearest to a meridian.
func countedFrom(ring []geodesy.Position, meridian float64) []geodesy.Position {
	if len(ring) == 0 {
		return nil
	}
	out := make([]geodesy.Position, 0, len(ring)+1)
	turn, middle := 0.0, 0.0
	for i, p := range append(slices.Clone(ring), ring[0]) {
		if i > 0 {
			turn -= 360 * math.Round((float64(p.Lon)+turn-float64(out[i-1].Lon))/360)
		}
		out = append(out, geodesy.Position{Lat: p.Lat, Lon: p.Lon + geodesy.Angle(turn)})
		middle += float64(out[i].Lon) / float64(len(ring)+1)
	}
	shift := geodesy.Angle(360 * math.Round((meridian-middle)/360))
	for i := range out {
		out[i].Lon += shift
	}
	return out
}
