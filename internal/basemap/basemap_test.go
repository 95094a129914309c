package basemap

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overflight/geodesy"
)

// onLand applies the even-odd rule to what Near returns for a point.
func onLand(l *Land, lat, lon geodesy.Angle) bool {
	in := false
	for r := range l.Near(Box{South: lat, West: lon, North: lat, East: lon}) {
		for i, b := range r {
			a := r[(i+len(r)-1)%len(r)]
			if (a.Lat > lat) != (b.Lat > lat) && lon < a.Lon+(b.Lon-a.Lon)*(lat-a.Lat)/(b.Lat-a.Lat) {
				in = !in
			}
		}
	}
	return in
}

func TestKnownPlaces(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		lat, lon geodesy.Angle
		want     bool
	}{
		{"Chihuahua", 28.63, -106.08, true},
		{"Gulf of Mexico", 25, -90, false},
		{"Gulf of California", 27.6, -111.5, false},
		{"Baja California", 28, -113.3, true},
		{"Bern", 46.95, 7.45, true},
		{"Caspian Sea", 42, 51, false},
		{"Lake Superior is no sea", 47.5, -88, true},
		{"Chukotka, west of 180", 67.5, 179.5, true},
		{"Chukotka, east of 180", 67.5, -179.5, true},
		{"Chukotka, longitude counted on", 67.5, 180.5, true},
		{"Wrangel Island", 71.2, -179.5, true},
		{"Taveuni", -16.85, -179.98, true},
		{"Koro Sea", -17.8, 179.8, false},
		{"South Pole", -89.9, 10, true},
		{"inner Antarctica at 180", -86, 180, true},
		{"inner Antarctica at -180", -86, -180, true},
		{"Southern Ocean", -60, 0, false},
		{"Greenland", 75, -40, true},
		{"North Pole", 89.9, 0, false},
		{"Gulf of Guinea", 0, 0, false},
	} {
		if got := onLand(World(), tc.lat, tc.lon); got != tc.want {
			t.Errorf("%s at %v, %v: land %v, want %v", tc.name, tc.lat, tc.lon, got, tc.want)
		}
	}
}

// specimen has an island, one across the antimeridian with a lake, and land round the south pole.
func specimen(t testing.TB) *Land {
	t.Helper()
	grid := Grid{West: -180, South: -90, StepLon: 1, StepLat: 1}
	l, err := New(grid, [][]Corner{
		{{10, 100}, {20, 100}, {20, 110}, {10, 110}},
		{{355, 90}, {365, 90}, {365, 100}, {355, 100}},
		{{358, 93}, {362, 93}, {362, 97}, {358, 97}},
		{{0, 10}, {90, 12}, {180, 14}, {270, 12}, {359, 10}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func file(t testing.TB, l *Land) []byte {
	t.Helper()
	b, err := l.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]*Land{"specimen": specimen(t), "world": World()} {
		b := file(t, l)
		again, err := Parse(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(l, again, cmp.AllowUnexported(Land{}, ring{})); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if !bytes.Equal(b, file(t, again)) {
			t.Errorf("%s: written twice, two files", name)
		}
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	l := specimen(t)
	for _, tc := range []struct {
		name string
		box  Box
		want []geodesy.Angle // the westernmost longitude of every ring
	}{
		{"the island", Box{12, -169, 13, -168}, []geodesy.Angle{-170}},
		{"touching it", Box{20, -160, 25, -150}, []geodesy.Angle{-170}},
		{"open sea", Box{12, 0, 13, 1}, nil},
		{"north of all", Box{60, -180, 70, 180}, nil},
		{"across the antimeridian, counted on", Box{1, 179, 2, 182}, []geodesy.Angle{175}},
		{"across the antimeridian, from the east", Box{1, -181, 2, -179}, []geodesy.Angle{-185}},
		{"lake and land", Box{5, 180, 5, 180}, []geodesy.Angle{175, 178}},
		{"twice round", Box{1, -185, 2, 185}, []geodesy.Angle{-185, 175}},
		{"upside down", Box{3, 0, 2, 1}, nil},
		{"no number", Box{geodesy.Angle(math.NaN()), 0, 2, 1}, nil},
		{"without end", Box{-90, geodesy.Angle(math.Inf(-1)), 90, geodesy.Angle(math.Inf(1))}, nil},
	} {
		var got []geodesy.Angle
		for r := range l.Near(tc.box) {
			west := r[0].Lon
			for _, p := range r {
				west = min(west, p.Lon)
			}
			got = append(got, west)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
	for range l.Near(Box{-90, -180, 90, 180}) {
		break // and no more is made
	}
}

// TestRoundThePole: the ring covers the box from side to side and is closed over the pole, beyond it.
func TestRoundThePole(t *testing.T) {
	t.Parallel()
	eastward := specimen(t)
	backward := []Corner{{359, 10}, {270, 12}, {180, 14}, {90, 12}, {0, 10}}
	westward, err := New(eastward.grid, [][]Corner{backward})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Land{eastward, westward} {
		for _, lon := range []geodesy.Angle{-400, -180, -179.5, 0, 179.5, 180, 359.5, 700} {
			if !onLand(l, -88, lon) || onLand(l, -70, lon) {
				t.Errorf("land at -88 %v, at -70 %v, both at longitude %v", onLand(l, -88, lon), onLand(l, -70, lon), lon)
			}
		}
		box := Box{-85, 170, -60, 190}
		for r := range l.Near(box) {
			for i, p := range r {
				if q := r[(i+1)%len(r)]; math.Abs(float64(p.Lon-q.Lon)) > 180 && p.Lat > -90 || p.Lat == -90 && p.Lon > box.West && p.Lon < box.East {
					t.Errorf("an edge from %v to %v", p, q)
				}
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := Grid{West: -180, South: -90, StepLon: 1, StepLat: 1}
	square := []Corner{{0, 0}, {1, 0}, {1, 1}}
	for name, tc := range map[string]struct {
		grid  Grid
		rings [][]Corner
	}{
		"two corners":         {good, [][]Corner{{{0, 0}, {1, 1}}}},
		"half a circle":       {good, [][]Corner{{{0, 0}, {181, 0}, {181, 1}}}},
		"north of the pole":   {good, [][]Corner{{{0, 0}, {1, 0}, {1, 181}}}},
		"too far east":        {good, [][]Corner{{{719, 0}, {721, 0}, {720, 1}}}},
		"twice round":         {good, [][]Corner{{{0, 1}, {179, 1}, {358, 1}, {537, 1}, {716, 1}}}},
		"no step":             {Grid{West: -180, South: -90}, [][]Corner{square}},
		"no number":           {Grid{West: math.NaN(), South: -90, StepLon: 1, StepLat: 1}, [][]Corner{square}},
		"not round the Earth": {Grid{West: -180, South: -90, StepLon: 0.7, StepLat: 1}, [][]Corner{square}},
	} {
		if _, err := New(tc.grid, tc.rings); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	good := file(t, specimen(t))
	for n := range len(good) {
		if _, err := Parse(good[:n]); err == nil {
			t.Errorf("accepted with %d bytes of %d", n, len(good))
		}
	}
	for name, b := range damaged(good) {
		if _, err := Parse(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Parse(land[:len(land)/2]); err == nil {
		t.Error("half of the embedded file: accepted")
	}
}

func damaged(good []byte) map[string][]byte {
	changed := func(at int, v byte) []byte {
		b := bytes.Clone(good)
		b[at] = v
		return b
	}
	head := good[:headerSize]
	stored := func(raw ...byte) []byte { // one stored block of DEFLATE
		n := len(raw)
		return append(append(bytes.Clone(head), 1, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8)), raw...)
	}
	return map[string][]byte{
		"nothing":               nil,
		"another magic":         changed(0, 'X'),
		"another grid":          changed(len(magic)+3*8-1, 0xFF),
		"a damaged block":       changed(headerSize, 0xFF),
		"too many rings":        stored(0xFF, 0xFF, 0xFF, 0x7F),
		"a ring without end":    stored(1, 0xFF, 0xFF, 0xFF, 0x7F),
		"a ring of one corner":  stored(1, 1, 0, 0),
		"a step off the Earth":  stored(1, 3, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0),
		"a step beyond 32 bits": stored(1, 3, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0, 0, 0),
		"more than the rings":   stored(0, 0),
	}
}

func FuzzParse(f *testing.F) {
	good := file(f, specimen(f))
	f.Add(good)
	for _, b := range damaged(good) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Parse(b)
		if err != nil {
			return
		}
		for r := range l.Near(Box{-90, -180, 90, 180}) {
			if len(r) < 3 {
				t.Fatalf("a ring of %d corners", len(r))
			}
			break
		}
		again, err := Parse(file(t, l))
		if err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
		if d := cmp.Diff(l, again, cmp.AllowUnexported(Land{}, ring{})); d != "" {
			t.Fatal(d)
		}
	})
}

// TestSize keeps the file as small as a background may be.
func TestSize(t *testing.T) {
	t.Parallel()
	if len(land) > 700_000 {
		t.Errorf("land.bin has %d bytes", len(land))
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(land)
	if want := hex.EncodeToString(sum[:]); !bytes.Contains(readme, []byte(want)) {
		t.Errorf("README.md does not name the SHA-256 of land.bin, %s", want)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(land); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNear(b *testing.B) {
	l := World()
	for b.Loop() {
		for range l.Near(Box{South: 24, West: -115, North: 34, East: -105}) {
			continue
		}
	}
}
