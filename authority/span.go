package authority

import (
	"math"
	"sort"

	"overflight/geodesy"
)

// span is what the samples of a crossing lie within. Most areas and bands are told by it; only where it does not decide is
// each sample asked.
type span struct {
	set                    bool
	south, north           float64
	west, east             float64 // east is less than 360 degrees east of west; west may be below -180
	lowest, highest        geodesy.Length
	datum                  geodesy.Datum
	oneDatum, acrossNoEdge bool
	// way is how far along the samples each lies from the first, in metres, and never less: no two are farther apart than
	// their ways differ.
	way   []float64
	first *Sample // of the samples that it is of
	of    int     // how many they are
}

// is reports whether a span is of these samples.
func (s *span) is(samples []Sample) bool {
	return s.set && s.of == len(samples) && (len(samples) == 0 || s.first == &samples[0])
}

func (s *span) measure(samples []Sample) {
	if len(s.way) == len(samples) {
		return
	}
	scale := math.Cos(max(0, s.south, -s.north) * math.Pi / 180)
	s.way = make([]float64, len(samples))
	for i := 1; i < len(samples); i++ {
		s.way[i] = s.way[i-1] + farther(samples[i-1].Position, samples[i].Position, scale)
	}
}

func spanOf(samples []Sample) span {
	s := span{set: true, south: 90, north: -90, oneDatum: true, lowest: geodesy.Length(math.Inf(1)), highest: geodesy.Length(math.Inf(-1))}
	if len(samples) == 0 {
		return s
	}
	s.first, s.of = &samples[0], len(samples)
	first := float64(samples[0].Position.Lon)
	s.west, s.east, s.datum = first, first, samples[0].Altitude.Datum
	for i := range samples {
		p := &samples[i]
		lat, lon := float64(p.Position.Lat), float64(p.Position.Lon)
		if d := lon - first; d > 180 || d < -180 {
			lon = near(lon, first)
		}
		s.south, s.north = min(s.south, lat), max(s.north, lat)
		s.west, s.east = min(s.west, lon), max(s.east, lon)
		s.lowest, s.highest = min(s.lowest, p.Altitude.Value), max(s.highest, p.Altitude.Value)
		s.oneDatum = s.oneDatum && p.Altitude.Datum == s.datum
	}
	// Longitudes that are counted from another sample than the first would differ beyond half a turn.
	s.acrossNoEdge = s.east-s.west < 90
	return s
}

// within returns the first sample outside an area; -1 when every one lies in it.
func (s *span) within(a *Area, samples []Sample) int {
	switch {
	case a.IsZero():
		return -1
	case len(a.Polygon) > 0:
		if s.acrossNoEdge && a.holdsBox(s) {
			return -1
		}
		for i := range samples {
			if !a.Holds(samples[i].Position) {
				return i
			}
		}
		return -1
	}
	return s.along(a, samples)
}

// along is within for a corridor. As far as a place lies from its edge, no nearer place can lie outside.
func (s *span) along(a *Area, samples []Sample) int {
	s.measure(samples)
	var room [32]geodesy.Vector
	line := a.points3(room[:0])
	for asked := 0; asked < len(samples); {
		// The place in the middle of what one may decide at best tells for most on both of its sides.
		i := asked + sort.SearchFloat64s(s.way[asked:], s.way[asked]+a.HalfWidth/2)
		i = max(asked, min(i, len(samples))-1)
		d := fromPoints(samples[i].Position, line)
		slack := a.HalfWidth - 1.002*float64(d) // the distance is of a tangent plane, within a thousandth
		if i > asked && !(s.way[i]-s.way[asked] <= slack) {
			i = asked // not as far as that: one by one
			d = fromPoints(samples[i].Position, line)
			slack = a.HalfWidth - 1.002*float64(d)
		}
		if !(d <= geodesy.Length(a.HalfWidth)) {
			return i
		}
		asked = i + 1
		if end := s.way[i] + slack; slack > 0 {
			asked = max(asked, i+sort.SearchFloat64s(s.way[i:], end))
		}
	}
	return -1
}

// farther is no less than the geodesic between two places: the length of the way that is straight in latitude and longitude,
// with the longest degree on WGS 84 and the parallel of the latitude nearest to the equator, whose cosine is given.
func farther(p, q geodesy.Position, scale float64) float64 {
	const degree = 111_700 // metres
	y, x := float64(p.Lat-q.Lat), scale*(near(float64(q.Lon), float64(p.Lon))-float64(p.Lon))
	return degree * math.Sqrt(y*y+x*x)
}

// holdsBox reports whether the whole box of a span certainly lies in the polygon: no edge comes near it, and a corner is
// inside.
func (a *Area) holdsBox(s *span) bool {
	n := len(a.Polygon)
	for i, j := 0, n-1; i < n; j, i = i, i+1 {
		ax, ay := near(a.Polygon[i][0], s.west), a.Polygon[i][1]
		bx, by := near(a.Polygon[j][0], ax), a.Polygon[j][1]
		if ax < s.west-90 || ax > s.west+90 {
			return false // so far off that the samples may see the edge on the other side
		}
		if max(ay, by) < s.south || min(ay, by) > s.north || max(ax, bx) < s.west || min(ax, bx) > s.east {
			continue
		}
		// All four corners on one side of the edge: it does not cut the box.
		side := func(x, y float64) bool { return (bx-ax)*(y-ay)-(by-ay)*(x-ax) > 0 }
		c := side(s.west, s.south)
		if side(s.west, s.north) != c || side(s.east, s.south) != c || side(s.east, s.north) != c {
			return false
		}
	}
	return a.inPolygon(geodesy.Position{Lat: geodesy.Angle(s.south), Lon: geodesy.Angle(s.west)})
}

// band returns what a band says of all samples, and the first sample of which it says that.
func (s *span) band(b *Band, samples []Sample) (Outcome, int) {
	if b.IsZero() {
		return Pass, 0
	}
	if len(samples) == 0 {
		return Unknown, 0
	}
	if s.oneDatum && b.holds(geodesy.Altitude{Value: s.lowest, Datum: s.datum}) == Pass && b.holds(geodesy.Altitude{Value: s.highest, Datum: s.datum}) == Pass {
		return Pass, 0
	}
	out, at := Pass, 0
	for i := range samples {
		if w := worse(out, b.holds(samples[i].Altitude)); w != out {
			if out, at = w, i; out == Fail {
				break
			}
		}
	}
	return out, at
}
