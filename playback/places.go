package playback

import (
	"math"

	"overflight/geodesy"
	"overflight/ingest"
	"overflight/sensor"
)

// perDegree is how fine a place is told: a hundred-thousandth of a degree, a metre. A footprint is not known better.
const perDegree = 1e5

// places appends where reports are on the ground. One that has only a place in the picture is put where the picture shows the
// ground; without a footprint it has none.
func places(dst []geodesy.Position, all []ingest.Place, f *sensor.Footprint) []geodesy.Position {
	for i := range all {
		p, ok := all[i].Position.Get()
		if !ok {
			if p, ok = onGround(f, all[i].U, all[i].V); !ok {
				continue
			}
		}
		dst = append(dst, geodesy.Position{Lat: rounded(p.Lat), Lon: rounded(p.Lon)})
	}
	return dst
}

func rounded(a geodesy.Angle) geodesy.Angle {
	return geodesy.Angle(math.Round(float64(a)*perDegree) / perDegree)
}

// onGround is the ground under a point of the picture: the picture of a plane is a homography, and its four corners fix it.
func onGround(f *sensor.Footprint, u, v float64) (geodesy.Position, bool) {
	if !f.OnGround() {
		return geodesy.Position{}, false
	}
	// Relative to the first corner, so that the arithmetic is that of small numbers and 180° is no edge.
	o := f.Corners[0]
	var x, y [4]float64
	for i, c := range f.Corners {
		x[i], y[i] = math.Remainder(float64(c.Lon-o.Lon), 360), float64(c.Lat-o.Lat)
	}
	dx1, dx2, sx := x[1]-x[2], x[3]-x[2], x[0]-x[1]+x[2]-x[3]
	dy1, dy2, sy := y[1]-y[2], y[3]-y[2], y[0]-y[1]+y[2]-y[3]
	det := dx1*dy2 - dx2*dy1
	if det == 0 {
		return geodesy.Position{}, false
	}
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	w := g*u + h*v + 1
	if w <= 0 {
		return geodesy.Position{}, false
	}
	east := ((x[1]-x[0]+g*x[1])*u + (x[3]-x[0]+h*x[3])*v) / w
	north := ((y[1]-y[0]+g*y[1])*u + (y[3]-y[0]+h*y[3])*v) / w
	return geodesy.Position{Lat: o.Lat + geodesy.Angle(north), Lon: geodesy.Angle(math.Remainder(float64(o.Lon)+east, 360))}, true
}
