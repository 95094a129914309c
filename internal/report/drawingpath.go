package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"overflight/geodesy"
)

// lookGrain is the size of the squares that imaged ground is drawn with.
const lookGrain = 1.5

// looks draws the union of the footprints as runs of small squares: thousands of footprints lie on
// one another, and their union is what was imaged.
func (c *chart) looks(p *Path) {
	columns, rows := int(math.Ceil(mapWidth/lookGrain)), int(math.Ceil(mapHeight/lookGrain))
	if len(p.drawing.Footprints) == 0 {
		return
	}
	grid := make([]bool, columns*rows)
	for i := range p.drawing.Footprints {
		var q [4]xy
		for k, corner := range p.drawing.Footprints[i].Corners {
			q[k] = c.at(corner)
		}
		fill(grid, columns, rows, q[:])
	}
	c.write(`<path class="look" d="`)
	for y := range rows {
		for x := 0; x < columns; x++ {
			from := x
			for x < columns && grid[y*columns+x] {
				x++
			}
			if x > from {
				c.write("M%s %sh%sv1.5h-%sz", tenth(float64(from)*lookGrain), tenth(float64(y)*lookGrain), tenth(float64(x-from)*lookGrain), tenth(float64(x-from)*lookGrain))
			}
		}
	}
	c.write(`"/>`)
}

// fill marks the squares whose middles a quadrilateral holds, and the square under its middle.
func fill(grid []bool, columns, rows int, q []xy) {
	low, high := q[0], q[0]
	var middle xy
	for _, p := range q {
		low.x, low.y = math.Min(low.x, p.x), math.Min(low.y, p.y)
		high.x, high.y = math.Max(high.x, p.x), math.Max(high.y, p.y)
		middle.x, middle.y = middle.x+p.x/4, middle.y+p.y/4
	}
	if !(high.x-low.x < 4*mapWidth) || !(high.y-low.y < 4*mapHeight) {
		return
	}
	mark := func(x, y int) {
		if x >= 0 && y >= 0 && x < columns && y < rows {
			grid[y*columns+x] = true
		}
	}
	mark(int(math.Floor(middle.x/lookGrain)), int(math.Floor(middle.y/lookGrain)))
	for y := max(0, int(low.y/lookGrain)); y <= min(rows-1, int(high.y/lookGrain)); y++ {
		for x := max(0, int(low.x/lookGrain)); x <= min(columns-1, int(high.x/lookGrain)); x++ {
			if holds(q, xy{(float64(x) + 0.5) * lookGrain, (float64(y) + 0.5) * lookGrain}) {
				mark(x, y)
			}
		}
	}
}

// track draws the path: solid where fixes follow one another, dashed over a gap, dotted where a
// boundary was crossed between two fixes. Inside a state it is drawn heavier and in another colour.
func (c *chart) track(p *Path) {
	track := p.drawing.Track
	inside := stays(p)
	threshold := seconds(p.Assumed.GapThreshold)
	class := func(i int) string {
		a, b := during(inside, track[i-1].Time), during(inside, track[i].Time)
		switch dt := track[i].Time.Sub(track[i-1].Time); {
		case (a == nil) != (b == nil), a != nil && a != b && a.state != b.state:
			return "crossing"
		case dt > threshold && a != nil:
			return "gap t" + strconv.Itoa(a.tint)
		case dt > threshold:
			return "gap"
		case a != nil:
			return "in t" + strconv.Itoa(a.tint)
		}
		return "out"
	}
	var line []xy
	now := ""
	end := func() {
		if len(line) > 1 {
			var d strings.Builder
			pathData(&d, line)
			c.write(`<path d="%s" class="path %s"/>`, d.String(), now)
		}
	}
	for i := 1; i < len(track); i++ {
		k := class(i)
		a, b := c.at(track[i-1].Position), c.at(track[i].Position)
		if k != now || len(line) == 0 {
			end()
			now, line = k, append(line[:0:0], a)
		}
		if q := line[len(line)-1]; math.Abs(q.x-b.x)+math.Abs(q.y-b.y) >= 0.7 {
			line = append(line, b)
		} else if i == len(track)-1 || class(i+1) != k {
			line = append(line, b)
		}
	}
	end()
}

// marks numbers the entries as the table does, and shows where the path begins and ends.
func (c *chart) marks(p *Path) {
	track := p.drawing.Track
	if n := len(track); n > 0 {
		a, b := c.at(track[0].Position), c.at(track[n-1].Position)
		c.write(`<circle cx="%s" cy="%s" r="5" class="start"/><rect x="%s" y="%s" width="9" height="9" class="end"/>`, tenth(a.x), tenth(a.y), tenth(b.x-4.5), tenth(b.y-4.5))
	}
	const most = 60 // beyond that a map shows no numbers, only the table does
	var taken []xy
	free := func(q xy) bool {
		for _, t := range taken {
			if math.Abs(t.x-q.x) < 22 && math.Abs(t.y-q.y) < 20 {
				return false
			}
		}
		return q.x > 14 && q.x < mapWidth-14 && q.y > 14 && q.y < mapHeight-14
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		if i == most {
			break
		}
		at := e.First
		if e.Deepest != nil {
			at = *e.Deepest
		}
		if e.Deepest != nil && e.NearestLimit != nil {
			a, b := c.at(position(e.Deepest.Place)), c.at(position(*e.NearestLimit))
			c.write(`<path d="M%s %sL%s %s" class="depth"/>`, tenth(a.x), tenth(a.y), tenth(b.x), tenth(b.y))
		}
		first, last := c.at(position(e.First.Place)), c.at(position(e.Last.Place))
		for _, q := range []xy{first, last} {
			c.write(`<circle cx="%s" cy="%s" r="3.2" class="fix"/>`, tenth(q.x), tenth(q.y))
		}
		anchor := c.at(position(at.Place))
		for _, off := range []xy{{16, -14}, {-16, -14}, {16, 16}, {-16, 16}, {0, -26}, {0, 28}, {34, 0}, {-34, 0}} {
			q := xy{anchor.x + off.x, anchor.y + off.y}
			if !free(q) {
				continue
			}
			taken = append(taken, q)
			c.write(`<path d="M%s %sL%s %s" class="lead"/><circle cx="%s" cy="%s" r="10" class="badge"/><text x="%s" y="%s" class="number">%d</text>`,
				tenth(anchor.x), tenth(anchor.y), tenth(q.x), tenth(q.y), tenth(q.x), tenth(q.y), tenth(q.x), tenth(q.y+4), i+1)
			break
		}
	}
}

func position(p Place) geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(p.Lat), Lon: geodesy.Angle(p.Lon)}
}

// graticule draws meridians and parallels at a round step, with their values.
func (c *chart) graticule() {
	degree := c.scale * math.Pi / 180
	step := 30.0
	for _, s := range []float64{20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002} {
		if s*degree >= 110 {
			step = s
		}
	}
	decimals := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
	var labels strings.Builder
	west := c.left * 180 / math.Pi
	for k := math.Ceil(west / step); (k*step-west)*degree < mapWidth; k++ {
		x := (k*step - west) * degree
		c.write(`<path d="M%s 0V%g" class="grid"/>`, tenth(x), mapHeight)
		lon := math.Remainder(k*step, 360)
		if x > mapWidth-60 {
			continue // no room for the value
		}
		fmt.Fprintf(&labels, `<text x="%s" y="14" class="tick">%s</text>`, tenth(x+3), c.degrees(lon, decimals, "E", "W"))
	}
	south, north := inverse(c.top-mapHeight/c.scale), inverse(c.top)
	for k := math.Ceil(south / step); k*step <= north; k++ {
		y := (c.top - mercator(k*step)) * c.scale
		c.write(`<path d="M0 %sH%g" class="grid"/>`, tenth(y), mapWidth)
		if y > 24 {
			fmt.Fprintf(&labels, `<text x="4" y="%s" class="tick">%s</text>`, tenth(y-3), c.degrees(k*step, decimals, "N", "S"))
		}
	}
	c.b.WriteString(labels.String())
}

func (c *chart) degrees(v float64, decimals int, plus, minus string) string {
	side := plus
	if v < 0 {
		side = minus
	}
	if math.Abs(v) < 1e-9 {
		return "0°"
	}
	return fmt.Sprintf("%.*f° %s", decimals, math.Abs(v), html.EscapeString(c.Text("compass."+side)))
}

// furniture draws the scale bar, which is true at the middle of the map, and the arrow to the north.
func (c *chart) furniture() {
	metre := c.scale / 6378137 / math.Cos(c.centre.Lat.Radians())
	bar := 0.0
	for _, km := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000} {
		if km*1000*metre <= 240 {
			bar = km
		}
	}
	wide := bar * 1000 * metre
	x, y := 20.0, mapHeight-24
	miles := fmt.Sprintf("%.3g NM", bar/1.852)
	if bar > 1000 {
		miles = fmt.Sprintf("%.0f NM", bar/1.852)
	}
	text := c.Text("map.scale", fmt.Sprintf("%g km", bar), miles)
	wideEnough := math.Max(wide, 6.4*float64(utf8.RuneCountInString(text))) + 24
	c.write(`<rect x="10" y="%g" width="%s" height="44" class="plate"/>`, mapHeight-54, tenth(wideEnough))
	c.write(`<path d="M%g %gv6h%sv-6M%s %gv6" class="bar"/>`, x, y, tenth(wide), tenth(x+wide/2), y)
	c.write(`<text x="%g" y="%g" class="tick">%s</text>`, x, y-8, html.EscapeString(text))
	c.write(`<g transform="translate(%g 44)"><path d="M0 22V-20M-7 -8L0 -22L7 -8" class="bar"/><text y="38" class="north">%s</text></g>`, mapWidth-34, html.EscapeString(c.Text("compass.N")))
}
