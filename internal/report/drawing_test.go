package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/catalogue"
)

// through is a path through positions, a second apart.
func through(positions ...geodesy.Position) *Path {
	p := &Path{Assumed: Assumed{GapThreshold: 15}}
	for i, q := range positions {
		p.drawing.Track = append(p.drawing.Track, flight.Fix{Time: noon.Add(time.Duration(i) * time.Second), Position: q})
	}
	return p
}

func drawn(t *testing.T, p *Path, outlines Outlines) picture {
	t.Helper()
	m, ok := draw(p, outlines, phrases{catalogue.Open(catalogue.English)}, "m")
	if !ok {
		t.Fatal("no map")
	}
	return m
}

// The west and the east of one state, cut along the antimeridian.
type halves struct{}

func (halves) StatesNear(dst []airspace.State, _ geodesy.Position, _ geodesy.Length) []airspace.State {
	return append(dst, "FJI")
}

func (halves) Rings(airspace.State) [][]geodesy.Position {
	return [][]geodesy.Position{
		{{Lat: -19, Lon: 178}, {Lat: -19, Lon: 180}, {Lat: -16, Lon: 180}, {Lat: -16, Lon: 178}},
		{{Lat: -19, Lon: -180}, {Lat: -19, Lon: -179}, {Lat: -16, Lon: -179}, {Lat: -16, Lon: -180}},
	}
}

func TestCoastInView(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		a, b        geodesy.Position
		land, coast bool
	}{
		{"inland", geodesy.Position{Lat: 46.8, Lon: 8}, geodesy.Position{Lat: 47, Lon: 8.3}, true, false},
		{"a coast", geodesy.Position{Lat: 32.6, Lon: -117.5}, geodesy.Position{Lat: 32.8, Lon: -117}, true, true},
		{"open sea", geodesy.Position{Lat: 25, Lon: -90}, geodesy.Position{Lat: 25.2, Lon: -90.2}, false, false},
		{"the placeholder at 0 0", geodesy.Position{Lat: 0.1, Lon: 0.1}, geodesy.Position{Lat: -0.1, Lon: -0.1}, false, false},
		{"inner Antarctica", geodesy.Position{Lat: -80, Lon: 90}, geodesy.Position{Lat: -80.1, Lon: 90.1}, true, false},
		{"over the south pole", geodesy.Position{Lat: -89, Lon: 0}, geodesy.Position{Lat: -89, Lon: 179}, true, false},
		{"over the north pole", geodesy.Position{Lat: 89, Lon: 0}, geodesy.Position{Lat: 89, Lon: 90}, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := drawn(t, through(tc.a, tc.b), nil)
			if got := strings.Contains(m.svg, `class="land`); got != tc.land && !strings.HasPrefix(tc.name, "over") {
				t.Errorf("land drawn %v, want %v", got, tc.land)
			}
			if m.coast != tc.coast && !strings.HasPrefix(tc.name, "over") {
				t.Errorf("coast in view %v, want %v", m.coast, tc.coast)
			}
			for _, never := range []string{"NaN", "Inf", "%!"} {
				if strings.Contains(m.svg, never) {
					t.Errorf("%s in the map", never)
				}
			}
		})
	}
}

var (
	pathElement = regexp.MustCompile(`<path d="([^"]*)" class="([^"]*)"`)
	step        = regexp.MustCompile(`-?\d*\.?\d+`)
)

// along returns the length of the longest step of relative path data that runs along x.
func along(t *testing.T, data string, x float64) float64 {
	t.Helper()
	most := 0.0
	for part := range strings.SplitSeq(data, "M") {
		if part == "" {
			continue
		}
		var numbers []float64
		for _, n := range step.FindAllString(part, -1) {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, v)
		}
		if len(numbers)%2 != 0 {
			t.Fatalf("%d numbers in %q", len(numbers), part)
		}
		at := numbers[0]
		for i := 2; i < len(numbers); i += 2 {
			if math.Abs(at-x) < 0.2 && numbers[i] == 0 {
				most = math.Max(most, math.Abs(numbers[i+1]))
			}
			at += numbers[i]
		}
		if first := numbers[0]; strings.HasSuffix(part, "z") && math.Abs(at-x) < 0.2 && math.Abs(first-x) < 0.2 {
			most = math.Inf(1) // the closing step
		}
	}
	return most
}

// TestNoStreakAlongTheAntimeridian: what is cut there is filled on both sides, and no line is drawn along
// the cut.
func TestNoStreakAlongTheAntimeridian(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		outlines Outlines
		class    string
		a, b     geodesy.Position
	}{
		{"Chukotka", nil, "land", geodesy.Position{Lat: 66, Lon: 178}, geodesy.Position{Lat: 68, Lon: -178}},
		{"Fiji", nil, "land", geodesy.Position{Lat: -16.2, Lon: 179.8}, geodesy.Position{Lat: -17, Lon: -179.8}},
		{"a state", halves{}, "state", geodesy.Position{Lat: -17, Lon: 178.5}, geodesy.Position{Lat: -18, Lon: -179.5}},
	} {
		c, ok := newChart(through(tc.a, tc.b), phrases{catalogue.Open(catalogue.English)})
		if !ok {
			t.Fatal("no map")
		}
		x := c.at(geodesy.Position{Lat: tc.a.Lat, Lon: 180}).x
		classes := map[string]string{}
		for _, e := range pathElement.FindAllStringSubmatch(drawn(t, through(tc.a, tc.b), tc.outlines).svg, -1) {
			classes[e[2]] = e[1]
		}
		if _, ok := classes[tc.class]; ok {
			t.Errorf("%s: one element fills and draws the cut", tc.name)
		}
		if d := along(t, classes[tc.class+" cut"], x); !(d > 10) {
			t.Errorf("%s: no cut is filled, longest %.1f", tc.name, d)
		}
		lines := classes[tc.class+" line"]
		if d := along(t, lines, x); lines == "" || d > 2 {
			t.Errorf("%s: a line of %.1f along the antimeridian in %q", tc.name, d, lines)
		}
	}
}

// TestAWideMapShowsTwice: a map wider than the Earth shows a state at both of its sides.
func TestAWideMapShowsTwice(t *testing.T) {
	t.Parallel()
	var around []geodesy.Position
	for lon := -170.0; lon < 165; lon += 5 {
		around = append(around, geodesy.Position{Lat: 10, Lon: geodesy.Angle(lon)})
	}
	c, ok := newChart(through(around...), phrases{catalogue.Open(catalogue.English)})
	if !ok {
		t.Fatal("no map")
	}
	at := geodesy.Angle(math.Remainder(c.middle+180, 360))
	if n := len(c.ring([]geodesy.Position{{Lat: 0, Lon: at - 3}, {Lat: 0, Lon: at + 3}, {Lat: 6, Lon: at}})); n != 2 {
		t.Errorf("shown %d times", n)
	}
}

func TestThinKeepsToItsTolerance(t *testing.T) {
	t.Parallel()
	c, _ := newChart(through(geodesy.Position{Lat: 10, Lon: 10}, geodesy.Position{Lat: 11, Lon: 11}), phrases{catalogue.Open(catalogue.English)})
	var ring []xy
	for i := range 4000 {
		s, co := math.Sincos(float64(i) * math.Pi / 2000)
		ring = append(ring, xy{500 + 200*co, 300 + 150*s})
	}
	thin := c.thin(ring)
	if len(thin) > 120 {
		t.Errorf("%d corners", len(thin))
	}
	for _, p := range ring {
		least := math.Inf(1)
		for i, b := range thin {
			least = math.Min(least, toSegment(p, thin[(i+len(thin)-1)%len(thin)], b))
		}
		if least > tolerance {
			t.Fatalf("%v is %.3f off", p, least)
		}
	}
	if c.thin(ring[:2]) != nil {
		t.Error("a ring of two corners")
	}
}

func TestRelativePathData(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		points []xy
		closed bool
		want   string
	}{
		{[]xy{{0, 0}, {1, 2}, {1.5, 1.96}, {-3, 1}}, true, "M0 0l1 2 .5 0-4.5-1z"},
		{[]xy{{-0.5, 10}, {-0.5, 10.04}, {0.26, 9.7}}, false, "M-.5 10l.8-.3"},
		{[]xy{{1, 1}}, true, ""},
	} {
		var b strings.Builder
		relative(&b, tc.points, tc.closed)
		if b.String() != tc.want {
			t.Errorf("%v: %s, want %s", tc.points, b.String(), tc.want)
		}
	}
}
