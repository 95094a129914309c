package coverage

import (
	"errors"
	"math"
	"slices"

	"overflight/geodesy"
)

// Area is ground within rings, by even and odd; edges are straight in longitude and latitude, as RFC 7946 means them, the shorter way
// round the Earth. Areas that were joined are one: ground that lies in two of them lies in it.
type Area struct {
	parts [][]loop
}

type loop []geodesy.Position // longitudes go on beyond 180 where it does

// ErrArea is returned for rings that are no area: fewer than three corners, or a place that is not on Earth.
var ErrArea = errors.New("coverage: not an area: expected rings of three or more places on Earth")

// MostCorners bounds an area.
const MostCorners = 10_000

// NewArea returns the area of rings; a ring may repeat its first place at the end.
func NewArea(rings [][]geodesy.Position) (Area, error) {
	var part []loop
	n := 0
	for _, r := range rings {
		if len(r) > 1 && r[0] == r[len(r)-1] {
			r = r[:len(r)-1]
		}
		if n += len(r); len(r) < 3 || n > MostCorners {
			return Area{}, ErrArea
		}
		var whole loop
		for _, p := range r {
			if !p.Valid() {
				return Area{}, ErrArea
			}
			if k := len(whole); k > 0 {
				p.Lon = whole[k-1].Lon + geodesy.LongitudeDifference(whole[k-1].Lon, p.Lon)
			}
			whole = append(whole, p)
		}
		part = append(part, whole)
	}
	if n == 0 {
		return Area{}, ErrArea
	}
	return Area{parts: [][]loop{part}}, nil
}

// Join adds another area to this one.
func (a *Area) Join(b Area) { a.parts = append(a.parts, b.parts...) }

// Contains reports whether a place lies in the area.
func (a *Area) Contains(p geodesy.Position) bool {
	return slices.ContainsFunc(a.parts, func(rings []loop) bool { return within(rings, p) })
}

func within(rings []loop, p geodesy.Position) bool {
	in := false
	for _, r := range rings {
		x := p.Lon + geodesy.Angle(360*math.Round(float64(r[0].Lon-p.Lon)/360))
		for _, lon := range [3]geodesy.Angle{x - 360, x, x + 360} {
			if holdsFlat(r, geodesy.Position{Lat: p.Lat, Lon: lon}) {
				in = !in
			}
		}
	}
	return in
}

func holdsFlat(r loop, p geodesy.Position) bool {
	in := false
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat) {
			in = !in
		}
	}
	return in
}

// Bounds returns the bounds of the area.
func (a *Area) Bounds() Bounds {
	var e Extent
	for _, r := range slices.Concat(a.parts...) {
		b := Bounds{r[0].Lat, r[0].Lat, r[0].Lon, r[0].Lon}
		for _, p := range r {
			b = Bounds{min(b.South, p.Lat), max(b.North, p.Lat), min(b.West, p.Lon), max(b.East, p.Lon)}
		}
		e.AddBounds(b)
	}
	b, _ := e.Bounds()
	return b
}
