package airspace_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
)

// simulated is one flight of testdata/calibration, whose truth is GeographicLib's and GEOS's on the
// polygons as published.
type simulated struct {
	Zone      string
	Fixes     [][3]int64 // ms, latitude and longitude in micro-degrees
	Crossings [][2]any   // state, ms
}

func (s *simulated) path(resolution time.Duration) flight.Path {
	p := flight.Path{Resolution: resolution}
	for _, f := range s.Fixes {
		p.Fixes = append(p.Fixes, flight.Fix{
			Time:        time.UnixMilli(f[0]).UTC(),
			Position:    geodesy.Position{Lat: geodesy.Angle(f[1]) / 1e6, Lon: geodesy.Angle(f[2]) / 1e6},
			GroundSpeed: -1,
		})
	}
	return p
}

func TestCalibration(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/calibration/flights.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		MaxSpeed   geodesy.Speed `json:"max_speed_m_s"`
		Resolution int64         `json:"resolution_ms"`
		Flights    []simulated
	}
	if err := json.NewDecoder(z).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Flights) != 1000 {
		t.Fatalf("%d flights", len(doc.Flights))
	}
	lines := world(t)
	var total, held int
	var ratios []float64
	for i := range doc.Flights {
		s := &doc.Flights[i]
		p := s.path(time.Duration(doc.Resolution) * time.Millisecond)
		// Every silence counts as a gap here, also those below the default threshold.
		r, err := airspace.Reckon(p, lines, airspace.Config{MaxSpeed: doc.MaxSpeed, Gap: time.Nanosecond})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Findings {
			if x.Code == airspace.CodeCrossing {
				t.Errorf("flight %d: %v", i, x)
			}
		}
		for _, c := range s.Crossings {
			state := airspace.State(c[0].(string))
			at := time.UnixMicro(int64(c[1].(float64) * 1000)).UTC()
			total++
			if covered(r, state, at) {
				held++
			} else {
				t.Errorf("flight %d (%s): %s crossed at %v is in no interval of %v", i, s.Zone, state, at, r.Entries)
			}
		}
		for _, e := range r.Entries {
			if e.Fixes == 0 {
				continue
			}
			for end, gap := range map[airspace.Interval]airspace.Silence{e.Entered: e.GapBefore, e.Left: e.GapAfter} {
				if w, ok := end.Width(); ok && gap.Known {
					ratios = append(ratios, w.Seconds()/gap.Duration.Seconds())
				}
			}
		}
	}
	slices.Sort(ratios)
	median := ratios[len(ratios)/2]
	t.Logf("FIGURE airspace/calibration-crossings %d", total)
	t.Logf("FIGURE airspace/calibration-inside %g", float64(held)/float64(total))
	t.Logf("FIGURE airspace/calibration-median %.3f", median)
	t.Logf("%d flights, %d true crossings: %d inside the stated interval; %d intervals, median width %.3f of the gap, greatest %.3f",
		len(doc.Flights), total, held, len(ratios), median, ratios[len(ratios)-1])
	if median > 2 {
		t.Errorf("median interval is %.2f gaps wide", median)
	}
}

// covered reports whether an interval of entering, leaving or being possibly inside or outside the
// state holds the instant. An interval without an end says nothing of a crossing.
func covered(r airspace.Reckoning, s airspace.State, at time.Time) bool {
	for _, e := range r.Entries {
		if e.State != s {
			continue
		}
		for _, x := range append([]airspace.Interval{e.Entered, e.Left}, e.PossibleExits...) {
			if _, ok := x.Width(); ok && x.Holds(at) {
				return true
			}
		}
	}
	return false
}
