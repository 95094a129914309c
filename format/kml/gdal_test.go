package kml

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// python is an interpreter that has GDAL, or nothing.
var python = sync.OnceValue(func() string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import osgeo.ogr").Run() == nil {
			return name
		}
	}
	return ""
})

// told is what GDAL says of a file.
type told struct {
	Driver   string
	Features []struct {
		Name          *string
		Weight, Sigma any
		Geometry      []shape
	}
}

// shape is a geometry's type and its coordinates.
type shape struct {
	kind        string
	coordinates json.RawMessage
}

func (s *shape) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.kind, &s.coordinates})
}

func ogr(t *testing.T, files ...string) []told {
	t.Helper()
	if python() == "" {
		const missing = "no python3 with GDAL (Debian: gdal-bin)"
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal(missing)
		}
		t.Skip("NOT CHECKED: " + missing)
	}
	cmd := exec.Command(python(), append([]string{"testdata/ogr.py"}, files...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running GDAL: %v\n%s", err, stderr.Bytes())
	}
	var all []told
	for line := range bytes.Lines(out) {
		var one told
		if err := json.Unmarshal(line, &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// drawn makes placemarks of every kind that is read, in folders, with extended data of both kinds.
func drawn(seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	place := func() string {
		return fmt.Sprintf("%.*f,%.*f", rng.IntN(9), 360*rng.Float64()-180, rng.IntN(9), 178*rng.Float64()-89)
	}
	ring := func(name string) {
		first := place()
		fmt.Fprintf(&b, "<%s><LinearRing><coordinates>\n%s", name, first)
		for range 3 + rng.IntN(5) {
			fmt.Fprintf(&b, " \t%s,%d\n", place(), rng.IntN(3000))
		}
		fmt.Fprintf(&b, " %s </coordinates></LinearRing></%s>", first, name)
	}
	polygon := func() {
		b.WriteString("<Polygon><tessellate>1</tessellate>")
		ring("outerBoundaryIs")
		for range rng.IntN(3) {
			ring("innerBoundaryIs")
		}
		b.WriteString("</Polygon>")
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Schema name="s" id="s"><SimpleField name="weight" type="double"/><SimpleField name="sigma_m" type="double"/></Schema>`)
	for folder := range 3 {
		fmt.Fprintf(&b, "<Folder><name>folder %d</name>", folder)
		for i := range 12 {
			fmt.Fprintf(&b, "<Placemark><name>%d &amp; %d é</name>", folder, i)
			fmt.Fprintf(&b, `<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="weight">%.3g</SimpleData><SimpleData name="sigma_m">%d</SimpleData></SchemaData></ExtendedData>`, 10*rng.Float64(), 1+rng.IntN(9000))
			switch rng.IntN(4) {
			case 0:
				fmt.Fprintf(&b, "<Point><coordinates>%s,12</coordinates></Point>", place())
			case 1:
				polygon()
			default:
				b.WriteString("<MultiGeometry>")
				for range 1 + rng.IntN(3) {
					polygon()
				}
				b.WriteString("</MultiGeometry>")
			}
			b.WriteString("</Placemark>")
		}
		b.WriteString("</Folder>")
	}
	b.WriteString("</Document></kml>")
	return b.String()
}

// TestAsGDALReadsIt: documents and archives have the same places with the same properties there.
func TestAsGDALReadsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []string
	var ours []*File
	for seed := range uint64(8) {
		b, name := []byte(drawn(seed)), fmt.Sprintf("%d.kml", seed)
		if seed%2 == 1 {
			b, name = archive(t, "doc.kml", string(b)), fmt.Sprintf("%d.kmz", seed)
		}
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		files, ours = append(files, name), append(ours, read(t, b))
	}
	for i, theirs := range ogr(t, files...) {
		if len(theirs.Features) != len(ours[i].Placemarks) || len(theirs.Features) != 36 {
			t.Fatalf("%s: %d placemarks, %s has %d", files[i], len(ours[i].Placemarks), theirs.Driver, len(theirs.Features))
		}
		for k, f := range theirs.Features {
			p := ours[i].Placemarks[k]
			// GDAL 3.6 loses the fields of a schema in an archive.
			packed := strings.HasSuffix(files[i], ".kmz")
			if f.Name == nil || *f.Name != p.Name || !packed && (f.Weight != any(p.Weight) || f.Sigma != any(p.Sigma)) {
				t.Errorf("%s %d: %q, weight %v, spread %v, GDAL has %q, %v, %v", files[i], k, p.Name, p.Weight, p.Sigma, *f.Name, f.Weight, f.Sigma)
			}
			var got []Polygon
			for _, g := range f.Geometry {
				switch g.kind {
				case "Point":
					var c Position
					if err := json.Unmarshal(g.coordinates, &c); err != nil || c != p.Point || len(p.Polygons) > 0 {
						t.Errorf("%s %d: point %v, GDAL has %s", files[i], k, p.Point, g.coordinates)
					}
				case "Polygon":
					var c Polygon
					if err := json.Unmarshal(g.coordinates, &c); err != nil {
						t.Fatal(err)
					}
					got = append(got, c)
				default:
					t.Errorf("%s %d: GDAL has a %s", files[i], k, g.kind)
				}
			}
			if !reflect.DeepEqual(got, p.Polygons) {
				t.Errorf("%s %d: %v, GDAL has %v", files[i], k, p.Polygons, got)
			}
		}
	}
}
