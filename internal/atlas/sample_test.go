package atlas_test

import (
	"encoding/json"
	"math"
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/atlas"
	"overflight/internal/recordings"
)

func open(t testing.TB) *airspace.Atlas {
	t.Helper()
	a, err := atlas.Open()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func at(lat, lon float64) geodesy.Position {
	return geodesy.Position{Lat: geodesy.Angle(lat), Lon: geodesy.Angle(lon)}
}

func TestFixesOfASampleTrackByState(t *testing.T) {
	t.Parallel()
	raw := recordings.Read(t, "tracks/trace_full_ac671b.json")
	var trace struct {
		Trace [][]any `json:"trace"`
	}
	if err := json.Unmarshal(raw, &trace); err != nil {
		t.Fatal(err)
	}
	a := open(t)
	got := map[airspace.State]int{}
	deepest, row := geodesy.Length(0), -1
	var nearest airspace.Nearest
	for i, r := range trace.Trace {
		p := at(r[1].(float64), r[2].(float64))
		s := a.StatesAt(p)
		if s.Len() == 0 {
			got[""]++
		}
		for k := range s.Len() {
			got[s.At(k)]++
		}
		if s.Has("MEX") {
			n, ok := a.Nearest("MEX", airspace.Limit, p, 1e6)
			if !ok {
				t.Fatalf("row %d: no limit of MEX", i)
			}
			if n.Distance > deepest {
				deepest, row, nearest = n.Distance, i, n
			}
		}
	}
	for s, n := range map[airspace.State]int{"MEX": 59, "BLZ": 29, "USA": 2347, "": 65} {
		if got[s] != n {
			t.Errorf("%q: %d fixes, want %d", s, got[s], n)
		}
	}
	if len(got) != 4 {
		t.Errorf("fixes by state: %v", got)
	}
	if row != 61 || math.Abs(float64(deepest)-157646) > 1 || geodesy.Distance(nearest.Point, at(20.103078, -90.701556)) > 1 {
		t.Errorf("deepest in MEX: %.1f m at row %d, nearest %v; want 157,646 m at row 61, nearest 20.103078, -90.701556", float64(deepest), row, nearest.Point)
	}
}
