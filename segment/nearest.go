package segment

import (
	"math"

	"overflight/geodesy"
)

// nearestOn is the point of an edge, straight in longitude and latitude, that is nearest to p on a plane with the scale of
// p's latitude: the margin of an area is kilometres, and the error centimetres.
func nearestOn(p, a, b geodesy.Position) geodesy.Position {
	scale := math.Cos(float64(p.Lat) * math.Pi / 180)
	ax, ay := float64(geodesy.LongitudeDifference(p.Lon, a.Lon))*scale, float64(a.Lat-p.Lat)
	bx, by := float64(geodesy.LongitudeDifference(p.Lon, b.Lon))*scale, float64(b.Lat-p.Lat)
	dx, dy := bx-ax, by-ay
	t := 0.0
	if n := dx*dx + dy*dy; n > 0 {
		t = min(max(-(ax*dx+ay*dy)/n, 0), 1)
	}
	lon := a.Lon + geodesy.Angle(t*float64(geodesy.LongitudeDifference(a.Lon, b.Lon)))
	return geodesy.Position{Lat: a.Lat + geodesy.Angle(t)*(b.Lat-a.Lat), Lon: lon}
}
