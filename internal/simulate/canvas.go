package simulate

import "math"

// canvas holds four samples for each pixel of a picture, so that edges of what stands on the ground
// are smooth. It keeps the nearest side, or that a sample of the ground lies in shadow.
type canvas struct {
	width, height int // in samples
	near          []float32
	side          []colour
	dark          []bool
}

const samples = 2 // along each edge of a pixel

func (c *canvas) clear(width, height int) {
	c.width, c.height = samples*width, samples*height
	if n := c.width * c.height; len(c.near) != n {
		c.near, c.side, c.dark = make([]float32, n), make([]colour, n), make([]bool, n)
		return
	}
	clear(c.near)
	clear(c.dark)
}

// spot is a projected point: its sample coordinates and the inverse of its distance ahead, which is
// linear across a flat side.
type spot struct{ x, y, inverse float64 }

// lens projects Earth-centred points into samples.
type lens struct {
	frame          *Frame
	width, height  float64
	across, upward float64
}

func newLens(fr *Frame, c *canvas) lens {
	return lens{fr, float64(c.width), float64(c.height), 1 / math.Tan(float64(fr.HFOV)/2*degree), 1 / math.Tan(float64(fr.VFOV)/2*degree)}
}

func (l *lens) project(v vector) (spot, bool) {
	ahead, right, down := v.minus(l.frame.eye).in(l.frame.camera)
	if ahead < 1 {
		return spot{}, false
	}
	return spot{(1 + right/ahead*l.across) / 2 * l.width, (1 + down/ahead*l.upward) / 2 * l.height, 1 / ahead}, true
}

// fill calls paint for each sample inside a triangle.
func (c *canvas) fill(a, b, d spot, paint func(i int, inverse float64)) {
	area := (b.x-a.x)*(d.y-a.y) - (d.x-a.x)*(b.y-a.y)
	if area == 0 {
		return
	}
	bound := func(low, high float64, n int) (int, int) {
		return int(max(math.Ceil(low-0.5), 0)), int(min(math.Floor(high-0.5), float64(n-1)))
	}
	left, right := bound(min(a.x, b.x, d.x), max(a.x, b.x, d.x), c.width)
	top, bottom := bound(min(a.y, b.y, d.y), max(a.y, b.y, d.y), c.height)
	for y := top; y <= bottom; y++ {
		for x := left; x <= right; x++ {
			px, py := float64(x)+0.5-a.x, float64(y)+0.5-a.y
			u := (px*(d.y-a.y) - (d.x-a.x)*py) / area
			v := ((b.x-a.x)*py - px*(b.y-a.y)) / area
			if u >= 0 && v >= 0 && u+v <= 1 {
				paint(y*c.width+x, a.inverse+u*(b.inverse-a.inverse)+v*(d.inverse-a.inverse))
			}
		}
	}
}

// polygon draws a convex side in one colour, or a shadow where side is nil.
func (c *canvas) polygon(l *lens, side *colour, corners ...vector) {
	var spots [8]spot
	for i, v := range corners {
		var ok bool
		if spots[i], ok = l.project(v); !ok {
			return
		}
	}
	paint := func(i int, inverse float64) {
		if float32(inverse) > c.near[i] {
			c.near[i], c.side[i] = float32(inverse), *side
		}
	}
	if side == nil {
		paint = func(i int, _ float64) { c.dark[i] = true }
	}
	for i := 2; i < len(corners); i++ {
		c.fill(spots[0], spots[i-1], spots[i], paint)
	}
}

// ball draws the crown of a tree, lit from the sun's side.
func (c *canvas) ball(l *lens, t *crown, light vector) {
	at, ok := l.project(t.middle)
	if !ok {
		return
	}
	radius := t.radius * at.inverse * l.across / 2 * l.width
	_, sx, sy := light.in(l.frame.camera)
	for y := int(max(at.y-radius, 0)); y <= int(min(at.y+radius, l.height-1)); y++ {
		for x := int(max(at.x-radius, 0)); x <= int(min(at.x+radius, l.width-1)); x++ {
			dx, dy := (float64(x)+0.5-at.x)/radius, (float64(y)+0.5-at.y)/radius
			i := y*c.width + x
			if dx*dx+dy*dy > 1 || float32(at.inverse) <= c.near[i] {
				continue
			}
			c.near[i], c.side[i] = float32(at.inverse), t.leaf.lit(1+0.45*(dx*sx+dy*sy))
		}
	}
}

// draw puts what stands on the ground into a picture of the ground.
func (sc *scene) draw(p *picture, fr *Frame) {
	c := &sc.canvas
	c.clear(p.width, p.height)
	l := newLens(fr, c)
	ned := fr.Centre.point().northEastDown()
	light := combine(sun.y, sun.x, -sun.z, ned)
	for i := range sc.boxes {
		b := &sc.boxes[i]
		c.polygon(&l, nil, b.shadow[:]...)
		for j := range 4 {
			k := (j + 1) % 4
			c.polygon(&l, nil, b.floor[j], b.floor[k], b.shadow[k], b.shadow[j])
		}
	}
	for i := range sc.crowns {
		t := &sc.crowns[i]
		var rim [8]vector
		for j := range rim {
			s, k := math.Sincos(float64(j) * math.Pi / 4)
			rim[j] = t.shadow.plus(ned.u.times(t.radius * s)).plus(ned.v.times(t.radius * k))
		}
		c.polygon(&l, nil, rim[:]...)
	}
	for i := range sc.boxes {
		sc.boxes[i].draw(c, &l, light)
	}
	for i := range sc.crowns {
		c.ball(&l, &sc.crowns[i], light)
	}
	c.resolve(p)
}

// facing is a colour in the light that falls on a side with the normal; the corners go round it
// either way, as outward is told by a point inside.
func facing(c colour, light, inside vector, corners ...vector) colour {
	normal := corners[1].minus(corners[0]).cross(corners[2].minus(corners[0])).unit()
	if normal.dot(corners[0].minus(inside)) < 0 {
		normal = normal.times(-1)
	}
	return c.lit(0.50 + 0.66*max(normal.dot(light), 0))
}

func (b *box) draw(c *canvas, l *lens, light vector) {
	inside := b.floor[0].plus(b.floor[2]).times(0.5)
	side := func(paint colour, corners ...vector) {
		lit := facing(paint, light, inside, corners...)
		c.polygon(l, &lit, corners...)
	}
	for j := range 4 {
		k := (j + 1) % 4
		side(b.wall, b.floor[j], b.floor[k], b.top[k], b.top[j])
	}
	if !b.gable {
		side(b.roof, b.top[:]...)
		return
	}
	side(b.roof, b.top[0], b.top[1], b.ridge[1], b.ridge[0])
	side(b.roof, b.top[2], b.top[3], b.ridge[0], b.ridge[1])
	side(b.wall, b.top[3], b.top[0], b.ridge[0])
	side(b.wall, b.top[1], b.top[2], b.ridge[1])
}

// resolve averages the samples of each pixel over the ground that is there.
func (c *canvas) resolve(p *picture) {
	for y := range p.height {
		for x := range p.width {
			at := samples * (y*c.width + x)
			of := 3 * (y*p.width + x)
			ground := colour{float64(p.pix[of]) / 255, float64(p.pix[of+1]) / 255, float64(p.pix[of+2]) / 255}
			var sum colour
			touched := false
			for k := range samples * samples {
				i := at + k/samples*c.width + k%samples
				s := ground
				switch {
				case c.near[i] > 0:
					s, touched = c.side[i], true
				case c.dark[i]:
					s, touched = ground.lit(0.52), true
				}
				sum = colour{sum.r + s.r, sum.g + s.g, sum.b + s.b}
			}
			if touched {
				p.set(x, y, sum.lit(1.0/(samples*samples)))
			}
		}
	}
}
