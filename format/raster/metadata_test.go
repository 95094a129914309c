package raster

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestDoublesAndMetadataComeBack: to the bit and to the letter, here and in GDAL.
func TestDoublesAndMetadataComeBack(t *testing.T) {
	t.Parallel()
	items := []Item{{"REST_OF_WORLD", "0.1"}, {"PRIOR", "{\"a\": \"<&>\\u2603 é\",\n\t\"b\": [1, 2]}"}}
	rng := rand.New(rand.NewPCG(8, 9))
	for _, tile := range []int{0, 32} {
		r := &Raster{Columns: 53, Rows: 37, Placed: true, CRS: WGS84, Transform: Transform{179.3, 0.1 / 3, 0, -16.1, 0, -0.07 / 3}}
		for range r.Columns * r.Rows {
			r.Values = append(r.Values, rng.NormFloat64()*math.Exp2(float64(rng.IntN(200)-100)))
		}
		var b bytes.Buffer
		if err := WriteTIFF(&b, r, TIFFOptions{Tile: tile, Doubles: true, Metadata: items}); err != nil {
			t.Fatal(err)
		}
		back, err := ReadTIFF(b.Bytes(), 1)
		if err != nil || !reflect.DeepEqual(back.Values, r.Values) || back.Transform != r.Transform {
			t.Fatalf("tiles of %d: %v, or not what was written; %v", tile, err, back.Transform)
		}
		got, err := TIFFMetadata(b.Bytes())
		if err != nil || !reflect.DeepEqual(got, items) {
			t.Errorf("%v, %q", err, got)
		}
		name := filepath.Join(t.TempDir(), "a.tif")
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		said := tellings(t, gdal(t, "", "read", name))[0]
		if said.Type != "Float64" || said.Metadata["REST_OF_WORLD"] != "0.1" || said.Metadata["PRIOR"] != items[1].Value {
			t.Errorf("GDAL says %+v", said)
		}
		if err := same(r.Values, doubles(t, said.Name+".1"), nil); err != nil {
			t.Error(err)
		}
	}
}

func TestMetadataThatIsNone(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteTIFF(&b, sample(3, 3), TIFFOptions{}); err != nil {
		t.Fatal(err)
	}
	if items, err := TIFFMetadata(b.Bytes()); items != nil || err != nil {
		t.Errorf("%v, %v", items, err)
	}
	b.Reset()
	if err := WriteTIFF(&b, sample(3, 3), TIFFOptions{Metadata: []Item{{"a", "b"}}}); err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(b.Bytes(), []byte("</Item>"), []byte("</Itex>"), 1)
	var e *Error
	if _, err := TIFFMetadata(broken); !errors.As(err, &e) || e.Item != "GDAL_METADATA" {
		t.Errorf("%v", err)
	}
	if err := WriteTIFF(&b, sample(3, 3), TIFFOptions{Metadata: []Item{{"a", strings.Repeat("x", mostMetadata)}}}); err == nil {
		t.Error("metadata without end was written")
	}
}

// TestUnprojectIsTheWayBack: over every zone, far beyond its six degrees.
func TestUnprojectIsTheWayBack(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 11))
	for _, code := range []CRS{32601, 32613, 32660, 32701, 32760, 6368, 31983} {
		zone, _, _ := code.UTM()
		for range 300 {
			lat, lon := 166*(rng.Float64()-0.5), math.Remainder(float64(zone*6-183)+16*(rng.Float64()-0.5), 360)
			x, y, _ := code.Project(lat, lon)
			gotLat, gotLon, ok := code.Unproject(x, y)
			if !ok || math.Abs(gotLat-lat) > 1e-8 || math.Abs(math.Remainder(gotLon-lon, 360))*math.Cos(lat*math.Pi/180) > 1e-8 {
				t.Fatalf("EPSG:%d: %v %v comes back as %v %v (%v)", code, lat, lon, gotLat, gotLon, ok)
			}
		}
	}
	if _, _, ok := CRS(32613).Unproject(math.NaN(), 0); ok {
		t.Error("no number has a place")
	}
	if _, _, ok := CRS(3857).Unproject(0, 0); ok {
		t.Error("a system that is not known has places")
	}
}
