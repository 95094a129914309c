package simulate

import (
	"crypto/sha256"
	"math"
	"strings"
	"time"
	"unicode/utf16"

	"overflight/format/klv"
)

// uasKey is the universal label of the ST 0601 local set.
var uasKey = klv.Key{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x0B, 0x01, 0x01, 0x0E, 0x01, 0x03, 0x01, 0x01, 0x00, 0x00, 0x00}

// MISP time is TAI less 8.000082 s (ST 0603), and TAI is 37 s ahead of UTC since 2017, before which
// no sortie may start.
const (
	mispAhead   = 37*time.Second - 8000082*time.Microsecond
	leapSeconds = -29 // item 136 is added to item 2 to give UTC, to the whole second
)

// stamp is an instant in microseconds of the sortie's time scale.
func (s *Sortie) stamp(t time.Time) uint64 {
	if s.Metadata.MISP {
		t = t.Add(mispAhead)
	}
	return uint64(t.UnixMicro())
}

// packets writes the metadata packets of a sortie.
type packets struct {
	sortie        *Sortie
	nextConstants time.Duration
	nextReports   time.Duration
	security      []byte
	identity      []byte
	width, height int
	scratch       []byte
}

func newPackets(s *Sortie) *packets {
	p := &packets{sortie: s, nextConstants: s.Written.From, nextReports: s.Written.From, security: s.security(), identity: s.identity(), width: 320, height: 240}
	if len(s.Video) > 0 {
		p.width, p.height = s.Video[0].Width, s.Video[0].Height
	}
	return p
}

// packet returns the ST 0601 packet of a frame, with the faults asked for; the bytes are valid until
// the next call.
func (p *packets) packet(f *Frame, harm harm) []byte {
	s := p.sortie
	b := set{bytes: p.scratch[:0], clear: harm.clear}
	b.whole(2, s.stamp(f.Time.Add(-harm.back)), 8)
	constants := f.Offset >= p.nextConstants
	if constants {
		p.nextConstants = f.Offset - f.Offset%s.Metadata.Constants + s.Metadata.Constants
		p.constants(&b)
	}
	p.platform(&b, f, harm)
	p.sensor(&b, f)
	p.corners(&b, f)
	if s.Metadata.Reports > 0 && f.Offset >= p.nextReports {
		p.nextReports = f.Offset - f.Offset%s.Metadata.Reports + s.Metadata.Reports
		if v := p.reports(f); v != nil {
			b.raw(74, v)
		}
	}
	b.whole(65, uint64(s.Metadata.Version), 1)
	if constants && s.Metadata.MISP {
		b.raw(136, []byte{leapSeconds & 0xFF}) // behind the rest: some readers stop at a tag of two bytes
	}
	p.scratch = b.bytes

	out := append([]byte(nil), uasKey[:]...)
	out = klv.AppendLength(out, len(b.bytes)+4)
	out = append(append(out, b.bytes...), 1, 2)
	sum := klv.Checksum(out) ^ harm.checksum
	out = append(out, byte(sum>>8), byte(sum))
	if harm.flip {
		// Somewhere behind the length, at a place that follows from the time alone.
		body := len(out) - len(b.bytes) - 4
		bit := int(lattice(int64(f.Offset), 0, 71) * float64(8*(len(out)-body)))
		out[body+bit/8] ^= 1 << (bit % 8)
	}
	return out
}

// constants are the items that do not change; they are repeated (ST 0902 advises each 10 s).
func (p *packets) constants(b *set) {
	a := p.sortie.Aircraft
	b.text(3, a.Mission)
	b.text(4, a.Tail)
	b.text(10, a.Platform)
	b.text(11, a.Sensor)
	b.text(12, "Geodetic WGS84")
	b.text(59, a.CallSign)
	b.raw(48, p.security)
	b.raw(94, p.identity)
}

// platform writes where the aircraft is and how it lies. Heights above the ellipsoid go out in item
// 104 to a centimetre, those above the sea in item 15.
func (p *packets) platform(b *set, f *Frame, harm harm) {
	s := p.sortie
	b.unsigned(5, float64(f.Heading), 0, 360, 2)
	b.signed(6, float64(f.Pitch), 20, 2)
	b.signed(7, float64(f.Roll), 50, 2)
	b.unsigned(8, float64(f.Airspeed), 0, 255, 1)
	if harm.reserved {
		b.reserved(13, 4)
	} else {
		b.signed(13, float64(f.Platform.Lat), 90, 4)
	}
	b.signed(14, float64(f.Platform.Lon), 180, 4)
	b.unsigned(15, float64(f.Platform.Height-s.Geoid), -900, 19000, 2)
	b.mapped(104, float64(f.Platform.Height), -900, 40000, 3)
	if s.Wind.Speed > 0 {
		b.unsigned(35, float64(s.Wind.From), 0, 360, 2)
		b.unsigned(36, float64(s.Wind.Speed), 0, 100, 1)
	}
	b.signed(51, float64(f.ClimbRate), 180, 2)
	b.unsigned(56, float64(f.GroundSpeed), 0, 255, 1)
	sin, cos := math.Sincos(float64(f.Course) * degree)
	b.signed(79, float64(f.GroundSpeed)*cos, 327, 2)
	b.signed(80, float64(f.GroundSpeed)*sin, 327, 2)
	b.mapped(112, float64(f.Course), 0, 360, 2)
}

// sensor writes where the camera points and what is at the centre of its picture. Above the horizon
// the centre carries its reserved code and what follows from it is left out.
func (p *packets) sensor(b *set, f *Frame) {
	b.unsigned(16, float64(f.HFOV), 0, 180, 2)
	b.unsigned(17, float64(f.VFOV), 0, 180, 2)
	b.unsigned(18, float64(f.Azimuth), 0, 360, 4)
	b.signed(19, float64(f.Elevation), 180, 4)
	b.unsigned(20, float64(f.Rotation), 0, 360, 4)
	if !f.InView {
		b.reserved(23, 4)
		b.reserved(24, 4)
		return
	}
	b.unsigned(21, float64(f.Slant), 0, 5e6, 4)
	if width := f.width(); width <= 10000 {
		b.unsigned(22, width, 0, 10000, 2)
	} else {
		b.mapped(96, width, 0, 1.5e6, 3)
	}
	b.signed(23, float64(f.Centre.Lat), 90, 4)
	b.signed(24, float64(f.Centre.Lon), 180, 4)
	b.unsigned(25, float64(f.Centre.Height-p.sortie.Geoid), -900, 19000, 2)
	b.unsigned(78, float64(f.Centre.Height), -900, 19000, 2)
}

// width is the width of the picture at its centre, at right angles to the line of sight.
func (fr *Frame) width() float64 { return 2 * float64(fr.Slant) * math.Tan(float64(fr.HFOV)/2*degree) }

// corners writes the corners as the sortie wants them. An offset that its item cannot hold, and a
// corner in the sky, carry the reserved code.
func (p *packets) corners(b *set, f *Frame) {
	kind := p.sortie.Metadata.Corners
	if kind == OffsetCorners || kind == BothCorners {
		for i, c := range f.Corner {
			for j, d := range []float64{float64(c.Lat - f.Centre.Lat), wrap180(float64(c.Lon - f.Centre.Lon))} {
				tag := uint32(26 + 2*i + j)
				if f.InView && f.CornerInView[i] && math.Abs(d) <= 0.075 {
					b.signed(tag, d, 0.075, 2)
				} else {
					b.reserved(tag, 2)
				}
			}
		}
	}
	if kind == FullCorners || kind == BothCorners {
		for i, c := range f.Corner {
			tag := uint32(82 + 2*i)
			if f.CornerInView[i] {
				b.signed(tag, float64(c.Lat), 90, 4)
				b.signed(tag+1, float64(c.Lon), 180, 4)
			} else {
				b.reserved(tag, 4)
				b.reserved(tag+1, 4)
			}
		}
	}
}

// genc3 is the coding method of three-letter GENC codes (ST 0102 items 2 and 12).
const genc3 = 14

// security is the ST 0102 set of item 48.
func (s *Sortie) security() []byte {
	var b set
	b.whole(1, uint64(s.Security.Classification), 1)
	b.whole(2, genc3, 1)
	b.text(3, "//"+s.Security.Country)
	b.text(5, s.Security.Caveats)
	b.text(6, s.Security.Releasable)
	b.whole(12, genc3, 1)
	objects := s.Security.Country
	if s.Security.Objects != "" {
		objects = strings.ReplaceAll(s.Security.Objects, " ", ";")
	}
	var wide []byte
	for _, c := range utf16.Encode([]rune(objects)) {
		wide = append(wide, byte(c>>8), byte(c))
	}
	b.raw(13, wide)
	b.whole(22, 12, 2)
	return b.bytes
}

// identity is the ST 1204 core identifier of item 94: a virtual sensor on a virtual platform, each
// named by an identifier that follows from its name (RFC 9562 version 8).
func (s *Sortie) identity() []byte {
	const virtual = 2
	b := []byte{1, virtual<<5 | virtual<<3}
	for _, n := range []string{"sensor " + s.Aircraft.Tail + " " + s.Aircraft.Sensor, "platform " + s.Aircraft.Tail} {
		h := sha256.Sum256([]byte("overflight simulated " + n))
		h[6], h[8] = h[6]&0x0F|0x80, h[8]&0x3F|0x80
		b = append(b, h[:16]...)
	}
	return b
}

// reports is the ST 0903 set of item 74: the sites within the picture. It is nil with no site there.
func (p *packets) reports(f *Frame) []byte {
	var series []byte
	seen := 0
	for _, site := range p.sortie.Sites {
		x, y, ok := f.project(site.Place)
		if !ok || !f.InView {
			continue
		}
		seen++
		pack := set{bytes: klv.AppendOID(nil, site.ID)}
		column, row := p.pixel(x, p.width), p.pixel(y, p.height)
		pack.least(1, uint64((row-1)*p.width+column))
		half := float64(site.Radius) / (float64(f.Slant) * math.Tan(float64(f.HFOV)/2*degree))
		tall := half * float64(p.width) / float64(p.height)
		pack.least(2, uint64((p.pixel(y-tall, p.height)-1)*p.width+p.pixel(x-half, p.width)))
		pack.least(3, uint64((p.pixel(y+tall, p.height)-1)*p.width+p.pixel(x+half, p.width)))
		pack.whole(5, 95, 1)
		pack.mapped(10, float64(site.Lat-f.Centre.Lat), -19.2, 19.2, 3)
		pack.mapped(11, wrap180(float64(site.Lon-f.Centre.Lon)), -19.2, 19.2, 3)
		pack.mapped(12, float64(site.Height), -900, 19000, 2)
		location := imap(float64(site.Lat), -90, 90, 4)
		location = append(location, imap(float64(site.Lon), -180, 180, 4)...)
		pack.raw(17, append(location, imap(float64(site.Height), -900, 19000, 2)...))
		series = klv.AppendLength(series, len(pack.bytes))
		series = append(series, pack.bytes...)
	}
	if seen == 0 {
		return nil
	}
	var b set
	b.text(3, "simulated sites")
	b.whole(4, 6, 2)
	b.least(5, uint64(seen))
	b.least(6, uint64(seen))
	b.least(8, uint64(p.width))
	b.least(9, uint64(p.height))
	b.raw(101, series)
	return b.bytes
}

// pixel is the row or column, from 1, of a coordinate that runs from -1 to 1.
func (p *packets) pixel(v float64, n int) int { return min(max(int((v+1)/2*float64(n))+1, 1), n) }

// project returns where a place is in the picture, right and down, from -1 to 1.
func (fr *Frame) project(place Place) (x, y float64, ok bool) {
	g := place.point()
	ray := g.cartesian().minus(fr.eye)
	ahead, right, down := ray.in(fr.camera)
	if ahead <= 0 || ray.dot(g.northEastDown().w) <= 0 {
		return 0, 0, false
	}
	x = right / ahead / math.Tan(float64(fr.HFOV)/2*degree)
	y = down / ahead / math.Tan(float64(fr.VFOV)/2*degree)
	return x, y, math.Abs(x) <= 1 && math.Abs(y) <= 1
}
