// Package cot reads and writes Cursor on Target events: the XML of version 2.0 and the protobuf of version 1 that TAK servers and
// clients speak (package atakmap.commoncommo.protobuf.v1), one by one and as streams.
//
// An [Event] holds the children of its detail as the bytes that came, so that what is not known here goes on unchanged, through either
// encoding. The five attributes that say how an event may be handled (access, caveat, releasableTo, qos, opex) pass both ways.
//
// What is sent to others goes through [Event.AppendOutgoingXML] and [Event.AppendOutgoingFrame], which refuse a short list of types.
//
// Left out on purpose: the mesh (datagrams), XML namespaces of our own, document type declarations, and any other opinion on what an
// event's type means. Instants in protobuf are whole milliseconds; attributes of the event that the standard does not name are kept in XML only.
package cot

import (
	"fmt"
	"math"
	"time"
)

// MostBytes bounds an event as it is read, in either encoding, unless a [Reader] is told otherwise.
const MostBytes = 1 << 20

// Event is a Cursor on Target event.
type Event struct {
	UID  string
	Type string // as "a-f-A-M-F-Q"
	How  string // as "m-g"

	// How it may be handled. Empty: the event does not say.
	Access       string
	QoS          string
	Opex         string
	Caveat       string
	ReleasableTo string

	Time, Start, Stale time.Time // UTC

	Lat, Lon float64 // degrees, WGS 84
	HAE      float64 // metres above the WGS 84 ellipsoid; NaN: unknown
	CE, LE   float64 // metres, circular and linear error; NaN: unknown. 0 is what some write for unknown: it is no accuracy

	Attributes []Attribute // of the event, others than these, in their order; XML only
	Detail     []byte      // children of the detail, as XML, as they came
}

// Attribute is an attribute of an XML element, its value without escapes.
type Attribute struct {
	Name, Value string
}

// SyntaxError says what is wrong with bytes that are no event, and where.
type SyntaxError struct {
	Offset int64 // bytes from the start of what was given
	What   string
	Err    error // of the parser; nil where it is ours
}

func (e *SyntaxError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("reading CoT: at byte %d: %s: %v", e.Offset, e.What, e.Err)
	}
	return fmt.Sprintf("reading CoT: at byte %d: %s", e.Offset, e.What)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

func wrong(at int64, format string, args ...any) error {
	return &SyntaxError{Offset: at, What: fmt.Sprintf(format, args...)}
}

// What stands for an unknown height or error. XML in the field writes the larger, the protobuf the smaller; either is read from either.
const (
	unknownXML   = 9999999.0
	unknownProto = 999999.0
)

func known(v float64) float64 {
	if v >= unknownProto {
		return math.NaN()
	}
	return v
}

func unknown(v, as float64) float64 {
	if math.IsNaN(v) {
		return as
	}
	return v
}

// check says whether an event can be written and read again as the same.
func (e *Event) check() error {
	for _, x := range []struct{ name, value string }{{"uid", e.UID}, {"type", e.Type}, {"how", e.How}} {
		if x.value == "" {
			return wrong(0, "the event has no %s", x.name)
		}
	}
	for _, x := range []struct {
		name  string
		value time.Time
	}{{"time", e.Time}, {"start", e.Start}, {"stale", e.Stale}} {
		if ms := x.value.UnixMilli(); ms < 0 || ms > lastInstant {
			return wrong(0, "%s is %s: expected one from 1970 to 9999", x.name, x.value.UTC().Format(time.RFC3339))
		}
	}
	switch {
	case !(math.Abs(e.Lat) <= 90):
		return wrong(0, "latitude %v: expected -90 to 90", e.Lat)
	case !(math.Abs(e.Lon) <= 180):
		return wrong(0, "longitude %v: expected -180 to 180", e.Lon)
	case math.IsInf(e.HAE, 0) || math.IsInf(e.CE, 0) || math.IsInf(e.LE, 0) || e.CE < 0 || e.LE < 0:
		return wrong(0, "hae %v, ce %v, le %v: expected metres", e.HAE, e.CE, e.LE)
	}
	for _, s := range []string{e.UID, e.Type, e.How, e.Access, e.QoS, e.Opex, e.Caveat, e.ReleasableTo} {
		if err := text(s); err != nil {
			return err
		}
	}
	return nil
}

// lastInstant is the end of the year 9999, in milliseconds since 1970.
const lastInstant = 253402300799999

// text refuses what no XML can hold (XML 1.0, section 2.2), so that every event can be written in both encodings.
func text(s string) error {
	for i, r := range s {
		ok := r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
		if !ok || r == 0xFFFD && s[i] != 0xEF {
			return wrong(int64(i), "%q: expected characters of XML, in UTF-8", s)
		}
	}
	return nil
}
