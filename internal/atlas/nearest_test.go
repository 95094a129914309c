package atlas_test

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
)

// ask is a question for the nearest point, with our answer.
type ask struct {
	state airspace.State
	p     geodesy.Position
	got   airspace.Nearest
}

// asks spreads questions round states that lie inland, on islands, across the antimeridian and near a
// pole, from beside the line to thousands of kilometres off.
func asks(t *testing.T, n int) []ask {
	t.Helper()
	a := open(t)
	r := rand.New(rand.NewPCG(11, 12))
	var out []ask
	for _, s := range []airspace.State{"MEX", "USA", "RUS", "FJI", "DNK", "LSO", "CHE", "NZL", "BLZ"} {
		var corners []geodesy.Position
		for _, ring := range a.Rings(s) {
			corners = append(corners, ring...)
		}
		for i := range n {
			c := corners[r.IntN(len(corners))]
			spread := math.Pow(10, -4+5.3*float64(i)/float64(n)) // 1e-4 to 20 degrees
			p := geodesy.Position{
				Lat: geodesy.Angle(math.Max(-90, math.Min(90, float64(c.Lat)+spread*r.NormFloat64()))),
				Lon: geodesy.NormalizeLongitude(c.Lon + geodesy.Angle(spread*r.NormFloat64())),
			}
			got, ok := a.Nearest(s, airspace.Limit, p, 2.1e7)
			if !ok {
				t.Fatalf("no limit of %s from %v", s, p)
			}
			out = append(out, ask{s, p, got})
		}
	}
	return out
}

// TestNearestAgainstBruteForce measures to every edge by geodesics alone, without tiles and without
// chords.
func TestNearestAgainstBruteForce(t *testing.T) {
	t.Parallel()
	a := open(t)
	worst := 0.0
	rings := map[airspace.State][][]geodesy.Position{}
	for _, q := range asks(t, 12) {
		if rings[q.state] == nil {
			rings[q.state] = a.Rings(q.state)
		}
		want := bruteForce(q.p, rings[q.state])
		worst = math.Max(worst, math.Abs(want-float64(q.got.Distance)))
		if math.Abs(want-float64(q.got.Distance)) > 1e-3 {
			t.Errorf("%s from %v: %.4f m, brute force %.4f m", q.state, q.p, float64(q.got.Distance), want)
		}
		lo, hi, ok := a.NearestBound(q.state, airspace.Limit, q.p)
		if !ok || float64(lo) > want+1e-3 || float64(hi) < want-1e-3 {
			t.Errorf("%s from %v: bounds %.3f to %.3f m do not hold %.3f m", q.state, q.p, float64(lo), float64(hi), want)
		}
		if n, ok := a.NearestFrom(q.got.Point, q.state, airspace.Limit, q.p, 2.1e7); !ok || math.Abs(float64(n.Distance-q.got.Distance)) > 1e-6 {
			t.Errorf("%s from %v: %.4f m with a hint, %.4f m without", q.state, q.p, float64(n.Distance), float64(q.got.Distance))
		}
		if _, ok := a.Nearest(q.state, airspace.Limit, q.p, q.got.Distance*0.999-0.01); ok {
			t.Errorf("%s from %v: found within a limit that is too short", q.state, q.p)
		}
	}
	t.Logf("FIGURE airspace/nearest-brute-force %.6f m", worst)
}

// bruteForce returns the least geodesic distance to the rings, leaving out the artificial edges along
// the antimeridian.
func bruteForce(p geodesy.Position, rings [][]geodesy.Position) float64 {
	type edge struct {
		a, b  geodesy.Position
		least float64
	}
	var edges []edge
	best := math.Inf(1)
	for _, r := range rings {
		to := float64(geodesy.Chord(p, r[0]))
		for i := range len(r) - 1 {
			from := to
			to = float64(geodesy.Chord(p, r[i+1]))
			if math.Abs(float64(r[i].Lon)) == 180 && r[i].Lon == r[i+1].Lon {
				continue
			}
			best = math.Min(best, float64(geodesy.Distance(p, r[i]))*1.000001)
			if math.Min(from, to)-2*float64(geodesy.Chord(r[i], r[i+1])) < best {
				edges = append(edges, edge{r[i], r[i+1], math.Min(from, to) - 2*float64(geodesy.Chord(r[i], r[i+1]))})
			}
		}
	}
	for _, e := range edges {
		if e.least > best {
			continue
		}
		at := func(k float64) float64 {
			k = math.Max(0, math.Min(1, k))
			return float64(geodesy.Distance(p, geodesy.Position{Lat: e.a.Lat + geodesy.Angle(k)*(e.b.Lat-e.a.Lat), Lon: e.a.Lon + geodesy.Angle(k)*(e.b.Lon-e.a.Lon)}))
		}
		n := int(float64(geodesy.Chord(e.a, e.b))/20e3) + 1
		for i := range n {
			lo, hi := float64(i)/float64(n), float64(i+1)/float64(n)
			for range 45 {
				x, y := lo+(hi-lo)/3, hi-(hi-lo)/3
				if at(x) < at(y) {
					hi = y
				} else {
					lo = x
				}
			}
			best = math.Min(best, at((lo+hi)/2))
		}
	}
	return best
}

func TestNearestAgainstGeographicLib(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "geographiclib")
	list := asks(t, 200)
	var in strings.Builder
	for _, q := range list {
		fmt.Fprintln(&in, float64(q.p.Lat), float64(q.p.Lon), float64(q.got.Point.Lat), float64(q.got.Point.Lon))
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import sys
from geographiclib.geodesic import Geodesic
for line in sys.stdin:
    print("%.9f" % Geodesic.WGS84.Inverse(*map(float, line.split()))["s12"])
`)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(strings.NewReader(string(out)))
	worst := 0.0
	for i := 0; sc.Scan(); i++ {
		var want float64
		if _, err := fmt.Sscan(sc.Text(), &want); err != nil {
			t.Fatal(err)
		}
		off := math.Abs(want - float64(list[i].got.Distance))
		worst = math.Max(worst, off)
		if off > 1e-3 {
			t.Errorf("%s from %v: %.6f m, GeographicLib %.6f m", list[i].state, list[i].p, float64(list[i].got.Distance), want)
		}
	}
	t.Logf("FIGURE airspace/nearest-geographiclib %.9f m", worst)
}

// pythonWith finds an interpreter that has a module.
func pythonWith(t *testing.T, module string) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	lacking(t, "python3-"+module)
	return ""
}

// lacking skips a comparison with an outside tool, or fails where the tools must be there.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("OVERFLIGHT_REQUIRE_ORACLES") == "1" {
		t.Fatalf("%s is not here, and OVERFLIGHT_REQUIRE_ORACLES is set", what)
	}
	t.Skipf("%s is not here: not compared with it", what)
}
