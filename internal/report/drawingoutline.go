package report

import (
	"math"
	"strconv"
	"strings"

	"overflight/geodesy"
	"overflight/internal/basemap"
)

const (
	bleed     = 20.0 // units by which shapes reach past the frame, so that cut edges are not seen
	tolerance = 0.4  // units by which a drawn line may be off its source, and
	spacing   = 0.1  // units within which two points are one: half a unit together
)

// land draws the land of the world as a background, and reports whether a coast is in view. It is a
// generalised coast for orientation: no figure of the report depends on it.
func (c *chart) land() bool {
	lon := func(x float64) geodesy.Angle { return geodesy.Angle((c.left + x/c.scale) * 180 / math.Pi) }
	lat := func(y float64) geodesy.Angle { return geodesy.Angle(inverse(c.top - y/c.scale)) }
	box := basemap.Box{South: lat(mapHeight + bleed), West: lon(-bleed), North: lat(-bleed), East: lon(mapWidth + bleed)}
	var shown [][]xy
	coast := false
	for ring := range basemap.World().Near(box) {
		points := make([]xy, len(ring))
		for i, p := range ring {
			// The pole itself is infinitely far; nothing near it is in view.
			m := math.Log(math.Tan(math.Pi/4 + math.Max(-89.9, math.Min(89.9, p.Lat.Degrees()))*math.Pi/360))
			points[i] = xy{(p.Lon.Radians() - c.left) * c.scale, (c.top - m) * c.scale}
		}
		points = c.shown(points)
		if len(points) < 3 {
			continue
		}
		shown = append(shown, points)
		for _, p := range points {
			coast = coast || p.x > 0 && p.x < mapWidth && p.y > 0 && p.y < mapHeight
		}
	}
	fill, lines := c.outline(shown)
	c.area(fill, lines, "land", "")
	return coast
}

// area draws rings that outline returned.
func (c *chart) area(fill, lines, class, paint string) {
	switch {
	case fill == "":
	case lines == "":
		c.write(`<path d="%s" class="%s"%s/>`, fill, class, paint)
	default:
		c.write(`<path d="%s" class="%s cut"%s/><path d="%s" class="%s line"/>`, fill, class, paint, lines, class)
	}
}

// outline returns the path data of rings and, where some of them are cut along the antimeridian, that
// of their lines without the cuts; empty lines are those of the rings.
func (c *chart) outline(rings [][]xy) (fill, lines string) {
	var whole, open strings.Builder
	cut := false
	for _, ring := range rings {
		relative(&whole, ring, true)
		from := -1
		for i, b := range ring {
			if c.seam(ring[(i+len(ring)-1)%len(ring)], b) {
				from, cut = i, true
			}
		}
		if from < 0 {
			relative(&open, ring, true)
			continue
		}
		var line []xy
		for i := range ring {
			b := ring[(from+i)%len(ring)]
			if len(line) > 0 && c.seam(line[len(line)-1], b) {
				relative(&open, line, false)
				line = line[:0]
			}
			line = append(line, b)
		}
		relative(&open, line, false)
	}
	if !cut {
		return whole.String(), ""
	}
	return whole.String(), open.String()
}

// onSeam reports whether a point is on the meridian of 180 degrees, where sources cut what lies across.
func (c *chart) onSeam(p xy) bool {
	return math.Abs(math.Remainder((c.left+p.x/c.scale)*180/math.Pi-180, 360)) < 1e-7
}

func (c *chart) seam(a, b xy) bool { return c.onSeam(a) && c.onSeam(b) }

// shown is the part of a ring that is in view, in corners that one can tell apart; nil is none of it.
func (c *chart) shown(ring []xy) []xy {
	apart := make([]xy, 0, len(ring))
	for i, p := range ring {
		if i > 0 && !c.onSeam(p) {
			if q := apart[len(apart)-1]; math.Abs(q.x-p.x)+math.Abs(q.y-p.y) < spacing {
				continue
			}
		}
		apart = append(apart, p)
	}
	return c.thin(clip(apart, -bleed, -bleed, mapWidth+bleed, mapHeight+bleed))
}

// thin leaves out the corners of a ring that nobody can see (Douglas and Peucker 1973), but none on the
// seam.
func (c *chart) thin(ring []xy) []xy {
	n := len(ring)
	if n < 3 {
		return nil
	}
	// The two ends of every part: the first corner, the farthest from it, and the seam.
	keep := make([]bool, n+1)
	far := 0
	for i, p := range ring {
		keep[i] = c.onSeam(p)
		if math.Hypot(p.x-ring[0].x, p.y-ring[0].y) > math.Hypot(ring[far].x-ring[0].x, ring[far].y-ring[0].y) {
			far = i
		}
	}
	keep[0], keep[far], keep[n] = true, true, true
	from := 0
	for i := 1; i <= n; i++ {
		if keep[i] {
			simplify(ring, keep, from, i)
			from = i
		}
	}
	var out []xy
	for i, p := range ring {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// simplify marks the corners to keep between two that are kept. The corner after the last is the first.
func simplify(ring []xy, keep []bool, from, to int) {
	stack := [][2]int{{from, to}}
	for len(stack) > 0 {
		part := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		a, b := ring[part[0]], ring[part[1]%len(ring)]
		worst, at := tolerance, -1
		for i := part[0] + 1; i < part[1]; i++ {
			if d := toSegment(ring[i], a, b); d > worst {
				worst, at = d, i
			}
		}
		if at >= 0 {
			keep[at] = true
			stack = append(stack, [2]int{part[0], at}, [2]int{at, part[1]})
		}
	}
}

// relative appends the points as path data in steps of a tenth of a unit, which is half as long as
// pathData. Rounding does not add up: every step is between rounded points.
func relative(b *strings.Builder, points []xy, closed bool) {
	if len(points) < 2 {
		return
	}
	var from [2]int64
	begun := false
	for i, p := range points {
		at := [2]int64{int64(math.Round(p.x * 10)), int64(math.Round(p.y * 10))}
		step := [2]int64{at[0] - from[0], at[1] - from[1]}
		switch {
		case i == 0:
			b.WriteByte('M')
		case step == [2]int64{}:
			continue
		case !begun:
			b.WriteByte('l')
			begun = true
		case step[0] >= 0:
			b.WriteByte(' ')
		}
		b.WriteString(tenths(step[0]))
		if step[1] >= 0 {
			b.WriteByte(' ')
		}
		b.WriteString(tenths(step[1]))
		from = at
	}
	if closed {
		b.WriteByte('z')
	}
}

// tenths writes a number of tenths without a needless nought.
func tenths(v int64) string {
	s := strconv.FormatFloat(float64(v)/10, 'f', -1, 64)
	if rest, ok := strings.CutPrefix(s, "0."); ok {
		return "." + rest
	}
	if rest, ok := strings.CutPrefix(s, "-0."); ok {
		return "-." + rest
	}
	return s
}
