package airspace_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/airspace"
	"overflight/flight"
	"overflight/geodesy"
	"overflight/internal/atlas"
	"overflight/validity"
)

// TestSnapshotsChangeNothing: whoever asks in between gets what Close would say then, and changes nothing of what it says
// at the end.
func TestSnapshotsChangeNothing(t *testing.T) {
	t.Parallel()
	world, err := atlas.Open()
	if err != nil {
		t.Fatal(err)
	}
	lines := []airspace.DatedLine{{Line: world, Valid: validity.Period{}}}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 7))
		var fixes []flight.Fix
		at, p := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), geodesy.Position{Lat: 31.3, Lon: -109.5}
		for range 9000 {
			at = at.Add(time.Second)
			if rng.IntN(400) == 0 {
				at = at.Add(time.Duration(rng.IntN(600)) * time.Second)
			}
			p.Lat += geodesy.Angle(0.002 * (rng.Float64() - 0.5))
			p.Lon += geodesy.Angle(0.0004 + 0.002*(rng.Float64()-0.5))
			fixes = append(fixes, flight.Fix{Time: at, Position: p, GroundSpeed: 80})
		}
		tally := func(from []flight.Fix, every int) airspace.Reckoning {
			k, err := airspace.NewTally(lines, airspace.Config{})
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range from {
				k.Add(f)
				if every > 0 && rng.IntN(every) == 0 {
					got := k.Snapshot()
					if i%3 == 0 && i < 4000 {
						if diff := cmp.Diff(whole(t, lines, from[:i+1]), got); diff != "" {
							t.Fatalf("seed %d after %d fixes: %s", seed, i+1, diff)
						}
					}
				}
			}
			return k.Close()
		}
		if diff := cmp.Diff(tally(fixes, 0), tally(fixes, 300)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

func whole(t *testing.T, lines []airspace.DatedLine, fixes []flight.Fix) airspace.Reckoning {
	k, err := airspace.NewTally(lines, airspace.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fixes {
		k.Add(f)
	}
	return k.Close()
}

// TestBeingAskedDecidesNothing: fixes of which few are good enough to tell an entry by, so that the verdict hangs on which of
// them are looked at together; under two lines that disagree.
func TestBeingAskedDecidesNothing(t *testing.T) {
	t.Parallel()
	square := func(name string, west geodesy.Angle) airspace.DatedLine {
		l, err := airspace.NewOfficialLine(airspace.OfficialConfig{
			Source: airspace.Source{Name: name},
			Outlines: []airspace.Outline{{
				State: "AAA", Certain: true, Uncertainty: 50,
				Polygons: [][][]geodesy.Position{{{{Lat: -1, Lon: west}, {Lat: -1, Lon: 11}, {Lat: 1, Lon: 11}, {Lat: 1, Lon: west}, {Lat: -1, Lon: west}}}},
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return airspace.DatedLine{Line: l}
	}
	both := []airspace.DatedLine{square("one", 10), square("two", 10.0005)}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for seed := range uint64(12) {
		lines := both[:1+seed%2]
		rng := rand.New(rand.NewPCG(seed, 9))
		var fixes []flight.Fix
		at := noon
		for i := range 3000 {
			radius := geodesy.Length(3000)
			if rng.IntN(300) == 0 {
				radius = 20
			}
			if at = at.Add(time.Second); rng.IntN(500) == 0 {
				at = at.Add(40 * time.Second)
			}
			p := geodesy.Position{Lat: geodesy.Angle(0.00001 * float64(i)), Lon: 9.997 + geodesy.Angle(0.014*rng.Float64())}
			if seed%3 > 0 { // stays inside
				p.Lon += 0.004
			}
			fixes = append(fixes, flight.Fix{Time: at, Position: p, GroundSpeed: 5000, Radius: radius})
		}
		tally := func(every int) airspace.Reckoning {
			k, err := airspace.NewTally(lines, airspace.Config{})
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range fixes {
				k.Add(f)
				if every > 0 && i%every == every-1 {
					if i < 1000 {
						if diff := cmp.Diff(whole(t, lines, fixes[:i+1]), k.Snapshot()); diff != "" {
							t.Fatalf("seed %d after %d fixes: %s", seed, i+1, diff)
						}
					} else {
						k.Snapshot()
					}
				}
			}
			return k.Close()
		}
		if diff := cmp.Diff(tally(0), tally(90)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}
