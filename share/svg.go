package share

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// perUnit is how many units of a page's picture are one of a chart.
const perUnit = 5.0

// svg draws a chart for a page. The identifier tells its parts from those of another.
func (c *chart) svg(id, title, about string) template.HTML {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	n := func(v float64) string { return strconv.FormatFloat(math.Round(v*perUnit*10)/10, 'f', -1, 64) }
	path := func(lines [][]xy, end string) string {
		var d strings.Builder
		for _, l := range lines {
			for i, p := range l {
				d.WriteByte("ML"[min(i, 1)])
				d.WriteString(n(p.x) + " " + n(p.y))
			}
			d.WriteString(end)
		}
		return d.String()
	}
	put(`<svg viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d" xmlns="http://www.w3.org/2000/svg">`, n(c.wide), n(c.tall), id, id)
	put(`<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, html.EscapeString(title), id, html.EscapeString(about))
	put(`<clipPath id="%s-c"><rect width="%s" height="%s"/></clipPath><g clip-path="url(#%s-c)">`, id, n(c.wide), n(c.tall), id)
	ground := "sea"
	if !c.lines { // what is land is not known
		ground = "unknown"
	}
	put(`<rect width="%s" height="%s" class="%s"/><path d="%s" class="land"/><path d="%s" class="border"/>`, n(c.wide), n(c.tall), ground, path(c.land, "Z"), path(c.borders, ""))
	for _, g := range c.grid {
		put(`<path d="%s" class="grid"/>`, path([][]xy{{g.from, g.to}}, ""))
	}
	for _, m := range c.marks {
		switch {
		case m.text != "":
			put(`<text x="%s" y="%s" class="number">%s</text>`, n(m.x0), n(m.y0), html.EscapeString(m.text))
		case m.ground != nil:
			put(`<path d="%s" class="cell ground %s"/>`, path([][]xy{m.ground}, "Z"), m.kind)
		case m.point:
			put(`<circle cx="%s" cy="%s" r="5" class="point %s"/>`, n((m.x0+m.x1)/2), n((m.y0+m.y1)/2), m.kind)
		default:
			put(`<rect x="%s" y="%s" width="%s" height="%s" class="cell %s"/>`, n(m.x0), n(m.y0), n(m.x1-m.x0), n(m.y1-m.y0), m.kind)
		}
	}
	for _, g := range c.grid {
		if g.meridian {
			put(`<text x="%s" y="%s" class="tick">%s</text>`, n(g.from.x+0.8), n(c.tall-1.2), html.EscapeString(g.text))
		} else {
			put(`<text x="%s" y="%s" class="tick">%s</text>`, n(0.8), n(g.from.y-0.8), html.EscapeString(g.text))
		}
	}
	x, y := c.wide-c.bar-4, c.tall-7
	put(`<path d="M%s %sv6h%sv-6" class="bar"/><text x="%s" y="%s" class="tick">%s</text>`, n(x), n(y), n(c.bar), n(x+1), n(y-0.2), html.EscapeString(c.barText))
	put(`</g><rect width="%s" height="%s" class="frame"/></svg>`, n(c.wide), n(c.tall))
	return template.HTML(b.String()) // every text in it is escaped above
}
