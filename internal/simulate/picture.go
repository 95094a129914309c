package simulate

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// picture draws what the camera saw: width x height pixels of 8-bit red, green, blue.
type picture struct {
	width, height int
	pix           []byte
	terrain       *terrain
	scene         *scene // nil where nothing stands on the ground
	label         bool   // no more than that is written, and no lines of latitude and longitude drawn
	mark          bool   // the number of the picture is in cells below the label
	number        int    // of the next picture
}

func newPicture(s *Sortie, v Video) *picture {
	t := newTerrain(s)
	return &picture{width: v.Width, height: v.Height, pix: make([]byte, 3*v.Width*v.Height), terrain: t, scene: newScene(s, t), label: v.Label, mark: v.Mark}
}

// block is the spacing in pixels of the points that are cut with the ellipsoid; the pixels between
// four of them are interpolated, which is exact to a hundredth of a pixel in the fields of view that
// a sortie may have, unless the horizon passes through.
const block = 16

// draw renders a frame and the writing on it.
func (p *picture) draw(fr *Frame) {
	cols, rows := p.width/block+1, (p.height+block-1)/block+1
	height := float64(fr.Centre.Height)
	cast := func(px, py float64) node {
		ray := fr.ray(2*px/float64(p.width)-1, 2*py/float64(p.height)-1)
		g, s, ok := surface(fr.eye, ray, height)
		return node{g.lat, g.lon, s, ok}
	}
	nodes := make([]node, cols*rows)
	for j := range rows {
		for i := range cols {
			nodes[j*cols+i] = cast(float64(i*block), float64(j*block))
		}
	}
	element := 2 * math.Tan(float64(fr.HFOV)/2*degree) / float64(p.width)
	step := gridStep(element * float64(p.width) * max(float64(fr.Slant), 1000) / 4 / p.terrain.metresLat)
	var bands sync.WaitGroup
	const band = 2 * block
	for top := 0; top < p.height; top += band {
		bands.Go(func() { p.fill(top, min(top+band, p.height), cols, nodes, cast, element, step) })
	}
	bands.Wait()
	if p.scene != nil {
		p.scene.draw(p, fr)
	}
	p.overlay(fr)
}

// node is where a line of sight meets the ground.
type node struct {
	lat, lon, slant float64
	ok              bool
}

func (n node) mix(m node, share float64) node {
	return node{n.lat + (m.lat-n.lat)*share, n.lon + (m.lon-n.lon)*share, n.slant + (m.slant-n.slant)*share, true}
}

// fill colours the rows of a band; bands share nothing that is written.
func (p *picture) fill(top, bottom, cols int, nodes []node, cast func(px, py float64) node, element, step float64) {
	for y := top; y < bottom; y++ {
		for x := range p.width {
			a := nodes[(y/block)*cols+x/block]
			b := nodes[(y/block)*cols+x/block+1]
			c := nodes[(y/block+1)*cols+x/block]
			d := nodes[(y/block+1)*cols+x/block+1]
			var n node
			switch whole, none := a.ok && b.ok && c.ok && d.ok, !a.ok && !b.ok && !c.ok && !d.ok; {
			case whole:
				u, v := float64(x%block)/block, float64(y%block)/block
				n = a.mix(b, u).mix(c.mix(d, u), v)
			case !none:
				n = cast(float64(x), float64(y))
			}
			if !n.ok {
				p.set(x, y, skyHigh.mix(skyLow, float64(y)/float64(p.height)))
				continue
			}
			ground := p.terrain.colour(n.lat, n.lon, n.slant*element)
			// A grid line is as wide as a pixel is across it.
			dLat := max(math.Abs(b.lat-a.lat), math.Abs(c.lat-a.lat)) / block
			dLon := max(math.Abs(b.lon-a.lon), math.Abs(c.lon-a.lon)) / block
			if !p.label && (onLine(n.lat, step, dLat) || onLine(n.lon, step, dLon)) {
				ground = ground.mix(colour{1, 1, 1}, 0.35)
			}
			p.set(x, y, ground.mix(skyLow, 1-math.Exp(-n.slant/60e3)))
		}
	}
}

func onLine(v, step, pixel float64) bool {
	return pixel < step/4 && math.Abs(v/step-math.Round(v/step))*step < 0.6*pixel
}

var (
	skyHigh = colour{0.36, 0.53, 0.76}
	skyLow  = colour{0.79, 0.85, 0.90}
)

// gridStep rounds a spacing in degrees up to 1, 2 or 5 of a power of ten.
func gridStep(d float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(d)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*ten >= d {
			return m * ten
		}
	}
	return 10 * ten
}

func (p *picture) set(x, y int, c colour) {
	if x < 0 || y < 0 || x >= p.width || y >= p.height {
		return
	}
	i := 3 * (y*p.width + x)
	p.pix[i] = byte(255 * min(max(c.r, 0), 1))
	p.pix[i+1] = byte(255 * min(max(c.g, 0), 1))
	p.pix[i+2] = byte(255 * min(max(c.b, 0), 1))
}

// overlay writes what a sensor operator would read, draws a reticle, and says that it is simulated.
func (p *picture) overlay(fr *Frame) {
	scale := max(p.width/320, 1)
	line := 10 * scale
	p.write(p.width-4-6*scale*9, 4, scale, "SIMULATED")
	if p.mark {
		p.cells(scale)
		p.number++
	}
	if !p.label {
		p.captions(fr, scale, line)
	}
	cx, cy := p.width/2, p.height/2
	for i := 5 * scale; i < 14*scale; i++ {
		for _, d := range [][2]int{{i, 0}, {-i, 0}, {0, i}, {0, -i}} {
			p.set(cx+d[0], cy+d[1], colour{1, 1, 1})
			p.set(cx+d[0]+1, cy+d[1]+1, colour{})
		}
	}
}

// captions writes the time, the centre and the sensor.
func (p *picture) captions(fr *Frame, scale, line int) {
	p.write(4, 4, scale, fr.Time.Format("2006-01-02 15:04:05.0")+"Z")
	centre := "CENTRE ABOVE THE HORIZON"
	if fr.InView {
		centre = "CENTRE " + degrees(float64(fr.Centre.Lat), "N", "S") + " " + degrees(float64(fr.Centre.Lon), "E", "W")
	}
	p.write(4, p.height-2*line-2, scale, centre)
	p.write(4, p.height-line-2, scale, fmt.Sprintf("SENSOR %s %s %.0F M HAE",
		degrees(float64(fr.Platform.Lat), "N", "S"), degrees(float64(fr.Platform.Lon), "E", "W"), float64(fr.Platform.Height)))
}

func degrees(v float64, positive, negative string) string {
	if v < 0 {
		return fmt.Sprintf("%.5f%s", -v, negative)
	}
	return fmt.Sprintf("%.5f%s", v, positive)
}

// write puts text at a place, white with a dark edge.
func (p *picture) write(x, y, scale int, text string) {
	for pass, c := range []colour{{0.05, 0.05, 0.05}, {1, 1, 1}} {
		at := x
		for _, r := range text {
			rows := glyphs[r]
			for j, bits := range rows {
				for i := range 5 {
					if bits>>(4-i)&1 == 0 {
						continue
					}
					for k := range scale * scale {
						px, py := at+i*scale+k%scale, y+j*scale+k/scale
						if pass == 0 {
							p.set(px+1, py, c)
							p.set(px, py+1, c)
							p.set(px+1, py+1, c)
							p.set(px-1, py, c)
							p.set(px, py-1, c)
						} else {
							p.set(px, py, c)
						}
					}
				}
			}
			at += 6 * scale
		}
	}
}

// due returns the offsets at which pictures are taken: every stretch begins one. They lie on whole microseconds, as those of packets
// do, so that a packet a picture has the very instant of its picture.
func (v Video) due(end time.Duration) []time.Duration {
	var all []time.Duration
	for i := range int64((min(v.To, end)-v.From).Seconds()*float64(v.Rate)) + 1 {
		at := v.From + time.Duration(math.Round(float64(i)/float64(v.Rate)*1e6))*time.Microsecond
		if at < v.To && at <= end {
			all = append(all, at)
		}
	}
	return all
}
