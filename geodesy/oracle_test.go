package geodesy

import (
	"bufio"
	"bytes"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// geodesic is one row of testdata/geodesics.csv.
type geodesic struct {
	a, b       Position
	s          float64
	azi1, azi2 float64
	area       float64
}

func geodesicsOf(t testing.TB, csv []byte) []geodesic {
	t.Helper()
	var rows []geodesic
	for sc := bufio.NewScanner(bytes.NewReader(csv)); sc.Scan(); {
		var v [8]float64
		fields := strings.Split(sc.Text(), ",")
		if len(fields) != len(v) {
			t.Fatalf("row %q has %d fields, want %d", sc.Text(), len(fields), len(v))
		}
		for i, f := range fields {
			var err error
			if v[i], err = strconv.ParseFloat(f, 64); err != nil {
				t.Fatalf("row %q: %v", sc.Text(), err)
			}
		}
		rows = append(rows, geodesic{
			Position{Angle(v[0]), Angle(v[1])}, Position{Angle(v[2]), Angle(v[3])}, v[4], v[5], v[6], v[7],
		})
	}
	return rows
}

// compare holds our results against GeographicLib's. An azimuth is compared by where it leads; close
// to the antipodes that is ill conditioned, and what counts is that the line arrives.
func compare(t *testing.T, rows []geodesic) {
	t.Helper()
	var worst struct{ s, direct, area float64 }
	for _, r := range rows {
		s, azi1, azi2 := Inverse(r.a, r.b)
		e := math.Abs(float64(s) - r.s)
		if !(e <= 2e-8) {
			t.Errorf("Inverse(%v, %v): %.9f m, want %.9f", r.a, r.b, s, r.s)
		}
		worst.s = math.Max(worst.s, e)

		p, azi := Direct(r.a, azi1, s)
		q, _ := Direct(r.a, Angle(r.azi1), Length(r.s))
		for _, end := range []Position{p, q} {
			e := float64(Chord(end, r.b))
			if !(e <= 3e-8) {
				t.Errorf("Direct from %v along %v: %v, %.3g m from %v", r.a, azi1, end, e, r.b)
			}
			worst.direct = math.Max(worst.direct, e)
		}
		// Azimuths as an offset at 1,000 km, or at the other point where that is nearer, less what a pole
		// nearby takes away: there an azimuth is as doubtful as the longitude. Where the shortest line is not unique, or ill conditioned, any that arrives will do.
		if r.s < 19.9e6 && math.Abs(float64(r.b.Lat)) < 90-1e-9 {
			base := math.Min(r.s, 1e6) * degree
			if e := math.Abs(math.Remainder(float64(azi1)-r.azi1, 360)) * base * turnOf(float64(r.a.Lat), 0).c; !(e <= 5e-8) {
				t.Errorf("Inverse(%v, %v): azi1 %v, want %v", r.a, r.b, azi1, r.azi1)
			}
			for _, got := range []Angle{azi2, azi} {
				if e := math.Abs(math.Remainder(float64(got)-r.azi2, 360)) * base * turnOf(float64(r.b.Lat), 0).c; !(e <= 5e-8) {
					t.Errorf("Inverse(%v, %v): azi2 %v, want %v", r.a, r.b, got, r.azi2)
				}
			}
			g := inverse(r.a, r.b)
			e := math.Abs(g.area() - r.area)
			if !(e <= 0.5) {
				t.Errorf("area under %v to %v: %.3f m2, want %.3f", r.a, r.b, g.area(), r.area)
			}
			worst.area = math.Max(worst.area, e)
		}
	}
	t.Logf("FIGURE geodesy/length-worst %.3g m", worst.s)
	t.Logf("%d pairs; worst: length %.2g m, direct %.2g m, area %.2g m2", len(rows), worst.s, worst.direct, worst.area)
}

func TestGeodesicsTable(t *testing.T) {
	t.Parallel()
	csv, err := os.ReadFile("testdata/geodesics.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows := geodesicsOf(t, csv)
	if len(rows) < 500 {
		t.Fatalf("the table has %d rows, want 500 or more", len(rows))
	}
	compare(t, rows)
}

// python returns an interpreter that has GeographicLib. Debian's packages belong to /usr/bin/python3,
// which need not be the first on the path.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import geographiclib.geodesic").Run() == nil {
			return name
		}
	}
	const missing = "no python3 with geographiclib (Debian: python3-geographiclib)"
	if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

func geographicLib(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(python(t), append([]string{"testdata/geodesics.py"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	csv, err := cmd.Output()
	if err != nil {
		t.Fatalf("running GeographicLib: %v\n%s", err, stderr.Bytes())
	}
	return csv
}

func TestGeodesicsAgainstGeographicLib(t *testing.T) {
	t.Parallel()
	rows := geodesicsOf(t, geographicLib(t, "--pairs", "20000", "7"))
	if len(rows) != 20000 {
		t.Fatalf("GeographicLib gave %d rows, want 20000", len(rows))
	}
	compare(t, rows)
}

func TestAreasAgainstGeographicLib(t *testing.T) {
	t.Parallel()
	n, worst := 0, 0.0
	for line := range strings.Lines(string(geographicLib(t, "--polygons", "1000", "8"))) {
		var v []float64
		for _, f := range strings.Split(strings.TrimSpace(line), ",") {
			x, err := strconv.ParseFloat(f, 64)
			if err != nil {
				t.Fatalf("row %q: %v", line, err)
			}
			v = append(v, x)
		}
		var ring []Position
		for i := 1; i+1 < len(v); i += 2 {
			ring = append(ring, Position{Angle(v[i]), Angle(v[i+1])})
		}
		e := math.Abs(Area(ring) - v[0])
		if !(e <= 0.5*float64(len(ring))) {
			t.Errorf("area of %v: got %.3f m2, want %.3f", ring, Area(ring), v[0])
		}
		worst = math.Max(worst, e)
		n++
	}
	if n != 1000 {
		t.Fatalf("GeographicLib gave %d polygons, want 1000", n)
	}
	t.Logf("%d polygons, worst difference %.2g m2", n, worst)
}

// Whatever the numbers, the inverse problem ends, and what it says leads back.
func FuzzInverse(f *testing.F) {
	f.Add(0.0, 0.0, 0.5, 179.5)
	f.Add(0.0, 0.0, 0.0, 180.0)
	f.Add(90.0, 0.0, -90.0, 180.0)
	f.Add(30.0, 179.0, 30.0, -179.0)
	f.Add(1e-300, 0.0, -8e-300, 110.99999998999999)
	f.Add(1e-300, 0.0, -1e-300, 179.99999999)
	f.Add(91.0, math.Inf(1), math.NaN(), 0.0)
	f.Fuzz(func(t *testing.T, lat1, lon1, lat2, lon2 float64) {
		a, b := Position{Angle(lat1), Angle(lon1)}, Position{Angle(lat2), Angle(lon2)}
		s, azi, _ := Inverse(a, b)
		if !(math.Abs(lat1) <= 90 && math.Abs(lat2) <= 90 && math.Abs(lon1) <= 720 && math.Abs(lon2) <= 720) {
			return
		}
		if !(s >= 0 && s <= 20003932) {
			t.Fatalf("from %v to %v is %v m", a, b, s)
		}
		if p, _ := Direct(a, azi, s); !(Chord(p, b) <= 1e-7) {
			t.Fatalf("from %v along %v for %v m comes to %v, not %v", a, azi, s, p, b)
		}
	})
}
