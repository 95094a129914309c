package sqlite

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"overflight/geodesy"
	"overflight/validity"
)

// Several places asked for at once have each the frames that it has when asked for alone, in the same order; no frame comes twice.
func TestGlimpsesNearAgainstEachPlace(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := fresh(t)
	a := newAuthor(48)
	r := rand.New(rand.NewPCG(48, 1))
	homes := []geodesy.Position{{Lat: 28, Lon: -106}, {Lat: -17, Lon: 179.99}, {Lat: 89.9, Lon: 40}}
	var places []geodesy.Position
	for k := range 9 {
		at := homes[k%len(homes)]
		size := geodesy.Length(100 * math.Pow(10, float64(k/3)))
		for i := range 6 {
			e := sweep(sortie(1+k%5), source(k%2), uint64(k*1000+i*40), epoch.Add(time.Duration(k*1000+i*50)*time.Second), &at, geodesy.Angle(360*r.Float64()), size, 40)
			a.say("EVT", e)
			for range 4 {
				near := e.Footprints[r.IntN(len(e.Footprints))].Footprint.Corners[0]
				p, _ := geodesy.Direct(near, geodesy.Angle(360*r.Float64()), geodesy.Length(1500*r.Float64()))
				places = append(places, p)
			}
		}
	}
	places = append(places, places[0], geodesy.Position{Lat: -60, Lon: 10}) // one twice, and one that nobody saw
	apply(t, m, a.events)
	got := make([][]seenFrame, len(places))
	given, shown := 0, 0
	err := m.GlimpsesNear(ctx, places, func(place int, s Sighting) error {
		given++
		if s.Glimpse.Holds(places[place]) {
			got[place] = append(got[place], seenFrame{s.Flight, s.Source, s.Glimpse.Number})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range places {
		var want []seenFrame
		if err := m.GlimpsesAt(ctx, at, validity.Period{}, func(s Sighting) error {
			if s.Glimpse.Holds(at) {
				want = append(want, seenFrame{s.Flight, s.Source, s.Glimpse.Number})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if shown += len(want); !slices.Equal(got[i], want) {
			t.Fatalf("place %d at %v: %d frames among those of all, %d when asked for alone", i, at, len(got[i]), len(want))
		}
	}
	if shown < 1000 || given > 20*shown {
		t.Errorf("%d frames were given for %d that show something", given, shown)
	}
	wrong := errors.New("enough")
	if err := m.GlimpsesNear(ctx, places, func(int, Sighting) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("what the caller says is %v", err)
	}
	if err := m.GlimpsesNear(ctx, []geodesy.Position{{Lat: 91}}, nil); err == nil {
		t.Error("a place beyond the pole was asked for")
	}
}
