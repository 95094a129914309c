package sqlite

import (
	"math"

	"overflight/journal"
	"overflight/sensor"
)

// box is a span of latitudes and longitudes in degrees. East may be beyond 180, West beyond -180.
type box struct{ south, north, west, east float64 }

var (
	nowhere = box{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	world   = box{-90, 90, -180, 180}
)

func (b box) empty() bool { return !(b.south <= b.north) }

// parts cuts the box at 180 degrees. Coordinates are rounded outward to single precision, which is what an R*Tree holds.
func (b box) parts() ([2]box, int) {
	b.south, b.north = math.Max(b.south, -90), math.Min(b.north, 90)
	var out [2]box
	n := 0
	switch {
	case b.empty():
		return out, 0
	case b.east-b.west >= 360:
		out[0], n = box{b.south, b.north, -180, 180}, 1
	case b.west <= -180:
		out[0], out[1], n = box{b.south, b.north, -180, b.east}, box{b.south, b.north, b.west + 360, 180}, 2
	case b.east >= 180:
		out[0], out[1], n = box{b.south, b.north, b.west, 180}, box{b.south, b.north, -180, b.east - 360}, 2
	default:
		out[0], n = b, 1
	}
	for i := range out[:n] {
		o := &out[i]
		o.south, o.west, o.north, o.east = down(o.south), down(o.west), up(o.north), up(o.east)
	}
	return out, n
}

func down(f float64) float64 {
	g := float32(f)
	if float64(g) > f {
		g = math.Nextafter32(g, float32(math.Inf(-1)))
	}
	return float64(g) + 0
}

func up(f float64) float64 {
	g := float32(f)
	if float64(g) < f {
		g = math.Nextafter32(g, float32(math.Inf(1)))
	}
	return float64(g) + 0
}

// widest is how wide a footprint may be, in degrees, for its box to be computed, and polar the latitude beyond
// which a box says nothing. Within them an edge, which is a geodesic, leaves the box of the corners
// by less than margin of its width.
const (
	widest = 4.0
	polar  = 85.0
	margin = 0.15
)

// bounds returns a box that holds all footprints on the ground, with longitudes near the first, and how many there
// are.
func bounds(looks []journal.Look) (box, uint64) {
	all, n := nowhere, uint64(0)
	var home float64
	for i := range looks {
		f := &looks[i].Footprint
		if !f.OnGround() {
			continue
		}
		if n++; n == 1 {
			home = float64(f.Corners[0].Lon)
		}
		b, ok := outline(f, home)
		if !ok {
			all = world
			continue
		}
		all.south, all.north = math.Min(all.south, b.south), math.Max(all.north, b.north)
		all.west, all.east = math.Min(all.west, b.west), math.Max(all.east, b.east)
	}
	return all, n
}

func outline(f *sensor.Footprint, home float64) (box, bool) {
	b := nowhere
	first := near(float64(f.Corners[0].Lon), home)
	for _, c := range f.Corners {
		if !c.Valid() {
			return b, false
		}
		lat, lon := float64(c.Lat), near(float64(c.Lon), first)
		b.south, b.north = math.Min(b.south, lat), math.Max(b.north, lat)
		b.west, b.east = math.Min(b.west, lon), math.Max(b.east, lon)
	}
	tall, wide := b.north-b.south, b.east-b.west
	if tall > widest || wide > widest || b.south < -polar || b.north > polar {
		return b, false
	}
	pad := margin * math.Max(tall, wide)
	return box{b.south - pad, b.north + pad, b.west - pad, b.east + pad}, true
}

// near returns the longitude that is lon and nearest to home.
func near(lon, home float64) float64 { return lon + 360*math.Round((home-lon)/360) }
