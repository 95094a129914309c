package geoid_test

import (
	"encoding/binary"
	"math"
	"os"
	"testing"

	"overflight/geodesy"
	"overflight/internal/geoid"
)

// The agency's check points: INPUT.DAT and OUTPUT.DAT of its interpolation program for EGM96. They
// come from a spline through the grid, so that a bilinear value differs by some centimetres.
func TestEGM96CheckPoints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ lat, lon, want float64 }{
		{38.6281550, 269.7791550, -31.628},
		{-14.6212170, 305.0211140, -2.969},
		{46.8743190, 102.4487290, -43.575},
		{-23.6174460, 133.8747120, 15.871},
		{38.6254730, 359.9995000, 50.066},
		{-0.4667440, 0.0023000, 17.329},
	} {
		got := geoid.EGM96().Undulation(geodesy.Position{Lat: geodesy.Angle(tt.lat), Lon: geodesy.Angle(tt.lon)})
		if d := math.Abs(float64(got) - tt.want); !(d < 0.06) {
			t.Errorf("undulation at %v %v: got %.3f, want %.3f", tt.lat, tt.lon, got, tt.want)
		}
	}
}

// The grid that PROJ ships: rows from 90 S, columns from 180 W, 32-bit metres.
func TestEGM96AgainstPROJ(t *testing.T) {
	t.Parallel()
	const name = "/usr/share/proj/egm96_15.gtx"
	b, err := os.ReadFile(name)
	if err != nil {
		if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
			t.Fatalf("the geoid of PROJ is required: %v", err)
		}
		t.Skipf("%s is not installed (Debian: proj-data): %v", name, err)
	}
	number := func(at int) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b[at:])) }
	south, west, dlat, dlon := number(0), number(8), number(16), number(24)
	rows, cols := int(binary.BigEndian.Uint32(b[32:])), int(binary.BigEndian.Uint32(b[36:]))
	if rows != 721 || cols != 1440 || len(b) != 40+4*rows*cols {
		t.Fatalf("%s has %d rows, %d columns, %d bytes", name, rows, cols, len(b))
	}
	g, worst := geoid.EGM96(), 0.0
	for r := range rows {
		for c := range cols {
			want := float64(math.Float32frombits(binary.BigEndian.Uint32(b[40+4*(r*cols+c):])))
			p := geodesy.Position{
				Lat: geodesy.Angle(south + float64(r)*dlat), Lon: geodesy.Angle(west + float64(c)*dlon),
			}
			worst = max(worst, math.Abs(float64(g.Undulation(p))-want))
		}
	}
	if !(worst <= 0.02) {
		t.Errorf("worst difference is %.4f m, want at most 0.02 m", worst)
	}
	t.Logf("%d points, worst difference %.4f m", rows*cols, worst)
}

func BenchmarkUnpack(b *testing.B) {
	data, err := os.ReadFile("egm96.bin")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := geodesy.ParseGeoid(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUndulation(b *testing.B) {
	g := geoid.EGM96()
	for b.Loop() {
		g.Undulation(geodesy.Position{Lat: 31.5, Lon: -110.2})
	}
}
