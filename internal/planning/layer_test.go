package planning

import (
	"errors"
	"math"
	"testing"

	"overflight/format/raster"
	"overflight/geodesy"
)

// halves is a raster over the area of request, with one value west of 106.4 W and another east of it.
func halves(west, east float64) *raster.Raster {
	r := &raster.Raster{
		Columns: 20, Rows: 20, Values: make([]float64, 400), CRS: raster.WGS84, Placed: true,
		Transform: raster.Transform{-107.4, 0.1, 0, 26, 0, -0.1},
	}
	for i := range r.Values {
		r.Values[i] = west
		if i%20 >= 10 {
			r.Values[i] = east
		}
	}
	return r
}

// east is the mass of a map east of 106.4 W, before it is laid on a plane, and after in a direction.
func east(t *testing.T, r *Request, axis geodesy.Angle) (east, laid, mass, rest float64) {
	t.Helper()
	m, err := survey(r)
	if err != nil {
		t.Fatal(err)
	}
	for c, poc := range m.source.POC {
		if m.source.Centre(c%m.source.Columns, c/m.source.Columns).Lon > -106.4 {
			east += poc
		}
	}
	f, p, err := m.prior(r, axis)
	if err != nil {
		t.Fatal(err)
	}
	for c, poc := range p.POC {
		if f.position(p.Centre(c%p.Columns, c/p.Columns)).Lon > -106.4 {
			laid += poc
		}
	}
	if s := m.source.Mass(); math.Abs(p.Mass()-s) > 1e-9 || p.Rest != m.source.Record.Rest || math.Abs(s+p.Rest-1) > 1e-9 {
		t.Errorf("%v on the plane, %v outside; on the map %v and %v", p.Mass(), p.Rest, s, m.source.Record.Rest)
	}
	return east, laid, p.Mass(), p.Rest
}

// TestALayerHasItsWeight: a layer of weight 4 beside areas of weight 4 in all has half of the map, where its values are.
func TestALayerHasItsWeight(t *testing.T) {
	t.Parallel()
	for _, axis := range []geodesy.Angle{90, 135} {
		before, _, mass, _ := east(t, request(), axis)
		r := request()
		r.Layers = []Layer{{Name: "signs.tif", Raster: halves(0, 3), Weight: 4}}
		after, laid, same, _ := east(t, r, axis)
		// Cells of the plane lie across the line, so that a little of them is on the other side.
		if want := before/2 + mass/2; math.Abs(after-want) > 1e-9 || math.Abs(laid-want) > 5e-3 || math.Abs(same-mass) > 1e-9 {
			t.Errorf("axis %v: %v in the east, on the plane %v, not %v; %v on the map", axis, after, laid, want, same)
		}
	}
}

// TestEarlierLooksAreTakenOff: what a search would have found and did not is less likely, and the rest of the world more.
func TestEarlierLooksAreTakenOff(t *testing.T) {
	t.Parallel()
	before, _, mass, rest := east(t, request(), 90)
	r := request()
	r.Cleared = &Cleared{Name: "seen.tif", Raster: halves(math.NaN(), 0.75)}
	after, _, left, outside := east(t, r, 90)
	pos := 0.75 * before
	if math.Abs(after-before*0.25/(1-pos)) > 1e-9 || math.Abs(left-(mass-pos)/(1-pos)) > 1e-9 || math.Abs(outside-rest/(1-pos)) > 1e-9 {
		t.Errorf("%v in the east, %v on the map, %v outside; before %v, %v, %v", after, left, outside, before, mass, rest)
	}
}

func TestRastersThatSayNothing(t *testing.T) {
	t.Parallel()
	far := halves(1, 1)
	far.Transform[0] = 20
	for name, x := range map[string]struct {
		change func(*Request)
		want   Code
	}{
		"negative":     {func(r *Request) { r.Layers = []Layer{{Name: "a", Raster: halves(1, -1), Weight: 1}} }, CodeLayerValue},
		"infinite":     {func(r *Request) { r.Layers = []Layer{{Name: "a", Raster: halves(math.Inf(1), 1), Weight: 1}} }, CodeLayerValue},
		"zero":         {func(r *Request) { r.Layers = []Layer{{Name: "a", Raster: halves(0, 0), Weight: 1}} }, CodeLayerEmpty},
		"elsewhere":    {func(r *Request) { r.Layers = []Layer{{Name: "a", Raster: far, Weight: 1}} }, CodeLayerEmpty},
		"certain":      {func(r *Request) { r.Cleared = &Cleared{Name: "a", Raster: halves(0, 1)} }, CodeClearedValue},
		"nobody there": {func(r *Request) { r.Cleared = &Cleared{Name: "a", Raster: far} }, CodeClearedEmpty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request()
			x.change(r)
			_, err := survey(r)
			var fault *Fault
			if !errors.As(err, &fault) || fault.Code != x.want {
				t.Errorf("%v, expected %s", err, x.want)
			}
		})
	}
}

// TestALayerAcrossTheAntimeridian: columns that go on beyond 180 degrees lie where the world goes on.
func TestALayerAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	r := halves(1, 2)
	r.Transform[0] = 179
	for _, x := range []struct{ lon, want float64 }{{179.5, 1}, {-179.5, 2}, {180.05, 2}, {-179.95, 2}} {
		v, ok := sample(r, geodesy.Position{Lat: 25, Lon: geodesy.Angle(x.lon)})
		if !ok || v != x.want {
			t.Errorf("%v: %v, %v", x.lon, v, ok)
		}
	}
}
