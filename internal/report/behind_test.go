package report

import (
	"math"
	"testing"

	"overflight/geodesy"
	"overflight/release"
)

// TestBehind: what is behind a map is counted as its box is, in one piece across the antimeridian.
func TestBehind(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]release.Box{
		"in the east": {South: -20, West: 177, North: -15, East: 183}, "in the west": {South: -20, West: -183, North: -15, East: -177},
	} {
		land, borders := Behind(halves{})(b)
		if len(land) == 0 || len(borders) != 2 {
			t.Fatalf("%s: %d rings of land, %d borders", name, len(land), len(borders))
		}
		near := false
		for _, p := range land[0] {
			near = near || math.Abs(float64(p.Lon-b.Middle().Lon)) < 20
		}
		if !near {
			t.Errorf("%s: the land is elsewhere: %v", name, land[0][0])
		}
		for _, line := range borders {
			if line[0] != line[len(line)-1] {
				t.Errorf("%s: a border is open: %v", name, line)
			}
			for i, p := range line {
				if p.Lon < b.West || p.Lon > b.East || i > 0 && math.Abs(float64(p.Lon-line[i-1].Lon)) > 180 {
					t.Errorf("%s: a border runs through %v", name, p)
				}
			}
		}
	}
	if land, borders := Behind(nil)(release.Box{South: 24, West: -110, North: 26, East: -107}); len(land) == 0 || borders != nil {
		t.Errorf("%d rings of land, %d borders", len(land), len(borders))
	}
	if got := countedFrom([]geodesy.Position{}, 0); got != nil {
		t.Error(got)
	}
}
