package coverage

import (
	"errors"
	"testing"
	"time"

	"overflight/geodesy"
)

func square(south, west, north, east geodesy.Angle) []geodesy.Position {
	return []geodesy.Position{{Lat: south, Lon: west}, {Lat: south, Lon: east}, {Lat: north, Lon: east}, {Lat: north, Lon: west}, {Lat: south, Lon: west}}
}

func TestArea(t *testing.T) {
	t.Parallel()
	a, err := NewArea([][]geodesy.Position{square(-18, 179, -16, -179), square(-17.5, 179.8, -16.5, -179.8)})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		lat, lon geodesy.Angle
		want     bool
	}{
		{-17, 179.5, true}, {-17, -179.5, true}, {-17, 180, false}, {-17, -180, false}, {-16.2, 180, true}, {-17, 178.9, false}, {-17, 0, false}, {-15, 179.5, false},
	} {
		if got := a.Contains(geodesy.Position{Lat: tt.lat, Lon: tt.lon}); got != tt.want {
			t.Errorf("%v %v: %v", tt.lat, tt.lon, got)
		}
	}
	if b := a.Bounds(); b != (Bounds{-18, -16, 179, 181}) {
		t.Errorf("bounds %+v", b)
	}
	for name, rings := range map[string][][]geodesy.Position{
		"none": nil, "two corners": {{{Lat: 1}, {Lat: 2}}}, "off the Earth": {square(89, 0, 91, 1)}, "too many": {make([]geodesy.Position, MostCorners+2)},
	} {
		if _, err := NewArea(rings); !errors.Is(err, ErrArea) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	m := DefaultModel()
	m.Columns, m.Rows = 4000, 3000
	at := geodesy.Position{Lat: 31, Lon: -110}
	w := NewWatch(&m, at, nil)
	look := func(number uint64, seconds int, away geodesy.Length, azimuth geodesy.Angle, dlat geodesy.Angle) bool {
		centre := geodesy.Position{Lat: at.Lat + dlat, Lon: at.Lon}
		g := glimpseOf(t, centre, trapezium(centre, 0, 400, 400, 400), azimuth, away, 3000, noon.Add(time.Duration(seconds)*time.Second))
		g.Number = number
		return w.Add(&g)
	}
	if !look(0, 0, 4000, 10, 0) || !look(1, 4, 2000, 10, 0) || look(2, 5, 2000, 10, 1) || !look(3, 8, 4000, 100, 0) {
		t.Error("what is shown")
	}
	look(9, 30, 4000, 10, 0) // a pause parts
	w.Next()
	look(10, 31, 4000, 10, 0) // and so does another path
	visits, sum := w.Visits()
	if len(visits) != 3 || w.Begun() != 3 || sum.Looks != 3 {
		t.Fatalf("%d visits, %+v", len(visits), sum)
	}
	v := visits[0]
	if v.Frames != 3 || v.Best.Number != 1 || !v.From.Equal(noon) || v.To.Sub(v.From) != 8*time.Second || v.Whole.Groups != 2 || v.Whole.POD <= v.POD {
		t.Errorf("%+v", v)
	}
	if sum.Groups != 2 || sum.POD < v.Whole.POD-1e-6 || sum.Independent < sum.POD-1e-6 || sum.Correlated > sum.POD {
		t.Errorf("%+v", sum)
	}
}

// TestJoinedAreas: ground that two areas have in common lies in both together, as rings within one area do not.
func TestJoinedAreas(t *testing.T) {
	t.Parallel()
	one, err := NewArea([][]geodesy.Position{square(10, 20, 12, 22)})
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewArea([][]geodesy.Position{square(11, 21, 13, 23)})
	if err != nil {
		t.Fatal(err)
	}
	var both Area
	both.Join(one)
	both.Join(other)
	for p, want := range map[geodesy.Position]bool{{Lat: 10.5, Lon: 20.5}: true, {Lat: 11.5, Lon: 21.5}: true, {Lat: 12.5, Lon: 22.5}: true, {Lat: 12.5, Lon: 20.5}: false} {
		if both.Contains(p) != want {
			t.Errorf("%v: %v", p, !want)
		}
	}
	if b := both.Bounds(); b != (Bounds{South: 10, North: 13, West: 20, East: 23}) {
		t.Errorf("bounds %v", b)
	}
}
