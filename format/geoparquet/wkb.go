package geoparquet

import (
	"encoding/binary"
	"math"
)

// The types of geometries, as well-known binary numbers them.
const (
	point        = 1
	polygon      = 3
	multiPoint   = 4
	multiPolygon = 6
)

// AppendPoint appends a point.
func AppendPoint(dst []byte, x, y float64) []byte { return appendXY(head(dst, point), x, y) }

// AppendPolygon appends a polygon: its outer ring anticlockwise, its holes clockwise, each closed by its first corner again.
func AppendPolygon(dst []byte, rings [][][2]float64) []byte {
	dst = binary.LittleEndian.AppendUint32(head(dst, polygon), uint32(len(rings)))
	for _, r := range rings {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r)))
		for _, p := range r {
			dst = appendXY(dst, p[0], p[1])
		}
	}
	return dst
}

// AppendMultiPoint appends several points as one geometry.
func AppendMultiPoint(dst []byte, all [][2]float64) []byte {
	dst = binary.LittleEndian.AppendUint32(head(dst, multiPoint), uint32(len(all)))
	for _, p := range all {
		dst = AppendPoint(dst, p[0], p[1])
	}
	return dst
}

// AppendMultiPolygon appends several polygons as one geometry, each as AppendPolygon takes it.
func AppendMultiPolygon(dst []byte, all [][][][2]float64) []byte {
	dst = binary.LittleEndian.AppendUint32(head(dst, multiPolygon), uint32(len(all)))
	for _, rings := range all {
		dst = AppendPolygon(dst, rings)
	}
	return dst
}

func head(dst []byte, kind uint32) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, 1), kind)
}

func appendXY(dst []byte, x, y float64) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(y))
}

// extend takes a geometry into the box of all, and names its type.
func (w *Writer[T]) extend(b []byte) (string, error) {
	g := geometry{b, w.box}
	kind, ok := g.head()
	if !ok {
		return "", ErrGeometry
	}
	name := ""
	switch kind {
	case point:
		name, ok = "Point", g.points(1)
	case polygon:
		name, ok = "Polygon", g.polygon()
	case multiPoint:
		name, ok = "MultiPoint", g.parts(point, func() bool { return g.points(1) })
	case multiPolygon:
		name, ok = "MultiPolygon", g.parts(polygon, g.polygon)
	}
	if !ok || name == "" || len(g.rest) != 0 {
		return "", ErrGeometry
	}
	w.box = g.box
	return name, nil
}

// geometry is well-known binary that is read from its beginning.
type geometry struct {
	rest []byte
	box  [4]float64
}

func (g *geometry) head() (kind uint32, ok bool) {
	if len(g.rest) < 5 || g.rest[0] != 1 {
		return 0, false
	}
	kind, g.rest = binary.LittleEndian.Uint32(g.rest[1:]), g.rest[5:]
	return kind, true
}

func (g *geometry) count() (uint32, bool) {
	if len(g.rest) < 4 {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(g.rest)
	g.rest = g.rest[4:]
	return n, true
}

func (g *geometry) points(n uint32) bool {
	if uint64(n) > uint64(len(g.rest)/16) {
		return false
	}
	for range n {
		x, y := math.Float64frombits(binary.LittleEndian.Uint64(g.rest)), math.Float64frombits(binary.LittleEndian.Uint64(g.rest[8:]))
		if math.IsNaN(x+y) || math.IsInf(x+y, 0) {
			return false
		}
		g.box = [4]float64{min(g.box[0], x), min(g.box[1], y), max(g.box[2], x), max(g.box[3], y)}
		g.rest = g.rest[16:]
	}
	return true
}

func (g *geometry) polygon() bool {
	rings, ok := g.count()
	for range rings {
		n, good := g.count()
		if !good || !g.points(n) {
			return false
		}
	}
	return ok
}

// parts reads geometries of one type in one of many.
func (g *geometry) parts(kind uint32, one func() bool) bool {
	n, ok := g.count()
	for range n {
		if k, good := g.head(); !good || k != kind || !one() {
			return false
		}
	}
	return ok
}
