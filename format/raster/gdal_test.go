package raster

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// python is an interpreter that has GDAL and NumPy, or nothing.
var python = sync.OnceValue(func() string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import numpy, osgeo.gdal").Run() == nil {
			return name
		}
	}
	return ""
})

func gdal(t *testing.T, in string, args ...string) []byte {
	t.Helper()
	if python() == "" {
		const missing = "no python3 with GDAL and NumPy (Debian: gdal-bin)"
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal(missing)
		}
		t.Skip("NOT CHECKED: " + missing)
	}
	cmd := exec.Command(python(), append([]string{"testdata/gdal.py"}, args...)...)
	cmd.Stdin = strings.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running GDAL: %v\n%s", err, stderr.Bytes())
	}
	if stderr.Len() > 0 {
		t.Logf("%s", stderr.Bytes())
	}
	return out
}

// told is what GDAL says of a raster.
type told struct {
	Name, What, Type string
	EPSG             CRS
	Transform        Transform
	Void             *float64
	Structure        map[string]string
	Metadata         map[string]string
	Block            []int
}

// doubles reads what GDAL read, as doubles.
func doubles(t *testing.T, name string) []float64 {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(b)/8)
	number{'f', 8}.read(out, b, 8, binary.LittleEndian)
	return out
}

// same compares values; void stands for NaN on the other side, if there is one.
func same(got, want []float64, void *float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d values, want %d", len(got), len(want))
	}
	for i, w := range want {
		if void != nil && w == *void {
			w = math.NaN()
		}
		if g := got[i]; g != w && !(math.IsNaN(g) && math.IsNaN(w)) {
			return fmt.Errorf("value %d is %v, want %v", i, g, w)
		}
	}
	return nil
}

// list reads what is told in the file of that name, a raster a line.
func list(t *testing.T, dir string) []told {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "list"))
	if err != nil {
		t.Fatal(err)
	}
	return tellings(t, b)
}

func tellings(t *testing.T, b []byte) []told {
	t.Helper()
	var all []told
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		var one told
		if err := json.Unmarshal(sc.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func TestTIFFAsGDALWritesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gdal(t, "", "tiff", dir)
	all := list(t, dir)
	if len(all) != 928 {
		t.Fatalf("GDAL wrote %d files, want 928", len(all))
	}
	void := -9999.0
	for _, one := range all {
		b, err := os.ReadFile(one.Name)
		if err != nil {
			t.Fatal(err)
		}
		for band := 1; band <= 2; band++ {
			r, err := ReadTIFF(b, band)
			if err != nil {
				t.Errorf("%s: %v", one.What, err)
				break
			}
			var nan *float64
			if strings.HasPrefix(one.What, "f") || strings.HasPrefix(one.What, "i2") {
				nan = &void
			}
			if err := same(r.Values, doubles(t, fmt.Sprintf("%s.%d", one.Name, band)), nan); err != nil {
				t.Errorf("%s, band %d: %v", one.What, band, err)
			}
			if r.Columns != 53 || r.Rows != 37 || r.Bands != 2 || r.CRS != one.EPSG || r.Placed != (one.EPSG != 0) || r.Placed && !near(r.Transform, one.Transform) {
				t.Errorf("%s: %d x %d, %d bands, EPSG:%d, %v; want EPSG:%d, %v", one.What, r.Rows, r.Columns, r.Bands, r.CRS, r.Transform, one.EPSG, one.Transform)
			}
		}
	}
}

func near(a, b Transform) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9*math.Max(1, math.Abs(b[i])) {
			return false
		}
	}
	return true
}

func TestNPYAsNumPyWritesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gdal(t, "", "npy", dir)
	all := list(t, dir)
	if len(all) < 350 {
		t.Fatalf("NumPy wrote %d files, want 350 or more", len(all))
	}
	for _, one := range all {
		b, err := os.ReadFile(one.Name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadNPY(b)
		if err != nil {
			t.Errorf("%s: %v", one.What, err)
			continue
		}
		if err := same(r.Values, doubles(t, one.Name+".1"), nil); err != nil {
			t.Errorf("%s: %v", one.What, err)
		}
	}
}

func TestGDALReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	type written struct {
		*Raster
		tile int
	}
	var all []written
	args := []string{"read"}
	dir := t.TempDir()
	for _, size := range [][2]int{{53, 37}, {1, 1}, {256, 300}, {20000, 2}} {
		for _, tile := range []int{0, 16, 256} {
			r := sample(size[0], size[1])
			var b bytes.Buffer
			if err := WriteTIFF(&b, r, TIFFOptions{Tile: tile}); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, fmt.Sprintf("%d.tif", len(all)))
			if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			all = append(all, written{r, tile})
			args = append(args, name)
		}
	}
	said := tellings(t, gdal(t, "", args...))
	if len(said) != len(all) {
		t.Fatalf("GDAL says something of %d files, want %d", len(said), len(all))
	}
	for i, got := range said {
		r := all[i]
		if got.EPSG != WGS84 || got.Type != "Float32" || got.Void == nil || *got.Void != WrittenVoid || !near(got.Transform, r.Transform) || got.Structure["COMPRESSION"] != "DEFLATE" {
			t.Errorf("%d x %d, tiles of %d: GDAL says %+v", r.Rows, r.Columns, r.tile, got)
		}
		if r.tile > 0 && (got.Block[0] != r.tile || got.Block[1] != r.tile) {
			t.Errorf("blocks of %v, want %d", got.Block, r.tile)
		}
		if err := same(r.Values, doubles(t, got.Name+".1"), got.Void); err != nil {
			t.Errorf("%d x %d, tiles of %d: %v", r.Rows, r.Columns, r.tile, err)
		}
	}
}

// sample is a raster of values that floats of 32 bits hold, with voids.
func sample(columns, rows int) *Raster {
	r := &Raster{Columns: columns, Rows: rows, Bands: 1, Placed: true, CRS: WGS84, Transform: Transform{-105.5, 0.001, 0, 24.25, 0, -0.002}}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range columns * rows {
		v := float64(float32(rng.NormFloat64()))
		if i%11 == 5 {
			v = math.NaN()
		}
		r.Values = append(r.Values, v)
	}
	return r
}

func TestHGTAsGDALReadsIt(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for name, posts := range map[string]int{"N19W099.hgt": 1201, "S01E006.hgt": 3601} {
		b := make([]byte, posts*posts*2)
		for i := 0; i < len(b); i += 2 {
			binary.BigEndian.PutUint16(b[i:], uint16(rng.IntN(6000)-200))
		}
		binary.BigEndian.PutUint16(b[2*posts+8:], 0x8000) // a void
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := ReadHGT(b, file)
		if err != nil {
			t.Fatal(err)
		}
		verb := "read"
		if posts > 1201 {
			verb = "place" // values are compared in the smaller tile
		}
		got := tellings(t, gdal(t, "", verb, file))[0]
		if r.CRS != got.EPSG || !near(r.Transform, got.Transform) {
			t.Errorf("%s: EPSG:%d %v, GDAL says EPSG:%d %v", name, r.CRS, r.Transform, got.EPSG, got.Transform)
		}
		if i := posts + 4; !math.IsNaN(r.Values[i]) || math.IsNaN(r.Values[i+1]) {
			t.Errorf("%s: %v and %v, want a void and a height", name, r.Values[i], r.Values[i+1])
		}
		if verb == "place" {
			continue
		}
		if err := same(r.Values, doubles(t, file+".1"), got.Void); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUTMAsGDALProjects(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	type place struct {
		lon, lat float64
		code     CRS
	}
	var places []place
	var in strings.Builder
	for _, code := range []CRS{32601, 32613, 32630, 32660, 32701, 32719, 32760, 26913, 25830, 31965, 31983, 6368} {
		zone, _, ok := code.UTM()
		if !ok {
			t.Fatalf("EPSG:%d is no UTM", code)
		}
		for range 200 {
			p := place{math.Remainder(float64(zone*6-183)+12*(rng.Float64()-0.5), 360), 168 * (rng.Float64() - 0.5), code}
			places = append(places, p)
			fmt.Fprintln(&in, p.lon, p.lat, int(p.code))
		}
	}
	lines := strings.Split(strings.TrimSpace(string(gdal(t, in.String(), "utm"))), "\n")
	if len(lines) != len(places) {
		t.Fatalf("GDAL gave %d places, want %d", len(lines), len(places))
	}
	for i, p := range places {
		var x, y float64
		if _, err := fmt.Sscan(lines[i], &x, &y); err != nil {
			t.Fatal(err)
		}
		gx, gy, ok := p.code.Project(p.lat, p.lon)
		// A tenth of a millimetre is what the ellipsoids of the datums differ by.
		if !ok || math.Hypot(gx-x, gy-y) > 2e-4 {
			t.Errorf("EPSG:%d, %v %v: %v %v, want %v %v", p.code, p.lat, p.lon, gx, gy, x, y)
		}
	}
}
