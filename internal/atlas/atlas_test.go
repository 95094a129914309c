package atlas_test

import (
	"testing"

	"overflight/airspace"
	"overflight/geodesy"
	"overflight/internal/atlas"
)

func TestOpenHoldsTheProbePoints(t *testing.T) {
	t.Parallel()
	a, err := atlas.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Verify(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lat, lon geodesy.Angle
		want     []airspace.State
	}{
		{30.5, -113.9, []airspace.State{"MEX"}}, // the upper Gulf of California is internal water
		{27.6, -111.5, nil},
		{28.0, -111.9, nil},
		{25.5, -109.9, nil},
		{19.4, -99.1, []airspace.State{"MEX"}},
		{38.9, -77.0, []airspace.State{"USA"}},
		{64.1, -51.7, []airspace.State{"DNK"}}, // Greenland
		{18.4, -66.1, []airspace.State{"USA"}}, // Puerto Rico
		{4.9, -52.3, []airspace.State{"FRA"}},  // French Guiana
		{45.0, 34.0, []airspace.State{"RUS", "UKR"}},
		{25.0, -13.0, []airspace.State{"ESH", "MAR"}},
		{-90, 0, nil},
		{90, 0, nil},
		{68, 180, []airspace.State{"RUS"}},
		{68, -180, []airspace.State{"RUS"}},
		{-16.8, 180, []airspace.State{"FJI"}},
		{-16.8, -179.999999, []airspace.State{"FJI"}},
		{-29.5, 28.2, []airspace.State{"LSO"}},
		{91, 0, nil},
	} {
		got := a.StatesAt(geodesy.Position{Lat: c.lat, Lon: c.lon})
		ok := got.Len() == len(c.want)
		for _, s := range c.want {
			ok = ok && got.Has(s)
		}
		if !ok {
			t.Errorf("%v, %v: %d states, first %q; want %v", c.lat, c.lon, got.Len(), got.At(0), c.want)
		}
	}
	n, ok := a.Nearest("MEX", airspace.Limit, geodesy.Position{Lat: 19.840714, Lon: -89.221148}, 1e6)
	t.Log(n, ok)
	n, ok = a.Nearest("MEX", airspace.LandBorder, geodesy.Position{Lat: 19.840714, Lon: -89.221148}, 1e6)
	t.Log(n, ok)
	l, q, ok := a.LeastPath("USA", geodesy.Position{Lat: 21.2, Lon: -89.8}, geodesy.Position{Lat: 25, Lon: -88}, 2e6)
	t.Log(l, q, ok)
	lo, hi, ok := a.NearestBound("MEX", airspace.Limit, geodesy.Position{Lat: 19.840714, Lon: -89.221148})
	t.Log(lo, hi, ok)
}
