package kml

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// shapes are what a placemark has.
type shapes struct {
	polygons []Polygon
	points   []Position
	skipped  bool
}

// geometry reads an element that may be one.
func (r *reader) geometry(name string, s *shapes) error {
	switch name {
	case "MultiGeometry":
		return r.children(func(e xml.StartElement) error { return r.geometry(e.Name.Local, s) })
	case "Polygon":
		return r.polygon(s)
	case "Point":
		all, err := r.coordinates()
		if err != nil {
			return err
		}
		if len(all) != 1 {
			return r.fault(Geometry, name, fmt.Sprintf("%d coordinates", len(all)), "1")
		}
		s.points = append(s.points, all[0])
		return nil
	case "LineString", "LinearRing", "Model", "Track", "MultiTrack":
		s.skipped = true
		r.file.skip(name)
	}
	return r.skip()
}

// polygon reads an outer ring and holes.
func (r *reader) polygon(s *shapes) error {
	var p Polygon
	var holes []Ring
	err := r.children(func(e xml.StartElement) error {
		if e.Name.Local != "outerBoundaryIs" && e.Name.Local != "innerBoundaryIs" {
			return r.skip()
		}
		outer := e.Name.Local == "outerBoundaryIs"
		return r.children(func(e xml.StartElement) error {
			if e.Name.Local != "LinearRing" {
				return r.skip()
			}
			ring, err := r.ring()
			switch {
			case err != nil:
				return err
			case !outer:
				holes = append(holes, ring)
			case p != nil:
				return r.fault(Geometry, "outerBoundaryIs", "2 LinearRing", "1")
			default:
				p = Polygon{ring}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	if p == nil {
		return r.fault(Geometry, "outerBoundaryIs", "0 LinearRing", "1")
	}
	s.polygons = append(s.polygons, append(p, holes...))
	return nil
}

// ring reads one and closes it where the file does not.
func (r *reader) ring() (Ring, error) {
	all, err := r.coordinates()
	if err != nil {
		return nil, err
	}
	if n := len(all); n > 0 && all[0] != all[n-1] {
		all = append(all, all[0])
	}
	if len(all) < 4 {
		return nil, r.fault(Geometry, "LinearRing", fmt.Sprintf("%d coordinates", len(all)), ">= 4")
	}
	return all, nil
}

// coordinates reads those of a geometry: tuples of two or three numbers with blanks between them.
func (r *reader) coordinates() ([]Position, error) {
	var out []Position
	err := r.children(func(e xml.StartElement) error {
		if e.Name.Local != "coordinates" {
			return r.skip()
		}
		s, err := r.text()
		if err != nil {
			return err
		}
		for tuple := range strings.FieldsSeq(s) {
			p, ok := position(tuple)
			if !ok {
				return r.fault(Geometry, "coordinates", tuple, "-180..180,-90..90[,m]")
			}
			if r.positions++; r.positions > MostPositions {
				return r.fault(Large, "coordinates", fmt.Sprintf("> %d", MostPositions), fmt.Sprintf("<= %d", MostPositions))
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

func position(tuple string) (Position, bool) {
	lon, rest, ok := strings.Cut(tuple, ",")
	lat, height, tall := strings.Cut(rest, ",")
	x, errX := strconv.ParseFloat(lon, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	if !ok || errX != nil || errY != nil || !(math.Abs(x) <= 180) || !(math.Abs(y) <= 90) {
		return Position{}, false
	}
	if tall && height != "" {
		if _, err := strconv.ParseFloat(height, 64); err != nil {
			return Position{}, false
		}
	}
	return Position{x, y}, true
}
