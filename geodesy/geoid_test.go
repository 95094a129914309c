package geodesy

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
)

// The undulations of a small grid: 90 N, the equator, 90 S by 0, 90, 180 and 270 degrees east.
func smallGeoid(t testing.TB) *Geoid {
	t.Helper()
	g, err := NewGeoid(3, 4, []int16{
		1300, 1300, 1300, 1300,
		1700, -6000, 2000, -800,
		-3000, -3000, -3000, -3000,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestUndulation(t *testing.T) {
	t.Parallel()
	g := smallGeoid(t)
	for _, tt := range []struct {
		p    Position
		want Length
	}{
		{Position{90, 12}, 13},
		{Position{-90, -170}, -30},
		{Position{0, 0}, 17},
		{Position{0, 90}, -60},
		{Position{0, 180}, 20},
		{Position{0, -180}, 20},
		{Position{0, -90}, -8},
		{Position{0, 45}, -21.5},
		{Position{0, -45}, 4.5}, // between the last column and the first
		{Position{0, 315}, 4.5},
		{Position{45, 0}, 15},
		{Position{-45, 45}, -25.75},
	} {
		if got := g.Undulation(tt.p); !(math.Abs(float64(got-tt.want)) < 1e-9) {
			t.Errorf("at %v: got %v, want %v", tt.p, got, tt.want)
		}
	}
	for _, p := range []Position{{91, 0}, {-90.1, 0}, {Angle(math.NaN()), 0}, {0, Angle(math.NaN())}, {0, Angle(math.Inf(-1))}} {
		if got := g.Undulation(p); !math.IsNaN(float64(got)) {
			t.Errorf("at %v: got %v, want NaN", p, got)
		}
	}
}

func TestAltitudeConversion(t *testing.T) {
	t.Parallel()
	g, p := smallGeoid(t), Position{0, 90}
	for _, tt := range []struct {
		in, hae, msl Altitude
		ok           bool
	}{
		{Altitude{100, MSL}, Altitude{40, HAE}, Altitude{100, MSL}, true},
		{Altitude{40, HAE}, Altitude{40, HAE}, Altitude{100, MSL}, true},
		{Altitude{0, MSL}, Altitude{-60, HAE}, Altitude{0, MSL}, true},
		{in: Altitude{100, AGL}},
		{in: Altitude{100, Barometric}},
		{in: Altitude{}},
	} {
		hae, ok := g.ToHAE(p, tt.in)
		if hae != tt.hae || ok != tt.ok {
			t.Errorf("ToHAE(%v) = %v, %v, want %v, %v", tt.in, hae, ok, tt.hae, tt.ok)
		}
		msl, ok := g.ToMSL(p, tt.in)
		if msl != tt.msl || ok != tt.ok {
			t.Errorf("ToMSL(%v) = %v, %v, want %v, %v", tt.in, msl, ok, tt.msl, tt.ok)
		}
	}
}

func TestGeoidRoundTrip(t *testing.T) {
	t.Parallel()
	b, err := smallGeoid(t).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	g, err := ParseGeoid(b)
	if err != nil {
		t.Fatal(err)
	}
	if want := smallGeoid(t); g.rows != want.rows || g.cols != want.cols || !slices.Equal(g.cm, want.cm) {
		t.Errorf("got %v, want %v", g, want)
	}
}

func TestBadGeoids(t *testing.T) {
	t.Parallel()
	for _, b := range badGeoids(t) {
		if _, err := ParseGeoid(b); !errors.Is(err, ErrGeoid) {
			t.Errorf("ParseGeoid(%x): got error %v, want %v", b, err, ErrGeoid)
		}
	}
	for _, size := range [][2]int{{1, 4}, {4, 1}, {-3, -4}, {1 << 16, 2}, {1 << 15, 1 << 15}, {3, 5}} {
		if _, err := NewGeoid(size[0], size[1], make([]int16, 12)); !errors.Is(err, ErrGeoid) {
			t.Errorf("NewGeoid of %v: got error %v, want %v", size, err, ErrGeoid)
		}
	}
}

func badGeoids(t testing.TB) [][]byte {
	good, err := smallGeoid(t).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	larger := bytes.Clone(good)
	larger[len(geoidMagic)+1]++
	smaller := bytes.Clone(good)
	smaller[len(geoidMagic)+1]--
	huge := bytes.Clone(good)
	copy(huge[len(geoidMagic):], "\xFF\xFF\xFF\xFF")
	none := bytes.Clone(good)
	copy(none[len(geoidMagic):], "\x00\x00\x00\x00")
	return [][]byte{nil, good[:7], good[:geoidHeader], good[:len(good)-1], larger, smaller, huge, none}
}

func FuzzParseGeoid(f *testing.F) {
	good, err := smallGeoid(f).Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, b := range badGeoids(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ParseGeoid(b)
		if err != nil {
			return
		}
		g.Undulation(Position{-90, 359.9})
		again, err := g.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		h, err := ParseGeoid(again)
		if err != nil || !slices.Equal(g.cm, h.cm) {
			t.Fatalf("what was written again reads differently: %v", err)
		}
	})
}
