package report

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/airspace"
	"overflight/geodesy"
)

// Outlines is where the lines of the map come from: the same boundaries that the account used.
type Outlines interface {
	StatesNear(dst []airspace.State, p geodesy.Position, radius geodesy.Length) []airspace.State
	Rings(s airspace.State) [][]geodesy.Position
}

// remembered keeps the rings of a state: a page draws every map once for each language.
type remembered struct {
	Outlines
	rings map[airspace.State][][]geodesy.Position
}

func (r remembered) Rings(s airspace.State) [][]geodesy.Position {
	if _, ok := r.rings[s]; !ok {
		r.rings[s] = r.Outlines.Rings(s)
	}
	return r.rings[s]
}

// The size of a map, in the units of its view box.
const (
	mapWidth     = 1100.0
	mapHeight    = 720.0
	mapMargin    = 60.0
	leastExtent  = 4000 * geodesy.Metre // of the ground that a map shows
	mostLatitude = 84.0
	halfMeridian = 20_004 * geodesy.Kilometre // as far as one can be
)

// chart is the map of one path: Mercator, north up, the longitudes counted on from the first fix so
// that a path across the antimeridian stays in one piece.
type chart struct {
	phrases
	b      strings.Builder
	middle float64 // longitude
	left   float64 // radians of longitude at x = 0
	top    float64 // Mercator ordinate at y = 0
	scale  float64 // units a radian
	centre geodesy.Position
	radius geodesy.Length
}

type xy struct{ x, y float64 }

func mercator(lat float64) float64 {
	lat = math.Max(-mostLatitude, math.Min(mostLatitude, lat))
	return math.Log(math.Tan(math.Pi/4 + lat*math.Pi/360))
}

func inverse(m float64) float64 { return (2*math.Atan(math.Exp(m)) - math.Pi/2) * 180 / math.Pi }

// near turns a longitude by whole circles until it is nearest to the middle of the map.
func (c *chart) near(lon float64) float64 {
	return lon - 360*math.Round((lon-c.middle)/360)
}

func (c *chart) at(p geodesy.Position) xy {
	return xy{
		(c.near(p.Lon.Degrees())*math.Pi/180 - c.left) * c.scale,
		(c.top - mercator(p.Lat.Degrees())) * c.scale,
	}
}

// newChart fits a map to what it has to show; false when that is nothing.
func newChart(p *Path, words phrases) (*chart, bool) {
	var all []geodesy.Position
	for i := range p.drawing.Track {
		all = append(all, p.drawing.Track[i].Position)
	}
	for i := range p.drawing.Footprints {
		all = append(all, p.drawing.Footprints[i].Corners[:]...)
	}
	if len(all) == 0 {
		return nil, false
	}
	c := &chart{phrases: words, middle: all[0].Lon.Degrees()}
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, q := range all {
		lon := c.near(q.Lon.Degrees())
		west, east = math.Min(west, lon), math.Max(east, lon)
		south, north = math.Min(south, q.Lat.Degrees()), math.Max(north, q.Lat.Degrees())
	}
	c.middle = (west + east) / 2
	low, high := mercator(south), mercator(north)
	wide, tall := (east-west)*math.Pi/180, high-low
	least := float64(leastExtent) / 6378137 / math.Cos(inverse((low+high)/2)*math.Pi/180)
	c.scale = math.Min((mapWidth-2*mapMargin)/math.Max(wide, least), (mapHeight-2*mapMargin)/math.Max(tall, least))
	c.left = c.middle*math.Pi/180 - mapWidth/2/c.scale
	c.top = (low+high)/2 + mapHeight/2/c.scale
	c.centre = geodesy.Position{Lat: geodesy.Angle(inverse((low + high) / 2)), Lon: geodesy.Angle(math.Remainder(c.middle, 360))}
	for _, corner := range []xy{{0, 0}, {0, mapHeight}, {mapWidth, 0}, {mapWidth, mapHeight}} {
		c.radius = max(c.radius, geodesy.Distance(c.centre, c.back(corner)))
	}
	if mapWidth/c.scale > math.Pi {
		c.radius = halfMeridian // the corners are not what is farthest
	}
	return c, true
}

func (c *chart) back(p xy) geodesy.Position {
	return geodesy.Position{
		Lat: geodesy.Angle(inverse(c.top - p.y/c.scale)),
		Lon: geodesy.Angle(math.Remainder((c.left+p.x/c.scale)*180/math.Pi, 360)),
	}
}

func (c *chart) write(format string, args ...any) { fmt.Fprintf(&c.b, format, args...) }

// picture is a map as SVG.
type picture struct {
	svg   string
	coast bool // a coast is in view
}

// draw returns the map. The id keeps two maps of one page apart.
func draw(p *Path, outlines Outlines, words phrases, id string) (picture, bool) {
	c, ok := newChart(p, words)
	if !ok {
		return picture{}, false
	}
	c.write(`<svg viewBox="0 0 %g %g" role="img" aria-labelledby="%s-t" xmlns="http://www.w3.org/2000/svg">`, mapWidth, mapHeight, id)
	c.write(`<title id="%s-t">%s</title>`, id, html.EscapeString(words.Text("map.title", words.aircraft(p))))
	c.write(`<defs><clipPath id="%s-c"><rect width="%g" height="%g"/></clipPath>`, id, mapWidth, mapHeight)
	c.write(`<pattern id="%s-h" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V7" class="hatch"/></pattern></defs>`, id)
	c.write(`<g clip-path="url(#%s-c)"><rect width="%g" height="%g" class="none"/>`, id, mapWidth, mapHeight)
	coast := c.land()
	labels := c.states(p, outlines, id)
	c.graticule()
	c.looks(p)
	c.b.WriteString(labels)
	c.track(p)
	c.marks(p)
	c.b.WriteString("</g>")
	c.furniture()
	c.write(`<rect width="%g" height="%g" class="frame"/></svg>`, mapWidth, mapHeight)
	return picture{c.b.String(), coast}, true
}

// states draws every state in view, those that were entered or looked into hatched, and returns their
// labels, which go on top.
func (c *chart) states(p *Path, outlines Outlines, id string) string {
	if outlines == nil {
		return ""
	}
	touched := map[string]bool{}
	for i := range p.Entries {
		touched[p.Entries[i].State] = true
	}
	near := outlines.StatesNear(nil, c.centre, c.radius)
	slices.Sort(near)
	var labels strings.Builder
	for _, s := range slices.Compact(near) {
		var rings [][]xy
		var largest []xy
		most := 0.0
		for _, ring := range outlines.Rings(s) {
			for _, shown := range c.ring(ring) {
				rings = append(rings, shown)
				if a := math.Abs(areaOf(shown)); a > most {
					most, largest = a, shown
				}
			}
		}
		fill, lines := c.outline(rings)
		c.area(fill, lines, "state", "")
		if touched[string(s)] {
			c.area(fill, lines, "touched", fmt.Sprintf(` fill="url(#%s-h)"`, id))
		}
		if at, ok := labelPlace(largest); ok && most > 900 {
			fmt.Fprintf(&labels, `<text x="%.0f" y="%.0f" class="code">%s</text>`, at.x, at.y, html.EscapeString(string(s)))
		}
	}
	return labels.String()
}

// ring projects a ring, cuts it to a little more than the map and leaves out points that nobody can
// tell apart. A wide map may show it more than once, whole circles apart.
func (c *chart) ring(ring []geodesy.Position) [][]xy {
	points := make([]xy, len(ring))
	shift := 0.0
	low, high := math.Inf(1), math.Inf(-1)
	for i, p := range ring {
		if i > 0 {
			if d := p.Lon.Degrees() - ring[i-1].Lon.Degrees(); d > 180 {
				shift -= 360
			} else if d < -180 {
				shift += 360
			}
		}
		points[i] = xy{((p.Lon.Degrees()+shift)*math.Pi/180 - c.left) * c.scale, (c.top - mercator(p.Lat.Degrees())) * c.scale}
		low, high = math.Min(low, points[i].x), math.Max(high, points[i].x)
	}
	if len(points) < 3 {
		return nil
	}
	var out [][]xy
	circle := 2 * math.Pi * c.scale
	for turn := math.Ceil((-bleed - high) / circle); low+turn*circle <= mapWidth+bleed; turn++ {
		turned := make([]xy, len(points))
		for i, p := range points {
			turned[i] = xy{p.x + turn*circle, p.y}
		}
		if shown := c.shown(turned); len(shown) >= 3 {
			out = append(out, shown)
		}
	}
	return out
}

// clip cuts a polygon to a rectangle (Sutherland and Hodgman 1974).
func clip(ring []xy, x0, y0, x1, y1 float64) []xy {
	for side := range 4 {
		inside := func(p xy) bool {
			return [4]bool{p.x >= x0, p.x <= x1, p.y >= y0, p.y <= y1}[side]
		}
		cut := func(a, b xy) xy {
			if side < 2 {
				x := [2]float64{x0, x1}[side]
				return xy{x, a.y + (b.y-a.y)*(x-a.x)/(b.x-a.x)}
			}
			y := [2]float64{y0, y1}[side-2]
			return xy{a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y), y}
		}
		var out []xy
		for i, b := range ring {
			a := ring[(i+len(ring)-1)%len(ring)]
			if inside(a) != inside(b) {
				out = append(out, cut(a, b))
			}
			if inside(b) {
				out = append(out, b)
			}
		}
		ring = out
	}
	return ring
}

func areaOf(ring []xy) float64 {
	s := 0.0
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		s += a.x*b.y - b.x*a.y
	}
	return s / 2
}

// labelPlace finds a place inside a polygon, away from its edges: the best of a coarse grid.
func labelPlace(ring []xy) (xy, bool) {
	best, at := 12.0, xy{}
	found := false
	for x := 40.0; x < mapWidth-30; x += 30 {
		for y := 40.0; y < mapHeight-60; y += 30 {
			p := xy{x, y}
			if !holds(ring, p) {
				continue
			}
			d := math.Min(math.Min(x, mapWidth-x), math.Min(y, mapHeight-y))
			for i, b := range ring {
				d = math.Min(d, toSegment(p, ring[(i+len(ring)-1)%len(ring)], b))
				if d <= best {
					break
				}
			}
			if d > best {
				best, at, found = d, p, true
			}
		}
	}
	return at, found
}

func holds(ring []xy, p xy) bool {
	in := false
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(b.x-a.x)*(p.y-a.y)/(b.y-a.y) {
			in = !in
		}
	}
	return in
}

func toSegment(p, a, b xy) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}

// pathData appends the points as SVG path data, to a tenth of a unit.
func pathData(b *strings.Builder, points []xy) {
	for i, p := range points {
		if i == 0 {
			b.WriteByte('M')
		} else {
			b.WriteByte('L')
		}
		b.WriteString(tenth(p.x))
		b.WriteByte(' ')
		b.WriteString(tenth(p.y))
	}
}

func tenth(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// stay is the time between the outermost fixes of a run inside a state.
type stay struct {
	from, to time.Time
	state    string
	tint     int
}

// tints is how many colours the page has for states; further states share them.
const tints = 6

// stays returns the runs inside a state, each with the colour of its state.
func stays(p *Path) []stay {
	var out []stay
	tint := map[string]int{}
	for i := range p.Entries {
		e := &p.Entries[i]
		if e.Fixes == 0 {
			continue
		}
		if _, ok := tint[e.State]; !ok {
			tint[e.State] = len(tint) % tints
		}
		out = append(out, stay{time.Time(e.First.Time), time.Time(e.Last.Time), e.State, tint[e.State]})
	}
	return out
}

// during returns the first run that holds an instant, nil when it is in none.
func during(all []stay, t time.Time) *stay {
	for i := range all {
		if !t.Before(all[i].from) && !t.After(all[i].to) {
			return &all[i]
		}
	}
	return nil
}
