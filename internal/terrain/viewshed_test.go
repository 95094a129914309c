package terrain

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"overflight/coverage"
	"overflight/format/raster"
	"overflight/geodesy"
	"overflight/sensor"
)

// What terrain hides is what GDAL's viewshed says, on hills of our own: every place that we call masked is out of sight there, and
// every one in sight is in sight there for what stands a few metres high. A few cells along the edges of shadows may differ, where
// one of the two has a post on the line and the other a point between posts.
func TestMaskingAgainstGDAL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gdal_viewshed"); err != nil {
		const missing = "no gdal_viewshed (Debian: gdal-bin)"
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal(missing)
		}
		t.Skip("NOT CHECKED: " + missing)
	}
	const cells, step = 240, 1.0 / 3600 // 30 m in the north, 26 m in the east
	middle := geodesy.Position{Lat: 30, Lon: -108}
	hills := [][4]float64{{0.008, 0.004, 320, 0.0035}, {-0.010, 0.012, 260, 0.003}, {0.015, -0.014, 420, 0.005}, {-0.017, -0.008, 180, 0.0025}, {0.001, 0.022, 300, 0.004}}
	ground := func(lat, lon float64) float64 {
		h := 1200 + 3000*(lat-30) - 2000*(lon+108)
		for _, x := range hills {
			d := math.Hypot(lat-30-x[0], (lon+108-x[1])*math.Cos(30*math.Pi/180)) / x[3]
			h += x[2] * math.Exp(-d*d)
		}
		return h
	}
	west, north := -108-cells/2*step, 30+cells/2*step
	dem := &raster.Raster{Columns: cells, Rows: cells, Values: make([]float64, cells*cells), Placed: true, CRS: raster.WGS84, Transform: raster.Transform{west, step, 0, north, 0, -step}}
	for i := range dem.Values {
		x, y := dem.Transform.Position(float64(i%cells)+0.5, float64(i/cells)+0.5)
		dem.Values[i] = ground(y, x)
	}
	folder := t.TempDir()
	var b bytes.Buffer
	if err := raster.WriteTIFF(&b, dem, raster.TIFFOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "hills.tif"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(folder, func(e *Error) { t.Error(e) })
	if err != nil {
		t.Fatal(err)
	}
	// GDAL wants metres: the same posts on a plane of square cells, laid out by the middle latitude.
	metres := filepath.Join(t.TempDir(), "metres.tif")
	run := func(name string, args ...string) {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	run("gdalwarp", "-q", "-t_srs", "EPSG:32613", "-tr", "28", "28", "-r", "bilinear", filepath.Join(folder, "hills.tif"), metres)

	m0 := coverage.DefaultModel()
	var shares []float64
	for _, eye := range []struct {
		at   geodesy.Position
		over float64
	}{{geodesy.Position{Lat: 30.0005, Lon: -107.9985}, 250}, {geodesy.Position{Lat: 29.975, Lon: -108.02}, 500}, {geodesy.Position{Lat: 30.02, Lon: -107.98}, 900}} {
		x, y, _ := raster.CRS(32613).Project(float64(eye.at.Lat), float64(eye.at.Lon))
		seen := map[float64]*raster.Raster{}
		for _, target := range []float64{0, 12} { // ours masks by ground that stands 5 m into the line
			out := filepath.Join(t.TempDir(), "seen.tif")
			text := func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
			run("gdal_viewshed", "-q", "-ox", text(x), "-oy", text(y), "-oz", text(eye.over), "-tz", text(target), "-cc", "1", "-md", "0", metres, out)
			raw, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if seen[target], err = raster.ReadTIFF(raw, 1); err != nil {
				t.Fatal(err)
			}
		}
		base, _ := m.Cursor().HeightAt(middle)
		own, _ := m.Cursor().HeightAt(eye.at)
		g := coverage.Glimpse{Eye: sensor.Known(eye.at), Height: sensor.Known(own + geodesy.Length(eye.over) - base)}
		for k := range g.Corners {
			g.Corners[k], _ = geodesy.Direct(middle, geodesy.Angle(45+90*k), 6000)
		}
		masked, clear, wrong := 0, 0, 0
		cursor := m.Cursor()
		for row := 6; row < cells-6; row += 2 {
			for column := 6; column < cells-6; column += 2 {
				px, py := dem.Transform.Position(float64(column)+0.5, float64(row)+0.5)
				at := geodesy.Position{Lat: geodesy.Angle(py), Lon: geodesy.Angle(px)}
				l, ok := m0.LookAt(&g, at, cursor)
				if !ok || !l.Known || l.Masking == coverage.UnknownMasking {
					continue
				}
				low, ok0 := seen[0].Sample(py, px)
				high, ok12 := seen[12].Sample(py, px)
				if !ok0 || !ok12 {
					continue
				}
				if l.Masking == coverage.Masked {
					if masked++; low != 0 {
						wrong++
					}
				} else if clear++; high == 0 {
					wrong++
				}
			}
		}
		t.Logf("from %v over the ground: %d masked, %d in sight, %d otherwise by GDAL", eye.over, masked, clear, wrong)
		if masked < 100 || clear < 1000 {
			t.Errorf("only %d masked, %d in sight", masked, clear)
		}
		shares = append(shares, float64(wrong)/float64(masked+clear))
	}
	for _, s := range shares {
		if s > 0.01 {
			t.Errorf("%.2f %% of the places are otherwise", 100*s)
		}
	}
}
