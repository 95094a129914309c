package geodesy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

func TestParsePosition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text     string
		lat, lon float64
	}{
		{"31.5,-110.25", 31.5, -110.25},
		{" 31.5  -110.25 ", 31.5, -110.25},
		{"+31.5, −110.25", 31.5, -110.25},
		{"-17;180", -17, 180},
		{"0 0", 0, 0},
		{"31.5N 110.25W", 31.5, -110.25},
		{"N31.5 W110.25", 31.5, -110.25},
		{"31.5° N, 110.25° O", 31.5, -110.25},
		{"110.25W 31.5N", 31.5, -110.25},
		{"W 110.25, N 31.5", 31.5, -110.25},
		{"31°30.6'N 110°15.6'W", 31.51, -110.26},
		{"31 30.6 N 110 15.6 W", 31.51, -110.26},
		{"N 31 30.6 W 110 15.6", 31.51, -110.26},
		{"31 30.6, -110 15.6", 31.51, -110.26},
		{"31 30.6 -110 15.6", 31.51, -110.26},
		{`31°30'36"N 110°15'36"W`, 31.51, -110.26},
		{"31º30′36″n, 110º15′36″w", 31.51, -110.26},
		{"31:30:36 N 110:15:36.0 W", 31.51, -110.26},
		{"31 30 36 -110 15 36", 31.51, -110.26},
		{"-0 30 0, -0 15 36", -0.5, -0.26},
		{"90S 180E", -90, 180},
	} {
		p, err := ParsePosition(tt.text)
		if err != nil || math.Abs(float64(p.Lat)-tt.lat) > 1e-12 || math.Abs(float64(p.Lon)-tt.lon) > 1e-12 {
			t.Errorf("%q: %v, %v; want %v %v", tt.text, p, err, tt.lat, tt.lon)
		}
	}
}

func TestNoPosition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]CoordinateFault{
		"": NoCoordinate, "31.5": NoCoordinate, "31.5,": NoCoordinate, "Culiacán": NoCoordinate, "1,2,3": NoCoordinate, "31..5 1": NoCoordinate,
		"1 2 3 4 5 6 7": NoCoordinate, "1.5 30 2 10": NoCoordinate, "1e3 5": BadHemisphere, "NaN 5": NoCoordinate, "--1 5": NoCoordinate, "1 - 5": NoCoordinate,
		strings.Repeat("1", 65): NoCoordinate, "1 -5 2 3": NoCoordinate,
		"91 0": BadLatitude, "-90.0001 0": BadLatitude, "0 180.5": BadLongitude, "0 30 0 181 0 0": BadLongitude,
		"31 60 N 110 0 W": BadMinutes, "31 0 60 N 110 0 0 W": BadMinutes,
		"31N 110N": BadHemisphere, "31N 110": BadHemisphere, "-31S 110W": BadHemisphere, "31 E 110 W": BadHemisphere, "N 31 S 4 W 5": BadHemisphere,
		"0RXV 1 1": BadZone, "61RXV": BadZone, "12IXV": BadZone, "CXV": NoCoordinate,
		"12RIV": BadSquare, "12RAV": BadSquare, "12RXZ": BadSquare, "12RXC": BadSquare, "YAB": BadSquare, "ZAZ": BadSquare,
		"12RXV 123 4": BadDigits, "12RXV 123456 123456": BadDigits, "12RXV12x4": BadDigits,
	} {
		p, err := ParsePosition(text)
		var e *CoordinateError
		if !errors.As(err, &e) || e.Fault != want || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v; want %s", text, p, err, want)
		}
	}
}

// grid is a row of testdata/grid.csv, which GeographicLib's GeoConvert wrote: a reference and the middle of its square.
func compareGrid(t *testing.T, csv []byte, least int) {
	t.Helper()
	rows, worst := 0, 0.0
	for sc := bufio.NewScanner(bytes.NewReader(csv)); sc.Scan(); rows++ {
		f := strings.Split(sc.Text(), ",")
		if len(f) != 3 {
			t.Fatalf("row %q", sc.Text())
		}
		lat, err1 := strconv.ParseFloat(f[1], 64)
		lon, err2 := strconv.ParseFloat(f[2], 64)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatalf("row %q: %v", sc.Text(), err)
		}
		p, err := ParsePosition(f[0])
		if err != nil {
			t.Errorf("%s: %v", f[0], err)
			continue
		}
		d := float64(Chord(p, Position{Angle(lat), Angle(lon)}))
		if !(d <= 1e-6) {
			t.Errorf("%s: %v, want %v %v: %g m", f[0], p, lat, lon, d)
		}
		worst = math.Max(worst, d)
	}
	if rows < least {
		t.Fatalf("%d rows, want %d", rows, least)
	}
	t.Logf("%d references, worst difference %.2g m", rows, worst)
}

func TestGridTable(t *testing.T) {
	t.Parallel()
	csv, err := os.ReadFile("testdata/grid.csv")
	if err != nil {
		t.Fatal(err)
	}
	compareGrid(t, csv, 400)
}

// GeoConvert in this very run, over other references and over degrees, minutes and seconds.
func TestPositionsAgainstGeoConvert(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("GeoConvert")
	if err != nil {
		const missing = "no GeoConvert (Debian: geographiclib-tools)"
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	convert := func(input string, args ...string) []string {
		t.Helper()
		cmd := exec.Command(tool, args...)
		cmd.Stdin = strings.NewReader(input)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("GeoConvert: %v", err)
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	r := rand.New(rand.NewPCG(3, 14))
	var places strings.Builder
	for range 5000 {
		fmt.Fprintf(&places, "%.9f %.9f\n", math.Asin(2*r.Float64()-1)*180/math.Pi, 360*r.Float64()-180)
	}
	references := convert(places.String(), "-m")
	var csv strings.Builder
	for i, back := range convert(strings.Join(references, "\n"), "-g", "-p", "9") {
		fmt.Fprintf(&csv, "%s,%s\n", references[i], strings.ReplaceAll(back, " ", ","))
	}
	compareGrid(t, []byte(csv.String()), 5000)

	want := strings.Split(strings.TrimSpace(places.String()), "\n")
	for i, text := range convert(places.String(), "-:", "-p", "5") {
		p, err := ParsePosition(text)
		var lat, lon float64
		if _, scan := fmt.Sscan(want[i], &lat, &lon); err != nil || scan != nil || float64(Chord(p, Position{Angle(lat), Angle(lon)})) > 2e-3 {
			t.Fatalf("%q: %v, %v; want %s", text, p, err, want[i])
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	for _, s := range []string{"31.5,-110.25", "31°30'36\"N 110°15'36\"W", "12RXV 12345 67890", "YUB9445970788", "N 31 30.6 W 110 15.6", "−1;2", "12RXV", "A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePosition(text)
		var e *CoordinateError
		switch {
		case err == nil && !p.Valid():
			t.Fatalf("%q: %v", text, p)
		case err != nil && (!errors.As(err, &e) || len(e.Text) > longest+len("…")):
			t.Fatalf("%q: %v", text, err)
		}
	})
}
