package share

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/release"
)

// seen is a report of footprints, each of four corners round a place, half a cell of 1.2 by 0.6 km wide.
func seen(t testing.TB, places ...geodesy.Position) *release.Report {
	t.Helper()
	r := &release.Report{ID: "R-9", Version: 1, Made: made}
	for i, p := range places {
		values := map[string]release.Value{
			"flight": text("LOCAL-2026-0001"), "at": instant(t, fmt.Sprintf("2026-03-01T12:%02d:00Z", i)), "doubt": number("12"), "sensor_place": place(24.7, -107.2), "source": text("cam"),
		}
		for k, d := range [4][2]float64{{0.3, -0.3}, {0.3, 0.3}, {-0.3, 0.3}, {-0.3, -0.3}} {
			c := geodesy.Position{Lat: p.Lat + geodesy.Angle(d[0]*0.0055), Lon: geodesy.NormalizeLongitude(p.Lon + geodesy.Angle(d[1]*0.011))}
			values[fmt.Sprintf("corner_%d", k+1)] = release.PlaceValue(c)
		}
		r.Records = append(r.Records, record(t, "footprint/1", values))
	}
	return r
}

// drawnAt redacts places to so many digits.
func drawnAt(t testing.TB, r *release.Report, digits int) *release.Product {
	t.Helper()
	p, err := release.Redact(r, seed, func(_ int, s release.FieldSpec, f release.Field) release.Grant {
		if f.Value.Kind == release.Place {
			return release.Grant{Digits: digits, Reasons: []string{"place-floor"}}
		}
		return release.Grant{Digits: max(1, f.Value.Kind.Whole())}
	}, copyFor("MEX/SEDENA", 1))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTheGroundInViewIsAPolygon: of whole corners the ground itself, of coarse ones what is sure to hold it and has no edge but those of cells.
func TestTheGroundInViewIsAPolygon(t *testing.T) {
	t.Parallel()
	r := seen(t, geodesy.Position{Lat: 24.9131, Lon: -107.4178})
	for digits, want := range map[int]int{12: 5, 6: 0, 4: 5} { // at 6 the corners lie in several cells, at 4 in one
		p := drawnAt(t, r, digits)
		files := everything(t, []*release.Product{p}, spanish(t))
		var out struct {
			Features []struct {
				Geometry struct {
					Type        string
					Coordinates [][]point
				}
			}
		}
		if err := json.Unmarshal(files["geojson"], &out); err != nil {
			t.Fatalf("%d digits: %v", digits, err)
		}
		g := out.Features[0].Geometry
		if g.Type != "Polygon" || want > 0 && len(g.Coordinates[0]) != want || len(g.Coordinates[0]) < 5 {
			t.Fatalf("%d digits: %+v", digits, g)
		}
		ring := g.Coordinates[0]
		area := 0.0
		for i := 1; i < len(ring); i++ {
			area += ring[i-1][0]*ring[i][1] - ring[i][0]*ring[i-1][1]
		}
		if area <= 0 || ring[0] != ring[len(ring)-1] {
			t.Errorf("%d digits: not anticlockwise and closed: %v", digits, ring)
		}
		for _, f := range p.Parts[0].Fields {
			if !strings.HasPrefix(f.Name, "corner_") {
				continue
			}
			b, err := f.Opening.Value.Box()
			if err != nil {
				t.Fatal(err)
			}
			if m := pointOf(b); beside(ring, [4]float64{m[0], m[1], m[0], m[1]}) {
				t.Errorf("%d digits: %s lies outside %v", digits, f.Name, ring)
			}
			if digits < 12 { // no corner of the ring is anywhere but at the edges of cells
				size := float64(b.East - b.West)
				for _, q := range ring {
					if turns := (q[0] - float64(b.West)) / size; turns != float64(int(turns)) {
						t.Errorf("%d digits: %v is at no edge of a cell", digits, q)
					}
				}
			}
		}
		if n := bytes.Count(files["kml"], []byte("<Polygon>")); n != 1 || bytes.Contains(files["kml"], []byte("<Point>")) {
			t.Errorf("%d digits: %d polygons in KML", digits, n)
		}
		if !bytes.Contains(files["html"], []byte(`class="cell ground footprint"`)) || bytes.Count(files["html"], []byte("Terreno a la vista")) != 1 {
			t.Errorf("%d digits: the page does not draw it", digits)
		}
		if !bytes.Contains(files["cot"], []byte("<polyline")) {
			t.Errorf("%d digits: no outline in CoT", digits)
		}
		s := sheets([]*release.Product{p}, spanish(t))[0].rows[0].shape()
		b, _ := s.bounds()
		if !s.meets(b) || s.meets([4]float64{b[2] + 0.001, b[1], b[2] + 1, b[3]}) || s.wkb() == nil {
			t.Errorf("%d digits: what it meets", digits)
		}
	}
	// A box beyond a slanting edge, within the bounds of the ground.
	slant := shape{ground: []point{{0, 0}, {10, 0}, {0, 10}, {0, 0}}}
	if slant.meets([4]float64{8, 8, 9, 9}) || !slant.meets([4]float64{4, 4, 9, 9}) || !slant.meets([4]float64{1, 1, 2, 2}) {
		t.Error("what a triangle meets")
	}
}

// TestTheGroundAcrossTheAntimeridian: no polygon goes round the world, and the corners are there.
func TestTheGroundAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	for _, digits := range []int{12, 7} {
		p := drawnAt(t, seen(t, geodesy.Position{Lat: -17, Lon: 180}), digits)
		s := sheets([]*release.Product{p}, spanish(t))[0].rows[0].shape()
		if s.ground != nil || len(s.points)+len(s.cells) != 4 {
			t.Errorf("%d digits: %+v", digits, s)
		}
		text := strings.ReplaceAll(sheets([]*release.Product{p}, spanish(t))[0].rows[0].groundText(spanish(t)).Text, "\u00A0", " ")
		if !strings.Contains(text, "° E – 179.99") || !strings.Contains(text, "° O (unos ") {
			t.Errorf("%d digits: %s", digits, text)
		}
	}
}

// TestColumnsOfNothing: what none of the footprints has is no column, and is named once; what one has, is one.
func TestColumnsOfNothing(t *testing.T) {
	t.Parallel()
	r := seen(t, geodesy.Position{Lat: 24.9, Lon: -107.4}, geodesy.Position{Lat: 24.91, Lon: -107.41})
	words := speak(t, catalogue.English)
	for _, some := range []bool{false, true} {
		if some {
			x := &r.Records[1]
			for i := range x.Fields {
				if x.Fields[i].Name == "centre" {
					x.Fields[i].Value = place(24.91, -107.41)
				}
			}
		}
		sheet := sheets([]*release.Product{whole(t, r)}, words)[0]
		table := sheet.table("r1", "footprint")
		named := slices.Contains(table.Notes, words.Text("share.never", "Centre"))
		if slices.Contains(table.Columns, "Centre") != some || named == some {
			t.Errorf("a centre: %v: columns %v, notes %v", some, table.Columns, table.Notes)
		}
		for _, l := range table.Lines {
			if len(l.Cells) != len(table.Columns)-1 || len(l.Cells) != len(table.names) {
				t.Errorf("%d cells below %v", len(l.Cells), table.Columns)
			}
		}
		var page bytes.Buffer
		if err := WriteHTML(&page, []*release.Product{whole(t, r)}, words, nil); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(page.String(), ">Centre</th>") != some {
			t.Errorf("a centre: %v: the page has its column: %v", some, !some)
		}
	}
}

// TestWhereTheShapeHangs: a footprint without a centre hangs on the middle of corners that are whole, also across the antimeridian, and on
// the first of coarse ones.
func TestWhereTheShapeHangs(t *testing.T) {
	t.Parallel()
	for _, at := range []geodesy.Position{{Lat: 24.9, Lon: -107.4}, {Lat: -17, Lon: 180}, {Lat: -17, Lon: -179.9999}} {
		r := seen(t, at)
		events := cotEvents(t, drawnAt(t, r, 12), made, CoTOptions{})
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e := events[0]
		if d := geodesy.Distance(geodesy.Position{Lat: geodesy.Angle(e.Lat), Lon: geodesy.Angle(e.Lon)}, at); d > 0.1 || !math.IsNaN(e.CE) {
			t.Errorf("%v: %v m from the middle", at, d)
		}
		p := drawnAt(t, r, 6)
		var first cotPlace
		for i := range p.Parts {
			first, _ = cotCell(&p.Parts[i], "corner_1")
		}
		if e := cotEvents(t, p, made, CoTOptions{})[0]; e.Lat != first.at.Lat.Degrees() || e.Lon != first.at.Lon.Degrees() {
			t.Errorf("%v: coarse corners hang it at %v, %v", at, e.Lat, e.Lon)
		}
	}
}
