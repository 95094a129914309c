package authority

import (
	"fmt"
	"math"

	"overflight/geodesy"
)

// Area is ground, or the air above it: a polygon, or a corridor along a line. The zero Area is everywhere.
type Area struct {
	// Polygon is one ring of longitude and latitude in degrees, WGS 84; its edges are straight in longitude and
	// latitude, as those of GeoJSON. It may be closed by its first point or not.
	Polygon [][2]float64 `json:"polygon,omitempty"`
	// Line and HalfWidth are a corridor: everything within HalfWidth metres of the line.
	Line      [][2]float64 `json:"line,omitempty"`
	HalfWidth float64      `json:"half_width_m,omitempty"`
}

// mostPoints bounds the points of an area.
const mostPoints = 2000

// IsZero reports whether the area is everywhere.
func (a *Area) IsZero() bool { return len(a.Polygon) == 0 && len(a.Line) == 0 }

func (a *Area) check(field string) error {
	if a.IsZero() {
		if a.HalfWidth != 0 {
			return fault(field+".line", "", "the line that half_width_m is the half width of")
		}
		return nil
	}
	if len(a.Polygon) > 0 && a.HalfWidth != 0 {
		return fault(field+".half_width_m", fmt.Sprint(a.HalfWidth), "a line; a polygon has no width")
	}
	if len(a.Polygon) > 0 && len(a.Line) > 0 {
		return fault(field, "both", "a polygon or a line, not both")
	}
	points, least, what := a.Polygon, 3, ".polygon"
	if len(a.Line) > 0 {
		points, least, what = a.Line, 2, ".line"
		if !(a.HalfWidth > 0 && a.HalfWidth <= 500_000) {
			return fault(field+".half_width_m", fmt.Sprint(a.HalfWidth), "more than 0 and at most 500000 metres")
		}
	}
	if len(points) < least || len(points) > mostPoints {
		return fault(field+what, fmt.Sprint(len(points))+" points", fmt.Sprintf("%d to %d points", least, mostPoints))
	}
	for i, p := range points {
		if !place(p).Valid() {
			return fault(fmt.Sprintf("%s%s[%d]", field, what, i), fmt.Sprint(p), "longitude and latitude in degrees")
		}
	}
	return nil
}

func place(p [2]float64) geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(p[1]), Lon: geodesy.Angle(p[0])}
}

// Holds reports whether a position lies in the area.
func (a *Area) Holds(p geodesy.Position) bool {
	switch {
	case len(a.Polygon) > 0:
		return a.inPolygon(p)
	case len(a.Line) > 0:
		return a.fromLine(p) <= geodesy.Length(a.HalfWidth)
	}
	return true
}

// inPolygon counts the edges that a ray eastward crosses. Longitudes are taken from that of the position, so that a ring
// across 180 degrees is whole.
func (a *Area) inPolygon(p geodesy.Position) bool {
	inside := false
	n := len(a.Polygon)
	x, y := float64(p.Lon), float64(p.Lat)
	for i, j := 0, n-1; i < n; j, i = i, i+1 {
		ax, ay := near(a.Polygon[i][0], x), a.Polygon[i][1]
		bx, by := near(a.Polygon[j][0], ax), a.Polygon[j][1]
		if (ay > y) != (by > y) && x < ax+(y-ay)/(by-ay)*(bx-ax) {
			inside = !inside
		}
	}
	return inside
}

// near returns the longitude within half a turn of another.
func near(lon, of float64) float64 {
	if d := lon - of; d <= 180 && d >= -180 {
		return lon
	}
	return lon - 360*math.Round((lon-of)/360)
}

// fromLine is the distance to the line. Its pieces are taken as straight in a plane tangent at the position, which for
// pieces of some hundred kilometres is within a thousandth; corridors are stated in kilometres.
func (a *Area) fromLine(p geodesy.Position) geodesy.Length {
	var room [32]geodesy.Vector
	return fromPoints(p, a.points3(room[:0]))
}

// points3 appends the points of the line on the ellipsoid, Earth-centred.
func (a *Area) points3(to []geodesy.Vector) []geodesy.Vector {
	for i := range a.Line {
		to = append(to, geodesy.ToECEF(place(a.Line[i]), 0))
	}
	return to
}

func fromPoints(p geodesy.Position, line []geodesy.Vector) geodesy.Length {
	least := math.Inf(1)
	frame := geodesy.NEDAt(p)
	origin := geodesy.ToECEF(p, 0)
	var before geodesy.Vector
	for i := range line {
		at := frame.FromECEF(line[i].Minus(origin))
		if i > 0 {
			step := at.Minus(before)
			along := 0.0
			if d := step.X*step.X + step.Y*step.Y; d > 0 {
				along = min(1, max(0, -(before.X*step.X+before.Y*step.Y)/d))
			}
			x, y := before.X+along*step.X, before.Y+along*step.Y
			least = min(least, x*x+y*y)
		}
		before = at
	}
	return geodesy.Length(math.Sqrt(least))
}

// Band is a span of altitude in metres, in one datum.
type Band struct {
	Least *float64 `json:"least_m,omitempty"`
	Most  *float64 `json:"most_m,omitempty"`
	Datum string   `json:"datum,omitempty"` // "HAE" or "MSL"
}

// IsZero reports whether the band is any altitude.
func (b *Band) IsZero() bool { return b.Least == nil && b.Most == nil }

func (b *Band) check(field string) error {
	if b.Least == nil && b.Most == nil && b.Datum == "" {
		return nil
	}
	if b.Least == nil && b.Most == nil {
		return fault(field, "no end", "a lower end, an upper end, or both")
	}
	if b.Datum != "HAE" && b.Datum != "MSL" {
		return fault(field+".datum", b.Datum, `"HAE" or "MSL"`)
	}
	for _, v := range []*float64{b.Least, b.Most} {
		if v != nil && (math.IsNaN(*v) || *v < -1000 || *v > 50_000) {
			return fault(field, fmt.Sprint(*v), "metres from -1000 to 50000")
		}
	}
	if b.Least != nil && b.Most != nil && *b.Least >= *b.Most {
		return fault(field, fmt.Sprintf("%g to %g", *b.Least, *b.Most), "an upper end above the lower")
	}
	return nil
}

// holds tells whether an altitude lies in the band. It is unknown when the altitude is, or is in another datum: one is
// never taken for the other.
func (b *Band) holds(a geodesy.Altitude) Outcome {
	if b.IsZero() {
		return Pass
	}
	if math.IsNaN(float64(a.Value)) || a.Datum != geodesy.HAE && a.Datum != geodesy.MSL || a.Datum.String() != b.Datum {
		return Unknown
	}
	if b.Least != nil && float64(a.Value) < *b.Least || b.Most != nil && float64(a.Value) > *b.Most {
		return Fail
	}
	return Pass
}
