package kml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// reader goes through a document element by element. Each method that is given an element reads to its end.
type reader struct {
	d         *xml.Decoder
	depth     int
	positions int
	file      *File
	count     int // placemarks
	place     *Placemark
}

// fault is about the placemark that is being read, or about the whole.
func (r *reader) fault(c Code, item, got, want string) error {
	e := &Error{Code: c, Placemark: -1, Item: item, Got: shown(got), Want: want}
	if r.place != nil {
		e.Placemark, e.Name = r.place.Number, shown(r.place.Name)
	}
	return e
}

// next is the next token; at the end of the document io.EOF.
func (r *reader) next() (xml.Token, error) {
	t, err := r.d.Token()
	if errors.Is(err, io.EOF) && r.depth == 0 {
		return nil, io.EOF
	}
	if err != nil {
		return nil, r.fault(Syntax, fmt.Sprintf("byte %d", r.d.InputOffset()), err.Error(), "")
	}
	switch t.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > MostDepth {
			return nil, r.fault(Large, fmt.Sprintf("byte %d", r.d.InputOffset()), fmt.Sprintf("%d elements in each other", r.depth), fmt.Sprintf("<= %d", MostDepth))
		}
	case xml.EndElement:
		r.depth--
	}
	return t, nil
}

// children hands every child of the element that was begun to do.
func (r *reader) children(do func(xml.StartElement) error) error {
	for {
		t, err := r.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := do(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads over an element.
func (r *reader) skip() error {
	for end := r.depth - 1; r.depth > end; {
		if _, err := r.next(); err != nil {
			return err
		}
	}
	return nil
}

// text is what stands in an element, without what stands in its children.
func (r *reader) text() (string, error) {
	var s strings.Builder
	for {
		t, err := r.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			s.Write(t)
		case xml.StartElement:
			if err := r.skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return strings.TrimSpace(s.String()), nil
		}
	}
}

// container reads a kml, Document or Folder.
func (r *reader) container() error {
	return r.children(func(e xml.StartElement) error {
		switch name := e.Name.Local; name {
		case "Document", "Folder":
			return r.container()
		case "Placemark":
			return r.placemark()
		case "NetworkLink", "NetworkLinkControl", "GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Tour":
			r.file.skip(name)
		}
		return r.skip()
	})
}

// placemark reads one. Its date may stand before or behind its geometry.
func (r *reader) placemark() error {
	p := Placemark{Number: r.count, Weight: 1}
	if r.count++; r.count > MostPlacemarks {
		return r.fault(Large, "Placemark", strconv.Itoa(r.count), fmt.Sprintf("<= %d", MostPlacemarks))
	}
	r.place = &p
	defer func() { r.place = nil }()
	var s shapes
	var primitive time.Time
	err := r.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "name":
			p.Name, err = r.text()
			return err
		case "TimeStamp", "TimeSpan":
			primitive, err = r.primitive()
			return err
		case "ExtendedData":
			return r.extended()
		}
		return r.geometry(e.Name.Local, &s)
	})
	if err != nil {
		return err
	}
	if p.Date.IsZero() {
		p.Date = primitive
	}
	switch {
	case len(s.points) == 0 && len(s.polygons) == 0:
		if !s.skipped {
			r.file.skip("Placemark")
		}
		return nil
	case len(s.points) > 0 && len(s.polygons) > 0:
		return r.fault(Geometry, "MultiGeometry", fmt.Sprintf("%d Polygon, %d Point", len(s.polygons), len(s.points)), "n Polygon | 1 Point")
	case len(s.points) > 1:
		return r.fault(Geometry, "MultiGeometry", fmt.Sprintf("%d Point", len(s.points)), "n Polygon | 1 Point")
	case len(s.points) == 1:
		p.Point = s.points[0]
	}
	p.Polygons = s.polygons
	r.file.Placemarks = append(r.file.Placemarks, p)
	return nil
}

// primitive reads a TimeStamp or a TimeSpan.
func (r *reader) primitive() (time.Time, error) {
	var begin, end time.Time
	err := r.children(func(e xml.StartElement) error {
		into := &begin
		switch e.Name.Local {
		case "when", "begin":
		case "end":
			into = &end
		default:
			return r.skip()
		}
		s, err := r.text()
		if err != nil || s == "" {
			return err
		}
		at, ok := instant(s)
		if !ok {
			return r.fault(Property, e.Name.Local, s, "2006-01-02 | RFC 3339")
		}
		*into = at
		return nil
	})
	if end.IsZero() {
		end = begin
	}
	return end, err
}

// instant reads the forms of an XML schema date that KML allows.
func instant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly, "2006-01-02Z07:00", "2006-01", "2006"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// extended reads ExtendedData: Data with a value, and the SimpleData of a schema.
func (r *reader) extended() error {
	return r.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "Data":
			name := attribute(e, "name")
			return r.children(func(e xml.StartElement) error {
				if e.Name.Local != "value" {
					return r.skip()
				}
				return r.property(name)
			})
		case "SchemaData":
			return r.children(func(e xml.StartElement) error {
				if e.Name.Local != "SimpleData" {
					return r.skip()
				}
				return r.property(attribute(e, "name"))
			})
		}
		return r.skip()
	})
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// property reads the value of one that is known. An empty one is none: programs write every field of a schema.
func (r *reader) property(name string) error {
	s, err := r.text()
	if err != nil || s == "" {
		return err
	}
	var into *float64
	switch name {
	case "weight":
		into = &r.place.Weight
	case "sigma_m":
		into = &r.place.Sigma
	case "date":
		at, ok := instant(s)
		if !ok {
			return r.fault(Property, name, s, "2006-01-02 | RFC 3339")
		}
		r.place.Date = at
		return nil
	default:
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0 && v <= 1e12) {
		return r.fault(Property, name, s, "0..1e12")
	}
	*into = v
	return nil
}
