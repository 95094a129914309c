package server

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"

	"overflight/geodesy"
	"overflight/survey"
)

// TestSitesAreDrawn: a site is a point and an ellipse whose corners lie on it, counter-clockwise and closed, also across the antimeridian;
// the cursor of the next part is a member of the collection.
func TestSitesAreDrawn(t *testing.T) {
	t.Parallel()
	for _, s := range []Site{
		{ID: 3, Lat: 25, Lon: -106, Ellipse: Ellipse{Major: 80, Minor: 20, Azimuth: 30}, Outcome: &SiteOutcome{Outcome: "empty"}},
		{ID: 4, Lat: -17, Lon: 179.9999, Ellipse: Ellipse{Major: 500, Minor: 500}},
		{ID: 5, Lat: 78, Lon: -179.9999, Ellipse: Ellipse{Major: 90_000, Minor: 100, Azimuth: 90}, Classes: []SiteTally{{Class: "tank", Reports: 2}}},
	} {
		var b bytes.Buffer
		report := SiteReport{ID: "r", Lat: s.Lat, Lon: s.Lon, Ellipse: Ellipse{Major: 10, Minor: 10}}
		if err := WriteSitesGeoJSON(&b, []Site{s}, []SiteReport{report}, "cursor"); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Type     string
			Next     string
			Features []struct {
				Properties struct {
					Kind, Outcome string
					Site          uint32
					Signs         []string
					Holds         float64
				}
				Geometry struct {
					Type        string
					Coordinates json.RawMessage
				}
			}
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.Next != "cursor" || len(got.Features) != 4 || got.Type != "FeatureCollection" {
			t.Fatalf("%v: %.300s", err, b.String())
		}
		kinds := []string{}
		for _, f := range got.Features {
			kinds = append(kinds, f.Properties.Kind)
		}
		if k := strings.Join(kinds, " "); k != "site ellipse observation observation-ellipse" {
			t.Errorf("kinds %s", k)
		}
		if p := got.Features[0].Properties; p.Site != s.ID || p.Holds != 0 || (s.Outcome != nil) != (p.Outcome == "empty") || len(p.Signs) != len(s.Classes) {
			t.Errorf("%+v", p)
		}
		var rings [][][2]float64
		if err := json.Unmarshal(got.Features[1].Geometry.Coordinates, &rings); err != nil || len(rings) != 1 || len(rings[0]) != corners+1 || rings[0][0] != rings[0][corners] {
			t.Fatalf("%v: %v", err, rings)
		}
		area := 0.0
		centre := geodesy.Position{Lat: geodesy.Angle(s.Lat), Lon: geodesy.Angle(s.Lon)}
		for i, c := range rings[0][:corners] {
			next := rings[0][i+1]
			area += (c[0]-s.Lon)*(next[1]-s.Lat) - (next[0]-s.Lon)*(c[1]-s.Lat)
			if math.Abs(next[0]-c[0]) > 20 {
				t.Errorf("site %d: an edge goes from %v to %v", s.ID, c, next)
			}
			d, azimuth, _ := geodesy.Inverse(centre, geodesy.Position{Lat: geodesy.Angle(c[1]), Lon: geodesy.NormalizeLongitude(geodesy.Angle(c[0]))})
			sin, cos := math.Sincos((float64(azimuth) - s.Ellipse.Azimuth) * math.Pi / 180)
			if on := math.Hypot(float64(d)*cos/s.Ellipse.Major, float64(d)*sin/s.Ellipse.Minor); math.Abs(on-1) > 2e-3 {
				t.Errorf("site %d: corner %d lies at %.5f of the ellipse", s.ID, i, on)
			}
		}
		if area <= 0 {
			t.Errorf("site %d: clockwise", s.ID)
		}
	}
}

// TestBoxes: a box is of the Earth however often a map goes round it.
func TestBoxes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*survey.Box{
		"-107,24,-105,26": {West: -107, South: 24, East: -105, North: 26},
		"170,-10,-170,10": {West: 170, South: -10, East: -170, North: 10},
		"170,-10,190,10":  {West: 170, South: -10, East: -170, North: 10},
		"-467,24,-465,26": {West: -107, South: 24, East: -105, North: 26},
		"-200,-90,200,90": {West: -180, South: -90, East: 180, North: 90},
		"-107,26,-105,24": nil,
		"-107,24,-105,96": nil,
		"1,2,3":           nil,
		"1,2,3,4,5":       nil,
		"1,2,x,4":         nil,
		"1,2,NaN,4":       nil,
		"-1e9,2,3,4":      nil,
	} {
		got, err := parseBox(text)
		if (err == nil) != (want != nil) || want != nil && *got != *want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// TestACursorOfAnotherListIsRefused: as one of the caller's, and not as a fault of ours.
func TestACursorOfAnotherListIsRefused(t *testing.T) {
	t.Parallel()
	var b survey.Book
	_, err := b.Assess(nil).Select(survey.Query{After: "17"})
	if status, code, _ := said(err); status != http.StatusUnprocessableEntity || code != "cursor" {
		t.Errorf("%v: %d %s", err, status, code)
	}
}
