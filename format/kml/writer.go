package kml

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Writer writes a document element by element. The first error stays, and Close returns it. It is not safe for concurrent use.
type Writer struct {
	w    *bufio.Writer
	open []string
	err  error
}

// NewWriter begins a document. Nothing of w is closed.
func NewWriter(w io.Writer) *Writer {
	k := &Writer{w: bufio.NewWriter(w)}
	k.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<kml xmlns="http://www.opengis.net/kml/2.2">`)
	k.open = append(k.open, "kml")
	return k
}

// Close ends every element that is open.
func (k *Writer) Close() error {
	for len(k.open) > 0 {
		k.End()
	}
	k.raw("\n")
	if err := k.w.Flush(); k.err == nil {
		k.err = err
	}
	if k.err != nil {
		return fmt.Errorf("writing KML: %w", k.err)
	}
	return nil
}

func (k *Writer) raw(s string) {
	if k.err == nil {
		_, k.err = k.w.WriteString(s)
	}
}

func (k *Writer) escape(s string) {
	if k.err == nil {
		k.err = xml.EscapeText(k.w, []byte(s))
	}
}

func (k *Writer) begin(name string, attributes ...string) {
	k.raw("\n<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		k.raw(" " + attributes[i] + `="`)
		k.escape(attributes[i+1])
		k.raw(`"`)
	}
	k.raw(">")
}

// Begin opens an element, which End closes. Attributes are names and values in turn.
func (k *Writer) Begin(name string, attributes ...string) {
	k.begin(name, attributes...)
	k.open = append(k.open, name)
}

// End closes the element that was opened last.
func (k *Writer) End() {
	if n := len(k.open) - 1; n >= 0 {
		k.raw("</" + k.open[n] + ">")
		k.open = k.open[:n]
	}
}

// Text writes an element that holds text alone.
func (k *Writer) Text(name, text string, attributes ...string) {
	k.begin(name, attributes...)
	k.escape(text)
	k.raw("</" + name + ">")
}

// Data writes a datum of ExtendedData, which MUST be open: its name for machines, its name for people, its value.
func (k *Writer) Data(name, shown, value string) {
	k.begin("Data", "name", name)
	k.Text("displayName", shown)
	k.Text("value", value)
	k.raw("</Data>")
}

// Span writes when something was: a TimeSpan, or a TimeStamp where from and to are one instant.
func (k *Writer) Span(from, to time.Time) {
	const form = "2006-01-02T15:04:05.999Z"
	if from.Equal(to) {
		k.Begin("TimeStamp")
		k.Text("when", from.UTC().Format(form))
	} else {
		k.Begin("TimeSpan")
		k.Text("begin", from.UTC().Format(form))
		k.Text("end", to.UTC().Format(form))
	}
	k.End()
}

// Shapes writes points and polygons: one as it is, several as a MultiGeometry; nothing without any. They lie on the ground.
func (k *Writer) Shapes(points []Position, polygons []Polygon) {
	if many := len(points)+len(polygons) > 1; many {
		k.Begin("MultiGeometry")
		defer k.End()
	}
	for _, p := range points {
		k.Begin("Point")
		k.Text("altitudeMode", "clampToGround")
		k.coordinates(p)
		k.End()
	}
	for _, p := range polygons {
		k.Begin("Polygon")
		k.Text("tessellate", "1")
		k.Text("altitudeMode", "clampToGround")
		for i, r := range p {
			name := "innerBoundaryIs"
			if i == 0 {
				name = "outerBoundaryIs"
			}
			k.Begin(name)
			k.Begin("LinearRing")
			k.coordinates(r...)
			k.End()
			k.End()
		}
		k.End()
	}
}

func (k *Writer) coordinates(all ...Position) {
	var b strings.Builder
	for i, p := range all {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatFloat(p[0], 'f', -1, 64))
		b.WriteByte(',')
		b.WriteString(strconv.FormatFloat(p[1], 'f', -1, 64))
	}
	k.Text("coordinates", b.String())
}

// Link writes what is fetched from elsewhere, and again every so often.
func (k *Writer) Link(name, href string, every time.Duration) {
	k.Begin("NetworkLink")
	k.Text("name", name)
	k.Begin("Link")
	k.Text("href", href)
	if every > 0 {
		k.Text("refreshMode", "onInterval")
		k.Text("refreshInterval", strconv.FormatFloat(every.Seconds(), 'f', -1, 64))
	}
	k.End()
	k.End()
}
