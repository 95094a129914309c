package share

import (
	"encoding/json"
	"math"
	"strconv"

	"overflight/format/geoparquet"
	"overflight/release"
)

// spot is a place of a record: a point where all its digits are shown, else the cell.
type spot struct {
	field string
	box   release.Box
	fine  bool
}

// spots are the places of a record that are shown, in the order of the schema. The sensor's own is not among them: it is where the
// aircraft was, and the record is of the ground.
func (r *row) spots() []spot {
	var out []spot
	for _, f := range r.fields {
		if f.value.Kind != release.Place || f.spec.Name == "sensor_place" {
			continue
		}
		if b, err := f.value.Box(); err == nil {
			out = append(out, spot{f.spec.Name, b, f.state == shown})
		}
	}
	return out
}

// shape is the geometry of a record: the ground that was in view, else points where all its places are fine, else cells, those of fine
// places among them.
type shape struct {
	ground []point // closed and convex
	points []point
	cells  []release.Box
}

// point is longitude and latitude in degrees.
type point [2]float64

// pointOf is the middle of the cell of a whole place, to the centimetre: no finer than the cell, and in it.
func pointOf(b release.Box) point {
	m := b.Middle()
	const centimetre = 1e7
	return point{math.Round(float64(m.Lon)*centimetre) / centimetre, math.Round(float64(m.Lat)*centimetre) / centimetre}
}

func (r *row) shape() shape {
	if ground := r.outline(); ground != nil {
		return shape{ground: ground}
	}
	all := r.spots()
	fine := true
	for _, s := range all {
		fine = fine && s.fine
	}
	var out shape
	for _, s := range all {
		if fine {
			out.points = append(out.points, pointOf(s.box))
		} else {
			out.cells = append(out.cells, s.box)
		}
	}
	return out
}

func (s *shape) empty() bool { return len(s.ground)+len(s.points)+len(s.cells) == 0 }

// polygons are the rings of a geometry that is made of such, each of one polygon.
func (s *shape) polygons() [][]point {
	var out [][]point
	if s.ground != nil {
		out = append(out, s.ground)
	}
	for _, b := range s.cells {
		out = append(out, ring(b))
	}
	return out
}

// ring is a cell anticlockwise, closed.
func ring(b release.Box) []point {
	w, s, e, n := float64(b.West), float64(b.South), float64(b.East), float64(b.North)
	return []point{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}
}

// bounds is the box of a geometry: west, south, east, north.
func (s *shape) bounds() ([4]float64, bool) {
	out := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	take := func(x, y float64) {
		out = [4]float64{min(out[0], x), min(out[1], y), max(out[2], x), max(out[3], y)}
	}
	for _, p := range append(s.points, s.ground...) {
		take(p[0], p[1])
	}
	for _, b := range s.cells {
		take(float64(b.West), float64(b.South))
		take(float64(b.East), float64(b.North))
	}
	return out, !s.empty()
}

// meets tells whether any part of a geometry is in a box; one whose west is east of its east goes across the antimeridian.
func (s *shape) meets(box [4]float64) bool {
	if box[0] > box[2] {
		return s.meets([4]float64{box[0], box[1], 180, box[3]}) || s.meets([4]float64{-180, box[1], box[2], box[3]})
	}
	in := func(w, so, e, n float64) bool { return w <= box[2] && e >= box[0] && so <= box[3] && n >= box[1] }
	if s.ground != nil {
		b, _ := s.bounds()
		return in(b[0], b[1], b[2], b[3]) && !beside(s.ground, box)
	}
	for _, p := range s.points {
		if in(p[0], p[1], p[0], p[1]) {
			return true
		}
	}
	for _, b := range s.cells {
		if in(float64(b.West), float64(b.South), float64(b.East), float64(b.North)) {
			return true
		}
	}
	return false
}

// beside tells whether a box lies wholly on the outer side of one edge of a convex ring: two convex shapes are apart where an edge of either
// has the other beyond it.
func beside(ring []point, box [4]float64) bool {
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		outside := true
		for _, c := range [4]point{{box[0], box[1]}, {box[2], box[1]}, {box[2], box[3]}, {box[0], box[3]}} {
			outside = outside && (b[0]-a[0])*(c[1]-a[1])-(b[1]-a[1])*(c[0]-a[0]) < 0
		}
		if outside {
			return true
		}
	}
	return false
}

// MarshalJSON writes the geometry after RFC 7946; null where there is none.
func (s *shape) MarshalJSON() ([]byte, error) {
	type geometry struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
	var polygons [][][]point
	for _, r := range s.polygons() {
		polygons = append(polygons, [][]point{r})
	}
	switch {
	case s.empty():
		return []byte("null"), nil
	case len(s.points) == 1:
		return json.Marshal(geometry{"Point", s.points[0]})
	case len(s.points) > 1:
		return json.Marshal(geometry{"MultiPoint", s.points})
	case len(polygons) == 1:
		return json.Marshal(geometry{"Polygon", polygons[0]})
	}
	return json.Marshal(geometry{"MultiPolygon", polygons})
}

// wkb writes the geometry as well-known binary; nil where there is none.
func (s *shape) wkb() []byte {
	var polygons [][][][2]float64
	for _, closed := range s.polygons() {
		var r [][2]float64
		for _, p := range closed {
			r = append(r, p)
		}
		polygons = append(polygons, [][][2]float64{r})
	}
	switch {
	case s.empty():
		return nil
	case len(s.points) == 1:
		return geoparquet.AppendPoint(nil, s.points[0][0], s.points[0][1])
	case len(s.points) > 1:
		all := make([][2]float64, len(s.points))
		for i, p := range s.points {
			all[i] = p
		}
		return geoparquet.AppendMultiPoint(nil, all)
	case len(polygons) == 1:
		return geoparquet.AppendPolygon(nil, polygons[0])
	}
	return geoparquet.AppendMultiPolygon(nil, polygons)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
