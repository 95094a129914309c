package planning

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"overflight/format/geojson"
	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/search"
)

func pair(p geodesy.Position) [2]float64 { return [2]float64{float64(p.Lat), float64(p.Lon)} }

func percent(v float64) string { return catalogue.Decimal(100*v, 1) + " %" }

// assumptions are what the figures rest on.
func (p *Plan) assumptions(words *catalogue.Catalogue) []string {
	r := p.Request
	out := []string{
		words.Text("plan.assumes.still"),
		words.Text("plan.assumes.sweep", catalogue.Decimal(float64(r.Sweep)/1000, 1), catalogue.Decimal(r.Detection, 2)),
		words.Text("plan.assumes.independent"),
		words.Text("plan.assumes.camera"),
		words.Text("plan.assumes.rest", percent(p.prior().Rest)),
		words.Text("plan.assumes.bound"),
	}
	if r.WindSpeed > 0 {
		out = append(out, words.Text("plan.assumes.wind"))
	}
	if f := r.InAir; f != nil {
		out = append(out, words.Text("plan.assumes.in-air", f.Flight, position(r.Start.Position), fmt.Sprintf("%.0f", float64(r.Start.Course)), instant(f.At), clock(f.At.Sub(f.TookOff)), catalogue.Decimal(r.Hours.Hours(), 1)))
		if !f.Open {
			out = append(out, words.Text("plan.assumes.ended", f.Flight))
		}
		if r.Flown != nil {
			out = append(out, words.Text("plan.assumes.flown", r.Flown.Name))
		}
	}
	if p.Leaves > 0 {
		out = append(out, words.Text("plan.assumes.leaves", catalogue.Decimal(float64(p.Leaves)/1000, 0)))
	}
	for _, x := range r.Found {
		out = append(out, words.Text("plan.assumes.found", position(x.Position), catalogue.Decimal(float64(x.Radius)/1000, 1)))
	}
	if x := r.Resume; x != nil {
		out = append(out, words.Text("plan.assumes.resumed", x.Route.Name, catalogue.Decimal(float64(x.Overlap)/1000, 1)))
	}
	if r.Pattern != "" {
		out = append(out, words.Text("plan.assumes.pattern", words.Text("pattern."+string(r.Pattern))))
	}
	if len(p.Sorties) > 1 {
		out = append(out, words.Text("plan.assumes.apart", catalogue.Decimal(float64(r.Apart)/1000, 1), clock(r.Turnaround)))
	}
	switch {
	case r.Airspace != nil:
		out = append(out, words.Text("plan.assumes.airspace"))
	case len(r.Excluded) > 0 || r.Permitted != nil:
		out = append(out, words.Text("plan.assumes.zones"))
	}
	if p.Value != nil {
		out = append(out, words.Text("plan.assumes.value", periods))
	}
	if p.Turret != nil {
		out = append(out, words.Text("plan.assumes.turret"))
	}
	if r.Map != nil {
		names := make([]string, len(r.Map.Record.Inputs))
		for i, in := range r.Map.Record.Inputs {
			names[i] = in.Name
		}
		out = append(out, words.Text("plan.assumes.prior", r.File, r.Map.Record.AsOf.UTC().Format("2006-01-02 15:04:05"), strings.Join(names, ", "), percent(r.Map.Record.Rest)))
		for _, k := range r.Map.Record.Cleared {
			out = append(out, words.Text("plan.assumes.cleared", k.Name))
		}
	}
	for i := range r.Layers {
		out = append(out, words.Text("plan.assumes.layer", r.Layers[i].Name, catalogue.Decimal(r.Layers[i].Weight, 2)))
	}
	if r.Cleared != nil {
		out = append(out, words.Text("plan.assumes.cleared", r.Cleared.Name))
	}
	return out
}

// WriteTable writes the plan for a reader.
func (p *Plan) WriteTable(w io.Writer, words *catalogue.Catalogue) error {
	r := p.Request
	lines := []string{p.title(words)}
	for k := range r.Others {
		w := &r.Others[k]
		lines = append(lines, "  "+words.Text("plan.beside", w.Aircraft.Name, position(w.Base), catalogue.Decimal(w.Hours.Hours(), 1)))
	}
	lines = append(lines,
		"",
		"  "+words.Text("plan.pos", percent(p.POS)),
		"  "+words.Text("plan.bound", percent(p.Bound)),
		"  "+words.Text("plan.share", percent(p.Share())),
	)
	if p.Turning > 0 {
		lines = append(lines, "  "+words.Text("plan.turning", percent(p.Turning), percent(p.POS/p.Turning)))
	}
	lines = append(lines, "")
	if v := p.Value; v != nil {
		lines = append(lines, "  "+words.Text("plan.value", percent(v.Value), percent(v.Bound), percent(v.share())), "")
	}
	for i, s := range p.Sorties {
		lines = append(lines, "  "+words.Text("plan.sortie", i+1, percent(s.POS), s.Lanes, catalogue.Decimal(float64(s.Length)/1000, 0), catalogue.Decimal(float64(s.Sensed)/1000, 0), catalogue.Decimal(s.Duration.Hours(), 1)))
		if len(p.Sorties) > 1 {
			lines = append(lines, "    "+p.departs(words, &s))
		}
	}
	if p.Closest != nil {
		lines = append(lines, "  "+words.Text("plan.closest", catalogue.Decimal(float64(p.Closest.Distance)/1000, 1), p.Closest.Sorties[0], p.Closest.Sorties[1], clock(p.Closest.After)))
	}
	if p.Turret != nil {
		lines = append(lines, "")
		for _, l := range p.Turret.lines(words) {
			lines = append(lines, "  "+l)
		}
	}
	if len(p.Patterns) > 0 {
		lines = append(lines, "", "  "+words.Text("plan.patterns"))
		for _, x := range p.Patterns {
			lines = append(lines, "    "+words.Text("plan.pattern", words.Text("pattern."+string(x.Name)), percent(x.POS), percent(x.POS/p.First)))
		}
	}
	if r.Airspace != nil {
		lines = append(lines, "")
		for _, l := range r.Airspace.lines(words, p.touched) {
			lines = append(lines, "  "+l)
		}
	}
	lines = append(lines, "", "  "+words.Text("plan.assumes"))
	for _, s := range p.assumptions(words) {
		lines = append(lines, "    "+s)
	}
	lines = append(lines, "", "  "+words.Text("plan.again", r.Seed, r.Iterations, fmt.Sprintf("%g", math.Mod(float64(p.Axis), 90)), catalogue.Integer(p.Columns), catalogue.Integer(p.Rows), catalogue.Decimal(float64(p.Cell)/1000, 2), catalogue.Decimal(float64(p.Turn)/1000, 2)))
	for _, l := range lines {
		if _, err := io.WriteString(w, l+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) title(words *catalogue.Catalogue) string {
	r := p.Request
	return words.Text("plan.title", r.Aircraft.Name, position(r.Base), catalogue.Decimal(r.Hours.Hours(), 1), catalogue.Decimal(r.Reserve.Hours(), 1))
}

// departs says which aircraft a sortie is of, and when it takes off.
func (p *Plan) departs(words *catalogue.Catalogue, s *Sortie) string {
	if t := p.Request.TakeOff; !t.IsZero() {
		return words.Text("plan.departs.at", s.Aircraft, s.Number, t.Add(s.Begins).UTC().Format("2006-01-02 15:04Z"))
	}
	return words.Text("plan.departs", s.Aircraft, s.Number, clock(s.Begins))
}

// clock is hours and minutes.
func clock(d time.Duration) string {
	m := int(math.Round(d.Minutes()))
	return fmt.Sprintf("%d:%02d", m/60, m%60)
}

// degrees is how finely turns are drawn.
const degrees = 15

// points are positions along a leg: its ends, and every 15 degrees of its turns.
func (p *Plan) points(l *search.Link) []geodesy.Position {
	out := []geodesy.Position{p.Position(l.From.Point)}
	at := geodesy.Length(0)
	for i, part := range l.Parts {
		steps := 1
		if l.Word[i] != 'S' {
			steps = int(float64(part)/float64(l.Turn)*180/math.Pi/degrees) + 1
		}
		if part > 0 {
			for k := range steps {
				out = append(out, p.Position(l.At(at+part*geodesy.Length(k+1)/geodesy.Length(steps)).Point))
			}
		}
		at += part
	}
	return out
}

func line(points []geodesy.Position) geojson.LineString {
	out := make(geojson.LineString, len(points))
	for i, q := range points {
		out[i] = geojson.Position{round(float64(q.Lon)), round(float64(q.Lat))}
	}
	return out
}

// round is to about a centimetre.
func round(v float64) float64 { return math.Round(v*1e7) / 1e7 }

// WriteGeoJSON writes every leg as a line: which sortie, in which order, sensed or not. Behind one that is sensed stands the ground
// that it sweeps, a polygon with the probability of detection of one look: what `overflight coverage --plan` sets flown beside.
func (p *Plan) WriteGeoJSON(w io.Writer, _ *catalogue.Catalogue) error {
	out := geojson.NewWriter(w)
	type properties struct {
		Sortie int      `json:"sortie"`
		Leg    int      `json:"leg"`
		Sensed bool     `json:"sensed"`
		POD    *float64 `json:"pod,omitempty"`

		Aircraft string  `json:"aircraft"`
		After    float64 `json:"after_s"` // the first take-off, at its beginning
	}
	for s := range p.Sorties {
		at := p.Sorties[s].Begins
		for i := range p.Sorties[s].Legs {
			l := &p.Sorties[s].Legs[i]
			if l.Length() <= 0 {
				continue
			}
			of := properties{Sortie: s + 1, Leg: i + 1, Sensed: l.Sensed, Aircraft: p.Sorties[s].Aircraft, After: math.Round(at.Seconds()*10) / 10}
			at += p.wings[p.Sorties[s].Wing].airspeed.Time(&l.Link)
			if err := out.Write(geojson.Feature{Geometry: line(p.points(&l.Link)), Properties: of}); err != nil {
				return err
			}
			if !l.Sensed {
				continue
			}
			of.POD = &p.Request.Detection
			if err := out.Write(geojson.Feature{Geometry: geojson.Polygon{p.swath(&l.Link)}, Properties: of}); err != nil {
				return err
			}
		}
	}
	return out.Close()
}

// swath is the ground that a straight leg sweeps, anticlockwise.
func (p *Plan) swath(l *search.Link) geojson.Ring {
	a, b := l.From.Point, l.End().Point
	along := math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))
	half := float64(p.Request.Sweep) / 2
	x, y := geodesy.Length(float64(a.Y-b.Y)/along*half), geodesy.Length(float64(b.X-a.X)/along*half) // to the left
	corners := [...]search.Point{{X: a.X - x, Y: a.Y - y}, {X: b.X - x, Y: b.Y - y}, {X: b.X + x, Y: b.Y + y}, {X: a.X + x, Y: a.Y + y}, {X: a.X - x, Y: a.Y - y}}
	ring := make(geojson.Ring, len(corners))
	for i, c := range corners {
		q := p.Position(c)
		ring[i] = geojson.Position{round(float64(q.Lon)), round(float64(q.Lat))}
	}
	return ring
}

type kmlFile struct {
	XMLName    xml.Name    `xml:"http://www.opengis.net/kml/2.2 kml"`
	Name       string      `xml:"Document>name"`
	Placemarks []placemark `xml:"Document>Placemark"`
}

type placemark struct {
	Name        string `xml:"name"`
	Tessellate  int    `xml:"LineString>tessellate"`
	Coordinates string `xml:"LineString>coordinates"`
}

// WriteKML writes every sortie as a line (OGC KML 2.2), and its sensed lanes as lines of their own.
func (p *Plan) WriteKML(w io.Writer, words *catalogue.Catalogue) error {
	doc := kmlFile{Name: p.title(words)}
	for s := range p.Sorties {
		lane := 0
		for i := range p.Sorties[s].Legs {
			l := &p.Sorties[s].Legs[i]
			if l.Length() <= 0 {
				continue
			}
			name := words.Text("plan.kml.link", s+1)
			if l.Sensed {
				lane++
				name = words.Text("plan.kml.lane", s+1, lane)
			}
			text := ""
			for _, q := range p.points(&l.Link) {
				text += strconv.FormatFloat(round(float64(q.Lon)), 'f', -1, 64) + "," + strconv.FormatFloat(round(float64(q.Lat)), 'f', -1, 64) + " "
			}
			doc.Placemarks = append(doc.Placemarks, placemark{Name: name, Tessellate: 1, Coordinates: text[:len(text)-1]})
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("writing KML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// The parts of a plan file of QGroundControl (docs.qgroundcontrol.com, Plan File Format).
type station struct {
	FileType      string   `json:"fileType"`
	Version       int      `json:"version"`
	GroundStation string   `json:"groundStation"`
	Mission       mission  `json:"mission"`
	Fence         fence    `json:"geoFence"`
	Rally         struct { // none
		Points  []struct{} `json:"points"`
		Version int        `json:"version"`
	} `json:"rallyPoints"`
}

type mission struct {
	Version  int        `json:"version"`
	Firmware int        `json:"firmwareType"`
	Vehicle  int        `json:"vehicleType"`
	Cruise   float64    `json:"cruiseSpeed"`
	Hover    float64    `json:"hoverSpeed"`
	Global   int        `json:"globalPlanAltitudeMode"`
	Home     [3]float64 `json:"plannedHomePosition"`
	Items    []item     `json:"items"`
}

type item struct {
	Type         string   `json:"type"`
	Command      int      `json:"command"`
	Frame        int      `json:"frame"`
	Params       [7]any   `json:"params"`
	Continue     bool     `json:"autoContinue"`
	Jump         int      `json:"doJumpId"`
	Altitude     float64  `json:"Altitude"`
	AltitudeMode int      `json:"AltitudeMode"`
	Above        *float64 `json:"AMSLAltAboveTerrain"`
}

type fence struct {
	Version  int        `json:"version"`
	Circles  []struct{} `json:"circles"`
	Polygons []keepOut  `json:"polygons"`
}

type keepOut struct {
	Inclusion bool         `json:"inclusion"`
	Polygon   [][2]float64 `json:"polygon"`
	Version   int          `json:"version"`
}

// Values of MAVLink common.xml and of the plan file.
const (
	navWaypoint   = 16 // MAV_CMD_NAV_WAYPOINT
	frameRelative = 3  // MAV_FRAME_GLOBAL_RELATIVE_ALT
	modeRelative  = 1
	anyAutopilot  = 0 // MAV_AUTOPILOT_GENERIC
	fixedWing     = 1 // MAV_TYPE_FIXED_WING
)

// WriteStation writes a sortie as a mission of QGroundControl: waypoints at the ends of lanes and along turns, at one
// height above base; what is excluded as a fence.
func (p *Plan) WriteStation(w io.Writer, sortie int, height geodesy.Length) error {
	s := station{FileType: "Plan", Version: 1, GroundStation: "QGroundControl"}
	s.Rally.Points, s.Rally.Version = []struct{}{}, 2
	s.Fence = fence{Version: 2, Circles: []struct{}{}, Polygons: []keepOut{}}
	for _, x := range p.Request.Excluded {
		k := keepOut{Version: 1}
		ring := x[0]
		if ring[0] == ring[len(ring)-1] {
			ring = ring[:len(ring)-1] // the plan file does not repeat the first position
		}
		for _, c := range ring {
			k.Polygon = append(k.Polygon, [2]float64{c[1], c[0]})
		}
		s.Fence.Polygons = append(s.Fence.Polygons, k)
	}
	base := p.Sorties[sortie].Base
	s.Mission = mission{
		Version: 2, Firmware: anyAutopilot, Vehicle: fixedWing, Cruise: float64(p.Sorties[sortie].Speed), Hover: 5, Global: modeRelative,
		Home: [3]float64{float64(base.Lat), float64(base.Lon), 0}, Items: []item{},
	}
	for i := range p.Sorties[sortie].Legs {
		l := &p.Sorties[sortie].Legs[i]
		for k, q := range p.points(&l.Link) {
			if k == 0 && i > 0 {
				continue // where the leg before ended
			}
			s.Mission.Items = append(s.Mission.Items, item{
				Type: "SimpleItem", Command: navWaypoint, Frame: frameRelative, Continue: true, Jump: len(s.Mission.Items) + 1,
				Params:   [7]any{0, 0, 0, nil, round(float64(q.Lat)), round(float64(q.Lon)), float64(height)},
				Altitude: float64(height), AltitudeMode: modeRelative,
			})
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
