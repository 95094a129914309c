package ingest

import (
	"testing"
	"time"

	"overflight/evidence"
	"overflight/format/misb/st0903"
	"overflight/geodesy"
	"overflight/sensor"
	"overflight/survey"
)

// TestSights: each report with a place becomes an observation of the class that the stream's ontology gives it, with the error that it
// states; what the stream calls a human becomes none.
func TestSights(t *testing.T) {
	t.Parallel()
	var s st0903.Set
	s.Context.SystemName = "Finder"
	add := func(id uint32, object string, l *st0903.Location) *st0903.Target {
		x := s.AddTarget(id)
		if l != nil {
			x.SetLocation(*l)
		}
		if object != "" {
			x.Others = append(x.Others, st0903.Element{Tag: st0903.Object, Value: []byte(object)})
		}
		return x
	}
	sure := &st0903.Location{Lat: 25, Lon: -106, HasSigma: true, Sigma: [3]float64{3, 4, 9}, HasRho: true, Rho: [3]float64{0.5}}
	add(1, "Building", sure)
	add(2, "BARREL cluster", &st0903.Location{Lat: 25.001, Lon: -106, HasSigma: true}) // deviations of zero are none
	add(3, "dismounted Person near a building", sure)
	add(4, "Truck", sure)
	add(5, "possible landmine", sure)
	add(6, "", sure)
	add(7, "Generator", nil).SetReal(st0903.OffsetLatitude, 0.001)
	s.Targets[6].SetReal(st0903.OffsetLongitude, -0.001)
	add(8, "Building", nil) // nowhere

	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	f := sensor.Frame{Time: at, Ref: evidence.Ref{Source: "cam", Offset: 188, Length: 300}, Centre: sensor.Known(geodesy.Position{Lat: 25, Lon: -106})}
	got := sights(nil, &s, &f)
	want := []struct {
		class   survey.Class
		assumed bool
	}{{survey.Structure, false}, {survey.Barrels, true}, {survey.Vehicles, false}, {survey.Hazard, false}, {survey.Other, false}, {survey.Generator, true}}
	if len(got) != len(want) {
		t.Fatalf("%d observations: %+v", len(got), got)
	}
	for i, w := range want {
		o := got[i]
		if o.Class != w.class || o.Assumed != w.assumed || !o.At.Equal(at) || o.Frame != f.Ref || o.Sensor != "vmti Finder" || o.Origin != survey.FromStream || o.Count != 1 {
			t.Errorf("%d: %+v, want %+v", i, o, w)
		}
	}
	if c := got[0].Spread; c != (survey.Covariance{EE: 9, EN: 6, NN: 16}) {
		t.Errorf("spread %+v", c)
	}
	if p := got[5].Position; p.Lat < 25.0009 || p.Lat > 25.0011 || p.Lon > -106.0009 {
		t.Errorf("from the frame centre: %+v", p)
	}
	f.Centre = sensor.Optional[geodesy.Position]{}
	if n := len(sights(nil, &s, &f)); n != 5 {
		t.Errorf("without a frame centre %d observations", n)
	}
}

// TestNamesOfClasses: names are told by whole words, however an ontology writes them, and no word by what it holds.
func TestNamesOfClasses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]survey.Class{
		"Mine": survey.Hazard, "naval mines": survey.Hazard, "suspected IED": survey.Hazard, "http://example.org/signs#LandMine": survey.Hazard,
		"unexploded-ordnance": survey.Hazard, "Barrels": survey.Barrels, "burn_pit": survey.BurnPit, "urn:x:StorageTank": survey.Tank,
		"hot-spot": survey.Hotspot, "Tent": survey.Structure, "trail": survey.Trail, "fire truck": survey.Vehicles,
		"potential content": survey.Other, "shutter": survey.Other, "washed out": survey.Other, "firearm": survey.Other, "determined": survey.Other,
	} {
		x := st0903.Target{Others: []st0903.Element{{Tag: st0903.Object, Value: []byte(name)}}}
		if got := classOf(&x); got != want {
			t.Errorf("%q is taken for %s, not %s", name, got, want)
		}
	}
}
