// Package topology builds one shared topology of boundary arcs from polygons that were simplified
// each for itself.
//
// Neighbours in the source describe their common line twice, with different vertices: between the
// two lie slivers up to some twenty metres wide that belong to both or to none. The builder nodes
// all lines on the integer grid of the source (1e-7 degree), forms the faces, gives sliver faces to
// one neighbour and keeps wide overlaps as what they are: ground that more than one state claims.
//
// It is an offline tool: nothing at run time depends on it.
package topology

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Point is a vertex in units of 1e-7 degree.
type Point struct{ X, Y int32 }

// MaxLon is the antimeridian in units.
const MaxLon = 1_800_000_000

// seamUnits is how close to the antimeridian a corner is taken to lie on it: 11 cm at the equator.
const seamUnits = 10

// Ring is one ring of one feature, without the closing vertex. Holes need no mark: membership is
// by even-odd over all rings of a feature.
type Ring struct {
	Feature int
	Points  []Point
}

// Source is the boundary polygons as read.
type Source struct {
	Codes []string // ISO 3166-1 alpha-3 codes, sorted; Ring.Feature is an index into it
	Rings []Ring
	Read  int // vertices read, closing vertices not counted
}

type sourceFile struct {
	Features []struct {
		Properties struct {
			Code string `json:"isoA3"`
			A3   string `json:"A3"`
		} `json:"properties"`
		Geometry sourceGeometry `json:"geometry"`
	} `json:"features"`
}

type sourceGeometry struct {
	Type        string           `json:"type"`
	Coordinates json.RawMessage  `json:"coordinates"`
	Geometries  []sourceGeometry `json:"geometries"`
}

// Read reads the source collection and leaves out the features named in drop.
func Read(r io.Reader, drop ...string) (*Source, error) {
	var f sourceFile
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return nil, fmt.Errorf("reading boundary source: %w", err)
	}
	if len(f.Features) == 0 {
		return nil, errors.New("reading boundary source: no feature")
	}
	s := &Source{}
	for i := range f.Features {
		if p := &f.Features[i].Properties; p.Code == "" {
			p.Code = p.A3
		}
	}
	for _, ft := range f.Features {
		if !slices.Contains(drop, ft.Properties.Code) {
			s.Codes = append(s.Codes, ft.Properties.Code)
		}
	}
	slices.Sort(s.Codes)
	s.Codes = slices.Compact(s.Codes)
	for i, ft := range f.Features {
		k, ok := slices.BinarySearch(s.Codes, ft.Properties.Code)
		if !ok {
			continue
		}
		if err := s.add(k, ft.Geometry); err != nil {
			return nil, fmt.Errorf("reading feature %d (%s): %w", i, ft.Properties.Code, err)
		}
	}
	s.mirror()
	return s, nil
}

func (s *Source) add(feature int, g sourceGeometry) error {
	switch g.Type {
	case "GeometryCollection":
		for _, sub := range g.Geometries {
			if err := s.add(feature, sub); err != nil {
				return err
			}
		}
		return nil
	case "Polygon":
		var rings [][][2]float64
		if err := json.Unmarshal(g.Coordinates, &rings); err != nil {
			return fmt.Errorf("reading polygon: %w", err)
		}
		return s.addPolygon(feature, rings)
	case "MultiPolygon":
		var polygons [][][][2]float64
		if err := json.Unmarshal(g.Coordinates, &polygons); err != nil {
			return fmt.Errorf("reading multipolygon: %w", err)
		}
		for _, rings := range polygons {
			if err := s.addPolygon(feature, rings); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("geometry type %q is not a polygon", g.Type)
}

func (s *Source) addPolygon(feature int, rings [][][2]float64) error {
	for i, r := range rings {
		if len(r) < 4 || r[0] != r[len(r)-1] {
			return fmt.Errorf("ring %d is not closed", i)
		}
		pts := make([]Point, 0, len(r)-1)
		for _, c := range r[:len(r)-1] {
			if !(math.Abs(c[0]) <= 180 && math.Abs(c[1]) <= 90) {
				return fmt.Errorf("ring %d: position %v is outside the world", i, c)
			}
			p := Point{int32(math.Round(c[0] * 1e7)), int32(math.Round(c[1] * 1e7))}
			// The source has corners a unit beside the antimeridian that mean it.
			if near := int32(MaxLon - seamUnits); p.X > near {
				p.X = MaxLon
			} else if p.X < -near {
				p.X = -MaxLon
			}
			if n := len(pts); n == 0 || pts[n-1] != p {
				pts = append(pts, p)
			}
		}
		s.Read += len(r) - 1
		s.Rings = append(s.Rings, Ring{feature, pts})
	}
	return nil
}

// mirror gives the artificial edges along +180 and -180 the same vertices on both sides, so that
// they can be told edge by edge from a limit that really runs along the antimeridian.
func (s *Source) mirror() {
	var ys []int32
	along := func(a, b Point) bool { return a.X == b.X && (a.X == MaxLon || a.X == -MaxLon) }
	for _, r := range s.Rings {
		for i, a := range r.Points {
			if b := r.Points[(i+1)%len(r.Points)]; along(a, b) {
				ys = append(ys, a.Y, b.Y)
			}
		}
	}
	slices.Sort(ys)
	ys = slices.Compact(ys)
	for k, r := range s.Rings {
		var out []Point
		for i, a := range r.Points {
			out = append(out, a)
			b := r.Points[(i+1)%len(r.Points)]
			if !along(a, b) {
				continue
			}
			lo, _ := slices.BinarySearch(ys, min(a.Y, b.Y)+1)
			hi, _ := slices.BinarySearch(ys, max(a.Y, b.Y))
			for j := range hi - lo {
				y := ys[lo+j]
				if a.Y > b.Y {
					y = ys[hi-1-j]
				}
				out = append(out, Point{a.X, y})
			}
		}
		s.Rings[k].Points = out
	}
}
