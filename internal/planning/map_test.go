package planning

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/coverage"
	"overflight/evidence"
	"overflight/format/geojson"
	"overflight/format/raster"
	"overflight/geodesy"
)

func sources() *Sources {
	r := request()
	return &Sources{
		Areas:  []Areas{{Name: "a.geojson", Digest: evidence.Digest{0, 0xff}, Features: r.Features}},
		Layers: []Layer{{Name: "signs.tif", Raster: halves(1, 3), Weight: 2}},
		Rest:   0.1, AsOf: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), Cell: 500,
		Cleared: []Cleared{{Name: "seen.tif", Raster: halves(math.NaN(), 0.5)}},
	}
}

func build(t *testing.T, s *Sources) *Map {
	t.Helper()
	m, err := s.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAMapComesBackFromItsFile: to the bit, and a plan from it is the plan from its sources.
func TestAMapComesBackFromItsFile(t *testing.T) {
	t.Parallel()
	s := sources()
	m := build(t, s)
	r := request()
	r.Features, r.Layers, r.Cleared, r.AsOf, r.Iterations = s.Areas[0].Features, s.Layers, &s.Cleared[0], s.AsOf, 500
	want, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"map.tif":     func(b *bytes.Buffer) error { return m.WriteTIFF(b) },
		"map.geojson": func(b *bytes.Buffer) error { return m.WriteGeoJSON(b) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			p, err := ReadPrior(name, b.Bytes())
			if err != nil || p.Map == nil {
				t.Fatalf("%v, %v", p, err)
			}
			if !reflect.DeepEqual(p.Map, m) {
				t.Fatalf("%+v, want %+v", p.Map.Record, m.Record)
			}
			q := request()
			q.File, q.Features, q.Map, q.Iterations = name, nil, p.Map, 500
			got, err := Make(t.Context(), q, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.POS != want.POS || got.Bound != want.Bound || !reflect.DeepEqual(got.Sorties, want.Sorties) {
				t.Errorf("POS %v of %v, want %v of %v", got.POS, got.Bound, want.POS, want.Bound)
			}
		})
	}
}

// spoilt is a file of a map in which something was changed.
func spoilt(t *testing.T, change func(*Map)) []byte {
	t.Helper()
	m := build(t, sources())
	change(m)
	var b bytes.Buffer
	if err := m.WriteTIFF(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMapsThatAreNone(t *testing.T) {
	t.Parallel()
	var plain bytes.Buffer
	if err := raster.WriteTIFF(&plain, halves(1, 2), raster.TIFFOptions{}); err != nil {
		t.Fatal(err)
	}
	cells := func(cells string) []byte {
		return []byte(`{"type":"FeatureCollection","overflight_prior":{"kind":"overflight-prior/v1","rest_of_world":0.5,"north":25,"west":-107,"cell_height_deg":0.1,"cell_width_deg":0.1,"columns":2,"rows":2},"features":[` + cells + `]}`)
	}
	cell := func(column, row int, poc string) string {
		return fmt.Sprintf(`{"properties":{"column":%d,"row":%d,"poc":%s}}`, column, row, poc)
	}
	for name, tc := range map[string]struct {
		in   []byte
		want Code
	}{
		"NaN":               {spoilt(t, func(m *Map) { m.POC[1000] = math.NaN() }), CodeMass}, // no data
		"negative":          {spoilt(t, func(m *Map) { m.POC[1000] = -1e-9 }), CodeMass},
		"infinite":          {spoilt(t, func(m *Map) { m.POC[1000] = math.Inf(1) }), CodeMass},
		"zero":              {spoilt(t, func(m *Map) { clear(m.POC) }), CodeSum},
		"nothing on it":     {spoilt(t, func(m *Map) { clear(m.POC); m.Record.Rest = 1 }), CodeSum},
		"more than 1":       {spoilt(t, func(m *Map) { m.POC[1000] += 0.1 }), CodeSum},
		"another rest":      {spoilt(t, func(m *Map) { m.Record.Rest = math.Nextafter(0.5, 1) }), CodeSum},
		"of another kind":   {spoilt(t, func(m *Map) { m.Record.Kind = "overflight-prior/v9" }), CodeFile},
		"without a record":  {plain.Bytes(), CodeRecord},
		"cut":               {spoilt(t, func(*Map) {})[:500], CodeFile},
		"empty polygons":    {cells(""), CodeSum},
		"polygons":          {cells(cell(1, 1, "0.5")), ""},
		"a cell beyond":     {cells(cell(2, 1, "0.5")), CodeFile},
		"a cell twice":      {cells(cell(1, 1, "0.25") + "," + cell(1, 1, "0.25")), CodeFile},
		"a negative cell":   {cells(cell(1, 1, "0.75") + "," + cell(0, 1, "-0.25")), CodeMass},
		"cut polygons":      {cells("]}"), CodeFile},
		"polygons too many": {bytes.Replace(cells(""), []byte(`"rows":2`), []byte(`"rows":2000000`), 1), CodeFile},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadPrior("map", tc.in)
			var f *Fault
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (!errors.As(err, &f) || f.Code != tc.want):
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// TestPolygonsHaveTheirGround: a polygon with a hole, drawn in cells, is as large as it is on the ellipsoid; what two polygons of a
// feature cover lies there once; one at the antimeridian is not cut.
func TestPolygonsHaveTheirGround(t *testing.T) {
	t.Parallel()
	shift := func(lon float64) func(c geojson.Position) geojson.Position {
		return func(c geojson.Position) geojson.Position {
			return geojson.Position{math.Remainder(c[0]+lon, 360), c[1]}
		}
	}
	ring := func(move func(geojson.Position) geojson.Position, all ...geojson.Position) geojson.Ring {
		var r geojson.Ring
		for _, c := range all {
			r = append(r, move(c))
		}
		return r
	}
	for _, lon := range []float64{-106.5, 179.9, -179.95} {
		move := shift(lon)
		outer := ring(move, geojson.Position{-0.5, 24.6}, geojson.Position{0.5, 24.7}, geojson.Position{0.3, 25.4}, geojson.Position{-0.4, 25.2}, geojson.Position{-0.5, 24.6})
		hole := ring(move, geojson.Position{-0.1, 24.8}, geojson.Position{0.1, 25}, geojson.Position{0.1, 24.8}, geojson.Position{-0.1, 24.8})
		inner := ring(move, geojson.Position{-0.3, 24.9}, geojson.Position{-0.2, 24.9}, geojson.Position{-0.2, 25}, geojson.Position{-0.3, 24.9})
		s := &Sources{Areas: []Areas{{Features: []geojson.Weighted{{Weight: 1, Polygons: []geojson.Polygon{{outer, hole}, {inner}}}}}}, Cell: 400}
		g, err := s.grid()
		if err != nil {
			t.Fatal(err)
		}
		if g.Columns > 300 || g.Rows > 300 {
			t.Fatalf("%d x %d cells at %v", g.Columns, g.Rows, lon)
		}
		d := newDrawing(&g)
		w := d.polygons(s.Areas[0].Features[0].Polygons)
		area := func(r geojson.Ring) float64 {
			var all []geodesy.Position
			for i, c := range r[:len(r)-1] { // as straight in longitude and latitude as it was drawn
				for k := range 50 {
					u := float64(k) / 50
					e := r[i+1]
					all = append(all, geodesy.Position{Lat: geodesy.Angle(c[1] + u*(e[1]-c[1])), Lon: geodesy.NormalizeLongitude(geodesy.Angle(c[0] + u*math.Remainder(e[0]-c[0], 360)))})
				}
			}
			return math.Abs(geodesy.Area(all)) / 1e6
		}
		if got, want := total(w.values), area(outer)-area(hole); math.Abs(got-want) > 1e-4*want {
			t.Errorf("at %v: %v km2, want %v", lon, got, want)
		}
		m := build(t, s)
		for _, x := range []struct {
			at  geojson.Position
			yes bool
		}{{geojson.Position{0, 25.1}, true}, {geojson.Position{-0.25, 24.93}, true}, {geojson.Position{0.05, 24.85}, false}, {geojson.Position{0.49, 25.3}, false}} {
			p := d.point(positionOf(move(x.at)))
			if v := m.POC[int(p[1])*m.Columns+int(p[0])]; (v > 0) != x.yes {
				t.Errorf("at %v: %v at %v", lon, v, x.at)
			}
		}
	}
}

// TestEvenGroundStaysEven: on a plane that is turned, cells of the middle of a polygon differ by little, and nothing is lost.
func TestEvenGroundStaysEven(t *testing.T) {
	t.Parallel()
	r := request()
	r.Features = r.Features[:1]
	for _, cell := range []geodesy.Length{120, 350, 1000, 2500} {
		r.Cell = cell
		m, err := survey(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, axis := range []geodesy.Angle{90, 105, 127, 160} {
			f, p, err := m.prior(r, axis)
			if err != nil {
				t.Fatal(err)
			}
			low, high, n := math.Inf(1), 0.0, 0
			for c, v := range p.POC {
				if at := f.position(p.Centre(c%p.Columns, c/p.Columns)); at.Lat > 25.06 && at.Lat < 25.44 && at.Lon > -106.94 && at.Lon < -106.46 {
					low, high, n = min(low, v), max(high, v), n+1
				}
			}
			if n < 500 || high > 1.01*low {
				t.Errorf("cells of %v, axis %v: from %v to %v in %d cells", cell, axis, low, high, n)
			}
		}
	}
}

// TestATipIsNeverLost: however small its spread beside the cells.
func TestATipIsNeverLost(t *testing.T) {
	t.Parallel()
	for _, sigma := range []float64{1, 30, 200, 2000} {
		s := sources()
		s.Cleared, s.Layers, s.Cell = nil, nil, 2000
		s.Areas[0].Features[1].Sigma = sigma
		m := build(t, s)
		if in := m.Record.Inputs[0]; in.Drawn != 4 {
			t.Errorf("sigma %v: %+v", sigma, in)
		}
		if v := m.near(t, geodesy.Position{Lat: 25.2, Lon: -106.2}, 10_000); math.Abs(v-0.225) > 1e-3 {
			t.Errorf("sigma %v: %v near the tip", sigma, v)
		}
	}
}

// TestTheLargestLookCounts: the same look in two files is taken off once.
func TestTheLargestLookCounts(t *testing.T) {
	t.Parallel()
	s := sources()
	once := build(t, s)
	s.Cleared = append(s.Cleared, Cleared{Name: "again.tif", Raster: halves(math.NaN(), 0.5)}, Cleared{Name: "worse.tif", Raster: halves(math.NaN(), 0.2)})
	twice := build(t, s)
	if !reflect.DeepEqual(once.POC, twice.POC) || once.Record.Rest != twice.Record.Rest || len(twice.Record.Cleared) != 3 {
		t.Errorf("rest %v and %v", once.Record.Rest, twice.Record.Rest)
	}
	k := twice.Record.Cleared
	if !(k[0].Found > 0.15 && k[0].Found == k[1].Found && math.Abs(k[2].Found-0.4*k[0].Found) < 1e-12 && k[0].Looked > 0.1 && k[0].Looked < 0.9) {
		t.Errorf("%+v", k)
	}
}

// TestALookIsTakenOffOnce: a map says what it was cleared of, and is not cleared of it again.
func TestALookIsTakenOffOnce(t *testing.T) {
	t.Parallel()
	s := sources()
	s.Cleared[0].Digest = evidence.Digest{0xaa, 0x11}
	r := request()
	r.Map, r.Cleared = build(t, s), &Cleared{Name: "copy.tif", Digest: evidence.Digest{0xaa, 0x11}, Raster: halves(math.NaN(), 0.5)}
	_, err := r.probability()
	var f *Fault
	if !errors.As(err, &f) || f.Code != CodeClearedTwice {
		t.Errorf("%v, want %s", err, CodeClearedTwice)
	}
	r.Cleared.Digest = evidence.Digest{0xbb, 0x22}
	m, err := r.probability()
	if err != nil || len(m.Record.Cleared) != 2 || len(r.Map.Record.Cleared) != 1 || m.Record.Rest <= r.Map.Record.Rest {
		t.Errorf("%v, %+v after %+v", err, m.Record, r.Map.Record)
	}
}

// TestWhatTheFlightSawIsTakenOffOnce: a map that was made with the looks of the flight in the air is taken as it is.
func TestWhatTheFlightSawIsTakenOffOnce(t *testing.T) {
	t.Parallel()
	s := sources()
	s.Cleared[0].Digest = evidence.Digest{0xaa, 0x11}
	r := request()
	r.Map, r.Flown = build(t, s), &s.Cleared[0]
	m, err := r.probability()
	if err != nil || !reflect.DeepEqual(m, r.Map) {
		t.Errorf("%v, %+v", err, m)
	}
}

// TestPlacesAreThoseOfWhatIsSearched: of areas and tips, and of a map that is brought, from one end to the other.
func TestPlacesAreThoseOfWhatIsSearched(t *testing.T) {
	t.Parallel()
	r := request()
	tip, err := ParseTip("24.5,-108~2km")
	if err != nil {
		t.Fatal(err)
	}
	r.Tips = []Areas{tip}
	m, err := r.probability()
	if err != nil {
		t.Fatal(err)
	}
	of := *r
	of.Map, of.Features, of.Tips = m, nil, nil
	for name, q := range map[string]*Request{"areas": r, "map": &of} {
		all := q.Places()
		for _, want := range []geodesy.Position{{Lat: 25, Lon: -107}, {Lat: 25.5, Lon: -106.4}, {Lat: 25.2, Lon: -106.2}, {Lat: 24.5, Lon: -108}} {
			if !slices.ContainsFunc(all, func(p geodesy.Position) bool { return geodesy.Distance(p, want) < 12_000 }) {
				t.Errorf("%s: none of %d places is near %v", name, len(all), want)
			}
		}
		if len(all) > 1024 {
			t.Errorf("%s: %d places", name, len(all))
		}
	}
	if in := m.Record.Inputs; len(in) != 2 || in[1].Kind != "tip" || in[1].Name != tip.Name {
		t.Errorf("made of %+v", m.Record.Inputs)
	}
}

func TestAMapOfLayersAlone(t *testing.T) {
	t.Parallel()
	degrees := halves(1, 3)
	utm := &raster.Raster{Columns: 30, Rows: 20, Values: make([]float64, 600), CRS: 32613, Placed: true, Transform: raster.Transform{485_000, 1000, 0, 2_800_000, 0, -1000}}
	for i := range utm.Values {
		utm.Values[i] = 1
	}
	across := halves(1, 1)
	across.Transform[0] = 179
	for name, r := range map[string]*raster.Raster{"degrees": degrees, "UTM": utm, "antimeridian": across} {
		s := &Sources{Layers: []Layer{{Name: name, Raster: r, Weight: 1}}, Rest: 0.2, Cell: 1000}
		m := build(t, s)
		in := m.Record.Inputs[0]
		if math.Abs(m.Mass()-0.8) > 1e-9 || in.Reached < 0.8 || in.Share != 0.8 {
			t.Errorf("%s: %v on the map, %+v", name, m.Mass(), in)
		}
	}
	if m := build(t, &Sources{Layers: []Layer{{Raster: utm, Weight: 1}}, Cell: 1000}); math.Abs(total(newDrawing(&m.Grid).area)*float64(m.Columns)*m.Record.Inputs[0].Reached-600) > 6 {
		t.Error("30 x 20 cells of a kilometre are no 600 km2")
	}
}

func TestHalfAndTops(t *testing.T) {
	t.Parallel()
	m := &Map{Grid: coverage.Grid{North: 1, West: 10, Height: 0.01, Width: 0.01, Columns: 100, Rows: 100}, POC: make([]float64, 10_000)}
	for c := range m.POC {
		m.POC[c] = 0.4 / 9998
	}
	m.POC[5050], m.POC[101] = 0.3, 0.2
	m.Record.Rest = 0.1
	half, all := m.Half()
	if all < 12_200 || all > 12_400 || half < 2.1 || half > 2.2 { // the first and three quarters of the second
		t.Errorf("%v of %v km2", half, all)
	}
	tops := m.Tops(3)
	if len(tops) != 3 || tops[0].Column != 50 || tops[0].Row != 50 || tops[1].Column != 1 || tops[1].Row != 1 || tops[0].Times < 3000 || math.Abs(tops[2].Times-0.44) > 0.01 {
		t.Errorf("%+v", tops)
	}
}

func TestTipsAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, time.UTC) }
	here := geojson.Position{-107.2, 24.1}
	for text, want := range map[string]geojson.Weighted{
		"24.1,-107.2":                             {Point: here, Sigma: 3000, Weight: 1},
		"24.1,-107.2@2026-11-02~3km:2":            {Point: here, Sigma: 3000, Weight: 2, Date: at(2026, 11, 2, 0)},
		"24.1,-107.2@2026-11-02T06:00:00-06:00:2": {Point: here, Sigma: 3000, Weight: 2, Date: at(2026, 11, 2, 12)},
		"24.1,-107.2@2026-11-02T06:00:00-06:00":   {Point: here, Sigma: 3000, Weight: 1, Date: at(2026, 11, 2, 12)},
		"24.1,-107.2@2026-11-02T12:00Z~500m":      {Point: here, Sigma: 500, Weight: 1, Date: at(2026, 11, 2, 12)},
		"24.1,-107.2:0.25":                        {Point: here, Sigma: 3000, Weight: 0.25},
		"24.1,-107.2~2nmi":                        {Point: here, Sigma: 3704, Weight: 1},
		"24°06'N 107°12'W ~ 1.5 km:3":             {Point: here, Sigma: 1500, Weight: 3},
		"24 06 00 N 107 12 00 W@2026-11-02":       {Point: here, Sigma: 3000, Weight: 1, Date: at(2026, 11, 2, 0)},
	} {
		got, err := ParseTip(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		f := got.Features[0]
		if math.Hypot(f.Point[0]-want.Point[0], f.Point[1]-want.Point[1]) > 1e-9 || f.Sigma != want.Sigma || f.Weight != want.Weight || !f.Date.Equal(want.Date) || !got.Typed || got.Name != text {
			t.Errorf("%s: %+v, want %+v", text, f, want)
		}
	}
	square, err := geodesy.ParsePosition("13RCH 77300 66500")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseTip("13RCH 77300 66500~1km"); err != nil || positionOf(got.Features[0].Point) != square {
		t.Errorf("%+v, %v, want %v", got, err, square)
	}
	for text, want := range map[string]Code{
		"24.1,-107.2@":             CodeTipDate,
		"24.1,-107.2@yesterday":    CodeTipDate,
		"24.1,-107.2@2026-13-01:2": CodeTipDate,
		"24.1,-107.2@2026-11-02:":  CodeTipWeight,
		"24.1,-107.2~3":            CodeTipSpread,
		"24.1,-107.2~0km":          CodeTipSpread,
		"24.1,-107.2~NaNkm":        CodeTipSpread,
		"24.1,-107.2~3km:2@2026":   CodeTipWeight,
		"24.1,-107.2:0":            CodeTipWeight,
		"24.1,-107.2:NaN":          CodeTipWeight,
		"24.1,-107.2:1e9":          CodeTipWeight,
	} {
		_, err := ParseTip(text)
		var f *Fault
		if !errors.As(err, &f) || f.Code != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	var place *geodesy.CoordinateError
	for _, text := range []string{"", "here", "95,-107.2:2", "@2026-11-02"} {
		if _, err := ParseTip(text); !errors.As(err, &place) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestAreasOfKML: content decides, and every fault of the format has a sentence of its own.
func TestAreasOfKML(t *testing.T) {
	t.Parallel()
	const head, tail = "<kml><Placemark><name>Sierra</name>", "</Placemark></kml>"
	p, err := ReadPrior("a.geojson", []byte(head+`<LookAt/><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>-107,25 -106,25 -106,26</coordinates></LinearRing></outerBoundaryIs></Polygon><LineString/></MultiGeometry>`+tail))
	if err != nil || len(p.Features) != 1 || len(p.Features[0].Polygons) != 1 || len(p.Features[0].Polygons[0][0]) != 4 || len(p.Skipped) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	for in, want := range map[string]Code{
		"<gpx/>":                   CodeKMLSyntax,
		"PK\x03\x04":               CodeKMLArchive,
		"<kml/>":                   CodeKMLEmpty,
		head + "<Polygon/>" + tail: CodeKMLGeometry,
		head + "<Point><coordinates>1,2</coordinates></Point>" + tail:                             CodeKMLProperty,
		head + "<ExtendedData><Data name='weight'><value>-1</value></Data></ExtendedData>" + tail: CodeKMLProperty,
		"<kml>" + strings.Repeat("<Folder>", 80):                                                  CodeKMLLarge,
		`{"type":"FeatureCollection","features":[]}`:                                              CodeFile,
		`{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}`:      CodeWeight,
		"": CodeFile,
	} {
		_, err := ReadPrior("a", []byte(in))
		var f *Fault
		if !errors.As(err, &f) || f.Code != want {
			t.Errorf("%.60q: %v, want %s", in, err, want)
		}
	}
}

// FuzzParseTip: nothing panics, and what is read can be drawn.
func FuzzParseTip(f *testing.F) {
	f.Add("24.1,-107.2@2026-11-02T06:00:00-06:00~3km:2")
	f.Add("13RCH 77300 66500~1km:1")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseTip(text)
		if err != nil {
			return
		}
		if x := a.Features[0]; !(x.Sigma >= 1 && x.Sigma <= 1e6 && x.Weight > 0 && x.Weight <= 1e6 && math.Abs(x.Point[0]) <= 180 && math.Abs(x.Point[1]) <= 90) {
			t.Errorf("%+v", x)
		}
	})
}

// FuzzReadPrior: nothing panics, what is wrong is a fault with a sentence, and a map is one that can be planned from.
func FuzzReadPrior(f *testing.F) {
	s := sources()
	s.Cleared, s.Cell = nil, 20_000
	m, err := s.Build()
	if err != nil {
		f.Fatal(err)
	}
	for _, write := range []func(*Map, io.Writer) error{(*Map).WriteTIFF, (*Map).WriteGeoJSON} {
		var b bytes.Buffer
		if err := write(m, &b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`<kml><Placemark><Point><coordinates>1,2</coordinates></Point><ExtendedData><Data name="sigma_m"><value>9</value></Data></ExtendedData></Placemark></kml>`))
	f.Add([]byte(`{"type":"Feature","properties":{"sigma_m":3},"geometry":{"type":"Point","coordinates":[1,2]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadPrior("a", b)
		var fault *Fault
		switch {
		case err != nil && !errors.As(err, &fault):
			t.Fatalf("%#v", err)
		case err != nil:
		case p.Map == nil && len(p.Features) == 0:
			t.Fatal("nothing was read")
		case p.Map != nil:
			if sum := p.Map.Mass() + p.Map.Record.Rest; math.Abs(sum-1) > 1e-6 || len(p.Map.POC) != p.Map.Columns*p.Map.Rows {
				t.Fatalf("sum %v of %d cells", sum, len(p.Map.POC))
			}
			newDrawing(&p.Map.Grid)
		}
	})
}

// BenchmarkBuild builds a map of the size that is chosen, and lays it on a plane.
func BenchmarkBuild(b *testing.B) {
	r := request()
	r.Cell = 0
	for b.Loop() {
		m, err := survey(r)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err = m.prior(r, 105); err != nil {
			b.Fatal(err)
		}
	}
}
