package planning

import (
	"math"
	"testing"

	"overflight/geodesy"
)

// TestSheetHoldsTheMap: what is drawn, summed over the ground that it lies on, is the probability that the place is on the map; it
// is densest where the tip is, and outside the map there is nothing.
func TestSheetHoldsTheMap(t *testing.T) {
	t.Parallel()
	r := request()
	lanes := geodesy.Angle(35)
	r.Lanes, r.Iterations = &lanes, 0
	p, err := Make(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Sheet(300)
	if max(s.Columns, s.Rows) != 300 || len(s.Density) != s.Columns*s.Rows {
		t.Fatalf("%d x %d, %d values", s.Columns, s.Rows, len(s.Density))
	}
	sum, outside := 0.0, 0
	top, bottom := mercator(float64(s.North)), mercator(float64(s.South))
	for j := range s.Rows {
		lat := func(k int) geodesy.Angle {
			return geodesy.Angle(math.Atan(math.Sinh(top-(top-bottom)*float64(k)/float64(s.Rows))) * 180 / math.Pi)
		}
		mid := (lat(j) + lat(j+1)) / 2
		high := geodesy.Distance(geodesy.Position{Lat: lat(j), Lon: s.West}, geodesy.Position{Lat: lat(j + 1), Lon: s.West})
		wide := geodesy.Distance(geodesy.Position{Lat: mid, Lon: s.West}, geodesy.Position{Lat: mid, Lon: s.West + (s.East-s.West)/geodesy.Angle(s.Columns)})
		for i := range s.Columns {
			if v := float64(s.Density[j*s.Columns+i]); math.IsNaN(v) {
				outside++
			} else {
				sum += v * float64(high*wide) / 1e6
			}
		}
	}
	if want := 1 - s.Rest; math.Abs(sum-want) > 0.01*want {
		t.Errorf("the sheet sums to %v, want %v", sum, want)
	}
	if share := float64(outside) / float64(len(s.Density)); share < 0.2 || share > 0.8 {
		t.Errorf("%.2f of the sheet lies outside a map that is turned by 35 degrees", share)
	}
}
