package server

import (
	"fmt"
	"io"
	"math"

	"overflight/format/geojson"
	"overflight/geodesy"
)

// drawnSite is what a map shows of a site; flat, as tools that draw want it.
type drawnSite struct {
	Kind       string   `json:"kind"` // site or ellipse
	Site       uint32   `json:"site"`
	Laboratory float64  `json:"laboratory"`
	Something  float64  `json:"something"`
	Signs      []string `json:"signs"`
	Reports    int      `json:"reports"`
	Passes     int      `json:"passes"`
	Unseen     int      `json:"unseen"`
	From       any      `json:"from"`
	To         any      `json:"to"`
	Safety     string   `json:"safety"`
	Outcome    string   `json:"outcome"`
	Claimed    []string `json:"attributed_to"`
	Major      float64  `json:"major_m"`
	Minor      float64  `json:"minor_m"`
	Azimuth    float64  `json:"azimuth_deg"`
	Holds      float64  `json:"holds,omitempty"` // of an ellipse
}

// drawnReport is what a map shows of a report.
type drawnReport struct {
	Kind string `json:"kind"` // observation, or observation-ellipse
	SiteReport
	Holds float64 `json:"holds,omitempty"`
}

// holds is how often an ellipse holds the place.
const holds = 0.95

// WriteSitesGeoJSON writes each site as a point and its 95 % ellipse as a polygon, and reports likewise. next is the cursor of the part
// behind, if there is one.
func WriteSitesGeoJSON(to io.Writer, sites []Site, reports []SiteReport, next string) error {
	w := geojson.NewWriter(to)
	both := func(lat, lon float64, e *Ellipse, point, ellipse any) error {
		if err := w.Write(geojson.Feature{Geometry: geojson.Point{lon, lat}, Properties: point}); err != nil {
			return err
		}
		return w.Write(geojson.Feature{Geometry: outline(lat, lon, e), Properties: ellipse})
	}
	for i := range sites {
		s := &sites[i]
		d := drawnSite{
			Kind: "site", Site: s.ID, Laboratory: s.Laboratory, Something: s.Something, Signs: []string{}, Reports: s.Reports, Passes: s.Passes, Unseen: s.Unseen, From: s.From, To: s.To,
			Safety: s.Safety, Claimed: []string{}, Major: s.Ellipse.Major, Minor: s.Ellipse.Minor, Azimuth: s.Ellipse.Azimuth,
		}
		for _, c := range s.Classes {
			d.Signs = append(d.Signs, fmt.Sprintf("%s:%d", c.Class, c.Reports))
		}
		if s.Outcome != nil {
			d.Outcome = s.Outcome.Outcome
		}
		for _, c := range s.Claimed {
			d.Claimed = append(d.Claimed, c.Designation.String()+" "+c.Grade)
		}
		ellipse := d
		ellipse.Kind, ellipse.Holds = "ellipse", holds
		if err := both(s.Lat, s.Lon, &s.Ellipse, d, ellipse); err != nil {
			return err
		}
	}
	for i := range reports {
		o := &reports[i]
		if err := both(o.Lat, o.Lon, &o.Ellipse, drawnReport{"observation", *o, 0}, drawnReport{"observation-ellipse", *o, holds}); err != nil {
			return err
		}
	}
	if next != "" {
		w.Member("next", next)
	}
	return w.Close()
}

// corners is how many corners the outline of an ellipse has.
const corners = 48

// outline is an ellipse as a polygon, counter-clockwise, its corners on geodesics from the centre, to a centimetre. Longitudes go on
// beyond 180° where it crosses the antimeridian, so that no edge goes round the Earth.
func outline(lat, lon float64, e *Ellipse) geojson.Polygon {
	centre := geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}
	ring := make(geojson.Ring, 0, corners+1)
	for k := range corners {
		s, c := math.Sincos(-2 * math.Pi * float64(k) / corners)
		along, across := e.Major*c, e.Minor*s
		azimuth := geodesy.Angle(e.Azimuth + math.Atan2(across, along)*180/math.Pi)
		p, _ := geodesy.Direct(centre, azimuth, geodesy.Length(math.Hypot(along, across)))
		ring = append(ring, geojson.Position{fine(lon + float64(geodesy.LongitudeDifference(centre.Lon, p.Lon))), fine(float64(p.Lat))})
	}
	return geojson.Polygon{append(ring, ring[0])}
}

func fine(v float64) float64 { return math.Round(v*1e7) / 1e7 }
