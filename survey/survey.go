// Package survey turns what sensors, analysts and outside detectors reported of places into sites: where each is and how sure that
// is, what the chance is that it is what is searched for, and every report and look behind both.
//
// It is about places. The classes are a closed list of places and signs; nothing here names, counts or follows people, and a
// vehicle is a number at a place.
//
// A Book is a fold of the journal: the same events in the same order give the same sites under the same numbers, and there is
// no clock. Positions are fused as information (the inverse of covariance) in the plane that touches the ellipsoid, errors
// that all reports of one pass share counted once a pass. Chances are by Bayes' rule over three hypotheses, with rates that what the
// host found on the ground moves (Beta counts). docs/sites.md states the model, its numbers and its limits.
package survey

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/geodesy"
)

// Class is what a report says is there.
type Class string

// The classes. The list is closed: places and signs of places.
const (
	Structure  Class = "structure"
	Tank       Class = "tank"
	Barrels    Class = "barrel-cluster"
	BurnPit    Class = "burn-pit"
	Plume      Class = "plume"
	GasReading Class = "gas-reading"
	Hotspot    Class = "hotspot"
	Generator  Class = "generator"
	Vehicles   Class = "vehicles" // as a count; they say something of a place and never make one
	Airstrip   Class = "airstrip"
	Trail      Class = "track-in-vegetation"
	Hazard     Class = "explosive-hazard" // suspected mine or other explosive: a safety notice for people on the ground
	Other      Class = "other"            // or what the source did not say
)

var classes = []Class{Structure, Tank, Barrels, BurnPit, Plume, GasReading, Hotspot, Generator, Vehicles, Airstrip, Trail, Hazard, Other}

// Classes are all of them, in the order in which they are shown.
func Classes() []Class { return slices.Clone(classes) }

func orderOf(c Class) int { return slices.Index(classes, c) }

// Origin says from where a report came.
type Origin string

// The origins.
const (
	FromStream   Origin = "stream"   // ST 0903 in the aircraft's own stream
	FromAnalyst  Origin = "mark"     // a person's mark on a frame or on the map
	FromDetector Origin = "detector" // an outside detector or a gas sensor
)

// Observation is one report: something of a class, somewhere, at an instant.
type Observation struct {
	ID       string // unique in the journal
	Class    Class
	Count    uint64 // how many; 1 where nothing is said
	Position geodesy.Position
	Spread   Covariance // of the position
	Common   float64    // share of Spread that all reports of one pass have in common, 0 to 1
	Assumed  bool       // the source says nothing of Spread: it is the stated default
	At       time.Time
	Sensor   string // what reported it: rates are kept by sensor and class
	Origin   Origin
	Flight   string       // sortie; empty when of none
	Frame    evidence.Ref // the bytes in which it is reported, or of the frame that a person marked; zero when there are none
	Reading  float64      // of a gas sensor
	Unit     string       // of Reading; empty when there is none
	Note     string
}

// Bounds of what is taken.
const (
	longestID    = 128
	longestName  = 64
	longestNote  = 400
	mostCount    = 1_000_000
	mostDistance = 100_000 // metres of an axis
)

// ErrInput is wrapped by every error about what an observation, an outcome or an attribution says.
var ErrInput = errors.New("not accepted")

// Want is what was expected instead: a word for a text of the catalogue.
type Want string

// What is expected. The comment gives the arguments.
const (
	WantClass       Want = "class"       // the classes
	WantOutcome     Want = "outcome"     // the outcomes
	WantText        Want = "text"        // greatest number of bytes
	WantShorter     Want = "shorter"     // greatest number of bytes
	WantLine        Want = "line"        //
	WantOwnID       Want = "own-id"      //
	WantInstant     Want = "instant"     //
	WantPosition    Want = "position"    //
	WantCount       Want = "count"       // greatest
	WantShare       Want = "share"       //
	WantNumber      Want = "number"      //
	WantOrigin      Want = "origin"      //
	WantBytes       Want = "bytes"       //
	WantEllipse     Want = "ellipse"     //
	WantVisit       Want = "visit"       // the outcome
	WantEarlier     Want = "earlier"     //
	WantStance      Want = "stance"      //
	WantContested   Want = "contested"   //
	WantReliability Want = "reliability" //
	WantCredibility Want = "credibility" //
	WantDesignation Want = "designation" //
	WantAttribution Want = "attribution" // site
	WantOnRecord    Want = "on-record"   //
	WantUnit        Want = "unit"        //
	WantBox         Want = "box"         //
)

// Fault says in one line what is not as it must be: where, what was found, what is expected.
type Fault struct {
	Where string // the member, as it is written in a request
	Got   string
	Want  Want
	Args  []string
}

// Error is for logs and programs; what a reader sees is made from the catalogue.
func (f *Fault) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s: %s is %q: expected %s %s", ErrInput, f.Where, f.Got, f.Want, strings.Join(f.Args, " ")))
}

// Unwrap is ErrInput.
func (f *Fault) Unwrap() error { return ErrInput }

func fault(where, got string, want Want, args ...string) error {
	return &Fault{Where: where, Got: shown(got), Want: want, Args: args}
}

func shown(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// checkClass returns what is wrong with a class, and lists those that there are.
func checkClass(c Class) error {
	if slices.Contains(classes, c) {
		return nil
	}
	names := make([]string, 0, len(classes))
	for _, k := range classes {
		names = append(names, string(k))
	}
	return fault("class", string(c), WantClass, strings.Join(names, ", "))
}

// checkText holds a text to one line of UTF-8 without control characters.
func checkText(where, s string, most int, needed bool) error {
	switch {
	case needed && s == "":
		return fault(where, s, WantText, strconv.Itoa(most))
	case len(s) > most:
		return fault(where, s, WantShorter, strconv.Itoa(most))
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fault(where, strings.ToValidUTF8(s, "?"), WantLine)
	}
	return nil
}

// earliest and latest bound the instants that are taken: what lies beyond is a clock that was never set.
var (
	earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func checkInstant(where string, at time.Time) error {
	if at.Before(earliest) || !at.Before(latest) {
		return fault(where, at.UTC().Format(time.RFC3339), WantInstant)
	}
	return nil
}

// Check returns what is wrong with the observation in one line.
func (o *Observation) Check() error {
	if err := checkClass(o.Class); err != nil {
		return err
	}
	for _, t := range []struct {
		where, text string
		most        int
		needed      bool
	}{
		{"id", o.ID, longestID, true},
		{"sensor", o.Sensor, longestName, true},
		{"flight", o.Flight, longestName, false},
		{"unit", o.Unit, longestName, false},
		{"note", o.Note, longestNote, false},
	} {
		if err := checkText(t.where, t.text, t.most, t.needed); err != nil {
			return err
		}
	}
	switch {
	case !o.Position.Valid(): // a NaN is within nothing
		return fault("position", fmt.Sprintf("%g, %g", o.Position.Lat, o.Position.Lon), WantPosition)
	case o.Count == 0 || o.Count > mostCount:
		return fault("count", fmt.Sprint(o.Count), WantCount, strconv.Itoa(mostCount))
	case !(o.Common >= 0 && o.Common <= 1):
		return fault("common", fmt.Sprint(o.Common), WantShare)
	case math.IsNaN(o.Reading) || math.IsInf(o.Reading, 0):
		return fault("reading", fmt.Sprint(o.Reading), WantNumber)
	case o.Origin != FromStream && o.Origin != FromAnalyst && o.Origin != FromDetector:
		return fault("origin", string(o.Origin), WantOrigin)
	case o.Frame.Offset < 0 || o.Frame.Length < 0:
		return fault("frame", fmt.Sprintf("%d+%d", o.Frame.Offset, o.Frame.Length), WantBytes)
	}
	if err := checkInstant("time", o.At); err != nil {
		return err
	}
	return o.Spread.Check()
}
