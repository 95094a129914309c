package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"overflight/internal/basemap"
)

const member = "package/land-10m.json"

// open returns the TopoJSON file, out of the packed package where the file is one.
func open(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err != nil || !bytes.HasPrefix(b, []byte{0x1F, 0x8B}) {
		return b, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("no %s", member)
		}
		if err != nil {
			return nil, err
		}
		if h.Name == member {
			return io.ReadAll(t)
		}
	}
}

// topology is what we need of a TopoJSON file: quantised arcs, and polygons that are made of them.
type topology struct {
	Transform struct {
		Scale, Translate [2]float64
	}
	Objects struct {
		Land struct {
			Geometries []struct {
				Type string
				Arcs [][][]int
			}
		}
	}
	Arcs [][][]int32
}

type counts struct{ rings, corners int }

// pack makes the embedded file. Nothing is simplified: the grid is that of the source, and
// so is every corner.
func pack(source []byte) ([]byte, counts, error) {
	var t topology
	if err := json.Unmarshal(source, &t); err != nil {
		return nil, counts{}, err
	}
	grid := basemap.Grid{
		West: t.Transform.Translate[0], South: t.Transform.Translate[1],
		StepLon: t.Transform.Scale[0], StepLat: t.Transform.Scale[1],
	}
	if !(grid.StepLon > 0) {
		return nil, counts{}, errors.New("no quantised topology")
	}
	circle := int32(math.Round(360 / grid.StepLon))
	var rings [][]basemap.Corner
	n := 0
	for _, g := range t.Objects.Land.Geometries {
		if g.Type != "MultiPolygon" {
			return nil, counts{}, fmt.Errorf("a geometry of type %q, want MultiPolygon", g.Type)
		}
		for _, polygon := range g.Arcs {
			for _, arcs := range polygon {
				r, err := t.ring(arcs, circle)
				if err != nil {
					return nil, counts{}, fmt.Errorf("ring %d: %w", len(rings), err)
				}
				if len(r) < 3 {
					continue // an islet that the grid of the source has made a point or a line
				}
				if placeholder(grid, r) {
					continue
				}
				rings, n = append(rings, r), n+len(r)
			}
		}
	}
	if len(rings) == 0 {
		return nil, counts{}, errors.New("no land")
	}
	land, err := basemap.New(grid, rings)
	if err != nil {
		return nil, counts{}, err
	}
	b, err := land.Append(nil)
	return b, counts{len(rings), n}, err
}

// placeholder reports whether a ring is the square that Natural Earth puts at 0 N 0 E for places without
// a position. There is no land.
func placeholder(g basemap.Grid, r []basemap.Corner) bool {
	for _, c := range r {
		if math.Hypot(g.South+float64(c.Y)*g.StepLat, g.West+float64(c.X)*g.StepLon) > 0.05 {
			return false
		}
	}
	return true
}

// ring joins arcs; ~i is arc i backwards. The source has both -180 and 180 and jumps between them: here
// the longitudes are counted on.
func (t *topology) ring(arcs []int, circle int32) ([]basemap.Corner, error) {
	var out []basemap.Corner
	for _, k := range arcs {
		back := k < 0
		if back {
			k = ^k
		}
		if k >= len(t.Arcs) {
			return nil, fmt.Errorf("there is no arc %d", k)
		}
		line, err := corners(t.Arcs[k])
		if err != nil {
			return nil, fmt.Errorf("arc %d: %w", k, err)
		}
		for i := range line {
			c := line[i]
			if back {
				c = line[len(line)-1-i]
			}
			if n := len(out); n > 0 {
				c.X -= circle * int32(math.Round(float64(c.X-out[n-1].X)/float64(circle)))
				if c == out[n-1] {
					continue // where arcs meet
				}
			}
			out = append(out, c)
		}
	}
	if n := len(out); n > 1 && out[n-1].Y == out[0].Y && (out[n-1].X-out[0].X)%circle == 0 {
		out = out[:n-1]
	}
	return out, nil
}

// corners sums up the steps of an arc.
func corners(steps [][]int32) ([]basemap.Corner, error) {
	var at basemap.Corner
	out := make([]basemap.Corner, len(steps))
	for i, s := range steps {
		if len(s) < 2 {
			return nil, fmt.Errorf("point %d has %d numbers", i, len(s))
		}
		at = basemap.Corner{X: at.X + s[0], Y: at.Y + s[1]}
		out[i] = at
	}
	return out, nil
}
