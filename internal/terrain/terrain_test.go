package terrain

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/format/raster"
	"overflight/geodesy"
)

// writeHGT writes a tile of 1201 x 1201 posts.
func writeHGT(t testing.TB, folder, name string, south, west float64, height func(lat, lon float64) float64) {
	t.Helper()
	const posts = 1201
	b := make([]byte, 0, posts*posts*2)
	for row := range posts {
		for column := range posts {
			h := height(south+1-float64(row)/(posts-1), west+float64(column)/(posts-1))
			b = binary.BigEndian.AppendUint16(b, uint16(int16(math.Round(h))))
		}
	}
	if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// slope rises by 1,000 m a degree to the north and 500 m to the east: what lies between posts is told exactly.
func slope(lat, lon float64) float64 { return 1200*lat + 600*lon }

func TestHeights(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const void = -32768
	writeHGT(t, folder, "S01E179.hgt", -1, 179, func(lat, lon float64) float64 { return slope(lat, lon-180) })
	writeHGT(t, folder, "s01w180.HGT", -1, -180, func(lat, lon float64) float64 {
		if lat > -0.1 {
			return void
		}
		return slope(lat, lon+180)
	})
	// A finer tile within, twice as high as the slope, with a hole in its middle.
	fine := &raster.Raster{Columns: 100, Rows: 100, Values: make([]float64, 10_000), Placed: true, CRS: raster.WGS84, Transform: raster.Transform{179.5, 0.0005, 0, -0.5, 0, -0.0005}}
	for i := range fine.Values {
		x, y := fine.Transform.Position(float64(i%100)+0.5, float64(i/100)+0.5)
		fine.Values[i] = 2 * slope(y, x-180)
		if i%100 > 40 && i%100 < 60 && i/100 > 40 && i/100 < 60 {
			fine.Values[i] = math.NaN()
		}
	}
	var b bytes.Buffer
	if err := raster.WriteTIFF(&b, fine, raster.TIFFOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "fine.tif"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "readme.txt"), []byte("no tile"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(folder, func(e *Error) { t.Error(e) })
	if err != nil || m.Tiles() != 3 {
		t.Fatal(m, err)
	}
	c := m.Cursor()
	for _, tt := range []struct {
		name     string
		lat, lon geodesy.Angle
		want     float64
		known    bool
	}{
		{"between posts", -0.35017, 179.12345, slope(-0.35017, -0.87655), true},
		{"on the antimeridian", -0.25, 180, slope(-0.25, 0), true},
		{"by its other name", -0.25, -180, slope(-0.25, 0), true},
		{"just beyond it", -0.25, -179.99971, slope(-0.25, 0.00029), true},
		{"south-western corner", -1, 179, slope(-1, -1), true},
		{"the finer of two", -0.51013, 179.51017, 2 * slope(-0.51013, -0.48983), true},
		{"the coarser, in a hole of the finer", -0.525, 179.525, slope(-0.525, -0.475), true},
		{"a void", -0.05, -179.5, 0, false},
		{"no tile", 1.5, 179.5, 0, false},
		{"the pole", 90, 0, 0, false},
	} {
		for range 2 { // also with the tile at hand
			h, ok := c.HeightAt(geodesy.Position{Lat: tt.lat, Lon: tt.lon})
			if ok != tt.known || math.Abs(float64(h)-tt.want) > 1.01 { // heights of SRTM are whole metres
				t.Errorf("%s: %.2f, %v; want %.2f, %v", tt.name, float64(h), ok, tt.want, tt.known)
			}
		}
	}
}

func TestHeightsDoNotAllocate(t *testing.T) { //nolint:paralleltest // allocations are counted of the whole process
	folder := t.TempDir()
	writeHGT(t, folder, "N00E000.hgt", 0, 0, slope)
	m, err := Open(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := m.Cursor()
	if n := testing.AllocsPerRun(100, func() { c.HeightAt(geodesy.Position{Lat: 0.3, Lon: 0.3}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Tiles that were not asked for longest are given up, and read again when they are asked for.
func TestHeld(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"N00E000.hgt", "N01E000.hgt", "N02E000.hgt"} {
		writeHGT(t, folder, name, float64(name[2]-'0'), 0, slope)
	}
	m, err := Open(folder, func(e *Error) { t.Error(e) })
	if err != nil {
		t.Fatal(err)
	}
	m.sum = mostHeld - 2*1201*1201 // as if others were held
	c := m.Cursor()
	for i := range 9 {
		at := geodesy.Position{Lat: geodesy.Angle(i%3) + 0.5, Lon: 0.5}
		if h, ok := c.HeightAt(at); !ok || math.Abs(float64(h)-slope(float64(at.Lat), 0.5)) > 1.01 {
			t.Fatalf("%v: %v, %v", at, h, ok)
		}
		if len(m.held) > 2 {
			t.Fatalf("%d tiles are held", len(m.held))
		}
	}
}

func TestWhatIsNoTerrain(t *testing.T) {
	t.Parallel()
	with := func(name string, b []byte) string {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	for name, tt := range map[string]struct{ folder, want string }{
		"no folder":       {filepath.Join(t.TempDir(), "none"), "no such file or directory"},
		"an empty folder": {t.TempDir(), "no tiles: expected files that end with .hgt, .tif or .tiff"},
		"a cut tile":      {with("N19W099.hgt", make([]byte, 100)), "N19W099.hgt: SRTM: length at byte 0: 100 bytes; expected 2884802 or 25934402"},
		"a tile without":  {with("mexico.hgt", make([]byte, 1201*1201*2)), "expected the south-western corner"},
		"no GeoTIFF":      {with("a.tif", []byte("GIF89a")), "a.tif: GeoTIFF"},
	} {
		_, err := Open(tt.folder, nil)
		var bad *Error
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A tile that is damaged after the folder was opened is ground that is not known, and is told once.
	folder := t.TempDir()
	writeHGT(t, folder, "N00E000.hgt", 0, 0, slope)
	told := 0
	m, err := Open(folder, func(*Error) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "N00E000.hgt"), []byte("gone"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if h, ok := m.Cursor().HeightAt(geodesy.Position{Lat: 0.5, Lon: 0.5}); ok {
			t.Errorf("%v of a damaged tile", h)
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// A tile in metres of a UTM zone lies where its places do, across the antimeridian too.
func TestMetres(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		crs      raster.CRS
		lat, lon float64 // of its middle
	}{{32613, 25.3, -106.2}, {32701, -17, -180}, {32660, 52, 180}} {
		const cells, step = 200, 100.0
		x, y, _ := tt.crs.Project(tt.lat, tt.lon)
		tile := &tile{head: raster.Raster{
			Columns: cells, Rows: cells, Placed: true, CRS: tt.crs, Transform: raster.Transform{x - cells*step/2, step, 0, y + cells*step/2, 0, -step},
		}}
		if err := tile.extend(); err != nil {
			t.Fatal(tt.crs, err)
		}
		if wide := tile.east - tile.west; !(wide > 0.15 && wide < 0.4) {
			t.Errorf("%d: from %v to %v", tt.crs, tile.west, tile.east)
		}
		heights := make([]float32, cells*cells)
		for i := range heights {
			heights[i] = float32(i%cells) * step
		}
		for _, east := range []float64{-9000, -300, 0, 4000, 9000} {
			lat, lon, _ := tt.crs.Unproject(x+east, y)
			p := geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}
			if !tile.holds(p) {
				t.Fatalf("%d: %v is not in it", tt.crs, p)
			}
			if h, ok := tile.sample(heights, p); !ok || math.Abs(float64(h)-(east+cells*step/2-step/2)) > 0.01 {
				t.Errorf("%d: %v m at %v, %v m east of its middle", tt.crs, h, p, east)
			}
		}
		if far := (geodesy.Position{Lat: geodesy.Angle(tt.lat), Lon: geodesy.NormalizeLongitude(geodesy.Angle(tt.lon + 1))}); tile.holds(far) {
			t.Errorf("%d: %v is in it", tt.crs, far)
		}
	}
}
