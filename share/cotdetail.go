package share

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"overflight/format/cot"
	"overflight/geodesy"
	"overflight/release"
)

// cotElements are the children of a detail, without namespaces: some servers make invalid XML of those.
type cotElements struct{ b []byte }

func (t *cotElements) open(name string, attributes ...string) {
	t.b = append(append(t.b, '<'), name...)
	for i := 0; i+1 < len(attributes); i += 2 {
		t.b = append(append(append(t.b, ' '), attributes[i]...), `="`...)
		t.b = append(cot.AppendEscaped(t.b, attributes[i+1]), '"')
	}
}

func (t *cotElements) add(name string, attributes ...string) {
	t.open(name, attributes...)
	t.b = append(t.b, "/>"...)
}

func (t *cotElements) text(name, text string) {
	t.open(name)
	t.b = cot.AppendEscaped(append(t.b, '>'), text)
	t.b = append(append(append(t.b, "</"...), name...), '>')
}

// link ties what a sensor sees to the aircraft that it is on.
func (t *cotElements) link(aircraft string) {
	t.add("link", "uid", aircraft, "type", cotAircraft, "relation", "p-p")
}

// Colours of the ground in view: ARGB, 32 bits with a sign.
const (
	cotStroke = "-16711681" // cyan
	cotFill   = "855703551" // the same, a fifth of it
)

func (t *cotElements) polygon(ring []geodesy.Position) {
	t.b = append(t.b, "<shape>"...)
	t.open("polyline", "closed", "true", "color", cotStroke, "fillColor", cotFill)
	t.b = append(t.b, '>')
	for _, p := range ring {
		p = cotRound(p)
		t.add("vertex", "lat", cotDecimal(p.Lat.Degrees()), "lon", cotDecimal(p.Lon.Degrees()))
	}
	t.b = append(t.b, "</polyline></shape>"...)
}

func (t *cotElements) ellipse(major, minor, azimuth float64) {
	t.b = append(t.b, "<shape>"...)
	t.add("ellipse", "major", cotDecimal(major), "minor", cotDecimal(minor), "angle", cotDecimal(azimuth))
	t.b = append(t.b, "</shape>"...)
}

// video gives the address whole, for browsers, and in parts, as the field's devices want it.
func (t *cotElements) video(aircraft string, v CoTVideo) error {
	scheme, rest, _ := strings.Cut(v.URL, "://")
	end := strings.IndexAny(rest+"/", "/?")
	host, path := rest[:end], rest[end:]
	if host == "" || strings.Contains(host, "@") {
		return fmt.Errorf("video %q: expected an address without a user, such as rtsp://192.0.2.1:554/flight", v.Alias)
	}
	port := map[string]string{"rtsp": "554", "https": "443", "http": "80"}[scheme]
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	if port == "" {
		port = "-1"
	}
	uid := aircraft + ".video"
	t.open("__video", "url", v.URL, "uid", uid, "sensor", aircraft, "spi", aircraft+".SPI1")
	t.b = append(t.b, '>')
	t.add("ConnectionEntry", "uid", uid, "alias", v.Alias, "protocol", scheme, "address", strings.Trim(host, "[]"), "port", port, "path", path,
		"networkTimeout", "12000", "bufferTime", "-1", "rtspReliable", "1", "roverPort", "-1", "ignoreEmbeddedKLV", "false")
	t.b = append(t.b, "</__video>"...)
	return nil
}

// cotNotes are the sentences of remarks, by language.
type cotNotes struct{ said [][]string }

func (n *cotNotes) say(d *cotDrawing, f func(CoTWords) string) {
	if n.said == nil {
		n.said = make([][]string, len(d.o.Languages))
	}
	for i, l := range d.o.Languages {
		n.said[i] = append(n.said[i], f(l.Words))
	}
}

// lines are the sentences, a line for each language.
func (n *cotNotes) lines(languages int) []string {
	var out []string
	for _, said := range n.said[:min(languages, len(n.said))] {
		out = append(out, strings.Join(said, " "))
	}
	return out
}

// coarse says how far from its point a coarse place may be.
func (n *cotNotes) coarse(d *cotDrawing, p cotPlace) {
	if !p.whole {
		n.within(d, math.Ceil(p.radius))
	}
}

func (n *cotNotes) within(d *cotDrawing, metres float64) {
	n.say(d, func(w CoTWords) string { return w.Text("cot.within", strconv.FormatFloat(metres, 'f', 0, 64)) })
}

func (n *cotNotes) chance(d *cotDrawing, v float64) {
	n.say(d, func(w CoTWords) string { return w.Text("cot.laboratory", cotDecimal(v)) })
}

// cotCorners are the corners of a footprint; false where one of them is not shown.
func cotCorners(x *release.Part) ([]cotPlace, bool) {
	var out []cotPlace
	for _, name := range []string{"corner_1", "corner_2", "corner_3", "corner_4"} {
		c, ok := cotCell(x, name)
		if !ok {
			return nil, false
		}
		out = append(out, c)
	}
	return out, true
}

func cotCornersOf(b release.Box) []geodesy.Position {
	return []geodesy.Position{{Lat: b.South, Lon: b.West}, {Lat: b.South, Lon: b.East}, {Lat: b.North, Lon: b.East}, {Lat: b.North, Lon: b.West}}
}

// cotMiddle is where the shape of a footprint hangs that has no centre: the mean of its corners where all are shown whole, and else the
// first of them, since a mean of cells is the place of nothing.
func cotMiddle(corners []cotPlace) cotPlace {
	first := corners[0].at
	var north, east geodesy.Angle // from the first, so that it holds across the antimeridian
	for _, c := range corners {
		if !c.whole {
			return corners[0]
		}
		north += c.at.Lat - first.Lat
		east += geodesy.LongitudeDifference(first.Lon, c.at.Lon)
	}
	n := geodesy.Angle(len(corners))
	return cotPlace{at: cotRound(geodesy.Position{Lat: first.Lat + north/n, Lon: geodesy.NormalizeLongitude(first.Lon + east/n)}), whole: true}
}

// cotOutline is the true footprint where its corners are shown whole, and else the least convex outline that is sure to hold it.
func cotOutline(corners []cotPlace) []geodesy.Position {
	var all []geodesy.Position
	whole := true
	for _, c := range corners {
		whole = whole && c.whole
		all = append(all, c.at)
	}
	if whole {
		return all
	}
	all = all[:0]
	for _, c := range corners {
		all = append(all, cotCornersOf(c.box)...)
	}
	// Round the antimeridian all longitudes are counted from the first.
	for i := range all {
		all[i].Lon = all[0].Lon + geodesy.LongitudeDifference(all[0].Lon, all[i].Lon)
	}
	ring := cotHull(all)
	for i := range ring {
		ring[i].Lon = geodesy.NormalizeLongitude(ring[i].Lon)
	}
	return ring
}

// cotHull is the convex hull, anticlockwise (Andrew's monotone chain).
func cotHull(all []geodesy.Position) []geodesy.Position {
	slices.SortFunc(all, func(a, b geodesy.Position) int {
		switch {
		case a.Lon != b.Lon:
			return cotCompare(a.Lon, b.Lon)
		default:
			return cotCompare(a.Lat, b.Lat)
		}
	})
	left := func(a, b, c geodesy.Position) bool {
		return (b.Lon-a.Lon)*(c.Lat-a.Lat)-(b.Lat-a.Lat)*(c.Lon-a.Lon) > 0
	}
	half := func(all []geodesy.Position) []geodesy.Position {
		var out []geodesy.Position
		for _, p := range all {
			for len(out) >= 2 && !left(out[len(out)-2], out[len(out)-1], p) {
				out = out[:len(out)-1]
			}
			out = append(out, p)
		}
		return out[:len(out)-1]
	}
	lower := half(all)
	slices.Reverse(all)
	return append(lower, half(all)...)
}

func cotCompare(a, b geodesy.Angle) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// cotCone gives the attributes of a flat cone from the aircraft over a footprint. It is none of a coarse place: the angles would be those of
// cells. Clients draw it only with azimuth, fov and range, round these to whole numbers, and some take an azimuth of 0 for none.
func cotCone(aircraft cotPlace, corners []cotPlace) ([]string, bool) {
	if !aircraft.whole || len(corners) != 4 || slices.ContainsFunc(corners, func(c cotPlace) bool { return !c.whole }) {
		return nil, false
	}
	// Its middle is that of the two corners that are farthest apart, seen from the aircraft.
	var bearings []float64
	var reach float64
	for _, c := range corners {
		s, azimuth, _ := geodesy.Inverse(aircraft.at, c.at)
		bearings = append(bearings, math.Mod(azimuth.Degrees()+360, 360))
		reach = max(reach, s.Metres())
	}
	slices.Sort(bearings)
	from, widest := 0, 0.0 // the gap that nothing is in
	for i := range bearings {
		gap := bearings[(i+1)%4] - bearings[i]
		if i == 3 {
			gap += 360
		}
		if gap > widest {
			from, widest = (i+1)%4, gap
		}
	}
	fov := 360 - widest
	azimuth := math.Mod(math.Round(bearings[from]+fov/2), 360)
	text := cotDecimal(azimuth)
	if azimuth == 0 {
		text = "0.01"
	}
	return []string{
		"azimuth", text, "fov", cotDecimal(min(math.Ceil(max(fov, 1)), 360)), "range", cotDecimal(math.Ceil(max(reach, 1))), "north", "0", "type", "r-e", "version", "0.6",
	}, true
}
