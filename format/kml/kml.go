// Package kml reads the places of a KML 2.2 document (OGC 07-147r2) or of a KMZ archive: placemarks with polygons and their holes, and
// with points, what ExtendedData says of their weight, spread and date, and their TimeStamp or TimeSpan. A [Writer] writes documents.
//
// Positions are longitude, latitude in degrees on WGS 84, in this order; a third number, an altitude, is read over. Elements are told
// by their local names, so that the documents of KML 2.0 and 2.1 are read too.
//
// Left out on purpose: lines, tracks, models and overlays, which have no area (they are counted in File.Skipped); links, which are never
// followed; styles, regions, views and whether a placemark is shown; documents of an archive but the main one.
package kml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Position is longitude and latitude in degrees.
type Position [2]float64

// Ring is a closed line: its last position repeats the first, also where the file leaves that out.
type Ring []Position

// Polygon is an outer ring and its holes.
type Polygon []Ring

// Placemark is a place: polygons, or a point.
type Placemark struct {
	Number   int // in the document, from 0
	Name     string
	Polygons []Polygon
	Point    Position // where there are no polygons
	Weight   float64  // 1 where the file gives none
	Sigma    float64  // metres; 0 where the file gives none
	// Date is that of ExtendedData, else of the TimeStamp, else the end of the TimeSpan, else its beginning; zero where the file has none.
	// A month or a year is its first instant, in UTC where the file names no zone.
	Date time.Time
}

// Skipped is how many elements of a kind were not read.
type Skipped struct {
	Element string
	Count   int
}

// File is what a document has.
type File struct {
	Placemarks []Placemark
	Skipped    []Skipped // in the order of their first
}

// The bounds of a document.
const (
	MostBytes      = 32 << 20 // of the document, unpacked
	MostPlacemarks = 10_000
	MostPositions  = 1_000_000
	MostDepth      = 64 // of elements in elements
)

// Code is what is wrong with a file.
type Code string

// The codes.
const (
	Syntax   Code = "syntax"   // no XML, or XML that is no KML
	Archive  Code = "archive"  // an archive that cannot be read
	Missing  Code = "missing"  // an archive without a document
	Large    Code = "large"    // more than the bounds
	Geometry Code = "geometry" // a shape that is none
	Property Code = "property" // a weight, spread or date that is none
	Empty    Code = "empty"    // no polygon and no point
)

// Error says what is wrong with a file.
type Error struct {
	Code      Code
	Placemark int    // number in the document, from 0; -1 where it is about the whole
	Name      string // of the placemark; unauthenticated, from the file
	Item      string // the element or property
	Got       string // unauthenticated, from the file
	Want      string // form or range, in no language; may be empty
}

// Where is the placemark and the item of it that it is about.
func (e *Error) Where() string {
	switch {
	case e.Placemark < 0:
		return e.Item
	case e.Name == "":
		return fmt.Sprintf("placemark %d: %s", e.Placemark, e.Item)
	}
	return fmt.Sprintf("placemark %d %q: %s", e.Placemark, e.Name, e.Item)
}

// Error says it in one line.
func (e *Error) Error() string {
	s := "KML: " + e.Where() + ": " + e.Got
	if e.Want != "" {
		s += "; expected " + e.Want
	}
	return s
}

// Sniff reports whether b begins as a KML document does, with a tag, or as a KMZ archive.
func Sniff(b []byte) bool { return SniffArchive(b) || bytes.HasPrefix(begin(b), []byte("<")) }

// begin is what follows a byte order mark and blanks.
func begin(b []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
}

// Read reads a document or an archive, told apart by content. The error is an *Error.
func Read(b []byte) (*File, error) {
	whole := func(c Code, item, got, want string) (*File, error) {
		return nil, &Error{Code: c, Placemark: -1, Item: item, Got: got, Want: want}
	}
	if SniffArchive(b) {
		var err error
		if b, err = unpack(b); err != nil {
			return nil, err
		}
	}
	if len(b) > MostBytes {
		return whole(Large, "document", fmt.Sprintf("%d bytes", len(b)), fmt.Sprintf("<= %d", MostBytes))
	}
	r := &reader{d: xml.NewDecoder(bytes.NewReader(begin(b))), file: &File{}}
	r.d.CharsetReader = latin
	root := false
	for {
		t, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if root || e.Name.Local != "kml" {
			return whole(Syntax, "document", "<"+shown(e.Name.Local)+">", "<kml>")
		}
		root = true
		if err := r.container(); err != nil {
			return nil, err
		}
	}
	if !root {
		return whole(Syntax, "document", "0 elements", "<kml>")
	}
	if len(r.file.Placemarks) == 0 {
		return whole(Empty, "kml", r.file.skipped(), "Polygon, Point")
	}
	return r.file, nil
}

// skipped is what was not read, in a line.
func (f *File) skipped() string {
	if len(f.Skipped) == 0 {
		return "0 Placemark"
	}
	var all []string
	for _, s := range f.Skipped {
		all = append(all, fmt.Sprintf("%d %s", s.Count, s.Element))
	}
	return strings.Join(all, ", ")
}

func (f *File) skip(element string) {
	i := slices.IndexFunc(f.Skipped, func(s Skipped) bool { return s.Element == element })
	if i < 0 {
		i = len(f.Skipped)
		f.Skipped = append(f.Skipped, Skipped{Element: element})
	}
	f.Skipped[i].Count++
}

// latin reads ISO 8859-1, the one encoding beside UTF-8 in which old documents are found.
func latin(charset string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "iso-8859-1", "latin1", "us-ascii", "ascii":
	default:
		return nil, errCharset
	}
	b, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return strings.NewReader(string(out)), nil
}

var errCharset = errors.New("encoding: expected UTF-8")

// shown is the beginning of a text, fit for a message.
func shown(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return '?'
		}
		return r
	}, strings.TrimSpace(strings.ToValidUTF8(s[:min(len(s), 200)], "?")))
	if r := []rune(s); len(r) > 60 {
		s = string(r[:57]) + "..."
	}
	return s
}
