package share

import (
	"math"
	"slices"

	"overflight/geodesy"
	"overflight/release"
)

// corners are the fields of the ground that was in view, in order round it.
var corners = [...]string{"corner_1", "corner_2", "corner_3", "corner_4"}

// inView are the cells of the corners of a footprint, with longitudes counted from the first; false for any other record, and where one of
// them is not shown.
func (r *row) inView() (cells [4]release.Box, fine, ok bool) {
	if r.kind != "footprint" {
		return cells, false, false
	}
	fine = true
	found := 0
	for _, s := range r.spots() {
		i := slices.Index(corners[:], s.field)
		if i < 0 {
			continue
		}
		if first := float64(cells[0].West); found > 0 { // the schema has the first corner first
			turns := geodesy.Angle(360 * math.Round((float64(s.box.West)-first)/360))
			s.box.West, s.box.East = s.box.West-turns, s.box.East-turns
		}
		cells[i], fine = s.box, fine && s.fine
		found++
	}
	return cells, fine, found == len(corners)
}

// outline is the ground that was in view, anticlockwise and closed: within the points of its corners where all of these are shown whole,
// else within all of the cells that they lie in, so that it holds the ground and is no finer than the cells. Nil where there is none, where
// the corners lie on one line, and across the antimeridian, where RFC 7946 has no polygon in one piece: there the corners stand alone.
func (r *row) outline() []point {
	cells, fine, ok := r.inView()
	if !ok {
		return nil
	}
	var all []geodesy.Position
	for _, b := range cells {
		if b.West < -180 || b.East > 180 {
			return nil
		}
		if fine {
			p := pointOf(b)
			all = append(all, geodesy.Position{Lon: geodesy.Angle(p[0]), Lat: geodesy.Angle(p[1])})
			continue
		}
		all = append(all, cotCornersOf(b)...)
	}
	hull := cotHull(all)
	if len(hull) < 3 {
		return nil
	}
	var out []point
	for _, p := range append(hull, hull[0]) {
		out = append(out, point{float64(p.Lon), float64(p.Lat)})
	}
	return out
}

// groundText is the ground that was in view by its edges and its size.
func (r *row) groundText(words Words) pair {
	cells, fine, ok := r.inView()
	if !ok {
		return pair{Text: words.Text("share.withheld"), State: stateWords[withheld]}
	}
	b := cells[0]
	for _, c := range cells[1:] {
		b = release.Box{South: min(b.South, c.South), North: max(b.North, c.North), West: min(b.West, c.West), East: max(b.East, c.East)}
	}
	lat, lon, across, up := edgesOf(b, words)
	state := stateWords[coarse]
	if fine {
		state = stateWords[shown]
	}
	return pair{Text: words.Text("share.extent", lat, lon, across, up), State: state}
}
