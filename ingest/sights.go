package ingest

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"overflight/format/misb/st0903"
	"overflight/geodesy"
	"overflight/sensor"
	"overflight/survey"
)

// streamSensor is the name under which the rates of a stream's own detector are kept; that of the system follows where the stream
// gives one.
const streamSensor = "vmti"

// StreamCommon is how much of the variance of a report's position all reports of one pass share: attitude, gimbal, mounting, lens
// and timing are off by the same for all of them, and only the place in the picture is not.
const StreamCommon = 0.9

// called are the words by which ontologies in use call places and signs, in lower case, in the order in which they are asked: whole
// words, or several of them with a blank between. A hazard is asked for first and widely: a notice too many is the smaller harm.
var called = []struct {
	class survey.Class
	words []string
}{
	{survey.Hazard, []string{"mine", "landmine", "minefield", "explosive", "explosives", "ied", "uxo", "ordnance", "booby trap", "boobytrap"}},
	{survey.Vehicles, []string{"fire truck", "fire engine"}},
	{survey.Barrels, []string{"barrel", "drum"}},
	{survey.BurnPit, []string{"burn pit", "burnpit", "burned ground"}},
	{survey.Plume, []string{"plume", "smoke"}},
	{survey.GasReading, []string{"gas reading", "gas leak"}},
	{survey.Hotspot, []string{"hotspot", "hot spot", "fire"}},
	{survey.Generator, []string{"generator"}},
	{survey.Airstrip, []string{"airstrip", "runway", "landing strip", "landingstrip"}},
	{survey.Tank, []string{"storage tank", "storagetank", "cistern"}},
	{survey.Trail, []string{"trail", "footpath", "vegetation track"}},
	{survey.Structure, []string{"structure", "building", "hut", "shed", "tent", "house"}},
}

// sights appends what a set reports of places. A report whose class means a human is left out: it is counted with the classes and
// nowhere else. One without a place on the ground is left out too. Which report it was in the set, and whether it was there in the
// set before, is not kept.
func sights(dst []survey.Observation, v *st0903.Set, f *sensor.Frame) []survey.Observation {
	name := streamSensor
	if s := v.Context.SystemName; s != "" && len(s) <= 48 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		name += " " + s
	}
	for i := range v.Targets {
		t := &v.Targets[i]
		if calls(t, peopleWords) {
			continue
		}
		o := survey.Observation{
			Class: classOf(t), Count: 1, Common: StreamCommon, Assumed: true, At: f.Time, Sensor: name, Origin: survey.FromStream, Frame: f.Ref,
		}
		l, own := t.Location()
		lat, lon, apart := t.Offset()
		centre, known := f.Centre.Get()
		switch {
		case own:
			o.Position = geodesy.Position{Lat: geodesy.Angle(l.Lat), Lon: geodesy.Angle(l.Lon)}
			if spread, ok := stated(&l); ok {
				o.Spread, o.Assumed = spread, false
			}
		case known && apart:
			o.Position = geodesy.Position{Lat: centre.Lat + geodesy.Angle(lat), Lon: centre.Lon + geodesy.Angle(lon)}
		default:
			continue
		}
		dst = append(dst, o)
	}
	return dst
}

// stated is the error that a location pack states of itself. Deviations of zero and correlations of one are what producers
// send that know of none.
func stated(l *st0903.Location) (survey.Covariance, bool) {
	if !l.HasSigma || l.Sigma[0] <= 0 || l.Sigma[1] <= 0 {
		return survey.Covariance{}, false
	}
	rho := 0.0
	if l.HasRho && math.Abs(l.Rho[0]) < 0.999 {
		rho = l.Rho[0]
	}
	c := survey.Sigmas(l.Sigma[0], l.Sigma[1], rho)
	return c, c.Check() == nil
}

// classOf is the class that the stream's own ontology gives a report.
func classOf(t *st0903.Target) survey.Class {
	for _, e := range t.Others {
		if e.Tag != st0903.Object && e.Tag != st0903.ObjectSeries {
			continue
		}
		text := wordsOf(e.Value)
		for _, c := range called {
			if slices.ContainsFunc(c.words, func(word string) bool {
				return strings.Contains(text, " "+word+" ") || strings.Contains(text, " "+word+"s ")
			}) {
				return c.class
			}
		}
	}
	if calls(t, vehicleWords) {
		return survey.Vehicles
	}
	return survey.Other
}

// wordsOf are the words of a name in lower case, with a blank on both sides of each; what is no letter parts them.
func wordsOf(name []byte) string {
	return " " + strings.Join(strings.FieldsFunc(strings.ToLower(string(name)), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
}
