package kml

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

func doc(inside string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>` + inside + `</Document></kml>`)
}

func placemark(inside string) []byte {
	return doc("<Placemark><name>Sierra</name>" + inside + "</Placemark>")
}

const square = `<Polygon><outerBoundaryIs><LinearRing><coordinates>-107,25,900 -106,25 -106,26 -107,26 -107,25</coordinates></LinearRing></outerBoundaryIs></Polygon>`

// archive packs documents by name.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		method := zip.Deflate
		if files[i+1] == "" {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t *testing.T, b []byte) *File {
	t.Helper()
	f, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatIsRead(t *testing.T) {
	t.Parallel()
	day := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, time.UTC) }
	box := Polygon{{{-107, 25}, {-106, 25}, {-106, 26}, {-107, 26}, {-107, 25}}}
	for name, tc := range map[string]struct {
		in   []byte
		want Placemark
	}{
		"a polygon": {placemark(square), Placemark{Name: "Sierra", Polygons: []Polygon{box}, Weight: 1}},
		"in folders, without a namespace": {
			[]byte("\xef\xbb\xbf\n<kml><Folder><Folder><Placemark>" + square + "</Placemark></Folder></Folder></kml>"),
			Placemark{Polygons: []Polygon{box}, Weight: 1},
		},
		"holes, the outer ring last": {
			placemark(`<Polygon><innerBoundaryIs><LinearRing><coordinates>-106.8,25.2 -106.6,25.2 -106.6,25.4</coordinates></LinearRing></innerBoundaryIs>` + square[len("<Polygon>"):]),
			Placemark{Name: "Sierra", Polygons: []Polygon{{box[0], {{-106.8, 25.2}, {-106.6, 25.2}, {-106.6, 25.4}, {-106.8, 25.2}}}}, Weight: 1},
		},
		"several polygons, a line beside them": {
			placemark("<MultiGeometry>" + square + "<LineString><coordinates>1,2 3,4</coordinates></LineString><MultiGeometry>" + square + "</MultiGeometry></MultiGeometry>"),
			Placemark{Name: "Sierra", Polygons: []Polygon{box, box}, Weight: 1},
		},
		"a tip with what is said of it": {
			placemark(`<ExtendedData><Data name="weight"><displayName>peso</displayName><value>2.5</value></Data><Data name="sigma_m"><value> 3000 </value></Data></ExtendedData>
<TimeStamp><when>2026-11-02T10:00:00-06:00</when></TimeStamp><Point><coordinates>-107.2,24.1</coordinates></Point>`),
			Placemark{Name: "Sierra", Point: Position{-107.2, 24.1}, Weight: 2.5, Sigma: 3000, Date: day(2026, 11, 2, 16)},
		},
		"of a schema, what is empty is none": {
			placemark(square + `<ExtendedData><SchemaData schemaUrl="#a"><SimpleData name="weight"></SimpleData><SimpleData name="sigma_m">7</SimpleData><SimpleData name="date">2026-10-01</SimpleData></SchemaData></ExtendedData><TimeStamp><when>2020</when></TimeStamp>`),
			Placemark{Name: "Sierra", Polygons: []Polygon{box}, Weight: 1, Sigma: 7, Date: day(2026, 10, 1, 0)},
		},
		"a span": {
			placemark(`<TimeSpan><begin>2026-09</begin><end>2026-10-05</end></TimeSpan>` + square),
			Placemark{Name: "Sierra", Polygons: []Polygon{box}, Weight: 1, Date: day(2026, 10, 5, 0)},
		},
		"a span that goes on": {
			placemark(`<TimeSpan><begin>2026-09</begin></TimeSpan>` + square),
			Placemark{Name: "Sierra", Polygons: []Polygon{box}, Weight: 1, Date: day(2026, 9, 1, 0)},
		},
		"ISO 8859-1": {
			[]byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><kml><Placemark><name>Culiac\xe1n</name>" + square + "</Placemark></kml>"),
			Placemark{Name: "Culiacán", Polygons: []Polygon{box}, Weight: 1},
		},
		"an archive": {
			archive(t, "files/icon.png", "x", "other.kml", "no", "doc.kml", string(placemark(square))),
			Placemark{Name: "Sierra", Polygons: []Polygon{box}, Weight: 1},
		},
		"an archive whose document has another name": {
			archive(t, "files/icon.png", "x", "files/Sierra.KML", string(placemark(square))),
			Placemark{Name: "Sierra", Polygons: []Polygon{box}, Weight: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := read(t, tc.in).Placemarks; len(got) != 1 || !reflect.DeepEqual(got[0], tc.want) {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}

// TestWhatIsSkipped: what has no area is counted, and does not stand in the way of the rest.
func TestWhatIsSkipped(t *testing.T) {
	t.Parallel()
	f := read(t, doc(`<NetworkLink><Link><href>http://example.org/a.kml</href></Link></NetworkLink><GroundOverlay/><Placemark><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark>
<Placemark><name>no place</name></Placemark><Placemark>`+square+`</Placemark><Placemark><LineString/></Placemark><Style><LineStyle/></Style>`))
	want := []Skipped{{"NetworkLink", 1}, {"GroundOverlay", 1}, {"LineString", 2}, {"Placemark", 1}}
	if !reflect.DeepEqual(f.Skipped, want) || len(f.Placemarks) != 1 || f.Placemarks[0].Number != 2 {
		t.Errorf("%+v, want %+v skipped and placemark 2", f, want)
	}
}

func ringOf(coordinates string) []byte {
	return placemark("<Polygon><outerBoundaryIs><LinearRing><coordinates>" + coordinates + "</coordinates></LinearRing></outerBoundaryIs></Polygon>")
}

func data(name, value string) []byte {
	return placemark(square + `<ExtendedData><Data name="` + name + `"><value>` + value + `</value></Data></ExtendedData>`)
}

var faults = []struct {
	in   []byte
	code Code
	want string
}{
	{nil, Syntax, `KML: document: 0 elements; expected <kml>`},
	{[]byte("<gpx/>"), Syntax, `<gpx>; expected <kml>`},
	{[]byte("<kml/><kml/>"), Syntax, `<kml>`},
	{[]byte("<kml><Document>"), Syntax, `unexpected EOF`},
	{[]byte("<kml></Document>"), Syntax, `closed by`},
	{[]byte(`<!DOCTYPE kml [<!ENTITY a "b">]><kml><Placemark><name>&a;</name></Placemark></kml>`), Syntax, `invalid character entity`},
	{[]byte(`<?xml version="1.0" encoding="UTF-16"?><kml/>`), Syntax, `expected UTF-8`},
	{[]byte("<kml/>"), Empty, `0 Placemark; expected Polygon, Point`},
	{doc("<Placemark><LineString/></Placemark><NetworkLink/>"), Empty, `1 LineString, 1 NetworkLink; expected`},
	{[]byte(strings.Repeat("<a>", 100)), Syntax, `expected <kml>`},
	{[]byte("<kml>" + strings.Repeat("<Folder>", 100)), Large, `65 elements in each other; expected <= 64`},
	{placemark(strings.Repeat("<MultiGeometry>", 100)), Large, `65 elements in each other`},
	{ringOf(""), Geometry, `KML: placemark 0 "Sierra": LinearRing: 0 coordinates; expected >= 4`},
	{ringOf("1,2 3,4"), Geometry, `3 coordinates; expected >= 4`},
	{ringOf("1,2 1,2 1,2"), Geometry, `3 coordinates`},
	{ringOf("1 2 3"), Geometry, `coordinates: 1; expected -180..180,-90..90`},
	{ringOf("181,2 3,4 5,6"), Geometry, `coordinates: 181,2;`},
	{ringOf("1,91 3,4 5,6"), Geometry, `coordinates: 1,91;`},
	{ringOf("NaN,1 3,4 5,6"), Geometry, `coordinates: NaN,1;`},
	{ringOf("1,2,high 3,4 5,6"), Geometry, `coordinates: 1,2,high;`},
	{placemark("<Polygon/>"), Geometry, `outerBoundaryIs: 0 LinearRing; expected 1`},
	{placemark("<Point><coordinates>1,2 3,4</coordinates></Point>"), Geometry, `Point: 2 coordinates; expected 1`},
	{placemark("<MultiGeometry><Point><coordinates>1,2</coordinates></Point>" + square + "</MultiGeometry>"), Geometry, `1 Polygon, 1 Point; expected`},
	{placemark("<MultiGeometry><Point><coordinates>1,2</coordinates></Point><Point><coordinates>1,2</coordinates></Point></MultiGeometry>"), Geometry, `2 Point; expected`},
	{placemark("<Polygon>" + strings.Repeat(square[len("<Polygon>"):len(square)-len("</Polygon>")], 2) + "</Polygon>"), Geometry, `outerBoundaryIs: 2 LinearRing; expected 1`},
	{data("weight", "-1"), Property, `weight: -1; expected 0..1e12`},
	{data("weight", "NaN"), Property, `weight: NaN`},
	{data("weight", "Inf"), Property, `weight: Inf`},
	{data("sigma_m", "near"), Property, `sigma_m: near`},
	{data("date", "2026-13-01"), Property, `date: 2026-13-01; expected 2006-01-02 | RFC 3339`},
	{placemark(square + "<TimeStamp><when>yesterday</when></TimeStamp>"), Property, `when: yesterday`},
	{[]byte("PK\x03\x04"), Archive, `KMZ: zip: not a valid zip file`},
	{doc(strings.Repeat("<Placemark/>", MostPlacemarks+1)), Large, `Placemark: 10001; expected <= 10000`},
}

func TestWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range faults {
		_, err := Read(tc.in)
		var e *Error
		if !errors.As(err, &e) || e.Code != tc.code || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.80q: %v, want %s: %s", tc.in, err, tc.code, tc.want)
		}
	}
}

// bomb is an archive of a few kilobytes whose document unpacks to a MiB more than MostBytes, and that says some size of it.
func bomb(t *testing.T, says uint64) []byte {
	t.Helper()
	var part, b bytes.Buffer
	f, err := flate.NewWriter(&part, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(&b)
	_, wrong := f.Write(bytes.Repeat([]byte(" "), 1<<20))
	wrong = errors.Join(wrong, f.Flush())
	packed := bytes.Repeat(part.Bytes(), MostBytes>>20+1)
	packed = append(packed, 3, 0) // the last block, empty
	w, err := z.CreateRaw(&zip.FileHeader{Name: "doc.kml", Method: zip.Deflate, CompressedSize64: uint64(len(packed)), UncompressedSize64: says})
	if err == nil {
		_, err = w.Write(packed)
	}
	if err := errors.Join(wrong, err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchivesThatAreNone(t *testing.T) {
	t.Parallel()
	good := archive(t, "doc.kml", string(placemark(square)))
	torn := bytes.Clone(good)
	torn[45] ^= 0xff
	var many []string
	for i := range mostEntries + 1 {
		many = append(many, fmt.Sprint(i), "")
	}
	for name, tc := range map[string]struct {
		in   []byte
		code Code
	}{
		"torn":               {torn, Archive},
		"cut":                {good[:len(good)/2], Archive},
		"without a document": {archive(t, "a.txt", "x"), Missing},
		"a bomb":             {bomb(t, MostBytes+1<<20), Large},
		"a bomb that lies":   {bomb(t, 1000), Archive},
		"too many files":     {archive(t, many...), Large},
		"an archive in it":   {archive(t, "doc.kml", string(good)), Syntax},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(tc.in)
			var e *Error
			if !errors.As(err, &e) || e.Code != tc.code {
				t.Errorf("%v, want %s", err, tc.code)
			}
		})
	}
}

func TestPositionsAreBounded(t *testing.T) {
	t.Parallel()
	_, err := Read(ringOf(strings.Repeat("1,2 ", MostPositions+1)))
	var e *Error
	if !errors.As(err, &e) || e.Code != Large {
		t.Errorf("%v, want %s", err, Large)
	}
}

// FuzzRead: nothing panics, and what is read keeps what Read promises.
func FuzzRead(f *testing.F) {
	for _, tc := range faults {
		if len(tc.in) < 1<<12 {
			f.Add(tc.in)
		}
	}
	f.Add(placemark("<MultiGeometry>" + square + square + "</MultiGeometry><TimeStamp><when>2026</when></TimeStamp>"))
	f.Add(archive(f, "a.txt", "x", "doc.kml", string(placemark(square))))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Read(b)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || len(e.Got) > 300 || strings.ContainsAny(e.Got+e.Name, "\n\x1b") {
				t.Fatalf("%#v", err)
			}
			return
		}
		if len(file.Placemarks) == 0 || len(file.Placemarks) > MostPlacemarks {
			t.Fatalf("%d placemarks", len(file.Placemarks))
		}
		for _, p := range file.Placemarks {
			if !(p.Weight >= 0 && p.Weight <= 1e12 && p.Sigma >= 0 && p.Sigma <= 1e12) {
				t.Fatalf("%+v", p)
			}
			places := Ring{p.Point}
			for _, g := range p.Polygons {
				for _, r := range g {
					if len(r) < 4 || r[0] != r[len(r)-1] {
						t.Fatalf("ring %v", r)
					}
					places = append(places, r...)
				}
			}
			for _, c := range places {
				if !(c[0] >= -180 && c[0] <= 180 && c[1] >= -90 && c[1] <= 90) {
					t.Fatalf("place %v", c)
				}
			}
		}
	})
}
