package share

import (
	"codeberg.org/go-pdf/fpdf"
)

// chart draws the map, with its key below.
func (p *sheetOfPaper) chart(behind Background) {
	c, ok := newChart(p.products, bodyWide, mapTall, behind, p.words)
	p.room(30)
	p.say(bold, 13, ink)
	p.Bookmark(p.fit(p.words.Text("share.map")), 1, -1)
	if !ok {
		p.MultiCell(bodyWide, 7, p.fit(p.words.Text("share.map")), "", "L", false)
		p.say(regular, 9.5, ink)
		p.MultiCell(bodyWide, line, p.fit(p.words.Text("share.map.nothing")), "", "L", false)
		return
	}
	p.room(mapTall + 30)
	p.say(bold, 13, ink)
	p.MultiCell(bodyWide, 7, p.fit(p.words.Text("share.map")), "", "L", false)
	x, y := margin, p.GetY()+1
	p.ClipRect(x, y, bodyWide, mapTall, false)
	p.fill(wash) // without lines it is not known what is land
	if c.lines {
		p.fill(colour{214, 226, 234})
	}
	p.Rect(x, y, bodyWide, mapTall, "F")
	p.fill(colour{246, 241, 227})
	p.draw(colour{93, 127, 151}, 0.15)
	p.path(c.land, x, y, true)
	p.draw(colour{139, 132, 113}, 0.2)
	p.path(c.borders, x, y, false)
	p.draw(colour{143, 165, 182}, 0.1)
	for _, g := range c.grid {
		p.Line(x+g.from.x, y+g.from.y, x+g.to.x, y+g.to.y)
	}
	for _, m := range c.marks {
		p.mark(m, x, y)
	}
	p.say(regular, 6.5, colour{51, 71, 91})
	for _, g := range c.grid {
		if g.meridian {
			p.Text(x+g.from.x+0.7, y+mapTall-1.2, p.fit(g.text))
		} else {
			p.Text(x+0.8, y+g.from.y-0.7, p.fit(g.text))
		}
	}
	p.bar(c, x, y)
	p.ClipEnd()
	p.draw(ink, 0.35)
	p.Rect(x, y, bodyWide, mapTall, "D")
	p.SetY(y + mapTall + 1.5)
	p.key(c)
	p.say(regular, 8.5, quiet)
	about := p.words.Text("share.map.about")
	if c.lines {
		about += " " + p.words.Text("share.map.lines")
	}
	p.MultiCell(bodyWide, 4.2, p.fit(about), "", "L", false)
	p.Ln(2)
}

// path draws lines as one path: rings that are filled are land by the even-odd rule.
func (p *sheetOfPaper) path(lines [][]xy, x, y float64, filled bool) {
	if len(lines) == 0 {
		return
	}
	for _, l := range lines {
		for i, q := range l {
			if i == 0 {
				p.MoveTo(x+q.x, y+q.y)
			} else {
				p.LineTo(x+q.x, y+q.y)
			}
		}
		if filled {
			p.ClosePath()
		}
	}
	style := "D"
	if filled {
		style = "DF*"
	}
	p.DrawPath(style)
}

func (p *sheetOfPaper) mark(m mark, x, y float64) {
	c := colourOf(colours[m.kind])
	switch {
	case m.text != "":
		p.SetFont(family, bold, 7.5)
		text := p.fit(m.text)
		p.SetAlpha(0.8, "Normal")
		p.fill(white)
		p.Rect(x+m.x0-0.4, y+m.y0-2.5, p.GetStringWidth(text)+0.8, 3.1, "F")
		p.SetAlpha(1, "Normal")
		p.SetTextColor(ink.r, ink.g, ink.b)
		p.Text(x+m.x0, y+m.y0, text)
	case m.ground != nil: // many lie on each other
		p.fill(c)
		p.draw(c, 0.12)
		var ring []fpdf.PointType
		for _, q := range m.ground {
			ring = append(ring, fpdf.PointType{X: x + q.x, Y: y + q.y})
		}
		p.SetAlpha(0.1, "Normal")
		p.Polygon(ring, "F")
		p.SetAlpha(0.5, "Normal")
		p.Polygon(ring, "D")
		p.SetAlpha(1, "Normal")
	case m.point:
		p.fill(c)
		p.draw(white, 0.25)
		p.Circle(x+(m.x0+m.x1)/2, y+(m.y0+m.y1)/2, 0.9, "FD")
	default:
		p.cell(c, x+m.x0, y+m.y0, m.x1-m.x0, m.y1-m.y0)
	}
}

func (p *sheetOfPaper) cell(c colour, x, y, wide, tall float64) {
	p.fill(c)
	p.SetAlpha(0.18, "Normal")
	p.Rect(x, y, wide, tall, "F")
	p.SetAlpha(1, "Normal")
	p.draw(c, 0.35)
	p.Rect(x, y, wide, tall, "D")
}

func (p *sheetOfPaper) bar(c *chart, x, y float64) {
	left, low := x+bodyWide-c.bar-4, y+mapTall-6
	p.draw(ink, 0.35)
	p.Polygon([]fpdf.PointType{{X: left, Y: low}, {X: left, Y: low + 1.4}, {X: left + c.bar, Y: low + 1.4}, {X: left + c.bar, Y: low}, {X: left + c.bar, Y: low + 1.4}, {X: left, Y: low + 1.4}}, "D")
	p.say(regular, 7, ink)
	p.Text(left+0.8, low, p.fit(c.barText))
}

// key says what is drawn.
func (p *sheetOfPaper) key(c *chart) {
	p.say(regular, 8.5, ink)
	at := margin
	write := func(draw func(x, y float64), text string) {
		text = p.fit(text)
		wide := p.GetStringWidth(text) + 12
		if at+wide > margin+bodyWide {
			at = margin
			p.Ln(line)
		}
		draw(at, p.GetY()+0.7)
		p.say(regular, 8.5, ink)
		p.Text(at+6.5, p.GetY()+3.3, text)
		at += wide
	}
	points, cells := false, false
	for _, m := range c.marks {
		points, cells = points || m.point, cells || !m.point && m.ground == nil && m.text == ""
	}
	for _, kind := range c.kinds() {
		write(func(x, y float64) { p.cell(colourOf(colours[kind]), x, y, 5, 3) }, p.words.Text("share.kinds."+kind))
	}
	if cells {
		write(func(x, y float64) { p.cell(quiet, x, y, 5, 3) }, p.words.Text("share.map.key.cell"))
	}
	if points {
		write(func(x, y float64) {
			p.fill(quiet)
			p.draw(white, 0.25)
			p.Circle(x+2.5, y+1.5, 0.9, "FD")
		}, p.words.Text("share.map.key.point"))
	}
	p.Ln(line + 1)
}
