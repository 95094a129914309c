package share

import (
	"math"

	"overflight/geodesy"
	"overflight/release"
)

// chart is the map of some products, ready to be drawn: Mercator, north up, the origin at the upper left. Longitudes are counted on from
// the first place, so that places on both sides of the antimeridian stay together.
type chart struct {
	lines      bool    // coast and boundaries are on it
	wide, tall float64 // of the frame, in units of the drawing
	middle     float64 // longitude
	left       float64 // radians of longitude at x = 0
	top        float64 // Mercator ordinate at y = 0
	scale      float64 // units a radian

	land, borders [][]xy
	grid          []gridLine
	marks         []mark
	bar           float64 // length of the scale bar
	barText       string
}

type xy struct{ x, y float64 }

// gridLine is a meridian or a parallel.
type gridLine struct {
	from, to xy
	text     string
	meridian bool
}

// mark is a place of a record: a cell, or a point where x1 is x0, or the ground that was in view.
type mark struct {
	kind           string
	x0, y0, x1, y1 float64
	point          bool
	ground         []xy   // closed
	text           string // empty: no room, or nothing to say
}

const (
	mostLatitude = 84.0
	leastMetres  = 30_000.0 // of the ground that a map shows
	radius       = 6_378_137.0
	bleed        = 3.0 // around the frame, so that no line runs along its edge
)

// drawn is the order in which kinds are drawn: what matters most is on top.
var drawn = []string{"footprint", "look", "fix", "entry", "observation", "site"}

func mercator(lat float64) float64 {
	lat = max(-mostLatitude, min(mostLatitude, lat))
	return math.Log(math.Tan(math.Pi/4 + lat*math.Pi/360))
}

func latitude(m float64) float64 { return (2*math.Atan(math.Exp(m)) - math.Pi/2) * 180 / math.Pi }

func (c *chart) near(lon float64) float64 { return lon - 360*math.Round((lon-c.middle)/360) }

// at is where a position is drawn whose longitude is counted as those of the map.
func (c *chart) at(lon, lat float64) xy {
	return xy{(lon*math.Pi/180 - c.left) * c.scale, (c.top - mercator(lat)) * c.scale}
}

// newChart fits a map of so many units to the places of products; false when no place is shown.
func newChart(all []sheet, wide, tall float64, behind Background, words Words) (*chart, bool) {
	c := &chart{wide: wide, tall: tall, middle: math.NaN()}
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	c.places(all, func(_ *row, s spot) {
		if m := float64(s.box.Middle().Lon); math.IsNaN(c.middle) {
			c.middle = m
		}
		w := c.near(float64(s.box.Middle().Lon)) - float64(s.box.East-s.box.West)/2
		west, east = min(west, w), max(east, w+float64(s.box.East-s.box.West))
		south, north = min(south, float64(s.box.South)), max(north, float64(s.box.North))
	})
	if math.IsNaN(c.middle) {
		return nil, false
	}
	c.middle = (west + east) / 2
	low, high := mercator(south), mercator(north)
	least := leastMetres / radius / math.Cos(latitude((low+high)/2)*math.Pi/180)
	c.scale = min(wide/max((east-west)*math.Pi/180*1.3, least), tall/max((high-low)*1.3, least))
	// No more than the world round.
	c.scale = max(c.scale, wide/(2*math.Pi))
	c.left = c.middle*math.Pi/180 - wide/2/c.scale
	c.top = (low+high)/2 + tall/2/c.scale
	c.lines = behind != nil
	c.background(behind)
	c.graticule(words)
	c.scaleBar()
	c.mark(all)
	return c, true
}

func (c *chart) places(all []sheet, f func(*row, spot)) {
	for i := range all {
		for j := range all[i].rows {
			for _, s := range all[i].rows[j].spots() {
				f(&all[i].rows[j], s)
			}
		}
	}
}

// box is what the map shows.
func (c *chart) box() release.Box {
	west, east := c.left*180/math.Pi, (c.left+c.wide/c.scale)*180/math.Pi
	return release.Box{South: geodesy.Angle(latitude(c.top - c.tall/c.scale)), West: geodesy.Angle(west), North: geodesy.Angle(latitude(c.top)), East: geodesy.Angle(east)}
}

func (c *chart) background(behind Background) {
	if behind == nil {
		return
	}
	land, borders := behind(c.box())
	for _, r := range land {
		if shown := c.inside(c.project(r)); len(shown) > 2 {
			c.land = append(c.land, shown)
		}
	}
	for _, l := range borders {
		c.borders = append(c.borders, c.runs(c.project(l))...)
	}
}

// project leaves out points that nobody can tell apart.
func (c *chart) project(line []geodesy.Position) []xy {
	const least = 0.12
	var out []xy
	for i, p := range line {
		q := c.at(float64(p.Lon), float64(p.Lat))
		if n := len(out); n > 0 && i < len(line)-1 && math.Abs(q.x-out[n-1].x)+math.Abs(q.y-out[n-1].y) < least {
			continue
		}
		out = append(out, q)
	}
	return out
}

// inside cuts a ring to a little more than the frame (Sutherland and Hodgman 1974).
func (c *chart) inside(ring []xy) []xy {
	low, high := xy{-bleed, -bleed}, xy{c.wide + bleed, c.tall + bleed}
	for side := range 4 {
		in := func(p xy) bool { return [4]bool{p.x >= low.x, p.x <= high.x, p.y >= low.y, p.y <= high.y}[side] }
		cut := func(a, b xy) xy {
			if side < 2 {
				x := [2]float64{low.x, high.x}[side]
				return xy{x, a.y + (b.y-a.y)*(x-a.x)/(b.x-a.x)}
			}
			y := [2]float64{low.y, high.y}[side-2]
			return xy{a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y), y}
		}
		var out []xy
		for i, b := range ring {
			a := ring[(i+len(ring)-1)%len(ring)]
			if in(a) != in(b) {
				out = append(out, cut(a, b))
			}
			if in(b) {
				out = append(out, b)
			}
		}
		ring = out
	}
	return ring
}

// runs are the parts of a line that come near the frame.
func (c *chart) runs(line []xy) [][]xy {
	var out [][]xy
	var run []xy
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		near := max(a.x, b.x) >= 0 && min(a.x, b.x) <= c.wide && max(a.y, b.y) >= 0 && min(a.y, b.y) <= c.tall
		switch {
		case near && run == nil:
			run = []xy{a, b}
		case near:
			run = append(run, b)
		case run != nil:
			out, run = append(out, run), nil
		}
	}
	if run != nil {
		out = append(out, run)
	}
	return out
}

// steps of a graticule, in degrees.
var steps = []float64{30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01}

func (c *chart) graticule(words Words) {
	b := c.box()
	step := steps[len(steps)-1]
	for _, s := range steps {
		if float64(b.East-b.West)/s >= 3 {
			step = s
			break
		}
	}
	decimals := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
	for n := math.Ceil(float64(b.West) / step); n*step < float64(b.East); n++ {
		x := c.at(n*step, 0).x
		c.grid = append(c.grid, gridLine{xy{x, 0}, xy{x, c.tall}, degrees(round(math.Remainder(n*step, 360), decimals), decimals, "E", "W", words), true})
	}
	for n := math.Ceil(float64(b.South) / step); n*step < float64(b.North); n++ {
		y := c.at(0, n*step).y
		c.grid = append(c.grid, gridLine{xy{0, y}, xy{c.wide, y}, degrees(round(n*step, decimals), decimals, "N", "S", words), false})
	}
}

// round keeps a zero from being a little less.
func round(v float64, decimals int) float64 {
	p := math.Pow(10, float64(decimals))
	return math.Round(v*p)/p + 0
}

// scaleBar is as long as a round number of metres in the middle of the map, at most a quarter of it.
func (c *chart) scaleBar() {
	metres := c.wide / 4 / c.scale * radius * math.Cos(latitude(c.top-c.tall/2/c.scale)*math.Pi/180)
	p := math.Pow(10, math.Floor(math.Log10(metres)))
	nice := p
	for _, n := range []float64{2, 5} {
		if n*p <= metres {
			nice = n * p
		}
	}
	c.bar, c.barText = c.wide/4*nice/metres, sizeText(nice)
}

// mark places what is shown, with the numbers of records where there is room for them.
func (c *chart) mark(all []sheet) {
	var taken []mark
	for _, kind := range drawn {
		c.places(all, func(r *row, s spot) {
			if r.kind != kind {
				return
			}
			if ground := r.outline(); ground != nil {
				if s.field == corners[0] {
					c.ground(kind, ground)
				}
				return
			}
			half := float64(s.box.East-s.box.West) / 2
			lon := c.near(float64(s.box.Middle().Lon))
			a, b := c.at(lon-half, float64(s.box.North)), c.at(lon+half, float64(s.box.South))
			m := mark{kind: kind, x0: a.x, y0: a.y, x1: b.x, y1: b.y, point: s.fine}
			c.marks = append(c.marks, m)
			if kind != "site" && kind != "entry" && kind != "observation" {
				return
			}
			m.text = decimal(float64(r.record))
			taken = append(taken, m)
		})
	}
	c.name(taken)
}

func (c *chart) ground(kind string, ring []point) {
	m := mark{kind: kind}
	for i, p := range ring {
		m.ground = append(m.ground, c.at(c.near(p[0]), p[1]))
		if i > 0 { // an edge is never torn apart where longitudes begin anew
			m.ground[i].x = m.ground[0].x + (p[0]-ring[0][0])*math.Pi/180*c.scale
		}
	}
	c.marks = append(c.marks, m)
}

// The room that the number of a record needs.
const (
	labelWide = 5.5
	labelTall = 3.6
)

// name gives numbers to marks, the ones on top first, where none stands yet.
func (c *chart) name(all []mark) {
	var rooms []xy
	for i := len(all) - 1; i >= 0; i-- {
		m := all[i]
		at := xy{(m.x0+m.x1)/2 + 1.2, min(m.y0, m.y1) - 1}
		if at.x < 1 || at.y < labelTall || at.x > c.wide-labelWide || at.y > c.tall-1 {
			continue
		}
		free := true
		for _, r := range rooms {
			free = free && (math.Abs(r.x-at.x) > labelWide || math.Abs(r.y-at.y) > labelTall)
		}
		if free {
			rooms = append(rooms, at)
			c.marks = append(c.marks, mark{kind: m.kind, x0: at.x, y0: at.y, x1: at.x, y1: at.y, text: m.text})
		}
	}
}
