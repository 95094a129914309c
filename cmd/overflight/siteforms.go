package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"overflight/geodesy"
	"overflight/internal/report"
	"overflight/internal/server"
)

func writeSitesCSV(t *terminal, all []server.Site) error {
	w := csv.NewWriter(t.out)
	rows := [][]string{{"site", "lat", "lon", "major_m", "minor_m", "azimuth_deg", "laboratory", "something", "reported", "signs", "reports", "passes", "unseen", "from", "to", "hazard", "outcome"}}
	for i := range all {
		s := &all[i]
		outcome, signs := "", []string{}
		if s.Outcome != nil {
			outcome = s.Outcome.Outcome
		}
		for _, c := range s.Classes {
			signs = append(signs, fmt.Sprintf("%s:%d", c.Class, c.Reports))
		}
		rows = append(rows, []string{
			strconv.Itoa(int(s.ID)), number7(s.Lat), number7(s.Lon), number3(s.Ellipse.Major), number3(s.Ellipse.Minor), number3(s.Ellipse.Azimuth), number3(s.Laboratory),
			number3(s.Something), number3(s.Reported), strings.Join(signs, " "), strconv.Itoa(s.Reports), strconv.Itoa(s.Passes), strconv.Itoa(s.Unseen),
			csvInstant(s.From), csvInstant(s.To), strconv.FormatBool(s.Safety != ""), outcome,
		})
	}
	return w.WriteAll(rows)
}

func writeReportsCSV(t *terminal, all []server.SiteReport) error {
	w := csv.NewWriter(t.out)
	rows := [][]string{{"id", "time", "class", "count", "lat", "lon", "major_m", "minor_m", "azimuth_deg", "assumed", "sensor", "origin", "flight", "source", "offset", "length", "segment", "reading", "unit", "event"}}
	for i := range all {
		o := &all[i]
		frame := []string{"", "", "", ""}
		if f := o.Frame; f != nil {
			frame = []string{f.Source, strconv.FormatInt(f.Offset, 10), strconv.FormatInt(f.Length, 10), f.Segment}
		}
		row := []string{
			o.ID, csvInstant(o.Time), o.Class, strconv.FormatUint(o.Count, 10), number7(o.Lat), number7(o.Lon), number3(o.Ellipse.Major), number3(o.Ellipse.Minor),
			number3(o.Ellipse.Azimuth), strconv.FormatBool(o.Assumed), o.Sensor, o.Origin, o.Flight,
		}
		reading := ""
		if o.Unit != "" {
			reading = strconv.FormatFloat(o.Reading, 'g', -1, 64)
		}
		rows = append(rows, append(append(row, frame...), reading, o.Unit, strconv.FormatUint(o.Event, 10)))
	}
	return w.WriteAll(rows)
}

func number7(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }
func number3(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

func csvInstant(i *report.Instant) string {
	if i == nil {
		return ""
	}
	return time.Time(*i).UTC().Format(time.RFC3339Nano)
}

// geoFeature is a feature of RFC 7946.
type geoFeature struct {
	Type       string         `json:"type"`
	ID         string         `json:"id,omitempty"`
	Geometry   any            `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

// writeSitesGeoJSON writes each site as a point and its 95 % ellipse as a polygon, and the reports of one as points.
func writeSitesGeoJSON(t *terminal, all []server.Site, reports []server.SiteReport) error {
	features := []geoFeature{}
	point := func(lat, lon float64) any {
		return map[string]any{"type": "Point", "coordinates": [2]float64{lon, lat}}
	}
	for i := range all {
		s := &all[i]
		name := fmt.Sprintf("site-%d", s.ID)
		features = append(features,
			geoFeature{"Feature", name, point(s.Lat, s.Lon), map[string]any{"kind": "site", "site": s}},
			geoFeature{"Feature", name + "-ellipse", outline(s.Lat, s.Lon, &s.Ellipse), map[string]any{"kind": "ellipse", "site": s.ID, "holds": 0.95}})
	}
	for i := range reports {
		o := &reports[i]
		features = append(features, geoFeature{"Feature", o.ID, point(o.Lat, o.Lon), map[string]any{"kind": "observation", "observation": o}})
	}
	e := json.NewEncoder(t.out)
	e.SetEscapeHTML(false)
	return e.Encode(map[string]any{"type": "FeatureCollection", "features": features})
}

// corners is how many corners the outline of an ellipse has.
const corners = 48

// outline is an ellipse as a polygon, counter-clockwise, its corners on geodesics from the centre. Longitudes go on beyond 180° where it
// crosses the antimeridian, so that no edge goes round the Earth.
func outline(lat, lon float64, e *server.Ellipse) any {
	centre := geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}
	ring := make([][2]float64, 0, corners+1)
	for k := range corners {
		s, c := math.Sincos(-2 * math.Pi * float64(k) / corners)
		along, across := e.Major*c, e.Minor*s
		azimuth := geodesy.Angle(e.Azimuth + math.Atan2(across, along)*180/math.Pi)
		p, _ := geodesy.Direct(centre, azimuth, geodesy.Length(math.Hypot(along, across)))
		ring = append(ring, [2]float64{lon + float64(geodesy.LongitudeDifference(centre.Lon, p.Lon)), float64(p.Lat)})
	}
	ring = append(ring, ring[0])
	return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}}
}
